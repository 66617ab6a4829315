"""Where members stand among the tiers, as headquarters told this store last: what is known offline, too."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from app.records.people import TierStanding
from app.store import tables as t
from app.store.aliases import CANONICAL
from app.store.rows import upsert

_ONE = select(t.standing).where(t.standing.c.member_id == CANONICAL)


def keep_standings(connection: Connection, records: Iterable[TierStanding]) -> None:
    """Keep what headquarters tells now."""
    upsert(connection, t.standing, [{"member_id": record.id, **record.model_dump(exclude={"id"})} for record in records])


def standing_of(connection: Connection, member_id: str) -> TierStanding | None:
    """Where a person stands, by whichever of their ids; None for whom headquarters never told of."""
    row = connection.execute(_ONE, {"of_member": member_id}).mappings().first()
    if row is None:
        return None
    return TierStanding.model_validate({name: row["member_id" if name == "id" else name] for name in TierStanding.model_fields})
