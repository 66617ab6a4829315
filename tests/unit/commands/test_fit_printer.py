"""A printer is set up in a terminal: chosen from what was found, tried, asked about, kept."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.assembly import open_store
from app.commands import EXIT_FAILED, EXIT_OK, setup
from app.commands.fit_printer import fit
from app.devices.finding import Found
from app.devices.printer import PrintOutcome
from app.devices.virtual import VirtualPrinterServer
from app.records.clock import SystemClock
from app.records.resources import resource


def words(*answers: str) -> Callable[[str], str]:
    """Somebody who types these answers."""
    left: Iterator[str] = iter(answers)
    return lambda _: next(left)


def test_three_answers_are_kept_and_the_page_came_out(demo_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with VirtualPrinterServer(tmp_path / "paper", resource("fonts", "NotoSansSC-Regular.ttf")) as machine:
        found = Found("network", machine.address, "收银台旁", True)
        ended = fit(demo_folder, SystemClock(), "printer", ask=words("7", "1", "what", "n", "y", "b", "y", "n", "y"), look=lambda: (found,))
        assert any("打印测试" in str(event) for event in machine.jobs[0].events)
    assert ended == EXIT_OK
    assert "收银台旁" in capsys.readouterr().out
    store = open_store(demo_folder, SystemClock(), write=False)
    kept = {key: store.settings.get(f"printer.{key}") for key in ("transport", "address", "charset", "cells", "cutter")}
    store.close()
    assert kept == {"transport": "network", "address": found.address, "charset": "gbk", "cells": 32, "cutter": True}


def test_an_address_may_be_typed_for_the_second_printer(demo_folder: Path) -> None:
    printed: list[Found] = []

    def page(found: Found, _: Path) -> PrintOutcome:
        printed.append(found)
        return PrintOutcome("sent")

    ended = fit(demo_folder, SystemClock(), "printer2", ask=words("file:/tmp/lp9", "y", "y", "n"), look=lambda: (), page=page)
    assert (ended, [each.address for each in printed]) == (EXIT_OK, ["/tmp/lp9"])
    store = open_store(demo_folder, SystemClock(), write=False)
    assert (store.settings.text("printer2.transport"), store.settings.flag("printer2.cutter")) == ("file", False)
    store.close()


def test_giving_up_or_a_page_that_does_not_come_changes_nothing(demo_folder: Path) -> None:
    assert fit(demo_folder, SystemClock(), "printer", ask=words(""), look=lambda: ()) == EXIT_FAILED
    gone = Found("file", "/no/such/folder/lp", "x", False)
    assert fit(demo_folder, SystemClock(), "printer", ask=words("1"), look=lambda: (gone,)) == EXIT_FAILED


def test_a_set_up_that_nobody_answers_ends_in_words(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert setup.main(["--fit-printer", "1", "--data", str(demo_folder)]) == EXIT_FAILED
    assert "nothing was changed" in capsys.readouterr().err
