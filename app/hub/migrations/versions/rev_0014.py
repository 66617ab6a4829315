"""Codes sent to phones and told back, without the code and without the phone; and by what a consent can be shown."""

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""
    op.create_table(
        "verification",
        sa.Column("verification_id", sa.String(length=36), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("phone_mark", sa.String(length=32), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.String(length=36), nullable=False),
        sa.Column("attempt_answer", sa.String(length=8), nullable=False),
        sa.Column("proven_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("verification_id", name=op.f("pk_verification")),
    )
    with op.batch_alter_table("verification", schema=None) as batch_op:
        batch_op.create_index("ix_verification_phone", ["phone_mark", "at"], unique=False)
        batch_op.create_index("ix_verification_device", ["device", "at"], unique=False)
        batch_op.create_index("ix_verification_at", ["at"], unique=False)
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("evidence", sa.String(length=36), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("digest", sa.String(length=64), nullable=False, server_default=""))


def downgrade() -> None:
    """Step down."""
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_column("digest")
        batch_op.drop_column("evidence")
    with op.batch_alter_table("verification", schema=None) as batch_op:
        batch_op.drop_index("ix_verification_at")
        batch_op.drop_index("ix_verification_device")
        batch_op.drop_index("ix_verification_phone")
    op.drop_table("verification")
