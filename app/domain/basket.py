"""The basket: goods on their way to a sale, as frozen values that survive as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from app.domain.invoice import NOBODY, InvoiceTitle
from app.records.catalogue import Product


@dataclass(frozen=True, slots=True)
class LotChoice:
    """Which lot a line sells, and how we know: by the box's own code, by a person, or a guess."""

    lot_id: str = ""
    lot_no: str = ""
    expires_on: str = ""
    """ISO date of the last good day, or ''."""
    source: str = "none"
    """code | confirmed | assumed | none."""


@dataclass(frozen=True, slots=True)
class BoxCode:
    """The trace code of one box on a line."""

    code: str
    entry: str = "scanned"
    """scanned | typed."""


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A permitted change of a line's unit price."""

    unit_price_fen: int
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What a person decided about a rule on this line."""

    rule: str
    choice: str
    by: str
    at: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BasketLine:
    """One line: a product, one lot, a quantity, and the codes of its boxes."""

    line_id: str
    product: Product
    quantity: int
    lot: LotChoice = LotChoice()
    codes: tuple[BoxCode, ...] = ()
    code_missing_reason: str = ""
    price_change: PriceChange | None = None
    salesperson: str = ""
    answers: tuple[LineAnswer, ...] = ()
    review_id: str = ""
    register_id: str = ""
    shown_on: str = ""
    """ISO date of the store's calendar on which the line was scanned and showed its price; '' for a line of before that was kept."""
    shown_fen: int = 0
    shown_member_fen: int = 0

    def answered(self, rule: str) -> LineAnswer | None:
        """The newest answer given for a rule, if any."""
        return next((a for a in reversed(self.answers) if a.rule == rule), None)

    def with_answer(self, answer: LineAnswer) -> BasketLine:
        """This line with an answer added in place of an older one for the same rule."""
        return replace(self, answers=(*(a for a in self.answers if a.rule != answer.rule), answer))


@dataclass(frozen=True, slots=True)
class PatientRef:
    """用药人 of a basket: safety checks run on this person, points go to the member."""

    kind: str = "unknown"
    """unknown | member | family | typed."""
    ref: str = ""
    label: str = ""
    age_months: int = -1
    weight_g: int = 0
    allergies_known: bool = False
    allergy_classes: tuple[str, ...] = ()
    withheld: bool = False
    """Whether something is on record of their allergies that may not be looked at, since they took the consent to it back."""


@dataclass(frozen=True, slots=True)
class UnreadCode:
    """A scanned code that stands in the basket until somebody says what it is."""

    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class OldArticle:
    """An old article handed over in trade."""

    kind: str
    seal: str = ""
    """The mark of its serial number, or '' where it bears none."""
    condition: str = ""

    @classmethod
    def of(cls, text: str) -> OldArticle:
        """Read it as a basket keeps it; baskets of before say no condition."""
        kind, seal, condition = (*text.split("|"), "", "")[:3]
        return cls(kind, seal, condition)

    @property
    def text(self) -> str:
        """As a basket keeps it."""
        return f"{self.kind}|{self.seal}|{self.condition}"


@dataclass(frozen=True, slots=True)
class Basket:
    """An open or held basket."""

    basket_id: str
    opened_at: str
    """ISO time, aware."""
    lines: tuple[BasketLine, ...] = ()
    member_id: str = ""
    member_label: str = ""
    patient: PatientRef = PatientRef()
    salesperson: str = ""
    """Salesperson of lines added from now on; '' means the cashier."""
    invoice_wanted: bool = False
    invoice: InvoiceTitle = NOBODY
    """Whom the invoice is for; without a name while nobody said so."""
    paper: bool = True
    answers: tuple[LineAnswer, ...] = ()
    """Answers that concern the whole basket."""
    coupons: tuple[str, ...] = ()
    """Codes of open coupons scanned into it."""
    tokens: tuple[str, ...] = ()
    """Signed personal coupons scanned into it."""
    picked: tuple[str, ...] | None = None
    """Serials of the coupons that a person chose to use; None while the best are used by themselves."""
    traded: tuple[str, ...] = ()
    """Old articles handed over with this sale, each as `OldArticle.text`."""
    found_by: str = ""
    """How the member was found, which says what they may have (`member_rights`); '' in baskets of before, and without a member."""
    proven_at: str = ""
    """When a proof that ends was given, as ISO text; '' for any other way of being found."""
    proven_in: str = ""
    """The shift in which it was given; '' between shifts."""
    unread: tuple[UnreadCode, ...] = ()
    """Codes nobody has resolved yet; kept so that they, too, come back after a power cut or a hold."""

    @property
    def articles(self) -> tuple[OldArticle, ...]:
        """The old articles handed over with this sale."""
        return tuple(OldArticle.of(text) for text in self.traded)

    def line(self, line_id: str) -> BasketLine | None:
        """The line of that id."""
        return next((line for line in self.lines if line.line_id == line_id), None)

    def replaced(self, line: BasketLine) -> Basket:
        """This basket with one line swapped for its new value."""
        return replace(self, lines=tuple(line if old.line_id == line.line_id else old for old in self.lines))

    def without(self, line_id: str) -> Basket:
        """This basket without a line."""
        return replace(self, lines=tuple(line for line in self.lines if line.line_id != line_id))

    def added(self, line: BasketLine) -> Basket:
        """This basket with a line at its end."""
        return replace(self, lines=(*self.lines, line))

    def holder_of(self, code: str) -> BasketLine | None:
        """The line that already holds a box of this trace code."""
        return next((line for line in self.lines if any(box.code == code for box in line.codes)), None)

    @property
    def pieces(self) -> int:
        """How many packs in all."""
        return sum(line.quantity for line in self.lines)


PRICE_OF_THE_DAY = "price_of_the_day"
"""Under this word a line's answers say which price counts after midnight: `kept` or `lowered`."""


def shown(line: BasketLine, day: date) -> BasketLine:
    """The line with the price it shows, and the day on which it does."""
    product = line.product
    return replace(line, shown_on=day.isoformat(), shown_fen=product.list_price_fen, shown_member_fen=product.member_price_fen)


def at_day(line: BasketLine, marked: Product, day: date, by: str, at: datetime) -> BasketLine:
    """The line on a day on which its product is marked as `marked`: the lower of that price and of the one shown at the scan counts.

    A price shown when the box was scanned is an offer to this customer, which midnight does not take back; a lower mark is everybody's.
    Why the price differs from the day's, or from the one shown, is kept as an answer on the line.
    """
    if not line.shown_on or line.shown_on == day.isoformat() or line.shown_fen <= 0:
        return line
    list_fen = min(line.shown_fen, marked.list_price_fen) if marked.list_price_fen > 0 else line.shown_fen
    member_fen = min((fen for fen in (line.shown_member_fen, marked.member_price_fen) if 0 < fen <= list_fen), default=0)
    if (line.product.list_price_fen, line.product.member_price_fen) != (list_fen, member_fen):
        line = replace(line, product=line.product.model_copy(update={"list_price_fen": list_fen, "member_price_fen": member_fen}))
    if marked.list_price_fen == line.shown_fen or marked.list_price_fen <= 0:
        return line
    choice = "kept" if list_fen == line.shown_fen else "lowered"
    reason = f"{line.shown_on} {line.shown_fen} → {day.isoformat()} {marked.list_price_fen}"
    known = line.answered(PRICE_OF_THE_DAY)
    if known is not None and (known.choice, known.reason) == (choice, reason):
        return line
    return line.with_answer(LineAnswer(PRICE_OF_THE_DAY, choice, by, at.isoformat(), reason))


class BasketText:
    """Baskets as JSON texts, one after another; a line that is still the same is not written out again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[BasketLine, str]] = {}

    def of(self, basket: Basket) -> str:
        """The same text as `to_json` gives."""
        before, self._known = self._known, {}
        texts = []
        for line in basket.lines:
            known = before.get(line.line_id)
            if known is None or known[0] is not line:
                known = (line, _text(_plain(line)))
            self._known[line.line_id] = known
            texts.append(known[1])
        lines = f"[{','.join(texts)}]"
        fields = ((name, lines if name == "lines" else _text(_plain(getattr(basket, name)))) for name in Basket.__dataclass_fields__)
        return "{" + ",".join(f'"{name}":{text}' for name, text in fields) + "}"


def to_json(basket: Basket) -> str:
    """The basket as one JSON text for the parked table; products are kept by id only."""
    return BasketText().of(basket)


def _text(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


_WORDS = (str, int, bool, type(None))
"""What JSON takes as it stands."""


def _plain(value: Any) -> object:
    """Frozen values as JSON ones; spelled out because `dataclasses.asdict` copies deeply and costs 2 ms a basket."""
    kind = type(value)
    if kind in _WORDS:
        return value
    if kind is tuple:
        return [_plain(inner) for inner in value]
    if kind is Product:
        return value.id
    plain: dict[str, object] = {}
    for name in kind.__dataclass_fields__:
        inner = getattr(value, name)
        plain[name] = inner if type(inner) in _WORDS else _plain(inner)
    return plain


def from_json(text: str, product: Callable[[str], Product | None]) -> tuple[Basket, tuple[str, ...]]:
    """The basket of a stored text, and the ids of products that no longer exist (their lines are left out)."""
    fields = json.loads(text)
    lines: list[BasketLine] = []
    lost: list[str] = []
    for raw in fields.pop("lines"):
        found = product(raw["product"])
        if found is None:
            lost.append(raw["product"])
            continue
        raw["product"] = found
        raw["lot"] = LotChoice(**raw["lot"])
        raw["codes"] = tuple(BoxCode(**box) for box in raw["codes"])
        raw["answers"] = tuple(LineAnswer(**answer) for answer in raw["answers"])
        raw["price_change"] = PriceChange(**raw["price_change"]) if raw["price_change"] else None
        line = BasketLine(**raw)
        if line.shown_on and (found.list_price_fen, found.member_price_fen) != (line.shown_fen, line.shown_member_fen):
            # What a customer was shown outlives a restart and a price that was published meanwhile.
            marked = {"list_price_fen": line.shown_fen, "member_price_fen": line.shown_member_fen}
            line = replace(line, product=found.model_copy(update=marked))
        lines.append(line)
    patient = fields.pop("patient")
    patient["allergy_classes"] = tuple(patient["allergy_classes"])
    answers = tuple(LineAnswer(**answer) for answer in fields.pop("answers"))
    fields["coupons"] = tuple(fields["coupons"])
    # Baskets of before personal coupons have neither of these.
    fields["tokens"] = tuple(fields.get("tokens", ()))
    fields["traded"] = tuple(fields.get("traded", ()))
    picked = fields.get("picked")
    fields["picked"] = tuple(picked) if picked is not None else None
    fields["invoice"] = InvoiceTitle(**fields.get("invoice", {"name": ""}))
    fields["unread"] = tuple(UnreadCode(**code) for code in fields.get("unread", ()))
    return Basket(**fields, lines=tuple(lines), patient=PatientRef(**patient), answers=answers), tuple(lost)


def opened(basket_id: str, at: datetime) -> Basket:
    """A fresh empty basket."""
    return Basket(basket_id, at.isoformat())
