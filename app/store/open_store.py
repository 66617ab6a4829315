"""Opening a store: keys, lock, schema, frames and epoch in their order, and every part of it under one name."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from app.records.clock import Clock
from app.records.envelope import EnvelopeFault, unseal
from app.records.events import EpochOpened
from app.records.ids import new_epoch
from app.records.keys import DeviceKey
from app.store import tables as t
from app.store.backup import Backups, copy_ledger
from app.store.blob_outbox import BlobOutbox
from app.store.care import Care
from app.store.catalogue import Catalogue
from app.store.cipher import raw_connection, refuse_old_sqlite
from app.store.coupons import Coupons
from app.store.engine import Readers, writer_engine
from app.store.faults import StoreFault
from app.store.frames import Frame, Frames
from app.store.history import History
from app.store.holds import Holds
from app.store.inbox import Inbox
from app.store.invoices import Invoices
from app.store.journal import Journal, event_row, fact_of, outbox_row, run_steps
from app.store.keys import DEVICE_KEY, LEDGER_KEY, make_keys, read_key
from app.store.lock import WriteLock
from app.store.migrations import HEAD
from app.store.outbox import Outbox
from app.store.parked import Parked
from app.store.people import People
from app.store.points import Points
from app.store.print_jobs import PrintJobs
from app.store.private import PrivateBlobs
from app.store.projections import project
from app.store.rows import upsert
from app.store.sales import Sales
from app.store.segments import Segments
from app.store.settings import Settings
from app.store.shelf_labels import ShelfLabels
from app.store.shifts import Shifts
from app.store.stock import Stock
from app.store.stored import Stored
from app.store.writer import Writer

_log = logging.getLogger(__name__)

LEDGER = "ledger.db"
RESERVE_BYTES = 8 * 1024 * 1024
"""Room given back when the disk is full, so that closing and export still work."""

MOST_AT_START = 20_000
"""Events given to the frames at an opening; a longer debt (the frames were lost) is paid by `verify.mend` at day close."""


@dataclass(slots=True)
class Store:
    """Everything durable of one till; close it when done."""

    directory: Path
    store_id: str
    till: str
    device: str
    public_key: bytes
    """32 bytes; empty for a store opened for reading."""
    key: DeviceKey | None
    readers: Readers
    journal: Journal
    settings: Settings
    people: People
    points: Points
    stored: Stored
    coupons: Coupons
    holds: Holds
    care: Care
    stock: Stock
    sales: Sales
    history: History
    segments: Segments
    invoices: Invoices
    shifts: Shifts
    parked: Parked
    outbox: Outbox
    inbox: Inbox
    jobs: PrintJobs
    shelf_labels: ShelfLabels
    catalogue: Catalogue
    private: PrivateBlobs
    blob_outbox: BlobOutbox
    backups: Backups
    frames: Frames
    notes: tuple[str, ...]
    """What the opening found and mended or could not mend: `from_frames:N` · `to_frames:N` · `frames_forked:SEQ` · `frames_gap:SEQ` ·
    `frames_behind:N`."""
    _writer: Writer | None
    _lock: WriteLock | None

    @property
    def writer(self) -> Writer:
        """The write thread; StoreFault `read_only` for a store opened for reading."""
        if self._writer is None:
            raise StoreFault("read_only")
        return self._writer

    @property
    def writable(self) -> bool:
        """Whether this process may write."""
        return self._writer is not None

    @classmethod
    def open(
        cls,
        directory: Path | str,
        clock: Clock,
        *,
        store_id: str,
        till: str,
        app_version: str,
        write: bool = True,
    ) -> Store:
        """Open a till's directory, making it when it is new and `write` is set; raises StoreFault (see `app.store.faults`)."""
        refuse_old_sqlite()
        folder = Path(directory)
        if not write:
            return cls._opened(folder, clock, store_id, till, app_version, None)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = WriteLock(folder)
        except OSError as error:
            raise StoreFault("not_writable", {"path": str(folder), "reason": error.strerror or str(error)}) from error
        try:
            return cls._opened(folder, clock, store_id, till, app_version, lock)
        except OSError as error:
            lock.release()
            raise StoreFault("not_writable", {"path": str(folder), "reason": error.strerror or str(error)}) from error
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _opened(cls, folder: Path, clock: Clock, store_id: str, till: str, app_version: str, lock: WriteLock | None) -> Store:
        ledger = folder / LEDGER
        if lock is not None:
            _keys_for(folder)
        elif not ledger.exists():
            raise StoreFault("no_ledger", {"path": str(folder)})
        ledger_key = read_key(folder, LEDGER_KEY)
        key = DeviceKey.from_bytes(read_key(folder, DEVICE_KEY)) if lock is not None else None
        frames = Frames(folder / "frames", ledger_key)
        private = PrivateBlobs(readers=(readers := Readers(ledger, ledger_key)), clock=clock, ledger_key=ledger_key)
        writer: Writer | None = None
        notes: tuple[str, ...] = ()
        try:
            if lock is not None:
                ledger.touch(0o600)
                engine = writer_engine(ledger, ledger_key)
                _bring_schema(engine, ledger, ledger_key, clock)
                notes = _agree(engine, frames, frames.start(), till)
                writer = Writer(engine, ledger, frames, _reserve(folder))
                private.writes_through(writer)
                writer.submit(private.finish_erasures).result()
            else:
                _refuse_other_schema(ledger, ledger_key)
            journal = Journal(
                readers=readers,
                writer=writer,
                frames=frames,
                private=private,
                clock=clock,
                key=key,
                store_id=store_id,
                till=till,
                epoch=new_epoch() if lock is not None else "",
                app_version=app_version,
            )
            catalogue = Catalogue.open(folder / "catalogue.db", write=lock is not None)
            store = cls(
                directory=folder,
                store_id=store_id,
                till=till,
                device=key.device if key is not None else "",
                public_key=key.public() if key is not None else b"",
                key=key,
                readers=readers,
                journal=journal,
                settings=Settings(readers, writer),
                people=People(readers, writer, clock),
                points=Points(readers),
                stored=Stored(readers),
                care=Care(readers, writer, private),
                coupons=Coupons(readers, writer),
                holds=Holds(readers, writer),
                stock=Stock(readers, journal, clock, catalogue),
                sales=Sales(readers),
                history=History(readers),
                segments=Segments(readers),
                invoices=Invoices(readers, private),
                shifts=Shifts(readers, till),
                parked=Parked(readers, writer, till),
                outbox=Outbox(readers, writer, clock),
                inbox=Inbox(readers, writer, catalogue, journal.catalogue_moved, private),
                jobs=PrintJobs(readers, writer, clock),
                shelf_labels=ShelfLabels(readers, writer, clock),
                catalogue=catalogue,
                private=private,
                blob_outbox=BlobOutbox(readers, writer, private, clock),
                backups=Backups(folder, ledger_key, clock),
                frames=frames,
                notes=notes,
                _writer=writer,
                _lock=lock,
            )
            if writer is not None:
                previous = journal.head().epoch
                today = clock.now().astimezone().date()
                journal.record([EpochOpened(previous_epoch=previous, till=till)], actor="system", day=today).result()
            return store
        except BaseException:
            if writer is not None:
                writer.close()
            readers.close()
            frames.close()
            raise

    def close(self) -> None:
        """Finish what is queued, flush the frames, and let go of the directory."""
        if self._writer is not None:
            file_no, seq = self.frames.file_no, self.frames.last_seq
            self._writer.submit(lambda connection: _mark(connection, file_no, seq))
            self._writer.close()
        self.catalogue.close()
        self.readers.close()
        self.frames.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _keys_for(folder: Path) -> None:
    """Make keys for a new store only: beside a ledger or frames a missing key is a loss, not a beginning."""
    history = (folder / LEDGER).exists() or any((folder / "frames").glob("*.frm"))
    if history:
        read_key(folder, LEDGER_KEY)
        read_key(folder, DEVICE_KEY)
    else:
        make_keys(folder)


def _reserve(folder: Path) -> Path:
    """The reserve file, filled anew when it was used up and the disk has room again."""
    path = folder / "reserve"
    if not path.exists():
        try:
            with path.open("wb") as room:
                room.write(bytes(RESERVE_BYTES))
        except OSError:
            path.unlink(missing_ok=True)
    return path


def _stored_revision(ledger: Path, key: bytes) -> str | None:
    """The schema revision of a ledger file, None while it has no tables."""
    raw = raw_connection(ledger, key)
    try:
        known = raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()[0]
        row = raw.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    finally:
        raw.close()
    return str(row[0]) if row is not None else None


def _refuse_other_schema(ledger: Path, key: bytes) -> None:
    found = _stored_revision(ledger, key)
    if found != HEAD:
        raise StoreFault("ledger_other_version", {"found": found or "", "needed": HEAD})


def _bring_schema(engine: Engine, ledger: Path, key: bytes, clock: Clock) -> None:
    """Make the tables of a new ledger at HEAD, or copy an older one aside and migrate it."""
    found = new_schema(engine, ledger, key)
    if found == HEAD:
        return
    (ledger.parent / "backups").mkdir(mode=0o700, exist_ok=True)
    stamp = clock.now().strftime("%Y%m%dT%H%M%S")
    copy_ledger(ledger, key, ledger.parent / "backups" / f"before-{HEAD}-{stamp}.db")
    from app.store.migrations.run import upgrade  # Alembic costs 0.25 s, paid only when the schema really changes

    upgrade(engine, found)


def new_schema(engine: Engine, ledger: Path, key: bytes) -> str:
    """Make the tables of a file that has none; gives the revision the file then stands at."""
    found = _stored_revision(ledger, key)
    if found is not None:
        return found
    with engine.begin() as connection:
        t.METADATA.create_all(connection)
        connection.execute(t.schema_version.insert(), [{"version_num": HEAD}])
    return HEAD


def _mark(connection: Connection, file_no: int, seq: int) -> None:
    upsert(connection, t.frame_mark, [{"one": 1, "file_no": file_no, "seq": seq}])


def _agree(engine: Engine, frames: Frames, read: Mapping[int, list[Frame]], till: str) -> tuple[str, ...]:
    """Compare ledger and frames from the last agreed mark and give each what only the other has.

    Reads the frames from the file of the mark on, but for those that are `read` already; a ledger restored from a copy gets its lost
    events back, frames cut by a power cut get theirs. Events that differ at one position are left alone on both sides and named in the
    notes.
    """
    notes: list[str] = []
    with engine.begin() as connection:
        mark = connection.execute(select(t.frame_mark.c.file_no, t.frame_mark.c.seq)).first()
        first_file = mark.file_no if mark is not None else 0
        held: dict[int, Frame] = {}
        for file_no in frames.numbers():
            if file_no >= first_file:
                found = read[file_no] if file_no in read else frames.read(file_no)[0]
                held.update((frame.seq, frame) for frame in found)
        head = _ledger_head(connection)
        brought = bring_back(connection, [held[seq] for seq in sorted(held) if seq > head[0]], head, till)
        if brought:
            notes.append(f"from_frames:{brought}")
        if any(seq > head[0] + brought for seq in held):
            notes.append(f"frames_gap:{head[0] + brought + 1}")
        if head[0] in held and held[head[0]].raw != _raw_at(connection, head[0]):
            notes.append(f"frames_forked:{head[0]}")
        known = min(frames.last_seq, head[0])
        if head[0] - known > MOST_AT_START:
            notes.append(f"frames_behind:{head[0] - known}")
            known = head[0] - MOST_AT_START
        missing = connection.execute(select(t.event.c.seq, t.event.c.raw).where(t.event.c.seq > known).order_by(t.event.c.seq)).all()
        sent = 0
        for row in missing:
            if row.seq not in held:
                frames.add(row.seq, bytes(row.raw))
                sent += 1
        if sent:
            notes.append(f"to_frames:{sent}")
        frames.flush()
        _mark(connection, frames.file_no, frames.last_seq)
    for note in notes:
        _log.info("ledger and frames compared", extra={"note": note})
    return tuple(notes)


def _ledger_head(connection: Connection) -> tuple[int, str]:
    row = connection.execute(select(t.event.c.seq, t.event.c.digest).order_by(t.event.c.seq.desc()).limit(1)).first()
    return (row.seq, row.digest) if row is not None else (0, "0" * 64)


def _raw_at(connection: Connection, seq: int) -> bytes | None:
    found = connection.execute(select(t.event.c.raw).where(t.event.c.seq == seq)).scalar()
    return bytes(found) if found is not None else None


def bring_back(connection: Connection, frames: list[Frame], head: tuple[int, str], till: str) -> int:
    """Append to the ledger the frames that continue it exactly, projected and queued for headquarters again; gives how many."""
    seq, prev = head
    brought = 0
    for frame in frames:
        try:
            envelope = unseal(frame.raw)
        except EnvelopeFault:
            break
        if envelope.place.seq != seq + 1 or envelope.place.prev != prev:
            break
        connection.execute(t.event.insert(), [event_row(envelope)])
        connection.execute(t.outbox.insert(), [outbox_row(envelope.place.seq, envelope.id, envelope.at)])
        run_steps(connection, project(fact_of(envelope, till)))
        seq, prev = envelope.place.seq, envelope.digest
        brought += 1
    return brought
