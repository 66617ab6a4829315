"""Points that are put by for a basket."""

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "points_hold",
        sa.Column("hold_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("basket_id", sa.String(length=36), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_points_hold")),
    )
    with op.batch_alter_table("points_hold", schema=None) as batch_op:
        batch_op.create_index("ix_points_hold_member_id", ["member_id", "state"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("points_hold", schema=None) as batch_op:
        batch_op.drop_index("ix_points_hold_member_id")
    op.drop_table("points_hold")
