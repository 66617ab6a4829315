"""The form of a campaign's design: read into a design, and a design written back into its fields."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from app.domain.money import format_fen, parse_fen
from app.hub.campaigns import Design, DesignFaults, Fault

KINDS = ("threshold", "percent", "amount_off", "nth_cheaper", "bundle", "gift", "exchange", "trade_in")
CHANNELS = ("", "store", "online")
ON_RETURN = ("back", "lost", "prorated")
"""What becomes of a used coupon once its sale comes back: it is its holder's again · it is gone · as much of it as the goods bore."""
MOST_TIERS = 3
MOST_FIELDS = 48
MOST_BYTES = 512 * 1024
"""A list of some thousand members is typed or pasted into it."""
_BETWEEN = re.compile(r"[;；,，、\s]+")
_SPAN = re.compile(r"([0-2]\d:[0-5]\d)[-–—~]([0-2]\d:[0-5]\d)")
_BETWEEN_NAMES = re.compile(r"[;；,，、\n]+")


class _Fields:
    """Typed fields, and what is wrong with them by name."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self._form = form
        self.faults: list[Fault] = []

    def text(self, name: str, most: int) -> str:
        """One line."""
        return " ".join(self._form.get(name, "").split())[:most]

    def words(self, name: str) -> tuple[str, ...]:
        """Ids, with anything usual between them."""
        return tuple(dict.fromkeys(word for word in _BETWEEN.split(self._form.get(name, "")) if word))

    def names(self, name: str) -> tuple[str, ...]:
        """Names, which may hold spaces."""
        return tuple(dict.fromkeys(word.strip() for word in _BETWEEN_NAMES.split(self._form.get(name, "")) if word.strip()))

    def fen(self, name: str, *, needed: bool = False) -> int:
        """An amount in yuan; 0 where nothing is typed."""
        typed = self._form.get(name, "").strip()
        try:
            return parse_fen(typed) if typed or needed else 0
        except ValueError:
            return self._wrong(name)

    def count(self, name: str, least: int = 0, most: int = 10_000_000) -> int:
        """A whole number; the least where nothing is typed."""
        typed = self._form.get(name, "").strip()
        if not typed:
            return least
        if typed.isascii() and typed.isdigit() and len(typed) < 9 and least <= int(typed) <= most:
            return int(typed)
        return self._wrong(name)

    def basis_points(self, name: str) -> int:
        """A percentage with up to two decimals."""
        return min(self.fen(name, needed=True), 10_000)

    def spans(self, name: str) -> list[list[str]]:
        """Times of day from–to, as 09:00-12:00."""
        found = []
        for word in self.words(name):
            span = _SPAN.fullmatch(word)
            if span is None or not span[1] < span[2] <= "24:00":
                self._wrong(name)
            else:
                found.append([span[1], span[2]])
        return found

    def day(self, name: str) -> date:
        """A date."""
        try:
            return date.fromisoformat(self._form.get(name, "").strip())
        except ValueError:
            self._wrong(name)
            return date.min

    def _wrong(self, name: str) -> int:
        self.faults.append(Fault("field", (("field", name),)))
        return 0


def design_of(form: Mapping[str, str], campaign_id: str) -> Design:
    """The design that a form describes; DesignFaults names the fields that do not read."""
    fields = _Fields(form)
    kind = form.get("kind", "")
    sort = form.get("scope_sort", "all")
    named = fields.words("scope_names") if sort == "product" else fields.names("scope_names")
    said: dict[str, Any] = {
        "campaign_id": campaign_id,
        "title_zh": fields.text("title_zh", 60),
        "title_en": fields.text("title_en", 80),
        "kind": kind,
        "scope": f"{sort}:{';'.join(named)}" if sort in ("category", "product") else "all",
        "terms": json.dumps(_terms(kind, fields) | _when(fields) | _returned(form), ensure_ascii=False, separators=(",", ":")),
        "priority": fields.count("priority", 1, 999),
        "stack_group": fields.text("stack_group", 24),
        "exclusive": form.get("exclusive") == "1",
        "coupon_code": fields.text("coupon_code", 24),
        "stores": fields.words("stores"),
        "starts_on": fields.day("starts_on"),
        "ends_on": fields.day("ends_on"),
        "audience": form.get("audience", "everybody"),
        "audience_values": fields.words("audience_values") if form.get("audience") in ("tier", "list", "segment") else (),
        "coupon_class": form.get("coupon_class", "A")[:1],
        "face_fen": fields.fen("face"),
        "per_person": fields.count("per_person", 0, 50),
        "total": fields.count("total"),
        "budget_fen": fields.fen("budget"),
        "hold_percent": fields.count("hold_percent", 0, 100),
    }
    if fields.faults:
        raise DesignFaults(fields.faults)
    try:
        return Design(**said)
    except ValidationError as error:
        raise DesignFaults([Fault("field", (("field", str(one["loc"][0])),)) for one in error.errors()]) from error


def fields_of(design: Design) -> dict[str, str]:
    """A design as the texts of its form."""
    terms = json.loads(design.terms)
    sort, _, names = design.scope.partition(":")
    shown: dict[str, str] = {
        "title_zh": design.title_zh,
        "title_en": design.title_en,
        "scope_sort": sort,
        "scope_names": names.replace(";", "; "),
        "priority": str(design.priority),
        "stack_group": design.stack_group,
        "exclusive": "1" if design.exclusive else "",
        "coupon_code": design.coupon_code,
        "stores": "; ".join(design.stores),
        "starts_on": design.starts_on.isoformat(),
        "ends_on": design.ends_on.isoformat(),
        "audience": design.audience,
        "audience_values": "; ".join(design.audience_values),
        "coupon_class": design.coupon_class,
        "face": _yuan(design.face_fen),
        "per_person": str(design.per_person or ""),
        "total": str(design.total or ""),
        "budget": _yuan(design.budget_fen),
        "hold_percent": str(design.hold_percent),
    }
    for place, tier in enumerate(terms.get("tiers", ()), 1):
        shown[f"reach{place}"], shown[f"off{place}"] = _yuan(tier["reach_fen"]), _yuan(tier["off_fen"])
    for name in ("nth", "buy_quantity", "gift_quantity", "gift_product"):
        shown[name] = str(terms.get(name, ""))
    shown["percent"] = _yuan(terms.get("percent_off_bp", 0))
    shown["amount"] = _yuan(terms.get("amount_fen", 0))
    shown["price"] = _yuan(terms.get("price_fen", 0))
    shown["products"] = "; ".join(terms.get("products", ()))
    if design.kind == "exchange":
        shown |= {"reach1": _yuan(terms["reach_fen"]), "gift_product": terms["product"], "gift_quantity": str(terms.get("quantity", 1))}
    shown["old"] = "; ".join(terms.get("old", ()))
    when = terms.get("when", {})
    shown["hours"] = "; ".join(f"{start}-{end}" for start, end in when.get("hours", ()))
    shown["birthday"] = str(when.get("birthday", ""))
    channels = when.get("channels", ())
    shown["channel"] = str(channels[0]) if len(channels) == 1 else ""
    shown["refill"] = "1" if when.get("refill") else ""
    shown["on_return"] = str(terms.get("on_return", ON_RETURN[0]))
    for day in range(1, 8):
        shown[f"weekday{day}"] = "1" if day in when.get("weekdays", ()) else ""
    return shown


def empty(today: date, last: date, hold_percent: int) -> dict[str, str]:
    """A form that nobody has filled in."""
    blank = dict.fromkeys(fields_of(Design(campaign_id="", title_zh="", kind="", terms="{}", starts_on=today, ends_on=last)), "")
    blank |= {f"{name}{place}": "" for name in ("reach", "off") for place in range(1, MOST_TIERS + 1)}
    known = {"scope_sort": "all", "audience": "everybody", "coupon_class": "A", "priority": "100", "hold_percent": str(hold_percent)}
    return blank | known | {"starts_on": today.isoformat(), "ends_on": last.isoformat()}


def _terms(kind: str, fields: _Fields) -> dict[str, object]:
    match kind:
        case "threshold":
            rows = [(fields.fen(f"reach{place}"), fields.fen(f"off{place}")) for place in range(1, MOST_TIERS + 1)]
            return {"tiers": [{"reach_fen": reach, "off_fen": off} for reach, off in rows if reach or off]}
        case "percent":
            return {"percent_off_bp": fields.basis_points("percent")}
        case "amount_off":
            return {"amount_fen": fields.fen("amount", needed=True)}
        case "nth_cheaper":
            return {"nth": fields.count("nth", 2, 100), "percent_off_bp": fields.basis_points("percent")}
        case "bundle":
            return {"products": list(fields.words("products")), "price_fen": fields.fen("price", needed=True)}
        case "gift":
            given = {"gift_product": fields.text("gift_product", 32), "gift_quantity": fields.count("gift_quantity", 1, 100)}
            return {"buy_quantity": fields.count("buy_quantity", 1, 100), **given}
        case "exchange":
            asked = {"reach_fen": fields.fen("reach1", needed=True), "product": fields.text("gift_product", 32)}
            return {**asked, "price_fen": fields.fen("price", needed=True), "quantity": fields.count("gift_quantity", 1, 100)}
        case "trade_in":
            return {"amount_fen": fields.fen("amount", needed=True), "old": list(fields.words("old"))}
        case _:
            raise DesignFaults([Fault("field", (("field", "kind"),))])


def _when(fields: _Fields) -> dict[str, object]:
    """What else must be so around a sale; nothing where nothing is asked."""
    when: dict[str, object] = {}
    if spans := fields.spans("hours"):
        when["hours"] = spans
    weekdays = [day for day in range(1, 8) if fields.text(f"weekday{day}", 1)]
    if 0 < len(weekdays) < 7:
        when["weekdays"] = weekdays
    if birthday := fields.text("birthday", 8):
        when["birthday"] = birthday
    if (channel := fields.text("channel", 8)) and channel in CHANNELS:
        when["channels"] = [channel]
    if fields.text("refill", 1):
        when["refill"] = True
    return {"when": when} if when else {}


def _returned(form: Mapping[str, str]) -> dict[str, object]:
    """The return rule; nothing where the coupon comes back, as it does by itself."""
    rule = form.get("on_return", "")
    return {"on_return": rule} if rule in ON_RETURN[1:] else {}


def _yuan(fen: int) -> str:
    return format_fen(fen) if fen else ""
