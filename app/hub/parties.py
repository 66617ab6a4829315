"""Which member ids are one person: a party, and the id that stands for it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from app.hub import tables


def party_of(connection: Connection, member_id: str) -> tuple[str, ...]:
    """Every id of the person that an id stands for, in order; the id alone where it was never merged or nobody knows it."""
    p = tables.person.c
    mine = select(p.canonical_id).where(p.member_id == member_id).scalar_subquery()
    rows = connection.execute(select(p.member_id).where(p.canonical_id == mine)).scalars()
    return tuple(sorted({member_id, *rows}))


def parties_of(connection: Connection, member_ids: Iterable[str]) -> dict[str, list[str]]:
    """Id that stands for a person → all their ids, that one first and the rest in order; each person once, in the order asked.

    Of so many at once as one statement takes. Whom nobody knows stands alone; who was erased is left out.
    """
    p = tables.person.c
    asked = list(dict.fromkeys(member_ids))
    known = connection.execute(select(p.member_id, p.canonical_id, p.state).where(p.member_id.in_(asked)))
    stands: dict[str, str | None] = {row.member_id: row.canonical_id if row.state != "erased" else None for row in known}
    parties = {canonical: [canonical] for one in asked if (canonical := stands.get(one, one)) is not None}
    others = p.canonical_id.in_(list(parties)) & (p.member_id != p.canonical_id)
    for row in connection.execute(select(p.member_id, p.canonical_id).where(others).order_by(p.member_id)):
        parties[row.canonical_id].append(row.member_id)
    return parties
