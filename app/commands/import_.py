"""Bring in the shop's own files: a dry run first, a row-by-row error report, all of a file or nothing."""

from __future__ import annotations

from pathlib import Path

from app.assembly import open_store
from app.commands import EXIT_FAILED, EXIT_FAULT, EXIT_OK, options
from app.commands.faults import in_words
from app.counter.importing import Importing
from app.domain.importing import TableUnreadable
from app.records.clock import SystemClock
from app.store.faults import StoreFault


def main(argv: list[str]) -> int:
    """Import products, stock or members from CSV or XLSX."""
    parser = options.parser("import", "Bring in the shop's own products, stock or members (CSV in UTF-8 or GB18030, or XLSX).")
    parser.add_argument("kind", choices=("products", "stock", "members"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
    parser.add_argument("--errors", type=Path, metavar="CSV", help="write the row-by-row error report here")
    chosen = parser.parse_args(argv)

    clock = SystemClock()
    try:
        content = chosen.file.read_bytes()
        store = open_store(options.data_folder(chosen), clock)
    except (OSError, StoreFault) as error:
        options.tell(f"cannot open: {in_words(error)}")
        return EXIT_FAULT
    try:
        with options.progress("importing") as step:
            report = Importing(store, clock, "import").run(chosen.kind, content, chosen.file.name, dry_run=chosen.dry_run, progress=step)
    except TableUnreadable as error:
        options.tell(f"{chosen.file}: {error}")
        return EXIT_FAILED
    finally:
        store.close()
    print(f"{report.kind}: {report.created} new, {report.updated} changed, {report.unchanged} as they were")
    if report.ignored_columns:
        print(f"columns not used: {'、'.join(report.ignored_columns)}")
    if report.errors:
        where = chosen.errors or chosen.file.with_suffix(".errors.csv")
        where.write_text(report.error_csv, "utf-8-sig")
        for wrong in report.errors[:10]:
            options.tell(f"  row {wrong.row_no}, {wrong.column}: {wrong.message_zh} / {wrong.message_en}")
        options.tell(f"{len(report.errors)} errors, nothing imported; all of them are in {where}")
        return EXIT_FAILED
    print("imported" if report.done else "dry run: nothing changed")
    return EXIT_OK
