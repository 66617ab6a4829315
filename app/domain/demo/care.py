"""Long illnesses of the demo's members: ninety days of readings, doses, purchases of the year before, and talks; all invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from app.records.catalogue import Product
from app.records.people import Member

CARED_FOR = 60
"""Chronic members with a history; the first of them is the one of the sheet."""
_DAYS = 90
_YEAR = 200
"""Purchases go back so many days: the half year that adherence looks at, and the supply that was open when it began."""

_PRESSURES = (
    (151, 96), (148, 95), (146, 92), (149, 94), (143, 91), (140, 90), (138, 88), (141, 90), (136, 87), (134, 86),
    (131, 84), (133, 85), (130, 83), (128, 82), (131, 84), (130, 83), (136, 86), (134, 85), (139, 87), (142, 88),
)  # fmt: skip
"""The first member's pressures: three months down, two weeks up."""
_SHEET = (
    ("P1600A1", 1, "evening", 4, (25, 61, 97, 131, 164, 198)),
    ("P1000A1", 1, "morning", 1, (19, 51, 82, 115, 146, 179)),
    ("P1400A1", 2, "after_meals", 2, (18, 54, 87, 121, 155, 190)),
)
"""The first member's medicines: product, times a day, when, packs at a time, days ago."""
_MEDICINES: Mapping[str, tuple[tuple[str, int, int], ...]] = {
    "pressure": (("P1000A1", 1, 1), ("P1020A1", 1, 1), ("P1011A1", 1, 1), ("P1005A1", 2, 2), ("P1040A1", 1, 1)),
    "glucose": (("P1400A1", 2, 2), ("P1406A1", 1, 1), ("P1405A1", 1, 1), ("P1410A1", 3, 3)),
    "lipids": (("P1600A1", 1, 4), ("P1604A1", 1, 2), ("P1605A1", 1, 2)),
}
"""What is taken for what: product, times a day, packs at a time."""


@dataclass(frozen=True, slots=True)
class DemoReading:
    """One reading, so many days before the demo's day."""

    member_id: str
    kind: str
    days_ago: int
    minute: int
    """Of the shop's day."""
    figures: Mapping[str, int]
    context: str = ""
    place: str = "store"


@dataclass(frozen=True, slots=True)
class DemoUsage:
    """How a member takes a medicine: one piece each time."""

    member_id: str
    product_id: str
    times: int
    moment: str


@dataclass(frozen=True, slots=True)
class DemoPurchase:
    """A purchase from before the demo's till was founded."""

    member_id: str
    product_id: str
    days_ago: int
    quantity: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class DemoTalk:
    """A follow-up: made so many days ago, or still to be made (negative)."""

    member_id: str
    days_ago: int
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoCare:
    """Everything care knows of the demo's members."""

    members: tuple[str, ...]
    """Those who consented to a health file."""
    readings: tuple[DemoReading, ...]
    """Oldest first."""
    usages: tuple[DemoUsage, ...]
    purchases: tuple[DemoPurchase, ...]
    talks: tuple[DemoTalk, ...]


def build_care(members: Sequence[Member], products: Sequence[Product], seed: int) -> DemoCare:
    """Grow the histories; two builds for one seed are equal, and nothing depends on the day."""
    draw = Random(f"{seed}-care")
    price = {product.id: product.list_price_fen for product in products}
    cared = [member for member in members if member.chronic][:CARED_FOR]
    readings: list[DemoReading] = []
    usages: list[DemoUsage] = []
    purchases: list[DemoPurchase] = []
    talks: list[DemoTalk] = []

    def buy(member_id: str, product_id: str, days_ago: int, packs: int) -> None:
        purchases.append(DemoPurchase(member_id, product_id, days_ago, packs, packs * price[product_id]))

    first = cared[0].id
    step = (_DAYS - 3) / (len(_PRESSURES) - 1)
    for n, (sbp, dbp) in enumerate(_PRESSURES):
        days_ago = round((len(_PRESSURES) - 1 - n) * step) + 2
        figures = {"sbp": sbp, "dbp": dbp, "pulse": 70 + n % 7}
        readings.append(DemoReading(first, "pressure", days_ago, 570 + n * 11, figures, "left", "store" if n % 3 == 0 else "home"))
    for n, glucose in enumerate((760, 720, 690, 670, 710, 660, 640, 680, 650)):
        readings.append(DemoReading(first, "glucose", 80 - n * 9, 480, {"glucose": glucose}, "fasting"))
    for n, days_ago in enumerate((84, 54, 24)):
        readings.append(DemoReading(first, "weight", days_ago, 600, {"weight": (645, 638, 634)[n], "height": 1580}))
    readings.append(DemoReading(first, "lipids", 40, 615, {"tc": 512, "ldl": 286, "hdl": 124, "tg": 168}))
    for product_id, times, moment, packs, bought in _SHEET:
        usages.append(DemoUsage(first, product_id, times, moment))
        for days_ago in bought:
            buy(first, product_id, days_ago, packs)
    talks += [DemoTalk(first, 7, ("regular", "dizzy")), DemoTalk(first, -7)]

    for member in cared[1:]:
        for kind, share in (("pressure", 0.75), ("glucose", 0.4), ("lipids", 0.3)):
            if draw.random() >= share:
                continue
            product_id, times, packs = draw.choice(_MEDICINES[kind])
            if draw.random() < 0.7:
                usages.append(DemoUsage(member.id, product_id, times, draw.choice(("morning", "evening", "after_meals", ""))))
            days_ago = draw.randint(1, 40)
            while days_ago < _YEAR:
                buy(member.id, product_id, days_ago, packs)
                days_ago += 28 + draw.choice((-2, 0, 0, 1, 2, 4, 9))
            readings += _drawn(member.id, kind, draw)
        said = draw.random()
        if said < 0.3:
            talks.append(DemoTalk(member.id, draw.randint(3, 40), (draw.choice(("regular", "forgets", "no_trouble")),)))
        elif said < 0.5:
            talks.append(DemoTalk(member.id, -draw.randint(0, 12)))
    readings.sort(key=lambda one: (-one.days_ago, one.minute, one.member_id))
    return DemoCare(tuple(member.id for member in cared), tuple(readings), tuple(usages), tuple(purchases), tuple(talks))


def _drawn(member_id: str, kind: str, draw: Random) -> list[DemoReading]:
    """A person's readings of one kind: a level of their own, a slow drift, and the scatter of every day."""
    found = []
    if kind == "pressure":
        level, drift = draw.randint(122, 152), draw.randint(-12, 12)
        for days_ago in _days(draw, 5, 10):
            sbp = level + drift * (_DAYS - days_ago) // _DAYS + draw.randint(-6, 6)
            dbp = round(sbp * 0.6) + draw.randint(-4, 4)
            figures = {"sbp": sbp, "dbp": dbp, "pulse": draw.randint(60, 88)}
            found.append(DemoReading(member_id, kind, days_ago, draw.randint(500, 1200), figures, draw.choice(("left", "right")), "store"))
    elif kind == "glucose":
        level, drift = draw.randint(580, 860), draw.randint(-90, 90)
        for days_ago in _days(draw, 6, 12):
            context = draw.choice(("fasting", "fasting", "two_hours"))
            value = level + drift * (_DAYS - days_ago) // _DAYS + draw.randint(-60, 60) + (220 if context == "two_hours" else 0)
            found.append(DemoReading(member_id, kind, days_ago, draw.randint(430, 1100), {"glucose": value // 10 * 10}, context, "home"))
    else:
        ldl = draw.randint(180, 420)
        figures = {"tc": ldl + draw.randint(150, 220), "ldl": ldl, "hdl": draw.randint(95, 160), "tg": draw.randint(80, 260)}
        found.append(DemoReading(member_id, kind, draw.randint(10, 80), draw.randint(540, 1000), figures))
    return found


def _days(draw: Random, least: int, most: int) -> list[int]:
    """Days of measuring, the longest ago first."""
    days, found = draw.randint(1, most), []
    while days < _DAYS:
        found.append(days)
        days += draw.randint(least, most)
    return found[::-1]
