"""Stored value that somebody at headquarters looks into: too much paid in at several tills, and money of people erased since."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from console_browser import logged_in, token_in
from hub_bench import HubBench
from sqlalchemy import select
from till_double import PaperTill

from app.hub import cases, publishing, stored, stored_cases, tables
from app.records.events import PersonErased, StoredLoaded, StoredMoved, StoredPaidOut
from app.records.people import Member

PERSON = Member(id="m1", card_no="90000000000000000019", phone="13800138000", name="王秀兰")
OTHER = PERSON.model_copy(update={"id": "m2", "card_no": "90000000000000000020", "phone": "13800138001"})


def load(till: PaperTill, load_id: str, principal: int, bonus: int = 0, member: str = "m1") -> tuple[str, bytes]:
    named = {"member_id": member, "shift_id": "sh", "till": till.till, "staff_id": "S1", "tenders": ()}
    return till.write(StoredLoaded(load_id=load_id, principal_fen=principal, bonus_fen=bonus, **named))


def out(till: PaperTill, load_id: str, principal: int, member: str = "m1") -> tuple[str, bytes]:
    named = {"member_id": member, "shift_id": "sh", "till": till.till, "staff_id": "S1", "approved_by": "S2", "reason": "unload"}
    return till.write(
        StoredPaidOut(payout_id=f"p{load_id}", load_id=load_id, hold_id="", principal_fen=principal, bonus_fen=0, tenders=(), **named)
    )


def spent(till: PaperTill, sale: str, fen: int, kind: str = "spend") -> tuple[str, bytes]:
    named = {"member_id": "m1", "principal_fen": fen, "bonus_fen": 0, "owner_id": sale}
    return till.write(StoredMoved(entry_id=f"{kind}:{sale}", kind=kind, **named))


def erased(till: PaperTill, member: str = "m1") -> tuple[str, bytes]:
    return till.write(PersonErased(member_id=member, reason="asked", asked_via="till"))


def found(bench: HubBench, state: str = "open") -> list[tuple[str, int, int]]:
    with bench.archive.reading() as connection:
        assert stored_cases.open_count(connection) == len(stored_cases.cases(connection))
        assert cases.cases(connection) == () and cases.counts(connection) == (0, 0), "none of them is about a coupon"
        return [(one.kind, one.fen, one.left_fen) for one in stored_cases.cases(connection, state)]


def owed(bench: HubBench) -> int:
    with bench.archive.reading() as connection:
        return sum(one.principal_fen for one in stored.owed(connection))


@pytest.mark.parametrize("late_first", [False, True])
def test_two_tills_without_a_line_that_took_more_than_a_card_may_hold_are_a_case_and_taking_it_back_settles_it(
    bench: HubBench, late_first: bool
) -> None:
    one, two = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(one), bench.enrolled(two)
    early = [one.opened(), load(one, "l1", 300_000)]
    two.clock.advance(600)
    late = [two.opened(), load(two, "l2", 260_000)]
    order = ((second, late), (first, early)) if late_first else ((first, early), (second, late))
    for client, events in order:
        client.push(events)
    assert found(bench) == [("cap", 60_000, 560_000)]
    assert not bench.client(one).feed("case", "", 10).rows, "no till is bothered with it"
    second.push([out(two, "l2", 260_000)])
    assert found(bench) == [] and found(bench, "settled") == [("cap", 60_000, 300_000)]


def test_too_much_on_one_day_is_a_case_although_the_card_had_room(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    events = [load(till, "l1", 300_000)]
    till.clock.advance(60)
    events.append(spent(till, "s1", 290_000))
    till.clock.advance(60)
    client.push([*events, load(till, "l2", 300_000)])
    assert found(bench) == [("day", 100_000, 310_000)]
    with bench.archive.reading() as connection:
        (case,) = stored_cases.cases(connection)
    for wrong in (("paid", "x"), ("within", " ")):
        with pytest.raises(ValueError, match="outcome"):
            bench.archive.commit(lambda c, wrong=wrong: stored_cases.close(c, case.case_id, *wrong, "admin", bench.clock.now())).result(60)
    close = bench.archive.commit(lambda c: stored_cases.close(c, case.case_id, "within", "已用掉", "admin", bench.clock.now()))
    assert close.result(60) and found(bench) == [] and found(bench, "closed") == [("day", 100_000, 310_000)]
    client.push([load(till, "l3", 10_000)])
    assert [one[:2] for one in found(bench)] == [("day", 10_000)], "what was closed stays so; the next load is looked at by itself"


def test_money_of_somebody_erased_by_a_till_that_had_not_heard_of_it_is_owed_until_a_person_paid_it(bench: HubBench) -> None:
    publishing.publish(bench.archive, "member", [PERSON], "RM01")
    here, there = PaperTill(), PaperTill(till="T2")
    first, second = bench.enrolled(here), bench.enrolled(there)
    first.push([here.opened(), load(here, "l1", 50_000, 3_000)])
    second.push([there.opened(), erased(there)])
    assert found(bench) == [("debt", 50_000, 53_000)]
    first.push([spent(here, "s1", 20_000)])
    assert found(bench) == [("debt", 30_000, 33_000)]
    with bench.archive.reading() as connection:
        (case,) = stored_cases.cases(connection)
        assert [(one.principal_fen, one.bonus_fen) for one in case.loads] == [(50_000, 3_000)] and case.stores == ("RM01",)
    assert owed(bench) == 30_000
    paid = bench.archive.commit(lambda c: stored_cases.close(c, case.case_id, "paid", "凭小票退现金", "admin", bench.clock.now()))
    assert paid.result(60) and owed(bench) == 0 and found(bench) == []
    again = bench.archive.commit(lambda c: stored_cases.close(c, case.case_id, "paid", "x", "admin", bench.clock.now()))
    assert again.result(60) is False and owed(bench) == 0
    # Goods come back later, at a till that still thought there was an account.
    first.push([spent(here, "s1", 5_000, "unspend")])
    assert found(bench) == [("debt", 5_000, 5_000)]


def test_a_load_that_is_heard_after_its_member_was_erased_is_a_case_too_and_kept_money_stays_in_the_books(
    bench: HubBench, till: PaperTill
) -> None:
    publishing.publish(bench.archive, "member", [PERSON], "RM01")
    client = bench.enrolled(till)
    client.push([erased(till)])
    assert found(bench) == []
    client.push([load(till, "l1", 50_000)])
    assert found(bench) == [("debt", 50_000, 50_000)]
    with bench.archive.reading() as connection:
        (case,) = stored_cases.cases(connection)
    bench.archive.commit(lambda c: stored_cases.close(c, case.case_id, "kept", "没人来领", "admin", bench.clock.now())).result(60)
    assert found(bench) == [] and owed(bench) == 50_000
    client.push([load(till, "l2", 10_000)])
    assert found(bench) == [("debt", 60_000, 60_000)], "what comes on top is looked at anew"


def test_what_is_above_only_because_two_ids_are_one_person_is_seen_when_they_are_joined(bench: HubBench, till: PaperTill) -> None:
    publishing.publish(bench.archive, "member", [PERSON, OTHER], "RM01")
    client = bench.enrolled(till)
    client.push([load(till, "l1", 300_000), load(till, "l2", 260_000, member="m2")])
    assert found(bench) == []

    def joined(connection: Any) -> None:
        p = tables.person.c
        connection.execute(tables.person.delete())
        named = {"home_store": "RM01", "joined_at": bench.clock.now(), "profile_at": bench.clock.now(), "state": "active"}
        blank = dict.fromkeys(("source", "guide", "referrer_id", "campaign_id", "guardian_id", "name_mark", "born_mark"), "")
        for one in ("m1", "m2"):
            connection.execute(tables.person.insert().values(member_id=one, canonical_id="m1", **named, **blank))
        assert connection.scalar(select(p.canonical_id).where(p.member_id == "m2")) == "m1"
        stored_cases.weigh(connection, {"m2"})

    bench.archive.commit(joined).result(60)
    assert [one[:2] for one in found(bench)] == [("cap", 60_000)]


def test_the_page_says_what_to_do_next_and_closes_with_a_reason(bench: HubBench, till: PaperTill) -> None:
    publishing.publish(bench.archive, "member", [PERSON], "RM01")
    client = bench.enrolled(till)
    client.push([load(till, "l1", 50_000, 3_000), erased(till)])
    browser: requests.Session = logged_in(bench)
    assert "Erased, not paid out" in browser.get(f"{bench.url}/console/stored?lang=en", timeout=60).text
    html = browser.get(f"{bench.url}/console/stored?lang=zh", timeout=60).text
    assert "会员已删除，余额未退" in html and "¥500.00" in html and "持充值小票" in html and "王秀兰" not in html
    with bench.archive.reading() as connection:
        (case,) = stored_cases.cases(connection)
    assert "还没有结过的" in browser.get(f"{bench.url}/console/stored?state=closed", timeout=60).text
    path = f"{bench.url}/console/stored/{case.case_id}"
    form = {"csrf": token_in(html[html.index("<main>") :]), "outcome": "paid", "reason": "凭小票退现金"}
    assert browser.post(path, data={**form, "reason": ""}, timeout=60).status_code == 422
    assert browser.post(path, data={**form, "csrf": "x"}, timeout=60).status_code == 403
    assert "没有要处理的储值" in browser.post(path, data=form, timeout=60).text
    closed = browser.get(f"{bench.url}/console/stored?state=closed&lang=zh", timeout=60).text
    assert "已退清" in closed and "凭小票退现金" in closed
