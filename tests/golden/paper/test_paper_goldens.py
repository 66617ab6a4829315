"""Golden files of paper: what every kind of slip prints on 80 mm and on 58 mm, as the virtual printer reads it.

YAOGUI_WRITE_GOLDENS=1 rewrites them; YAOGUI_PAPER_PNG=<folder> leaves a picture of each for the eye.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import zxingcpp

from app.counter.coupon_slip import CouponSlip, coupon_ticket
from app.counter.pen import Faces, Look
from app.counter.post import TillProfile
from app.counter.receipt_template import read, standard_body
from app.counter.receipts import (
    PointsLine,
    StoredLine,
    cash_ticket,
    day_ticket,
    load_ticket,
    payout_ticket,
    reprinted,
    return_ticket,
    sale_ticket,
    x_ticket,
    z_ticket,
)
from app.devices.encoder import Encoder
from app.devices.profile import PAPER_58, PAPER_80, PrinterProfile
from app.devices.ticket import Cell, Code, Columns, Cut, Rule, Text, Ticket
from app.devices.virtual import Interpreter
from app.domain.invoice import InvoiceTitle
from app.domain.verdict import Text as TitleText
from app.records.coupon_token import CouponToken, mark, sealed
from app.records.events import (
    CashCount,
    CashMoved,
    CashPiece,
    DayClosed,
    ReturnClosed,
    ReturnLine,
    SaleClosed,
    SaleLine,
    ShiftClosed,
    ShiftTotals,
    SoldCode,
    StoredLoaded,
    StoredPaidOut,
    Tender,
    TenderTotal,
)
from app.records.events import Cut as Share
from app.records.keys import DeviceKey
from app.records.people import Member
from app.records.resources import resource

FONT = resource("fonts", "NotoSansSC-Regular.ttf")
GOLDENS = Path(__file__).parent
AT = datetime(2026, 11, 21, 6, 2, 9, tzinfo=UTC)
NUMBER = "S001-01-7a3f-153-9f8e7d6c"
STORE = TillProfile(
    store_id="S001",
    store_name="药柜示范药房",
    branch="云杉路店",
    till="01",
    till_title="1号台",
    licence_no="示CB0000001",
    address="示范市云杉路 18 号",
    phone="000-5550101",
)
NAMES = {"staff-1": "林晓 1001", "staff-2": "周敏 1002", "staff-9": "许文博 执业药师 示320000001"}
TITLES = {"cash": "现金", "bank_card": "银行卡 POS", "qr_pay": "收款码", "insurance": "医保终端"}
FACES = Faces(
    STORE,
    lambda staff_id: NAMES.get(staff_id, ""),
    lambda _: MEMBER,
    lambda method: TITLES.get(method, ""),
)
ENGLISH = replace(FACES, look=lambda: Look(language="en"))
MEMBER = Member(id="m1", card_no="90000000000000000017", phone="13800005566", name="欧阳晓䶮", tier="gold", points=1280)


def line(no: int, name: str, price: int, quantity: int = 1, **more: object) -> SaleLine:
    """Return a sale line with plausible facts."""
    facts: dict[str, object] = {
        "line_id": f"l{no}",
        "no": no,
        "product_id": f"p{no}",
        "generic_name": name,
        "form": "片剂",
        "spec": "0.25g×24片/盒",
        "unit": "盒",
        "maker": "青禾制药有限公司",
        "holder": "青禾制药有限公司",
        "rx_class": "otc_b",
        "quantity": quantity,
        "list_price_fen": price,
        "unit_price_fen": price,
        "amount_fen": price * quantity,
        "lot_no": f"B26{no:02d}07",
        "expires_on": date(2028, 3, 31),
        "lot_source": "code",
        "salesperson": "staff-1",
    }
    return SaleLine.model_validate(facts | more)


def cash(amount: int, handed: int | None = None) -> Tender:
    """Return a cash tender."""
    return tender("cash", "现金", "Cash", amount, kind="cash", handed=handed)


def tender(
    method: str, zh: str, en: str, amount: int, kind: str = "recorded", handed: int | None = None, digits: str = ""
) -> Tender:
    """Return a tender."""
    return Tender(
        tender_id=f"t-{method}",
        method=method,
        title_zh=zh,
        title_en=en,
        kind=kind,
        amount_fen=amount,
        handed_fen=amount if handed is None else handed,
        last_digits=digits,
        at=AT,
    )


def sale(
    lines: tuple[SaleLine, ...], tenders: tuple[Tender, ...], cuts: tuple[Share, ...] = (), **more: object
) -> SaleClosed:
    """Return a sale whose sums follow from its lines."""
    subtotal = sum(each.unit_price_fen * each.quantity for each in lines)
    cut = sum(each.amount_fen for each in cuts)
    facts: dict[str, object] = {
        "sale_id": "s1",
        "basket_id": "b1",
        "shift_id": "h1",
        "till": "01",
        "cashier": "staff-1",
        "opened_at": AT,
        "lines": lines,
        "cuts": cuts,
        "tenders": tenders,
        "subtotal_fen": subtotal,
        "cut_fen": cut,
        "rounding_fen": 0,
        "payable_fen": subtotal - cut,
        "change_fen": sum(each.handed_fen - each.amount_fen for each in tenders),
        "rule_pack": "1",
    }
    return SaleClosed.model_validate(facts | more)


def share(line_id: str, kind: str, zh: str, en: str, fen: int) -> Share:
    """Return one line's share of a price reduction."""
    return Share(line_id=line_id, cause_kind=kind, cause_id=f"c-{kind}", title_zh=zh, title_en=en, amount_fen=fen)


def codes(*numbers: int) -> tuple[SoldCode, ...]:
    """Return trace codes."""
    return tuple(SoldCode(code=f"8{number:019d}", entry="scanned") for number in numbers)


LONG = line(
    1,
    "复方氨酚烷胺伪麻那敏苯海拉明缓释胶囊（Ⅱ）",
    12850,
    3,
    brand_name="云杉清",
    form="缓释胶囊剂",
    spec="每粒含对乙酰氨基酚 325mg、盐酸伪麻黄碱 30mg；12粒×2板/盒",
    maker="云南高原雪莲生物制药集团股份有限公司第二分厂",
    holder="北方远山药物研究开发有限责任公司",
    codes=codes(11, 12, 13),
)
RX = line(
    2,
    "阿莫西林胶囊",
    1580,
    2,
    brand_name="阿禾仙",
    form="胶囊剂",
    rx_class="rx",
    near_expiry=True,
    expires_on=date(2027, 1, 31),
    codes=codes(7, 8),
)
GUESS = line(3, "布洛芬缓释胶囊", 2460, lot_source="assumed", near_expiry=True, codes=codes(9))
TEA = line(
    4,
    "金银花",
    4,
    1250,
    form="",
    spec="",
    unit="0.01g",
    kind="tcm",
    maker="百草园饮片有限公司",
    holder="",
    origin="山东",
    amount_fen=5000,
    lot_source="confirmed",
)
MASK = line(
    5,
    "医用外科口罩",
    990,
    form="",
    spec="10只/袋",
    unit="袋",
    kind="general",
    rx_class="none",
    lot_source="none",
    lot_no="",
    expires_on=None,
    maker="净风防护用品厂",
    holder="",
)

TOTALS = ShiftTotals(
    sales=126,
    sales_fen=986540,
    returns=2,
    returns_fen=5620,
    voids=1,
    voids_fen=1580,
    cuts_fen=32150,
    rounding_fen=-85,
    member_sales=71,
    rx_sales=23,
    price_changes=1,
    dropped_lines=4,
    dropped_baskets=1,
    drawer_opens=2,
    reprints=3,
    cash_in_fen=10000,
    cash_out_fen=50000,
    float_fen=50000,
    expected_cash_fen=212340,
    corrections=1,
    tenders=(
        TenderTotal(method="cash", sales=38, amount_fen=203960, refunds=1, refund_fen=1620),
        TenderTotal(method="qr_pay", sales=70, amount_fen=520480, refunds=1, refund_fen=4000),
        TenderTotal(method="bank_card", sales=8, amount_fen=122100, refunds=0, refund_fen=0),
        TenderTotal(method="insurance", sales=10, amount_fen=140000, refunds=1, refund_fen=1580),
    ),
)
SHIFT = ShiftClosed(
    shift_id="h1",
    till="01",
    staff_id="staff-1",
    handed_to="staff-2",
    z_no=218,
    opened_at=AT - timedelta(hours=8),
    totals=TOTALS,
    counts=(
        CashCount(pieces=(CashPiece(denomination_fen=10000, pieces=20),), counted_fen=200000, at=AT),
        CashCount(
            pieces=(
                CashPiece(denomination_fen=10000, pieces=20),
                CashPiece(denomination_fen=1000, pieces=12),
                CashPiece(denomination_fen=100, pieces=3),
                CashPiece(denomination_fen=10, pieces=1),
            ),
            counted_fen=212310,
            at=AT,
        ),
    ),
    counted_fen=212310,
    difference_fen=-30,
    difference_reason="change_error",
    float_left_fen=50000,
    remit_fen=162310,
    perpetual_fen=1234567890,
    held_baskets=1,
    unsent_events=12,
    unprinted_jobs=0,
)
RETURN = ReturnClosed(
    return_id="r1",
    member_id="m1",
    kind="return",
    original_sale_id="s1",
    original_number=NUMBER,
    shift_id="h1",
    till="01",
    cashier="staff-1",
    approved_by="staff-2",
    reason="quality",
    lines=(
        ReturnLine(
            line_id="rl1",
            original_line_id="l2",
            product_id="p2",
            generic_name="阿莫西林胶囊",
            spec="0.25g×24粒/盒",
            unit="盒",
            quantity=1,
            amount_fen=1580,
            lot_id="x",
            lot_no="B260207",
            zone="reject",
            codes=codes(7),
        ),
    ),
    refunds=(cash(1580),),
    total_fen=1580,
)


def cash_sale() -> Ticket:
    """Return the plainest receipt."""
    return sale_ticket(sale((line(1, "维生素C片", 850),), (cash(850, 1000),)), NUMBER, AT, FACES)


def member_rx_sale() -> Ticket:
    """Return a prescription sale to a member with cuts, three tenders and every mark."""
    cuts = (
        share("l1", "member_price", "金卡会员价", "Gold member price", 1500),
        share("l2", "threshold", "满 200 减 20", "20 off 200", 400),
        share("l1", "threshold", "满 200 减 20", "20 off 200", 1600),
        share("l2", "rounding", "抹零", "Rounding", 10),
    )
    lines = (
        LONG.model_copy(update={"amount_fen": 38550 - 3100}),
        RX.model_copy(update={"amount_fen": 3160 - 410, "salesperson": "staff-2"}),
        GUESS,
    )
    payable = 38550 + 3160 + 2460 - 3500 - 10
    tenders = (
        tender("insurance", "医保终端", "Insurance", 20000, digits="0021"),
        tender("qr_pay", "收款码", "QR payment", 15000, digits="778812"),
        cash(payable - 35000, payable - 35000 + 5340),
    )
    body = sale(
        lines,
        tenders,
        cuts,
        payable_fen=payable,
        rounding_fen=-10,
        member_id="m1",
        pharmacist="staff-9",
        reviews=("rv1",),
        invoice_wanted=True,
    )
    return sale_ticket(
        body,
        NUMBER,
        AT,
        replace(FACES, look=lambda: Look(read({"footer": ["云杉路店每周三血压免费测量"]}))),
        points=PointsLine(1780, 406, 500, 1686),
        invoice=InvoiceTitle("示范市云杉信息技术有限公司", "91000000MA00DEM00P"),
    )


def mixed_sale() -> Ticket:
    """Return a sale of weighed herbs and goods without lots."""
    return sale_ticket(sale((TEA, MASK), (cash(5990),)), NUMBER, AT, FACES)


def english_sale() -> Ticket:
    """Return a receipt with English labels."""
    cuts = (share("l2", "percent", "全场九折", "10 % off", 316),)
    lines = (RX.model_copy(update={"amount_fen": 2844}),)
    body = sale(lines, (tender("bank_card", "银行卡", "Bank card", 2844, digits="4412"),), cuts, pharmacist="staff-9")
    return sale_ticket(body, NUMBER, AT, ENGLISH)


def rare_names() -> Ticket:
    """Return a slip with characters that fonts in printers lack."""
    return Ticket(
        (
            Text("收款人：䶮𬱖 㛃 镕 喆 堃 玥 珺 龑"),
            Text("全角：（）￥，。；“”——…  半角：¥12.80"),
            Text("剂量：50µg/m² ½片 2–3次 ✓"),
            Columns((Cell("喆堃大药房镕"), Cell("2盒", 6, "right"), Cell("12.80", 8, "right")), bold=True),
            Rule("="),
            Text("居中𬱖", align="center"),
            Text("靠右", align="right"),
            Code("code128", "90-12{34}", "会员卡"),
            Code("ean13", "6900000000007"),
            Cut(),
        ),
        "test",
        "1",
    )


def forty_lines() -> Ticket:
    """Return a long receipt."""
    lines = tuple(line(no, f"感冒清热颗粒{no}号", 100 + no, 1 + no % 3) for no in range(1, 41))
    total = sum(each.amount_fen for each in lines)
    return sale_ticket(sale(lines, (cash(total),)), NUMBER, AT, FACES)


def training_sale() -> Ticket:
    """Return a receipt of training mode."""
    body = sale((MASK,), (cash(990),))
    return sale_ticket(body, NUMBER, AT, replace(FACES, training=True))


def card_sale() -> Ticket:
    """Return a sale paid by card alone, with lines that the card's terminal knows nothing of."""
    lines = (line(1, "蒙脱石散", 2280, 2, form="散剂", spec="3g×15袋/盒", codes=codes(21, 22)), MASK)
    return sale_ticket(sale(lines, (tender("bank_card", "银行卡 POS", "Bank card", 5550, digits="4412"),)), NUMBER, AT, FACES)


def qr_sale() -> Ticket:
    """Return a sale paid by the QR box on the desk."""
    lines = (line(1, "葡萄糖酸钙锌口服溶液", 3990, form="口服溶液剂", spec="10ml×24支/盒", codes=codes(31)),)
    return sale_ticket(sale(lines, (tender("qr_pay", "收款码", "QR payment", 3990, digits="778812"),)), NUMBER, AT, FACES)


def insurance_sale() -> Ticket:
    """Return a sale whose larger part the insurer's terminal took."""
    lines = (RX.model_copy(update={"near_expiry": False}), line(3, "苯磺酸氨氯地平片", 2650, 1, rx_class="rx", codes=codes(41)))
    tenders = (tender("insurance", "医保终端", "Insurance", 4810, digits="0021"), cash(1000, 1000))
    return sale_ticket(sale(lines, tenders, pharmacist="staff-9", reviews=("rv1",)), NUMBER, AT, FACES)


def rounded_sale() -> Ticket:
    """Return a sale whose fen the shop leaves to the customer."""
    iodine = line(1, "碘伏消毒液", 687, form="", spec="100ml/瓶", unit="瓶", kind="general", lot_source="none", lot_no="")
    body = sale((iodine,), (cash(680, 1000),))
    return sale_ticket(body.model_copy(update={"payable_fen": 680, "rounding_fen": -7, "change_fen": 320}), NUMBER, AT, FACES)


def gift_sale() -> Ticket:
    """Return a sale with a gift at the price of nothing."""
    lines = (line(1, "维生素C泡腾片", 5980, 2, codes=codes(51, 52)), MASK.model_copy(update={"line_id": "l2", "no": 2, "amount_fen": 0}))
    cuts = (share("l2", "gift", "满 100 赠口罩一袋", "A bag of masks from 100", 990),)
    return sale_ticket(sale(lines, (cash(11960, 12000),), cuts), NUMBER, AT, FACES)


def coupon_sale() -> Ticket:
    """Return a sale with a coupon spread over its lines and an offer for the second piece."""
    lines = (
        line(1, "复合维生素片", 12800, 2, amount_fen=18200, codes=codes(61, 62)),
        line(2, "钙维生素D片", 6900, amount_fen=5900, codes=codes(63)),
    )
    cuts = (
        share("l1", "nth_cheaper", "第二件半价", "Second at half price", 6400),
        share("l1", "coupon", "新人券 尾号 0173", "Welcome coupon *0173", 1000),
        share("l2", "coupon", "新人券 尾号 0173", "Welcome coupon *0173", 1000),
    )
    body = sale(lines, (tender("qr_pay", "收款码", "QR payment", 24100, digits="335"),), cuts, member_id="m1")
    return sale_ticket(body, NUMBER, AT, FACES, points=PointsLine(1280, 241, 0, 1521))


def ephedrine_sale() -> Ticket:
    """Return a sale of a register medicine at its limit of two packs."""
    cold = line(
        1, "氨酚伪麻美芬片", 1890, 2, form="片剂", rx_class="otc_a", special="ephedrine", register_id="g1", codes=codes(71, 72)
    )
    return sale_ticket(sale((cold,), (cash(3780, 5000),), pharmacist="staff-9"), NUMBER, AT, FACES)


def near_expiry_sale() -> Ticket:
    """Return a sale of goods near their end, sure and guessed."""
    lines = (line(1, "健胃消食片", 1290, near_expiry=True, expires_on=date(2027, 1, 31), codes=codes(81)), GUESS)
    return sale_ticket(sale(lines, (cash(3750, 4000),)), NUMBER, AT, FACES)


def split_pack_sale() -> Ticket:
    """Return a sale of single tablets out of a box."""
    tablets = line(1, "异烟肼片", 12, 14, unit="片", unit_level="split", rx_class="rx", spec="0.1g×100片/瓶", codes=codes(91))
    return sale_ticket(sale((tablets,), (cash(168),), pharmacist="staff-9"), NUMBER, AT, FACES)


def joining_sale() -> Ticket:
    """Return a stranger's receipt of a shop with lines of its own and a code to join."""
    look = Look(read({"header": ["医保定点药店"], "footer": ["会员日每月 8 日，全场非药品九折"]}), join_code="https://join.example/s001")
    return sale_ticket(sale((MASK,), (cash(990, 1000),)), NUMBER, AT, replace(FACES, look=lambda: look))


def own_template_sale() -> Ticket:
    """Return the receipt of a shop with a template of its own: a headline, a label at every fact, another order."""
    body = standard_body()
    blocks = [block for block in body["blocks"] if block not in ("saved", "keep", "contact")]
    look = Look(read({"headline": "云杉健康", "blocks": [*blocks, "space", "contact"], "labels": True, "bold_names": False}))
    return sale_ticket(sale((LONG, RX), (cash(41710),), pharmacist="staff-9"), NUMBER, AT, replace(FACES, look=lambda: look))


def invoice_sale() -> Ticket:
    """Return a sale with an invoice wish whose title nobody knows yet."""
    return sale_ticket(sale((MASK,), (cash(990),), invoice_wanted=True), NUMBER, AT, FACES)


def rare_sale() -> Ticket:
    """Return a sale of goods with names that fonts in printers lack, from one maker of that kind to a member of that kind."""
    lines = (
        line(1, "喆堃牌玥珺颗粒", 2980, maker="镕喆堃制药有限公司", holder="", spec="10g×9袋/盒（50µg/m²）", codes=codes(95)),
        line(2, "𬱖草㛃汤丸", 1560, maker="䶮州制药厂", holder="𬱖山药业", codes=codes(96)),
    )
    return sale_ticket(sale(lines, (cash(4540, 5000),), member_id="m1"), NUMBER, AT, FACES)


def the_void() -> Ticket:
    """Return the slip of a whole sale taken back minutes later."""
    body = RETURN.model_copy(
        update={"kind": "void", "reason": "double_charge", "refunds": (tender("qr_pay", "收款码", "QR payment", 1580, digits="335"),)}
    )
    return return_ticket(body, NUMBER, AT, FACES)


def the_english_return() -> Ticket:
    """Return a return slip with English labels, printed a second time."""
    return return_ticket(RETURN, NUMBER, AT, ENGLISH, reprint=2)


def cash_in() -> Ticket:
    """Return the slip of change brought to the drawer."""
    body = CashMoved(move_id="v1", shift_id="h1", amount_fen=20000, reason="change_money", approved_by="staff-2")
    return cash_ticket(body, NUMBER, AT, FACES, cashier="staff-1")


def cash_out() -> Ticket:
    """Return the slip of cash taken out for a small bill."""
    body = CashMoved(move_id="v2", shift_id="h1", amount_fen=-3550, reason="petty_cash", approved_by="staff-2")
    return cash_ticket(body, NUMBER, AT, FACES, cashier="staff-1")


def stored_sale() -> Ticket:
    """Return a sale that stored value paid, with what is left of it."""
    body = sale((MASK,), (tender("stored", "储值", "Stored value", 990, kind="stored"),), member_id="m1")
    return sale_ticket(body, NUMBER, AT, FACES, stored=StoredLine(53_000, -990))


def the_load() -> Ticket:
    """Return the slip of money that a member paid in."""
    body = StoredLoaded(
        load_id="l1",
        member_id="m1",
        shift_id="h1",
        till="01",
        staff_id="staff-1",
        principal_fen=50_000,
        bonus_fen=3_000,
        tenders=(cash(50_000, 60_000),),
    )
    return load_ticket(body, NUMBER, AT, FACES, StoredLine(2_600, 53_000))


def the_payout() -> Ticket:
    """Return the slip of what was left and is paid out."""
    body = StoredPaidOut(
        payout_id="o1",
        member_id="m1",
        shift_id="h1",
        till="01",
        staff_id="staff-1",
        approved_by="staff-2",
        reason="asked",
        hold_id="h",
        principal_fen=50_000,
        bonus_fen=3_000,
        tenders=(tender("bank_card", "银行卡 POS", "Bank card", 50_000, digits="4321"),),
    )
    return payout_ticket(body, NUMBER, AT, FACES, StoredLine(53_000, -53_000))


def z_with_stored_value() -> Ticket:
    """Return a Z report of a shift in which members paid in."""
    taken = (TenderTotal(method="cash", sales=2, amount_fen=70_000, refunds=1, refund_fen=9_000),)
    named = {"loads": 2, "loads_fen": 70_000, "load_bonus_fen": 3_000, "payouts": 1, "payouts_fen": 9_000, "load_tenders": taken}
    return z_ticket(SHIFT.model_copy(update={"totals": TOTALS.model_copy(update=named)}), NUMBER, AT, FACES)


COUPON = CouponSlip(
    TitleText("慢病满减券", "20 off chronic medicines"),
    TitleText("慢病用药满 ￥120.00 减 ￥20.00", "￥20.00 off from ￥120.00"),
    sealed(
        CouponToken(UUID(int=7), "B", mark("right-20", 8), bytes(8), mark("RM01", 4), date(2026, 11, 1), date(2026, 12, 31), 2000),
        DeviceKey.from_bytes(bytes(range(32))).sign,
    ),
    str(UUID(int=7)),
    "B",
    date(2026, 11, 1),
    date(2026, 12, 31),
)


def the_coupon() -> Ticket:
    """Return a coupon on paper, good for whoever brings it."""
    return coupon_ticket(COUPON, FACES)


def the_return() -> Ticket:
    """Return a return slip."""
    return return_ticket(RETURN, NUMBER, AT, FACES)


def the_x() -> Ticket:
    """Return an X report."""
    return x_ticket(
        TOTALS,
        "X",
        AT,
        FACES,
        cashier="staff-1",
        opened_at=AT - timedelta(hours=8),
    )


def the_z() -> Ticket:
    """Return a Z report."""
    return z_ticket(SHIFT, NUMBER, AT, FACES)


def the_day() -> Ticket:
    """Return a day close."""
    body = DayClosed(
        day=date(2026, 11, 21), shifts=("h1", "h2"), totals=TOTALS, perpetual_fen=1234567890, backup="ab" * 32
    )
    return day_ticket(body, NUMBER, AT, FACES)


def the_reprint() -> Ticket:
    """Return the second copy of a receipt."""
    return reprinted(cash_sale(), 1)


SLIPS: tuple[Callable[[], Ticket], ...] = (
    cash_sale,
    card_sale,
    qr_sale,
    insurance_sale,
    rounded_sale,
    gift_sale,
    coupon_sale,
    ephedrine_sale,
    near_expiry_sale,
    split_pack_sale,
    joining_sale,
    own_template_sale,
    invoice_sale,
    member_rx_sale,
    mixed_sale,
    english_sale,
    rare_names,
    rare_sale,
    forty_lines,
    training_sale,
    the_return,
    the_void,
    the_english_return,
    the_x,
    the_z,
    the_day,
    the_reprint,
    cash_in,
    cash_out,
    the_coupon,
    stored_sale,
    the_load,
    the_payout,
    z_with_stored_value,
)
POOR_FONT = (rare_names, rare_sale, member_rx_sale, cash_sale)
"""Slips also printed on a printer that holds GB2312 only."""
PAPERS = {
    "80": PAPER_80,
    "58": PAPER_58,
    "80-gb2312": PrinterProfile(charset="gb2312"),
    "58-gb2312": replace(PAPER_58, charset="gb2312"),
}


def printed(ticket: Ticket, profile: PrinterProfile) -> Interpreter:
    """Print a ticket on virtual paper."""
    interpreter = Interpreter(FONT, dots=profile.dots, charset="gb18030" if profile.charset == "gb18030" else "gbk")
    interpreter.feed(Encoder(profile, FONT).encode(ticket))
    interpreter.finish()
    return interpreter


CASES = [(slip, paper) for slip in SLIPS for paper in ("80", "58")]
CASES += [(slip, paper) for slip in POOR_FONT for paper in ("80-gb2312", "58-gb2312")]


@pytest.mark.parametrize(("slip", "paper"), CASES, ids=lambda part: part if isinstance(part, str) else part.__name__)
def test_every_slip_prints_as_its_golden_file_says(slip: Callable[[], Ticket], paper: str) -> None:
    interpreter = printed(slip(), PAPERS[paper])
    lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in interpreter.events)
    text = f"[\n{lines}\n]\n"
    golden = GOLDENS / f"{slip.__name__}-{paper}.json"
    if os.environ.get("YAOGUI_WRITE_GOLDENS"):
        golden.write_text(text, encoding="utf-8")
    if folder := os.environ.get("YAOGUI_PAPER_PNG"):
        interpreter.paper().save(Path(folder) / f"{golden.stem}.png")
    assert text == golden.read_text(encoding="utf-8")
    assert not [event for event in interpreter.events if event["t"] == "warn"]


@pytest.mark.parametrize("profile", [PAPER_80, PAPER_58, PrinterProfile(native_qr=False, raster_only=True)])
def test_a_scanner_reads_the_receipt_number_back_from_paper(profile: PrinterProfile) -> None:
    read = zxingcpp.read_barcodes(printed(cash_sale(), profile).paper().convert("L"))
    assert [(each.format.name, each.text) for each in read] == [("QRCode", NUMBER)]


@pytest.mark.parametrize("profile", [PAPER_80, PAPER_58, PrinterProfile(native_qr=False)])
def test_a_scanner_reads_bar_codes_back_from_paper(profile: PrinterProfile) -> None:
    read = zxingcpp.read_barcodes(printed(rare_names(), profile).paper().convert("L"))
    assert [(each.format.name, each.text) for each in read] == [("Code128", "90-12{34}"), ("EAN13", "6900000000007")]


@pytest.mark.parametrize("profile", [PAPER_80, PAPER_58, PrinterProfile(native_qr=False, raster_only=True)])
def test_a_scanner_reads_a_coupons_token_back_from_paper(profile: PrinterProfile) -> None:
    read = zxingcpp.read_barcodes(printed(the_coupon(), profile).paper().convert("L"))
    assert [(each.format.name, each.text) for each in read] == [("QRCode", COUPON.token)]


def test_a_receipt_says_every_field_of_the_law() -> None:
    text = "\n".join(str(event.get("text", "")) for event in printed(member_rx_sale(), PAPER_80).events)
    for fact in (
        "药柜示范药房",
        "示CB0000001",
        NUMBER,
        "1号台",
        "林晓 1001",
        "周敏 1002",
        "2026-11-21 14:02:09",
        "阿禾仙",
        "胶囊剂",
        "持有人 北方远山药物",
        "B260207",
        "2027-01-31",
        "80000000000000000007",
        "[处方药]",
        "许文博",
        "金卡会员价",
        "抹零",
        "医保终端 *0021",
        "找零",
        "欧**䶮",
        "138****5566",
        "原有1780",
        "本次+406",
        "使用-500",
        "现有1686",
        "91000000MA00DEM00P",
        "除质量原因外",
        "12315",
    ):
        assert fact in text, fact


def test_a_guessed_lot_and_its_expiry_are_never_printed() -> None:
    body = sale((GUESS,), (cash(2460),))
    text = str(printed(sale_ticket(body, NUMBER, AT, FACES), PAPER_80).events)
    assert "批号和有效期以盒上为准" in text
    assert GUESS.lot_no not in text
    assert "2028-03-31" not in text


def test_a_reprint_differs_from_the_receipt_only_in_its_mark() -> None:
    first, again = cash_sale(), the_reprint()
    assert again.lines[1:] == first.lines
    assert again.lines[0] == Text("*** 补打 1 ***", True, 1, "center")


def test_the_running_report_does_not_give_the_cash_away_before_the_count() -> None:
    text = str(printed(the_x(), PAPER_80).events)
    assert "点钞后显示" in text
    for given_away in ("2123.40", "2023.40", "2039.60", "9865.40", "9793.40"):
        assert given_away not in text


def test_a_training_receipt_says_so_at_both_ends() -> None:
    marks = [event for event in printed(training_sale(), PAPER_80).events if "练习" in str(event.get("text"))]
    assert len(marks) == 2 and all(event["size"] == [2, 2] for event in marks)
