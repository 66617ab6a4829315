"""Painters of the small parts that widgets and list delegates share; each takes the theme and real pixels.

Sizes written as plain numbers here are sizes of the design and go through `theme.px`. Every painter leaves
the pen, brush and font changed, and never saves or restores the painter unless it clips.
"""

from collections.abc import Sequence
from enum import Enum
from math import ceil
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPainterPath, QPen, QPixmap

from app.desktop.theme.icons import IconWeight
from app.desktop.theme.theme import Theme
from app.desktop.theme.type import Face

Align = Literal["left", "right", "center"]

NO_PEN = Qt.PenStyle.NoPen
NO_BRUSH = Qt.BrushStyle.NoBrush
# The eye centres text on the body of its digits and characters, not on the ascent of the font.
OPTICAL_BASELINE = 0.36
MINUS = "\u2212"
YUAN = "¥"
# From this size the currency sign and the decimals shrink, so that the eye lands on the yuan.
MONEY_STEPS_FROM, MONEY_SIGN, MONEY_DECIMALS = 22, 0.58, 0.66


class Mark(Enum):
    """Class marks of a product, in their official shapes."""

    RX = "rx"
    OTC_RED = "otc_red"
    OTC_GREEN = "otc_green"
    HEALTH_FOOD = "health_food"
    DEVICE = "device"
    EPHEDRINE = "ephedrine"
    INSURANCE_A = "insurance_a"
    INSURANCE_B = "insurance_b"
    COLD_CHAIN = "cold_chain"


def mark_name(theme: Theme, kind: Mark) -> str:
    """The class in full words, for screen readers and tool tips."""
    return theme.say(f"name_{kind.value}")


# -- strokes and grounds -------------------------------------------------------------------------


_SMOOTH = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing | QPainter.RenderHint.SmoothPixmapTransform


def smooth(painter: QPainter) -> None:
    """Turn on smooth edges, text and pixmaps."""
    painter.setRenderHints(_SMOOTH)


def inner(rect: QRectF, by: float = 0.5) -> QRectF:
    """`rect` drawn in by `by` on each side, so that a one-pixel line falls on whole pixels."""
    return rect.adjusted(by, by, -by, -by)


def rounded(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    fill: QColor | QBrush | None = None,
    line: QColor | None = None,
    width: float = 1,
) -> None:
    """A rounded rectangle; its line lies wholly inside `rect`."""
    painter.setPen(QPen(line, width) if line is not None else NO_PEN)
    painter.setBrush(NO_BRUSH if fill is None else fill)
    painter.drawRoundedRect(inner(rect, width / 2) if line is not None else rect, radius, radius)


def panel(
    painter: QPainter,
    theme: Theme,
    rect: QRectF,
    *,
    fill: str | None = "surface",
    line: str | None = "line",
    radius: float = 12,
    bar: str | None = None,
    dashed: bool = False,
) -> None:
    """A rounded surface with a hairline and, if asked, a 4-pixel bar of colour on its left."""
    corner = theme.px(radius)
    edge = inner(rect)
    if fill is not None:
        painter.setPen(NO_PEN)
        painter.setBrush(theme.color(fill))
        painter.drawRoundedRect(edge, corner, corner)
    if bar is not None:
        path = QPainterPath()
        path.addRoundedRect(edge, corner, corner)
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(QRectF(rect.left(), rect.top(), theme.px(4), rect.height()), theme.color(bar))
        painter.restore()
    if line is not None:
        pen = QPen(theme.color(line), 1)
        if dashed:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(NO_BRUSH)
        painter.drawRoundedRect(edge, corner, corner)


def focus_ring(painter: QPainter, theme: Theme, rect: QRectF, radius: float) -> None:
    """The ring of keyboard focus, just inside `rect`; `radius` in real pixels is that of the part it surrounds."""
    rounded(painter, rect, radius, None, theme.color("focus"), theme.px(2))


def hairline(painter: QPainter, theme: Theme, x: float, y: float, width: float, *, dashed: bool = False) -> None:
    """A one-pixel line to the right from (x, y)."""
    if not dashed:
        painter.fillRect(QRectF(x, y, width, 1), theme.color("line"))
        return
    pen = QPen(theme.color("line2"), 1)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.drawLine(QPointF(x, y + 0.5), QPointF(x + width, y + 0.5))


def shadow_pixmap(theme: Theme, radius: float, spread: float = 24) -> QPixmap:
    """A soft shadow of a rounded box, to be cut in nine by `shadow`; drawn once."""
    return theme.kept(("shadow", radius, spread), lambda: _shadow_pixmap(theme, radius, spread))


def _shadow_pixmap(theme: Theme, radius: float, spread: float) -> QPixmap:
    reach, corner = theme.px(spread), theme.px(radius)
    side = 2 * (reach + corner) + 3
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    smooth(painter)
    painter.setPen(NO_PEN)
    full = theme.color("shadow")
    laid = 0.0
    for step in range(reach):
        # Each smaller ring is laid on the last; together they rise with the square of the depth.
        wanted = full.alphaF() * ((step + 1) / reach) ** 2
        ring = QColor(full)
        ring.setAlphaF((wanted - laid) / (1 - laid))
        laid = wanted
        painter.setBrush(ring)
        painter.drawRoundedRect(
            QRectF(step, step, side - 2 * step, side - 2 * step), corner + reach - step, corner + reach - step
        )
    painter.end()
    return pixmap


def shadow(painter: QPainter, theme: Theme, pixmap: QPixmap, rect: QRectF, radius: float, spread: float = 24) -> None:
    """Lay the shadow of `shadow_pixmap` (same radius and spread) round `rect`, fallen by a quarter of its reach."""
    reach = theme.px(spread)
    cut = reach + theme.px(radius) + 1
    fall = round(reach / 4)
    outer = rect.adjusted(-reach, fall - reach, reach, fall + reach).toAlignedRect()
    middle = pixmap.width() - 2 * cut
    columns = ((outer.left(), cut), (outer.left() + cut, outer.width() - 2 * cut), (outer.right() + 1 - cut, cut))
    rows = ((outer.top(), cut), (outer.top() + cut, outer.height() - 2 * cut), (outer.bottom() + 1 - cut, cut))
    sources = ((0, cut), (cut, middle), (cut + middle, cut))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    hidden = fall <= theme.px(radius)
    for column, ((x, width), (source_x, source_width)) in enumerate(zip(columns, sources, strict=True)):
        for row, ((y, height), (source_y, source_height)) in enumerate(zip(rows, sources, strict=True)):
            if hidden and column == row == 1:
                # What the box itself covers, by far the largest piece.
                continue
            painter.drawPixmap(QRect(x, y, width, height), pixmap, QRect(source_x, source_y, source_width, source_height))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)


def hatch(painter: QPainter, theme: Theme, rect: QRectF, ground: str, stripe: str) -> None:
    """Diagonal stripes: the ground of training mode."""
    painter.save()
    painter.setClipRect(rect)
    painter.fillRect(rect, theme.color(ground))
    step = theme.px(18)
    painter.setPen(QPen(theme.color(stripe), step / 2))
    x = rect.left() - rect.height() - step
    while x < rect.right() + step:
        painter.drawLine(QPointF(x, rect.bottom() + step), QPointF(x + rect.height() + 2 * step, rect.top() - step))
        x += step
    painter.restore()


# -- text, icons, money --------------------------------------------------------------------------


def icon(
    painter: QPainter,
    theme: Theme,
    name: str,
    x: float,
    middle: float,
    size: float,
    tone: str,
    weight: IconWeight = "regular",
) -> float:
    """An icon of a design size, its left at `x`, centred on `middle`; returns its width in pixels."""
    side = theme.px(size)
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    painter.drawPixmap(QPointF(round(x), round(middle - side / 2)), theme.icon(name, side, tone, weight, ratio))
    return float(side)


def text(
    painter: QPainter,
    rect: QRectF,
    words: str,
    face: Face,
    color: QColor,
    align: Align = "left",
    *,
    elide: bool = False,
) -> float:
    """One line of text, optically centred in the height of `rect`; returns the width drawn."""
    if elide:
        words = face.elided(words, rect.width())
    width = face.width(words)
    x = rect.left()
    if align == "right":
        x = rect.right() - width
    elif align == "center":
        x = rect.center().x() - width / 2
    painter.setFont(face.font)
    painter.setPen(color)
    painter.drawText(QPointF(x, rect.center().y() + face.px * OPTICAL_BASELINE), words)
    return width


def text_at(painter: QPainter, x: float, middle: float, words: str, face: Face, color: QColor) -> float:
    """One line of text from `x`, optically centred on `middle`; returns its width."""
    painter.setFont(face.font)
    painter.setPen(color)
    painter.drawText(QPointF(x, middle + face.px * OPTICAL_BASELINE), words)
    return face.width(words)


def wrapped(words: str, face: Face, width: float) -> tuple[str, ...]:
    """`words` cut into lines that fit `width`: between any two Chinese characters, at spaces between Latin ones."""
    known = face.wraps.get((words, width))
    if known is None:
        if len(face.wraps) >= KEPT_WRAPS:
            face.wraps.clear()
        known = face.wraps[words, width] = _wrapped(words, face, width)
    return known


KEPT_WRAPS = 512
"""Texts whose lines are remembered per face: a scan asks again for those of every row on screen."""


def _wrapped(words: str, face: Face, width: float) -> tuple[str, ...]:
    if "\n" not in words and face.width(words) <= width:
        return (words.rstrip(),)
    lines: list[str] = []
    for paragraph in words.split("\n"):
        line = ""
        for word in _breakable(paragraph):
            if line and face.width(line + word.rstrip()) > width:
                lines.append(line.rstrip())
                line = word.lstrip()
            else:
                line += word
        lines.append(line.rstrip())
    return tuple(lines)


_NEVER_FIRST = "，。、；：！？）》」』】〕”’·%,.;:!?)"


def _breakable(paragraph: str) -> list[str]:
    """The pieces between which a line may be broken."""
    pieces: list[str] = []
    for letter in paragraph:
        wide = ord(letter) >= 0x2E80
        joins = bool(pieces) and (
            letter in _NEVER_FIRST or (not wide and pieces[-1][-1] != " " and ord(pieces[-1][-1]) < 0x2E80)
        )
        if joins:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def signed_count(count: int) -> str:
    """`+1,234` or `−12`: by how much something changes, with U+2212."""
    return f"{count:+,}".replace("-", MINUS)


def money_text(fen: int, *, plus: bool = False) -> str:
    """`¥1,234.50`, with U+2212 before negative amounts and `+` before positive ones if asked."""
    sign = MINUS if fen < 0 else ("+" if plus and fen > 0 else "")
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}{YUAN}{yuan:,}.{rest:02d}"


def _money_parts(theme: Theme, fen: int, size: float, weight: int, plus: bool) -> list[tuple[str, Face]]:
    whole = money_text(fen, plus=plus)
    cut = whole.index(YUAN) + 1
    large = theme.face("body", size, weight)
    if size < MONEY_STEPS_FROM:
        return [(whole[:cut], large), (whole[cut:], large)]
    point = whole.index(".")
    sign, decimals = theme.face("body", size * MONEY_SIGN, weight), theme.face("body", size * MONEY_DECIMALS, weight)
    return [(whole[:cut], sign), (whole[cut:point], large), (whole[point:], decimals)]


def money_width(theme: Theme, fen: int, size: float = 15, weight: int = 600, *, plus: bool = False) -> float:
    """Width of an amount in pixels."""
    gap = theme.px(2) if size >= MONEY_STEPS_FROM else theme.px(1)
    return gap + sum(face.width(part) for part, face in _money_parts(theme, fen, size, weight, plus))


def money(
    painter: QPainter,
    theme: Theme,
    rect: QRectF,
    fen: int,
    *,
    size: float = 15,
    tone: str = "ink",
    align: Align = "right",
    weight: int = 600,
    plus: bool = False,
) -> float:
    """An amount in fen; from 22 pixels the sign and decimals are smaller. Returns its width in pixels."""
    parts = _money_parts(theme, fen, size, weight, plus)
    gap = theme.px(2) if size >= MONEY_STEPS_FROM else theme.px(1)
    width = gap + sum(face.width(part) for part, face in parts)
    x = rect.left()
    if align == "right":
        x = rect.right() - width
    elif align == "center":
        x = rect.center().x() - width / 2
    baseline = rect.center().y() + parts[1][1].px * OPTICAL_BASELINE
    painter.setPen(theme.color(tone))
    for order, (part, face) in enumerate(parts):
        painter.setFont(face.font)
        painter.drawText(QPointF(x, baseline), part)
        x += face.width(part) + (gap if order == 0 else 0)
    return width


def look_alike(
    painter: QPainter,
    theme: Theme,
    x: float,
    middle: float,
    name: str,
    spans: Sequence[tuple[int, int]],
    *,
    size: float = 15,
    tone: str = "ink",
    choosing: bool = False,
    matched: Sequence[tuple[int, int]] = (),
) -> float:
    """A product name whose characters in `spans` (start, end) differ from a look-alike's: underlined, and heavier.

    `choosing` marks them in the warning red too, for the moment of choice; in the cart the line stays neutral.
    What of the rest stands in `matched` was typed, and has the brand's colour.
    Returns the width in pixels.
    """
    plain = theme.face("title", size)
    heavy = theme.face("title", size, 700)
    start = x
    at = 0
    for first, last in (*spans, (len(name), len(name))):
        for begin, end, ink in _inks(at, first, matched, tone):
            x += text_at(painter, x, middle, name[begin:end], plain, theme.color(ink))
        if first < last:
            ink = "lasa" if choosing else tone
            width = text_at(painter, x, middle, name[first:last], heavy, theme.color(ink))
            painter.fillRect(
                QRectF(x, round(middle + plain.px * 0.62), width, theme.px(2)), theme.color(ink)
            )
            x += width
        at = max(at, last)
    return x - start


def _inks(begin: int, end: int, matched: Sequence[tuple[int, int]], tone: str) -> list[tuple[int, int, str]]:
    """The pieces from `begin` to `end`, each in `tone` or, where it was typed, in the brand's colour."""
    pieces: list[tuple[int, int, str]] = []
    for first, last in matched:
        first, last = max(first, begin), min(last, end)
        if first < last:
            if begin < first:
                pieces.append((begin, first, tone))
            pieces.append((first, last, "brand_ink"))
            begin = last
    return [*pieces, (begin, end, tone)] if begin < end else pieces


def look_alike_width(theme: Theme, name: str, spans: Sequence[tuple[int, int]], *, size: float = 15) -> float:
    """Width of `look_alike` in pixels."""
    plain, heavy = theme.face("title", size), theme.face("title", size, 700)
    width, at = 0.0, 0
    for first, last in (*spans, (len(name), len(name))):
        width += plain.width(name[at:first]) + heavy.width(name[first:last])
        at = max(at, last)
    return width


# -- marks, pills, keycaps -----------------------------------------------------------------------


def mark_width(theme: Theme, kind: Mark) -> int:
    """Width of a class mark in pixels."""
    if kind in (Mark.OTC_RED, Mark.OTC_GREEN):
        return theme.px(36)
    if kind is Mark.RX:
        return theme.px(26)
    face = theme.face("caption", 12, 600)
    return round(face.width(theme.say(f"mark_{kind.value}"))) + theme.px(10)


def mark(painter: QPainter, theme: Theme, x: float, middle: float, kind: Mark, height: float = 18) -> int:
    """One class mark, its left at `x`; returns its width in pixels."""
    width, tall = mark_width(theme, kind), theme.px(height)
    box = QRectF(round(x), round(middle - tall / 2), width, tall)
    corner = theme.px(4)
    face = theme.face("caption", 12, 600)
    if kind in (Mark.OTC_RED, Mark.OTC_GREEN):
        painter.setPen(NO_PEN)
        painter.setBrush(theme.color("otc_a" if kind is Mark.OTC_RED else "otc_b"))
        painter.drawEllipse(box.adjusted(0, 0.5, 0, -0.5))
        face, ink = theme.face("caption", 12, 700), "mark_ink"
    elif kind is Mark.RX:
        rounded(painter, box, corner, theme.color("mark_rx"))
        face, ink = theme.face("caption", 12, 700), "mark_ink"
    elif kind in (Mark.HEALTH_FOOD, Mark.DEVICE):
        ink = "food" if kind is Mark.HEALTH_FOOD else "device"
        rounded(painter, box, corner, None, theme.color(ink))
    elif kind is Mark.EPHEDRINE:
        rounded(painter, box, corner, theme.color("warn_t"))
        ink = "warn_ink"
    elif kind is Mark.COLD_CHAIN:
        rounded(painter, box, corner, None, theme.color("info"))
        ink = "info_ink"
    else:
        rounded(painter, box, corner, theme.color("info_t"))
        ink = "info_ink"
    text(painter, box, theme.say(f"mark_{kind.value}"), face, theme.color(ink), "center")
    return width


def marks(
    painter: QPainter, theme: Theme, x: float, middle: float, kinds: Sequence[Mark], height: float = 18, gap: float = 7
) -> float:
    """A row of class marks from `x`; returns where it ends."""
    for order, kind in enumerate(kinds):
        if order:
            x += theme.px(gap)
        x += mark(painter, theme, x, middle, kind, height)
    return x


def marks_width(theme: Theme, kinds: Sequence[Mark], gap: float = 7) -> int:
    """Width of `marks` in pixels."""
    return sum(mark_width(theme, kind) for kind in kinds) + theme.px(gap) * max(0, len(kinds) - 1)


class PillColors(NamedTuple):
    """Token names of a pill: its ground, its text and its hairline."""

    fill: str | None
    ink: str
    line: str | None


PillKind = Literal["tint", "line", "solid"]
TONES = ("brand", "info", "rx", "warn", "bad", "good", "gold")


def pill_colors(tone: str, kind: PillKind = "tint") -> PillColors:
    """What a pill of a tone (one of TONES, `promo` or `mute`) is painted with."""
    if tone == "mute":
        return PillColors("hover", "ink2", None) if kind == "tint" else PillColors("surface", "ink2", "line2")
    if tone == "promo":
        return PillColors("bad_t", "promo", None) if kind == "tint" else PillColors("surface", "promo", "bad_l")
    if kind == "solid":
        return PillColors(tone, "on_brand", None)
    if kind == "line":
        return PillColors(None, f"{tone}_ink", f"{tone}_l")
    return PillColors(f"{tone}_t", f"{tone}_ink", None)


def pill_width(theme: Theme, words: str, *, icon_name: str = "", role: str = "caption_strong", pad: float = 8) -> int:
    """Width of `pill` in pixels."""
    extra = theme.px(14) + theme.px(4) if icon_name else 0
    return round(theme.face(role).width(words)) + 2 * theme.px(pad) + extra + 1


def pill(
    painter: QPainter,
    theme: Theme,
    x: float,
    middle: float,
    words: str,
    *,
    tone: str = "brand",
    kind: PillKind = "tint",
    icon_name: str = "",
    icon_weight: IconWeight = "bold",
    height: float = 22,
    role: str = "caption_strong",
    radius: float | None = None,
    pad: float = 8,
) -> int:
    """A pill (or, with a radius, a chip) with its left at `x`; returns its width in pixels."""
    width, tall = pill_width(theme, words, icon_name=icon_name, role=role, pad=pad), theme.px(height)
    box = QRectF(round(x), round(middle - tall / 2), width, tall)
    colors = pill_colors(tone, kind)
    rounded(
        painter,
        box,
        tall / 2 if radius is None else theme.px(radius),
        theme.color(colors.fill) if colors.fill else None,
        theme.color(colors.line) if colors.line else None,
    )
    at = box.left() + theme.px(pad)
    if icon_name:
        at += icon(painter, theme, icon_name, at, box.center().y(), 14, colors.ink, icon_weight) + theme.px(4)
    text_at(painter, at, box.center().y(), words, theme.face(role), theme.color(colors.ink))
    return width


def keycap_width(theme: Theme, key: str, height: float = 20, *, literal: bool = False) -> int:
    """Width of a keycap in pixels; `literal` names the physical key itself."""
    words = key if literal else theme.key(key)
    return max(theme.px(height + 6), round(theme.face("caption", 12, 600).width(words)) + theme.px(12))


def keycap(
    painter: QPainter,
    theme: Theme,
    x: float,
    middle: float,
    key: str,
    *,
    height: float = 20,
    on_brand: bool = False,
    literal: bool = False,
) -> int:
    """The picture of the key that bears a standard key's meaning, so that people learn it; returns its width in pixels."""
    width, tall = keycap_width(theme, key, height, literal=literal), theme.px(height)
    box = QRectF(round(x), round(middle - tall / 2), width, tall)
    if on_brand:
        fill, line, ink = theme.color("on_brand", 0.14), theme.color("on_brand", 0.4), theme.color("on_brand")
    else:
        fill, line, ink = theme.color("key"), theme.color("keyline"), theme.color("ink2")
    rounded(painter, box, theme.px(5), fill, line)
    text(painter, box, key if literal else theme.key(key), theme.face("caption", 12, 600), ink, "center")
    return width


def badge(painter: QPainter, theme: Theme, x: float, y: float, words: str, *, fill: str, ring: str) -> None:
    """A count in a filled pill with a ring in the colour of its ground; (x, y) is its top left."""
    face = theme.face("caption", 12, 600)
    tall = theme.px(18)
    box = QRectF(x, y, max(tall, round(face.width(words)) + theme.px(9)), tall)
    rim = theme.px(2)
    rounded(painter, box.adjusted(-rim, -rim, rim, rim), tall / 2 + rim, theme.color(ring))
    rounded(painter, box, tall / 2, theme.color(fill))
    text(painter, box, words, face, theme.color("badge_ink"), "center")


def avatar(painter: QPainter, theme: Theme, box: QRectF, letter: str, tone: str) -> None:
    """A round initial on a tint."""
    plain = tone == "mute"
    painter.setPen(QPen(theme.color("line2" if plain else f"{tone}_l"), 1))
    painter.setBrush(theme.color("sunken" if plain else f"{tone}_t"))
    painter.drawEllipse(inner(box))
    face = theme.face("head", box.height() / theme.scale.factor * 0.42, 600)
    text(painter, box, letter, face, theme.color("ink2" if plain else f"{tone}_ink"), "center")


def logo(painter: QPainter, theme: Theme, box: QRectF) -> None:
    """The product's sign: a pill on a green tile; drawn once, for Qt shares the slope of colours out to threads and waits for them."""
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    size = box.size()

    def draw() -> QPixmap:
        drawn = QPixmap(ceil(size.width() * ratio), ceil(size.height() * ratio))
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        inside = QPainter(drawn)
        smooth(inside)
        _logo(inside, theme, QRectF(QPointF(0, 0), size))
        inside.end()
        return drawn

    key = ("logo", size.width(), size.height(), ratio)
    painter.drawPixmap(QPointF(round(box.left()), round(box.top())), theme.kept(key, draw))


def _logo(painter: QPainter, theme: Theme, box: QRectF) -> None:
    ground = QLinearGradient(box.topLeft(), box.bottomRight())
    ground.setColorAt(0, theme.color("logo_a"))
    ground.setColorAt(1, theme.color("logo_b"))
    rounded(painter, box, box.height() * 0.3, QBrush(ground))
    size = box.height() * 0.6 / theme.scale.factor
    icon(painter, theme, "pill", box.center().x() - theme.px(size) / 2, box.center().y(), size, "logo_ink", "fill")


# -- stepper -------------------------------------------------------------------------------------


class StepperParts:
    """Where the parts of a stepper are, for the hit test of a delegate."""

    __slots__ = ("count", "minus", "plus")

    def __init__(self, minus: QRectF, count: QRectF, plus: QRectF) -> None:
        self.minus, self.count, self.plus = minus, count, plus


def stepper_parts(theme: Theme, rect: QRectF) -> StepperParts:
    """The three parts of a stepper filling `rect`."""
    side = min(rect.width() / 3, float(theme.px(38)))
    return StepperParts(
        QRectF(rect.left(), rect.top(), side, rect.height()),
        QRectF(rect.left() + side, rect.top(), rect.width() - 2 * side, rect.height()),
        QRectF(rect.right() - side, rect.top(), side, rect.height()),
    )


def stepper(
    painter: QPainter,
    theme: Theme,
    rect: QRectF,
    count: str,
    *,
    tone: str | None = None,
    can_fall: bool = True,
    can_rise: bool = True,
    hover: Literal["minus", "count", "plus"] | None = None,
    fill: str = "surface",
) -> None:
    """Minus, a count, plus; `tone` (`warn`, `bad`) colours the edge and the count of an unusual quantity."""
    parts = stepper_parts(theme, rect)
    corner = theme.px(8)
    rounded(painter, rect, corner, theme.color(fill))
    if hover is not None:
        area = {"minus": parts.minus, "count": parts.count, "plus": parts.plus}[hover]
        path = QPainterPath()
        path.addRoundedRect(rect, corner, corner)
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(area, theme.color("hover"))
        painter.restore()
    rounded(painter, rect, corner, None, theme.color(tone or "line2"), 1.5 if tone else 1)
    middle = rect.center().y()
    side = theme.px(14)
    for part, name, able in ((parts.minus, "minus", can_fall), (parts.plus, "plus", can_rise)):
        icon(painter, theme, name, part.center().x() - side / 2, middle, 14, "ink2" if able else "off", "bold")
    ink = "ink" if tone is None else f"{tone}_ink"
    text(painter, rect, count, theme.face("head"), theme.color(ink), "center")


# -- small pictures ------------------------------------------------------------------------------


def toggle(painter: QPainter, theme: Theme, rect: QRectF, *, on: bool, enabled: bool = True, down: bool = False) -> None:
    """A switch filling `rect`; `down` while it is pressed."""
    ground = (("brand_p" if down else "brand") if on else "ink3" if down else "ctl") if enabled else "line2"
    rounded(painter, rect, rect.height() / 2, theme.color(ground))
    margin = theme.px(3)
    side = rect.height() - 2 * margin
    x = rect.right() - margin - side if on else rect.left() + margin
    painter.setBrush(theme.color("knob"))
    painter.drawEllipse(QRectF(x, rect.top() + margin, side, side))


def sparkline(
    painter: QPainter,
    theme: Theme,
    rect: QRectF,
    values: Sequence[float],
    *,
    tone: str = "brand",
    band: tuple[float, float] | None = None,
) -> None:
    """A line through `values` with the target band behind it and a dot on the newest."""
    if len(values) < 2:
        return
    margin = theme.px(5)
    low, high = min(values), max(values)
    if band is not None:
        low, high = min(low, band[0]), max(high, band[1])
    tall, wide = rect.height() - 2 * margin, rect.width() - 2 * margin

    def at(value: float) -> float:
        return rect.top() + margin + tall - (value - low) / ((high - low) or 1) * tall

    if band is not None:
        ground = theme.color("good_l", 0.45) if theme.dark else theme.color("good_t")
        rounded(painter, QRectF(rect.left(), at(band[1]), rect.width(), at(band[0]) - at(band[1])), theme.px(3), ground)
    points = [
        QPointF(rect.left() + margin + wide * order / (len(values) - 1), at(value))
        for order, value in enumerate(values)
    ]
    painter.setPen(
        QPen(
            theme.color(tone), theme.px(2), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        )
    )
    painter.setBrush(NO_BRUSH)
    painter.drawPolyline(points)
    painter.setBrush(theme.color(tone))
    painter.setPen(QPen(theme.color("surface"), theme.px(1.5)))
    painter.drawEllipse(points[-1], theme.px(4), theme.px(4))
