"""A signature is strokes in a frame of its own: kept small, read back as it was, and told by a digest that holds chance."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.signature import LEAST_LENGTH, MOST_POINTS, Signature, digest, drawing_of

SALT = "0123456789abcdef" * 2
POINTS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 300)), min_size=1, max_size=30)


def drawn(*strokes: list[tuple[int, int]]) -> Signature:
    found, at = Signature(300, ()), 0
    for stroke in strokes:
        found = found.begun((*stroke[0], at))
        for place in stroke[1:]:
            at += 8
            found = found.drawn((*place, at))
    return found


@settings(max_examples=60)
@given(st.lists(POINTS, min_size=0, max_size=8))
def test_what_was_drawn_is_read_back_point_for_point(strokes: list[list[tuple[int, int]]]) -> None:
    one = drawn(*strokes)
    assert Signature.decoded(one.encoded(SALT)) == one
    left, top, right, bottom = one.box
    assert left <= right and top <= bottom


def test_a_name_is_kept_in_less_than_two_kilobytes() -> None:
    name = drawn(*([(100 + stroke * 50 + n * 3, 50 + (n * 7) % 180) for n in range(40)] for stroke in range(6)))
    assert name.points == 240 and len(name.encoded(SALT)) < 2_600


def test_a_tap_or_a_slip_is_no_signature() -> None:
    assert not Signature(300, ()).enough
    assert not drawn([(500, 100)]).enough
    assert not drawn([(0, 0), (LEAST_LENGTH - 1, 0)]).enough
    assert drawn([(0, 0), (LEAST_LENGTH, 0)]).enough


def test_points_too_near_say_nothing_and_too_many_are_not_taken() -> None:
    assert drawn([(0, 0), (1, 1), (2, 1), (3, 0)]).strokes[0] == ((0, 0, 0), (3, 0, 24))
    long = Signature(300, (tuple((n % 900, n % 200, n) for n in range(MOST_POINTS)),))
    assert long.drawn((990, 290, MOST_POINTS)).points == MOST_POINTS
    assert long.begun((990, 290, MOST_POINTS)).points == MOST_POINTS
    assert Signature.decoded(long.encoded(SALT)) == long


def test_the_same_strokes_have_another_digest_each_time_they_are_kept() -> None:
    one = drawn([(0, 0), (300, 100)])
    assert digest(one.encoded(SALT)) != digest(one.encoded(SALT[::-1]))
    with pytest.raises(ValueError):
        one.encoded("")


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b'{"v":1}',
        {"v": 2}, {"h": 0}, {"h": 10**9}, {"salt": "short"}, {"s": [[1, 2]]}, {"s": [[]]}, {"s": [["x", 1, 2]]}, {"s": [[1, 2, -5]]},
        {"s": [[99_999, 0, 0]]}, {"s": 5}, {"s": [[0, 0, 0, *([3, 0, 1] * 6000)]]}, {"s": [[True, 0, 0]]},
    ],
)  # fmt: skip
def test_what_is_no_signature_is_refused(told: object) -> None:
    whole = {"v": 1, "h": 300, "salt": SALT, "s": [[1, 2, 3]]}
    plain = told if isinstance(told, bytes) else json.dumps({**whole, **told}).encode()  # type: ignore[dict-item]
    with pytest.raises(ValueError):
        Signature.decoded(plain)
    assert drawing_of(plain) is None and drawing_of(None) is None
