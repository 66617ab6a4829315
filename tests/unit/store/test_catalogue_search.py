"""The search index answers exactly what looking at every product answers: the same products in the same order."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from app.domain.demo import PRODUCT_FIELDS, DemoRows, scale_catalogue
from app.domain.finding import Findable, chain_order, find_by_brute_force, findable, own_order
from app.domain.pinyin import Speller
from app.records.catalogue import Product
from app.records.resources import resource
from app.store.catalogue import Catalogue, SearchInterrupted, build_catalogue, carried_speller

LARGE = bool(os.environ.get("YAOGUI_LARGE_TESTS"))
PRODUCTS, QUERIES = (50_000, 1_000) if LARGE else (3_000, 300)

AWKWARD_NAMES = (
    *(
        "阿莫西林胶囊",
        "盐酸二甲双胍缓释片",
        "重酒石酸卡巴拉汀胶囊",
        "川芎茶调散",
        "参苓白术散",
        "维C银翘片",
        "维生素B12片",
    ),
    *(
        "六味地黄丸(浓缩)",
        "999感冒灵颗粒",
        "阿胶",
        "阿胶阿胶",
        "胶阿胶",
        "盐酸盐酸",
        "小儿氨酚黄那敏颗粒",
        "氨麻美敏片Ⅱ",
    ),
    *("13价肺炎疫苗", "干扰素α2b"),
)


@dataclass(frozen=True, repr=False)
class Shop:
    """A catalogue on disk and the same products in the oracle's order."""

    catalogue: Catalogue
    products: list[Product]
    own: list[tuple[Product, Findable]]
    chain: list[tuple[Product, Findable]]

    def expected(self, text: str, limit: int = 20) -> list[Product]:
        """What the oracle answers."""
        return find_by_brute_force(text, self.own, self.chain, limit)


def drawn_products(size: int) -> list[Product]:
    """Products as various as a national file, with shelves and codes, two thirds of them on this store's shelf."""
    rows = DemoRows.parse({path.stem: path.read_text("utf-8") for path in resource("demo").glob("*.csv")})
    draw = Random(7)
    products = []
    for number, values in enumerate(scale_catalogue(rows, size, 3)):
        known: dict[str, Any] = dict(zip(PRODUCT_FIELDS, values, strict=True))
        product = Product(**known)
        name = draw.choice(AWKWARD_NAMES) if number % 10 == 0 else product.generic_name
        changes = {
            "generic_name": name,
            "in_assortment": number % 3 > 0,
            "active": number % 50 > 0,
            "sales_rank": product.sales_rank if number % 7 else 0,
            "shelf": draw.choice(("", "A03-12", "B1-2", "阴凉柜2")),
            "base_code": f"869{draw.randrange(10**11):011d}" if number % 4 == 0 else "",
        }
        products.append(product.model_copy(update=changes))
    return products


@pytest.fixture(scope="module")
def speller() -> Speller:
    return carried_speller()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, speller: Speller) -> Iterator[Shop]:
    products = drawn_products(PRODUCTS)
    ranks = {product.id: rank for rank, product in enumerate(Random(5).sample(products, PRODUCTS // 2), 1)}
    path = tmp_path_factory.mktemp("shop") / "catalogue.db"
    build_catalogue(path, products, (), ranks, speller=speller)
    own = [(product, findable(product, speller)) for product in own_order(products, ranks)]
    chain = [(product, findable(product, speller)) for product in chain_order(products)]
    catalogue = Catalogue.open(path)
    yield Shop(catalogue, products, own, chain)
    catalogue.close()


def drawn_word(draw: Random, product: Product, place: Findable) -> str:
    """A word of one of the kinds people type, taken from a product."""

    def part(text: str, length: int) -> str:
        at = draw.randrange(max(1, len(text) - length + 1))
        return text[at : at + length]

    terms = sorted(place.terms)
    kinds = (
        lambda: draw.choice(terms)[: draw.randint(1, 4)],
        lambda: draw.choice(terms)[: draw.randint(5, 14)],
        lambda: part(product.generic_name, draw.randint(1, 4)),
        lambda: part(product.generic_name, draw.randint(3, 8)),
        lambda: part(product.brand_name or product.maker, draw.randint(1, 3)),
        lambda: part(product.maker, draw.randint(2, 6)),
        lambda: product.strength[: draw.randint(1, 6)],
        lambda: product.spec,
        lambda: draw.choice(sorted(place.codes) or ["0000"])[-draw.randint(4, 9) :],
        lambda: product.approval_no[draw.choice((0, 4, 9)) :],
        lambda: product.trace_prefix,
        lambda: product.shelf,
        lambda: "".join(draw.choice("vuoieaqx0123456789") for _ in range(draw.randint(3, 9))),
    )
    return draw.choice(kinds)()


@pytest.mark.parametrize("part", range(3))
def test_every_answer_equals_the_brute_force_answer(shop: Shop, part: int) -> None:
    draw = Random(100 + part)
    places = [*shop.own, *shop.chain]
    answered = 0
    for _ in range(QUERIES // 3):
        product, place = draw.choice(places)
        text = " ".join(drawn_word(draw, product, place) for _ in range(draw.choice((1, 1, 1, 2, 2, 3))))
        limit = draw.choice((20, 20, 5, 100))
        found = shop.catalogue.search(text, limit)
        assert [p.id for p in found] == [p.id for p in shop.expected(text, limit)], text
        answered += bool(found)
    assert answered > QUERIES // 5


@given(text=st.text(alphabet=st.sampled_from("阿胶盐酸维生素片cb12 amxyfj0.5g*×粒()\"'~=^*号字国药准"), max_size=12))
@settings(max_examples=120, deadline=None)
def test_any_typed_text_is_answered_like_the_oracle_and_never_fails(shop: Shop, text: str) -> None:
    assert [p.id for p in shop.catalogue.search(text)] == [p.id for p in shop.expected(text)]


@given(text=st.text(max_size=10))
@settings(max_examples=80, deadline=None)
def test_no_text_at_all_breaks_the_search(shop: Shop, text: str) -> None:
    assert [p.id for p in shop.catalogue.search(text)] == [p.id for p in shop.expected(text)]


def test_the_two_halves_make_the_whole_answer(shop: Shop) -> None:
    for text in ("aj", "阿胶", "yansuan", "0.5g"):
        halves = shop.catalogue.search_own(text, 1000) + shop.catalogue.search_chain(text, 1000)
        assert halves == shop.expected(text, 2000)
        assert halves


def test_a_found_product_equals_the_record_it_was_built_from(shop: Shop) -> None:
    by_id = {product.id: product for product in shop.products}
    found = shop.catalogue.search("a", 50)
    assert found == [by_id[product.id] for product in found]
    assert json.loads(found[0].model_dump_json()) == json.loads(by_id[found[0].id].model_dump_json())
    assert type(found[0].in_assortment) is bool


def test_pairs_of_hanzi_scattered_over_a_name_are_not_taken_for_the_word(tmp_path: Path, speller: Speller) -> None:
    names = {"1": "甲乙丙", "2": "甲乙丁乙丙", "3": "丙甲乙丙丁"}
    path = tmp_path / "catalogue.db"
    build_catalogue(path, [Product(id=key, generic_name=name) for key, name in names.items()], speller=speller)
    catalogue = Catalogue.open(path)
    assert [product.id for product in catalogue.search("甲乙丙")] == ["1", "3"]
    catalogue.close()


def test_an_interrupt_ends_a_long_search_in_the_worker(shop: Shop) -> None:
    outcome: list[str] = []
    stop = threading.Event()

    def work() -> None:
        for _ in range(20_000):
            try:
                shop.catalogue.search_chain("a p 0", 1000)
            except SearchInterrupted:
                outcome.append("interrupted")
                return

    def cut() -> None:
        while not stop.wait(0.001):
            shop.catalogue.interrupt()

    worker, cutter = threading.Thread(target=work), threading.Thread(target=cut)
    worker.start()
    cutter.start()
    worker.join(timeout=60)
    stop.set()
    cutter.join(timeout=60)
    assert outcome == ["interrupted"]
    assert [p.id for p in shop.catalogue.search_chain("阿胶", 3)] == [
        p.id for p, _ in shop.chain if "阿胶" in p.generic_name
    ][:3]


def test_an_interrupt_without_a_search_is_harmless(shop: Shop) -> None:
    shop.catalogue.interrupt()
    assert shop.catalogue.search("阿胶")


def test_long_starts_shared_by_many_names_are_answered_like_the_oracle(tmp_path: Path, speller: Speller) -> None:
    kept = Random(11).sample([f"盐酸{a}{b}片" for a in "阿莫西林布洛芬甲乙" for b in "克拉霉素头孢地尼维"], 75)
    products = [Product(id=str(n), generic_name=name, in_assortment=n % 2 > 0) for n, name in enumerate(kept)]
    path = tmp_path / "catalogue.db"
    build_catalogue(path, products, speller=speller)
    own = [(product, findable(product, speller)) for product in own_order(products, {})]
    chain = [(product, findable(product, speller)) for product in chain_order(products)]
    catalogue = Catalogue.open(path)
    late = Product(id="late", generic_name="盐酸阿新片")
    catalogue.upsert([late])
    own.append((late, findable(late, speller)))
    typed = sorted({term[:length] for _, place in (*own, *chain) for term in place.terms for length in range(6, 16)})
    for text in [*typed[::9], "yansuan", "yansuanaxin"]:
        assert catalogue.search(text, 200) == find_by_brute_force(text, own, chain, 200), text
    with closing(dbapi2.connect(str(path))) as connection:
        assert connection.execute("SELECT 1 FROM fat_start WHERE start = 'yansuan'").fetchone() == (1,)
    catalogue.close()
