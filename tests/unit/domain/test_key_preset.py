"""Key presets: every layout gives each standard key one physical key, and says why it will not take another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.key_preset import MOVABLE, PRESETS, KeyTaken, KeyUnfit, checked, layout, meanings, moved, swapped


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_sound(preset: str) -> None:
    assert checked(PRESETS[preset]) == PRESETS[preset]


def test_supermarket_pays_on_f9_holds_on_f6_and_recalls_on_shift_f6() -> None:
    shown = layout("supermarket", {})
    assert (shown["F12"], shown.get("F6", "F6"), shown["F7"]) == ("F9", "F6", "Shift F6")
    assert meanings(shown)["F9"] == "F12"
    assert meanings(shown)["F12"] == "F9"


def test_a_key_that_is_taken_names_its_holder() -> None:
    with pytest.raises(KeyTaken) as taken:
        moved({}, "F12", "F9")
    assert (taken.value.key, taken.value.holder) == ("F9", "F9")


def test_a_swap_gives_the_holder_the_key_that_became_free() -> None:
    assert swapped({}, "F12", "F9") == {"F12": "F9", "F9": "F12"}
    assert swapped(swapped({}, "F12", "F9"), "F12", "F12") == {}


@pytest.mark.parametrize("pressed", ["F1", "F2", "Esc", "Enter", "A", "7", "Ctrl L", "Tab", ""])
def test_keys_that_mean_the_same_everywhere_or_type_are_not_given_away(pressed: str) -> None:
    with pytest.raises(KeyUnfit):
        moved({}, "F12", pressed)


def test_an_unsound_custom_layout_is_left_aside() -> None:
    assert layout("custom", {"F12": "F9"}) == {}
    assert layout("custom", {"F12": "A"}) == {}
    assert layout("custom", {"F12": "End"}) == {"F12": "End"}
    assert layout("nonsense", {}) == {}


@given(st.lists(st.tuples(st.sampled_from(MOVABLE), st.sampled_from([*MOVABLE, "+", "Ins", "Shift F6"])), max_size=12))
def test_no_row_of_swaps_leaves_two_meanings_on_one_key(steps: list[tuple[str, str]]) -> None:
    custom: dict[str, str] = {}
    for key, pressed in steps:
        custom = swapped(custom, key, pressed)
        lies = [custom.get(each, each) for each in MOVABLE]
        assert len(set(lies)) == len(MOVABLE)
        assert custom.get(key, key) == pressed
