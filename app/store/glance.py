"""A first look at a store for the sign-in window: faces and the look, read before SQLAlchemy or any record is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from app.store.cipher import raw_connection, refuse_old_sqlite
from app.store.faults import StoreFault
from app.store.keys import LEDGER_KEY, read_key


class Face(NamedTuple):
    """Somebody who may sign in."""

    id: str
    code: str
    name: str
    role: str


class Glance(NamedTuple):
    """What the sign-in window needs."""

    faces: tuple[Face, ...]
    settings: Mapping[str, Any]
    """Settings that were ever set (theme, language, store and till …); defaults are the reader's business."""


def read(directory: Path | str) -> Glance:
    """The active staff by code, and the settings that were set.

    Raises StoreFault: `no_ledger` where no store was ever set up, `ledger_key_lost`, `wrong_key`, `ledger_io`.
    """
    refuse_old_sqlite()
    folder = Path(directory)
    ledger = folder / "ledger.db"
    if not ledger.exists():
        raise StoreFault("no_ledger", {"path": str(folder)})
    raw = raw_connection(ledger, read_key(folder, LEDGER_KEY))
    try:
        raw.execute("PRAGMA query_only = ON")
        tables = {row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE name IN ('staff', 'setting')")}
        if tables != {"staff", "setting"}:
            return Glance((), {})
        rows = raw.execute("SELECT id, code, name, role FROM staff WHERE active ORDER BY code").fetchall()
        kept = raw.execute("SELECT key, content FROM setting").fetchall()
    finally:
        raw.close()
    return Glance(tuple(Face(*row) for row in rows), {key: json.loads(content) for key, content in kept})
