"""A hub on a workbench: a real server thread over a real database, one store, two tills, and what tests do with them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import Connection, delete
from till_double import PaperTill

from app.hub import publishing, tables
from app.hub.archive import Archive
from app.hub.main import RunningHub, lasting_port, start
from app.hub.web import session
from app.records.clock import Clock
from app.records.keys import DeviceKey
from app.sync.client import HubClient, Limits, enrol

REAL_COSTS = {"codes": publishing._CODES, "passwords": publishing._PASSWORDS, "sessions": session._HASHER}
"""How dear hashes really are; `test_enrol` holds them to what is recommended."""
# A hash names its own cost, and a real one is slow on purpose: hundreds of tests enrol a till or log in.
publishing._CODES = publishing._PASSWORDS = session._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

QUICK = Limits(connect_s=20, read_s=20, total_s=40)
_POSTGRES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/lib/postgresql/15/bin"))


class HubBench:
    """A chain of one store RM01 with tills T1 and T2, its hub running."""

    def __init__(self, database_url: str, clock: Clock) -> None:
        self.database_url = database_url
        self.clock = clock
        self.seed = os.urandom(32)
        self.archive = Archive.open(database_url)
        self._found()
        self.running: RunningHub = start(database_url, self.seed, clock, port=lasting_port())
        self._clients: list[HubClient] = []

    def furnish(self) -> None:
        """Begin as founded: the chain keeps its keys and the hub keeps running, all else that tests of before left goes."""

        def empty(connection: Connection) -> None:
            for table in reversed(tables.metadata.sorted_tables):
                if table.name != "chain":
                    connection.execute(delete(table))

        self.archive.commit(empty).result()
        self._found()

    def _found(self) -> None:
        shop = publishing.StoreProfile("RM01", "安康大药房", "人民路店", phone="000-0000")
        publishing.name_chain(self.archive, "安康大药房")
        publishing.create_store(self.archive, self.clock, shop)
        for till in ("T1", "T2"):
            publishing.create_till(self.archive, self.clock, "RM01", till)

    def leave(self) -> None:
        """A test is over: its clients go."""
        while self._clients:
            self._clients.pop().close()

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def public(self) -> bytes:
        return DeviceKey.from_bytes(self.seed).public()

    def code(self, till: str = "T1") -> str:
        return publishing.issue_enrol_code(self.archive, self.clock, "RM01", till)

    def enrolled(self, till: PaperTill) -> HubClient:
        """Enrol a paper till and give its client."""
        answer = enrol(self.url, till.key, self.code(till.till), till.till, QUICK)
        return self.client(till, answer.hub_public_key)

    def client(self, till: PaperTill, hub_key: bytes | None = None, url: str = "") -> HubClient:
        client = HubClient(url or self.url, till.key, hub_key or self.public, QUICK)
        self._clients.append(client)
        return client

    def restart(self) -> None:
        self.running.close()
        self.running = start(self.database_url, self.seed, self.clock)

    def close(self) -> None:
        self.leave()
        self.running.close()
        self.archive.close()


def postgres_here() -> bool:
    """Whether an own PostgreSQL cluster can be started."""
    return (_POSTGRES / "initdb").exists() and (os.geteuid() != 0 or shutil.which("su") is not None)


def _spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def own_postgres() -> Iterator[str]:
    """A fresh cluster on a spare loopback port, as a URL without a database name; root runs it as the user postgres."""
    directory = Path(tempfile.mkdtemp(prefix="yaogui-pg-"))
    directory.chmod(0o777)
    data = directory / "cluster"

    def run(command: str) -> int:
        line = ["su", "postgres", "-s", "/bin/sh", "-c", command] if os.geteuid() == 0 else ["/bin/sh", "-c", command]
        return subprocess.run(line, capture_output=True, cwd="/", timeout=60).returncode

    assert run(f"{_POSTGRES}/initdb -D {data} -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N") == 0
    for _ in range(5):  # a spare port may be taken by somebody else before the server has it
        port = _spare_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c fsync=off"
        if run(f'{_POSTGRES}/pg_ctl -D {data} -w -l {data}/log -o "{options}" start >/dev/null') == 0:
            break
    else:
        raise RuntimeError("PostgreSQL did not start")
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    finally:
        run(f"{_POSTGRES}/pg_ctl -D {data} -w -m immediate stop")
        shutil.rmtree(directory, ignore_errors=True)
