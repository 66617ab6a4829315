"""A member's purse as money (points, stored value): put by at headquarters before it pays, and given back when it does not.

Headquarters is asked on the thread that asks for coupons, with its short limits, never on the counter's; the answer comes by `told`.
What was put by before the line went stays good until its end.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from app.counter.coupon_shares import CouponShares
from app.counter.pending import WRITE_S
from app.domain.wallet import WalletRules
from app.records.clock import Clock
from app.records.ids import new_id
from app.store.faults import StoreFault
from app.store.holds import Hold
from app.store.open_store import Store
from app.sync.client import Held, HubFault, Wish

log = logging.getLogger(__name__)


class Puts(Protocol):
    """The part of a conversation with headquarters that is about purses; `app.sync.client.HubClient` has it."""

    def hold(self, wish: Wish) -> Held:
        """Put a part of a purse by; HubFault where there is no answer."""
        ...

    def let_go(self, wish: Wish) -> None:
        """Give it back; HubFault where there is no answer."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What headquarters said of a wish, or that it could not be asked."""

    hold_id: str
    code: str
    """held | short | over | offline | not_kept."""
    free: int = 0
    """Of `short`: how much there is."""
    part: int = 0
    """Of stored value that is held: how much of it is bonus, in fen."""


class Wallet:
    """Called on the counter's thread; what goes to headquarters goes by the errands of `CouponShares`."""

    def __init__(self, store: Store, clock: Clock, rules: WalletRules, errands: CouponShares) -> None:
        self._store = store
        self._clock = clock
        self.rules = rules
        self._errands = errands
        self.kept: frozenset[str] = frozenset()
        """What besides baskets something is put by for just now."""
        self._answers: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._heard: dict[str, Told] = {}
        self._unwanted: set[str] = set()
        """What is on its way back: it pays nothing any more, however late that errand runs."""
        errands.chores.append(self._tend)

    def held(self, purse: str, basket_id: str, member_id: str, amount: int) -> Hold | None:
        """What is put by for just this, and lasts long enough to complete a sale."""
        wanted = (purse, basket_id, member_id, amount)
        for one in self._store.holds.all():
            if (one.purse, one.basket_id, one.member_id, one.amount) == wanted and self._good(one):
                return one
        return None

    def good(self, hold_id: str) -> bool:
        """Whether a sale may be completed on it now."""
        return any(one.hold_id == hold_id and self._good(one) for one in self._store.holds.all())

    def _good(self, one: Hold) -> bool:
        wanted = one.state == "held" and one.hold_id not in self._unwanted
        return wanted and one.until > self._clock.now() + timedelta(minutes=self.rules.margin_minutes)

    def ask(self, purse: str, member_id: str, amount: int, basket_id: str, told: Callable[[], None], part: int = -1) -> str:
        """Ask headquarters to put so much by; gives the wish's id, `told` is called on the asking thread once `answer_to` has its answer.

        `part` as `Wish` has it.
        """
        now = self._clock.now()
        until = now + timedelta(minutes=self.rules.hold_minutes)
        wish = Hold(new_id(self._clock), purse, member_id, amount, part, basket_id, until, "asking")
        for left in self._store.holds.all():
            # A power cut may have left another sum put by: the member would lack it until its time is over.
            if (left.purse, left.basket_id) == (purse, basket_id) and left.hold_id not in self._unwanted:
                self.give_back(left.hold_id)
        self._errands.errand(lambda client: self._ask(client, wish, told))
        return wish.hold_id

    def answer_to(self, hold_id: str) -> Told | None:
        """What headquarters said of a wish; None while it has said nothing, and once it was taken."""
        while True:
            try:
                told = self._answers.get_nowait()
            except queue.Empty:
                return self._heard.pop(hold_id, None)
            self._heard[told.hold_id] = told

    def give_back(self, hold_id: str) -> None:
        """No sale wants it any more, though it may only be on its way."""
        self._unwanted.add(hold_id)
        # By the same thread as the wish, so never before it.
        self._errands.errand(lambda client: self._give_back(client, lambda one: one.hold_id == hold_id))

    def let_go(self, wanted: Collection[str]) -> None:
        """Give back what is put by for baskets that are neither open nor held; what is being paid out stays."""
        baskets = frozenset(wanted) | self.kept
        unwanted = {one.hold_id for one in self._store.holds.all() if one.basket_id not in baskets}
        self._unwanted |= unwanted
        if unwanted:
            self._errands.errand(lambda client: self._give_back(client, lambda one: one.basket_id not in baskets))

    # ------------------------------------------------------------------ asking (the errands' thread)

    def _ask(self, client: Puts | None, wish: Hold, told: Callable[[], None]) -> None:
        code, free, part = "offline", 0, 0
        try:
            if client is None:
                return
            self._store.holds.keep(wish).result(WRITE_S)
            answer = client.hold(_wish(wish))
            code, free, part = answer.code, answer.free, answer.part
            held = code == "held"
            until = self._clock.now() + timedelta(seconds=answer.seconds) if held else wish.until
            self._store.holds.turn(wish, "held" if held else "releasing", until, only=("asking",), part=part).result(WRITE_S)
        except HubFault as fault:
            log.info("%s: not put by: %s", wish.purse, fault.code)
            # Headquarters may have put it by all the same: it is told that nobody wants it.
            self._store.holds.turn(wish, "releasing", wish.until, only=("asking",))
        except (StoreFault, TimeoutError):
            code = "not_kept"
        finally:
            self._answers.put(Told(wish.hold_id, code, free, part))
            told()

    def _give_back(self, client: Puts | None, unwanted: Callable[[Hold], bool]) -> None:
        for one in self._store.holds.all():
            if unwanted(one):
                self._store.holds.turn(one, "releasing", one.until, only=("asking", "held")).result(WRITE_S)
        self._tend(client)

    def _tend(self, client: Puts | None) -> None:
        """Tell headquarters of everything that no sale used; what a power cut left half asked is among it once its time is over."""
        now = self._clock.now()
        for one in self._store.holds.all():
            if one.state != "releasing" and one.until > now:
                continue
            if client is not None:
                client.let_go(_wish(one))
                self._store.holds.forget(one.hold_id).result(WRITE_S)


def _wish(one: Hold) -> Wish:
    return Wish(one.hold_id, one.purse, one.member_id, one.amount, one.basket_id, one.part)
