"""The gallery: every part of the design system in every state, in both themes, in a window or as pictures."""

from __future__ import annotations

import os
from pathlib import Path

from app.commands import EXIT_OK, options


def main(argv: list[str]) -> int:
    """Show the gallery, or picture it."""
    parser = options.parser("gallery", "Every component of the window in every state. T changes the theme, S shows all states, Esc leaves.")
    parser.add_argument("--dark", action="store_true", help="begin in the dark theme")
    parser.add_argument("--png", type=Path, metavar="DIR", help="no window: picture both themes into a folder")
    chosen = parser.parse_args(argv)
    if chosen.png or not options.has_display():
        os.environ["QT_QPA_PLATFORM"] = os.environ.get("QT_QPA_PLATFORM") or "offscreen"
    # Imported here: --help needs no Qt.
    from app.desktop.gallery import picture, show

    if chosen.png or not options.has_display():
        for path in picture(chosen.png or Path("out")):
            print(path)
        return EXIT_OK
    return show(dark=chosen.dark)
