"""Tuning: who may change what, what is refused, and that each change is kept and recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.counter.faults import Refused
from app.store.settings import SETTINGS

HOUSE = Path(__file__).resolve().parents[3]


@pytest.fixture
def till(demo_counter: Any) -> Iterator[Any]:
    yield demo_counter.till


@pytest.fixture
def boss(till: Any) -> Any:
    till.shifts.sign_in("staff-1003", "1003")
    return till


def changes(till: Any) -> list[dict[str, Any]]:
    found = [envelope.body for envelope in till.store.journal.of_type("setting.changed@1")]
    return sorted(found, key=lambda body: str(body["key"]))


def test_every_shown_setting_says_what_it_does_in_both_languages(till: Any) -> None:
    silent = [s.key for s in SETTINGS if s.shown and not (till.tuning.texts.has(s.key) and till.tuning.texts.why(s.key).en)]
    assert silent == []
    for setting in SETTINGS:
        if setting.shown:
            words = till.tuning.texts.choices(setting.key)
            assert set(setting.choices) <= set(words), setting.key


def test_every_shown_setting_is_read_somewhere() -> None:
    sources = "\n".join(p.read_text("utf-8") for p in (HOUSE / "app").rglob("*.py") if p.name != "settings.py" or p.parent.name != "store")
    # Rights are asked for by their short name in one place.
    dead = [s.key for s in SETTINGS if s.shown and f'"{s.key}"' not in sources and f'"{s.key.removeprefix("rights.")}"' not in sources]
    assert [key for key in dead if not re.search(rf"""settings\.\w+\(f?["']{re.escape(key.split('.')[0])}\.""", sources)] == []


def test_a_cashier_changes_their_own_look_and_nothing_of_the_shop(till: Any) -> None:
    till.tuning.change("ui.theme", "dark").result(60)
    assert till.settings.text("ui.theme") == "dark"
    with pytest.raises(Refused) as refusal:
        till.tuning.change("cash.tolerance_fen", "10.00")
    assert refusal.value.code == "setting_manager_needed"
    assert till.settings.number("cash.tolerance_fen") == 0


def test_a_look_is_each_persons_own_and_the_till_keeps_its_default(till: Any) -> None:
    till.tuning.change("ui.language", "en").result(60)
    till.shifts.sign_in("staff-1004", "1004")
    assert till.settings.text("ui.language") == "zh_CN"
    till.shifts.sign_in("staff-1001", "1001")
    assert till.settings.text("ui.language") == "en"
    till.shifts.sign_out()
    assert till.settings.text("ui.language") == "zh_CN"


def test_a_manager_makes_their_own_look_the_tills(boss: Any) -> None:
    boss.tuning.change("ui.scale", 115).result(60)
    boss.tuning.for_everybody("ui.scale").result(60)
    boss.shifts.sign_in("staff-1004", "1004")
    assert boss.settings.number("ui.scale") == 115
    with pytest.raises(Refused):
        boss.tuning.for_everybody("ui.scale")


def test_the_managers_pin_lets_a_cashier_change_everything_until_it_ends(till: Any) -> None:
    with pytest.raises(Refused):
        till.tuning.unlock("0000")
    till.tuning.unlock("1003")
    till.tuning.change("cash.tolerance_fen", "10.00").result(60)
    assert till.settings.number("cash.tolerance_fen") == 1000
    till.tuning.lock()
    assert not till.tuning.may("cash.tolerance_fen")


@pytest.mark.parametrize(
    ("key", "entered", "code"),
    [
        ("lock.minutes", "soon", "setting_number"),
        ("lock.minutes", "999", "setting_range"),
        ("pin.tries", "0", "setting_range"),
        ("cash.tolerance_fen", "1.234", "setting_money"),
        ("cash.tolerance_fen", "-1", "setting_money"),
        ("store.name", "  ", "setting_needed"),
        ("store.name", "店" * 200, "setting_long"),
        ("rights.price", ("cashier",), "setting_roles"),
        ("shift.names", [{"from": "8", "zh": "早", "en": ""}], "setting_time"),
        ("shift.names", [{"from": "08:00", "zh": "", "en": ""}], "setting_names"),
        ("printer.transport", "network", "setting_address"),
        ("ui.theme", "pink", "setting_needed"),
        ("keys.custom", {"F12": "F9"}, "setting_keys"),
        ("keys.custom", {"F12": "A"}, "setting_keys_kind"),
    ],
)
def test_a_bad_value_is_refused_with_what_to_mend_and_nothing_is_kept(boss: Any, key: str, entered: Any, code: str) -> None:
    before = boss.settings.get(key)
    with pytest.raises(Refused) as refusal:
        boss.tuning.change(key, entered)
    assert refusal.value.code == code
    assert boss.settings.get(key) == before
    assert changes(boss) == []


def test_a_change_is_recorded_with_what_it_was_and_by_whom(boss: Any) -> None:
    boss.tuning.change("lock.minutes", "20").result(60)
    boss.tuning.change("store.phone", "000-000").result(60)
    boss.tuning.change("ui.theme", "dark").result(60)
    boss.store.writer.submit(lambda _: None).result(60)
    assert changes(boss) == [
        {"key": "lock.minutes", "person": "", "was": "15", "now": "20"},
        {"key": "store.phone", "person": "", "was": "", "now": ""},
        {"key": "ui.theme", "person": "staff-1003", "was": '"system"', "now": '"dark"'},
    ]


def test_tenders_keep_what_the_page_does_not_show(boss: Any) -> None:
    rows = [dict(row) for row in boss.settings.get("tender.methods")]
    rows[1]["title_zh"] = "刷卡"
    boss.tuning.change("tender.methods", rows).result(60)
    kept = boss.settings.get("tender.methods")
    assert kept[1]["title_zh"] == "刷卡"
    assert [row["key"] for row in kept] == [row["key"] for row in rows]


def test_the_default_is_said_in_words(boss: Any) -> None:
    assert boss.tuning.offer("cash.float_fen").default.zh == "¥500.00"
    assert boss.tuning.offer("lock.minutes").default.en == "15 minutes"
    assert boss.tuning.offer("rights.stock").default.zh == "店长、执业药师"
    assert boss.tuning.offer("ui.still").default.zh == "关"
    assert not boss.tuning.offer("lock.minutes").changed
    boss.tuning.change("lock.minutes", "20").result(60)
    assert boss.tuning.offer("lock.minutes").changed
    boss.tuning.back_to_default("lock.minutes").result(60)
    assert boss.settings.number("lock.minutes") == 15


def test_a_new_sale_begins_without_paper_where_the_shop_wants_it_so(boss: Any) -> None:
    boss.tuning.change("paper.always", False).result(60)
    boss.selling.clear()
    boss.selling._reset()
    assert not boss.selling.basket.paper


def test_settings_of_a_person_survive_a_restart(demo_folder: Path) -> None:

    from app.assembly import Till, open_store
    from app.records.clock import ManualClock

    clock = ManualClock(datetime(2026, 11, 21, 6, 3, tzinfo=UTC))
    till = Till(demo_folder, clock)
    till.shifts.sign_in("staff-1001", "1001")
    till.tuning.change("keys.preset", "supermarket").result(60)
    till.close()
    store = open_store(demo_folder, clock, write=False)
    assert store.settings.text("keys.preset") == "standard"
    store.settings.take_person("staff-1001")
    assert store.settings.text("keys.preset") == "supermarket"
    store.close()
    assert json.loads((demo_folder / "till.json").read_text("utf-8"))["demo"] is True
