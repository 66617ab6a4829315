"""The copy of their data that a person may ask for: gathered from this till, third persons masked, and noted as a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.counter.care_medicines import piece_of
from app.counter.care_words import usage_words
from app.counter.faults import Refused
from app.counter.pending import WRITE_S
from app.counter.post import Post
from app.domain.care import CareRules
from app.domain.masking import mask_card, mask_name, mask_phone
from app.domain.refills import Dose
from app.domain.retention import Retention
from app.records import events
from app.records.clock import Clock, shop_day
from app.records.people import Member, Staff
from app.records.text import Text
from app.store.faults import StoreFault
from app.store.open_store import Store

EXPORT, REQUEST = "export", "request"
"""What was looked at, and what for, as the log of looks has it."""


class Personal:
    """Gathers what this till holds of one person."""

    def __init__(self, store: Store, clock: Clock, post: Post, retention: Retention) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._retention = retention

    def copy(self, member: Member, staff: Staff) -> tuple[bytes, bytes]:
        """(JSON, PDF) of everything about a person under all their ids; that it was made is recorded first. Refused `ledger_io`.

        It loads the PDF writer: never on the GUI thread.
        """
        from app.reports.person_file import person_json, person_pdf, person_words
        from app.reports.shop import shop_face

        now = self._clock.now()
        look = events.MemberRevealed(member_id=member.id, what=EXPORT, purpose=REQUEST)
        try:
            self._store.journal.record([look], actor=staff.id, day=self._post.day(shop_day(now))).result(WRITE_S)
        except (StoreFault, TimeoutError) as fault:
            raise Refused("ledger_io") from fault
        said_of = person_words({one.id: Text(one.title_zh, one.title_en) for one in self._store.catalogue.offers()})
        rows = self.rows(member.id, said_of.care)
        shop = shop_face(self._store)
        kept = [f"{one.title.of(shop.language)} · {one.years} · {one.note.of(shop.language)}" for one in self._retention.kept]
        name = f"{mask_name(member.name)} {mask_phone(member.phone) or mask_card(member.card_no)}".strip()
        told = person_json(rows, said_of, store=self._store.store_id, made_at=now, kept=kept)
        return told, person_pdf(shop, rows, said_of, name=name, made_at=now, kept=kept)

    def rows(self, member_id: str, care: CareRules) -> dict[str, list[dict[str, Any]]]:
        """Section → rows, with goods by name and third persons masked."""
        from app.store.dossier import dossier

        found = dossier(self._store, self._store.people.group_of(member_id))
        for row in found["identities"]:
            row["value"] = row["plain"].get("value", "")
        found["identities"] += [{"kind": row["kind"], "value": row["value"], "level": "", "at": None} for row in found.pop("keys")]
        for row in found["family"]:
            row["name"] = mask_name(row["name"])
        for name in ("purchases", "earlier_purchases"):
            for row in found[name]:
                row["goods"] = [self._goods(product_id, count) for product_id, count in row["goods"]]
        for row in (*found["readings"], *found["targets"]):
            row["figures"] = row["plain"].get("figures", {})
        for row in found["medicines"]:
            row["goods"] = [self._goods(row["product_id"], 0)]
            row["dose"] = _dose(row["plain"])
            row["worded"] = {"dose": self._worded(row, care)}
        for row in found["follow_ups"]:
            row["findings"] = row["plain"].get("findings", [])
        for row in found["looks"]:
            person = self._store.people.staff_by_id(row["actor"])
            row["who"] = mask_name(person.name) if person is not None else ""
        return found

    def _worded(self, row: Mapping[str, Any], care: CareRules) -> Text:
        """How a medicine is taken, as people say it."""
        plain, product = row["plain"], self._store.catalogue.product(row["product_id"])
        if not plain.get("times"):
            return Text("—", "—")
        piece = piece_of(product) if product is not None else None
        dose = Dose(int(plain["pieces_c"]), int(plain["times"]), int(plain["every_days"]))
        return usage_words(dose, str(plain.get("moment", "")), piece[1] if piece is not None else "", care)

    def _goods(self, product_id: str, count: int) -> str:
        product = self._store.catalogue.product(product_id)
        title = f"{product.generic_name} {product.spec}".strip() if product is not None else product_id
        return f"{title} × {count}" if count else title


def _dose(plain: Mapping[str, Any]) -> Sequence[str]:
    """How a medicine is taken, field by field."""
    names = ("pieces_c", "times", "every_days", "moment", "source")
    return [f"{name} {plain[name]}" for name in names if plain.get(name) not in (None, "")]
