"""Shifts: sign-in, float, cash movements, the blind count, X and Z, handover, the store's day, and daily duties."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.counter.authorising import Authorising
from app.counter.faults import Refused
from app.counter.pending import Pending
from app.counter.post import OpenShift, Post
from app.counter.printing import Printing
from app.counter.selling import Resume
from app.domain import day as day_law
from app.domain.rules import roles_of
from app.domain.tendering import PURSES
from app.records import events
from app.records.base import Record
from app.records.clock import SHOP_TIME, Clock, shop_day
from app.records.envelope import unseal
from app.records.ids import new_id
from app.records.ledger import Committed, NewJob
from app.records.people import Staff
from app.store.backup import Backup
from app.store.open_store import Store
from app.store.print_jobs import PrintJob
from app.store.verify import compare_frames, mend
from app.store.writer import Part

UNPRINTED = ("queued", "waiting", "failed")
"""States of a print job of which surely nothing has come out yet."""

ORDER_DAYS = 90
"""Sales of so many days make this shop's own search order."""

DENOMINATIONS_FEN = (10000, 5000, 2000, 1000, 500, 100, 50, 10)
"""Notes and coins in circulation that a drawer holds, largest first (fifth series of the renminbi)."""


@dataclass(frozen=True, slots=True)
class TenderRow:
    """One method in the reconciliation; `expected_fen` is None while the count is blind."""

    method: str
    title_zh: str
    title_en: str
    kind: str
    count: int
    expected_fen: int | None
    counted_fen: int | None
    difference_fen: int | None


@dataclass(frozen=True, slots=True)
class ShiftScene:
    """Everything the Shift page shows."""

    open: bool
    staff_name: str
    since: datetime | None
    day: date
    z_no: int
    state: str
    """counting | counted | closing | closed | none."""
    rows: tuple[TenderRow, ...]
    pieces: tuple[tuple[int, int], ...]
    """(denomination_fen, pieces) of the running count."""
    counted_fen: int
    recounts_left: int
    totals: events.ShiftTotals
    difference_fen: int | None
    tolerance_fen: int
    float_left_fen: int
    remit_fen: int
    held: int
    unsent: int
    unprinted: int
    duties: tuple[day_law.DutyState, ...]
    number: str = ""
    problem: str = ""
    difference_reason: str = ""
    handed_to: str = ""
    """Staff id of whoever takes over, or '' where nobody was named."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A person on the sign-in page."""

    staff_id: str
    name: str
    role: str
    code: str


class Shifts:
    """Who works, with which money, and what the drawer must hold."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        authorising: Authorising,
        printing: Printing,
        duties: Sequence[day_law.DutyRule],
        wake_sync: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._authorising = authorising
        self._printing = printing
        self._duties = tuple(duties)
        self._wake_sync = wake_sync
        self._pieces: dict[int, int] = {}
        self._counts: list[events.CashCount] = []
        self._confirmed = False
        self._expected_fen = 0
        self._float_left = store.settings.get("cash.float_fen")
        self._reason = ""
        self._handed_to = ""
        self._closing: Future[tuple[Committed, ...]] | None = None
        self._closed: events.ShiftClosed | None = None
        self._number = ""
        self._problem = ""
        self._founded: datetime | None = None
        self._totals: tuple[tuple[str, int], events.ShiftTotals] | None = None
        self._copying: dict[str, Future[tuple[Committed, ...]]] = {}
        """The last copy of each paper that was asked for since the start."""

    # ------------------------------------------------------------------ signing in

    def people(self) -> tuple[Badge, ...]:
        """Who can take this till."""
        return tuple(Badge(s.id, s.name, s.role, s.code) for s in self._store.people.staff() if s.active)

    def sign_in(self, staff_id: str, pin: str) -> Staff:
        """Take the till with a PIN; an open shift of this till goes on (handover keeps held baskets)."""
        person = next((s for s in self._store.people.staff() if s.id == staff_id and s.active), None)
        if person is None:
            raise Refused("staff_unknown")
        return self._signed(self._authorising.by_pin(person, pin), "pin")

    def sign_in_by_badge(self, code: str) -> Staff:
        """Take the till with the staff badge's code.

        A badge may lie on the counter: it opens only what a cashier may do, and never a person whose PIN is locked.
        """
        person = self._store.people.staff_by_code(code)
        if person is None or not person.active:
            raise Refused("staff_unknown")
        self._authorising.refuse_locked(person)
        if person.role != "cashier":
            raise Refused("badge_needs_pin", name=person.name, staff_id=person.id)
        return self._signed(person, "badge")

    def _signed(self, person: Staff, by: str) -> Staff:
        self._post.staff = person
        self._store.settings.take_person(person.id)
        self._resume()
        self._write([events.StaffSignedIn(staff_id=person.id, by=by)])
        return person

    def sign_out(self) -> None:
        """Leave the till locked; the shift and all baskets stay."""
        self._post.staff = None
        self._store.settings.take_person("")

    def _resume(self) -> None:
        row = self._store.shifts.open_shift(self._post.till.till)
        if row is not None:
            self._post.shift = OpenShift(row.shift_id, row.day, row.opened_at, row.staff_id, row.float_fen)

    @property
    def has_open_shift(self) -> bool:
        """Whether money can be taken."""
        return self._post.shift is not None

    def clock_warning(self) -> tuple[date, datetime] | None:
        """(today by the clock, last event) when the clock moved more than 24 h against the last event: a person confirms the date."""
        last = self._last_work_at()
        now = self._clock.now()
        if last is None or abs(now - last) <= timedelta(hours=24):
            return None
        if now > last and now - last < timedelta(days=self._store.settings.get("clock.closed_days")):
            return None
        return self._today(), last

    def _last_work_at(self) -> datetime | None:
        """When anything was last recorded besides openings of the ledger: this start has just written one with the doubtful clock."""
        end = self._store.journal.head().seq
        while end > 0:
            first = max(0, end - 20)
            for raw in reversed(self._store.journal.events(first, end - first)):
                envelope = unseal(raw)
                if envelope.type != "epoch.opened@1":
                    return envelope.at
            end = first
        return None

    def confirm_clock(self, day: date, last: datetime) -> None:
        """A person confirmed the business day (`day` and `last` as `clock_warning` told them); signed into the journal."""
        self._write([events.ClockConfirmed(day=day, last_event_at=last, clock_said=self._clock.now())], day=day)

    def open(self, float_fen: int, pieces: Mapping[int, int] | None = None, day: date | None = None) -> Future[tuple[Committed, ...]]:
        """Open the shift with its float; the day stays the shift's business day past midnight."""
        staff = self._person()
        if self._post.shift is not None:
            raise Refused("shift_open")
        if float_fen < 0:
            raise Refused("money_shape", raw=str(float_fen))
        day = day or self._today()
        body = events.ShiftOpened(
            shift_id=new_id(self._clock),
            till=self._post.till.till,
            staff_id=staff.id,
            float_fen=float_fen,
            pieces=tuple(events.CashPiece(denomination_fen=d, pieces=n) for d, n in (pieces or {}).items() if n),
        )
        self._post.shift = OpenShift(body.shift_id, day, self._clock.now(), staff.id, float_fen)
        self._reset_count()
        future = self._write([body], day=day)
        future.add_done_callback(self._note_opening)
        return future

    def _note_opening(self, opening: Future[tuple[Committed, ...]]) -> None:
        """A shift that the disk refused was never open."""
        if opening.exception() is not None:
            self._post.shift = None

    # ------------------------------------------------------------------ during the shift

    def duty_pharmacist(self, staff_id: str, on_duty: bool, pin: str) -> Future[tuple[Committed, ...]]:
        """药师到岗 / 离岗, signed with the pharmacist's own PIN."""
        person = next((s for s in self._store.people.staff() if s.id == staff_id), None)
        if person is None or "pharmacist" not in roles_of(person):
            raise Refused("not_a_pharmacist")
        self._authorising.by_pin(person, pin)
        return self._write([events.DutyPharmacist(staff_id=person.id, on_duty=on_duty)], actor=person.id)

    def move_cash(self, amount_fen: int, reason: str, pin: str = "") -> Future[tuple[Committed, ...]]:
        """Put cash in (positive) or take it out (negative), with a coded reason."""
        shift = self._shift()
        if amount_fen == 0:
            raise Refused("money_shape", raw="0")
        if not reason:
            raise Refused("reason_needed")
        approver = self._approver("rights.cash", pin)
        if amount_fen < 0 and -amount_fen > self.totals().expected_cash_fen:
            raise Refused("more_than_drawer")
        body = events.CashMoved(
            move_id=new_id(self._clock), shift_id=shift.shift_id, amount_fen=amount_fen, reason=reason, approved_by=approver
        )
        cashier = self._post.actor

        def prints(committed: tuple[Committed, ...]) -> Sequence[NewJob]:
            return self._printing.cash_jobs(body, committed[0], cashier)

        future = self._store.journal.record([body], actor=cashier, day=self._day(), prints=prints)
        future.add_done_callback(lambda _: self._printing.wake())
        self._wake_sync()
        return future

    def open_drawer(self, reason: str) -> Future[tuple[Committed, ...]]:
        """Open the drawer without a sale; counted in the shift report."""
        shift = self._shift()
        future = self._write([events.DrawerOpened(shift_id=shift.shift_id, reason=reason)])
        self._printing.kick_drawer()
        return future

    def correct_tender(self, sale_id: str, tender_id: str, to_method: str, reason: str, pin: str) -> Future[tuple[Committed, ...]]:
        """Re-book a tender under its right kind; goods, codes and the sale itself stay as they are."""
        shift = self._shift()
        sale = self._store.sales.by_id(sale_id)
        tender = next((t for t in sale.body.tenders if t.tender_id == tender_id), None) if sale else None
        if sale is None or tender is None:
            raise Refused("sale_unknown")
        methods = {row["id"]: row["kind"] for row in self._store.settings.get("tender.methods")}
        booked = next((c.to_method for c in reversed(sale.corrections) if c.tender_id == tender_id), tender.method)
        if to_method not in methods or to_method == booked:
            raise Refused("tender_unknown")
        purse = next((kind for kind in PURSES if kind in (tender.kind, methods[to_method])), "")
        if purse:
            # It went out of the member's own account: a slip of the hand at the till cannot move it.
            raise Refused(f"tender_of_{purse}")
        body = events.TenderCorrected(
            correction_id=new_id(self._clock),
            sale_id=sale_id,
            tender_id=tender_id,
            from_method=booked,
            to_method=to_method,
            amount_fen=tender.amount_fen,
            shift_id=shift.shift_id,
            reason=reason,
            approved_by=self._approver("rights.tender_correction", pin),
        )
        return self._write([body])

    def do_duty(self, duty: str, slot: str, figures: Mapping[str, int], action: str = "") -> Future[tuple[Committed, ...]]:
        """Record a daily duty with its figures; out of range asks what was done about it."""
        rule = next((r for r in self._duties if r.id == duty), None)
        if rule is None:
            raise Refused("duty_unknown")
        try:
            in_range = not day_law.out_of_range(rule, figures)
        except ValueError as error:
            raise Refused("figures_missing") from error
        if not in_range and not action:
            raise Refused("action_needed")
        body = events.DutyDone(duty=duty, slot=slot, day=self._day(), figures=tuple(figures.items()), in_range=in_range, action=action)
        return self._write([body])

    def duties(self) -> tuple[day_law.DutyState, ...]:
        """Every duty of today: done by whom and when, due, or missed; none from before this till's first record."""
        day = self._day()
        since = min(day.replace(day=1), day - timedelta(days=7))
        done = [day_law.DutyDoneOn(row.duty, row.slot, row.day) for row in self._store.shifts.duties(since, day)]
        wanted = self._store.settings.get("duty.list") or None
        if self._founded is None:
            first = self._store.journal.events(0, 1)
            self._founded = unseal(first[0]).at.astimezone(SHOP_TIME) if first else None
        return day_law.duty_states(self._duties, done, day, self._clock.now().astimezone(SHOP_TIME).time(), wanted, self._founded)

    @property
    def duty_rules(self) -> tuple[day_law.DutyRule, ...]:
        """The duties as data: figures, ranges and coded actions for the form."""
        return self._duties

    # ------------------------------------------------------------------ figures

    def totals(self) -> events.ShiftTotals:
        """The running figures of the open shift."""
        return self.totals_of(self._shift().shift_id)

    def totals_of(self, shift_id: str) -> events.ShiftTotals:
        """The figures of a shift, read once for each event of this till."""
        mark = (shift_id, self._store.journal.head().seq)
        if self._totals is None or self._totals[0] != mark:
            self._totals = (mark, self._store.shifts.totals(shift_id))
        return self._totals[1]

    def _unsent(self) -> int:
        """Records that headquarters lacks; none in a shop that stands alone, whose paper must not promise an upload."""
        return self._store.outbox.counts().waiting if self._store.settings.text("hub.url") else 0

    def x_report(self) -> None:
        """Queue an X report: the same figures as the Z, nothing closed."""
        self._printing.print_x(self.totals(), self._shift(), self._person())

    def first_paper(self, event_id: str) -> PrintJob | None:
        """The first paper of a receipt while it surely has not come out, else None."""
        jobs = self._store.jobs.of_event(event_id)
        return next((job for job in jobs if job.state in UNPRINTED and job.kind != "reprint"), None)

    def reprint(self, event_id: str, copy_no: int) -> Pending[bool]:
        """Print a receipt again under 补打, the copy being an event of its own; where the first paper still waits, that one is printed.

        Gives whether it is a copy. Refused `writing` while the copy before is on its way to the disk, `ledger_io`.
        """
        waiting = self.first_paper(event_id)
        if waiting is not None:
            if waiting.state != "queued":
                self._printing.again(waiting.job_id)
            self._printing.wake()
            return Pending.without_writing(lambda: False)
        self._refuse_while_copying(event_id)
        # Whoever presses again may look at a page that was drawn before the last copy.
        copy_no = max(copy_no, self._store.sales.copies(event_id) + 1)
        # The slip is queued in the commit that makes the copy a fact.
        jobs = self._printing.copy_jobs(event_id, copy_no)
        pending = Pending.of(lambda: self._copied(event_id, copy_no, jobs=jobs), lambda: True)
        pending.written.add_done_callback(lambda _: self._printing.wake())
        return pending

    def print_again(self, job_id: str, *, road: int = 0) -> Pending[None]:
        """Print a waiting, failed or unknown job; where the first may have come out it is a copy, and an event, like any other.

        Refused as `reprint`.
        """
        copy = self._printing.copy_of(job_id)
        if copy is None:
            return Pending.of(lambda: self._printing.again(job_id, road=road), lambda: None)
        event_id, copy_no = copy
        self._refuse_while_copying(event_id)
        queued = self._printing.queueing(job_id, copy_no, road=road)
        pending = Pending.of(lambda: self._copied(event_id, copy_no, keeps=queued), lambda: None)
        pending.written.add_done_callback(lambda _: self._printing.wake())
        return pending

    def _refuse_while_copying(self, event_id: str) -> None:
        """The next copy's number is known once the one before is on disk."""
        before = self._copying.get(event_id)
        if before is not None and not before.done():
            raise Refused("writing")

    def _copied(
        self,
        event_id: str,
        copy_no: int,
        *,
        jobs: Sequence[NewJob] = (),
        keeps: Part | None = None,
    ) -> Future[tuple[Committed, ...]]:
        """Record a copy, and in the same commit its paper or whatever else queues it."""
        body = events.ReceiptReprinted(event_id=event_id, copy_no=copy_no)
        written = self._store.journal.record([body], actor=self._post.actor, day=self._day(), prints=lambda _: jobs, keeps=keeps)
        self._wake_sync()
        self._copying[event_id] = written
        return written

    def scene(self) -> ShiftScene:
        """Everything the Shift page shows."""
        shift = self._post.shift
        if shift is None or self._post.staff is None:
            closed = self._closed
            return ShiftScene(
                False, "", None, self._today(), closed.z_no if closed else 0, "closed" if closed else "none",
                (), (), 0, 0, closed.totals if closed else events.ShiftTotals(),
                closed.difference_fen if closed else None, 0,
                closed.float_left_fen if closed else 0, closed.remit_fen if closed else 0, 0, 0, 0, (), self._number, "",
            )  # fmt: skip
        totals = self.totals()
        counted = sum(d * n for d, n in self._pieces.items())
        shown = self._confirmed
        difference = counted - totals.expected_cash_fen if shown else None
        return ShiftScene(
            open=True,
            staff_name=self._post.staff.name,
            since=shift.opened_at,
            day=shift.day,
            z_no=self._store.shifts.next_z(),
            state="closing" if self._closing is not None else "counted" if shown else "counting",
            rows=self._rows(totals, counted),
            pieces=tuple((d, self._pieces.get(d, 0)) for d in DENOMINATIONS_FEN),
            counted_fen=counted,
            recounts_left=max(0, 2 - len(self._counts)),
            totals=totals if shown else totals.model_copy(update={"expected_cash_fen": 0}),
            difference_fen=difference,
            tolerance_fen=self._store.settings.get("cash.tolerance_fen"),
            float_left_fen=min(self._float_left, counted),
            remit_fen=max(0, counted - self._float_left),
            held=len(self._store.parked.held()),
            unsent=self._unsent(),
            unprinted=self._store.jobs.count((*UNPRINTED, "unknown")),
            duties=self.duties(),
            problem=self._problem,
            difference_reason=self._reason,
            handed_to=self._handed_to,
        )

    def _rows(self, totals: events.ShiftTotals, counted: int) -> tuple[TenderRow, ...]:
        by_method = {t.method: t for t in totals.tenders}
        rows = []
        for method in self._store.settings.get("tender.methods"):
            taken = by_method.get(method["id"])
            net = (taken.amount_fen - taken.refund_fen) if taken else 0
            count = (taken.sales + taken.refunds) if taken else 0
            cash = method["kind"] == "cash"
            if method["kind"] in PURSES and not count:
                continue
            if cash:
                expected = totals.expected_cash_fen if self._confirmed else None
                difference = counted - totals.expected_cash_fen if self._confirmed else None
                rows.append(TenderRow(method["id"], method["title_zh"], method["title_en"], "cash", count, expected, counted, difference))
            else:
                # With the day's sales these sums would tell what the drawer must hold: they too wait for the count.
                shown = net if self._confirmed else None
                rows.append(TenderRow(method["id"], method["title_zh"], method["title_en"], "recorded", count, shown, None, None))
        if totals.loads or totals.payouts:
            count, net = totals.loads + totals.payouts, totals.loads_fen - totals.payouts_fen
            shown = net if self._confirmed else None
            rows.append(TenderRow("loads", "储值充值（不计销售）", "Stored value paid in (no sales)", "recorded", count, shown, None, None))
        return tuple(rows)

    # ------------------------------------------------------------------ counting and closing

    def count(self, denomination_fen: int, pieces: int) -> ShiftScene:
        """Enter the pieces of one denomination; refused once the count is confirmed."""
        if self._confirmed:
            raise Refused("count_confirmed")
        if denomination_fen not in DENOMINATIONS_FEN or pieces < 0:
            raise Refused("quantity_shape", raw=str(pieces))
        self._pieces[denomination_fen] = pieces
        return self.scene()

    def confirm_count(self) -> ShiftScene:
        """Seal this count; only now the expected sum is shown. Refused while nothing was entered: an empty drawer is counted as 0."""
        if self._confirmed:
            return self.scene()
        if not self._pieces:
            raise Refused("count_first")
        counted = sum(d * n for d, n in self._pieces.items())
        self._counts.append(
            events.CashCount(
                pieces=tuple(events.CashPiece(denomination_fen=d, pieces=n) for d, n in self._pieces.items() if n),
                counted_fen=counted,
                at=self._clock.now(),
            )
        )
        self._confirmed = True
        self._expected_fen = self.totals().expected_cash_fen
        return self.scene()

    def recount(self) -> ShiftScene:
        """One recount is allowed; both counts are kept."""
        if len(self._counts) >= 2:
            raise Refused("recounted")
        self._confirmed = False
        self._pieces = {}
        return self.scene()

    def set_float_left(self, fen: int) -> ShiftScene:
        """What stays in the drawer for the next shift; the rest is remitted."""
        if fen < 0:
            raise Refused("money_shape", raw=str(fen))
        self._float_left = fen
        return self.scene()

    def set_difference_reason(self, reason: str) -> ShiftScene:
        """Why the drawer is long or short; asked above the tolerance."""
        self._reason = reason
        return self.scene()

    def successors(self) -> tuple[Badge, ...]:
        """Who can take over: everybody but the person at the till."""
        here = self._post.staff.id if self._post.staff is not None else ""
        return tuple(badge for badge in self.people() if badge.staff_id != here)

    def set_handed_to(self, staff_id: str) -> ShiftScene:
        """Name who takes over, or nobody with ''; the Z bears the name, held baskets pass on either way."""
        if staff_id and staff_id not in {badge.staff_id for badge in self.successors()}:
            raise Refused("staff_unknown")
        self._handed_to = staff_id
        return self.scene()

    def close(self, resume: Resume, handed_to: str = "", pin: str = "") -> ShiftScene:
        """Close under the next Z number; works offline, with unsent events named in it."""
        shift, staff = self._shift(), self._person()
        if self._closing is not None:
            raise Refused("committing")
        if self._post.paying:
            raise Refused("payment_open")
        if not self._confirmed:
            raise Refused("count_first")
        totals = self.totals()
        if totals.expected_cash_fen != self._expected_fen:
            # Cash moved after the count: that count says nothing of the drawer any more.
            self._confirmed, self._pieces = False, {}
            raise Refused("count_first")
        counted = self._counts[-1].counted_fen
        difference = counted - totals.expected_cash_fen
        if abs(difference) > self._store.settings.get("cash.tolerance_fen") and not self._reason:
            raise Refused("difference_reason_needed")
        float_left = min(self._float_left, counted)
        body = events.ShiftClosed(
            shift_id=shift.shift_id,
            till=self._post.till.till,
            staff_id=staff.id,
            handed_to=handed_to or self._handed_to,
            z_no=self._store.shifts.next_z(),
            opened_at=shift.opened_at,
            totals=totals,
            counts=tuple(self._counts),
            counted_fen=counted,
            difference_fen=difference,
            difference_reason=self._reason,
            float_left_fen=float_left,
            remit_fen=counted - float_left,
            perpetual_fen=self._store.shifts.perpetual_fen(),
            held_baskets=len(self._store.parked.held()),
            unsent_events=self._unsent(),
            unprinted_jobs=len(self._store.jobs.list(("queued", "waiting", "failed", "unknown"))),
        )

        def prints(committed: tuple[Committed, ...]) -> Sequence[NewJob]:
            return self._printing.z_jobs(body, committed[0])

        self._closing = self._store.journal.record([body], actor=staff.id, day=shift.day, prints=prints)
        self._closed = body
        self._closing.add_done_callback(lambda _: resume())
        return self.scene()

    def settle(self) -> ShiftScene:
        """After `resume`: the shift is closed, or says why not."""
        if self._closing is None or not self._closing.done():
            return self.scene()
        error = self._closing.exception()
        if error is not None:
            self._closing, self._closed = None, None
            self._problem = str(error)
            return self.scene()
        self._number = self._closing.result()[0].number
        self._closing = None
        self._post.shift = None
        self._reset_count()
        self._printing.wake()
        self._wake_sync()
        return replace(self.scene(), number=self._number)

    def end_of_day_work(self) -> Backup:
        """What 日结 does beside the books, on a thread of its own: a backup, ledger against frames, and the shop's own search order.

        The search order follows what this shop sold in the last ninety days; frames that lack something are mended from the ledger.
        """
        made = self._store.backups.make()
        if not compare_frames(self._store).ok:
            mend(self._store)
        sold = self._store.sales.sold_since(self._today() - timedelta(days=ORDER_DAYS))
        if sold:
            self._store.catalogue.rerank(sold)
        self._store.catalogue.drop_past_prices(self._today())
        return made

    def close_day(self, backup: Callable[[], str]) -> Future[tuple[Committed, ...]]:
        """日结: seal the business day over its shifts; Refused while one is open. `backup` returns the SHA-256 of the copy made."""
        if self._post.shift is not None or self._store.shifts.open_shift() is not None:
            raise Refused("shift_open")
        day = self._closed_day()
        shifts = self._store.shifts.shift_list(day)
        if not shifts:
            raise Refused("no_shift_that_day")
        closing = self._store.shifts.day_closing(day)
        if closing is not None and set(closing.shifts) == {row.shift_id for row in shifts}:
            raise Refused("day_closed", day=day.isoformat())
        body = events.DayClosed(
            day=day,
            shifts=tuple(row.shift_id for row in shifts),
            totals=self._store.shifts.day_totals(day),
            perpetual_fen=self._store.shifts.perpetual_fen(),
            backup=backup(),
        )

        def prints(committed: tuple[Committed, ...]) -> Sequence[NewJob]:
            return self._printing.day_jobs(body, committed[0])

        # With the day the pharmacists' duty ends: who forgot to sign off must not count as present tomorrow.
        leaving = [events.DutyPharmacist(staff_id=staff_id, on_duty=False) for staff_id in self._store.shifts.duty_pharmacists()]
        future = self._store.journal.record([body, *leaving], actor=self._post.actor, day=day, prints=prints)
        future.add_done_callback(lambda _: self._printing.wake())
        return future

    def _closed_day(self) -> date:
        last = self._store.shifts.last_closed()
        return last.day if last else self._today()

    # ------------------------------------------------------------------ inner

    def _reset_count(self) -> None:
        self._pieces, self._counts, self._confirmed = {}, [], False
        self._reason = self._problem = self._handed_to = ""
        self._float_left = self._store.settings.get("cash.float_fen")

    def needs_pin(self, right: str) -> bool:
        """Whether the person at the till lacks a right (`rights.…`), so that somebody who has it must give their PIN."""
        return self._person().role not in self._authorising.holders(right)

    def _approver(self, right: str, pin: str) -> str:
        return self._authorising.answering(self._person(), right, pin).id

    def _person(self) -> Staff:
        if self._post.staff is None:
            raise Refused("sign_in_first")
        return self._post.staff

    def _shift(self) -> OpenShift:
        if self._post.shift is None:
            raise Refused("no_shift")
        return self._post.shift

    def _today(self) -> date:
        return shop_day(self._clock.now())

    def _day(self) -> date:
        return self._post.day(self._today())

    def _write(self, bodies: Sequence[Record], *, actor: str = "", day: date | None = None) -> Future[tuple[Committed, ...]]:
        future = self._store.journal.record(bodies, actor=actor or self._post.actor, day=day or self._day())
        self._wake_sync()
        return future
