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


def ribbon_of(theme: Theme) -> Ribbon:
    """The hatched ribbon with the way out, which follows the language."""
    say = wording.words
    language = theme.language
    return Ribbon(theme, say("training", language), say("training_body", language), say("training_leave", language))
