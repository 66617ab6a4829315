"""Points that headquarters put by for a basket."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""
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


def downgrade() -> None:
    """Step down."""
    op.drop_table("points_hold")
