"""The search bench measures all 23 classes beside its floor and the naive way, in one run."""

from __future__ import annotations

import json

import pytest

from app.commands.bench.search import run


def test_the_search_bench_prints_its_figures_with_floor_and_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    figures = run(400, 69, 1, True)
    assert json.loads(capsys.readouterr().out) == figures
    assert figures["products"] == figures["own_products"] == 400
    assert len(figures["classes"]) == 23
    assert figures["queries"] == 69
    for spread in (figures["mix"], figures["floor"], figures["like"]):
        assert 0 < spread["p50"] <= spread["p95"] <= spread["p99"] <= spread["max"]
    assert figures["ratio_to_floor"] == pytest.approx(figures["mix"]["p99"] / figures["floor"]["p50"], abs=0.06)


def test_the_search_bench_prints_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    run(400, 23, 2, False)
    printed = capsys.readouterr().out
    assert "the floor's p50" in printed
    assert "three words" in printed
