"""What stands in a person's copy of their data is said in words that the person can read."""

from __future__ import annotations

import json

import pytest

from app.domain.person_words import FILES, HUB, TILL, PersonWords
from app.records.resources import resource
from app.records.text import Text


@pytest.fixture(scope="module")
def words() -> PersonWords:
    documents = {name: json.loads(resource(folder, f"{name}.json").read_text("utf-8")) for folder, name in FILES}
    return PersonWords.read(documents, {"right-10": Text("会员券满39减10", "10 off 39")})


@pytest.mark.parametrize(
    ("section", "key", "row", "said"),
    [
        ("profile", "allergy_classes", {"allergy_classes": "penicillin;sulfa"}, "青霉素类、磺胺类"),
        ("profile", "tier", {"tier": "gold"}, "金卡"),
        ("profile", "sex", {"sex": "F"}, "女"),
        ("consents", "purpose", {"purpose": "health"}, "健康档案"),
        ("consents", "given", {"given": False}, "否"),
        ("consents", "channel", {"channel": "spoken"}, "口头"),
        ("identities", "kind", {"kind": "alipay"}, "支付宝"),
        ("identities", "level", {"level": "proven"}, "已验证"),
        ("points", "kind", {"kind": "unearn"}, "退货扣回"),
        ("stored_value", "principal_fen", {"principal_fen": 10050}, "100.50"),
        ("orders", "fen", {"fen": 1990}, "19.90"),
        ("coupons", "offer_id", {"offer_id": "right-10"}, "会员券满39减10"),
        ("readings", "figures", {"kind": "pressure", "figures": {"sbp": 142}}, "收缩压（高压） 142 mmHg"),
        ("readings", "figures", {"kind": "glucose", "figures": {"glucose": 760}}, "血糖 7.6 mmol/L"),
        ("follow_ups", "findings", {"findings": ["regular", "dizzy"]}, "服药规律、偶有头晕"),
        ("looks", "purpose", {"purpose": "request"}, "本人要求"),
        ("messages", "state", {"state": "withheld"}, "不发"),
        ("joining", "source", {"source": "receipt_qr"}, "小票二维码"),
        ("points", "expires_on", {"expires_on": None}, "—"),
    ],
)
def test_a_code_a_figure_and_a_sum_are_said_in_words(words: PersonWords, section: str, key: str, row: dict[str, object], said: str) -> None:
    assert words.said(section, key, row, "zh") == said


def test_a_code_that_nobody_worded_stands_as_it_is(words: PersonWords) -> None:
    assert words.said("points", "kind", {"kind": "new_kind"}, "zh") == "new_kind"


def test_a_till_and_headquarters_each_name_the_parts_they_hold(words: PersonWords) -> None:
    till, hub = ({one.key for one in words.sections(at)} for at in (TILL, HUB))
    assert {"stored_value", "coupons", "readings"} <= till & hub
    assert "medicines" in till - hub and "messages" in hub - till
