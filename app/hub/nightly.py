"""What headquarters does by itself once a day: segments and tiers are reckoned anew while shops sleep, and what is past its term goes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from app.hub import person, segments, tables, tiers
from app.hub.archive import Archive, upsert
from app.hub.people import PeopleKeys
from app.records.clock import SHOP_TIME, Clock, shop_day

NAME = "nightly"
HOUR = 3
"""The hour of the shops' day from which on it is done: every shift of the day before is closed and told."""
LOOK_S = 300.0
"""How often it is looked whether the hour has come, in seconds."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one night brought."""

    day: date
    at: datetime
    persons: int
    """Whose tier was looked at."""
    changed: int
    """Whose tier became another."""
    segments: int
    """Memberships in segments."""


def due(connection: Connection, now: datetime) -> bool:
    """Whether this day's round is still to be done, and its hour has come; a night that was missed is made up for in the morning."""
    last = last_done(connection)
    return now.astimezone(SHOP_TIME).hour >= HOUR and (last is None or last.day < shop_day(now))


def last_done(connection: Connection) -> Done | None:
    """The last round; None before the first."""
    row = connection.execute(select(tables.chore).where(tables.chore.c.name == NAME)).first()
    return Done(row.day, row.at, **json.loads(row.told)) if row is not None else None


def run(archive: Archive, keys: PeopleKeys, clock: Clock) -> Done:
    """Do the round of today, whether or not it was done; a second one finds nothing to change."""
    now = clock.now()
    today = shop_day(now)
    reckoned = tiers.reckon_due(archive, now)
    _, _, counts = segments.reckon_all(archive, keys, today)
    archive.commit(lambda connection: person.purge(connection, now)).result()
    told = {"persons": reckoned.persons, "changed": reckoned.changed, "segments": sum(counts.values())}
    finished = clock.now()
    row: dict[str, object] = {"name": NAME, "day": today, "at": finished, "told": json.dumps(told)}
    archive.commit(lambda connection: upsert(connection, tables.chore, [row], put=("day", "at", "told"))).result()
    return Done(today, finished, **told)


def run_due(archive: Archive, keys: PeopleKeys, clock: Clock) -> Done | None:
    """Do the round if it is due; None where it is not."""
    with archive.reading() as connection:
        if not due(connection, clock.now()):
            return None
    return run(archive, keys, clock)
