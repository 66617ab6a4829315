"""The Settings page: made from the declared settings, each with what it does, its default and where it holds; changes hold at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.counter.faults import Refused
from app.counter.scene import QuestionField
from app.counter.tuning import Offer
from app.desktop import wording
from app.desktop.screens import key_table
from app.desktop.screens.desk import Desk, Listing, Slot
from app.desktop.screens.form import Form
from app.desktop.screens.page import FKeySpec, Page, Surroundings
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.screens.setting_fields import WIDTH, ChoiceEditor, Editor, KeysEditor, LookPicture, editor_of
from app.desktop.widgets.arrange import Column, Row, Spring, boxed, hold_width
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.chips import Pill
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, IconTile, Para, Rule, Txt
from app.domain.verdict import Text

LEFT_WIDTH = 236
ROWS_IN_A_PART = 2
"""Settings drawn in one turn of the event loop when the page is opened."""
_SCOPES = {
    "person": Text("只对您", "Yours"),
    "till": Text("本机", "This till"),
    "store": Text("本机；各台请照此设", "This till; set the others alike"),
}


class _SettingRow(QWidget):
    """One setting: its words on the left, its editor on the right, and below what is wrong with what was entered."""

    def __init__(self, page: SettingsPage, offer: Offer) -> None:
        super().__init__()
        theme, language = page.theme, page.theme.language
        self.offer = offer
        self.editor: Editor = editor_of(theme, offer, page.say, page.key_meanings)
        title = Txt(theme, offer.title.of(language), "title")
        marks: list[QWidget] = []
        if not offer.may:
            marks.append(Icon(theme, "lock-simple", 15, "ink3"))
        if offer.changed:
            marks.append(Pill(theme, page.say("已改", "changed"), "brand", height=20))
        why = Para(theme, offer.why.of(language), "label")
        parts = [page.say(f"默认 {offer.default.zh}", f"Default {offer.default.of('en')}"), _SCOPES[offer.scope].of(language)]
        if offer.applies == "start":
            parts.append(page.say("重新打开后生效", "After opening anew"))
        self.facts = Txt(theme, " · ".join(parts), "caption", "ink3", elide=True)
        self.problem = Para(theme, "", "label", "bad_ink")
        self.problem.hide()
        words = boxed(Column(theme, Spring(), Row(theme, title, *marks, Spring(), gap=8), why, self.facts, Spring(), gap=3))
        wide = offer.form in ("keys", "table", "lines")
        if not wide:
            self.editor.setFixedWidth(theme.px(WIDTH))
        field = boxed(Column(theme, Spring(), self.editor, self.problem, Spring(), gap=5))
        if wide:
            self.setLayout(Column(theme, words, field, gap=8, margins=(18, 14, 18, 14)))
        else:
            self.setLayout(Row(theme, (words, 1), field, gap=24, margins=(18, 12, 18, 12)))
        self.setAccessibleName(offer.title.of(language))
        self.editor.entered.connect(partial(page.entered, self))

    def say_problem(self, words: str) -> None:
        """Say what to mend; '' clears it."""
        self.problem.set_words(words)
        self.problem.setVisible(bool(words))
        self.editor.set_wrong(bool(words))
        self.editor.setAccessibleDescription(words)


class SettingsPage(Desk):
    """Every setting that has an effect, for whoever may change it."""

    key = "settings"
    title = Text("设置", "Settings")
    icon = "gear-six"
    at_foot = True
    suggests = False

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._group = "look"
        self._search = ""
        self._rows: tuple[_SettingRow, ...] = ()
        self._groups: tuple[ListRow, ...] = ()
        self._pages: Mapping[str, Page] = {}
        self._form: Form | None = None
        self._undo: list[tuple[str, Any]] = []
        self._waits_for_start = False
        self._follows = False
        self._goes_on = False
        self._looks: list[LookPicture] = []
        self._box: Entry | None = None
        self._visit = 0
        """One more whenever something on the right was touched: what was typed or said there is not kept for the next visit."""
        self._listing: Listing | None = None
        self._left, self._right = Slot(), Slot()
        hold_width(self.theme, self._left, LEFT_WIDTH)
        self.lay(self._left, (self._right, 1))

    # ------------------------------------------------------------------ what the window calls

    def meet(self, pages: Mapping[str, Page]) -> None:
        """The key card and the custom keys are made from all pages."""
        self._pages = pages

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys that work here."""
        keys = [FKeySpec("Esc", Text("返回", "Back"), self._back), FKeySpec("F2", Text("找设置", "Find"), self._find)]
        if self._form is None:
            if not self.till.tuning.may("store.name"):
                keys.append(FKeySpec("F4", Text("店长授权", "Manager"), self._ask_manager))
            keys.append(FKeySpec("F5", Text("恢复默认", "Default"), self._to_default, self._focused() is not None))
            focused = self._focused()
            if focused is not None and focused.offer.scope == "person" and self.till.tuning.may("store.name"):
                keys.append(FKeySpec("F6", Text("设为本机默认", "For everybody"), self._for_everybody))
            keys.append(FKeySpec("F7", Text("小票模板", "Receipt"), self._to_template))
            keys.append(FKeySpec("F8", Text("键位卡 PDF", "Key card"), self._key_card))
            if not self.till.training:
                keys.append(FKeySpec("F9", Text("练习模式", "Training"), lambda: self.wish.emit("training")))
            if self._waits_for_start:
                keys.append(FKeySpec("F12", Text("重新打开", "Open anew"), lambda: self.wish.emit("again"), primary=True))
        return tuple(keys)

    def on_shown(self) -> None:
        """Read everything anew; the keyboard goes to the groups."""
        self._form = None
        self.come_in_parts(self._come())
        application = QApplication.instance()
        if isinstance(application, QApplication) and not self._follows:
            self._follows = True
            application.focusChanged.connect(self._focus_moved)

    def on_left(self) -> None:
        """The manager's leave ends unless the receipt's template comes next."""
        if not self._goes_on:
            self.till.tuning.lock()
        self._goes_on = False
        application = QApplication.instance()
        if isinstance(application, QApplication) and self._follows:
            self._follows = False
            application.focusChanged.disconnect(self._focus_moved)

    def let_go(self) -> None:
        """Groups and settings."""
        self._rows, self._groups, self._listing, self._looks, self._box = (), (), None, [], None
        self._left.empty()
        self._right.empty()

    def _to_template(self) -> None:
        self._goes_on = True
        self.go.emit("receipt_template")

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.changed.emit()
            row = self._focused()
            if row is not None and self._listing is not None:
                self._visit += 1
                self._listing.ensureWidgetVisible(row)

    def on_key(self, name: str) -> bool:
        """Esc steps back; arrows enter the groups."""
        self.draw_out()
        if name == "Esc" and self._form is not None:
            self._close_form()
            return True
        return self.list_key(name, self._groups, self._back)

    def takes_key(self, name: str) -> bool:
        """Whether a key must come here before it means anything else: a row of the custom layout waits for it."""
        catcher = self._catcher()
        return catcher is not None and bool(catcher.waiting) and catcher.press(name)

    def on_omnibox(self, text: str) -> bool:
        """What is typed in the box finds settings."""
        self._seek(text)
        return True

    def undo(self) -> bool:
        """Ctrl Z: the last change back."""
        if not self._undo:
            return False
        key, value = self._undo.pop()
        self._change(key, value, undoable=False)
        return True

    # ------------------------------------------------------------------ acts

    def _back(self) -> None:
        if self._form is not None:
            self._close_form()
        elif self._search:
            self._seek("")
        else:
            self.go.emit("sale")

    def _find(self) -> None:
        self.draw_out()
        if self._box is not None:
            self._box.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._box.selectAll()

    def _seek(self, text: str) -> None:
        self._search = text.strip()
        if self._box is not None and self._box.text() != text:
            self._box.setText(text)
        self._draw_right()

    def _open_group(self, group: str, _checked: bool = False) -> None:
        self._show_group(group)

    def _show_group(self, group: str) -> None:
        self._group, self._search = group, ""
        self.redraw()
        self._focus_group()

    def _focus_group(self) -> None:
        for row in self._groups:
            if row.objectName() == f"group-{self._group}":
                row.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focused(self) -> _SettingRow | None:
        widget = self.focusWidget()
        return next((row for row in self._rows if widget is not None and row.isAncestorOf(widget)), None)

    def _catcher(self) -> KeysEditor | None:
        return next((row.editor for row in self._rows if isinstance(row.editor, KeysEditor)), None)

    def entered(self, row: _SettingRow, value: object) -> None:
        """Something was entered in a row: keep it, or say there what to mend."""
        self._visit += 1
        try:
            self.till.tuning.read(row.offer.key, value)
        except Refused as refusal:
            row.say_problem(wording.sentence(refusal.code, refusal.facts, self.theme.language))
            return
        row.say_problem("")
        self._change(row.offer.key, value)

    def _change(self, key: str, value: object, *, undoable: bool = True) -> None:
        was = self.till.settings.get(key)
        try:
            future = self.till.tuning.change(key, value)
        except Refused as refusal:
            self.toast.emit(wording.sentence(refusal.code, refusal.facts, self.theme.language), "warning")
            return
        if undoable:
            self._undo.append((key, was))
        self.after(future, lambda _: self._kept(key))

    def _kept(self, key: str) -> None:
        offer = self.till.tuning.offer(key)
        if offer.applies == "start":
            self._waits_for_start = True
        self.bridge.tuned.emit(key)
        title = self.of(offer.title)
        if offer.applies == "start":
            self.toast.emit(self.say(f"{title} 已改，重新打开后生效", f"{title} changed. Open anew to use it"), "sliders-horizontal")
        elif key == "keys.custom":
            self.toast.emit(self.say("按键已改", "Keys changed"), "keyboard")
        else:
            self.toast.emit(self.say(f"{title} 已改", f"{title} changed"), "check-circle")
        if key == "ui.theme":
            self._show_mode()
        elif key in ("keys.preset", "ui.language") or not self._has_focus(key):
            self.redraw()
            self._focus_row(key)
        self.changed.emit()

    def _show_mode(self) -> None:
        """Pictures and choice follow the theme without being made anew: a switch must be quick."""
        for picture in self._looks:
            picture.set_chosen(picture.mode == self.theme.mode)
        for row in self._rows:
            if row.offer.key == "ui.theme" and isinstance(row.editor, ChoiceEditor):
                row.editor.show_value(self.till.settings.text("ui.theme"))

    def _has_focus(self, key: str) -> bool:
        focused = self._focused()
        return focused is not None and focused.offer.key == key

    def _focus_row(self, key: str) -> None:
        for row in self._rows:
            if row.offer.key == key and self.isVisible():
                row.editor.begin()

    def _to_default(self) -> None:
        row = self._focused()
        if row is not None:
            key = row.offer.key
            was = self.till.settings.get(key)
            try:
                future = self.till.tuning.back_to_default(key)
            except Refused as refusal:
                row.say_problem(wording.sentence(refusal.code, refusal.facts, self.theme.language))
                return
            self._undo.append((key, was))

            def kept(_: object) -> None:
                self._kept(key)
                self.redraw()
                self._focus_row(key)

            self.after(future, kept)

    def _for_everybody(self) -> None:
        row = self._focused()
        if row is not None:
            title = self.of(row.offer.title)
            future = self.till.tuning.for_everybody(row.offer.key)
            self.after(
                future, lambda _: self.toast.emit(self.say(f"{title} 已设为本机默认", f"{title} is this till's default"), "check-circle")
            )

    def _ask_manager(self) -> None:
        field = QuestionField("pin", "pin", Text("店长 PIN", "Manager's PIN"))
        form = Form(
            self.theme,
            Text("店长授权", "The manager's leave"),
            [field],
            body=Text("输入后可改全部设置和小票模板，离开就收回", "All settings and the receipt's template, until they are left"),
            confirm=Text("授权", "Allow"),
            close=Text("不用了", "Close"),
        )
        form.answered.connect(self._unlock)
        form.left.connect(self._close_form)
        self._form = form
        self._draw_right()
        form.begin()
        self.changed.emit()

    def _unlock(self, values: dict[str, str]) -> None:
        form = self._form
        try:
            self.till.tuning.unlock(values["pin"])
        except Refused as refusal:
            if form is not None:
                form.clear("pin")
                form.show_problem(wording.sentence(refusal.code, refusal.facts, self.theme.language), "pin")
            return
        self._close_form()

    def _close_form(self) -> None:
        self._form = None
        self.redraw()
        self._focus_group()
        self.changed.emit()

    def key_meanings(self) -> Mapping[str, str]:
        """What the standard keys do, from the pages themselves."""
        return key_table.meanings(self._pages, self.theme)

    def _key_card(self) -> None:
        theme, till, language = self.theme, self.till, self.theme.language
        groups = [(self.say("处处一样", "Everywhere"), [(row.key, row.label) for row in key_table.rows_everywhere(theme)])]
        for page in self._pages.values():
            rows = [(row.key, row.label) for row in key_table.rows_of(page, theme) if row.standard not in ("Esc", "F1")]
            if rows:
                groups.append((page.title.of(language), rows))
        preset = next(
            text.of(language) for value, text in till.tuning.offer("keys.preset").choices if value == till.settings.text("keys.preset")
        )
        frame = till.staging.frame()
        owner = " · ".join(part for part in (frame.store_name, frame.person, preset) if part)
        title = self.say("键位卡", "Key card")
        target = Path(till.store.backups.folder).parent / "reports" / "key-card.pdf"

        def make() -> Path:
            # Imported when wanted: the PDF writer would slow every start.
            from app.reports.key_card import key_card_pdf

            content = key_card_pdf(title, owner, groups)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content)
            return target

        self.in_background(make, lambda path: self.toast.emit(self.say(f"已存为 {path}", f"Saved as {path}"), "file-pdf"))

    # ------------------------------------------------------------------ drawing

    def redraw(self) -> None:
        """Draw both sides in the language in force, unless nobody looks."""
        if self.isVisible():
            self._draw_left()
            self._draw_right()

    def _come(self) -> Iterator[None]:
        """The groups, then the settings as they are now; what stands for the same facts stays."""
        if not self._groups:
            # The turn in which the page comes is the frame's own.
            yield
            self._draw_left()
            yield
        self._draw_left()
        self._focus_group()
        yield from self._right_in_parts()
        if self._listing is not None:
            self._listing.verticalScrollBar().setValue(0)

    def _draw_left(self) -> None:
        tuning = self.till.tuning
        present = {offer.group for offer in tuning.offers()}
        groups = [each for each in tuning.texts.groups if each[0] in present]
        self._left.fill_for((self.look(), groups), lambda: self._group_list(groups))
        for row, group in zip(self._groups, groups, strict=True):
            cells = (self._group_cell(*group),)
            if row.cells != cells:
                row.set_cells(cells)
            row.set_chosen(self._on(group[0]))
        if self._box is not None and self._box.text().strip() != self._search:
            self._box.setText(self._search)

    def _on(self, group: str) -> bool:
        return group == self._group and not self._search

    def _group_cell(self, key: str, title: Text, icon: str) -> Cell:
        tone, role = ("brand_ink", "body_strong") if self._on(key) else ("ink2", "body")
        return Cell(self.of(title), icon=icon, icon_tone=tone, role=role)

    def _group_list(self, groups: Sequence[tuple[str, Text, str]]) -> Panel:
        theme = self.theme
        box = Entry(theme, self.say("找设置", "Find a setting"), chinese=True, height=40)
        box.setObjectName("settings-search")
        box.textEdited.connect(self._seek)
        self._box = box
        rows = []
        for group in groups:
            row = ListRow(theme, [self._group_cell(*group)], height=46, pad=14)
            row.setObjectName(f"group-{group[0]}")
            row.clicked.connect(partial(self._open_group, group[0]))
            rows.append(row)
        self._groups = tuple(rows)
        top = boxed(Column(theme, box, margins=(12, 12, 12, 10)))
        return Panel(theme, Column(theme, top, Rule(theme), *rows, Spring(), gap=0))

    def _draw_right(self) -> None:
        self._undrawn = None
        self._visit += 1
        for _ in self._right_in_parts():
            pass

    def _right_in_parts(self) -> Iterator[None]:
        """The form that is open, else the group's settings: a few rows in a part."""
        theme, tuning = self.theme, self.till.tuning
        if self._form is not None:
            self._rows = ()
            self._form.setMaximumWidth(theme.px(460))
            # A form that stands stays as it is, with the keyboard in it.
            if not self._right.isAncestorOf(self._form):
                holder = boxed(Column(theme, Spring(), Row(theme, Spring(), (self._form, 1), Spring()), Spring(2)))
                self._right.fill(Panel(theme, Column(theme, holder)))
            return
        offers = [offer for offer in tuning.offers() if self._wanted(offer)]
        meant = dict(self.key_meanings()) if any(offer.form == "keys" for offer in offers) else {}
        facts = (self.look(), self._group, self._search, offers, meant, self.theme.mode, self._visit)
        if self._right.stands_for(facts):
            return
        rows = []
        for offer in offers:
            rows.append(_SettingRow(self, offer))
            if len(rows) % ROWS_IN_A_PART == 0:
                yield
        self._rows = tuple(rows)
        self._right.fill_for(facts, self._settings)

    def _settings(self) -> Panel:
        """The rows that were made, with what belongs to their group."""
        theme = self.theme
        groups = {key: title for key, title, _ in self.till.tuning.texts.groups}
        title = self.say("搜索结果", "Found") if self._search else self.of(groups[self._group])
        parts: list[QWidget] = []
        if self._group == "look" and not self._search:
            parts.append(self._pictures())
        for row in self._rows:
            if parts:
                parts.append(Rule(theme))
            parts.append(row)
        if not self._search:
            parts += self._extra()
        self._listing = Listing(theme, parts)
        note = self._who()
        head = Row(theme, Txt(theme, title, "section"), Spring(), *note, gap=8, margins=(18, 14, 18, 12))
        body: QWidget = self._listing
        if not self._rows:
            body = Empty(
                theme, "magnifying-glass", self.say("没有这样的设置", "No such setting"), self.say("换个写法试试", "Write it differently")
            )
        return Panel(theme, Column(theme, head, Rule(theme), (body, 1), gap=0))

    def _who(self) -> tuple[QWidget, ...]:
        """Who may change what is shown."""
        theme = self.theme
        locked = [row for row in self._rows if not row.offer.may]
        if not locked:
            return ()
        ask = Btn(theme, self.say("店长授权", "Manager"), "line", key="F4", height=34, role="label_strong")
        ask.clicked.connect(self._ask_manager)
        return (
            Icon(theme, "lock-simple", 16, "ink3"),
            Txt(theme, self.say("这些要店长来改", "The manager changes these"), "label", "ink3"),
            ask,
        )

    def _wanted(self, offer: Offer) -> bool:
        if offer.key == "keys.custom" and self.till.settings.text("keys.preset") != "custom":
            return False
        if not self._search:
            return offer.group == self._group
        asked = self._search.casefold()
        said = (offer.title.zh, offer.title.en, offer.why.zh, offer.why.en, offer.key, *(t.zh for _, t in offer.choices))
        return any(asked in words.casefold() for words in said)

    def _pictures(self) -> QWidget:
        theme = self.theme
        self._looks = []
        row = Row(theme, gap=14, margins=(18, 14, 18, 10))
        for mode, words in (("light", self.say("浅色", "Light")), ("dark", self.say("深色", "Dark"))):
            picture = LookPicture(theme, mode, words, chosen=theme.mode == mode)
            picture.clicked.connect(partial(self._choose_look, mode))
            self._looks.append(picture)
            row.add(picture)
        row.add(Spring())
        return boxed(row)

    def _choose_look(self, mode: str, _checked: bool = False) -> None:
        self._change("ui.theme", mode)

    def _extra(self) -> list[QWidget]:
        """What belongs to a group besides its settings: the key card, and training."""
        theme = self.theme
        if self._group == "keys":
            make = Btn(theme, self.say("键位卡 PDF", "Key card PDF"), icon="file-pdf", key="F8")
            make.clicked.connect(self._key_card)
            words = self.say("按您现在的方案印一张 A5，贴在台边", "Your present keys on A5, to stand beside the till")
            return [Rule(theme), self._act_row("keyboard", self.say("键位卡", "Key card"), words, make)]
        if self._group == "till" and not self.till.training:
            go = Btn(theme, self.say("去练习", "Practise"), "info", icon="student", key="F9")
            go.clicked.connect(lambda: self.wish.emit("training"))
            words = self.say("另有一间练习药房：不出真单，不动库存，不上传", "A shop of its own: nothing real is sold, moved or sent")
            return [Rule(theme), self._act_row("student", self.say("练习模式", "Training"), words, go)]
        return []

    def _act_row(self, icon: str, title: str, words: str, button: Btn) -> QWidget:
        theme = self.theme
        both = boxed(Column(theme, Txt(theme, title, "title"), Txt(theme, words, "label", "ink2", elide=True), gap=2))
        return boxed(Row(theme, IconTile(theme, icon, 40, "info", radius=10), (both, 1), button, gap=14, margins=(18, 14, 18, 14)))
