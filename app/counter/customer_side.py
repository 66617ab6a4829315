"""The customer's side: one view of the sale for the pole display, the second screen and whatever else faces the customer."""

from __future__ import annotations

from collections.abc import Callable

from app.counter.customer_view import CustomerView, customer_view
from app.counter.pole_rows import pole_rows
from app.counter.scene import PayScene, Scene
from app.devices.pole import Pole
from app.store.settings import Settings


class CustomerSide:
    """Turns scenes into the customer's view and passes it on when it differs; never waits for a display."""

    def __init__(
        self,
        settings: Settings,
        fit: Callable[[], Pole | None],
        shop: str,
        lowest: Callable[[str], int | None] = lambda product_id: None,
    ) -> None:
        """`fit` makes the pole display from the settings in force; `shop` is what it greets with; `lowest` see `customer_view`."""
        self._lowest = lowest
        self._settings = settings
        self._fit = fit
        self._shop = shop
        self._pole: Pole | None = None
        self._listeners: list[Callable[[CustomerView], None]] = []
        self._sale: tuple[Scene, PayScene | None] | None = None
        self._locked = False
        self._thanked: str | None = None
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
        self._sale = (scene, pay)
        self.again()

    def lock(self, locked: bool) -> None:
        """Nobody is at the till: the customer sees the shop only."""
        self._locked = locked
        self.again()

    def end_thanks(self) -> None:
        """The customer was thanked long enough; the next scene of that same sale says nothing more."""
        pay = self._sale[1] if self._sale is not None else None
        if self.view.state == "thanks" and pay is not None:
            self._thanked = pay.number
            self.again()

    def again(self) -> None:
        """Work the view out anew from the last scene, as after a change of settings."""
        view = self._seen()
        if view == self.view:
            return
        self.view = view
        if self._pole is not None:
            self._pole.show(pole_rows(view, self._shop))
        for listener in self._listeners:
            listener(view)

    def _seen(self) -> CustomerView:
        if self._sale is None or self._locked:
            return CustomerView()
        scene, pay = self._sale
        view = customer_view(scene, pay, private_marks=self._settings.get("customer.private_marks"), lowest=self._lowest)
        over = view.state == "thanks" and pay is not None and pay.number == self._thanked
        return CustomerView() if over else view
