"""Every tape holds: played on a till process, a headquarters process and a virtual printer of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.commands import tape as tapes
from app.commands.replay import found, play
from app.commands.stage import Prepared

TAPES = found([Path(__file__).parent])


@pytest.fixture(scope="module")
def prepared(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The demo shop enrolled at a headquarters, once for all tapes."""
    return Prepared(tmp_path_factory.mktemp("stage"), demo_template)


@pytest.mark.parametrize("path", TAPES, ids=[path.stem for path in TAPES])
def test_tape_ends_in_the_expected_receipt_ledger_and_headquarters(path: Path, prepared: Prepared, tmp_path: Path) -> None:
    outcome = play(prepared, tapes.read(path), tmp_path / "tape")
    assert outcome.ok, outcome.problem


def test_there_are_at_least_twenty_five_tapes() -> None:
    assert len(TAPES) >= 25


def _written(folder: Path, text: str) -> Path:
    path = folder / "one.tape"
    path.write_text(text, "utf-8")
    return path


def test_failed_expectation_names_file_line_and_what_was_found(prepared: Prepared, tmp_path: Path) -> None:
    path = _written(tmp_path, "# wrong on purpose\nsign-in 1001\nscan @P6000A1.ean\nexpect payable 9.80\n")
    outcome = play(prepared, tapes.read(path), tmp_path / "tape")
    assert not outcome.ok
    assert f"{path}:4" in outcome.problem
    assert "9.90" in outcome.problem


def test_refusal_that_nobody_expected_fails_the_tape(prepared: Prepared, tmp_path: Path) -> None:
    path = _written(tmp_path, "sign-in 1001\nscan @P6000A1.ean\npay cash\nscan @P6000A1.ean\nexpect lines 1\n")
    outcome = play(prepared, tapes.read(path), tmp_path / "tape")
    assert "no_shift" in outcome.problem


def test_unknown_verb_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(tapes.TapeFault, match=r"one\.tape:2: no such verb: skan"):
        tapes.read(_written(tmp_path, "sign-in 1001\nskan 1\nexpect lines 1\n"))


def test_tape_without_expectations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(tapes.TapeFault, match="expects nothing"):
        tapes.read(_written(tmp_path, "sign-in 1001\n"))
