"""Campaigns at headquarters: tried on real sales, launched, counted once, lowered by returns, stopped with what it may cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hub_bench import HubBench
from sqlalchemy import select
from till_double import DAY, PaperTill

from app.hub import campaign_trial, campaigns, inbox, publishing, tables
from app.hub.campaigns import Design
from app.records.catalogue import Product
from app.records.coupons import CouponRight
from app.records.envelope import unseal
from app.records.events import Cut, ReturnClosed, ReturnLine, SaleClosed, SaleLine
from app.records.ids import new_id
from app.records.keys import DeviceKey
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
    return Product(id=key, generic_name=f"品{key}", pinyin="p", category=category, rx_class=rx_class, list_price_fen=1000, name_key=key)


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
