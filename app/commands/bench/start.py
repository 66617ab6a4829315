"""How soon a cashier can act after a cold start: processes started in turns, each telling when its window took keys.

Four kinds of child: `floor` imports QtWidgets and makes the application; `window` is our real start (sign-in page painted, the
shop loading behind it); `eager` imports everything the till uses before anything is shown; `eager-sell` goes on until it could
sell. Each child prints its moments as JSON; all clocks start with the process itself.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands import options
from app.commands.bench.harness import Asked, Goal, Report, Series, against, ratio

if TYPE_CHECKING:
    # Named only: the started process imports nothing that its kind does not measure.
    from app.desktop.till import Till

STARTS, QUICK_STARTS = 30, 1
HEAVY = ("sqlalchemy", "sqlmodel", "pydantic", "requests", "reportlab", "escpos", "PIL", "asyncio", "alembic", "fastapi", "cryptography")
"""Modules that must not be loaded when the sign-in page paints (goal 4 names the first eight)."""
FIRST_WINDOW_MB, LOADED_MB = 90, 200
STALL_MS = 50
_KINDS = ("floor", "window", "eager")


def run(asked: Asked) -> Report:
    """Start each kind in turn, the page cache warm and byte code compiled."""
    from app.commands.bench import shop
    from app.records.clock import SystemClock

    starts = asked.count(STARTS, QUICK_STARTS)
    moments: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _KINDS}
    with tempfile.TemporaryDirectory(prefix="yaogui-bench-") as place:
        clock = SystemClock()
        folder = shop.found(Path(place) / "till", clock, shop.pharmacy(clock), members=not asked.quick)
        with options.progress("cold starts", starts + 1) as told:
            for turn in range(starts + 1):
                for kind in _KINDS:
                    seen = _started(kind, folder)
                    if turn:  # the first of each only warms the caches
                        moments[kind].append(seen)
                told(turn)
    series = {kind: _series(moments[kind], "usable_ms", "usable_cpu_ms") for kind in _KINDS}
    window = moments["window"]
    ready = _series(window, "ready_ms", "ready_cpu_ms")
    loaded_mb = max(seen["ready_mb"] for seen in window)
    first_mb = max(seen["usable_mb"] for seen in window)
    heavy = sorted({name for seen in window for name in seen["heavy"]})
    cases: dict[str, Any] = {
        "first usable window": {**against(series["window"], series["floor"]), "MB": first_mb},
        "ready to sell": {**against(ready, series["eager"]), "MB": loaded_mb},
        "everything imported first (naive)": against(series["eager"], series["floor"]),
    }
    stall = round(statistics.median(seen["stall_ms"] for seen in window), 1)
    p50 = {kind: statistics.median(series[kind].cpu) for kind in _KINDS}
    goals = [
        Goal("first usable window against the Qt floor, CPU p50", ratio(p50["window"], p50["floor"]), 1.6),
        Goal("eager import against first usable window, CPU p50", ratio(p50["eager"], p50["window"]), 4.0, at_least=True),
        Goal("resident MB at the first window", first_mb, FIRST_WINDOW_MB),
        Goal("resident MB with everything loaded", loaded_mb, LOADED_MB),
        Goal("heavy modules loaded before the first paint", len(heavy), 0),
        Goal("ready to sell against eager import, p50", ratio(statistics.median(ready.wall), statistics.median(series["eager"].wall)), 1.3),
        Goal("longest stall of the window while loading, median ms", stall, STALL_MS),
    ]
    facts = {"heavy_before_paint": ", ".join(heavy) or "none", "modules_before_paint": window[0]["modules"]}
    return Report("start", cases, goals, facts)


def _series(seen: list[dict[str, Any]], wall: str, cpu: str) -> Series:
    return Series([one[wall] for one in seen], [one[cpu] for one in seen])


def _started(kind: str, folder: Path) -> dict[str, Any]:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "YAOGUI_BENCH_BORN": str(time.monotonic_ns()),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    command = [sys.executable, str(Path(__file__)), kind, str(folder)]
    root = str(Path(__file__).parents[3])
    environment["PYTHONPATH"] = os.pathsep.join(part for part in (root, environment.get("PYTHONPATH", "")) if part)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"the {kind} start told nothing: {done.stderr[-2000:]}")
    seen: dict[str, Any] = json.loads(lines[-1])
    return seen


# ---------------------------------------------------------------------- in the started process


def _moment(name: str) -> dict[str, float]:
    born = int(os.environ["YAOGUI_BENCH_BORN"])
    return {
        f"{name}_ms": round((time.monotonic_ns() - born) / 1e6, 3),
        f"{name}_cpu_ms": round(time.process_time() * 1e3, 3),
        f"{name}_mb": _resident_mb(),
    }


def _resident_mb() -> float:
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(round(int(line.split()[1]) / 1024, 1) for line in status if line.startswith("VmRSS"))
    except OSError:
        return 0.0


def _tell(moments: dict[str, Any]) -> None:
    print(json.dumps(moments), flush=True)
    # No tidying: only the start is measured, and Qt aborts where widgets outlive the application.
    os._exit(0)


def _floor() -> None:
    from app.desktop import start_watch

    start_watch.floor(lambda name: _tell({**_moment("usable"), "application": name}))


def _eager(folder: Path) -> None:
    """What a start costs that loads first and shows later: every import, the store, the counter, then the window."""
    from app.desktop import start_watch

    def make() -> Till:
        import app.assembly
        from app.records.clock import SystemClock

        return app.assembly.Till(folder, SystemClock())

    def told(till: Till) -> None:
        moments = _moment("usable")
        till.store.close()
        _tell(moments)

    start_watch.eager(make, told)


def _window(folder: Path) -> None:
    """The real start; watched from outside by a hook on the page's own signal."""
    from app.commands.desktop import loader
    from app.desktop import start_watch

    _tell(start_watch.watched(folder, loader(folder), _moment, HEAVY))


if __name__ == "__main__":
    sys.path.pop(0)  # this file's own folder: its neighbours are not top-level modules
    match sys.argv[1]:
        case "floor":
            _floor()
        case "eager":
            _eager(Path(sys.argv[2]))
        case _:
            _window(Path(sys.argv[2]))
