"""Shares of a store's rights, serials put by for a basket, and what becomes a case."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from console_browser import logged_in, token_in
from hub_bench import HubBench
from till_double import PaperTill

from app.commands import EXIT_OK, EXIT_USAGE, hub
from app.hub import cases, coupons, leases, publishing, reservations
from app.hub.archive import Archive
from app.hub.main import default_database_url
from app.records.catalogue import Product
from app.records.clock import SystemClock
from app.records.coupons import leased_serial
from app.records.events import CouponRedeemed, CouponReleased, LeaseReturned
from app.records.keys import DeviceKey
from app.records.offers import Offer
from app.sync.client import HubFault

OFFER = Offer(
    id="right-20",
    kind="threshold",
    title_zh="慢病满减券",
    terms='{"tiers":[{"reach_fen":12000,"off_fen":2000}]}',
    starts_on=date(2026, 11, 1),
    ends_on=date(2026, 12, 31),
    by_right=True,
)
TODAY = date(2026, 11, 21)


def sign(bench: HubBench) -> Any:
    return DeviceKey.from_bytes(bench.seed).sign


def granted(bench: HubBench, **change: Any) -> str:
    publishing.publish(bench.archive, "offer", [OFFER])
    asked = {"rights": 10, "face_fen": 2000, "per_till": 3, "low": 1, "lease_days": 7, "ends_on": date(2026, 12, 1), **change}
    return leases.grant(bench.archive, bench.clock, leases.Asked("RM01", OFFER, **asked), TODAY, sign(bench))


def serial_of(bench: HubBench, member_id: str = "") -> str:
    publishing.publish(bench.archive, "offer", [OFFER])
    asked = coupons.Issue("RM01", OFFER.id, member_id, coupon_class="D")
    return coupons.issue(bench.archive, bench.clock, asked, sign(bench))[0].id


def used(till: PaperTill, serial: str, sale_id: str, letter: str = "B", **rest: Any) -> tuple[str, bytes]:
    fields = {"offer_id": OFFER.id, "cut_fen": 2000, "token_mark": "ab", **rest}
    return till.write(CouponRedeemed(serial=serial, coupon_class=letter, sale_id=sale_id, **fields))


def shares(bench: HubBench, till: PaperTill) -> dict[str, tuple[int, str]]:
    """Device → rights and state of its newest share, as the feed tells."""
    rows = bench.client(till).feed("lease", "", 50).rows
    return {row["device"]: (row["rights"], row["state"]) for row in rows}


def test_every_till_gets_its_share_and_more_as_far_as_the_pool_goes(bench: HubBench) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first = bench.enrolled(one)
    bench.enrolled(two)
    grant_id = granted(bench)
    assert shares(bench, one) == {one.key.device: (3, "active"), two.key.device: (3, "active")}
    assert [first.lease(grant_id) for _ in range(3)] == [6, 7, 0]
    with bench.archive.reading() as connection:
        (standing,) = leases.standing(connection, "RM01")
    assert (standing.pool, standing.held, standing.rights) == (0, 10, 10)
    assert first.lease("no-such-grant") == 0


def test_what_a_till_did_not_use_goes_back_to_the_pool_and_what_it_used_never(bench: HubBench) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    grant_id = granted(bench, rights=6)
    mine = next(row for row in first.feed("lease", "", 50).rows if row["device"] == one.key.device)
    assert second.lease(grant_id) == 0
    gone = [used(one, leased_serial(mine["id"], number), f"s-{number}", "C", lease_id=mine["id"]) for number in range(2)]
    first.push([one.opened(), *gone, one.write(LeaseReturned(lease_id=mine["id"], used=2, rights=3, reason="ended"))])
    assert shares(bench, one)[one.key.device] == (3, "returned")
    assert second.lease(grant_id) == 4
    assert second.lease(grant_id) == 0
    with bench.archive.reading() as connection:
        (standing,) = leases.standing(connection, "RM01")
        assert (standing.pool, standing.used) == (0, 2)
        assert cases.counts(connection) == (0, 0)


def test_a_right_whose_sale_came_back_before_its_share_did_goes_to_the_pool_again(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    granted(bench)
    mine = next(row for row in client.feed("lease", "", 50).rows if row["device"] == till.key.device)
    serial = leased_serial(mine["id"], 0)
    back = till.write(CouponReleased(serial=serial, offer_id="right-20", sale_id="s-1", return_id="r-1"))
    over = till.write(LeaseReturned(lease_id=mine["id"], used=0, rights=3, reason="ended"))
    with bench.archive.reading() as connection:
        (before,) = leases.standing(connection, "RM01")
    client.push([till.opened(), used(till, serial, "s-1", "C", lease_id=mine["id"]), back, over])
    with bench.archive.reading() as connection:
        (standing,) = leases.standing(connection, "RM01")
    assert (standing.pool, standing.used) == (before.pool + 3, 0)


def test_a_withdrawn_grant_is_told_to_its_tills_and_gives_nothing_more(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    grant_id = granted(bench)
    assert leases.withdraw(bench.archive, "RM01", grant_id)
    assert not leases.withdraw(bench.archive, "RM01", grant_id)
    assert shares(bench, till) == {till.key.device: (3, "withdrawn")}
    assert client.lease(grant_id) == 0


def test_a_serial_of_the_chain_is_in_one_hand_until_that_till_was_heard(bench: HubBench) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    serial = serial_of(bench)
    held = first.reserve(serial, "basket-1")
    assert held.code == "reserved" and 7_000 < held.seconds <= 7_200
    assert first.reserve(serial, "basket-2").reservation_id == held.reservation_id
    assert second.reserve(serial, "basket-9").code == "held"
    with bench.archive.reading() as connection:
        later = bench.clock.now() + timedelta(days=3)
    assert not bench.archive.commit(lambda c: reservations.free(c, held.reservation_id, later, 7)).result()
    first.release(held.reservation_id)
    again = second.reserve(serial, "basket-9")
    assert again.code == "reserved" and again.reservation_id != held.reservation_id
    second.push([two.opened(), used(two, serial, "sale-9", "D", reservation_id=again.reservation_id)])
    assert first.reserve(serial, "basket-3").code == "spent"
    with bench.archive.reading() as connection:
        assert cases.counts(connection) == (0, 0)
    assert first.reserve("019a0000-0000-7000-8000-00000000ffff", "basket-3").code == "unknown"
    coupons.revoke(bench.archive, bench.clock, "RM01", other := serial_of(bench))
    assert first.reserve(other, "basket-3").code == "revoked"


def test_a_serial_put_by_is_used_without_a_line_and_settles_when_the_till_is_heard_however_late(bench: HubBench) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    serial = serial_of(bench)
    held = first.reserve(serial, "basket-1")
    assert held.code == "reserved"
    one.clock.advance(held.seconds - 600)
    use = used(one, serial, "sale-1", "D", reservation_id=held.reservation_id, offline=True)
    for till in (bench, two):
        till.clock.advance(held.seconds + 3600)
    # Its time is over and its till silent: who knows whether it was used there.
    assert second.reserve(serial, "basket-2").code == "held"
    first.push([one.opened(), use])
    assert second.reserve(serial, "basket-2").code == "spent"
    with bench.archive.reading() as connection:
        assert cases.counts(connection) == (0, 0)


def test_what_a_person_freed_and_the_till_used_after_all_is_a_case(bench: HubBench) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    serial = serial_of(bench)
    held = first.reserve(serial, "basket-1")
    later = bench.clock.now() + timedelta(days=8)
    assert bench.archive.commit(lambda c: reservations.free(c, held.reservation_id, later, 7)).result()
    again = second.reserve(serial, "basket-2")
    first.push([one.opened(), used(one, serial, "sale-1", "D", reservation_id=held.reservation_id, offline=True)])
    with bench.archive.reading() as connection:
        assert [(case.kind, case.suggested) for case in cases.cases(connection)] == [("lapsed", "till")]
    two.clock.advance(60)
    second.push([two.opened(), used(two, serial, "sale-2", "D", reservation_id=again.reservation_id)])
    with bench.archive.reading() as connection:
        assert sorted(case.kind for case in cases.cases(connection)) == ["double", "lapsed"]


def test_a_reservation_is_refused_to_a_till_that_was_put_out_of_work(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    serial = serial_of(bench)
    publishing.revoke_device(bench.archive, bench.clock, till.key.device, reason="stolen", by="ada")
    with pytest.raises(HubFault) as fault:
        client.reserve(serial, "basket-1")
    assert fault.value.code == "unproven"


def test_a_use_after_the_coupon_was_taken_back_is_a_case_that_a_person_closes(bench: HubBench) -> None:
    till = PaperTill()
    client = bench.enrolled(till)
    publishing.publish(bench.archive, "offer", [OFFER])
    (right,) = coupons.issue(bench.archive, bench.clock, coupons.Issue("RM01", OFFER.id), sign(bench))
    coupons.revoke(bench.archive, bench.clock, "RM01", right.id)
    till.clock.advance(3600)
    sold = till.sale(9000)
    client.push([till.opened(), sold, used(till, right.id, till.last_sale.sale_id, offline=True, list_age_h=80)])
    with bench.archive.reading() as connection:
        (case,) = cases.cases(connection)
    assert (case.kind, case.suggested, case.cost_fen, case.title) == ("revoked", "goodwill", 2000, "慢病满减券")
    assert case.paper.till == "T1" and case.paper.number and case.first is None
    (row,) = client.feed("case", "", 10).rows
    assert (row["state"], row["number"]) == ("open", case.paper.number)

    def close(outcome: str, reason: str) -> bool:
        return bench.archive.commit(lambda c: cases.close(c, case.case_id, outcome, reason, "ada", bench.clock.now())).result()

    for outcome, reason in (("nonsense", "why"), ("goodwill", "  ")):
        with pytest.raises(ValueError):
            close(outcome, reason)
    assert close("goodwill", "老顾客") and not close("staff", "again")
    assert [(row["state"], row["outcome"]) for row in client.feed("case", "", 10).rows] == [("closed", "goodwill")]
    with bench.archive.reading() as connection:
        assert cases.counts(connection) == (0, 0) and cases.cases(connection, "closed")[0].closed_by == "ada"


def test_a_double_use_is_one_case_and_settles_itself_when_the_first_comes_back(bench: HubBench) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    publishing.publish(bench.archive, "offer", [OFFER])
    (right,) = coupons.issue(bench.archive, bench.clock, coupons.Issue("RM01", OFFER.id), sign(bench))
    sold = one.sale(9000)
    first.push([one.opened(), sold, used(one, right.id, one.last_sale.sale_id, offline=True)])
    two.clock.advance(86_400)
    again = [two.opened(), two.sale(8000), used(two, right.id, two.last_sale.sale_id, offline=True)]
    second.push(again)
    second.push(again)
    with bench.archive.reading() as connection:
        (case,) = cases.cases(connection)
    assert (case.kind, case.suggested) == ("double", "fraud")
    assert case.first is not None and (case.first.till, case.paper.till) == ("T1", "T2")
    first.push([one.write(CouponReleased(serial=right.id, offer_id=OFFER.id, sale_id=one.last_sale.sale_id, return_id="r-1"))])
    with bench.archive.reading() as connection:
        assert cases.cases(connection) == () and len(cases.cases(connection, "settled")) == 1
    assert [row["state"] for row in second.feed("case", "", 10).rows] == ["closed"]


def test_a_part_that_came_back_is_what_the_right_is_worth_from_then_on(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    publishing.publish(bench.archive, "offer", [OFFER])
    (right,) = coupons.issue(bench.archive, bench.clock, coupons.Issue("RM01", OFFER.id, "m-1"), sign(bench))
    back = CouponReleased(serial=right.id, offer_id=OFFER.id, member_id="m-1", sale_id="sale-1", return_id="r-1", part_fen=800)
    client.push([till.opened(), used(till, right.id, "sale-1", member_id="m-1"), till.write(back)])
    (row,) = client.feed("coupon", "", 10).rows
    assert (row["used_in"], row["face_fen"]) == ("", 800)


def test_the_page_shows_both_receipts_and_takes_a_persons_word_once(bench: HubBench) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    publishing.publish(bench.archive, "offer", [OFFER])
    (right,) = coupons.issue(bench.archive, bench.clock, coupons.Issue("RM01", OFFER.id), sign(bench))
    first.push([one.opened(), one.sale(9000), used(one, right.id, one.last_sale.sale_id, offline=True)])
    two.clock.advance(60)
    second.push([two.opened(), two.sale(8000), used(two, right.id, two.last_sale.sale_id, offline=True)])
    browser = logged_in(bench)
    page = browser.get(f"{bench.url}/console/cases?lang=zh", timeout=60).text
    assert page.count('class="paper"') == 2 and "慢病满减券" in page and "¥20.00" in page and "<script" not in page
    assert 'value="staff" selected' in page
    with bench.archive.reading() as connection:
        (case,) = cases.cases(connection)
    assert all(paper is not None and paper.number in page for paper in (case.first, case.paper))
    csrf = token_in(page)
    there = f"{bench.url}/console/cases/{case.case_id}"
    assert browser.post(there, data={"csrf": "no", "outcome": "staff", "reason": "x"}, timeout=60).status_code == 403
    assert browser.post(there, data={"csrf": csrf, "outcome": "staff", "reason": " "}, timeout=60).status_code == 422
    form = {"csrf": csrf, "outcome": "staff", "reason": "两台都断网"}
    assert browser.post(there, data=form, timeout=60, allow_redirects=False).status_code == 303
    assert "两台都断网" in browser.get(f"{bench.url}/console/cases?state=closed&lang=en", timeout=60).text
    assert "No coupon use to look into" in browser.get(f"{bench.url}/console/cases", timeout=60).text


def product(key: str, name: str, rx_class: str) -> Product:
    return Product(id=key, generic_name=name, rx_class=rx_class, list_price_fen=1000)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"title_zh": "阿莫西林胶囊满减券"}, "promotes the prescription medicine 阿莫西林胶囊"),
        ({"kind": "gift", "terms": '{"buy_quantity":1,"gift_product":"p-rx","gift_quantity":1}'}, "may not be given away"),
        ({"kind": "gift", "terms": '{"buy_quantity":1,"gift_product":"p-otc","gift_quantity":1}'}, "may not be given away"),
        ({"kind": "exchange", "terms": '{"reach_fen":1,"product":"p-otc","price_fen":1}'}, "may not be given away"),
        ({"title_zh": "碳酸钙片满减券"}, ""),
        ({"kind": "gift", "terms": '{"buy_quantity":1,"gift_product":"p-mask","gift_quantity":1}'}, ""),
    ],
)
def test_no_coupon_is_made_that_gives_or_praises_what_the_law_keeps_back(bench: HubBench, change: dict[str, Any], told: str) -> None:
    goods = [
        product("p-rx", "阿莫西林胶囊", "rx"),
        product("p-otc", "布洛芬缓释胶囊", "otc_a"),
        product("p-mask", "医用口罩", "none"),
        product("p-ca-rx", "碳酸钙片", "rx"),
        product("p-ca", "碳酸钙片", "otc_b"),
    ]
    publishing.publish(bench.archive, "product", goods)
    offer = OFFER.model_copy(update=change)
    publishing.publish(bench.archive, "offer", [offer])

    def both() -> None:
        coupons.issue(bench.archive, bench.clock, coupons.Issue("RM01", offer.id, face_fen=100), sign(bench))
        asked = leases.Asked("RM01", offer, rights=1, face_fen=100, per_till=1, low=0, lease_days=1, ends_on=offer.ends_on)
        leases.grant(bench.archive, bench.clock, asked, TODAY, sign(bench))

    if not told:
        both()
        return
    with pytest.raises(ValueError, match=told):
        both()
    with pytest.raises(ValueError, match=told):
        asked = leases.Asked("RM01", offer, rights=1, face_fen=100, per_till=1, low=0, lease_days=1, ends_on=offer.ends_on)
        leases.grant(bench.archive, bench.clock, asked, TODAY, sign(bench))


def test_the_word_grants_a_share_and_ends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = Archive.open(default_database_url(tmp_path))
    publishing.create_store(archive, SystemClock(), publishing.StoreProfile("RM01", "店"))
    publishing.publish(archive, "offer", [OFFER])
    archive.close()

    def run(*words: str) -> int:
        return hub.main(["lease", "--data", str(tmp_path), "--store", "RM01", *words])

    assert run("--offer", OFFER.id, "--count", "50", "--share", "5", "--by-code") == EXIT_OK
    words = capsys.readouterr().out.split()
    assert words[2:6] == ["class", "C", "50", "uses"] and words[-1].startswith("YGC")
    assert run("--offer", OFFER.id, "--count", "0") == EXIT_USAGE
    assert run("--offer", "nobody", "--count", "1") == EXIT_USAGE
    capsys.readouterr()
    assert run("--serial", words[0], "--withdraw") == EXIT_OK
    assert capsys.readouterr().out.strip() == f"{words[0]} ended"
