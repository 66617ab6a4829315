"""Stored value: what members paid in, what is put by and what was spent of it."""

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""


def downgrade() -> None:
    """Step down."""
