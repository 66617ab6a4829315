"""Points as money: put by at headquarters before a sale is paid with them, and given back when it is not.

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
from app.domain.wallet import WalletRules
from app.records.clock import Clock
from app.records.ids import new_id
from app.store.faults import StoreFault
from app.store.holds import PointsHold
from app.store.open_store import Store
from app.sync.client import Held, HubFault

log = logging.getLogger(__name__)

WRITE_S = 20.0
"""Longest wait, in seconds and on the asking thread, for the ledger to note a wish."""


class Puts(Protocol):
    """The part of a conversation with headquarters that is about points; `app.sync.client.HubClient` has it."""

    def hold_points(self, hold_id: str, member_id: str, points: int, basket_id: str) -> Held:
        """Put points by; HubFault where there is no answer."""
        ...

    def let_points_go(self, hold_id: str, member_id: str, points: int, basket_id: str) -> None:
        """Give them back; HubFault where there is no answer."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What headquarters said of a wish, or that it could not be asked."""

    hold_id: str
    code: str
    """held | short | over | offline | not_kept."""
    free: int = 0
    """Of `short`: how many points there are."""


class Wallet:
    """Called on the counter's thread; what goes to headquarters goes by the errands of `CouponShares`."""

    def __init__(self, store: Store, clock: Clock, rules: WalletRules, errands: CouponShares) -> None:
        self._store = store
        self._clock = clock
        self.rules = rules
        self._errands = errands
        self.told: Callable[[], None] = lambda: None
        """Called on the asking thread once an answer lies ready."""
        self._answers: queue.SimpleQueue[Told] = queue.SimpleQueue()
        errands.chores.append(self._tend)

    def held(self, basket_id: str, member_id: str, points: int) -> PointsHold | None:
        """What is put by for just this, and lasts long enough to complete a sale."""
        for one in self._store.holds.all():
            if (one.basket_id, one.member_id, one.points) == (basket_id, member_id, points) and self._good(one):
                return one
        return None

    def good(self, hold_id: str) -> bool:
        """Whether a sale may be completed on it now."""
        return any(one.hold_id == hold_id and self._good(one) for one in self._store.holds.all())

    def _good(self, one: PointsHold) -> bool:
        return one.state == "held" and one.until > self._clock.now() + timedelta(minutes=self.rules.margin_minutes)

    def ask(self, member_id: str, points: int, basket_id: str) -> str:
        """Ask headquarters to put points by; gives the wish's id, which its answer bears."""
        now = self._clock.now()
        wish = PointsHold(new_id(self._clock), member_id, points, basket_id, now + timedelta(minutes=self.rules.hold_minutes), "asking")
        self._errands.errand(lambda client: self._ask(client, wish))
        return wish.hold_id

    def answers(self) -> tuple[Told, ...]:
        """What headquarters said since the last look."""
        found: list[Told] = []
        while True:
            try:
                found.append(self._answers.get_nowait())
            except queue.Empty:
                return tuple(found)

    def give_back(self, hold_id: str) -> None:
        """No sale wants it any more, though it may only be on its way."""
        # By the same thread as the wish, so never before it.
        self._errands.errand(lambda client: self._give_back(client, lambda one: one.hold_id == hold_id))

    def let_go(self, wanted: Collection[str]) -> None:
        """Give back what is put by for baskets that are neither open nor held."""
        if any(one.basket_id not in wanted for one in self._store.holds.all()):
            baskets = frozenset(wanted)
            self._errands.errand(lambda client: self._give_back(client, lambda one: one.basket_id not in baskets))

    # ------------------------------------------------------------------ asking (the errands' thread)

    def _ask(self, client: Puts | None, wish: PointsHold) -> None:
        code, free = "offline", 0
        try:
            if client is None:
                return
            self._store.holds.keep(wish).result(WRITE_S)
            answer = client.hold_points(wish.hold_id, wish.member_id, wish.points, wish.basket_id)
            code, free = answer.code, answer.free
            held = code == "held"
            until = self._clock.now() + timedelta(seconds=answer.seconds) if held else wish.until
            self._store.holds.turn(wish, "held" if held else "releasing", until, only=("asking",)).result(WRITE_S)
        except HubFault as fault:
            log.info("points: not put by: %s", fault.code)
            # Headquarters may have put them by all the same: it is told that nobody wants them.
            self._store.holds.turn(wish, "releasing", wish.until, only=("asking",))
        except (StoreFault, TimeoutError):
            code = "not_kept"
        finally:
            self._answers.put(Told(wish.hold_id, code, free))
            self.told()

    def _give_back(self, client: Puts | None, unwanted: Callable[[PointsHold], bool]) -> None:
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
                client.let_points_go(one.hold_id, one.member_id, one.points, one.basket_id)
                self._store.holds.forget(one.hold_id).result(WRITE_S)
