"""The demo pharmacy as one frozen value, grown from authored rows for a given day, and its sheet of scannable codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from app.domain.codes import ean13, inhouse
from app.domain.demo.people import badge_code, build_family, build_members, build_staff, demo_pins
from app.domain.demo.products import build_products
from app.domain.demo.rows import DemoRows
from app.domain.demo.stock import build_stock
from app.records.catalogue import Lot, Product, TraceCode
from app.records.coupon_token import CouponToken, mark, sealed
from app.records.coupons import CouponRight
from app.records.offers import Offer
from app.records.people import FamilyPerson, Member, Staff

SEED = 20261121


@dataclass(frozen=True, slots=True)
class StoreProfile:
    """Who the demo store says it is."""

    store_id: str
    name: str
    branch: str
    licence: str
    address: str
    phone: str
    till: str
    till_title: str
    slogan: str
    province: str

    @property
    def title(self) -> str:
        """The name over the door: 安康大药房·人民路店."""
        return f"{self.name}·{self.branch}"


@dataclass(frozen=True, slots=True)
class SheetCode:
    """One code on the sheet of scannable codes."""

    kind: str
    """barcode | trace | near_expiry | expired | recalled | base_code | unknown | member | coupon | staff."""
    title_zh: str
    title_en: str
    code: str
    note_zh: str
    note_en: str
    product_id: str = ""


@dataclass(frozen=True, slots=True)
class DemoRight:
    """A personal coupon of a demo member, before somebody signs it."""

    serial: str
    member_id: str
    offer: Offer
    ends_on: date
    face_fen: int

    def signed(self, store_id: str, sign: Callable[[bytes], bytes]) -> CouponRight:
        """The right as headquarters would tell a store of it."""
        offer = self.offer
        token = CouponToken(
            serial=UUID(self.serial),
            coupon_class="B",
            offer_mark=mark(offer.id, 8),
            holder_mark=mark(self.member_id, 8),
            store_mark=mark(store_id, 4),
            starts_on=offer.starts_on,
            ends_on=self.ends_on,
            face_fen=self.face_fen,
        )
        return CouponRight(
            id=self.serial,
            offer_id=offer.id,
            member_id=self.member_id,
            coupon_class=token.coupon_class,
            token=sealed(token, sign),
            starts_on=offer.starts_on,
            ends_on=self.ends_on,
            face_fen=self.face_fen,
        )


@dataclass(frozen=True, slots=True)
class DemoCampaign:
    """A promotion that headquarters runs as a campaign."""

    offer: Offer
    budget_fen: int
    hold_percent: int


@dataclass(frozen=True, slots=True)
class DemoPharmacy:
    """Everything a new till needs to be the demo pharmacy; two builds for one day and seed are equal."""

    store: StoreProfile
    products: tuple[Product, ...]
    lots: tuple[Lot, ...]
    stock: Mapping[str, int]
    """Quantity on the shelf by lot id, in the product's smallest unit."""
    trace_codes: tuple[TraceCode, ...]
    members: tuple[Member, ...]
    family: tuple[FamilyPerson, ...]
    staff: tuple[Staff, ...]
    """Without PIN hashes."""
    pins: Mapping[str, str]
    """Demonstration PIN by staff id; the caller hashes it."""
    offers: tuple[Offer, ...]
    rights: tuple[DemoRight, ...]
    campaigns: tuple[DemoCampaign, ...]
    sheet: tuple[SheetCode, ...]


def build_pharmacy(rows: DemoRows, today: date, seed: int = SEED) -> DemoPharmacy:
    """Grow the demo pharmacy; ids, barcodes and prices depend on rows and seed alone, expiries on `today`."""
    products = build_products(rows, seed)
    drawn = tuple(build_stock(rows, products, today, seed))
    members = build_members(rows, today, seed)
    lots = tuple(entry.lot for entry in drawn)
    trace_codes = tuple(code for entry in drawn for code in entry.boxes)
    staff = build_staff(rows)
    offers = tuple(_offer(row, today) for row in rows.offers)
    by_id = {offer.id: offer for offer in offers}
    return DemoPharmacy(
        store=StoreProfile(**rows.store),
        products=products,
        lots=lots,
        stock={entry.lot.id: entry.quantity for entry in drawn},
        trace_codes=trace_codes,
        members=members,
        family=tuple(build_family(rows, members, today, seed)),
        staff=staff,
        pins=demo_pins(rows),
        offers=offers,
        rights=tuple(_right(row, by_id, today) for row in rows.rights),
        campaigns=tuple(DemoCampaign(by_id[row["offer"]], int(row["budget_fen"]), int(row["hold_percent"])) for row in rows.campaigns),
        sheet=tuple(_sheet(rows, products, lots, trace_codes, members, staff, today)),
    )


def _offer(row: Mapping[str, str], today: date) -> Offer:
    return Offer(
        id=row["id"],
        kind=row["kind"],
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        scope=row["scope"],
        members_only=row["members_only"] == "1",
        terms=json.dumps(json.loads(row["terms"]), separators=(",", ":"), sort_keys=True),
        priority=int(row["priority"]),
        stack_group=row["stack_group"],
        exclusive=row["exclusive"] == "1",
        coupon_code=inhouse("92", int(row["coupon"])) if row["coupon"] else "",
        starts_on=today + timedelta(days=int(row["starts_in_days"])),
        ends_on=today + timedelta(days=int(row["ends_in_days"])),
        by_right=row["by_right"] == "1",
    )


def _right(row: Mapping[str, str], offers: Mapping[str, Offer], today: date) -> DemoRight:
    return DemoRight(
        serial=str(uuid5(NAMESPACE_OID, f"{row['member']} {row['offer']} {today.isoformat()}")),
        member_id=row["member"],
        offer=offers[row["offer"]],
        ends_on=today + timedelta(days=int(row["ends_in_days"])),
        face_fen=int(row["face_fen"]),
    )


def _sheet(
    rows: DemoRows,
    products: tuple[Product, ...],
    lots: tuple[Lot, ...],
    trace_codes: tuple[TraceCode, ...],
    members: tuple[Member, ...],
    staff: tuple[Staff, ...],
    today: date,
) -> Iterator[SheetCode]:
    """Choose a code for every authored line of the sheet; a KeyError would mean that the rows do not agree."""
    product_of = {product.id: product for product in products}
    cards = {member.id: member.card_no for member in members}
    badges = {person.id: badge_code(person.code) for person in staff}
    coupons = {row["id"]: inhouse("92", int(row["coupon"])) for row in rows.offers if row["coupon"]}
    lot_of = {lot.id: lot for lot in lots}
    unused: dict[tuple[str, str], list[str]] = {}
    for box in trace_codes:
        if box.lot_id is not None:
            kind = _kind_of(lot_of[box.lot_id], today)
            unused.setdefault((box.product_id, kind), []).append(box.code)
    for row in rows.sheet:
        target, kind = row["target"], row["kind"]
        match kind:
            case "barcode":
                code = product_of[target].barcode
            case "base_code":
                code = product_of[target].base_code
            case "member":
                code = cards[target]
            case "staff":
                code = badges[target]
            case "coupon":
                code = coupons[target]
            case "unknown":
                code = ean13("699999999999")
            case _:
                code = unused[target, kind].pop(0)
        yield SheetCode(
            kind=kind,
            title_zh=row["title_zh"],
            title_en=row["title_en"],
            code=code,
            note_zh=row["note_zh"],
            note_en=row["note_en"],
            product_id=target if target in product_of else "",
        )


def _kind_of(lot: Lot, today: date) -> str:
    """What the sheet calls a box of this lot on that day."""
    days = (lot.expires_on - today).days
    if lot.state != "saleable":
        return lot.state
    if days < 0:
        return "expired"
    return "near_expiry" if days <= 90 else "trace"
