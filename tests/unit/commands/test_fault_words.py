"""Faults on the command line say what to do next."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from app.commands import EXIT_FAULT, EXIT_OK, EXIT_USAGE, backup, check, export, hub, import_, repair, replay, report, verify
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


def test_a_file_that_is_not_there_is_named_without_the_systems_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_.main(["products", str(tmp_path / "none.csv"), "--data", str(tmp_path)]) == EXIT_FAULT
    assert replay.main([str(tmp_path / "none.tape")]) == EXIT_USAGE
    said = capsys.readouterr().err
    assert said.count(f"no such file or directory: {tmp_path}") == 2 and "Errno" not in said


def test_a_day_that_is_none_is_refused_with_how_to_write_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        report.main(["z", "--day", "2026-13-40", "--data", str(tmp_path)])
    assert ended.value.code == EXIT_USAGE
    assert hub.main(["price", "--product", "P1", "--price", "9.50", "--from", "tomorrow", "--data", str(tmp_path)]) == EXIT_USAGE
    said = capsys.readouterr().err
    assert "2026-13-40 is no day; write it as 2026-11-22" in said and "tomorrow is no day" in said
    assert "_day" not in said and "isoformat" not in said


@pytest.mark.parametrize("act", ["price", "coupon", "lease", "tiers", "revoke", "retention", "till"])
def test_a_mistyped_headquarters_stays_unmade(act: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typo = tmp_path / "headquartes"
    assert hub.main([act, "--data", str(typo)]) == EXIT_FAULT
    assert str(typo) in capsys.readouterr().err and not typo.exists()


def test_a_shop_without_copies_says_so_and_how_to_make_one(demo_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert backup.main(["list", "--data", str(demo_folder)]) == EXIT_OK
    assert "yaogui backup make" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["setup", "hub", "check", "verify", "backup", "import_", "report", "demo"])
def test_every_option_says_what_it_is_for(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        importlib.import_module(f"app.commands.{word}").main(["--help"])
    said = capsys.readouterr().out.partition("\noptions:\n")[2].partition("\n\n")[0]
    mute = re.findall(r"^  (-\S+(?: \S+)?)\n(?=  -|$)", said + "\n", flags=re.MULTILINE)
    assert mute == []


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
