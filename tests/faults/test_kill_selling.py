"""kill -9 of a selling till: nothing acknowledged is lost or doubled, the open basket is back, the chain holds."""

from __future__ import annotations

from pathlib import Path

from app.commands.bench import kill


def test_fifteen_random_kills_take_nothing_that_was_acknowledged(demo_template: Path) -> None:
    figures = kill.run(15, 20261121, True, demo_template)
    assert not kill.bad(figures), figures
    assert figures["sales_acknowledged"] > 0
    assert figures["baskets_open"] > 0
    assert figures["sales_in_ledger"] >= figures["sales_acknowledged"]
