"""`yaogui report sale` and `labels`: paper about one sale, and about the shelf."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.commands import EXIT_FAILED, EXIT_OK, report

MASKS = "6999600000494"


def test_the_last_sale_or_a_numbered_one_is_written_on_a4(demo_counter: Any, tmp_path: Path) -> None:
    number = demo_counter.sell(MASKS)
    folder = str(demo_counter.till.folder)
    assert report.main(["sale", "--data", folder]) == EXIT_OK
    kept = Path(folder) / "reports" / f"sale-{number}.pdf"
    out = tmp_path / "again.pdf"
    assert report.main(["sale", "--data", folder, "--number", number, "--out", str(out)]) == EXIT_OK
    assert out.read_bytes() == kept.read_bytes()
    assert report.main(["sale", "--data", folder, "--number", "none"]) == EXIT_FAILED


def test_labels_are_of_changed_prices_or_of_all(demo_counter: Any, tmp_path: Path) -> None:
    till, out = demo_counter.till, tmp_path / "labels.pdf"
    common = ["labels", "--data", str(till.folder), "--out", str(out)]
    assert report.main(common) == EXIT_FAILED
    assert not out.exists()
    product = till.store.catalogue.by_barcode(MASKS)[0]
    till.labelling.note_shelf([product]).result(60)
    till.store.catalogue.upsert([product.model_copy(update={"list_price_fen": product.list_price_fen + 50})])
    assert report.main(common) == EXIT_OK
    few = out.stat().st_size
    assert report.main([*common, "--all", "--sheet", "a4-5x13"]) == EXIT_OK
    assert out.stat().st_size > 3 * few
