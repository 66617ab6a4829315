"""A child process that ends when whoever started it ends, also by kill -9: its standard input is the line it hangs on."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PARENT_GONE = 70
"""How a measuring child ends that was left alone."""
_ROUNDS = 1_000


def watch(leave: Callable[[], None]) -> None:
    """In the child: call `leave`, on a thread of its own, once standard input has ended, as it does when the parent is gone."""

    def wait() -> None:
        # Not sys.stdin, whose lock would be held when the interpreter ends.
        while os.read(0, 4_096):
            continue
        leave()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


def end_with_parent() -> None:
    """In a serving child: end in good order with the parent."""
    watch(lambda: signal.raise_signal(signal.SIGTERM))


def drop_with_parent(room: Path | None = None) -> None:
    """In a measuring child: end at once with the parent, whose figures nobody waits for any more; the room it left behind goes, too."""
    leaving = threading.Event()

    def leave() -> None:
        leaving.set()
        if room is not None:
            # The measuring goes on beside this: a file it just made keeps its folder for one more round.
            for _ in range(_ROUNDS):
                shutil.rmtree(room, ignore_errors=True)
                if not room.exists():
                    break
        os._exit(PARENT_GONE)

    def rest() -> None:
        if leaving.is_set():  # what was measured failed for want of its files: the sweeping is not to be cut off by that
            threading.Event().wait()

    atexit.register(rest)
    watch(leave)


def told_by(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> str:
    """In the parent: run a measuring child on a lifeline, and give what it printed; RuntimeError where it failed."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        try:
            told = child.stdout.read()
            failed = child.wait()
        except BaseException:
            child.kill()
            raise
    if failed:
        raise RuntimeError(f"{' '.join(command[1:4])} failed with {failed}")
    return told
