"""What every bench shares: samples taken in turns with their floor, their spread, goals that are met or missed, and the machine."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from app.commands import options

SHARES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
FULL_SAMPLES = 2_000
"""A p99 of fewer samples says little (performance.md)."""
QUICK_SAMPLES = 20
WARM_UP = 0.1
"""Share of extra rounds whose times are thrown away: first reads, first compilation of statements."""
_BATCHES = 5
PULSE = "pulse"
PULSE_MS = 0.045
"""What the fixed work of `_pulse` takes at best, in milliseconds: the fastest run seen on the box this bench was written on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked a bench to do."""

    samples: int = 0
    """0 means the bench's own number."""
    quick: bool = False
    large: bool = False
    seed: int = 1
    keep: Path | None = None
    """A folder where what takes minutes to make is kept for the next run."""

    def count(self, full: int = FULL_SAMPLES, quick: int = QUICK_SAMPLES) -> int:
        """How many samples to take."""
        return self.samples or (quick if self.quick else full)


@dataclass(slots=True)
class Series:
    """Wall and CPU milliseconds of one thing, sample by sample."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Its spread, as JSON."""
        return {"samples": len(self.wall), "wall_ms": spread(self.wall), "cpu_ms": spread(self.cpu)}


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to measure: `act` is timed on what `before` gave; `after` tidies up, untimed."""

    act: Callable[[Any], object]
    before: Callable[[], Any] = lambda: None
    after: Callable[[], object] = lambda: None
    whole_process: bool = False
    """Whether the CPU of all threads counts (work that another thread finishes), not only this one's."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One promise of `performance.md`, and what this run reached."""

    text: str
    figure: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure keeps the promise."""
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit

    def as_json(self) -> dict[str, Any]:
        """The goal with its verdict."""
        return {"goal": self.text, "figure": self.figure, "limit": self.limit, "met": self.met}


@dataclass(frozen=True, slots=True)
class Report:
    """What one bench found: figures by case (each with floor and ratio), goals, and what was left out and why."""

    bench: str
    cases: Mapping[str, Mapping[str, Any]]
    goals: Sequence[Goal] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    left_out: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """Everything, with the machine it was measured on."""
        return {
            "bench": self.bench,
            "machine": machine(),
            **self.facts,
            "cases": dict(self.cases),
            "goals": [goal.as_json() for goal in self.goals],
            "left_out": list(self.left_out),
        }

    @property
    def missed(self) -> tuple[Goal, ...]:
        """Goals that were not reached."""
        return tuple(goal for goal in self.goals if not goal.met)


def spread(values: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and max, to the microsecond."""
    ordered = sorted(values)
    return {name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3) for name, share in SHARES}


def steady_p99(values: Sequence[float]) -> float:
    """The least p99 of five consecutive batches: other programs of a shared machine, awake in a part of the run, do not decide it."""
    size = len(values) // _BATCHES
    if size < 100:
        return spread(values)["p99"]
    return min(spread(values[at * size : (at + 1) * size])["p99"] for at in range(_BATCHES))


def ratio(figure: float, floor: float) -> float:
    """How many times the floor."""
    return round(figure / floor, 2) if floor else 0.0


def against(subject: Series, floor: Series) -> dict[str, Any]:
    """A subject's figures beside its floor's, and their ratios."""
    return {
        **subject.figures(),
        "steady_p99_ms": steady_p99(subject.wall),
        "floor": floor.figures(),
        "ratio": {
            "wall_p50": ratio(spread(subject.wall)["p50"], spread(floor.wall)["p50"]),
            "wall_p99": ratio(spread(subject.wall)["p99"], spread(floor.wall)["p99"]),
            "cpu_p50": ratio(spread(subject.cpu)["p50"], spread(floor.cpu)["p50"]),
        },
    }


def slowness(found: Mapping[str, Series]) -> float:
    """How many times slower than `PULSE_MS` the machine ran during these turns; at least 1."""
    return round(max(1.0, statistics.median(found[PULSE].cpu) / PULSE_MS), 2)


def calibrated_p99(name: str, found: Mapping[str, Series], *, computing: bool = False) -> float:
    """The steady p99 of a series at the speed of `PULSE_MS`, for goals stated in milliseconds.

    Of what only computes the CPU time is taken: on an undisturbed machine it is the wall time.
    """
    return round(steady_p99(found[name].cpu if computing else found[name].wall) / slowness(found), 3)


def slowness_now(times: int = 200) -> float:
    """The same, measured by itself at this moment."""
    taken = Series()
    for _ in range(times):
        started = time.thread_time()
        _pulse()
        taken.cpu.append((time.thread_time() - started) * 1e3)
    return slowness({PULSE: taken})


def _pulse() -> int:
    """A fixed piece of plain Python work: dictionary, integers, tuples."""
    seen: dict[int, tuple[int, int]] = {}
    for number in range(700):
        seen[number % 97] = (number, number * 3)
    return len(seen)


def leave_out() -> None:
    """What a bench holds besides its subject (a whole pharmacy) is no load of the subject's: the collector walks it no more."""
    gc.collect()
    gc.freeze()


def in_turns(title: str, subjects: Mapping[str, Subject], samples: int) -> dict[str, Series]:
    """Sample every subject once a round, so that whatever disturbs the machine disturbs all of them alike.

    A tenth more rounds come first and are thrown away. Python's collector runs between them and the measured
    ones, and as it likes afterwards. A fixed piece of work is sampled along as the series `pulse`.
    """
    subjects = {**subjects, PULSE: Subject(lambda _: _pulse())}
    found = {name: Series() for name in subjects}
    warm = max(2, int(samples * WARM_UP))
    with options.progress(title, warm + samples) as told:
        for turn in range(warm + samples):
            if turn == warm:
                leave_out()
            for name, subject in subjects.items():
                prepared = subject.before()
                clock = time.process_time if subject.whole_process else time.thread_time
                cpu, wall = clock(), time.perf_counter()
                subject.act(prepared)
                wall, cpu = time.perf_counter() - wall, clock() - cpu
                subject.after()
                if turn >= warm:
                    found[name].wall.append(wall * 1e3)
                    found[name].cpu.append(cpu * 1e3)
            if turn % 10 == 0:
                told(turn)
    return found


def machine() -> dict[str, Any]:
    """What the figures depend on: cores, Python, SQLite, load, and what one flush of this disk takes."""
    return {
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "sqlite": dbapi2.sqlite_version,
        "load": [round(one, 2) for one in os.getloadavg()] if hasattr(os, "getloadavg") else [],
        "flush_ms": _flush_ms(),
    }


def _flush_ms(times: int = 15) -> float:
    with tempfile.TemporaryDirectory(prefix="yaogui-bench-") as folder, (Path(folder) / "probe").open("wb") as probe:
        taken = []
        for _ in range(times):
            probe.write(bytes(4096))
            probe.flush()
            started = time.perf_counter()
            os.fsync(probe.fileno())
            taken.append((time.perf_counter() - started) * 1e3)
    return round(statistics.median(taken), 3)


def table(report: Report) -> str:
    """The report for people."""
    names = [name for name, _ in SHARES]
    lines = [f"{report.bench}: milliseconds of wall time (CPU at the right)"]
    lines.append(f"{'':<44}" + "".join(f"{name:>9}" for name in names) + f"{'CPU p50':>10}{'CPU p99':>9}")
    for title, case in report.cases.items():
        for name, figures in ((title, case), ("   floor", case.get("floor"))):
            if figures and "wall_ms" in figures:
                row = "".join(f"{figures['wall_ms'][share]:>9.3f}" for share in names)
                cpu = figures.get("cpu_ms", {})
                row += f"{cpu['p50']:>10.3f}{cpu['p99']:>9.3f}" if cpu else ""
                lines.append(f"{name:<44}{row}")
        plain = {key: value for key, value in case.items() if isinstance(value, (int, float, str)) and key != "samples"}
        if "ratio" in case:
            plain["times the floor"] = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in case["ratio"].items())
        if plain:
            lines.append("   " + " · ".join(f"{key.replace('_', ' ')}: {value}" for key, value in plain.items()))
    lines += [f"{key.replace('_', ' ')}: {value}" for key, value in report.facts.items()]
    lines += [f"{'met   ' if goal.met else 'MISSED'} {goal.text}: {goal.figure} (limit {goal.limit})" for goal in report.goals]
    lines += [f"left out: {word}" for word in report.left_out]
    return "\n".join(lines)
