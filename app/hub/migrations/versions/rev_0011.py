"""Stored value: the chain's ledger of what members paid in and spent."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""


def downgrade() -> None:
    """Step down."""
