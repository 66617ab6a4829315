"""`yaogui report`: pages and tables from the command line, names only against a PIN."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from app.commands import EXIT_FAILED, EXIT_OK, EXIT_USAGE, report, run

MASKS = "6999600000494"
DAY = "2026-11-21"


@pytest.fixture
def sold_folder(demo_counter: Any) -> Path:
    """A demo till that has sold once and is still running."""
    demo_counter.sell(MASKS)
    return Path(demo_counter.till.folder)


def test_the_day_book_of_a_running_till_is_written_as_a_table_by_its_suffix(sold_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "book.csv"
    assert report.main(["day_book", "--data", str(sold_folder), "--day", DAY, "--out", str(out)]) == EXIT_OK
    rows = list(csv.reader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
    assert len(rows) == 2
    assert "医用外科口罩" in ",".join(rows[1])


def test_without_a_name_it_lies_in_the_data_folder_and_is_told(sold_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "day_book", "--data", str(sold_folder), "--day", DAY]) == EXIT_OK
    written = sold_folder / "reports" / f"day_book-{DAY}.pdf"
    assert capsys.readouterr().out.strip() == str(written)
    assert written.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(("pin", "code"), [("1002", EXIT_OK), ("1003", EXIT_OK), ("1001", EXIT_FAILED), ("", EXIT_FAILED)])
def test_a_register_is_only_for_the_pharmacists_or_managers_pin(
    sold_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pin: str, code: int
) -> None:
    out = tmp_path / "register.pdf"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{pin}\n"))
    assert report.main(["ephedrine", "--data", str(sold_folder), "--day", DAY, "--out", str(out)]) == code
    assert out.exists() == (code == EXIT_OK)
    if out.exists():
        assert out.stat().st_mode & 0o077 == 0


def test_what_is_not_there_is_said_and_nothing_is_written(
    sold_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "none.pdf"
    common = ["--data", str(sold_folder), "--day", DAY, "--out", str(out)]
    assert report.main(["z", *common]) == EXIT_FAILED
    assert report.main(["z", "--z", "7", *common]) == EXIT_FAILED
    assert report.main(["day", *common]) == EXIT_FAILED
    assert "has not been closed" in capsys.readouterr().err
    assert report.main(["x", *common, "--csv"]) == EXIT_USAGE
    assert report.main(["ephedrine", *common, "--to", "2026-11-01"]) == EXIT_USAGE
    assert list(tmp_path.glob("none*")) == []


def test_a_members_papers_want_a_pin_and_exactly_one_member(
    demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "paper.pdf"
    for pin, who, code in (("1001", "19900000001", EXIT_FAILED), ("1002", "nobody", EXIT_FAILED), ("1002", "19900000001", EXIT_OK)):
        assert not out.exists()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{pin}\n"))
        assert report.main(["health", "--data", str(demo_folder), "--member", who, "--out", str(out)]) == code
    assert "fits no member" in capsys.readouterr().err
    assert out.read_bytes().startswith(b"%PDF") and out.stat().st_mode & 0o077 == 0
