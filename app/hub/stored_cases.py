"""What of members' stored value a person looks into: above what the law lets a card hold, above a day's most, or owed to somebody erased.

A till judges by what it knows, so two tills without a line may take in more together than either would have; headquarters sees both.
Nothing is undone by itself: the money is the member's. What was paid in by somebody erased is owed all the same, and stays a case
until whoever comes with the slip was paid, or a person says why it is only kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from typing import cast
from uuid import UUID, uuid5

from sqlalchemy import Connection, func, select, update

from app.domain.stored import StoredEntry, StoredKind, StoredRules, statement, too_much
from app.hub import tables
from app.hub.archive import insert_new
from app.hub.cases import MONEY
from app.hub.movements import moving
from app.hub.parties import parties_of
from app.records.clock import shop_day
from app.records.resources import resource

OUTCOMES = {
    "cap": ("paid_back", "within", "allowed", "staff"),
    "day": ("within", "allowed", "staff"),
    "debt": ("paid", "kept"),
}
"""Kind → how a case ends; `paid` books what is owed as paid out, `kept` leaves it in the books."""
SUGGESTED = {"cap": "paid_back", "day": "within", "debt": "kept"}
_AT_ONCE = 500
_CASES = UUID("6f7f2a52-7c1e-4e0b-9c55-0a7f5a3d1e84")


@dataclass(frozen=True, slots=True)
class StoredCase:
    """One case as a page shows it."""

    case_id: str
    kind: str
    """cap | day | debt."""
    member_id: str
    """Whose account it is, by the id that moved it."""
    store_id: str
    """Where it was paid in."""
    at: datetime
    fen: int
    """How much is above, or owed."""
    state: str
    outcome: str
    reason: str
    closed_by: str
    closed_at: datetime | None
    loads: tuple[StoredEntry, ...]
    """What was paid in on the account, the newest first."""
    stores: tuple[str, ...]
    """The store of each."""
    left_fen: int
    """What is there now, principal and bonus."""


@cache
def rules() -> StoredRules:
    """The rules of stored value as they are carried."""
    return StoredRules.read(json.loads(resource("rules", "stored_value.json").read_text("utf-8")))


def weigh(connection: Connection, member_ids: Collection[str]) -> None:
    """Something moved on these accounts, or whose they are changed: open what is to be looked into, settle what no longer stands."""
    ids = sorted(set(member_ids) - {""})
    for start in range(0, len(ids), _AT_ONCE):
        _weigh(connection, ids[start : start + _AT_ONCE])


def _weigh(connection: Connection, ids: Sequence[str]) -> None:
    p, s = tables.person.c, tables.stored_entry.c
    gone = set(connection.scalars(select(p.member_id).where(p.member_id.in_(ids), p.state == "erased")))
    rows: dict[str, dict[str, object]] = {}
    about: set[str] = set(gone)
    parties = list(parties_of(connection, [one for one in ids if one not in gone]).values())
    named = set(chain.from_iterable(parties))
    # Of most people nothing was ever paid in.
    moved = set(connection.scalars(select(s.member_id).where(s.member_id.in_(sorted(named))).distinct()))
    for party in (one for one in parties if not moved.isdisjoint(one)):
        held = _held(connection, party)
        loads = {entry.entry_id: (entry, store_id) for entry, store_id in held if entry.kind == "load"}
        about |= {_serial(entry_id) for entry_id in loads}
        for found in too_much([(entry, shop_day(entry.at)) for entry, _ in held], rules()):
            entry, store_id = loads[found.entry.entry_id]
            rows |= _row(found.kind, _serial(entry.entry_id), store_id, entry.member_id, entry.at, found.fen)
    for member_id in sorted(gone):
        held = _held(connection, [member_id])
        owed = statement(entry for entry, _ in held).balance.principal_fen
        if owed > 0:
            last, store_id = next((entry, store) for entry, store in reversed(held) if entry.kind in ("load", "unspend"))
            rows |= _row("debt", member_id, store_id, member_id, last.at, owed)
        # What was above on a card that nobody has any more is the debt alone.
        about |= {_serial(entry.entry_id) for entry, _ in held if entry.kind == "load"}
    _settle(connection, rows, about)


def close(connection: Connection, case_id: str, outcome: str, reason: str, by: str, now: datetime) -> bool:
    """Close an open case; `paid` books all that the account still has as paid out. False where nothing was open.

    ValueError for an outcome that such a case does not have, or no reason.
    """
    c = tables.coupon_case.c
    row = connection.execute(select(tables.coupon_case).where(c.case_id == case_id, c.kind.in_(MONEY)).with_for_update()).first()
    if row is None or row.state != "open":
        return False
    if outcome not in OUTCOMES[row.kind] or not reason.strip():
        raise ValueError("a case is closed with an outcome and a reason")
    if outcome == "paid":
        _pay_out(connection, row.serial, row.store_id, case_id, now)
    told = {"state": "closed", "outcome": outcome, "reason": reason.strip()[:200], "closed_by": by[:40], "closed_at": now}
    return connection.execute(update(tables.coupon_case).where(c.case_id == case_id).values(told)).rowcount == 1


def cases(connection: Connection, state: str = "open", limit: int = 60) -> tuple[StoredCase, ...]:
    """Cases of a state, newest first."""
    c = tables.coupon_case.c
    wanted = select(tables.coupon_case).where(c.state == state, c.kind.in_(MONEY)).order_by(c.at.desc(), c.case_id).limit(limit)
    found = []
    for row in connection.execute(wanted).all():
        # An erased account stands alone; another is the person's under all their ids.
        party = next(iter(parties_of(connection, [row.first_sale_id]).values()), [row.first_sale_id])
        held = _held(connection, party)
        loads = [one for one in reversed(held) if one[0].kind == "load"]
        found.append(
            StoredCase(
                row.case_id,
                row.kind,
                row.first_sale_id,
                row.store_id,
                row.at,
                row.cost_fen,
                row.state,
                row.outcome,
                row.reason,
                row.closed_by,
                row.closed_at,
                tuple(entry for entry, _ in loads),
                tuple(store_id for _, store_id in loads),
                statement(entry for entry, _ in held).balance.total_fen,
            )
        )
    return tuple(found)


def open_count(connection: Connection) -> int:
    """How many are open."""
    c = tables.coupon_case.c
    return int(connection.scalar(select(func.count()).where(c.state == "open", c.kind.in_(MONEY))) or 0)


def _settle(connection: Connection, rows: dict[str, dict[str, object]], about: Iterable[str]) -> None:
    """Open what is found, and settle open cases about these that no longer stand; what is owed by now is what is said."""
    c = tables.coupon_case.c
    if rows:
        insert_new(connection, tables.coupon_case, list(rows.values()), "case_id")
    wanted = select(c.case_id, c.state, c.cost_fen, c.kind, c.outcome)
    known = connection.execute(wanted.where(c.serial.in_(sorted(about)), c.kind.in_(MONEY))).all()
    for one in known:
        found = rows.get(one.case_id)
        # What comes after somebody was paid, or beside what is only kept, is owed anew.
        grown = one.kind == "debt" and found is not None and (one.outcome == "paid" or found["cost_fen"] != one.cost_fen)
        if one.state == "closed" and not grown:
            continue
        state = "open" if found is not None else "settled"
        fen = found["cost_fen"] if found is not None else one.cost_fen
        if (state, fen) != (one.state, one.cost_fen):
            values = {"state": state, "cost_fen": fen, "outcome": "", "reason": "", "closed_by": "", "closed_at": None}
            connection.execute(update(tables.coupon_case).where(c.case_id == one.case_id).values(values))


def _row(kind: str, serial: str, store_id: str, member_id: str, at: datetime, fen: int) -> dict[str, dict[str, object]]:
    """One case by its id, which the same finding always has; `first_sale_id` names the account."""
    case_id = str(uuid5(_CASES, f"{kind}/{serial}"))
    row: dict[str, object] = {
        "case_id": case_id,
        "kind": kind,
        "serial": serial,
        "offer_id": "",
        "store_id": store_id,
        "sale_id": "",
        "first_store_id": "",
        "first_sale_id": member_id,
        "at": at,
        "cost_fen": fen,
        "suggested": SUGGESTED[kind],
        "state": "open",
        "outcome": "",
        "reason": "",
        "closed_by": "",
        "closed_at": None,
    }
    return {case_id: row}


def _pay_out(connection: Connection, member_id: str, store_id: str, case_id: str, now: datetime) -> None:
    """What an account that is nobody's any more still has was paid to whoever came with the slip: it is owed no longer."""
    moving(connection, [member_id])
    balance = statement(entry for entry, _ in _held(connection, [member_id])).balance
    paid = connection.scalar(select(func.count()).where(tables.stored_entry.c.owner_id == case_id))
    row: dict[str, object] = {
        "entry_id": f"paid:{paid}:{case_id}",
        "store_id": store_id,
        "member_id": member_id,
        "at": now,
        "kind": "payout",
        "principal_fen": max(0, balance.principal_fen),
        "bonus_fen": max(0, balance.bonus_fen),
        "of": "",
        "owner_id": case_id,
    }
    insert_new(connection, tables.stored_entry, [row], "entry_id")


def _held(connection: Connection, party: Sequence[str]) -> list[tuple[StoredEntry, str]]:
    """Every movement of these ids with its store, oldest first."""
    c = tables.stored_entry.c
    wanted = select(tables.stored_entry).where(c.member_id.in_(list(party))).order_by(c.at, c.entry_id)
    return [
        (
            StoredEntry(row.entry_id, row.at, row.member_id, cast(StoredKind, row.kind), row.principal_fen, row.bonus_fen, row.of),
            row.store_id,
        )
        for row in connection.execute(wanted)
    ]


def _serial(entry_id: str) -> str:
    """What a case about a load is kept under: the load's own id."""
    return entry_id.removeprefix("load:")
