"""What a power cut takes while paper moves: random kill -9 of the till; every job is on paper once, or is asked about."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from app.commands import options
from app.commands.bench.kill import CODES, begin
from app.commands.stage import copy_folder, make_demo
from app.commands.till_process import TillDied, TillProcess
from app.devices.virtual import VirtualPrinterServer
from app.records.resources import resource

LONGEST_RUN_S = 1.2
"""A run between two kills lasts a random part of this, from its first sale on."""
PORTION_S = 0.01
"""How long the printer takes for every portion: so slow that most kills fall into the middle of a receipt."""
PAUSE_S = 0.25
"""From one customer to the next: about as long as a receipt takes, so that the queue stays short and is killed in every state."""
SETTLE_S = 120.0
"""Longest wait for the last receipts."""


def run(kills: int, seed: int, source: Path | None = None) -> dict[str, Any]:
    """Kill a till `kills` times while it prints, and compare its print queue with the papers that came out of the printer.

    The printer lives in this process, not in the till's; its papers outlive every kill. After each start a person has every
    other waiting receipt printed. All of the `wrong` figures being zero is the only good answer. `source` is a demo data
    folder to copy instead of making one.
    """
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="yaogui-kill-printing-") as temporary:
        folder = Path(temporary) / "till"
        if source is None:
            make_demo(folder)
        else:
            copy_folder(source, folder)
        with VirtualPrinterServer(Path(temporary) / "paper", resource("fonts", "NotoSansSC-Regular.ttf")) as printer:
            printer.mood.slow_seconds = PORTION_S
            tally = _Tally(printer)
            started = time.monotonic()
            with options.progress("kill -9 while printing", total=kills) as step:
                for number in range(kills):
                    _one(folder, draw, tally)
                    step(number + 1)
            printer.mood.slow_seconds = 0.0
            _last(folder, tally)
            return {**tally.figures(), "kills": kills, "seed": seed, "seconds": round(time.monotonic() - started, 1)}


def _start(folder: Path, tally: _Tally) -> TillProcess:
    settings = {"printer.transport": "network", "printer.address": tally.printer.address}
    return begin(folder, settings)


def _one(folder: Path, draw: random.Random, tally: _Tally) -> None:
    """Start, let a person settle what waits, sell, kill."""
    till = _start(folder, tally)
    for job in tally.look(till):
        if job["state"] == "waiting" and draw.random() < 0.5:
            till.ask("print_job", job_id=job["job_id"])
    till.send("sell_for_ever", codes=CODES, seed=draw.randrange(2**31), pause_s=PAUSE_S)
    deadline: float | None = None
    wait = draw.random() * LONGEST_RUN_S
    while deadline is None or time.monotonic() < deadline:
        try:
            told = till.next_line(60.0 if deadline is None else max(0.001, deadline - time.monotonic()))
        except TillDied:
            break
        if told is None or "bug" in told or "refused" in told or "fault" in told:
            raise RuntimeError(f"selling stopped: {told}")
        tally.sold += "sold" in told
        deadline = deadline or (time.monotonic() + wait if "sold" in told else None)
    till.kill()
    while (told := till.next_line(60.0)) is not None:
        tally.sold += "sold" in told


def _last(folder: Path, tally: _Tally) -> None:
    """Start once more, have everything printed that waits, and compare queue and paper; then settle what is unknown."""
    till = _start(folder, tally)
    for job in tally.look(till):
        if job["state"] == "waiting":
            till.ask("print_job", job_id=job["job_id"])
    jobs = _settled(till, tally, ("queued", "waiting"))
    tally.judge(jobs)
    for place, job in enumerate(job for job in jobs if job["state"] == "unknown"):
        till.ask("print_job" if place % 2 else "waive_job", job_id=job["job_id"])
    jobs = _settled(till, tally, ("queued", "unknown"), by_person=True)
    tally.left_unknown = sum(job["state"] == "unknown" for job in jobs)
    till.stop()


def _settled(till: TillProcess, tally: _Tally, moving: tuple[str, ...], *, by_person: bool = False) -> list[dict[str, Any]]:
    """The queue once no job is in these states any more, or as it is after a long wait."""
    end = time.monotonic() + SETTLE_S
    while True:
        jobs = tally.look(till, settled=by_person)
        if not any(job["state"] in moving or job["in_hand"] for job in jobs) or time.monotonic() > end:
            return jobs
        time.sleep(0.1)


class _Tally:
    """What the queue says of each receipt, and which papers came out."""

    def __init__(self, printer: VirtualPrinterServer) -> None:
        self.printer = printer
        self.sold = 0
        self.left_unknown = 0
        self._unknown: set[str] = set()
        self._vanished: set[str] = set()
        self._states: Counter[str] = Counter()
        self._twice: list[str] = []
        self._missing: list[str] = []
        self._too_soon: list[str] = []
        self._pieces = 0

    def look(self, till: TillProcess, *, settled: bool = False) -> list[dict[str, Any]]:
        """The queue as the till knows it; what was unknown once must stay so until a person settles it."""
        jobs: list[dict[str, Any]] = till.ask("jobs")["ok"]["jobs"]
        unknown = {job["job_id"] for job in jobs if job["state"] == "unknown"}
        if not settled:
            # A job in the printer's hand is unknown for a moment too; only what a start found so must stay.
            self._vanished |= self._unknown - unknown
            self._unknown |= {job["job_id"] for job in jobs if job["state"] == "unknown" and not job["in_hand"]}
        return jobs

    def judge(self, jobs: list[dict[str, Any]]) -> None:
        """Compare each job's state with the papers that carry its number."""
        papers: Counter[str] = Counter()
        whole: Counter[str] = Counter()
        numbers = {job["number"] for job in jobs}
        for paper in self.printer.jobs:
            text = "\n".join(str(event.get("text", event.get("payload", ""))) for event in paper.events)
            named = [number for number in numbers if number in text]
            papers.update(named)
            if any(event["t"] == "cut" for event in paper.events):
                whole.update(named)
            elif not named:
                self._pieces += 1
        for job in jobs:
            number, state = job["number"], job["state"]
            self._states[state] += 1
            if papers[number] > 1:
                self._twice.append(number)
            if state in ("confirmed", "sent") and whole[number] != 1:
                self._missing.append(number)
            if state in ("queued", "waiting", "failed") and papers[number]:
                self._too_soon.append(number)

    def figures(self) -> dict[str, Any]:
        """The result."""
        return {
            "sales_acknowledged": self.sold,
            "jobs": sum(self._states.values()),
            "states": dict(self._states),
            "papers": len(self.printer.jobs),
            "pieces_without_a_number": self._pieces,
            "printed_twice": len(self._twice),
            "confirmed_but_not_once_on_paper": len(self._missing),
            "on_paper_but_not_known": len(self._too_soon),
            "unknown_that_vanished": len(self._vanished),
            "unknown_after_a_person": self.left_unknown,
        }


WRONG = ("printed_twice", "confirmed_but_not_once_on_paper", "on_paper_but_not_known", "unknown_that_vanished", "unknown_after_a_person")
"""Figures that must be zero."""


def bad(figures: dict[str, Any]) -> bool:
    """Whether a receipt came out twice, not at all though called printed, or a question went away by itself."""
    return any(figures[word] for word in WRONG) or figures["jobs"] < figures["sales_acknowledged"]
