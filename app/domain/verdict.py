"""What a rule answers: a verdict with its grade, its texts in both languages, and the ways out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages."""

    zh: str
    en: str = ""

    def of(self, language: str) -> str:
        """The sentence in 'en', else Chinese."""
        return self.en if language == "en" and self.en else self.zh


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
