"""A catalogue that was built empty and then fed is built anew once, so that long common words are found again as in any other shop's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from app.records.catalogue import Product
from app.store.catalogue import OUTGROWN_BY, Catalogue


def products(many: int) -> list[Product]:
    return [Product(id=f"P{n:05d}", generic_name=f"复方甘草片{n}", list_price_fen=100) for n in range(many)]


def fat_starts(path: Path) -> int:
    connection = dbapi2.connect(str(path))
    try:
        return int(connection.execute("SELECT count(*) FROM fat_start").fetchone()[0])
    finally:
        connection.close()


def test_a_first_feed_makes_a_build_pay_and_the_build_ends_it(tmp_path: Path) -> None:
    catalogue = Catalogue.open(tmp_path / "c.db")
    assert not catalogue.outgrown
    catalogue.upsert(products(OUTGROWN_BY - 1))
    assert not catalogue.outgrown
    catalogue.upsert(products(OUTGROWN_BY))
    assert catalogue.outgrown and fat_starts(tmp_path / "c.db") == 0
    before = [product.id for product in catalogue.search("复方甘草片", 5)]
    catalogue.rebuild()
    assert not catalogue.outgrown and fat_starts(tmp_path / "c.db") > 0
    assert [product.id for product in catalogue.search("复方甘草片", 5)] == before != []
    catalogue.close()


def test_a_file_of_before_builds_were_counted_is_built_anew_only_if_it_was_built_empty(tmp_path: Path) -> None:
    catalogue = Catalogue.open(tmp_path / "c.db")
    catalogue.upsert(products(OUTGROWN_BY))
    catalogue.close()
    old = dbapi2.connect(str(tmp_path / "c.db"))
    old.execute("DELETE FROM meta WHERE name = 'products'")
    old.commit()
    old.close()
    again = Catalogue.open(tmp_path / "c.db")
    assert again.outgrown
    again.rebuild()
    assert not again.outgrown
    again.close()


def test_the_inbox_builds_after_the_product_feed_alone(demo_counter: Any, monkeypatch: Any) -> None:
    inbox, catalogue = demo_counter.till.store.inbox, demo_counter.till.store.catalogue
    assert not inbox.settle("product")
    monkeypatch.setattr(Catalogue, "outgrown", property(lambda _: True))
    heard: list[int] = []
    assert not inbox.settle("price")
    assert inbox.settle("product", heard.append) and heard
    assert catalogue.product("P6000A1") is not None
