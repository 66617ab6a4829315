"""The first storey: stores, tills, inbox, projections, feeds, console"""

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("utc_offset_minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain")),
    )
    op.create_table(
        "console_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_console_session")),
    )
    op.create_table(
        "console_user",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_console_user")),
    )
    op.create_table(
        "device",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("enrolled_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.Column("pushed_at", Instant(), nullable=True),
        sa.Column("event_at", Instant(), nullable=True),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_digest", sa.String(length=64), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("forks", sa.Integer(), nullable=False),
        sa.Column("app_version", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "device", name=op.f("pk_device")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index("uq_device_device", ["device"], unique=True)

    op.create_table(
        "enrol_code",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("slot", sa.String(length=8), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("secret_hash", sa.String(length=200), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_by", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "slot", name=op.f("pk_enrol_code")),
    )
    with op.batch_alter_table("enrol_code", schema=None) as batch_op:
        batch_op.create_index("uq_enrol_code_slot", ["slot"], unique=True)

    op.create_table(
        "feed",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("feed", sa.String(length=16), nullable=False),
        sa.Column("feed_id", sa.String(length=32), nullable=False),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_rolling", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "feed", name=op.f("pk_feed")),
    )
    op.create_table(
        "feed_row",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("feed", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("rolling", sa.String(length=32), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "feed", "seq", name=op.f("pk_feed_row")),
    )
    with op.batch_alter_table("feed_row", schema=None) as batch_op:
        batch_op.create_index("ix_feed_row_key", ["store_id", "feed", "key"], unique=False)

    op.create_table(
        "hour_sales",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("sales", sa.BigInteger(), nullable=False),
        sa.Column("sales_fen", sa.BigInteger(), nullable=False),
        sa.Column("returns", sa.BigInteger(), nullable=False),
        sa.Column("returns_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "day", "hour", "till", name=op.f("pk_hour_sales")),
    )
    with op.batch_alter_table("hour_sales", schema=None) as batch_op:
        batch_op.create_index("ix_hour_sales_day", ["day"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "event_id", name=op.f("pk_inbox")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_device_seq", ["store_id", "device", "seq"], unique=False)
        batch_op.create_index("ix_inbox_received", ["store_id", "received_at"], unique=False)

    op.create_table(
        "product_sales",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("product_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "day", "product_id", name=op.f("pk_product_sales")),
    )
    with op.batch_alter_table("product_sales", schema=None) as batch_op:
        batch_op.create_index("ix_product_sales_day", ["day"], unique=False)

    op.create_table(
        "quarantine",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("detail", sa.String(length=400), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "event_id", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "sale",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("sale_id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("shift_id", sa.String(length=36), nullable=False),
        sa.Column("cashier", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("first_line", sa.String(length=160), nullable=False),
        sa.Column("member", sa.Boolean(), nullable=False),
        sa.Column("prescription", sa.Boolean(), nullable=False),
        sa.Column("cut_fen", sa.BigInteger(), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", name=op.f("pk_sale")),
    )
    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.create_index("ix_sale_day", ["day", "store_id", "at"], unique=False)

    op.create_table(
        "sale_return",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("return_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("original_sale_id", sa.String(length=36), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "return_id", name=op.f("pk_sale_return")),
    )
    with op.batch_alter_table("sale_return", schema=None) as batch_op:
        batch_op.create_index("ix_sale_return_sale", ["store_id", "original_sale_id"], unique=False)

    op.create_table(
        "shift_close",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("shift_id", sa.String(length=36), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("z_no", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("sales", sa.BigInteger(), nullable=False),
        sa.Column("sales_fen", sa.BigInteger(), nullable=False),
        sa.Column("returns_fen", sa.BigInteger(), nullable=False),
        sa.Column("difference_fen", sa.BigInteger(), nullable=False),
        sa.Column("perpetual_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "shift_id", name=op.f("pk_shift_close")),
    )
    op.create_table(
        "stock_level",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("product_id", sa.String(length=32), nullable=False),
        sa.Column("lot_id", sa.String(length=36), nullable=False),
        sa.Column("zone", sa.String(length=8), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "product_id", "lot_id", "zone", name=op.f("pk_stock_level")),
    )
    op.create_table(
        "store",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("branch", sa.String(length=80), nullable=False),
        sa.Column("licence", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_store")),
    )
    op.create_table(
        "tender_day",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("title_zh", sa.String(length=40), nullable=False),
        sa.Column("title_en", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("refund_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "day", "method", name=op.f("pk_tender_day")),
    )
    op.create_table(
        "till",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "till", name=op.f("pk_till")),
    )
    op.create_table(
        "trace_code",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("product_id", sa.String(length=32), nullable=False),
        sa.Column("lot_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sale_id", sa.String(length=36), nullable=False),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "code", name=op.f("pk_trace_code")),
    )
    op.create_table(
        "unreadable",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "digest", name=op.f("pk_unreadable")),
    )
