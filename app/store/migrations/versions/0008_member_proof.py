"""Dynamic member codes: handles, keys, the last step accepted, and what visitors were looked up for."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""


def downgrade() -> None:
    """Step down."""
