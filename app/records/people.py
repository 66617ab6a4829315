"""The people at a counter: staff, members and the persons members buy for."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field

from app.records.base import Count, Fen, Record


class Staff(Record):
    """One employee who may sign in; the PIN is kept as an argon2id hash only."""

    id: str = Field(primary_key=True, max_length=36)
    code: str = Field(index=True, max_length=12)
    """Number on the badge and on receipts."""
    name: str = Field(max_length=40)
    role: str = Field(max_length=12)
    """cashier | pharmacist | manager."""
    licence_no: str = Field(default="", max_length=40)
    """Pharmacist's registration number."""
    pin_hash: str = Field(default="", max_length=200)
    active: bool = True


class Member(Record):
    """A member as this store knows them."""

    id: str = Field(primary_key=True, max_length=36)
    card_no: str = Field(index=True, max_length=24)
    """Static member code: 20 digits starting with 90."""
    phone: str = Field(default="", index=True, max_length=20)
    name: str = Field(default="", max_length=40)
    sex: str = Field(default="", max_length=1)
    """F | M | ''."""
    born_on: date | None = None
    tier: str = Field(default="normal", max_length=12)
    """normal | silver | gold."""
    points: Count = 0
    allergies_known: bool = False
    """Whether anybody ever asked; False means the strip must say so."""
    allergy_classes: str = Field(default="", max_length=120)
    """';'-separated allergy class codes, empty with allergies_known = none recorded."""
    allergy_words: str = Field(default="", max_length=4000)
    """Which askings named each class, and which class is in doubt, see `app.domain.told_profile`; '' where a book did."""
    chronic: bool = False
    joined_on: date | None = None
    handle: str = Field(default="", index=True, max_length=9)
    """Nine digits, unique in the chain, by which a dynamic code names the member; '' for whoever has none."""
    code_key: str = Field(default="", max_length=32)
    """Sixteen bytes as hex that prove the member's dynamic codes; only home members' reach a till."""


class FamilyPerson(Record):
    """A person a member buys for (用药人), with their own allergies."""

    id: str = Field(primary_key=True, max_length=36)
    member_id: str = Field(index=True, max_length=36)
    name: str = Field(default="", max_length=40)
    relation: str = Field(default="", max_length=12)
    sex: str = Field(default="", max_length=1)
    born_on: date | None = None
    weight_g: Count = 0
    allergies_known: bool = False
    allergy_classes: str = Field(default="", max_length=120)
    allergy_words: str = Field(default="", max_length=4000)
    """As a member's."""


class MemberKey(Record):
    """A further name that a member goes by elsewhere: an identity on a platform, as headquarters tells it to the store that holds them."""

    id: str = Field(max_length=64)
    member_id: str = Field(max_length=36)
    kind: str = Field(max_length=8)
    """union | wechat | alipay | jpass."""
    value: str = Field(max_length=128)
    active: bool = True
    """False once the identity was taken from the member."""


class PointsEntryRow(Record):
    """One movement of a member's points as headquarters tells it to every store that holds the member."""

    id: str = Field(max_length=64)
    """The entry's id, made from its cause."""
    member_id: str = Field(max_length=36)
    at: datetime
    """When the event that moved them was recorded."""
    kind: str = Field(max_length=8)
    """earn | spend | unearn | unspend | adjust."""
    points: Count
    of: str = Field(default="", max_length=64)
    expires_on: date | None = None
    owner_id: str = Field(default="", max_length=36)


class StoredEntryRow(Record):
    """One movement of a member's stored value as headquarters tells it to every store that holds the member."""

    id: str = Field(max_length=64)
    """The entry's id, made from its cause."""
    member_id: str = Field(max_length=36)
    at: datetime
    """When the event that moved it was recorded."""
    kind: str = Field(max_length=8)
    """load | spend | unspend | payout | unload."""
    principal_fen: Fen
    bonus_fen: Fen
    of: str = Field(default="", max_length=64)
    owner_id: str = Field(default="", max_length=36)


class Consent(Record):
    """How a member stands to one purpose, as headquarters tells it to every store that holds the member."""

    id: str = Field(max_length=80)
    """`<member id>:<purpose>`: one row a purpose, the newest word of the member."""
    member_id: str = Field(max_length=36)
    purpose: str = Field(max_length=24)
    """A purpose of `resources/texts/consents.json`."""
    given: bool
    text_version: str = Field(max_length=24)
    at: datetime
    """When the event that said so was recorded; of two words the later one holds."""
    channel: str = Field(default="", max_length=16)
    """How it was said: spoken | signature | code; '' where a headquarters of before told it."""
    evidence: str = Field(default="", max_length=36)
    """By what that can be shown: the blob of a signature, or the verification of a code."""


class Alias(Record):
    """Two member ids are one person, or are so no more, as headquarters tells it to every store that holds either."""

    id: str = Field(max_length=36)
    """The id that was merged."""
    canonical_id: str = Field(max_length=36)
    """The id that stands for the person from now on."""
    active: bool = True
    """False once the merge was taken back: the id stands for itself again."""


class TierStanding(Record):
    """Where a member stands among the tiers, as headquarters tells it to every store that holds them."""

    id: str = Field(max_length=36)
    """The member id; of several ids that are one person each is told."""
    tier: str = Field(max_length=12)
    book: str = Field(default="", max_length=12)
    """The tier of the member's own profile when this was reckoned: a profile that says another by now is the newer word."""
    since: date | None = None
    until: date | None = None
    """The last day on which the tier holds without a further purchase; None holds for good."""
    given: bool = False
    """Whether it holds (so long) because somebody gave it by hand."""
    next_tier: str = Field(default="", max_length=12)
    """'' in the highest."""
    short_fen: Count = 0
    """What has to be bought to reach the next; 0 where it asks for days alone."""
    short_days: Count = 0
    """On how many more days; where both are above nought the rules say whether either suffices."""
    reach_by: date | None = None
    """The last day on which so much is enough; None where nothing has been bought yet."""
    at: datetime
    """When headquarters reckoned it."""


class Erased(Record):
    """A person was erased, as headquarters tells it to every store that holds or ever held them."""

    id: str = Field(max_length=36)
    """The member id; of several ids that were one person each is told."""
    at: datetime


class PinAttempt(Record):
    """One failed PIN entry, kept so that a lock-out survives a restart."""

    id: str = Field(primary_key=True, max_length=36)
    staff_id: str = Field(index=True, max_length=36)
    at: datetime
