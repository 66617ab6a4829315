"""Where members stand between two tiers, as headquarters reckoned it."""

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""


def downgrade() -> None:
    """Step down."""
