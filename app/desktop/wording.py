"""Wording: every word of the counter turned into a sentence, in both languages: the fact first, then what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from app.records.text import Text

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
    "unknown_prefix": _T("追溯码 {raw} 还没对应商品，先扫商品条码", "Trace code {raw} has no item yet. Scan its barcode first"),
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
    "gs1_unknown_ai": _T("药品码里有不认识的部分，可找商品", "Part of this pack code is unknown. Find the item"),
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
    "trace_scrapped": _T("尾号 {tail} 的一盒已报损，不能卖，请换一盒", "Box {tail} was written off. Use another"),
    "trace_returned": _T("尾号 {tail} 的一盒是退回品，不能再卖，请换一盒", "Box {tail} came back and may not be sold. Use another"),
    "queued": _T("已扫 {count} 件，答完后加入", "{count} scans wait until this is answered"),
    "queued_writing": _T("已扫 {count} 件，保存完就加入", "{count} scans are added once it is saved"),
    "queued_next_sale": _T("正在收款，这一件留给下一单", "Payment is running. This item waits for the next sale"),
    # -- labels ------------------------------------------------------------------------------
    "label_printer_none": _T("没有接标签机，可存 A4 再打印", "No label printer here. Save A4 sheets and print those"),
    "label_too_many": _T("一次最多 {most} 张标签，请分几次", "At most {most} labels at once. Do it in parts"),
    "label_no_price": _T("{name} 还没有价格，不能出价签", "{name} has no price: no shelf label"),
    "label_too_full": _T("字太多，这种纸放不下，请写短些或换大纸", "Too much to say for this paper. Say it shorter, or take larger paper"),
    "label_layout": _T("没有这种标签的版式", "There is no layout for this label"),
    "label_no_medicine": _T("这一行不是药品，没有用法标签", "This line is no medicine: no direction label"),
    "direction_unread": _T("这一行没有审过的处方，请由药师交代", "No reviewed prescription behind this line. A pharmacist must say it"),
    "direction_empty": _T("还没写用法；没有用法就选按说明书或遵医嘱", "No direction given. Without one choose leaflet or doctor"),
    "child_dose": _T("儿童用药要写明每次 ml 或 mg", "A child's label needs the ml or mg of a dose"),
    "dose_shape": _T("{raw} 不是数量，写成 5 或 2.5", "{raw} is no amount. Write 5 or 2.5"),
    "dose_disagrees": _T(
        "{ml} ml 按 {strength} 是 {right} mg，不是 {mg} mg，请核对", "{ml} ml of {strength} are {right} mg, not {mg} mg. Check the dose"
    ),
    "split_fact_missing": _T("拆零药袋还缺一项，请补全", "The bag of a split pack lacks a fact"),
    "refill_none": _T("购药次数还不够，算不出续方日期", "Too few purchases to work out a refill"),
    # -- people ------------------------------------------------------------------------------
    "member": _T("会员 {label}", "Member {label}"),
    "member_gone": _T("已取消会员，商品不变", "Member taken off, the goods stay"),
    "member_proven": _T("会员 {label}，动态码已验证", "Member {label}, code proven"),
    "member_claimed": _T("会员 {label}，会员码本机无法验证，大额券除外", "Member {label}; code not proven here: no large coupons"),
    "code_replayed": _T("这个会员码用过了，请顾客刷新", "This member code was used. Ask for a fresh one"),
    "code_expired": _T("会员码过期了，请顾客刷新", "The member code is too old. Ask for a fresh one"),
    "code_wrong": _T("会员码不对，请顾客刷新，或用手机号、会员卡", "Wrong member code. Ask for a fresh one, or use phone or card"),
    "visitor_asked": _T("本店没有，正在问总部，可继续扫码", "Not of this store; headquarters is asked. Go on scanning"),
    "visitor_here": _T("总部找到外店会员 {label}，再按 F3 选用", "Headquarters found {label} of another store. F3 chooses"),
    "visitor_none": _T("总部也没有这位会员：可登记，或按散客卖", "Headquarters knows nobody either. Register, or sell without"),
    "visitor_offline": _T("本店没有，总部也连不上：可登记，或按散客卖", "Not here, and no line to headquarters. Register, or sell without"),
    "visitor_too_many": _T("这一小时问总部太多次了：可登记，或按散客卖", "Too many questions this hour. Register, or sell without"),
    "visitor_busy": _T("没有写进磁盘，请再试一次", "Not written to disk. Try again"),
    "choose_one": _T("选一项", "Choose one"),
    "consent_health": _T("本人没同意留健康档案，先改授权再记", "No consent to a health file: change it first"),
    "family_full": _T("本人之外最多 {most} 位家人", "At most {most} persons besides the member"),
    "family_name": _T("填姓名，一个字也行", "Give a name, one letter will do"),
    "family_relation": _T("选关系", "Choose the relation"),
    "family_birthday": _T("{raw} 不是生日，写成 19570312", "{raw} is no birthday. Write 19570312"),
    "health_consent_needed": _T("先问本人：健康数据可以留档吗？", "Ask first: may the health file keep this?"),
    "health_consent_refused": _T("本人不同意留健康档案，没有保存", "The member refuses a health file: nothing was kept"),
    "reading_wrong": _T("读数还没填对", "The reading is not right yet"),
    "reading_kept": _T("已登记 {words}", "{words} entered"),
    "reading_told": _T("{words}，没有保存", "{words}, not kept"),
    "dose_wrong": _T("用量看不懂，写成 1、0.5 或 1/2", "Not a dose. Write 1, 0.5 or 1/2"),
    "target_wrong": _T("目标要落在量得出的范围内，下限低于上限", "A target lies within what can be measured, low below high"),
    "product_unknown": _T("商品目录里没有这个药了", "This medicine is no longer in the catalogue"),
    "followup_unknown": _T("这次随访已经记过结果", "This follow-up has its outcome already"),
    "outcome_unknown": _T("选一个结果", "Choose an outcome"),
    "day_needed": _T("改到哪天？", "Put off to when?"),
    "day_past": _T("这一天已经过去", "That day is past"),
    "coupon_proof": _T("这张券要动态会员码，或先核对身份", "That coupon wants the changing member code, or a check of who it is"),
    "colleague_needed": _T("担保要另一位同事的 PIN", "A colleague must vouch, with another PIN"),
    "revealed": _T("{shown}（已记下这次查看）", "{shown} (this look is noted)"),
    "several_members": _T("有几位会员都对得上，请用会员码或完整手机号", "Several members fit. Use the member code or the whole phone"),
    "reason_unknown": _T("没有这个原因，请从列表里选", "No such reason. Choose one from the list"),
    "member_unknown": _T("没找到这位会员，可继续卖", "No such member. Go on selling"),
    "member_left": _T("这位会员已退会，按散客卖；要回来按 Ctrl J", "This member has left: sell as a walk-in; Ctrl J to come back"),
    "join_nobody": _T("{label} 还不是会员，可当场登记；Esc 继续卖", "{label} is no member yet: register here, or Esc to go on"),
    "joined": _T("已登记 {label}，本单按会员价", "{label} is a member, at the member's price"),
    "joined_only": _T("已登记 {label}，原来那一单已经走了：本单没有记会员", "{label} is a member; the sale had gone on without them"),
    "joined_gift": _T("已登记 {label}，送{title}，本单可用", "{label} is a member. Gift: {title}, good at once"),
    "joined_waits": _T("已登记 {label}；同号已有会员，新人券等总部核实", "{label} is a member; the gift waits, as the phone was known"),
    "joined_late": _T("上一单已记给 {label}，积分已到账", "The sale before is {label}'s; points added"),
    "join_phone_shape": _T("手机号要 11 位，1 开头", "A mobile number has 11 digits and begins with 1"),
    "join_known": _T("这个手机号已有会员 {label}，选用或登记另一位", "{label} has this phone. Choose them, or register another"),
    "join_not_wanted": _T("不同意入会就不登记，照常卖", "Membership refused: nothing registered, the sale goes on"),
    "join_birthday": _T("生日写成 19560308，或留空", "Write the birthday like 19560308, or leave it"),
    "join_guardian_needed": _T("未满 {years} 周岁要监护人同意，输监护人会员手机号", "Below {years}: a guardian must consent, as a member"),
    "join_guardian": _T("没找到这位成年会员，请监护人先登记", "No such grown-up member. Register the guardian first"),
    "join_referrer": _T("没找到介绍人，核对手机号或改来源", "No such member. Check the phone, or change the source"),
    "join_campaign": _T("活动编号没填或写错，看海报", "The campaign's number is missing or wrong"),
    "join_source": _T("没有这个来源", "No such source"),
    "join_card": _T("这张卡已有主人或不是会员卡", "That card is somebody's, or no member card"),
    "consent_guardian": _T("未满 {years} 周岁要监护人同意，请先补监护人", "Below {years}: the guardian must consent"),
    "consent_unknown": _T("没有这个同意事项", "No such purpose"),
    "consent_channel": _T("选一种同意方式", "Choose how it was given"),
    "consent_by": _T("“{title}”要签字或验证码：选一种，或先不勾它", "“{title_en}” is signed or confirmed by a code; or untick it"),
    "consent_none": _T("先勾选要同意的事项", "Tick what is consented to first"),
    "sign_needed": _T("还没签名。请顾客签，或改为口头", "Not signed yet. Let them sign, or take their word"),
    "verify_needed": _T("还没核对验证码。发一个，或改为口头", "No code told back yet. Send one, or take their word"),
    "verify_offline": _T("现在发不了验证码，别的都照常", "No code can be sent now; all else goes on"),
    "verify_phone": _T("没有登记手机号，发不了验证码", "No mobile number on record to send a code to"),
    "verify_none": _T("先发验证码", "Send a code first"),
    "verify_shape": _T("验证码是 {digits} 位数字", "The code has {digits} digits"),
    "member_code_told": _T("会员 {label}，验证码已核对", "Member {label}, code told back"),
    "salesperson": _T("营业员：{name}", "Salesperson: {name}"),
    "allergy_stands": _T(
        "有一行属于已登记过敏，先去掉它或由药师确认，再取消会员",
        "A line is in a recorded allergy class. Take it off, or ask the pharmacist, before the member goes",
    ),
    "badge_needs_pin": _T("{name} 的权限要再输 PIN", "{name}: enter the PIN as well"),
    "staff_unknown": _T("没找到这位员工，请重选", "No such employee. Choose again"),
    "patient": _T("用药人：{label}", "Patient: {label}"),
    "person_unknown": _T("没找到这位家人，请重选", "No such family member. Choose again"),
    "nothing_to_review": _T("本单没有要审的处方药", "Nothing in this sale waits for a review"),
    "review_approved": _T("处方已审核签章", "Prescription reviewed and signed"),
    "review_rejected": _T("处方已驳回，不能收款，请去掉处方药", "Prescription rejected. Take the medicines off"),
    "buyer_registered": _T("购买人已登记", "Buyer registered"),
    "duty_on": _T("{name} 已到岗", "{name} is on duty"),
    "duty_off": _T("{name} 已离岗", "{name} is off duty"),
    "not_on_duty": _T("{name} 还没到岗，先做到岗登记", "{name} is not on duty. Record that first"),
    "not_a_pharmacist": _T("这位不是药师，请选药师", "This person is no pharmacist. Choose one"),
    "nobody_may": _T("没有有权限的人，请店长设置", "Nobody has the right. Ask the manager to set it"),
    "erase_digits": _T("末四位和登记的不一样，请再核对", "These are not the last four digits on record"),
    "pin_wrong": _T("PIN 不对，还可试 {left} 次", "Wrong PIN, {left} tries left"),
    "pin_locked": _T("输错太多次，{minutes} 分钟后再试", "Too many tries. Wait {minutes} minutes"),
    "pin_shape": _T("PIN 要 4 到 8 位数字", "A PIN has 4 to 8 digits"),
    "sign_in_first": _T("还没登录，请先登录", "Nobody is signed in. Sign in first"),
    "approval_needed": _T("需要店长同意，请输 PIN", "The manager must agree. Enter the PIN"),
    # -- coupons, held sales -----------------------------------------------------------------
    "coupon_applied": _T("券已用：{title}", "Coupon used: {title}"),
    "coupon_waits": _T("券已放入，还没满足条件：{title}", "Coupon taken, its terms are not met yet: {title}"),
    "coupon_unknown": _T("没有这张券，请核对券码", "No such coupon. Check the code"),
    "coupon_out_of_time": _T("这张券 {starts} 到 {ends} 可用，今天不能用", "This coupon is good from {starts} to {ends}, not today"),
    "coupon_waits_for": _T("券已收下：{title}，{why}", "Coupon taken: {title}. {why_en}"),
    "coupons_none": _T("本单没有记名券；扫券码，或先找会员", "No personal coupon here. Scan one, or find the member"),
    "coupon_picked": _T("券已选用", "Coupon chosen"),
    "coupon_left": _T("这张券先不用", "Coupon left for another time"),
    "coupon_automatic": _T("恢复自动用券", "The best coupons are used by themselves again"),
    "coupon_gone": _T("这张券已不可用，券列表已更新", "That coupon cannot be used any more; the list is up to date"),
    "coupon_most": _T("每单最多用 {most} 张券，先取消一张", "{most} coupons a sale at most. Leave one out first"),
    "coupon_shape": _T("券码没扫全，请顾客调亮屏幕再扫", "The coupon was not read whole. Make the screen brighter and scan again"),
    "coupon_version": _T("这张券是新格式，请先更新本机程序", "This coupon is of a newer kind. Update this till"),
    "coupon_key": _T("本机还没接总部，认不出这张券", "This till does not know headquarters, so it cannot check the coupon"),
    "coupon_forged": _T("这张券不是总部发的，不能用", "Headquarters did not issue this coupon"),
    "coupon_pack": _T("券包已收下，共 {count} 张", "Coupon pack taken: {count} coupons"),
    "trade_taken": _T("已登记收回：{title}", "Taken in trade: {title_en}"),
    "trade_unpaid": _T("已收回：{title}，不付钱", "Taken back without money: {title_en}"),
    "coupon_printed": _T("券已送去打印", "The coupon goes to the printer"),
    "coupon_reprinted": _T("券已送去打印，标「补打 {count}」", "The coupon goes to the printer, marked reprint {count}"),
    "coupon_no_paper": _T("先用方向键选一张有券码的券", "Choose a coupon that has a code with the arrow keys first"),
    "trade_again": _T("尾号 {serial} 的旧物已登记收回过", "The old article ending {serial} was taken back before"),
    "trade_unknown": _T("没有这种旧物，请选列出的种类", "No such kind of old article. Choose a listed one"),
    "coupon_asking": _T("正在向总部预留这张券，可继续收银", "Headquarters is being asked for this coupon; go on meanwhile"),
    "points_none": _T("这一单不能用积分：没有会员，或可用积分不够一档", "No points for this sale: no member, or not enough for one step"),
    "points_once": _T("这一单已用了积分；要改就先撤销那一笔", "Points have been taken already. Undo that tender to change them"),
    "points_steps": _T("积分按 {step} 一档抵，本单最多抵 {most}", "Points pay in steps of {step}, up to {most} on this sale"),
    "points_proof": _T(
        "积分一次抵 {most} 以上要本人动态码：按 Esc 回去扫会员动态码，或改小金额",
        "More than {most} in points wants the member's changing code: Esc and scan it, or take less",
    ),
    "purse_asking": _T("正在向总部预留，稍等", "Headquarters is putting it by. A moment"),
    "points_lapsed": _T("预留的积分到时了：撤销这一笔再记一次", "The points were put by for too long: undo the tender and take it again"),
    "points_not_offline": _T(
        "连不上总部，积分这会儿用不了。换一种方式收款，积分都还在；连上后再用",
        "No line to headquarters, so no points just now. Pay another way: the points are all there for the next time",
    ),
    "points_not_short": _T(
        "总部可用积分只有 {free} 分（可能正在另一收银台使用）。改小金额，或换一种方式",
        "Headquarters has {free} points free (another till may be using some). Take less, or pay another way",
    ),
    "points_not_over": _T("这次预留已失效，请再记一次", "That wish is over. Take it again"),
    "points_not_not_kept": _T("本机没能记下预留，请再记一次", "The till could not keep the reservation. Take it again"),
    "stored_left": _T(
        "这位会员还有储值 {amount}：先退清余额，再删除个人信息",
        "{amount} of stored value is left: pay it out first, then erase the member's data",
    ),
    "load_alone": _T(
        "本店没接总部，充了也付不出去：不收储值",
        "No headquarters, so it could never be spent: no stored value is taken",
    ),
    "load_least": _T("一次至少充 {limit}", "At least {limit} at a time"),
    "load_most": _T("记名卡余额最多 {limit}（含赠送），这次充不进", "A registered card holds at most {limit}, the given part included"),
    "load_day": _T("一天最多充 {limit}，今天已到上限", "At most {limit} a day; today's limit is reached"),
    "load_tender": _T("这种方式不能充值；请用现金、银行卡或收款码", "Not with this tender: cash, a bank card or the code"),
    "more_needed": _T("收到的钱不对：应收 {amount}", "Not the right money: {amount} is due"),
    "load_gone": _T("这笔充值不在本班，或已撤回；可以走退余额", "Not of this shift, or taken back already; pay out the rest instead"),
    "payout_none": _T("没有余额可退", "Nothing is left to pay out"),
    "payout_tender": _T(
        "{limit} 以上退到本人账户：选银行卡或收款码原路退，不能退现金",
        "From {limit} on it goes to an account in the member's own name: choose card or code, not cash",
    ),
    "payout_not_offline": _T(
        "连不上总部，这会儿退不了；连上后再退，余额不会丢",
        "No line to headquarters, so nothing is paid out now. It is not lost",
    ),
    "payout_not_short": _T(
        "总部可退余额是 {free}，和本机不一样（可能刚在别处用过，或还有一单没结）。稍后再试",
        "Headquarters has {free} free, unlike this till (spent elsewhere just now, or in an open sale). Try again in a while",
    ),
    "payout_not_over": _T("这次预留已失效，请再来一次", "That wish is over. Try once more"),
    "payout_not_not_kept": _T("本机没能记下预留，请再来一次", "The till could not keep the reservation. Try once more"),
    "stored_none": _T("这一单不能用储值：没有会员，或没有余额", "No stored value for this sale: no member, or nothing left"),
    "stored_once": _T("这一单已用了储值；要改就先撤销那一笔", "Stored value was taken already. Undo that tender to change it"),
    "stored_most": _T("储值本单最多付 {most}", "Stored value pays up to {most} on this sale"),
    "stored_proof": _T(
        "用储值要本人动态码，现在只是{found}。按 Esc 回去扫会员动态码，或换一种方式收",
        "Stored value wants the member's changing code; so far: {found_en}. Esc and scan it, or pay another way",
    ),
    "stored_proof_code": _T(
        "用储值要本人动态码或验证码，现在只是{found}。按 Esc 回去扫动态码，或 Ctrl I 发验证码，或换一种方式收",
        "Stored value wants the member's code; so far: {found_en}. Esc and scan it, or Ctrl I and send one, or pay another way",
    ),
    "points_proof_code": _T(
        "积分付 {most} 以上要本人动态码或验证码。按 Esc 回去扫动态码，或 Ctrl I 发验证码，或少付一些",
        "Points above {most} want the member's code. Esc and scan it, or Ctrl I and send one, or take fewer",
    ),
    "stored_lapsed": _T("预留的储值到时了：撤销这一笔再记一次", "Stored value was put by for too long: undo the tender and take it again"),
    "stored_not_offline": _T(
        "连不上总部，储值这会儿用不了。换一种方式收款，余额都还在；连上后再用",
        "No line to headquarters, so no stored value just now. Pay another way: it is all there for the next time",
    ),
    "stored_not_short": _T(
        "总部可用余额只有 {free}（可能正在另一收银台使用）。改小金额，或换一种方式",
        "Headquarters has {free} free (another till may be using some). Take less, or pay another way",
    ),
    "stored_not_over": _T("这次预留已失效，请再记一次", "That wish is over. Take it again"),
    "stored_not_not_kept": _T("本机没能记下预留，请再记一次", "The till could not keep the reservation. Take it again"),
    "stored_gone": _T(
        "会员的资料已删除，储值退不回去：退货先不做，请店长联系总部",
        "The member's data were erased, so nothing can go back to stored value: leave the return and ask headquarters",
    ),
    "tender_of_stored": _T("储值付的不能更正收款方式；要改请退货", "What stored value paid is not re-booked. Return the goods instead"),
    "tender_of_points": _T("积分付的不能更正收款方式；要改请退货", "What points paid is not re-booked. Return the goods instead"),
    "coupon_reserved": _T("总部已预留，这张券本单可用", "Put by at headquarters: the coupon is good for this sale"),
    "coupon_not_offline": _T(
        "这张券需要联网：连上总部后再选它，或先不用券结账",
        "This coupon needs the line: choose it again once it is back, or pay without it",
    ),
    "coupon_lapsed": _T("券的预留到时了：退回购物篮再选它", "The coupon was put by for too long: go back to the basket and pick it again"),
    "coupon_not_held": _T("另一收银台正在用这张券；请在那边取消，再选它", "Another till has it put by. Let it go there first"),
    "coupon_not_spent": _T("这张券已在别处用过", "This coupon has been used elsewhere"),
    "coupon_not_revoked": _T("这张券已被总部收回，请顾客联系客服", "Headquarters has taken this coupon back"),
    "coupon_not_early": _T("这张券还没到使用日期", "This coupon is not good yet"),
    "coupon_not_late": _T("这张券已到期", "This coupon has ended"),
    "coupon_not_unknown": _T("总部没有这张券，请顾客联系客服", "Headquarters does not know this coupon"),
    "coupon_not_not_kept": _T("本机没能记下预留，请再选一次", "The till could not keep the reservation. Choose it again"),
    "coupon_lease_none": _T(
        "本机没有这张券的名额，已向总部申请，请稍后再扫", "This till has no share of it; headquarters was asked. Scan again in a moment"
    ),
    "coupon_lease_spent": _T(
        "本机 {rights} 个名额用完，已向总部申请，请稍后再扫", "All {rights} of this till's share are used; headquarters was asked for more"
    ),
    "coupon_lease_over": _T(
        "本机名额 {ends} 到期；联网后自动续领，请稍后再扫", "This till's share ended on {ends}; the next line renews it. Scan again then"
    ),
    "coupon_lease_withdrawn": _T("总部已结束这个活动，请顾客看其他优惠", "Headquarters has ended this campaign"),
    "coupon_store": _T("这张券限其他门店使用", "This coupon is for another store"),
    "coupon_spent": _T("这张券 {day} 已用过，单号 {number}", "Already used on {day}, sale {number}"),
    "coupon_spent_elsewhere": _T("这张券已在别的收银台用过", "Already used at another till"),
    "coupon_revoked": _T("这张券已被总部收回，请顾客联系客服", "Headquarters has taken this coupon back"),
    "coupon_early": _T("这张券 {starts} 起可用", "This coupon is good from {starts}"),
    "coupon_late": _T("这张券 {ends} 已到期", "This coupon ended on {ends}"),
    "coupon_holder": _T("这张券是另一位会员的，请本人使用", "This coupon is another member's"),
    "coupon_holder_first": _T("记名券：先按 F3 找会员，再扫券", "A personal coupon: find the member (F3), then scan it again"),
    "coupon_offer": _T("本机还没收到这张券的活动，请稍后再扫", "This till has not heard of its offer yet. Scan again later"),
    "coupon_in_basket": _T("这张券已在本单里", "This coupon is already in this sale"),
    "held": _T("已挂单：{label}，按 F7 取回", "Held: {label}. F7 takes it back"),
    "recalled": _T("已取回挂单 {label}", "Held sale is back {label}"),
    "held_unknown": _T("没有这张挂单，可能已被取走", "No such held sale. It may have been taken"),
    "nothing_to_hold": _T("本单是空的，没有可挂的", "The sale is empty. Nothing to hold"),
    "basket_back": _T("上次没结完的 {pieces} 件已恢复", "{pieces} items of the unfinished sale are back"),
    "invoice_name": _T("请填发票抬头，最多 100 字", "Fill in whom the invoice is for, at most 100 characters"),
    "invoice_tax_id": _T("税号不对，请核对", "This tax number does not check"),
    "invoice_issued": _T("这一单的发票已经开过", "The invoice of this sale is issued already"),
    "invoice_not_wished": _T("这一单没有登记开票", "Nobody wished for an invoice of this sale"),
    "invoice_number": _T("发票号码是 8 到 20 位数字", "An invoice number is 8 to 20 digits"),
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
    "paying": _T("正在收款，先返回本单再改", "Payment is open. Go back to the sale first"),
    "payment_open": _T("还有一单正在收款，先收完或返回", "A sale is being paid. Finish it or go back first"),
    "above_marked": _T("不能高于标价 {marked}", "Not above the marked price {marked}"),
    "answer_needed": _T("还没有选，请选一个", "Choose one first"),
    "committing": _T("正在保存，请稍等", "Saving. One moment"),
    "writing": _T("正在保存，请稍等；扫码会排队", "Saving. One moment; scans wait their turn"),
    "disk_slow": _T("磁盘慢，还在保存；扫码会排队", "The disk is slow. Still saving; scans wait their turn"),
    "kept_again": _T("已保存，请再按一次收款", "Saved. Press payment again"),
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
    "day_closed": _T("{day} 已经日结", "{day} is closed already"),
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
    "expiry_shape": _T("效期写成 2028-04 或 20280430", "Write the expiry like 2028-04 or 20280430"),
    "not_kept": _T("没有记上账（{why}），请再试", "It was not recorded ({why}). Try again"),
    "same_as_books": _T("实点和账上一样，不用更正", "The count agrees with the books. Nothing to correct"),
    "lot_needed": _T("还没填批号，请填上", "Enter the lot"),
    "lot_other_expiry": _T("这个批号记的效期是 {day}，请核对", "This lot is kept with expiry {day}. Check it"),
    "already_expired": _T("效期 {day} 已过，不能入库", "Expired on {day}. It cannot be taken in"),
    "made_after_expiry": _T("生产日期晚于效期，请核对", "Made after its expiry. Check the dates"),
    "code_known": _T("追溯码 {raw} 已经在库里", "Trace code {raw} is already kept"),
    "not_a_trace_code": _T("{raw} 不是追溯码，请扫盒上的追溯码", "{raw} is no trace code. Scan the one on the box"),
    "codes_more_than_packs": _T("追溯码比盒数多，请核对", "More trace codes than packs. Check"),
    "prefix_of_other": _T("这个追溯码属于 {name}，请核对", "This trace code belongs to {name}. Check"),
    "state_unknown": _T("没有这种批号状态，请重选", "No such lot state. Choose again"),
    # -- reports, members named late -----------------------------------------------------------
    "report_unknown": _T("没有这张报表，请另选", "No such report. Choose another"),
    "report_not_written": _T("报表没存下（{why}），看磁盘后再试", "The report was not written ({why}). Check the disk"),
    "no_csv": _T("这张报表只有 PDF", "This report is a PDF only"),
    "no_z": _T("没有这个班次的 Z，请另选", "That shift has no Z. Choose another"),
    "day_not_closed": _T("{day} 还没日结，先日结", "{day} is not closed yet. Close it first"),
    "member_there": _T("这一单已有会员，不能再改", "This sale has its member already"),
    "member_too_late": _T("结账超过 {minutes} 分钟，不能再补会员", "More than {minutes} minutes since payment: too late for a member"),
    "sale_voided": _T("这一单已作废，不能补会员", "This sale is voided and takes no member"),
    "question_first": _T("先答完上面的问题，再查价", "Answer the open question before checking a price"),
    # -- settings ----------------------------------------------------------------------------
    "setting_number": _T("填一个整数", "Write a whole number"),
    "setting_range": _T("填 {low} 到 {high} 之间的数", "Between {low} and {high}"),
    "setting_money": _T("金额写成 12.80 这样，{low} 到 {high}", "Write the amount like 12.80, from {low} to {high}"),
    "setting_needed": _T("不能空着", "This must not be empty"),
    "setting_roles": _T("至少留一种岗位，店长必须在内", "Keep at least the manager"),
    "setting_url": _T("地址写成 https://… 这样，单店留空", "Write it like https://…, or leave it empty"),
    "setting_time": _T("时间写成 08:00 这样，不能重复", "Write times like 08:00, no two alike"),
    "setting_names": _T("名称不能空着", "A name must not be empty"),
    "setting_methods": _T("收款方式不完整：名称不能空，至少有现金", "Each way of paying needs a name, and one must be cash"),
    "setting_address": _T("这种连接方式要填打印机地址", "This connection needs the printer's address"),
    "setting_long": _T("太长了，最多 {high} 个字", "Too long, at most {high} characters"),
    "setting_manager_needed": _T("这一项要店长来改", "The manager changes this"),
    "setting_rx_promoted": _T(
        "提到处方药「{name}」：处方药不得向公众宣传（广告法第十五条，待核）",
        "This promotes the prescription medicine “{name}” to the public (Advertising Law, article 15: verify)",
    ),
    "setting_keys": _T("{key} 已是“{other}”，先给它换一个键", "{key} is “{other}” already. Give that another key first"),
    "setting_keys_kind": _T(
        "只能用 F3–F12、Shift 加 F 键、小键盘 + - * / 或 Ins、Home、End、PgUp、PgDn、Del",
        "Use F3–F12, Shift with F keys, + - * /, Ins, Home, End, PgUp, PgDn or Del",
    ),
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
    "load_failed": _T("没能打开门店数据，请重启或找技术支持", "The shop's data did not open. Restart, or call support"),
}  # fmt: skip
"""Word of an echo, a refusal or a fault → its sentence; `{facts}` are filled in, a missing one is left out."""

NOTHING_TO: dict[str, Text] = {
    "vouch": _T("还没有会员，先找到会员再核对身份", "No member yet. Find one before checking who it is"),
    "reveal": _T("还没有会员，没有可查看的", "No member yet. Nothing to show"),
    "quantity": _T("还没选中商品行，先选一行再改数量", "Choose a line before changing its quantity"),
    "price": _T("还没选中商品行，先选一行再改价", "Choose a line before changing its price"),
    "lot": _T("这一行没有可换的批号", "This line has no other lot"),
    "review": _T("本单没有处方药，不用审方", "No prescription medicine here. Nothing to review"),
    "buyer": _T("这一行不用登记购买人", "No buyer needs to be registered for this line"),
    "override": _T("没有人能放行这一项，请按提示处理", "Nobody may override this. Follow the advice"),
}
"""Sentences for `nothing_to_<question>`, where the question cannot be asked."""

WINDOW: dict[str, Text] = {
    # -- the customer's screen ---------------------------------------------------------------
    "customer_headline": _T("用药有疑问，问问药师", "A question on medicines? Ask us"),
    "customer_second_line": _T("用药安全，从这一盒开始", "Safe medicine begins with this box"),
    "customer_duty_line": _T("用药指导免费，随时可问", "Advice on medicines is free, at any time"),
    "customer_pharmacist": _T("问药师", "Ask the pharmacist"),
    "customer_duty": _T("执业药师 {name} 在岗", "{name} is on duty"),
    "customer_free": _T("免费", "Free"),
    "customer_join": _T("扫码入会", "Scan to join"),
    "customer_join_how": _T("积分与会员价", "Points and member prices"),
    "customer_law": _T(
        "处方药凭处方销售 · 除质量原因外，药品一经售出，不得退换", "Rx by prescription only · medicines are taken back for quality only"
    ),
    "customer_law_short": _T("处方药凭处方销售", "Rx by prescription only"),
    "customer_complaints": _T("投诉举报 12315", "Complaints: 12315"),
    "customer_welcome": _T("欢迎光临", "Welcome"),
    "customer_hello": _T("{name}先生/女士，您好", "Welcome, {name}"),
    "customer_hello_F": _T("{name}女士，您好", "Welcome, Ms {name}"),
    "customer_hello_M": _T("{name}先生，您好", "Welcome, Mr {name}"),
    "customer_before": _T("前面还有 {count} 种", "{count} more above"),
    "customer_ask": _T("需要用药指导，请随时问药师", "Questions? Please ask the pharmacist"),
    "customer_kind_药品": _T("药品", "Medicine"),
    "customer_kind_器械": _T("器械", "Medical device"),
    "customer_kind_食品": _T("食品", "Food"),
    "customer_sum": _T("合计", "Sum"),
    "customer_saved": _T("优惠", "Saved"),
    "customer_paid": _T("已付", "Paid"),
    "customer_total": _T("应付", "Total"),
    "customer_please": _T("请支付", "Please pay"),
    "customer_change": _T("找零", "Your change"),
    "customer_settled": _T("已付清", "Paid in full"),
    "customer_saved_you": _T("本单已为您省 {amount}", "You save {amount}"),
    "customer_how": _T("请出示付款码，或付现金、刷卡", "Show your pay code, or pay by cash or card"),
    "customer_thanks": _T("谢谢惠顾", "Thank you"),
    "customer_goodbye": _T("祝您健康", "We wish you good health"),
    # -- signing in --------------------------------------------------------------------------
    "product": _T("药柜", "Yaogui"),
    "till_no": _T("{till} 号台", "Till {till}"),
    "good_morning": _T("早上好", "Good morning"),
    "good_noon": _T("中午好", "Good day"),
    "good_afternoon": _T("下午好", "Good afternoon"),
    "good_evening": _T("晚上好", "Good evening"),
    "who": _T("选择登录人员", "Who takes the till?"),
    "kept_pieces": _T("当前单 {pieces} 件，挂单 {held} 张，都在", "{pieces} items in the sale and {held} held sales are kept"),
    "locked": _T("已锁屏，挂单都在", "Locked. Held sales are kept"),
    "enter_pin": _T("{name}，请输入 PIN", "{name}, enter your PIN"),
    "opening_data": _T("正在打开门店数据，PIN 可以先输", "Opening the shop. You can type the PIN already"),
    "pin_checking": _T("正在核对 PIN…", "Checking the PIN…"),
    "checking": _T("门店数据打开后自动登录", "You are signed in as soon as the shop is open"),
    "sign_in": _T("登录", "Sign in"),
    "sign_in_open": _T("登录开班", "Sign in and open"),
    "shift": _T("班次", "Shift"),
    "shift_unknown": _T("门店数据打开后显示", "Shown once the shop is open"),
    "open_shift": _T("开班", "Open the shift"),
    "going_on": _T("班次进行中", "The shift goes on"),
    "going_on_since": _T("{time} 开班，登录后接着收银", "Open since {time}. Sign in to go on"),
    "float": _T("备用金", "Float"),
    "float_same": _T("与上一班留存一致", "As the last shift left it"),
    "float_default": _T("按设置预填，可清点", "From the settings. Count to change"),
    "float_counted": _T("已清点", "Counted"),
    "count": _T("清点", "Count"),
    "count_done": _T("点好了", "Done"),
    "badge_hint": _T(
        "也可刷工牌直接登录 · {minutes} 分钟无操作自动锁屏，挂单不丢", "Or scan your badge · Locks when idle for {minutes} min, sales stay"
    ),
    "demo_pin": _T("演示 PIN {pin}", "Demo PIN {pin}"),
    "offline_too": _T("没有网络也能登录和收银", "Works without a network too"),
    "choose_person": _T("先选登录人员", "Choose who you are first"),
    "badge_unknown": _T("不是本店工牌，请用 PIN 登录", "Not a badge of this shop. Use the PIN"),
    "clock_title": _T("今天是 {day} 吗？", "Is today {day}?"),
    "clock_why": _T("上次记账是 {last}，请核对电脑日期", "The last record is from {last}. Check the computer's date"),
    "clock_yes": _T("是，日期没错", "Yes, the date is right"),
    "clock_first": _T("先确认日期，再登录", "Confirm the date first"),
    "data_ready": _T("门店数据", "Shop data"),
    "data_opening": _T("正在打开", "opening"),
    "data_open": _T("已就绪", "ready"),
    "headquarters": _T("总部", "Headquarters"),
    "stand_alone": _T("单店运行", "stand-alone"),
    "synced_at": _T("已同步 {time}", "synced {time}"),
    "synced": _T("已同步", "synced"),
    "offline_n": _T("离线 · {count} 笔待传", "Offline · {count} to send"),
    "receipt_printer": _T("小票机、钱箱", "Printer, drawer"),
    "printer_none": _T("未设置", "not set up"),
    "printer_ready": _T("正常", "ready"),
    "printer_paper_out": _T("缺纸", "out of paper"),
    "printer_cover_open": _T("盖子开着", "cover open"),
    "printer_offline": _T("离线", "offline"),
    "printer_unknown": _T("待检测", "to be checked"),
    "near_expiry_1": _T("近效期 1 个批号", "1 lot near expiry"),
    "near_expiry": _T("近效期 {count} 个批号", "{count} lots near expiry"),
    "after_opening": _T("开店后处理", "after opening"),
    # -- the frame ---------------------------------------------------------------------------
    "sale_no": _T("销售单 {number}", "Sale {number}"),
    "no_shift_short": _T("未开班", "no shift"),
    "pill_online": _T("已同步 {time}", "Synced {time}"),
    "pill_offline": _T("离线 · {count} 笔待传", "Offline · {count} to send"),
    "pill_offline_0": _T("离线", "Offline"),
    "pill_recovering": _T("补传 {sent}/{backlog}", "Sending {sent}/{backlog}"),
    "pill_portal": _T("网络要登录 · {count} 笔待传", "Network sign-in · {count} to send"),
    "pill_off": _T("单店", "Stand-alone"),
    "offline_title": _T("离线中，收银照常", "Offline, selling as usual"),
    "offline_body_1": _T("1 笔已安全存在本机，恢复后自动补传", "1 record is safe here and will upload by itself"),
    "offline_body": _T("{count} 笔已安全存在本机，恢复后自动补传", "{count} records are safe here and will upload by themselves"),
    "offline_body_0": _T("没有待传的，恢复后自动同步", "Nothing waits to be sent; it syncs by itself"),
    "data_age": _T("价格、会员、券按 {time} 的数据", "Prices, members and coupons as of {time}"),
    "data_age_old": _T(
        "价格、会员、券是 {time} 的：价格、召回可能已变，券可能在别处用过",
        "Prices, members and coupons of {time}: prices and recalls may have moved, coupons may be used",
    ),
    "data_age_never": _T("总部的价格、会员、券还没下来过", "Prices, members and coupons never came down yet"),
    "old_title": _T("已离线 {hours} 小时，收银照常", "Offline for {hours} hours, selling as usual"),
    "got_it": _T("知道了", "Got it"),
    "trouble_paper_out": _T("打印机缺纸", "Printer out of paper"),
    "trouble_cover_open": _T("打印机盖子开着", "Printer cover open"),
    "trouble_cutter": _T("打印机切刀卡住", "Printer cutter stuck"),
    "paper_back": _T("纸装好了 · {count} 张还要打吗", "Paper is in · print {count}?"),
    "paper_low": _T("小票纸快用完", "Receipt paper runs low"),
    "on_second_printer": _T("改用 2 号机", "On printer 2"),
    "trouble_offline": _T("打印机离线", "Printer offline"),
    "to_reprint": _T("{count} 张待补打", "{count} to print"),
    "maybe_printed": _T("{count} 张要看纸", "{count} to check on paper"),
    "to_sale": _T("去收银", "To the sale"),
    "undo": _T("撤销", "Undo"),
    "back": _T("返回收银", "Back to the sale"),
    "no_last_sale": _T("还没有可补打的小票", "No receipt to print again yet"),
    "reprinting": _T("正在补打 {number}", "Printing {number} again"),
    "printing_first": _T("{number} 还没打过，正在打原票", "{number} was not printed yet; the receipt itself prints"),
    "kept_for_next": _T("已加到当前单，去收银查看", "Added to the open sale"),
    "help": _T("帮助", "Help"),
    "go_to": _T("去{page}", "Go to {page}"),
    "reprint_last": _T("补打上一张小票", "Print the last receipt again"),
    "to_dark": _T("换成深色", "Dark look"),
    "to_light": _T("换成浅色", "Light look"),
    "to_english": _T("Switch to English", "换成中文"),
    "training": _T("练习模式", "Training"),
    "training_body": _T("不出真单，不动库存，不上传。小票印有练习字样。", "Nothing real is sold, moved or sent. Receipts say TRAINING."),
    "training_leave": _T("退出练习", "Leave training"),
    "training_enter": _T("练习模式", "Training"),
    "training_what": _T("不出真单，不动库存，不上传", "Nothing real is sold, moved or sent"),
    "training_making": _T("正在准备练习药房，约十秒", "Making the practice shop, about ten seconds"),
    "training_failed": _T("练习药房没建好（{why}），看磁盘后再试", "The practice shop was not made ({why}). Check the disk"),
    "training_start": _T("去练习", "Practise"),
    # -- the palette ---------------------------------------------------------------------------
    "palette_hint": _T("拼音 · 品名 · 条码 · 手机尾号 · 指令", "Initials · name · barcode · phone · command"),
    "palette_box": _T("找商品、会员、单据，或要做的事", "Find goods, members, papers, or what to do"),
    "palette_goods": _T("商品", "Items"),
    "palette_members": _T("会员", "Members"),
    "palette_papers": _T("单据", "Papers"),
    "palette_commands": _T("指令", "Commands"),
    "palette_lots": _T("看批号、效期和库存", "Lots, expiry and stock"),
    "palette_lasa": _T("看似听似，请核对规格", "Look-alikes: check the strength"),
    "palette_lots_key": _T("看库存批号", "Lots"),
    "palette_do": _T("加入本单 / 执行", "Add / do"),
    "palette_scan": _T("随时可扫码，面板自动让开", "Scan at any time, this gives way"),
    "palette_none": _T("没有找到“{text}”。换个写法，或扫盒上的码", "Nothing for “{text}”. Write it differently, or scan the box"),
    "palette_points": _T("{tier} · 积分 {points}", "{tier} · {points} points"),
    "palette_sale": _T("销售单 {number}", "Sale {number}"),
    "tier_normal": _T("会员", "Member"),
    "tier_silver": _T("银卡", "Silver"),
    "tier_gold": _T("金卡", "Gold"),
    # -- the list under the omnibox ----------------------------------------------------------
    "hits_title": _T("商品", "Items"),
    "hits_lasa": _T("易混药品，请核对规格", "Look-alikes: check the strength"),
    "hit_shelf": _T("货位 {shelf}", "Shelf {shelf}"),
    "hit_stock": _T("存 {stock}", "{stock} in stock"),
    "hit_none": _T("缺货", "Out of stock"),
    "hit_chain": _T("非本店商品", "Not kept here"),
    "hit_member": _T("会员 {price}", "Member {price}"),
    "hits_choose": _T("选择", "Choose"),
    "hits_add": _T("加入本单", "Add"),
    "hits_look": _T("查看", "Show"),
    "hits_close": _T("关闭", "Close"),
    "hits_scan": _T("随时可扫码，列表自动让开", "Scan at any time, the list gives way"),
    "hits_member": _T("按 Enter 找会员 {text}", "Enter finds the member {text}"),
    "hits_empty": _T("没有叫“{text}”的商品。换个写法，或扫盒上的码", "Nothing is called “{text}”. Write it differently, or scan the box"),
    # -- person and printer panels -----------------------------------------------------------
    "language": _T("语言", "Language"),
    "look": _T("外观", "Look"),
    "light": _T("浅色", "Light"),
    "dark": _T("深色", "Dark"),
    "size": _T("大小", "Size"),
    "size_small": _T("小", "S"),
    "size_standard": _T("标准", "M"),
    "size_large": _T("大", "L"),
    "size_largest": _T("特大", "XL"),
    "sounds": _T("提示音", "Sounds"),
    "lock": _T("锁屏换人", "Lock, change person"),
    "leave": _T("退出程序", "Leave the program"),
    # -- synchronising -----------------------------------------------------------------------
    "sync": _T("同步", "Sync"),
    "sync_online": _T("已与总部同步", "In step with headquarters"),
    "sync_offline": _T("离线中，收银照常", "Offline, selling as usual"),
    "sync_portal": _T("网络要先登录，收银照常", "The network wants a sign-in, selling as usual"),
    "sync_recovering": _T("网络已恢复，补传 {sent}/{backlog}", "Back online, uploading {sent} of {backlog}"),
    "sync_off": _T("单店运行，没有接总部", "Stand-alone, no headquarters"),
    "safe_n_1": _T("1 笔已安全存在本机", "1 record is safe here"),
    "safe_n": _T("{count} 笔已安全存在本机", "{count} records are safe here"),
    "safe_0": _T("没有待传的记录", "Nothing waits to be sent"),
    "safe_own": _T("记录都存在本机账本", "All records are in this till's ledger"),
    "data_of": _T("会员与券按 {time} 的数据核验", "Members and coupons checked against {time} data"),
    "data_own": _T("会员与券按本机数据核验", "Members and coupons checked against this till's data"),
    "no_repeat": _T("恢复后自动补传，不会重复", "Uploads by itself, never twice"),
    "no_need": _T("不接总部也能一直用", "Works on without headquarters"),
    "next_try": _T("{seconds} 秒后重试", "Next try in {seconds} s"),
    "retry_now": _T("立即重试", "Try now"),
    "sync_now": _T("立即同步", "Sync now"),
    "trying": _T("正在连总部", "Trying headquarters"),
    "to_send": _T("待上传", "To send"),
    "oldest": _T("最早一笔已等 {minutes} 分钟", "the oldest waits for {minutes} min"),
    "oldest_hours": _T("最早一笔已等 {hours} 小时", "the oldest waits for {hours} h"),
    "quarantined": _T("{count} 笔总部待核对，请店长联系总部", "{count} held at headquarters. The manager should call"),
    "blobs_refused": _T("{count} 份会员资料总部不收，留在本机", "{count} members' details refused by headquarters, kept here"),
    "state_waiting": _T("待传", "to send"),
    "state_sent": _T("已传", "sent"),
    "row_member": _T("会员", "member"),
    "row_guest": _T("散客", "walk-in"),
    "col_what": _T("内容", "Record"),
    "col_amount": _T("金额", "Amount"),
    "col_made": _T("时间", "Made at"),
    "col_state": _T("状态", "State"),
    "all_safe": _T("都传完了，新的销售会自动上传", "All sent. New sales upload by themselves"),
    "line_today": _T("今日连接", "The line today"),
    "line_share": _T("在线 {share}%", "up {share}%"),
    "line_unknown": _T("开机后还没有记录", "nothing known yet"),
    "line_legend": _T("高：在线 · 矮：断开过 · 浅灰：未开机或未到", "high: up · low: cut · pale: unknown or to come"),
    "feed_goods": _T("商品与价格", "Items and prices"),
    "feed_goods_risk": _T("新改的价可能还没到", "Newer prices may be missing"),
    "feed_offers_risk": _T("券可能已在别处用过", "Coupons may be used elsewhere"),
    "feed_members_risk": _T("积分、储值、等级可能已变", "Points and balances may have moved"),
    "feed_lots_risk": _T("新的召回可能还没到", "A newer recall may be missing"),
    "feed_staff_risk": _T("离职停用可能还没到", "Who has left may still sign in"),
    "feed_offers": _T("促销与券", "Offers and coupons"),
    "feed_members": _T("会员与积分", "Members and points"),
    "feed_lots": _T("批号与召回", "Lots and recalls"),
    "feed_staff": _T("员工与权限", "Staff and rights"),
    "offers_line_1": _T("1 个活动", "1 offer"),
    "offers_line": _T("{count} 个活动", "{count} offers"),
    "offers_cases_line": _T("{count} 个活动 · {cases} 张券待核查 {fen}", "{count} offers · cases: {cases}, {fen}"),
    "lots_line": _T("总部锁定与召回", "locked and recalled by headquarters"),
    "staff_line": _T("{count} 人", "{count} people"),
    "queue_empty": _T("都传完了", "All sent"),
    "queue_empty_body": _T("新的销售会自动上传", "New sales upload by themselves"),
    "queue_own": _T("记录保存在本机", "Records are kept here"),
    "queue_own_body": _T("接上总部后会从头补传", "Once headquarters is set up, everything is sent"),
    "more_rows": _T("其余 {count} 笔", "{count} more"),
    "downloads": _T("总部下发数据", "From headquarters"),
    "catalogue": _T("商品与促销", "Items and offers"),
    "catalogue_line": _T("版本 {version}", "version {version}"),
    "members": _T("会员", "Members"),
    "members_line": _T("{count} 人", "{count} people"),
    "never": _T("还没有", "not yet"),
}  # fmt: skip
"""The window's own words: sign-in page, frame, list under the omnibox, panels, synchronising."""

EVENTS: dict[str, tuple[str, Text]] = {
    "sale.closed@1": ("receipt", _T("销售单", "Sale")),
    "return.closed@1": ("arrow-u-up-left", _T("退货单", "Return")),
    "shift.opened@1": ("clock-user", _T("开班", "Shift opened")),
    "shift.closed@1": ("clock-user", _T("交班 Z 报表", "Shift closed, Z report")),
    "day.closed@1": ("calendar-check", _T("日结", "Day closed")),
    "staff.signed_in@1": ("sign-in", _T("登录", "Signed in")),
    "duty.pharmacist@1": ("stethoscope", _T("药师到离岗", "Pharmacist on or off duty")),
    "cash.moved@1": ("coins", _T("现金存取", "Cash in or out")),
    "coupon.redeemed@1": ("ticket", _T("用掉的券", "Coupon used")),
    "coupon.refused@1": ("ticket", _T("没用成的券", "Coupon refused")),
    "coupon.released@1": ("ticket", _T("退回的券", "Coupon given back")),
    "lease.returned@1": ("ticket", _T("交回的券额", "Coupon share given back")),
    "trade.taken@1": ("swap", _T("以旧换新收回", "Old article taken back")),
    "stored.loaded@1": ("wallet", _T("储值充值", "Stored value paid in")),
    "stored.moved@1": ("wallet", _T("储值变动", "Stored value moved")),
    "stored.paid_out@1": ("wallet", _T("储值退余额", "Stored value paid out")),
    "points.moved@1": ("coins", _T("积分变动", "Points moved")),
    "reading.taken@1": ("heartbeat", _T("健康指标", "Reading kept")),
    "usage.set@1": ("pill", _T("用法用量", "Use of a medicine")),
    "target.set@1": ("target", _T("控制目标", "Own target")),
    "followup.set@1": ("phone", _T("随访安排", "Follow-up noted")),
    "followup.done@1": ("phone", _T("随访结果", "Follow-up made")),
    "basket.dropped@1": ("trash", _T("清空的单", "Emptied sale")),
    "tender.corrected@1": ("swap", _T("收款方式更正", "Tender re-booked")),
    "receipt.reprinted@1": ("printer", _T("补打小票", "Receipt printed again")),
    "drawer.opened@1": ("vault", _T("开钱箱", "Drawer opened")),
    "review.signed@1": ("prescription", _T("审方记录", "Prescription review")),
    "buyer.registered@1": ("identification-card", _T("购买人登记", "Buyer registered")),
    "stock.received@1": ("tray-arrow-down", _T("入库", "Goods in")),
    "stock.corrected@1": ("note-pencil", _T("库存更正", "Stock corrected")),
    "lot.state_set@1": ("lock-simple", _T("批号状态", "Lot state")),
    "code.bound@1": ("link-simple", _T("码与商品绑定", "Code bound to an item")),
    "duty.done@1": ("list-checks", _T("每日任务", "Daily duty")),
    "member.attached@1": ("identification-card", _T("会员登记", "Member")),
    "coupon.granted@1": ("ticket", _T("送出的券", "Coupon granted")),
    "allergies.asked@1": ("warning-octagon", _T("过敏史核对", "Allergies asked")),
    "family.set@1": ("users-three", _T("家人资料", "Family person")),
    "member.joined@1": ("identification-card", _T("新会员", "New member")),
    "identity.claimed@1": ("identification-card", _T("会员身份", "Member's identity")),
    "consent.set@1": ("check-square", _T("同意或撤回", "Consent given or withdrawn")),
    "invoice.wished@1": ("receipt", _T("要发票", "Invoice wished")),
    "invoice.issued@1": ("receipt", _T("发票已开", "Invoice issued")),
    "catalogue.imported@1": ("download-simple", _T("商品导入", "Catalogue imported")),
    "export.made@1": ("download-simple", _T("账本导出", "Ledger exported")),
    "member.proven@1": ("identification-card", _T("会员码验证", "Member code proven")),
    "member.verified@1": ("phone", _T("验证码核对", "Code by message told back")),
    "member.revealed@1": ("eye", _T("查看会员信息", "Member details shown")),
    "person.erased@1": ("trash", _T("会员资料已删除", "A person's data erased")),
    "setting.changed@1": ("sliders-horizontal", _T("设置更改", "Setting changed")),
    "epoch.opened@1": ("database", _T("账本启用", "Ledger opened")),
    "clock.confirmed@1": ("clock", _T("日期确认", "Date confirmed")),
}
"""Event type → icon and its name in the shop."""

ROLES: dict[str, tuple[Text, str]] = {
    "cashier": (_T("营业员", "Cashier"), "good"),
    "pharmacist": (_T("执业药师", "Pharmacist"), "rx"),
    "manager": (_T("店长", "Manager"), "gold"),
}
"""Role → its words and the tone of its initial."""

WEEKDAYS = (
    _T("星期一", "Monday"),
    _T("星期二", "Tuesday"),
    _T("星期三", "Wednesday"),
    _T("星期四", "Thursday"),
    _T("星期五", "Friday"),
    _T("星期六", "Saturday"),
    _T("星期日", "Sunday"),
)

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


class Spoken(NamedTuple):
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


def words(key: str, language: str, **facts: object) -> str:
    """One of the window's own sentences, or the one it has for a `count` of 1; KeyError for an unknown key."""
    if facts.get("count") == 1 and f"{key}_1" in WINDOW:
        key = f"{key}_1"
    return WINDOW[key].of(language).format(**facts)


def counted(count: int, one: str, many: str = "") -> str:
    """So many of something in English: 1 day, 3 days, 2 boxes."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def role(name: str, language: str) -> tuple[str, str]:
    """A role in words, and the tone of its initial."""
    text, tone = ROLES.get(name, (_T(name, name), "info"))
    return text.of(language), tone


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
    return " · ".join(part.format_map(_Facts(echo.facts)).strip() for part, name in zip(parts, names, strict=True) if echo.facts.get(name))
