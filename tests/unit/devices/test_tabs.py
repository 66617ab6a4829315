"""Tabs between columns: every word stays where blanks put it, and no row grows."""

from __future__ import annotations

from bisect import bisect_right

from hypothesis import given, settings
from hypothesis import strategies as st

from app.devices.tabs import tabbed

WORDS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([b"x", b"12.80", "盒".encode("gbk"), b"a b"])), min_size=1, max_size=5)
ROWS = st.lists(WORDS.map(lambda words: b"".join(b" " * blanks + word for blanks, word in words)), max_size=12)


def stops_of(command: bytes) -> list[int]:
    """Read the cells of the stops back from the command."""
    if not command:
        return []
    assert command[:2] == b"\x1bD" and command[-1:] == b"\x00"
    return list(command[2:-1])


def printed(row: bytes, stops: list[int]) -> bytes:
    """Return what a printer makes of a row: each tab goes to the next stop."""
    out = b""
    for at in range(len(row)):
        if row[at : at + 1] == b"\t":
            out = out.ljust(stops[bisect_right(stops, len(out))])
        else:
            out += row[at : at + 1]
    return out


@settings(max_examples=150, deadline=None)
@given(rows=ROWS)
def test_a_printer_makes_the_same_rows_of_tabs_as_of_blanks(rows: list[bytes]) -> None:
    command, shortened = tabbed(rows)
    stops = stops_of(command)
    assert stops == sorted(set(stops))
    assert [printed(row, stops) for row in shortened] == rows
    assert all(len(short) <= len(row) for short, row in zip(shortened, rows, strict=True))


def test_a_stop_on_the_way_of_many_gaps_is_not_set_for_one() -> None:
    assert tabbed([b"ab   c"]) == (b"\x1bD\x05\x00", [b"ab\tc"])
    rows = [b"ab   c", *[b"a".ljust(20) + b"9.90"] * 20]
    assert tabbed(rows) == (b"\x1bD\x14\x00", [b"ab   c", *[b"a\t9.90"] * 20])


def test_sums_of_neighbouring_lengths_share_every_second_stop() -> None:
    rows = [b"a".ljust(20 - digits) + b"9" * digits for digits in (3, 4, 5, 6) for _ in range(3)]
    command, shortened = tabbed(rows)
    assert stops_of(command) == [14, 16]
    assert shortened[::3] == [b"a\t\t 999", b"a\t\t9999", b"a\t 99999", b"a\t999999"]


def test_slips_without_a_gap_need_no_stops() -> None:
    assert tabbed([]) == (b"", [])
    assert tabbed([b"a b"]) == (b"", [b"a b"])
