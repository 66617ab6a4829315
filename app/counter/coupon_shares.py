"""What of the coupons this till holds by itself: its share of the store's rights, and serials that headquarters has put by.

A share is used without any line and ends with its last day; what is left then goes back. A chain-wide serial is asked for on a thread of
its own with short limits, never on the counter's: the basket goes on meanwhile, and the answer comes by `told`.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from app.counter.memo import Memo
from app.domain.coupon_rules import CouponRules
from app.records import events
from app.records.clock import Clock, shop_day
from app.records.coupons import Lease, leased_serial
from app.store.coupons import Reservation
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.sync.client import HubClient, HubFault

log = logging.getLogger(__name__)

TEND_S = 60.0
"""How often, in seconds, low shares and what is to be given back are looked after."""
ASK_AGAIN = timedelta(minutes=10)
"""A share that headquarters could not enlarge is not asked for again sooner."""
_LINE = frozenset({"offline", "timeout", "portal", "slow_down"})
"""Faults of the way to headquarters, which the next question would meet too."""
UNHEARD_H = 8_760
"""What the age of the list is said to be where a till was never told any."""


@dataclass(frozen=True, slots=True)
class Share:
    """A lease with what is left of it and the serial that is used next."""

    lease: Lease
    left: int
    serial: str
    """'' where nothing is left."""

    def good_on(self, day: date) -> bool:
        """Whether a right of it may be used on a business day."""
        return self.lease.state == "active" and self.lease.starts_on <= day <= self.lease.ends_on and self.left > 0


@dataclass(frozen=True, slots=True)
class Told:
    """What headquarters said of a serial, or that it could not be asked."""

    serial: str
    code: str
    """reserved | offline | held | spent | revoked | early | late | unknown."""


class CouponShares:
    """Reads leases and reservations on the counter's thread; asks headquarters on its own."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        memo: Memo,
        rules: CouponRules,
        client: Callable[[], HubClient | None],
        fresh: Callable[[], datetime | None],
        wake: Callable[[], None],
    ) -> None:
        """`client` makes a conversation with short limits, called on the thread; `fresh` says when the coupon feed was read to its end
        since the start; `wake` lets the rows that headquarters changed come at once."""
        self._store = store
        self._clock = clock
        self._memo = memo
        self.rules = rules
        self._make_client = client
        self._fresh = fresh
        self._wake = wake
        self.told: Callable[[], None] = lambda: None
        """Called on the asking thread once an answer lies ready: whoever shows the basket takes it with `answers`."""
        self.chores: list[Callable[[HubClient | None], None]] = []
        """What else is looked after on this thread; filled before `start`."""
        self._jobs: queue.SimpleQueue[Callable[[HubClient | None], None] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._asking: set[str] = set()
        self._given: set[str] = set()
        self._not_before: dict[str, datetime] = {}
        self._client: HubClient | None = None
        self._thread = threading.Thread(target=self._run, name="coupons", daemon=True)

    def start(self) -> None:
        """Begin to look after shares."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; a running question is cut."""
        if not self._thread.is_alive():
            return
        self._jobs.put(None)
        client = self._client
        if client is not None:
            client.cut()
        self._thread.join(3.0)

    def errand(self, job: Callable[[HubClient | None], None]) -> None:
        """Have something else asked of headquarters on this thread, in its turn."""
        self._jobs.put(job)

    # ------------------------------------------------------------------ shares (counter's thread)

    def shares(self) -> tuple[Share, ...]:
        """This till's shares that it has not given back, the one that ends first at the front."""
        return self._memo.get("coupon shares", self._read_shares)

    def _read_shares(self) -> tuple[Share, ...]:
        leases = self._store.coupons.leases(self._store.device)
        used: Mapping[str, frozenset[str]] = self._store.coupons.leased_uses() if leases else {}
        return tuple(share_of(lease, used.get(lease.id, frozenset())) for lease in leases)

    def for_everybody(self, day: date) -> tuple[Share, ...]:
        """One good share of each grant that needs no code."""
        found: dict[str, Share] = {}
        for share in self.shares():
            if not share.lease.token and share.good_on(day):
                found.setdefault(share.lease.grant_id, share)
        return tuple(found.values())

    def of_grant(self, grant_id: str, day: date) -> Share | tuple[str, dict[str, str]]:
        """A good share of a grant, or why there is none, with the facts of the way out; asks headquarters for more by itself."""
        mine = [share for share in self.shares() if share.lease.grant_id == grant_id]
        good = next((share for share in mine if share.good_on(day)), None)
        if good is not None:
            return good
        self._jobs.put(lambda client: self._more(client, grant_id))
        others = self._memo.get(("leases of", grant_id), lambda: self._store.coupons.leases_of_grant(grant_id))
        here = [lease for lease in others if lease.device != self._store.device and lease.state == "active" and lease.ends_on >= day]
        facts = {"other": here[0].till if here else "", "pool": str(max([lease.pool for lease in others], default=0))}
        if any(share.lease.state == "withdrawn" for share in mine):
            return "lease_withdrawn", facts
        spent = next((share for share in mine if share.lease.ends_on >= day), None)
        if spent is not None:
            return "lease_spent", {**facts, "rights": str(spent.lease.rights)}
        if mine:
            return "lease_over", {**facts, "ends": mine[-1].lease.ends_on.isoformat()}
        return "lease_none", facts

    def given_back(self, day: date) -> tuple[events.LeaseReturned, ...]:
        """What is over or withdrawn by this business day and not yet given back; each is told once."""
        found = []
        for share in self.shares():
            lease = share.lease
            over = lease.ends_on < day
            if (over or lease.state == "withdrawn") and lease.id not in self._given:
                self._given.add(lease.id)
                reason = "ended" if over else "withdrawn"
                found.append(
                    events.LeaseReturned(lease_id=lease.id, used=lease.rights - share.left, rights=lease.rights, reason=reason)
                )
        return tuple(found)

    def used_one(self) -> None:
        """A right was used: it may be time to ask for more."""
        self._jobs.put(self._tend)

    # ------------------------------------------------------------------ serials put by (counter's thread)

    def reserved(self, serial: str, basket_id: str) -> str:
        """The reservation under which a basket may use a serial now, or ''."""
        soon = self._clock.now() + timedelta(minutes=self.rules.margin_minutes)
        for one in self._memo.get("coupon reservations", self._store.coupons.reservations):
            if (one.serial, one.basket_id, one.state) == (serial, basket_id, "held") and one.until > soon:
                return one.reservation_id
        return ""

    def ask(self, serial: str, basket_id: str) -> bool:
        """Ask headquarters to put a serial by for a basket; False while that is being asked already."""
        if serial in self._asking:
            return False
        self._asking.add(serial)
        self._jobs.put(lambda client: self._reserve(client, serial, basket_id))
        return True

    def asking(self, serial: str) -> bool:
        """Whether an answer is on its way."""
        return serial in self._asking

    @property
    def answered(self) -> bool:
        """Whether headquarters said something since the last look."""
        return not self._answers.empty()

    def answers(self) -> tuple[Told, ...]:
        """What headquarters said since the last look."""
        found: list[Told] = []
        while True:
            try:
                one = self._answers.get_nowait()
            except queue.Empty:
                return tuple(found)
            self._asking.discard(one.serial)
            self._memo.forget()
            found.append(one)

    def let_go(self, wanted: Collection[str]) -> None:
        """Give back what is put by for baskets that are neither open nor held."""
        for one in self._memo.get("coupon reservations", self._store.coupons.reservations):
            if one.state == "held" and one.basket_id not in wanted:
                noted = self._store.coupons.keep_reservation(replace(one, state="releasing"))
                self._memo.forget()
                noted.add_done_callback(lambda _: self._jobs.put(self._tend))

    def lowest_sold(self, product_id: str) -> int | None:
        """The lowest price of one pack in this store in the seven business days before today, see `store.coupons.lowest_sold`."""
        today = self._memo.today()
        first, last = today - timedelta(days=self.rules.struck_days), today - timedelta(days=1)
        read = partial(self._store.coupons.lowest_sold, product_id, first, last)
        return self._memo.get(("lowest sold", product_id, today), read)

    def list_age_h(self, letter: str) -> int:
        """Hours since headquarters was heard on coupons, where that is longer than the class allows; else 0."""
        most = self.rules.classes[letter].revocation_age_h if letter in self.rules.classes else 0
        if not most or not self._store.settings.text("hub.url"):
            return 0
        heard = max((at for at in (self._fresh(), self._store.coupons.read_at("coupon")) if at is not None), default=None)
        age_h = UNHEARD_H if heard is None else int((self._clock.now() - heard).total_seconds() // 3600)
        return age_h if age_h > most else 0

    # ------------------------------------------------------------------ asking (own thread)

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=TEND_S)
            except queue.Empty:
                job = self._tend
            if job is None:
                break
            self._do(partial(self._with_client, job))
        if self._client is not None:
            self._client.close()

    def _do(self, errand: Callable[[], None]) -> bool:
        """One errand by itself: whatever it breaks, the next one is done all the same; False where the line is down."""
        try:
            errand()
        except HubFault as fault:
            log.info("coupons: headquarters: %s", fault.code)
            return fault.code not in _LINE
        except StoreFault as fault:
            log.warning("coupons: %s", fault.code)
        except Exception:
            log.exception("an errand of the coupons failed")
        return True

    def _with_client(self, job: Callable[[HubClient | None], None]) -> None:
        if self._client is None:
            self._client = self._make_client()
        job(self._client)

    def _reserve(self, client: HubClient | None, serial: str, basket_id: str) -> None:
        code = "offline"
        try:
            if client is not None:
                answer = client.reserve(serial, basket_id)
                code = answer.code
                if code == "reserved":
                    until = self._clock.now() + timedelta(seconds=answer.seconds)
                    held = Reservation(serial, answer.reservation_id, basket_id, until, "held")
                    self._store.coupons.keep_reservation(held).result(20.0)
        except HubFault as fault:
            log.info("coupons: not put by: %s", fault.code)
        except (StoreFault, TimeoutError):
            code = "not_kept"
        finally:
            self._answers.put(Told(serial, code))
            self.told()

    def _tend(self, client: HubClient | None) -> None:
        heard = self._fresh()
        if heard is not None:
            self._store.coupons.note_read("coupon", heard)
        for chore in (*self.chores, self._give_back, self._keep_stocked):
            # Over a line that is down the others do what they can without, and nobody's question waits for four time-outs.
            client = client if self._do(partial(chore, client)) else None

    def _give_back(self, client: HubClient | None) -> None:
        """Tell headquarters of what is put by and not wanted any more."""
        if client is None:
            return
        for one in self._store.coupons.reservations():
            if one.state == "releasing" or one.until < self._clock.now():
                client.release(one.reservation_id)
                self._store.coupons.forget_reservation(one.serial, one.reservation_id)

    def _keep_stocked(self, client: HubClient | None) -> None:
        """Ask for more of every share that runs low."""
        if client is None:
            return
        day = shop_day(self._clock.now())
        left: dict[str, int] = {}
        low: dict[str, int] = {}
        for share in self._read_shares():
            lease = share.lease
            low[lease.grant_id] = lease.low if lease.pool else -1
            left[lease.grant_id] = left.get(lease.grant_id, 0) + (share.left if share.good_on(day) else 0)
        for grant_id, count in left.items():
            if count <= low[grant_id]:
                self._more(client, grant_id)

    def _more(self, client: HubClient | None, grant_id: str) -> None:
        now = self._clock.now()
        if client is None or now < self._not_before.get(grant_id, now):
            return
        # One question at a time: what it brings comes with the feed, and only then is it known whether it was enough.
        self._not_before[grant_id] = now + ASK_AGAIN
        if client.lease(grant_id):
            self._wake()


def share_of(lease: Lease, used: frozenset[str]) -> Share:
    """A lease beside what was used of it; a right that came back with a return is the next again."""
    free = (serial for number in range(lease.rights) if (serial := leased_serial(lease.id, number)) not in used)
    return Share(lease, max(0, lease.rights - len(used)), next(free, ""))
