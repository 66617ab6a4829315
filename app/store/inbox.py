"""The inbox: what headquarters publishes, applied in small background units so that the counter never waits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, Connection, select, true

from app.records.base import Record
from app.records.catalogue import DatedPrice, Lot, Product
from app.records.coupons import CouponCase, CouponRight, Lease
from app.records.offers import Offer
from app.records.people import Alias, Consent, Erased, FamilyPerson, Member, MemberKey, PointsEntryRow, Staff, StoredEntryRow, TierStanding
from app.records.registry import FEEDS
from app.records.segments import SegmentRow
from app.store import tables as t
from app.store.aliases import keep_aliases
from app.store.consents import keep_consents
from app.store.coupons import keep_cases, keep_leases, keep_rights
from app.store.engine import Readers
from app.store.erasing import erase_rows, standing
from app.store.faults import StoreFault
from app.store.movements import keep_entries
from app.store.people import keep_family, keep_keys, keep_members
from app.store.private import PrivateBlobs
from app.store.rows import upsert
from app.store.standings import keep_standings
from app.store.writer import Writer

ROWS_PER_UNIT = 25
"""Larger units cost the scan its p99 (architecture.md §4)."""
_AGAIN = "again"
"""Where a feed's cursor would stand: it is being read again from its beginning, and has not come to its end yet."""
_TOLD_ALONE: dict[str, tuple[Column[str], ColumnElement[bool]]] = {
    "coupon": (t.coupon_right.c.serial, t.coupon_right.c.token != ""),
    "lease": (t.coupon_lease.c.lease_id, true()),
    "case": (t.coupon_case.c.case_id, true()),
    "alias": (t.alias.c.old_id, true()),
    "segment": (t.segment.c.id, true()),
    "standing": (t.standing.c.member_id, true()),
}
"""Feeds whose rows nobody but headquarters makes, with their keys; of coupons those that it signed. Offers and prices lie in the catalogue.

Rows of the other feeds may be this till's own: products, lots and staff of a shop that stood alone before, members who joined here, their
consents, what their own sales moved. A person leaves by the feed of the erased alone.
"""
_OF_PEOPLE = (TierStanding, Member, FamilyPerson, MemberKey, PointsEntryRow, StoredEntryRow, CouponRight, Consent, Alias)
"""Kinds that are somebody's."""


class CatalogueSink(Protocol):
    """Where products and offers go: the catalogue's own file."""

    def upsert(self, products: Iterable[Product], offers: Iterable[Offer] = ()) -> int:
        """Keep or overwrite products and offers; gives how many."""
        ...

    def put_prices(self, prices: Iterable[DatedPrice]) -> int:
        """Keep or overwrite dated prices; gives how many."""
        ...

    def offers(self) -> tuple[Offer, ...]:
        """Every offer."""
        ...

    def prices(self) -> tuple[DatedPrice, ...]:
        """Every dated price."""
        ...

    def drop_offers(self, offer_ids: Iterable[str]) -> None:
        """Take offers away."""
        ...

    def drop_prices(self, price_ids: Iterable[str]) -> None:
        """Take dated prices away."""
        ...

    @property
    def outgrown(self) -> bool:
        """Whether a build would make searches better."""
        ...

    def rebuild(self, *, progress: Callable[[int], None] = ...) -> None:
        """Build the file anew from its own rows."""
        ...


class Inbox:
    """Applies feed rows and remembers how far it has read."""

    def __init__(
        self,
        readers: Readers,
        writer: Writer | None,
        catalogue: CatalogueSink | None,
        moved: Callable[[str], None],
        private: PrivateBlobs,
    ) -> None:
        self._private = private
        self._readers = readers
        self._writer = writer
        self._catalogue = catalogue
        self._moved = moved
        self.pages = 0
        """Pages of rows kept since the start: whoever remembers what it read looks again when this moves."""
        self.points_pages = 0
        """The same of members' points alone: a statement is folded again only when this moves."""
        self._moved(self.cursor("product"))

    def cursor(self, feed: str) -> str:
        """How far a feed has been read; '' at the beginning."""
        place = self._place(feed)
        return "" if place == _AGAIN else place

    def again(self, feed: str) -> bool:
        """Whether a feed is being read again from its beginning because its history became another."""
        return self._place(feed) == _AGAIN

    def _place(self, feed: str) -> str:
        wanted = select(t.feed_cursor.c.cursor).where(t.feed_cursor.c.feed == feed)
        return str(self._readers.connection().execute(wanted).scalar() or "")

    def read_again(self, feed: str, rows: Sequence[Mapping[str, Any]] = ()) -> Future[None]:
        """A feed has another history: until `end_again` its rows are kept as they come, and a cut in between begins anew."""
        return self.apply(feed, rows, _AGAIN)

    def end_again(self, feed: str, told: Collection[str], cursor: str) -> Future[None]:
        """A feed was read again to its end: what headquarters alone makes and has not told goes; the cursor moves with it."""
        if self._writer is None:
            raise StoreFault("read_only")
        known = set(told)

        def unit(connection: Connection) -> None:
            if feed in _TOLD_ALONE:
                key, mine = _TOLD_ALONE[feed]
                gone = sorted(set(connection.execute(select(key).where(mine)).scalars()) - known)
                for start in range(0, len(gone), ROWS_PER_UNIT):
                    connection.execute(key.table.delete().where(key.in_(gone[start : start + ROWS_PER_UNIT])))
            elif feed == "offer" and self._catalogue is not None:
                self._catalogue.drop_offers([offer.id for offer in self._catalogue.offers() if offer.id not in known])
            elif feed == "price" and self._catalogue is not None:
                self._catalogue.drop_prices([price.id for price in self._catalogue.prices() if price.id not in known])
            upsert(connection, t.feed_cursor, [{"feed": feed, "cursor": cursor}])
            self.pages += 1
            self.points_pages += 1

        return self._writer.submit(unit, background=True)

    def apply(self, feed: str, rows: Sequence[Mapping[str, Any]], cursor: str) -> Future[None]:
        """Validate and keep a page of rows; the cursor moves with the last unit, so a cut in between only repeats rows.

        Validation happens inside the units. The future fails with pydantic's ValidationError at a bad row (the cursor stays), or with
        KeyError for an unknown feed.
        """
        if self._writer is None:
            raise StoreFault("read_only")
        kind = FEEDS[feed]
        writer = self._writer
        outcome: Future[None] = Future()
        pages = [rows[start : start + ROWS_PER_UNIT] for start in range(0, len(rows), ROWS_PER_UNIT)] or [()]

        def step(index: int) -> None:
            last = index == len(pages) - 1

            def unit(connection: Connection) -> None:
                self._keep(connection, kind, [kind.model_validate(dict(row)) for row in pages[index]])
                if last:
                    upsert(connection, t.feed_cursor, [{"feed": feed, "cursor": cursor}])

            def done(future: Future[None]) -> None:
                error = future.exception()
                self.pages += 1
                if error is not None:
                    outcome.set_exception(error)
                elif last:
                    if feed == "product":
                        self._moved("" if cursor == _AGAIN else cursor)
                    outcome.set_result(None)
                else:
                    step(index + 1)

            writer.submit(unit, background=True).add_done_callback(done)

        step(0)
        return outcome

    def settle(self, feed: str, progress: Callable[[int], None] = lambda rows: None) -> bool:
        """A feed has been read to its end: a catalogue that outgrew its index is built anew, on the caller's thread.

        True where that was done. An empty shop's first feed brings thousands of products whose common words no build has weighed yet.
        """
        if feed != "product" or self._catalogue is None or not self._catalogue.outgrown:
            return False
        self._catalogue.rebuild(progress=progress)
        return True

    def _keep(self, connection: Connection, kind: type[Record], records: Sequence[Record]) -> None:
        """One unit's records into the table (or the catalogue) that holds their kind; of an erased person nothing comes back."""
        if kind in _OF_PEOPLE:
            records = standing(connection, records)
        if kind in (Product, Offer, DatedPrice):
            self._keep_in_catalogue(records)
        elif kind is Lot:
            rows = [{**record.model_dump(), "state": "saleable"} for record in records]
            told = [{**row, "told_state": record.model_dump()["state"]} for row, record in zip(rows, records, strict=True)]
            upsert(connection, t.lot, told, keep=("state",))
        elif kind is Member:
            keep_members(connection, [record for record in records if isinstance(record, Member)], self._private.untold)
        elif kind is FamilyPerson:
            keep_family(connection, [record for record in records if isinstance(record, FamilyPerson)], self._private.untold)
        elif kind is MemberKey:
            keep_keys(connection, [record for record in records if isinstance(record, MemberKey)])
        elif kind is PointsEntryRow:
            keep_entries(connection, t.points_entry, records)
            self.points_pages += 1
        elif kind is StoredEntryRow:
            keep_entries(connection, t.stored_entry, records)
        elif kind is CouponRight:
            keep_rights(connection, [record for record in records if isinstance(record, CouponRight)])
        elif kind is Lease:
            keep_leases(connection, [record for record in records if isinstance(record, Lease)])
        elif kind is CouponCase:
            keep_cases(connection, [record for record in records if isinstance(record, CouponCase)])
        elif kind is Consent:
            keep_consents(connection, [record for record in records if isinstance(record, Consent)])
        elif kind is Alias:
            keep_aliases(connection, [record for record in records if isinstance(record, Alias)])
            self.points_pages += 1
        elif kind is TierStanding:
            keep_standings(connection, [record for record in records if isinstance(record, TierStanding)])
            # Whoever remembers a member's statement remembers the member in their tier with it.
            self.points_pages += 1
        elif kind is SegmentRow:
            upsert(connection, t.segment, [record.model_dump() for record in records])
        elif kind is Erased:
            gone = [(record.id, record.at) for record in records if isinstance(record, Erased)]
            erase_rows(connection, gone)
            for member_id, _ in gone:
                self._private.erase(connection, member_id)
            self.points_pages += 1
        elif kind is Staff:
            upsert(connection, t.staff, [record.model_dump() for record in records])

    def _keep_in_catalogue(self, records: Sequence[Record]) -> None:
        if self._catalogue is None:
            raise StoreFault("no_catalogue", retry=True)
        products = [record for record in records if isinstance(record, Product)]
        offers = [record for record in records if isinstance(record, Offer)]
        prices = [record for record in records if isinstance(record, DatedPrice)]
        if prices:
            self._catalogue.put_prices(prices)
        else:
            self._catalogue.upsert(products, offers)
