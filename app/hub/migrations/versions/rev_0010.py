"""What was done with one person's data: copies given out, and erasures."""

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "person_act",
        sa.Column("act_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("asked_via", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_person_act")),
    )
    with op.batch_alter_table("person_act", schema=None) as batch_op:
        batch_op.create_index("ix_person_act_at", ["at"], unique=False)
        batch_op.create_index("ix_person_act_member_id", ["member_id", "at"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("person_act", schema=None) as batch_op:
        batch_op.drop_index("ix_person_act_member_id")
        batch_op.drop_index("ix_person_act_at")
    op.drop_table("person_act")
