"""Dated prices in the catalogue: which one holds on a day, how they come by the feed, and what a file of before them does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from app.records.catalogue import DatedPrice, Product, dated_price
from app.store.catalogue import Catalogue, build_catalogue
from app.store.dated_prices import PriceCalendar

DAY = date(2026, 11, 22)
MASK = Product(id="P1", generic_name="医用外科口罩", list_price_fen=990)


def on(days: int) -> date:
    return DAY + timedelta(days=days)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    build_catalogue(tmp_path / "catalogue.db", [MASK])
    opened = Catalogue.open(tmp_path / "catalogue.db")
    yield opened
    opened.close()


def price_fen(catalogue: Catalogue, days: int) -> int:
    found = catalogue.price_on("P1", on(days))
    return found.price_fen if found else 0


def test_a_price_holds_from_its_first_to_its_last_day(catalogue: Catalogue) -> None:
    catalogue.put_prices([dated_price("P1", 890, on(0), on(2))])
    assert [price_fen(catalogue, days) for days in (-1, 0, 2, 3)] == [0, 890, 890, 0]


def test_a_short_price_stands_above_a_long_one_and_gives_way_to_it_again(catalogue: Catalogue) -> None:
    catalogue.put_prices([dated_price("P1", 1090, on(0)), dated_price("P1", 790, on(5), on(6))])
    assert [price_fen(catalogue, days) for days in (4, 5, 6, 7)] == [1090, 790, 790, 1090]


def test_a_price_told_again_for_the_same_day_takes_the_place_of_the_first_and_may_be_taken_back(catalogue: Catalogue) -> None:
    catalogue.put_prices([dated_price("P1", 890, on(0))])
    assert price_fen(catalogue, 0) == 890
    catalogue.put_prices([dated_price("P1", 870, on(0))])
    assert price_fen(catalogue, 0) == 870
    catalogue.put_prices([dated_price("P1", 870, on(0), active=False)])
    assert price_fen(catalogue, 0) == 0


def test_nothing_is_read_from_the_disk_for_products_without_a_dated_price(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.put_prices([dated_price("P1", 890, on(0))])
    assert price_fen(catalogue, 0) == 890
    monkeypatch.setattr(catalogue, "_reading", lambda **_: pytest.fail("the disk was asked"))
    assert catalogue.price_on("P2", on(0)) is None
    assert price_fen(catalogue, 0) == 890
    monkeypatch.undo()
    catalogue.put_prices([dated_price("P2", 500, on(0))])
    monkeypatch.setattr(catalogue, "_reading", lambda **_: pytest.fail("the disk was asked"))
    assert catalogue.price_on("P2", on(0)) is not None


def test_prices_outlive_a_restart_a_rebuild_and_a_reload(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.put_prices([dated_price("P1", 890, on(0))])
    catalogue.rebuild()
    assert price_fen(catalogue, 0) == 890
    again = Catalogue.open(tmp_path / "catalogue.db", write=False)
    assert price_fen(again, 0) == 890
    again.close()
    build_catalogue(tmp_path / "catalogue.db", [MASK], prices=[dated_price("P1", 640, on(0))])
    catalogue.reload()
    assert price_fen(catalogue, 0) == 640


def test_a_file_of_before_dated_prices_opens_has_none_and_takes_some(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.close()
    old = dbapi2.connect(str(tmp_path / "catalogue.db"))
    old.execute("DROP TABLE dated_price")
    old.close()
    reader = Catalogue.open(tmp_path / "catalogue.db", write=False)
    assert reader.price_on("P1", DAY) is None
    reader.close()
    opened = Catalogue.open(tmp_path / "catalogue.db")
    opened.put_prices([dated_price("P1", 890, on(0))])
    assert price_fen(opened, 0) == 890
    opened.close()


def test_past_prices_are_dropped_and_the_price_of_every_later_day_stays(catalogue: Catalogue) -> None:
    rows = [
        dated_price("P1", 500, on(-40)),
        dated_price("P1", 510, on(-20), on(-10)),
        dated_price("P1", 520, on(-5)),
        dated_price("P1", 530, on(3), on(4)),
        dated_price("P1", 540, on(9)),
    ]
    catalogue.put_prices(rows)
    before = [price_fen(catalogue, days) for days in range(20)]
    assert catalogue.drop_past_prices(DAY) == 2
    assert [price_fen(catalogue, days) for days in range(20)] == before
    assert catalogue.drop_past_prices(DAY) == 0


def test_a_price_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        dated_price("P1", 890, on(1), on(0))


ROWS = st.lists(
    st.tuples(st.integers(0, 12), st.none() | st.integers(0, 6), st.booleans()).map(
        lambda t: dated_price("P1", 100 + t[0], on(t[0]), None if t[1] is None else on(t[0] + t[1]), active=t[2])
    ),
    max_size=8,
    unique_by=lambda price: price.id,
)


@given(ROWS, st.integers(0, 20))
def test_what_is_past_changes_no_later_day(rows: list[DatedPrice], day: int) -> None:
    whole = PriceCalendar.of(rows)
    left = PriceCalendar.of(row for row in rows if not whole.is_past(row, on(day)))
    assert [whole.on("P1", on(n)) for n in range(day, 30)] == [left.on("P1", on(n)) for n in range(day, 30)]
