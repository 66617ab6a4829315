"""What every shelf label said when it was last printed."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""

    op.create_table(
        "shelf_label",
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("member_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_shelf_label")),
    )


def downgrade() -> None:
    """Step down."""

    op.drop_table("shelf_label")
