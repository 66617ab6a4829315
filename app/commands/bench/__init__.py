"""What the house measures of itself: one file per thing measured, each against a floor taken in the same run."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.commands import EXIT_FAILED, EXIT_OK, options
from app.commands.bench.harness import Asked, Goal, Report, table

WORDS: tuple[tuple[str, str], ...] = (
    ("scan", "from a scanned code to the scene and to the painted line, at several catalogue sizes"),
    ("paint", "the painted half of scan by itself, with 6 and with 100 lines in the basket"),
    ("turns", "how long the window's thread works without a break, act by act through a counter day; what took longest is named"),
    ("search", "search as one types, against a plain fetch and against LIKE"),
    ("checkout", "a durable sale: flushes, CPU against raw SQL, slow disks, a busy sync, long history"),
    ("start", "cold start to the first usable window, and until selling is ready"),
    ("receipt", "a 20-line Chinese receipt: bytes, text, dots"),
    ("sync", "scans while 10,000 catalogue rows and 5,000 events move"),
    ("kill", "random kills while selling: nothing acknowledged is lost or doubled (--printing: while paper moves)"),
    ("price", "a full reprice under 200 and 2,000 offers"),
    ("people", "One ID over a million identities at once, and for one as it comes"),
    ("member", "finding a member by every key, on the till's encrypted ledger and (--large) among 10 M at headquarters"),
    ("rfm", "fifths of every member by recency, frequency and money, from all orders of a year (--large: 10 M and 100 M)"),
)

KILLS, QUICK_KILLS = 200, 3
PRINT_KILLS = 100
QUERIES, QUICK_QUERIES = 4_600, 69


def main(argv: Sequence[str]) -> int:
    """Run one bench; 0 when every goal it states is met, 1 when one is missed (named on standard error)."""
    parser = argparse.ArgumentParser(
        prog="yaogui bench",
        description="Measure the house against floors of the same run. Ratios travel between machines; milliseconds do not.",
        epilog="benches:\n" + "\n".join(f"  {word:<9}{text}" for word, text in WORDS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bench", choices=[word for word, _ in WORDS], metavar="bench", help="what to measure")
    parser.add_argument("--json", action="store_true", help="figures as JSON on standard output")
    parser.add_argument("--large", action="store_true", help="the long sizes too: a million products, a million past sales")
    parser.add_argument("--quick", action="store_true", help="few samples and the smallest size: shows that it works, not how fast")
    parser.add_argument("--samples", type=int, default=0, metavar="N", help="samples of each case (kills, for `kill`)")
    parser.add_argument("--printing", action="store_true", help="for `kill`: while receipts print")
    parser.add_argument("--seed", type=int, default=1, help="seed of everything drawn (default 1)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep large catalogues in DIR, and use those made there before")
    chosen = parser.parse_args(list(argv))
    if chosen.printing and chosen.bench != "kill":
        parser.error("--printing belongs to `kill`")
    asked = Asked(max(0, chosen.samples), chosen.quick, chosen.large, chosen.seed, chosen.keep)
    report = _kill_printing(asked) if chosen.printing else _run(chosen.bench, asked, as_json=chosen.json)
    print(json.dumps(report.as_json(), ensure_ascii=False) if chosen.json else table(report))
    for goal in report.missed:
        options.tell(f"missed: {goal.text}: {goal.figure}, limit {goal.limit}")
    return EXIT_FAILED if report.missed else EXIT_OK


def _run(bench: str, asked: Asked, *, as_json: bool) -> Report:
    if bench == "search":
        return _search(asked, as_json=as_json)
    if bench == "kill":
        return _kill(asked)
    module = importlib.import_module(f"app.commands.bench.{bench}")
    report: Report = module.run(asked)
    return report


def _search(asked: Asked, *, as_json: bool) -> Report:
    """Every size in turn; the table for people is printed as each is done."""
    from app.commands.bench import search

    sizes = (400,) if asked.quick else search.SMALL_SIZES + (search.LARGE_SIZES if asked.large else ())
    cases: dict[str, dict[str, Any]] = {}
    goals = []
    for size in sizes:
        with contextlib.redirect_stdout(io.StringIO() if as_json else sys.stdout):
            found = search.run(size, asked.count(QUERIES, QUICK_QUERIES), asked.seed, as_json)
        cases[f"{size:,} products"] = found
        if size == 1_000_000:
            goals.append(Goal("search in 1,000,000 products, p99 ms", found["mix"]["p99"], 2.0))
            goals.append(Goal("times faster than LIKE, p99", found["times_faster_than_like"], 100, at_least=True))
    return Report("search", cases, goals, {} if goals else {"note": "the goals of search are stated for 1,000,000 products: --large"})


def _kill(asked: Asked) -> Report:
    """Kills stand in one case, its figures as the bench itself names them."""
    from app.commands.bench import kill

    with contextlib.redirect_stdout(io.StringIO()):
        found = kill.run(asked.count(KILLS, QUICK_KILLS), asked.seed, True)
    promised = ("sales_lost", "sales_doubled", "baskets_not_back", "chain_problems")
    goals = [Goal(f"kill -9: {word.replace('_', ' ')}", _count(found[word]), 0) for word in promised]
    return Report("kill", {"kills": found}, goals)


def _kill_printing(asked: Asked) -> Report:
    """Kills while paper moves."""
    from app.commands.bench import kill_printing

    found = kill_printing.run(asked.count(PRINT_KILLS, QUICK_KILLS), asked.seed)
    goals = [Goal(f"kill -9 while printing: {word.replace('_', ' ')}", int(found[word]), 0) for word in kill_printing.WRONG]
    return Report("kill", {"kills while printing": found}, goals)


def _count(figure: Any) -> int:
    """A figure that may be a list of what went wrong."""
    return int(figure) if isinstance(figure, int) else len(figure)
