"""An old article whose sale came back whole has earned no subsidy: what was looked into because of it settles by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hub_bench import HubBench
from till_double import PaperTill

from app.hub import cases
from app.records.events import SaleClosed, TradeTaken


def sold(till: PaperTill, mark: str = "a" * 16) -> tuple[SaleClosed, list[tuple[str, bytes]]]:
    """A sale for which an old article was taken with a subsidy."""
    sale = till.sale(5_000)
    fields: dict[str, Any] = {"serial": "swap", "offer_id": "swap", "kind": "bp_meter", "pieces": 1, "mark": mark, "subsidy_fen": 3_000}
    sale_id = till.last_sale.sale_id
    return till.last_sale, [sale, till.write(TradeTaken(trade_id=f"{sale_id}:1", sale_id=sale_id, **fields))]


def states(bench: HubBench) -> dict[str, int]:
    with bench.archive.reading() as connection:
        return {state: len(cases.cases(connection, state)) for state in ("open", "settled", "closed")}


@pytest.mark.parametrize("first_comes_back", [False, True])
def test_a_case_about_one_article_settles_when_either_sale_is_returned(bench: HubBench, first_comes_back: bool) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    early, events = sold(one)
    first.push([one.opened(), *events])
    two.clock.advance(60)
    late, events = sold(two)
    second.push([two.opened(), *events])
    assert states(bench) == {"open": 1, "settled": 0, "closed": 0}
    if first_comes_back:
        first.push([one.taking_back(early)])
    else:
        second.push([two.taking_back(late)])
    assert states(bench) == {"open": 0, "settled": 1, "closed": 0}


def test_a_part_that_comes_back_settles_nothing_and_a_return_that_is_heard_first_counts_alike(bench: HubBench) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    early, events = sold(one)
    part = early.model_copy(update={"payable_fen": 2_000})
    first.push([one.opened(), *events, one.taking_back(part)])
    two.clock.advance(60)
    late, events = sold(two)
    back = two.taking_back(late)
    second.push([two.opened(), back])
    assert states(bench)["open"] == 0
    second.push(events)
    assert states(bench)["open"] == 0, "it came back before anybody could know of it"
    three, events = sold(one)
    first.push(events)
    assert states(bench)["open"] == 1 and three.payable_fen == 5_000
