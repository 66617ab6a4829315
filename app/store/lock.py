"""The lock file: one writing process per store directory; readers never ask for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.store.faults import StoreFault


class WriteLock:
    """The right to write into a store directory, held until released or until the process dies."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "lock"
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(handle)
        except OSError as error:
            holder = os.read(handle, 32).decode("ascii", "replace").strip()
            os.close(handle)
            raise StoreFault("store_in_use", {"path": str(directory), "pid": holder}, retry=True) from error
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._handle = handle

    def release(self) -> None:
        """Let another process write."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        os.lseek(handle, 64, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
