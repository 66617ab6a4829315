"""The print queue as rows: what has not come out for certain, why, and what a person can say about each or about all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import chain

from PySide6.QtWidgets import QWidget

from app.counter.printing import OPEN_STATES, TROUBLES
from app.desktop.screens.desk import Desk, Sheet, Slot, clock_text, short_number
from app.desktop.screens.in_parts import Growing, grow
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.widgets.arrange import Column, Row, Spring
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.chips import Pill
from app.desktop.widgets.words import Txt
from app.domain.verdict import Text
from app.store.print_jobs import PrintJob

KINDS = {
    "sale": Text("销售小票", "Sale receipt"),
    "return": Text("退货单", "Return slip"),
    "load": Text("储值充值单", "Stored value in"),
    "payout": Text("退余额单", "Stored value out"),
    "void": Text("作废单", "Void slip"),
    "z": Text("交班 Z", "Z report"),
    "x": Text("X 报表", "X report"),
    "coupon": Text("优惠券", "Coupon"),
    "day": Text("日结单", "Day report"),
    "cash": Text("存取款单", "Cash slip"),
    "reprint": Text("补打小票", "Reprint"),
    "label": Text("标签", "Labels"),
    "test": Text("测试页", "Test page"),
}
_WHY = {
    "paper_out": Text("缺纸，等待中", "Paper out, waits"),
    "cover_open": Text("机盖开着，等待中", "Cover open, waits"),
    "cutter": Text("切刀卡住，等待中", "Cutter stuck, waits"),
    "offline": Text("打印机离线，等待中", "Printer offline, waits"),
    "label_paper_out": Text("标签机缺纸，等待中", "Label printer: no paper"),
    "label_cover_open": Text("标签机盖开着，等待中", "Label printer: cover open"),
    "label_offline": Text("标签机离线，等待中", "Label printer offline"),
}
_FROM_BEFORE = Text("已收款，重启前没打", "Paid, not printed before the restart")
_STATES = {
    "queued": (Text("排队中", "Queued"), "ink2"),
    "failed": (Text("没打出", "Did not print"), "bad_ink"),
    "unknown": (Text("不知打没打出，请看一眼", "Look whether it came out"), "warn_ink"),
    "sent": (Text("已送出", "Sent"), "ink2"),
    "confirmed": (Text("已打好", "Printed"), "good_ink"),
    "waived": (Text("不要了", "Not needed"), "ink3"),
}
AT_ONCE = 2
"""Rows made in one turn: each bears three buttons."""
MOST_ROWS = 60
"""Rows drawn at once; more are counted."""


def state_words(job: PrintJob) -> tuple[Text, str]:
    """What a job's state is called, and the tone it is said in."""
    if job.state == "waiting":
        return _WHY.get(job.facts.get("why", ""), _FROM_BEFORE), "warn_ink"
    return _STATES[job.state]


class PrintQueue(Slot):
    """Shows the open jobs of a desk's till and passes on what is decided; hidden by its owner where there are none."""

    def __init__(self, desk: Desk, decided: Callable[[], None] | None = None, *, rows_shown: int = 0) -> None:
        """`decided` draws the desk anew once something was decided; `rows_shown` fixes the height to that many rows, 0 takes what room
        there is.
        """
        super().__init__()
        self._desk = desk
        self._decided = decided or desk.redraw
        self._rows_shown = rows_shown
        self.jobs: tuple[PrintJob, ...] = ()
        self._sold: dict[str, tuple[str, int]] = {}
        """Event → printed number and amount in fen of its sale, which nothing changes any more; '' for what is no sale."""
        self._growing: Growing | None = None
        self._buttons: list[list[QWidget]] = []
        """Of each row that is made."""

    def read(self) -> Iterator[None]:
        """Read the queue anew, and in further steps of which sales its paper is."""
        self.jobs = self._desk.till.store.jobs.list(OPEN_STATES)
        for event_id in {job.event_id for job in self.jobs[:MOST_ROWS] if job.event_id} - self._sold.keys():
            yield
            sale = self._desk.till.store.sales.by_event(event_id)
            self._sold[event_id] = (short_number(sale.number), sale.body.payable_fen) if sale is not None else ("", 0)

    def show_jobs(self) -> Iterator[None]:
        """Show what was read, the rows that are seen first before the others."""
        if not self.jobs:
            return
        desk, shown = self._desk, self.jobs[:MOST_ROWS]
        printing, day = desk.till.printing, desk.till.staging.frame().day
        facts = (self.jobs, printing.state.asks, printing.has_second, day, desk.look())
        self.fill_for(facts, lambda: self._sheet(shown))
        assert self._growing is not None
        for _ in grow(self._growing, len(shown), lambda order: self._row(shown[order]), further=AT_ONCE):
            yield
            self._line_up()
        self._line_up()

    def draw(self) -> bool:
        """Read the queue anew and show it, all now; whether there is anything in it."""
        for _ in chain(self.read(), self.show_jobs()):
            pass
        return bool(self.jobs)

    def _sheet(self, shown: Sequence[PrintJob]) -> Sheet:
        theme = self._desk.theme
        self._buttons = []
        listing = self._growing = Growing(theme, len(shown), lambda order: self._row(shown[order]), first=AT_ONCE)
        if self._rows_shown:
            listing.setFixedHeight(theme.px(52 * min(len(shown), self._rows_shown) + 4))
        self._line_up()
        body = Column(theme, self._head(), (listing, 0 if self._rows_shown else 1), 6, gap=0)
        left = len(self.jobs) - MOST_ROWS
        if left > 0:
            body.add(Txt(theme, self._desk.say(f"还有 {left} 张", f"{left} more"), "label", "ink3", align="center"))
            body.add(8)
        return Sheet(theme, body)

    def _line_up(self) -> None:
        """The columns of all rows stand below each other, whatever can be said about each."""
        assert self._growing is not None
        widths = tuple(max(0, *(buttons[place].sizeHint().width() for buttons in self._buttons)) for place in range(3))
        for row, buttons in zip(self._growing.chosen_from, self._buttons, strict=True):
            if tuple(button.maximumWidth() for button in buttons) != widths:
                for button, width in zip(buttons, widths, strict=True):
                    button.setFixedWidth(width)
                row.restyle()

    def _head(self) -> Row:
        desk, theme = self._desk, self._desk.theme
        asks = desk.till.printing.state.asks
        note = desk.say("单据已存本机，打印不挡收款", "Paper is kept here; printing never holds up a sale")
        if asks:
            note = desk.say(f"纸装好了：这 {asks} 张还要打吗？", f"Paper is in: print these {asks}?")
        head = Row(
            theme,
            Txt(theme, desk.say("打印队列", "Print queue"), "head"),
            Pill(theme, str(len(self.jobs)), "bad"),
            6,
            Txt(theme, note, "label_strong" if asks else "label", "brand_ink" if asks else "ink3"),
            Spring(),
            gap=8,
            margins=(18, 12, 18, 8),
        )
        waiting = [job.job_id for job in self.jobs if job.state in ("waiting", "failed")]
        if len(waiting) > 1:
            every = Btn(theme, desk.say("全部打印", "Print all"), "tonal", height=36, role="label_strong")
            every.setObjectName("again-all")
            every.clicked.connect(lambda: self._print_all(waiting))
            none = Btn(theme, desk.say("全部不要", "None needed"), "ghost", height=36, role="label_strong")
            none.setObjectName("drop-all")
            none.clicked.connect(lambda: self._drawn_after(desk.till.printing.waive(*waiting)))
            head.add(every)
            head.add(none)
        return head

    def _choices(self, job: PrintJob) -> list[QWidget]:
        """Three places: what may be said besides, printing, and not needed."""
        desk = self._desk
        troubled = job.facts.get("why") in TROUBLES and job.facts.get("road") != "2" and job.printer == "receipt"
        if job.state == "unknown":
            other: QWidget = self._button(job, "seen", desk.say("已打好", "It came out"), lambda: self._waive(job))
        elif troubled and desk.till.printing.has_second:
            other = self._button(job, "second", desk.say("2 号机打", "On printer 2"), lambda: self._again(job, road=2))
        else:
            other = QWidget()
        first = desk.say("补打", "Print a copy") if job.state == "unknown" else desk.say("打印", "Print")
        return [
            other,
            self._button(job, "again", first, lambda: self._again(job)),
            self._button(job, "drop", desk.say("不要了", "Not needed"), lambda: self._waive(job), "ghost"),
        ]

    def _row(self, job: PrintJob) -> ListRow:
        desk, theme = self._desk, self._desk.theme
        words, tone = state_words(job)
        number, payable_fen = self._sold.get(job.event_id, ("", 0))
        kind = KINDS.get(job.kind, Text(job.kind))
        cells = [
            Cell(desk.of(kind), strong=number, icon="receipt", icon_tone="ink3"),
            Cell(fen=payable_fen, width=110, align="right") if number else Cell(width=110),
            Cell(clock_text(job.at, desk.till.staging.frame().day), width=84, role="label", tone="ink3", align="right"),
            Cell(desk.of(words), width=216, role="label", tone=tone, align="right"),
        ]
        buttons = self._choices(job)
        self._buttons.append(buttons)
        return ListRow(theme, cells, *buttons, height=52, pad=18, plain=True)

    def _button(self, job: PrintJob, name: str, words: str, act: Callable[[], None], kind: str = "line") -> Btn:
        button = Btn(self._desk.theme, words, "ghost" if kind == "ghost" else "line", height=36)
        button.setObjectName(f"{name}-{job.job_id}")
        button.clicked.connect(act)
        return button

    def _again(self, job: PrintJob, *, road: int = 0) -> None:
        desk = self._desk

        def handed(_: None) -> None:
            desk.toast.emit(desk.say("已交给打印机", "Goes to the printer"), "printer")
            self._decided()

        desk.settled(lambda: desk.till.shifts.print_again(job.job_id, road=road), handed)

    def _print_all(self, job_ids: list[str]) -> None:
        """One after another: the last is on disk after all the others."""
        for job_id in job_ids:
            self._desk.settled(partial(self._desk.till.shifts.print_again, job_id), lambda _: None)
        self._drawn_after(self._desk.till.store.writer.submit(lambda _: None, urgent=False))

    def _drawn_after(self, kept: Future[None]) -> None:
        self._desk.after(kept, lambda _: self._decided())

    def _waive(self, job: PrintJob) -> None:
        self._drawn_after(self._desk.till.printing.waive(job.job_id))


def log_row(desk: Desk, job: PrintJob) -> ListRow:
    """A job in the log of all printing: what, when, how it ended, and on which printer."""
    words, tone = state_words(job)
    road = {"1": desk.say("1 号机", "Printer 1"), "2": desk.say("2 号机", "Printer 2")}.get(job.facts.get("road", ""), "")
    copy = desk.say(f"补打第 {job.facts['copy']} 次", f"copy {job.facts['copy']}") if job.facts.get("copy") else ""
    sale = desk.till.store.sales.by_event(job.event_id) if job.event_id else None
    cells = (
        Cell(
            desk.of(KINDS.get(job.kind, Text(job.kind))), strong=short_number(sale.number) if sale else "", icon="receipt", icon_tone="ink3"
        ),
        Cell(copy, width=120, role="label", tone="ink3"),
        Cell(clock_text(job.changed_at, desk.till.staging.frame().day), width=110, role="label", tone="ink3", align="right"),
        Cell(road, width=100, role="label", tone="ink2", align="right"),
        Cell(desk.of(words), width=216, role="label", tone=tone, align="right"),
    )
    return ListRow(desk.theme, cells, height=46, pad=18, plain=True)
