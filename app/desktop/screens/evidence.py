"""By what a consent can be shown later: a pad to sign on, or a code that is sent to the phone and told back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.theme import Theme
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.notices import announce
from app.desktop.widgets.words import Icon, Para, Txt
from app.domain.signature import Signature

if TYPE_CHECKING:
    # Named only: what sends codes is loaded with registration.
    from app.counter.verifying import CodeScene

_TONES = {"proven": ("seal-check", "good"), "sent": ("chat-circle-text", "info"), "sending": ("hourglass-medium", "info")}
_TONES |= {"checking": ("hourglass-medium", "info")}
_WRONG = ("warning-circle", "warn")


def said(theme: Theme, zh: str, en: str) -> str:
    """Words in the language in force."""
    return zh if theme.language == "zh" else en


def code_words(theme: Theme, code: CodeScene | None) -> str:
    """How a code stands, and what can be done; '' where none is under way."""
    if code is None:
        return ""
    digits, minutes = code.digits, code.minutes
    wait = max(1, -(-code.wait_s // 60))
    zh, en = {
        "sending": (f"正在发到 {code.phone} …", f"Being sent to {code.phone} …"),
        "sent": (f"已发到 {code.phone}，{minutes} 分钟内有效", f"Sent to {code.phone}, good for {minutes} minutes"),
        "failed": ("短信没发出去，可以再发一次；买药不受影响", "Not sent; try once more. The sale goes on all the same"),
        "offline": ("总部没有回音；收到了照样可以填，或再发一次", "No word from headquarters. If it came, type it; or send again"),
        "refused": ("总部不替本机发验证码", "Headquarters sends no codes for this till"),
        "none": ("总部没有短信通道", "Headquarters has no way to send messages"),
        "too_many": (f"刚发过，{wait} 分钟后才能再发", f"Just sent; another in {wait} min"),
        "checking": ("正在核对 …", "Being checked …"),
        "wrong": (f"不对，还可以试 {code.left} 次", f"Wrong; {code.left} more tries"),
        "expired": ("已过期，请再发一次", "Expired; send another"),
        "over": ("这个码作废了，请再发一次", "This code is void; send another"),
        "used": ("这个码用过了，请再发一次", "This code was used; send another"),
        "unknown": ("这个码不是本机发的，请再发一次", "Not sent from this till; send another"),
        "proven": (f"已核对 {code.phone}", f"{code.phone} checked"),
    }.get(code.state, (f"请填 {digits} 位", f"{digits} digits"))
    return said(theme, zh, en)


class SignRow(QWidget):
    """The pad with what is beside it: how much was drawn, and away with it."""

    changed = Signal()

    def __init__(self, theme: Theme, *, height: float = 132) -> None:
        """`height` of the pad in design pixels."""
        super().__init__()
        from app.desktop.widgets.signature import SignaturePad

        self.theme = theme
        self.pad = SignaturePad(theme, height)
        self._state = Para(theme, "", "label", "ink2")
        self.clear = Btn(theme, said(theme, "重写", "Sign again"), "line", icon="arrow-counter-clockwise", height=36)
        self.clear.setObjectName("signature-clear")
        who = said(theme, "请本人签（未成年人由监护人签）", "The person signs; for a child the guardian does")
        beside = boxed(Column(theme, Para(theme, who, "label", "ink2"), self._state, Spring(), self.clear, gap=6))
        beside.setFixedWidth(theme.px(196))
        self.setLayout(Row(theme, (self.pad, 1), beside, gap=12))
        self.pad.changed.connect(self._changed)
        self.clear.clicked.connect(self._again)
        self._say()

    @property
    def drawn(self) -> Signature | None:
        """What was signed; None where that is nothing, or no more than a slip of the hand."""
        return self.pad.signature if self.pad.signature.enough else None

    def put(self, signature: Signature | None) -> None:
        """Go on with what was drawn before."""
        if signature is not None:
            self.pad.show_signature(signature)

    def _again(self) -> None:
        self.pad.clear()
        self.pad.setFocus()

    def _changed(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        strokes = len(self.pad.signature.strokes)
        zh, en = "已签好", "Signed"
        if self.drawn is None:
            zh, en = ("再写几笔", "A little more") if strokes else ("还没签", "Not signed yet")
        self._state.set_words(said(self.theme, zh, en))
        self.clear.setEnabled(bool(strokes))


class CodeRow(QWidget):
    """Send, type, and how it stands, on one line."""

    send = Signal()
    typed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        """Nothing is sent before somebody asks for it."""
        super().__init__()
        self.theme = theme
        self._shown = ""
        self.entry = Entry(theme, said(theme, "顾客报的验证码", "The code they tell"), spoken=said(theme, "验证码", "Code"), height=40)
        self.entry.setObjectName("code-entry")
        self.entry.setFixedWidth(theme.px(190))
        self.button = Btn(theme, "", "tonal", icon="chat-circle-text", height=40)
        self.button.setObjectName("code-send")
        self._icon = Icon(theme, "info", 18, "ink3", "fill")
        self._state = Txt(theme, "", "label", "ink2", elide=True)
        self.setLayout(Row(theme, self.button, self.entry, self._icon, (self._state, 1), gap=10))
        self.button.clicked.connect(self.send)
        self.show_code(None)

    def submit(self) -> None:
        """What was typed is told, once there is something."""
        if self.entry.text().strip():
            self.typed.emit(self.entry.text())
        else:
            self.send.emit()

    def show_code(self, code: CodeScene | None) -> None:
        """How the code under way stands now."""
        theme, state = self.theme, code.state if code is not None else ""
        words = code_words(theme, code) or said(theme, "短信里写明用途；顾客报给店员", "The message says what for; they tell it to you")
        name, tone = _TONES.get(state, _WRONG) if state else ("info", "ink3")
        self._icon.set_icon(name, tone)
        self._state.set_words(words)
        self._state.set_tone(f"{tone}_ink" if tone in ("good", "warn", "info") else "ink2")
        again = said(theme, "再发一次", "Send again") if state else said(theme, "发验证码", "Send a code")
        self.button.set_words(again)
        self.button.setEnabled(state not in ("sending", "checking", "proven"))
        self.entry.setEnabled(code is not None and code.open and state != "checking")
        self.entry.set_wrong(state in ("wrong", "expired", "over", "used", "unknown"))
        if state in ("wrong", "expired", "over", "used", "unknown") and self._shown != state:
            self.entry.clear()
        if state != self._shown and code is not None:
            announce(self, words)
        self._shown = state
        if code is not None and code.open and state != "checking" and not self.entry.hasFocus():
            self.entry.setFocus()
