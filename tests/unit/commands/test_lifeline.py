"""A measuring child and a headquarters end with whoever started them; what they leave behind goes, too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.commands.lifeline import PARENT_GONE, told_by
from app.commands.stage import HubProcess

ROOT = Path(__file__).parents[3]


def left_alone(*words: str) -> int:
    """How a measuring child ends whose parent is gone already."""
    return subprocess.run([sys.executable, "-m", *words], stdin=subprocess.DEVNULL, cwd=ROOT, timeout=120, capture_output=True).returncode


def test_a_checkout_bench_whose_parent_is_gone_ends_and_takes_its_folder_along(tmp_path: Path) -> None:
    room = tmp_path / "yaogui-bench-x"
    room.mkdir()
    os.mkfifo(room / "order.json")  # its order never comes
    assert left_alone("app.commands.bench.checkout", str(room)) == PARENT_GONE
    assert not room.exists()


def test_a_child_that_still_writes_into_its_folder_leaves_nothing_there(tmp_path: Path) -> None:
    room = tmp_path / "yaogui-bench-y"
    room.mkdir()
    script = (
        "import sys; from pathlib import Path; from app.commands.lifeline import drop_with_parent; room = Path(sys.argv[1])\n"
        "drop_with_parent(room)\nfor n in range(10**9): (room / str(n)).write_text('x')"
    )
    done = subprocess.run([sys.executable, "-c", script, str(room)], stdin=subprocess.DEVNULL, cwd=ROOT, timeout=120, capture_output=True)
    assert done.returncode == PARENT_GONE
    assert not room.exists()


@pytest.mark.parametrize("words", [("people", "5000000", "1"), ("rfm", "rfm", "nowhere", "1000000")])
def test_a_reckoning_bench_whose_parent_is_gone_ends(words: tuple[str, ...]) -> None:
    assert left_alone(f"app.commands.bench.{words[0]}", *words[1:]) == PARENT_GONE


def test_a_child_that_fails_is_not_taken_for_one_that_told_nothing() -> None:
    assert told_by([sys.executable, "-c", "print('here')"]) == "here\n"
    with pytest.raises(RuntimeError, match="failed with 3"):
        told_by([sys.executable, "-c", "raise SystemExit(3)"])


def test_headquarters_ends_in_good_order_with_whoever_started_it(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path)
    try:
        assert hub.url.startswith("http://")
        child = hub._process
        assert child is not None and child.stdin is not None
        child.stdin.close()
        assert child.wait(60) in (0, -15)
    finally:
        hub.end(kill=True)
