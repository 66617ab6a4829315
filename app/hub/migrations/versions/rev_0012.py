"""Tiers: where every member stands, and since when."""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""


def downgrade() -> None:
    """Step down."""
