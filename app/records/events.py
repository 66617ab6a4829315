"""The bodies of every event a till can write, one frozen record each; none holds a name, phone, ID number or free text.

A body once released never changes: a new shape is a new version beside it (`registry.py`), and stored bytes are never re-encoded.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from app.records.base import Count, Fen, Record


class EpochOpened(Record):
    """A writing process started and names the epoch before it."""

    previous_epoch: str
    """16 hex digits, or '' for the first epoch of this device."""
    till: str


class ClockConfirmed(Record):
    """A person confirmed the business day after the clock had jumped."""

    day: date
    last_event_at: datetime
    clock_said: datetime


class StaffSignedIn(Record):
    """Somebody took the till, by PIN or badge."""

    staff_id: str
    by: str


class DutyPharmacist(Record):
    """A pharmacist came on duty (药师到岗) or left (离岗)."""

    staff_id: str
    on_duty: bool


class CashPiece(Record):
    """How many pieces of one denomination were counted."""

    denomination_fen: int
    pieces: int


class ShiftOpened(Record):
    """A shift began with a counted float."""

    shift_id: str
    till: str
    staff_id: str
    float_fen: int
    pieces: tuple[CashPiece, ...] = ()


class CashMoved(Record):
    """Cash was put into or taken out of the drawer without a sale."""

    move_id: str
    shift_id: str
    amount_fen: int
    """Positive in, negative out."""
    reason: str
    approved_by: str


class TenderTotal(Record):
    """What one tender method took in a shift or day."""

    method: str
    sales: int
    amount_fen: int
    refunds: int
    refund_fen: int


class CashCount(Record):
    """One blind count of the drawer; a recount is a second one and both are kept."""

    pieces: tuple[CashPiece, ...]
    counted_fen: int
    at: datetime


class ShiftTotals(Record):
    """The figures of an X or Z report."""

    sales: int = 0
    sales_fen: int = 0
    """Payable of all sales, before refunds."""
    returns: int = 0
    returns_fen: int = 0
    voids: int = 0
    voids_fen: int = 0
    cuts_fen: int = 0
    rounding_fen: int = 0
    member_sales: int = 0
    rx_sales: int = 0
    price_changes: int = 0
    dropped_lines: int = 0
    dropped_baskets: int = 0
    drawer_opens: int = 0
    reprints: int = 0
    cash_in_fen: int = 0
    cash_out_fen: int = 0
    float_fen: int = 0
    expected_cash_fen: int = 0
    tenders: tuple[TenderTotal, ...] = ()
    corrections: int = 0
    loads: int = 0
    """Times that members paid money in; no turnover."""
    loads_fen: int = 0
    """Principal paid in."""
    load_bonus_fen: int = 0
    """What the chain gave on top, less what lapsed with what was paid out."""
    payouts: int = 0
    payouts_fen: int = 0
    """Principal paid out, loads taken back included."""
    load_tenders: tuple[TenderTotal, ...] = ()
    """How it came in (sales) and went out (refunds); none of it stands in `tenders`."""

    @model_serializer(mode="wrap")
    def _without_stored_value(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Where nobody paid anything in or out, the bytes are those of before there was stored value."""
        fields: dict[str, Any] = whole(self)
        if not (self.loads or self.payouts):
            for name in ("loads", "loads_fen", "load_bonus_fen", "payouts", "payouts_fen", "load_tenders"):
                fields.pop(name, None)
        return fields


class ShiftClosed(Record):
    """A shift ended: counted blind, compared, and sealed under a Z number."""

    shift_id: str
    till: str
    staff_id: str
    handed_to: str
    z_no: int
    opened_at: datetime
    totals: ShiftTotals
    counts: tuple[CashCount, ...]
    counted_fen: int
    difference_fen: int
    """Counted minus expected: positive 长款, negative 短款."""
    difference_reason: str
    float_left_fen: int
    remit_fen: int
    """应缴: what goes to the safe."""
    perpetual_fen: int
    """Grand total of all sales less refunds this till ever closed; never reset."""
    held_baskets: int
    unsent_events: int
    unprinted_jobs: int


class DayClosed(Record):
    """日结: the store's business day, summed over all its shifts on this till's ledger."""

    day: date
    shifts: tuple[str, ...]
    totals: ShiftTotals
    perpetual_fen: int
    backup: str
    """SHA-256 of the backup made with it, or ''."""


class BasketDropped(Record):
    """A basket with goods in it was cleared without a sale, so that suppression leaves a trace."""

    basket_id: str
    shift_id: str
    lines: int
    amount_fen: int
    opened_at: datetime


class Patient(Record):
    """用药人: whom the medicine is for, without naming them."""

    kind: str = "unknown"
    """unknown | member | family | typed."""
    ref: str = ""
    """Member or family person id."""
    age_months: int = -1
    """-1 means not asked."""
    weight_g: int = 0


class SoldCode(Record):
    """A trace code handed over with a line."""

    code: str
    entry: str
    """scanned | typed."""


class Answer(Record):
    """What a person decided about a rule on a line, and who."""

    rule: str
    choice: str
    by: str
    at: datetime
    reason: str = ""
    """A coded reason, never free text."""


class SaleLine(Record):
    """One line of a sale with everything the law and the receipt need, frozen at its moment."""

    line_id: str
    no: int
    product_id: str
    generic_name: str
    brand_name: str = ""
    form: str = ""
    strength: str = ""
    spec: str = ""
    unit: str = ""
    maker: str = ""
    holder: str = ""
    origin: str = ""
    approval_no: str = ""
    barcode: str = ""
    kind: str = "drug"
    rx_class: str = "none"
    special: str = ""
    quantity: int
    unit_level: str = "pack"
    """pack | split (拆零)."""
    list_price_fen: int
    unit_price_fen: int
    """Price before attributed cuts (a permitted price change shows as a cut)."""
    amount_fen: int
    """quantity × unit price − cuts of this line."""
    cost_fen: int = 0
    lot_id: str = ""
    lot_no: str = ""
    expires_on: date | None = None
    lot_source: str = "none"
    """code | confirmed | assumed | none: an assumed lot is never printed as fact."""
    near_expiry: bool = False
    codes: tuple[SoldCode, ...] = ()
    code_missing_reason: str = ""
    salesperson: str
    direction_source: str = ""
    """'' | prescription | pharmacist | leaflet."""
    review_id: str = ""
    register_id: str = ""
    answers: tuple[Answer, ...] = ()
    insurance: str = ""
    insurance_code: str = ""
    fund_eligible: bool = False
    tax_code: str = ""
    tax_rate_bp: int = 0


class Cut(Record):
    """A fen-exact share of a price reduction: which line, and why."""

    line_id: str
    cause_kind: str
    """member_price | percent | amount_off | threshold | nth_cheaper | bundle | gift | coupon | price_change | rounding."""
    cause_id: str
    title_zh: str
    title_en: str
    amount_fen: int
    """Positive: how much less the customer pays."""


class Tender(Record):
    """One means of payment that was taken (or given back, on a return)."""

    tender_id: str
    method: str
    title_zh: str
    title_en: str
    kind: str
    """cash | recorded."""
    amount_fen: int
    """What counts towards the sale."""
    handed_fen: int
    """What the customer handed over; above amount only for cash."""
    last_digits: str = ""
    at: datetime


class SaleClosed(Record):
    """A sale was paid: the fact that must never be lost or doubled."""

    sale_id: str
    basket_id: str
    shift_id: str
    till: str
    cashier: str
    member_id: str = ""
    patient: Patient = Patient()
    opened_at: datetime
    lines: tuple[SaleLine, ...]
    cuts: tuple[Cut, ...]
    tenders: tuple[Tender, ...]
    subtotal_fen: int
    cut_fen: int
    rounding_fen: int
    payable_fen: int
    change_fen: int
    pharmacist: str = ""
    """Staff id of the pharmacist on duty at payment, or ''."""
    reviews: tuple[str, ...] = ()
    invoice_wanted: bool = False
    paper: bool = True
    rule_pack: str
    """Version of the rule pack that judged it."""


class ReturnLine(Record):
    """One line taken back, mirrored to stock or to the reject zone."""

    line_id: str
    original_line_id: str
    product_id: str
    generic_name: str
    spec: str = ""
    unit: str = ""
    quantity: int
    amount_fen: int
    lot_id: str = ""
    lot_no: str = ""
    zone: str
    """shelf | reject (不合格品区): medicines never go back to the shelf."""
    codes: tuple[SoldCode, ...] = ()


class ReturnClosed(Record):
    """Goods and money went back against an original sale, or a whole sale was voided by compensation."""

    return_id: str
    kind: str
    """return | void."""
    original_sale_id: str
    original_number: str
    shift_id: str
    till: str
    cashier: str
    approved_by: str
    reason: str
    """quality | recall | dispensing_error | changed_mind | wrong_goods | double_charge | other."""
    member_id: str = ""
    lines: tuple[ReturnLine, ...]
    refunds: tuple[Tender, ...]
    total_fen: int
    rounding_fen: int = 0


class TenderCorrected(Record):
    """A tender booked under the wrong kind was re-booked; goods and codes untouched."""

    correction_id: str
    sale_id: str
    tender_id: str
    from_method: str
    to_method: str
    amount_fen: int
    shift_id: str
    reason: str
    approved_by: str


class ReceiptReprinted(Record):
    """A receipt was printed again under 补打 and a counter."""

    event_id: str
    copy_no: int


class DrawerOpened(Record):
    """The drawer was opened without a sale."""

    shift_id: str
    reason: str


class ReviewSigned(Record):
    """A pharmacist reviewed a prescription; names and diagnosis live in the private blob."""

    review_id: str
    basket_id: str
    products: tuple[str, ...]
    blob_id: str
    """Private blob: prescription number or image digest, institution, doctor, date, patient, diagnosis."""
    prescribed_on: date
    valid_days: int = 1
    """Days the prescription holds, its own day counted."""
    reviewer: str
    dispenser: str
    checker: str
    verdict: str
    """approved | rejected."""
    source: str
    """number | image."""
    reason: str = ""
    """Why it was rejected, coded; left out of the bytes where none was given, as in every event from before it was asked."""

    @model_serializer(mode="wrap")
    def _without_empty_reason(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = whole(self)
        if not self.reason:
            fields.pop("reason", None)
        return fields


class BuyerRegistered(Record):
    """The buyer of a register medicine showed an ID; the ID itself lives in the private blob."""

    register_id: str
    basket_id: str
    register_kind: str
    """ephedrine | psych2 | special_compound."""
    blob_id: str
    buyer_hash: str
    """Keyed hash of the ID number, for limits across sales; not reversible without the store's key."""


class StockReceived(Record):
    """Goods-in of one lot (入库), with the trace codes of its boxes where they were scanned."""

    receipt_id: str
    product_id: str
    lot_id: str
    lot_no: str
    made_on: date | None = None
    expires_on: date
    quantity: int
    codes: tuple[str, ...] = ()
    supplier_code: str = ""


class StockCorrected(Record):
    """A person corrected the stock of a lot, with a coded reason."""

    correction_id: str
    product_id: str
    lot_id: str
    zone: str
    delta: int
    reason: str
    """count | damage | expired | found | oversold | import."""
    approved_by: str


class LotStateSet(Record):
    """A lot was locked, recalled or released."""

    lot_id: str
    product_id: str
    state: str
    reason: str
    approved_by: str


class CodeBound(Record):
    """A scanned code was bound to a product: a trace prefix, or a further barcode."""

    kind: str
    """trace_prefix | barcode."""
    code: str
    product_id: str


class DutyDone(Record):
    """A daily duty (温湿度 and others) was done, with its figures."""

    duty: str
    slot: str
    """am | pm | day."""
    day: date
    figures: tuple[tuple[str, int], ...] = ()
    """Named whole numbers, e.g. ('temperature_dc', 225) for 22.5 °C."""
    in_range: bool
    action: str = ""


class MemberAttached(Record):
    """A member was attached to a sale within the time allowed after payment (points yes, price no)."""

    sale_id: str
    member_id: str


class MemberProven(Record):
    """A member proved who they are with a dynamic code, whose step is thereby used up on this till."""

    basket_id: str
    member_id: str
    handle: str
    """Nine digits that name the member in the code."""
    proof: str = "dynamic"
    step: Count
    """The running number of the time step that the code was made for."""


class MemberVerified(Record):
    """A code that headquarters sent to a member's phone was told back at this till, once: whoever told it has that phone."""

    verification_id: str
    """Under which headquarters knows what was sent and told back, without code and phone."""
    member_id: str
    purpose: str
    """member (in a sale) | join | consent."""
    basket_id: str = ""
    """The sale in which it counts; '' outside one."""


class MemberRevealed(Record):
    """Somebody looked at more of a member than a mask shows, or asked headquarters for a member of another store."""

    member_id: str = ""
    """'' where headquarters knew nobody by what was asked."""
    what: str
    """phone | name | card of a member at hand; visitor for one asked of headquarters."""
    purpose: str
    """Code of a purpose in the rules."""


class MemberJoined(Record):
    """Somebody became a member at this till; name, phone and birthday live in a private blob."""

    member_id: str
    blob_id: str
    """Private blob `member_profile`: canonical JSON of the `Member` record."""
    source: str
    """store | guide | campaign | referral | receipt_qr, see `resources/rules/joining.json`."""
    guide: str = ""
    """Staff id of whoever won the member; the reward waits until headquarters has verified them."""
    referrer_id: str = ""
    """The member who recommended the shop; the reward waits likewise."""
    campaign_id: str = ""
    guardian_id: str = ""
    """The member who answers for a minor; '' for an adult, and where nobody asked for an age."""


class IdentityClaimed(Record):
    """A member was said to own an identity (a phone number, a card …); the value itself lives in a private blob."""

    claim_id: str
    member_id: str
    kind: str
    """phone | card | union | wechat | alipay | jpass."""
    level: str
    """stated | shown | proven."""
    blob_id: str
    """Private blob `identity`: canonical JSON {"kind", "value"}."""


class ConsentSet(Record):
    """A member gave or withdrew consent to one purpose, by one version of its text."""

    consent_id: str
    member_id: str
    purpose: str
    """A purpose of `resources/texts/consents.json`."""
    text_version: str
    """The version of the text that was shown; of a withdrawal, of the text shown then."""
    given: bool
    """False: refused or withdrawn."""
    channel: str
    """spoken | signature | code."""
    guardian_id: str = ""
    """The member who consented for a minor."""
    after: datetime | None = None
    """When the word was said that this till knew before, by that word's own reckoning; the beginning of time where it knew none.

    Left out of the bytes of every event from before this was told."""
    evidence: str = ""
    """Private blob `signature`, or the verification of a code that was told back; '' for a spoken word, and then left out."""
    digest: str = ""
    """SHA-256 of the signature as it was kept, as hex; left out where there is none."""

    @model_serializer(mode="wrap")
    def _without_what_was_not_told(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = whole(self)
        if fields.get("after", 0) is None:
            del fields["after"]
        for name in ("evidence", "digest"):
            if not fields.get(name, "-"):
                del fields[name]
        return fields


class AllergiesAsked(Record):
    """Somebody asked a member, or for a person they buy for, about allergies; what was said lives in private blobs."""

    member_id: str
    person_id: str = ""
    """Whose allergies; '' for the member's own."""
    blob_id: str
    """Private blob `member_profile` or `family_profile` with what is on record from now on."""
    note_id: str
    """Private blob `allergies_asked`: who asked, when, and what was said then."""


class FamilySet(Record):
    """A person whom a member buys for was entered or put right."""

    person_id: str
    member_id: str
    blob_id: str
    """Private blob `family_profile`: canonical JSON of the `FamilyPerson` record."""


class CouponGranted(Record):
    """This till granted a coupon by a rule of the house, such as the gift for joining; headquarters hears of it here first."""

    serial: str
    """Made from member and rule, so that the same grant told twice is one."""
    offer_id: str
    coupon_class: str
    """A | B, see `coupon_token.CLASSES`."""
    member_id: str
    rule: str
    """join."""
    starts_on: date
    ends_on: date
    """Last good day."""
    face_fen: int
    """The most it can cost, in fen."""


class PointsMoved(Record):
    """Points of a member moved; in the same unit as the sale, return, void or late attach that moved them."""

    entry_id: str
    """Made from its cause (`earn:<sale_id>`, `unearn:<return_id>`), so that the same movement told twice is one."""
    member_id: str
    kind: str
    """earn | spend | unearn | unspend | adjust."""
    points: Count
    """Positive; an adjustment alone may be negative."""
    of: str = ""
    """The entry that this one takes back, in part or whole."""
    expires_on: date | None = None
    """Last good day of what is earned; None never expires."""
    owner_id: str
    """The sale or return that it belongs to."""
    rules: str = ""
    """Version of the rules that it was reckoned by."""
    reservation: str = ""
    """Of a spend: under what headquarters had put the points by; left out of the bytes of every other movement."""

    @model_serializer(mode="wrap")
    def _without_what_was_not(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = whole(self)
        if not fields.get("reservation", "-"):
            fields.pop("reservation")
        return fields


class StoredLoaded(Record):
    """A member paid money in (储值); it is no turnover, and it is the member's own until it is spent or paid out."""

    load_id: str
    member_id: str
    shift_id: str
    till: str
    staff_id: str
    principal_fen: Fen
    """What was paid, the sum of the tenders."""
    bonus_fen: Fen
    """What the chain gives on top."""
    tenders: tuple[Tender, ...]
    rules: str = ""
    """Version of the rules that it was reckoned by."""


class StoredMoved(Record):
    """Stored value paid a sale, or came back with a return; in the same unit as that sale, return or void."""

    entry_id: str
    """Made from its cause (`spend:<sale_id>`, `unspend:<return_id>`), so that the same movement told twice is one."""
    member_id: str
    kind: str
    """spend | unspend."""
    principal_fen: Fen
    """Not negative."""
    bonus_fen: Fen
    """Not negative; both together are the tender."""
    of: str = ""
    """The entry that this one takes back, in part or whole."""
    owner_id: str
    """The sale or return that it belongs to."""
    hold_id: str = ""
    """Of a spend: under what headquarters had put it by; left out of the bytes of every other movement."""

    @model_serializer(mode="wrap")
    def _without_what_was_not(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = whole(self)
        if not fields.get("hold_id", "-"):
            fields.pop("hold_id")
        return fields


class StoredPaidOut(Record):
    """Stored value was paid back to the member: all that was left (退余额), or a load of this shift that is taken back by compensation."""

    payout_id: str
    member_id: str
    shift_id: str
    till: str
    staff_id: str
    approved_by: str
    """Who answers for it."""
    reason: str
    """asked | moving | erasure | unload: the load of this shift below was wrong."""
    load_id: str = ""
    """The load that is taken back; '' where the rest is paid out."""
    hold_id: str
    """Under what headquarters had put it by."""
    principal_fen: Fen
    """What was paid out, the sum of the tenders."""
    bonus_fen: Fen
    """What the chain had given on top, and lapses with it."""
    tenders: tuple[Tender, ...]


def stored_entry_of(body: StoredLoaded | StoredMoved | StoredPaidOut) -> tuple[str, str, str]:
    """(entry id, kind, what it takes back) of the movement of stored value that an event makes, alike at a till and at headquarters."""
    match body:
        case StoredLoaded():
            return f"load:{body.load_id}", "load", ""
        case StoredMoved():
            return body.entry_id, body.kind, body.of
        case StoredPaidOut(load_id=""):
            return f"payout:{body.payout_id}", "payout", ""
        case _:
            return f"unload:{body.load_id}", "unload", f"load:{body.load_id}"


class CouponRedeemed(Record):
    """A personal coupon was used up by a sale; in the same unit as the sale."""

    serial: str
    offer_id: str
    coupon_class: str
    """A | B | C | D, see `coupon_token.CLASSES`."""
    member_id: str = ""
    """Whose right it was; '' for whoever bore it."""
    sale_id: str
    cut_fen: int
    """What it took off, in fen."""
    token_mark: str
    """First 16 hex digits of the SHA-256 of the signed token: the evidence; '' for what a till granted by itself (`CouponGranted`)."""
    offline: bool = False
    """Whether the till had no line to headquarters."""
    lease_id: str = ""
    """The till's share that it was taken from (class C)."""
    reservation_id: str = ""
    """Under what headquarters had put it by for this sale (class D)."""
    list_age_h: int = 0
    """Hours since headquarters was last heard on coupons, where that is longer than the class allows; then it is looked into."""

    @model_serializer(mode="wrap")
    def _without_what_was_not(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = whole(self)
        for name in ("lease_id", "reservation_id", "list_age_h"):
            if not fields.get(name, 1):
                fields.pop(name)
        return fields


class CouponRefused(Record):
    """A coupon that was shown could not be used, and why."""

    serial: str = ""
    """'' where the signature did not hold."""
    offer_id: str = ""
    member_id: str = ""
    """Of the open sale."""
    basket_id: str
    reason: str
    """forged | class | holder | store | early | late | spent | revoked | offer | lease_none | lease_over | lease_spent | online |
    reserved | unlawful …"""
    token_mark: str


class CouponReleased(Record):
    """A coupon came back to its holder with the return of the whole sale, or in part; in the same unit as the return."""

    serial: str
    offer_id: str
    member_id: str = ""
    sale_id: str
    return_id: str
    part_fen: int = 0
    """What it is worth from now on, where only a part came back; 0 for the whole."""

    @model_serializer(mode="wrap")
    def _without_part(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = whole(self)
        if not self.part_fen:
            fields.pop("part_fen", None)
        return fields


class LeaseReturned(Record):
    """A till gave back what it had not used of its share: nothing of it is used after this event."""

    lease_id: str
    used: Count
    """Rights that stand used on this till."""
    rights: Count
    """Rights the till had been told of."""
    reason: str
    """ended | withdrawn."""


class TradeTaken(Record):
    """An old article was taken back in trade (以旧换新); in the same unit as its sale."""

    trade_id: str
    sale_id: str
    serial: str
    """The coupon or offer whose subsidy it earned; '' where it earned none."""
    offer_id: str
    kind: str
    """What it is, as a code: bp_meter, glucometer, thermometer, expired_medicine …"""
    pieces: Count
    mark: str = ""
    """First 16 hex digits of the SHA-256 of its serial number, or '' where it bears none: the same one is taken back once."""
    subsidy_fen: int
    """0 for what is taken back without money: expired medicine, or an article that no offer of the sale pays for."""
    condition: str = ""
    """works | broken | damaged …, left out of the bytes where nobody said."""

    @model_serializer(mode="wrap")
    def _without_condition(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = whole(self)
        if not self.condition:
            fields.pop("condition", None)
        return fields


class InvoiceWished(Record):
    """The customer wants an invoice for a sale; a later wish of the same sale takes the place of this one until one is issued."""

    wish_id: str
    sale_id: str
    blob_id: str = ""
    """Private blob: name, tax number, address and bank of the buyer; '' while nobody named them."""
    source: str = ""
    """'' | typed | scanned."""


class InvoiceIssued(Record):
    """The invoice that a customer wished for was issued outside this till."""

    wish_id: str
    sale_id: str
    invoice_no: str = ""
    """Its number in digits, or '' where nobody noted it."""


class ReadingTaken(Record):
    """A body reading (血压, 血糖 …) of a member was kept; its figures live in the private blob."""

    reading_id: str
    member_id: str
    kind: str
    """pressure | glucose | weight | height | waist | hba1c | lipids | uric_acid, see `resources/rules/care.json`."""
    blob_id: str
    """Private blob `reading`: figures and occasion."""
    place: str
    """store | home | file (a meter's memory)."""
    taken_at: datetime
    """When it was measured; a meter's file tells of past days."""


class UsageSet(Record):
    """How a member takes a medicine was noted, or that they do not take it any more; the dose lives in the private blob."""

    usage_id: str
    member_id: str
    product_id: str
    blob_id: str = ""
    """Private blob `reading`: dose, times and occasion; '' when it ended."""
    ended: bool = False


class TargetSet(Record):
    """A pharmacist set what a member's readings of a kind should keep within; the figures live in the private blob."""

    target_id: str
    member_id: str
    kind: str
    blob_id: str


class FollowUpSet(Record):
    """A talk with a member, or a further measurement, was put down for a day."""

    followup_id: str
    member_id: str
    kind: str
    """call | measure."""
    reason: str
    """reading | refill | asked."""
    due_on: date
    reading_id: str = ""
    """The reading that asked for it."""


class FollowUpDone(Record):
    """What came of a follow-up."""

    followup_id: str
    member_id: str
    outcome: str
    """reached | not_reached | refused | moved | done."""
    done_at: datetime
    due_on: date | None = None
    """The next day, where it stays open."""
    blob_id: str = ""
    """Private blob `note`: what was found, coded; '' for nothing."""


class PersonErased(Record):
    """Everything kept about a person is destroyed here, but for what a law keeps; headquarters does the same everywhere (PIPL Art. 47)."""

    member_id: str
    reason: str
    """asked | withdrawn | expired."""
    asked_via: str
    """till | headquarters: where the person, or the term, asked for it."""


class CatalogueImported(Record):
    """A file of the shop's own was imported."""

    kind: str
    sha256: str
    created: int
    updated: int


class ExportMade(Record):
    """An export was written; this is its signed last frame's content."""

    first_seq: int
    events: int
    head: str
    sales_fen: int
    returns_fen: int


class SettingChanged(Record):
    """A person changed how this till works; of texts and lists only that they changed is told."""

    key: str
    person: str = ""
    """Whose own setting it is; '' for the till's."""
    was: str = ""
    now: str = ""
    """The values as JSON; '' for texts and lists."""
