"""Scanned strings: every family reads back as itself, damaged ones are refused by name, look-alikes cost no money."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import codes
from app.domain.codes import (
    AlipayPayCode,
    Ambiguous,
    BaseCode,
    CodeShapes,
    CouponCode,
    Gs1Code,
    IdNumber,
    InHouseCode,
    InStoreBarcode,
    InsuranceCredential,
    InvoiceHeader,
    PackBarcode,
    PrescriptionCode,
    ProductBarcode,
    Reading,
    ReceiptNumber,
    ScanContext,
    SearchText,
    TraceCode,
    UdiMaCode,
    UnionPayCode,
    Unreadable,
    VatInvoice,
    WeChatPayCode,
)

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "resources" / "rules" / "codes.json").read_text(encoding="utf-8")
)
SHAPES = CodeShapes.parse(DOCUMENT)
SELLING, PAYING, ASKING_ID, RETURNING = ScanContext
GS = "\x1d"
GTIN = "06999000000018"


def read(raw: str, context: ScanContext = SELLING) -> Reading:
    return codes.read(raw, SHAPES, context)


def digits(count: int) -> st.SearchStrategy[str]:
    return st.integers(0, 10**count - 1).map(lambda number: f"{number:0{count}d}")


def refusal(raw: str, context: ScanContext = SELLING) -> str:
    reading = read(raw, context)
    assert isinstance(reading, Unreadable), reading
    return reading.code


def person(region: str = "110101", born: str = "19900307", serial: str = "123") -> str:
    body = region + born + serial
    return body + codes.id_check_character(body)


# --- in-house -----------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.sampled_from(sorted(DOCUMENT["inhouse"]["prefixes"])), st.integers(0, 10**17 - 1), st.sampled_from(ScanContext)
)
def test_our_own_codes_read_back_in_every_context(prefix: str, number: int, context: ScanContext) -> None:
    reading = read(codes.inhouse(prefix, number), context)
    assert isinstance(reading, InHouseCode)
    assert reading.role == DOCUMENT["inhouse"]["prefixes"][prefix]
    assert int(reading.number) == number


@settings(deadline=None)
@given(st.integers(0, 10**17 - 1), st.integers(2, 19), st.integers(1, 9))
def test_one_wrong_digit_in_our_own_code_is_noticed(number: int, place: int, step: int) -> None:
    code = codes.inhouse("90", number)
    wrong = code[:place] + str((int(code[place]) + step) % 10) + code[place + 1 :]
    assert refusal(wrong) == "inhouse_check"


@pytest.mark.parametrize(("prefix", "number"), [("9", 1), ("9a", 1), ("90", -1), ("90", 10**17)])
def test_an_in_house_code_that_does_not_fit_is_not_made(prefix: str, number: int) -> None:
    with pytest.raises(ValueError):
        codes.inhouse(prefix, number)


# --- trace codes --------------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(digits(19), st.sampled_from(ScanContext))
def test_a_trace_code_is_never_anything_else(rest: str, context: ScanContext) -> None:
    reading = read("8" + rest, context)
    assert isinstance(reading, TraceCode)
    assert reading.prefix == "8" + rest[:6]


def test_a_trace_code_inside_a_link_is_found() -> None:
    code = codes.trace_code("8999999", 42)
    reading = read(f"https://example.invalid/q?code={code}")
    assert isinstance(reading, TraceCode) and reading.code == code


def test_the_code_of_a_carton_is_no_box() -> None:
    document = json.loads(json.dumps(DOCUMENT))
    document["trace"]["carton_prefixes"] = ["8999998"]
    reading = codes.read("8999998" + "0" * 13, CodeShapes.parse(document), SELLING)
    assert isinstance(reading, Unreadable) and reading.code == "carton_code"


def test_a_makers_own_trace_code_is_data() -> None:
    document = json.loads(json.dumps(DOCUMENT))
    document["trace"]["shapes"].append({"name": "maker", "pattern": "(?P<code>ZX[0-9A-Z]{10})", "prefix_digits": 4})
    reading = codes.read("ZXAB12345678", CodeShapes.parse(document), SELLING)
    assert reading == TraceCode("ZXAB12345678", "ZXAB12345678", "ZXAB")


@pytest.mark.parametrize(("prefix", "serial"), [("7999999", 1), ("899999", 1), ("8999999", 10**13), ("8999999", -1)])
def test_a_trace_code_that_does_not_fit_is_not_made(prefix: str, serial: int) -> None:
    with pytest.raises(ValueError):
        codes.trace_code(prefix, serial)


# --- GS1 ----------------------------------------------------------------------------------------------------------

WHOLE = Gs1Code("", GTIN, "B2401", date(2028, 2, 29), date(2026, 1, 5), "S-77")


@pytest.mark.parametrize(
    "raw",
    [
        f"]d201{GTIN}1728020011260105" + f"10B2401{GS}21S-77",
        f"{GS}01{GTIN}1728022911260105" + f"21S-77{GS}10B2401",
        f"01{GTIN}1728020011260105" + f"10B2401{GS}21S-77",
        f"01{GTIN}1728020011260105" + "10B2401<GS>21S-77",
        f"(01){GTIN}(17)280200(11)260105(10)B2401(21)S-77",
        f"]d201{GTIN}10B2401{GS}21S-77{GS}1728020011260105",
    ],
)
def test_a_datamatrix_reads_however_the_scanner_sends_it(raw: str) -> None:
    reading = read(raw)
    assert isinstance(reading, Gs1Code)
    assert (reading.gtin14, reading.lot_no, reading.expires_on, reading.made_on, reading.serial) == (
        WHOLE.gtin14,
        WHOLE.lot_no,
        WHOLE.expires_on,
        WHOLE.made_on,
        WHOLE.serial,
    )
    assert reading.barcode == "6999000000018"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (f"]d201{GTIN[:-1]}7", "gs1_malformed"),
        (f"]d201{GTIN}17281301", "gs1_malformed"),
        (f"]d201{GTIN}1728", "gs1_malformed"),
        (f"]d201{GTIN}8812", "gs1_unknown_ai"),
        ("]d210B2401", "gs1_malformed"),
        (f"]d201{GTIN}10" + "A" * 21, "gs1_malformed"),
        (f"]d201{GTIN}10A{GS}10B", "gs1_malformed"),
    ],
)
def test_a_damaged_datamatrix_is_refused_by_name(raw: str, code: str) -> None:
    assert refusal(raw) == code


PART = st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789-/", min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(digits(12), PART, PART, st.dates(date(2020, 1, 1), date(2039, 12, 31)))
def test_gs1_agrees_with_a_library_of_the_standard(body: str, lot: str, serial: str, expires: date) -> None:
    from biip.gs1_messages import GS1Message

    raw = f"01{'0' + codes.ean13(body)}17{expires:%y%m%d}10{lot}{GS}21{serial}"
    reading = read("]d2" + raw)
    message = GS1Message.parse(raw)
    assert isinstance(reading, Gs1Code)
    expected = {str(part.ai.ai): part for part in message.element_strings}
    assert reading.gtin14 == expected["01"].value
    assert reading.expires_on == expected["17"].date
    assert (reading.lot_no, reading.serial) == (expected["10"].value, expected["21"].value)


# --- identity numbers ---------------------------------------------------------------------------------------------


def test_an_identity_number_is_read_only_when_asked_for() -> None:
    reading = read(person("440106"), ASKING_ID)
    assert isinstance(reading, IdNumber)
    assert (reading.born_on, reading.sex, reading.region, reading.region_known) == (
        date(1990, 3, 7),
        "m",
        "440106",
        True,
    )
    for context in (SELLING, PAYING, RETURNING):
        assert refusal(person("440106"), context) == "id_not_asked"


def test_an_identity_number_shows_nothing_of_itself_in_logs() -> None:
    number = person("440106")
    assert number not in repr(read(number, ASKING_ID))
    assert number not in repr(read(number, SELLING))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (person()[:-1] + ("0" if person()[-1] != "0" else "1"), "id_check"),
        (person(born="19900230"), "id_date"),
        (person(born="18990101"), "id_date"),
        (person(region="990101"), "id_region"),
    ],
)
def test_a_wrong_identity_number_is_refused_by_name(number: str, code: str) -> None:
    assert refusal(number, ASKING_ID) == code


def test_a_lower_case_x_is_an_x() -> None:
    number = next(person(serial=f"{n:03d}") for n in range(1000) if person(serial=f"{n:03d}")[-1] == "X")
    assert isinstance(read(number.lower(), ASKING_ID), IdNumber)


def test_an_old_county_that_looks_like_a_payment_is_left_to_a_person() -> None:
    number = next(
        person("119999", serial=f"{n:03d}") for n in range(9) if person("119999", serial=f"{n:03d}")[-1] != "X"
    )
    reading = read(number, ASKING_ID)
    assert isinstance(reading, Ambiguous)
    assert [type(meaning) for meaning in reading.readings] == [IdNumber, WeChatPayCode]


def test_an_unknown_county_elsewhere_is_still_an_identity_number() -> None:
    reading = read(person("449999"), ASKING_ID)
    assert isinstance(reading, IdNumber) and not reading.region_known


def test_the_check_character_agrees_with_the_standards_example() -> None:
    assert codes.id_check_character("11010519491231002") == "X"


def test_no_random_wechat_code_reads_as_an_identity_number() -> None:
    chance = random.Random(20261121)
    for _ in range(20_000):
        code = f"1{chance.randrange(6)}{chance.randrange(10**16):016d}"
        assert not isinstance(read(code, ASKING_ID), IdNumber)


# --- payment codes ------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(10, 15), digits(16), st.sampled_from([SELLING, PAYING, RETURNING]))
def test_a_wechat_code_is_money_wherever_no_identity_is_asked(prefix: int, rest: str, context: ScanContext) -> None:
    assert read(f"{prefix}{rest}", context) == WeChatPayCode(f"{prefix}{rest}", f"{prefix}{rest}")


@settings(deadline=None)
@given(st.integers(25, 30), st.integers(14, 22).flatmap(digits), st.sampled_from([SELLING, PAYING]))
def test_an_alipay_code_is_an_alipay_code(prefix: int, rest: str, context: ScanContext) -> None:
    assert isinstance(read(f"{prefix}{rest}", context), AlipayPayCode)


@settings(deadline=None)
@given(digits(17), st.sampled_from(ScanContext))
def test_a_unionpay_code_is_a_unionpay_code(rest: str, context: ScanContext) -> None:
    assert isinstance(read("62" + rest, context), UnionPayCode)


def test_a_face_token_pays_too() -> None:
    assert isinstance(read("fp" + "a1" * 16 + "z", PAYING), AlipayPayCode)


def test_payment_codes_are_not_shown_in_logs() -> None:
    assert "4004005006" not in repr(read("134004005006007008", PAYING))


# --- barcodes -----------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(digits(9).map(lambda rest: "699" + rest), st.sampled_from(ScanContext))
def test_a_makers_barcode_reads_back(body: str, context: ScanContext) -> None:
    assert read(codes.ean13(body), context) == ProductBarcode(codes.ean13(body), codes.ean13(body))


@settings(deadline=None)
@given(st.integers(20, 29), digits(10))
def test_a_stores_own_barcode_is_told_apart(prefix: int, rest: str) -> None:
    assert isinstance(read(codes.ean13(f"{prefix}{rest}")), InStoreBarcode)


@settings(deadline=None)
@given(digits(12), st.integers(1, 9))
def test_a_misread_barcode_names_the_digit_it_expected(body: str, step: int) -> None:
    right = codes.ean13(body)
    reading = read(right[:-1] + str((int(right[-1]) + step) % 10))
    assert isinstance(reading, Unreadable)
    assert (reading.code, dict(reading.facts)["expected"]) == ("check_digit", right[-1])


def test_short_codes_and_case_codes_name_the_pack_inside() -> None:
    assert read("96385074") == PackBarcode("96385074", "96385074", "ean8", "96385074")
    assert read("036000291452") == PackBarcode("036000291452", "036000291452", "upca", "0036000291452")
    case = "1699900000001"
    reading = read(case + codes.ean_check_digit(case))
    assert isinstance(reading, PackBarcode) and reading.barcode == "6999000000018"


def test_a_scanner_may_announce_the_symbology() -> None:
    assert read("]E06999000000018\r\n") == ProductBarcode("6999000000018", "6999000000018")


@pytest.mark.parametrize("code", ["86901890000654", "86901689000124", "86978377000315"])
def test_a_base_code_comes_before_the_case_code_it_also_is(code: str) -> None:
    reading = read(code)
    assert isinstance(reading, Ambiguous)
    assert reading.readings[0] == BaseCode(code, code)
    assert isinstance(reading.readings[1], PackBarcode)
    assert codes.base_code(code[:-1]) == code


@pytest.mark.parametrize("make", [codes.ean13, codes.base_code])
def test_a_code_of_the_wrong_length_is_not_made(make: Any) -> None:
    with pytest.raises(ValueError):
        make("123")


# --- devices, prescriptions, insurance ----------------------------------------------------------------------------


def test_a_device_code_gives_lot_expiry_and_serial() -> None:
    reading = read("MA.156.M0.100021.A0000011.M260105.LB2401.V280229.S0007")
    assert reading == UdiMaCode(
        "MA.156.M0.100021.A0000011.M260105.LB2401.V280229.S0007",
        "MA.156.M0.100021.A0000011",
        "B2401",
        date(2028, 2, 29),
        date(2026, 1, 5),
        "0007",
    )


def test_a_device_is_good_until_the_day_before_it_becomes_invalid() -> None:
    reading = read("MA.156.M0.100021.A0000011.E20280301")
    assert isinstance(reading, UdiMaCode) and reading.expires_on == date(2028, 2, 29)


def test_a_device_code_with_an_impossible_day_is_refused() -> None:
    assert refusal("MA.156.M0.100021.A0000011.V281301") == "check_digit"


def test_prescriptions_and_insurance_credentials_have_the_shapes_that_headquarters_sets() -> None:
    assert read("RX202611210001") == PrescriptionCode("RX202611210001", "RX202611210001")
    document = json.loads(json.dumps(DOCUMENT))
    document["insurance_credential"]["patterns"] = [r"\d{28}", "EC[0-9A-F]{30}"]
    shapes = CodeShapes.parse(document)
    for token in ("4" * 28, "EC" + "0A" * 15):
        assert codes.read(token, shapes, PAYING) == InsuranceCredential(token, token)


# --- invoices and receipts ----------------------------------------------------------------------------------------

HEADER = ("测试药房有限公司", "91110000TEST00000X", "测试路 1 号|010-00000000", "测试银行|000")


def test_an_invoice_title_reads_back() -> None:
    raw = codes.invoice_header(*HEADER)
    assert read(raw) == InvoiceHeader(raw, *HEADER)


def test_a_damaged_invoice_title_is_refused() -> None:
    other = codes.invoice_header("测试药店有限公司", *HEADER[1:])
    raw = codes.invoice_header(*HEADER)
    assert refusal(raw[:20] + other[20:24] + raw[24:-9] + "AAAA" + raw[-5:]) == "invoice_header_check"
    assert refusal("$01@@@$") == "invoice_header_check"


def test_an_invoice_header_check_is_the_published_crc() -> None:
    assert codes._crc16(b"123456789") == 0xFEE8


def test_a_vat_invoice_gives_its_amount_and_day() -> None:
    reading = read("01,10,011002000111,12345678,35.80,20261120,12345678901234567890,A1B2,")
    assert isinstance(reading, VatInvoice)
    assert (reading.number, reading.amount_fen, reading.issued_on) == ("12345678", 3580, date(2026, 11, 20))
    assert refusal("01,99,x,y,z,20261120,") == "vat_invoice_malformed"
    assert refusal("01,10") == "vat_invoice_malformed"


def test_a_digital_invoice_number_is_no_payment_when_goods_come_back() -> None:
    number = "26112000000123456789"
    assert isinstance(read(number, PAYING), AlipayPayCode)
    assert read(number, RETURNING) == VatInvoice(number, "digital", "", number, None, None)


def test_our_receipt_number_reads_back_with_and_without_its_witness() -> None:
    number = codes.receipt_number("S001", "T1", "7K3F", 219, "00" * 28 + "1a2b3c4d")
    reading = read(number, RETURNING)
    assert isinstance(reading, ReceiptNumber)
    assert (reading.number, reading.sequence, reading.head) == ("S001-T1-7K3F-000219", 219, "1a2b3c4d")
    short = read("s001-t1-7k3f-000219", RETURNING)
    assert isinstance(short, ReceiptNumber) and short.head == "" and short.number == reading.number


TOKEN = "YGC" + "AB7Q" * 44 + "MZ"


def test_a_signed_coupon_is_read_in_capitals_however_it_was_typed() -> None:
    assert read(TOKEN) == CouponCode(TOKEN, TOKEN)
    assert read(TOKEN.lower()) == CouponCode(TOKEN.lower(), TOKEN)
    assert refusal(TOKEN[:-1]) == "coupon_shape"
    assert refusal(TOKEN + "A") == "coupon_shape"
    assert read("ygc") == SearchText("ygc", "ygc")


@settings(max_examples=60, deadline=None)
@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=178, max_size=178), st.sampled_from(ScanContext))
def test_no_signed_coupon_is_taken_for_anything_else(body: str, context: ScanContext) -> None:
    assert read("YGC" + body, context) == CouponCode("YGC" + body, "YGC" + body)


# --- words and garbage --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["amxl", "阿莫西林 胶囊", "国药准字H20013010", "20013010", "13800000000", "0.25g*24", "7731", "fp"]
)
def test_words_are_searched_for(text: str) -> None:
    assert read(text) == SearchText(text, text)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (" \r\n", "empty"),
        ("]E0", "empty"),
        ("a\x00b", "garbled"),
        ("阿\ufffd莫", "garbled"),
        ("https://example.invalid/", "web_link"),
        ("9" * 25, "unknown_code"),
        ("999990101011234567", "unknown_code"),
        ("x" * 61, "unknown_code"),
    ],
)
def test_what_cannot_be_a_code_or_a_word_is_refused_by_name(raw: str, code: str) -> None:
    assert refusal(raw) == code


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text("0123456789-.,$]()MA" + GS, max_size=40)), st.sampled_from(ScanContext))
def test_every_string_has_exactly_one_reading_and_none_breaks_the_counter(raw: str, context: ScanContext) -> None:
    reading = read(raw, context)
    assert reading == read(raw, context)
    if isinstance(reading, Unreadable):
        assert raw.strip() == "" or all(len(raw) < 12 or raw != value for _, value in reading.facts)
