"""The chain's own message gateway: one signed request for each message, never repeated by a redirect, never in the clear across a line."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import requests

SIGNATURE_HEADER = "X-Yaogui-Signature"
"""HMAC-SHA256 as hex, under the shared secret, over the time header, a line feed and the body."""
AT_HEADER = "X-Yaogui-At"
KEY_HEADER = "Idempotency-Key"
"""The message's id: a gateway that had it before answers as it did then, and sends nothing."""
CONNECT_S = 5.0
READ_S = 10.0
_WAITING = frozenset({401, 407, 408, 425, 429})
"""Refusals that are not the message's fault: the same message may be taken later."""
_AT_HOME = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as the gateway has it; its phone is opened for this alone."""

    message_id: str
    channel: str
    phone: str
    text: str

    def __repr__(self) -> str:
        return f"Letter({self.message_id})"


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where messages go, and the secret that both ends know; ValueError for an address that would carry phones in the clear."""

    url: str
    secret: bytes

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if not parts.hostname or parts.scheme not in ("http", "https") or (parts.scheme == "http" and parts.hostname not in _AT_HOME):
            raise ValueError("a gateway is at https://…, or at this machine")

    def __repr__(self) -> str:
        return f"Gateway({urlsplit(self.url).hostname})"

    def post(self, letter: Letter, at: datetime, *, timeout: tuple[float, float] = (CONNECT_S, READ_S)) -> str:
        """Hand one message over: '' when it is taken, `wait` for another time, else why it never will be, e.g. `http_422`.

        `timeout` is how many seconds it may take to connect, and then to answer.
        """
        body = json.dumps(
            {"id": letter.message_id, "channel": letter.channel, "to": letter.phone, "text": letter.text}, ensure_ascii=False
        ).encode()
        stamp = at.isoformat(timespec="milliseconds")
        signature = hmac.new(self.secret, stamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            KEY_HEADER: letter.message_id,
            AT_HEADER: stamp,
            SIGNATURE_HEADER: signature,
        }
        with requests.Session() as line:
            line.trust_env = False
            try:
                answer = line.post(self.url, data=body, headers=headers, timeout=timeout, allow_redirects=False, stream=True)
                status = answer.status_code
                answer.close()
            except requests.RequestException:
                return "wait"
        if 200 <= status < 300:
            return ""
        return f"http_{status}" if 400 <= status < 500 and status not in _WAITING else "wait"
