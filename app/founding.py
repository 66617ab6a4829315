"""Founding: makes a data folder for a real or a demo shop, and headquarters for it; used by setup, demo, tapes and benches."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from app.assembly import TillFile, open_store
from app.counter.authorising import hash_pin
from app.counter.importing import Importing
from app.domain.demo import SEED, DemoPharmacy, DemoRows, build_pharmacy
from app.domain.demo.care import DemoCare, build_care
from app.domain.demo.sheet import sheet_to_json
from app.domain.importing import TableUnreadable
from app.hub import campaign_trial, campaigns, publishing, segments
from app.hub.archive import Archive
from app.hub.main import default_database_url, hub_key_seed
from app.records import events
from app.records.base import Record
from app.records.clock import SHOP_TIME, Clock, shop_day
from app.records.ids import new_id
from app.records.keys import DeviceKey
from app.records.ledger import PrivateBlob
from app.records.people import Consent, Staff
from app.records.resources import resource
from app.store.care import PastPurchase
from app.store.catalogue import build_catalogue
from app.store.open_store import Store
from app.sync.client import enrol

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shop:
    """What a person answers when a shop is set up."""

    store_id: str
    name: str
    branch: str = ""
    licence: str = ""
    address: str = ""
    phone: str = ""
    till: str = "01"
    till_title: str = ""


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A person to be made staff, with the PIN they will sign in with."""

    code: str
    name: str
    role: str
    pin: str
    licence_no: str = ""

    def record(self) -> Staff:
        """The record to keep; the PIN only as its hash."""
        return Staff(
            id=f"staff-{self.code}",
            code=self.code,
            name=self.name,
            role=self.role,
            licence_no=self.licence_no,
            pin_hash=hash_pin(self.pin),
        )


def found(folder: Path, clock: Clock, shop: Shop, staff: Sequence[NewStaff], settings: dict[str, object] | None = None) -> None:
    """Make a till's data folder: ledger, keys, settings, staff; raises FileExistsError where a till stands already."""
    if TillFile.read(folder) is not None:
        raise FileExistsError(folder)
    TillFile(shop.store_id, shop.till).write(folder)
    with_store = open_store(folder, clock)
    try:
        values: dict[str, object] = {
            "store.id": shop.store_id,
            "store.name": shop.name,
            "store.branch": shop.branch,
            "store.licence": shop.licence,
            "store.address": shop.address,
            "store.phone": shop.phone,
            "till.code": shop.till,
            "till.title": shop.till_title or f"{int(shop.till) if shop.till.isdigit() else shop.till} 号台",
        }
        with_store.settings.set_many({**values, **(settings or {})}).result()
        with_store.people.save_staff(*(person.record() for person in staff)).result()
    finally:
        with_store.close()


def printer_settings(way: str, address: str, paper: str) -> dict[str, object]:
    """The settings of a receipt printer by how it is connected, where, and its paper's width in millimetres (`80` or `58`)."""
    return {"printer.transport": way or "none", "printer.address": address, "printer.cells": 48 if paper == "80" else 32}


def demo_pharmacy(clock: Clock) -> DemoPharmacy:
    """The demo pharmacy as of the clock's day."""
    texts = {path.stem: path.read_text("utf-8") for path in resource("demo").glob("*.csv")}
    return build_pharmacy(DemoRows.parse(texts), shop_day(clock.now()))


def found_demo(
    folder: Path, clock: Clock, pharmacy: DemoPharmacy, say: Say = lambda _: None, *, till: str = "", members: bool = True
) -> None:
    """Make the demo shop's data folder, stocked and peopled; nothing of it is a real company, person or code."""
    profile = pharmacy.store
    shop = Shop(
        profile.store_id,
        profile.name,
        profile.branch,
        profile.licence,
        profile.address,
        profile.phone,
        till or profile.till,
        profile.till_title if not till else "",
    )
    staff = [NewStaff(s.code, s.name, s.role, pharmacy.pins[s.id], s.licence_no) for s in pharmacy.staff]
    say("making the encrypted ledger…")
    found(folder, clock, shop, staff, {"demo": True})
    TillFile(shop.store_id, shop.till, demo=True).write(folder)
    (folder / "sheet.json").write_text(sheet_to_json(pharmacy.sheet), "utf-8")
    say(f"catalogue: {len(pharmacy.products)} products…")
    ranks = {p.id: n for n, p in enumerate((p for p in pharmacy.products if p.in_assortment), 1)}
    build_catalogue(folder / "catalogue.db", pharmacy.products, pharmacy.offers, ranks, version="demo-1", built_at=clock.now())
    store = open_store(folder, clock)
    try:
        say(f"goods-in: {len(pharmacy.lots)} lots…")
        codes: dict[str, list[str]] = {}
        for box in pharmacy.trace_codes:
            if box.lot_id:
                codes.setdefault(box.lot_id, []).append(box.code)
        store.stock.import_opening(pharmacy.lots, pharmacy.stock, codes, actor="demo", day=shop_day(clock.now())).result()
        if members:
            say(f"members: {len(pharmacy.members)}…")
            store.people.save_members(pharmacy.members, pharmacy.family).result()
            assert store.key is not None
            told = [right.signed(store.store_id, store.key.sign).model_dump(mode="json") for right in pharmacy.rights]
            store.inbox.apply("coupon", told, "").result()
            say("readings, doses and purchases of chronic members…")
            found_care(store, clock, build_care(pharmacy.members, pharmacy.products, SEED), pharmacy.store.branch)
    finally:
        store.close()


def found_care(store: Store, clock: Clock, care: DemoCare, place: str) -> None:
    """Record the demo's histories: readings, doses and talks as facts; consents and purchases as told from before."""
    today = shop_day(clock.now())
    bodies: list[Record] = []
    blobs: list[PrivateBlob] = []

    def seal(member_id: str, kind: str, plain: Mapping[str, object]) -> str:
        blobs.append(PrivateBlob(new_id(clock), member_id, kind, json.dumps(plain).encode()))
        return blobs[-1].blob_id

    version = str(json.loads(resource("texts", "consents.json").read_text("utf-8"))["version"])
    signed = datetime.combine(today - timedelta(days=_CONSENTED_DAYS), time(10), SHOP_TIME).astimezone(UTC)
    told = [
        Consent(id=f"{member_id}:health", member_id=member_id, purpose="health", given=True, text_version=version, at=signed)
        for member_id in care.members
    ]
    store.inbox.apply("consent", [one.model_dump(mode="json") for one in told], "").result()
    for each in care.readings:
        day = datetime.combine(today - timedelta(days=each.days_ago), time(), SHOP_TIME)
        plain = {"kind": each.kind, "figures": dict(each.figures), "context": each.context}
        bodies.append(
            events.ReadingTaken(
                reading_id=new_id(clock),
                member_id=each.member_id,
                kind=each.kind,
                blob_id=seal(each.member_id, "reading", plain),
                place=each.place,
                taken_at=(day + timedelta(minutes=each.minute)).astimezone(UTC),
            )
        )
    for use in care.usages:
        dose = {"pieces_c": 100, "times": use.times, "every_days": 1, "moment": use.moment, "source": "pharmacist"}
        blob_id = seal(use.member_id, "reading", {"kind": "usage", **dose})
        bodies.append(events.UsageSet(usage_id=new_id(clock), member_id=use.member_id, product_id=use.product_id, blob_id=blob_id))
    for talk in care.talks:
        followup_id, due = new_id(clock), today - timedelta(days=talk.days_ago)
        bodies.append(events.FollowUpSet(followup_id=followup_id, member_id=talk.member_id, kind="call", reason="asked", due_on=due))
        if talk.days_ago > 0:
            made = datetime.combine(due, time(10, 30), SHOP_TIME).astimezone(UTC)
            blob_id = seal(talk.member_id, "note", {"kind": "followup", "findings": list(talk.findings)})
            bodies.append(
                events.FollowUpDone(followup_id=followup_id, member_id=talk.member_id, outcome="reached", done_at=made, blob_id=blob_id)
            )
    for start in range(0, len(bodies), _CARE_AT_ONCE):
        part = bodies[start : start + _CARE_AT_ONCE]
        mine = {getattr(body, "blob_id", "") for body in part}
        store.journal.record(
            part, actor=DEMO_PHARMACIST, day=today, private=[blob for blob in blobs if blob.blob_id in mine], urgent=False
        ).result()
    past = [
        PastPurchase(
            f"demo-{n}", one.member_id, today - timedelta(days=one.days_ago), one.product_id, one.quantity, one.amount_fen, place
        )
        for n, one in enumerate(care.purchases)
    ]
    store.care.keep_past(past).result()


DEMO_PHARMACIST = "staff-1002"
_CARE_AT_ONCE = 200
_CONSENTED_DAYS = 264
"""The demo's members consented to their health file long before the first reading."""


def bring_in(folder: Path, clock: Clock, kind: str, path: str, say: Say = lambda _: None) -> str:
    """Import a file of products, stock or members into a till just made; gives what a person should know, or ''."""
    file = Path(path.removeprefix("file://"))
    say(f"{file.name}…")
    try:
        content = file.read_bytes()
    except OSError as error:
        return f"{file.name}: {error.strerror}"
    store = open_store(folder, clock)
    try:
        report = Importing(store, clock, "import").run(kind, content, file.name, dry_run=False)
    except TableUnreadable as error:
        return f"{file.name}: {error}"
    finally:
        store.close()
    if not report.errors:
        return ""
    wrong = file.with_suffix(".errors.csv")
    wrong.write_text(report.error_csv, "utf-8-sig")
    return f"{file.name}: {len(report.errors)} 行有误，没有导入 / rows are wrong, nothing was imported: {wrong}"


TRAINING = "training"
"""Name of the practice shop's folder inside the real shop's."""

_PRINTS = ("printer.transport", "printer.address", "printer.cells", "printer.charset", "printer.cutter")


def found_training(real: Path, clock: Clock, say: Say = lambda _: None) -> Path:
    """Make the practice shop beside a real one where there is none, and let it print where that one does; gives its folder.

    It is a demo pharmacy with a ledger, keys and people of its own; nothing of it is ever sent, and its papers say that they are practice.
    """
    folder = real / TRAINING
    if TillFile.read(folder) is None:
        # Made beside and moved into place: a power cut leaves no half shop behind.
        making = real / f"{TRAINING}.making"
        shutil.rmtree(making, ignore_errors=True)
        found_demo(making, clock, demo_pharmacy(clock), say)
        named = TillFile.read(making)
        assert named is not None
        replace(named, training=True).write(making)
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    store = open_store(real, clock, write=False)
    try:
        prints = {key: store.settings.get(key) for key in _PRINTS}
    finally:
        store.close()
    if prints["printer.transport"] == "virtual":
        prints["printer.address"] = str(folder / "paper")
    store = open_store(folder, clock)
    try:
        store.settings.set_many(prints).result()
    finally:
        store.close()
    return folder


def found_headquarters(folder: Path, clock: Clock, pharmacy: DemoPharmacy | None, say: Say = lambda _: None, *, url: str = "") -> str:
    """Make headquarters' database with the demo chain in it (products, offers, members); returns the database URL."""
    folder.mkdir(parents=True, exist_ok=True)
    database = url or default_database_url(folder)
    archive = Archive.open(database)
    try:
        publishing.name_chain(archive, "药柜演示总部" if pharmacy else "总部")
        if pharmacy is not None:
            say("headquarters: publishing products, offers and members…")
            publishing.publish(archive, "product", pharmacy.products)
            publishing.publish(archive, "offer", pharmacy.offers)
            publishing.publish(archive, "member", pharmacy.members, pharmacy.store.store_id)
            sign = DeviceKey.from_bytes(hub_key_seed(folder)).sign
            rights = [right.signed(pharmacy.store.store_id, sign) for right in pharmacy.rights]
            publishing.publish(archive, "coupon", rights, pharmacy.store.store_id)
            publishing.create_console_user(archive, "admin", DEMO_CONSOLE_PASSWORD)
            profile = pharmacy.store
            publishing.create_store(
                archive, clock, publishing.StoreProfile(profile.store_id, profile.name, profile.branch, province=profile.province)
            )
            staff = [NewStaff(s.code, s.name, s.role, pharmacy.pins[s.id], s.licence_no).record() for s in pharmacy.staff]
            publishing.publish(archive, "staff", staff, profile.store_id)
            segments.author(archive, segments.carried())
            _run_campaigns(archive, clock, pharmacy)
    finally:
        archive.close()
    return database


def _run_campaigns(archive: Archive, clock: Clock, pharmacy: DemoPharmacy) -> None:
    """Launch the demo's campaigns the way a person at the console does: designed, tried, launched."""
    today = shop_day(clock.now())
    for one in pharmacy.campaigns:
        design = campaigns.Design.of(one.offer, budget_fen=one.budget_fen, hold_percent=one.hold_percent)
        campaigns.keep(archive, clock, "admin", design)
        campaign_trial.run(archive, clock, "admin", design.campaign_id, today - timedelta(days=30), today - timedelta(days=1))
        campaigns.launch(archive, clock, "admin", design.campaign_id)


DEMO_CONSOLE_PASSWORD = "yaogui-demo-console"
"""Password of the demo headquarters only; a real hub asks for one at `yaogui hub`."""


def enrol_till(folder: Path, clock: Clock, hub_url: str, code: str) -> None:
    """Let headquarters know this till by a one-time code, and keep headquarters' key; HubFault where it refuses."""
    store = open_store(folder, clock)
    try:
        key = store.key
        assert isinstance(key, DeviceKey)
        enrolled = enrol(hub_url, key, code, till=store.till)
        store.settings.set_many({"hub.url": hub_url, "hub.name": enrolled.hub, "hub.public_key": enrolled.hub_public_key.hex()}).result()
    finally:
        store.close()


def introduce(database: str, folder: Path, clock: Clock, hub_url: str) -> None:
    """Make store and till known at a headquarters whose database is at hand, and enrol the till there (demo, tapes)."""
    store = open_store(folder, clock, write=False)
    settings = store.settings
    profile = publishing.StoreProfile(
        store.store_id,
        settings.text("store.name"),
        settings.text("store.branch"),
        settings.text("store.licence"),
        settings.text("store.address"),
        settings.text("store.phone"),
    )
    till, title = store.till, settings.text("till.title")
    store.close()
    archive = Archive.open(database)
    try:
        publishing.create_store(archive, clock, profile)
        publishing.create_till(archive, clock, profile.store_id, till, title)
        code = publishing.issue_enrol_code(archive, clock, profile.store_id, till)
    finally:
        archive.close()
    enrol_till(folder, clock, hub_url, code)
