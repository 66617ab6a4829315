"""Establishing: what a first set-up still lacks, step by step, and that wizard and command line found the same shop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.commands.desktop import establish
from app.counter.establishing import STEPS, Answers, NewPerson, problems, steps_of

GOOD = replace(Answers(), name="示例药房", people=(NewPerson("1001", "甲", "manager", "1234"), NewPerson()))


def test_good_answers_lack_nothing() -> None:
    assert [problems(step, GOOD) for step in STEPS] == [{}] * len(STEPS)


@pytest.mark.parametrize(
    ("step", "answers", "field", "word"),
    [
        ("store", replace(GOOD, name=" "), "name", "name_needed"),
        ("store", replace(GOOD, store_id="店1"), "store_id", "store_id_shape"),
        ("till", replace(GOOD, till=""), "till", "till_shape"),
        ("people", replace(GOOD, people=(NewPerson("1", "甲", "manager", "12"),)), "pin0", "pin_shape"),
        ("people", replace(GOOD, people=(NewPerson("1", "甲", "cashier", "1234"),)), "role0", "no_manager"),
        ("people", replace(GOOD, people=(*GOOD.people, NewPerson("1001", "乙", "cashier", "1234"))), "code2", "code_taken"),
        ("people", replace(GOOD, people=(NewPerson("1", "", "manager", "1234"),)), "name0", "person_name_needed"),
        ("printer", replace(GOOD, printer="network"), "printer_address", "address_needed"),
        ("hub", replace(GOOD, hub_url="hub"), "hub_url", "url_shape"),
        ("hub", replace(GOOD, hub_url="https://hub.example"), "hub_code", "hub_code_needed"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(step: str, answers: Answers, field: str, word: str) -> None:
    assert problems(step, answers)[field] == word


def test_a_demo_shop_asks_nothing() -> None:
    assert steps_of(replace(Answers(), demo=True)) == ("begin", "ready")
    assert problems("store", replace(Answers(), demo=True)) == {}


def test_the_wizard_founds_what_setup_founds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from app.assembly import open_store
    from app.commands import setup
    from app.records.clock import SystemClock

    by_word, by_hand = tmp_path / "word", tmp_path / "hand"
    words = ["--name", "示例药房", "--store-id", "S001", "--till", "01", "--staff", "1001:甲:manager:1234"]
    words += ["--printer", "network:192.0.2.7:9100"]
    assert setup.main([*words, "--data", str(by_word)]) == 0
    answers = replace(GOOD, printer="network", printer_address="192.0.2.7:9100")
    assert establish(by_hand, answers, lambda _: None) == ""
    shops = []
    for folder in (by_word, by_hand):
        store = open_store(folder, SystemClock(), write=False)
        keys = ("store.id", "store.name", "till.code", "till.title", "printer.transport", "printer.address", "printer.cells")
        people = [(p.code, p.name, p.role) for p in store.people.staff()]
        shops.append(({key: store.settings.get(key) for key in keys}, people))
        store.close()
    assert shops[0] == shops[1]
    capsys.readouterr()


def test_a_file_that_cannot_be_read_is_told_and_the_shop_stands(tmp_path: Path) -> None:
    note = establish(tmp_path / "shop", replace(GOOD, files={"products": str(tmp_path / "none.csv")}), lambda _: None)
    assert "none.csv" in note
    assert (tmp_path / "shop" / "till.json").exists()
