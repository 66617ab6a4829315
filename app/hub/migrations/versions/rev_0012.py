"""Tiers: what sales count towards them, where every member stands and since when, and what headquarters does once a day."""

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""
    op.create_table(
        "order_worth",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("sale_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", name=op.f("pk_order_worth")),
    )
    op.create_table(
        "tender_move",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("correction_id", sa.String(length=36), nullable=False),
        sa.Column("sale_id", sa.String(length=36), nullable=False),
        sa.Column("from_method", sa.String(length=24), nullable=False),
        sa.Column("to_method", sa.String(length=24), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "correction_id", name=op.f("pk_tender_move")),
    )
    with op.batch_alter_table("tender_move", schema=None) as batch_op:
        batch_op.create_index("ix_tender_move_sale", ["store_id", "sale_id"], unique=False)
    op.create_table(
        "standing",
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("tier", sa.String(length=12), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("because", sa.String(length=12), nullable=False),
        sa.Column("book", sa.String(length=12), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("next_tier", sa.String(length=12), nullable=False),
        sa.Column("short_fen", sa.BigInteger(), nullable=False),
        sa.Column("short_days", sa.Integer(), nullable=False),
        sa.Column("reach_by", sa.Date(), nullable=True),
        sa.Column("spent_fen", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_standing")),
    )
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.create_index("ix_standing_due_on", ["due_on"], unique=False)
        batch_op.create_index("ix_standing_tier", ["tier"], unique=False)
    op.create_table(
        "tier_grant",
        sa.Column("grant_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("tier", sa.String(length=12), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("ended_by", sa.String(length=40), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_tier_grant")),
    )
    with op.batch_alter_table("tier_grant", schema=None) as batch_op:
        batch_op.create_index("ix_tier_grant_member_id", ["member_id"], unique=False)
    op.create_table(
        "tier_change",
        sa.Column("change_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("old_tier", sa.String(length=12), nullable=False),
        sa.Column("new_tier", sa.String(length=12), nullable=False),
        sa.Column("because", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_tier_change")),
    )
    with op.batch_alter_table("tier_change", schema=None) as batch_op:
        batch_op.create_index("ix_tier_change_at", ["at"], unique=False)
        batch_op.create_index("ix_tier_change_member_id", ["member_id", "at"], unique=False)
    op.create_table(
        "chore",
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore")),
    )


def downgrade() -> None:
    """Step down."""
    op.drop_table("chore")
    with op.batch_alter_table("tier_change", schema=None) as batch_op:
        batch_op.drop_index("ix_tier_change_at")
        batch_op.drop_index("ix_tier_change_member_id")
    op.drop_table("tier_change")
    with op.batch_alter_table("tier_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_tier_grant_member_id")
    op.drop_table("tier_grant")
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.drop_index("ix_standing_due_on")
        batch_op.drop_index("ix_standing_tier")
    op.drop_table("standing")
    with op.batch_alter_table("tender_move", schema=None) as batch_op:
        batch_op.drop_index("ix_tender_move_sale")
    op.drop_table("tender_move")
    op.drop_table("order_worth")
