"""Pieces of the member's card beside the sale: who it is, allergies, readings, refills, coupons."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Row, Spring
from app.desktop.widgets.base import Painted, PaintedButton
from app.desktop.widgets.buttons import Btn, BtnKind
from app.desktop.widgets.chips import Avatar, Pill
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, Spark, Txt


class MemberHead(QWidget):
    """Who the member is: initial, masked name, tier, one line, points."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Empty until `set_member`."""
        super().__init__(parent)
        self._avatar = Avatar(theme, "", 44, "gold")
        self._name = Txt(theme, "", "head", size=17)
        self._tier = Pill(theme, "", "gold", icon="crown-simple", icon_weight="fill", height=20, pad=7)
        self._line = Txt(theme, "", "label", "ink3", elide=True)
        self._points = Txt(theme, "", "head", align="right")
        self._points_word = Txt(theme, theme.say("points"), "caption", "ink3", align="right")
        self.setLayout(
            Row(
                theme,
                self._avatar,
                (Column(theme, Row(theme, self._name, self._tier, Spring()), self._line, gap=1), 1),
                Column(theme, self._points, self._points_word, gap=0),
                gap=10,
            )
        )
        self.theme = theme
        theme.changed.connect(self._translate)

    def _translate(self) -> None:
        self._points_word.set_words(self.theme.say("points"))

    def set_member(self, name: str, tier: str, line: str, points: int, *, tone: str = "gold") -> None:
        """Show a member; `name` and `line` are masked by the caller."""
        self._avatar.set_letter(name[:1], tone)
        self._name.set_words(name)
        self._tier.setVisible(bool(tier))
        self._tier.set_words(tier, tone)
        self._line.set_words(line)
        self._points.set_words(f"{points:,}")


class AllergyStrip(Painted):
    """Allergies, always first; it says what was compared and never that all is well on missing records."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Says that nothing is recorded until told otherwise."""
        super().__init__(theme, parent)
        self._tone = "warn"
        self._icon = Icon(theme, "warning-octagon", 18, "bad", "fill")
        self._head = Txt(theme, "", "label_strong", "bad_ink")
        self._body = Txt(theme, "", "label_strong", "ink", elide=True)
        self._compared = Txt(theme, "", "caption", "ink2")
        self.setLayout(
            Row(
                theme, self._icon, self._head, (self._body, 1), self._compared, gap=7, margins=(10, 0, 10, 0)
            )
        )
        self.restyle()

    def set_known(self, substances: str, compared: str) -> None:
        """Allergies are recorded; `compared` says what of this sale was checked against them."""
        self._show("bad", "warning-octagon", self.theme.say("allergy"), substances, compared)

    def set_asked_none(self, words: str, compared: str = "") -> None:
        """The member was asked and named none."""
        self._show("info", "info", self.theme.say("allergy"), words, compared)

    def set_missing(self, words: str, compared: str = "") -> None:
        """Nothing is recorded: the person should ask."""
        self._show("warn", "warning", self.theme.say("allergy"), words, compared)

    def show_found(self, tone: str, title: str, compared: str = "") -> None:
        """What a scene's strip of this tone says; its own headline, which stands here already, is left out."""
        words = title.replace("：", ": ", 1).partition(": ")[2] or title
        if tone == "bad":
            self.set_known(words, compared)
        elif tone in ("info", "good"):
            self.set_asked_none(words, compared)
        else:
            self.set_missing(words, compared)

    def _show(self, tone: str, icon: str, head: str, body: str, compared: str) -> None:
        if tone != self._tone:
            self._tone = tone
            self.update()
        self._icon.set_icon(icon, tone)
        self._head.set_words(head)
        self._head.set_tone(f"{tone}_ink")
        self._body.set_words(body)
        self._body.setToolTip(body)
        self._compared.set_words(compared)
        self._compared.setVisible(bool(compared))
        self.setAccessibleName(f"{head} {body} {compared}".strip())

    def measure(self) -> None:
        """36 high."""
        self.setFixedHeight(self.theme.px(36))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the tint."""
        paint.rounded(painter, rect, self.theme.px(8), self.theme.color(f"{self._tone}_t"))


class Vital(Panel):
    """A reading: its name and unit, the newest value, when, and the way it went."""

    def __init__(self, theme: Theme, icon: str, words: str, unit: str, parent: QWidget | None = None) -> None:
        """Empty until `set_reading`."""
        self._sign = icon
        self._icon = Icon(theme, icon, 16, "ink3", "fill")
        self._value = Txt(theme, "", "section", size=21)
        self._when = Txt(theme, "", "caption", "ink3", elide=True)
        self._spark = Spark(theme, height=30)
        self._title = Txt(theme, words, "caption", "ink2")
        self._unit = Txt(theme, unit, "caption", "ink3", elide=True)
        head = Row(theme, self._icon, self._title, (self._unit, 1), gap=5)
        body = Row(theme, self._value, Spring(), self._spark, gap=4)
        super().__init__(
            theme,
            Column(theme, head, body, self._when, gap=0, margins=(10, 6, 10, 6)),
            fill="sunken",
            line=None,
            radius=10,
            parent=parent,
        )
        self._words = words

    def set_kind(self, icon: str, words: str, unit: str) -> None:
        """Show another kind of reading; `set_reading` follows."""
        self._sign, self._words = icon, words
        self._title.set_words(words)
        self._unit.set_words(unit)

    def set_reading(
        self, value: str, when: str, values: Sequence[float], band: tuple[float, float] | None, tone: str
    ) -> None:
        """`values` oldest first; `tone` says how the newest stands."""
        self._icon.set_icon(self._sign, tone)
        self._value.set_words(value)
        self._when.set_words(when)
        self._when.setToolTip(when)
        self._spark.set_values(values, band, tone)
        self.setAccessibleName(f"{self._words} {value} {when}")


class DueRow(QWidget):
    """Something due for this member, with one button."""

    acted = Signal()

    def __init__(
        self,
        theme: Theme,
        icon: str,
        words: str,
        due: str = "",
        action: str = "",
        *,
        tone: str = "warn",
        action_kind: BtnKind = "tonal",
        action_icon: str = "plus",
        parent: QWidget | None = None,
    ) -> None:
        """`due` is drawn strong in the tone after the words."""
        super().__init__(parent)
        self.button = Btn(theme, action, action_kind, icon=action_icon, height=30, role="label_strong", width=76)
        self.button.setAccessibleName(f"{action} {words}")
        self.button.setVisible(bool(action))
        self.button.clicked.connect(self.acted)
        self.setLayout(
            Row(
                theme,
                Icon(theme, icon, 17, tone),
                Txt(theme, words, "label", "ink"),
                Txt(theme, due, "label_strong", f"{tone}_ink") if due else None,
                Spring(),
                self.button,
                gap=7,
            )
        )


class CouponTile(PaintedButton):
    """A coupon: its worth on a tint, its name, its terms, and what it does in this sale."""

    def __init__(
        self,
        theme: Theme,
        worth: str,
        words: str,
        note: str,
        state: str = "",
        *,
        tone: str = "promo",
        parent: QWidget | None = None,
    ) -> None:
        """`worth` such as `¥20` or `8.5 折`; `setChecked(True)` shows it in use."""
        super().__init__(theme, parent)
        self._worth, self._words, self._note, self._state, self._tone = worth, words, note, state, tone
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._speak()
        self.restyle()

    def show_coupon(self, worth: str, words: str, note: str, state: str, *, tone: str, used: bool) -> None:
        """Show another coupon; `used` frames it as one in use."""
        self._worth, self._words, self._note, self._state, self._tone = worth, words, note, state, tone
        self.setChecked(used)
        self._speak()
        self.update()

    def _speak(self) -> None:
        self.name(f"{self._worth} {self._words}".strip(), f"{self._note} {self._state}".strip())

    def nextCheckState(self) -> None:
        """Pressing it does not tick it: whether it is in use follows from the sale."""

    def measure(self) -> None:
        """66 high."""
        self.setFixedHeight(self.theme.px(66))
        self.setMinimumWidth(self.theme.px(84 + 14 + 110))

    def ring_radius(self) -> float:
        """A little rounder than the coupon."""
        return self.theme.px(12)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the notched ticket."""
        theme, px = self.theme, self.theme.px
        box, cut, notch = paint.inner(rect, 1), rect.left() + px(84), px(6)
        ticket = QPainterPath()
        ticket.addRoundedRect(box, px(10), px(10))
        holes = QPainterPath()
        holes.addEllipse(QPointF(cut, box.top()), notch, notch)
        holes.addEllipse(QPointF(cut, box.bottom()), notch, notch)
        ticket = ticket.subtracted(holes)
        colors = paint.pill_colors(self._tone)
        able = self.isEnabled()
        painter.fillPath(ticket, theme.color(self.touched or "surface"))
        painter.save()
        painter.setClipPath(ticket)
        stub = QRectF(box.left(), box.top(), cut - box.left(), box.height())
        painter.fillRect(stub, theme.color((colors.fill or "surface") if able else "hover"))
        painter.restore()
        on = self.isChecked()
        painter.setPen(QPen(theme.color("brand" if on else "line2"), px(2) if on else 1))
        painter.setBrush(paint.NO_BRUSH)
        painter.drawPath(ticket)
        dashes = QPen(theme.color("line2"), 1)
        dashes.setStyle(Qt.PenStyle.CustomDashLine)
        dashes.setDashPattern([3, 3])
        painter.setPen(dashes)
        painter.drawLine(QPointF(cut, box.top() + notch + 3), QPointF(cut, box.bottom() - notch - 3))
        ink = theme.color(colors.ink if able else "off")
        if self._worth.startswith("¥"):
            large, small = theme.face("page", 24), theme.face("label_strong")
            wide = large.width(self._worth[1:]) + small.width("¥") + px(2)
            x, base = stub.center().x() - wide / 2, stub.center().y() + large.px * paint.OPTICAL_BASELINE
            painter.setPen(ink)
            painter.setFont(small.font)
            painter.drawText(QPointF(x, base), "¥")
            painter.setFont(large.font)
            painter.drawText(QPointF(x + small.width("¥") + px(2), base), self._worth[1:])
        else:
            paint.text(painter, stub, self._worth, theme.face("section", 18), ink, "center")
        left = cut + px(14)
        width = box.right() - left - px(14)
        state_face = theme.face("caption_strong")
        aside = state_face.width(self._state) + (px(19) if on else 0)
        middle = box.center().y()
        beside = width - aside - px(8) if self._state else width
        name_ink = theme.color("ink" if able else "off")
        name_face = theme.face("body_strong")
        if name_face.width(self._words) > beside:
            name_face = theme.face("label_strong")
        lines = paint.wrapped(self._words, name_face, beside)[:2]
        # A long name takes two lines; its end must not be lost.
        y = box.top() + (px(11) if len(lines) < 2 else px(5))
        for line in lines:
            paint.text(painter, QRectF(left, y, beside, px(20)), line, name_face, name_ink, elide=True)
            y += px(17)
        note_box = QRectF(left, y + px(4 if len(lines) < 2 else 0), beside, px(20))
        paint.text(painter, note_box, self._note, theme.face("caption"), theme.color("ink3"), elide=True)
        if on:
            paint.icon(painter, theme, "check-circle", box.right() - px(14) - aside, middle, 15, "brand", "fill")
        state_box = QRectF(left, middle - px(11), width, px(22))
        paint.text(painter, state_box, self._state, state_face, theme.color("brand_ink" if on else "ink2"), "right")
