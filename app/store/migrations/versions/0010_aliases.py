"""One ID: which member ids stand for the same person, and private blobs that headquarters refuses for good."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""

    op.create_table(
        "alias",
        sa.Column("old_id", sa.String(), nullable=False),
        sa.Column("canonical_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("old_id", name=op.f("pk_alias")),
    )
    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alias_canonical_id"), ["canonical_id"], unique=False)
    op.add_column("blob_outbox", sa.Column("refused", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Step down."""

    with op.batch_alter_table("blob_outbox", schema=None) as batch_op:
        batch_op.drop_column("refused")
    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alias_canonical_id"))
    op.drop_table("alias")
