"""The counter's frame: rail, top bar with the omnibox, banner, the page on screen, function bar; and who gets which key and scan."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QScreen
from PySide6.QtWidgets import QApplication, QLineEdit, QStackedWidget, QWidget

from app.counter.faults import Refused
from app.counter.printing import PrintState
from app.counter.scene import Echo, Scene
from app.desktop import data_age, wording
from app.desktop.bridge import Bridge
from app.desktop.hits import HitList
from app.desktop.look import Look
from app.desktop.panels import MorePanel, Panel, PersonPanel
from app.desktop.screens.page import FKeySpec, Page, Surroundings
from app.desktop.screens.palette import Command, Palette
from app.desktop.screens.settling import settle
from app.desktop.theme import Theme
from app.desktop.theme.sounds import TONES, Sounds
from app.desktop.till import Till
from app.desktop.titles import shift_title, till_title
from app.desktop.training import TrainingRibbon
from app.desktop.widgets.arrange import Column, Row
from app.desktop.widgets.bars import FBar, FKeyEntry, NavEntry, NavRail, TopBar
from app.desktop.widgets.notices import Banner, Ribbon, ScanEcho, Toast
from app.desktop.widgets.surfaces import Ground
from app.devices.status import Known
from app.domain.verdict import Text
from app.records.clock import SHOP_TIME
from app.sync.worker import SyncState

if TYPE_CHECKING:
    # Named only: a till without a second display never loads the one, and the other is only passed on.
    from app.counter.customer_view import CustomerView
    from app.counter.visiting import Visit
    from app.desktop.customer_side import CustomerSide
    from app.desktop.finger_pad import FingerPad

HOME = "sale"
HELP = "help"
DEAD_MS = 300
"""Function keys mean nothing this long after a page change: a double press must not act on the page that follows."""
BANNER_AFTER_MS = 10_000
ECHO_MS = 6_000
CUSTOMER_AFTER_MS = 200
THANKS_MS = 6_000
SEARCH_LIMIT = 20
_FUNCTION_KEY = re.compile(r"(Shift )?F\d{1,2}")
_MULTIPLIER = re.compile(r"\d{1,4}\*")
_TYPED_CODE = re.compile(r"[0-9]{8,}|\d{1,4}\*.+|\S*[/:=]\S{6,}")
_PRICE_CHECKS = ("?", "？")
_BOX_KEYS = frozenset({"+", "-", "*", "/"})
_OFF_LINE = ("offline", "portal")
_SYNC_TONES = {"online": "good", "recovering": "info", "portal": "warn"}
_SYNC_ICONS = {"online": "cloud-check", "offline": "cloud-slash", "recovering": "cloud-arrow-up", "portal": "cloud-warning"}
_DATA = (*data_age.GOODS, *data_age.OFFERS, *data_age.MEMBERS)


class Shell(QWidget):
    """Everything round the pages. It knows no page by name but the sale's, where goods and money are."""

    locked = Signal()
    """Lock the till, or change the person."""
    left = Signal()
    """Leave the program."""
    wished = Signal(str)
    """Open the window anew; see `Page.wish`."""

    page: Page
    """The page on screen."""
    rail: NavRail

    def __init__(self, theme: Theme, till: Till, bridge: Bridge, pages: Sequence[type[Page]], *, at_once: bool = True) -> None:
        """Makes every page once; with `at_once` False only the frame, for `grow` to make them. `come_in` shows the first."""
        super().__init__()
        self.theme = theme
        self.till = till
        self.sounds = Sounds(volume=till.settings.number("sounds.volume") / 100)
        self.pages: dict[str, Page] = {}
        self._dead_until = 0.0
        self._panel: Panel | None = None
        self._specs: tuple[FKeySpec, ...] = ()
        self._banner_seen = False
        self._sync = till.sync.state
        self._print = till.printing.state
        self._language = theme.language
        self._lit = HOME
        self.look = Look(theme, till.settings)
        self._bridge = bridge
        self._palette: Palette | None = None
        self._customer: CustomerSide | None = None
        self._finger_pad: FingerPad | None = None
        self._build()
        if at_once:
            for _ in self.grow(pages):
                pass

    def grow(self, kinds: Sequence[type[Page]]) -> Iterator[None]:
        """Make the pages that this till has, piece by piece, so that no key waits for all of them; the frame stands in its window already,
        because whatever is put into a window is dressed by Qt with all that lies within, each time anew.
        """
        around = Surroundings(self.theme, self.till, self._bridge)
        for kind in kinds:
            if kind.wanted(self.till):
                page = kind(around)
                yield
                self.pages[page.key] = page
                self.stack.addWidget(page)
                yield
        self.page = self.pages.get(HOME) or next(iter(self.pages.values()))
        self.rail = self._make_rail()
        self._rail_place.addWidget(self.rail)
        yield
        self._wire(self._bridge)
        # What the threads told before anybody listened stands here.
        self._sync, self._print = self.till.sync.state, self.till.printing.state
        for page in self.pages.values():
            page.meet(self.pages)
        self.stack.setCurrentWidget(self.page)
        self.rail.set_active(self.page.key)
        self._clock.start()

    # ------------------------------------------------------------------ building

    def _build(self) -> None:
        theme = self.theme
        self.bar = TopBar(theme)
        self.banner = Banner(theme)
        self.stack = QStackedWidget()
        # The strip and the banner take their room from the page; the window does not grow for them.
        self.stack.setMinimumSize(1, 1)
        self.echo = ScanEcho(theme)
        self._echo_ground = Ground(theme, Row(theme, self.echo), "surface")
        self._echo_ground.hide()
        self.fbar = FBar(theme)
        self._rail_place = Row(theme, gap=0)
        self._body = Ground(theme, Column(theme, (self.stack, 1), gap=0))
        self.ribbon: Ribbon | None = self._make_ribbon() if self.till.training else None
        right = Column(theme, self.bar, self.ribbon, self.banner, (self._body, 1), self._echo_ground, self.fbar, gap=0)
        self.setLayout(Row(theme, self._rail_place, (right, 1), gap=0))
        self.hits = HitList(theme, self)
        self.toast = Toast(theme, self._body)
        self._echo_gone = QTimer(self)
        self._echo_gone.setSingleShot(True)
        self._echo_gone.setInterval(ECHO_MS)
        self._echo_gone.timeout.connect(self._echo_ground.hide)
        self._banner_due = QTimer(self)
        self._banner_due.setSingleShot(True)
        self._banner_due.setInterval(BANNER_AFTER_MS)
        self._banner_due.timeout.connect(self._show_banner)
        # Facts of the frame are read behind the repaint, so that a scan does not pay for them.
        self._facts_due = QTimer(self)
        self._facts_due.setSingleShot(True)
        self._facts_due.setInterval(40)
        self._facts_due.timeout.connect(self._read_facts)
        self._thanks = QTimer(self)
        self._thanks.setSingleShot(True)
        self._thanks.setInterval(THANKS_MS)
        self._thanks.timeout.connect(self.till.customer.end_thanks)
        self._clock = QTimer(self)
        self._clock.setInterval(5000)
        self._clock.timeout.connect(self._tick)

    def _make_ribbon(self) -> Ribbon:
        ribbon = TrainingRibbon(self.theme)
        ribbon.left.connect(lambda: self.wished.emit("real"))
        return ribbon

    def _make_rail(self) -> NavRail:
        language = self.theme.language
        shown = [page for page in self.pages.values() if page.in_rail]
        entries = [NavEntry(page.key, page.icon, page.title.of(language)) for page in shown if not page.at_foot]
        foot = [NavEntry(page.key, page.icon, page.title.of(language)) for page in shown if page.at_foot]
        rail = NavRail(self.theme, entries, foot)
        rail.chosen.connect(self.show_page)
        return rail

    def _wire(self, bridge: Bridge) -> None:
        box = self.bar.omnibox
        box.edited.connect(self._edited)
        box.submitted.connect(self._submitted)
        box.moved.connect(self._moved)
        self.hits.chosen.connect(self._choose)
        self.bar.sync_pressed.connect(self._open_sync)
        self.bar.printer_pressed.connect(self._open_printer)
        self.bar.person_pressed.connect(self._open_person)
        self.banner.acted.connect(self._dismiss_banner)
        self.fbar.pressed.connect(self.press)
        self.fbar.more.connect(self._open_more)
        self.echo.acted.connect(self._to_sale)
        self.toast.undone.connect(self._undo)
        bridge.resumed.connect(self._resumed)
        bridge.printing.connect(self._printer_says)
        bridge.syncing.connect(self._sync_says)
        bridge.tuned.connect(self._tuned)
        bridge.visited.connect(self._visited)
        self.till.visiting.on_visit = bridge.visit
        self.till.verifying.told = bridge.resume("sale:code")
        self.till.customer.listen(self._customer_sees)
        self.theme.changed.connect(self._restyled)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.screenAdded.connect(self._face_customer)
        for page in self.pages.values():
            page.go.connect(self.show_page)
            page.echo.connect(self._echoed)
            page.changed.connect(self._page_changed)
            page.type_back.connect(self.take_keyboard)
            page.scan.connect(self.scanned)
            page.toast.connect(self._toasted)
            page.wish.connect(self.wished)

    # ------------------------------------------------------------------ the window tells

    def come_in(self, echo: Echo | None) -> None:
        """Somebody signed in; `echo` tells of a basket that came back."""
        for _ in self.coming_in(echo):
            pass

    def coming_in(self, echo: Echo | None) -> Iterator[None]:
        """The same in steps, so that no turn of the loop has to do all of it."""
        self.look.wear(self.screen())
        self._fit_fingers()
        yield
        self.till.customer.lock(False)
        self._read_facts()
        yield
        self._draw_sync()
        self._draw_printer()
        self._tick()
        yield
        self.page.on_shown()
        self._page_changed()
        if echo is not None:
            self._echoed(echo)
        QTimer.singleShot(CUSTOMER_AFTER_MS, self, self._face_customer)

    def _face_customer(self, _plugged: QScreen | None = None) -> None:
        """The customer's screen comes after the till's own; where there is no second display it is never loaded."""
        wanted = self.till.settings.text("customer.screen")
        if self._customer is None and (wanted == "window" or (wanted == "auto" and len(QApplication.screens()) > 1)):
            from app.desktop.customer_side import CustomerSide

            self._customer = CustomerSide(self.theme, self.till, self._bridge, self.window())

    def _fit_fingers(self) -> None:
        """The number pad is there in the touch profile; anywhere else it is never loaded."""
        if not self.theme.scale.touch:
            if self._finger_pad is not None:
                self._finger_pad.shut()
                self._finger_pad = None
        elif self._finger_pad is None:
            from app.desktop.finger_pad import FingerPad

            self._finger_pad = FingerPad(self.theme, self, self._body, self.key, self._searches_here)

    def _searches_here(self, field: QWidget) -> bool:
        """Whether a field is the one for searching, which has the keyboard whenever nothing else asks for it."""
        return field is self.bar.omnibox.entry or self.palette_open

    def _put_pad_away(self) -> None:
        if self._finger_pad is not None:
            self._finger_pad.put_away()

    @property
    def finger_pad(self) -> FingerPad | None:
        """Digits for fingers, in the touch profile."""
        return self._finger_pad

    def leave(self) -> None:
        """The till is locked: panels close, the page keeps everything."""
        self._put_pad_away()
        self._close_panel()
        self._close_hits()
        self._close_palette()
        self.page.on_left()
        self.till.customer.lock(True)
        self.look.put_off()

    def _customer_sees(self, view: CustomerView) -> None:
        """Thanks stand for a while, on the pole as on the second screen; the next basket ends them sooner."""
        if view.state == "thanks":
            self._thanks.start()
        else:
            self._thanks.stop()

    def _visited(self, visit: object) -> None:
        """Headquarters answered for a member of another store."""
        self.show_scene(self.till.selling.visitor_came(cast("Visit", visit)))

    def _tuned(self, key: str) -> None:
        """A setting has a new value."""
        if key.startswith(("ui.", "keys.")):
            self.look.wear(self.screen())
        elif key == "customer.screen":
            self._face_customer()
        elif key == "customer.private_marks":
            self.till.customer.again()
        elif key == "sounds.volume":
            self.sounds.set_volume(self.till.settings.number(key) / 100)
            self.sounds.play("scan_ok")

    def reject(self) -> None:
        """A scan that may do nothing: heard, for nobody looks at a locked screen."""
        self.sounds.play("scan_rejected")

    def say_paying(self) -> None:
        """A payment is open: what was wished for waits for it."""
        self.toast.show_toast(wording.sentence("payment_open", {}, self.theme.language), icon="hand-coins", tone="warn")

    def shut(self) -> None:
        """The program ends."""
        for timer in (self._echo_gone, self._banner_due, self._facts_due, self._thanks, self._clock):
            timer.stop()
        if self._customer is not None:
            self._customer.shut()
        self.sounds.close()

    def take_keyboard(self) -> None:
        """Give the keyboard to the omnibox."""
        self.bar.omnibox.entry.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def customer(self) -> CustomerSide | None:
        """The customer's side, where there is one."""
        return self._customer

    # ------------------------------------------------------------------ pages

    def show_page(self, key: str) -> None:
        """Bring a page to the front; `sign_in` hands the till over, an unknown key leaves things as they are."""
        if key == "sign_in":
            self.locked.emit()
            return
        page = self.pages.get(key)
        if page is None:
            return
        self._close_panel()
        self._close_hits()
        self._close_palette()
        self._put_pad_away()
        if page is not self.page:
            self.page.on_left()
            self._echo_ground.hide()
            self.toast.hide()
            self._dead_until = time.monotonic() + DEAD_MS / 1000
        self.page = page
        self.bar.omnibox.set_placeholder(page.box_words.of(self.theme.language))
        self.stack.setCurrentWidget(page)
        if page.in_rail:
            # A page the rail does not lead to leaves the place lit that led to it.
            self._lit = key
            self.rail.set_active(key)
        self.take_keyboard()
        page.on_shown()
        self._page_changed()

    @property
    def sale(self) -> Page:
        """Where goods and money go; the page on screen where there is no sale page."""
        return self.pages.get(HOME, self.page)

    def _to_sale(self) -> None:
        self.show_page(HOME)

    def _page_changed(self) -> None:
        self._draw_fkeys()
        self._read_soon()

    def _read_soon(self) -> None:
        if not self._facts_due.isActive():
            self._facts_due.start()

    def _draw_fkeys(self) -> None:
        self._specs = self.page.fkeys()
        language = self.theme.language
        entries = [FKeyEntry(spec.key, spec.label.of(language), spec.enabled, spec.primary) for spec in self._specs]
        if HELP in self.pages and self.page.key != HELP:
            entries.insert(0, FKeyEntry("F1", wording.words("help", language)))
        self.fbar.set_entries(entries)

    def _resumed(self, tag: str) -> None:
        page = self.pages.get(tag.partition(":")[0])
        if page is not None:
            page.on_resumed(tag)

    # ------------------------------------------------------------------ scans

    def scanned(self, raw: str) -> None:
        """One whole scan: the page on screen takes it if it uses scans, else the open sale does."""
        self._read_soon()
        self._close_hits()
        if self._palette is not None and self._palette.isVisible():
            # The palette gives way, and the goods go where goods go.
            self._close_palette()
            self.sale.on_scanned(raw)
            return
        box = self.bar.omnibox
        if _MULTIPLIER.fullmatch(box.text):
            self.sale.on_omnibox(box.text)
        box.clear()
        if self.page.takes_scans or self.page is self.sale:
            self.page.on_scanned(raw)
        else:
            self.sale.on_scanned(raw)

    # ------------------------------------------------------------------ keys

    def press(self, key: str) -> None:
        """Do what a key of the function bar means now."""
        if key == "F1":
            self.show_help()
            return
        spec = self._meant(key)
        if spec is not None:
            self._act(spec)

    def _meant(self, key: str) -> FKeySpec | None:
        """What a key of the page on screen means, where it means anything."""
        return next((spec for spec in self.page.fkeys() if spec.key == key), None)

    def _act(self, spec: FKeySpec) -> None:
        if not spec.enabled or time.monotonic() < self._dead_until:
            return
        self._close_panel()
        self._close_hits()
        try:
            spec.act()
        except Refused as refusal:
            self._echoed(Echo("refused", refusal.code, dict(refusal.facts), sound="scan_rejected"))

    def key(self, name: str, event: QKeyEvent) -> bool:
        """A key before any widget gets it; True when it was used."""
        held = self.window().focusWidget()
        if held is not None and not held.isVisible():
            # A page that went on working behind another one asked for the keyboard: nobody may type into what is not seen.
            self.take_keyboard()
        if self._palette is not None and self._palette.isVisible():
            return self._palette_key(name, event)
        if self.page.takes_key(name):
            return True
        pressed, name = name, self._meaning(name)
        if len(pressed) == 1 and name != pressed:
            # A sign that bears a key's meaning must not be typed as well.
            return event.isAutoRepeat() or self._named_key(name, event) or self.page.on_key(name) or True
        return self._named_key(name, event)

    def _meaning(self, pressed: str) -> str:
        """The standard key that a physical key stands for; keys that also type or edit do so while something is being typed."""
        meant = self.theme.meant(pressed)
        box = self.bar.omnibox
        if meant == pressed or _FUNCTION_KEY.fullmatch(pressed):
            return meant
        if len(pressed) == 1:
            return meant if box.entry.hasFocus() and not box.text else pressed
        return pressed if self._typing() else meant

    def _named_key(self, name: str, event: QKeyEvent) -> bool:
        if _FUNCTION_KEY.fullmatch(name):
            return self._function_key(name, event)
        if name == "Esc":
            return event.isAutoRepeat() or self._escape()
        if name.startswith("Ctrl "):
            return self._control_key(name.removeprefix("Ctrl "), name, event)
        if name == "Del" and not self._typing() and any(spec.key == "Del" for spec in self._specs):
            if not event.isAutoRepeat():
                self.press("Del")
            return True
        box = self.bar.omnibox
        if box.entry.hasFocus() and not box.text and name in _BOX_KEYS:
            return self.page.on_key(name)
        return False

    def _function_key(self, name: str, event: QKeyEvent) -> bool:
        if event.isAutoRepeat() or time.monotonic() < self._dead_until:
            return True
        spec = self._meant(name) if name != "F1" else None
        if name == "F1":
            self.show_help()
        elif spec is not None:
            self._act(spec)
        elif name == "F2":
            self.open_palette()
        else:
            return self.page.on_key(name)
        return True

    def _control_key(self, key: str, name: str, event: QKeyEvent) -> bool:
        if event.isAutoRepeat() and key not in ("Up", "Down"):
            return True
        if key == "L":
            self.locked.emit()
        elif key == "K":
            self.open_palette()
        elif key == "P":
            self._reprint()
        elif key == "Z" and not self._typing():
            self._undo()
        else:
            return (any(spec.key == name for spec in self._specs) and self._pressed(name)) or self.page.on_key(name)
        return True

    def _pressed(self, name: str) -> bool:
        self.press(name)
        return True

    def _escape(self) -> bool:
        """One step back, losing nothing that was entered in a form."""
        box = self.bar.omnibox
        if self._panel is not None:
            self._close_panel()
        elif self.hits.isVisible():
            self._close_hits()
            box.clear()
        elif box.entry.hasFocus() and box.text:
            box.clear()
        elif self.page.on_key("Esc"):
            return True
        elif any(spec.key == "Esc" for spec in self.page.fkeys()):
            self.press("Esc")
        elif self.page is not self.sale:
            self._to_sale()
        self._keep_keyboard()
        return True

    def _keep_keyboard(self) -> None:
        if self.focusWidget() is None:
            self.take_keyboard()

    def _typing(self) -> bool:
        """Whether a field with text in it has the keyboard."""
        focused = QApplication.focusWidget()
        return isinstance(focused, QLineEdit) and bool(focused.text()) and not focused.isReadOnly()

    def unclaimed(self, name: str, event: QKeyEvent) -> bool:
        """A key that no widget wanted: the page may use it; else what is typed goes into the omnibox."""
        entry = self.bar.omnibox.entry
        if self.palette_open:
            return True
        if name == "Enter" and entry.hasFocus():
            return True
        if not name or (event.isAutoRepeat() and name == "Enter"):
            return False
        if self.page.on_key(name):
            return True
        text = event.text()
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if text and text.isprintable() and plain and not entry.hasFocus():
            secret = self._secret_asked() if text.isdigit() else None
            if secret is not None:
                # The digits of a PIN stand nowhere for all to read.
                secret.setFocus(Qt.FocusReason.OtherFocusReason)
                secret.insert(text)
                return True
            self.take_keyboard()
            entry.insert(text)
            self._edited(entry.text())
            return True
        return False

    def _secret_asked(self) -> QLineEdit | None:
        """The field of a PIN that the page asks for just now."""
        fields = self.page.findChildren(QLineEdit)
        return next((one for one in fields if one.echoMode() is QLineEdit.EchoMode.Password and one.isVisible() and one.isEnabled()), None)

    # ------------------------------------------------------------------ palette and help

    def open_palette(self) -> Palette:
        """One surface for goods, members, papers and commands; what stands in the box goes with it."""
        if self._palette is None:
            self._palette = Palette(self.theme, self, self.till)
            self._palette.product.connect(self._choose)
            self._palette.lots.connect(self._show_lots)
            self._palette.member.connect(self._take_member)
            self._palette.paper.connect(self._show_paper)
            self._palette.closed.connect(self._palette_closed)
        self._close_panel()
        self._close_hits()
        text = self.bar.omnibox.text
        self.bar.omnibox.clear()
        self._palette.open(text, self._commands())
        return self._palette

    @property
    def palette_open(self) -> bool:
        """Whether the palette is on the screen."""
        return self._palette is not None and self._palette.isVisible()

    def _commands(self) -> list[Command]:
        """Everything that can be done here now: the page's keys, the places, and what every page has."""
        language, dark = self.theme.language, self.theme.dark
        title = self.page.title.of(language)
        here = [
            Command(spec.key, spec.label, spec.key, partial(self.press, spec.key), title)
            for spec in self.page.fkeys()
            if spec.enabled and spec.key != "Esc"
        ]
        go = wording.WINDOW["go_to"]
        places = [
            Command(
                page.key,
                Text(go.zh.format(page=page.title.zh), go.en.format(page=page.title.en)),
                "",
                partial(self.show_page, page.key),
                icon=page.icon,
            )
            for page in self.pages.values()
            if page.in_rail and page is not self.page
        ]
        everywhere = [
            Command("help", wording.WINDOW["help"], "F1", self.show_help, icon="question"),
            Command("undo", wording.WINDOW["undo"], "Ctrl Z", self._undo, icon="arrow-counter-clockwise"),
            Command("reprint", wording.WINDOW["reprint_last"], "Ctrl P", self._reprint, icon="printer"),
            Command("lock", wording.WINDOW["lock"], "Ctrl L", self.locked.emit, icon="lock-simple"),
            Command("look", wording.WINDOW["to_light" if dark else "to_dark"], "", self._turn_light, icon="sun" if dark else "moon"),
            Command("language", wording.WINDOW["to_english"], "", self._turn_language, icon="globe"),
        ]
        known = [command for command in everywhere if command.name != "help" or HELP in self.pages]
        return [*here, *places, *known]

    def _tune(self, key: str, value: object) -> None:
        future = self.till.tuning.change(key, value)
        future.add_done_callback(lambda _: self._bridge.tuned.emit(key))

    def _turn_light(self) -> None:
        self._tune("ui.theme", "light" if self.theme.dark else "dark")

    def _turn_language(self) -> None:
        self._tune("ui.language", "zh_CN" if self.theme.language == "en" else "en")

    def _palette_key(self, name: str, event: QKeyEvent) -> bool:
        """Keys while the palette is open: it takes its own, the text field the rest; none reaches the page behind."""
        palette = self._palette
        assert palette is not None
        if name in ("Ctrl K", "F2", "Esc"):
            if not event.isAutoRepeat():
                palette.close_palette()
            return True
        if palette.key(name, repeat=event.isAutoRepeat()):
            return True
        return (name == "Ctrl L" and self._control_key("L", name, event)) or bool(_FUNCTION_KEY.fullmatch(name))

    def _palette_closed(self) -> None:
        self.take_keyboard()

    def _close_palette(self) -> None:
        if self._palette is not None and self._palette.isVisible():
            self._palette.close_palette()

    def _show_lots(self, product_id: str) -> None:
        if "stock" in self.pages:
            self.show_page("stock")
            self.pages["stock"].on_product(product_id)

    def _take_member(self, member_id: str, found_by: str) -> None:
        self.show_page(HOME)
        try:
            self.show_scene(self.till.selling.attach_member(member_id, found_by))
        except Refused as refusal:
            self._echoed(Echo("refused", refusal.code, dict(refusal.facts), sound="scan_rejected"))
            return
        self._echoed(self.till.selling.scene().echo)

    def _show_paper(self, number: str) -> None:
        if "receipts" in self.pages:
            self.show_page("receipts")
            self.pages["receipts"].on_omnibox(number)

    def show_help(self) -> None:
        """Help on the page on screen; F1 again goes back to it."""
        page = self.pages.get(HELP)
        if page is None:
            return
        if self.page is page:
            page.on_key("Esc")
            return
        self._close_palette()
        page.show_topic(self.page.key)
        self.show_page(HELP)

    # ------------------------------------------------------------------ the omnibox

    @property
    def _seeker(self) -> Page:
        return self.page if self.page.searches else self.sale

    def _edited(self, text: str) -> None:
        typed = text.strip()
        if typed[:1] in _PRICE_CHECKS and self.page is self.sale and self.sale.on_omnibox(typed[0]):
            # From here on the page looks up instead of adding; the sign itself is no part of the words.
            typed = typed[1:].strip()
            self.bar.omnibox.set_text(typed)
        if _MULTIPLIER.fullmatch(typed):
            self._close_hits()
            if self.sale.on_omnibox(typed):
                self.bar.omnibox.clear()
            return
        if not typed or (typed.isdigit() and len(typed) > 14) or not self._seeker.suggests:
            self._close_hits()
            return
        self.hits.show_hits(typed, self.till.selling.search(typed, SEARCH_LIMIT), self.bar.omnibox, adds=self._seeker.adds)

    def _moved(self, by: int) -> None:
        if self.hits.isVisible():
            self.hits.step(by)
        else:
            self.page.on_key("Up" if by < 0 else "Down")

    def _submitted(self, text: str) -> None:
        typed = text.strip()
        chosen = self.hits.current() if self.hits.isVisible() else None
        code = _TYPED_CODE.fullmatch(typed) is not None
        if chosen is not None and (self.hits.moved or not code):
            self._choose(chosen.product_id)
            return
        self._close_hits()
        target = self.page if not typed else self._seeker
        if target.on_omnibox(typed) and typed:
            self.bar.omnibox.clear()

    def _choose(self, product_id: str) -> None:
        self._close_hits()
        self.bar.omnibox.clear()
        self.take_keyboard()
        self._seeker.on_product(product_id)

    def _close_hits(self) -> None:
        self.hits.hide()

    def _hang_hits(self) -> None:
        if self.hits.isVisible():
            self.hits.show_again()

    # ------------------------------------------------------------------ echoes

    def show_scene(self, scene: Scene) -> None:
        """Hand a scene of the sale to every page that draws it."""
        for page in self.pages.values():
            page.show_scene(scene)

    def _echoed(self, echo: object) -> None:
        if not isinstance(echo, Echo):
            return
        if echo.sound in TONES:
            self.sounds.play(echo.sound)
        if self.page.draws_echo:
            return
        spoken = wording.spoken(echo, self.theme.language)
        elsewhere = self.page is not self.sale and echo.kind in ("added", "quantity", "unknown", "member", "code")
        action = wording.words("to_sale", self.theme.language) if elsewhere and HOME in self.pages else ""
        detail = wording.words("kept_for_next", self.theme.language) if elsewhere and echo.kind == "added" else spoken.detail
        self.echo.show_echo(spoken.icon, spoken.tone, spoken.title, detail, action)
        self._echo_ground.show()
        self._echo_gone.start()

    def _toasted(self, words: str, icon: str) -> None:
        self.toast.show_toast(words, icon=icon or "check-circle")

    def _undo(self) -> None:
        if not self.page.undo() and self.page is not self.sale:
            self.sale.undo()

    def _reprint(self) -> None:
        language = self.theme.language
        last = next(iter(self.till.store.sales.recent(limit=1)), None)
        if last is None:
            self.toast.show_toast(wording.words("no_last_sale", language), icon="printer", tone="warn")
            return

        def printing(copied: bool) -> None:
            self.toast.show_toast(wording.words("reprinting" if copied else "printing_first", language, number=last.number), icon="printer")

        def refused(refusal: Refused) -> None:
            self._echoed(Echo("refused", refusal.code, dict(refusal.facts), sound="scan_rejected"))

        try:
            pending = self.till.shifts.reprint(last.event_id, last.reprints + 1)
        except Refused as refusal:
            refused(refusal)
            return
        settle(self._bridge, pending, printing, refused, lambda: self._echoed(Echo("told", "disk_slow")))

    # ------------------------------------------------------------------ the top bar

    def _read_facts(self) -> None:
        checkout = self.till.checkout
        self.till.customer.show(self.till.selling.last_scene(), checkout.scene() if checkout.open else None)
        frame = self.till.staging.frame()
        language = self.theme.language
        say = wording.words
        store = " · ".join(part for part in (frame.store_name, frame.branch) if part)
        sale = say("sale_no", language, number=f"{frame.next_sale_no:04d}")
        title = till_title(frame.till_title, frame.till, language)
        named = shift_title(frame.shift_title, self.till.settings.get("shift.names"), language)
        shift = named if self.till.shifts.has_open_shift else say("no_shift_short", language)
        self.bar.set_place(store, " · ".join(part for part in (title, shift, sale) if part))
        role, tone = wording.role(frame.role, language)
        self.bar.set_person(frame.person, role, tone)
        for page in self.pages.values():
            if page.in_rail:
                self.rail.set_badge(page.key, page.badge(), "badge_info" if page.at_foot else "badge")
        self.page.read_behind()

    def _tick(self) -> None:
        self.bar.set_clock(f"{self.till.clock.now().astimezone(SHOP_TIME):%H:%M}")
        if self._sync.kind in _OFF_LINE:
            self._draw_sync()

    def _sync_says(self, state: object) -> None:
        if not isinstance(state, SyncState):
            return
        was_off = self._sync.kind in _OFF_LINE
        self._sync = state
        if state.kind in _OFF_LINE:
            if not was_off or (not self._banner_due.isActive() and not self.banner.isVisible() and not self._banner_seen):
                self._banner_due.start()
        else:
            self._banner_due.stop()
            self.banner.hide()
            self._banner_seen = False
        self._draw_sync()
        self._read_soon()

    def _draw_sync(self) -> None:
        state, language = self._sync, self.theme.language
        at = f"{state.last_ok_at.astimezone(SHOP_TIME):%H:%M}" if state.last_ok_at else ""
        key = f"pill_{state.kind}" if state.kind != "offline" or state.waiting else "pill_offline_0"
        words = wording.words(key, language, time=at, count=state.waiting, sent=state.sent, backlog=state.backlog).strip()
        # How long it has been off the line is read only where it is.
        tone = self._offline_tone() if state.kind == "offline" else _SYNC_TONES.get(state.kind, "mute")
        icon = _SYNC_ICONS.get(state.kind, "storefront")
        self.bar.set_sync(words, tone, icon)
        if "sync" in self.pages:
            self.rail.set_icon("sync", "cloud-slash" if state.kind in _OFF_LINE else "cloud-check")

    def _offline_age(self) -> timedelta:
        """How long nothing went up, or how old what came down is: the older of the two."""
        now = self.till.clock.now()
        known = (self.till.store.outbox.counts().oldest_at, data_age.read_at(self.till, _DATA))
        return max((now - at for at in known if at), default=timedelta())

    def _offline_tone(self) -> str:
        return data_age.tone_of(self._offline_age())

    def _data_words(self) -> str:
        """How old prices, members and coupons are, and once they are old what that makes unsafe."""
        now, at = self.till.clock.now(), data_age.read_at(self.till, _DATA)
        if at is None:
            return wording.words("data_age_never", self.theme.language)
        key = "data_age_old" if now - at >= data_age.OLD else "data_age"
        return wording.words(key, self.theme.language, time=data_age.moment(at, now))

    def _show_banner(self) -> None:
        self._banner_due.stop()
        if self._sync.kind not in _OFF_LINE or self._banner_seen:
            return
        language, waiting = self.theme.language, self._sync.waiting
        tone, age = self._offline_tone(), self._offline_age()
        title = "offline_title" if tone == "info" else "old_title"
        body = "offline_body" if waiting else "offline_body_0"
        self.banner.show_banner(
            tone,
            "cloud-slash",
            wording.words(title, language, hours=int(age.total_seconds() // 3600)),
            f"{wording.words(body, language, count=waiting)} · {self._data_words()}",
            wording.words("got_it", language),
        )

    def _dismiss_banner(self) -> None:
        self._banner_seen = True
        self.banner.hide()

    def _printer_says(self, state: object) -> None:
        if isinstance(state, PrintState):
            self._print = state
            self._draw_printer()

    def _draw_printer(self) -> None:
        state, language = self._print, self.theme.language
        trouble = f"trouble_{state.kind}"
        bad = trouble in wording.WINDOW
        parts = [wording.words(trouble, language)] if bad else []
        if state.asks:
            parts.append(wording.words("paper_back", language, count=state.asks))
        elif state.queued:
            parts.append(wording.words("to_reprint", language, count=state.queued))
        if state.unknown:
            parts.append(wording.words("maybe_printed", language, count=state.unknown))
        if state.road == 2:
            parts.append(wording.words("on_second_printer", language))
        if not parts and state.status.paper_ample is Known.NO:
            parts.append(wording.words("paper_low", language))
        self.bar.set_printer(" · ".join(parts), "bad" if bad and state.road == 1 else "warn")

    # ------------------------------------------------------------------ panels

    def _open(self, panel: Panel) -> None:
        self._close_panel()
        self._close_hits()
        self._panel = panel
        panel.closed.connect(self._panel_closed)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def _open_person(self) -> None:
        panel = PersonPanel(self.theme, self, self.bar, self.till, self.sounds, self.screen().availableSize())
        panel.lock.connect(self.locked)
        panel.leave.connect(self.left)
        self._open(panel)

    def _open_printer(self) -> None:
        self.show_page("devices")

    def _open_more(self) -> None:
        panel = MorePanel(self.theme, self, self.fbar, self._specs)
        panel.pressed.connect(self.press)
        self._open(panel)

    def _open_sync(self) -> None:
        self.show_page("sync")

    def _close_panel(self) -> None:
        if self._panel is not None:
            self._panel.close_panel()

    def _panel_closed(self) -> None:
        self._panel = None
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self._keep_keyboard()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press beside an open panel closes it, and still does what it was meant to do."""
        if (
            self._panel is not None
            and event.type() == QEvent.Type.MouseButtonPress
            and isinstance(event, QMouseEvent)
            and isinstance(watched, QWidget)
            and not self._panel.holds(event.globalPosition())
        ):
            self._close_panel()
        return False

    # ------------------------------------------------------------------ theme

    def _restyled(self) -> None:
        self._fit_fingers()
        if self.theme.language != self._language:
            self._language = self.theme.language
            fresh = self._make_rail()
            self._rail_place.removeWidget(self.rail)
            self.rail.hide()
            self.rail.deleteLater()
            self.rail = fresh
            self._rail_place.addWidget(fresh)
            fresh.set_active(self._lit)
            self.bar.omnibox.set_placeholder(self.page.box_words.of(self._language))
        # Once everything on it has the new language and size.
        QTimer.singleShot(0, self, self._hang_hits)
        self._page_changed()
        self._draw_sync()
        self._draw_printer()
        if self.banner.isVisible():
            self._show_banner()
