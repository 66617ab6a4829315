"""A till's own share of a store's rights, and serials that headquarters puts by: used once, refused with the way out, given back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.assembly import Till
from app.counter.faults import Refused
from app.records.coupon_token import CouponToken, mark, sealed
from app.records.coupons import CouponRight, Lease, leased_serial
from app.records.keys import DeviceKey
from app.records.offers import Offer
from app.sync.client import HubFault, Reserved

HQ = DeviceKey.from_bytes(bytes(range(32)))
STARTS, ENDS = date(2026, 11, 1), date(2026, 12, 31)
TODAY = date(2026, 11, 21)
THERMOMETER = "P5800A1"
GRANT = str(UUID(int=77))
SERIAL = str(UUID(int=5))


class FakeHub:
    """Headquarters as the asking thread meets it."""

    def __init__(self, answer: Reserved | HubFault) -> None:
        self.answer = answer
        self.asked: list[tuple[str, ...]] = []

    def reserve(self, serial: str, basket_id: str) -> Reserved:
        self.asked.append(("reserve", serial, basket_id))
        if isinstance(self.answer, HubFault):
            raise self.answer
        return self.answer

    def release(self, reservation_id: str) -> None:
        self.asked.append(("release", reservation_id))

    def lease(self, grant_id: str) -> int:
        self.asked.append(("lease", grant_id))
        return 0

    def cut(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def shop(till: Till) -> Till:
    till.store.settings.set("hub.public_key", HQ.public().hex()).result(60)
    terms = '{"tiers":[{"reach_fen":1000,"off_fen":300}]}'
    scope = f"product:{THERMOMETER}"
    offer = Offer(
        id="three", kind="threshold", title_zh="三元券", scope=scope, terms=terms, starts_on=STARTS, ends_on=ENDS, by_right=True
    )
    till.store.catalogue.upsert((), [offer])
    return till


def leased(shop: Till, **change: Any) -> None:
    fields: dict[str, Any] = {
        "id": "lease-1",
        "grant_id": GRANT,
        "device": shop.store.device,
        "till": "01",
        "offer_id": "three",
        "rights": 2,
        "low": 1,
        "pool": 5,
        "starts_on": TODAY,
        "ends_on": TODAY,
        "face_fen": 300,
        **change,
    }
    shop.store.inbox.apply("lease", [Lease(**fields).model_dump(mode="json")], "l1").result(60)


def token(letter: str, serial: int) -> str:
    return sealed(
        CouponToken(
            serial=UUID(int=serial),
            coupon_class=letter,
            offer_mark=mark("three", 8),
            holder_mark=bytes(8),
            store_mark=mark("RM01", 4) if letter == "C" else bytes(4),
            starts_on=STARTS,
            ends_on=ENDS,
            face_fen=300,
        ),
        HQ.sign,
    )


def pay(shop: Till) -> None:
    """Take cash, complete, and turn to the next customer."""
    done = threading.Event()
    shop.checkout.begin()
    shop.checkout.tender("cash")
    shop.checkout.complete(done.set)
    assert done.wait(60)
    scene = shop.checkout.settle()
    assert scene.state == "done", scene
    shop.checkout.next_customer()


def events_of(shop: Till, kind: str) -> list[Any]:
    shop.store.writer.submit(lambda connection: None).result(60)
    return [event.body for event in reversed(shop.store.journal.of_type(kind))]


def until(ready: Callable[[], bool]) -> None:
    waited = threading.Event()
    for _ in range(2_000):
        if ready():
            return
        waited.wait(0.01)
    raise AssertionError("it never came")


def echo(shop: Till) -> str:
    said = shop.selling.scene().echo
    return said.code if said is not None else ""


def test_a_share_for_everybody_is_used_without_a_member_until_it_is_used_up(shop: Till, hand: Any) -> None:
    leased(shop)
    for number in range(2):
        hand.scan(f"@{THERMOMETER}.ean")
        assert shop.selling.quote.payable_fen == 1050
        pay(shop)
        used = events_of(shop, "coupon.redeemed@1")
        assert [(body["serial"], body["lease_id"]) for body in used][number] == (leased_serial("lease-1", number), "lease-1")
    hand.scan(f"@{THERMOMETER}.ean")
    assert shop.selling.quote.payable_fen == 1350 and shop.selling.scene().coupons is None


def test_another_devices_share_is_never_used(shop: Till, hand: Any) -> None:
    leased(shop, device="0123456789abcdef", till="02")
    hand.scan(f"@{THERMOMETER}.ean")
    assert shop.selling.quote.payable_fen == 1350


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "coupon_applied"),
        ({"ends_on": TODAY - timedelta(days=1), "starts_on": TODAY - timedelta(days=3)}, "coupon_lease_over"),
        ({"rights": 0}, "coupon_lease_spent"),
        ({"state": "withdrawn"}, "coupon_lease_withdrawn"),
        ({"device": "0123456789abcdef"}, "coupon_lease_none"),
    ],
)
def test_a_code_for_a_share_is_good_within_it_and_refused_with_the_way_out(
    shop: Till, hand: Any, change: dict[str, Any], code: str
) -> None:
    leased(shop, token=(text := token("C", 77)), **change)
    hand.scan(f"@{THERMOMETER}.ean")
    assert shop.selling.quote.payable_fen == 1350, "only whoever shows the code gets it"
    shop.selling.scan(text)
    shop.selling.scan(text) if code != "coupon_applied" else None
    assert echo(shop) == code
    assert shop.selling.quote.payable_fen == (1050 if code == "coupon_applied" else 1350)
    assert len(events_of(shop, "coupon.refused@1")) == (code != "coupon_applied"), "one refusal for one basket and reason"


def test_a_share_that_is_over_goes_back_once_with_what_was_used(shop: Till, hand: Any) -> None:
    leased(shop)
    hand.scan(f"@{THERMOMETER}.ean")
    pay(shop)
    leased(shop, ends_on=TODAY - timedelta(days=1), starts_on=TODAY - timedelta(days=2))
    hand.scan(f"@{THERMOMETER}.ean")
    shop.selling.clear()
    hand.scan(f"@{THERMOMETER}.ean")
    shop.selling.clear()
    until(lambda: len(events_of(shop, "lease.returned@1")) == 1)
    assert [(body["used"], body["rights"], body["reason"]) for body in events_of(shop, "lease.returned@1")] == [(1, 2, "ended")]
    leased(shop)
    hand.scan(f"@{THERMOMETER}.ean")
    assert shop.selling.quote.payable_fen == 1350, "what went back is not used, whatever a late row says"


def asks(shop: Till, answer: Reserved | HubFault) -> FakeHub:
    hub = FakeHub(answer)
    shop.shares._make_client = lambda: hub  # type: ignore[assignment,return-value]
    shop.shares.start()
    return hub


def answered(shop: Till) -> str:
    ready = threading.Event()
    shop.selling.when_coupons_answer(ready.set)
    shop.selling.scan(token("D", 5))
    assert echo(shop) == "coupon_asking" and shop.selling.quote.payable_fen == 1350
    assert ready.wait(60)
    shop.selling.coupons_answered()
    return echo(shop)


def test_a_coupon_of_the_whole_chain_is_used_once_headquarters_has_put_it_by(shop: Till, hand: Any) -> None:
    hub = asks(shop, Reserved("reserved", "r-1", 7200))
    hand.scan(f"@{THERMOMETER}.ean")
    assert answered(shop) == "coupon_reserved"
    assert shop.selling.quote.payable_fen == 1050
    shop.shares._client.answer = HubFault("offline")  # type: ignore[union-attr]
    pay(shop)
    (body,) = events_of(shop, "coupon.redeemed@1")
    assert (body["serial"], body["reservation_id"], body["coupon_class"]) == (SERIAL, "r-1", "D")
    assert shop.store.coupons.reservations() == ()
    assert [one[0] for one in hub.asked] == ["reserve"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (HubFault("timeout"), "coupon_not_offline"),
        (Reserved("held", "", 90), "coupon_not_held"),
        (Reserved("spent", "", 0), "coupon_not_spent"),
    ],
)
def test_without_headquarters_word_it_waits_with_the_way_out_and_the_sale_goes_on(
    shop: Till, hand: Any, answer: Reserved | HubFault, code: str
) -> None:
    asks(shop, answer)
    hand.scan(f"@{THERMOMETER}.ean")
    assert answered(shop) == code
    block = shop.selling.scene().coupons
    assert block is not None and (block.used, [row.serial for row in block.rows]) == (0, [SERIAL])
    assert answered(shop) == code
    (refused,) = events_of(shop, "coupon.refused@1")
    assert (refused["serial"], refused["offer_id"], f"coupon_not_{refused['reason']}") == (SERIAL, "three", code), "kept once"
    pay(shop)
    assert events_of(shop, "coupon.redeemed@1") == []


def test_an_errand_that_breaks_does_not_end_the_asking(shop: Till, hand: Any) -> None:
    asks(shop, Reserved("reserved", "r-1", 7200))

    def breaks(_: object) -> None:
        raise RuntimeError("a bug")

    shop.shares._jobs.put(breaks)
    hand.scan(f"@{THERMOMETER}.ean")
    assert answered(shop) == "coupon_reserved"


@pytest.mark.parametrize(
    ("fault", "reached"), [(RuntimeError("a bug"), True), (HubFault("unexpected"), True), (HubFault("offline"), False)]
)
def test_a_chore_that_breaks_leaves_the_others_of_the_minute_their_turn(shop: Till, fault: Exception, reached: bool) -> None:
    leased(shop)
    hub = FakeHub(fault if isinstance(fault, HubFault) else HubFault("offline"))
    seen: list[bool] = []

    def breaks(_: object) -> None:
        raise fault

    shop.shares.chores[:] = [breaks, lambda client: seen.append(client is not None)]
    leased(shop, rights=1)
    shop.shares._with_client = lambda job: job(hub)  # type: ignore[assignment,method-assign]
    shop.shares._with_client(shop.shares._tend)
    assert seen == [reached], "over a line that is down nobody waits for a second time-out"
    assert (("lease", GRANT) in hub.asked) == reached


def test_a_members_chain_coupon_asks_when_it_is_picked_and_is_let_go_with_the_basket(shop: Till, hand: Any) -> None:
    told = CouponRight(
        id=SERIAL,
        offer_id="three",
        member_id="member-00001",
        coupon_class="D",
        token=token("D", 5),
        starts_on=STARTS,
        ends_on=ENDS,
        face_fen=300,
    )
    shop.store.inbox.apply("coupon", [told.model_dump(mode="json")], "c1").result(60)
    hub = asks(shop, Reserved("reserved", "r-1", 7200))
    ready = threading.Event()
    shop.selling.when_coupons_answer(ready.set)
    hand.scan(f"@{THERMOMETER}.ean", "@member.1")
    block = shop.selling.scene().coupons
    assert block is not None and ["总部预留" in row.why.zh for row in block.rows if row.serial == SERIAL] == [True]
    shop.selling.pick_coupon(SERIAL)
    assert ready.wait(60)
    shop.selling.coupons_answered()
    assert shop.selling.quote.payable_fen == 1050
    shop.selling.clear()
    until(lambda: ("release", "r-1") in hub.asked)
    until(lambda: shop.store.coupons.reservations() == ())


def test_a_reservation_ends_with_its_time_and_not_before(shop: Till, hand: Any) -> None:
    asks(shop, Reserved("reserved", "r-1", 3600))
    hand.scan(f"@{THERMOMETER}.ean")
    assert answered(shop) == "coupon_reserved"
    basket = shop.selling.basket.basket_id
    assert shop.shares.reserved(SERIAL, basket) == "r-1"
    assert shop.shares.reserved(SERIAL, "another basket") == ""
    shop.clock.advance(3600 - 60)  # type: ignore[attr-defined]
    assert shop.shares.reserved(SERIAL, basket) == ""


def test_the_age_of_the_list_is_told_only_beyond_what_the_class_allows(shop: Till) -> None:
    assert shop.shares.list_age_h("B") == 0, "a shop that stands alone has no list"
    shop.settings.set("hub.url", "http://127.0.0.1:9").result(60)
    assert shop.shares.list_age_h("B") == 8_760 and shop.shares.list_age_h("D") == 0
    now = shop.clock.now()
    shop.store.coupons.note_read("coupon", now - timedelta(hours=72, minutes=30))
    until(lambda: shop.store.coupons.read_at("coupon") is not None)
    assert shop.shares.list_age_h("B") == 0
    shop.clock.advance(3600)  # type: ignore[attr-defined]
    assert (shop.shares.list_age_h("B"), shop.shares.list_age_h("A")) == (73, 0)


def test_a_coupon_whose_reservation_ends_on_the_pay_page_is_asked_for_again(shop: Till, hand: Any) -> None:
    asks(shop, Reserved("reserved", "r-1", 3600))
    hand.scan(f"@{THERMOMETER}.ean")
    assert answered(shop) == "coupon_reserved"
    shop.checkout.begin()
    shop.checkout.tender("cash")
    shop.clock.advance(3600)  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="coupon_lapsed"):
        shop.checkout.complete(lambda: None)
    for tender in shop.checkout.scene().tenders:
        shop.checkout.undo_tender(tender.tender_id)
    shop.checkout.cancel()
    assert shop.selling.quote.payable_fen == 1350, "the way out: the basket has its price without it"
    pay(shop)
    assert events_of(shop, "coupon.redeemed@1") == []


def test_an_answer_that_comes_while_money_is_taken_changes_the_price_only_back_at_the_basket(shop: Till, hand: Any) -> None:
    hub = asks(shop, Reserved("reserved", "r-1", 7200))
    paying, ready, reserve = threading.Event(), threading.Event(), hub.reserve

    def slow(serial: str, basket_id: str) -> Reserved:
        assert paying.wait(60)
        return reserve(serial, basket_id)

    hub.reserve = slow  # type: ignore[method-assign]
    shop.selling.when_coupons_answer(ready.set)
    hand.scan(f"@{THERMOMETER}.ean")
    shop.selling.scan(token("D", 5))
    shop.checkout.begin()
    paying.set()
    assert ready.wait(60)
    shop.selling.coupons_answered()
    assert shop.checkout.scene().due_fen == 1350
    shop.checkout.cancel()
    assert shop.selling.quote.payable_fen == 1050 and echo(shop) == "coupon_reserved"


def test_a_part_of_a_shares_coupon_is_no_right_of_the_share_again(shop: Till, hand: Any) -> None:
    terms = '{"tiers":[{"reach_fen":1000,"off_fen":300}],"on_return":"prorated"}'
    offer = next(one for one in shop.store.catalogue.offers() if one.id == "three")
    shop.store.catalogue.upsert((), [offer.model_copy(update={"terms": terms})])
    leased(shop, rights=1)
    number = hand.sell(f"@{THERMOMETER}.ean", f"@{THERMOMETER}.ean")
    assert len(events_of(shop, "coupon.redeemed@1")) == 1
    give_back(shop, number, 1)
    assert events_of(shop, "coupon.released@1") == [] and [share.left for share in shop.shares.shares()] == [0]
    give_back(shop, number, 1)
    assert len(events_of(shop, "coupon.released@1")) == 1 and [share.left for share in shop.shares.shares()] == [1]


def give_back(shop: Till, number: str, quantity: int) -> None:
    """Return so many of the only line, for its quality."""
    shop.returning.find(number)
    shop.returning.set_reason("quality")
    shop.returning.set_quantity(shop.returning.scene().lines[0].line_id, quantity)
    shop.returning.approve("1003")
    durable = threading.Event()
    shop.returning.complete(durable.set)
    assert durable.wait(60)
    shop.returning.settle()
