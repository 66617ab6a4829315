"""Names that are data but our own defaults: the till's number and the shift's name, said in the language of the face."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from app.desktop import wording

_NUMBERED = re.compile(r"^(\w{1,4}) ?号台$")
"""How a till is called that nobody has given a name."""


def till_title(title: str, till: str, language: str) -> str:
    """What a till is called; a name somebody gave it stays as it was written."""
    given = _NUMBERED.match(title)
    if title and given is None:
        return title
    number = given.group(1) if given is not None else till
    return wording.words("till_no", language, till=number)


def shift_title(title: str, names: Iterable[Mapping[str, object]], language: str) -> str:
    """What a shift is called: the settings name every shift in both languages."""
    if language != "en":
        return title
    return next((str(row["en"]) for row in names if row["zh"] == title and row.get("en")), title)
