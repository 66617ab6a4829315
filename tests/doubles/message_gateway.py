"""A chain's message gateway on loopback: it checks every signature, sends an id once, and answers as it is told."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = b"s" * 32


class MessageGateway:
    """`asked` has every request; `sent` what a phone received: phone and text, each id once."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.sent: dict[str, tuple[str, str]] = {}
        self.answer = 200
        self.before_answering: Callable[[], None] = lambda: None
        gateway = self

        class _Asked(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                said = json.loads(body)
                signed = hmac.new(SECRET, self.headers["X-Yaogui-At"].encode() + b"\n" + body, hashlib.sha256).hexdigest()
                ours = signed == self.headers["X-Yaogui-Signature"] and said["id"] == self.headers["Idempotency-Key"]
                gateway.asked.append(said)
                status = gateway.answer if ours else 401
                if status == 200:
                    gateway.sent.setdefault(said["id"], (said["to"], said["text"]))
                gateway.before_answering()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Asked)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="gateway", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/messages"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
