"""Visitors looked up, and proofs replayed."""

import json

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PART = 5000


def upgrade() -> None:

    key = op.create_table(
        "member_key",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=128), nullable=False),
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", "store_id", "member_id", name=op.f("pk_member_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member_lookup",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("lookup_id", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("till", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "lookup_id", name=op.f("pk_member_lookup")),
    )
    with op.batch_alter_table("member_lookup", schema=None) as batch_op:
        batch_op.create_index("ix_member_lookup_device_at", ["device", "at"], unique=False)
        batch_op.create_index("ix_member_lookup_member_id", ["member_id"], unique=False)

    # Members that were published before are found at once; the rules of today are written out, lest a later one changes this step.
    feed_row = sa.table("feed_row", *(sa.column(name) for name in ("store_id", "feed", "seq", "json", "current")))
    connection = op.get_bind()
    after = ("", -1)
    wanted = sa.select(feed_row).where(feed_row.c.feed == "member", feed_row.c.current == sa.true())
    order = (feed_row.c.store_id, feed_row.c.seq)
    while part := connection.execute(wanted.where(sa.tuple_(*order) > sa.tuple_(*after)).order_by(*order).limit(_PART)).all():
        rows = []
        for found in part:
            member = json.loads(found.json)
            phone = str(member.get("phone", ""))
            said = (("phone", phone), ("tail", phone[-4:]), ("card", member.get("card_no", "")), ("handle", member.get("handle", "")))
            rows += [
                {"kind": kind, "value": value, "store_id": found.store_id, "member_id": member["id"]} for kind, value in said if value
            ]
        if rows:
            connection.execute(sa.insert(key), rows)
        after = (part[-1].store_id, part[-1].seq)
    with op.batch_alter_table("member_key", schema=None) as batch_op:
        batch_op.create_index("ix_member_key_member_id", ["member_id", "store_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("member_lookup", schema=None) as batch_op:
        batch_op.drop_index("ix_member_lookup_member_id")
        batch_op.drop_index("ix_member_lookup_device_at")
    op.drop_table("member_lookup")
    with op.batch_alter_table("member_key", schema=None) as batch_op:
        batch_op.drop_index("ix_member_key_member_id")
    op.drop_table("member_key")
