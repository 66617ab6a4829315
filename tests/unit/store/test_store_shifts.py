"""Figures of shifts and days, and finding past sales."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.records import events as ev
from app.store.open_store import Store

DAY = date(2026, 11, 21)


def closed(store: Store, till: Any, shift_id: str = "shift-1") -> ev.ShiftClosed:
    """A closing of a shift that counts exactly what is expected."""
    totals = store.shifts.totals(shift_id)
    opened = store.shifts.shift(shift_id)
    assert opened is not None
    return ev.ShiftClosed(
        shift_id=shift_id,
        till="01",
        staff_id="u1",
        handed_to="u3",
        z_no=store.shifts.next_z(),
        opened_at=opened.opened_at,
        totals=totals,
        counts=(),
        counted_fen=totals.expected_cash_fen,
        difference_fen=0,
        difference_reason="",
        float_left_fen=50_000,
        remit_fen=totals.expected_cash_fen - 50_000,
        perpetual_fen=store.shifts.perpetual_fen(),
        held_baskets=0,
        unsent_events=0,
        unprinted_jobs=0,
    )


def test_expected_cash_counts_float_cash_tenders_moves_refunds_and_corrections(store: Store, till: Any) -> None:
    till.record(store, till.shift(), till.sale(1, cash_fen=1500), till.sale(2), till.returned(2))
    till.record(
        store,
        ev.CashMoved(move_id="a", shift_id="shift-1", amount_fen=700, reason="change", approved_by="u2"),
        ev.CashMoved(move_id="b", shift_id="shift-1", amount_fen=-200, reason="safe", approved_by="u2"),
        ev.TenderCorrected(
            correction_id="c",
            sale_id="s-2",
            tender_id="t-2-cash",
            from_method="cash",
            to_method="qr",
            amount_fen=2000,
            shift_id="shift-1",
            reason="wrong_key",
            approved_by="u2",
        ),
    )
    totals = store.shifts.totals("shift-1")
    assert totals.expected_cash_fen == 50_000 + 1500 + 2000 - 1000 + 700 - 200 - 2000
    amounts = {tender.method: (tender.amount_fen, tender.refund_fen) for tender in totals.tenders}
    assert amounts == {"cash": (1500, 1000), "card": (500, 0), "qr": (2000, 0)}
    assert sum(tender.amount_fen for tender in totals.tenders) == totals.sales_fen == 4000
    assert (totals.returns, totals.returns_fen, totals.corrections) == (1, 1000, 1)
    assert (totals.cash_in_fen, totals.cash_out_fen) == (700, 200)


def test_a_void_is_counted_apart_from_returns(store: Store, till: Any) -> None:
    till.record(store, till.shift(), till.sale(1), till.returned(1, kind="void"))
    totals = store.shifts.totals("shift-1")
    assert (totals.returns, totals.voids, totals.voids_fen) == (0, 1, 1000)
    sale = store.sales.by_id("s-1")
    assert sale is not None and sale.voided


def test_the_perpetual_total_runs_on_over_shifts(store: Store, till: Any) -> None:
    till.record(store, till.shift(), till.sale(1), till.sale(2), till.returned(1))
    assert store.shifts.perpetual_fen() == 3000
    till.record(store, closed(store, till))
    assert store.shifts.perpetual_fen() == 3000
    till.record(store, till.shift("shift-2"), till.sale(3, shift_id="shift-2"))
    assert store.shifts.perpetual_fen() == 5000


def test_closing_a_shift_numbers_it_and_frees_the_till(store: Store, till: Any) -> None:
    till.record(store, till.shift())
    opened = store.shifts.open_shift()
    assert opened is not None and opened.shift_id == "shift-1" and opened.closed_at is None
    assert store.shifts.next_z() == 1
    till.record(store, closed(store, till))
    assert store.shifts.open_shift() is None
    last, z = store.shifts.last_closed(), store.shifts.closing("shift-1")
    assert last is not None and last.z_no == 1 and last.float_left_fen == 50_000
    assert z is not None and z.handed_to == "u3"
    assert store.shifts.next_z() == 2


def test_a_day_sums_its_shifts(store: Store, till: Any) -> None:
    till.record(store, till.shift(), till.sale(1))
    till.record(store, closed(store, till))
    till.record(store, till.shift("shift-2"), till.sale(2, shift_id="shift-2"))
    till.record(store, till.shift("shift-3"), till.sale(3, shift_id="shift-3"), day=date(2026, 11, 22))
    assert store.shifts.day_totals(DAY).sales_fen == 4000
    assert [row.shift_id for row in store.shifts.shift_list(DAY)] == ["shift-1", "shift-2"]
    assert store.shifts.day_totals(date(2026, 11, 23)) == ev.ShiftTotals()


def test_dropped_baskets_drawer_openings_and_reprints_are_counted(store: Store, till: Any) -> None:
    till.record(
        store,
        till.shift(),
        ev.BasketDropped(basket_id="b", shift_id="shift-1", lines=3, amount_fen=1, opened_at=till.clock.now()),
        ev.DrawerOpened(shift_id="shift-1", reason="change"),
        ev.ReceiptReprinted(event_id="e", copy_no=1),
    )
    totals = store.shifts.totals("shift-1")
    assert (totals.dropped_baskets, totals.dropped_lines, totals.drawer_opens, totals.reprints) == (1, 3, 1, 1)


def test_a_buyers_packs_are_summed_over_sales(store: Store, till: Any) -> None:
    def buyer(n: int, who: str) -> ev.BuyerRegistered:
        return ev.BuyerRegistered(register_id=f"g{n}", basket_id=f"b-{n}", register_kind="ephedrine", blob_id="x", buyer_hash=who)

    def packs(n: int, quantity: int) -> ev.SaleClosed:
        sale = till.sale(n, lines=1)
        line = sale.lines[0].model_copy(update={"register_id": f"g{n}", "quantity": quantity})
        sold: ev.SaleClosed = sale.model_copy(update={"lines": (line,)})
        return sold

    till.record(store, till.shift(), buyer(1, "anna"), packs(1, 2), buyer(2, "bert"), packs(2, 1), buyer(3, "anna"))
    assert store.shifts.bought_by("anna", "ephedrine", DAY) == 2
    assert store.shifts.bought_by("anna", "ephedrine", date(2026, 11, 22)) == 0
    assert [row.quantity for row in store.shifts.register_rows("ephedrine", DAY, DAY)] == [2, 1]


def test_sales_are_found_by_every_form_of_their_number(store: Store, till: Any) -> None:
    till.record(store, till.shift())
    (done,) = till.record(store, till.sale(1))
    typed = done.number.rsplit("-", 1)[0]
    for text in (done.number, f" {done.number} ", typed, str(done.seq)):
        found = store.sales.by_number(text)
        assert found is not None and found.body.sale_id == "s-1", text
    for text in ("", "S001-01", "%", "_", typed[:-1], "999999"):
        assert store.sales.by_number(text) is None, text


def test_recent_sales_come_newest_first_and_by_member(store: Store, till: Any) -> None:
    till.record(store, till.shift(), till.sale(1), till.sale(2, member_id="m"), till.sale(3), till.returned(3))
    assert [sale.body.sale_id for sale in store.sales.recent(day=DAY, limit=2)] == ["s-3", "s-2"]
    assert [row.sale_id for row in store.sales.recent_rows(member="m")] == ["s-2"]
    assert [row.returned_fen for row in store.sales.recent_rows(shift="shift-1")] == [1000, 0, 0]
    till.record(store, ev.MemberAttached(sale_id="s-1", member_id="m"))
    assert [sale.member_id for sale in store.sales.recent(member="m")] == ["m", "m"]


def test_a_stored_sale_is_what_was_recorded(store: Store, till: Any) -> None:
    sale = till.sale(1)
    (_, done) = till.record(store, till.shift(), sale)
    stored = store.sales.by_event(done.event_id)
    assert stored is not None and stored.body == sale
    assert store.sales.raw(done.event_id) == done.raw
