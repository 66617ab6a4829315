"""Every icon that a page of the console asks for is carried: a missing one is met only by whoever opens that page in that state."""

from __future__ import annotations

import re

import pytest

from app.hub.web.pages import HERE, NAV
from app.records.resources import resource

ASKED = sorted(
    {
        name
        for page in HERE.glob("*.html")
        for call in re.findall(r"icon\(.*?\)\s*\}\}", page.read_text("utf-8"))
        for name in re.findall(r"(?:icon\(|else )'([a-z-]+)'", call)
        if name not in ("fill", "regular")
    }
    | {glyph for _, _, glyph in NAV}
)


@pytest.mark.parametrize("weight", ["fill", "regular"])
def test_every_icon_of_the_console_is_carried(weight: str) -> None:
    assert len(ASKED) > 30
    assert [name for name in ASKED if not resource("icons", weight, f"{name}.svg").exists()] == []
