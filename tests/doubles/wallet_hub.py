"""Headquarters as the asking thread meets it: it puts a part of a purse by, or not, as a test says."""

from __future__ import annotations

from app.sync.client import CodeChecked, CodeSent, CodeWish, Held, Hello, HubFault, Wish


class FakeHub:
    """Headquarters as the asking thread meets it."""

    def __init__(self) -> None:
        self.answer: Held | HubFault = Held("held", 1_800, 3412)
        self.asked: list[tuple[str, int]] = []
        self.wishes: list[Wish] = []
        self.verifies = False
        """Whether it has a message gateway."""
        self.sends: CodeSent | HubFault = CodeSent("sent", 0)
        self.code = "246802"
        self.checks: list[CodeChecked | HubFault] = []
        self.codes: list[CodeWish] = []
        self.typed: list[tuple[str, str, str]] = []

    def hold(self, wish: Wish) -> Held:
        self.asked.append(("hold", wish.amount))
        self.wishes.append(wish)
        if isinstance(self.answer, HubFault):
            raise self.answer
        return self.answer

    def let_go(self, wish: Wish) -> None:
        self.asked.append(("release", wish.amount))

    def hello(self) -> Hello:
        return Hello("chain", "active", 0, 0, "", 0, "", self.verifies)

    def verify_send(self, asked: CodeWish) -> CodeSent:
        self.codes.append(asked)
        if isinstance(self.sends, HubFault):
            raise self.sends
        return self.sends

    def verify_check(self, verification_id: str, attempt_id: str, code: str) -> CodeChecked:
        self.typed.append((verification_id, attempt_id, code))
        answer = self.checks.pop(0) if self.checks else CodeChecked("proven" if code == self.code else "wrong", 2)
        if isinstance(answer, HubFault):
            raise answer
        return answer

    def cut(self) -> None:
        pass

    def close(self) -> None:
        pass
