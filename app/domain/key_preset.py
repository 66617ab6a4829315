"""Key presets: which physical key means which key of the standard layout, and what a custom layout may not do."""

from __future__ import annotations

import re
from collections.abc import Mapping

MOVABLE = ("F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "Shift F2", "Del")
"""Keys of the standard layout that may lie elsewhere; F1, F2, Esc, Enter and every Ctrl key mean the same for everybody."""

SIGNS = frozenset("+-*/")
"""Keys of the numpad that are also typed: they act only while nothing is being typed."""

_FITS = re.compile(r"F([3-9]|1[0-2])|Shift F([2-9]|1[0-2])|[-+*/]|Del|Ins|Home|End|PgUp|PgDn")

PRESETS: dict[str, dict[str, str]] = {
    "standard": {},
    # Pay on F9, hold on F6, recall on Shift F6: what most supermarkets of the country taught their cashiers.
    "supermarket": {"F12": "F9", "F9": "F12", "F7": "Shift F6"},
    # One hand on the numpad and the block beside it.
    "numpad": {"F12": "+", "Del": "-", "F4": "*", "F8": "/", "F6": "Ins", "F3": "PgUp", "F7": "PgDn", "F11": "End"},
}
"""Standard key → physical key; a key that is not named lies where the standard has it."""


class KeyTaken(ValueError):
    """A physical key already means another key of the standard layout."""

    def __init__(self, key: str, holder: str) -> None:
        super().__init__(f"{key} is {holder}")
        self.key = key
        self.holder = holder


class KeyUnfit(ValueError):
    """A physical key that must keep its meaning, or that types something."""


def layout(preset: str, custom: Mapping[str, str]) -> dict[str, str]:
    """Standard key → physical key of a preset by name; `custom` serves the custom one as far as it is sound."""
    if preset != "custom":
        return dict(PRESETS.get(preset, {}))
    try:
        return checked(custom)
    except ValueError:
        return {}


def checked(custom: Mapping[str, str]) -> dict[str, str]:
    """A custom layout without the keys that lie where they always did; KeyTaken or KeyUnfit where it is not sound."""
    kept = {key: pressed for key, pressed in custom.items() if key != pressed}
    holders: dict[str, str] = {}
    for key in MOVABLE:
        pressed = kept.get(key, key)
        if not _FITS.fullmatch(pressed):
            raise KeyUnfit(pressed)
        if pressed in holders:
            raise KeyTaken(pressed, holders[pressed])
        holders[pressed] = key
    for key in kept:
        if key not in MOVABLE:
            raise KeyUnfit(key)
    return kept


def moved(custom: Mapping[str, str], key: str, pressed: str) -> dict[str, str]:
    """The layout with a standard key on another physical key; KeyTaken names what lies there, KeyUnfit what cannot be moved."""
    if key not in MOVABLE or not _FITS.fullmatch(pressed):
        raise KeyUnfit(pressed)
    holder = next((other for other in MOVABLE if other != key and custom.get(other, other) == pressed), "")
    if holder:
        raise KeyTaken(pressed, holder)
    return checked({**custom, key: pressed})


def swapped(custom: Mapping[str, str], key: str, pressed: str) -> dict[str, str]:
    """The layout in which a standard key takes a physical key and gives its own to whatever lay there."""
    holder = next((other for other in MOVABLE if other != key and custom.get(other, other) == pressed), key)
    before = custom.get(key, key)
    return checked({**custom, holder: before, key: pressed})


def meanings(shown: Mapping[str, str]) -> dict[str, str]:
    """Physical key → standard key, for every key that lies elsewhere."""
    return {pressed: key for key, pressed in shown.items()}
