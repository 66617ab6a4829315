"""The driven till: a whole till in a process of its own, which takes acts as JSON lines and answers each with one line.

A kill is a real SIGKILL and a start a real start on the same folder. The first line must be `start`; see `DrivenTill` for the acts.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from app.assembly import Till, open_store, retention
from app.commands.starting import Run, load_and_run
from app.counter.asking import refusal_text
from app.counter.faults import Refused
from app.domain.signature import Signature
from app.records.base import Record
from app.records.clock import Clock, ManualClock, SystemClock
from app.records.envelope import GENESIS, EnvelopeFault, split_signature, unseal
from app.records.keys import verifies
from app.records.registry import FEEDS
from app.store.faults import StoreFault

COMMIT_SECONDS = 60.0
"""How long an act waits for its commit before the till is called stuck."""

START_SECONDS = 120.0
"""How long a till may take to start on a busy machine."""

Answer = dict[str, Any]


ASK_AGAIN_SECONDS = 0.02
"""Between two looks at whether headquarters can send codes."""


def _signed() -> Signature:
    """A name as somebody may draw it, for whoever signs on a tape."""
    return Signature(240, (((90, 60, 0), (250, 55, 60), (180, 190, 140)), ((420, 40, 300), (430, 150, 380), (620, 120, 460))))


def _plain(value: object) -> object:
    """What JSON does not know by itself."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Record):
        return value.model_dump(mode="json")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode()
    raise TypeError(f"cannot tell {type(value).__name__}")


class DrivenTill:
    """One till under orders: every public method named `do_…` is an act that a line can ask for."""

    def __init__(self, folder: Path, say: Callable[[Answer], None]) -> None:
        self._folder = folder
        self._say = say
        self._clock: Clock = SystemClock()
        self._till: Till | None = None
        self._woken = False
        self._asks = False
        self._heard = threading.Event()
        """Headquarters has said something of a coupon."""
        self._code_heard = threading.Event()
        """Headquarters has said something of a code."""
        self._started_at = self._clock.now()
        self._warning: tuple[date, datetime] | None = None

    @property
    def till(self) -> Till:
        """The running till; RuntimeError before `start`."""
        if self._till is None:
            raise RuntimeError("the till was not started")
        return self._till

    def answer(self, order: Mapping[str, Any]) -> Answer:
        """Do one act; a refusal is an answer, a fault of the world too."""
        act = getattr(self, f"do_{order['do']}")
        try:
            outcome = act(**order.get("with", {}))
        except Refused as refusal:
            return {"refused": refusal.code, "facts": refusal.facts, "words": refusal_text(refusal).zh, **self._view()}
        except StoreFault as fault:
            return {"fault": fault.code, "facts": dict(fault.facts), **self._view()}
        return {"ok": outcome if outcome is not None else True, **self._view()}

    def _view(self) -> Answer:
        if self._till is None:
            return {}
        return {"scene": asdict(self._till.selling.scene())}

    # ------------------------------------------------------------------ starting and ending

    def do_start(self, clock: str = "", settings: Mapping[str, Any] | None = None, sync: bool = True) -> Answer:
        """Start the till; `clock` is an aware ISO moment for a clock that stands still, '' the machine's own."""
        self._clock = ManualClock(datetime.fromisoformat(clock)) if clock else SystemClock()
        if settings:
            store = open_store(self._folder, self._clock)
            try:
                if changed := {key: value for key, value in settings.items() if store.settings.get(key) != value}:
                    store.settings.set_many(changed).result(COMMIT_SECONDS)
            finally:
                store.close()
        self._started_at = self._clock.now()
        self._till = Till(self._folder, self._clock)
        self._till.printing.start()
        self._till.selling.when_coupons_answer(self._heard.set)
        self._till.verifying.told = self._code_heard.set
        if sync:
            self._till.sync.start()
        return {"pid": os.getpid(), "store": self._till.store.store_id, "till": self._till.store.till}

    def do_stop(self) -> None:
        """Close the till in good order."""
        self.till.close()
        self._till = None

    def do_clock(self, to: str, jump: bool = False) -> None:
        """Let time pass until a moment, or set the wall clock there as a wrong battery would."""
        if not isinstance(self._clock, ManualClock):
            raise RuntimeError("this till runs on the machine's own clock")
        moment = datetime.fromisoformat(to)
        if jump:
            self._clock.jump(moment)
        else:
            self._clock.advance((moment - self._clock.now()) / timedelta(seconds=1))

    # ------------------------------------------------------------------ people and shifts

    def do_sign_in(self, code: str, pin: str) -> Answer:
        """Take the till; the first person after a start finds the open basket."""
        till = self.till
        person = next((badge for badge in till.shifts.people() if badge.code == code), None)
        if person is None:
            raise Refused("staff_unknown")
        self._warning = till.shifts.clock_warning()
        till.shifts.sign_in(person.staff_id, pin)
        if not self._woken:
            self._woken = True
            till.selling.wake()
        return {"name": person.name, "clock_warning": self._warning, "open_shift": till.shifts.has_open_shift}

    def do_sign_out(self) -> None:
        """Lock the till."""
        self.till.shifts.sign_out()

    def do_confirm_clock(self) -> None:
        """A person confirms the business day that the clock says."""
        if self._warning is None:
            raise Refused("nothing_to_confirm")
        self.till.shifts.confirm_clock(*self._warning)
        self._warning = None

    def do_open(self, float_fen: int) -> None:
        """Open the shift."""
        self._booked(self.till.shifts.open(float_fen))

    def do_duty(self, code: str, on: bool, pin: str) -> None:
        """药师到岗 or 离岗."""
        person = self.till.store.people.staff_by_code(code)
        if person is None:
            raise Refused("staff_unknown")
        self._booked(self.till.shifts.duty_pharmacist(person.id, on, pin))

    def do_daily_duty(self, duty: str, slot: str, figures: Mapping[str, int], action: str = "") -> None:
        """Record a daily duty."""
        self._booked(self.till.shifts.do_duty(duty, slot, figures, action))

    def do_move_cash(self, amount_fen: int, reason: str, pin: str = "") -> None:
        """Cash in or out of the drawer."""
        self._booked(self.till.shifts.move_cash(amount_fen, reason, pin))

    def do_open_drawer(self, reason: str) -> None:
        """Open the drawer without a sale."""
        self._booked(self.till.shifts.open_drawer(reason))

    def do_count(self, pieces: Sequence[Sequence[int]]) -> Answer:
        """Count the drawer: (denomination in fen, pieces), then seal the count."""
        shifts = self.till.shifts
        for denomination, many in pieces:
            shifts.count(denomination, many)
        return asdict(shifts.confirm_count())

    def do_recount(self) -> Answer:
        """Begin the one recount."""
        return asdict(self.till.shifts.recount())

    def do_shift_scene(self) -> Answer:
        """The Shift page."""
        return asdict(self.till.shifts.scene())

    def do_close_shift(self, reason: str = "", handed_to: str = "") -> Answer:
        """Close the shift under its Z number."""
        shifts = self.till.shifts
        if reason:
            shifts.set_difference_reason(reason)
        waited = threading.Event()
        shifts.close(waited.set, handed_to)
        self._await(waited)
        return asdict(shifts.settle())

    def do_close_day(self) -> Answer:
        """日结, with the copy of the ledger that belongs to it."""
        backup = self.till.store.backups.make()
        committed = self._booked(self.till.shifts.close_day(lambda: backup.sha256))
        return {"number": committed[0].number}

    def do_x_report(self) -> None:
        """Queue an X report."""
        self.till.shifts.x_report()

    # ------------------------------------------------------------------ selling

    def do_scan(self, raw: str, entry: str = "scanned") -> None:
        """One scan."""
        self.till.selling.scan(raw, entry)

    def do_search(self, text: str) -> Answer:
        """The result list for a typed text."""
        return {"hits": [asdict(hit) for hit in self.till.selling.search(text)]}

    def do_check(self, raw: str) -> Answer:
        """A price check without adding."""
        return {"hits": [asdict(hit) for hit in self.till.selling.price_check(raw)]}

    def do_add(self, product: str, quantity: int = 0) -> None:
        """Add a product chosen from the list."""
        self.till.selling.add_product(product, quantity)

    def do_quantity(self, line: int, quantity: int) -> None:
        """Set the packs of a line."""
        self.till.selling.set_quantity(self._line_id(line), quantity)

    def do_remove(self, line: int) -> None:
        """Take a line off."""
        self.till.selling.remove(self._line_id(line))

    def do_select(self, line: int) -> None:
        """Move the cursor to a line."""
        self.till.selling.select(self._line_id(line))

    def do_undo(self) -> None:
        """Take the last act back."""
        self.till.selling.undo()

    def do_way(self, rule: str, act: str, line: int = 0) -> None:
        """Press a button of a strip: the way out of that rule whose act begins with `act`."""
        for shown in self.till.selling.scene().lines:
            for strip in shown.strips:
                for way in strip.ways_out:
                    if line in (0, shown.no) and strip.rule == rule and way.act.startswith(act):
                        self.till.selling.act(shown.line_id, rule, way.act)
                        return
        raise Refused("no_such_way", rule=rule, act=act)

    def do_ask(self, kind: str, line: int = 0) -> None:
        """Put a question on the screen."""
        self.till.selling.ask(kind, self._line_id(line) if line else "")

    def do_answer(self, values: Mapping[str, str]) -> None:
        """Answer the open question; fields not given keep what the form shows."""
        question = self.till.selling.scene().question
        if question is None:
            raise Refused("no_question")
        shown = {field.name: field.value for field in question.fields}
        self.till.selling.answer(question.question_id, {**shown, **values})

    def do_dismiss(self) -> None:
        """Esc on the open question."""
        self.till.selling.dismiss_question()

    def do_hold(self) -> None:
        """Put the basket aside."""
        self.till.selling.hold()

    def do_recall(self, ticket: int) -> None:
        """Take the n-th held basket up."""
        held = self.till.selling.scene().held
        if not 1 <= ticket <= len(held):
            raise Refused("held_unknown")
        self.till.selling.recall(held[ticket - 1].basket_id)

    def do_clear(self) -> None:
        """Empty the basket."""
        self.till.selling.clear()

    def do_member(self, text: str) -> None:
        """Attach the one member that a phone, card or name finds."""
        found = self.till.selling.find_members(text)
        if len(found) != 1:
            raise Refused("member_unknown" if not found else "several_members")
        self.till.selling.attach_member(found[0].id)

    def do_join(self, phone: str, say: Sequence[str] = (), another: bool = False, **said: Any) -> Answer:
        """Register whoever stands here: membership and the purposes they `say` yes to."""
        from app.counter.joining import JoinForm

        joining = self.till.joining
        consents = {purpose: True for purpose in ("membership", *say)}
        drawn = _signed() if said.get("channel") == "signature" else None
        form = JoinForm(joining.begin(phone).join_id, phone, consents=consents, another=another, signature=drawn, **said)
        return asdict(joining.join(form).wait())

    def do_consent(self, text: str, purpose: str, given: bool, channel: str) -> None:
        """What a member says to one purpose."""
        drawn = _signed() if channel == "signature" else None
        self.till.joining.set_consents(self._one_member(text), {purpose: given}, channel, drawn).wait()

    def do_erase(self, text: str, pin: str) -> Answer:
        """Erase somebody by a manager's PIN."""
        member, _ = self.till.erasing.whom(text)
        done = self.till.erasing.erase(member.id, "asked", self.till.authorising.anyone(pin, retention().roles)).wait()
        return {"ids": list(done.ids), "points": done.points}

    def do_consents(self, text: str) -> Answer:
        """How a member stands to every purpose: given | withdrawn | unasked."""
        rows = self.till.joining.consents(self._one_member(text)).rows
        return {row.purpose: "given" if row.given else "withdrawn" if row.asked else "unasked" for row in rows}

    def do_members(self, text: str) -> Answer:
        """Who is found by a phone, card or name; of the first, how many ids are that person, and their points."""
        people, found = self.till.store.people, self.till.store.people.find_members(text)
        party = len(people.group_of(found[0].id)) if found else 0
        points = self.till.points.standing(found[0]).balance if found else 0
        return {"ids": [member.id for member in found], "party": party, "points": points}

    def _one_member(self, text: str) -> str:
        found = self.till.store.people.find_members(text)
        if len(found) != 1:
            raise Refused("member_unknown" if not found else "several_members")
        return found[0].id

    def do_member_code(self, member_id: str) -> Answer:
        """The dynamic code that a member's own app would show now."""
        member = self.till.store.people.member(member_id)
        if member is None:
            raise Refused("member_unknown")
        return {"code": self.till.proving.code_now(member)}

    def do_send_code(self) -> None:
        """Have headquarters send a code to the phone of the sale's member, as Ctrl I does."""
        self._ask_headquarters()
        verifying, pause = self.till.verifying, threading.Event()
        verifying.begin()
        for _ in range(round(COMMIT_SECONDS / ASK_AGAIN_SECONDS)):
            if verifying.offered:
                break
            pause.wait(ASK_AGAIN_SECONDS)
        self.till.selling.ask("vouch")
        self.do_answer({"how": "code"})
        self._hear_code()

    def do_tell_code(self, code: str) -> None:
        """The code as the member tells it."""
        self.do_answer({"code": code})
        self._hear_code()

    def _hear_code(self) -> None:
        self._await(self._code_heard)
        self._code_heard.clear()
        self.till.selling.code_told()

    def do_hear_visitor(self) -> None:
        """Wait for headquarters' answer about a member of another store, and take it as the window does."""
        self.till.visiting.wait(COMMIT_SECONDS)
        if self.till.visiting.latest is not None:
            self.till.selling.visitor_came(self.till.visiting.latest)

    def do_hear_coupon(self) -> None:
        """Wait for headquarters' word on a chain-wide coupon, and take it as the window does."""
        self._ask_headquarters()
        self._await(self._heard)
        self._heard.clear()
        self.till.selling.coupons_answered()

    def _ask_headquarters(self) -> None:
        """From now on questions to headquarters are asked; what was to be asked before waits in its turn."""
        if not self._asks:
            self._asks = True
            self.till.shares.start()

    def do_attach(self, number: str, text: str) -> None:
        """Name the one member that a phone, card or name finds for a sale that was paid without."""
        sale = self.till.store.sales.by_number(number)
        if sale is None:
            raise Refused("sale_unknown")
        found = self.till.attaching.find(text)
        if len(found) != 1:
            raise Refused("member_unknown" if not found else "several_members")
        self._booked(self.till.attaching.attach(sale.body.sale_id, found[0].id))

    def do_points(self, text: str) -> Answer:
        """A member's points as their card would say them; no balance for somebody this till does not know."""
        found = self.till.store.people.find_members(text)
        if len(found) != 1:
            return {"balance": None}
        return {"member_id": found[0].id, **asdict(self.till.staging.standing(found[0]))}

    def do_stored(self, text: str) -> Answer:
        """A member's stored value as this till knows it."""
        member_id = self._one_member(text)
        return {"member_id": member_id, "total_fen": self.till.stored.standing(member_id).total_fen}

    def do_load(self, text: str, amount_fen: int, method: str) -> Answer:
        """Money is paid in, and waited for until it is durable."""
        digits = "" if method == "cash" else "1234"
        return asdict(self.till.loading.load(self._one_member(text), amount_fen, method, last_digits=digits).wait())

    def do_pay_out(self, text: str, method: str, reason: str, pin: str) -> Answer:
        """What is left is paid out, or (without a method) the newest load of this shift taken back, once headquarters has answered."""
        loading, heard, member_id = self.till.loading, threading.Event(), self._one_member(text)
        if method:
            loading.begin_payout(member_id, method, reason, pin, heard.set, "" if method == "cash" else "1234")
        else:
            loads = loading.scene(member_id).loads
            loading.begin_unload(loads[0].load_id if loads else "", member_id, pin, heard.set)
        self._ask_headquarters()
        self._await(heard)
        pending = loading.pay_out()
        return asdict(pending.wait()) if pending is not None else {}

    def do_no_member(self) -> None:
        """Let the member go."""
        self.till.selling.detach_member()

    # ------------------------------------------------------------------ paying

    def do_pay(self, method: str, amount_fen: int = 0, last_digits: str = "") -> Answer:
        """Begin payment where it has not begun, and take one tender; 0 means all that remains. Points wait for headquarters' answer."""
        checkout, heard = self.till.checkout, threading.Event()
        checkout.when_put_by(heard.set)
        checkout.begin()
        paid = checkout.tender(method, amount_fen, last_digits)
        if paid.asking_fen:
            self._ask_headquarters()
            self._await(heard)
            paid = checkout.put_by()
        return asdict(paid)

    def do_begin(self) -> Answer:
        """Open the Pay page."""
        return asdict(self.till.checkout.begin())

    def do_undo_tender(self, tender: int) -> Answer:
        """Take the n-th tender back."""
        checkout = self.till.checkout
        return asdict(checkout.undo_tender(checkout.scene().tenders[tender - 1].tender_id))

    def do_back(self) -> None:
        """Leave the Pay page for the basket."""
        self.till.checkout.cancel()

    def do_wishes(self, paper: bool | None = None, invoice: bool | None = None) -> None:
        """Paper or none, invoice wanted or not."""
        self.till.selling.set_wishes(paper=paper, invoice=invoice)

    def do_complete(self) -> Answer:
        """Close the sale, wait until it is durable, and greet the next customer."""
        checkout = self.till.checkout
        waited = threading.Event()
        checkout.complete(waited.set)
        self._await(waited)
        paid = checkout.settle()
        checkout.next_customer()
        return asdict(paid)

    def do_complete_and_die(self) -> None:
        """Close the sale and lose power the moment it is durable, before any paper moves."""

        def gone() -> None:
            self._say({"durable": True})
            os.kill(os.getpid(), signal.SIGKILL)

        self.till.checkout.complete(gone)
        threading.Event().wait()

    # ------------------------------------------------------------------ returning, correcting, printing

    def do_return(
        self, number: str, reason: str, line: int = 0, quantity: int = 0, pin: str = "", book: bool = True
    ) -> Answer:
        """Take goods back against a sale: one line or (0) all that may go, `quantity` packs or (0) all of them."""
        back = self.till.returning
        scene = back.find(number)
        if scene.state != "choosing":
            raise Refused("sale_unknown")
        scene = back.set_reason(reason)
        for place, shown in enumerate(scene.lines, 1):
            if line in (0, place) and (line or shown.allowed):
                sale = self.till.store.sales.by_number(scene.number)
                assert sale is not None
                scene = back.set_quantity(sale.body.lines[place - 1].line_id, quantity or shown.sold - shown.returned)
        if pin:
            scene = back.approve(pin)
        return asdict(self._returned("return") if book and scene.problem is None else scene)

    def do_void(self, number: str, reason: str, pin: str = "") -> Answer:
        """Take a whole sale of this shift back."""
        back = self.till.returning
        back.find(number)
        back.set_reason(reason)
        if pin:
            back.approve(pin)
        return asdict(self._returned("void"))

    def _returned(self, kind: str) -> Any:
        waited = threading.Event()
        scene = self.till.returning.complete(waited.set, kind)
        if scene.problem is not None:
            return scene
        self._await(waited)
        return self.till.returning.settle()

    def do_correct_tender(self, number: str, to: str, reason: str, pin: str, tender: int = 1) -> None:
        """Re-book a tender under its right kind."""
        sale = self.till.store.sales.by_number(number)
        if sale is None:
            raise Refused("sale_unknown")
        tender_id = sale.body.tenders[tender - 1].tender_id
        self._booked(self.till.shifts.correct_tender(sale.body.sale_id, tender_id, to, reason, pin))

    def do_reprint(self, number: str) -> None:
        """Print a receipt again."""
        sale = self.till.store.sales.by_number(number)
        if sale is None:
            raise Refused("sale_unknown")
        self.till.shifts.reprint(sale.event_id, sale.reprints + 1).wait()

    def do_print_again(self, job: int) -> None:
        """A person has the n-th unprinted job printed."""
        self.till.shifts.print_again(self._unprinted(job)).wait()

    def do_waive(self, job: int) -> None:
        """A person says that the n-th unprinted job is not wanted."""
        self._booked(self.till.printing.waive(self._unprinted(job)))

    def do_jobs(self) -> Answer:
        """The whole print queue: each job with the printed number of its paper, and whether the printer has it in hand."""
        store = self.till.store
        number_of = {row.event_id: row.number for row in store.sales.recent_rows(limit=100_000)}
        return {
            "jobs": [
                {
                    "job_id": job.job_id,
                    "number": number_of.get(job.event_id, ""),
                    "state": job.state,
                    "in_hand": job.state == "unknown" and job.facts.get("step") == "printing" and job.changed_at >= self._started_at,
                }
                for job in store.jobs.list(limit=100_000)
            ]
        }

    def do_print_job(self, job_id: str) -> None:
        """A person has a job printed."""
        self.till.shifts.print_again(job_id).wait()

    def do_waive_job(self, job_id: str) -> None:
        """A person says that a job is done, or not wanted."""
        self._booked(self.till.printing.waive(job_id))

    def _unprinted(self, place: int) -> str:
        jobs = self.till.store.jobs.list(("waiting", "failed", "unknown"))
        if not 1 <= place <= len(jobs):
            raise Refused("no_such_job")
        return jobs[place - 1].job_id

    # ------------------------------------------------------------------ stock

    def do_receive(self, product: str, lot_no: str, expires_on: str, quantity: int, codes: Sequence[str] = ()) -> None:
        """Goods-in of a lot."""
        self._booked(self.till.stocking.receive(product, lot_no, date.fromisoformat(expires_on), quantity, codes))

    def do_correct_stock(self, product: str, delta: int, reason: str, lot: int = 1, zone: str = "shelf", pin: str = "") -> None:
        """Correct the stock of a product's n-th lot, first expiry first."""
        rows = self.till.stocking.rows(product)
        if not 1 <= lot <= len(rows):
            raise Refused("lot_unknown")
        self._booked(self.till.stocking.correct(rows[lot - 1].lot_id, delta, reason, zone, pin))

    def do_lot_state(self, product: str, state: str, reason: str, lot: int = 1, pin: str = "") -> None:
        """Lock, recall or release a product's n-th lot."""
        rows = self.till.stocking.rows(product)
        if not 1 <= lot <= len(rows):
            raise Refused("lot_unknown")
        self._booked(self.till.stocking.set_lot_state(rows[lot - 1].lot_id, state, reason, pin))

    def do_settle_oversold(self, reason: str, pin: str = "") -> Answer:
        """Close every oversold task by a correction of its own."""
        rows = self.till.store.stock.negatives()
        for row in rows:
            self._booked(self.till.stocking.correct(row.lot_id, -row.quantity, reason, row.zone, pin, row.product_id))
        return {"closed": len(rows)}

    # ------------------------------------------------------------------ headquarters

    def do_sync(self) -> None:
        """立即重试."""
        self.till.sync.wake(now=True)

    # ------------------------------------------------------------------ looking

    def do_peek(self, newest: int = 100_000) -> Answer:
        """The ledger as it stands: sums by day, jobs, outbox, tasks; `newest` is how many sales are named."""
        store = self.till.store
        sales = store.sales.recent(limit=newest)
        days = sorted({sale.day for sale in sales} | {envelope.day for envelope in store.journal.of_type("return.closed@1")})
        totals = {day.isoformat(): store.shifts.day_totals(day).model_dump(mode="json") for day in days}
        outbox = store.outbox.counts()
        return {
            "days": totals,
            "sales": [
                {"number": s.number, "sale_id": s.body.sale_id, "basket_id": s.body.basket_id, "payable_fen": s.body.payable_fen}
                for s in sales
            ],
            "jobs": [{"kind": job.kind, "state": job.state, "facts": dict(job.facts)} for job in store.jobs.list()],
            "waiting": outbox.waiting,
            "quarantined": outbox.quarantined,
            "events": store.journal.count_by_type(),
            "held": len(store.parked.held()),
            "tasks": {row.product_id: row.quantity for row in store.stock.negatives()},
            "sync": asdict(self.till.sync.state),
            "cursors": {feed: store.inbox.cursor(feed) for feed in FEEDS},
        }

    def do_look(self) -> None:
        """The scene as it is now."""

    def do_rest(self) -> None:
        """A moment's rest: what stood aside for the counter, such as the open basket, is on the disk."""
        self.till.store.writer.submit(lambda _: None).result()

    def do_warned(self) -> Answer:
        """What the clock's warning was at the last sign-in."""
        return {"warned": self._warning}

    def do_setting(self, key: str) -> Answer:
        """A setting's value."""
        return {"value": self.till.settings.get(key)}

    def do_stock(self, product: str) -> Answer:
        """Packs of a product on the shelf and in the reject zone."""
        rows = self.till.store.stock.lots(product)
        return {
            "shelf": self.till.store.stock.level(product),
            "reject": sum(row.on_reject for row in rows),
            "lots": {row.lot.lot_no: row.on_shelf for row in rows},
        }

    def do_code(self, code: str) -> Answer:
        """What the till knows of a trace code."""
        row = self.till.store.stock.code(code)
        return row.model_dump(mode="json") if row else {"state": "unknown"}

    def do_sale(self, number: str) -> Answer:
        """A sale's exact bytes and body."""
        sale = self.till.store.sales.by_number(number)
        if sale is None:
            raise Refused("sale_unknown")
        raw = self.till.store.sales.raw(sale.event_id)
        return {"event_id": sale.event_id, "raw": raw.decode() if raw else "", "body": sale.body.model_dump(mode="json")}

    def do_chain(self, after: int = 0) -> Answer:
        """Walk the journal from a sequence number on: every link, every signature; gives the head and what is wrong."""
        store = self.till.store
        problems: list[str] = []
        previous = unseal(store.journal.events(after - 1, 1)[0]).digest if after else GENESIS
        seq = after
        while page := store.journal.events(seq, 500):
            for raw in page:
                seq += 1
                try:
                    envelope = unseal(raw)
                    head, signature = split_signature(raw)
                except EnvelopeFault as fault:
                    problems.append(f"event {seq}: {fault}")
                    continue
                if envelope.place.prev != previous:
                    problems.append(f"event {seq}: does not follow its predecessor")
                if not verifies(store.public_key, head, signature):
                    problems.append(f"event {seq}: signature")
                previous = envelope.digest
        if store.journal.head().digest != previous:
            problems.append("the head is not the last event")
        return {"head": seq, "problems": problems}

    # ------------------------------------------------------------------ selling without end

    def do_sell_many(self, code: str, sales: int, method: str = "cash") -> Answer:
        """Sell one pack after another, each a sale of its own; gives the numbers of the acknowledged ones."""
        numbers = []
        for _ in range(sales):
            self.till.selling.scan(code)
            self.do_pay(method)
            paid = self.do_complete()
            if paid["state"] != "done":
                raise Refused("not_done")
            numbers.append(paid["number"])
        return {"numbers": numbers}

    def do_sell_for_ever(self, codes: Sequence[str], seed: int, pause_s: float = 0.0) -> None:
        """Sell at random until the plug is pulled, telling every acknowledged scan and sale in a line of its own.

        A scan is acknowledged here once its basket is on the disk (a screen shows it some milliseconds before); a sale once
        its commit has returned. `pause_s` is the time until the next customer.
        """
        draw = random.Random(seed)
        selling, writer = self.till.selling, self.till.store.writer
        while True:
            for _ in range(draw.randint(1, 4) - (1 if selling.basket.lines else 0)):
                selling.scan(draw.choice(codes))
                basket = selling.basket
                writer.submit(lambda _: None, urgent=False).result(COMMIT_SECONDS)
                self._say({"scanned": basket.pieces, "basket": basket.basket_id})
            if not selling.basket.lines:
                continue
            basket_id = selling.basket.basket_id
            self.do_pay("cash")
            paid = self.do_complete()
            self._say({"sold": paid["number"], "basket": basket_id, "payable_fen": paid["due_fen"]})
            if pause_s:
                threading.Event().wait(pause_s)

    # ------------------------------------------------------------------ inner

    def _line_id(self, place: int) -> str:
        lines = self.till.selling.scene().lines
        if not -len(lines) <= place <= len(lines) or not place:
            raise Refused("choose_a_line")
        return lines[place - 1 if place > 0 else place].line_id

    @staticmethod
    def _booked(future: Future[Any]) -> Any:
        return future.result(COMMIT_SECONDS)

    @staticmethod
    def _await(waited: threading.Event) -> None:
        if not waited.wait(COMMIT_SECONDS):
            raise RuntimeError("the writer did not answer")


class TillDied(Exception):
    """The driven till ended without an answer."""


class TillProcess:
    """The parent's hand on a driven till."""

    def __init__(self, folder: Path, log: Path | None = None, run: Run = load_and_run) -> None:
        """Start the process on a data folder; what it says on standard error goes to `log`, and `run` says how it is started."""
        self.folder = folder
        with (log or folder.with_suffix(".err")).open("ab") as errors:
            self._process = run("app.commands.till_process", [str(folder)], errors, spoken_to=True)
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="till-lines", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def send(self, do: str, **fields: Any) -> None:
        """Order an act without waiting for it; TillDied where nobody listens."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, "with": fields}, ensure_ascii=False).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise TillDied(do) from error

    def next_line(self, timeout_s: float = START_SECONDS) -> Answer | None:
        """The next line it says, or None when it has ended (a line cut in the middle was never said)."""
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            raise TillDied("no answer in time") from None
        if not line.endswith(b"\n"):
            return None
        told: Answer = json.loads(line)
        return told

    def ask(self, do: str, **fields: Any) -> Answer:
        """Order an act and wait for its answer; TillDied where none comes, RuntimeError for a bug of the till."""
        self.send(do, **fields)
        told = self.next_line()
        if told is None:
            raise TillDied(do)
        if "bug" in told:
            raise RuntimeError(told["bug"])
        return told

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self._process.kill()
        self.wait()

    def wait(self) -> None:
        """Wait for the end, and close the pipes."""
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue

    def stop(self) -> None:
        """End in good order; kill where that fails."""
        try:
            if self.alive:
                self.ask("stop")
                assert self._process.stdin is not None
                self._process.stdin.close()
                self._process.wait(START_SECONDS)
        except (TillDied, RuntimeError, OSError, subprocess.TimeoutExpired):
            self._process.kill()
        self.wait()


def serve(folder: Path) -> None:
    """Read orders from standard input until it ends, and answer each on standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    mouth = threading.Lock()

    def say(told: Answer) -> None:
        with mouth:
            out.write(json.dumps(told, ensure_ascii=False, default=_plain).encode() + b"\n")
            out.flush()

    driven = DrivenTill(folder, say)
    for line in sys.stdin.buffer:
        try:
            say(driven.answer(json.loads(line)))
        except Exception as bug:  # told to whoever drives; the process stays for the next order
            logging.getLogger(__name__).exception("an act failed")
            say({"bug": f"{type(bug).__name__}: {bug}"})


def run(argv: Sequence[str]) -> int:
    """Be the till of a data folder."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    serve(Path(argv[0]))
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
