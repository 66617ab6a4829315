"""What the world of machines can fail with."""

from __future__ import annotations

from collections.abc import Mapping


class DeviceFault(Exception):
    """A machine failed: a code for the screen's words, facts for its blanks, and whether trying again may help.

    Codes: `printer.unreachable`, `printer.lost`, `printer.timeout`, `printer.address`, `printer.package_missing`,
    `printer.spooler`, `printer.closed`, `scanner.address`.
    """

    def __init__(self, code: str, facts: Mapping[str, str] | None = None, *, retry: bool) -> None:
        super().__init__(code)
        self.code = code
        self.facts: dict[str, str] = dict(facts or {})
        self.retry = retry

    def __str__(self) -> str:
        return f"{self.code} {self.facts}"
