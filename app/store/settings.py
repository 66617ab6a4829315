"""Settings: declared once in a table (type, default, group, title, scope), kept in the ledger, read from memory."""

from __future__ import annotations

import json
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from app.store import tables as t
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.writer import Writer


@dataclass(frozen=True, slots=True)
class Setting:
    """One declared setting; the settings screen is generated from these."""

    key: str
    type: str
    """text | number | flag | json | choice."""
    default: Any
    group: str
    """store | till | printer | money | hub | keys | look | stock | duty."""
    title_zh: str
    title_en: str
    scope: str = "till"
    """store (the same on every till) | till."""
    since: str = "0.1.0"
    renamed_from: str = ""
    choices: tuple[str, ...] = ()


def _method(id_: str, zh: str, en: str, key: str, *, digits: bool) -> dict[str, Any]:
    return {
        "id": id_,
        "title_zh": zh,
        "title_en": en,
        "kind": "cash" if id_ == "cash" else "recorded",
        "asks_last_digits": digits,
        "opens_drawer": id_ == "cash",
        "key": key,
    }


_TENDERS: list[dict[str, Any]] = [
    _method("cash", "现金", "Cash", "F7", digits=False),
    _method("card", "银行卡POS", "Bank card terminal", "F9", digits=True),
    _method("qr", "收款码", "Standing QR code", "F5", digits=True),
    _method("insurance", "医保终端", "Insurance terminal", "F6", digits=True),
]

SETTINGS: tuple[Setting, ...] = (
    Setting("store.id", "text", "", "store", "门店编号", "Store number", "store"),
    Setting("store.name", "text", "", "store", "门店名称", "Store name", "store"),
    Setting("store.branch", "text", "", "store", "分店", "Branch", "store"),
    Setting("store.licence", "text", "", "store", "药品经营许可证号", "Drug trading licence", "store"),
    Setting("store.address", "text", "", "store", "地址", "Address", "store"),
    Setting("store.phone", "text", "", "store", "电话", "Telephone", "store"),
    Setting("till.code", "text", "", "till", "收银机编号", "Till number"),
    Setting("till.title", "text", "", "till", "收银机名称", "Till name"),
    Setting(
        "printer.transport",
        "choice",
        "none",
        "printer",
        "连接方式",
        "Connection",
        choices=("none", "virtual", "network", "serial", "usb", "file", "windows"),
    ),
    Setting("printer.address", "text", "", "printer", "打印机地址", "Printer address"),
    Setting("printer.cells", "number", 48, "printer", "每行字符数", "Characters per line"),
    Setting(
        "printer.charset",
        "choice",
        "gb18030",
        "printer",
        "字符集",
        "Character set",
        choices=("gb2312", "gbk", "gb18030"),
    ),
    Setting("printer.cutter", "flag", True, "printer", "自动切纸", "Cutter"),
    Setting("printer.profile", "text", "", "printer", "打印机型号", "Printer profile"),
    Setting("paper.header", "json", [], "printer", "小票抬头", "Lines above the receipt", "store"),
    Setting("paper.footer", "json", [], "printer", "小票结尾", "Lines below the receipt", "store"),
    Setting("paper.always", "flag", True, "printer", "默认打印小票", "Print a receipt by default"),
    Setting("rounding.mode", "choice", "none", "money", "抹零", "Rounding", "store", choices=("none", "jiao", "yuan")),
    Setting("tender.methods", "json", _TENDERS, "money", "收款方式", "Tenders", "store"),
    Setting("cash.tolerance_fen", "number", 0, "money", "长短款允许差额（分）", "Cash tolerance (fen)", "store"),
    Setting("cash.float_fen", "number", 50000, "money", "备用金（分）", "Float (fen)"),
    Setting("return.days", "number", 0, "money", "退货期限（天，0为不限）", "Days to return (0: no limit)", "store"),
    Setting("hub.url", "text", "", "hub", "总部地址", "Headquarters address"),
    Setting("hub.name", "text", "", "hub", "总部名称", "Headquarters name"),
    Setting("hub.public_key", "text", "", "hub", "总部公钥", "Headquarters key"),
    Setting("keys.preset", "text", "default", "keys", "快捷键方案", "Key preset"),
    Setting("scanner.prefix", "text", "", "keys", "扫码枪前缀", "Scanner prefix"),
    Setting("scanner.suffix", "text", "\r", "keys", "扫码枪后缀", "Scanner suffix"),
    Setting("ui.theme", "choice", "system", "look", "外观", "Theme", choices=("system", "light", "dark")),
    Setting("ui.language", "choice", "zh_CN", "look", "语言", "Language", choices=("zh_CN", "en")),
    Setting("ui.scale", "number", 100, "look", "界面缩放（%）", "Scale (%)"),
    Setting("sounds.volume", "number", 70, "look", "音量（%）", "Volume (%)"),
    Setting("pin.tries", "number", 5, "store", "PIN 可错次数", "PIN tries before the lock", "store"),
    Setting("pin.lock_minutes", "number", 5, "store", "PIN 锁定（分钟）", "PIN lock (minutes)", "store"),
    Setting("clock.closed_days", "number", 14, "till", "停业多少天内不问日期", "Closed days before the date is asked", "store"),
    Setting("rights.price", "text", "manager", "money", "谁可改价", "Who may change prices", "store"),
    Setting("rights.return", "text", "manager", "money", "谁可批准退货", "Who may approve returns", "store"),
    Setting("rights.cash", "text", "manager;cashier;pharmacist", "money", "谁可存取现金", "Who may move cash", "store"),
    Setting("rights.stock", "text", "manager;pharmacist", "stock", "谁可改库存", "Who may correct stock", "store"),
    Setting("rights.tender_correction", "text", "manager", "money", "谁可改收款方式", "Who may re-book a tender", "store"),
    Setting("rights.registers", "text", "manager;pharmacist", "store", "谁可导出登记册", "Who may export the registers", "store"),
    Setting("member.late_minutes", "number", 30, "store", "结账后多少分钟内可补会员", "Minutes to add a member after payment", "store"),
    Setting("law.not_giftable", "json", ["rx", "otc_a"], "money", "不得赠送的药品类别", "Classes that may not be gifts", "store"),
    Setting("law.not_promotable", "json", [], "money", "不得促销的药品类别", "Classes left out of promotions", "store"),
    Setting(
        "shift.names",
        "json",
        [
            {"from": "05:00", "zh": "早班", "en": "Morning"},
            {"from": "13:00", "zh": "中班", "en": "Afternoon"},
            {"from": "18:00", "zh": "晚班", "en": "Evening"},
        ],
        "store",
        "班次名称",
        "Shift names",
        "store",
    ),
    Setting("lock.minutes", "number", 10, "look", "自动锁屏（分钟）", "Lock after (minutes)", "store"),
    Setting("near_expiry.days", "number", 0, "stock", "近效期天数（0为规则包）", "Near expiry days (0: rule pack)", "store"),
    Setting("duty.list", "json", [], "duty", "每日任务", "Daily duties", "store"),
    Setting("demo", "flag", False, "store", "演示数据", "Demonstration", "store"),
)

DECLARED: dict[str, Setting] = {setting.key: setting for setting in SETTINGS}

_PYTHON: dict[str, type] = {"text": str, "choice": str, "number": int, "flag": bool}


def _refuse(setting: Setting, value: object) -> None:
    wanted = _PYTHON.get(setting.type)
    bad_type = wanted is not None and type(value) is not wanted
    if bad_type or (setting.type == "choice" and value not in setting.choices):
        raise StoreFault("bad_setting", {"key": setting.key, "value": repr(value)})


class Settings:
    """The values in force; `get` never touches the disk."""

    def __init__(self, readers: Readers, writer: Writer | None) -> None:
        self._writer = writer
        rows = readers.connection().execute(select(t.setting)).all()
        stored = {row.key: json.loads(row.content) for row in rows}
        for setting in SETTINGS:
            if setting.renamed_from in stored and setting.key not in stored:
                stored[setting.key] = stored[setting.renamed_from]
        self._values: dict[str, Any] = {key: value for key, value in stored.items() if key in DECLARED}

    def get(self, key: str) -> Any:
        """The value of a declared setting, of its declared type; StoreFault `unknown_setting` otherwise."""
        if key not in DECLARED:
            raise StoreFault("unknown_setting", {"key": key})
        return self._values.get(key, DECLARED[key].default)

    def text(self, key: str) -> str:
        """A text or choice."""
        return str(self.get(key))

    def number(self, key: str) -> int:
        """A whole number."""
        return int(self.get(key))

    def flag(self, key: str) -> bool:
        """A yes or no."""
        return bool(self.get(key))

    def set(self, key: str, value: Any) -> Future[None]:
        """Keep one value; it is in force once durable. StoreFault `bad_setting` for a wrong type or choice."""
        return self.set_many({key: value})

    def set_many(self, values: dict[str, Any]) -> Future[None]:
        """Keep several values in one commit."""
        if self._writer is None:
            raise StoreFault("read_only")
        for key, value in values.items():
            if key not in DECLARED:
                raise StoreFault("unknown_setting", {"key": key})
            _refuse(DECLARED[key], value)
        rows = [{"key": key, "content": json.dumps(value, ensure_ascii=False)} for key, value in values.items()]

        def unit(connection: Connection) -> None:
            put = insert(t.setting)
            connection.execute(put.on_conflict_do_update(index_elements=["key"], set_={"content": put.excluded.content}), rows)

        def after(_result: None) -> None:
            self._values = {**self._values, **values}

        return self._writer.submit(unit, after=after)
