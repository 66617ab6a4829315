"""What every route of the hub shares: its database, its key, its clock, and who is asking."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import TypeVar

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import Connection, select

from app.hub import tables
from app.hub.archive import Archive
from app.hub.gateway import Gateway
from app.hub.people import PeopleKeys
from app.records.clock import Clock
from app.records.keys import DeviceKey, verifies
from app.records.wire import (
    DEVICE_HEADER,
    DIGEST_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    body_digest,
    request_payload,
    seal_reply,
)

T = TypeVar("T")

COMPRESSED_LIMIT = 2 * 1024 * 1024
BODY_LIMIT = 8 * 1024 * 1024
"""Bytes a request may have before and after decompression: room for one outsized event, none for a bomb."""
SMALL_BYTES = 2_048
"""Bytes of a question that is a few short words."""


class Refusal(Exception):
    """A request that is answered with a status and a code instead of being served."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Asker:
    """A proven device with the nonce and digest that the reply must echo."""

    store_id: str
    device: str
    till: str
    state: str
    public_key: bytes
    nonce: str
    digest: str


@dataclass(frozen=True, slots=True)
class Headquarters:
    """The running hub."""

    archive: Archive
    key: DeviceKey
    clock: Clock
    chain_name: str
    utc_offset_minutes: int
    gateway: Gateway | None = None
    """The chain's own way to send messages."""

    @property
    def people(self) -> PeopleKeys:
        """What seals people's data and marks their identities, from the same secret as the signing key."""
        return PeopleKeys(self.key.seed())

    async def commit(self, unit: Callable[[Connection], T]) -> T:
        """Run a unit and wait until it is durable."""
        return await asyncio.wrap_future(self.archive.commit(unit))

    def hub_at(self) -> str:
        """The hub's time as it travels."""
        return self.clock.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def reply(self, kind: str, nonce: str, digest: str, fields: dict[str, object], *, packed: bool = False) -> Response:
        """A signed reply that echoes the request; gzip when `packed` and worth it."""
        sealed = seal_reply({"kind": kind, "nonce": nonce, "digest": digest, "hub_at": self.hub_at(), **fields}, self.key.sign)
        headers = {"Cache-Control": "no-store"}
        if packed and len(sealed) > 1400:
            squeezer = zlib.compressobj(1, wbits=31)
            sealed = squeezer.compress(sealed) + squeezer.flush()
            headers["Content-Encoding"] = "gzip"
        return Response(sealed, media_type="application/json", headers=headers)

    def prove(self, request: Request, body: bytes, purpose: str) -> Asker:
        """Who asks, once body digest and signature are checked.

        Refusal 400 for a missing or wrong digest, 401 for an unknown device or a signature that is not its own.
        """
        device = request.headers.get(DEVICE_HEADER, "")
        nonce = request.headers.get(NONCE_HEADER, "")
        digest = request.headers.get(DIGEST_HEADER, "")
        if not device or not 16 <= len(nonce) <= 64 or not nonce.isalnum():
            raise Refusal(401, "unproven")
        if body_digest(body) != digest:
            raise Refusal(400, "digest")
        with self.archive.reading() as connection:
            row = connection.execute(
                select(tables.device.c.store_id, tables.device.c.till, tables.device.c.state, tables.device.c.public_key).where(
                    tables.device.c.device == device
                )
            ).first()
        if row is None:
            raise Refusal(401, "unknown_device")
        public = bytes.fromhex(row.public_key)
        try:
            signature = bytes.fromhex(request.headers.get(SIGNATURE_HEADER, ""))
        except ValueError:
            raise Refusal(401, "signature") from None
        if not verifies(public, request_payload(nonce, digest, purpose), signature):
            raise Refusal(401, "signature")
        return Asker(row.store_id, device, row.till, row.state, public, nonce, digest)


async def read_body(request: Request, *, compressed_limit: int = COMPRESSED_LIMIT, limit: int = BODY_LIMIT) -> bytes:
    """The decompressed body within both limits; Refusal 413 beyond them, 400 for bytes that are not what they claim."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > compressed_limit:
        raise Refusal(413, "too_large")
    packed = request.headers.get("content-encoding", "identity").lower()
    if packed not in ("identity", "gzip"):
        raise Refusal(415, "encoding")
    unpacker = zlib.decompressobj(wbits=31) if packed == "gzip" else None
    received, body = 0, bytearray()
    async for chunk in request.stream():
        received += len(chunk)
        if received > compressed_limit:
            raise Refusal(413, "too_large")
        if unpacker is None:
            body += chunk
        else:
            try:
                body += unpacker.decompress(chunk, limit + 1 - len(body))
            except zlib.error:
                raise Refusal(400, "gzip") from None
            if unpacker.unconsumed_tail:
                raise Refusal(413, "too_large")
        if len(body) > limit:
            raise Refusal(413, "too_large")
    if unpacker is not None and (not unpacker.eof or unpacker.unused_data):
        raise Refusal(400, "gzip")
    return bytes(body)


def at_work(asker: Asker, *beside: str) -> None:
    """Refusal 403 for a device that is neither at work nor in one of the states that may do this too."""
    if asker.state not in ("active", *beside):
        raise Refusal(403, asker.state)


async def asked(hq: Headquarters, request: Request, purpose: str, *names: str) -> tuple[Asker, dict[str, str]]:
    """Who asks for what in a few short words, proven; Refusal 422 for another shape, 403 for a device that may ask nothing any more."""
    body = await read_body(request, compressed_limit=SMALL_BYTES, limit=SMALL_BYTES)
    asker = await asyncio.to_thread(hq.prove, request, body, purpose)
    at_work(asker)
    try:
        fields = {name: str(json.loads(body)[name]) for name in names}
        if any(len(text) > 36 for text in fields.values()):
            raise ValueError("too long")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refusal(422, "shape") from None
    return asker, fields
