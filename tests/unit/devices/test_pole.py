"""The pole display: exactly two rows of twenty cells, the newest only, and never a reason to wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.counter.customer_view import CustomerLine, CustomerView
from app.counter.pole_rows import pole_rows
from app.devices.faults import DeviceFault
from app.devices.pole import COLUMNS, Pole, fit, frame, start


def soon(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 60
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


class Wire:
    """A way that keeps what it was sent, and can be cut."""

    WAY = "serial"

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.cut = False
        self.gate = threading.Event()
        self.gate.set()

    def open(self) -> None:
        if self.cut:
            raise DeviceFault("printer.unreachable", retry=True)

    def send(self, payload: bytes) -> None:
        self.gate.wait(60)
        self.sent.append(payload)

    def close(self) -> None:
        """Accept."""


@given(st.text(max_size=40), st.text(max_size=30))
def test_every_row_has_exactly_twenty_cells_in_the_bytes_sent(left: str, right: str) -> None:
    row = fit(left, right)
    assert len(row.encode("gbk", "replace")) == COLUMNS
    assert "\n" not in row and "\x1b" not in row


def test_the_amount_is_never_cut_and_a_hanzi_never_split() -> None:
    assert fit("布洛芬缓释胶囊加强型", "×2 39.80") == "布洛芬缓释 ×2 39.80"
    assert fit("合计", "12.80") == "合计           12.80"


def test_both_protocols_write_two_whole_rows() -> None:
    assert start("cd5220") == b"\x0c"
    assert frame(("合计", "A"), "cd5220") == b"\x1bQA" + "合计".encode("gbk") + b" " * 16 + b"\x0d\x1bQBA" + b" " * 19 + b"\x0d"
    assert frame(("", "A"), "esc") == b"\x1f\x24\x01\x01" + b" " * 20 + b"\x1f\x24\x01\x02A" + b" " * 19


@pytest.mark.parametrize(
    ("view", "rows"),
    [
        (CustomerView(), ("安康大药房          ", "欢迎光临            ")),
        (
            CustomerView("selling", (CustomerLine("维生素C片", "", 2, 850, 1000, 1700),), 1700, 300, 0, 1700),
            ("维生素C片  ×2 17.00", "合计           17.00"),
        ),
        (CustomerView("paying", (), 1700, 0, 0, 1700), ("应付           17.00", "请付款         17.00")),
        (CustomerView("paying", (), 1700, 0, 500, 1200), ("应付           17.00", "还差           12.00")),
        (CustomerView("paying", (), 1700, 0, 2000, 0, 300), ("已收           20.00", "找零            3.00")),
        (CustomerView("thanks", (), 1700, 0, 2000, 0, 300), ("谢谢惠顾            ", "找零            3.00")),
        (CustomerView("thanks", (), 1700, 0, 1700), ("谢谢惠顾            ", "祝您健康            ")),
    ],
)
def test_each_state_has_its_two_rows(view: CustomerView, rows: tuple[str, str]) -> None:
    assert pole_rows(view, "安康大药房") == rows


def test_only_the_newest_rows_are_sent_to_a_slow_display(tmp_path: Path) -> None:
    wire = Wire()
    wire.gate.clear()
    pole = Pole(wire)  # type: ignore[arg-type]
    pole.start()
    pole.show(("1", ""))
    assert soon(lambda: not pole._woken.is_set())
    for number in range(2, 50):
        pole.show((str(number), ""))
    wire.gate.set()
    assert soon(lambda: bool(wire.sent) and b"49" in wire.sent[-1])
    pole.stop()
    assert len(wire.sent) <= 3


def test_a_display_that_comes_back_is_cleared_and_told_the_next_rows() -> None:
    wire = Wire()
    told: list[bool] = []
    pole = Pole(wire, on_state=told.append)  # type: ignore[arg-type]
    wire.cut = True
    pole.start()
    pole.show(("1", ""))
    assert soon(lambda: told == [False])
    wire.cut = False
    pole.show(("2", ""))
    assert soon(lambda: told == [False, True])
    pole.stop()
    assert wire.sent[0].startswith(b"\x0c")
