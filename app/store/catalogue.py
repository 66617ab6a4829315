"""The catalogue file beside the ledger: products and offers by every key, searched as one types, swapped whole."""

from __future__ import annotations

import json
import os
import threading
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from app.domain.finding import Findable, Word, findable, names_contain, parse
from app.domain.pinyin import Speller
from app.records.catalogue import DatedPrice, Product
from app.records.offers import Offer
from app.records.resources import resource
from app.store.dated_prices import PRICE_TABLE, PriceCalendar, price_rows, put_price_rows
from app.store.faults import StoreFault
from app.store.search_index import FAT, Plan, document, fat_starts, index_ddl, plan, tail_plan, vocabulary_of

if TYPE_CHECKING:
    import sqlite3 as dbapi
else:
    from sqlcipher3 import dbapi2 as dbapi

_Row = TypeVar("_Row")

UNIT_ROWS = 25
"""Rows of one commit while the counter sells: more of them at once are felt at the next scan."""

OUTGROWN_BY = 500
"""Products more than twice those of the last build, from which on a build pays."""

_KEPT_PRODUCTS = 512
_REPORT_EVERY = 2_000
_SAMPLED_NAMES = 50_000
_KEPT_TERMS = 200_000
_FIELDS = tuple(Product.model_fields)
_FIELD_SET = set(_FIELDS)
_FLAGS = tuple(name for name, field in Product.model_fields.items() if field.annotation is bool)
_NUMBERS = frozenset(name for name, field in Product.model_fields.items() if field.annotation in (int, bool))
_OFFER_FIELDS = tuple(Offer.model_fields)
_SEARCHED = itemgetter(
    *("id", "generic_name", "brand_name", "maker", "strength", "spec", "shelf"),
    *("barcode", "base_code", "trace_prefix", "approval_no"),
)
"""Fields the index is made of; a change of any other never touches it."""

_ROW = itemgetter(*_FIELDS)
_OFFER_ROW = itemgetter(*_OFFER_FIELDS)
_COLUMNS = ", ".join(f"p.{name}" for name in _FIELDS)
_SIDES = ("own", "chain")
_LAYOUT = "1 " + " ".join(_FIELDS) + " | " + " ".join(_OFFER_FIELDS)
_BEFORE_RIGHTS = _LAYOUT.removesuffix(" by_right")
"""Layout of files that were built before offers for coupon holders."""
_BEST_FIRST = "ORDER BY p.active DESC, p.in_assortment DESC, p.sales_rank = 0, p.sales_rank, p.id"

_FOUND = {
    side: f"SELECT {_COLUMNS} FROM {side}_index f CROSS JOIN {side}_place o ON o.rank = f.rowid "
    f"CROSS JOIN product p ON p.no = o.no WHERE {side}_index MATCH ? ORDER BY f.rowid LIMIT ?"
    for side in _SIDES
}
# The indexes leave empty codes out; saying so again lets the planner use them.
_BY_ID = f"SELECT {_COLUMNS} FROM product p WHERE p.id = ?"
_BY_BARCODE = (
    f"SELECT {_COLUMNS} FROM product p WHERE p.no IN (SELECT no FROM product WHERE barcode = ? AND barcode <> '' "
    f"UNION SELECT no FROM extra_barcode WHERE barcode = ?) {_BEST_FIRST}"
)
_BY_BASE_CODE = f"SELECT {_COLUMNS} FROM product p WHERE p.base_code = ? AND p.base_code <> '' {_BEST_FIRST}"
_BY_APPROVAL_NO = f"SELECT {_COLUMNS} FROM product p WHERE p.approval_no = ? AND p.approval_no <> '' {_BEST_FIRST}"
_BY_LASA = f"SELECT {_COLUMNS} FROM product p WHERE p.lasa_group = ? AND p.lasa_group <> '' {_BEST_FIRST}"
_PUT_PREFIX = "INSERT OR IGNORE INTO trace_prefix VALUES (?, ?)"
_BY_PREFIX = (
    f"SELECT {_COLUMNS} FROM product p WHERE p.no IN (SELECT no FROM trace_prefix WHERE prefix = ?) {_BEST_FIRST}"
)


class SearchInterrupted(Exception):
    """A search in the chain's catalogue was cut short because the next key made it useless."""


class Catalogue:
    """Reads the catalogue from any thread, each on a kept connection of its own; writes come one unit at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seats = _Seats(path)
        self._writing = threading.RLock()
        self._speller: Speller | None = None
        self._writer: dbapi.Connection | None = None
        self._fat: frozenset[str] | None = None
        self._keeping = threading.Lock()
        self._changes = 0
        self._kept: dict[str, Product] = {}
        self._offers: tuple[Offer, ...] | None = None
        self._calendar: PriceCalendar | None = None
        self._searching: dbapi.Connection | None = None
        self._cutting = threading.Lock()

    @classmethod
    def open(cls, path: str | Path, *, write: bool = True) -> Catalogue:
        """The catalogue at `path`; where there is none, an empty one is built if `write`.

        Raises StoreFault catalogue_missing, catalogue_unreadable, or catalogue_layout (made for other records).
        """
        path = Path(path)
        if not path.exists():
            if not write:
                raise StoreFault("catalogue_missing", {"path": str(path)})
            build_catalogue(path, ())
        catalogue = cls(path)
        if write and catalogue._meta("layout") == _BEFORE_RIGHTS:
            with catalogue._unit() as connection:
                connection.execute("ALTER TABLE offer ADD COLUMN by_right NOT NULL DEFAULT 0")
                connection.execute("UPDATE meta SET value = ? WHERE name = 'layout'", (_LAYOUT,))
        if catalogue._meta("layout") != _LAYOUT:
            catalogue.close()
            raise StoreFault("catalogue_layout", {"path": str(path)})
        if write and not catalogue._keeps_prices():
            # A file of before dated prices gets their table; nothing else in it changes.
            with catalogue._unit() as connection:
                connection.execute(PRICE_TABLE)
        return catalogue

    def close(self) -> None:
        """Close every thread's connection and the writing one."""
        with self._writing:
            self._close_writer()
            self._seats.close()

    # ---------------------------------------------------------------- looking up

    def product(self, product_id: str) -> Product | None:
        """The product of that id; the last few hundred asked for are kept."""
        with self._keeping:
            changes = self._changes
            kept = self._kept.pop(product_id, None)
            if kept is not None:
                self._kept[product_id] = kept
                return kept
        found = self._rows(_BY_ID, (product_id,))
        if not found:
            return None
        with self._keeping:
            if changes == self._changes:
                self._kept[product_id] = found[0]
            while len(self._kept) > _KEPT_PRODUCTS:
                del self._kept[next(iter(self._kept))]
        return found[0]

    def products(self) -> tuple[Product, ...]:
        """Every product, for an import's comparison; a million of them are a million records."""
        return self._rows(f"SELECT {_COLUMNS} FROM product p ORDER BY p.id", ())

    def by_barcode(self, code: str) -> tuple[Product, ...]:
        """Products with this barcode on the pack or bound to it; active first, then own, then the best-selling."""
        return self._rows(_BY_BARCODE, (code, code)) if code else ()

    def by_base_code(self, code: str) -> tuple[Product, ...]:
        """Products of that 本位码."""
        return self._rows(_BY_BASE_CODE, (code,)) if code else ()

    def by_approval_no(self, number: str) -> tuple[Product, ...]:
        """Products of that approval number, written as on the pack."""
        return self._rows(_BY_APPROVAL_NO, (number,)) if number else ()

    def by_lasa_group(self, group: str) -> tuple[Product, ...]:
        """Products that look or sound alike by the catalogue's word; own and best-selling first."""
        return self._rows(_BY_LASA, (group,)) if group else ()

    def by_trace_prefix(self, prefix: str) -> tuple[Product, ...]:
        """Products whose trace codes begin with these seven digits."""
        return self._rows(_BY_PREFIX, (prefix,)) if prefix else ()

    def by_tail(self, digits: str, limit: int = 20) -> list[Product]:
        """Products one of whose codes ends in `digits` (four at least), own assortment first."""
        if len(digits) < 4 or not (digits.isascii() and digits.isdigit()):
            return []
        asked = tail_plan(digits)
        with self._reading() as connection:
            found = _find(connection, "own", asked, limit)
            return found + _find(connection, "chain", asked, limit - len(found))

    def cheapest_ways(
        self, short_fen: int, products: Collection[str], categories: Collection[str], most_pieces: int
    ) -> tuple[Product, ...]:
        """Goods of this shop's assortment that bring a basket over a sum at the least cost, in so many pieces at most, cheapest first.

        `short_fen` 0: simply the cheapest. Without products and categories everything counts. Medicines on prescription and under special
        control are never offered.
        """
        named = sorted(products) or sorted(categories)
        column = "p.id" if products else "p.category"
        within = f"AND {column} IN ({','.join('?' * len(named))}) " if named else ""
        pieces = f"max(1, ({int(short_fen)} + p.list_price_fen - 1) / p.list_price_fen)"
        wanted = (
            f"SELECT {_COLUMNS} FROM product p WHERE p.active AND p.in_assortment AND p.list_price_fen > 0 "
            f"AND p.rx_class <> 'rx' AND p.special = '' {within}AND {pieces} <= {int(most_pieces)} "
            f"ORDER BY {pieces} * p.list_price_fen, p.list_price_fen DESC, p.id LIMIT 12"
        )
        return self._rows(wanted, tuple(named))

    def prescriptions_in(self, text: str) -> tuple[str, ...]:
        """Names of medicines that are sold on prescription only and stand in a text: generic or brand, two characters at least.

        A name that some product without prescription bears too is none of them.
        """
        if len(text) < 2:
            return ()
        with self._reading() as connection:
            found = connection.execute(_NAMES_IN, {"text": text}).fetchall()
        return tuple(sorted(str(name) for (name,) in found))

    def offers(self) -> tuple[Offer, ...]:
        """All offers, by priority and id."""
        with self._keeping:
            changes, kept = self._changes, self._offers
        if kept is not None:
            return kept
        with self._reading() as connection:
            rows = connection.execute(f"SELECT {', '.join(_OFFER_FIELDS)} FROM offer ORDER BY priority, id").fetchall()
        offers = tuple(Offer.model_validate(dict(zip(_OFFER_FIELDS, row, strict=True))) for row in rows)
        with self._keeping:
            if changes == self._changes:
                self._offers = offers
        return offers

    def prices(self) -> tuple[DatedPrice, ...]:
        """Every dated price, by product and first day."""
        if not self._keeps_prices():
            return ()
        with self._reading() as connection:
            return price_rows(connection)

    def price_on(self, product_id: str, day: date) -> DatedPrice | None:
        """The dated price that a product has on a calendar day; None: its own. Answered from memory, whatever is asked."""
        calendar = self._calendar
        if calendar is None:
            with self._keeping:
                changes = self._changes
            calendar = PriceCalendar.of(self.prices())
            with self._keeping:
                if changes == self._changes:
                    self._calendar = calendar
        return calendar.on(product_id, day)

    def marked(self, product: Product, day: date) -> Product:
        """The product with the price of a calendar day where there is a dated one; else the very same object."""
        dated = self.price_on(product.id, day)
        if dated is None:
            return product
        return product.model_copy(update={"list_price_fen": dated.price_fen, "member_price_fen": dated.member_price_fen})

    @property
    def version(self) -> str:
        """Which build this is, and how many units of rows came since: `version+revision`."""
        return f"{self._meta('version')}+{self._meta('revision')}"

    @property
    def changes(self) -> int:
        """How often anything in it has changed since it was opened; what was read at the same count still holds."""
        with self._keeping:
            return self._changes

    @property
    def count(self) -> int:
        """Products in the file."""
        return self._count("product")

    @property
    def own_count(self) -> int:
        """Active products of this store's assortment."""
        return self._count("own_place")

    # ---------------------------------------------------------------- searching

    def search(self, text: str, limit: int = 20) -> list[Product]:
        """The whole answer: own assortment by own sales, then the chain's; equal to the brute-force oracle."""
        words = parse(text)
        if not words:
            return []
        with self._reading() as connection:
            asked = _plan(connection, words)
            if asked is None:
                return []
            found = _find(connection, "own", asked, limit)
            return found + _find(connection, "chain", asked, limit - len(found))

    def search_own(self, text: str, limit: int = 20) -> list[Product]:
        """The own assortment's part of the answer: small and bounded, fit for the GUI thread."""
        return self._search_side("own", text, limit)

    def search_chain(self, text: str, limit: int = 20) -> list[Product]:
        """The chain's part of the answer, for a worker thread; raises SearchInterrupted after `interrupt()`."""
        try:
            return self._search_side("chain", text, limit)
        except dbapi.OperationalError as error:
            if "interrupt" in str(error):
                raise SearchInterrupted from error
            raise self._fault(error) from error

    def interrupt(self) -> None:
        """Cut short the chain search running in another thread; without one, nothing happens."""
        with self._cutting:
            if self._searching is not None:
                self._searching.interrupt()

    def _search_side(self, side: str, text: str, limit: int) -> list[Product]:
        words = parse(text)
        if not words:
            return []
        with self._reading(cuttable=side == "chain") as connection:
            asked = _plan(connection, words)
            return [] if asked is None else _find(connection, side, asked, limit)

    # ---------------------------------------------------------------- writing

    def upsert(self, products: Iterable[Product], offers: Iterable[Offer] = ()) -> int:
        """Write feed or import rows, durable, in units of `UNIT_ROWS`; returns the rows written.

        A row whose names and codes stand still never touches the indexes; a new one takes the last rank of its side
        until the next `rerank` or build. Not for the GUI thread. Raises StoreFault catalogue_write.
        """
        written = 0
        for unit in _units(products):
            with self._unit() as connection:
                places = [self._put(connection, product) for product in {p.id: p for p in unit}.values()]
                self._put_in_index(connection, [place for place in places if place])
            written += len(unit)
        for some in _units(offers):
            with self._unit() as connection:
                _put_offers(connection, some)
            written += len(some)
        return written

    def put_prices(self, prices: Iterable[DatedPrice]) -> int:
        """Write dated prices of a feed, durable, in units of `UNIT_ROWS`; gives how many. Raises StoreFault catalogue_write."""
        written = 0
        for some in _units(prices):
            with self._unit() as connection:
                put_price_rows(connection, some)
            with self._keeping:
                if self._calendar is not None:
                    self._calendar = self._calendar.having(some)
            written += len(some)
        return written

    def drop_past_prices(self, day: date) -> int:
        """Forget dated prices that can hold on no day from `day` on; gives how many."""
        prices = self.prices()
        calendar = PriceCalendar.of(prices)
        past = [price for price in prices if calendar.is_past(price, day)]
        self.drop_prices(price.id for price in past)
        return len(past)

    def drop_prices(self, price_ids: Iterable[str]) -> None:
        """Take dated prices away."""
        gone = [(price_id,) for price_id in price_ids]
        if gone:
            with self._unit() as connection:
                connection.executemany("DELETE FROM dated_price WHERE id = ?", gone)
            with self._keeping:
                self._calendar = None

    def drop_offers(self, offer_ids: Iterable[str]) -> None:
        """Take offers away that headquarters no longer keeps."""
        gone = [(offer_id,) for offer_id in offer_ids]
        if gone:
            with self._unit() as connection:
                connection.executemany("DELETE FROM offer WHERE id = ?", gone)

    def bind_barcode(self, code: str, product_id: str) -> None:
        """Let one more barcode mean a product; raises StoreFault catalogue_write when there is no such product."""
        with self._unit() as connection:
            found = connection.execute("SELECT no FROM product WHERE id = ?", (product_id,)).fetchone()
            if found is None:
                raise StoreFault("catalogue_write", {"product": product_id})
            connection.execute("INSERT OR IGNORE INTO extra_barcode VALUES (?, ?)", (code, found[0]))

    def rerank(self, own_sales: Mapping[str, int]) -> None:
        """Order the own assortment by what this store sold (quantities by product id) and index it anew, in one step.

        At day close, on a worker: 50,000 products take seconds; searches go on in the old order until it is done.
        """
        with self._unit() as connection:
            connection.execute("CREATE TEMP TABLE sold (id TEXT PRIMARY KEY, quantity INTEGER)")
            connection.executemany("INSERT INTO temp.sold VALUES (?, ?)", own_sales.items())
            connection.execute("DELETE FROM own_place")
            connection.execute(
                "INSERT INTO own_place (no) SELECT p.no FROM product p LEFT JOIN temp.sold s ON s.id = p.id "
                "WHERE p.active AND p.in_assortment "
                "ORDER BY ifnull(s.quantity, 0) DESC, p.sales_rank = 0, p.sales_rank, p.id"
            )
            connection.execute("DROP TABLE temp.sold")
            connection.execute("INSERT INTO own_index (own_index) VALUES ('delete-all')")
            _fill_index(connection, "own", self._spell(), self._fat_starts(connection))

    def replace_with(self, ready: str | Path) -> None:
        """Swap a ready catalogue file in; searches wait for the rename, none fails. StoreFault if it does not fit."""
        check = Catalogue.open(ready, write=False)
        check.close()
        with self._writing, self._seats.all_closed():
            self._close_writer()
            _put_in_place(Path(ready), self._path)
            self._calendar = None
            self._forget()

    def reload(self) -> None:
        """Read the file anew after another hand has put a new one in its place."""
        with self._writing, self._seats.all_closed():
            self._close_writer()
            self._calendar = None
            self._forget()

    def rebuild(self, *, progress: Callable[[int], None] = lambda count: None) -> None:
        """Build the file anew from its own rows and swap it in: after a first feed, or thousands of changed rows.

        Ranks of the chain's products are taken from their rows; the own assortment keeps its order.
        """
        with self._writing, closing(_connect(self._path, write=False)) as source:
            ready = self._path.with_name(self._path.name + ".rebuilt")
            ranks = "SELECT p.id, o.rank FROM own_place o JOIN product p ON p.no = o.no"
            bound = "SELECT e.barcode, p.id FROM extra_barcode e JOIN product p ON p.no = e.no"
            build_catalogue(
                ready,
                map(_product_of, source.execute(f"SELECT {_COLUMNS} FROM product p ORDER BY p.no")),
                self.offers(),
                dict(source.execute(ranks)),
                version=self._meta("version"),
                extra_barcodes=dict(source.execute(bound)),
                speller=self._spell(),
                progress=progress,
                prices=self.prices(),
            )
        self.replace_with(ready)

    @property
    def outgrown(self) -> bool:
        """Whether so many products came since the file was built that common words should be weighed anew: `rebuild` does."""
        built = self._meta("products")
        if built == "":
            # A file of before this was counted: one that was built empty has weighed no word.
            return self.count >= OUTGROWN_BY and not self._count("fat_start")
        return self.count >= 2 * int(built) + OUTGROWN_BY

    def _put(self, connection: dbapi.Connection, product: Product) -> tuple[str, int, Findable] | None:
        """Write the row, take what no longer holds out of its index; returns the side, rank and content to put in."""
        values = _ROW(product.__dict__)
        found = connection.execute(f"SELECT p.no, {_COLUMNS} FROM product p WHERE p.id = ?", (product.id,)).fetchone()
        if found is None:
            marks = ", ".join("?" * len(_FIELDS))
            cursor = connection.execute(f"INSERT INTO product ({', '.join(_FIELDS)}) VALUES ({marks})", values)
            no, before = int(cursor.lastrowid or 0), None
        else:
            no, before = int(found[0]), _product_of(found[1:])
            if before == product:
                return None
            settings = ", ".join(f"{name} = ?" for name in _FIELDS)
            connection.execute(f"UPDATE product SET {settings} WHERE no = ?", (*values, no))
        if before is None or before.trace_prefix != product.trace_prefix:
            connection.execute("DELETE FROM trace_prefix WHERE no = ?", (no,))
            connection.executemany(_PUT_PREFIX, _prefixes(no, product.trace_prefix))
        wanted, present = _side(product), _side(before) if before else None
        if before and wanted == present and _SEARCHED(before.__dict__) == _SEARCHED(product.__dict__):
            return None
        rank = None
        if present:
            rank = connection.execute(f"SELECT rank FROM {present}_place WHERE no = ?", (no,)).fetchone()[0]
            connection.execute(f"DELETE FROM {present}_index WHERE rowid = ?", (rank,))
            if wanted != present:
                connection.execute(f"DELETE FROM {present}_place WHERE rank = ?", (rank,))
                rank = None
        if not wanted:
            return None
        if rank is None:
            rank = connection.execute(f"INSERT INTO {wanted}_place (no) VALUES (?)", (no,)).lastrowid
        return wanted, int(rank or 0), findable(product, self._spell())

    def _put_in_index(self, connection: dbapi.Connection, places: Sequence[tuple[str, int, Findable]]) -> None:
        """In the order of ranks: a step back makes FTS5 write a segment for every row."""
        for side, rank, place in sorted(places, key=itemgetter(0, 1)):
            text = document(place, self._fat_starts(connection))
            connection.execute(f"INSERT INTO {side}_index (rowid, terms) VALUES (?, ?)", (rank, text))
            _add_vocabulary(connection, vocabulary_of(place))

    def _spell(self) -> Speller:
        if self._speller is None:
            self._speller = carried_speller()
        return self._speller

    @contextmanager
    def _unit(self) -> Iterator[dbapi.Connection]:
        """One commit on a write connection of its own."""
        with self._writing:
            try:
                if self._writer is None:
                    self._writer = _connect(self._path, write=True)
                self._writer.execute("BEGIN IMMEDIATE")
                try:
                    yield self._writer
                    self._writer.execute("UPDATE meta SET value = value + 1 WHERE name = 'revision'")
                    self._writer.execute("COMMIT")
                except BaseException:
                    self._writer.rollback()
                    raise
                self._forget()
            except dbapi.Error as error:
                facts = {"path": str(self._path), "error": str(error)}
                raise StoreFault("catalogue_write", facts, retry=True) from error

    def _fat_starts(self, connection: dbapi.Connection) -> frozenset[str]:
        """The fat starts of this build; only a build makes new ones."""
        if self._fat is None:
            self._fat = frozenset(start for (start,) in connection.execute("SELECT start FROM fat_start"))
        return self._fat

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._fat = None

    def _forget(self) -> None:
        """Keep nothing that was read before this moment."""
        with self._keeping:
            self._changes += 1
            self._kept.clear()
            self._offers = None

    # ---------------------------------------------------------------- reading

    @contextmanager
    def _reading(self, *, cuttable: bool = False) -> Iterator[dbapi.Connection]:
        try:
            with self._seats.mine() as connection:
                if not cuttable:
                    yield connection
                    return
                with self._cutting:
                    self._searching = connection
                try:
                    yield connection
                finally:
                    with self._cutting:
                        self._searching = None
        except dbapi.Error as error:
            if cuttable:
                raise
            raise self._fault(error) from error

    def _fault(self, error: BaseException) -> StoreFault:
        return StoreFault("catalogue_unreadable", {"path": str(self._path), "error": str(error)})

    def _rows(self, statement: str, values: Sequence[str]) -> tuple[Product, ...]:
        with self._reading() as connection:
            return tuple(map(_product_of, connection.execute(statement, values).fetchall()))

    def _keeps_prices(self) -> bool:
        """Whether the file has a table for dated prices; one that was made before them and opened for reading has none."""
        with self._reading() as connection:
            found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'dated_price'").fetchone()
        return found is not None

    def _meta(self, name: str) -> str:
        with self._reading() as connection:
            found = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def _count(self, table: str) -> int:
        with self._reading() as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


class _Seats:
    """One kept read-only connection per thread, all of which can be closed at once for a swap."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._all: weakref.WeakSet[_Seat] = weakref.WeakSet()
        self._taking = threading.Lock()

    @contextmanager
    def mine(self) -> Iterator[dbapi.Connection]:
        """This thread's connection, opened when it is not."""
        seat: _Seat | None = getattr(self._local, "seat", None)
        if seat is None:
            with self._taking:
                seat = self._local.seat = _Seat()
                self._all.add(seat)
        with seat.lock:
            if seat.connection is None:
                seat.connection = _connect(self._path, write=False)
            yield seat.connection

    @contextmanager
    def all_closed(self) -> Iterator[None]:
        """While inside, no thread has the file open: each finishes its answer first and waits with the next one."""
        with self._taking:
            seats = list(self._all)
            for seat in seats:
                seat.lock.acquire()
            try:
                for seat in seats:
                    seat.close()
                yield
            finally:
                for seat in seats:
                    seat.lock.release()

    def close(self) -> None:
        """Close all; a later question opens its connection again."""
        with self.all_closed():
            pass


class _Seat:
    """Where one thread's connection is kept; a thread that ends leaves it to be closed with it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.connection: dbapi.Connection | None = None

    def close(self) -> None:
        """Close the connection, if one is open."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def __del__(self) -> None:
        self.close()


def build_catalogue(
    path: str | Path,
    products: Iterable[Product],
    offers: Iterable[Offer] = (),
    own_ranks: Mapping[str, int] | None = None,
    *,
    version: str = "",
    built_at: datetime | None = None,
    extra_barcodes: Mapping[str, str] | None = None,
    speller: Speller | None = None,
    progress: Callable[[int], None] = lambda count: None,
    prices: Iterable[DatedPrice] = (),
) -> int:
    """Write a whole catalogue beside `path`, flush it, and rename it into place; returns the number of products.

    `own_ranks` is this store's sales rank by product id (1 sells best; those without one follow in the chain's order);
    `extra_barcodes` maps further barcodes to product ids; `progress` hears the number of rows done, first of those
    read, then of those indexed. Streams: a million products need little memory. ValueError when two share an id.
    """
    path = Path(path)
    ready = path.with_name(path.name + ".building")
    ready.unlink(missing_ok=True)
    try:
        with closing(_connect(ready, write=True, new=True)) as connection:
            for statement in _DDL:
                connection.execute(statement)
            built = built_at.isoformat() if built_at else ""
            facts = {"layout": _LAYOUT, "version": version, "revision": "0", "built_at": built}
            connection.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
            connection.execute("BEGIN")
            count, names = _pour(connection, products, progress)
            _put_offers(connection, offers)
            put_price_rows(connection, prices)
            connection.executemany(
                "INSERT OR IGNORE INTO extra_barcode SELECT ?, no FROM product WHERE id = ?",
                (extra_barcodes or {}).items(),
            )
            for statement in _LOOKUPS:
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('products', ?)", (str(count),))
            if count:
                _rank(connection, own_ranks or {})
                _index(connection, speller or carried_speller(), names, progress)
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=WAL")
        _flush(ready)
        _put_in_place(ready, path)
    except dbapi.IntegrityError as error:
        ready.unlink(missing_ok=True)
        raise ValueError(f"two products share an id ({error})") from error
    except BaseException:
        ready.unlink(missing_ok=True)
        raise
    return count


def carried_speller() -> Speller:
    """The speller over the carried drug phrases; loads the pinyin dictionary."""
    return Speller.of(json.loads(resource("pinyin", "phrases.json").read_text(encoding="utf-8")))


_NAMES_IN = """
SELECT name FROM (
    SELECT generic_name AS name, rx_class FROM product WHERE length(generic_name) > 1 AND instr(:text, generic_name)
    UNION ALL
    SELECT brand_name, rx_class FROM product WHERE length(brand_name) > 1 AND instr(:text, brand_name)
) GROUP BY name HAVING min(rx_class = 'rx')
"""
_DDL = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE product (no INTEGER PRIMARY KEY, "
    + ", ".join(f"{name} {'INTEGER' if name in _NUMBERS else 'TEXT'} NOT NULL" for name in _FIELDS)
    + ", UNIQUE (id))",
    "CREATE TABLE offer ("
    + ", ".join(f"{name} {'PRIMARY KEY' if name == 'id' else 'NOT NULL'}" for name in _OFFER_FIELDS)
    + ")",
    PRICE_TABLE,
    "CREATE TABLE extra_barcode (barcode TEXT NOT NULL, no INTEGER NOT NULL, PRIMARY KEY (barcode, no)) WITHOUT ROWID",
    "CREATE TABLE trace_prefix (prefix TEXT NOT NULL, no INTEGER NOT NULL, PRIMARY KEY (prefix, no)) WITHOUT ROWID",
    "CREATE TABLE vocabulary (term TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE fat_start (start TEXT PRIMARY KEY) WITHOUT ROWID",
    *(f"CREATE TABLE {side}_place (rank INTEGER PRIMARY KEY, no INTEGER NOT NULL)" for side in _SIDES),
    *(index_ddl(f"{side}_index") for side in _SIDES),
)
_LOOKUPS = (
    "CREATE INDEX product_barcode ON product (barcode) WHERE barcode <> ''",
    "CREATE INDEX product_base_code ON product (base_code) WHERE base_code <> ''",
    "CREATE INDEX product_approval_no ON product (approval_no) WHERE approval_no <> ''",
    "CREATE INDEX product_lasa_group ON product (lasa_group) WHERE lasa_group <> ''",
    "CREATE INDEX trace_prefix_no ON trace_prefix (no)",
    *(f"CREATE INDEX {side}_place_no ON {side}_place (no)" for side in _SIDES),
)


def _connect(path: Path, *, write: bool, new: bool = False) -> dbapi.Connection:
    mode = "rwc" if new else "rw" if write else "ro"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    connection = dbapi.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA trusted_schema=OFF" if not write else "PRAGMA busy_timeout=5000")
    if new:
        # Nobody reads this file before it is whole and flushed, so it needs no journal while it grows.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-65536")
    else:
        connection.execute("PRAGMA synchronous=FULL" if write else "PRAGMA query_only=ON")
        connection.execute("PRAGMA cache_size=-16384")
    return connection


def _pour(
    connection: dbapi.Connection, products: Iterable[Product], progress: Callable[[int], None]
) -> tuple[int, set[str]]:
    """Insert all rows in the order given; returns how many, and a sample of the distinct generic and brand names."""
    statement = f"INSERT INTO product ({', '.join(_FIELDS)}) VALUES ({', '.join('?' * len(_FIELDS))})"
    names: set[str] = set()
    count = 0
    rows = iter(products)
    while batch := list(islice(rows, _REPORT_EVERY)):
        connection.executemany(statement, [_ROW(product.__dict__) for product in batch])
        if len(names) < _SAMPLED_NAMES:
            names.update(name for product in batch for name in (product.generic_name, product.brand_name))
        count += len(batch)
        progress(count)
    connection.executemany(
        _PUT_PREFIX,
        (
            pair
            for no, prefixes in connection.execute("SELECT no, trace_prefix FROM product WHERE trace_prefix <> ''")
            for pair in _prefixes(no, prefixes)
        ),
    )
    return count, names


def _rank(connection: dbapi.Connection, own_ranks: Mapping[str, int]) -> None:
    """Give every active product its rank on its side, as `domain.finding` orders them."""
    connection.execute("CREATE TEMP TABLE own_rank (id TEXT PRIMARY KEY, rank INTEGER)")
    connection.executemany("INSERT INTO temp.own_rank VALUES (?, ?)", own_ranks.items())
    connection.execute(
        "INSERT INTO own_place (no) SELECT p.no FROM product p LEFT JOIN temp.own_rank r ON r.id = p.id AND r.rank > 0 "
        "WHERE p.active AND p.in_assortment ORDER BY r.rank IS NULL, r.rank, p.sales_rank = 0, p.sales_rank, p.id"
    )
    connection.execute(
        "INSERT INTO chain_place (no) SELECT p.no FROM product p WHERE p.active AND NOT p.in_assortment "
        "ORDER BY p.sales_rank = 0, p.sales_rank, p.id"
    )
    connection.execute("DROP TABLE temp.own_rank")


def _index(connection: dbapi.Connection, speller: Speller, names: set[str], progress: Callable[[int], None]) -> None:
    """Fill both indexes; a sample of names tells which starts are fat, every row adds to the vocabulary."""
    sample: set[str] = set()
    for name in names:
        sample |= vocabulary_of(findable(Product(id="", generic_name=name), speller))
    fat = fat_starts(sample, FAT if len(names) < _SAMPLED_NAMES else FAT // 4)
    connection.executemany("INSERT INTO fat_start VALUES (?)", ((start,) for start in fat))
    done = 0
    for side in _SIDES:
        connection.execute(f"INSERT INTO {side}_index ({side}_index, rank) VALUES ('hashsize', 33554432)")
        base = done

        def report(count: int, base: int = base) -> None:
            progress(base + count)

        done += _fill_index(connection, side, speller, fat, report)
        connection.execute(f"INSERT INTO {side}_index ({side}_index) VALUES ('optimize')")
        connection.execute(f"INSERT INTO {side}_index ({side}_index, rank) VALUES ('hashsize', 1048576)")


def _fill_index(
    connection: dbapi.Connection,
    side: str,
    speller: Speller,
    fat: frozenset[str],
    progress: Callable[[int], None] = lambda count: None,
) -> int:
    """Index every product of a side in the order of its ranks, its terms with it; returns how many."""
    count = 0
    vocabulary: set[str] = set()

    def rows() -> Iterator[tuple[int, str]]:
        nonlocal count
        for rank, *values in connection.execute(
            f"SELECT o.rank, {_COLUMNS} FROM {side}_place o CROSS JOIN product p ON p.no = o.no ORDER BY o.rank"
        ):
            place: Findable = findable(_product_of(values), speller)
            vocabulary.update(vocabulary_of(place))
            count += 1
            if count % _REPORT_EVERY == 0:
                progress(count)
                if len(vocabulary) > _KEPT_TERMS:
                    _add_vocabulary(connection, vocabulary)
                    vocabulary.clear()
            yield rank, document(place, fat)

    connection.executemany(f"INSERT INTO {side}_index (rowid, terms) VALUES (?, ?)", rows())
    _add_vocabulary(connection, vocabulary)
    return count


def _add_vocabulary(connection: dbapi.Connection, terms: Iterable[str]) -> None:
    connection.executemany("INSERT OR IGNORE INTO vocabulary VALUES (?)", ((term,) for term in sorted(terms)))


def _put_offers(connection: dbapi.Connection, offers: Iterable[Offer]) -> None:
    marks = ", ".join("?" * len(_OFFER_FIELDS))
    connection.executemany(
        f"INSERT OR REPLACE INTO offer ({', '.join(_OFFER_FIELDS)}) VALUES ({marks})",
        [
            tuple(value.isoformat() if isinstance(value, date) else value for value in _OFFER_ROW(offer.__dict__))
            for offer in offers
        ],
    )


def _plan(connection: dbapi.Connection, words: Sequence[Word]) -> Plan | None:
    def is_fat(start: str) -> bool:
        return connection.execute("SELECT 1 FROM fat_start WHERE start = ?", (start,)).fetchone() is not None

    def terms_from(start: str) -> list[str]:
        rows = connection.execute(
            "SELECT term FROM vocabulary WHERE term BETWEEN ? AND ?", (start, start + "\U0010ffff")
        )
        return [term for (term,) in rows]

    return plan(words, is_fat, terms_from)


def _find(connection: dbapi.Connection, side: str, asked: Plan, limit: int) -> list[Product]:
    """The best-ranked answers of one side; rows stream by rank, so doubtful ones are read until enough are sure."""
    if limit <= 0:
        return []
    if not asked.inside:
        return list(map(_product_of, connection.execute(_FOUND[side], (asked.expression, limit)).fetchall()))
    found: list[Product] = []
    with closing(connection.execute(_FOUND[side], (asked.expression, -1))) as rows:
        for row in rows:
            product = _product_of(row)
            if names_contain(product, asked.inside):
                found.append(product)
                if len(found) == limit:
                    break
    return found


def _product_of(row: Sequence[Any]) -> Product:
    """A record from a row validated when it was written: to validate again would cost more than the search."""
    values = dict(zip(_FIELDS, row, strict=True))
    for flag in _FLAGS:
        values[flag] = values[flag] == 1
    product: Product = object.__new__(Product)
    object.__setattr__(product, "__dict__", values)
    object.__setattr__(product, "__pydantic_fields_set__", _FIELD_SET)
    object.__setattr__(product, "__pydantic_extra__", None)
    object.__setattr__(product, "__pydantic_private__", None)
    return product


def _side(product: Product) -> str | None:
    if not product.active:
        return None
    return "own" if product.in_assortment else "chain"


def _prefixes(no: int, prefixes: str) -> list[tuple[str, int]]:
    return [(prefix, no) for prefix in prefixes.split(";") if prefix]


def _units(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    source = iter(rows)
    while unit := list(islice(source, UNIT_ROWS)):
        yield unit


def _flush(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _put_in_place(ready: Path, path: Path) -> None:
    """Rename a flushed file over the old one, whose log goes first: a stale log must never meet the new file."""
    if path.exists():
        try:
            with closing(_connect(path, write=True)) as old:
                old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except dbapi.DatabaseError:
            # An unreadable old file is replaced all the same; only its log must not stay.
            pass
    for beside in (f"{file.name}{suffix}" for file in (ready, path) for suffix in ("-wal", "-shm")):
        ready.with_name(beside).unlink(missing_ok=True)
    os.replace(ready, path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
