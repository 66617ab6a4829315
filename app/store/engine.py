"""Engines over the encrypted ledger: one connection that writes, and one that only reads per thread."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool
from sqlcipher3 import dbapi2

from app.store.cipher import raw_connection


def _ledger_engine(path: Path, key: bytes) -> Engine:
    return create_engine(
        "sqlite://",
        module=dbapi2,
        creator=lambda: raw_connection(path, key),
        poolclass=NullPool,
        hide_parameters=True,  # what fails is logged, and rows hold names and phone numbers
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
