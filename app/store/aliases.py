"""Who stands for whom: member ids that headquarters found to be one person, as this store was told."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, String, bindparam, func, or_, select, union_all

from app.records.people import Alias
from app.store import tables as t
from app.store.rows import upsert

# Built once: a party is asked for whenever a member is, and building a select costs more than running it.
_STANDS = select(t.alias.c.canonical_id).where(t.alias.c.old_id == bindparam("of_member")).scalar_subquery()
CANONICAL = func.coalesce(_STANDS, bindparam("of_member", type_=String))
"""In a statement about `of_member`: the id that stands for them."""
PARTY = union_all(select(CANONICAL), select(t.alias.c.old_id).where(t.alias.c.canonical_id == CANONICAL))
"""In a statement about `of_member`, to be found in: the ids of one person, so that nobody asks for them first."""
_PARTY = select(t.alias.c.canonical_id, t.alias.c.old_id).where(t.alias.c.canonical_id == CANONICAL).order_by(t.alias.c.old_id)
_TOUCHED = select(t.alias.c.old_id, t.alias.c.canonical_id).where(
    or_(t.alias.c.old_id.in_(bindparam("of_members", expanding=True)), t.alias.c.canonical_id.in_(bindparam("of_members", expanding=True)))
)
# For the most who are found alone: a list that is bound is written out anew at every look-up.
_TOUCHES = select(t.alias.c.old_id, t.alias.c.canonical_id).where(
    or_(t.alias.c.old_id == bindparam("of_member"), t.alias.c.canonical_id == bindparam("of_member"))
)
_TAKEN_BACK = t.alias.delete().where(t.alias.c.old_id == bindparam("of_member"))


def keep_aliases(connection: Connection, records: Sequence[Alias]) -> None:
    """Keep what headquarters tells now; an id whose merge was taken back stands for itself again."""
    upsert(connection, t.alias, [{"old_id": record.id, "canonical_id": record.canonical_id} for record in records if record.active])
    gone = [{"of_member": record.id} for record in records if not record.active]
    if gone:
        connection.execute(_TAKEN_BACK, gone)


def party_of(connection: Connection, member_id: str) -> tuple[str, ...]:
    """The ids of one person, the one that stands for them first; a member who was never merged is a party of their own."""
    rows = connection.execute(_PARTY, {"of_member": member_id}).all()
    return (rows[0].canonical_id, *(row.old_id for row in rows)) if rows else (member_id,)


def standing_for(connection: Connection, member_ids: Collection[str]) -> dict[str, str]:
    """Id → the id that stands for it, of those among the given that were merged in either way."""
    if not member_ids:
        return {}
    one, *more = member_ids
    asked = connection.execute(_TOUCHED, {"of_members": [one, *more]}) if more else connection.execute(_TOUCHES, {"of_member": one})
    rows = asked.all()
    return {row.old_id: row.canonical_id for row in rows} | {row.canonical_id: row.canonical_id for row in rows}
