"""Tuning: what the settings page offers, who may change it, and the one act that keeps and records a change."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from app.counter.authorising import Authorising
from app.counter.faults import Refused
from app.counter.post import Post
from app.counter.receipt_template import own_words
from app.domain import key_preset, tendering
from app.domain.day import DutyRule
from app.domain.money import format_fen, parse_fen
from app.domain.rules import roles_of
from app.domain.verdict import Text
from app.records import events
from app.records.clock import Clock, shop_day
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.store.settings import DECLARED, SETTINGS, Setting

LONGEST_TEXT = 120
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_ROLES = (("manager", Text("店长", "Manager")), ("pharmacist", Text("执业药师", "Pharmacist")), ("cashier", Text("营业员", "Cashier")))
_CLASSES = (
    ("rx", Text("处方药", "Prescription")),
    ("otc_a", Text("甲类非处方药", "OTC class A")),
    ("otc_b", Text("乙类非处方药", "OTC class B")),
    ("none", Text("非药品", "Not a medicine")),
)
_PRINTED = frozenset({"paper.header", "paper.footer"})
"""The shop's own lines on every receipt."""
_ADDRESSED = frozenset({"network", "serial", "file", "windows"})
_COLUMNS: dict[str, tuple[tuple[str, Text, str], ...]] = {
    "shifts": (("from", Text("从", "From"), "time"), ("zh", Text("中文", "Chinese"), "text"), ("en", Text("英文", "English"), "text")),
    "methods": (
        ("title_zh", Text("中文", "Chinese"), "text"),
        ("title_en", Text("英文", "English"), "text"),
        ("asks_last_digits", Text("填后四位", "Last four digits"), "flag"),
    ),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One setting as the page shows it."""

    key: str
    group: str
    title: Text
    why: Text
    unit: Text
    form: str
    """text | number | money | flag | choice | several | lines | table | keys."""
    value: Any
    """As kept; money in fen, several as a tuple of choices."""
    default: Text
    scope: str
    """store | till | person."""
    applies: str
    """now | start."""
    choices: tuple[tuple[str, Text], ...] = ()
    columns: tuple[tuple[str, Text, str], ...] = ()
    """Of a table: name, title, and what a cell holds (text, time or flag)."""
    grows: bool = False
    """Whether rows may be added to the table and taken away."""
    may: bool = True
    """Whether the person at the till may change it."""
    changed: bool = False
    """Whether somebody ever chose it."""


class SettingTexts:
    """The words of the settings page: groups, what each setting does, its unit and its choices."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._settings: Mapping[str, Any] = document["settings"]
        self.groups: tuple[tuple[str, Text, str], ...] = tuple(
            (key, Text(row["zh"], row["en"]), str(row["icon"])) for key, row in document["groups"].items()
        )
        """Key, title and icon, in the order of the page."""

    @classmethod
    def parse(cls, text: str) -> SettingTexts:
        """Read the carried document; KeyError for one that lacks a part."""
        return cls(json.loads(text))

    def has(self, key: str) -> bool:
        """Whether a setting is explained."""
        return key in self._settings

    def why(self, key: str) -> Text:
        """What the setting does."""
        row = self._settings.get(key, {})
        return Text(row.get("zh", ""), row.get("en", ""))

    def unit(self, key: str) -> Text:
        """What stands after the field; empty for none."""
        zh, en = self._settings.get(key, {}).get("unit", ("", ""))
        return Text(zh, en)

    def choices(self, key: str) -> dict[str, Text]:
        """Words of each choice."""
        return {value: Text(zh, en) for value, (zh, en) in self._settings.get(key, {}).get("choices", {}).items()}


class Tuning:
    """Changes settings: each person their own, the manager the rest."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        authorising: Authorising,
        duties: Sequence[DutyRule],
        texts: SettingTexts,
        wake_sync: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._authorising = authorising
        self._duties = tuple((duty.id, duty.title) for duty in duties)
        self.texts = texts
        self._wake_sync = wake_sync
        self._approved_by = ""

    # ------------------------------------------------------------------ reading

    def offers(self) -> tuple[Offer, ...]:
        """Everything the page shows, by group and in the order declared."""
        order = [key for key, _, _ in self.texts.groups]
        enrolled = bool(self._store.settings.text("hub.public_key"))
        shown = [s for s in SETTINGS if s.shown and (s.key != "hub.url" or enrolled)]
        return tuple(self.offer(setting.key) for setting in sorted(shown, key=lambda s: order.index(s.group)))

    def offer(self, key: str) -> Offer:
        """One setting as it stands."""
        setting, settings = DECLARED[key], self._store.settings
        form = setting.form or ("choice" if setting.choices else setting.type)
        choices = self._choices(setting)
        if form in ("roles", "classes", "duties"):
            form = "several"
        columns = _COLUMNS.get(form, ())
        return Offer(
            key=key,
            group=setting.group,
            title=Text(setting.title_zh, setting.title_en),
            why=self.texts.why(key),
            unit=self.texts.unit(key),
            form="table" if columns else form,
            value=_several(settings.get(key)) if form == "several" else settings.get(key),
            default=self._said(setting, setting.default),
            scope=setting.scope,
            applies=setting.applies,
            choices=choices,
            columns=columns,
            grows=setting.form == "shifts",
            may=self.may(key),
            changed=settings.is_set(key) and settings.get(key) != setting.default,
        )

    def _choices(self, setting: Setting) -> tuple[tuple[str, Text], ...]:
        own = {"roles": _ROLES, "classes": _CLASSES, "duties": self._duties}.get(setting.form)
        if own is not None:
            return own
        words = self.texts.choices(setting.key)
        return tuple((value, words.get(value, Text(value))) for value in setting.choices)

    def _said(self, setting: Setting, value: Any) -> Text:
        """A value in words, for what the default is."""
        if setting.type == "flag":
            return Text("开", "on") if value else Text("关", "off")
        if setting.form == "money":
            return Text(f"¥{format_fen(value)}")
        choices = dict(self._choices(setting))
        if choices:
            parts = [choices[part] for part in _several(value) if part in choices]
            nothing = Text("都不选", "none")
            return Text("、".join(p.zh for p in parts) or nothing.zh, ", ".join(p.en for p in parts) or nothing.en)
        if setting.type == "json":
            return Text(f"{len(value)} 条", f"{len(value)} entries") if value else Text("空", "empty")
        unit = self.texts.unit(setting.key)
        shown = str(value) if value != "" else ""
        return Text(f"{shown} {unit.zh}".strip() or "空", f"{shown} {unit.en}".strip() or "empty")

    # ------------------------------------------------------------------ who may

    def may(self, key: str) -> bool:
        """Whether the person at the till may change a setting."""
        person = self._post.staff
        if person is None:
            return False
        return DECLARED[key].scope == "person" or "manager" in roles_of(person) or bool(self._approved_by)

    def unlock(self, pin: str) -> None:
        """A manager lets the person at the till change everything until `lock`; Refused where the PIN is no manager's."""
        self._approved_by = self._authorising.anyone(pin, ("manager",)).id

    def lock(self) -> None:
        """The manager's leave ends."""
        self._approved_by = ""

    # ------------------------------------------------------------------ changing

    def change(self, key: str, entered: Any) -> Future[None]:
        """Keep what was entered and record it; Refused `setting_…` says what to mend, and nothing is kept."""
        value = self.read(key, entered)
        settings = self._store.settings
        return self._keep(key, settings.get(key), value, settings.person if DECLARED[key].scope == "person" else "", settings.set)

    def change_together(self, values: Mapping[str, Any]) -> Future[None]:
        """Keep several of the till's settings in one commit, as a device's set-up does; each is recorded. Refused as by `change`."""
        if not all(self.may(key) for key in values):
            raise Refused("setting_manager_needed")
        settings = self._store.settings
        kept = {key: self._as_kept(DECLARED[key], value) for key, value in values.items()}
        bodies = [self._told(key, settings.get(key), value, "") for key, value in kept.items()]
        future = settings.set_many(kept)
        day = self._post.day(shop_day(self._clock.now()))
        self._store.journal.record(bodies, actor=self._approved_by or self._post.actor, day=day)
        future.add_done_callback(lambda _: self._wake_sync())
        return future

    def back_to_default(self, key: str) -> Future[None]:
        """Keep the default again."""
        return self.change(key, DECLARED[key].default)

    def for_everybody(self, key: str) -> Future[None]:
        """Make a person's own value the till's default: for the sign-in page and whoever chose nothing."""
        if "manager" not in (roles_of(self._post.staff) if self._post.staff else ()) and not self._approved_by:
            raise Refused("setting_manager_needed")
        settings = self._store.settings
        return self._keep(key, settings.of_till(key), settings.get(key), "", settings.set_for_till)

    def _keep(self, key: str, was: Any, value: Any, person: str, put: Callable[[str, Any], Future[None]]) -> Future[None]:
        body = self._told(key, was, value, person)
        day = self._post.day(shop_day(self._clock.now()))
        kept = put(key, value)
        self._store.journal.record([body], actor=self._approved_by or self._post.actor, day=day)
        kept.add_done_callback(lambda _: self._wake_sync())
        return kept

    @staticmethod
    def _told(key: str, was: Any, value: Any, person: str) -> events.SettingChanged:
        setting = DECLARED[key]
        told = setting.type in ("number", "flag", "choice") or setting.form == "roles"
        return events.SettingChanged(key=key, person=person, was=json.dumps(was) if told else "", now=json.dumps(value) if told else "")

    def read(self, key: str, entered: Any) -> Any:
        """What was entered as the value to keep; Refused `setting_…` where it is none or not this person's to change."""
        if not self.may(key):
            raise Refused("setting_manager_needed")
        setting = DECLARED[key]
        value = self._as_kept(setting, entered)
        try:
            self._store.settings.check(key, value)
        except StoreFault as fault:
            raise Refused("setting_needed") from fault
        words = own_words(value) if key == "receipt.template" else "\n".join(value) if key in _PRINTED else ""
        for name in self._store.catalogue.prescriptions_in(words):
            raise Refused("setting_rx_promoted", name=name)
        if key == "printer.transport" and value in _ADDRESSED and not self._store.settings.text("printer.address"):
            raise Refused("setting_address")
        return value

    def _as_kept(self, setting: Setting, entered: Any) -> Any:
        form = setting.form
        if form == "money":
            return _money(setting, entered)
        if setting.type == "number":
            return _number(setting, entered)
        if setting.type == "text":
            return _roles(entered) if form == "roles" else _text(setting, entered)
        if form == "lines":
            return [line.strip() for line in entered if line.strip()]
        if form in ("classes", "duties"):
            return list(entered)
        if form == "shifts":
            return _shifts(entered)
        if form == "methods":
            return _methods(entered)
        return _keys(entered) if form == "keys" else entered


def _several(value: Any) -> tuple[str, ...]:
    return tuple(part for part in value.split(";") if part) if isinstance(value, str) else tuple(map(str, _listed(value)))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def _number(setting: Setting, entered: Any) -> int:
    text = str(entered).strip()
    if not text.lstrip("-").isdecimal():
        raise Refused("setting_number")
    if not setting.lowest <= int(text) <= setting.highest:
        raise Refused("setting_range", low=str(setting.lowest), high=str(setting.highest))
    return int(text)


def _money(setting: Setting, entered: Any) -> int:
    """Yuan as typed, or fen as a number."""
    low, high = format_fen(setting.lowest), format_fen(setting.highest)
    try:
        fen = entered if isinstance(entered, int) else parse_fen(str(entered))
    except ValueError as error:
        raise Refused("setting_money", low=low, high=high) from error
    if not setting.lowest <= fen <= setting.highest:
        raise Refused("setting_money", low=low, high=high)
    return fen


def _text(setting: Setting, entered: Any) -> str:
    text = str(entered).strip()
    if len(text) > LONGEST_TEXT:
        raise Refused("setting_long", high=str(LONGEST_TEXT))
    if not text and setting.key == "store.name":
        raise Refused("setting_needed")
    if text and setting.key == "hub.url" and not text.startswith(("http://", "https://")):
        raise Refused("setting_url")
    return text


def _roles(entered: Any) -> str:
    chosen = _several(entered)
    if "manager" not in chosen:
        raise Refused("setting_roles")
    return ";".join(chosen)


def _shifts(entered: Any) -> list[dict[str, str]]:
    rows = [{name: str(row.get(name, "")).strip() for name in ("from", "zh", "en")} for row in entered]
    times = [row["from"] for row in rows]
    if not rows or any(not _CLOCK.fullmatch(at) for at in times) or len(set(times)) < len(times):
        raise Refused("setting_time")
    if any(not row["zh"] for row in rows):
        raise Refused("setting_names")
    return sorted(rows, key=lambda row: row["from"])


def _methods(entered: Any) -> list[dict[str, Any]]:
    rows = [{**row, "title_zh": row["title_zh"].strip(), "title_en": row["title_en"].strip() or row["title_zh"].strip()} for row in entered]
    try:
        tendering.parse_methods(rows)
    except ValueError as error:
        raise Refused("setting_methods") from error
    return rows


def _keys(entered: Any) -> dict[str, str]:
    try:
        return key_preset.checked(entered)
    except key_preset.KeyTaken as taken:
        raise Refused("setting_keys", key=taken.key, other=taken.holder) from taken
    except key_preset.KeyUnfit as unfit:
        raise Refused("setting_keys_kind") from unfit
