"""Identities: UUIDv7 strings that sort by the time they were made."""

from __future__ import annotations

import os
import uuid

from app.records.clock import Clock


def uuid7(unix_ms: int, entropy: bytes) -> str:
    """RFC 9562 version 7 from milliseconds and 10 random bytes."""
    if len(entropy) != 10:
        raise ValueError("uuid7 takes exactly 10 bytes of entropy")
    raw = bytearray((unix_ms & (1 << 48) - 1).to_bytes(6, "big") + entropy)
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


def new_id(clock: Clock) -> str:
    """A fresh UUIDv7 at the clock's time."""
    return uuid7(int(clock.now().timestamp() * 1000), os.urandom(10))


def new_epoch() -> str:
    """64 random bits as 16 hex digits: one per writing process start."""
    return os.urandom(8).hex()
