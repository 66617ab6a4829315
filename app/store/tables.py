"""Every table of the ledger: records stored flat, and the terminal's own rows and projections."""

from __future__ import annotations

from typing import cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig
from sqlmodel.sql.sqltypes import UTCDateTime

from app.records.catalogue import Lot, TraceCode
from app.records.people import FamilyPerson, Member, PinAttempt, Staff

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

METADATA = MetaData(naming_convention=NAMING)


class TerminalRow(SQLModel, registry=registry(metadata=METADATA)):
    """The base that turns a record into a table of the ledger; it stands last, with frozen off."""

    metadata = METADATA
    model_config = SQLModelConfig(frozen=False)


class LotRow(Lot, TerminalRow, table=True):
    """A lot in this store; `told_state` is what headquarters says of it and wins when it is the stricter."""

    __tablename__ = "lot"
    told_state: str = Field(default="", max_length=12)


class TraceCodeRow(TraceCode, TerminalRow, table=True):
    """A box known by its trace code."""

    __tablename__ = "trace_code"


class StaffRow(Staff, TerminalRow, table=True):
    """An employee who may sign in."""

    __tablename__ = "staff"


class MemberRow(Member, TerminalRow, table=True):
    """A member, with the last four digits of the phone for looking up."""

    __tablename__ = "member"
    phone_last4: str = Field(default="", index=True, max_length=4)
    __table_args__ = (Index("ix_member_name", "name"),)


class FamilyPersonRow(FamilyPerson, TerminalRow, table=True):
    """A person a member buys for."""

    __tablename__ = "family_person"


class PinAttemptRow(PinAttempt, TerminalRow, table=True):
    """A failed PIN entry."""

    __tablename__ = "pin_attempt"


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a table model, typed."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


lot = table_of(LotRow)
trace_code = table_of(TraceCodeRow)
staff = table_of(StaffRow)
member = table_of(MemberRow)
family_person = table_of(FamilyPersonRow)
pin_attempt = table_of(PinAttemptRow)


def _text(name: str, *, key: bool = False, index: bool = False) -> Column[str]:
    return Column(name, String, primary_key=key, nullable=False, index=index)


def _big(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=False)


event = Table(
    "event",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False, unique=True),
    _text("type", index=True),
    _text("epoch"),
    Column("raw", LargeBinary, nullable=False),
    _text("digest"),
    Column("at", UTCDateTime, nullable=False),
    Column("day", Date, nullable=False),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("event_id", String, nullable=False, unique=True),
    _text("status"),
    _big("tries"),
    Column("at", UTCDateTime, nullable=False),
    Column("acked_at", UTCDateTime, nullable=True),
)
Index("ix_outbox_waiting", outbox.c.seq, sqlite_where=outbox.c.status.in_(["waiting", "later"]))
Index("ix_outbox_acked_at", outbox.c.acked_at)

sale = Table(
    "sale",
    METADATA,
    _text("sale_id", key=True),
    Column("event_id", String, nullable=False, unique=True),
    Column("number", String, nullable=False, unique=True),
    _big("event_seq"),
    _text("shift_id", index=True),
    _text("till"),
    _text("cashier"),
    _text("member_id", index=True),
    Column("at", UTCDateTime, nullable=False),
    Column("day", Date, nullable=False),
    _big("subtotal_fen"),
    _big("cut_fen"),
    _big("rounding_fen"),
    _big("payable_fen"),
    Column("has_rx", Boolean, nullable=False),
    _big("price_changes"),
)
# A receipt is looked for by number, day or amount, and of those that fit the newest are wanted first.
Index("ix_sale_event_seq", sale.c.event_seq)
Index("ix_sale_day_event_seq", sale.c.day, sale.c.event_seq)
Index("ix_sale_payable_fen_event_seq", sale.c.payable_fen, sale.c.event_seq)

sale_line = Table(
    "sale_line",
    METADATA,
    Column("sale_id", String, ForeignKey(sale.c.sale_id), primary_key=True),
    _text("line_id", key=True),
    _big("no"),
    _text("product_id", index=True),
    _text("lot_id", index=True),
    _big("quantity"),
    _big("amount_fen"),
    _big("cost_fen"),
    _text("salesperson"),
    _text("review_id"),
    _text("register_id"),
)
Index("ix_sale_line_register_id", sale_line.c.register_id, sqlite_where=sale_line.c.register_id != "")

cut = Table(
    "cut",
    METADATA,
    Column("sale_id", String, ForeignKey(sale.c.sale_id), primary_key=True),
    _big("no", key=True),
    _text("line_id"),
    _text("cause_kind"),
    _text("cause_id"),
    _big("amount_fen"),
)

tender = Table(
    "tender",
    METADATA,
    _text("owner_id", key=True),
    _text("tender_id", key=True),
    _text("direction"),
    _text("shift_id", index=True),
    Column("day", Date, nullable=False, index=True),
    _text("method"),
    _text("kind"),
    _big("amount_fen"),
    _big("handed_fen"),
)

return_ = Table(
    "return_",
    METADATA,
    _text("return_id", key=True),
    Column("event_id", String, nullable=False, unique=True),
    Column("number", String, nullable=False, unique=True),
    _big("event_seq"),
    _text("kind"),
    _text("original_sale_id", index=True),
    _text("shift_id", index=True),
    _text("reason"),
    Column("at", UTCDateTime, nullable=False),
    Column("day", Date, nullable=False, index=True),
    _big("total_fen"),
    _big("rounding_fen"),
)

return_line = Table(
    "return_line",
    METADATA,
    Column("return_id", String, ForeignKey(return_.c.return_id), primary_key=True),
    _text("line_id", key=True),
    _text("original_sale_id", index=True),
    _text("original_line_id"),
    _text("product_id"),
    _text("lot_id"),
    _text("zone"),
    _big("quantity"),
    _big("amount_fen"),
)

tender_correction = Table(
    "tender_correction",
    METADATA,
    _text("correction_id", key=True),
    _text("sale_id", index=True),
    _text("tender_id"),
    _text("from_method"),
    _text("to_method"),
    _big("amount_fen"),
    _text("shift_id", index=True),
    _text("reason"),
    _text("approved_by"),
    Column("at", UTCDateTime, nullable=False),
    Column("day", Date, nullable=False),
)

shift = Table(
    "shift",
    METADATA,
    _text("shift_id", key=True),
    _text("till"),
    _text("staff_id"),
    Column("day", Date, nullable=False, index=True),
    Column("opened_at", UTCDateTime, nullable=False),
    _big("float_fen"),
    Column("closed_at", UTCDateTime, nullable=True),
    Column("close_event_id", String, nullable=True),
    _big("z_no"),
    _big("counted_fen"),
    _big("difference_fen"),
    _big("float_left_fen"),
    _big("remit_fen"),
    _big("perpetual_fen"),
)
Index("ix_shift_open", shift.c.till, sqlite_where=shift.c.closed_at.is_(None))

cash_move = Table(
    "cash_move",
    METADATA,
    _text("move_id", key=True),
    _text("shift_id", index=True),
    _big("amount_fen"),
    _text("reason"),
    _text("actor"),
    _text("approved_by"),
    Column("at", UTCDateTime, nullable=False),
)

basket_drop = Table(
    "basket_drop",
    METADATA,
    _text("event_id", key=True),
    _text("basket_id"),
    _text("shift_id", index=True),
    _big("lines"),
    _big("amount_fen"),
    Column("at", UTCDateTime, nullable=False),
)

drawer_opening = Table(
    "drawer_opening",
    METADATA,
    _text("event_id", key=True),
    _text("shift_id", index=True),
    _text("reason"),
    Column("at", UTCDateTime, nullable=False),
)

reprint = Table(
    "reprint",
    METADATA,
    _text("event_id", key=True),
    _text("of_event_id", index=True),
    _text("shift_id", index=True),
    _big("copy_no"),
    Column("at", UTCDateTime, nullable=False),
)

stock_level = Table(
    "stock_level",
    METADATA,
    _text("product_id", key=True),
    _text("lot_id", key=True),
    _text("zone", key=True),
    _big("quantity"),
)
Index("ix_stock_level_lot_id", stock_level.c.lot_id)
Index("ix_stock_level_negative", stock_level.c.product_id, sqlite_where=stock_level.c.quantity < 0)

stock_move = Table(
    "stock_move",
    METADATA,
    _text("event_id", key=True),
    _big("no", key=True),
    _text("product_id", index=True),
    _text("lot_id"),
    _text("zone"),
    _big("quantity"),
    _text("cause"),
    Column("at", UTCDateTime, nullable=False),
)

bound_code = Table(
    "bound_code",
    METADATA,
    _text("kind", key=True),
    _text("code", key=True),
    _text("product_id", key=True),
)

review = Table(
    "review",
    METADATA,
    _text("review_id", key=True),
    _text("event_id"),
    _text("basket_id"),
    _text("blob_id"),
    Column("prescribed_on", Date, nullable=False),
    _text("products"),
    _text("reviewer"),
    _text("dispenser"),
    _text("checker"),
    _text("verdict"),
    _text("source"),
    Column("at", UTCDateTime, nullable=False),
    Column("day", Date, nullable=False, index=True),
)

buyer_register = Table(
    "buyer_register",
    METADATA,
    _text("register_id", key=True),
    _text("event_id"),
    _text("basket_id"),
    _text("kind"),
    _text("blob_id"),
    _text("buyer_hash", index=True),
    _text("actor"),
    Column("at", UTCDateTime, nullable=False),
    Column("day", Date, nullable=False, index=True),
)

duty_done = Table(
    "duty_done",
    METADATA,
    _text("event_id", key=True),
    _text("duty"),
    _text("slot"),
    Column("day", Date, nullable=False, index=True),
    _text("figures"),
    Column("in_range", Boolean, nullable=False),
    _text("action"),
    _text("actor"),
    Column("at", UTCDateTime, nullable=False),
)

duty_pharmacist = Table(
    "duty_pharmacist",
    METADATA,
    _text("staff_id", key=True),
    Column("since", UTCDateTime, nullable=False),
)

day_close = Table(
    "day_close",
    METADATA,
    Column("day", Date, primary_key=True),
    _text("event_id", key=True),
    Column("at", UTCDateTime, nullable=False),
    _big("perpetual_fen"),
    _text("backup"),
)

member_attached = Table(
    "member_attached",
    METADATA,
    _text("event_id", key=True),
    _text("sale_id", index=True),
    _text("member_id"),
    Column("at", UTCDateTime, nullable=False),
)

member_step = Table(
    "member_step",
    METADATA,
    _text("handle", key=True),
    _big("step"),
    _text("basket_id"),
    Column("at", UTCDateTime, nullable=False),
    # The newest step of a dynamic code that this till took, so that a code shown again is refused, after a restart too.
    sqlite_with_rowid=False,
)

member_reveal = Table(
    "member_reveal",
    METADATA,
    _text("event_id", key=True),
    _text("member_id", index=True),
    _text("what"),
    _text("purpose"),
    _text("actor"),
    Column("at", UTCDateTime, nullable=False),
    Column("day", Date, nullable=False, index=True),
)

member_key = Table(
    "member_key",
    METADATA,
    _text("kind", key=True),
    _text("value", key=True),
    _text("member_id", key=True, index=True),
    # What a member is called on a platform: kind and value are looked up, the member follows.
    sqlite_with_rowid=False,
)

visitor = Table(
    "visitor",
    METADATA,
    _text("member_id", key=True),
    _text("home_store"),
    Column("until", UTCDateTime, nullable=False, index=True),
)

points_entry = Table(
    "points_entry",
    METADATA,
    _text("member_id", key=True),
    _text("entry_id", key=True),
    Column("at", UTCDateTime, nullable=False),
    _text("kind"),
    _big("points"),
    _text("of"),
    Column("expires_on", Date, nullable=True),
    _text("owner_id"),
    # A member's movements lie side by side under the one key: a sale touches a single page more.
    sqlite_with_rowid=False,
)

stored_entry = Table(
    "stored_entry",
    METADATA,
    _text("member_id", key=True),
    _text("entry_id", key=True),
    Column("at", UTCDateTime, nullable=False),
    _text("kind"),
    _big("principal_fen"),
    _big("bonus_fen"),
    _text("of"),
    _text("owner_id"),
    sqlite_with_rowid=False,
)

hold = Table(
    "hold",
    METADATA,
    _text("hold_id", key=True),
    _text("purse"),
    _text("member_id"),
    _big("amount"),
    _big("part"),
    _text("basket_id"),
    Column("until", UTCDateTime, nullable=False),
    _text("state"),
)

coupon_right = Table(
    "coupon_right",
    METADATA,
    _text("serial", key=True),
    _text("offer_id"),
    _text("member_id", index=True),
    _text("coupon_class"),
    _text("token"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    _big("face_fen"),
    _text("state"),
    _text("used_in"),
)

coupon_use = Table(
    "coupon_use",
    METADATA,
    _text("serial", key=True),
    _text("offer_id"),
    _text("member_id"),
    _text("sale_id", index=True),
    _big("cut_fen"),
    Column("at", UTCDateTime, nullable=False),
    Column("lease_id", String, nullable=False, server_default="", index=True),
)

coupon_lease = Table(
    "coupon_lease",
    METADATA,
    _text("lease_id", key=True),
    _text("grant_id", index=True),
    _text("device"),
    _text("till"),
    _text("offer_id"),
    _big("rights"),
    _big("low"),
    _big("pool"),
    _text("token"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    _big("face_fen"),
    _text("state"),
)

lease_back = Table("lease_back", METADATA, _text("lease_id", key=True), Column("at", UTCDateTime, nullable=False))

coupon_reservation = Table(
    "coupon_reservation",
    METADATA,
    _text("serial", key=True),
    _text("reservation_id"),
    _text("basket_id"),
    Column("until", UTCDateTime, nullable=False),
    _text("state"),
)

coupon_case = Table(
    "coupon_case",
    METADATA,
    _text("case_id", key=True),
    _text("kind"),
    _text("serial"),
    _text("title"),
    _text("number"),
    _text("first_number"),
    Column("at", UTCDateTime, nullable=False),
    _big("cost_fen"),
    _text("state"),
    _text("outcome"),
)

trade_taken = Table(
    "trade_taken",
    METADATA,
    _text("trade_id", key=True),
    _text("sale_id", index=True),
    _text("serial"),
    _text("offer_id"),
    _text("kind"),
    _big("pieces"),
    _text("mark", index=True),
    _big("subsidy_fen"),
    Column("at", UTCDateTime, nullable=False),
    Column("day", Date, nullable=False, index=True),
)

price_low = Table(
    "price_low",
    METADATA,
    _text("product_id", key=True),
    Column("day", Date, primary_key=True),
    _big("low_fen"),
    # The last days of one product lie side by side: the lowest of seven is one page.
    sqlite_with_rowid=False,
)

feed_read = Table("feed_read", METADATA, _text("feed", key=True), Column("at", UTCDateTime, nullable=False))

member_joined = Table(
    "member_joined",
    METADATA,
    _text("member_id", key=True),
    _text("blob_id"),
    _text("source"),
    _text("guide", index=True),
    _text("referrer_id"),
    _text("campaign_id"),
    _text("guardian_id"),
    _text("actor"),
    Column("at", UTCDateTime, nullable=False),
    Column("day", Date, nullable=False, index=True),
)

identity_claim = Table(
    "identity_claim",
    METADATA,
    _text("claim_id", key=True),
    _text("member_id", index=True),
    _text("kind"),
    _text("level"),
    _text("blob_id"),
    Column("at", UTCDateTime, nullable=False),
)

consent = Table(
    "consent",
    METADATA,
    _text("member_id", key=True),
    _text("purpose", key=True),
    Column("given", Boolean, nullable=False),
    _text("text_version"),
    Column("at", UTCDateTime, nullable=False),
    Column("channel", String, nullable=False, server_default=""),
    Column("evidence", String, nullable=False, server_default=""),
)

reading = Table(
    "reading",
    METADATA,
    _text("reading_id", key=True),
    _text("event_id"),
    _text("member_id"),
    _text("kind"),
    _text("blob_id"),
    _text("place"),
    Column("taken_at", UTCDateTime, nullable=False),
    _text("actor"),
    Column("at", UTCDateTime, nullable=False),
)
Index("ix_reading_member_id_taken_at", reading.c.member_id, reading.c.taken_at)

usage_note = Table(
    "usage_note",
    METADATA,
    _text("member_id", key=True),
    _text("product_id", key=True),
    _text("usage_id"),
    _text("blob_id"),
    Column("ended", Boolean, nullable=False),
    _text("actor"),
    Column("at", UTCDateTime, nullable=False),
)

own_target = Table(
    "own_target",
    METADATA,
    _text("member_id", key=True),
    _text("kind", key=True),
    _text("target_id"),
    _text("blob_id"),
    _text("actor"),
    Column("at", UTCDateTime, nullable=False),
)

follow_up = Table(
    "follow_up",
    METADATA,
    _text("followup_id", key=True),
    _text("member_id", index=True),
    _text("kind"),
    _text("reason"),
    _text("reading_id"),
    Column("due_on", Date, nullable=False),
    _text("outcome"),
    _big("tries"),
    _text("blob_id"),
    _text("actor"),
    Column("at", UTCDateTime, nullable=False),
    _text("done_by"),
    Column("done_at", UTCDateTime, nullable=True),
)
Index("ix_follow_up_open", follow_up.c.due_on, sqlite_where=follow_up.c.outcome.in_(["", "moved", "not_reached"]))

past_purchase = Table(
    "past_purchase",
    METADATA,
    _text("purchase_id", key=True),
    _text("member_id"),
    Column("day", Date, nullable=False),
    _text("product_id"),
    _big("quantity"),
    _big("amount_fen"),
    _text("place"),
)
Index("ix_past_purchase_member_id_day", past_purchase.c.member_id, past_purchase.c.day)

invoice_wish = Table(
    "invoice_wish",
    METADATA,
    _text("sale_id", key=True),
    _text("wish_id"),
    _text("event_id"),
    _text("blob_id"),
    Column("at", UTCDateTime, nullable=False),
    Column("day", Date, nullable=False),
    Column("issued_at", UTCDateTime, nullable=True),
    _text("invoice_no"),
)
Index("ix_invoice_wish_open", invoice_wish.c.at, sqlite_where=invoice_wish.c.issued_at.is_(None))

print_job = Table(
    "print_job",
    METADATA,
    _text("job_id", key=True),
    _text("event_id", index=True),
    _text("kind"),
    _text("printer"),
    Column("ticket", Text, nullable=False),
    _big("copies"),
    _text("state"),
    _text("facts"),
    _big("tries"),
    Column("at", UTCDateTime, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
)
Index("ix_print_job_state", print_job.c.state, print_job.c.job_id)

shelf_label = Table(
    "shelf_label",
    METADATA,
    _text("product_id", key=True),
    _big("price_fen"),
    _big("member_price_fen"),
    Column("at", UTCDateTime, nullable=False),
)

parked_basket = Table(
    "parked_basket",
    METADATA,
    _text("basket_id", key=True),
    _text("state"),
    _text("till"),
    _text("shift_id"),
    _text("label"),
    Column("content", Text, nullable=False),
    _big("pieces"),
    _big("payable_fen"),
    Column("at", UTCDateTime, nullable=False),
)

setting = Table("setting", METADATA, _text("key", key=True), Column("content", Text, nullable=False))

private_blob = Table(
    "private_blob",
    METADATA,
    _text("blob_id", key=True),
    _text("person_id", index=True),
    _text("kind"),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", UTCDateTime, nullable=False),
)

blob_outbox = Table(
    "blob_outbox",
    METADATA,
    _text("blob_id", key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("told_at", UTCDateTime, nullable=True),
    Column("refused", String, nullable=False, server_default=""),
)
Index("ix_blob_outbox_waiting", blob_outbox.c.blob_id, sqlite_where=blob_outbox.c.told_at.is_(None))

person_key = Table(
    "person_key",
    METADATA,
    _text("person_id", key=True),
    Column("secret", LargeBinary, nullable=True),
    Column("destroyed_at", UTCDateTime, nullable=True),
)

erased = Table("erased", METADATA, _text("member_id", key=True), Column("at", UTCDateTime, nullable=False))

alias = Table("alias", METADATA, _text("old_id", key=True), _text("canonical_id", index=True))

standing = Table(
    "standing",
    METADATA,
    _text("member_id", key=True),
    _text("tier"),
    _text("book"),
    Column("since", Date, nullable=True),
    Column("until", Date, nullable=True),
    Column("given", Boolean, nullable=False),
    _text("next_tier"),
    _big("short_fen"),
    _big("short_days"),
    Column("reach_by", Date, nullable=True),
    Column("at", UTCDateTime, nullable=False),
    sqlite_with_rowid=False,
)

segment = Table(
    "segment",
    METADATA,
    _text("id", key=True),
    Column("document", Text, nullable=False),
    Column("active", Boolean, nullable=False),
)

feed_cursor = Table("feed_cursor", METADATA, _text("feed", key=True), _text("cursor"))

frame_mark = Table(
    "frame_mark",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    _big("file_no"),
    _big("seq"),
)

schema_version = Table(
    "alembic_version",
    METADATA,
    Column("version_num", String(32), primary_key=True),
)

PROJECTIONS: tuple[Table, ...] = (
    sale_line,
    cut,
    tender,
    return_line,
    return_,
    sale,
    tender_correction,
    shift,
    cash_move,
    basket_drop,
    drawer_opening,
    reprint,
    stock_level,
    stock_move,
    trace_code,
    bound_code,
    review,
    buyer_register,
    duty_done,
    duty_pharmacist,
    day_close,
    member_attached,
    coupon_use,
    member_joined,
    identity_claim,
    trade_taken,
    lease_back,
    price_low,
    reading,
    usage_note,
    own_target,
    follow_up,
    invoice_wish,
    member_step,
    member_reveal,
)
"""Tables that follow from the events alone, children before parents.

`lot`, `points_entry`, `stored_entry`, `coupon_right`, `consent` and `erased` follow from events and feeds together.
"""
