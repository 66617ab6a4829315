"""Packs in a basket: which line a pack joins by its product, its lot and its box's code, and when a line's lot counts as proven.

Everything here takes a basket and gives another; what a cashier sees of it and may take back is `selling`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from app.counter.goods import Goods
from app.domain import basket as baskets
from app.domain import codes
from app.domain.basket import Basket, BasketLine, BoxCode, LotChoice
from app.records.catalogue import Product
from app.records.clock import Clock
from app.records.ids import new_id


@dataclass(frozen=True, slots=True)
class Pack:
    """Packs of a product on their way into a basket; a box of which the code was read is one pack."""

    product: Product
    quantity: int = 1
    lot: LotChoice | None = None
    """The lot that the box itself proves, if it does."""
    code: BoxCode | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A basket after packs went in, and the line that has them."""

    basket: Basket
    line: BasketLine
    counted: bool = False
    """Whether it was one pack that stood there without its code."""


class Packing:
    """Puts packs on the lines of a basket."""

    def __init__(self, goods: Goods, clock: Clock, shapes: codes.CodeShapes) -> None:
        self._goods = goods
        self._clock = clock
        self._shapes = shapes

    def put(self, basket: Basket, pack: Pack, today: date, law_day: date) -> Placed:
        """Packs into a basket: a code to a pack that waits for its own, others to a line of their lot or to a new one.

        `today` is the date of the store's calendar, which the price shown goes by; `law_day` the one by which a lot is still good.
        """
        if pack.code is not None:
            counted = _without_code(basket, pack)
            if counted is not None:
                return self._code_given(basket, counted, pack.code, pack.lot, law_day)
        line = _to_grow(basket, pack, today)
        if line is None:
            line = self.weighed(
                BasketLine(
                    line_id=new_id(self._clock),
                    product=pack.product,
                    quantity=pack.quantity,
                    lot=pack.lot or self._goods.proposed(pack.product.id, law_day, pack.quantity),
                    codes=(pack.code,) if pack.code else (),
                    salesperson=basket.salesperson,
                )
            )
            line = baskets.shown(line, today)
            return Placed(basket.added(line), line)
        boxes = (*line.codes, pack.code) if pack.code else line.codes
        line = self.weighed(replace(line, quantity=line.quantity + pack.quantity, codes=boxes))
        return Placed(basket.replaced(line), line)

    def _code_given(self, basket: Basket, line: BasketLine, code: BoxCode, lot: LotChoice | None, law_day: date) -> Placed:
        """Give a counted pack its code; a box of another lot than the line's takes its pack to a line of that lot."""
        fits = _same_lot(line.lot, lot) if lot is not None else line.lot.source != "code"
        alone = line.quantity == 1
        twin = _twin(basket, line, lot) if lot is not None else None
        if twin is not None and (not fits or line.lot.source != "code"):
            # One line for one lot: the pack joins the boxes of its lot that were scanned before.
            basket = basket.without(line.line_id) if alone else basket.replaced(self.weighed(replace(line, quantity=line.quantity - 1)))
            line = replace(twin, quantity=twin.quantity + 1, codes=(*twin.codes, code))
            basket = basket.replaced(line)
        elif fits or alone:
            line = self.weighed(replace(line, codes=(*line.codes, code), lot=line.lot if fits or lot is None else lot))
            basket = basket.replaced(line)
        else:
            chosen = lot or self._goods.proposed(line.product.id, law_day, 1)
            basket = basket.replaced(self.weighed(replace(line, quantity=line.quantity - 1)))
            kept = tuple(answer for answer in line.answers if answer.rule == baskets.PRICE_OF_THE_DAY)
            line = replace(line, line_id=new_id(self._clock), quantity=1, codes=(code,), lot=chosen, answers=kept)
            basket = basket.added(line)
        return Placed(basket, line, counted=True)

    def weighed(self, line: BasketLine) -> BasketLine:
        """The line with its lot called proven only while every pack's own code says that lot."""
        if not line.codes:
            return line
        if len(line.codes) == line.quantity and all(self._proves(line, box.code) for box in line.codes):
            return replace(line, lot=replace(line.lot, source="code"))
        return replace(line, lot=replace(line.lot, source="assumed")) if line.lot.source == "code" else line

    def _proves(self, line: BasketLine, code: str) -> bool:
        reading = codes.read(code, self._shapes, codes.ScanContext.SELLING)
        if not isinstance(reading, codes.TraceCode | codes.Gs1Code):
            return False
        lot = self._goods.lot_of_box(line.product.id, self._goods.box_of(reading))
        return lot is not None and _same_lot(lot, line.lot)


def outgrown(before: Basket, after: Basket) -> Basket:
    """The basket after an act, without a review or a missing-code reason that was given for fewer packs."""
    if not any(line.review_id or line.code_missing_reason for line in after.lines):
        return after
    packs: dict[str, int] = {}
    olds = {line.line_id: line for line in before.lines}
    for line in before.lines:
        packs[line.product.id] = packs.get(line.product.id, 0) - line.quantity
    for line in after.lines:
        packs[line.product.id] = packs.get(line.product.id, 0) + line.quantity
    lines = []
    for line in after.lines:
        old = olds.get(line.line_id)
        if old is not None and line.review_id and line.review_id == old.review_id and packs[line.product.id] > 0:
            line = replace(line, review_id="")
        reason = line.code_missing_reason
        if old is not None and reason and reason == old.code_missing_reason and _uncoded(line) > _uncoded(old):
            line = replace(line, code_missing_reason="")
        lines.append(line)
    return after if tuple(lines) == after.lines else replace(after, lines=tuple(lines))


def _uncoded(line: BasketLine) -> int:
    return line.quantity - len(line.codes)


def _without_code(basket: Basket, pack: Pack) -> BasketLine | None:
    """The line that already counts a pack whose code this scan must be; None where the box is one more pack.

    A lot that a person confirmed is believed: a box of another lot is then another box.
    """
    lot = pack.lot
    open_lines = [
        line
        for line in reversed(basket.lines)
        if line.product.id == pack.product.id and len(line.codes) < line.quantity and not line.code_missing_reason
    ]
    same_lot = [line for line in open_lines if lot is not None and _same_lot(line.lot, lot)]
    guessed = [line for line in open_lines if line.lot.source in ("assumed", "none")]
    confirmed = [line for line in open_lines if lot is None and line.lot.source == "confirmed"]
    return next(iter((*same_lot, *guessed, *confirmed, *(line for line in open_lines if line.lot.source == "code"))), None)


def _to_grow(basket: Basket, pack: Pack, today: date) -> BasketLine | None:
    """The line a further pack joins: same product, same lot, same salesperson and price; two lots are two lines."""
    same = [
        line
        for line in reversed(basket.lines)
        if line.product.id == pack.product.id and line.price_change is None and line.salesperson == basket.salesperson
        # A pack that is scanned today does not join one that keeps yesterday's lower price.
        and (line.shown_on in ("", today.isoformat()) or line.product.list_price_fen >= pack.product.list_price_fen)
    ]
    if not same:
        return None
    lot = pack.lot
    if lot is None:
        # A box's own code proved the lot of that box only: a pack of unknown lot never joins it.
        return next((line for line in same if line.lot.source != "code"), None)
    return next((line for line in same if _same_lot(line.lot, lot)), None)


def _twin(basket: Basket, line: BasketLine, lot: LotChoice) -> BasketLine | None:
    """Another line of that lot, proven by its boxes and alike in price and salesperson."""
    return next(
        (
            other
            for other in basket.lines
            if other.line_id != line.line_id
            and other.product.id == line.product.id
            and other.lot.source == "code"
            and _same_lot(other.lot, lot)
            and len(other.codes) == other.quantity
            and (other.price_change, other.salesperson) == (line.price_change, line.salesperson)
            and other.product.list_price_fen == line.product.list_price_fen
        ),
        None,
    )


def _same_lot(one: LotChoice, other: LotChoice) -> bool:
    return (one.lot_id, one.lot_no, one.expires_on) == (other.lot_id, other.lot_no, other.expires_on)
