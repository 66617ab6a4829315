"""Erasing one person from headquarters, and telling every store that holds or ever heard of them (PIPL Art. 47).

Events stay as they came: they name people by random ids alone. The person's key is destroyed, their rows on feeds give way to a
tombstone, what is kept beside them (marks, merges, keys to look up by) goes, and their points close at nought.
What they paid in and spent (储值) stays under their random ids: it is money, and what is left of it is still owed.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from app.domain.points import PointsRules
from app.hub import points, standings, tables, verification
from app.hub.archive import insert_new, upsert
from app.hub.feeds import NOTHING, OWNED, append, bury, holders, texts_of
from app.hub.movements import moving
from app.hub.parties import party_of
from app.hub.people import PeopleTold, ensure, erased_among, member_rows, one_at_a_time
from app.records.base import Record
from app.records.clock import shop_day
from app.records.events import PersonErased
from app.records.people import Erased, Member
from app.records.resources import resource

log = logging.getLogger(__name__)

FEED = "erased"
HEADQUARTERS = "headquarters"
"""Where an erasure was asked for that no till told of."""


@cache
def _rules() -> PointsRules:
    return PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8")))


def erase(
    connection: Connection, now: datetime, member_id: str, *, reason: str, asked_via: str, by: str, store_id: str = ""
) -> tuple[str, ...]:
    """Erase a person under all their ids; gives those ids, () where all of it was done before. One person at a time."""
    one_at_a_time(connection)
    ensure(connection, member_id, store_id, now, "")
    party = party_of(connection, member_id)
    fresh = sorted(set(party) - erased_among(connection, party))
    if not fresh:
        tell(connection, [store_id], [member_id])
        return ()
    stores = _stores(connection, fresh) | ({store_id} - {""})
    _bury(connection, fresh, stores)
    _forget(connection, fresh)
    p, k = tables.person.c, tables.person_key.c
    blank = {name: "" for name in ("referrer_id", "guardian_id", "name_mark", "born_mark")}
    gone = update(tables.person).where(p.member_id.in_(fresh))
    connection.execute(gone.values(state="erased", canonical_id=p.member_id, **blank))
    _close_points(connection, fresh, now)
    keys = [{"person_id": one, "secret": None, "destroyed_at": now} for one in fresh]
    upsert(connection, tables.person_key, keys)
    connection.execute(update(tables.person_key).where(k.person_id.in_(fresh)).values(secret=None, destroyed_at=now))
    done = {"act": "erase", "reason": reason[:200], "asked_via": asked_via[:16], "by": by[:40], "at": now}
    connection.execute(insert(tables.person_act), [{**done, "act_id": str(uuid.uuid4()), "member_id": one} for one in fresh])
    for store in sorted(stores):
        append(connection, FEED, store, texts_of([Erased(id=one, at=now) for one in fresh]))
    return tuple(fresh)


def take(connection: Connection, now: datetime, store_id: str, erasures: Iterable[tuple[PersonErased, str]]) -> None:
    """Do what a store's tills tell of: (event, who recorded it).

    A store that neither holds nor ever heard of somebody whom others know has nobody to erase: no till can end people of the chain.
    """
    for body, actor in erasures:
        concerned = _stores(connection, party_of(connection, body.member_id))
        if concerned and store_id not in concerned:
            log.warning("store %s tells of erasing somebody it never knew", store_id)
            continue
        erase(connection, now, body.member_id, reason=body.reason, asked_via=store_id, by=actor, store_id=store_id)


def tell(connection: Connection, store_ids: Collection[str], member_ids: Collection[str]) -> None:
    """Stores that still speak of erased people hear of it; with people who were not erased nothing happens."""
    a = tables.person_act.c
    wanted = select(a.member_id, func.min(a.at)).where(a.act == "erase", a.member_id.in_(list(member_ids))).group_by(a.member_id)
    told = [Erased(id=member_id, at=at) for member_id, at in connection.execute(wanted)]
    for store_id in sorted(set(store_ids) - {""}) if told else ():
        append(connection, FEED, store_id, texts_of(told))


def without_erased(connection: Connection, store_id: str, told: PeopleTold) -> PeopleTold:
    """What a store tells of people, less what concerns erased ones: of them it hears instead."""
    named = {body.member_id for part in (told.joins, told.claims, told.consents) for body, _ in part}
    gone = erased_among(connection, named)
    if not gone:
        return told
    tell(connection, [store_id], gone)
    return PeopleTold(
        [one for one in told.joins if one[0].member_id not in gone],
        [one for one in told.claims if one[0].member_id not in gone],
        [one for one in told.consents if one[0].member_id not in gone],
    )


def still_told(connection: Connection, records: Sequence[Record]) -> list[Record]:
    """Rows to publish without those of erased people: a book of before brings nobody back."""
    whose = [{record.id if isinstance(record, Member) else str(getattr(record, "member_id", ""))} for record in records]
    gone = erased_among(connection, set().union(*whose) - {""})
    return [record for record, owners in zip(records, whose, strict=True) if not owners & gone]


def settle_late(connection: Connection, store_id: str, member_ids: Collection[str], now: datetime) -> None:
    """Facts came in after their person was erased: nothing is attached to them, their points close again, the store hears of it."""
    gone = erased_among(connection, member_ids)
    if gone:
        _forget(connection, gone)
        _close_points(connection, gone, now)
        tell(connection, [store_id], gone)


def _stores(connection: Connection, member_ids: Collection[str]) -> set[str]:
    """Every store that holds these members, joined them, told of them, or asked for them."""
    found = set[str]().union(*holders(connection, "member", member_ids).values())
    for column, whose in (
        (tables.person.c.home_store, tables.person.c.member_id),
        (tables.person_blob.c.store_id, tables.person_blob.c.person_id),
        (tables.member_lookup.c.store_id, tables.member_lookup.c.member_id),
        (tables.consent.c.store_id, tables.consent.c.member_id),
    ):
        found |= set(connection.execute(select(column).where(whose.in_(list(member_ids))).distinct()).scalars())
    return found - {""}


def _close_points(connection: Connection, member_ids: Collection[str], now: datetime) -> None:
    """An adjustment brings the balance of each id, which stands for itself by now, to nought; what is late is closed by a further one."""
    c = tables.points_entry.c
    moving(connection, member_ids)
    for member_id in sorted(member_ids):
        balance = points.statement_of(connection, member_id, shop_day(now), _rules()).balance
        if not balance:
            continue
        closed = connection.scalar(select(func.count()).where(c.member_id == member_id, c.entry_id.like(f"closed:{member_id}:%")))
        row: dict[str, object] = {
            "entry_id": f"closed:{member_id}:{closed}",
            "store_id": "",
            "member_id": member_id,
            "at": now,
            "kind": "adjust",
            "points": -balance,
            "of": "",
            "expires_on": None,
            "owner_id": member_id[:36],
        }
        insert_new(connection, tables.points_entry, [row], "entry_id")


def _bury(connection: Connection, member_ids: Collection[str], stores: Collection[str]) -> None:
    """Take the person out of every feed: a tombstone where their profile stood, nothing where anything else of theirs did."""
    row, ids = tables.feed_row.c, sorted(member_ids)
    # What was brought forward is no more about anybody than the movements are, and keeps the books adding up.
    books = {key: member.points for key, member in member_rows(connection, ids).items()}
    held = holders(connection, "member", ids)
    for store in sorted(set[str]().union(*held.values())):
        dead = [Member(id=one, card_no="", points=books.get(one, 0)) for one in ids if store in held.get(one, ())]
        append(connection, "member", store, texts_of(dead))
    for feed in OWNED:
        bury(connection, feed, ids, stores)
    c = tables.consent.c
    words = connection.execute(select(c.member_id, c.purpose).where(c.member_id.in_(ids)).distinct())
    told = (("consent", [f"{member_id}:{purpose}" for member_id, purpose in words]), ("alias", ids), ("standing", ids))
    for feed, keys in told:
        mine = (row.feed == feed) & row.key.in_(keys)
        connection.execute(update(tables.feed_row).where(mine).values(current=False, json=NOTHING))
    old = update(tables.feed_row).where(row.feed == "member", row.key.in_(ids), row.current.is_(False))
    connection.execute(old.values(json=NOTHING))


def _forget(connection: Connection, member_ids: Collection[str]) -> None:
    """Delete what is kept beside a person, and take their name off what is kept without them."""
    ids = list(member_ids)
    i = tables.identity.c
    phones = select(i.mark).where(i.member_id.in_(ids), i.kind == "phone", i.mark != "").distinct()
    verification.forget(connection, list(connection.scalars(phones)))
    for column in (
        tables.identity.c.member_id,
        tables.member_key.c.member_id,
        tables.person_blob.c.person_id,
        tables.member_reading.c.member_id,
        tables.segment_member.c.member_id,
        tables.campaign_holder.c.member_id,
        tables.hold.c.member_id,
        tables.message.c.member_id,
    ):
        connection.execute(delete(column.table).where(column.in_(ids)))
    standings.forget(connection, ids)
    m = tables.merge.c
    connection.execute(delete(tables.merge).where(or_(m.old_id.in_(ids), m.canonical_id.in_(ids))))
    for column in (
        tables.member_order.c.member_id,
        tables.campaign_sale.c.member_id,
        tables.coupon_use.c.member_id,
    ):
        connection.execute(update(column.table).where(column.in_(ids)).values(member_id=""))
    rights = update(tables.chain_coupon).where(tables.chain_coupon.c.member_id.in_(ids))
    connection.execute(rights.values(member_id="", state="revoked", token=""))
