"""Verifying: a code that headquarters sends to a phone is told back at the counter; without a line, or a gateway, there simply is none.

Headquarters is asked on the thread that asks for coupons, with its short limits, never on the counter's; what it says comes by `told`.
One code is under way at a time: one customer stands here.
"""

from __future__ import annotations

import json
import logging
import queue
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from app.counter.coupon_shares import CouponShares
from app.counter.faults import Refused
from app.counter.post import Post
from app.domain.masking import mask_phone
from app.domain.member_rights import CODE, RightsRules
from app.domain.verification import VerificationRules
from app.records import events
from app.records.base import Record
from app.records.clock import Clock
from app.records.ids import new_id
from app.records.ledger import PrivateBlob
from app.store.claims import claimed
from app.store.open_store import Store
from app.sync.client import CodeChecked, CodeSent, CodeWish, Hello, HubFault

log = logging.getLogger(__name__)

ASK_AGAIN = timedelta(minutes=10)
"""Whether headquarters can send codes is asked no more often."""
REMEMBERED = 16
"""Proofs that are kept at hand."""
OPEN = frozenset({"sending", "sent", "failed", "offline", "checking", "wrong"})
"""States in which a code can be typed: also one of which nobody knows whether it was sent may arrive."""


class Codes(Protocol):
    """The part of a conversation with headquarters that is about codes; `app.sync.client.HubClient` has it."""

    def hello(self) -> Hello:
        """Whether it can send codes at all; HubFault where there is no answer."""
        ...

    def verify_send(self, asked: CodeWish) -> CodeSent:
        """Have a code sent; HubFault where there is no answer."""
        ...

    def verify_check(self, verification_id: str, attempt_id: str, code: str) -> CodeChecked:
        """Ask whether this is the code; HubFault where there is no answer."""
        ...


@dataclass(frozen=True, slots=True)
class CodeScene:
    """Where a code stands, as whoever types it sees it."""

    subject: str
    """The member's id, or that of whoever joins."""
    purpose: str
    about: tuple[str, ...]
    """Of a consent: the purposes it is for."""
    state: str
    """sending | sent | failed | offline | refused | too_many | none | checking | wrong | expired | over | used | unknown | proven."""
    phone: str
    """Masked."""
    digits: int
    minutes: int
    left: int = 0
    """Of wrong: how often it may still be typed."""
    wait_s: int = 0
    """Of too_many: seconds until the next one."""
    kept: bool = False
    """Of too_many: whether the code that was sent before is still good."""

    @property
    def open(self) -> bool:
        """Whether a code can be typed."""
        return self.state in OPEN or self.kept


@dataclass(frozen=True, slots=True)
class Proof:
    """A code that was told back."""

    verification_id: str
    subject: str
    purpose: str
    about: tuple[str, ...]
    phone: str
    owner: str
    """The sale in which it was asked for, or ''."""
    at: datetime
    shift: str

    def __repr__(self) -> str:
        return f"Proof({self.verification_id}, {self.purpose})"


@dataclass(frozen=True, slots=True)
class _Ask:
    """A code under way."""

    verification_id: str
    subject: str
    purpose: str
    about: tuple[str, ...]
    phone: str
    owner: str
    at: datetime
    state: str
    left: int = 0
    wait_s: int = 0
    attempt: tuple[str, str] = ("", "")
    """The code that was typed last, and the attempt under which headquarters heard of it."""
    before: _Ask | None = None
    """The one that this was to take the place of: it stays good where no other was sent."""
    kept: bool = False

    @property
    def open(self) -> bool:
        """Whether its code can be typed."""
        return self.state in OPEN or self.kept

    def __repr__(self) -> str:
        return f"Ask({self.verification_id}, {self.state})"


@dataclass(frozen=True, slots=True)
class _Heard:
    """What headquarters said of a code."""

    verification_id: str
    state: str
    attempt_id: str = ""
    """Of a code that was typed; '' for one that was to be sent."""
    left: int = 0
    wait_s: int = 0


class Verifying:
    """Called on the counter's thread; what goes to headquarters goes by the errands of `CouponShares`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        rules: VerificationRules,
        rights: RightsRules,
        errands: CouponShares,
        online: Callable[[], bool],
        language: Callable[[], str],
    ) -> None:
        """`language` is that of the shop's papers: who gets the message is its customer."""
        self._store = store
        self._clock = clock
        self._post = post
        self.rules = rules
        self._rights = rights
        self._errands = errands
        self._online = online
        self._language = language
        self._can = False
        self._looked_at: datetime | None = None
        self._ask: _Ask | None = None
        self._proofs: list[Proof] = []
        self._recorded: tuple[str, ...] = ()
        self._answers: queue.SimpleQueue[_Heard] = queue.SimpleQueue()
        self.told: Callable[[], None] = lambda: None
        """Called on the asking thread once an answer lies ready: whoever shows the code takes it with `heard`."""
        errands.chores.append(self._look)

    def begin(self) -> None:
        """Find out whether headquarters can send codes, as soon as its thread runs."""
        self._errands.errand(self._look)

    @property
    def offered(self) -> bool:
        """Whether a code can be sent now: there is a line, and a gateway behind it."""
        return self._can and self._online()

    # ------------------------------------------------------------------ the code under way

    def send(self, purpose: str, subject: str, phone: str, about: Sequence[str] = (), *, owner: str = "", again: bool = False) -> CodeScene:
        """Have a code sent, unless one for just this is under way already and nobody wants it `again`.

        Refused `verify_offline` without a line or gateway, `verify_phone` without a mobile number.
        """
        if not self.offered:
            raise Refused("verify_offline")
        if not phone:
            raise Refused("verify_phone")
        now, wanted = self._store.journal.trusted_now(), (subject, purpose, tuple(sorted(about)), phone, owner)
        ask = self._ask
        same = ask is not None and (ask.subject, ask.purpose, ask.about, ask.phone, ask.owner) == wanted
        before = ask if ask is not None and same and ask.open and now - ask.at < timedelta(minutes=self.rules.minutes) else None
        if before is not None and before.state not in ("failed", "offline"):
            soon = before.at + timedelta(seconds=self.rules.between_s) - now
            if not again or before.state in ("sending", "checking"):
                return self._scene(before)
            if soon > timedelta(0):
                # Pressed twice: headquarters would say no, and the code that was sent is still good.
                self._ask = replace(before, state="too_many", wait_s=max(1, round(soon.total_seconds())), kept=True)
                return self._scene(self._ask)
        fresh = _Ask(new_id(self._clock), *wanted, at=now, state="sending", before=replace(before, before=None) if before else None)
        self._ask = fresh
        wish = CodeWish(fresh.verification_id, phone, purpose, ",".join(fresh.about), "en" if self._language() == "en" else "zh")
        self._errands.errand(lambda client: self._send(client, wish))
        return self._scene(fresh)

    def again(self) -> CodeScene:
        """Have another code sent for the same. Refused `verify_none`, or as `send`."""
        ask = self._ask
        if ask is None:
            raise Refused("verify_none")
        return self.send(ask.purpose, ask.subject, ask.phone, ask.about, owner=ask.owner, again=True)

    def type(self, text: str) -> CodeScene:
        """The code as it was told back. Refused `verify_none`, `verify_shape`; whether it is right comes with `heard`."""
        ask, code = self._ask, "".join(text.split())
        if ask is None or not ask.open:
            raise Refused("verify_none")
        if ask.state == "checking":
            return self._scene(ask)
        if not code.isascii() or not code.isdecimal() or len(code) != self.rules.digits:
            raise Refused("verify_shape", digits=str(self.rules.digits))
        # The same code after a lost answer is the same attempt: it counts once.
        lost = ask.state == "offline" and ask.attempt[0] == code
        attempt_id = ask.attempt[1] if lost else new_id(self._clock)
        self._ask = replace(ask, state="checking", attempt=(code, attempt_id), kept=False)
        self._errands.errand(lambda client: self._check(client, ask.verification_id, attempt_id, code))
        return self._scene(self._ask)

    def heard(self) -> CodeScene | None:
        """What headquarters said since the last look, as it stands now; None where it said nothing of the code under way."""
        news = False
        while True:
            try:
                told = self._answers.get_nowait()
            except queue.Empty:
                break
            news = self._take(told) or news
        return self._scene(self._ask) if news and self._ask is not None else None

    @property
    def scene(self) -> CodeScene | None:
        """The code under way."""
        return self._scene(self._ask) if self._ask is not None else None

    def leave(self, purpose: str = "") -> None:
        """Nobody wants the code any more (of this purpose); one that arrives later is of no use."""
        if self._ask is not None and purpose in ("", self._ask.purpose):
            self._ask = None

    def _take(self, told: _Heard) -> bool:
        ask = self._ask
        if ask is None or told.verification_id != ask.verification_id or ask.state == "proven":
            return False
        if not told.attempt_id:
            # A code may be told back before headquarters' word that it was sent has come.
            if ask.state == "sending" and told.state == "too_many" and ask.before is not None:
                self._ask = replace(ask.before, state="too_many", wait_s=told.wait_s, kept=True)
            elif ask.state == "sending":
                self._ask = replace(ask, state=told.state, wait_s=told.wait_s)
        elif told.attempt_id == ask.attempt[1]:
            self._ask = replace(ask, state=told.state, left=told.left)
        else:
            return False
        if self._ask is not None and self._ask.state == "proven":
            self._remember(self._ask)
        return True

    def _remember(self, ask: _Ask) -> None:
        shift = self._post.shift.shift_id if self._post.shift is not None else ""
        at = self._store.journal.trusted_now()
        named = (ask.verification_id, ask.subject, ask.purpose, ask.about, ask.phone, ask.owner)
        self._proofs = [Proof(*named, at, shift), *self._proofs][:REMEMBERED]

    def _scene(self, ask: _Ask) -> CodeScene:
        rules = self.rules
        said = (ask.subject, ask.purpose, ask.about, ask.state, mask_phone(ask.phone), rules.digits, rules.minutes)
        return CodeScene(*said, ask.left, ask.wait_s, ask.kept)

    # ------------------------------------------------------------------ what was proven

    def proof(self, subject: str, purpose: str, *, about: Sequence[str] = (), owner: str = "", phone: str = "") -> Proof | None:
        """The newest proof for just this that still holds: for half an hour in the same shift, as every proof of being the member."""
        shift = self._post.shift.shift_id if self._post.shift is not None else ""
        now = self._store.journal.trusted_now()
        for one in self._proofs:
            named = (one.subject, one.purpose, one.owner, one.shift) == (subject, purpose, owner, shift)
            if named and set(about) <= set(one.about) and phone in ("", one.phone) and self._rights.holds(CODE, one.at.isoformat(), now):
                return one
        return None

    def fresh(self, proof: Proof) -> bool:
        """Whether a proof has not been recorded yet; from then on it has."""
        new = proof.verification_id not in self._recorded
        self._recorded = (proof.verification_id, *self._recorded)[:REMEMBERED]
        return new

    def facts(self, proof: Proof, member_id: str) -> tuple[list[Record], list[PrivateBlob]]:
        """What is recorded of a proof, in the unit of whoever asks: that a code was told back, and so that the phone is theirs."""
        verified = events.MemberVerified(
            verification_id=proof.verification_id, member_id=member_id, purpose=proof.purpose, basket_id=proof.owner
        )
        if claimed(self._store, self._store.people.group_of(member_id), "phone", proof.phone, "proven"):
            return [verified], []
        value = json.dumps({"kind": "phone", "value": proof.phone}).encode()
        blob = PrivateBlob(new_id(self._clock), member_id, "identity", value)
        claim = events.IdentityClaimed(
            claim_id=new_id(self._clock), member_id=member_id, kind="phone", level="proven", blob_id=blob.blob_id
        )
        return [verified, claim], [blob]

    # ------------------------------------------------------------------ asking (the errands' thread)

    def _look(self, client: Codes | None) -> None:
        """Whether headquarters can send codes: asked now and then, for somebody may give it a gateway, or take it away."""
        now = self._clock.now()
        if client is None or (self._looked_at is not None and timedelta(0) <= now - self._looked_at < ASK_AGAIN):
            return
        self._can = client.hello().verifies
        self._looked_at = now

    def _send(self, client: Codes | None, wish: CodeWish) -> None:
        state, wait_s = "offline", 0
        try:
            if client is not None:
                answer = client.verify_send(wish)
                state, wait_s = answer.code, answer.seconds
                self._can = self._can and state != "none"
        except HubFault as fault:
            log.info("no code: %s", fault.code)
            state = _state_of(fault)
        finally:
            self._answers.put(_Heard(wish.verification_id, state, wait_s=wait_s))
            self.told()

    def _check(self, client: Codes | None, verification_id: str, attempt_id: str, code: str) -> None:
        state, left = "offline", 0
        try:
            if client is not None:
                answer = client.verify_check(verification_id, attempt_id, code)
                state, left = answer.code, answer.left
        except HubFault as fault:
            log.info("a code was not checked: %s", fault.code)
            state = _state_of(fault)
        finally:
            self._answers.put(_Heard(verification_id, state, attempt_id, left))
            self.told()


def _state_of(fault: HubFault) -> str:
    """Without an answer nobody knows; a headquarters that will not serve this till, or these words, says no."""
    return "refused" if fault.code in ("unproven", "refused") else "offline"
