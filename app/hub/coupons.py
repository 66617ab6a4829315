"""Personal coupons at headquarters: rights signed and told to the store where they are good, and every use of them kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, update

from app.domain.joining import Gift, JoiningRules
from app.domain.pricing import BookedOffer
from app.domain.promotions.threshold import Threshold
from app.hub import cases, reservations, tables
from app.hub.archive import Archive, insert_new
from app.hub.coupon_law import forbidden
from app.hub.feeds import append, holders, texts_of
from app.hub.parties import parties_of
from app.records.clock import Clock
from app.records.coupon_token import CouponToken, mark, sealed
from app.records.coupons import CouponRight
from app.records.events import CouponGranted
from app.records.ids import new_id
from app.records.offers import Offer
from app.records.resources import resource

FEED = "coupon"
STORE_BOUND = "B"
"""Serials of one store, good without a line; the worst loss is tills cut off from each other × face."""
CHAIN_WIDE = "D"
"""Serials good in every store, once headquarters has put them by; nothing is lost."""
MOST_AT_ONCE = 1_000
TRADED = "trade:"
"""Before the mark of an old article's serial number: it is used up like a coupon's serial, by one subsidy of the chain."""


@dataclass(frozen=True, slots=True)
class Issue:
    """What is to be issued."""

    store_id: str
    offer_id: str
    member_id: str = ""
    """'' for whoever bears it."""
    count: int = 1
    ends_on: date | None = None
    """Last good day; None: as long as the offer runs."""
    face_fen: int = 0
    """The most one coupon can cost; 0: what the offer's terms say."""
    coupon_class: str = STORE_BOUND
    """B, or D."""
    starts_on: date | None = None
    """First good day; None: as the offer."""


@dataclass(frozen=True, slots=True)
class Use:
    """A sale that used a coupon, or an old article for a subsidy."""

    sale_id: str
    serial: str
    event_id: str
    offer_id: str
    member_id: str
    at: datetime
    cut_fen: int
    offline: bool
    lease_id: str = ""
    reservation_id: str = ""
    list_age_h: int = 0


def issue(archive: Archive, clock: Clock, asked: Issue, sign: Callable[[bytes], bytes]) -> tuple[CouponRight, ...]:
    """Sign coupons and tell the store of them. KeyError for no such store or offer; ValueError says what else does not fit."""
    with archive.reading() as connection:
        rights = signed(connection, clock, asked, sign)
    archive.commit(lambda connection: tell(connection, asked.store_id, rights)).result()
    return rights


def tell(connection: Connection, store_id: str, rights: Sequence[CouponRight]) -> None:
    """Tell a store of its rights; chain-wide ones are kept for their reservations, and told to every store that holds the member."""
    held = holders(connection, "member", {right.member_id for right in rights if right.coupon_class == CHAIN_WIDE} - {""})
    for_store: dict[str, list[CouponRight]] = {store_id: list(rights)}
    of_chain = [right for right in rights if right.coupon_class == CHAIN_WIDE]
    if of_chain:
        kept = ("offer_id", "member_id", "starts_on", "ends_on", "face_fen", "state", "token")
        rows = [{"serial": right.id} | {name: getattr(right, name) for name in kept} for right in of_chain]
        connection.execute(insert(tables.chain_coupon), rows)
    for right in of_chain:
        for store in held.get(right.member_id, set()) - {store_id}:
            for_store.setdefault(store, []).append(right)
    for store in sorted(for_store):
        append(connection, FEED, store, texts_of(for_store[store]))


def of_members(connection: Connection, member_ids: Collection[str]) -> tuple[CouponRight, ...]:
    """Members' coupons that are good in every store, as they stand: chain-wide ones and gifts for joining; others are a store's own."""
    c = tables.chain_coupon.c
    serials = {_gift().serial(member) for member in member_ids}
    serials |= set(connection.scalars(select(c.serial).where(c.member_id.in_(sorted(member_ids)))))
    return tuple({right.id: right for _, right in _rights(connection, sorted(serials))}.values())


def tell_of_members(connection: Connection, store_id: str, member_ids: Collection[str]) -> None:
    """A store holds these members from now on: their coupons come with them."""
    if rights := of_members(connection, member_ids):
        append(connection, FEED, store_id, texts_of(rights))


def told_of(connection: Connection, member_ids: Collection[str], known_as: str) -> list[dict[str, object]]:
    """What a person of these ids may use in a store that serves them once and knows them by one of them alone."""
    usable = (one for one in of_members(connection, member_ids) if one.state == "active" and not one.used_in)
    return [one.model_copy(update={"member_id": known_as}).model_dump(mode="json") for one in usable]


def signed(connection: Connection, clock: Clock, asked: Issue, sign: Callable[[bytes], bytes]) -> tuple[CouponRight, ...]:
    """The coupons that were asked for, signed and told to nobody yet; the faults of `issue`."""
    return signed_all(connection, clock, [asked], sign)


def signed_all(
    connection: Connection, clock: Clock, asks: Sequence[Issue], sign: Callable[[bytes], bytes]
) -> tuple[CouponRight, ...]:
    """The coupons of many askings, each as `signed`; a store, an offer and what the law says of it are looked up once."""
    offers: dict[tuple[str, str], Offer] = {}
    found: list[CouponRight] = []
    for asked in asks:
        here = (asked.store_id, asked.offer_id)
        if here not in offers:
            offers[here] = _issuable(connection, asked)
        found += _of_one(clock, offers[here], asked, sign)
    return tuple(found)


def _issuable(connection: Connection, asked: Issue) -> Offer:
    """The offer whose coupons are asked for, where a store may have some of it."""
    store = tables.store.c
    if connection.scalar(select(store.store_id).where(store.store_id == asked.store_id)) is None:
        raise KeyError(asked.store_id)
    offer = offer_of(connection, asked.offer_id)
    if not offer.by_right or not offer.active:
        raise ValueError(f"offer {offer.id} is not one for coupon holders that runs")
    if why := forbidden(connection, offer):
        raise ValueError(f"offer {offer.id}: {why}")
    return offer


def _of_one(clock: Clock, offer: Offer, asked: Issue, sign: Callable[[bytes], bytes]) -> tuple[CouponRight, ...]:
    if not 1 <= asked.count <= MOST_AT_ONCE:
        raise ValueError(f"from 1 to {MOST_AT_ONCE} coupons at once")
    if asked.coupon_class not in (STORE_BOUND, CHAIN_WIDE):
        raise ValueError("serials are of class B or D; a store's share (C) is granted, an open promotion (A) has none")
    starts_on, ends_on = asked.starts_on or offer.starts_on, asked.ends_on or offer.ends_on
    if not offer.starts_on <= starts_on <= ends_on <= offer.ends_on:
        raise ValueError(f"the offer runs from {offer.starts_on} to {offer.ends_on}")
    face_fen = asked.face_fen or face_of(offer)
    if face_fen < 1:
        raise ValueError("say what one coupon can cost at most: its terms do not")
    return tuple(_signed(clock, offer, asked, (starts_on, ends_on), face_fen, sign) for _ in range(asked.count))


def take_grants(connection: Connection, store_id: str, grants: Sequence[CouponGranted]) -> None:
    """Tell every till of the store of coupons that one of them granted by itself; one that is known stays as it is, revoked or used."""
    known = {right.id for _, right in _rights(connection, [grant.serial for grant in grants])}
    fresh = {
        grant.serial: CouponRight(id=grant.serial, token="", **grant.model_dump(exclude={"serial", "rule"}))
        for grant in grants
        if grant.serial not in known
    }
    if fresh:
        append(connection, FEED, store_id, texts_of(tuple(fresh.values())))


def settle_gifts(connection: Connection, member_ids: Collection[str], now: datetime) -> None:
    """Something was told of these members' gifts for joining: of each person one stays; after the uses that came along are kept."""
    one_gift(connection, parties_of(connection, sorted(member_ids)).values(), now)


def gift_holders(connection: Connection, serials: Collection[str]) -> set[str]:
    """The members whose gift for joining is among these serials."""
    of = {right.member_id for _, right in _rights(connection, sorted(serials))} - {""}
    return {member for member in of if _gift().serial(member) in serials}


def one_gift(connection: Connection, parties: Iterable[Collection[str]], now: datetime) -> None:
    """Of the gifts for joining that one person was granted under several ids one stays: a used one, else the one granted first.

    Tills grant the gift by themselves, so somebody who joins at two of them without a line has two until headquarters knows. What was
    taken back for that alone comes back once the ids are two people's again: only who belongs together now decides, not what was told
    in which order. What somebody at headquarters took back stays so.
    """
    for members in parties:
        told: dict[str, list[tuple[str, CouponRight]]] = {}
        for store, right in _rights(connection, sorted(_gift().serial(member) for member in members)):
            told.setdefault(right.id, []).append((store, right))
        if not told:
            continue
        gone = tables.coupon_revoked.c
        revoked = {row.serial: row for row in connection.execute(select(tables.coupon_revoked).where(gone.serial.in_(told)))}
        # As long as it was good, a use stands whatever was found out later.
        used = {serial for serial, at in _used_at(connection, told).items() if serial not in revoked or at < revoked[serial].at}
        late = {serial for serial, known in told.items() if serial not in used and any(right.used_in for _, right in known)}
        free = [serial for serial in told if serial not in used | late and (serial not in revoked or not revoked[serial].store_id)]
        free.sort(key=lambda serial: (told[serial][0][1].starts_on, serial))
        standing = used or set(sorted(late)[:1]) or set(free[:1])
        for serial in sorted(standing & revoked.keys()):
            if not revoked[serial].store_id:
                _give_again(connection, told[serial])
        for serial in sorted(set(free) - standing - revoked.keys()):
            _take_back(connection, "", told[serial], now)


def _used_at(connection: Connection, serials: Collection[str]) -> dict[str, datetime]:
    """When each of these serials was used first, those that came back left out."""
    c = tables.coupon_use.c
    wanted = select(c.serial, func.min(c.at).label("at")).where(c.serial.in_(sorted(serials)), c.return_id == "").group_by(c.serial)
    return {row.serial: row.at for row in connection.execute(wanted)}


@cache
def _gift() -> Gift:
    """The gift for joining, whose serials follow from the member."""
    gift = JoiningRules.read(json.loads(resource("rules", "joining.json").read_text("utf-8"))).gift
    if gift is None:
        raise LookupError("no gift for joining is carried")
    return gift


def _take_back(connection: Connection, store_id: str, known: Sequence[tuple[str, CouponRight]], now: datetime) -> None:
    """Revoke one serial, of which these stores were told; `store_id` says whose it is, '' for headquarters' own decision."""
    serial = known[0][1].id
    insert_new(connection, tables.coupon_revoked, [{"serial": serial, "store_id": store_id, "at": now}], "serial")
    connection.execute(update(tables.chain_coupon).where(tables.chain_coupon.c.serial == serial).values(state="revoked"))
    for store, right in known:
        append(connection, FEED, store, texts_of([right.model_copy(update={"state": "revoked"})]))


def _give_again(connection: Connection, known: Sequence[tuple[str, CouponRight]]) -> None:
    """A gift that headquarters took back because of a merge is its holder's again; a use of it meanwhile is no case."""
    serial = known[0][1].id
    connection.execute(delete(tables.coupon_revoked).where(tables.coupon_revoked.c.serial == serial))
    for store, right in known:
        append(connection, FEED, store, texts_of([right.model_copy(update={"state": "active"})]))
    _weigh(connection, {serial}, {})


def offer_of(connection: Connection, offer_id: str) -> Offer:
    """The offer that stands under an id now; KeyError for none."""
    row = tables.feed_row.c
    text = connection.scalar(select(row.json).where(row.store_id == "", row.feed == "offer", row.key == offer_id, row.current))
    if text is None:
        raise KeyError(offer_id)
    return Offer.model_validate_json(text)


def face_of(offer: Offer) -> int:
    """The most that one use of an offer takes off, in fen, or 0 where its terms set no bound."""
    promotion = BookedOffer.read(offer).promotion
    return max(off for _, off in promotion.tiers) if isinstance(promotion, Threshold) else 0


def _signed(
    clock: Clock, offer: Offer, asked: Issue, days: tuple[date, date], face_fen: int, sign: Callable[[bytes], bytes]
) -> CouponRight:
    serial, (starts_on, ends_on) = new_id(clock), days
    token = CouponToken(
        serial=UUID(serial),
        coupon_class=asked.coupon_class,
        offer_mark=mark(offer.id, 8),
        holder_mark=mark(asked.member_id, 8),
        store_mark=mark(asked.store_id, 4) if asked.coupon_class == STORE_BOUND else bytes(4),
        starts_on=starts_on,
        ends_on=ends_on,
        face_fen=face_fen,
    )
    return CouponRight(
        id=serial,
        offer_id=offer.id,
        member_id=asked.member_id,
        coupon_class=asked.coupon_class,
        token=sealed(token, sign),
        starts_on=starts_on,
        ends_on=ends_on,
        face_fen=face_fen,
    )


def revoke(archive: Archive, clock: Clock, store_id: str, serial: str) -> bool:
    """Take a right back, which its stores hear with their next feed; False where nothing changed. KeyError for no such serial."""

    def unit(connection: Connection) -> bool:
        known = _rights(connection, [serial])
        if all(store != store_id for store, _ in known):
            raise KeyError(serial)
        if all(right.state == "revoked" for _, right in known):
            gone = tables.coupon_revoked.c
            # What a merge took back stays so from now on, whatever becomes of the merge.
            decided = update(tables.coupon_revoked).where(gone.serial == serial, gone.store_id == "").values(store_id=store_id)
            return connection.execute(decided).rowcount == 1
        _take_back(connection, store_id, known, clock.now())
        return True

    return archive.commit(unit).result()


def keep(
    connection: Connection, store_id: str, uses: Sequence[Use], releases: Iterable[tuple[str, str, str, int]]
) -> None:
    """Keep uses, and what came back as (sale, serial, return, worth of a part or 0); what is wrong with a use becomes a case.

    The first use by (time, event) stands, whatever came in first; every store that knows the right hears which sale that is.
    """
    c = tables.coupon_use.c
    serials = {use.serial for use in uses}
    for use in uses:
        fields: dict[str, object] = {name: getattr(use, name) for name in Use.__dataclass_fields__}
        insert_new(connection, tables.coupon_use, [{**fields, "store_id": store_id, "return_id": "", "again": False}], "serial")
    parts: dict[str, int] = {}
    for sale_id, serial, return_id, part_fen in releases:
        serials.add(serial)
        if part_fen:
            parts[serial] = part_fen
        here = (c.store_id == store_id) & (c.sale_id == sale_id) & (c.serial == serial)
        connection.execute(update(tables.coupon_use).where(here).values(return_id=return_id))
    if serials:
        _weigh(connection, serials, parts)


def _weigh(connection: Connection, serials: Collection[str], parts: Mapping[str, int]) -> None:
    """Say of every use of these serials whether it stands, and what becomes a case; `parts` are coupons that came back in part."""
    c = tables.coupon_use.c
    gone = tables.coupon_revoked.c
    revoked = {row.serial: row.at for row in connection.execute(select(gone.serial, gone.at).where(gone.serial.in_(serials)))}
    first: dict[str, Any] = {}
    found: list[cases.Found] = []
    standing = connection.execute(
        select(tables.coupon_use).where(c.serial.in_(serials), c.return_id == "").order_by(c.at, c.event_id)
    ).all()
    over = reservations.used(connection, [row.reservation_id for row in standing if row.reservation_id])
    for row in standing:
        before = first.setdefault(row.serial, row)
        again = before is not row
        if again != row.again:
            this = (c.store_id == row.store_id) & (c.sale_id == row.sale_id) & (c.serial == row.serial)
            connection.execute(update(tables.coupon_use).where(this).values(again=again))
        seen = (row.serial, row.offer_id, row.store_id, row.sale_id, row.at, row.cut_fen)
        if again:
            kind = "trade" if row.serial.startswith(TRADED) else "double"
            found.append(cases.Found(kind, *seen, before.store_id, before.sale_id, before.at, row.offline))
        elif row.serial in revoked and row.at >= revoked[row.serial]:
            found.append(cases.Found("revoked", *seen, offline=row.offline))
        elif row.reservation_id in over:
            found.append(cases.Found("lapsed", *seen, offline=row.offline))
    cases.settle(connection, found, serials)
    for store, right in _rights(connection, sorted(serials)):
        stands = first.get(right.id)
        told = right.model_copy(update={"used_in": stands.sale_id if stands else "", "face_fen": parts.get(right.id, right.face_fen)})
        append(connection, FEED, store, texts_of([told]))


def uses(connection: Connection) -> tuple[int, int]:
    """How many uses of coupons stand that no return took back, and how many of them are of a serial that was used up before."""
    c = tables.coupon_use.c
    standing = (c.return_id == "") & c.serial.not_like(f"{TRADED}%")
    counted = connection.execute(select(c.again, func.count()).where(standing).group_by(c.again)).all()
    found = {bool(row[0]): int(row[1]) for row in counted}
    return found.get(False, 0) + found.get(True, 0), found.get(True, 0)


def _rights(connection: Connection, serials: Sequence[str]) -> tuple[tuple[str, CouponRight], ...]:
    """(store, right) for every store that was told of these serials, always in the same order."""
    row = tables.feed_row.c
    wanted = select(row.store_id, row.json).where(row.feed == FEED, row.key.in_(serials), row.current).order_by(row.store_id, row.key)
    return tuple((found.store_id, CouponRight.model_validate(json.loads(found.json))) for found in connection.execute(wanted))
