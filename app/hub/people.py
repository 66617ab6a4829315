"""People at headquarters: what tills tell of members is sealed under a key of each person, and every store that holds them hears of it.

A value that only has to be compared (a phone, a name, a birthday) is kept as a keyed mark beside the sealed blob, so that events can
be understood, and people found to be the same, without opening anything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import cached_property
from typing import Any, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, func, insert, select, update

from app.domain.one_id import KINDS, normal_form, normal_name
from app.domain.purposes import Word, placed
from app.domain.told_profile import ToldProfile, read_told
from app.hub import coupons, standings, tables
from app.hub.archive import insert_new, upsert
from app.hub.feeds import append, holders, texts_of
from app.hub.movements import tell_of_members
from app.hub.parties import party_of
from app.records.base import Record
from app.records.events import ConsentSet, IdentityClaimed, MemberJoined
from app.records.people import Consent, FamilyPerson, Member, MemberKey

P = TypeVar("P", Member, FamilyPerson)

MOST_BLOBS = 100
"""Blobs of one request."""
BLOB_BYTES = 256 * 1024
"""Plain bytes of one blob."""
BLOB_KINDS = frozenset({"member_profile", "family_profile", "identity", "reading", "note", "signature"})
"""What tills tell; registers, prescriptions and invoice titles stay with them."""
PLATFORMS = frozenset({"union", "wechat", "alipay", "jpass"})
LONGEST_VALUE = 128
BOOK = "book"
"""How a person became known whom no till told of: by an import, or from headquarters' own books."""
_HEADQUARTERS_OWN = ("points", "tier", "joined_on", "handle", "code_key")
"""Fields of a member that a till's profile never changes once headquarters has a row."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_AT_A_TIME = 0x59_47_50
"""PostgreSQL's advisory lock under which people change: two stores that tell of the same person never overlook each other."""


@dataclass(frozen=True)
class PeopleKeys:
    """What only this headquarters can do with people: wrap their keys, and make marks; both from the secret in its data folder."""

    seed: bytes

    def __repr__(self) -> str:
        return "PeopleKeys()"

    @cached_property
    def _wrap(self) -> AESGCM:
        return AESGCM(self._derived("person-keys"))

    @cached_property
    def _marking(self) -> bytes:
        return self._derived("identity-marks")

    def _derived(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose (HKDF-SHA256 with an empty salt, one block: RFC 5869)."""
        extracted = hmac.new(b"\0" * 32, self.seed, hashlib.sha256).digest()
        return hmac.new(extracted, f"yaogui-hub/{purpose}".encode() + b"\x01", hashlib.sha256).digest()

    def mark(self, kind: str, text: str) -> str:
        """128 bits as hex that stand for a normal form; '' for nothing."""
        return hmac.new(self._marking, f"{kind}\n{text}".encode(), hashlib.sha256).hexdigest()[:32] if text else ""

    def code_hash(self, salt: bytes, text: str) -> bytes:
        """32 bytes that stand for a code that was sent: of no use to whoever has the database alone."""
        return hmac.new(self._derived("codes") + salt, text.encode(), hashlib.sha256).digest()

    def wrapped(self, person_id: str, secret: bytes) -> bytes:
        """A person's key as it is kept."""
        nonce = os.urandom(12)
        return nonce + self._wrap.encrypt(nonce, secret, person_id.encode())

    def unwrapped(self, person_id: str, kept: bytes) -> bytes:
        """A person's key as it is used."""
        return self._wrap.decrypt(kept[:12], kept[12:], person_id.encode())


@dataclass(frozen=True, slots=True)
class ToldBlob:
    """Personal data that a till tells."""

    blob_id: str
    person_id: str
    kind: str
    at: datetime
    plain: bytes

    def __repr__(self) -> str:
        return f"ToldBlob({self.blob_id}, {self.kind}, {len(self.plain)} bytes)"

    @classmethod
    def read(cls, told: object) -> ToldBlob:
        """A blob of a request; ValueError for what is none."""
        try:
            fields: Mapping[str, Any] = dict(told)  # type: ignore[call-overload]
            blob_id, person_id, kind = (str(fields[name]) for name in ("blob_id", "person_id", "kind"))
            at = datetime.fromisoformat(str(fields["at"]))
            plain = base64.b64decode(str(fields["plain"]), validate=True)
        except (KeyError, TypeError, binascii.Error) as error:
            raise ValueError("not a blob") from error
        if not 1 <= len(blob_id) <= 36 or not 1 <= len(person_id) <= 36 or len(kind) > 16 or at.tzinfo is None:
            raise ValueError("not a blob")
        return cls(blob_id, person_id, kind, at, plain)


@dataclass(slots=True)
class PeopleTold:
    """What a batch of one store's events says of people."""

    joins: list[tuple[MemberJoined, datetime]] = field(default_factory=list)
    claims: list[tuple[IdentityClaimed, datetime]] = field(default_factory=list)
    consents: list[tuple[ConsentSet, datetime]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.joins or self.claims or self.consents)


def one_at_a_time(connection: Connection) -> None:
    """Change people only while nobody else does, until the commit; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")


# ------------------------------------------------------------------ blobs


def keep_blobs(connection: Connection, keys: PeopleKeys, store_id: str, blobs: Iterable[ToldBlob]) -> tuple[dict[str, str], set[str]]:
    """Seal blobs and publish the profiles among them: blob id → '' when kept, else why it is refused for good, and whom it changed.

    Refused: `erased` (the person's key is destroyed), `kind`, `too_large`, `shape`, `taken` (the id is another person's).
    """
    outcomes: dict[str, str] = {}
    changed: set[str] = set()
    for blob in blobs:
        try:
            fresh = _seal(connection, keys, store_id, blob)
        except ValueError as refused:
            outcomes[blob.blob_id] = str(refused)
            continue
        outcomes[blob.blob_id] = ""
        if not fresh:
            continue
        if blob.kind == "identity":
            changed |= _understood(connection, blob.blob_id)
            _tell_platform(connection, store_id, blob)
        elif blob.kind == "member_profile":
            changed |= _take_profile(connection, keys, store_id, blob)
        elif blob.kind == "family_profile":
            _take_family(connection, keys, store_id, blob)
    return outcomes, changed


def _seal(connection: Connection, keys: PeopleKeys, store_id: str, blob: ToldBlob) -> bool:
    """Whether the blob is new here; ValueError with the code of the refusal."""
    if blob.kind not in BLOB_KINDS:
        raise ValueError("kind")
    if len(blob.plain) > BLOB_BYTES:
        raise ValueError("too_large")
    c = tables.person_blob.c
    standing = connection.scalar(select(c.person_id).where(c.blob_id == blob.blob_id))
    secret = _secret(connection, keys, blob.person_id)
    if standing is not None:
        if standing != blob.person_id:
            raise ValueError("taken")
        return False
    mark = _mark_of(keys, blob.plain) if blob.kind == "identity" else ""
    if blob.kind == "member_profile":
        _told(Member, blob.plain, blob.person_id)
    elif blob.kind == "family_profile":
        _told(FamilyPerson, blob.plain, blob.person_id)
    nonce = os.urandom(12)
    row = {
        "blob_id": blob.blob_id,
        "person_id": blob.person_id,
        "store_id": store_id,
        "kind": blob.kind,
        "at": blob.at,
        "mark": mark,
        "nonce": nonce,
        "sealed": AESGCM(secret).encrypt(nonce, blob.plain, blob.blob_id.encode()),
    }
    connection.execute(insert(tables.person_blob), [row])
    return True


def _secret(connection: Connection, keys: PeopleKeys, person_id: str) -> bytes:
    """The person's key, made when there is none; ValueError `erased` once it was destroyed."""
    c = tables.person_key.c
    fresh = os.urandom(32)
    row = {"person_id": person_id, "secret": keys.wrapped(person_id, fresh), "destroyed_at": None}
    if insert_new(connection, tables.person_key, [row], "person_id"):
        return fresh
    kept = connection.scalar(select(c.secret).where(c.person_id == person_id))
    if kept is None:
        raise ValueError("erased")
    return keys.unwrapped(person_id, kept)


def opened(connection: Connection, keys: PeopleKeys, blob_id: str) -> bytes | None:
    """A blob's plain bytes; None when it is unknown or its person was erased."""
    row = connection.execute(
        select(tables.person_blob, tables.person_key.c.secret)
        .join(tables.person_key, tables.person_key.c.person_id == tables.person_blob.c.person_id)
        .where(tables.person_blob.c.blob_id == blob_id)
    ).first()
    if row is None or row.secret is None:
        return None
    return AESGCM(keys.unwrapped(row.person_id, row.secret)).decrypt(row.nonce, row.sealed, blob_id.encode())


def _mark_of(keys: PeopleKeys, plain: bytes) -> str:
    """The mark of an identity's value; ValueError `shape` for what is none."""
    try:
        said = json.loads(plain)
        kind, value = str(said["kind"]), str(said["value"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("shape") from None
    form = normal_form(kind, value) if kind in KINDS else ""
    if not form:
        raise ValueError("shape")
    return keys.mark(kind, form)


def _told(kind: type[P], plain: bytes, person_id: str) -> ToldProfile[P]:
    """A profile of this member; ValueError `shape` for what is none."""
    told = read_told(kind, plain)
    if (told.person.member_id if isinstance(told.person, FamilyPerson) else told.person.id) != person_id:
        raise ValueError("shape")
    return told


# ------------------------------------------------------------------ profiles


def _take_profile(connection: Connection, keys: PeopleKeys, store_id: str, blob: ToldBlob) -> set[str]:
    """Publish a profile to the store that tells it and to every other that holds the member.

    Of two tills' words the newer holds; of allergies what each added and took away: one that nobody took back is never lost.
    A store that neither holds the member nor knew them first cannot change what others see of them.
    """
    told = _told(Member, blob.plain, blob.person_id)
    member_id = told.person.id
    held = holders(connection, "member", [member_id]).get(member_id, set())
    p = tables.person.c
    known = connection.execute(select(p.profile_at, p.home_store).where(p.member_id == member_id)).first()
    ours = not held or store_id in held or (known is not None and known.home_store == store_id)
    standing = member_rows(connection, [member_id]).get(member_id)
    late = known is not None and known.profile_at > blob.at
    if not ours or (late and standing is None):
        return set()
    record = told.on(standing, standing if late else None)
    if standing is not None:
        kept = {name: getattr(standing, name) for name in _HEADQUARTERS_OWN}
        record = record.model_copy(update=kept)
    ensure(connection, member_id, store_id, blob.at, "")
    if not late:
        note_profile(connection, keys, record, blob.at)
    for store in sorted(held | {store_id}):
        hold(connection, store, [record], [] if store in held else [member_id])
    return {member_id}


def _tell_platform(connection: Connection, store_id: str, blob: ToldBlob) -> None:
    """What a member is called on a platform is told to the stores that hold them, so that every till there knows them by it."""
    said = json.loads(blob.plain)
    kind, value = str(said["kind"]), normal_form(str(said["kind"]), str(said["value"]))
    held = holders(connection, "member", [blob.person_id]).get(blob.person_id, set())
    if kind not in PLATFORMS or len(value) > LONGEST_VALUE or (held and store_id not in held):
        return
    known = MemberKey(id=blob.blob_id, member_id=blob.person_id, kind=kind, value=value)
    for store in sorted(held | {store_id}):
        append(connection, "identity", store, texts_of([known]))


def _take_family(connection: Connection, keys: PeopleKeys, store_id: str, blob: ToldBlob) -> None:
    """Publish a person whom a member buys for: of two tills' words the newer holds, of allergies what each added and took away."""
    told = _told(FamilyPerson, blob.plain, blob.person_id)
    person_id = told.person.id
    held = holders(connection, "member", [told.person.member_id]).get(told.person.member_id, set())
    if held and store_id not in held:
        return
    row = tables.feed_row.c
    wanted = select(row.json).where(row.feed == "family", row.key == person_id, row.current).order_by(row.seq.desc(), row.store_id.desc())
    text = connection.scalar(wanted.limit(1))
    standing = FamilyPerson.model_validate_json(text) if text is not None else None
    if standing is not None and standing.member_id != told.person.member_id:
        return
    late = standing is not None and _heard_later(connection, keys, blob, person_id)
    record = told.on(standing, standing if late else None)
    for store in sorted(held | {store_id}):
        append(connection, "family", store, texts_of([record]))


def _heard_later(connection: Connection, keys: PeopleKeys, blob: ToldBlob, person_id: str) -> bool:
    """Whether a newer word on this very person has been heard; those on the member's other persons say nothing."""
    c = tables.person_blob.c
    later = select(c.blob_id).where(c.person_id == blob.person_id, c.kind == blob.kind, c.at > blob.at)
    for blob_id in connection.scalars(later).all():
        plain = opened(connection, keys, blob_id)
        if plain is not None and read_told(FamilyPerson, plain).person.id == person_id:
            return True
    return False


def ensure(connection: Connection, member_id: str, store_id: str, at: datetime, source: str) -> None:
    """Know of a member id, if nobody did."""
    row = {
        "member_id": member_id,
        "canonical_id": member_id,
        "home_store": store_id,
        "joined_at": at,
        "source": source,
        **dict.fromkeys(("guide", "referrer_id", "campaign_id", "guardian_id", "name_mark", "born_mark"), ""),
        "state": "active",
        "profile_at": _BEGINNING,
    }
    insert_new(connection, tables.person, [row], "member_id")


def erased_among(connection: Connection, member_ids: Collection[str]) -> set[str]:
    """Those of these members who were erased."""
    p = tables.person.c
    wanted = select(p.member_id).where(p.member_id.in_(list(member_ids)), p.state == "erased")
    return set(connection.execute(wanted).scalars()) if member_ids else set()


def note_profile(connection: Connection, keys: PeopleKeys, member: Member, at: datetime) -> None:
    """Remember, as marks, what a member's profile says that rules compare."""
    values = {**_compared(keys, member), "profile_at": at}
    connection.execute(update(tables.person).where(tables.person.c.member_id == member.id).values(values))


def _compared(keys: PeopleKeys, member: Member) -> dict[str, str]:
    return {
        "name_mark": keys.mark("name", normal_name(member.name)),
        "born_mark": keys.mark("born", member.born_on.isoformat() if member.born_on else ""),
    }


def member_rows(connection: Connection, member_ids: Collection[str]) -> dict[str, Member]:
    """Members as they are published, each as the store with the newest row of it has it."""
    row = tables.feed_row.c
    wanted = select(row.key, row.json).where(row.feed == "member", row.key.in_(list(member_ids)), row.current)
    return {found.key: Member.model_validate_json(found.json) for found in connection.execute(wanted.order_by(row.seq, row.store_id))}


def hold(connection: Connection, store_id: str, members: Sequence[Member], newcomers: Sequence[str] | None = None) -> int:
    """Publish members to a store; of those it did not hold it is told points, tiers, coupons and consents too. Gives how many rows changed.

    `newcomers` are those it does not hold, where the caller knows.
    """
    texts = texts_of(members)
    if newcomers is None:
        held = holders(connection, "member", texts)
        newcomers = [key for key in texts if store_id not in held.get(key, ())]
    written = append(connection, "member", store_id, texts)
    if newcomers:
        tell_of_members(connection, store_id, newcomers)
        standings.tell_of_members(connection, store_id, newcomers)
        coupons.tell_of_members(connection, store_id, newcomers)
        _tell_consents(connection, [store_id], newcomers)
    return len(written)


# ------------------------------------------------------------------ events


def keep_told(connection: Connection, store_id: str, told: PeopleTold) -> set[str]:
    """Keep what a batch of events says of people, and tell consents; gives the members of whom something new is known."""
    changed: set[str] = set()
    for joined, at in told.joins:
        ensure(connection, joined.member_id, store_id, at, joined.source)
        named = {name: getattr(joined, name) for name in ("source", "guide", "referrer_id", "campaign_id", "guardian_id")}
        mine = tables.person.c.member_id == joined.member_id
        connection.execute(update(tables.person).where(mine).values(**named, home_store=store_id, joined_at=at))
    for claimed, at in told.claims:
        ensure(connection, claimed.member_id, store_id, at, "")
        fields = claimed.model_dump(include={"claim_id", "member_id", "kind", "level", "blob_id"})
        insert_new(connection, tables.identity, [{**fields, "mark": "", "at": at, "store_id": store_id}], "claim_id")
        changed |= _understood(connection, claimed.blob_id)
    if told.consents:
        for said, at in told.consents:
            place = placed(said.given, at, said.after, newest_word(connection, said.member_id, said.purpose))
            row = {"evidence": "", "digest": "", **said.model_dump(exclude={"after"}), "at": place, "store_id": store_id}
            insert_new(connection, tables.consent, [row], "consent_id")
        members = {one.member_id for one, _ in told.consents}
        held = holders(connection, "member", members)
        for member_id in sorted(members):
            _tell_consents(connection, sorted(held.get(member_id, set()) | {store_id}), [member_id])
    return changed


def newest_word(connection: Connection, member_id: str, purpose: str) -> Word | None:
    """The last word on a purpose of the person whom an id stands for."""
    c = tables.consent.c
    mine = c.member_id.in_(party_of(connection, member_id)) & (c.purpose == purpose)
    row = connection.execute(select(c.given, c.at).where(mine).order_by(c.at.desc(), c.consent_id.desc()).limit(1)).first()
    return Word(row.given, row.at) if row is not None else None


def _understood(connection: Connection, blob_id: str) -> set[str]:
    """A claim and the blob with its value have both come: the claim gets its mark. Gives the member, if so.

    The blob must be the member's own: else any till could give anybody's number to somebody else by naming its blob.
    """
    b, i = tables.person_blob.c, tables.identity.c
    blob = connection.execute(select(b.person_id, b.mark).where(b.blob_id == blob_id, b.kind == "identity")).first()
    if blob is None:
        return set()
    mine = (i.blob_id == blob_id) & (i.member_id == blob.person_id) & (i.mark == "")
    changed = connection.execute(update(tables.identity).where(mine).values(mark=blob.mark)).rowcount
    return {blob.person_id} if changed else set()


def _tell_consents(connection: Connection, store_ids: Sequence[str], member_ids: Collection[str]) -> None:
    """Tell stores how members stand to each purpose now: their latest word."""
    c = tables.consent.c
    latest: dict[str, Record] = {}
    for row in connection.execute(select(tables.consent).where(c.member_id.in_(list(member_ids))).order_by(c.at, c.consent_id)):
        name = f"{row.member_id}:{row.purpose}"
        told = {field: getattr(row, field) for field in Consent.model_fields if field != "id"}
        latest[name] = Consent(id=name, **told)
    if latest:
        for store_id in store_ids:
            append(connection, "consent", store_id, texts_of(list(latest.values())))


# ------------------------------------------------------------------ people nobody told of


def adopt(connection: Connection, keys: PeopleKeys, levels: Mapping[str, str], limit: int, store_id: str = "") -> tuple[int, set[str]]:
    """Make people of members that feeds hold and no event told of; gives how many rows were read and who shares an identity since.

    One store's feed or, for '', that of any; `levels` are those of a phone or card that a book brings.
    """
    f, a = tables.feed.c, tables.person_adopted.c
    wanted = (
        select(f.store_id, f.head_seq, func.coalesce(a.seq, 0).label("seq"))
        .select_from(tables.feed.outerjoin(tables.person_adopted, a.store_id == f.store_id))
        .where(f.feed == "member", f.head_seq > func.coalesce(a.seq, 0))
        .order_by(f.store_id)
        .limit(1)
    )
    if store_id:
        wanted = wanted.where(f.store_id == store_id)
    behind = connection.execute(wanted).first()
    if behind is None:
        return 0, set()
    row = tables.feed_row.c
    mine = (row.store_id == behind.store_id) & (row.feed == "member")
    rows = connection.execute(select(row.seq, row.json).where(mine, row.seq > behind.seq, row.current).order_by(row.seq).limit(limit)).all()
    reached = rows[-1].seq if len(rows) == limit else behind.head_seq
    upsert(connection, tables.person_adopted, [{"store_id": behind.store_id, "seq": reached}], put=("seq",))
    members = {member.id: member for member in (Member.model_validate_json(found.json) for found in rows)}
    return max(1, len(rows)), _adopted(connection, keys, levels, behind.store_id, list(members.values()))


def _adopted(connection: Connection, keys: PeopleKeys, levels: Mapping[str, str], store_id: str, members: Sequence[Member]) -> set[str]:
    people: list[dict[str, object]] = []
    claims: list[dict[str, object]] = []
    for member in members:
        at = datetime.combine(member.joined_on, time.min, UTC) if member.joined_on else _BEGINNING
        people.append(
            {
                "member_id": member.id,
                "canonical_id": member.id,
                "home_store": store_id,
                "joined_at": at,
                "source": BOOK,
                **dict.fromkeys(("guide", "referrer_id", "campaign_id", "guardian_id"), ""),
                "state": "active",
                "profile_at": _BEGINNING,
                **_compared(keys, member),
            }
        )
        for kind, value in (("phone", member.phone), ("card", member.card_no)):
            if kind in levels and (mark := keys.mark(kind, normal_form(kind, value))):
                claims.append(
                    {
                        "claim_id": f"{BOOK}:{member.id}:{kind}",
                        "member_id": member.id,
                        "kind": kind,
                        "mark": mark,
                        "level": levels[kind],
                        "at": at,
                        "store_id": store_id,
                        "blob_id": "",
                    }
                )
    upsert(connection, tables.person, people, put=("name_mark", "born_mark"))
    upsert(connection, tables.identity, claims, put=("mark",))
    i = tables.identity.c
    marks = [str(claim["mark"]) for claim in claims]
    shared: set[str] = set()
    for start in range(0, len(marks), 500):
        part = marks[start : start + 500]
        many = select(i.mark).where(i.mark.in_(part)).group_by(i.mark).having(func.count(i.member_id.distinct()) > 1)
        shared |= set(connection.execute(many).scalars())
    return {str(claim["member_id"]) for claim in claims if claim["mark"] in shared}
