"""Stored value: the chain's ledger of what members paid in and spent; what is put by is of one kind, whichever purse it is from."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_WHOSE = ("basket_id", "store_id", "till", "device", "at", "until", "state")


def _held(name: str, *own: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("hold_id", sa.String(length=36), nullable=False),
        *own,
        sa.Column("basket_id", sa.String(length=36), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name=op.f(f"pk_{name}")),
    )


def upgrade() -> None:
    """Step up."""
    op.create_table(
        "stored_entry",
        sa.Column("entry_id", sa.String(length=64), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("principal_fen", sa.BigInteger(), nullable=False),
        sa.Column("bonus_fen", sa.BigInteger(), nullable=False),
        sa.Column("of", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_stored_entry")),
    )
    with op.batch_alter_table("stored_entry", schema=None) as batch_op:
        batch_op.create_index("ix_stored_entry_member", ["member_id"], unique=False)
        batch_op.create_index("ix_stored_entry_at", ["at"], unique=False)
    _held(
        "hold",
        sa.Column("purse", sa.String(length=8), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index("ix_hold_member_id", ["member_id", "purse", "state"], unique=False)
    kept = ", ".join(_WHOSE)
    op.execute(
        f"INSERT INTO hold (hold_id, purse, member_id, amount, part, {kept}) "
        f"SELECT hold_id, 'points', member_id, points, 0, {kept} FROM points_hold"
    )
    with op.batch_alter_table("points_hold", schema=None) as batch_op:
        batch_op.drop_index("ix_points_hold_member_id")
    op.drop_table("points_hold")


def downgrade() -> None:
    """Step down."""
    _held(
        "points_hold",
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
    )
    with op.batch_alter_table("points_hold", schema=None) as batch_op:
        batch_op.create_index("ix_points_hold_member_id", ["member_id", "state"], unique=False)
    kept = ", ".join(_WHOSE)
    op.execute(
        f"INSERT INTO points_hold (hold_id, member_id, points, {kept}) "
        f"SELECT hold_id, member_id, amount, {kept} FROM hold WHERE purse = 'points'"
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index("ix_hold_member_id")
    op.drop_table("hold")
    with op.batch_alter_table("stored_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_stored_entry_at")
        batch_op.drop_index("ix_stored_entry_member")
    op.drop_table("stored_entry")
