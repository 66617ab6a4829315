"""A child process that ends when whoever started it ends, also by kill -9: its standard input is the line it hangs on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PARENT_GONE = 70
"""How a measuring child ends that was left alone."""


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

    def leave() -> None:
        if room is not None:
            shutil.rmtree(room, ignore_errors=True)
        os._exit(PARENT_GONE)

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
