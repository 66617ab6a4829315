"""Members' stored value at the counter: what they have by this till's knowledge, and the movements that sales and returns cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.counter.points_book import MOST_OF_A_DAY
from app.counter.receipts import StoredLine
from app.domain import stored as law
from app.domain.stored import Balance, StoredRules
from app.records import events
from app.store.open_store import Store
from app.store.sales import StoredSale

KIND = "stored"
"""Of the tender, and the purse that headquarters puts by from."""


@dataclass(frozen=True, slots=True)
class StoredStanding:
    """What a member's page says of their stored value."""

    principal_fen: int
    bonus_fen: int
    as_of: datetime | None
    """When headquarters was last heard on it since the start; None where that was not yet."""
    known: bool
    """Whether anything ever moved."""

    @property
    def total_fen(self) -> int:
        """What may be spent, once headquarters agrees."""
        return self.principal_fen + self.bonus_fen


@dataclass(frozen=True, slots=True)
class StoredMoves:
    """A movement to be recorded in the unit of its cause, and how it reads on the paper; nothing where none was moved."""

    bodies: tuple[events.StoredMoved, ...] = ()
    line: StoredLine | None = None


class StoredBook:
    """Reads what this till knows; headquarters alone says what may be spent."""

    def __init__(self, store: Store, rules: StoredRules, heard: Callable[[], datetime | None]) -> None:
        self._store = store
        self.rules = rules
        self._heard = heard

    def standing(self, member_id: str) -> StoredStanding:
        """A person's stored value, under all their ids."""
        entries = self._store.stored.of_member(member_id) if member_id else ()
        balance = law.statement(entries).balance
        return StoredStanding(balance.principal_fen, balance.bonus_fen, self._heard(), bool(entries))

    def spendable_fen(self, standing: StoredStanding, priced: Sequence[tuple[str, int]], remaining_fen: int) -> int:
        """What it may pay of a sale by this till's own knowledge; `priced` are the lines as (class, fen after every cut)."""
        return self.rules.spendable_fen(Balance(standing.principal_fen, standing.bonus_fen), priced, remaining_fen)

    def of_sale(self, body: events.SaleClosed, spent_fen: int, part_fen: int, hold_id: str) -> StoredMoves:
        """What a sale about to be recorded spends, `part_fen` of it bonus."""
        if not spent_fen:
            return StoredMoves()
        move = events.StoredMoved(
            entry_id=f"spend:{body.sale_id}",
            member_id=body.member_id,
            kind="spend",
            principal_fen=spent_fen - part_fen,
            bonus_fen=part_fen,
            owner_id=body.sale_id,
            hold_id=hold_id,
        )
        return StoredMoves((move,), StoredLine(self.standing(body.member_id).total_fen, -spent_fen))

    def of_return(self, sale: StoredSale, body: events.ReturnClosed) -> StoredMoves:
        """What a return or void about to be recorded gives back, in the shares in which it was spent."""
        now_fen = _stored(body.refunds)
        spent = self._spent(sale) if now_fen else None
        if spent is None:
            return StoredMoves()
        before_fen = sum(_stored(back.body.refunds) for back in self._store.sales.returns_of(sale.body.sale_id))
        principal, bonus = law.shares_back((spent.principal_fen, spent.bonus_fen), before_fen, now_fen)
        move = events.StoredMoved(
            entry_id=f"unspend:{body.return_id}",
            member_id=spent.member_id,
            kind="unspend",
            principal_fen=principal,
            bonus_fen=bonus,
            of=spent.entry_id,
            owner_id=body.return_id,
        )
        standing = self.standing(spent.member_id)
        # A visitor whose time is over is owed it all the same; what they have is no more known here, whatever else came back before.
        known = standing.known and self._store.people.member(spent.member_id) is not None
        return StoredMoves((move,), StoredLine(standing.total_fen, now_fen) if known else None)

    def line_of(self, sale: StoredSale) -> StoredLine | None:
        """What a sale of the past did, from the movements before it, for paper that is first printed later."""
        entries = self._store.stored.of_member(sale.body.member_id) if _stored(sale.body.tenders) else ()
        spent = next((entry for entry in entries if entry.entry_id == f"spend:{sale.body.sale_id}"), None)
        if spent is None:
            return None
        earlier = [entry for entry in entries if entry.at < sale.at]
        return StoredLine(law.statement(earlier).balance.total_fen, -(spent.principal_fen + spent.bonus_fen))

    def _spent(self, sale: StoredSale) -> events.StoredMoved | None:
        """What the sale took, by its own event, which outlasts a visitor's stay; None for an erased member, whose account is no more."""
        if not _stored(sale.body.tenders) or self._store.people.erased(sale.body.member_id):
            return None
        for envelope in self._store.journal.of_type("stored.moved@1", sale.day, MOST_OF_A_DAY):
            if envelope.body["owner_id"] == sale.body.sale_id:
                return events.StoredMoved.model_validate(envelope.body)
        return None


def _stored(tenders: Sequence[events.Tender]) -> int:
    return sum(tender.amount_fen for tender in tenders if tender.kind == KIND)
