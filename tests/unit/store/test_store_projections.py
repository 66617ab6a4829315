"""What events do to the tables, and that replaying them gives the same tables again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from app.records import events as ev
from app.records.catalogue import Lot
from app.store import tables as t
from app.store.open_store import Store
from app.store.stock import EndingStock
from app.store.verify import rebuild

DAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every projection's rows, in key order."""
    connection = store.readers.connection()
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
        for table in (*t.PROJECTIONS, t.lot, t.points_entry, t.coupon_right, t.consent)
    }


def a_day(store: Store, till: Any) -> None:
    """One event of every kind that moves a row."""
    store.stock.import_opening([till.lot(0), till.lot(1)], {"lot-0": 5, "lot-1": 5}, {"lot-0": ["code-0-1", "x"]}).result(60)
    store.inbox.apply("lot", [{**till.lot(7).model_dump(mode="json"), "state": "recalled"}], "c1").result(60)
    till.record(
        store,
        till.shift(),
        ev.DutyPharmacist(staff_id="ph", on_duty=True),
        ev.DutyPharmacist(staff_id="ph2", on_duty=True),
        ev.DutyPharmacist(staff_id="ph", on_duty=False),
        ev.ReviewSigned(
            review_id="rv",
            basket_id="b-1",
            products=("p-0", "p-1"),
            blob_id="bl",
            prescribed_on=DAY,
            reviewer="ph2",
            dispenser="u1",
            checker="ph2",
            verdict="approved",
            source="number",
        ),
        ev.BuyerRegistered(register_id="rg", basket_id="b-1", register_kind="ephedrine", blob_id="b2", buyer_hash="h" * 64),
    )
    registered = till.sale(1, cash_fen=1500)
    lines = tuple(line.model_copy(update={"register_id": "rg"}) for line in registered.lines)
    cut = ev.Cut(line_id="s-1-0", cause_kind="price_change", cause_id="u2", title_zh="改价", title_en="", amount_fen=0)
    till.record(store, registered.model_copy(update={"lines": lines, "cuts": (cut,)}))
    till.record(store, till.sale(2, member_id="m1"))
    till.record(
        store,
        till.returned(1),
        till.returned(2, zone="shelf", kind="void"),
        ev.TenderCorrected(
            correction_id="tc",
            sale_id="s-1",
            tender_id="t-1-cash",
            from_method="cash",
            to_method="qr",
            amount_fen=1500,
            shift_id="shift-1",
            reason="wrong_key",
            approved_by="u2",
        ),
        ev.CashMoved(move_id="in", shift_id="shift-1", amount_fen=700, reason="change", approved_by="u2"),
        ev.CashMoved(move_id="out", shift_id="shift-1", amount_fen=-200, reason="safe", approved_by="u2"),
        ev.BasketDropped(basket_id="b-9", shift_id="shift-1", lines=3, amount_fen=99, opened_at=till.clock.now()),
        ev.DrawerOpened(shift_id="shift-1", reason="change"),
        ev.ReceiptReprinted(event_id="e", copy_no=1),
        ev.StockCorrected(correction_id="sc", product_id="p-1", lot_id="lot-1", zone="shelf", delta=-9, reason="count", approved_by="u2"),
        ev.LotStateSet(lot_id="lot-0", product_id="p-0", state="locked", reason="doubt", approved_by="u2"),
        ev.LotStateSet(lot_id="lot-7", product_id="p-7", state="saleable", reason="cleared", approved_by="u2"),
        ev.CodeBound(kind="trace_prefix", code="8123456", product_id="p-0"),
        ev.CodeBound(kind="barcode", code="690", product_id="p-1"),
        ev.DutyDone(duty="climate", slot="am", day=DAY, figures=(("t", 225),), in_range=True),
        ev.MemberAttached(sale_id="s-1", member_id="m2"),
        ev.PointsMoved(entry_id="earn:s-1", member_id="m2", kind="earn", points=30, owner_id="s-1", rules="1"),
        ev.CouponRedeemed(
            serial="c-1", offer_id="o-1", coupon_class="B", member_id="m2", sale_id="s-1", cut_fen=200, token_mark="ab", offline=False
        ),
        ev.CouponRedeemed(serial="c-2", offer_id="o-1", coupon_class="B", sale_id="s-1", cut_fen=100, token_mark="cd", offline=True),
        ev.CouponRefused(serial="c-1", offer_id="o-1", member_id="m2", basket_id="b-2", reason="spent", token_mark="ab"),
        ev.CouponReleased(serial="c-2", offer_id="o-1", sale_id="s-1", return_id="r-1"),
        ev.CouponRedeemed(
            serial="c-5", offer_id="o-1", coupon_class="C", sale_id="s-1", cut_fen=100, token_mark="", lease_id="l-1", list_age_h=30
        ),
        ev.LeaseReturned(lease_id="l-1", used=1, rights=5, reason="ended"),
        ev.TradeTaken(trade_id="x-1", sale_id="s-1", serial="c-5", offer_id="o-1", kind="bp_meter", pieces=1, subsidy_fen=100),
        ev.CouponGranted(
            serial="c-3", offer_id="o-1", coupon_class="A", member_id="m3", rule="join", starts_on=DAY, ends_on=DAY, face_fen=1000
        ),
        ev.MemberJoined(member_id="m3", blob_id="blob-7", source="guide", guide="u1"),
        ev.IdentityClaimed(claim_id="ic-1", member_id="m3", kind="phone", level="stated", blob_id="blob-8"),
        ev.ConsentSet(consent_id="cs-1", member_id="m3", purpose="sms", text_version="1", given=True, channel="spoken"),
        ev.ConsentSet(consent_id="cs-2", member_id="m3", purpose="sms", text_version="1", given=False, channel="spoken"),
        ev.ReadingTaken(reading_id="rd-1", member_id="m1", kind="pressure", blob_id="blob-10", place="store", taken_at=NOON),
        ev.UsageSet(usage_id="us-1", member_id="m1", product_id="p-0", blob_id="blob-11"),
        ev.UsageSet(usage_id="us-2", member_id="m1", product_id="p-0", ended=True),
        ev.TargetSet(target_id="tg-1", member_id="m1", kind="pressure", blob_id="blob-12"),
        ev.TargetSet(target_id="tg-2", member_id="m1", kind="pressure", blob_id="blob-13"),
        ev.FollowUpSet(followup_id="fu-1", member_id="m1", kind="call", reason="reading", due_on=DAY, reading_id="rd-1"),
        ev.FollowUpDone(followup_id="fu-1", member_id="m1", outcome="not_reached", done_at=NOON, due_on=date(2026, 11, 23)),
        ev.FollowUpDone(followup_id="fu-1", member_id="m1", outcome="reached", done_at=NOON, blob_id="blob-14"),
        ev.MemberProven(basket_id="b-1", member_id="m2", handle="000000002", step=59_712_345),
        ev.MemberProven(basket_id="b-2", member_id="m2", handle="000000002", step=59_712_340),
        ev.MemberRevealed(member_id="m2", what="phone", purpose="call"),
        ev.InvoiceWished(wish_id="w-1", sale_id="s-1", blob_id="blob-9", source="typed"),
        ev.InvoiceWished(wish_id="w-2", sale_id="s-1"),
        ev.InvoiceIssued(wish_id="w-2", sale_id="s-1", invoice_no="26110000000000000017"),
        ev.DayClosed(day=DAY, shifts=("shift-1",), totals=ev.ShiftTotals(), perpetual_fen=1, backup=""),
    )


def test_a_rebuild_from_the_events_gives_the_same_tables(store: Store, till: Any) -> None:
    a_day(store, till)
    before = everything(store)
    assert all(before[table.name] for table in t.PROJECTIONS), "the day must touch every table"
    count = rebuild(store)
    assert count == store.journal.head().seq
    assert everything(store) == before


def test_selling_and_returning_move_stock_between_zones(store: Store, till: Any) -> None:
    till.record(store, till.received(0, 10, codes=3), till.shift(), till.sale(1, lines=1))
    assert store.stock.level("p-0") == 9
    till.record(store, till.returned(1))
    (lot,) = store.stock.lots("p-0")
    assert (lot.on_shelf, lot.on_reject) == (9, 1)


def test_a_medicines_box_is_sold_then_returned_and_never_in_stock_again(store: Store, till: Any) -> None:
    till.record(store, till.received(0, 10, codes=3), till.shift())
    (sold,) = till.record(store, till.sale(1, lines=1))
    box = store.stock.code("code-0-1")
    assert box is not None and (box.state, box.sale_number, box.sold_on) == ("sold", sold.number, DAY)
    assert box.lot_id == "lot-0"
    till.record(store, till.returned(1))
    box = store.stock.code("code-0-1")
    assert box is not None and box.state == "returned"
    sale = store.sales.by_code("code-0-1")
    assert sale is not None and sale.returned == {"s-1-0": 1} and not sale.voided


def test_goods_in_after_the_sale_does_not_make_a_sold_box_saleable(store: Store, till: Any) -> None:
    till.record(store, till.shift(), till.sale(1, lines=1), till.received(0, 10, codes=3))
    box = store.stock.code("code-0-1")
    assert box is not None and box.state == "sold"


def test_oversold_stock_shows_as_a_task_until_it_is_corrected(store: Store, till: Any) -> None:
    till.record(store, till.received(0, 1), till.shift(), till.sale(1, lines=1), till.sale(2, lines=1))
    assert [(row.product_id, row.quantity) for row in store.stock.negatives()] == [("p-0", -1)]
    till.record(
        store,
        ev.StockCorrected(correction_id="c", product_id="p-0", lot_id="lot-0", zone="shelf", delta=1, reason="oversold", approved_by="u2"),
    )
    assert store.stock.negatives() == ()


def test_the_stricter_of_headquarters_and_the_store_rules_a_lot(store: Store, till: Any) -> None:
    till.record(store, till.received(0))

    def told(state: str) -> None:
        lot = Lot.model_validate({**till.lot(0).model_dump(), "state": state})
        store.inbox.apply("lot", [lot.model_dump(mode="json")], state).result(60)

    def state() -> str:
        found = store.stock.lot("lot-0")
        assert found is not None
        return found.lot.state

    told("recalled")
    till.record(store, ev.LotStateSet(lot_id="lot-0", product_id="p-0", state="saleable", reason="x", approved_by="u2"))
    assert state() == "recalled"
    told("saleable")
    assert state() == "saleable"
    till.record(store, ev.LotStateSet(lot_id="lot-0", product_id="p-0", state="locked", reason="x", approved_by="u2"))
    told("saleable")
    assert state() == "locked"


def test_expired_and_near_expiry_shelf_stock_is_listed_apart(store: Store, till: Any) -> None:
    lots = [
        till.lot(1, expires_on=date(2026, 11, 20)),
        till.lot(2, expires_on=date(2026, 11, 21)),
        till.lot(3, expires_on=date(2027, 2, 19)),
        till.lot(4, expires_on=date(2027, 2, 20)),
    ]
    store.stock.import_opening(lots, {lot.id: 1 for lot in lots}, {}).result(60)
    assert [row.lot_id for row in store.stock.expired(DAY)] == ["lot-1"]
    assert [row.lot_id for row in store.stock.near_expiry(DAY, 90)] == ["lot-2", "lot-3"]


def test_ending_stock_is_counted_as_it_is_listed(store: Store, till: Any) -> None:
    assert store.stock.ending(DAY, 90) == EndingStock(0, 0, 0, None)
    ends = [date(2026, 11, 20), DAY, DAY, date(2027, 2, 19), date(2027, 2, 20), date(2026, 11, 20)]
    lots = [till.lot(n, expires_on=day, **({"product_id": "p-1"} if n == 2 else {})) for n, day in enumerate(ends)]
    store.stock.import_opening(lots, {lot.id: 0 if n == 5 else 1 for n, lot in enumerate(lots)}, {}).result(60)
    near, expired = store.stock.near_expiry(DAY, 90), store.stock.expired(DAY)
    counted = store.stock.ending(DAY, 90)
    assert counted == EndingStock(1, 2, 3, DAY)
    assert (counted.expired_products, counted.near_products) == tuple(len({row.product_id for row in rows}) for rows in (expired, near))
    assert (counted.near_lots, counted.first) == (len(near), near[0].expires_on)


def test_an_opening_import_of_many_lots_keeps_states_codes_and_levels(store: Store, till: Any) -> None:
    lots = [till.lot(n, state="locked" if n == 3 else "saleable") for n in range(45)]
    store.stock.import_opening(lots, {lot.id: 2 for lot in lots}, {"lot-5": ["c1", "c2"]}).result(60)
    assert store.stock.levels([f"p-{n}" for n in range(45)]) == {f"p-{n}": 2 for n in range(45)}
    third, box = store.stock.lot("lot-3"), store.stock.code("c2")
    assert third is not None and third.lot.state == "locked"
    assert box is not None and (box.lot_id, box.state) == ("lot-5", "in_stock")
    assert store.journal.count_by_type()["stock.received@1"] == 45


def test_services_move_no_stock(store: Store, till: Any) -> None:
    sale = till.sale(1, lines=1)
    service = sale.lines[0].model_copy(update={"kind": "service", "lot_id": "", "codes": ()})
    till.record(store, till.shift(), sale.model_copy(update={"lines": (service,)}))
    assert store.stock.level("p-0") == 0
