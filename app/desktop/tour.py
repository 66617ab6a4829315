"""A tour of the counter: one table of the states that have a picture, reached through the real window by keys and scans."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.desktop.customer_screen import CustomerScreen
from app.desktop.player import Hand
from app.desktop.screens.wizard import Wizard
from app.desktop.theme.phrases import Language
from app.desktop.theme.tokens import Mode
from app.desktop.widgets.picture import PaperPicture
from app.desktop.window import Load
from app.domain.demo import DemoPharmacy


class World(Protocol):
    """What happens round the till while it is toured: time, the line to headquarters, the paper in the printer."""

    connected: bool
    """Whether there is a headquarters that can be cut off."""

    def pass_minutes(self, minutes: float) -> None:
        """Let the shop's clock run."""

    def cut_line(self) -> None:
        """Headquarters cannot be reached any more."""

    def mend_line(self) -> None:
        """Headquarters answers again."""

    def take_paper(self) -> None:
        """The printer runs out of paper."""

    def load_paper(self) -> None:
        """The printer has paper again."""

    def practice_shop(self) -> tuple[Path, Load]:
        """The practice shop's folder, made where there is none, and what loads its till."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One state of the counter: `reach` brings the window there and says what to look at, or None where the screen is not built."""

    name: str
    """Begins with the number of the picture it is held against, where there is one."""
    reach: Callable[[Tour], QWidget | None]


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is looked at: theme, language and window."""

    mode: Mode
    language: Language
    width: int
    height: int
    scale: float

    @property
    def suffix(self) -> str:
        """As the pictures of the design are named: `light_1366x768`, `light_english_1366x768`."""
        return f"{self.mode}{'_english' if self.language == 'en' else ''}_{self.width}x{self.height}"


LOOKS: tuple[Look, ...] = tuple(
    Look(mode, language, width, height, scale)
    for width, height, scale in ((1366, 768, 1.0), (1920, 1080, 1.3))
    for mode in ("light", "dark")
    for language in ("zh", "en")
)
"""Both sizes, themes and languages."""


class Tour:
    """One walk through the counter: a hand at the window, the demo shop's codes and people, and the world outside."""

    def __init__(self, hand: Hand, pharmacy: DemoPharmacy, world: World) -> None:
        self.hand = hand
        self._pictures = hand.pictures
        self.world = world
        self.pins = {person.role: pharmacy.pins[person.id] for person in reversed(pharmacy.staff)}
        self._sheet = [(code.kind, code.product_id, code.code) for code in pharmacy.sheet]
        self._barcodes = {product.id: product.barcode for product in pharmacy.products}
        self.number = ""
        """The printed number of the sale paid at the window."""
        self._aside: list[Hand] = []
        self._wizard: Wizard | None = None

    @property
    def window(self) -> QWidget:
        """The counter's window."""
        return self.hand.window

    def beside(self, folder: Path, load: Load) -> Hand:
        """A hand at a second window, on another shop, in the same look."""
        hand = Hand(folder, load, self._pictures, till="01", theme=self.hand.theme)
        self._aside.append(hand)
        return hand

    def wizard(self) -> Wizard:
        """The first-run wizard as a new shop meets it; it makes nothing here."""
        if self._wizard is None:
            self._wizard = Wizard(self.hand.theme, lambda answers, say: "")
            self._wizard.open()
        return self._wizard

    def close(self) -> None:
        """Put away what stood beside the window."""
        for hand in self._aside:
            hand.close()
        if self._wizard is not None:
            self._wizard.hide()
            self._wizard.deleteLater()

    def code(self, kind: str, product: str = "") -> str:
        """The first code of a kind on the demo sheet."""
        return self.codes(kind, product)[0]

    def codes(self, kind: str, product: str = "") -> list[str]:
        """All codes of a kind on the demo sheet."""
        return [code for found, product_id, code in self._sheet if found == kind and product in ("", product_id)]

    def open(self, key: str) -> QWidget | None:
        """Go to a page by the window's own way; None where it is not built."""
        shell = self.hand.window.shell
        if shell is None or key not in shell.pages:
            return None
        shell.show_page(key)
        self.hand.rest()
        return self.window

    def sell(self, products: Sequence[str], method: str, member: str = "", minutes: float = 3) -> None:
        """One sale of the morning, through the counter's own acts: goods by barcode, one tender."""
        till = self.hand.till
        if member:
            till.selling.scan(member)
        for product in products:
            till.selling.scan(self._barcodes[product])
        self.hand.settle_confirms()
        till.checkout.begin()
        till.checkout.tender(method, 0, "" if method == "cash" else "1234")
        durable = threading.Event()
        till.checkout.complete(durable.set)
        self.hand.wait(durable.is_set, "a sale of the morning")
        till.checkout.settle()
        till.checkout.next_customer()
        self.world.pass_minutes(minutes)

    def redraw_sale(self) -> None:
        """Let the sale page see what was done behind it."""
        shell = self.hand.window.shell
        assert shell is not None
        shell.sale.on_shown()

    def pay_page(self) -> None:
        """F12 on the sale."""
        self.hand.rest()
        self.hand.press("F12")
        self.hand.wait(lambda: self.hand.till.checkout.open, "the pay page")
        self.hand.rest()

    def finish_sale(self) -> None:
        """Complete what is paid for, and go on to the next customer."""
        self.hand.rest()
        self.hand.press("F12")
        self.hand.wait(lambda: self.hand.till.checkout.scene().state == "done", "the sale to be durable")
        self.number = self.hand.till.checkout.scene().number


def walk(tour: Tour, stops: Sequence[Stop], seen: Callable[[Stop, QWidget | None], None]) -> None:
    """Reach every state in turn; `seen` is told what to look at, or None where the screen is not built."""
    for stop in stops:
        seen(stop, stop.reach(tour))


def _read_behind(hand: Hand) -> None:
    """Wait for what sale and page read in slices behind their paint: it belongs to the picture."""
    shell = hand.window.shell
    if shell is not None:
        sale = shell.sale
        hand.wait(lambda: not sale.reading and not shell.page.reading, "what is read behind the page")
        hand.rest(50)


def grab_looks(hand: Hand, subject: QWidget, stem: Path, looks: tuple[Look, ...]) -> None:
    """Grab a window in every look as `<stem>_<look>.png`, and leave it in the first."""
    for look in (*looks, looks[0]):
        hand.theme.set_scale(look.scale)
        hand.theme.set_mode(look.mode)
        hand.theme.set_language(look.language)
        # A window that lies behind another shows nobody where the keyboard is.
        subject.activateWindow()
        for _ in range(3):
            # What the frame reads a moment later wants to be laid out as well; a smaller scale lets the window become smaller only then.
            subject.resize(look.width, look.height)
            hand.rest(50)
        _read_behind(hand)
        subject.grab().save(f"{stem}_{look.suffix}.png")


# ---------------------------------------------------------------------- the states, in the order of a day


def _sign_in(tour: Tour) -> QWidget:
    tour.hand.type(tour.pins["cashier"][:2])
    return tour.window


def _sign_in_count(tour: Tour) -> QWidget:
    tour.hand.press("Back", "Back", "F7")
    tour.hand.rest()
    return tour.window


def _first_sale(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.press("Esc")
    hand.type(tour.pins["cashier"])
    hand.press("Enter")
    hand.wait(lambda: hand.window.signed_in, "the counter")
    hand.rest()
    return tour.window


_MORNING: tuple[tuple[tuple[str, ...], str, bool], ...] = (
    (("P6000A1", "P6011A1"), "cash", False),
    (("P5800A1",), "qr", True),
    (("P6013A1", "P6012A1", "P6007A1"), "qr", False),
    (("P6021A1",), "cash", False),
    (("P6001A1", "P6014A1"), "insurance", True),
    (("P5807A1",), "qr", False),
    (("P6019A1", "P6000A1"), "cash", True),
    (("P6020A1",), "qr", True),
)


def _empty(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.go("shift")
    hand.press("F9")
    hand.type(tour.pins["pharmacist"])
    hand.press("Enter")
    hand.wait(lambda: bool(hand.till.store.shifts.duty_pharmacists()), "the pharmacist on duty")
    hand.go("sale")
    for products, method, known in _MORNING:
        tour.sell(products, method, tour.code("member") if known else "", minutes=40)
    hand.scan(tour.code("barcode", "P6000A1"))
    hand.press("F6")
    tour.world.pass_minutes(4)
    tour.redraw_sale()
    hand.rest()
    return tour.window


def _customer(tour: Tour) -> QWidget | None:
    """The customer's screen as it stands now, in a window of its own."""
    hand = tour.hand
    shell = hand.window.shell
    assert shell is not None
    if hand.till.settings.text("customer.screen") != "window":
        hand.till.settings.set("customer.screen", "window").result()
        hand.window.bridge.tuned.emit("customer.screen")
    hand.wait(lambda: shell.customer is not None and shell.customer.screen is not None, "the customer's screen")
    hand.rest()
    return shell.customer.screen if shell.customer is not None else None


def _customer_thanks(tour: Tour) -> QWidget | None:
    """The thanks of the sale just paid, held for all looks: the display itself is idle again after a few seconds."""
    if _customer(tour) is None:
        return None
    shell, theme = tour.hand.window.shell, tour.hand.theme
    assert shell is not None and shell.customer is not None
    view, shop, screen = tour.hand.till.customer.view, shell.customer.shop, CustomerScreen(theme)
    theme.changed.connect(lambda: screen.show_view(view, shop()))
    screen.show_view(view, shop())
    return screen


def _member_rx(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.scan(tour.code("barcode", "P5800A1"))
    hand.press("F6")
    tour.world.pass_minutes(2)
    hand.rest()
    for code in tour.codes("trace", "P1000A1"):
        hand.scan(code)
    hand.prescription("王秀兰", tour.pins["pharmacist"])
    hand.press("Enter")
    hand.wait(lambda: not hand.till.selling.scene().blocks, "the review to be signed")
    hand.rest()
    hand.scan(tour.code("member"))
    hand.scan(tour.code("near_expiry"))
    hand.scan(tour.code("barcode", "P5800A1"))
    hand.scan(tour.code("coupon"))
    hand.scan(tour.code("trace", "P2200A1"))
    return tour.window


def _search(tour: Tour) -> QWidget:
    tour.hand.type("aldp")
    tour.hand.rest()
    return tour.window


def _palette(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.press("Esc")
    hand.press("Ctrl K")
    hand.type("aldp")
    hand.rest()
    return tour.window


def _leave_palette(tour: Tour) -> None:
    tour.hand.press("Esc", "Esc")
    tour.hand.rest()


def _pay_split(tour: Tour) -> QWidget:
    hand = tour.hand
    _leave_palette(tour)
    hand.settle_confirms()
    tour.redraw_sale()
    tour.pay_page()
    hand.press("F6")
    hand.type("60")
    hand.press("Enter")
    hand.type("0217")
    hand.press("Enter")
    hand.wait(lambda: len(hand.till.checkout.scene().tenders) == 1, "the insurer's part")
    hand.rest()
    hand.press("F5")
    hand.rest()
    return tour.window


def _pay_cash(tour: Tour) -> QWidget:
    tour.hand.press("F7")
    tour.hand.type("200")
    return tour.window


def _paid(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.press("Enter")
    hand.wait(lambda: hand.till.checkout.scene().remaining_fen == 0, "the money")
    tour.finish_sale()
    hand.rest(700)
    return tour.window


def _next(tour: Tour) -> None:
    tour.hand.press("Enter")
    tour.hand.wait(lambda: not tour.hand.till.checkout.open, "the next customer")
    tour.hand.rest()


def _refused(tour: Tour) -> QWidget:
    hand = tour.hand
    _next(tour)
    hand.scan(tour.code("expired"))
    hand.scan(tour.code("unknown"))
    return tour.window


def _blocked(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.press("Del", "Del")
    hand.rest()
    if tour.world.connected:
        tour.world.cut_line()
        hand.till.sync.wake(now=True)
        hand.wait(lambda: hand.till.sync.state.kind == "offline", "the till to notice the cut line")
        tour.sell(("P6000A1", "P6012A1"), "cash", minutes=2)
        tour.sell(("P6020A1",), "qr", tour.code("member"), minutes=2)
        shell = hand.window.shell
        assert shell is not None
        hand.wait(shell.banner.isVisible, "the banner")
        tour.redraw_sale()
    for box in tour.codes("trace", "P2000A1"):
        hand.scan(box)
    hand.scan(tour.code("barcode", "P5800A1"))
    hand.scan(tour.code("barcode", "P6000A1"))
    hand.press("Up", "Up")
    hand.rest()
    return tour.window


def _registration(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.press("F12", "Enter")
    hand.rest()
    # The law's own way out asks which of the three boxes goes back.
    hand.press("Enter")
    hand.wait(lambda: hand.till.selling.scene().lines[0].quantity == 2, "two packs")
    hand.rest()
    hand.press("F12", "Enter")
    hand.rest()
    return tour.window


def _sync_offline(tour: Tour) -> QWidget | None:
    hand = tour.hand
    hand.press("Esc")
    hand.rest()
    while hand.till.selling.scene().lines:
        hand.till.selling.remove(hand.till.selling.scene().lines[-1].line_id)
    tour.redraw_sale()
    if not tour.world.connected:
        return None
    hand.go("sync")
    return tour.window


def _sync_online(tour: Tour) -> QWidget:
    hand = tour.hand
    if tour.world.connected:
        tour.world.mend_line()
        hand.till.sync.wake(now=True)
        hand.wait(lambda: hand.till.sync.state.kind == "online", "headquarters")
        hand.wait(lambda: not hand.till.store.outbox.counts().waiting, "headquarters to have everything")
    hand.go("sync")
    return tour.window


def _stock(tour: Tour) -> QWidget:
    """A product whose shelf has a history: taken in twice, sold, one pack broken, one lot locked."""
    hand = tour.hand
    stocking, pin = hand.till.stocking, tour.pins["manager"]
    stocking.receive("P1000A1", "8169007", date(2027, 1, 31), 6).result(60)
    stocking.receive("P1000A1", "8151220", date(2028, 9, 30), 3).result(60)
    lots = {lot.lot_no: lot for lot in stocking.rows("P1000A1")}
    stocking.set_lot_state(lots["8151220"].lot_id, "locked", "quality_doubt", pin).result(60)
    stocking.correct(lots["8174419"].lot_id, -1, "damage", "shelf", pin).result(60)
    hand.go("stock")
    hand.scan(tour.code("trace", "P1000A1"))
    hand.rest()
    return tour.window


def _returns(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.go("returns")
    hand.scan(tour.number)
    hand.wait(lambda: hand.till.returning.scene().state == "choosing", "the original sale")
    hand.insist(lambda: hand.press("F4", "1"), lambda: bool(hand.till.returning.scene().reason), "the reason")
    hand.insist(lambda: hand.press("Up", "Space"), lambda: bool(hand.till.returning.scene().total_fen), "a line to be chosen")
    hand.rest()
    return tour.window


def _returned(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.press("F12")
    hand.type(tour.pins["manager"])
    hand.press("Enter")
    hand.wait(lambda: not hand.till.returning.scene().needs_approval, "the manager's approval")
    hand.rest()
    hand.press("F12")
    hand.wait(lambda: hand.till.returning.scene().state == "done", "the return to be durable")
    hand.rest()
    return tour.window


def _page(key: str) -> Callable[[Tour], QWidget | None]:
    def reach(tour: Tour) -> QWidget | None:
        return tour.open(key)

    return reach


def _price_check(tour: Tour) -> QWidget:
    tour.hand.go("sale")
    tour.hand.press("Shift F2")
    tour.hand.scan(tour.code("trace", "P2200A1"))
    tour.hand.rest()
    return tour.window


def _join(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.press("Esc")
    hand.scan(tour.code("barcode", "P5800A1"))
    hand.press("Ctrl J")
    hand.type("13900007777")
    hand.press("Enter")
    hand.rest()
    return tour.window


def _consents(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.press("Esc")
    hand.scan(tour.code("member"))
    hand.press("Ctrl J")
    hand.rest()
    return tour.window


SIGNED = (
    ((0.10, 0.30), (0.18, 0.28), (0.26, 0.30), (0.22, 0.45), (0.16, 0.66)),
    ((0.21, 0.48), (0.26, 0.60), (0.31, 0.70)),
    ((0.42, 0.22), (0.43, 0.45), (0.40, 0.68), (0.47, 0.74), (0.58, 0.66)),
    ((0.66, 0.34), (0.76, 0.30), (0.86, 0.33), (0.80, 0.52), (0.70, 0.72), (0.84, 0.64)),
)
"""A name as somebody may draw it, in shares of the pad."""


def _consents_signed(tour: Tour) -> QWidget | None:
    """What goes to another platform ticked and signed, before it is recorded."""
    from app.desktop.screens.question import ChipRow
    from app.desktop.widgets.signature import SignaturePad

    hand, shell = tour.hand, tour.hand.window.shell
    assert shell is not None
    next(one for one in reversed(shell.page.findChildren(ChipRow)) if one.isVisible()).setFocus()
    hand.press("2")
    hand.rest()
    hand.press("6")
    pad = next(one for one in shell.page.findChildren(SignaturePad) if one.isVisible())
    for stroke in SIGNED:
        places = [QPoint(round(x * pad.width()), round(y * pad.height())) for x, y in stroke]
        QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=places[0])
        for place in places[1:]:
            QTest.mouseMove(pad, place)
        QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=places[-1])
    hand.rest()
    return tour.window


def _code_sent(tour: Tour) -> QWidget | None:
    """A code on its way to the member's phone; a till that stands alone has none to send."""
    hand = tour.hand
    if not tour.world.connected:
        return None
    hand.press("Esc")
    hand.wait(lambda: hand.till.verifying.offered, "headquarters to say that it sends codes")
    hand.press("Ctrl I", "4", "Enter")
    hand.wait(lambda: (code := hand.till.verifying.scene) is not None and code.state != "sending", "the message to be sent")
    hand.rest()
    return tour.window


def _person(tour: Tour) -> QWidget:
    tour.hand.press("Esc")
    tour.hand.till.selling.clear()
    tour.redraw_sale()
    tour.hand.rest()
    shell = tour.hand.window.shell
    assert shell is not None
    shell.bar.person_pressed.emit()
    tour.hand.rest()
    return tour.window


def _rx_review(tour: Tour) -> QWidget | None:
    """A member's prescription half reviewed, and a stranger's held behind it."""
    hand = tour.hand
    hand.press("Esc")
    hand.go("sale")
    hand.scan(tour.code("trace", "P2400A1"))
    hand.press("F6")
    tour.world.pass_minutes(4)
    hand.rest()
    hand.scan(tour.code("member"))
    hand.scan(tour.code("trace", "P1400A1"))
    if tour.open("rx") is None:
        return None
    for words in ("DEMO-0002", "演示医院", "演示医师", "2 型糖尿病"):
        hand.fill(words)
    hand.press("1", "Enter", "2", "Enter")
    return tour.window


def _member(tour: Tour) -> QWidget | None:
    """Picture 03: the member of the open sale."""
    hand = tour.hand
    hand.go("sale")
    if not hand.till.selling.basket.member_id:
        hand.scan(tour.code("member"))
        hand.rest()
    return tour.open("member")


def _member_advice(tour: Tour) -> QWidget | None:
    """A reading entered, and what it means."""
    hand = tour.hand
    hand.press("F4")
    hand.rest()
    # The pulse may be left out: Enter on the second figure takes the reading, and what it means is on the page.
    for figure in ("146", "92"):
        hand.fill(figure)
    hand.rest()
    return tour.window


def _member_form(*keys: str) -> Callable[[Tour], QWidget | None]:
    """Leave the form that is open on the member's page, and open another by its keys."""

    def reach(tour: Tour) -> QWidget | None:
        for key in ("Esc", *keys):
            tour.hand.press(key)
            tour.hand.rest()
        return tour.window

    return reach


def _member_money(tour: Tour) -> QWidget | None:
    """Stored value with something in it: what may be paid out, and the load of this shift that may be taken back."""
    till = tour.hand.till
    if not tour.world.connected:
        return None
    till.loading.load(till.selling.basket.member_id, 50_000, "cash").wait()
    return _member_form("F7")(tour)


def _pay_stored(tour: Tour) -> QWidget | None:
    """Stored value as a way of paying, with how old the balance is."""
    hand = tour.hand
    if not tour.world.connected:
        return None
    hand.go("sale")
    hand.till.selling.clear()
    hand.scan(tour.code("member"))
    hand.scan(tour.code("barcode", "P5800A1"))
    tour.pay_page()
    hand.press("F4")
    hand.rest()
    return tour.window


def _campaigns(tour: Tour) -> QWidget | None:
    """What the offers do in the sale at hand."""
    for product in ("P5800A1", "P6000A1"):
        tour.hand.scan(tour.code("barcode", product))
    return tour.open("campaigns")


def _printer(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.press("Esc")
    hand.till.selling.clear()
    tour.world.take_paper()
    tour.sell(("P6000A1",), "cash", minutes=1)
    tour.sell(("P6011A1",), "cash", minutes=1)
    hand.wait(lambda: hand.till.printing.state.kind not in ("ready", "none") or not tour.world.connected, "the printer to notice")
    tour.redraw_sale()
    shell = hand.window.shell
    assert shell is not None
    shell.bar.printer_pressed.emit()
    hand.rest()
    return tour.window


def _devices(tour: Tour) -> QWidget | None:
    tour.hand.press("Esc")
    return tour.open("devices")


def _count(tour: Tour) -> QWidget:
    hand = tour.hand
    tour.world.load_paper()
    for held in hand.till.selling.scene().held:
        hand.till.selling.recall(held.basket_id)
        hand.wait(lambda: not hand.till.selling.writing, "the held sale")
        while hand.till.selling.scene().lines:
            hand.till.selling.remove(hand.till.selling.scene().lines[-1].line_id)
    hand.go("shift")
    return tour.window


def _counted(tour: Tour) -> QWidget:
    hand = tour.hand
    # Five yuan short, to a whole jiao: what is counted is coins.
    expected = (hand.till.shifts.totals().expected_cash_fen - 500) // 10 * 10
    for piece in (10000, 5000, 2000, 1000, 500, 100, 50, 10):
        hand.fill(str(expected // piece))
        expected %= piece
    hand.wait(lambda: hand.till.shifts.scene().state == "counted", "the count")
    hand.rest()
    return tour.window


def _closed(tour: Tour) -> QWidget:
    hand = tour.hand
    hand.till.shifts.set_difference_reason("change_error")
    hand.press("F12")
    hand.wait(lambda: not hand.till.shifts.has_open_shift, "the shift to close")
    hand.rest(800)
    return tour.window


def _locked(tour: Tour) -> QWidget:
    tour.hand.press("Ctrl L")
    tour.hand.rest()
    return tour.window


def _help(tour: Tour) -> QWidget:
    tour.hand.go("sale")
    tour.hand.press("F1")
    tour.hand.rest()
    return tour.window


def _labels(tour: Tour) -> QWidget | None:
    tour.hand.till.labelling.want("P1000A1")
    return tour.open("labels")


def _template(tour: Tour) -> QWidget | None:
    opened = tour.open("receipt_template")
    if opened is not None:
        shell = tour.hand.window.shell
        assert shell is not None
        papers = shell.page.findChildren(PaperPicture)
        tour.hand.wait(lambda: all(not paper.image.isNull() for paper in papers), "the sample receipt")
    return opened


def _practice(tour: Tour) -> QWidget:
    """Picture 12: the empty sale of the practice shop, under its ribbon."""
    hand = tour.beside(*tour.world.practice_shop())
    hand.type(tour.pins["cashier"])
    hand.press("Enter")
    hand.wait(lambda: hand.window.signed_in, "the practice counter")
    hand.rest()
    return hand.window


def _wizard_start(tour: Tour) -> QWidget:
    wizard = tour.wizard()
    tour.hand.rest()
    return wizard


def _wizard_store(tour: Tour) -> QWidget:
    wizard = tour.wizard()
    QTest.keyClick(wizard, Qt.Key.Key_Return)
    tour.hand.rest()
    return wizard


STOPS: tuple[Stop, ...] = (
    Stop("10_sign_in", _sign_in),
    Stop("10_sign_in_count", _sign_in_count),
    Stop("12_sale_first", _first_sale),
    Stop("12_sale_empty", _empty),
    Stop("06_customer_display_idle", _customer),
    Stop("01_sale_member_rx", _member_rx),
    Stop("06_customer_display_selling", _customer),
    Stop("08_search_lasa", _search),
    Stop("08_command_palette", _palette),
    Stop("04_pay_split_tender", _pay_split),
    Stop("06_customer_display_paying", _customer),
    Stop("04_pay_cash", _pay_cash),
    Stop("04_pay_done", _paid),
    Stop("06_customer_display_thanks", _customer_thanks),
    Stop("07_sale_refused", _refused),
    Stop("07_sale_blocked_by_law", _blocked),
    Stop("07_registration", _registration),
    Stop("05_sync_offline", _sync_offline),
    Stop("05_sync_online", _sync_online),
    Stop("13_stock_lots", _stock),
    Stop("15_returns", _returns),
    Stop("15_returns_done", _returned),
    Stop("20_receipts", _page("receipts")),
    Stop("21_reports", _page("reports")),
    Stop("22_codes", _page("sheet")),
    Stop("23_settings", _page("settings")),
    Stop("24_price_check", _price_check),
    Stop("32_join", _join),
    Stop("32_consents", _consents),
    Stop("32_consents_signed", _consents_signed),
    Stop("32_code_sent", _code_sent),
    Stop("25_person", _person),
    Stop("09_rx_review", _rx_review),
    Stop("03_member360", _member),
    Stop("03_member360_reading", _member_advice),
    Stop("03_member360_family", _member_form("F8")),
    Stop("03_member360_coupons", _member_form("F6")),
    Stop("03_member360_stored", _member_form("F7")),
    Stop("03_member360_erase", _member_form("F10", "Down", "Enter")),
    Stop("03_member360_stored_balance", _member_money),
    Stop("27_campaigns", _campaigns),
    Stop("28_help", _help),
    Stop("29_labels", _labels),
    Stop("30_receipt_template", _template),
    Stop("04_pay_stored", _pay_stored),
    Stop("16_printer_out_of_paper", _printer),
    Stop("16_devices", _devices),
    Stop("11_shift_count", _count),
    Stop("11_shift_counted", _counted),
    Stop("11_shift_closed", _closed),
    Stop("26_lock", _locked),
    Stop("12_sale_empty_training", _practice),
    Stop("31_wizard_start", _wizard_start),
    Stop("31_wizard_store", _wizard_store),
)
"""Every state with a picture; a further one is a function and a row."""
