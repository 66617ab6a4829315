"""The Sync page: one sentence of how the till stands with headquarters, three reassurances, and what waits, in shop words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.desktop import wording
from app.desktop.screens.page import FKeySpec, Page, Surroundings
from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.base import Painted
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.chips import Pill
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.surfaces import Card, Panel
from app.desktop.widgets.words import Icon, IconTile, Txt
from app.domain.verdict import Text
from app.records.clock import SHOP_TIME
from app.records.envelope import unseal

ROWS = 8


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One record on its way: what it is, its amount in fen if it has one, and when it was made."""

    icon: str
    title: str
    number: str
    amount_fen: int | None
    at: datetime


def row_of(raw: bytes, language: str) -> QueueRow:
    """A sealed event in shop words."""
    envelope = unseal(raw)
    icon, name = wording.EVENTS.get(envelope.type, ("database", Text(envelope.type)))
    body = envelope.body if isinstance(envelope.body, dict) else {}
    amount: int | None = None
    title = name.of(language)
    if envelope.type == "sale.closed@1":
        amount = int(body.get("payable_fen", 0))
    elif envelope.type == "return.closed@1":
        amount = -abs(int(body.get("total_fen", 0)))
    elif envelope.type == "cash.moved@1":
        amount = int(body.get("amount_fen", 0))
    return QueueRow(icon, title, f"№ {envelope.place.seq}", amount, envelope.at)


class _QueueLine(Painted):
    """One row of the queue."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._row: QueueRow | None = None
        self.restyle()

    def show_row(self, row: QueueRow | None) -> None:
        """Show a record, or nothing."""
        self._row = row
        self.setVisible(row is not None)
        if row is not None:
            self.setAccessibleName(f"{row.title} {row.number}")
        self.update()

    def measure(self) -> None:
        """52 high."""
        self.setFixedHeight(self.theme.px(52))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Icon, name and number; amount, time and state in their columns."""
        row, theme, px = self._row, self.theme, self.theme.px
        if row is None:
            return
        tile = QRectF(0, rect.center().y() - px(16), px(32), px(32))
        paint.rounded(painter, tile, px(8), theme.color("brand_t"))
        paint.icon(painter, theme, row.icon, tile.center().x() - px(9), tile.center().y(), 18, "brand_ink", "fill")
        x = tile.right() + px(12)
        paint.text_at(painter, x, rect.top() + px(17), row.title, theme.face("body_strong"), theme.color("ink"))
        paint.text_at(painter, x, rect.top() + px(36), row.number, theme.face("caption"), theme.color("ink3"))
        state = QRectF(rect.right() - px(64), rect.top(), px(64), rect.height())
        words = wording.words("state_waiting", theme.language)
        paint.pill(painter, theme, state.left(), rect.center().y(), words, tone="mute", height=26)
        when = QRectF(state.left() - px(104), rect.top(), px(92), rect.height())
        paint.text(painter, when, f"{row.at.astimezone(SHOP_TIME):%H:%M:%S}", theme.face("body"), theme.color("ink2"))
        if row.amount_fen is not None:
            amount = QRectF(when.left() - px(150), rect.top(), px(130), rect.height())
            paint.money(painter, theme, amount, row.amount_fen, size=15)
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
        head = Row(theme, self._queue_title, self._queue_count, (self._queue_note, 1), gap=10)
        queue = Panel(
            theme,
            Column(theme, head, self._held, 4, *self._lines, 6, self._more, (self._empty, 1), Spring(), gap=0, margins=(16, 14, 16, 12)),
        )
        self._down_title = Card(theme, "", gap=12)
        self._down = [(Txt(theme, "", "body_strong"), Txt(theme, "", "caption", "ink3"), Pill(theme, "", "good")) for _ in range(2)]
        for icon, (name, line, pill) in zip(("tag", "users"), self._down, strict=True):
            both = boxed(Column(theme, name, line, gap=0))
            layout = self._down_title.layout()
            assert isinstance(layout, Column)
            layout.add(Row(theme, Icon(theme, icon, 20), both, Spring(), pill, gap=12))
        self._down_title.setFixedWidth(theme.px(340))
        self._side = boxed(Column(theme, self._down_title, Spring(), gap=12))
        self.setLayout(Column(theme, top, (boxed(Row(theme, (queue, 1), self._side, gap=12)), 1), gap=12, margins=(16, 12, 16, 12)))
        self._ticking = QTimer(self)
        self._ticking.setInterval(1000)
        self._ticking.timeout.connect(self._tick)
        self.bridge.syncing.connect(self._state_changed)
        theme.changed.connect(self._draw)
        self._draw()

    def _say(self, key: str, **facts: object) -> str:
        return wording.words(key, self.theme.language, **facts)

    # ------------------------------------------------------------------ the window asks

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """F5 tries at once."""
        back = FKeySpec("Esc", wording.WINDOW["back"], lambda: self.go.emit("sale"))
        if self.till.sync.state.kind == "off":
            return (back,)
        return (back, FKeySpec("F5", wording.WINDOW["retry_now"], self._try_now, primary=True))

    def badge(self) -> str:
        """How many records wait, while they cannot be sent."""
        state = self.till.sync.state
        return str(state.waiting) if state.waiting and state.kind in ("offline", "portal", "recovering") else ""

    def on_shown(self) -> None:
        """Read the queue anew, and keep it fresh while it is looked at."""
        self._draw()
        self._ticking.start()

    def on_left(self) -> None:
        """Stop reading."""
        self._ticking.stop()

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

    def _draw(self) -> None:
        state = self.till.sync.state
        counts = self.till.store.outbox.counts()
        self._draw_state(state.kind, counts.waiting, state.sent, state.backlog)
        self._draw_next(state.kind, state.next_try_at)
        self._draw_queue(state.kind, counts.waiting, counts.oldest_at, counts.quarantined)
        self._draw_downloads(state.kind, state.last_ok_at)

    def _draw_state(self, kind: str, waiting: int, sent: int, backlog: int) -> None:
        icon, tone = {
            "online": ("cloud-check", "good"),
            "recovering": ("cloud-arrow-up", "info"),
            "offline": ("cloud-slash", "info"),
            "portal": ("cloud-warning", "warn"),
        }.get(kind, ("storefront", "brand"))
        self._tile.set_icon(icon, tone)
        self._title.set_words(self._say(f"sync_{kind}", sent=sent, backlog=backlog))
        at = self.till.sync.state.last_ok_at
        checked = "data_of" if at else "data_own"
        sure = ("safe_own", "data_own", "no_need") if kind == "off" else ("safe_n" if waiting else "safe_0", checked, "no_repeat")
        time = f"{at.astimezone(SHOP_TIME):%H:%M}" if at else ""
        for (_, words), key in zip(self._sure, sure, strict=True):
            words.set_words(self._say(key, count=waiting, time=time))

    def _draw_next(self, kind: str, next_try_at: datetime | None) -> None:
        self._retry.setVisible(kind != "off")
        self._retry.set_words(self._say("retry_now"))
        left = (next_try_at - self.till.clock.now()).total_seconds() if next_try_at else 0
        waits = kind in ("offline", "portal") and left > 0
        self._next.set_words(self._say("next_try", seconds=round(left)) if waits else "")

    def _draw_queue(self, kind: str, waiting: int, oldest: datetime | None, held: int) -> None:
        self._queue_title.set_words(self._say("to_send"))
        own = kind == "off"
        rows = [] if own else [row_of(raw, self.theme.language) for _, _, raw in self.till.store.outbox.pending(ROWS)]
        self._queue_count.setVisible(bool(rows))
        self._queue_count.set_words(str(waiting))
        age = self.till.clock.now() - oldest if oldest and rows else timedelta()
        minutes = round(age.total_seconds() / 60)
        late = self._say("oldest", minutes=minutes) if minutes < 120 else self._say("oldest_hours", hours=minutes // 60)
        self._queue_note.set_words(late if minutes else "")
        self._held.setVisible(held > 0)
        self._held.set_words(self._say("quarantined", count=held) if held else "")
        for order, line in enumerate(self._lines):
            line.show_row(rows[order] if order < len(rows) else None)
        more = waiting - len(rows)
        self._more.setVisible(bool(rows) and more > 0)
        self._more.set_words(self._say("more_rows", count=more))
        self._empty.setVisible(not rows)
        title, body = ("queue_own", "queue_own_body") if own else ("queue_empty", "queue_empty_body")
        self._empty.title.set_words(self._say(title))
        self._empty.detail.set_words(self._say(body))

    def _draw_downloads(self, kind: str, at: datetime | None) -> None:
        self._down_title.title.set_words(self._say("downloads"))
        self._side.setVisible(kind != "off")
        time = f"{at.astimezone(SHOP_TIME):%H:%M}" if at else self._say("never")
        lines = (
            (self._say("catalogue"), self._say("catalogue_line", version=self.till.store.catalogue.version)),
            (self._say("members"), self._say("members_line", count=self.till.store.people.member_count())),
        )
        for (name, line, pill), (title, below) in zip(self._down, lines, strict=True):
            name.set_words(title)
            line.set_words(below)
            pill.set_words(time, "good" if at else "mute")
