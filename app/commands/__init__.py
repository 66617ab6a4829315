"""One file per word of the command line; this one reads the word and hands over."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from app import __version__

WORDS: tuple[tuple[str, str], ...] = (
    ("desktop", "open the counter's window (the default word)"),
    ("setup", "make a data folder for a real shop: store, till, staff, PINs, printer, headquarters"),
    ("import", "bring in the shop's own products, stock or members from CSV or XLSX (with --dry-run)"),
    ("demo", "make the demo pharmacy; play a counter day; pull the plug; print the sheet of codes"),
    ("hub", "run headquarters: the service that tills send their records to"),
    ("check", "test this till: disk, ledger, chain, printer, headquarters, clock, fonts"),
    ("verify", "prove that an export, or this till's ledger, was not changed"),
    ("repair", "work this till's tables out of its events again, or a ledger beyond reading out of backup and frames"),
    ("export", "write the ledger's events to a signed file that `verify` can prove"),
    ("report", "make one report as PDF or CSV: day book, Z, registers, reviews, duties, near expiry; a sale or shelf labels on A4"),
    ("erase", "erase one person from this till and, through headquarters, from every other; what a law keeps stays"),
    ("retention", "count, and with --apply destroy, private records (registers, prescriptions, invoice titles) past their statutory term"),
    ("backup", "make, list or restore full encrypted copies of the ledger"),
    ("replay", "play tapes of counter days against a real headquarters"),
    ("bench", "measure scan, search, checkout, start, kill, receipt; ratios to floors of the same run"),
    ("gallery", "every component of the window in every state, in both themes (--png DIR: as pictures)"),
    ("console", "a Python prompt on a read-only store"),
)

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_FAULT = 0, 1, 2, 3
"""0 done · 1 the thing checked is not right · 2 wrong words on the command line · 3 the world failed (disk, key, network)."""


def run(argv: Sequence[str]) -> int:
    """Run one word and return its exit code."""
    words = list(argv)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "desktop")
    names = [word for word, _ in WORDS]
    chosen = words[0] if words[0] in names else _asked(words[0], names)
    module = importlib.import_module(f"app.commands.{'import_' if chosen == 'import' else chosen}")
    try:
        code = module.main(words[1:])
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return int(code)


def _asked(word: str, names: list[str]) -> str:
    """Explain the words to who asks for help or writes none of them; ends the process."""
    # The window, which starts with the words of every day, has no use for it.
    import argparse

    parser = argparse.ArgumentParser(
        prog="yaogui",
        description="药柜 Yaogui: the pharmacy counter that never stops.",
        epilog="words:\n"
        + "\n".join(f"  {word:<10}{text}" for word, text in WORDS)
        + "\n\nexit codes: 0 done, 1 not right, 2 wrong words, 3 disk, key or network failed",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"yaogui {__version__}")
    parser.add_argument("word", choices=names, metavar="word", help="what to do; `yaogui WORD --help` tells more")
    return str(parser.parse_args([word]).word)
