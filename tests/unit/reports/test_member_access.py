"""The list of looks behind members' masks: by business day, masked itself, as page and table."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.records.events import MemberRevealed
from app.reports import REPORTS
from app.reports.making import Wish, make
from app.reports.member_access import access_csv, accesses

DAY = date(2026, 11, 21)


def looked(counter: Any, *bodies: MemberRevealed, day: date = DAY) -> None:
    for body in bodies:
        counter.till.store.journal.record([body], actor="staff-1001", day=day).result(60)


def test_looks_are_listed_masked_with_their_purpose(demo_counter: Any) -> None:
    looked(
        demo_counter,
        MemberRevealed(member_id="member-00001", what="phone", purpose="call"),
        MemberRevealed(what="visitor", purpose="sale"),
        MemberRevealed(member_id="018f-gone-and-away-0042", what="visitor", purpose="sale"),
    )
    looked(demo_counter, MemberRevealed(member_id="member-00002", what="name", purpose="verify"), day=DAY - timedelta(days=1))
    store = demo_counter.till.store
    found = [(row.actor, row.member, row.what, row.purpose) for row in accesses(store, DAY, DAY)]
    assert found == [
        ("李娜 1001", "王*兰 199****0001", "手机号", "联系顾客"),
        ("李娜 1001", "（没有此人）", "向总部查外店会员", "外店会员在此购药"),
        ("李娜 1001", "****0042", "向总部查外店会员", "外店会员在此购药"),
    ]
    table = access_csv(store, DAY - timedelta(days=1), DAY)
    assert len(table.strip().splitlines()) == 5 and "19900000001" not in table


def test_the_report_is_offered_as_personal_and_comes_as_page_and_table(demo_counter: Any) -> None:
    (report,) = [report for report in REPORTS if report.key == "access"]
    assert report.personal and report.csv
    store, now = demo_counter.till.store, demo_counter.clock.now()
    for form, mark in (("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbf")):
        made = make(store, Wish("access", form, DAY, DAY), made_at=now)
        assert made.content.startswith(mark) and made.personal and made.name.startswith("access-2026-11-21")
