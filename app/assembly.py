"""Assembly: builds store, devices, counter and sync for one till; the only file that knows everyone."""

from __future__ import annotations

import gc
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from app import __version__
from app.counter.asking import Reasons
from app.counter.attaching import Attaching
from app.counter.authorising import Authorising
from app.counter.behind import Behind
from app.counter.campaigns import Campaigns
from app.counter.checkout import Checkout
from app.counter.coupon_book import CouponBook
from app.counter.coupon_shares import CouponShares
from app.counter.customer_side import CustomerSide
from app.counter.goods import Goods
from app.counter.invoicing import Invoicing
from app.counter.memo import Memo
from app.counter.pen import Faces
from app.counter.points_book import PointsBook
from app.counter.post import Post, TillProfile
from app.counter.printing import Printers, Printing, PrintState
from app.counter.proving import Proving
from app.counter.returning import Returning
from app.counter.reviewing import Reviewing
from app.counter.seeking import Seeking
from app.counter.selling import Selling
from app.counter.shifts import Shifts
from app.counter.staging import Staging
from app.counter.stocking import Stocking
from app.counter.stored_book import StoredBook
from app.counter.tuning import SettingTexts, Tuning
from app.counter.verifying import Verifying
from app.counter.visiting import Visiting
from app.counter.wallet import Wallet
from app.devices.faults import DeviceFault
from app.devices.pole import Pole
from app.devices.printer import Printer
from app.devices.profile import profile_for
from app.devices.transports import transport_at
from app.domain import codes, day, rulepack
from app.domain.coupon_rules import CouponRules
from app.domain.demo.sheet import sheet_from_json
from app.domain.member_code import CodeRules
from app.domain.member_rights import RightsRules
from app.domain.points import PointsRules
from app.domain.pricing import PromotionLaw
from app.domain.stored import StoredRules
from app.domain.verification import VerificationRules
from app.domain.wallet import WalletRules
from app.records.base import Record
from app.records.clock import Clock, shop_day
from app.records.keys import DeviceKey
from app.records.resources import resource
from app.records.text import Text
from app.store.faults import StoreFault
from app.store.keys import DEVICE_KEY, read_key
from app.store.open_store import Store
from app.store.settings import Settings
from app.sync.client import HubClient, Limits
from app.sync.worker import SyncState, SyncWorker

if TYPE_CHECKING:
    # Loaded late: see `Till.joining` and `Till.labelling`.
    from app.counter.caring import Caring
    from app.counter.erasing import Erasing
    from app.counter.joining import Joining
    from app.counter.labelling import Labelling
    from app.counter.loading import Loading
    from app.counter.member_view import MemberView
    from app.counter.noting import Noting
    from app.counter.personal import Personal
    from app.counter.segmenting import Segmenting
    from app.devices.labels.printer import LabelPaper, LabelPrinter
    from app.domain.family import FamilyRules
    from app.domain.retention import Retention

log = logging.getLogger(__name__)

ASKING = Limits(connect_s=3.0, read_s=5.0, total_s=8.0)
"""How long headquarters may take to put a coupon by: a customer waits."""
RULE_PACK = "cn-2026.11.json"
HUB_WAIT_S = 3.0
"""Seconds that closing waits for a question to headquarters; its thread dies with the process."""


@dataclass(frozen=True, slots=True)
class TillFile:
    """`till.json` of a data folder: which store and till it is; written once by setup."""

    store_id: str
    till: str
    demo: bool = False
    training: bool = False
    """Whether it is a practice shop: its papers say so, and it never talks to headquarters."""

    @classmethod
    def read(cls, folder: Path) -> TillFile | None:
        """The folder's till, or None where no setup has been done."""
        path = folder / "till.json"
        return cls(**json.loads(path.read_text("utf-8"))) if path.exists() else None

    @classmethod
    def needed(cls, folder: Path) -> TillFile:
        """The folder's till; StoreFault `no_ledger` where no setup has been done."""
        till = cls.read(folder)
        if till is None:
            raise StoreFault("no_ledger", {"path": str(folder / "till.json")})
        return till

    def write(self, folder: Path) -> None:
        """Name the folder's till."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "till.json").write_text(
            json.dumps({name: value for name, value in asdict(self).items() if value or name != "training"}, ensure_ascii=False),
            "utf-8",
        )


def open_store(folder: Path, clock: Clock, *, write: bool = True) -> Store:
    """The store of a folder that was set up; StoreFault `no_ledger` where it was not, and as `Store.open`."""
    till = TillFile.needed(folder)
    return Store.open(folder, clock, store_id=till.store_id, till=till.till, app_version=__version__, write=write)


def shapes() -> codes.CodeShapes:
    """The carried shapes of scanned codes."""
    return codes.CodeShapes.parse(json.loads(resource("rules", "codes.json").read_text("utf-8")))


def points_rules() -> PointsRules:
    """The carried rules for members' points."""
    return PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8")))


def proof_rules() -> tuple[CodeRules, RightsRules]:
    """The carried rules for dynamic member codes, and for what each way of being found allows."""
    return (
        CodeRules.read(json.loads(resource("rules", "member_code.json").read_text("utf-8"))),
        RightsRules.read(json.loads(resource("rules", "member_rights.json").read_text("utf-8"))),
    )


def verification_rules() -> VerificationRules:
    """The carried rules for codes that are sent to a phone."""
    return VerificationRules.read(json.loads(resource("rules", "verification.json").read_text("utf-8")))


def stored_rules() -> StoredRules:
    """The carried rules for stored value."""
    return StoredRules.read(json.loads(resource("rules", "stored_value.json").read_text("utf-8")))


def wallet_rules() -> WalletRules:
    """The carried rules for what is paid out of a member's own account."""
    return WalletRules.read(json.loads(resource("rules", "wallet.json").read_text("utf-8")))


def coupon_rules() -> CouponRules:
    """The carried rules for classes of coupons."""
    return CouponRules.read(json.loads(resource("rules", "coupons.json").read_text("utf-8")))


def rule_pack() -> rulepack.RulePack:
    """The carried rule pack."""
    return rulepack.load(resource("rules", RULE_PACK).read_text("utf-8"))


def printer_of(settings: Settings, which: str = "printer") -> Printer | None:
    """The receipt printer that the settings name (`printer` or `printer2`), or None where there is none."""
    way = settings.get(f"{which}.transport")
    if way in ("", "none"):
        return None
    cells, charset = settings.number(f"{which}.cells"), settings.text(f"{which}.charset")
    try:
        transport = transport_at(way, settings.text(f"{which}.address"))
    except DeviceFault as fault:
        log.warning("printer settings refused: %s", fault.code)
        return None
    return Printer(profile_for(cells, charset, cutter=settings.flag(f"{which}.cutter")), transport, font())


def printers_of(settings: Settings) -> Printers:
    """Both receipt printers, and when the second takes over."""
    return Printers(
        printer_of(settings),
        printer_of(settings, "printer2"),
        automatic=settings.text("printer2.use") == "auto",
        after_s=settings.number("printer2.after_s"),
    )


def label_printer_of(settings: Settings, paper: LabelPaper) -> LabelPrinter | None:
    """The label printer that the settings name, or None where there is none."""
    way = settings.text("label_printer.transport")
    if way in ("", "none"):
        return None
    from app.devices.labels.printer import LabelPrinter

    try:
        transport = transport_at(way, settings.text("label_printer.address"))
    except DeviceFault as fault:
        log.warning("label printer settings refused: %s", fault.code)
        return None
    return LabelPrinter(paper, transport, font(), resource("fonts", "NotoSansSC-Bold.ttf"))


def pole_of(settings: Settings) -> Pole | None:
    """The customer's pole display that the settings name, or None where there is none."""
    way = settings.text("pole.transport")
    if way == "none":
        return None
    try:
        transport = transport_at(way, settings.text("pole.address"))
    except DeviceFault as fault:
        log.warning("pole settings refused: %s", fault.code)
        return None
    return Pole(transport, "esc" if settings.text("pole.protocol") == "esc" else "cd5220")


def font() -> Path:
    """The carried font for rows that a printer cannot write."""
    return resource("fonts", "NotoSansSC-Regular.ttf")


def hub_client(store: Store, folder: Path, limits: Limits | None = None) -> HubClient | None:
    """The way to headquarters that the settings name; None for a shop that stands alone or is not enrolled."""
    url, hub_key = store.settings.text("hub.url"), store.settings.text("hub.public_key")
    if not url or not hub_key:
        return None
    key = store.key or DeviceKey.from_bytes(read_key(folder, DEVICE_KEY))
    return HubClient(url, key, bytes.fromhex(hub_key), limits=limits, on_hub_time=store.journal.heard_from_hub)


def looks_before(now: datetime) -> date:
    """The first day whose looks at members are still kept."""
    return shop_day(now) - timedelta(days=retention().days["reveal"])


def retention() -> Retention:
    """What is kept of people, for how long and why."""
    from app.domain.retention import Retention

    return Retention.read(json.loads(resource("rules", "retention.json").read_text("utf-8")))


def caring_on(
    store: Store,
    clock: Clock,
    post: Post,
    goods: Goods,
    word: Callable[[str], Text],
    consent_facts: Callable[[str, Mapping[str, bool]], list[Record]] = lambda _member_id, _said: [],
    wake_sync: Callable[[], None] = lambda: None,
) -> Caring:
    """Care on a store, with its carried rules; without further acts it only reads, as reports do."""
    from app.counter.caring import Caring
    from app.domain.care import CareRules
    from app.domain.joining import ConsentTexts

    rules = CareRules.read(json.loads(resource("rules", "care.json").read_text("utf-8")))
    texts = ConsentTexts.read(json.loads(resource("texts", "consents.json").read_text("utf-8")))
    return Caring(store, clock, post, goods, rules, texts, word, consent_facts, wake_sync)


class Till:
    """One till, whole: what the window, the tapes and the benches are given."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        on_print_state: Callable[[PrintState], None] = lambda _: None,
        on_sync_state: Callable[[SyncState], None] = lambda _: None,
        quiet: Callable[[], bool] = lambda: True,
    ) -> None:
        self.folder = folder
        named = TillFile.read(folder)
        self.training = named is not None and named.training
        kept = folder / "sheet.json"
        self.sheet = sheet_from_json(kept.read_text("utf-8")) if kept.exists() else ()
        self.clock = clock
        self.store = open_store(folder, clock)
        self.settings = self.store.settings
        settings = self.settings
        profile = TillProfile(
            store_id=settings.get("store.id"),
            store_name=settings.get("store.name"),
            branch=settings.get("store.branch"),
            till=self.store.till,
            till_title=settings.get("till.title"),
            licence_no=settings.get("store.licence"),
            address=settings.get("store.address"),
            phone=settings.get("store.phone"),
        )
        self.pack = rule_pack()
        self.reasons = Reasons.parse(resource("texts", "reasons.json").read_text("utf-8"))
        self.shapes = code_shapes = shapes()
        self.post = Post(profile)
        memo = Memo(self.store, clock)
        self.goods = Goods(self.store, memo)
        law = PromotionLaw(
            not_giftable=frozenset(settings.get("law.not_giftable")), not_promotable=frozenset(settings.get("law.not_promotable"))
        )
        self.points = PointsBook(self.store, clock, self.post, points_rules())
        self.stored = StoredBook(self.store, stored_rules(), lambda: self.sync.line.fresh.get("stored"))
        code_rules, rights = proof_rules()
        self.proving = Proving(self.store, code_rules, rights)
        self.visiting = Visiting(
            self.store, clock, self.post, rights, self.online, lambda: None if self.training else hub_client(self.store, folder, ASKING)
        )
        self.shares = CouponShares(
            self.store,
            clock,
            memo,
            coupon_rules(),
            lambda: None if self.training else hub_client(self.store, folder, ASKING),
            lambda: self.sync.line.fresh.get("coupon"),
            lambda: self.sync.wake(now=True),
        )
        shop_language = partial(settings.get, "ui.language")
        sending = verification_rules()
        self.verifying = Verifying(self.store, clock, self.post, sending, rights, self.shares, self.online, shop_language)
        self.coupons = CouponBook(self.store, self.goods, memo, self.online, self.proving.rights_of, self.shares)
        self.staging = Staging(
            self.store,
            clock,
            self.post,
            self.goods,
            memo,
            self.pack,
            law,
            self.store.private.buyer_key,
            self.points,
            self.coupons,
            self.proving,
        )
        self.authorising = Authorising(self.store, clock)
        self.behind = Behind()
        self.selling = Selling(
            self.store,
            clock,
            self.post,
            self.goods,
            self.staging,
            self.authorising,
            code_shapes,
            self.reasons,
            self.coupons,
            self.proving,
            self.visiting,
            self.verifying,
        )
        self.campaigns = Campaigns(self.store, clock, self.post, self.goods, self.selling)
        self.reviewing = Reviewing(self.store, clock, self.post, self.goods, self.staging, self.selling)
        faces = replace(Faces.of(profile, settings, self.store), training=self.training)
        told = (self.points.line_of, self.coupons.taken_with, self.stored.line_of)
        self.printing = Printing(self.store, clock, lambda: printers_of(settings), faces, on_print_state, *told)
        self.customer = CustomerSide(settings, lambda: pole_of(settings), profile.store_name, self.shares.lowest_sold)
        self.sync = SyncWorker(
            None if self.training else hub_client(self.store, folder),
            self.store.outbox,
            self.store.inbox,
            clock,
            blobs=self.store.blob_outbox,
            on_state=on_sync_state,
            quiet=quiet,
            on_read=self.store.coupons.note_read,
        )
        self.invoicing = Invoicing(self.store, clock, self.post, code_shapes, self.sync.wake)
        self.shares.chores.append(self.visiting.tend)
        self.wallet = Wallet(self.store, clock, wallet_rules(), self.shares)
        self.checkout = Checkout(
            self.store,
            clock,
            self.post,
            self.selling,
            self.printing,
            self.invoicing,
            self.points,
            self.stored,
            self.coupons,
            self.wallet,
            self.pack.version,
            self.sync.wake,
        )
        self.attaching = Attaching(self.store, clock, self.post, code_shapes, self.points, self.proving, self.sync.wake)
        self.returning = Returning(
            self.store,
            clock,
            self.post,
            self.authorising,
            self.printing,
            self.pack,
            code_shapes,
            self.reasons,
            self.points,
            self.stored,
            self.coupons,
            self.sync.wake,
        )
        duties = day.parse_duties(json.loads(resource("rules", "duties.json").read_text("utf-8")))
        self.shifts = Shifts(self.store, clock, self.post, self.authorising, self.printing, duties, self.sync.wake)
        self.stocking = Stocking(self.store, clock, self.post, self.goods, self.authorising, code_shapes)
        words = SettingTexts.parse(resource("texts", "settings.json").read_text("utf-8"))
        self.seeking = Seeking(self.store, clock, self.post, self.staging)
        self.tuning = Tuning(self.store, clock, self.post, self.authorising, duties, words, self.sync.wake)

    @cached_property
    def joining(self) -> Joining:
        """Registration and consents, loaded when somebody first joins."""
        from app.counter.joining import Joining
        from app.domain.joining import ConsentTexts, JoiningRules

        rules = JoiningRules.read(json.loads(resource("rules", "joining.json").read_text("utf-8")))
        carried = ConsentTexts.read(json.loads(resource("texts", "consents.json").read_text("utf-8")))
        texts = carried.asked(demo=self.settings.flag("demo"))
        return Joining(
            self.store, self.clock, self.post, self.selling, self.attaching, self.shapes, rules, texts, self.verifying, self.sync.wake
        )

    @cached_property
    def loading(self) -> Loading:
        """Stored value paid in and out, loaded when somebody first does."""
        from app.counter.loading import Loading
        from app.domain.reasons import parse_reasons

        reasons = parse_reasons(json.loads(resource("texts", "reasons.json").read_text("utf-8")))["payout"]
        return Loading(
            self.store,
            self.clock,
            self.post,
            self.authorising,
            self.printing,
            self.stored,
            self.wallet,
            reasons,
            lambda: self.visiting.chained,
            self.sync.wake,
        )

    @cached_property
    def noting(self) -> Noting:
        """Allergies and families, loaded when a member's page is first opened."""
        from app.counter.noting import Noting
        from app.domain.joining import ConsentTexts

        texts = ConsentTexts.read(json.loads(resource("texts", "consents.json").read_text("utf-8")))
        rights = self.proving.rights
        return Noting(self.store, self.clock, self.post, self.selling, self._family_rules, texts, rights, self.sync.wake)

    @cached_property
    def erasing(self) -> Erasing:
        """Erasing a person, loaded when somebody first asks for it."""
        from app.counter.erasing import Erasing

        return Erasing(
            self.store, self.clock, self.post, self.points, self.selling, retention(), self.authorising, self.sync.wake
        )

    @cached_property
    def personal(self) -> Personal:
        """The copy of one person's data, loaded when somebody first asks for it."""
        from app.counter.personal import Personal

        return Personal(self.store, self.clock, self.post, retention())

    @cached_property
    def member_view(self) -> MemberView:
        """A member's page, loaded when it is first opened."""
        from app.counter.member_view import MemberView

        return MemberView(
            self.store,
            self.clock,
            self.post,
            self.goods,
            self.selling,
            self.points,
            self.stored,
            self.noting,
            self.caring,
            self.segmenting,
            self.pack,
            self.shapes,
            self._family_rules,
        )

    @cached_property
    def _family_rules(self) -> FamilyRules:
        from app.domain.family import FamilyRules

        return FamilyRules.read(json.loads(resource("rules", "family.json").read_text("utf-8")))

    def online(self) -> bool:
        """Whether there is a line to headquarters, as the sync last found it."""
        return self.sync.state.kind in ("online", "recovering")

    @cached_property
    def caring(self) -> Caring:
        """Readings, medicines in use and follow-ups, loaded when a member's page is first opened."""
        return caring_on(
            self.store,
            self.clock,
            self.post,
            self.goods,
            self.pack.word,
            lambda member_id, said: self.joining.consent_facts(member_id, said),
            self.sync.wake,
        )

    @cached_property
    def segmenting(self) -> Segmenting:
        """Labels of members and what they suggest, loaded when a member is first there."""
        from app.counter.segmenting import Segmenting
        from app.domain.care import CareRules

        care = CareRules.read(json.loads(resource("rules", "care.json").read_text("utf-8")))
        carried = json.loads(resource("rules", "segments.json").read_text("utf-8"))
        return Segmenting(self.store, self.clock, self.post, self.goods, care, carried)

    @cached_property
    def labelling(self) -> Labelling:
        """Labels, loaded when they are first wanted: many a till never draws one."""
        from app.counter.label_printing import LabelPrinting
        from app.counter.labelling import Labelling, paper_of

        printing = LabelPrinting(self.store, label_printer_of(self.settings, paper_of(self.store)))
        return Labelling(self.store, self.clock, self.post, self.authorising, printing)

    def start(self) -> None:
        """Start the printer's and the sync's threads."""
        # Everything loaded by now stays for the day: were the collector to walk it again and again, scans would stall 50 to 150 ms.
        gc.freeze()
        self.printing.start()
        self.customer.start()
        if self.settings.text("label_printer.transport") != "none":
            self.labelling.printing.start()
        self.sync.start()
        # Members of other stores whose time here is over go, though nobody asked for another one since.
        self._purge()
        self.verifying.begin()
        self.shares.start()

    def _purge(self) -> None:
        """Once at every start, and so every day: what is past its term goes."""
        now = self.clock.now()
        self.store.people.purge(now, looks_before(now))

    def close(self) -> None:
        """Stop the threads, let the writer finish, close the files."""
        self.shares.stop()
        self.visiting.wait(HUB_WAIT_S)
        self.sync.stop()
        self.customer.stop()
        self.printing.stop()
        if "labelling" in vars(self):
            self.labelling.printing.stop()
        self.authorising.stop()
        self.behind.stop()
        self.store.close()
