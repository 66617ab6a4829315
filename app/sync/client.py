"""One conversation with headquarters over HTTP: nothing counts as an answer until its size, shape, echo and signature are checked."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.poolmanager import PoolManager

from app.records.coupons import CouponRight
from app.records.keys import DeviceKey
from app.records.people import Member, PointsEntryRow, StoredEntryRow, TierStanding
from app.records.wire import (
    DEVICE_HEADER,
    DIGEST_HEADER,
    EVENT_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    STATUSES,
    Cursor,
    WireFault,
    body_digest,
    enrol_payload,
    open_reply,
    request_payload,
)

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
TOTAL_SECONDS = 45.0
REPLY_PACKED_LIMIT = 4 * 1024 * 1024
REPLY_LIMIT = 16 * 1024 * 1024
"""Bytes of a reply before and after decompression."""
_LONGEST_WAIT = 3600.0
"""A `Retry-After` beyond an hour is cut to it."""


class HubFault(Exception):
    """The way to headquarters, or headquarters itself, does not work as it should.

    Codes: offline, timeout, portal, too_large, slow_down, hub_error, refused, unproven, rebase, too_old, forged, broken, unexpected.
    `retry` says whether the same request may succeed later; `after_s` is what the other side asked to wait.
    """

    def __init__(self, code: str, facts: Mapping[str, str] | None = None, *, retry: bool = True, after_s: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, str] = dict(facts or {})
        self.retry = retry
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a request may take, in seconds: to connect, between two bytes, and in all."""

    connect_s: float = CONNECT_SECONDS
    read_s: float = READ_SECONDS
    total_s: float = TOTAL_SECONDS


@dataclass(frozen=True, slots=True)
class Receipt:
    """What headquarters said of one pushed event."""

    id: str
    status: str
    code: str


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of a feed."""

    feed: str
    rows: tuple[dict[str, Any], ...]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class Hello:
    """What headquarters holds of this till."""

    hub: str
    state: str
    events: int
    head_seq: int
    head_digest: str
    forks: int
    hub_at: str
    verifies: bool = False
    """Whether it can send codes to phones."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """What headquarters said to a wish for a chain-wide coupon."""

    code: str
    """reserved | unknown | revoked | early | late | spent | held."""
    reservation_id: str
    seconds: int
    """How long it is put by from now on; where another till holds it, how long that one may."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a till wants put by of a member's purse."""

    hold_id: str
    purse: str
    """points | stored."""
    member_id: str
    amount: int
    """Points, or fen."""
    basket_id: str
    part: int = -1
    """Of stored value: how much of it must be bonus, in fen; -1 for the share that bonus has in the balance."""

    def fields(self) -> dict[str, str]:
        """As it travels."""
        return {name: str(getattr(self, name)) for name in Wish.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Held:
    """What headquarters said to such a wish."""

    code: str
    """held | short | over."""
    seconds: int
    """How long it is put by from now on."""
    free: int
    """What of the purse was neither spent nor put by for another basket."""
    part: int = 0
    """How much of what is put by is bonus, in fen."""


@dataclass(frozen=True, slots=True)
class CodeWish:
    """A code that a till wants sent to a phone."""

    verification_id: str
    phone: str
    purpose: str
    """member | join | consent."""
    about: str = ""
    """Of a consent: the purposes it is for, with commas between."""
    language: str = "zh"

    def __repr__(self) -> str:
        return f"CodeWish({self.verification_id}, {self.purpose})"

    def fields(self) -> dict[str, str]:
        """As it travels."""
        return {name: str(getattr(self, name)) for name in CodeWish.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class CodeSent:
    """What headquarters said to such a wish."""

    code: str
    """sent | failed | sending | too_many | none (it has no way to send) | proven | over | unknown."""
    seconds: int
    """Of too_many: how long until the next one."""


@dataclass(frozen=True, slots=True)
class CodeChecked:
    """What headquarters said to a code that was typed."""

    code: str
    """proven | wrong | over | expired | used | unknown."""
    left: int
    """Of wrong: how often it may still be typed."""


def _standing(told: object) -> TierStanding | None:
    """Where a visitor stands, as headquarters told it; ValueError for what is none."""
    return TierStanding.model_validate(told) if told is not None else None


@dataclass(frozen=True, slots=True)
class Visitor:
    """A member of another store, as much of them as headquarters tells a store that serves them once."""

    member: Member
    home_store: str
    entries: tuple[PointsEntryRow, ...] = ()
    """Every movement of their points."""
    stored: tuple[StoredEntryRow, ...] = ()
    """Every movement of their stored value."""
    standing: TierStanding | None = None
    """Where they stand among the tiers; None where nobody ever reckoned it."""
    rights: tuple[CouponRight, ...] = ()
    """Their coupons that are good in every store."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a till learns by enrolling."""

    store_id: str
    till: str
    device: str
    hub: str
    hub_public_key: bytes
    store: Mapping[str, str] = field(default_factory=dict)
    """name, branch, licence, address, phone."""


class _Sockets:
    """The sockets in use, so that a deadline or a stop can cut a read that blocks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.cut_off = False

    def note(self, opened: Any) -> None:
        """Remember a fresh connection's socket."""
        with self._lock:
            self._open = {one for one in self._open if one.fileno() >= 0}
            self._open.add(opened)

    def cut(self) -> None:
        """Wake whoever waits on any of them with an error."""
        with self._lock:
            self.cut_off = True
            for one in self._open:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
            self._open.clear()


class _WatchedAdapter(HTTPAdapter):
    """A requests adapter whose connections report their sockets; it never retries by itself."""

    def __init__(self, sockets: _Sockets) -> None:
        self._sockets = sockets
        super().__init__(pool_connections=1, pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **rest: Any) -> None:
        """Build the pool out of connections that report."""
        sockets = self._sockets

        class Plain(HTTPConnection):
            """A connection that reports its socket."""

            def connect(self) -> None:
                """Connect and report."""
                super().connect()
                sockets.note(self.sock)

        class Secure(HTTPSConnection):
            """A TLS connection that reports its socket."""

            def connect(self) -> None:
                """Connect and report."""
                super().connect()
                sockets.note(self.sock)

        class PlainPool(HTTPConnectionPool):
            """A pool of reporting connections."""

            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            """A pool of reporting TLS connections."""

            ConnectionCls = Secure

        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **rest)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


class _Line:
    """The raw exchange below the signed conversation: sends, bounds, unpacks, and turns every trouble into a HubFault."""

    def __init__(self, url: str, limits: Limits) -> None:
        self._url = url.rstrip("/")
        self._limits = limits
        self._sockets = _Sockets()
        self._session = requests.Session()
        self._session.trust_env = False
        adapter = _WatchedAdapter(self._sockets)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def exchange(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """The body of a 200 JSON answer; HubFault for everything else."""
        try:
            with self._deadline():
                return self._exchange(method, target, body, headers)
        except HubFault as fault:
            self._session.close()  # whatever else lies in that connection answers nobody's question
            if self._sockets.cut_off:  # a cut connection can look like any other trouble
                raise HubFault("timeout", {"error": "total"}) from fault
            raise

    def cut(self) -> None:
        """End a running exchange at once."""
        self._sockets.cut()

    def close(self) -> None:
        """Let connections go."""
        self._sockets.cut()
        self._session.close()

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        self._sockets.cut_off = False
        timer = threading.Timer(self._limits.total_s, self._sockets.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def _exchange(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        try:
            with self._session.request(
                method,
                self._url + target,
                data=body,
                headers={"Accept-Encoding": "gzip", "Accept": "application/json", **headers},
                timeout=(self._limits.connect_s, self._limits.read_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                _judge(response)
                return _read(response)
        except requests.Timeout as error:
            raise HubFault("timeout", {"error": type(error).__name__}) from error
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            code = "offline" if isinstance(error, requests.ConnectionError) else "broken"
            raise HubFault(code, {"error": type(error).__name__}) from error


def _judge(response: requests.Response) -> None:
    """HubFault for every answer that is not a 200 of JSON."""
    status = response.status_code
    facts = {"status": str(status)}
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if status == 200:
        if kind != "application/json":
            raise HubFault("portal", {**facts, "type": kind[:60]})
        return
    if 300 <= status < 400:
        raise HubFault("portal", facts)
    if kind == "application/json":
        facts["code"] = _code(response)
    if status == 413:
        raise HubFault("too_large", facts)
    if status in (429, 503):
        raise HubFault("slow_down", facts, after_s=_wait(response.headers.get("Retry-After", "")))
    if status in (401, 403):
        raise HubFault("unproven", facts)
    if status in (400, 422):
        raise HubFault("refused", facts, retry=False)
    if status == 409:
        raise HubFault("rebase", facts)
    if status == 426:
        raise HubFault("too_old", facts)
    if status == 511:
        raise HubFault("portal", facts)
    if status >= 500:
        raise HubFault("hub_error", facts)
    raise HubFault("unexpected", facts)


def _code(response: requests.Response) -> str:
    try:
        return str(json.loads(_read(response, 65_536, 65_536))["code"])[:40]
    except (HubFault, HTTPError, OSError, ValueError, KeyError, TypeError):
        return ""


def _wait(header: str) -> float:
    """Seconds that a `Retry-After` (number or date) asks for; 0 when it says nothing sensible."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, min((until - datetime.now(UTC)).total_seconds(), _LONGEST_WAIT))
    except (ValueError, TypeError):
        return 0.0


def _read(response: requests.Response, packed_limit: int = REPLY_PACKED_LIMIT, limit: int = REPLY_LIMIT) -> bytes:
    """The decompressed body within both limits; a body cut short is a fault of its own."""
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip"):
        raise HubFault("broken", {"encoding": packing[:20]})
    unpacker = zlib.decompressobj(wbits=31) if packing == "gzip" else None
    received, body = 0, bytearray()
    while chunk := response.raw.read1(65_536, decode_content=False):
        received += len(chunk)
        if received > packed_limit:
            raise HubFault("broken", {"reply": "too_large"})
        if unpacker is None:
            body += chunk
        else:
            try:
                body += unpacker.decompress(chunk, limit + 1 - len(body))
            except zlib.error as error:
                raise HubFault("broken", {"gzip": str(error)[:60]}) from error
        if len(body) > limit or (unpacker is not None and unpacker.unconsumed_tail):
            raise HubFault("broken", {"reply": "too_large"})
    if unpacker is not None and not unpacker.eof:
        raise HubFault("broken", {"gzip": "truncated"})
    declared = response.headers.get("Content-Length", "")
    if declared.isdigit() and received != int(declared):
        raise HubFault("broken", {"reply": "truncated"})
    return bytes(body)


class HubClient:
    """This till's signed conversation with headquarters; used by one thread, `cut()` by any."""

    def __init__(
        self,
        url: str,
        key: DeviceKey,
        hub_public_key: bytes,
        limits: Limits | None = None,
        on_hub_time: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`on_hub_time` is told headquarters' signed time of every reply, as it stands in it."""
        self._line = _Line(url, limits or Limits())
        self._key = key
        self._hub = hub_public_key
        self._on_hub_time = on_hub_time

    def push(self, events: Sequence[tuple[str, bytes]]) -> tuple[Receipt, ...]:
        """Send (event id, exact bytes); one receipt each, in order, or HubFault. An unreadable event's receipt has its id all the same."""
        body = b"\n".join(raw for _, raw in events)
        squeezer = zlib.compressobj(1, wbits=31)
        packed = squeezer.compress(body) + squeezer.flush()
        fields = self._ask("POST", "/v1/push", "push", "push", body, packed)
        results = fields.get("results")
        if not isinstance(results, list) or len(results) != len(events):
            raise HubFault("forged", {"reply": "results"})
        receipts = []
        for (event_id, _), result in zip(events, results, strict=True):
            if not isinstance(result, dict) or result.get("status") not in STATUSES:
                raise HubFault("forged", {"reply": "status"})
            if result.get("id") != event_id and not (result["status"] == "corrupt" and result.get("id") == ""):
                raise HubFault("forged", {"reply": "id"})
            receipts.append(Receipt(event_id, str(result["status"]), str(result.get("code", ""))[:24]))
        return tuple(receipts)

    def tell(self, blobs: Sequence[Mapping[str, str]]) -> dict[str, str]:
        """Tell personal data (blob_id, person_id, kind, at, plain as base64): blob id → '' when safe there, else why it never will be."""
        body = json.dumps({"blobs": [dict(blob) for blob in blobs]}, ensure_ascii=False).encode()
        squeezer = zlib.compressobj(1, wbits=31)
        packed = squeezer.compress(body) + squeezer.flush()
        fields = self._ask("POST", "/v1/blobs", "blobs", "blobs", body, packed)
        try:
            found = {str(blob_id): "" for blob_id in fields["kept"]}
            found |= {str(one["blob_id"]): str(one["code"])[:16] or "refused" for one in fields["refused"]}
        except (KeyError, TypeError) as error:
            raise HubFault("forged", {"reply": "blobs"}) from error
        if found.keys() != {blob["blob_id"] for blob in blobs}:
            raise HubFault("forged", {"reply": "blobs"})
        return found

    def quarantine(self, event_id: str, raw: bytes) -> None:
        """Hand over the bytes of one event that no push can carry, uninterpreted; HubFault unless they are safe."""
        squeezer = zlib.compressobj(1, wbits=31)
        packed = squeezer.compress(raw) + squeezer.flush()
        purpose = f"quarantine {event_id}"
        fields = self._ask("POST", "/v1/quarantine", "quarantine", purpose, raw, packed, {EVENT_HEADER: event_id})
        if fields.get("id") != event_id or fields.get("status") != "quarantined":
            raise HubFault("forged", {"reply": "quarantine"})

    def feed(self, name: str, after: str, limit: int) -> FeedPage:
        """The next page of a feed; HubFault `rebase` when its history is another one now."""
        target = f"/v1/feed/{name}?" + urlencode({"after": after, "limit": limit})
        fields = self._ask("GET", target, "feed", f"feed {name} {after} {limit}")
        rows, cursor, more = fields.get("rows"), fields.get("cursor"), fields.get("more")
        if not isinstance(rows, list) or not isinstance(cursor, str) or not isinstance(more, bool):
            raise HubFault("forged", {"reply": "feed"})
        if len(rows) > limit or any(not isinstance(row, dict) for row in rows) or fields.get("feed") != name:
            raise HubFault("forged", {"reply": "rows"})
        try:
            before, reached = Cursor.parse(after), Cursor.parse(cursor)
        except WireFault as error:
            raise HubFault("forged", {"reply": "cursor"}) from error
        if reached.seq < before.seq or (more and reached.seq == before.seq):
            raise HubFault("forged", {"reply": "cursor runs backwards"})
        return FeedPage(name, tuple(rows), cursor, more)

    def hello(self) -> Hello:
        """Ask what headquarters holds of this till."""
        fields = self._ask("GET", "/v1/hello", "hello", "hello")
        try:
            return Hello(
                str(fields["hub"]),
                str(fields["state"]),
                int(fields["events"]),
                int(fields["head_seq"]),
                str(fields["head_digest"]),
                int(fields["forks"]),
                str(fields["hub_at"]),
                fields.get("verifies") is True,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise HubFault("forged", {"reply": "hello"}) from error

    def totals(self, day: date) -> dict[str, dict[str, int]]:
        """till → sales, sales_fen, returns, returns_fen of this store's business day, as headquarters holds them."""
        fields = self._ask("GET", f"/v1/totals?day={day.isoformat()}", "totals", f"totals {day.isoformat()}")
        try:
            return {str(till): {str(name): int(value) for name, value in sums.items()} for till, sums in fields["tills"].items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise HubFault("forged", {"reply": "totals"}) from error

    def reserve(self, serial: str, basket_id: str) -> Reserved:
        """Ask headquarters to put a chain-wide coupon by for a basket; a refusal is an answer too, HubFault is none."""
        fields = self._ask_for("reserve", {"serial": serial, "basket_id": basket_id})
        try:
            if fields["serial"] != serial:
                raise ValueError("serial")
            return Reserved(str(fields["code"])[:16], str(fields["reservation_id"])[:36], int(fields["seconds"]))
        except (KeyError, TypeError, ValueError) as error:
            raise HubFault("forged", {"reply": "reserve"}) from error

    def release(self, reservation_id: str) -> None:
        """Give back what was put by and not used; safe to repeat."""
        if self._ask_for("release", {"reservation_id": reservation_id}).get("reservation_id") != reservation_id:
            raise HubFault("forged", {"reply": "release"})

    def hold(self, wish: Wish) -> Held:
        """Ask headquarters to put a part of a member's purse by; too little is an answer too, HubFault is none. Safe to repeat."""
        fields = self._ask_for("hold", wish.fields())
        try:
            if fields["hold_id"] != wish.hold_id:
                raise ValueError("hold_id")
            return Held(str(fields["code"])[:16], int(fields["seconds"]), int(fields["free"]), int(fields["part"]))
        except (KeyError, TypeError, ValueError) as error:
            raise HubFault("forged", {"reply": "hold"}) from error

    def let_go(self, wish: Wish) -> None:
        """Give back what was put by and not spent; safe to repeat, also where the wish itself never arrived."""
        if self._ask_for("hold-release", wish.fields()).get("hold_id") != wish.hold_id:
            raise HubFault("forged", {"reply": "hold-release"})

    def verify_send(self, asked: CodeWish) -> CodeSent:
        """Have a code sent to a phone; that none is sent is an answer too, HubFault is none. Safe to repeat: nothing is sent twice."""
        fields = self._ask_for("verify-send", asked.fields())
        try:
            if fields["verification_id"] != asked.verification_id:
                raise ValueError("verification_id")
            return CodeSent(str(fields["code"])[:16], int(fields["seconds"]))
        except (KeyError, TypeError, ValueError) as error:
            raise HubFault("forged", {"reply": "verify-send"}) from error

    def verify_check(self, verification_id: str, attempt_id: str, code: str) -> CodeChecked:
        """Ask whether this is the code that was sent. Safe to repeat under one attempt: it counts once."""
        asked = {"verification_id": verification_id, "attempt_id": attempt_id, "code": code}
        fields = self._ask_for("verify-check", asked)
        try:
            if fields["verification_id"] != verification_id:
                raise ValueError("verification_id")
            return CodeChecked(str(fields["code"])[:16], int(fields["left"]))
        except (KeyError, TypeError, ValueError) as error:
            raise HubFault("forged", {"reply": "verify-check"}) from error

    def lease(self, grant_id: str) -> int:
        """Ask for another share of a store's rights; gives how many this till has in all, 0 where there is nothing to give."""
        fields = self._ask_for("lease", {"grant_id": grant_id})
        try:
            return int(fields["rights"])
        except (KeyError, TypeError, ValueError) as error:
            raise HubFault("forged", {"reply": "lease"}) from error

    def _ask_for(self, what: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """Post a small JSON question to the resource that bears its name."""
        body = json.dumps(fields).encode()
        squeezer = zlib.compressobj(1, wbits=31)
        packed = squeezer.compress(body) + squeezer.flush()
        return self._ask("POST", f"/v1/{what}", what, what, body, packed)

    def members(self, by: str, value: str, purpose: str, actor: str) -> tuple[Visitor, ...]:
        """Members of other stores known by a key (phone | card | handle | union | wechat | alipay | jpass); HubFault `slow_down` beyond
        the number that headquarters answers in an hour. Headquarters notes who asked and what for.
        """
        body = json.dumps({"by": by, "value": value, "purpose": purpose, "actor": actor}, ensure_ascii=False).encode()
        squeezer = zlib.compressobj(1, wbits=31)
        fields = self._ask("POST", "/v1/member", "member", "member", body, squeezer.compress(body) + squeezer.flush())
        try:
            found = []
            for one in fields["members"]:
                entries = tuple(PointsEntryRow.model_validate(entry) for entry in one["entries"])
                stored = tuple(StoredEntryRow.model_validate(entry) for entry in one.get("stored", ()))
                profile = {name: told for name, told in one.items() if name in Member.model_fields and name != "code_key"}
                standing = _standing(one.get("standing"))
                rights = tuple(CouponRight.model_validate(right) for right in one.get("rights", ()))
                found.append(Visitor(Member.model_validate(profile), str(one["home_store"]), entries, stored, standing, rights))
            return tuple(found)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise HubFault("forged", {"reply": "member"}) from error

    def cut(self) -> None:
        """End a running request at once, from any thread."""
        self._line.cut()

    def close(self) -> None:
        """Let connections go."""
        self._line.close()

    def _ask(
        self,
        method: str,
        target: str,
        kind: str,
        purpose: str,
        body: bytes = b"",
        packed: bytes = b"",
        more: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        nonce, digest = secrets.token_hex(16), body_digest(body)
        headers = {
            DEVICE_HEADER: self._key.device,
            NONCE_HEADER: nonce,
            DIGEST_HEADER: digest,
            SIGNATURE_HEADER: self._key.sign(request_payload(nonce, digest, purpose)).hex(),
            **(more or {}),
        }
        if packed:
            headers |= {"Content-Encoding": "gzip", "Content-Type": "application/x-ndjson"}
        raw = self._line.exchange(method, target, packed, headers)
        try:
            fields = open_reply(raw, self._hub, kind=kind, nonce=nonce, digest=digest)
        except WireFault as fault:
            self._line.cut()
            raise _misread(fault) from fault
        self._on_hub_time(str(fields.get("hub_at", "")))
        return fields


def _misread(fault: WireFault) -> HubFault:
    """A 200 that is no answer of ours: another service's JSON is a portal, ours with a wrong seal is forged."""
    code = {"broken": "broken", "shape": "portal"}.get(fault.code, "forged")
    return HubFault(code, {"wire": str(fault)[:80]})


def enrol(url: str, key: DeviceKey, code: str, till: str = "", limits: Limits | None = None) -> Enrolled:
    """Make this till known at headquarters by a one-time code; safe to repeat when the answer was lost.

    HubFault `unproven` with facts code = code | code_expired | code_used | other_till | device_known when it is refused.
    """
    nonce, public_hex = secrets.token_hex(16), key.public().hex()
    proof = key.sign(enrol_payload(nonce, code, till, public_hex)).hex()
    asked = {"code": code, "public_key_hex": public_hex, "till": till, "nonce": nonce, "proof": proof}
    body = json.dumps(asked).encode()
    line = _Line(url, limits or Limits())
    try:
        raw = line.exchange("POST", "/v1/enrol", body, {"Content-Type": "application/json"})
        fields = open_reply(raw, None, kind="enrol", nonce=nonce, digest=body_digest(body))
        if fields["device"] != key.device:
            raise HubFault("forged", {"reply": "device"})
        return Enrolled(
            str(fields["store_id"]),
            str(fields["till"]),
            key.device,
            str(fields["hub"]),
            bytes.fromhex(fields["hub_public_key_hex"]),
            {str(name): str(text) for name, text in dict(fields["store"]).items()},
        )
    except WireFault as fault:
        raise _misread(fault) from fault
    except (KeyError, TypeError, ValueError) as error:
        raise HubFault("forged", {"reply": "enrol"}) from error
    finally:
        line.close()
