"""Shares of a store's rights at headquarters: granted to the store, handed out till by till, and given back when they end.

A right is in one hand only: what is in the pool, what a till holds, and what was used add up to what was granted, always.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from app.hub import tables
from app.hub.archive import Archive
from app.hub.coupon_law import forbidden
from app.hub.feeds import append, texts_of
from app.hub.renewing import renew
from app.records.clock import Clock
from app.records.coupon_token import CouponToken, mark, sealed
from app.records.coupons import Lease
from app.records.events import LeaseReturned
from app.records.ids import new_id
from app.records.offers import Offer

FEED = "lease"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a store is to be granted."""

    store_id: str
    offer: Offer
    rights: int
    face_fen: int
    per_till: int
    """The share that each till gets at once, and whenever it asks for more."""
    low: int
    """A till with so few left asks for more."""
    lease_days: int
    """How long a share lasts; what is unused then goes back to the pool."""
    ends_on: date
    by_code: bool = False
    """Whether customers show a code; else everybody gets it whose basket fits."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a grant stands."""

    grant_id: str
    rights: int
    pool: int
    """Not handed out."""
    held: int
    """In tills' hands, used ones among them."""
    used: int
    """Used by sales that headquarters has heard of."""


def grant(archive: Archive, clock: Clock, asked: Asked, today: date, sign: Callable[[bytes], bytes]) -> str:
    """Grant a store rights and hand every till that is at work its share; gives the grant's id. ValueError says what does not fit."""
    offer = asked.offer
    if not offer.by_right or not offer.active:
        raise ValueError(f"offer {offer.id} is not one for coupon holders that runs")
    if asked.rights < 1 or asked.per_till < 1 or not 0 <= asked.low < asked.per_till or asked.lease_days < 1 or asked.face_fen < 1:
        raise ValueError("rights, a till's share, its days and the face value are at least one; fewer than a share are called low")
    if not offer.starts_on <= asked.ends_on <= offer.ends_on:
        raise ValueError(f"the offer runs from {offer.starts_on} to {offer.ends_on}")
    with archive.reading() as connection:
        if why := forbidden(connection, offer):
            raise ValueError(f"offer {offer.id}: {why}")
    grant_id = new_id(clock)
    token = sealed(
        CouponToken(
            serial=UUID(grant_id),
            coupon_class="C",
            offer_mark=mark(offer.id, 8),
            holder_mark=bytes(8),
            store_mark=mark(asked.store_id, 4),
            starts_on=offer.starts_on,
            ends_on=asked.ends_on,
            face_fen=asked.face_fen,
        ),
        sign,
    )
    row = {
        "store_id": asked.store_id,
        "grant_id": grant_id,
        "offer_id": offer.id,
        "rights": asked.rights,
        "per_till": asked.per_till,
        "low": asked.low,
        "lease_days": asked.lease_days,
        "face_fen": asked.face_fen,
        "token": token if asked.by_code else "",
        "starts_on": offer.starts_on,
        "ends_on": asked.ends_on,
        "state": "active",
        "at": clock.now(),
    }

    def unit(connection: Connection) -> None:
        connection.execute(insert(tables.coupon_grant).values(row))
        d = tables.device.c
        at_work = select(d.device, d.till).where(d.store_id == asked.store_id, d.state == "active").order_by(d.till)
        for device in connection.execute(at_work).all():
            more(connection, clock, asked.store_id, device.device, device.till, grant_id, today)

    archive.commit(unit).result()
    return grant_id


def more(connection: Connection, clock: Clock, store_id: str, device: str, till: str, grant_id: str, today: date) -> Lease | None:
    """Give a till another share, as far as the pool goes; None where there is nothing to give."""
    g, c = tables.coupon_grant.c, tables.coupon_lease.c
    granted = connection.execute(
        select(tables.coupon_grant).where(g.store_id == store_id, g.grant_id == grant_id).with_for_update()
    ).first()
    if granted is None or granted.state != "active" or not granted.starts_on <= today <= granted.ends_on:
        return None
    share = min(granted.per_till, _pool(connection, granted))
    if share < 1:
        return None
    mine = connection.execute(
        select(tables.coupon_lease)
        .where(c.store_id == store_id, c.grant_id == grant_id, c.device == device, c.state == "active", c.ends_on >= today)
        .order_by(c.ends_on.desc())
        .limit(1)
    ).first()
    # What is handed out twice is asked for twice only where the first was used: the till says so by asking.
    held = renew(
        connection,
        tables.coupon_lease,
        mine,
        {"rights": share + (mine.rights if mine is not None else 0)},
        lambda: {
            "store_id": store_id,
            "lease_id": new_id(clock),
            "grant_id": grant_id,
            "device": device,
            "till": till,
            "used": 0,
            "starts_on": today,
            "ends_on": min(granted.ends_on, today + timedelta(days=granted.lease_days - 1)),
            "state": "active",
        },
    )
    return _told(connection, granted)[str(held["lease_id"])]


def token_of(connection: Connection, grant_id: str) -> str:
    """The code that customers show for a grant; '' where none is needed. KeyError for no such grant."""
    g = tables.coupon_grant.c
    token = connection.scalar(select(g.token).where(g.grant_id == grant_id))
    if token is None:
        raise KeyError(grant_id)
    return str(token)


def withdraw(archive: Archive, store_id: str, grant_id: str) -> bool:
    """End a grant: the tills stop as soon as they hear of it. False where nothing changed."""

    def unit(connection: Connection) -> bool:
        g, c = tables.coupon_grant.c, tables.coupon_lease.c
        mine = (g.store_id == store_id) & (g.grant_id == grant_id)
        ended = update(tables.coupon_grant).where(mine, g.state == "active").values(state="withdrawn")
        if connection.execute(ended).rowcount != 1:
            return False
        held = (c.store_id == store_id) & (c.grant_id == grant_id) & (c.state == "active")
        connection.execute(update(tables.coupon_lease).where(held).values(state="withdrawn"))
        _told(connection, connection.execute(select(tables.coupon_grant).where(mine)).one())
        return True

    return archive.commit(unit).result()


def keep(connection: Connection, store_id: str, returned: Sequence[LeaseReturned]) -> None:
    """Take shares back: what is not used goes to the pool again. Uses that the till told before this stand already."""
    c, use, g = tables.coupon_lease.c, tables.coupon_use.c, tables.coupon_grant.c
    for one in returned:
        mine = (c.store_id == store_id) & (c.lease_id == one.lease_id)
        held = connection.execute(select(tables.coupon_lease).where(mine)).first()
        if held is None or held.state == "returned":
            continue
        standing = (use.store_id == store_id) & (use.lease_id == one.lease_id) & (use.return_id == "")
        counted = connection.scalar(select(func.count()).where(standing)) or 0
        # The greater of both: a right is given again only where nobody can have used it. One that came back before is the till's again.
        used = min(held.rights, max(one.used, counted))
        connection.execute(update(tables.coupon_lease).where(mine).values(state="returned", used=used))
        granted = select(tables.coupon_grant).where(g.store_id == store_id, g.grant_id == held.grant_id)
        _told(connection, connection.execute(granted).one())


def standing(connection: Connection, store_id: str) -> tuple[Standing, ...]:
    """Every grant of a store."""
    g, c, use = tables.coupon_grant.c, tables.coupon_lease.c, tables.coupon_use.c
    found = []
    for granted in connection.execute(select(tables.coupon_grant).where(g.store_id == store_id).order_by(g.at, g.grant_id)).all():
        used = connection.scalar(
            select(func.count())
            .select_from(tables.coupon_use.join(tables.coupon_lease, (use.lease_id == c.lease_id) & (use.store_id == c.store_id)))
            .where(c.store_id == store_id, c.grant_id == granted.grant_id, use.return_id == "")
        )
        pool = _pool(connection, granted)
        found.append(Standing(granted.grant_id, granted.rights, pool, granted.rights - pool, int(used or 0)))
    return tuple(found)


def _pool(connection: Connection, granted: Any) -> int:
    """What no till holds and nobody used."""
    c = tables.coupon_lease.c
    rows = connection.execute(
        select(c.state, c.rights, c.used).where(c.store_id == granted.store_id, c.grant_id == granted.grant_id)
    ).all()
    return int(granted.rights - sum(row.used if row.state == "returned" else row.rights for row in rows))


def _told(connection: Connection, granted: Any) -> Mapping[str, Lease]:
    """Tell the store how its tills' shares of a grant stand; gives them by id."""
    c = tables.coupon_lease.c
    pool = _pool(connection, granted) if granted.state == "active" else 0
    rows = connection.execute(
        select(tables.coupon_lease).where(c.store_id == granted.store_id, c.grant_id == granted.grant_id).order_by(c.lease_id)
    )
    leases = {
        row.lease_id: Lease(
            id=row.lease_id,
            grant_id=row.grant_id,
            device=row.device,
            till=row.till,
            offer_id=granted.offer_id,
            rights=row.rights,
            low=granted.low,
            pool=pool,
            token=granted.token,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            face_fen=granted.face_fen,
            state=row.state,
        )
        for row in rows.all()
    }
    append(connection, FEED, granted.store_id, texts_of(tuple(leases.values())))
    return leases
