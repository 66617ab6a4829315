"""Importing a shop's own members."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from app.domain.codes import inhouse
from app.domain.importing.columns import CellRefused, Column, choice, day, digits, read_rows, text, whole, yes_no
from app.domain.importing.plan import ImportPlan, row_error
from app.domain.importing.table import Table
from app.records.people import Member

_SEXES = {"女": "F", "男": "M", "女士": "F", "先生": "M", "f": "F", "m": "M", "female": "F", "male": "M", "未知": ""}
_TIERS = {"普通": "normal", "银卡": "silver", "金卡": "gold", "普通会员": "normal", "银": "silver", "金": "gold"}
_ALLERGIES = {
    "青霉素": "penicillin",
    "头孢": "cephalosporin",
    "磺胺": "sulfa",
    "解热镇痛药": "nsaid",
    "喹诺酮": "quinolone",
    "大环内酯": "macrolide",
    "四环素": "tetracycline",
    "硝基咪唑": "nitroimidazole",
    "碘": "iodine",
    "对乙酰氨基酚": "paracetamol",
    "青霉素类": "penicillin",
    "头孢类": "cephalosporin",
    "头孢菌素": "cephalosporin",
    "头孢菌素类": "cephalosporin",
    "非甾体抗炎药": "nsaid",
    "磺胺类": "sulfa",
    "阿司匹林": "nsaid",
    "布洛芬": "nsaid",
    "沙星类": "quinolone",
    "喹诺酮类": "quinolone",
    "大环内酯类": "macrolide",
    "四环素类": "tetracycline",
    "硝基咪唑类": "nitroimidazole",
    "可待因": "codeine",
    "可待因类": "codeine",
    "红霉素": "macrolide",
    "甲硝唑": "nitroimidazole",
    "扑热息痛": "paracetamol",
}
_NONE_WORDS = ("无", "没有", "无过敏", "none", "no")
_ONE_ALLERGY = choice(_ALLERGIES)


def _phone(cell: str) -> str:
    plain = re.sub(r"[\s-]", "", digits(30)(cell)).removeprefix("+86")
    if re.fullmatch(r"1[0-9]{10}", plain) is None:
        raise CellRefused("phone")
    return plain


def _allergies(cell: str) -> str:
    """Class codes, ';'-separated; "" where the cell says that there are none."""
    if cell.lower() in _NONE_WORDS:
        return ""
    parts = [part for part in re.split(r"[;；、,，\s]+", cell) if part]
    return text(120)(";".join(dict.fromkeys(_ONE_ALLERGY(part) for part in parts)))


MEMBER_COLUMNS: tuple[Column, ...] = (
    Column("card_no", ("会员卡号", "卡号", "会员号", "Card no", "Card number", "Card"), digits(24)),
    Column("phone", ("手机号", "手机", "电话", "联系电话", "手机号码", "Phone", "Mobile"), _phone),
    Column("name", ("姓名", "会员姓名", "Name"), text(40)),
    Column("sex", ("性别", "Sex", "Gender"), choice(_SEXES)),
    Column("born_on", ("出生日期", "生日", "Born on", "Birthday", "Date of birth"), day),
    Column("tier", ("会员等级", "等级", "卡类型", "Tier", "Level"), choice(_TIERS)),
    Column("points", ("积分", "当前积分", "Points"), whole),
    Column("allergy_classes", ("过敏史", "药物过敏", "过敏", "Allergies"), _allergies),
    Column("chronic", ("慢病", "慢病会员", "Chronic"), yes_no),
    Column("joined_on", ("入会日期", "办卡日期", "注册日期", "Joined on"), day),
)


def plan_members(table: Table, existing: Iterable[Member], today: date) -> ImportPlan[Member]:
    """Read a member file; a row means the member with its card, else with its phone, else a new one.

    A blank allergy cell means nobody asked; 无 means asked and none. Without a card number one is made from the phone.
    """
    by_card: dict[str, Member] = {}
    by_phone: dict[str, Member] = {}
    for member in existing:
        by_card[member.card_no] = member
        if member.phone:
            by_phone[member.phone] = member
    reading = read_rows(table, MEMBER_COLUMNS)
    errors = list(reading.errors)
    creates: list[Member] = []
    updates: list[Member] = []
    unchanged: list[Member] = []
    seen: dict[str, int] = {}
    for row in reading.rows:
        card_no, phone = row.text("card_no"), row.text("phone")
        if not row.sound:
            continue
        if not card_no and not phone:
            errors.append(row_error(row.number, "手机号", "no_identity"))
            continue
        present = by_card.get(card_no) if card_no else None
        if present is None:
            present = by_phone.get(phone)
        if present is not None and phone in by_phone and by_phone[phone] is not present:
            errors.append(row_error(row.number, "手机号", "phone_taken", phone))
            continue
        keys = [key for key in (f"card {card_no}" if card_no else "", f"phone {phone}" if phone else "") if key]
        other = next((seen[key] for key in keys if key in seen), None)
        if other is not None:
            errors.append(row_error(row.number, "手机号" if phone else "会员卡号", "repeated_row", phone, other=other))
            continue
        seen.update(dict.fromkeys(keys, row.number))
        errors.extend(
            row_error(row.number, title, "day_ahead", row.texts[field])
            for field, title in (("born_on", "出生日期"), ("joined_on", "入会日期"))
            if isinstance(value := row.values.get(field), date) and value > today
        )
        number = card_no or (present.card_no if present is not None else inhouse("90", int(phone)))
        base = present if present is not None else Member(id=f"member-{number}", card_no=number)
        known = {"allergies_known": True} if "allergy_classes" in row.values else {}
        member = base.model_copy(update={**row.values, **known, "card_no": number})
        if present is None:
            creates.append(member)
        else:
            (unchanged if member == present else updates).append(member)
    return ImportPlan(tuple(creates), tuple(updates), tuple(unchanged), tuple(errors), reading.ignored_columns)
