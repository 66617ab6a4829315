"""The style sheet: one template of colours and boxes, filled from the tokens; fonts never come from it."""

import re
from string import Template

from app.desktop.theme.scale import Scale
from app.desktop.theme.tokens import Tokens
from app.records.resources import resource

_SIZE = r"(?<![\w#.])(\d+)dp\b"


def style_sheet(tokens: Tokens, scale: Scale) -> str:
    """`resources/theme/app.qss` with `$token` replaced by a colour and `12dp` by scaled pixels."""
    template = resource("theme", "app.qss").read_text(encoding="utf-8")
    sized = re.sub(_SIZE, lambda found: f"{scale.px(int(found.group(1)))}px", template)
    folder = resource("theme").as_posix()
    return Template(sized).substitute(tokens._asdict(), folder=folder)
