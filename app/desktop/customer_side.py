"""The second screen: decides whether and where it stands, and shows on it what the counter says the customer may see."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from app.counter.customer_view import CustomerView
from app.counter.today import Today
from app.desktop import wording
from app.desktop.bridge import Bridge
from app.desktop.customer_screen import CustomerScreen, Service, ShopFace
from app.desktop.theme import Theme
from app.desktop.theme.paint import money_text
from app.desktop.till import Till
from app.records.clock import SHOP_TIME

BEHIND_MS = 20
"""The till's own screen is painted first; the customer's follows this much later."""
CLOCK_MS = 10_000
_SERVICE_ICONS = (("血压", "heartbeat"), ("血糖", "drop"), ("代煎", "cooking-pot"), ("送药", "truck"))


class CustomerSide(QObject):
    """Watches the counter's view for customers, the displays and the setting; without a second display there is no window and no work."""

    def __init__(self, theme: Theme, till: Till, bridge: Bridge, window: QWidget) -> None:
        """`window` is the cashier's; the customer's stands on another display than it."""
        super().__init__(window)
        self._theme, self._till, self._window = theme, till, window
        self._today = Today(till.store, till.clock, till.shifts, till.staging)
        self.screen: CustomerScreen | None = None
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(BEHIND_MS)
        self._due.timeout.connect(self._tell)
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._clock.timeout.connect(self._tell)
        till.customer.listen(self._seen)
        bridge.tuned.connect(self._tuned)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self.place)
        application.screenRemoved.connect(self.place)
        theme.changed.connect(self.changed)
        self.place()

    # ------------------------------------------------------------------ where

    def display(self) -> QScreen | None:
        """The display for customers: the one that was chosen by its serial number, else the first that is not the cashier's."""
        wanted = self._till.settings.text("customer.display")
        others = [screen for screen in QGuiApplication.screens() if screen is not self._window.screen()]
        chosen = [screen for screen in others if wanted and wanted in (screen.serialNumber(), screen.name())]
        return next(iter(chosen or others), None)

    def place(self, _screen: QScreen | None = None) -> None:
        """Show the window on its display, as a plain window where that is wanted, or put it away: a display was plugged or pulled."""
        way = self._till.settings.text("customer.screen")
        display = self.display()
        if way == "off" or (way == "auto" and display is None):
            if self.screen is not None:
                self.screen.hide()
            self._clock.stop()
            return
        if self.screen is None:
            self.screen = CustomerScreen(self._theme)
        self._tell()
        active = self._window.isActiveWindow()
        if display is not None:
            self.screen.setScreen(display)
            self.screen.setGeometry(display.geometry())
            self.screen.showFullScreen()
        else:
            self.screen.resize(self.screen.sizeHint())
            self.screen.show()
        if active:
            # Some window systems make whatever comes up the active window; scans and keys are the cashier's.
            self._window.activateWindow()
        self._clock.start()

    def _tuned(self, key: str) -> None:
        if key.startswith(("customer.", "store.", "receipt.join")):
            self.place()

    # ------------------------------------------------------------------ what

    def changed(self) -> None:
        """Something on the till changed; tell it a moment later, once for many changes."""
        if self.screen is not None and self.screen.isVisible() and not self._due.isActive():
            self._due.start()

    def _seen(self, _view: CustomerView) -> None:
        self.changed()

    def shop(self) -> ShopFace:
        """What the screen says of the shop: settings, the pharmacist on duty, and the services the shop sells."""
        till, language = self._till, self._theme.language
        frame = till.staging.frame()
        duty = frame.pharmacist_on_duty
        headline = till.settings.text("customer.headline") or wording.words("customer_headline", language)
        services = [
            Service(
                next((icon for word, icon in _SERVICE_ICONS if word in hit.name), "first-aid"),
                hit.name.removesuffix("服务"),
                wording.words("customer_free", language) if hit.price_fen == 0 else money_text(hit.price_fen),
            )
            for hit in self._today.quick_goods()
        ]
        if duty:
            asked = Service(
                "chat-circle-dots", wording.words("customer_pharmacist", language), wording.words("customer_duty", language, name=duty)
            )
            services = [asked, *services]
        return ShopFace(
            frame.store_name,
            frame.branch,
            f"{till.clock.now().astimezone(SHOP_TIME):%H:%M}",
            headline,
            wording.words("customer_duty_line" if duty else "customer_second_line", language, name=duty),
            duty,
            tuple(services[:4]),
            till.settings.text("receipt.join_code"),
        )

    def _tell(self) -> None:
        if self.screen is not None:
            self.screen.show_view(self._till.customer.view, self.shop())

    def shut(self) -> None:
        """The program ends."""
        for timer in (self._due, self._clock):
            timer.stop()
        if self.screen is not None:
            self.screen.close()
            self.screen.deleteLater()
            self.screen = None
