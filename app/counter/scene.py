"""The scene: all that a screen shows, frozen, made anew after every act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain.verdict import Text, WayOut


@dataclass(frozen=True, slots=True)
class Strip:
    """One inline note on a line or under the member."""

    rule: str
    grade: str
    """inform | confirm | block."""
    tone: str
    """info | warn | bad | rx | good."""
    title: Text
    body: Text
    basis: Text = Text("")
    ways_out: tuple[WayOut, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneLine:
    """A basket line as it is drawn."""

    line_id: str
    no: int
    product_id: str
    name: str
    """Generic name, with the brand before it in brackets where there is one."""
    strength: str
    """Spec, e.g. 0.25g×24粒; drawn bold and never elided."""
    marks: tuple[str, ...]
    """Class marks in order: rx otc_a otc_b food device eph ins_a ins_b cold."""
    maker: str
    lot_no: str
    lot_source: str
    expires_on: str
    """'2028-04-30' or ''."""
    near_expiry: bool
    codes_needed: int
    codes_got: int
    unit_price_fen: int
    quantity: int
    unit: str
    cut_fen: int
    amount_fen: int
    strips: tuple[Strip, ...] = ()
    lasa: tuple[tuple[int, int], ...] = ()
    """Spans of `name` that differ from a look-alike."""
    salesperson: str = ""
    """Name of whoever the line counts for; '' where that is the cashier."""
    ghost: bool = False
    """An unknown code standing in the list until it is resolved."""
    can_decrease: bool = True
    shops_own_cut: bool = False
    """Whether all that is taken off is the shop's own price or offer: no coupon, no permitted change of the price."""


@dataclass(frozen=True, slots=True)
class CutTotal:
    """All cuts of one cause together, for the totals panel."""

    title: Text
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of the open basket."""

    subtotal_fen: int = 0
    cuts: tuple[CutTotal, ...] = ()
    cut_fen: int = 0
    rounding_fen: int = 0
    payable_fen: int = 0
    kinds: int = 0
    pieces: int = 0


@dataclass(frozen=True, slots=True)
class MemberFace:
    """The member's card as a cashier may see it: masked."""

    member_id: str
    masked_name: str
    avatar: str
    """One character."""
    tier: str
    points: int
    masked_phone: str
    sex: str
    age: int
    """-1 when unknown."""
    chronic: bool
    allergy: Strip | None = None
    """Allergies first, with what was compared; amber where data is missing."""
    points_ending: int = 0
    """Of the points, how many are lost soon unless they are spent."""
    points_end_on: str = ""
    """'2026-12-31', the last good day of the first of them, or ''."""
    found_by: str = ""
    """How they were found, see `member_rights`."""
    proof: Text = Text("")
    """The same in words, with what it does not allow."""
    proven: bool = False
    """Whether the member proved it with their changing code."""
    visitor_of: str = ""
    """The store whose member they are, where that is another one; ''."""
    tier_note: Text = Text("")
    """Until when the tier holds, and what is missing to the next; '' where headquarters never said."""
    tier_told: Text = Text("")
    """How old that word is."""


@dataclass(frozen=True, slots=True)
class CouponRow:
    """One coupon in the customer's hand."""

    serial: str
    title: Text
    """With the end of the serial."""
    ends_on: str
    """'2026-12-31', the last good day."""
    cut_fen: int
    """What it takes off now; 0 while it waits."""
    wanted: bool
    """Whether it is chosen, by itself or by a person."""
    why: Text
    """Why it takes nothing off, with what would change that."""
    token: str = ""
    """What its paper bears as a code; '' where there is none to print."""


@dataclass(frozen=True, slots=True)
class TradeBlock:
    """Old for new: what this sale's offers pay for, and what has been handed over."""

    kinds: tuple[tuple[str, Text], ...]
    """What can be registered, by code: what the offers want first, then what is taken back without money."""
    conditions: tuple[tuple[str, Text], ...]
    taken: tuple[Text, ...]
    offers: tuple[tuple[Text, int], ...]
    """Title and subsidy of every offer that is no coupon; 0 while it waits for an old article."""


@dataclass(frozen=True, slots=True)
class CouponBlock:
    """The coupons of the open sale: what is used, and what else could be."""

    rows: tuple[CouponRow, ...]
    """Those that take something off first."""
    used: int
    cut_fen: int
    by_hand: bool
    """Whether a person chose."""
    other: Text
    """The next best set and its difference, or ''."""
    trade: TradeBlock | None = None
    """None where nothing is paid for an old article."""

    @property
    def waiting(self) -> int:
        """How many take nothing off."""
        return len(self.rows) - self.used


@dataclass(frozen=True, slots=True)
class PatientFace:
    """用药人 as shown beside the member."""

    kind: str
    label: str
    age: Text = Text("")
    """68 岁; empty where nobody knows."""


@dataclass(frozen=True, slots=True)
class HeldTicket:
    """A held basket's tab."""

    basket_id: str
    label: str
    pieces: int
    payable_fen: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Echo:
    """What the last scan or act did, in one row with its undo."""

    kind: str
    """added | quantity | removed | refused | unknown | member | code | told | held | recalled | price | undone | info."""
    code: str
    """Word for `desktop/wording` to turn into a sentence."""
    facts: dict[str, str] = field(default_factory=dict)
    text: Text | None = None
    """A sentence that comes from data (rules), if any."""
    sound: str = ""
    """scan_ok | scan_member_or_rx | scan_rejected | needs_confirm | blocked_by_rule | paid | ''."""
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class QuestionField:
    """One thing to be filled in."""

    name: str
    kind: str
    """text | number | money | date | choice | pin | code."""
    label: Text
    value: str = ""
    choices: tuple[tuple[str, Text], ...] = ()
    """(value, label) of a choice; shown as chips with keys 1…9."""
    required: bool = True
    hint: Text = Text("")


@dataclass(frozen=True, slots=True)
class Question:
    """Something that must be asked of a person, inline; answered by `Selling.answer`."""

    question_id: str
    kind: str
    """What is asked: lot, review, buyer, patient, price, quantity, override, which_box, ambiguous, code_missing, find, member …"""
    line_id: str
    title: Text
    body: Text = Text("")
    fields: tuple[QuestionField, ...] = ()
    error: Text | None = None
    confirm: Text = Text("确定", "OK")


@dataclass(frozen=True, slots=True)
class TenderLine:
    """A tender already taken in this payment."""

    tender_id: str
    method: str
    title: Text
    amount_fen: int
    last_digits: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PointsOffer:
    """What the member's points may pay of this sale."""

    points: int
    worth_fen: int
    step_points: int
    step_fen: int


@dataclass(frozen=True, slots=True)
class StoredOffer:
    """What the member's stored value may pay of this sale, by this till's knowledge."""

    balance_fen: int
    most_fen: int
    as_of: datetime | None
    """When headquarters was last heard on it."""


@dataclass(frozen=True, slots=True)
class TenderTileFace:
    """A way to pay that works on this till."""

    method: str
    title: Text
    kind: str
    key: str
    asks_last_digits: bool
    icon: str = "wallet"


@dataclass(frozen=True, slots=True)
class PayScene:
    """Everything the Pay page shows."""

    state: str
    """collecting | committing | done | refused."""
    due_fen: int
    received_fen: int
    remaining_fen: int
    change_fen: int
    tiles: tuple[TenderTileFace, ...]
    tenders: tuple[TenderLine, ...]
    quick_fen: tuple[int, ...]
    number: str = ""
    """The printed sale number once durable."""
    problem: Text | None = None
    paper: bool = True
    invoice_wanted: bool = False
    invoice_title: str = ""
    """Whom the invoice is for, or '' while nobody said so."""
    points: PointsOffer | None = None
    """None where no points can be spent on this sale, or some are already."""
    asking_fen: int = 0
    """What headquarters is being asked for out of a purse just now."""
    stored: StoredOffer | None = None
    """None where no stored value can be spent on this sale, or some is already."""
    asking: str = ""
    """Which purse: points | stored; ''."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One row of the result list under the box."""

    product_id: str
    name: str
    strength: str
    marks: tuple[str, ...]
    maker: str
    price_fen: int
    member_price_fen: int
    stock: int
    shelf: str
    in_assortment: bool
    lasa: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class LastSale:
    """The sale before, for the empty page."""

    number: str
    at: datetime
    member_label: str
    payable_fen: int
    tendered_fen: int
    change_fen: int


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that wants doing today."""

    code: str
    """near_expiry | oversold | temperature_am | unprinted | held | …"""
    count: int
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShiftFigures:
    """The running figures of this shift, for the empty page."""

    since: datetime | None
    sales: int
    sales_fen: int | None
    """None for whoever may not see sums: with them and the slips of the other tenders, the drawer could be worked out before the count."""
    member_share_pct: int
    average_fen: int | None


@dataclass(frozen=True, slots=True)
class Frame:
    """The shell's facts: who, where, and what state the outside is in."""

    store_name: str
    branch: str
    till: str
    till_title: str
    shift_title: str
    day: date
    person: str
    role: str
    staff_id: str
    next_sale_no: int
    pharmacist_on_duty: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the Sale and Pay pages show."""

    frame: Frame
    lines: tuple[SceneLine, ...] = ()
    selected: str = ""
    held: tuple[HeldTicket, ...] = ()
    totals: Totals = Totals()
    member: MemberFace | None = None
    patient: PatientFace = PatientFace("unknown", "")
    blocks: int = 0
    """Red to-dos standing before payment."""
    confirms: int = 0
    """Amber ones."""
    first_todo: Text | None = None
    """Words of the pay button while there are to-dos."""
    echo: Echo | None = None
    question: Question | None = None
    waiting_scans: int = 0
    undo_steps: int = 0
    pay: PayScene | None = None
    last_sale: LastSale | None = None
    coupons: CouponBlock | None = None
    duties: tuple[Duty, ...] = ()
    figures: ShiftFigures | None = None
