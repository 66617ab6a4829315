"""How long until the scanned line is painted: the real Sale page against a plain C++ table of as many rows, in the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.bench.harness import Asked, Report

if TYPE_CHECKING:
    from app.commands.bench.scan import Place


def measure(place: Place, asked: Asked) -> Report:
    """Nothing yet."""
    return Report("paint", {}, (), {}, (f"painting {place.title} {asked.quick}",))
