"""Stored value: what members paid in and spent; what headquarters put by is of one kind, whichever purse it is from."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""
    op.create_table(
        "stored_entry",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("principal_fen", sa.BigInteger(), nullable=False),
        sa.Column("bonus_fen", sa.BigInteger(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "entry_id", name=op.f("pk_stored_entry")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hold",
        sa.Column("hold_id", sa.String(), nullable=False),
        sa.Column("purse", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("basket_id", sa.String(), nullable=False),
        sa.Column("until", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_hold")),
    )
    op.execute("INSERT INTO hold SELECT hold_id, 'points', member_id, points, 0, basket_id, until, state FROM points_hold")
    op.drop_table("points_hold")


def downgrade() -> None:
    """Step down."""
    op.create_table(
        "points_hold",
        sa.Column("hold_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("basket_id", sa.String(), nullable=False),
        sa.Column("until", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_points_hold")),
    )
    op.execute("INSERT INTO points_hold SELECT hold_id, member_id, amount, basket_id, until, state FROM hold WHERE purse = 'points'")
    op.drop_table("hold")
    op.drop_table("stored_entry")
