"""What every record has in common."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.records.people import Member


@pytest.mark.parametrize("fields", [{"id": "m1", "card_no": "90", "phone": "13812346620" * 3}, {"phone": "13812346620", "name": "王秀兰"}])
def test_what_a_record_refuses_is_not_repeated_in_an_error_that_is_logged(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        Member.model_validate(fields)
    assert "13812346620" not in str(refused.value) and "王秀兰" not in str(refused.value)
