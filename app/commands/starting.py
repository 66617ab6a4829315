"""How the program is started as a process: by itself, or branched off from one that has loaded it already."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

_ROOT = Path(__file__).resolve().parents[2]
"""Where `python -m app` finds the program."""


class Branch:
    """A process that branched off; speaks as `subprocess.Popen` does, as far as tapes need it."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes] | None) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self._watched: int | None = None
        with suppress(ProcessLookupError):
            self._watched = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """None while it runs, 0 once it has ended, however it did."""
        return 0 if self._gone(0) else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; subprocess.TimeoutExpired when that does not come within so many seconds."""
        if not self._gone(None if timeout is None else round(1000 * timeout)):
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        return 0

    def kill(self) -> None:
        """kill -9."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def _gone(self, wait_ms: int | None) -> bool:
        if self._watched is not None:
            end = select.poll()
            end.register(self._watched, select.POLLIN)
            if not end.poll(wait_ms):
                return False
            os.close(self._watched)
            self._watched = None
        return True

    def _signal(self, which: signal.Signals) -> None:
        if self._watched is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._watched, which)


Started = subprocess.Popen[bytes] | Branch
"""A process that runs the program."""


class Run(Protocol):
    """Starts a module of the program with these words as a process.

    It listens at a pipe that its starter holds and that closes with it. What it complains of goes to the file `errors`, and so does what
    it says, unless it is `spoken_to`: then it answers by a pipe.
    """

    def __call__(self, module: str, words: Sequence[str], errors: IO[bytes], *, spoken_to: bool = False) -> Started:
        """Start it."""
        ...


def environment() -> dict[str, str]:
    """What a process needs to find the program."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))}


def load_and_run(module: str, words: Sequence[str], errors: IO[bytes], *, spoken_to: bool = False) -> Started:
    """Start it as a process that loads the program by itself; see `Run`."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if spoken_to else errors,
        stderr=errors,
        env=environment(),
    )
