"""Set up a real shop's till: store, till, staff and PINs, printer, headquarters; asks what it is not told."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from app import founding
from app.commands import EXIT_FAILED, EXIT_FAULT, EXIT_OK, EXIT_USAGE, options
from app.commands.faults import in_words
from app.counter.faults import Refused
from app.records.clock import Clock, SystemClock
from app.store.faults import StoreFault
from app.sync.client import HubFault

_CODE_REFUSED = "the code is wrong, used or older than ten minutes"

ROLES = {"cashier": "营业员", "pharmacist": "执业药师", "manager": "店长"}


def main(argv: list[str]) -> int:
    """Make the data folder of a real till."""
    parser = options.parser(
        "setup",
        "Set up a real shop's till. Everything can be given as an option; what is missing is asked.",
    )
    parser.add_argument("--store-id", default="", help="headquarters' number of the store, such as RM01")
    parser.add_argument("--name", default="", help="name over the door")
    parser.add_argument("--branch", default="", help="which branch, such as 人民路店")
    parser.add_argument("--licence", default="", help="药品经营许可证号, the drug trading licence")
    parser.add_argument("--address", default="", help="the shop's address, as printed")
    parser.add_argument("--phone", default="", help="the shop's telephone, as printed")
    parser.add_argument("--till", default="", help="number of this till, such as 01")
    parser.add_argument(
        "--staff", action="append", default=[], metavar="NO:NAME:ROLE:PIN[:LICENCE]",
        help="a person (role cashier, pharmacist or manager); repeat for each; at least one manager",
    )  # fmt: skip
    parser.add_argument(
        "--printer", default="", metavar="WAY:ADDRESS", help="network:192.0.2.7:9100, serial:/dev/ttyS0, usb:…, file:…, none"
    )
    parser.add_argument("--paper", choices=("80", "58"), default="80", help="paper width in mm")
    parser.add_argument(
        "--fit-printer", choices=("1", "2"), default="",
        help="find a printer for a till that is set up already, print a test page, ask three questions, keep the answers (2: the fallback)",
    )  # fmt: skip
    parser.add_argument(
        "--hub", default="", metavar="URL",
        help="headquarters; empty for a shop that stands alone; with --code alone: enrols a till that is set up already",
    )  # fmt: skip
    parser.add_argument("--code", default="", help="headquarters' one-time enrolment code")
    chosen = parser.parse_args(argv)
    folder = options.data_folder(chosen, make=True)
    clock = SystemClock()
    if chosen.fit_printer:
        from app.commands.fit_printer import fit

        if not (folder / "till.json").exists():
            options.tell(f"{folder} holds no till yet")
            return EXIT_FAILED
        try:
            return fit(folder, clock, "printer" if chosen.fit_printer == "1" else "printer2")
        except EOFError:
            options.tell("nobody answers: nothing was changed")
            return EXIT_FAILED
    if (folder / "till.json").exists():
        if chosen.hub and not chosen.name:
            return _enrol(folder, clock, chosen.hub, chosen.code)
        options.tell(f"{folder} holds a till already; nothing was changed (headquarters alone: yaogui setup --hub URL --code CODE)")
        return EXIT_FAILED
    ask = sys.stdin.isatty()
    shop = founding.Shop(
        store_id=chosen.store_id or _asked(ask, "门店编号 / store number", "S001"),
        name=chosen.name or _asked(ask, "门店名称 / name over the door", ""),
        branch=chosen.branch or _asked(ask, "分店 / branch (may be empty)", ""),
        licence=chosen.licence or _asked(ask, "药品经营许可证号 / drug trading licence", ""),
        address=chosen.address or _asked(ask, "地址 / address", ""),
        phone=chosen.phone or _asked(ask, "电话 / telephone", ""),
        till=chosen.till or _asked(ask, "收银机编号 / till number", "01"),
    )
    if not shop.name:
        options.tell("a shop needs a name: --name")
        return EXIT_USAGE
    try:
        staff = [_person(text) for text in chosen.staff] or (_asked_staff() if ask else [])
        if not any(person.role == "manager" for person in staff):
            options.tell("name at least one manager: --staff 1001:姓名:manager:PIN")
            return EXIT_USAGE
        settings = _printer(chosen.printer or _asked(ask, "打印机 / printer (WAY:ADDRESS or none)", "none"), chosen.paper)
        founding.found(folder, clock, shop, staff, settings)
    except ValueError as error:
        options.tell(str(error))
        return EXIT_USAGE
    except Refused as refusal:
        options.tell(f"refused: {refusal.code} (a PIN has four to eight digits)")
        return EXIT_USAGE
    except (OSError, StoreFault) as error:
        options.tell(f"cannot write {folder}: {in_words(error)}")
        return EXIT_FAULT
    print(f"till {shop.till} of {shop.name} is ready in {folder}")
    if ask and settings["printer.transport"] == "none" and _asked(ask, "现在找打印机吗 / look for a printer now (y/n)", "y").lower() == "y":
        from app.commands.fit_printer import fit

        fit(folder, clock, "printer")
    print("keep a copy of its keys/ folder in the safe: without keys/ledger.key nobody can read the ledger")
    enrolled = _enrol(folder, clock, chosen.hub, chosen.code) if chosen.hub else EXIT_OK
    if enrolled != EXIT_OK:
        return enrolled
    print(f"next: yaogui import products FILE --data {folder}, then yaogui import stock FILE, then yaogui desktop --data {folder}")
    return EXIT_OK


def _enrol(folder: Path, clock: Clock, hub: str, code: str) -> int:
    """Make headquarters known to the till and the till to it; what did not work today can be tried again with another code."""
    again = f"the till goes on as it is; again: yaogui setup --data {folder} --hub {hub} --code CODE"
    try:
        founding.enrol_till(folder, clock, hub, code or _asked(sys.stdin.isatty(), "总部注册码 / enrolment code", ""))
    except HubFault as fault:
        why = _CODE_REFUSED if fault.facts.get("code") == "code" else f"{fault.code} {fault.facts.get('status', '')}".strip()
        options.tell(f"headquarters did not enrol this till: {why}; {again}")
        return EXIT_FAILED
    except (OSError, StoreFault) as error:
        options.tell(f"cannot open {folder}: {in_words(error)}")
        return EXIT_FAULT
    print(f"enrolled at {hub}")
    return EXIT_OK


def _asked(may_ask: bool, title: str, default: str) -> str:
    if not may_ask:
        return default
    answer = input(f"{title}{f' [{default}]' if default else ''}: ").strip()
    return answer or default


def _person(text: str) -> founding.NewStaff:
    parts = text.split(":")
    if len(parts) not in (4, 5) or parts[2] not in ROLES:
        raise ValueError(f"a person is NO:NAME:ROLE:PIN[:LICENCE] with role {', '.join(ROLES)}; got {text!r}")
    return founding.NewStaff(*parts)


def _asked_staff() -> list[founding.NewStaff]:
    people: list[founding.NewStaff] = []
    while True:
        code = input("工号 / staff number (empty when done): ").strip()
        if not code:
            return people
        name = input("姓名 / name: ").strip()
        role = input(f"岗位 / role ({', '.join(ROLES)}): ").strip() or "cashier"
        licence = input("执业药师注册证号 / pharmacist's registration (may be empty): ").strip()
        pin = getpass.getpass("PIN (4 to 8 digits): ")
        if role not in ROLES or not name:
            options.tell("that is no role, or the name is empty; again please")
            continue
        people.append(founding.NewStaff(code, name, role, pin, licence))


def _printer(text: str, paper: str) -> dict[str, object]:
    way, _, address = text.partition(":")
    return founding.printer_settings(way, address, paper)
