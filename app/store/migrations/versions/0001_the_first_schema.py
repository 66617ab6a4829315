"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""

    op.create_table(
        "basket_drop",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("basket_id", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_basket_drop")),
    )
    with op.batch_alter_table("basket_drop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_basket_drop_shift_id"), ["shift_id"], unique=False)

    op.create_table(
        "bound_code",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "code", "product_id", name=op.f("pk_bound_code")),
    )
    op.create_table(
        "buyer_register",
        sa.Column("register_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("basket_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("blob_id", sa.String(), nullable=False),
        sa.Column("buyer_hash", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("register_id", name=op.f("pk_buyer_register")),
    )
    with op.batch_alter_table("buyer_register", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_buyer_register_buyer_hash"), ["buyer_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_buyer_register_day"), ["day"], unique=False)

    op.create_table(
        "cash_move",
        sa.Column("move_id", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("move_id", name=op.f("pk_cash_move")),
    )
    with op.batch_alter_table("cash_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cash_move_shift_id"), ["shift_id"], unique=False)

    op.create_table(
        "day_close",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("perpetual_fen", sa.BigInteger(), nullable=False),
        sa.Column("backup", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", "event_id", name=op.f("pk_day_close")),
    )
    op.create_table(
        "drawer_opening",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_drawer_opening")),
    )
    with op.batch_alter_table("drawer_opening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drawer_opening_shift_id"), ["shift_id"], unique=False)

    op.create_table(
        "duty_done",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("figures", sa.String(), nullable=False),
        sa.Column("in_range", sa.Boolean(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_duty_done")),
    )
    with op.batch_alter_table("duty_done", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_done_day"), ["day"], unique=False)

    op.create_table(
        "duty_pharmacist",
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("since", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_duty_pharmacist")),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
        sa.UniqueConstraint("id", name=op.f("uq_event_id")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_type"), ["type"], unique=False)

    op.create_table(
        "family_person",
        sa.Column("id", sqltypes.AutoString(length=36), nullable=False),
        sa.Column("member_id", sqltypes.AutoString(length=36), nullable=False),
        sa.Column("name", sqltypes.AutoString(length=40), nullable=False),
        sa.Column("relation", sqltypes.AutoString(length=12), nullable=False),
        sa.Column("sex", sqltypes.AutoString(length=1), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("weight_g", sa.BigInteger(), nullable=False),
        sa.Column("allergies_known", sa.Boolean(), nullable=False),
        sa.Column("allergy_classes", sqltypes.AutoString(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_person")),
    )
    with op.batch_alter_table("family_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_person_member_id"), ["member_id"], unique=False)

    op.create_table(
        "feed_cursor",
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_cursor")),
    )
    op.create_table(
        "frame_mark",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file_no", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_frame_mark")),
    )
    op.create_table(
        "lot",
        sa.Column("id", sqltypes.AutoString(length=36), nullable=False),
        sa.Column("product_id", sqltypes.AutoString(length=32), nullable=False),
        sa.Column("lot_no", sqltypes.AutoString(length=40), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("state", sqltypes.AutoString(length=12), nullable=False),
        sa.Column("supplier", sqltypes.AutoString(length=80), nullable=False),
        sa.Column("told_state", sqltypes.AutoString(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_product_id"), ["product_id"], unique=False)

    op.create_table(
        "member",
        sa.Column("id", sqltypes.AutoString(length=36), nullable=False),
        sa.Column("card_no", sqltypes.AutoString(length=24), nullable=False),
        sa.Column("phone", sqltypes.AutoString(length=20), nullable=False),
        sa.Column("name", sqltypes.AutoString(length=40), nullable=False),
        sa.Column("sex", sqltypes.AutoString(length=1), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("tier", sqltypes.AutoString(length=12), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("allergies_known", sa.Boolean(), nullable=False),
        sa.Column("allergy_classes", sqltypes.AutoString(length=120), nullable=False),
        sa.Column("chronic", sa.Boolean(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("phone_last4", sqltypes.AutoString(length=4), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_card_no"), ["card_no"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_phone"), ["phone"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_phone_last4"), ["phone_last4"], unique=False)

    op.create_table(
        "member_attached",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("sale_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_member_attached")),
    )
    with op.batch_alter_table("member_attached", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_attached_sale_id"), ["sale_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("acked_at", sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbox_event_id")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_acked_at", ["acked_at"], unique=False)
        batch_op.create_index("ix_outbox_waiting", ["seq"], unique=False, sqlite_where=sa.text("status IN ('waiting', 'later')"))

    op.create_table(
        "parked_basket",
        sa.Column("basket_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("till", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("basket_id", name=op.f("pk_parked_basket")),
    )
    op.create_table(
        "person_key",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("destroyed_at", sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_key")),
    )
    op.create_table(
        "pin_attempt",
        sa.Column("id", sqltypes.AutoString(length=36), nullable=False),
        sa.Column("staff_id", sqltypes.AutoString(length=36), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin_attempt")),
    )
    with op.batch_alter_table("pin_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pin_attempt_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "print_job",
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("printer", sa.String(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("copies", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("changed_at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_print_job")),
    )
    with op.batch_alter_table("print_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_print_job_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_print_job_state", ["state", "job_id"], unique=False)

    op.create_table(
        "private_blob",
        sa.Column("blob_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("blob_id", name=op.f("pk_private_blob")),
    )
    with op.batch_alter_table("private_blob", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_private_blob_person_id"), ["person_id"], unique=False)

    op.create_table(
        "reprint",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("of_event_id", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("copy_no", sa.BigInteger(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_reprint")),
    )
    with op.batch_alter_table("reprint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reprint_of_event_id"), ["of_event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reprint_shift_id"), ["shift_id"], unique=False)

    op.create_table(
        "return_",
        sa.Column("return_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("original_sale_id", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("rounding_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("return_id", name=op.f("pk_return_")),
        sa.UniqueConstraint("event_id", name=op.f("uq_return__event_id")),
        sa.UniqueConstraint("number", name=op.f("uq_return__number")),
    )
    with op.batch_alter_table("return_", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return__day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_return__original_sale_id"), ["original_sale_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_return__shift_id"), ["shift_id"], unique=False)

    op.create_table(
        "review",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("basket_id", sa.String(), nullable=False),
        sa.Column("blob_id", sa.String(), nullable=False),
        sa.Column("prescribed_on", sa.Date(), nullable=False),
        sa.Column("products", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("dispenser", sa.String(), nullable=False),
        sa.Column("checker", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_day"), ["day"], unique=False)

    op.create_table(
        "sale",
        sa.Column("sale_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("till", sa.String(), nullable=False),
        sa.Column("cashier", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subtotal_fen", sa.BigInteger(), nullable=False),
        sa.Column("cut_fen", sa.BigInteger(), nullable=False),
        sa.Column("rounding_fen", sa.BigInteger(), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.Column("has_rx", sa.Boolean(), nullable=False),
        sa.Column("price_changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sale_id", name=op.f("pk_sale")),
        sa.UniqueConstraint("event_id", name=op.f("uq_sale_event_id")),
        sa.UniqueConstraint("number", name=op.f("uq_sale_number")),
    )
    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sale_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_shift_id"), ["shift_id"], unique=False)

    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "shift",
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("till", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("float_fen", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("close_event_id", sa.String(), nullable=True),
        sa.Column("z_no", sa.BigInteger(), nullable=False),
        sa.Column("counted_fen", sa.BigInteger(), nullable=False),
        sa.Column("difference_fen", sa.BigInteger(), nullable=False),
        sa.Column("float_left_fen", sa.BigInteger(), nullable=False),
        sa.Column("remit_fen", sa.BigInteger(), nullable=False),
        sa.Column("perpetual_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_shift")),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_day"), ["day"], unique=False)
        batch_op.create_index("ix_shift_open", ["till"], unique=False, sqlite_where=sa.text("closed_at IS NULL"))

    op.create_table(
        "staff",
        sa.Column("id", sqltypes.AutoString(length=36), nullable=False),
        sa.Column("code", sqltypes.AutoString(length=12), nullable=False),
        sa.Column("name", sqltypes.AutoString(length=40), nullable=False),
        sa.Column("role", sqltypes.AutoString(length=12), nullable=False),
        sa.Column("licence_no", sqltypes.AutoString(length=40), nullable=False),
        sa.Column("pin_hash", sqltypes.AutoString(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_code"), ["code"], unique=False)

    op.create_table(
        "stock_level",
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("lot_id", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "lot_id", "zone", name=op.f("pk_stock_level")),
    )
    with op.batch_alter_table("stock_level", schema=None) as batch_op:
        batch_op.create_index("ix_stock_level_lot_id", ["lot_id"], unique=False)
        batch_op.create_index("ix_stock_level_negative", ["product_id"], unique=False, sqlite_where=sa.text("quantity < 0"))

    op.create_table(
        "stock_move",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("no", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("lot_id", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "no", name=op.f("pk_stock_move")),
    )
    with op.batch_alter_table("stock_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_move_product_id"), ["product_id"], unique=False)

    op.create_table(
        "tender",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("handed_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "tender_id", name=op.f("pk_tender")),
    )
    with op.batch_alter_table("tender", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tender_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_tender_shift_id"), ["shift_id"], unique=False)

    op.create_table(
        "tender_correction",
        sa.Column("correction_id", sa.String(), nullable=False),
        sa.Column("sale_id", sa.String(), nullable=False),
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("from_method", sa.String(), nullable=False),
        sa.Column("to_method", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("correction_id", name=op.f("pk_tender_correction")),
    )
    with op.batch_alter_table("tender_correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tender_correction_sale_id"), ["sale_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tender_correction_shift_id"), ["shift_id"], unique=False)

    op.create_table(
        "trace_code",
        sa.Column("code", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("product_id", sqltypes.AutoString(length=32), nullable=False),
        sa.Column("lot_id", sqltypes.AutoString(length=36), nullable=True),
        sa.Column("state", sqltypes.AutoString(length=10), nullable=False),
        sa.Column("sale_id", sqltypes.AutoString(length=36), nullable=True),
        sa.Column("sale_number", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_trace_code")),
    )
    with op.batch_alter_table("trace_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trace_code_product_id"), ["product_id"], unique=False)

    op.create_table(
        "cut",
        sa.Column("sale_id", sa.String(), nullable=False),
        sa.Column("no", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("cause_kind", sa.String(), nullable=False),
        sa.Column("cause_id", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.sale_id"], name=op.f("fk_cut_sale_id_sale")),
        sa.PrimaryKeyConstraint("sale_id", "no", name=op.f("pk_cut")),
    )
    op.create_table(
        "return_line",
        sa.Column("return_id", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("original_sale_id", sa.String(), nullable=False),
        sa.Column("original_line_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("lot_id", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["return_.return_id"], name=op.f("fk_return_line_return_id_return_")),
        sa.PrimaryKeyConstraint("return_id", "line_id", name=op.f("pk_return_line")),
    )
    with op.batch_alter_table("return_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_line_original_sale_id"), ["original_sale_id"], unique=False)

    op.create_table(
        "sale_line",
        sa.Column("sale_id", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("no", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("lot_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("salesperson", sa.String(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("register_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.sale_id"], name=op.f("fk_sale_line_sale_id_sale")),
        sa.PrimaryKeyConstraint("sale_id", "line_id", name=op.f("pk_sale_line")),
    )
    with op.batch_alter_table("sale_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sale_line_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_line_product_id"), ["product_id"], unique=False)
        batch_op.create_index("ix_sale_line_register_id", ["register_id"], unique=False, sqlite_where=sa.text("register_id != ''"))


def downgrade() -> None:
    """Step back."""

    with op.batch_alter_table("sale_line", schema=None) as batch_op:
        batch_op.drop_index("ix_sale_line_register_id", sqlite_where=sa.text("register_id != ''"))
        batch_op.drop_index(batch_op.f("ix_sale_line_product_id"))
        batch_op.drop_index(batch_op.f("ix_sale_line_lot_id"))

    op.drop_table("sale_line")
    with op.batch_alter_table("return_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_return_line_original_sale_id"))

    op.drop_table("return_line")
    op.drop_table("cut")
    with op.batch_alter_table("trace_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trace_code_product_id"))

    op.drop_table("trace_code")
    with op.batch_alter_table("tender_correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tender_correction_shift_id"))
        batch_op.drop_index(batch_op.f("ix_tender_correction_sale_id"))

    op.drop_table("tender_correction")
    with op.batch_alter_table("tender", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tender_shift_id"))
        batch_op.drop_index(batch_op.f("ix_tender_day"))

    op.drop_table("tender")
    with op.batch_alter_table("stock_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stock_move_product_id"))

    op.drop_table("stock_move")
    with op.batch_alter_table("stock_level", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_level_negative", sqlite_where=sa.text("quantity < 0"))
        batch_op.drop_index("ix_stock_level_lot_id")

    op.drop_table("stock_level")
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_code"))

    op.drop_table("staff")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index("ix_shift_open", sqlite_where=sa.text("closed_at IS NULL"))
        batch_op.drop_index(batch_op.f("ix_shift_day"))

    op.drop_table("shift")
    op.drop_table("setting")
    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sale_shift_id"))
        batch_op.drop_index(batch_op.f("ix_sale_member_id"))
        batch_op.drop_index(batch_op.f("ix_sale_day"))

    op.drop_table("sale")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_day"))

    op.drop_table("review")
    with op.batch_alter_table("return_", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_return__shift_id"))
        batch_op.drop_index(batch_op.f("ix_return__original_sale_id"))
        batch_op.drop_index(batch_op.f("ix_return__day"))

    op.drop_table("return_")
    with op.batch_alter_table("reprint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reprint_shift_id"))
        batch_op.drop_index(batch_op.f("ix_reprint_of_event_id"))

    op.drop_table("reprint")
    with op.batch_alter_table("private_blob", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_private_blob_person_id"))

    op.drop_table("private_blob")
    with op.batch_alter_table("print_job", schema=None) as batch_op:
        batch_op.drop_index("ix_print_job_state")
        batch_op.drop_index(batch_op.f("ix_print_job_event_id"))

    op.drop_table("print_job")
    with op.batch_alter_table("pin_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pin_attempt_staff_id"))

    op.drop_table("pin_attempt")
    op.drop_table("person_key")
    op.drop_table("parked_basket")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_waiting", sqlite_where=sa.text("status IN ('waiting', 'later')"))
        batch_op.drop_index("ix_outbox_acked_at")

    op.drop_table("outbox")
    with op.batch_alter_table("member_attached", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_attached_sale_id"))

    op.drop_table("member_attached")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_phone_last4"))
        batch_op.drop_index(batch_op.f("ix_member_phone"))
        batch_op.drop_index(batch_op.f("ix_member_card_no"))

    op.drop_table("member")
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lot_product_id"))

    op.drop_table("lot")
    op.drop_table("frame_mark")
    op.drop_table("feed_cursor")
    with op.batch_alter_table("family_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_family_person_member_id"))

    op.drop_table("family_person")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_type"))

    op.drop_table("event")
    op.drop_table("duty_pharmacist")
    with op.batch_alter_table("duty_done", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_done_day"))

    op.drop_table("duty_done")
    with op.batch_alter_table("drawer_opening", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drawer_opening_shift_id"))

    op.drop_table("drawer_opening")
    op.drop_table("day_close")
    with op.batch_alter_table("cash_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cash_move_shift_id"))

    op.drop_table("cash_move")
    with op.batch_alter_table("buyer_register", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_buyer_register_day"))
        batch_op.drop_index(batch_op.f("ix_buyer_register_buyer_hash"))

    op.drop_table("buyer_register")
    op.drop_table("bound_code")
    with op.batch_alter_table("basket_drop", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_basket_drop_shift_id"))

    op.drop_table("basket_drop")
