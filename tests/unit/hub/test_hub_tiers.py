"""Tiers at headquarters: any order of arrival gives one answer, merges and tiers by hand, the nightly round, and what stores are told."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hub_bench import HubBench
from sqlalchemy import Connection, insert, select
from sqlalchemy.event import listen
from till_double import START, PaperTill

from app.domain.tiers import Purchase, place_on
from app.hub import campaigns, erasing, nightly, one_id, publishing, standings, tables, tiers
from app.hub.archive import Archive
from app.hub.main import create_app
from app.hub.people import PeopleKeys, ensure
from app.records.clock import ManualClock, shop_day
from app.records.events import MemberAttached, SaleClosed, TenderCorrected
from app.records.people import Member

TODAY = shop_day(START)


def hold(bench: HubBench, *members: Member, store_id: str = "RM01") -> None:
    publishing.publish(bench.archive, "member", members, store_id)


def person(name: str, **more: Any) -> Member:
    return Member(id=name, card_no=f"90{sum(name.encode()):018}", name="王秀兰", **more)


def sold(till: PaperTill, member_id: str, yuan: int, days_ago: int = 0, method: str = "cash") -> tuple[SaleClosed, tuple[str, bytes]]:
    """A sale to a member on a day of the past, made so and sealed."""
    clock = till.clock
    till.clock = ManualClock(START - timedelta(days=days_ago))
    seq, prev = till.seq, till.prev
    till.sale(yuan * 100)
    till.seq, till.prev = seq, prev
    tenders = tuple(one.model_copy(update={"method": method}) for one in till.last_sale.tenders)
    body = till.last_sale.model_copy(update={"member_id": member_id, "tenders": tenders})
    sealed = till.write(body)
    till.clock = clock
    return body, sealed


def fed(bench: HubBench, store_id: str = "RM01") -> dict[str, dict[str, Any]]:
    """What a store reads about tiers now."""
    row = tables.feed_row.c
    with bench.archive.reading() as connection:
        wanted = select(row.key, row.json).where(row.feed == "standing", row.store_id == store_id, row.current)
        return {found.key: json.loads(found.json) for found in connection.execute(wanted)}


def tier(bench: HubBench, member_id: str) -> str:
    with bench.archive.reading() as connection:
        c = tables.standing.c
        return str(connection.scalar(select(c.tier).where(c.member_id == member_id)) or "")


def history(bench: HubBench, member_id: str) -> list[tuple[str, str, str]]:
    c = tables.tier_change.c
    with bench.archive.reading() as connection:
        rows = connection.execute(select(tables.tier_change).where(c.member_id == member_id).order_by(c.at))
        return [(row.old_tier, row.new_tier, row.because) for row in rows]


def do(bench: HubBench, unit: Any) -> Any:
    return bench.archive.commit(unit).result()


def test_a_sale_lifts_its_member_at_once_and_every_store_that_holds_them_is_told(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1"))
    hold(bench, person("m1"), store_id="RM02")
    client = bench.enrolled(till)
    client.push([sold(till, "m1", 999)[1]])
    assert (fed(bench)["m1"]["tier"], fed(bench)["m1"]["short_fen"]) == ("normal", 100)
    client.push([sold(till, "m1", 1)[1]])
    told = fed(bench)["m1"]
    assert (told["tier"], told["until"], told["next_tier"], told["short_fen"]) == ("silver", "2027-12-31", "gold", 200_000)
    assert fed(bench, "RM02") == fed(bench)
    assert history(bench, "m1") == [("normal", "silver", "bought")]
    (row,) = client.feed("standing", "", 100).rows[-1:]
    assert row["tier"] == "silver"


def test_a_sale_an_attachment_a_return_and_a_correction_come_to_the_same_in_any_order(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1"))
    client = bench.enrolled(till)
    _, first = sold(till, "m1", 700, days_ago=40)
    late, second = sold(till, "", 2500, days_ago=10)
    back, third = sold(till, "m1", 900, days_ago=3)
    insured, fourth = sold(till, "m1", 800, days_ago=2)
    events = [
        first, second, third, fourth,
        till.write(MemberAttached(sale_id=late.sale_id, member_id="m1")),
        till.taking_back(back),
        till.write(
            TenderCorrected(
                correction_id="c1", sale_id=insured.sale_id, tender_id="t", from_method="cash", to_method="insurance",
                amount_fen=80_000, shift_id="SH1", reason="wrong", approved_by="S2",
            )
        ),
    ]  # fmt: skip
    fold = place_on(TODAY, [Purchase(TODAY - timedelta(days=40), 70_000), Purchase(TODAY - timedelta(days=10), 250_000)], tiers.rules())
    rng = random.Random(5)
    for _ in range(6):
        bench.furnish()
        hold(bench, person("m1"))
        client = bench.enrolled(till)
        rng.shuffle(events)
        for event in events:
            client.push([event])
        told = fed(bench)["m1"]
        assert (told["tier"], told["since"], told["until"]) == ("gold", "2026-11-11", "2027-12-31")
        assert (fold.tier, str(fold.since), str(fold.until)) == ("gold", "2026-11-11", "2027-12-31")
        with bench.archive.reading() as connection:
            row = connection.execute(select(tables.standing)).one()
        assert (row.spent_fen, row.days) == (fold.spent_fen, fold.days) == (320_000, 2)
        assert row.due_on == fold.changes_on


@pytest.mark.parametrize("seed", range(4))
def test_sales_returns_and_a_merge_in_any_order_come_to_the_fold_over_all(bench: HubBench, till: PaperTill, seed: int) -> None:
    rng = random.Random(seed)
    hold(bench, person("m1"), person("m2", tier="silver"))
    client = bench.enrolled(till)
    kept: list[Purchase] = []
    acts: list[Any] = []
    for _ in range(8):
        days_ago, yuan = rng.randrange(500), rng.choice((150, 400, 700, 1200))
        body, sale = sold(till, rng.choice(("m1", "m2")), yuan, days_ago)
        acts.append(sale)
        back = rng.random() < 0.3
        if back:
            acts.append(till.taking_back(body))
        kept.append(Purchase(TODAY - timedelta(days=days_ago), 0 if back else yuan * 100))

    def merge(connection: Connection) -> None:
        for one in ("m1", "m2"):
            ensure(connection, one, "RM01", START, "")
        row = {"merge_id": "x", "old_id": "m2", "canonical_id": "m1", "rule": "person", "evidence": "{}", "state": "proposed"}
        connection.execute(insert(tables.merge), [{**row, "at": START, "by": "HQ", "reason": ""}])
        one_id.accept(connection, "x", "HQ", "same", START)

    acts.append(merge)
    rng.shuffle(acts)
    for act in acts:
        if callable(act):
            do(bench, act)
        else:
            client.push([act])
    nightly.run(bench.archive, PeopleKeys(bench.seed), bench.clock)
    fold = place_on(TODAY, kept, tiers.rules(), book="silver")
    with bench.archive.reading() as connection:
        rows = connection.execute(select(tables.standing)).all()
    assert {row.member_id for row in rows} == {"m1", "m2"}
    for row in rows:
        assert (row.tier, row.since, row.until, row.due_on) == (fold.tier, fold.since, fold.until, fold.changes_on)
        missing = fold.missing
        # In the highest tier nothing is missing: what was spent is as of the day on which it last mattered.
        if missing is not None:
            assert (row.spent_fen, row.days) == (fold.spent_fen, fold.days)
            assert (row.next_tier, row.short_fen, row.short_days, row.reach_by) == (missing.tier, missing.fen, missing.days, missing.by)


def test_what_an_insurer_or_points_paid_lifts_nobody(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1"))
    client = bench.enrolled(till)
    client.push([sold(till, "m1", 5000, method="insurance")[1], sold(till, "m1", 5000, method="points")[1]])
    assert (tier(bench, "m1"), fed(bench)["m1"]["short_fen"]) == ("normal", 100_000)


def test_a_return_takes_a_tier_back_that_was_reached_by_what_came_back(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1"))
    client = bench.enrolled(till)
    body, sale = sold(till, "m1", 3000)
    client.push([sale])
    assert tier(bench, "m1") == "gold"
    client.push([till.taking_back(body)])
    assert tier(bench, "m1") == "normal"
    assert history(bench, "m1") == [("normal", "gold", "bought"), ("gold", "normal", "returned")]


def test_what_headquarters_itself_asks_for_is_the_tier_that_tills_have(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1"), person("m2", tier="gold"))
    bench.enrolled(till).push([sold(till, "m1", 1000)[1]])
    with bench.archive.reading() as connection:
        assert standings.tiers_held(connection, {"m1": "normal", "m2": "gold"}) == {"m1": "silver", "m2": "gold"}
        assert standings.tiers_held(connection, {"m1": "gold"}) == {"m1": "gold"}, "a profile that changed since is the newer word"


def test_two_ids_of_one_person_count_together_and_apart_again_when_the_merge_is_undone(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1"), person("m2"))
    client = bench.enrolled(till)
    client.push([sold(till, "m1", 600)[1], sold(till, "m2", 400)[1]])
    assert (tier(bench, "m1"), tier(bench, "m2")) == ("normal", "normal")

    def propose(connection: Connection) -> None:
        for one in ("m1", "m2"):
            ensure(connection, one, "RM01", START, "")
        row = {"merge_id": "x", "old_id": "m2", "canonical_id": "m1", "rule": "person", "evidence": "{}", "state": "proposed"}
        connection.execute(insert(tables.merge), [{**row, "at": START, "by": "HQ", "reason": ""}])
        one_id.accept(connection, "x", "HQ", "same", START)

    do(bench, propose)
    assert {fed(bench)[one]["tier"] for one in ("m1", "m2")} == {"silver"}
    do(bench, lambda connection: one_id.undo(connection, "x", "HQ", "not the same", START))
    assert {fed(bench)[one]["tier"] for one in ("m1", "m2")} == {"normal"}


def test_a_store_that_comes_to_hold_the_member_later_is_told_where_they_stand(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1"))
    bench.enrolled(till).push([sold(till, "m1", 1000)[1]])
    hold(bench, person("m1"), store_id="RM02")
    assert fed(bench, "RM02")["m1"]["tier"] == "silver"


def test_a_tier_given_by_hand_holds_to_its_end_and_the_night_after_takes_it_away(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1"))
    clock = bench.clock
    assert isinstance(clock, ManualClock)
    until = TODAY + timedelta(days=10)
    do(bench, lambda connection: tiers.give(connection, clock, "m1", "gold", until, "complaint settled", "HQ"))
    assert (fed(bench)["m1"]["tier"], fed(bench)["m1"]["until"], fed(bench)["m1"]["given"]) == ("gold", str(until), True)
    keys = PeopleKeys(bench.seed)
    clock.jump(datetime.combine(until + timedelta(days=1), START.timetz()) - timedelta(hours=8))
    with bench.archive.reading() as connection:
        assert not nightly.due(connection, clock.now()), "half past two in the morning there"
    assert nightly.run_due(bench.archive, keys, clock) is None
    clock.jump(datetime.combine(until + timedelta(days=1), START.timetz()))
    done = nightly.run_due(bench.archive, keys, clock)
    assert done is not None and (done.changed, done.day) == (1, until + timedelta(days=1))
    assert tier(bench, "m1") == "normal"
    assert history(bench, "m1") == [("normal", "gold", "given"), ("gold", "normal", "given_ended")]
    assert nightly.run_due(bench.archive, keys, clock) is None, "once a day"
    assert nightly.run(bench.archive, keys, clock).changed == 0
    with bench.archive.reading() as connection:
        told = nightly.last_done(connection)
    assert told is not None and told.day == done.day


def test_a_tier_given_by_hand_is_taken_back_by_hand(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1"))
    grant = do(bench, lambda connection: tiers.give(connection, bench.clock, "m1", "silver", TODAY, "kindness", "HQ"))
    assert tier(bench, "m1") == "silver"
    assert do(bench, lambda connection: tiers.end(connection, grant, "HQ", START)) is True
    assert do(bench, lambda connection: tiers.end(connection, grant, "HQ", START)) is False
    assert tier(bench, "m1") == "normal"


@pytest.mark.parametrize(
    ("member_id", "name", "until", "reason", "code"),
    [
        ("m1", "platinum", TODAY, "why", "tier"),
        ("m1", "normal", TODAY, "why", "tier"),
        ("m1", "gold", TODAY - timedelta(days=1), "why", "until"),
        ("m1", "gold", TODAY, "  ", "reason"),
        ("m9", "gold", TODAY, "why", "nobody"),
    ],
)
def test_a_tier_is_given_only_to_somebody_for_a_reason_and_to_a_day_to_come(
    bench: HubBench, member_id: str, name: str, until: date, reason: str, code: str
) -> None:
    hold(bench, person("m1"))
    with pytest.raises(tiers.NotGiven, match=code):
        do(bench, lambda connection: tiers.give(connection, bench.clock, member_id, name, until, reason, "HQ"))


def test_the_night_reckons_profiles_that_bring_a_tier_along_and_lets_terms_end(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1", tier="gold"), person("m2"))
    keys = PeopleKeys(bench.seed)
    clock = bench.clock
    assert isinstance(clock, ManualClock)
    first = nightly.run_due(bench.archive, keys, clock)
    assert first is not None and (first.persons, first.changed) == (1, 0)
    assert (fed(bench)["m1"]["tier"], fed(bench)["m1"]["until"]) == ("gold", "2027-12-31")
    assert "m2" not in fed(bench), "whoever bought nothing stands where their profile says"
    for year, expected in ((2028, "silver"), (2029, "normal")):
        clock.jump(datetime(year, 2, 2, 2, tzinfo=START.tzinfo))
        done = nightly.run_due(bench.archive, keys, clock)
        assert done is not None and done.changed == 1
        assert tier(bench, "m1") == expected
    assert history(bench, "m1") == [("gold", "silver", "ended"), ("silver", "normal", "ended")]


def test_orders_of_before_tiers_were_reckoned_count_from_the_first_night_on(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1"))
    bench.enrolled(till).push([sold(till, "m1", 1000)[1]])

    def before(connection: Connection) -> None:
        for table in (tables.order_worth, tables.standing, tables.tier_change):
            connection.execute(table.delete())

    do(bench, before)
    nightly.run(bench.archive, PeopleKeys(bench.seed), bench.clock)
    assert tier(bench, "m1") == "silver"


def test_nothing_says_where_an_erased_person_stood_and_late_sales_bring_nothing_back(bench: HubBench, till: PaperTill) -> None:
    hold(bench, person("m1"))
    client = bench.enrolled(till)
    client.push([sold(till, "m1", 1000)[1]])
    do(bench, lambda connection: tiers.give(connection, bench.clock, "m1", "gold", TODAY, "why", "HQ"))
    do(bench, lambda connection: erasing.erase(connection, START, "m1", reason="asked", asked_via="till", by="HQ"))
    client.push([sold(till, "m1", 9000)[1]])
    nightly.run(bench.archive, PeopleKeys(bench.seed), bench.clock)
    assert fed(bench) == {}
    with bench.archive.reading() as connection:
        for table in (tables.standing, tables.tier_grant, tables.tier_change):
            assert connection.execute(select(table)).all() == []


def test_a_hub_that_does_nights_does_the_round_by_itself_and_one_that_does_not_never_does(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"

    async def lived(nights: bool, wanted: bool) -> bool:
        app = create_app(url, bytes(32), ManualClock(START), nights=nights)
        archive = Archive.open(url)
        try:
            async with app.router.lifespan_context(app):
                for _ in range(2000 if wanted else 5):
                    with archive.reading() as connection:
                        if nightly.last_done(connection) is not None:
                            return True
                    await asyncio.sleep(0.01)
            return False
        finally:
            archive.close()

    assert not asyncio.run(lived(False, False))
    assert asyncio.run(lived(True, True))


def test_whom_a_campaign_for_a_tier_is_for_is_read_at_once_by_where_they_stand(bench: HubBench) -> None:
    publishing.create_store(bench.archive, bench.clock, publishing.StoreProfile("RM02", "安康大药房"))
    hold(bench, *(person(f"m{n}", tier="normal" if n % 3 else "gold") for n in range(10)))
    hold(bench, person("m0", tier="normal"), person("m1", tier="gold"), store_id="RM02")
    do(bench, lambda connection: tiers.give(connection, bench.clock, "m2", "gold", TODAY, "kindness", "HQ"))
    terms = '{"tiers":[{"reach_fen":5000,"off_fen":500}]}'
    for_gold = {"audience": "tier", "audience_values": ("gold",), "coupon_class": "B"}
    plan = campaigns.Design(campaign_id="w", title_zh="满减", kind="threshold", terms=terms, starts_on=TODAY, ends_on=TODAY, **for_gold)
    asked: list[str] = []
    with bench.archive.reading() as connection:
        listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2].partition(" ")[0]))
        found = list(campaigns.audience(connection, plan))
    assert found == [("RM01", one) for one in ("m0", "m2", "m3", "m6", "m9")]
    assert asked.count("SELECT") == 4, "stores, members, profiles and tiers: once each, however many members there are"
