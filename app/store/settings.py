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
    """store (meant for every till of the store) | till | person (each employee's own; the till's where somebody has none)."""
    since: str = "0.1.0"
    renamed_from: str = ""
    choices: tuple[str, ...] = ()
    form: str = ""
    """How it is edited where its type does not say it: money | lines | roles | classes | duties | shifts | methods | keys."""
    lowest: int = 0
    highest: int = 999_999_999
    """Bounds of a number, both allowed."""
    applies: str = "now"
    """now | start: whether the running till follows a change at once."""
    shown: bool = True
    """Whether the settings page has it; what is part of the till's identity or set elsewhere is kept out of reach."""


def _method(id_: str, zh: str, en: str, key: str, *, digits: bool) -> dict[str, Any]:
    return {
        "id": id_,
        "title_zh": zh,
        "title_en": en,
        "kind": id_ if id_ in ("cash", "points", "stored") else "recorded",
        "asks_last_digits": digits,
        "opens_drawer": id_ == "cash",
        "key": key,
    }


_METHODS = "tender.methods"
_TENDERS: list[dict[str, Any]] = [
    _method("cash", "现金", "Cash", "F7", digits=False),
    _method("card", "银行卡POS", "Bank card terminal", "F9", digits=True),
    _method("qr", "收款码", "Standing QR code", "F5", digits=True),
    _method("insurance", "医保终端", "Insurance terminal", "F6", digits=True),
    _method("points", "积分", "Points", "F8", digits=False),
    _method("stored", "储值", "Stored value", "F4", digits=False),
]

PRINTER_WAYS = ("none", "virtual", "network", "serial", "usb", "file", "cups", "windows")
"""Ways to a receipt printer."""
CHARSETS = ("gb2312", "gbk", "gb18030", "raster")
"""What a printer's font memory holds; raster: no hanzi at all, every row is sent as dots."""

SETTINGS: tuple[Setting, ...] = (
    Setting("store.id", "text", "", "store", "门店编号", "Store number", "store", shown=False),
    Setting("store.name", "text", "", "store", "门店名称", "Store name", "store", applies="start"),
    Setting("store.branch", "text", "", "store", "分店", "Branch", "store", applies="start"),
    Setting("store.licence", "text", "", "store", "药品经营许可证号", "Drug trading licence", "store", applies="start"),
    Setting("store.address", "text", "", "store", "地址", "Address", "store", applies="start"),
    Setting("store.phone", "text", "", "store", "电话", "Telephone", "store", applies="start"),
    Setting("till.code", "text", "", "till", "收银机编号", "Till number", shown=False),
    Setting("till.title", "text", "", "till", "收银机名称", "Till name", applies="start"),
    Setting(
        "printer.transport",
        "choice",
        "none",
        "printer",
        "连接方式",
        "Connection",
        choices=PRINTER_WAYS,
        applies="start",
    ),
    Setting("printer.address", "text", "", "printer", "打印机地址", "Printer address", applies="start"),
    Setting("printer.cells", "number", 48, "printer", "每行字符数", "Characters per line", lowest=20, highest=64, applies="start"),
    Setting("printer.charset", "choice", "gb18030", "printer", "字符集", "Character set", choices=CHARSETS, applies="start"),
    Setting("printer.cutter", "flag", True, "printer", "自动切纸", "Cutter", applies="start"),
    # The second printer, the pole and what customers may read are set on the devices page, beside the thing itself.
    Setting("printer2.transport", "choice", "none", "printer", "2 号机连接方式", "Second printer", choices=PRINTER_WAYS, shown=False),
    Setting("printer2.address", "text", "", "printer", "2 号机地址", "Second printer's address", shown=False),
    Setting("printer2.cells", "number", 48, "printer", "2 号机每行字符数", "Second printer's width", lowest=20, highest=64, shown=False),
    Setting("printer2.charset", "choice", "gb18030", "printer", "2 号机字符集", "Second printer's set", choices=CHARSETS, shown=False),
    Setting("printer2.cutter", "flag", True, "printer", "2 号机自动切纸", "Second printer's cutter", shown=False),
    Setting("printer2.use", "choice", "ask", "printer", "何时改用 2 号机", "When to use the second", choices=("ask", "auto"), shown=False),
    Setting("printer2.after_s", "number", 20, "printer", "故障几秒后改用", "Trouble before that (s)", lowest=0, highest=600, shown=False),
    Setting("pole.transport", "choice", "none", "printer", "客显", "Pole display", choices=("none", "network", "serial"), shown=False),
    Setting("pole.address", "text", "", "printer", "客显地址", "Pole display's address", shown=False),
    Setting("pole.protocol", "choice", "cd5220", "printer", "客显协议", "Pole's protocol", choices=("cd5220", "esc"), shown=False),
    Setting(
        "customer.private_marks", "json", ["rx", "eph"], "store", "对顾客隐名的类别", "Classes not named to customers", "store", shown=False
    ),
    Setting("customer.screen", "choice", "auto", "till", "顾客屏", "Customer's screen", choices=("auto", "window", "off")),
    Setting("customer.display", "text", "", "till", "顾客屏序列号", "Customer's display", shown=False),
    Setting("customer.headline", "text", "", "till", "顾客屏标题", "Headline for customers", "store"),
    Setting("printer.profile", "text", "", "printer", "打印机型号", "Printer profile", shown=False),
    Setting(
        "label_printer.transport",
        "choice",
        "none",
        "printer",
        "标签机连接方式",
        "Label printer connection",
        choices=("none", "network", "serial", "usb", "file", "cups", "windows"),
        applies="start",
    ),
    Setting("label_printer.address", "text", "", "printer", "标签机地址", "Label printer address", applies="start"),
    Setting(
        "label_printer.language", "choice", "zpl", "printer", "标签机语言", "Label language", choices=("zpl", "escpos"), applies="start"
    ),
    Setting("label_printer.width_mm", "number", 60, "printer", "标签宽（毫米）", "Label width", lowest=20, highest=120, applies="start"),
    Setting("label_printer.height_mm", "number", 40, "printer", "标签高（毫米）", "Label height", lowest=15, highest=200, applies="start"),
    Setting("label_printer.dpi", "number", 203, "printer", "标签机分辨率", "Label printer dpi", lowest=150, highest=600, applies="start"),
    Setting("label_printer.font", "text", "", "printer", "标签机中文字库", "Label printer's hanzi font", applies="start"),
    Setting("paper.header", "json", [], "printer", "小票抬头", "Lines above the receipt", "store", form="lines"),
    Setting("paper.footer", "json", [], "printer", "小票结尾", "Lines below the receipt", "store", form="lines"),
    Setting("receipt.template", "json", {}, "printer", "小票模板", "Receipt template", "store", shown=False),
    Setting("receipt.join_code", "text", "", "printer", "入会二维码内容", "Text of the code to join", "store"),
    Setting("paper.always", "flag", True, "printer", "默认打印小票", "Print a receipt by default"),
    Setting("rounding.mode", "choice", "none", "money", "抹零", "Rounding", "store", choices=("none", "jiao", "yuan"), applies="start"),
    Setting("tender.methods", "json", _TENDERS, "money", "收款方式", "Tenders", "store", form="methods", applies="start"),
    Setting("cash.tolerance_fen", "number", 0, "money", "长短款允许差额", "Cash tolerance", "store", form="money", highest=1_000_000),
    Setting("cash.float_fen", "number", 50000, "money", "备用金", "Float", form="money", highest=10_000_000),
    Setting("return.days", "number", 0, "money", "退货期限", "Days to return", "store", shown=False),
    Setting("hub.url", "text", "", "hub", "总部地址", "Headquarters address", applies="start"),
    Setting("hub.name", "text", "", "hub", "总部名称", "Headquarters name", shown=False),
    Setting("hub.public_key", "text", "", "hub", "总部公钥", "Headquarters key", shown=False),
    Setting(
        "keys.preset",
        "choice",
        "standard",
        "keys",
        "快捷键方案",
        "Key preset",
        "person",
        choices=("standard", "supermarket", "numpad", "custom"),
    ),
    Setting("keys.custom", "json", {}, "keys", "自定义按键", "Custom keys", "person", form="keys"),
    Setting("scanner.prefix", "text", "", "keys", "扫码枪前缀", "Scanner prefix"),
    Setting("scanner.suffix", "text", "\r", "keys", "扫码枪后缀", "Scanner suffix", shown=False),
    Setting(
        "scanner.transport",
        "choice",
        "keyboard",
        "keys",
        "扫码枪接法",
        "Scanner connection",
        choices=("keyboard", "serial", "network"),
        shown=False,
    ),
    Setting("scanner.address", "text", "", "keys", "扫码枪地址", "Scanner's address", shown=False),
    Setting("scanner.gap_ms", "number", 30, "keys", "扫码枪字间隔（毫秒）", "Scanner's gap (ms)", lowest=20, highest=60, shown=False),
    Setting("ui.theme", "choice", "system", "look", "外观", "Theme", choices=("system", "light", "dark"), scope="person"),
    Setting("ui.language", "choice", "zh_CN", "look", "语言", "Language", choices=("zh_CN", "en"), scope="person"),
    Setting("ui.scale", "number", 100, "look", "界面大小", "Size", "person", choices=("90", "100", "115", "130")),
    Setting("ui.touch", "flag", False, "look", "触屏模式", "For fingers", "person"),
    Setting("ui.still", "flag", False, "look", "减少动效", "Reduce motion", "person"),
    Setting("sounds.volume", "number", 70, "look", "提示音音量", "Volume of tones", highest=100),
    Setting("pin.tries", "number", 5, "store", "PIN 可错次数", "PIN tries before the lock", "store", lowest=3, highest=20),
    Setting("pin.lock_minutes", "number", 5, "store", "PIN 锁定时间", "PIN lock", "store", lowest=1, highest=240),
    Setting("clock.closed_days", "number", 14, "till", "停业多少天内不问日期", "Closed days without a question", "store", highest=400),
    Setting("rights.price", "text", "manager", "money", "谁可改价", "Who may change prices", "store", form="roles"),
    Setting("rights.return", "text", "manager", "money", "谁可批准退货", "Who may approve returns", "store", form="roles"),
    Setting("rights.cash", "text", "manager;cashier;pharmacist", "money", "谁可存取现金", "Who may move cash", "store", form="roles"),
    Setting("rights.shift_sums", "text", "manager", "money", "谁可见本班金额", "Who sees the shift's sums", "store", form="roles"),
    Setting("rights.stock", "text", "manager;pharmacist", "stock", "谁可改库存", "Who may correct stock", "store", form="roles"),
    Setting("rights.tender_correction", "text", "manager", "money", "谁可改收款方式", "Who may re-book a tender", "store", form="roles"),
    Setting(
        "rights.registers", "text", "manager;pharmacist", "store", "谁可导出登记册", "Who may export the registers", "store", form="roles"
    ),
    Setting("member.late_minutes", "number", 30, "store", "结账后可补会员", "Late member", "store", highest=1440),
    Setting("member.visitor_hours", "number", 24, "hub", "外店会员保留", "Members of other stores", "store", lowest=1, highest=720),
    Setting("coupon.automatic", "flag", True, "money", "自动用券", "Use coupons by themselves", "store"),
    Setting("coupon.most_per_sale", "number", 3, "money", "每单最多用券", "Coupons in one sale", "store", lowest=1, highest=20),
    Setting(
        "law.not_giftable",
        "json",
        ["rx", "otc_a"],
        "money",
        "不得赠送的药品类别",
        "Classes that may not be gifts",
        "store",
        form="classes",
        applies="start",
    ),
    Setting(
        "law.not_promotable",
        "json",
        [],
        "money",
        "不得促销的药品类别",
        "Classes left out of promotions",
        "store",
        form="classes",
        applies="start",
    ),
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
        form="shifts",
    ),
    Setting("lock.minutes", "number", 15, "look", "自动锁屏", "Lock when idle", "store", highest=240),
    Setting("near_expiry.days", "number", 0, "stock", "近效期天数", "Near expiry", "store", highest=400),
    Setting("duty.list", "json", [], "duty", "每日任务", "Daily duties", "store", form="duties"),
    Setting("demo", "flag", False, "store", "演示数据", "Demonstration", "store", shown=False),
)

DECLARED: dict[str, Setting] = {setting.key: setting for setting in SETTINGS}

_PYTHON: dict[str, type] = {"text": str, "choice": str, "number": int, "flag": bool}


def _refuse(setting: Setting, value: object) -> None:
    wanted = _PYTHON.get(setting.type)
    bad_type = wanted is not None and type(value) is not wanted
    chosen = bool(setting.choices) and str(value) not in setting.choices
    beyond = setting.type == "number" and not bad_type and not setting.lowest <= int(str(value)) <= setting.highest
    if bad_type or chosen or beyond:
        raise StoreFault("bad_setting", {"key": setting.key, "value": repr(value)})


def _with_purses(chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The ways of paying as a shop chose them, with those out of a member's own account that came later: what is paid in can be spent."""
    kinds, keys = {row["kind"] for row in chosen}, {row["key"] for row in chosen}
    later = [row for row in _TENDERS if row["kind"] in ("points", "stored") and row["kind"] not in kinds]
    return [*chosen, *({**row, "key": "" if row["key"] in keys else row["key"]} for row in later)]


def own_key(key: str, person: str) -> str:
    """Under what a person's own value of a setting is kept."""
    return f"{key}@{person}"


class Settings:
    """The values in force; `get` never touches the disk."""

    def __init__(self, readers: Readers, writer: Writer | None) -> None:
        self._writer = writer
        self._person = ""
        rows = readers.connection().execute(select(t.setting)).all()
        stored = {row.key: json.loads(row.content) for row in rows}
        for setting in SETTINGS:
            if setting.renamed_from in stored and setting.key not in stored:
                stored[setting.key] = stored[setting.renamed_from]
        if _METHODS in stored:
            stored[_METHODS] = _with_purses(stored[_METHODS])
        self._values: dict[str, Any] = {key: value for key, value in stored.items() if key.partition("@")[0] in DECLARED}

    def take_person(self, staff_id: str) -> None:
        """From now on what is each employee's own is this one's; '' for nobody."""
        self._person = staff_id

    @property
    def person(self) -> str:
        """Whose own values are in force; '' for nobody's."""
        return self._person

    def get(self, key: str) -> Any:
        """The value of a declared setting, of its declared type; StoreFault `unknown_setting` otherwise."""
        if key not in DECLARED:
            raise StoreFault("unknown_setting", {"key": key})
        own = self._kept_as(key)
        if own != key and own in self._values:
            return self._values[own]
        return self.of_till(key)

    def of_till(self, key: str) -> Any:
        """The value for whoever has none of their own."""
        return self._values.get(key, DECLARED[key].default)

    def is_set(self, key: str) -> bool:
        """Whether somebody chose the value in force: for a person's setting this person, else the till."""
        return self._kept_as(key) in self._values

    def _kept_as(self, key: str) -> str:
        return own_key(key, self._person) if self._person and DECLARED[key].scope == "person" else key

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
        """Keep one value; it is in force once durable. StoreFault `bad_setting` for a wrong type, choice or bound."""
        return self.set_many({key: value})

    def set_for_till(self, key: str, value: Any) -> Future[None]:
        """Keep a value for whoever has none of their own."""
        self._check({key: value})
        return self._keep({key: value})

    def set_many(self, values: dict[str, Any]) -> Future[None]:
        """Keep several values in one commit; those that are each employee's own for the person at the till."""
        self._check(values)
        return self._keep({self._kept_as(key): value for key, value in values.items()})

    @staticmethod
    def check(key: str, value: Any) -> None:
        """StoreFault `bad_setting` for a wrong type, choice or bound; `unknown_setting` for no declared key."""
        if key not in DECLARED:
            raise StoreFault("unknown_setting", {"key": key})
        _refuse(DECLARED[key], value)

    def _check(self, values: dict[str, Any]) -> None:
        for key, value in values.items():
            self.check(key, value)

    def _keep(self, values: dict[str, Any]) -> Future[None]:
        if self._writer is None:
            raise StoreFault("read_only")
        rows = [{"key": key, "content": json.dumps(value, ensure_ascii=False)} for key, value in values.items()]

        def unit(connection: Connection) -> None:
            put = insert(t.setting)
            connection.execute(put.on_conflict_do_update(index_elements=["key"], set_={"content": put.excluded.content}), rows)

        def after(_result: None) -> None:
            self._values = {**self._values, **values}

        return self._writer.submit(unit, after=after)
