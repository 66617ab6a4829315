"""Whose paper it is: the shop's face on a report, the names on it, and the figures several reports share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.records.clock import SHOP_TIME
from app.records.people import Staff
from app.store.open_store import Store

_ALL = 1_000_000
"""More sales than a day can hold."""


@dataclass(frozen=True, slots=True)
class ShopFace:
    """What every page says about the shop."""

    store_id: str
    name: str
    branch: str = ""
    licence: str = ""
    address: str = ""
    phone: str = ""
    till: str = ""
    till_title: str = ""
    language: str = "zh"
    """zh | en: the language of the paper."""
    demo: bool = False
    """Demonstration data: every page says so."""
    cash: frozenset[str] = frozenset({"cash"})
    """Tender methods of which the drawer holds what was taken."""

    @property
    def title(self) -> str:
        """Name and branch."""
        return f"{self.name} {self.branch}".strip()


def shop_face(store: Store) -> ShopFace:
    """The shop's face by its settings."""
    settings = store.settings
    return ShopFace(
        store_id=settings.text("store.id") or store.store_id,
        name=settings.text("store.name"),
        branch=settings.text("store.branch"),
        licence=settings.text("store.licence"),
        address=settings.text("store.address"),
        phone=settings.text("store.phone"),
        till=store.till,
        till_title=settings.text("till.title"),
        language="en" if settings.get("ui.language") == "en" else "zh",
        demo=settings.flag("demo"),
        cash=frozenset(row["id"] for row in settings.get("tender.methods") if row["kind"] == "cash") | {"cash"},
    )


def staff_names(store: Store) -> Callable[[str], str]:
    """Staff id → name and badge number, as signatures want them; an unknown id stays as it is."""
    known: dict[str, Staff | None] = {}

    def name(staff_id: str) -> str:
        if staff_id not in known:
            known[staff_id] = store.people.staff_by_id(staff_id) if staff_id else None
        person = known[staff_id]
        return f"{person.name} {person.code}" if person else staff_id

    return name


def tender_titles(store: Store) -> Callable[[str], str]:
    """Tender method → its title in the language of the paper; an unknown method stays as it is."""
    language = shop_face(store).language
    titles = {row["id"]: str(row.get(f"title_{language}") or row["title_zh"]) for row in store.settings.get("tender.methods")}
    return lambda method: titles.get(method, method)


def sales_by_hour(store: Store, *, shift_id: str = "", day: date | None = None) -> tuple[tuple[int, int], ...]:
    """(hour 0–23 of the shop's clock, payable fen of the sales closed in it), earliest first; of a shift or a business day.

    Hours after midnight of a long shift come last, where they happened.
    """
    if not shift_id and day is None:
        raise ValueError("name a shift or a day")
    sums: dict[int, int] = {}
    for row in reversed(store.sales.recent_rows(day=day, shift=shift_id, limit=_ALL)):
        hour = row.at.astimezone(SHOP_TIME).hour
        sums[hour] = sums.get(hour, 0) + row.payable_fen
    return tuple(sums.items())
