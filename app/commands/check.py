"""Test this till as a technician would: disk, keys, schema, chain, frames, outbox, printer, headquarters, clock, fonts."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from app.assembly import TillFile, hub_client, looks_before, open_store, printer_of, rule_pack
from app.commands import EXIT_FAILED, EXIT_OK, options
from app.commands.faults import in_words
from app.devices.status import Known
from app.records.clock import SystemClock, shop_day
from app.records.resources import resource
from app.store.cipher import refuse_old_sqlite
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.store.verify import compare_frames
from app.sync.client import HubFault

ROOM_BYTES = 500 * 1024 * 1024
"""Below this much free disk a till should be looked after before it is full."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ok, warn or bad, with what to do."""

    name: str
    state: str
    detail: str


def main(argv: list[str]) -> int:
    """Check the till of a data folder; exit code 1 when something is bad."""
    parser = options.parser("check", "Test this till: disk, ledger, chain, printer, headquarters, clock, fonts.")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    parser.add_argument("--quick", action="store_true", help="leave out the comparison of ledger and frames")
    chosen = parser.parse_args(argv)
    folder = options.data_folder(chosen)
    found = list(_findings(folder, quick=chosen.quick))
    if chosen.json:
        print(json.dumps([asdict(finding) for finding in found], ensure_ascii=False))
    else:
        signs = {"ok": "✓", "warn": "!", "bad": "✗"}
        for finding in found:
            print(f"{signs[finding.state]} {finding.name:<14} {finding.detail}")
    return EXIT_FAILED if any(finding.state == "bad" for finding in found) else EXIT_OK


def _findings(folder: Path, *, quick: bool) -> list[Finding]:
    found = [_tried("sqlite", lambda: _sqlite()), _tried("disk", lambda: _disk(folder)), _tried("fonts", _fonts), _tried("rules", _rules)]
    till = TillFile.read(folder)
    if till is None:
        return [*found, Finding("till", "bad", f"{folder} holds no till: run yaogui setup, or yaogui demo")]
    try:
        store = open_store(folder, SystemClock(), write=False)
    except (OSError, StoreFault) as error:
        return [*found, Finding("ledger", "bad", f"cannot be opened: {in_words(error)}")]
    try:
        looks: list[tuple[str, Callable[[], Finding]]] = [
            ("keys", lambda: _keys(folder)),
            ("ledger", lambda: _ledger(store)),
            ("clock", lambda: _clock(store)),
            ("outbox", lambda: _outbox(store)),
            ("headquarters", lambda: _headquarters(store, folder)),
            ("printer", lambda: _printer(store)),
            ("paper queue", lambda: _queue(store)),
            ("stock", lambda: _stock(store)),
            ("backups", lambda: _backups(store)),
            ("retention", lambda: _retention(store)),
        ]
        if not quick:
            looks.insert(2, ("frames", lambda: _frames(store)))
        found += [_tried(name, look) for name, look in looks]
    finally:
        store.close()
    return found


def _tried(name: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except (OSError, StoreFault, ValueError) as error:
        return Finding(name, "bad", str(error))


def _sqlite() -> Finding:
    refuse_old_sqlite()
    return Finding("sqlite", "ok", "new enough, encrypted")


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(next(there for there in (folder, *folder.parents) if there.exists())).free
    state = "ok" if free > ROOM_BYTES else "bad"
    return Finding("disk", state, f"{free // 1024 // 1024} MiB free in {folder}" + ("" if state == "ok" else "; make room before selling"))


def _fonts() -> Finding:
    missing = [name for name in ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf") if not resource("fonts", name).exists()]
    return Finding("fonts", "bad" if missing else "ok", f"missing: {missing}; install again" if missing else "carried")


def _rules() -> Finding:
    return Finding("rules", "ok", f"rule pack {rule_pack().version}")


def _keys(folder: Path) -> Finding:
    loose = [path.name for path in (folder / "keys").iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077]
    detail = (
        f"others may read {', '.join(loose)}; set mode 0600" if loose else "only this user may read them; kept as files beside the ledger"
    )
    return Finding("keys", "bad" if loose else "ok", detail)


def _ledger(store: Store) -> Finding:
    head = store.journal.head()
    return Finding("ledger", "ok", f"{head.seq} events, head …{head.digest[-8:]}")


def _frames(store: Store) -> Finding:
    report = compare_frames(store)
    return Finding("frames", "ok" if report.ok else "bad", "agree with the ledger" if report.ok else f"differ: {report}")


def _clock(store: Store) -> Finding:
    now, last = SystemClock().now(), store.journal.last_event_at()
    if last is not None and now < last - timedelta(minutes=5):
        return Finding("clock", "bad", f"says {now:%Y-%m-%d %H:%M} UTC, but the last event is of {last:%Y-%m-%d %H:%M}; set the clock")
    return Finding("clock", "ok", f"business day {shop_day(now)}")


def _outbox(store: Store) -> Finding:
    counts = store.outbox.counts()
    if not store.settings.text("hub.url"):
        return Finding("outbox", "ok", "stand-alone shop: nothing is sent")
    old = counts.oldest_at is not None and SystemClock().now() - counts.oldest_at > timedelta(hours=24)
    return Finding(
        "outbox", "warn" if old or counts.quarantined else "ok", f"{counts.waiting} events wait, {counts.quarantined} quarantined"
    )


def _headquarters(store: Store, folder: Path) -> Finding:
    if not store.settings.text("hub.url"):
        return Finding("headquarters", "ok", "none: this shop stands alone")
    client = hub_client(store, folder)
    if client is None:
        return Finding("headquarters", "bad", "not enrolled: run yaogui setup --hub … --code …")
    try:
        hello = client.hello()
    except HubFault as fault:
        return Finding("headquarters", "warn", f"not reached ({fault.code}); selling goes on, records wait")
    return Finding("headquarters", "ok", f"{hello.hub} holds {hello.events} events of this till")


def _printer(store: Store) -> Finding:
    printer = printer_of(store.settings)
    if printer is None:
        return Finding("printer", "warn", "none set: receipts are kept and can be printed later")
    status = printer.status()
    printer.close()
    bad = status.can_print is Known.NO
    return Finding("printer", "bad" if bad else "ok", ", ".join(f"{name} {value}" for name, value in status.facts().items()))


def _queue(store: Store) -> Finding:
    waiting, unknown = store.jobs.count(("queued", "waiting", "failed")), store.jobs.count(("unknown",))
    return Finding(
        "paper queue", "warn" if unknown else "ok", f"{waiting} waiting, {unknown} of unknown fate (a person decides on the Receipts page)"
    )


def _stock(store: Store) -> Finding:
    negative = len(store.stock.negatives())
    return Finding(
        "stock", "warn" if negative else "ok", f"{negative} lots below zero" + (": correct them on the Stock page" if negative else "")
    )


def _retention(store: Store) -> Finding:
    """Whether anything of people lies here longer than it may: every start of the till purges it."""
    now = SystemClock().now()
    late = store.people.overdue(now, looks_before(now))
    told = f"{late.looks} looks and {late.visitors} visitors past their term"
    return Finding("retention", "warn" if late.looks or late.visitors else "ok", told)


def _backups(store: Store) -> Finding:
    copies = store.backups.copies()
    for path in copies:
        store.backups.check(path)
    return Finding(
        "backups",
        "ok" if copies else "warn",
        f"{len(copies)} whole copies" if copies else "none yet: 日结 makes one, or yaogui backup make",
    )
