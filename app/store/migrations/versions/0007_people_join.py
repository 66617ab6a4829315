"""Registration and consents, and the private blobs that headquarters is to hear of."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""

    op.create_table(
        "member_joined",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("blob_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("guide", sa.String(), nullable=False),
        sa.Column("referrer_id", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("guardian_id", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member_joined")),
    )
    with op.batch_alter_table("member_joined", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_joined_guide"), ["guide"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_joined_day"), ["day"], unique=False)
    op.create_table(
        "identity_claim",
        sa.Column("claim_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("blob_id", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_identity_claim")),
    )
    with op.batch_alter_table("identity_claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_claim_member_id"), ["member_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "purpose", name=op.f("pk_consent")),
    )
    op.create_table(
        "blob_outbox",
        sa.Column("blob_id", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("told_at", sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("blob_id", name=op.f("pk_blob_outbox")),
    )
    with op.batch_alter_table("blob_outbox", schema=None) as batch_op:
        batch_op.create_index("ix_blob_outbox_waiting", ["blob_id"], unique=False, sqlite_where=sa.text("told_at IS NULL"))


def downgrade() -> None:
    """Step down."""

    with op.batch_alter_table("blob_outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_blob_outbox_waiting", sqlite_where=sa.text("told_at IS NULL"))
    op.drop_table("blob_outbox")
    op.drop_table("consent")
    with op.batch_alter_table("identity_claim", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_claim_member_id"))
    op.drop_table("identity_claim")
    with op.batch_alter_table("member_joined", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_joined_day"))
        batch_op.drop_index(batch_op.f("ix_member_joined_guide"))
    op.drop_table("member_joined")
