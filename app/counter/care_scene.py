"""Care scenes: what the member's page shows of medicines, readings, to-dos and dealings; frozen, worded, and safe to hand to any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from app.records.ledger import Committed
from app.records.text import Text

NOTHING = Text("")


@dataclass(frozen=True, slots=True)
class MedicineLine:
    """A medicine in use: how it is taken, how long it lasts, how well it was kept up."""

    product_id: str
    """The pack bought last: what `add` puts into the basket."""
    name: str
    spec: str
    usage: Text
    """每晚 1 片, or how often it was bought here where nobody noted a dose; empty where neither is known."""
    basis: str
    """dose | interval | '' (bought once, no dose: nothing can be said)."""
    days_left: int
    """Negative once it has run out; 0 with basis ''."""
    left: Text
    """余 3 天 / 今天用完 / 已断 5 天 / empty."""
    runs_out_on: date | None
    left_bp: int
    """How much of the last supply is left, 0 to 10 000: the bar."""
    tone: str
    """good | warn | bad | info."""
    stage: str
    """'' | due7 | due3 | due0 | late7 | late14 | late30: the reminder that holds now."""
    adherence_bp: int | None
    """Days covered in the last half year, 0 to 10 000; None with less than two purchases."""
    packs: int
    """Packs to suggest next, within what may be handed out at once; 0 without a dose."""
    limit: Text
    """Why not more packs: 处方药一次最多 84 天; empty where no limit bites."""
    rx: bool
    bought_on: date
    usage_id: str = ""
    """'' where nobody noted a dose."""


@dataclass(frozen=True, slots=True)
class KindTab:
    """One kind of reading as a tab of the chart."""

    kind: str
    """pressure | glucose | weight | waist | hba1c | lipids | uric_acid."""
    title: Text
    count: int
    """Readings in the span shown."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One figure of a kind as a line of the chart; whole numbers, `scale` of them to the unit."""

    name: str
    title: Text
    unit: str
    scale: int
    band: tuple[int, int] | None
    """The target band to tint, low and high; None where there is none."""
    target: tuple[int | None, int | None]
    """What this person should keep within, None where it is open."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One reading as points of the chart."""

    reading_id: str
    at: datetime
    day: date
    values: tuple[int | None, ...]
    """One per curve, in the curves' order."""
    words: str
    """142/88."""
    tone: str
    note: Text
    """左臂 · 脉搏 72 · 家中自测."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the newest reading stands, and where the readings go."""

    words: str
    """142/88, 7.8."""
    grade: Text
    """偏高, 1 级高血压范围: a range that a reading lies in, never a diagnosis."""
    tone: str
    """good | info | warn | bad."""
    urgent: bool
    at: datetime
    way: str
    """up | down | level."""
    trend: Text
    """近 2 周回升 12 mmHg，建议到店复测: one sentence."""


@dataclass(frozen=True, slots=True)
class SeriesScene:
    """The readings of one kind over a span."""

    kind: str
    title: Text
    unit: str
    first: date
    last: date
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...]
    """Oldest first."""
    purchases: tuple[date, ...]
    """Days on which a medicine was bought."""
    standing: Standing | None
    contexts: tuple[tuple[str, Text], ...] = ()
    """Of glucose: the occasions, to filter by; the first is all."""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do for this member, the most pressing first."""

    kind: str
    """ask | refill | measure | call."""
    title: Text
    note: Text
    act: str
    """ask (about allergies again) | add (put product into the sale) | record (open the form of the reading kind) | call (open the
    outcomes)."""
    act_title: Text
    tone: str
    due_on: date
    product_id: str = ""
    packs: int = 0
    reading_kind: str = ""
    followup_id: str = ""
    person_id: str = ""
    """Of asking: which family person is meant; '' is the member."""
    left: Text = NOTHING
    """Of a refill: 余 3 天; empty elsewhere."""


@dataclass(frozen=True, slots=True)
class NewestReading:
    """The newest reading of one kind with those before it, as a tile shows it."""

    kind: str
    """pressure | glucose."""
    title: Text
    unit: str
    words: str
    """142/88."""
    age: Text
    """今天, 3 天前."""
    grade: Text
    """偏高: the range that it lies in, never a diagnosis."""
    tone: str
    values: tuple[int, ...]
    """The first figure of the last readings of this occasion, oldest first."""
    band: tuple[int, int] | None
    """The target band of that figure."""


@dataclass(frozen=True, slots=True)
class CareGlance:
    """What the sale shows of a member beside the goods; without consent no reading is in it."""

    newest: tuple[NewestReading, ...]
    todos: tuple[Todo, ...]
    conditions: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Dealing:
    """One entry of the timeline."""

    kind: str
    """sale | return | past_sale | reading | followup."""
    ref: str
    """Sale, return, reading or follow-up id."""
    at: datetime
    day: date
    title: Text
    note: Text
    amount_fen: int = 0
    number: str = ""
    """Printed number of a sale or return."""


@dataclass(frozen=True, slots=True)
class CareScene:
    """Everything below a member's head that care knows."""

    member_id: str
    consent: str
    """given | refused | unasked: whether readings may be kept."""
    medicines: tuple[MedicineLine, ...]
    adherence_bp: int | None
    """Over all medicines, weighed by their days; None where nothing can be said."""
    tabs: tuple[KindTab, ...]
    series: SeriesScene
    todos: tuple[Todo, ...]
    dealings: tuple[Dealing, ...]
    """Newest first."""
    conditions: tuple[Text, ...] = ()
    """What the medicines in use are for, by their category: 高血压, 糖尿病, 血脂."""


# -- taking a reading ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One blank of a reading's form."""

    name: str
    title: Text
    unit: str
    decimals: int
    hint: str
    """60–280."""
    required: bool
    units: tuple[str, ...] = ()
    """Units one may type in (mmol/L, mg/dL); empty for one only."""


@dataclass(frozen=True, slots=True)
class ReadingForm:
    """The form of one kind of reading."""

    kind: str
    title: Text
    fields: tuple[FieldSpec, ...]
    contexts: tuple[tuple[str, Text], ...]
    """Glucose: fasting, two_hours, random, bedtime; pressure: left, right; else empty."""
    context_required: bool
    places: tuple[tuple[str, Text], ...] = ()
    """store | home."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed."""

    kind: str
    values: Mapping[str, str] = field(repr=False)
    """Field name → text."""
    context: str = ""
    unit: str = ""
    """The unit of the typed glucose: '' for the form's own."""
    place: str = "store"
    taken_at: datetime | None = None
    """None for now."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one blank."""

    field: str
    """Field name, 'context', 'unit' or 'taken_at'."""
    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Way:
    """One of the three pieces of advice."""

    key: str
    """see_doctor | as_prescribed | ask_pharmacist."""
    title: Text
    text: Text
    first: bool
    """Whether this is the one to say first."""


@dataclass(frozen=True, slots=True)
class AdviceScene:
    """What a reading means, in words that may be read aloud; it never names a product or a disease as found."""

    words: str
    grade: Text
    tone: str
    urgent: bool
    """The pharmacist is to come now; nothing is recommended."""
    ways: tuple[Way, ...]
    note: Text
    """That a reading is no diagnosis."""
    follow_up_on: date | None
    """A follow-up was (or would be) noted for this day."""
    next_on: date
    """When to measure again."""


@dataclass(frozen=True, slots=True)
class ReadingCheck:
    """A draft looked at while it is typed: errors, or what it would mean."""

    errors: tuple[FieldError, ...]
    advice: AdviceScene | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a reading."""

    advice: AdviceScene
    kept: bool
    """False where the member does not consent: said, not stored."""


# -- importing, doses, calls --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MeterRowError:
    """One row of a meter's file that cannot be taken."""

    row_no: int
    column: str
    text: Text
    value: str


@dataclass(frozen=True, slots=True)
class MeterImport:
    """What a meter's file would bring, or brought; while a row is wrong it brings nothing."""

    fresh: int
    known: int
    """Readings this member has already, at the same moment."""
    errors: tuple[MeterRowError, ...]
    first: date | None
    last: date | None
    counts: tuple[tuple[Text, int], ...]
    """Kind → how many."""
    done: bool
    ignored_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UsageForm:
    """How a medicine may be noted as taken."""

    product_id: str
    name: str
    spec: str
    piece: str
    """片, 粒 …; '' where the pack does not say what it holds: no dose can be reckoned."""
    dose: str
    times: str
    every_days: str
    moment: str
    moments: tuple[tuple[str, Text], ...]
    sources: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class UsageDraft:
    """How a medicine is taken, as typed."""

    product_id: str
    dose: str
    """Pieces each time: 1, 0.5, 1/2."""
    times: str = "1"
    """A day."""
    every_days: str = "1"
    """1 every day, 2 every other day, 7 weekly."""
    moment: str = ""
    """'' | morning | noon | evening | bedtime | before_meals | after_meals."""
    source: str = "asked"
    """prescription | pharmacist | asked."""


@dataclass(frozen=True, slots=True)
class FollowUpScene:
    """A follow-up that stands open, with the outcomes it may have."""

    followup_id: str
    member_id: str
    kind: str
    """call | measure."""
    title: Text
    reason: Text
    due_on: date
    tries: int
    outcomes: tuple[tuple[str, Text], ...]
    """reached | not_reached | refused | moved | done."""
    findings: tuple[tuple[str, Text], ...]
    """What may be ticked about the talk, coded."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A line of the shop's list of whom to remind."""

    member_id: str
    masked: str
    phone: str
    """Masked."""
    kind: str
    """refill | call."""
    title: Text
    note: Text
    due_on: date
    tone: str
    followup_id: str = ""


class CareActs(Protocol):
    """What a page may ask of `till.caring`; everything is quick enough for the GUI thread unless it says otherwise.

    Acts that write give a future that resolves on the writer thread once the fact is durable; they raise `Refused`: `sign_in_first`,
    `member_unknown`, `reading_wrong` (draft with errors), `health_consent_needed` (nobody asked yet: ask, and call again with the answer),
    `health_consent_refused`, `product_unknown`, `dose_wrong`, `target_wrong`, `nobody_may` (targets are a pharmacist's),
    `followup_unknown`, `outcome_unknown`, `day_needed`, `day_past`.
    """

    def scene(self, member_id: str, *, kind: str = "", context: str = "", days: int = 90) -> CareScene:
        """Everything of one member; `kind` '' takes the kind with the newest reading, `context` '' all occasions."""
        ...

    def glance(self, member_id: str) -> CareGlance:
        """What the sale shows of one member: less than half the work of `scene`."""
        ...

    def form(self, kind: str) -> ReadingForm:
        """The blanks of a kind of reading; KeyError for an unknown kind."""
        ...

    def check(self, member_id: str, draft: Draft) -> ReadingCheck:
        """Look at what is typed, keeping nothing."""
        ...

    def record(self, member_id: str, draft: Draft, consent: bool | None = None) -> tuple[Recorded, Future[tuple[Committed, ...]] | None]:
        """Keep a reading and say what it means; `consent` answers the question asked at the first one, and is recorded with it.

        Without consent nothing is kept but the advice is still given (future None unless a refusal was just recorded).
        """
        ...

    def plan_import(self, member_id: str, content: bytes, filename: str) -> MeterImport:
        """What a meter's CSV or XLSX file would bring; TableUnreadable for a file that is no table."""
        ...

    def import_readings(
        self, member_id: str, content: bytes, filename: str, consent: bool | None = None
    ) -> tuple[MeterImport, Future[tuple[Committed, ...]] | None]:
        """Bring a meter's file in, all of it or nothing; Refused `health_consent_needed` or `health_consent_refused`."""
        ...

    def usage_form(self, member_id: str, product_id: str) -> UsageForm:
        """How a medicine is noted now."""
        ...

    def set_usage(self, member_id: str, draft: UsageDraft, consent: bool | None = None) -> Future[tuple[Committed, ...]]:
        """Note how a medicine is taken."""
        ...

    def end_usage(self, member_id: str, product_id: str) -> Future[tuple[Committed, ...]]:
        """Note that a medicine is not taken any more: it leaves the list and is not reminded of."""
        ...

    def targets(self, member_id: str, kind: str) -> tuple[Curve, ...]:
        """What this person should keep within, per figure."""
        ...

    def set_target(self, member_id: str, kind: str, values: Mapping[str, tuple[str, str]]) -> Future[tuple[Committed, ...]]:
        """Set a person's own target (figure → low, high as typed; '' open); pharmacists and managers only."""
        ...

    def follow_up(self, followup_id: str) -> FollowUpScene:
        """An open follow-up with its outcomes."""
        ...

    def set_follow_up(self, member_id: str, due_on: date, kind: str = "call", reason: str = "asked") -> Future[tuple[Committed, ...]]:
        """Note a follow-up for a day."""
        ...

    def follow_up_done(
        self, followup_id: str, outcome: str, due_on: date | None = None, findings: Sequence[str] = ()
    ) -> Future[tuple[Committed, ...]]:
        """Note what came of one; `moved` needs a new day, `not_reached` takes the next one by rule."""
        ...

    def reminders(self, limit: int = 200) -> tuple[Reminder, ...]:
        """Whom to remind of what today, over all members; reads many of them: never on the GUI thread."""
        ...

    def health_file(self, member_id: str) -> bytes:
        """The member's health file as PDF; it loads the PDF writer: never on the GUI thread."""
        ...

    def refill_card(self, member_id: str) -> bytes:
        """The refill card on A6; Refused refill_none. Never on the GUI thread."""
        ...
