"""Segments at headquarters: rules told to every till, the chain divided into fifths, and everybody judged by the same pure rules."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.util import find_spec
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from app.domain.belonging import NO_OFFER, Evidence, judged, profile_of
from app.domain.care import CareRules, Reading
from app.domain.one_id import merged_profile
from app.domain.segments import YEAR_DAYS, Bought, Cuts, Membership, Profile, Segment, fifths, scores
from app.hub import tables
from app.hub.archive import Archive
from app.hub.feeds import append, texts_of
from app.hub.parties import parties_of
from app.hub.people import PeopleKeys, member_rows, opened
from app.hub.rfm import Portion, Rfm
from app.records.catalogue import Product
from app.records.clock import shop_day
from app.records.envelope import unseal
from app.records.events import ReturnClosed, SaleClosed
from app.records.people import Member
from app.records.registry import body_of
from app.records.resources import resource
from app.records.segments import CUTS, SegmentRow

FEED = "segment"
_PORTION = 100_000
_PEOPLE_AT_ONCE = 500
_ASKED_AT_ONCE = 500


@cache
def _care() -> CareRules:
    return CareRules.read(json.loads(resource("rules", "care.json").read_text("utf-8")))


def carried() -> Mapping[str, Any]:
    """The house's own rules."""
    document: dict[str, Any] = json.loads(resource("rules", "segments.json").read_text("utf-8"))
    return document


# ------------------------------------------------------------------ rules


def author(archive: Archive, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Tell every till these segments, and that those of before which are not among them ended; gives the ids that changed.

    ValueError says which rule cannot be judged; then nothing is told.
    """
    told = document.get("segments") if isinstance(document, Mapping) else None
    if not isinstance(told, Sequence) or isinstance(told, str) or not all(isinstance(one, Mapping) for one in told):
        raise ValueError('a file of segments is an object with a list "segments" of objects')
    ids = [Segment.read(one).id for one in told]
    if len(set(ids)) != len(ids) or CUTS in ids:
        raise ValueError(f"segments need ids of their own, and none is called {CUTS!r}")
    try:
        rows = [SegmentRow(id=str(one["id"]), document=_text(one)) for one in told]
    except ValueError as error:
        raise ValueError("an id has at most 36 characters and a rule at most 4,000") from error

    def unit(connection: Connection) -> tuple[str, ...]:
        gone = {row.id for row in _standing(connection) if row.active} - {*ids, CUTS}
        ended = [row.model_copy(update={"active": False}) for row in _standing(connection) if row.id in gone]
        _drop(connection, gone)
        return append(connection, FEED, "", texts_of([*rows, *ended]))

    return archive.commit(unit).result()


def _drop(connection: Connection, segment_ids: Iterable[str]) -> None:
    connection.execute(delete(tables.segment_member).where(tables.segment_member.c.segment_id.in_(list(segment_ids))))


def authored(connection: Connection) -> tuple[Segment, ...]:
    """The segments that hold now, in the order they were told."""
    return tuple(Segment.read(json.loads(row.document)) for row in _standing(connection) if row.active and row.id != CUTS)


def cuts_of(connection: Connection) -> Cuts:
    """Where the fifths lay when they were last told."""
    document = next((json.loads(row.document) for row in _standing(connection) if row.id == CUTS), None)
    return Cuts.read(document) if document is not None else Cuts()


def _standing(connection: Connection) -> list[SegmentRow]:
    row = tables.feed_row.c
    texts = connection.scalars(select(row.json).where(row.store_id == "", row.feed == FEED, row.current).order_by(row.seq))
    return [SegmentRow.model_validate_json(text) for text in texts]


def _text(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# ------------------------------------------------------------------ fifths


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The chain's fifths on one day."""

    cuts: Cuts
    members: int
    """Who bought anything in the year."""
    cells: Mapping[tuple[int, int, int], int]
    """(recency, frequency, money) fifth → members."""


def reckon(connection: Connection, today: date) -> Reckoned:
    """Divide everybody who bought into fifths; a person of several ids counts once, by all their orders.

    A chain of millions wants the arrays of the extra `hq`; without it the same is reckoned one by one.
    """
    if find_spec("numpy") is None:
        return _one_by_one(connection, today)
    numbers: dict[str, int] = {}
    portions = list(_portions(connection, today, numbers))
    rfm = Rfm(len(numbers), today)
    for portion in portions:
        rfm.add(portion)
    cuts = rfm.cuts()
    cells = rfm.cells(cuts)
    return Reckoned(cuts, sum(cells.values()), cells)


def _one_by_one(connection: Connection, today: date) -> Reckoned:
    who, day, fen = _ORDER
    bought = select(who, func.max(day), func.count(), func.sum(fen)).select_from(_ORDERS).where(*_in_year(today)).group_by(who)
    people = [((today - last).days, int(orders), int(spent)) for _, last, orders, spent in connection.execute(bought)]
    cuts = Cuts(*(fifths(Counter(one[place] for one in people).items()) for place in range(3)))
    scored = [scores(*one, cuts) for one in people]
    cells = Counter((one["r_score"], one["f_score"], one["m_score"]) for one in scored)
    return Reckoned(cuts, len(people), dict(cells))


_ORDERS = tables.member_order.outerjoin(tables.person, tables.person.c.member_id == tables.member_order.c.member_id)
_ORDER = (
    func.coalesce(tables.person.c.canonical_id, tables.member_order.c.member_id),
    tables.member_order.c.day,
    tables.member_order.c.fen - tables.member_order.c.back_fen,
)
"""Whose, when, how much is left of it."""


def _in_year(today: date) -> tuple[Any, ...]:
    """Orders that count: of somebody, within the year, and not come back whole."""
    o = tables.member_order.c
    return o.day >= today - timedelta(days=YEAR_DAYS), o.day <= today, o.member_id != "", o.fen > o.back_fen


def _portions(connection: Connection, today: date, numbers: dict[str, int]) -> Iterator[Portion]:
    """Orders of the year as flat arrays; every person gets a number the first time they are met."""
    import numpy as np

    wanted = select(*_ORDER).select_from(_ORDERS).where(*_in_year(today))
    rows: Iterator[Sequence[Any]] = iter(connection.execution_options(yield_per=10_000).execute(wanted))
    while part := list(islice(rows, _PORTION)):
        members = np.fromiter((numbers.setdefault(str(row[0]), len(numbers)) for row in part), np.int64, len(part))
        days = np.fromiter((row[1].toordinal() for row in part), np.int64, len(part))
        yield Portion(members, days, None, np.fromiter((int(row[2]) for row in part), np.int64, len(part)))


def tell_cuts(archive: Archive, reckoned: Reckoned, today: date) -> bool:
    """Tell every till where the fifths lie, and keep how many lie in each; False where they lie as before."""
    cuts = reckoned.cuts
    document = {"recency": cuts.recency, "frequency": cuts.frequency, "money_fen": cuts.money_fen}
    row = SegmentRow(id=CUTS, document=_text(document))
    cells = [
        {"recency": cell[0], "frequency": cell[1], "money": cell[2], "members": members, "day": today}
        for cell, members in sorted(reckoned.cells.items())
    ]

    def unit(connection: Connection) -> bool:
        connection.execute(delete(tables.segment_cell))
        if cells:
            connection.execute(insert(tables.segment_cell), cells)
        return bool(append(connection, FEED, "", texts_of([row])))

    return archive.commit(unit).result()


def cells_of(connection: Connection) -> tuple[Mapping[tuple[int, int, int], int], date | None]:
    """How many members lay in each fifth of fifths, and on which day; None before anybody reckoned."""
    rows = connection.execute(select(tables.segment_cell)).all()
    return {(row.recency, row.frequency, row.money): int(row.members) for row in rows}, rows[0].day if rows else None


# ------------------------------------------------------------------ evidence


def profile(connection: Connection, keys: PeopleKeys, member_id: str, today: date) -> Profile | None:
    """Everything rules may ask of a person; None for whom no store holds."""
    evidence = next((found for _, found in evidences(connection, keys, [member_id], today)), None)
    return profile_of(evidence, today, cuts_of(connection), _care()) if evidence is not None else None


def memberships_of(connection: Connection, keys: PeopleKeys, member_id: str, today: date) -> tuple[Membership, ...]:
    """The segments a person is in today, each with its because."""
    segments, cuts = authored(connection), cuts_of(connection)
    for _, evidence in evidences(connection, keys, [member_id], today):
        return judged(segments, evidence, today, cuts, _care())
    return ()


def evidences(connection: Connection, keys: PeopleKeys, member_ids: Sequence[str], today: date) -> Iterator[tuple[str, Evidence]]:
    """(id that stands for the person, what is held of them), each person once, in the order given; erased ones are left out."""
    first_day = today - timedelta(days=YEAR_DAYS)
    parties = parties_of(connection, member_ids)
    owner = {member_id: canonical for canonical, party in parties.items() for member_id in party}
    everybody = list(owner)
    profiles: dict[str, Member] = {}
    for start in range(0, len(everybody), _ASKED_AT_ONCE):
        profiles |= member_rows(connection, everybody[start : start + _ASKED_AT_ONCE])
    consents = _consents(connection, owner)
    bought = _bought(connection, owner, first_day, today)
    readings = _readings(connection, keys, owner, first_day)
    for canonical, party in parties.items():
        known = [profiles[one] for one in party if one in profiles]
        if known:
            yield (
                canonical,
                Evidence(merged_profile(known), consents.get(canonical, {}), bought.get(canonical, ()), readings.get(canonical, ())),
            )


def _rows(connection: Connection, wanted: Any, column: Any, values: Sequence[str]) -> Iterator[Any]:
    """Rows whose column is one of many values, asked for in parts that any database takes."""
    for start in range(0, len(values), _ASKED_AT_ONCE):
        yield from connection.execute(wanted.where(column.in_(list(values[start : start + _ASKED_AT_ONCE])))).all()


def _consents(connection: Connection, owner: Mapping[str, str]) -> dict[str, dict[str, bool]]:
    c = tables.consent.c
    rows = sorted(_rows(connection, select(tables.consent), c.member_id, list(owner)), key=lambda row: (row.at, row.consent_id))
    found: dict[str, dict[str, bool]] = {}
    for row in rows:
        found.setdefault(owner[row.member_id], {})[row.purpose] = bool(row.given)
    return found


def _bought(connection: Connection, owner: Mapping[str, str], since: date, today: date) -> dict[str, list[Bought]]:
    """Lines that people bought and kept, from the stored events of their sales and returns."""
    o, s, r, kept = tables.member_order.c, tables.sale.c, tables.sale_return.c, tables.inbox.c
    orders: dict[tuple[str, str], str] = {}
    in_year = select(o.store_id, o.sale_id, o.member_id).where(o.day >= since, o.day <= today)
    for row in _rows(connection, in_year, o.member_id, list(owner)):
        orders[row.store_id, row.sale_id] = owner[row.member_id]
    if not orders:
        return {}
    sale_ids = [sale_id for _, sale_id in orders]
    told = select(s.store_id, s.day, kept.raw).join(tables.inbox, (kept.store_id == s.store_id) & (kept.event_id == s.event_id))
    back = select(r.store_id, kept.raw).join(tables.inbox, (kept.store_id == r.store_id) & (kept.event_id == r.event_id))
    returned: dict[tuple[str, str, str], tuple[int, int]] = {}
    for row in _rows(connection, back, r.original_sale_id, sale_ids):
        body = _body(row.raw)
        if isinstance(body, ReturnClosed):
            for line in body.lines:
                key = (row.store_id, body.original_sale_id, line.original_line_id)
                quantity, fen = returned.get(key, (0, 0))
                returned[key] = quantity + line.quantity, fen + line.amount_fen
    sales = [(row.store_id, row.day, _body(row.raw)) for row in _rows(connection, told, s.sale_id, sale_ids)]
    goods = _goods(connection, {line.product_id for _, _, body in sales if isinstance(body, SaleClosed) for line in body.lines})
    found: dict[str, list[Bought]] = {}
    for store_id, day, body in sales:
        if not isinstance(body, SaleClosed) or (store_id, body.sale_id) not in orders:
            continue
        offers: dict[str, int] = {}
        for cut in body.cuts:
            if cut.cause_kind not in NO_OFFER:
                offers[cut.line_id] = offers.get(cut.line_id, 0) + cut.amount_fen
        for sold in body.lines:
            quantity, fen = returned.get((store_id, body.sale_id, sold.line_id), (0, 0))
            category, brand = goods.get(sold.product_id, ("", ""))
            found.setdefault(orders[store_id, body.sale_id], []).append(
                Bought(day, body.sale_id, category, brand, sold.quantity - quantity, sold.amount_fen - fen, offers.get(sold.line_id, 0))
            )
    return found


def _body(raw: bytes) -> object:
    envelope = unseal(bytes(raw))
    return body_of(envelope.type, envelope.body)


def _goods(connection: Connection, product_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Product → its category and brand, as the catalogue has it now."""
    row = tables.feed_row.c
    wanted = select(row.key, row.json).where(row.store_id == "", row.feed == "product", row.current)
    found = {}
    for told in _rows(connection, wanted, row.key, sorted(product_ids)):
        product = Product.model_validate_json(told.json)
        found[told.key] = (product.category, product.brand_name or product.maker)
    return found


def _readings(connection: Connection, keys: PeopleKeys, owner: Mapping[str, str], since: date) -> dict[str, list[Reading]]:
    r = tables.member_reading.c
    found: dict[str, list[Reading]] = {}
    for row in _rows(connection, select(tables.member_reading), r.member_id, list(owner)):
        day = shop_day(row.taken_at)
        plain = opened(connection, keys, row.blob_id) if day >= since else None
        if plain is not None:
            kept = json.loads(plain)
            figures = {str(name): int(value) for name, value in kept["figures"].items()}
            reading = Reading(row.reading_id, row.kind, row.taken_at, day, figures, str(kept["context"]), row.place)
            found.setdefault(owner[row.member_id], []).append(reading)
    return found


# ------------------------------------------------------------------ everybody


def judge_all(archive: Archive, keys: PeopleKeys, today: date, progress: Callable[[int], None] = lambda _: None) -> dict[str, int]:
    """Judge everybody whom some store holds, and keep who is in which segment; gives segment → members."""
    with archive.reading() as connection:
        segments, cuts = authored(connection), cuts_of(connection)
        row = tables.feed_row.c
        everybody = list(connection.scalars(select(row.key).where(row.feed == "member", row.current).distinct().order_by(row.key)))
    counts = {segment.id: 0 for segment in segments}
    kept: dict[tuple[str, str], dict[str, object]] = {}
    for start in range(0, len(everybody), _PEOPLE_AT_ONCE):
        part = everybody[start : start + _PEOPLE_AT_ONCE]
        with archive.reading() as connection:
            for canonical, evidence in evidences(connection, keys, part, today):
                for one in judged(segments, evidence, today, cuts, _care()):
                    kept[one.segment_id, canonical] = {"segment_id": one.segment_id, "member_id": canonical, "day": today}
        progress(start + len(part))
    for segment_id, _ in kept:
        counts[segment_id] += 1
    rows = [kept[key] for key in sorted(kept)]

    def unit(connection: Connection) -> None:
        connection.execute(delete(tables.segment_member))
        for start in range(0, len(rows), _PORTION):
            connection.execute(insert(tables.segment_member), rows[start : start + _PORTION])

    archive.commit(unit).result()
    return counts


@dataclass(frozen=True, slots=True)
class Standing:
    """A segment as it stands: its rule, and how many members were in it when everybody was last judged."""

    segment: Segment
    members: int
    example: str
    """One of them, or ''."""


def standings(connection: Connection) -> tuple[Standing, ...]:
    """Every segment that holds, with its members."""
    m = tables.segment_member.c
    counted = select(m.segment_id, func.count().label("members"), func.min(m.member_id).label("example")).group_by(m.segment_id)
    found = {row.segment_id: row for row in connection.execute(counted)}
    return tuple(
        Standing(one, int(found[one.id].members), str(found[one.id].example)) if one.id in found else Standing(one, 0, "")
        for one in authored(connection)
    )


def reckon_all(archive: Archive, keys: PeopleKeys, today: date) -> tuple[Reckoned, bool, dict[str, int]]:
    """Fifths, told to the tills, then everybody by them; gives the fifths, whether they moved, and segment → members."""
    with archive.reading() as connection:
        reckoned = reckon(connection, today)
    moved = tell_cuts(archive, reckoned, today)
    return reckoned, moved, judge_all(archive, keys, today)
