"""The demo pharmacy: invented makers, people and codes around real generic names; pure and deterministic."""

from app.domain.demo.people import badge_code
from app.domain.demo.pharmacy import SEED, DemoPharmacy, SheetCode, StoreProfile, build_pharmacy
from app.domain.demo.products import PRODUCT_FIELDS, scale_catalogue
from app.domain.demo.rows import DemoRows, load_rows

__all__ = [
    "PRODUCT_FIELDS",
    "SEED",
    "DemoPharmacy",
    "DemoRows",
    "SheetCode",
    "StoreProfile",
    "badge_code",
    "build_pharmacy",
    "load_rows",
    "scale_catalogue",
]
