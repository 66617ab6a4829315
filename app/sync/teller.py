"""Tells headquarters the private blobs that events refer to, ahead of the events, and never lets one that it will not take hold them up."""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from app.records.clock import Clock
from app.sync.client import HubClient, HubFault
from app.sync.ports import Blobs, WaitingBlob

log = logging.getLogger(__name__)

MOST_BLOBS = 100
MOST_BYTES = 1024 * 1024
"""Plain bytes of one request; one blob goes however large it is."""
SILENT_MS = 10 * 60 * 1000
"""How long blobs are left in peace after headquarters itself stumbled over them; events go on meanwhile."""
_LINE = frozenset({"offline", "timeout", "portal", "slow_down"})
"""Faults of the way there: events would not pass either."""
_BLOB = frozenset({"refused", "too_large"})
"""Faults of what was sent."""
_MARK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class TellStep:
    """What one request achieved."""

    sent: int
    refused: int
    more: bool
    """Whether more may go at once."""


class Teller:
    """Sends one request of blobs a step."""

    def __init__(self, blobs: Blobs | None, client: HubClient, clock: Clock) -> None:
        self._blobs = blobs
        self._client = client
        self._clock = clock
        self._most = MOST_BLOBS
        self._silent_until: int | None = None

    def step(self) -> TellStep:
        """Send what waits; HubFault only when the way itself is blocked, for which events would have to wait too."""
        if self._blobs is None or (self._silent_until is not None and self._clock.monotonic_ms() < self._silent_until):
            return TellStep(0, 0, False)
        self._silent_until = None
        found = self._blobs.pending(self._most, MOST_BYTES)
        if not found:
            self._most = MOST_BLOBS
            return TellStep(0, 0, False)
        try:
            outcomes = self._told(found)
        except HubFault as fault:
            if fault.code in _LINE:
                raise
            return self._stumbled(self._blobs, found, fault)
        refused = {blob_id: code for blob_id, code in outcomes.items() if code}
        kept = [blob_id for blob_id, code in outcomes.items() if not code]
        if kept:
            self._blobs.mark(kept).result(_MARK_SECONDS)
        if refused:
            log.warning("headquarters refuses %d private blobs: %s", len(refused), sorted(set(refused.values())))
            self._blobs.refuse(refused).result(_MARK_SECONDS)
        self._most = min(MOST_BLOBS, self._most * 2)
        return TellStep(len(kept), len(refused), True)

    def _told(self, found: Sequence[WaitingBlob]) -> dict[str, str]:
        told = [
            {
                "blob_id": blob.blob_id,
                "person_id": blob.person_id,
                "kind": blob.kind,
                "at": blob.at.isoformat(),
                "plain": base64.b64encode(blob.plain).decode(),
            }
            for blob in found
        ]
        try:
            return self._client.tell(told)
        except HubFault as fault:
            if fault.code != "unproven":
                raise
        self._client.hello()
        return self._client.tell(told)

    def _stumbled(self, blobs: Blobs, found: Sequence[WaitingBlob], fault: HubFault) -> TellStep:
        """Look for the blob that spoils the request; what it is no blob's fault for waits a while, without the events."""
        if fault.code in _BLOB and len(found) > 1:
            self._most = max(1, len(found) // 2)
            return TellStep(0, 0, True)
        if fault.code in _BLOB:
            log.warning("headquarters refuses a private blob: %s", fault.code)
            blobs.refuse({found[0].blob_id: fault.code}).result(_MARK_SECONDS)
            return TellStep(0, 1, True)
        log.warning("private blobs wait: %s", fault.code)
        self._silent_until = self._clock.monotonic_ms() + SILENT_MS
        return TellStep(0, 0, False)
