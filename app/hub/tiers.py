"""Tiers at headquarters: what each sale counts, where its member stands by it, and what people give by hand.

Everything is reckoned anew for the members whom news touch, by the pure rules and from what stands here; so nothing depends on the
order in which tills are heard.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, func, insert, literal, or_, select, update

from app.domain.tiers import Given, Place, Purchase, TierRules, counted_fen, place_on
from app.hub import standings, tables
from app.hub.archive import Archive, insert_new, upsert
from app.hub.member_orders import OrdersTold
from app.hub.parties import parties_of
from app.hub.people import member_rows
from app.records.clock import Clock, shop_day
from app.records.envelope import unseal
from app.records.events import ReturnClosed, SaleClosed
from app.records.ids import new_id
from app.records.people import Member
from app.records.registry import body_of
from app.records.resources import resource

_AT_ONCE = 500
_REASON = 200
_TOLD = ("tier", "since", "until", "book", "given", "next_tier", "short_fen", "short_days", "reach_by")
"""What a store is told when it differs."""


@cache
def rules() -> TierRules:
    """The tiers as they are carried."""
    return TierRules.read(json.loads(resource("rules", "tiers.json").read_text("utf-8")))


# ------------------------------------------------------------------ what sales count


def keep(connection: Connection, store_id: str, told: OrdersTold, now: datetime) -> set[str]:
    """What a batch says of orders changes what they count, and where their members stand; runs once `member_order` was written.

    Gives the members.
    """
    moves = [
        {"store_id": store_id, **one.model_dump(include={"correction_id", "sale_id", "from_method", "to_method", "amount_fen"})}
        for one in told.corrections
    ]
    insert_new(connection, tables.tender_move, moves, "correction_id")
    sale_ids = told.touched | set(told.members) | {one.sale_id for one in told.corrections}
    members = _weigh(connection, store_id, sale_ids)
    if members:
        reckon(connection, members, now)
    return members


def _weigh(connection: Connection, store_id: str, sale_ids: Collection[str]) -> set[str]:
    """Write down what these sales of members count; gives the members."""
    o, s, r, kept, m = tables.member_order.c, tables.sale.c, tables.sale_return.c, tables.inbox.c, tables.tender_move.c
    whose: dict[str, tuple[str, date]] = {}
    for part in _parts(sale_ids):
        mine = select(o.sale_id, o.member_id, o.day).where(o.store_id == store_id, o.sale_id.in_(part), o.member_id != "")
        whose |= {row.sale_id: (str(row.member_id), row.day) for row in connection.execute(mine)}
    if not whose:
        return set()
    sale_raw = kept.store_id == s.store_id, kept.event_id == s.event_id
    back_raw = kept.store_id == r.store_id, kept.event_id == r.event_id
    rows: dict[str, dict[str, object]] = {}
    for part in _parts(whose):
        moved: dict[str, list[Any]] = {}
        for row in connection.execute(select(tables.tender_move).where(m.store_id == store_id, m.sale_id.in_(part))):
            moved.setdefault(row.sale_id, []).append(row)
        back: dict[str, list[tuple[str, int]]] = {}
        returned = select(kept.raw).join(tables.sale_return, back_raw[0] & back_raw[1])
        for raw in connection.scalars(returned.where(r.store_id == store_id, r.original_sale_id.in_(part))):
            body = _body(raw)
            if isinstance(body, ReturnClosed):
                lines = back.setdefault(body.original_sale_id, [])
                lines += [(line.original_line_id, line.amount_fen) for line in body.lines]
        sold = select(s.sale_id, s.at, kept.raw).join(tables.sale, sale_raw[0] & sale_raw[1])
        for row in connection.execute(sold.where(s.store_id == store_id, s.sale_id.in_(part))):
            body = _body(row.raw)
            if isinstance(body, SaleClosed):
                paid = _paid(body, moved.get(row.sale_id, ()))
                fen = counted_fen(body.lines, paid, back.get(row.sale_id, ()), rules())
                rows[row.sale_id] = {"day": shop_day(row.at), "fen": fen}
    worth: list[dict[str, object]] = []
    for sale_id, (_, said_on) in whose.items():
        # A sale that was only named so far counts nothing until it comes.
        worth.append({"store_id": store_id, "sale_id": sale_id, **rows.get(sale_id, {"day": said_on, "fen": 0})})
    upsert(connection, tables.order_worth, worth, put=("day", "fen"))
    return {member_id for member_id, _ in whose.values()}


def _paid(body: SaleClosed, moves: Iterable[Any]) -> dict[str, int]:
    """Tender method → what of a sale it paid, corrections included."""
    paid: dict[str, int] = {}
    for tender in body.tenders:
        paid[tender.method] = paid.get(tender.method, 0) + tender.amount_fen
    for move in moves:
        paid[move.from_method] = paid.get(move.from_method, 0) - move.amount_fen
        paid[move.to_method] = paid.get(move.to_method, 0) + move.amount_fen
    return paid


def _body(raw: bytes) -> object:
    envelope = unseal(bytes(raw))
    return body_of(envelope.type, envelope.body)


def _parts(keys: Iterable[str]) -> Iterator[list[str]]:
    """Keys in order, as many at once as any database takes."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]


# ------------------------------------------------------------------ where members stand


def reckon(connection: Connection, member_ids: Iterable[str], now: datetime, by: str = "", *, night: bool = False) -> int:
    """Reckon where these members stand, each person once by all their ids, and tell what changed; gives how many persons changed.

    News speak of their own day: a person stands where they stood on the newest day that any fact of theirs names, however late it is
    heard. That time went on by itself is the `night`'s word, which is of today.
    """
    changed = 0
    for part in _parts(set(member_ids)):
        changed += _reckon(connection, part, now, by, night)
    return changed


def _reckon(connection: Connection, member_ids: Sequence[str], now: datetime, by: str, night: bool) -> int:
    parties = parties_of(connection, member_ids)
    if not parties:
        return 0
    owner = {member_id: canonical for canonical, party in parties.items() for member_id in party}
    # Two tills that tell of one person at once are reckoned one after the other, so that the later sees what the earlier brought.
    standings.reckoning(connection, owner)
    today = shop_day(now)
    profiles = member_rows(connection, owner)
    bought = _purchases(connection, owner)
    given = _given(connection, owner)
    before = standings.rows_of(connection, owner)
    rows: list[dict[str, object]] = []
    told: list[str] = []
    changes: list[dict[str, object]] = []
    for canonical, party in parties.items():
        book = _book(party, profiles)
        known = [before[one] for one in party if one in before]
        if not known and canonical not in bought and canonical not in given and not rules().rank(book):
            continue
        facts = [rules().book_on, *(row.day for row in known), *(one.since for one in given.get(canonical, ()))]
        facts += [one.day for one in bought.get(canonical, ())]
        day = today if night else min(today, max(facts))
        place = place_on(day, bought.get(canonical, ()), rules(), book=book, given=given.get(canonical, ()))
        was = before.get(canonical) or (known[0] if known else None)
        if (old := was.tier if was is not None else book or rules().base) != place.tier:
            why = _why(place, was)
            one = {"member_id": canonical, "at": now, "old_tier": old, "new_tier": place.tier, "because": why, "by": by}
            changes.append(one)
        for member_id in party:
            row = {"book": _book([member_id], profiles), "day": day, **_row(place)}
            stood = before.get(member_id)
            if stood is not None and all(getattr(stood, name) == value for name, value in row.items()):
                continue
            rows.append({"member_id": member_id, "at": now, **row})
            if stood is None or any(getattr(stood, name) != row[name] for name in _TOLD):
                told.append(member_id)
    put = tuple(column.name for column in tables.standing.columns if column.name != "member_id")
    upsert(connection, tables.standing, rows, put=put)
    if changes:
        connection.execute(insert(tables.tier_change), [{"change_id": str(uuid.uuid4()), **one} for one in changes])
    standings.tell(connection, told)
    return len(changes)


def _purchases(connection: Connection, owner: Mapping[str, str]) -> dict[str, list[Purchase]]:
    o, w = tables.member_order.c, tables.order_worth.c
    same = (o.store_id == w.store_id) & (o.sale_id == w.sale_id)
    wanted = select(o.member_id, w.day, w.fen).join(tables.order_worth, same).where(o.member_id.in_(list(owner)))
    found: dict[str, list[Purchase]] = {}
    for row in connection.execute(wanted):
        found.setdefault(owner[row.member_id], []).append(Purchase(row.day, int(row.fen)))
    return found


def _given(connection: Connection, owner: Mapping[str, str]) -> dict[str, list[Given]]:
    g = tables.tier_grant.c
    wanted = select(g.member_id, g.tier, g.since, g.until).where(g.member_id.in_(list(owner)), g.ended_at.is_(None))
    found: dict[str, list[Given]] = {}
    for row in connection.execute(wanted):
        found.setdefault(owner[row.member_id], []).append(Given(row.tier, row.since, row.until))
    return found


def _book(party: Sequence[str], profiles: Mapping[str, Member]) -> str:
    """The highest tier that the profiles of some ids bring along; '' where none of them is held."""
    return max((profiles[one].tier for one in party if one in profiles), key=rules().rank, default="")


def _row(place: Place) -> dict[str, object]:
    missing = place.missing
    return {
        "tier": place.tier,
        "since": place.since,
        "until": place.until,
        "because": place.because,
        "given": place.because == "given",
        "next_tier": missing.tier if missing is not None else "",
        "short_fen": missing.fen if missing is not None else 0,
        "short_days": missing.days if missing is not None else 0,
        "reach_by": missing.by if missing is not None else None,
        "spent_fen": place.spent_fen,
        "days": place.days,
        "due_on": place.changes_on,
    }


def _why(place: Place, was: Any) -> str:
    """Why a tier became another: as the rules say, or, where nothing of theirs lowered it, what was taken away."""
    if was is None or rules().rank(place.tier) > rules().rank(was.tier) or place.because == "ended":
        return place.because
    return "given_ended" if was.given else "returned"


# ------------------------------------------------------------------ everybody


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What came of reckoning many."""

    persons: int
    changed: int


def reckon_due(archive: Archive, now: datetime, *, everybody: bool = False, progress: Callable[[int], None] = lambda _: None) -> Reckoned:
    """Reckon those whose tier or figures would read otherwise by now, and those never reckoned; `everybody` those reckoned before, too.

    Small commits, so that tills are served meanwhile; a second run finds nothing to do.
    """
    persons = changed = 0
    while _weigh_some(archive):
        pass
    for ids in _those(archive, shop_day(now), everybody):
        changed += archive.commit(lambda connection, ids=ids: reckon(connection, ids, now, night=True)).result()  # type: ignore[misc]
        persons += len(ids)
        progress(persons)
    return Reckoned(persons, changed)


def _weigh_some(archive: Archive) -> int:
    """Weigh some orders that were taken in before tiers were reckoned; gives how many."""
    o, w = tables.member_order.c, tables.order_worth.c
    same = (o.store_id == w.store_id) & (o.sale_id == w.sale_id)
    lacking = select(o.store_id, o.sale_id).outerjoin(tables.order_worth, same).where(w.sale_id.is_(None), o.member_id != "")

    def unit(connection: Connection) -> int:
        by_store: dict[str, list[str]] = {}
        for row in connection.execute(lacking.limit(_AT_ONCE)):
            by_store.setdefault(row.store_id, []).append(row.sale_id)
        for store_id in sorted(by_store):
            _weigh(connection, store_id, by_store[store_id])
        return sum(len(one) for one in by_store.values())

    return archive.commit(unit).result()


def _those(archive: Archive, today: date, everybody: bool) -> Iterator[list[str]]:
    """Whom to reckon, in portions.

    Those due, those whose profile says another tier than when they were reckoned, and, of those who never were, whoever bought or has
    a profile that brings a tier along.
    """
    s, o, row = tables.standing.c, tables.member_order.c, tables.feed_row.c
    due = select(s.member_id.label("id")) if everybody else select(s.member_id.label("id")).where(s.due_on <= today)
    buyers = select(o.member_id.label("id")).outerjoin(tables.standing, s.member_id == o.member_id)
    base = row.json.not_like(f'%"tier":"{rules().base}"%')
    brought = select(row.key.label("id")).outerjoin(tables.standing, s.member_id == row.key).where(row.feed == "member", row.current, base)
    otherwise = row.json.not_like(literal('%"tier":"') + s.book + literal('"%'))
    profile = (row.key == s.member_id) & (row.feed == "member") & row.current
    for wanted, column in (
        (due, s.member_id),
        (select(s.member_id.label("id")).join(tables.feed_row, profile).where(otherwise).distinct(), s.member_id),
        (buyers.where(o.member_id != "", s.member_id.is_(None)).distinct(), o.member_id),
        (brought.where(s.member_id.is_(None)).distinct(), row.key),
    ):
        after = ""
        while True:
            with archive.reading() as connection:
                ids = list(connection.scalars(wanted.where(column > after).order_by(column).limit(_AT_ONCE)))
            if not ids:
                break
            after = ids[-1]
            yield ids


# ------------------------------------------------------------------ what people give


class NotGiven(ValueError):
    """A tier cannot be given so; the code says why."""


def give(connection: Connection, clock: Clock, member_id: str, tier: str, until: date, reason: str, by: str) -> str:
    """Give a person a tier from today to a day; gives the id under which it can be ended. NotGiven says why not."""
    now = clock.now()
    if tier not in (one.id for one in rules().tiers[1:]):
        raise NotGiven("tier")
    if until < shop_day(now):
        raise NotGiven("until")
    if not reason.strip():
        raise NotGiven("reason")
    parties = parties_of(connection, [member_id])
    if not parties or not member_rows(connection, next(iter(parties.values()))):
        raise NotGiven("nobody")
    grant_id = new_id(clock)
    row = {"grant_id": grant_id, "member_id": member_id, "tier": tier, "since": shop_day(now), "until": until}
    said = {"reason": reason.strip()[:_REASON], "by": by[:40], "at": now, "ended_by": "", "ended_at": None}
    connection.execute(insert(tables.tier_grant), [{**row, **said}])
    reckon(connection, [member_id], now, by[:40])
    return grant_id


def end(connection: Connection, grant_id: str, by: str, now: datetime) -> bool:
    """Take a tier that was given by hand back; False where it is gone or ended already."""
    g = tables.tier_grant.c
    mine = g.grant_id == grant_id, g.ended_at.is_(None)
    member_id = connection.scalar(select(g.member_id).where(*mine))
    if member_id is None:
        return False
    connection.execute(update(tables.tier_grant).where(*mine).values(ended_at=now, ended_by=by[:40]))
    reckon(connection, [member_id], now, by[:40])
    return True


# ------------------------------------------------------------------ reading


@dataclass(frozen=True, slots=True)
class Change:
    """A tier that became another one."""

    at: datetime
    member_id: str
    old: str
    new: str
    because: str
    by: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A tier given by hand that lasts, or waits to be looked at again."""

    grant_id: str
    member_id: str
    tier: str
    since: date
    until: date
    reason: str
    by: str


def counts(connection: Connection) -> Mapping[str, int]:
    """Tier → persons who stand in it by the last reckoning."""
    s, p = tables.standing.c, tables.person.c
    own = or_(p.member_id.is_(None), p.canonical_id == s.member_id)
    wanted = select(s.tier, func.count()).outerjoin(tables.person, p.member_id == s.member_id).where(own).group_by(s.tier)
    return {tier: int(count) for tier, count in connection.execute(wanted)}


def changes(connection: Connection, since: datetime, limit: int) -> tuple[Change, ...]:
    """What changed since, the newest first."""
    c = tables.tier_change.c
    rows = connection.execute(select(tables.tier_change).where(c.at >= since).order_by(c.at.desc(), c.change_id).limit(limit))
    return tuple(Change(row.at, row.member_id, row.old_tier, row.new_tier, row.because, row.by) for row in rows)


def grants(connection: Connection, today: date, limit: int) -> tuple[Grant, ...]:
    """What was given by hand and lasts, the soonest to end first."""
    g = tables.tier_grant.c
    wanted = select(tables.tier_grant).where(g.ended_at.is_(None), g.until >= today).order_by(g.until, g.grant_id).limit(limit)
    names = ("grant_id", "member_id", "tier", "since", "until", "reason", "by")
    return tuple(Grant(**{name: getattr(row, name) for name in names}) for row in connection.execute(wanted))
