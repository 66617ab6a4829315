"""Whoever recommended the shop gets their points once the newcomer is verified and has bought, and not for a member of old."""

from __future__ import annotations

import re
from typing import Any

import pytest
from console_browser import logged_in, stranger
from hub_bench import HubBench
from people_told import Newcomer, blob
from sqlalchemy import insert, select, update
from till_double import PaperTill

from app.hub import publishing, rewards, tables
from app.records.events import MemberJoined
from app.records.people import Member

PHONE = "13800138000"
HER = Member(id="m-old", card_no="90000000000000000019", phone="13800138099", name="陈芳")


@pytest.fixture
def client(bench: HubBench, till: PaperTill) -> Any:
    publishing.publish(bench.archive, "member", [HER], "RM01")
    told = bench.enrolled(till)
    one = Newcomer(till, member_id=HER.id, name=HER.name, phone=HER.phone)
    told.tell(one.blobs)
    told.push([till.opened(), *one.events])
    return told


def joins(client: Any, till: PaperTill, phone: str = PHONE, name: str = "王秀兰", referrer: str = HER.id) -> Newcomer:
    """Somebody who joins because a member recommended the shop."""
    one = Newcomer(till, name, phone)
    again = blob(till, one.member_id, "member_profile", one.member.model_dump_json().encode())
    one.blobs.append(again)
    one.write(MemberJoined(member_id=one.member_id, blob_id=again["blob_id"], source="referral", referrer_id=referrer))
    tell(client, one)
    return one


def tell(client: Any, one: Newcomer) -> None:
    client.tell(one.blobs)
    client.push(one.events)
    one.blobs.clear()
    one.events.clear()


def buys(client: Any, till: PaperTill, one: Newcomer) -> Any:
    till.sale(2_000)
    sale = till.last_sale.model_copy(update={"member_id": one.member_id, "sale_id": f"sale-{till.seq}"})
    client.push([till.write(sale)])
    return sale


def points(bench: HubBench) -> list[int]:
    e = tables.points_entry.c
    with bench.archive.reading() as connection:
        return list(connection.scalars(select(e.points).where(e.member_id == HER.id).order_by(e.entry_id)))


def told_to_tills(bench: HubBench, till: PaperTill) -> list[int]:
    return [row["points"] for row in bench.client(till).feed("points", "", 20).rows if row["member_id"] == HER.id]


def test_points_come_once_the_newcomer_has_shown_a_phone_and_bought_whichever_is_heard_first(
    bench: HubBench, till: PaperTill, client: Any
) -> None:
    one = joins(client, till)
    assert points(bench) == []
    buys(client, till, one)
    assert points(bench) == [], "nobody has seen their phone yet"
    one.claims("phone", PHONE, "shown")
    tell(client, one)
    assert points(bench) == [rewards.rules().points] == told_to_tills(bench, till)
    buys(client, till, one)
    assert points(bench) == [rewards.rules().points], "once for each newcomer"


def test_what_came_back_whole_was_no_purchase_and_the_points_go_again(bench: HubBench, till: PaperTill, client: Any) -> None:
    one = joins(client, till)
    one.claims("phone", PHONE, "shown")
    tell(client, one)
    assert points(bench) == []
    sale = buys(client, till, one)
    assert sum(points(bench)) == rewards.rules().points
    client.push([till.taking_back(sale)])
    assert points(bench) == [rewards.rules().points, -rewards.rules().points]
    buys(client, till, one)
    assert sum(points(bench)) == rewards.rules().points


def test_nobody_recommends_themselves_or_a_member_of_old(bench: HubBench, till: PaperTill, client: Any) -> None:
    first = joins(client, till)
    first.claims("phone", PHONE, "shown")
    tell(client, first)
    buys(client, till, first)
    assert sum(points(bench)) == rewards.rules().points
    second = joins(client, till)
    second.claims("phone", PHONE, "shown")
    tell(client, second)
    buys(client, till, second)
    assert sum(points(bench)) == rewards.rules().points, "the same person joined before"
    own = joins(client, till, phone=HER.phone, name=HER.name)
    own.claims("phone", HER.phone, "shown")
    tell(client, own)
    buys(client, till, own)
    assert sum(points(bench)) == rewards.rules().points


def test_whoever_is_said_by_a_person_to_be_a_member_of_old_earns_nothing_and_parted_again_they_do(
    bench: HubBench, till: PaperTill, client: Any
) -> None:
    before = Newcomer(till, "王秀", "13800138005")
    tell(client, before)
    one = joins(client, till)
    one.claims("phone", PHONE, "shown")
    tell(client, one)
    buys(client, till, one)
    assert sum(points(bench)) == rewards.rules().points
    p, m = tables.person.c, tables.merge.c

    def decided(canonical: str) -> Any:
        def unit(connection: Any) -> None:
            connection.execute(update(tables.person).where(p.member_id == one.member_id).values(canonical_id=canonical))
            if connection.scalar(select(m.merge_id)) is None:
                at = bench.clock.now()
                row = {"merge_id": "g1", "old_id": one.member_id, "canonical_id": before.member_id, "state": "done"}
                blank = {"rule": "person", "evidence": "{}", "by": "admin", "reason": "x", "at": at}
                connection.execute(insert(tables.merge).values({**row, **{k: v for k, v in blank.items() if k in m}}))
            rewards.settle_pair(connection, "g1", bench.clock.now())

        return unit

    bench.archive.commit(decided(before.member_id)).result(60)
    assert sum(points(bench)) == 0
    bench.archive.commit(decided(one.member_id)).result(60)
    assert sum(points(bench)) == rewards.rules().points
    assert bench.archive.commit(lambda c: rewards.settle_pair(c, "nobody", bench.clock.now())).result(60) == 0


def test_the_console_says_for_how_many_a_guides_reward_is_due_and_gives_the_table_away(
    bench: HubBench, till: PaperTill, client: Any
) -> None:
    for n, level in enumerate(("shown", "stated", "shown")):
        one = Newcomer(till, f"客{n}", f"1380013800{n}", guide="S7")
        one.claims("phone", f"1380013800{n}", level)
        tell(client, one)
    browser = logged_in(bench)
    month = till.clock.now().strftime("%Y-%m")
    html = browser.get(f"{bench.url}/console/newcomers?month={month}&lang=zh", timeout=60).text
    cells = [text.strip() for text in re.findall(r"<td[^>]*>(.*?)</td>", html)]
    row = cells[cells.index("S7") :][:5]
    assert row == ["S7", "3", "<b>2</b>", "1", "0"]
    assert "这个月还没有人入会" in browser.get(f"{bench.url}/console/newcomers?month=2020-01", timeout=60).text
    answer = browser.get(f"{bench.url}/console/newcomers/table.csv?month={month}", timeout=60)
    assert answer.content.startswith(b"\xef\xbb\xbf") and "RM01,S7,S7,3,2,1,0" in answer.text
    assert "登录" in stranger().get(f"{bench.url}/console/newcomers/table.csv", timeout=60).text
    assert "/console/newcomers" in browser.get(f"{bench.url}/console/people", timeout=60).text
