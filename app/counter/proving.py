"""Proving: whether a dynamic member code is the member's and fresh, remembered so that none is taken twice, and what each proof buys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain import member_code
from app.domain.member_code import CodeRules, Verdict
from app.domain.member_rights import DYNAMIC, Rights, RightsRules
from app.domain.money import yuan
from app.domain.verdict import Text
from app.records import events
from app.records.people import Member
from app.store.open_store import Store

REMEMBERED = 256
"""Members whose last step is kept at hand; the ledger knows every one."""

REFUSED: Mapping[Verdict, str] = {"replayed": "code_replayed", "expired": "code_expired", "wrong": "code_wrong"}
"""Verdict → the word of its refusal."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a dynamic code claims to be, and what became of it."""

    verdict: Verdict
    """proven | replayed | expired | wrong | unknown (this till cannot prove it)."""
    handle: str
    member: Member | None = None
    """The member whose handle it names, where this till knows them."""
    step: int = -1

    @property
    def found_by(self) -> str:
        """The proof it amounts to."""
        return DYNAMIC if self.verdict == "proven" else "claimed"


class Proving:
    """Judges dynamic codes by the trusted time; a step is spent at once here, and for good with `member.proven@1`."""

    def __init__(self, store: Store, rules: CodeRules, rights: RightsRules) -> None:
        self._store = store
        self._rules = rules
        self.rights = rights
        self._spent: dict[str, tuple[int, str]] = {}

    def rights_of(self, found_by: str) -> Rights:
        """What somebody found in this way may have."""
        return self.rights.of(found_by)

    def weaker(self, found_by: str, than: str) -> bool:
        """Whether a way of being found allows less than another."""
        new, old = self.rights.of(found_by), self.rights.of(than)
        if new.stored_value != old.stored_value:
            return old.stored_value
        return bool(than) and old.coupon_most_fen > new.coupon_most_fen

    def outlived(self, found_by: str) -> str:
        """As what whoever was found so counts once the proof has ended."""
        return self.rights.lapsed if found_by in self.rights.lapsing else found_by

    def words(self, found_by: str) -> Text:
        """How a member was found, and where that sets a bound to coupons, which; '' where nobody said how."""
        if not found_by:
            return Text("")
        rights = self.rights.of(found_by)
        if rights.coupon_most_fen < 0:
            return rights.title
        most = yuan(rights.coupon_most_fen)
        return Text(f"{rights.title.zh} · 券至 {most}", f"{rights.title.en} · coupons to {most}")

    def judge(self, raw: str, owner_id: str) -> Claim:
        """Judge a code scanned for a basket or sale; the owner that spent a step may show it again, as a scanner that reads twice does."""
        number = member_code.handle_of(raw)
        if number is None:
            return Claim("wrong", "")
        handle = f"{number:0{member_code.HANDLE_DIGITS}d}"
        member = self._store.people.by_handle(handle)
        key = bytes.fromhex(member.code_key) if member is not None else b""
        last, last_owner = self._spent.get(handle) or self._store.people.last_step(handle)
        proof = member_code.prove(raw, key, self._store.journal.trusted_now(), last, self._rules)
        verdict = proof.verdict
        if verdict == "replayed" and proof.step == last and last_owner == owner_id:
            verdict = "proven"
        return Claim(verdict, handle, member, proof.step)

    def spend(self, claim: Claim, owner_id: str) -> events.MemberProven | None:
        """The fact that uses up a proven code's step; None where it is used up already, by the same owner."""
        assert claim.member is not None
        last, _ = self._spent.get(claim.handle) or self._store.people.last_step(claim.handle)
        if claim.step <= last:
            return None
        if len(self._spent) >= REMEMBERED:
            # The ledger has the oldest by now: its writer is never this many units behind.
            self._spent.pop(next(iter(self._spent)))
        self._spent[claim.handle] = (claim.step, owner_id)
        return events.MemberProven(basket_id=owner_id, member_id=claim.member.id, handle=claim.handle, step=claim.step)

    def code_now(self, member: Member) -> str:
        """The code that the member's own app would show now; '' for a member without handle or key."""
        if not member.handle or not member.code_key:
            return ""
        return member_code.make(int(member.handle), bytes.fromhex(member.code_key), self._store.journal.trusted_now(), self._rules)
