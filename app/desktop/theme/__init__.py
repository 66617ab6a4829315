"""How the counter looks and sounds: colours, type, sizes, icons, painters and tones; Qt and the standard library only."""

from app.desktop.theme.theme import Theme

__all__ = ["Theme"]
