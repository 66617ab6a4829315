"""Erasing one person from a till's ledger: which rows go, that it was done, and what never comes back by a late row of a feed.

Events stay as they were written: they name a person by a random id alone. What a law keeps (sales, prescriptions, special registers,
invoice titles) is no part of this; `resources/rules/retention.json` says what is kept, for how long and why.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Delete, Update, bindparam, or_, select
from sqlalchemy.dialects.sqlite import insert

from app.records.base import Record
from app.store import tables as t

R = TypeVar("R", bound=Record)

_WHO: BindParameter[str] = bindparam("of_erased")
_HANDLES = select(t.member.c.handle).where(t.member.c.id == _WHO, t.member.c.handle != "")
_SALES = select(t.sale.c.event_id).where(t.sale.c.member_id == _WHO)
_RETURNS = (
    select(t.return_.c.event_id).join(t.sale, t.sale.c.sale_id == t.return_.c.original_sale_id).where(t.sale.c.member_id == _WHO)
)
_FINISHED = ("sent", "confirmed", "waived")

GONE: tuple[Delete | Update, ...] = (
    # By the member's handle, so before the member.
    t.member_step.delete().where(t.member_step.c.handle.in_(_HANDLES)),
    *(
        table.delete().where(table.c.member_id == _WHO)
        for table in (
            t.visitor,
            t.member_key,
            t.family_person,
            t.member_joined,
            t.identity_claim,
            t.consent,
            t.reading,
            t.usage_note,
            t.own_target,
            t.follow_up,
            t.past_purchase,
            t.points_entry,
            t.stored_entry,
            t.hold,
            t.coupon_right,
            t.standing,
        )
    ),
    # Slips bear the masked name: one that is wanted again is set anew from its sale. Those that still wait for paper go later.
    t.print_job.delete().where(
        t.print_job.c.state.in_(_FINISHED), or_(t.print_job.c.event_id.in_(_SALES), t.print_job.c.event_id.in_(_RETURNS))
    ),
    t.alias.delete().where(or_(t.alias.c.old_id == _WHO, t.alias.c.canonical_id == _WHO)),
    t.coupon_use.update().where(t.coupon_use.c.member_id == _WHO).values(member_id=""),
    t.member.delete().where(t.member.c.id == _WHO),
)
"""What goes with a person, each statement run for `of_erased`."""

NOTED = insert(t.erased).on_conflict_do_nothing()
"""That it was done, and when first."""

_KNOWN = select(t.erased.c.member_id).where(t.erased.c.member_id.in_(bindparam("of_members", expanding=True)))
_BASKETS = select(t.parked_basket.c.basket_id, t.parked_basket.c.content).where(
    t.parked_basket.c.content.contains(bindparam("of_text"), autoescape=False)
)
_OWNER = ("member_id", "canonical_id")
_NOBODY: dict[str, Any] = {
    "member_id": "",
    "member_label": "",
    "found_by": "",
    "proven_at": "",
    "proven_in": "",
    "picked": None,
    "patient": {
        "kind": "unknown",
        "ref": "",
        "label": "",
        "age_months": -1,
        "weight_g": 0,
        "allergies_known": False,
        "allergy_classes": [],
    },
}
"""A basket's fields once its member is gone; whose medicine it is must be asked again."""


def erase_rows(connection: Connection, erased: Iterable[tuple[str, datetime]]) -> None:
    """Delete every row of these members (id, when) that no law keeps, and let them go from baskets; again is no harm."""
    for member_id, at in erased:
        for statement in GONE:
            connection.execute(statement, {"of_erased": member_id})
        connection.execute(NOTED, [{"member_id": member_id, "at": at}])
        let_go(connection, member_id)


def let_go(connection: Connection, member_id: str) -> None:
    """Take a member off the baskets that are kept, open or held; the goods stay."""
    if not member_id:
        return
    for row in connection.execute(_BASKETS, {"of_text": json.dumps(member_id, ensure_ascii=False)}).all():
        basket = json.loads(row.content)
        if basket.get("member_id") != member_id:
            continue
        text = json.dumps({**basket, **_NOBODY}, ensure_ascii=False, separators=(",", ":"))
        mine = t.parked_basket.c.basket_id == row.basket_id
        connection.execute(t.parked_basket.update().where(mine).values(content=text, label=""))


def all_erased(connection: Connection) -> list[tuple[str, datetime]]:
    """Every member that was ever erased here, with when."""
    return [(row.member_id, row.at) for row in connection.execute(select(t.erased).order_by(t.erased.c.member_id))]


def erased_among(connection: Connection, member_ids: Collection[str]) -> set[str]:
    """Those of these members that were erased."""
    return set(connection.execute(_KNOWN, {"of_members": list(member_ids)}).scalars()) if member_ids else set()


def standing(connection: Connection, records: Sequence[R]) -> list[R]:
    """Rows of a feed without those of an erased person: a late or repeated row brings nobody back."""
    owners = {id(record): _owners(record) for record in records}
    gone = erased_among(connection, set().union(*owners.values()))
    return [record for record in records if not owners[id(record)] & gone]


def _owners(record: Record) -> set[str]:
    """Whose a record is: the member it names, or itself."""
    named = {str(getattr(record, name)) for name in _OWNER if getattr(record, name, "")}
    return named | {str(getattr(record, "id", ""))}
