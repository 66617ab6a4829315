"""The secret files of a store: the ledger's 32-byte key and the device's signing seed, made once and readable by their owner alone.

Next to nothing is imported here, because the sign-in glance reads keys before anything heavy is loaded.
"""

from __future__ import annotations

import os
from pathlib import Path

from app.store.faults import StoreFault

LEDGER_KEY = "ledger.key"
DEVICE_KEY = "device.key"


def read_key(directory: Path, name: str) -> bytes:
    """The 32 bytes of a key file; StoreFault `ledger_key_lost` or `device_key_lost` when it is missing or damaged."""
    path = directory / "keys" / name
    code = "ledger_key_lost" if name == LEDGER_KEY else "device_key_lost"
    try:
        secret = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise StoreFault(code, {"path": str(path), "reason": type(error).__name__}) from error
    if len(secret) != 32:
        raise StoreFault(code, {"path": str(path), "reason": "length"})
    return secret


def make_keys(directory: Path) -> None:
    """Write both key files of a new store; a file that already exists is left as it is."""
    folder = directory / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in (LEDGER_KEY, DEVICE_KEY):
        path = folder / name
        if path.exists():
            continue
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, os.urandom(32).hex().encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    sync_directory(folder)


def sync_directory(folder: Path) -> None:
    """Make a directory's entries durable, where the system lets a directory be flushed."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
