"""Labelling: fills labels from this store's own facts (shelf, split bag, direction, refill) and hands them to printer or sheet.

A direction comes from the prescription or from a pharmacist who signs for it; else the label says the standing formula. Nothing
about a dose is ever taken from the catalogue, and a lot that was only assumed is not printed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from typing import Any

from app.counter.authorising import Authorising
from app.counter.faults import Refused
from app.counter.label_printing import LabelPrinting
from app.counter.post import Post
from app.devices.labels.label import MOST_COPIES, Label, Wanted
from app.devices.labels.layout import LabelFault, Measure, SheetGrid, face_measure, fill, layout_for
from app.devices.labels.printer import LabelEncoder, LabelPaper
from app.domain.amount import WEIGHED_UNIT, unit_text
from app.domain.masking import mask_name
from app.domain.money import format_fen
from app.domain.packs import content_of, milligrams_per_millilitre, unit_price
from app.domain.rules.case import MEDICINE_KINDS, roles_of
from app.records.catalogue import Product
from app.records.clock import SHOP_TIME, Clock, shop_day
from app.records.events import SaleLine
from app.records.people import Staff
from app.records.resources import resource
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.store.sales import StoredSale

_SURE_LOT = ("code", "confirmed")
_AMOUNT = re.compile(r"\d{1,5}(\.\d{1,3})?")
_LIQUID_FORMS = ("液", "糖浆", "合剂", "酊", "滴剂", "混悬", "乳剂")
"""Marks in the names of dosage forms that are drunk or dropped (general chapters of the pharmacopoeia)."""
_TOLERANCE = Fraction(2, 100)
"""How far ml and mg may differ by rounding."""
MOST_LABELS = 2_000
"""Labels of one run: more is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class Direction:
    """What a pharmacist says, or copies from the prescription, for one line; personal words are kept out of repr."""

    text: str = field(default="", repr=False)
    """Empty: the label says to follow the leaflet or the doctor."""
    source: str = "leaflet"
    """prescription | pharmacist | leaflet."""
    ml: str = ""
    mg: str = ""
    named: str = "masked"
    """masked | full | none: how the patient's name is shown."""
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SplitBag:
    """The facts of a bag of a split pack; whoever splits packs gives them."""

    name: str
    spec: str
    maker: str
    quantity: str
    usage: str
    dose: str
    lot_no: str
    expires_on: date
    split_on: date
    splitter: str
    caution: str = ""


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """A product of the shelf as the label page lists it."""

    product: Product
    printed: datetime | None
    """When its label was made last; None: never here."""
    stale: bool
    """Whether the label on the shelf says another price than the catalogue."""


@cache
def _texts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resource("texts", "labels.json").read_text("utf-8"))
    return found


def word(language: str, key: str, **facts: object) -> str:
    """A fixed text of labels in one language, zh or en, with its blanks filled."""
    text = str(_texts()["texts"][key]["en" if language == "en" else "zh"])
    return text.format(**facts) if facts else text


def paper_of(store: Store) -> LabelPaper:
    """The label paper that the settings name."""
    settings = store.settings
    return LabelPaper(
        "escpos" if settings.get("label_printer.language") == "escpos" else "zpl",
        settings.number("label_printer.width_mm"),
        settings.number("label_printer.height_mm"),
        settings.number("label_printer.dpi"),
        settings.text("label_printer.font"),
    )


def shelf_values(product: Product, language: str) -> dict[str, str]:
    """What a shelf label says of a product; facts the catalogue does not know are left out, and no price of before is claimed."""
    unit = "g" if product.unit == WEIGHED_UNIT else product.unit
    per = unit_price(product.list_price_fen, content_of(product.spec))
    mark = product.rx_class if product.rx_class != "none" else product.kind if product.kind in ("device", "food", "tcm") else ""
    return {
        "name": product.generic_name,
        "mark": word(language, f"mark.{mark}") if mark else "",
        "spec": product.spec or product.strength,
        "form": product.form,
        "maker": " · ".join(part for part in (product.brand_name, product.maker) if part),
        "origin": word(language, "origin", origin=product.origin) if product.origin else "",
        "shelf": word(language, "shelf", shelf=product.shelf) if product.shelf else "",
        "price": word(language, "price", price=format_fen(product.list_price_fen), unit=unit),
        "unit_price": word(language, "unit_price", price=per.text, per=per.per) if per else "",
        "member_price": word(language, "member_price", price=format_fen(product.member_price_fen)) if product.member_price_fen else "",
        "barcode": product.barcode or product.id,
        "barcode_text": product.barcode or product.id,
        "complaint": word(language, "complaint"),
    }


def dose_text(direction: Direction, strength: str, child: bool, language: str) -> str:
    """The dose in ml and mg; for a liquid of known strength one gives the other, and two that disagree are Refused.

    Refused dose_shape (no number), dose_disagrees, child_dose (a child's direction without a dose).
    """
    ml, mg = _amount(direction.ml), _amount(direction.mg)
    strong = milligrams_per_millilitre(strength)
    if strong is not None:
        if ml is not None and mg is None:
            mg = ml * strong
        elif mg is not None and ml is None:
            ml = mg / strong
        elif ml is not None and mg is not None and abs(ml * strong - mg) > mg * _TOLERANCE:
            raise Refused("dose_disagrees", ml=_plain(ml), mg=_plain(mg), right=_plain(ml * strong), strength=strength)
    if child and mg is None and ml is None:
        raise Refused("child_dose")
    if ml is not None and mg is not None:
        return word(language, "dose.both", ml=_plain(ml), mg=_plain(mg))
    if mg is not None:
        return word(language, "dose.mg", mg=_plain(mg))
    return word(language, "dose.ml", ml=_plain(ml)) if ml is not None else ""


def age_words(months: int, language: str) -> str:
    """An age as a label says it; '' where it is not known. Under six years the months count."""
    if months < 0:
        return ""
    years, rest = divmod(months, 12)
    if years >= 6 or (years and not rest):
        return word(language, "age.years", years=years)
    return word(language, "age.both", years=years, months=rest) if years else word(language, "age.months", months=rest)


def _amount(text: str) -> Fraction | None:
    plain = text.strip()
    if not plain:
        return None
    if _AMOUNT.fullmatch(plain) is None or Fraction(plain) == 0:
        raise Refused("dose_shape", raw=text)
    return Fraction(plain)


def _plain(amount: Fraction) -> str:
    """At most two decimals, no zeros at the end."""
    return f"{float(amount):.2f}".rstrip("0").rstrip(".")


class Labelling:
    """Makes labels from facts; what is wanted belongs to the GUI thread, labels and files may be made on any."""

    def __init__(self, store: Store, clock: Clock, post: Post, authorising: Authorising, printing: LabelPrinting) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._authorising = authorising
        self.printing = printing
        self.paper = paper_of(store)
        self._measure = new_measure()
        self.chosen: dict[str, int] = {}
        """Shelf labels wanted so far: product id → copies; kept while other pages are in front."""
        self.sale_id = ""
        """The sale whose medicines get direction labels; '' for the shelf."""

    # ------------------------------------------------------------------ what is wanted

    def want(self, product_id: str, copies: int = 1) -> None:
        """Ask for so many shelf labels of a product; none takes it off."""
        if copies > 0:
            self.chosen[product_id] = min(copies, MOST_COPIES)
        else:
            self.chosen.pop(product_id, None)

    @property
    def language(self) -> str:
        """zh | en: the language of the paper."""
        return "en" if self._store.settings.get("ui.language") == "en" else "zh"

    # ------------------------------------------------------------------ the shelf

    def shelf_rows(self, products: Sequence[Product]) -> tuple[ShelfRow, ...]:
        """Products with what their labels on the shelf say."""
        said = self._store.shelf_labels.said()
        rows = []
        for product in map(self._marked, products):
            last = said.get(product.id)
            stale = last is not None and (last.price_fen, last.member_price_fen) != (product.list_price_fen, product.member_price_fen)
            rows.append(ShelfRow(product, last.at if last else None, stale))
        return tuple(rows)

    def stale(self) -> tuple[ShelfRow, ...]:
        """Every product whose label on the shelf says another price, in the order of the shelves."""
        said = self._store.shelf_labels.said()
        known = (self._store.catalogue.product(product_id) for product_id in said)
        rows = self.shelf_rows([product for product in known if product is not None and product.active])
        return tuple(sorted((row for row in rows if row.stale), key=lambda row: row.product.shelf))

    def unlabelled(self, limit: int = MOST_LABELS) -> tuple[ShelfRow, ...]:
        """Products on this store's shelf that never had a label from here, in the order of the shelves."""
        said = self._store.shelf_labels.said()
        products = [product for product in self._store.catalogue.products() if _on_shelf(product) and product.id not in said]
        return self.shelf_rows(sorted(products, key=lambda product: product.shelf)[:limit])

    def shelf(self, product: Product, size: tuple[float, float] | None = None) -> Label:
        """A shelf label for the paper in the printer, or of another size in mm."""
        product = self._marked(product)
        if product.list_price_fen <= 0:
            raise Refused("label_no_price", name=product.generic_name)
        return self._filled("shelf", shelf_values(product, self.language), product.generic_name, size)

    def shelf_run(self, wanted: Mapping[str, int], size: tuple[float, float] | None = None) -> tuple[Wanted, ...]:
        """Shelf labels of products by id and copies, in the order of the shelves; what is gone from the catalogue is left out."""
        found = ((self._store.catalogue.product(product_id), copies) for product_id, copies in wanted.items())
        known = sorted(((product, copies) for product, copies in found if product is not None), key=lambda each: each[0].shelf)
        return tuple(Wanted(self.shelf(product, size), copies) for product, copies in known)

    def note_shelf(self, products: Sequence[Product]) -> Future[None]:
        """Remember what these labels say now."""
        return self._store.shelf_labels.note([(p.id, p.list_price_fen, p.member_price_fen) for p in map(self._marked, products)])

    def _marked(self, product: Product) -> Product:
        """The product with today's price: a label says what the counter charges."""
        return self._store.catalogue.marked(product, shop_day(self._clock.now()))

    # ------------------------------------------------------------------ directions and bags

    def may_direct(self) -> bool:
        """Whether whoever is signed in may give a direction without another PIN."""
        return self._post.staff is not None and "pharmacist" in roles_of(self._post.staff)

    def is_child(self, sale: StoredSale) -> bool:
        """Whether the patient of a sale is known to be a child."""
        return 0 <= sale.body.patient.age_months < int(_texts()["child_years"]) * 12

    @staticmethod
    def is_liquid(line: SaleLine) -> bool:
        """Whether a dose of it can be measured in ml."""
        return milligrams_per_millilitre(line.strength or line.spec) is not None or any(mark in line.form for mark in _LIQUID_FORMS)

    def direction(
        self, sale: StoredSale, line_id: str, said: Direction, sizes: Sequence[tuple[float, float]] = ()
    ) -> tuple[Label | None, ...]:
        """The label of one medicine of a closed sale for the printer's paper, then for each of the other `sizes` in mm.

        None stands for paper that is too small for what is said. Refused label_no_medicine, direction_unread (a prescription is
        named that nobody reviewed), child_dose, dose_shape, dose_disagrees,
        label_too_full, or as the PIN says.
        """
        line = next((line for line in sale.body.lines if line.line_id == line_id), None)
        if line is None or line.kind not in MEDICINE_KINDS:
            raise Refused("label_no_medicine")
        text = " ".join(said.text.split())
        if said.source == "prescription" and not line.review_id:
            raise Refused("direction_unread")
        given = bool(text) and said.source in ("prescription", "pharmacist")
        dose = dose_text(said, line.strength or line.spec, given and self.is_child(sale), self.language) if given else ""
        pharmacist = self._pharmacist(said.pin) if given else self._on_duty(sale)
        sure = line.lot_source in _SURE_LOT and bool(line.lot_no)
        language = self.language
        values = {
            "patient": self._patient(sale, line, said.named),
            "age": age_words(sale.body.patient.age_months, language),
            "name": f"{line.generic_name}（{line.brand_name}）" if line.brand_name else line.generic_name,
            "quantity": unit_text(line.quantity, line.unit),
            "spec": " ".join(part for part in (line.spec or line.strength, line.form) if part),
            "dose": dose,
            "direction": text if given else word(language, "leaflet"),
            "lot": word(language, "lot", lot=line.lot_no) if sure else word(language, "lot.on_box"),
            "expiry": word(language, "expiry", day=line.expires_on.isoformat()) if sure and line.expires_on else "",
            "pharmacist": word(language, "pharmacist", name=pharmacist) if pharmacist else "",
            "given_on": sale.at.astimezone(SHOP_TIME).strftime("%Y-%m-%d %H:%M"),
            **self._shop(),
        }
        labels: list[Label | None] = []
        for size in (None, *sizes):
            try:
                labels.append(self._filled("direction", values, line.generic_name, size))
            except Refused as refusal:
                if size is None and not sizes:
                    raise
                too_full = refusal
                labels.append(None)
        if not any(labels):
            raise too_full
        return tuple(labels)

    def split(self, bag: SplitBag, size: tuple[float, float] | None = None) -> Label:
        """The label of a split pack's bag; Refused where one of the law's eight facts is missing."""
        language = self.language
        for name in ("name", "spec", "quantity", "usage", "dose", "lot_no"):
            if not getattr(bag, name).strip():
                raise Refused("split_fact_missing", field=name)
        values = {
            "title": word(language, "split.title"), "name": bag.name, "spec": bag.spec, "maker": bag.maker, "quantity": bag.quantity,
            "usage": word(language, "split.usage", usage=bag.usage), "dose": word(language, "split.dose", dose=bag.dose),
            "caution": bag.caution, "lot": word(language, "lot", lot=bag.lot_no),
            "expiry": word(language, "expiry", day=bag.expires_on.isoformat()),
            "split_on": word(language, "split.on", day=bag.split_on.isoformat()),
            "splitter": word(language, "split.by", name=bag.splitter) if bag.splitter else "", **self._shop(),
        }  # fmt: skip
        return self._filled("split", values, bag.name, size)

    def _shop(self) -> dict[str, str]:
        till = self._post.till
        return {"shop": f"{till.store_name} {till.branch}".strip(), "phone": till.phone}

    def _pharmacist(self, pin: str) -> str:
        """Who signs for a direction: the pharmacist at the till, or one with their PIN."""
        staff = self._post.staff
        if not self.may_direct() or staff is None:
            staff = self._authorising.anyone(pin, ("pharmacist",))
        return _signed(staff)

    def _on_duty(self, sale: StoredSale) -> str:
        found = self._store.people.staff_by_id(sale.body.pharmacist) if sale.body.pharmacist else None
        return _signed(found) if found else ""

    def _patient(self, sale: StoredSale, line: SaleLine, named: str) -> str:
        """The patient's name as wanted: of the prescription where there is one, else of the person the sale was for."""
        if named == "none":
            return ""
        name = self._prescribed_to(line.review_id) if line.review_id else ""
        patient = sale.body.patient
        if not name and patient.kind == "family":
            name = next((person.name for person in self._store.people.family(sale.member_id) if person.id == patient.ref), "")
        if not name and patient.kind == "member":
            member = self._store.people.member(patient.ref or sale.member_id)
            name = member.name if member else ""
        return name if named == "full" else mask_name(name)

    def _prescribed_to(self, review_id: str) -> str:
        review = self._store.shifts.review(review_id)
        try:
            plain = self._store.private.open(review.blob_id) if review is not None else None
        except StoreFault:
            return ""  # erased by law
        return str(json.loads(plain).get("patient", "")) if plain else ""

    # ------------------------------------------------------------------ out

    def print(self, run: Sequence[Wanted]) -> int:
        """Queue labels for the label printer; how many. Refused label_printer_none, or label_too_many."""
        if not self.printing.there:
            raise Refused("label_printer_none")
        count = sum(wanted.copies for wanted in run)
        if not run or count > MOST_LABELS:
            raise Refused("label_too_many", most=str(MOST_LABELS))
        self.printing.add(tuple(run))
        return count

    def drawing(self, grid: SheetGrid | None = None) -> LabelEncoder:
        """An encoder for one thread, whose pictures are the printer's own bytes; for a sheet's sticker at an office printer's grain."""
        return new_encoder(LabelPaper("zpl", grid.width, grid.height, 300) if grid is not None else self.paper)

    def sheets(self, run: Sequence[Wanted], grid: SheetGrid, first: int = 1) -> bytes:
        """The run on A4 sheets of stickers, from the first free place on; it loads the PDF writer: never on the GUI thread."""
        from app.reports.price_labels import sheet_pdf

        return sheet_pdf(run, grid, first=first)

    def _filled(self, kind: str, values: dict[str, str], name: str, size: tuple[float, float] | None) -> Label:
        wide, high = size or self.paper.size
        try:
            return fill(layout_for(kind, wide, high), values, self._measure, name=name, size=(wide, high))
        except LabelFault as fault:
            raise Refused(fault.code, name=name, **fault.facts) from fault


def new_measure() -> Measure:
    """Widths of the carried faces, for one thread."""
    return face_measure(resource("fonts", "NotoSansSC-Regular.ttf"), resource("fonts", "NotoSansSC-Bold.ttf"))


def new_encoder(paper: LabelPaper) -> LabelEncoder:
    """An encoder on the carried faces, for one thread."""
    return LabelEncoder(paper, resource("fonts", "NotoSansSC-Regular.ttf"), resource("fonts", "NotoSansSC-Bold.ttf"))


def _on_shelf(product: Product) -> bool:
    return product.active and product.in_assortment and product.list_price_fen > 0 and product.kind != "service"


def _signed(staff: Staff) -> str:
    return f"{staff.name} {staff.code}"
