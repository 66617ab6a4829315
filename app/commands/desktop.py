"""The window: the sign-in page paints first; the store and everything heavy load behind it in a thread."""

from __future__ import annotations

from app.commands import EXIT_FAULT, options


def main(argv: list[str]) -> int:
    """Open the counter's window on a data folder."""
    parser = options.parser("desktop", "Open the counter's window.")
    parser.add_argument("--english", action="store_true", help="start in English")
    parser.add_argument("--dark", action="store_true", help="start in the dark theme")
    parser.add_argument("--trace-scan", action="store_true", help="print the path and the microseconds of every scan")
    chosen = parser.parse_args(argv)
    folder = options.data_folder(chosen)
    if not (folder / "till.json").exists():
        options.tell(
            f"{folder} holds no till yet.\n"
            f"  a real shop:   yaogui setup --data {folder}\n"
            f"  the demo shop: yaogui demo --data {folder} --run"
        )
        return EXIT_FAULT
    from app.desktop.sign_in import start

    return start(folder, language="en" if chosen.english else "", dark=chosen.dark, trace=chosen.trace_scan)
