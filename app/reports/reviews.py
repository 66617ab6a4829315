"""The prescription reviews of a business day: who reviewed what for whom, as page and table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from app.records.envelope import unseal
from app.reports.page import BAD_INK, Cell, Column, Page, moment
from app.reports.shop import shop_face, staff_names
from app.reports.table import csv_table
from app.reports.words import Words
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.store.shifts import ReviewRow

_PRIVATE = ("number", "institution", "doctor", "patient", "diagnosis")


@dataclass(frozen=True, slots=True)
class ReviewEntry:
    """One review with the prescription it was about."""

    at: datetime
    number: str
    institution: str
    doctor: str
    prescribed_on: date
    patient: str
    diagnosis: str
    products: tuple[str, ...]
    """What was reviewed, each with how much of it was sold under this review, where it was."""
    reviewer: str
    dispenser: str
    checker: str
    verdict: str
    """approved | rejected."""
    reason: str = ""
    """Why it was rejected, in words; '' where no reason was asked."""


def entries(store: Store, day: date) -> tuple[ReviewEntry, ...]:
    """The day's reviews, oldest first; prescriptions erased by law say so."""
    words = Words(shop_face(store).language)
    staff = staff_names(store)
    found = []
    rows = store.shifts.reviews(day)
    sold = store.sales.sold_under([row.review_id for row in rows], day)
    for row in rows:
        private = _prescription(store, row.blob_id, words)
        if row.source == "image" and not private["number"]:
            private["number"] = words("image")
        found.append(
            ReviewEntry(
                at=row.at,
                **private,
                prescribed_on=row.prescribed_on,
                products=tuple(_product(store, product_id, sold.get((row.review_id, product_id), 0)) for product_id in row.products),
                reviewer=staff(row.reviewer),
                dispenser=staff(row.dispenser),
                checker=staff(row.checker),
                verdict=row.verdict,
                reason=words.reason("review_rejection", _reason(store, row)) if row.verdict == "rejected" else "",
            )
        )
    return tuple(found)


def _reason(store: Store, row: ReviewRow) -> str:
    """The coded reason of a rejection, as its event keeps it."""
    raw = store.journal.raw(row.event_id)
    return str(unseal(raw).body.get("reason", "")) if raw is not None else ""


def _prescription(store: Store, blob_id: str, words: Words) -> dict[str, str]:
    """The private part of a review."""
    try:
        plain = store.private.open(blob_id)
    except StoreFault:
        return dict.fromkeys(_PRIVATE, words("erased"))
    if plain is None:
        return dict.fromkeys(_PRIVATE, words("missing"))
    known = json.loads(plain)
    return {name: str(known.get(name, "")) for name in _PRIVATE}


def _product(store: Store, product_id: str, quantity: int) -> str:
    product = store.catalogue.product(product_id)
    name = f"{product.generic_name} {product.spec}".strip() if product else product_id
    return f"{name} ×{quantity}{product.unit if product else ''}" if quantity else name


def reviews_pdf(store: Store, day: date, *, made_at: datetime) -> bytes:
    """The day's reviews on wide A4."""
    shop = shop_face(store)
    words = Words(shop.language)
    rows = entries(store, day)
    approved = sum(row.verdict == "approved" for row in rows)
    page = Page(
        shop,
        words("title.reviews"),
        made_at=made_at,
        facts=(words("business_day", day=day.isoformat()), words("counts.reviews", approved=approved, rejected=len(rows) - approved)),
        wide=True,
    )
    columns = [
        Column(words("col.review_time"), 1.2),
        Column(words("col.rx_number"), 2),
        Column(words("col.institution"), 2.4),
        Column(words("col.doctor"), 1.3),
        Column(words("col.prescribed_on"), 1.7),
        Column(words("col.patient"), 1.4),
        Column(words("col.diagnosis"), 2.2),
        Column(words("col.products"), 4),
        Column(words("col.reviewer"), 1.6),
        Column(words("col.dispenser"), 1.6),
        Column(words("col.checker"), 1.6),
        Column(words("col.verdict"), 1.6),
    ]
    body: list[list[str | Cell]] = [
        [
            moment(row.at)[-5:],
            row.number,
            row.institution,
            row.doctor,
            row.prescribed_on.isoformat(),
            row.patient,
            row.diagnosis,
            "\n".join(row.products),
            row.reviewer,
            row.dispenser,
            row.checker,
            Cell(_verdict(row, words), None if row.verdict == "approved" else BAD_INK, row.verdict != "approved"),
        ]
        for row in rows
    ]
    page.table(columns, body)
    if not body:
        page.gap()
        page.note(words("none"), size=9)
    page.signatures((words("sign.pharmacist"), words("sign.manager")))
    return page.finish()


def _verdict(row: ReviewEntry, words: Words) -> str:
    said = words.coded("verdict", row.verdict)
    return f"{said}\n{row.reason}" if row.reason else said


def reviews_csv(store: Store, day: date) -> str:
    """The same as CSV."""
    words = Words(shop_face(store).language)
    names = (
        "review_time", "rx_number", "institution", "doctor", "prescribed_on", "patient", "diagnosis",
        "products", "reviewer", "dispenser", "checker", "verdict", "reason",
    )  # fmt: skip
    rows = (
        (
            moment(r.at, seconds=True), r.number, r.institution, r.doctor, r.prescribed_on.isoformat(), r.patient, r.diagnosis,
            "；".join(r.products), r.reviewer, r.dispenser, r.checker, words.coded("verdict", r.verdict), r.reason,
        )
        for r in entries(store, day)
    )  # fmt: skip
    return csv_table([words(f"col.{name}") for name in names], rows)
