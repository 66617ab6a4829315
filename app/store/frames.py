"""Frames: the ledger's events a second time, in append-only encrypted files outside the database.

A file opens with an 8-byte mark and the 32-byte chain value it continues. A frame is length (u32 LE) · CRC32 (u32 LE) of what follows ·
12-byte nonce · AES-256-GCM of (seq u64 LE · envelope bytes) with the chain value as associated data. The next chain value is the SHA-256
of the old one and the frame's bytes, so a frame can neither be edited, left out nor moved.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.store.derived import derived
from app.store.keys import sync_directory

_MARK = b"YGFRAME1"
_HEAD = struct.Struct("<II")
_SEQ = struct.Struct("<Q")
_START = len(_MARK) + 32
_NONCE = 12
FILE_BYTES = 4 * 1024 * 1024
"""A file is closed at this size; only the newest one is read at start."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as the frames hold it."""

    file_no: int
    seq: int
    raw: bytes


@dataclass(slots=True)
class _Scan:
    """What reading one file found."""

    frames: list[Frame]
    good_bytes: int
    chain: bytes
    continues: bytes
    damaged: bool


def _path(folder: Path, file_no: int) -> Path:
    return folder / f"{file_no:06d}.frm"


def _set_tail_aside(path: Path, good_bytes: int) -> None:
    """Move unreadable bytes behind the last whole frame into a `.torn` file, so that appending goes on and nothing is destroyed."""
    content = path.read_bytes()[good_bytes:]
    number = len(list(path.parent.glob(f"{path.stem}-*.torn"))) + 1
    with (path.parent / f"{path.stem}-{number}.torn").open("wb") as aside:
        aside.write(content)
        os.fsync(aside.fileno())
    with path.open("rb+") as file:
        file.truncate(good_bytes)
        os.fsync(file.fileno())


class Frames:
    """The append-only files of one store."""

    def __init__(self, folder: Path, ledger_key: bytes) -> None:
        self._folder = folder
        self._cipher = AESGCM(derived(ledger_key, "frames"))
        self._pending: list[tuple[int, bytes]] = []
        self._since: float | None = None
        self._lock = threading.Lock()
        self._file_no = 0
        self._handle = -1
        self._size = 0
        self._chain = bytes(32)
        self.last_seq = 0
        """Sequence of the newest event held durably, 0 when none is."""

    def numbers(self) -> list[int]:
        """The numbers of the files that exist, oldest first."""
        return sorted(int(path.stem) for path in self._folder.glob("*.frm") if path.stem.isdigit())

    def read(self, file_no: int) -> tuple[list[Frame], bool]:
        """The frames of one file and whether bytes after them could not be read."""
        scan = self._scan(file_no)
        return scan.frames, scan.damaged

    def read_all(self) -> Iterator[tuple[list[Frame], list[str]]]:
        """File by file: its readable frames, and problems as codes (`damaged:N`, `unchained:N`)."""
        before: bytes | None = None
        for file_no in self.numbers():
            scan = self._scan(file_no)
            problems = [f"damaged:{file_no}"] if scan.damaged else []
            if before is not None and scan.continues != before:
                problems.append(f"unchained:{file_no}")
            before = scan.chain
            yield scan.frames, problems

    def _scan(self, file_no: int) -> _Scan:
        content = _path(self._folder, file_no).read_bytes()
        frames: list[Frame] = []
        if content[: len(_MARK)] != _MARK or len(content) < _START:
            return _Scan(frames, 0, bytes(32), bytes(32), True)
        chain = continues = content[len(_MARK) : _START]
        at = _START
        while at + _HEAD.size <= len(content):
            length, crc = _HEAD.unpack_from(content, at)
            end = at + _HEAD.size + length
            body = content[at + _HEAD.size : end]
            if end > len(content) or length < _NONCE + _SEQ.size + 16 or zlib.crc32(body) != crc:
                break
            try:
                plain = self._cipher.decrypt(body[:_NONCE], body[_NONCE:], chain)
            except InvalidTag:
                break
            frames.append(Frame(file_no, _SEQ.unpack_from(plain)[0], plain[_SEQ.size :]))
            chain = hashlib.sha256(chain + content[at:end]).digest()
            at = end
        return _Scan(frames, at, chain, continues, at != len(content))

    # -- writing: only the writing process, only the writer thread after `start` -----------------------------------------

    def start(self) -> Mapping[int, list[Frame]]:
        """Stand behind the newest whole frame; what follows it (torn by a power cut, or damaged) is set aside.

        Gives the newest file's frames by its number, as they had to be read for this: nobody needs to read them once more.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        numbers = self.numbers()
        if not numbers:
            self._begin(1)
            return {}
        newest = numbers[-1]
        scan = self._scan(newest)
        self._stand_behind(newest, scan, numbers[:-1])
        return {newest: scan.frames}

    def _stand_behind(self, newest: int, scan: _Scan, before: list[int]) -> None:
        if scan.frames:
            self.last_seq = scan.frames[-1].seq
        else:
            self.last_seq = self._last_seq_before(before)
        if scan.good_bytes < _START:
            self._chain = bytes(32)
            self._begin(newest + 1)
            return
        path = _path(self._folder, newest)
        if scan.damaged:
            _set_tail_aside(path, scan.good_bytes)
        self._handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        os.lseek(self._handle, 0, os.SEEK_END)
        self._file_no, self._size, self._chain = newest, scan.good_bytes, scan.chain

    def _last_seq_before(self, numbers: list[int]) -> int:
        for file_no in reversed(numbers):
            frames = self._scan(file_no).frames
            if frames:
                return frames[-1].seq
        return 0

    def _begin(self, file_no: int) -> None:
        """Open a new file that continues the chain; on failure the old file stays the one appended to."""
        path = _path(self._folder, file_no)
        before = self._handle, self._size
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._size = 0
        try:
            self._write(_MARK + self._chain)
        except OSError:
            os.close(self._handle)
            path.unlink(missing_ok=True)
            self._handle, self._size = before
            raise
        if before[0] >= 0:
            os.close(before[0])
        self._file_no = file_no
        sync_directory(self._folder)

    def _write(self, content: bytes) -> None:
        """Append and flush; on failure cut back to the last whole frame, so that a later append is readable."""
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(self._handle, view) :]
            os.fsync(self._handle)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, self._size)
                os.lseek(self._handle, self._size, os.SEEK_SET)
            raise
        self._size += len(content)

    @property
    def file_no(self) -> int:
        """Number of the file being appended to."""
        return self._file_no

    def add(self, seq: int, raw: bytes) -> None:
        """Remember a committed event for the next flush; any thread."""
        with self._lock:
            self._pending.append((seq, raw))
            if self._since is None:
                self._since = time.monotonic()

    def pending_since(self) -> float | None:
        """Monotonic seconds of the oldest event not yet in the frames, or None."""
        return self._since

    def flush(self) -> None:
        """Append what is pending and flush it; OSError leaves it pending."""
        with self._lock:
            batch = list(self._pending)
        if not batch:
            return
        if self._size > FILE_BYTES:
            self._begin(self._file_no + 1)
        chain = self._chain
        parts: list[bytes] = []
        for seq, raw in batch:
            nonce = os.urandom(_NONCE)
            body = nonce + self._cipher.encrypt(nonce, _SEQ.pack(seq) + raw, chain)
            frame = _HEAD.pack(len(body), zlib.crc32(body)) + body
            chain = hashlib.sha256(chain + frame).digest()
            parts.append(frame)
        self._write(b"".join(parts))
        self._chain = chain
        self.last_seq = max(self.last_seq, batch[-1][0])
        with self._lock:
            del self._pending[: len(batch)]
            self._since = time.monotonic() if self._pending else None

    def close(self) -> None:
        """Close the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
