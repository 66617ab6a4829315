"""Shares of stores and tills, serials of the chain and their reservations, and uses that are looked into."""

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:

    with op.batch_alter_table("coupon_use", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lease_id", sa.String(length=36), server_default="", nullable=False))
        batch_op.add_column(sa.Column("reservation_id", sa.String(length=36), server_default="", nullable=False))
        batch_op.add_column(sa.Column("list_age_h", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index("ix_coupon_use_lease_id", ["store_id", "lease_id"], unique=False)
    op.create_table(
        "coupon_grant",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("grant_id", sa.String(length=36), nullable=False),
        sa.Column("offer_id", sa.String(length=36), nullable=False),
        sa.Column("rights", sa.BigInteger(), nullable=False),
        sa.Column("per_till", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("lease_days", sa.Integer(), nullable=False),
        sa.Column("face_fen", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "grant_id", name=op.f("pk_coupon_grant")),
    )
    op.create_table(
        "coupon_lease",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("lease_id", sa.String(length=36), nullable=False),
        sa.Column("grant_id", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("rights", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "lease_id", name=op.f("pk_coupon_lease")),
    )
    with op.batch_alter_table("coupon_lease", schema=None) as batch_op:
        batch_op.create_index("ix_coupon_lease_grant_id", ["store_id", "grant_id"], unique=False)
    op.create_table(
        "chain_coupon",
        sa.Column("serial", sa.String(length=36), nullable=False),
        sa.Column("offer_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("face_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("token", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_chain_coupon")),
    )
    op.create_table(
        "coupon_reservation",
        sa.Column("reservation_id", sa.String(length=36), nullable=False),
        sa.Column("serial", sa.String(length=36), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("basket_id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_coupon_reservation")),
    )
    with op.batch_alter_table("coupon_reservation", schema=None) as batch_op:
        batch_op.create_index("ix_coupon_reservation_serial", ["serial", "state"], unique=False)
    op.create_table(
        "coupon_revoked",
        sa.Column("serial", sa.String(length=36), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_coupon_revoked")),
    )
    op.create_table(
        "coupon_case",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("serial", sa.String(length=36), nullable=False),
        sa.Column("offer_id", sa.String(length=36), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("sale_id", sa.String(length=36), nullable=False),
        sa.Column("first_store_id", sa.String(length=32), nullable=False),
        sa.Column("first_sale_id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("suggested", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("closed_by", sa.String(length=40), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_coupon_case")),
    )
    with op.batch_alter_table("coupon_case", schema=None) as batch_op:
        batch_op.create_index("ix_coupon_case_serial", ["serial"], unique=False)
    with op.batch_alter_table("coupon_case", schema=None) as batch_op:
        batch_op.create_index("ix_coupon_case_state", ["state", "at"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("coupon_case", schema=None) as batch_op:
        batch_op.drop_index("ix_coupon_case_serial")
    with op.batch_alter_table("coupon_case", schema=None) as batch_op:
        batch_op.drop_index("ix_coupon_case_state")
    op.drop_table("coupon_case")
    op.drop_table("coupon_revoked")
    with op.batch_alter_table("coupon_reservation", schema=None) as batch_op:
        batch_op.drop_index("ix_coupon_reservation_serial")
    op.drop_table("coupon_reservation")
    op.drop_table("chain_coupon")
    with op.batch_alter_table("coupon_lease", schema=None) as batch_op:
        batch_op.drop_index("ix_coupon_lease_grant_id")
    op.drop_table("coupon_lease")
    op.drop_table("coupon_grant")
    with op.batch_alter_table("coupon_use", schema=None) as batch_op:
        batch_op.drop_index("ix_coupon_use_lease_id")
        batch_op.drop_column("list_age_h")
        batch_op.drop_column("reservation_id")
        batch_op.drop_column("lease_id")
