"""Seeking: exact codes first, initials before names before makers, look-alikes forced in, members and papers beside them."""

from __future__ import annotations

from typing import Any

import pytest

from app.counter.seeking import ALIKE, GOODS, in_order
from app.records.catalogue import Product


def product(id_: str, name: str, **facts: Any) -> Product:
    return Product(id=id_, generic_name=name, **facts)


def test_an_exact_code_comes_first_then_initials_then_names_then_makers() -> None:
    maker = product("a", "别的药", maker="安康制药")
    name = product("b", "安康丸")
    code = product("c", "第三种", barcode="安康")
    assert [p.id for p in in_order("安康", [maker, name, code])] == ["c", "b", "a"]


def test_letters_on_the_shelf_come_after_initials() -> None:
    shelf = product("a", "别的药", shelf="AKW-1")
    named = product("b", "安康丸")
    assert [p.id for p in in_order("akw", [shelf, named])] == ["b", "a"]


def test_within_a_grade_the_order_of_sales_stays() -> None:
    many = [product(str(n), f"安康丸{n}") for n in range(5)]
    assert in_order("安康", many) == many


def test_look_alikes_stand_in_the_same_list_with_what_tells_them_apart(demo_counter: Any) -> None:
    goods = demo_counter.till.seeking.find("aldp").goods
    names = [hit.name for hit in goods]
    assert any(name.startswith("苯磺酸氨氯地平片") for name in names)
    others = [hit for hit in goods if "左旋" in hit.name]
    assert others, names
    marked = others[0]
    assert "左旋" in "".join(marked.name[start:end] for start, end in marked.lasa)
    assert len(goods) <= GOODS + ALIKE


def test_a_look_alike_is_forced_in_though_the_text_does_not_find_it(demo_counter: Any) -> None:
    till = demo_counter.till
    found = {p.id for p in till.store.catalogue.search("苯磺酸氨氯地平", 200)}
    forced = [hit for hit in till.seeking.find("苯磺酸氨氯地平").goods if hit.product_id not in found]
    assert forced
    assert all(hit.lasa for hit in forced)


def test_a_member_is_found_by_the_last_four_digits_and_stays_masked(demo_counter: Any) -> None:
    till = demo_counter.till
    member = next(m for m in till.store.people.members() if m.phone and m.name)
    found = till.seeking.find(member.phone[-4:]).members
    mine = next(each for each in found if each.member_id == member.id)
    assert member.phone not in (mine.phone, mine.label)
    assert member.name != mine.label
    assert "*" in mine.phone


def test_a_sale_is_found_by_its_number(demo_counter: Any) -> None:
    number = demo_counter.sell("6999600000494")
    papers = demo_counter.till.seeking.find(number).papers
    assert [paper.number for paper in papers] == [number]
    assert demo_counter.till.seeking.find("ab").papers == ()


@pytest.mark.parametrize("text", ["", "   ", "zzzzqqq"])
def test_nothing_is_found_for_nothing(demo_counter: Any, text: str) -> None:
    found = demo_counter.till.seeking.find(text)
    assert (found.goods, found.members, found.papers) == ((), (), ())
