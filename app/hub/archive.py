"""The database of headquarters: one engine for readers, and one place through which every write is committed."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar
from zlib import crc32

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, Insert, Table, case, create_engine, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ColumnElement

T = TypeVar("T")

MIGRATIONS = Path(__file__).with_name("migrations")
OLDEST_SQLITE = (3, 51, 3)
"""Older ones can corrupt a WAL database when two connections write and checkpoint at once."""
_GROUP = 64
"""Most waiting units that share one flush on SQLite."""
_RETRIED_STATES = ("40001", "40P01")
"""PostgreSQL's serialization failure and deadlock: the unit is simply run again."""
_LOCK_PLACES = 256
"""Advisory locks of one kind: few enough that batches of thousands never fill PostgreSQL's table of locks."""


class HubDatabaseFault(Exception):
    """The database cannot be used; `code` names why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


class _Committer(Protocol):
    """Runs units of writing and answers when they are durable."""

    def submit(self, unit: Callable[[Connection], T]) -> Future[T]:
        """Queue a unit."""
        ...

    def close(self) -> None:
        """Finish what is queued."""
        ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A unit with the future that its caller waits on."""

    unit: Callable[[Connection], Any]
    future: Future[Any]


class _GroupCommitter:
    """SQLite: one writing thread; units that wait together share one flush, each under its own savepoint."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(immediate=True)
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="hub-committer", daemon=True)
        self._thread.start()

    def submit(self, unit: Callable[[Connection], T]) -> Future[T]:
        """Queue a unit; its future is done only after the flush."""
        future: Future[T] = Future()
        self._queue.put(_Waiting(unit, future))
        return future

    def close(self) -> None:
        """Finish what is queued, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        closing = False
        while not closing:
            first = self._queue.get()
            group: list[_Waiting] = []
            while first is not None:
                group.append(first)
                if len(group) == _GROUP or self._queue.empty():
                    break
                first = self._queue.get()
            closing = first is None
            if group:
                self._commit(group)

    def _commit(self, group: Sequence[_Waiting]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            with self._engine.begin() as connection:
                for waiting in group:
                    try:
                        with connection.begin_nested():
                            done.append((waiting.future, waiting.unit(connection)))
                    except Exception as error:  # the unit's own failure goes to its caller, the others go on
                        waiting.future.set_exception(error)
        except DBAPIError as error:
            for future, _ in done:
                future.set_exception(error)
            for waiting in group:
                if not waiting.future.done():
                    waiting.future.set_exception(error)
            return
        for future, answer in done:
            future.set_result(answer)


class _PoolCommitter:
    """PostgreSQL: each unit in a transaction of its own, a few at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(6, thread_name_prefix="hub-committer")

    def submit(self, unit: Callable[[Connection], T]) -> Future[T]:
        """Run a unit; its future is done only after the commit."""
        return self._pool.submit(self._commit, unit)

    def close(self) -> None:
        """Finish what is queued, then end the threads."""
        self._pool.shutdown(wait=True)

    def _commit(self, unit: Callable[[Connection], T]) -> T:
        for last in (False, False, True):
            try:
                with self._engine.begin() as connection:
                    return unit(connection)
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", "")
                if last or state not in _RETRIED_STATES:
                    raise
        raise AssertionError("unreachable")


def open_engine(database_url: str) -> Engine:
    """An engine for `sqlite:///PATH` (through sqlcipher3 without a key: one modern SQLite everywhere) or `postgresql+psycopg://…`."""
    if not database_url.startswith("sqlite:"):
        return create_engine(database_url, pool_size=8, max_overflow=8, pool_pre_ping=True, hide_parameters=True)
    version = tuple(int(part) for part in sqlcipher.sqlite_version.split("."))
    if version < OLDEST_SQLITE:
        raise HubDatabaseFault("sqlite_too_old", sqlcipher.sqlite_version)
    # What fails is logged, and rows hold names and phone numbers.
    engine = create_engine(
        database_url, module=sqlcipher, connect_args={"check_same_thread": False, "timeout": 15}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
            dbapi_connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("immediate") else "BEGIN")

    return engine


def newest_revision() -> str:
    """The revision that the tables stand at, by the names of the steps: reading the steps themselves costs 0.3 s."""
    return max(step.stem for step in (MIGRATIONS / "versions").glob("rev_*.py")).removeprefix("rev_")


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision (expand only; a database from a later version is left to fail loudly)."""
    with engine.connect() as connection:
        if inspect(connection).has_table("alembic_version"):
            stands_at = list(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())
            if stands_at == [newest_revision()]:
                return
    from alembic import command  # 0.25 s, paid only when the schema really changes
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    # Two that open the same old database at once: the second waits, and then finds nothing to do.
    with engine.execution_options(immediate=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


class Archive:
    """The hub's database, opened: `reading()` for queries, `commit(unit)` for every change."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        lite = engine.dialect.name == "sqlite"
        self._committer: _Committer = _GroupCommitter(engine) if lite else _PoolCommitter(engine)

    @classmethod
    def open(cls, database_url: str) -> Archive:
        """Open, and create or migrate the tables; HubDatabaseFault or SQLAlchemyError when that is impossible."""
        engine = open_engine(database_url)
        migrate(engine)
        return cls(engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for queries only."""
        with self.engine.connect() as connection:
            yield connection

    def commit(self, unit: Callable[[Connection], T]) -> Future[T]:
        """Run a unit in a transaction; the future is done when its rows are flushed, or holds the unit's own exception."""
        return self._committer.submit(unit)

    def close(self) -> None:
        """Finish queued units and let the database go."""
        self._committer.close()
        self.engine.dispose()


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    *,
    add: Sequence[str] = (),
    put: Sequence[str] = (),
    newest: Sequence[str] = (),
) -> None:
    """Insert rows or change those that stand.

    `add` columns are summed, `put` columns overwritten, `newest` columns overwritten unless the row's `changed_at` is older.
    Rows go in primary-key order, so that two transactions never wait for each other in a ring.
    """
    if not rows:
        return
    keys = [column.name for column in table.primary_key.columns]
    ordered = sorted((dict(row) for row in rows), key=lambda row: tuple(str(row[key]) for key in keys))
    connection.execute(_upserting(table, connection.dialect.name, tuple(add), tuple(put), tuple(newest)), ordered)


@cache
def _upserting(table: Table, dialect: str, add: tuple[str, ...], put: tuple[str, ...], newest: tuple[str, ...]) -> Insert:
    """The statement of `upsert`, built once per shape: building costs more than running it."""
    statement = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    fresh = statement.excluded
    changes: dict[str, ColumnElement[Any]] = {name: table.c[name] + fresh[name] for name in add}
    changes |= {name: fresh[name] for name in put}
    if newest:
        later = fresh["changed_at"] >= table.c["changed_at"]
        changes |= {name: case((later, fresh[name]), else_=table.c[name]) for name in newest}
    if not changes:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(index_elements=[column.name for column in table.primary_key.columns], set_=changes)


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], key: str) -> set[str]:
    """Insert rows that are not there yet and say which keys were new."""
    if not rows:
        return set()
    build = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = build(table).on_conflict_do_nothing().returning(table.c[key])
    return {str(row[0]) for row in connection.execute(statement, [dict(row) for row in rows])}


def alone_with(connection: Connection, kind: int, names: Iterable[str]) -> None:
    """Until the commit nobody else is alone with one of these names of a kind; SQLite has one writer anyway.

    Names share places, which are taken in one order, so that two batches never wait for each other in a ring.
    """
    if connection.dialect.name == "postgresql":
        places = sorted({crc32(name.encode()) % _LOCK_PLACES for name in names})
        if places:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({kind}, place) FROM unnest(ARRAY{places}) AS place")
