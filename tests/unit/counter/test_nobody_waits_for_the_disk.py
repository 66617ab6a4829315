"""A disk that answers late: no act at the counter waits for it, what is under way is said, and nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from app.counter.faults import Refused
from app.store.faults import StoreFault

MASK, THERMOMETER = "6999600000494", "6999580000439"
RX = "89900001091676336760"
PAPER = {
    "number": "R1", "institution": "示例医院", "doctor": "李医师", "prescribed_on": "2026-11-21", "valid_days": "1",
    "patient": "王某", "diagnosis": "高血压", "dispenser": "staff-1001", "checker": "staff-1004",
    "reviewer": "staff-1002", "pin": "1002", "verdict": "approved",
}  # fmt: skip


class Disk:
    """The store's writer, stopped and let go by a test; acts wait beside, as at the window."""

    def __init__(self, till: Any) -> None:
        self.till = till
        self.awaited: list[Future[Any]] = []
        till.selling.when_written(self.awaited.append)
        self._gates: list[threading.Event] = []

    def stop(self) -> None:
        """From now on nothing is written."""
        gate, begun = threading.Event(), threading.Event()
        self._gates.append(gate)
        self.till.store.writer.submit(lambda _: (begun.set(), gate.wait(120)))
        assert begun.wait(60)

    def go_on(self) -> Any:
        """The disk answers; the act that waited for it is settled, and any that follows from it."""
        self.let_go()
        while self.till.selling.writing:
            self.awaited[-1].exception(60)
            scene = self.till.selling.settle()
        return scene

    def let_go(self) -> None:
        """The disk answers."""
        for gate in self._gates:
            gate.set()


@pytest.fixture
def disk(demo_counter: Any) -> Iterator[Disk]:
    """The disk under a counter."""
    made = Disk(demo_counter.till)
    yield made
    made.let_go()


def failing(*_: object, **__: object) -> Future[None]:
    """A write that a full disk refuses."""
    future: Future[None] = Future()
    future.set_exception(StoreFault("disk_full"))
    return future


def pieces(till: Any) -> list[tuple[str, int]]:
    """Names and packs in the open basket."""
    return [(line.product.generic_name, line.quantity) for line in till.selling.basket.lines]


def test_a_basket_on_its_way_to_be_held_stands_in_hand_until_the_disk_has_it_and_scans_wait_for_the_next(disk: Disk) -> None:
    till = disk.till
    till.selling.scan(MASK)
    disk.stop()
    scene = till.selling.hold()
    assert (scene.echo.code, len(scene.lines), scene.held) == ("writing", 1, ())
    scene = till.selling.scan(THERMOMETER)
    assert (scene.echo.code, scene.waiting_scans, len(scene.lines)) == ("queued_writing", 1, 1)
    assert till.selling.settle().echo.code == "queued_writing" and till.selling.writing
    scene = disk.go_on()
    assert ([ticket.pieces for ticket in scene.held], [line.quantity for line in scene.lines], scene.waiting_scans) == ([1], [1], 0)
    assert "体温计" in scene.lines[0].name
    till.store.writer.submit(lambda _: None).result(60)
    assert till.selling.basket.basket_id in till.store.parked.open_basket()


def test_nothing_is_done_to_a_basket_that_is_on_its_way_to_the_disk(disk: Disk) -> None:
    till, selling = disk.till, disk.till.selling
    selling.scan(MASK)
    line = selling.basket.lines[0].line_id
    disk.stop()
    selling.hold()
    acts: tuple[Callable[[], object], ...] = (
        selling.hold,
        lambda: selling.recall("any"),
        selling.undo,
        selling.clear,
        lambda: selling.ask("member"),
        lambda: selling.set_quantity(line, 5),
        lambda: selling.remove(line),
        lambda: selling.attach_member("member-00001"),
        till.checkout.begin,
    )
    for act in acts:
        with pytest.raises(Refused, match="writing"):
            act()
    assert pieces(till) == [("医用外科口罩", 1)]
    assert [ticket.pieces for ticket in disk.go_on().held] == [1]


def test_a_full_disk_leaves_the_basket_as_it_was_and_says_so(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    till = disk.till
    till.selling.scan(MASK)
    before = till.selling.basket
    monkeypatch.setattr(till.store.parked, "hold", failing)
    assert till.selling.hold().echo.code == "writing"
    till.selling.scan(THERMOMETER)
    scene = disk.go_on()
    assert scene.held == () and till.selling.basket.basket_id == before.basket_id
    assert pieces(till)[0][0] == "医用外科口罩" and len(scene.lines) == 2
    monkeypatch.undo()
    till.selling.undo()
    assert till.selling.basket.lines == before.lines
    till.selling.hold()
    assert disk.go_on().echo.code == "held"


def test_what_was_told_of_a_full_disk_is_its_own_error(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    till = disk.till
    till.selling.scan(MASK)
    monkeypatch.setattr(till.store.parked, "hold", failing)
    till.selling.hold()
    scene = disk.go_on()
    assert (scene.echo.kind, scene.echo.code, len(scene.lines)) == ("refused", "ledger_io", 1)


def test_a_held_basket_is_taken_up_without_waiting_and_the_one_in_hand_is_held_first(disk: Disk) -> None:
    till = disk.till
    till.selling.scan(MASK)
    till.selling.hold()
    held = disk.go_on().held[0].basket_id
    till.selling.scan(THERMOMETER)
    till.selling.scan(THERMOMETER)
    disk.stop()
    scene = till.selling.recall(held)
    assert (scene.echo.code, scene.totals.pieces) == ("writing", 2)
    scene = disk.go_on()
    assert (scene.echo.code, scene.totals.pieces, [ticket.pieces for ticket in scene.held]) == ("recalled", 1, [2])


def test_a_basket_that_somebody_else_took_up_meanwhile_is_said_to_be_gone(disk: Disk) -> None:
    till = disk.till
    till.selling.scan(MASK)
    till.selling.hold()
    held = disk.go_on().held[0].basket_id
    till.store.parked.drop(held).result(60)
    till.selling.recall(held)
    assert disk.go_on().echo.code == "held_unknown"


def test_a_kill_between_the_disk_and_the_window_loses_nothing(disk: Disk) -> None:
    till = disk.till
    till.selling.scan(MASK)
    till.selling.hold()
    disk.awaited[-1].result(60)
    # Killed here: what a start would find is on disk already, once and as held.
    assert [row.pieces for row in till.store.parked.held()] == [1]
    assert till.store.parked.open_basket() is None
    disk.go_on()
    till.selling.recall(till.store.parked.held()[0].basket_id)
    disk.awaited[-1].result(60)
    assert till.store.parked.held() == () and '"P6000A1"' in till.store.parked.open_basket()


def signed(till: Any) -> Any:
    """Wang Min signs a review of the basket."""
    question = till.selling.ask("review").question
    return till.selling.answer(question.question_id, PAPER)


def test_a_review_stands_on_the_screen_until_it_is_on_disk_with_its_basket_in_one_commit(disk: Disk) -> None:
    till = disk.till
    till.shifts.duty_pharmacist("staff-1002", True, "1002").result(60)
    till.selling.scan(RX)
    till.store.writer.submit(lambda _: None).result(60)
    disk.stop()
    before = till.store.writer.commits
    scene = signed(till)
    assert scene.question.kind == "review" and scene.echo.code == "writing" and scene.blocks
    assert not till.selling.basket.lines[0].review_id
    with pytest.raises(Refused, match="writing"):
        till.selling.dismiss_question()
    disk.let_go()
    disk.awaited[-1].result(60)
    assert till.store.writer.commits == before + 2  # the unit that stopped the disk, and this one
    review = next(event for event in till.store.journal.of_type("review.signed@1", till.post.shift.day))
    assert review.body["review_id"] in till.store.parked.open_basket()
    scene = disk.go_on()
    assert (scene.question, scene.echo.code, scene.blocks) == (None, "review_approved", 0)


def test_a_review_that_the_disk_refused_stays_on_the_screen_with_the_reason(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    till = disk.till
    till.shifts.duty_pharmacist("staff-1002", True, "1002").result(60)
    till.selling.scan(RX)
    monkeypatch.setattr(till.store.journal, "record", failing)
    signed(till)
    scene = disk.go_on()
    assert scene.question.kind == "review" and "磁盘" in scene.question.error.zh
    assert not till.selling.basket.lines[0].review_id


def test_another_page_hears_of_a_review_once_it_is_kept_or_refused(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    till = disk.till
    till.shifts.duty_pharmacist("staff-1002", True, "1002").result(60)
    till.selling.scan(RX)
    with monkeypatch.context() as patched:
        patched.setattr(till.store.journal, "record", failing)
        pending = till.reviewing.sign({key: words for key, words in PAPER.items() if key != "reviewer"}, "1002")
        assert not pending.written.done()
        disk.go_on()
    with pytest.raises(Refused, match="ledger_io"):
        pending.settle()
    pending = till.reviewing.sign({key: words for key, words in PAPER.items() if key != "reviewer"}, "1002")
    disk.go_on()
    assert pending.settle().echo.code == "review_approved"


def test_money_waits_for_a_disk_that_refused_the_basket_before_and_the_window_does_not(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    till = disk.till
    with monkeypatch.context() as patched:
        patched.setattr(till.store.parked, "save_open", failing)
        till.selling.scan(MASK)
    disk.stop()
    with pytest.raises(Refused, match="writing"):
        till.checkout.begin()
    assert disk.go_on().echo.code == "kept_again"
    assert till.checkout.begin().state == "collecting"


def test_a_visitor_whom_headquarters_found_meanwhile_comes_into_the_sale_after(disk: Disk) -> None:
    from app.counter.visiting import Visit

    till = disk.till
    till.shifts.duty_pharmacist("staff-1002", True, "1002").result(60)
    till.selling.scan(RX)
    disk.stop()
    signed(till)
    member = till.store.people.member("member-00001")
    till.selling.visitor_came(Visit(till.selling.basket.basket_id, "found", (member,), "phone"))
    assert not till.selling.basket.member_id
    disk.go_on()
    assert till.selling.basket.member_id == "member-00001"


def test_a_wrong_pin_counts_at_once_and_is_on_disk_after(disk: Disk) -> None:
    till = disk.till
    tries = till.settings.get("pin.tries")
    disk.stop()
    for left in reversed(range(tries)):
        with pytest.raises(Refused, match="pin_wrong" if left else "pin_locked") as refused:
            till.shifts.sign_in("staff-1003", "0000")
        assert refused.value.facts.get("left", "") == (str(left) if left else "")
    with pytest.raises(Refused, match="pin_locked"):
        till.shifts.sign_in("staff-1003", "1003")
    disk.let_go()
    till.store.writer.submit(lambda _: None).result(60)
    with pytest.raises(Refused, match="pin_locked"):
        till.shifts.sign_in("staff-1003", "1003")
    again = type(till.authorising)(till.store, till.clock)
    with pytest.raises(Refused, match="pin_locked"):
        again.refuse_locked(till.store.people.staff_by_id("staff-1003"))


def test_a_right_pin_forgets_the_slips_before_it_and_not_those_after_it(disk: Disk) -> None:
    till = disk.till
    disk.stop()
    with pytest.raises(Refused, match="pin_wrong"):
        till.shifts.sign_in("staff-1003", "0000")
    till.shifts.sign_in("staff-1003", "1003")
    with pytest.raises(Refused, match="pin_wrong") as refused:
        till.shifts.sign_in("staff-1003", "0000")
    left = str(till.settings.get("pin.tries") - 1)
    assert refused.value.facts["left"] == left
    disk.let_go()
    till.store.writer.submit(lambda _: None).result(60)
    person = till.store.people.staff_by_id("staff-1003")
    assert till.authorising.refuse_locked(person) == 1
    assert type(till.authorising)(till.store, till.clock).refuse_locked(person) == 1


def test_a_slip_that_a_full_disk_did_not_take_counts_as_long_as_the_till_runs(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    till = disk.till
    monkeypatch.setattr(till.store.people, "note_failure", failing)
    for _ in range(till.settings.get("pin.tries")):
        with pytest.raises(Refused):
            till.authorising.anyone("0000", ("cashier",))
    with pytest.raises(Refused, match="pin_locked"):
        till.authorising.anyone("1004", ("cashier",))


def printed(till: Any, number: str) -> Any:
    """The sale of a number, its first paper out."""
    sale = till.store.sales.by_number(number)
    for job in till.store.jobs.of_event(sale.event_id):
        till.store.jobs.set_state(job.job_id, "sent").result(60)
    return sale


def test_a_copy_is_a_fact_and_paper_in_one_commit_and_a_second_waits_for_it(demo_counter: Any, disk: Disk) -> None:
    till = disk.till
    sale = printed(till, demo_counter.sell(MASK))
    disk.stop()
    before = till.store.writer.commits
    pending = till.shifts.reprint(sale.event_id, 1)
    assert not pending.written.done()
    with pytest.raises(Refused, match="writing"):
        till.shifts.reprint(sale.event_id, 1)
    disk.let_go()
    assert pending.wait() is True
    assert till.store.writer.commits == before + 2
    assert [(job.kind, job.state, job.facts) for job in till.store.jobs.of_event(sale.event_id)][-1] == ("reprint", "queued", {"copy": "1"})
    assert till.store.sales.by_event(sale.event_id).reprints == 1
    # Pressed on a page that was drawn before: the next number all the same.
    till.shifts.reprint(sale.event_id, 1).wait()
    assert till.store.jobs.of_event(sale.event_id)[-1].facts == {"copy": "2"}


def test_a_copy_that_the_disk_refused_is_neither_fact_nor_paper(demo_counter: Any, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    till = disk.till
    sale = printed(till, demo_counter.sell(MASK))
    with monkeypatch.context() as patched:
        patched.setattr(till.store.journal, "record", failing)
        pending = till.shifts.reprint(sale.event_id, 1)
        with pytest.raises(Refused, match="ledger_io"):
            pending.settle()
    assert [job.kind for job in till.store.jobs.of_event(sale.event_id)] == ["sale"]
    assert till.shifts.reprint(sale.event_id, 1).wait() is True


def test_paper_that_may_have_come_out_is_queued_in_the_commit_that_makes_it_a_copy(demo_counter: Any, disk: Disk) -> None:
    till = disk.till
    sale = till.store.sales.by_number(demo_counter.sell(MASK))
    job = till.store.jobs.of_event(sale.event_id)[0]
    till.store.jobs.set_state(job.job_id, "unknown", {"step": "printing"}).result(60)
    before = till.store.writer.commits
    till.shifts.print_again(job.job_id).wait()
    assert till.store.writer.commits == before + 1
    again = till.store.jobs.get(job.job_id)
    assert (again.state, again.facts["copy"]) == ("queued", "1")
    assert till.store.sales.by_event(sale.event_id).reprints == 1
