"""The real key map in words: what every key does on a page, read from the page itself, shown where it lies for this person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.desktop.screens.page import Page
from app.desktop.theme import Theme
from app.domain.key_preset import MOVABLE
from app.domain.verdict import Text

EVERYWHERE: tuple[tuple[str, Text], ...] = (
    ("F1", Text("这一屏的帮助", "Help on this screen")),
    ("F2", Text("找商品、会员、单据、指令", "Find goods, members, papers, commands")),
    ("Ctrl K", Text("同 F2", "As F2")),
    ("Esc", Text("退一步，不丢东西", "One step back, nothing is lost")),
    ("Ctrl Z", Text("撤销上一步", "Take the last step back")),
    ("Ctrl P", Text("补打上一张小票", "Print the last receipt again")),
    ("Ctrl L", Text("锁屏换人", "Lock, change person")),
)
"""What holds on every page; the window itself acts on these."""

TYPED: dict[str, tuple[tuple[str, Text], ...]] = {
    "sale": (
        ("Enter", Text("空框时去收款", "On an empty box: pay")),
        ("+", Text("收款", "Pay")),
        ("*", Text("数量；3* 再扫码为三件", "Quantity; 3* before a scan counts three")),
        ("/", Text("改价", "Price")),
        ("-", Text("减一件", "One fewer")),
        ("?", Text("先打问号只查价", "A question mark only checks the price")),
        ("↑ ↓", Text("换行", "Another line")),
        ("Ctrl U", Text("换用药人", "Another patient")),
        ("Ctrl I", Text("核对会员身份", "Check who the member is")),
        ("Ctrl Y", Text("查看会员信息", "Show a member's details")),
        ("Ctrl G", Text("换本行营业员", "Another salesperson for the line")),
        ("Ctrl J", Text("登记新会员；已有会员时看同意与撤回", "Register a member; with one in the sale, their consents")),
        ("Ctrl 1–9", Text("取第几张挂单", "Take back that held sale")),
    ),
}
"""Keys that a page takes while nothing is typed, besides its bar."""


AT_TIMES: dict[str, tuple[tuple[str, Text], ...]] = {
    "pay": (
        ("F3", Text("补会员", "Add member")),
        ("F12", Text("完成，再按一次给下一位", "Complete; again for the next customer")),
    ),
    "rx": (
        ("F4", Text("用药人", "Patient")),
        ("F5", Text("审方记录", "Records")),
        ("F7", Text("取单", "Recall")),
        ("F8", Text("驳回", "Reject")),
        ("F9", Text("药师到岗/离岗", "On/off duty")),
        ("F12", Text("通过并签章", "Approve")),
    ),
    "member": (
        ("Enter", Text("带入收银", "Into the sale")),
        ("F3", Text("找会员 / 换会员", "Find / other member")),
        ("F4", Text("登记指标", "Enter reading")),
        ("F5", Text("随访", "Follow-up")),
        ("F6", Text("优惠券", "Coupons")),
        ("F7", Text("储值充值 / 退余额", "Stored value in / out")),
        ("F8", Text("家庭", "Family")),
        ("F9", Text("用药史", "Medicines")),
        ("F10", Text("个人信息：导出副本、删除", "Personal data: a copy, erasing")),
    ),
    "returns": (
        ("F2", Text("找原单 / 换一单", "Find the sale / other sale")),
        ("F4", Text("原因", "Reason")),
        ("F5", Text("下一笔退货", "Next return")),
        ("F7", Text("单据与补打", "Receipts")),
        ("F8", Text("整单作废", "Void the sale")),
        ("F12", Text("确认退款", "Refund")),
    ),
    "shift": (
        ("F3", Text("接班人", "Taken over by")),
        ("F4", Text("当班任务 / 收款核对", "Duties / tenders")),
        ("F5", Text("重新点钞", "Recount")),
        ("F6", Text("现金存取", "Cash in/out")),
        ("F7", Text("开钱箱", "Drawer")),
        ("F8", Text("X 报表", "X report")),
        ("F9", Text("药师到岗离岗 / 日结", "Pharmacist / close the day")),
        ("F12", Text("确认点钞 / 交班并打印", "Confirm count / close and print")),
    ),
    "stock": (
        ("F2", Text("找商品", "Find")),
        ("F4", Text("盘点更正", "Correct")),
        ("F5", Text("入库", "Goods in")),
        ("F6", Text("锁定 / 解除锁定", "Lock / release lot")),
        ("F8", Text("召回批号", "Recall lot")),
        ("F9", Text("价签", "Shelf labels")),
        ("F12", Text("加入本单", "Add to sale")),
    ),
    "sync": (("F5", Text("立即重试", "Try now")),),
    "labels": (
        ("F2", Text("找商品", "Find")),
        ("F4", Text("全选 / 写用法", "All or none / direction")),
        ("F6", Text("换纸张", "Other paper")),
        ("F8", Text("存 A4 PDF", "Save A4 PDF")),
        ("F9", Text("续方卡", "Refill card")),
        ("F12", Text("打印标签", "Print")),
    ),
    "receipt_template": (
        ("F3", Text("逐项标签", "Labels")),
        ("F4", Text("改文字", "Words")),
        ("F5", Text("上移", "Up")),
        ("F6", Text("下移", "Down")),
        ("F8", Text("80/58 毫米", "80/58 mm")),
        ("F9", Text("恢复标准", "Standard")),
        ("F12", Text("保存", "Save")),
    ),
    "receipts": (
        ("F2", Text("找单据", "Find")),
        ("F3", Text("补会员", "Add member")),
        ("F4", Text("用法标签", "Directions")),
        ("F5", Text("要发票", "Invoice")),
        ("F6", Text("更正收款", "Re-book tender")),
        ("F8", Text("A4 清单", "A4 sheet")),
        ("F11", Text("退货", "Return")),
        ("F12", Text("补打小票", "Reprint")),
    ),
    "reports": (
        ("F4", Text("前一个", "Earlier")),
        ("F5", Text("后一个", "Later")),
        ("F6", Text("输日期", "Type the date")),
        ("F8", Text("导出 CSV", "Save as CSV")),
        ("F12", Text("导出 PDF", "Save as PDF")),
    ),
}
"""Keys of the pages whose bar follows what is going on: all that ever stand there. A test finds one that is missing."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key: where it lies for this person, what it does, and the standard key it is."""

    key: str
    label: str
    standard: str


def rows_of(page: Page, theme: Theme) -> tuple[KeyRow, ...]:
    """The keys of a page: as its bar has them, also those that stand there at other times, and what it takes besides."""
    language = theme.language
    labels = {spec.key: spec.label for spec in page.fkeys()}
    if page.key == "pay":
        methods = page.till.settings.get("tender.methods")
        labels |= {str(row["key"]): Text(row["title_zh"], row["title_en"]) for row in methods if row["key"]}
    labels |= dict(AT_TIMES.get(page.key, ()))
    order = [*MOVABLE]
    keys = sorted(labels, key=lambda key: order.index(key) if key in order else -1)
    bar = [KeyRow(theme.key(key), labels[key].of(language), key) for key in keys]
    taken = {row.key for row in bar}
    typed = [KeyRow(key, label.of(language), key) for key, label in TYPED.get(page.key, ()) if key not in taken]
    return (*bar, *typed)


def rows_everywhere(theme: Theme) -> tuple[KeyRow, ...]:
    """The keys that hold on every page."""
    return tuple(KeyRow(key, label.of(theme.language), key) for key, label in EVERYWHERE)


def meanings(pages: Mapping[str, Page], theme: Theme, keys: Iterable[str] = MOVABLE) -> dict[str, str]:
    """Standard key → what it does on the pages that have it, the sale first: `收款 · 完成 · 交班并打印`."""
    said: dict[str, list[str]] = {key: [] for key in keys}
    for page in pages.values():
        for row in rows_of(page, theme):
            if row.standard in said and row.label not in said[row.standard]:
                said[row.standard].append(row.label)
    return {key: " · ".join(labels[:4]) for key, labels in said.items()}
