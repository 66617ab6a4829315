"""The Receipts page, driven by keys on a real till."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from desk_bench import DeskBench
from PySide6.QtWidgets import QWidget

from app.desktop.screens.receipts import ReceiptsPage
from app.desktop.theme import Theme
from app.domain.codes import invoice_header
from app.domain.invoice import InvoiceTitle

if TYPE_CHECKING:
    from collections.abc import Callable

MASKS, THERMOMETER = "6999600000494", "6999580000439"


@pytest.fixture
def bench(theme: Theme, demo_counter: Any) -> Callable[[], DeskBench]:
    """Makes the page on the demo till."""
    return lambda: DeskBench(theme, demo_counter.till, ReceiptsPage)


def test_a_reprint_is_counted_and_queued_under_its_copy(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS)
    # While the first paper waits, asking again prints that one: it came out already.
    for job in demo_counter.till.store.jobs.list():
        demo_counter.till.store.jobs.set_state(job.job_id, "sent", {}).result(60)
    at = bench()
    at.press("F12")
    at.until(lambda: any(job.kind == "reprint" for job in demo_counter.till.store.jobs.list()))
    at.press("F12")
    at.until(lambda: sum(job.kind == "reprint" for job in demo_counter.till.store.jobs.list()) == 2)
    assert demo_counter.till.store.sales.by_number(number).reprints == 2
    assert {job.facts.get("copy") for job in demo_counter.till.store.jobs.list() if job.kind == "reprint"} == {"1", "2"}
    at.until(lambda: "补打小票 第 3 次" in at.words())


def test_a_receipt_that_still_waits_is_not_called_a_copy(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS)
    at = bench()
    assert "打印小票" in at.words() and "补打小票" not in at.words()
    at.press("F12")
    at.until(lambda: at.toasts)
    assert at.toasts == ["小票还没打过，原票已交给打印机"]
    assert demo_counter.till.store.sales.by_number(number).reprints == 0


def test_arrows_choose_the_sale_that_is_shown(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    first = demo_counter.sell(MASKS)
    demo_counter.sell(THERMOMETER)
    at = bench()
    at.press("Down")
    assert at.page._sale.number == first


def test_a_wrong_tender_is_booked_anew_and_the_sale_stays(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS)
    at = bench()
    at.press("F6", "2", "Enter", "1", "Enter", "1003", "Enter")
    at.until(lambda: at.toasts)
    sale = demo_counter.till.store.sales.by_number(number)
    assert [(c.from_method, c.to_method, c.reason, c.approved_by) for c in sale.corrections] == [("cash", "qr", "wrong_key", "staff-1003")]
    assert sale.body.tenders[0].method == "cash"
    assert "原记 现金" in at.words()


def test_paper_whose_fate_is_unknown_is_settled_by_a_person(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.sell(MASKS)
    jobs = demo_counter.till.store.jobs
    job = jobs.list()[0].job_id
    jobs.set_state(job, "unknown", {}).result(60)
    at = bench()
    assert "不知打没打出，请看一眼" in at.words()
    at.page.findChild(QWidget, f"seen-{job}").click()
    at.until(lambda: jobs.list(("waived",)))
    at.until(lambda: "打印队列" not in at.words())


def test_paper_that_waits_is_printed_when_a_person_says_so(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.sell(MASKS)
    jobs = demo_counter.till.store.jobs
    job = jobs.list()[0].job_id
    jobs.set_state(job, "waiting", {"why": "paper_out"}).result(60)
    at = bench()
    assert "缺纸，等待中" in at.words()
    at.page.findChild(QWidget, f"again-{job}").click()
    at.until(lambda: jobs.list(("queued",)))


def test_f11_takes_the_sale_to_returns(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS)
    at = bench()
    at.press("F11")
    assert at.gone == ["returns"]
    assert demo_counter.till.returning.scene().number == number


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_fits_the_smallest_screen(bench: Callable[[], DeskBench], demo_counter: Any, theme: Theme, language: str) -> None:
    theme.set_language("en" if language == "en" else "zh")
    for _ in range(4):
        demo_counter.sell(MASKS, THERMOMETER)
    at = bench()
    assert at.fits()
    at.press("F6")
    assert at.fits()


def test_a_member_is_found_by_phone_and_put_on_the_sale(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS)
    at = bench()
    assert "没有会员" in at.words()
    at.press("F3", "19900000001", "Enter")
    at.until(lambda: demo_counter.till.store.sales.by_number(number).member_id)
    at.until(lambda: at.page._form is None)
    assert "结账后补" in at.words()
    assert "F3" not in at.bar()


def test_of_several_members_one_is_chosen_and_a_scan_answers_too(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS)
    till = demo_counter.till
    at = bench()
    people = till.store.people.members()
    ends = [person.phone[-4:] for person in people]
    shared = next((end for end in ends if 1 < ends.count(end) < 10), "")
    if shared:
        at.press("F3", shared, "Enter")
        assert len(at.page._form._fields[0].choices) > 1
        at.press("Esc")
    at.press("F3")
    at.page.on_scanned("90000000000000000019")
    at.until(lambda: till.store.sales.by_number(number).member_id)
    assert till.store.sales.by_number(number).member_id == till.attaching.find("90000000000000000019")[0].id


def test_after_half_an_hour_no_member_is_offered(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.sell(MASKS)
    demo_counter.clock.advance(31 * 60)
    at = bench()
    assert "F3" not in at.bar()
    assert at.page.findChild(QWidget, "add-member") is None


def test_an_unknown_member_is_told_in_the_form(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS)
    at = bench()
    at.press("F3", "no such", "Enter")
    assert at.echoes[-1].code == "member_unknown"
    assert at.page._form is not None
    assert demo_counter.till.store.sales.by_number(number).member_id == ""
    assert at.fits()


COMPANY = "示范市云杉信息技术有限公司"
TAX_ID = "91000000MA00DEM00P"


def test_an_invoice_is_wished_for_and_marked_as_issued(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS)
    at = bench()
    assert "F5" in at.bar() and "待开发票" not in at.words()
    at.press("F5")
    at.page._form.put("name", COMPANY)
    at.page._form.put("tax_id", "91000000ma00dem00q")
    at.page._form.submit()
    at.until(lambda: "税号不对" in at.words())
    at.page._form.put("tax_id", TAX_ID)
    at.page._form.submit()
    at.until(lambda: at.toasts and "待开发票" in at.words())
    assert COMPANY in at.words() and TAX_ID in at.words()
    sale = demo_counter.till.store.sales.by_number(number)
    at.page.findChild(QWidget, f"issued-{sale.body.sale_id}").click()
    at.page._form.put("number", "26110000000000000017")
    at.page._form.submit()
    at.until(lambda: "已开 26110000000000000017" in at.words())
    assert "待开发票" not in at.words() and "F5" not in at.bar()


def test_a_buyers_code_scanned_on_the_page_fills_the_form(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.sell(MASKS)
    at = bench()
    at.page.on_scanned(invoice_header(COMPANY, TAX_ID, "云杉路 1 号", "示范银行 1"))
    at.page._form.submit()
    at.until(lambda: at.toasts)
    (wish,) = demo_counter.till.invoicing.waiting()
    assert (wish.title.name, wish.title.tax_id, wish.title.bank) == (COMPANY, TAX_ID, "示范银行 1")


def test_invoices_queue_and_sales_fit_the_smallest_screen(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    for _ in range(4):
        number = demo_counter.sell(MASKS)
        sale = demo_counter.till.store.sales.by_number(number)
        demo_counter.till.invoicing.wish(sale.body.sale_id, InvoiceTitle(COMPANY, TAX_ID), "typed").result(60)
    at = bench()
    assert at.fits()
    if folder := os.environ.get("YAOGUI_PAGE_PNG"):
        at.page.grab().save(str(Path(folder) / "receipts-invoices.png"))
