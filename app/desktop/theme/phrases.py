"""The few words the painted parts say by themselves, in both languages; all other words are given to them."""

from typing import Literal

Language = Literal["zh", "en"]

PHRASES: dict[str, tuple[str, str]] = {
    "clear": ("清除", "Clear"),
    "erase": ("退格", "Backspace"),
    "pad_name": ("数字键盘", "Number pad"),
    "pad_enter": ("回车", "Enter"),
    "pad_away": ("收起键盘", "Put the pad away"),
    "pad_point": ("小数点", "Point"),
    "more": ("更多", "More"),
    "reading": ("正在读取", "Reading"),
    "printer_ready": ("打印机就绪", "Printer ready"),
    "quantity": ("数量", "Quantity"),
    "points": ("积分", "Points"),
    "allergy": ("过敏", "Allergy"),
    "omnibox": ("扫码，或输入拼音首字母 / 品名 / 条码", "Scan, or type initials / name / barcode"),
    "pin_filled": ("PIN 已输入 {count} 位", "PIN: {count} digits typed"),
    "signature": ("签名框", "Signature pad"),
    "signature_here": ("请在线上签名", "Please sign on the line"),
    "signature_empty": ("还没有签；用手指、笔或鼠标写", "Nothing drawn yet; use a finger, a pen or the mouse"),
    "signature_strokes": ("已写 {count} 笔；退格去掉一笔，Delete 重写", "{count} strokes; Backspace takes one back, Delete all"),
    "signature_given": ("签名", "Signature"),
    "waiting_code": ("等待付款码", "Waiting for the pay code"),
    "grade_info": ("提示", "Note"),
    "grade_confirm": ("需确认", "To confirm"),
    "grade_block": ("不能继续", "Stopped"),
    "grade_rx": ("处方", "Prescription"),
    "mark_rx": ("Rx", "Rx"),
    "mark_otc_red": ("OTC", "OTC"),
    "mark_otc_green": ("OTC", "OTC"),
    "mark_health_food": ("保健", "Health"),
    "mark_device": ("械", "Device"),
    "mark_ephedrine": ("含麻", "PSE"),
    "mark_insurance_a": ("医保甲", "Ins. A"),
    "mark_insurance_b": ("医保乙", "Ins. B"),
    "mark_cold_chain": ("冷", "Cold"),
    "name_rx": ("处方药", "Prescription medicine"),
    "name_otc_red": ("甲类非处方药", "OTC medicine, class A"),
    "name_otc_green": ("乙类非处方药", "OTC medicine, class B"),
    "name_health_food": ("保健食品", "Health food"),
    "name_device": ("医疗器械", "Medical device"),
    "name_ephedrine": ("含麻黄碱复方制剂", "Contains ephedrine"),
    "name_insurance_a": ("医保甲类", "Insurance list A"),
    "name_insurance_b": ("医保乙类", "Insurance list B"),
    "name_cold_chain": ("冷藏", "Keep cold"),
}


def phrase(language: Language, key: str, **facts: object) -> str:
    """One phrase with its facts filled in; raises KeyError for an unknown key."""
    words = PHRASES[key][0 if language == "zh" else 1]
    return words.format(**facts) if facts else words
