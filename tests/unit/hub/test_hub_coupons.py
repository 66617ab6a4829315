"""Personal coupons at headquarters: issued by the word, told to one store, used and given back, and used twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hub_bench import HubBench
from sqlalchemy import select
from till_double import PaperTill

from app.commands import EXIT_OK, EXIT_USAGE, hub
from app.hub import cases, coupons, publishing, tables
from app.hub.archive import Archive
from app.hub.main import default_database_url, hub_key_seed
from app.records.clock import SystemClock
from app.records.coupon_token import opened
from app.records.events import CouponGranted, CouponRedeemed, CouponReleased, TradeTaken
from app.records.keys import DeviceKey
from app.records.offers import Offer

OFFER = Offer(
    id="right-20",
    kind="threshold",
    title_zh="券",
    terms='{"tiers":[{"reach_fen":12000,"off_fen":2000}]}',
    starts_on=date(2026, 11, 1),
    ends_on=date(2026, 12, 31),
    by_right=True,
)


def issued(bench: HubBench, **asked: Any) -> Any:
    publishing.publish(bench.archive, "offer", [OFFER])
    (right,) = coupons.issue(
        bench.archive, bench.clock, coupons.Issue("RM01", "right-20", **asked), DeviceKey.from_bytes(bench.seed).sign
    )
    return right


def redeemed(till: PaperTill, serial: str, sale_id: str) -> tuple[str, bytes]:
    return till.write(
        CouponRedeemed(
            serial=serial, offer_id="right-20", coupon_class="B", member_id="m-1", sale_id=sale_id, cut_fen=2000, token_mark="ab"
        )
    )


def told(bench: HubBench, till: PaperTill) -> dict[str, Any]:
    """The feed's row as a till reads it now."""
    return dict(bench.client(till).feed("coupon", "", 10).rows[-1])


def marks(bench: HubBench) -> list[tuple[str, bool]]:
    with bench.archive.reading() as connection:
        c = tables.coupon_use.c
        return [(row.sale_id, bool(row.again)) for row in connection.execute(select(c.sale_id, c.again).order_by(c.sale_id))]


def test_a_coupon_is_told_to_its_store_under_headquarters_own_key(bench: HubBench, till: PaperTill) -> None:
    bench.enrolled(till)
    right = issued(bench, member_id="m-1")
    assert told(bench, till) == right.model_dump(mode="json")
    token = opened(right.token, {0: bench.public})
    assert (str(token.serial), token.face_fen, token.coupon_class) == (right.id, 2000, "B")
    assert token.holds_for("m-1") and not token.holds_for("m-2") and token.holds_in("RM01") and not token.holds_in("RM02")
    assert coupons.revoke(bench.archive, bench.clock, "RM01", right.id)
    assert not coupons.revoke(bench.archive, bench.clock, "RM01", right.id)
    assert told(bench, till)["state"] == "revoked"


def test_the_second_of_two_uses_is_marked_whichever_arrives_first_and_unmarked_when_the_first_comes_back(bench: HubBench) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    right = issued(bench)
    early = [one.opened(), redeemed(one, right.id, "sale-1")]
    two.clock.advance(60)
    late = [two.opened(), redeemed(two, right.id, "sale-2")]
    second.push(late)
    assert marks(bench) == [("sale-2", False)]
    assert told(bench, one)["used_in"] == "sale-2"
    first.push(early)
    assert marks(bench) == [("sale-1", False), ("sale-2", True)]
    assert told(bench, one)["used_in"] == "sale-1"
    first.push([one.write(CouponReleased(serial=right.id, offer_id="right-20", sale_id="sale-1", return_id="r-1"))])
    assert marks(bench) == [("sale-1", False), ("sale-2", False)]
    assert told(bench, one)["used_in"] == "sale-2"
    with bench.archive.reading() as connection:
        assert coupons.uses(connection) == (1, 0)


def test_what_a_till_granted_by_itself_is_told_to_its_store_once_with_its_use(bench: HubBench) -> None:
    one = PaperTill()
    client = bench.enrolled(one)
    grant = CouponGranted(
        serial="gift-1",
        offer_id="right-20",
        coupon_class="A",
        member_id="m-1",
        rule="join",
        starts_on=date(2026, 11, 21),
        ends_on=date(2026, 12, 20),
        face_fen=1000,
    )
    client.push([one.opened(), one.write(grant)])
    assert (told(bench, one)["id"], told(bench, one)["token"], told(bench, one)["used_in"]) == ("gift-1", "", "")
    client.push([redeemed(one, "gift-1", "sale-1")])
    assert told(bench, one)["used_in"] == "sale-1"
    client.push([one.write(grant)])
    assert told(bench, one)["used_in"] == "sale-1"
    assert len({row["id"] for row in bench.client(one).feed("coupon", "", 10).rows}) == 1


def run(folder: Path, *words: str) -> int:
    return hub.main(["coupon", "--data", str(folder), *words])


def test_the_word_signs_as_many_as_were_asked_for_and_says_what_does_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = Archive.open(default_database_url(tmp_path))
    publishing.create_store(archive, SystemClock(), publishing.StoreProfile("RM01", "店"))
    percent = OFFER.model_copy(update={"id": "right-half", "kind": "percent", "terms": '{"percent_off_bp":5000}'})
    own = OFFER.model_copy(update={"id": "everybody", "by_right": False})
    publishing.publish(archive, "offer", [OFFER, percent, own])
    archive.close()
    there = ("--store", "RM01", "--offer", "right-20")
    assert run(tmp_path, *there, "--bearer", "--count", "3", "--ends", "2026-12-01") == EXIT_OK
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and all("until 2026-12-01" in line for line in lines)
    public = DeviceKey.from_bytes(hub_key_seed(tmp_path)).public()
    assert {opened(line.split()[-1], {0: public}).holder_mark for line in lines} == {bytes(8)}
    assert run(tmp_path, "--store", "RM01", "--serial", lines[0].split()[0], "--withdraw") == EXIT_OK
    for wrong in (
        there,
        (*there, "--member", "m-1", "--bearer"),
        (*there, "--bearer", "--count", "0"),
        (*there, "--bearer", "--ends", "2027-02-01"),
        ("--store", "RM01", "--offer", "everybody", "--bearer"),
        ("--store", "RM01", "--offer", "right-half", "--bearer"),
        ("--store", "RM01", "--offer", "nobody", "--bearer"),
        ("--store", "RM09", "--offer", "right-20", "--bearer"),
        ("--store", "RM01", "--serial", "nobody", "--withdraw"),
    ):
        assert run(tmp_path, *wrong) == EXIT_USAGE, wrong
    assert run(tmp_path, "--store", "RM01", "--offer", "right-half", "--bearer", "--face", "15") == EXIT_OK


@pytest.mark.parametrize("late_first", [False, True])
def test_an_old_article_with_a_serial_number_that_earned_two_subsidies_is_a_case(bench: HubBench, late_first: bool) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)

    def taken(till: PaperTill, sale_id: str, mark: str, subsidy_fen: int = 3000) -> tuple[str, bytes]:
        fields = {"serial": "swap", "offer_id": "swap", "kind": "bp_meter", "pieces": 1, "mark": mark, "subsidy_fen": subsidy_fen}
        return till.write(TradeTaken(trade_id=f"{sale_id}:1", sale_id=sale_id, **fields))

    early = [one.opened(), taken(one, "sale-1", "a" * 16), taken(one, "sale-3", ""), taken(one, "sale-4", "b" * 16, 0)]
    two.clock.advance(60)
    late = [two.opened(), taken(two, "sale-2", "a" * 16), taken(two, "sale-5", ""), taken(two, "sale-6", "b" * 16)]
    for client, events in ((second, late), (first, early)) if late_first else ((first, early), (second, late)):
        client.push(events)
    with bench.archive.reading() as connection:
        (case,) = cases.cases(connection)
        assert coupons.uses(connection) == (0, 0), "an old article is no coupon"
        c = tables.coupon_case.c
        sales = connection.execute(select(c.first_sale_id, c.sale_id)).one()
    assert (case.kind, case.cost_fen, case.suggested) == ("trade", 3000, "staff")
    assert tuple(sales) == ("sale-1", "sale-2")
    assert told_cases(bench, one) == ["trade"]


def told_cases(bench: HubBench, till: PaperTill) -> list[str]:
    return [str(row["kind"]) for row in bench.client(till).feed("case", "", 10).rows]
