"""Labels as values: layouts that fill and refuse, ZPL that no data can break out of, its interpreter, and a label printer's status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from app.devices.faults import DeviceFault
from app.devices.labels.label import Bars, Block, Label, Wanted, Words, from_json, to_json
from app.devices.labels.layout import LabelFault, face_measure, fill, layout_for, layouts, sheets
from app.devices.labels.printer import LabelEncoder, LabelPaper, LabelPrinter, read_host_status
from app.devices.labels.zpl import ZplEncoder, ZplProfile
from app.devices.labels.zpl_paper import ZplPaper
from app.devices.status import Known, PrinterStatus
from app.devices.ticket import Ticket, plain_rows
from app.records.resources import resource

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "labels"
REGULAR, BOLD = resource("fonts", "NotoSansSC-Regular.ttf"), resource("fonts", "NotoSansSC-Bold.ttf")
MEASURE = face_measure(REGULAR, BOLD)

SHELF = {
    "name": "苯磺酸氨氯地平片", "mark": "处方药", "spec": "5mg×28片", "form": "片剂", "maker": "云汀药业（演示）有限公司",
    "shelf": "货位 A-05-3",
    "price": "¥45.80/盒", "unit_price": "约 ¥1.64/片", "member_price": "会员价 ¥43.80", "barcode": "6999600000494",
    "barcode_text": "6999600000494", "complaint": "价格举报 12315",
}  # fmt: skip
HERB = {
    "name": "黄芪", "mark": "中药饮片", "spec": "选货", "maker": "陇禾渡饮片", "origin": "产地 甘肃", "shelf": "货位 Z-06-1",
    "price": "¥0.36/g", "barcode": "P6822B1", "barcode_text": "P6822B1", "complaint": "价格举报 12315",
}  # fmt: skip
CHILD = {
    "patient": "𬱖*㛃", "age": "4 岁 2 个月", "name": "布洛芬混悬液", "quantity": "1瓶", "spec": "100ml-2g×1瓶 口服混悬剂",
    "dose": "每次 5 ml（100 mg）", "direction": "一日 3 次，饭后服；发热 38.5℃ 以上再服，间隔不少于 6 小时", "lot": "批号 260311",
    "expiry": "有效期至 2027-10-31", "pharmacist": "药师 王敏 1002", "given_on": "2026-11-22 15:03", "shop": "安康大药房 人民路店",
    "phone": "0990-0000000",
}  # fmt: skip
LEAFLET = {**CHILD, "age": "", "dose": "", "direction": "按说明书或遵医嘱", "lot": "批号、有效期见药盒", "expiry": "", "patient": ""}
SPLIT = {
    "shop": "安康大药房 人民路店", "title": "拆零药袋", "name": "盐酸西替利嗪片", "quantity": "6片", "spec": "10mg×12片",
    "maker": "霁川坪制药",
    "usage": "用法 口服", "dose": "用量 每次 1 片，每晚 1 次", "lot": "批号 260010", "expiry": "有效期至 2027-12-27",
    "split_on": "拆零 2026-11-22",
    "splitter": "分装 王敏",
}  # fmt: skip
CASES = {
    "shelf": ("shelf", SHELF, (60, 40)),
    "herb": ("shelf", HERB, (70, 37.125)),
    "mini": ("shelf", SHELF, (38.1, 21.2)),
    "child": ("direction", CHILD, (60, 40)),
    "leaflet": ("direction", LEAFLET, (60, 40)),
    "split": ("split", SPLIT, (50, 30)),
}


def made(case: str) -> Label:
    kind, values, size = CASES[case]
    return fill(layout_for(kind, *size), values, MEASURE, size=size)


def printed(label: Label, **profile: object) -> ZplPaper:
    paper = ZplPaper(REGULAR, BOLD)
    paper.feed(ZplEncoder(ZplProfile(label.width, label.height, **profile), REGULAR, BOLD).encode((Wanted(label),)))  # type: ignore[arg-type]
    return paper


@pytest.mark.parametrize("case", CASES)
def test_every_label_stays_as_it_was(case: str) -> None:
    kept = GOLDEN / f"{case}.json"
    assert json.loads(to_json((Wanted(made(case)),))) == json.loads(kept.read_text("utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_a_label_read_back_from_the_queue_is_the_same(case: str) -> None:
    run = (Wanted(made(case), 3), Wanted(made("shelf")))
    assert from_json(to_json(run)) == run


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":"labels-2","labels":[]}', '{"format":"labels-1","labels":[{}]}'])
def test_what_is_no_run_of_labels_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(text)


def test_a_hundred_copies_are_a_slip_of_the_finger() -> None:
    with pytest.raises(ValueError):
        Wanted(made("shelf"), 100)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("profile", [{}, {"dpi": 300}, {"font": "E:SIMSUN.FNT"}])
def test_every_word_lies_on_the_sticker_and_no_command_is_unknown(case: str, profile: dict[str, object]) -> None:
    paper = printed(made(case), **profile)
    # A printer's own font is drawn in ours, which is a little wider.
    strict = not profile.get("font")
    assert [event for event in paper.events if event["event"] == "warning" and (strict or event["code"] != "outside")] == []
    assert len(paper.labels) == 1


@pytest.mark.parametrize(("case", "code"), [("shelf", "6999600000494"), ("herb", "P6822B1")])
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_scanner_reads_the_shelf_label(case: str, code: str, dpi: int) -> None:
    picture = printed(made(case), dpi=dpi).labels[0].convert("L")
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [code]


def test_what_a_code_128_cannot_carry_becomes_a_qr_that_reads() -> None:
    label = Label("shelf", "", 60, 40, (Bars(4, 4, 30, 30, "qr", "药柜_^~>\\ 1"),), ())
    picture = printed(label).labels[0].convert("L")
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == ["药柜_^~>＼ 1"]


def test_words_of_a_printers_own_font_go_out_as_text() -> None:
    texts = {event["text"] for event in printed(made("child"), font="E:SIMSUN.FNT").events if event["event"] == "text"}
    assert {"布洛芬混悬液", "每次 5 ml（100 mg）", "4 岁 2 个月"} <= texts
    assert all(event["event"] != "text" or event["text"].isascii() for event in printed(made("child")).events)


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["", "E:SIMSUN.FNT"]))
def test_no_data_becomes_a_command(text: str, code: str, font: str) -> None:
    plain = "".join(ch for ch in code if " " <= ch <= "~")
    marks = (
        Words(1, 1, 58, text + "^XZ^XA~JA\\&_5E", 3),
        *((Bars(1, 10, 58, 8, "code128", plain),) if plain else ()),
        Bars(1, 20, 18, 18, "qr", f"^FS{code}~HS_7E\\"),
        Block(1, 39, 58, 0.2),
    )
    paper = printed(Label("shelf", "", 60, 40, marks, ()), font=font)
    assert [event for event in paper.events if event["event"] == "warning" and event["code"] != "outside"] == []
    assert [event["event"] for event in paper.events].count("print") == 1
    assert len(paper.labels) == 1
    codes = {event["kind"]: event["payload"] for event in paper.events if event["event"] == "code"}
    if plain:
        assert codes["code128"] == plain


def test_a_long_name_shrinks_wraps_and_never_leaves_its_box() -> None:
    label = fill(layout_for("shelf", 60, 40), {**SHELF, "name": "复方" * 12, "maker": "云汀" * 40}, MEASURE)
    rows = [mark for mark in label.marks if isinstance(mark, Words)]
    assert all(MEASURE(mark.text, mark.bold) * mark.size <= mark.width + 0.01 for mark in rows)
    assert sum(mark.text.count("复方") for mark in rows) == 12
    assert any(mark.text.endswith("…") for mark in rows if mark.text.startswith("云汀"))


@pytest.mark.parametrize("case", ["child", "split"])
def test_a_direction_is_refused_rather_than_cut(case: str) -> None:
    kind, values, size = CASES[case]
    long = {**values, "direction": "一日三次，" * 60, "usage": "口服，" * 60}
    with pytest.raises(LabelFault, match="label_too_full") as fault:
        fill(layout_for(kind, *size), long, MEASURE, size=size)
    assert fault.value.facts["field"] in ("direction", "usage")


def test_a_kind_without_a_layout_is_said() -> None:
    with pytest.raises(LabelFault, match="label_layout"):
        layout_for("unknown", 60, 40)


def test_the_paper_chooses_the_layout() -> None:
    assert [layout_for("shelf", *size).key for size in ((60, 40), (40, 30), (70, 37.125), (38.1, 21.2))] == [
        "shelf-60x40", "shelf-60x40", "shelf-70x37", "shelf-38x21",
    ]  # fmt: skip


def test_every_sheet_fits_a_page_and_every_layout_its_own_size() -> None:
    for grid in sheets():
        assert grid.left + (grid.columns - 1) * grid.pitch_x + grid.width <= 210.01
        assert grid.top + (grid.rows - 1) * grid.pitch_y + grid.height <= 297.01
    for layout in layouts():
        for part in layout.parts:
            assert part.x + part.width <= layout.width
            assert part.y + part.height <= layout.height + 0.01


def test_a_receipt_printer_prints_the_same_facts_on_32_cells() -> None:
    rows = plain_rows(Ticket(made("shelf").lines, "label", ""), 32)
    assert "苯磺酸氨氯地平片          处方药" in rows
    assert any("￥45.80/盒" in row for row in rows)
    assert "[ean13:6999600000494]" in "".join(rows)


def test_pictures_are_the_printers_own_bytes_in_both_languages() -> None:
    run = (Wanted(made("shelf"), 2), Wanted(made("herb")))
    for paper, count in ((LabelPaper(), 2), (LabelPaper("escpos", 58, 40), 1)):
        pictures = LabelEncoder(paper, REGULAR, BOLD).pictures(run)
        assert len(pictures) == count
        read = {found.text for picture in pictures for found in zxingcpp.read_barcodes(picture.convert("L"))}
        assert {"6999600000494", "P6822B1"} <= read


class Road:
    """A way to a label printer that keeps what it was sent and answers as told."""

    WAY = "network"

    def __init__(self, answer: bytes | None = None, *, breaks: bool = False) -> None:
        self.answer, self.breaks = answer, breaks
        self.sent = b""

    @classmethod
    def at(cls, address: str) -> Road:
        return cls()

    def open(self) -> None:
        return None

    def send(self, payload: bytes) -> None:
        self.sent += payload
        if self.breaks:
            raise DeviceFault("printer.lost", retry=True)

    def query(self, request: bytes, timeout: float) -> bytes | None:
        return self.answer if request == b"~HS" else None

    def close(self) -> None:
        return None


WELL = b"\x02030,0,0,0245,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (None, PrinterStatus()),
        (b"rubbish", PrinterStatus()),
        (WELL, PrinterStatus(Known.YES, Known.YES, cover=Known.YES)),
        (WELL.replace(b"030,0,0", b"030,1,0"), PrinterStatus(Known.NO, Known.NO, cover=Known.YES)),
        (WELL.replace(b"000,0,0,0,0,2", b"000,0,1,0,0,2"), PrinterStatus(Known.NO, Known.YES, cover=Known.NO)),
        (WELL.replace(b"030,0,0", b"030,0,1"), PrinterStatus(Known.NO, Known.YES, cover=Known.YES)),
    ],
)
def test_the_host_status_is_read_and_silence_says_nothing(answer: bytes | None, status: PrinterStatus) -> None:
    assert read_host_status(answer) == status


@pytest.mark.parametrize(("road", "state"), [(Road(), "sent"), (Road(WELL), "sent"), (Road(WELL, breaks=True), "unknown")])
def test_a_run_ends_sent_or_unknown_and_is_sent_once(road: Road, state: str) -> None:
    outcome = LabelPrinter(LabelPaper(), road, REGULAR, BOLD).print_run((Wanted(made("herb")),))
    assert outcome.state == state
    assert road.sent.count(b"^XA") == 1


def test_a_printer_without_labels_is_not_sent_any() -> None:
    road = Road(WELL.replace(b"030,0,0", b"030,1,0"))
    assert LabelPrinter(LabelPaper(), road, REGULAR, BOLD).print_run((Wanted(made("herb")),)).state == "failed"
    assert road.sent == b""
