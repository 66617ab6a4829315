"""A driver connection to an encrypted file, with nothing heavier than sqlcipher3 behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from app.store.faults import StoreFault, sqlite_code

OLDEST_SQLITE = (3, 51, 3)
"""Versions 3.7.0–3.51.2 can corrupt a WAL database when two connections write and checkpoint at once (sync.md §1)."""


def refuse_old_sqlite(version: tuple[int, ...] = dbapi2.sqlite_version_info) -> None:
    """StoreFault `sqlite_too_old` when the driver carries a SQLite that may corrupt the ledger."""
    if version < OLDEST_SQLITE:
        raise StoreFault(
            "sqlite_too_old",
            {"found": ".".join(map(str, version)), "needed": ".".join(map(str, OLDEST_SQLITE))},
        )


def raw_connection(path: Path, key: bytes) -> Any:
    """A driver connection opened with the raw 32-byte key; StoreFault `wrong_key` when the key does not open the file."""
    try:
        raw = dbapi2.connect(str(path), isolation_level=None, timeout=5.0, check_same_thread=False)
    except dbapi2.Error as error:
        raise StoreFault("ledger_io", {"path": str(path), "reason": str(error)}) from error
    try:
        raw.execute("PRAGMA cipher_log_level = NONE")
        raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except dbapi2.Error as error:
        raw.close()
        if sqlite_code(error) == 26:
            raise StoreFault("wrong_key", {"path": str(path)}) from error
        raise StoreFault("ledger_io", {"path": str(path), "reason": str(error)}) from error
    return raw
