"""The customer's side of the sale: money and names, nothing about health, nothing about who."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

from app.counter.customer_side import CustomerSide
from app.counter.customer_view import PRIVATE_MARKS, CustomerLine, CustomerView, customer_view, surname
from app.counter.scene import Frame, MemberFace, PatientFace, PayScene, Scene, SceneLine, Strip, Totals
from app.domain.verdict import Text

FRAME = Frame("安康大药房", "", "01", "1 号台", "早班", date(2026, 11, 22), "李娜", "cashier", "s", 1)


def line(name: str, marks: tuple[str, ...], *, cut: int = 0, quantity: int = 2, ghost: bool = False) -> SceneLine:
    return SceneLine(
        f"l-{name}", 1, "p", name, "0.3g×20粒", marks, "厂", "L1", "book", "", False, 0, 0, 1000, quantity, "盒", cut,
        1000 * quantity - cut, strips=(Strip("allergy", "block", "bad", Text("青霉素过敏"), Text("高血压慎用")),), ghost=ghost,
    )  # fmt: skip


def scene(*lines: SceneLine, member: MemberFace | None = None) -> Scene:
    total = sum(each.amount_fen for each in lines if not each.ghost)
    cut = sum(each.cut_fen for each in lines)
    return Scene(
        FRAME,
        lines,
        totals=Totals(subtotal_fen=total + cut, cut_fen=cut, payable_fen=total),
        member=member,
        patient=PatientFace("typed", "孕妇 32 岁", Text("32")),
    )


ALLERGY = Strip("allergy", "inform", "bad", Text("头孢"), Text(""))
MEMBER = MemberFace("m", "陈*明", "陈", "金卡", 860, "138****6620", "m", 61, True, ALLERGY)


def pay(state: str, *, received: int = 0, remaining: int = 0, change: int = 0) -> PayScene:
    return PayScene(state, 2000, received, remaining, change, (), (), ())


def test_an_empty_counter_is_idle() -> None:
    assert customer_view(scene()) == CustomerView()


def test_an_unknown_code_alone_shows_nothing() -> None:
    assert customer_view(scene(line("6901", (), ghost=True))).state == "idle"


def test_a_line_shows_the_price_now_and_what_was_taken_off_but_no_price_of_before() -> None:
    shown = customer_view(scene(line("维生素C片", ("otc_b",), cut=300)))
    assert shown.lines == (CustomerLine("维生素C片", "0.3g×20粒", 2, 850, 300, 1700),)
    assert (shown.state, shown.total_fen, shown.saved_fen, shown.due_fen) == ("selling", 1700, 300, 1700)


def test_a_prescription_medicine_is_called_a_medicine() -> None:
    shown = customer_view(scene(line("阿莫西林胶囊", ("rx",)), line("血糖试纸", ("device", "rx"))))
    assert [(each.name, each.spec, each.private) for each in shown.lines] == [("药品", "", True), ("器械", "", True)]


def test_the_shop_chooses_which_classes_are_private() -> None:
    shown = customer_view(scene(line("人工泪液", ("otc_a",))), private_marks={"otc_a"})
    assert shown.lines[0].name == "药品"


def test_nothing_of_member_patient_or_warnings_passes_but_the_surname() -> None:
    shown = repr(customer_view(scene(line("阿莫西林胶囊", ("rx",)), member=MEMBER), pay("collecting", remaining=2000)))
    assert "greeting='陈'" in shown
    for secret in ("青霉素", "高血压", "头孢", "孕妇", "明", "138", "金卡", "860", "阿莫西林", "61"):
        assert secret not in shown


def test_paying_shows_paid_due_and_change_and_the_end_says_thanks() -> None:
    open_basket = scene(line("维生素C片", ("otc_b",)))
    paying = customer_view(open_basket, pay("collecting", received=500, remaining=1500))
    assert (paying.state, paying.paid_fen, paying.due_fen, len(paying.lines)) == ("paying", 500, 1500, 1)
    done = customer_view(open_basket, pay("done", received=5000, change=3000))
    assert (done.state, done.paid_fen, done.change_fen, done.lines) == ("thanks", 5000, 3000, ())


def test_only_surnames_are_greeted() -> None:
    assert [surname(text) for text in ("王*兰", "A*** L*", "138****6620", "")] == ["王", "", "", ""]


def test_the_model_has_no_field_but_words_and_money() -> None:
    kinds = {field.type for model in (CustomerLine, CustomerView) for field in fields(model)}
    assert kinds <= {"str", "int", "bool", "int | None", "CustomerState", "tuple[CustomerLine, ...]"}


BASKET = scene(line("维生素C片", ("otc_b",)))


def done(number: str) -> PayScene:
    return PayScene("done", 2000, 5000, 0, 3000, (), (), (), number=number)


def side(told: list[CustomerView], settings: dict[str, Any] | None = None) -> CustomerSide:
    kept = settings if settings is not None else {"customer.private_marks": PRIVATE_MARKS}
    made = CustomerSide(cast(Any, SimpleNamespace(get=kept.__getitem__)), lambda: None, "药柜示范药房")
    made.listen(told.append)
    return made


def test_a_locked_till_shows_the_shop_and_the_basket_comes_back_with_the_person() -> None:
    told: list[CustomerView] = []
    customer = side(told)
    customer.show(BASKET)
    customer.lock(True)
    customer.show(BASKET)
    customer.lock(False)
    assert [view.state for view in told] == ["selling", "idle", "selling"]


def test_thanks_end_once_and_the_next_sale_is_thanked_again() -> None:
    told: list[CustomerView] = []
    customer = side(told)
    customer.show(BASKET, done("0001"))
    customer.end_thanks()
    customer.show(BASKET, done("0001"))
    customer.show(BASKET, done("0002"))
    assert [(view.state, view.change_fen) for view in told] == [("thanks", 3000), ("idle", 0), ("thanks", 3000)]


def test_the_end_of_thanks_leaves_a_new_basket_alone() -> None:
    told: list[CustomerView] = []
    customer = side(told)
    customer.show(BASKET)
    customer.end_thanks()
    assert [view.state for view in told] == ["selling"]


def test_goods_made_private_while_they_lie_in_the_basket_are_no_longer_named() -> None:
    told: list[CustomerView] = []
    settings: dict[str, Any] = {"customer.private_marks": frozenset()}
    customer = side(told, settings)
    customer.show(BASKET)
    settings["customer.private_marks"] = frozenset({"otc_b"})
    customer.again()
    assert [view.lines[0].name for view in told] == ["维生素C片", "药品"]
