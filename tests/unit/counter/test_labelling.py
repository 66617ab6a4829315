"""Labelling on a real till: prices, directions, refills, and label jobs that are printed once or asked about."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.assembly import Till
from app.counter.faults import Refused
from app.counter.label_printing import QUEUE, RUN_LABELS, LabelPrinting
from app.counter.labelling import Direction, Labelling, SplitBag, age_words, dose_text, shelf_values
from app.devices.labels.label import Label, Wanted, Words
from app.devices.printer import PrintOutcome
from app.devices.status import Known, PrinterStatus
from app.records.catalogue import Product
from app.records.clock import ManualClock
from app.store.sales import StoredSale

CAPSULE, MASKS = "@P2200A1.box1", "6999600000494"


def texts(label: Label | None) -> str:
    assert label is not None
    return "\n".join(mark.text for mark in label.marks if isinstance(mark, Words))


class PaperPrinter:
    """A label printer that keeps the runs it was given and answers as told."""

    def __init__(self, *outcomes: PrintOutcome) -> None:
        self.status_now = PrinterStatus()
        self.outcomes = list(outcomes)
        self.runs: list[tuple[Wanted, ...]] = []
        self.done = threading.Event()

    def status(self) -> PrinterStatus:
        return self.status_now

    def print_run(self, run: tuple[Wanted, ...]) -> PrintOutcome:
        self.runs.append(run)
        self.done.set()
        return self.outcomes.pop(0) if self.outcomes else PrintOutcome("sent")


@pytest.fixture
def till(demo_counter: Any) -> Till:
    found: Till = demo_counter.till
    return found


@pytest.fixture
def printing(till: Till) -> Iterator[tuple[PaperPrinter, LabelPrinting]]:
    """The till's label-printing thread before a printer of paper, not started."""
    printer = PaperPrinter()
    carrying = LabelPrinting(till.store, printer)  # type: ignore[arg-type]
    yield printer, carrying
    carrying.stop()


def sold(demo_counter: Any, names: Any, months: int = -1) -> tuple[StoredSale, str]:
    """A sale of one box with its lot known, and its line; the patient's age in months where it was asked."""
    till = demo_counter.till
    number = demo_counter.sell(names.code(CAPSULE))
    sale = till.store.sales.by_number(number)
    assert sale is not None
    if months >= 0:
        patient = sale.body.patient.model_copy(update={"kind": "typed", "age_months": months})
        sale = replace(sale, body=sale.body.model_copy(update={"patient": patient}))
    return sale, sale.body.lines[0].line_id


# -- the shelf


def test_a_shelf_label_says_what_the_law_wants_and_no_price_of_before(till: Till) -> None:
    product = till.store.catalogue.by_barcode(MASKS)[0]
    label = texts(till.labelling.shelf(product))
    assert product.generic_name in label
    assert f"{product.list_price_fen // 100}.{product.list_price_fen % 100:02d}/{product.unit}" in label
    assert "12315" in label
    assert "原价" not in label


def test_a_herb_is_priced_by_the_gram_with_its_place_of_origin() -> None:
    herb = Product(id="H1", generic_name="黄芪", spec="选货", unit="0.01g", kind="tcm", origin="甘肃", list_price_fen=36)
    values = shelf_values(herb, "zh")
    assert (values["price"], values["origin"], values["mark"]) == ("¥0.36/g", "产地 甘肃", "中药饮片")
    assert values["unit_price"] == ""
    assert values["barcode"] == "H1"


def test_products_of_the_demo_fit_every_shelf_label(till: Till) -> None:
    from app.devices.labels.layout import fill, layouts

    measure = till.labelling._measure
    for product in till.store.catalogue.products()[::5]:
        if product.list_price_fen:
            for layout in layouts():
                if layout.kind == "shelf":
                    fill(layout, shelf_values(product, "zh"), measure)


def test_a_product_without_a_price_gets_no_label(till: Till) -> None:
    with pytest.raises(Refused, match="label_no_price"):
        till.labelling.shelf(Product(id="X", generic_name="赠品"))


def test_a_changed_price_makes_the_label_stale_until_it_is_made_again(till: Till) -> None:
    product = till.store.catalogue.by_barcode(MASKS)[0]
    labelling = till.labelling
    assert product.id in {row.product.id for row in labelling.unlabelled(100_000)}
    labelling.note_shelf([product]).result(60)
    assert labelling.stale() == ()
    assert product.id not in {row.product.id for row in labelling.unlabelled(100_000)}
    dearer = product.model_copy(update={"list_price_fen": product.list_price_fen + 100})
    till.store.catalogue.upsert([dearer])
    assert [(row.product.id, row.stale) for row in labelling.stale()] == [(product.id, True)]
    labelling.note_shelf([dearer]).result(60)
    assert labelling.stale() == ()


def test_what_is_wanted_is_made_in_the_order_of_the_shelves(till: Till) -> None:
    products = sorted((p for p in till.store.catalogue.products() if p.list_price_fen and p.shelf), key=lambda p: p.id)[:5]
    for product in products:
        till.labelling.want(product.id, 2)
    till.labelling.want(products[0].id, 0)
    till.labelling.want("gone")
    run = till.labelling.shelf_run(till.labelling.chosen)
    assert [wanted.label.name for wanted in run] == [p.generic_name for p in sorted(products[1:], key=lambda p: p.shelf)]
    assert {wanted.copies for wanted in run} == {2}


# -- directions


def test_without_a_direction_the_label_says_the_standing_formula_and_no_dose(demo_counter: Any, names: Any) -> None:
    sale, line = sold(demo_counter, names)
    label = texts(demo_counter.till.labelling.direction(sale, line, Direction(text="一日三次", source="leaflet", mg="300"))[0])
    assert "按说明书或遵医嘱" in label
    assert "一日三次" not in label
    assert "300" not in label
    assert f"批号 {sale.body.lines[0].lot_no}" in label


def test_a_pharmacist_signs_for_a_direction_at_the_cashiers_till(demo_counter: Any, names: Any) -> None:
    sale, line = sold(demo_counter, names)
    labelling: Labelling = demo_counter.till.labelling
    assert not labelling.may_direct()
    with pytest.raises(Refused, match="pin"):
        labelling.direction(sale, line, Direction(text="一日三次", source="pharmacist", pin="1001"))
    label = texts(labelling.direction(sale, line, Direction(text="一日三次", source="pharmacist", pin="1002"))[0])
    assert "一日三次" in label
    assert "1002" in label
    assert "按说明书" not in label


def test_a_prescription_nobody_reviewed_is_no_source(demo_counter: Any, names: Any) -> None:
    sale, line = sold(demo_counter, names)
    with pytest.raises(Refused, match="direction_unread"):
        demo_counter.till.labelling.direction(sale, line, Direction(text="一日一次", source="prescription", pin="1002"))


def test_a_childs_label_has_the_age_and_wants_a_dose(demo_counter: Any, names: Any) -> None:
    sale, line = sold(demo_counter, names, months=50)
    labelling = demo_counter.till.labelling
    with pytest.raises(Refused, match="child_dose"):
        labelling.direction(sale, line, Direction(text="一日三次", source="pharmacist", pin="1002"))
    label = texts(labelling.direction(sale, line, Direction(text="一日三次", source="pharmacist", mg="150", pin="1002"))[0])
    assert "4 岁 2 个月" in label
    assert "每次 150 mg" in label


def test_a_guessed_lot_is_not_printed(demo_counter: Any, names: Any) -> None:
    sale, line = sold(demo_counter, names)
    guessed = sale.body.lines[0].model_copy(update={"lot_source": "assumed"})
    sale = replace(sale, body=sale.body.model_copy(update={"lines": (guessed,)}))
    label = texts(demo_counter.till.labelling.direction(sale, line, Direction())[0])
    assert "批号、有效期见药盒" in label
    assert guessed.lot_no not in label


def test_masks_have_no_direction(demo_counter: Any) -> None:
    sale = demo_counter.till.store.sales.by_number(demo_counter.sell(MASKS))
    with pytest.raises(Refused, match="label_no_medicine"):
        demo_counter.till.labelling.direction(sale, sale.body.lines[0].line_id, Direction())


def test_paper_too_small_for_a_direction_is_left_out_not_cut(demo_counter: Any, names: Any) -> None:
    sale, line = sold(demo_counter, names)
    said = Direction(text="饭后服，" * 22, source="pharmacist", pin="1002")
    own, small = demo_counter.till.labelling.direction(sale, line, said, [(20.0, 6.0)])
    assert texts(own).replace("\n", "").count("饭后服") == 22
    assert small is not None  # the same layout in small; the words are all there
    with pytest.raises(Refused, match="label_too_full"):
        demo_counter.till.labelling.direction(sale, line, replace(said, text="饭后服，" * 200))


@pytest.mark.parametrize(
    ("ml", "mg", "words"),
    [("5", "", "每次 5 ml（100 mg）"), ("", "100", "每次 5 ml（100 mg）"), ("2.5", "50", "每次 2.5 ml（50 mg）"), ("", "", "")],
)
def test_ml_and_mg_follow_from_the_strength(ml: str, mg: str, words: str) -> None:
    assert dose_text(Direction(ml=ml, mg=mg), "100ml-2g", False, "zh") == words


@pytest.mark.parametrize(("ml", "mg", "code"), [("5", "50", "dose_disagrees"), ("0", "", "dose_shape"), ("five", "", "dose_shape")])
def test_a_dose_that_cannot_be_right_is_refused(ml: str, mg: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        dose_text(Direction(ml=ml, mg=mg), "100ml-2g", False, "zh")


@pytest.mark.parametrize(
    ("months", "words"), [(-1, ""), (0, "0 个月"), (7, "7 个月"), (24, "2 岁"), (50, "4 岁 2 个月"), (80, "6 岁"), (600, "50 岁")]
)
def test_an_age_counts_months_under_six(months: int, words: str) -> None:
    assert age_words(months, "zh") == words


BAG = SplitBag(
    "盐酸西替利嗪片", "10mg×12片", "霁川坪制药", "6片", "口服", "每次 1 片", "260010", date(2027, 12, 27), date(2026, 11, 22), "王敏"
)


def test_a_split_bag_states_the_eight_facts(till: Till) -> None:
    label = texts(till.labelling.split(BAG))
    shop = till.post.till.store_name
    for fact in ("盐酸西替利嗪片", "10mg×12片", "6片", "用法 口服", "用量 每次 1 片", "批号 260010", "有效期至 2027-12-27", shop):
        assert fact in label


def test_a_split_bag_without_one_of_them_is_refused(till: Till) -> None:
    for lacking in ("name", "spec", "quantity", "usage", "dose", "lot_no"):
        with pytest.raises(Refused, match="split_fact_missing") as refused:
            till.labelling.split(replace(BAG, **{lacking: " "}))  # type: ignore[arg-type]
        assert refused.value.facts["field"] == lacking


# -- printing


def labels(till: Till, count: int = 1) -> list[Wanted]:
    return [Wanted(till.labelling.shelf(till.store.catalogue.by_barcode(MASKS)[0]))] * count


def test_without_a_label_printer_nothing_is_queued(till: Till) -> None:
    with pytest.raises(Refused, match="label_printer_none"):
        till.labelling.print(labels(till))
    assert till.store.jobs.list() == ()


def test_labels_are_printed_by_their_own_thread_and_marked(till: Till, printing: tuple[PaperPrinter, LabelPrinting]) -> None:
    printer, carrying = printing
    assert carrying.add(tuple(labels(till, RUN_LABELS + 1))) == 2
    assert till.store.jobs.next_queued() is None  # the receipt printer has nothing to do with them
    carrying.start()
    assert until(lambda: len(till.store.jobs.list(("sent",))) == 2)
    assert [len(run) for run in printer.runs] == [RUN_LABELS, 1]


def test_a_job_that_may_have_come_out_is_asked_about_not_repeated(till: Till, printing: tuple[PaperPrinter, LabelPrinting]) -> None:
    printer, carrying = printing
    printer.outcomes = [PrintOutcome("unknown", {"code": "printer.lost"})]
    carrying.add(tuple(labels(till)))
    carrying.start()
    assert until(lambda: bool(till.store.jobs.list(("unknown",))) and printer.done.is_set())
    carrying._woken.set()
    assert until(lambda: not carrying._woken.is_set())
    assert len(printer.runs) == 1
    job = till.store.jobs.list(("unknown",))[0]
    till.store.jobs.set_state(job.job_id, "queued", {"by": "person"}).result(60)
    carrying._woken.set()
    assert until(lambda: bool(till.store.jobs.list(("sent",))))
    assert len(printer.runs) == 2


def test_a_printer_out_of_labels_makes_the_job_wait(till: Till, printing: tuple[PaperPrinter, LabelPrinting]) -> None:
    printer, carrying = printing
    printer.status_now = PrinterStatus(online=Known.NO, paper=Known.NO)
    carrying.add(tuple(labels(till)))
    carrying.start()
    assert until(lambda: bool(till.store.jobs.list(("waiting",))))
    assert till.store.jobs.list(("waiting",))[0].facts["why"] == "label_paper_out"
    assert printer.runs == []


def test_a_label_job_nobody_can_read_fails_and_the_next_is_printed(till: Till, printing: tuple[PaperPrinter, LabelPrinting]) -> None:
    _, carrying = printing
    till.store.jobs.add("label", "no labels", printer=QUEUE).result(60)
    carrying.add(tuple(labels(till)))
    carrying.start()
    assert until(lambda: bool(till.store.jobs.list(("sent",))))
    assert len(till.store.jobs.list(("failed",))) == 1


def test_the_tills_own_label_printer_writes_zpl_to_its_file(demo_folder: Path, tmp_path: Path) -> None:
    now = datetime(2026, 11, 21, 6, 3, tzinfo=UTC)
    out = tmp_path / "labels.bin"
    till = Till(demo_folder, ManualClock(now))
    try:
        till.settings.set_many({"label_printer.transport": "file", "label_printer.address": str(out)}).result(60)
    finally:
        till.close()
    till = Till(demo_folder, ManualClock(now))
    till.start()
    try:
        till.labelling.print(labels(till, 2))
        assert until(lambda: bool(till.store.jobs.list(("sent",))))
    finally:
        till.close()
    assert out.read_bytes().count(b"^XA") == 2


def until(true: Any, seconds: float = 60) -> bool:
    """Whether something comes true in time."""
    import time

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False
