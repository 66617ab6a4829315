"""The virtual printer: what is on the screen is what is on paper, and machines can read its codes."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops

from app.devices.encoder import Encoder
from app.devices.profile import PAPER_58, PAPER_80, PrinterProfile
from app.devices.ticket import Cell, Code, Cut, Entry, Feed, Rule, Text, Ticket
from app.devices.virtual import Interpreter, VirtualPrinterServer, preview
from app.records.resources import resource

FONT = resource("fonts", "NotoSansSC-Regular.ttf")
SLIP = Ticket(
    (
        Text("药柜示范药房", True, 2, "center"),
        Rule("="),
        Entry(("胶囊剂", "0.25g×24粒"), (Cell("2盒", 5, "right"), Cell("15.80", 8, "right")), 1),
        Text("䶮𬱖堂 50µg/m²", align="right"),
        Code("qr", "S001-01-7a3f-153-9f8e7d6c", "单号"),
        Code("code128", "90-12{34}"),
        Code("code128", "900000000000000017"),
        Feed(2),
        Cut(),
    ),
    "sale",
    "1",
)
PROFILES = {
    "80 mm": PAPER_80,
    "58 mm": PAPER_58,
    "GB2312 only": PrinterProfile(charset="gb2312"),
    "no hanzi": PrinterProfile(raster_only=True, native_qr=False),
    "no codes": PrinterProfile(native_qr=False),
    "58 mm, no hanzi": PrinterProfile(cells=32, dots=384, raster_only=True, native_qr=False),
}


def printed_through_the_socket(encoded: bytes, folder: Path, dots: int) -> Path:
    """Send bytes as a till does and return the picture that the printer keeps."""
    with VirtualPrinterServer(folder, FONT, dots=dots) as server:
        host, port = server.address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=20) as till:
            till.sendall(encoded)
            till.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + 30
        while not server.jobs:
            assert time.monotonic() < deadline, "the virtual printer kept no job"
            time.sleep(0.01)
        return server.jobs[0].saved.with_suffix(".png")


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_preview_is_the_paper_dot_by_dot(profile: PrinterProfile, tmp_path: Path) -> None:
    encoded = Encoder(profile, FONT).encode(SLIP)
    shown = preview(encoded, FONT, dots=profile.dots)
    with Image.open(printed_through_the_socket(encoded, tmp_path, profile.dots)) as paper:
        assert paper.size == shown.size
        assert ImageChops.logical_xor(paper.convert("1"), shown.convert("1")).getbbox() is None


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_scanner_reads_every_code_from_the_paper(profile: PrinterProfile) -> None:
    paper = preview(Encoder(profile, FONT).encode(SLIP), FONT, dots=profile.dots)
    read = {(each.format.name, each.text) for each in zxingcpp.read_barcodes(paper.convert("L"))}
    assert read == {
        ("QRCode", "S001-01-7a3f-153-9f8e7d6c"),
        ("Code128", "90-12{34}"),
        ("Code128", "900000000000000017"),
    }


def read_events(encoded: bytes) -> list[dict[str, object]]:
    interpreter = Interpreter(FONT)
    interpreter.feed(encoded)
    interpreter.finish()
    return interpreter.events


def test_a_tab_goes_to_the_next_stop_and_a_reset_sets_one_every_eight_cells() -> None:
    assert read_events(b"\x1b@a\tb\n")[0]["text"] == "a       b"
    assert read_events(b"\x1b@\x1bD\x03\x05\x00a\tb\tc\n")[0]["text"] == "a  b c"


def test_a_tab_behind_the_last_stop_is_told() -> None:
    assert {"t": "warn", "code": "tab", "bytes": "09"} in read_events(b"\x1b@\x1bD\x03\x00abcd\te\n")


def test_stops_that_do_not_rise_are_told() -> None:
    assert [event["code"] for event in read_events(b"\x1b@\x1bD\x05\x03\x00") if event["t"] == "warn"] == ["tab_stops"]


def test_a_job_reads_the_same_in_portions_of_any_size() -> None:
    encoded = Encoder(PAPER_80, FONT).encode(SLIP)
    whole = json.dumps(read_events(encoded))
    for size in (1, 3, 64):
        interpreter = Interpreter(FONT)
        for at in range(0, len(encoded), size):
            interpreter.feed(encoded[at : at + size])
        interpreter.finish()
        assert json.dumps(interpreter.events) == whole
