"""Questions: what a person must be asked inline, and how their answers are read."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from app.counter.faults import Refused
from app.counter.scene import Question, QuestionField
from app.counter.verifying import CodeScene
from app.domain import lots as lot_law
from app.domain import masking
from app.domain.amount import parse_quantity
from app.domain.basket import Basket, BasketLine, PatientRef
from app.domain.member_rights import CODE, RightsRules
from app.domain.money import format_fen, parse_fen, yuan
from app.domain.reasons import Reason, parse_reasons
from app.domain.verdict import Text, WayOut
from app.records.catalogue import Product
from app.records.people import FamilyPerson, Member, Staff

NEEDS_LINE = frozenset({"quantity", "price", "lot", "buyer", "override", "code_missing", "pharmacist"})
"""Questions that concern one line."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the open question is about, kept beside the form the person sees."""

    kind: str
    line_id: str
    facts: dict[str, str]


class Reasons:
    """The coded reasons, by what they are for; free text never enters an event."""

    def __init__(self, groups: Mapping[str, Sequence[Reason]]) -> None:
        self._groups = groups

    @classmethod
    def parse(cls, text: str) -> Reasons:
        """Read the reasons file's text."""
        return cls(parse_reasons(json.loads(text)))

    def choices(self, group: str) -> tuple[tuple[str, Text], ...]:
        """A group as choices of a question: price_change, return, void, missing_code, override, drawer, difference …"""
        return tuple((reason.code, reason.text) for reason in self._groups[group])


def _question(
    kind: str, line_id: str, title: Text, *fields: QuestionField, body: Text = Text(""), confirm: Text = Text("确定", "OK")
) -> Question:
    return Question(uuid4().hex, kind, line_id, title, body, tuple(fields), None, confirm)


def way(act: str, zh: str, en: str, key: str = "", *, primary: bool = False) -> WayOut:
    """A way out that no rule pack words: the counter's own."""
    return WayOut(act, Text(zh, en), key, primary)


def _pin(label: Text) -> QuestionField:
    return QuestionField("pin", "pin", label)


def chosen(values: Mapping[str, str], name: str) -> str:
    """What was filled in; Refused where it was left out."""
    value = values.get(name, "")
    if not value:
        raise Refused("answer_needed", field=name)
    return value


def filled(question: Question, name: str, value: str) -> Question:
    """The question with one field filled by a scan."""
    fields = tuple(replace(f, value=value) if f.name == name else f for f in question.fields)
    return replace(question, fields=fields, error=None)


def quantity(line: BasketLine) -> Question:
    """How many packs."""
    return _question(
        "quantity",
        line.line_id,
        Text(f"{line.product.generic_name} 卖几{line.product.unit}", f"How many of {line.product.generic_name}"),
        QuestionField("quantity", "number", Text("数量", "Quantity"), str(line.quantity)),
    )


def as_quantity(values: Mapping[str, str]) -> int:
    """The quantity a person typed; Refused where it is none."""
    try:
        return parse_quantity(values.get("quantity", ""))
    except ValueError as error:
        raise Refused("quantity_shape", raw=values.get("quantity", "")) from error


def as_price(values: Mapping[str, str]) -> int:
    """The price a person typed, in fen."""
    try:
        price_fen = parse_fen(values.get("price", ""))
    except ValueError as error:
        raise Refused("money_shape", raw=values.get("price", "")) from error
    if not values.get("reason"):
        raise Refused("reason_needed")
    return price_fen


def price(line: BasketLine, reasons: Reasons, *, needs_pin: bool) -> Question:
    """Another price, with its reason, and a manager's PIN where the cashier has no right to it."""
    fields = [
        QuestionField("price", "money", Text("新单价", "New unit price"), format_fen(line.product.list_price_fen)),
        QuestionField("reason", "choice", Text("原因", "Reason"), choices=reasons.choices("price_change")),
    ]
    if needs_pin:
        fields.append(_pin(Text("店长 PIN", "Manager's PIN")))
    listed = yuan(line.product.list_price_fen)
    return _question(
        "price",
        line.line_id,
        Text(f"改价：{line.product.generic_name}", f"Change price: {line.product.generic_name}"),
        *fields,
        body=Text(f"标价 {listed}，只改本行", f"Marked {listed}; this line only"),
    )


_SKIPPED = {
    "expired": Text("已过期", "expired"),
    "locked": Text("已锁定", "locked"),
    "recalled": Text("已召回", "recalled"),
}


def lot(line: BasketLine, held: Sequence[lot_law.LotStock], day: date) -> Question | None:
    """Which lot is in the hand: first expiry first, and why others are not offered."""
    saleable = lot_law.saleable(held, day)
    if not saleable:
        return None
    skipped = [(row.lot.lot_no, _SKIPPED[reason]) for row in held if (reason := lot_law.refusal_reason(row.lot, day)) in _SKIPPED]
    choices = tuple(
        (
            row.lot.id,
            Text(
                f"{row.lot.lot_no} · 效期 {row.lot.expires_on} · 架上 {row.stock}",
                f"{row.lot.lot_no} · exp {row.lot.expires_on} · {row.stock} on shelf",
            ),
        )
        for row in saleable
    )
    body = Text(
        "按近效期先出排列。" + "".join(f"{no} {why.zh}，不可售。" for no, why in skipped),
        "First expiry first. " + " ".join(f"{no} {why.en}, not for sale." for no, why in skipped),
    )
    chosen = line.lot.lot_id if any(line.lot.lot_id == row.lot.id for row in saleable) else saleable[0].lot.id
    return _question(
        "lot",
        line.line_id,
        Text(f"手上这盒 {line.product.generic_name} 是哪个批号", f"Which lot is this {line.product.generic_name}"),
        QuestionField("lot", "choice", Text("批号", "Lot"), chosen, choices),
        body=body,
    )


def which_box(line: BasketLine) -> Question:
    """Which of the scanned boxes goes back to the shelf."""
    choices = tuple((box.code, Text(f"尾号 {box.code[-4:]}", f"ending {box.code[-4:]}")) for box in line.codes)
    return _question(
        "which_box",
        line.line_id,
        Text(f"收回哪一盒 {line.product.generic_name}", f"Which {line.product.generic_name} goes back"),
        QuestionField("box", "choice", Text("追溯码", "Trace code"), line.codes[-1].code, choices),
        body=Text("扫要收回的那盒，或选尾号", "Scan the box that goes back, or choose it"),
    )


def review(
    lines: Sequence[BasketLine],
    people: Sequence[Staff],
    on_duty: Sequence[Staff],
    here: Collection[str],
    patient: str,
    day: date,
    number: str,
) -> Question | None:
    """One pharmacist's review of the prescription lines, signed with the pharmacist's own PIN at this till.

    Who dispensed and who checked is for a person to say: nobody is filled in, those known to be `here` (staff ids) are offered first.
    The reviewer is filled in only where one pharmacist alone is on duty.
    """
    if not lines:
        return None
    names = "、".join(f"{line.product.generic_name} {line.product.spec}×{line.quantity}" for line in lines)
    staff = tuple((s.id, Text(s.name, s.name)) for s in sorted((s for s in people if s.active), key=lambda s: s.id not in here))
    reviewers = tuple((s.id, Text(s.name, s.name)) for s in on_duty)
    return _question(
        "review",
        lines[0].line_id,
        Text("审方", "Prescription review"),
        QuestionField("number", "text", Text("处方号", "Prescription no."), number, hint=Text("可扫处方码", "Scan or type")),
        QuestionField("institution", "text", Text("医疗机构", "Institution")),
        QuestionField("doctor", "text", Text("医师", "Doctor")),
        QuestionField("prescribed_on", "date", Text("开方日期", "Written on"), day.isoformat()),
        QuestionField("valid_days", "number", Text("有效天数", "Valid days"), "1"),
        QuestionField("patient", "text", Text("患者", "Patient"), patient),
        QuestionField("diagnosis", "text", Text("诊断", "Diagnosis")),
        QuestionField("dispenser", "choice", Text("调配", "Dispensed by"), "", staff),
        QuestionField("checker", "choice", Text("核对", "Checked by"), "", staff),
        QuestionField(
            "verdict",
            "choice",
            Text("结论", "Decision"),
            "approved",
            (("approved", Text("通过", "Approve")), ("rejected", Text("驳回", "Reject"))),
        ),
        QuestionField("reviewer", "choice", Text("审方药师", "Reviewer"), reviewers[0][0] if len(reviewers) == 1 else "", reviewers),
        _pin(Text("药师 PIN", "Pharmacist's PIN")),
        body=Text(
            names if on_duty else f"{names}。现在没有药师在岗，先由药师到岗", names if on_duty else f"{names}. No pharmacist on duty"
        ),
        confirm=Text("签章", "Sign"),
    )


def buyer(line: BasketLine) -> Question:
    """Who buys a register medicine: name and ID, checked and written to the register, never into the sale itself."""
    return _question(
        "buyer",
        line.line_id,
        Text("登记购买人身份证", "Register the buyer's ID"),
        QuestionField("name", "text", Text("姓名", "Name")),
        QuestionField("id_number", "text", Text("身份证号", "ID number"), hint=Text("可刷身份证或扫码", "Scan or type")),
        body=Text(
            f"{line.product.generic_name} 须查验并登记购买人身份；证号加密保存，只用于法定登记",
            f"The law asks for the buyer's ID for {line.product.generic_name}; it is kept encrypted, for the register only",
        ),
        confirm=Text("登记", "Register"),
    )


def patient(basket: Basket, family: Sequence[FamilyPerson]) -> Question:
    """Who takes the medicine: the member, a family person, or an age and weight alone."""
    choices: list[tuple[str, Text]] = []
    if basket.member_id:
        choices.append(("member", Text(f"本人 {basket.member_label}", f"Member {basket.member_label}")))
    choices += [(p.id, Text(f"{p.relation} {masking.mask_name(p.name)}", f"{p.relation} {masking.mask_name(p.name)}")) for p in family]
    choices.append(("typed", Text("只记年龄", "Age only")))
    return _question(
        "patient",
        "",
        Text("谁用药", "Who takes it"),
        QuestionField("person", "choice", Text("用药人", "Patient"), choices[0][0], tuple(choices)),
        QuestionField("age", "text", Text("年龄", "Age"), required=False, hint=Text("如 6 岁、8 个月", "e.g. 6 or 8m")),
        QuestionField("weight", "text", Text("体重 kg", "Weight kg"), required=False),
    )


def typed_patient(values: Mapping[str, str]) -> PatientRef:
    """A patient known by age (years, or months with m/月) and weight alone."""
    raw = "".join(values.get("age", "").split()).replace("个", "").replace("岁", "")
    if not raw:
        raise Refused("age_needed")
    months = raw.endswith(("m", "月"))
    digits = raw.rstrip("m月")
    if not digits.isdecimal() or int(digits) > (240 if months else 130):
        raise Refused("age_shape", raw=raw)
    age_months = int(digits) if months else int(digits) * 12
    weight = values.get("weight", "").strip()
    try:
        weight_g = parse_fen(weight) * 10 if weight else 0
    except ValueError as error:
        raise Refused("weight_shape", raw=weight) from error
    shown = f"{digits} 个月" if months else f"{digits} 岁"
    return PatientRef("typed", "", shown, age_months, weight_g)


def masked(member: Member) -> str:
    """How a member is called on screen and paper."""
    return masking.mask_name(member.name) if member.name else masking.mask_phone(member.phone)


def override(line: BasketLine, reasons: Reasons, people: Sequence[Staff]) -> Question:
    """Somebody with the right takes a warning over, with a reason and the own PIN."""
    return _question(
        "override",
        line.line_id,
        Text(f"确认放行：{line.product.generic_name}", f"Override: {line.product.generic_name}"),
        QuestionField("reason", "choice", Text("理由", "Reason"), choices=reasons.choices("override")),
        QuestionField(
            "person",
            "choice",
            Text("由谁", "By"),
            people[0].id if people else "",
            tuple((s.id, Text(s.name, s.name)) for s in people),
        ),
        _pin(Text("本人 PIN", "Own PIN")),
    )


def code_missing(line: BasketLine, reasons: Reasons) -> Question:
    """Why a box goes out without its trace code."""
    return _question(
        "code_missing",
        line.line_id,
        Text(f"{line.product.generic_name} 没有可扫的追溯码", f"No readable trace code: {line.product.generic_name}"),
        QuestionField("reason", "choice", Text("原因", "Reason"), choices=reasons.choices("missing_code")),
    )


def ambiguous(raw: str, found: Sequence[Product]) -> Question:
    """One code, several products: never a guess."""
    choices = tuple((p.id, Text(f"{p.generic_name} {p.spec} {p.maker}", f"{p.generic_name} {p.spec} {p.maker}")) for p in found)
    return _question(
        "ambiguous",
        "",
        Text(f"这个码对应 {len(found)} 个商品，选一个", f"This code means {len(found)} products; choose one"),
        QuestionField("product", "choice", Text("商品", "Product"), "", choices),
        body=Text(raw, raw),
    )


def find(raw: str) -> Question:
    """Find by hand what a code did not say."""
    return _question(
        "find", "", Text("找商品", "Find the product"), QuestionField("product", "text", Text("拼音首字母或品名", "Initials or name"), raw)
    )


def salesperson(people: Sequence[Staff], line: BasketLine | None, now: str) -> Question:
    """Whose sale a line is, or the next lines where none is chosen; `now` is the staff id it counts for."""
    name = line.product.generic_name if line is not None else ""
    return _question(
        "salesperson",
        line.line_id if line is not None else "",
        Text(f"营业员：{name}", f"Salesperson: {name}") if name else Text("营业员", "Salesperson"),
        QuestionField(
            "staff", "choice", Text("工号", "Staff"), now, tuple((s.id, Text(f"{s.code} {s.name}", f"{s.code} {s.name}")) for s in people)
        ),
        body=Text("只改这一行；扫工牌则以后各行都算此人", "Changes this line alone; a scanned badge counts for the lines that follow")
        if name
        else Text("以后各行都算此人", "Counts for the lines that follow"),
    )


def member(text: str) -> Question:
    """Which member."""
    return _question(
        "member",
        "",
        Text("找会员", "Find a member"),
        QuestionField("text", "text", Text("手机号、后四位或卡号", "Phone, last four or card"), text),
        body=Text("顾客未带码也可继续卖，结账后 30 分钟内可补积分", "Selling goes on without it; points can be added within 30 minutes"),
    )


REVEALABLE = ("phone", "name", "card")
"""What of a member stands behind a mask."""
_REVEALS = {"phone": Text("手机号", "Phone"), "name": Text("姓名", "Name"), "card": Text("卡号", "Card number")}


def vouch(member: Member, rules: RightsRules, *, code: bool = False) -> Question:
    """How the member showed who they are, without their changing code; by `code` where one can be sent to their phone."""
    choices = tuple((how, rules.of(how).title) for how in rules.vouching)
    body = Text("证件只看不记；储值和大额券仍要动态会员码", "Papers are seen, not kept; stored value still wants the code")
    if code:
        choices = (*choices, (CODE, Text("发验证码", "Send a code")))
        body = Text("证件只看不记；储值和大额券要动态码或验证码", "Papers are seen, not kept; stored value wants a code")
    return _question(
        "vouch",
        "",
        Text(f"核对身份：{masked(member)}", f"Check who it is: {masked(member)}"),
        QuestionField("how", "choice", Text("凭什么", "By what"), choices[0][0], choices),
        replace(_pin(Text("担保同事的 PIN", "The colleague's PIN")), required=False),
        body=body,
    )


def _digits(count: int) -> Text:
    return Text(f"{count} 位数字", f"{count} digits")


def code(shown: CodeScene) -> Question:
    """The code that was sent to the member's phone, as they tell it; how it stands is said above."""
    wait = max(1, -(-shown.wait_s // 60))
    states = {
        "sending": Text(f"正在发到 {shown.phone} …", f"Being sent to {shown.phone} …"),
        "sent": Text(f"已发到 {shown.phone}，{shown.minutes} 分钟内有效", f"Sent to {shown.phone}, good for {shown.minutes} minutes"),
        "checking": Text("正在核对 …", "Being checked …"),
    }
    errors = {
        "failed": Text("短信没发出去", "The message was not sent"),
        "offline": Text("总部没有回音；收到了照样可以填", "No word from headquarters; if it came, type it"),
        "refused": Text("总部不替本机发验证码", "Headquarters sends no codes for this till"),
        "none": Text("总部没有短信通道", "Headquarters has no way to send messages"),
        "too_many": Text(f"刚发过，{wait} 分钟后才能再发", f"Just sent; another in {wait} min"),
        "wrong": Text(f"验证码不对，还可以试 {shown.left} 次", f"Wrong code; {shown.left} more tries"),
        "expired": Text("验证码过期了", "The code has expired"),
        "over": Text("这个码作废了", "This code is void"),
        "used": Text("这个码用过了", "This code was used"),
        "unknown": Text("这个码不是本机发的", "This code was not sent from here"),
    }
    again = Text("没收到或不对：留空按回车再发一次；Esc 按原样继续卖", "Nothing came? Enter on an empty box sends another; Esc and sell on")
    body = states.get(shown.state)
    asked = _question(
        "code",
        "",
        Text(f"验证码 {shown.phone}", f"Code for {shown.phone}"),
        QuestionField("code", "number", Text("顾客报的验证码", "The code they tell"), required=False, hint=_digits(shown.digits)),
        body=Text(f"{body.zh}。{again.zh}", f"{body.en}. {again.en}") if body is not None else again,
        confirm=Text("核对", "Check"),
    )
    return replace(asked, error=errors.get(shown.state))


def reveal(member: Member, rules: RightsRules) -> Question:
    """What is to be looked at, and what for."""
    there = {"phone": member.phone, "name": member.name, "card": member.card_no}
    what = tuple((name, _REVEALS[name]) for name in REVEALABLE if there[name])
    purposes = tuple((name, words) for name, words in rules.purposes.items() if name != rules.visitor_purpose)
    return _question(
        "reveal",
        "",
        Text(f"查看会员信息：{masked(member)}", f"Show details: {masked(member)}"),
        QuestionField("what", "choice", Text("看什么", "What"), what[0][0] if what else "", what),
        QuestionField("purpose", "choice", Text("为什么", "What for"), "", purposes),
        body=Text("查看会记下：谁、何时、为什么", "It is noted who looked, when and what for"),
    )


SOMEBODY_ELSE = "join:"
"""Before the phone, in the answer that none of those who share it stands here."""


def which_member(found: Sequence[Member], phone: str = "") -> Question:
    """Several people share the digits; by a whole `phone`, the one who stands here may also be none of them."""
    another = ((f"{SOMEBODY_ELSE}{phone}", Text("都不是，登记另一位", "None of them: register another")),) if phone else ()
    return _question(
        "which_member",
        "",
        Text(f"找到 {len(found)} 位会员", f"{len(found)} members found"),
        QuestionField(
            "member",
            "choice",
            Text("会员", "Member"),
            "",
            tuple(
                (m.id, Text(f"{masked(m)} {masking.mask_phone(m.phone)}", f"{masked(m)} {masking.mask_phone(m.phone)}")) for m in found[:8]
            )
            + another,
        ),
    )


_REFUSALS = {
    "pin_wrong": Text("PIN 不对，还可试 {left} 次", "Wrong PIN, {left} tries left"),
    "pin_locked": Text("输错太多次，{minutes} 分钟后再试", "Too many tries; wait {minutes} minutes"),
    "nobody_may": Text("没有有权限的人", "Nobody has the right"),
    "not_on_duty": Text("{name} 还没有到岗登记", "{name} is not on duty"),
    "quantity_shape": Text("数量要是 1 到 9999 的整数", "A whole number from 1 to 9999"),
    "money_shape": Text("金额写成 12.80 这样", "Write the amount like 12.80"),
    "reason_needed": Text("选一个原因", "Choose a reason"),
    "age_needed": Text("写上年龄", "Enter the age"),
    "age_shape": Text("年龄写成 6 或 8月", "Write 6, or 8m for months"),
    "weight_shape": Text("体重写成 18.5", "Write the weight like 18.5"),
    "member_unknown": Text("没找到这位会员，可继续卖", "No such member; go on selling"),
    "visitor_asked": Text("本店没有，正在问总部，可继续扫码", "Not of this store; headquarters is asked. Go on scanning"),
    "visitor_none": Text("总部也没有这位会员：可登记，或按散客卖", "Headquarters knows nobody either: register, or sell without"),
    "visitor_offline": Text("本店没有，总部也连不上：可登记，或按散客卖", "Not here, no line to headquarters: register, or sell without"),
    "visitor_too_many": Text("这一小时问总部太多次了：可登记，或按散客卖", "Too many questions this hour: register, or sell without"),
    "visitor_busy": Text("没有写进磁盘，请再试一次", "Not written to disk; try again"),
    "choose_one": Text("选一项", "Choose one"),
    "colleague_needed": Text("担保要另一位同事的 PIN", "A colleague must vouch, with another PIN"),
    "answer_needed": Text("还没有选", "Choose one first"),
    "verify_offline": Text("现在发不了验证码，别的都照常", "No code can be sent now; all else goes on"),
    "verify_phone": Text("没有登记手机号，发不了验证码", "No mobile number on record to send a code to"),
    "verify_none": Text("先发验证码", "Send a code first"),
    "verify_shape": Text("验证码是 {digits} 位数字", "The code has {digits} digits"),
    "above_marked": Text("不能高于标价 {marked}", "Not above the marked price {marked}"),
    "ledger_io": Text("没有写进磁盘，请再试一次", "Not written to disk; try again"),
    "writing": Text("正在保存，请稍等", "Saving. One moment"),
    "product_gone": Text("没有这个商品", "No such product"),
    "lot_unknown": Text("没有这个批号", "No such lot"),
    "lot_by_code": Text("这盒的追溯码属于另一个批号", "This box's code belongs to another lot"),
    "not_on_this_line": Text("这盒不在本行", "That box is not on this line"),
    "form": Text("{problems}", "{problems_en}"),
}


def refusal_text(refusal: Refused) -> Text:
    """The sentence a form shows for a refused answer."""
    template = _REFUSALS.get(refusal.code, Text(refusal.code, refusal.code))
    facts = {"marked": "", "left": "", "minutes": "", "name": "", "problems": "", "problems_en": "", **refusal.facts}
    return Text(template.zh.format(**facts), template.en.format(**facts))


def duty_pharmacist(pharmacists: Sequence[Staff], on_duty: Sequence[str]) -> Question:
    """A pharmacist comes on duty or leaves, with the own PIN."""
    return _question(
        "duty_pharmacist",
        "",
        Text("药师到岗 / 离岗", "Pharmacist on or off duty"),
        QuestionField(
            "pharmacist",
            "choice",
            Text("药师", "Pharmacist"),
            pharmacists[0].id if pharmacists else "",
            tuple((s.id, Text(f"{s.name}（{'在岗' if s.id in on_duty else '离岗'}）", s.name)) for s in pharmacists),
        ),
        QuestionField(
            "on_duty", "choice", Text("登记", "Record"), "yes", (("yes", Text("到岗", "On duty")), ("no", Text("离岗", "Off duty")))
        ),
        _pin(Text("药师 PIN", "Pharmacist's PIN")),
    )


def pharmacist(line: BasketLine) -> Question:
    """A pharmacist looks twice at a line before it is handed over (问药师); the line stays as it is."""
    return _question(
        "pharmacist",
        line.line_id,
        Text(f"问药师：{line.product.generic_name}", f"Ask the pharmacist: {line.product.generic_name}"),
        QuestionField("pin", "pin", Text("药师 PIN", "Pharmacist's PIN")),
        body=Text("药师看过后签一次，本行不变", "The pharmacist signs once; the line stays as it is"),
    )
