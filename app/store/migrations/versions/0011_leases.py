"""Coupon leases and reservations, cases, old articles taken in trade, and the lowest price of each day."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""

    with op.batch_alter_table("coupon_use", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lease_id", sa.String(), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_coupon_use_lease_id"), ["lease_id"], unique=False)
    op.create_table(
        "coupon_lease",
        sa.Column("lease_id", sa.String(), nullable=False),
        sa.Column("grant_id", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("till", sa.String(), nullable=False),
        sa.Column("offer_id", sa.String(), nullable=False),
        sa.Column("rights", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("pool", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("face_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("lease_id", name=op.f("pk_coupon_lease")),
    )
    with op.batch_alter_table("coupon_lease", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coupon_lease_grant_id"), ["grant_id"], unique=False)
    op.create_table(
        "lease_back",
        sa.Column("lease_id", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("lease_id", name=op.f("pk_lease_back")),
    )
    op.create_table(
        "coupon_reservation",
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("reservation_id", sa.String(), nullable=False),
        sa.Column("basket_id", sa.String(), nullable=False),
        sa.Column("until", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_coupon_reservation")),
    )
    op.create_table(
        "coupon_case",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("first_number", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_coupon_case")),
    )
    op.create_table(
        "trade_taken",
        sa.Column("trade_id", sa.String(), nullable=False),
        sa.Column("sale_id", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("offer_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("subsidy_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("trade_id", name=op.f("pk_trade_taken")),
    )
    with op.batch_alter_table("trade_taken", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trade_taken_sale_id"), ["sale_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_trade_taken_mark"), ["mark"], unique=False)
        batch_op.create_index(batch_op.f("ix_trade_taken_day"), ["day"], unique=False)
    op.create_table(
        "price_low",
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("low_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "day", name=op.f("pk_price_low")),
        sqlite_with_rowid=False,
    )
    # What was sold before this version counts as well: the seven days do not begin anew with an update.
    op.execute(
        "INSERT INTO price_low (product_id, day, low_fen) SELECT line.product_id, sale.day, MIN(line.amount_fen / line.quantity) "
        "FROM sale_line AS line JOIN sale ON sale.sale_id = line.sale_id "
        "WHERE line.quantity > 0 AND line.amount_fen > 0 GROUP BY line.product_id, sale.day"
    )
    op.create_table(
        "feed_read",
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_read")),
    )


def downgrade() -> None:
    """Step down."""

    op.drop_table("feed_read")
    op.drop_table("price_low")
    with op.batch_alter_table("trade_taken", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trade_taken_day"))
        batch_op.drop_index(batch_op.f("ix_trade_taken_mark"))
        batch_op.drop_index(batch_op.f("ix_trade_taken_sale_id"))
    op.drop_table("trade_taken")
    op.drop_table("coupon_case")
    op.drop_table("coupon_reservation")
    op.drop_table("lease_back")
    with op.batch_alter_table("coupon_lease", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coupon_lease_grant_id"))
    op.drop_table("coupon_lease")
    with op.batch_alter_table("coupon_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coupon_use_lease_id"))
        batch_op.drop_column("lease_id")
