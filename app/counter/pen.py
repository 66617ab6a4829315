"""The pen that writes slips: fixed words, how names, sums and times look on this till's paper, and the rows every slip shares."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cache
from typing import Literal

from app.counter.post import TillProfile
from app.counter.receipt_template import Template, standard, template_of
from app.devices.ticket import MAX_QR_BYTES, Align, Cell, Columns, Cut, Entry, Feed, Line, Rule, Text, Ticket, width
from app.domain.masking import mask_card, mask_name, mask_phone
from app.domain.money import format_fen
from app.domain.reasons import Reason, parse_reasons, reason_text
from app.records.clock import SHOP_TIME
from app.records.events import Tender
from app.records.people import Member
from app.records.resources import resource
from app.store.open_store import Store
from app.store.settings import Settings

Language = Literal["zh", "en"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """How this shop wants its paper: the receipt's template, the language, and what the code to join says ('' for none)."""

    template: Template = field(default_factory=standard)
    language: Language = "zh"
    join_code: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Look:
        """The look that the settings say now."""
        language: Language = "en" if settings.get("ui.language") == "en" else "zh"
        join_code = settings.text("receipt.join_code")
        if len(join_code.encode("utf-8", "replace")) > MAX_QR_BYTES:
            log.warning("the text of the code to join is too long for a QR code")
            join_code = ""
        return cls(template_of(settings), language, join_code)


@dataclass(frozen=True, slots=True)
class Faces:
    """How this till's facts look on paper: the store, its people and members, tender titles, and the shop's own look.

    staff, member, tender: id -> how it is printed (or None, or '' when unknown). They and `look` are asked when a slip
    is composed: what was changed in the settings holds for the next one.
    """

    till: TillProfile
    staff: Callable[[str], str]
    member: Callable[[str], Member | None]
    tender: Callable[[str], str]
    look: Callable[[], Look] = Look
    training: bool = False
    zone: tzinfo = SHOP_TIME
    erased: Callable[[str], bool] = lambda _: False
    """Whether a member's data were erased since."""
    cash: Callable[[str], bool] = lambda method: method == "cash"
    """Whether the drawer holds what was taken by a tender method."""

    @classmethod
    def of(cls, till: TillProfile, settings: Settings, store: Store) -> Faces:
        """The faces of a till by its settings and what its store knows."""

        def staff(staff_id: str) -> str:
            found = store.people.staff_by_id(staff_id)
            return f"{found.name} {found.code} {found.licence_no}".rstrip() if found else ""

        def tender(method: str) -> str:
            language = "en" if settings.get("ui.language") == "en" else "zh"
            rows = [row for row in settings.get("tender.methods") if row["id"] == method]
            return str(rows[0][f"title_{language}"]) if rows else ""

        def cash(method: str) -> bool:
            return any(row["id"] == method and row["kind"] == "cash" for row in settings.get("tender.methods")) or method == "cash"

        return cls(till, staff, store.people.member, tender, lambda: Look.of(settings), erased=store.people.erased, cash=cash)


@cache
def _reasons() -> Mapping[str, tuple[Reason, ...]]:
    """Return the words of coded reasons."""
    return parse_reasons(json.loads(resource("texts", "reasons.json").read_text(encoding="utf-8")))


@cache
def _texts() -> dict[str, dict[str, str]]:
    """Return the fixed texts by key and language."""
    body = json.loads(resource("texts", "receipt.json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, str]] = body["texts"]
    return found


def fixed_text(key: str, language: Language) -> str:
    """Return a fixed text of paper."""
    return _texts()[key][language]


class Pen:
    """Collects lines in one language; knows how labels, sums and times are written."""

    def __init__(self, faces: Faces) -> None:
        self.faces = faces
        self.look = faces.look()
        self._language = self.look.language
        self.lines: list[Line] = []

    def word(self, key: str, **facts: object) -> str:
        """Return a fixed text with its blanks filled."""
        text = fixed_text(key, self._language)
        return text.format(**facts) if facts else text

    def coded(self, group: str, code: str) -> str:
        """Return the text of a code, or the code itself when this version has no text for it."""
        found = _texts().get(f"{group}.{code}")
        return found[self._language] if found else code

    def title(self, zh: str, en: str) -> str:
        """Return the title of an offer or tender in the paper's language."""
        return en if self._language == "en" and en else zh

    def name(self, staff_id: str) -> str:
        """Return how a person is printed; an id nobody knows is printed as it is."""
        return self.faces.staff(staff_id) or staff_id

    def reason(self, group: str, code: str) -> str:
        """Return the words of a coded reason."""
        return reason_text(_reasons(), group, code).of(self._language) if code else ""

    def time(self, at: datetime) -> str:
        """Return a moment in the shop's own time."""
        return at.astimezone(self.faces.zone).strftime("%Y-%m-%d %H:%M:%S")

    def text(self, text: str, *, bold: bool = False, big: bool = False, align: Align = "left") -> None:
        """Add a paragraph, if there is anything to say."""
        if text:
            self.lines.append(Text(text, bold, 2 if big else 1, align))

    def phrases(self, text: str) -> None:
        """Add a text whose words, parted by blanks, are not broken where a row ends."""
        self.lines.append(Entry(tuple(text.split())))

    def detail(self, facts: Iterable[str], *right: Cell) -> None:
        """Add facts side by side one cell in from the edge, with columns at the right edge of their last row."""
        listed = tuple(facts)
        if listed or right:
            self.lines.append(Entry(listed, right, 1))

    def named(self, key: str, value: str) -> None:
        """Add `label value`, unless the value is empty."""
        if value:
            self.text(f"{self.word(key)} {value}")

    def member(self, member_id: str) -> None:
        """Add a member with name and number masked, if there is one and this till knows them."""
        member = self.faces.member(member_id) if member_id else None
        if member is not None:
            number = mask_phone(member.phone) if member.phone else mask_card(member.card_no)
            self.named("member", f"{mask_name(member.name)} {number} {self.coded('tier', member.tier)}".strip())
        elif member_id and self.faces.erased(member_id):
            self.named("member", self.word("member_erased"))

    def pair(self, left: str, right: str, *, bold: bool = False, big: bool = False) -> None:
        """Add a label at the left edge and a value at the right edge."""
        self.lines.append(Columns((Cell(left), Cell(right, width(right), "right")), bold, 2 if big else 1))

    def figures(self, facts: Iterable[str], quantity: str, price: str, amount: str) -> None:
        """Add a row of the goods table: facts, and quantity, price and amount where their last row ends."""
        self.detail(facts, Cell(quantity, 5, "right"), Cell(price, 8, "right"), Cell(amount, 9, "right"))

    def sum(self, left: str, fen: int, *, bold: bool = False) -> None:
        """Add a label and a sum of money."""
        self.pair(left, format_fen(fen), bold=bold)

    def rule(self, char: str = "─") -> None:
        """Add a line across the paper, unbroken as a rule (its hanzi is in GB2312); two never stand below each other."""
        if not (self.lines and isinstance(self.lines[-1], Rule)):
            self.lines.append(Rule(char))

    def ticket(self, kind: str, number: str) -> Ticket:
        """Return the finished slip, cut off at the end."""
        return Ticket((*self.lines, Feed(1), Cut()), kind, number)

    def training(self) -> None:
        """Say, large, that this is an exercise."""
        if self.faces.training:
            self.text(self.word("mark.training"), bold=True, big=True, align="center")
            self.text(self.word("mark.no_receipt"), bold=True, align="center")

    def store(self) -> None:
        """Add the store's name, or the shop's own headline above it, and the branch."""
        till, headline = self.faces.till, self.look.template.headline
        if headline:
            self.text(headline, bold=True, big=True, align="center")
            self.text(" ".join(filter(None, (till.store_name, till.branch))), align="center")
        else:
            self.text(till.store_name, bold=True, big=True, align="center")
            self.text(till.branch, align="center")

    def licence(self) -> None:
        """Add the store's licence."""
        if self.faces.till.licence_no:
            self.text(self.word("licence", no=self.faces.till.licence_no), align="center")

    def contact(self) -> None:
        """Add address and telephone."""
        till = self.faces.till
        self.text(till.address, align="center")
        if till.phone:
            self.text(f"{self.word('phone')} {till.phone}", align="center")

    def head(self, title: str) -> None:
        """Add what opens every slip but the receipt of a sale: the store, what kind of slip this is, licence and contact."""
        self.store()
        self.text(self.word(title), bold=True, align="center")
        self.training()
        self.licence()
        self.contact()
        self.rule("=")

    def facts(self, number: str, cashier: str, at: datetime) -> None:
        """Add number, time, till and cashier."""
        self.named("number", number)
        self.named("time", self.time(at))
        till = self.faces.till
        self.text(f"{self.word('till')} {till.till_title or till.till}  {self.word('cashier')} {self.name(cashier)}")

    def tender(self, tender: Tender) -> str:
        """Return a tender's title with the last digits its own device showed."""
        title = self.title(tender.title_zh, tender.title_en)
        return f"{title} *{tender.last_digits}" if tender.last_digits else title
