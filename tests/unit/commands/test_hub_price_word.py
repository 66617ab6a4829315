"""`yaogui hub price`: a price told before it begins, told again, taken back, and refused where it makes no sense."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from app.commands import EXIT_OK, EXIT_USAGE, hub
from app.hub import tables
from app.hub.archive import Archive
from app.hub.main import default_database_url


def rows(folder: Path) -> list[dict[str, object]]:
    archive = Archive.open(default_database_url(folder))
    try:
        with archive.reading() as connection:
            c = tables.feed_row.c
            found = connection.execute(select(c.json).where(c.feed == "price", c.current).order_by(c.seq)).scalars().all()
        return [json.loads(text) for text in found]
    finally:
        archive.close()


def price(folder: Path, *words: str) -> int:
    return hub.main(["price", "--data", str(folder), *words])


def test_a_dated_price_goes_into_the_feed_once_and_can_be_taken_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ("--product", "P1", "--price", "19.50", "--member-price", "18", "--from", "2026-11-22", "--to", "2026-11-30")
    assert price(tmp_path, *told) == EXIT_OK
    assert price(tmp_path, *told) == EXIT_OK
    assert "told before" in capsys.readouterr().out
    assert rows(tmp_path) == [
        {
            "id": "P1@2026-11-22",
            "product_id": "P1",
            "price_fen": 1950,
            "member_price_fen": 1800,
            "effective_from": "2026-11-22",
            "effective_to": "2026-11-30",
            "active": True,
        }
    ]
    assert price(tmp_path, "--product", "P1", "--from", "2026-11-22", "--withdraw") == EXIT_OK
    assert [(row["id"], row["active"]) for row in rows(tmp_path)] == [("P1@2026-11-22", False)]


@pytest.mark.parametrize(
    "words",
    [
        ("--price", "9", "--from", "2026-11-22"),
        ("--product", "P1", "--price", "9"),
        ("--product", "P1", "--price", "0", "--from", "2026-11-22"),
        ("--product", "P1", "--price", "nine", "--from", "2026-11-22"),
        ("--product", "P1", "--price", "9", "--from", "tomorrow"),
        ("--product", "P1", "--price", "9", "--from", "2026-11-22", "--to", "2026-11-21"),
        ("--product", "P1", "--price", "9", "--member-price", "10", "--from", "2026-11-22"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused_and_nothing_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert price(tmp_path, *words) == EXIT_USAGE
    assert rows(tmp_path) == []
