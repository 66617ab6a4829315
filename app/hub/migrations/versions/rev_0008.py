"""Members' orders, readings, and who is in which segment."""

import json
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from app.hub.tables import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PART = 2000
_TYPES = ("sale.closed@1", "return.closed@1", "member.attached@1", "reading.taken@1")


def upgrade() -> None:

    op.create_table(
        "member_order",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("sale_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("back_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", name=op.f("pk_member_order")),
    )
    with op.batch_alter_table("member_order", schema=None) as batch_op:
        batch_op.create_index("ix_member_order_member_id", ["member_id", "day"], unique=False)
        batch_op.create_index("ix_member_order_day", ["day"], unique=False)
    op.create_table(
        "member_reading",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("reading_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("blob_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "reading_id", name=op.f("pk_member_reading")),
    )
    with op.batch_alter_table("member_reading", schema=None) as batch_op:
        batch_op.create_index("ix_member_reading_member_id", ["member_id", "taken_at"], unique=False)
    op.create_table(
        "segment_member",
        sa.Column("segment_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("segment_id", "member_id", name=op.f("pk_segment_member")),
    )
    with op.batch_alter_table("segment_member", schema=None) as batch_op:
        batch_op.create_index("ix_segment_member_member_id", ["member_id"], unique=False)
    op.create_table(
        "segment_cell",
        sa.Column("recency", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("frequency", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("money", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("recency", "frequency", "money", name=op.f("pk_segment_cell")),
    )
    with op.batch_alter_table("sale_return", schema=None) as batch_op:
        batch_op.add_column(sa.Column("event_id", sa.String(length=36), server_default="", nullable=False))
    _look_back()


def _look_back() -> None:
    """Orders and readings of events that were taken in before; how an event reads is written out, lest a later version changes this."""
    connection = op.get_bind()

    def table(name: str, *columns: str) -> sa.TableClause:
        return sa.table(name, *(sa.column(column) for column in columns))

    inbox = table("inbox", "store_id", "event_id", "type", "status", "raw")
    order = table("member_order", "store_id", "sale_id", "member_id", "fen", "back_fen")
    order.append_column(sa.column("day", sa.Date()))
    reading = table("member_reading", "store_id", "reading_id", "member_id", "kind", "blob_id", "place")
    reading.append_column(sa.column("taken_at", Instant()))
    sale = table("sale", "store_id", "sale_id", "payable_fen")
    sale.append_column(sa.column("day", sa.Date()))
    back = table("sale_return", "store_id", "return_id", "original_sale_id", "total_fen", "event_id")

    key = (inbox.c.store_id, inbox.c.event_id)
    wanted = sa.select(inbox).where(inbox.c.type.in_(_TYPES), inbox.c.status.in_(("stored", "forked"))).order_by(*key).limit(_PART)
    after = ("", "")
    while part := connection.execute(wanted.where(sa.tuple_(*key) > sa.tuple_(*after))).all():
        after = (part[-1].store_id, part[-1].event_id)
        members, measured, returned = [], [], []
        for row in part:
            body = json.loads(bytes(row.raw))["body"]
            if row.type == "return.closed@1":
                returned.append({"b_store": row.store_id, "b_return": body["return_id"], "b_event": row.event_id})
            elif row.type == "reading.taken@1":
                named = {name: body[name] for name in ("reading_id", "member_id", "kind", "blob_id", "place")}
                measured.append({"store_id": row.store_id, **named, "taken_at": datetime.fromisoformat(body["taken_at"])})
            elif body.get("member_id"):
                members.append((row.store_id, body["sale_id"], body["member_id"]))
        for store_id, sale_id, member_id in members:
            found = connection.execute(sa.select(sale).where(sale.c.store_id == store_id, sale.c.sale_id == sale_id)).first()
            mine = (order.c.store_id == store_id) & (order.c.sale_id == sale_id)
            if found is not None and connection.scalar(sa.select(order.c.sale_id).where(mine)) is None:
                fields = {"day": found.day, "fen": found.payable_fen, "back_fen": 0}
                connection.execute(sa.insert(order).values(store_id=store_id, sale_id=sale_id, member_id=member_id, **fields))
        if measured:
            connection.execute(sa.insert(reading), measured)
        if returned:
            mine = (back.c.store_id == sa.bindparam("b_store")) & (back.c.return_id == sa.bindparam("b_return"))
            connection.execute(sa.update(back).where(mine).values(event_id=sa.bindparam("b_event")), returned)
    came_back = (
        sa.select(sa.func.coalesce(sa.func.sum(back.c.total_fen), 0))
        .where(back.c.store_id == order.c.store_id, back.c.original_sale_id == order.c.sale_id)
        .scalar_subquery()
    )
    connection.execute(sa.update(order).values(back_fen=came_back))


def downgrade() -> None:
    with op.batch_alter_table("sale_return", schema=None) as batch_op:
        batch_op.drop_column("event_id")
    op.drop_table("segment_cell")
    with op.batch_alter_table("segment_member", schema=None) as batch_op:
        batch_op.drop_index("ix_segment_member_member_id")
    op.drop_table("segment_member")
    with op.batch_alter_table("member_reading", schema=None) as batch_op:
        batch_op.drop_index("ix_member_reading_member_id")
    op.drop_table("member_reading")
    with op.batch_alter_table("member_order", schema=None) as batch_op:
        batch_op.drop_index("ix_member_order_day")
        batch_op.drop_index("ix_member_order_member_id")
    op.drop_table("member_order")
