"""Registration and consents, and the private blobs that headquarters is to hear of."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""


def downgrade() -> None:
    """Step down."""
