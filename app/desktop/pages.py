"""The pages the window has, in the order of the rail."""

from __future__ import annotations

from app.desktop.screens.page import Page
from app.desktop.screens.pay import PayPage
from app.desktop.screens.sale import SalePage
from app.desktop.screens.sync import SyncPage

PAGES: tuple[type[Page], ...] = (SalePage, PayPage, SyncPage)
"""Each is made once, when the till is loaded."""
