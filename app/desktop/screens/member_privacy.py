"""A member's own data on their page: a copy for the person, and erasing, which nothing brings back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from app.counter.erasing import DIGITS, EraseScene
from app.counter.scene import QuestionField
from app.desktop.screens.member_forms import FormSheet, Rows, Sheet
from app.desktop.screens.member_parts import say
from app.desktop.screens.rows import Cell, Chips, Choice
from app.desktop.theme import Theme
from app.desktop.widgets.arrange import Column, Row, Spring, hold_width
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.words import Icon, Para, Txt
from app.domain.verdict import Text

REASONS = {
    "asked": Text("本人要求", "Asked for"),
    "withdrawn": Text("撤回同意", "Consent withdrawn"),
    "expired": Text("不再需要", "No longer needed"),
}
SIDE_ROOM = 284
"""Design pixels of one side: a note that has no room beside its words stands below them."""
ROLES = {"manager": Text("店长", "Manager"), "pharmacist": Text("药师", "Pharmacist")}


class EraseSheet(Sheet):
    """Erasing the person on the page: what goes, what a law keeps, and what must be typed, for nothing brings it back."""

    confirmed = Signal(str, str, str)
    """Last digits, reason, PIN."""

    def __init__(self, theme: Theme, scene: EraseScene) -> None:
        points = say(theme, f"积分 {scene.points:,}", f"{scene.points:,} points")
        gone = [
            (points if one.code == "points" and scene.points else one.title.of(theme.language), one.how.of(theme.language))
            for one in scene.gone
        ]
        kept = [
            (f"{one.title.of(theme.language)} · " + say(theme, f"{one.years} 年", f"{one.years} years"), one.note.of(theme.language))
            for one in scene.kept
        ]
        gone_title, kept_title = say(theme, "删除，找不回来", "Goes for good"), say(theme, "依法保留", "Kept by law")
        sides = Row(
            theme,
            (self._side(theme, "x-circle", "bad", gone_title, gone), 1),
            (self._side(theme, "lock-key", "info", kept_title, kept), 1),
            gap=18,
        )
        language = theme.language
        reasons = [Choice(code, REASONS[code].of(language)) for code in scene.reasons]
        self.reason = Chips(theme, reasons, scene.reasons[0], spoken=say(theme, "原因", "Reason"))
        self.reason.setObjectName("erase-reason")
        which = say(theme, "手机号末四位", "Last four of the phone")
        if scene.digits_of == "card":
            which = say(theme, "会员卡末四位", "Last four of the card")
        roles = [ROLES[one] for one in scene.roles]
        who = say(theme, f"{'或'.join(one.zh for one in roles)} PIN", f"{' or '.join(one.en for one in roles)}'s PIN")
        self.digits, self.pin = Entry(theme, spoken=which), Entry(theme, spoken=who, secret=True)
        self.digits.setObjectName("erase-digits")
        self.pin.setObjectName("erase-pin")
        self.digits.setMaxLength(DIGITS)
        hold_width(theme, self.digits, 132)
        hold_width(theme, self.pin, 132)
        self.save = Btn(theme, say(theme, "永久删除", "Erase for good"), "danger", icon="trash", key="Enter", height=44)
        self.save.setObjectName("erase-confirm")
        blanks = Row(
            theme,
            Column(theme, Txt(theme, which, "label_strong", "ink2"), self.digits, gap=4),
            Column(theme, Txt(theme, who, "label_strong", "ink2"), self.pin, gap=4),
            Spring(),
            Column(theme, Spring(), self.save, gap=0),
            gap=14,
        )
        told = say(
            theme,
            "请确认是本人要求。本机立即删除，联网后总部和其他门店跟着删。",
            "Only if the person asks: gone here at once, elsewhere as soon as there is a line.",
        )
        super().__init__(
            theme,
            "trash",
            say(theme, f"删除个人信息 · {scene.label}", f"Erase personal data · {scene.label}"),
            Para(theme, told, "label", "ink2"),
            sides,
            Row(theme, Txt(theme, say(theme, "原因", "Reason"), "label_strong", "ink2"), (self.reason, 1), gap=10),
            blanks,
            Spring(),
            tone="bad",
        )
        self.save.clicked.connect(self._submit)
        self.watch(self.reason, self.digits, self.pin, self.save)

    @staticmethod
    def _side(theme: Theme, icon: str, tone: str, title: str, rows: Sequence[tuple[str, str]]) -> Column:
        head = Row(theme, Icon(theme, icon, 18, tone, "fill"), Txt(theme, title, "label_strong", f"{tone}_ink"), Spring(), gap=7)
        column = Column(theme, head, gap=3)
        for words, note in rows:
            said, below = Txt(theme, words, "label_strong"), Txt(theme, note, "caption", "ink2", elide=True)
            beside = theme.face("label_strong").width(words) + theme.face("caption").width(note) <= theme.px(SIDE_ROOM)
            column.add(Row(theme, said, (below, 1), gap=8) if beside else Column(theme, said, below, gap=0))
        column.add(Spring())
        return column

    def begin(self) -> None:
        """The keyboard goes to the digits: nothing is erased by keys that were pressed for something else."""
        self.digits.setFocus(Qt.FocusReason.TabFocusReason)

    def advance(self, watched: QObject) -> None:
        """Enter: the next blank, then it is done."""
        if watched is self.reason:
            self.digits.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._submit()

    def show_problem(self, words: str, name: str = "") -> None:
        """Say what to mend, at the blank it concerns; a PIN that was wrong is emptied."""
        super().show_problem(words)
        for key, blank in (("digits", self.digits), ("pin", self.pin)):
            blank.set_wrong(bool(words) and key == name)
            if words and key == name:
                blank.setFocus(Qt.FocusReason.TabFocusReason)
                blank.selectAll()
        if name == "pin":
            self.pin.clear()

    def _submit(self) -> None:
        if len(self.digits.text().strip()) < DIGITS:
            self.digits.setFocus(Qt.FocusReason.TabFocusReason)
        elif not self.pin.text():
            self.pin.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.confirmed.emit(self.digits.text().strip(), self.reason.value, self.pin.text())


def privacy_rows(theme: Theme) -> Rows:
    """What a person may ask for of their own data."""
    copy, erase = say(theme, "导出一份给本人", "A copy for the person"), say(theme, "删除个人信息", "Erase personal data")
    copied = say(theme, "PDF 和 JSON 各一份，会记下谁导出的", "PDF and JSON; who made it is kept")
    erased = say(theme, "先看会删什么、依法留什么", "See first what goes and what the law keeps")
    return [
        ("copy", (Cell(copy, sub=copied, icon="file-pdf", tile="info", role="body_strong"),)),
        ("erase", (Cell(erase, sub=erased, icon="trash", tile="bad", role="body_strong"),)),
    ]


def copy_sheet(theme: Theme) -> FormSheet:
    """The PIN of whoever may see everything about a person."""
    title, act = say(theme, "导出个人信息副本", "A copy of the person's data"), say(theme, "导出", "Make the copy")
    pin = QuestionField("pin", "pin", Text("药师或店长 PIN", "PIN of a pharmacist or manager"))
    return FormSheet(theme, "file-pdf", title, [pin], act=act)


def file_rows(theme: Theme, files: Sequence[Path]) -> Rows:
    """Files that were made, and where they lie."""
    rows = []
    for file in files:
        icon, size = "file-pdf" if file.suffix == ".pdf" else "file-text", f"{max(1, file.stat().st_size // 1024)} KB"
        cells = (
            Cell(file.name, sub=str(file.parent), icon=icon, tile="good", role="body_strong"),
            Cell(size, width=80, align="right", role="label", tone="ink2"),
        )
        rows.append((file.name, cells))
    return rows
