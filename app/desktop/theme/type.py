"""Type: fonts by role, with the measures painters need."""

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

from app.records.resources import resource

FAMILIES = ["Inter Display", "Noto Sans SC", "Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC", "sans-serif"]
FILES = (
    "InterDisplay-Regular.ttf",
    "InterDisplay-Medium.ttf",
    "InterDisplay-SemiBold.ttf",
    "InterDisplay-Bold.ttf",
    "NotoSansSC-Regular.ttf",
    "NotoSansSC-Bold.ttf",
)
_GIVEN = "carriedFonts"
SMALLEST_PX = 12
# From here on digits are proportional and drawn tighter: a large amount with tabular digits falls apart.
DISPLAY_PX = 30
DISPLAY_TRACKING = -0.012


class Role(NamedTuple):
    """A use of type: its size in design pixels and its weight (500 and 600 pair with Regular and Bold Chinese)."""

    size: float
    weight: int


ROLES: dict[str, Role] = {
    "huge": Role(84, 600),
    "hero": Role(56, 600),
    "amount": Role(44, 600),
    "page": Role(26, 600),
    "pad": Role(22, 600),
    "section": Role(19, 600),
    "head": Role(16, 600),
    "title": Role(15, 600),
    "entry": Role(15, 500),
    "body": Role(14, 500),
    "body_strong": Role(14, 600),
    "label": Role(13, 500),
    "label_strong": Role(13, 600),
    "caption": Role(12, 500),
    "caption_strong": Role(12, 600),
}


def load_fonts(application: QCoreApplication) -> tuple[str, ...]:
    """Give Qt the carried font files once for an application; returns the files that could not be read."""
    # Noted on the application: asking Qt for its families takes longer than adding these.
    if application.property(_GIVEN):
        return ()
    application.setProperty(_GIVEN, True)
    return tuple(name for name in FILES if QFontDatabase.addApplicationFont(str(resource("fonts", name))) < 0)


class Face:
    """A font of one size and weight with its measures; made once per size and kept."""

    __slots__ = ("_widths", "font", "metrics", "px", "wraps")

    def __init__(self, px: int, weight: int) -> None:
        """`px` is the height in pixels after scaling."""
        font = QFont()
        font.setFamilies(FAMILIES)
        font.setPixelSize(px)
        font.setWeight(QFont.Weight(weight))
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        if px >= DISPLAY_PX:
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, px * DISPLAY_TRACKING)
        # Said both ways: a new QFont inherits the features of the application's font.
        font.setFeature(QFont.Tag("tnum"), 0 if px >= DISPLAY_PX else 1)
        self.px = px
        self.font = font
        self.metrics = QFontMetricsF(font)
        self._widths: dict[str, float] = {}
        self.wraps: dict[tuple[str, float], tuple[str, ...]] = {}
        """Lines of texts at a width, as `paint.wrapped` found them."""

    @property
    def line(self) -> int:
        """Height of one line box in pixels."""
        return round(self.px * 1.45)

    def width(self, text: str) -> float:
        """Advance of `text` in pixels; the last 512 texts are remembered."""
        known = self._widths.get(text)
        if known is None:
            if len(self._widths) >= 512:
                self._widths.clear()
            known = self._widths[text] = self.metrics.horizontalAdvance(text)
        return known

    def elided(self, text: str, width: float) -> str:
        """`text` shortened with an ellipsis at its end to fit `width` pixels."""
        if self.width(text) <= width + 0.5:
            return text
        return self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
