"""What a scanned string is: one pure function from raw text to one reading, families tested in a fixed order.

The order and the shapes follow the trade: trace codes before GS1, because 1.4 % of them also parse as GS1; 本位码
before ITF-14, because they share their check digit. Shapes and prefixes are data: `resources/rules/codes.json`.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from re import Pattern
from typing import Any, TypeAlias

from app.domain.lots import good_before, good_through, gs1_day
from app.domain.money import parse_fen

_GS = "\x1d"
_FRAMING = " \t\r\n\x02\x03\ufeff"
"""What scanners put around a code."""
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""The symbology identifier a scanner may put before a code."""
_GS1_MARKS = ("]d2", "]C1", "]e0", "]Q3")
_LONGEST_SEARCH = 60
_SHORTEST_CODE = 12
"""Bare digits shorter than this are search text: the last digits of a code, a phone, an approval number."""


class ScanContext(StrEnum):
    """What the counter is doing when the string arrives; it decides whether an ID number may be read at all."""

    SELLING = "selling"
    PAYING = "paying"
    ASKING_ID = "asking_id"
    RETURNING = "returning"


@dataclass(frozen=True, slots=True)
class InHouseCode:
    """A code of our own: 20 digits with a role prefix and a Luhn digit; `number` are the 17 digits between."""

    raw: str
    role: str
    number: str


@dataclass(frozen=True, slots=True)
class TraceCode:
    """The drug trace code of one box; `prefix` is its drug identification code, or "" for a maker's own shape."""

    raw: str
    code: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Gs1Code:
    """A GS1 element string: an imported medicine's trace code or a device's UDI; absent parts are "" or None."""

    raw: str
    gtin14: str
    lot_no: str = ""
    expires_on: date | None = None
    made_on: date | None = None
    serial: str = ""

    @property
    def barcode(self) -> str:
        """The EAN-13 of the single pack inside the GTIN."""
        return ean13(self.gtin14[1:13])


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A resident identity number that passed its check character, date and province."""

    raw: str = field(repr=False)
    number: str = field(repr=False)
    born_on: date = field(repr=False)
    sex: str
    """m | f"""
    region: str
    region_known: bool
    """Whether all six digits of the region are in the table (very old ones may not be)."""


@dataclass(frozen=True, slots=True)
class WeChatPayCode:
    """A payer's WeChat payment code; it lives about a minute."""

    raw: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AlipayPayCode:
    """A payer's Alipay payment code or face token."""

    raw: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnionPayCode:
    """A payer's UnionPay payment code."""

    raw: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProductBarcode:
    """An EAN-13 given to a product by its maker."""

    raw: str
    code: str


@dataclass(frozen=True, slots=True)
class InStoreBarcode:
    """An EAN-13 of the range that a store gives out itself (weighed packs, goods without a code)."""

    raw: str
    code: str


@dataclass(frozen=True, slots=True)
class PackBarcode:
    """An EAN-8, UPC-A or ITF-14; `barcode` is the EAN-13 of the single pack it stands for."""

    raw: str
    code: str
    symbology: str
    """ean8 | upca | itf14"""
    barcode: str


@dataclass(frozen=True, slots=True)
class UdiMaCode:
    """A device identified by an MA code (ZIIOT); `device` is its fixed part."""

    raw: str
    device: str
    lot_no: str = ""
    expires_on: date | None = None
    made_on: date | None = None
    serial: str = ""


@dataclass(frozen=True, slots=True)
class BaseCode:
    """A national drug base code (本位码): 14 digits that name a product, not a pack."""

    raw: str
    code: str


@dataclass(frozen=True, slots=True)
class PrescriptionCode:
    """The number of an electronic prescription, to be looked up at its platform."""

    raw: str
    number: str


@dataclass(frozen=True, slots=True)
class InsuranceCredential:
    """An insurance e-credential: opaque here, decoded by the platform alone."""

    raw: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InvoiceHeader:
    """A buyer's invoice title, as their QR code carries it."""

    raw: str = field(repr=False)
    name: str
    tax_id: str
    address_phone: str = field(repr=False)
    bank: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class VatInvoice:
    """A VAT invoice's QR code, or the bare number of a fully digital one (amount and day then unknown)."""

    raw: str
    kind: str
    code: str
    number: str
    amount_fen: int | None
    issued_on: date | None


@dataclass(frozen=True, slots=True)
class CouponCode:
    """A signed personal coupon; whether it is genuine and good is for others to say."""

    raw: str
    token: str
    """In capitals, as it was signed."""


@dataclass(frozen=True, slots=True)
class ReceiptNumber:
    """The number on one of our receipts; `head` is the printed end of the chain head, or "" when left out."""

    raw: str
    number: str
    store: str
    till: str
    epoch: str
    sequence: int
    head: str


@dataclass(frozen=True, slots=True)
class SearchText:
    """Keyboard text that is no code: words to search for."""

    raw: str
    text: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A string refused with a reason; the facts never hold the string itself, which may be personal."""

    raw: str = field(repr=False)
    code: str
    facts: tuple[tuple[str, str], ...] = ()


Definite: TypeAlias = (
    InHouseCode
    | TraceCode
    | Gs1Code
    | IdNumber
    | WeChatPayCode
    | AlipayPayCode
    | UnionPayCode
    | ProductBarcode
    | InStoreBarcode
    | PackBarcode
    | UdiMaCode
    | BaseCode
    | PrescriptionCode
    | InsuranceCredential
    | InvoiceHeader
    | VatInvoice
    | CouponCode
    | ReceiptNumber
)
"""Every family that names one thing."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A string with several meanings, most likely first: look each up, and ask only when more than one is known."""

    raw: str
    readings: tuple[Definite, ...]


Reading: TypeAlias = Definite | Ambiguous | SearchText | Unreadable
"""All that `read` can answer; a `match` over it is exhaustive."""


@dataclass(frozen=True, slots=True)
class TraceShape:
    """One way a trace code may look; the pattern has a group `code`, whose first digits are the product's prefix."""

    name: str
    pattern: Pattern[str]
    prefix_digits: int


@dataclass(frozen=True, slots=True)
class CodeShapes:
    """Prefixes and patterns of every family, compiled once from the rule file."""

    inhouse: Mapping[str, str]
    traces: tuple[TraceShape, ...]
    carton_prefixes: frozenset[str]
    group_separators: tuple[str, ...]
    wechat: Pattern[str]
    alipay: Pattern[str]
    unionpay: Pattern[str]
    in_store: frozenset[str]
    base_code: Pattern[str]
    udi_ma: Pattern[str]
    udi_ma_units: Mapping[str, str]
    prescriptions: tuple[Pattern[str], ...]
    insurance: tuple[Pattern[str], ...]
    vat_kinds: frozenset[str]
    vat_digital: Pattern[str]
    coupon: Pattern[str]
    coupon_start: str
    """What every coupon begins with: a longer text that begins so and does not fit is a damaged one."""
    receipt: Pattern[str]
    regions: Mapping[str, tuple[tuple[str, str], ...]]
    """Province (two digits) to ranges of the four digits that follow it."""

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> CodeShapes:
        """Compile the parsed `resources/rules/codes.json`; raises KeyError or re.error for a broken file."""
        pay = document["pay"]
        return cls(
            inhouse=dict(document["inhouse"]["prefixes"]),
            traces=tuple(
                TraceShape(shape["name"], _compile(shape["pattern"]), int(shape["prefix_digits"]))
                for shape in document["trace"]["shapes"]
            ),
            carton_prefixes=frozenset(document["trace"]["carton_prefixes"]),
            group_separators=tuple(mark for mark in document["gs1"]["group_separators"] if mark != _GS),
            wechat=_compile(pay["wechat"]["pattern"]),
            alipay=_compile(pay["alipay"]["pattern"]),
            unionpay=_compile(pay["unionpay"]["pattern"]),
            in_store=frozenset(document["instore_ean_prefixes"]),
            base_code=_compile(document["base_code"]["pattern"]),
            udi_ma=_compile(document["udi_ma"]["pattern"]),
            udi_ma_units=dict(document["udi_ma"]["units"]),
            prescriptions=tuple(_compile(pattern) for pattern in document["prescription"]["patterns"]),
            insurance=tuple(_compile(pattern) for pattern in document["insurance_credential"]["patterns"]),
            vat_kinds=frozenset(document["vat_invoice"]["kinds"]),
            vat_digital=_compile(document["vat_invoice"]["digital_number"]),
            coupon=_compile(document["coupon_token"]["pattern"]),
            coupon_start=str(document["coupon_token"]["start"]),
            receipt=_compile(document["receipt"]["pattern"]),
            regions={
                province: tuple((part[:4], part[-4:]) for part in ranges.split())
                for province, ranges in document["id_number"]["regions"].items()
            },
        )

    def knows_region(self, region: str) -> bool:
        """Whether six digits are a county of GB/T 2260, of today or since 1980."""
        return any(low <= region[2:] <= high for low, high in self.regions.get(region[:2], ()))


def read(raw: str, shapes: CodeShapes, context: ScanContext) -> Reading:
    """Say what a scanned or typed string is; total: it never raises and always answers one reading.

    The first family that fits wins; a string that is of a family but damaged is refused as that family, not passed on.
    """
    text = raw.strip(_FRAMING)
    if _AIM.match(text) and text[:3] not in _GS1_MARKS:
        text = text[3:].strip(_FRAMING)
    if not text:
        return Unreadable(text, "empty")
    digits = text.isascii() and text.isdigit()
    if digits and len(text) == 20 and text[:2] in shapes.inhouse:
        return _inhouse(text, shapes)
    for shape in shapes.traces:
        match = shape.pattern.fullmatch(text)
        if match is not None:
            return _trace(text, match["code"], shape, shapes)
    marked, element = _gs1_element(text, shapes)
    if marked or (element[:2] == "01" and len(element) >= 16 and _gtin_holds(element[2:16])):
        gs1 = _gs1(text, element)
        if marked or isinstance(gs1, Gs1Code):
            return gs1
    if len(text) == 18:
        identity = _identity(text.upper(), shapes)
        if context is ScanContext.ASKING_ID and identity is not None:
            return _asked(text, identity, shapes)
        if isinstance(identity, IdNumber) and not shapes.wechat.fullmatch(text):
            return Unreadable(text, "id_not_asked")
    if context is ScanContext.RETURNING and shapes.vat_digital.fullmatch(text):
        return VatInvoice(text, "digital", "", text, None, None)
    if shapes.wechat.fullmatch(text):
        return WeChatPayCode(text, text)
    if shapes.alipay.fullmatch(text):
        return AlipayPayCode(text, text)
    if shapes.unionpay.fullmatch(text):
        return UnionPayCode(text, text)
    return _bare_digits(text, shapes) if digits else _lettered(text, shapes)


def _bare_digits(text: str, shapes: CodeShapes) -> Reading:
    """Barcodes and the national base code; shorter digits are words to search for."""
    length = len(text)
    if length == 8 and _gtin_holds(text):
        return PackBarcode(text, text, "ean8", text)
    for pattern in shapes.insurance:
        if pattern.fullmatch(text):
            return InsuranceCredential(text, text)
    if length < _SHORTEST_CODE:
        return SearchText(text, text)
    if length > 14:
        return Unreadable(text, "unknown_code", (("length", str(length)),))
    symbology = {12: "upca", 13: "ean13", 14: "itf14"}[length]
    if not _gtin_holds(text):
        return Unreadable(text, "check_digit", (("symbology", symbology), ("expected", ean_check_digit(text[:-1]))))
    if length == 13:
        return InStoreBarcode(text, text) if text[:2] in shapes.in_store else ProductBarcode(text, text)
    if length == 12:
        return PackBarcode(text, text, symbology, "0" + text)
    case_code = PackBarcode(text, text, symbology, ean13(text[1:13]))
    if shapes.base_code.fullmatch(text):
        return Ambiguous(text, (BaseCode(text, text), case_code))
    return case_code


def _lettered(text: str, shapes: CodeShapes) -> Reading:
    """Families with letters or marks in them, then plain words."""
    capitals = text.upper()
    if shapes.coupon.fullmatch(capitals):
        return CouponCode(text, capitals)
    if len(text) > _LONGEST_SEARCH and text.isascii() and text.isalnum() and capitals.startswith(shapes.coupon_start):
        return Unreadable(text, "coupon_shape", (("length", str(len(text))),))
    if shapes.udi_ma.fullmatch(text):
        return _udi_ma(text, shapes)
    if any(pattern.fullmatch(text) for pattern in shapes.prescriptions):
        return PrescriptionCode(text, text)
    if any(pattern.fullmatch(text) for pattern in shapes.insurance):
        return InsuranceCredential(text, text)
    if text.startswith("$01") and text.endswith("$"):
        return _invoice_header(text)
    if text.startswith("01,"):
        return _vat_invoice(text, shapes)
    match = shapes.receipt.fullmatch(text.upper())
    if match is not None:
        return ReceiptNumber(
            raw=text,
            number="-".join([match["store"], match["till"], match["epoch"], match["sequence"]]),
            store=match["store"],
            till=match["till"],
            epoch=match["epoch"],
            sequence=int(match["sequence"]),
            head=(match["head"] or "").lower(),
        )
    if re.match(r"https?://", text, re.IGNORECASE):
        return Unreadable(text, "web_link")
    if "\ufffd" in text or any(ord(character) < 32 or ord(character) == 127 for character in text):
        return Unreadable(text, "garbled")
    if len(text) > _LONGEST_SEARCH:
        return Unreadable(text, "unknown_code", (("length", str(len(text))),))
    return SearchText(text, text)


def _inhouse(text: str, shapes: CodeShapes) -> Reading:
    role = shapes.inhouse[text[:2]]
    if luhn_digit(text[:-1]) != text[-1]:
        return Unreadable(text, "inhouse_check", (("role", role),))
    return InHouseCode(text, role, text[2:19])


def _trace(text: str, code: str, shape: TraceShape, shapes: CodeShapes) -> Reading:
    prefix = code[: shape.prefix_digits]
    if prefix in shapes.carton_prefixes:
        return Unreadable(text, "carton_code", (("prefix", prefix),))
    return TraceCode(text, code, prefix)


_FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2}
"""GS1 application identifiers of predefined length: no separator follows them."""
_LONGEST = {"10": 20, "21": 20, "22": 20, "30": 8, "37": 8, "240": 30, "241": 30, "250": 30, "251": 30}
_LONGEST |= {f"71{last}": 20 for last in range(7)} | {f"9{last}": 90 for last in range(1, 10)}
"""Application identifiers of variable length, ended by FNC1 or the end of the string."""


def _gs1_element(text: str, shapes: CodeShapes) -> tuple[bool, str]:
    """Whether a string says itself that it is GS1, and its element string with FNC1 as 0x1D and no brackets."""
    element, marked = text, False
    if element[:3] in _GS1_MARKS:
        element, marked = element[3:], True
    for mark in shapes.group_separators:
        element = element.replace(mark, _GS)
    if re.match(r"\((01|02|00)\)[0-9]{14}", element):
        parts = re.findall(r"\(([0-9]{2,4})\)([^(]*)", element)
        return True, "".join(name + value + ("" if name in _FIXED else _GS) for name, value in parts)
    return marked or _GS in element, element.strip(_GS)


def _gs1(text: str, element: str) -> Gs1Code | Unreadable:
    """Read an element string; one (01) is required, unknown application identifiers refuse the whole."""
    values: dict[str, str] = {}
    place = 0
    while place < len(element):
        if element[place] == _GS:
            place += 1
            continue
        name = next((element[place : place + size] for size in (2, 3) if _is_ai(element[place : place + size])), "")
        if not name:
            return Unreadable(text, "gs1_unknown_ai", (("ai", element[place : place + 4]),))
        place += len(name)
        if name in _FIXED:
            value = element[place : place + _FIXED[name]]
            if len(value) < _FIXED[name] or not value.isdigit():
                return Unreadable(text, "gs1_malformed", (("ai", name),))
        else:
            end = element.find(_GS, place)
            value = element[place : end if end >= 0 else len(element)]
            if not 1 <= len(value) <= _LONGEST[name]:
                return Unreadable(text, "gs1_malformed", (("ai", name),))
        if values.setdefault(name, value) != value:
            return Unreadable(text, "gs1_malformed", (("ai", name),))
        place += len(value)
    gtin = values.get("01", "")
    if not gtin or not _gtin_holds(gtin):
        return Unreadable(text, "gs1_malformed", (("ai", "01"),))
    try:
        expires_on, made_on = (gs1_day(values[name]) if name in values else None for name in ("17", "11"))
    except ValueError:
        return Unreadable(text, "gs1_malformed", (("ai", "17"),))
    return Gs1Code(text, gtin, values.get("10", ""), expires_on, made_on, values.get("21", ""))


def _is_ai(name: str) -> bool:
    return name in _FIXED or name in _LONGEST


_ID_SHAPE = re.compile(r"[0-9]{17}[0-9X]")


def _identity(number: str, shapes: CodeShapes) -> IdNumber | Unreadable | None:
    """Judge 18 characters as an identity number; None where they do not even have its shape."""
    if _ID_SHAPE.fullmatch(number) is None:
        return None
    if id_check_character(number[:17]) != number[17]:
        return Unreadable(number, "id_check")
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Unreadable(number, "id_date")
    if not 1900 <= born_on.year < 2100:
        return Unreadable(number, "id_date")
    region = number[:6]
    if region[:2] not in shapes.regions:
        return Unreadable(number, "id_region")
    sex = "m" if int(number[16]) % 2 else "f"
    return IdNumber(number, number, born_on, sex, region, shapes.knows_region(region))


def _asked(text: str, identity: IdNumber | Unreadable, shapes: CodeShapes) -> Reading:
    """An identity number of an unknown county may also be a WeChat code: then a person decides."""
    if isinstance(identity, IdNumber) and not identity.region_known and shapes.wechat.fullmatch(text):
        return Ambiguous(text, (identity, WeChatPayCode(text, text)))
    return identity


def _udi_ma(text: str, shapes: CodeShapes) -> Reading:
    parts = text.split(".")
    found: dict[str, str] = {}
    for part in parts[5:]:
        found.setdefault(shapes.udi_ma_units.get(part[0], part[0]), part[1:])
    try:
        good = [good_through(_long_day(found["good_through"]))] if "good_through" in found else []
        good += [good_before(_long_day(found["good_before"]))] if "good_before" in found else []
        made_on = good_through(_long_day(found["made_on"])) if "made_on" in found else None
    except ValueError:
        return Unreadable(text, "check_digit", (("symbology", "udi_ma"),))
    expires_on = min(good, default=None)
    return UdiMaCode(text, ".".join(parts[:5]), found.get("lot_no", ""), expires_on, made_on, found.get("serial", ""))


def _long_day(text: str) -> str:
    """A day of six or eight digits as eight; GS1's day 00 is not in use here, but harmless."""
    return f"{gs1_day(text):%Y%m%d}" if len(text) == 6 else text


def _invoice_header(text: str) -> Reading:
    try:
        body = b64decode(text[3:-1], validate=True).decode("utf-8")
    except ValueError:
        return Unreadable(text, "invoice_header_check")
    content, mark, check = body.rpartition("</>")
    fields = content.split("</>")
    covered = (content + mark).encode("gb18030"), (content + mark).encode("utf-8")
    if len(fields) != 4 or not any(f"{_crc16(part):04X}" == check.strip().upper() for part in covered):
        return Unreadable(text, "invoice_header_check")
    return InvoiceHeader(text, *fields)


def _vat_invoice(text: str, shapes: CodeShapes) -> Reading:
    fields = text.split(",")
    try:
        _, kind, code, number, amount, day = fields[:6]
        if kind not in shapes.vat_kinds or not (number.isascii() and number.isdigit()):
            raise ValueError("not an invoice")
        amount_fen = parse_fen(amount, allow_negative=True) if amount else None
        return VatInvoice(text, kind, code, number, amount_fen, good_through(day))
    except ValueError:
        return Unreadable(text, "vat_invoice_malformed")


def _crc16(content: bytes) -> int:
    """CRC-16 of x16+x15+x2+1, high bit first, from 0: the check of an invoice header code."""
    crc = 0
    for byte in content:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x8005 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def ean_check_digit(body: str) -> str:
    """The GS1 check digit (weights 3 and 1 from the right) of 7, 11, 12 or 13 digits; 本位码 uses the same."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def ean13(body: str) -> str:
    """Twelve digits and their check digit."""
    return _completed(body, 12)


def base_code(body: str) -> str:
    """Thirteen digits starting with 869 and their check digit: a 本位码."""
    return _completed(body, 13)


def luhn_digit(body: str) -> str:
    """The Luhn check digit of a string of digits."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def id_check_character(body: str) -> str:
    """The MOD 11-2 check character (GB 11643) of the first 17 digits of an identity number."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def inhouse(prefix: str, number: int) -> str:
    """Make one of our own codes: two digits of prefix, the number as 17 digits, a Luhn digit.

    Raises ValueError for another prefix length or a number that does not fit.
    """
    if len(prefix) != 2 or not prefix.isdigit() or not 0 <= number < 10**17:
        raise ValueError("an in-house code needs a prefix of two digits and a number of at most 17")
    body = f"{prefix}{number:017d}"
    return body + luhn_digit(body)


def trace_code(prefix: str, serial: int) -> str:
    """Make a trace code of the national shape: a prefix of seven digits starting with 8, 13 digits of serial."""
    if len(prefix) != 7 or not prefix.isdigit() or prefix[0] != "8" or not 0 <= serial < 10**13:
        raise ValueError("a trace code needs a prefix of seven digits starting with 8 and a serial of at most 13")
    return f"{prefix}{serial:013d}"


def receipt_number(store: str, till: str, epoch: str, sequence: int, head_hash: str) -> str:
    """The number printed on a receipt; paper bears the last eight hex digits of the chain head as a witness."""
    return f"{store}-{till}-{epoch}-{sequence:06d}-{head_hash[-8:]}"


def invoice_header(name: str, tax_id: str, address_phone: str, bank: str) -> str:
    """Make the QR text of a buyer's invoice title (version 01)."""
    content = "".join(f"{part}</>" for part in (name, tax_id, address_phone, bank))
    checked = f"{content}{_crc16(content.encode('gb18030')):04X}"
    return f"$01{b64encode(checked.encode()).decode()}$"


def _completed(body: str, length: int) -> str:
    if len(body) != length or not body.isdigit():
        raise ValueError(f"{length} digits are needed: {body!r}")
    return body + ean_check_digit(body)


def _gtin_holds(code: str) -> bool:
    return code.isascii() and code.isdigit() and ean_check_digit(code[:-1]) == code[-1]


def _compile(pattern: str) -> Pattern[str]:
    return re.compile(pattern, re.ASCII)
