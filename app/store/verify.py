"""Proof of the journal: signed exports that reveal every change, and the comparison and repair of ledger and frames."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import ValidationError
from sqlalchemy import Connection, select

from app.records.clock import Clock
from app.records.envelope import GENESIS, Envelope, EnvelopeFault, split_signature, unseal
from app.records.events import ExportMade
from app.records.keys import device_name, verifies
from app.records.ledger import Committed
from app.records.registry import EVENTS, body_of
from app.store import tables as t
from app.store.backup import place_of, restore
from app.store.cipher import raw_connection
from app.store.engine import writer_engine
from app.store.erasing import all_erased, erase_rows
from app.store.faults import StoreFault
from app.store.frames import Frame, Frames
from app.store.journal import fact_of, run_steps
from app.store.keys import LEDGER_KEY, read_key
from app.store.lock import WriteLock
from app.store.open_store import LEDGER, Store, bring_back, new_schema
from app.store.projections import project

FORMAT = 1
_PAGE = 500
_EXPORT = "export.made@1"
_EPOCH = "epoch.opened@1"
_MOST_PROBLEMS = 50


@dataclass(slots=True)
class _Sums:
    """What an export adds up to."""

    events: int = 0
    sales_fen: int = 0
    returns_fen: int = 0

    def add(self, envelope: Envelope) -> None:
        self.events += 1
        if envelope.type == "sale.closed@1":
            self.sales_fen += int(envelope.body["payable_fen"])
        elif envelope.type == "return.closed@1":
            self.returns_fen += int(envelope.body["total_fen"])


# -- exporting ---------------------------------------------------------------------------------------------------------


def export(
    store: Store,
    path: Path | str,
    *,
    actor: str,
    day: date,
    first_seq: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Committed:
    """Write the journal from `first_seq` on as JSON lines: a header, the envelopes' exact bytes, and at the end a signed `export.made`.

    The export itself is an event of the journal. Gives that event; `progress` is called with the number of events written so far.
    """
    target = Path(path)
    unfinished = target.with_name(target.name + ".part")
    with unfinished.open("wb") as out:
        out.write(_header(store, first_seq) + b"\n")
        sums, last_seq, last_digest = _Sums(), first_seq - 1, _prev_of(store, first_seq)
        while True:
            for raw in _pages(store, last_seq):
                envelope = unseal(raw)
                out.write(raw + b"\n")
                sums.add(envelope)
                last_seq, last_digest = envelope.place.seq, envelope.digest
                if progress is not None and sums.events % _PAGE == 0:
                    progress(sums.events)
            final = ExportMade(
                first_seq=first_seq,
                events=sums.events,
                head=last_digest,
                sales_fen=sums.sales_fen,
                returns_fen=sums.returns_fen,
            )
            (done,) = store.journal.record([final], actor=actor, day=day).result()
            if done.seq == last_seq + 1:
                break
        out.write(done.raw + b"\n")
        out.flush()
        os.fsync(out.fileno())
    os.replace(unfinished, target)
    return done


def _header(store: Store, first_seq: int) -> bytes:
    fields = {
        "yaogui_export": FORMAT,
        "device": store.device,
        "public_key": store.public_key.hex(),
        "store": store.store_id,
        "first_seq": first_seq,
        "prev": _prev_of(store, first_seq),
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _prev_of(store: Store, seq: int) -> str:
    if seq <= 1:
        return GENESIS
    found = store.journal.events(seq - 2, 1)
    if not found:
        raise StoreFault("no_such_event", {"seq": str(seq - 1)})
    return unseal(found[0]).digest


def _pages(store: Store, after: int) -> Iterator[bytes]:
    while True:
        page = store.journal.events(after, _PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        after += len(page)


# -- verifying ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in an export that this till did not write like that."""

    code: str
    """header · not_envelope · unknown_type · body · signature · device · store · seq · chain · epoch · tail · unfinished ·
    count · span · head · totals · too_many."""
    line: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The verdict on an export."""

    ok: bool
    problems: tuple[Problem, ...]
    device: str = ""
    events: int = 0
    first_seq: int = 0
    last_seq: int = 0
    head: str = ""
    """Digest of the final frame: compare its last 8 digits with paper or headquarters."""
    sales_fen: int = 0
    returns_fen: int = 0


@dataclass(slots=True)
class _Reading:
    """The state of one verification."""

    public_key: bytes = b""
    device: str = ""
    store: str = ""
    first_seq: int = 1
    seq: int = 0
    prev: str = GENESIS
    epoch: str = ""
    sums: _Sums = field(default_factory=_Sums)
    newest: Envelope | None = None
    before_newest: _Sums = field(default_factory=_Sums)
    problems: list[Problem] = field(default_factory=list)

    def note(self, code: str, line: int, detail: str = "") -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(code, line, detail))
        elif len(self.problems) == _MOST_PROBLEMS:
            self.problems.append(Problem("too_many", line))


def verify_export(source: Path | str | bytes, *, device: str = "", progress: Callable[[int], None] | None = None) -> VerifyReport:
    """Judge an export by itself: every edit, deletion, reorder and truncation is found.

    `device`, where known (from headquarters or another export), also finds a whole history re-signed by a foreign key.
    """
    with closing(io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")) as lines:
        return _verified(lines, device, progress)


def _verified(lines: BinaryIO, device: str, progress: Callable[[int], None] | None) -> VerifyReport:
    reading = _Reading()
    number = 0
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            reading.note("tail", number, "the last line is not finished")
        content = line.removesuffix(b"\n")
        if number == 1:
            _check_header(content, reading, device)
        else:
            _check_event(content, number, reading)
        if progress is not None and number % _PAGE == 0:
            progress(number)
    if number == 0:
        reading.note("header", 0, "empty")
    _check_end(reading, number)
    newest = reading.newest
    return VerifyReport(
        ok=not reading.problems,
        problems=tuple(reading.problems),
        device=reading.device,
        events=reading.sums.events,
        first_seq=reading.first_seq,
        last_seq=reading.seq,
        head=newest.digest if newest is not None else "",
        sales_fen=reading.sums.sales_fen,
        returns_fen=reading.sums.returns_fen,
    )


def _check_header(content: bytes, reading: _Reading, device: str) -> None:
    try:
        fields: dict[str, Any] = json.loads(content)
        if json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() != content:
            raise ValueError("not canonical")
        if list(fields) != ["yaogui_export", "device", "public_key", "store", "first_seq", "prev"]:
            raise ValueError("keys")
        if fields["yaogui_export"] != FORMAT or type(fields["first_seq"]) is not int or fields["first_seq"] < 1:
            raise ValueError("format")
        reading.public_key = bytes.fromhex(fields["public_key"])
        if reading.public_key.hex() != fields["public_key"]:
            raise ValueError("public_key")
        reading.device, reading.store = str(fields["device"]), str(fields["store"])
        reading.first_seq, reading.prev = fields["first_seq"], str(fields["prev"])
        reading.seq = reading.first_seq - 1
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        reading.note("header", 1, str(error))
        return
    if device_name(reading.public_key) != reading.device or (device and device != reading.device):
        reading.note("device", 1, reading.device)
    if reading.first_seq == 1 and reading.prev != GENESIS:
        reading.note("chain", 1, "the first event follows nothing")


def _check_event(content: bytes, line: int, reading: _Reading) -> None:
    try:
        envelope = unseal(content)
        head, signature = split_signature(content)
    except EnvelopeFault as error:
        reading.note("not_envelope", line, str(error))
        return
    place = envelope.place
    if not verifies(reading.public_key, head, signature) or signature.hex().encode() not in content:
        reading.note("signature", line, envelope.id)
    if place.device != reading.device:
        reading.note("device", line, place.device)
    if place.store != reading.store:
        reading.note("store", line, place.store)
    if place.seq != reading.seq + 1:
        reading.note("seq", line, f"{reading.seq} → {place.seq}")
    if place.prev != reading.prev:
        reading.note("chain", line, envelope.id)
    _check_body(envelope, line, reading)
    reading.before_newest = _Sums(reading.sums.events, reading.sums.sales_fen, reading.sums.returns_fen)
    try:
        reading.sums.add(envelope)
    except (KeyError, TypeError, ValueError):
        reading.note("body", line, envelope.id)
    reading.seq, reading.prev, reading.epoch, reading.newest = place.seq, envelope.digest, place.epoch, envelope


def _check_body(envelope: Envelope, line: int, reading: _Reading) -> None:
    if envelope.type not in EVENTS:
        reading.note("unknown_type", line, envelope.type)
        return
    try:
        body_of(envelope.type, envelope.body)
    except ValidationError:
        reading.note("body", line, envelope.id)
        return
    if envelope.type == _EPOCH:
        if reading.newest is not None and envelope.body["previous_epoch"] != reading.epoch:
            reading.note("epoch", line, envelope.place.epoch)
    elif reading.newest is not None and envelope.place.epoch != reading.epoch:
        reading.note("epoch", line, envelope.place.epoch)


def _check_end(reading: _Reading, line: int) -> None:
    """The final frame against everything before it."""
    newest = reading.newest
    if newest is None or newest.type != _EXPORT:
        reading.note("unfinished", line, "no signed frame at the end")
        return
    told, before = newest.body, reading.before_newest
    if told.get("events") != before.events:
        reading.note("count", line, f"{told.get('events')} ≠ {before.events}")
    if told.get("first_seq") != reading.first_seq:
        reading.note("span", line, str(told.get("first_seq")))
    if told.get("head") != newest.place.prev:
        reading.note("head", line)
    if (told.get("sales_fen"), told.get("returns_fen")) != (before.sales_fen, before.returns_fen):
        reading.note("totals", line)


# -- ledger and frames -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FrameReport:
    """How ledger and frames compare, event by event."""

    events: int
    """In the ledger."""
    missing_in_frames: int
    missing_in_ledger: int
    """In frames, at a position the ledger has not reached."""
    forked: tuple[int, ...]
    """Positions at which both hold an event, but not the same one."""
    damage: tuple[str, ...]
    """`damaged:FILE` · `unchained:FILE`."""
    chain_ok: bool
    """Whether the ledger's own chain is whole and dense."""

    @property
    def ok(self) -> bool:
        """Whether both agree in everything."""
        return self.chain_ok and not (self.missing_in_frames or self.missing_in_ledger or self.forked or self.damage)


def compare_frames(store: Store) -> FrameReport:
    """Compare everything; takes as long as history is long: at day close, or by `check`.

    A store open for writing flushes its frames first; a reader beside a selling till may see its newest events missing for a second.
    """
    if store.writable:
        store.writer.submit(lambda _connection: store.frames.flush()).result()
    held: dict[int, set[bytes]] = {}
    damage: list[str] = []
    for frames, problems in store.frames.read_all():
        damage.extend(problems)
        for frame in frames:
            held.setdefault(frame.seq, set()).add(frame.raw)
    missing, events, chain_ok = 0, 0, True
    forked: list[int] = []
    seq, prev = 0, GENESIS
    for raw in _pages(store, 0):
        envelope = unseal(raw)
        chain_ok = chain_ok and envelope.place.seq == seq + 1 and envelope.place.prev == prev
        seq, prev = envelope.place.seq, envelope.digest
        events += 1
        beside = held.get(seq, set())
        if raw not in beside:
            missing += 1
        if beside - {raw}:
            forked.append(seq)
    ahead = sum(1 for position in held if position > seq)
    return FrameReport(events, missing, ahead, tuple(forked), tuple(damage), chain_ok)


def mend(store: Store) -> int:
    """Give the frames every ledger event they lack; gives how many. (The other way round happens at opening.)"""
    held: set[bytes] = {frame.raw for frames, _ in store.frames.read_all() for frame in frames}
    lacking = [(unseal(raw).place.seq, raw) for raw in _pages(store, 0) if raw not in held]

    def unit(_connection: Connection) -> None:
        for seq, raw in lacking:
            store.frames.add(seq, raw)
        store.frames.flush()

    store.writer.submit(unit, background=True).result()
    return len(lacking)


def rebuild(store: Store) -> int:
    """Empty every projection and replay all events, in one commit; gives how many events. Only while nobody sells."""

    def unit(connection: Connection) -> int:
        for table in t.PROJECTIONS:
            connection.execute(table.delete())
        connection.execute(t.lot.delete().where(t.lot.c.told_state == ""))
        connection.execute(t.lot.update().values(state="saleable"))
        count, after = 0, 0
        while True:
            rows = connection.execute(
                select(t.event.c.seq, t.event.c.raw).where(t.event.c.seq > after).order_by(t.event.c.seq).limit(_PAGE)
            ).all()
            for row in rows:
                run_steps(connection, project(fact_of(unseal(bytes(row.raw)), store.till)))
            count += len(rows)
            if len(rows) < _PAGE:
                # Whom headquarters erased no event of this till names: their own earlier events have just told of them again.
                erase_rows(connection, all_erased(connection))
                store.private.finish_erasures(connection)
                return count
            after = rows[-1].seq

    return store.writer.submit(unit, urgent=False).result()


def rebuild_from_frames(directory: Path | str, *, till: str, clock: Clock) -> int:
    """Replace a ledger that can no longer be read; gives the number of events it holds afterwards.

    The newest whole backup comes first (it also holds settings, people and blobs), then the frames bring what is younger; without a
    backup the frames alone bring every event. The damaged file is kept beside as `ledger.replaced.db`.
    """
    folder = Path(directory)
    key = read_key(folder, LEDGER_KEY)
    for copy in sorted((folder / "backups").glob("ledger-*.db"), reverse=True):
        try:
            place_of(copy, key)
        except StoreFault:
            continue
        restore(folder, copy)
        break
    else:
        _set_aside(folder, clock)
    lock = WriteLock(folder)
    try:
        return _from_frames(folder, key, till)
    finally:
        lock.release()


def _set_aside(folder: Path, clock: Clock) -> None:
    stamp = clock.now().strftime("%Y%m%dT%H%M%S")
    for ending in ("", "-wal", "-shm"):
        path = folder / f"{LEDGER}{ending}"
        if path.exists():
            os.replace(path, folder / f"ledger.replaced-{stamp}.db{ending}")


def _from_frames(folder: Path, key: bytes, till: str) -> int:
    ledger = folder / LEDGER
    ledger.touch(0o600)
    engine = writer_engine(ledger, key)
    try:
        new_schema(engine, ledger, key)
        chain = _longest_chain([frame for frames, _ in Frames(folder / "frames", key).read_all() for frame in frames])
        with engine.begin() as connection:
            newest = connection.execute(select(t.event.c.seq, t.event.c.digest).order_by(t.event.c.seq.desc()).limit(1)).first()
            head = (newest.seq, newest.digest) if newest is not None else (0, GENESIS)
            bring_back(connection, [frame for frame in chain if frame.seq > head[0]], head, till)
    finally:
        engine.dispose()
    with closing(raw_connection(ledger, key)) as raw:
        return int(raw.execute("SELECT count(*) FROM event").fetchone()[0])


def _longest_chain(frames: list[Frame]) -> list[Frame]:
    """Where histories fork in the frames, the line of ancestors of the highest position."""
    known: dict[str, tuple[Envelope, Frame]] = {}
    for frame in frames:
        envelope = unseal(frame.raw)
        known[envelope.digest] = (envelope, frame)
    if not known:
        return []
    at = max(known.values(), key=lambda pair: (pair[0].place.seq, pair[0].at))[0].digest
    chain: list[Frame] = []
    while at in known:
        envelope, frame = known[at]
        chain.append(frame)
        at = envelope.place.prev
    return chain[::-1]
