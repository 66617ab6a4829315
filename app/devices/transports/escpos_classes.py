"""Loads python-escpos's transport classes late and without its side effects."""

from __future__ import annotations

import importlib
import logging
import os
import shutil
import sys
from typing import Any

from app.devices.faults import DeviceFault


def escpos_class(module: str, name: str) -> Any:
    """Return one printer class, e.g. ("network", "Network").

    The first import makes a temporary directory it never removes and installs a root log handler; both are undone.
    Raises DeviceFault(`printer.package_missing`) when the library is not installed.
    """
    first = "escpos.capabilities" not in sys.modules
    handlers = list(logging.root.handlers)
    try:
        found = getattr(importlib.import_module(f"escpos.printer.{module}"), name)
        capabilities = importlib.import_module("escpos.capabilities")
    except ImportError as error:
        raise DeviceFault("printer.package_missing", {"package": "python-escpos"}, retry=False) from error
    if first:
        if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
            shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
        for handler in logging.root.handlers[:]:
            if handler not in handlers:
                logging.root.removeHandler(handler)
    return found
