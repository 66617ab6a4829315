"""What headquarters' own people do: name the chain, open stores and tills, publish rows to feeds, let users in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from argon2 import PasswordHasher
from sqlalchemy import Connection, select

from app.hub import devices, tables
from app.hub.archive import Archive, insert_new, upsert
from app.hub.erasing import still_told
from app.hub.feeds import append, holders, texts_of
from app.hub.one_id import tell_newcomers
from app.hub.people import hold
from app.records.base import Record
from app.records.clock import Clock
from app.records.people import Member
from app.records.registry import FEEDS

CHAIN_FEEDS = frozenset({"product", "offer", "price", "segment"})
"""Feeds that every store reads alike; the others belong to one store each."""
CODE_MINUTES = 10
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_BATCH = 1000
_CODES = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_PASSWORDS = PasswordHasher()


@dataclass(frozen=True, slots=True)
class StoreProfile:
    """A store as its receipts and screens name it."""

    store_id: str
    name: str
    branch: str = ""
    licence: str = ""
    address: str = ""
    phone: str = ""
    province: str = ""
    """By which the chain's figures are told apart; '' leaves what is known."""


@dataclass(frozen=True, slots=True)
class Published:
    """How many rows a publication added to a feed, and how many it found unchanged."""

    written: int
    unchanged: int


def name_chain(archive: Archive, name: str, utc_offset_minutes: int = 480) -> None:
    """Set the chain's name and the time zone of its console (minutes east of UTC); takes effect when the hub starts."""
    row: dict[str, object] = {"id": 1, "name": name, "utc_offset_minutes": utc_offset_minutes}
    archive.commit(lambda connection: upsert(connection, tables.chain, [row], put=("name", "utc_offset_minutes"))).result()


def create_store(archive: Archive, clock: Clock, profile: StoreProfile) -> None:
    """Open a store, or bring its profile up to date."""
    row: dict[str, object] = {
        "store_id": profile.store_id,
        "name": profile.name,
        "branch": profile.branch,
        "licence": profile.licence,
        "address": profile.address,
        "phone": profile.phone,
        "created_at": clock.now(),
        "province": profile.province,
    }
    put = ("name", "branch", "licence", "address", "phone", *(("province",) if profile.province else ()))
    archive.commit(lambda connection: upsert(connection, tables.store, [row], put=put)).result()


def create_till(archive: Archive, clock: Clock, store_id: str, till: str, title: str = "") -> None:
    """Give a store a till, or a till a new title."""
    row: dict[str, object] = {"store_id": store_id, "till": till, "title": title, "created_at": clock.now()}
    archive.commit(lambda connection: upsert(connection, tables.till, [row], put=("title",))).result()


def issue_enrol_code(archive: Archive, clock: Clock, store_id: str, till: str) -> str:
    """A fresh one-time code `XXXX-XXXX-XXXX` for a till that exists: ten minutes, five tries. KeyError for no such till."""
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(8))

    def unit(connection: Connection) -> str:
        c = tables.till.c
        if connection.scalar(select(c.till).where(c.store_id == store_id, c.till == till)) is None:
            raise KeyError(f"{store_id}/{till}")
        while True:
            slot = "".join(secrets.choice(_ALPHABET) for _ in range(4))
            row: dict[str, object] = {
                "store_id": store_id,
                "slot": slot,
                "till": till,
                "secret_hash": _CODES.hash(secret),
                "expires_at": clock.now() + timedelta(minutes=CODE_MINUTES),
                "tries": 0,
                "used_by": "",
            }
            if insert_new(connection, tables.enrol_code, [row], "slot"):
                return slot

    slot = archive.commit(unit).result()
    return f"{slot}-{secret[:4]}-{secret[4:]}"


def revoke_device(archive: Archive, clock: Clock, device: str, *, reason: str, by: str) -> bool:
    """Take a device's privileges (its facts are still accepted); False if nobody knows it, or that was done before."""
    return archive.commit(lambda connection: devices.revoke(connection, clock, device, reason=reason, by=by)).result()


def create_console_user(archive: Archive, name: str, password: str) -> None:
    """Let a person into the console, or give them a new password; ValueError below ten characters."""
    if len(password) < 10:
        raise ValueError("a console password has at least ten characters")
    row: dict[str, object] = {
        "name": name,
        "password_hash": _PASSWORDS.hash(password),
        "failures": 0,
        "locked_until": None,
    }
    put = ("password_hash", "failures", "locked_until")
    archive.commit(lambda connection: upsert(connection, tables.console_user, [row], put=put)).result()


def publish(
    archive: Archive,
    feed: str,
    records: Iterable[Record],
    store_id: str = "",
    *,
    progress: Callable[[int], None] | None = None,
) -> Published:
    """Append records to a feed, a thousand a commit; rows equal to what stands are left out.

    `store_id` is needed for every feed except those of the whole chain. `progress` hears how many rows have been looked at.
    """
    kind = FEEDS[feed]
    if (feed in CHAIN_FEEDS) != (store_id == ""):
        raise ValueError(f"feed {feed} and store {store_id!r} do not go together")
    rows = iter(records)
    written = looked = 0
    while part := list(islice(rows, _BATCH)):
        if any(type(record) is not kind for record in part):
            raise TypeError(f"feed {feed} carries {kind.__name__}")
        written += archive.commit(_appending(feed, store_id, part)).result()
        looked += len(part)
        if progress is not None:
            progress(looked)
    return Published(written, looked - written)


def _appending(feed: str, store_id: str, records: Sequence[Record]) -> Callable[[Connection], int]:
    """A unit that appends one batch; a store that comes to hold members is told with them what else it needs to know of them."""
    def unit(connection: Connection) -> int:
        kept = still_told(connection, records) if feed in ("member", "family", "identity") else records
        texts = texts_of(kept)
        members = [record for record in kept if isinstance(record, Member)]
        if not members:
            return len(append(connection, feed, store_id, texts)) if texts else 0
        held = holders(connection, "member", texts)
        written = hold(connection, store_id, members)
        newcomers = [key for key in texts if store_id not in held.get(key, ())]
        if newcomers:
            tell_newcomers(connection, store_id, newcomers)
        return written

    return unit
