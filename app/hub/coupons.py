"""Personal coupons at headquarters: rights signed and told to the store where they are good, and every use of them kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from app.domain.pricing import BookedOffer
from app.domain.promotions.threshold import Threshold
from app.hub import tables
from app.hub.archive import Archive, insert_new
from app.hub.feeds import append, texts_of
from app.records.clock import Clock
from app.records.coupon_token import CouponToken, mark, sealed
from app.records.coupons import CouponRight
from app.records.ids import new_id
from app.records.offers import Offer

FEED = "coupon"
STORE_BOUND = "B"
"""The class that is issued: serials of one store, good without a line; the worst loss is tills cut off from each other × face."""
MOST_AT_ONCE = 1_000


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


@dataclass(frozen=True, slots=True)
class Use:
    """A sale that used a coupon."""

    sale_id: str
    serial: str
    event_id: str
    offer_id: str
    member_id: str
    at: datetime
    cut_fen: int
    offline: bool


def issue(archive: Archive, clock: Clock, asked: Issue, sign: Callable[[bytes], bytes]) -> tuple[CouponRight, ...]:
    """Sign coupons and tell the store of them. KeyError for no such store or offer; ValueError says what else does not fit."""
    with archive.reading() as connection:
        rights = signed(connection, clock, asked, sign)
    archive.commit(lambda connection: append(connection, FEED, asked.store_id, texts_of(rights))).result()
    return rights


def signed(connection: Connection, clock: Clock, asked: Issue, sign: Callable[[bytes], bytes]) -> tuple[CouponRight, ...]:
    """The coupons that were asked for, signed and told to nobody yet; the faults of `issue`."""
    store = tables.store.c
    if connection.scalar(select(store.store_id).where(store.store_id == asked.store_id)) is None:
        raise KeyError(asked.store_id)
    row = tables.feed_row.c
    text = connection.scalar(select(row.json).where(row.store_id == "", row.feed == "offer", row.key == asked.offer_id, row.current))
    if text is None:
        raise KeyError(asked.offer_id)
    offer = Offer.model_validate_json(text)
    if not offer.by_right or not offer.active:
        raise ValueError(f"offer {offer.id} is not one for coupon holders that runs")
    if not 1 <= asked.count <= MOST_AT_ONCE:
        raise ValueError(f"from 1 to {MOST_AT_ONCE} coupons at once")
    ends_on = asked.ends_on or offer.ends_on
    if not offer.starts_on <= ends_on <= offer.ends_on:
        raise ValueError(f"the offer runs from {offer.starts_on} to {offer.ends_on}")
    face_fen = asked.face_fen or face_of(offer)
    if face_fen < 1:
        raise ValueError("say what one coupon can cost at most: its terms do not")
    return tuple(_signed(clock, offer, asked, ends_on, face_fen, sign) for _ in range(asked.count))


def face_of(offer: Offer) -> int:
    """The most that one use of an offer takes off, in fen, or 0 where its terms set no bound."""
    promotion = BookedOffer.read(offer).promotion
    return max(off for _, off in promotion.tiers) if isinstance(promotion, Threshold) else 0


def _signed(clock: Clock, offer: Offer, asked: Issue, ends_on: date, face_fen: int, sign: Callable[[bytes], bytes]) -> CouponRight:
    serial = new_id(clock)
    token = CouponToken(
        serial=UUID(serial),
        coupon_class=STORE_BOUND,
        offer_mark=mark(offer.id, 8),
        holder_mark=mark(asked.member_id, 8),
        store_mark=mark(asked.store_id, 4),
        starts_on=offer.starts_on,
        ends_on=ends_on,
        face_fen=face_fen,
    )
    return CouponRight(
        id=serial,
        offer_id=offer.id,
        member_id=asked.member_id,
        coupon_class=STORE_BOUND,
        token=sealed(token, sign),
        starts_on=offer.starts_on,
        ends_on=ends_on,
        face_fen=face_fen,
    )


def revoke(archive: Archive, store_id: str, serial: str) -> bool:
    """Take a right back, which the store hears with its next feed; False where nothing changed. KeyError for no such serial."""

    def unit(connection: Connection) -> bool:
        known = _rights(connection, store_id, [serial])
        if serial not in known:
            raise KeyError(serial)
        taken = known[serial].model_copy(update={"state": "revoked"})
        return bool(append(connection, FEED, store_id, texts_of([taken])))

    return archive.commit(unit).result()


def keep(connection: Connection, store_id: str, uses: Sequence[Use], releases: Iterable[tuple[str, str, str]]) -> None:
    """Keep uses, and what came back as (sale, serial, return); mark what was used up twice, and tell the store of both."""
    c = tables.coupon_use.c
    serials = {use.serial for use in uses}
    for use in uses:
        row: dict[str, object] = {name: getattr(use, name) for name in Use.__dataclass_fields__}
        insert_new(connection, tables.coupon_use, [{**row, "store_id": store_id, "return_id": "", "again": False}], "serial")
    for sale_id, serial, return_id in releases:
        serials.add(serial)
        here = (c.store_id == store_id) & (c.sale_id == sale_id) & (c.serial == serial)
        connection.execute(update(tables.coupon_use).where(here).values(return_id=return_id))
    if not serials:
        return
    first: dict[str, str] = {}
    wanted = select(c.store_id, c.sale_id, c.serial, c.again).where(c.serial.in_(serials), c.return_id == "")
    for found in connection.execute(wanted.order_by(c.at, c.event_id)).all():
        again = first.setdefault(found.serial, found.sale_id) != found.sale_id
        if again != found.again:
            this = (c.store_id == found.store_id) & (c.sale_id == found.sale_id) & (c.serial == found.serial)
            connection.execute(update(tables.coupon_use).where(this).values(again=again))
    known = _rights(connection, store_id, sorted(serials))
    told = [right.model_copy(update={"used_in": first.get(serial, "")}) for serial, right in known.items()]
    if told:
        append(connection, FEED, store_id, texts_of(told))


def uses(connection: Connection) -> tuple[int, int]:
    """How many uses stand that no return took back, and how many of them are of a serial that was used up before."""
    c = tables.coupon_use.c
    counted = connection.execute(select(c.again, func.count()).where(c.return_id == "").group_by(c.again)).all()
    found = {bool(row[0]): int(row[1]) for row in counted}
    return found.get(False, 0) + found.get(True, 0), found.get(True, 0)


def _rights(connection: Connection, store_id: str, serials: Sequence[str]) -> Mapping[str, CouponRight]:
    row = tables.feed_row.c
    wanted = select(row.key, row.json).where(row.store_id == store_id, row.feed == FEED, row.key.in_(serials), row.current)
    return {found.key: CouponRight.model_validate(json.loads(found.json)) for found in connection.execute(wanted.order_by(row.key))}
