"""A headquarters of paper for points: takes tills' sealed events in any order, and gives back rows as late and as often as asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from app.domain.points import PointsEntry, PointsRules, Statement, brought_forward, statement
from app.records.envelope import unseal
from app.records.events import PointsMoved
from app.records.people import Member, PointsEntryRow
from app.records.registry import body_of


class PaperPoints:
    """Every movement that any till has told, once each."""

    def __init__(self) -> None:
        self.entries: dict[str, PointsEntry] = {}
        self.rows: list[dict[str, Any]] = []

    def take(self, raws: Iterable[bytes]) -> None:
        """Exact bytes of events, known ones among them."""
        for raw in raws:
            envelope = unseal(raw)
            body = body_of(envelope.type, envelope.body)
            if isinstance(body, PointsMoved) and body.entry_id not in self.entries:
                kind: Any = body.kind
                self.entries[body.entry_id] = PointsEntry(
                    body.entry_id, envelope.at, body.member_id, kind, body.points, body.of, body.expires_on
                )
                told = body.model_dump(exclude={"entry_id", "rules", "reservation"})
                self.rows.append(PointsEntryRow(id=body.entry_id, at=envelope.at, **told).model_dump(mode="json"))

    def statement(self, member: Member, today: date, rules: PointsRules) -> Statement:
        """A member's points as headquarters folds them."""
        mine = [entry for entry in self.entries.values() if entry.member_id == member.id]
        return statement((*brought_forward(member.id, member.points), *mine), today, rules)
