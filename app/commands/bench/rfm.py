"""RFM over the chain: fifths of ten million members from a hundred million orders, in a process of its own, against counting alone."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.commands import options
from app.commands.bench.harness import Asked, Goal, Report, Series, against, slowness_now
from app.commands.lifeline import drop_with_parent, told_by

SIZES = {"quick": (2_000, 20_000), "plain": (1_000_000, 10_000_000), "large": (10_000_000, 100_000_000)}
"""Members and orders."""
GOAL_S, GOAL_MB = 15.0, 3_000
"""Goal 9 of `performance.md`, stated for ten million members and a hundred million orders."""
TODAY = date(2026, 11, 22)
PORTION = 5_000_000
_CHECKED = 500
"""Members whose sums and fifths are reckoned again by the pure rules."""


def run(asked: Asked) -> Report:
    """Make the orders once, then reckon in fresh processes, in turns with the floor."""
    size = "quick" if asked.quick else "large" if asked.large else "plain"
    members, orders = SIZES[size]
    with ExitStack() as stack:
        root = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yaogui-bench-")))
        folder = _orders(root / f"rfm-{members}-{orders}-{asked.seed}", members, orders, asked.seed)
        subject, floor = Series(), Series()
        found: dict[str, Any] = {}
        rounds = asked.samples or (1 if asked.quick else 3)
        with options.progress("rfm", rounds) as told:
            for turn in range(rounds):
                for kind, series in (("floor", floor), ("rfm", subject)):
                    found = _reckoned(kind, folder, members)
                    series.wall.append(found["ms"])
                    series.cpu.append(found["cpu_ms"])
                told(turn + 1)
        checked = _reckoned("check", folder, members)
    seconds = sorted(subject.wall)[len(subject.wall) // 2] / 1e3
    goals = [
        Goal("members reckoned otherwise than by the pure rules one by one", checked["different"], 0),
        Goal("resident MB at most", found["mb"], GOAL_MB),
    ]
    left_out = ["goal 9 is stated for ten million members: --large"]
    if size == "large":
        goals.append(Goal("seconds, median", round(seconds, 2), GOAL_S))
        left_out = []
    facts = {
        "members": members,
        "orders": orders,
        "cuts": found["cuts"],
        "in_cells": found["in_cells"],
        "checked": checked["checked"],
        "slowness": slowness_now(),
    }
    return Report("rfm", {"fifths of everybody": {**against(subject, floor), "MB": found["mb"]}}, goals, facts, left_out)


def _orders(folder: Path, members: int, orders: int, seed: int) -> Path:
    """Portions of orders as flat arrays on disk; few members buy much, as everywhere."""
    import numpy as np

    if (folder / "whole").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)
    for place, start in enumerate(range(0, orders, PORTION)):
        count = min(PORTION, orders - start)
        np.save(folder / f"{place:03}-member.npy", (members * draw.random(count) ** 2).astype(np.int32))
        np.save(folder / f"{place:03}-day.npy", (TODAY.toordinal() - draw.integers(0, 400, count)).astype(np.int32))
        np.save(folder / f"{place:03}-fen.npy", draw.integers(100, 50_000, count).astype(np.int32))
    (folder / "whole").touch()
    return folder


def _reckoned(kind: str, folder: Path, members: int) -> dict[str, Any]:
    """What a process of its own found."""
    command = [sys.executable, "-m", "app.commands.bench.rfm", kind, str(folder), str(members)]
    # One thread: what the machine's other core does must not decide the figure.
    found: dict[str, Any] = json.loads(told_by(command, environment={**os.environ, "OMP_NUM_THREADS": "1"}))
    return found


def _portions(folder: Path) -> Iterator[Any]:
    import numpy as np

    from app.hub.rfm import Portion

    for path in sorted(folder.glob("*-member.npy")):
        day, fen = (np.load(path.with_name(path.name.replace("member", other))) for other in ("day", "fen"))
        yield Portion(np.load(path), day, None, fen)


def _measured(kind: str, folder: Path, members: int) -> dict[str, Any]:
    import resource

    import numpy as np

    from app.hub.rfm import reckon

    wall, cpu = time.perf_counter(), time.process_time()
    told: dict[str, Any] = {}
    if kind == "floor":
        counts = np.zeros(members, np.int64)
        for portion in _portions(folder):
            counts += np.bincount(portion.member, minlength=members)
        told = {"in_cells": int((counts > 0).sum())}
    else:
        rfm = reckon(members, TODAY, _portions(folder))
        cuts = rfm.cuts()
        told = {"in_cells": sum(rfm.cells(cuts).values()), "cuts": [list(cuts.recency), list(cuts.frequency), list(cuts.money_fen)]}
    told["ms"], told["cpu_ms"] = (time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3
    if kind == "check":
        told |= _against_the_rules(folder, members, rfm)
    return {**told, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def _against_the_rules(folder: Path, members: int, rfm: Any) -> dict[str, int]:
    """Some members, spread over all, order by order through the pure rules."""
    import numpy as np

    from app.domain import segments

    chosen = np.unique(np.linspace(0, members - 1, _CHECKED).astype(np.int64) ** 2 // max(1, members - 1))
    lines: dict[int, list[segments.Bought]] = {int(member): [] for member in chosen}
    number = 0
    for portion in _portions(folder):
        of_chosen = np.isin(portion.member, chosen)
        for member, day, fen in zip(*(each[of_chosen].tolist() for each in (portion.member, portion.day, portion.fen)), strict=True):
            number += 1
            lines[member].append(segments.Bought(date.fromordinal(day), str(number), "", "", 1, fen))
    different = 0
    for member, bought in lines.items():
        facts = segments.profile(bought, TODAY, segments.Cuts(), {}).facts
        last = (TODAY - timedelta(days=facts["recency_days"])).toordinal() if facts["orders"] else -1
        different += (facts["orders"], facts["spent_fen"], last) != (rfm.orders[member], rfm.spent_fen[member], rfm.last[member])
    return {"different": different, "checked": len(lines)}


if __name__ == "__main__":
    drop_with_parent()
    print(json.dumps(_measured(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
