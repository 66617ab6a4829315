"""Reach: every page fits, nothing is too small, unnamed, cut off or without a visible focus, and nothing modal stands in the way."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QLineEdit, QWidget
from window_hand import Hand, open_hand

import app.desktop
from app.desktop.screens.page import Page
from app.desktop.screens.receipt_template import ReceiptTemplatePage
from app.desktop.shell import Shell
from app.desktop.theme import Theme, paint
from app.desktop.theme.type import Face

PAGES = (
    "sale", "pay", "member", "stock", "returns", "shift", "receipts", "sheet", "reports", "sync", "settings", "rx", "campaigns",
    "devices", "help", "labels", "receipt_template",
)  # fmt: skip
TRACE, EAN, MEMBER = "89900001091676336760", "6999580000439", "90000000000000000019"


@pytest.fixture(scope="module")
def hand(qapp: QApplication, demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hand]:
    """One window for all, with goods, a member and a held sale."""
    theme = Theme(qapp, "light", 1.0, motion=False)
    folder = Path(shutil.copytree(demo_template, tmp_path_factory.mktemp("reach") / "till"))
    made = open_hand(theme, folder)
    made.sign_in()
    yield made
    made.leave()
    theme.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def shell_of(hand: Hand) -> Shell:
    assert hand.window.shell is not None
    return hand.window.shell


def look(hand: Hand, *, language: str = "zh", scale: float = 1.0, touch: bool = False, size: tuple[int, int] = (1366, 768)) -> None:
    """Dress the window once for all pages: each dressing touches every widget there is."""
    theme = hand.window.theme
    shell_of(hand).show_page("sync")
    theme.set_scale(scale, touch=touch)
    theme.set_language("en" if language == "en" else "zh")
    hand.window.resize(*size)


def pages(hand: Hand, *keys: str) -> Iterator[tuple[str, QWidget]]:
    """Each page there is, in front, with something on it."""
    shell, till = shell_of(hand), hand.window.till
    assert till is not None
    for key in keys or PAGES:
        if till.checkout.open:
            till.checkout.cancel()
        if till.selling.basket.lines:
            till.selling.clear()
        if key in ("sale", "pay", "rx", "campaigns", "member"):
            for code in (EAN, MEMBER) if key == "pay" else (TRACE, EAN, MEMBER):
                till.selling.scan(code)
        if key == "pay":
            till.checkout.begin()
        shell.show_page(key)
        if key == "stock":
            shell.page.on_scanned(TRACE)
        while shell.page.reading:
            QApplication.processEvents()
        for _ in range(3):
            QApplication.processEvents()
        yield key, shell.page


def parts(page: QWidget) -> Iterator[QWidget]:
    """Every widget of a page that can be seen."""
    for part in page.findChildren(QWidget):
        if part.isVisibleTo(page) and part.width() and part.height():
            yield part


# ---------------------------------------------------------------------- size


def test_every_page_there_is_is_reached_for(hand: Hand) -> None:
    assert set(PAGES) == set(shell_of(hand).pages)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("scale", "size"), [(1.0, (1366, 768)), (1.3, (1920, 1080))])
def test_every_page_fits_its_screen(hand: Hand, scale: float, size: tuple[int, int], language: str) -> None:
    look(hand, language=language, scale=scale, size=size)
    shell = shell_of(hand)
    too_large = []
    for key, page in pages(hand):
        needs = page.minimumSizeHint()
        wide = max(needs.width() + shell.rail.width(), shell.minimumSizeHint().width())
        high = needs.height() + shell.bar.height() + shell.fbar.height()
        if wide > size[0] or high > size[1]:
            too_large.append((key, wide, high))
    assert not too_large


@pytest.mark.parametrize(("touch", "least"), [(False, 28), (True, 44)])
def test_nothing_pressed_is_smaller_than_a_fingertip_asks(hand: Hand, touch: bool, least: int) -> None:
    look(hand, touch=touch)
    small = [
        (key, type(part).__name__, part.accessibleName(), part.width(), part.height())
        for key, page in pages(hand)
        for part in parts(page)
        if isinstance(part, QAbstractButton) and part.focusPolicy() and part.isEnabled() and min(part.width(), part.height()) < least
    ]
    assert not small


# ---------------------------------------------------------------------- words


class Written:
    """Records every line of text that is painted: its words, its face, and whether it fits what it is painted on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.where = ""
        self.small: list[tuple[str, str, int]] = []
        self.cut: list[tuple[str, str, float, float]] = []
        text, text_at = paint.text, paint.text_at

        def spied(painter: QPainter, rect: QRectF, words: str, face: Face, *rest: object, **named: object) -> float:
            self._look(painter, rect.left(), face.elided(words, rect.width()) if named.get("elide") else words, face, rest)
            return text(painter, rect, words, face, *rest, **named)  # type: ignore[arg-type]  # passed on as it came

        def spied_at(painter: QPainter, x: float, middle: float, words: str, face: Face, *rest: object) -> float:
            self._look(painter, x, words, face, ())
            return text_at(painter, x, middle, words, face, *rest)  # type: ignore[arg-type]  # passed on as it came

        monkeypatch.setattr(paint, "text", spied)
        monkeypatch.setattr(paint, "text_at", spied_at)

    def _look(self, painter: QPainter, left: float, words: str, face: Face, rest: tuple[object, ...]) -> None:
        if face.px < 12:
            self.small.append((self.where, words, face.px))
        device = painter.device()
        wide = face.width(words)
        place = rest[1] if len(rest) > 1 else "left"
        if isinstance(device, QWidget) and not isinstance(device, QAbstractScrollArea) and place == "left":
            room = device.width() - left
            if words and wide > room + 1.5:
                self.cut.append((self.where, words, round(wide), round(room)))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("scale", "size"), [(1.0, (1366, 768)), (1.4, (1920, 1080))])
def test_no_word_is_cut_off_or_too_small(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, scale: float, size: tuple[int, int], language: str
) -> None:
    look(hand, language=language, scale=scale, size=size)
    written = Written(monkeypatch)
    for key, _page in pages(hand):
        written.where = key
        shell_of(hand).grab()
    assert not written.small
    assert not written.cut


def test_whatever_takes_the_keyboard_has_a_name_and_shows_that_it_has_it(hand: Hand) -> None:
    look(hand)
    hand.window.activateWindow()
    nameless, unseen = [], []
    for key, page in pages(hand):
        for part in parts(page):
            taking = part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isEnabled()
            if not taking or isinstance(part, QAbstractScrollArea | type(page)):
                continue
            if not (part.accessibleName() or (isinstance(part, QAbstractButton) and part.text())):
                nameless.append((key, type(part).__name__, part.objectName()))
            if not isinstance(part, QAbstractButton | QLineEdit):
                continue
            shell_of(hand).take_keyboard()
            before = part.grab().toImage()
            part.setFocus(Qt.FocusReason.TabFocusReason)
            if part.hasFocus() and part.grab().toImage() == before:
                unseen.append((key, type(part).__name__, part.accessibleName()))
    assert not nameless
    assert not unseen


# ---------------------------------------------------------------------- nothing in the way


def test_no_dialog_stands_anywhere_in_the_counter() -> None:
    """The names of Qt's modal windows occur in no module of the desktop: warnings are lines, questions are panels."""
    banned = {"QDialog", "QMessageBox", "QInputDialog", "QProgressDialog", "QErrorMessage"}
    found = []
    for path in sorted(Path(app.desktop.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.ImportFrom)
                else [node.attr]
                if isinstance(node, ast.Attribute)
                else [node.id]
                if isinstance(node, ast.Name)
                else []
            )
            found += [f"{path.name}: {name}" for name in names if name in banned]
    assert not found


def test_another_theme_moves_nothing(hand: Hand) -> None:
    till, shell, theme = hand.window.till, shell_of(hand), hand.window.theme
    assert till is not None
    look(hand, language="en")
    moved = []

    def stood(page: Page) -> list[tuple[str, str, tuple[int, int, int, int]]]:
        # What is drawn behind a page belongs to it.
        hand.until(lambda: not page.reading and (not isinstance(page, ReceiptTemplatePage) or not page._picture.image.isNull()))
        for _ in range(3):
            QApplication.processEvents()
        return [(type(part).__name__, part.accessibleName(), part.geometry().getRect()) for part in parts(page)]

    def compare(key: str, page: Page) -> None:
        before = stood(page)
        theme.set_mode("dark")
        moved.extend((key, *one) for one in stood(page) if one not in before)
        theme.set_mode("light")

    if till.checkout.open:
        till.checkout.cancel()
    till.selling.clear()
    shell.show_page("sale")
    compare("between two customers", shell.page)
    for key, _page in pages(hand):
        compare(key, shell.page)
    assert not moved[:5]
