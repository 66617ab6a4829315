"""Coupon tokens: what headquarters signs and a till verifies without a line, small enough for a QR code of version 8.

47 bytes say which coupon it is, for whom, where, when and how much it can cost; 64 bytes are headquarters' Ed25519
signature over them; base32 after a prefix makes 181 characters that every scanner and keyboard layout carries.
"""

from __future__ import annotations

import hashlib
import struct
from base64 import b32decode, b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.records.keys import verifies

PREFIX = "YGC"
CLASSES = "ABCD"
"""A open promotion · B serial bound to a store · C lease of a store · D chain-wide, online or reserved."""
_LAYOUT = struct.Struct(">BcB16s8s8s4sHHI")
_VERSION = 1
_FIRST_DAY = date(2020, 1, 1)
_SIGNATURE_BYTES = 64


class TokenFault(ValueError):
    """A text that is no good coupon token; `code` is shape | version | key | forged."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class CouponToken:
    """One coupon as it was signed; ids are shortened to hashes, which the till compares with those it knows."""

    serial: UUID
    coupon_class: str
    offer_mark: bytes
    """First 8 bytes of SHA-256 of the offer's id."""
    holder_mark: bytes
    """First 8 bytes of SHA-256 of the member's id; eight zeros for whoever bears it."""
    store_mark: bytes
    """First 4 bytes of SHA-256 of the store's id; four zeros for every store."""
    starts_on: date
    ends_on: date
    """Last good day."""
    face_fen: int
    """The most it can cost: what a double spend loses."""
    key_id: int = 0
    """Which of headquarters' keys signed it."""

    def holds_for(self, member_id: str) -> bool:
        """Whether this member may use it; bearer coupons serve everybody, no member too."""
        return self.holder_mark == bytes(8) or (bool(member_id) and self.holder_mark == mark(member_id, 8))

    def holds_in(self, store_id: str) -> bool:
        """Whether it is good in this store."""
        return self.store_mark == bytes(4) or self.store_mark == mark(store_id, 4)


def mark(identity: str, size: int) -> bytes:
    """The shortened hash of an id; zeros for ''."""
    return hashlib.sha256(identity.encode()).digest()[:size] if identity else bytes(size)


def sealed(token: CouponToken, sign: Callable[[bytes], bytes]) -> str:
    """The token's text under headquarters' signature; ValueError for a day or sum that does not fit."""
    try:
        payload = _LAYOUT.pack(
            _VERSION,
            token.coupon_class.encode("ascii"),
            token.key_id,
            token.serial.bytes,
            token.offer_mark,
            token.holder_mark,
            token.store_mark,
            (token.starts_on - _FIRST_DAY).days,
            (token.ends_on - _FIRST_DAY).days,
            token.face_fen,
        )
    except struct.error as error:
        raise ValueError(f"this coupon does not fit a token: {error}") from error
    return PREFIX + b32encode(payload + sign(payload)).decode().rstrip("=")


def opened(text: str, keys: Mapping[int, bytes]) -> CouponToken:
    """Read and verify a token under headquarters' public keys by id; TokenFault says what is wrong with it."""
    if not text.startswith(PREFIX):
        raise TokenFault("shape")
    body = text[len(PREFIX) :]
    try:
        raw = b32decode(body + "=" * (-len(body) % 8))
    except ValueError as error:
        raise TokenFault("shape") from error
    if len(raw) != _LAYOUT.size + _SIGNATURE_BYTES:
        raise TokenFault("shape")
    payload, signature = raw[: _LAYOUT.size], raw[_LAYOUT.size :]
    version, letter, key_id, serial, offer, holder, store, starts, ends, face = _LAYOUT.unpack(payload)
    if version != _VERSION or letter.decode("latin-1") not in CLASSES:
        raise TokenFault("version")
    if key_id not in keys:
        raise TokenFault("key")
    if not verifies(keys[key_id], payload, signature):
        raise TokenFault("forged")
    return CouponToken(
        serial=UUID(bytes=serial),
        coupon_class=letter.decode(),
        offer_mark=offer,
        holder_mark=holder,
        store_mark=store,
        starts_on=_FIRST_DAY + timedelta(days=starts),
        ends_on=_FIRST_DAY + timedelta(days=ends),
        face_fen=face,
        key_id=key_id,
    )
