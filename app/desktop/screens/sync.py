"""The Sync page: one sentence of how the till stands with headquarters, three reassurances, and what waits, in shop words."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.desktop import data_age, wording
from app.desktop.screens.page import FKeySpec, Page, Surroundings
from app.desktop.slices import Slices
from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Part, Row, Spring, boxed
from app.desktop.widgets.base import Painted
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.chips import Pill
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.plots import DayBar
from app.desktop.widgets.surfaces import Card, Panel
from app.desktop.widgets.words import Icon, IconTile, Txt
from app.domain.verdict import Text
from app.records.clock import SHOP_TIME
from app.records.envelope import printed_number, unseal
from app.store.outbox import OutboxCounts
from app.sync.line_day import slices, up_share

ROWS = 8
SLICE = timedelta(minutes=15)
SLICES = 56
"""The bar of the day: fourteen hours of quarters, beginning at the hour the shop's day began, or at eight."""
FIRST_HOUR = 8
SIDE_WIDTH = 340
_TONES = {"up": "good", "mixed": "warn", "down": "info", "unknown": "line2"}

FEEDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("feed_goods", "tag", data_age.GOODS),
    ("feed_offers", "ticket", data_age.OFFERS),
    ("feed_members", "users", data_age.MEMBERS),
    ("feed_lots", "stack", data_age.LOTS),
    ("feed_staff", "identification-badge", data_age.STAFF),
)
"""What headquarters sends down, in shop words: key of its name, icon, and the feeds it comes in."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One record on its way: what it is, its amount in fen if it has one, and when it was made."""

    icon: str
    title: str
    number: str
    amount_fen: int | None
    at: datetime
    tone: str = "brand"
    sent_at: datetime | None = None
    """When headquarters confirmed it; None while it waits."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the till's own book tells, read once for each commit."""

    counts: OutboxCounts
    """Nothing waits in a shop that stands alone."""
    rows: tuple[QueueRow, ...]
    """What waits, then what is safe already."""
    queued: int
    """Rows of it that wait."""
    refused: int
    version: str
    offers: str
    members: int
    staff: int


_ROW_TONES = {"return.closed@1": "bad", "review.signed@1": "rx", "buyer.registered@1": "warn", "stock.received@1": "good"}


def row_of(raw: bytes, language: str, sent_at: datetime | None = None, till: str = "") -> QueueRow:
    """A sealed event in shop words; `till` where the printed number is wanted."""
    envelope = unseal(raw)
    icon, name = wording.EVENTS.get(envelope.type, ("database", Text(envelope.type)))
    body = envelope.body if isinstance(envelope.body, dict) else {}
    amount: int | None = None
    title = name.of(language)
    number = f"№ {envelope.place.seq}"
    if envelope.type == "sale.closed@1":
        amount = int(body.get("payable_fen", 0))
    elif envelope.type == "return.closed@1":
        amount = -abs(int(body.get("total_fen", 0)))
    elif envelope.type == "cash.moved@1":
        amount = int(body.get("amount_fen", 0))
    if envelope.type in ("sale.closed@1", "return.closed@1"):
        guest = wording.words("row_member" if body.get("member_id") else "row_guest", language)
        if envelope.type == "sale.closed@1":
            title = f"{title} · {guest}"
        if till:
            number = printed_number(envelope.place, str(body.get("till") or till), envelope.digest)
    return QueueRow(icon, title, number, amount, envelope.at, _ROW_TONES.get(envelope.type, "brand"), sent_at)


class _Heads(Painted):
    """The heads over the columns of the queue."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.restyle()

    def measure(self) -> None:
        """34 high."""
        self.setFixedHeight(self.theme.px(34))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """What, amount, time, state."""
        theme, px = self.theme, self.theme.px
        face, ink = theme.face("label"), theme.color("ink3")
        amount, when, state = _columns(theme, rect)
        what = QRectF(px(44), rect.top(), px(200), rect.height())
        for box, key in ((what, "col_what"), (amount, "col_amount"), (when, "col_made"), (state, "col_state")):
            paint.text(painter, box, wording.words(key, theme.language), face, ink, "right" if box is amount else "left")
        paint.hairline(painter, theme, 0, rect.bottom() - 1, rect.width())


def _columns(theme: Theme, rect: QRectF) -> tuple[QRectF, QRectF, QRectF]:
    """Where amount, time and state stand in a row."""
    px = theme.px
    state = QRectF(rect.right() - px(116), rect.top(), px(116), rect.height())
    when = QRectF(state.left() - px(104), rect.top(), px(92), rect.height())
    amount = QRectF(when.left() - px(154), rect.top(), px(130), rect.height())
    return amount, when, state


class _QueueLine(Painted):
    """One row of the queue."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._row: QueueRow | None = None
        self.restyle()

    def show_row(self, row: QueueRow | None) -> None:
        """Show a record, or nothing."""
        if row is not None and row == self._row:
            return
        self._row = row
        self.setVisible(row is not None)
        if row is not None:
            money = paint.money_text(row.amount_fen) if row.amount_fen is not None else ""
            state = wording.words("state_sent" if row.sent_at else "state_waiting", self.theme.language)
            self.setAccessibleName(" ".join(part for part in (row.title, row.number, money, state) if part))
        self.update()

    def measure(self) -> None:
        """50 high."""
        self.setFixedHeight(self.theme.px(50))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Icon, name and number; amount, time and state in their columns."""
        row, theme, px = self._row, self.theme, self.theme.px
        if row is None:
            return
        tile = QRectF(0, rect.center().y() - px(16), px(32), px(32))
        paint.rounded(painter, tile, px(8), theme.color(f"{row.tone}_t"))
        paint.icon(painter, theme, row.icon, tile.center().x() - px(9), tile.center().y(), 18, f"{row.tone}_ink", "fill")
        x = tile.right() + px(12)
        amount, when, state = _columns(theme, rect)
        above, below = (QRectF(x, rect.top() + px(top), amount.left() - x, px(20)) for top in (6, 25))
        paint.text(painter, above, row.title, theme.face("body_strong"), theme.color("ink"), elide=True)
        paint.text(painter, below, row.number, theme.face("caption"), theme.color("ink3"), elide=True)
        if row.sent_at is None:
            words, tone = wording.words("state_waiting", theme.language), "mute"
        else:
            words, tone = f"{wording.words('state_sent', theme.language)} {row.sent_at.astimezone(SHOP_TIME):%H:%M}", "good"
        paint.pill(painter, theme, state.left(), rect.center().y(), words, tone=tone, height=24)
        paint.text(painter, when, f"{row.at.astimezone(SHOP_TIME):%H:%M:%S}", theme.face("body"), theme.color("ink2"))
        if row.amount_fen is not None:
            paint.money(painter, theme, amount, row.amount_fen, size=15, tone="bad_ink" if row.amount_fen < 0 else "ink")
        paint.hairline(painter, theme, 0, rect.bottom() - 1, rect.width())


class SyncPage(Page):
    """What waits for headquarters, and that nothing of it can be lost."""

    key = "sync"
    title = Text("同步", "Sync")
    icon = "cloud-check"
    at_foot = True

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        theme = self.theme
        self._tile = IconTile(theme, "cloud-check", 64, "good", radius=14)
        self._title = Txt(theme, "", "page")
        self._sure = [(Icon(theme, "check-circle", 18, "good", "fill"), Txt(theme, "", "body")) for _ in range(3)]
        self._next = Txt(theme, "", "label", "ink3")
        self._retry = Btn(theme, "", "primary", icon="arrows-clockwise", key="F5", height=44)
        self._retry.clicked.connect(self._try_now)
        sure = Row(theme, gap=6)
        for tick, words in self._sure:
            sure.add(tick)
            sure.add(words)
            sure.add(14)
        sure.add(Spring())
        middle = boxed(Column(theme, Spring(), self._title, sure, Spring(), gap=6))
        top = Panel(theme, Row(theme, self._tile, (middle, 1), self._next, self._retry, gap=18, margins=(18, 18, 18, 18)))
        self._queue_title = Txt(theme, "", "head")
        self._queue_count = Pill(theme, "", "info")
        self._queue_note = Txt(theme, "", "label", "ink3", elide=True)
        self._lines = [_QueueLine(theme) for _ in range(ROWS)]
        self._more = Txt(theme, "", "label_strong", "ink2", align="center")
        self._empty = Empty(theme, "cloud-check", "")
        self._held = Txt(theme, "", "label_strong", "warn_ink", elide=True)
        self._heads = _Heads(theme)
        head = Row(theme, self._queue_title, self._queue_count, (self._queue_note, 1), gap=10)
        shown: list[Part] = [head, self._held, self._heads, *self._lines, 6, self._more, (self._empty, 1), Spring()]
        queue = Panel(
            theme,
            Column(theme, *shown, gap=0, margins=(16, 14, 16, 12)),
        )
        self._share = Txt(theme, "", "label_strong", "good_ink", align="right")
        self._line_card = Card(theme, "", aside=self._share, gap=10)
        self._day_bar = DayBar(theme)
        self._legend = Txt(theme, "", "caption", "ink3", elide=True)
        line = self._line_card.layout()
        assert isinstance(line, Column)
        for part in (self._day_bar, self._legend):
            line.add(part)
        self._down_title = Card(theme, "", gap=9)
        self._down = [
            (Txt(theme, "", "body_strong"), Txt(theme, "", "caption", "ink3", elide=True), Pill(theme, "", "good")) for _ in FEEDS
        ]
        for (_, icon, _), (name, below, pill) in zip(FEEDS, self._down, strict=True):
            both = boxed(Column(theme, name, below, gap=0))
            layout = self._down_title.layout()
            assert isinstance(layout, Column)
            layout.add(Row(theme, Icon(theme, icon, 20), (both, 1), pill, gap=12))
        self._side = boxed(Column(theme, self._line_card, self._down_title, Spring(), gap=12))
        self.setLayout(Column(theme, top, (boxed(Row(theme, (queue, 1), self._side, gap=12)), 1), gap=12, margins=(16, 12, 16, 12)))
        self._ticking = QTimer(self)
        self._ticking.setInterval(1000)
        self._ticking.timeout.connect(self._tick)
        self._facts: _Facts | None = None
        self._mark: Hashable = None
        """Under which they were read."""
        self._slices = Slices(self)
        self.bridge.syncing.connect(self._state_changed)
        theme.changed.connect(self._tick)

    @staticmethod
    def _try_words(kind: str) -> str:
        """Nothing is tried again where nothing failed."""
        return "sync_now" if kind in ("online", "recovering") else "retry_now"

    def _say(self, key: str, **facts: object) -> str:
        return wording.words(key, self.theme.language, **facts)

    # ------------------------------------------------------------------ the window asks

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """F5 tries at once."""
        back = FKeySpec("Esc", wording.WINDOW["back"], lambda: self.go.emit("sale"))
        kind = self.till.sync.state.kind
        if kind == "off":
            return (back,)
        return (back, FKeySpec("F5", wording.WINDOW[self._try_words(kind)], self._try_now, primary=True))

    def badge(self) -> str:
        """How many records wait, while they cannot be sent."""
        state = self.till.sync.state
        return str(state.waiting) if state.waiting and state.kind in ("offline", "portal", "recovering") else ""

    def on_shown(self) -> None:
        """Read the queue anew if anything was written since, and keep it fresh while it is looked at; what is old is not seen."""
        self.setUpdatesEnabled(self._mark == self._marked())
        self._draw()
        self._ticking.start()

    def on_left(self) -> None:
        """Stop reading."""
        self._ticking.stop()
        self._slices.end("book")

    @property
    def reading(self) -> bool:
        """Whether the book is being read."""
        return self._slices.busy

    def takes_key(self, name: str) -> bool:
        """A key finds the page read."""
        self._slices.finish()
        return False

    # ------------------------------------------------------------------ acts

    def _try_now(self) -> None:
        if self.till.sync.state.kind != "off":
            self._next.set_words(self._say("trying"))
            self.till.sync.wake()

    def _state_changed(self, _state: object) -> None:
        if self.isVisible():
            self._draw()

    def _tick(self) -> None:
        if self.isVisible():
            self._draw()

    # ------------------------------------------------------------------ drawing

    def _marked(self) -> Hashable:
        store = self.till.store
        return store.writer.commits, store.catalogue.changes, self.till.sync.state.kind == "off", self.theme.language

    def _draw(self) -> None:
        """What time and line have changed at once; the book first, where something was written in it."""
        if self._mark != self._marked():
            self._slices.begin("book", self._read())
        elif not self._slices.busy and self._facts is not None:
            for _ in self._draw_parts(self._facts):
                pass

    def _read(self) -> Iterator[None]:
        """Read the book in steps, and draw what it tells."""
        yield
        mark, store, language = self._marked(), self.till.store, self.theme.language
        own = self.till.sync.state.kind == "off"
        # A shop that stands alone sends nothing, however much its outbox holds.
        counts = OutboxCounts(0, None, None) if own else store.outbox.counts()
        yield
        rows = [] if own else [row_of(raw, language, till=store.till) for _, _, raw in store.outbox.pending(ROWS)]
        queued = len(rows)
        yield
        if not own and queued < ROWS:
            # What is safe already stands below what waits: an empty list would say nothing of a good day.
            rows += [row_of(raw, language, at, store.till) for at, raw in store.outbox.confirmed(ROWS - queued)]
        yield
        refused, offers = 0 if own else store.blob_outbox.refused(), "" if own else self._offers_line()
        yield
        facts = _Facts(
            counts, tuple(rows), queued, refused, store.catalogue.version, offers, store.people.member_count(), len(store.people.staff())
        )
        yield
        self._facts, self._mark = facts, mark
        yield from self._draw_parts(facts)
        self.setUpdatesEnabled(True)

    def _draw_parts(self, facts: _Facts) -> Iterator[None]:
        state = self.till.sync.state
        self._draw_state(state.kind, facts.counts.waiting, state.sent, state.backlog)
        self._draw_next(state.kind, state.next_try_at)
        yield
        self._draw_queue(state.kind, facts)
        yield
        self._side.setVisible(state.kind != "off")
        self._side.setFixedWidth(self.theme.px(SIDE_WIDTH))
        if state.kind != "off":
            self._draw_line()
            yield
            self._draw_downloads(state.kind, facts)

    def _draw_state(self, kind: str, waiting: int, sent: int, backlog: int) -> None:
        icon, tone = {
            "online": ("cloud-check", "good"),
            "recovering": ("cloud-arrow-up", "info"),
            "offline": ("cloud-slash", "info"),
            "portal": ("cloud-warning", "warn"),
        }.get(kind, ("storefront", "brand"))
        self._tile.set_icon(icon, tone)
        self._title.set_words(self._say(f"sync_{kind}", sent=sent, backlog=backlog))
        at = data_age.read_at(self.till, (*data_age.OFFERS, *data_age.MEMBERS))
        checked = "data_of" if at else "data_own"
        sure = ("safe_own", "data_own", "no_need") if kind == "off" else ("safe_n" if waiting else "safe_0", checked, "no_repeat")
        time = data_age.moment(at, self.till.clock.now()) if at else ""
        for (_, words), key in zip(self._sure, sure, strict=True):
            words.set_words(self._say(key, count=waiting, time=time))

    def _draw_next(self, kind: str, next_try_at: datetime | None) -> None:
        self._retry.setVisible(kind != "off")
        self._retry.set_words(self._say(self._try_words(kind)))
        left = (next_try_at - self.till.clock.now()).total_seconds() if next_try_at else 0
        waits = kind in ("offline", "portal") and left > 0
        self._next.set_words(self._say("next_try", seconds=round(left)) if waits else "")

    def _draw_queue(self, kind: str, facts: _Facts) -> None:
        self._queue_title.set_words(self._say("to_send"))
        own, waiting, oldest = kind == "off", facts.counts.waiting, facts.counts.oldest_at
        rows, queued = facts.rows, facts.queued
        self._queue_count.set_words(str(waiting), "info" if waiting else "good")
        self._queue_count.setVisible(not own)
        age = self.till.clock.now() - oldest if oldest and queued else timedelta()
        minutes = round(age.total_seconds() / 60)
        late = self._say("oldest", minutes=minutes) if minutes < 120 else self._say("oldest_hours", hours=minutes // 60)
        self._queue_note.set_words(late if minutes else "" if queued or own else self._say("all_safe"))
        counts = (("quarantined", facts.counts.quarantined), ("blobs_refused", facts.refused))
        apart = [self._say(key, count=count) for key, count in counts if count]
        self._held.setVisible(bool(apart))
        self._held.set_words(" · ".join(apart))
        for order, line in enumerate(self._lines):
            line.show_row(rows[order] if order < len(rows) else None)
        self._heads.setVisible(bool(rows))
        more = waiting - queued
        self._more.setVisible(queued > 0 and more > 0)
        self._more.set_words(self._say("more_rows", count=more))
        self._empty.setVisible(not rows)
        title, body = ("queue_own", "queue_own_body") if own else ("queue_empty", "queue_empty_body")
        self._empty.title.set_words(self._say(title))
        self._empty.detail.set_words(self._say(body))

    def _draw_line(self) -> None:
        """Today's line, quarter by quarter, from what the worker noted."""
        self._line_card.title.set_words(self._say("line_today"))
        now = self.till.clock.now().astimezone(SHOP_TIME)
        changes = self.till.sync.line.changes
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        today = [change.at.astimezone(SHOP_TIME).hour for change in changes if change.at >= midnight]
        first = midnight + timedelta(hours=min([FIRST_HOUR, *today, max(0, now.hour)]))
        tones = [_TONES.get(kind, "") for kind in slices(changes, first, SLICE, SLICES, now)]
        hours = {order: f"{(first + SLICE * order):%H:%M}" for order in range(0, SLICES - 4, 12)}
        share = up_share(changes, midnight, now)
        told = self._say("line_share", share=f"{share * 100:.0f}") if share is not None else self._say("line_unknown")
        self._share.set_words(told)
        self._share.set_tone("good_ink" if share is not None and share > 0.9 else "ink2")
        self._legend.set_words(self._say("line_legend"))
        self._day_bar.show_spans(tones, [hours.get(order, "") for order in range(SLICES)], told)

    def _offers_line(self) -> str:
        """How many offers there are, and how many uses of coupons headquarters is looking into."""
        count, cases = len(self.till.store.catalogue.offers()), self.till.store.coupons.open_cases()
        if not cases:
            return self._say("offers_line", count=count)
        return self._say("offers_cases_line", count=count, cases=len(cases), fen=paint.money_text(sum(case.cost_fen for case in cases)))

    def _draw_downloads(self, kind: str, facts: _Facts) -> None:
        self._down_title.title.set_words(self._say("downloads"))
        now, cut = self.till.clock.now(), kind in ("offline", "portal")
        below = {
            "feed_goods": self._say("catalogue_line", version=facts.version),
            "feed_offers": facts.offers,
            "feed_members": self._say("members_line", count=f"{facts.members:,}"),
            "feed_lots": self._say("lots_line"),
            "feed_staff": self._say("staff_line", count=facts.staff),
        }
        for (key, _, feeds), (name, line, pill) in zip(FEEDS, self._down, strict=True):
            name.set_words(self._say(key))
            at = data_age.read_at(self.till, feeds)
            age = now - at if at else timedelta()
            # Without a line, or long after it was read, what is not known here is worth more than how much is.
            risky = cut or age >= data_age.OLD
            line.set_words(self._say(f"{key}_risk") if risky else below[key])
            line.set_tone("ink2" if risky else "ink3")
            tone = data_age.tone_of(age, "info" if cut else "good")
            pill.set_words(data_age.moment(at, now) if at else self._say("never"), tone if at else "mute")
