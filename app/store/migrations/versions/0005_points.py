"""Movements of members' points, this till's own and those that headquarters tells of."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""

    op.create_table(
        "points_entry",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "entry_id", name=op.f("pk_points_entry")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Step down."""

    op.drop_table("points_entry")
