"""RFM in one pass over flat arrays equals what the pure rules say of every member one by one."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.domain import segments as sg
from app.hub.rfm import Portion, Rfm, reckon

TODAY = date(2026, 11, 22)
MEMBERS = 7
ORDERS = st.lists(st.tuples(st.integers(0, MEMBERS - 1), st.integers(-2, 400), st.integers(0, 3), st.integers(0, 90_000)), max_size=60)


def portion(orders: list[tuple[int, int, int, int]]) -> Portion:
    columns = np.array(orders, np.int64).reshape(-1, 4).T
    return Portion(columns[0], TODAY.toordinal() - columns[1], columns[2], columns[3])


@given(ORDERS, st.integers(1, 10))
def test_portions_in_any_order_equal_the_pure_rules(orders: list[tuple[int, int, int, int]], size: int) -> None:
    at_once = reckon(MEMBERS, TODAY, [portion(orders)])
    one_by_one = Rfm(MEMBERS, TODAY)
    for start in range(0, len(orders), size):
        one_by_one.add(portion(list(reversed(orders))[start : start + size]))
    assert at_once.cuts() == one_by_one.cuts()
    expected = _by_hand(orders)
    bought = {member: figures for member, figures in expected.items() if figures[1] > 0}
    cuts = sg.Cuts(*(sg.fifths((figures[each], 1) for figures in bought.values()) for each in range(3)))
    assert at_once.cuts() == cuts
    cells: Counter[tuple[int, int, int]] = Counter()
    for recency, count, spent in bought.values():
        score = sg.scores(recency, count, spent, cuts)
        cells[(score["r_score"], score["f_score"], score["m_score"])] += 1
    assert at_once.cells(at_once.cuts()) == dict(cells)


def _by_hand(orders: list[tuple[int, int, int, int]]) -> dict[int, tuple[int, int, int]]:
    """Member → days since, orders, fen: by the pure rules, a sale of its own for each order."""
    found = {}
    for member in range(MEMBERS):
        lines = [
            sg.Bought(TODAY - timedelta(days=days), f"{place}-{n}", "", "", 1, fen if n == 0 else 0)
            for place, (who, days, count, fen) in enumerate(orders)
            if who == member
            for n in range(count)
        ]
        facts = sg.profile(lines, TODAY, sg.Cuts(), {}).facts
        if facts["orders"]:
            found[member] = (facts["recency_days"], facts["orders"], facts["spent_fen"])
    return found


def test_orders_without_a_count_are_one_each() -> None:
    rfm = reckon(3, TODAY, [Portion(np.array([0, 0, 2]), np.full(3, TODAY.toordinal()), None, np.array([100, 50, 10]))])
    assert rfm.orders.tolist() == [2, 0, 1] and rfm.spent_fen.tolist() == [150, 0, 10]


def test_nobody_bought_anything() -> None:
    rfm = Rfm(3, TODAY)
    assert rfm.cuts() == sg.Cuts() and rfm.cells(rfm.cuts()) == {}
