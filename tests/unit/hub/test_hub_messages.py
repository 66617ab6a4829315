"""Members are told of a campaign by the chain's own gateway, on both databases: once, in its hours, with their consent, in lawful words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hub_bench import HubBench
from message_gateway import SECRET, MessageGateway
from people_told import Newcomer
from sqlalchemy import insert, select
from till_double import DAY, START, PaperTill

from app.commands import EXIT_USAGE, hub
from app.hub import campaign_trial, campaigns, erasing, message_text, messages, person, publishing, retention, tables
from app.hub.campaigns import Design, DesignFaults
from app.hub.gateway import Gateway, Letter
from app.hub.main import message_secret, start
from app.hub.people import PeopleKeys
from app.records.catalogue import Product
from app.records.clock import ManualClock
from app.records.keys import DeviceKey
from app.records.people import Member
from app.sync.client import HubClient

PHONE = "13800138000"
TURN = """
import sys
from datetime import datetime
from app.hub import messages
from app.hub.archive import Archive
from app.hub.gateway import Gateway
from app.records.clock import ManualClock
archive = Archive.open(sys.argv[1])
messages.turn(archive, ManualClock(datetime.fromisoformat(sys.argv[2])), Gateway(sys.argv[3], bytes.fromhex(sys.argv[4])))
archive.close()
"""


@pytest.fixture
def gate() -> Iterator[MessageGateway]:
    gateway = MessageGateway()
    yield gateway
    gateway.close()


@pytest.fixture
def client(bench: HubBench, till: PaperTill) -> HubClient:
    return bench.enrolled(till)


def told_of(bench: HubBench, campaign_id: str = "winter", **changes: Any) -> None:
    """Design, launch and tell a campaign."""
    base: dict[str, Any] = {
        "campaign_id": campaign_id, "title_zh": "冬季满50减5", "kind": "threshold", "terms": '{"tiers":[{"reach_fen":5000,"off_fen":500}]}',
        "starts_on": DAY, "ends_on": DAY + timedelta(days=30), "audience": "members",
    }  # fmt: skip
    campaigns.keep(bench.archive, bench.clock, "admin", Design(**base | changes))
    campaign_trial.run(bench.archive, bench.clock, "admin", campaign_id, DAY, DAY)
    campaigns.launch(bench.archive, bench.clock, "admin", campaign_id)
    campaigns.give_rights(bench.archive, bench.clock, campaign_id, DeviceKey.from_bytes(bench.seed).sign)
    campaigns.tell(bench.archive, bench.clock, "admin", campaign_id, anyway=True)


def joined(client: HubClient, till: PaperTill, name: str, phone: str, **words: bool) -> Newcomer:
    """Somebody who joins and says so much to their purposes."""
    one = Newcomer(till, name, phone, level="shown")
    for purpose, given in words.items():
        one.consents(purpose, given)
    heard(client, one)
    return one


def heard(client: HubClient, one: Newcomer) -> None:
    client.tell(one.blobs)
    client.push(one.events)
    one.blobs.clear()
    one.events.clear()


def turn(bench: HubBench, gate: MessageGateway) -> bool:
    return messages.turn(bench.archive, bench.clock, Gateway(gate.url, SECRET))


def later(bench: HubBench, **span: float) -> None:
    assert isinstance(bench.clock, ManualClock)
    bench.clock.jump(bench.clock.now() + timedelta(**span))


def states(bench: HubBench, campaign_id: str = "winter") -> dict[str, tuple[str, str]]:
    m = tables.message.c
    with bench.archive.reading() as connection:
        rows = connection.execute(select(m.member_id, m.state, m.reason).where(m.campaign_id == campaign_id))
        return {row.member_id: (row.state, row.reason) for row in rows}


def test_whoever_agreed_is_told_once_in_the_chains_own_words_and_nobody_else(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    willing = joined(client, till, "王秀兰", PHONE, sms=True)
    silent, unwilling = joined(client, till, "赵强", "13900139000"), joined(client, till, "孙丽", "13700137000", sms=False)
    nowhere = joined(client, till, "周杰", "", sms=True)
    told_of(bench)
    assert not turn(bench, gate) and not turn(bench, gate)
    assert list(gate.sent.values()) == [(PHONE, "【安康大药房】冬季满50减5，11月21日至12月21日到店可用。拒收请回复R")]
    assert len(gate.asked) == 1
    assert states(bench) == {
        willing.member_id: ("sent", ""),
        silent.member_id: ("withheld", "consent"),
        unwilling.member_id: ("withheld", "consent"),
        nowhere.member_id: ("withheld", "phone"),
    }
    with bench.archive.reading() as connection:
        assert messages.counts(connection, "winter") == messages.Counts(0, 1, {}, {"consent": 2, "phone": 1})
        kept = [str(value) for row in connection.execute(select(tables.message)) for value in row]
    assert not any(PHONE in value or "满50" in value for value in kept)


def test_a_hub_that_is_killed_between_handing_over_and_noting_hands_over_the_same_id_again(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    joined(client, till, "王秀兰", PHONE, sms=True)
    told_of(bench)
    messages.fill(bench.archive, bench.clock, "winter")
    line = [sys.executable, "-c", TURN, bench.database_url, bench.clock.now().isoformat(), gate.url, SECRET.hex()]
    child = subprocess.Popen(line, cwd=Path(__file__).parents[3])
    gate.before_answering = lambda: os.kill(child.pid, signal.SIGKILL)
    assert child.wait(timeout=60) == -signal.SIGKILL
    assert [state for state, _ in states(bench).values()] == ["queued"] and len(gate.sent) == 1
    gate.before_answering = lambda: None
    turn(bench, gate)
    assert [state for state, _ in states(bench).values()] == ["sent"]
    assert len({one["id"] for one in gate.asked}) == 1 and len(gate.asked) == 2 and len(gate.sent) == 1


def test_messages_wait_for_the_hours_in_which_they_may_be_sent(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    joined(client, till, "王秀兰", PHONE, sms=True)
    told_of(bench)
    assert isinstance(bench.clock, ManualClock)
    for hour_utc, count in ((12, 0), (13, 0), (24, 0), (25, 1)):  # 20:00, 21:00, 08:00 and 09:00 by the chain's clock
        bench.clock.jump(datetime(2026, 11, 21, tzinfo=UTC) + timedelta(hours=hour_utc))
        turn(bench, gate)
        assert len(gate.sent) == count, hour_utc


def test_a_consent_taken_back_after_the_rows_were_made_is_heeded(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    one = joined(client, till, "王秀兰", PHONE, sms=True)
    told_of(bench)
    messages.fill(bench.archive, bench.clock, "winter")
    assert states(bench) == {one.member_id: ("queued", "")}
    till.clock.advance(1)
    one.consents("sms", False)
    heard(client, one)
    turn(bench, gate)
    assert states(bench) == {one.member_id: ("withheld", "consent")} and gate.asked == []


def test_nobody_hears_more_often_in_a_week_than_the_rules_say(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    one = joined(client, till, "王秀兰", PHONE, sms=True)
    for name in ("a", "b", "c"):
        told_of(bench, name)
    turn(bench, gate)
    assert message_text.rules().most_a_week == 2 == len(gate.sent)
    assert sorted(states(bench, name)[one.member_id] for name in ("a", "b", "c")) == [("sent", ""), ("sent", ""), ("withheld", "week")]
    later(bench, days=7, minutes=1)
    told_of(bench, "d")
    turn(bench, gate)
    assert states(bench, "d") == {one.member_id: ("sent", "")}


def test_a_text_that_promotes_a_prescription_medicine_is_neither_told_nor_sent(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    one = joined(client, till, "王秀兰", PHONE, sms=True)
    told_of(bench, title_zh="清心片满50减5")
    medicine = Product(id="P1", generic_name="清心片", kind="drug", category="心血管", rx_class="rx", list_price_fen=1000)
    publishing.publish(bench.archive, "product", [medicine])
    turn(bench, gate)
    assert states(bench) == {one.member_id: ("withheld", "text")} and gate.asked == []
    with pytest.raises(DesignFaults, match="rx_named"):
        campaigns.tell(bench.archive, bench.clock, "admin", "winter", anyway=True)
    with pytest.raises(DesignFaults, match="text_long"):
        told_of(bench, "long", title_zh="满" * 60)


def test_what_the_gateway_refuses_for_good_is_failed_with_its_code(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    one = joined(client, till, "王秀兰", PHONE, sms=True)
    told_of(bench)
    gate.answer = 422
    turn(bench, gate)
    later(bench, hours=2)
    turn(bench, gate)
    assert states(bench) == {one.member_id: ("failed", "http_422")} and len(gate.asked) == 1


def test_a_gateway_that_takes_nothing_now_is_asked_again_ever_more_rarely(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    for number in range(3):
        joined(client, till, f"王{number}", f"1380013800{number}", sms=True)
    told_of(bench)
    gate.answer = 503
    assert not turn(bench, gate) and len(gate.asked) == 1, "one answer says enough for a turn"
    turn(bench, gate)
    turn(bench, gate)
    turn(bench, gate)
    assert len(gate.asked) == 3 == len({one["id"] for one in gate.asked})
    later(bench, seconds=59)
    turn(bench, gate)
    assert len(gate.asked) == 3
    gate.answer = 200
    later(bench, seconds=1)
    turn(bench, gate)
    assert len(gate.sent) == 3
    waits = [message_text.rules().wait(tries) for tries in (1, 2, 3, 7, 40)]
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4), timedelta(hours=1), timedelta(hours=1)]


@pytest.mark.parametrize(
    ("status", "said"),
    [(200, ""), (202, ""), (400, "http_400"), (404, "http_404"), (302, "wait"), (401, "wait"), (408, "wait"), (429, "wait"), (500, "wait")],
)
def test_an_answer_takes_the_message_refuses_it_or_asks_to_wait(gate: MessageGateway, status: int, said: str) -> None:
    gate.answer = status
    letter = Letter("id-1", "sms", PHONE, "冬季满50减5")
    assert Gateway(gate.url, SECRET).post(letter, START) == said
    assert Gateway(gate.url, b"another").post(letter, START) == "wait", "a secret that does not fit is mended, no message is lost"
    assert PHONE not in repr(letter)


def test_nothing_is_lost_while_no_gateway_is_there(bench: HubBench, till: PaperTill, client: HubClient) -> None:
    one = joined(client, till, "王秀兰", PHONE, sms=True)
    told_of(bench)
    messages.turn(bench.archive, bench.clock, None)
    gone = MessageGateway()
    gone.close()
    turn(bench, gone)
    assert states(bench) == {one.member_id: ("queued", "")}


def test_a_campaign_that_was_stopped_is_told_to_nobody_any_more(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    one = joined(client, till, "王秀兰", PHONE, sms=True)
    told_of(bench)
    messages.fill(bench.archive, bench.clock, "winter")
    campaigns.stop(bench.archive, bench.clock, "admin", "winter", "售罄")
    turn(bench, gate)
    assert states(bench) == {one.member_id: ("withheld", "ended")} and gate.asked == []


def test_of_coupons_only_holders_hear_and_those_who_are_given_theirs_later_hear_too(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    first, other = joined(client, till, "王秀兰", PHONE, sms=True), joined(client, till, "赵强", "13900139000", sms=True)
    listed = {"audience": "list", "coupon_class": "B", "per_person": 1}
    told_of(bench, audience_values=(first.member_id, "m-later"), **listed)
    turn(bench, gate)
    assert [phone for phone, _ in gate.sent.values()] == [PHONE] and other.member_id not in states(bench)
    late = Newcomer(till, "孙丽", "13700137000", member_id="m-later")
    late.consents("sms", True)
    heard(client, late)
    turn(bench, gate)
    assert len(gate.sent) == 1
    campaigns.give_rights(bench.archive, bench.clock, "winter", DeviceKey.from_bytes(bench.seed).sign)
    turn(bench, gate)
    assert [phone for phone, _ in gate.sent.values()] == [PHONE, "13700137000"]


def test_a_shared_coupon_is_told_to_everybody_it_is_for(bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway) -> None:
    joined(client, till, "王秀兰", PHONE, sms=True)
    told_of(bench, coupon_class="C", total=50)
    turn(bench, gate)
    assert [phone for phone, _ in gate.sent.values()] == [PHONE]


def test_a_segments_message_is_kept_from_whoever_put_personalisation_off(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    shy, open_ = joined(client, till, "王秀兰", PHONE, sms=True, personal=False), joined(client, till, "赵强", "13900139000", sms=True)
    design = Design(
        campaign_id="w", title_zh="t", kind="threshold", terms="{}", starts_on=DAY, ends_on=DAY, audience="segment", audience_values=("s",)
    )
    with bench.archive.reading() as connection:
        found = list(messages.addressees(connection, bench.clock.now(), design, [shy.member_id, open_.member_id]))
        everybody = design.model_copy(update={"audience": "members"})
        assert next(messages.addressees(connection, bench.clock.now(), everybody, [shy.member_id])).obstacle == ""
    assert [(one.member_id, one.obstacle) for one in found] == [(shy.member_id, "personal"), (open_.member_id, "")]


def test_one_person_of_two_ids_hears_once_also_when_that_is_found_out_between(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    one = joined(client, till, "赵强", "13900139000", sms=True)
    twin = Newcomer(till, "赵大强", "13600136000", level="shown")
    twin.consents("sms", True)
    heard(client, twin)
    told_of(bench)
    messages.fill(bench.archive, bench.clock, "winter")
    assert set(states(bench).values()) == {("queued", "")} and len(states(bench)) == 2
    p = tables.person.c

    def joins(connection: Any) -> None:
        gone = tables.person.update().where(p.member_id == twin.member_id)
        connection.execute(gone.values(canonical_id=one.member_id, state="merged"))

    bench.archive.commit(joins).result()
    turn(bench, gate)
    assert len(gate.sent) == 1 and sorted(states(bench).values()) == [("sent", ""), ("withheld", "merged")]
    told_of(bench, "second")
    turn(bench, gate)
    assert states(bench, "second") == {one.member_id: ("sent", "")}


def test_a_copy_lists_a_persons_messages_and_erasing_them_takes_the_messages_along(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    one, other = joined(client, till, "王秀兰", PHONE, sms=True), joined(client, till, "赵强", "13900139000", sms=True)
    told_of(bench)
    turn(bench, gate)
    now = bench.clock.now()
    with bench.archive.reading() as connection:
        copied = person.copy(connection, PeopleKeys(bench.seed), one.member_id, now).decode()
    assert '"campaign_id": "winter"' in copied and '"state": "sent"' in copied
    asked = {"reason": "asked", "asked_via": erasing.HEADQUARTERS, "by": "chen"}
    bench.archive.commit(lambda connection: erasing.erase(connection, now, one.member_id, **asked)).result()
    assert list(states(bench)) == [other.member_id]
    campaigns.tell(bench.archive, bench.clock, "admin", "winter", anyway=True)
    turn(bench, gate)
    assert list(states(bench)) == [other.member_id] and len(gate.asked) == 2


def test_messages_go_three_years_after_the_last_day_of_their_campaign_and_not_before(
    bench: HubBench, till: PaperTill, client: HubClient, gate: MessageGateway
) -> None:
    one = joined(client, till, "王秀兰", PHONE, sms=True)
    told_of(bench)
    told_of(bench, "longer", ends_on=DAY + timedelta(days=31))
    turn(bench, gate)

    def gone(days: int) -> dict[str, int]:
        when = START + timedelta(days=days)
        with bench.archive.reading() as connection:
            counted = {over.code: over.records for over in retention.over(connection, when)}
        purged = bench.archive.commit(lambda connection: person.purge(connection, when)).result()
        assert purged == counted["message"]
        return counted

    assert gone(30 + 1096)["message"] == 0 and states(bench) == {one.member_id: ("sent", "")}
    assert gone(30 + 1097)["message"] == 1 and states(bench) == {}
    assert states(bench, "longer") == {one.member_id: ("sent", "")}
    campaigns.tell(bench.archive, bench.clock, "admin", "longer", anyway=True)
    turn(bench, gate)
    assert len(gate.asked) == 2, "whoever was told is known as long as they may be told again"


def test_many_members_are_told_a_portion_a_turn(bench: HubBench, gate: MessageGateway) -> None:
    people = [Member(id=f"m{n:03}", card_no=f"9{n:019}", phone=f"138{n:08}") for n in range(45)]
    publishing.publish(bench.archive, "member", people, "RM01")
    words = [
        {
            "consent_id": f"c{one.id}", "member_id": one.id, "purpose": "sms", "text_version": "1", "given": True, "at": START,
            "store_id": "RM01", "channel": "spoken", "guardian_id": "",
        }
        for one in people
    ]  # fmt: skip
    bench.archive.commit(lambda connection: connection.execute(insert(tables.consent), words) and None).result()
    told_of(bench)
    assert [turn(bench, gate) for _ in range(3)] == [True, True, False]
    assert len(gate.sent) == 45 == len({phone for phone, _ in gate.sent.values()})


def test_a_running_hub_sends_by_itself(tmp_path: Path, till: PaperTill, gate: MessageGateway) -> None:
    bench = HubBench(f"sqlite:///{tmp_path}/hub.db", ManualClock(START))
    try:
        joined(bench.enrolled(till), till, "王秀兰", PHONE, sms=True)
        told_of(bench)
        bench.leave()
        bench.running.close()
        bench.running = start(bench.database_url, bench.seed, bench.clock, gateway=Gateway(gate.url, message_secret_of(tmp_path)))
        until = time.monotonic() + 60
        while not any(state == "sent" for state, _ in states(bench).values()):
            assert time.monotonic() < until, states(bench)
            time.sleep(0.02)
    finally:
        bench.close()
    assert [phone for phone, _ in gate.sent.values()] == [PHONE]


def test_a_hub_that_is_ended_while_it_sends_notes_what_it_handed_over_and_goes(
    tmp_path: Path, till: PaperTill, gate: MessageGateway
) -> None:
    bench = HubBench(f"sqlite:///{tmp_path}/hub.db", ManualClock(START))
    asked, answers = threading.Event(), threading.Event()

    def slowly() -> None:
        asked.set()
        answers.wait(60)

    gate.before_answering = slowly
    try:
        client = bench.enrolled(till)
        for number in range(3):
            joined(client, till, f"王{number}", f"1380013800{number}", sms=True)
        told_of(bench)
        bench.leave()
        bench.running.close()
        bench.running = start(bench.database_url, bench.seed, bench.clock, gateway=Gateway(gate.url, SECRET))
        assert asked.wait(60)
        bench.running.server.should_exit = True
        answers.set()
        bench.running.thread.join(60)
        assert not bench.running.thread.is_alive()
        found = [state for state, _ in states(bench).values()]
        assert found.count("sent") == len(gate.asked) >= 1 and found.count("queued") == 3 - len(gate.asked)
    finally:
        answers.set()
        bench.close()


def test_a_gateway_in_the_clear_is_refused_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hub.main(["--data", str(tmp_path), "--messages", "http://gateway.example/m"]) == EXIT_USAGE
    assert "https://" in capsys.readouterr().err


def message_secret_of(folder: Path) -> bytes:
    """The secret of a data folder, which its gateway was given."""
    (folder / "messages.key").write_bytes(SECRET)
    return message_secret(folder)


def test_phones_never_cross_a_line_in_the_clear_and_the_secret_is_the_owners_alone(tmp_path: Path) -> None:
    for url in ("http://gateway.example/m", "ftp://gateway.example", "gateway.example", ""):
        with pytest.raises(ValueError, match="https"):
            Gateway(url, SECRET)
    assert "s" * 8 not in repr(Gateway("https://gateway.example/m", SECRET))
    made = message_secret(tmp_path)
    assert len(made) == 32 and message_secret(tmp_path) == made
    assert (tmp_path / "messages.key").stat().st_mode & 0o777 == 0o600
