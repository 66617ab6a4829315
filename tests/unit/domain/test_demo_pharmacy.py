"""The demo pharmacy keeps what it promises: size, truth of every check digit, determinism, and codes worth scanning."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date

import pytest

from app.domain.codes import CodeShapes, ScanContext, base_code, ean_check_digit, luhn_digit, read
from app.domain.demo import (
    PRODUCT_FIELDS,
    DemoPharmacy,
    DemoRows,
    badge_code,
    build_pharmacy,
    load_rows,
    scale_catalogue,
)
from app.domain.lots import refusal_reason
from app.domain.pricing import BookedOffer, OfferBook, PromotionLaw
from app.records.catalogue import Product
from app.records.resources import resource

TODAY = date(2026, 11, 21)
REAL_NAMES = (
    "云南白药", "同仁堂", "修正", "哈药", "扬子江", "恒瑞", "石药", "齐鲁", "以岭", "九芝堂", "三九", "999", "华润",
    "白云山", "广药", "辉瑞", "拜耳", "默克", "默沙东", "诺华", "赛诺菲", "罗氏", "强生", "葛兰素", "阿斯利康",
    "晖致", "史克", "施贵宝", "礼来", "诺和", "雅培", "三诺", "鱼跃", "欧姆龙", "稳健", "振德", "可孚", "汤臣",
    "仁和", "太极", "康恩贝", "华海", "华北制药", "东阿", "胡庆余", "江中", "葵花", "马应龙", "片仔癀", "步长",
    "天士力", "康缘", "正大", "信立泰", "复星", "丽珠", "健民", "达仁堂", "华中药业",
)  # fmt: skip
LOOKED_FOR = (
    "氨酚伪麻美芬片Ⅱ", "布洛芬缓释胶囊", "苯磺酸氨氯地平片", "盐酸二甲双胍缓释片", "维生素C片", "血糖试纸",
    "连花清瘟胶囊", "医用外科口罩", "阿莫西林胶囊", "电子体温计", "华法林钠片", "秋水仙碱片", "消渴丸", "维C银翘片",
    "珍菊降压片", "藿香正气水", "复方甘草片", "氢溴酸右美沙芬糖浆", "甘精胰岛素注射液", "门冬胰岛素注射液",
    "六味地黄丸", "益母草颗粒", "川贝母", "制附子", "丁香", "郁金",
)  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> DemoRows:
    """The authored rows."""
    return DemoRows.parse({path.stem: path.read_text("utf-8") for path in resource("demo").glob("*.csv")})


@pytest.fixture(scope="module")
def pharmacy(rows: DemoRows) -> DemoPharmacy:
    """The demo pharmacy of one day."""
    return build_pharmacy(rows, TODAY)


def test_a_byte_order_mark_does_not_spoil_the_first_title() -> None:
    assert load_rows("\ufeffa,b\n1,2\n") == ({"a": "1", "b": "2"},)


def test_the_shop_is_as_large_as_promised(rows: DemoRows, pharmacy: DemoPharmacy) -> None:
    assert len(rows.generics) >= 420
    assert len(pharmacy.products) >= 1500
    assert sum(product.in_assortment for product in pharmacy.products) >= 1500
    assert len(pharmacy.members) == 3000
    assert len(pharmacy.staff) == 5
    assert {person.role for person in pharmacy.staff} == {"cashier", "pharmacist", "manager"}


def test_two_builds_for_one_day_are_equal_and_another_day_moves_only_time(
    rows: DemoRows, pharmacy: DemoPharmacy
) -> None:
    assert build_pharmacy(rows, TODAY) == pharmacy
    later = build_pharmacy(rows, date(2027, 2, 28))
    assert later.products == pharmacy.products
    assert [entry.code for entry in later.sheet] == [entry.code for entry in pharmacy.sheet]


def test_every_record_passes_its_own_validation(pharmacy: DemoPharmacy) -> None:
    for records in (pharmacy.products, pharmacy.lots, pharmacy.trace_codes, pharmacy.members, pharmacy.family):
        for record in records:
            assert type(record).model_validate(record.model_dump()) == record


def test_products_are_distinct_and_ids_unique(pharmacy: DemoPharmacy) -> None:
    assert len({product.id for product in pharmacy.products}) == len(pharmacy.products)
    kept = {(product.generic_name, product.spec, product.maker) for product in pharmacy.products}
    assert len(kept) == len(pharmacy.products)


def test_every_barcode_is_an_ean_of_our_own_range_with_a_valid_check_digit(pharmacy: DemoPharmacy) -> None:
    coded = [product for product in pharmacy.products if product.barcode]
    assert len(coded) >= 1500
    for product in coded:
        assert re.fullmatch(r"6999\d{9}", product.barcode)
        assert ean_check_digit(product.barcode[:-1]) == product.barcode[-1]
    shared = [code for code, times in Counter(product.barcode for product in coded).items() if times > 1]
    assert {product.generic_name for product in coded if product.barcode in shared} == {"创口贴"}


def test_base_codes_and_approval_numbers_have_the_right_shape_and_belong_to_nobody(pharmacy: DemoPharmacy) -> None:
    for product in pharmacy.products:
        if product.kind == "drug":
            assert re.fullmatch(r"国药准字[HZS]99\d{6}", product.approval_no)
            assert product.base_code.startswith("86999")
            assert base_code(product.base_code[:-1]) == product.base_code
        elif product.approval_no:
            assert re.fullmatch(
                r"国械注准2099\d{7}|国械备2099\d{4}|食健备G2099\d{8}|国妆网备字2099\d{5}", product.approval_no
            )


def test_trace_prefixes_are_unique_and_every_box_bears_its_products(pharmacy: DemoPharmacy) -> None:
    prefixes = {product.id: product.trace_prefix for product in pharmacy.products if product.trace_prefix}
    assert len(set(prefixes.values())) == len(prefixes)
    assert all(re.fullmatch(r"899\d{4}", prefix) for prefix in prefixes.values())
    lots = {lot.id: lot for lot in pharmacy.lots}
    boxes: Counter[str] = Counter()
    for box in pharmacy.trace_codes:
        assert re.fullmatch(r"8\d{19}", box.code)
        assert box.code[:7] == prefixes[box.product_id]
        assert box.lot_id is not None
        assert lots[box.lot_id].product_id == box.product_id
        boxes[box.lot_id] += 1
    assert len({box.code for box in pharmacy.trace_codes}) == len(pharmacy.trace_codes) > 2000
    assert all(number <= pharmacy.stock[lot_id] for lot_id, number in boxes.items())


def test_no_maker_or_brand_sounds_like_a_real_house(rows: DemoRows, pharmacy: DemoPharmacy) -> None:
    assert len(rows.makers) >= 60
    said = {text for product in pharmacy.products for text in (product.maker, product.brand_name, product.holder)}
    assert not [text for text in said for real in REAL_NAMES if real in text]
    assert {product.maker for product in pharmacy.products} <= {maker.name for maker in rows.makers}


def test_what_the_pictures_and_the_domain_list_show_is_in_the_shop(pharmacy: DemoPharmacy) -> None:
    kept = {product.generic_name for product in pharmacy.products if product.in_assortment}
    assert not set(LOOKED_FOR) - kept


@pytest.mark.parametrize(
    ("product_id", "spec", "list_fen", "member_fen"),
    [
        ("P1000A1", "5mg×28片", 4580, 0),
        ("P1400A1", "0.5g×30片", 3850, 3610),
        ("P4800A1", "0.1g×100片", 650, 0),
        ("P5600A1", "GA-3型×50片/盒", 7900, 7700),
        ("P2200A1", "0.3g×24粒", 2680, 2080),
        ("P2000A1", "日8片+夜4片", 2280, 0),
        ("P2015A1", "0.35g×36粒", 2980, 0),
        ("P6000A1", "平面型×10只/袋", 990, 0),
    ],
)
def test_prices_of_the_pictures_are_exact(
    pharmacy: DemoPharmacy, product_id: str, spec: str, list_fen: int, member_fen: int
) -> None:
    product = next(product for product in pharmacy.products if product.id == product_id)
    assert (product.spec, product.list_price_fen, product.member_price_fen) == (spec, list_fen, member_fen)


def test_the_unit_is_the_word_a_cashier_counts_with(pharmacy: DemoPharmacy) -> None:
    units = {(product.generic_name, product.spec): product.unit for product in pharmacy.products}
    assert units["玻璃酸钠滴眼液", "0.1%-5ml×1支"] == "支"
    assert units["玻璃酸钠滴眼液", "0.1%-0.4ml×10支"] == "盒"
    assert units["鱼油软胶囊(保健食品)", "1g×100粒"] == "瓶"
    assert units["黄芪", "统货"] == "g"


def test_prices_are_sane(pharmacy: DemoPharmacy) -> None:
    for product in pharmacy.products:
        assert product.kind == "service" or product.list_price_fen > 0
        assert 0 <= product.cost_fen <= product.list_price_fen
        assert product.member_price_fen < max(product.list_price_fen, 1)


def test_special_classes_follow_their_law(pharmacy: DemoPharmacy) -> None:
    special = [product for product in pharmacy.products if product.special]
    assert {product.special for product in special} == {"ephedrine", "psych2", "special_compound"}
    assert all(product.rx_class == "rx" for product in special if product.special != "ephedrine")
    assert all(product.trace_required for product in special)
    assert all("麻黄碱" in product.ingredients for product in special if product.special == "ephedrine")


def test_lots_hold_every_trouble_a_cashier_can_meet(pharmacy: DemoPharmacy) -> None:
    reasons = Counter(refusal_reason(lot, TODAY) for lot in pharmacy.lots if pharmacy.stock[lot.id])
    assert min(reasons["expired"], reasons["locked"], reasons["recalled"]) >= 1
    assert reasons[""] > 2500
    near = [lot for lot in pharmacy.lots if 0 <= (lot.expires_on - TODAY).days <= 90]
    assert 20 < len(near) < len(pharmacy.lots) / 8
    assert all(lot.made_on is not None and lot.made_on < lot.expires_on for lot in pharmacy.lots)
    assert all(lot.made_on is not None and lot.made_on < TODAY for lot in pharmacy.lots)
    assert len({lot.id for lot in pharmacy.lots}) == len(pharmacy.lots)


def test_ranks_name_each_place_once_and_the_store_comes_first(pharmacy: DemoPharmacy) -> None:
    ranks = sorted(product.sales_rank for product in pharmacy.products)
    assert ranks == list(range(1, len(pharmacy.products) + 1))
    last_own = max(product.sales_rank for product in pharmacy.products if product.in_assortment)
    assert last_own == sum(product.in_assortment for product in pharmacy.products)


def test_members_have_codes_that_check_and_numbers_nobody_dials(pharmacy: DemoPharmacy) -> None:
    for member in pharmacy.members:
        assert re.fullmatch(r"90\d{18}", member.card_no)
        assert luhn_digit(member.card_no[:-1]) == member.card_no[-1]
        assert re.fullmatch(r"(1990000\d{4})?", member.phone)
        assert member.allergies_known or not member.allergy_classes
        assert member.born_on is None or member.born_on < TODAY
    assert len({member.card_no for member in pharmacy.members}) == 3000
    phones = [member.phone for member in pharmacy.members if member.phone]
    assert len(set(phones)) == len(phones)
    known = {member.id for member in pharmacy.members}
    assert {person.member_id for person in pharmacy.family} <= known
    assert len({person.id for person in pharmacy.family}) == len(pharmacy.family) > 500


def test_staff_have_pins_beside_them_and_badges_that_check(pharmacy: DemoPharmacy) -> None:
    assert set(pharmacy.pins) == {person.id for person in pharmacy.staff}
    assert all(re.fullmatch(r"\d{4}", pin) for pin in pharmacy.pins.values())
    assert not any(person.pin_hash for person in pharmacy.staff)
    for person in pharmacy.staff:
        badge = badge_code(person.code)
        assert re.fullmatch(r"96\d{18}", badge)
        assert luhn_digit(badge[:-1]) == badge[-1]
        assert int(badge[2:-1]) == int(person.code)


def test_offers_of_every_kind_run_today_and_name_products_that_exist(pharmacy: DemoPharmacy) -> None:
    kept = {product.id for product in pharmacy.products if product.in_assortment}
    categories = {product.category for product in pharmacy.products}
    assert len(pharmacy.offers) >= 8
    assert {offer.kind for offer in pharmacy.offers} == {
        "percent", "amount_off", "threshold", "nth_cheaper", "bundle", "gift",
    }  # fmt: skip
    for offer in pharmacy.offers:
        assert offer.starts_on <= TODAY <= offer.ends_on
        terms = json.loads(offer.terms)
        named = [*terms.get("products", ()), *([terms["gift_product"]] if "gift_product" in terms else ())]
        word, _, listed = offer.scope.partition(":")
        if word == "product":
            named.extend(listed.split(";"))
        elif word != "all":
            assert set(listed.split(";")) <= categories
        assert set(named) <= kept
    sold_by_themselves = [offer for offer in pharmacy.offers if not offer.by_right]
    assert len(OfferBook.of(sold_by_themselves, PromotionLaw(frozenset())).offers) == len(sold_by_themselves)
    assert all(BookedOffer.read(right.offer).ends_on >= right.ends_on for right in pharmacy.rights)


def test_the_sheet_offers_each_kind_of_scan_and_every_code_is_what_it_says(pharmacy: DemoPharmacy) -> None:
    lots = {lot.id: lot for lot in pharmacy.lots}
    boxes = {box.code: box for box in pharmacy.trace_codes}
    by_barcode: dict[str, list[Product]] = {}
    for product in pharmacy.products:
        if product.barcode:
            by_barcode.setdefault(product.barcode, []).append(product)
    kinds = Counter(entry.kind for entry in pharmacy.sheet)
    assert set(kinds) == {
        "barcode", "trace", "near_expiry", "expired", "recalled", "base_code", "unknown", "member", "coupon", "staff",
    }  # fmt: skip
    for entry in pharmacy.sheet:
        assert entry.title_zh and entry.title_en and entry.note_zh and entry.note_en
        if entry.kind in ("trace", "near_expiry", "expired", "recalled"):
            lot = lots[boxes[entry.code].lot_id or ""]
            reason = refusal_reason(lot, TODAY)
            assert reason == (entry.kind if entry.kind in ("expired", "recalled") else "")
            assert ((lot.expires_on - TODAY).days <= 90) == (entry.kind in ("near_expiry", "expired"))
        elif entry.kind == "barcode":
            assert entry.product_id in {product.id for product in by_barcode[entry.code]}
        elif entry.kind == "unknown":
            assert entry.code not in by_barcode
        elif entry.kind == "coupon":
            assert entry.code in {offer.coupon_code for offer in pharmacy.offers}
        elif entry.kind == "base_code":
            assert sum(product.base_code == entry.code for product in pharmacy.products) > 1
    ephedrine = {entry.code for entry in pharmacy.sheet if entry.product_id == "P2000A1"}
    assert len(ephedrine) == 3
    assert any(len(by_barcode.get(entry.code, ())) > 1 for entry in pharmacy.sheet)


def test_every_code_of_the_sheet_reads_as_its_family(pharmacy: DemoPharmacy) -> None:
    shapes = CodeShapes.parse(json.loads(resource("rules", "codes.json").read_text("utf-8")))
    families = {
        "barcode": "ProductBarcode",
        "unknown": "ProductBarcode",
        "base_code": "Ambiguous",
        "member": "InHouseCode",
        "coupon": "InHouseCode",
        "staff": "InHouseCode",
    }
    for entry in pharmacy.sheet:
        found = type(read(entry.code, shapes, ScanContext.SELLING)).__name__
        assert found == families.get(entry.kind, "TraceCode")


def test_allergy_classes_are_those_that_the_rules_can_name(pharmacy: DemoPharmacy) -> None:
    words = json.loads(resource("rules", "cn-2026.11.json").read_text("utf-8"))["words"]
    told = {one.allergy_classes for one in pharmacy.products}
    told |= {one.allergy_classes for one in pharmacy.members} | {one.allergy_classes for one in pharmacy.family}
    assert {name for classes in told for name in classes.split(";") if name} <= set(words)


def test_a_scale_catalogue_has_distinct_codes_and_each_rank_once(rows: DemoRows) -> None:
    products = [dict(zip(PRODUCT_FIELDS, values, strict=True)) for values in scale_catalogue(rows, 12_000, 7)]
    assert {product["sales_rank"] for product in products} == set(range(1, 12_001))
    assert len({product["id"] for product in products}) == 12_000
    assert len({product["barcode"] for product in products}) == 12_000
    assert all(ean_check_digit(str(product["barcode"])[:-1]) == str(product["barcode"])[-1] for product in products)
    assert sum(bool(product["in_assortment"]) for product in products) == 3000
    prefixes = [product["trace_prefix"] for product in products if product["trace_prefix"]]
    assert len(set(prefixes)) == len(prefixes)
    for product in products[:200]:
        Product.model_validate(product)


def test_a_scale_catalogue_is_the_same_for_one_seed_and_other_for_another(rows: DemoRows) -> None:
    first = list(scale_catalogue(rows, 500, 7))
    assert list(scale_catalogue(rows, 500, 7)) == first
    assert list(scale_catalogue(rows, 500, 8)) != first


def test_a_scale_catalogue_of_no_size_is_refused(rows: DemoRows) -> None:
    with pytest.raises(ValueError, match="synthetic catalogue"):
        next(scale_catalogue(rows, 0, 7))
