"""`yaogui console -c`: a script learns by the exit code whether its line ran."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from app.commands import EXIT_FAILED, EXIT_OK, console


@pytest.mark.parametrize(
    ("line", "code"),
    [("print(store.name)", EXIT_OK), ("store.nothing", EXIT_FAILED), ("print(", EXIT_FAILED), ("a b", EXIT_FAILED)],
)
def test_a_line_that_failed_is_told_by_the_exit_code(
    line: str, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = SimpleNamespace(name="青禾药房", catalogue=None, close=lambda: None)
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    monkeypatch.setattr(console, "open_store", lambda *_given, **_named: shop)
    assert console.main(["--data", str(tmp_path), "-c", line]) == code
    assert ("青禾药房" in capsys.readouterr().out) == (code == EXIT_OK)
