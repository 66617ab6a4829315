"""Everybody at once ends as claim by claim: the same people under the same ids, whatever is shared, unnamed or in conflict."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hub_bench import HubBench
from hypothesis import given, settings
from hypothesis import strategies as st
from people_told import Newcomer
from sqlalchemy import select
from till_double import PaperTill

from app.commands import hub
from app.domain.one_id import KINDS, Claim, MemoryRegister, OneIdRules, canonical_of
from app.hub import feeds, one_id, people, publishing, tables
from app.records.people import Member
from app.records.resources import resource

np: Any = pytest.importorskip("numpy", reason="the extra hq is not installed")
pytest.importorskip("scipy", reason="the extra hq is not installed")
one_id_batch: Any = importlib.import_module("app.hub.one_id_batch")

RULES = OneIdRules.read(json.loads(resource("rules", "one_id.json").read_text("utf-8")))
MEMBERS = [f"m{number}" for number in range(9)]
CLAIMS = st.lists(
    st.builds(
        Claim, st.sampled_from(MEMBERS), st.sampled_from(["phone", "card", "union"]), st.sampled_from("xyz"), st.sampled_from(RULES.levels)
    ),
    max_size=18,
)
KNOWN = st.dictionaries(st.sampled_from(MEMBERS), st.sampled_from(["a", "b"]))


def one_by_one(claims: list[Claim], names: dict[str, str], births: dict[str, str]) -> dict[str, str]:
    register = MemoryRegister(RULES)
    for member in sorted(names.keys() | births.keys()):
        register.know(member, names.get(member, ""), births.get(member, ""))
    for claim in claims:
        register.claim(claim)
    return {one: canonical_of(group) for group in register.groups() for one in group if one != canonical_of(group)}


def everybody_of(claims: list[Claim], names: dict[str, str], births: dict[str, str]) -> Any:
    """Claims, names and birthdays (any texts of at most 32 bytes) as flat arrays."""
    known = sorted(names.keys() | births.keys())
    member, mark = f"S{one_id_batch.MEMBER_BYTES}", f"S{one_id_batch.MARK_BYTES}"
    return one_id_batch.Everybody(
        member=np.array([claim.member_id for claim in claims], member),
        kind=np.array([KINDS.index(claim.kind) for claim in claims], np.int8),
        mark=np.array([claim.mark for claim in claims], mark),
        level=np.array([RULES.rank(claim.level) for claim in claims], np.int8),
        person=np.array(known, member),
        name=np.array([names.get(one, "") for one in known], mark),
        born=np.array([births.get(one, "") for one in known], mark),
    )


def at_once(claims: list[Claim], names: dict[str, str], births: dict[str, str]) -> dict[str, str]:
    found = one_id_batch.resolve(everybody_of(claims, names, births), RULES)
    return {old.decode(): canonical.decode() for old, canonical in zip(found.old, found.canonical, strict=True)}


@settings(max_examples=150)
@given(claims=CLAIMS, names=KNOWN, births=KNOWN)
def test_whatever_is_shared_named_or_in_conflict_both_ways_agree(
    claims: list[Claim], names: dict[str, str], births: dict[str, str]
) -> None:
    assert at_once(claims, names, births) == one_by_one(claims, names, births)


def test_a_town_of_people_agrees_and_hardly_anybody_has_to_be_looked_at_one_by_one() -> None:
    draw = Random(5)
    claims, names, births = [], {}, {}
    for number in range(4_000):
        person = draw.randrange(3_000)
        member = f"{number:08x}-0000-7000-8000-000000000000" if number % 3 else f"M{number:06}"
        phone = person if draw.random() < 0.95 else draw.randrange(3_000)
        claims.append(Claim(member, "phone", f"p{phone}", draw.choice(RULES.levels)))
        claims.append(Claim(member, "card", f"c{number}", "shown"))
        if draw.random() < 0.4:
            claims.append(Claim(member, "union", f"u{person}", "proven"))
        if draw.random() < 0.85:
            names[member] = f"n{person % 700}"
        if draw.random() < 0.4:
            births[member] = f"b{person % 900}"
    draw.shuffle(claims)
    everybody = everybody_of(claims, names, births)
    found = one_id_batch.resolve(everybody, RULES)
    assert dict(zip(found.old.tolist(), found.canonical.tolist(), strict=True)) == {
        old.encode(): canonical.encode() for old, canonical in one_by_one(claims, names, births).items()
    }
    assert len(found.old) > 300
    assert found.one_by_one < found.nodes / 3


def test_two_marks_of_one_hash_are_still_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_id_batch, "_hashed", lambda texts: np.zeros(len(texts), np.uint64))
    claims = [Claim("m1", "union", "x", "proven"), Claim("m2", "union", "y", "proven"), Claim("m3", "union", "x", "proven")]
    assert at_once(claims, {"m1": "a"}, {"m3": "b"}) == {"m3": "m1"}


def test_a_mark_that_too_many_hold_joins_nobody_and_nothing_at_all_is_no_trouble() -> None:
    crowd = [Claim(f"m{number}", "union", "x", "proven") for number in range(RULES.most_holders + 1)]
    assert at_once(crowd, {}, {}) == {} == at_once([], {}, {}) == at_once(crowd[:1], {}, {})
    assert len(at_once(crowd[1:], {}, {})) == RULES.most_holders - 1


def test_headquarters_own_tables_give_what_was_resolved_as_it_came_and_what_people_put_apart(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    draw = Random(3)
    for number in range(30):
        one = Newcomer(till, draw.choice(["王秀兰", "李娜"]), f"1380013{draw.randrange(9):04}", level=draw.choice(RULES.levels))
        if number % 4 == 0:
            one.claims("union", f"u{draw.randrange(4)}", "proven")
        client.tell(one.blobs)
        client.push(one.events)

    def at_once_here() -> dict[str, str]:
        with bench.archive.reading() as connection:
            found = one_id_batch.resolve(one_id_batch.everybody_at(connection, RULES), RULES)
        return {old.decode(): canonical.decode() for old, canonical in zip(found.old, found.canonical, strict=True)}

    c = tables.person.c
    with bench.archive.reading() as connection:
        merged = {row.member_id: row.canonical_id for row in connection.execute(select(tables.person).where(c.canonical_id != c.member_id))}
        pair = one_id.pairs(connection, ["done"], 1)[0]
    assert len(merged) > 5
    assert at_once_here() == merged
    bench.archive.commit(lambda connection: one_id.undo(connection, pair.merge_id, "chen", "x", bench.clock.now())).result()
    told = at_once_here()
    one, other = pair.one.member_id, pair.other.member_id
    assert told.get(one, one) != told.get(other, other)


def test_whoever_lacks_a_merge_gets_it_by_a_look_at_everybody_and_what_stands_is_left(bench: HubBench, till: PaperTill) -> None:
    keys = people.PeopleKeys(bench.seed)
    crowd = [Member(id=f"M{n:03}", card_no=f"90{n:018}", name=f"甲{n // 2}", phone=f"138{n // 2:08}") for n in range(20)]
    publishing.publish(bench.archive, "member", crowd, "RM01")
    bench.archive.commit(lambda connection: people.adopt(connection, keys, RULES.published_levels, 100)).result()
    assert reading(bench).done == 0
    found = one_id_batch.recheck(bench.archive, bench.seed, bench.clock.now)
    assert (found.read, found.merged, found.otherwise) == (0, 10, 0)
    assert (reading(bench).people, reading(bench).ids) == (10, 20)
    with bench.archive.reading() as connection:
        assert len(feeds.holders(connection, "alias", [f"M{n:03}" for n in range(20)])) == 10
    publishing.publish(bench.archive, "member", [crowd[1].model_copy(update={"name": "乙"})], "RM01")
    found = one_id_batch.recheck(bench.archive, bench.seed, bench.clock.now)
    assert (found.read, found.merged, found.otherwise) == (1, 0, 1)


def reading(bench: HubBench) -> one_id.PeopleCounts:
    with bench.archive.reading() as connection:
        return one_id.counts(connection)


def test_the_word_says_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hub.main(["people", "--data", str(tmp_path)]) == 0
    assert "0 people" in capsys.readouterr().out
