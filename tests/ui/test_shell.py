"""The frame: who gets scans and keys, the list under the box, locking, states in the top bar, and words for everything."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.counter.printing import PrintState
from app.desktop import data_age
from app.records.clock import SHOP_TIME
from app.sync.worker import SyncState

IBUPROFEN = "6999220000119"
CONTROL = Qt.KeyboardModifier.ControlModifier


def lines(hand: Any) -> list[tuple[str, int]]:
    return [(line.name, line.quantity) for line in hand.window.till.selling.scene().lines]


class Strays(QObject):
    """Notes every top-level window that is shown besides the one there is."""

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self.window = window
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow() and watched is not self.window:
            self.seen.append(type(watched).__name__)
        return False


def test_no_window_but_the_one_is_ever_shown(make_hand: Callable[..., Any], qapp: QApplication) -> None:
    hand = make_hand(loaded=False)
    strays = Strays(hand.window)
    qapp.installEventFilter(strays)
    hand.until(lambda: hand.window.shell is not None)
    hand.sign_in()
    for key in list(hand.window.shell.pages):
        hand.window.shell.show_page(key)
        hand.wait(30)
    hand.window.shell._open_person()
    hand.window.shell._open_printer()
    hand.wait(30)
    qapp.removeEventFilter(strays)
    assert strays.seen == []


def test_a_scan_reaches_the_sale_from_every_page_without_touching_the_box(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    hand.scan(IBUPROFEN)
    assert lines(hand) == [("布洛芬缓释胶囊", 1)]
    shell.show_page("sync")
    hand.wait(20)
    hand.scan(IBUPROFEN)
    assert lines(hand) == [("布洛芬缓释胶囊", 2)]
    assert shell.page.key == "sync"
    assert shell._echo_ground.isVisible()
    assert shell.bar.omnibox.text == ""


def test_typing_lists_products_and_enter_adds_the_chosen_one(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    hand.type("blf")
    assert shell.hits.isVisible()
    first = shell.hits.current()
    hand.press(Qt.Key.Key_Down)
    chosen = shell.hits.current()
    assert chosen is not None and chosen != first
    hand.enter()
    assert [line.product_id for line in hand.window.till.selling.scene().lines] == [chosen.product_id]
    assert not shell.hits.isVisible()
    assert shell.bar.omnibox.text == ""


def test_escape_closes_the_list_and_a_scan_makes_it_give_way(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    hand.type("blf")
    hand.press(Qt.Key.Key_Escape)
    assert not shell.hits.isVisible()
    assert shell.bar.omnibox.text == ""
    hand.type("ga")
    assert shell.hits.isVisible()
    hand.scan(IBUPROFEN)
    assert not shell.hits.isVisible()
    assert lines(hand) == [("布洛芬缓释胶囊", 1)]


def test_the_list_is_as_high_as_what_it_lists_from_the_first_moment(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    box = shell.bar.omnibox
    heights = []
    for text in ("blf", "zzzqqq", "blf"):
        box.entry.insert(text)
        heights.append(shell.hits.height())
        hand.press(Qt.Key.Key_Escape)
    assert heights[1] < heights[0] == heights[2]


def test_a_multiplier_typed_before_a_scan_counts(hand: Any) -> None:
    hand.sign_in()
    hand.type("3*")
    hand.scan(IBUPROFEN)
    assert lines(hand) == [("布洛芬缓释胶囊", 3)]


def test_control_z_takes_the_last_act_back(hand: Any) -> None:
    hand.sign_in()
    hand.scan(IBUPROFEN)
    hand.press(Qt.Key.Key_Z, "\x1a", modifiers=CONTROL)
    assert lines(hand) == []


def test_locking_keeps_the_basket_and_another_person_goes_on_with_it(hand: Any) -> None:
    hand.sign_in()
    hand.scan(IBUPROFEN)
    hand.press(Qt.Key.Key_L, "\x0c", modifiers=CONTROL)
    assert not hand.window.signed_in
    assert hand.window.till.staging.frame().person == ""
    hand.window.sign_in.choose("staff-1002")
    hand.sign_in("1002")
    assert lines(hand) == [("布洛芬缓释胶囊", 1)]
    assert hand.window.till.staging.frame().person == "王敏"


def test_an_idle_till_locks_by_itself(hand: Any) -> None:
    hand.sign_in()
    assert hand.window._idle.isActive()
    assert hand.window._idle.interval() == hand.window.till.settings.number("lock.minutes") * 60_000
    hand.window._idle.timeout.emit()
    assert not hand.window.signed_in


def test_a_function_key_held_down_or_right_after_a_page_change_does_nothing(hand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hand.sign_in()
    shell = hand.window.shell
    hand.scan(IBUPROFEN)
    hand.wait(20)
    hand.press(Qt.Key.Key_F6, repeat=True)
    assert lines(hand) != []
    # However long this computer takes from the page to the key, the key comes too early, until its time is over.
    monkeypatch.setattr("app.desktop.shell.DEAD_MS", 3_600_000)
    shell.show_page("sync")
    shell.show_page("sale")
    hand.press(Qt.Key.Key_F6)
    assert lines(hand) != []
    shell._dead_until = time.monotonic()
    hand.press(Qt.Key.Key_F6)
    hand.until(lambda: lines(hand) == [])
    assert len(hand.window.till.selling.scene().held) == 1


def test_the_pill_says_how_the_till_stands_with_headquarters(hand: Any) -> None:
    hand.sign_in()
    shell, pill = hand.window.shell, hand.window.shell.bar.sync
    now = hand.window.till.clock.now()
    at = f"{now.astimezone(SHOP_TIME):%H:%M}"
    for state, words in (
        (SyncState("online", last_ok_at=now), f"已同步 {at}"),
        (SyncState("offline", waiting=12, last_ok_at=now), "离线 · 12 笔待传"),
        (SyncState("recovering", waiting=5, sent=7, backlog=12), "补传 7/12"),
        (SyncState("off"), "单店"),
    ):
        hand.window.bridge.sync_state(state)
        hand.wait(5)
        assert pill.accessibleName() == words
    assert not shell.banner.isVisible()


def test_the_banner_comes_after_ten_seconds_offline_and_goes_when_read(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    hand.window.bridge.sync_state(SyncState("offline", waiting=2))
    hand.wait(5)
    assert shell._banner_due.isActive() and shell._banner_due.interval() == 10_000
    assert not shell.banner.isVisible()
    shell._banner_due.timeout.emit()
    assert shell.banner.isVisible()
    shell.banner.acted.emit()
    assert not shell.banner.isVisible()
    hand.window.bridge.sync_state(SyncState("offline", waiting=3))
    hand.wait(5)
    assert not shell._banner_due.isActive()
    hand.window.bridge.sync_state(SyncState("online"))
    hand.window.bridge.sync_state(SyncState("offline", waiting=1))
    hand.wait(5)
    assert shell._banner_due.isActive()


@pytest.mark.parametrize(("hours", "tone"), [(1, "info"), (30, "warn"), (80, "bad")])
def test_being_offline_grows_from_calm_to_urgent(hand: Any, monkeypatch: pytest.MonkeyPatch, hours: int, tone: str) -> None:
    hand.sign_in()
    monkeypatch.setattr(hand.window.shell, "_offline_age", lambda: timedelta(hours=hours))
    assert hand.window.shell._offline_tone() == tone


def test_a_printer_in_trouble_is_said_in_the_bar_with_what_waits(hand: Any) -> None:
    hand.sign_in()
    bar = hand.window.shell.bar
    hand.window.bridge.print_state(PrintState("paper_out", 2, 0))
    hand.wait(5)
    assert bar.printer_trouble.accessibleName() == "打印机缺纸 · 2 张待补打"
    hand.window.bridge.print_state(PrintState("ready", 0, 0))
    hand.wait(5)
    assert not bar.printer_trouble.isVisible()


def test_language_and_look_change_from_the_persons_panel(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    shell._open_person()
    shell._panel._language(1)
    assert shell.theme.language == "en"
    hand.wait(60)
    assert shell.bar.sync.accessibleName() == "Stand-alone"
    shell._panel._look(1)
    assert shell.theme.dark
    hand.press(Qt.Key.Key_Escape)
    assert shell._panel is None
    hand.until(lambda: hand.window.till.settings.text("ui.language") == "en" and hand.window.till.settings.text("ui.theme") == "dark")


def test_the_basket_of_before_a_restart_is_back_with_the_first_person(make_hand: Callable[..., Any]) -> None:
    hand = make_hand()
    hand.sign_in()
    hand.scan(IBUPROFEN)
    hand.wait(200)
    hand.leave()
    again = make_hand()
    again.sign_in()
    assert lines(again) == [("布洛芬缓释胶囊", 1)]


def test_the_sync_page_names_what_waits_in_shop_words(hand: Any) -> None:
    from app.desktop.screens.sync import row_of

    hand.sign_in()
    till = hand.window.till
    hand.until(lambda: till.store.shifts.open_shift(till.store.till))
    titles = {row_of(raw, "zh").title for raw in till.store.journal.events(till.store.journal.head().seq - 3, 3)}
    assert titles == {"登录", "开班", "账本启用"}
    assert not [title for title in titles if "@" in title]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_fits_the_smallest_screen(hand: Any, language: str) -> None:
    hand.sign_in()
    hand.window.theme.set_language(language)
    shell = hand.window.shell
    for key in shell.pages:
        shell.show_page(key)
        hand.wait(60)
        frame = 64 + 60
        assert shell.page.minimumSizeHint().width() <= 1366 - 76, key
        assert shell.page.minimumSizeHint().height() <= 768 - frame, key
    assert shell.bar.minimumSizeHint().width() <= 1366 - 76


def test_the_persons_panel_is_whole_again_after_another_language_or_size_was_chosen_in_it(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    shell._open_person()
    hand.wait(30)
    first = shell._panel.size()
    for act in (lambda: shell._panel._language(1), lambda: shell._panel._size(0)):
        act()
        hand.wait(30)
        panel = shell._panel
        held = [part for part in panel.findChildren(QWidget) if part.isVisible() and part.accessibleName()]
        assert panel.width() > first.width() * 0.8 and panel.height() > first.height() * 0.8
        assert {"Language", "Size"} <= {part.accessibleName() for part in held}


def test_an_open_palette_says_its_words_in_another_language_at_once(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    shell.open_palette().entry.setText("aldp")
    chosen = shell._palette._view.currentIndex().row()
    hand.window.theme.set_language("en")
    hand.wait(30)
    heads = [line.title for line in shell._palette._model.lines if line.kind == "head"]
    assert heads and not any("一" <= sign <= "鿿" for head in heads for sign in head)
    assert shell._palette._view.currentIndex().row() == chosen


def test_the_list_under_the_box_stays_in_another_language_and_size_with_its_row(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    hand.type("aldp")
    hand.press(Qt.Key.Key_Down)
    hand.wait(30)
    chosen = shell.hits.current()
    hand.window.theme.set_language("en")
    hand.window.resize(1500, 820)
    hand.wait(30)
    assert shell.hits.isVisible() and shell.hits.current() is chosen and shell.hits.moved
    assert "add" in "".join(part.words for part in shell.hits._keys).lower()
    box, top = shell.bar.omnibox, QPoint(0, 0)
    hand.until(lambda: abs(shell.hits.mapTo(shell, top).x() + shell.hits.SPREAD - box.mapTo(shell, top).x()) <= 2)


def test_a_scanner_on_the_network_sells_whatever_has_the_keyboard(hand: Any) -> None:
    hand.sign_in()
    till = hand.window.till
    with socket.create_server(("127.0.0.1", 0)) as base:
        address = f"127.0.0.1:{base.getsockname()[1]}"
        till.settings.set_many({"scanner.transport": "network", "scanner.address": address}).result(60)
        hand.window.bridge.tuned.emit("scanner.address")
        line, _ = base.accept()
        hand.window.shell.open_palette()
        line.sendall(f"{IBUPROFEN}\r\n".encode())
        hand.until(lambda: till.selling.scene().lines)
        till.settings.set("scanner.transport", "keyboard").result(60)
        hand.window.bridge.tuned.emit("scanner.transport")
        assert hand.window._scanner is None
        line.close()


def test_a_prefix_set_on_the_settings_page_counts_at_once(hand: Any) -> None:
    hand.sign_in()
    hand.window.till.settings.set("scanner.prefix", "F20").result(60)
    hand.window.bridge.tuned.emit("scanner.prefix")
    assert hand.window._catcher._prefix == "F20"


def test_the_strip_of_a_lost_line_says_how_old_prices_members_and_coupons_are_and_what_that_risks(hand: Any) -> None:
    hand.sign_in()
    shell, till = hand.window.shell, hand.window.till
    now = till.clock.now()
    for feed in data_age.GOODS + data_age.OFFERS + data_age.MEMBERS:
        till.store.coupons.note_read(feed, now - timedelta(minutes=20))
    hand.until(lambda: data_age.read_at(till, data_age.MEMBERS) == now - timedelta(minutes=20))
    till.sync._state = SyncState("offline", 3)
    hand.window.bridge.sync_state(till.sync.state)
    hand.until(shell._banner_due.isActive)
    shell._show_banner()
    told = shell.banner._detail.words
    assert "3 笔已安全存在本机" in told and f"按 {(now - timedelta(minutes=20)).astimezone(SHOP_TIME):%H:%M} 的数据" in told
    assert shell._offline_tone() == "info"
    till.clock.advance(26 * 3600)
    shell._show_banner()
    assert "价格、召回可能已变" in shell.banner._detail.words and shell._offline_tone() == "warn"
    shell.show_page("sync")
    hand.pause()
    assert "券可能已在别处用过" in hand.words()


def test_the_digits_of_a_pin_go_into_its_field_and_never_into_the_box(hand: Any) -> None:
    hand.sign_in()
    till, shell = hand.window.till, hand.window.shell
    hand.scan("89906411004039116120")
    till.checkout.begin()
    till.checkout.tender("cash", 0, "")
    durable = threading.Event()
    till.checkout.complete(durable.set)
    hand.until(durable.is_set)
    number = till.checkout.settle().number
    till.checkout.next_customer()
    shell.show_page("returns")
    hand.scan(number)
    till.returning.set_reason("quality")
    page = shell.page
    page._show(till.returning.toggle(till.returning.scene().lines[0].line_id))
    assert till.returning.scene().needs_approval
    hand.pause()
    page._rows[0].setFocus(Qt.FocusReason.TabFocusReason)
    hand.type("1003")
    assert shell.bar.omnibox.text == ""
    hand.enter()
    assert till.returning.scene().approved_by == "陈强"


@pytest.mark.parametrize("key", ["devices", "labels", "shift"])
def test_a_change_of_language_draws_no_page_that_nobody_sees_and_each_once_it_is_seen(
    hand: Any, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand.sign_in()
    shell = hand.window.shell

    def show(key: str) -> None:
        shell.show_page(key)
        hand.pause()

    show(key)
    page = shell.page
    zh = hand.words()
    show("sale")
    drawn: list[str] = []
    whole = page.redraw
    monkeypatch.setattr(page, "redraw", lambda: (drawn.append(hand.window.theme.language), whole()))
    hand.window.theme.set_language("en")
    assert not drawn
    show(key)
    assert set(drawn) <= {"en"} and hand.words() != zh
    hand.window.theme.set_language("zh")
    assert drawn[-1] == "zh" and hand.words() == zh
    # Seen so shortly that only what it draws on being shown was drawn.
    show("sale")
    hand.window.theme.set_language("en")
    shell.show_page(key)
    shell.show_page("sale")
    hand.window.theme.set_language("zh")
    show(key)
    assert hand.words() == zh


def test_a_size_the_screen_cannot_hold_is_the_largest_that_it_can(hand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hand.sign_in()
    shell, till = hand.window.shell, hand.window.till
    monkeypatch.setattr(type(hand.window.screen()), "availableSize", lambda _: QSize(1366, 768))
    shell._open_person()
    shell._panel._size(3)
    hand.pause()
    assert shell.minimumSizeHint().height() <= 768
    till.settings.set("ui.scale", 130).result()
    hand.window.bridge.tuned.emit("ui.scale")
    hand.pause()
    assert hand.window.theme.scale.factor == 1.0
    assert shell.minimumSizeHint().height() <= 768
