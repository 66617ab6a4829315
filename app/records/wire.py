"""The words that till and headquarters say to each other over HTTP: what is signed, how a reply is sealed, what a cursor is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.records.envelope import EnvelopeFault, split_signature
from app.records.keys import verifies

PROTOCOL = 1

DEVICE_HEADER = "X-Device"
NONCE_HEADER = "X-Nonce"
DIGEST_HEADER = "X-Digest"
SIGNATURE_HEADER = "X-Signature"
EVENT_HEADER = "X-Event"

BATCH_EVENTS = 200
"""Most events in one push; beyond it nothing is gained."""
BATCH_BYTES = 256 * 1024
"""Most uncompressed bytes in one push; a single larger event still travels, alone."""

STATUSES = frozenset({"stored", "duplicate", "forked", "quarantined", "corrupt", "later"})
"""What headquarters says of one event; all but `later` mean that the bytes are safe there."""


class WireFault(ValueError):
    """A reply or cursor that is not what the protocol says; `code` is broken | shape | forged | cursor."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


def body_digest(body: bytes) -> str:
    """SHA-256 hex of an uncompressed body; the digest of the empty body stands for requests without one."""
    return hashlib.sha256(body).hexdigest()


def request_payload(nonce: str, digest: str, purpose: str) -> bytes:
    """What a device signs for a request.

    `purpose` binds the signature to its use and arguments, apart from the URL (a proxy may rewrite that): `push`, `hello`,
    `feed NAME AFTER LIMIT`, `totals DAY`, `quarantine EVENT`.
    """
    return f"{nonce}\n{digest}\n{purpose}".encode()


def enrol_payload(nonce: str, code: str, till: str, public_key_hex: str) -> bytes:
    """What a device signs to prove that it holds the private half of the key it enrols."""
    return f"enrol\n{nonce}\n{code}\n{till}\n{public_key_hex}".encode()


def seal_reply(fields: Mapping[str, object], sign: Callable[[bytes], bytes]) -> bytes:
    """A reply's bytes: JSON whose last key is the signature over every byte before it."""
    head = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()[:-1]
    return head + b',"sig":"' + sign(head).hex().encode() + b'"}'


def open_reply(raw: bytes, public: bytes | None, *, kind: str, nonce: str, digest: str) -> dict[str, Any]:
    """A reply's fields once shape, signature, kind and the echo of the request have been checked.

    `public` is the hub's key; None only at enrolment, where the reply itself brings it under `hub_public_key_hex`.
    WireFault: `broken` (not JSON), `shape` (JSON of another kind), `forged` (wrong signature or echo).
    """
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise WireFault("broken", str(error)) from error
    if not isinstance(fields, dict) or fields.get("kind") != kind:
        raise WireFault("shape", "not a reply of this kind")
    try:
        signed, signature = split_signature(raw)
        key = public if public is not None else bytes.fromhex(str(fields["hub_public_key_hex"]))
    except (EnvelopeFault, KeyError, ValueError) as error:
        raise WireFault("forged", str(error)) from error
    if not verifies(key, signed, signature):
        raise WireFault("forged", "signature")
    if fields.get("nonce") != nonce or fields.get("digest") != digest:
        raise WireFault("forged", "answers another request")
    return fields


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a till has read a feed: which history, how many rows, and the rolling hash up to there."""

    feed_id: str
    seq: int
    rolling: str

    def text(self) -> str:
        """The form that travels and is kept."""
        return f"{self.feed_id}.{self.seq}.{self.rolling}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """A cursor from its text; the empty text is the beginning of any history. WireFault `cursor` otherwise."""
        if not text:
            return cls("", 0, "")
        parts = text.split(".")
        if len(parts) != 3 or not parts[1].isascii() or not parts[1].isdigit() or len(parts[1]) > 15:
            raise WireFault("cursor", text[:80])
        return cls(parts[0], int(parts[1]), parts[2])


def rolled(previous: str, row_json: str) -> str:
    """The rolling hash (32 hex digits) of a feed after one more row."""
    return hashlib.sha256(f"{previous}\n{row_json}".encode()).hexdigest()[:32]
