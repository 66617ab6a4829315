"""The painted parts: names, keys, sizes, values in and signals out."""

import importlib
import inspect
import pkgutil
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QImage, QPaintDevice, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QToolTip, QWidget
from shiboken6 import delete

from app.desktop import widgets
from app.desktop.gallery import Gallery, picture
from app.desktop.gallery_states import States, put
from app.desktop.theme import Theme
from app.desktop.theme.notes import Note, NoteAction
from app.desktop.theme.paint import Mark
from app.desktop.widgets.arrange import Column, Row, Spring
from app.desktop.widgets.bars import FBar, FKeyEntry, NavEntry, NavRail
from app.desktop.widgets.base import Painted, PaintedButton
from app.desktop.widgets.buttons import Btn, FKey, IconBtn
from app.desktop.widgets.care import Plot, PlotCurve, ReadingsChart
from app.desktop.widgets.choices import Seg, Stepper
from app.desktop.widgets.fields import Entry, Field, Omnibox
from app.desktop.widgets.member import AllergyStrip
from app.desktop.widgets.notices import NoteStrip, Toast
from app.desktop.widgets.pads import Keypad, PadKey, PinDots
from app.desktop.widgets.surfaces import Ground, Overlay
from app.desktop.widgets.words import Marks, Money, Txt


@pytest.fixture
def gallery(theme: Theme) -> Iterator[Gallery]:
    """Every part, shown."""
    window = Gallery(theme)
    window.resize(1440, 1900)
    window.show()
    QApplication.processEvents()
    yield window
    window.close()
    window.deleteLater()


def test_everything_pressed_has_a_name_and_is_reached_by_tab(gallery: Gallery) -> None:
    buttons = gallery.findChildren(PaintedButton)
    assert len(buttons) > 60
    assert [type(one).__name__ for one in buttons if not one.accessibleName() and one.isVisibleTo(gallery)] == []
    assert all(one.focusPolicy() == Qt.FocusPolicy.TabFocus for one in buttons)
    assert all(entry.accessibleName() for entry in gallery.findChildren(QLineEdit))


def test_no_target_is_smaller_than_28(gallery: Gallery) -> None:
    small = {
        type(one).__name__: (one.width(), one.height())
        for one in gallery.findChildren(PaintedButton)
        if one.isVisibleTo(gallery) and min(one.width(), one.height()) < 28
    }
    assert small == {}


def test_touch_profile_raises_targets_to_44(theme: Theme, gallery: Gallery) -> None:
    theme.set_scale(1.0, touch=True)
    QApplication.processEvents()
    low = {type(one).__name__ for one in gallery.findChildren(Btn) if one.height() < 44}
    theme.set_scale(1.0, touch=False)
    assert low == set()


def test_frame_fits_the_smallest_screen(gallery: Gallery) -> None:
    assert gallery.minimumSizeHint().width() <= 1366
    assert gallery.minimumSizeHint().height() <= 768


def test_both_themes_and_scales_paint_without_a_word_from_qt(
    theme: Theme, gallery: Gallery, capfd: pytest.CaptureFixture[str]
) -> None:
    for mode in ("dark", "light"):
        for scale in (0.9, 1.3, 1.0):
            theme.set_mode(mode)  # type: ignore[arg-type]
            theme.set_scale(scale)
            QApplication.processEvents()
            picture = gallery.grab().toImage()
            rail = picture.pixelColor(3, picture.height() // 2)
            assert rail == QColor(theme.tokens.rail)
    assert "QPainter" not in capfd.readouterr().err


def test_dark_theme_changes_the_whole_gallery_within_200_ms(theme: Theme, gallery: Gallery) -> None:
    took = []
    for mode in ("dark", "light") * 4:
        started = time.thread_time()
        theme.set_mode(mode)  # type: ignore[arg-type]
        QApplication.processEvents()
        took.append(time.thread_time() - started)
    # The window's own time, the quickest of eight: other programs on the test computer are not the theme's doing.
    assert min(took) <= 0.2


def test_parts_speak_the_language_in_force(theme: Theme) -> None:
    pad, mark, box = Keypad(theme), Marks(theme, (Mark.DEVICE,)), Omnibox(theme)
    theme.set_language("en")
    assert {"Clear", "Backspace"} <= {key.text() for key in pad.findChildren(PadKey)}
    assert mark.accessibleName() == "Medical device"
    assert box.entry.placeholderText().startswith("Scan")


class _Bell(QObject):
    rung = Signal(int)


def test_repainting_and_signals_keep_the_count_of_none(theme: Theme) -> None:
    heard: list[int] = []
    bell = _Bell()
    bell.rung.connect(heard.append)
    parts: list[QWidget] = [
        Btn(theme, "收款", "primary", key="F12", icon="plus"),
        Money(theme, 21400, 44),
        NoteStrip(theme, Note("confirm", "高血压慎用", "问过药师", actions=(NoteAction("told", "已告知"),))),
        Stepper(theme, 2),
    ]
    for part in parts:
        part.resize(part.sizeHint())
    for part in parts:
        part.grab()
    before = sys.getrefcount(None)
    for number in range(2000):
        bell.rung.emit(number)
    for _ in range(125):
        for part in parts:
            part.grab()
    after = sys.getrefcount(None)
    assert len(heard) == 2000
    assert abs(after - before) <= 50


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_button_is_pressed_by_space_and_enter(theme: Theme, key: Qt.Key) -> None:
    pressed: list[str] = []
    button = Btn(theme, "加入")
    button.clicked.connect(lambda: pressed.append(button.words))
    button.show()
    QTest.keyClick(button, key)
    assert pressed == ["加入"]


def test_only_qts_own_widgets_are_dressed_and_each_follows_the_theme(theme: Theme, qapp: QApplication) -> None:
    window = QWidget()
    box, button, area = Entry(theme, parent=window), Btn(theme, "加入", parent=window), QScrollArea(window)
    button.stand_on("surface")
    theme.dress_area(area)
    long = QWidget()
    long.setFixedHeight(area.height() + 100)
    area.setWidget(long)
    window.show()
    assert qapp.styleSheet() == window.styleSheet() == button.styleSheet() == area.styleSheet() == ""
    assert button.testAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
    light, bar = box.styleSheet(), area.verticalScrollBar().styleSheet()
    theme.set_mode("dark")
    assert box.styleSheet() not in ("", light) and area.verticalScrollBar().styleSheet() not in ("", bar)
    area.deleteLater()
    QCoreApplication.sendPostedEvents(area, QEvent.Type.DeferredDelete)
    theme.set_mode("light")
    assert box.styleSheet() == light
    window.close()


@pytest.mark.parametrize("first", ["dressed", "filled"])
def test_a_scroll_bar_is_dressed_once_there_is_something_to_scroll(theme: Theme, qapp: QApplication, first: str) -> None:
    area, content = QScrollArea(), QWidget()
    area.setWidgetResizable(True)
    area.resize(200, 200)
    if first == "dressed":
        theme.dress_area(area)
    area.setWidget(content)
    area.show()
    qapp.processEvents()
    bar = area.verticalScrollBar()
    if first == "dressed":
        assert bar.styleSheet() == "" and not bar.isVisible()
    content.setMinimumHeight(500)
    qapp.processEvents()
    if first == "filled":
        theme.dress_area(area)
        qapp.processEvents()
    assert bar.isVisible() and "border-radius" in bar.styleSheet() and bar.width() == bar.sizeHint().width()
    light = bar.styleSheet()
    theme.set_mode("dark")
    assert bar.styleSheet() not in ("", light)
    area.close()


def test_parts_take_on_another_look_before_it_is_told_and_those_qt_has_dropped_are_left(theme: Theme) -> None:
    told: list[str] = []

    class Part(QObject):
        def restyle(self) -> None:
            told.append(f"{self.objectName()} measured")

        def recolour(self) -> None:
            told.append(f"{self.objectName()} recoloured")

    kept, dropped, forgotten = Part(), Part(), Part()
    for part, name in ((kept, "kept"), (dropped, "dropped"), (forgotten, "forgotten")):
        part.setObjectName(name)
        theme.follow(part)
    theme.changed.connect(lambda: told.append("changed"))
    delete(dropped)
    del forgotten, part
    theme.set_mode("dark")
    assert told == ["kept recoloured", "changed"]
    told.clear()
    theme.set_scale(1.2)
    theme.set_language("en")
    assert told == ["kept measured", "changed"] * 2


def _drawn_ahead(theme: Theme) -> list[QWidget]:
    """Grounds with a part each that keeps what it has drawn."""
    days = tuple((date(2026, 11, 1) + timedelta(days=3 * step), 130.0 + step) for step in range(6))
    grounds: list[QWidget] = [Ground(theme) for _ in range(3)]
    toast = Toast(theme, grounds[0])
    chart = ReadingsChart(theme, grounds[1])
    chart.show_plot(Plot(days[0][0], days[-1][0], (PlotCurve("收缩压", days, (110.0, 134.0)),), (), (days[2][0],)), "收缩压")
    overlay = Overlay(theme, Column(theme, Txt(theme, "药柜")), parent=grounds[2])
    for part in (*grounds, chart, overlay):
        part.resize(420, 240)
    toast.show_toast("已挂单", action="撤销", milliseconds=60_000)
    return grounds


def test_what_is_kept_drawn_is_drawn_anew_in_other_colours(theme: Theme, qapp: QApplication) -> None:
    before = _drawn_ahead(theme)
    light = [part.grab().toImage() for part in before]
    theme.set_mode("dark")
    dark = [part.grab().toImage() for part in before]
    fresh = [part.grab().toImage() for part in _drawn_ahead(theme)]
    assert dark == fresh and all(one != other for one, other in zip(light, dark, strict=True))


def test_rows_and_columns_keep_their_gaps_and_margins_at_every_scale(theme: Theme) -> None:
    for line in (Row, Column):
        box = line(theme, Txt(theme, "一"), 10, Spring(), Txt(theme, "二"), gap=8, margins=(16, 12, 16, 4))
        box.add(6)
        for factor in (1.5, 1.0):
            theme.set_scale(factor)
            margins, last = box.contentsMargins(), box.itemAt(box.count() - 1).sizeHint()
            gap = box.itemAt(1).sizeHint()
            assert (margins.left(), margins.top(), margins.bottom()) == (theme.px(16), theme.px(12), theme.px(4))
            assert box.spacing() == theme.px(8)
            flat = line is Row
            assert (gap.width() if flat else gap.height(), gap.height() if flat else gap.width()) == (theme.px(10), 0)
            assert (last.width() if flat else last.height()) == theme.px(6)

def test_a_click_leaves_the_focus_in_the_scan_box(theme: Theme, qapp: QApplication) -> None:
    window = QWidget()
    box = Omnibox(theme, parent=window)
    button = Btn(theme, "加入", parent=window)
    button.move(0, 60)
    window.show()
    window.activateWindow()
    box.setFocus()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.focusWidget() is box.entry
    assert button.focusPolicy() == Qt.FocusPolicy.TabFocus
    window.close()


def test_the_scan_box_refuses_the_input_method_and_tells_enter(theme: Theme) -> None:
    box = Omnibox(theme)
    told: list[str] = []
    box.submitted.connect(told.append)
    assert not box.entry.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    QTest.keyClicks(box.entry, "amxl")
    QTest.keyClick(box.entry, Qt.Key.Key_Return)
    assert told == ["amxl"]


def test_the_scan_box_keeps_room_for_its_picture_after_a_change_of_theme(theme: Theme) -> None:
    box = Omnibox(theme)
    box.resize(400, 44)
    box.show()
    theme.set_mode("dark")
    QApplication.processEvents()
    assert box.entry.x() >= 40
    box.close()


def test_a_field_says_how_to_mend_an_error_and_forgets_it(theme: Theme) -> None:
    field = Field(theme, "会员手机", hint="11 位")
    field.set_error("少 4 位，请补全")
    assert field.entry.property("state") == "error"
    assert field.entry.accessibleDescription() == "少 4 位，请补全"
    field.set_error("")
    assert field.entry.property("state") == ""
    assert field.entry.accessibleDescription() == "11 位"


def test_a_stepper_steps_asks_and_stops_at_its_ends(theme: Theme) -> None:
    stepper = Stepper(theme, 1, highest=2)
    counts: list[int] = []
    asked: list[bool] = []
    stepper.changed.connect(counts.append)
    stepper.asked.connect(lambda: asked.append(True))
    right = QPoint(stepper.width() - 10, stepper.height() // 2)
    QTest.mouseClick(stepper, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(8, 18))
    QTest.mouseClick(stepper, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, right)
    QTest.mouseClick(stepper, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, right)
    QTest.mouseClick(stepper, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, stepper.rect().center())
    QTest.keyClick(stepper, Qt.Key.Key_Minus)
    assert counts == [2, 1]
    assert asked == [True]


def test_segments_tell_only_what_the_person_chose(theme: Theme) -> None:
    seg = Seg(theme, ["血压", "血糖", "体重"])
    chosen: list[int] = []
    seg.chosen.connect(chosen.append)
    seg.set_index(2)
    assert seg.index == 2 and chosen == []
    keys = seg.findChildren(PaintedButton)
    keys[1].click()
    assert chosen == [1]


def test_the_money_pad_has_seven_eight_nine_on_top_and_tells_each_key(theme: Theme) -> None:
    pad = Keypad(theme, quick=[("正好", "exact")])
    typed: list[str] = []
    pad.typed.connect(typed.append)
    pad.quick.connect(typed.append)
    pad.erased.connect(lambda: typed.append("erase"))
    pad.cleared.connect(lambda: typed.append("clear"))
    pad.resize(pad.sizeHint())
    pad.show()
    keys = {key.text(): key for key in pad.findChildren(PadKey)}
    assert keys["7"].y() < keys["4"].y() < keys["1"].y() < keys["0"].y()
    for words in ("7", "00", ".", "正好", "退格", "清除"):
        keys[words].click()
    pad.close()
    assert typed == ["7", "00", ".", "exact", "erase", "clear"]


def test_the_pin_pad_offers_no_decimal_point(theme: Theme) -> None:
    pad = Keypad(theme, "pin")
    words = {key.text() for key in pad.findChildren(PadKey)}
    assert "." not in words and "00" not in words


def test_a_wrong_pin_empties_the_dots(theme: Theme) -> None:
    dots = PinDots(theme)
    dots.set_filled(4)
    filled = dots.grab().toImage()
    dots.wrong()
    assert dots.grab().toImage() != filled
    assert "0" in dots.accessibleName()


def test_a_strip_tells_which_way_out_was_taken_and_speaks_in_full(theme: Theme) -> None:
    strip = NoteStrip(
        theme,
        Note(
            "block",
            "不能卖 3 盒",
            "一次最多 2 盒。",
            "依据",
            (NoteAction("two", "改为 2 盒", primary=True), NoteAction("drop", "删除此行")),
        ),
    )
    strip.resize(600, strip.heightForWidth(600))
    acted: list[str] = []
    strip.acted.connect(acted.append)
    strip.show()
    for button in strip.findChildren(PaintedButton):
        assert strip.rect().contains(button.geometry())
        button.click()
    strip.close()
    assert acted == ["two", "drop"]
    assert strip.accessibleName() == "不能继续；不能卖 3 盒；一次最多 2 盒。；依据"


def test_the_function_bar_keeps_eight_keys_and_more_where_it_is_tight(theme: Theme) -> None:
    bar = FBar(theme, [FKeyEntry(f"F{number}", "说明文字") for number in range(1, 12)])
    told: list[str] = []
    bar.pressed.connect(told.append)
    bar.show()
    bar.resize(1290, 60)
    QApplication.processEvents()
    shown = [key.text() for key in bar.findChildren(PaintedButton) if key.isVisible()]
    assert len(shown) == 11
    bar.resize(800, 60)
    QApplication.processEvents()
    keys = [key for key in bar.findChildren(PaintedButton) if key.isVisible()]
    assert len(keys) == 9 and keys[-1].text() == "更多"
    keys[2].click()
    bar.close()
    assert told == ["F3"]


def test_the_rail_tells_a_place_but_marks_only_the_one_on_screen(theme: Theme) -> None:
    rail = NavRail(theme, [NavEntry("sell", "cash-register", "收银"), NavEntry("member", "users", "会员")])
    rail.set_active("sell")
    told: list[str] = []
    rail.chosen.connect(told.append)
    sell, member = rail.findChildren(PaintedButton)
    member.click()
    assert told == ["member"]
    assert sell.isChecked() and not member.isChecked()


def test_a_toast_stands_at_the_bottom_left_and_offers_the_way_back(theme: Theme) -> None:
    host = QWidget()
    host.resize(900, 600)
    host.show()
    toast = Toast(theme, host)
    undone: list[bool] = []
    toast.undone.connect(lambda: undone.append(True))
    toast.show_toast("已删 布洛芬", action="撤销", key="Ctrl Z")
    assert toast.isVisible() and toast.x() < 20 and toast.geometry().bottom() >= 570
    host.resize(900, 700)
    QApplication.processEvents()
    assert toast.geometry().bottom() >= 670
    toast.findChildren(PaintedButton)[0].click()
    assert undone == [True] and not toast.isVisible()
    host.close()


def test_missing_allergy_records_never_look_safe(theme: Theme) -> None:
    strip = AllergyStrip(theme)
    strip.resize(360, 36)
    strip.set_missing("未登记，请询问顾客")
    amber = strip.grab().toImage().pixelColor(180, 4)
    assert amber == QColor(theme.tokens.warn_t)
    strip.set_known("青霉素类", "已核对 4/5 种")
    assert strip.grab().toImage().pixelColor(180, 4) == QColor(theme.tokens.bad_t)


def test_no_text_is_painted_below_twelve_pixels(
    theme: Theme, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: set[int] = set()
    real = QPainter.setFont

    def watch(painter: QPainter, font: object) -> None:
        sizes.add(font.pixelSize())  # type: ignore[attr-defined]
        real(painter, font)  # type: ignore[arg-type]

    monkeypatch.setattr(QPainter, "setFont", watch)
    gallery.grab()
    assert sizes and min(sizes) >= 12


def test_plain_and_chinese_lines_stand_on_the_same_height(theme: Theme) -> None:
    assert Txt(theme, "Aa 12").height() == Txt(theme, "药柜").height()


def test_icons_are_sharp_on_dense_screens(theme: Theme) -> None:
    dense = theme.icon("pill", 18, ratio=2.0)
    assert dense.width() == 36 and QPaintDevice.devicePixelRatio(dense) == 2.0


def test_keys_brought_while_others_go_are_the_only_ones_shown(theme: Theme) -> None:
    bar = FBar(theme, [FKeyEntry("F1", "a"), FKeyEntry("F2", "b")])
    bar.resize(1200, 60)
    bar.show()
    after = [FKeyEntry("F3", "c")]

    class Nested(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Hide:
                bar.set_entries(after)
            return False

    nested = Nested()
    for key in bar.findChildren(FKey):
        key.installEventFilter(nested)
    bar.set_entries([FKeyEntry("F4", "d")])
    assert [key.key for key in bar.findChildren(FKey) if key.isVisible() and key.key.startswith("F")] == ["F3"]


def test_the_gallery_is_pictured_whole_in_both_themes(tmp_path: Path, theme: Theme) -> None:
    pictures = {path.stem: QImage(str(path)) for path in picture(tmp_path)}
    assert sorted(pictures) == ["gallery_dark", "gallery_light", "gallery_states_dark", "gallery_states_light", "gallery_states_touch"]
    light, dark = pictures["gallery_light"], pictures["gallery_dark"]
    assert light.size() == dark.size() and light.height() > 1_000
    assert light.pixelColor(700, 200) != dark.pixelColor(700, 200)
    assert pictures["gallery_states_touch"].height() > pictures["gallery_states_light"].height()


def public_widgets() -> set[type[QWidget]]:
    """Every widget of `app.desktop.widgets` that somebody may use, but the grounds that others are made of."""
    modules = [importlib.import_module(f"{widgets.__name__}.{each.name}") for each in pkgutil.iter_modules(widgets.__path__)]
    found = {kind for module in modules for kind in vars(module).values() if inspect.isclass(kind) and kind.__module__ == module.__name__}
    return {kind for kind in found if issubclass(kind, QWidget) and not kind.__name__.startswith("_")} - {Painted, PaintedButton}


def test_no_widget_is_missing_from_the_gallery(theme: Theme, gallery: Gallery) -> None:
    states = States(theme)
    seen = {type(one) for page in (gallery, states) for one in page.findChildren(QWidget)}
    states.deleteLater()
    assert len(public_widgets()) > 60
    assert sorted(kind.__name__ for kind in public_widgets() - seen) == []


def test_everything_that_is_pressed_looks_pressed(theme: Theme) -> None:
    alike, states = [], States(theme)
    for kind, title, words, _, _, make in states._kinds():
        looks = []
        for state in ("rest", "down"):
            part = make(kind, words)
            put(part, state)
            part.show()
            looks.append(part.grab().toImage())
            part.close()
        if looks[0] == looks[1]:
            alike.append(title)
    assert not alike


@pytest.mark.parametrize("part", ["button", "words"])
def test_what_is_said_under_the_pointer_has_room_round_its_words(theme: Theme, part: str) -> None:
    shown: QWidget = IconBtn(theme, "x", "关闭") if part == "button" else Txt(theme, "阿托伐他汀")
    shown.setToolTip("关闭")
    shown.resize(60, 40)
    shown.show()
    pads = []
    for scale in (1.0, 1.3):
        theme.set_scale(scale)
        QCoreApplication.sendEvent(shown, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
        QToolTip.showText(QPoint(20, 20), shown.toolTip(), shown)
        tip = next(one for one in QApplication.topLevelWidgets() if one.metaObject().className() == "QTipLabel" and one.isVisible())
        words = tip.fontMetrics().boundingRect("关闭")
        pads.append((tip.sizeHint().width() - words.width(), tip.sizeHint().height() - tip.fontMetrics().height()))
        # A tip goes by itself a moment later: the next one is made by the next words.
        tip.hide()
        tip.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    shown.deleteLater()
    assert all(wide >= 20 and high >= 12 for wide, high in pads), pads
    assert pads[1] > pads[0]
