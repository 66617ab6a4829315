"""What each proof buys: the carried rules hold, and rules that would give a stranger stored value are refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.member_rights import RightsRules
from app.records.people import Member
from app.records.resources import resource

DOCUMENT: dict[str, Any] = json.loads(resource("rules", "member_rights.json").read_text("utf-8"))
RULES = RightsRules.read(DOCUMENT)


def test_only_the_changing_code_or_one_told_back_buys_stored_value_and_any_coupon() -> None:
    assert [name for name, rights in RULES.proofs.items() if rights.stored_value] == ["dynamic", "code"]
    assert [name for name, rights in RULES.proofs.items() if rights.covers(0)] == ["dynamic", "code"]


def test_a_known_member_has_price_points_and_promised_coupons_without_a_phone() -> None:
    for name, rights in RULES.proofs.items():
        assert rights.price and rights.points and rights.coupon_most_fen != 0, name
        assert rights.title.zh and rights.title.en


@pytest.mark.parametrize(("face_fen", "covered"), [(0, False), (1, True), (5_000, True), (5_001, False)])
def test_a_coupon_is_covered_up_to_the_amount_and_never_without_bound(face_fen: int, covered: bool) -> None:
    assert RULES.of("card").covers(face_fen) is covered


def test_an_unknown_way_counts_as_the_usual_one() -> None:
    assert RULES.of("") is RULES.of("card") is RULES.of("of tomorrow")


def test_a_visitors_fields_are_fields_of_a_member_and_no_key() -> None:
    assert set(RULES.visitor_fields) <= set(Member.model_fields) and "code_key" not in RULES.visitor_fields


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("proofs", "card", "stored_value"), True),
        (("otherwise",), "nothing"),
        (("vouching",), ["handshake"]),
        (("lapse", "proofs"), ["id_card", "social_card", "voucher"]),
        (("lapse", "then"), "dynamic"),
        (("lapse", "minutes"), 0),
        (("visitor_purpose",), "fun"),
        (("visitor_fields",), ["id", "code_key"]),
    ],
)
def test_rules_that_contradict_themselves_are_refused(place: tuple[str, ...], wrong: object) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    inner = document
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = wrong
    with pytest.raises(ValueError, match="rights of members"):
        RightsRules.read(document)


def test_a_proof_ends_after_its_time_and_any_other_way_of_being_found_does_not() -> None:
    now = datetime(2026, 11, 22, 1, tzinfo=UTC)

    def holds(found_by: str, minutes: int | None) -> bool:
        return RULES.holds(found_by, "" if minutes is None else (now - timedelta(minutes=minutes)).isoformat(), now)

    assert holds("dynamic", RULES.lapse_minutes - 1) and not holds("dynamic", RULES.lapse_minutes)
    assert holds("voucher", 0) and not holds("voucher", None), "nobody knows when"
    assert holds("card", None) and holds("phone", 10_000)
    assert holds("dynamic", -1) and not holds("dynamic", -60), "a clock that was turned back"
