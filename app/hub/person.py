"""One person as headquarters knows them: found by what they are called, copied for them (PIPL Art. 45), and who looked at whom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select

from app.domain.masking import mask_card, mask_name, mask_phone
from app.domain.membership import read_identity
from app.domain.person_words import FILES, HUB, PersonWords
from app.domain.retention import Retention
from app.hub import devices, member_keys, stored, tables
from app.hub.feeds import holders, rows_of
from app.hub.parties import party_of
from app.hub.people import PeopleKeys, erased_among, member_rows, opened
from app.records.clock import Clock, shop_day
from app.records.ids import new_id
from app.records.people import Member
from app.records.resources import resource
from app.records.text import Text

_BY = {"phone": ("phone",), "card": ("card",), "digits": ("handle", "card", "phone"), "name": ("wechat", "alipay", "union", "jpass")}
"""Kind of a typed text → the keys it is looked up by."""


@dataclass(frozen=True, slots=True)
class Face:
    """A person, masked."""

    member_id: str
    name: str
    phone: str
    born: str
    home_store: str
    stores: int
    ids: int
    consents: int
    joined_at: datetime | None
    stored_fen: int = 0
    """Stored value that is left."""


@dataclass(frozen=True, slots=True)
class Access:
    """One look at somebody, one copy given out, or one erasure."""

    at: datetime
    who: str
    where: str
    member: str
    """Masked; the end of the id for whom nothing is known of."""
    act: str
    """lookup | export | erase."""
    purpose: str


def find(connection: Connection, text: str) -> tuple[Face, ...]:
    """The people that a whole phone, card, handle or platform identity names; () for anything else."""
    identity = read_identity(text)
    value = text.strip() if identity.kind == "name" else identity.text
    found: dict[str, None] = {}
    for kind in _BY.get(identity.kind, ()):
        for holding in member_keys.find(connection, kind, value):
            found.setdefault(_canonical(connection, holding.member_id))
    return tuple(face for member_id in found if (face := face_of(connection, member_id)) is not None)


def face_of(connection: Connection, member_id: str) -> Face | None:
    """A person by an id; None for whom nobody holds, and for whoever was erased."""
    party = party_of(connection, member_id)
    rows = member_rows(connection, party)
    shown = rows.get(member_id) or next(iter(rows.values()), None)
    if shown is None or erased_among(connection, party):
        return None
    p, c = tables.person.c, tables.consent.c
    known = connection.execute(select(p.home_store, p.joined_at).where(p.member_id == member_id)).first()
    given = connection.execute(select(c.purpose).where(c.member_id.in_(party)).distinct()).all()
    stores = set[str]().union(*holders(connection, "member", party).values())
    return Face(
        member_id,
        mask_name(shown.name),
        mask_phone(shown.phone) or mask_card(shown.card_no),
        shown.born_on.strftime("%Y-%m") if shown.born_on else "",
        known.home_store if known is not None else "",
        len(stores),
        len(party),
        len(given),
        known.joined_at if known is not None else None,
        stored.statement_of(connection, member_id).balance.total_fen,
    )


def words_of(connection: Connection) -> PersonWords:
    """The parts of a copy and the words of what stands in them, with the titles of the chain's offers."""
    row = tables.feed_row.c
    told = map(json.loads, connection.scalars(select(row.json).where(row.store_id == "", row.feed == "offer", row.current)))
    offers = {str(one["id"]): Text(str(one["title_zh"]), str(one.get("title_en", ""))) for one in told}
    return PersonWords.read({name: json.loads(resource(folder, f"{name}.json").read_text("utf-8")) for folder, name in FILES}, offers)


def copy(connection: Connection, keys: PeopleKeys, member_id: str, made_at: datetime) -> bytes:
    """Everything headquarters holds of a person, as JSON with its keys explained."""
    parts = words_of(connection).sections(HUB)
    explained = {one.key: {name: {"zh": text.zh, "en": text.en} for name, text in one.fields} for one in parts}
    said = {"yaogui_person": 1, "made_at": made_at.isoformat(), "keys": explained, "data": dossier(connection, keys, member_id)}
    return json.dumps(said, ensure_ascii=False, indent=1, default=_plain).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the copy as a page shows it."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def readable(connection: Connection, keys: PeopleKeys, member_id: str, language: str) -> tuple[Part, ...]:
    """The same copy for people: every part with its fields and what stands in them in words."""
    words, data = words_of(connection), dossier(connection, keys, member_id)
    parts = []
    for one in words.sections(HUB):
        found = data.get(one.key, ())
        fields = [(key, text) for key, text in one.fields if key != "signature" and any(row.get(key) not in (None, "") for row in found)]
        heads = tuple(words.head(key, text, language) for key, text in fields)
        rows = tuple(tuple(words.said(one.key, key, row, language) for key, _ in fields) for row in found)
        parts.append(Part(one.title.of(language), heads, rows))
    return tuple(parts)


def dossier(connection: Connection, keys: PeopleKeys, member_id: str) -> dict[str, list[dict[str, Any]]]:
    """Section → rows of everything headquarters holds of a person; third persons are masked and no key of theirs is told."""
    party = list(party_of(connection, member_id))
    whose = {"member_id": party}

    def rows(table: Any, order: str, *names: str) -> list[dict[str, Any]]:
        wanted = select(*(table.c[name] for name in names)).where(table.c.member_id.in_(whose["member_id"])).order_by(table.c[order])
        return [dict(row) for row in connection.execute(wanted).mappings()]

    profiles = member_rows(connection, party)
    identities = rows(tables.identity, "at", "member_id", "kind", "level", "at", "store_id", "blob_id")
    readings = rows(tables.member_reading, "taken_at", "kind", "taken_at", "place", "store_id", "blob_id")
    for row in identities:
        # What a book brought stands in the profile alone.
        brought = {"phone": "phone", "card": "card_no"}.get(row["kind"], "")
        own = getattr(profiles.get(row.pop("member_id")), brought, "") if brought else ""
        row["value"] = _opened(connection, keys, row.pop("blob_id")).get("value", own)
    consents = rows(tables.consent, "at", "purpose", "given", "text_version", "channel", "store_id", "at", "evidence")
    for row in consents:
        evidence = row.pop("evidence")
        if row["channel"] == "signature" and evidence:
            row["signature"] = _opened(connection, keys, evidence)
    for row in readings:
        row["figures"] = _opened(connection, keys, row.pop("blob_id")).get("figures", {})
    family = [{"name": mask_name(one.get("name", "")), "relation": one.get("relation", "")} for one in _told(connection, "family", party)]
    names = ("offer_id", "coupon_class", "starts_on", "ends_on", "face_fen", "state")
    coupons = [{"serial": one["id"], **{name: one[name] for name in names if name in one}} for one in _told(connection, "coupon", party)]
    looks = rows(tables.member_lookup, "at", "store_id", "till", "kind", "purpose", "at")
    for row in looks:
        row.update(who=f"{row['store_id']} {row['till']}", what=row.pop("kind"))
    joining = rows(tables.person, "joined_at", "home_store", "joined_at", "source", "campaign_id")
    for row in joining:
        row["at"] = row.pop("joined_at")
    return {
        "profile": [member.model_dump(mode="json", exclude={"code_key"}) for member in profiles.values()],
        "joining": joining,
        "identities": identities,
        "family": family,
        "consents": consents,
        "orders": rows(tables.member_order, "day", "store_id", "day", "fen", "back_fen"),
        "points": rows(tables.points_entry, "at", "entry_id", "kind", "points", "expires_on", "at"),
        "stored_value": rows(tables.stored_entry, "at", "entry_id", "kind", "principal_fen", "bonus_fen", "store_id", "at"),
        "tier": rows(tables.standing, "member_id", "tier", "since", "until", "because", "spent_fen", "days", "day"),
        "tier_changes": rows(tables.tier_change, "at", "old_tier", "new_tier", "because", "at"),
        "tiers_given": rows(tables.tier_grant, "at", "tier", "since", "until", "reason", "at"),
        "coupons": coupons,
        "readings": readings,
        "messages": rows(tables.message, "at", "campaign_id", "channel", "state", "reason", "at", "sent_at"),
        "looks": looks,
        "acts": rows(tables.person_act, "at", "act", "reason", "at"),
    }


def note(connection: Connection, clock: Clock, member_id: str, act: str, reason: str, by: str) -> None:
    """Keep that somebody at headquarters did something with a person's data."""
    row = {"act_id": new_id(clock), "member_id": member_id, "act": act, "reason": reason[:200], "asked_via": "headquarters"}
    connection.execute(insert(tables.person_act), [{**row, "by": by[:40], "at": clock.now()}])


@cache
def terms() -> Retention:
    """What is kept of people, for how long and why, as it is carried."""
    return Retention.read(json.loads(resource("rules", "retention.json").read_text("utf-8")))


def purge(connection: Connection, now: datetime) -> int:
    """Delete what goes by itself and is past its term; gives how much."""
    return sum(connection.execute(delete(table).where(gone)).rowcount for _, table, gone in late(now))


def late(now: datetime) -> tuple[tuple[str, Table, ColumnElement[bool]], ...]:
    """Which rows of which table go by themselves and are past their term, by the code of the rules.

    Messages count from the last day of their campaign: until then they say who has been told.
    """
    days, c = terms().days, tables.campaign.c
    over = select(c.campaign_id).where(c.ends_on < shop_day(now) - timedelta(days=days["message"]))
    return (
        ("lookup", tables.member_lookup, tables.member_lookup.c.at < now - timedelta(days=days["lookup"])),
        ("message", tables.message, tables.message.c.campaign_id.in_(over)),
    )


def accesses(connection: Connection, limit: int) -> tuple[Access, ...]:
    """The newest looks by tills of other stores, copies and erasures, newest first."""
    k, a = tables.member_lookup.c, tables.person_act.c
    looks = connection.execute(select(tables.member_lookup).where(k.member_id != "").order_by(k.at.desc()).limit(limit)).all()
    acts = connection.execute(select(tables.person_act).where(a.act != devices.ACT).order_by(a.at.desc()).limit(limit)).all()
    known = member_rows(connection, {row.member_id for row in (*looks, *acts)})
    found = [
        Access(row.at, row.actor, f"{row.store_id} {row.till}", masked(known, row.member_id), "lookup", row.purpose) for row in looks
    ]
    found += [Access(row.at, row.by, row.asked_via, masked(known, row.member_id), row.act, row.reason) for row in acts]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:limit])


def masked(known: Mapping[str, Member], member_id: str) -> str:
    """Who somebody is, as a list may say it; the end of the id for whom nothing is known of."""
    member = known.get(member_id)
    if member is None or not (member.name or member.phone or member.card_no):
        return mask_card(member_id)
    return f"{mask_name(member.name)} {mask_phone(member.phone) or mask_card(member.card_no)}".strip()


def _canonical(connection: Connection, member_id: str) -> str:
    p = tables.person.c
    return str(connection.scalar(select(p.canonical_id).where(p.member_id == member_id)) or member_id)


def _opened(connection: Connection, keys: PeopleKeys, blob_id: str) -> dict[str, Any]:
    plain = opened(connection, keys, blob_id) if blob_id else None
    return dict(json.loads(plain)) if plain is not None else {}


def _told(connection: Connection, feed: str, party: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of a feed that name one of these members, each once."""
    stores = set[str]().union(*holders(connection, "member", party).values())
    return [json.loads(text) for _, text in sorted(rows_of(connection, feed, party, stores).items())]


def _plain(value: object) -> str:
    """What JSON has no type for."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
