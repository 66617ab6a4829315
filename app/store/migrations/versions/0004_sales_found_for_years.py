"""Past sales are found by number, day and amount at once, however many there are."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""

    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sale_day"))
        batch_op.create_index("ix_sale_day_event_seq", ["day", "event_seq"], unique=False)
        batch_op.create_index("ix_sale_event_seq", ["event_seq"], unique=False)
        batch_op.create_index("ix_sale_payable_fen_event_seq", ["payable_fen", "event_seq"], unique=False)


def downgrade() -> None:
    """Step down."""

    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.drop_index("ix_sale_payable_fen_event_seq")
        batch_op.drop_index("ix_sale_event_seq")
        batch_op.drop_index("ix_sale_day_event_seq")
        batch_op.create_index(batch_op.f("ix_sale_day"), ["day"], unique=False)
