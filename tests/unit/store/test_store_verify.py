"""Exports reveal every change; ledger and frames mend each other; backups come back."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.records import events as ev
from app.records.envelope import unseal
from app.records.keys import DeviceKey
from app.store import verify
from app.store.backup import restore
from app.store.faults import StoreFault
from app.store.frames import Frames
from app.store.open_store import Store
from app.store.verify import verify_export

DAY = date(2026, 11, 21)


@pytest.fixture
def exported(store: Store, till: Any, tmp_path: Path) -> bytes:
    """An export of a small day."""
    till.record(store, till.received(0, codes=2), till.shift(), till.sale(1), till.sale(2), till.returned(1))
    path = tmp_path / "journal.jsonl"
    verify.export(store, path, actor="u2", day=DAY)
    return path.read_bytes()


def test_an_untouched_export_is_right_and_adds_up(exported: bytes, store: Store) -> None:
    report = verify_export(exported)
    assert report.ok and report.problems == ()
    assert report.last_seq == store.journal.head().seq
    assert report.head == store.journal.head().digest
    assert (report.sales_fen, report.returns_fen) == (4000, 1000)


def test_a_second_export_holds_the_first_ones_frame_and_is_right(exported: bytes, store: Store, tmp_path: Path) -> None:
    verify.export(store, tmp_path / "again", actor="u2", day=DAY)
    again = verify_export(tmp_path / "again")
    assert again.ok and again.events == verify_export(exported).events + 1


def test_an_export_of_a_part_is_right_by_itself(exported: bytes, store: Store, tmp_path: Path) -> None:
    verify.export(store, tmp_path / "part", actor="u2", day=DAY, first_seq=4)
    report = verify_export(tmp_path / "part")
    assert report.ok and report.first_seq == 4


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a decoded line."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for no, inner in enumerate(value):
            yield from leaves(inner, (*path, no))
    if path:
        yield path


def other(value: Any) -> Any:
    """A different value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return ("1" if value[0] != "1" else "2") + value[1:] if value else "1"
    if isinstance(value, list):
        return value[:-1] if value else ["x"]
    if isinstance(value, dict):
        return {**value, "x": 1}
    return "x"


def changed(line: bytes, path: tuple[Any, ...]) -> bytes:
    """The line with one value replaced, canonically encoded again."""
    document = json.loads(line)
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = other(at[path[-1]])
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def test_every_single_changed_value_of_an_export_is_found(exported: bytes) -> None:
    lines = exported.splitlines()
    tried, missed = 0, []
    for no, line in enumerate(lines):
        for path in leaves(json.loads(line)):
            forged = b"\n".join([*lines[:no], changed(line, path), *lines[no + 1 :]]) + b"\n"
            tried += 1
            if verify_export(forged).ok:
                missed.append((no, path))
    assert tried > 200 and missed == []


def test_every_deleted_doubled_or_swapped_line_and_every_cut_tail_is_found(exported: bytes) -> None:
    lines = exported.splitlines(keepends=True)
    forgeries: list[bytes] = []
    for no in range(len(lines)):
        forgeries.append(b"".join(lines[:no] + lines[no + 1 :]))
        forgeries.append(b"".join(lines[: no + 1] + lines[no:]))
        forgeries.append(b"".join(lines[:no]))
        if no + 1 < len(lines):
            forgeries.append(b"".join([*lines[:no], lines[no + 1], lines[no], *lines[no + 2 :]]))
    forgeries += [exported[:-1], exported[: len(exported) // 2], exported + b"\n", exported + b"x", b""]
    assert [forgery for forgery in forgeries if verify_export(forgery).ok] == []


def test_spaces_and_foreign_line_ends_are_found(exported: bytes) -> None:
    for forgery in (exported.replace(b"\n", b"\r\n"), exported.replace(b'"seq":2', b'"seq": 2'), b" " + exported):
        assert not verify_export(forgery).ok


def test_a_history_signed_again_by_another_key_is_found_where_the_device_is_known(exported: bytes, store: Store) -> None:
    foreign = DeviceKey.new()
    lines = exported.splitlines()
    header = json.loads(lines[0])
    header["device"], header["public_key"] = foreign.device, foreign.public().hex()
    forged = json.dumps(header, separators=(",", ":")).encode() + b"\n" + b"\n".join(lines[1:]) + b"\n"
    assert {problem.code for problem in verify_export(forged).problems} >= {"signature", "device"}
    assert not verify_export(exported, device=foreign.device).ok
    assert verify_export(exported, device=store.device).ok


# -- frames ------------------------------------------------------------------------------------------------------------


def sell(till: Any, store: Store, *numbers: int) -> None:
    """Sales in a shift that is opened when needed."""
    if store.shifts.shift("shift-1") is None:
        till.record(store, till.shift())
    for n in numbers:
        till.record(store, till.sale(n))


def test_frames_agree_with_the_ledger_once_the_queue_is_empty(store: Store, till: Any) -> None:
    sell(till, store, 1, 2, 3)
    report = verify.compare_frames(store)
    assert report.ok and report.events == store.journal.head().seq


def test_a_torn_frame_is_cut_and_written_again(till: Any) -> None:
    sell(till, till.open(), 1, 2)
    till.close()
    newest = sorted((till.directory / "frames").glob("*.frm"))[-1]
    with newest.open("rb+") as file:
        file.truncate(newest.stat().st_size - 7)
    store = till.open()
    assert "to_frames:1" in store.notes
    assert verify.compare_frames(store).ok
    assert list((till.directory / "frames").glob("*.torn")), "the torn bytes are kept aside"


def test_an_opening_reads_the_newest_file_of_frames_once(till: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(till, till.open(), 1, 2)
    till.close()
    read: list[int] = []
    scan = Frames._scan
    monkeypatch.setattr(Frames, "_scan", lambda frames, file_no: read.append(file_no) or scan(frames, file_no))
    store = till.open()
    assert read == [1] and not store.notes
    assert verify.compare_frames(store).ok


def test_frames_that_were_lost_are_written_anew(till: Any) -> None:
    sell(till, till.open(), 1, 2)
    till.close()
    shutil.rmtree(till.directory / "frames")
    assert verify.compare_frames(till.open()).ok


def test_frames_run_on_over_several_files_in_one_chain(till: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.frames.FILE_BYTES", 3000)
    store = till.open()
    for n in range(8):
        sell(till, store, n)
        assert verify.compare_frames(store).ok
    assert len(store.frames.numbers()) > 2
    till.close()
    (till.directory / "frames" / "000002.frm").unlink()
    report = verify.compare_frames(till.open(write=False))
    assert report.missing_in_frames and any(word.startswith("unchained") for word in report.damage)


def test_mend_pays_a_debt_of_the_frames(till: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(till, till.open(), 1, 2, 3)
    till.close()
    shutil.rmtree(till.directory / "frames")
    monkeypatch.setattr("app.store.open_store.MOST_AT_START", 2)
    store = till.open()
    assert any(note.startswith("frames_behind:") for note in store.notes)
    assert verify.mend(store) >= 3
    assert verify.compare_frames(store).ok


def test_a_frame_file_changed_by_one_byte_is_reported_and_mended(till: Any) -> None:
    sell(till, till.open(), 1, 2)
    till.close()
    sell(till, till.open(), 3)
    first = min((till.directory / "frames").glob("*.frm"))
    content = bytearray(first.read_bytes())
    content[len(content) // 2] ^= 1
    first.write_bytes(content)
    store = till.open(write=False)
    report = verify.compare_frames(store)
    assert report.damage and report.missing_in_frames


def test_a_frame_of_another_key_or_moved_place_is_not_read(make_till: Callable[[str], Any]) -> None:
    one, two = make_till("one"), make_till("two")
    sell(one, one.open(), 1)
    one.close()
    (two.directory / "keys" / "ledger.key").write_text("ab" * 32)
    for side in two.directory.glob("ledger.db*"):
        side.unlink()
    shutil.rmtree(two.directory / "frames")
    (two.directory / "frames").mkdir()
    shutil.copy(next((one.directory / "frames").glob("*.frm")), two.directory / "frames")
    store = two.open()
    assert store.journal.head().seq == 1, "nothing of the other till was taken"


def test_a_ledger_restored_from_a_backup_gets_its_younger_sales_back_from_the_frames(till: Any) -> None:
    store = till.open()
    sell(till, store, 1)
    backup = store.backups.make()
    sell(till, store, 2, 3)
    before = store.journal.head()
    till.close()
    assert restore(till.directory, backup.path) == (backup.epoch, backup.seq)
    again = till.open()
    assert "from_frames:2" in again.notes
    assert again.journal.head().seq == before.seq + 1
    assert [again.sales.by_id(f"s-{n}") is not None for n in (1, 2, 3)] == [True, True, True]
    assert again.shifts.totals("shift-1").sales == 3
    assert again.outbox.counts().waiting == again.journal.head().seq
    opened = unseal(again.journal.events(before.seq, 1)[0])
    assert opened.body["previous_epoch"] == before.epoch


def test_a_restore_without_frames_forgets_and_shows_it_by_its_epoch(till: Any) -> None:
    store = till.open()
    sell(till, store, 1)
    backup = store.backups.make()
    sell(till, store, 2)
    lost = store.journal.events(backup.seq, 1)[0]
    till.close()
    restore(till.directory, backup.path)
    shutil.rmtree(till.directory / "frames")
    again = till.open()
    assert again.sales.by_id("s-2") is None
    fork = unseal(again.journal.events(backup.seq, 1)[0])
    assert fork.place.seq == unseal(lost).place.seq
    assert fork.place.epoch != unseal(lost).place.epoch
    assert fork.place.prev == unseal(lost).place.prev


def test_two_backups_are_kept_whole_encrypted_and_known_by_their_place(till: Any) -> None:
    store = till.open()
    made = []
    for n in (1, 2, 3):
        sell(till, store, n)
        till.clock.advance(5)
        made.append(store.backups.make())
    assert store.backups.copies() == [made[1].path, made[2].path]
    assert store.backups.check(made[2].path) == (store.journal.head().epoch, store.journal.head().seq)
    assert not made[2].path.read_bytes().startswith(b"SQLite format 3")
    spoilt = bytearray(made[2].path.read_bytes())
    spoilt[9000] ^= 1
    made[2].path.write_bytes(spoilt)
    with pytest.raises(StoreFault, match="backup_bad"):
        store.backups.check(made[2].path)


@pytest.mark.parametrize("with_backup", [True, False])
def test_a_ledger_beyond_reading_is_rebuilt_from_backup_and_frames(till: Any, with_backup: bool) -> None:
    store = till.open()
    sell(till, store, 1)
    if with_backup:
        store.backups.make()
    sell(till, store, 2)
    before = store.journal.head()
    till.close()
    (till.directory / "ledger.db").write_bytes(os.urandom(8192))
    with pytest.raises(StoreFault, match="wrong_key"):
        till.open()
    assert verify.rebuild_from_frames(till.directory, till="01", clock=till.clock) == before.seq
    again = till.open()
    assert again.journal.head().seq == before.seq + 1
    assert [again.sales.by_id(f"s-{n}") is not None for n in (1, 2)] == [True, True]
    assert again.shifts.totals("shift-1").sales_fen == 4000


def test_a_fork_between_ledger_and_frames_is_named_and_both_sides_kept(till: Any, tmp_path: Path) -> None:
    store = till.open()
    sell(till, store, 1)
    till.close()
    shutil.copytree(till.directory, tmp_path / "copy")
    sell(till, till.open(), 2)
    till.close()
    twin = type(till)(tmp_path / "copy")
    sell(twin, twin.open(), 3, 4)
    twin.close()
    shutil.rmtree(till.directory / "frames")
    shutil.copytree(tmp_path / "copy" / "frames", till.directory / "frames")
    again = till.open()
    assert any(note.startswith(("frames_forked", "frames_gap")) for note in again.notes)
    assert again.sales.by_id("s-2") is not None and again.sales.by_id("s-3") is None
    assert verify.compare_frames(again).forked


def test_an_export_after_a_race_still_ends_with_its_own_frame(store: Store, till: Any, tmp_path: Path) -> None:
    sell(till, store, 1)
    raced: list[int] = []
    record = store.journal.record

    def racing(bodies: Any, **more: Any) -> Any:
        if isinstance(bodies[0], ev.ExportMade) and not raced:
            raced.append(1)
            record([till.sale(2)], actor="u1", day=DAY)
        return record(bodies, **more)

    store.journal.record = racing  # type: ignore[method-assign]
    verify.export(store, tmp_path / "raced", actor="u2", day=DAY)
    report = verify_export(tmp_path / "raced")
    assert raced and report.ok and report.sales_fen == 4000
