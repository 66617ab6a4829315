"""A hand at the window: presses real keys, scans like a gun, and takes pictures; plays a counter day where no person is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.desktop.sign_in import look
from app.desktop.theme import Theme
from app.desktop.till import Till
from app.desktop.widgets.bars import NavKey
from app.desktop.window import Load, Window
from app.domain.demo import DemoPharmacy

PATIENCE_S = 60.0
"""How long the hand waits for something that must come, on a busy machine."""

_NAMED = {
    "Enter": Qt.Key.Key_Return,
    "Esc": Qt.Key.Key_Escape,
    "Tab": Qt.Key.Key_Tab,
    "Up": Qt.Key.Key_Up,
    "Down": Qt.Key.Key_Down,
    "Del": Qt.Key.Key_Delete,
    "Back": Qt.Key.Key_Backspace,
    "Space": Qt.Key.Key_Space,
    **{f"F{n}": Qt.Key(Qt.Key.Key_F1.value + n - 1) for n in range(1, 13)},
}


class Hand:
    """One person's hand at one window."""

    def __init__(
        self,
        folder: Path,
        load: Load,
        pictures: Path,
        *,
        till: str = "",
        language: str = "zh",
        dark: bool = False,
        theme: Theme | None = None,
    ) -> None:
        """Open the window on a data folder, 1366×768, and wait for its sign-in page; `theme` where one is shared with another window."""
        existing = QApplication.instance()
        self._application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
        self.pictures = pictures
        self.theme = theme or Theme(self._application, "dark" if dark else "light", 1.0, language="en" if language == "en" else "zh")
        glance, fault = look(folder)
        self.window = Window(self.theme, glance, till, load)
        if fault is not None:
            self.window.fail(fault)
        self.window.resize(1366, 768)
        self.window.show()
        self.window.activateWindow()
        self.wait(lambda: self.window.till is not None, "the till to load")

    @property
    def till(self) -> Till:
        """The loaded till, to look at; acts go through keys and scans."""
        assert self.window.till is not None
        return self.window.till

    def wait(self, until: Callable[[], bool], what: str) -> None:
        """Let the window live until something holds; TimeoutError names what never came."""
        end = time.monotonic() + PATIENCE_S
        while not until():
            if time.monotonic() > end:
                raise TimeoutError(f"waited in vain for {what}")
            QTest.qWait(10)

    def insist(self, act: Callable[[], None], holds: Callable[[], bool], what: str) -> None:
        """Do something as often as a person would whose first press came while the page was still busy."""
        for _ in range(6):
            if holds():
                return
            act()
            self.rest()
        if not holds():
            raise TimeoutError(f"tried in vain for {what}")

    def rest(self, ms: int = 340) -> None:
        """Longer than function keys are dead after a change of page."""
        QTest.qWait(ms)

    def press(self, *keys: str) -> None:
        """Press keys by name (`F12`, `Enter`, `Ctrl Z`), one after another."""
        handle = self.window.windowHandle()
        for name in keys:
            *held, key = name.split(" ")
            modifiers = Qt.KeyboardModifier.NoModifier
            for hold in held:
                modifiers |= {"Ctrl": Qt.KeyboardModifier.ControlModifier, "Shift": Qt.KeyboardModifier.ShiftModifier}[hold]
            pressed = _NAMED[key] if key in _NAMED else Qt.Key(ord(key.upper()))
            QTest.keyClick(handle, pressed, modifiers)
            QTest.qWait(1)

    def type(self, text: str) -> None:
        """Type like a person: too slowly for a gun."""
        for character in text:
            QTest.keyClick(self.window.windowHandle(), ord(character))
            QTest.qWait(45)

    def scan(self, code: str) -> None:
        """Scan like a gun: every character 2 ms after the other by the keys' own clock, however busy the window is, then Enter."""
        handle = self.window.windowHandle()
        stamp = time.monotonic_ns() // 1_000_000
        for character in f"{code}\r":
            stamp += 2
            key = Qt.Key.Key_Return if character == "\r" else Qt.Key(ord(character.upper()))
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, character)
                event.setTimestamp(stamp)
                QCoreApplication.sendEvent(handle, event)
        QTest.qWait(60)

    def fill(self, text: str) -> None:
        """Put words into the field that has the keyboard (as an input method would) and go on to the next field."""
        field = self.window.focusWidget()
        if isinstance(field, QLineEdit) and text:
            field.selectAll()
            field.insert(text)
        self.press("Enter")

    def prescription(self, patient: str, pin: str) -> None:
        """F9, and everything of the form but its last Enter: the paper, who dispensed and who checked, the pharmacist's PIN."""
        self.press("F9")
        self.rest()
        for words in ("DEMO-0001", "演示医院", "演示医师", patient, "高血压"):
            self.fill(words)
        self.press("1", "Enter", "2", "Enter")
        self.type(pin)

    def go(self, page: str) -> None:
        """Press a page's place in the rail."""
        shell = self.window.shell
        assert shell is not None
        key = next(key for key in shell.findChildren(NavKey) if key.entry.key == page)
        QTest.mouseClick(key, Qt.MouseButton.LeftButton)
        self.wait(lambda: shell.page.key == page and not shell.page.reading, page)
        self.rest()

    def settle_confirms(self) -> None:
        """Say yes to every amber note, as a person does with one key each."""
        selling = self.till.selling
        for line in selling.scene().lines:
            for strip in line.strips:
                way = next((way for way in strip.ways_out if way.act.startswith("answer:")), None)
                if strip.grade == "confirm" and way is not None:
                    selling.select(line.line_id)
                    selling.act(line.line_id, strip.rule, way.act)

    def grab(self, name: str) -> None:
        """Keep what the window shows as a picture."""
        QTest.qWait(150)
        self.window.grab().save(str(self.pictures / f"{name}.png"))

    def close(self) -> None:
        """Close the window and let its threads end."""
        self.window.close()
        self.window.shut()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def play_day(load: Load, folder: Path, pharmacy: DemoPharmacy, out: Path, *, till: str) -> None:
    """A counter day through the real window: sign in, open, sell, review, hold, pay, return, close, with a picture of every step."""
    pins = {person.role: pharmacy.pins[person.id] for person in reversed(pharmacy.staff)}
    codes = [(code.kind, code.product_id, code.code) for code in pharmacy.sheet]

    def code(kind: str, product: str = "") -> str:
        return next(c for k, p, c in codes if k == kind and product in ("", p))

    hand = Hand(folder, load, out, till=till)
    try:
        hand.grab("01-sign-in")
        hand.type(pins["cashier"])
        hand.press("Enter")
        hand.wait(lambda: hand.window.signed_in, "the counter")
        hand.rest()
        hand.grab("02-empty")
        hand.go("shift")
        hand.press("F9")
        hand.type(pins["pharmacist"])
        hand.press("Enter")
        hand.wait(lambda: bool(hand.till.store.shifts.duty_pharmacists()), "the pharmacist on duty")
        hand.go("sale")
        number = _everyday_sale(hand, code)
        _prescription_sale(hand, code, pins["pharmacist"])
        _refusals(hand, code, [c for k, p, c in codes if p == "P2000A1"])
        _return(hand, number, pins["manager"])
        _close(hand)
    finally:
        hand.close()


def _pay(hand: Hand, key: str, *, handed: str = "") -> str:
    """Take the whole amount (or what the customer hands over) and wait until the sale is durable; gives its number."""
    hand.rest()
    hand.press("F12")
    hand.wait(lambda: hand.till.checkout.open, "the pay page")
    hand.rest()
    hand.press(key)
    if handed:
        hand.type(handed)
    hand.press("Enter")
    if hand.till.checkout.scene().remaining_fen:
        # A tender booked by hand asks for its last digits first.
        hand.type("1234")
        hand.press("Enter")
    hand.wait(lambda: hand.till.checkout.scene().remaining_fen == 0, "the money")
    hand.rest()
    hand.press("F12")
    hand.wait(lambda: hand.till.checkout.scene().state == "done", "the sale to be durable")
    return hand.till.checkout.scene().number


def _next(hand: Hand) -> None:
    hand.rest()
    hand.press("Enter")
    hand.wait(lambda: not hand.till.checkout.open, "the next customer")
    hand.rest()


def _everyday_sale(hand: Hand, code: Callable[..., str]) -> str:
    """Thermometers and ibuprofen for cash while another customer's masks are held; then those, for a member with a coupon."""
    hand.scan(code("barcode", "P6000A1"))
    hand.press("F6")
    hand.rest()
    hand.type("2*")
    hand.scan(code("barcode", "P5800A1"))
    hand.scan(code("trace", "P2200A1"))
    hand.grab("03-sale")
    number = _pay(hand, "F7", handed="100")
    hand.grab("04-paid")
    _next(hand)
    hand.press("F7")
    hand.rest()
    hand.scan(code("member"))
    hand.scan(code("barcode", "P5800A1"))
    hand.scan(code("coupon"))
    hand.type("yywk")
    hand.grab("05-search")
    hand.press("Enter")
    hand.rest()
    hand.settle_confirms()
    hand.grab("06-member")
    _pay(hand, "F5")
    _next(hand)
    return number


def _prescription_sale(hand: Hand, code: Callable[..., str], pin: str) -> None:
    """Two boxes of a prescription medicine: reviewed at the till with the pharmacist's own PIN, paid on the insurer's terminal."""
    hand.scan(code("trace", "P1000A1"))
    hand.grab("07-prescription")
    hand.prescription("演示患者", pin)
    hand.grab("08-review")
    hand.press("Enter")
    hand.wait(lambda: not hand.till.selling.scene().blocks, "the review to be signed")
    hand.grab("09-reviewed")
    _pay(hand, "F6")
    _next(hand)


def _refusals(hand: Hand, code: Callable[..., str], third: Sequence[str]) -> None:
    """What the law refuses: an expired box, a code nobody knows, a third pack of an ephedrine compound; both baskets are cleared."""
    hand.scan(code("expired"))
    hand.scan(code("unknown"))
    hand.grab("10-refused")
    hand.press("Del")
    hand.press("Del")
    for box in third:
        hand.scan(box)
    hand.grab("11-third-pack")
    hand.press("Del")


def _return(hand: Hand, number: str, pin: str) -> None:
    """The ibuprofen goes back for quality with the manager's PIN; it goes to the reject zone."""
    hand.go("returns")
    hand.scan(number)
    hand.wait(lambda: hand.till.returning.scene().state == "choosing", "the original sale")
    hand.insist(lambda: hand.press("F4", "1"), lambda: bool(hand.till.returning.scene().reason), "the reason")
    hand.insist(lambda: hand.press("Up", "Space"), lambda: hand.till.returning.scene().needs_approval, "the medicine to be chosen")
    hand.press("F12")
    hand.type(pin)
    hand.grab("12-return")
    hand.press("Enter")
    hand.wait(lambda: not hand.till.returning.scene().needs_approval, "the manager's approval")
    hand.rest()
    hand.press("F12")
    hand.wait(lambda: hand.till.returning.scene().state == "done", "the return to be durable")
    hand.grab("13-returned")


def _close(hand: Hand) -> None:
    """Count blind, close under a Z, close the day."""
    hand.go("shift")
    expected = hand.till.shifts.totals().expected_cash_fen
    hand.rest()
    for piece in (10000, 5000, 2000, 1000, 500, 100, 50, 10):
        hand.fill(str(expected // piece))
        expected %= piece
    hand.wait(lambda: hand.till.shifts.scene().state == "counted", "the count")
    hand.rest()
    hand.grab("14-counted")
    hand.press("F12")
    hand.wait(lambda: not hand.till.shifts.has_open_shift, "the shift to close")
    hand.rest(800)
    hand.grab("15-closed")
    hand.go("sync")
    if hand.till.sync.state.kind != "off":
        hand.till.sync.wake(now=True)
        hand.wait(lambda: not hand.till.store.outbox.counts().waiting, "headquarters to have everything")
    hand.rest(400)
    hand.grab("16-sync")
