"""The purposes that members are asked to consent to, and how somebody stands to one; their texts are `resources/texts/consents.json`."""

from __future__ import annotations

from collections.abc import Mapping

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
