"""What an event changes in the hub's readable tables: pure per event, then written for a whole batch at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import Connection

from app.hub import campaign_sales, coupons, erasing, leases, member_orders, rewards, stored_cases, tables, tiers, trades, wallet
from app.hub.archive import upsert
from app.hub.movements import POINTS, STORED
from app.hub.one_id import resolve
from app.hub.parties import party_of
from app.hub.people import PeopleTold, keep_told, one_at_a_time
from app.records.base import Record
from app.records.envelope import Envelope, printed_number
from app.records.events import (
    ConsentSet,
    CouponGranted,
    CouponRedeemed,
    CouponReleased,
    IdentityClaimed,
    LeaseReturned,
    MemberAttached,
    MemberJoined,
    PersonErased,
    PointsMoved,
    ReadingTaken,
    ReturnClosed,
    SaleClosed,
    ShiftClosed,
    StockCorrected,
    StockReceived,
    StoredLoaded,
    StoredMoved,
    StoredPaidOut,
    TenderCorrected,
    TradeTaken,
    stored_entry_of,
)
from app.records.people import PointsEntryRow, StoredEntryRow

_NAMING = (
    SaleClosed | PointsMoved | StoredLoaded | StoredMoved | StoredPaidOut | CouponRedeemed | CouponGranted | MemberAttached | ReadingTaken
)
"""Events that name a member and are heard late like any other."""
Key = tuple[object, ...]
Row = dict[str, object]


@dataclass(slots=True)
class Changes:
    """Row changes collected from events of one store, counters already summed by their key."""

    sales: list[Row] = field(default_factory=list)
    returns: list[Row] = field(default_factory=list)
    closes: list[Row] = field(default_factory=list)
    hours: dict[Key, Row] = field(default_factory=dict)
    products: dict[Key, Row] = field(default_factory=dict)
    tenders: dict[Key, Row] = field(default_factory=dict)
    stock: dict[Key, Row] = field(default_factory=dict)
    codes: list[Row] = field(default_factory=list)
    points: dict[str, list[PointsEntryRow]] = field(default_factory=dict)
    """Movements of members' points by the store that tells them."""
    stored: dict[str, list[StoredEntryRow]] = field(default_factory=dict)
    """Movements of members' stored value by the store that tells them."""
    holds_used: set[str] = field(default_factory=set)
    """What was put by and is spent now."""
    coupon_grants: dict[str, list[CouponGranted]] = field(default_factory=dict)
    """Coupons that tills granted by a rule of the house, by their store."""
    coupon_uses: dict[str, list[coupons.Use]] = field(default_factory=dict)
    coupon_releases: dict[str, list[tuple[str, str, str, int]]] = field(default_factory=dict)
    """Coupons and old articles used up, and coupons given back, by the store that tells them."""
    lease_returns: dict[str, list[LeaseReturned]] = field(default_factory=dict)
    """Shares that tills gave back, by their store."""
    campaigns: dict[str, tuple[list[campaign_sales.SaleUnder], set[str]]] = field(default_factory=dict)
    """Sales with a cut that some offer caused, and sales of which something came back, by the store that tells them."""
    orders: dict[str, member_orders.OrdersTold] = field(default_factory=dict)
    """What is told of members' sales and readings, by the store that tells it."""

    people: dict[str, PeopleTold] = field(default_factory=dict)
    """Who joined, what identities were claimed and what was consented to, by the store that tells it."""

    erasures: dict[str, list[tuple[PersonErased, str]]] = field(default_factory=dict)
    """Who was erased and by whom, by the store that tells it."""
    named: dict[str, set[str]] = field(default_factory=dict)
    """Members whom sales, points, coupons and readings name, by the store that tells it."""

    def write(self, connection: Connection, now: datetime) -> None:
        """Apply everything; the tables always in this order."""
        known: set[str] = set()
        if self.people or self.erasures:
            one_at_a_time(connection)
        for store_id in sorted(self.people):
            heard = erasing.without_erased(connection, store_id, self.people[store_id])
            newly = keep_told(connection, store_id, heard)
            resolve(connection, newly, now)
            known |= newly
        upsert(connection, tables.sale, self.sales)
        upsert(connection, tables.sale_return, self.returns)
        for store_id, told in sorted(self.orders.items()):
            member_orders.keep(connection, store_id, told)
        upsert(connection, tables.shift_close, self.closes)
        upsert(
            connection,
            tables.hour_sales,
            list(self.hours.values()),
            add=("sales", "sales_fen", "returns", "returns_fen"),
        )
        upsert(connection, tables.product_sales, list(self.products.values()), add=("quantity", "amount_fen"))
        upsert(connection, tables.tender_day, list(self.tenders.values()), add=("amount_fen", "refund_fen"))
        upsert(connection, tables.stock_level, list(self.stock.values()), add=("quantity",), newest=("changed_at",))
        upsert(
            connection,
            tables.trace_code,
            self.codes,
            add=("sold",),
            newest=("product_id", "lot_id", "state", "sale_id", "changed_at"),
        )
        for store_id, movements in self.points.items():
            POINTS.keep(connection, store_id, movements)
        for store_id in sorted(self.stored):
            STORED.keep(connection, store_id, self.stored[store_id])
        wallet.used(connection, self.holds_used)
        for store_id in sorted(self.coupon_grants):
            coupons.take_grants(connection, store_id, self.coupon_grants[store_id])
        for store_id in sorted(self.coupon_uses.keys() | self.coupon_releases.keys()):
            coupons.keep(connection, store_id, self.coupon_uses.get(store_id, ()), self.coupon_releases.get(store_id, ()))
        for store_id, told in sorted(self.orders.items()):
            trades.keep_returned(connection, store_id, told.touched)
        granted = {one.member_id for one in chain.from_iterable(self.coupon_grants.values())}
        serials = {use.serial for use in chain.from_iterable(self.coupon_uses.values())}
        serials |= {serial for _, serial, _, _ in chain.from_iterable(self.coupon_releases.values())}
        if members := granted | (coupons.gift_holders(connection, serials) if serials else set()):
            coupons.settle_gifts(connection, members, now)
        for store_id in sorted(self.lease_returns):
            leases.keep(connection, store_id, self.lease_returns[store_id])
        for store_id in sorted(self.campaigns.keys() | self.coupon_uses.keys()):
            sales, returned = self.campaigns.get(store_id, ([], set()))
            redeemed = {use.sale_id for use in self.coupon_uses.get(store_id, ())}
            campaign_sales.keep(connection, store_id, sales, returned, redeemed)
        for store_id, told in sorted(self.orders.items()):
            known |= tiers.keep(connection, store_id, told, now)
        rewards.settle(connection, known, now)
        members = {one.member_id for one in chain.from_iterable(self.stored.values())}
        for store_id in sorted(self.erasures):
            members |= {one for body, _ in self.erasures[store_id] for one in party_of(connection, body.member_id)}
            erasing.take(connection, now, store_id, self.erasures[store_id])
        for store_id in sorted(self.named):
            erasing.settle_late(connection, store_id, self.named[store_id], now)
        stored_cases.weigh(connection, members)


def _summed(rows: dict[Key, Row], key: Row, sums: dict[str, int], **rest: object) -> None:
    row = rows.setdefault(tuple(key.values()), {**key, **rest, **dict.fromkeys(sums, 0)})
    for name, amount in sums.items():
        row[name] = int(str(row[name])) + amount


def collect(changes: Changes, store_id: str, envelope: Envelope, body: Record, utc_offset_minutes: int) -> None:
    """Add one event's row changes; kinds that change no readable table add nothing."""
    if isinstance(body, _NAMING) and body.member_id:
        changes.named.setdefault(store_id, set()).add(body.member_id)
    if isinstance(body, SaleClosed):
        _sale(changes, store_id, envelope, body, utc_offset_minutes)
    elif isinstance(body, ReturnClosed):
        _return(changes, store_id, envelope, body, utc_offset_minutes)
    elif isinstance(body, StockReceived):
        _move(changes, store_id, body.product_id, body.lot_id, "shelf", body.quantity, "", envelope.at)
        for code in body.codes:
            _box(changes, store_id, code, body.product_id, body.lot_id, "in_stock", "", envelope.at)
    elif isinstance(body, StockCorrected):
        _move(changes, store_id, body.product_id, body.lot_id, body.zone, body.delta, "", envelope.at)
    elif isinstance(body, TenderCorrected):
        for method, amount in ((body.from_method, -body.amount_fen), (body.to_method, body.amount_fen)):
            _tender(changes, store_id, envelope, method, "", "", amount, 0)
        _orders(changes, store_id).corrections.append(body)
    elif isinstance(body, PointsMoved):
        told = body.model_dump(exclude={"entry_id", "rules", "reservation"})
        if body.reservation:
            changes.holds_used.add(body.reservation)
        changes.points.setdefault(store_id, []).append(PointsEntryRow(id=body.entry_id, at=envelope.at, **told))
    elif isinstance(body, StoredLoaded | StoredMoved | StoredPaidOut):
        changes.stored.setdefault(store_id, []).append(_stored(envelope, body))
        if not isinstance(body, StoredLoaded) and body.hold_id:
            changes.holds_used.add(body.hold_id)
    elif isinstance(body, CouponRedeemed):
        names = ("sale_id", "serial", "offer_id", "member_id", "cut_fen", "offline", "lease_id", "reservation_id", "list_age_h")
        told = {name: getattr(body, name) for name in names}
        changes.coupon_uses.setdefault(store_id, []).append(coupons.Use(event_id=envelope.id, at=envelope.at, **told))
    elif isinstance(body, TradeTaken):
        if body.mark and body.subsidy_fen:
            serial = f"{coupons.TRADED}{body.mark}"
            use = coupons.Use(body.sale_id, serial, envelope.id, body.offer_id, "", envelope.at, body.subsidy_fen, offline=False)
            changes.coupon_uses.setdefault(store_id, []).append(use)
    elif isinstance(body, CouponGranted):
        changes.coupon_grants.setdefault(store_id, []).append(body)
    elif isinstance(body, CouponReleased):
        changes.coupon_releases.setdefault(store_id, []).append((body.sale_id, body.serial, body.return_id, body.part_fen))
    elif isinstance(body, LeaseReturned):
        changes.lease_returns.setdefault(store_id, []).append(body)
    elif isinstance(body, MemberJoined):
        changes.people.setdefault(store_id, PeopleTold()).joins.append((body, envelope.at))
    elif isinstance(body, IdentityClaimed):
        changes.people.setdefault(store_id, PeopleTold()).claims.append((body, envelope.at))
    elif isinstance(body, ConsentSet):
        changes.people.setdefault(store_id, PeopleTold()).consents.append((body, envelope.at))
    elif isinstance(body, MemberAttached):
        _orders(changes, store_id).members[body.sale_id] = (body.member_id, envelope.day)
    elif isinstance(body, PersonErased):
        changes.erasures.setdefault(store_id, []).append((body, envelope.actor))
    elif isinstance(body, ReadingTaken):
        _orders(changes, store_id).readings.append(body)
    elif isinstance(body, ShiftClosed):
        changes.closes.append(
            {
                "store_id": store_id,
                "shift_id": body.shift_id,
                "till": body.till,
                "z_no": body.z_no,
                "day": envelope.day,
                "at": envelope.at,
                "sales": body.totals.sales,
                "sales_fen": body.totals.sales_fen,
                "returns_fen": body.totals.returns_fen,
                "difference_fen": body.difference_fen,
                "perpetual_fen": body.perpetual_fen,
            }
        )


def collect_all(store_id: str, events: Iterable[tuple[Envelope, Record]], utc_offset_minutes: int) -> Changes:
    """The changes of several events of one store."""
    changes = Changes()
    for envelope, body in events:
        collect(changes, store_id, envelope, body, utc_offset_minutes)
    return changes


def _stored(envelope: Envelope, body: StoredLoaded | StoredMoved | StoredPaidOut) -> StoredEntryRow:
    entry_id, kind, of = stored_entry_of(body)
    owner = body.load_id if isinstance(body, StoredLoaded) else body.owner_id if isinstance(body, StoredMoved) else body.payout_id
    told = body.model_dump(include={"member_id", "principal_fen", "bonus_fen"})
    return StoredEntryRow(id=entry_id, at=envelope.at, kind=kind, of=of, owner_id=owner, **told)


def _orders(changes: Changes, store_id: str) -> member_orders.OrdersTold:
    return changes.orders.setdefault(store_id, member_orders.OrdersTold())


def _hour(at: datetime, utc_offset_minutes: int) -> int:
    return (at + timedelta(minutes=utc_offset_minutes)).hour


def _sale(changes: Changes, store_id: str, envelope: Envelope, body: SaleClosed, utc_offset_minutes: int) -> None:
    first = body.lines[0] if body.lines else None
    changes.sales.append(
        {
            "store_id": store_id,
            "sale_id": body.sale_id,
            "event_id": envelope.id,
            "number": printed_number(envelope.place, body.till, envelope.digest),
            "till": body.till,
            "shift_id": body.shift_id,
            "cashier": body.cashier,
            "day": envelope.day,
            "at": envelope.at,
            "lines": len(body.lines),
            "first_line": _title(first.generic_name, first.spec) if first else "",
            "member": bool(body.member_id),
            "prescription": bool(body.reviews),
            "cut_fen": body.cut_fen,
            "payable_fen": body.payable_fen,
        }
    )
    orders = _orders(changes, store_id)
    orders.touched.add(body.sale_id)
    if body.member_id:
        orders.members[body.sale_id] = (body.member_id, envelope.day)
    if found := campaign_sales.under(body, envelope.day, envelope.at):
        changes.campaigns.setdefault(store_id, ([], set()))[0].extend(found)
    _summed(
        changes.hours,
        {"store_id": store_id, "day": envelope.day, "hour": _hour(envelope.at, utc_offset_minutes), "till": body.till},
        {"sales": 1, "sales_fen": body.payable_fen, "returns": 0, "returns_fen": 0},
    )
    for tender in body.tenders:
        _tender(changes, store_id, envelope, tender.method, tender.title_zh, tender.title_en, tender.amount_fen, 0)
    for line in body.lines:
        title = _title(line.generic_name, line.spec)
        _product(changes, store_id, envelope, line.product_id, title, line.quantity, line.amount_fen)
        if line.kind != "service":
            _move(changes, store_id, line.product_id, line.lot_id, "shelf", -line.quantity, title, envelope.at)
        for code in line.codes:
            _box(changes, store_id, code.code, line.product_id, line.lot_id, "sold", body.sale_id, envelope.at, sold=1)


def _return(changes: Changes, store_id: str, envelope: Envelope, body: ReturnClosed, utc_offset_minutes: int) -> None:
    changes.returns.append(
        {
            "store_id": store_id,
            "return_id": body.return_id,
            "kind": body.kind,
            "original_sale_id": body.original_sale_id,
            "till": body.till,
            "day": envelope.day,
            "at": envelope.at,
            "total_fen": body.total_fen,
            "event_id": envelope.id,
        }
    )
    _orders(changes, store_id).touched.add(body.original_sale_id)
    changes.campaigns.setdefault(store_id, ([], set()))[1].add(body.original_sale_id)
    _summed(
        changes.hours,
        {"store_id": store_id, "day": envelope.day, "hour": _hour(envelope.at, utc_offset_minutes), "till": body.till},
        {"sales": 0, "sales_fen": 0, "returns": 1, "returns_fen": body.total_fen},
    )
    for tender in body.refunds:
        _tender(changes, store_id, envelope, tender.method, tender.title_zh, tender.title_en, 0, tender.amount_fen)
    for line in body.lines:
        title = _title(line.generic_name, line.spec)
        _product(changes, store_id, envelope, line.product_id, title, -line.quantity, -line.amount_fen)
        _move(changes, store_id, line.product_id, line.lot_id, line.zone, line.quantity, title, envelope.at)
        state = "in_stock" if line.zone == "shelf" else "returned"
        for code in line.codes:
            _box(
                changes,
                store_id,
                code.code,
                line.product_id,
                line.lot_id,
                state,
                body.original_sale_id,
                envelope.at,
                sold=-1,
            )


def _title(name: str, spec: str) -> str:
    return f"{name} {spec}".strip()[:160]


def _tender(changes: Changes, store_id: str, envelope: Envelope, method: str, zh: str, en: str, amount_fen: int, refund_fen: int) -> None:
    _summed(
        changes.tenders,
        {"store_id": store_id, "day": envelope.day, "method": method},
        {"amount_fen": amount_fen, "refund_fen": refund_fen},
        title_zh=zh or method,
        title_en=en or method,
    )


def _product(changes: Changes, store_id: str, envelope: Envelope, product_id: str, title: str, quantity: int, amount_fen: int) -> None:
    _summed(
        changes.products,
        {"store_id": store_id, "day": envelope.day, "product_id": product_id},
        {"quantity": quantity, "amount_fen": amount_fen},
        title=title,
    )


def _move(changes: Changes, store_id: str, product_id: str, lot_id: str, zone: str, delta: int, title: str, at: datetime) -> None:
    key: Row = {"store_id": store_id, "product_id": product_id, "lot_id": lot_id, "zone": zone}
    _summed(changes.stock, key, {"quantity": delta}, title=title, changed_at=at)


def _box(
    changes: Changes,
    store_id: str,
    code: str,
    product_id: str,
    lot_id: str,
    state: str,
    sale_id: str,
    at: datetime,
    *,
    sold: int = 0,
) -> None:
    changes.codes.append(
        {
            "store_id": store_id,
            "code": code,
            "product_id": product_id,
            "lot_id": lot_id,
            "state": state,
            "sale_id": sale_id,
            "sold": sold,
            "changed_at": at,
        }
    )
