"""Taking in a batch: bytes are stored before their meaning is tried, so that a sale that happened can never be rejected."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import Connection, delete, literal, select, tuple_, update

from app.hub import tables
from app.hub.archive import insert_new
from app.hub.headquarters import Asker
from app.hub.projections import collect_all
from app.records.base import Record
from app.records.envelope import GENESIS, Envelope, EnvelopeFault, digest, split_signature, unseal
from app.records.events import PersonErased
from app.records.keys import verifies
from app.records.registry import body_of

log = logging.getLogger(__name__)

SETTLED_AT_ONCE = 200
"""Events of the quarantine that one commit tries again."""
_TRIED_AGAIN = ("unknown_type", "bad_body", "projection", "foreign_device")
"""What a newer version, a free database or an enrolment can mend."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a pushed batch after everything that needs no database has been checked."""

    raw: bytes
    digest: str
    envelope: Envelope | None
    body: Record | None
    code: str
    """Why its meaning is not taken: '' | a code for quarantine or `unreadable`."""
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line."""

    id: str
    status: str
    code: str


def lines_of(body: bytes) -> list[bytes]:
    """The envelopes of a batch: one a line, the last newline optional."""
    return [line for line in body.split(b"\n") if line]


@dataclass(frozen=True, slots=True)
class Writer:
    """A device whose events a store may tell."""

    public: bytes
    revoked: bool


def checked(raw: bytes, store_id: str, writers: Mapping[str, Writer]) -> Line:
    """Decode one line, verify its own signature and validate its body; nothing is raised, every trouble becomes a code.

    `writers` are all devices of the store. What a revoked one says happened; what it asks to be done waits for a person.
    """
    name = digest(raw)
    try:
        envelope = unseal(raw)
        head, signature = split_signature(raw)
    except EnvelopeFault as fault:
        return Line(raw, name, None, None, "unreadable", str(fault)[:400])
    if len(envelope.id) > 36 or len(envelope.type) > 64 or len(envelope.place.device) > 16:
        return Line(raw, name, None, None, "unreadable", "a field is longer than any till writes")
    if envelope.place.store != store_id:
        return Line(raw, name, envelope, None, "foreign_store", envelope.place.store[:80])
    writer = writers.get(envelope.place.device)
    if writer is None:
        return Line(raw, name, envelope, None, "foreign_device", envelope.place.device)
    if not verifies(writer.public, head, signature):
        return Line(raw, name, envelope, None, "signature", "the event's own signature does not fit its bytes")
    try:
        body = body_of(envelope.type, envelope.body)
    except KeyError:
        return Line(raw, name, envelope, None, "unknown_type", envelope.type)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return Line(raw, name, envelope, None, "bad_body", f"{place}: {first['msg']}"[:400])
    if writer.revoked and isinstance(body, PersonErased):
        return Line(raw, name, envelope, None, "revoked", body.member_id)
    return Line(raw, name, envelope, body, "", "")


def writers_of(connection: Connection, store_id: str) -> dict[str, Writer]:
    """Every device the store ever enrolled."""
    d = tables.device.c
    rows = connection.execute(select(d.device, d.public_key, d.state).where(d.store_id == store_id))
    return {row.device: Writer(bytes.fromhex(row.public_key), row.state == "revoked") for row in rows}


class _Chains:
    """What is known of the devices' histories around the positions of a batch: a small part of each DAG."""

    def __init__(self, connection: Connection, store_id: str, envelopes: Sequence[Envelope]) -> None:
        inbox = tables.inbox.c
        seqs = {envelope.place.seq for envelope in envelopes}
        devices = {envelope.place.device for envelope in envelopes}
        rows = connection.execute(
            select(inbox.device, inbox.seq, inbox.prev, inbox.digest).where(
                inbox.store_id == store_id,
                inbox.device.in_(devices),
                inbox.seq.in_(seqs | {seq - 1 for seq in seqs}),
            )
        )
        self._at: dict[tuple[str, int], set[str]] = {}
        self._children: dict[tuple[str, str], str] = {}
        for row in rows:
            self._note(row.device, row.seq, row.prev, row.digest)

    def _note(self, device: str, seq: int, prev: str, name: str) -> None:
        self._at.setdefault((device, seq), set()).add(name)
        self._children.setdefault((device, prev), name)

    def forks(self, envelope: Envelope) -> bool:
        """Whether the event leaves the line: its parent has another child, or its parent's place is taken by others; notes it."""
        place = envelope.place
        sibling = self._children.get((place.device, place.prev), envelope.digest) != envelope.digest
        parents = self._at.get((place.device, place.seq - 1), set())
        stranger = bool(parents) and place.prev not in parents
        rootless = (place.seq == 1) != (place.prev == GENESIS)
        self._note(place.device, place.seq, place.prev, envelope.digest)
        return sibling or stranger or rootless


def take(connection: Connection, asker: Asker, batch: Sequence[Line], now: datetime, utc_offset_minutes: int) -> list[Outcome]:
    """Store a batch and say what became of each line, in order; runs inside one transaction."""
    store_id = asker.store_id
    device_row = connection.execute(
        select(tables.device).where(tables.device.c.store_id == store_id, tables.device.c.device == asker.device).with_for_update()
    ).one()
    envelopes = [line.envelope for line in batch if line.envelope is not None]
    known = _known(connection, store_id, envelopes)
    chains = _Chains(connection, store_id, envelopes)
    outcomes: list[Outcome] = []
    fresh: dict[str, tuple[int, Line]] = {}
    rows: list[dict[str, object]] = []
    for line in batch:
        envelope = line.envelope
        if envelope is None:
            _keep_unreadable(connection, asker, line, "", now)
            outcomes.append(Outcome("", "corrupt", line.code))
            continue
        standing = known.get(envelope.id)
        if standing == line.digest:
            outcomes.append(Outcome(envelope.id, "duplicate", ""))
            continue
        if standing is not None:
            _keep_unreadable(connection, asker, line, "id_reused", now)
            outcomes.append(Outcome(envelope.id, "quarantined", "id_reused"))
            continue
        known[envelope.id] = line.digest
        status = "quarantined" if line.code else "stored"
        if line.code not in ("foreign_store", "foreign_device", "signature") and chains.forks(envelope):
            status = "quarantined" if line.code else "forked"
        fresh[envelope.id] = (len(outcomes), line)
        outcomes.append(Outcome(envelope.id, status, line.code))
        rows.append(_inbox_row(store_id, line, envelope, status, now))
    new = insert_new(connection, tables.inbox, rows, "event_id")
    for event_id, (position, _) in fresh.items():
        if event_id not in new:  # another connection stored it between the question and the insert
            outcomes[position] = Outcome(event_id, "duplicate", "")
    taken = [fresh[event_id] for event_id in fresh if event_id in new]
    for position, line, detail in _project(connection, store_id, taken, utc_offset_minutes, now):
        outcomes[position] = _quarantined(connection, asker, line, outcomes[position], "projection", detail, now)
    for position, line in taken:
        if line.code:
            outcomes[position] = _quarantined(connection, asker, line, outcomes[position], line.code, line.detail, now)
    forks = sum(outcome.status == "forked" for outcome in outcomes)
    own = [line.envelope for _, line in taken if line.envelope and line.envelope.place.device == asker.device]
    seen: dict[str, object] = {"seen_at": now, "pushed_at": now, "forks": device_row.forks + forks}
    if own:
        newest = max(own, key=lambda envelope: envelope.place.seq)
        seen |= {"events": device_row.events + len(own), "event_at": newest.at}
        if newest.place.seq >= device_row.head_seq:
            seen |= {"head_seq": newest.place.seq, "head_digest": newest.digest}
    connection.execute(
        update(tables.device).where(tables.device.c.store_id == store_id, tables.device.c.device == asker.device).values(seen)
    )
    return outcomes


def _known(connection: Connection, store_id: str, envelopes: Sequence[Envelope]) -> dict[str, str]:
    ids = {envelope.id for envelope in envelopes}
    rows = connection.execute(
        select(tables.inbox.c.event_id, tables.inbox.c.digest).where(tables.inbox.c.store_id == store_id, tables.inbox.c.event_id.in_(ids))
    )
    return {row.event_id: row.digest for row in rows}


def _inbox_row(store_id: str, line: Line, envelope: Envelope, status: str, now: datetime) -> dict[str, object]:
    return {
        "store_id": store_id,
        "event_id": envelope.id,
        "device": envelope.place.device,
        "epoch": envelope.place.epoch,
        "seq": envelope.place.seq,
        "prev": envelope.place.prev,
        "digest": line.digest,
        "type": envelope.type,
        "day": envelope.day,
        "at": envelope.at,
        "received_at": now,
        "status": status,
        "code": line.code,
        "raw": line.raw,
    }


def _project(
    connection: Connection, store_id: str, taken: Sequence[tuple[int, Line]], utc_offset_minutes: int, now: datetime
) -> list[tuple[int, Line, str]]:
    """Write the readable rows of the whole batch under one savepoint; if that fails, event by event. Gives the failures."""
    usable = [(position, line) for position, line in taken if line.body is not None]

    def attempt(part: Sequence[tuple[int, Line]]) -> str:
        try:
            with connection.begin_nested():
                events = [(line.envelope, line.body) for _, line in part if line.envelope and line.body]
                collect_all(store_id, events, utc_offset_minutes).write(connection, now)
        except Exception as error:  # whatever an event's meaning breaks, its bytes stay stored
            log.warning("projection failed: %s", type(error).__name__)
            return type(error).__name__
        return ""

    if not usable or not attempt(usable):
        return []
    failures: list[tuple[int, Line, str]] = []
    for position, line in usable:
        trouble = attempt([(position, line)])
        if trouble:
            failures.append((position, line, trouble))
    return failures


def _quarantined(connection: Connection, asker: Asker, line: Line, outcome: Outcome, code: str, detail: str, now: datetime) -> Outcome:
    envelope = line.envelope
    assert envelope is not None
    insert_new(
        connection,
        tables.quarantine,
        [
            {
                "store_id": asker.store_id,
                "event_id": outcome.id,
                "device": asker.device,
                "type": envelope.type,
                "code": code,
                "detail": detail,
                "since": now,
            }
        ],
        "event_id",
    )
    connection.execute(
        update(tables.inbox)
        .where(tables.inbox.c.store_id == asker.store_id, tables.inbox.c.event_id == outcome.id)
        .values(status="quarantined", code=code)
    )
    return Outcome(outcome.id, "quarantined", code)


@dataclass(frozen=True, slots=True)
class Settled:
    """One portion of what waits in quarantine, tried again."""

    understood: int
    """How many events found their meaning."""
    reached: Place | None
    """The last one looked at; None at the end."""


Place = tuple[str, str, int, str]
"""Where an event stands among those that wait: store, device, position, id."""


def settle_quarantine(
    connection: Connection, utc_offset_minutes: int, now: datetime, *, after: Place | None = None, device: str = "",
    limit: int = SETTLED_AT_ONCE,
) -> Settled:  # fmt: skip
    """Try once more what could not be understood or booked when it came: a portion of what waits, of everything or of one device."""
    waits, kept = tables.quarantine.c, tables.inbox.c
    place = (kept.store_id, kept.device, kept.seq, kept.event_id)
    wanted = (
        select(*place, waits.code, kept.raw)
        .join(tables.quarantine, (waits.store_id == kept.store_id) & (waits.event_id == kept.event_id))
        .where(waits.code.in_(_TRIED_AGAIN))
        .order_by(*place)
        .limit(limit)
    )
    if device:
        wanted = wanted.where(kept.device == device)
    if after is not None:
        wanted = wanted.where(tuple_(*place) > tuple_(*map(literal, after)))
    rows = connection.execute(wanted).all()
    writers = {store_id: writers_of(connection, store_id) for store_id in {row.store_id for row in rows}}
    understood = 0
    for row in rows:
        line = checked(bytes(row.raw), row.store_id, writers[row.store_id])
        if line.envelope is None or line.code or _project(connection, row.store_id, [(0, line)], utc_offset_minutes, now):
            continue
        forked = row.code == "foreign_device" and _count_in(connection, row.store_id, line.envelope)
        mine = (kept.store_id == row.store_id) & (kept.event_id == row.event_id)
        connection.execute(update(tables.inbox).where(mine).values(status="forked" if forked else "stored", code=""))
        connection.execute(delete(tables.quarantine).where(waits.store_id == row.store_id, waits.event_id == row.event_id))
        understood += 1
    last = rows[-1] if len(rows) == limit else None
    return Settled(understood, (last.store_id, last.device, last.seq, last.event_id) if last is not None else None)


def _count_in(connection: Connection, store_id: str, envelope: Envelope) -> bool:
    """An event came before its device was enrolled: it is one of that device's now. Gives whether it leaves the device's line."""
    d, place = tables.device.c, envelope.place
    forked = _Chains(connection, store_id, [envelope]).forks(envelope)
    mine = (d.store_id == store_id) & (d.device == place.device)
    connection.execute(update(tables.device).where(mine).values(events=d.events + 1, forks=d.forks + int(forked)))
    head = {"head_seq": place.seq, "head_digest": envelope.digest, "event_at": envelope.at}
    connection.execute(update(tables.device).where(mine, d.head_seq <= place.seq).values(head))
    return forked


def keep_opaque(connection: Connection, asker: Asker, raw: bytes, event_id: str, now: datetime) -> None:
    """Keep bytes that the push route could not take at all, uninterpreted."""
    line = Line(raw, digest(raw), None, None, "refused", "the till could not get it accepted in any batch")
    _keep_unreadable(connection, asker, line, "refused", now, event_id)


def _keep_unreadable(connection: Connection, asker: Asker, line: Line, code: str, now: datetime, event_id: str = "") -> None:
    event_id = event_id or (line.envelope.id if line.envelope else "")
    row: dict[str, object] = {
        "store_id": asker.store_id,
        "digest": line.digest,
        "device": asker.device,
        "event_id": event_id,
        "code": code or line.code,
        "received_at": now,
        "raw": line.raw,
    }
    if insert_new(connection, tables.unreadable, [row], "digest"):
        kind = line.envelope.type if line.envelope else ""
        insert_new(
            connection,
            tables.quarantine,
            [
                {
                    "store_id": asker.store_id,
                    "event_id": line.digest,
                    "device": asker.device,
                    "type": kind,
                    "code": code or line.code,
                    "detail": line.detail,
                    "since": now,
                }
            ],
            "event_id",
        )
