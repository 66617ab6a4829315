"""Segments at headquarters: orders kept in any order, fifths, rules told to every till, and an audience made of a segment."""

from __future__ import annotations

import base64
import itertools
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from hub_bench import HubBench
from people_told import blob
from sqlalchemy import select
from till_double import DAY, PaperTill

from app.hub import archive, campaigns, erasing, publishing, segments, tables
from app.hub.campaigns import Design
from app.hub.people import PeopleKeys
from app.records.catalogue import Product
from app.records.events import ConsentSet, MemberAttached, ReadingTaken, SaleClosed
from app.records.ids import new_id
from app.records.people import Member
from app.records.resources import resource

HOUSE = json.loads(resource("rules", "segments.json").read_text("utf-8"))


def hold(bench: HubBench, *members: Member) -> None:
    publishing.publish(bench.archive, "member", members, "RM01")


def person(name: str, **more: Any) -> Member:
    return Member(id=name, card_no=f"90{sum(name.encode()):018}", name="王秀兰", **more)


def sold(till: PaperTill, member_id: str, fen: int = 1000, days_ago: int = 0, product: str = "P1") -> tuple[SaleClosed, tuple[str, bytes]]:
    """A sale to a member, made so and sealed."""
    seq, prev = till.seq, till.prev
    till.sale(fen, product=product)
    till.seq, till.prev = seq, prev
    body = till.last_sale.model_copy(update={"member_id": member_id})
    return body, till.write(body, day=DAY - timedelta(days=days_ago))


def orders(bench: HubBench) -> dict[str, tuple[str, date, int, int]]:
    with bench.archive.reading() as connection:
        return {row.sale_id: (row.member_id, row.day, row.fen, row.back_fen) for row in connection.execute(select(tables.member_order))}


def test_a_sale_its_member_and_its_return_count_the_same_in_any_order(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    for turn in itertools.permutations(range(3)):
        bench.furnish()
        till = PaperTill()
        client = bench.enrolled(till)
        body, sale = sold(till, "")
        told = [sale, till.write(MemberAttached(sale_id=body.sale_id, member_id="m1")), till.taking_back(body)]
        for place in turn:
            client.push([told[place]])
        client.push(told)
        assert orders(bench) == {body.sale_id: ("m1", DAY, 1000, 1000)}, turn


def test_a_sale_to_nobody_is_no_members_order(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    body, sale = sold(till, "")
    client.push([till.taking_back(body), sale])
    assert orders(bench) == {}


def test_events_taken_in_before_this_version_are_looked_back_at(tmp_path: Path, till: PaperTill) -> None:
    from till_double import START

    from app.records.clock import ManualClock

    bench = HubBench(f"sqlite:///{tmp_path}/hub.db", ManualClock(START))
    try:
        client = bench.enrolled(till)
        body, sale = sold(till, "m1")
        other, later = sold(till, "")
        reading = ReadingTaken(reading_id="r1", member_id="m1", kind="pressure", blob_id="b1", place="store", taken_at=bench.clock.now())
        client.push([sale, later, till.write(MemberAttached(sale_id=other.sale_id, member_id="m2")), till.taking_back(body)])
        client.push([till.write(reading)])

        def everything() -> list[Any]:
            with bench.archive.reading() as connection:
                found = [connection.execute(select(table)).all() for table in (tables.member_order, tables.member_reading)]
                return [sorted(map(tuple, rows)) for rows in found] + [
                    [tuple(row) for row in connection.execute(select(tables.sale_return.c.return_id, tables.sale_return.c.event_id))]
                ]

        before = everything()
        assert len(before[0]) == 2 and len(before[1]) == 1 and before[2][0][1]
        bench.running.close()
        config = Config()
        config.set_main_option("script_location", str(archive.MIGRATIONS))
        with bench.archive.engine.execution_options(immediate=True).begin() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, "0007")
        archive.migrate(bench.archive.engine)
        assert everything() == before
        bench.restart()
    finally:
        bench.close()


def test_the_chain_divides_into_fifths_that_every_till_is_told(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    for n in range(10):
        for _ in range(n + 1):
            client.push([sold(till, f"m{n}", 1000 * (n + 1), days_ago=n * 10)[1]])
    body, gone = sold(till, "m9", 999_000)
    client.push([gone, till.taking_back(body)])
    with bench.archive.reading() as connection:
        found = segments.reckon(connection, DAY)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(segments, "find_spec", lambda _name: None)
            assert segments.reckon(connection, DAY) == found
    assert found.members == 10
    assert found.cuts.recency == (10, 30, 50, 70) and found.cuts.frequency == (2, 4, 6, 8)
    assert segments.tell_cuts(bench.archive, found, DAY) and not segments.tell_cuts(bench.archive, found, DAY)
    (row,) = client.feed("segment", "", 10).rows
    assert row["id"] == "cuts" and json.loads(row["document"])["frequency"] == [2, 4, 6, 8]
    with bench.archive.reading() as connection:
        assert segments.cuts_of(connection) == found.cuts
        assert segments.cells_of(connection) == (found.cells, DAY)


def test_rules_are_told_ended_and_refused_in_words(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    assert len(segments.author(bench.archive, HOUSE)) == len(HOUSE["segments"])
    assert segments.author(bench.archive, HOUSE) == ()
    one = {"segments": [{"id": "old", "zh": "老会员", "when": {"fact": "member_days", "least": 365}}]}
    segments.author(bench.archive, one)
    rows = {row["id"]: row["active"] for row in client.feed("segment", "", 50).rows}
    assert rows["old"] and not rows["periodic"]
    for wrong, said in (
        ({}, "list"),
        ({"segments": [{"id": "x", "zh": "某", "when": {"fact": "income", "least": 1}}]}, "income"),
        ({"segments": [one["segments"][0], one["segments"][0]]}, "ids of their own"),
        ({"segments": [{"id": "cuts", "zh": "某", "when": {"fact": "orders", "least": 1}}]}, "cuts"),
        ({"segments": [{"id": "x" * 40, "zh": "某", "when": {"fact": "orders", "least": 1}}]}, "36 characters"),
    ):
        with pytest.raises(ValueError, match=said):
            segments.author(bench.archive, wrong)
    with bench.archive.reading() as connection:
        assert [segment.id for segment in segments.authored(connection)] == ["old"]


def test_a_member_is_judged_by_purchases_readings_and_consents(bench: HubBench, till: PaperTill) -> None:
    client, keys = bench.enrolled(till), PeopleKeys(bench.seed)
    publishing.publish(bench.archive, "product", [Product(id="P1", generic_name="维生素D", category="维生素", maker="青禾")])
    hold(bench, person("m1", chronic=True, born_on=date(1957, 3, 12)), person("m2"))
    segments.author(bench.archive, HOUSE)
    for days in (95, 65, 35, 4):
        client.push([sold(till, "m1", days_ago=days)[1]])
    plain = json.dumps({"kind": "pressure", "figures": {"sbp": 172, "dbp": 104}, "context": "rest"}).encode()
    told = blob(till, "m1", "reading", plain)
    assert base64.b64decode(told["plain"]) == plain
    taken = ReadingTaken(
        reading_id="r1", member_id="m1", kind="pressure", blob_id=told["blob_id"], place="store", taken_at=till.clock.now()
    )
    client.tell([told])
    client.push([till.write(taken)])

    def ids() -> set[str]:
        with bench.archive.reading() as connection:
            return {one.segment_id for one in segments.memberships_of(connection, keys, "m1", DAY)}

    def says(purpose: str, given: bool) -> None:
        said = ConsentSet(consent_id=new_id(till.clock), member_id="m1", purpose=purpose, text_version="1", given=given, channel="spoken")
        client.push([till.write(said)])

    assert ids() == {"periodic", "brand_loyal", "chronic_untested"}
    says("health", True)
    assert ids() == {"periodic", "brand_loyal", "chronic_severe"}
    counts = segments.judge_all(bench.archive, keys, DAY)
    assert counts["periodic"] == 1 and counts["champion"] == 0
    with bench.archive.reading() as connection:
        m = tables.segment_member.c
        assert connection.scalars(select(m.member_id).where(m.segment_id == "periodic")).all() == ["m1"]
        facts = segments.profile(connection, keys, "m1", DAY)
        assert facts is not None and facts.facts["age"] == 69 and facts.each["category"]["维生素"]["buy_days"] == 4
        assert segments.profile(connection, keys, "nobody", DAY) is None
    says("history", False)
    assert ids() == {"chronic_severe"}
    says("personal", False)
    assert ids() == set()


def test_a_campaign_may_be_for_a_segment_and_an_erased_member_is_in_none(bench: HubBench, till: PaperTill) -> None:
    client, keys = bench.enrolled(till), PeopleKeys(bench.seed)
    hold(bench, person("m1", joined_on=date(2020, 1, 1)), person("m2", joined_on=DAY))
    segments.author(bench.archive, {"segments": [{"id": "old", "zh": "老会员", "when": {"fact": "member_days", "least": 365}}]})
    client.push([sold(till, "m1")[1]])
    segments.judge_all(bench.archive, keys, DAY)
    terms = json.dumps({"amount_fen": 500})
    design = Design(
        campaign_id="c1", title_zh="老会员券", kind="amount_off", terms=terms, starts_on=DAY, ends_on=DAY, audience="segment",
        audience_values=("old",), coupon_class="B", face_fen=500,
    )  # fmt: skip
    with bench.archive.reading() as connection:
        assert list(campaigns.audience(connection, design)) == [("RM01", "m1")]
        codes = {fault.code for fault in campaigns.faults(connection, design)}
        unknown = {fault.code for fault in campaigns.faults(connection, design.model_copy(update={"audience_values": ("rich",)}))}
    assert "segment" not in codes and "segment" in unknown
    now = bench.clock.now()
    bench.archive.commit(lambda c: erasing.erase(c, now, "m1", reason="asked", asked_via=erasing.HEADQUARTERS, by="ada")).result()
    with bench.archive.reading() as connection:
        assert list(campaigns.audience(connection, design)) == []
        assert segments.reckon(connection, DAY).members == 0


def test_the_words_tell_rules_and_fifths_and_say_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from app.commands import hub

    def word(*words: str) -> tuple[int, str]:
        code = hub.main([words[0], "--data", str(tmp_path), *words[1:]])
        said = capsys.readouterr()
        return code, said.out + said.err

    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps(HOUSE), "utf-8")
    code, said = word("segment", str(rules))
    assert code == 0 and "periodic" in said
    assert word("segment", str(rules)) == (0, "nothing changed\n")
    rules.write_text('{"segments": [{"id": "x", "zh": "某", "when": {"fact": "income", "least": 1}}]}', "utf-8")
    code, said = word("segment", str(rules))
    assert code != 0 and "no fact 'income'" in said
    assert word("segment")[0] == word("segment", str(tmp_path / "none.json"))[0] != 0
    code, said = word("rfm")
    assert code == 0 and said.startswith("0 members") and "told every till" in said and "periodic: 0 members" in said
    assert "as before" in word("rfm")[1]
    assert "price_sensitive 价格敏感 (headquarters only): 0 members" in word("segment", "--list")[1]
