"""`yaogui hub user`: a script may give the password as one line; a missing one is said in words, not as a traceback."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from app.commands import EXIT_OK, EXIT_USAGE, hub


def test_a_console_password_comes_by_a_pipe_and_none_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def user(piped: str) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(piped))
        return hub.main(["user", "--data", str(tmp_path), "--name", "boss"])

    assert user("") == EXIT_USAGE
    assert "at least ten characters" in capsys.readouterr().err
    assert user("a long password\n") == EXIT_OK
    assert "boss may sign in" in capsys.readouterr().out
