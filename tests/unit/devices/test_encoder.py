"""The encoder: right GB bytes, dots for what a printer lacks, no command from data, small and fast."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.devices.encoder import CUT, DRAWER_KICK, TEAR_FEED, Encoder
from app.devices.glyphs import GlyphFont
from app.devices.profile import PAPER_58, PAPER_80, PrinterProfile
from app.devices.ticket import Cell, Code, Columns, Cut, Entry, Feed, Row, Rule, Text, Ticket, layout
from app.devices.virtual import Interpreter
from app.records.resources import resource

FONT = resource("fonts", "NotoSansSC-Regular.ttf")
ENCODERS = {charset: Encoder(PrinterProfile(charset=charset), FONT) for charset in ("gb2312", "gbk", "gb18030")}
RASTER = Encoder(PrinterProfile(raster_only=True, native_qr=False), FONT)
COMMANDS = re.compile(
    rb"\x1b@|\x1c&|\x1bD[\x01-\xff]+\x00|\x1b[aE][\x00-\x02]|\x1d![\x00\x11\x30]|\x1bJ[\x06\x10]|\x1bd.|\x1dVB\x00"
    rb"|\x1dv0\x00(?P<x>..)(?P<y>..)|\x1d\(k(?P<q>..)|\x1dH\x00|\x1d[hw].|\x1dk[IC](?P<n>.)",
    re.DOTALL,
)
GLYPHS = GlyphFont(FONT)
WILD = st.text(st.characters() | st.sampled_from("\x1b\x1d\x1c\x10\x00\n\r\x7f@pVk(¥²药䶮𬱖㛃\x85\x9b"), max_size=60)

WILD_CELLS = st.builds(Cell, WILD, st.integers(0, 14))


def ticket(*lines: Text | Columns | Entry | Rule | Code | Feed | Cut) -> Ticket:
    return Ticket(lines, "test", "1")


def data_of(encoded: bytes) -> bytes:
    """Return what is left when every command the encoder itself writes is taken out, at its place."""
    left, at = bytearray(), 0
    while at < len(encoded):
        command = COMMANDS.match(encoded, at)
        if command is None:
            left.append(encoded[at])
            at += 1
            continue
        at = command.end()
        if command["x"] is not None:
            at += int.from_bytes(command["x"], "little") * int.from_bytes(command["y"], "little")
        if command["q"] is not None:
            at += int.from_bytes(command["q"], "little")
        if command["n"] is not None:
            at += command["n"][0]
    return bytes(left)


def twenty_lines() -> Ticket:
    """Return the receipt that the speed goal speaks of: twenty goods on 80 mm."""
    goods = [
        Columns(
            (Cell(f"阿莫西林克拉维酸钾片{no:02d} 0.25g×24"), Cell(f"{no}盒", 5, "right"), Cell("128.50", 9, "right"))
        )
        for no in range(20)
    ]
    head = (Text("药柜示范药房", True, 2, "center"), Text("药品经营许可证 示CB0000001"), Rule("="))
    foot = (
        Rule(),
        Columns((Cell("应付"), Cell("￥2570.00", 10, "right")), True, 2),
        Code("qr", "S001-01-7a3f-153"),
        Cut(),
    )
    return ticket(*head, *goods, *foot)


@pytest.mark.parametrize(
    ("charset", "text", "expected"),
    [
        ("gb18030", "会员 ¥12.80", "会员 ￥12.80".encode("gbk")),
        ("gb18030", "（）￥", bytes.fromhex("a3a8a3a9a3a4")),
        ("gb18030", "䶮", bytes.fromhex("fe9f")),
        ("gb18030", "㛃", bytes.fromhex("8230b731")),
        ("gbk", "镕喆", "镕喆".encode("gbk")),
        ("gb2312", "药·—", bytes.fromhex("d2a9a1a4a1aa")),
        ("gb2312", "2–3µg", b"2-3" + bytes.fromhex("a6cc") + b"g"),
    ],
)
def test_text_becomes_the_bytes_of_the_printers_charset(charset: str, text: str, expected: bytes) -> None:
    assert expected + b"\n" in ENCODERS[charset].encode(ticket(Text(text)))


@pytest.mark.parametrize(
    ("charset", "text"), [("gb2312", "镕"), ("gbk", "㛃"), ("gb18030", "𬱖"), ("gb18030", "m²"), ("gb18030", "ñ")]
)
def test_a_row_with_a_character_the_printer_lacks_goes_out_as_dots(charset: str, text: str) -> None:
    encoded = ENCODERS[charset].encode(ticket(Text("药柜"), Text(text), Text("药柜")))
    assert encoded.count(b"\x1dv0") == 1
    assert encoded.count("药柜".encode("gbk") + b"\n") == 2


@pytest.mark.parametrize("charset", ENCODERS)
@settings(max_examples=80, deadline=None)
@given(text=WILD, other=WILD, align=st.sampled_from(["left", "center", "right"]))
def test_no_byte_of_data_is_ever_a_command(charset: str, text: str, other: str, align: str) -> None:
    encoded = ENCODERS[charset].encode(
        ticket(Text(text, align=align), Columns((Cell(text), Cell(other, 9, "right"))), Rule(other[:1]))  # type: ignore[arg-type]
    )
    assert all(byte >= 0x20 or byte in b"\n\t" for byte in data_of(encoded))
    assert 0x7F not in data_of(encoded)


@settings(max_examples=60, deadline=None)
@given(text=WILD)
def test_data_opens_no_drawer_and_cuts_no_paper(text: str) -> None:
    interpreter = Interpreter(FONT)
    lines = (Text(text), Entry((text, text), (Cell(text, 9, "right"),), 1), Code("qr", "x" + text, text))
    interpreter.feed(ENCODERS["gb18030"].encode(ticket(*lines)))
    interpreter.finish()
    assert {event["t"] for event in interpreter.events} <= {"line", "raster", "qr"}


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(st.builds(Columns, st.lists(WILD_CELLS, min_size=1, max_size=4).map(tuple)), max_size=8))
def test_tabs_put_every_word_where_blanks_would(lines: list[Columns]) -> None:
    slip = ticket(*lines)
    encoder = ENCODERS["gb18030"]
    interpreter = Interpreter(FONT)
    interpreter.feed(encoder.encode(slip))
    interpreter.finish()
    expected = [
        row.text.encode("gb18030").decode("gb18030")
        for row in layout(slip, 48)
        if isinstance(row, Row) and (encoder.encoded(row.text) is not None or not row.text.strip())
    ]
    assert [event["text"] for event in interpreter.events if event["t"] == "line"] == [text if text.strip() else "" for text in expected]
    assert not [event for event in interpreter.events if event["t"] == "warn"]


def test_gaps_between_columns_go_out_as_tabs_to_stops_of_their_own() -> None:
    rows = [Entry((name,), (Cell("9.90", 8, "right"),)) for name in ("甲", "乙丙", "丁")]
    assert ENCODERS["gbk"].encode(ticket(*rows)) == b"\x1b@\x1c&\x1bD\x2c\x00" + b"".join(
        name.encode("gbk") + b"\t9.90\n" for name in ("甲", "乙丙", "丁")
    )


def test_a_rule_is_a_quarter_of_the_characters_four_times_as_wide() -> None:
    assert ENCODERS["gbk"].encode(ticket(Rule(), Text("a"))) == b"\x1b@\x1c&\x1d!\x30" + b"-" * 12 + b"\n\x1d!\x00a\n"
    unbroken = "─".encode("gb2312") * 6
    assert ENCODERS["gb2312"].encode(ticket(Rule("─"))) == b"\x1b@\x1c&\x1d!\x30" + unbroken + b"\n"


def test_an_empty_row_is_one_byte_unless_large_letters_are_on() -> None:
    assert ENCODERS["gbk"].encode(ticket(Text("a"), Feed(1), Text("b"))) == b"\x1b@\x1c&a\n\nb\n"
    assert ENCODERS["gbk"].encode(ticket(Text("a", size=2), Feed(1))).endswith(b"\x1bd\x01")


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.sampled_from("abc 0.19药柜×㛃𬱖²é（）"), min_size=1, max_size=40), bold=st.booleans())
def test_rows_lined_up_from_kept_slots_are_the_rows_drawn_dot_by_dot(text: str, bold: bool) -> None:
    font = GLYPHS
    drawn = font.row(text, bold=bold)
    stride, dots = font.band(text, bold)
    padded = drawn.crop((0, 0, stride * 8, drawn.height))
    assert (dots, stride) == (padded.tobytes(), (drawn.width + 7) // 8)


def test_braces_in_a_code_128_stay_data() -> None:
    assert b"\x1dkI\x08{Ba{{1}b" in ENCODERS["gbk"].encode(ticket(Code("code128", "a{1}b")))


def test_a_printer_without_a_knife_feeds_to_its_tear_bar() -> None:
    assert Encoder(PAPER_80, FONT).encode(ticket(Cut())).endswith(CUT)
    assert Encoder(PAPER_58, FONT).encode(ticket(Cut())).endswith(TEAR_FEED)


def test_styles_are_said_once_and_taken_back() -> None:
    encoded = ENCODERS["gbk"].encode(ticket(Text("a", True), Text("b", True), Text("c")))
    assert encoded == b"\x1b@\x1c&\x1bE\x01a\nb\n\x1bE\x00c\n"


def test_the_drawer_pulse_is_fifty_milliseconds_on_pin_two() -> None:
    assert DRAWER_KICK == b"\x1bp\x00\x19\xfa"


def test_a_printer_without_hanzi_gets_dots_only() -> None:
    assert data_of(RASTER.encode(twenty_lines())).strip(b"\n") == b""


def test_twenty_lines_are_small_and_quick() -> None:
    encoder, receipt = ENCODERS["gb18030"], twenty_lines()
    encoder.encode(receipt)
    spent = []
    for _ in range(30):
        start = time.thread_time()
        encoded = encoder.encode(receipt)
        spent.append(time.thread_time() - start)
    assert len(encoded) <= 2500
    assert min(spent) < 0.03
