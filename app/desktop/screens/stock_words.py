"""What the Stock page says of a movement and of a selling point: icon, tone and words in both languages."""

from __future__ import annotations

from app.counter.asking import Reasons
from app.counter.stocking import SellingPoint
from app.domain.verdict import Text
from app.store.stock import MoveRow

_MOVES: dict[str, tuple[str, str, Text]] = {
    "sale": ("receipt", "brand", Text("销售", "Sale")),
    "return": ("arrow-u-up-left", "warn", Text("退货", "Return")),
    "void": ("receipt-x", "warn", Text("整单作废", "Sale voided")),
    "received": ("tray-arrow-down", "good", Text("入库", "Goods in")),
}
_STORAGE = {"cool": Text("阴凉储存", "Store cool"), "cold": Text("冷藏储存", "Cold chain"), "frozen": Text("冷冻储存", "Frozen")}
_STORED = {
    "cool": Text("不超过 20 ℃，离柜即收银", "Not above 20 °C"),
    "cold": Text("2–8 ℃，交付时用冷藏袋", "2–8 °C, hand over in a cold bag"),
    "frozen": Text("按说明书温度冷冻", "At the leaflet's temperature"),
}
_REGISTERS = {
    "ephedrine": Text("含麻黄碱：限购并登记", "Ephedrine: limited and registered"),
    "psych2": Text("第二类精神药品：登记", "Psychotropic class II: registered"),
    "special_compound": Text("特殊复方制剂：登记", "Special compound: registered"),
}


def move_words(move: MoveRow, reasons: Reasons) -> tuple[str, str, Text]:
    """Icon, tone of its tile, and what a movement is called; a correction says its reason."""
    cause, _, reason = move.cause.partition(":")
    if cause == "corrected":
        why = next((text for code, text in reasons.choices("stock_correction") if code == reason), Text(reason, reason))
        return "note-pencil", "info", Text(f"更正 · {why.zh}", f"Corrected · {why.en}")
    return _MOVES.get(cause, ("package", "brand", Text(cause, cause)))


_POINTS: dict[str, tuple[str, str, Text, Text]] = {
    "rx": (
        "prescription",
        "rx",
        Text("凭处方销售", "On prescription"),
        Text("执业药师审方签章后才能收款", "A pharmacist signs before payment"),
    ),
    "otc_a": (
        "check-circle",
        "good",
        Text("甲类非处方药", "OTC, class A"),
        Text("按说明书使用，有疑问问药师", "By the leaflet; in doubt ask the pharmacist"),
    ),
    "otc_b": (
        "check-circle",
        "good",
        Text("乙类非处方药", "OTC, class B"),
        Text("按说明书使用，有疑问问药师", "By the leaflet; in doubt ask the pharmacist"),
    ),
    "look_alike": ("warning", "warn", Text("易混", "Looks like"), Text("扫码核对，不凭名称取药", "Scan the box, never pick by name")),
    "high_alert": (
        "warning-octagon",
        "bad",
        Text("高警示药品", "High-alert medicine"),
        Text("双人核对品名、规格、数量", "Two people check name, strength, count"),
    ),
    "trace": (
        "barcode",
        "brand",
        Text("逐盒扫追溯码", "Trace code of every box"),
        Text("同一码不能再卖第二次", "No code is sold twice"),
    ),
}


def point_words(point: SellingPoint) -> tuple[str, str, Text, Text]:
    """Icon, its colour, the fact, and what it asks for."""
    match point.code:
        case "register":
            words = _REGISTERS.get(point.word, Text(point.word))
            return "identification-card", "warn", words, Text("核对身份证，系统计数", "Check the ID; the till counts")
        case "storage":
            return "snowflake", "info", _STORAGE.get(point.word, Text(point.word)), _STORED.get(point.word, Text(""))
        case "insurance" | "insurance_uncoded":
            title = Text(f"医保{'甲' if point.word == 'A' else '乙'}类", f"Insurance list, class {point.word}")
            if point.code == "insurance":
                return "check-circle", "good", title, Text("目录已有医保编码", "Its insurance code is in the catalogue")
            return "warning", "warn", title, Text("目录缺医保编码，结算前先对码", "No insurance code: map it before settling")
        case "near":
            return (
                "calendar-check",
                "brand",
                Text(f"近效期按 {point.days} 天", f"Near expiry: {point.days} days"),
                Text("先出近效期，售出时告知顾客", "First expiry first out; tell the customer"),
            )
        case _:
            return _POINTS[point.code]
