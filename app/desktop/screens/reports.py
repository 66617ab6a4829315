"""The Reports page: choose a report and what it is about by keyboard, and save it as a page or a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.counter.faults import Refused
from app.counter.scene import QuestionField
from app.desktop.screens.desk import Desk, Listing, Sheet, Slot, clock_text
from app.desktop.screens.form import Form
from app.desktop.screens.page import FKeySpec, Surroundings
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.widgets.arrange import Column, Row, Spring, hold_width
from app.desktop.widgets.buttons import Btn, IconBtn
from app.desktop.widgets.chips import Chip, Pill
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, IconTile, Para, Rule, Txt
from app.desktop.wording import sentence
from app.domain.verdict import Text
from app.reports import REPORTS, Report
from app.store.shifts import ShiftRow

RIGHT_WIDTH = 432
_ICONS = {
    "day_book": "receipt",
    "z": "seal-check",
    "x": "chart-line-up",
    "day": "calendar-check",
    "ephedrine": "identification-card",
    "psych2": "identification-card",
    "special_compound": "identification-card",
    "reviews": "prescription",
    "duties": "thermometer",
    "near_expiry": "calendar-x",
    "access": "user-focus",
}


class ReportsPage(Desk):
    """What the ledger holds, on paper: one list, one choice of time, two ways to save it."""

    key = "reports"
    title = Text("报表", "Reports")
    icon = "file-text"
    at_foot = True

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._report: Report = REPORTS[0]
        self._first = self._last = date.min
        self._closed: tuple[ShiftRow, ...] | None = None
        self._shift = 0
        self._typed_in = 0
        """One more whenever something was typed: a field is not kept for the next visit with what stands in it."""
        self._rows: tuple[ListRow, ...] = ()
        self._entries: dict[str, Entry] = {}
        self._wrong = False
        self._busy = False
        self._form: Form | None = None
        self._saved: Path | None = None
        self._way = Slot()
        self._left, self._right = Slot(), Slot()
        hold_width(self.theme, self._right, RIGHT_WIDTH)
        self.lay((self._left, 1), self._right)

    # ------------------------------------------------------------------ what the window calls

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys that work in the present state."""
        keys = [FKeySpec("Esc", Text("返回", "Back"), self._back)]
        if self._form is not None or self._busy:
            return tuple(keys)
        if self._report.span != "now":
            keys.append(FKeySpec("F4", Text("前一个", "Earlier"), lambda: self._step(-1)))
            keys.append(FKeySpec("F5", Text("后一个", "Later"), lambda: self._step(1)))
        if self._report.span in ("day", "days", "month"):
            keys.append(FKeySpec("F6", Text("输日期", "Type the date"), self._type_date))
        if self._missing() is None:
            if self._report.csv:
                keys.append(FKeySpec("F8", Text("导出 CSV", "Save as CSV"), lambda: self._save("csv")))
            keys.append(FKeySpec("F12", Text("导出 PDF", "Save as PDF"), lambda: self._save("pdf"), primary=True))
        return tuple(keys)

    def on_shown(self) -> None:
        """Begin with this business day."""
        self._form, self._saved = None, None
        self._closed, self._shift = None, 0
        self._begin()
        self.come_in_parts(self._come())

    def let_go(self) -> None:
        """List and choice."""
        self._rows, self._entries = (), {}
        self._left.empty()
        self._right.empty()

    def show_topic(self, key: str) -> None:
        """Begin with the report of this key."""
        self._report = next((report for report in REPORTS if report.key == key), self._report)

    def on_key(self, name: str) -> bool:
        """Esc steps back; arrows enter the list, left and right move in time."""
        self.draw_out()
        if name == "Esc":
            self._back()
        elif name in ("Up", "Down"):
            self._focus_list()
        elif name in ("Left", "Right") and self._form is None:
            self._step(-1 if name == "Left" else 1)
        else:
            return False
        return True

    # ------------------------------------------------------------------ choosing

    @property
    def _shifts(self) -> tuple[ShiftRow, ...]:
        """The shifts that were closed, the last one first; read once in a visit, and only for what is about a shift."""
        if self._closed is None:
            self._closed = self.till.store.shifts.closed_shifts()
        return self._closed

    def _today(self) -> date:
        return self.till.staging.frame().day

    def _begin(self) -> None:
        """What the chosen report is about to begin with."""
        today = self._today()
        self._first = self._last = today
        if self._report.key == "day":
            self._first = self._last = self.till.store.shifts.last_day_closed() or today
        if self._report.span in ("days", "month"):
            self._set_month(today)
        self._wrong = False

    def _set_month(self, day: date) -> None:
        self._first = day.replace(day=1)
        self._last = (self._first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def _choose(self, report: Report) -> None:
        if report.key == self._report.key or self._form is not None or self._busy:
            return
        before, self._report = self._report, report
        # A day chosen for one report holds for the next one about a day.
        if report.span != before.span or report.key == "day":
            self._begin()
        self._saved = None
        for row in self._rows:
            row.set_chosen(row.objectName() == f"report-{report.key}")
        self._draw_right()
        self.changed.emit()

    def _step(self, by: int) -> None:
        """One day, month or shift earlier or later; nothing lies after today."""
        if self._form is not None or self._busy:
            return
        match self._report.span:
            case "shift":
                self._shift = max(0, min(len(self._shifts) - 1, self._shift - by))
            case "day":
                self._first = self._last = min(self._first + timedelta(days=by), self._today())
            case "days" | "month":
                whole = self._first - timedelta(days=1) if by < 0 else (self._first.replace(day=28) + timedelta(days=4)).replace(day=1)
                if whole <= self._today():
                    self._set_month(whole)
            case _:
                return
        self._wrong, self._saved = False, None
        self._draw_right()
        self.changed.emit()

    def _type_date(self) -> None:
        self.draw_out()
        entry = next(iter(self._entries.values()))
        entry.setFocus(Qt.FocusReason.TabFocusReason)
        entry.selectAll()

    def _typed(self, name: str, text: str) -> None:
        """A date as it is typed; an unfinished one keeps both buttons dead."""
        self._typed_in += 1
        day = _day_of(text, month=self._report.span == "month")
        self._entries[name].set_wrong(day is None and len(text.strip()) >= 8)
        before = self._missing()
        if day is None:
            self._wrong = True
        else:
            self._wrong = False
            if self._report.span == "month":
                self._set_month(day)
            elif self._report.span == "day":
                self._first = self._last = day
            elif name == "first":
                self._first = day
            else:
                self._last = day
        if self._missing() != before:
            self._draw_way()
        self.changed.emit()

    def _missing(self) -> Text | None:
        """Why the chosen report cannot be made, or None."""
        shifts = self.till.store.shifts
        if self._wrong:
            return Text("日期写成 2026-11-21 或 20261121", "Write the date like 2026-11-21 or 20261121")
        match self._report.key:
            case "x" if not self.till.shifts.has_open_shift:
                return Text("还没开班，没有班中数", "No shift is open")
            case "z" if not self._shifts:
                return Text("还没有交过班", "No shift has been closed yet")
            case "day" if shifts.day_closing(self._first) is None:
                return Text(f"{self._first} 还没日结", f"{self._first} has not been closed")
        if self._last < self._first:
            return Text("结束日期早于开始日期", "The last day lies before the first")
        return None

    # ------------------------------------------------------------------ saving

    def _save(self, form: str) -> None:
        if self._busy or self._form is not None or self._missing() is not None:
            return
        if self._report.personal and self._lacks_right():
            self._ask_pin(form)
        else:
            self._write(form)

    def _lacks_right(self) -> bool:
        return self.till.shifts.needs_pin("rights.registers")

    def _ask_pin(self, wanted: str) -> None:
        form = Form(
            self.theme,
            Text("导出含个人信息的报表", "A report with personal data"),
            (QuestionField("pin", "pin", Text("药师或店长 PIN", "PIN of a pharmacist or manager")),),
            body=Text("里面有姓名和证件号，只能由药师或店长导出", "It names people: only a pharmacist or manager may save it"),
            confirm=Text("导出", "Save"),
            close=Text("返回", "Back"),
        )
        form.left.connect(self._back)
        form.answered.connect(lambda values: self._allowed(wanted, values["pin"]))
        self._form = form
        self._right.fill(Column(self.theme, form, Spring()))
        self.changed.emit()
        form.begin()

    def _allowed(self, wanted: str, pin: str) -> None:
        assert self._form is not None
        try:
            self.till.authorising.anyone(pin, self.till.settings.text("rights.registers").split(";"))
        except Refused as refusal:
            self._form.clear("pin")
            self._form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language), "pin")
            self.refuse(refusal)
            return
        self._form = None
        self._write(wanted)

    def _write(self, form: str) -> None:
        """Make and write it on a thread of its own."""
        from_shift = self._shifts[self._shift].shift_id if self._report.span == "shift" else ""
        store, report, made_at = self.till.store, self._report, self.till.clock.now()
        first, last, near = self._first, self._last, self.till.staging.near_expiry_days()

        def work() -> Path:
            # Imported when wanted: the PDF writer would slow every start.
            from app.reports.making import ReportFault, Wish, keep, make

            wish = Wish(report.key, form, first, last, from_shift, near)
            try:
                made = make(store, wish, made_at=made_at)
                return keep(made, Path(store.directory) / "reports" / made.name)
            except ReportFault as fault:
                raise Refused(fault.code, **fault.facts) from fault
            except OSError as error:
                raise Refused("report_not_written", why=error.strerror or type(error).__name__) from error

        self._busy, self._saved = True, None
        self._draw_right()
        self.changed.emit()
        self.in_background(work, self._done, self._failed)

    def _done(self, path: Path) -> None:
        self._busy, self._saved = False, path
        self._draw_right()
        self.toast.emit(self.say(f"已存为 {path.name}", f"Saved as {path.name}"), "file-pdf" if path.suffix == ".pdf" else "table")
        self._focus_list()

    def _failed(self) -> None:
        self._busy = False
        self._draw_right()
        self._focus_list()

    def _back(self) -> None:
        if self._form is not None:
            self._form = None
            self._draw_right()
            self.changed.emit()
            self._focus_list()
        elif any(entry.hasFocus() for entry in self._entries.values()):
            self._focus_list()
        else:
            self.go.emit("sale")

    def _focus_list(self) -> None:
        row = next((row for row in self._rows if row.objectName() == f"report-{self._report.key}"), None)
        if row is not None:
            row.setFocus(Qt.FocusReason.TabFocusReason)

    # ------------------------------------------------------------------ drawing

    def redraw(self) -> None:
        """Draw the list and the choice, unless nobody looks."""
        if not self.isVisible():
            return
        self._draw_list()
        if self._form is None:
            self._draw_right()

    def _come(self) -> Iterator[None]:
        """The list, then what is chosen; what stands for the same facts stays."""
        if not self._left.stands_for(self.look()):
            # The turn in which the page comes is the frame's own.
            yield
        if self._draw_list():
            yield
        self._focus_list()
        self._draw_right()

    def _draw_list(self) -> bool:
        """Whether it was made anew."""
        made = self._left.fill_for(self.look(), self._list)
        for row in self._rows:
            row.set_chosen(row.objectName() == f"report-{self._report.key}")
        return made

    def _list(self) -> Sheet:
        theme = self.theme
        head = Row(
            theme,
            Txt(theme, self.say("报表", "Reports"), "section"),
            Spring(),
            Txt(theme, self.say("↑↓ 选报表，←→ 换日期", "↑↓ report, ←→ time"), "label", "ink3"),
            gap=10,
            margins=(18, 14, 18, 12),
        )
        self._rows = tuple(self._row(report) for report in REPORTS)
        return Sheet(theme, Column(theme, head, Rule(theme), (Listing(theme, self._rows), 1), gap=0))

    def _row(self, report: Report) -> ListRow:
        kinds = "PDF · CSV" if report.csv else "PDF"
        guarded = Cell(pill=self.say("要 PIN", "PIN"), pill_tone="warn", width=88, align="right") if report.personal else Cell(width=88)
        row = ListRow(
            self.theme,
            (
                Cell(self.of(report.title), sub=self.of(report.about), icon=_ICONS[report.key], tile="brand"),
                guarded,
                Cell(kinds, width=96, align="right", role="label", tone="ink3"),
            ),
            height=55,
            pad=18,
            chosen=report.key == self._report.key,
        )
        row.setObjectName(f"report-{report.key}")
        row.reached.connect(lambda: self._choose(report))
        row.clicked.connect(lambda: self._choose(report))
        row.nudged.connect(self._step)
        return row

    def _draw_right(self) -> None:
        report = self._report
        about: object = (self._first, self._last)
        if report.span == "shift":
            about = (self._shifts, self._shift)
        elif report.span == "now":
            about = clock_text(self.till.clock.now())
        self._right.fill_for((self.look(), report, about, self._typed_in), self._choice)
        self._draw_way()

    def _choice(self) -> Column:
        """What is chosen, and a place for the way out."""
        theme, report = self.theme, self._report
        self._entries = {}
        card = Column(theme, gap=12, margins=(18, 16, 18, 16))
        title = Para(theme, self.of(report.title), "section", "ink")
        card.add(Row(theme, IconTile(theme, _ICONS[report.key], 44), (title, 1), gap=12))
        card.add(Txt(theme, self.of(report.about), "label", "ink2", elide=True))
        card.add(Rule(theme, dashed=True))
        self._draw_span(card)
        if report.personal:
            card.add(Rule(theme, dashed=True))
            warning = self.say(
                "含顾客姓名、证件号或诊断。存下后只给该看的人，用完即删",
                "It names customers. Keep it from other eyes, delete it after use",
            )
            card.add(Row(theme, Icon(theme, "shield-warning", 20, "warn", "fill"), (Para(theme, warning, "label", "warn_ink"), 1), gap=8))
        card.add(Spring())
        self._way = Slot()
        return Column(theme, (Panel(theme, card), 1), self._way, gap=10)

    def _draw_span(self, card: Column) -> None:
        """What the report is about, with the way earlier and later."""
        theme, report = self.theme, self._report
        if report.span == "now":
            now = self.till.clock.now()
            about = self.say("此刻在架的货", "The shelf as it stands now")
            if report.key == "x":
                about = self.say("本班开班到现在", "This shift until now")
            card.add(Row(theme, Txt(theme, about, "body_strong"), Spring(), Chip(theme, clock_text(now))))
            return
        words = {
            "shift": Text("班次", "Shift"),
            "day": Text("营业日", "Business day"),
            "days": Text("起止日期", "From and to"),
            "month": Text("月份", "Month"),
        }[report.span]
        earlier = IconBtn(theme, "caret-left", self.say("前一个", "Earlier"), size=40)
        earlier.setObjectName("earlier")
        earlier.clicked.connect(lambda: self._step(-1))
        later = IconBtn(theme, "caret-right", self.say("后一个", "Later"), size=40)
        later.setObjectName("later")
        later.clicked.connect(lambda: self._step(1))
        card.add(Row(theme, Txt(theme, self.of(words), "label", "ink2"), Spring(), earlier, later, gap=6))
        if report.span == "shift":
            self._draw_shift(card)
        elif report.span == "days":
            first, last = self._entry("first", self._first), self._entry("last", self._last)
            card.add(Row(theme, (first, 1), Txt(theme, "–", "body", "ink3"), (last, 1)))
        else:
            card.add(self._entry("first", self._first))

    def _draw_shift(self, card: Column) -> None:
        theme = self.theme
        if not self._shifts:
            return
        row = self._shifts[self._shift]
        staff = self.till.store.people.staff_by_id(row.staff_id)
        title = self.say(f"Z 第 {row.z_no:04d} 号", f"Z {row.z_no:04d}")
        card.add(Row(theme, Txt(theme, title, "page"), Spring(), Chip(theme, f"{self._shift + 1}/{len(self._shifts)}")))
        closed = clock_text(row.closed_at, row.day) if row.closed_at else ""
        span = f"{row.day} · {clock_text(row.opened_at, row.day)}–{closed}"
        card.add(Txt(theme, f"{staff.name if staff else row.staff_id} · {span}", "body", "ink2", elide=True))

    def _entry(self, name: str, day: date) -> Entry:
        month = self._report.span == "month"
        spoken = self.say("月份", "Month") if month else self.say("日期", "Date")
        entry = Entry(self.theme, spoken=spoken)
        entry.setObjectName(f"date-{name}")
        entry.setText(f"{day:%Y-%m}" if month else day.isoformat())
        entry.textEdited.connect(lambda text: self._typed(name, text))
        entry.returnPressed.connect(lambda: self._entered(name))
        self._entries[name] = entry
        return entry

    def _entered(self, name: str) -> None:
        """Enter in a date: on to the other one, else back to the list."""
        if name == "first" and "last" in self._entries:
            self._entries["last"].setFocus(Qt.FocusReason.TabFocusReason)
            self._entries["last"].selectAll()
        else:
            self._focus_list()

    def _draw_way(self) -> None:
        """The two buttons, or why there are none, and where the last file lies."""
        missing = self._missing()
        self._way.fill_for((self.look(), self._busy, missing, self._saved, self._report.csv), lambda: self._out(missing))

    def _out(self, missing: Text | None) -> Column:
        theme = self.theme
        column = Column(theme, gap=8)
        if self._busy:
            column.add(self._line("hourglass-medium", "info", self.say("正在生成，可以继续收银", "Being made; you can go on selling")))
        elif missing is not None:
            column.add(self._line("info", "info", self.of(missing)))
        if self._saved is not None:
            column.add(self._saved_card(self._saved))
        pdf = Btn(theme, self.say("导出 PDF", "Save as PDF"), "primary", icon="file-pdf", key="F12", height=52, role="head")
        pdf.setObjectName("save-pdf")
        pdf.setEnabled(missing is None and not self._busy)
        pdf.clicked.connect(lambda: self._save("pdf"))
        if self._report.csv:
            table = Btn(theme, self.say("导出 CSV", "Save as CSV"), icon="table", key="F8", height=44)
            table.setObjectName("save-csv")
            table.setEnabled(missing is None and not self._busy)
            table.clicked.connect(lambda: self._save("csv"))
            column.add(table)
        column.add(pdf)
        return column

    def _line(self, icon: str, tone: str, words: str) -> Row:
        return Row(self.theme, Icon(self.theme, icon, 20, tone, "fill"), (Para(self.theme, words, "label", f"{tone}_ink"), 1), gap=8)

    def _saved_card(self, path: Path) -> Panel:
        theme = self.theme
        face, room = theme.face("caption"), theme.px(RIGHT_WIDTH - 36)
        lines = [Txt(theme, line, "caption", "ink2") for line in _broken(path.parent, lambda words: face.width(words) <= room)]
        head = Row(theme, Icon(theme, "check-circle", 20, "good", "fill"), (Txt(theme, path.name, "body_strong", elide=True), 1), gap=8)
        head.add(Pill(theme, f"{max(1, path.stat().st_size // 1024)} KB", "good"))
        card = Panel(theme, Column(theme, head, *lines, gap=4, margins=(14, 10, 14, 10)), fill="good_t", line="good_l")
        card.setAccessibleName(str(path))
        return card


def _day_of(text: str, *, month: bool) -> date | None:
    """A date as it is typed: 2026-11-21, 20261121, or 2026-11 where a month is meant."""
    digits = "".join(sign for sign in text if sign.isdigit())
    if month and len(digits) == 6:
        digits += "01"
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if len(digits) == 8 and int(digits[:4]) > 1999 else None
    except ValueError:
        return None


def _broken(folder: Path, fits: Callable[[str], bool]) -> list[str]:
    """A folder's path in lines that fit, broken after separators; nothing of it is left out."""
    lines = [""]
    for part in re.split(r"(?<=[/\\])", str(folder)):
        if lines[-1] and not fits(lines[-1] + part):
            lines.append("")
        lines[-1] += part
    return lines
