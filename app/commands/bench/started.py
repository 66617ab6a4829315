"""The started process of `bench start`: one kind of start, its moments told as JSON; nothing is imported that its kind does not measure."""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from app.desktop.till import Till

HEAVY = ("sqlalchemy", "sqlmodel", "pydantic", "requests", "reportlab", "escpos", "PIL", "asyncio", "alembic", "fastapi", "cryptography")
"""Modules that must not be loaded when the sign-in page paints (goal 4 names the first eight)."""


def moment(name: str) -> dict[str, float]:
    """Wall and CPU milliseconds since the process was born, and its resident megabytes, under names that begin with `name`."""
    born = int(os.environ["YAOGUI_BENCH_BORN"])
    return {
        f"{name}_ms": round((time.monotonic_ns() - born) / 1e6, 3),
        f"{name}_cpu_ms": round(time.process_time() * 1e3, 3),
        f"{name}_mb": _resident_mb(),
    }


def _resident_mb() -> float:
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(round(int(line.split()[1]) / 1024, 1) for line in status if line.startswith("VmRSS"))
    except OSError:
        return 0.0


def _tell(moments: dict[str, Any]) -> None:
    import json

    print(json.dumps(moments), flush=True)
    # No tidying: only the start is measured, and Qt aborts where widgets outlive the application.
    os._exit(0)


def _floor() -> None:
    from app.desktop import start_watch

    start_watch.floor(lambda name: _tell({**moment("usable"), "application": name}))


def _eager(folder: str) -> None:
    """What a start costs that loads first and shows later: every import, the store, the counter, then the window."""
    from pathlib import Path

    from app.desktop import start_watch

    def make() -> Till:
        import app.assembly
        from app.records.clock import SystemClock

        return app.assembly.Till(Path(folder), SystemClock())

    def told(till: Till) -> None:
        moments = moment("usable")
        till.store.close()
        _tell(moments)

    start_watch.eager(make, told)


def _window(folder: str) -> None:
    """The real start, as a person gives the word; watched by a hook on the window's own steps."""
    from app import commands
    from app.desktop import start_watch

    _tell(start_watch.watched(lambda: commands.run(["desktop", "--data", folder]), moment, HEAVY))


if __name__ == "__main__":
    sys.path.pop(0)  # this file's own folder: its neighbours are not top-level modules
    match sys.argv[1]:
        case "floor":
            _floor()
        case "eager":
            _eager(sys.argv[2])
        case _:
            _window(sys.argv[2])
