"""`yaogui demo --pull-the-plug`: the sale and the whole open basket are there after the kill, and the exit code says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.commands import EXIT_OK, demo


def test_the_sale_and_every_line_of_the_open_basket_are_back(
    demo_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo.options, "fresh_folder", lambda: tmp_path / "till")
    monkeypatch.setattr(demo.founding, "found_demo", lambda folder, *_, **__: shutil.copytree(demo_template, folder))
    assert demo.main(["--pull-the-plug"]) == EXIT_OK
    said = capsys.readouterr().out
    assert "basket is open: 2 line(s)" in said
    assert "the sale is there (1 in the ledger), a basket of 2 line(s) is open again" in said
