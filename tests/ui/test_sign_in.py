"""The sign-in page: paints before anything heavy, keeps what is typed meanwhile, lets people in by PIN and by badge."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from app.domain.demo import badge_code

if TYPE_CHECKING:
    from conftest import Scales

HEAVY = ("sqlalchemy", "sqlmodel", "pydantic", "requests", "reportlab", "escpos", "PIL", "asyncio")
NOT_YET = (
    *("cryptography", "fastapi", "alembic", "httpx", "hashlib", "dataclasses", "socket", "http", "ssl"),
    *("argparse", "logging"),
    *("app.assembly", "app.counter", "app.sync", "app.reports", "app.devices", "app.hub", "app.domain"),
    *("app.desktop.shell", "app.desktop.pages", "app.desktop.screens.page", "app.desktop.screens.counting", "app.desktop.widgets.fields"),
)
"""Modules that the first paint has no use for, and that cost from half a millisecond to 300 of them."""
OWN_MODULES = 45
"""Modules of the house at the first paint (38 when this was written); each costs a fifth of a millisecond before it does anything."""

_FIRST_PAINT = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
import app.commands.desktop, app.commands.options
from app.desktop.sign_in import start
def load(on_print_state, on_sync_state, quiet):
    seen = [name for name in {heavy!r} if name in sys.modules]
    print("HEAVY", seen, "HOOKED", type(__import__).__name__ != "builtin_function_or_method", flush=True)
    print("OWN", sum(name.partition(".")[0] == "app" for name in sys.modules), flush=True)
    os._exit(0)
start(Path(sys.argv[1]), load)
"""


def test_the_first_paint_needs_none_of_the_heavy_modules(demo_folder: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _FIRST_PAINT.format(heavy=(*HEAVY, *NOT_YET)), str(demo_folder)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    assert "HEAVY [] HOOKED False" in told.stdout, told.stdout + told.stderr
    own = int(told.stdout.split("OWN ")[1].split()[0])
    assert own <= OWN_MODULES, f"{own} modules of the house before the first paint"


_LOADED = """
import os, sys, threading
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
brought = []
def hear(event, facts):
    if event == "import" and threading.current_thread().name == "loading":
        brought.append(facts[0])
sys.addaudithook(hear)
from app.commands.desktop import loader
from app.desktop import sign_in, window
def ended(page, standing):
    of_qt = [name for name in brought if name.startswith(("PySide6", "shiboken6", "app.desktop"))]
    print("LOADED", "app.assembly" in brought, of_qt, flush=True)
    os._exit(0)
window.Window._ready = ended
window.Window.fail = lambda page, error: os._exit(1)
sign_in.start(Path(sys.argv[1]), loader(Path(sys.argv[1])))
"""


def test_the_loading_thread_brings_nothing_of_qt(demo_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(demo_folder, tmp_path / "shop")
    told = subprocess.run(
        [sys.executable, "-c", _LOADED, str(folder)], capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[2]
    )
    assert "LOADED True []" in told.stdout, told.stdout + told.stderr


def test_a_pin_typed_while_the_shop_loads_signs_in_when_it_is_there(make_hand: Callable[..., Any]) -> None:
    gate = threading.Event()
    hand = make_hand(loaded=False, gate=gate.wait)
    hand.type("1001")
    hand.enter()
    assert not hand.window.signed_in
    gate.set()
    hand.until(lambda: hand.window.signed_in)
    frame = hand.window.till.staging.frame()
    assert frame.person == "李娜"


def test_signing_in_opens_the_shift_with_the_float_that_is_shown(hand: Any) -> None:
    hand.sign_in()
    till = hand.window.till
    hand.until(lambda: till.store.shifts.open_shift(till.store.till))
    assert till.store.shifts.open_shift(till.store.till).float_fen == till.settings.number("cash.float_fen")


def test_a_counted_float_is_what_the_shift_opens_with(hand: Any) -> None:
    hand.press(Qt.Key.Key_F7)
    hand.wait(20)
    hand.type("3")
    hand.press(Qt.Key.Key_F7)
    hand.wait(20)
    hand.sign_in()
    till = hand.window.till
    hand.until(lambda: till.store.shifts.open_shift(till.store.till))
    assert till.store.shifts.open_shift(till.store.till).float_fen == 30_000


def test_a_count_left_empty_leaves_the_float_as_it_was(hand: Any) -> None:
    hand.press(Qt.Key.Key_F7)
    hand.wait(20)
    hand.press(Qt.Key.Key_F7)
    hand.wait(20)
    hand.sign_in()
    till = hand.window.till
    hand.until(lambda: till.store.shifts.open_shift(till.store.till))
    assert till.store.shifts.open_shift(till.store.till).float_fen == till.settings.number("cash.float_fen")


def test_a_wrong_pin_says_how_many_tries_are_left(hand: Any) -> None:
    hand.type("9999")
    hand.enter()
    hand.until(lambda: hand.window.sign_in._pin_note.words == "PIN 不对，还可试 4 次")
    assert not hand.window.signed_in



def test_two_enters_weigh_a_pin_once_and_nobody_is_in_before_it_is_known(hand: Any, scales: Scales) -> None:
    hand.type("1001")
    hand.enter()
    hand.enter()
    hand.until(lambda: scales.asked)
    hand.wait(20)
    assert not hand.window.signed_in and hand.window.till.post.staff is None
    assert not hand.window.till.shifts.has_open_shift
    scales.let.set()
    hand.until(lambda: hand.window.signed_in)
    hand.pause()
    assert scales.asked == ["1001"]
    assert not hand.window.till.checkout.open


def test_what_is_typed_while_a_pin_is_weighed_comes_into_the_box_of_the_counter(hand: Any, scales: Scales) -> None:
    hand.type("1001")
    hand.enter()
    hand.until(lambda: scales.asked)
    for character in "amxl":
        hand.press(ord(character.upper()), character)
    assert not hand.window._catcher._held
    scales.let.set()
    hand.until(lambda: hand.window.signed_in and hand.window.shell.bar.omnibox.text == "amxl")


def test_what_is_scanned_while_a_pin_is_weighed_comes_into_the_sale(hand: Any, scales: Scales) -> None:
    hand.type("1001")
    hand.enter()
    hand.until(lambda: scales.asked)
    hand.scan("6999600000494")
    hand.window.bridge.scanned.emit("6999580000439")
    hand.wait(20)
    assert not hand.window.till.selling.basket.lines
    scales.let.set()
    hand.until(lambda: len(hand.window.till.selling.basket.lines) == 2)
    assert hand.window.signed_in


def test_a_press_meant_for_the_sign_in_page_meets_nothing_of_the_counter(hand: Any, scales: Scales) -> None:
    from PySide6.QtTest import QTest

    hand.type("1001")
    hand.enter()
    hand.until(lambda: scales.asked)
    pressed = []
    for part in (hand.window.shell, *hand.window.shell.findChildren(QWidget)):
        part.mousePressEvent = lambda event: pressed.append(event)
    for x in range(40, 1366, 120):
        for y in range(40, 768, 80):
            QTest.mouseClick(hand.window.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    scales.let.set()
    hand.until(lambda: hand.window.signed_in and not hand.window.bridge.holding)
    assert not pressed


def test_a_wrong_pin_counts_once_and_the_next_one_may_be_typed_meanwhile(hand: Any, scales: Scales) -> None:
    hand.type("9999")
    hand.enter()
    hand.until(lambda: scales.asked)
    for character in "1001":
        hand.press(ord(character), character)
    hand.enter()
    scales.let.set()
    hand.until(lambda: hand.window.signed_in)
    assert scales.asked == ["9999", "1001"]


def test_checking_is_said_once_it_takes_longer_than_a_blink(hand: Any, scales: Scales) -> None:
    hand.type("9999")
    hand.enter()
    assert hand.window.sign_in._pin_note.words == ""
    hand.until(lambda: hand.window.sign_in._pin_note.words == "正在核对 PIN…")
    scales.let.set()
    hand.until(lambda: hand.window.sign_in._pin_note.words == "PIN 不对，还可试 4 次")


def test_a_window_closed_while_a_pin_is_weighed_leaves_the_keys_to_the_next(make_hand: Callable[..., Any], scales: Scales) -> None:
    hand = make_hand()
    hand.type("1001")
    hand.enter()
    hand.until(lambda: scales.asked)
    scales.let.set()
    hand.leave()
    make_hand().sign_in()


def test_an_employees_badge_signs_in_and_a_product_does_not(hand: Any) -> None:
    hand.scan("6999220000119")
    hand.wait(20)
    assert not hand.window.signed_in
    assert hand.window.sign_in._pin_note.words == "不是本店工牌，请用 PIN 登录"
    hand.scan(badge_code("1004"))
    hand.until(lambda: hand.window.signed_in)
    assert hand.window.till.staging.frame().person == "赵倩"


def test_a_badge_with_more_rights_than_a_cashiers_still_asks_for_the_pin(hand: Any) -> None:
    hand.scan(badge_code("1003"))
    hand.wait(350)
    assert not hand.window.signed_in
    assert hand.window.sign_in._pin_note.words == "陈强 的权限要再输 PIN"
    hand.type("1003")
    hand.enter()
    hand.until(lambda: hand.window.till.staging.frame().person == "陈强")


def test_a_clock_far_from_the_last_record_must_be_confirmed_first(make_hand: Callable[..., Any]) -> None:
    hand = make_hand(now=datetime(2027, 3, 1, 2, 0, tzinfo=UTC))
    hand.type("1001")
    hand.enter()
    assert not hand.window.signed_in
    hand.press(Qt.Key.Key_F8)
    hand.enter()
    hand.until(lambda: hand.window.signed_in)
    till = hand.window.till
    hand.until(lambda: till.store.journal.of_type("clock.confirmed@1"))
    confirmed = till.store.journal.of_type("clock.confirmed@1")[0]
    assert confirmed.body["day"] == "2027-03-01"
    assert confirmed.actor == "staff-1001"


def test_the_demo_shop_shows_its_pins_and_a_real_one_does_not(hand: Any) -> None:
    from app.desktop.screens.sign_in import SignInPage
    from app.desktop.widgets.words import Txt
    from app.store.glance import Glance

    page = hand.window.sign_in
    assert "演示 PIN 1001" in [txt.words for txt in page.findChildren(Txt)]
    real = Glance(page._glance.faces, {key: kept for key, kept in page._glance.settings.items() if key != "demo"})
    other = SignInPage(page.theme, real, "01", page._now, page._bridge, page._let_in)
    assert not [txt.words for txt in other.findChildren(Txt) if "PIN 1001" in txt.words]


def test_a_fault_while_loading_is_said_on_the_page_and_the_window_stays(make_hand: Callable[..., Any]) -> None:
    def broken() -> None:
        raise RuntimeError("disk gone")

    hand = make_hand(loaded=False, gate=broken)
    hand.until(lambda: "重启" in hand.window.sign_in._pin_note.words)
    hand.type("1001")
    hand.enter()
    assert not hand.window.signed_in
    assert hand.window.isVisible()
