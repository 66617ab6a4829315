"""The machine's clock: what passes counts, asleep or awake."""

from __future__ import annotations

import time

import pytest

from app.records import clock
from app.records.clock import SystemClock


def test_a_night_asleep_counts_where_the_machine_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_SINCE_BOOT", 7)
    monkeypatch.setattr(time, "clock_gettime_ns", {7: 28_800_000_000_000}.__getitem__, raising=False)
    assert SystemClock().monotonic_ms() == 28_800_000


def test_elsewhere_the_usual_one_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_SINCE_BOOT", None)
    monkeypatch.setattr(time, "monotonic_ns", lambda: 5_000_000)
    assert SystemClock().monotonic_ms() == 5
