"""Headquarters as the asking thread meets it: it puts a part of a purse by, or not, as a test says."""

from __future__ import annotations

from app.sync.client import Held, HubFault, Wish


class FakeHub:
    """Headquarters as the asking thread meets it."""

    def __init__(self) -> None:
        self.answer: Held | HubFault = Held("held", 1_800, 3412)
        self.asked: list[tuple[str, int]] = []
        self.wishes: list[Wish] = []

    def hold(self, wish: Wish) -> Held:
        self.asked.append(("hold", wish.amount))
        self.wishes.append(wish)
        if isinstance(self.answer, HubFault):
            raise self.answer
        return self.answer

    def let_go(self, wish: Wish) -> None:
        self.asked.append(("release", wish.amount))

    def cut(self) -> None:
        pass

    def close(self) -> None:
        pass
