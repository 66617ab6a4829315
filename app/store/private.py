"""Personal data beside the events: blobs sealed with a key per person, unreadable once that key is destroyed."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Connection, String, bindparam, func, insert, select
from sqlalchemy.dialects.sqlite import insert as lite_insert

from app.domain.told_profile import read_told
from app.records.clock import Clock
from app.records.ledger import PrivateBlob
from app.records.people import FamilyPerson, Member
from app.store import tables as t
from app.store.derived import derived
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.people import kept_member, kept_person, member_row
from app.store.rows import upsert
from app.store.writer import Writer

TOLD_KINDS = frozenset({"member_profile", "family_profile", "identity", "reading", "note", "signature"})
"""Kinds that headquarters is told of; registers, prescriptions and invoice titles stay on the till."""

KEPT_BY_LAW = frozenset({"prescription", "buyer"})
"""Kinds that a law keeps for years: they lie under keys of their own, so that no erasure of a person reaches them."""
_LAW = "law:"
"""Before the owner of such a blob."""

_OUTBOX = insert(t.blob_outbox)
_key = lite_insert(t.person_key)
# When a key was destroyed first is what is kept.
_DESTROYED = _key.on_conflict_do_update(
    index_elements=["person_id"],
    set_={"secret": None, "destroyed_at": _key.excluded.destroyed_at},
    where=t.person_key.c.secret.is_not(None),
)
_ONE = select(t.private_blob).where(t.private_blob.c.blob_id == bindparam("of_blob"))
_MANY = select(t.private_blob).where(t.private_blob.c.blob_id.in_(bindparam("of_blobs", expanding=True)))
_SECRET = select(t.person_key.c.secret, t.person_key.c.destroyed_at).where(t.person_key.c.person_id == bindparam("of_person"))
# Asked for with every unit of a feed, for the few profiles on their way up.
_UNTOLD = (
    select(t.private_blob)
    .join(t.blob_outbox, t.blob_outbox.c.blob_id == t.private_blob.c.blob_id)
    .where(
        t.private_blob.c.person_id.in_(bindparam("of_owners", expanding=True)),
        t.private_blob.c.kind == bindparam("of_kind", type_=String),
        t.blob_outbox.c.told_at.is_(None),
        t.blob_outbox.c.refused == "",
    )
    .order_by(t.blob_outbox.c.at, t.private_blob.c.blob_id)
)
_AT_ONCE = 500
"""Blobs of one read: within what a statement may bind."""
_OVER = "over"
"""Owner of what was destroyed when its term was over: nobody ever has a key of that name."""


def _past(kinds: Collection[str], before: datetime) -> ColumnElement[bool]:
    b = t.private_blob.c
    return b.kind.in_(list(kinds)) & (b.at < before) & (b.person_id != _OVER)


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
        owner = _LAW + blob.person_id if blob.kind in KEPT_BY_LAW else blob.person_id
        secret = self._secret(connection, owner, make=True)
        nonce = os.urandom(12)
        connection.execute(
            insert(t.private_blob),
            [
                {
                    "blob_id": blob.blob_id,
                    "person_id": owner,
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
            told = read_told(Member, blob.plain)
            upsert(connection, t.member, [member_row(told.on(kept_member(connection, told.person.id)))])
        elif blob.kind == "family_profile":
            kin = read_told(FamilyPerson, blob.plain)
            upsert(connection, t.family_person, [kin.on(kept_person(connection, kin.person.id)).model_dump()])

    def untold(self, connection: Connection, owners: Collection[str], kind: str) -> dict[str, list[bytes | None]]:
        """Whose profiles wait for headquarters, each one's blobs in order; None stands for one that cannot be opened."""
        found: dict[str, list[bytes | None]] = {}
        rows = connection.execute(_UNTOLD, {"of_owners": list(owners), "of_kind": kind}).all() if owners else []
        for row in rows:
            plain: bytes | None = None
            with suppress(StoreFault):
                plain = self._plain(connection, row)
            found.setdefault(row.person_id, []).append(plain)
        return found

    def _secret(self, connection: Connection, person_id: str, *, make: bool) -> bytes:
        row = connection.execute(_SECRET, {"of_person": person_id}).first()
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
        """A blob's plain bytes, None when unknown; StoreFault `person_key_destroyed` after erasure, `blob_damaged` where the disk
        changed it."""
        connection = self._readers.connection()
        row = connection.execute(_ONE, {"of_blob": blob_id}).first()
        return self._plain(connection, row) if row is not None else None

    def _plain(self, connection: Connection, row: Any) -> bytes:
        try:
            secret = self._secret(connection, row.person_id, make=False)
            return AESGCM(secret).decrypt(row.nonce, row.sealed, row.blob_id.encode())
        except (InvalidTag, ValueError) as error:
            raise StoreFault("blob_damaged", {"blob": row.blob_id}) from error

    def open_many(self, blob_ids: Sequence[str]) -> dict[str, bytes]:
        """Blob id → plain bytes of many blobs in few reads; unknown and damaged ones and those of erased persons are left out."""
        connection = self._readers.connection()
        secrets: dict[str, AESGCM | None] = {}
        found: dict[str, bytes] = {}
        for start in range(0, len(blob_ids), _AT_ONCE):
            for row in connection.execute(_MANY, {"of_blobs": list(blob_ids[start : start + _AT_ONCE])}).all():
                if row.person_id not in secrets:
                    try:
                        secrets[row.person_id] = AESGCM(self._secret(connection, row.person_id, make=False))
                    except (StoreFault, InvalidTag):
                        secrets[row.person_id] = None
                secret = secrets[row.person_id]
                if secret is not None:
                    with suppress(InvalidTag):
                        found[row.blob_id] = secret.decrypt(row.nonce, row.sealed, row.blob_id.encode())
        return found

    def erase(self, connection: Connection, person_id: str) -> None:
        """Destroy a person's key inside a unit of the writer: every blob of theirs becomes noise here, and in the backups once the next
        two are made. What a law keeps gets a key of its own first.
        """
        self._set_aside(connection, person_id)
        connection.execute(_DESTROYED, [{"person_id": person_id, "secret": None, "destroyed_at": self._clock.now()}])

    def _set_aside(self, connection: Connection, person_id: str) -> None:
        """Seal anew, under another key, what earlier versions laid under the person's own though a law keeps it."""
        b = t.private_blob.c
        kept = connection.execute(select(t.private_blob).where(b.person_id == person_id, b.kind.in_(KEPT_BY_LAW))).all()
        if not kept:
            return
        old = self._secret(connection, person_id, make=False)
        self._seal_anew(connection, kept, old, _LAW + person_id)

    def _seal_anew(self, connection: Connection, kept: Sequence[Any], secret: bytes, owner: str) -> None:
        """Seal blobs of one key under that of another owner."""
        old, new = AESGCM(secret), AESGCM(self._secret(connection, owner, make=True))
        for row in kept:
            name, nonce = row.blob_id.encode(), os.urandom(12)
            sealed = new.encrypt(nonce, old.decrypt(row.nonce, row.sealed, name), name)
            fresh = {"person_id": owner, "nonce": nonce, "sealed": sealed}
            connection.execute(t.private_blob.update().where(t.private_blob.c.blob_id == row.blob_id).values(fresh))

    def past(self, kinds: Collection[str], before: datetime) -> int:
        """How many blobs of these kinds were kept before a moment and still are."""
        return int(self._readers.connection().scalar(select(func.count()).select_from(t.private_blob).where(_past(kinds, before))) or 0)

    def end(self, kinds: Collection[str], before: datetime) -> int:
        """Destroy those blobs with their keys, some hundreds a commit; gives how many. Whoever opens one hears `person_key_destroyed`."""
        if self._writer is None:
            raise StoreFault("read_only")
        whole = 0
        while part := self._writer.submit(lambda connection: self._end(connection, kinds, before)).result():
            whole += part
        return whole

    def _end(self, connection: Connection, kinds: Collection[str], before: datetime) -> int:
        b, k = t.private_blob.c, t.person_key.c
        gone = connection.execute(select(b.blob_id, b.person_id).where(_past(kinds, before)).limit(_AT_ONCE)).all()
        nothing = {"person_id": _OVER, "nonce": b"", "sealed": b""}
        connection.execute(t.private_blob.update().where(b.blob_id.in_([row.blob_id for row in gone])).values(nothing))
        for owner in sorted({row.person_id for row in gone}):
            if connection.scalar(select(k.secret).where(k.person_id == owner)) is None:
                continue
            # What else lies under the key gets a fresh one: a copy of what is gone opens with nothing that is still here.
            old = self._secret(connection, owner, make=False)
            connection.execute(t.person_key.delete().where(k.person_id == owner))
            kept = connection.execute(select(t.private_blob).where(b.person_id == owner)).all()
            if kept:
                self._seal_anew(connection, kept, old, owner)
        return len(gone)

    def finish_erasures(self, connection: Connection) -> None:
        """Destroy keys that still stand though their people were erased: a ledger brought back from a copy has them again."""
        key = t.person_key.c
        standing = select(t.erased.c.member_id).join(t.person_key, key.person_id == t.erased.c.member_id).where(key.secret.is_not(None))
        for member_id in connection.execute(standing).scalars().all():
            self.erase(connection, member_id)

    def destroy(self, person_id: str) -> Future[None]:
        """`erase` in a unit of its own."""
        if self._writer is None:
            raise StoreFault("read_only")
        return self._writer.submit(lambda connection: self.erase(connection, person_id))
