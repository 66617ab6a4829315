"""Personal coupons: the rights that headquarters tells of, and the serials that this till has used."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""

    op.create_table(
        "coupon_right",
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("offer_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("coupon_class", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("face_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("used_in", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_coupon_right")),
    )
    with op.batch_alter_table("coupon_right", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coupon_right_member_id"), ["member_id"], unique=False)
    op.create_table(
        "coupon_use",
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("offer_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("sale_id", sa.String(), nullable=False),
        sa.Column("cut_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_coupon_use")),
    )
    with op.batch_alter_table("coupon_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coupon_use_sale_id"), ["sale_id"], unique=False)


def downgrade() -> None:
    """Step down."""

    with op.batch_alter_table("coupon_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coupon_use_sale_id"))
    op.drop_table("coupon_use")
    with op.batch_alter_table("coupon_right", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coupon_right_member_id"))
    op.drop_table("coupon_right")
