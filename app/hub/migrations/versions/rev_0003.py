"""Coupons used by sales, and those used up twice."""

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "coupon_use",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("sale_id", sa.String(length=36), nullable=False),
        sa.Column("serial", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("offer_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("cut_fen", sa.BigInteger(), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("return_id", sa.String(length=36), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", "serial", name=op.f("pk_coupon_use")),
    )
    with op.batch_alter_table("coupon_use", schema=None) as batch_op:
        batch_op.create_index("ix_coupon_use_serial", ["serial"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("coupon_use", schema=None) as batch_op:
        batch_op.drop_index("ix_coupon_use_serial")
    op.drop_table("coupon_use")
