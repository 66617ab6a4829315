"""What a person has bought here, read for the page about them: sums, visits, goods, and their private blobs by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, distinct, func, select, union

from app.store import tables as t
from app.store.bought import IDS, KEPT, lines_bought
from app.store.engine import Readers

_k = lines_bought(
    (t.sale_line.c.product_id, KEPT, t.sale.c.day),
    (t.past_purchase.c.product_id, t.past_purchase.c.quantity, t.past_purchase.c.day),
).subquery().c
_GOODS = (
    select(_k.product_id, func.sum(_k.quantity), func.count(distinct(_k.day)), func.max(_k.day))
    .where(_k.quantity > 0)
    .group_by(_k.product_id)
    .order_by(func.max(_k.day).desc(), _k.product_id)
)
# Built once: a member's page asks for all of them, and building a select costs more than running it.
_s, _r, _p = t.sale.c, t.return_.c, t.past_purchase.c
_MINE = (_s.member_id.in_(IDS), _s.day >= bindparam("since"))
_PAST = (_p.member_id.in_(IDS), _p.day >= bindparam("since"))
_DAYS = union(select(_s.day).where(*_MINE), select(_p.day).where(*_PAST)).subquery()
_SUMS = select(
    select(func.coalesce(func.sum(_s.payable_fen), 0)).where(*_MINE).scalar_subquery(),
    select(func.coalesce(func.sum(_r.total_fen), 0))
    .select_from(t.return_.join(t.sale, _s.sale_id == _r.original_sale_id))
    .where(*_MINE)
    .scalar_subquery(),
    select(func.coalesce(func.sum(_p.amount_fen), 0)).where(*_PAST).scalar_subquery(),
    select(func.count()).select_from(_DAYS).scalar_subquery(),
)
_b = t.private_blob.c
_BLOBS = (
    select(_b.blob_id, _b.at)
    .where(_b.person_id.in_(IDS), _b.kind == bindparam("of_kind"))
    .order_by(_b.at.desc(), _b.blob_id.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class BoughtGoods:
    """How often and how much of one product somebody bought."""

    product_id: str
    packs: int
    """Less what came back; smallest units."""
    times: int
    """Days on which it was bought."""
    last: date


class History:
    """Reads a person's past; several ids stand for one person whose identities were merged."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def sums(self, member_ids: Sequence[str], since: date) -> tuple[int, int]:
        """(fen paid less what came back, days with a purchase) from a business day on; purchases told of from elsewhere count too."""
        asked = {"of_members": list(member_ids), "since": since}
        paid, returned, before, days = map(int, self._readers.connection().execute(_SUMS, asked).one())
        return paid - returned + before, days

    def goods(self, member_ids: Sequence[str], since: date) -> tuple[BoughtGoods, ...]:
        """Every product bought from a business day on, the newest first; what came back whole is left out."""
        rows = self._readers.connection().execute(_GOODS, {"of_members": list(member_ids), "since": since})
        return tuple(BoughtGoods(product_id, int(packs), int(times), last) for product_id, packs, times, last in rows)

    def blobs(self, member_ids: Sequence[str], kind: str, limit: int = 1) -> tuple[tuple[str, datetime], ...]:
        """(id, when) of a person's private blobs of one kind, the newest first."""
        asked = {"of_members": list(member_ids), "of_kind": kind, "most": limit}
        rows = self._readers.connection().execute(_BLOBS, asked)
        return tuple((row.blob_id, row.at) for row in rows)
