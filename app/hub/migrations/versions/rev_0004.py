"""People: who joined, their sealed profiles and keys, identities, merges and consents."""

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "person",
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("canonical_id", sa.String(length=36), nullable=False),
        sa.Column("home_store", sa.String(length=32), nullable=False),
        sa.Column("joined_at", Instant(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("guide", sa.String(length=36), nullable=False),
        sa.Column("referrer_id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("guardian_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("name_mark", sa.String(length=32), nullable=False),
        sa.Column("born_mark", sa.String(length=32), nullable=False),
        sa.Column("profile_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_canonical", ["canonical_id"], unique=False)
        batch_op.create_index("ix_person_joined", ["joined_at"], unique=False)
    op.create_table(
        "person_key",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("destroyed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_key")),
    )
    op.create_table(
        "person_blob",
        sa.Column("blob_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("blob_id", name=op.f("pk_person_blob")),
    )
    with op.batch_alter_table("person_blob", schema=None) as batch_op:
        batch_op.create_index("ix_person_blob_person", ["person_id"], unique=False)
    op.create_table(
        "identity",
        sa.Column("claim_id", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("blob_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_identity")),
    )
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.create_index("ix_identity_blob", ["blob_id"], unique=False)
        batch_op.create_index("ix_identity_mark", ["mark"], unique=False)
        batch_op.create_index("ix_identity_member", ["member_id"], unique=False)
    op.create_table(
        "merge",
        sa.Column("merge_id", sa.String(length=36), nullable=False),
        sa.Column("old_id", sa.String(length=36), nullable=False),
        sa.Column("canonical_id", sa.String(length=36), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("merge_id", name=op.f("pk_merge")),
    )
    with op.batch_alter_table("merge", schema=None) as batch_op:
        batch_op.create_index("ix_merge_canonical", ["canonical_id"], unique=False)
        batch_op.create_index("ix_merge_old", ["old_id"], unique=False)
        batch_op.create_index("ix_merge_state", ["state", "at"], unique=False)
    op.create_table(
        "consent",
        sa.Column("consent_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("text_version", sa.String(length=24), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("guardian_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index("ix_consent_member", ["member_id", "purpose", "at"], unique=False)
    op.create_table(
        "person_adopted",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_person_adopted")),
    )


def downgrade() -> None:

    op.drop_table("person_adopted")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index("ix_consent_member")
    op.drop_table("consent")
    with op.batch_alter_table("merge", schema=None) as batch_op:
        batch_op.drop_index("ix_merge_state")
        batch_op.drop_index("ix_merge_old")
        batch_op.drop_index("ix_merge_canonical")
    op.drop_table("merge")
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_index("ix_identity_member")
        batch_op.drop_index("ix_identity_mark")
        batch_op.drop_index("ix_identity_blob")
    op.drop_table("identity")
    with op.batch_alter_table("person_blob", schema=None) as batch_op:
        batch_op.drop_index("ix_person_blob_person")
    op.drop_table("person_blob")
    op.drop_table("person_key")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_joined")
        batch_op.drop_index("ix_person_canonical")
    op.drop_table("person")
