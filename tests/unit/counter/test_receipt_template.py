"""Receipt templates: data that is refused where the law would miss something, and a preview that is the paper."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageChops

from app.counter.pen import Faces, Look
from app.counter.post import TillProfile
from app.counter.receipt_preview import picture, preview, sample_ticket
from app.counter.receipt_template import check, parts, read, standard, standard_body, template_of
from app.counter.receipts import _BLOCKS
from app.devices.encoder import Encoder
from app.devices.profile import PAPER_58, PAPER_80
from app.devices.ticket import Code, plain_rows
from app.devices.virtual import preview as paper_of
from app.records.resources import resource

FONT = resource("fonts", "NotoSansSC-Regular.ttf")
TILL = TillProfile("S001", "药柜示范药房", "云杉路店", "01", "1号台", "示CB0000001", "示范市云杉路 18 号", "000-5550101")
FACES = Faces(TILL, lambda _: "", lambda _: None, lambda method: method)


def without(kind: str, key: str) -> dict[str, Any]:
    return {kind: [part for part in standard_body()[kind] if part != key]}


def codes_of(body: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    return [(each.code, each.part) for each in check(body, **more)]


def test_the_standard_template_is_lawful_and_knows_every_block() -> None:
    assert check({}) == ()
    assert set(parts("blocks")) == set(_BLOCKS)
    assert set(standard_body()["blocks"]) <= set(_BLOCKS)


@pytest.mark.parametrize("kind", ["blocks", "fields"])
def test_what_the_law_wants_cannot_be_left_out_and_what_it_does_not_can(kind: str) -> None:
    for key, part in parts(kind).items():
        if key in standard_body()[kind]:
            assert codes_of(without(kind, key)) == ([("missing", key)] if part.basis else [])


def test_a_refusal_says_what_and_why_in_both_languages() -> None:
    (found,) = check(without("fields", "trace"))
    assert found.sentence.zh.startswith("「追溯码」不能去掉：2026-01-01 起")
    assert "from 2026-01-01" in found.sentence.en


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"blocks": [*standard_body()["blocks"], "weather"]}, [("unknown", "weather")]),
        ({"blocks": [*standard_body()["blocks"], "sums"]}, [("twice", "sums")]),
        ({"blocks": [*standard_body()["blocks"], "rule", "rule", "space"]}, []),
        ({"headline": "药" * 13}, [("long", "headline")]),
        ({"footer": ["字" * 121]}, [("long", "footer")]),
        ({"header": ["行"] * 13}, [("long", "header")]),
        ({"labels": 1}, [("shape", "labels")]),
        ({"colour": "red"}, [("shape", "colour")]),
        ({"footer": "一行"}, [("shape", "footer")]),
    ],
)
def test_templates_that_cannot_be_printed_well_are_refused(body: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert codes_of(body) == expected


def test_sums_stand_behind_the_goods() -> None:
    blocks = standard_body()["blocks"]
    blocks.remove("sums")
    assert codes_of({"blocks": ["sums", *blocks]}) == [("order", "blocks")]


def test_the_shops_own_lines_may_not_promote_a_prescription_medicine() -> None:
    body = {"footer": ["本周阿莫西林胶囊买二送一"]}
    assert codes_of(body, rx_names={"阿莫西林胶囊"}) == [("rx_promoted", "footer")]
    assert codes_of(body, rx_names={"维生素C片"}) == []


class Kept:
    """Settings as a till keeps them."""

    def __init__(self, **values: Any) -> None:
        self.values = {"receipt.template": {}, "paper.header": [], "paper.footer": [], **values}

    def get(self, key: str) -> Any:
        return self.values[key]


def test_an_unlawful_template_that_was_kept_is_put_aside(caplog: pytest.LogCaptureFixture) -> None:
    kept: Any = Kept(**{"receipt.template": without("blocks", "no_return"), "paper.footer": ["欢迎再来"]})
    assert template_of(kept) == replace(standard(), footer=("欢迎再来",))
    assert "missing no_return" in caplog.text
    caplog.clear()


def test_lines_of_the_template_go_before_those_of_the_settings() -> None:
    kept: Any = Kept(**{"receipt.template": {"footer": ["模板的"]}, "paper.footer": ["设置的"], "paper.header": ["抬头"]})
    assert (template_of(kept).footer, template_of(kept).header) == (("模板的",), ("抬头",))


def test_a_template_moves_blocks_and_leaves_out_what_it_may() -> None:
    blocks = [block for block in standard_body()["blocks"] if block not in ("keep", "contact", "saved")]
    rows = plain_rows(sample_ticket({"blocks": [*blocks, "contact"], "headline": "云杉健康"}, FACES), 48)
    assert rows[0].strip() == "云杉健康"
    assert rows[-4].strip() == "示范市云杉路 18 号" and rows[-3].strip() == "电话 000-5550101"
    assert not [row for row in rows if "请妥善保管" in row or "本单已优惠" in row]


def test_a_stranger_is_invited_and_a_member_is_not() -> None:
    faces = replace(FACES, look=lambda: Look(join_code="https://join.example/1"))
    joins = [Code("qr", "https://join.example/1", "扫码入会")]
    assert [line for line in sample_ticket({}, faces, member=False).lines if line in joins] == joins
    assert not [line for line in sample_ticket({}, faces).lines if line in joins]


@pytest.mark.parametrize("profile", [PAPER_80, PAPER_58])
def test_the_preview_is_what_this_printer_prints(profile: Any) -> None:
    encoded = Encoder(profile, FONT).encode(sample_ticket({}, FACES))
    with Image.open(io.BytesIO(preview({}, profile, FACES, FONT))) as shown:
        paper = paper_of(encoded, FONT, dots=profile.dots)
        assert shown.size == paper.size == picture({}, profile, FACES, FONT).size
        assert ImageChops.logical_xor(shown.convert("1"), paper).getbbox() is None


def test_an_unlawful_template_has_no_preview() -> None:
    with pytest.raises(ValueError, match="may not be left out"):
        preview(without("blocks", "store"), PAPER_80, FACES, FONT)
    with pytest.raises(ValueError):
        read({"blocks": []})
