"""What headquarters keeps of people by law or as proof, once its term is over: counted, and destroyed when a person says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select

from app.hub import tables
from app.hub.person import late, terms

CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Over:
    """One kind of record, and how many are past their term."""

    code: str
    records: int


def over(connection: Connection, now: datetime) -> tuple[Over, ...]:
    """How much is past its term; nothing is changed."""
    counted = ((code, connection.scalar(select(func.count()).select_from(table).where(gone))) for code, table, gone in _past(now))
    return tuple(Over(code, int(records or 0)) for code, records in counted)


def end(connection: Connection, now: datetime) -> tuple[Over, ...]:
    """Destroy what is past its term, and the keys under which nothing else lies; gives how much that was."""
    past = _past(now)
    found = tuple(Over(code, connection.execute(delete(table).where(gone)).rowcount) for code, table, gone in past)
    k, b = tables.person_key.c, tables.person_blob.c
    if any(one.records for one, (_, table, _) in zip(found, past, strict=True) if table is tables.person_blob):
        connection.execute(delete(tables.person_key).where(k.secret.is_not(None), k.person_id.not_in(select(b.person_id))))
    return found


def _past(now: datetime) -> list[tuple[str, Table, Any]]:
    """What of which table is past its term, by the code of the rules."""
    b, c, a = tables.person_blob.c, tables.consent.c, tables.person_act.c
    found: list[tuple[str, Table, Any]] = []
    for kept in terms().kept:
        before = kept.over_before(now)
        if kept.blobs:
            found.append((kept.code, tables.person_blob, b.kind.in_(kept.blobs) & (b.at < before)))
        elif kept.code == CONSENT:
            # The proof of somebody who is still a member is still wanted; of others it is kept from their erasure on.
            erased = select(a.member_id).where(a.act == "erase").group_by(a.member_id).having(func.max(a.at) < before)
            found.append((kept.code, tables.consent, c.member_id.in_(erased)))
    return [*found, *late(now)]
