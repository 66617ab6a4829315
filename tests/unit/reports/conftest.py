"""A small shop's recorded day that every report is read out of, and ways to look into a PDF."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from app.records import events as ev
from app.records.base import Record
from app.records.catalogue import Lot, Product
from app.records.clock import ManualClock
from app.records.ledger import PrivateBlob
from app.records.people import Staff
from app.reports.shop import ShopFace
from app.store.catalogue import build_catalogue
from app.store.open_store import Store

DAY = date(2026, 11, 21)
MORNING = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
"""08:30 in the shop."""
RARE_NAME = "𬱖䶮㛃"
ID_NUMBER = "11010119900101123X"

EPHEDRINE = Product(
    id="P1",
    generic_name="氨酚伪麻美芬片Ⅱ",
    spec="12片",
    maker="青屿制药（演示）有限公司",
    special="ephedrine",
    list_price_fen=2280,
    shelf="A-01",
)
RX = Product(
    id="P2", generic_name="苯磺酸氨氯地平片", spec="5mg×28片", maker="云汀药业（演示）有限公司", rx_class="rx", list_price_fen=4580
)
STAFF = (
    Staff(id="u1", code="1001", name="李娜", role="cashier"),
    Staff(id="u2", code="1002", name="王敏", role="pharmacist", licence_no="D-1"),
)


def tender(tender_id: str, method: str, fen: int) -> ev.Tender:
    """One tender at its full amount."""
    kind = "cash" if method == "cash" else "recorded"
    return ev.Tender(
        tender_id=tender_id, method=method, title_zh=method, title_en=method, kind=kind, amount_fen=fen, handed_fen=fen, at=MORNING
    )


def line(line_id: str, product: Product, quantity: int = 1, **more: object) -> ev.SaleLine:
    """A line of a product at its list price, out of its own lot."""
    return ev.SaleLine.model_validate(
        {
            "line_id": line_id, "no": 1, "product_id": product.id, "generic_name": product.generic_name, "spec": product.spec,
            "unit": product.unit, "maker": product.maker, "quantity": quantity, "list_price_fen": product.list_price_fen,
            "unit_price_fen": product.list_price_fen, "amount_fen": quantity * product.list_price_fen, "lot_id": f"L-{product.id}",
            "lot_no": f"26{product.id}", "lot_source": "code", "salesperson": "u1", "rx_class": product.rx_class,
            "special": product.special, **more,
        }
    )  # fmt: skip


def sale(n: int, *lines: ev.SaleLine, method: str = "cash", **more: object) -> ev.SaleClosed:
    """Sale `s-n`, paid with one tender."""
    total = sum(each.amount_fen for each in lines)
    return ev.SaleClosed.model_validate(
        {
            "sale_id": f"s-{n}", "basket_id": f"b-{n}", "shift_id": "shift-1", "till": "01", "cashier": "u1", "opened_at": MORNING,
            "lines": lines, "cuts": (), "tenders": (tender(f"t-{n}", method, total),), "subtotal_fen": total, "cut_fen": 0,
            "rounding_fen": 0, "payable_fen": total, "change_fen": 0, "pharmacist": "u2", "rule_pack": "t", **more,
        }
    )  # fmt: skip


@pytest.fixture(scope="session")
def day_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store after a small day: three sales, a return, a register entry, a review, two duties, a closed shift."""
    folder = tmp_path_factory.mktemp("reports") / "till"
    folder.mkdir()
    build_catalogue(folder / "catalogue.db", [EPHEDRINE, RX], built_at=MORNING)
    clock = ManualClock(MORNING)
    store = Store.open(folder, clock, store_id="RM01", till="01", app_version="0.1.0")

    def record(*bodies: Record, actor: str = "u1", private: tuple[PrivateBlob, ...] = ()) -> None:
        store.journal.record(bodies, actor=actor, day=DAY, private=private).result(60)

    face = {"store.id": "RM01", "store.name": "安康大药房", "store.branch": "人民路店", "store.licence": "演示-CB01"}
    store.settings.set_many(face).result(60)
    store.people.save_staff(*STAFF).result(60)
    lots = [
        Lot(id="L-P1", product_id="P1", lot_no="26P1", expires_on=DAY + timedelta(days=20)),
        Lot(id="L-P2", product_id="P2", lot_no="26P2", expires_on=DAY - timedelta(days=3)),
        Lot(id="L-P2b", product_id="P2", lot_no="26P2B", expires_on=DAY + timedelta(days=900)),
    ]
    store.stock.import_opening(lots, {"L-P1": 12, "L-P2": 5, "L-P2b": 40}, {}, day=DAY).result(60)
    record(ev.ShiftOpened(shift_id="shift-1", till="01", staff_id="u1", float_fen=50_000))
    record(sale(1, line("s-1-a", RX, 2)))
    clock.advance(3600)
    buyer = {"name": RARE_NAME, "id_number": ID_NUMBER}
    record(
        ev.BuyerRegistered(register_id="r-1", basket_id="b-2", register_kind="ephedrine", blob_id="bl-1", buyer_hash="h"),
        private=(PrivateBlob("bl-1", "r-1", "buyer", json.dumps(buyer, ensure_ascii=False).encode()),),
    )
    record(sale(2, line("s-2-a", EPHEDRINE, 2, register_id="r-1"), method="qr"))
    prescription = {"number": "RX-77", "institution": "青屿区医院", "doctor": "单大夫", "patient": RARE_NAME, "diagnosis": "高血压；=1+1"}
    record(
        ev.ReviewSigned(
            review_id="v-1", basket_id="b-3", products=("P2",), blob_id="bl-2", prescribed_on=DAY,
            reviewer="u2", dispenser="u1", checker="u2", verdict="approved", source="number",
        ),
        actor="u2",
        private=(PrivateBlob("bl-2", "v-1", "prescription", json.dumps(prescription, ensure_ascii=False).encode()),),
    )  # fmt: skip
    clock.advance(3600)
    record(sale(3, line("s-3-a", RX, 1, review_id="v-1"), method="card", member_id="m-1", reviews=("v-1",)))
    record(
        ev.ReturnClosed(
            return_id="ret-1", kind="return", original_sale_id="s-2", original_number="", shift_id="shift-1", till="01", cashier="u1",
            approved_by="u2", reason="quality", total_fen=2280, refunds=(tender("rt-1", "qr", 2280),),
            lines=(
                ev.ReturnLine(
                    line_id="ret-1-a", original_line_id="s-2-a", product_id="P1", generic_name=EPHEDRINE.generic_name, quantity=1,
                    amount_fen=2280, lot_id="L-P1", zone="reject",
                ),
            ),
        ),
    )  # fmt: skip
    figures = (("temperature_dc", 225), ("humidity_pm", 480))
    hot = (("temperature_dc", 312), ("humidity_pm", 480))
    record(ev.DutyDone(duty="room_climate", slot="am", day=DAY, figures=figures, in_range=True))
    record(ev.DutyDone(duty="room_climate", slot="pm", day=DAY, figures=hot, in_range=False, action="ventilate"))
    yield store
    store.close()
    shutil.rmtree(folder)


def _z_body(**changes: object) -> ev.ShiftClosed:
    """A closed shift counted twice, five yuan short."""
    closed = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    totals = ev.ShiftTotals(
        sales=86, sales_fen=742_130, returns=2, returns_fen=5_760, float_fen=50_000, expected_cash_fen=128_650,
        tenders=(
            ev.TenderTotal(method="cash", sales=31, amount_fen=211_410, refunds=1, refund_fen=2_760),
            ev.TenderTotal(method="qr", sales=55, amount_fen=530_720, refunds=1, refund_fen=3_000),
        ),
    )  # fmt: skip
    counts = tuple(
        ev.CashCount(
            pieces=(ev.CashPiece(denomination_fen=10_000, pieces=n), ev.CashPiece(denomination_fen=50, pieces=3)),
            counted_fen=fen,
            at=closed,
        )
        for n, fen in ((11, 110_150), (12, 128_150))
    )
    fields: dict[str, object] = {
        "shift_id": "shift-1", "till": "01", "staff_id": "u1", "handed_to": "u2", "z_no": 128, "opened_at": MORNING, "totals": totals,
        "counts": counts, "counted_fen": 128_150, "difference_fen": -500, "difference_reason": "change_error", "float_left_fen": 50_000,
        "remit_fen": 78_150, "perpetual_fen": 9_876_543_210, "held_baskets": 1, "unsent_events": 12, "unprinted_jobs": 0,
    }  # fmt: skip
    return ev.ShiftClosed.model_validate({**fields, **changes})


@pytest.fixture
def z_body() -> Callable[..., ev.ShiftClosed]:
    """Makes closed shifts; named fields differ from the usual one."""
    return _z_body


@pytest.fixture
def shop() -> ShopFace:
    """A shop's face in Chinese."""
    return ShopFace("RM01", "安康大药房", "人民路店", "演示-CB01", "云汀市人民路 1 号", "0990-0000000", "01", "1 号台")


@pytest.fixture
def codes_on() -> Callable[[list[Image.Image]], dict[str, str]]:
    """Code → symbology of everything a scanner reads on pages."""
    return lambda pages: {found.text: found.format.name for page in pages for found in zxingcpp.read_barcodes(page)}


@pytest.fixture
def text_of(tmp_path: Path) -> Callable[[bytes], str]:
    """What a reader would copy out of a PDF, page by page in layout."""

    def read(pdf: bytes) -> str:
        path = tmp_path / "read.pdf"
        path.write_bytes(pdf)
        return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()

    return read


@pytest.fixture
def pages_of(tmp_path: Path) -> Callable[[bytes], list[Image.Image]]:
    """The pages of a PDF as a printer would see them."""

    def render(pdf: bytes) -> list[Image.Image]:
        path = tmp_path / "pages.pdf"
        path.write_bytes(pdf)
        subprocess.run(["pdftoppm", "-r", "150", "-png", str(path), str(tmp_path / "page")], check=True, capture_output=True)
        return [Image.open(each).convert("L") for each in sorted(tmp_path.glob("page-*.png"))]

    return render
