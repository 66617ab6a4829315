"""Engines over the encrypted ledger: one connection that writes, and one that only reads per thread."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool
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


def unlock(raw: Any, key: bytes) -> None:
    """Give a fresh driver connection the raw key and prove that it opens the file; StoreFault `wrong_key` when it does not."""
    raw.execute("PRAGMA cipher_log_level = NONE")
    raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    try:
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except dbapi2.DatabaseError as error:
        if sqlite_code(error) == 26:
            raise StoreFault("wrong_key") from error
        raise StoreFault("ledger_io", {"reason": str(error)}) from error


def raw_connection(path: Path, key: bytes) -> Any:
    """A driver connection to the ledger, for whole-file work (backup, glance) outside SQLAlchemy."""
    raw = dbapi2.connect(str(path), isolation_level=None, timeout=5.0, check_same_thread=False)
    try:
        unlock(raw, key)
    except StoreFault:
        raw.close()
        raise
    return raw


def _ledger_engine(path: Path, key: bytes) -> Engine:
    return create_engine(
        "sqlite://",
        module=dbapi2,
        creator=lambda: raw_connection(path, key),
        poolclass=NullPool,
    )


def writer_engine(path: Path, key: bytes) -> Engine:
    """The engine of the write thread: WAL, FULL, BEGIN IMMEDIATE, checkpoints only when told to."""
    engine = _ledger_engine(path, key)

    def prepare(raw: Any, _record: object) -> None:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "secure_delete = ON",
            "journal_size_limit = 4194304",
            "wal_autocheckpoint = 0",
            "busy_timeout = 5000",
        ):
            raw.execute(f"PRAGMA {pragma}")

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


class Readers:
    """Kept read-only connections, one per thread: no BEGIN is ever sent, so a forgotten cursor cannot lock out a sale."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._engine = _ledger_engine(path, key)
        event.listen(self._engine, "connect", self._prepare)
        self._local = threading.local()
        self._kept: list[Connection] = []
        self._lock = threading.Lock()

    @staticmethod
    def _prepare(raw: Any, _record: object) -> None:
        raw.execute("PRAGMA query_only = ON")
        raw.execute("PRAGMA trusted_schema = OFF")
        raw.execute("PRAGMA busy_timeout = 5000")

    def connection(self) -> Connection:
        """This thread's own connection; fetch every row of a result before the next act."""
        kept: Connection | None = getattr(self._local, "connection", None)
        if kept is None or kept.closed:
            kept = self._engine.connect()
            self._local.connection = kept
            with self._lock:
                self._kept.append(kept)
        return kept

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for kept in self._kept:
                kept.close()
            self._kept.clear()
        self._engine.dispose()
