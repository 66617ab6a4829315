"""What members are looked up by at headquarters: one row a key, kept in the transaction that publishes the member."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select

from app.hub import tables
from app.hub.archive import upsert

OF_MEMBER = ("phone", "tail", "card", "handle")
"""Kinds that follow from a member's row; the others are told as identities."""
ASKED_BY = ("phone", "card", "handle", "union", "wechat", "alipay", "jpass")
"""Kinds that a till may ask for one person by; the last four digits alone are no question to a chain."""
MOST = 9
"""People given for one key: as many as digits can choose among."""

_KEY = tables.member_key.c
_ANYWHERE = (
    select(_KEY.member_id, _KEY.store_id)
    .where(_KEY.kind == bindparam("kind"), _KEY.value == bindparam("value"))
    .order_by(_KEY.store_id, _KEY.member_id)
    .limit(bindparam("most"))
)
_IN_STORE = (
    select(_KEY.member_id, _KEY.store_id)
    .where(_KEY.kind == bindparam("kind"), _KEY.value == bindparam("value"), _KEY.store_id == bindparam("store"))
    .order_by(_KEY.member_id)
    .limit(bindparam("most"))
)
_ROW = tables.feed_row.c
_PROFILE = select(_ROW.json).where(
    _ROW.feed == "member", _ROW.key == bindparam("member"), _ROW.store_id == bindparam("store"), _ROW.current
)


@dataclass(frozen=True, slots=True)
class Holding:
    """A member and a store that holds them."""

    member_id: str
    store_id: str


def find(connection: Connection, kind: str, value: str, store_id: str = "", most: int = MOST) -> tuple[Holding, ...]:
    """Who is known by this key, in one store or, without one, in the chain."""
    asked = {"kind": kind, "value": value, "most": most}
    rows = connection.execute(_IN_STORE, {**asked, "store": store_id}) if store_id else connection.execute(_ANYWHERE, asked)
    return tuple(Holding(row.member_id, row.store_id) for row in rows)


def profile(connection: Connection, holding: Holding) -> dict[str, object] | None:
    """A member's row as the store that holds them reads it; None where it holds them no more."""
    found = connection.execute(_PROFILE, {"member": holding.member_id, "store": holding.store_id}).scalar()
    return dict(json.loads(found)) if found is not None else None


def follow(connection: Connection, feed: str, store_id: str, texts: Mapping[str, str]) -> None:
    """Bring the keys up to date with rows of a feed that were just appended (id → row as JSON); feeds of other things change nothing."""
    if feed == "member":
        _follow_members(connection, store_id, [json.loads(text) for text in texts.values()])
    elif feed == "identity":
        _follow_identities(connection, store_id, [json.loads(text) for text in texts.values()])


def _follow_members(connection: Connection, store_id: str, members: list[dict[str, str]]) -> None:
    ids = [member["id"] for member in members]
    connection.execute(delete(tables.member_key).where(_KEY.store_id == store_id, _KEY.member_id.in_(ids), _KEY.kind.in_(OF_MEMBER)))
    rows = [
        {"kind": kind, "value": value, "store_id": store_id, "member_id": member["id"]}
        for member in members
        for kind, value in keys_of(member).items()
    ]
    if rows:
        connection.execute(insert(tables.member_key), rows)


def _follow_identities(connection: Connection, store_id: str, said: list[dict[str, object]]) -> None:
    for one in said:
        row = {"kind": one["kind"], "value": one["value"], "store_id": store_id, "member_id": one["member_id"]}
        if one["active"]:
            upsert(connection, tables.member_key, [row])
        else:
            connection.execute(delete(tables.member_key).where(*(tables.member_key.c[name] == value for name, value in row.items())))


def keys_of(member: Mapping[str, str]) -> dict[str, str]:
    """A member's own keys by their kind; those they lack are left out."""
    phone = member.get("phone", "")
    keys = {"phone": phone, "tail": phone[-4:], "card": member.get("card_no", ""), "handle": member.get("handle", "")}
    return {kind: value for kind, value in keys.items() if value}
