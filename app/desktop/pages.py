"""The pages the window has, in the order of the rail."""

from __future__ import annotations

from app.desktop.screens.campaigns import CampaignsPage
from app.desktop.screens.devices import DevicesPage
from app.desktop.screens.help import HelpScreen
from app.desktop.screens.labels import LabelsPage
from app.desktop.screens.member import MemberPage
from app.desktop.screens.page import Page
from app.desktop.screens.pay import PayPage
from app.desktop.screens.receipt_template import ReceiptTemplatePage
from app.desktop.screens.receipts import ReceiptsPage
from app.desktop.screens.reports import ReportsPage
from app.desktop.screens.returns import ReturnsPage
from app.desktop.screens.rx import RxPage
from app.desktop.screens.sale import SalePage
from app.desktop.screens.settings import SettingsPage
from app.desktop.screens.sheet import SheetPage
from app.desktop.screens.shift import ShiftPage
from app.desktop.screens.stock import StockPage
from app.desktop.screens.sync import SyncPage

PAGES: tuple[type[Page], ...] = (
    SalePage,
    PayPage,
    MemberPage,
    RxPage,
    StockPage,
    CampaignsPage,
    ReturnsPage,
    ShiftPage,
    ReceiptsPage,
    LabelsPage,
    SheetPage,
    ReportsPage,
    DevicesPage,
    SyncPage,
    SettingsPage,
    ReceiptTemplatePage,
    HelpScreen,
)
"""Each is made once, when the till is loaded."""
