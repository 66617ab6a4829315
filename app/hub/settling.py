"""What waits in quarantine is tried again while headquarters runs: everything in turn, a portion a commit."""

from __future__ import annotations

import logging

from sqlalchemy import Connection

from app.hub.headquarters import Headquarters
from app.hub.inbox import Place, settle_quarantine

log = logging.getLogger(__name__)

SETTLE_EVERY_S = 600.0
"""Rest after everything was tried once."""


class Settling:
    """Remembers how far the quarantine was tried; what nobody will ever understand keeps nothing behind it waiting."""

    def __init__(self, hq: Headquarters) -> None:
        self._hq = hq
        self._reached: Place | None = None

    def unit(self, connection: Connection) -> bool:
        """One portion, in a commit of its own; whether there is another."""
        settled = settle_quarantine(connection, self._hq.utc_offset_minutes, self._hq.clock.now(), after=self._reached)
        self._reached = settled.reached
        if settled.understood:
            log.warning("%d quarantined events are understood by now", settled.understood)
        return settled.reached is not None

    async def portion(self) -> bool:
        """The same while headquarters answers tills."""
        return await self._hq.commit(self.unit)
