"""Messages to members of a campaign: whom they are for and what came of them, without a text and without a phone."""

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""
    op.create_table(
        "message_round",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_message_round")),
    )
    op.create_table(
        "message",
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_campaign", ["campaign_id", "state"], unique=False)
        batch_op.create_index("ix_message_member", ["member_id", "sent_at"], unique=False)
        batch_op.create_index("ix_message_due", ["state", "due_at"], unique=False)


def downgrade() -> None:
    """Step down."""
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_due")
        batch_op.drop_index("ix_message_member")
        batch_op.drop_index("ix_message_campaign")
    op.drop_table("message")
    op.drop_table("message_round")
