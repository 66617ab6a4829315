"""Three questions about one test page choose charset, width and cutter."""

from __future__ import annotations

from itertools import product

import pytest
from PIL import Image

from app.devices.encoder import Encoder
from app.devices.finding import Found
from app.devices.fitting import Fitting, page, page_profile
from app.devices.profile import profile_for
from app.devices.ticket import Cut, Text, Ticket
from app.devices.virtual import Interpreter
from app.records.resources import resource

FONT = resource("fonts", "NotoSansSC-Regular.ttf")
AT = Found("network", "192.168.3.9:9100", "192.168.3.9", True)


def answered(*answers: bool) -> Fitting:
    fitting = Fitting(AT).printed()
    for yes in answers:
        fitting = fitting.answer(yes)
    return fitting


@pytest.mark.parametrize(
    ("answers", "charset", "cells", "cutter"),
    [
        ((True, True, True), "gb18030", 48, True),
        ((True, False, False), "gb18030", 32, False),
        ((False, True, True, True), "gbk", 48, True),
        ((False, False, True, False, True), "gb2312", 32, True),
        ((False, False, False, True, False), "raster", 48, False),
    ],
)
def test_the_answers_choose_charset_width_and_cutter(answers: tuple[bool, ...], charset: str, cells: int, cutter: bool) -> None:
    fitting = answered(*answers)
    assert fitting.step == "done"
    assert fitting.settings() == {
        "printer.transport": "network",
        "printer.address": "192.168.3.9:9100",
        "printer.cells": cells,
        "printer.charset": charset,
        "printer.cutter": cutter,
    }
    assert fitting.settings("printer2")["printer2.charset"] == charset


def test_every_run_of_answers_ends_within_five_and_at_three_of_three() -> None:
    for answers in product((True, False), repeat=5):
        fitting = Fitting(AT).printed()
        for yes in answers:
            if fitting.step == "done":
                break
            assert fitting.question is not None
            fitting = fitting.answer(yes)
        assert (fitting.step, fitting.place, fitting.question) == ("done", (3, 3), None)


def test_a_slip_of_the_finger_is_taken_back_question_by_question() -> None:
    fitting = answered(False, True, True)
    assert fitting.step == "cut"
    assert [fitting.back().step, fitting.back().back().step, fitting.back().back().back().step] == ["width", "names", "rare"]
    assert answered().back().step == "page"


def test_nothing_is_answered_or_kept_out_of_turn() -> None:
    with pytest.raises(ValueError):
        Fitting(AT).answer(True)
    with pytest.raises(ValueError):
        answered(True, True).settings()
    with pytest.raises(ValueError):
        profile_for(48, "big5", cutter=True)


def test_the_page_shows_on_a_full_printer_what_the_questions_ask() -> None:
    printer = Interpreter(FONT)
    printer.feed(Encoder(page_profile(), FONT).encode(page(AT)))
    lines = [str(event["text"]) for event in printer.events if event["t"] == "line"]
    assert [line[0] for line in lines if line[:1] in "①②③" and line] == ["①", "②", "③"]
    assert not [event for event in printer.events if event["t"] in ("raster", "warn")]
    ruler = next(line for line in lines if line.startswith("|"))
    assert (len(ruler), ruler[-1]) == (48, "|")
    assert any(event["t"] == "cut" for event in printer.events)


def test_on_narrow_paper_the_ruler_breaks_and_poor_printers_garble_the_rare_rows() -> None:
    narrow = Interpreter(FONT, dots=384, charset="gb2312")
    narrow.feed(Encoder(page_profile(), FONT).encode(page(AT)))
    assert any(event.get("code") == "line_overflow" for event in narrow.events)


@pytest.mark.parametrize("charset", ["gb18030", "gbk", "gb2312", "raster"])
def test_what_was_chosen_prints_every_character_right(charset: str) -> None:
    words = Ticket((Text("药品 镕喆堃 䶮㛃"), Cut()), "test", "1")
    printer = Interpreter(FONT, charset="gb18030" if charset == "raster" else charset)
    printer.feed(Encoder(profile_for(48, charset, cutter=True), FONT).encode(words))
    assert not [event for event in printer.events if event["t"] == "warn"]
    assert isinstance(printer.paper(), Image.Image)
