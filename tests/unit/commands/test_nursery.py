"""What branches off from the nursery is a process of its own, and the same as one that loads the program by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import __version__
from app.commands import nursery as module
from app.commands.nursery import CAN_BRANCH, Nursery
from app.commands.starting import Branch
from app.commands.till_process import TillProcess


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def told(nursery: Nursery, folder: Path) -> str:
    with (folder / "told").open("wb") as errors:
        nursery.run("app", ["--version"], errors).wait(60)
    return (folder / "told").read_text("utf-8").strip()


def test_a_word_of_the_program_says_the_same_however_it_is_started(
    nursery: Nursery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(nursery, tmp_path) == f"yaogui {__version__}"
    monkeypatch.setattr(module, "CAN_BRANCH", False)
    assert told(Nursery(), tmp_path) == f"yaogui {__version__}"


@pytest.mark.skipif(not CAN_BRANCH, reason="processes branch off on Linux")
def test_tills_that_branch_off_are_processes_of_their_own_and_die_alone(nursery: Nursery, tmp_path: Path) -> None:
    tills = [TillProcess(tmp_path / name, run=nursery.run) for name in ("one", "other")]
    try:
        assert len({os.getpid(), *(till.pid for till in tills)}) == 3
        for till in tills:
            assert isinstance(till._process, Branch)
            with pytest.raises(RuntimeError, match="was not started"):
                till.ask("peek")
        tills[0].kill()
        assert not tills[0].alive and tills[1].alive
        with pytest.raises(ProcessLookupError):
            os.kill(tills[0].pid, 0)
        assert "was not started" in (tmp_path / "one.err").read_text("utf-8")
    finally:
        for till in tills:
            till.kill()


@pytest.mark.skipif(not CAN_BRANCH, reason="processes branch off on Linux")
def test_what_branched_off_outlives_the_nursery_and_a_new_one_begins_by_itself(nursery: Nursery, tmp_path: Path) -> None:
    till = TillProcess(tmp_path / "till", run=nursery.run)
    nursery.close()
    assert till.alive
    with pytest.raises(RuntimeError, match="was not started"):
        till.ask("peek")
    till.kill()
    assert told(nursery, tmp_path) == f"yaogui {__version__}"
