"""Typed texts are read as people mean them, and products are found by all their names and codes."""

from __future__ import annotations

import json

import pytest

from app.domain.finding import (
    Ask,
    Findable,
    Word,
    chain_order,
    find_by_brute_force,
    findable,
    meets,
    own_order,
    parse,
    squash,
)
from app.domain.pinyin import Speller
from app.records.catalogue import Product
from app.records.resources import resource

AMOXICILLIN = Product(
    id="P2400A1",
    generic_name="阿莫西林胶囊",
    brand_name="安莫",
    strength="0.25g",
    spec="0.25g×24粒",
    maker="临江百草制药",
    approval_no="国药准字H99012345",
    barcode="6999000012346",
    base_code="86901890000654",
    trace_prefix="8990001;8990002",
    shelf="A03-12",
)


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller.of(json.loads(resource("pinyin", "phrases.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def place(speller: Speller) -> Findable:
    return findable(AMOXICILLIN, speller)


def start(text: str) -> Word:
    return Word(Ask.START, text)


def inside(text: str) -> Word:
    return Word(Ask.INSIDE, text)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("amxl 0.25", (start("amxl"), start("0.25"))),
        ("AMXL　０．２５Ｇ", (start("amxl"), start("0.25g"))),
        ("阿莫西林0.25g*24粒", (inside("阿莫西林"), start("0.25g"), start("24粒"))),
        ("0.25gx24", (start("0.25g"), start("24"))),
        ("国药准字H20053025", (start("h20053025"),)),
        ("粤械备20150001号", (start("20150001"),)),
        ("A03-12", (start("a0312"),)),
        ("999感冒灵", (start("999"), inside("感冒灵"))),
        ("维C银翘", (inside("维c银翘"),)),
        ("维生素B12", (inside("维生素b12"),)),
        ("amxl amxl", (start("amxl"),)),
        ("", ()),
        (" ，() ", ()),
    ],
)
def test_a_typed_text_is_read_as_meant(typed: str, words: tuple[Word, ...]) -> None:
    assert parse(typed) == words


@pytest.mark.parametrize(
    "typed",
    [
        *("amx", "amoxilin", "emxl", "莫西", "林", "安莫", "am", "百草制", "0.25", "24粒", "24", "a03", "2400"),
        *("2346", "6999000012346", "0654", "12345", "8990002", "0002", "h9901", "国药准字H99012345"),
        *("amxl 24粒 百草", "阿莫西林 0.25g"),
    ],
)
def test_a_product_is_found_by_every_name_and_code(place: Findable, typed: str) -> None:
    assert all(meets(word, place) for word in parse(typed))


@pytest.mark.parametrize("typed", ["mxl", "莫林", "346", "9999", "ljbc", "0.5g", "25g", "amxl 0.5", "胶囊阿"])
def test_a_product_is_not_found_by_what_it_is_not(place: Findable, typed: str) -> None:
    assert not all(meets(word, place) for word in parse(typed))


def test_names_are_squashed_to_half_width_lower_case_without_marks() -> None:
    assert squash("六味地黄丸（浓缩） Ⅱ") == "六味地黄丸浓缩ii"


def product(product_id: str, rank: int = 0, *, own: bool = True, active: bool = True) -> Product:
    return Product(id=product_id, generic_name="阿胶", sales_rank=rank, in_assortment=own, active=active)


def test_own_products_come_by_own_sales_then_by_the_chains_then_by_id() -> None:
    products = [product("d"), product("c", 1), product("b", 9), product("a"), product("x", own=False)]
    assert [p.id for p in own_order(products, {"b": 1})] == ["b", "c", "a", "d"]


def test_the_chains_products_come_by_the_chains_sales() -> None:
    products = [product("b", own=False), product("a", 7, own=False), product("c", 2, own=False), product("o")]
    assert [p.id for p in chain_order([*products, product("z", 1, own=False, active=False)])] == ["c", "a", "b"]


def test_the_oracle_stops_at_the_limit_and_asks_own_products_first(speller: Speller) -> None:
    own = [(p, findable(p, speller)) for p in (product("o1"), product("o2"))]
    chain = [(p, findable(p, speller)) for p in (product("c1", own=False), product("c2", own=False))]
    assert [p.id for p in find_by_brute_force("阿胶", own, chain, 3)] == ["o1", "o2", "c1"]
    assert find_by_brute_force("  ", own, chain) == []
