"""Campaigns: designs, coverage and what they did; a store's province, and how far each till has read a feed."""

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("store", schema=None) as batch_op:
        batch_op.add_column(sa.Column("province", sa.String(length=40), server_default="", nullable=False))
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_campaign", ["campaign_id", "joined_at"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("title_zh", sa.String(length=60), nullable=False),
        sa.Column("title_en", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("design", sa.Text(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("launched_at", Instant(), nullable=True),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("stopped_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign")),
    )
    op.create_table(
        "campaign_act",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "no", name=op.f("pk_campaign_act")),
    )
    op.create_table(
        "campaign_trial",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("heard_at", Instant(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("design", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "no", name=op.f("pk_campaign_trial")),
    )
    op.create_table(
        "campaign_store",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("rights", sa.BigInteger(), nullable=False),
        sa.Column("coupon_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "store_id", name=op.f("pk_campaign_store")),
    )
    op.create_table(
        "campaign_holder",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("rights", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "member_id", name=op.f("pk_campaign_holder")),
    )
    op.create_table(
        "campaign_sale",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("sale_id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("guide", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.Column("cut_fen", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column("net_cut_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", "campaign_id", name=op.f("pk_campaign_sale")),
    )
    with op.batch_alter_table("campaign_sale", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_sale_campaign", ["campaign_id", "store_id", "till"], unique=False)
    op.create_table(
        "campaign_day",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guide", sa.String(length=36), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column("cut_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "store_id", "day", "guide", name=op.f("pk_campaign_day")),
    )
    op.create_table(
        "feed_reach",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("feed", sa.String(length=16), nullable=False),
        sa.Column("feed_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "device", "feed", name=op.f("pk_feed_reach")),
    )


def downgrade() -> None:
    op.drop_table("feed_reach")
    op.drop_table("campaign_day")
    with op.batch_alter_table("campaign_sale", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_sale_campaign")
    op.drop_table("campaign_sale")
    op.drop_table("campaign_holder")
    op.drop_table("campaign_store")
    op.drop_table("campaign_trial")
    op.drop_table("campaign_act")
    op.drop_table("campaign")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_campaign")
    with op.batch_alter_table("store", schema=None) as batch_op:
        batch_op.drop_column("province")
