"""What identities members claimed at this till, and how far each was shown to be theirs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import String, bindparam, select

from app.store import tables as t
from app.store.open_store import Store

_CLAIMED = select(t.identity_claim.c.blob_id).where(
    t.identity_claim.c.member_id.in_(bindparam("of_party", expanding=True)),
    t.identity_claim.c.kind == bindparam("of_kind", type_=String),
    t.identity_claim.c.level == bindparam("of_level", type_=String),
)


def claimed(store: Store, party: Sequence[str], kind: str, value: str, level: str) -> bool:
    """Whether one of these ids claimed this very value at this level here."""
    rows = store.readers.connection().execute(_CLAIMED, {"of_party": list(party), "of_kind": kind, "of_level": level})
    blobs = store.private.open_many([row.blob_id for row in rows])
    return any(json.loads(plain).get("value") == value for plain in blobs.values())
