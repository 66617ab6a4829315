"""Establishing: what a person answers when a till is set up for the first time, and what is still wrong with it, step by step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

STEPS = ("begin", "store", "till", "people", "printer", "hub", "data", "ready")
"""In this order; a demo shop needs only the first and the last."""

WAYS = ("none", "network", "usb", "serial", "file", "windows")
"""How a printer may be connected, as a person chooses it."""

_STORE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,11}")
_TILL = re.compile(r"[A-Za-z0-9]{1,4}")
_CODE = re.compile(r"\d{1,8}")
_PIN = re.compile(r"\d{4,8}")


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who will sign in."""

    code: str = ""
    name: str = ""
    role: str = "cashier"
    pin: str = ""
    licence_no: str = ""

    @property
    def empty(self) -> bool:
        """Whether the row was left blank."""
        return not (self.code or self.name or self.pin)


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything a first set-up asks."""

    demo: bool = False
    store_id: str = "S001"
    name: str = ""
    branch: str = ""
    licence: str = ""
    address: str = ""
    phone: str = ""
    till: str = "01"
    till_title: str = ""
    people: tuple[NewPerson, ...] = (NewPerson(code="1001", role="manager"), NewPerson())
    printer: str = "none"
    printer_address: str = ""
    paper: str = "80"
    hub_url: str = ""
    hub_code: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    """Kind of import (products, stock, members) → path of its file."""

    @property
    def staff(self) -> tuple[NewPerson, ...]:
        """Those who were written down."""
        return tuple(person for person in self.people if not person.empty)


def problems(step: str, answers: Answers) -> dict[str, str]:
    """Field of a step → what is wrong with it, as a word that screens turn into a sentence; empty when the step is done."""
    check = {"store": _store, "till": _till, "people": _people, "printer": _printer, "hub": _hub}.get(step)
    return check(answers) if check is not None and not answers.demo else {}


def steps_of(answers: Answers) -> tuple[str, ...]:
    """The steps to take."""
    return ("begin", "ready") if answers.demo else STEPS


def _store(answers: Answers) -> dict[str, str]:
    wrong = {}
    if not _STORE_ID.fullmatch(answers.store_id):
        wrong["store_id"] = "store_id_shape"
    if not answers.name.strip():
        wrong["name"] = "name_needed"
    return wrong


def _till(answers: Answers) -> dict[str, str]:
    return {} if _TILL.fullmatch(answers.till) else {"till": "till_shape"}


def _people(answers: Answers) -> dict[str, str]:
    wrong: dict[str, str] = {}
    seen: set[str] = set()
    for place, person in enumerate(answers.people):
        if person.empty:
            continue
        if not _CODE.fullmatch(person.code) or person.code in seen:
            wrong[f"code{place}"] = "code_taken" if person.code in seen else "code_shape"
        seen.add(person.code)
        if not person.name.strip():
            wrong[f"name{place}"] = "person_name_needed"
        if not _PIN.fullmatch(person.pin):
            wrong[f"pin{place}"] = "pin_shape"
    if not any(person.role == "manager" for person in answers.staff):
        wrong["role0"] = "no_manager"
    return wrong


def _printer(answers: Answers) -> dict[str, str]:
    needs = answers.printer in ("network", "serial", "file", "windows")
    return {"printer_address": "address_needed"} if needs and not answers.printer_address.strip() else {}


def _hub(answers: Answers) -> dict[str, str]:
    url, code = answers.hub_url.strip(), answers.hub_code.strip()
    if not url and not code:
        return {}
    if not url.startswith(("http://", "https://")):
        return {"hub_url": "url_shape"}
    return {} if code else {"hub_code": "hub_code_needed"}
