"""The member's page through the real window: found, read, entered on, and left again; every act by key."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.desktop.widgets.buttons import IconBtn
from app.desktop.widgets.care import MedicineRow, Plot, PlotCurve, ReadingsChart, steps

MEMBER, CARD = "member-00001", "90000000000000000019"
THERMOMETER = "6999580000439"
K = Qt.Key


@pytest.fixture
def at(hand: Any) -> Any:
    """The window with the page in front and nobody on it."""
    hand.sign_in()
    show(hand)
    return hand


def show(hand: Any) -> None:
    hand.window.shell.show_page("member")
    hand.window.shell._dead_until = 0.0


def page(at: Any) -> Any:
    return at.window.shell.pages["member"]


def key(at: Any, *keys: Qt.Key | str) -> None:
    for one in keys:
        if isinstance(one, str):
            for character in one:
                at.press(ord(character.upper()), character)
        else:
            at.press(one, "\r" if one == K.Key_Return else "")
        QApplication.processEvents()


def with_member(at: Any) -> None:
    at.scan(CARD)
    at.until(lambda: page(at)._scene is not None)


def test_a_phone_typed_above_finds_the_member_and_enter_takes_them_into_the_sale(at: Any) -> None:
    at.type("19900000001")
    at.enter()
    at.until(lambda: "王*兰" in at.words())
    assert at.window.till.selling.basket.member_id == ""
    at.enter()
    at.until(lambda: at.window.shell.page.key == "sale")
    basket = at.window.till.selling.basket
    assert (basket.member_id, basket.found_by) == (MEMBER, "phone")


def test_a_scanned_code_brings_the_member_onto_the_page_and_goods_go_into_the_sale(at: Any) -> None:
    with_member(at)
    at.scan(THERMOMETER)
    at.until(lambda: at.window.till.selling.basket.lines)
    assert at.window.shell.page.key == "member"
    assert (at.window.till.selling.basket.member_id, page(at)._member_id) == (MEMBER, MEMBER)


def test_f3_leads_from_the_sale_to_its_members_page_and_back_again(hand: Any) -> None:
    hand.sign_in()
    hand.scan(CARD)
    hand.until(lambda: hand.window.till.selling.basket.member_id)
    hand.press(K.Key_F3)
    hand.until(lambda: hand.window.shell.page.key == "member")
    hand.until(lambda: "王*兰" in hand.words())
    hand.press(K.Key_Escape)
    hand.until(lambda: hand.window.shell.page.key == "sale")


def test_several_who_fit_are_listed_and_a_digit_chooses(at: Any) -> None:
    at.window.shell.page.on_omnibox("王")
    assert len(page(at)._rows) > 1
    at.press(K.Key_2, "2")
    at.until(lambda: page(at)._scene is not None)
    assert page(at)._found_by == "name"


def test_nobody_found_may_join_on_the_page(at: Any) -> None:
    at.window.shell.page.on_omnibox("13900007777")
    assert "没找到" in at.words()
    at.press(K.Key_J, "j", modifiers=Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: page(at)._joining_open)
    at.press(K.Key_Escape)
    at.until(lambda: not page(at)._joining_open)


def test_a_reading_is_typed_told_entered_and_drawn(at: Any) -> None:
    with_member(at)
    before = len(page(at)._scene.care.series.marks)
    key(at, K.Key_F4, "146", K.Key_Return, "1492", K.Key_Return)
    lower = list(page(at)._form.entries.values())[1]
    assert lower.property("state") == "error"
    lower.setText("92")
    key(at, K.Key_Return)
    at.until(lambda: "建议" in at.words() or "医生" in at.words())
    at.until(lambda: len(page(at)._scene.care.series.marks) == before + 1)
    at.enter()
    at.until(lambda: page(at)._form is None and "146/92" in at.words())


def test_without_consent_the_member_is_asked_before_anything_is_kept(at: Any) -> None:
    stranger = next(one for one in at.window.till.store.people.members() if not at.window.till.store.people.consents(one.id))
    page(at)._show(stranger.id)
    page(at)._whole()
    assert "健康档案未授权" in at.words()
    key(at, K.Key_F4, "118", K.Key_Return, "76", K.Key_Return)
    assert "先问本人" in at.words()
    page(at)._form.consent.set_value("no")
    page(at)._form.advance(page(at)._form.consent)
    at.until(lambda: "没有保存" in at.words())
    assert not page(at)._whole().care.series.marks
    key(at, K.Key_Return)
    at.until(lambda: "会员没同意留健康档案" in at.words())


def test_allergies_are_asked_on_the_page_and_count_at_once(at: Any) -> None:
    with_member(at)
    page(at)._ask_allergies()
    form = page(at)._form
    key(at, "5", K.Key_Return)
    at.until(lambda: page(at)._form is None)
    assert form.ticks.values == ("penicillin", "sulfa", "nsaid")
    assert "李娜 核对" in at.words()
    assert at.window.till.selling.basket.patient.allergy_classes == ("nsaid", "penicillin", "sulfa")


def test_a_record_whose_consent_was_taken_back_is_not_on_the_page_which_says_so(at: Any) -> None:
    with_member(at)
    at.window.till.noting.ask_allergies(MEMBER, ["nsaid"]).wait()
    at.window.till.joining.set_consents(MEMBER, {"health": False}).wait()
    page(at).refresh()
    strip = page(at)._parts.strip
    assert "健康同意已撤回，过敏未核对：请口头询问" in strip.accessibleName()
    assert "非甾体" not in at.words() and strip.button.isHidden()
    at.window.till.joining.set_consents(MEMBER, {"health": True}).wait()
    page(at).refresh()
    assert "非甾体" in strip.accessibleName() and not strip.button.isHidden()


def test_none_and_a_class_shut_each_other_out_and_nothing_ticked_is_no_answer(at: Any) -> None:
    with_member(at)
    page(at)._ask_allergies()
    ticks = page(at)._form.ticks
    at.type("1")
    assert ticks.values == ("none",)
    at.type("3")
    assert ticks.values == ("cephalosporin",)
    at.type("3")
    key(at, K.Key_Return)
    assert page(at)._form is not None and "没有也要点" in at.words()


def test_a_family_person_is_added_by_keys_alone_and_asked_about_allergies(at: Any) -> None:
    with_member(at)
    page(at)._add_person()
    page(at)._form._panel.put("name", "刘建国")
    page(at)._form._panel.put("born", "19550501")
    for name, value in (("relation", "配偶"), ("agrees", "yes")):
        page(at)._form._panel._parts[name].value = value
    page(at)._form._panel.confirm()
    at.until(lambda: "的过敏" in at.words())
    key(at, "1", K.Key_Return)
    at.until(lambda: page(at)._form is None)
    assert "家庭 · 2 人" in at.words()
    assert "刘*国 · 配偶" in at.words()


def test_the_outcome_of_a_call_takes_it_off_the_list(at: Any) -> None:
    with_member(at)
    open_calls = [one for one in page(at)._scene.care.todos if one.act == "call"]
    assert open_calls
    key(at, K.Key_F5, "1")
    key(at, K.Key_Return, "1", K.Key_Return)
    at.until(lambda: page(at)._form is None)
    assert not [one for one in page(at)._whole().care.todos if one.followup_id == open_calls[0].followup_id]


def test_a_call_put_off_wants_a_day(at: Any) -> None:
    with_member(at)
    key(at, K.Key_F5)
    form = page(at)._form
    form.outcome.set_value("moved")
    form.outcome.chosen.emit("moved")
    form._submit()
    assert "改到哪天" in at.words()
    form.later.set_value("14")
    form._submit()
    at.until(lambda: page(at)._form is None)


def test_a_refill_goes_into_the_sale_with_one_press(at: Any) -> None:
    with_member(at)
    refill = next(one for one in page(at)._scene.care.todos if one.act == "add")
    page(at).act_todo(refill)
    lines = at.window.till.selling.basket.lines
    assert [line.product.id for line in lines] == [refill.product_id]
    assert at.window.till.selling.scene().blocks


def test_lists_open_by_their_keys_and_escape_closes_them(at: Any) -> None:
    with_member(at)
    lists = ((K.Key_F6, "优惠券 · 3 张"), (K.Key_F8, "家庭 · 1/7 人"), (K.Key_F9, "用药史 · 近 12 个月"), (K.Key_F10, "个人信息"))
    for pressed, said in lists:
        at.window.shell._dead_until = 0.0
        key(at, pressed)
        assert said in at.words(), said
        key(at, K.Key_Escape)
        assert page(at)._form is None
    assert at.window.shell.page.key == "member"


def test_a_revealed_phone_is_masked_again_when_the_page_is_left(at: Any) -> None:
    with_member(at)
    page(at)._reveal()
    page(at)._form.rows[0].click()
    at.until(lambda: "19900000001" in at.words())
    at.window.shell.show_page("sale")
    show(at)
    assert "19900000001" not in at.words() and "199****0001" in at.words()


def test_a_person_is_erased_on_the_page_by_last_digits_and_a_managers_pin(at: Any) -> None:
    with_member(at)
    at.scan(THERMOMETER)
    at.until(lambda: at.window.till.selling.basket.lines)
    at.window.shell._dead_until = 0.0
    key(at, K.Key_F10)
    assert "个人信息" in at.words()
    page(at)._form.rows[1].click()
    said = at.words()
    for line in ("删除，找不回来", "依法保留", "密钥销毁", "销售、退货记录 · 5 年", "积分 3,412", "店长 PIN"):
        assert line in said, line
    form = page(at)._form
    at.enter()
    assert form.digits.hasFocus() and not form.pin.text()
    key(at, "6620", K.Key_Return, "1003", K.Key_Return)
    assert "末四位和登记的不一样" in at.words() and form.digits.hasFocus()
    form.digits.setText("0001")
    form.pin.setText("1001")
    key(at, K.Key_Return)
    assert "PIN 不对" in at.words() and form.pin.text() == ""
    assert at.window.till.store.people.member(MEMBER) is not None
    key(at, "1003", K.Key_Return)
    at.until(lambda: page(at)._scene is None)
    people = at.window.till.store.people
    assert people.erased(MEMBER) and people.member(MEMBER) is None
    assert at.window.till.selling.basket.member_id == "" and at.window.till.selling.basket.lines
    assert "王*兰" not in at.words()


def test_escape_leaves_the_erasing_and_nobody_is_gone(at: Any) -> None:
    with_member(at)
    page(at)._erase()
    key(at, K.Key_Escape)
    assert page(at)._form is None
    assert at.window.till.store.people.member(MEMBER) is not None


def test_a_copy_for_the_person_is_made_behind_the_page_by_a_pharmacists_pin(at: Any) -> None:
    with_member(at)
    at.window.shell._dead_until = 0.0
    key(at, K.Key_F10)
    page(at)._form.rows[0].click()
    form = page(at)._form
    form.answered.emit({"pin": "1001"})
    assert "PIN 不对" in at.words()
    form.answered.emit({"pin": "1002"})
    at.until(lambda: "请当面交给本人" in at.words())
    made = sorted((at.window.till.folder / "reports").glob("person-0019-*"))
    assert [one.suffix for one in made] == [".json", ".pdf"]
    assert all(one.stat().st_mode & 0o077 == 0 for one in made) and made[1].read_bytes().startswith(b"%PDF")
    looks = [one for one in at.window.till.store.journal.of_type("member.revealed@1", date(2026, 11, 21), 9)]
    assert [(one.body["what"], one.actor) for one in looks] == [("export", "staff-1002")]


def test_a_chosen_coupon_goes_to_the_printer_and_its_second_paper_is_marked(at: Any) -> None:
    till = at.window.till
    # The demo's coupons are signed by the till itself; a till of a chain holds headquarters' key here.
    till.settings.set("hub.public_key", till.store.key.public().hex()).result(60)
    with_member(at)
    at.window.shell._dead_until = 0.0
    key(at, K.Key_F6)
    page(at)._form.rows[0].setFocus()
    serial = page(at)._scene.tickets[0].serial
    at.window.shell._dead_until = 0.0
    key(at, K.Key_F5)
    at.until(lambda: len(till.store.jobs.of_event(serial)) == 1)
    page(at)._form.rows[0].findChild(IconBtn).click()
    at.until(lambda: len(till.store.jobs.of_event(serial)) == 2)
    assert [job.kind for job in till.store.jobs.of_event(serial)] == ["coupon", "coupon"]
    key(at, K.Key_Escape)
    assert page(at)._tickets is None and "打印券" not in [one.label.zh for one in page(at).fkeys()]


def test_the_next_sale_forgets_who_was_looked_up(at: Any) -> None:
    at.window.shell.page.on_omnibox("19900000001")
    assert page(at)._face is not None
    at.window.shell.show_page("sale")
    till = at.window.till
    till.selling.scan(THERMOMETER)
    till.selling.hold()
    at.until(lambda: not till.selling.writing)
    show(at)
    assert page(at)._face is None and page(at)._scene is None


def test_a_card_without_anything_says_what_would_fill_it(at: Any) -> None:
    people = at.window.till.store.people
    stranger = next(one for one in people.members() if not people.family(one.id) and not one.chronic and not one.allergies_known)
    page(at)._show(stranger.id)
    page(at)._whole()
    said = at.words()
    for line in ("还没问过", "还看不出在用什么药", "按 F8 加家人", "还没有记录，登记第一次", "没有券", "现在没有要办的", "还没有标签"):
        assert line in said, line


def test_the_other_language_says_everything_anew(at: Any) -> None:
    with_member(at)
    at.window.theme.set_language("en")
    at.until(lambda: "Medicines in use" in at.words())
    said = at.words()
    assert "Blood pressure" in said and "To do" in said and "Health consent holds" in said


def test_a_member_is_on_the_page_within_fifty_milliseconds_of_the_scan(at: Any) -> None:
    """The limit of the design is 50 ms; ten times that must hold on a machine with other work, the figure is printed."""
    with_member(at)
    took = []
    for member_id in ("member-00002", "member-00003", MEMBER, "member-00004", MEMBER):
        began = time.perf_counter()
        page(at)._show(member_id)
        page(at)._whole()
        page(at).grab()
        took.append((time.perf_counter() - began) * 1000)
    print(f"member painted: {', '.join(f'{one:.1f}' for one in took)} ms")
    assert sorted(took)[2] < 500


# ---------------------------------------------------------------------- at once, and behind


def seen(at: Any) -> tuple[bool, bool]:
    """Whether the cards in the left column and in the middle are in sight."""
    parts = page(at)._parts
    return parts._left.isVisible(), parts._middle.isVisible()


def test_who_it_is_stands_there_at_once_with_allergies_and_coupons_and_the_rest_comes_behind(at: Any) -> None:
    page(at)._show(MEMBER)
    said = at.words()
    assert all(word in said for word in ("王*兰", "金卡", "积分", "青霉素类、磺胺类", "优惠券 · "))
    assert page(at).reading and page(at)._scene is None and seen(at) == (False, False) and "在用药" not in said
    at.until(lambda: not page(at).reading)
    assert page(at)._scene is not None and seen(at) == (True, True)
    assert all(word in at.words() for word in ("在用药", "待办", "健康档案授权有效", "血压"))


def test_nobodys_medicines_and_readings_stand_below_another_name(at: Any) -> None:
    with_member(at)
    at.until(lambda: not page(at).reading)
    kin = page(at)._scene.family[0].masked_name
    assert kin in at.words()
    page(at)._show("member-00002")
    assert seen(at) == (False, False) and kin not in at.words()
    at.until(lambda: not page(at).reading)
    assert seen(at) == (True, True) and kin not in at.words()


def test_the_next_customer_finds_nothing_of_the_one_before(at: Any) -> None:
    with_member(at)
    at.until(lambda: not page(at).reading)
    at.window.shell.show_page("sale")
    at.window.shell.sale._do(at.window.till.selling.detach_member)
    assert page(at)._parts._left.isHidden() and page(at)._parts._middle.isHidden()


def test_an_act_that_wants_all_of_a_member_reads_what_is_missing_first(at: Any) -> None:
    page(at)._show(MEMBER)
    assert page(at)._scene is None
    key(at, K.Key_F8)
    assert not page(at).reading and page(at)._form is not None
    assert page(at)._scene.family[0].masked_name in at.words()


def test_the_same_facts_are_not_read_again_and_changed_ones_are(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    view, read = at.window.till.member_view, {"face": 0, "rest": 0}

    def counted(name: str, act: Any) -> Any:
        def counting(*asked: Any, **more: Any) -> Any:
            read[name] += 1
            return act(*asked, **more)

        return counting

    monkeypatch.setattr(view, "face", counted("face", view.face))
    monkeypatch.setattr(view, "rest_in_steps", counted("rest", view.rest_in_steps))
    with_member(at)
    at.until(lambda: not page(at).reading)

    def again() -> dict[str, int]:
        read.update(face=0, rest=0)
        at.window.shell.show_page("sale")
        show(at)
        at.until(lambda: not page(at).reading)
        return dict(read)

    assert again() == {"face": 0, "rest": 0}
    # Goods in the sale change what the coupons do, and nothing else of the member.
    at.window.shell.show_page("sale")
    at.scan(THERMOMETER)
    at.until(lambda: at.window.till.selling.basket.lines)
    assert again() == {"face": 1, "rest": 0}
    # Whatever this till records may be of the member.
    at.window.till.caring.set_follow_up(MEMBER, date(2026, 12, 1)).result()
    assert again() == {"face": 1, "rest": 1}
    assert any(one.followup_id for one in page(at)._scene.care.todos)
    # So may every page of rows from headquarters.
    at.window.till.store.inbox.pages += 1
    assert again() == {"face": 1, "rest": 1}


def test_the_first_member_waits_for_no_icon_to_be_read(hand: Any) -> None:
    hand.sign_in()
    hand.scan(THERMOMETER)
    icons, behind = hand.window.theme._icons, page(hand).behind
    hand.until(lambda: page(hand)._seen_sale and ("bell", "regular") in icons._outlines and not behind.busy)
    hand.window.grab()
    read = set(icons._outlines)
    hand.scan(CARD)
    hand.until(lambda: hand.window.till.selling.basket.member_id and not hand.window.shell._facts_due.isActive())
    hand.until(lambda: not hand.window.shell.sale.reading)
    hand.window.shell.sale.member.grab()
    assert set(icons._outlines) == read


# ---------------------------------------------------------------------- parts


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(72.0, 158.0, [80.0, 100.0, 120.0, 140.0]), (3.1, 9.2, [4.0, 6.0, 8.0]), (0.0, 0.9, [0.0, 0.2, 0.4, 0.6, 0.8])],
)
def test_an_axis_has_a_few_round_figures(low: float, high: float, expected: list[float]) -> None:
    assert steps(low, high) == pytest.approx(expected)


def test_a_chart_is_drawn_once_and_again_only_when_something_differs(theme: Any) -> None:
    chart = ReadingsChart(theme)
    chart.resize(480, 240)
    days = tuple((date(2026, 9, day), 120.0 + day) for day in (1, 12, 25))
    plot = Plot(date(2026, 8, 24), date(2026, 11, 21), (PlotCurve("s", days, (120.0, 139.0)),), (), (date(2026, 9, 2),))
    chart.show_plot(plot, "three readings")
    chart.grab()
    picture = chart._picture
    chart.show_plot(Plot(plot.first, plot.last, plot.curves, plot.marks, plot.purchases), "three readings")
    chart.grab()
    assert chart._picture is picture
    theme.set_mode("dark")
    chart.grab()
    assert chart._picture is not picture


def test_rows_that_do_not_fit_are_told_of_and_none_is_half_shown(theme: Any) -> None:
    from app.desktop.widgets.rows_that_fit import RowsThatFit

    rows = RowsThatFit(
        theme,
        lambda: MedicineRow(theme),
        lambda row, name: row.show_medicine(name, "", "", None, "good"),
        height=50,
        rest=lambda n: f"+{n}",
    )
    rows.show_all(["a", "b", "c", "d"])
    rows.resize(200, 50 * 2 + 28)
    rows.show()
    seen = [row.isVisible() for row in rows.rows]
    assert seen == [True, True, False, False]
    assert rows._rest.isVisible() and rows._rest.accessibleName() == "+2"
    rows.resize(200, 200)
    assert all(row.isVisible() for row in rows.rows) and not rows._rest.isVisible()


def test_an_open_form_and_what_a_reading_meant_outlive_a_change_of_language(at: Any) -> None:
    with_member(at)
    page(at)._all_family()
    at.window.theme.set_language("en")
    at.until(lambda: "Family · 1 of 7" in at.words())
    page(at)._close_form()
    page(at).enter_reading("pressure")
    for entry, figure in zip(page(at)._form.entries.values(), ("146", "92"), strict=False):
        entry.setText(figure)
    page(at)._form.taken.emit()
    at.until(lambda: "See a doctor" in at.words() or "doctor" in at.words())
    at.window.theme.set_language("zh")
    at.until(lambda: "药师" in page(at)._form.accessibleName() or "登记血压" in at.words())
    assert page(at)._form is not None and "146/92" in at.words()


def test_tags_take_two_rows_at_most_and_say_how_many_more_there_are(theme: Any) -> None:
    from app.desktop.widgets.care import TagFlow

    flow = TagFlow(theme)
    tags = [
        (words, "mute")
        for words in ("高血压用药", "糖尿病用药", "血脂用药", "慢病会员", "周期购买 · 糖尿病 等 3 项", "勤测量", "认准品牌 · 某某药业")
    ]
    flow.show_tags(tags)
    flow.resize(250, 60)
    drawn = [words for words, *_ in flow._chips(250)]
    assert drawn[-1] == "+2" and "勤测量" in drawn
    assert flow.heightForWidth(250) <= theme.px(56)
    assert all(words in flow.accessibleName() for words, _ in tags)
    flow.show_tags(tags[:3])
    assert [words for words, *_ in flow._chips(250)] == ["高血压用药", "糖尿病用药", "血脂用药"]
