"""Dynamic member codes: handles, keys, the last step accepted, and what visitors were looked up for."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step up."""

    op.add_column("member", sa.Column("handle", sqltypes.AutoString(length=9), nullable=False, server_default=""))
    op.add_column("member", sa.Column("code_key", sqltypes.AutoString(length=32), nullable=False, server_default=""))
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_handle"), ["handle"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_name"), ["name"], unique=False)
    op.create_table(
        "member_step",
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("basket_id", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_member_step")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member_reveal",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_member_reveal")),
    )
    with op.batch_alter_table("member_reveal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_reveal_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_reveal_member_id"), ["member_id"], unique=False)
    op.create_table(
        "member_key",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", "member_id", name=op.f("pk_member_key")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("member_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_key_member_id"), ["member_id"], unique=False)
    op.create_table(
        "visitor",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("home_store", sa.String(), nullable=False),
        sa.Column("until", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_visitor")),
    )
    with op.batch_alter_table("visitor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visitor_until"), ["until"], unique=False)


def downgrade() -> None:
    """Step down."""

    for table, indexes in (("visitor", ("until",)), ("member_key", ("member_id",)), ("member_reveal", ("day", "member_id"))):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in indexes:
                batch_op.drop_index(batch_op.f(f"ix_{table}_{name}"))
        op.drop_table(table)
    op.drop_table("member_step")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_name"))
        batch_op.drop_index(batch_op.f("ix_member_handle"))
        batch_op.drop_column("code_key")
        batch_op.drop_column("handle")
