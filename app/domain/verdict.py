"""What a rule answers: a verdict with its grade, its texts in both languages, and the ways out."""

from __future__ import annotations

from dataclasses import dataclass

from app.records.text import Text

__all__ = ["Text", "Verdict", "WayOut"]


@dataclass(frozen=True, slots=True)
class WayOut:
    """One thing a person can do about a verdict; `act` is what the counter is told."""

    act: str
    """set_quantity:2 | remove_line | answer:told | ask:lot | ask:review | ask:buyer | ask:patient | ask:override | scan_code | …"""
    label: Text
    key: str = ""
    """Key that does it while the line is selected, as shown on a keycap."""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's answer about one line, or about the basket where line_id is ''."""

    rule: str
    level: str
    """inform | confirm | block."""
    line_id: str
    title: Text
    why: Text
    basis: Text
    ways_out: tuple[WayOut, ...] = ()
    tone: str = ""
    """'' takes the level's own look; 'rx' the prescription look."""
    overridable_by: str = ""
    """Role that may override with a reason, or '' where nobody can."""

    @property
    def stops_payment(self) -> bool:
        """Whether the pay button must wait for this."""
        return self.level in ("confirm", "block")
