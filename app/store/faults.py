"""What goes wrong with the disk, as one exception with a code, facts and whether trying again makes sense."""

from __future__ import annotations

from collections.abc import Mapping

IO_CODES = frozenset({8, 10, 11, 14, 26})
"""SQLite primary result codes after which the ledger must not be trusted until reopened: READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB."""

FULL = 13
"""SQLite primary result code SQLITE_FULL."""


class StoreFault(Exception):
    """The disk failed us.

    Codes: store_in_use · sqlite_too_old · ledger_key_lost · device_key_lost · wrong_key · not_writable · ledger_newer ·
    ledger_other_version · ledger_io · disk_full · ledger_closed · no_ledger · no_catalogue · backup_failed · backup_bad ·
    person_key_destroyed · blob_damaged · unknown_setting · bad_setting · read_only · no_such_event; the catalogue adds its own.
    """

    def __init__(self, code: str, facts: Mapping[str, str] | None = None, *, retry: bool = False) -> None:
        super().__init__(code if not facts else f"{code} {dict(facts)}")
        self.code = code
        self.facts: dict[str, str] = dict(facts or {})
        self.retry = retry


def sqlite_code(error: BaseException) -> int:
    """The primary SQLite result code behind an exception (SQLAlchemy's wrapper or the driver's own), or 0."""
    origin = getattr(error, "orig", None) or error
    code = getattr(origin, "sqlite_errorcode", None)
    return int(code) & 0xFF if code is not None else 0
