"""What the customer may see of the sale: a small read-only model that the pole display and the second screen both show.

Nothing about health can reach it: it is made of names, quantities and money alone, takes neither strips nor patient nor
notes, and a line of a private class shows only what kind of goods it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from app.counter.scene import PayScene, Scene, SceneLine
from app.domain.struck import struck_fen

PRIVATE_MARKS = frozenset({"rx", "eph"})
"""Class marks whose goods are not named before other customers, unless the shop sets it otherwise."""

CustomerState = Literal["idle", "selling", "paying", "thanks"]


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One line: what, how many, for how much."""

    name: str
    """The product's name, or only 药品, 器械, 食品 when `private`."""
    spec: str
    """Strength and pack, '' when `private`."""
    quantity: int
    price_fen: int
    """One pack, after the line's cuts, rounded down."""
    cut_fen: int
    """What all cuts together take off the line."""
    amount_fen: int
    """The line, exact."""
    private: bool = False
    was_fen: int = 0
    """The price of one pack that may be struck through: no more than the lowest of the last seven days in this store; 0 for none, as
    beside a coupon, a changed price or a line that is not named (price rules 2022, articles 16 and 17: verify)."""


@dataclass(frozen=True, slots=True)
class CustomerView:
    """All that the customer's side shows, in fen; `idle` and `thanks` carry no lines."""

    state: CustomerState = "idle"
    lines: tuple[CustomerLine, ...] = ()
    total_fen: int = 0
    saved_fen: int = 0
    paid_fen: int = 0
    due_fen: int = 0
    """Still to be paid."""
    change_fen: int = 0
    greeting: str = ""
    """The member's surname alone, '' without a member."""
    sex: str = ""
    """F or M where it is known, for the greeting alone; '' else and without a member."""
    points: int | None = None
    """None: points are not shown to the shop; a member may ask for them at the till."""


def customer_view(
    scene: Scene,
    pay: PayScene | None = None,
    *,
    private_marks: Collection[str] = PRIVATE_MARKS,
    lowest: Callable[[str], int | None] = lambda product_id: None,
) -> CustomerView:
    """Return what the customer sees of a scene; `pay` is the Pay page's own scene while it has the basket.

    `lowest` gives a product's lowest price of the last seven days in this store (`domain.struck`); without it no price is struck.
    """
    pay = pay or scene.pay
    greeting = surname(scene.member.masked_name) if scene.member else ""
    sex = scene.member.sex if scene.member and greeting else ""
    saved = max(0, scene.totals.cut_fen)
    if pay is not None and pay.state == "done":
        return CustomerView(
            "thanks",
            total_fen=pay.due_fen,
            saved_fen=saved,
            paid_fen=pay.received_fen,
            change_fen=pay.change_fen,
            greeting=greeting,
            sex=sex,
        )
    lines = tuple(_line(line, private_marks, lowest) for line in scene.lines if not line.ghost)
    if pay is not None:
        return CustomerView(
            "paying",
            lines,
            pay.due_fen,
            saved,
            pay.received_fen,
            pay.remaining_fen,
            pay.change_fen,
            greeting,
            sex,
        )
    if not lines:
        return CustomerView(greeting=greeting, sex=sex)
    total = scene.totals.payable_fen
    return CustomerView("selling", lines, total, saved, due_fen=total, greeting=greeting, sex=sex)


def surname(masked: str) -> str:
    """王*兰 -> 王, A*** L* -> '' (which part is the family's is not known), 138****6620 -> ''.

    Of a two-character surname only the first is left in the mask, and no more is asked for.
    """
    return masked[0] if masked and not masked[0].isascii() else ""


def _line(line: SceneLine, private_marks: Collection[str], lowest: Callable[[str], int | None]) -> CustomerLine:
    private = not set(line.marks).isdisjoint(private_marks)
    price = line.amount_fen // line.quantity if line.cut_fen and line.quantity else line.unit_price_fen
    # A prescription medicine is never praised by its price, named or not.
    strikes = line.shops_own_cut and not private and "rx" not in line.marks
    return CustomerLine(
        name=_kind(line) if private else line.name,
        spec="" if private else line.strength,
        quantity=line.quantity,
        price_fen=price,
        cut_fen=max(0, line.cut_fen),
        amount_fen=line.amount_fen,
        private=private,
        was_fen=struck_fen(line.unit_price_fen, price, lowest(line.product_id)) if strikes else 0,
    )


def _kind(line: SceneLine) -> str:
    if "device" in line.marks:
        return "器械"
    return "食品" if "food" in line.marks else "药品"
