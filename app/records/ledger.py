"""What the ledger gives back: committed events; and what it takes beside them: print jobs to keep, private blobs to seal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Committed:
    """An event that is durable: its commit has returned."""

    event_id: str
    type: str
    seq: int
    number: str
    """The printed number: store-till-epochcode-seq-hash8."""
    digest: str
    at: datetime
    raw: bytes


@dataclass(frozen=True, slots=True)
class NewJob:
    """A print job kept in the same commit as the fact it prints."""

    kind: str
    """sale | return | x | z | cash | label …"""
    event_id: str
    ticket_json: str
    copies: int = 1
    printer: str = "receipt"
    facts: tuple[tuple[str, str], ...] = ()
    """What stands beside it in the queue, by name: the number of a copy."""


@dataclass(frozen=True, slots=True)
class PrivateBlob:
    """Personal data beside an event: sealed under a key of its own person, so that it can be erased."""

    blob_id: str
    person_id: str
    kind: str
    plain: bytes

    def __repr__(self) -> str:
        return f"PrivateBlob({self.blob_id}, {self.kind}, {len(self.plain)} bytes)"
