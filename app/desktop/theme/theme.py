"""The theme in force: what every widget and painter is given to look right, and the one signal that it changed."""

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Protocol
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QColor, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QApplication, QFrame, QScrollBar, QToolTip, QWidget
from shiboken6 import isValid

from app.desktop.theme.icons import Icons, IconWeight
from app.desktop.theme.phrases import Language, phrase
from app.desktop.theme.qss import style_sheets
from app.desktop.theme.scale import Scale, clamp
from app.desktop.theme.tokens import Mode, Tokens, tokens_of
from app.desktop.theme.type import ROLES, SMALLEST_PX, Face, load_fonts

_KEY_IN_WORDS = r"(?<![A-Za-z0-9])(?:Shift )?F(?:1[0-2]|[1-9])(?![0-9])"
# A pattern as words, which `re` compiles and keeps at its first use: few tills have another key layout.


class Part(Protocol):
    """Something of Qt's that looks another way under another theme."""

    def restyle(self) -> None:
        """Take on the sizes and words in force."""

    def recolour(self) -> None:
        """Take on the colours in force; everything is as large as before."""


class Theme(QObject):
    """Colours, sizes, faces and icons in force; passed to the constructor of every widget, which follows `changed`."""

    changing = Signal()
    """Another look comes: what nobody sees may be taken down now rather than follow it part by part."""
    changed = Signal()
    _entries = Signal(str)
    """The style sheet of fields in force; so for the next two. Qt's own slot takes it, and lets go with its widget."""
    _bars = Signal(str)
    _lists = Signal(str)

    def __init__(
        self,
        application: QApplication,
        mode: Mode = "light",
        scale: float = 1.0,
        *,
        touch: bool = False,
        motion: bool = True,
        language: Language = "zh",
        sheet: bool = True,
    ) -> None:
        """Load the fonts and dress `application`; `scale` is held between 0.9 and 1.8.

        Without `sheet` Qt's own widgets wait for `dress_whole`: the sheets cost 5 ms, and a page of painted parts does without.
        """
        super().__init__(application)
        self._application = application
        self._icons = Icons()
        self._faces: dict[tuple[float, int], Face] = {}
        self._colors: dict[str, QColor] = {}
        self._pixels: dict[float, int] = {}
        self._kept: dict[Hashable, QPixmap] = {}
        self._tokens = tokens_of(mode)
        self._scale = Scale(clamp(scale), touch)
        self._motion = motion
        self._language: Language = language
        self._keys: dict[str, str] = {}
        self._meant: dict[str, str] = {}
        self.missing_fonts = load_fonts(application)
        self._sheet = sheet
        self._sheets: dict[str, str] = {}
        self._parts: WeakKeyDictionary[Part, None] = WeakKeyDictionary()
        self._dress()

    # -- what is in force --------------------------------------------------------------------

    @property
    def tokens(self) -> Tokens:
        """The colours in force, as strings."""
        return self._tokens

    @property
    def mode(self) -> Mode:
        """`light` or `dark`."""
        return self._tokens.name

    @property
    def dark(self) -> bool:
        """Whether the dark theme is in force."""
        return self._tokens.name == "dark"

    @property
    def scale(self) -> Scale:
        """The size factor and touch profile in force."""
        return self._scale

    @property
    def motion(self) -> bool:
        """False when the person asked for less movement."""
        return self._motion

    @property
    def language(self) -> Language:
        """`zh` or `en`; every sentence on screen is chosen by it."""
        return self._language

    def say(self, key: str, **facts: object) -> str:
        """One of the parts' own phrases in the language in force."""
        return phrase(self._language, key, **facts)

    # -- changes -----------------------------------------------------------------------------

    def set_mode(self, mode: Mode) -> None:
        """Change between light and dark, live."""
        if mode != self._tokens.name:
            self.changing.emit()
            self._tokens = tokens_of(mode)
            self._colors.clear()
            self._kept.clear()
            self._dress()
            self._tell(only_colours=True)

    def set_scale(self, factor: float, *, touch: bool | None = None) -> None:
        """Change the size factor (0.9–1.8) and, if given, the touch profile, live."""
        scale = Scale(clamp(factor), self._scale.touch if touch is None else touch)
        if scale != self._scale:
            self.changing.emit()
            self._scale = scale
            self._faces.clear()
            self._pixels.clear()
            self._kept.clear()
            self._dress()
            self._tell()

    def set_language(self, language: Language) -> None:
        """Change the language, live: whoever gives words to widgets gives them anew on `changed`."""
        if language != self._language:
            self.changing.emit()
            self._language = language
            self._tell()

    def follow(self, part: Part) -> None:
        """Let a part be restyled or recoloured at every change, before `changed` is told, for as long as it lives.

        A page has hundreds of parts, and connecting each of them to the signal took a tenth of the page's making.
        """
        self._parts[part] = None

    def _tell(self, *, only_colours: bool = False) -> None:
        for told in self._parts.keyrefs():
            part = told()
            # Python may know a part for longer than Qt does.
            if part is None or not isValid(part):
                continue
            if only_colours:
                part.recolour()
            else:
                part.restyle()
        self.changed.emit()

    def set_motion(self, motion: bool) -> None:
        """Turn movement on or off."""
        self._motion = motion

    def set_keys(self, keys: Mapping[str, str]) -> None:
        """Another key layout: standard key → the physical key that bears its meaning, for those that lie elsewhere."""
        if dict(keys) != self._keys:
            self.changing.emit()
            self._keys = dict(keys)
            self._meant = {pressed: key for key, pressed in keys.items()}
            self._tell()

    # -- keys --------------------------------------------------------------------------------

    def key(self, name: str) -> str:
        """What is written on the physical key that bears the meaning of a standard key."""
        return self._keys.get(name, name)

    def meant(self, pressed: str) -> str:
        """The standard key whose meaning a physical key bears."""
        return self._meant.get(pressed, pressed)

    def told(self, words: str) -> str:
        """A sentence whose function keys are named as they lie for this person."""
        if not self._keys or "F" not in words:
            return words
        return re.sub(_KEY_IN_WORDS, lambda found: self._keys.get(found.group(), found.group()), words)

    # -- what painters ask -------------------------------------------------------------------

    def px(self, size: float) -> int:
        """Pixels for a size of the design."""
        known = self._pixels.get(size)
        if known is None:
            known = self._pixels[size] = self._scale.px(size)
        return known

    def target(self, size: float) -> int:
        """Pixels of something that is pressed (at least 28, or 44 in the touch profile)."""
        return self._scale.target(size)

    def duration(self, milliseconds: int) -> int:
        """How long a movement takes: 0 when less movement is asked for."""
        return milliseconds if self._motion else 0

    def color(self, name: str, alpha: float | None = None) -> QColor:
        """The colour of a token, or of a literal `#RRGGBB`; `alpha` from 0 to 1. Raises AttributeError for no token."""
        if alpha is not None:
            made = QColor(self.color(name))
            made.setAlphaF(alpha)
            return made
        known = self._colors.get(name)
        if known is None:
            known = self._colors[name] = QColor(name if name.startswith("#") else getattr(self._tokens, name))
        return known

    def face(self, role: str, size: float | None = None, weight: int | None = None) -> Face:
        """The face of a role, optionally at another design size or weight; never drawn below 12 pixels."""
        kind = ROLES[role]
        key = (kind.size if size is None else size, kind.weight if weight is None else weight)
        known = self._faces.get(key)
        if known is None:
            pixels = max(SMALLEST_PX, round(key[0] * self._scale.factor))
            known = self._faces[key] = Face(pixels, key[1])
        return known

    def icon(
        self, name: str, size: int, tone: str = "ink2", weight: IconWeight = "regular", ratio: float = 1.0
    ) -> QPixmap:
        """An icon `size` real pixels square in the colour of a token."""
        return self._icons.pixmap(name, size, self.color(tone), weight, ratio)

    def read_icon(self, name: str, weight: IconWeight = "regular") -> None:
        """Have an icon read that will be drawn soon, while nobody waits."""
        self._icons.read(name, weight)

    def kept(self, key: Hashable, draw: Callable[[], QPixmap]) -> QPixmap:
        """A picture by its name and sizes, drawn once for the colours and the scale in force."""
        known = self._kept.get(key)
        if known is None:
            known = self._kept[key] = draw()
        return known

    def _dress(self) -> None:
        """Give Qt's own widgets the palette, the font and their style sheets."""
        palette = QPalette()
        for role, token in (
            (QPalette.ColorRole.Window, "canvas"),
            (QPalette.ColorRole.Base, "surface"),
            (QPalette.ColorRole.AlternateBase, "sunken"),
            (QPalette.ColorRole.Button, "surface"),
            (QPalette.ColorRole.Text, "ink"),
            (QPalette.ColorRole.WindowText, "ink"),
            (QPalette.ColorRole.ButtonText, "ink"),
            (QPalette.ColorRole.PlaceholderText, "ink3"),
            (QPalette.ColorRole.Highlight, "brand"),
            (QPalette.ColorRole.HighlightedText, "on_brand"),
            (QPalette.ColorRole.Link, "brand_ink"),
            (QPalette.ColorRole.ToolTipBase, "toast"),
            (QPalette.ColorRole.ToolTipText, "toast_ink"),
        ):
            palette.setColor(role, self.color(token))
        self._application.setPalette(palette)
        QToolTip.setPalette(palette)
        self._application.setFont(self.face("body").font)
        if self._sheet:
            self._give_sheets()

    def _give_sheets(self) -> None:
        self._sheets = style_sheets(self._tokens, self._scale)
        for told, part in ((self._entries, "entry"), (self._bars, "bar"), (self._lists, "list")):
            told.emit(self._sheets[part])

    def dress_whole(self) -> None:
        """Give Qt's own widgets the style sheets that were left out at first."""
        if not self._sheet:
            self._sheet = True
            self._give_sheets()

    # Only Qt's own widgets are dressed, each by itself: a sheet of the application or of a window makes Qt look up its rules for every
    # painted part that is made, shown, moved or changed, which was a third of a page's opening and most of a change of theme.

    def dress_entry(self, field: QWidget) -> None:
        """A field to type in follows the theme."""
        self._follow(field, self._entries, "entry")

    def dress_area(self, area: QAbstractScrollArea) -> None:
        """What scrolls has no frame and no ground of its own, and the theme's scroll bars; a list's rows have the theme's ink."""
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.viewport().setAutoFillBackground(False)
        if isinstance(area, QAbstractItemView):
            self._follow(area, self._lists, "list")
        for bar in (area.verticalScrollBar(), area.horizontalScrollBar()):
            _Bar(self, bar)

    def dress_tip(self, widget: QWidget) -> None:
        """What is said of a widget under the pointer stands on the theme's ground; asked when the pointer comes, for few are ever read."""
        tip = self._sheets.get("tip", "")
        if widget.styleSheet() != tip:
            widget.setStyleSheet(tip)

    def dress_bar(self, bar: QScrollBar) -> None:
        """A scroll bar follows the theme."""
        self._follow(bar, self._bars, "bar")

    def _follow(self, widget: QWidget, told: SignalInstance, part: str) -> None:
        if self._sheets:
            widget.setStyleSheet(self._sheets[part])
        told.connect(widget.setStyleSheet)


class _Bar(QObject):
    """Dresses a scroll bar once there is something to scroll: a sheet takes longer than most lists, and most have nothing to scroll."""

    def __init__(self, theme: Theme, bar: QScrollBar) -> None:
        super().__init__(bar)
        self._theme, self._bar = theme, bar
        if bar.minimum() < bar.maximum():
            theme.dress_bar(bar)
        else:
            # Qt shows the bar a turn later than it tells this.
            bar.rangeChanged.connect(self._ranged)

    def _ranged(self, least: int, most: int) -> None:
        if least < most:
            self._bar.rangeChanged.disconnect(self._ranged)
            self._theme.dress_bar(self._bar)
