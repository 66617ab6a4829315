"""Members' points at the counter: statements kept at hand, and the movements that sales, returns and late members cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.counter.post import Post
from app.counter.receipts import PointsLine
from app.domain import points
from app.domain import returns as law
from app.domain.wallet import Spendable, spendable
from app.records import events
from app.records.clock import Clock, shop_day
from app.records.people import Member
from app.store.open_store import Store
from app.store.sales import StoredSale

KEPT_STATEMENTS = 64
"""Members whose statement is remembered; more than are looked at between two movements."""

MOST_OF_A_DAY = 100_000
"""Movements of one business day, among which a sale's own are looked for."""
_GIVEN = "stored_bonus"
"""What the rules for points call the part of stored value that was a gift."""
_BACK: tuple[tuple[str, str], ...] = (("earn", "unearn"), ("spend", "unspend"))
"""What a sale did to points → what a return does with it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member's card says of their points."""

    balance: int
    """Less debt; negative after a return of points already spent."""
    ending: int = 0
    """How many are lost soon unless they are spent."""
    ends_on: date | None = None
    """The last good day of the first of them."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Movements to be recorded in the unit of their cause, and how they read on its paper."""

    bodies: tuple[events.PointsMoved, ...] = ()
    line: PointsLine | None = None
    """None where this till does not know the member."""


class PointsBook:
    """Folds a member's movements once, when they are attached or something moved, never for a scan."""

    def __init__(self, store: Store, clock: Clock, post: Post, rules: points.PointsRules) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._rules = rules
        self._own = 0
        self._mark: tuple[int, int, date] = (-1, -1, date.min)
        self._kept: dict[str, tuple[Member, Standing]] = {}

    def standing(self, member: Member) -> Standing:
        """A member's points now."""
        return self._standing(member, self._day())

    def _standing(self, member: Member, today: date) -> Standing:
        mark = (self._own, self._store.inbox.points_pages, today)
        if mark != self._mark:
            self._kept.clear()
            self._mark = mark
        kept = self._kept.get(member.id)
        if kept is None or (kept[0] is not member and kept[0] != member):
            if len(self._kept) >= KEPT_STATEMENTS:
                self._kept.clear()
            kept = self._kept[member.id] = (member, self._folded(member, today))
        return kept[1]

    def _folded(self, member: Member, today: date) -> Standing:
        stated = points.statement((*self._before(member), *self._store.points.of_member(member.id)), today, self._rules)
        return Standing(stated.balance, *points.ending(stated, today, self._rules))

    def _before(self, member: Member) -> list[points.PointsEntry]:
        """What every id of a person brought forward from before there were movements."""
        books = self._store.people.books(member.id) or {member.id: member.points}
        return [entry for key in sorted(books) for entry in points.brought_forward(key, books[key])]

    def follow(self, future: Future[Any]) -> None:
        """Movements are on their way into the ledger: fold again once they are durable."""
        future.add_done_callback(self._moved)

    def _moved(self, _: Future[Any]) -> None:
        # Only the writer thread counts here.
        self._own += 1

    # ------------------------------------------------------------------ what sales do

    def spendable(self, member_id: str, priced: Iterable[tuple[str, int]], due_fen: int, remaining_fen: int) -> Spendable | None:
        """What a member's points may pay of a sale by this till's own fold; headquarters has the last word. None for nobody known.

        `priced` are the lines as (class, fen after every cut).
        """
        member = self._member(member_id)
        if member is None:
            return None
        barred = sum(fen for rx_class, fen in priced if rx_class in self._rules.classes_without)
        return spendable(self._standing(member, self._day()).balance, due_fen, barred, remaining_fen, self._rules)

    def of_sale(
        self, body: events.SaleClosed, categories: Mapping[str, str], spent: int = 0, reservation: str = "", given_fen: int = 0
    ) -> Moves:
        """What a sale about to be recorded earns its member, and what it spends; `categories` by product id.

        `given_fen` of what stored value paid was the chain's own gift (赠送).
        """
        member = self._member(body.member_id)
        if member is None:
            return Moves()
        paid: dict[str, int] = {}
        for tender in body.tenders:
            paid[tender.method] = paid.get(tender.method, 0) + tender.amount_fen
            if tender.kind == "stored" and given_fen:
                paid[tender.method] -= given_fen
                paid[_GIVEN] = given_fen
        today = self._day()
        earned = self._earn(body, member, categories, paid, today)
        opening = self._standing(member, today).balance
        points_earned = earned.points if earned is not None else 0
        moves = [earned] if earned is not None else []
        if spent:
            moves.append(
                events.PointsMoved(
                    entry_id=f"spend:{body.sale_id}",
                    member_id=member.id,
                    kind="spend",
                    points=spent,
                    owner_id=body.sale_id,
                    rules=self._rules.version,
                    reservation=reservation,
                )
            )
        return Moves(tuple(moves), PointsLine(opening, points_earned, spent, opening + points_earned - spent))

    def line_of(self, sale: StoredSale) -> PointsLine | None:
        """What a sale of the past did to its member's points, from the movements before it, for paper that is first printed later."""
        member = self._member(sale.member_id)
        if member is None:
            return None
        entries = self._store.points.of_member(member.id)
        own = {entry.kind: entry for entry in entries if entry.entry_id in (f"earn:{sale.body.sale_id}", f"spend:{sale.body.sale_id}")}
        began = min((entry.at for entry in own.values()), default=sale.at)
        earlier = (*self._before(member), *(entry for entry in entries if entry.at < began))
        opening = points.statement(earlier, sale.day, self._rules).balance
        earned, spent = (own[kind].points if kind in own else 0 for kind in ("earn", "spend"))
        return PointsLine(opening, earned, spent, opening + earned - spent)

    def of_late_member(self, sale: StoredSale, member: Member) -> tuple[events.PointsMoved, ...]:
        """What a sale earns a member who is named after payment, less what its returns since have taken back."""
        paid: dict[str, int] = {tender.method: 0 for tender in sale.body.tenders}
        for tender in sale.body.tenders:
            paid[tender.method] += tender.amount_fen
        for correction in sale.corrections:
            paid[correction.from_method] -= correction.amount_fen
            paid[correction.to_method] = paid.get(correction.to_method, 0) + correction.amount_fen
        sold = {line.product_id for line in sale.body.lines}
        products = (self._store.catalogue.product(product_id) for product_id in sold)
        categories = {product.id: product.category for product in products if product is not None}
        earned = self._earn(sale.body, member, categories, paid, self._day())
        if earned is None:
            return ()
        moves = [earned]
        before: list[events.ReturnLine] = []
        for back in self._store.sales.returns_of(sale.body.sale_id):
            moves += self._taken(sale.body, {"earn": earned.points}, member.id, back.body, before)
            before += back.body.lines
        return tuple(moves)

    def _earn(
        self, body: events.SaleClosed, member: Member, categories: Mapping[str, str], paid_fen: Mapping[str, int], today: date
    ) -> events.PointsMoved | None:
        lines = [points.EarningLine(categories.get(line.product_id, ""), line.rx_class, line.amount_fen) for line in body.lines]
        earned = points.earned(lines, paid_fen, member.tier, today, self._rules)
        if not earned:
            return None
        return events.PointsMoved(
            entry_id=f"earn:{body.sale_id}",
            member_id=member.id,
            kind="earn",
            points=earned,
            expires_on=points.expiry(today, self._rules),
            owner_id=body.sale_id,
            rules=self._rules.version,
        )

    # ------------------------------------------------------------------ what returns do

    def of_return(self, sale: StoredSale, body: events.ReturnClosed) -> Moves:
        """What a return or void about to be recorded moves back of what its sale earned and spent."""
        made = self._made_by(sale)
        if not made:
            return Moves()
        moves = self._taken(sale.body, made, sale.member_id, body, self._gone_before(sale))
        member = self._member(sale.member_id)
        if member is None:
            return Moves(moves)
        return Moves(moves, _line(self.standing(member).balance, moves))

    def back(self, sale: StoredSale, taking_fen: Mapping[str, int]) -> int:
        """By how much a return of so much money a line would change the member's points: negative where it takes them."""
        made = self._made_by(sale)
        if not made or not taking_fen:
            return 0
        parts = self._parts(sale.body, made, taking_fen, self._gone_before(sale))
        return parts.get("spend", 0) - parts.get("earn", 0)

    def moved_by(self, member_id: str, owner_ids: Iterable[str]) -> int:
        """By how much sales and returns have changed a member's points, all told."""
        moved = 0
        for owner_id in owner_ids:
            for kind, sign in (("earn", 1), ("spend", -1), ("unearn", -1), ("unspend", 1)):
                entry = self._store.points.entry(member_id, f"{kind}:{owner_id}")
                moved += sign * entry.points if entry is not None else 0
        return moved

    def _made_by(self, sale: StoredSale) -> dict[str, int]:
        """What a sale earned and spent, where it did; a sale that has no member now moved nothing."""
        if not sale.member_id:
            return {}
        found = {kind: self._store.points.entry(sale.member_id, f"{kind}:{sale.body.sale_id}") for kind, _ in _BACK}
        made = {kind: entry.points for kind, entry in found.items() if entry is not None}
        people = self._store.people
        gone = not made and people.member(sale.member_id) is None and not people.erased(sale.member_id)
        return self._told_of(sale) if gone else made

    def _told_of(self, sale: StoredSale) -> dict[str, int]:
        """What a sale's own events say that it moved: they outlast a visitor's stay."""
        moved = (envelope.body for envelope in self._store.journal.of_type("points.moved@1", sale.day, MOST_OF_A_DAY))
        kinds = {kind for kind, _ in _BACK}
        return {body["kind"]: body["points"] for body in moved if body["owner_id"] == sale.body.sale_id and body["kind"] in kinds}

    def _gone_before(self, sale: StoredSale) -> list[events.ReturnLine]:
        return [line for back in self._store.sales.returns_of(sale.body.sale_id) for line in back.body.lines]

    def _taken(
        self,
        sale: events.SaleClosed,
        made: Mapping[str, int],
        member_id: str,
        back: events.ReturnClosed,
        before: Sequence[events.ReturnLine],
    ) -> tuple[events.PointsMoved, ...]:
        parts = self._parts(sale, made, _by_line(back.lines), before)
        return tuple(
            events.PointsMoved(
                entry_id=f"{undo}:{back.return_id}",
                member_id=member_id,
                kind=undo,
                points=parts[kind],
                of=f"{kind}:{sale.sale_id}",
                owner_id=back.return_id,
                rules=self._rules.version,
            )
            for kind, undo in _BACK
            if parts.get(kind)
        )

    def _parts(
        self, sale: events.SaleClosed, made: Mapping[str, int], now: Mapping[str, int], before: Sequence[events.ReturnLine]
    ) -> dict[str, int]:
        """Kind → points that go back with so much money a line; lines that earn nothing take nothing back with them."""
        paid, gone = law.paid_fen(sale), _by_line(before)
        earning = {line.line_id for line in sale.lines if line.rx_class not in self._rules.classes_without}
        parts = {}
        for kind, moved in made.items():
            lines = earning if kind == "earn" else paid.keys()
            sums = [sum(fen for line_id, fen in each.items() if line_id in lines) for each in (paid, gone, now)]
            parts[kind] = points.part_back(moved, *sums)
        return parts

    # ------------------------------------------------------------------ inner

    def _member(self, member_id: str) -> Member | None:
        if not member_id:
            return None
        kept = self._kept.get(member_id)
        return kept[0] if kept is not None else self._store.people.member(member_id)

    def _day(self) -> date:
        return self._post.day(shop_day(self._clock.now()))


def _by_line(lines: Iterable[events.ReturnLine]) -> dict[str, int]:
    """Original line id → fen given back for it."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.original_line_id] = sums.get(line.original_line_id, 0) + line.amount_fen
    return sums


def _line(opening: int, moves: Sequence[events.PointsMoved]) -> PointsLine:
    """How a return's movements read on its slip: what it takes back is earned below nought, what it gives back spent below nought."""
    earned = -sum(move.points for move in moves if move.kind == "unearn")
    spent = -sum(move.points for move in moves if move.kind == "unspend")
    return PointsLine(opening, earned, spent, opening + earned - spent)
