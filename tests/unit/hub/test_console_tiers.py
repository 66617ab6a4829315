"""The console's page about tiers: counted, in words, changes masked; a tier given by hand with reason and end, and taken back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import requests
from console_browser import logged_in, token_in
from hub_bench import HubBench
from sqlalchemy import select
from till_double import START, PaperTill

from app.hub import publishing, tables
from app.records.clock import shop_day
from app.records.people import Member

PHONE = "13800138000"
UNTIL = str(shop_day(START) + timedelta(days=30))


@pytest.fixture
def browser(bench: HubBench, till: PaperTill) -> requests.Session:
    """Logged in; one member who bought for a thousand yuan, and one who bought nothing."""
    members = [Member(id=f"m{n}", card_no=f"90{n:018}", phone=f"1380013800{n}", name="王秀兰") for n in range(2)]
    publishing.publish(bench.archive, "member", members, "RM01")
    client = bench.enrolled(till)
    seq, prev = till.seq, till.prev
    till.sale(100_000)
    till.seq, till.prev = seq, prev
    client.push([till.write(till.last_sale.model_copy(update={"member_id": "m1"}))])
    return logged_in(bench)


def page(bench: HubBench, browser: requests.Session, lang: str = "zh") -> str:
    answer = browser.get(f"{bench.url}/console/tiers?lang={lang}", timeout=60)
    assert answer.status_code == 200
    return answer.text


def post(bench: HubBench, browser: requests.Session, path: str, **fields: str) -> requests.Response:
    return browser.post(f"{bench.url}/console/tiers{path}", data={"csrf": token_in(page(bench, browser)), **fields}, timeout=60)


def tier(bench: HubBench, member_id: str) -> str | None:
    with bench.archive.reading() as connection:
        return connection.scalar(select(tables.standing.c.tier).where(tables.standing.c.member_id == member_id))


def test_tiers_are_counted_said_in_words_and_changes_are_masked(bench: HubBench, browser: requests.Session) -> None:
    html = page(bench, browser)
    assert '银卡</h2><p class="number">1<' in html and "消费满 ¥1,000.00，或到店 24 天" in html
    # Who never bought was never reckoned, and is in the first tier all the same.
    assert '会员</h2><p class="number">1<' in html
    assert "王*兰 138****8001" in html and "王秀兰" not in html and "消费达标" in html
    assert "31 天宽限" in html
    english = page(bench, browser, "en")
    assert "¥1,000.00 spent or 24 days with a purchase" in english and "Enough was bought" in english


def test_a_tier_is_given_to_whoever_a_whole_phone_names_with_reason_and_end_and_taken_back(
    bench: HubBench, browser: requests.Session
) -> None:
    assert "没有找到" in post(bench, browser, "", who="1380013").text
    assert "/console/tiers/m0" in post(bench, browser, "", who=PHONE).text
    refused = post(bench, browser, "/m0", tier="gold", until=UNTIL, reason="")
    assert refused.status_code == 422 and "请写理由" in refused.text
    assert post(bench, browser, "/m0", tier="gold", until="soon", reason="why").status_code == 422
    assert post(bench, browser, "/m9", tier="gold", until=UNTIL, reason="why").status_code == 404
    assert tier(bench, "m0") is None
    given = post(bench, browser, "/m0", tier="gold", until=UNTIL, reason="投诉补偿")
    assert "已给等级" in given.text and "投诉补偿" in given.text and tier(bench, "m0") == "gold"
    grant = re.search("/console/tiers/end/([^\"]+)", given.text)
    assert grant
    assert "已收回" in post(bench, browser, f"/end/{grant.group(1)}").text
    assert tier(bench, "m0") == "normal"
    with bench.archive.reading() as connection:
        row = connection.execute(select(tables.tier_grant)).one()
    assert (row.by, row.ended_by, row.reason) == ("admin", "admin", "投诉补偿")


def test_the_nightly_round_is_one_press_and_says_when_it_was(bench: HubBench, browser: requests.Session) -> None:
    assert "还没有夜间核算过" in page(bench, browser)
    answer = post(bench, browser, "/night")
    assert answer.status_code == 200 and "夜间核算：看了" in answer.text


def test_nobody_gives_a_tier_without_the_forms_own_token(bench: HubBench, browser: requests.Session) -> None:
    answer = browser.post(f"{bench.url}/console/tiers/m0", data={"tier": "gold", "until": UNTIL, "reason": "why"}, timeout=60)
    assert answer.status_code == 403 and tier(bench, "m0") is None
