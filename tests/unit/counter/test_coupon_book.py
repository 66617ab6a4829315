"""Personal coupons at the counter: used by themselves or chosen, refused with the way out, used up once, given back by a whole return."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.assembly import Till
from app.commands.stage import demo_clock
from app.counter.faults import Refused
from app.records.coupon_token import CouponToken, mark, sealed
from app.records.coupons import CouponRight
from app.records.keys import DeviceKey
from app.records.offers import Offer
from app.store.care import PastPurchase

HQ = DeviceKey.from_bytes(bytes(range(32)))
STARTS, ENDS = date(2026, 11, 1), date(2026, 12, 31)
THERMOMETER = "P5800A1"
"""13.50 after the store's own three off."""


def offer(offer_id: str, off_fen: int, *, terms: str = "", kind: str = "threshold") -> Offer:
    return Offer(
        id=offer_id,
        kind=kind,
        title_zh=f"券{offer_id}",
        scope=f"product:{THERMOMETER}",
        terms=terms or f'{{"tiers":[{{"reach_fen":1000,"off_fen":{off_fen}}}]}}',
        starts_on=STARTS,
        ends_on=ENDS,
        by_right=True,
    )


def token(serial: int, **change: Any) -> str:
    fields: dict[str, Any] = {
        "serial": UUID(int=serial),
        "coupon_class": "B",
        "offer_mark": mark("three", 8),
        "holder_mark": bytes(8),
        "store_mark": mark("RM01", 4),
        "starts_on": STARTS,
        "ends_on": ENDS,
        "face_fen": 300,
    }
    return sealed(CouponToken(**{**fields, **change}), HQ.sign)


def right(serial: int, offer_id: str, member_id: str = "member-00001", face_fen: int = 500) -> dict[str, Any]:
    told = token(serial, offer_mark=mark(offer_id, 8), holder_mark=mark(member_id, 8), face_fen=face_fen)
    return CouponRight(
        id=str(UUID(int=serial)),
        offer_id=offer_id,
        member_id=member_id,
        coupon_class="B",
        token=told,
        starts_on=STARTS,
        ends_on=ENDS,
        face_fen=face_fen,
    ).model_dump(mode="json")


@pytest.fixture
def shop(till: Till) -> Till:
    """The demo till, which knows headquarters' key and two offers for holders."""
    till.store.settings.set("hub.public_key", HQ.public().hex()).result(60)
    till.store.catalogue.upsert((), [offer("three", 300), offer("five", 500)])
    return till


def echo(till: Till) -> str:
    said = till.selling.scene().echo
    return said.code if said is not None else ""


def event_types(till: Till) -> list[str]:
    return [kind for kind in ("coupon.redeemed@1", "coupon.refused@1", "coupon.released@1") for _ in till.store.journal.of_type(kind)]


def settle(till: Till) -> None:
    """Wait for what was handed to the journal: the queue is served in its order."""
    till.store.writer.submit(lambda connection: None).result(60)


def test_an_offer_for_holders_never_applies_by_itself(shop: Till, hand: Any) -> None:
    hand.scan(f"@{THERMOMETER}.ean")
    assert shop.selling.quote.payable_fen == 1350
    assert shop.selling.scene().coupons is None


def test_the_members_best_coupon_is_used_and_the_next_best_is_told(shop: Till, hand: Any) -> None:
    shop.settings.set("coupon.most_per_sale", 1).result(60)
    shop.store.inbox.apply("coupon", [right(1, "three"), right(2, "five")], "c1").result(60)
    hand.scan(f"@{THERMOMETER}.ean", "@member.1")
    block = shop.selling.scene().coupons
    assert block is not None and (block.used, block.cut_fen, block.by_hand) == (1, 500, False)
    assert shop.selling.quote.payable_fen == 850
    assert block.other.zh.startswith("次选 券three") and block.other.zh.endswith("少减 ¥2.00")
    assert [row.why.zh for row in block.rows if row.serial == str(UUID(int=1))] == ["单用可减 ¥3.00，现用的更划算"]


def test_a_persons_choice_stands_until_the_best_is_wanted_again_or_the_member_goes(shop: Till, hand: Any) -> None:
    shop.settings.set("coupon.most_per_sale", 1).result(60)
    shop.store.inbox.apply("coupon", [right(1, "three"), right(2, "five")], "c1").result(60)
    hand.scan(f"@{THERMOMETER}.ean", "@member.1")
    assert echo(shop) and shop.selling.pick_coupon(str(UUID(int=1))).echo.code == "coupon_most"  # type: ignore[union-attr]
    shop.selling.pick_coupon(str(UUID(int=2)))
    shop.selling.pick_coupon(str(UUID(int=1)))
    block = shop.selling.scene().coupons
    assert block is not None and (block.cut_fen, block.by_hand) == (300, True)
    assert block.other.zh == "自动选的更划算：再减 ¥2.00"
    shop.selling.pick_coupons_by_themselves()
    assert shop.selling.quote.payable_fen == 850
    shop.selling.pick_coupon(str(UUID(int=2)))
    shop.selling.detach_member()
    assert shop.selling.basket.picked is None
    assert shop.selling.undo().totals.payable_fen == 1350


def test_without_the_setting_only_what_was_scanned_is_used(shop: Till, hand: Any) -> None:
    shop.settings.set("coupon.automatic", False).result(60)
    shop.store.inbox.apply("coupon", [right(2, "five")], "c1").result(60)
    hand.scan(f"@{THERMOMETER}.ean", "@member.1")
    assert shop.selling.quote.payable_fen == 1350
    shop.selling.scan(token(3))
    assert shop.selling.quote.payable_fen == 1050


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"coupon_class": "C"}, "coupon_lease_none"),
        ({"store_mark": mark("RM02", 4)}, "coupon_store"),
        ({"starts_on": date(2026, 12, 1)}, "coupon_early"),
        ({"ends_on": date(2026, 11, 20)}, "coupon_late"),
        ({"holder_mark": mark("member-00001", 8)}, "coupon_holder_first"),
        ({"offer_mark": mark("nobody knows", 8)}, "coupon_offer"),
        ({"key_id": 7}, "coupon_key"),
    ],
)
def test_a_coupon_that_cannot_be_used_is_refused_by_name_and_kept_as_a_fact(
    shop: Till, hand: Any, change: dict[str, Any], code: str
) -> None:
    hand.scan(f"@{THERMOMETER}.ean")
    shop.selling.scan(token(9, **change))
    assert echo(shop) == code
    assert shop.selling.basket.tokens == ()
    settle(shop)
    assert event_types(shop) == ["coupon.refused@1"]


def test_a_coupon_of_another_member_or_of_another_key_is_refused(shop: Till, hand: Any) -> None:
    hand.scan(f"@{THERMOMETER}.ean", "@member.2")
    shop.selling.scan(token(9, holder_mark=mark("member-00001", 8)))
    assert echo(shop) == "coupon_holder"
    good = token(9)
    shop.selling.scan(good[:-10] + ("A" if good[-10] != "A" else "B") + good[-9:])
    assert echo(shop) == "coupon_forged"
    shop.selling.scan(good[:-3])
    assert echo(shop) == "coupon_shape"


def test_a_right_that_was_taken_back_or_used_elsewhere_is_refused(shop: Till, hand: Any) -> None:
    gone = right(4, "three", "")
    shop.store.inbox.apply("coupon", [{**gone, "state": "revoked"}, {**right(5, "three", ""), "used_in": "sale-x"}], "c1").result(60)
    hand.scan(f"@{THERMOMETER}.ean")
    shop.selling.scan(token(4))
    assert echo(shop) == "coupon_revoked"
    shop.selling.scan(token(5))
    assert echo(shop) == "coupon_spent_elsewhere"


def test_a_used_coupon_is_refused_at_once_and_after_a_restart_and_a_whole_return_gives_it_back(
    shop: Till, hand: Any, closed_till: list[Till]
) -> None:
    hand.scan(f"@{THERMOMETER}.ean")
    shop.selling.scan(token(6))
    shop.checkout.begin()
    shop.checkout.tender("cash")
    number = hand.complete()
    (used,) = shop.store.coupons.used_in(shop.store.sales.by_number(number).body.sale_id)  # type: ignore[union-attr]
    assert (used.serial, used.cut_fen) == (str(UUID(int=6)), 300)
    hand.scan(f"@{THERMOMETER}.ean")
    shop.selling.scan(token(6))
    said = shop.selling.scene().echo
    assert said is not None and said.code == "coupon_spent" and said.facts["number"] == number
    shop.close()
    closed_till.remove(shop)
    again = Till(shop.folder, demo_clock())
    closed_till.append(again)
    again.shifts.sign_in("staff-1001", "1001")
    again.selling.wake()
    again.selling.scan(token(6))
    assert echo(again) == "coupon_spent"
    again.selling.clear()
    again.returning.find(number)
    again.returning.set_reason("quality")
    line = again.returning.scene().lines[0]
    again.returning.set_quantity(line.line_id, line.sold)
    again.returning.approve("1003")
    durable = threading.Event()
    again.returning.complete(durable.set)
    assert durable.wait(60)
    again.returning.settle()
    assert again.store.coupons.use(str(UUID(int=6))) is None
    # Headquarters tells of the sale before it has heard of the return.
    again.store.inbox.apply("coupon", [{**right(6, "three", ""), "used_in": used.sale_id}], "c1").result(60)
    again.selling.add_product(THERMOMETER)
    again.selling.scan(token(6))
    assert echo(again) == "coupon_applied"


def test_scanned_coupons_and_the_choice_come_back_with_the_basket(shop: Till, hand: Any) -> None:
    shop.store.inbox.apply("coupon", [right(1, "three"), right(2, "five")], "c1").result(60)
    hand.scan(f"@{THERMOMETER}.ean", "@member.1")
    shop.selling.scan(token(8))
    shop.selling.pick_coupon(str(UUID(int=2)))
    paid = shop.selling.quote.payable_fen
    basket = shop.selling.basket
    shop.selling.hold()
    shop.selling.recall(basket.basket_id)
    assert (shop.selling.basket.tokens, shop.selling.basket.picked) == (basket.tokens, basket.picked)
    assert shop.selling.quote.payable_fen == paid


def test_a_coupon_never_takes_more_than_its_face_value(shop: Till, hand: Any) -> None:
    shop.store.catalogue.upsert((), [offer("tenth", 0, kind="percent", terms='{"percent_off_bp":5000}')])
    shop.store.inbox.apply("coupon", [right(1, "tenth", face_fen=400)], "c1").result(60)
    hand.scan(f"@{THERMOMETER}.ean", "@member.1")
    assert shop.selling.quote.payable_fen == 1350 - 400


def test_the_same_basket_is_not_searched_twice(shop: Till, hand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.domain import coupon_choice

    shop.store.inbox.apply("coupon", [right(1, "three")], "c1").result(60)
    hand.scan(f"@{THERMOMETER}.ean", "@member.1")
    calls: list[int] = []
    real = coupon_choice.choose_in
    monkeypatch.setattr(coupon_choice, "choose_in", lambda *a, **k: (calls.append(1), real(*a, **k))[1])
    shop.selling.look_again()
    shop.selling.scene()
    shop.selling.detach_member()
    hand.scan(f"@{THERMOMETER}.ean")
    assert calls == []
    hand.scan("@member.1")
    assert calls == [1]


def test_a_coupon_whose_name_promotes_a_prescription_medicine_is_shown_under_a_neutral_one(shop: Till, hand: Any) -> None:
    name = next(product.generic_name for product in shop.store.catalogue.search("阿莫西林", 5) if product.rx_class == "rx")
    shop.store.catalogue.upsert((), [offer("three", 300).model_copy(update={"title_zh": f"{name}专享"})])
    shop.store.inbox.apply("coupon", [right(1, "three")], "c1").result(60)
    hand.scan(f"@{THERMOMETER}.ean", "@member.1")
    block = shop.selling.scene().coupons
    assert block is not None
    assert [row.title.zh[:3] for row in block.rows if row.cut_fen == 300] == ["优惠券"]
    assert all(name not in cut.title_zh for cut in shop.selling.quote.cuts)


def test_an_offer_of_the_store_whose_name_promotes_a_prescription_medicine_goes_by_a_neutral_one(shop: Till, hand: Any) -> None:
    name = next(product.generic_name for product in shop.store.catalogue.search("阿莫西林", 5) if product.rx_class == "rx")
    store_own = offer("own", 200).model_copy(update={"by_right": False, "title_zh": f"买{name}减二元"})
    shop.store.catalogue.upsert((), [store_own])
    hand.scan(f"@{THERMOMETER}.ean")
    titles = {cut.cause_id: cut.title_zh for cut in shop.selling.quote.cuts}
    assert titles["own"] == "店内优惠"
    assert len(titles) == 2 and "体温计" in "".join(titles.values()), "the others keep their names"


def test_a_coupons_paper_says_its_rule_and_a_foreign_token_gets_none(shop: Till) -> None:
    slip = shop.coupons.slip(token(3))
    assert (slip.title.zh, slip.coupon_class, slip.bearer, slip.ends_on) == ("券three", "B", True, ENDS)
    assert "减" in slip.rule.zh
    shop.printing.print_coupon(slip)
    settle(shop)
    assert [job.kind for job in shop.store.jobs.latest(1)] == ["coupon"]
    with pytest.raises(Refused, match="coupon_forged"):
        shop.coupons.slip(sealed(CouponToken(UUID(int=1), "B", bytes(8), bytes(8), bytes(4), STARTS, ENDS, 1), DeviceKey.new().sign))


def test_a_second_paper_is_a_marked_copy_though_the_first_is_not_on_disk_yet(shop: Till) -> None:
    go, busy = threading.Event(), threading.Event()

    def blocks(_: object) -> None:
        busy.set()
        assert go.wait(60)

    slip = shop.coupons.slip(token(1))
    shop.store.writer.submit(blocks)
    assert busy.wait(60)
    assert [shop.printing.print_coupon(slip), shop.printing.print_coupon(slip)] == [0, 1]
    go.set()
    settle(shop)


def take_back(till: Till, number: str, quantity: int) -> None:
    """Return so many of the only line, for its quality."""
    till.returning.find(number)
    till.returning.set_reason("quality")
    till.returning.set_quantity(till.returning.scene().lines[0].line_id, quantity)
    till.returning.approve("1003")
    durable = threading.Event()
    till.returning.complete(durable.set)
    assert durable.wait(60)
    till.returning.settle()


@pytest.mark.parametrize(("rule", "after_one", "after_both"), [("prorated", 150, 300), ("back", 0, 300), ("lost", 0, 0)])
def test_what_comes_back_with_a_return_is_the_offers_rule(shop: Till, hand: Any, rule: str, after_one: int, after_both: int) -> None:
    terms = f'{{"tiers":[{{"reach_fen":1000,"off_fen":300}}],"on_return":"{rule}"}}'
    shop.store.catalogue.upsert((), [offer("three", 300, terms=terms)])
    shop.store.inbox.apply("coupon", [right(1, "three", face_fen=300)], "c1").result(60)
    number = hand.sell(f"@{THERMOMETER}.ean", f"@{THERMOMETER}.ean", "@member.1")

    def worth() -> int:
        rights = {one.id: one.face_fen for one in shop.store.coupons.usable("member-00001")}
        return rights.get(str(UUID(int=1)), 0)

    assert worth() == 0
    take_back(shop, number, 1)
    assert worth() == after_one
    if after_one:
        hand.scan(f"@{THERMOMETER}.ean", "@member.1")
        block = shop.selling.scene().coupons
        assert block is not None and block.cut_fen == 150
        shop.selling.clear()
    take_back(shop, number, 1)
    assert worth() == after_both


def test_the_paper_of_a_members_coupon_bears_its_code_and_that_of_a_gift_says_how_it_is_used(shop: Till, hand: Any) -> None:
    gift = CouponRight.model_validate({**right(2, "five"), "coupon_class": "A", "token": ""})
    over = CouponRight.model_validate({**right(3, "five"), "state": "revoked"})
    told = [right(1, "three"), gift.model_dump(mode="json"), over.model_dump(mode="json")]
    shop.store.inbox.apply("coupon", told, "c1").result(60)
    assert shop.coupons.slip_of(str(UUID(int=1))) == shop.coupons.slip(right(1, "three")["token"])
    slip = shop.coupons.slip_of(gift.id)
    assert (slip.title.zh, slip.token, slip.serial, slip.coupon_class, slip.bearer) == ("券five", "", gift.id, "A", False)
    assert shop.printing.print_coupon(slip) == 0
    settle(shop)
    (job,) = shop.store.jobs.of_event(gift.id)
    paper = shop.store.jobs.ticket(job.job_id) or ""
    assert "报手机号或出示会员码即可使用" in paper and '"qr"' not in paper
    hand.scan(f"@{THERMOMETER}.ean", "@member.1")
    hand.sell()
    for serial in (over.id, gift.id, "nobody's"):
        with pytest.raises(Refused, match="coupon_gone"):
            shop.coupons.slip_of(serial)


HELD = "member-00001"


def bought_before(till: Till) -> frozenset[str]:
    return till.store.coupons.bought_before(HELD, [THERMOMETER, "P6000A1"])


def test_what_came_back_was_not_bought_and_a_refill_coupon_does_not_count_it(shop: Till, hand: Any) -> None:
    shop.selling.attach_member(HELD)
    number = hand.sell(f"@{THERMOMETER}.ean", f"@{THERMOMETER}.ean")
    assert bought_before(shop) == {THERMOMETER}
    line = shop.store.sales.by_number(number).body.lines[0]
    for left in (frozenset({THERMOMETER}), frozenset()):
        shop.returning.find(number)
        shop.returning.set_reason("changed_mind")
        shop.returning.set_quantity(line.line_id, 1)
        shop.returning.approve("1003")
        durable = threading.Event()
        shop.returning.complete(durable.set)
        assert durable.wait(60)
        shop.returning.settle()
        assert bought_before(shop) == left


def test_a_refill_coupon_counts_what_was_bought_before_this_till_or_in_another_store(shop: Till) -> None:
    assert bought_before(shop) == frozenset()
    told = PastPurchase("told-1", HELD, STARTS, THERMOMETER, 1, 1650, "RM02")
    shop.store.care.keep_past([told]).result(60)
    assert bought_before(shop) == {THERMOMETER}
