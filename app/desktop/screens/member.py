"""The member's page: who somebody is, allergies first, medicines in use, readings, family, coupons, what is to be done, and consents.

Everything is entered on the page itself, in a form that takes the middle; a card without anything says in one line what would fill it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.counter.faults import Refused
from app.counter.scene import Echo, QuestionField
from app.counter.steps import Steps
from app.desktop import wording
from app.desktop.screens.desk import Desk, Listing, Slot
from app.desktop.screens.page import FKeySpec, Page, Surroundings
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.screens.settling import settle
from app.desktop.slices import Slices
from app.desktop.widgets.arrange import Column, Row, Spring, boxed, hold_width
from app.desktop.widgets.buttons import Btn, IconBtn
from app.desktop.widgets.notices import announce
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import IconTile, Txt
from app.domain.verdict import Text
from app.records.clock import shop_day

if TYPE_CHECKING:
    # Named only: what a member's page is made of is loaded when it is first opened.
    from app.counter.care_scene import Recorded, Todo
    from app.counter.member_view import FoundMember, MemberFace, MemberScene, TicketFace
    from app.counter.noting import PersonDraft
    from app.counter.pending import Pending
    from app.desktop.screens import member_forms
    from app.desktop.screens.joining import JoinPanel
    from app.desktop.theme.icons import IconWeight

T = TypeVar("T")

LEFT_WIDTH, RIGHT_WIDTH = 282, 300
LEAST_CHART = 284
"""Design pixels that the readings keep before further dealings are shown."""
GROW_AFTER_MS = 600
"""How long after a sale got its first member the cards are made: the scan and the next one come first."""
SALE_KINDS = ("sale", "return")
ICONS: tuple[tuple[str, IconWeight], ...] = (
    *(("check-square", "regular"), ("x", "regular"), ("eye", "regular"), ("ticket", "regular"), ("caret-right", "bold")),
    *(("identification-card", "fill"), ("shield-check", "fill"), ("crown-simple", "fill"), ("info", "fill"), ("warning-octagon", "fill")),
    *(("hourglass-medium", "regular"), ("heartbeat", "fill"), ("drop", "fill"), ("clock-countdown", "regular")),
    *(("stethoscope", "regular"), ("phone", "regular"), ("bell", "regular")),
)
"""What the first member's card in the sale draws: read one by one behind the first sale, since each takes half a millisecond."""


class MemberPage(Desk):
    """One member at a time: the open sale's, or one that is looked up here."""

    key = "member"
    title = Text("会员", "Member")
    icon = "identification-card"
    takes_scans = True
    draws_echo = True
    searches = True
    suggests = False
    box_words = Text("扫会员码，或输手机号 / 后四位 / 姓名", "Scan a member's code, or type phone / last four / name")

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._member_id = ""
        self._found_by = ""
        self._basket = ""
        """The sale at which the member was looked up: with the next one they are forgotten."""
        self._face: MemberFace | None = None
        """Who is on the page: read at once."""
        self._scene: MemberScene | None = None
        """All of them: read behind the first paint, in slices; until then that of before, or None for another member."""
        self._facts: tuple[object, ...] = ()
        """What all beside the face is made of."""
        self._face_facts: tuple[object, ...] = ()
        self.slices = Slices(self)
        self.behind = Slices(self)
        """What nobody waits for."""
        self._found: tuple[FoundMember, ...] = ()
        self._sought = ""
        self._kind = ""
        self._phone = ""
        self._sale: Page | None = None
        self._receipts: Page | None = None
        self._rows: tuple[ListRow, ...] = ()
        self._form: member_forms.Sheet | None = None
        self._again: Callable[[], None] | None = None
        self._parts: _Parts | None = None
        self._growing = self._grow()
        self._begun = False
        self._seen_sale = False
        self._scanning = False
        self._tickets: member_forms.ListSheet | None = None
        """The list of coupons, while it is open: its rows can be printed."""
        self._writing = False
        """Whether an act of this page is on its way to the disk."""
        self._stack = QStackedWidget()
        self._nobody = Slot()
        self._looked_for: tuple[object, ...] = ()
        """What stands there where nobody is on the page."""
        self._stack.addWidget(self._nobody)
        self.lay((self._stack, 1))

    # ------------------------------------------------------------------ what the window calls

    def meet(self, pages: Mapping[str, Page]) -> None:
        """The sale, whose member this is, and the papers that dealings lead to."""
        self._sale = pages.get("sale")
        self._receipts = pages.get("receipts")
        if self._sale is not None:
            self._sale.changed.connect(self._sale_changed)

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys that work in the present state."""
        if self._form is not None or self._joining_open:
            back = FKeySpec("Esc", Text("返回", "Back"), self._close_form)
            return (back, FKeySpec("F5", Text("打印券", "Print coupon"), self._print_chosen)) if self._tickets is not None else (back,)
        back = FKeySpec("Esc", Text("返回收银", "To the sale"), self._back)
        face, care = self._face, self._scene.care if self._scene is not None else None
        if face is None:
            return (back, FKeySpec("F3", Text("找会员", "Find member"), self._other))
        return (
            back,
            # For somebody in the sale it is the way back, which Esc names already.
            *(() if face.here else (FKeySpec("Enter", Text("带入收银", "Into the sale"), self._take),)),
            FKeySpec("F3", Text("换会员", "Other member"), self._other),
            FKeySpec("F4", Text("登记指标", "Enter reading"), self.enter_reading),
            FKeySpec("F5", Text("随访", "Follow-up"), self._follow_up),
            FKeySpec("F6", Text("优惠券", "Coupons"), self._all_tickets, enabled=bool(face.tickets)),
            FKeySpec("F7", Text("储值", "Stored value"), self._stored_value),
            FKeySpec("F8", Text("家庭", "Family"), self._all_family),
            FKeySpec("F9", Text("用药史", "Medicines"), self._all_medicines, enabled=care is None or bool(care.medicines or care.dealings)),
            FKeySpec("F10", Text("个人信息", "Personal data"), self._privacy),
        )

    def on_shown(self) -> None:
        """The open sale's member, else the one that was looked up during it."""
        basket = self.till.selling.basket
        if basket.member_id:
            self._member_id, self._found_by = basket.member_id, basket.found_by
        elif basket.basket_id != self._basket:
            self._member_id = ""
        self._basket = basket.basket_id
        self._phone = ""
        self._drop_form()
        self._look()

    def on_left(self) -> None:
        """What was revealed is masked again, and no half-typed form stays."""
        self._phone = ""
        self._drop_form()

    @property
    def reading(self) -> bool:
        """Whether what stands below the member's allergies is still being read."""
        return super().reading or self.slices.busy

    def on_scanned(self, raw: str) -> None:
        """A member's code brings that member into the sale and onto the page; everything else goes to the open sale."""
        if self._sale is None:
            return
        before = self.till.selling.basket.member_id
        # The sale tells of its change while it is being made; the page is drawn once, when all is known.
        self._scanning = True
        try:
            self._sale.on_scanned(raw)
        finally:
            self._scanning = False
        now = self.till.selling.basket.member_id
        if now and (now != before or self.till.member_view.is_member_code(raw)):
            self._show(now, self.till.selling.basket.found_by)
        else:
            self._sale_changed()

    def on_omnibox(self, text: str) -> bool:
        """Enter: on words, look for a member; on nothing, take the one on the page into the sale."""
        if self._joining_open and self._parts is not None:
            self._parts.join.take(text.strip())
            return True
        if text.strip():
            self._look_for(text.strip())
        elif self._form is None and self._face is not None:
            self._take()
        return True

    def on_key(self, name: str) -> bool:
        """Esc steps back; digits and arrows choose among several that were found."""
        if self._joining_open and self._parts is not None:
            if name == "Esc":
                self._close_form()
                return True
            return len(name) == 1 and name.isdigit() and self._parts.join.pick(name)
        if name == "Esc" and self._form is not None:
            self._close_form()
            return True
        if name == "Enter" and self._form is None and self._face is not None:
            self._take()
            return True
        if name == "Ctrl J" and self._face is None and self._sought:
            self._join()
            return True
        if len(name) == 1 and name.isdigit() and 0 < int(name) <= len(self._rows) and self._face is None:
            self._rows[int(name) - 1].click()
            return True
        return self.list_key(name, self._rows if self._face is None else (), self._back)

    def tell(self, echo: Echo | None) -> None:
        """What an act came to, at the foot of the page: the cards keep their room."""
        super().tell(echo)
        if echo is not None:
            said = wording.spoken(echo, self.theme.language)
            self.toast.emit(said.title, said.icon)

    # ------------------------------------------------------------------ finding

    def _look_for(self, text: str) -> None:
        """A phone, its last four digits, a card, a name: one is shown, several are listed, none may join."""
        found = self.till.member_view.find(text)
        self._drop_form()
        if len(found) == 1:
            self._show(found[0].member_id, found[0].found_by)
            return
        self._member_id, self._found, self._sought = "", found, text
        self._look()
        if not found:
            self.tell(Echo("refused", "member_unknown", {"text": text}, sound="scan_rejected"))
        elif self._rows:
            self._rows[0].setFocus(Qt.FocusReason.TabFocusReason)
        self.changed.emit()

    def _show(self, member_id: str, found_by: str = "") -> None:
        self._member_id, self._found_by, self._found, self._sought, self._kind, self._phone = member_id, found_by, (), "", "", ""
        self._basket = self.till.selling.basket.basket_id
        self._drop_form()
        self.refresh()
        if self._face is None:
            self.tell(Echo("refused", "member_left", {}, sound="scan_rejected"))
        # The list that was chosen from is gone: the keyboard must not fall to the button that reveals a number.
        self.type_back.emit()

    def _other(self) -> None:
        """换会员: nobody on the page, the keyboard in the box."""
        self._member_id, self._found, self._sought, self._phone = "", (), "", ""
        self._drop_form()
        self._look()
        self.type_back.emit()
        self.changed.emit()

    def refresh(self) -> None:
        """Look at the member anew."""
        self._look()
        self.changed.emit()

    def _look(self) -> None:
        """Read the member and draw: who it is at once, everything else behind that; what stands here by the same facts stays.

        A member this till does not know any more is nobody.
        """
        view, whose = self.till.member_view if self._member_id else None, self._member_id
        facts = (*view.facts(whose), self._kind) if view is not None else ()
        face_facts = (*facts, *view.in_sale(whose)) if view is not None else ()
        if face_facts != self._face_facts:
            self._face_facts = face_facts
            self._face = view.face(whose) if view is not None else None
            known = self._scene
            if known is not None:
                face = self._face
                same = face is not None and face.head.member_id == known.head.member_id
                self._scene = replace(known, face=face) if face is not None and same else None
        if facts != self._facts:
            self._facts = facts
            self.slices.end("member")
            if self._face is not None:
                self.slices.begin("member", self._read(whose, self._kind))
        self._draw()

    def _read(self, member_id: str, kind: str) -> Iterator[None]:
        """Everything beside the face, and into the cards with it, a little in a turn of the event loop."""
        from app.counter.member_view import MemberScene

        try:
            rest = yield from self.till.member_view.rest_in_steps(member_id, kind=kind)
        except Refused as refusal:
            self._face, self._scene, self._facts, self._face_facts = None, None, (), ()
            self._draw()
            self.refuse(refusal)
            return
        assert self._face is not None
        self._scene = MemberScene(self._face, rest)
        yield
        assert self._parts is not None
        yield from self._parts.show_rest(self._scene)
        self.changed.emit()

    def _whole(self) -> MemberScene | None:
        """All of the member for an act that asks for it: what is still being read of them is read now."""
        self.slices.finish()
        return self._scene

    def _sale_changed(self) -> None:
        if not self._seen_sale and self.till.selling.basket.lines:
            self._seen_sale = True
            QTimer.singleShot(GROW_AFTER_MS, self, lambda: self.behind.begin("icons", self._read_icons()))
        if not self._begun and self.till.selling.basket.member_id:
            self._begun = True
            QTimer.singleShot(GROW_AFTER_MS, self, self._grow_on)
        member_id = self.till.selling.basket.member_id
        if not self.isVisible() and self._parts is not None:
            self._parts.veil_but(member_id)
        if not self.isVisible() or self._form is not None or self._scanning:
            return
        if member_id and member_id != self._member_id:
            self._show(member_id, self.till.selling.basket.found_by)
        elif self._face is not None:
            self.refresh()

    # ------------------------------------------------------------------ acts

    def _back(self) -> None:
        self.go.emit("sale")

    def _take(self) -> None:
        """带入收银: the open sale is this member's, and the window goes there."""
        face = self._face
        if face is None:
            return
        if not face.here:
            done = self.attempt(lambda: self.tell(self.till.selling.attach_shown(face.head.member_id, self._found_by).echo))
            if not done or self.till.selling.basket.member_id != face.head.member_id:
                return
        self.go.emit("sale")

    def _reveal(self) -> None:
        """The whole phone number, for a purpose that is kept; pressed again, it is masked."""
        if self._phone:
            self._phone = ""
            self._draw()
            return
        from app.desktop.screens.member_forms import ListSheet

        rows = [(code, (Cell(words.of(self.theme.language), role="body_strong"),)) for code, words in self.till.noting.purposes]
        sheet = ListSheet(self.theme, "eye", self.say("为什么要看手机号？会记下谁看的", "Why? Who looked is kept"), rows, "")
        sheet.picked.connect(self._revealed)
        self._open(sheet, self._reveal)

    def _revealed(self, purpose: str) -> None:
        member_id = self._member_id

        def shown(phone: str) -> None:
            if self.isVisible():
                self._drop_form()
                self._phone = phone
                self.refresh()

        self._settle(lambda: self.till.noting.reveal_phone(member_id, purpose), shown, self.refuse)

    # -- allergies and family ------------------------------------------------------

    def _ask_allergies(self) -> None:
        if self._face is not None:
            face = self._face.allergies
            whom = self.say("核对过敏", "Allergies")
            self._allergy_sheet(whom, face.codes, known=face.state in ("recorded", "none"), person_id="")

    def _ask_again(self, person_id: str) -> None:
        """About the allergies of the member, or of a family person, on which two tills differ."""
        scene = self._whole()
        kin = next((one for one in scene.family if one.person_id == person_id), None) if scene is not None else None
        if kin is None:
            self._ask_allergies()
        else:
            whom = self.say(f"{kin.masked_name} 的过敏", f"Allergies of {kin.masked_name}")
            self._allergy_sheet(whom, kin.allergies.codes, known=True, person_id=person_id)

    def _allergy_sheet(self, whom: str, recorded: Sequence[str], *, known: bool, person_id: str) -> None:
        from app.desktop.screens.member_forms import AllergySheet

        sheet = AllergySheet(self.theme, whom, self.till.member_view.allergy_classes(), recorded, known=known)

        def keep(classes: tuple[str, ...]) -> None:
            self._settle(
                lambda: self.till.noting.ask_allergies(self._member_id, classes, person_id),
                lambda _: self._done(self.say("过敏史已记下", "Allergies noted")),
                lambda refusal: sheet.show_problem(self._worded(refusal)),
            )

        sheet.answered.connect(keep)
        self._open(sheet, None if person_id else self._ask_allergies)

    def _settle(self, act: Callable[[], Pending[T]], then: Callable[[T], None], refused: Callable[[Refused], None]) -> None:
        """Do something that writes, once at a time; the page goes on when it is on disk, and says what was refused."""
        if self._writing:
            return
        try:
            pending = act()
        except Refused as refusal:
            refused(refusal)
            return
        self._writing = True

        def no_more() -> None:
            self._writing = False

        self._follow(pending, then, refused, no_more)

    def _follow(
        self, pending: Pending[T], then: Callable[[T], None], refused: Callable[[Refused], None], over: Callable[[], None] = lambda: None
    ) -> None:
        """What is on its way to the disk already, whatever else is: what follows at the till is done, and the page goes on."""
        member_id, form = self._member_id, self._form

        def written(done: T) -> None:
            over()
            if member_id == self._member_id:
                then(done)

        def not_written(refusal: Refused) -> None:
            over()
            # The form it would be said in may have been left meanwhile.
            (refused if self._form is form else self.refuse)(refusal)

        def slow() -> None:
            self.toast.emit(self.say("磁盘慢，正在存，可以继续收银", "The disk is slow; being kept, go on selling"), "hourglass-medium")

        settle(self.bridge, pending, written, not_written, slow)

    def _worded(self, refusal: Refused) -> str:
        return wording.sentence(refusal.code, refusal.facts, self.theme.language)

    def _all_family(self) -> None:
        """F8: everybody, and a further one."""
        scene = self._whole()
        if scene is None:
            return
        if not scene.family:
            self._add_person()
            return
        from app.desktop.screens.member_forms import ListSheet, kin_rows

        add = Btn(self.theme, self.say("加家人", "Add"), "tonal", icon="user-plus", height=34)
        add.clicked.connect(self._add_person)
        add.setEnabled(len(scene.family) < scene.most_family)
        title = self.say(f"家庭 · {len(scene.family)}/{scene.most_family} 人", f"Family · {len(scene.family)} of {scene.most_family}")
        sheet = ListSheet(self.theme, "users-three", title, kin_rows(self.theme, scene.family), "", aside=add)
        sheet.picked.connect(self._edit_person)
        self._open(sheet, self._all_family)

    def _add_person(self) -> None:
        self._person_form("")

    def _edit_person(self, person_id: str) -> None:
        self._person_form(person_id)

    def _person_form(self, person_id: str) -> None:
        from app.counter.noting import PersonDraft
        from app.desktop.screens.member_forms import FormSheet

        view = self.till.member_view
        person = view.person(self._member_id, person_id) if person_id else None
        if person_id and person is None:
            return
        scene = self._whole()
        kin = next((one for one in scene.family if one.person_id == person_id), None) if scene is not None else None
        agreed = {"given": "yes", "refused": "no"}.get(kin.consent, "") if kin is not None else ""
        fields = (
            QuestionField("name", "text", Text("姓名", "Name"), person.name if person is not None else ""),
            QuestionField(
                "relation", "choice", Text("关系", "Relation"), person.relation if person is not None else "", view.rules.relations
            ),
            QuestionField(
                "sex",
                "choice",
                Text("性别", "Sex"),
                person.sex if person is not None else "",
                (("F", Text("女", "F")), ("M", Text("男", "M"))),
                required=False,
            ),
            QuestionField(
                "born",
                "text",
                Text("生日", "Birthday"),
                str(person.born_on or "") if person is not None else "",
                required=False,
                hint=Text("19570312", "19570312"),
            ),
            QuestionField(
                "agrees",
                "choice",
                Text("本人（儿童由监护人）同意关联吗", "Does this person (a child: the guardian) agree to be linked"),
                agreed,
                (("yes", Text("同意", "Agrees")), ("no", Text("不同意", "Does not"))),
                required=False,
            ),
        )
        title = self.say("改家人资料", "Family person") if person is not None else self.say("加家人", "Add a family person")
        sheet = FormSheet(self.theme, "user-plus", title, fields)

        def keep(values: dict[str, str]) -> None:
            said = values["agrees"] if values["agrees"] != agreed else ""
            draft = PersonDraft(values["name"], values["relation"], values["sex"], values["born"], said)
            self._settle(
                lambda: self.till.noting.set_person(self._member_id, draft, person_id),
                lambda kept: asked_next(kept, draft, values["agrees"]),
                lambda refusal: sheet.show_problem(self._worded(refusal)),
            )

        def asked_next(kept: str, draft: PersonDraft, agrees: str) -> None:
            if agrees == "no":
                self._done(self.say("已记下，只按年龄核对", "Noted: only age is checked"))
                return
            # The next question at once: nobody buys for somebody whose allergies were never asked.
            self.refresh()
            now = self._whole()
            face = next((one.allergies for one in now.family if one.person_id == kept), None) if now is not None else None
            whom = self.say(f"{draft.name[:1]}{'*' * max(1, len(draft.name) - 1)} 的过敏", "This person's allergies")
            self._allergy_sheet(
                whom, face.codes if face is not None else (), known=face is not None and face.state in ("recorded", "none"), person_id=kept
            )

        sheet.answered.connect(keep)
        self._open(sheet, lambda: self._person_form(person_id))

    # -- readings, follow-ups ------------------------------------------------------

    def enter_reading(self, kind: str = "") -> None:
        """F4: the form of a kind of reading."""
        scene = self._whole()
        if scene is None:
            return
        from app.desktop.screens.member_forms import ReadingSheet

        caring = self.till.caring
        form = caring.form(kind or scene.care.series.kind)
        kinds = tuple((tab.kind, tab.title) for tab in scene.care.tabs)
        sheet = ReadingSheet(self.theme, form, kinds, ask_consent=scene.care.consent == "unasked")
        member_id = scene.head.member_id

        def look() -> None:
            errors = caring.check(member_id, sheet.draft()).errors
            sheet.show_errors([error for error in errors if sheet.is_typed(error.field)])

        def take() -> None:
            checked = caring.check(member_id, sheet.draft())
            if checked.errors:
                sheet.show_errors(checked.errors)
                return
            try:
                recorded, written = caring.record(member_id, sheet.draft(), sheet.agreed)
            except Refused as refusal:
                sheet.show_problem(self._worded(refusal))
                return
            sheet.show_advice(recorded.advice, kept=recorded.kept)
            self._kind = form.kind
            self._again = lambda: self._advise_again(form.kind, recorded)
            sounds = "blocked_by_rule" if recorded.advice.urgent else "scan_member_or_rx"
            if written is not None:
                self.after(written, lambda _: self._read_behind())
            self.tell(Echo("told", "reading_kept" if recorded.kept else "reading_told", {"words": recorded.advice.words}, sound=sounds))

        sheet.changed.connect(look)
        sheet.taken.connect(take)
        sheet.kind_chosen.connect(self.enter_reading)
        self._open(sheet, lambda: self.enter_reading(form.kind))

    def _advise_again(self, kind: str, recorded: Recorded) -> None:
        """What a reading meant, in another language."""
        from app.desktop.screens.member_forms import ReadingSheet

        sheet = ReadingSheet(self.theme, self.till.caring.form(kind), (), ask_consent=False)
        self._open(sheet, lambda: self._advise_again(kind, recorded))
        sheet.show_advice(recorded.advice, kept=recorded.kept)

    def _read_behind(self) -> None:
        """What was written shows in the cards, the open form stays."""
        if self._member_id:
            self._look()

    def _choose_kind(self, kind: str) -> None:
        self._kind = kind
        self.refresh()

    def _follow_up(self) -> None:
        """F5: the open follow-up's outcome, or a new one."""
        scene = self._whole()
        if scene is None:
            return
        todo = next((one for one in scene.care.todos if one.followup_id), None)
        if todo is not None:
            self._call_outcome(todo.followup_id)
        else:
            self._new_follow_up()

    def _call_outcome(self, followup_id: str) -> None:
        from app.desktop.screens.member_forms import FollowUpSheet

        try:
            sheet = FollowUpSheet(self.theme, self.till.caring.follow_up(followup_id))
        except Refused as refusal:
            self.refuse(refusal)
            return

        def keep(outcome: str, later: str, findings: tuple[str, ...]) -> None:
            due_on = self._today() + timedelta(days=int(later)) if later else None
            try:
                written = self.till.caring.follow_up_done(followup_id, outcome, due_on, findings)
            except Refused as refusal:
                sheet.show_problem(self._worded(refusal))
                return
            self.after(written, lambda _: self._done(self.say("随访结果已记下", "Outcome noted")))

        sheet.answered.connect(keep)
        self._open(sheet, lambda: self._call_outcome(followup_id))

    def _new_follow_up(self) -> None:
        from app.desktop.screens.member_forms import follow_up_sheet

        sheet = follow_up_sheet(self.theme)

        def keep(values: dict[str, str]) -> None:
            due_on = self._today() + timedelta(days=int(values["later"]))
            try:
                written = self.till.caring.set_follow_up(self._member_id, due_on)
            except Refused as refusal:
                sheet.show_problem(self._worded(refusal))
                return
            self.after(written, lambda _: self._done(self.say(f"已约 {due_on} 随访", f"Follow-up on {due_on}")))

        sheet.answered.connect(keep)
        self._open(sheet, self._new_follow_up)

    def _today(self) -> date:
        return shop_day(self.till.clock.now())

    def act_todo(self, todo: Todo) -> None:
        """One press does it: into the sale, into the form, or to the outcome."""
        if todo.act == "add":
            self._add_to_sale(todo.product_id, max(1, todo.packs))
        elif todo.act == "record":
            self.enter_reading(todo.reading_kind)
        elif todo.act == "arrange":
            self._new_follow_up()
        elif todo.act == "ask":
            self._ask_again(todo.person_id)
        else:
            self._call_outcome(todo.followup_id)

    def _add_to_sale(self, product_id: str, packs: int) -> None:
        """The pack bought last, into the open sale, which is the member's from now on; a prescription medicine still goes to review."""
        face, selling = self._face, self.till.selling
        if face is None:
            return
        if not face.here and not self.attempt(lambda: selling.attach_shown(face.head.member_id, self._found_by)):
            return
        self.attempt(lambda: self.tell(selling.add_product(product_id, packs).echo))
        self.refresh()

    # -- stored value ------------------------------------------------------------------

    def _stored_value(self) -> None:
        """F7: money paid in, or what is left paid out."""
        if self._face is None:
            return
        from app.desktop.screens.member_stored import Hands, StoredActs

        acts = (self._open, self._settle, self._follow, self._done, self._worded)
        hands = Hands(self.theme, self.bridge, self.till.loading, *acts, shows=lambda sheet: self._form is sheet)
        StoredActs(hands, self._member_id).begin()

    # -- lists -----------------------------------------------------------------------

    def _all_tickets(self) -> None:
        """F6: every coupon with its rule; one that is pressed is used in the open sale, or left."""
        if self._face is None:
            return
        from app.desktop.screens.member_forms import ListSheet, ticket_rows

        tickets = self._face.tickets
        title = self.say(f"优惠券 · {len(tickets)} 张", f"Coupons · {len(tickets)}")
        tails = {one.serial: self._print_button(one) for one in tickets}
        sheet = ListSheet(self.theme, "ticket", title, ticket_rows(self.theme, tickets), "", tails=tails)
        sheet.picked.connect(self._pick_ticket)
        self._open(sheet, self._all_tickets)
        self._tickets = sheet
        self.changed.emit()

    def _print_button(self, ticket: TicketFace) -> IconBtn:
        """Puts one coupon on paper."""
        title = self.of(ticket.title)
        button = IconBtn(self.theme, "printer", self.say(f"打印 {title}", f"Print {title}"), size=32, icon_size=18)
        button.clicked.connect(lambda: self._print_ticket(ticket.serial))
        return button

    def _print_chosen(self) -> None:
        """F5: the coupon that has the keyboard, on paper."""
        serial = self._tickets.current if self._tickets is not None else ""
        if self._face is not None and any(one.serial == serial for one in self._face.tickets):
            self._print_ticket(serial)
        else:
            self.refuse(Refused("coupon_no_paper"))

    def _print_ticket(self, serial: str) -> None:
        """Every paper after the first is marked; the coupon is good once all the same."""

        def paper() -> None:
            copy_no = self.till.printing.print_coupon(self.till.coupons.slip_of(serial))
            self.tell(Echo("told", "coupon_reprinted" if copy_no else "coupon_printed", {"count": str(copy_no)}))

        self.attempt(paper)

    def _pick_ticket(self, serial: str) -> None:
        """In the member's own open sale the coupon is used or left; else it says what it is for."""
        face = self._face
        ticket = next((one for one in face.tickets if one.serial == serial), None) if face is not None else None
        if face is None or ticket is None:
            return
        if face.here and self.till.selling.basket.lines and ticket.state in ("used", "waiting"):
            self.attempt(lambda: self.tell(self.till.selling.pick_coupon(serial).echo))
            reopened = self._form is not None
            self._drop_form()
            self.refresh()
            if reopened:
                self._all_tickets()
            return
        words = " · ".join(part for part in (self.of(ticket.title), self.of(ticket.rule), self.of(ticket.why)) if part)
        self.toast.emit(words, "ticket")

    def _all_todos(self) -> None:
        """Everything that is to be done; one press does it."""
        scene = self._whole()
        if scene is None:
            return
        from app.desktop.screens.member_forms import ListSheet, todo_rows

        todos = scene.care.todos
        sheet = ListSheet(
            self.theme, "list-checks", self.say(f"待办 · {len(todos)} 项", f"To do · {len(todos)}"), todo_rows(self.theme, todos), ""
        )
        sheet.picked.connect(lambda order: self.act_todo(todos[int(order)]))
        self._open(sheet, self._all_todos)

    def _all_medicines(self) -> None:
        """F9: the medicines of the last twelve months."""
        if self._face is None:
            return
        from app.desktop.screens.member_forms import ListSheet, medicine_rows

        medicines = self.till.member_view.medicines(self._member_id)
        title = self.say(f"用药史 · 近 12 个月 {len(medicines)} 种", f"Medicines · {len(medicines)} in 12 months")
        none = self.say("近 12 个月在本店没买过药", "No medicine bought here in 12 months")
        sheet = ListSheet(self.theme, "pill", title, medicine_rows(self.theme, medicines), none)
        sheet.picked.connect(self._note_usage)
        self._open(sheet, self._all_medicines)

    def _all_dealings(self) -> None:
        """Every dealing of the chosen sort; a sale or return opens its paper."""
        parts, scene = self._parts, self._whole()
        if scene is None or parts is None:
            return
        from app.desktop.screens.member_forms import ListSheet, dealing_rows

        shown = parts.dealings.shown(scene.care)
        title = self.say(f"往来 · {len(shown)} 条", f"Dealings · {len(shown)}")
        sheet = ListSheet(self.theme, "list-bullets", title, dealing_rows(self.theme, shown), "")
        sheet.picked.connect(lambda key: self._press_dealing(*key.split("|", 1)))
        self._open(sheet, self._all_dealings)

    def _note_usage(self, product_id: str) -> None:
        """How a medicine is taken: what days left are reckoned from."""
        from app.counter.care_scene import UsageDraft
        from app.desktop.screens.member_forms import usage_sheet

        caring, member_id = self.till.caring, self._member_id
        try:
            form = caring.usage_form(member_id, product_id)
        except Refused as refusal:
            self.refuse(refusal)
            return
        scene = self._whole()
        unasked = scene is not None and scene.care.consent == "unasked"
        sheet = usage_sheet(self.theme, form, ask_consent=unasked)

        def keep(values: dict[str, str]) -> None:
            draft = UsageDraft(product_id, values["dose"], values["times"], values["every_days"], values["moment"], values["source"])
            agreed = {"yes": True, "no": False}.get(values.get("consent", ""))
            try:
                written = caring.set_usage(member_id, draft, agreed)
            except Refused as refusal:
                sheet.show_problem(self._worded(refusal))
                return
            self.after(written, lambda _: self._done(self.say("用法已记下", "Dose noted")))

        def end() -> None:
            try:
                written = caring.end_usage(member_id, product_id)
            except Refused as refusal:
                sheet.show_problem(self._worded(refusal))
                return
            self.after(written, lambda _: self._done(self.say("已记停用，不再提醒", "Not taken any more: no reminder")))

        sheet.answered.connect(keep)
        sheet.ended.connect(end)
        self._open(sheet, lambda: self._note_usage(product_id))

    def _press_dealing(self, kind: str, number: str) -> None:
        """A sale or return opens its paper."""
        if kind in SALE_KINDS and self._receipts is not None and number:
            self.go.emit("receipts")
            self._receipts.on_omnibox(number)

    # -- the person's own data -----------------------------------------------------

    def _privacy(self) -> None:
        """F10: what the person may ask for: a copy, or that all of it goes."""
        if self._face is None:
            return
        from app.desktop.screens.member_forms import ListSheet
        from app.desktop.screens.member_privacy import privacy_rows

        sheet = ListSheet(self.theme, "shield-check", self.say("个人信息", "Personal data"), privacy_rows(self.theme), "")
        sheet.picked.connect(lambda act: self._erase() if act == "erase" else self._copy())
        self._open(sheet, self._privacy)

    def _copy(self) -> None:
        """Everything about the person as PDF and JSON, made behind the counter's back."""
        from app.desktop.screens.member_privacy import copy_sheet

        till, member_id = self.till, self._member_id
        sheet = copy_sheet(self.theme)

        def make(values: dict[str, str]) -> None:
            if self._writing:
                return
            member = till.store.people.member(member_id)
            if member is None:
                return
            try:
                staff = till.authorising.anyone(values["pin"], till.settings.text("rights.registers").split(";"))
            except Refused as refusal:
                sheet.show_problem(self._worded(refusal))
                return
            personal, folder, name = till.personal, Path(till.store.directory) / "reports", f"person-{member.card_no[-4:]}-{self._today()}"

            def work() -> tuple[Path, ...]:
                from app.reports.making import Made, keep

                told, paper = personal.copy(member, staff)
                made = (Made(f"{name}.pdf", paper, personal=True), Made(f"{name}.json", told, personal=True))
                return tuple(keep(one, folder / one.name) for one in made)

            def done(files: tuple[Path, ...]) -> None:
                self._writing = False
                self.toast.emit(self.say(f"已存为 {files[0].name}", f"Saved as {files[0].name}"), "file-pdf")
                if self._form is sheet:
                    self._copied(files)

            def failed() -> None:
                self._writing = False

            self._writing = True
            self.toast.emit(self.say("正在生成，可以继续收银", "Being made; you can go on selling"), "hourglass-medium")
            self.in_background(work, done, failed)

        sheet.answered.connect(make)
        self._open(sheet, self._copy)

    def _copied(self, files: tuple[Path, ...]) -> None:
        """Where the copy lies."""
        from app.desktop.screens.member_forms import ListSheet
        from app.desktop.screens.member_privacy import file_rows

        title = self.say("副本已生成，请当面交给本人", "The copy is made: hand it to the person")
        self._open(ListSheet(self.theme, "file-pdf", title, file_rows(self.theme, files), "", plain=True), lambda: self._copied(files))

    def _erase(self) -> None:
        """What would go and what stays; the last digits and a manager's PIN confirm it, for nothing brings it back."""
        from app.desktop.screens.member_privacy import EraseSheet

        member_id = self._member_id
        try:
            sheet = EraseSheet(self.theme, self.till.erasing.begin(member_id))
        except Refused as refusal:
            self.refuse(refusal)
            return

        def refused(refusal: Refused) -> None:
            pin = refusal.code.startswith("pin") or refusal.code == "nobody_may"
            sheet.show_problem(self._worded(refusal), "digits" if refusal.code == "erase_digits" else "pin" if pin else "")

        def gone(_: object) -> None:
            self._other()
            words = self.say("已删除，依法要留的不含姓名和手机", "Erased; what the law keeps has no name or phone")
            self.toast.emit(words, "check-circle")
            announce(self, words)

        sheet.confirmed.connect(
            lambda digits, reason, pin: self._settle(lambda: self.till.erasing.confirm(member_id, digits, reason, pin), gone, refused)
        )
        self._open(sheet, self._erase)

    # -- consents and joining ------------------------------------------------------

    def _consents(self) -> None:
        parts = self._parts
        if self._whole() is None or parts is None:
            return
        self._drop_form()
        parts.join.begin_consents(self._member_id)
        parts.show_join()
        self.changed.emit()

    def _join(self) -> None:
        """Nobody was found by this phone: register them here."""
        self._made()
        parts = self._parts
        assert parts is not None
        parts.join.begin(self._sought)
        parts.veil_but("")
        self._stack.setCurrentIndex(1)
        parts.show_join()
        self.changed.emit()

    @property
    def _joining_open(self) -> bool:
        return self._parts is not None and self._parts.join.open

    def _joined(self, echo: Echo) -> None:
        self.tell(echo)
        member_id = self.till.selling.basket.member_id
        self._close_form()
        if member_id:
            self._show(member_id, self.till.selling.basket.found_by)

    # ------------------------------------------------------------------ forms

    def _open(self, sheet: member_forms.Sheet, again: Callable[[], None] | None) -> None:
        """Ask something in the middle of the page; `again` asks it once more, in another language."""
        self._whole()
        self._drop_form()
        self._again = again
        assert self._parts is not None
        self._form = sheet
        self._parts.show_form(sheet)
        sheet.left.connect(self._close_form)
        sheet.begin()
        self.changed.emit()

    def _drop_form(self) -> None:
        self._form = self._again = self._tickets = None
        if self._parts is not None:
            self._parts.show_cards()

    def _close_form(self) -> None:
        self._drop_form()
        self.refresh()
        self.type_back.emit()

    def _done(self, words: str) -> None:
        """An act is on disk: the form goes, the cards show it."""
        self._close_form()
        self.toast.emit(words, "check-circle")
        announce(self, words)

    # ------------------------------------------------------------------ drawing

    def redraw(self) -> None:
        """Say everything in the language in force; an open form is asked anew in it, with what was typed."""
        again = self._again
        filled = self._form.filled() if self._form is not None else None
        if self._parts is not None:
            self._drop_form()
        if self.isVisible():
            self.slices.finish()
            self._draw()
            self.slices.finish()
        elif self._parts is not None:
            self._parts.veil_but("")
        if again is not None:
            again()
        if self._form is not None and filled is not None:
            self._form.fill_in(filled)

    def _grow(self) -> Iterator[None]:
        """The cards, a step in a turn of the event loop: begun when a sale gets its first member, long before anybody asks for the page."""
        parts = _Parts(self)
        yield from parts.grow()
        yield
        self._stack.addWidget(parts.whole)
        parts.wire()
        self._parts = parts

    def _read_icons(self) -> Iterator[None]:
        for name, weight in ICONS:
            self.theme.read_icon(name, weight)
            yield

    def _grow_on(self) -> None:
        if next(self._growing, self) is None:
            QTimer.singleShot(0, self, self._grow_on)

    def _made(self) -> None:
        """The cards, whatever of them is still to be made."""
        for _ in self._growing:
            pass

    def _draw(self) -> None:
        face, scene = self._face, self._scene
        if face is None:
            looked_for = (self.theme.language, self._found, self._sought)
            if looked_for != self._looked_for:
                self._looked_for = looked_for
                self._nobody.fill(self._draw_nobody())
            self._stack.setCurrentIndex(0)
            return
        self._rows, self._looked_for = (), ()
        self._made()
        assert self._parts is not None
        self._parts.show_face(face, self._phone or face.head.masked_phone)
        if scene is not None and not self.slices.busy and not self._parts.shows(scene):
            self.slices.begin("member", self._parts.show_rest(scene))
        self._stack.setCurrentIndex(1)

    def _draw_nobody(self) -> QWidget:
        """Nobody yet: how to find somebody, or those who fit what was typed."""
        theme = self.theme
        self._rows = tuple(self._found_row(order, one) for order, one in enumerate(self._found, 1))
        if self._rows:
            title = self.say(f"“{self._sought}” 有 {len(self._rows)} 位，请选", f"{len(self._rows)} fit “{self._sought}”: choose")
            head = Row(theme, Txt(theme, title, "section"), Spring(), margins=(18, 14, 18, 12))
            return Panel(theme, Column(theme, head, (Listing(theme, self._rows), 1), gap=0))
        if self._sought:
            title = self.say(f"没找到“{self._sought}”", f"Nobody for “{self._sought}”")
            how = self.say("换个写法再找；新顾客可以现在登记，几秒就好", "Write it differently; a newcomer can join now")
        else:
            title = self.say("扫会员码，或在上面输手机号、后四位、姓名", "Scan a member's code, or type phone, last four or name above")
            how = self.say("用药、血压血糖、过敏、家人和券都在一页", "Medicines, readings, allergies, family and coupons on one page")
        column = Column(
            theme,
            Spring(),
            Row(theme, Spring(), IconTile(theme, "identification-card", 84, radius=22), Spring()),
            8,
            Txt(theme, title, "page", size=22, align="center"),
            Txt(theme, how, "body", "ink2", align="center"),
            gap=8,
            margins=(16, 8, 16, 14),
        )
        if self._sought:
            join = Btn(theme, self.say("登记新会员", "Register"), "primary", icon="user-plus", key="Ctrl J", height=44)
            join.clicked.connect(self._join)
            column.add(6)
            column.add(Row(theme, Spring(), join, Spring()))
        column.add(Spring())
        return Panel(theme, column)

    def _found_row(self, order: int, one: FoundMember) -> ListRow:
        from app.desktop.screens.member_parts import tier_of

        words, tone = tier_of(one.tier, self.theme.language)
        born = self.say(f"{one.born} 年生", f"born {one.born}") if one.born else ""
        row = ListRow(
            self.theme,
            (
                Cell(str(order), width=28, role="label_strong", tone="ink3"),
                Cell(one.masked_name, sub=" · ".join(part for part in (one.masked_phone, born) if part), icon="user", tile="info"),
                Cell(pill=words, pill_tone=tone, width=120, align="right"),
            ),
            height=60,
            pad=18,
        )
        row.setObjectName(f"found-{order}")
        row.clicked.connect(lambda: self._show(one.member_id, one.found_by))
        return row


class _Parts:
    """The cards of the page, made once, a few in a turn of the event loop; from then on only what differs is set."""

    join: JoinPanel

    def __init__(self, page: MemberPage) -> None:
        self._page, self.theme = page, page.theme
        self.whole = QWidget()
        self._shown: tuple[object, ...] = ()
        """What head, strip and coupons were drawn of."""
        self._rest: tuple[object, ...] = ("",)
        """Whom the other cards show, and of what they were drawn."""

    def grow(self) -> Iterator[None]:
        """Load and make the cards, one step at a time."""
        import app.desktop.widgets.care  # noqa: F401  # half of what the cards are made of, in a turn of its own

        yield
        from app.desktop.screens import member_parts
        from app.desktop.screens.joining import JoinPanel

        theme, page = self.theme, self._page
        yield
        self.head = member_parts.HeadCard(theme)
        self.strip = member_parts.AllergyBar(theme)
        yield
        self.medicines = member_parts.MedicinesCard(theme)
        self.tags = member_parts.TagsCard(theme)
        self.family = member_parts.FamilyCard(theme)
        yield
        self.readings = member_parts.ReadingsCard(theme)
        self.dealings = member_parts.DealingsCard(theme)
        yield
        self.coupons = member_parts.CouponsCard(theme)
        self.todos = member_parts.TodosCard(theme)
        self.consent = member_parts.ConsentCard(theme)
        yield
        self.join = JoinPanel(theme, lambda: page.till.joining, page.bridge)
        yield
        self._lay()

    def _lay(self) -> None:
        from app.desktop.widgets.rows_that_fit import SharedColumn

        theme = self.theme
        self._form = Slot()
        self._middle = QStackedWidget()
        self._main = SharedColumn(theme, ((self.readings, None), (self.dealings, self.dealings.list)), fill=(0, LEAST_CHART))
        self._middle.addWidget(self._main)
        self._middle.addWidget(self._form)
        self._middle.addWidget(boxed(Column(theme, self.join, Spring(), gap=0)))
        lists = ((self.medicines, self.medicines.list), (self.tags, None), (self.family, self.family.list))
        self._left = SharedColumn(theme, lists)
        self._right = SharedColumn(theme, ((self.coupons, self.coupons.list), (self.todos, self.todos.list)), foot=self.consent, first=1)
        body = Row(theme, self._left, (self._middle, 1), self._right, gap=12)
        self.whole.setLayout(Column(theme, self.head, self.strip, (boxed(body), 1), gap=12))
        for place in (self._left, self._middle):
            policy = place.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            place.setSizePolicy(policy)
        hold_width(theme, self._left, LEFT_WIDTH)
        hold_width(theme, self._right, RIGHT_WIDTH)

    def wire(self) -> None:
        """What is pressed here is done by the page."""
        page = self._page
        acts: tuple[tuple[object, Callable[..., None]], ...] = (
            (self.head.taken, page._take),
            (self.head.revealed, page._reveal),
            (self.strip.asked, page._ask_allergies),
            (self.medicines.pressed, page._note_usage),
            (self.medicines.all_asked, page._all_medicines),
            (self.family.added, page._add_person),
            (self.family.pressed, page._edit_person),
            (self.family.all_asked, page._all_family),
            (self.readings.kind_chosen, page._choose_kind),
            (self.readings.entered, page.enter_reading),
            (self.dealings.pressed, page._press_dealing),
            (self.dealings.all_asked, page._all_dealings),
            (self.coupons.pressed, page._pick_ticket),
            (self.coupons.all_asked, page._all_tickets),
            (self.todos.acted, page.act_todo),
            (self.todos.list.more, page._all_todos),
            (self.consent.pressed, page._consents),
            (self.join.closed, page._close_form),
            (self.join.left, page.refresh),
            (self.join.done, page._joined),
        )
        for signal, act in acts:
            signal.connect(act)  # type: ignore[attr-defined]  # a signal of Qt

    def show_cards(self) -> None:
        """Readings and dealings in the middle."""
        if self.join.open:
            self.join.end()
        self._middle.setCurrentIndex(0)

    def show_form(self, form: QWidget) -> None:
        """A form in the middle."""
        self._form.fill(form)
        self._middle.setCurrentIndex(1)

    def show_join(self) -> None:
        """Registration or consents in the middle."""
        self._middle.setCurrentIndex(2)
        self._middle.show()

    def show_face(self, face: MemberFace, phone: str) -> None:
        """Who it is, allergies and coupons; the other cards are veiled as long as they show somebody else."""
        self.veil_but(face.head.member_id)
        shown = (face, phone, self.theme.language)
        if self._shown == shown:
            return
        self._shown = shown
        self.head.show_head(face.head, phone, here=face.here)
        self.strip.show_allergies(face.allergies)
        self.coupons.show_tickets(face.tickets)
        self._right.again()

    def veil_but(self, member_id: str) -> None:
        """Nobody's medicines, family and readings stand below another's name."""
        if self._rest[0] != member_id:
            self._rest = ("",)
            self._left.hide()
            self._middle.hide()
            self._right.veil((self.todos, self.consent))

    def shows(self, scene: MemberScene) -> bool:
        """Whether the cards below the head show this already."""
        return self._rest == self._made_of(scene)

    def _made_of(self, scene: MemberScene) -> tuple[object, ...]:
        return (scene.head.member_id, scene.rest, scene.head.chronic, self.theme.language)

    def show_rest(self, scene: MemberScene) -> Steps[None]:
        """Another member below the head, or the same one with what happened since, a card or two in a turn."""
        shown = self._made_of(scene)
        self._rest = (self._rest[0],)
        care = scene.care
        self.medicines.show_care(care)
        self._show_tags(scene)
        self.family.show_family(scene.rest.family, scene.rest.most_family)
        yield
        self.readings.show_care(care)
        yield
        self.dealings.show_care(care)
        yield
        self.todos.show_todos(care.todos)
        self._show_consent(scene)
        self._rest = shown
        self._left.show()
        self._middle.show()
        self._right.veil(())
        self._main.again()
        self._left.again()

    def _show_tags(self, scene: MemberScene) -> None:
        language, say = self.theme.language, self._page.say
        labels = scene.rest.labels
        tags = [(words.of(language), "mute") for words in scene.care.conditions]
        if scene.head.chronic:
            tags.append((say("慢病会员", "Chronic care"), "info"))
        tags += [(label.words.of(language), label.tone) for label in labels]
        why = [f"{label.words.of(language)}: {label.because.of(language)}" for label in labels]
        none = say("还没有标签", "No tags yet")
        self.tags.show_tags(say("健康与标签", "Health and tags"), tags, none, why)

    def _show_consent(self, scene: MemberScene) -> None:
        say = self._page.say
        health = next((one for one in scene.rest.consents if one.purpose == "health"), None)
        self.consent.show_signature(health.drawing if health is not None and health.given else None)
        if health is None:
            line = say("登记指标前先问本人是否同意", "Asked before the first reading is kept")
            self.consent.show_consent("shield-warning", "warn", say("健康档案未授权", "No health consent"), say("去授权", "Consents"), line)
        elif health.given:
            ways = {"signature": ("签字", "Signed · text"), "code": ("验证码", "By code · text"), "spoken": ("口头", "Spoken · text")}
            zh, en = ways.get(health.channel, ("同意", "Text"))
            # In English the way stands below: beside the day there is no room for it.
            when = say(f"{health.on} {zh}", f"{health.on}")
            line = say(f"文本 {health.version}", f"{en} {health.version}")
            if health.drawing is None:
                line += say(" · 看手机号留痕，可随时撤回", " · looks are logged")
            self.consent.show_consent("shield-check", "good", say("健康档案授权有效", "Health consent holds"), when, line)
        else:
            line = say("不留读数，只当面告诉", "Readings are told, not kept")
            self.consent.show_consent("shield-warning", "info", say("不同意健康档案", "Health file refused"), f"{health.on}", line)
