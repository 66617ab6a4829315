"""Readings, usages, own targets and follow-ups of members, and purchases from before or elsewhere."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""

    op.create_table(
        "reading",
        sa.Column("reading_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("blob_id", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("taken_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("reading_id", name=op.f("pk_reading")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index("ix_reading_member_id_taken_at", ["member_id", "taken_at"], unique=False)
    op.create_table(
        "usage_note",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("usage_id", sa.String(), nullable=False),
        sa.Column("blob_id", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "product_id", name=op.f("pk_usage_note")),
    )
    op.create_table(
        "own_target",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target_id", sa.String(), nullable=False),
        sa.Column("blob_id", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "kind", name=op.f("pk_own_target")),
    )
    op.create_table(
        "follow_up",
        sa.Column("followup_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reading_id", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("blob_id", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("done_at", sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("followup_id", name=op.f("pk_follow_up")),
    )
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            "ix_follow_up_open", ["due_on"], unique=False, sqlite_where=sa.text("outcome IN ('', 'moved', 'not_reached')")
        )
    op.create_table(
        "past_purchase",
        sa.Column("purchase_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("purchase_id", name=op.f("pk_past_purchase")),
    )
    with op.batch_alter_table("past_purchase", schema=None) as batch_op:
        batch_op.create_index("ix_past_purchase_member_id_day", ["member_id", "day"], unique=False)


def downgrade() -> None:
    """Step down."""

    with op.batch_alter_table("past_purchase", schema=None) as batch_op:
        batch_op.drop_index("ix_past_purchase_member_id_day")
    op.drop_table("past_purchase")
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_index("ix_follow_up_open")
        batch_op.drop_index(batch_op.f("ix_follow_up_member_id"))
    op.drop_table("follow_up")
    op.drop_table("own_target")
    op.drop_table("usage_note")
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index("ix_reading_member_id_taken_at")
    op.drop_table("reading")
