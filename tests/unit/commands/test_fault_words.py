"""Faults on the command line say what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.commands import EXIT_FAULT, EXIT_OK, backup, check, export, repair, report, verify
from app.commands.faults import in_words
from app.store.faults import StoreFault


@pytest.mark.parametrize(("found", "said"), [("0001", "earlier version"), ("0999", "newer version")])
def test_a_ledger_of_another_version_says_which_way_to_go(found: str, said: str) -> None:
    fault = StoreFault("ledger_other_version", {"found": found, "needed": "0006"})
    assert said in in_words(fault)
    assert "ledger_other_version" in in_words(fault)


def test_a_fault_without_words_and_an_error_of_the_system_speak_for_themselves() -> None:
    assert in_words(StoreFault("person_key_destroyed")) == "person_key_destroyed"
    assert in_words(OSError("no such place")) == "no such place"


@pytest.mark.parametrize(("word", "more"), [(verify, []), (repair, ["ledger"])])
def test_a_folder_without_a_shop_says_how_to_make_one(
    word: Any, more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert word.main([*more, "--data", str(tmp_path)]) == EXIT_FAULT
    said = capsys.readouterr().err
    assert "yaogui setup" in said and str(tmp_path) in said


@pytest.mark.parametrize(
    ("word", "more"),
    [(check, []), (verify, []), (export, ["out.export"]), (backup, ["list"]), (repair, ["ledger"]), (report, ["reviews"])],
)
def test_a_mistyped_folder_stays_unmade(word: Any, more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typo = tmp_path / "pharmcy"
    assert word.main([*more, "--data", str(typo)]) != EXIT_OK
    told = capsys.readouterr()
    assert "yaogui setup" in told.out + told.err and str(typo) in told.out + told.err
    assert not typo.exists()
