"""Members' points at headquarters: what was brought forward and every movement that has arrived, folded for one person."""

from __future__ import annotations

import json
from datetime import date
from typing import cast

from sqlalchemy import Connection, select

from app.domain.points import EntryKind, PointsEntry, PointsRules, Statement, brought_forward, statement
from app.hub import tables
from app.hub.movements import POINTS
from app.hub.parties import party_of
from app.records.people import PointsEntryRow


def statement_of(connection: Connection, member_id: str, today: date, rules: PointsRules) -> Statement:
    """A person's points as headquarters holds them: what was brought forward, and every movement that has arrived, of all their ids."""
    row = tables.feed_row.c
    ids = party_of(connection, member_id)
    entries = [_entry(found) for found in POINTS.rows(connection, ids)]
    known = select(row.key, row.json).where(row.feed == "member", row.key.in_(ids), row.current).order_by(row.store_id.desc())
    books = {found.key: int(json.loads(found.json).get("points", 0)) for found in connection.execute(known)}
    before = [entry for key in sorted(books) for entry in brought_forward(key, books[key])]
    return statement((*before, *entries), today, rules)


def _entry(row: PointsEntryRow) -> PointsEntry:
    return PointsEntry(row.id, row.at, row.member_id, cast(EntryKind, row.kind), row.points, row.of, row.expires_on)
