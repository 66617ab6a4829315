"""Hands the word on the command line to its command, importing nothing else."""

from __future__ import annotations

import sys

from app.commands import run


def main() -> int:
    """The `yaogui` command."""
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
