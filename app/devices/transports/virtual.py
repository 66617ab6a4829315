"""The printer made of code as a way out: every job becomes bytes, events and a picture in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

from app.devices.faults import DeviceFault
from app.devices.virtual import Interpreter, Mood, save_job
from app.records.resources import resource


class VirtualTransport:
    """Prints into a folder without a socket or a thread; for the demo, training and tapes."""

    WAY: ClassVar[str] = "virtual"

    def __init__(self, folder: Path, dots: int = 576) -> None:
        self.mood = Mood()
        self._folder = folder
        self._dots = dots
        self._interpreter: Interpreter | None = None
        self._received = bytearray()

    @classmethod
    def at(cls, address: str) -> Self:
        """Read a folder, or `folder,384` for 58 mm paper."""
        folder, _, dots = address.strip().partition(",")
        if not folder or dots not in ("", "384", "576"):
            raise DeviceFault("printer.address", {"address": address}, retry=False)
        return cls(Path(folder), int(dots or "576"))

    def open(self) -> None:
        """Begin a job."""
        self.close()
        self._interpreter = Interpreter(resource("fonts", "NotoSansSC-Regular.ttf"), dots=self._dots)
        self._interpreter.on_status(self.mood.answer)

    def send(self, payload: bytes) -> None:
        """Read the bytes as a printer would."""
        self._print(payload)

    def query(self, request: bytes, timeout: float) -> bytes | None:
        """Answer by the mood; a silent printer does not keep anybody waiting here."""
        answer = self._print(request)
        return None if self.mood.silent else answer or None

    def close(self) -> None:
        """End the job and save it, if it printed anything."""
        interpreter, self._interpreter = self._interpreter, None
        received, self._received = bytes(self._received), bytearray()
        if interpreter is None:
            return
        interpreter.finish()
        if interpreter.events and not self.mood.lie:
            save_job(self._folder, received, interpreter)

    def _print(self, received: bytes) -> bytes:
        """Feed the print head."""
        if self._interpreter is None:
            raise DeviceFault("printer.closed", {"way": self.WAY, "address": str(self._folder)}, retry=True)
        self._received += received
        return self._interpreter.feed(received)
