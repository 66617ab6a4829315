"""The customer's screen: every state at every size, nothing private on it, and no window where no second display is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication
from window_hand import Hand

from app.counter.customer_view import CustomerLine, CustomerView
from app.desktop.customer_screen import CustomerScreen, Service, ShopFace
from app.desktop.customer_side import CustomerSide
from app.desktop.theme import Theme, paint
from app.desktop.theme.type import Face

SHOP = ShopFace(
    "安康大药房",
    "人民路店",
    "14:03",
    "用药有疑问，问问药师",
    "免费",
    "王敏",
    (Service("drop", "测血糖", "¥2.00"),),
    "https://example.invalid/join",
)
LINE = CustomerLine("布洛芬缓释胶囊", "0.3g×24粒", 1, 2080, 600, 2080)
STATES = {
    "idle": CustomerView(),
    "selling": CustomerView("selling", (LINE,), 2080, 600, due_fen=2080, greeting="王"),
    "many": CustomerView("selling", (LINE,) * 40, 83200, 24000, due_fen=83200),
    "paying": CustomerView("paying", (LINE,), 2080, 600, 1000, 1080, greeting="王"),
    "change": CustomerView("paying", (LINE,), 2080, 600, 5000, 0, 2920),
    "large": CustomerView("paying", (LINE,), 99_999_999, 600, 0, 99_999_999),
    "thanks": CustomerView("thanks", total_fen=2080, paid_fen=5000, change_fen=2920),
}


@pytest.fixture
def screen(theme: Theme) -> CustomerScreen:
    return CustomerScreen(theme)


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (1024, 600)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_state_is_a_picture_of_its_own_at_every_size(
    theme: Theme, screen: CustomerScreen, size: tuple[int, int], language: str
) -> None:
    theme.set_language("en" if language == "en" else "zh")
    screen.resize(*size)
    pictures = set()
    for view in STATES.values():
        screen.show_view(view, SHOP)
        image = screen.grab().toImage()
        pictures.add(bytes(image.constBits())[::97])
    assert len(pictures) == len(STATES)


@pytest.mark.parametrize("size", [(1366, 768), (1024, 600)])
def test_no_line_of_text_is_smaller_than_what_is_read_from_two_metres(screen: CustomerScreen, size: tuple[int, int]) -> None:
    screen.resize(*size)
    for view in STATES.values():
        screen.show_view(view, SHOP)
        screen.grab()
        # The sign and the decimals of an amount may be smaller than the amount.
        assert min(face.px for (asked, _), face in screen._faces.items() if asked >= 20) >= 18


def test_the_cashiers_dark_theme_leaves_the_customers_light(theme: Theme, screen: CustomerScreen) -> None:
    screen.resize(1366, 768)
    screen.show_view(STATES["selling"], SHOP)
    light = screen.grab().toImage()
    theme.set_mode("dark")
    assert screen.grab().toImage() == light


def test_a_private_line_says_its_kind_in_the_language_of_the_screen(theme: Theme, screen: CustomerScreen) -> None:
    private = replace(LINE, name="药品", spec="", private=True)
    assert screen._named(private) == "药品"
    theme.set_language("en")
    assert screen._named(private) == "Medicine"
    assert screen._named(LINE) == "布洛芬缓释胶囊"


@pytest.mark.parametrize("size", [(1366, 768), (1024, 600)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_words_of_a_line_lie_on_each_other_nor_is_the_offer_of_help_cut(
    theme: Theme, screen: CustomerScreen, size: tuple[int, int], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    theme.set_language("en" if language == "en" else "zh")
    screen.resize(*size)
    boxes: list[tuple[str, QRectF]] = []
    text_at = paint.text_at

    def spied(painter: QPainter, x: float, middle: float, words: str, face: Face, *rest: object) -> float:
        wide = text_at(painter, x, middle, words, face, *rest)  # type: ignore[arg-type]  # passed on as it came
        if words:
            boxes.append((words, QRectF(x, middle - face.px * 0.42, wide, face.px * 0.84)))
        return wide

    monkeypatch.setattr(paint, "text_at", spied)
    dear = CustomerLine("精蛋白人胰岛素混合注射液(30R)", "3ml-300单位×1支(笔芯)，附说明书", 12, 1_318_500, 193_500, 1_512_000)
    screen.show_view(CustomerView("selling", (dear, replace(dear, was_fen=0), LINE), 2080, 600, due_fen=2080), SHOP)
    screen.grab()
    lying = [(one, other) for n, (one, a) in enumerate(boxes) for other, b in boxes[:n] if a.intersects(b)]
    assert lying == []
    assert any("药师" in words or words.endswith("the pharmacist") for words, _ in boxes)


def _side(hand: Hand, way: str) -> CustomerSide:
    till, shell = hand.window.till, hand.window.shell
    assert till is not None and shell is not None
    till.settings.set("customer.screen", way).result()
    return CustomerSide(hand.window.theme, till, hand.window.bridge, hand.window)


def test_the_screen_follows_the_sale_takes_no_keys_and_says_thanks_once(make_hand: Callable[..., Hand]) -> None:
    hand = make_hand()
    hand.sign_in()
    side = _side(hand, "auto")
    # One display alone: no window, and nothing to do.
    assert len(QApplication.screens()) == 1
    assert side.screen is None
    till = hand.window.till
    assert till is not None
    till.settings.set("customer.screen", "window").result()
    side.place()
    screen = side.screen
    hand.until(hand.window.isActiveWindow)
    assert screen is not None and till is not None
    assert screen.view.state == "idle"
    hand.scan("89900001091676336760")
    hand.scan("6999580000439")
    hand.until(lambda: screen.view.state == "selling")
    assert [line.name for line in screen.view.lines] == ["药品", "电子体温计"]
    till.customer.lock(True)
    hand.until(lambda: screen.view.state == "idle")
    till.customer.lock(False)
    hand.until(lambda: screen.view.state == "selling")
    till.selling.clear()
    till.selling.scan("6999580000439")
    till.checkout.begin()
    till.checkout.tender("cash", 5000)
    till.checkout.complete(lambda: None)
    hand.until(lambda: till.checkout.settle().state == "done")
    till.customer.show(till.selling.scene(), till.checkout.scene())
    hand.until(lambda: screen.view.state == "thanks")
    assert screen.view.change_fen == 5000 - 1350
    # Six seconds are not waited for here; what ends them is.
    shell = hand.window.shell
    assert shell is not None and shell._thanks.isActive()
    shell._thanks.timeout.emit()
    hand.until(lambda: screen.view.state == "idle")
    till.customer.show(till.selling.scene(), till.checkout.scene())
    assert till.customer.view.state == "idle"
    side.shut()
