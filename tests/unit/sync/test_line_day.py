"""The record of the line: what is known, what is not, and what a slice of the day says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.sync.line_day import KEPT, LineDay, slices, up_share

EIGHT = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return EIGHT + timedelta(minutes=minutes)


def test_only_changes_are_noted() -> None:
    line = LineDay()
    for minutes, kind in ((0, "online"), (1, "online"), (30, "offline"), (31, "offline"), (45, "online")):
        line.note(kind, at(minutes))
    assert [(change.at, change.kind) for change in line.changes] == [(at(0), "online"), (at(30), "offline"), (at(45), "online")]


def test_share_counts_only_what_is_known() -> None:
    line = LineDay()
    line.note("online", at(60))
    line.note("offline", at(90))
    assert up_share(line.changes, at(0), at(120)) == 0.5
    assert up_share(line.changes, at(0), at(60)) is None
    assert up_share((), at(0), at(60)) is None


def test_slices_tell_up_mixed_down_unknown_and_to_come() -> None:
    line = LineDay()
    line.note("online", at(15))
    line.note("offline", at(35))
    told = slices(line.changes, at(0), timedelta(minutes=15), 6, at(61))
    assert told == ("unknown", "up", "mixed", "down", "down", "")


def test_what_is_forgotten_still_says_how_the_line_was() -> None:
    line = LineDay()
    line.note("offline", at(0))
    line.note("online", at(10))
    late = at(0) + KEPT + timedelta(hours=1)
    line.note("offline", late)
    line.note("online", late + timedelta(minutes=5))
    assert [change.kind for change in line.changes] == ["online", "offline", "online"]


def test_a_feed_is_as_fresh_as_its_last_end() -> None:
    line = LineDay()
    before = line.fresh
    line.read_to_end("staff", at(0))
    line.read_to_end("staff", at(5))
    assert dict(line.fresh) == {"staff": at(5)}
    assert dict(before) == {}
