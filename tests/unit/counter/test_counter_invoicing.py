"""Invoices: wished for at payment or later, scanned or typed, listed until issued, the buyer never in an event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.counter.faults import Refused
from app.domain.basket import Basket, from_json, to_json
from app.domain.codes import invoice_header
from app.domain.invoice import InvoiceTitle, credit_check

MASKS = "6999600000494"
NUMBER = "91000000MA00DEM00"
TAX_ID = NUMBER + credit_check(NUMBER)
COMPANY = InvoiceTitle("示范市云杉信息技术有限公司", TAX_ID, "云杉路 1 号 000-5550102", "示范银行 0001")
HEADER = invoice_header(COMPANY.name, COMPANY.tax_id, COMPANY.address_phone, COMPANY.bank)


def sold(counter: Any) -> Any:
    return counter.till.store.sales.by_number(counter.sell(MASKS))


def test_a_buyers_code_scanned_at_payment_is_for_this_sale(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASKS)
    till.checkout.begin()
    assert till.checkout.scan_invoice(MASKS) is None
    scene = till.checkout.scan_invoice(HEADER)
    assert (scene.invoice_wanted, scene.invoice_title) == (True, COMPANY.name)
    till.checkout.tender("cash")
    till.checkout.complete(lambda: None)
    till.checkout._future.result(60)
    done = till.checkout.settle()
    (wish,) = till.invoicing.waiting()
    assert (wish.number, wish.title, wish.payable_fen) == (done.number, COMPANY, scene.due_fen)
    (job,) = [job for job in till.store.jobs.list() if job.kind == "sale"]
    paper = till.store.jobs.ticket(job.job_id)
    assert COMPANY.name in paper and COMPANY.tax_id in paper


def test_a_code_scanned_while_selling_waits_in_the_basket_and_survives_a_power_cut(demo_counter: Any) -> None:
    selling = demo_counter.till.selling
    selling.scan(MASKS)
    selling.scan(HEADER)
    assert (selling.basket.invoice_wanted, selling.basket.invoice) == (True, COMPANY)
    back, _ = from_json(to_json(selling.basket), demo_counter.till.goods.product)
    assert back.invoice == COMPANY


def test_a_basket_kept_before_titles_were_known_still_opens() -> None:
    old = json.loads(to_json(Basket("b1", "2026-11-21T06:00:00+00:00")))
    del old["invoice"]
    assert from_json(json.dumps(old), lambda _: None)[0].invoice.empty


def test_a_wish_after_the_sale_is_listed_until_it_is_issued(demo_counter: Any) -> None:
    till, sale = demo_counter.till, sold(demo_counter)
    assert till.invoicing.waiting() == ()
    till.invoicing.wish(sale.body.sale_id, InvoiceTitle("王小兰"), "typed").result(60)
    till.invoicing.wish(sale.body.sale_id, COMPANY, "scanned").result(60)
    assert [wish.title for wish in till.invoicing.waiting()] == [COMPANY]
    till.invoicing.issued(sale.body.sale_id, "26110000000000000017").result(60)
    assert till.invoicing.waiting() == ()
    met = till.invoicing.of_sale(sale.body.sale_id)
    assert (met.invoice_no, met.issued_at is not None) == ("26110000000000000017", True)
    with pytest.raises(Refused, match="invoice_issued"):
        till.invoicing.wish(sale.body.sale_id, COMPANY, "typed")
    with pytest.raises(Refused, match="invoice_issued"):
        till.invoicing.issued(sale.body.sale_id)


def test_no_event_bears_the_buyers_name_or_number(demo_counter: Any) -> None:
    till, sale = demo_counter.till, sold(demo_counter)
    done = till.invoicing.wish(sale.body.sale_id, COMPANY, "typed").result(60)
    raw = till.store.sales.raw(done[0].event_id)
    assert COMPANY.name.encode() not in raw and TAX_ID.encode() not in raw
    (event,) = till.store.journal.of_type("invoice.wished@1")
    assert (event.actor, event.body["source"]) == ("staff-1001", "typed")


@pytest.mark.parametrize(
    ("title", "code"), [(InvoiceTitle(""), "invoice_name"), (InvoiceTitle("公司", TAX_ID[:-1] + "?"), "invoice_tax_id")]
)
def test_a_title_that_does_not_check_is_refused(demo_counter: Any, title: InvoiceTitle, code: str) -> None:
    sale = sold(demo_counter)
    with pytest.raises(Refused, match=code):
        demo_counter.till.invoicing.wish(sale.body.sale_id, title, "typed")


def test_what_cannot_be_issued_is_refused(demo_counter: Any) -> None:
    till, sale = demo_counter.till, sold(demo_counter)
    with pytest.raises(Refused, match="invoice_not_wished"):
        till.invoicing.issued(sale.body.sale_id)
    with pytest.raises(Refused, match="sale_unknown"):
        till.invoicing.wish("nobody", COMPANY, "typed")
    with pytest.raises(Refused, match="invoice_number"):
        till.invoicing.issued(sale.body.sale_id, "A1")
    with pytest.raises(Refused, match="invoice_header_check"):
        till.invoicing.scanned(HEADER[:-3] + "AA$")


def test_an_erased_buyer_leaves_the_wish_without_a_name(demo_counter: Any) -> None:
    till, sale = demo_counter.till, sold(demo_counter)
    till.invoicing.wish(sale.body.sale_id, COMPANY, "typed").result(60)
    till.store.private.destroy(till.invoicing.of_sale(sale.body.sale_id).wish_id).result(60)
    assert [wish.title.empty for wish in till.invoicing.waiting()] == [True]
