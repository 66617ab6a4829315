"""How facts of a scene are drawn: class words as marks, strips as notes with their ways out."""

from __future__ import annotations

from app.counter.scene import Strip
from app.desktop.theme.notes import Grade, Note, NoteAction
from app.desktop.theme.paint import Mark

MARKS: dict[str, Mark] = {
    "rx": Mark.RX,
    "otc_a": Mark.OTC_RED,
    "otc_b": Mark.OTC_GREEN,
    "food": Mark.HEALTH_FOOD,
    "device": Mark.DEVICE,
    "eph": Mark.EPHEDRINE,
    "ins_a": Mark.INSURANCE_A,
    "ins_b": Mark.INSURANCE_B,
    "cold": Mark.COLD_CHAIN,
}
"""Class words of a scene as the marks that are drawn."""

_GRADES: dict[str, Grade] = {"info": "info", "warn": "confirm", "bad": "block", "rx": "rx", "good": "info"}
_ICONS = {"good": "check-circle"}
_RANKS = {"bad": 0, "rx": 1, "warn": 2, "info": 3, "good": 4}


def marks_of(words: tuple[str, ...]) -> tuple[Mark, ...]:
    """The marks of a line; a word without a mark draws nothing."""
    return tuple(MARKS[word] for word in words if word in MARKS)


def by_weight(strips: tuple[Strip, ...]) -> tuple[Strip, ...]:
    """Block, prescription, confirm, info: the order they stand in on a line."""
    return tuple(sorted(strips, key=lambda strip: _RANKS.get(strip.tone, 3)))


def note_of(strip: Strip, language: str, *, keys: bool = True, taken: frozenset[str] = frozenset()) -> Note:
    """A strip as the note that is painted.

    Without `keys` no keycaps, as they work on the selected line only; nor for keys `taken` by a heavier strip of the line, which get them.
    """
    actions = tuple(
        NoteAction(
            way.act,
            way.label.of(language),
            keycap=way.key if keys and way.key not in taken else "",
            primary=way.primary and strip.tone == "bad",
        )
        for way in strip.ways_out
    )
    return Note(
        _GRADES.get(strip.tone, "info"),
        strip.title.of(language),
        strip.body.of(language),
        strip.basis.of(language) if strip.tone == "bad" else "",
        actions,
        _ICONS.get(strip.tone, ""),
        "good" if strip.tone == "good" else "",
    )
