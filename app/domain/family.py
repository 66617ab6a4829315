"""A member's family: how many persons may be entered, who is of age, and what the relations are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.records.text import Text


@dataclass(frozen=True, slots=True)
class FamilyRules:
    """The rules of the house and of the law for a member's family; see `resources/rules/family.json` for their sources."""

    most_persons: int
    """The member among them."""
    adult_years: int
    relations: tuple[tuple[str, Text], ...]
    """(word as it is kept, its names)."""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> FamilyRules:
        """Read the rules file; KeyError or TypeError where it is not one."""
        relations = tuple((str(row["word"]), Text(str(row["word"]), str(row["en"]))) for row in raw["relations"])
        return cls(int(raw["most_persons"]), int(raw["adult_years"]), relations)

    @property
    def most_besides(self) -> int:
        """How many persons a member may have entered beside themselves."""
        return self.most_persons - 1

    def relation(self, word: str) -> Text:
        """A relation in both languages; the word itself where nobody translated it."""
        return dict(self.relations).get(word, Text(word))

    def adult(self, months: int) -> bool:
        """Whether somebody of so many completed months of life is of age; nobody is whose birthday is unknown (-1)."""
        return months >= self.adult_years * 12

