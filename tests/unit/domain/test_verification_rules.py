"""The carried rules of codes by message, and what would let anybody guess or say too little."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.verification import VerificationRules
from app.records.resources import resource


def carried(**changes: Any) -> dict[str, Any]:
    return {**json.loads(resource("rules", "verification.json").read_text("utf-8")), **changes}


def test_the_message_says_shop_purpose_and_how_long_in_both_languages_and_fits_its_length() -> None:
    rules = VerificationRules.read(carried())
    for language, about in (("zh", ["健康档案", "短信通知", "给示例健康平台"]), ("en", ["Health file", "Text messages", "Share"])):
        said = rules.words(language, code="246802", chain="安康大药房", shop="人民路店", purpose="consent", about=about)
        assert "246802" in said and "人民路店" in said and about[2] in said and "5" in said
        assert len(said) <= rules.most_characters[language]


@pytest.mark.parametrize(
    "changes",
    [
        {"digits": 3}, {"tries": 0}, {"minutes": 0}, {"tries": 200, "phone_per_day": 20},
        {"purposes": {"member": {"zh": "", "en": ""}}}, {"text": {"zh": "{code}{shop}{purpose}", "en": "{code}{shop}{purpose}{minutes}"}},
    ],
)  # fmt: skip
def test_rules_that_would_let_anybody_guess_or_say_too_little_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        VerificationRules.read(carried(**changes))
