"""How long the window's thread works without a break: every turn of its loop in a counter day, act by act, its painting and its other
work each by itself, worst things named."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from app.assembly import Till
from app.commands import options
from app.commands.bench import shop
from app.commands.bench.harness import Asked, Goal, Report, Series, slowness_now, spread
from app.commands.desktop import loader
from app.desktop.measuring import application
from app.desktop.turns import LONG_MS, Act, Codes, CounterDay, worst
from app.domain.demo import DemoPharmacy
from app.records.clock import SystemClock

DAYS = 8
"""Windows opened; each has one first opening of every page. A quick bench has none but the one whose turns are named."""
SALES, QUICK_SALES = 6, 1
"""Sales of a day."""
GOODS = 5
PULSES = 15
"""Fixed pieces of work behind every act, by which the machine's speed is known."""
SELLING = (
    *("search, a letter", "quantity asked", "quantity answered", "hold", "recall", "member attached"),
    *("to payment", "cash", "paid", "next customer"),
)
"""Acts with a customer waiting: their whole turns have the goal too; a scan has goals of its own (`bench paint`)."""
_WHOLE, _PAINTING, _WORK = "calibrated CPU p50", "of which painting, calibrated p50", "work without painting, calibrated p50"
_UNIT = "CPU p50 ms calibrated"


def run(asked: Asked) -> Report:
    """`bench turns`: so many days at the window, and one more in which long turns tell what they did."""
    days = asked.count(DAYS, 0)
    clock = SystemClock()
    acts: list[Act] = []
    slow: list[float] = []
    with tempfile.TemporaryDirectory(prefix="yaogui-bench-") as place, options.progress("counter days", days + 1) as told:
        pharmacy = shop.pharmacy(clock)
        base = shop.found(Path(place) / "base", clock, pharmacy)
        codes = _codes(shop.copied(base, Path(place) / "codes"), clock, pharmacy)
        for number in range(days + 1):
            folder = shop.copied(base, Path(place) / str(number))
            day = CounterDay(application(), folder, loader(folder), codes, lambda: slow.append(slowness_now(PULSES)))
            try:
                if number < days:
                    acts += day.play(SALES)
                    continue
                with day.turns.naming():
                    named = day.play(QUICK_SALES)
            finally:
                day.close()
                told(number)
        spent = day.turns.spent
    slowness = round(statistics.median(slow), 2)
    acts = acts or named
    cases = {name: _case([act for act in acts if act.name == name], slowness, spent.get(name, {})) for name in _in_order(acts)}
    goals = [Goal(f"longest turn of “{name}”, {_UNIT}", cases[name][_WHOLE], LONG_MS) for name in SELLING if name in cases]
    goals += [Goal(f"work of “{name}” without painting, {_UNIT}", case[_WORK], LONG_MS) for name, case in cases.items()]
    return Report("turns", cases, goals, {"slowness": slowness, "days": days})


def _codes(folder: Path, clock: SystemClock, pharmacy: DemoPharmacy) -> Codes:
    """Goods that nobody is asked anything about, and the member with the most to show."""
    till = Till(folder, clock)
    try:
        shop.at_the_counter(till, member="")
        goods = [product.barcode for product in shop.sold_without_a_word(till, pharmacy, GOODS, traced=False)]
        member = till.store.people.member(shop.MEMBER)
        assert member is not None
        return Codes(tuple(goods), member.card_no, shop.PIN)
    finally:
        till.close()


def _in_order(acts: list[Act]) -> list[str]:
    return list(dict.fromkeys(act.name for act in acts))


def _case(acts: list[Act], slowness: float, spent: dict[str, float]) -> dict[str, Any]:
    """Longest turns of one act: raw, at the speed of the machine the goals are stated for, and what they were spent on."""
    longest = Series([act.wall_ms for act in acts], [act.cpu_ms for act in acts])
    cpu = spread(longest.cpu)
    painting, work = spread([act.painting_ms for act in acts]), spread([act.work_ms for act in acts])
    return {
        **longest.figures(),
        _WHOLE: round(cpu["p50"] / slowness, 2),
        _PAINTING: round(painting["p50"] / slowness, 2),
        _WORK: round(work["p50"] / slowness, 2),
        "calibrated CPU p99": round(cpu["p99"] / slowness, 2),
        f"acts with a turn over {LONG_MS:g} ms": f"{sum(act.long > 0 for act in acts)} of {len(acts)}",
        **({"spent on": "; ".join(f"{name} {ms}" for name, ms in worst(spent))} if spent else {}),
    }
