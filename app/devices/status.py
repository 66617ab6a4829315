"""What a printer says about itself, with a third value for what it does not say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Known(StrEnum):
    """Yes, no, or unknown: silence is never read as bad news."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """Answers to "is it well?", so `yes` is good in every field.

    online: takes data. paper: there is paper. paper_ample: it is not near its end. cover: closed. cutter: no error.
    drawer: closed.
    """

    online: Known = Known.UNKNOWN
    paper: Known = Known.UNKNOWN
    paper_ample: Known = Known.UNKNOWN
    cover: Known = Known.UNKNOWN
    cutter: Known = Known.UNKNOWN
    drawer: Known = Known.UNKNOWN

    @property
    def can_print(self) -> Known:
        """`no` as soon as one cause is known, `yes` when the printer says online and has paper, else `unknown`."""
        causes = (self.online, self.paper, self.cover, self.cutter)
        if Known.NO in causes:
            return Known.NO
        return Known.YES if self.online is Known.YES and self.paper is Known.YES else Known.UNKNOWN

    def facts(self) -> dict[str, str]:
        """Return every field as text, for a screen's words or a log."""
        return {
            "online": self.online.value,
            "paper": self.paper.value,
            "paper_ample": self.paper_ample.value,
            "cover": self.cover.value,
            "cutter": self.cutter.value,
            "drawer": self.drawer.value,
        }


Answers = tuple[bytes | None, bytes | None, bytes | None, bytes | None]
"""What came back for DLE EOT 1, 2, 3 and 4; None is silence."""


def read_status(answers: Answers, drawer_open_is_high: bool) -> PrinterStatus:
    """Read the answers to DLE EOT 1, 2, 3 and 4 (Epson ESC/POS reference, "Transmit real-time status").

    An answer counts only when it is one byte with the fixed bits of that command; a four-byte automatic status or
    noise of a line says nothing.
    """
    printer, offline, error, paper = (_valid(answer) for answer in answers)
    drawer_high = _bit(printer, 2)
    drawer_open = drawer_high if drawer_open_is_high or drawer_high is None else not drawer_high
    paper_end = _either(_bit(paper, 5), _bit(paper, 6))
    return PrinterStatus(
        online=_well(_bit(printer, 3)),
        paper=_well(paper_end if paper_end is not None else _bit(offline, 5)),
        paper_ample=_well(_either(_bit(paper, 2), _bit(paper, 3))),
        cover=_well(_bit(offline, 2)),
        cutter=_well(_bit(error, 3)),
        drawer=_well(drawer_open),
    )


def _valid(answer: bytes | None) -> int | None:
    """Return the status byte, or None when the answer is not one."""
    if answer is None or len(answer) != 1 or answer[0] & 0x93 != 0x12:
        return None
    return answer[0]


def _bit(status: int | None, place: int) -> bool | None:
    """Return one bit of a status byte."""
    return None if status is None else bool(status >> place & 1)


def _either(one: bool | None, other: bool | None) -> bool | None:
    """Return whether one of two sensors reports; both come from the same byte."""
    return None if one is None or other is None else one or other


def _well(trouble: bool | None) -> Known:
    """Turn "trouble?" into "is it well?"."""
    return Known.UNKNOWN if trouble is None else Known.NO if trouble else Known.YES
