"""Who looked behind a member's mask, or asked headquarters for a member of another store: when, at what and what for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.masking import mask_card, mask_name, mask_phone
from app.domain.member_rights import RightsRules
from app.domain.verdict import Text
from app.records.resources import resource
from app.reports.page import Cell, Column, Page, moment
from app.reports.shop import shop_face, staff_names
from app.reports.table import csv_table
from app.reports.words import Words
from app.store.open_store import Store

REQUEST = "request"
"""The purpose of a copy that the person asked for."""
_COLUMNS = (("access.at", 2.0), ("access.actor", 2.0), ("access.member", 3.4), ("access.what", 2.6), ("access.purpose", 3.0))


@dataclass(frozen=True, slots=True)
class Access:
    """One look, in words; the member masked."""

    at: datetime
    actor: str
    member: str
    what: str
    purpose: str


def accesses(store: Store, first: date, last: date) -> tuple[Access, ...]:
    """The looks of these business days, oldest first."""
    language = shop_face(store).language
    words, staff = Words(language), staff_names(store)
    purposes = RightsRules.read(json.loads(resource("rules", "member_rights.json").read_text("utf-8"))).purposes
    return tuple(
        Access(
            row.at,
            staff(row.actor),
            _masked(store, row.member_id) or words("access.nobody"),
            words(f"access.what.{row.what}"),
            _purpose(row.purpose, purposes, words),
        )
        for row in store.people.reveals(first, last)
    )


def _purpose(code: str, purposes: Mapping[str, Text], words: Words) -> str:
    """What for: at the counter a choice, or the person's own request."""
    if code == REQUEST:
        return words("access.request")
    return purposes[code].of(words.language) if code in purposes else code


def _masked(store: Store, member_id: str) -> str:
    """A member as a list may name them; of one that is gone, the end of the id."""
    member = store.people.member(member_id) if member_id else None
    if store.people.erased(member_id):
        return f"{Words(shop_face(store).language)('access.erased')} {mask_card(member_id)}"
    if member is None:
        return mask_card(member_id)
    return f"{mask_name(member.name)} {mask_phone(member.phone) or mask_card(member.card_no)}".strip()


def access_pdf(store: Store, first: date, last: date, *, made_at: datetime) -> bytes:
    """The looks on A4."""
    shop = shop_face(store)
    words = Words(shop.language)
    rows = accesses(store, first, last)
    facts = (words("access.span", first=first.isoformat(), last=last.isoformat()), words("access.count", n=len(rows)))
    page = Page(shop, words("title.access"), made_at=made_at, facts=facts)
    body: list[list[str | Cell]] = [[moment(row.at), row.actor, row.member, row.what, row.purpose] for row in rows]
    page.table([Column(words(name), share) for name, share in _COLUMNS], body)
    if not body:
        page.gap()
        page.note(words("none"), size=9)
    return page.finish()


def access_csv(store: Store, first: date, last: date) -> str:
    """The same as a table."""
    words = Words(shop_face(store).language)
    rows = ([moment(row.at), row.actor, row.member, row.what, row.purpose] for row in accesses(store, first, last))
    return csv_table([words(name) for name, _ in _COLUMNS], rows)
