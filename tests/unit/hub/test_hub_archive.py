"""The hub's database: its history of revisions ends at the tables, and units fail alone."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hub_bench import HubBench
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError
from till_double import START

from app.hub import archive as archive_module
from app.hub import tables
from app.hub.archive import Archive, HubDatabaseFault, open_engine, upsert


def chain_row(name: str) -> list[dict[str, object]]:
    return [{"id": 1, "name": name, "utc_offset_minutes": 480}]


def test_the_revisions_lead_exactly_to_the_tables(bench: HubBench) -> None:
    with bench.archive.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_the_name_of_the_last_step_says_where_the_revisions_end() -> None:
    config = Config()
    config.set_main_option("script_location", str(archive_module.MIGRATIONS))
    steps = ScriptDirectory.from_config(config)
    assert steps.get_heads() == [archive_module.newest_revision()]
    assert {Path(step.path).stem for step in steps.walk_revisions()} == {f"rev_{step.revision}" for step in steps.walk_revisions()}


def test_a_database_that_stands_at_the_newest_revision_is_opened_without_reading_the_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    Archive.open(url).close()
    monkeypatch.setitem(sys.modules, "alembic.config", None)
    Archive.open(url).close()
    with open_engine(url).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(ImportError):
        Archive.open(url)


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    first = Archive.open(url)
    first.commit(lambda connection: upsert(connection, tables.chain, chain_row("甲"))).result()
    first.close()
    second = Archive.open(url)
    with second.reading() as connection:
        assert connection.scalar(select(tables.chain.c.name)) == "甲"
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    second.close()


def test_an_old_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(archive_module.sqlcipher, "sqlite_version", "3.40.1")
    with pytest.raises(HubDatabaseFault) as caught:
        open_engine(f"sqlite:///{tmp_path}/hub.db")
    assert caught.value.code == "sqlite_too_old"


def test_a_unit_that_fails_takes_none_of_its_neighbours_with_it(bench: HubBench) -> None:
    gate = threading.Event()

    def first(connection: Connection) -> str:
        gate.wait(60)
        upsert(connection, tables.chain, chain_row("甲"), put=("name",))
        return "done"

    def second(connection: Connection) -> None:
        gate.wait(60)
        connection.execute(tables.chain.delete())
        raise LookupError("its own trouble")

    futures = [bench.archive.commit(first), bench.archive.commit(second)]
    gate.set()
    assert futures[0].result(60) == "done"
    with pytest.raises(LookupError):
        futures[1].result(60)
    with bench.archive.reading() as connection:
        assert connection.scalar(select(tables.chain.c.name)) == "甲"


def test_an_older_change_does_not_overwrite_a_newer_one(bench: HubBench) -> None:
    def box(state: str, minutes: int) -> list[dict[str, object]]:
        return [
            {"store_id": "RM01", "code": "C", "product_id": "P", "lot_id": "", "state": state, "sale_id": "", "sold": 1,
             "changed_at": START + timedelta(minutes=minutes)}
        ]  # fmt: skip

    newest = ("state", "changed_at")
    for state, minutes in (("sold", 5), ("in_stock", 1)):
        rows = box(state, minutes)
        bench.archive.commit(
            lambda connection, rows=rows: upsert(connection, tables.trace_code, rows, add=("sold",), newest=newest)
        ).result()
    with bench.archive.reading() as connection:
        row = connection.execute(select(tables.trace_code)).one()
    assert (row.state, row.sold, row.changed_at) == ("sold", 2, START + timedelta(minutes=5))


def test_what_a_failed_statement_says_names_nobody(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
    with engine.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "欧阳示例"})
    assert "欧阳示例" not in str(failed.value)
