"""Inline forms: a few fields asked in place, filled by keyboard, answered all at once; never a dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.counter.scene import QuestionField
from app.desktop.screens.rows import Chips, Choice
from app.desktop.theme import Theme
from app.desktop.widgets.arrange import Column, Row, Spring
from app.desktop.widgets.buttons import Btn, IconBtn
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Para, Txt
from app.domain.verdict import Text

_Said = TypeVar("_Said", Txt, Para, Btn)


class Form(Panel):
    """One question of several fields in a card; Enter goes to the next field and answers on the last, Esc leaves.

    In another language it says the same in other words: what was typed stays, and so does the keyboard.
    """

    answered = Signal(dict)
    left = Signal()

    def __init__(
        self,
        theme: Theme,
        title: Text,
        fields: Sequence[QuestionField],
        *,
        body: Text | None = None,
        confirm: Text,
        close: Text,
        kind: str = "primary",
        parent: QWidget | None = None,
    ) -> None:
        """`fields` as in a scene's question; `confirm` and `close` name the two buttons."""
        self._fields = tuple(fields)
        self._parts: dict[str, Entry | Chips] = {}
        self._language = language = theme.language
        self._said: list[tuple[Txt | Para | Btn, Text]] = []
        self._title, self._close = title, close
        column = Column(theme, gap=6, margins=(16, 14, 16, 16))
        self._shut = shut = IconBtn(theme, "x", close.of(language), size=32, icon_size=16)
        column.add(Row(theme, self._says(Txt(theme, title.of(language), "head"), title), Spring(), shut))
        if body is not None:
            column.add(self._says(Para(theme, body.of(language), "label"), body))
        for field in fields:
            column.add(4)
            column.add(self._says(Txt(theme, field.label.of(language), "label", "ink2"), field.label))
            part = self._part(theme, field, language)
            part.setObjectName(f"form-{field.name}")
            self._parts[field.name] = part
            column.add(part)
            if field.hint.zh:
                column.add(self._says(Txt(theme, field.hint.of(language), "caption", "ink3"), field.hint))
        self._problem = Para(theme, "", "label", "bad_ink")
        self._problem.hide()
        column.add(self._problem)
        column.add(6)
        go = Btn(theme, confirm.of(language), "primary" if kind == "primary" else "danger", key="Enter", height=44)
        go.setObjectName("form-confirm")
        column.add(self._says(go, confirm))
        super().__init__(theme, column, parent=parent)
        for part in self._parts.values():
            part.installEventFilter(self)
        shut.clicked.connect(self.left)
        go.clicked.connect(self.submit)
        self.setAccessibleName(title.of(language))
        theme.changed.connect(self._reword)

    def _says(self, part: _Said, text: Text) -> _Said:
        self._said.append((part, text))
        return part

    def _reword(self) -> None:
        language = self.theme.language
        if language == self._language:
            return
        self._language = language
        for part, text in self._said:
            part.set_words(text.of(language))
        for field in self._fields:
            asked = self._parts[field.name]
            if isinstance(asked, Chips):
                asked.set_choices(self._choices(field, language))
            asked.setAccessibleName(field.label.of(language))
        self._shut.set_icon("x", self._close.of(language))
        self.setAccessibleName(self._title.of(language))
        # What was wrong was said in the other language; its field stays red.
        self._problem.hide()

    @staticmethod
    def _choices(field: QuestionField, language: str) -> list[Choice]:
        return [Choice(value, text.of(language)) for value, text in field.choices]

    @classmethod
    def _part(cls, theme: Theme, field: QuestionField, language: str) -> Entry | Chips:
        label = field.label.of(language)
        if field.kind == "choice":
            return Chips(theme, cls._choices(field, language), field.value, spoken=label)
        entry = Entry(theme, spoken=label, secret=field.kind == "pin", chinese=field.kind == "text")
        entry.setText(field.value)
        return entry

    def begin(self) -> None:
        """Put the keyboard into the first field that is still empty."""
        empty = [part for name, part in self._parts.items() if not self.values()[name]]
        for first in [*empty, *self._parts.values()][:1]:
            first.setFocus(Qt.FocusReason.TabFocusReason)
            if isinstance(first, Entry):
                first.selectAll()

    def values(self) -> dict[str, str]:
        """What stands in the fields."""
        return {name: part.value if isinstance(part, Chips) else part.text().strip() for name, part in self._parts.items()}

    def put(self, name: str, value: str) -> None:
        """Fill a field, as a scan does."""
        part = self._parts[name]
        if isinstance(part, Chips):
            part.set_value(value)
        else:
            part.setText(value)

    def show_problem(self, words: str, name: str = "") -> None:
        """Say what to mend, at the field it concerns if one is named."""
        self._problem.set_words(words)
        self._problem.setVisible(bool(words))
        self._problem.updateGeometry()
        for key, part in self._parts.items():
            if isinstance(part, Entry):
                part.set_wrong(bool(words) and key == name)
        if words and name in self._parts:
            self._parts[name].setFocus(Qt.FocusReason.TabFocusReason)

    def clear(self, name: str) -> None:
        """Empty a field, such as a PIN that was wrong."""
        self.put(name, "")

    def submit(self) -> None:
        """Answer, or go to the first field that must not stay empty."""
        values = self.values()
        for field in self._fields:
            if field.required and not values[field.name]:
                self._parts[field.name].setFocus(Qt.FocusReason.TabFocusReason)
                return
        self.answered.emit(values)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and the arrows lead through the fields, Esc leaves."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key == Qt.Key.Key_Escape:
                self.left.emit()
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._next(watched)
                return True
            if isinstance(watched, Entry) and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._step(watched, -1 if key == Qt.Key.Key_Up else 1)
                return True
        return super().eventFilter(watched, event)

    def _next(self, watched: QObject) -> None:
        parts = list(self._parts.values())
        here = next((n for n, part in enumerate(parts) if part is watched), len(parts) - 1)
        if here == len(parts) - 1:
            self.submit()
        else:
            self._step(watched, 1)

    def _step(self, watched: QObject, by: int) -> None:
        parts = list(self._parts.values())
        here = next((n for n, part in enumerate(parts) if part is watched), 0)
        to = parts[max(0, min(len(parts) - 1, here + by))]
        to.setFocus(Qt.FocusReason.TabFocusReason)
        if isinstance(to, Entry):
            to.selectAll()


Answer = Callable[[dict[str, str]], None]
