"""Ed25519 device keys: made once on the device, named by their public half."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A private signing key with the device name derived from it."""

    private: Ed25519PrivateKey

    @classmethod
    def new(cls) -> DeviceKey:
        """A fresh key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, seed: bytes) -> DeviceKey:
        """The key of a stored 32-byte seed."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    def seed(self) -> bytes:
        """The 32 bytes to keep secret."""
        return self.private.private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        )

    def public(self) -> bytes:
        """The 32 public bytes."""
        return self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    def sign(self, payload: bytes) -> bytes:
        """64 signature bytes."""
        return self.private.sign(payload)

    @property
    def device(self) -> str:
        """The device's name."""
        return device_name(self.public())


def device_name(public: bytes) -> str:
    """First 16 hex digits of the public key's SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def verifies(public: bytes, payload: bytes, signature: bytes) -> bool:
    """Whether the signature is this key's over the payload."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, payload)
    except (InvalidSignature, ValueError):
        return False
    return True
