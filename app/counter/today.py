"""Today: what wants doing, how the shift runs and what the last sale was, for the page between two customers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from app.counter import asking
from app.counter.scene import Duty, LastSale, SearchHit, ShiftFigures
from app.counter.shifts import Shifts
from app.counter.staging import Staging
from app.domain.day import DutyState
from app.records.catalogue import Product
from app.records.clock import Clock, shop_day
from app.store.open_store import Store
from app.store.stock import EndingStock

KEPT_SECONDS = 60
"""Facts that no event changes (a duty falls due, a lot nears its end) are read again after this time."""
UNPRINTED = ("queued", "waiting", "unknown", "failed")
_SERVICE_WORDS = ("服务", "购物袋", "代煎")
"""What services and bags are called; the search finds them, their kind and missing barcode decide."""


@dataclass(frozen=True, slots=True)
class DayFacts:
    """All that the empty Sale page shows beside the hints."""

    duties: tuple[Duty, ...]
    figures: ShiftFigures | None
    last_sale: LastSale | None


class Today:
    """Reads the day's facts seldom and keeps them, so that showing the page between two customers costs nothing."""

    def __init__(self, store: Store, clock: Clock, shifts: Shifts, staging: Staging) -> None:
        self._store = store
        self._clock = clock
        self._shifts = shifts
        self._staging = staging
        self._key: tuple[int, int, int, str] | None = None
        self.known: DayFacts | None = None
        """The facts as they were read last."""
        self._minute = -1
        self._standing: tuple[Duty, ...] = ()
        self._goods: tuple[str, tuple[SearchHit, ...]] | None = None

    def forget(self) -> None:
        """Read everything anew next time: somebody may have done what was waiting."""
        self._key, self._minute = None, -1

    def facts(self) -> DayFacts:
        """Duties that are not empty, the shift's running figures, and the last sale of this shift."""
        for _ in self.read():
            pass
        assert self.known is not None
        return self.known

    @property
    def stale(self) -> bool:
        """Whether anything may have changed since the facts were read."""
        return self._marks() != self._key

    def ending(self) -> Callable[[], EndingStock] | None:
        """What counts the shelves, for another thread to call and `read` to be given; None while the last count still holds."""
        now = self._clock.now()
        if int(now.timestamp()) // KEPT_SECONDS == self._minute:
            return None
        stock, day, days = self._store.stock, shop_day(now), self._staging.near_expiry_days()
        return lambda: stock.ending(day, days)

    def read(self, ending: EndingStock | None = None) -> Iterator[None]:
        """Read the facts anew, a part in each step: `known` has them at the end. Shelves are as counted by `ending`, or counted here.

        What a sale changes is read once per commit; shelves and duties once a minute, or after `forget`.
        """
        key = self._marks()
        now, minute = self._clock.now(), key[1]
        if minute != self._minute:
            self._standing = yield from self._read_standing(now, ending)
            self._minute = minute
        if key != self._key:
            duties = self._duties(now, key[2])
            yield
            figures = self._figures()
            yield
            self.known = DayFacts(duties, figures, self._last_sale())
            self._key = key

    def _marks(self) -> tuple[int, int, int, str]:
        minute = int(self._clock.now().timestamp()) // KEPT_SECONDS
        return self._store.journal.head().seq, minute, self._store.jobs.count(UNPRINTED), self._staging.frame().staff_id

    def quick_goods(self, limit: int = 4) -> tuple[SearchHit, ...]:
        """Services and bags without a barcode that this store keeps; read once per catalogue."""
        version = self._store.catalogue.version
        if self._goods is None or self._goods[0] != version:
            found: dict[str, Product] = {}
            for word in _SERVICE_WORDS:
                for product in self._store.catalogue.search_own(word, 12):
                    if product.kind == "service" and not product.barcode and product.active:
                        found[product.id] = product
            hits = self._staging.hits(found.values(), shop_day(self._clock.now()))
            self._goods = (version, tuple(sorted(hits, key=lambda hit: hit.product_id)))
        return self._goods[1][:limit]

    def _read_standing(self, now: datetime, ending: EndingStock | None) -> Generator[None, None, tuple[Duty, ...]]:
        """Shelves and duties of the day: many rows to count, so not for every sale."""
        day = shop_day(now)
        if ending is None:
            ending = self._store.stock.ending(day, self._staging.near_expiry_days())
            yield
        found = [
            Duty("expired", ending.expired_products),
            Duty("near_expiry", ending.near_products, {"day": ending.first.isoformat() if ending.first else ""}),
            Duty("oversold", len({row.product_id for row in self._store.stock.negatives()})),
        ]
        yield
        found += [
            Duty(f"duty_{state.state}", 1, {"zh": state.title.zh, "en": state.title.en, "ends": _until(state, day), "duty": state.duty})
            for state in sorted(self._shifts.duties(), key=lambda state: state.state != "due")
            if state.state in ("due", "missed")
        ]
        return tuple(found)

    def _duties(self, now: datetime, unprinted: int) -> tuple[Duty, ...]:
        held = self._store.parked.held()
        shelves = [duty for duty in self._standing if not duty.code.startswith("duty_")]
        rounds = [duty for duty in self._standing if duty.code.startswith("duty_")]
        found = [*shelves, Duty("unprinted", unprinted), *rounds]
        if held:
            found.append(Duty("held", len(held), {"minutes": str(max(int((now - row.at).total_seconds() // 60) for row in held))}))
        return tuple(duty for duty in found if duty.count)

    def _figures(self) -> ShiftFigures | None:
        shift = self._store.shifts.open_shift()
        if shift is None:
            return None
        totals = self._shifts.totals_of(shift.shift_id)
        share = totals.member_sales * 100 // totals.sales if totals.sales else 0
        role = self._staging.frame().role
        if role not in str(self._store.settings.get("rights.shift_sums")).split(";"):
            return ShiftFigures(shift.opened_at, totals.sales, None, share, None)
        average = totals.sales_fen // totals.sales if totals.sales else 0
        return ShiftFigures(shift.opened_at, totals.sales, totals.sales_fen, share, average)

    def _last_sale(self) -> LastSale | None:
        shift = self._store.shifts.open_shift()
        found = self._store.sales.recent(shift=shift.shift_id, limit=1) if shift else ()
        if not found:
            return None
        body = found[0].body
        member = self._store.people.member(found[0].member_id) if found[0].member_id else None
        label = asking.masked(member) if member else ""
        handed = sum(tender.handed_fen for tender in body.tenders)
        return LastSale(found[0].number, found[0].at, label, body.payable_fen, handed, body.change_fen)


def _until(state: DutyState, day: date) -> str:
    """When a duty ends, with its day where that is another one."""
    return f"{state.ends:%H:%M}" if state.due_on == day else f"{state.due_on:%m-%d} {state.ends:%H:%M}"
