"""The immutable event envelope: bytes written once, hashed into a chain, signed, and never encoded again.

Layout (UTF-8 JSON, this key order, no floats, no spaces): type, id, device, epoch, seq, prev, store, actor, day, clock, cursor, app, body,
alg, sig. The signature covers every byte before `,"sig":`; the chain hash covers the whole line including the signature.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from app.records.base import Record
from app.records.registry import TYPE_OF

GENESIS = "0" * 64
"""`prev` of the first event of a device."""

_SIG_MARK = b',"sig":"'


class EnvelopeFault(ValueError):
    """Bytes that are not an envelope we wrote; `code` names what is wrong."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands: which device and epoch wrote it, and what it follows."""

    device: str
    epoch: str
    seq: int
    """Position in the device's history, dense from 1, running on over epochs."""
    prev: str
    """SHA-256 hex of the previous event's bytes, or GENESIS."""
    store: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """A decoded envelope beside its exact bytes."""

    raw: bytes
    type: str
    id: str
    place: Place
    actor: str
    day: date
    at: datetime
    body: Any
    """The decoded JSON body; validate with `registry.body_of`."""
    digest: str
    """SHA-256 hex of `raw`."""


def _refuse_floats(text: str) -> float:
    raise EnvelopeFault("float", text)


def _checked(value: object, path: str) -> object:
    """The value itself, after making sure that no float hides in it."""
    if isinstance(value, float):
        raise EnvelopeFault("float", path)
    if isinstance(value, dict):
        for key, inner in value.items():
            _checked(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            _checked(inner, path)
    return value


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def seal(
    body: Record,
    place: Place,
    *,
    event_id: str,
    actor: str,
    day: date,
    at: datetime,
    monotonic_ms: int,
    hub_at: str,
    cursor: str,
    app_version: str,
    sign: Callable[[bytes], bytes],
) -> bytes:
    """The envelope's bytes for a body at a place; `sign` returns 64 Ed25519 bytes over what it is given."""
    if at.tzinfo is None:
        raise EnvelopeFault("naive_time", event_id)
    fields = {
        "type": TYPE_OF[type(body)],
        "id": event_id,
        "device": place.device,
        "epoch": place.epoch,
        "seq": place.seq,
        "prev": place.prev,
        "store": place.store,
        "actor": actor,
        "day": day.isoformat(),
        "clock": {"wall": _instant(at), "mono": monotonic_ms, "hub": hub_at},
        "cursor": cursor,
        "app": app_version,
        "body": _checked(body.model_dump(mode="json"), "body"),
        "alg": "Ed25519",
    }
    head = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()[:-1]
    return head + _SIG_MARK + sign(head).hex().encode() + b'"}'


def split_signature(raw: bytes) -> tuple[bytes, bytes]:
    """(the signed bytes, the 64-byte signature) of an envelope."""
    cut = raw.rfind(_SIG_MARK)
    tail = raw[cut + len(_SIG_MARK) :]
    if cut < 0 or len(tail) != 130 or not tail.endswith(b'"}'):
        raise EnvelopeFault("no_signature")
    try:
        return raw[:cut], bytes.fromhex(tail[:128].decode("ascii"))
    except ValueError as error:
        raise EnvelopeFault("no_signature", str(error)) from error


def digest(raw: bytes) -> str:
    """SHA-256 hex of an envelope's bytes: the next event's `prev`."""
    return hashlib.sha256(raw).hexdigest()


_KEYS = ["type", "id", "device", "epoch", "seq", "prev", "store", "actor", "day", "clock", "cursor", "app", "body", "alg", "sig"]


def unseal(raw: bytes) -> Envelope:
    """Decode an envelope's bytes, refusing anything that `seal` could not have written; the signature is checked elsewhere."""
    split_signature(raw)
    try:
        fields = json.loads(raw, parse_float=_refuse_floats)
    except (ValueError, RecursionError) as error:
        if isinstance(error, EnvelopeFault):
            raise
        raise EnvelopeFault("not_json", str(error)) from error
    if not isinstance(fields, dict) or list(fields) != _KEYS:
        raise EnvelopeFault("keys", "the keys or their order are not those of an envelope")
    if json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() != raw:
        raise EnvelopeFault("not_canonical")
    try:
        wall = datetime.strptime(fields["clock"]["wall"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        seq = fields["seq"]
        if type(seq) is not int or seq < 1:
            raise ValueError("seq")
        place = Place(str(fields["device"]), str(fields["epoch"]), seq, str(fields["prev"]), str(fields["store"]))
        if len(place.prev) != 64 or len(place.epoch) != 16:
            raise ValueError("prev or epoch")
        return Envelope(
            raw=raw,
            type=str(fields["type"]),
            id=str(fields["id"]),
            place=place,
            actor=str(fields["actor"]),
            day=date.fromisoformat(fields["day"]),
            at=wall,
            body=fields["body"],
            digest=digest(raw),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise EnvelopeFault("fields", str(error)) from error


def printed_number(place: Place, till: str, head: str) -> str:
    """store-till-epochcode-seq-hash8: unique after restores, and a witness of the chain head (`head` is the event's own digest)."""
    return f"{place.store}-{till}-{place.epoch[:4]}-{place.seq}-{head[-8:]}"
