"""kill -9 of a till while its receipts print: each comes out once, or a person is asked."""

from __future__ import annotations

from pathlib import Path

from app.commands.bench import kill_printing


def test_five_kills_while_printing_print_nothing_twice_and_forget_no_question(demo_template: Path) -> None:
    figures = kill_printing.run(5, 20261122, demo_template)
    assert not kill_printing.bad(figures), figures
    assert figures["sales_acknowledged"] >= 5
    assert figures["papers"] >= 5
