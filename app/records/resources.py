"""Where the carried files (fonts, icons, texts, rule packs, demo rows) lie."""

from __future__ import annotations

import os
from pathlib import Path


def resource(*parts: str) -> Path:
    """Path of a carried file; YAOGUI_RESOURCES points elsewhere in frozen builds."""
    root = os.environ.get("YAOGUI_RESOURCES")
    base = Path(root) if root else Path(__file__).resolve().parents[2] / "resources"
    return base.joinpath(*parts)
