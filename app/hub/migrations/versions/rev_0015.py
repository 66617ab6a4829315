"""Coupons and campaigns find a member's rows by index: who is erased is looked for in all of them."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OF_MEMBERS = ("campaign_holder", "campaign_sale", "chain_coupon", "coupon_use")


def upgrade() -> None:
    """Step up."""
    for table in _OF_MEMBERS:
        op.create_index(f"ix_{table}_member_id", table, ["member_id"], unique=False)


def downgrade() -> None:
    """Step down."""
    for table in _OF_MEMBERS:
        op.drop_index(f"ix_{table}_member_id", table_name=table)
