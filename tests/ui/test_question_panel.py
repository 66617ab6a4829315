"""The panel of questions: any question as a form, by keys alone, with input methods only where words are written."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.counter.scene import Question, QuestionField, SearchHit
from app.desktop.screens.question import ChipRow, PinBox, QuestionPanel, iso_date
from app.desktop.theme import Theme
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.words import Para, Txt
from app.domain.verdict import Text

HITS = tuple(SearchHit(f"P{n}", f"商品{n}", "1g", (), "厂", 100 * n, 0, 1, "", True) for n in (1, 2, 3))
WORDS = Text("词", "word")


def asked(kind: str, *fields: QuestionField, error: Text | None = None, of: str = "q1") -> Question:
    """A question with these fields."""
    return Question(of, kind, "", Text("问", "Question"), fields=fields, error=error)


class Asker:
    """A panel with what it told."""

    def __init__(self, theme: Theme) -> None:
        self.panel = QuestionPanel(theme, self.find)
        self.answers: list[dict[str, str]] = []
        self.left = 0
        self.panel.answered.connect(lambda _, values: self.answers.append(values))
        self.panel.dismissed.connect(self._leave)
        self.panel.resize(800, 500)

    def _leave(self) -> None:
        self.left += 1

    def find(self, text: str) -> Sequence[SearchHit]:
        """Three products for anything but x."""
        return () if text == "x" else HITS

    def ask(self, question: Question) -> None:
        """Ask and show."""
        self.panel.show_question(question)
        self.panel.show()
        self.panel.activateWindow()
        QTest.qWaitForWindowActive(self.panel, 60_000)

    def part(self, name: str) -> Entry | ChipRow | PinBox:
        """The part of a field."""
        return self.panel._parts[name]


@pytest.fixture
def asker(theme: Theme) -> Asker:
    """A panel on its own."""
    return Asker(theme)


CHOICES = (("a", Text("甲", "A")), ("b", Text("乙", "B")), ("c", Text("丙", "C")))


@pytest.mark.parametrize(("choices", "first"), [(1, "age"), (2, "person")])
def test_a_choice_of_one_leaves_the_keyboard_to_what_is_to_be_typed(asker: Asker, choices: int, first: str) -> None:
    person = QuestionField("person", "choice", WORDS, "a", CHOICES[:choices])
    asker.ask(asked("patient", person, QuestionField("age", "text", WORDS, required=False)))
    assert asker.part(first).hasFocus()


def test_a_digit_answers_a_single_choice_at_once(asker: Asker) -> None:
    asker.ask(asked("lot", QuestionField("lot", "choice", WORDS, "a", CHOICES)))
    QTest.keyClick(asker.part("lot"), Qt.Key.Key_2)
    assert asker.answers == [{"lot": "b"}]


def test_enter_keeps_what_is_chosen_and_a_digit_without_a_chip_does_nothing(asker: Asker) -> None:
    asker.ask(asked("lot", QuestionField("lot", "choice", WORDS, "a", CHOICES)))
    QTest.keyClick(asker.part("lot"), Qt.Key.Key_7)
    assert asker.answers == []
    QTest.keyClick(asker.part("lot"), Qt.Key.Key_Return)
    assert asker.answers == [{"lot": "a"}]


def test_enter_goes_to_the_next_field_that_is_wanted_and_answers_on_the_last(asker: Asker) -> None:
    asker.ask(
        asked(
            "price",
            QuestionField("price", "money", WORDS, "12.80"),
            QuestionField("reason", "choice", WORDS, "", CHOICES),
            QuestionField("pin", "pin", WORDS),
        )
    )
    QTest.keyClick(asker.part("price"), Qt.Key.Key_Return)
    assert asker.part("reason").hasFocus()
    QTest.keyClick(asker.part("reason"), Qt.Key.Key_3)
    assert asker.answers == []
    QTest.keyClick(asker.part("reason"), Qt.Key.Key_Return)
    assert asker.part("pin").hasFocus()
    QTest.keyClicks(asker.part("pin"), "1003")
    QTest.keyClick(asker.part("pin"), Qt.Key.Key_Return)
    assert asker.answers == [{"price": "12.80", "reason": "c", "pin": "1003"}]


def test_escape_leaves(asker: Asker) -> None:
    asker.ask(asked("quantity", QuestionField("quantity", "number", WORDS, "1")))
    QTest.keyClick(asker.part("quantity"), Qt.Key.Key_Escape)
    assert asker.left == 1
    assert asker.answers == []


def test_a_wrong_answer_keeps_the_form_but_empties_the_pin(asker: Asker) -> None:
    fields = (QuestionField("reason", "choice", WORDS, "", CHOICES), QuestionField("pin", "pin", WORDS))
    asker.ask(asked("override", *fields))
    QTest.keyClick(asker.part("reason"), Qt.Key.Key_1)
    QTest.keyClicks(asker.part("pin"), "9999")
    asker.ask(asked("override", *fields, error=Text("PIN 不对", "Wrong PIN")))
    assert asker.panel.values() == {"reason": "a", "pin": ""}
    assert asker.part("pin").hasFocus()


def test_a_scanned_value_fills_its_field_and_keeps_the_others(asker: Asker) -> None:
    def form(number: str) -> Question:
        return asked("buyer", QuestionField("name", "text", WORDS), QuestionField("id_number", "text", WORDS, number))

    asker.ask(form(""))
    name = asker.part("name")
    assert isinstance(name, Entry)
    name.setText("王秀兰")
    asker.ask(form("110101199001011237"))
    assert asker.panel.values() == {"name": "王秀兰", "id_number": "110101199001011237"}


def test_a_pin_is_never_text_for_anyone(asker: Asker) -> None:
    asker.ask(asked("pharmacist", QuestionField("pin", "pin", WORDS)))
    pin = asker.part("pin")
    QTest.keyClicks(pin, "12a3")
    assert asker.panel.values()["pin"] == "123"
    assert "123" not in pin.accessibleName() + pin.accessibleDescription()
    QTest.keyClick(pin, Qt.Key.Key_Backspace)
    assert asker.panel.values()["pin"] == "12"


def test_input_methods_are_off_but_for_names_and_free_words(asker: Asker) -> None:
    names = ("number", "institution", "doctor", "prescribed_on", "patient", "diagnosis", "pin")
    kinds = {"prescribed_on": "date", "pin": "pin"}
    asker.ask(asked("review", *(QuestionField(name, kinds.get(name, "text"), WORDS) for name in names)))
    on = {name for name in names if asker.part(name).testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)}
    assert on == {"institution", "doctor", "patient", "diagnosis"}


def test_products_are_found_while_typing_and_chosen_with_arrows(asker: Asker) -> None:
    asker.ask(asked("find", QuestionField("product", "text", WORDS)))
    entry = asker.part("product")
    QTest.keyClicks(entry, "sp")
    QTest.keyClick(entry, Qt.Key.Key_Down)
    QTest.keyClick(entry, Qt.Key.Key_Return)
    assert asker.answers == [{"product": "P2"}]


def test_nothing_found_answers_nothing(asker: Asker) -> None:
    asker.ask(asked("find", QuestionField("product", "text", WORDS)))
    QTest.keyClicks(asker.part("product"), "x")
    QTest.keyClick(asker.part("product"), Qt.Key.Key_Return)
    assert asker.answers == []


def test_a_form_follows_the_language_and_keeps_what_was_typed(asker: Asker, theme: Theme) -> None:
    asker.ask(asked("quantity", QuestionField("quantity", "number", WORDS, "1")))
    entry = asker.part("quantity")
    assert isinstance(entry, Entry)
    entry.setText("7")
    theme.set_language("en")
    assert asker.panel.values() == {"quantity": "7"}
    assert asker.panel.accessibleName() == "Question"


@pytest.mark.parametrize(
    ("typed", "day"), [("20261121", "2026-11-21"), ("2026/11/21", "2026-11-21"), ("2026-11-21", "2026-11-21"), ("1121", "1121")]
)
def test_days_are_read_as_people_write_them(typed: str, day: str) -> None:
    assert iso_date(typed) == day


def test_after_an_error_the_keyboard_stays_where_the_answer_was_given(theme: Theme) -> None:
    asker = Asker(theme)
    fields = (QuestionField("name", "text", WORDS, "A"), QuestionField("number", "text", WORDS, "1"))
    asker.panel.show_question(asked("buyer", *fields))
    asker.panel.show()
    entries = [part for part in asker.panel._parts.values() if isinstance(part, Entry)]
    entries[1].setFocus()
    asker.panel.show_question(asked("buyer", *fields, error=WORDS))
    assert asker.panel.focusWidget() is asker.panel._parts["number"]


def test_a_form_of_one_field_is_filled_anew_and_says_whatever_is_asked_now(asker: Asker, theme: Theme) -> None:
    def quantity(of: str, value: str, *, error: Text | None = None) -> Question:
        field = QuestionField("quantity", "number", WORDS, value)
        return Question(of, "quantity", of, Text(f"{of} 几盒", f"How many of {of}"), fields=(field,), error=error)

    def said() -> list[str]:
        return [part.words for part in asker.panel.findChildren(Txt) if part.isVisible()]

    asker.ask(quantity("a", "1"))
    first = asker.part("quantity")
    QTest.keyClicks(first, "12")
    asker.panel.show_question(None)
    assert not first.isVisible()
    asker.ask(quantity("b", "3"))
    assert asker.part("quantity") is first and asker.panel.focusWidget() is first
    assert (asker.panel.values(), first.selectedText()) == ({"quantity": "3"}, "3")
    assert "b 几盒" in said() and "a 几盒" not in said()
    QTest.keyClicks(first, "0")
    asker.panel.show_question(quantity("b", "3", error=Text("不行", "No")))
    QApplication.processEvents()
    assert asker.panel.values() == {"quantity": "0"}
    assert "不行" in [part.accessibleName() for part in asker.panel.findChildren(Para) if part.isVisible()]
    QTest.keyClick(asker.part("quantity"), Qt.Key.Key_Return)
    assert asker.answers == [{"quantity": "0"}]
    asker.panel.show_question(None)
    theme.set_language("en")
    asker.ask(quantity("c", "4"))
    assert "How many of c" in said()
    assert asker.panel.values() == {"quantity": "4"}
