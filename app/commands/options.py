"""Options that several words share: where the data lies, and how faults are told."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def parser(word: str, description: str) -> argparse.ArgumentParser:
    """A parser for one word, with the data folder's options."""
    # Like the next one imported where it is wanted: the window, which starts with the words of every day, needs neither.
    import argparse

    made = argparse.ArgumentParser(prog=f"yaogui {word}", description=description)
    made.add_argument("--data", metavar="DIR", type=Path, help="data folder (default: YAOGUI_DATA, else the user's own data folder)")
    made.add_argument("--temp-data", action="store_true", help="use a fresh temporary folder, removed by nobody but the system")
    return made


def data_folder(chosen: argparse.Namespace, *, make: bool = False) -> Path:
    """The data folder a person chose; `make` for words that found something in it: a mistyped one stays unmade by all others."""
    if chosen.temp_data:
        return fresh_folder()
    if chosen.data:
        folder: Path = chosen.data
    elif named := os.environ.get("YAOGUI_DATA"):
        folder = Path(named)
    else:
        import platformdirs

        folder = Path(platformdirs.user_data_dir("yaogui", False))
    folder = folder.expanduser()
    if make:
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def tell(sentence: str) -> None:
    """A sentence for people, on standard error, so that standard output stays for results."""
    print(sentence, file=sys.stderr, flush=True)


def asked(words: str, *, secret: bool = False) -> str:
    """One line from the keyboard, or from a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    if not secret:
        return input(words).strip()
    import getpass

    return getpass.getpass(words, stream=sys.stderr)


@contextlib.contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error for long work, silent where nobody watches; gives a function that takes the count so far."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f}"), TimeElapsedColumn(),
        console=console, disable=not console.is_terminal, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task(title, total=total)
        yield lambda count: bar.update(task, completed=count)


def fresh_folder() -> Path:
    """A new temporary data folder."""
    import tempfile

    return Path(tempfile.mkdtemp(prefix="yaogui-"))


def has_display() -> bool:
    """Whether a window can be shown to somebody."""
    if os.environ.get("QT_QPA_PLATFORM"):
        return os.environ["QT_QPA_PLATFORM"] not in ("offscreen", "minimal")
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
