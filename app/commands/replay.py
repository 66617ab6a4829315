"""Replay tapes: plays days at the counter against a real headquarters, a till process and a virtual printer, one line a tape."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.commands import EXIT_FAILED, EXIT_OK, EXIT_USAGE, options
from app.commands import tape as tapes
from app.commands.faults import in_words
from app.commands.playing import Outcome, Player
from app.commands.stage import Prepared


def main(argv: list[str]) -> int:
    """Play tapes and say how each ended."""
    parser = options.parser("replay", "Play tapes of counter days; every till and headquarters is a real process on loopback.")
    parser.add_argument("paths", nargs="+", type=Path, metavar="DIR|FILE", help="tapes (*.tape) or folders of them")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell every step")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="tapes at the same time (default 2)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep every tape's till, headquarters, paper and logs here")
    chosen = parser.parse_args(argv)
    try:
        read = [tapes.read(path) for path in found(chosen.paths)]
    except (tapes.TapeFault, OSError) as error:
        options.tell(in_words(error) if isinstance(error, OSError) else str(error))
        return EXIT_USAGE
    if not read:
        options.tell("no tapes there")
        return EXIT_USAGE
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="yaogui-replay-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return _play(read, folder, jobs=1 if chosen.verbose else chosen.jobs, as_json=chosen.json, verbose=chosen.verbose)
    finally:
        if chosen.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def found(paths: Sequence[Path]) -> list[Path]:
    """The tapes that paths name, in the order of their names."""
    return [tape for path in paths for tape in (sorted(path.glob("*.tape")) if path.is_dir() else [path])]


def play(prepared: Prepared, tape: tapes.Tape, folder: Path, tell: Callable[[str], None] = lambda _: None) -> Outcome:
    """Play one tape in a folder of its own, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return Player(prepared, folder, tell).play(tape)


def _play(read: Sequence[tapes.Tape], folder: Path, *, jobs: int, as_json: bool, verbose: bool) -> int:
    began = time.monotonic()
    options.tell("preparing the demo pharmacy and its headquarters…")
    shutil.rmtree(folder / "prepared", ignore_errors=True)
    prepared = Prepared(folder / "prepared")

    def one(tape: tapes.Tape) -> Outcome:
        outcome = play(prepared, tape, folder / tape.path.stem, print if verbose else lambda _: None)
        if not as_json:
            mark = "ok  " if outcome.ok else "FAIL"
            print(f"{mark} {outcome.seconds:5.1f} s  {tape.path.name:<34} {outcome.title}", flush=True)
            if not outcome.ok:
                print(f"       {outcome.problem}", flush=True)
        return outcome

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        outcomes = list(pool.map(one, read))
    failed = sum(not outcome.ok for outcome in outcomes)
    seconds = time.monotonic() - began
    if as_json:
        told = [
            {"tape": o.path.name, "title": o.title, "ok": o.ok, "seconds": round(o.seconds, 2), "problem": o.problem,
             "expectations": o.expectations}
            for o in outcomes
        ]  # fmt: skip
        print(json.dumps({"tapes": told, "failed": failed, "seconds": round(seconds, 1)}, ensure_ascii=False))
    else:
        print(f"{len(outcomes)} tapes, {sum(o.expectations for o in outcomes)} expectations, {failed} failed, {seconds:.0f} s")
    return EXIT_FAILED if failed else EXIT_OK
