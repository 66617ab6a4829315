"""What a person has bought here, read for the page about them: sums, visits, goods, and their private blobs by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import distinct, func, select, union

from app.store import tables as t
from app.store.bought import KEPT, lines_bought
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
        s, r, p = t.sale.c, t.return_.c, t.past_purchase.c
        mine, past = (s.member_id.in_(member_ids), s.day >= since), (p.member_id.in_(member_ids), p.day >= since)
        connection = self._readers.connection()
        back = select(func.coalesce(func.sum(r.total_fen), 0)).select_from(t.return_.join(t.sale, s.sale_id == r.original_sale_id))
        sums = (
            select(func.coalesce(func.sum(s.payable_fen), 0)).where(*mine),
            back.where(*mine),
            select(func.coalesce(func.sum(p.amount_fen), 0)).where(*past),
        )
        paid, returned, before = (int(connection.execute(one).scalar_one()) for one in sums)
        days = union(select(s.day).where(*mine), select(p.day).where(*past)).subquery()
        return paid - returned + before, int(connection.execute(select(func.count()).select_from(days)).scalar_one())

    def goods(self, member_ids: Sequence[str], since: date) -> tuple[BoughtGoods, ...]:
        """Every product bought from a business day on, the newest first; what came back whole is left out."""
        rows = self._readers.connection().execute(_GOODS, {"of_members": list(member_ids), "since": since})
        return tuple(BoughtGoods(product_id, int(packs), int(times), last) for product_id, packs, times, last in rows)

    def blobs(self, member_ids: Sequence[str], kind: str, limit: int = 1) -> tuple[tuple[str, datetime], ...]:
        """(id, when) of a person's private blobs of one kind, the newest first."""
        b = t.private_blob.c
        mine = select(b.blob_id, b.at).where(b.person_id.in_(member_ids), b.kind == kind)
        rows = self._readers.connection().execute(mine.order_by(b.at.desc(), b.blob_id.desc()).limit(limit))
        return tuple((row.blob_id, row.at) for row in rows)
