"""Who won the chain's new members in a month, and for how many of them a reward is due by now."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.hub import one_id, reading

BENEFIT = "guide_reward"


@dataclass(frozen=True, slots=True)
class Winner:
    """One salesperson of one store, or a store where nobody in person did it."""

    store_id: str
    guide: str
    """Staff id; ''."""
    name: str
    """Where the store told it, else the id."""
    joined: int
    due: int
    """Verified, and no members of old: the reward is due for these."""
    waiting: int
    """Nobody has seen their phone or card yet."""
    known_before: int


def winners(connection: Connection, since: datetime, days: int) -> tuple[Winner, ...]:
    """Everybody who won a member from a moment on, over so many days; who has most due first."""
    counted: dict[tuple[str, str], list[int]] = {}
    for one in one_id.joined(connection, since, days):
        row = counted.setdefault((one.store_id, one.guide), [0, 0, 0])
        row[0 if one.earns(BENEFIT) else 2 if one.standing == "known_before" else 1] += 1
    names = reading.staff_names(connection, set(counted))
    found = (
        Winner(store, guide, names.get((store, guide), guide), sum(row), *row) for (store, guide), row in counted.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.due, -one.joined, one.store_id, one.guide)))


def table(found: Iterable[Winner], head: Iterable[str]) -> str:
    """The same as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([one.store_id, one.guide, one.name, one.joined, one.due, one.waiting, one.known_before] for one in found)
    return out.getvalue()
