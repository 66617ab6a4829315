"""A store per test, copied from one that was made once, and the facts that tests record in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.records import events as ev
from app.records.catalogue import Lot
from app.records.clock import ManualClock
from app.store.open_store import Store

DAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


class Till:
    """A till directory that can be opened, closed and opened again, and the facts of a small day."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = ManualClock(NOON)
        self._open: list[Store] = []

    def open(self, *, write: bool = True) -> Store:
        """Open the store; the clock moves on by a minute."""
        self.clock.advance(60)
        store = Store.open(self.directory, self.clock, store_id="S001", till="01", app_version="0.1.0", write=write)
        self._open.append(store)
        return store

    def close(self) -> None:
        """Close whatever is open."""
        while self._open:
            self._open.pop().close()

    @staticmethod
    def shift(shift_id: str = "shift-1", float_fen: int = 50_000) -> ev.ShiftOpened:
        """A shift that begins."""
        return ev.ShiftOpened(shift_id=shift_id, till="01", staff_id="u1", float_fen=float_fen)

    @staticmethod
    def received(n: int, quantity: int = 10, codes: int = 0) -> ev.StockReceived:
        """Goods-in of lot `lot-n` of product `p-n`."""
        return ev.StockReceived(
            receipt_id=f"r-{n}",
            product_id=f"p-{n}",
            lot_id=f"lot-{n}",
            lot_no=f"LOT{n}",
            expires_on=date(2027, 6, 30),
            quantity=quantity,
            codes=tuple(f"code-{n}-{k}" for k in range(codes)),
        )

    @staticmethod
    def sale(n: int, lines: int = 2, cash_fen: int = 0, **changes: Any) -> ev.SaleClosed:
        """Sale `s-n`: one unit of 10.00 a line, the first line with trace code `code-0-n`, paid in cash unless told otherwise."""
        total = lines * 1000
        cash = cash_fen or total
        tenders = [_tender(f"t-{n}-cash", "cash", cash)]
        if cash < total:
            tenders.append(_tender(f"t-{n}-card", "card", total - cash))
        fields: dict[str, Any] = {
            "sale_id": f"s-{n}",
            "basket_id": f"b-{n}",
            "shift_id": "shift-1",
            "till": "01",
            "cashier": "u1",
            "opened_at": NOON,
            "lines": tuple(
                ev.SaleLine(
                    line_id=f"s-{n}-{k}",
                    no=k + 1,
                    product_id=f"p-{k}",
                    generic_name="阿莫西林胶囊",
                    quantity=1,
                    list_price_fen=1000,
                    unit_price_fen=1000,
                    amount_fen=1000,
                    lot_id=f"lot-{k}",
                    lot_source="code",
                    codes=(ev.SoldCode(code=f"code-0-{n}", entry="scanned"),) if k == 0 else (),
                    salesperson="u1",
                )
                for k in range(lines)
            ),
            "cuts": (),
            "tenders": tuple(tenders),
            "subtotal_fen": total,
            "cut_fen": 0,
            "rounding_fen": 0,
            "payable_fen": total,
            "change_fen": 0,
            "rule_pack": "2026.11",
        }
        return ev.SaleClosed(**{**fields, **changes})

    @staticmethod
    def returned(n: int, zone: str = "reject", kind: str = "return") -> ev.ReturnClosed:
        """The first line of sale `s-n` taken back."""
        line = ev.ReturnLine(
            line_id=f"ret-{n}-0",
            original_line_id=f"s-{n}-0",
            product_id="p-0",
            generic_name="阿莫西林胶囊",
            quantity=1,
            amount_fen=1000,
            lot_id="lot-0",
            zone=zone,
            codes=(ev.SoldCode(code=f"code-0-{n}", entry="scanned"),),
        )
        return ev.ReturnClosed(
            return_id=f"ret-{n}",
            kind=kind,
            original_sale_id=f"s-{n}",
            original_number="",
            shift_id="shift-1",
            till="01",
            cashier="u1",
            approved_by="u2",
            reason="quality",
            lines=(line,),
            refunds=(_tender(f"rt-{n}", "cash", 1000),),
            total_fen=1000,
        )

    @staticmethod
    def lot(n: int, **changes: Any) -> Lot:
        """Lot `lot-n` of product `p-n`."""
        fields = {"id": f"lot-{n}", "product_id": f"p-{n}", "lot_no": f"LOT{n}", "expires_on": date(2027, 6, 30)}
        return Lot(**{**fields, **changes})

    def record(self, store: Store, *bodies: Any, **more: Any) -> Any:
        """Record and wait."""
        return store.journal.record(bodies, actor="u1", day=more.pop("day", DAY), **more).result(60)


def _tender(tender_id: str, method: str, amount_fen: int) -> ev.Tender:
    return ev.Tender(
        tender_id=tender_id,
        method=method,
        title_zh=method,
        title_en=method,
        kind="cash" if method == "cash" else "recorded",
        amount_fen=amount_fen,
        handed_fen=amount_fen,
        at=NOON,
    )


@pytest.fixture(scope="session")
def blank_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was opened once and closed."""
    directory = tmp_path_factory.mktemp("blank") / "till"
    till = Till(directory)
    till.open()
    till.close()
    return directory


@pytest.fixture
def make_till(blank_directory: Path, tmp_path: Path) -> Iterator[Callable[[str], Till]]:
    """Makes tills whose directories are copies of the blank one (they share its keys)."""
    tills: list[Till] = []

    def make(name: str) -> Till:
        shutil.copytree(blank_directory, tmp_path / name)
        tills.append(Till(tmp_path / name))
        return tills[-1]

    yield make
    for till in tills:
        till.close()


@pytest.fixture
def till(make_till: Callable[[str], Till]) -> Till:
    """One till, closed."""
    return make_till("till")


@pytest.fixture
def store(till: Till) -> Store:
    """One till's store, open for writing."""
    return till.open()
