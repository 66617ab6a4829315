"""The envelope's bytes never change: one golden file per event type, and what `unseal` refuses."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.records import events as ev
from app.records.base import Record
from app.records.envelope import GENESIS, EnvelopeFault, Place, digest, printed_number, seal, split_signature, unseal
from app.records.keys import DeviceKey, verifies
from app.records.registry import EVENTS, TYPE_OF, body_of

GOLDEN = Path(__file__).parents[2] / "golden" / "events"
KEY = DeviceKey.from_bytes(bytes(range(32)))
AT = datetime(2026, 11, 21, 1, 2, 3, 456000, tzinfo=UTC)
DAY = date(2026, 11, 21)
PIECES = (ev.CashPiece(denomination_fen=10000, pieces=3), ev.CashPiece(denomination_fen=100, pieces=7))
TENDER = ev.Tender(
    tender_id="tender-1",
    method="cash",
    title_zh="现金",
    title_en="Cash",
    kind="cash",
    amount_fen=2560,
    handed_fen=3000,
    at=AT,
)
TOTALS = ev.ShiftTotals(
    sales=12,
    sales_fen=123456,
    returns=1,
    returns_fen=1280,
    cuts_fen=600,
    rounding_fen=6,
    float_fen=50000,
    expected_cash_fen=98765,
    tenders=(ev.TenderTotal(method="cash", sales=9, amount_fen=50045, refunds=1, refund_fen=1280),),
)

EXAMPLES: dict[str, Record] = {
    "epoch.opened@1": ev.EpochOpened(previous_epoch="0123456789abcdef", till="01"),
    "clock.confirmed@1": ev.ClockConfirmed(day=DAY, last_event_at=AT, clock_said=AT),
    "staff.signed_in@1": ev.StaffSignedIn(staff_id="staff-1", by="pin"),
    "duty.pharmacist@1": ev.DutyPharmacist(staff_id="staff-2", on_duty=True),
    "shift.opened@1": ev.ShiftOpened(shift_id="shift-1", till="01", staff_id="staff-1", float_fen=50000, pieces=PIECES),
    "cash.moved@1": ev.CashMoved(move_id="move-1", shift_id="shift-1", amount_fen=-20000, reason="to_safe", approved_by="staff-3"),
    "shift.closed@1": ev.ShiftClosed(
        shift_id="shift-1",
        till="01",
        staff_id="staff-1",
        handed_to="staff-4",
        z_no=7,
        opened_at=AT,
        totals=TOTALS,
        counts=(ev.CashCount(pieces=PIECES, counted_fen=30700, at=AT),),
        counted_fen=30700,
        difference_fen=-5,
        difference_reason="change_error",
        float_left_fen=30000,
        remit_fen=700,
        perpetual_fen=9876543210,
        held_baskets=1,
        unsent_events=3,
        unprinted_jobs=0,
    ),
    "day.closed@1": ev.DayClosed(day=DAY, shifts=("shift-1", "shift-2"), totals=TOTALS, perpetual_fen=9876543210, backup="ab" * 32),
    "basket.dropped@1": ev.BasketDropped(basket_id="basket-1", shift_id="shift-1", lines=2, amount_fen=2560, opened_at=AT),
    "sale.closed@1": ev.SaleClosed(
        sale_id="sale-1",
        basket_id="basket-1",
        shift_id="shift-1",
        till="01",
        cashier="staff-1",
        member_id="member-1",
        patient=ev.Patient(kind="family", ref="family-1", age_months=42, weight_g=15500),
        opened_at=AT,
        lines=(
            ev.SaleLine(
                line_id="line-1",
                no=1,
                product_id="product-1",
                generic_name="阿莫西林胶囊",
                brand_name="",
                form="胶囊剂",
                strength="0.25g",
                spec="0.25g×24粒",
                unit="盒",
                maker="示例制药（虚构）",
                approval_no="国药准字H00000000",
                barcode="6900000000014",
                rx_class="rx",
                quantity=2,
                list_price_fen=1280,
                unit_price_fen=1280,
                amount_fen=2260,
                cost_fen=800,
                lot_id="lot-1",
                lot_no="A2601",
                expires_on=date(2028, 4, 30),
                lot_source="code",
                near_expiry=False,
                codes=(ev.SoldCode(code="81234560000000000017", entry="scanned"),),
                code_missing_reason="torn",
                salesperson="staff-1",
                direction_source="prescription",
                review_id="review-1",
                answers=(ev.Answer(rule="near_expiry", choice="told", by="staff-1", at=AT),),
                insurance="A",
                insurance_code="XJ01CAA040E001010100000",
                tax_code="1070304",
                tax_rate_bp=1300,
            ),
        ),
        cuts=(
            ev.Cut(
                line_id="line-1",
                cause_kind="threshold",
                cause_id="offer-1",
                title_zh="满20减3",
                title_en="3 off 20",
                amount_fen=300,
            ),
        ),
        tenders=(TENDER,),
        subtotal_fen=2560,
        cut_fen=300,
        rounding_fen=0,
        payable_fen=2260,
        change_fen=440,
        pharmacist="staff-2",
        reviews=("review-1",),
        invoice_wanted=True,
        paper=True,
        rule_pack="2026.11",
    ),
    "return.closed@1": ev.ReturnClosed(
        return_id="return-1",
        kind="return",
        original_sale_id="sale-1",
        original_number="S001-01-0123-9-89abcdef",
        shift_id="shift-1",
        till="01",
        cashier="staff-1",
        approved_by="staff-3",
        reason="quality",
        member_id="member-1",
        lines=(
            ev.ReturnLine(
                line_id="rline-1",
                original_line_id="line-1",
                product_id="product-1",
                generic_name="阿莫西林胶囊",
                spec="0.25g×24粒",
                unit="盒",
                quantity=1,
                amount_fen=1130,
                lot_id="lot-1",
                lot_no="A2601",
                zone="reject",
                codes=(ev.SoldCode(code="81234560000000000017", entry="typed"),),
            ),
        ),
        refunds=(TENDER,),
        total_fen=1130,
    ),
    "tender.corrected@1": ev.TenderCorrected(
        correction_id="correction-1",
        sale_id="sale-1",
        tender_id="tender-1",
        from_method="cash",
        to_method="card",
        amount_fen=2560,
        shift_id="shift-1",
        reason="wrong_key",
        approved_by="staff-3",
    ),
    "receipt.reprinted@1": ev.ReceiptReprinted(event_id="event-1", copy_no=2),
    "drawer.opened@1": ev.DrawerOpened(shift_id="shift-1", reason="change"),
    "review.signed@1": ev.ReviewSigned(
        review_id="review-1",
        basket_id="basket-1",
        products=("product-1",),
        blob_id="blob-1",
        prescribed_on=DAY,
        reviewer="staff-2",
        dispenser="staff-1",
        checker="staff-2",
        verdict="approved",
        source="number",
    ),
    "buyer.registered@1": ev.BuyerRegistered(
        register_id="register-1",
        basket_id="basket-1",
        register_kind="ephedrine",
        blob_id="blob-2",
        buyer_hash="cd" * 32,
    ),
    "stock.received@1": ev.StockReceived(
        receipt_id="receipt-1",
        product_id="product-1",
        lot_id="lot-1",
        lot_no="A2601",
        made_on=date(2026, 5, 1),
        expires_on=date(2028, 4, 30),
        quantity=40,
        codes=("81234560000000000017",),
        supplier_code="SUP1",
    ),
    "stock.corrected@1": ev.StockCorrected(
        correction_id="correction-2",
        product_id="product-1",
        lot_id="lot-1",
        zone="shelf",
        delta=-2,
        reason="damage",
        approved_by="staff-3",
    ),
    "lot.state_set@1": ev.LotStateSet(
        lot_id="lot-1", product_id="product-1", state="locked", reason="quality_doubt", approved_by="staff-2"
    ),
    "code.bound@1": ev.CodeBound(kind="trace_prefix", code="8123456", product_id="product-1"),
    "duty.done@1": ev.DutyDone(duty="climate", slot="am", day=DAY, figures=(("temperature_dc", 225), ("humidity_pc", 48)), in_range=True),
    "invoice.wished@1": ev.InvoiceWished(wish_id="wish-1", sale_id="sale-1", blob_id="blob-3", source="scanned"),
    "invoice.issued@1": ev.InvoiceIssued(wish_id="wish-1", sale_id="sale-1", invoice_no="26110000000000000017"),
    "member.attached@1": ev.MemberAttached(sale_id="sale-1", member_id="member-1"),
    "points.moved@1": ev.PointsMoved(
        entry_id="unearn:return-1",
        member_id="member-1",
        kind="unearn",
        points=12,
        of="earn:sale-1",
        expires_on=date(2028, 11, 30),
        owner_id="return-1",
        rules="1",
    ),
    "stored.loaded@1": ev.StoredLoaded(
        load_id="load-1",
        member_id="member-1",
        shift_id="shift-1",
        till="01",
        staff_id="staff-1",
        principal_fen=50_000,
        bonus_fen=3_000,
        tenders=(TENDER,),
        rules="1",
    ),
    "stored.moved@1": ev.StoredMoved(
        entry_id="spend:sale-1",
        member_id="member-1",
        kind="spend",
        principal_fen=1_900,
        bonus_fen=100,
        owner_id="sale-1",
        hold_id="hold-1",
    ),
    "stored.paid_out@1": ev.StoredPaidOut(
        payout_id="payout-1",
        member_id="member-1",
        shift_id="shift-1",
        till="01",
        staff_id="staff-1",
        approved_by="staff-2",
        reason="unload",
        load_id="load-1",
        hold_id="hold-2",
        principal_fen=50_000,
        bonus_fen=3_000,
        tenders=(TENDER,),
    ),
    "coupon.redeemed@1": ev.CouponRedeemed(
        serial="019a0000-0000-7000-8000-000000000001",
        offer_id="right-chronic-120",
        coupon_class="B",
        member_id="member-1",
        sale_id="sale-1",
        cut_fen=2000,
        token_mark="00112233445566ff",
        offline=True,
    ),
    "coupon.refused@1": ev.CouponRefused(
        serial="019a0000-0000-7000-8000-000000000001",
        offer_id="right-chronic-120",
        member_id="member-1",
        basket_id="basket-1",
        reason="spent",
        token_mark="00112233445566ff",
    ),
    "coupon.released@1": ev.CouponReleased(
        serial="019a0000-0000-7000-8000-000000000001",
        offer_id="right-chronic-120",
        member_id="member-1",
        sale_id="sale-1",
        return_id="return-1",
    ),
    "allergies.asked@1": ev.AllergiesAsked(member_id="member-1", person_id="family-1", blob_id="blob-1", note_id="blob-2"),
    "family.set@1": ev.FamilySet(person_id="family-1", member_id="member-1", blob_id="blob-1"),
    "coupon.granted@1": ev.CouponGranted(
        serial="019a0000-0000-5000-8000-000000000001",
        offer_id="right-join-10",
        coupon_class="A",
        member_id="member-1",
        rule="join",
        starts_on=DAY,
        ends_on=date(2026, 12, 20),
        face_fen=1000,
    ),
    "member.joined@1": ev.MemberJoined(
        member_id="019a0000-0000-7000-8000-000000000002",
        blob_id="019a0000-0000-7000-8000-000000000003",
        source="referral",
        guide="staff-1",
        referrer_id="member-1",
        campaign_id="campaign-1",
        guardian_id="member-2",
    ),
    "identity.claimed@1": ev.IdentityClaimed(
        claim_id="019a0000-0000-7000-8000-000000000004",
        member_id="019a0000-0000-7000-8000-000000000002",
        kind="phone",
        level="stated",
        blob_id="019a0000-0000-7000-8000-000000000005",
    ),
    "consent.set@1": ev.ConsentSet(
        consent_id="019a0000-0000-7000-8000-000000000006",
        member_id="019a0000-0000-7000-8000-000000000002",
        purpose="membership",
        text_version="2026-11",
        given=True,
        channel="spoken",
        guardian_id="member-2",
    ),
    "reading.taken@1": ev.ReadingTaken(
        reading_id="reading-1", member_id="member-1", kind="pressure", blob_id="blob-9", place="store", taken_at=AT
    ),
    "usage.set@1": ev.UsageSet(usage_id="usage-1", member_id="member-1", product_id="product-1", blob_id="blob-10"),
    "target.set@1": ev.TargetSet(target_id="target-1", member_id="member-1", kind="pressure", blob_id="blob-11"),
    "followup.set@1": ev.FollowUpSet(
        followup_id="followup-1", member_id="member-1", kind="call", reason="reading", due_on=DAY, reading_id="reading-1"
    ),
    "followup.done@1": ev.FollowUpDone(
        followup_id="followup-1", member_id="member-1", outcome="moved", done_at=AT, due_on=date(2026, 11, 28), blob_id="blob-12"
    ),
    "lease.returned@1": ev.LeaseReturned(lease_id="lease-1", used=7, rights=20, reason="ended"),
    "trade.taken@1": ev.TradeTaken(
        trade_id="trade-1",
        sale_id="sale-1",
        serial="019a0000-0000-7000-8000-000000000001",
        offer_id="right-meter",
        kind="bp_meter",
        pieces=1,
        mark="00112233445566ff",
        subsidy_fen=3000,
    ),
    "catalogue.imported@1": ev.CatalogueImported(kind="products", sha256="ef" * 32, created=1500, updated=3),
    "export.made@1": ev.ExportMade(first_seq=1, events=23, head="12" * 32, sales_fen=2260, returns_fen=1130),
    "setting.changed@1": ev.SettingChanged(key="cash.tolerance_fen", was="0", now="1000"),
    "member.proven@1": ev.MemberProven(basket_id="basket-1", member_id="member-1", handle="000000123", step=59712345),
    "member.verified@1": ev.MemberVerified(
        verification_id="019a0000-0000-7000-8000-000000000061", member_id="member-1", purpose="member", basket_id="basket-1"
    ),
    "member.revealed@1": ev.MemberRevealed(member_id="member-1", what="phone", purpose="call"),
    "person.erased@1": ev.PersonErased(member_id="member-1", reason="asked", asked_via="till"),
}


def sealed(body: Record, seq: int = 9, prev: str = GENESIS) -> bytes:
    """A body in the golden envelope."""
    return seal(
        body,
        Place(KEY.device, "0123456789abcdef", seq, prev, "S001"),
        event_id="019aa000-0000-7000-8000-000000000001",
        actor="staff-1",
        day=DAY,
        at=AT,
        monotonic_ms=123456,
        hub_at="2026-11-21T01:02:00.000Z",
        cursor="product:42",
        app_version="0.1.0",
        sign=KEY.sign,
    )


def test_every_event_type_has_an_example() -> None:
    assert set(EXAMPLES) == set(EVENTS)


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_bytes_of_an_event_are_those_of_the_golden_file(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    raw = sealed(EXAMPLES[name])
    if os.environ.get("YAOGUI_WRITE_GOLDEN") == "new" and not path.exists():
        path.write_bytes(raw)
    assert raw == path.read_bytes()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_every_golden_file_is_still_readable_signed_and_valid(path: Path) -> None:
    raw = path.read_bytes()
    envelope = unseal(raw)
    head, signature = split_signature(raw)
    assert verifies(KEY.public(), head, signature)
    body = body_of(envelope.type, envelope.body)
    assert TYPE_OF[type(body)] == envelope.type
    assert body == EXAMPLES[envelope.type]


def test_keys_stand_in_the_declared_order() -> None:
    keys = re.findall(r'^\{"type":|,"(id|device|epoch|seq|prev|store|actor|day|clock|cursor|app|body|alg|sig)":', _flat())
    assert keys[1:] == ["id", "device", "epoch", "seq", "prev", "store", "actor", "day", "clock", "cursor", "app", "body", "alg", "sig"]


def _flat() -> str:
    """An envelope whose nested objects are emptied, so that only its own keys remain."""
    text = sealed(ev.MemberAttached(sale_id="a", member_id="b")).decode()
    return re.sub(r":\{[^{}]*\}", ":{}", text)


def test_a_float_anywhere_in_a_body_is_refused() -> None:
    class Loose(ev.CodeBound):
        """A body with a field no event has."""

        weight: float = 0.5

    TYPE_OF[Loose] = "loose@1"
    try:
        with pytest.raises(EnvelopeFault, match="float"):
            sealed(Loose(kind="barcode", code="1", product_id="p"))
    finally:
        del TYPE_OF[Loose]


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(EnvelopeFault, match="naive_time"):
        seal(
            EXAMPLES["code.bound@1"],
            Place(KEY.device, "0" * 16, 1, GENESIS, "S"),
            event_id="x",
            actor="",
            day=DAY,
            at=datetime(2026, 1, 1),
            monotonic_ms=0,
            hub_at="",
            cursor="",
            app_version="",
            sign=KEY.sign,
        )


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields | {"extra": 1},
        lambda fields: {key: fields[key] for key in fields if key != "store"},
        lambda fields: dict(reversed(fields.items())),
        lambda fields: fields | {"seq": 0},
        lambda fields: fields | {"seq": True},
        lambda fields: fields | {"prev": "00"},
        lambda fields: fields | {"day": "today"},
        lambda fields: fields | {"body": {"x": 0.5}},
    ],
)
def test_a_line_that_seal_could_not_have_written_is_refused(change: Any) -> None:
    fields = json.loads(sealed(EXAMPLES["code.bound@1"]))
    raw = json.dumps(change(fields), ensure_ascii=False, separators=(",", ":")).encode()
    with pytest.raises(EnvelopeFault):
        unseal(raw)


def test_the_same_fields_with_other_spacing_are_refused() -> None:
    raw = sealed(EXAMPLES["code.bound@1"])
    with pytest.raises(EnvelopeFault, match="not_canonical"):
        unseal(raw.replace(b'"seq":9', b'"seq": 9'))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_refused_and_never_crash(noise: bytes) -> None:
    with pytest.raises(EnvelopeFault):
        unseal(noise)


@settings(max_examples=80, deadline=None)
@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=255))
def test_one_changed_byte_is_refused_or_breaks_the_signature(at: int, by: int) -> None:
    raw = bytearray(sealed(EXAMPLES["sale.closed@1"]))
    raw[at % len(raw)] ^= by
    try:
        unseal(bytes(raw))
        head, signature = split_signature(bytes(raw))
    except EnvelopeFault:
        return
    original_head, original_signature = split_signature(sealed(EXAMPLES["sale.closed@1"]))
    assert (head, signature) == (original_head, original_signature) or not verifies(KEY.public(), head, signature)


def test_printed_number_ends_with_the_chain_head_it_witnesses() -> None:
    raw = sealed(EXAMPLES["sale.closed@1"])
    number = printed_number(unseal(raw).place, "01", digest(raw))
    assert number == f"S001-01-0123-9-{digest(raw)[-8:]}"
