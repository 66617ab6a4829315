"""What a person has bought here, read for the page about them: sums, visits, goods, and their private blobs by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import distinct, func, select, union, union_all

from app.store import tables as t
from app.store.engine import Readers


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
        s, line, back, p = t.sale.c, t.sale_line.c, t.return_line.c, t.past_purchase.c
        returned = (
            select(func.coalesce(func.sum(back.quantity), 0))
            .where(back.original_sale_id == line.sale_id, back.original_line_id == line.line_id)
            .correlate(t.sale_line)
            .scalar_subquery()
        )
        here = (
            select(line.product_id, (line.quantity - returned).label("packs"), s.day)
            .select_from(t.sale_line.join(t.sale, s.sale_id == line.sale_id))
            .where(s.member_id.in_(member_ids), s.day >= since)
        )
        past = select(p.product_id, p.quantity, p.day).where(p.member_id.in_(member_ids), p.day >= since)
        k = union_all(here, past).subquery().c
        wanted = (
            select(k.product_id, func.sum(k.packs), func.count(distinct(k.day)), func.max(k.day))
            .where(k.packs > 0)
            .group_by(k.product_id)
            .order_by(func.max(k.day).desc(), k.product_id)
        )
        rows = self._readers.connection().execute(wanted)
        return tuple(BoughtGoods(product_id, int(packs), int(times), last) for product_id, packs, times, last in rows)

    def blobs(self, person_id: str, kind: str, limit: int = 1) -> tuple[tuple[str, datetime], ...]:
        """(id, when) of a person's private blobs of one kind, the newest first."""
        b = t.private_blob.c
        mine = select(b.blob_id, b.at).where(b.person_id == person_id, b.kind == kind)
        rows = self._readers.connection().execute(mine.order_by(b.at.desc(), b.blob_id.desc()).limit(limit))
        return tuple((row.blob_id, row.at) for row in rows)
