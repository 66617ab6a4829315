"""The catalogue file: looked up by every key, written in small units, reranked, and swapped without a failed search."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.domain.pinyin import Speller
from app.records.catalogue import Product
from app.records.offers import Offer
from app.store.catalogue import UNIT_ROWS, Catalogue, build_catalogue, carried_speller
from app.store.faults import StoreFault

AMOXICILLIN = Product(
    id="A1",
    generic_name="阿莫西林胶囊",
    strength="0.25g",
    spec="0.25g×24粒",
    approval_no="国药准字H99012345",
    barcode="6999000012346",
    base_code="86901890000654",
    trace_prefix="8990001;8990002",
    list_price_fen=1280,
    high_alert=True,
    sales_rank=5,
)
IBUPROFEN = Product(id="B1", generic_name="布洛芬缓释胶囊", barcode="6999000012353", sales_rank=1)
LONG_AISLE = Product(id="C1", generic_name="阿胶", barcode="6999000012353", sales_rank=2, in_assortment=False)
WITHDRAWN = Product(id="D1", generic_name="阿司匹林片", barcode="6999000012353", active=False)
OFFER = Offer(
    id="O1",
    kind="percent",
    title_zh="九折",
    terms='{"bp": 9000}',
    starts_on=date(2026, 11, 1),
    ends_on=date(2026, 11, 30),
)


@pytest.fixture(scope="module")
def speller() -> Speller:
    return carried_speller()


@pytest.fixture
def catalogue(tmp_path: Path, speller: Speller) -> Iterator[Catalogue]:
    path = tmp_path / "catalogue.db"
    products = [AMOXICILLIN, IBUPROFEN, LONG_AISLE, WITHDRAWN]
    at = datetime(2026, 11, 21, tzinfo=UTC)
    build_catalogue(
        path, products, [OFFER], {"A1": 1}, version="v7", built_at=at, extra_barcodes={"777": "A1"}, speller=speller
    )
    opened = Catalogue.open(path)
    yield opened
    opened.close()


def ids(products: list[Product] | tuple[Product, ...]) -> list[str]:
    return [product.id for product in products]


def test_a_product_comes_back_as_it_was_written(catalogue: Catalogue) -> None:
    assert catalogue.product("A1") == AMOXICILLIN
    assert catalogue.product("A1") is catalogue.product("A1")
    assert catalogue.product("nothing") is None


def test_products_are_found_by_every_key(catalogue: Catalogue) -> None:
    assert ids(catalogue.by_barcode("6999000012346")) == ["A1"]
    assert ids(catalogue.by_barcode("777")) == ["A1"]
    assert ids(catalogue.by_base_code("86901890000654")) == ["A1"]
    assert ids(catalogue.by_trace_prefix("8990002")) == ["A1"]
    assert ids(catalogue.by_approval_no("国药准字H99012345")) == ["A1"]
    assert ids(catalogue.by_tail("2346")) == ["A1"]
    assert catalogue.by_tail("346") == []


def test_an_empty_key_finds_nothing_although_many_products_lack_it(catalogue: Catalogue) -> None:
    assert catalogue.by_base_code("") == catalogue.by_approval_no("") == catalogue.by_trace_prefix("") == ()


def test_prescription_names_in_a_text_are_found_unless_a_product_without_prescription_bears_them(catalogue: Catalogue) -> None:
    catalogue.upsert(
        (
            Product(id="R1", generic_name="氨溴索口服液", brand_name="云杉清", rx_class="rx"),
            Product(id="R2", generic_name="维生素C片", rx_class="rx"),
            Product(id="R3", generic_name="维生素C片", rx_class="otc_b"),
            Product(id="R4", generic_name="丸", rx_class="rx"),
        )
    )
    said = "本周氨溴索口服液（云杉清）和维生素C片、丸剂特惠"
    assert catalogue.prescriptions_in(said) == ("云杉清", "氨溴索口服液")
    assert catalogue.prescriptions_in("欢迎再来") == ()


def test_products_sharing_a_barcode_come_own_first_and_withdrawn_last(catalogue: Catalogue) -> None:
    assert ids(catalogue.by_barcode("6999000012353")) == ["B1", "C1", "D1"]


def test_a_withdrawn_product_is_looked_up_but_never_found(catalogue: Catalogue) -> None:
    assert catalogue.product("D1") == WITHDRAWN
    assert catalogue.search("asplp") == []


def test_own_sales_rank_before_the_chains(catalogue: Catalogue) -> None:
    assert ids(catalogue.search("jn")) == []
    assert ids(catalogue.search("胶")) == ["A1", "B1", "C1"]
    assert catalogue.own_count == 2
    assert catalogue.count == 4


def test_offers_and_version_are_kept(catalogue: Catalogue) -> None:
    assert catalogue.offers() == (OFFER,)
    assert catalogue.version == "v7+0"


def test_a_price_change_is_read_at_once_and_leaves_the_index_alone(catalogue: Catalogue) -> None:
    catalogue.product("A1")
    dearer = AMOXICILLIN.model_copy(update={"list_price_fen": 1390})
    assert catalogue.upsert([dearer]) == 1
    assert catalogue.product("A1") == dearer
    assert catalogue.search("amxl") == [dearer]
    assert catalogue.version == "v7+1"


def test_a_renamed_product_is_found_by_its_new_name_alone(catalogue: Catalogue) -> None:
    catalogue.upsert(
        [AMOXICILLIN.model_copy(update={"generic_name": "重酒石酸卡巴拉汀胶囊", "trace_prefix": "8990003"})]
    )
    assert catalogue.search("amxl") == []
    assert ids(catalogue.search("chongjiushi")) == ["A1"]
    assert ids(catalogue.search("zhongjiushi")) == ["A1"]
    assert catalogue.by_trace_prefix("8990001") == ()
    assert ids(catalogue.by_trace_prefix("8990003")) == ["A1"]


def test_a_renamed_product_keeps_its_rank(catalogue: Catalogue) -> None:
    catalogue.upsert([AMOXICILLIN.model_copy(update={"generic_name": "胶体果胶铋胶囊"})])
    assert ids(catalogue.search("胶囊")) == ["A1", "B1"]


def test_a_new_product_takes_the_last_rank_of_its_side(catalogue: Catalogue) -> None:
    catalogue.upsert([Product(id="E1", generic_name="胶体果胶铋胶囊", sales_rank=1)])
    assert ids(catalogue.search("胶")) == ["A1", "B1", "E1", "C1"]


def test_a_product_follows_its_assortment_and_leaves_when_withdrawn(catalogue: Catalogue) -> None:
    catalogue.upsert([LONG_AISLE.model_copy(update={"in_assortment": True})])
    assert ids(catalogue.search_own("阿胶")) == ["C1"]
    assert catalogue.search_chain("阿胶") == []
    catalogue.upsert([LONG_AISLE.model_copy(update={"active": False})])
    assert catalogue.search("阿胶") == []
    catalogue.upsert([LONG_AISLE])
    assert ids(catalogue.search_chain("阿胶")) == ["C1"]


def test_rows_are_committed_in_small_units(catalogue: Catalogue) -> None:
    products = [Product(id=f"N{n}", generic_name=f"新药{n}") for n in range(UNIT_ROWS * 2 + 1)]
    assert catalogue.upsert(products) == len(products)
    assert catalogue.version == "v7+3"
    assert len(catalogue.search("新药", 100)) == len(products)


def test_the_last_row_of_a_product_in_one_unit_counts(catalogue: Catalogue) -> None:
    catalogue.upsert([Product(id="E1", generic_name="旧名"), Product(id="E1", generic_name="新名")])
    assert catalogue.search("旧名") == []
    assert ids(catalogue.search("新名")) == ["E1"]


def test_offers_are_replaced_and_dropped(catalogue: Catalogue) -> None:
    longer = OFFER.model_copy(update={"ends_on": date(2026, 12, 31)})
    catalogue.upsert([], [longer])
    assert catalogue.offers() == (longer,)
    catalogue.drop_offers(["O1"])
    assert catalogue.offers() == ()


def test_a_bound_barcode_means_its_product(catalogue: Catalogue) -> None:
    catalogue.bind_barcode("888", "B1")
    assert ids(catalogue.by_barcode("888")) == ["B1"]
    with pytest.raises(StoreFault) as caught:
        catalogue.bind_barcode("999", "nothing")
    assert caught.value.code == "catalogue_write"
    assert catalogue.by_barcode("999") == ()


def test_reranking_puts_the_days_best_seller_first(catalogue: Catalogue) -> None:
    assert ids(catalogue.search_own("胶囊")) == ["A1", "B1"]
    catalogue.rerank({"B1": 9, "A1": 2, "gone": 5})
    assert ids(catalogue.search_own("胶囊")) == ["B1", "A1"]
    assert ids(catalogue.search_own("buluofenhuanshi")) == ["B1"]


def test_a_rebuilt_file_answers_the_same_and_leaves_nothing_beside_it(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.upsert([Product(id=f"N{n}", generic_name=f"盐酸新药{n}片") for n in range(100)])
    catalogue.bind_barcode("888", "B1")
    before = [catalogue.search(text, 200) for text in ("yansuanxin", "胶", "新药7", "5片")]
    catalogue.rebuild()
    assert [catalogue.search(text, 200) for text in ("yansuanxin", "胶", "新药7", "5片")] == before
    assert ids(catalogue.by_barcode("888")) == ["B1"]
    assert catalogue.offers() == (OFFER,)
    assert {path.name for path in tmp_path.iterdir()} <= {"catalogue.db", "catalogue.db-wal", "catalogue.db-shm"}


def test_a_file_swapped_in_while_others_search_fails_no_search(
    catalogue: Catalogue, tmp_path: Path, speller: Speller
) -> None:
    stop = threading.Event()
    answers: set[tuple[str, ...]] = set()
    failures: list[BaseException] = []

    def search() -> None:
        while not stop.is_set():
            try:
                answers.add(tuple(ids(catalogue.search("胶囊"))))
            except BaseException as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(8):
        ready = tmp_path / "ready.db"
        build_catalogue(ready, [IBUPROFEN] if turn % 2 else [AMOXICILLIN], speller=speller)
        catalogue.replace_with(ready)
    stop.set()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert answers <= {("A1", "B1"), ("A1",), ("B1",)}
    assert ids(catalogue.search("胶囊")) == ["B1"]
    assert catalogue.product("A1") is None


def test_a_file_built_by_another_hand_is_read_after_reload(
    catalogue: Catalogue, tmp_path: Path, speller: Speller
) -> None:
    catalogue.upsert([Product(id="E1", generic_name="新药")])
    build_catalogue(tmp_path / "catalogue.db", [IBUPROFEN], speller=speller)
    catalogue.reload()
    assert catalogue.count == 1
    assert catalogue.search("新药") == []
    assert catalogue.product("B1") == IBUPROFEN


def test_a_failed_build_leaves_the_old_file_alone(catalogue: Catalogue, tmp_path: Path, speller: Speller) -> None:
    with pytest.raises(ValueError, match="share an id"):
        build_catalogue(tmp_path / "catalogue.db", [IBUPROFEN, IBUPROFEN], speller=speller)
    catalogue.reload()
    assert catalogue.count == 4
    assert not list(tmp_path.glob("*.building"))


def test_progress_is_told_of_rows_read_and_rows_indexed(tmp_path: Path, speller: Speller) -> None:
    told: list[int] = []
    products = (Product(id=str(n), generic_name="阿胶") for n in range(4_100))
    assert build_catalogue(tmp_path / "c.db", products, speller=speller, progress=told.append) == 4_100
    assert told == [2_000, 4_000, 4_100, 2_000, 4_000]


def test_a_missing_file_becomes_an_empty_catalogue_for_a_writer_and_a_fault_for_a_reader(tmp_path: Path) -> None:
    with pytest.raises(StoreFault) as caught:
        Catalogue.open(tmp_path / "catalogue.db", write=False)
    assert caught.value.code == "catalogue_missing"
    catalogue = Catalogue.open(tmp_path / "catalogue.db")
    assert catalogue.search("阿胶") == []
    catalogue.upsert([LONG_AISLE])
    assert ids(catalogue.search("ejiao")) == ["C1"]
    catalogue.close()


def test_a_damaged_file_is_a_fault_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").write_bytes(b"not a catalogue at all" * 500)
    with pytest.raises(StoreFault) as caught:
        Catalogue.open(tmp_path / "catalogue.db")
    assert caught.value.code == "catalogue_unreadable"


def test_a_file_made_for_other_records_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.close()
    connection = dbapi2.connect(str(tmp_path / "catalogue.db"))
    connection.execute("UPDATE meta SET value = 'older' WHERE name = 'layout'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreFault) as caught:
        Catalogue.open(tmp_path / "catalogue.db")
    assert caught.value.code == "catalogue_layout"


def test_a_file_of_before_offers_for_holders_opens_and_keeps_its_offers(catalogue: Catalogue, tmp_path: Path) -> None:
    offer = Offer(
        id="o-1", kind="amount_off", title_zh="立减", terms='{"amount_fen":100}', starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 1)
    )
    catalogue.upsert((), [offer])
    before = catalogue.offers()
    catalogue.close()
    connection = dbapi2.connect(str(tmp_path / "catalogue.db"))
    connection.execute("ALTER TABLE offer DROP COLUMN by_right")
    connection.execute("UPDATE meta SET value = replace(value, ' by_right', '') WHERE name = 'layout'")
    connection.commit()
    connection.close()
    again = Catalogue.open(tmp_path / "catalogue.db")
    assert again.offers() == before
    again.upsert((), [offer.model_copy(update={"by_right": True})])
    assert [one.by_right for one in again.offers() if one.id == "o-1"] == [True]
    again.close()


def test_readers_cannot_write(catalogue: Catalogue) -> None:
    with catalogue._seats.mine() as connection, pytest.raises(dbapi2.DatabaseError, match="readonly"):
        connection.execute("DELETE FROM product")


def test_answers_come_in_the_order_of_the_index_without_sorting(catalogue: Catalogue) -> None:
    from app.store.catalogue import _FOUND

    with catalogue._seats.mine() as connection:
        for side, statement in _FOUND.items():
            steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", ('"a"*', 20))]
            assert not [step for step in steps if "TEMP B-TREE" in step], side
