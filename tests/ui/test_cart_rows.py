"""The cart's model and its rows: exact changes, what is hit, and what is never cut."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QStyleOptionViewItem

from app.counter.scene import SceneLine, Strip
from app.desktop.models.cart import LINE_ROLE, SELECTED_ROLE, CartModel
from app.desktop.models.cart_delegate import SHOWN_STRIPS, CartDelegate, RowLayout
from app.desktop.models.strips import by_weight, note_of
from app.desktop.theme import Theme
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
    delegate = CartDelegate(theme)
    noted = line(1, strips=tuple(strip(f"rule-{n}", tone) for n, tone in enumerate(("info", "warn", "bad", "rx"))))
    row = delegate.layout_of(noted, WIDTH, True)
    assert [placed.rule for placed in row.notes] == ["rule-2", "rule-3"]
    assert row.more == 4 - SHOWN_STRIPS
    delegate.open_notes("line-1")
    assert len(delegate.layout_of(noted, WIDTH, True).notes) == 4


def test_every_part_of_a_row_can_be_hit(theme: Theme) -> None:
    delegate = CartDelegate(theme)
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
    delegate = CartDelegate(theme)
    long = line(1, name="复方氨基酸注射液与葡萄糖电解质维生素混合制剂（儿童型）", strength="250ml（含氨基酸19.2g）×12袋")
    row = delegate.layout_of(long, WIDTH, False)
    assert "".join(row.names) == long.name
    assert row.strength_below
    assert row.height > delegate.layout_of(line(2), WIDTH, False).height


def test_a_guessed_lot_is_shown_as_a_guess_and_the_maker_gives_way_first(theme: Theme) -> None:
    delegate = CartDelegate(theme)
    guessed = delegate.layout_of(line(1, lot_source="assumed"), WIDTH, False)
    assert any("（待确认）" in piece.words and piece.tone == "warn_ink" for piece in guessed.pieces)
    crowded = line(2, maker="某某省某某市某某某某某某制药集团股份有限公司", near_expiry=True, codes_needed=12, codes_got=3)
    pieces = delegate.layout_of(crowded, WIDTH, False).pieces
    assert not any(crowded.maker == piece.words for piece in pieces)
    assert any("26030418" in piece.words for piece in pieces)
    assert any("2028-02-28" in piece.words and piece.tone == "warn_ink" for piece in pieces)


def test_a_row_is_measured_once_per_width_and_again_after_a_change_of_theme(theme: Theme) -> None:
    delegate = CartDelegate(theme)
    plain = line(1)
    first = delegate.layout_of(plain, WIDTH, False)
    assert delegate.layout_of(plain, WIDTH, False) is first
    assert delegate.layout_of(plain, WIDTH - 100, False) is not first
    theme.set_scale(1.3)
    assert delegate.layout_of(plain, WIDTH, False).height > first.height


def test_the_row_that_loses_the_selection_was_drawn_before_the_scan_that_takes_it(
    theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[str, bool]] = []
    whole = CartDelegate._paint_row

    def counted(self: CartDelegate, painter: QPainter, each: SceneLine, selected: bool, rect: QRectF, row: RowLayout) -> None:
        drawn.append((each.line_id, selected))
        whole(self, painter, each, selected, rect, row)

    monkeypatch.setattr(CartDelegate, "_paint_row", counted)
    noted = line(1, strips=(strip("near", "warn", WayOut("answer:told", Text("已告知", "Told"), "Enter")),))
    model, delegate = CartModel(theme), CartDelegate(theme)
    option, canvas = QStyleOptionViewItem(), QPixmap(round(WIDTH), 400)

    def show(row: int) -> QImage:
        canvas.fill(theme.color("surface"))
        height = delegate.layout_of(model.lines[row], WIDTH, model.selected == model.lines[row].line_id).height
        option.rect = QRect(0, 0, round(WIDTH), height)
        painter = QPainter(canvas)
        delegate.paint(painter, option, model.index(row))
        painter.end()
        return canvas.toImage()

    model.show((noted,), "line-1")
    chosen = show(0)
    delegate.foresee(noted, WIDTH, canvas.devicePixelRatioF())
    assert drawn == [("line-1", True), ("line-1", False)]
    model.show((noted, line(2)), "line-2")
    left = show(0)
    assert drawn == [("line-1", True), ("line-1", False)]
    assert left != chosen
    delegate.forget()
    assert show(0) == left, "the picture made ahead is the one made on the spot"


def test_blocks_stand_before_prescriptions_before_confirmations_before_notes() -> None:
    mixed = tuple(strip(tone, tone) for tone in ("info", "warn", "rx", "bad"))
    assert [each.tone for each in by_weight(mixed)] == ["bad", "rx", "warn", "info"]


def test_keycaps_are_shown_on_the_selected_line_only() -> None:
    noted = strip("near", "warn", WayOut("answer:told", Text("已告知", "Told"), "Enter"))
    assert note_of(noted, "zh").actions[0].keycap == "Enter"
    assert note_of(noted, "zh", keys=False).actions[0].keycap == ""
