"""The smaller rooms: settings, people, parked baskets, print jobs, outbox, inbox, private blobs, keys, lock and schema."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import ValidationError
from sqlalchemy import event
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from app.records.catalogue import Product
from app.records.ledger import NewJob, PrivateBlob
from app.records.people import FamilyPerson, Member, Staff
from app.store import tables as t
from app.store.cipher import refuse_old_sqlite
from app.store.engine import writer_engine
from app.store.faults import StoreFault
from app.store.glance import read
from app.store.migrations import HEAD
from app.store.migrations.run import configuration, upgrade
from app.store.open_store import Store
from app.store.settings import SETTINGS, _refuse

DAY = date(2026, 11, 21)
PHONE, NAME, ID_NUMBER = "13912345678", "欧阳示例", "110101199003070000"


# -- settings ----------------------------------------------------------------------------------------------------------


def test_every_default_is_of_its_declared_type() -> None:
    for setting in SETTINGS:
        _refuse(setting, setting.default)


def test_ways_of_paying_chosen_before_there_was_stored_value_have_it_all_the_same(till: Any) -> None:
    store = till.open()
    rows = [row for row in store.settings.get("tender.methods") if row["kind"] not in ("points", "stored")]
    rows[0] = {**rows[0], "key": "F4", "title_zh": "现钞"}
    store.settings.set("tender.methods", rows).result(60)
    store.close()
    found = till.open().settings.get("tender.methods")
    assert [(row["id"], row["key"]) for row in found if row["id"] in ("cash", "points", "stored")] == [
        ("cash", "F4"),
        ("points", "F8"),
        ("stored", ""),
    ]
    assert found[0]["title_zh"] == "现钞"


def test_a_setting_survives_reopening_and_refuses_a_wrong_type(till: Any) -> None:
    store = till.open()
    assert store.settings.get("rounding.mode") == "none"
    store.settings.set("rounding.mode", "jiao").result(60)
    assert store.settings.text("rounding.mode") == "jiao"
    for key, value in (("rounding.mode", "penny"), ("printer.cells", "48"), ("printer.cells", True), ("demo", 1)):
        with pytest.raises(StoreFault, match="bad_setting"):
            store.settings.set(key, value)
    with pytest.raises(StoreFault, match="unknown_setting"):
        store.settings.get("nobody.knows")
    till.close()
    assert till.open().settings.text("rounding.mode") == "jiao"


# -- people ------------------------------------------------------------------------------------------------------------


def test_staff_are_kept_overwritten_and_glanced_at(store: Store) -> None:
    store.people.save_staff(
        Staff(id="a", code="02", name="甲", role="cashier"),
        Staff(id="b", code="01", name="乙", role="manager"),
        Staff(id="c", code="03", name="丙", role="cashier", active=False),
    ).result(60)
    store.people.save_staff(Staff(id="a", code="02", name="甲", role="pharmacist")).result(60)
    store.settings.set("ui.theme", "dark").result(60)
    found = store.people.staff_by_code("02")
    assert found is not None and found.role == "pharmacist"
    assert [person.id for person in store.people.staff()] == ["b", "a", "c"]
    glance = read(store.directory)
    assert [face.id for face in glance.faces] == ["b", "a"]
    assert glance.settings == {"ui.theme": "dark"}


def test_wrong_pins_survive_a_restart_until_cleared(till: Any) -> None:
    store = till.open()
    since = till.clock.now()
    for _ in range(3):
        store.people.note_failure("a").result(60)
    till.close()
    store = till.open()
    assert store.people.failures("a", since) == 3
    assert store.people.failures("a", till.clock.now() + timedelta(hours=1)) == 0
    assert store.people.failures("b", since) == 0
    store.people.clear_failures("a").result(60)
    assert store.people.failures("a", since) == 0


def test_members_are_found_by_phone_last_four_card_and_name(store: Store) -> None:
    members = [Member(id=f"m{n}", card_no=f"9000000000000000000{n}", phone=f"1390000{n}678", name=f"会员{n}") for n in range(4)]
    family = FamilyPerson(id="f1", member_id="m1", name="小示例", weight_g=12000)
    store.people.save_members(members, [family]).result(60)
    assert store.people.find_members("13900002678") == (members[2],)
    assert store.people.find_members("3678") == (members[3],)
    assert store.people.find_members("90000000000000000001") == (members[1],)
    assert store.people.find_members(" 会员0 ") == (members[0],)
    for text in ("", "0000", "1390000", "%"):
        assert store.people.find_members(text) == (), text
    assert store.people.family("m1") == (family,)
    assert store.people.member("m9") is None


def test_many_members_are_saved_in_small_units(store: Store) -> None:
    members = [Member(id=f"m{n}", card_no=str(n)) for n in range(450)]
    store.people.save_members(members).result(60)
    assert store.people.member_count() == 450


# -- baskets, paper, headquarters --------------------------------------------------------------------------------------


def test_the_open_basket_survives_and_held_ones_pass_on(till: Any) -> None:
    store = till.open()
    now = till.clock.now()
    store.parked.save_open("b1", "", '{"v":1}', "shift-1", now).result(60)
    store.parked.save_open("b1", "", '{"v":2}', "shift-1", now).result(60)
    till.close()
    store = till.open()
    assert store.parked.open_basket() == '{"v":2}'
    store.parked.hold("b1", "王", '{"v":3}', "shift-1", now, pieces=3, payable_fen=99).result(60)
    assert store.parked.open_basket() is None
    (held,) = store.parked.held()
    assert (held.label, held.content, held.pieces, held.payable_fen) == ("王", '{"v":3}', 3, 99)
    assert store.parked.take("b1").result(60) == '{"v":3}'
    assert store.parked.take("b1").result(60) is None
    assert store.parked.open_basket() == '{"v":3}' and store.parked.held() == ()
    store.parked.save_open("b2", "", '{"v":4}', "shift-1", now).result(60)
    assert store.parked.open_basket() == '{"v":4}'
    store.parked.drop("b2").result(60)
    assert store.parked.open_basket() is None


def test_print_jobs_move_from_state_to_state_oldest_first(store: Store, till: Any) -> None:
    for n in (1, 2):
        till.record(store, till.shift(f"shift-{n}"), prints=lambda done: [NewJob("x", done[0].event_id, "{}", copies=2)])
    first = store.jobs.next_queued()
    assert first is not None and first.copies == 2
    store.jobs.set_state(first.job_id, "sent").result(60)
    store.jobs.set_state(first.job_id, "failed", {"code": "cover_open"}).result(60)
    second = store.jobs.next_queued()
    assert second is not None and second.event_id != first.event_id
    (failed,) = store.jobs.list(("failed",))
    assert (failed.facts, failed.tries) == ({"code": "cover_open"}, 1)
    assert store.jobs.of_event(first.event_id) == (failed,)
    with pytest.raises(ValueError, match="printed"):
        store.jobs.set_state(first.job_id, "printed")
    added = store.jobs.add("x_report", '{"a":1}').result(60)
    assert store.jobs.ticket(added) == '{"a":1}'
    assert store.jobs.count(("queued",)) == 2


def test_the_outbox_gives_the_oldest_first_marks_and_never_deletes(store: Store, till: Any) -> None:
    till.record(store, till.shift(), till.sale(1), till.sale(2))
    everything = store.outbox.pending()
    assert [seq for seq, _, _ in everything] == list(range(1, store.journal.head().seq + 1))
    assert [raw for _, _, raw in everything] == store.journal.events(0, 100)
    assert len(store.outbox.pending(limit_events=2)) == 2
    assert len(store.outbox.pending(limit_bytes=1)) == 1
    ids = [event_id for _, event_id, _ in everything]
    store.outbox.mark({ids[0]: "stored", ids[1]: "quarantined", ids[2]: "later"}).result(60)
    counts = store.outbox.counts()
    assert (counts.waiting, counts.quarantined) == (len(ids) - 2, 1)
    assert counts.last_ack_at is not None
    assert ids[2] in [event_id for _, event_id, _ in store.outbox.pending()]
    with pytest.raises(ValueError, match="lost"):
        store.outbox.mark({ids[0]: "lost"})
    store.outbox.wait_again().result(60)
    assert store.outbox.counts().waiting == len(ids)


def test_events_that_stand_aside_are_counted_once_and_again_after_every_answer(store: Store, till: Any) -> None:
    till.record(store, till.shift(), till.sale(1))
    assert store.outbox.counts().quarantined == 0
    ids = [event_id for _, event_id, _ in store.outbox.pending()]
    asked: list[str] = []
    engine = store.readers._engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    store.outbox.mark({ids[0]: "quarantined"}).result(60)
    assert [store.outbox.counts().quarantined for _ in range(3)] == [1, 1, 1]
    assert len(asked) == 3 * 3 + 1
    store.outbox.wait_again().result(60)
    counts = store.outbox.counts()
    assert (counts.quarantined, counts.waiting) == (0, len(ids))


def test_what_waits_is_found_by_its_own_index_however_much_was_sent(store: Store, till: Any) -> None:
    till.record(store, till.shift(), till.sale(1))
    asked: list[tuple[str, Any]] = []
    event.listen(store.readers._engine, "before_cursor_execute", lambda _c, _u, statement, values, *_: asked.append((statement, values)))
    store.outbox.counts()
    store.outbox.pending()
    raw: Any = store.readers.connection().connection.dbapi_connection
    plans = {said: raw.execute(f"EXPLAIN QUERY PLAN {said}", values).fetchone()[3] for said, values in asked if "IN (" in said}
    assert len(plans) == 3
    assert all("ix_outbox_waiting" in plan for plan in plans.values()), plans


def test_a_feed_page_is_applied_in_small_units_and_moves_the_cursor_last(store: Store, till: Any) -> None:
    rows = [Member(id=f"m{n}", card_no=str(n), phone=f"1380000{n:04d}").model_dump(mode="json") for n in range(60)]
    before = store.writer.commits
    store.inbox.apply("member", rows, "c60").result(60)
    assert store.writer.commits - before == 3
    assert store.inbox.cursor("member") == "c60" and store.people.member_count() == 60
    bad = [*rows[:30], {"id": "x", "nonsense": 1}]
    with pytest.raises(ValidationError):
        store.inbox.apply("member", bad, "c61").result(60)
    assert store.inbox.cursor("member") == "c60"
    with pytest.raises(KeyError):
        store.inbox.apply("gossip", [], "c")


def test_products_of_a_feed_go_to_the_catalogue_and_their_cursor_into_envelopes(store: Store, till: Any) -> None:
    product = Product(id="p-0", generic_name="布洛芬片", barcode="6900000000014", trace_prefix="8123456")
    store.inbox.apply("product", [product.model_dump(mode="json")], "product:7").result(60)
    found = store.catalogue.product("p-0")
    assert found is not None and found.generic_name == "布洛芬片"
    assert store.stock.product_of_prefix("8123456") == ("p-0",)
    (done,) = till.record(store, till.shift())
    assert b'"cursor":"product:7"' in done.raw


# -- secrets -----------------------------------------------------------------------------------------------------------


def test_a_blob_is_unreadable_once_its_persons_key_is_destroyed(store: Store) -> None:
    store.private.save([PrivateBlob("b1", "p1", "note", b"one"), PrivateBlob("b2", "p2", "note", b"two")]).result(60)
    assert (store.private.open("b1"), store.private.open("nothing")) == (b"one", None)
    store.private.destroy("p1").result(60)
    with pytest.raises(StoreFault, match="person_key_destroyed"):
        store.private.open("b1")
    with pytest.raises(StoreFault, match="person_key_destroyed"):
        store.private.save([PrivateBlob("b3", "p1", "note", b"again")]).result(60)
    assert store.private.open("b2") == b"two"


def test_a_blob_does_not_show_its_content_when_printed() -> None:
    assert "139" not in repr(PrivateBlob("b", "p", "buyer", PHONE.encode()))


def test_no_phone_name_or_id_lies_readable_in_any_file_of_the_store(till: Any, caplog: pytest.LogCaptureFixture) -> None:
    store = till.open()
    store.people.save_members([Member(id="m", card_no="90", phone=PHONE, name=NAME)]).result(60)
    store.people.save_staff(Staff(id="s", code="1", name=NAME, role="cashier")).result(60)
    blob = PrivateBlob("b", "p", "buyer", f"{NAME} {ID_NUMBER}".encode())
    till.record(store, till.shift(), till.sale(1, member_id="m"), private=[blob])
    store.backups.make()
    needles = [text.encode(code) for text in (PHONE, NAME, ID_NUMBER) for code in ("utf-8", "utf-16-le", "gb18030")]

    def hits() -> list[str]:
        files = [path for path in till.directory.rglob("*") if path.is_file()]
        assert len(files) > 5
        return [path.name for path in files if any(needle in path.read_bytes() for needle in needles)]

    assert hits() == []
    till.close()
    assert hits() == []
    events = b"".join(till.open().journal.events(0, 1000))
    assert not any(needle in events for needle in needles), "events may leave the till: no personal data in them"
    assert not any(text in caplog.text for text in (PHONE, NAME, ID_NUMBER))


@pytest.mark.skipif(os.name == "nt", reason="modes are a POSIX matter")
def test_only_the_owner_may_read_keys_ledger_frames_and_backups(till: Any) -> None:
    store = till.open()
    till.record(store, till.shift())
    store.backups.make()
    for path in (*(till.directory / "keys").iterdir(), *(till.directory / "frames").iterdir(), *store.backups.copies()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for path in till.directory.glob("ledger.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_lost_or_wrong_key_is_told_apart_and_never_replaced(till: Any, capfd: pytest.CaptureFixture[str]) -> None:
    key = till.directory / "keys" / "ledger.key"
    right = key.read_text()
    key.write_text("00" * 32)
    with pytest.raises(StoreFault, match="wrong_key"):
        till.open()
    key.unlink()
    with pytest.raises(StoreFault, match="ledger_key_lost"):
        till.open()
    assert not key.exists()
    key.write_text(right)
    (till.directory / "keys" / "device.key").unlink()
    with pytest.raises(StoreFault, match="device_key_lost"):
        till.open()
    assert capfd.readouterr().err == ""


# -- lock and schema ---------------------------------------------------------------------------------------------------


def test_a_second_writing_process_is_refused_and_readers_are_not(till: Any) -> None:
    store = till.open()
    with pytest.raises(StoreFault, match="store_in_use") as caught:
        till.open()
    assert caught.value.facts["pid"] == str(os.getpid()) and caught.value.retry
    other = (
        "import sys; from pathlib import Path; from app.store.lock import WriteLock; from app.store.faults import StoreFault\n"
        "try: WriteLock(Path(sys.argv[1]))\nexcept StoreFault as fault: print(fault.code)\n"
    )
    done = subprocess.run([sys.executable, "-c", other, str(till.directory)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "store_in_use"
    reader = till.open(write=False)
    assert reader.journal.head() == store.journal.head()
    till.close()
    till.open()


def test_a_failed_opening_lets_go_of_the_lock(till: Any) -> None:
    key = till.directory / "keys" / "ledger.key"
    right = key.read_text()
    key.write_text("00" * 32)
    with pytest.raises(StoreFault, match="wrong_key"):
        till.open()
    key.write_text(right)
    till.open()


def test_an_old_sqlite_is_refused() -> None:
    refuse_old_sqlite((3, 51, 3))
    for version in ((3, 51, 2), (3, 40, 1)):
        with pytest.raises(StoreFault, match="sqlite_too_old"):
            refuse_old_sqlite(version)


def test_reading_a_place_without_a_store_is_refused_and_leaves_nothing(tmp_path: Path, till: Any) -> None:
    nowhere = type(till)(tmp_path / "nowhere")
    with pytest.raises(StoreFault, match="no_ledger"):
        nowhere.open(write=False)
    with pytest.raises(StoreFault, match="no_ledger"):
        read(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_the_migrations_make_exactly_the_declared_tables(tmp_path: Path) -> None:
    engine = writer_engine(tmp_path / "m.db", b"k" * 32)
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, t.METADATA) == []
    engine.dispose()
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_ledger_made_at_once_equals_one_made_by_the_migrations(tmp_path: Path) -> None:
    def schema(name: str, make: Any) -> set[tuple[str, ...]]:
        engine = writer_engine(tmp_path / name, b"k" * 32)
        with engine.begin() as connection:
            make(connection)
            rows = connection.exec_driver_sql(
                "SELECT m.type, m.name, x.name, x.type, x.[notnull], x.pk FROM sqlite_master m, pragma_table_info(m.name) x "
                "UNION ALL SELECT type, name, '', coalesce(substr(sql, instr(upper(sql), 'WHERE')), ''), 0, 0 "
                "FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'"
            ).all()
        engine.dispose()
        return {tuple(map(str, row)) for row in rows if row[1] != "alembic_version"}

    def migrate(connection: Any) -> None:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    assert schema("a.db", migrate) == schema("b.db", t.METADATA.create_all)


def test_a_ledger_of_an_unknown_revision_is_refused_after_a_copy(till: Any) -> None:
    store = till.open()
    store.writer.submit(lambda connection: connection.execute(t.schema_version.update().values(version_num="9999"))).result(60)
    till.close()
    with pytest.raises(StoreFault, match="ledger_newer"):
        till.open()
    assert list((till.directory / "backups").glob("before-*.db"))
    with pytest.raises(StoreFault, match="ledger_other_version"):
        till.open(write=False)


def test_an_upgrade_brings_an_empty_revision_to_head(tmp_path: Path) -> None:
    engine = writer_engine(tmp_path / "m.db", b"k" * 32)
    upgrade(engine, HEAD)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_what_a_failed_statement_says_names_nobody(tmp_path: Path) -> None:
    engine = writer_engine(tmp_path / "ledger.db", b"k" * 32)
    with engine.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(sql("INSERT INTO nowhere VALUES (:name)"), {"name": NAME})
    assert NAME not in str(failed.value)
    engine.dispose()
