"""Campaigns at headquarters: tried on real sales, launched, counted once, lowered by returns, stopped with what it may cost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hub_bench import HubBench
from sqlalchemy import func, insert, select
from till_double import DAY, START, PaperTill

from app.domain.pricing import BookedOffer, OfferBook, PriceLine, Quote, Reckoning
from app.domain.promotions.conditions import Circumstances
from app.hub import campaign_board, campaign_trial, campaigns, coupons, inbox, publishing, tables
from app.hub.campaigns import Design, DesignFaults
from app.records.catalogue import Product
from app.records.coupons import CouponRight
from app.records.envelope import unseal
from app.records.events import CouponRedeemed, Cut, ReturnClosed, ReturnLine, SaleClosed, SaleLine
from app.records.ids import new_id
from app.records.keys import DeviceKey
from app.records.offers import Offer
from app.records.people import Member
from app.records.registry import body_of

FIFTY = '{"tiers":[{"reach_fen":5000,"off_fen":500},{"reach_fen":10000,"off_fen":1500}]}'


def design(**changes: Any) -> Design:
    base: dict[str, Any] = {
        "campaign_id": "winter", "title_zh": "冬季满减", "kind": "threshold", "terms": FIFTY,
        "starts_on": DAY - timedelta(days=1), "ends_on": DAY + timedelta(days=6),
    }  # fmt: skip
    return Design(**base | changes)


def product(key: str, category: str = "维生素", rx_class: str = "none") -> Product:
    return Product(id=key, generic_name=f"品{key}", kind="drug", category=category, rx_class=rx_class, list_price_fen=1000)


def member(key: str, tier: str = "normal") -> Member:
    return Member(id=key, card_no=f"90{key}", tier=tier)


def line(till: PaperTill, key: str, fen: int, quantity: int = 1, **more: Any) -> SaleLine:
    return SaleLine(
        line_id=new_id(till.clock), no=1, product_id=key, generic_name=f"品{key}", quantity=quantity, list_price_fen=fen,
        unit_price_fen=fen, amount_fen=fen * quantity, salesperson="G1", **more,
    )  # fmt: skip


def sale(till: PaperTill, lines: Sequence[SaleLine], cuts: Sequence[tuple[str, str, int]] = (), **more: Any) -> SaleClosed:
    """A sale of these lines; cuts are (kind, cause, fen) on the first line."""
    subtotal = sum(one.unit_price_fen * one.quantity for one in lines)
    cut_fen = sum(fen for _, _, fen in cuts)
    rows = tuple(
        Cut(line_id=lines[0].line_id, cause_kind=kind, cause_id=cause, title_zh="", title_en="", amount_fen=fen)
        for kind, cause, fen in cuts
    )
    facts: dict[str, Any] = {
        "sale_id": new_id(till.clock), "basket_id": "B", "shift_id": "SH1", "till": till.till, "cashier": "S1",
        "opened_at": till.clock.now(), "tenders": (), "rounding_fen": 0, "change_fen": 0, "rule_pack": "1",
    }  # fmt: skip
    sums = {"lines": tuple(lines), "cuts": rows, "subtotal_fen": subtotal, "cut_fen": cut_fen, "payable_fen": subtotal - cut_fen}
    return SaleClosed(**facts | sums | more)


def back(till: PaperTill, of: SaleClosed, fen: int, kind: str = "return") -> ReturnClosed:
    first = of.lines[0]
    row = ReturnLine(
        line_id=new_id(till.clock), original_line_id=first.line_id, product_id=first.product_id,
        generic_name=first.generic_name, quantity=1, amount_fen=fen, zone="reject",
    )  # fmt: skip
    return ReturnClosed(
        return_id=new_id(till.clock), kind=kind, original_sale_id=of.sale_id, original_number="N", shift_id="SH1",
        till=till.till, cashier="S1", approved_by="S2", reason="quality", lines=(row,), refunds=(), total_fen=fen,
    )  # fmt: skip


def launched(bench: HubBench, plan: Design) -> Design:
    campaigns.keep(bench.archive, bench.clock, "admin", plan)
    campaign_trial.run(bench.archive, bench.clock, "admin", plan.campaign_id, DAY, DAY)
    campaigns.launch(bench.archive, bench.clock, "admin", plan.campaign_id)
    return plan


def day_rows(bench: HubBench) -> list[tuple[str, int, int, int]]:
    c = tables.campaign_day.c
    with bench.archive.reading() as connection:
        rows = connection.execute(select(c.guide, c.orders, c.net_fen, c.cut_fen).order_by(c.guide))
        return [(row.guide, row.orders, row.net_fen, row.cut_fen) for row in rows]


def under(till: PaperTill, fen: int = 6000, off: int = 500) -> SaleClosed:
    return sale(till, [line(till, "P1", fen)], [("threshold", "winter", off)])


# ---------------------------------------------------------------- counting


def test_a_sale_counts_once_and_what_comes_back_lowers_what_it_counts_for(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    launched(bench, design())
    first, other = under(till), sale(till, [line(till, "P1", 6000)], [("threshold", "another", 500)])
    client.push([till.opened(), till.write(first), till.write(other)])
    assert day_rows(bench) == [("G1", 1, 5500, 500)]
    client.push([till.write(back(till, first, 1100))])
    assert day_rows(bench) == [("G1", 1, 4400, 400)]
    client.push([till.write(back(till, first, 4400))])
    assert day_rows(bench) == [("G1", 0, 0, 0)]


def test_a_return_that_arrives_before_its_sale_lowers_it_all_the_same(bench: HubBench) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    launched(bench, design())
    sold = under(one)
    told = [one.opened(), one.write(sold)]
    second.push([two.opened(), two.write(back(two, sold, 5500, "void"))])
    assert day_rows(bench) == []
    first.push(told)
    assert day_rows(bench) == []
    c = tables.campaign_sale.c
    with bench.archive.reading() as connection:
        assert connection.execute(select(c.orders, c.net_fen)).one() == (0, 0)


def test_a_sale_projected_again_counts_no_second_time(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    launched(bench, design())
    sold, came_back = under(till), under(till)
    batch = [till.opened(), till.write(sold), till.write(came_back), till.write(back(till, came_back, 5500))]
    client.push(batch)
    before = day_rows(bench)
    lines = []
    for _, raw in batch:
        envelope = unseal(raw)
        lines.append((0, inbox.Line(raw, envelope.digest, envelope, body_of(envelope.type, envelope.body), "", "")))
    bench.archive.commit(lambda connection: inbox._project(connection, "RM01", lines, 480, bench.clock.now())).result()
    assert day_rows(bench) == before == [("G1", 1, 5500, 500)]


def test_coupons_of_a_campaign_are_known_by_the_right_that_was_told(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    publishing.publish(bench.archive, "member", [member("m-1"), member("m-2")], "RM01")
    launched(bench, design(audience="members", coupon_class="B", per_person=2))
    given = campaigns.give_rights(bench.archive, bench.clock, "winter", DeviceKey.from_bytes(bench.seed).sign)
    assert given == 4
    rights = [CouponRight.model_validate(row) for row in client.feed("coupon", "", 10).rows]
    mine = [right for right in rights if right.member_id == "m-1"]
    cuts = [("coupon", right.id, 500) for right in mine]
    client.push([till.opened(), till.write(sale(till, [line(till, "P1", 12000)], cuts, member_id="m-1"))])
    assert day_rows(bench) == [("G1", 1, 11000, 1000)]


@pytest.mark.parametrize("letter", ["B", "D"])
def test_the_law_is_asked_once_however_many_are_given_coupons(bench: HubBench, monkeypatch: pytest.MonkeyPatch, letter: str) -> None:
    """The question looks through every prescription medicine of the catalogue: asked for each member it is what a launch waits for."""
    publishing.publish(bench.archive, "member", [member(f"m-{n}") for n in range(12)], "RM01")
    launched(bench, design(audience="members", coupon_class=letter, per_person=2))
    asked: list[str] = []
    monkeypatch.setattr(coupons, "forbidden", lambda _, offer: asked.append(offer.id) or "")
    assert campaigns.give_rights(bench.archive, bench.clock, "winter", DeviceKey.from_bytes(bench.seed).sign) == 24
    assert asked == ["winter"]


def test_whatever_order_sales_and_returns_arrive_in_the_days_come_out_the_same(bench: HubBench) -> None:
    """Two tills and six sales with parts, whole returns and voids; each till keeps its own order, between them any is possible."""
    chance = random.Random(11)
    for turn in range(3):
        bench.furnish()
        bench.leave()
        launched(bench, design())
        one, two = PaperTill(), PaperTill(till="T2")
        clients = {one: bench.enrolled(one), two: bench.enrolled(two)}
        queues = {one: [one.opened()], two: [two.opened()]}
        expected = [0, 0, 0]
        for fate in ("kept", "part", "whole", "void", "twice", "kept"):
            seller, taker = chance.choice(((one, two), (two, one), (one, one)))
            sold = under(seller)
            queues[seller].append(seller.write(sold))
            parts = {"kept": [], "part": [1100], "whole": [5500], "void": [5500], "twice": [1100, 2200]}[fate]
            queues[taker] += [taker.write(back(taker, sold, fen, "void" if fate == "void" else "return")) for fen in parts]
            left = 0 if fate == "void" else 5500 - sum(parts)
            expected = [expected[0] + (left > 0), expected[1] + left, expected[2] + 500 * left // 5500]
        while any(queues.values()):
            till = chance.choice([each for each, waiting in queues.items() if waiting])
            count = chance.randint(1, 3)
            batch, queues[till] = queues[till][:count], queues[till][count:]
            clients[till].push(batch)
        assert day_rows(bench) == [("G1", *expected)], turn


def test_the_board_has_the_columns_by_which_a_campaign_is_told(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    launched(bench, design())
    publishing.create_store(bench.archive, bench.clock, publishing.StoreProfile("RM01", "安康大药房", "人民路店", province="云汀省"))
    gone = under(till)
    client.push([till.opened(), till.write(under(till)), till.write(gone, day=DAY - timedelta(days=1))])

    def person(key: str, guide: str, days_ago: int, **more: Any) -> dict[str, Any]:
        row = {"member_id": key, "canonical_id": key, "home_store": "RM02", "joined_at": START - timedelta(days=days_ago)}
        rest = {"source": "campaign", "guide": guide, "referrer_id": "", "campaign_id": "winter", "guardian_id": "", "state": "active"}
        return row | rest | {"name_mark": "", "born_mark": "", "profile_at": START} | more

    rows = [
        person("p1", "G7", 0), person("p2", "G7", 1), person("p3", "", 0), person("p4", "G8", 0, campaign_id="another"),
        person("p5", "G9", 0, canonical_id="p1"), person("p6", "G9", 0, state="erased"),
    ]  # fmt: skip
    bench.archive.commit(lambda connection: connection.execute(insert(tables.person), rows).rowcount).result()

    def told() -> list[tuple[date, int, int, int, int, int]]:
        with bench.archive.reading() as connection:
            board = campaign_board.board(connection, "winter", 480)
        days = board.by_day(DAY - timedelta(days=1), DAY)
        return [(day, row.provinces, row.stores, row.guides, row.orders, row.joined) for day, row in days]

    assert told() == [(DAY - timedelta(days=1), 2, 2, 2, 1, 1), (DAY, 2, 2, 2, 1, 2)]
    client.push([till.write(back(till, gone, 5500))])
    assert told() == [(DAY - timedelta(days=1), 1, 1, 1, 0, 1), (DAY, 2, 2, 2, 1, 2)]
    with bench.archive.reading() as connection:
        ranking = campaign_board.board(connection, "winter", 480).ranking()
    assert [(row.guide, row.figures.orders, row.figures.joined) for row in ranking] == [("G1", 1, 0), ("G7", 0, 2)]


def test_a_coupon_a_till_gave_by_itself_is_known_by_its_use_together_with_the_sale_or_after_it(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    launched(bench, design(audience="members", coupon_class="B"))

    def sold(serial: str) -> tuple[SaleClosed, CouponRedeemed]:
        body = sale(till, [line(till, "P1", 6000)], [("coupon", serial, 500)], member_id="m-1")
        facts = {"serial": serial, "offer_id": "winter", "coupon_class": "C", "sale_id": body.sale_id, "cut_fen": 500}
        return body, CouponRedeemed(**facts, member_id="m-1", token_mark="")

    first, second = sold("own-1"), sold("own-2")
    client.push([till.opened(), till.write(first[0]), till.write(first[1]), till.write(second[0])])
    assert day_rows(bench) == [("G1", 1, 5500, 500)]
    client.push([till.write(second[1])])
    assert day_rows(bench) == [("G1", 2, 11000, 1000)]


# ---------------------------------------------------------------- the dry run


def furnished(bench: HubBench, till: PaperTill, sales: int, seed: int) -> list[tuple[SaleClosed, date]]:
    """Products, members, two standing offers, and a month of sales; gives the sales that were not voided."""
    publishing.publish(bench.archive, "product", [product("P1"), product("P2", "护肤"), product("P3", "处方", "rx")])
    publishing.publish(bench.archive, "member", [member("m-1", "gold"), member("m-2"), member("m-3", "gold")], "RM01")
    standing = [
        Offer(id="tenth", kind="percent", title_zh="九折", terms='{"percent_off_bp":1000}', scope="category:护肤",
              starts_on=DAY - timedelta(days=40), ends_on=DAY - timedelta(days=10), stack_group="g"),
        Offer(id="coded", kind="amount_off", title_zh="码", terms='{"amount_fen":50}', coupon_code="9" * 20,
              starts_on=DAY - timedelta(days=40), ends_on=DAY),
    ]  # fmt: skip
    publishing.publish(bench.archive, "offer", standing)
    chance, client, kept = random.Random(seed), bench.enrolled(till), []
    batch = [till.opened()]
    for _ in range(sales):
        day = DAY - timedelta(days=chance.randrange(20))
        lines = [
            line(till, key, chance.choice((700, 1900, 4300)), chance.randint(1, 3), rx_class="rx" if key == "P3" else "none")
            for key in chance.sample(["P1", "P2", "P3"], chance.randint(1, 3))
        ]
        cuts = [("amount_off", "coded", 50)] if chance.random() < 0.3 else []
        if chance.random() < 0.3:
            cuts.append((chance.choice(("price_change", "member_price")), "", 100 * lines[0].quantity))
        one = sale(till, lines, cuts, member_id=chance.choice(("", "m-1", "m-2", "m-3", "m-9")))
        batch.append(till.write(one, day=day))
        if chance.random() < 0.1:
            batch.append(till.write(back(till, one, one.payable_fen, "void"), day=day))
        else:
            kept.append((one, day))
        till.clock.advance(60)
    for place in range(0, len(batch), 200):
        client.push(batch[place : place + 200])
    return kept


def priced(lines: list[PriceLine], facts: dict[str, Any], offers: list[Offer], *coupons: BookedOffer) -> Quote:
    return Reckoning.of(lines, OfferBook.of(offers, campaigns.rules().law), **facts).quoted(lines, coupons)


def brute(kept: list[tuple[SaleClosed, date]], plan: Design, from_day: date, others: list[Offer]) -> dict[str, Any]:
    """The same question answered sale by sale, with nothing shared."""
    own = plan.offer().model_copy(update={"starts_on": from_day, "ends_on": DAY})
    tiers = {"m-1": "gold", "m-2": "normal", "m-3": "gold", "m-9": "", "": ""}
    categories = {"P1": "维生素", "P2": "护肤", "P3": "处方"}
    found: dict[str, Any] = {"read": 0, "touched": 0, "cut_fen": 0, "before_fen": 0, "after_fen": 0, "winners": set()}
    spent: dict[str, int] = {}
    for one, day in sorted(kept, key=lambda pair: (pair[1], pair[0].opened_at)):
        if not from_day <= day <= DAY:
            continue
        by_line: dict[tuple[str, str], int] = {(cut.cause_kind, cut.line_id): cut.amount_fen for cut in one.cuts}
        lines, overrides = [], {}
        for row in one.lines:
            cheaper = by_line.get(("member_price", row.line_id), 0) // row.quantity
            lines.append(
                PriceLine(
                    row.line_id, row.product_id, categories[row.product_id], row.quantity, row.unit_price_fen,
                    row.unit_price_fen - cheaper if cheaper else 0, row.kind, row.rx_class,
                )
            )  # fmt: skip
            if ("price_change", row.line_id) in by_line:
                overrides[row.line_id] = row.unit_price_fen - by_line["price_change", row.line_id] // row.quantity
        here = [offer for offer in others if not offer.coupon_code or any(cut.cause_id == offer.id for cut in one.cuts)]
        local = one.opened_at + timedelta(hours=8)
        around = Circumstances(local.hour * 60 + local.minute, channel="store")
        who: dict[str, Any] = {"member": bool(one.member_id), "tier": tiers[one.member_id]}
        facts: dict[str, Any] = who | {"day": day, "overrides": overrides, "around": around}

        without = priced(lines, facts, here)
        coupon = one.member_id in ("m-1", "m-2", "m-3") and spent.get(one.member_id, 0) < plan.each
        if plan.coupon_class == "C":
            coupon = found["touched"] < plan.total and spent.get(one.member_id, 0) < (plan.per_person or plan.total)
        if plan.for_holders:
            with_it = priced(lines, facts, here, *([BookedOffer.read(own)] if coupon else []))
        else:
            with_it = priced(lines, facts, [*here, own])
        cut_fen = sum(cut.amount_fen for cut in with_it.cuts if cut.cause_id == own.id)
        found["read"] += 1
        found["before_fen"] += without.payable_fen
        found["after_fen"] += with_it.payable_fen
        if cut_fen:
            found["touched"] += 1
            found["cut_fen"] += cut_fen
            found["winners"] |= {one.member_id} - {""}
            spent[one.member_id] = spent.get(one.member_id, 0) + 1
    return found


@pytest.mark.parametrize(
    "plan",
    [
        design(),
        design(audience="tier", audience_values=("gold",), scope="category:护肤;处方"),
        design(kind="percent", terms='{"percent_off_bp":2000}', scope="category:护肤", stack_group="g", priority=10),
        design(audience="members", coupon_class="B", per_person=2),
        design(coupon_class="C", total=12),
        design(coupon_class="C", total=30, per_person=2, audience="members"),
        design(kind="amount_off", terms='{"amount_fen":300,"when":{"hours":[["10:40","11:30"]],"weekdays":[1,2,3,6]}}'),
    ],
    ids=["everybody", "gold", "group", "coupons", "shares", "shares twice each", "hours"],
)
def test_a_dry_run_finds_what_pricing_sale_by_sale_finds(bench: HubBench, till: PaperTill, plan: Design) -> None:
    kept = furnished(bench, till, 120, seed=7)
    campaigns.keep(bench.archive, bench.clock, "admin", plan)
    from_day = DAY - timedelta(days=15)
    found = campaign_trial.run(bench.archive, bench.clock, "admin", "winter", from_day, DAY)
    with bench.archive.reading() as connection:
        others = list(campaign_trial._offers(connection))
        told = connection.scalar(select(func.count()).select_from(tables.feed_row).where(tables.feed_row.c.key == "winter"))
    expected = brute(kept, plan, from_day, others)
    assert expected["touched"] > 5
    assert found.total == found.read == expected["read"]
    assert (found.touched, found.cut_fen, found.winners) == (expected["touched"], expected["cut_fen"], len(expected["winners"]))
    assert (found.before_fen, found.after_fen) == (expected["before_fen"], expected["after_fen"])
    assert found.cost_fen == expected["before_fen"] - expected["after_fen"]
    assert sum(row.cut_fen for row in found.products) == found.cut_fen
    assert told == 0


def test_a_dry_run_says_how_much_it_read_before_its_time_was_up(bench: HubBench, till: PaperTill, monkeypatch: pytest.MonkeyPatch) -> None:
    furnished(bench, till, 30, seed=3)
    campaigns.keep(bench.archive, bench.clock, "admin", design())
    monkeypatch.setattr(campaign_trial, "_PART", 10)

    class Hurried:
        """A clock on which every look costs a minute."""

        def __init__(self) -> None:
            self.ms = 0

        def now(self) -> Any:
            return bench.clock.now()

        def monotonic_ms(self) -> int:
            self.ms += 60_000
            return self.ms

    found = campaign_trial.run(bench.archive, Hurried(), "admin", "winter", DAY - timedelta(days=30), DAY)
    assert 0 < found.read <= 10 < found.total
    with bench.archive.reading() as connection:
        trial = campaign_trial.newest(connection, "winter", bench.clock.now())
        assert trial is not None and trial.finding == found
        assert (trial.state, trial.read, trial.total) == ("done", found.read, found.total)
        assert [act.act for act in campaigns.acts(connection, "winter")] == ["tried", "designed"]


# ---------------------------------------------------------------- launch, coverage, stop


def codes(caught: pytest.ExceptionInfo[DesignFaults]) -> list[str]:
    return [fault.code for fault in caught.value.faults]


def test_a_campaign_is_launched_only_as_it_was_tried(bench: HubBench) -> None:
    campaigns.keep(bench.archive, bench.clock, "admin", design())
    with pytest.raises(DesignFaults) as caught:
        campaigns.launch(bench.archive, bench.clock, "admin", "winter")
    assert codes(caught) == ["untried"]
    campaign_trial.run(bench.archive, bench.clock, "admin", "winter", DAY, DAY)
    campaigns.keep(bench.archive, bench.clock, "admin", design(priority=7))
    with pytest.raises(DesignFaults) as caught:
        campaigns.launch(bench.archive, bench.clock, "admin", "winter")
    assert codes(caught) == ["untried"]
    launched(bench, design(priority=7))
    with pytest.raises(DesignFaults) as caught:
        campaigns.keep(bench.archive, bench.clock, "admin", design())
    assert codes(caught) == ["launched"]
    with bench.archive.reading() as connection:
        assert [act.act for act in campaigns.acts(connection, "winter")] == ["launched", "tried", "changed", "changed", "tried", "designed"]


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"title_zh": " "}, ["title"]),
    ({"ends_on": DAY - timedelta(days=2)}, ["days"]),
    ({"stores": ("RM77",)}, ["stores"]),
    ({"scope": "product:P9"}, ["products"]),
    ({"kind": "gift", "terms": '{"buy_quantity":2,"gift_product":"P3","gift_quantity":1}', "scope": "category:护肤"}, ["not_giftable"]),
    ({"kind": "nth_cheaper", "terms": '{"nth":3,"percent_off_bp":10000}', "scope": "category:护肤;处方"}, ["not_giftable"]),
    ({"kind": "nth_cheaper", "terms": '{"nth":3,"percent_off_bp":10000}', "scope": "category:护肤"}, []),
    ({"kind": "nth_cheaper", "terms": '{"nth":2,"percent_off_bp":5000}', "scope": "category:护肤;处方"}, []),
    ({"title_zh": "品P3大促"}, ["rx_named"]),
    ({"kind": "trade_in", "terms": '{"amount_fen":100,"old":["bp_meter","expired_medicine"]}'}, ["old_unpaid"]),
    ({"audience": "tier"}, ["audience"]),
    ({"audience": "list", "audience_values": ("m-1",)}, ["list"]),
    ({"audience": "segment", "audience_values": ("s",)}, ["segment", "list"]),
    ({"per_person": 1}, ["limits"]),
    ({"coupon_class": "B"}, ["holders"]),
    ({"coupon_class": "X"}, ["field"]),
    ({"coupon_class": "C", "audience": "members"}, ["shares"]),
    ({"coupon_class": "C", "total": 40, "budget_fen": 59_999}, ["budget"]),
    ({"coupon_class": "C", "total": 40, "budget_fen": 60_000}, []),
    ({"coupon_class": "C", "total": 40, "per_person": 2}, ["per_person"]),
    ({"coupon_class": "C", "total": 40, "per_person": 2, "audience": "members"}, []),
    ({"coupon_class": "B", "audience": "members", "kind": "percent", "terms": '{"percent_off_bp":1000}'}, ["face"]),
    ({"coupon_class": "B", "audience": "members", "budget_fen": 4000}, ["budget"]),
    ({"coupon_class": "B", "audience": "members", "budget_fen": 4500}, []),
    ({"coupon_class": "B", "audience": "members", "budget_fen": 3000, "total": 2}, []),
]


def test_what_does_not_hold_is_said_before_the_launch(bench: HubBench) -> None:
    publishing.publish(bench.archive, "product", [product("P1"), product("P2", "护肤"), product("P3", "处方", "rx")])
    publishing.publish(bench.archive, "member", [member("m-1", "gold"), member("m-2"), member("m-3", "gold")], "RM01")
    with bench.archive.reading() as connection:
        for changes, expected in WRONG:
            assert [fault.code for fault in campaigns.faults(connection, design(**changes))] == expected, changes


def test_the_tills_that_hold_it_are_counted_by_what_they_asked_for(bench: HubBench) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    second.feed("offer", "", 10)
    launched(bench, design(hold_percent=60))

    def held() -> tuple[int, int]:
        with bench.archive.reading() as connection:
            found = campaigns.coverage(connection, campaigns.campaign(connection, "winter"))
        return found.held, found.percent

    assert held() == (0, 0)
    read = first.feed("offer", "", 10)
    assert held() == (0, 0)
    first.feed("offer", read.cursor, 10)
    assert held() == (1, 50)
    with pytest.raises(DesignFaults) as caught:
        campaigns.tell(bench.archive, bench.clock, "admin", "winter")
    assert codes(caught) == ["few_hold"]
    second.feed("offer", second.feed("offer", "", 10).cursor, 10)
    assert held() == (2, 100)
    campaigns.tell(bench.archive, bench.clock, "admin", "winter")
    first.push([one.opened(), one.write(under(one))])
    with pytest.raises(DesignFaults) as caught:
        campaigns.stop(bench.archive, bench.clock, "admin", "winter", " ")
    assert codes(caught) == ["reason"]
    campaigns.stop(bench.archive, bench.clock, "admin", "winter", "too dear")
    assert held() == (0, 0)
    row = dict(first.feed("offer", read.cursor, 10).rows[-1])
    assert (row["id"], row["active"]) == ("winter", False)
    with bench.archive.reading() as connection:
        found = campaigns.coverage(connection, campaigns.campaign(connection, "winter"))
        done = campaigns.acts(connection, "winter")
    costs = {till.till: till.may_cost_fen(6) for till in found.tills}
    assert costs == {"T1": 3000, "T2": 0}
    assert [(act.act, act.who) for act in done[:3]] == [("stopped", "admin"), ("told", "admin"), ("launched", "admin")]
    assert done[0].detail["reason"] == "too dear"


def test_coupons_are_given_once_each_and_within_the_total(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    sign = DeviceKey.from_bytes(bench.seed).sign
    publishing.publish(bench.archive, "member", [member(f"m-{n}") for n in range(5)], "RM01")
    launched(bench, design(audience="members", coupon_class="B", per_person=2, total=7))
    assert campaigns.give_rights(bench.archive, bench.clock, "winter", sign) == 7
    assert campaigns.give_rights(bench.archive, bench.clock, "winter", sign) == 0
    rights = [CouponRight.model_validate(row) for row in client.feed("coupon", "", 100).rows]
    held = {one: sum(right.member_id == one for right in rights) for one in {right.member_id for right in rights}}
    assert held == {"m-0": 2, "m-1": 2, "m-2": 2, "m-3": 1}
    offer = dict(client.feed("offer", "", 10).rows[-1])
    assert offer["by_right"] and offer["members_only"]
    with bench.archive.reading() as connection:
        assert campaigns.exposure(connection, design(audience="members", coupon_class="B", per_person=2, total=7)).promised_fen == 7 * 1500


def test_a_stores_share_goes_to_its_tills_once(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    sign = DeviceKey.from_bytes(bench.seed).sign
    launched(bench, design(coupon_class="C", total=8))
    assert campaigns.give_rights(bench.archive, bench.clock, "winter", sign) == 8
    assert campaigns.give_rights(bench.archive, bench.clock, "winter", sign) == 0
    (lease,) = client.feed("lease", "", 10).rows
    assert (lease["offer_id"], lease["rights"], lease["face_fen"]) == ("winter", 8, 1500)
    with bench.archive.reading() as connection:
        standing = campaigns.campaign(connection, "winter")
        assert campaigns.exposure(connection, standing.design).promised_fen == 8 * 1500
        assert campaigns.coverage(connection, standing).held == 0
    client.feed("offer", client.feed("offer", "", 10).cursor, 10)
    client.feed("lease", client.feed("lease", "", 10).cursor, 10)
    with bench.archive.reading() as connection:
        assert campaigns.coverage(connection, standing).held == 1


def test_cut_off_tills_are_the_worst_loss_of_store_bound_coupons(bench: HubBench) -> None:
    for one in (PaperTill(), PaperTill(till="T2")):
        bench.enrolled(one)
    publishing.publish(bench.archive, "member", [member("m-1"), member("m-2")], "RM01")
    with bench.archive.reading() as connection:
        found = campaigns.exposure(connection, design(audience="members", coupon_class="B", per_person=3))
    assert (found.members, found.rights, found.face_fen, found.tills) == (2, 6, 1500, 2)
    assert found.worst_fen == {"A": 0, "B": 6 * 1500, "C": 0, "D": 0}
