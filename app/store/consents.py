"""How members stand to each purpose, as this till knows it: its own events and what headquarters told, the later word holding."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from app.records.people import Consent
from app.store.projections import CONSENT


def keep_consents(connection: Connection, records: Sequence[Consent]) -> None:
    """Keep what headquarters tells, except where this till has heard a later word itself."""
    if records:
        connection.execute(CONSENT, [record.model_dump(exclude={"id"}) for record in records])
