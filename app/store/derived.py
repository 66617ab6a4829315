"""Keys derived from the ledger's key, one for each purpose; by itself, because OpenSSL need not be loaded before the sign-in page."""

from __future__ import annotations

import hashlib
import hmac


def derived(key: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose (HKDF-SHA256 with an empty salt, one block: RFC 5869)."""
    extracted = hmac.new(b"\0" * 32, key, hashlib.sha256).digest()
    return hmac.new(extracted, f"yaogui/{purpose}".encode() + b"\x01", hashlib.sha256).digest()
