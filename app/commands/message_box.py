"""A message box: stands in for a chain's message gateway on loopback, and keeps what a phone would have received."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class MessageBox:
    """Takes every message; each id once, as a gateway does."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        box = self

        class _Asked(BaseHTTPRequestHandler):
            """One message."""

            def do_POST(self) -> None:
                """Take it."""
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                box._texts.setdefault(str(told["id"]), str(told["text"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Asked)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="messages", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where messages are posted to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/messages"

    @property
    def texts(self) -> tuple[str, ...]:
        """What was received, earliest first."""
        return tuple(self._texts.values())

    def close(self) -> None:
        """Take nothing any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
