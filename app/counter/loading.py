"""Stored value at the counter (储值): money paid in, which only adds and needs no line, and paid out, which needs headquarters' word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.counter.authorising import Authorising
from app.counter.faults import Refused
from app.counter.pending import Pending
from app.counter.post import Post
from app.counter.printing import Printing
from app.counter.receipts import StoredLine
from app.counter.stored_book import KIND, StoredBook, StoredStanding
from app.counter.wallet import Wallet
from app.domain.money import yuan
from app.domain.reasons import Reason
from app.domain.tendering import TenderMethod, parse_methods
from app.domain.verdict import Text
from app.records import events
from app.records.clock import Clock, shop_day
from app.records.ids import new_id
from app.records.ledger import Committed, NewJob
from app.store.open_store import Store
from app.store.stored import StoredLoad

UNLOAD = "unload"
"""The reason that takes back a load of this shift."""
RIGHT = "rights.return"
"""Who has it answers for what is paid out."""


@dataclass(frozen=True, slots=True)
class LoadScene:
    """Everything the form for stored value shows."""

    standing: StoredStanding
    tiles: tuple[tuple[int, int], ...]
    """(what is paid in, what the chain gives on top), in fen."""
    ways: tuple[tuple[str, Text, bool], ...]
    """(method, title, whether the slip's digits are asked) that money may be paid in with."""
    loads: tuple[StoredLoad, ...]
    """What was paid in in this shift and may be taken back, newest first."""
    most_fen: int
    """What the card may hold."""
    least_fen: int
    asking: bool
    """Whether headquarters is being asked for a payout just now."""
    alone: bool
    """Whether the shop has no headquarters: what is paid in could never be spent, so nothing is."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was paid in or out, once durable."""

    number: str
    principal_fen: int
    bonus_fen: int
    balance_fen: int
    """By this till's knowledge."""
    change_fen: int = 0


@dataclass(frozen=True, slots=True)
class _Payout:
    """A payout that waits for headquarters."""

    hold_id: str
    payout_id: str
    member_id: str
    reason: str
    load_id: str
    approver: str
    method: TenderMethod
    last_digits: str


class Loading:
    """Takes money in, and pays it out again."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        authorising: Authorising,
        printing: Printing,
        book: StoredBook,
        wallet: Wallet,
        reasons: Sequence[Reason],
        chained: Callable[[], bool],
        wake_sync: Callable[[], None],
    ) -> None:
        """`chained` says whether there is a headquarters to ask at all."""
        self._store = store
        self._clock = clock
        self._post = post
        self._authorising = authorising
        self._printing = printing
        self._book = book
        self._wallet = wallet
        self._reasons = tuple(reasons)
        self._chained = chained
        self._wake_sync = wake_sync
        self._methods = parse_methods(store.settings.get("tender.methods"))
        self._payout: _Payout | None = None

    @property
    def reasons(self) -> tuple[tuple[str, Text], ...]:
        """Why a rest may be paid out, (code, words)."""
        return tuple((reason.code, reason.text) for reason in self._reasons if reason.code != UNLOAD)

    def scene(self, member_id: str) -> LoadScene:
        """What may be paid in and what is there."""
        rules = self._book.rules
        return LoadScene(
            self._book.standing(member_id),
            tuple((fen, rules.bonus_fen(fen)) for fen in rules.amounts_fen),
            tuple(
                (method.id, Text(method.title_zh, method.title_en), method.asks_last_digits)
                for method in self._methods
                if rules.takes(method.id, method.kind)
            ),
            self._loads(member_id),
            rules.most_balance_fen,
            rules.least_load_fen,
            self._payout is not None,
            not self._chained(),
        )

    def bonus_fen(self, principal_fen: int) -> int:
        """What the chain gives on top of a sum."""
        return self._book.rules.bonus_fen(principal_fen)

    # ------------------------------------------------------------------ paying in

    def load(self, member_id: str, principal_fen: int, method_id: str, handed_fen: int = 0, last_digits: str = "") -> Pending[Loaded]:
        """Take a sum in one way of paying, with a line or without; `handed_fen` of cash may be more and gives change.

        Refused `load_alone`, `load_least`, `load_most`, `load_day`, `load_tender`, `more_needed`, `last_digits_shape`, `member_left`
        and nothing happened.
        """
        shift_id, staff_id = self._at_work()
        self._known(member_id)
        if not self._chained():
            raise Refused("load_alone")
        rules, standing = self._book.rules, self._book.standing(member_id)
        problem = rules.load_problem(principal_fen, standing.total_fen, self._store.stored.paid_in(member_id, self._day()))
        if problem:
            named = {"least": rules.least_load_fen, "most": rules.most_balance_fen, "day": rules.most_day_fen}
            raise Refused(f"load_{problem}", limit=yuan(named[problem]))
        method = self._method(method_id)
        if not rules.takes(method.id, method.kind):
            raise Refused("load_tender")
        handed = handed_fen or principal_fen
        if handed < principal_fen or (handed > principal_fen and method.kind != "cash"):
            raise Refused("more_needed", amount=yuan(principal_fen))
        bonus = rules.bonus_fen(principal_fen)
        body = events.StoredLoaded(
            load_id=new_id(self._clock),
            member_id=member_id,
            shift_id=shift_id,
            till=self._post.till.till,
            staff_id=staff_id,
            principal_fen=principal_fen,
            bonus_fen=bonus,
            tenders=(self._tender(method, principal_fen, handed, last_digits),),
            rules=rules.version,
        )
        line = StoredLine(standing.total_fen, principal_fen + bonus)

        def prints(committed: tuple[Committed, ...]) -> Sequence[NewJob]:
            return self._printing.load_jobs(body, committed[0], line)

        told = Loaded("", principal_fen, bonus, line.closing_fen, handed - principal_fen)
        return self._recorded(body, prints, told, method)

    # ------------------------------------------------------------------ paying out

    def begin_payout(self, member_id: str, method_id: str, reason: str, pin: str, told: Callable[[], None], last_digits: str = "") -> None:
        """Ask headquarters to put everything by that the member has, so that it can be paid out; `told` as `Wallet.ask` calls it.

        Refused `stored_none`, `reason_needed`, `payout_tender` and as `Authorising.anyone`.
        """
        if reason not in {code for code, _ in self.reasons}:
            raise Refused("reason_needed")
        standing = self._book.standing(member_id)
        if standing.total_fen <= 0:
            raise Refused("payout_none")
        method = self._method(method_id)
        if standing.principal_fen and not self._book.rules.pays_out(method.id, method.kind, standing.principal_fen):
            raise Refused("payout_tender", limit=yuan(self._book.rules.payout_cash_below_fen))
        self._ask(member_id, method, reason, "", pin, told, standing.total_fen, -1, last_digits)

    def begin_unload(self, load_id: str, member_id: str, pin: str, told: Callable[[], None]) -> None:
        """Ask headquarters for a load of this very shift, nothing of which may be spent, so that it goes back as it came.

        Refused `load_gone`, and as `Authorising.anyone`.
        """
        load = next((one for one in self._loads(member_id) if one.load_id == load_id), None)
        if load is None:
            raise Refused("load_gone")
        tender = self._paid_by(load_id)
        method = self._method(tender.method)
        whole_fen = load.principal_fen + load.bonus_fen
        self._ask(load.member_id, method, UNLOAD, load_id, pin, told, whole_fen, load.bonus_fen, tender.last_digits)

    def pay_out(self) -> Pending[Loaded] | None:
        """Take headquarters' answer: what it put by is paid out now; None while it has said nothing. Refused says why not."""
        wish = self._payout
        told = self._wallet.answer_to(wish.hold_id) if wish is not None else None
        if wish is None or told is None:
            return None
        if told.code != "held":
            self._over()
            raise Refused(f"payout_not_{told.code}", free=yuan(max(0, told.free)))
        held = next((one for one in self._store.holds.all() if one.hold_id == wish.hold_id), None)
        if held is None:
            # Whoever was erased meanwhile has nothing put by any more.
            self._over()
            raise Refused("payout_not_over")
        try:
            shift_id, staff_id = self._at_work()
            principal = held.amount - held.part
            rules = self._book.rules
            if principal and not wish.load_id and not rules.pays_out(wish.method.id, wish.method.kind, principal):
                # Headquarters' split is the one that counts: more of it may be the member's own than this till knew.
                raise Refused("payout_tender", limit=yuan(rules.payout_cash_below_fen))
            tenders = (self._tender(wish.method, principal, principal, wish.last_digits),) if principal else ()
        except Refused:
            self._wallet.give_back(wish.hold_id)
            self._over()
            raise
        body = events.StoredPaidOut(
            payout_id=wish.payout_id,
            member_id=wish.member_id,
            shift_id=shift_id,
            till=self._post.till.till,
            staff_id=staff_id,
            approved_by=wish.approver,
            reason=wish.reason,
            load_id=wish.load_id,
            hold_id=wish.hold_id,
            principal_fen=principal,
            bonus_fen=held.part,
            tenders=tenders,
        )
        line = StoredLine(self._book.standing(wish.member_id).total_fen, -held.amount)

        def prints(committed: tuple[Committed, ...]) -> Sequence[NewJob]:
            return self._printing.payout_jobs(body, committed[0], line)

        pending = self._recorded(body, prints, Loaded("", principal, held.part, line.closing_fen), wish.method)
        pending.written.add_done_callback(lambda _: self._over())
        return pending

    def give_up(self) -> None:
        """Whoever waited for headquarters goes on without it."""
        if self._payout is not None:
            self._wallet.give_back(self._payout.hold_id)
            self._over()

    def _ask(
        self,
        member_id: str,
        method: TenderMethod,
        reason: str,
        load_id: str,
        pin: str,
        told: Callable[[], None],
        amount_fen: int,
        part_fen: int,
        last_digits: str,
    ) -> None:
        self._at_work()
        if self._payout is not None:
            raise Refused("purse_asking")
        approver = self._authorising.answering(self._post.staff, RIGHT, pin).id
        payout_id = new_id(self._clock)
        # Kept before it is asked for: no sale that ends meanwhile may let it go.
        self._wallet.kept = frozenset({payout_id})
        hold_id = self._wallet.ask(KIND, member_id, amount_fen, payout_id, told, part_fen)
        self._payout = _Payout(hold_id, payout_id, member_id, reason, load_id, approver, method, last_digits)

    def _over(self) -> None:
        self._payout = None
        self._wallet.kept = frozenset()

    # ------------------------------------------------------------------ inner

    def _recorded(
        self,
        body: events.StoredLoaded | events.StoredPaidOut,
        prints: Callable[[tuple[Committed, ...]], Sequence[NewJob]],
        told: Loaded,
        method: TenderMethod,
    ) -> Pending[Loaded]:
        pending: Pending[Loaded]

        def finish() -> Loaded:
            if method.opens_drawer and body.tenders:
                self._printing.kick_drawer()
            self._printing.wake()
            self._wake_sync()
            return replace(told, number=pending.written.result()[0].number)

        pending = Pending.of(lambda: self._store.journal.record([body], actor=self._post.actor, day=self._day(), prints=prints), finish)
        return pending

    def _tender(self, method: TenderMethod, amount_fen: int, handed_fen: int, last_digits: str) -> events.Tender:
        if not method.takes_digits(last_digits):
            raise Refused("last_digits_shape")
        return events.Tender(
            tender_id=new_id(self._clock),
            method=method.id,
            title_zh=method.title_zh,
            title_en=method.title_en,
            kind=method.kind,
            amount_fen=amount_fen,
            handed_fen=handed_fen,
            last_digits=last_digits,
            at=self._clock.now(),
        )

    def _loads(self, member_id: str) -> tuple[StoredLoad, ...]:
        """Those of this shift that may be taken back, newest first."""
        return self._store.stored.loads_of_shift(member_id, self._post.shift.shift_id) if self._post.shift is not None else ()

    def _paid_by(self, load_id: str) -> events.Tender:
        loads = self._store.journal.of_type("stored.loaded@1", self._day())
        found = next((one.body for one in loads if one.body["load_id"] == load_id), None)
        if found is None:
            raise Refused("load_gone")
        return events.StoredLoaded.model_validate(found).tenders[0]

    def _method(self, method_id: str) -> TenderMethod:
        method = next((one for one in self._methods if one.id == method_id), None)
        if method is None:
            raise Refused("tender_unknown")
        return method

    def _known(self, member_id: str) -> None:
        if self._store.people.member(member_id) is None:
            raise Refused("member_unknown")
        if self._store.people.has_left(member_id):
            raise Refused("member_left")

    def _at_work(self) -> tuple[str, str]:
        if self._post.staff is None:
            raise Refused("sign_in_first")
        if self._post.shift is None:
            raise Refused("no_shift")
        return self._post.shift.shift_id, self._post.staff.id

    def needs_pin(self) -> bool:
        """Whether the person at the till may not pay out, so that somebody who may must give their PIN."""
        return self._post.staff is not None and self._post.staff.role not in self._authorising.holders(RIGHT)

    def _day(self) -> date:
        return self._post.day(shop_day(self._clock.now()))
