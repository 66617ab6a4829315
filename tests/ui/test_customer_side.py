"""What is scanned and paid on the till's own pages reaches the pole display's view a moment later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from counter_bench import Counter


def test_the_customers_view_follows_selling_and_paying(counter: Counter) -> None:
    customer = counter.till.customer
    assert customer.view.state == "idle"
    counter.scan("6999600000494")
    counter.until(lambda: customer.view.state == "selling")
    assert customer.view.total_fen == counter.scene.totals.payable_fen
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: customer.view.state == "paying")
    assert customer.view.due_fen == customer.view.total_fen
