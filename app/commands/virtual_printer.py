"""A receipt printer without a printer: a socket that prints to pictures, and the troubles of a real one by typed words."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

from app.commands import EXIT_OK
from app.devices.virtual import Mood, VirtualPrinterServer
from app.records.resources import resource

WORDS: Mapping[str, str] = {
    "out": "the paper runs out",
    "paper": "a new roll: it prints what it had received",
    "near": "the paper is near its end (again: no longer)",
    "cover": "the cover opens (again: it closes)",
    "cutter": "the cutter jams (again: it is free)",
    "silent": "it answers no question (again: it does)",
    "lie": "it says all is well and prints nothing (again: it prints)",
    "slow": "half a second before each portion (again: at once)",
    "ok": "every trouble ends",
    "end": "the printer goes away",
}
_SWITCHES: Mapping[str, str] = {"near": "near_end", "cover": "cover_open", "cutter": "cutter_error", "silent": "silent", "lie": "lie"}
SLOW_S = 0.5


def serve(folder: Path, *, narrow: bool = False, words: Iterable[str] = sys.stdin, out: TextIO = sys.stdout) -> int:
    """Print to `folder` as job-0001.png (bytes and events beside it) until the words end."""
    font = resource("fonts", "NotoSansSC-Regular.ttf")
    with VirtualPrinterServer(folder, font, dots=384 if narrow else 576) as printer:
        print(f"printer: network:{printer.address}  (58 mm)" if narrow else f"printer: network:{printer.address}  (80 mm)", file=out)
        print(f"paper:   {folder.absolute()}", file=out)
        for word, meaning in WORDS.items():
            print(f"  {word:<7}{meaning}", file=out)
        out.flush()
        for line in words:
            word = line.strip().lower()
            if word == "end":
                break
            print(_do(printer, word), file=out, flush=True)
    return EXIT_OK


def _do(printer: VirtualPrinterServer, word: str) -> str:
    """Change how the printer behaves; gives what to say about it."""
    mood = printer.mood
    if word in _SWITCHES:
        name = _SWITCHES[word]
        setattr(mood, name, not getattr(mood, name))
    elif word == "slow":
        mood.slow_seconds = 0.0 if mood.slow_seconds else SLOW_S
    elif word == "out":
        mood.paper_out = True
    elif word == "paper":
        printer.load_paper()
    elif word == "ok":
        printer.mood = Mood(paper_out=mood.paper_out)
        printer.load_paper()
    elif word:
        return f"no such word: {word} (one of {', '.join(WORDS)})"
    return f"{len(printer.jobs)} printed; now: {_state(printer.mood)}"


def _state(mood: Mood) -> str:
    on = [word for word, name in _SWITCHES.items() if getattr(mood, name)]
    on += ["slow"] * bool(mood.slow_seconds) + ["out"] * mood.paper_out
    return ", ".join(on) or "well"
