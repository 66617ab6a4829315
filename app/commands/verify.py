"""Prove that history was not changed: an export by itself, or this till's own ledger against its frames."""

from __future__ import annotations

import json
from pathlib import Path

from app.assembly import open_store
from app.commands import EXIT_FAILED, EXIT_FAULT, EXIT_OK, options
from app.commands.faults import in_words
from app.records.clock import SystemClock
from app.store.faults import StoreFault
from app.store.verify import compare_frames, verify_export


def main(argv: list[str]) -> int:
    """Verify an export file, or with no file the ledger of the data folder."""
    parser = options.parser("verify", "Prove that an export, or this till's ledger, was not changed.")
    parser.add_argument("file", nargs="?", type=Path, help="an export made by `yaogui export`; without it the ledger is checked")
    parser.add_argument("--device", default="", help="the device that must have signed it, if known")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    chosen = parser.parse_args(argv)

    if chosen.file:
        if not chosen.file.exists():
            options.tell(f"no such file: {chosen.file}")
            return EXIT_FAULT
        with options.progress("verifying") as step:
            report = verify_export(chosen.file, device=chosen.device, progress=step)
        if chosen.json:
            print(
                json.dumps(
                    {
                        "ok": report.ok, "events": report.events, "device": report.device, "head": report.head,
                        "problems": [{"code": p.code, "line": p.line, "detail": p.detail} for p in report.problems],
                    }
                )
            )  # fmt: skip
        elif report.ok:
            print(f"unchanged: {report.events} events of device {report.device}, head …{report.head[-8:]}")
            print(
                f"sales {report.sales_fen / 100:.2f}, returns {report.returns_fen / 100:.2f}; compare the head with paper or headquarters"
            )
        else:
            for problem in report.problems[:20]:
                print(f"line {problem.line}: {problem.code} {problem.detail}")
            print(f"CHANGED: {len(report.problems)} problems")
        return EXIT_OK if report.ok else EXIT_FAILED
    try:
        store = open_store(options.data_folder(chosen), SystemClock(), write=False)
    except (OSError, StoreFault) as error:
        options.tell(f"cannot open: {in_words(error)}")
        return EXIT_FAULT
    frames = compare_frames(store)
    store.close()
    print("ledger and frames agree" if frames.ok else f"ledger and frames differ: {frames}")
    return EXIT_OK if frames.ok else EXIT_FAILED
