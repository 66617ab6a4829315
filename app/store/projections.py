"""What each event does to the ledger's tables: one pure function per event type, from a fact to Core statements.

Nothing here reads the database, so replaying every event into empty projection tables gives the same rows again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Delete, Insert, Update, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from app.domain.purposes import said_at
from app.records import events as ev
from app.records.base import Record
from app.records.events import stored_entry_of
from app.store import tables as t
from app.store.erasing import GONE, NOTED

Rows = list[dict[str, Any]]
Statement = Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as the projections see it."""

    event_id: str
    type: str
    seq: int
    number: str
    """The printed number."""
    at: datetime
    day: date
    actor: str
    body: Record


@dataclass(frozen=True, slots=True)
class Step:
    """One statement with the rows it is executed for."""

    statement: Statement
    rows: Rows


_SALE = insert(t.sale)
_LINE = insert(t.sale_line)
_CUT = insert(t.cut)
_TENDER = insert(t.tender)
_RETURN = insert(t.return_)
_RETURN_LINE = insert(t.return_line)
_MOVE = insert(t.stock_move)
_level = insert(t.stock_level)
_LEVEL = _level.on_conflict_do_update(
    index_elements=["product_id", "lot_id", "zone"],
    set_={"quantity": t.stock_level.c.quantity + _level.excluded.quantity},
)
_code = insert(t.trace_code)
_SOLD_CODE = _code.on_conflict_do_update(
    index_elements=["code"],
    set_={name: _code.excluded[name] for name in ("product_id", "state", "sale_id", "sale_number", "sold_on")},
)
_RECEIVED_CODE = _code.on_conflict_do_update(
    index_elements=["code"],
    set_={"product_id": _code.excluded.product_id, "lot_id": _code.excluded.lot_id},
)
_RETURNED_CODE = t.trace_code.update().where(t.trace_code.c.code == bindparam("of_code")).values(state=bindparam("new_state"))
_LOT = insert(t.lot).on_conflict_do_nothing()
_LOT_STATE = t.lot.update().where(t.lot.c.id == bindparam("of_lot")).values(state=bindparam("new_state"))
_step = insert(t.member_step)
_STEP = _step.on_conflict_do_update(
    index_elements=["handle"],
    set_={name: _step.excluded[name] for name in ("step", "basket_id", "at")},
    where=_step.excluded.step > t.member_step.c.step,
)
_REVEALED = insert(t.member_reveal)
_CORRECTION = insert(t.tender_correction)
_SHIFT = insert(t.shift)
_SHIFT_CLOSED = (
    t.shift.update()
    .where(t.shift.c.shift_id == bindparam("of_shift"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "closed_at",
                "close_event_id",
                "z_no",
                "counted_fen",
                "difference_fen",
                "float_left_fen",
                "remit_fen",
                "perpetual_fen",
            )
        }
    )
)
_CASH_MOVE = insert(t.cash_move)
_DROP = insert(t.basket_drop)
_OPENING = insert(t.drawer_opening)
_OPEN_SHIFT = (
    select(t.shift.c.shift_id).where(t.shift.c.closed_at.is_(None)).order_by(t.shift.c.opened_at.desc()).limit(1).scalar_subquery()
)
_REPRINT = insert(t.reprint).values(
    event_id=bindparam("event_id"),
    of_event_id=bindparam("of_event_id"),
    shift_id=func.coalesce(_OPEN_SHIFT, ""),
    copy_no=bindparam("copy_no"),
    at=bindparam("at"),
)
_REVIEW = insert(t.review)
_REGISTER = insert(t.buyer_register)
_BOUND = insert(t.bound_code).on_conflict_do_nothing()
_DUTY = insert(t.duty_done)
_on_duty = insert(t.duty_pharmacist)
_ON_DUTY = _on_duty.on_conflict_do_nothing()
_OFF_DUTY = t.duty_pharmacist.delete().where(t.duty_pharmacist.c.staff_id == bindparam("of_staff"))
_DAY = insert(t.day_close)
_ATTACHED = insert(t.member_attached)
_wish = insert(t.invoice_wish)
_WISH = _wish.on_conflict_do_update(
    index_elements=["sale_id"], set_={name: _wish.excluded[name] for name in ("wish_id", "event_id", "blob_id")}
)
_ISSUED = (
    t.invoice_wish.update()
    .where(t.invoice_wish.c.sale_id == bindparam("of_sale"))
    .values(issued_at=bindparam("new_issued_at"), invoice_no=bindparam("new_invoice_no"))
)
# What a feed told before, or tells again, is the same movement.
_POINTS = insert(t.points_entry).on_conflict_do_nothing()
_coupon = insert(t.coupon_use)
_COUPON = _coupon.on_conflict_do_update(
    index_elements=["serial"],
    set_={name: _coupon.excluded[name] for name in ("offer_id", "member_id", "sale_id", "cut_fen", "at", "lease_id")},
)
_STORED = insert(t.stored_entry).on_conflict_do_nothing()
_HOLD_USED = t.hold.delete().where(t.hold.c.hold_id == bindparam("of_hold"))
_RESERVED_USED = t.coupon_reservation.delete().where(t.coupon_reservation.c.serial == bindparam("of_serial"))
_LEASE_BACK = insert(t.lease_back).on_conflict_do_nothing()
_TRADE = insert(t.trade_taken)
_low = insert(t.price_low)
_LOW = _low.on_conflict_do_update(
    index_elements=["product_id", "day"], set_={"low_fen": func.min(t.price_low.c.low_fen, _low.excluded.low_fen)}
)
_PART_BACK = t.coupon_right.update().where(t.coupon_right.c.serial == bindparam("of_serial")).values(face_fen=bindparam("new_face"))
_COUPON_BACK = t.coupon_use.delete().where(
    t.coupon_use.c.serial == bindparam("of_serial"), t.coupon_use.c.sale_id == bindparam("of_sale")
)
# Headquarters may have told already that the sale used it; it hears of the return later.
_RIGHT_BACK = (
    t.coupon_right.update()
    .where(t.coupon_right.c.serial == bindparam("of_serial"), t.coupon_right.c.used_in == bindparam("of_sale"))
    .values(used_in="")
)
# Headquarters may know of the grant already, and may have revoked it since.
_GRANTED = insert(t.coupon_right).on_conflict_do_nothing()
_JOINED = insert(t.member_joined).on_conflict_do_nothing()
_CLAIM = insert(t.identity_claim).on_conflict_do_nothing()
# Of two words on one purpose the later one holds, whichever comes first.
_consent = insert(t.consent)
_CONSENT = _consent.on_conflict_do_update(
    index_elements=["member_id", "purpose"],
    set_={name: _consent.excluded[name] for name in ("given", "text_version", "at", "channel", "evidence")},
    where=_consent.excluded.at >= t.consent.c.at,
)
_READING = insert(t.reading)
_usage = insert(t.usage_note)
_USAGE = _usage.on_conflict_do_update(
    index_elements=["member_id", "product_id"],
    set_={name: _usage.excluded[name] for name in ("usage_id", "blob_id", "ended", "actor", "at")},
)
_target = insert(t.own_target)
_TARGET = _target.on_conflict_do_update(
    index_elements=["member_id", "kind"], set_={name: _target.excluded[name] for name in ("target_id", "blob_id", "actor", "at")}
)
_FOLLOW_UP = insert(t.follow_up)
_FOLLOWED = (
    t.follow_up.update()
    .where(t.follow_up.c.followup_id == bindparam("of_followup"))
    .values(
        outcome=bindparam("new_outcome"),
        tries=t.follow_up.c.tries + 1,
        due_on=func.coalesce(bindparam("new_due_on", type_=t.follow_up.c.due_on.type), t.follow_up.c.due_on),
        blob_id=bindparam("new_blob_id"),
        done_by=bindparam("new_done_by"),
        done_at=bindparam("new_done_at"),
    )
)
_SALE_MEMBER = t.sale.update().where(t.sale.c.sale_id == bindparam("of_sale")).values(member_id=bindparam("new_member"))


def _sale_closed(fact: Fact, body: ev.SaleClosed) -> list[Step]:
    """Sale, lines, cuts, tenders, stock out, boxes sold."""
    sale_row = {
        "sale_id": body.sale_id,
        "event_id": fact.event_id,
        "number": fact.number,
        "event_seq": fact.seq,
        "shift_id": body.shift_id,
        "till": body.till,
        "cashier": body.cashier,
        "member_id": body.member_id,
        "at": fact.at,
        "day": fact.day,
        "subtotal_fen": body.subtotal_fen,
        "cut_fen": body.cut_fen,
        "rounding_fen": body.rounding_fen,
        "payable_fen": body.payable_fen,
        "has_rx": any(line.rx_class == "rx" for line in body.lines),
        "price_changes": sum(1 for cut in body.cuts if cut.cause_kind == "price_change"),
    }
    lines: Rows = []
    levels: Rows = []
    moves: Rows = []
    codes: Rows = []
    lows: Rows = []
    for line in body.lines:
        lines.append(
            {
                "sale_id": body.sale_id,
                "line_id": line.line_id,
                "no": line.no,
                "product_id": line.product_id,
                "lot_id": line.lot_id,
                "quantity": line.quantity,
                "amount_fen": line.amount_fen,
                "cost_fen": line.cost_fen,
                "salesperson": line.salesperson,
                "review_id": line.review_id,
                "register_id": line.register_id,
            }
        )
        if line.kind != "service":
            _moved(fact, levels, moves, line.product_id, line.lot_id, "shelf", -line.quantity, "sale")
        if line.quantity > 0 and line.amount_fen > 0:
            lows.append({"product_id": line.product_id, "day": fact.day, "low_fen": line.amount_fen // line.quantity})
        codes.extend(
            {
                "code": sold.code,
                "product_id": line.product_id,
                "lot_id": line.lot_id if line.lot_id and line.lot_source in ("code", "confirmed") else None,
                "state": "sold",
                "sale_id": body.sale_id,
                "sale_number": fact.number,
                "sold_on": fact.day,
            }
            for sold in line.codes
        )
    cuts = [
        {
            "sale_id": body.sale_id,
            "no": no,
            "line_id": cut.line_id,
            "cause_kind": cut.cause_kind,
            "cause_id": cut.cause_id,
            "amount_fen": cut.amount_fen,
        }
        for no, cut in enumerate(body.cuts, 1)
    ]
    return [
        Step(_SALE, [sale_row]),
        Step(_LINE, lines),
        Step(_CUT, cuts),
        Step(_TENDER, _tenders(fact, body.tenders, body.sale_id, body.shift_id, "sale")),
        Step(_LEVEL, levels),
        Step(_MOVE, moves),
        Step(_SOLD_CODE, codes),
        Step(_LOW, lows),
    ]


def _return_closed(fact: Fact, body: ev.ReturnClosed) -> list[Step]:
    """Return, lines, refunds, stock back to its zone; boxes that may not be sold again stay *returned*."""
    head = {
        "return_id": body.return_id,
        "event_id": fact.event_id,
        "number": fact.number,
        "event_seq": fact.seq,
        "kind": body.kind,
        "original_sale_id": body.original_sale_id,
        "shift_id": body.shift_id,
        "reason": body.reason,
        "at": fact.at,
        "day": fact.day,
        "total_fen": body.total_fen,
        "rounding_fen": body.rounding_fen,
    }
    lines: Rows = []
    levels: Rows = []
    moves: Rows = []
    codes: Rows = []
    for line in body.lines:
        lines.append(
            {
                "return_id": body.return_id,
                "line_id": line.line_id,
                "original_sale_id": body.original_sale_id,
                "original_line_id": line.original_line_id,
                "product_id": line.product_id,
                "lot_id": line.lot_id,
                "zone": line.zone,
                "quantity": line.quantity,
                "amount_fen": line.amount_fen,
            }
        )
        _moved(fact, levels, moves, line.product_id, line.lot_id, line.zone, line.quantity, body.kind)
        state = "in_stock" if line.zone == "shelf" else "returned"
        codes.extend({"of_code": sold.code, "new_state": state} for sold in line.codes)
    return [
        Step(_RETURN, [head]),
        Step(_RETURN_LINE, lines),
        Step(_TENDER, _tenders(fact, body.refunds, body.return_id, body.shift_id, "refund")),
        Step(_LEVEL, levels),
        Step(_MOVE, moves),
        Step(_RETURNED_CODE, codes),
    ]


def _tenders(fact: Fact, tenders: Sequence[ev.Tender], owner: str, shift_id: str, direction: str) -> Rows:
    return [
        {
            "owner_id": owner,
            "tender_id": tender.tender_id,
            "direction": direction,
            "shift_id": shift_id,
            "day": fact.day,
            "method": tender.method,
            "kind": tender.kind,
            "amount_fen": tender.amount_fen,
            "handed_fen": tender.handed_fen,
        }
        for tender in tenders
    ]


def _moved(fact: Fact, levels: Rows, moves: Rows, product_id: str, lot_id: str, zone: str, quantity: int, cause: str) -> None:
    """Add one movement to the level rows and the movement rows."""
    levels.append({"product_id": product_id, "lot_id": lot_id, "zone": zone, "quantity": quantity})
    moves.append(
        {
            "event_id": fact.event_id,
            "no": len(moves) + 1,
            "product_id": product_id,
            "lot_id": lot_id,
            "zone": zone,
            "quantity": quantity,
            "cause": cause,
            "at": fact.at,
        }
    )


def _stock_received(fact: Fact, body: ev.StockReceived) -> list[Step]:
    lot = {
        "id": body.lot_id,
        "product_id": body.product_id,
        "lot_no": body.lot_no,
        "made_on": body.made_on,
        "expires_on": body.expires_on,
        "state": "saleable",
        "supplier": body.supplier_code,
        "told_state": "",
    }
    levels: Rows = []
    moves: Rows = []
    _moved(fact, levels, moves, body.product_id, body.lot_id, "shelf", body.quantity, "received")
    codes = [
        {
            "code": code,
            "product_id": body.product_id,
            "lot_id": body.lot_id,
            "state": "in_stock",
            "sale_id": None,
            "sale_number": "",
            "sold_on": None,
        }
        for code in body.codes
    ]
    return [Step(_LOT, [lot]), Step(_LEVEL, levels), Step(_MOVE, moves), Step(_RECEIVED_CODE, codes)]


def _stock_corrected(fact: Fact, body: ev.StockCorrected) -> list[Step]:
    levels: Rows = []
    moves: Rows = []
    _moved(fact, levels, moves, body.product_id, body.lot_id, body.zone, body.delta, f"corrected:{body.reason}")
    return [Step(_LEVEL, levels), Step(_MOVE, moves)]


def _lot_state_set(_fact: Fact, body: ev.LotStateSet) -> list[Step]:
    return [Step(_LOT_STATE, [{"of_lot": body.lot_id, "new_state": body.state}])]


def _code_bound(_fact: Fact, body: ev.CodeBound) -> list[Step]:
    return [Step(_BOUND, [{"kind": body.kind, "code": body.code, "product_id": body.product_id}])]


def _tender_corrected(fact: Fact, body: ev.TenderCorrected) -> list[Step]:
    return [Step(_CORRECTION, [{**body.model_dump(), "at": fact.at, "day": fact.day}])]


def _shift_opened(fact: Fact, body: ev.ShiftOpened) -> list[Step]:
    row = {
        "shift_id": body.shift_id,
        "till": body.till,
        "staff_id": body.staff_id,
        "day": fact.day,
        "opened_at": fact.at,
        "float_fen": body.float_fen,
        "closed_at": None,
        "close_event_id": None,
        "z_no": 0,
        "counted_fen": 0,
        "difference_fen": 0,
        "float_left_fen": 0,
        "remit_fen": 0,
        "perpetual_fen": 0,
    }
    return [Step(_SHIFT, [row])]


def _shift_closed(fact: Fact, body: ev.ShiftClosed) -> list[Step]:
    row = {
        "of_shift": body.shift_id,
        "new_closed_at": fact.at,
        "new_close_event_id": fact.event_id,
        "new_z_no": body.z_no,
        "new_counted_fen": body.counted_fen,
        "new_difference_fen": body.difference_fen,
        "new_float_left_fen": body.float_left_fen,
        "new_remit_fen": body.remit_fen,
        "new_perpetual_fen": body.perpetual_fen,
    }
    return [Step(_SHIFT_CLOSED, [row])]


def _cash_moved(fact: Fact, body: ev.CashMoved) -> list[Step]:
    return [Step(_CASH_MOVE, [{**body.model_dump(), "actor": fact.actor, "at": fact.at}])]


def _basket_dropped(fact: Fact, body: ev.BasketDropped) -> list[Step]:
    row = {
        "event_id": fact.event_id,
        "basket_id": body.basket_id,
        "shift_id": body.shift_id,
        "lines": body.lines,
        "amount_fen": body.amount_fen,
        "at": fact.at,
    }
    return [Step(_DROP, [row])]


def _drawer_opened(fact: Fact, body: ev.DrawerOpened) -> list[Step]:
    row = {"event_id": fact.event_id, "shift_id": body.shift_id, "reason": body.reason, "at": fact.at}
    return [Step(_OPENING, [row])]


def _receipt_reprinted(fact: Fact, body: ev.ReceiptReprinted) -> list[Step]:
    row = {"event_id": fact.event_id, "of_event_id": body.event_id, "copy_no": body.copy_no, "at": fact.at}
    return [Step(_REPRINT, [row])]


def _review_signed(fact: Fact, body: ev.ReviewSigned) -> list[Step]:
    # Why one was rejected stays in the event.
    row = {**body.model_dump(exclude={"reason"}), "products": ";".join(body.products)}
    return [Step(_REVIEW, [{**row, "event_id": fact.event_id, "at": fact.at, "day": fact.day}])]


def _buyer_registered(fact: Fact, body: ev.BuyerRegistered) -> list[Step]:
    row = {
        "register_id": body.register_id,
        "event_id": fact.event_id,
        "basket_id": body.basket_id,
        "kind": body.register_kind,
        "blob_id": body.blob_id,
        "buyer_hash": body.buyer_hash,
        "actor": fact.actor,
        "at": fact.at,
        "day": fact.day,
    }
    return [Step(_REGISTER, [row])]


def _duty_done(fact: Fact, body: ev.DutyDone) -> list[Step]:
    row = {
        "event_id": fact.event_id,
        "duty": body.duty,
        "slot": body.slot,
        "day": body.day,
        "figures": json.dumps(dict(body.figures), separators=(",", ":")),
        "in_range": body.in_range,
        "action": body.action,
        "actor": fact.actor,
        "at": fact.at,
    }
    return [Step(_DUTY, [row])]


def _duty_pharmacist(fact: Fact, body: ev.DutyPharmacist) -> list[Step]:
    if body.on_duty:
        return [Step(_ON_DUTY, [{"staff_id": body.staff_id, "since": fact.at}])]
    return [Step(_OFF_DUTY, [{"of_staff": body.staff_id}])]


def _day_closed(fact: Fact, body: ev.DayClosed) -> list[Step]:
    row = {
        "day": body.day,
        "event_id": fact.event_id,
        "at": fact.at,
        "perpetual_fen": body.perpetual_fen,
        "backup": body.backup,
    }
    return [Step(_DAY, [row])]


def _member_attached(fact: Fact, body: ev.MemberAttached) -> list[Step]:
    row = {"event_id": fact.event_id, "sale_id": body.sale_id, "member_id": body.member_id, "at": fact.at}
    return [
        Step(_ATTACHED, [row]),
        Step(_SALE_MEMBER, [{"of_sale": body.sale_id, "new_member": body.member_id}]),
    ]


def _points_moved(fact: Fact, body: ev.PointsMoved) -> list[Step]:
    row = {
        "member_id": body.member_id,
        "entry_id": body.entry_id,
        "at": fact.at,
        "kind": body.kind,
        "points": body.points,
        "of": body.of,
        "expires_on": body.expires_on,
        "owner_id": body.owner_id,
    }
    return [Step(_POINTS, [row]), *_put_by_no_more(body.reservation)]


_StoredBody = ev.StoredLoaded | ev.StoredMoved | ev.StoredPaidOut


def _stored(fact: Fact, entry_id: str, kind: str, owner_id: str, of: str, body: _StoredBody) -> Step:
    named = {"member_id": body.member_id, "principal_fen": body.principal_fen, "bonus_fen": body.bonus_fen}
    return Step(_STORED, [{**named, "entry_id": entry_id, "at": fact.at, "kind": kind, "of": of, "owner_id": owner_id}])


def _stored_loaded(fact: Fact, body: ev.StoredLoaded) -> list[Step]:
    """What a member paid in, and the money by tender: none of it is a sale's."""
    entry_id, kind, of = stored_entry_of(body)
    tenders = _tenders(fact, body.tenders, body.load_id, body.shift_id, "load")
    return [_stored(fact, entry_id, kind, body.load_id, of, body), Step(_TENDER, tenders)]


def _stored_moved(fact: Fact, body: ev.StoredMoved) -> list[Step]:
    entry_id, kind, of = stored_entry_of(body)
    return [_stored(fact, entry_id, kind, body.owner_id, of, body), *_put_by_no_more(body.hold_id)]


def _stored_paid_out(fact: Fact, body: ev.StoredPaidOut) -> list[Step]:
    entry_id, kind, of = stored_entry_of(body)
    tenders = _tenders(fact, body.tenders, body.payout_id, body.shift_id, "payout")
    return [_stored(fact, entry_id, kind, body.payout_id, of, body), Step(_TENDER, tenders), *_put_by_no_more(body.hold_id)]


def _put_by_no_more(hold_id: str) -> list[Step]:
    return [Step(_HOLD_USED, [{"of_hold": hold_id}])] if hold_id else []


def _coupon_redeemed(fact: Fact, body: ev.CouponRedeemed) -> list[Step]:
    kept = {name: getattr(body, name) for name in ("serial", "offer_id", "member_id", "sale_id", "cut_fen", "lease_id")}
    steps = [Step(_COUPON, [{**kept, "at": fact.at}])]
    return [*steps, Step(_RESERVED_USED, [{"of_serial": body.serial}])] if body.reservation_id else steps


def _coupon_released(_fact: Fact, body: ev.CouponReleased) -> list[Step]:
    named = {"of_serial": body.serial, "of_sale": body.sale_id}
    steps = [Step(_COUPON_BACK, [named]), Step(_RIGHT_BACK, [named])]
    return [*steps, Step(_PART_BACK, [{"of_serial": body.serial, "new_face": body.part_fen}])] if body.part_fen else steps


def _lease_returned(fact: Fact, body: ev.LeaseReturned) -> list[Step]:
    return [Step(_LEASE_BACK, [{"lease_id": body.lease_id, "at": fact.at}])]


def _trade_taken(fact: Fact, body: ev.TradeTaken) -> list[Step]:
    return [Step(_TRADE, [{**body.model_dump(exclude={"condition"}), "at": fact.at, "day": fact.day}])]


def _coupon_granted(_fact: Fact, body: ev.CouponGranted) -> list[Step]:
    kept = body.model_dump(exclude={"rule"})
    return [Step(_GRANTED, [{**kept, "token": "", "state": "active", "used_in": ""}])]


def _member_joined(fact: Fact, body: ev.MemberJoined) -> list[Step]:
    return [Step(_JOINED, [{**body.model_dump(), "actor": fact.actor, "at": fact.at, "day": fact.day}])]


def _identity_claimed(fact: Fact, body: ev.IdentityClaimed) -> list[Step]:
    return [Step(_CLAIM, [{**body.model_dump(), "at": fact.at}])]


def _consent_set(fact: Fact, body: ev.ConsentSet) -> list[Step]:
    kept = body.model_dump(include={"member_id", "purpose", "given", "text_version", "channel"})
    kept["evidence"] = body.evidence
    return [Step(_CONSENT, [{**kept, "at": said_at(fact.at, body.after)}])]


def _invoice_wished(fact: Fact, body: ev.InvoiceWished) -> list[Step]:
    row = {
        "sale_id": body.sale_id,
        "wish_id": body.wish_id,
        "event_id": fact.event_id,
        "blob_id": body.blob_id,
        "at": fact.at,
        "day": fact.day,
        "issued_at": None,
        "invoice_no": "",
    }
    return [Step(_WISH, [row])]


def _invoice_issued(fact: Fact, body: ev.InvoiceIssued) -> list[Step]:
    return [Step(_ISSUED, [{"of_sale": body.sale_id, "new_issued_at": fact.at, "new_invoice_no": body.invoice_no}])]


def _member_proven(fact: Fact, body: ev.MemberProven) -> list[Step]:
    return [Step(_STEP, [{"handle": body.handle, "step": body.step, "basket_id": body.basket_id, "at": fact.at}])]


def _member_revealed(fact: Fact, body: ev.MemberRevealed) -> list[Step]:
    row = {
        "event_id": fact.event_id,
        "member_id": body.member_id,
        "what": body.what,
        "purpose": body.purpose,
        "actor": fact.actor,
        "at": fact.at,
        "day": fact.day,
    }
    return [Step(_REVEALED, [row])]


def _person_erased(fact: Fact, body: ev.PersonErased) -> list[Step]:
    gone = [Step(statement, [{"of_erased": body.member_id}]) for statement in GONE]
    return [*gone, Step(NOTED, [{"member_id": body.member_id, "at": fact.at}])]


def _reading_taken(fact: Fact, body: ev.ReadingTaken) -> list[Step]:
    return [Step(_READING, [{**body.model_dump(), "event_id": fact.event_id, "actor": fact.actor, "at": fact.at}])]


def _usage_set(fact: Fact, body: ev.UsageSet) -> list[Step]:
    return [Step(_USAGE, [{**body.model_dump(), "actor": fact.actor, "at": fact.at}])]


def _target_set(fact: Fact, body: ev.TargetSet) -> list[Step]:
    return [Step(_TARGET, [{**body.model_dump(), "actor": fact.actor, "at": fact.at}])]


def _followup_set(fact: Fact, body: ev.FollowUpSet) -> list[Step]:
    fresh = {"outcome": "", "tries": 0, "blob_id": "", "actor": fact.actor, "at": fact.at, "done_by": "", "done_at": None}
    return [Step(_FOLLOW_UP, [{**body.model_dump(), **fresh}])]


def _followup_done(fact: Fact, body: ev.FollowUpDone) -> list[Step]:
    row = {
        "of_followup": body.followup_id,
        "new_outcome": body.outcome,
        "new_due_on": body.due_on,
        "new_blob_id": body.blob_id,
        "new_done_by": fact.actor,
        "new_done_at": body.done_at,
    }
    return [Step(_FOLLOWED, [row])]


def _nothing(_fact: Fact, _body: Record) -> list[Step]:
    """An event that is told but moves nothing."""
    return []


_Projection = Callable[[Fact, Any], list[Step]]

PROJECTION_OF: dict[str, _Projection] = {
    "epoch.opened@1": _nothing,
    "clock.confirmed@1": _nothing,
    "staff.signed_in@1": _nothing,
    "duty.pharmacist@1": _duty_pharmacist,
    "shift.opened@1": _shift_opened,
    "cash.moved@1": _cash_moved,
    "shift.closed@1": _shift_closed,
    "day.closed@1": _day_closed,
    "basket.dropped@1": _basket_dropped,
    "sale.closed@1": _sale_closed,
    "return.closed@1": _return_closed,
    "tender.corrected@1": _tender_corrected,
    "receipt.reprinted@1": _receipt_reprinted,
    "drawer.opened@1": _drawer_opened,
    "review.signed@1": _review_signed,
    "buyer.registered@1": _buyer_registered,
    "stock.received@1": _stock_received,
    "stock.corrected@1": _stock_corrected,
    "lot.state_set@1": _lot_state_set,
    "code.bound@1": _code_bound,
    "duty.done@1": _duty_done,
    "member.attached@1": _member_attached,
    "points.moved@1": _points_moved,
    "stored.loaded@1": _stored_loaded,
    "stored.moved@1": _stored_moved,
    "stored.paid_out@1": _stored_paid_out,
    "coupon.redeemed@1": _coupon_redeemed,
    "coupon.refused@1": _nothing,
    "coupon.released@1": _coupon_released,
    "lease.returned@1": _lease_returned,
    "trade.taken@1": _trade_taken,
    "coupon.granted@1": _coupon_granted,
    "allergies.asked@1": _nothing,
    "family.set@1": _nothing,
    "member.joined@1": _member_joined,
    "identity.claimed@1": _identity_claimed,
    "consent.set@1": _consent_set,
    "invoice.wished@1": _invoice_wished,
    "invoice.issued@1": _invoice_issued,
    "reading.taken@1": _reading_taken,
    "usage.set@1": _usage_set,
    "target.set@1": _target_set,
    "followup.set@1": _followup_set,
    "followup.done@1": _followup_done,
    "catalogue.imported@1": _nothing,
    "export.made@1": _nothing,
    "setting.changed@1": _nothing,
    "member.proven@1": _member_proven,
    "member.verified@1": _nothing,
    "member.revealed@1": _member_revealed,
    "person.erased@1": _person_erased,
}
"""Every registered event type; a test proves that none is missing."""


def project(fact: Fact) -> list[Step]:
    """The row changes of one event, in the order they must be made; steps without rows are left out."""
    return [step for step in PROJECTION_OF[fact.type](fact, fact.body) if step.rows]


def merged(facts: Sequence[Fact]) -> list[Step]:
    """The steps of several goods-in events with equal statements put together, so that an import runs as a few batches.

    Only sound where no event of the batch depends on another's rows, which goods-in never does.
    """
    together: dict[int, Step] = {}
    for fact in facts:
        for step in project(fact):
            kept = together.setdefault(id(step.statement), Step(step.statement, []))
            kept.rows.extend(step.rows)
    return list(together.values())
