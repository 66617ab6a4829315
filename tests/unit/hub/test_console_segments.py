"""The console's segment page: rules in words, members counted on demand, an example masked with its because, the fifths as a grid."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
import requests
from console_browser import logged_in, token_in
from hub_bench import HubBench
from till_double import DAY, PaperTill

from app.hub import publishing, segments
from app.hub.web.plot import Cell, grid_svg
from app.records.people import Member
from app.records.resources import resource

HOUSE = json.loads(resource("rules", "segments.json").read_text("utf-8"))
OLD = {
    "id": "old",
    "zh": "老会员",
    "en": "Old friends",
    "when": {"all": [{"fact": "member_days", "least": 365}, {"not": {"fact": "age", "most": 17}}]},
}


@pytest.fixture
def browser(bench: HubBench, till: PaperTill) -> requests.Session:
    """Logged in; one member of many years who bought something today."""
    members = [Member(id=f"m{n}", card_no=f"90{n:018}", name="王秀兰", joined_on=date(2020 + 6 * n, 1, 1)) for n in range(2)]
    publishing.publish(bench.archive, "member", members, "RM01")
    client = bench.enrolled(till)
    seq, prev = till.seq, till.prev
    till.sale(1280)
    till.seq, till.prev = seq, prev
    client.push([till.write(till.last_sale.model_copy(update={"member_id": "m0"}), day=DAY)])
    return logged_in(bench)


def page(bench: HubBench, browser: requests.Session, lang: str = "zh") -> str:
    answer = browser.get(f"{bench.url}/console/segments?lang={lang}", timeout=60)
    assert answer.status_code == 200
    return answer.text


def test_before_anybody_reckons_the_page_says_so_and_one_press_reckons(bench: HubBench, browser: requests.Session) -> None:
    assert "还没有分群规则" in page(bench, browser)
    segments.author(bench.archive, {"segments": [*HOUSE["segments"], OLD]})
    before = page(bench, browser)
    assert "还没有计算过" in before and "近一年还没有会员消费" in before and "仅总部" in before and "柜台可见" in before
    answer = browser.post(bench.url + "/console/segments", data={"csrf": token_in(before)}, timeout=60)
    assert answer.status_code == 200 and answer.url.endswith("/console/segments")
    after = answer.text
    assert f"按 {DAY} 计算" in after and "<b>1</b>" in after
    assert "R5 · F1" in after and "M1  1" in after
    assert "王*兰" in after and "王秀兰" not in after and "入会" in after


def test_the_rules_are_read_out_in_both_languages(bench: HubBench, browser: requests.Session) -> None:
    segments.author(bench.archive, {"segments": [OLD, *HOUSE["segments"]]})
    assert "入会 ≥ 365 天，且不符合（≤ 17 岁）" in page(bench, browser)
    assert "约每 7–120 天买一次，且间隔偏差 ≤ 35%" in page(bench, browser) and "任一品类：" in page(bench, browser)
    assert "Old friends" in page(bench, browser, "en") and "a member for ≥ 365 days and not (aged ≤ 17)" in page(bench, browser, "en")


def test_nobody_reckons_without_the_forms_token(bench: HubBench, browser: requests.Session) -> None:
    assert browser.post(bench.url + "/console/segments", data={"csrf": "x"}, timeout=60).status_code == 403
    assert requests.get(bench.url + "/console/segments", timeout=60, allow_redirects=False).status_code in (302, 303)


def test_the_fullest_cell_is_the_strongest_and_an_empty_one_has_no_colour() -> None:
    svg = grid_svg([[Cell(0, "none"), Cell(1, "one")], [Cell(4, "<four>"), Cell(2, "two")]], ["a", "b"], ["c", "d"], "grid")
    assert re.findall(r'fill-opacity="([\d.]+)"', svg) == ["0.20", "0.55", "0.32"]
    assert "&lt;four&gt;" in svg and svg.count('class="bare"') == 4
