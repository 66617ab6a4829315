"""Enrolment: one code, one till, ten minutes, five tries, and proof of the key."""

from __future__ import annotations

import pytest
import requests
from argon2 import Type
from hub_bench import QUICK, REAL_COSTS, HubBench
from till_double import PaperTill

from app.records.clock import ManualClock
from app.records.keys import DeviceKey
from app.records.wire import enrol_payload
from app.sync.client import HubFault, enrol


def refused(bench: HubBench, till: PaperTill, code: str, name: str = "") -> str:
    with pytest.raises(HubFault) as caught:
        enrol(bench.url, till.key, code, name, QUICK)
    assert caught.value.code == "unproven"
    return caught.value.facts["code"]


def test_a_code_makes_a_till_known_and_names_store_and_hub(bench: HubBench, till: PaperTill) -> None:
    answer = enrol(bench.url, till.key, bench.code().lower(), "", QUICK)
    assert (answer.store_id, answer.till, answer.device) == ("RM01", "T1", till.key.device)
    assert answer.hub_public_key == bench.public
    assert answer.store["branch"] == "人民路店"


def test_an_answer_that_was_lost_is_given_again_to_the_same_key_only(bench: HubBench, till: PaperTill) -> None:
    code = bench.code()
    first = enrol(bench.url, till.key, code, "T1", QUICK)
    assert enrol(bench.url, till.key, code, "T1", QUICK) == first
    assert refused(bench, PaperTill(), code) == "code_used"


def test_a_code_dies_after_ten_minutes(bench: HubBench, till: PaperTill) -> None:
    code = bench.code()
    assert isinstance(bench.clock, ManualClock)
    bench.clock.advance(601)
    assert refused(bench, till, code) == "code_expired"


def test_a_code_dies_after_five_wrong_tries(bench: HubBench, till: PaperTill) -> None:
    code = bench.code()
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    assert [refused(bench, till, wrong) for _ in range(6)] == ["code"] * 5 + ["code_expired"]
    assert refused(bench, till, code) == "code_expired"


def test_an_unknown_code_and_a_code_of_another_till_are_refused(bench: HubBench, till: PaperTill) -> None:
    assert refused(bench, till, "AAAA-AAAA-AAAA") == "code"
    assert refused(bench, till, bench.code("T2"), "T1") == "other_till"


def test_a_key_that_cannot_be_proven_is_refused(bench: HubBench, till: PaperTill) -> None:
    code, other = bench.code(), DeviceKey.new()
    public = till.key.public().hex()
    proof = other.sign(enrol_payload("n" * 32, code, "T1", public)).hex()
    asked = {"code": code, "public_key_hex": public, "till": "T1", "nonce": "n" * 32, "proof": proof}
    answer = requests.post(bench.url + "/v1/enrol", json=asked, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (403, "proof")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"code":', b'{"code":"x","public_key_hex":"zz"}', b"[" * 5000])
def test_a_request_of_the_wrong_shape_is_refused(bench: HubBench, body: bytes) -> None:
    assert requests.post(bench.url + "/v1/enrol", data=body, timeout=60).status_code == 422


def test_a_new_machine_replaces_the_old_one_whose_last_facts_are_still_taken(bench: HubBench) -> None:
    old, new = PaperTill(), PaperTill()
    old_client = bench.enrolled(old)
    bench.enrolled(new)
    assert old_client.push([old.sale()])[0].status == "stored"
    assert old_client.hello().state == "replaced"


def test_a_code_for_a_till_that_does_not_exist_cannot_be_issued(bench: HubBench) -> None:
    with pytest.raises(KeyError):
        bench.code("T9")


def test_what_is_kept_of_a_code_or_a_password_is_dear_to_guess() -> None:
    # OWASP's least for argon2id is 19 MiB and two rounds; people's passwords stand at RFC 9106's second choice.
    for name, hasher in REAL_COSTS.items():
        least = (19 * 1024, 2) if name == "codes" else (64 * 1024, 3)
        assert (hasher.memory_cost, hasher.time_cost) >= least
        assert hasher.type is Type.ID
