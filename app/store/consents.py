"""How members stand to each purpose, as this till knows it: its own events and what headquarters told, the later word holding."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert

from app.records.people import Consent
from app.store import tables as t

_told = insert(t.consent)
# What headquarters says of the very moment of a word of this till is that word, or one before it.
_TOLD = _told.on_conflict_do_update(
    index_elements=["member_id", "purpose"],
    set_={name: _told.excluded[name] for name in ("given", "text_version", "at", "channel", "evidence")},
    where=_told.excluded.at > t.consent.c.at,
)


def keep_consents(connection: Connection, records: Sequence[Consent]) -> None:
    """Keep what headquarters tells, except where this till has heard as late a word itself."""
    if records:
        connection.execute(_TOLD, [record.model_dump(exclude={"id"}) for record in records])
