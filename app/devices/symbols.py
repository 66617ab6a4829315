"""Dots of machine-readable codes: QR, Code 128 and EAN-13 as rows of modules, for raster printing and preview."""

from __future__ import annotations

from bisect import bisect_left

from app.devices.ticket import ean13_check_digit

_CODE128_RUNS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232"
)
_CODE128 = tuple(_CODE128_RUNS.split())
_STOP = "2331112"
_START_B, _START_C = 104, 105
_QR_BYTES_M = (
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711,
)  # fmt: skip
"""Bytes that QR versions 1, 2, ... hold at error correction M (ISO/IEC 18004, table 7)."""
_EAN_L = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
_EAN_PARITY = ("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL")


def in_pairs(payload: str) -> bool:
    """Return whether a Code 128 is written in set C: an even number of digits."""
    return payload.isdigit() and len(payload) % 2 == 0


def code128_modules(payload: str) -> str:
    """Return Code 128 as a string of modules, `1` dark (ISO/IEC 15417); the payload is printable ASCII.

    An even number of digits is set C, two digits a symbol: half as wide, so that bars can be twice as thick. Else set B.
    """
    if in_pairs(payload):
        values = [_START_C, *(int(payload[place : place + 2]) for place in range(0, len(payload), 2))]
    else:
        values = [_START_B, *(ord(ch) - 32 for ch in payload)]
    values.append((values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % 103)
    bars = "".join(_CODE128[value] for value in values) + _STOP
    return "".join(("1" if index % 2 == 0 else "0") * int(run) for index, run in enumerate(bars))


def ean13_modules(payload: str) -> str:
    """Return an EAN-13 as a string of 95 modules, `1` dark (GS1 General Specifications); a check digit may lack."""
    digits = payload if len(payload) == 13 else payload + ean13_check_digit(payload)
    left = ""
    for digit, parity in zip(digits[1:7], _EAN_PARITY[int(digits[0])], strict=True):
        code = _EAN_L[int(digit)]
        # Set G is set L complemented and read backwards, set R is set L complemented.
        left += code if parity == "L" else _complement(code)[::-1]
    right = "".join(_complement(_EAN_L[int(digit)]) for digit in digits[7:])
    return f"101{left}01010{right}101"


def qr_modules(payload: str) -> list[list[bool]]:
    """Return a QR code with error correction M as rows of modules, True dark, without quiet zone."""
    import qrcode  # type: ignore[import-untyped, unused-ignore]
    from qrcode.constants import ERROR_CORRECT_M  # type: ignore[import-untyped, unused-ignore]

    code = qrcode.QRCode(border=0, error_correction=ERROR_CORRECT_M)
    code.add_data(payload.encode())
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def qr_dots(payload: bytes, paper_dots: int) -> int:
    """Return the dots of one module so that the code is about 24 mm wide (192 dots) and never wider than the paper.

    The size of the code is read from the capacities, not drawn: the printer draws it, and drawing takes 3 ms.
    """
    modules = 21 + 4 * bisect_left(_QR_BYTES_M, len(payload))
    return max(3, min(8, 192 // modules, paper_dots // (modules + 8)))


def bar_dots(modules: int, paper_dots: int) -> int:
    """Return the dots of the narrowest bar: 2, or 1 where the paper is too narrow for 2."""
    return 2 if modules * 2 <= paper_dots else 1


def _complement(bits: str) -> str:
    """Return the modules with dark and light exchanged."""
    return bits.translate(str.maketrans("01", "10"))
