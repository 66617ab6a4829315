"""Names are spelt as pharmacists say them, and as people who mispronounce them type them."""

from __future__ import annotations

import json

import pytest

from app.domain.pinyin import MOST_SPELLINGS, Speller, is_hanzi
from app.records.resources import resource


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller.of(json.loads(resource("pinyin", "phrases.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("重酒石酸卡巴拉汀胶囊", "chongjiushisuankabalatingjiaonang"),
        ("重组人胰岛素", "chongzurenyidaosu"),
        ("长效青霉素", "changxiaoqingmeisu"),
        ("川芎茶调散", "chuanxiongchatiaosan"),
        ("参苓白术散", "shenlingbaizhusan"),
        ("参芪降糖颗粒", "shenqijiangtangkeli"),
        ("阿胶", "ejiao"),
        ("枸橼酸铋钾", "juyuansuanbijia"),
        ("没药", "moyao"),
        ("莪术油", "ezhuyou"),
        ("单氏", "shanshi"),
        ("铝碳酸镁片", "lvtansuanmeipian"),
    ],
)
def test_the_first_spelling_is_the_pharmacists(speller: Speller, name: str, usual: str) -> None:
    assert speller.spell(name).full[0] == usual


@pytest.mark.parametrize(
    ("name", "initials", "full"),
    [
        ("川芎茶调散", "cqcts", "chuanqiongchatiaosan"),
        ("重酒石酸卡巴拉汀", "zjsskblt", "zhongjiushisuankabalating"),
        ("长效", "zx", "zhangxiao"),
        ("参苓白术散", "clbss", "canlingbaishusan"),
        ("曾", "z", "zeng"),
        ("曾", "c", "ceng"),
        ("单", "s", "shan"),
        ("仇", "q", "qiu"),
        ("解", "x", "xie"),
        ("朴", "p", "piao"),
        ("铝", "l", "lu"),
    ],
)
def test_every_other_reading_is_spelt_too(speller: Speller, name: str, initials: str, full: str) -> None:
    spelling = speller.spell(name)
    assert initials in spelling.initials
    assert full in spelling.full


def test_a_salt_in_front_may_be_left_out(speller: Speller) -> None:
    spelling = speller.spell("盐酸二甲双胍缓释片")
    assert {"ysejsghsp", "ejsghsp"} <= set(spelling.initials)
    assert "erjiashuangguahuanshipian" in spelling.full


def test_a_salt_that_is_the_whole_name_is_not_cut(speller: Speller) -> None:
    assert {len(initials) for initials in speller.spell("硫酸").initials} == {2}


def test_letters_and_digits_inside_a_name_stay_whole(speller: Speller) -> None:
    assert speller.spell("维c银翘片").initials[0] == "wcyqp"
    assert speller.spell("维生素b12片").initials[0] == "wssb12p"


def test_a_name_of_many_polyphones_has_a_bounded_number_of_spellings(speller: Speller) -> None:
    spelling = speller.spell("曾单仇解朴长重参调降")
    assert len(spelling.initials) == MOST_SPELLINGS
    assert len(spelling.full) == MOST_SPELLINGS


def test_a_phrase_with_a_missing_reading_is_refused() -> None:
    with pytest.raises(ValueError, match="needs 2 readings"):
        Speller.of({"phrases": {"川芎": "chuan"}, "polyphones": {}, "leading": []})


def test_punctuation_and_full_width_letters_are_not_hanzi() -> None:
    assert is_hanzi("药")
    assert is_hanzi("𠮷")
    assert not is_hanzi("Ａ")
    assert not is_hanzi("，")
