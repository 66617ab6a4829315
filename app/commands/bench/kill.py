"""What a power cut takes: random kill -9 during selling; counts sales lost or doubled, and baskets that did not come back."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from app.commands import options
from app.commands.stage import copy_folder, make_demo
from app.commands.till_process import Answer, TillDied, TillProcess

LONGEST_RUN_S = 1.2
"""A run between two kills lasts a random part of this, from its first act on."""

NEWEST = 1_000
"""Sales looked through after a start: far more than a till sells between two kills."""

CODES = ("6999600000494", "6999580000439", "6999560000497")
"""Barcodes of the demo shop's masks, thermometer and test strips: they sell without a question."""


def run(kills: int, seed: int, as_json: bool, source: Path | None = None) -> dict[str, Any]:
    """Kill a selling till `kills` times at random moments; print and return what was lost (all zero is the only good answer).

    A scan counts as acknowledged once its basket is on the disk, a sale once its commit has returned, both told by a line of the
    till's own. `source` is a demo data folder to copy instead of making one.
    """
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="yaogui-kill-") as temporary:
        folder = Path(temporary) / "till"
        if source is None:
            make_demo(folder)
        else:
            copy_folder(source, folder)
        tally = _Tally()
        started = time.monotonic()
        with options.progress("kill -9", total=kills) as step:
            for number in range(kills):
                _one(folder, draw, tally)
                step(number + 1)
        tally.judge(begin(folder), last=True)
        figures = {**tally.figures(), "kills": kills, "seed": seed, "seconds": round(time.monotonic() - started, 1)}
    if as_json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        print(
            f"{kills} × kill -9 (seed {seed}): {figures['sales_acknowledged']} sales acknowledged, {figures['sales_lost']} lost, "
            f"{figures['sales_doubled']} doubled; {figures['baskets_open']} baskets open at a kill, "
            f"{figures['baskets_not_back']} not back; {len(figures['chain_problems'])} problems in the chain; {figures['seconds']} s"
        )
    return figures


def bad(figures: dict[str, Any]) -> bool:
    """Whether anything was lost, doubled, forgotten or broken."""
    return bool(figures["sales_lost"] or figures["sales_doubled"] or figures["baskets_not_back"] or figures["chain_problems"])


def begin(folder: Path, settings: dict[str, Any] | None = None) -> TillProcess:
    """A running till with somebody signed in and a shift open."""
    till = TillProcess(folder)
    till.ask("start", sync=False, settings=settings)
    if not till.ask("sign_in", code="1001", pin="1001")["ok"]["open_shift"]:
        till.ask("open", float_fen=50_000)
    return till


def _one(folder: Path, draw: random.Random, tally: _Tally) -> None:
    """Start, look what came back, sell, kill."""
    till = begin(folder)
    tally.judge(till)
    till.send("sell_for_ever", codes=CODES, seed=draw.randrange(2**31))
    deadline: float | None = None
    wait = draw.random() * LONGEST_RUN_S
    while deadline is None or time.monotonic() < deadline:
        try:
            told = till.next_line(60.0 if deadline is None else max(0.001, deadline - time.monotonic()))
        except TillDied:
            break
        if told is None:
            raise RuntimeError("the till ended by itself")
        tally.heard(told)
        deadline = deadline or time.monotonic() + wait
    till.kill()
    while (told := till.next_line(60.0)) is not None:
        tally.heard(told)


class _Tally:
    """What the till acknowledged, and what was found missing after each start."""

    def __init__(self) -> None:
        self._sold: dict[str, str] = {}
        self._fresh: list[str] = []
        self._open: tuple[str, int] | None = None
        self._checked = 0
        self._lost: set[str] = set()
        self._doubled: set[str] = set()
        self._open_baskets = self._not_back = 0
        self._sales = 0
        self._problems: list[str] = []

    def heard(self, told: Answer) -> None:
        """Keep a line that the till said before it was killed."""
        if "sold" in told:
            self._sold[told["basket"]] = told["sold"]
            self._fresh.append(told["sold"])
            self._open = None
        elif "scanned" in told:
            self._open = (told["basket"], told["scanned"])
        elif "bug" in told or "refused" in told or "fault" in told:
            raise RuntimeError(f"selling stopped: {told}")

    def judge(self, till: TillProcess, *, last: bool = False) -> None:
        """After a start: is every acknowledged sale there once, is the basket back, does the chain hold?"""
        scene = till.ask("look")["scene"]
        # Sales of earlier runs were found at earlier starts; the last look goes through all of them again.
        peek = till.ask("peek", newest=10**9 if last else NEWEST)["ok"]
        numbers = [sale["number"] for sale in peek["sales"]]
        baskets = [sale["basket_id"] for sale in peek["sales"]]
        self._sales = len(numbers)
        self._lost |= set(self._sold.values() if last else self._fresh) - set(numbers)
        self._fresh.clear()
        self._doubled |= {basket for basket, many in Counter(baskets).items() if many > 1}
        if self._open is not None:
            basket, pieces = self._open
            self._open_baskets += 1
            # A kill during payment may fall after the commit: then the basket is a sale, and must not be open as well.
            if basket in baskets:
                self._not_back += bool(scene["lines"])
            elif scene["totals"]["pieces"] < pieces:
                self._not_back += 1
        chain = till.ask("chain", after=self._checked)["ok"]
        self._checked = chain["head"]
        self._problems += chain["problems"]
        self._open = None
        if last:
            till.stop()

    def figures(self) -> dict[str, Any]:
        """The result."""
        return {
            "sales_acknowledged": len(self._sold),
            "sales_in_ledger": self._sales,
            "sales_lost": len(self._lost),
            "sales_doubled": len(self._doubled),
            "baskets_open": self._open_baskets,
            "baskets_not_back": self._not_back,
            "chain_problems": self._problems,
        }
