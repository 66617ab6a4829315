"""The console: closed without a login, honest with one, and safe against forged forms."""

from __future__ import annotations

import pytest
import requests
from console_browser import PASSWORD, stranger, token_in
from hub_bench import HubBench
from till_double import DAY, PaperTill

from app.hub import publishing
from app.records.clock import ManualClock
from app.records.people import Staff

PAGES = ["", "/sales", "/tills", "/people", "/stock", "/inbox", "/feeds", "/campaigns", "/campaigns/new"]


def visitor(bench: HubBench, password: str = PASSWORD) -> tuple[requests.Session, requests.Response]:
    browser = stranger()
    page = browser.get(bench.url + "/console/login", timeout=60)
    form = {"csrf": token_in(page.text), "name": "admin", "password": password}
    return browser, browser.post(bench.url + "/console/login", data=form, timeout=60, allow_redirects=False)


@pytest.fixture
def open_console(bench: HubBench) -> HubBench:
    publishing.create_console_user(bench.archive, "admin", PASSWORD)
    return bench


@pytest.mark.parametrize("path", PAGES)
def test_every_page_sends_strangers_to_the_login(bench: HubBench, path: str) -> None:
    answer = requests.get(bench.url + "/console" + path, timeout=60, allow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/login")


def test_every_page_opens_in_both_languages_after_the_login(open_console: HubBench, till: PaperTill) -> None:
    client = open_console.enrolled(till)
    client.push([till.sale(2180), till.strange("hologram.made@1", {}), till.sale(900), till.taking_back(till.last_sale)])
    publishing.publish(open_console.archive, "staff", [Staff(id="S1", code="1", name="李娜", role="cashier")], "RM01")
    browser, answer = visitor(open_console)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    for path in PAGES:
        zh = browser.get(f"{open_console.url}/console{path}?lang=zh&day={DAY}", timeout=60)
        en = browser.get(f"{open_console.url}/console{path}?lang=en&day={DAY}", timeout=60)
        assert (zh.status_code, en.status_code) == (200, 200)
        assert "总部" in zh.text
        assert "Headquarters" in en.text
        assert "<script" not in zh.text + en.text
        assert "style=" not in zh.text + en.text
        assert "default-src 'none'" in zh.headers["Content-Security-Policy"]
    overview = browser.get(f"{open_console.url}/console?day={DAY}&lang=zh", timeout=60).text
    assert "21</p>" not in overview
    assert "¥</small>21<small>.80" in overview
    assert 'class="plot"' in overview
    assert "隔离记录 <b>1</b>" in overview
    sales = browser.get(f"{open_console.url}/console/sales?day={DAY}&lang=zh", timeout=60).text
    assert "已退 ¥9.00" in sales
    assert "布洛芬缓释胶囊" in sales


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(open_console: HubBench) -> None:
    _, answer = visitor(open_console)
    cookie = next(text for text in answer.raw.headers.getlist("set-cookie") if text.startswith("yaogui_console"))
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()


def test_a_wrong_password_opens_nothing_and_five_lock_the_name(open_console: HubBench) -> None:
    assert [visitor(open_console, "wrong " * 3)[1].status_code for _ in range(5)] == [401] * 5
    assert visitor(open_console)[1].status_code == 401
    assert isinstance(open_console.clock, ManualClock)
    open_console.clock.advance(301)
    assert visitor(open_console)[1].status_code == 303


def test_a_login_form_without_its_token_is_refused(open_console: HubBench) -> None:
    form = {"csrf": "", "name": "admin", "password": PASSWORD}
    assert requests.post(open_console.url + "/console/login", data=form, timeout=60).status_code == 403


def test_logging_out_needs_the_token_and_ends_the_session(open_console: HubBench) -> None:
    browser, _ = visitor(open_console)
    address = open_console.url + "/console"
    assert browser.post(address + "/logout", data={"csrf": "guess"}, timeout=60).status_code == 403
    stolen = browser.cookies.get("yaogui_console")
    token = token_in(browser.get(address, timeout=60).text)
    assert browser.post(address + "/logout", data={"csrf": token}, timeout=60, allow_redirects=False).status_code == 303
    again = requests.get(address, cookies={"yaogui_console": stolen or ""}, timeout=60, allow_redirects=False)
    assert again.status_code == 303


def test_a_session_left_alone_for_half_an_hour_has_ended(open_console: HubBench) -> None:
    browser, _ = visitor(open_console)
    assert isinstance(open_console.clock, ManualClock)
    open_console.clock.advance(31 * 60)
    assert browser.get(open_console.url + "/console", timeout=60, allow_redirects=False).status_code == 303


def test_its_own_fonts_and_style_are_served_and_nothing_else(bench: HubBench) -> None:
    for name in ("console.css", "InterDisplay-Medium.ttf"):
        assert requests.get(f"{bench.url}/console/assets/{name}", timeout=60).status_code == 200
    for name in ("texts.json", "..%2Fconsole.py", "session.py"):
        assert requests.get(f"{bench.url}/console/assets/{name}", timeout=60).status_code == 404


def test_a_short_password_is_not_taken(bench: HubBench) -> None:
    with pytest.raises(ValueError, match="ten"):
        publishing.create_console_user(bench.archive, "admin", "short")
