"""Make one report as PDF or CSV: day book, Z, registers, reviews, duties, near expiry; or a sale, shelf labels or a member's papers."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from pathlib import Path

from app.assembly import caring_on, open_store, retention, rule_pack
from app.commands import EXIT_FAILED, EXIT_FAULT, EXIT_OK, EXIT_USAGE, options
from app.commands.faults import in_words
from app.counter.authorising import Authorising
from app.counter.faults import Refused
from app.counter.goods import Goods
from app.counter.label_printing import LabelPrinting
from app.counter.labelling import Labelling
from app.counter.memo import Memo
from app.counter.personal import Personal
from app.counter.post import Post, TillProfile
from app.devices.labels.layout import sheets
from app.records.clock import Clock, SystemClock, shop_day
from app.records.people import Staff
from app.reports import REPORTS
from app.reports.making import Made, ReportFault, Wish, keep, make, month_of, report_of, sale_sheet
from app.store.faults import StoreFault
from app.store.open_store import Store


def main(argv: list[str]) -> int:
    """Make the report and say where it lies."""
    names = "\n".join(f"  {key:<17}{title}" for key, title in _names())
    parser = options.parser("report", "Make one report of what the ledger holds; the till may be running meanwhile.")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    personal = "Registers, reviews and members' papers name customers: they ask for the PIN of a pharmacist or manager."
    parser.epilog = f"reports:\n{names}\n\n{personal}"
    parser.add_argument("name", choices=[key for key, _ in _names()], metavar="NAME", help="which report (see below)")
    parser.add_argument("--day", type=_day, help="business day, or the first of several, or any day of the month (default: today)")
    parser.add_argument("--to", type=_day, help="last day of a register (default: the end of that month)")
    parser.add_argument("--z", type=int, metavar="NUMBER", help="number of the Z (default: the last one)")
    parser.add_argument("--number", metavar="NUMBER", help="the printed number of the sale (sale: default the last one)")
    parser.add_argument("--sheet", choices=[grid.key for grid in sheets()], default=sheets()[0].key, help="sheet of stickers (labels)")
    parser.add_argument("--member", metavar="WHO", help="phone, card number or exact name (health, refills, person)")
    parser.add_argument("--all", action="store_true", help="labels of every product never labelled, not only of changed prices (labels)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write, .csv for a table (default: reports/ of the data folder)")
    parser.add_argument("--csv", action="store_true", help="a table instead of a page")
    chosen = parser.parse_args(argv)

    clock = SystemClock()
    try:
        store = open_store(options.data_folder(chosen), clock, write=chosen.name in _PERSON)
    except (OSError, StoreFault) as error:
        options.tell(f"cannot open: {in_words(error)}")
        return EXIT_FAULT
    try:
        now = clock.now()
        if chosen.name in _PERSON:
            for made in _person(store, clock, chosen.member or ""):
                print(keep(made, (chosen.out or store.directory / "reports" / made.name).with_suffix(Path(made.name).suffix)))
            return EXIT_OK
        if chosen.name in _MEMBER_PAPERS:
            _ask_right(store, clock)
            made = _member_paper(store, clock, chosen.name, chosen.member or "")
            print(keep(made, chosen.out or store.directory / "reports" / made.name))
            return EXIT_OK
        if chosen.name in _PAPERS:
            made = _sale(store, chosen.number) if chosen.name == "sale" else _labels(store, clock, chosen.sheet, every=chosen.all)
            print(keep(made, chosen.out or store.directory / "reports" / made.name))
            return EXIT_OK
        report = report_of(chosen.name)
        first = chosen.day or (month_of(shop_day(now))[0] if report.span == "days" else shop_day(now))
        last = chosen.to or (month_of(first)[1] if report.span == "days" else first)
        if last < first:
            options.tell("--to lies before --day")
            return EXIT_USAGE
        form = "csv" if chosen.csv or (chosen.out is not None and chosen.out.suffix.lower() == ".csv") else "pdf"
        wish = Wish(report.key, form, first, last, _shift_of(store, chosen.z), _near_days(shop_day(now)))
        if report.personal:
            _ask_right(store, clock)
        made = make(store, wish, made_at=now)
        print(keep(made, chosen.out or store.directory / "reports" / made.name))
    except ReportFault as fault:
        options.tell(_SENTENCES[fault.code].format(**fault.facts))
        return EXIT_USAGE if fault.code == "no_csv" else EXIT_FAILED
    except Refused as refusal:
        options.tell(f"not made: {refusal.code}")
        return EXIT_FAILED
    except (OSError, StoreFault) as error:
        options.tell(f"cannot: {in_words(error)}")
        return EXIT_FAULT
    finally:
        store.close()
    return EXIT_OK


_PAPERS = {"sale": "A sale on A4 · 销售清单", "labels": "Shelf labels on A4 sheets · 货架价签"}
"""What is no report of a span of time, but paper about one sale or the shelf."""

_MEMBER_PAPERS = {"health": "A member's health file on A4 · 健康档案", "refills": "A member's refill card on A6 · 续方提醒卡"}
"""What is about one member: readings, medicines and consents name people, so that the PIN of a pharmacist or manager is asked for."""

_PERSON = {"person": "A copy of everything about one person, JSON and PDF · 个人信息副本"}
"""What a person may ask for under the law; that it was made is an event, so that the till's window must be closed."""

_SENTENCES = {
    "no_member": "--member fits no member, or more than one",
    "no_sale": "there is no such sale",
    "no_labels": "every shelf label agrees with its price; --all makes those of products never labelled",
    "no_csv": "{report} is a page only; leave --csv out",
    "no_shift": "no shift is open",
    "no_z": "there is no such Z",
    "day_not_closed": "{day} has not been closed",
}


def _names() -> list[tuple[str, str]]:
    """Every name with its title."""
    shown = ((report.key, f"{report.title.en} · {report.title.zh}") for report in REPORTS)
    return [*shown, *_PAPERS.items(), *_MEMBER_PAPERS.items(), *_PERSON.items()]


def _sale(store: Store, number: str | None) -> Made:
    """The A4 sheet of a sale, or of the last one."""
    found = store.sales.by_number(number) if number else next(iter(store.sales.recent(limit=1)), None)
    if found is None:
        raise ReportFault("no_sale")
    return sale_sheet(store, found)


def _member_paper(store: Store, clock: Clock, name: str, who: str) -> Made:
    """A paper of the one member that the words fit; ReportFault `no_member`, Refused `refill_none`."""
    found = store.people.find_members(who)
    if len(found) != 1:
        raise ReportFault("no_member")
    till = TillProfile(store.store_id, store.settings.text("store.name"), store.settings.text("store.branch"), store.till, "")
    care = caring_on(store, clock, Post(till), Goods(store, Memo(store, clock)), rule_pack().word)
    content = care.health_file(found[0].id) if name == "health" else care.refill_card(found[0].id)
    return Made(f"{name}-{found[0].card_no[-4:]}-{shop_day(clock.now()).isoformat()}.pdf", content, personal=True)


def _person(store: Store, clock: Clock, who: str) -> tuple[Made, Made]:
    """The copy of one person's data as JSON and PDF; ReportFault `no_member`."""
    found = store.people.find_members(who)
    if len(found) != 1:
        raise ReportFault("no_member")
    staff = _ask_right(store, clock)
    till = TillProfile(store.store_id, store.settings.text("store.name"), store.settings.text("store.branch"), store.till, "")
    told, paper = Personal(store, clock, Post(till), retention()).copy(found[0], staff)
    name = f"person-{found[0].card_no[-4:]}-{shop_day(clock.now()).isoformat()}"
    return Made(f"{name}.json", told, personal=True), Made(f"{name}.pdf", paper, personal=True)


def _labels(store: Store, clock: Clock, sheet: str, *, every: bool) -> Made:
    """Shelf labels of changed prices, or of every product without one; what was made is not marked as printed: nobody saw the paper."""
    grid = next(grid for grid in sheets() if grid.key == sheet)
    till = TillProfile(store.store_id, store.settings.text("store.name"), store.settings.text("store.branch"), store.till, "")
    labelling = Labelling(store, clock, Post(till), Authorising(store, clock), LabelPrinting(store, None))
    rows = labelling.unlabelled() if every else labelling.stale()
    if not rows:
        raise ReportFault("no_labels")
    run = labelling.shelf_run({row.product.id: 1 for row in rows}, (grid.width, grid.height))
    return Made(f"labels-{shop_day(clock.now()).isoformat()}-{grid.key}.pdf", labelling.sheets(run, grid), personal=False)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day; write it as 2026-11-22") from None


def _shift_of(store: Store, z_no: int | None) -> str:
    """The shift that a Z number closed; '' for the last one."""
    if z_no is None:
        return ""
    found = next((row.shift_id for row in store.shifts.closed_shifts() if row.z_no == z_no), None)
    if found is None:
        raise ReportFault("no_z")
    return found


def _near_days(day: date) -> int:
    """What the carried rule pack calls near its expiry."""
    entry = rule_pack().entry("near_expiry_told", day)
    return entry.terms.number("days") if entry else 0


def _ask_right(store: Store, clock: Clock) -> Staff:
    """The PIN of somebody who may see names and ID numbers; Refused otherwise. A pipe may give it as one line."""
    roles = store.settings.text("rights.registers").split(";")
    return Authorising(store, clock).anyone(options.asked(f"PIN ({' / '.join(roles)}): ", secret=True), roles)
