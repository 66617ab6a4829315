"""Brings an older ledger to the newest schema with Alembic; imported only when the stored revision differs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

from app.store.faults import StoreFault


def configuration() -> Config:
    """Alembic's settings, without any file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade(engine: Engine, found: str) -> None:
    """Run every step behind `found`, in one transaction; StoreFault `ledger_newer` for a revision this program does not know."""
    config = configuration()
    try:
        ScriptDirectory.from_config(config).get_revision(found)
    except CommandError as error:
        raise StoreFault("ledger_newer", {"found": found}) from error
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")  # batch steps rebuild tables; children must survive
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        driver.execute("PRAGMA foreign_keys = ON")
