"""Importing a shop's own files: what is understood, what is refused and why, and that nothing is half done."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from app.domain.codes import ean13, inhouse
from app.domain.importing import (
    PRODUCT_COLUMNS,
    Row,
    Table,
    TableUnreadable,
    error_report,
    export_products,
    plan_members,
    plan_products,
    plan_stock,
    read_table,
)
from app.records.catalogue import Lot, Product, TraceCode
from app.records.people import Member
from app.records.resources import resource

TODAY = date(2026, 11, 21)
EAN = ean13("699900001234")
PRODUCT = Product(
    id="P1",
    generic_name="阿莫西林胶囊",
    spec="0.25g×24粒",
    maker="示例制药",
    rx_class="rx",
    barcode=EAN,
    trace_prefix="8990007",
    list_price_fen=980,
)


def table(header: str, *lines: str) -> Table:
    """A table from comma-separated texts; the first data row is row 2."""
    return Table(
        tuple(header.split(",")),
        tuple(Row(number, tuple(line.split(","))) for number, line in enumerate(lines, start=2)),
    )


def codes_of(errors: object) -> list[tuple[int, str, str]]:
    """Row, column and code of each error."""
    assert isinstance(errors, tuple)
    return [(error.row_no, error.column, error.code) for error in errors]


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_of_chinese_offices(encoding: str, delimiter: str) -> None:
    text = f"通用名称{delimiter}规格{delimiter}零售价\r\n盐酸地尔硫䓬片{delimiter}30mg×50片{delimiter}18.60\r\n"
    read = read_table(text.encode(encoding), "商品.CSV")
    assert read == Table(("通用名称", "规格", "零售价"), (Row(2, ("盐酸地尔硫䓬片", "30mg×50片", "18.60")),))


def test_rows_keep_the_numbers_a_spreadsheet_shows_although_titles_and_blank_rows_are_skipped() -> None:
    read = read_table("商品清单\n\n品名,规格\n甲,1片\n,\n乙,2片\n".encode(), "a.csv")
    assert read.header == ("品名", "规格")
    assert [row.number for row in read.rows] == [4, 6]


def test_xlsx_is_read_with_dates_numbers_and_marks_as_a_person_sees_them() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["通用名称", "条码", "零售价", "有效期至", "生产日期", "须扫追溯码"])
    sheet.append(["维生素C片", 6999000000018, 12.7 + 0.1, datetime(2028, 4, 1), datetime(2026, 4, 15), True])
    sheet["D2"].number_format = "yyyy-mm"
    sheet["E2"].number_format = "yyyy-mm-dd"
    out = io.BytesIO()
    book.save(out)
    read = read_table(out.getvalue(), "x.xlsx")
    assert read.rows == (Row(2, ("维生素C片", "6999000000018", "12.8", "2028-04", "2026-04-15", "是")),)


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"\xd0\xcf\x11\xe0rest", "a.xls", "old_excel"),
        (b"PK\x03\x04broken", "a.xlsx", "broken_excel"),
        (b"%PDF-1.7", "a.pdf", "format"),
        (b"", "a.csv", "empty"),
        (b"only one cell\n", "a.csv", "empty"),
        (b"\xff\xff\xff\x80,\x80", "a.csv", "encoding"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, filename: str, code: str) -> None:
    with pytest.raises(TableUnreadable) as refused:
        read_table(content, filename)
    assert refused.value.code == code
    assert refused.value.message_zh and refused.value.message_en


# --- products --------------------------------------------------------------------------------------------------------

_HEADER = "通用名称,规格,生产企业,类别,处方分类,零售价"


def test_titles_are_understood_in_chinese_english_and_with_remarks_in_brackets() -> None:
    plan = plan_products(
        table(
            "*药品名称,Specification,生产厂家,Rx class,零售价（元）,Kind,颜色", "甲片,1片,示例制药,处方药,12.8,药品,红"
        ),
        (),
    )
    assert plan.errors == ()
    assert plan.ignored_columns == ("颜色",)
    (product,) = plan.changes()
    assert (product.generic_name, product.rx_class, product.list_price_fen) == ("甲片", "rx", 1280)


@pytest.mark.parametrize(
    ("header", "line", "column", "code"),
    [
        (_HEADER, "甲片,1片,示例,药品,处方药,12.805", "零售价", "not_money"),
        (_HEADER, "甲片,1片,示例,药品,处方药,十二", "零售价", "not_money"),
        (_HEADER, "甲片,1片,示例,药品,处方药,-1", "零售价", "not_money"),
        (_HEADER, "甲片,1片,示例,药品,处方药,", "零售价", "required"),
        (_HEADER, ",1片,示例,药品,处方药,1", "通用名称", "required"),
        (_HEADER, "甲片,1片,,药品,处方药,1", "生产企业", "required"),
        (_HEADER, "甲片,1片,示例,药品,,1", "处方分类", "required"),
        (_HEADER, "甲片,1片,示例,药,处方药,1", "类别", "not_choice"),
        (_HEADER, f"{'长' * 121},1片,示例,药品,处方药,1", "通用名称", "too_long"),
        (_HEADER + ",条码", "甲片,1片,示例,药品,处方药,1,6999000000011", "商品条码", "barcode_check"),
        (_HEADER + ",条码", "甲片,1片,示例,药品,处方药,1,12345", "商品条码", "barcode_shape"),
        (_HEADER + ",条码", "甲片,1片,示例,药品,处方药,1,6.99900E+12", "商品条码", "lost_digits"),
        (_HEADER + ",本位码", "甲片,1片,示例,药品,处方药,1,86901890000655", "本位码", "base_code"),
        (_HEADER + ",追溯码前缀", "甲片,1片,示例,药品,处方药,1,7000001", "药品标识码", "trace_prefix"),
        (_HEADER + ",批准文号", "甲片,1片,示例,药品,处方药,1,国药准字2099", "批准文号", "approval_no"),
        (_HEADER + ",会员价", "甲片,1片,示例,药品,处方药,1,1.01", "会员价", "price_order"),
        (_HEADER + ",税率", "甲片,1片,示例,药品,处方药,1,很多", "税率", "not_percent"),
        (_HEADER + ",近效期天数", "甲片,1片,示例,药品,处方药,1,1.5", "近效期天数", "not_whole"),
        (_HEADER + ",高警示", "甲片,1片,示例,药品,处方药,1,也许", "高警示", "not_choice"),
    ],
)
def test_each_wrong_cell_is_named_with_row_column_and_code(header: str, line: str, column: str, code: str) -> None:
    plan = plan_products(table(header, "乙片,9片,示例,药品,处方药,1", line), ())
    assert codes_of(plan.errors) == [(3, column, code)]
    (error,) = plan.errors
    assert error.message_zh and error.message_en
    assert "{" not in error.message_zh + error.message_en


def test_one_wrong_row_keeps_the_good_ones_out_too() -> None:
    plan = plan_products(table(_HEADER, "甲片,1片,示例,药品,处方药,1", "乙片,1片,示例,药品,处方药,贵"), ())
    assert len(plan.creates) == 1
    assert not plan.ready
    assert plan.changes() == ()


def test_missing_and_repeated_columns_are_said_before_any_row() -> None:
    assert codes_of(plan_products(table("通用名称,规格", "甲,1"), ()).errors) == [(1, "零售价", "missing_column")]
    twice = plan_products(table("通用名称,品名,规格,零售价", "甲,甲,1,1"), ())
    assert codes_of(twice.errors) == [(1, "品名", "repeated_column")]
    assert codes_of(plan_products(table(_HEADER), ()).errors) == [(1, "", "no_rows")]


def test_the_same_product_twice_in_a_file_is_refused() -> None:
    line = f"甲片,1片,示例,药品,处方药,1,{EAN}"
    plan = plan_products(table(_HEADER + ",条码", line, line), ())
    assert codes_of(plan.errors) == [(3, "商品编码", "repeated_row")]
    assert "2" in plan.errors[0].message_zh


def test_a_row_finds_its_product_by_id_by_barcode_and_by_name() -> None:
    for header, line in (
        ("商品编码,品名,规格,零售价", "P1,阿莫西林胶囊,0.25g×24粒,10.80"),
        ("条码,品名,规格,零售价", f"{EAN},阿莫西林胶囊,0.25g×24粒,10.80"),
        ("厂家,品名,规格,零售价", "示例制药,阿莫西林胶囊,0.25g×24粒,10.80"),
    ):
        plan = plan_products(table(header, line), (PRODUCT,))
        assert plan.errors == ()
        assert plan.updates == (PRODUCT.model_copy(update={"list_price_fen": 1080}),)


def test_a_blank_cell_keeps_what_is_known() -> None:
    plan = plan_products(table("商品编码,品名,规格,零售价,条码,厂家", "P1,阿莫西林胶囊,0.25g×24粒,9.80,,"), (PRODUCT,))
    assert plan.unchanged == (PRODUCT,)
    assert plan.changes() == ()


def test_a_barcode_of_several_packs_asks_for_more() -> None:
    other = PRODUCT.model_copy(update={"id": "P2", "spec": "0.25g×50粒"})
    header = "条码,品名,规格,厂家,零售价"
    clear = plan_products(table(header, f"{EAN},阿莫西林胶囊,0.25g×50粒,示例制药,15"), (PRODUCT, other))
    assert [product.id for product in clear.updates] == ["P2"]
    unclear = plan_products(table(header, f"{EAN},阿莫西林胶囊,别的,示例制药,15"), (PRODUCT, other))
    assert codes_of(unclear.errors) == [(2, "商品编码", "several_products")]


def test_without_a_kind_the_approval_number_tells_it() -> None:
    plan = plan_products(
        table(
            "品名,规格,零售价,批准文号",
            "口罩,10只,9.9,国械注准20992990001",
            "袋,1只,0.3,",
            "鱼油,100粒,98,食健备G209900000001",
        ),
        (),
    )
    assert plan.errors == ()
    assert [product.kind for product in plan.creates] == ["device", "general", "food"]


def test_the_same_file_twice_changes_nothing_the_second_time() -> None:
    file = table(_HEADER + ",条码", f"甲片,1片,示例,药品,处方药,1,{EAN}", "乙片,1片,示例,药品,处方药,2,")
    first = plan_products(file, ())
    assert len(first.changes()) == 2
    second = plan_products(file, first.changes())
    assert (second.changes(), len(second.unchanged)) == ((), 2)


_WORDS = st.text(st.characters(codec="gb18030", exclude_categories=("C", "Z")), min_size=1, max_size=20).filter(
    lambda text: not text.startswith("'")
)
_NAMES = st.lists(st.sampled_from(["氨氯地平", "二甲双胍", "维生素B1", "a-b"]), unique=True, max_size=3).map(";".join)
_PRODUCTS = st.builds(
    Product,
    id=st.uuids().map(lambda made: made.hex[:16]),
    generic_name=_WORDS,
    brand_name=_WORDS | st.just(""),
    form=_WORDS | st.just(""),
    spec=_WORDS,
    unit=st.sampled_from(["盒", "瓶", "g"]),
    maker=_WORDS,
    holder=_WORDS | st.just(""),
    barcode=st.integers(0, 99_999_999).map(lambda number: ean13(f"6999{number:08d}")) | st.just(""),
    base_code=st.just("86901890000654") | st.just(""),
    trace_prefix=st.sampled_from(["", "8990001", "8990001;8990002"]),
    approval_no=st.just(""),
    trace_required=st.booleans(),
    kind=st.sampled_from(["drug", "tcm", "food", "device", "cosmetic", "general", "service"]),
    rx_class=st.sampled_from(["rx", "otc_a", "otc_b", "none"]),
    special=st.sampled_from(["", "ephedrine", "psych2", "special_compound"]),
    ingredients=_NAMES,
    high_alert=st.booleans(),
    insurance=st.sampled_from(["", "A", "B"]),
    storage=st.sampled_from(["normal", "cool", "cold", "frozen"]),
    list_price_fen=st.integers(500, 10**9),
    member_price_fen=st.integers(0, 500),
    cost_fen=st.integers(0, 10**9),
    tax_rate_bp=st.integers(0, 9999),
    near_expiry_days=st.integers(0, 999),
    sales_rank=st.integers(0, 10**6),
    in_assortment=st.booleans(),
    active=st.booleans(),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(_PRODUCTS, min_size=1, max_size=5, unique_by=lambda product: product.id))
def test_what_is_exported_imports_to_the_same_products(products: list[Product]) -> None:
    for encoding in ("utf-8-sig", "gb18030"):
        read = read_table(export_products(products).encode(encoding), "商品.csv")
        fresh = plan_products(read, ())
        assert fresh.errors == ()
        assert list(fresh.changes()) == products
        again = plan_products(read, products)
        assert (list(again.unchanged), again.changes(), again.errors) == (products, (), ())


def test_every_column_means_a_field_and_no_title_means_two() -> None:
    assert {column.field for column in PRODUCT_COLUMNS} == set(Product.model_fields)
    titles = [title.lower() for column in PRODUCT_COLUMNS for title in column.titles]
    assert len(set(titles)) == len(titles)


# --- stock -----------------------------------------------------------------------------------------------------------

_STOCK = "商品编码,批号,生产日期,有效期至,失效期,数量,追溯码"


@pytest.mark.parametrize(
    ("through", "before", "last_day"),
    [
        ("2026-10", "", date(2026, 10, 31)),
        ("2026年10月", "", date(2026, 10, 31)),
        ("2026年10月15日", "", date(2026, 10, 15)),
        ("20261031", "", date(2026, 10, 31)),
        ("2028.02", "", date(2028, 2, 29)),
        ("2026/10/05", "", date(2026, 10, 5)),
        ("", "2026-10", date(2026, 9, 30)),
        ("", "2026年10月15日", date(2026, 10, 14)),
    ],
)
def test_expiry_is_read_as_the_pack_means_it(through: str, before: str, last_day: date) -> None:
    plan = plan_stock(table(_STOCK, f"P1,A1,2024-01,{through},{before},5,"), (PRODUCT,), (), {})
    assert plan.errors == ()
    (lot,) = plan.creates
    assert (lot.expires_on, lot.made_on) == (last_day, date(2024, 1, 1))
    assert plan.quantities == {lot.id: 5}


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("P9,A1,,2027-10,,5,", "商品编码", "unknown_product"),
        ("P1,,,2027-10,,5,", "批号", "required"),
        ("P1,A1,,2027-13,,5,", "有效期至", "not_date"),
        ("P1,A1,,,,5,", "有效期至", "required"),
        ("P1,A1,2027-01-31,2026-10,,5,", "有效期至", "expiry_before_made"),
        ("P1,A1,2026-02-30,2027-10,,5,", "生产日期", "not_date"),
        ("P1,A1,,2027-10,,-5,", "数量", "not_whole"),
        ("P1,A1,,2027-10,,2.5,", "数量", "not_whole"),
        ("P1,A1,,2027-10,,,", "数量", "required"),
        ("P1,A1,,2027-10,,5,123", "追溯码", "trace_code"),
        ("P1,A1,,2027-10,,5,8.99E+19", "追溯码", "lost_digits"),
        ("P1,A1,,2027-10,,5,89900080000000000001", "追溯码", "trace_code_prefix"),
        ("P1,A1,,2027-10,,1,89900070000000000001;89900070000000000002", "追溯码", "more_codes"),
        ("P1,A1,,2027-10,,5,89900070000000000001;89900070000000000001", "追溯码", "trace_code_repeated"),
        ("P1,A1,,2027-10,,5,89900070000000000009", "追溯码", "trace_code_known"),
        ("P1,OLD,,2027-10,,5,", "有效期至", "lot_changed"),
        ("P1,FIRST,,2028-01,,5,", "批号", "repeated_row"),
    ],
)
def test_each_wrong_stock_cell_is_named_and_nothing_is_booked(line: str, column: str, code: str) -> None:
    old = Lot(id="P1-OLD", product_id="P1", lot_no="OLD", expires_on=date(2027, 9, 30))
    sold = "89900070000000000009"
    known = {sold: TraceCode(code=sold, product_id="P1", lot_id="P1-OLD", state="sold")}
    plan = plan_stock(table(_STOCK, "P1,FIRST,,2028-01,,3,", line), (PRODUCT,), (old,), known)
    assert codes_of(plan.errors) == [(3, column, code)]
    assert "{" not in plan.errors[0].message_zh + plan.errors[0].message_en
    assert not plan.ready


def test_a_stock_file_without_any_expiry_column_is_refused() -> None:
    plan = plan_stock(table("商品编码,批号,数量", "P1,A,5"), (PRODUCT,), (), {})
    assert codes_of(plan.errors) == [(1, "有效期至", "missing_column")]


def test_the_same_stock_file_twice_states_the_same_shelf() -> None:
    file = table(_STOCK, "P1,A1,,2027-10,,5,89900070000000000001;89900070000000000002")
    first = plan_stock(file, (PRODUCT,), (), {})
    assert [box.code[-1] for box in first.codes] == ["1", "2"]
    second = plan_stock(file, (PRODUCT,), first.creates, {box.code: box for box in first.codes})
    assert second.errors == ()
    assert (second.creates, second.updates, second.unchanged, second.codes) == ((), (), first.creates, ())
    assert second.quantities == first.quantities


def test_a_stock_row_names_its_product_by_barcode_or_by_name_and_pack() -> None:
    other = PRODUCT.model_copy(update={"id": "P2", "maker": "另一制药"})
    header = "条码,品名,规格,厂家,批号,有效期至,数量"
    plan = plan_stock(
        table(header, f"{EAN},,,另一制药,A,2027-10,1", ",阿莫西林胶囊,0.25g×24粒,示例制药,B,2027-10,2"),
        (PRODUCT, other),
        (),
        {},
    )
    assert plan.errors == ()
    assert [lot.product_id for lot in plan.creates] == ["P2", "P1"]
    unclear = plan_stock(table(header, f"{EAN},,,,A,2027-10,1"), (PRODUCT, other), (), {})
    assert codes_of(unclear.errors) == [(2, "商品条码", "several_products")]


def test_a_lot_number_too_long_for_its_id_still_gets_the_same_id_each_time() -> None:
    file = table(_STOCK, f"P1,{'批' * 40},,2027-10,,5,")
    (first,) = plan_stock(file, (PRODUCT,), (), {}).creates
    (second,) = plan_stock(file, (PRODUCT,), (), {}).creates
    assert first.id == second.id
    assert len(first.id) <= 36


# --- members ---------------------------------------------------------------------------------------------------------


def test_a_blank_allergy_means_nobody_asked_and_wu_means_none() -> None:
    plan = plan_members(
        table("手机,姓名,过敏史", "19900000001,甲,", "19900000002,乙,无", "199 0000-0003,丙,青霉素类、磺胺"), (), TODAY
    )
    assert plan.errors == ()
    told = [(member.allergies_known, member.allergy_classes) for member in plan.creates]
    assert told == [(False, ""), (True, ""), (True, "penicillin;sulfa")]
    assert plan.creates[0].card_no == inhouse("90", 19900000001)


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("12345,,,,", "手机号", "phone"),
        (",,甲,,", "手机号", "no_identity"),
        ("19900000009,,甲,1990-02-30,", "出生日期", "not_date"),
        ("19900000009,,甲,2027-01-01,", "出生日期", "day_ahead"),
        ("19900000009,,甲,,花粉", "过敏史", "not_choice"),
        ("19900000001,,甲,,", "手机号", "repeated_row"),
        ("19900000005,C7,甲,,", "手机号", "phone_taken"),
    ],
)
def test_each_wrong_member_cell_is_named(line: str, column: str, code: str) -> None:
    known = (
        Member(id="m5", card_no="C5", phone="19900000005"),
        Member(id="m7", card_no="C7", phone="19900000007"),
    )
    plan = plan_members(table("手机号,卡号,姓名,生日,过敏", "19900000001,,乙,,", line), known, TODAY)
    assert codes_of(plan.errors) == [(3, column, code)]
    assert plan.changes() == ()


def test_a_member_is_found_by_card_then_by_phone_and_a_new_phone_is_kept() -> None:
    known = Member(id="m1", card_no="C1", phone="19900000001", points=5)
    header = "卡号,手机号,积分"
    by_card = plan_members(table(header, "C1,19900000002,8"), (known,), TODAY)
    assert by_card.updates == (known.model_copy(update={"phone": "19900000002", "points": 8}),)
    by_phone = plan_members(table(header, ",19900000001,5"), (known,), TODAY)
    assert by_phone.unchanged == (known,)


# --- report and templates --------------------------------------------------------------------------------------------


def test_the_error_report_is_a_table_in_file_order_that_runs_no_formula() -> None:
    plan = plan_products(
        table(_HEADER, "甲,1片,示例,药品,处方药,=1+1", ",1片,示例,药品,处方药,1", "乙,1片,示例,药品,处方药,x"), ()
    )
    lines = list(csv.reader(io.StringIO(error_report(reversed(plan.errors)))))
    assert [line[0] for line in lines[1:]] == ["2", "3", "4"]
    assert lines[1][5] == "'=1+1"
    assert all(len(line) == 6 for line in lines)


def test_the_templates_import_as_they_stand() -> None:
    products = plan_products(read_table(resource("import", "products.csv").read_bytes(), "products.csv"), ())
    assert (products.errors, products.ignored_columns) == ((), ())
    assert {product.kind for product in products.creates} == {"drug", "device", "tcm"}
    assert [product.special for product in products.creates].count("ephedrine") == 1
    stock = plan_stock(
        read_table(resource("import", "stock.csv").read_bytes(), "stock.csv"), products.changes(), (), {}
    )
    assert (stock.errors, stock.ignored_columns) == ((), ())
    assert len(stock.codes) == 2
    assert sum(stock.quantities.values()) == 2102
    members = plan_members(read_table(resource("import", "members.csv").read_bytes(), "members.csv"), (), TODAY)
    assert (members.errors, members.ignored_columns) == ((), ())
    assert members.creates[0].tier == "gold"
