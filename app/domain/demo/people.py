"""Staff, members and family persons of the demo pharmacy; every name and number is invented."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from app.domain.codes import inhouse
from app.domain.demo.rows import DemoRows
from app.records.people import FamilyPerson, Member, Staff

MEMBERS = 3000
_CLASS_WEIGHTS = {
    "penicillin": 30,
    "cephalosporin": 16,
    "sulfa": 14,
    "nsaid": 14,
    "quinolone": 6,
    "macrolide": 6,
    "iodine": 6,
    "nitroimidazole": 4,
    "paracetamol": 4,
}
"""Allergy classes of the demo's members and how often each occurs."""


def badge_code(staff_code: str) -> str:
    """The scannable code of an employee's badge: prefix 96, the staff code as the number."""
    return inhouse("96", int(staff_code))


def build_staff(rows: DemoRows) -> tuple[Staff, ...]:
    """The demo's staff without PIN hashes: hashing is the caller's."""
    return tuple(
        Staff(id=row["id"], code=row["code"], name=row["name"], role=row["role"], licence_no=row["licence_no"])
        for row in rows.staff
    )


def demo_pins(rows: DemoRows) -> dict[str, str]:
    """PIN by staff id, as the demo's sign-in shows them."""
    return {row["id"]: row["pin"] for row in rows.staff}


def build_members(rows: DemoRows, today: date, seed: int) -> tuple[Member, ...]:
    """3,000 members; the first one is the one of the sheet: gold, 68 years old, allergic to penicillin and sulfa."""
    draw = Random(f"{seed}-members")
    first = Member(
        id="member-00001",
        card_no=inhouse("90", 1),
        phone="19900000001",
        name="王秀兰",
        sex="F",
        born_on=date(today.year - 68, 3, 12),
        tier="gold",
        points=3412,
        allergies_known=True,
        allergy_classes="penicillin;sulfa",
        chronic=True,
        joined_on=today - timedelta(days=2100),
        handle=member_handle(1),
        code_key=_code_key(1, seed),
    )
    return (first, *(_member(number, rows, today, draw, seed) for number in range(2, MEMBERS + 1)))


def _member(number: int, rows: DemoRows, today: date, draw: Random, seed: int) -> Member:
    sex = "F" if draw.random() < 0.58 else "M"
    age = min(92, max(18, round(draw.gauss(54, 16))))
    tier = draw.choices(rows.tiers, [int(row["weight"]) for row in rows.tiers])[0]
    known, classes = _allergies(draw)
    return Member(
        id=f"member-{number:05d}",
        card_no=inhouse("90", number),
        phone=f"1990000{number:04d}" if draw.random() < 0.97 else "",
        name=_name(sex, "", rows, draw),
        sex=sex,
        born_on=_born(age, today, draw) if draw.random() < 0.9 else None,
        tier=tier["tier"],
        points=draw.randint(int(tier["points_low"]), int(tier["points_high"])),
        allergies_known=known,
        allergy_classes=classes,
        chronic=draw.random() < 0.1 + max(0, age - 40) / 90,
        joined_on=today - timedelta(days=draw.randint(1, 2500)),
        handle=member_handle(number),
        code_key=_code_key(number, seed),
    )


def member_handle(number: int) -> str:
    """The nine digits that name a demo member in a dynamic code: no two alike, and none tells how many members there are."""
    return f"{number * 618_033_989 % 10**9:09d}"


def _code_key(number: int, seed: int) -> str:
    """A demo member's key, the same in every demo of this seed, so that a code can be made outside the till."""
    return hashlib.sha256(f"yaogui demo member code {seed} {number}".encode()).hexdigest()[:32]


def build_family(rows: DemoRows, members: Sequence[Member], today: date, seed: int) -> Iterator[FamilyPerson]:
    """A third of the members buy for one to three other persons; the first member has a grandson of five."""
    draw = Random(f"{seed}-family")
    relations = [entry.split(":") for entry in rows.names["relation"].split(";")]
    yield FamilyPerson(
        id="family-00001-1",
        member_id=members[0].id,
        name="王子轩",
        relation="孙子",
        sex="M",
        born_on=date(today.year - 5, 6, 1) if today >= date(today.year, 6, 1) else date(today.year - 6, 6, 1),
        weight_g=18_500,
        allergies_known=True,
        allergy_classes="cephalosporin",
    )
    for member in members[1:]:
        if draw.random() >= 0.33:
            continue
        for place in range(draw.choices((1, 2, 3), (6, 3, 1))[0]):
            word, sex, youngest, oldest = draw.choice(relations)
            married = word == "配偶"
            if sex == "X":
                sex = ("M" if member.sex == "F" else "F") if married else draw.choice("FM")
            age = draw.randint(int(youngest), int(oldest))
            known, classes = _allergies(draw)
            yield FamilyPerson(
                id=f"family-{member.id[-5:]}-{place + 1}",
                member_id=member.id,
                name=_name(sex, "" if married else member.name[:1], rows, draw),
                relation=word,
                sex=sex,
                born_on=_born(age, today, draw),
                weight_g=draw.randint(8 + age * 2, 12 + age * 3) * 1000 if age < 14 else 0,
                allergies_known=known,
                allergy_classes=classes,
            )


def _allergies(draw: Random) -> tuple[bool, str]:
    """Whether anybody ever asked, and the classes: six in ten were asked, one in eight of them has something."""
    known = draw.random() < 0.6
    if not known or draw.random() >= 0.13:
        return known, ""
    picked = set(draw.choices(tuple(_CLASS_WEIGHTS), tuple(_CLASS_WEIGHTS.values()), k=draw.choices((1, 2), (4, 1))[0]))
    return known, ";".join(name for name in _CLASS_WEIGHTS if name in picked)


def _born(age: int, today: date, draw: Random) -> date:
    return today - timedelta(days=age * 365 + age // 4 + draw.randint(1, 364))


def _name(sex: str, surname: str, rows: DemoRows, draw: Random) -> str:
    kind = "female" if sex == "F" else "male"
    name = surname or draw.choice(rows.names["surname"])
    if draw.random() < 0.72:
        name += draw.choice(rows.names[f"{kind}_first"])
    return name + draw.choice(rows.names[f"{kind}_last"])
