"""How a consent was given, and by what that can be shown: the blob of a signature, or a code that was told back."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""
    op.add_column("consent", sa.Column("channel", sa.String(), nullable=False, server_default=""))
    op.add_column("consent", sa.Column("evidence", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Step down."""
    op.drop_column("consent", "evidence")
    op.drop_column("consent", "channel")
