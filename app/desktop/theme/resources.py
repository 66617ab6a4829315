"""Where the carried files (fonts, icons, sounds, style sheet) lie on this computer."""

import os
import sys
from pathlib import Path


def resources_folder() -> Path:
    """The `resources` folder: named by YAOGUI_RESOURCES, beside a frozen program, or at the top of the checkout."""
    named = os.environ.get("YAOGUI_RESOURCES")
    if named:
        return Path(named)
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        return Path(frozen) / "resources"
    return Path(__file__).resolve().parents[3] / "resources"


def resource(*parts: str) -> Path:
    """The path of one carried file, such as `resource("fonts", "NotoSansSC-Regular.ttf")`; it may not exist."""
    return resources_folder().joinpath(*parts)
