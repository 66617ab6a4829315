"""Where members stand among the tiers, as headquarters reckoned it."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""
    op.create_table(
        "standing",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("next_tier", sa.String(), nullable=False),
        sa.Column("short_fen", sa.BigInteger(), nullable=False),
        sa.Column("short_days", sa.BigInteger(), nullable=False),
        sa.Column("reach_by", sa.Date(), nullable=True),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_standing")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Step down."""
    op.drop_table("standing")
