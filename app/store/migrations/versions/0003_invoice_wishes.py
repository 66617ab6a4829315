"""Invoices that customers wish for, until they are issued."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""

    op.create_table(
        "invoice_wish",
        sa.Column("sale_id", sa.String(), nullable=False),
        sa.Column("wish_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("blob_id", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("issued_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("invoice_no", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sale_id", name=op.f("pk_invoice_wish")),
    )
    with op.batch_alter_table("invoice_wish", schema=None) as batch_op:
        batch_op.create_index("ix_invoice_wish_open", ["at"], unique=False, sqlite_where=sa.text("issued_at IS NULL"))


def downgrade() -> None:
    """Step down."""

    with op.batch_alter_table("invoice_wish", schema=None) as batch_op:
        batch_op.drop_index("ix_invoice_wish_open")
    op.drop_table("invoice_wish")
