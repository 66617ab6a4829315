"""A whole shift by keys and scans alone: in, sell, hold, member, pay in two tenders, give back, count, out; the mouse is never touched."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication
from window_hand import Hand

from app.assembly import Till

K = Qt.Key
THERMOMETER, MASK, MEMBER = "6999580000439", "6999600000494", "90000000000000000019"
_MOUSE = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.Wheel, QEvent.Type.TouchBegin)


class NoMouse(QObject):
    """Counts what only a pointer can do."""

    def __init__(self) -> None:
        super().__init__()
        self.uses = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.uses += event.type() in _MOUSE
        return False


class Shift:
    """Keys of a day."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        till = hand.window.till
        assert isinstance(till, Till)
        self.till = till

    def keys(self, *keys: Qt.Key) -> None:
        """Function keys and such, each once the page before has settled."""
        for key in keys:
            self.alive()
            self.hand.press(key, {K.Key_Return: "\r", K.Key_Space: " "}.get(key, ""), gap=500)

    def alive(self) -> None:
        """The moment is over in which a page that has just come takes no keys."""
        self.hand.pause()

    def type(self, text: str) -> None:
        """Typed as a person does."""
        self.hand.type(text)

    def lines(self) -> list[tuple[str, int]]:
        """Product and quantity of each line."""
        return [(line.product_id, line.quantity) for line in self.till.selling.scene().lines]

    def pay(self, *keys: Qt.Key) -> str:
        """F12, tenders, F12; the printed number."""
        self.keys(K.Key_F12)
        self.hand.until(lambda: self.till.checkout.open)
        self.keys(*keys)
        return self.finish()

    def finish(self) -> str:
        """Complete and wait for the ledger."""
        self.hand.until(lambda: self.till.checkout.scene().remaining_fen == 0)
        self.keys(K.Key_F12)
        self.hand.until(lambda: self.till.checkout.scene().state == "done")
        number = self.till.checkout.scene().number
        self.keys(K.Key_Return)
        self.hand.until(lambda: not self.till.checkout.open)
        return number

    def sell(self) -> str:
        """Scan, search, quantity, member, hold and recall, and two tenders."""
        hand = self.hand
        hand.scan(MASK)
        self.keys(K.Key_F6)
        hand.until(lambda: not self.lines())
        self.type("3*")
        hand.scan(THERMOMETER)
        assert self.lines() == [("P5800A1", 3)]
        self.keys(K.Key_F4)
        self.type("2")
        self.keys(K.Key_Return)
        hand.until(lambda: self.lines() == [("P5800A1", 2)])
        self.type("yymq")
        self.keys(K.Key_Down, K.Key_Up, K.Key_Return)
        hand.until(lambda: len(self.lines()) == 2)
        self.keys(K.Key_Delete)
        hand.until(lambda: len(self.lines()) == 1)
        self.keys(K.Key_F3)
        self.type("19900000001")
        self.keys(K.Key_Return)
        hand.until(lambda: self.till.selling.scene().member is not None or self.till.selling.scene().question is not None)
        if self.till.selling.scene().question is not None:
            self.keys(K.Key_Return)
        hand.until(lambda: self.till.selling.scene().member is not None)
        self.keys(K.Key_F12)
        hand.until(lambda: self.till.checkout.open)
        self.keys(K.Key_F6)
        self.type("10")
        self.keys(K.Key_Return)
        self.type("0217")
        self.keys(K.Key_Return)
        hand.until(lambda: len(self.till.checkout.scene().tenders) == 1)
        self.keys(K.Key_F7, K.Key_Return)
        return self.finish()

    def recall(self) -> None:
        """The held masks come back and are paid in cash."""
        self.keys(K.Key_F7)
        self.hand.until(lambda: self.lines() == [("P6000A1", 1)])
        self.pay(K.Key_F7, K.Key_Return)

    def give_back(self, number: str) -> None:
        """One of the two thermometers comes back; the manager's PIN where the money asks for it."""
        hand, returning = self.hand, self.till.returning
        self.keys(K.Key_F11)
        self.alive()
        self.type(number)
        self.keys(K.Key_Return)
        hand.until(lambda: returning.scene().state == "choosing")
        self.keys(K.Key_F4)
        self.type("4")
        hand.until(lambda: bool(returning.scene().reason))
        self.keys(K.Key_Up, K.Key_Space)
        hand.until(lambda: returning.scene().total_fen > 0)
        self.keys(K.Key_F12)
        if returning.scene().needs_approval:
            self.type("1003")
            self.keys(K.Key_Return)
            hand.until(lambda: not returning.scene().needs_approval)
            self.keys(K.Key_F12)
        hand.until(lambda: returning.scene().state == "done")
        self.keys(K.Key_F12)

    def close(self) -> None:
        """Count blind, and close under a Z; the shift page is reached by the palette."""
        hand, shifts = self.hand, self.till.shifts
        hand.press(K.Key_K, gap=500, modifiers=Qt.KeyboardModifier.ControlModifier)
        hand.wait(50)
        self.type("qjb")
        self.keys(K.Key_Return)
        shell = hand.window.shell
        assert shell is not None
        hand.until(lambda: shell.page.key == "shift")
        self.alive()
        left = shifts.totals().expected_cash_fen
        for piece in (10000, 5000, 2000, 1000, 500, 100, 50, 10):
            self.type(str(left // piece))
            left %= piece
            self.keys(K.Key_Return)
        hand.until(lambda: shifts.scene().state == "counted")
        self.keys(K.Key_F12)
        hand.until(lambda: not shifts.has_open_shift)


def test_a_whole_shift_needs_no_mouse(hand: Hand) -> None:
    pointer = NoMouse()
    application = QApplication.instance()
    assert application is not None
    hand.type("1001")
    hand.enter()
    hand.until(lambda: hand.window.signed_in)
    application.installEventFilter(pointer)
    shift = Shift(hand)
    number = shift.sell()
    shift.recall()
    shift.give_back(number)
    shift.close()
    totals = shift.till.store.shifts.day_totals(shift.till.clock.now().date())
    assert (totals.sales, totals.returns) == (2, 1)
    assert pointer.uses == 0
    application.removeEventFilter(pointer)
