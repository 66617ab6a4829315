"""A consent that is signed on the pad or confirmed by a code, inline, by keys alone or by touch; and how it shows afterwards."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counter_bench import CODES, Counter
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from wallet_hub import FakeHub

from app.desktop.screens.evidence import CodeRow, SignRow
from app.desktop.theme import Theme
from app.desktop.widgets.signature import SignatureMark, SignaturePad
from app.domain.signature import Signature, digest
from app.sync.client import CodeSent

PHONE, HER = "13900007777", "member-00001"
ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape
NAME = [
    [(0.12, 0.3), (0.3, 0.28), (0.22, 0.7)],
    [(0.42, 0.2), (0.44, 0.5), (0.36, 0.75), (0.6, 0.6)],
    [(0.7, 0.3), (0.86, 0.34), (0.74, 0.74)],
]


def words(widget: QWidget) -> str:
    return "\n".join(part.accessibleName() for part in widget.findChildren(QWidget) if part.isVisible() and part.accessibleName())


def grab(widget: QWidget, name: str) -> None:
    if os.environ.get("YAOGUI_GRAB"):
        widget.grab().save(f"{os.environ['YAOGUI_GRAB']}/{name}.png")


def chord(counter: Counter, key: Qt.Key) -> None:
    QTest.keyClick(counter.windowHandle(), key, Qt.KeyboardModifier.ControlModifier)
    counter.settle()


def part(counter: Counter, kind: type[Any]) -> Any:
    return next(one for one in counter.sale.join.findChildren(kind) if one.isVisible())


def press(counter: Counter, name: str) -> None:
    found = counter.sale.join.findChild(QWidget, name)
    assert found is not None
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)
    counter.settle()


def write(pad: SignaturePad, name: list[list[tuple[float, float]]] = NAME) -> None:
    """Sign with the mouse."""
    for stroke in name:
        places = [QPoint(round(x * pad.width()), round(y * pad.height())) for x, y in stroke]
        QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=places[0])
        for place in places[1:]:
            QTest.mouseMove(pad, place)
        QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=places[-1])


def choose(counter: Counter, order: str) -> None:
    """Choose how a consent is given, by the digit of its chip."""
    counter.sale.join._parts["channel"].setFocus()
    counter.press(order)


def said(counter: Counter, member_id: str) -> dict[str, dict[str, Any]]:
    words = counter.till.store.journal.of_type("consent.set@1")
    return {str(one.body["purpose"]): one.body for one in reversed(words) if one.body["member_id"] == member_id}


@pytest.fixture
def headquarters(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    fake = FakeHub()
    fake.verifies = True
    till = counter.till
    monkeypatch.setattr(till.shares, "_make_client", lambda: fake)
    monkeypatch.setattr(till.verifying, "_online", lambda: True)
    till.verifying.begin()
    till.shares.start()
    counter.until(lambda: till.verifying.offered)
    yield fake
    till.shares.stop()


def test_a_pad_takes_mouse_pen_and_finger_and_keeps_when_each_point_was_drawn(theme: Theme, qapp: QApplication) -> None:
    pad = SignaturePad(theme)
    pad.resize(500, 132)
    pad.show()
    write(pad, NAME[:1])
    assert pad.signature.strokes[0][0][:2] == (120, 80) and pad.signature.strokes[0][-1][0] == 220
    assert pad.signature.height == 264
    device = QPointingDevice.primaryPointingDevice()
    for kind, x in ((QEvent.Type.TabletPress, 50.0), (QEvent.Type.TabletMove, 180.0), (QEvent.Type.TabletRelease, 300.0)):
        place, button = QPointF(x, 40.0), Qt.MouseButton.LeftButton
        pen = QTabletEvent(kind, device, place, place, 0.5, 0, 0, 0.0, 0.0, 0, Qt.KeyboardModifier.NoModifier, button, button)
        QApplication.sendEvent(pad, pen)
    finger = QTest.createTouchDevice()
    QTest.touchEvent(pad, finger).press(0, QPoint(60, 90), pad).commit()
    QTest.touchEvent(pad, finger).move(0, QPoint(240, 100), pad).commit()
    QTest.touchEvent(pad, finger).release(0, QPoint(240, 100), pad).commit()
    assert len(pad.signature.strokes) == 3 and pad.signature.enough
    times = [point[2] for stroke in pad.signature.strokes for point in stroke]
    assert times == sorted(times) and times[0] == 0
    assert Signature.decoded(pad.signature.encoded("0" * 32)) == pad.signature


def test_strokes_are_taken_back_by_keys_and_nothing_leaves_the_frame(theme: Theme, qapp: QApplication) -> None:
    pad = SignaturePad(theme)
    pad.resize(400, 132)
    pad.show()
    write(pad)
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    QTest.mouseMove(pad, QPoint(4000, -300))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(4000, -300))
    assert all(0 <= x <= 1000 and 0 <= y <= pad.signature.height for stroke in pad.signature.strokes for x, y, _ in stroke)
    QTest.keyClick(pad, Qt.Key.Key_Backspace)
    assert len(pad.signature.strokes) == 3 and "3" in pad.accessibleDescription()
    QTest.keyClick(pad, Qt.Key.Key_Delete)
    assert not pad.signature.strokes and not pad.signature.enough


def test_what_is_drawn_is_seen_in_both_themes(theme: Theme, qapp: QApplication) -> None:
    pad = SignaturePad(theme)
    pad.resize(400, 132)
    pad.show()
    for mode in ("light", "dark"):
        theme.set_mode(mode)
        pad.clear()
        before = pad.grab().toImage()
        write(pad)
        after = pad.grab().toImage()
        assert _inked(before, after) > 300
        mark = SignatureMark(theme, pad.signature)
        assert mark.grab().toImage().size().width() == theme.px(120)
        grab(pad, f"pad_{mode}")
    theme.set_mode("light")


def _inked(before: QImage, after: QImage) -> int:
    return sum(before.pixel(x, y) != after.pixel(x, y) for x in range(after.width()) for y in range(after.height()))


def test_a_joiner_signs_in_the_form_and_each_consent_names_the_sealed_strokes(counter: Counter) -> None:
    counter.scan(CODES["vitamin"])
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    press(counter, "consent-share")
    choose(counter, "2")
    pad = part(counter, SignaturePad)
    counter.sale.join.register()
    counter.settle()
    assert "还没签名" in words(counter.sale.join), "signed without a stroke is not signed"
    assert not counter.till.store.people.find_members(PHONE)
    write(pad, [[(0.1, 0.5), (0.12, 0.5)]])
    counter.sale.join.register()
    counter.settle()
    assert "再写几笔" in words(counter.sale.join) and not counter.till.store.people.find_members(PHONE)
    write(pad)
    grab(counter, "evidence_join_signed")
    counter.press(ENTER)
    counter.until(lambda: counter.till.store.people.find_members(PHONE))
    (member,) = counter.till.store.people.find_members(PHONE)
    told = said(counter, member.id)
    assert {(body["channel"], body["evidence"]) for body in told.values()} == {("signature", told["share"]["evidence"])}
    plain = counter.till.store.private.open(told["share"]["evidence"])
    assert plain is not None and digest(plain) == told["share"]["digest"]
    assert set(json.loads(plain)) == {"v", "h", "salt", "s"}
    assert "signature" in {blob.kind for blob in counter.till.store.blob_outbox.pending() if blob.person_id == member.id}
    chord(counter, Qt.Key.Key_J)
    share = counter.sale.join.findChild(QWidget, "consent-share")
    assert share is not None
    share.setFocus(Qt.FocusReason.TabFocusReason)
    counter.settle()
    assert part(counter, SignatureMark).isVisible()
    assert "2026-11-21 签字" in "".join(cell.words for cell in share.cells) and "文本 2026-11" in words(counter.sale.join)
    grab(counter, "evidence_consents_signed")


def test_a_member_ticks_signs_and_it_is_recorded_and_taken_back_by_one_key(counter: Counter) -> None:
    counter.scan(CODES["member"])
    chord(counter, Qt.Key.Key_J)
    order = [row.purpose for row in counter.sale.join._consent_rows()].index("share") + 1
    counter.press(str(order))
    assert "要签字或验证码" in words(counter.sale.join)
    choose(counter, "2")
    assert not counter.sale.join._record.isEnabled()
    counter.press(str(order))
    assert "待记下" in "".join(cell.words for row in counter.sale.join._rows for cell in row.cells)
    counter.sale.theme.set_language("en")
    counter.settle()
    assert "Share with Example Health:" in words(counter.sale.join), "what is ticked is what is explained, also after another language"
    counter.sale.theme.set_language("zh")
    counter.settle()
    counter.press(ENTER)
    assert "还没签名" in words(counter.sale.join) and not said(counter, HER)
    write(part(counter, SignaturePad))
    grab(counter, "evidence_consents_signing")
    counter.press(ENTER)
    counter.until(lambda: "share" in said(counter, HER))
    assert said(counter, HER)["share"]["channel"] == "signature"
    counter.settle()
    assert counter.sale.join._typed()["channel"] == "spoken", "a signature is for what was ticked, and not for the next one"
    counter.press(str(order))
    counter.until(lambda: said(counter, HER)["share"]["given"] is False)
    assert said(counter, HER)["share"]["channel"] == "spoken"


def test_what_was_drawn_outlives_another_language_and_not_the_panel(counter: Counter) -> None:
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    choose(counter, "2")
    write(part(counter, SignaturePad))
    before = part(counter, SignaturePad).signature
    counter.sale.theme.set_language("en")
    counter.settle()
    assert part(counter, SignaturePad).signature == before
    shown = words(counter.sale.join)
    assert "Sign again" in shown and not any("一" <= sign <= "鿿" for sign in shown.replace(counter.till.post.staff.name, ""))
    counter.press(ESC)
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    choose(counter, "2")
    assert not part(counter, SignaturePad).signature.strokes
    counter.sale.theme.set_language("zh")


def test_without_a_gateway_no_code_is_offered_in_the_panel(counter: Counter) -> None:
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    assert [code for code, _ in counter.sale.join._parts["channel"]._choices] == ["spoken", "signature"]


def test_a_joiner_tells_the_code_back_and_is_the_proven_member_of_the_sale(counter: Counter, headquarters: FakeHub) -> None:
    counter.scan(CODES["vitamin"])
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    choose(counter, "3")
    counter.sale.join.register()
    counter.settle()
    assert "还没核对验证码" in words(counter.sale.join)
    press(counter, "code-send")
    row = part(counter, CodeRow)
    counter.until(lambda: "已发到" in words(row))
    assert headquarters.codes[-1].purpose == "join" and headquarters.codes[-1].phone == PHONE
    counter.press(*"111111", ENTER)
    counter.until(lambda: "还可以试" in words(row))
    grab(counter, "evidence_join_code_wrong")
    assert row.entry.text() == ""
    counter.press(*headquarters.code, ENTER)
    counter.until(lambda: "已核对" in words(row))
    grab(counter, "evidence_join_code")
    counter.press(ENTER)
    counter.until(lambda: counter.till.selling.basket.member_id)
    assert counter.till.selling.basket.found_by == "code"
    assert said(counter, counter.till.selling.basket.member_id)["membership"]["evidence"] == headquarters.codes[-1].verification_id


def test_a_member_confirms_a_consent_by_the_code_and_it_is_on_record_at_once(counter: Counter, headquarters: FakeHub) -> None:
    counter.scan(CODES["member"])
    chord(counter, Qt.Key.Key_J)
    choose(counter, "3")
    press(counter, "consent-share")
    press(counter, "code-send")
    counter.until(lambda: "已发到" in words(part(counter, CodeRow)))
    grab(counter, "evidence_consents_code")
    counter.press(*headquarters.code, ENTER)
    counter.until(lambda: "share" in said(counter, HER))
    assert headquarters.codes[-1].about == "share" and said(counter, HER)["share"]["channel"] == "code"


def test_a_code_is_asked_for_with_ctrl_i_and_opens_what_wants_a_proof(counter: Counter, headquarters: FakeHub) -> None:
    counter.scan(CODES["member"], CODES["vitamin"])
    chord(counter, Qt.Key.Key_I)
    grab(counter, "evidence_vouch")
    counter.press("4", ENTER)
    counter.until(lambda: counter.scene.question is not None and "已发到" in counter.scene.question.body.zh)
    grab(counter, "evidence_code_question")
    assert len(headquarters.codes) == 1
    counter.press(*"000000", ENTER)
    counter.until(lambda: counter.scene.question is not None and counter.scene.question.error is not None)
    grab(counter, "evidence_code_wrong")
    counter.press(*headquarters.code, ENTER)
    counter.until(lambda: counter.scene.question is None)
    assert counter.scene.member is not None and counter.scene.member.proven
    assert "验证码已核对" in words(counter.sale)
    grab(counter, "evidence_code_told")


def test_headquarters_silence_is_said_calmly_and_selling_goes_on(counter: Counter, headquarters: FakeHub) -> None:
    headquarters.sends = CodeSent("failed", 0)
    counter.scan(CODES["vitamin"])
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    choose(counter, "3")
    press(counter, "code-send")
    counter.until(lambda: "短信没发出去" in words(part(counter, CodeRow)))
    choose(counter, "1")
    counter.press(ENTER)
    counter.sale.join.register()
    counter.until(lambda: counter.till.selling.basket.member_id)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("way", ["2", "3"])
def test_pad_and_code_fit_the_smallest_window(counter: Counter, headquarters: FakeHub, language: Any, way: str) -> None:
    counter.sale.theme.set_language(language)
    counter.resize(1024, 700)
    counter.scan(CODES["vitamin"])
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    choose(counter, way)
    panel = counter.sale.join
    assert panel.minimumSizeHint().width() <= panel.width() and panel.minimumSizeHint().height() <= panel.height()
    shown = part(counter, SignRow if way == "2" else CodeRow)
    for one in shown.findChildren(QWidget):
        if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert one.width() >= one.minimumWidth() and one.height() >= one.minimumHeight(), one.accessibleName()
            assert panel.rect().contains(one.mapTo(panel, one.rect().bottomRight())), one.objectName()
    grab(counter, f"evidence_small_{language}_{way}")
    counter.sale.theme.set_language("zh")
