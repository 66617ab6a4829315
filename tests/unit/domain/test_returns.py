"""Returns: medicines only for cause and never back to sale; refunds exact to the fen by the original route."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import rulepack
from app.domain.returns import (
    ReturnChance,
    chances,
    needs_manager,
    paid_fen,
    refund,
    return_problem,
    routes,
    void_problem,
    zone_of,
)
from app.records.events import SaleClosed, SaleLine, Tender, TenderCorrected
from app.records.resources import resource

PACK = rulepack.load(resource("rules", "cn-2026.11.json").read_text(encoding="utf-8"))
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


def sold(line_id: str, quantity: int, amount_fen: int, kind: str = "general") -> SaleLine:
    return SaleLine(
        line_id=line_id,
        no=1,
        product_id=line_id,
        generic_name=line_id,
        kind=kind,
        quantity=quantity,
        list_price_fen=0,
        unit_price_fen=0,
        amount_fen=amount_fen,
        salesperson="l",
    )


def tender(method: str, amount_fen: int) -> Tender:
    return Tender(
        tender_id=f"t-{method}",
        method=method,
        title_zh=method,
        title_en=method,
        kind="cash" if method == "cash" else "recorded",
        amount_fen=amount_fen,
        handed_fen=amount_fen,
        at=AT,
    )


def sale(lines: list[SaleLine], tenders: list[Tender], rounding_fen: int = 0, **fields: Any) -> SaleClosed:
    total = sum(line.amount_fen for line in lines)
    return SaleClosed(
        sale_id="s",
        basket_id="b",
        shift_id=fields.get("shift_id", "shift"),
        till="1",
        cashier="l",
        opened_at=AT,
        lines=tuple(lines),
        cuts=(),
        tenders=tuple(tenders),
        subtotal_fen=total,
        cut_fen=0,
        rounding_fen=rounding_fen,
        payable_fen=total - rounding_fen,
        change_fen=0,
        rule_pack="cn-2026.11",
    )


MIXED = sale(
    [sold("drug", 2, 3700, "drug"), sold("mask", 3, 1000), sold("meter", 1, 4600, "device")], [tender("card", 5000), tender("cash", 4300)]
)


def chance(line_id: str, reason: str, returned: dict[str, int] | None = None, voided: bool = False) -> ReturnChance:
    found = chances(MIXED, returned or {}, reason, PACK, voided=voided)
    return next(entry for entry in found if entry.line_id == line_id)


@pytest.mark.parametrize("reason", ["quality", "recall", "dispensing_error"])
def test_a_medicine_goes_back_for_cause_and_to_the_reject_zone(reason: str) -> None:
    found = chance("drug", reason)
    assert (found.allowed, found.most, found.zone, found.refund_fen) == (True, 2, "reject", 3700)


@pytest.mark.parametrize("reason", ["", "changed_mind", "wrong_goods", "double_charge", "other"])
def test_a_medicine_does_not_go_back_for_any_other_reason(reason: str) -> None:
    found = chance("drug", reason)
    assert found.refusal is not None and not found.allowed and (found.most, found.refund_fen) == (0, 0)
    assert "非质量问题不退换" in found.refusal.zh and found.refusal.en


@pytest.mark.parametrize(
    ("reason", "zone"), [("changed_mind", "shelf"), ("wrong_goods", "shelf"), ("quality", "reject"), ("recall", "reject")]
)
def test_other_goods_go_back_to_the_shelf_unless_they_are_faulty(reason: str, zone: str) -> None:
    assert chance("meter", reason).zone == zone


@pytest.mark.parametrize("reason", ["quality", "recall", "dispensing_error", "changed_mind", "other", ""])
@pytest.mark.parametrize("kind", ["drug", "tcm"])
def test_no_reason_brings_a_medicine_back_to_the_shelf(kind: str, reason: str) -> None:
    assert zone_of(kind, reason, PACK) == "reject"


def test_goods_of_a_voided_sale_never_left_the_counter() -> None:
    assert zone_of("drug", "wrong_goods", PACK, void=True) == "shelf"


def test_only_what_is_left_may_go_back() -> None:
    found = chance("mask", "changed_mind", {"mask": 2})
    assert (found.most, found.refund_fen) == (1, 334)
    gone = chance("mask", "changed_mind", {"mask": 3})
    assert gone.refusal is not None and gone.refusal.zh == "已全部退回"


def test_nothing_of_a_voided_sale_goes_back() -> None:
    assert not chance("mask", "quality", voided=True).allowed


@pytest.mark.parametrize(
    ("take", "reason", "problem"),
    [
        ({"mask": 1}, "changed_mind", ""),
        ({"drug": 1}, "quality", ""),
        ({}, "quality", "先选要退的商品"),
        ({"mask": 0}, "quality", "先选要退的商品"),
        ({"mask": -1}, "quality", "先选要退的商品"),
        ({"nothing": 1}, "quality", "先选要退的商品"),
        ({"mask": 3}, "changed_mind", "最多可退 2"),
        ({"mask": 1, "drug": 1}, "changed_mind", "药品售出，非质量问题不退换 · 质量问题请店长处理"),
    ],
)
def test_the_last_check_before_a_return_names_what_is_wrong(take: dict[str, int], reason: str, problem: str) -> None:
    found = return_problem(MIXED, {"mask": 1}, take, reason, PACK)
    assert (found.zh if found else "") == problem


def test_a_manager_approves_medicines_and_larger_sums() -> None:
    assert needs_manager(MIXED, {"drug": 1}, 10, PACK)
    assert needs_manager(MIXED, {"meter": 1}, 3001, PACK)
    assert not needs_manager(MIXED, {"mask": 1}, 3000, PACK)


def test_a_sale_is_voided_only_in_its_own_shift_and_whole() -> None:
    assert void_problem(MIXED, "shift", {}, PACK, voided=False) is None
    problems = [
        void_problem(MIXED, "other", {}, PACK, voided=False),
        void_problem(MIXED, "shift", {"mask": 1}, PACK, voided=False),
        void_problem(MIXED, "shift", {}, PACK, voided=True),
    ]
    assert all(problem is not None and problem.zh and problem.en for problem in problems)


def test_money_goes_back_to_the_card_before_the_drawer() -> None:
    first = refund(MIXED, {}, {"meter": 1})
    assert [(route.method, route.amount_fen) for route in first.routes] == [("card", 4600)]
    second = refund(MIXED, {"meter": 1}, {"mask": 3})
    assert [(route.method, route.amount_fen) for route in second.routes] == [("card", 400), ("cash", 600)]


def test_a_cash_sale_is_refunded_in_cash() -> None:
    cash_sale = sale([sold("a", 1, 500)], [tender("cash", 500)])
    assert [(route.kind, route.amount_fen) for route in refund(cash_sale, {}, {"a": 1}).routes] == [("cash", 500)]


def test_the_rest_of_a_division_comes_with_the_last_piece() -> None:
    third = sale([sold("a", 3, 1000)], [tender("cash", 1000)])
    amounts = [refund(third, {"a": n}, {"a": 1}).total_fen for n in range(3)]
    assert amounts == [333, 333, 334]


def test_a_rounding_of_the_sale_is_shared_over_its_lines() -> None:
    rounded = sale([sold("a", 1, 1005), sold("b", 1, 503)], [tender("cash", 1500)], rounding_fen=8)
    assert sum(paid_fen(rounded).values()) == 1500
    assert paid_fen(rounded) == {"a": 1000, "b": 500}


def test_more_than_is_left_cannot_be_refunded() -> None:
    with pytest.raises(ValueError, match="cannot take back 2 of 1"):
        refund(MIXED, {"drug": 1}, {"drug": 2})


def test_a_corrected_tender_changes_the_route_of_a_refund() -> None:
    correction = TenderCorrected(
        correction_id="k",
        sale_id="s",
        tender_id="t-cash",
        from_method="cash",
        to_method="qr",
        amount_fen=300,
        shift_id="shift",
        reason="wrong_key",
        approved_by="c",
    )
    taken = routes(MIXED, [correction], {"qr": tender("qr", 0)})
    assert [(route.method, route.kind, route.amount_fen) for route in taken] == [
        ("card", "recorded", 5000),
        ("cash", "cash", 4000),
        ("qr", "recorded", 300),
    ]
    back = refund(MIXED, {}, {"meter": 1, "mask": 3}, taken)
    assert [(route.method, route.amount_fen) for route in back.routes] == [("card", 5000), ("qr", 300), ("cash", 300)]


def test_a_fully_corrected_tender_leaves_nothing_on_the_old_method() -> None:
    correction = TenderCorrected(
        correction_id="k",
        sale_id="s",
        tender_id="t-card",
        from_method="card",
        to_method="cash",
        amount_fen=5000,
        shift_id="shift",
        reason="wrong_key",
        approved_by="c",
    )
    taken = routes(MIXED, [correction], {"cash": tender("cash", 0)})
    assert [(route.tender_id, route.method) for route in taken] == [("t-card", "cash"), ("t-cash", "cash")]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_partial_returns_in_any_order_sum_to_what_was_paid(data: st.DataObject) -> None:
    amounts = data.draw(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 100_000)), min_size=1, max_size=5))
    lines = [sold(str(n), quantity, amount) for n, (quantity, amount) in enumerate(amounts)]
    total = sum(line.amount_fen for line in lines)
    rounding = data.draw(st.integers(0, min(99, total)))
    payable = total - rounding
    card = data.draw(st.integers(0, payable))
    whole = sale(lines, [tender("cash", payable - card), tender("card", card)], rounding)
    pieces = [line.line_id for line in lines for _ in range(line.quantity)]
    order = data.draw(st.permutations(pieces))
    returned: dict[str, int] = {}
    back = {"cash": 0, "card": 0}
    given_back = 0
    for start in range(0, len(order), 2):
        take: dict[str, int] = {}
        for line_id in order[start : start + 2]:
            take[line_id] = take.get(line_id, 0) + 1
        step = refund(whole, returned, take)
        assert step.total_fen >= 0
        assert sum(route.amount_fen for route in step.routes) == step.total_fen == sum(line.amount_fen for line in step.lines)
        for route in step.routes:
            back[route.method] += route.amount_fen
        given_back += step.total_fen
        for line_id, quantity in take.items():
            returned[line_id] = returned.get(line_id, 0) + quantity
    assert given_back == payable
    assert back == {"cash": payable - card, "card": card}


def test_a_sale_line_of_nothing_gives_nothing_back() -> None:
    free = sale([sold("gift", 2, 0)], [])
    assert refund(free, {}, {"gift": 2}).routes == ()
