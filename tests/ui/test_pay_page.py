"""The Pay page at a real till: amounts by key and finger, split tenders, 成交, and what happens when the ledger refuses."""

from __future__ import annotations

from typing import Any

import pytest
from counter_bench import CODES, Counter
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.counter.scene import PayScene
from app.desktop.theme import Theme
from app.store.faults import StoreFault

ROOM = (1366 - 76, 768 - 64 - 60)


def begin(counter: Counter, *codes: str) -> PayScene:
    """Scan and go to payment; function keys count at once."""
    counter.scan(*(codes or (CODES["ibuprofen"], CODES["mask"])))
    counter.sale.pay()
    counter.shell._dead_until = 0.0
    counter.settle()
    assert counter.pay.pay is not None
    return counter.pay.pay


def state(counter: Counter) -> PayScene:
    """The payment as it is shown."""
    assert counter.pay.pay is not None
    return counter.pay.pay


def done(counter: Counter) -> PayScene:
    """Wait until the ledger has answered."""
    counter.until(lambda: state(counter).state in ("done", "collecting"))
    return state(counter)


def test_digits_type_the_amount_and_change_is_worked_out(counter: Counter) -> None:
    due = begin(counter).due_fen
    counter.press("5", "0", ".", "5", Qt.Key.Key_Backspace, Qt.Key.Key_Backspace, Qt.Key.Key_Return)
    assert state(counter).received_fen == 5000
    assert state(counter).change_fen == 5000 - due
    counter.press(Qt.Key.Key_F12)
    assert done(counter).state == "done"
    assert counter.till.store.sales.recent(limit=1)[0].body.change_fen == 5000 - due


def test_a_third_decimal_and_a_second_point_are_not_taken(counter: Counter) -> None:
    begin(counter)
    counter.press("0", "7", ".", "2", "5", "9", ".")
    assert counter.pay._typed == "7.25"
    assert counter.pay._amount_fen() == 725


def test_completion_is_refused_while_money_is_missing(counter: Counter) -> None:
    begin(counter)
    assert not counter.pay.finish.isEnabled()
    counter.pay.complete()
    assert state(counter).state == "collecting"
    counter.press("1", Qt.Key.Key_Return)
    assert not counter.pay.finish.isEnabled()
    assert "F12" in [spec.key for spec in counter.pay.fkeys()]


def test_a_key_held_down_pays_once(counter: Counter) -> None:
    begin(counter)
    counter.press(Qt.Key.Key_Return)
    counter.hold_down(Qt.Key.Key_F12, 8)
    done(counter)
    counter.hold_down(Qt.Key.Key_F12, 1)
    counter.settle()
    assert len(counter.till.store.sales.recent(limit=5)) == 1


def test_the_enter_that_opens_payment_takes_no_money(counter: Counter) -> None:
    counter.scan(CODES["mask"])
    counter.press(Qt.Key.Key_Return)
    assert counter.shell.page is counter.pay
    assert state(counter).tenders == ()


def test_f12_pressed_twice_at_once_does_not_run_through_payment(counter: Counter) -> None:
    counter.scan(CODES["mask"])
    counter.press(Qt.Key.Key_F12, Qt.Key.Key_F12)
    assert counter.shell.page is counter.pay
    assert state(counter).tenders == ()


def test_a_recorded_tender_asks_for_the_digits_of_its_slip(counter: Counter) -> None:
    begin(counter)
    counter.press(Qt.Key.Key_F9, Qt.Key.Key_Return)
    assert state(counter).tenders == ()
    assert counter.pay.stage.digits.hasFocus()
    counter.press("1", "2", "3", "4", Qt.Key.Key_Return)
    (taken,) = state(counter).tenders
    assert (taken.method, taken.last_digits) == ("card", "1234")
    assert state(counter).remaining_fen == 0


def test_two_tenders_share_a_sale_and_one_can_be_taken_back(counter: Counter) -> None:
    due = begin(counter).due_fen
    counter.press("1", "0", Qt.Key.Key_Return)
    counter.pay.choose("qr")
    counter.press(Qt.Key.Key_Return, "7", "7", "7", "7", Qt.Key.Key_Return)
    assert [line.amount_fen for line in state(counter).tenders] == [1000, due - 1000]
    QTest.keyClick(counter.windowHandle(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert state(counter).remaining_fen == due - 1000


def test_a_recorded_tender_never_takes_more_than_is_due(counter: Counter) -> None:
    begin(counter)
    counter.pay.choose("qr")
    counter.press("9", "9", "9", Qt.Key.Key_Return, "1", "1", "1", "1", Qt.Key.Key_Return)
    assert state(counter).tenders == ()


def test_quick_keys_take_what_customers_hand_over(counter: Counter) -> None:
    amount = begin(counter).quick_fen[-1]
    counter.pay.pad.quick.emit(str(amount))
    assert state(counter).received_fen == amount


def test_escape_goes_back_to_the_basket_unless_money_was_taken(counter: Counter) -> None:
    begin(counter)
    counter.press("1", Qt.Key.Key_Return, Qt.Key.Key_Escape)
    assert counter.shell.page is counter.pay
    counter.pay.undo()
    counter.press(Qt.Key.Key_Escape)
    assert counter.shell.page is counter.sale
    assert len(counter.scene.lines) == 2


def test_a_scan_while_paying_waits_for_the_next_sale(counter: Counter) -> None:
    begin(counter)
    counter.scan(CODES["thermometer"])
    assert counter.pay._queued.isVisible()
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_F12)
    done(counter)
    counter.press(Qt.Key.Key_Return)
    assert [line.name for line in counter.scene.lines] == ["电子体温计"]


def test_a_scan_after_the_sale_is_the_next_customers(counter: Counter) -> None:
    begin(counter)
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_F12)
    done(counter)
    counter.scan(CODES["mask"])
    assert counter.shell.page is counter.sale
    assert [line.name for line in counter.scene.lines] == ["医用外科口罩"]
    assert counter.scene.member is None


def test_a_ledger_that_refuses_is_told_inline_and_loses_nothing(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(counter)
    counter.press(Qt.Key.Key_Return)
    journal = counter.till.store.journal

    def refuse(*_: Any, **__: Any) -> None:
        raise StoreFault("disk_full")

    with monkeypatch.context() as broken:
        broken.setattr(type(journal), "record", refuse)
        counter.press(Qt.Key.Key_F12)
    assert state(counter).problem is not None
    assert counter.pay._problem_box.isVisible()
    assert len(state(counter).tenders) == 1
    assert counter.till.store.sales.recent(limit=1) == ()
    counter.press(Qt.Key.Key_F12)
    assert done(counter).state == "done"
    assert not counter.pay._problem_box.isVisible()


def test_wishes_for_paper_and_invoice_are_kept_with_the_sale(counter: Counter) -> None:
    begin(counter)
    counter.pay._paper.switch.click()
    counter.pay._invoice.switch.click()
    assert (state(counter).paper, state(counter).invoice_wanted) == (False, True)
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_F12)
    done(counter)
    body = counter.till.store.sales.recent(limit=1)[0].body
    assert (body.paper, body.invoice_wanted) == (False, True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_of_the_pay_page_fits_the_smallest_screen(counter: Counter, theme: Theme, language: str) -> None:
    theme.set_language(language)  # type: ignore[arg-type]

    def fits() -> None:
        counter.settle()
        hint = counter.pay.minimumSizeHint()
        assert hint.width() <= ROOM[0] and hint.height() <= ROOM[1], hint

    begin(counter, CODES["member"], CODES["ibuprofen"], CODES["mask"], CODES["thermometer"])
    fits()
    counter.pay.choose("insurance")
    fits()
    counter.pay.choose("cash")
    for _ in range(3):
        counter.press("1", Qt.Key.Key_Return)
        fits()
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_F12)
    assert done(counter).state == "done"
    fits()


def sold(counter: Counter) -> str:
    begin(counter)
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_F12)
    done(counter)
    assert counter.pay.pay is not None
    return counter.pay.pay.number


def test_a_member_scanned_after_the_sale_is_put_on_it_by_one_key(counter: Counter) -> None:
    number = sold(counter)
    counter.scan(CODES["member"])
    assert counter.shell.page is counter.pay
    assert counter.till.store.sales.by_number(number).member_id == ""
    counter.alive()
    counter.press(Qt.Key.Key_F3)
    counter.until(lambda: counter.till.store.sales.by_number(number).member_id != "")
    counter.until(lambda: counter.pay._late_said != "")
    counter.press(Qt.Key.Key_Return)
    assert counter.scene.member is None


def test_a_member_scanned_after_the_sale_and_not_meant_for_it_is_the_next_customers(counter: Counter) -> None:
    number = sold(counter)
    counter.scan(CODES["member"], CODES["mask"])
    assert counter.shell.page is counter.sale
    assert counter.scene.member is not None
    assert [line.name for line in counter.scene.lines] == ["医用外科口罩"]
    assert counter.till.store.sales.by_number(number).member_id == ""


def test_a_sale_with_its_member_passes_the_next_card_on(counter: Counter) -> None:
    counter.scan(CODES["member"])
    sold(counter)
    counter.scan("90000000000000000027")
    assert counter.shell.page is counter.sale
    assert counter.scene.member is not None


class Strays(QObject):
    """Notes every window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(type(watched).__name__)
        return False


def test_a_covered_payment_brings_up_no_window_that_takes_the_keyboard(counter: Counter, qapp: QApplication) -> None:
    begin(counter)
    strays = Strays()
    qapp.installEventFilter(strays)
    counter.press(Qt.Key.Key_Return)
    counter.press(Qt.Key.Key_F12)
    assert done(counter).state == "done"
    qapp.removeEventFilter(strays)
    assert strays.seen == []


def billed(counter: Counter) -> list[tuple[str, str, int]]:
    """The lines of the bill, as they stand on the page."""
    return [(line._name._words, line._count.words, line._amount.fen) for line in counter.pay.bill._lines if not line.isHidden()]


def sums(counter: Counter) -> list[int]:
    """The sums under them."""
    return [cut._amount.fen for cut in counter.pay.bill._cuts if not cut.isHidden()]


def test_the_page_is_drawn_behind_the_sale_before_payment_begins(counter: Counter) -> None:
    counter.scan(CODES["member"], CODES["mask"], CODES["mask"])
    counter.until(lambda: billed(counter))
    assert counter.shell.page is counter.sale and counter.pay.pay is None and not counter.till.checkout.open
    ahead, tiles = billed(counter), dict(counter.pay.tiles)
    counter.sale.pay()
    assert billed(counter) == ahead
    assert counter.pay.tiles == tiles
    assert counter.pay.sums._due.fen == state(counter).due_fen


def test_what_changed_since_the_page_was_drawn_is_shown_when_payment_begins(counter: Counter) -> None:
    counter.scan(CODES["mask"])
    counter.until(lambda: billed(counter))
    counter.scan(CODES["thermometer"])
    counter.sale.pay()
    assert [name for name, _, _ in billed(counter)] == [f"{line.name} {line.strength}" for line in counter.scene.lines]
    assert counter.pay.sums._due.fen == state(counter).due_fen == counter.scene.totals.payable_fen
    assert sums(counter)[0] == counter.scene.totals.subtotal_fen


def test_the_next_bill_has_its_own_lines_alone(counter: Counter) -> None:
    begin(counter, CODES["member"], CODES["ibuprofen"], CODES["mask"], CODES["thermometer"])
    assert len(billed(counter)) == 3
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_F12)
    done(counter)
    counter.press(Qt.Key.Key_Return)
    begin(counter, CODES["thermometer"])
    assert len(billed(counter)) == 1 and billed(counter)[0][0].startswith("电子体温计")
    totals = counter.scene.totals
    assert sums(counter) == [totals.subtotal_fen, *(-cut.amount_fen for cut in totals.cuts)]


def test_the_ways_of_paying_are_made_once_and_only_restated(counter: Counter, theme: Theme) -> None:
    sold(counter)
    made = dict(counter.pay.tiles)
    counter.press(Qt.Key.Key_Return)
    begin(counter)
    theme.set_mode("dark")
    counter.settle()
    assert counter.pay.tiles == made
    assert [tile.isVisible() for tile in made.values()] == [True] * len(made)
    assert made["cash"].state == "chosen"
    theme.set_language("en")
    counter.settle()
    assert list(counter.pay.tiles) == list(made)
    assert counter.pay.tiles["cash"].accessibleName() == "Cash"
    assert [counter.pay._tiles_row.itemAt(n).widget() for n in range(counter.pay._tiles_row.count())] == list(counter.pay.tiles.values())


def test_a_finished_sale_is_not_read_back_to_offer_its_member(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(counter)
    asked: list[str] = []
    monkeypatch.setattr(counter.till.store.sales, "by_number", asked.append)
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_F12)
    assert done(counter).state == "done"
    counter.settle()
    assert asked == []
    assert counter.pay.stage._member.isVisible()


def test_a_long_bill_is_made_a_few_rows_a_turn(counter: Counter) -> None:
    bill = counter.pay.bill
    counter.scan(CODES["mask"])
    counter.until(lambda: billed(counter))
    steps = [bill.make_ahead(20), bill.make_ahead(20), bill.make_ahead(20)]
    assert (steps, len(bill._lines)) == ([False, False, True], 20)
    assert bill.make_ahead(3)
    counter.sale.pay()
    assert [name for name, _, _ in billed(counter)] == [f"{line.name} {line.strength}" for line in counter.scene.lines]


def test_a_page_drawn_ahead_while_payment_began_meanwhile_stays_as_it_is(counter: Counter) -> None:
    begin(counter)
    counter.press("5", "0")
    shown = state(counter)
    counter.pay._draw_ahead()
    assert counter.pay.pay is shown and counter.pay._typed == "50"
