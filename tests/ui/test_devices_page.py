"""The Devices page, driven on a real till with a printer behind a socket."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from desk_bench import DeskBench
from PySide6.QtWidgets import QWidget

from app.desktop.bridge import Bridge
from app.desktop.screens.devices import DevicesPage
from app.desktop.screens.fit_panel import FitPanel
from app.desktop.theme import Theme
from app.devices.finding import Found
from app.devices.virtual import VirtualPrinterServer
from app.records.resources import resource

MASKS, THERMOMETER = "6999600000494", "6999580000439"
FONT = resource("fonts", "NotoSansSC-Regular.ttf")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[VirtualPrinterServer]:
    with VirtualPrinterServer(tmp_path / "paper", FONT) as server:
        yield server


@pytest.fixture
def bench(theme: Theme, demo_counter: Any, machine: VirtualPrinterServer) -> Callable[..., DeskBench]:
    """Makes the page on the demo till, with or without a printer that works."""

    def make(*, printer: bool = True) -> DeskBench:
        till = demo_counter.till
        if printer:
            till.settings.set_many({"printer.transport": "network", "printer.address": machine.address}).result(60)
        at = DeskBench(theme, till, DevicesPage)
        bridge: Bridge = at.page.bridge
        till.printing._on_state = bridge.print_state
        till.printing.refit()
        till.printing.start()
        at.page.draw_out()
        return at

    return make


def card(at: DeskBench, title: str) -> str:
    """What a card says, as a screen reader hears it."""
    names = [widget.accessibleName() for widget in at.page.findChildren(QWidget) if widget.isVisible()]
    return next((name for name in names if name.startswith(title)), "")


def press(at: DeskBench, name: str) -> None:
    button = at.page.findChild(QWidget, name)
    assert button is not None, name
    button.click()  # type: ignore[attr-defined]


def test_nothing_set_up_is_called_so_and_offers_the_way(bench: Callable[..., DeskBench]) -> None:
    at = bench(printer=False)
    at.until(lambda: "未设置" in card(at, "小票机"))
    assert "未设置" in card(at, "标签机") and "未设置" in card(at, "客显") and "未设置" in card(at, "钱箱")
    assert at.page.findChild(QWidget, "set-printer") is not None


def test_a_printer_out_of_paper_keeps_the_slips_and_new_paper_asks_which_are_wanted(
    bench: Callable[..., DeskBench], demo_counter: Any, machine: VirtualPrinterServer
) -> None:
    machine.mood.paper_out = True
    at = bench()
    demo_counter.sell(MASKS)
    demo_counter.sell(THERMOMETER)
    at.until(lambda: "缺纸" in card(at, "小票机") and "2 张单据已留存" in card(at, "小票机"))
    # The second slip is counted as kept before the printer has turned it down.
    at.until(lambda: len(demo_counter.till.store.jobs.list(("waiting",))) == 2)
    machine.mood.paper_out = False
    press(at, "mended")
    at.until(lambda: "纸装好了：这 2 张还要打吗？" in at.words())
    assert not any(event["t"] == "line" for job in machine.jobs for event in job.events)
    waiting = demo_counter.till.store.jobs.list(("waiting",))
    press(at, f"again-{waiting[0].job_id}")
    at.until(lambda: [job.state for job in demo_counter.till.store.jobs.list()] == ["confirmed", "waiting"])
    at.until(lambda: at.page.findChild(QWidget, f"again-{waiting[0].job_id}") is None)
    press(at, f"drop-{waiting[1].job_id}")
    at.until(lambda: "没有等着打的单据" in at.words())


def test_all_or_none_of_the_waiting_slips_in_one_press(bench: Callable[..., DeskBench], demo_counter: Any) -> None:
    at = bench(printer=False)
    jobs = demo_counter.till.store.jobs
    for code in (MASKS, THERMOMETER):
        demo_counter.sell(code)
    jobs.set_states([job.job_id for job in jobs.list()], "waiting", {"why": "paper_out"}).result(60)
    at.page.redraw()
    press(at, "drop-all")
    at.until(lambda: [job.state for job in jobs.list()] == ["waived", "waived"])


def test_the_test_of_the_scanner_tells_kind_and_speed_and_sells_nothing(bench: Callable[..., DeskBench], demo_counter: Any) -> None:
    at = bench(printer=False)
    at.press("F7")
    at.page.on_timed(3.0, 4)
    at.page.on_scanned("89906411004039116120")
    at.page.on_timed(62.0, 70)
    at.page.on_scanned("134567890123456789")
    words = at.words()
    assert "追溯码" in words and "每字 3 毫秒" in words
    assert "微信付款码" in words and "134567890123456789" not in words
    assert demo_counter.till.selling.scene().lines == ()
    assert "就绪" not in card(at, "扫码枪")


def as_manager(demo_counter: Any) -> None:
    demo_counter.till.shifts.sign_out()
    demo_counter.till.shifts.sign_in("staff-1003", "1003")


def test_three_scans_teach_the_till_a_gun_and_the_setting_keeps_it(bench: Callable[..., DeskBench], demo_counter: Any) -> None:
    as_manager(demo_counter)
    at = bench(printer=False)
    bridge: Bridge = at.page.bridge
    learning: list[bool] = []
    tuned: list[str] = []
    bridge.learning.connect(learning.append)
    bridge.tuned.connect(tuned.append)
    at.press("F8")
    assert learning == [True] and "随便扫 3 次" in at.words()
    for widest in (31, 28, 30):
        at.page.on_timed(24.0, widest)
        at.page.on_scanned("6999580000439")
    at.until(lambda: tuned == ["scanner.gap_ms"])
    assert learning == [True, False]
    assert demo_counter.till.settings.number("scanner.gap_ms") == 47
    assert demo_counter.till.selling.scene().lines == ()


def test_a_gun_too_slow_for_its_speed_is_told_to_take_a_prefix(bench: Callable[..., DeskBench], demo_counter: Any) -> None:
    as_manager(demo_counter)
    at = bench(printer=False)
    at.press("F8")
    for _ in range(3):
        at.page.on_timed(90.0, 100)
        at.page.on_scanned("6999580000439")
    assert demo_counter.till.settings.number("scanner.gap_ms") == 30
    assert any("前缀" in words for words in at.toasts)


def test_leaving_the_page_ends_the_learning(bench: Callable[..., DeskBench], demo_counter: Any) -> None:
    as_manager(demo_counter)
    at = bench(printer=False)
    learning: list[bool] = []
    at.page.bridge.learning.connect(learning.append)
    at.press("F8")
    at.page.on_left()
    assert learning == [True, False]


def test_a_scanner_on_the_network_is_set_up_on_its_card(bench: Callable[..., DeskBench], demo_counter: Any) -> None:
    as_manager(demo_counter)
    at = bench(printer=False)
    tuned: list[str] = []
    at.page.bridge.tuned.connect(tuned.append)
    press(at, "set-scanner")
    at.page._form.answered.emit({"way": "network", "address": "192.0.2.7"})
    assert "这个地址读不懂" in at.words() and not tuned
    at.page._form.answered.emit({"way": "network", "address": "192.0.2.7:9005"})
    at.until(lambda: tuned == ["scanner.transport"])
    assert "连不上" in card(at, "扫码枪")
    at.page.bridge.hearing.emit(True)
    at.until(lambda: "连不上" not in card(at, "扫码枪"))
    assert "192.0.2.7:9005" in at.words()


def test_three_answers_set_a_printer_up_and_receipts_print_at_once(
    bench: Callable[..., DeskBench], demo_counter: Any, machine: VirtualPrinterServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Found("network", machine.address, "店里的打印机", True)
    monkeypatch.setattr("app.desktop.screens.devices.FitPanel", lambda desk, which: FitPanel(desk, which, lambda: (found,)))
    till = demo_counter.till
    till.shifts.sign_out()
    till.shifts.sign_in("staff-1003", "1003")
    at = bench(printer=False)
    at.press("F6")
    at.until(lambda: "店里的打印机" in at.words())
    press(at, f"use-network-{machine.address}")
    at.until(lambda: "三行汉字都清楚吗" in at.words())
    assert any("打印测试" in str(event) for event in machine.jobs[0].events)
    at.page.on_key("2")
    assert "①② 两行清楚吗" in at.words()
    at.page.on_key("Esc")
    at.page.on_key("1")
    at.page.on_key("1")
    at.page.on_key("2")
    at.until(lambda: till.settings.text("printer.transport") == "network")
    assert (till.settings.text("printer.charset"), till.settings.number("printer.cells"), till.settings.flag("printer.cutter")) == (
        "gb18030",
        48,
        False,
    )
    assert "设好了" in at.words()
    at.until(lambda: "就绪" in card(at, "小票机"))
    demo_counter.sell(MASKS)
    at.until(lambda: bool(till.store.jobs.list(("confirmed",))))


def test_a_cashier_needs_the_managers_pin_and_the_leave_ends_with_the_page(bench: Callable[..., DeskBench], demo_counter: Any) -> None:
    at = bench(printer=False)
    at.press("F6")
    assert "设备由店长设置" in at.words()
    at.page._form.put("pin", "1003")
    at.page._form.submit()
    assert demo_counter.till.tuning.may("printer.transport")
    assert at.page._fit is not None
    at.page.on_left()
    assert not demo_counter.till.tuning.may("printer.transport")


def test_the_second_printer_takes_a_waiting_slip_and_the_log_says_where(
    bench: Callable[..., DeskBench], demo_counter: Any, machine: VirtualPrinterServer, tmp_path: Path
) -> None:
    machine.mood.paper_out = True
    demo_counter.till.settings.set_many({"printer2.transport": "virtual", "printer2.address": str(tmp_path / "two")}).result(60)
    at = bench()
    demo_counter.sell(MASKS)
    at.until(lambda: bool(demo_counter.till.store.jobs.list(("waiting",))))
    job = demo_counter.till.store.jobs.list(("waiting",))[0]
    at.until(lambda: at.page.findChild(QWidget, f"second-{job.job_id}") is not None)
    press(at, f"second-{job.job_id}")
    at.until(lambda: bool(demo_counter.till.store.jobs.list(("confirmed",))))
    at.press("F9")
    assert "2 号机" in at.words()
    press(at, "second")
    at.until(lambda: "改回 1 号机" in at.words())


def test_opening_the_drawer_asks_why_and_is_told_with_the_name(bench: Callable[..., DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.until(lambda: "关着" in card(at, "钱箱"))
    at.press("F10")
    at.page._form.put("reason", demo_counter.till.reasons.choices("drawer")[0][0])
    at.page._form.submit()
    at.until(lambda: "本班无销售开箱 1 次" in card(at, "钱箱"))
    assert "李娜" in card(at, "钱箱")


def test_a_pole_display_is_set_up_and_an_address_without_sense_is_said(bench: Callable[..., DeskBench], demo_counter: Any) -> None:
    till = demo_counter.till
    till.shifts.sign_out()
    till.shifts.sign_in("staff-1003", "1003")
    at = bench(printer=False)
    press(at, "set-pole")
    at.page._form.put("address", "/dev/ttyS1,fast")
    at.page._form.submit()
    assert "这个地址读不懂" in at.words()
    at.page._form.put("address", "/dev/no-such-port,9600")
    at.page._form.submit()
    at.until(lambda: till.settings.text("pole.transport") == "serial")
    at.until(lambda: till.customer.pole is not None and till.customer.pole.well is False)
    at.page.redraw()
    assert "连不上" in card(at, "客显")
    till.customer.stop()
