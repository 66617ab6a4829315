"""The advice strip under a line: laid out and painted the same in a list delegate and in a widget.

Three grades (inform, confirm, block) and the prescription strip differ by icon, word and colour. A clinical
strip never loses its reason to an ellipsis: buttons lose words first, then the reason wraps below the title.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.desktop.theme import paint
from app.desktop.theme.theme import Theme

Grade = Literal["info", "confirm", "block", "rx"]
_TONE: dict[Grade, str] = {"info": "info", "confirm": "warn", "block": "bad", "rx": "rx"}
_ICON: dict[Grade, str] = {"info": "info", "confirm": "warning", "block": "prohibit", "rx": "seal-check"}


@dataclass(frozen=True, slots=True)
class NoteAction:
    """One way out: `key` names it for the caller; `short` replaces `words` where room is small."""

    key: str
    words: str
    short: str = ""
    keycap: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What a strip says: the fact (`title`), the reason (`body`), the legal basis, and the ways out."""

    grade: Grade
    title: str
    body: str = ""
    basis: str = ""
    actions: tuple[NoteAction, ...] = ()
    icon: str = ""
    icon_tone: str = ""

    @property
    def tone(self) -> str:
        """Token name of the strip's colour."""
        return _TONE[self.grade]

    @property
    def icon_name(self) -> str:
        """The icon of the grade, unless the note brings its own."""
        return self.icon or _ICON[self.grade]


@dataclass(frozen=True, slots=True)
class ActionPlace:
    """Where a way out is drawn, relative to the strip's top left, and with which words."""

    action: NoteAction
    rect: QRectF
    words: str
    show_key: bool


@dataclass(frozen=True, slots=True)
class NoteLayout:
    """A strip measured for one width."""

    width: float
    height: int
    row: int
    tall: bool
    places: tuple[ActionPlace, ...]
    body: tuple[str, ...]
    basis: tuple[str, ...]


def lay_out(theme: Theme, note: Note, width: float) -> NoteLayout:
    """Measure a strip `width` pixels wide."""
    px = theme.px
    stacked = note.grade == "block" and bool(note.body or note.basis)
    title = theme.face("head", 15) if stacked else theme.face("label_strong")
    body = theme.face("label")
    head = px(12) + px(17) + px(8) + title.width(note.title)
    for short in (False, True):
        actions = _measure(theme, note.actions, short=short, stacked=stacked)
        room = width - px(10) - sum(place[1] for place in actions) - px(8) * len(actions)
        if stacked or head + (px(8) + body.width(note.body) if note.body else 0) <= room:
            break
    else:
        # The body goes below anyway: words and keycaps are shortened only where the title needs their room.
        whole = _measure(theme, note.actions, short=False, stacked=stacked)
        left = width - px(10) - sum(place[1] for place in whole) - px(8) * len(whole)
        if head <= left:
            actions, room = whole, left
    fits = head + (px(8) + body.width(note.body) if note.body else 0) <= room
    row = px(52) if stacked else px(36)
    if actions:
        row = max(row, theme.target(36) + px(16) if stacked else theme.target(28) + px(8))
    if fits and not stacked:
        lines: tuple[str, ...] = (note.body,) if note.body else ()
        below = 0
    else:
        lines = paint.wrapped(note.body, body, width - px(24)) if note.body else ()
        below = len(lines) * body.line + px(10 if not note.basis else 2)
    caption = theme.face("caption")
    basis = paint.wrapped(note.basis, caption, width - px(24) - px(20)) if note.basis else ()
    if basis:
        below += len(basis) * caption.line + px(8)
    places: list[ActionPlace] = []
    x = width - px(10)
    for action, wide, words, show_key in reversed(actions):
        tall = theme.target(28) if not stacked else theme.target(36)
        places.append(ActionPlace(action, QRectF(x - wide, (row - tall) / 2, wide, tall), words, show_key))
        x -= wide + px(8)
    return NoteLayout(width, row + below, row, stacked or not fits, tuple(reversed(places)), lines, basis)


def _measure(
    theme: Theme, actions: Sequence[NoteAction], *, short: bool, stacked: bool
) -> list[tuple[NoteAction, float, str, bool]]:
    face = theme.face("label_strong")
    measured: list[tuple[NoteAction, float, str, bool]] = []
    for action in actions:
        words = action.short if short and action.short else action.words
        key = bool(action.keycap) and not short
        wide = face.width(words) + theme.px(28)
        if key:
            wide += paint.keycap_width(theme, action.keycap) + theme.px(8)
        measured.append((action, round(wide), words, key))
    return measured


def paint_ground(painter: QPainter, theme: Theme, rect: QRectF, note: Note) -> None:
    """Draw what a strip's words stand on."""
    stacked = note.grade == "block" and bool(note.body or note.basis)
    paint.rounded(
        painter,
        rect,
        theme.px(10 if stacked else 8),
        theme.color(f"{note.tone}_t"),
        theme.color(f"{note.tone}_l") if stacked else None,
    )


def paint_note(
    painter: QPainter,
    theme: Theme,
    rect: QRectF,
    note: Note,
    layout: NoteLayout,
    *,
    hover: str | None = None,
    buttons: bool = True,
) -> None:
    """Draw a strip in `rect` (as wide as its layout); `hover` is the key of the way out under the pointer.

    With `buttons` False only the ground and words are drawn: the widget lays real buttons over the places.
    """
    px = theme.px
    tone = note.tone
    stacked = note.grade == "block" and bool(note.body or note.basis)
    paint_ground(painter, theme, rect, note)
    middle = rect.top() + layout.row / 2
    x = rect.left() + px(12)
    weight: Literal["bold", "fill"] = "bold" if stacked else "fill"
    x += paint.icon(painter, theme, note.icon_name, x, middle, 17, note.icon_tone or tone, weight) + px(8)
    face = theme.face("head", 15) if stacked else theme.face("label_strong")
    x += paint.text_at(painter, x, middle, note.title, face, theme.color(f"{tone}_ink")) + px(8)
    body = theme.face("label")
    if not layout.tall:
        for line in layout.body:
            paint.text_at(painter, x, middle, line, body, theme.color("ink2"))
    else:
        y = rect.top() + layout.row
        for line in layout.body:
            paint.text_at(painter, rect.left() + px(12), y + body.line / 2, line, body, theme.color("ink"))
            y += body.line
        if layout.basis:
            caption = theme.face("caption")
            y += px(2)
            paint.icon(painter, theme, "scales", rect.left() + px(12), y + caption.line / 2, 14, "ink2")
            for line in layout.basis:
                paint.text_at(painter, rect.left() + px(32), y + caption.line / 2, line, caption, theme.color("ink2"))
                y += caption.line
    if buttons:
        for place in layout.places:
            box = place.rect.translated(rect.topLeft())
            paint_action(painter, theme, box, place, hover=hover == place.action.key)


def paint_action(
    painter: QPainter, theme: Theme, box: QRectF, place: ActionPlace, *, hover: bool = False, pressed: bool = False
) -> None:
    """Draw one way out as a small button in `box`."""
    primary = place.action.primary
    if primary:
        fill = "brand_p" if pressed else "brand_h" if hover else "brand"
    else:
        fill = "pressed" if pressed else "hover" if hover else "surface"
    paint.rounded(
        painter, box, theme.px(9), theme.color(fill), None if primary else theme.color("line2")
    )
    face = theme.face("label_strong")
    wide = face.width(place.words)
    if place.show_key:
        wide += theme.px(8) + paint.keycap_width(theme, place.action.keycap)
    x = box.center().x() - wide / 2
    ink = theme.color("on_brand" if primary else "ink")
    x += paint.text_at(painter, x, box.center().y(), place.words, face, ink) + theme.px(8)
    if place.show_key:
        paint.keycap(painter, theme, x, box.center().y(), place.action.keycap, on_brand=primary)


def spoken(theme: Theme, note: Note) -> str:
    """The strip in one sentence, for screen readers."""
    parts = [theme.say(f"grade_{note.grade}"), note.title, note.body, note.basis]
    return "；".join(part for part in parts if part)
