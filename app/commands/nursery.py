"""The nursery: a process that has loaded the program once, and from which the tills and headquarters of tapes branch off.

Loading is two seconds of every start, and tapes start hundreds of processes. What branches off is a process like any other: when it begins
it has opened nothing, it opens its folder itself, and it can be killed. Where a system cannot do this, every process loads by itself.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO

from app.commands.starting import Branch, Started, environment, load_and_run

CAN_BRANCH = hasattr(os, "fork") and hasattr(os, "pidfd_open") and hasattr(socket, "send_fds")
"""Whether processes of this system branch off, and can be waited for by somebody who is not their parent (Linux)."""

MODULES = {"app": "app.commands", "app.commands.till_process": "app.commands.till_process"}
"""What can be run, and where its `run` stands."""
_LOADED = ("app.commands.hub", "app.counter.joining", "app.counter.loading", "app.counter.caring", "uvicorn.protocols.http.auto")
"""What the processes load when they first need it."""
_MOST_BYTES = 65_536


class Nursery:
    """The parent's hand on a nursery, which begins with the first that is to run, and ends with its parent or when it is closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.commands.nursery", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=environment(),
            )
        return ours

    def run(self, module: str, words: Sequence[str], errors: IO[bytes], *, spoken_to: bool = False) -> Started:
        """Let it branch off, or load by itself where nothing branches off; see `starting.Run`."""
        if not CAN_BRANCH:
            return load_and_run(module, words, errors, spoken_to=spoken_to)
        their_in, our_out = os.pipe()
        our_in, their_out = os.pipe() if spoken_to else (-1, errors.fileno())
        try:
            pid = self._ask(module, words, their_in, their_out, errors.fileno())
        finally:
            os.close(their_in)
            if spoken_to:
                os.close(their_out)
        return Branch(pid, os.fdopen(our_out, "wb"), os.fdopen(our_in, "rb") if spoken_to else None)

    def _ask(self, module: str, words: Sequence[str], *files: int) -> int:
        with self._lock:
            self._line = self._line or self._begin()
            socket.send_fds(self._line, [json.dumps([module, *words]).encode()], files)
            told = self._line.recv(8)
        if len(told) != 8:
            raise RuntimeError("the nursery has ended")
        return int.from_bytes(told, "big")

    def close(self) -> None:
        """End the nursery; what branched off lives on."""
        if self._line is not None and self._process is not None:
            self._line.close()
            self._line = None
            self._process.wait()


def serve(line: socket.socket) -> int:
    """Load the program, and let a process branch off for every order until the line closes; gives the exit code of whoever comes back."""
    for name in (*MODULES.values(), *_LOADED):
        importlib.import_module(name)
    # Nobody here waits for what branches off: the system forgets it when it ends.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    while True:
        told, files, _, _ = socket.recv_fds(line, _MOST_BYTES, 3)
        if not told:
            return 0
        pid = os.fork()
        if pid == 0:
            break
        line.sendall(pid.to_bytes(8, "big"))
        for file in files:
            os.close(file)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    line.close()
    for place, file in enumerate(files):
        os.dup2(file, place)
        os.close(file)
    module, *words = json.loads(told)
    return int(importlib.import_module(MODULES[module]).run(words))


if __name__ == "__main__":
    sys.exit(serve(socket.socket(fileno=int(sys.argv[1]))))
