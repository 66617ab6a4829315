"""A code goes to a phone through the chain's gateway and is told back at the same till, once, soon; on both databases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hub_bench import HubBench
from message_gateway import SECRET, MessageGateway
from people_told import Newcomer
from sqlalchemy import select
from till_double import PaperTill

from app.domain.verification import Sent, VerificationRules
from app.hub import erasing, one_id, person, publishing, tables, verification
from app.hub.gateway import Gateway
from app.hub.main import RunningHub, start
from app.hub.people import PeopleKeys
from app.records.clock import ManualClock
from app.records.ids import new_id
from app.records.resources import resource
from app.sync.client import CodeSent, CodeWish, HubClient, HubFault

PHONE = "13800138000"


@pytest.fixture(scope="module")
def gateway() -> Iterator[MessageGateway]:
    one = MessageGateway()
    yield one
    one.close()


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, RunningHub]]:
    hubs: dict[str, RunningHub] = {}
    yield hubs
    for one in hubs.values():
        one.close()


@pytest.fixture
def gate(gateway: MessageGateway) -> MessageGateway:
    gateway.asked.clear()
    gateway.sent.clear()
    gateway.answer = 200
    return gateway


@pytest.fixture
def hub(bench: HubBench, gate: MessageGateway, running: dict[str, RunningHub]) -> RunningHub:
    """One hub with a gateway on each database, for all of these tests."""
    if bench.database_url not in running:
        running[bench.database_url] = start(bench.database_url, bench.seed, bench.clock, gateway=Gateway(gate.url, SECRET))
    return running[bench.database_url]


@pytest.fixture
def client(bench: HubBench, till: PaperTill, hub: RunningHub) -> HubClient:
    bench.enrolled(till)
    return bench.client(till, url=hub.url)


def wish(bench: HubBench, phone: str = PHONE, purpose: str = "member", about: str = "", language: str = "zh") -> CodeWish:
    return CodeWish(new_id(bench.clock), phone, purpose, about, language)


def code_in(gate: MessageGateway, asked: CodeWish) -> str:
    return re.findall(r"\d{6}", gate.sent[asked.verification_id][1])[0]


def other(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 1_000_000:06d}"


def later(bench: HubBench, **span: float) -> None:
    assert isinstance(bench.clock, ManualClock)
    bench.clock.jump(bench.clock.now() + timedelta(**span))


def rows(bench: HubBench) -> list[Any]:
    with bench.archive.reading() as connection:
        return list(connection.execute(select(tables.verification).order_by(tables.verification.c.verification_id)))


def check(client: HubClient, bench: HubBench, asked: CodeWish, code: str, attempt: str = "") -> str:
    return client.verify_check(asked.verification_id, attempt or new_id(bench.clock), code).code


def test_a_code_names_the_shop_and_its_purpose_and_is_good_once(bench: HubBench, client: HubClient, gate: MessageGateway) -> None:
    asked = wish(bench)
    assert client.verify_send(asked) == CodeSent("sent", 0)
    code = code_in(gate, asked)
    assert gate.sent[asked.verification_id] == (
        PHONE,
        f"【安康大药房】验证码{code}，用于在人民路店核对会员身份，5分钟内有效。请当面告诉店员；不是您本人在办，请勿理会。",
    )
    assert check(client, bench, asked, code) == "proven"
    assert check(client, bench, asked, code) == "used"
    (row,) = rows(bench)
    assert row.state == "proven" and row.proven_at is not None and row.code_hash == b"" and row.salt == b""


def test_a_consent_is_named_in_the_language_of_the_shop(bench: HubBench, client: HubClient, gate: MessageGateway) -> None:
    asked = wish(bench, purpose="consent", about="health,share", language="en")
    client.verify_send(asked)
    text = gate.sent[asked.verification_id][1]
    assert "to confirm your consent to “Health file”, “Share with Example Health” at 人民路店" in text
    with pytest.raises(HubFault):
        client.verify_send(wish(bench, purpose="consent", about="a word of the till's own"))
    with pytest.raises(HubFault):
        client.verify_send(wish(bench, purpose="consent"))
    assert len(gate.sent) == 1


def test_neither_the_code_nor_the_phone_is_kept(bench: HubBench, client: HubClient, gate: MessageGateway) -> None:
    asked = wish(bench)
    client.verify_send(asked)
    code = code_in(gate, asked)
    kept = "".join(repr(value) for row in rows(bench) for value in row)
    assert code not in kept and PHONE not in kept
    (row,) = rows(bench)
    assert len(row.code_hash) == 32 and len(row.salt) == 16


def test_a_phone_nobody_has_is_answered_as_any_other(
    bench: HubBench, client: HubClient, gate: MessageGateway, till: PaperTill
) -> None:
    one = Newcomer(till, "王秀兰", PHONE)
    client.tell(one.blobs)
    client.push([till.opened(), *one.events])
    known, unknown = wish(bench), wish(bench, phone="13900139000")
    assert client.verify_send(known) == client.verify_send(unknown) == CodeSent("sent", 0)
    assert [check(client, bench, asked, other(code_in(gate, asked))) for asked in (known, unknown)] == ["wrong", "wrong"]
    assert {row.state for row in rows(bench)} == {"sent"}


def test_three_wrong_codes_make_it_void_and_the_right_one_comes_too_late(
    bench: HubBench, client: HubClient, gate: MessageGateway
) -> None:
    asked = wish(bench)
    client.verify_send(asked)
    code = code_in(gate, asked)
    answers = [client.verify_check(asked.verification_id, new_id(bench.clock), other(code, n)) for n in (1, 2, 3)]
    assert [(one.code, one.left) for one in answers] == [("wrong", 2), ("wrong", 1), ("over", 0)]
    assert check(client, bench, asked, code) == "over"


def test_an_attempt_told_twice_for_a_lost_answer_counts_once(bench: HubBench, client: HubClient, gate: MessageGateway) -> None:
    asked = wish(bench)
    assert client.verify_send(asked) == client.verify_send(asked)
    assert len(gate.asked) == 1, "asked again it is the same one, and nothing is sent twice"
    code, attempt = code_in(gate, asked), new_id(bench.clock)
    for _ in range(5):
        answer = client.verify_check(asked.verification_id, attempt, other(code))
        assert (answer.code, answer.left) == ("wrong", 2)
    right = new_id(bench.clock)
    assert [check(client, bench, asked, code, right) for _ in range(3)] == ["proven"] * 3
    assert check(client, bench, asked, code) == "used", "another attempt is a replay"


def test_a_code_is_good_for_its_minutes(bench: HubBench, client: HubClient, gate: MessageGateway) -> None:
    asked = wish(bench)
    client.verify_send(asked)
    later(bench, minutes=4, seconds=59)
    assert check(client, bench, asked, other(code_in(gate, asked))) == "wrong"
    later(bench, seconds=1)
    assert check(client, bench, asked, code_in(gate, asked)) == "expired"


def test_a_code_is_told_back_at_the_till_that_asked_for_it_and_at_no_other(
    bench: HubBench, client: HubClient, gate: MessageGateway, hub: RunningHub
) -> None:
    asked = wish(bench)
    client.verify_send(asked)
    second = PaperTill(till="T2")
    bench.enrolled(second)
    elsewhere = bench.client(second, url=hub.url)
    code = code_in(gate, asked)
    assert check(elsewhere, bench, asked, code) == "unknown"
    assert elsewhere.verify_send(asked).code == "unknown", "nor is it sent again for another"
    assert check(client, bench, asked, code) == "proven"
    assert check(client, bench, wish(bench), code) == "unknown"


def test_a_newer_code_takes_the_place_of_one_that_was_not_told_back(bench: HubBench, client: HubClient, gate: MessageGateway) -> None:
    first = wish(bench)
    client.verify_send(first)
    later(bench, seconds=61)
    second = wish(bench)
    assert client.verify_send(second).code == "sent"
    assert check(client, bench, first, code_in(gate, first)) == "over"
    assert check(client, bench, second, code_in(gate, second)) == "proven"


def test_no_phone_and_no_till_gets_more_than_the_rules_let_it(
    bench: HubBench, client: HubClient, gate: MessageGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.verify_send(wish(bench)).code == "sent"
    assert client.verify_send(wish(bench)) == CodeSent("too_many", 60)
    later(bench, seconds=60)
    assert client.verify_send(wish(bench)).code == "sent"
    later(bench, seconds=60)
    assert client.verify_send(wish(bench)).code == "sent"
    later(bench, seconds=60)
    hour = client.verify_send(wish(bench))
    assert (hour.code, hour.seconds) == ("too_many", 3600 - 180)
    assert client.verify_send(wish(bench, phone="13900139000")).code == "sent", "another phone is not held up by this one"
    few = VerificationRules.read({**json.loads(resource("rules", "verification.json").read_text("utf-8")), "till_per_hour": 4})
    monkeypatch.setattr(verification, "rules", lambda: few)
    assert client.verify_send(wish(bench, phone="13700137000")).code == "too_many"
    assert len(gate.sent) == 4


def test_a_revoked_till_sends_and_checks_nothing(bench: HubBench, client: HubClient, gate: MessageGateway, till: PaperTill) -> None:
    asked = wish(bench)
    client.verify_send(asked)
    assert publishing.revoke_device(bench.archive, bench.clock, till.key.device, reason="stolen", by="ada")
    later(bench, seconds=61)
    for ask in (lambda: client.verify_send(wish(bench)), lambda: check(client, bench, asked, code_in(gate, asked))):
        with pytest.raises(HubFault) as fault:
            ask()
        assert (fault.value.code, fault.value.facts["code"]) == ("unproven", "revoked")
    assert [row.state for row in rows(bench)] == ["sent"] and len(gate.sent) == 1


def test_a_gateway_that_takes_nothing_is_said_and_what_came_all_the_same_counts(
    bench: HubBench, client: HubClient, gate: MessageGateway
) -> None:
    gate.answer = 503
    asked = wish(bench)
    assert client.verify_send(asked).code == "failed"
    code = re.findall(r"\d{6}", gate.asked[-1]["text"])[0]
    assert check(client, bench, asked, code) == "proven"


def test_without_a_gateway_nothing_is_offered_and_nothing_sent(bench: HubBench, client: HubClient, till: PaperTill) -> None:
    bare = bench.client(till)
    assert (client.hello().verifies, bare.hello().verifies) == (True, False)
    assert bare.verify_send(wish(bench)).code == "none"
    assert rows(bench) == []


def test_a_phone_that_was_proven_lets_the_rewards_of_joining_go(bench: HubBench, client: HubClient, till: PaperTill) -> None:
    one = Newcomer(till, "王秀兰", PHONE, guide="S1")
    client.tell(one.blobs)
    client.push([till.opened(), *one.events])

    def earns() -> bool:
        with bench.archive.reading() as connection:
            (joined,) = one_id.joined(connection, bench.clock.now() - timedelta(days=1))
        return joined.earns("guide_reward")

    assert not earns()
    one.blobs.clear(), one.events.clear()
    one.claims("phone", PHONE, "proven")
    client.tell(one.blobs)
    client.push(one.events)
    assert earns()


def test_an_erased_persons_phone_is_taken_off_what_was_sent_and_the_evidence_stays(
    bench: HubBench, client: HubClient, gate: MessageGateway, till: PaperTill
) -> None:
    one = Newcomer(till, "王秀兰", PHONE)
    client.tell(one.blobs)
    client.push([till.opened(), *one.events])
    asked = wish(bench)
    client.verify_send(asked)
    check(client, bench, asked, code_in(gate, asked))
    assert rows(bench)[0].phone_mark
    unit = lambda connection: erasing.erase(  # noqa: E731
        connection, bench.clock.now(), one.member_id, reason="asked", asked_via="RM01", by="S1", store_id="RM01"
    )
    bench.archive.commit(unit).result()
    (row,) = rows(bench)
    assert (row.phone_mark, row.state, row.verification_id) == ("", "proven", asked.verification_id)


def test_what_nobody_told_back_is_forgotten_and_evidence_kept_for_its_years(
    bench: HubBench, client: HubClient, gate: MessageGateway
) -> None:
    proven, vain = wish(bench), wish(bench, phone="13900139000")
    for asked in (proven, vain):
        client.verify_send(asked)
    check(client, bench, proven, code_in(gate, proven))
    later(bench, days=31)
    client.verify_send(wish(bench, phone="13700137000"))
    assert {row.verification_id for row in rows(bench)} >= {proven.verification_id}
    assert vain.verification_id not in {row.verification_id for row in rows(bench)}
    later(bench, days=1100)
    client.verify_send(wish(bench, phone="13700137000"))
    assert proven.verification_id not in {row.verification_id for row in rows(bench)}


def test_a_signed_consent_is_in_the_copy_of_a_person_and_gone_with_their_key(
    bench: HubBench, client: HubClient, till: PaperTill
) -> None:
    from people_told import blob

    from app.domain.signature import Signature, digest
    from app.records.events import ConsentSet

    one = Newcomer(till, "王秀兰", PHONE)
    plain = Signature(250, (((10, 20, 0), (300, 90, 40)),)).encoded("ab" * 16)
    told = blob(till, one.member_id, "signature", plain)
    one.blobs.append(told)
    one.write(
        ConsentSet(
            consent_id=new_id(till.clock), member_id=one.member_id, purpose="health", text_version="1", given=True,
            channel="signature", evidence=told["blob_id"], digest=digest(plain),
        )
    )  # fmt: skip
    assert set(client.tell(one.blobs).values()) == {""}
    client.push([till.opened(), *one.events])
    keys = PeopleKeys(bench.seed)

    def consents() -> list[dict[str, Any]]:
        with bench.archive.reading() as connection:
            copied = json.loads(person.copy(connection, keys, one.member_id, bench.clock.now()))
        found: list[dict[str, Any]] = copied["data"]["consents"]
        return found

    (said,) = consents()
    assert said["channel"] == "signature" and said["signature"]["s"] == [[10, 20, 0, 290, 70, 40]]
    page = client.feed("consent", "", 10)
    assert [(row["channel"], row["evidence"]) for row in page.rows] == [("signature", told["blob_id"])]
    with bench.archive.reading() as connection:
        assert connection.scalar(select(tables.consent.c.digest)) == digest(plain)
    unit = lambda connection: erasing.erase(  # noqa: E731
        connection, bench.clock.now(), one.member_id, reason="asked", asked_via="RM01", by="S1", store_id="RM01"
    )
    bench.archive.commit(unit).result()
    assert not any(row.get("signature") for row in consents())


@pytest.mark.parametrize(
    ("ago", "wait_s"),
    [([], 0), ([59.5], 1), ([60], 0), ([61, 122, 183], 3600 - 183), ([3601, 3700, 3800], 0), ([7200 + n for n in range(6)], 86_400 - 7205)],
)
def test_the_wait_is_the_longest_that_any_limit_asks_for(ago: list[float], wait_s: int, bench: HubBench) -> None:
    now = bench.clock.now()
    before = [Sent(now - timedelta(seconds=one), same_phone=True, same_till=False) for one in ago]
    assert verification.rules().wait_s(before, now) == wait_s
