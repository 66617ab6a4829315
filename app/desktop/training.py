"""Training: the practice shop beside the real one, and the ribbon that stands on every screen of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from app.desktop import wording
from app.desktop.theme import Theme
from app.desktop.widgets.notices import Ribbon


class Practice(Protocol):
    """A shop to practise in, with a data folder of its own."""

    @property
    def folder(self) -> Path:
        """Where its data lies."""

    @property
    def load(self) -> Callable[..., Any]:
        """What makes its till, as the window wants it."""

    def prepare(self) -> None:
        """Make it where there is none yet, and let it print where the real one does; slow, for a thread of its own."""


class TrainingRibbon(Ribbon):
    """The hatched ribbon with the way out, in the language in force."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "", "", "")

    def measure(self) -> None:
        """As high as any ribbon; what it says follows the language."""
        say, language = wording.words, self.theme.language
        self.set_words(say("training", language), say("training_body", language), say("training_leave", language))
        super().measure()
