"""Everything this till holds of one person, row by row and opened, for the copy that they may ask for (PIPL Art. 45)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Select, Table, bindparam, select

from app.domain.signature import Signature
from app.store import tables as t
from app.store.open_store import Store

Rows = list[dict[str, Any]]
_MOST = 1_000_000
"""Sales and returns: every one."""


def _of(table: Table, column: str = "member_id", order: str = "") -> Select[Any]:
    wanted = select(table).where(table.c[column].in_(bindparam("of_ids", expanding=True)))
    return wanted.order_by(table.c[order]) if order else wanted


_WANTED: dict[str, Select[Any]] = {
    "profile": _of(t.member, "id"),
    "identities": _of(t.identity_claim, order="at"),
    "keys": _of(t.member_key),
    "joining": _of(t.member_joined, order="at"),
    "family": _of(t.family_person, order="id"),
    "consents": _of(t.consent, order="at"),
    "points": _of(t.points_entry, order="at"),
    "stored_value": _of(t.stored_entry, order="at"),
    "coupons": _of(t.coupon_right, order="ends_on"),
    "coupons_used": _of(t.coupon_use, order="at"),
    "tier": _of(t.standing),
    "readings": _of(t.reading, order="taken_at"),
    "medicines": _of(t.usage_note, order="at"),
    "targets": _of(t.own_target, order="at"),
    "follow_ups": _of(t.follow_up, order="due_on"),
    "looks": _of(t.member_reveal, order="at"),
}


def _with_signatures(store: Store, said: Rows) -> Rows:
    """Consents, each with the strokes that were signed for it where this till has them."""
    signed = [row["evidence"] for row in said if row.get("channel") == "signature" and row.get("evidence")]
    plain = store.private.open_many(sorted(set(signed)))
    for row in said:
        with suppress(KeyError, ValueError):
            row["signature"] = {"strokes": Signature.decoded(plain[row["evidence"]]).strokes}
    return said


def dossier(store: Store, ids: Sequence[str]) -> dict[str, Rows]:
    """Section → its rows by column; a row's blob, where it has one that can be opened, is under `plain` as what it says."""
    connection = store.readers.connection()
    found: dict[str, Rows] = {}
    for name, wanted in _WANTED.items():
        rows: Rows = [dict(row) for row in connection.execute(wanted, {"of_ids": list(ids)}).mappings()]
        plain = store.private.open_many([row["blob_id"] for row in rows if row.get("blob_id")])
        for row in rows:
            text = plain.get(row.get("blob_id", ""))
            row["plain"] = json.loads(text) if text is not None else {}
        found[name] = rows
    # Words of before the last one stand in the journal alone, those given at another till in the table alone.
    every = reversed(store.journal.of_type("consent.set@1", limit=_MOST))
    said: Rows = [{**one.body, "at": one.at} for one in every if one.body["member_id"] in ids]
    here = {(row["member_id"], row["purpose"], row["at"]) for row in said}
    said += [row for row in found["consents"] if (row["member_id"], row["purpose"], row["at"]) not in here]
    found["consents"] = _with_signatures(store, sorted(said, key=lambda row: row["at"]))
    sales = store.care.sales(ids, _MOST)
    found["purchases"] = [{"number": one.number, "day": one.day, "goods": one.goods, "amount_fen": one.payable_fen} for one in sales]
    backs = store.care.returns(ids, _MOST)
    found["returns"] = [{"number": one.number, "day": one.day, "amount_fen": one.total_fen} for one in backs]
    found["earlier_purchases"] = [
        {
            "day": one.day,
            "goods": ((one.product_id, one.quantity),),
            "quantity": one.quantity,
            "amount_fen": one.amount_fen,
            "place": one.place,
        }
        for one in store.care.past(ids, _MOST)
    ]
    return found
