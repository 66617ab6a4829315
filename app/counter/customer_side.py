"""The customer's side: keeps the pole display, and whatever else faces the customer, on one view of the sale."""

from __future__ import annotations

from collections.abc import Callable

from app.counter.customer_view import CustomerView, customer_view
from app.counter.pole_rows import pole_rows
from app.counter.scene import PayScene, Scene
from app.devices.pole import Pole
from app.store.settings import Settings


class CustomerSide:
    """Turns scenes into the customer's view and passes it on when it differs; never waits for a display."""

    def __init__(self, settings: Settings, fit: Callable[[], Pole | None], shop: str) -> None:
        """`fit` makes the pole display from the settings in force; `shop` is what it greets with."""
        self._settings = settings
        self._fit = fit
        self._shop = shop
        self._pole: Pole | None = None
        self._listeners: list[Callable[[CustomerView], None]] = []
        self.view = CustomerView()
        """What the customer sees now."""

    @property
    def pole(self) -> Pole | None:
        """The pole display, where there is one and it runs."""
        return self._pole

    def listen(self, listener: Callable[[CustomerView], None]) -> None:
        """Tell every new view, on the thread that `show` is called on."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Take the pole display into use, or again after its settings changed."""
        self.stop()
        self._pole = self._fit()
        if self._pole is not None:
            self._pole.start()
            self._pole.show(pole_rows(self.view, self._shop))

    def stop(self) -> None:
        """Let the pole display go."""
        pole, self._pole = self._pole, None
        if pole is not None:
            pole.stop()

    def show(self, scene: Scene, pay: PayScene | None = None) -> None:
        """Show a scene of the sale; `pay` is the Pay page's while it has the basket."""
        view = customer_view(scene, pay, private_marks=self._settings.get("customer.private_marks"))
        if view == self.view:
            return
        self.view = view
        if self._pole is not None:
            self._pole.show(pole_rows(view, self._shop))
        for listener in self._listeners:
            listener(view)
