"""Less movement: the system's wish holds for whoever never chose, one's own choice for oneself; nothing that can move ignores either."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.desktop.look import still_by_system
from app.desktop.theme import Theme
from app.desktop.widgets.pads import PinDots


@pytest.mark.parametrize(
    ("name", "kept", "still"),
    [
        ("gtk-3.0/settings.ini", "[Settings]\ngtk-enable-animations=0\n", True),
        ("gtk-4.0/settings.ini", "[Settings]\ngtk-enable-animations = false\n", True),
        ("gtk-3.0/settings.ini", "[Settings]\ngtk-enable-animations=1\n", False),
        ("kdeglobals", "[KDE]\nAnimationDurationFactor=0\n", True),
        ("kdeglobals", "[KDE]\nAnimationDurationFactor=0.5\n", False),
        ("other", "", False),
    ],
)
def test_the_systems_wish_is_read_where_desktops_keep_it(
    name: str, kept: str, still: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(kept)
    assert still_by_system() is still


def test_the_system_holds_until_somebody_chooses_for_themselves(
    make_hand: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "kdeglobals").write_text("[KDE]\nAnimationDurationFactor=0\n")
    hand = make_hand()
    theme, toast = hand.window.theme, hand.window.shell.toast
    hand.sign_in()
    assert not theme.motion
    toast.show_toast("已保存")
    assert toast._slide.state() is toast._slide.State.Stopped
    hand.window.till.settings.set("ui.still", False).result()
    hand.window.bridge.tuned.emit("ui.still")
    hand.pause()
    assert theme.motion
    hand.window.till.settings.set("ui.still", True).result()
    hand.window.bridge.tuned.emit("ui.still")
    hand.pause()
    assert not theme.motion


def test_a_wrong_pin_shakes_nothing_where_nothing_is_to_move(theme: Theme) -> None:
    dots = PinDots(theme)
    theme.set_motion(False)
    dots.wrong()
    assert dots._shake is None
