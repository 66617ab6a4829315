"""Personal data beside the events: blobs sealed with a key per person, unreadable once that key is destroyed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, insert, select

from app.records.clock import Clock
from app.records.ledger import PrivateBlob
from app.records.people import FamilyPerson, Member
from app.store import tables as t
from app.store.derived import derived
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.people import member_row
from app.store.rows import upsert
from app.store.writer import Writer

TOLD_KINDS = frozenset({"member_profile", "family_profile", "identity", "reading", "note"})
"""Kinds that headquarters is told of; registers, prescriptions and invoice titles stay on the till."""

_OUTBOX = insert(t.blob_outbox)
_MANY = select(t.private_blob).where(t.private_blob.c.blob_id.in_(bindparam("of_blobs", expanding=True)))
_AT_ONCE = 500
"""Blobs of one read: within what a statement may bind."""


class PrivateBlobs:
    """Seals and opens blobs; each person's key is wrapped with one derived from the ledger's key."""

    def __init__(self, *, readers: Readers, clock: Clock, ledger_key: bytes) -> None:
        self._readers = readers
        self._clock = clock
        self._wrap = AESGCM(derived(ledger_key, "person-keys"))
        self._hash_key = derived(ledger_key, "buyer-hash")
        self._writer: Writer | None = None

    def writes_through(self, writer: Writer) -> None:
        """Name the writer; without it the blobs are read-only."""
        self._writer = writer

    @property
    def buyer_key(self) -> bytes:
        """32-byte key of the keyed hash that stands for an ID number in registers; stays in the store."""
        return self._hash_key

    def keep(self, connection: Connection, blob: PrivateBlob) -> None:
        """Seal a blob inside a unit of the writer; StoreFault `person_key_destroyed` for an erased person.

        A kind that is told waits for headquarters from then on; a profile is also what this till knows of the person from then on.
        """
        secret = self._secret(connection, blob.person_id, make=True)
        nonce = os.urandom(12)
        connection.execute(
            insert(t.private_blob),
            [
                {
                    "blob_id": blob.blob_id,
                    "person_id": blob.person_id,
                    "kind": blob.kind,
                    "nonce": nonce,
                    "sealed": AESGCM(secret).encrypt(nonce, blob.plain, blob.blob_id.encode()),
                    "at": self._clock.now(),
                }
            ],
        )
        if blob.kind in TOLD_KINDS:
            connection.execute(_OUTBOX, [{"blob_id": blob.blob_id, "at": self._clock.now(), "told_at": None}])
        if blob.kind == "member_profile":
            upsert(connection, t.member, [member_row(Member.model_validate_json(blob.plain))])
        elif blob.kind == "family_profile":
            upsert(connection, t.family_person, [FamilyPerson.model_validate_json(blob.plain).model_dump()])

    def _secret(self, connection: Connection, person_id: str, *, make: bool) -> bytes:
        row = connection.execute(
            select(t.person_key.c.secret, t.person_key.c.destroyed_at).where(t.person_key.c.person_id == person_id)
        ).first()
        if row is None and make:
            secret, nonce = os.urandom(32), os.urandom(12)
            wrapped = nonce + self._wrap.encrypt(nonce, secret, person_id.encode())
            connection.execute(insert(t.person_key), [{"person_id": person_id, "secret": wrapped, "destroyed_at": None}])
            return secret
        if row is None or row.secret is None:
            raise StoreFault("person_key_destroyed", {"person": person_id})
        return self._wrap.decrypt(row.secret[:12], row.secret[12:], person_id.encode())

    def save(self, blobs: Sequence[PrivateBlob]) -> Future[None]:
        """Keep blobs that belong to no event."""
        if self._writer is None:
            raise StoreFault("read_only")

        def unit(connection: Connection) -> None:
            for blob in blobs:
                self.keep(connection, blob)

        return self._writer.submit(unit)

    def open(self, blob_id: str) -> bytes | None:
        """A blob's plain bytes, None when unknown; StoreFault `person_key_destroyed` after erasure."""
        connection = self._readers.connection()
        row = connection.execute(select(t.private_blob).where(t.private_blob.c.blob_id == blob_id)).first()
        if row is None:
            return None
        secret = self._secret(connection, row.person_id, make=False)
        return AESGCM(secret).decrypt(row.nonce, row.sealed, blob_id.encode())

    def open_many(self, blob_ids: Sequence[str]) -> dict[str, bytes]:
        """Blob id → plain bytes of many blobs in few reads; unknown ones and those of erased persons are left out."""
        connection = self._readers.connection()
        secrets: dict[str, AESGCM | None] = {}
        found: dict[str, bytes] = {}
        for start in range(0, len(blob_ids), _AT_ONCE):
            for row in connection.execute(_MANY, {"of_blobs": list(blob_ids[start : start + _AT_ONCE])}).all():
                if row.person_id not in secrets:
                    try:
                        secrets[row.person_id] = AESGCM(self._secret(connection, row.person_id, make=False))
                    except StoreFault:
                        secrets[row.person_id] = None
                secret = secrets[row.person_id]
                if secret is not None:
                    found[row.blob_id] = secret.decrypt(row.nonce, row.sealed, row.blob_id.encode())
        return found

    def destroy(self, person_id: str) -> Future[None]:
        """Destroy a person's key: every blob of theirs becomes noise here, and in the backups once the next two are made."""
        if self._writer is None:
            raise StoreFault("read_only")
        now = self._clock.now()

        def unit(connection: Connection) -> None:
            upsert(connection, t.person_key, [{"person_id": person_id, "secret": None, "destroyed_at": now}])

        return self._writer.submit(unit)
