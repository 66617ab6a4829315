"""The purposes that members are asked to consent to, and how somebody stands to one; their texts are `resources/texts/consents.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MEMBERSHIP = "membership"
"""The one purpose without which nobody is registered."""
HISTORY = "history"
"""Looking at purchases."""
HEALTH = "health"
"""Keeping allergies, readings and doses."""
PERSONAL = "personal"
"""Suggestions by what one buys, and the tags they rest on."""
FAMILY = "family"
"""Being linked to the member who buys for them."""

STANDS: Mapping[bool | None, str] = {None: "unasked", True: "given", False: "refused"}
"""How somebody stands to a purpose, by their newest word."""

NOTHING_KNOWN = datetime(1970, 1, 1, tzinfo=UTC)
"""After what a word was said by somebody who knew none before it."""
_NEXT = timedelta(milliseconds=1)


def said_at(at: datetime, after: datetime | None) -> datetime:
    """Where a word stands among those on its purpose: after the one known when it was said, however far a till's clock is behind."""
    return at if after is None else max(at, after + _NEXT)


@dataclass(frozen=True, slots=True)
class Word:
    """What stands: given or withdrawn, and where among the words."""

    given: bool
    at: datetime


def placed(given: bool, at: datetime, after: datetime | None, standing: Word | None) -> datetime:
    """Where a word stands that headquarters hears now, `standing` being the last so far.

    A withdrawal is never lost: whenever it comes, it stands last; and it goes only for a yes that was said by somebody who knew of it.
    A word of before tills told what they knew stands by its clock.
    """
    place = said_at(at, after)
    if standing is None or after is None:
        return place
    if not given:
        return max(place, standing.at + _NEXT)
    if not standing.given and after < standing.at:
        return min(place, standing.at - _NEXT)
    return place
