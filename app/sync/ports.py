"""What the sync worker needs of the store, said as protocols so that tests can bring a double."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Protocol


class Counts(Protocol):
    """How much waits in the outbox."""

    @property
    def waiting(self) -> int:
        """Events that headquarters has not acknowledged."""
        ...

    @property
    def last_ack_at(self) -> datetime | None:
        """When headquarters last acknowledged an event."""
        ...


class Outbox(Protocol):
    """Events on their way; nothing is ever deleted from it here."""

    def pending(self, limit_events: int, limit_bytes: int) -> list[tuple[int, str, bytes]]:
        """(seq, event id, exact bytes), oldest first; at least one event if any waits, however large."""
        ...

    def mark(self, results: Mapping[str, str]) -> Future[Any]:
        """Note each event's status (stored | duplicate | quarantined | later); done when durable."""
        ...

    def counts(self) -> Counts:
        """How much waits."""
        ...


class WaitingBlob(Protocol):
    """Personal data on its way, opened."""

    @property
    def blob_id(self) -> str:
        """Its random id, by which events refer to it."""
        ...

    @property
    def person_id(self) -> str:
        """Whose it is."""
        ...

    @property
    def kind(self) -> str:
        """What it is, as both sides call it."""
        ...

    @property
    def at(self) -> datetime:
        """When it was kept."""
        ...

    @property
    def plain(self) -> bytes:
        """What it says."""
        ...


class Blobs(Protocol):
    """Private blobs that headquarters is to hear of."""

    def pending(self, limit: int, limit_bytes: int) -> Sequence[WaitingBlob]:
        """What waits, oldest first; at least one if any waits, however large."""
        ...

    def mark(self, blob_ids: Collection[str]) -> Future[Any]:
        """Headquarters has these; done when durable."""
        ...

    def refuse(self, codes: Mapping[str, str]) -> Future[Any]:
        """Headquarters will never take these, and why; done when durable."""
        ...


class Inbox(Protocol):
    """Rows that headquarters published, taken into this till."""

    def apply(self, feed: str, rows: Sequence[dict[str, Any]], cursor: str) -> Future[Any]:
        """Write rows and, with them, how far the feed has been read."""
        ...

    def settle(self, feed: str, progress: Callable[[int], None]) -> bool:
        """A feed was read to its end, after rows had come; what long work that asks for is done now, on the caller's thread."""
        ...

    def cursor(self, feed: str) -> str:
        """How far the feed has been read; '' before its first row, and while it is read again."""
        ...

    def again(self, feed: str) -> bool:
        """Whether the feed is being read again from its beginning because its history became another."""
        ...

    def read_again(self, feed: str, rows: Sequence[dict[str, Any]] = ()) -> Future[Any]:
        """The feed has another history: begin again, and keep rows meanwhile without moving on."""
        ...

    def end_again(self, feed: str, told: Collection[str], cursor: str) -> Future[Any]:
        """The feed was read again to its end: what headquarters alone makes and did not tell goes; reading goes on at the cursor."""
        ...
