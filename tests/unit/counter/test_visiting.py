"""Members of other stores at the counter: asked for beside the sale, kept for a while, and gone after."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from app.counter.visiting import Visit
from app.domain import member_code
from app.records import events
from app.records.coupons import CouponRight
from app.records.offers import Offer
from app.records.people import FamilyPerson, Member, PointsEntryRow
from app.sync.client import HubFault, Visitor

HOME = Member(id="m-away", card_no="90000000000000777776", phone="18800000007", name="赵示例", handle="777000777", allergies_known=True)


class Line:
    """A headquarters that answers when it is let."""

    def __init__(self, found: tuple[Visitor, ...] | HubFault) -> None:
        self.found = found
        self.asked: list[tuple[str, str, str, str]] = []
        self.go = threading.Event()
        self.go.set()

    def members(self, by: str, value: str, purpose: str, actor: str) -> tuple[Visitor, ...]:
        assert self.go.wait(60)
        self.asked.append((by, value, purpose, actor))
        if isinstance(self.found, HubFault):
            raise self.found
        return self.found

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def chained(demo_counter: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The counter of a chain whose headquarters `counter.line` plays; outcomes land in `counter.visits`."""
    till = demo_counter.till
    till.settings.set("hub.url", "http://127.0.0.1:1").result(60)
    entry = PointsEntryRow(id="earn:x", member_id=HOME.id, at=demo_counter.clock.now(), kind="earn", points=30)
    demo_counter.line = Line((Visitor(HOME, "RM02", (entry,)),))
    demo_counter.up = True
    monkeypatch.setattr(till.visiting, "_line", lambda: demo_counter.line)
    monkeypatch.setattr(till.visiting, "_online", lambda: demo_counter.up)
    demo_counter.visits = []
    till.visiting.on_visit = demo_counter.visits.append
    return demo_counter


def heard(counter: Any) -> Any:
    """What headquarters said, handed to the sale as the window does."""
    counter.till.visiting.wait(60)
    return counter.till.selling.visitor_came(counter.visits[-1])


def ask(till: Any, text: str) -> Any:
    till.selling.ask("member")
    return till.selling.answer(till.selling.scene().question.question_id, {"text": text})


def test_the_counter_goes_on_while_headquarters_is_asked(chained: Any) -> None:
    till = chained.till
    chained.line.go.clear()
    assert ask(till, HOME.phone).question.error.zh.startswith("本店没有")
    till.selling.dismiss_question()
    assert till.selling.scan("6999600000494").lines
    chained.line.go.set()
    scene = heard(chained)
    assert scene.member.member_id == HOME.id and scene.member.visitor_of == "RM02"
    assert (scene.member.found_by, scene.member.points) == ("phone", 30)
    assert chained.line.asked == [("phone", HOME.phone, "sale", "staff-1001")]
    (looked,) = till.store.journal.of_type("member.revealed@1")
    assert (looked.body["what"], looked.body["member_id"]) == ("visitor", HOME.id)


def test_a_visitors_changing_code_is_no_proof_here(chained: Any) -> None:
    till = chained.till
    rules = till.proving._rules
    code = member_code.make(int(HOME.handle), bytes(16), chained.clock.now(), rules)
    assert till.selling.scan(code).echo.code == "visitor_asked"
    scene = heard(chained)
    assert scene.echo.code == "member_claimed" and not scene.member.proven
    assert chained.line.asked[0][:2] == ("handle", HOME.handle)


@pytest.mark.parametrize(
    ("found", "word"),
    [((), "none"), (HubFault("timeout"), "offline"), (HubFault("slow_down"), "too_many"), (HubFault("forged"), "offline")],
)
def test_whatever_headquarters_cannot_say_leaves_the_sale_open(chained: Any, found: Any, word: str) -> None:
    chained.line.found = found
    ask(chained.till, HOME.phone)
    scene = heard(chained)
    assert scene.echo.code == f"visitor_{word}" and scene.member is None
    assert scene.question is not None and scene.question.error is not None


def test_without_a_line_it_is_said_at_once_and_nobody_is_asked(chained: Any) -> None:
    chained.up = False
    scene = ask(chained.till, HOME.phone)
    assert scene.echo.code == "visitor_offline" and "总部" in scene.question.error.zh
    assert chained.line.asked == []


def test_an_answer_for_another_sale_changes_nothing(chained: Any) -> None:
    till = chained.till
    ask(till, HOME.phone)
    till.visiting.wait(60)
    till.selling.dismiss_question()
    till.selling.scan("6999600000494")
    till.selling.hold()
    assert till.selling.visitor_came(chained.visits[-1]).member is None
    till.selling.attach_member("member-00001", "card")
    mine = Visit(till.selling.basket.basket_id, "found", (HOME,), "phone")
    assert till.selling.visitor_came(mine).member.member_id == "member-00001"


def test_digits_too_few_to_name_one_person_are_never_asked(chained: Any) -> None:
    assert ask(chained.till, "9987").echo.code == "member_unknown"
    assert chained.line.asked == []


def test_a_visitor_is_forgotten_after_the_hours_of_the_setting(chained: Any) -> None:
    till, clock = chained.till, chained.clock
    ask(till, HOME.phone)
    heard(chained)
    till.selling.detach_member()
    assert till.store.people.find_members(HOME.phone)
    assert till.store.people.forget_visitors(clock.now() + timedelta(hours=23)).result(60) == 0
    assert till.store.people.forget_visitors(clock.now() + timedelta(hours=25)).result(60) == 1
    assert till.store.people.find_members(HOME.phone) == () and till.store.points.of_member(HOME.id) == ()
    assert till.store.people.visitor_of(HOME.id) == ""


def test_whom_a_visitor_buys_for_is_forgotten_with_them(chained: Any) -> None:
    till, clock = chained.till, chained.clock
    till.store.people.keep_visitor(HOME, "RM02", clock.now()).result(60)
    till.store.people.save_members((), [FamilyPerson(id="kin", member_id=HOME.id, name="赵小明")]).result(60)
    assert till.store.people.family(HOME.id)
    assert till.store.people.forget_visitors(clock.now() + timedelta(hours=1)).result(60) == 1
    assert till.store.people.family(HOME.id) == ()


def test_a_till_that_is_never_closed_lets_visitors_go_all_the_same(chained: Any) -> None:
    till, clock = chained.till, chained.clock
    ask(till, HOME.phone)
    heard(chained)
    till.selling.detach_member()
    for hours, stays in ((23, True), (2, False)):
        clock.advance(hours * 3600)
        for chore in till.shares.chores:
            chore(None)
        till.store.writer.submit(lambda _: None, background=True).result(60)
        assert bool(till.store.people.visitor_of(HOME.id)) is stays


def test_a_member_of_this_store_never_becomes_a_visitor(chained: Any) -> None:
    till = chained.till
    own = till.store.people.member("member-00001")
    poor = own.model_copy(update={"code_key": "", "name": ""})
    assert not till.store.people.keep_visitor(poor, "RM02", chained.clock.now()).result(60)
    assert till.store.people.member("member-00001") == own


def test_a_visitor_whom_the_store_comes_to_hold_stays(chained: Any) -> None:
    till = chained.till
    till.store.people.keep_visitor(HOME, "RM02", chained.clock.now()).result(60)
    till.store.inbox.apply("member", [HOME.model_dump(mode="json")], "feed:1:aa").result(60)
    assert till.store.people.forget_visitors(chained.clock.now() + timedelta(days=9)).result(60) == 0
    assert till.store.people.member(HOME.id) == HOME


def test_the_look_stands_in_the_log_before_anybody_is_kept(chained: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    till = chained.till
    keep, noted = till.store.people.keep_visitor, []

    def kept(*asked: Any) -> Any:
        noted.extend(event.body["member_id"] for event in till.store.journal.of_type("member.revealed@1"))
        return keep(*asked)

    monkeypatch.setattr(till.store.people, "keep_visitor", kept)
    ask(till, HOME.phone)
    assert heard(chained).member.member_id == HOME.id
    assert noted == [HOME.id]


def test_a_visitor_who_was_erased_here_comes_back_by_no_late_answer(chained: Any) -> None:
    till = chained.till
    ask(till, HOME.phone)
    heard(chained)
    gone = events.PersonErased(member_id=HOME.id, reason="asked", asked_via="till")
    till.store.journal.record([gone], actor="staff-1003", day=chained.clock.now().date()).result(60)
    assert till.selling.part_from_erased()
    till.selling.dismiss_question()
    ask(till, HOME.phone)
    scene = heard(chained)
    assert scene.echo.code == "visitor_none" and scene.member is None
    assert till.store.people.member(HOME.id) is None and till.store.points.of_member(HOME.id) == ()


def test_a_visitors_coupons_are_used_here_and_go_with_the_visitor(chained: Any) -> None:
    till = chained.till
    days = {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 12, 31)}
    terms = '{"tiers":[{"reach_fen":100,"off_fen":50}]}'
    till.store.catalogue.upsert((), [Offer(id="half", kind="threshold", title_zh="五角券", terms=terms, by_right=True, **days)])
    gift, chain, own = (
        CouponRight(id=f"right-{letter}", offer_id="half", member_id=HOME.id, coupon_class=letter, token="", face_fen=50, **days)
        for letter in "ADB"
    )
    till.store.inbox.apply("coupon", [own.model_dump(mode="json")], "c1").result(60)
    chained.line.found = (Visitor(HOME, "RM02", (), rights=(gift, chain)),)
    till.selling.scan("6999600000494")
    ask(till, HOME.phone)
    heard(chained)
    block = till.selling.scene().coupons
    assert block is not None
    assert {row.serial: bool(row.cut_fen) for row in block.rows} == {"right-A": True, "right-B": True, "right-D": False}
    chained.clock.advance(72 * 3600)
    till.visiting.forget_old().result(60)
    assert [till.store.coupons.right(f"right-{letter}") is not None for letter in "ADB"] == [False, False, True]
