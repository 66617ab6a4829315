"""A misbehaving road to headquarters on loopback: passes requests on to a real hub and spoils what comes back, as told."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Spoil = Callable[[socket.socket, bytes], None]
"""Gets the client's socket and the hub's whole genuine answer, and sends what it likes."""


def plain(status: str, headers: str = "", body: bytes = b"", *, forward: bool = False) -> tuple[bool, Spoil]:
    """An answer of its own, before or after the hub really got the request."""
    raw = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body
    return forward, lambda client, _: client.sendall(raw)


def _truncated(client: socket.socket, answer: bytes) -> None:
    client.sendall(answer[: len(answer) - 40])


def _reset(client: socket.socket, answer: bytes) -> None:
    client.sendall(answer[: len(answer) // 2])
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def _doubled(client: socket.socket, answer: bytes) -> None:
    client.sendall(answer + answer)


def _flipped(client: socket.socket, answer: bytes) -> None:
    client.sendall(answer.replace(b'"status":"stored"', b'"status":"storex"').replace(b'"hub_at":"2', b'"hub_at":"3'))


def _bomb(client: socket.socket, _: bytes) -> None:
    body = gzip.compress(b"[" * 60_000_000, 1)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    client.sendall(head.encode() + body)


def _endless(client: socket.socket, _: bytes) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
    for _ in range(200):
        client.sendall(b"[" * 65_536)


class Drip:
    """Sends an answer a byte at a time until nobody listens."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def __call__(self, client: socket.socket, answer: bytes) -> None:
        for at in range(len(answer)):
            if self.over.wait(0.05):
                return
            client.sendall(answer[at : at + 1])


HTML = "Content-Type: text/html\r\n"
JSON = "Content-Type: application/json\r\n"
MISCHIEF: dict[str, tuple[bool, Spoil]] = {
    "moved": plain("302 Found", "Location: http://portal.invalid/login\r\n"),
    "moved for ever": plain("308 Permanent Redirect", "Location: /elsewhere\r\n"),
    "a login page": plain("200 OK", HTML, b"<html>please sign in</html>"),
    "a login page after the hub took it": plain("200 OK", HTML, b"<html>please sign in</html>", forward=True),
    "another service's json": plain("200 OK", JSON, b'{"ok":true}'),
    "json that is a list": plain("200 OK", JSON, b"[1,2]"),
    "no json at all": plain("200 OK", JSON, b"<<<"),
    "nothing": plain("200 OK", JSON),
    "too many requests": plain("429 Too Many Requests", "Retry-After: 0\r\n"),
    "unavailable": plain("503 Service Unavailable", "Retry-After: 0\r\n"),
    "an error before": plain("500 Internal Server Error"),
    "an error after the hub took it": plain("502 Bad Gateway", forward=True),
    "no content": plain("204 No Content"),
    "not found": plain("404 Not Found"),
    "upgrade": plain("426 Upgrade Required"),
    "network login": plain("511 Network Authentication Required", HTML),
    "forbidden once": plain("403 Forbidden"),
    "truncated": (True, _truncated),
    "reset in the middle": (True, _reset),
    "doubled": (True, _doubled),
    "bits flipped": (True, _flipped),
    "a bomb": (True, _bomb),
    "an endless answer": (True, _endless),
    "hung up without a word": (True, lambda client, answer: None),
    "garbage": (True, lambda client, answer: client.sendall(b"\x00\x01 what is http\r\n\r\n")),
}


@dataclass
class ChaosRoad:
    """Listens on loopback; each request takes the next mischief of the plan, and passes untouched when none is left."""

    hub_url: str
    plan: list[tuple[bool, Spoil]] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    refuse_larger_than: int = 0
    refuse_with: str = "413 Content Too Large"
    poison: bytes = b""
    poison_with: str = "400 Bad Request"

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = False
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._main = threading.Thread(target=self._accept, daemon=True)
        self._main.start()

    def close(self) -> None:
        self._over = True
        with socket.create_connection(self._listener.getsockname()):
            pass
        self._main.join(60)
        self._listener.close()
        for thread in self._threads:
            thread.join(60)

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if self._over:
                client.close()
                return
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            client.settimeout(60)
            try:
                while not self._over:
                    asked = _whole(client, answer=False)
                    if not asked or not self._answer(client, asked):
                        return
            except OSError:
                return

    def _answer(self, client: socket.socket, asked: bytes) -> bool:
        with self._lock:
            self.requests.append(asked)
            step = self.plan.pop(0) if self.plan else None
        body = asked.partition(b"\r\n\r\n")[2]
        content = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        pushing = asked.startswith(b"POST /v1/push")
        if pushing and 0 < self.refuse_larger_than < len(content):
            step = plain(self.refuse_with)
        elif pushing and self.poison and self.poison in content:
            step = plain(self.poison_with)
        if step is None:
            client.sendall(self._forward(asked))
            return True
        forward, spoil = step
        spoil(client, self._forward(asked) if forward else b"")
        return False

    def _forward(self, asked: bytes) -> bytes:
        parts = urlsplit(self.hub_url)
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=60) as hub:
            hub.sendall(asked)
            return _whole(hub, answer=True)


def _whole(stream: socket.socket, *, answer: bool) -> bytes:
    """One HTTP message with a declared length."""
    got = b""
    while b"\r\n\r\n" not in got:
        chunk = stream.recv(65_536)
        if not chunk:
            return got if answer else b""
        got += chunk
    head, _, body = got.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        chunk = stream.recv(65_536)
        if not chunk:
            break
        body += chunk
    return head + b"\r\n\r\n" + body
