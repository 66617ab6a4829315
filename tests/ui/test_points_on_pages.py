"""Points on the pages: what a member has and loses soon, what a return takes, what a late member gets."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from desk_bench import DeskBench

from app.desktop.screens.receipts import ReceiptsPage
from app.desktop.screens.returns import ReturnsPage
from app.desktop.screens.sale import MemberCard
from app.desktop.theme import Theme
from app.records.events import PointsMoved

if TYPE_CHECKING:
    from collections.abc import Callable

CARD, MASKS, THERMOMETER = "90000000000000000019", "6999600000494", "6999580000439"


@pytest.fixture
def bench(theme: Theme, demo_counter: Any) -> Callable[[Any], DeskBench]:
    """Makes a page on the demo till."""
    return lambda kind: DeskBench(theme, demo_counter.till, kind)


def test_a_return_says_what_it_takes_before_and_after_it_is_booked(bench: Callable[[Any], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(CARD, MASKS, THERMOMETER)
    at = bench(ReturnsPage)
    at.page.on_scanned(number)
    assert "积分" not in at.words()
    at.press("Down", "Space", "F4", "4")
    assert "积分 \u221220" in at.words()
    at.press("F12")
    at.until(lambda: at.page._scene.state == "done")
    assert "积分 \u221220" in at.words()
    assert at.fits()


def test_a_sale_without_a_member_speaks_of_no_points(bench: Callable[[Any], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS)
    at = bench(ReturnsPage)
    at.page.on_scanned(number)
    at.press("Space", "F4", "4")
    assert "积分" not in at.words()


def test_a_late_member_is_told_their_points_and_the_sale_shows_them(bench: Callable[[Any], DeskBench], demo_counter: Any) -> None:
    demo_counter.sell(MASKS)
    at = bench(ReceiptsPage)
    at.press("F3", "19900000001", "Enter")
    at.until(lambda: at.page._form is None)
    assert at.toasts[-1].endswith("积分 +14")
    assert "积分 +14" in at.words()


def test_the_card_says_which_points_end_soon_and_nothing_where_none_do(theme: Theme, demo_counter: Any) -> None:
    till = demo_counter.till
    card = MemberCard(theme, 30)
    card.show_scene(till.selling.scan(CARD))
    assert card._ends.isHidden()
    ends = PointsMoved(entry_id="earn:x", member_id="member-00001", kind="earn", points=1120, expires_on=date(2026, 12, 31), owner_id="x")
    future = till.store.journal.record([ends], actor="staff-1001", day=date(2026, 11, 21))
    till.points.follow(future)
    future.result(60)
    card.show_scene(till.selling.scene())
    assert not card._ends.isHidden()
    assert card._ending.accessibleName() == "1,120 积分快到期，最早 2026-12-31"
    theme.set_language("en")
    card.show_scene(till.selling.scene())
    assert card._ending.accessibleName() == "1,120 points end soon, the first on 2026-12-31"
    card.deleteLater()


def test_the_card_shows_the_readings_of_who_agreed_and_none_of_anybody_else(theme: Theme, demo_counter: Any) -> None:
    till = demo_counter.till
    card = MemberCard(theme, 30)
    scene = till.selling.scan(CARD)
    card.show_scene(scene)
    assert card._vitals.isHidden()
    card.show_glance(till.caring.glance("member-00001"), scene)
    assert not card._vitals.isHidden()
    assert [tile.accessibleName() for tile in card._vitals._tiles] == ["血压 142/88 2 天前 偏高", "空腹血糖 6.5 8 天前 达标"]
    assert card._tags.accessibleName() == "血脂用药 · 高血压用药 · 糖尿病用药"
    till.joining.set_consents("member-00001", {"health": False}).wait()
    card.show_glance(till.caring.glance("member-00001"), scene)
    assert card._vitals.isHidden() and card._tags.accessibleName() == "慢病会员"
    card.deleteLater()
