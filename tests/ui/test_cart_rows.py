"""The cart's model and its rows: exact changes, what is hit, and what is never cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication

from app.counter.scene import Frame, Scene, SceneLine, Strip
from app.desktop.models.cart import LINE_ROLE, SELECTED_ROLE, CartModel
from app.desktop.models.cart_rows import SHOWN_STRIPS, CartColumns, CartHit, CartRows
from app.desktop.models.cart_view import CartView
from app.desktop.models.strips import by_weight, note_of
from app.desktop.theme import Theme, paint
from app.desktop.theme.notes import spoken
from app.desktop.theme.tokens import Mode
from app.domain.verdict import Text, WayOut

WIDTH = 857.0


def line(no: int, **facts: object) -> SceneLine:
    """A plain row of an OTC medicine."""
    plain = SceneLine(
        f"line-{no}", no, f"P{no}", "布洛芬缓释胶囊", "0.3g×24粒", ("otc_a", "ins_a"), "泠石桥药业", "26030418", "code", "2028-02-28",
        False, 1, 1, 2680, 1, "盒", 0, 2680,
    )  # fmt: skip
    return replace(plain, **facts)  # type: ignore[arg-type]


def strip(rule: str, tone: str, *ways: WayOut) -> Strip:
    """A note of a tone."""
    grade = {"bad": "block", "info": "inform"}.get(tone, "confirm")
    return Strip(rule, grade, tone, Text("标题", "Title"), Text("说明", "Why"), Text("依据"), ways)


@pytest.fixture
def model(theme: Theme) -> CartModel:
    """Three lines, the last selected."""
    made = CartModel(theme)
    made.show((line(1), line(2), line(3)), "line-3")
    return made


def test_a_changed_line_alone_says_so(model: CartModel) -> None:
    changed: list[tuple[int, list[int]]] = []
    model.dataChanged.connect(lambda at, _, roles: changed.append((at.row(), list(roles))))
    model.show((line(1), line(2, quantity=5), line(3)), "line-3")
    assert [row for row, _ in changed] == [1]
    assert LINE_ROLE in changed[0][1]
    assert SELECTED_ROLE not in changed[0][1]


def test_moving_the_cursor_changes_two_rows_and_only_their_selection(model: CartModel) -> None:
    changed: list[tuple[int, list[int]]] = []
    model.dataChanged.connect(lambda at, _, roles: changed.append((at.row(), list(roles))))
    model.show((line(1), line(2), line(3)), "line-1")
    assert changed == [(0, [SELECTED_ROLE]), (2, [SELECTED_ROLE])]


def test_rows_come_and_go_one_by_one_without_a_reset(model: CartModel) -> None:
    told: list[tuple[str, int]] = []
    model.rowsInserted.connect(lambda _, first, last: told.append(("in", first)) if first == last else told.append(("many", first)))
    model.rowsRemoved.connect(lambda _, first, last: told.append(("out", first)) if first == last else told.append(("many", first)))
    model.modelReset.connect(lambda: told.append(("reset", 0)))
    model.show((line(1), line(3), line(4)), "line-4")
    assert told == [("out", 1), ("in", 2)]
    assert [each.line_id for each in model.lines] == ["line-1", "line-3", "line-4"]


def test_unchanged_lines_keep_their_object_so_that_their_picture_stays(model: CartModel) -> None:
    before = model.lines[0]
    model.show((line(1), line(2), line(3), line(4)), "line-4")
    assert model.lines[0] is before


def test_a_line_is_spoken_with_its_class_quantity_amount_and_notes(model: CartModel, theme: Theme) -> None:
    model.show((line(1, strips=(strip("near", "warn"),)),), "line-1")
    words = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    for part in ("布洛芬缓释胶囊", "0.3g×24粒", "甲类非处方药", "×1盒", "¥26.80", "26030418", "标题", "说明"):
        assert part in words


def test_at_most_two_notes_are_drawn_and_the_rest_are_counted(theme: Theme) -> None:
    delegate = CartRows(theme)
    noted = line(1, strips=tuple(strip(f"rule-{n}", tone) for n, tone in enumerate(("info", "warn", "bad", "rx"))))
    row = delegate.layout_of(noted, WIDTH, True)
    assert [placed.rule for placed in row.notes] == ["rule-2", "rule-3"]
    assert row.more == 4 - SHOWN_STRIPS
    delegate.open_notes("line-1")
    assert len(delegate.layout_of(noted, WIDTH, True).notes) == 4


def test_every_part_of_a_row_can_be_hit(theme: Theme) -> None:
    delegate = CartRows(theme)
    noted = line(1, quantity=2, strips=(strip("near", "warn", WayOut("answer:told", Text("已告知", "Told"), "Enter")),))
    row = delegate.layout_of(noted, WIDTH, True)
    rect = QRectF(0, 200, WIDTH, row.height)
    found = {
        (hit.part, hit.act)
        for y in range(200, 200 + row.height, 3)
        for x in range(0, int(WIDTH), 3)
        for hit in (delegate.hit(noted, rect, QPointF(x, y), True),)
    }
    assert found == {("line", ""), ("minus", ""), ("count", ""), ("plus", ""), ("way", "answer:told")}


def test_a_long_name_wraps_and_its_strength_is_never_cut(theme: Theme) -> None:
    delegate = CartRows(theme)
    long = line(1, name="复方氨基酸注射液与葡萄糖电解质维生素混合制剂（儿童型）", strength="250ml（含氨基酸19.2g）×12袋")
    row = delegate.layout_of(long, WIDTH, False)
    assert "".join(row.names) == long.name
    assert row.strength_below
    assert row.height > delegate.layout_of(line(2), WIDTH, False).height


def test_a_guessed_lot_is_shown_as_a_guess_and_the_maker_gives_way_first(theme: Theme) -> None:
    delegate = CartRows(theme)
    guessed = delegate.layout_of(line(1, lot_source="assumed"), WIDTH, False)
    assert any("（待确认）" in piece.words and piece.tone == "warn_ink" for piece in guessed.pieces)
    crowded = line(2, maker="某某省某某市某某某某某某制药集团股份有限公司", near_expiry=True, codes_needed=12, codes_got=3)
    pieces = delegate.layout_of(crowded, WIDTH, False).pieces
    assert not any(crowded.maker == piece.words for piece in pieces)
    assert any("26030418" in piece.words for piece in pieces)
    assert any("2028-02-28" in piece.words and piece.tone == "warn_ink" for piece in pieces)


def test_a_row_is_measured_once_per_width_and_again_after_a_change_of_theme(theme: Theme) -> None:
    delegate = CartRows(theme)
    plain = line(1)
    first = delegate.layout_of(plain, WIDTH, False)
    assert delegate.layout_of(plain, WIDTH, False) is first
    assert delegate.layout_of(plain, WIDTH - 100, False) is not first
    theme.set_scale(1.3)
    assert delegate.layout_of(plain, WIDTH, False).height > first.height


def picture(rows: CartRows, theme: Theme, each: SceneLine, selected: bool) -> QImage:
    """One line drawn by itself."""
    height = rows.layout_of(each, WIDTH, selected).height
    canvas = QPixmap(round(WIDTH), height)
    canvas.fill(theme.color("rx"))
    painter = QPainter(canvas)
    rows.paint(painter, each, QRectF(0, 0, WIDTH, height), selected)
    painter.end()
    return canvas.toImage()


def test_the_words_of_a_line_are_drawn_once_however_often_the_selection_comes_and_goes(
    theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    whole = CartRows._paint_words

    def counted(self: CartRows, painter: QPainter, each: SceneLine, *rest: Any) -> tuple[float, float]:
        drawn.append(each.line_id)
        return whole(self, painter, each, *rest)

    monkeypatch.setattr(CartRows, "_paint_words", counted)
    noted = line(1, strips=(strip("near", "warn", WayOut("answer:told", Text("已告知", "Told"), "Enter")),))
    rows = CartRows(theme)
    chosen, left, again = (picture(rows, theme, noted, selected) for selected in (True, False, True))
    assert drawn == ["line-1"]
    assert chosen == again != left
    assert picture(CartRows(theme), theme, noted, False) == left, "what was kept is what is drawn on the spot"
    picture(rows, theme, replace(noted, quantity=2), False)
    assert drawn == ["line-1"] * 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_ground_of_the_selected_row_is_its_colour_and_its_words_stay_readable(theme: Theme, mode: Mode) -> None:
    theme.set_mode(mode)
    rows = CartRows(theme)
    chosen, left = (picture(rows, theme, line(1), selected) for selected in (True, False))
    asked = theme.color("select")
    # Two in 255 is what no eye sees; the colour cannot be met exactly by a thin layer over the dark surface.
    for x, y in ((round(WIDTH) - 6, 8), (round(WIDTH) // 2, 58), (16, 6)):
        shown = chosen.pixelColor(x, y)
        assert max(abs(a - b) for a, b in zip(shown.getRgb()[:3], asked.getRgb()[:3], strict=True)) <= 2
    assert left.pixelColor(16, 6) == theme.color("surface")
    assert chosen.pixelColor(1, 8) == theme.color("brand")


def test_a_button_under_the_pointer_is_lit_and_the_light_goes_with_it(theme: Theme) -> None:
    rows = CartRows(theme)
    noted = line(1, quantity=2, strips=(strip("near", "warn", WayOut("answer:told", Text("已告知", "Told"))),))
    dark = picture(rows, theme, noted, False)
    for hit in (CartHit("line-1", "plus"), CartHit("line-1", "way", "near", "answer:told")):
        rows.hover = hit
        assert picture(rows, theme, noted, False) != dark
        rows.hover = None
        assert picture(rows, theme, noted, False) == dark


# -- the view ------------------------------------------------------------------------------------

_NOTES = (strip("near", "warn", WayOut("answer:told", Text("已告知", "Told"), "Enter")), strip("rx", "rx"), strip("bad", "bad"))
_LINES = st.lists(
    st.tuples(st.integers(1, 12), st.integers(1, 3), st.integers(0, 3)), max_size=9, unique_by=lambda drawn: drawn[0]
)


def _scene(drawn: list[tuple[int, int, int]], pick: int) -> Scene:
    lines = tuple(line(no, quantity=quantity, strips=_NOTES[:notes]) for no, quantity, notes in drawn)
    return Scene(_FRAME, lines=lines, selected=lines[pick % len(lines)].line_id if lines else "")


_FRAME = Frame("店", "", "T1", "", "", date(2026, 11, 22), "", "", "", 1)


class _Painted(QObject):
    """The pixel rows of a viewport that were painted since it was asked."""

    def __init__(self, view: CartView) -> None:
        super().__init__()
        self.rows: set[int] = set()
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(event, QPaintEvent):
            for rect in event.region():
                self.rows.update(range(rect.top(), rect.bottom() + 1))
        return False


@given(st.lists(st.tuples(_LINES, st.integers(0, 9)), min_size=2, max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_painted_after_an_act_is_all_that_differs(theme: Theme, acts: list[tuple[list[tuple[int, int, int]], int]]) -> None:
    view = CartView(theme)
    view.resize(857, 420)
    view.show()
    QApplication.processEvents()
    painted = _Painted(view)
    for drawn, pick in acts:
        before = view.viewport().grab().toImage()
        painted.rows.clear()
        view.show_scene(_scene(drawn, pick))
        QApplication.processEvents()
        fresh = set(painted.rows)
        after = view.viewport().grab().toImage()
        size = after.bytesPerLine()
        old, new = bytes(before.constBits()), bytes(after.constBits())
        differing = {y for y in range(after.height()) if old[y * size : (y + 1) * size] != new[y * size : (y + 1) * size]}
        assert differing <= fresh
        _stands_right(view)
    view.close()
    view.deleteLater()


def _stands_right(view: CartView) -> None:
    """Every row stands below the last, as high as it was measured, and is found at its own place; the chosen one is in view."""
    offset, y = view.verticalOffset(), 0
    for row, each in enumerate(view.lines.lines):
        place = view.visualRect(view.lines.index(row))
        height = view.drawing.layout_of(each, view.viewport().width(), each.line_id == view.lines.selected).height
        assert (place.top() + offset, place.height()) == (y, height)
        assert view.indexAt(place.center()).row() == row
        if each.line_id == view.lines.selected:
            assert place.top() >= 0
            assert place.bottom() < view.viewport().height() or place.top() == 0
        y += height
    assert view.verticalScrollBar().maximum() == max(0, y - view.viewport().height())
    assert not view.indexAt(QPoint(5, y - offset + 1)).isValid()


def test_a_scan_into_a_long_cart_measures_and_draws_the_new_line_only(theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []
    drawn: list[str] = []
    measure, words = CartRows._head_of, CartRows._paint_words

    def told(self: CartRows, each: SceneLine, width: float) -> Any:
        measured.append(each.line_id)
        return measure(self, each, width)

    def painted(self: CartRows, painter: QPainter, each: SceneLine, *rest: Any) -> tuple[float, float]:
        drawn.append(each.line_id)
        return words(self, painter, each, *rest)

    view = CartView(theme)
    view.resize(857, 420)
    view.show()
    lines = tuple(line(no) for no in range(1, 101))
    view.show_scene(Scene(_FRAME, lines=lines, selected="line-100"))
    QApplication.processEvents()
    monkeypatch.setattr(CartRows, "_head_of", told)
    monkeypatch.setattr(CartRows, "_paint_words", painted)
    view.show_scene(Scene(_FRAME, lines=(*lines, line(101)), selected="line-101"))
    QApplication.processEvents()
    assert set(measured) <= {"line-100", "line-101"}
    assert drawn == ["line-101"]
    view.close()


def test_screen_readers_find_a_list_with_every_line_in_words(theme: Theme) -> None:
    view = CartView(theme)
    view.resize(857, 420)
    view.show()
    view.show_scene(Scene(_FRAME, lines=(line(1), line(2, strips=_NOTES[:1])), selected="line-2"))
    QApplication.processEvents()
    reader = QAccessible.queryAccessibleInterface(view)
    assert reader.role() == QAccessible.Role.List
    assert reader.childCount() == 2
    second = reader.child(1)
    assert "布洛芬缓释胶囊" in second.text(QAccessible.Text.Name)
    assert "标题" in second.text(QAccessible.Text.Name)
    place = view.visualRect(view.lines.index(1))
    assert second.rect().size() == place.size()
    view.close()


def test_the_head_of_the_table_stands_where_the_rows_put_their_columns(theme: Theme) -> None:
    at, other = CartColumns(theme, WIDTH), CartColumns(theme, WIDTH - 200)
    assert at.edge - other.edge == at.price - other.price == at.stepper - other.stepper == 200


def test_blocks_stand_before_prescriptions_before_confirmations_before_notes() -> None:
    mixed = tuple(strip(tone, tone) for tone in ("info", "warn", "rx", "bad"))
    assert [each.tone for each in by_weight(mixed)] == ["bad", "rx", "warn", "info"]


def test_keycaps_are_shown_on_the_selected_line_only() -> None:
    noted = strip("near", "warn", WayOut("answer:told", Text("已告知", "Told"), "Enter"))
    assert note_of(noted, "zh").actions[0].keycap == "Enter"
    assert note_of(noted, "zh", keys=False).actions[0].keycap == ""


def test_a_key_stands_on_the_heaviest_strip_that_offers_it_for_that_is_what_it_does(theme: Theme) -> None:
    make, drop = WayOut("two", Text("改为 2 盒"), "Enter", True), WayOut("drop", Text("删除此行"), "Del")
    register = WayOut("register", Text("登记身份证"), "Enter", True)
    blocked = line(1, strips=(strip("limit", "bad", make, drop), strip("buyer", "bad", register, drop)))
    placed = CartRows(theme).layout_of(blocked, WIDTH, True).notes
    assert [[place.action.keycap for place in note.layout.places] for note in placed] == [["Enter", "Del"], ["", ""]]


def test_the_grades_of_a_strip_are_told_apart_without_any_colour(theme: Theme) -> None:
    looks, words = set(), set()
    for tone in ("info", "warn", "bad", "rx"):
        note = note_of(strip("one", tone), "zh")
        canvas = QPixmap(24, 24)
        canvas.fill(Qt.GlobalColor.white)
        painter = QPainter(canvas)
        paint.icon(painter, theme, note.icon_name, 3, 12, 18, "ink", "fill")
        painter.end()
        looks.add(bytes(canvas.toImage().constBits()))
        words.add(spoken(theme, note).partition("；")[0])
    assert len(looks) == len(words) == 4


def test_a_row_that_measures_alike_at_another_width_is_drawn_anew(theme: Theme) -> None:
    def drawn(rows: CartRows, width: float) -> QImage:
        canvas = QPixmap(round(width), rows.layout_of(plain, width, False).height)
        canvas.fill(theme.color("surface"))
        painter = QPainter(canvas)
        rows.paint(painter, plain, QRectF(0, 0, width, canvas.height()), False)
        painter.end()
        return canvas.toImage()

    plain, rows = line(1), CartRows(theme)
    drawn(rows, WIDTH + 400)
    assert drawn(rows, WIDTH) == drawn(CartRows(theme), WIDTH)
