"""A sentence in both languages; by itself and a tuple, because every word of the first page is one."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """A sentence in both languages."""

    zh: str
    en: str = ""

    def of(self, language: str) -> str:
        """The sentence in 'en', else Chinese."""
        return self.en if language == "en" and self.en else self.zh
