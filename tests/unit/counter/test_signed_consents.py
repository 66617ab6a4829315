"""A signature under a consent: sealed with the person's key, shown, told, copied for the person, and noise once they are erased."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.counter.faults import Refused
from app.domain.signature import Signature, digest
from app.records.people import Consent
from app.store.faults import StoreFault

HER = "member-00001"
DRAWN = Signature(240, (((90, 60, 0), (250, 55, 60), (180, 190, 140)), ((420, 40, 300), (430, 150, 380), (620, 120, 460))))


def signed(till: Any, *purposes: str) -> dict[str, Any]:
    till.joining.set_consents(HER, dict.fromkeys(purposes, True), "signature", DRAWN).wait()
    body: dict[str, Any] = till.store.journal.of_type("consent.set@1")[0].body
    return body


def test_the_event_names_the_sealed_strokes_by_blob_and_digest_and_holds_none_of_them(till: Any) -> None:
    body = signed(till, "health", "share")
    plain = till.store.private.open(body["evidence"])
    assert digest(plain) == body["digest"] and Signature.decoded(plain) == DRAWN
    (raw,) = [raw for raw in till.store.journal.events(0, till.store.journal.head().seq) if body["consent_id"].encode() in raw]
    assert b"420" not in raw.replace(body["digest"].encode(), b"").split(b'"body":')[1].split(b'"alg"')[0]
    other = signed(till, "personal")
    assert other["digest"] != body["digest"], "each time with chance of its own"


def test_several_consents_of_one_signature_share_one_blob(till: Any) -> None:
    signed(till, "health", "share")
    told = {one.body["evidence"] for one in till.store.journal.of_type("consent.set@1") if one.body["channel"] == "signature"}
    kept = [blob for blob in till.store.blob_outbox.pending() if blob.kind == "signature"]
    assert len(told) == len(kept) == 1 and kept[0].person_id == HER and "sealed" not in repr(kept[0])


@pytest.mark.parametrize("drawn", [None, Signature(240, ()), Signature(240, (((5, 5, 0),),))])
def test_signed_without_a_signature_is_refused_and_nothing_is_on_record(till: Any, drawn: Signature | None) -> None:
    before = len(till.store.journal.of_type("consent.set@1"))
    with pytest.raises(Refused, match="sign_needed"):
        till.joining.set_consents(HER, {"share": True}, "signature", drawn)
    assert len(till.store.journal.of_type("consent.set@1")) == before


def test_the_members_page_says_how_and_shows_what_was_signed(till: Any) -> None:
    till.joining.set_consents(HER, {"health": False}).wait()
    till.clock.advance(60)
    signed(till, "health")
    face = next(one for one in till.member_view.scene(HER).consents if one.purpose == "health")
    assert (face.channel, face.version, face.drawing) == ("signature", "2026-11", DRAWN)
    row = next(row for row in till.joining.consents(HER).rows if row.purpose == "health")
    assert (row.how.zh, row.drawing) == ("签字", DRAWN)


def test_a_till_that_has_not_the_strokes_says_how_it_was_given_all_the_same(till: Any) -> None:
    told = Consent(
        id=f"{HER}:share", member_id=HER, purpose="share", given=True, text_version="2026-11", at=till.clock.now(),
        channel="signature", evidence="a-blob-of-another-till",
    )  # fmt: skip
    till.store.inbox.apply("consent", [told.model_dump(mode="json")], "consent:1:aa").result(60)
    row = next(row for row in till.joining.consents(HER).rows if row.purpose == "share")
    assert (row.given, row.channel, row.drawing) == (True, "signature", None)


def test_the_copy_for_the_person_holds_the_strokes_and_the_paper_draws_them(till: Any) -> None:
    staff = till.store.people.staff_by_id("staff-1001")
    member = till.store.people.member(HER)
    _, plain_paper = till.personal.copy(member, staff)
    signed(till, "share")
    told, paper = till.personal.copy(member, staff)
    (row,) = [row for row in json.loads(told)["data"]["consents"] if row.get("channel") == "signature"]
    assert [tuple(tuple(point) for point in stroke) for stroke in row["signature"]["strokes"]] == list(DRAWN.strokes)
    assert len(paper) > len(plain_paper)


def test_an_erased_persons_signature_is_noise_and_is_told_to_nobody(till: Any) -> None:
    body = signed(till, "share")
    manager = till.store.people.staff_by_id("staff-1003")
    till.erasing.erase(HER, "asked", manager).wait()
    with pytest.raises(StoreFault, match="person_key_destroyed"):
        till.store.private.open(body["evidence"])
    assert not [blob for blob in till.store.blob_outbox.pending() if blob.kind == "signature"]
    (kept,) = [one for one in till.store.journal.of_type("consent.set@1") if one.body["consent_id"] == body["consent_id"]]
    assert kept.body["digest"] == body["digest"], "that consent was given stays, as the law asks; what was drawn does not"
