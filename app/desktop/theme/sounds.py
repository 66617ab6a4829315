"""Tones of the counter: played by name on a worker, never waited for, never an error."""

import array
import io
import queue
import shutil
import subprocess
import sys
import threading
import wave
from pathlib import Path
from typing import Literal

from app.records.resources import resource

Tone = Literal[
    "scan_ok",
    "scan_member_or_rx",
    "scan_rejected",
    "needs_confirm",
    "blocked_by_rule",
    "paid",
    "new_online_order",
]
TONES: tuple[Tone, ...] = (
    "scan_ok",
    "scan_member_or_rx",
    "scan_rejected",
    "needs_confirm",
    "blocked_by_rule",
    "paid",
    "new_online_order",
)


def at_volume(file: Path, volume: float) -> bytes:
    """The WAV file (16-bit) with every sample multiplied by `volume` from 0 to 1."""
    with wave.open(str(file), "rb") as source:
        form = source.getparams()
        samples = array.array("h", source.readframes(form.nframes))
    if volume < 1:
        samples = array.array("h", (int(sample * volume) for sample in samples))
    made = io.BytesIO()
    with wave.open(made, "wb") as target:
        target.setparams(form)
        target.writeframes(samples.tobytes())
    return made.getvalue()


class Sounds:
    """Plays tones one after another on its own thread; silent where the computer has no player."""

    def __init__(self, *, volume: float = 0.8, muted: bool = False) -> None:
        """`volume` from 0 to 1. The thread starts at the first tone."""
        self._volume = volume
        self._muted = muted
        self._made: dict[tuple[str, float], bytes] = {}
        self._waiting: queue.Queue[Tone | None] = queue.Queue(maxsize=3)
        self._worker: threading.Thread | None = None

    @property
    def muted(self) -> bool:
        """Whether tones are dropped."""
        return self._muted

    @property
    def volume(self) -> float:
        """Loudness from 0 to 1."""
        return self._volume

    def set_muted(self, muted: bool) -> None:
        """Drop tones, or play them again."""
        self._muted = muted

    def set_volume(self, volume: float) -> None:
        """Set loudness; held between 0 and 1."""
        self._volume = max(0.0, min(1.0, volume))

    def play(self, tone: Tone) -> None:
        """Ask for a tone and return at once; when three already wait the new one is dropped."""
        if self._muted or self._volume <= 0:
            return
        if self._worker is None:
            self._worker = threading.Thread(target=self._run, name="sounds", daemon=True)
            self._worker.start()
        try:
            self._waiting.put_nowait(tone)
        except queue.Full:
            return

    def close(self) -> None:
        """Stop the thread after the tone now playing, waiting at most one second."""
        if self._worker is None:
            return
        while True:
            try:
                self._waiting.get_nowait()
            except queue.Empty:
                break
        self._waiting.put(None)
        self._worker.join(timeout=1)
        self._worker = None

    def _run(self) -> None:
        while (tone := self._waiting.get()) is not None:
            try:
                self._sound(tone)
            except (OSError, EOFError, wave.Error, RuntimeError, subprocess.SubprocessError):
                # A till without a working sound card sells all the same.
                continue

    def _sound(self, tone: Tone) -> None:
        key = (tone, self._volume)
        if key not in self._made:
            self._made[key] = at_volume(resource("sounds", f"{tone}.wav"), self._volume)
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(self._made[key], winsound.SND_MEMORY)
            return
        for program in (("aplay", "-q", "-"), ("paplay", "/dev/stdin")):
            found = shutil.which(program[0])
            if found:
                subprocess.run(
                    (found, *program[1:]), input=self._made[key], capture_output=True, timeout=3, check=False
                )
                return
