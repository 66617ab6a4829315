"""Headquarters as a program: builds the web application, and runs it in this process or a thread of it."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.hub import messages, nightly, one_id, person, tables
from app.hub.archive import Archive
from app.hub.chores import Aside, Chore, done_by_itself
from app.hub.gateway import Gateway
from app.hub.headquarters import Headquarters, Refusal
from app.hub.routes import blobs, coupon, enrol, feed, hello, member, push, verify, wallet
from app.hub.settling import SETTLE_EVERY_S, Settling
from app.hub.web import console
from app.records.clock import Clock, SystemClock
from app.records.keys import DeviceKey

log = logging.getLogger(__name__)

BUSY_SECONDS = 5
"""What `Retry-After` says while the database cannot be written."""


def default_database_url(directory: Path) -> str:
    """The URL of the SQLite database inside a data directory."""
    return f"sqlite:///{(directory / 'hub.db').absolute()}"


def hub_key_seed(directory: Path) -> bytes:
    """The hub's 32 secret bytes, made on first use and kept as `hub.key` with mode 0600."""
    return _kept_secret(directory, "hub.key")


def message_secret(directory: Path) -> bytes:
    """The 32 bytes that headquarters and its message gateway both know, made on first use and kept as `messages.key` with mode 0600."""
    return _kept_secret(directory, "messages.key")


def _kept_secret(directory: Path, name: str) -> bytes:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        pass
    return path.read_bytes()


def create_app(
    database_url: str, key_seed: bytes, clock: Clock | None = None, *, nights: bool = False, gateway: Gateway | None = None
) -> FastAPI:
    """The hub over a database (`sqlite:///PATH` or `postgresql+psycopg://…`), answering with the key of a 32-byte seed.

    The database is opened and migrated at once and closed with the application's lifespan; what had to be quarantined is tried
    again, a portion before anybody is answered and the rest while it runs. With `nights` the nightly round is done by itself, too;
    with a gateway, members are sent what they are told of campaigns, and codes that they tell back at the counter.
    """
    archive = Archive.open(database_url)
    with archive.reading() as connection:
        named = connection.execute(select(tables.chain)).first()
    hq = Headquarters(
        archive,
        DeviceKey.from_bytes(key_seed),
        clock or SystemClock(),
        named.name if named else "药柜",
        named.utc_offset_minutes if named else 480,
        gateway,
    )
    settling = Settling(hq)
    archive.commit(settling.unit).result()
    one_id.catch_up_all(archive, hq.people, hq.clock.now)
    archive.commit(lambda connection: person.purge(connection, hq.clock.now())).result()

    def night(_: Callable[[], bool]) -> bool:
        nightly.run_due(archive, hq.people, hq.clock)
        return False

    def tell(leaving: Callable[[], bool]) -> bool:
        return messages.turn(archive, hq.clock, gateway, leaving)

    aside: list[tuple[float, Aside]] = []
    if nights:
        aside.append((nightly.LOOK_S, Aside(night)))
    if nights or gateway is not None:
        aside.append((messages.LOOK_S, Aside(tell)))
    chores: list[tuple[float, Chore]] = [(SETTLE_EVERY_S, settling.portion), *((every_s, one.portion) for every_s, one in aside)]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with done_by_itself(*chores):
            yield
        for _every_s, one in aside:
            await asyncio.to_thread(one.end)
        archive.close()

    app = FastAPI(title="Yaogui headquarters", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> Response:
        return JSONResponse({"code": refusal.code}, refusal.status)

    @app.exception_handler(DBAPIError)
    async def busy(_: Request, error: DBAPIError) -> Response:
        log.error("database: %s", type(error.orig).__name__)
        return JSONResponse({"code": "database"}, 503, {"Retry-After": str(BUSY_SECONDS)})

    @app.get("/")
    def front() -> Response:
        return RedirectResponse("/console")

    for resource in (blobs, enrol, push, feed, hello, coupon, member, wallet, verify):
        app.include_router(resource.router(hq))
    app.include_router(console.router(hq))
    return app


def serve(
    host: str,
    port: int,
    *,
    database_url: str,
    key_seed: bytes,
    clock: Clock | None = None,
    ready: Callable[[str], None] | None = None,
    nights: bool = True,
    gateway: Gateway | None = None,
) -> None:
    """Run the hub in the foreground until it is interrupted; `ready` hears its URL (port 0 picks a free one)."""
    listener = _listen(host, port)
    server = _server(create_app(database_url, key_seed, clock, nights=nights, gateway=gateway))
    if ready is not None:
        ready(_url(listener))
    server.run(sockets=[listener])


@dataclass(frozen=True, slots=True)
class RunningHub:
    """A hub in a thread of this process, for demos and tests."""

    url: str
    server: uvicorn.Server
    thread: threading.Thread

    def close(self) -> None:
        """Stop answering, finish writing, end the thread."""
        self.server.should_exit = True
        self.thread.join(timeout=15)


def start(
    database_url: str,
    key_seed: bytes,
    clock: Clock | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    gateway: Gateway | None = None,
) -> RunningHub:
    """Run the hub in a thread and come back when it answers."""
    listener = _listen(host, port)
    server = _server(create_app(database_url, key_seed, clock, gateway=gateway))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="hub", daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the hub did not start")
        time.sleep(0.005)
    return RunningHub(_url(listener), server, thread)


def lasting_port() -> int:
    """A free loopback port for a hub that is ended and started again at the same address.

    It lies below the range from which systems lend ports to outgoing connections (RFC 6335: 49152 up, Linux: 32768 up):
    a port lent meanwhile could not be listened at.
    """
    chance = random.SystemRandom()
    for _ in range(200):
        port = chance.randrange(20_000, 32_000)
        try:
            _listen("127.0.0.1", port).close()
        except OSError:
            continue
        return port
    raise OSError("no free port")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # with the protocol named, asyncio switches Nagle off on what is accepted: 40 ms less an answer
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(256)
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(app: FastAPI) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=5,
            limit_concurrency=512,
        )
    )
