"""What is done at a counter with a member's purse, in short words: paid in, asked of headquarters, sold, brought back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.counter.faults import Refused
from app.counter.scene import PayScene

MASKS, THERMOMETER, CARD, PERSON = "6999600000494", "6999580000439", "90000000000000000019", "member-00001"


def refusal(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def load(till: Any, fen: int, method: str = "cash", **more: Any) -> Any:
    """Stored value paid in."""
    return till.loading.load(PERSON, fen, method, last_digits="" if method == "cash" else "1234", **more).wait()


def paying(till: Any, *codes: str, proven: bool = True) -> PayScene:
    """The member's goods at the till, about to be paid."""
    for code in codes:
        till.selling.scan(code)
    till.selling.attach_member(PERSON, "dynamic" if proven else "card")
    scene: PayScene = till.checkout.begin()
    return scene


def in_purse(till: Any, purse: str, amount_fen: int = 0) -> PayScene:
    """Ask for a part of a purse and take the answer."""
    heard = threading.Event()
    till.checkout.when_put_by(heard.set)
    scene: PayScene = till.checkout.tender(purse, amount_fen)
    if scene.asking_fen:
        assert heard.wait(60)
        scene = till.checkout.put_by()
    return scene


def in_points(till: Any, amount_fen: int = 0) -> PayScene:
    return in_purse(till, "points", amount_fen)


def in_stored(till: Any, amount_fen: int = 0) -> PayScene:
    return in_purse(till, "stored", amount_fen)


def done(till: Any) -> Any:
    """The sale that was paid, as it is kept."""
    durable = threading.Event()
    till.checkout.complete(durable.set)
    assert durable.wait(60)
    scene = till.checkout.settle()
    assert scene.state == "done", scene
    till.checkout.next_customer()
    return till.store.sales.by_number(scene.number)


def returned(till: Any, sale: Any, quantity: int = 1, line_id: str = "") -> Any:
    """So much of a line (the first) brought back; the scene in which it was completed."""
    back = till.returning
    back.leave()
    scene = back.choose_sale(sale.body.sale_id)
    back.set_reason("wrong_goods")
    back.set_quantity(line_id or scene.lines[0].line_id, quantity)
    back.approve("1003")
    durable = threading.Event()
    scene = back.complete(durable.set)
    assert durable.wait(60) and back.settle().state == "done"
    return scene


def slip(till: Any) -> str:
    """The newest paper."""
    ticket = till.store.jobs.ticket(till.store.jobs.list()[-1].job_id)
    assert ticket is not None
    return str(ticket)
