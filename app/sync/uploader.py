"""Carries events from the outbox to headquarters and notes only what was verifiably acknowledged; it never deletes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from app.records.clock import Clock
from app.records.wire import BATCH_BYTES, BATCH_EVENTS
from app.sync.client import HubClient, HubFault, Receipt
from app.sync.ports import Outbox

log = logging.getLogger(__name__)

LATER_MS = 10 * 60 * 1000
"""How long an event that nobody could take yet is left in peace."""
_ERRORS_BEFORE_SEARCH = 2
"""Steps in a row that end in a 5xx before one event is suspected of causing it."""
_SUSPECTS = 4
"""Single events that fail before any passes: then it is the hub itself that is ill."""
_MARK_SECONDS = 30.0

Event = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class UploadStep:
    """What one batch achieved."""

    sent: int
    """Events whose bytes are now safe at headquarters."""
    quarantined: int
    forked: int
    more: bool
    """Whether the outbox may hold more that can go at once."""


class Uploader:
    """Sends one batch a step, shrinking it when it is too large and searching it when one event spoils it."""

    def __init__(self, outbox: Outbox, client: HubClient, clock: Clock) -> None:
        self._outbox = outbox
        self._client = client
        self._clock = clock
        self._events = BATCH_EVENTS
        self._errors = 0
        self._later: dict[str, int] = {}

    def step(self) -> UploadStep:
        """Send the next batch; HubFault when the way is blocked, with everything acknowledged so far already noted."""
        batch, more = self._next()
        if not batch:
            return UploadStep(0, 0, 0, False)
        results: dict[str, str] = {}
        try:
            self._send(batch, results)
        except HubFault as fault:
            self._errors = self._errors + 1 if fault.code == "hub_error" else 0
            raise
        finally:
            if results:
                self._outbox.mark({key: _mark(status) for key, status in results.items()}).result(_MARK_SECONDS)
        self._errors = 0
        self._events = min(BATCH_EVENTS, self._events * 2)
        statuses = list(results.values())
        return UploadStep(
            sum(status != "later" for status in statuses),
            sum(status in ("quarantined", "corrupt") for status in statuses),
            statuses.count("forked"),
            more,
        )

    def _next(self) -> tuple[list[Event], bool]:
        now = self._clock.monotonic_ms()
        self._later = {event_id: until for event_id, until in self._later.items() if until > now}
        asked = self._events + len(self._later)
        found = self._outbox.pending(asked, BATCH_BYTES)
        batch: list[Event] = []
        size = 0
        for _, event_id, raw in found:
            if event_id in self._later:
                continue
            if batch and (len(batch) == self._events or size + len(raw) > BATCH_BYTES):
                return batch, True
            batch.append((event_id, bytes(raw)))
            size += len(raw) + 1
        return batch, bool(batch)

    def _send(self, batch: Sequence[Event], results: dict[str, str]) -> None:
        parts = [list(batch)]
        suspects: list[Event] = []
        while parts:
            part = parts.pop(0)
            try:
                receipts = self._push(part)
            except HubFault as fault:
                searching = fault.code == "hub_error" and self._errors >= _ERRORS_BEFORE_SEARCH
                if fault.code not in ("too_large", "refused") and not searching:
                    raise
                if len(part) > 1:
                    half = len(part) // 2
                    parts[:0] = [part[:half], part[half:]]
                    if fault.code == "too_large":
                        self._events = half
                elif searching:
                    suspects.append(part[0])
                    if len(suspects) == _SUSPECTS and not results:
                        raise  # not one event but the hub itself is ill
                else:
                    results[part[0][0]] = self._hand_over(part[0])
                continue
            for receipt in receipts:
                results[receipt.id] = receipt.status
                if receipt.status == "later":
                    self._postpone(receipt.id)
                elif receipt.code:
                    log.warning("headquarters keeps event %s apart: %s", receipt.id, receipt.code)
        if suspects and not results:
            raise HubFault("hub_error", {"suspects": str(len(suspects))})
        for suspect in suspects:
            results[suspect[0]] = self._hand_over(suspect)

    def _push(self, part: Sequence[Event]) -> tuple[Receipt, ...]:
        try:
            return self._client.push(part)
        except HubFault as fault:
            if fault.code != "unproven":
                raise
        self._client.hello()
        return self._client.push(part)

    def _hand_over(self, event: Event) -> str:
        """Give one event's bytes to quarantine; if even that is refused, it waits while the others go on."""
        try:
            self._client.quarantine(*event)
        except HubFault as fault:
            if fault.code not in ("too_large", "refused", "hub_error", "unexpected"):
                raise
            self._postpone(event[0])
            return "later"
        return "quarantined"

    def _postpone(self, event_id: str) -> None:
        self._later[event_id] = self._clock.monotonic_ms() + LATER_MS


def _mark(status: str) -> str:
    """The outbox's word for headquarters' one: forked bytes are stored, unreadable ones are kept apart."""
    return {"forked": "stored", "corrupt": "quarantined"}.get(status, status)
