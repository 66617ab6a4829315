"""The style sheets of Qt's own widgets: one template of colours and boxes in parts, filled from the tokens; fonts never come from it."""

import re
from string import Template

from app.desktop.theme.scale import Scale
from app.desktop.theme.tokens import Tokens
from app.records.resources import resource

_SIZE = r"(?<![\w#.])(\d+)dp\b"
_PART = r"/\* part: (\w+) \*/"


def style_sheets(tokens: Tokens, scale: Scale) -> dict[str, str]:
    """The parts of `resources/theme/app.qss` (entry, bar, list, tip) with `$token` replaced by a colour and `12dp` by scaled pixels."""
    template = resource("theme", "app.qss").read_text(encoding="utf-8")
    sized = re.sub(_SIZE, lambda found: f"{scale.px(int(found.group(1)))}px", template)
    _, *parts = re.split(_PART, Template(sized).substitute(tokens._asdict()))
    return dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))
