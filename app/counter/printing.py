"""Printing: carries kept print jobs from the store to the printer, on its own thread, and says what became of each."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from app.counter import receipts
from app.counter.coupon_slip import CouponSlip, coupon_ticket
from app.counter.pen import Faces
from app.counter.post import OpenShift
from app.devices.drawer import Drawer, DrawerOutcome
from app.devices.faults import DeviceFault
from app.devices.finding import Found
from app.devices.fitting import page, page_profile
from app.devices.printer import Printer
from app.devices.status import Known, PrinterStatus
from app.devices.ticket import Ticket, from_json, to_json
from app.domain.invoice import InvoiceTitle
from app.domain.verdict import Text
from app.records import events
from app.records.clock import Clock
from app.records.ledger import Committed, NewJob
from app.records.people import Staff
from app.store.open_store import Store
from app.store.print_jobs import PrintJob
from app.store.sales import StoredSale
from app.store.writer import Part

log = logging.getLogger(__name__)

WRITE_S = 10.0
"""Longest wait, in seconds, for a job's mark: without it a job could be printed twice."""

IDLE_S = 30.0
"""Between two looks at printers that stand idle and well, in seconds: paper that ran low is noticed before the next receipt."""

TROUBLES = ("paper_out", "cover_open", "cutter", "offline")
"""Why a job waits for the machine, not for a person."""

OPEN_STATES = ("queued", "waiting", "failed", "unknown")
"""States of paper that has not come out for certain."""


@dataclass(frozen=True, slots=True)
class Printers:
    """The receipt printers as the settings name them."""

    first: Printer | None = None
    second: Printer | None = None
    automatic: bool = False
    """Whether new receipts go to the second by themselves once the first has been in trouble for `after_s`; else a person says so."""
    after_s: int = 20


@dataclass(frozen=True, slots=True)
class PrintState:
    """What the printer pill and the devices page show."""

    kind: str
    """Of the first printer: ready | paper_out | cover_open | cutter | offline | unknown | none."""
    queued: int
    unknown: int
    """Jobs whose fate only a person can tell: 补打 or done."""
    road: int = 1
    """The printer that new receipts go to now: 1 or 2."""
    asks: int = 0
    """Receipts that waited for the machine, which is well again: a person says which are still wanted."""
    status: PrinterStatus = field(default_factory=PrinterStatus)
    """What the first printer said last."""
    second: PrinterStatus | None = None
    """What the second said last; None where there is none."""


class Printing:
    """The printers' thread: takes jobs in order, prints each at most once by itself, and marks it confirmed, sent, unknown or failed."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        fit: Callable[[], Printers],
        faces: Faces,
        on_state: Callable[[PrintState], None],
        points_of: Callable[[StoredSale], receipts.PointsLine | None] = lambda _: None,
        taken_with: Callable[[str], Sequence[Text]] = lambda _: (),
        stored_of: Callable[[StoredSale], receipts.StoredLine | None] = lambda _: None,
    ) -> None:
        """`fit` makes the printers from the settings in force; it is called here and again, on the thread, after `refit`.

        `points_of` says what a past sale did to points, `taken_with` which old articles were taken back with it, `stored_of` what it
        did to stored value, for a receipt that was not wanted when it was sold.
        """
        self._store = store
        self._clock = clock
        self._fit = fit
        self._printers = fit()
        self._faces = faces
        self._on_state = on_state
        self._points_of = points_of
        self._taken_with = taken_with
        self._stored_of = stored_of
        self._woken = threading.Event()
        self._stopping = False
        self._kick = False
        self._look = False
        self._refit = False
        self._recount = False
        self._chosen_road = 0
        self._coupon_papers: dict[str, int] = {}
        """Serial → papers asked for since the start."""
        self._trouble_at: int | None = None
        self._well_again = False
        self._looked_at = 0
        self._status = PrinterStatus()
        self._second: PrinterStatus | None = None
        self._drawer = DrawerOutcome("sent")
        self._state = PrintState("none" if self._printers.first is None else "unknown", 0, 0)
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)

    @property
    def faces(self) -> Faces:
        """How this till's facts look on paper."""
        return self._faces

    @property
    def state(self) -> PrintState:
        """The last state told."""
        return self._state

    @property
    def has_second(self) -> bool:
        """Whether there is a printer to go to when the first is in trouble."""
        return self._printers.second is not None

    @property
    def drawer(self) -> DrawerOutcome:
        """What became of the last kick."""
        return self._drawer

    def start(self) -> None:
        """Begin carrying jobs; what was left queued by the run before waits for a person's word first.

        A job that was being printed when the run before ended stands as `unknown` already; one that is `sent` went out whole.
        """
        while left := self._store.jobs.list(("queued",)):
            # Waited for: the thread must not find it still queued.
            self._store.jobs.set_states([job.job_id for job in left], "waiting", {"after": "restart"}).result(WRITE_S)
        # What the run before left is said at once, however long the printer takes to answer.
        self._tell(self._state.kind)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the job in hand."""
        self._stopping = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def wake(self) -> None:
        """A job waits."""
        self._woken.set()

    def kick_drawer(self) -> None:
        """Open the drawer soon, without holding up the screen."""
        self._kick = True
        self._woken.set()

    def check(self) -> None:
        """Ask the printers how they are, soon."""
        self._look = True
        self._woken.set()

    def refit(self) -> None:
        """The printer settings changed: go by them from the next job on."""
        self._refit = True
        self.check()

    def use(self, road: int) -> None:
        """A person says where new receipts go: 2, 1, or 0 for as the settings have it."""
        self._chosen_road = road
        self.check()

    def asked(self) -> None:
        """The question which waiting receipts are still wanted was seen; they stay in the queue."""
        self._well_again = False
        self._tell(self._state.kind)

    # ------------------------------------------------------------------ what is kept with a commit

    def sale_jobs(
        self,
        body: events.SaleClosed,
        committed: Committed,
        invoice: InvoiceTitle,
        points: receipts.PointsLine | None,
        taken: Sequence[Text] = (),
        stored: receipts.StoredLine | None = None,
    ) -> Sequence[NewJob]:
        """The receipt of a sale; none where no paper is wanted (the record stays and can be printed later)."""
        if not body.paper:
            return ()
        at, faces = committed.at, self._faces
        ticket = receipts.sale_ticket(body, committed.number, at, faces, points=points, invoice=invoice, taken=taken, stored=stored)
        return (self._job("sale", committed, ticket),)

    def return_jobs(
        self,
        body: events.ReturnClosed,
        committed: Committed,
        points: receipts.PointsLine | None,
        stored: receipts.StoredLine | None = None,
    ) -> Sequence[NewJob]:
        """The slip of a return or void."""
        ticket = receipts.return_ticket(body, committed.number, committed.at, self._faces, points=points, stored=stored)
        return (self._job("return", committed, ticket),)

    def load_jobs(self, body: events.StoredLoaded, committed: Committed, line: receipts.StoredLine) -> Sequence[NewJob]:
        """The slip of money that a member paid in."""
        return (self._job("load", committed, receipts.load_ticket(body, committed.number, committed.at, self._faces, line)),)

    def payout_jobs(self, body: events.StoredPaidOut, committed: Committed, line: receipts.StoredLine) -> Sequence[NewJob]:
        """The slip of stored value that was paid back."""
        return (self._job("payout", committed, receipts.payout_ticket(body, committed.number, committed.at, self._faces, line)),)

    def cash_jobs(self, body: events.CashMoved, committed: Committed, cashier: str) -> Sequence[NewJob]:
        """The slip of cash put into or taken out of the drawer, for two signatures."""
        ticket = receipts.cash_ticket(body, committed.number, committed.at, self._faces, cashier=cashier)
        return (self._job("cash", committed, ticket),)

    def z_jobs(self, body: events.ShiftClosed, committed: Committed) -> Sequence[NewJob]:
        """The Z report's slip."""
        return (self._job("z", committed, receipts.z_ticket(body, committed.number, committed.at, self._faces)),)

    def day_jobs(self, body: events.DayClosed, committed: Committed) -> Sequence[NewJob]:
        """The slip that closes the store's day."""
        return (self._job("day", committed, receipts.day_ticket(body, committed.number, committed.at, self._faces)),)

    def print_coupon(self, slip: CouponSlip) -> int:
        """Queue a coupon's paper, which stands under its serial; every paper after the first is marked 补打 and counted.

        It may be printed as often as it was lost: it is good once. Returns the copy's number, 0 for the first paper.
        """
        # The paper before may still be on its way to the disk.
        copy_no = max(len(self._store.jobs.of_event(slip.serial)), self._coupon_papers.get(slip.serial, 0))
        self._coupon_papers[slip.serial] = copy_no + 1
        facts = {"copy": str(copy_no)} if copy_no else {}
        ticket = to_json(coupon_ticket(slip, self._faces))
        self._store.jobs.add("coupon", ticket, event_id=slip.serial, facts=facts).add_done_callback(lambda _: self.wake())
        return copy_no

    def print_x(self, totals: events.ShiftTotals, shift: OpenShift, staff: Staff) -> None:
        """Queue an X report: running figures, nothing closed, the cash hidden while it is not counted."""
        ticket = receipts.x_ticket(totals, "", self._clock.now(), self._faces, cashier=staff.id, opened_at=shift.opened_at)
        self._store.jobs.add("x", to_json(ticket)).add_done_callback(lambda _: self.wake())

    def print_test(self, place: Found) -> None:
        """Queue a test page as the settings have it."""
        profile = self._printers.first.profile if self._printers.first is not None else page_profile()
        self._store.jobs.add("test", to_json(page(place, profile.cells))).add_done_callback(lambda _: self.wake())

    def copy_jobs(self, event_id: str, copy_no: int) -> Sequence[NewJob]:
        """The very same slip again under 补打 and its counter; nothing for what this till has neither as paper nor as a sale."""
        kept = next((job for job in self._store.jobs.of_event(event_id)), None)
        text = self._store.jobs.ticket(kept.job_id) if kept else None
        if text is None:
            sale = self._store.sales.by_event(event_id)
            if sale is None:
                return ()
            wish = self._store.invoices.of_sale(sale.body.sale_id)
            title = wish.title if wish is not None else None
            points = self._points_of(sale)
            taken = self._taken_with(sale.body.sale_id)
            told = (sale.body, sale.number, sale.at, self._faces)
            ticket = receipts.sale_ticket(*told, points=points, invoice=title, taken=taken, stored=self._stored_of(sale))
            text = to_json(ticket)
        return (NewJob("reprint", event_id, text, facts=(("copy", str(copy_no)),)),)

    @staticmethod
    def _job(kind: str, committed: Committed, ticket: Ticket) -> NewJob:
        return NewJob(kind, committed.event_id, to_json(ticket))

    # ------------------------------------------------------------------ asked by a person

    def copy_of(self, job_id: str) -> tuple[str, int] | None:
        """Of which event printing this job again makes the how-manieth copy; None where it has surely not been printed yet."""
        job = self._store.jobs.get(job_id)
        if job is None or job.state != "unknown" or not job.event_id:
            return None
        return job.event_id, self._store.sales.copies(job.event_id) + 1

    def again(self, job_id: str, copy_no: int = 0, *, road: int = 0) -> Future[None]:
        """Print a waiting, failed or unknown job now (a person chose so), as a copy where the first may have come out.

        `road` 2 sends it to the second printer.
        """
        queued = self._store.jobs.set_state(job_id, "queued", self._asked(copy_no, road))
        queued.add_done_callback(lambda _: self.wake())
        return queued

    def queueing(self, job_id: str, copy_no: int, *, road: int = 0) -> Part:
        """The same as a part of the commit that makes the copy a fact."""
        return self._store.jobs.moving((job_id,), "queued", self._asked(copy_no, road))

    @staticmethod
    def _asked(copy_no: int, road: int) -> dict[str, str]:
        return {"by": "person"} | ({"copy": str(copy_no)} if copy_no else {}) | ({"road": str(road)} if road else {})

    def waive(self, *job_ids: str) -> Future[None]:
        """The paper is no longer wanted, or is already in the customer's hand."""
        waived = self._store.jobs.set_states(job_ids, "waived", {"by": "person"})
        waived.add_done_callback(lambda _: self._count_again())
        return waived

    def _count_again(self) -> None:
        self._recount = True
        self.wake()

    # ------------------------------------------------------------------ the thread

    def _run(self) -> None:
        while not self._stopping:
            self._woken.wait(2.0)
            self._woken.clear()
            if self._stopping:
                return
            try:
                self._turn()
            except DeviceFault as fault:
                log.info("printer fault %s", fault.code)
                self._tell("offline")
            except Exception:  # the worker loop: one bad job or a full disk must not end printing for the day
                log.exception("the printer's turn failed")

    def _turn(self) -> None:
        if self._refit:
            self._refit = False
            self._printers = self._fit()
            self._trouble_at, self._status, self._second = None, PrinterStatus(), None
        if self._recount:
            self._recount = False
            self._tell(self._state.kind)
        first = self._printers.first
        if first is None:
            self._tell("none")
            return
        if self._kick:
            self._kick = False
            # The sensor tells where one is wired; the pulse alone tells nothing of the drawer.
            self._drawer = Drawer(first).open()
            if self._drawer.state == "failed":
                log.info("drawer fault %s", self._drawer.code)
        busy = False
        while not self._stopping and (job := self._store.jobs.next_queued()) is not None:
            busy = True
            self._carry(job)
        idle = self._clock.monotonic_ms() - self._looked_at
        if not busy and (self._look or self._state.kind != "ready" or idle >= IDLE_S * 1000):
            self._look = False
            word = self._look_at_first(first)
            if self._printers.second is not None:
                self._second = self._printers.second.status()
            self._tell(word or "ready")

    def _carry(self, job: PrintJob) -> None:
        """Bring one job onto paper, or say why it waits."""
        jobs = self._store.jobs
        printer, road, word = self._road(job)
        if printer is None:
            jobs.set_state(job.job_id, "waiting", {"why": word, "road": str(road)}).result(WRITE_S)
            self._tell(self._word or "ready")
            return
        try:
            ticket = from_json(jobs.ticket(job.job_id) or "")
        except (KeyError, TypeError, ValueError):
            log.exception("job %s cannot be read", job.job_id)
            jobs.set_state(job.job_id, "failed", {"code": "ticket.unreadable"}).result(WRITE_S)
            self._tell(self._word or "ready")
            return
        copy_no = int(job.facts.get("copy") or 0)
        # Marked before the first byte: a kill or a fault from here on leaves a question that only a person can answer.
        jobs.set_state(job.job_id, "unknown", {"step": "printing", "road": str(road)}).result(WRITE_S)
        if copy_no:
            head = receipts.reprinted(Ticket((), ticket.kind, ticket.number), copy_no, self._faces.look().language)
            outcome = printer.print(ticket, head)
        else:
            outcome = printer.print(ticket)
        jobs.set_state(job.job_id, outcome.state, {**outcome.facts, "road": str(road)}).result(WRITE_S)
        self._tell((self._word or "ready") if outcome.state in ("confirmed", "sent") else "unknown")

    def _road(self, job: PrintJob) -> tuple[Printer | None, int, str]:
        """The printer for a job and its number, or why it must wait for which."""
        first, second = self._printers.first, self._printers.second
        assert first is not None
        chosen = int(job.facts.get("road") or 0) if job.facts.get("by") == "person" else 0
        chosen = (chosen or self._chosen_road) if second is not None else 1
        if second is not None and chosen == 2:
            word = self._look_at_second(second)
            return (None, 2, word) if word else (second, 2, "")
        word = self._look_at_first(first)
        if not word:
            return first, 1, ""
        if second is not None and not chosen and self._second_takes_over and not self._look_at_second(second):
            return second, 2, ""
        return None, 1, word

    @property
    def _word(self) -> str:
        """The first printer's trouble as last seen, or ''."""
        return _cannot_print(self._status)

    @property
    def _second_takes_over(self) -> bool:
        """Whether the first has been in trouble for so long that the settings let the second print."""
        since = self._trouble_at
        waited = self._clock.monotonic_ms() - since if since is not None else -1
        return self._printers.automatic and waited >= self._printers.after_s * 1000

    def _look_at_first(self, first: Printer) -> str:
        """Ask the first printer how it is; its trouble, or ''."""
        self._looked_at = self._clock.monotonic_ms()
        self._status = first.status()
        word = self._word
        if word and self._trouble_at is None:
            self._trouble_at, self._well_again = self._looked_at, False
        elif not word and self._trouble_at is not None:
            self._trouble_at, self._well_again = None, True
            # A drawer that did not open under a stopped printer will open now: nothing to be told of any more.
            self._drawer = DrawerOutcome("sent")
        return word

    def _look_at_second(self, second: Printer) -> str:
        """Ask the second printer how it is; its trouble, or ''."""
        self._second = second.status()
        return _cannot_print(self._second)

    def _tell(self, kind: str) -> None:
        jobs = self._store.jobs
        waiting = jobs.list(("waiting",))
        if not waiting:
            self._well_again = False
        second = self._printers.second
        takes_over = self._second_takes_over and kind in TROUBLES
        state = PrintState(
            kind,
            queued=jobs.count(("queued", "failed")) + len(waiting),
            unknown=jobs.count(("unknown",)),
            road=2 if second is not None and (self._chosen_road == 2 or (takes_over and not self._chosen_road)) else 1,
            asks=sum(job.facts.get("why") in TROUBLES for job in waiting) if self._well_again else 0,
            status=self._status,
            second=self._second if second is not None else None,
        )
        if state != self._state:
            self._state = state
            self._on_state(state)


def _cannot_print(status: PrinterStatus) -> str:
    """Why nothing can be printed now, or ''; what a printer does not say is no reason."""
    if status.cover is Known.NO:
        return "cover_open"
    if status.paper is Known.NO:
        return "paper_out"
    if status.cutter is Known.NO:
        return "cutter"
    return "offline" if status.online is Known.NO else ""
