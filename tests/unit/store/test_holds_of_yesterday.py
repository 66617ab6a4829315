"""What a till or headquarters had put by when points were the only purse is put by still, in the tables of today and back again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, text

from app.hub import archive
from app.store.engine import writer_engine
from app.store.migrations.run import configuration

TILL = "INSERT INTO points_hold VALUES ('h1', 'm1', 300, 'b1', '2026-11-22 02:30:00.000000', 'releasing')"
HUB = (
    "INSERT INTO points_hold (hold_id, member_id, points, basket_id, store_id, till, device, at, until, state) VALUES "
    "('h1', 'm1', 300, 'b1', 'RM01', 'T1', 'd1', '2026-11-22 02:00:00.000000', '2026-11-22 02:30:00.000000', 'held')"
)


def run(config: Config, engine: Engine, act: Any, revision: str) -> None:
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        act(config, revision)


def row(connection: Connection, table: str) -> dict[str, Any]:
    return dict(connection.execute(text(f"SELECT * FROM {table}")).mappings().one())


@pytest.mark.parametrize(("side", "before", "after", "held"), [("till", "0014", "0015", TILL), ("hub", "0010", "0011", HUB)])
def test_points_that_were_put_by_yesterday_are_put_by_today(tmp_path: Path, side: str, before: str, after: str, held: str) -> None:
    if side == "till":
        engine, config = writer_engine(tmp_path / "m.db", b"k" * 32), configuration()
    else:
        engine, config = create_engine(f"sqlite:///{tmp_path / 'hub.db'}"), Config()
        config.set_main_option("script_location", str(Path(archive.__file__).parent / "migrations"))
    run(config, engine, command.upgrade, before)
    with engine.begin() as connection:
        connection.execute(text(held))
        old = row(connection, "points_hold")
    run(config, engine, command.upgrade, after)
    with engine.begin() as connection:
        new = row(connection, "hold")
        assert {"points": new.pop("amount"), **{name: new[name] for name in old if name != "points"}} == old
        assert (new["purse"], new["part"]) == ("points", 0)
    run(config, engine, command.downgrade, before)
    with engine.begin() as connection:
        assert row(connection, "points_hold") == old
    engine.dispose()
