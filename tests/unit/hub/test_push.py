"""Pushing events: stored once, kept whatever they mean, and answered truthfully."""

from __future__ import annotations

import gzip
import json
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from hub_bench import HubBench
from sqlalchemy import Connection, func, select
from till_double import DAY, PaperTill

from app.hub import main, reading, tables
from app.hub.inbox import Place, Settled, settle_quarantine
from app.records.envelope import digest
from app.records.events import SaleClosed
from app.records.registry import EVENTS
from app.records.wire import body_digest, request_payload
from app.sync.client import HubFault


def stored(bench: HubBench) -> int:
    with bench.archive.reading() as connection:
        return connection.scalar(select(func.count()).select_from(tables.inbox)) or 0


def raw_of(connection: Connection, event_id: str) -> bytes | None:
    """An event's exact bytes as they are kept."""
    c = tables.inbox.c
    raw = connection.scalar(select(c.raw).where(c.store_id == "RM01", c.event_id == event_id))
    return None if raw is None else bytes(raw)


def totals(bench: HubBench) -> dict[str, dict[str, int]]:
    with bench.archive.reading() as connection:
        return reading.day_totals(connection, "RM01", DAY)


def signed(till: PaperTill, body: bytes, *, packed: bytes | None = None, digest_hex: str = "") -> dict[str, str]:
    nonce, name = secrets.token_hex(16), digest_hex or body_digest(body)
    return {
        "X-Device": till.key.device, "X-Nonce": nonce, "X-Digest": name,
        "X-Signature": till.key.sign(request_payload(nonce, name, "push")).hex(), "Content-Encoding": "gzip",
    }  # fmt: skip


def test_a_sale_is_stored_byte_for_byte_and_counted(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    events = [till.opened(), till.goods_in("P1", 5), till.sale(1280), till.sale(720)]
    assert [receipt.status for receipt in client.push(events)] == ["stored"] * 4
    with bench.archive.reading() as connection:
        assert raw_of(connection, events[2][0]) == events[2][1]
        assert reading.stock_of(connection, "RM01", "P1") == 3
        assert [row.payable_fen for row in reading.sales(connection, DAY)] == [720, 1280]
        assert reading.tenders(connection, DAY)[0].amount_fen == 2000
        assert reading.best_products(connection, DAY)[0].quantity == 2
        assert reading.tills(connection)[0].head_seq == 4
    assert client.totals(DAY) == {"T1": {"sales": 2, "sales_fen": 2000, "returns": 0, "returns_fen": 0}}


def test_the_same_event_pushed_a_thousand_times_is_stored_once(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    sale = till.sale()
    statuses = [receipt.status for _ in range(5) for receipt in client.push([sale] * 200)]
    assert statuses == ["stored"] + ["duplicate"] * 999
    assert stored(bench) == 1
    assert totals(bench)["T1"]["sales"] == 1


def test_the_same_event_pushed_from_many_threads_at_once_is_stored_once(bench: HubBench, till: PaperTill) -> None:
    bench.enrolled(till)
    sale = till.sale()
    clients = [bench.client(till) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda client: client.push([sale])[0].status, clients))
    assert sorted(statuses) == ["duplicate"] * 5 + ["stored"]
    assert totals(bench)["T1"]["sales_fen"] == 1280


def test_a_return_counts_against_its_sale_and_goes_to_the_reject_zone(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    sale = till.sale(code="81234567890123456789")
    client.push([sale, till.taking_back(till.last_sale)])
    with bench.archive.reading() as connection:
        row = reading.sales(connection, DAY)[0]
        assert (row.payable_fen, row.returned_fen, row.voided) == (1280, 1280, False)
        assert reading.stock_of(connection, "RM01", "P1") == -1
        assert [(one.product_id, one.quantity) for one in reading.negatives(connection)] == [("P1", -1)]
        assert reading.counts(connection).negatives == 1
        state = connection.scalar(select(tables.trace_code.c.state))
    assert state == "returned"
    assert totals(bench)["T1"] == {"sales": 1, "sales_fen": 1280, "returns": 1, "returns_fen": 1280}


def test_a_return_that_arrives_before_its_sale_counts_all_the_same(bench: HubBench) -> None:
    first, second = PaperTill(till="T1"), PaperTill(till="T2")
    one, two = bench.enrolled(first), bench.enrolled(second)
    sale = first.sale(code="81234567890123456789")
    two.push([second.taking_back(first.last_sale)])
    one.push([sale])
    with bench.archive.reading() as connection:
        assert reading.sales(connection, DAY)[0].returned_fen == 1280
        assert reading.counts(connection).sold_twice == 0


def test_a_trace_code_sold_at_two_tills_is_seen(bench: HubBench) -> None:
    for name in ("T1", "T2"):
        till = PaperTill(till=name)
        bench.enrolled(till).push([till.sale(code="81234567890123456789")])
    with bench.archive.reading() as connection:
        assert reading.counts(connection).sold_twice == 1


@pytest.mark.parametrize(
    ("type_name", "body", "code"),
    [
        ("hologram.projected@1", {"anything": 1}, "unknown_type"),
        ("sale.closed@1", {"sale_id": "only this"}, "bad_body"),
        ("sale.closed@9", {}, "unknown_type"),
        ("stock.corrected@1", ["no object"], "bad_body"),
    ],
)
def test_what_cannot_be_understood_is_stored_and_quarantined(
    bench: HubBench, till: PaperTill, type_name: str, body: object, code: str
) -> None:
    client = bench.enrolled(till)
    odd = till.strange(type_name, body)
    sale = till.sale()
    assert [(one.status, one.code) for one in client.push([odd, sale])] == [("quarantined", code), ("stored", "")]
    with bench.archive.reading() as connection:
        assert raw_of(connection, odd[0]) == odd[1]
        assert [one.code for one in reading.waiting(connection)] == [code]
    assert totals(bench)["T1"]["sales"] == 1
    assert client.push([odd])[0].status == "duplicate"


def test_an_event_whose_figures_do_not_fit_the_tables_delays_no_other(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    poison = till.sale(2**70)
    receipts = client.push([till.sale(100), poison, till.sale(200)])
    assert [(one.status, one.code) for one in receipts] == [("stored", ""), ("quarantined", "projection"), ("stored", "")]
    with bench.archive.reading() as connection:
        assert raw_of(connection, poison[0]) == poison[1]
    assert totals(bench)["T1"] == {"sales": 2, "sales_fen": 300, "returns": 0, "returns_fen": 0}


def test_bytes_that_are_no_envelope_are_kept_as_they_are(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    _, good = till.sale()
    broken = good[:300] + b"\x00\xff" + good[302:]
    receipts = client.push([("lost-id", broken), till.sale()])
    assert [receipt.status for receipt in receipts] == ["corrupt", "stored"]
    with bench.archive.reading() as connection:
        assert bytes(connection.scalar(select(tables.unreadable.c.raw)) or b"") == broken
        assert reading.waiting(connection)[0].event_id == digest(broken)


def test_an_event_with_a_forged_figure_is_kept_but_not_counted(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    event_id, raw = till.sale(1280)
    tampered = raw.replace(b'"payable_fen":1280', b'"payable_fen":9980')
    assert tampered != raw
    receipt = client.push([(event_id, tampered)])[0]
    assert (receipt.status, receipt.code) == ("quarantined", "signature")
    assert totals(bench) == {}
    again = client.push([(event_id, raw)])[0]
    assert (again.status, again.code) == ("quarantined", "id_reused")


def test_a_second_child_of_one_parent_is_a_fork_and_both_sales_are_kept(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    parent = till.opened()
    seq, prev = till.seq, till.prev
    ours = [till.sale(100), till.sale(101)]
    till.seq, till.prev = seq, prev
    theirs = [till.sale(200), till.sale(201)]
    assert [one.status for one in client.push([parent, *ours])] == ["stored"] * 3
    assert [one.status for one in client.push(theirs)] == ["forked", "stored"]
    assert totals(bench)["T1"]["sales_fen"] == 602
    with bench.archive.reading() as connection:
        assert reading.counts(connection).forked == 1


def test_an_event_that_names_a_wrong_parent_is_a_fork(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    client.push([till.opened(), till.sale()])
    till.prev = "ab" * 32
    assert client.push([till.sale()])[0].status == "forked"


def test_a_till_cannot_report_for_another_store(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    till.store_id = "RM99"
    receipt = client.push([till.sale()])[0]
    assert (receipt.status, receipt.code) == ("quarantined", "foreign_store")
    assert totals(bench) == {}


def test_an_unknown_device_is_asked_to_prove_itself(bench: HubBench, till: PaperTill) -> None:
    with pytest.raises(HubFault) as caught:
        bench.client(till).push([till.sale()])
    assert (caught.value.code, caught.value.facts["code"]) == ("unproven", "unknown_device")


def test_a_batch_signed_with_another_key_is_refused(bench: HubBench, till: PaperTill) -> None:
    bench.enrolled(till)
    _, raw = till.sale()
    headers = signed(till, raw) | {"X-Signature": PaperTill().key.sign(b"x").hex()}
    answer = requests.post(bench.url + "/v1/push", data=gzip.compress(raw), headers=headers, timeout=60)
    assert answer.status_code == 401
    assert stored(bench) == 0


def test_bytes_changed_on_the_way_are_refused_as_a_whole(bench: HubBench, till: PaperTill) -> None:
    bench.enrolled(till)
    _, raw = till.sale()
    changed = raw.replace(b"1280", b"1281")
    answer = requests.post(bench.url + "/v1/push", data=gzip.compress(changed), headers=signed(till, raw), timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (400, "digest")
    assert stored(bench) == 0


@pytest.mark.parametrize("body", [b"not gzip at all", gzip.compress(b"x" * 100, mtime=0)[:-6]], ids=["no gzip", "cut short"])
def test_a_broken_gzip_is_refused(bench: HubBench, till: PaperTill, body: bytes) -> None:
    bench.enrolled(till)
    answer = requests.post(bench.url + "/v1/push", data=body, headers=signed(till, b"x" * 100), timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (400, "gzip")


def test_a_gzip_bomb_is_cut_off(bench: HubBench, till: PaperTill) -> None:
    bench.enrolled(till)
    bomb = gzip.compress(b"\n" * 64_000_000, 1)
    assert len(bomb) < 1_000_000
    answer = requests.post(bench.url + "/v1/push", data=bomb, headers=signed(till, b""), timeout=60)
    assert answer.status_code == 413


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(bench: HubBench, till: PaperTill) -> None:
    bench.enrolled(till)
    answer = requests.post(bench.url + "/v1/push", data=b"x" * 3_000_000, headers=signed(till, b""), timeout=60)
    assert answer.status_code == 413


def test_facts_of_a_revoked_device_are_still_taken(bench: HubBench, till: PaperTill) -> None:
    from app.hub.publishing import revoke_device

    client = bench.enrolled(till)
    assert revoke_device(bench.archive, bench.clock, till.key.device, reason="stolen", by="ada")
    assert client.push([till.sale()])[0].status == "stored"
    with pytest.raises(HubFault) as caught:
        client.feed("product", "", 10)
    assert caught.value.facts["code"] == "revoked"


def test_bytes_no_batch_can_carry_are_kept_by_the_quarantine_route(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    client.quarantine("some-event", b"\x00whatever")
    client.quarantine("some-event", b"\x00whatever")
    with bench.archive.reading() as connection:
        rows = connection.execute(select(tables.unreadable)).all()
    assert [(bytes(row.raw), row.event_id) for row in rows] == [(b"\x00whatever", "some-event")]


def test_the_answer_is_signed_and_echoes_the_question(bench: HubBench, till: PaperTill) -> None:
    bench.enrolled(till)
    _, raw = till.sale()
    headers = signed(till, raw)
    answer = requests.post(bench.url + "/v1/push", data=gzip.compress(raw), headers=headers, timeout=60)
    fields = json.loads(answer.content)
    assert list(fields)[-1] == "sig"
    assert (fields["nonce"], fields["digest"]) == (headers["X-Nonce"], headers["X-Digest"])


def test_the_hub_says_what_it_holds_of_a_till(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    client.push([till.opened(), till.sale()])
    hello = client.hello()
    assert (hello.events, hello.head_seq, hello.head_digest, hello.state) == (2, 2, till.prev, "active")


def test_a_hub_restarted_still_knows_everything(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    sale = till.sale()
    client.push([sale])
    client.close()
    bench.restart()
    assert bench.client(till).push([sale])[0].status == "duplicate"


def test_health_and_metrics_answer(bench: HubBench, till: PaperTill) -> None:
    bench.enrolled(till).push([till.sale()])
    assert requests.get(bench.url + "/v1/health", timeout=60).json() == {"ok": True}
    assert "yaogui_hub_events_stored 1\n" in requests.get(bench.url + "/v1/metrics", timeout=60).text
    assert requests.get(bench.url + "/v1/hello", timeout=60).json()["service"] == "yaogui-hub"


def test_what_an_older_hub_could_not_understand_counts_after_the_update(
    bench: HubBench, till: PaperTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.sale(4200)
    body = till.last_sale.model_dump(mode="json")
    client = bench.enrolled(till)
    client.push([till.strange("sale.closed@9", body), till.strange("hologram.made@1", {})])
    assert totals(bench) == {}
    client.close()
    monkeypatch.setitem(EVENTS, "sale.closed@9", SaleClosed)
    bench.restart()
    assert totals(bench)["T1"]["sales_fen"] == 4200
    with bench.archive.reading() as connection:
        assert [one.type for one in reading.waiting(connection)] == ["hologram.made@1"]


def waiting(bench: HubBench) -> list[str]:
    with bench.archive.reading() as connection:
        return sorted(one.code for one in reading.waiting(connection))


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 40
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_came_before_its_device_was_enrolled_counts_once_it_is(bench: HubBench, till: PaperTill) -> None:
    relay, other = bench.enrolled(till), PaperTill(till="T2")
    told = [other.opened(), other.sale(700), other.sale(900)]
    assert {receipt.code for receipt in relay.push(told)} == {"foreign_device"}
    assert totals(bench) == {}
    client = bench.enrolled(other)
    assert totals(bench)["T2"]["sales_fen"] == 1600 and waiting(bench) == []
    hello = client.hello()
    assert (hello.events, hello.head_seq, hello.head_digest) == (3, 3, other.prev)
    assert {receipt.status for receipt in client.push(told)} == {"duplicate"}


def test_a_forged_event_of_a_device_that_is_enrolled_later_stays_apart(bench: HubBench, till: PaperTill) -> None:
    relay, other = bench.enrolled(till), PaperTill(till="T2")
    event_id, raw = other.sale(700)
    forged = raw.replace(b'"amount_fen":700', b'"amount_fen":900')
    assert forged != raw and relay.push([(event_id, forged)])[0].code == "foreign_device"
    bench.enrolled(other)
    assert totals(bench) == {} and waiting(bench) == ["foreign_device"]


def test_a_portion_is_bounded_and_what_nobody_understands_holds_nothing_up(
    bench: HubBench, till: PaperTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = bench.enrolled(till)
    till.sale(4200)
    body = till.last_sale.model_dump(mode="json")
    client.push([*(till.strange(f"hologram.made@{number}", {}) for number in range(1, 8)), till.strange("sale.closed@9", body)])
    monkeypatch.setitem(EVENTS, "sale.closed@9", SaleClosed)

    def portion(after: Place | None) -> Settled:
        def unit(connection: Connection) -> Settled:
            return settle_quarantine(connection, 480, bench.clock.now(), after=after, limit=3)

        return bench.archive.commit(unit).result()

    first = portion(None)
    second = portion(first.reached)
    assert (first.understood, second.understood, totals(bench)) == (0, 0, {})
    third = portion(second.reached)
    assert (third.understood, third.reached) == (1, None) and totals(bench)["T1"]["sales_fen"] == 4200
    assert waiting(bench) == ["unknown_type"] * 7


def test_what_waits_is_tried_again_while_the_hub_runs(bench: HubBench, till: PaperTill, monkeypatch: pytest.MonkeyPatch) -> None:
    client = bench.enrolled(till)
    till.sale(4200)
    client.push([till.strange("sale.closed@9", till.last_sale.model_dump(mode="json"))])
    client.close()
    monkeypatch.setattr(main, "SETTLE_EVERY_S", 0.05)
    bench.restart()
    assert totals(bench) == {}
    monkeypatch.setitem(EVENTS, "sale.closed@9", SaleClosed)
    until(lambda: waiting(bench) == [])
    assert totals(bench)["T1"]["sales_fen"] == 4200
    monkeypatch.undo()
    bench.restart()
