"""Wording: every word of the counter turned into a sentence, in both languages: the fact first, then what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.verdict import Text

if TYPE_CHECKING:
    from app.counter.scene import Echo

_T = Text

SENTENCES: dict[str, Text] = {
    # -- lines of the basket -----------------------------------------------------------------
    "added": _T("已加入 {name} ×{quantity}", "Added {name} ×{quantity}"),
    "code_added": _T("已记下 {name} 的追溯码", "Trace code taken for {name}"),
    "quantity": _T("{name} 改为 {quantity}", "{name}: quantity is now {quantity}"),
    "multiplier": _T("下一件按 ×{quantity} 加入，请扫码", "The next item counts ×{quantity}. Scan it"),
    "removed": _T("已移除 {name}", "Removed {name}"),
    "put_back": _T("{name} 尾号 {tail} 的一盒已退回，放回货架", "{name}: box {tail} is off the sale. Back to the shelf"),
    "cleared": _T("已清空本单", "The sale is emptied"),
    "ghost_ignored": _T("已忽略这个码", "This code is ignored"),
    "undone": _T("已撤销上一步", "The last step is taken back"),
    "nothing_to_undo": _T("没有可撤销的操作", "Nothing to take back"),
    "price": _T("{name} 已改价", "{name}: price changed"),
    "lot": _T("批号改为 {lot}", "Lot is now {lot}"),
    "answered": _T("已登记处理结果", "Recorded"),
    "scan_the_box": _T("请扫这一盒的追溯码", "Scan the trace code of this box"),
    "code_missing": _T("已登记缺码原因", "Reason for the missing code recorded"),
    "which_box": _T("{name} 要退回哪一盒，请扫那盒的追溯码", "{name}: scan the box that goes back"),
    "ambiguous": _T("这个码对应多个商品，请选一个", "This code means several items. Choose one"),
    "choose_a_line": _T("还没选中商品行，先用 ↑↓ 选一行", "No line is chosen. Pick one with ↑↓"),
    "not_on_this_line": _T("这盒不在本行，请扫本行的盒子", "That box is not on this line. Scan one that is"),
    "not_for_sale": _T("{name} 暂不可售，请找店长维护价格或状态", "{name} is not for sale. Ask the manager to set price or state"),
    "product_gone": _T("这个商品已不在目录里，请另选", "This item is no longer in the catalogue. Choose another"),
    "unknown_act": _T("这个操作这里用不了，请按 Esc 返回", "That cannot be done here. Press Esc"),
    # -- codes -------------------------------------------------------------------------------
    "unknown_barcode": _T("没找到 {raw}，可找商品或忽略", "No item for {raw}. Find it or ignore"),
    "unknown_prefix": _T("追溯码 {raw} 还没对应商品，先扫商品条码再扫它", "Trace code {raw} has no item yet. Scan the barcode first, then this"),
    "udi_unbound": _T("器械码 {raw} 还没对应商品，可找商品", "Device code {raw} has no item yet. Find the item"),
    "nothing_found": _T("没找到“{raw}”，换个写法或扫码", "Nothing found for “{raw}”. Write it differently or scan"),
    "several_found": _T("“{raw}”有多个商品，用 ↑↓ 选一个", "“{raw}” fits several items. Choose with ↑↓"),
    "empty": _T("扫到的是空码，请再扫一次", "The scan was empty. Scan again"),
    "garbled": _T("扫码乱码，检查扫码枪的键盘语言后再扫", "The scan is garbled. Check the scanner's keyboard language"),
    "check_digit": _T("{raw} 的校验位不对，请再扫一次", "{raw}: check digit is wrong. Scan again"),
    "inhouse_check": _T("内部码 {raw} 校验不对，请再扫一次", "In-house code {raw} does not check. Scan again"),
    "inhouse_prefix": _T("内部码 {raw} 的类别不认识，请找店长", "In-house code {raw} is of no known kind. Ask the manager"),
    "carton_code": _T("这是整箱码，请开箱扫小盒", "This is a carton code. Scan a single box"),
    "gs1_malformed": _T("药品码读得不全，请再扫一次", "The pack code is incomplete. Scan again"),
    "gs1_unknown": _T("这个药品码没有对应商品，可找商品", "This pack code has no item. Find the item"),
    "id_check": _T("身份证号校验不对，请再扫一次", "The ID number does not check. Scan again"),
    "id_date": _T("身份证号里的日期不对，请核对", "The date in the ID number is wrong. Check it"),
    "id_region": _T("身份证号的地区不认识，请核对", "The region in the ID number is unknown. Check it"),
    "id_not_asked": _T("现在不需要身份证，没有记录", "No ID is needed now. Nothing was kept"),
    "id_taken": _T("已读入身份证号", "ID number taken"),
    "invoice_header_check": _T("发票抬头的税号校验不对，请核对", "The tax number of this invoice header does not check"),
    "vat_invoice_malformed": _T("发票码读得不全，请再扫一次", "The invoice code is incomplete. Scan again"),
    "vat_invoice_in_returns": _T("这是发票码，请到退货里用", "This is an invoice. Use it in Returns"),
    "web_link": _T("这是网址码，不能收银，请扫商品", "This is a web link. Scan the item instead"),
    "unknown_code": _T("没认出 {raw}，可找商品或忽略", "{raw} is not a known code. Find the item or ignore"),
    "pay_code_own_device": _T("这是顾客付款码，请用自己的收款设备扫", "This is a customer's pay code. Scan it with your payment device"),
    "insurance_own_device": _T("这是医保凭证，请在医保终端上扫", "This is an insurance credential. Scan it at the insurance terminal"),
    "inhouse_not_here": _T("这个内部码在这里用不上", "This in-house code is of no use here"),
    "receipt_in_returns": _T("这是小票 {number}，请到退货里用", "This is receipt {number}. Use it in Returns"),
    "number_taken": _T("已读入处方号", "Prescription number taken"),
    "trace_in_basket": _T("{name} 尾号 {tail} 的一盒已在本单里", "{name}: box {tail} is already in this sale"),
    "trace_sold": _T("这盒已售出（{day} 单 {number}），请换一盒", "This box was sold ({day}, sale {number}). Use another"),
    "trace_returned": _T("尾号 {tail} 的一盒是退回品，不能再卖，请换一盒", "Box {tail} came back and may not be sold. Use another"),
    "trace_rejected": _T("尾号 {tail} 的一盒在不合格区，不能卖，请换一盒", "Box {tail} is in the reject zone. Use another"),
    "trace_reject": _T("尾号 {tail} 的一盒在不合格区，不能卖，请换一盒", "Box {tail} is in the reject zone. Use another"),
    "trace_destroyed": _T("尾号 {tail} 的一盒已销毁，请换一盒", "Box {tail} was destroyed. Use another"),
    "trace_gone": _T("尾号 {tail} 的一盒已出库，请换一盒", "Box {tail} has left the stock. Use another"),
    "queued": _T("已扫 {count} 件，答完后加入", "{count} scans wait until this is answered"),
    "queued_next_sale": _T("正在收款，这一件留给下一单", "Payment is running. This item waits for the next sale"),
    # -- people ------------------------------------------------------------------------------
    "member": _T("会员 {label}", "Member {label}"),
    "member_gone": _T("已取消会员，商品不变", "Member taken off, the goods stay"),
    "member_unknown": _T("没找到这位会员，可继续卖", "No such member. Go on selling"),
    "salesperson": _T("营业员：{name}", "Salesperson: {name}"),
    "salesperson_set": _T("已改营业员", "Salesperson changed"),
    "staff_unknown": _T("没找到这位员工，请重选", "No such employee. Choose again"),
    "patient": _T("用药人：{label}", "Patient: {label}"),
    "person_unknown": _T("没找到这位家人，请重选", "No such family member. Choose again"),
    "buyer_registered": _T("购买人已登记", "Buyer registered"),
    "duty_on": _T("{name} 已到岗", "{name} is on duty"),
    "duty_off": _T("{name} 已离岗", "{name} is off duty"),
    "not_on_duty": _T("{name} 还没到岗，先做到岗登记", "{name} is not on duty. Record that first"),
    "not_a_pharmacist": _T("这位不是药师，请选药师", "This person is no pharmacist. Choose one"),
    "nobody_may": _T("没有有权限的人，请店长设置", "Nobody has the right. Ask the manager to set it"),
    "pin_wrong": _T("PIN 不对，还可试 {left} 次", "Wrong PIN, {left} tries left"),
    "pin_locked": _T("输错太多次，{minutes} 分钟后再试，或刷工牌", "Too many tries. Wait {minutes} minutes, or scan the badge"),
    "pin_shape": _T("PIN 要 4 到 8 位数字", "A PIN has 4 to 8 digits"),
    "sign_in_first": _T("还没登录，请先登录", "Nobody is signed in. Sign in first"),
    "approval_needed": _T("需要店长同意，请输 PIN", "The manager must agree. Enter the PIN"),
    # -- coupons, held sales -----------------------------------------------------------------
    "coupon_applied": _T("券已用：{title}", "Coupon used: {title}"),
    "coupon_waits": _T("券已放入，还没满足条件：{title}", "Coupon taken, its terms are not met yet: {title}"),
    "coupon_unknown": _T("没有这张券，请核对券码", "No such coupon. Check the code"),
    "coupon_out_of_time": _T("这张券 {starts} 到 {ends} 可用，今天不能用", "This coupon is good from {starts} to {ends}, not today"),
    "coupon_in_basket": _T("这张券已在本单里", "This coupon is already in this sale"),
    "held": _T("已挂单：{label}，按 F7 取回", "Held: {label}. F7 takes it back"),
    "recalled": _T("已取回挂单 {label}", "Held sale is back {label}"),
    "held_unknown": _T("没有这张挂单，可能已被取走", "No such held sale. It may have been taken"),
    "nothing_to_hold": _T("本单是空的，没有可挂的", "The sale is empty. Nothing to hold"),
    "basket_back": _T("上次没结完的 {pieces} 件已恢复", "{pieces} items of the unfinished sale are back"),
    "invoice_wanted": _T("已记下要开发票", "Invoice wanted"),
    # -- payment -----------------------------------------------------------------------------
    "basket_empty": _T("本单还没有商品，先扫商品", "The sale is empty. Scan an item first"),
    "unknown_codes": _T("有没认出的码，先找商品或忽略", "Some codes are unknown. Find or ignore them first"),
    "question_open": _T("先答完上面的问题，再收款", "Answer the open question before payment"),
    "todo": _T("先处理 {count} 项，再收款", "{count} things to settle before payment"),
    "ledger_io": _T("磁盘写不进去，暂不能收款，请重启后再试", "The disk cannot be written. Restart before taking money"),
    "not_collecting": _T("现在没有待收款", "Nothing is being paid now"),
    "nothing_due": _T("已收齐，按 F12 完成", "All is paid. F12 completes"),
    "more_than_due": _T("这种方式不能多收，请改金额", "This way cannot take more than is due. Change the amount"),
    "still_due": _T("还差 {amount}", "{amount} to go"),
    "undo_tenders_first": _T("已收的款先撤销，再返回", "Take back what was paid before leaving"),
    "tender_unknown": _T("没有这种收款方式，请另选", "No such way of paying. Choose another"),
    "last_digits_shape": _T("填回单后四位数字", "Enter the last four digits of the slip"),
    "committing": _T("正在保存，请稍等", "Saving. One moment"),
    # -- forms -------------------------------------------------------------------------------
    "quantity_shape": _T("数量要是 1 到 9999 的整数", "A whole number from 1 to 9999"),
    "money_shape": _T("金额写成 12.80 这样", "Write the amount like 12.80"),
    "weight_shape": _T("体重写成 18.5", "Write the weight like 18.5"),
    "age_shape": _T("年龄写成 6 或 8月", "Write 6, or 8m for months"),
    "age_needed": _T("还没写年龄，请写上", "Enter the age"),
    "reason_needed": _T("还没选原因，请选一个", "Choose a reason"),
    "form": _T("{problems}", "{problems_en}"),
    # -- returns -----------------------------------------------------------------------------
    "sale_unknown": _T("没找到这张销售单，可扫盒子上的追溯码", "No such sale. Scan the trace code on the box"),
    "more_than_sold": _T("最多还能退 {left}", "At most {left} can be returned"),
    # -- shift -------------------------------------------------------------------------------
    "no_shift": _T("还没开班，先在登录页开班", "No shift is open. Open one on the sign-in page"),
    "shift_open": _T("班次还开着，先交班", "The shift is still open. Close it first"),
    "no_shift_that_day": _T("当天没有班次，不用日结", "No shift that day. Nothing to close"),
    "count_first": _T("先清点现金，再交班", "Count the cash before closing"),
    "count_confirmed": _T("清点已确认，要改请重点一次", "The count is confirmed. Recount to change it"),
    "recounted": _T("已重点过一次，不能再重点", "Recounted once already"),
    "difference_reason_needed": _T("有长短款，请选原因再交班", "The drawer differs. Choose a reason, then close"),
    "more_than_drawer": _T("取的比钱箱里多，请改金额", "More than the drawer holds. Change the amount"),
    "duty_unknown": _T("没有这项任务，请刷新", "No such duty. Refresh"),
    "figures_missing": _T("数值没填全，请补上", "Figures are missing. Fill them in"),
    "action_needed": _T("超出范围，请选处理办法", "Out of range. Say what was done"),
    # -- stock -------------------------------------------------------------------------------
    "lot_unknown": _T("没有这个批号，请核对", "No such lot. Check it"),
    "lot_by_code": _T("这盒的追溯码属于另一个批号，不能改", "This box's code belongs to another lot"),
    "lot_needed": _T("还没填批号，请填上", "Enter the lot"),
    "lot_other_expiry": _T("这个批号记的效期是 {day}，请核对", "This lot is kept with expiry {day}. Check it"),
    "already_expired": _T("效期 {day} 已过，不能入库", "Expired on {day}. It cannot be taken in"),
    "made_after_expiry": _T("生产日期晚于效期，请核对", "Made after its expiry. Check the dates"),
    "code_known": _T("追溯码 {raw} 已经在库里", "Trace code {raw} is already kept"),
    "not_a_trace_code": _T("{raw} 不是追溯码，请扫盒上的追溯码", "{raw} is no trace code. Scan the one on the box"),
    "codes_more_than_packs": _T("追溯码比盒数多，请核对", "More trace codes than packs. Check"),
    "prefix_of_other": _T("这个追溯码属于 {name}，请核对", "This trace code belongs to {name}. Check"),
    "state_unknown": _T("没有这种批号状态，请重选", "No such lot state. Choose again"),
    # -- the store behind --------------------------------------------------------------------
    "store_in_use": _T("这台电脑上已开着一个收银窗口，请用那一个", "Another window works on this data already. Use that one"),
    "no_ledger": _T("这里还没有门店数据，请先建店", "There is no shop here yet. Set one up first"),
    "ledger_key_lost": _T("账本钥匙不见了，请用备份恢复", "The ledger's key is gone. Restore from a backup"),
    "wrong_key": _T("账本打不开：钥匙不对，请用备份恢复", "The ledger does not open with this key. Restore from a backup"),
    "ledger_newer": _T("数据来自更新的版本，请更新程序", "The data is from a newer version. Update the program"),
    "ledger_other_version": _T("账本版本不认识，请更新程序", "The ledger has an unknown version. Update the program"),
    "catalogue_missing": _T("商品目录不见了，请重新导入", "The catalogue is missing. Import it again"),
    "no_catalogue": _T("还没有商品目录，请先导入", "There is no catalogue yet. Import one"),
    "catalogue_unreadable": _T("商品目录读不出，请重新导入", "The catalogue cannot be read. Import it again"),
    "disk_full": _T("磁盘满了，清出空间后再收款", "The disk is full. Free space before taking money"),
    "not_writable": _T("数据文件夹写不进去，请检查权限", "The data folder cannot be written. Check its rights"),
    "load_failed": _T("没能打开门店数据，请重启；还不行请找技术支持", "The shop's data did not open. Restart; if that does not help, call support"),
}  # fmt: skip
"""Word of an echo, a refusal or a fault → its sentence; `{facts}` are filled in, a missing one is left out."""

NOTHING_TO: dict[str, Text] = {
    "quantity": _T("还没选中商品行，先选一行再改数量", "Choose a line before changing its quantity"),
    "price": _T("还没选中商品行，先选一行再改价", "Choose a line before changing its price"),
    "lot": _T("这一行没有可换的批号", "This line has no other lot"),
    "review": _T("本单没有处方药，不用审方", "No prescription medicine here. Nothing to review"),
    "buyer": _T("这一行不用登记购买人", "No buyer needs to be registered for this line"),
    "override": _T("没有人能放行这一项，请按提示处理", "Nobody may override this. Follow the advice"),
}
"""Sentences for `nothing_to_<question>`, where the question cannot be asked."""

_NOTHING = _T("现在不需要这一步", "That is not needed now")
_UNKNOWN = _T("没做成，请再试一次；还不行请按 Esc 返回", "That did not work. Try again, or press Esc")

_DETAILS: dict[str, Text] = {
    "added": _T("{code} · 货位 {shelf} · 店存 {stock} {unit}", "{code} · shelf {shelf} · {stock} in stock"),
    "code_added": _T("{code} · 货位 {shelf} · 店存 {stock} {unit}", "{code} · shelf {shelf} · {stock} in stock"),
    "removed": _T("尾号 {tails} 的盒子请放回货架", "Boxes {tails} go back to the shelf"),
    "cleared": _T("尾号 {tails} 的盒子请放回货架", "Boxes {tails} go back to the shelf"),
}

_LOOKS: dict[str, tuple[str, str]] = {
    "added": ("check-circle", "good"),
    "quantity": ("check-circle", "good"),
    "code": ("check-circle", "good"),
    "member": ("identification-card", "good"),
    "price": ("tag", "good"),
    "held": ("pause-circle", "info"),
    "recalled": ("arrow-counter-clockwise", "info"),
    "undone": ("arrow-counter-clockwise", "info"),
    "removed": ("trash", "info"),
    "refused": ("prohibit", "bad"),
    "unknown": ("question", "warn"),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """An echo in words: icon and tone of the row, its sentence, and the small print after it."""

    icon: str
    tone: str
    """good | info | warn | bad."""
    title: str
    detail: str = ""


class _Facts(dict[str, str]):
    """Facts of a sentence; one that was not given is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def has(code: str) -> bool:
    """Whether a word has a sentence of its own."""
    return code in SENTENCES or code.removeprefix("nothing_to_") in NOTHING_TO


def template(code: str) -> Text:
    """The sentence of a word before its facts; a general one that says what to do where there is none."""
    if code in SENTENCES:
        return SENTENCES[code]
    if code.startswith("nothing_to_"):
        return NOTHING_TO.get(code.removeprefix("nothing_to_"), _NOTHING)
    return _UNKNOWN


def sentence(code: str, facts: Mapping[str, str], language: str) -> str:
    """The sentence of a word with its facts, in 'en' or else Chinese."""
    return _filled(template(code), facts, language)


def spoken(echo: Echo, language: str) -> Spoken:
    """An echo as the strip shows it."""
    icon, tone = _LOOKS.get(echo.kind, ("info", "info"))
    if echo.sound == "needs_confirm":
        icon, tone = "warning", "warn"
    elif echo.sound == "blocked_by_rule":
        icon, tone = "prohibit", "bad"
    title = echo.text.of(language) if echo.text else sentence(echo.code, echo.facts, language)
    return Spoken(icon, tone, title, _detail(echo, language))


def _filled(text: Text, facts: Mapping[str, str], language: str) -> str:
    known = _Facts({key: value for key, value in facts.items() if value})
    if language == "en":
        known = _Facts({**known, **{key.removesuffix("_en"): value for key, value in known.items() if key == "title_en"}})
    return text.of(language).format_map(known).strip()


def _detail(echo: Echo, language: str) -> str:
    """The small print: only the parts whose fact is known."""
    text = _DETAILS.get(echo.code)
    if text is None:
        return ""
    if echo.code in ("removed", "cleared"):
        return _filled(text, echo.facts, language) if echo.facts.get("tails") else ""
    parts = text.of(language).split(" · ")
    names = ("code", "shelf", "stock")
    return " · ".join(
        part.format_map(_Facts(echo.facts)).strip() for part, name in zip(parts, names, strict=True) if echo.facts.get(name)
    )
