"""What a campaign has done so far: provinces, stores, guides, orders and new members by day, and who brought them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from app.hub import reading, tables


@dataclass(frozen=True, slots=True)
class Cell:
    """One guide's day in one store."""

    day: date
    store_id: str
    guide: str
    orders: int
    net_fen: int
    cut_fen: int
    joined: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The columns by which a campaign is told, over some of its cells; returns are taken off already."""

    provinces: int
    stores: int
    guides: int
    orders: int
    joined: int
    net_fen: int
    cut_fen: int


@dataclass(frozen=True, slots=True)
class StoreName:
    """How a store is shown."""

    name: str
    province: str


@dataclass(frozen=True, slots=True)
class GuideRow:
    """One guide in the ranking."""

    store_id: str
    store: str
    guide: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Board:
    """A campaign's cells with the names of its stores and guides."""

    cells: tuple[Cell, ...]
    stores: Mapping[str, StoreName]
    guides: Mapping[tuple[str, str], str]

    @property
    def total(self) -> Figures:
        """Everything together."""
        return self.figures(self.cells)

    def figures(self, cells: Iterable[Cell]) -> Figures:
        """The columns over some cells: a store or guide counts while an order or a new member stands."""
        live = [cell for cell in cells if cell.orders or cell.joined]
        return Figures(
            len({self.province(cell.store_id) for cell in live}),
            len({cell.store_id for cell in live}),
            len({(cell.store_id, cell.guide) for cell in live if cell.guide}),
            sum(cell.orders for cell in live),
            sum(cell.joined for cell in live),
            sum(cell.net_fen for cell in live),
            sum(cell.cut_fen for cell in live),
        )

    def province(self, store_id: str) -> str:
        """Where a store is; '' where nobody said."""
        known = self.stores.get(store_id)
        return known.province if known else ""

    def by_day(self, first: date, last: date) -> tuple[tuple[date, Figures], ...]:
        """Every day of a span and of the cells, the earliest first."""
        days = {cell.day for cell in self.cells} | {first + timedelta(days=n) for n in range((last - first).days + 1)}
        return tuple((day, self.figures(cell for cell in self.cells if cell.day == day)) for day in sorted(days))

    def by_province(self) -> tuple[tuple[str, Figures], ...]:
        """Provinces, the one with most orders first."""
        names = {self.province(cell.store_id) for cell in self.cells}
        found = [(name, self.figures(cell for cell in self.cells if self.province(cell.store_id) == name)) for name in names]
        return tuple(sorted(found, key=lambda one: (-one[1].orders, -one[1].joined, one[0])))

    def ranking(self, limit: int = 0) -> tuple[GuideRow, ...]:
        """Guides by orders, then by new members, then by money; those without either are left out."""
        by_guide: dict[tuple[str, str], list[Cell]] = {}
        for cell in self.cells:
            if cell.guide:
                by_guide.setdefault((cell.store_id, cell.guide), []).append(cell)
        rows = [
            GuideRow(store_id, self._store(store_id), guide, self.guides.get((store_id, guide), guide), self.figures(cells))
            for (store_id, guide), cells in by_guide.items()
        ]
        live = [row for row in rows if row.figures.orders or row.figures.joined]
        live.sort(key=lambda row: (-row.figures.orders, -row.figures.joined, -row.figures.net_fen, row.store_id, row.guide))
        return tuple(live[:limit] if limit else live)

    def csv(self, titles: Sequence[str]) -> str:
        """The cells as a table that any office program opens; `titles` heads its ten columns."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(titles)
        for cell in sorted(self.cells, key=lambda one: (one.day, one.store_id, one.guide)):
            texts = (self.province(cell.store_id), cell.store_id, self._store(cell.store_id), cell.guide)
            name = self.guides.get((cell.store_id, cell.guide), cell.guide)
            fen = (f"{amount // 100}.{amount % 100:02d}" for amount in (cell.net_fen, cell.cut_fen))
            writer.writerow([cell.day.isoformat(), *map(_plain, (*texts, name)), cell.orders, cell.joined, *fen])
        return out.getvalue()

    def _store(self, store_id: str) -> str:
        known = self.stores.get(store_id)
        return known.name if known else store_id


def board(connection: Connection, campaign_id: str, utc_offset_minutes: int) -> Board:
    """A campaign's figures as they stand; people count on the day they joined by the chain's wall clock."""
    d = tables.campaign_day.c
    cells: dict[tuple[date, str, str], list[int]] = {}
    for row in connection.execute(select(tables.campaign_day).where(d.campaign_id == campaign_id)):
        cells[row.day, row.store_id, row.guide] = [row.orders, row.net_fen, row.cut_fen, 0]
    for day, row in _joined(connection, campaign_id, timedelta(minutes=utc_offset_minutes)):
        cells.setdefault((day, row.home_store, row.guide), [0, 0, 0, 0])[3] += int(row.people)
    s = tables.store.c
    stores = {
        row.store_id: StoreName(row.branch or row.name, row.province)
        for row in connection.execute(select(s.store_id, s.name, s.branch, s.province))
    }
    return Board(
        tuple(Cell(*key, *sums) for key, sums in sorted(cells.items())),
        stores,
        reading.staff_names(connection, {(store_id, guide) for _, store_id, guide in cells if guide}),
    )


def orders_by_campaign(connection: Connection) -> dict[str, tuple[int, int, int]]:
    """Campaign → orders, fen paid and fen cut, after returns."""
    c = tables.campaign_day.c
    rows = connection.execute(select(c.campaign_id, func.sum(c.orders), func.sum(c.net_fen), func.sum(c.cut_fen)).group_by(c.campaign_id))
    return {campaign_id: (int(orders), int(net), int(cut)) for campaign_id, orders, net, cut in rows}


def _joined(connection: Connection, campaign_id: str, offset: timedelta) -> Iterator[tuple[date, Row[Any]]]:
    """(day, store with guide and how many joined); counted day by day where they are kept: a hundred thousand people need not travel."""
    p = tables.person.c
    mine = (p.campaign_id == campaign_id) & (p.state != "erased") & (p.canonical_id == p.member_id)
    first, last = connection.execute(select(func.min(p.joined_at), func.max(p.joined_at)).where(mine)).one()
    if first is None:
        return
    day = (first + offset).date()
    while day <= (last + offset).date():
        begins = datetime.combine(day, time(), UTC) - offset
        counted = select(p.home_store, p.guide, func.count().label("people")).group_by(p.home_store, p.guide)
        for row in connection.execute(counted.where(mine, p.joined_at >= begins, p.joined_at < begins + timedelta(days=1))):
            yield day, row
        day += timedelta(days=1)


def _plain(text: str) -> str:
    """A cell that no office program takes for a formula."""
    return "'" + text if text[:1] in "=+-@\t\r" and text else text
