"""`yaogui setup --hub --code` on a till that stands already: a code that failed on the first day is not the end of the road."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.commands import EXIT_FAILED, EXIT_OK, setup
from app.hub import publishing
from app.hub.archive import Archive
from app.hub.main import default_database_url, lasting_port, start
from app.records.clock import SystemClock

SHOP = ("--store-id", "S001", "--name", "青禾药房", "--till", "02", "--staff", "2003:孙三:manager:2003", "--printer", "none")


def test_a_till_refused_by_headquarters_is_enrolled_later_with_another_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, database = SystemClock(), default_database_url(tmp_path)
    archive = Archive.open(database)
    publishing.create_store(archive, clock, publishing.StoreProfile("S001", "青禾药房", "北门店", phone="000-0000"))
    publishing.create_till(archive, clock, "S001", "02")
    running = start(database, b"\x07" * 32, clock, port=lasting_port())
    folder = ("--data", str(tmp_path / "till"))
    try:
        assert setup.main([*folder, *SHOP, "--hub", running.url, "--code", "WRONG-CODE"]) == EXIT_FAILED
        assert "the code is wrong" in capsys.readouterr().err
        code = publishing.issue_enrol_code(archive, clock, "S001", "02")
        assert setup.main([*folder, "--hub", running.url, "--code", code]) == EXIT_OK
        assert f"enrolled at {running.url}" in capsys.readouterr().out
        # A whole second set-up of the same folder is still refused.
        assert setup.main([*folder, *SHOP, "--hub", running.url, "--code", code]) == EXIT_FAILED
    finally:
        running.close()
        archive.close()
