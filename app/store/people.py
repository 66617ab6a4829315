"""People at the counter as the ledger keeps them: staff, members, their families, and failed PINs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    Table,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from app.domain.member_code import HANDLE_DIGITS
from app.domain.membership import FEWEST_DIGITS, read_identity
from app.domain.one_id import merged_profile
from app.domain.purposes import MEMBERSHIP, NOTHING_KNOWN
from app.domain.tiers import tier_held
from app.domain.told_profile import NOTHING, Allergies, read_told
from app.records.clock import Clock
from app.records.coupons import CouponRight
from app.records.ids import new_id
from app.records.people import Consent, FamilyPerson, Member, MemberKey, PointsEntryRow, Staff, StoredEntryRow, TierStanding
from app.store import tables as t
from app.store.aliases import CANONICAL, PARTY, party_of, standing_for
from app.store.coupons import EVERYWHERE, keep_rights
from app.store.engine import Readers
from app.store.erasing import all_erased, erase_rows, erased_among
from app.store.faults import StoreFault
from app.store.movements import keep_entries
from app.store.rows import upsert
from app.store.standings import keep_standings, standing_of
from app.store.writer import Writer

P = TypeVar("P", Member, FamilyPerson)
Untold = Callable[[Connection, Collection[str], str], Mapping[str, Sequence[bytes | None]]]
"""(connection, member ids, kind of blob) → whose profiles wait for headquarters, with the blobs; `PrivateBlobs.untold`."""

_MEMBER_COLUMNS = [t.member.c[name] for name in Member.model_fields]
# Built once: a receipt asks for its people while its sale is being closed, and building a select costs more than running it.
_ONE_MEMBER = select(*_MEMBER_COLUMNS).where(t.member.c.id == bindparam("of_member"))
_BOOKS = select(t.member.c.id, t.member.c.points).where(t.member.c.id.in_(PARTY))
_ONE_PERSON = select(t.family_person).where(t.family_person.c.id == bindparam("of_person"))
_STAFF = select(t.staff).order_by(t.staff.c.code)
_ONE_STAFF = select(t.staff).where(t.staff.c.id == bindparam("of_staff"))
_CONSENTS = select(t.consent).where(t.consent.c.member_id.in_(PARTY)).order_by(t.consent.c.at)
_WORD = (
    select(t.consent.c.given)
    .where(t.consent.c.member_id.in_(PARTY), t.consent.c.purpose == bindparam("of_purpose", type_=String))
    .order_by(t.consent.c.at.desc())
    .limit(1)
)
_FAMILY = select(t.family_person).where(t.family_person.c.member_id.in_(PARTY)).order_by(t.family_person.c.id)
_JOINING = select(t.member_joined).where(t.member_joined.c.member_id == bindparam("of_member"))
_STEP_OF = select(t.member_step.c.step, t.member_step.c.basket_id).where(t.member_step.c.handle == bindparam("of_handle"))


_TOLD = (t.standing.c.tier.label("told_tier"), t.standing.c.book.label("told_book"))
_IN_TIERS = select(*_MEMBER_COLUMNS, *_TOLD).select_from(t.member.outerjoin(t.standing, t.standing.c.member_id == t.member.c.id))
"""Members with what headquarters told of their tier, in the one statement: whoever looks for a member pays for no second one."""
_PERSON = _IN_TIERS.add_columns(CANONICAL.label("canonical_id")).where(t.member.c.id.in_(PARTY)).order_by(t.member.c.id)
"""Everything on record under any id of `of_member`."""
_BY_HANDLE = _IN_TIERS.where(t.member.c.handle == bindparam("of_handle")).limit(1)


def _finding(*where: ColumnElement[bool], order: ColumnElement[Any] = t.member.c.id) -> Select[Any]:
    """Built once for each way of looking: building a select costs more than running it."""
    return _IN_TIERS.where(*where).order_by(order).limit(bindparam("most"))


def _in_tier(row: Mapping[Any, Any]) -> Member:
    """A found row as a member, in the tier that holds."""
    fields = dict(row)
    told, book = fields.pop("told_tier"), fields.pop("told_book")
    fields.pop("canonical_id", None)
    return Member.model_validate({**fields, "tier": tier_held(fields["tier"], told, book)})


_TEXT = bindparam("text", type_=String)
_PHONE = _finding(t.member.c.phone == _TEXT)
_CARD = _finding(t.member.c.card_no == _TEXT)
_HANDLE = _finding(t.member.c.handle == _TEXT)
_TAIL = _finding(t.member.c.phone_last4 == _TEXT)
_TAIL_NAME = _finding(t.member.c.phone_last4 == _TEXT, func.instr(t.member.c.name, bindparam("name", type_=String)) > 0)
_NAME = _finding(t.member.c.name == _TEXT)
_NAME_START = _finding(t.member.c.name >= _TEXT, t.member.c.name < bindparam("end", type_=String), order=t.member.c.name)
_ROWID: ColumnElement[int] = literal_column("member.rowid", Integer)
_NAME_PART = _finding(
    _ROWID.in_(select(_ROWID).select_from(t.member).where(func.instr(t.member.c.name, _TEXT) > 0).limit(bindparam("most"))),
    order=t.member.c.name,
)
IDENTITY_LENGTH = 12
"""Characters from which on a text without blanks may be what a platform calls a member."""
_PLATFORMS = ("alipay", "jpass", "union", "wechat")
# The kinds stand in the statement itself: a list that is bound would be written out anew at every look-up.
_ANY_PLATFORM = t.member_key.c.kind.in_([literal_column(f"'{kind}'") for kind in _PLATFORMS])
_KEYED = _finding(t.member.c.id.in_(select(t.member_key.c.member_id).where(_ANY_PLATFORM, t.member_key.c.value == _TEXT)))
_VISITOR = select(t.visitor.c.home_store, t.visitor.c.until).where(t.visitor.c.member_id == bindparam("of_member"))
_VISITS_NO_MORE = t.visitor.delete().where(t.visitor.c.member_id == bindparam("of_member"))
_ROWS_PER_UNIT = 200
_KEEP_KEY = insert(t.member_key).on_conflict_do_nothing()
_DROP_KEY = t.member_key.delete().where(
    t.member_key.c.kind == bindparam("of_kind"),
    t.member_key.c.value == bindparam("of_value"),
    t.member_key.c.member_id == bindparam("of_member"),
)


@dataclass(frozen=True, slots=True)
class Joining:
    """How somebody became a member at this till."""

    member_id: str
    blob_id: str
    source: str
    guide: str
    referrer_id: str
    campaign_id: str
    guardian_id: str
    actor: str
    at: datetime
    day: date


def member_row(member: Member) -> dict[str, Any]:
    """A member as a table row."""
    return {**member.model_dump(), "phone_last4": member.phone[-4:]}


def kept_member(connection: Connection, member_id: str) -> Member | None:
    """What this till has under one member id."""
    row = connection.execute(_ONE_MEMBER, {"of_member": member_id}).mappings().first()
    return Member.model_validate(dict(row)) if row is not None else None


def kept_person(connection: Connection, person_id: str) -> FamilyPerson | None:
    """What this till has of one whom a member buys for."""
    row = connection.execute(_ONE_PERSON, {"of_person": person_id}).mappings().first()
    return FamilyPerson.model_validate(dict(row)) if row is not None else None


def keep_members(connection: Connection, members: Sequence[Member], untold: Untold) -> None:
    """Keep members that headquarters says this store holds; a visitor among them is one no more.

    `untold` gives what was said of some of them here and headquarters has not heard: what that adds and takes away of allergies holds.
    """
    waiting = untold(connection, [member.id for member in members], "member_profile")
    told = [_with_untold(member, waiting.get(member.id, ()), lambda one: kept_member(connection, one.id)) for member in members]
    upsert(connection, t.member, [member_row(member) for member in told])
    if members:
        connection.execute(_VISITS_NO_MORE, [{"of_member": member.id} for member in members])


def keep_family(connection: Connection, persons: Sequence[FamilyPerson], untold: Untold) -> None:
    """Keep persons whom members buy for, as headquarters tells of them; `untold` as of members."""
    waiting = untold(connection, [person.member_id for person in persons], "family_profile")
    told = [_with_untold(person, waiting.get(person.member_id, ()), lambda one: kept_person(connection, one.id)) for person in persons]
    upsert(connection, t.family_person, [person.model_dump() for person in told])


def _with_untold(record: P, blobs: Sequence[bytes | None], kept: Callable[[P], P | None]) -> P:
    """A row of a feed with what was said here and headquarters had not heard when it wrote it."""
    for plain in blobs:
        if plain is not None:
            told = read_told(type(record), plain)
            record = told.on(record, record) if told.person.id == record.id else record
        elif (mine := kept(record)) is not None:
            # Nobody can say any more what it said: whatever it added is in what this till has.
            record = Allergies.of(record).after(NOTHING, Allergies.of(mine)).on(record)
    return record


def keep_keys(connection: Connection, records: Sequence[MemberKey]) -> None:
    """Keep what members are called on platforms; an identity that was taken back is forgotten."""
    told = [record.model_dump(include={"kind", "value", "member_id"}) for record in records if record.active]
    if told:
        connection.execute(_KEEP_KEY, told)
    gone = [{"of_kind": record.kind, "of_value": record.value, "of_member": record.member_id} for record in records if not record.active]
    if gone:
        connection.execute(_DROP_KEY, gone)


def _forget_visitors(connection: Connection, now: datetime) -> int:
    gone = [row.member_id for row in connection.execute(select(t.visitor.c.member_id).where(t.visitor.c.until <= now))]
    for start in range(0, len(gone), _ROWS_PER_UNIT):
        part = gone[start : start + _ROWS_PER_UNIT]
        theirs = (t.points_entry, t.stored_entry, t.member_key, t.family_person, t.standing, t.visitor)
        for column in (t.member.c.id, *(table.c.member_id for table in theirs)):
            connection.execute(column.table.delete().where(column.in_(part)))
        # A coupon of this store alone is here whoever visits.
        right = t.coupon_right.c
        connection.execute(t.coupon_right.delete().where(right.member_id.in_(part), right.coupon_class.in_(EVERYWHERE)))
    return len(gone)


@dataclass(frozen=True, slots=True)
class Reveal:
    """One look behind a mask, or one question to headquarters for a member of another store."""

    at: datetime
    actor: str
    member_id: str
    what: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was past its term."""

    looks: int
    visitors: int


@dataclass(frozen=True, slots=True)
class Sought:
    """A member that was found, and in which way."""

    member: Member
    found_by: str
    """card | phone | tail | tail_name | name | identity, see `app.domain.member_rights`."""


class People:
    """Reads and keeps staff and members."""

    def __init__(self, readers: Readers, writer: Writer | None, clock: Clock) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock

    def _writes(self) -> Writer:
        if self._writer is None:
            raise StoreFault("read_only")
        return self._writer

    def staff(self) -> tuple[Staff, ...]:
        """Everybody who ever could sign in, by code; filter on `active`."""
        rows = self._readers.connection().execute(_STAFF).mappings()
        return tuple(Staff.model_validate(dict(row)) for row in rows)

    def staff_by_id(self, staff_id: str) -> Staff | None:
        """One employee."""
        row = self._readers.connection().execute(_ONE_STAFF, {"of_staff": staff_id}).mappings().first()
        return Staff.model_validate(dict(row)) if row is not None else None

    def staff_by_code(self, code: str) -> Staff | None:
        """The employee with that badge number."""
        row = self._readers.connection().execute(select(t.staff).where(t.staff.c.code == code)).mappings().first()
        return Staff.model_validate(dict(row)) if row is not None else None

    def save_staff(self, *staff: Staff) -> Future[None]:
        """Keep or overwrite employees."""
        rows = [person.model_dump() for person in staff]
        return self._writes().submit(lambda connection: upsert(connection, t.staff, rows))

    # -- PINs ------------------------------------------------------------------------------------------------------------

    def failures(self, staff_id: str, since: datetime, besides: Collection[str] = ()) -> int:
        """How many wrong PINs since a time, not counting those with the ids in `besides`; survives a restart."""
        c = t.pin_attempt.c
        wrong = select(func.count()).where(c.staff_id == staff_id, c.at >= since, c.id.not_in(besides))
        return int(self._readers.connection().execute(wrong).scalar_one())

    def note_failure(self, staff_id: str, attempt_id: str = "") -> Future[None]:
        """Remember a wrong PIN, under an id of the caller's or its own."""
        row = {"id": attempt_id or new_id(self._clock), "staff_id": staff_id, "at": self._clock.now()}

        def unit(connection: Connection) -> None:
            connection.execute(t.pin_attempt.insert(), [row])

        return self._writes().submit(unit)

    def clear_failures(self, staff_id: str) -> Future[None]:
        """Forget the wrong PINs after a right one."""

        def unit(connection: Connection) -> None:
            connection.execute(t.pin_attempt.delete().where(t.pin_attempt.c.staff_id == staff_id))

        return self._writes().submit(unit)

    # -- dynamic codes ---------------------------------------------------------------------------------------------------

    def by_handle(self, handle: str) -> Member | None:
        """The member whom a dynamic code names."""
        row = self._readers.connection().execute(_BY_HANDLE, {"of_handle": handle}).mappings().first() if handle else None
        return _in_tier(row) if row is not None else None

    def last_step(self, handle: str) -> tuple[int, str]:
        """The newest step of a handle that this till took, with the basket or sale it was taken for; (-1, '') for none."""
        row = self._readers.connection().execute(_STEP_OF, {"of_handle": handle}).first()
        return (row.step, row.basket_id) if row is not None else (-1, "")

    # -- looks behind masks ----------------------------------------------------------------------------------------------

    def reveals(self, first: date, last: date) -> tuple[Reveal, ...]:
        """Who looked at what of whom and what for, of these business days, in order."""
        c = t.member_reveal.c
        rows = self._readers.connection().execute(select(t.member_reveal).where(c.day >= first, c.day <= last).order_by(c.at, c.event_id))
        return tuple(Reveal(row.at, row.actor, row.member_id, row.what, row.purpose) for row in rows)

    # -- visitors --------------------------------------------------------------------------------------------------------

    def visitor_of(self, member_id: str) -> str:
        """The home store of a member of another store who is kept here for a while; '' for one of this store's."""
        row = self._readers.connection().execute(_VISITOR, {"of_member": member_id}).first()
        return str(row.home_store) if row is not None else ""

    def keep_visitor(
        self,
        member: Member,
        home_store: str,
        until: datetime,
        entries: Sequence[PointsEntryRow] = (),
        stored: Sequence[StoredEntryRow] = (),
        standing: TierStanding | None = None,
        rights: Sequence[CouponRight] = (),
    ) -> Future[bool]:
        """Keep a member of another store until a time; False where this store holds them itself or erased them: nothing is touched."""
        row = {"member_id": member.id, "home_store": home_store, "until": until}

        def unit(connection: Connection) -> bool:
            known = connection.execute(select(t.member.c.id).where(t.member.c.id == member.id)).first() is not None
            visits = connection.execute(_VISITOR, {"of_member": member.id}).first() is not None
            if (known and not visits) or erased_among(connection, (member.id,)):
                return False
            upsert(connection, t.member, [member_row(member)])
            upsert(connection, t.visitor, [row])
            keep_entries(connection, t.points_entry, entries)
            keep_entries(connection, t.stored_entry, stored)
            keep_standings(connection, [standing] if standing is not None else [])
            keep_rights(connection, rights)
            return True

        return self._writes().submit(unit)

    def forget_visitors(self, now: datetime) -> Future[int]:
        """Delete the visitors whose time is over, with their points and coupons; gives how many. What they bought stays with its sales."""
        return self._writes().submit(lambda connection: _forget_visitors(connection, now), background=True)

    def purge(self, now: datetime, looks_before: date) -> Future[Purged]:
        """Delete what is past its term: looks of before a day, visitors whose time is over, and what late facts left of erased people."""
        look = t.member_reveal.delete().where(t.member_reveal.c.day < looks_before)

        def unit(connection: Connection) -> Purged:
            looks = connection.execute(look).rowcount
            erase_rows(connection, all_erased(connection))
            return Purged(looks, _forget_visitors(connection, now))

        return self._writes().submit(unit, background=True)

    def overdue(self, now: datetime, looks_before: date) -> Purged:
        """What the next purge would delete."""
        looks = select(func.count()).select_from(t.member_reveal).where(t.member_reveal.c.day < looks_before)
        visitors = select(func.count()).select_from(t.visitor).where(t.visitor.c.until <= now)
        connection = self._readers.connection()
        return Purged(int(connection.execute(looks).scalar_one()), int(connection.execute(visitors).scalar_one()))

    # -- members ---------------------------------------------------------------------------------------------------------

    def member(self, member_id: str) -> Member | None:
        """The person whom an id stands for: where several ids are one person, all their profiles in one, under the canonical id."""
        rows = self._readers.connection().execute(_PERSON, {"of_member": member_id}).mappings().all()
        found = {row["id"]: _in_tier(row) for row in rows}
        canonical = rows[0]["canonical_id"] if rows else member_id
        if canonical not in found:
            # It has not come yet: until then each stands for itself.
            return found.get(member_id)
        return merged_profile([found.pop(canonical), *found.values()])

    def standing(self, member_id: str) -> TierStanding | None:
        """What headquarters last told of a person's tier; None where it never did, or where the profile says something newer."""
        told = standing_of(self._readers.connection(), member_id)
        member = self.member(member_id) if told is not None else None
        return told if told is not None and member is not None and member.tier == told.tier else None

    def profiles(self, member_id: str) -> tuple[Member, ...]:
        """What is on record under each id of a person, the canonical one first; ids of which this till holds nothing are left out."""
        return tuple(self._profiles(self.group_of(member_id)))

    def group_of(self, member_id: str) -> tuple[str, ...]:
        """The ids of one person, the canonical one first; a member who was never merged is alone."""
        return party_of(self._readers.connection(), member_id)

    def books(self, member_id: str) -> dict[str, int]:
        """Id → points brought forward, of every id of a person that this till holds."""
        rows = self._readers.connection().execute(_BOOKS, {"of_member": member_id})
        return {row.id: row.points for row in rows}

    def _profiles(self, party: Sequence[str]) -> list[Member]:
        connection = self._readers.connection()
        return [member for member_id in party if (member := kept_member(connection, member_id)) is not None]

    def sought(self, text: str, limit: int = 20) -> tuple[Sought, ...]:
        """Members for what somebody typed or scanned, the likeliest first, each with the way they were found.

        Whole phone, card, handle, platform identity, last four digits (alone or with a name), whole name, beginning or part of it.
        Every way runs on an index; part of a name alone reads the index of names through, and only from two characters on.
        """
        identity = read_identity(text)
        asked = {"text": identity.text, "most": limit}
        match identity.kind:
            case "phone":
                return self._of(_PHONE, "phone", asked)
            case "card":
                return self._of(_CARD, "card", asked)
            case "last_four":
                return self._of(_TAIL, "tail", asked)
            case "tail_name":
                return self._of(_TAIL_NAME, "tail_name", {**asked, "name": identity.name})
            case "digits":
                handle = ((_HANDLE, "card"),) if len(identity.text) == HANDLE_DIGITS else ()
                ways = (*handle, (_CARD, "card"), (_PHONE, "phone"), (_KEYED, "identity"))
                return next((found for way, found_by in ways if (found := self._of(way, found_by, asked))), ())
            case "name" if text.isascii() and " " not in identity.text and len(identity.text) >= IDENTITY_LENGTH:
                return self._platform({"text": text.strip(), "most": limit}) or self._named(identity.text, limit)
            case "name":
                return self._named(identity.text, limit) or self._platform({"text": text.strip(), "most": limit})
        return ()

    def by_identity(self, value: str, limit: int = 20) -> tuple[Sought, ...]:
        """Members whom a platform knows by this value, whichever it is."""
        return self._platform({"text": value, "most": limit})

    def find_members(self, text: str, limit: int = 20) -> tuple[Member, ...]:
        """The members of `sought`."""
        return tuple(found.member for found in self.sought(text, limit))

    def _platform(self, asked: dict[str, Any]) -> tuple[Sought, ...]:
        return self._of(_KEYED, "identity", asked) if len(str(asked["text"])) >= FEWEST_DIGITS else ()

    def _named(self, name: str, limit: int) -> tuple[Sought, ...]:
        found = list(self._of(_NAME, "name", {"text": name, "most": limit}))
        if len(found) < limit:
            start = {"text": name, "end": name + "\U0010ffff", "most": limit}
            found += [one for one in self._of(_NAME_START, "name", start) if one.member.name != name]
        if not found and len(name) > 1:
            found += self._of(_NAME_PART, "name", {"text": name, "most": limit})
        return tuple(found[:limit])

    def _of(self, statement: Select[Any], found_by: str, asked: dict[str, Any]) -> tuple[Sought, ...]:
        rows = self._readers.connection().execute(statement, asked).mappings()
        members = [_in_tier(row) for row in rows]
        return tuple(Sought(member, found_by) for member in self._one_of_each(members))

    def _one_of_each(self, members: Sequence[Member]) -> list[Member]:
        """Each person once, by the id that stands for them."""
        stands = standing_for(self._readers.connection(), [member.id for member in members])
        if not stands:
            return list(members)
        found: dict[str, Member] = {}
        for member in members:
            canonical = stands.get(member.id, member.id)
            if canonical not in found:
                person = self.member(member.id) if member.id in stands else member
                found[canonical] = person if person is not None else member
        return list(found.values())

    def _members(self, where: ColumnElement[bool], limit: int) -> tuple[Member, ...]:
        wanted = select(*_MEMBER_COLUMNS).where(where).order_by(t.member.c.id).limit(limit)
        rows = self._readers.connection().execute(wanted).mappings()
        return tuple(Member.model_validate(dict(row)) for row in rows)

    def members(self) -> tuple[Member, ...]:
        """Every member as their profile says, tier included, for an import's comparison."""
        return self._members(t.member.c.id != "", limit=-1)

    def member_count(self) -> int:
        """How many members this till knows."""
        return int(self._readers.connection().execute(select(func.count()).select_from(t.member)).scalar_one())

    def consents(self, member_id: str) -> tuple[Consent, ...]:
        """How a member stands to each purpose they were ever asked about, by purpose; the newest word of each."""
        rows = self._readers.connection().execute(_CONSENTS, {"of_member": member_id}).mappings()
        latest = {row["purpose"]: row for row in rows}
        return tuple(
            Consent.model_validate({**latest[purpose], "id": f"{latest[purpose]['member_id']}:{purpose}"}) for purpose in sorted(latest)
        )

    def erased(self, member_id: str) -> bool:
        """Whether this id's person was erased: of them nothing but statutory records is left."""
        return bool(member_id) and bool(erased_among(self._readers.connection(), (member_id,)))

    def allows(self, member_id: str, purpose: str) -> bool | None:
        """A member's newest word on one purpose; None where nobody ever asked them."""
        asked = {"of_member": member_id, "of_purpose": purpose}
        return self._readers.connection().execute(_WORD, asked).scalar()

    def known_word(self, member_id: str, purpose: str) -> datetime:
        """Where a member's newest word on one purpose stands, as whoever says the next one tells; the beginning of time for none."""
        return next((one.at for one in self.consents(member_id) if one.purpose == purpose), NOTHING_KNOWN)

    def has_left(self, member_id: str) -> bool:
        """Whether a member took their membership back."""
        return self.allows(member_id, MEMBERSHIP) is False

    def joining(self, member_id: str) -> Joining | None:
        """How a member joined, if they did at this till."""
        row = self._readers.connection().execute(_JOINING, {"of_member": member_id}).first()
        return Joining(**row._mapping) if row is not None else None

    def family(self, member_id: str) -> tuple[FamilyPerson, ...]:
        """The persons a member buys for."""
        rows = self._readers.connection().execute(_FAMILY, {"of_member": member_id}).mappings()
        return tuple(FamilyPerson.model_validate(dict(row)) for row in rows)

    def save_members(self, members: Sequence[Member], family: Sequence[FamilyPerson] = ()) -> Future[None]:
        """Keep or overwrite members and family persons in background units; the future resolves with the last one."""
        people = [member_row(member) for member in members]
        kin = [person.model_dump() for person in family]
        done: Future[None] = self._writes().submit(lambda _connection: None, background=True)
        for table, rows in ((t.member, people), (t.family_person, kin)):
            for start in range(0, len(rows), _ROWS_PER_UNIT):
                done = self._submit_rows(table, rows[start : start + _ROWS_PER_UNIT])
        return done

    def _submit_rows(self, table: Table, rows: Sequence[dict[str, Any]]) -> Future[None]:
        return self._writes().submit(lambda connection: upsert(connection, table, rows), background=True)
