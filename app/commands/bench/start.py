"""How soon a cashier can act after a cold start: processes started in turns, each telling when its window took keys.

Three kinds of child (see `started`): `floor` imports QtWidgets and makes the application; `window` is the word `desktop` as a person
starts it (the sign-in page painted whole, the shop loading behind it); `eager` loads everything the till uses before anything is shown.
Each child prints its moments as JSON; all clocks start with the process itself.
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
from typing import Any

from app.commands import options
from app.commands.bench.harness import Asked, Goal, Report, Series, against, ratio

STARTS, QUICK_STARTS = 30, 1
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
    stalls = sorted(seen["stall_ms"] for seen in window)
    stall = round(statistics.median(stalls), 1)
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
    facts = {
        "heavy_before_paint": ", ".join(heavy) or "none",
        "modules_before_paint": window[0]["modules"],
        "stalls_ms": stalls,
        "busy_ms": sorted(seen["busy_ms"] for seen in window),
    }
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
    command = [sys.executable, str(Path(__file__).with_name("started.py")), kind, str(folder)]
    root = str(Path(__file__).parents[3])
    environment["PYTHONPATH"] = os.pathsep.join(part for part in (root, environment.get("PYTHONPATH", "")) if part)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"the {kind} start told nothing: {done.stderr[-2000:]}")
    seen: dict[str, Any] = json.loads(lines[-1])
    return seen
