"""The One ID page: evidence side by side and masked, decisions by form with a reason, nothing without login and token."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from console_browser import logged_in, token_in
from hub_bench import HubBench
from people_told import Newcomer
from till_double import PaperTill

from app.hub import one_id

PHONE = "13800138000"


@pytest.fixture
def browser(bench: HubBench, till: PaperTill) -> requests.Session:
    """Logged in, while a mother and her daughter share a phone and one person registered twice."""
    client = bench.enrolled(till)
    for name, phone in (("王秀兰", PHONE), ("李娜", PHONE), ("赵强", "13900139000"), ("赵强", "13900139000")):
        one = Newcomer(till, name, phone, level="shown")
        client.tell(one.blobs)
        client.push(one.events)
    return logged_in(bench)


def page(bench: HubBench, browser: requests.Session, view: str = "proposed", lang: str = "zh") -> str:
    answer = browser.get(f"{bench.url}/console/people?view={view}&lang={lang}", timeout=60)
    assert answer.status_code == 200
    return answer.text


def send(bench: HubBench, browser: requests.Session, view: str, **fields: str) -> requests.Response:
    html = page(bench, browser, view)
    found = re.search('action="/console/people/([^?"]+)', html)
    assert found
    form = {"csrf": token_in(html[html.index("<main>") :]), **fields}
    return browser.post(f"{bench.url}/console/people/{found.group(1)}?view={view}", data=form, timeout=60)


def counts(bench: HubBench) -> Any:
    with bench.archive.reading() as connection:
        return one_id.counts(connection)


def test_a_proposal_shows_both_sides_masked_with_its_evidence_in_both_languages(bench: HubBench, browser: requests.Session) -> None:
    zh, en = page(bench, browser), page(bench, browser, lang="en")
    assert "王*兰" in zh and "李*" in zh and "138****8000" in zh
    assert not {"王秀兰", "李娜", PHONE} & set(re.findall(r"[\w一-鿿]+", zh + en))
    assert "手机号相同而姓名不同" in zh and "a family may share it" in en
    assert "手机号相同" in zh and "姓名 不同" in zh and "Name differs" in en
    assert zh.count('class="card pair"') == 1 and "赵*" in page(bench, browser, "done")


def test_who_decides_gives_a_reason_and_every_decision_can_be_turned_round(bench: HubBench, browser: requests.Session) -> None:
    assert "请先写理由" in send(bench, browser, "proposed", act="merge", reason="  ").text
    assert "已记为不是同一人" in send(bench, browser, "proposed", act="apart", reason="母女共用手机").text
    assert (counts(bench).proposed, counts(bench).apart) == (0, 1)
    assert "admin：母女共用手机" in page(bench, browser, "apart")
    assert "已合并" in send(bench, browser, "apart", act="merge", reason="其实是改名").text
    assert (counts(bench).people, counts(bench).done, counts(bench).apart) == (2, 2, 0)
    assert "已撤销" in send(bench, browser, "done", act="undo", reason="还是两个人").text
    assert (counts(bench).people, counts(bench).done, counts(bench).apart) == (3, 1, 1)


def test_a_second_decision_about_the_same_pair_is_told_to_be_too_late(bench: HubBench, browser: requests.Session) -> None:
    html = page(bench, browser)
    found = re.search('action="(/console/people/[^?"]+)', html)
    assert found
    form = {"csrf": token_in(html), "act": "apart", "reason": "母女"}
    browser.post(bench.url + found.group(1), data=form, timeout=60)
    assert "已有人处理过" in browser.post(bench.url + found.group(1), data=form, timeout=60).text
    gone = browser.post(f"{bench.url}/console/people/nobody", data=form, timeout=60)
    assert "已经不在" in gone.text


def test_nothing_is_decided_without_login_token_and_a_known_act(bench: HubBench, browser: requests.Session) -> None:
    html = page(bench, browser)
    found = re.search('action="(/console/people/[^?"]+)', html)
    assert found
    url, form = bench.url + found.group(1), {"csrf": token_in(html), "act": "merge", "reason": "x"}
    assert requests.post(url, data=form, timeout=60).status_code == 403
    assert browser.post(url, data={**form, "csrf": "forged"}, timeout=60).status_code == 403
    assert browser.post(url, data={**form, "act": "delete"}, timeout=60).status_code == 404
    assert counts(bench).proposed == 1


def test_a_stranger_at_the_page_sets_nothing_in_motion(bench: HubBench, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr(one_id, "catch_up_all", lambda *asked: looked.append(asked))
    answer = requests.get(f"{bench.url}/console/people", timeout=60, allow_redirects=False)
    assert (answer.status_code, answer.headers["location"], looked) == (303, "/console/login", [])
