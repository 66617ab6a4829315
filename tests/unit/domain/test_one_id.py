"""One ID: who is merged by rule, who is asked about, who is left alone; the order of arrival does not matter where nothing conflicts."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.one_id import (
    Claim,
    MemoryRegister,
    OneIdRules,
    age,
    allowed,
    canonical_of,
    merged_profile,
    normal_form,
    normal_name,
    standing,
)
from app.records.clock import ManualClock
from app.records.ids import new_id
from app.records.people import Member
from app.records.resources import resource

DOCUMENT = json.loads(resource("rules", "one_id.json").read_text("utf-8"))
RULES = OneIdRules.read(DOCUMENT)


def world(
    *people: tuple[str, str, str], claims: tuple[tuple[str, str, str, str], ...], apart: tuple[tuple[str, str], ...] = ()
) -> MemoryRegister:
    register = MemoryRegister(RULES, frozenset(frozenset(pair) for pair in apart))
    for member_id, name, born in people:
        register.know(member_id, name, born)
    for claim in claims:
        register.claim(Claim(*claim))
    return register


def decided(register: MemoryRegister) -> tuple[list[str], list[str]]:
    return [found.rule.id for found in register.merges], [found.rule.id for found in register.proposals.values()]


def phones(*levels: str) -> tuple[tuple[str, str, str, str], ...]:
    return tuple((f"m{number}", "phone", "x", level) for number, level in enumerate(levels, 1))


def test_the_same_proven_platform_account_is_one_person_whatever_the_names() -> None:
    for kind in ("union", "wechat", "alipay", "jpass"):
        claims = (("m1", kind, "u", "proven"), ("m2", kind, "u", "proven"))
        register = world(("m1", "li", ""), ("m2", "wang", ""), claims=claims)
        assert decided(register) == (["same_platform"], [])
        assert register.party("m2").canonical == "m1"


def test_an_account_that_was_only_said_is_asked_about() -> None:
    register = world(("m1", "li", ""), ("m2", "li", ""), claims=(("m1", "union", "u", "proven"), ("m2", "union", "u", "stated")))
    assert decided(register) == ([], ["same_other"])


def test_the_same_phone_and_name_is_one_person() -> None:
    register = world(("m1", "li", ""), ("m2", "li", ""), claims=phones("stated", "stated"))
    assert decided(register) == (["same_phone_same_name"], [])


def test_a_phone_shown_on_both_sides_is_one_person_unless_the_names_differ() -> None:
    assert decided(world(("m1", "li", ""), claims=phones("shown", "shown"))) == (["same_phone_shown"], [])
    assert decided(world(claims=phones("shown", "stated"))) == ([], ["same_phone_no_name"])
    family = world(("m1", "li", ""), ("m2", "wang", ""), claims=phones("shown", "shown"))
    assert decided(family) == ([], ["same_phone_other_name"])


def test_a_family_phone_never_joins_two_people_through_one_without_a_name() -> None:
    register = world(("m1", "li", ""), ("m3", "wang", ""), claims=phones("shown", "shown", "shown"))
    assert register.groups() == {frozenset({"m1", "m2"}), frozenset({"m3"})}
    assert decided(register) == (["same_phone_shown"], ["same_phone_other_name"])


def test_conflicting_dates_of_birth_are_never_merged_by_themselves_not_even_through_a_third() -> None:
    claims = (("m1", "union", "u", "proven"), ("m2", "union", "u", "proven"), ("m3", "union", "u", "proven"))
    register = world(("m1", "", "1960"), ("m3", "", "1980"), claims=claims)
    assert register.groups() == {frozenset({"m1", "m2"}), frozenset({"m3"})}
    assert decided(register)[1] == ["conflicting_birth"]
    for rule in DOCUMENT["rules"]:
        wrong = copy.deepcopy(DOCUMENT)
        wrong["rules"][DOCUMENT["rules"].index(rule)] |= {"does": "merge", "births": ["different"]}
        with pytest.raises(ValueError, match="different dates of birth"):
            OneIdRules.read(wrong)


def test_a_name_that_becomes_known_by_one_merge_lets_the_next_one_follow() -> None:
    claims = (("m1", "phone", "x", "stated"), ("m2", "phone", "x", "stated"), ("m2", "card", "c", "shown"), ("m3", "card", "c", "shown"))
    register = world(("m1", "li", ""), ("m3", "li", ""), claims=claims)
    assert register.groups() == {frozenset({"m1", "m2", "m3"})}
    assert decided(register) == (["same_card", "same_phone_same_name"], [])


def test_whom_a_person_has_put_apart_no_rule_joins_or_asks_about_again() -> None:
    register = world(("m1", "li", ""), ("m2", "li", ""), claims=phones("proven", "proven"), apart=(("m1", "m2"),))
    assert decided(register) == ([], [])


def test_a_number_that_too_many_claim_proves_nothing() -> None:
    crowd = phones(*["shown"] * (RULES.most_holders + 5))
    many = MemoryRegister(RULES)
    many.holders[("phone", "x")] = {f"old{number}" for number in range(RULES.most_holders)}
    for claim in crowd:
        many.claim(Claim(*claim))
    assert decided(many) == ([], [])


def test_the_evidence_says_whose_claims_met_how_strong_they_were_and_what_was_compared() -> None:
    register = world(("m1", "li", "1960"), ("m2", "li", ""), claims=phones("shown", "proven"))
    (found,) = register.merges
    assert (found.one, found.other, found.kind, found.mark, found.levels, found.names, found.births) == (
        "m1", "m2", "phone", "x", ("shown", "proven"), "same", "unknown",
    )  # fmt: skip


def test_the_oldest_id_stands_for_all_and_ids_of_older_books_come_first() -> None:
    clock = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))
    young = [new_id(clock) for _ in range(3)]
    clock.advance(5.0)
    younger = new_id(clock)
    assert canonical_of([younger, *young]) == min(young)
    assert canonical_of([*young, "M000123"]) == "M000123"
    assert sorted(["M2", younger, "M1", young[0]], key=age) == ["M1", "M2", young[0], younger]


def test_values_and_names_are_compared_in_one_form() -> None:
    assert {normal_form("phone", text) for text in ("13800138000", "+86 138-0013-8000", "１３８００１３８０００")} == {"13800138000"}
    assert normal_form("card", " 9000 0000 0000 0000 0019 ") == "90000000000000000019"
    assert normal_form("wechat", "oAbC") != normal_form("wechat", "oabc")
    assert normal_name("王 秀兰") == normal_name("王秀兰") and normal_name("Ａnna LI") == normal_name("anna li")
    assert normal_name("买买提·依明") == normal_name("买买提依明")


def test_a_merged_profile_forgets_no_allergy_and_keeps_the_best_promise() -> None:
    one = Member(id="m1", card_no="c1", tier="normal", allergies_known=True, allergy_classes="penicillin", points=5)
    other = Member(
        id="m2", card_no="c2", name="李", phone="13800138000", tier="gold", allergies_known=True, allergy_classes="sulfa;penicillin"
    )
    whole = merged_profile([one, other])
    assert (whole.id, whole.card_no, whole.name, whole.phone, whole.tier) == ("m1", "c1", "李", "13800138000", "gold")
    assert (whole.allergy_classes, whole.allergies_known, whole.points) == ("penicillin;sulfa", True, 5)
    assert merged_profile([one]) is one
    with pytest.raises(ValueError, match="allergies"):
        merged_profile([one, other.model_copy(update={"allergy_classes": ";".join(f"class{n:03}" for n in range(13))})])


def test_rewards_wait_for_a_verified_newcomer_and_are_lost_for_one_known_before() -> None:
    fresh = standing(["stated"], ["m2"], "m2", RULES)
    assert (fresh, standing(["stated", "shown"], ["m2"], "m2", RULES), standing(["proven"], ["m1", "m2"], "m2", RULES)) == (
        "provisional", "verified", "known_before",
    )  # fmt: skip
    told = {
        benefit: allowed(benefit, fresh, RULES) for benefit in ("member_price", "points", "joiner_coupon", "guide_reward", "stored_value")
    }
    assert told == {"member_price": True, "points": True, "joiner_coupon": True, "guide_reward": False, "stored_value": False}
    assert allowed("guide_reward", "verified", RULES) and not allowed("referrer_reward", "known_before", RULES)
    assert allowed("stored_value", "known_before", RULES)


class _Forest:
    """Union-find over members, as plain as it gets."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def root(self, member: str) -> str:
        above = self.parent.setdefault(member, member)
        return member if above == member else self.root(above)

    def join(self, one: str, other: str) -> bool:
        low, high = self.root(one), self.root(other)
        self.parent[high] = low
        return low != high


def oracle(claims: list[Claim], names: dict[str, str]) -> set[frozenset[str]]:
    """Every pair of claims over and over until nothing joins; the rules said once more, by hand, for people whose births agree."""
    forest = _Forest()
    for claim in claims:
        forest.root(claim.member_id)
    rank = {"stated": 0, "shown": 1, "proven": 2}

    def best(member: str, kind: str, mark: str) -> int:
        mine = forest.root(member)
        same = [c for c in claims if (c.kind, c.mark) == (kind, mark) and forest.root(c.member_id) == mine]
        return max(rank[c.level] for c in same)

    def known(member: str) -> set[str]:
        return {names[other] for other in forest.parent if forest.root(other) == forest.root(member) and names.get(other)}

    moved = True
    while moved:
        moved = False
        for one, other in combinations(claims, 2):
            if (one.kind, one.mark) != (other.kind, other.mark) or forest.root(one.member_id) == forest.root(other.member_id):
                continue
            level = min(best(one.member_id, one.kind, one.mark), best(other.member_id, other.kind, other.mark))
            mine, yours = known(one.member_id), known(other.member_id)
            same, apart = bool(mine & yours), bool(mine and yours and not mine & yours)
            wanted = (
                (one.kind == "union" and level == 2)
                or (one.kind == "card" and level >= 1 and not apart)
                or (one.kind == "phone" and same)
                or (one.kind == "phone" and level >= 1 and not apart)
            )
            moved |= wanted and forest.join(one.member_id, other.member_id)
    groups: dict[str, set[str]] = {}
    for member in forest.parent:
        groups.setdefault(forest.root(member), set()).add(member)
    return {frozenset(group) for group in groups.values()}


MEMBERS = [f"m{number}" for number in range(8)]
CLAIMS = st.lists(
    st.builds(
        Claim,
        st.sampled_from(MEMBERS),
        st.sampled_from(["phone", "card", "union"]),
        st.sampled_from(["x", "y", "z"]),
        st.sampled_from(["stated", "shown", "proven"]),
    ),
    max_size=14,
)


@settings(max_examples=80)
@given(claims=CLAIMS, named=st.sets(st.sampled_from(MEMBERS)), seed=st.integers(0, 1000))
def test_where_nothing_conflicts_every_order_of_arrival_ends_as_union_find(claims: list[Claim], named: set[str], seed: int) -> None:
    names = dict.fromkeys(named, "li")
    shuffled = claims[:]
    Random(seed).shuffle(shuffled)
    ends = []
    for order in (claims, shuffled):
        register = MemoryRegister(RULES)
        for member, name in names.items():
            register.know(member, name)
        for claim in order:
            register.claim(claim)
        heard = {claim.member_id for claim in claims}
        ends.append({group & heard for group in register.groups()} - {frozenset()})
        assert len(register.merges) == sum(len(group) - 1 for group in register.groups()), "merges make a forest"
    assert ends[0] == ends[1] == oracle(claims, names)


@settings(max_examples=80)
@given(
    claims=CLAIMS,
    names=st.dictionaries(st.sampled_from(MEMBERS), st.sampled_from(["li", "wang"])),
    births=st.dictionaries(st.sampled_from(MEMBERS), st.sampled_from(["1960", "1980"])),
)
def test_no_order_ever_puts_two_dates_of_birth_into_one_person(claims: list[Claim], names: dict[str, str], births: dict[str, str]) -> None:
    register = MemoryRegister(RULES)
    for member in {*names, *births}:
        register.know(member, names.get(member, ""), births.get(member, ""))
    for claim in claims:
        register.claim(claim)
    assert all(len(party.births) <= 1 for party in register.parties.values())
    assert all(len(pair) == 2 for pair in register.proposals)
