"""A till's device that was put out of work: its facts are taken, what it asks is refused everywhere, and it is kept who did it and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from console_browser import logged_in, token_in
from hub_bench import HubBench
from people_told import Newcomer
from sqlalchemy import select
from till_double import DAY, PaperTill

from app.commands import EXIT_FAILED, EXIT_OK, EXIT_USAGE, hub, options
from app.hub import devices, people, person, publishing, reading, tables
from app.hub.archive import Archive
from app.hub.main import default_database_url
from app.records.clock import SystemClock
from app.records.events import PersonErased
from app.sync.client import HubClient, HubFault, Wish, enrol


def revoked(bench: HubBench, till: PaperTill, reason: str = "stolen") -> bool:
    return publishing.revoke_device(bench.archive, bench.clock, till.key.device, reason=reason, by="ada")


def rows(bench: HubBench, wanted: Any) -> list[Any]:
    with bench.archive.reading() as connection:
        return list(connection.execute(wanted).all())


def joined(bench: HubBench) -> tuple[PaperTill, HubClient, Newcomer]:
    """A till whose device is revoked, its client, and a member whom it told of before."""
    till = PaperTill()
    client = bench.enrolled(till)
    one = Newcomer(till, "王秀兰", "13800138000")
    client.tell(one.blobs)
    client.push([till.opened(), *one.events])
    assert revoked(bench, till)
    return till, client, one


ASKED: dict[str, Callable[[HubClient, Newcomer], object]] = {
    "blobs": lambda client, one: client.tell([one.profile(one.member.model_copy(update={"name": "改名"}))]),
    "look-up": lambda client, one: client.members("phone", "13800138000", "sale", "S1"),
    "feed": lambda client, one: client.feed("member", "", 10),
    "totals": lambda client, one: client.totals(DAY),
    "reservation": lambda client, one: client.reserve("serial", "basket"),
    "share": lambda client, one: client.lease("grant"),
    "purse": lambda client, one: client.hold(Wish("h1", "points", one.member_id, 100, "basket")),
}


@pytest.mark.parametrize("what", sorted(ASKED))
def test_what_a_revoked_device_asks_is_refused(bench: HubBench, what: str) -> None:
    _, client, one = joined(bench)
    with pytest.raises(HubFault) as fault:
        ASKED[what](client, one)
    assert (fault.value.code, fault.value.facts["code"]) == ("unproven", "revoked")
    with bench.archive.reading() as connection:
        assert people.member_rows(connection, [one.member_id])[one.member_id].name == "王秀兰"


def test_what_was_sold_before_and_after_is_taken_and_counted(bench: HubBench) -> None:
    till, client, _ = joined(bench)
    assert [receipt.status for receipt in client.push([till.sale(1280), till.sale(720)])] == ["stored", "stored"]
    with bench.archive.reading() as connection:
        assert reading.day_totals(connection, "RM01", DAY)["T1"]["sales_fen"] == 2000


def test_nobody_is_erased_at_the_word_of_a_revoked_device_until_a_person_says_so(bench: HubBench) -> None:
    till, client, one = joined(bench)
    asks = till.write(PersonErased(member_id=one.member_id, reason="asked", asked_via="till"))
    assert [(receipt.status, receipt.code) for receipt in client.push([asks])] == [("quarantined", "revoked")]
    # Another till of the store that brings the same bytes makes them no better.
    other = bench.enrolled(PaperTill(till="T2"))
    late = till.write(PersonErased(member_id=one.member_id, reason="asked", asked_via="till"))
    assert other.push([asks, late])[1].code == "revoked"
    client.close()
    bench.restart()
    with bench.archive.reading() as connection:
        assert people.erased_among(connection, [one.member_id]) == set()
        assert {(row.code, row.detail) for row in connection.execute(select(tables.quarantine))} == {("revoked", one.member_id)}


def test_an_erasure_told_before_the_revocation_stands(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    one = Newcomer(till, "王秀兰", "13800138000")
    client.tell(one.blobs)
    client.push([till.opened(), *one.events, till.write(PersonErased(member_id=one.member_id, reason="asked", asked_via="till"))])
    revoked(bench, till)
    with bench.archive.reading() as connection:
        assert people.erased_among(connection, [one.member_id]) == {one.member_id}


def test_its_old_code_enrols_it_no_more_and_a_new_device_goes_to_work(bench: HubBench, till: PaperTill) -> None:
    code = bench.code()
    enrol(bench.url, till.key, code, "T1")
    revoked(bench, till)
    with pytest.raises(HubFault) as fault:
        enrol(bench.url, till.key, code, "T1")
    assert fault.value.facts["code"] == "device_known"
    new = PaperTill()
    bench.enrolled(new)
    with bench.archive.reading() as connection:
        assert devices.at_work(connection, "RM01", "T1") == devices.Device(new.key.device, "RM01", "T1", "active")


def test_who_did_it_and_why_is_kept_once_and_is_no_look_at_a_person(bench: HubBench, till: PaperTill) -> None:
    bench.enrolled(till)
    assert revoked(bench, till) and not revoked(bench, till, "again")
    assert not publishing.revoke_device(bench.archive, bench.clock, "nobody", reason="x", by="ada")
    with bench.archive.reading() as connection:
        found = devices.revocations(connection, [till.key.device, "nobody"])
        assert {device: (one.by, one.reason) for device, one in found.items()} == {till.key.device: ("ada", "stolen")}
        assert person.accesses(connection, 10) == ()


# ------------------------------------------------------------------ the console


def test_the_tills_page_puts_one_out_of_work_with_a_reason_and_its_typed_number(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    client.push([till.sale()])
    browser, device = logged_in(bench, "ada"), till.key.device
    page = browser.get(f"{bench.url}/console/tills?lang=zh", timeout=60).text
    assert f"revoke={device}" in page and "停用这台设备" not in page
    asking = browser.get(f"{bench.url}/console/tills?revoke={device}&lang=zh", timeout=60).text
    assert "停用这台设备" in asking and "输入收银台号 T1 确认" in asking
    at, token = f"{bench.url}/console/tills/{device}", token_in(asking[asking.index("<main>") :])
    for form, said in (({"confirm": "T1"}, "请先写理由"), ({"reason": "丢失", "confirm": "T2"}, "请输入收银台号确认")):
        answer = browser.post(at, data={"csrf": token, **form}, timeout=60)
        assert answer.status_code == 422 and said in answer.text
    assert 'value="丢失"' in answer.text, "what was typed is not typed again"
    assert client.hello().state == "active"
    done = browser.post(at, data={"csrf": token, "reason": "丢失 <已报警>", "confirm": "T1"}, timeout=60)
    assert done.url.endswith("/console/tills") and "丢失 &lt;已报警&gt;" in done.text and "已停用" in done.text
    assert f"revoke={device}" not in done.text
    assert client.hello().state == "revoked"
    assert [(row.act, row.by) for row in rows(bench, select(tables.person_act))] == [("revoke", "ada")]


def test_without_login_or_token_no_till_is_put_out_of_work(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    at = f"{bench.url}/console/tills/{till.key.device}"
    form = {"reason": "x", "confirm": "T1"}
    assert requests.post(at, data=form, timeout=60).json() == {"code": "csrf"}
    assert requests.post(f"{bench.url}/console/tills/nobody", data=form, timeout=60).json() == {"code": "csrf"}
    browser = logged_in(bench, "ada")
    assert browser.post(at, data={**form, "csrf": "guess"}, timeout=60).status_code == 403
    token = token_in(browser.get(f"{bench.url}/console/tills", timeout=60).text)
    assert browser.post(f"{bench.url}/console/tills/nobody", data={**form, "csrf": token}, timeout=60).status_code == 404
    assert client.hello().state == "active"


# ------------------------------------------------------------------ the word


def test_the_word_asks_for_the_till_s_number_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, clock, name = Archive.open(default_database_url(tmp_path)), SystemClock(), "d" * 16
    row = {
        "store_id": "RM01", "device": name, "till": "T1", "public_key": "00" * 32, "state": "active", "enrolled_at": clock.now(),
        "head_seq": 0, "head_digest": "", "events": 0, "forks": 0, "app_version": "",
    }  # fmt: skip
    archive.commit(lambda connection: connection.execute(tables.device.insert(), [row]) and None).result()

    def word(typed: str, *more: str) -> int:
        monkeypatch.setattr(options, "asked", lambda words: typed)
        return hub.main(["revoke", "--data", str(tmp_path), "--store", "RM01", *more])

    assert word("T1", "--till", "T1") == EXIT_USAGE, "a reason is wanted"
    assert word("T1", "--till", "T9", "--reason", "lost") == EXIT_FAILED
    assert word("T2", "--till", "T1", "--reason", "lost") == EXIT_FAILED
    with archive.reading() as connection:
        assert devices.at_work(connection, "RM01", "T1") is not None
    assert word("T1", "--till", "T1", "--reason", "lost") == EXIT_OK
    assert f"{name} is out of work" in capsys.readouterr().out
    with archive.reading() as connection:
        assert devices.revocations(connection, [name])[name].reason == "lost"
    archive.close()
