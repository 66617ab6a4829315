"""Backups: whole encrypted copies of the ledger made by VACUUM INTO, two kept, and the way back."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlcipher3 import dbapi2

from app.records.clock import Clock
from app.store.cipher import raw_connection
from app.store.faults import StoreFault
from app.store.keys import LEDGER_KEY, read_key, sync_directory
from app.store.lock import WriteLock

KEPT = 2


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy, and where in history it stands."""

    path: Path
    sha256: str
    epoch: str
    seq: int
    at: datetime


def place_of(path: Path, key: bytes) -> tuple[str, int]:
    """(epoch, seq) of the newest event in a ledger file, after `quick_check`; StoreFault `backup_bad` when it is not whole."""
    try:
        raw = raw_connection(path, key)
    except StoreFault as error:
        raise StoreFault("backup_bad", {"path": str(path), "reason": error.code}) from error
    try:
        verdict = raw.execute("PRAGMA quick_check").fetchone()[0]
        if verdict != "ok":
            raise StoreFault("backup_bad", {"path": str(path), "reason": str(verdict)})
        row = raw.execute("SELECT epoch, seq FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    except dbapi2.Error as error:
        raise StoreFault("backup_bad", {"path": str(path), "reason": str(error)}) from error
    finally:
        raw.close()
    return (str(row[0]), int(row[1])) if row is not None else ("", 0)


def copy_ledger(ledger: Path, key: bytes, target: Path) -> None:
    """A whole, durable, still encrypted copy of a ledger that may be in use."""
    unfinished = target.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    raw = raw_connection(ledger, key)
    try:
        raw.execute("VACUUM INTO ?", (str(unfinished),))
    except dbapi2.Error as error:
        unfinished.unlink(missing_ok=True)
        raise StoreFault("backup_failed", {"path": str(target), "reason": str(error)}, retry=True) from error
    finally:
        raw.close()
    with unfinished.open("rb+") as copy:
        os.fsync(copy.fileno())
    os.chmod(unfinished, 0o600)
    os.replace(unfinished, target)
    sync_directory(target.parent)


def file_digest(path: Path) -> str:
    """SHA-256 hex of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


class Backups:
    """Makes and lists the copies of one store; takes as long as the ledger is big, so never on the GUI or writer thread."""

    def __init__(self, directory: Path, ledger_key: bytes, clock: Clock) -> None:
        self._directory = directory
        self._key = ledger_key
        self._clock = clock

    @property
    def folder(self) -> Path:
        """Where the copies lie."""
        return self._directory / "backups"

    def make(self) -> Backup:
        """Copy the ledger as it stands, check the copy, and keep the newest two."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        at = self._clock.now()
        path = self.folder / f"ledger-{at.strftime('%Y%m%dT%H%M%S')}{at.microsecond // 1000:03d}.db"
        copy_ledger(self._directory / "ledger.db", self._key, path)
        epoch, seq = place_of(path, self._key)
        for old in self.copies()[:-KEPT]:
            old.unlink()
        return Backup(path, file_digest(path), epoch, seq, at)

    def copies(self) -> list[Path]:
        """The copies at hand, oldest first."""
        return sorted(self.folder.glob("ledger-*.db"))

    def check(self, path: Path) -> tuple[str, int]:
        """(epoch, seq) of a copy that is whole; StoreFault `backup_bad` otherwise."""
        return place_of(path, self._key)


def restore(directory: Path, backup: Path) -> tuple[str, int]:
    """Put a copy in the ledger's place while no process writes; gives the (epoch, seq) it stands at.

    The ledger it replaces is kept beside as `ledger.replaced.db`. The next opening takes from the frames whatever the copy lacks and
    opens a new epoch, so the restore is visible to headquarters and nothing new can collide with what was forgotten.
    """
    key = read_key(directory, LEDGER_KEY)
    lock = WriteLock(directory)
    try:
        place = place_of(backup, key)
        ledger = directory / "ledger.db"
        staged = directory / "ledger.restoring.db"
        shutil.copyfile(backup, staged)
        with staged.open("rb+") as copy:
            os.fsync(copy.fileno())
        if ledger.exists():
            for ending in ("-wal", "-shm"):
                side = directory / f"ledger.db{ending}"
                if side.exists():
                    os.replace(side, directory / f"ledger.replaced.db{ending}")
            os.replace(ledger, directory / "ledger.replaced.db")
        os.replace(staged, ledger)
        sync_directory(directory)
    finally:
        lock.release()
    return place
