"""The rules of joining as they are carried: sources, guardians, the joiner's coupon, and the texts people consent to."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from app.domain.joining import ConsentTexts, JoiningRules, birthday
from app.domain.membership import phone_of
from app.records.offers import Offer
from app.records.resources import resource

TODAY = date(2026, 11, 21)


def raw(*names: str) -> dict[str, Any]:
    return dict(json.loads(resource(*names).read_text("utf-8")))


def test_the_carried_rules_and_texts_are_whole_in_both_languages() -> None:
    rules, texts = JoiningRules.read(raw("rules", "joining.json")), ConsentTexts.read(raw("texts", "consents.json"))
    assert {source.code for source in rules.sources} == {"store", "guide", "campaign", "referral", "receipt_qr"}
    assert [purpose.purpose for purpose in texts.purposes if purpose.needed] == ["membership"]
    for purpose in texts.purposes:
        for text in (purpose.title, purpose.text, purpose.refusing, purpose.retention):
            assert text.zh and text.en and text.zh != text.en
    assert {code for code, _ in texts.channels} == {"spoken", "signature", "code"}


def test_a_shop_that_tells_nobody_outside_its_chain_does_not_ask_whether_it_may() -> None:
    texts = ConsentTexts.read(raw("texts", "consents.json"))
    asked = [purpose.purpose for purpose in texts.asked(demo=False).purposes]
    assert "share" not in asked and not any("演示" in purpose.text.zh for purpose in texts.asked(demo=False).purposes)
    assert [purpose.purpose for purpose in texts.asked(demo=True).purposes if purpose.purpose in asked] == asked
    assert texts.asked(demo=True) == texts


def test_rules_that_contradict_themselves_are_refused() -> None:
    rules = raw("rules", "joining.json")
    with pytest.raises(ValueError, match="default source"):
        JoiningRules.read({**rules, "default_source": "moon"})
    texts = raw("texts", "consents.json")
    with pytest.raises(ValueError, match="membership alone"):
        ConsentTexts.read({**texts, "purposes": [{**row, "needed": True} for row in texts["purposes"]]})


@pytest.mark.parametrize(("born_on", "needed"), [("2012-11-21", False), ("2012-11-22", True), ("2026-11-21", True)])
def test_a_guardian_is_needed_until_the_fourteenth_birthday(born_on: str, needed: bool) -> None:
    rules = JoiningRules.read(raw("rules", "joining.json"))
    assert rules.needs_guardian(date.fromisoformat(born_on), TODAY) is needed
    assert not rules.needs_guardian(None, TODAY)
    assert rules.may_guard(None, TODAY) and not rules.may_guard(date(2010, 1, 1), TODAY)


def test_the_gift_ends_with_its_days_or_with_its_offer_and_has_one_serial_a_member() -> None:
    gift = JoiningRules.read(raw("rules", "joining.json")).gift
    assert gift is not None

    def offer(**fields: Any) -> Offer:
        base = {"id": gift.offer_id, "kind": "threshold", "title_zh": "券", "terms": "{}", "by_right": True}
        return Offer.model_validate({**base, "starts_on": TODAY, "ends_on": date(2027, 1, 1), **fields})

    assert gift.last_day(offer(), TODAY) == date(2026, 12, 20)
    assert gift.last_day(offer(ends_on=date(2026, 12, 1)), TODAY) == date(2026, 12, 1)
    assert gift.last_day(offer(ends_on=date(2026, 11, 20)), TODAY) is None
    assert gift.last_day(offer(active=False), TODAY) is None
    assert gift.last_day(offer(by_right=False), TODAY) is None
    assert gift.serial("m-1") == gift.serial("m-1") != gift.serial("m-2")


@pytest.mark.parametrize("text", ["1956-03-08", "19560308", "1956.3.8", "1956/03/08", " 19560308 "])
def test_a_birthday_is_read_as_people_write_it(text: str) -> None:
    assert birthday(text, TODAY) == date(1956, 3, 8)


@pytest.mark.parametrize("text", ["3/8/1956 ", "195603", "1956-02-30", "2026-11-22", "1890-01-01", "八月"])
def test_what_is_no_birthday_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        birthday(text, TODAY)


def test_nothing_typed_is_no_birthday_and_no_phone() -> None:
    assert birthday("  ", TODAY) is None
    assert phone_of("") == phone_of("王小明") == phone_of("1390000777") == ""
    assert phone_of("+86 139-0000-7777") == "13900007777"
