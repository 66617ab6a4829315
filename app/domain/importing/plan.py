"""What an import would do, row by row: nothing at all while one row is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.domain.importing.table import write_csv
from app.records.base import Record

_R = TypeVar("_R", bound=Record)

SENTENCES: dict[str, tuple[str, str]] = {
    "missing_column": ("缺少必填列“{column}”", "The required column “{column}” is missing"),
    "repeated_column": ("列“{column}”出现了两次", "The column “{column}” occurs twice"),
    "no_rows": ("文件里没有数据行", "The file has no rows"),
    "required": ("不能为空", "Must not be empty"),
    "too_long": ("超过 {most} 个字", "Longer than {most} characters"),
    "not_money": ("不是金额，例：12.80（最多两位小数）", "Not an amount such as 12.80 (at most two decimals)"),
    "not_whole": ("必须是整数，且不能为负", "Must be a whole number, not negative"),
    "not_percent": ("不是税率，例：13%", "Not a rate such as 13%"),
    "not_date": ("不是日期，例：2026-10 或 2026年10月31日", "Not a date such as 2026-10 or 2026-10-31"),
    "not_choice": ("只能填：{choices}", "Must be one of: {choices}"),
    "lost_digits": (
        "Excel 把长数字变成了科学计数，末尾数字已丢失；请把该列设为“文本”后重新填写",
        "Excel turned a long number into scientific notation and lost digits: format the column as text, fill it again",
    ),
    "barcode_shape": ("条码应为 8、12、13 或 14 位数字", "A barcode has 8, 12, 13 or 14 digits"),
    "barcode_check": ("条码校验位不对，末位应为 {right}", "The barcode's check digit should be {right}"),
    "base_code": ("本位码应为 869 开头的 14 位数字且校验位正确", "A base code has 14 digits, 869… and a check digit"),
    "trace_prefix": ("药品标识码应为 8 开头的 7 位数字，多个用分号隔开", "A trace prefix has 7 digits starting with 8"),
    "approval_no": ("批准文号格式不对，例：国药准字H20990001", "Not an approval number such as 国药准字H20990001"),
    "repeated_row": ("与第 {other} 行重复", "The same as row {other}"),
    "price_order": ("会员价高于零售价", "The member price is above the retail price"),
    "unknown_product": ("商品档案里没有这个商品，请先导入商品", "No such product: import products first"),
    "several_products": ("对应多个商品，请填写商品编码", "Several products fit: give the product code"),
    "expiry_before_made": ("有效期早于生产日期", "Expires before it was made"),
    "lot_changed": ("与系统中同批号的效期不同（{known}）", "This lot is known with another expiry ({known})"),
    "trace_code": ("追溯码应为 8 开头的 20 位数字：{code}", "A trace code has 20 digits starting with 8: {code}"),
    "trace_code_prefix": ("追溯码不属于该商品：{code}", "The trace code belongs to another product: {code}"),
    "trace_code_repeated": ("追溯码重复：{code}", "The trace code occurs twice: {code}"),
    "trace_code_known": ("追溯码已在系统中：{code}", "The trace code is already known: {code}"),
    "more_codes": ("追溯码比数量多", "More trace codes than units"),
    "phone": ("手机号应为 1 开头的 11 位数字", "A mobile number has 11 digits starting with 1"),
    "phone_taken": ("手机号属于另一位会员", "The phone belongs to another member"),
    "no_identity": ("手机号和会员卡号至少填一个", "Give a phone or a card number"),
    "day_ahead": ("日期在未来", "The date lies in the future"),
}
"""Sentence in Chinese and English by error code; the codes are the stable part."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong with one cell of the file."""

    row_no: int
    """As the spreadsheet program numbers it; 1 is usually the header."""
    column: str
    code: str
    message_zh: str
    message_en: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ImportPlan(Generic[_R]):
    """What an import would create, change and leave; while `errors` is not empty it does nothing."""

    creates: tuple[_R, ...]
    updates: tuple[_R, ...]
    unchanged: tuple[_R, ...]
    errors: tuple[RowError, ...]
    ignored_columns: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether the file may be imported: all of it or nothing."""
        return not self.errors

    def changes(self) -> tuple[_R, ...]:
        """The records to store: all of them, or none while anything is wrong."""
        return (*self.creates, *self.updates) if self.ready else ()


def row_error(row_no: int, column: str, code: str, value: str = "", /, **facts: object) -> RowError:
    """Make an error with its sentences; KeyError for a code without one."""
    zh, en = SENTENCES[code]
    facts.setdefault("column", column)
    return RowError(row_no, column, code, zh.format(**facts), en.format(**facts), value)


def error_report(errors: Iterable[RowError]) -> str:
    """The errors as CSV text for the shop, in the order of the file; save it as "utf-8-sig"."""
    ordered = sorted(errors, key=lambda error: error.row_no)
    return write_csv(
        ("行号 Row", "列 Column", "错误码 Code", "说明", "Explanation", "原值 Value"),
        (
            (str(error.row_no), error.column, error.code, error.message_zh, error.message_en, _inert(error.value))
            for error in ordered
        ),
    )


def _inert(value: str) -> str:
    """A value that a spreadsheet program cannot take for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t")) else value
