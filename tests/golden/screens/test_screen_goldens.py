"""What each screen says, word by word in reading order with the part each word stands in, in both languages, against golden files.

YAOGUI_WRITE_GOLDENS=1 rewrites them: do so after a deliberate change of a screen, and read the difference.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2] / "ui"))

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLineEdit, QWidget
from window_hand import Hand, open_hand

from app.desktop.customer_screen import CustomerScreen
from app.desktop.screens.wizard import Wizard
from app.desktop.theme import Theme
from app.desktop.widgets.base import Painted
from app.desktop.widgets.picture import PaperPicture
from app.records.offers import Offer

HERE = Path(__file__).parent
TRACE, EAN, MEMBER, NEAR = "89900001091676336760", "6999580000439", "90000000000000000019", "89919721082026298010"
PERSON = "member-00001"
THIRD = ("89904721098866345850", "89904721098866345851", "89904721098866345852")
SWAP = Offer(
    id="swap",
    kind="trade_in",
    title_zh="体温计以旧换新",
    title_en="Swap your thermometer",
    terms='{"amount_fen": 500, "old": ["thermometer"]}',
    starts_on=date(2026, 1, 1),
    ends_on=date(2030, 12, 31),
)
LINE = 14
"""Parts whose middles are this near stand in one line and are read from the left."""
_CHANCE = (
    # Numbers of papers end in a part of their event's hash, and hold the epoch's.
    (re.compile(r"\b[0-9a-f]{4}-(\d+)-[0-9a-f]{8}\b"), r"####-\1-########"),
    (re.compile(r"\b(\d{1,6})-[0-9a-f]{8}\b"), r"\1-########"),
    (re.compile(r"\d+ (秒后重试|s to retry)"), r"# \1"),
)


@pytest.fixture(scope="module")
def qapp() -> QApplication:
    """The one application object."""
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication([])


@pytest.fixture(scope="module")
def hand(qapp: QApplication, demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hand]:
    """One window on the demo pharmacy, whose clock stands at 14:03 of its day."""
    theme = Theme(qapp, "light", 1.0, motion=False)
    made = open_hand(theme, Path(shutil.copytree(demo_template, tmp_path_factory.mktemp("golden") / "till")))
    yield made
    made.leave()
    theme.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def role(part: QWidget) -> str:
    """What a part is to somebody who hears the screen."""
    if isinstance(part, QAbstractButton):
        state = ("" if part.isEnabled() else " off") + (" on" if part.isCheckable() and part.isChecked() else "")
        return f"button{state}"
    if isinstance(part, QLineEdit):
        return "field"
    if isinstance(part, QAbstractItemView):
        return "list"
    return "text" if isinstance(part, Painted) else "part"


def said(part: QWidget) -> str:
    """The words of a part, without what differs from run to run."""
    words = part.accessibleName() or (part.text() if isinstance(part, QAbstractButton | QLineEdit) else "")
    if isinstance(part, QLineEdit) and part.text() and part.text() != words:
        words = f"{words} = {part.text()}"
    for pattern, instead in _CHANCE:
        words = pattern.sub(instead, words)
    return words.replace("\n", " ")


def dump(window: QWidget) -> str:
    """Every part with words that can be seen, line by line from the top and in a line from the left."""
    found: list[tuple[int, int, str]] = []
    for part in window.findChildren(QWidget):
        seen = part.viewport() if isinstance(part, QAbstractItemView) else part
        if not part.isVisibleTo(window) or seen.visibleRegion().isEmpty():
            continue
        place = part.mapTo(window, QPoint(0, part.height() // 2))
        if isinstance(part, QAbstractItemView):
            model = part.model()
            for row in range(model.rowCount() if model is not None else 0):
                words = str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) or "")
                # Each row is a line of its own.
                found.append((part.mapTo(window, QPoint(0, 0)).y() + row * 2 * LINE, place.x(), f"row: {words}"))
        words = said(part)
        # A holder that only repeats what its own parts say is not read twice.
        if words and not any(said(child) == words for child in part.findChildren(QWidget)):
            found.append((place.y(), place.x(), f"{role(part)}: {words}"))
    found.sort(key=lambda one: one[0])
    lines: list[list[tuple[int, str]]] = []
    top = -LINE * 2
    for y, x, words in found:
        if y - top > LINE:
            lines.append([])
            top = y
        lines[-1].append((x, words))
    return "\n".join("  |  ".join(words for _, words in sorted(line)) for line in lines) + "\n"


def painted(window: QWidget) -> str:
    """What a window writes that is a picture to whoever hears the screen: the customer's display."""
    words: list[str] = []
    draw = QPainter.drawText

    def heard(painter: QPainter, *told: object) -> object:
        words.extend(one for one in told if isinstance(one, str))
        return draw(painter, *told)  # type: ignore[call-overload]  # passed on as it came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QPainter, "drawText", heard)
        window.grab()
    return "\n".join(words) + "\n"


def reach(hand: Hand, screen: str) -> QWidget:
    """Bring a screen to the front, with its goods on it."""
    shell, till = hand.window.shell, hand.window.till
    assert shell is not None and till is not None
    if screen == "sign_in":
        hand.window.lock()
        return hand.window
    if not hand.window.signed_in:
        if not till.shifts.has_open_shift:
            till.shifts.sign_in("staff-1001", "1001")
            till.shifts.open(50_000).result(20)
        else:
            till.shifts.sign_in("staff-1001", "1001")
        for _ in hand.window._enter():
            pass
    if till.checkout.open:
        till.checkout.cancel()
    till.selling.dismiss_question()
    if shell.sale.join.open:
        shell.sale.on_key("Esc")
    if till.selling.basket.lines or till.selling.basket.member_id:
        till.selling.clear()
    if screen == "sale_trade":
        till.store.catalogue.upsert((), [SWAP])
        till.staging.forget()
    scans = {
        "sale_member_rx": (TRACE, NEAR, EAN, MEMBER),
        "sale_blocked": THIRD,
        "pay": (EAN, MEMBER),
        "rx": (TRACE, MEMBER),
        "campaigns": (EAN, MEMBER),
        "member": (EAN, MEMBER),
        "sale_join": (EAN,),
        "sale_consents": (EAN, MEMBER),
        "sale_join_sign": (EAN,),
        "sale_consents_code": (EAN, MEMBER),
        "sale_trade": (EAN,),
        "member_stored": (EAN, MEMBER),
        "pay_stored": (EAN, MEMBER),
        "customer": (EAN, MEMBER),
    }.get(screen, ())
    for code in scans:
        till.selling.scan(code)
    if screen == "member_stored":
        # As in a shop that has a headquarters: elsewhere no money is taken in.
        till.loading._chained = lambda: True
        till.loading.load(PERSON, 50_000, "cash").wait()
    if screen.startswith("pay"):
        till.checkout.begin()
    if screen == "help":
        # A short topic: the longer ones are read in their own files.
        shell.pages["help"].show_topic("sheet")
    shell.show_page(screen.partition("_")[0] if screen.startswith(("sale", "pay", "member")) else screen)
    hand.until(lambda: not shell.page.reading)
    if screen == "customer":
        till.settings.set("customer.screen", "window").result(20)
        hand.window.bridge.tuned.emit("customer.screen")
        hand.until(lambda: shell.customer is not None and shell.customer.screen is not None)
        return shell.customer.screen
    if screen == "labels":
        till.labelling.want("P1000A1")
        shell.page.on_shown()
    if screen == "palette":
        shell.open_palette().entry.setText("aldp")
        assert shell._palette is not None
        return shell._palette
    if screen in ("labels", "receipt_template"):
        papers = shell.page.findChildren(PaperPicture)
        hand.until(lambda: all(not paper.image.isNull() for paper in papers if paper.isVisible()))
    if screen == "member_stored":
        shell.page._stored_value()
    if screen == "pay_stored":
        shell.page.choose("stored")
    if screen == "sale_consents_code":
        # A gateway, and a line to it, as far as the page can see.
        till.verifying._can, till.verifying._online = True, lambda: True
    if screen.startswith(("sale_join", "sale_consents")):
        shell.page.on_key("Ctrl J")
    if screen == "sale_trade":
        shell.sale._begin_coupons()
        shell.page.on_key("1")
    if screen.startswith("sale_join"):
        shell.page.on_omnibox("13900007777")
    if screen in ("sale_join_sign", "sale_consents_code"):
        shell.sale.join._parts["channel"].choose("signature" if screen == "sale_join_sign" else "code")
    if screen == "stock":
        shell.page.on_scanned(TRACE)
    return hand.window


SCREENS = (
    "sale_empty",
    "sale_member_rx",
    "sale_blocked",
    "sale_join",
    "sale_consents",
    "sale_join_sign",
    "sale_consents_code",
    "pay",
    "stock",
    "returns",
    "receipts",
    "shift",
    "reports",
    "sync",
    "rx",
    "campaigns",
    "member",
    "sale_trade",
    "settings",
    "sign_in",
    "member_stored",
    "pay_stored",
    "sheet",
    "devices",
    "help",
    "labels",
    "receipt_template",
    "palette",
    "customer",
)


def test_no_page_of_the_counter_is_without_its_words(hand: Hand) -> None:
    shell = hand.window.shell
    assert shell is not None
    assert {*shell.pages, "sign_in"} <= {screen if screen in shell.pages else screen.partition("_")[0] for screen in SCREENS} | {"sign_in"}


def test_every_screen_says_what_it_said(hand: Hand) -> None:
    """One test for all: what is done on one screen is counted on another, so their order belongs to the golden files."""
    differ = {}
    for screen in SCREENS:
        window = reach(hand, screen)
        for language in ("zh", "en"):
            hand.window.theme.set_language("en" if language == "en" else "zh")
            shell = hand.window.shell
            assert shell is not None
            hand.until(lambda shell=shell: not shell._facts_due.isActive() and not shell.sale.reading and not shell.page.reading)
            for _ in range(3):
                QApplication.processEvents()
            shell._read_facts()
            shell.sale.slices.finish()
            hand.until(lambda shell=shell: not shell.page.reading)
            QApplication.processEvents()
            regions = (
                {"top": shell.bar, "rail": shell.rail, "page": shell.page, "keys": shell.fbar}
                if window is hand.window and hand.window.signed_in
                else {"screen": window}
            )
            written = painted if isinstance(window, CustomerScreen) else dump
            text = "\n".join(f"[{name}]\n{written(region)}" for name, region in regions.items())
            golden = HERE / f"{screen}-{language}.txt"
            if os.environ.get("YAOGUI_WRITE_GOLDENS"):
                golden.write_text(text, encoding="utf-8")
            if not golden.exists() or text != golden.read_text("utf-8"):
                differ[golden.name] = text
    assert not differ


def test_every_step_of_the_wizard_says_what_it_said(qapp: QApplication) -> None:
    theme = Theme(qapp, "light", 1.0, motion=False)
    wizard = Wizard(theme, lambda answers, say: "")
    wizard.open()
    differ = {}
    for step in ("start", "store"):
        if step == "store":
            wizard.forward()
        for language in ("zh", "en"):
            theme.set_language("en" if language == "en" else "zh")
            QApplication.processEvents()
            golden, text = HERE / f"wizard_{step}-{language}.txt", dump(wizard)
            if os.environ.get("YAOGUI_WRITE_GOLDENS"):
                golden.write_text(text, encoding="utf-8")
            if not golden.exists() or text != golden.read_text("utf-8"):
                differ[golden.name] = text
    wizard.close()
    wizard.deleteLater()
    theme.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not differ
