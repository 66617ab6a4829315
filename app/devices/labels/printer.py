"""A label printer: sends runs of labels as ZPL or ESC/POS, says how each ended, and reads the machine's own status."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.devices.encoder import Encoder
from app.devices.labels.label import Wanted
from app.devices.labels.zpl import ZplEncoder, ZplProfile
from app.devices.labels.zpl_paper import ZplPaper
from app.devices.printer import STATUS_SECONDS, Printer, PrintOutcome
from app.devices.profile import PAPER_58, PAPER_80
from app.devices.status import Known, PrinterStatus
from app.devices.ticket import Cut, Line, Rule, Ticket
from app.devices.transports.port import Transport
from app.devices.virtual import preview

if TYPE_CHECKING:
    from PIL.Image import Image

Language = Literal["escpos", "zpl"]

_HOST_STATUS = b"~HS"
_MOST_NARROW = 60.0
"""Paper up to this width in mm takes 32 cells."""


@dataclass(frozen=True, slots=True)
class LabelPaper:
    """What stands in the label printer: its language, the sticker's size in mm, dots per inch, and its own hanzi font, if any."""

    language: Language = "zpl"
    width: float = 60
    height: float = 40
    dpi: int = 203
    font: str = ""

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in mm."""
        return self.width, self.height


class LabelEncoder:
    """Turns runs of labels into a printer's bytes, and those bytes back into pictures. Not thread-safe."""

    def __init__(self, paper: LabelPaper, regular: Path, bold: Path) -> None:
        """Take the paper and the carried faces."""
        self._paper, self._regular, self._bold = paper, regular, bold
        self._profile = replace(PAPER_58 if paper.width <= _MOST_NARROW else PAPER_80, cutter=False)
        self._zpl = ZplEncoder(ZplProfile(paper.width, paper.height, paper.dpi, paper.font), regular, bold)
        self._escpos = Encoder(self._profile, regular)

    def encode(self, run: tuple[Wanted, ...]) -> bytes:
        """The whole job."""
        if self._paper.language == "zpl":
            return self._zpl.encode(run)
        lines: list[Line] = []
        for wanted in run:
            for _ in range(wanted.copies):
                lines += [*wanted.label.lines, Rule(), Cut()]
        return self._escpos.encode(Ticket(tuple(lines), "label", ""))

    def pictures(self, run: tuple[Wanted, ...]) -> list[Image]:
        """What the job's bytes print: one picture for each label in ZPL (copies are alike), one strip in ESC/POS."""
        encoded = self.encode(run)
        if self._paper.language == "zpl":
            paper = ZplPaper(self._regular, self._bold)
            paper.feed(encoded)
            return paper.labels
        return [preview(encoded, self._regular, dots=self._profile.dots, charset=self._profile.charset)]


class LabelPrinter(Printer):
    """One label printer of this till; belongs to the label-printing thread."""

    def __init__(self, paper: LabelPaper, transport: Transport, regular: Path, bold: Path) -> None:
        """Take the paper, the way to the printer, and the carried faces."""
        narrow = PAPER_58 if paper.width <= _MOST_NARROW else PAPER_80
        super().__init__(replace(narrow, answers_done=paper.language == "escpos"), transport, regular)
        self._paper = paper
        self._labels = LabelEncoder(paper, regular, bold)

    def print_run(self, run: tuple[Wanted, ...]) -> PrintOutcome:
        """Print a run; never raises for a machine's fault."""
        return self._send(self._labels.encode(run), confirm=self.profile.answers_done)

    def _read(self) -> PrinterStatus:
        """Ask for the status in the printer's own language."""
        if self._paper.language == "escpos":
            return super()._read()
        return read_host_status(self._transport.query(_HOST_STATUS, STATUS_SECONDS))


def read_host_status(answer: bytes | None) -> PrinterStatus:
    """Read the answer to ~HS (ZPL II guide, "Host Status Return"): three lines of comma-separated fields; anything else says nothing.

    First line: 2 paper out, 3 pause. Second line: 3 head up, 4 ribbon out.
    """
    if answer is None:
        return PrinterStatus()
    lines = [part.split(b"\x03")[0].split(b",") for part in answer.split(b"\x02")[1:]]
    if not lines or len(lines[0]) < 3 or not lines[0][1].isdigit():
        return PrinterStatus()
    out, paused = lines[0][1] == b"1", lines[0][2] == b"1"
    second = lines[1] if len(lines) > 1 and len(lines[1]) > 3 else None
    head_up = second[2] == b"1" if second is not None else None
    return PrinterStatus(
        online=Known.NO if paused or out or head_up else Known.YES,
        paper=Known.NO if out else Known.YES,
        cover=Known.UNKNOWN if head_up is None else Known.NO if head_up else Known.YES,
    )
