"""The demo pharmacy: made once, with its own headquarters beside it; opened, played as a counter day, or unplugged."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from app import founding
from app.assembly import TillFile, hub_client, open_store, proof_rules
from app.commands import EXIT_FAILED, EXIT_OK, options, virtual_printer
from app.commands.desktop import loader, open_window
from app.commands.stage import HubProcess
from app.commands.till_process import TillProcess
from app.domain import member_code
from app.domain.demo import DemoPharmacy
from app.domain.membership import ranked, read_identity
from app.hub import segments
from app.hub.archive import Archive
from app.hub.main import default_database_url, hub_key_seed
from app.hub.people import PeopleKeys
from app.records.clock import SystemClock, shop_day
from app.reports.code_sheet import sheet_pdf
from app.reports.making import Wish, keep, make
from app.sync.client import HubFault


def main(argv: list[str]) -> int:
    """Make the demo pharmacy and do with it what was asked."""
    parser = options.parser("demo", "The demo pharmacy: invented makers, people and codes around real generic names.")
    parser.add_argument("--run", action="store_true", help="open the window; without a display, play a counter day through it")
    parser.add_argument("--day", action="store_true", help="play a counter day through the real window, even with a display")
    parser.add_argument("--pull-the-plug", action="store_true", help="sell, kill the till, and show the sale and the open basket again")
    parser.add_argument("--sheet", type=Path, metavar="PDF", help="write the sheet of scannable codes")
    parser.add_argument("--member-code", metavar="WHO", help="print the code that a demo member's app shows now: a name or a phone")
    parser.add_argument("--printer", type=Path, metavar="DIR", help="be a network printer that prints pictures; type its troubles")
    parser.add_argument("--narrow", action="store_true", help="with --printer: 58 mm paper")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="picture every screen and state, both sizes, themes and languages")
    parser.add_argument("--only", default="", metavar="WORD", help="with --screenshots: only states whose name contains the word")
    parser.add_argument("--out", type=Path, default=Path("out"), help="where the played day leaves pictures and papers (default: out)")
    parser.add_argument("--english", action="store_true", help="start in English")
    parser.add_argument("--dark", action="store_true", help="start in the dark theme")
    chosen = parser.parse_args(argv)
    if chosen.printer:
        return virtual_printer.serve(chosen.printer, narrow=chosen.narrow)
    if chosen.screenshots:
        return _picture(chosen.screenshots, chosen.only)
    folder = options.data_folder(chosen, make=True)
    if not (chosen.data or chosen.temp_data):
        folder = folder / "demo"
    if chosen.day or (chosen.run and not options.has_display()):
        return _play(chosen.out, folder if chosen.data else None)
    clock = SystemClock()
    pharmacy = founding.demo_pharmacy(clock)
    if chosen.member_code:
        return _member_code(pharmacy, chosen.member_code, chosen.sheet)
    if chosen.pull_the_plug:
        return _pull_the_plug(pharmacy)
    if TillFile.read(folder) is None:
        founding.found_demo(folder, clock, pharmacy, options.tell)
        _virtual_printer(folder)
    if chosen.sheet:
        _write_sheet(pharmacy, chosen.sheet)
    if chosen.run:
        return _open(folder, pharmacy, chosen.english, chosen.dark)
    _introduce(folder, pharmacy)
    return EXIT_OK


def _member_code(pharmacy: DemoPharmacy, who: str, sheet: Path | None) -> int:
    """Print a member's dynamic code of this moment, with --sheet also as a code to scan; it is good for a minute at most, and once."""
    found = ranked(pharmacy.members, read_identity(who))
    if not found:
        options.tell(f"no demo member is found by {who!r}; try {pharmacy.members[0].name} or {pharmacy.members[0].phone}")
        return EXIT_FAILED
    if len(found) > 1 and found[0].name != who:
        options.tell(f"{len(found)} demo members fit {who!r}; the first is taken")
    member, (rules, _), now = found[0], proof_rules(), SystemClock().now()
    code = member_code.make(int(member.handle), bytes.fromhex(member.code_key), now, rules)
    left = (rules.steps_around + 1) * rules.step_seconds - int(now.timestamp()) % rules.step_seconds
    print(code)
    options.tell(f"{member.name} {member.phone}: scan it, or type it into the box and press Enter, within {left} s; it counts once")
    if sheet is not None:
        row = ("动态会员码", "Changing member code", code, f"{member.name}，{left} 秒内有效，只用一次", f"{left} s, once", "member_dynamic")
        sheet.write_bytes(sheet_pdf(pharmacy.store.title, [row], made_at=now))
        print(f"code to scan: {sheet}")
    return EXIT_OK


def _introduce(folder: Path, pharmacy: DemoPharmacy) -> None:
    print(f"demo pharmacy {pharmacy.store.title} in {folder}")
    for person in pharmacy.staff:
        print(f"  {person.name} {person.role} {person.code}: PIN {pharmacy.pins[person.id]}")
    print(f"open it: yaogui demo --data {folder} --run")
    print(f"a member's changing code: yaogui demo --member-code {pharmacy.members[0].name}")


def _virtual_printer(folder: Path) -> None:
    """Give the demo till a printer that leaves every slip as a picture in the data folder."""
    store = open_store(folder, SystemClock())
    try:
        store.settings.set_many({"printer.transport": "virtual", "printer.address": str(folder / "paper")}).result()
    finally:
        store.close()


@contextlib.contextmanager
def headquarters(folder: Path, pharmacy: DemoPharmacy) -> Iterator[str]:
    """A real headquarters process on loopback with the demo chain in it; gives its address."""
    hub_folder = folder / "headquarters"
    if not (hub_folder / "hub.db").exists():
        founding.found_headquarters(hub_folder, SystemClock(), pharmacy, options.tell)
    hub = HubProcess(hub_folder, nights=True)
    try:
        yield hub.url
    finally:
        hub.end()


def join(folder: Path, url: str) -> None:
    """Enrol the demo till at a headquarters that just started, or tell it the new address."""
    store = open_store(folder, SystemClock())
    known = bool(store.settings.text("hub.public_key"))
    if known:
        store.settings.set("hub.url", url).result()
    store.close()
    if not known:
        founding.introduce(f"sqlite:///{(folder / 'headquarters' / 'hub.db').absolute()}", folder, SystemClock(), url)


def _open(folder: Path, pharmacy: DemoPharmacy, english: bool, dark: bool) -> int:
    with headquarters(folder, pharmacy) as url:
        join(folder, url)
        options.tell(f"headquarters' console: {url}/console (admin / {founding.DEMO_CONSOLE_PASSWORD})")
        return open_window(folder, english=english, dark=dark)


def _write_sheet(pharmacy: DemoPharmacy, path: Path) -> None:
    rows = [(c.title_zh, c.title_en, c.code, c.note_zh, c.note_en, c.kind) for c in pharmacy.sheet]
    path.write_bytes(sheet_pdf(pharmacy.store.title, rows, made_at=SystemClock().now()))
    print(f"codes to scan: {path}")


def _picture(out: Path, only: str) -> int:
    os.environ["QT_QPA_PLATFORM"] = os.environ.get("QT_QPA_PLATFORM") or "offscreen"
    from app.commands.picturing import take_pictures

    return take_pictures(out, only)


def _play(out: Path, kept: Path | None) -> int:
    """Play a counter day through the real window and compare the till's total with headquarters'."""
    os.environ["QT_QPA_PLATFORM"] = os.environ.get("QT_QPA_PLATFORM") or "offscreen"
    from app.desktop.player import play_day

    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    pharmacy = founding.demo_pharmacy(clock)
    folder = kept or options.fresh_folder()
    if TillFile.read(folder) is None:
        founding.found_demo(folder, clock, pharmacy, options.tell)
        _virtual_printer(folder)
    _write_sheet(pharmacy, out / "codes.pdf")
    with headquarters(folder, pharmacy) as url:
        join(folder, url)
        options.tell("playing a counter day through the window…")
        till = TillFile.read(folder)
        play_day(loader(folder), folder, pharmacy, out, till=till.till if till else "")
        return _compare(folder, out, started)


def _reckon(hub_folder: Path) -> int:
    """Fifths and segments after the day, as a chain's night would; gives how many members bought."""
    archive = Archive.open(default_database_url(hub_folder))
    try:
        keys = PeopleKeys(hub_key_seed(hub_folder))
        return segments.reckon_all(archive, keys, shop_day(SystemClock().now()))[0].members
    finally:
        archive.close()


def _compare(folder: Path, out: Path, started: float) -> int:
    """The last line: till total = hub total, read from both ends."""
    clock = SystemClock()
    store = open_store(folder, clock, write=False)
    try:
        day = shop_day(clock.now())
        totals = store.shifts.day_totals(day)
        till = (totals.sales, totals.sales_fen, totals.returns + totals.voids, totals.returns_fen + totals.voids_fen)
        keep(make(store, Wish("z", "pdf", day, day), made_at=clock.now()), out / "z-report.pdf")
        client = hub_client(store, folder)
        assert client is not None
        hub: tuple[int, int, int, int] | None = None
        until = time.monotonic() + 30
        while hub != till and time.monotonic() < until:
            with contextlib.suppress(HubFault):
                row = client.totals(day).get(store.till)
                hub = (row["sales"], row["sales_fen"], row["returns"], row["returns_fen"]) if row else None
            if hub != till:
                time.sleep(0.5)
    finally:
        store.close()
    members = _reckon(folder / "headquarters")
    papers = [picture for picture in sorted((folder / "paper").glob("*.png")) if picture.stat().st_size > 1000]
    for picture in papers:
        (out / picture.name).write_bytes(picture.read_bytes())
    sign = "=" if hub == till else "≠"
    print(f"pictures, receipts and the Z report: {out.resolve()}")
    print(f"headquarters divided {members} members who bought into fifths and told its tills")
    net_till, net_hub = till[1] - till[3], (hub[1] - hub[3]) if hub else 0
    print(f"played in {time.monotonic() - started:.0f} s: {till[0]} sales, {till[2]} returns")
    print(f"till total ¥{net_till / 100:.2f} {sign} hub total ¥{net_hub / 100:.2f}")
    return EXIT_OK if hub == till else EXIT_FAILED


def _pull_the_plug(pharmacy: DemoPharmacy) -> int:
    """Sell in a process of its own, kill it without warning, start again and show what is still there."""
    folder = options.fresh_folder()
    clock = SystemClock()
    founding.found_demo(folder, clock, pharmacy, options.tell, members=False)
    barcodes = [code for code in pharmacy.sheet if code.kind == "barcode"]
    first = TillProcess(folder)
    first.ask("start", sync=False)
    first.ask("sign_in", code="1001", pin=pharmacy.pins["staff-1001"])
    first.ask("open", float_fen=50000)
    first.ask("scan", raw=barcodes[0].code)
    first.ask("begin")
    first.ask("pay", method="cash")
    number = str(first.ask("complete")["ok"]["number"])
    print(f"sold and paid: {number}")
    first.ask("scan", raw=barcodes[1].code)
    left = len(first.ask("scan", raw=barcodes[2].code)["scene"]["lines"])
    # A basket is on the disk some milliseconds after its last scan; nobody who reads this can be quicker.
    first.ask("rest")
    print(f"the next customer's basket is open: {left} line(s)")
    print("pulling the plug (SIGKILL)…")
    first.kill()
    second = TillProcess(folder)
    second.ask("start", sync=False)
    second.ask("sign_in", code="1001", pin=pharmacy.pins["staff-1001"])
    back = len(second.ask("look")["scene"]["lines"])
    numbers = [sale["number"] for sale in second.ask("peek")["ok"]["sales"]]
    second.stop()
    fate = "there" if number in numbers else "LOST"
    print(f"after the restart: the sale is {fate} ({len(numbers)} in the ledger), a basket of {back} line(s) is open again")
    return EXIT_OK if numbers == [number] and back == left else EXIT_FAILED
