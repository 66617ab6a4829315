"""What members bought and kept, line by line: here, less what came back, and what was told of from before or elsewhere.

Every reader of purchases builds its statement of this one, so that all of them mean the same by bought.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, CompoundSelect, bindparam, func, select, union_all

from app.store import tables as t

IDS: BindParameter[Any] = bindparam("of_members", expanding=True)
"""One person's ids: several where identities were merged."""
_line, _sale, _back, _past = t.sale_line.c, t.sale.c, t.return_line.c, t.past_purchase.c


def returned(column: ColumnElement[int]) -> ColumnElement[int]:
    """The sum of a return line's column over what came back of a sale's line."""
    mine = (_back.original_sale_id == _line.sale_id, _back.original_line_id == _line.line_id)
    return select(func.coalesce(func.sum(column), 0)).where(*mine).correlate(t.sale_line).scalar_subquery()


KEPT: ColumnElement[int] = (_line.quantity - returned(_back.quantity)).label("quantity")
"""Packs of a line that did not come back; 0 for one that came back whole."""


def lines_bought(here: Sequence[ColumnElement[Any]], told: Sequence[ColumnElement[Any]]) -> CompoundSelect[Any]:
    """Columns of every line that `of_members` bought from business day `since` on: of the sales here, and of the purchases told of."""
    mine = select(*here).select_from(t.sale_line.join(t.sale, _sale.sale_id == _line.sale_id))
    return union_all(
        mine.where(_sale.member_id.in_(IDS), _sale.day >= bindparam("since")),
        select(*told).where(_past.member_id.in_(IDS), _past.day >= bindparam("since")),
    )
