"""Caring at a real till: readings only with consent, figures only sealed, a meter's file whole or not at all, doses and talks."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.assembly import Till
from app.commands.stage import demo_clock
from app.counter.care_scene import CareActs, CareScene, Draft, UsageDraft
from app.counter.caring import Caring
from app.counter.faults import Refused
from app.domain.demo.care import build_care
from app.founding import demo_pharmacy
from app.records.events import ConsentSet
from app.records.people import Alias
from app.store.care import PastPurchase

HERS, UNASKED = "member-00001", "member-00002"
TODAY = date(2026, 11, 21)
HIGH = Draft("pressure", {"sbp": "152", "dbp": "94", "pulse": "72"}, "left")
URGENT = Draft("pressure", {"sbp": "186", "dbp": "96"})
HEAD = "日期,时间,收缩压,舒张压,脉搏,血糖,时机\n"


@pytest.fixture
def caring(till: Till) -> Caring:
    """Care at the till of the pharmacist."""
    till.shifts.sign_in("staff-1002", "1002")
    return till.caring


def done(written: Any) -> None:
    written.result(60)


def readings(till: Till, member_id: str) -> int:
    return len(till.store.care.readings((member_id,), datetime(2020, 1, 1, tzinfo=UTC)))


def refuses(till: Till, member_id: str, purpose: str) -> None:
    word = ConsentSet(
        consent_id=purpose, member_id=member_id, purpose=purpose, text_version="1", given=False, channel="spoken", guardian_id=""
    )
    till.store.journal.record([word], actor="staff-1002", day=TODAY).result(60)


def events(till: Till, kind: str) -> list[Any]:
    return till.store.journal.of_type(kind, limit=2000)


# -- the demo's first member


def test_the_member_of_the_sheet_shows_what_the_picture_shows(caring: CareActs) -> None:
    scene = caring.scene(HERS)
    assert [(line.name, line.usage.zh, line.left.zh, line.tone) for line in scene.medicines] == [
        ("阿托伐他汀钙片", "每晚 1 片", "余 3 天", "warn"),
        ("苯磺酸氨氯地平片", "每早 1 片", "余 9 天", "good"),
        ("盐酸二甲双胍缓释片", "每日 2 次，每次 1 片，饭后", "余 12 天", "good"),
    ]
    assert scene.consent == "given" and scene.adherence_bp is not None and scene.adherence_bp // 100 == 86
    assert scene.series.kind == "pressure" and len(scene.series.marks) == 20 and len(scene.series.purchases) == 3
    standing = scene.series.standing
    assert standing is not None and (standing.words, standing.grade.zh, standing.way) == ("142/88", "偏高", "up")
    assert [(todo.kind, todo.act) for todo in scene.todos] == [("refill", "add"), ("measure", "record"), ("call", "call")]
    assert scene.todos[0].packs == 4
    assert any(one.title.zh == "药师电话随访：已联系上，服药规律，偶有头晕" for one in scene.dealings)
    assert [one.at for one in scene.dealings] == sorted((one.at for one in scene.dealings), reverse=True)


def test_the_demo_grows_the_same_histories_every_time() -> None:
    pharmacy = demo_pharmacy(demo_clock())
    first, second = (build_care(pharmacy.members, pharmacy.products, 7) for _ in range(2))
    assert first == second and len(first.members) == 60
    assert {one.member_id for one in first.readings} <= set(first.members)
    assert max(one.days_ago for one in first.readings) < 90 and min(one.days_ago for one in first.readings) > 0


# -- consent


def test_the_first_reading_asks_and_the_answer_is_recorded_with_it(till: Till, caring: CareActs) -> None:
    before = len(events(till, "consent.set@1"))
    with pytest.raises(Refused, match="health_consent_needed"):
        caring.record(UNASKED, HIGH)
    assert readings(till, UNASKED) == 0
    recorded, written = caring.record(UNASKED, HIGH, True)
    done(written)
    assert recorded.kept and readings(till, UNASKED) == 1
    told = events(till, "consent.set@1")
    assert len(told) == before + 1 and (told[0].body["purpose"], told[0].body["given"]) == ("health", True)
    assert caring.scene(UNASKED).consent == "given"


def test_who_refuses_hears_the_advice_and_nothing_is_kept(till: Till, caring: CareActs) -> None:
    recorded, written = caring.record(UNASKED, URGENT, False)
    assert not recorded.kept and written is not None and recorded.advice.urgent
    written.result(60)
    assert readings(till, UNASKED) == 0 and events(till, "reading.taken@1")[0].body["member_id"] != UNASKED
    again, _ = caring.record(UNASKED, HIGH)
    assert not again.kept
    with pytest.raises(Refused, match="health_consent_refused"):
        caring.set_usage(UNASKED, UsageDraft("P1000A1", "1"))
    assert [todo for todo in caring.scene(UNASKED).todos if todo.kind == "measure"] == []


def test_a_withdrawn_consent_hides_every_reading(till: Till, caring: CareActs) -> None:
    till.joining.set_consents(HERS, {"health": False}).wait()
    scene = caring.scene(HERS)
    assert (scene.consent, scene.series.marks, scene.series.standing) == ("refused", (), None)
    assert not [one for one in scene.dealings if one.kind == "reading"]


def test_a_withdrawn_consent_puts_doses_targets_and_what_was_found_out_of_use(till: Till, caring: CareActs) -> None:
    done(caring.set_target(HERS, "pressure", {"sbp": ("", "129")}))
    assert any("服药规律" in one.title.zh for one in caring.scene(HERS).dealings)
    refuses(till, HERS, "health")
    scene = caring.scene(HERS)
    assert {line.basis for line in scene.medicines} <= {"interval", ""} and scene.conditions == ()
    assert not any("服药规律" in one.title.zh for one in scene.dealings)
    assert caring.targets(HERS, "pressure")[0].target != (None, 129)
    assert caring.usage_form(HERS, "P1600A1").dose == ""


def test_whoever_wants_purchases_left_alone_is_shown_none_of_them(till: Till, caring: CareActs) -> None:
    assert [one for one in caring.scene(HERS).dealings if one.kind in ("sale", "past_sale")]
    till.joining.set_consents(HERS, {"history": False}).wait()
    scene = caring.scene(HERS)
    assert [one.kind for one in scene.dealings if one.kind in ("sale", "return", "past_sale")] == []
    assert (scene.medicines, till.member_view.medicines(HERS)) == ((), ())
    assert [one for one in scene.dealings if one.kind == "reading"], "what they allow stays"


def test_an_erased_persons_figures_are_noise_that_is_left_out(till: Till, caring: CareActs) -> None:
    till.store.private.destroy(HERS).result(60)
    assert readings(till, HERS) == 0 and caring.scene(HERS).series.marks == ()


# -- readings


def test_no_figure_stands_in_an_event(till: Till, caring: CareActs) -> None:
    _, written = caring.record(HERS, HIGH)
    (committed, *_) = written.result(60)
    body = json.loads(committed.raw)["body"]
    assert set(body) == {"reading_id", "member_id", "kind", "blob_id", "place", "taken_at"}
    plain = till.store.private.open(body["blob_id"])
    assert plain is not None and json.loads(plain)["figures"] == {"sbp": 152, "dbp": 94, "pulse": 72}


def test_an_urgent_reading_calls_the_pharmacist_and_puts_down_one_talk_for_tomorrow(till: Till, caring: CareActs) -> None:
    recorded, written = caring.record(UNASKED, URGENT, True)
    done(written)
    advice = recorded.advice
    assert advice.urgent and advice.tone == "bad" and [way.key for way in advice.ways if way.first] == ["see_doctor"]
    assert (advice.follow_up_on, advice.next_on) == (TODAY + timedelta(days=1),) * 2
    _, written = caring.record(UNASKED, URGENT)
    done(written)
    assert len([one for one in till.store.care.follow_ups((UNASKED,)) if one.open]) == 1


def test_advice_names_no_product_and_no_disease_as_found(till: Till, caring: CareActs) -> None:
    names = {product.generic_name for product in till.store.catalogue.products()}
    for draft in (HIGH, URGENT, Draft("glucose", {"glucose": "3.2"}, "random"), Draft("glucose", {"glucose": "6.0"}, "fasting")):
        advice = caring.check(HERS, draft).advice
        assert advice is not None
        said = "".join(way.text.zh for way in advice.ways) + advice.grade.zh
        assert "诊断" not in said and not any(name in said for name in names)
        assert "不是诊断" in advice.note.zh


def test_a_slip_of_the_finger_is_named_and_kept_out(caring: CareActs) -> None:
    found = caring.check(HERS, Draft("pressure", {"sbp": "1420", "dbp": "88"}))
    assert [(error.field, error.code, error.text.zh) for error in found.errors] == [("sbp", "implausible", "应在 60–280 之间")]
    with pytest.raises(Refused, match="reading_wrong"):
        caring.record(HERS, Draft("pressure", {"sbp": "90", "dbp": "88"}))
    late = Draft("pressure", {"sbp": "130", "dbp": "80"}, taken_at=datetime(2026, 12, 1, tzinfo=UTC))
    assert [error.code for error in caring.check(HERS, late).errors] == ["future"]
    assert [error.field for error in caring.check(HERS, Draft("temper", {})).errors] == ["kind"]


def test_a_weight_is_judged_by_the_height_known_before(till: Till, caring: CareActs) -> None:
    _, written = caring.record(HERS, Draft("weight", {"weight": "60"}))
    done(written)
    standing = caring.scene(HERS, kind="weight").series.standing
    assert standing is not None and (standing.words, standing.grade.zh) == ("60.0", "超重")


def test_a_reading_wants_somebody_signed_in(till: Till) -> None:
    till.post.staff = None
    with pytest.raises(Refused, match="sign_in_first"):
        till.caring.record(HERS, HIGH)


# -- a meter's file


def test_a_meters_file_comes_in_once_and_tells_what_it_brings(till: Till, caring: CareActs) -> None:
    content = (HEAD + "2026-11-18,08:00,150,92,70,,\n2026-11-19,08:01,142,90,71,6.5,空腹\n").encode()
    before = readings(till, HERS)
    plan = caring.plan_import(HERS, content, "meter.csv")
    assert (plan.fresh, plan.known, plan.errors, plan.done) == (3, 0, (), False) and readings(till, HERS) == before
    assert [(title.zh, count) for title, count in plan.counts] == [("血压", 2), ("血糖", 1)]
    brought, written = caring.import_readings(HERS, content, "meter.csv")
    done(written)
    assert brought.done and readings(till, HERS) == before + 3
    again, written = caring.import_readings(HERS, content, "meter.csv")
    assert (again.fresh, again.known, again.done, written) == (0, 3, False, None)


def test_one_wrong_row_keeps_the_whole_file_out(till: Till, caring: CareActs) -> None:
    rows = "2026-11-18,08:00,150,92,70,,\n2026-11-18,09:00,15,92,70,,\n2026-13-18,08:00,150,92,,,\n2026-11-18,08:00,151,92,70,,\n,,,,,,早\n"
    before = readings(till, HERS)
    found, written = caring.import_readings(HERS, (HEAD + rows).encode("gb18030"), "meter.csv")
    assert written is None and not found.done and readings(till, HERS) == before
    assert [(error.row_no, error.column) for error in found.errors] == [(3, "收缩压"), (4, "时间"), (5, "时间"), (6, "日期")]
    assert "第 2 行" in found.errors[2].text.zh


def test_milligrams_in_a_file_are_converted(caring: CareActs) -> None:
    content = b"Time,Glucose,Unit,Context\n2026-11-18 08:00:30,126,mg/dL,fasting\n"
    assert caring.plan_import(HERS, content, "m.csv").fresh == 1
    wrong = b"Time,Glucose,Context\n2026-11-18 08:00,126,fasting\n"
    assert [error.column for error in caring.plan_import(HERS, wrong, "m.csv").errors] == ["血糖"]


# -- medicines


def line_of(scene: CareScene, name: str) -> Any:
    return next((line for line in scene.medicines if line.name == name), None)


def test_a_dose_turns_a_habit_into_days(till: Till, caring: CareActs) -> None:
    past = [PastPurchase(f"p{n}", UNASKED, TODAY - timedelta(days=days), "P1020A1", 1, 100, "") for n, days in enumerate((20, 52))]
    till.store.care.keep_past(past).result(60)
    assert (line_of(caring.scene(UNASKED), "替米沙坦片").basis, line_of(caring.scene(UNASKED), "替米沙坦片").days_left) == ("interval", 12)
    done(caring.set_usage(UNASKED, UsageDraft("P1020A1", "1", moment="morning"), True))
    line = line_of(caring.scene(UNASKED), "替米沙坦片")
    assert (line.basis, line.days_left, line.usage.zh, line.packs, line.stage) == ("dose", 8, "每早 1 片", 1, "")
    done(caring.set_usage(UNASKED, UsageDraft("P1020A1", "1/2")))
    assert line_of(caring.scene(UNASKED), "替米沙坦片").days_left == 60
    assert caring.usage_form(UNASKED, "P1020A1").dose == "0.5"
    done(caring.end_usage(UNASKED, "P1020A1"))
    assert line_of(caring.scene(UNASKED), "替米沙坦片") is None


def test_a_medicine_is_taken_no_more_whichever_makers_pack_its_dose_was_noted_for(till: Till, caring: CareActs) -> None:
    product = till.store.catalogue.product("P1020A1")
    assert product is not None
    other = product.model_copy(update={"id": "P1020B9", "barcode": "", "maker": "另一家（演示）"})
    till.store.catalogue.upsert([other])
    done(caring.set_usage(UNASKED, UsageDraft("P1020A1", "1"), True))
    till.store.care.keep_past([PastPurchase("p1", UNASKED, TODAY - timedelta(days=3), "P1020B9", 1, 100, "")]).result(60)
    line = line_of(caring.scene(UNASKED), product.generic_name)
    assert (line.product_id, line.basis) == ("P1020B9", "dose")
    done(caring.end_usage(UNASKED, "P1020B9"))
    assert line_of(caring.scene(UNASKED), product.generic_name) is None


@pytest.mark.parametrize("draft", [UsageDraft("P1020A1", "0"), UsageDraft("P1020A1", "1", "25"), UsageDraft("P1020A1", "1", moment="dusk")])
def test_what_is_no_dose_is_refused(caring: CareActs, draft: UsageDraft) -> None:
    with pytest.raises(Refused, match="dose_wrong"):
        caring.set_usage(HERS, draft)
    with pytest.raises(Refused, match="product_unknown"):
        caring.set_usage(HERS, UsageDraft("nothing", "1"))


def test_another_purchase_stops_the_reminder_and_one_taken_back_does_not(till: Till, caring: CareActs) -> None:
    name = "阿托伐他汀钙片"
    assert line_of(caring.scene(HERS), name).stage == "due3"
    past = PastPurchase("other-store", HERS, TODAY, "P1600A1", 4, 100, "中山路店")
    till.store.care.keep_past([past]).result(60)
    line = line_of(caring.scene(HERS), name)
    assert (line.stage, line.days_left) == ("", 31)
    assert not [todo for todo in caring.scene(HERS).todos if todo.kind == "refill"]
    till.store.care.keep_past([PastPurchase("other-store", HERS, TODAY, "P1600A1", 0, 0, "中山路店")]).result(60)
    assert line_of(caring.scene(HERS), name).stage == "due3"


def test_reminders_name_who_is_due_today_masked(caring: CareActs) -> None:
    found = caring.reminders()
    assert any(one.member_id == HERS and one.kind == "refill" for one in found)
    assert all("*" in one.masked and ("*" in one.phone or not one.phone) for one in found)
    assert len(caring.reminders(3)) == 3


def test_a_person_is_reminded_once_under_whichever_ids_they_bought_and_never_after_leaving(till: Till, caring: CareActs) -> None:
    bought = till.store.care.bought((HERS,), TODAY - timedelta(days=60))
    past = [PastPurchase("mine", UNASKED, one.day, one.product_id, 1, 100, "") for one in bought[:1]]
    till.store.care.keep_past(past).result(60)
    alias = Alias(id=UNASKED, canonical_id=HERS)
    till.store.inbox.apply("alias", [alias.model_dump(mode="json")], "c:1:x").result(60)
    hers = [(one.kind, one.title.zh) for one in caring.reminders() if one.member_id == HERS]
    assert hers and len(hers) == len(set(hers))
    refuses(till, HERS, "membership")
    assert not [one for one in caring.reminders() if one.member_id == HERS and one.kind == "refill"]


# -- targets and talks


def test_an_urgent_reading_puts_down_a_talk_also_where_one_is_agreed_for_later(till: Till, caring: CareActs) -> None:
    done(caring.set_follow_up(UNASKED, TODAY + timedelta(days=13)))
    recorded, written = caring.record(UNASKED, URGENT, True)
    done(written)
    days = [one.due_on for one in till.store.care.follow_ups((UNASKED,))]
    assert days == [recorded.advice.follow_up_on, TODAY + timedelta(days=13)]
    _, again = caring.record(UNASKED, URGENT)
    done(again)
    assert len(till.store.care.follow_ups((UNASKED,))) == 2


def test_a_pharmacist_sets_a_persons_own_target(till: Till, caring: CareActs) -> None:
    done(caring.set_target(HERS, "pressure", {"sbp": ("", "129")}))
    (sbp, _) = caring.targets(HERS, "pressure")
    assert sbp.target == (None, 129)
    advice = caring.check(HERS, Draft("pressure", {"sbp": "134", "dbp": "80"})).advice
    assert advice is not None and advice.grade.zh.startswith("高于个人目标")
    for low, high in (("150", "120"), ("", "999"), ("x", "")):
        with pytest.raises(Refused, match="target_wrong"):
            caring.set_target(HERS, "pressure", {"sbp": (low, high)})
    till.shifts.sign_in("staff-1001", "1001")
    with pytest.raises(Refused, match="nobody_may"):
        caring.set_target(HERS, "pressure", {"sbp": ("", "129")})


def test_a_talk_is_moved_tried_again_and_made(till: Till, caring: CareActs) -> None:
    (open_one,) = [one for one in till.store.care.follow_ups((HERS,)) if one.open]
    followup = open_one.followup_id
    for outcome, day, code in (("moved", None, "day_needed"), ("moved", date(2026, 1, 1), "day_past"), ("lost", None, "outcome_unknown")):
        with pytest.raises(Refused, match=code):
            caring.follow_up_done(followup, outcome, day)
    done(caring.follow_up_done(followup, "moved", date(2026, 11, 30)))
    assert caring.follow_up(followup).due_on == date(2026, 11, 30)
    done(caring.follow_up_done(followup, "not_reached"))
    assert (caring.follow_up(followup).due_on, caring.follow_up(followup).tries) == (TODAY + timedelta(days=2), 2)
    done(caring.follow_up_done(followup, "reached", findings=("forgets",)))
    with pytest.raises(Refused, match="followup_unknown"):
        caring.follow_up(followup)
    assert caring.scene(HERS).dealings[0].title.zh == "药师电话随访：已联系上，有漏服"
    assert "forgets" not in json.dumps(events(till, "followup.done@1")[0].body)


def test_a_word_pressed_twice_is_one_try_and_a_later_one_is_another(till: Till, caring: CareActs) -> None:
    (open_one,) = [one for one in till.store.care.follow_ups((HERS,)) if one.open]
    followup = open_one.followup_id

    def told() -> int:
        return sum(one.body["followup_id"] == followup for one in events(till, "followup.done@1"))

    go_on = threading.Event()
    stalled = till.store.writer.submit(lambda _connection: go_on.wait(60))
    first, second = caring.follow_up_done(followup, "not_reached"), caring.follow_up_done(followup, "not_reached")
    go_on.set()
    stalled.result(60)
    done(first)
    done(second)
    done(caring.follow_up_done(followup, "not_reached"))
    assert caring.follow_up(followup).tries == told() == 1
    till.clock.advance(60)
    done(caring.follow_up_done(followup, "not_reached"))
    assert caring.follow_up(followup).tries == 2
    done(caring.follow_up_done(followup, "reached"))
    assert told() == 3


def test_a_talk_is_put_down_for_a_day_to_come(till: Till, caring: CareActs) -> None:
    done(caring.set_follow_up(UNASKED, date(2026, 11, 25)))
    assert [todo.kind for todo in caring.scene(UNASKED).todos if todo.kind == "call"] == ["call"]
    with pytest.raises(Refused, match="day_past"):
        caring.set_follow_up(UNASKED, date(2026, 11, 20))
    with pytest.raises(Refused, match="member_unknown"):
        caring.set_follow_up("nobody", date(2026, 11, 25))


# -- papers


def test_the_papers_are_made_and_a_card_needs_something_to_say(caring: CareActs) -> None:
    assert caring.health_file(HERS).startswith(b"%PDF") and caring.refill_card(HERS).startswith(b"%PDF")
    assert caring.health_file(UNASKED).startswith(b"%PDF")
    with pytest.raises(Refused, match="refill_none"):
        caring.refill_card(UNASKED)


# -- beside the sale


def test_the_sale_shows_the_newest_readings_of_one_occasion_and_nothing_of_who_refuses(till: Till, caring: CareActs) -> None:
    glance = caring.glance(HERS)
    scene = caring.scene(HERS)
    assert glance.todos == scene.todos and glance.conditions == scene.conditions
    assert glance.todos[0].left.zh == "余 3 天"
    pressure, glucose = glance.newest
    assert (pressure.words, pressure.grade.zh, pressure.tone, pressure.age.zh) == ("142/88", "偏高", "warn", "2 天前")
    assert pressure.values[-1] == 142 and len(pressure.values) == 7 and pressure.band is not None
    assert glucose.title.zh.endswith("血糖") and glucose.title.zh != "血糖"
    till.joining.set_consents(HERS, {"health": False}).wait()
    refused = caring.glance(HERS)
    assert refused.newest == () and refused.conditions == ()
