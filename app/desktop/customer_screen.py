"""The customer's screen: a window of its own on the second display, drawn from the customer's view of the sale and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPen, QRadialGradient
from PySide6.QtWidgets import QWidget

from app.counter.customer_view import CustomerLine, CustomerView
from app.desktop import wording
from app.desktop.theme import Theme, paint
from app.desktop.theme.icons import IconWeight
from app.desktop.theme.paint import Align
from app.desktop.theme.scale import DESIGN_HEIGHT, DESIGN_WIDTH
from app.desktop.theme.tokens import LIGHT
from app.desktop.theme.type import Face
from app.devices.symbols import qr_modules

PANEL_SHARE = 500 / DESIGN_WIDTH
"""The dark side's part of the width while something is being sold."""
ROW = 84
HEAD, FOOT = 86, 68
SMALL = 20
"""Smallest type on this screen, in design pixels: it is read from two metres."""
SMALLEST = 18
"""Its size in real pixels on the smallest screen, 1024×600."""
QUIET = 4
"""Empty modules round a QR code."""
_GLOW_INK = "#BFE6D8"
_SAVED_INK = "#FFC9B8"
_TILE_INK = "#7FE0C1"


@dataclass(frozen=True, slots=True)
class Service:
    """Something the shop does for people, on the idle screen."""

    icon: str
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class ShopFace:
    """What the screen says about the shop: facts, no sale in them."""

    name: str
    branch: str
    clock: str
    headline: str
    second_line: str
    pharmacist: str = ""
    """The pharmacist on duty, '' for nobody."""
    services: tuple[Service, ...] = ()
    join_code: str = ""
    """Text of the code to become a member, '' for none."""


class CustomerScreen(QWidget):
    """Idle, selling, paying, thanks; it never takes the keyboard, and always has the light colours whatever the cashier's theme."""

    def __init__(self, theme: Theme) -> None:
        """A window of its own; `show_view` fills it."""
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowDoesNotAcceptFocus | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._theme = theme
        self._view = CustomerView()
        self._shop = ShopFace("", "", "", "", "")
        self._faces: dict[tuple[float, int], Face] = {}
        self._factor = 1.0
        theme.changed.connect(self.update)

    @property
    def view(self) -> CustomerView:
        """What is shown of the sale."""
        return self._view

    def show_view(self, view: CustomerView, shop: ShopFace) -> None:
        """Show another state; nothing is drawn where nothing differs."""
        if (view, shop) != (self._view, self._shop):
            self._view, self._shop = view, shop
            self.setAccessibleName(
                f"{shop.name} {self._say('customer_please')} {paint.money_text(view.due_fen)}" if view.lines else shop.name
            )
            self.update()

    def sizeHint(self) -> QSize:
        """The size it is drawn for."""
        return QSize(DESIGN_WIDTH, DESIGN_HEIGHT)

    # ------------------------------------------------------------------ measures

    def _px(self, size: float) -> float:
        return size * self._factor

    def _face(self, size: float, weight: int = 500) -> Face:
        key = (size, weight)
        if key not in self._faces:
            # On a small screen the small type shrinks less than the rest.
            self._faces[key] = Face(max(round(size * self._factor), min(round(size), SMALLEST)), weight)
        return self._faces[key]

    def _say(self, key: str, **facts: object) -> str:
        return wording.words(key, self._theme.language, **facts)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the state in force at the size of the screen."""
        factor = min(self.width() / DESIGN_WIDTH, self.height() / DESIGN_HEIGHT)
        if factor != self._factor:
            self._factor = factor
            self._faces.clear()
        painter = QPainter(self)
        paint.smooth(painter)
        whole = QRectF(self.rect())
        match self._view.state:
            case "idle":
                self._paint_idle(painter, whole)
            case "thanks":
                self._paint_thanks(painter, whole)
            case _:
                side = round(whole.width() * PANEL_SHARE)
                self._paint_lines(painter, QRectF(0, 0, whole.width() - side, whole.height()))
                self._paint_sums(painter, QRectF(whole.width() - side, 0, side, whole.height()))
        painter.end()

    # ------------------------------------------------------------------ parts

    def _words(
        self, painter: QPainter, x: float, middle: float, words: str, size: float, color: str, weight: int = 500, align: Align = "left",
        room: float = 0,
    ) -> float:  # fmt: skip
        """A line of text at real pixels `x` (its left, right or centre); shortened where `room` says so."""
        face = self._face(size, weight)
        if room and align == "left":
            words = face.elided(words, room)
        wide = face.width(words)
        left = x - (wide if align == "right" else wide / 2 if align == "center" else 0)
        return paint.text_at(painter, left, middle, words, face, QColor(color))

    def _money(self, painter: QPainter, x: float, middle: float, fen: int, size: float, color: str, *, align: Align = "right") -> None:
        """An amount whose sign and decimals are smaller, on one baseline."""
        whole = paint.money_text(fen)
        cut, point = whole.index(paint.YUAN) + 1, whole.index(".")
        parts = (
            (whole[:cut], self._face(size * paint.MONEY_SIGN, 600)),
            (whole[cut:point], self._face(size, 600)),
            (whole[point:], self._face(size * paint.MONEY_DECIMALS, 600)),
        )
        gap = self._px(2)
        wide = gap + sum(face.width(part) for part, face in parts)
        left = x - (wide if align == "right" else wide / 2 if align == "center" else 0)
        baseline = middle + parts[1][1].px * paint.OPTICAL_BASELINE
        painter.setPen(QColor(color))
        for order, (part, face) in enumerate(parts):
            painter.setFont(face.font)
            painter.drawText(QPointF(left, baseline), part)
            left += face.width(part) + (gap if order == 0 else 0)

    def _icon(self, painter: QPainter, name: str, box: QRectF, color: str, weight: IconWeight = "regular") -> None:
        ratio = self.devicePixelRatioF()
        picture = self._theme.icon(name, round(box.width()), color, weight, ratio)
        painter.drawPixmap(box.topLeft(), picture)

    def _ground(self, painter: QPainter, rect: QRectF) -> None:
        """The slope of greens of the sign-in page, with its glow in the upper right corner."""
        painter.save()
        painter.setClipRect(rect)
        slope = QLinearGradient(rect.topLeft(), QPointF(rect.left() + rect.width() * 0.5, rect.bottom()))
        slope.setColorAt(0, QColor(LIGHT.hero_b))
        slope.setColorAt(1, QColor(LIGHT.hero_c))
        painter.fillRect(rect, slope)
        glow = QRadialGradient(rect.topRight(), max(rect.width(), rect.height()) * 0.95)
        glow.setColorAt(0, QColor(LIGHT.hero_a))
        far = QColor(LIGHT.hero_a)
        far.setAlphaF(0)
        glow.setColorAt(1, far)
        painter.fillRect(rect, glow)
        painter.restore()

    def _sign(self, painter: QPainter, x: float, y: float, size: float) -> None:
        box = QRectF(self._px(x), self._px(y), self._px(size), self._px(size))
        tile = QLinearGradient(box.topLeft(), box.bottomRight())
        tile.setColorAt(0, QColor(LIGHT.logo_a))
        tile.setColorAt(1, QColor(LIGHT.logo_b))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tile)
        painter.drawRoundedRect(box, box.width() * 0.3, box.width() * 0.3)
        inset = box.width() * 0.2
        self._icon(painter, "pill", box.adjusted(inset, inset, -inset, -inset), LIGHT.logo_ink, "fill")

    def _shop_name(self) -> str:
        return " · ".join(part for part in (self._shop.name, self._shop.branch) if part)

    # ------------------------------------------------------------------ between two customers

    def _paint_idle(self, painter: QPainter, rect: QRectF) -> None:
        px, shop = self._px, self._shop
        self._ground(painter, rect)
        self._head_on_green(painter, rect)
        left, middle = px(56), rect.center().y()
        if not shop.join_code:
            side = px(560)
            painter.setOpacity(0.06)
            place = QRectF(rect.right() - side * 0.86, middle - side * 0.42, side, side)
            self._icon(painter, "pill", place, LIGHT.hero_ink, "fill")
            painter.setOpacity(1)
        room = rect.width() - px(56 + (275 + 96 if shop.join_code else 56))
        self._words(painter, left, middle - px(129), shop.headline, 64, LIGHT.hero_ink, 600, room=room)
        self._words(painter, left, middle - px(58), shop.second_line, 25, _GLOW_INK, 600, room=room)
        for order, service in enumerate(shop.services[:4]):
            card = QRectF(left + (order % 2) * px(316), middle + (order // 2) * px(110), px(300), px(96))
            self._service(painter, card, service)
        if shop.join_code:
            self._join(painter, QRectF(rect.right() - px(56 + 275), middle - px(170), px(275), px(340)))
        bottom = rect.bottom() - px(52)
        self._words(painter, left, bottom, self._say("customer_law"), SMALL, _GLOW_INK)
        self._words(painter, rect.right() - px(56), bottom, self._say("customer_complaints"), SMALL, _GLOW_INK, align="right")

    def _head_on_green(self, painter: QPainter, rect: QRectF) -> None:
        px = self._px
        self._sign(painter, 56, 44, 48)
        self._words(painter, px(119), px(68), self._shop_name(), 22, LIGHT.hero_ink, 600)
        self._words(painter, rect.right() - px(56), px(68), self._shop.clock, 34, LIGHT.hero_ink, 600, "right")

    def _service(self, painter: QPainter, card: QRectF, service: Service) -> None:
        px = self._px
        veil, edge = QColor("#FFFFFF"), QColor("#FFFFFF")
        veil.setAlphaF(0.06)
        edge.setAlphaF(0.12)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(veil)
        painter.drawRoundedRect(card, px(14), px(14))
        tile = QRectF(card.left() + px(18), card.center().y() - px(26), px(52), px(52))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#174B3E"))
        painter.drawRoundedRect(tile, px(12), px(12))
        self._icon(painter, service.icon, tile.adjusted(px(13), px(13), -px(13), -px(13)), _TILE_INK)
        x, room = tile.right() + px(14), card.right() - tile.right() - px(24)
        self._words(painter, x, card.center().y() - px(14), service.title, 21, LIGHT.hero_ink, 600, room=room)
        self._words(painter, x, card.center().y() + px(17), service.note, SMALL, _GLOW_INK, room=room)

    def _join(self, painter: QPainter, card: QRectF) -> None:
        px = self._px
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(LIGHT.surface))
        painter.drawRoundedRect(card, px(24), px(24))
        side = px(230)
        self._code(painter, QRectF(card.center().x() - side / 2, card.top() + px(20), side, side), self._shop.join_code)
        self._words(painter, card.center().x(), card.bottom() - px(62), self._say("customer_join"), 22, LIGHT.ink, 600, "center")
        self._words(painter, card.center().x(), card.bottom() - px(30), self._say("customer_join_how"), SMALL, LIGHT.ink2, align="center")

    @staticmethod
    def _code(painter: QPainter, box: QRectF, payload: str) -> None:
        """A QR code with its quiet zone, on whole pixels."""
        modules = qr_modules(payload)
        cell = max(1, int(box.width() // (len(modules) + 2 * QUIET)))
        left = round(box.center().x() - cell * len(modules) / 2)
        top = round(box.center().y() - cell * len(modules) / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for y, row in enumerate(modules):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(left + x * cell, top + y * cell, cell, cell, QColor(LIGHT.rail))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    # ------------------------------------------------------------------ while something is sold

    def _paint_lines(self, painter: QPainter, rect: QRectF) -> None:
        px, view, shop = self._px, self._view, self._shop
        painter.fillRect(rect, QColor(LIGHT.surface))
        left, right = rect.left() + px(32), rect.right() - px(33)
        self._sign(painter, 32, 21, 44)
        hello = f"customer_hello_{view.sex}" if view.sex in ("F", "M") else "customer_hello"
        greeting = self._say(hello, name=view.greeting) if view.greeting else self._say("customer_welcome")
        wide = self._words(painter, right, px(43), greeting, 24, LIGHT.ink, 600, "right")
        room = right - wide - px(88) - px(24)
        self._words(painter, px(88), px(32), shop.name, 21, LIGHT.ink, 600, room=room)
        duty = self._say("customer_duty", name=shop.pharmacist) if shop.pharmacist else ""
        below = " · ".join(part for part in (shop.branch, duty) if part)
        self._words(painter, px(88), px(60), below, SMALL, LIGHT.ink3, room=room)
        painter.fillRect(QRectF(rect.left(), px(HEAD) - 1, rect.width(), 1), QColor(LIGHT.line))
        space = rect.height() - px(HEAD) - px(FOOT)
        fits = max(1, int(space // px(ROW)))
        hidden = max(0, len(view.lines) - fits)
        if hidden:
            # One row less, to say how many are not in sight.
            hidden += 1
        shown = view.lines[hidden:]
        top = rect.top() + px(HEAD)
        if hidden:
            self._words(painter, left, top + px(ROW) / 2, self._say("customer_before", count=hidden), SMALL, LIGHT.ink3)
            top += px(ROW)
        for order, line in enumerate(shown):
            box = QRectF(left, top + order * px(ROW), right - left, px(ROW))
            self._line(painter, box, line, last=order == len(shown) - 1)
        foot = rect.bottom() - px(FOOT) / 2
        self._icon(painter, "heartbeat", QRectF(left, foot - px(13), px(26), px(26)), LIGHT.brand, "fill")
        law = self._say("customer_law_short")
        taken = self._words(painter, right, foot, law, SMALL, LIGHT.ink3, align="right")
        self._words(painter, left + px(36), foot, self._say("customer_ask"), SMALL, LIGHT.ink2, room=right - left - px(56) - taken)

    def _line(self, painter: QPainter, box: QRectF, line: CustomerLine, *, last: bool) -> None:
        px, middle = self._px, box.center().y()
        if last:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(LIGHT.brand_t))
            painter.drawRoundedRect(box.adjusted(-px(16), px(3), px(16), -px(3)), px(12), px(12))
        else:
            painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), QColor(LIGHT.line))
        count = box.right() - px(176)
        name_room = count - px(30) - box.left()
        above = middle - px(15) if line.spec else middle
        left, beside = box.right(), middle
        if line.cut_fen:
            saved = f"{self._say('customer_saved')} {paint.money_text(-line.cut_fen)}"
            left -= self._words(painter, box.right(), middle + px(20), saved, SMALL, LIGHT.ink3, align="right")
            if line.was_fen:
                left -= px(10)
                left -= self._struck(painter, left, middle + px(20), paint.money_text(line.was_fen))
            if left < count + px(26):
                # What was saved reaches below the count: that goes up, beside the amount.
                beside = middle - px(13)
        self._words(painter, box.left(), above, self._named(line), 26, LIGHT.ink, 600, room=name_room)
        spec_room = min(name_room, left - px(16) - box.left())
        self._words(painter, box.left(), middle + px(19), line.spec, SMALL, LIGHT.ink3, room=spec_room)
        self._words(painter, count, beside, f"×{line.quantity}", 23, LIGHT.ink2, 600, "center")
        self._money(painter, box.right(), middle - px(13) if line.cut_fen else middle, line.amount_fen, 27, LIGHT.ink)

    def _struck(self, painter: QPainter, right: float, middle: float, text: str) -> float:
        """A price of before, struck through: only one that the law lets stand (`domain.struck`); gives its width."""
        wide = self._words(painter, right, middle, text, SMALL, LIGHT.ink3, align="right")
        painter.fillRect(QRectF(right - wide, middle - self._px(1), wide, max(1.0, self._px(1.5))), QColor(LIGHT.ink3))
        return wide

    def _named(self, line: CustomerLine) -> str:
        """A private line says only what kind of goods it is, in the language of the screen."""
        return self._say(f"customer_kind_{line.name}") if line.private else line.name

    def _paint_sums(self, painter: QPainter, rect: QRectF) -> None:
        px, view = self._px, self._view
        self._ground(painter, rect)
        left, right = rect.left() + px(40), rect.right() - px(41)
        rows: list[tuple[str, str, str]] = []
        if view.saved_fen or view.paid_fen:
            rows.append((self._say("customer_sum"), paint.money_text(view.total_fen + view.saved_fen), LIGHT.hero_ink))
        if view.saved_fen:
            rows.append((self._say("customer_saved"), paint.money_text(-view.saved_fen), _SAVED_INK))
        if view.paid_fen:
            rows.append((self._say("customer_paid"), paint.money_text(-view.paid_fen), _GLOW_INK))
        y = rect.top() + px(48)
        for name, amount, tone in rows:
            self._words(painter, left, y, name, SMALL, _GLOW_INK, 600)
            self._words(painter, right, y, amount, SMALL, tone, align="right")
            y += px(36)
        if rows:
            edge = QColor("#FFFFFF")
            edge.setAlphaF(0.2)
            painter.setPen(QPen(edge, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(left, y - px(8)), QPointF(right, y - px(8)))
            y += px(22)
        change = view.due_fen == 0 and view.paid_fen > 0
        word = "customer_change" if change and view.change_fen else "customer_settled" if change else "customer_please"
        self._words(painter, left, y, self._say(word if view.state == "paying" else "customer_total"), 24, LIGHT.hero_ink, 600)
        fen = view.change_fen if change else view.due_fen
        size = 84.0
        while size > 40 and self._face(size, 600).width(paint.money_text(fen)) * 0.9 > right - left:
            size -= 4
        self._money(painter, left, y + px(78), fen, size, LIGHT.hero_ink, align="left")
        if view.saved_fen:
            saved = self._say("customer_saved_you", amount=paint.money_text(view.saved_fen))
            self._words(painter, left, y + px(152), saved, SMALL, _SAVED_INK, 600)
        if view.state == "paying" and not change:
            self._scan_sign(painter, QRectF(rect.center().x() - px(84), rect.bottom() - px(250), px(168), px(168)))
            self._words(painter, rect.center().x(), rect.bottom() - px(42), self._say("customer_how"), SMALL, _GLOW_INK, align="center")

    def _scan_sign(self, painter: QPainter, box: QRectF) -> None:
        """Where a code is shown: the sign of one in a frame, no code that could be scanned."""
        px = self._px
        veil = QColor("#FFFFFF")
        veil.setAlphaF(0.07)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(veil)
        painter.drawRoundedRect(box, px(20), px(20))
        painter.setPen(QPen(QColor(_TILE_INK), px(4), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        arm, frame = px(26), box.adjusted(px(20), px(20), -px(20), -px(20))
        for x, inward_x in ((frame.left(), arm), (frame.right(), -arm)):
            for y, inward_y in ((frame.top(), arm), (frame.bottom(), -arm)):
                painter.drawPolyline([QPointF(x + inward_x, y), QPointF(x, y), QPointF(x, y + inward_y)])
        side = px(68)
        self._icon(painter, "qr-code", QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side), LIGHT.hero_ink)

    # ------------------------------------------------------------------ afterwards

    def _paint_thanks(self, painter: QPainter, rect: QRectF) -> None:
        px, view = self._px, self._view
        self._ground(painter, rect)
        self._head_on_green(painter, rect)
        x, middle = rect.center().x(), rect.center().y()
        side = px(84)
        self._icon(painter, "check-circle", QRectF(x - side / 2, middle - px(210), side, side), LIGHT.rail_mark, "fill")
        self._words(painter, x, middle - px(66), self._say("customer_thanks"), 60, LIGHT.hero_ink, 600, "center")
        word, fen = ("customer_change", view.change_fen) if view.change_fen else ("customer_settled", view.paid_fen)
        self._words(painter, x, middle + px(6), self._say(word), 24, _GLOW_INK, 600, "center")
        self._money(painter, x, middle + px(84), fen, 84, LIGHT.hero_ink, align="center")
        if view.saved_fen:
            saved = self._say("customer_saved_you", amount=paint.money_text(view.saved_fen))
            self._words(painter, x, middle + px(164), saved, 22, _SAVED_INK, 600, "center")
        self._words(painter, x, rect.bottom() - px(52), self._say("customer_goodbye"), SMALL, _GLOW_INK, align="center")
