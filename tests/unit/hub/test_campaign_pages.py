"""The campaign pages: from an empty form to a stopped campaign, in both languages, with nobody's forged form on the way."""

from __future__ import annotations

import csv
import io
import re
import time
from datetime import timedelta

import pytest
import requests
from hub_bench import HubBench
from sqlalchemy import insert
from till_double import DAY, START, PaperTill

from app.hub import campaigns, coupons, publishing, tables
from app.hub.campaigns import Design
from app.hub.web.campaign_form import design_of, fields_of
from app.records.events import CouponRedeemed
from app.records.keys import DeviceKey
from app.records.offers import Offer
from app.records.people import Member, Staff

PASSWORD = "correct horse battery"
FORM = {
    "kind": "threshold", "title_zh": "冬季满减", "title_en": "Winter", "reach1": "50", "off1": "5", "reach2": "", "off2": "", "reach3": "",
    "off3": "", "scope_sort": "all", "scope_names": "", "starts_on": str(DAY), "ends_on": str(DAY + timedelta(days=6)), "stores": "",
    "audience": "everybody", "audience_values": "", "coupon_class": "A", "face": "", "per_person": "", "total": "", "budget": "100",
    "hold_percent": "80", "priority": "100", "stack_group": "",
}  # fmt: skip


class Visitor:
    """A person at the console with a browser of few words."""

    def __init__(self, bench: HubBench) -> None:
        publishing.create_console_user(bench.archive, "admin", PASSWORD)
        self.url = bench.url
        self.browser = requests.Session()
        self.browser.trust_env = False
        page = self.get("/console/login")
        self.post("/console/login", page, name="admin", password=PASSWORD)

    def get(self, path: str, **more: str) -> requests.Response:
        return self.browser.get(self.url + path, params=more, timeout=60)

    def post(self, path: str, page: requests.Response | None = None, **fields: str) -> requests.Response:
        page = page or self.get("/console/campaigns/new")
        found = re.search('name="csrf" value="([^"]+)"', page.text)
        assert found
        return self.browser.post(self.url + path, data=fields | {"csrf": found[1]}, timeout=60)


@pytest.fixture
def visitor(bench: HubBench) -> Visitor:
    return Visitor(bench)


def designed(visitor: Visitor, **changes: str) -> str:
    """Fill the form in; gives the new campaign's address."""
    answer = visitor.post("/console/campaigns", **FORM | changes)
    assert answer.status_code == 200, answer.text[-2000:]
    return answer.url.removeprefix(visitor.url)


def tried(visitor: Visitor, at: str) -> str:
    """Try it, and wait for the page that says what was found."""
    visitor.post(f"{at}/try", **{"from": str(DAY - timedelta(days=5)), "to": str(DAY)})
    until = time.monotonic() + 60
    while time.monotonic() < until:
        page = visitor.get(at, lang="zh").text
        if "http-equiv" not in page:
            return page
        time.sleep(0.05)
    raise AssertionError("the dry run did not end")


def test_from_an_empty_form_to_a_stopped_campaign(bench: HubBench, visitor: Visitor, till: PaperTill) -> None:
    client = bench.enrolled(till)
    publishing.publish(bench.archive, "staff", [Staff(id="S1", code="1", name="李娜", role="cashier")], "RM01")
    client.push([till.opened(), till.sale(6000), till.sale(4500), till.sale(900)])
    at = designed(visitor)
    page = visitor.get(at, lang="zh").text
    assert "满 ¥50.00 减 ¥5.00" in page
    assert re.search(r"<button[^>]* disabled>.*上线", page)
    found = tried(visitor, at)
    assert "33.3% 的销售本来就够条件" in found and "1 笔只差一点" in found and "¥5.00" in found
    launched = visitor.post(f"{at}/launch")
    assert "进行中" in launched.text and "0 / 1" in launched.text
    refused = visitor.post(f"{at}/tell")
    assert refused.status_code == 409 and "只有 0% 的收银台已收到，要求 80%" in refused.text
    assert "已通知会员" in visitor.post(f"{at}/tell", anyway="1").text
    key = at.rsplit("/", 1)[-1]
    sale = till.sale(6000)
    body = till.last_sale
    cut = {"line_id": body.lines[0].line_id, "cause_kind": "threshold", "cause_id": key, "title_zh": "", "title_en": "", "amount_fen": 500}
    changed = {"sale_id": "under-1", "cuts": [cut], "payable_fen": 5500, "cut_fen": 500}
    under = type(body).model_validate(body.model_dump(mode="json") | changed)
    client.push([sale, till.write(under)])
    joined = {"member_id": "m-9", "canonical_id": "m-9", "home_store": "RM01", "joined_at": START, "source": "campaign", "guide": "S1"}
    rest = {"referrer_id": "", "campaign_id": key, "guardian_id": "", "state": "active", "name_mark": "", "born_mark": ""}
    row = joined | rest | {"profile_at": START}
    bench.archive.commit(lambda connection: connection.execute(insert(tables.person).values(**row)).rowcount).result()
    board = visitor.get(at, lang="zh").text
    assert board.count('class="plot"') == 2 and board.count('class="spark"') == 5
    assert re.search(r'aria-label="省份"[^>]*>(<g>.*?</g>)*<g><title>2026-11-21  1</title>', board), "every column is told by day"
    assert "李娜" in board and "¥55.00" in board
    table = visitor.get(f"{at}/days.csv", lang="en")
    assert table.content[:3] == b"\xef\xbb\xbf"
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [(one["Day"], one["Guide"], one["Orders"], one["New members"], one["Paid (yuan)"]) for one in rows] == [
        (str(DAY), "李娜", "1", "1", "55.00")
    ]
    other = designed(visitor, title_zh="第二个活动")
    tried(visitor, other)
    visitor.post(f"{other}/launch")
    assert "1 台" in visitor.get("/console/campaigns", lang="zh").text, "a till that lacks two campaigns is one till"
    stopped = visitor.post(f"{at}/stop", reason="too dear")
    assert "还没收到停止的收银台" in stopped.text and "1 台还没收到停止" in stopped.text and "too dear" in stopped.text
    english = visitor.get(at, lang="en").text
    assert "Stopped" in english and "Tills that have not heard of the stop" in english


def test_coupons_go_out_after_the_launch_and_the_page_says_how_many(bench: HubBench, visitor: Visitor, till: PaperTill) -> None:
    bench.enrolled(till)
    publishing.publish(bench.archive, "member", [Member(id=f"m-{n}", card_no=f"90{n}", tier="gold") for n in range(3)], "RM01")
    at = designed(visitor, audience="tier", audience_values="gold", coupon_class="B", per_person="2")
    page = visitor.get(at, lang="zh").text
    assert "6 张 × ¥5.00 = ¥30.00" in page
    tried(visitor, at)
    visitor.post(f"{at}/launch")
    until = time.monotonic() + 60
    while "6 / 6" not in visitor.get(at, lang="zh").text:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_form_that_does_not_read_comes_back_with_what_was_typed(visitor: Visitor) -> None:
    answer = visitor.post("/console/campaigns", **FORM | {"reach1": "fifty", "title_zh": "<b>冬</b>"})
    assert answer.status_code == 422
    assert 'value="fifty"' in answer.text and "&lt;b&gt;冬" in answer.text and "<b>冬" not in answer.text
    answer = visitor.post("/console/campaigns", **FORM | {"reach1": "5", "off1": "50"})
    assert answer.status_code == 422 and "优惠内容不合规格" in answer.text


def test_every_kind_has_its_form_in_both_languages(visitor: Visitor) -> None:
    own_fields = {"threshold": "reach3", "percent": "percent", "amount_off": "amount", "nth_cheaper": "nth", "bundle": "price"}
    for kind, own in (own_fields | {"gift": "buy_quantity", "exchange": "gift_product", "trade_in": "old"}).items():
        for language in ("zh", "en"):
            page = visitor.get("/console/campaigns/new", kind=kind, lang=language)
            assert page.status_code == 200
            assert f'name="{own}"' in page.text
            assert "<script" not in page.text and "style=" not in page.text


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("threshold", '{"tiers":[{"reach_fen":5000,"off_fen":500},{"reach_fen":10050,"off_fen":1999}]}'),
        ("percent", '{"percent_off_bp":1250,"when":{"hours":[["08:00","12:00"],["20:00","24:00"]],"weekdays":[1,7]}}'),
        ("amount_off", '{"amount_fen":300,"when":{"birthday":"week"}}'),
        ("amount_off", '{"amount_fen":300,"when":{"channels":["online"],"refill":true},"on_return":"prorated"}'),
        ("nth_cheaper", '{"nth":3,"percent_off_bp":10000}'),
        ("bundle", '{"products":["P1","P2"],"price_fen":1280}'),
        ("gift", '{"buy_quantity":2,"gift_product":"P2","gift_quantity":1}'),
        ("exchange", '{"reach_fen":5000,"product":"P2","price_fen":990,"quantity":2}'),
        ("trade_in", '{"amount_fen":3000,"old":["bp_meter","other"]}'),
    ],
)
def test_a_design_comes_back_out_of_its_own_fields(kind: str, terms: str) -> None:
    plan = Design(
        campaign_id="c", title_zh="活动", title_en="Offer", kind=kind, scope="category:护肤;消毒 护理", terms=terms, priority=7,
        stack_group="g", exclusive=True, stores=("RM01", "RM02"), starts_on=DAY, ends_on=DAY, audience="tier",
        audience_values=("gold",), coupon_class="B", face_fen=1500, per_person=2, total=900, budget_fen=123456, hold_percent=55,
    )  # fmt: skip
    assert design_of(fields_of(plan) | {"kind": kind}, "c") == plan


def test_another_kind_is_chosen_and_what_was_typed_stays(bench: HubBench, visitor: Visitor) -> None:
    typed = FORM | {"title_zh": "会员日", "budget": "4000", "weekday3": "1", "refill": "1", "on_return": "lost"}
    page = visitor.post("/console/campaigns", **typed, **{"as": "percent"})
    assert page.status_code == 200 and 'name="percent"' in page.text and 'name="reach1"' not in page.text
    assert 'name="title_zh" value="会员日"' in page.text and 'name="budget" value="4000"' in page.text
    assert 'name="weekday3" value="1" checked' in page.text and 'name="refill" value="1" checked' in page.text
    assert '<option value="lost" selected>' in page.text and 'name="kind" value="percent"' in page.text
    assert re.search(r"<form[^>]*>\s*<button hidden>", page.text), "Enter in a field must save, not choose a kind"
    with bench.archive.reading() as connection:
        assert not campaigns.campaigns(connection)


def test_the_page_says_channel_refill_and_what_becomes_of_a_coupon_whose_sale_comes_back(visitor: Visitor) -> None:
    at = designed(visitor, channel="store", refill="1", on_return="prorated", coupon_class="B", audience="members")
    page = visitor.get(at, lang="zh").text
    assert "只限到店 · 续方：只给买过的商品" in page and "按退的商品退回券值" in page
    assert "the most it can cost" not in page and "Refill: only with goods bought before" in visitor.get(at, lang="en").text


def test_a_kept_design_fills_its_form_again(visitor: Visitor) -> None:
    terms = {"kind": "gift", "buy_quantity": "2", "gift_product": "P9", "gift_quantity": "1"}
    terms |= {"scope_sort": "product", "scope_names": "P1;P2"}
    at = designed(visitor, **terms)
    page = visitor.get(f"{at}/edit").text
    for name, value in (terms | {"scope_names": "P1; P2", "budget": "100.00"}).items():
        if name not in ("kind", "scope_sort"):
            assert f'name="{name}" value="{value}"' in page, name
    assert "没有这些商品：P1, P2, P9" in visitor.get(at, lang="zh").text
    changed = visitor.post(at, **FORM | {"title_zh": "改过"})
    assert "改过" in changed.text and "满 ¥50.00 减 ¥5.00" in changed.text


def test_a_form_without_its_token_changes_nothing(visitor: Visitor) -> None:
    at = designed(visitor)
    for path in ("/console/campaigns", at, f"{at}/try", f"{at}/launch", f"{at}/tell", f"{at}/stop", f"{at}/coupons"):
        answer = visitor.browser.post(visitor.url + path, data={"csrf": "guess"}, timeout=60)
        assert answer.status_code == 403, path
        stranger = requests.post(visitor.url + path, data={}, timeout=60)
        assert stranger.status_code == 403, path
    assert requests.get(visitor.url + f"{at}/days.csv", timeout=60, allow_redirects=False).status_code == 303
    assert visitor.get("/console/campaigns/nobody").status_code == 404


def test_a_stranger_hears_nothing_of_which_campaigns_there_are(visitor: Visitor) -> None:
    for at in (designed(visitor), "/console/campaigns/nobody"):
        assert requests.post(visitor.url + at, data={}, timeout=60).json() == {"code": "csrf"}
    assert visitor.post("/console/campaigns/nobody", **FORM).status_code == 404


def test_the_page_says_how_many_were_told_and_why_others_were_not(bench: HubBench, visitor: Visitor) -> None:
    people = [Member(id=f"m{n}", card_no=f"9{n:019}", phone=f"138{n:08}") for n in range(3)]
    publishing.publish(bench.archive, "member", people, "RM01")
    word = {
        "consent_id": "c", "member_id": "m1", "purpose": "sms", "text_version": "1", "given": True, "at": START, "store_id": "RM01",
        "channel": "spoken", "guardian_id": "",
    }  # fmt: skip
    bench.archive.commit(lambda connection: connection.execute(insert(tables.consent), [word]) and None).result()
    at = designed(visitor)
    tried(visitor, at)
    assert "短信已发" not in visitor.post(f"{at}/launch").text
    page = re.sub("<[^>]+>", " ", visitor.post(f"{at}/tell", anyway="1").text)
    assert re.search(r"短信已发\s+0\b", page) and re.search(r"待发\s+9–20 点之间经连锁自己的短信网关发出\s+1\b", page)
    assert re.search(r"未发：没有同意收短信\s+2\b", page)
    assert "Withheld: no consent to messages" in visitor.get(at, lang="en").text


def test_pages_call_staff_and_stores_by_their_names(bench: HubBench, visitor: Visitor) -> None:
    publishing.publish(bench.archive, "staff", [Staff(id="S1", code="1", name="李娜", role="cashier")], "RM01")
    offer = Offer(
        id="right", kind="threshold", title_zh="满减券", title_en="A coupon", terms='{"tiers":[{"reach_fen":1000,"off_fen":100}]}',
        starts_on=DAY, ends_on=DAY, by_right=True,
    )  # fmt: skip
    publishing.publish(bench.archive, "offer", [offer])
    tills = [PaperTill(till=no) for no in ("T1", "T2")]
    serial = coupons.issue(bench.archive, bench.clock, coupons.Issue("RM01", "right"), DeviceKey.from_bytes(bench.seed).sign)[0].id
    for till in tills:
        client, sale = bench.enrolled(till), till.sale(1280)
        used = CouponRedeemed(
            serial=serial, offer_id="right", coupon_class="B", sale_id=till.last_sale.sale_id, cut_fen=100, token_mark="ab", offline=True
        )  # fmt: skip
        client.push([till.opened(), sale, till.write(used), till.strange("future.thing@9", {})])
    cases = re.sub("<[^>]+>", " ", visitor.get("/console/cases", lang="zh").text)
    assert cases.count("收银员 李娜") == 2 and "S1" not in cases
    assert "A coupon" in visitor.get("/console/cases", lang="en").text
    assert "安康大药房 人民路店" in visitor.get("/console/inbox", lang="zh").text and "RM01" not in visitor.get("/console/inbox").text
