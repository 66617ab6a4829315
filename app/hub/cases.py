"""Uses of coupons that headquarters looks into: found by itself, told to the tills concerned, closed by a person with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, func, select, update

from app.hub import reading, tables
from app.hub.archive import insert_new
from app.hub.feeds import append, texts_of
from app.records.coupons import CouponCase
from app.records.offers import Offer

FEED = "case"
OUTCOMES = ("goodwill", "staff", "till", "fraud")
"""How a case ends: the shop bears it · somebody is to be talked to · a till is to be mended · it was meant to deceive."""
MONEY = ("cap", "day", "debt")
"""Kinds of cases about stored value, which lie beside these (`app.hub.stored_cases`)."""
SOON = timedelta(minutes=30)
"""Two uses of one coupon at one counter so close together look like a slip of the hand, further apart like a cut line."""
_CASES = UUID("9d1f4f8e-0c0b-4f2e-8a53-6f2f7f6d8a10")


@dataclass(frozen=True, slots=True)
class Found:
    """A use that is to be looked into."""

    kind: str
    """double | revoked | lapsed | trade: one old article earned two subsidies."""
    serial: str
    offer_id: str
    store_id: str
    sale_id: str
    at: datetime
    cost_fen: int
    first_store_id: str = ""
    first_sale_id: str = ""
    first_at: datetime | None = None
    offline: bool = False

    @property
    def case_id(self) -> str:
        """The same for the same use, so that a use told twice is one case."""
        return str(uuid5(_CASES, f"{self.kind}/{self.serial}/{self.store_id}/{self.sale_id}"))

    @property
    def suggested(self) -> str:
        """The outcome that is likely, from what is known alone."""
        if self.kind == "revoked":
            return "goodwill"
        if self.kind == "lapsed":
            return "till"
        if self.kind == "trade":
            # A till knows its own: whoever takes it again there writes the number anew.
            return "staff" if self.store_id == self.first_store_id else "fraud"
        if not self.offline:
            return "till"
        near = self.first_at is not None and abs(self.at - self.first_at) <= SOON
        return "staff" if near and self.store_id == self.first_store_id else "fraud" if not near else "goodwill"


@dataclass(frozen=True, slots=True)
class Paper:
    """A sale as a case names it."""

    store: str
    number: str
    till: str
    cashier: str
    at: datetime | None
    payable_fen: int


@dataclass(frozen=True, slots=True)
class Case:
    """One case as a page shows it."""

    case_id: str
    kind: str
    serial: str
    title: str
    title_en: str
    """The Chinese one where the offer has no other."""
    at: datetime
    cost_fen: int
    suggested: str
    state: str
    outcome: str
    reason: str
    closed_by: str
    closed_at: datetime | None
    paper: Paper
    first: Paper | None


def settle(connection: Connection, found: Sequence[Found], serials: Iterable[str]) -> None:
    """Open what is found, and settle open cases of these serials that no longer stand (their sale was returned whole)."""
    c = tables.coupon_case.c
    standing = {one.case_id: one for one in found}
    rows: list[dict[str, object]] = [
        {
            "case_id": one.case_id,
            "kind": one.kind,
            "serial": one.serial,
            "offer_id": one.offer_id,
            "store_id": one.store_id,
            "sale_id": one.sale_id,
            "first_store_id": one.first_store_id,
            "first_sale_id": one.first_sale_id,
            "at": one.at,
            "cost_fen": one.cost_fen,
            "suggested": one.suggested,
            "state": "open",
            "outcome": "",
            "reason": "",
            "closed_by": "",
            "closed_at": None,
        }
        for one in found
    ]
    changed = set(insert_new(connection, tables.coupon_case, rows, "case_id")) if rows else set()
    known = connection.execute(select(c.case_id, c.state).where(c.serial.in_(sorted(serials)), c.state != "closed")).all()
    for row in known:
        state = "open" if row.case_id in standing else "settled"
        if row.state != state:
            connection.execute(update(tables.coupon_case).where(c.case_id == row.case_id).values(state=state))
            changed.add(row.case_id)
    _tell(connection, changed)


def close(connection: Connection, case_id: str, outcome: str, reason: str, by: str, now: datetime) -> bool:
    """Close an open case and tell its stores; False where nothing was open. ValueError for an outcome nobody knows or no reason."""
    if outcome not in OUTCOMES or not reason.strip():
        raise ValueError("a case is closed with an outcome and a reason")
    c = tables.coupon_case.c
    closed = (
        update(tables.coupon_case)
        .where(c.case_id == case_id, c.state == "open")
        .values(state="closed", outcome=outcome, reason=reason.strip()[:200], closed_by=by[:40], closed_at=now)
    )
    if connection.execute(closed).rowcount != 1:
        return False
    _tell(connection, {case_id})
    return True


def cases(connection: Connection, state: str = "open", limit: int = 60) -> tuple[Case, ...]:
    """Cases of a state, newest first."""
    c = tables.coupon_case.c
    wanted = select(tables.coupon_case).where(c.state == state, c.kind.not_in(MONEY)).order_by(c.at.desc(), c.case_id)
    rows = connection.execute(wanted.limit(limit)).all()
    return _drawn(connection, rows)


def counts(connection: Connection) -> tuple[int, int]:
    """How many cases are open, and what they cost together in fen."""
    c = tables.coupon_case.c
    mine = (c.state == "open") & c.kind.not_in(MONEY)
    row = connection.execute(select(func.count(), func.coalesce(func.sum(c.cost_fen), 0)).where(mine)).one()
    return int(row[0]), int(row[1])


def _drawn(connection: Connection, rows: Sequence[Any]) -> tuple[Case, ...]:
    papers = _papers(connection, {(row.store_id, row.sale_id) for row in rows} | {(row.first_store_id, row.first_sale_id) for row in rows})
    titles = _titles(connection, {row.offer_id for row in rows})
    return tuple(
        Case(
            row.case_id,
            row.kind,
            row.serial,
            titles.get(row.offer_id, (row.offer_id, ""))[0],
            titles.get(row.offer_id, ("", row.offer_id))[1],
            row.at,
            row.cost_fen,
            row.suggested,
            row.state,
            row.outcome,
            row.reason,
            row.closed_by,
            row.closed_at,
            papers.get((row.store_id, row.sale_id)) or Paper(row.store_id, "", "", "", None, 0),
            papers.get((row.first_store_id, row.first_sale_id)),
        )
        for row in rows
    )


def _papers(connection: Connection, sales: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Paper]:
    s, shop = tables.sale.c, tables.store.c
    wanted = (
        select(s.store_id, s.sale_id, s.number, s.till, s.cashier, s.at, s.payable_fen, shop.branch, shop.name)
        .join(tables.store, shop.store_id == s.store_id)
        .where(s.sale_id.in_(sorted({sale for _, sale in sales if sale})))
    )
    rows = connection.execute(wanted).all()
    names = reading.staff_names(connection, {(row.store_id, row.cashier) for row in rows})
    return {
        (row.store_id, row.sale_id): Paper(
            row.branch or row.name,
            row.number,
            row.till,
            names.get((row.store_id, row.cashier), row.cashier),
            row.at,
            row.payable_fen,
        )
        for row in rows
    }


def _titles(connection: Connection, offer_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Offer → its title, Chinese and English."""
    row = tables.feed_row.c
    wanted = select(row.key, row.json).where(row.store_id == "", row.feed == "offer", row.key.in_(sorted(offer_ids)), row.current)
    offers = {found.key: Offer.model_validate_json(found.json) for found in connection.execute(wanted)}
    return {key: (offer.title_zh, offer.title_en or offer.title_zh) for key, offer in offers.items()}


def _tell(connection: Connection, case_ids: Iterable[str]) -> None:
    """Every store that a case concerns hears how it stands."""
    c = tables.coupon_case.c
    wanted = sorted(case_ids)
    if not wanted:
        return
    rows = connection.execute(select(tables.coupon_case).where(c.case_id.in_(wanted)).order_by(c.case_id)).all()
    concerned = {row.case_id: {row.store_id, row.first_store_id} - {""} for row in rows}
    for_store: dict[str, list[CouponCase]] = {}
    for one in _drawn(connection, rows):
        record = CouponCase(
            id=one.case_id,
            kind=one.kind,
            serial=one.serial,
            title=one.title,
            number=one.paper.number,
            first_number=one.first.number if one.first else "",
            at=one.at,
            cost_fen=one.cost_fen,
            state="open" if one.state == "open" else "closed",
            outcome=one.outcome,
        )
        for store_id in concerned[one.case_id]:
            for_store.setdefault(store_id, []).append(record)
    for store_id in sorted(for_store):
        append(connection, FEED, store_id, texts_of(for_store[store_id]))
