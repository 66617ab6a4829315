"""Headquarters as the asking thread meets it: it puts points by, or not, as a test says."""

from __future__ import annotations

from app.sync.client import Held, HubFault


class FakeHub:
    """Headquarters as the asking thread meets it."""

    def __init__(self) -> None:
        self.answer: Held | HubFault = Held("held", 1_800, 3412)
        self.asked: list[tuple[str, int]] = []

    def hold_points(self, hold_id: str, member_id: str, points: int, basket_id: str) -> Held:
        self.asked.append(("hold", points))
        if isinstance(self.answer, HubFault):
            raise self.answer
        return self.answer

    def let_points_go(self, hold_id: str, member_id: str, points: int, basket_id: str) -> None:
        self.asked.append(("release", points))

    def cut(self) -> None:
        pass

    def close(self) -> None:
        pass
