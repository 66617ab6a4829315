"""Making: one report by its name, as the finished file; the Reports page and `yaogui report` both come here."""

from __future__ import annotations

import calendar
import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from app.domain.masking import mask_name, mask_phone
from app.records.clock import shop_day
from app.records.envelope import digest, printed_number, unseal
from app.reports import REPORTS, Report
from app.reports.day_book import day_book_csv, day_book_pdf
from app.reports.duties import duties_csv, duties_pdf
from app.reports.ephedrine_register import register_csv, register_pdf
from app.reports.member_access import access_csv, access_pdf
from app.reports.near_expiry import near_expiry_csv, near_expiry_pdf
from app.reports.reviews import reviews_csv, reviews_pdf
from app.reports.sale_sheet import render
from app.reports.shop import sales_by_hour, shop_face, staff_names, tender_titles
from app.reports.words import Words
from app.reports.z_report import day_pdf, x_pdf, z_pdf
from app.store.open_store import Store
from app.store.sales import StoredSale


class ReportFault(Exception):
    """A report that cannot be made; `code` is report_unknown | no_csv | no_shift | no_z | day_not_closed."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, str] = facts


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: a report, its form, and what it is about."""

    report: str
    form: str
    """pdf | csv."""
    first: date
    """The day; of a month any day; of several days the first."""
    last: date
    shift_id: str = ""
    """The closed shift of a Z; '' for the one closed last."""
    near_days: int = 0
    """Days before expiry that count as near, where the shop has set none."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished report: the name for its file, and the file."""

    name: str
    content: bytes
    personal: bool


def report_of(key: str) -> Report:
    """The report of a name; ReportFault `report_unknown` where there is none."""
    found = next((report for report in REPORTS if report.key == key), None)
    if found is None:
        raise ReportFault("report_unknown", report=key)
    return found


def make(store: Store, wish: Wish, *, made_at: datetime) -> Made:
    """The wished report of what the ledger holds now. It reads fonts of 10 MB on the first call: never on a GUI thread."""
    report = report_of(wish.report)
    if wish.form == "csv":
        if not report.csv:
            raise ReportFault("no_csv", report=report.key)
        # Spreadsheets of the trade take a CSV for Chinese only with the mark in front.
        content = _csv(store, report, wish, made_at).encode("utf-8-sig")
        return Made(f"{_name(store, report, wish, made_at)}.csv", content, report.personal)
    content = _pdf(store, report, wish, made_at)
    return Made(f"{_name(store, report, wish, made_at)}.pdf", content, report.personal)


def sale_sheet(store: Store, sale: StoredSale) -> Made:
    """A sale on A4 as it stands now: member masked, what came back since said on its line."""
    shop = shop_face(store)
    staff, tender = _namings(store)
    member = store.people.member(sale.member_id) if sale.member_id else None
    named = f"{mask_name(member.name)} {mask_phone(member.phone)}".strip() if member is not None else ""
    if not named and store.people.erased(sale.member_id):
        named = Words(shop.language)("access.erased")
    content = render(
        sale.body, sale.number, sale.at, shop, staff, tender,
        member=named, reprints=sale.reprints, returned=tuple(sale.returned.items()),
    )  # fmt: skip
    return Made(f"sale-{sale.number}.pdf", content, personal=bool(named))


def keep(made: Made, target: Path) -> Path:
    """Write a report whole or not at all; one that names customers is readable by its owner alone."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_bytes(made.content)
        if made.personal:
            part.chmod(0o600)
        os.replace(part, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
    return target


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the month of a day."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _name(store: Store, report: Report, wish: Wish, made_at: datetime) -> str:
    """A name that tells report and time; the same wish gives the same name, but for a running shift's."""
    if report.key == "z":
        row = store.shifts.shift(wish.shift_id) if wish.shift_id else store.shifts.last_closed()
        return f"Z-{row.till}-{row.z_no:04d}" if row is not None else "Z"
    match report.span:
        case "now":
            return f"{report.key}-{shop_day(made_at).isoformat()}"
        case "days":
            return f"{report.key}-{wish.first.isoformat()}_{wish.last.isoformat()}"
        case "month":
            return f"{report.key}-{wish.first:%Y-%m}"
        case _:
            return f"{report.key}-{wish.first.isoformat()}"


def _csv(store: Store, report: Report, wish: Wish, made_at: datetime) -> str:
    match report.key:
        case "day_book":
            return day_book_csv(store, wish.first)
        case "reviews":
            return reviews_csv(store, wish.first)
        case "access":
            return access_csv(store, wish.first, wish.last)
        case "duties":
            return duties_csv(store, wish.first)
        case "near_expiry":
            return near_expiry_csv(store, shop_day(made_at), _near_days(store, wish))
        case kind:
            return register_csv(store, wish.first, wish.last, kind=kind)


def _pdf(store: Store, report: Report, wish: Wish, made_at: datetime) -> bytes:
    match report.key:
        case "x":
            return _x(store, made_at)
        case "z":
            return _z(store, wish.shift_id)
        case "day":
            return _day(store, wish.first, made_at)
        case "day_book":
            return day_book_pdf(store, wish.first, made_at=made_at)
        case "reviews":
            return reviews_pdf(store, wish.first, made_at=made_at)
        case "access":
            return access_pdf(store, wish.first, wish.last, made_at=made_at)
        case "duties":
            return duties_pdf(store, wish.first, made_at=made_at)
        case "near_expiry":
            return near_expiry_pdf(store, shop_day(made_at), _near_days(store, wish), made_at=made_at)
        case kind:
            return register_pdf(store, wish.first, wish.last, kind=kind, made_at=made_at)


def _near_days(store: Store, wish: Wish) -> int:
    return store.settings.number("near_expiry.days") or wish.near_days


def _namings(store: Store) -> tuple[Callable[[str], str], Callable[[str], str]]:
    return staff_names(store), tender_titles(store)


def _x(store: Store, made_at: datetime) -> bytes:
    row = store.shifts.open_shift()
    if row is None:
        raise ReportFault("no_shift")
    staff, tender = _namings(store)
    hours = sales_by_hour(store, shift_id=row.shift_id)
    return x_pdf(
        store.shifts.totals(row.shift_id), shop_face(store), staff, tender, hours,
        staff_id=row.staff_id, opened_at=row.opened_at, made_at=made_at, day=row.day,
    )  # fmt: skip


def _z(store: Store, shift_id: str) -> bytes:
    row = store.shifts.shift(shift_id) if shift_id else store.shifts.last_closed()
    body = store.shifts.closing(row.shift_id) if row is not None else None
    if row is None or body is None or row.close_event_id is None:
        raise ReportFault("no_z")
    staff, tender = _namings(store)
    number = _number(store, row.close_event_id, row.till)
    hours = sales_by_hour(store, shift_id=row.shift_id)
    return z_pdf(body, number, shop_face(store), staff, tender, hours, day=row.day, made_at=row.closed_at)


def _day(store: Store, day: date, made_at: datetime) -> bytes:
    body = store.shifts.day_closing(day)
    event_id = next((each.id for each in store.journal.of_type("day.closed@1", day, 1)), "") if body is not None else ""
    if body is None or not event_id:
        raise ReportFault("day_not_closed", day=day.isoformat())
    staff, tender = _namings(store)
    shifts = tuple(closing for closing in map(store.shifts.closing, body.shifts) if closing is not None)
    number = _number(store, event_id, store.till)
    hours = sales_by_hour(store, day=day)
    return day_pdf(body, number, shop_face(store), staff, tender, hours, made_at=made_at, shifts=shifts)


def _number(store: Store, event_id: str, till: str) -> str:
    """The number that the paper of an event bears."""
    raw = store.sales.raw(event_id)
    return printed_number(unseal(raw).place, till, digest(raw)) if raw is not None else ""
