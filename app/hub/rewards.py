"""What a member gets for having recommended the shop: points, once the newcomer is verified and has bought; taken back where that ends."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, func, select

from app.hub import one_id, tables
from app.hub.movements import POINTS, moving
from app.hub.parties import party_of
from app.records.people import PointsEntryRow
from app.records.resources import resource

BENEFIT = "referrer_reward"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RewardRules:
    """The part of `resources/rules/joining.json` about whoever recommended the shop."""

    points: int
    after_first_sale: bool


@cache
def rules() -> RewardRules:
    """The rules as they are carried."""
    said = json.loads(resource("rules", "joining.json").read_text("utf-8"))["referrer"]
    return RewardRules(int(said["points"]), bool(said["after_first_sale"]))


def settle(connection: Connection, member_ids: Collection[str], now: datetime) -> int:
    """Something became known of these people, or they bought: whoever recommended one of them has what is due; gives how many changed."""
    ids = sorted(set(member_ids) - {""})
    parts = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
    return sum(_settle(connection, one, now) for part in parts for one in one_id.recommended(connection, part))


def settle_pair(connection: Connection, merge_id: str, now: datetime) -> int:
    """The same after somebody decided whether two ids are one person: who was no member of old may be one now, or the other way round."""
    m = tables.merge.c
    pair = connection.execute(select(m.old_id, m.canonical_id).where(m.merge_id == merge_id)).first()
    return settle(connection, set(pair), now) if pair is not None else 0


def _settle(connection: Connection, one: one_id.Joined, now: datetime) -> int:
    p, e = tables.person.c, tables.points_entry.c
    referrer = connection.execute(select(p.canonical_id, p.state).where(p.member_id == one.referrer_id)).first()
    if referrer is None or referrer.state == "erased":
        return 0
    party = party_of(connection, one.member_id)
    due = rules().points if one.earns(BENEFIT) and referrer.canonical_id not in party and _bought(connection, party) else 0
    moving(connection, [one.referrer_id])
    given = connection.execute(
        select(func.count(), func.coalesce(func.sum(e.points), 0)).where(e.owner_id == one.member_id, e.entry_id.startswith("referral:"))
    ).one()
    if int(given[1]) == due:
        return 0
    # As many as were told before make the next one's name: told twice it is one, and all tills fold the same.
    entry = PointsEntryRow(
        id=f"referral:{one.member_id}:{given[0]}",
        member_id=one.referrer_id,
        at=now,
        kind="adjust",
        points=due - int(given[1]),
        owner_id=one.member_id,
    )
    POINTS.keep(connection, one.store_id, [entry])
    return 1


def _bought(connection: Connection, party: Collection[str]) -> bool:
    """Whether anything was paid that did not come back."""
    if not rules().after_first_sale:
        return True
    o = tables.member_order.c
    return connection.scalar(select(o.sale_id).where(o.member_id.in_(list(party)), o.fen > o.back_fen).limit(1)) is not None
