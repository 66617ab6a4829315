"""What this till noted of a person and headquarters has not heard of yet is not forgotten for a row that was on its way."""

from __future__ import annotations

from typing import Any

from app.domain.told_profile import told_bytes
from app.records.ledger import PrivateBlob
from app.records.people import FamilyPerson, Member
from app.store import tables as t
from app.store.open_store import Store

HER = Member(id="m1", card_no="90000000000000000019", name="王秀兰", allergies_known=True, allergy_classes="sulfa")
SON = FamilyPerson(id="f1", member_id="m1", name="小宝", weight_g=20_000)


def told(store: Store, feed: str, *records: Any) -> None:
    store.inbox.apply(feed, [record.model_dump(mode="json") for record in records], f"{feed}:1:aa").result(60)


def noted(store: Store, blob_id: str, kind: str, record: Member | FamilyPerson) -> None:
    store.private.save([PrivateBlob(blob_id, "m1", kind, record.model_dump_json().encode())]).result(60)


def test_an_allergy_named_here_stands_until_headquarters_has_heard_of_it(store: Store) -> None:
    told(store, "member", HER)
    noted(store, "b1", "member_profile", HER.model_copy(update={"allergy_classes": "penicillin"}))
    told(store, "member", HER.model_copy(update={"tier": "gold"}))
    member = store.people.member("m1")
    assert member is not None and member.tier == "gold"
    assert (member.allergies_known, set(member.allergy_classes.split(";"))) == (True, {"penicillin", "sulfa"})
    store.blob_outbox.mark(["b1"]).result(60)
    told(store, "member", HER.model_copy(update={"allergy_classes": "penicillin"}))
    member = store.people.member("m1")
    assert member is not None and member.allergy_classes == "penicillin"


def test_so_does_one_of_a_person_whom_a_member_buys_for(store: Store) -> None:
    told(store, "member", HER)
    told(store, "family", SON)
    noted(store, "b1", "family_profile", SON.model_copy(update={"allergies_known": True, "allergy_classes": "nsaid"}))
    told(store, "family", SON.model_copy(update={"weight_g": 21_000}))
    (son,) = store.people.family("m1")
    assert (son.weight_g, son.allergies_known, son.allergy_classes) == (21_000, True, "nsaid")
    store.blob_outbox.mark(["b1"]).result(60)
    told(store, "family", SON)
    assert store.people.family("m1") == (SON,)


def test_an_allergy_taken_back_here_stays_taken_back_while_a_row_is_on_its_way(store: Store) -> None:
    told(store, "member", HER)
    before = store.people.member("m1")
    assert before is not None
    none = before.model_copy(update={"allergy_classes": ""})
    store.private.save([PrivateBlob("b1", "m1", "member_profile", told_bytes(none, before))]).result(60)
    told(store, "member", HER.model_copy(update={"tier": "gold", "allergy_classes": "nsaid;sulfa"}))
    member = store.people.member("m1")
    assert member is not None and (member.tier, member.allergy_classes) == ("gold", "nsaid")


def test_a_row_that_came_while_somebody_was_asked_is_not_overwritten(store: Store) -> None:
    told(store, "member", HER)
    told(store, "member", HER.model_copy(update={"allergy_classes": "penicillin;sulfa"}))
    said = HER.model_copy(update={"allergy_classes": "nsaid;sulfa"})
    store.private.save([PrivateBlob("b1", "m1", "member_profile", told_bytes(said, HER))]).result(60)
    member = store.people.member("m1")
    assert member is not None and member.allergy_classes == "nsaid;penicillin;sulfa"


def test_of_a_damaged_word_what_it_added_stays(store: Store) -> None:
    told(store, "member", HER)
    noted(store, "b1", "member_profile", HER.model_copy(update={"allergy_classes": "penicillin"}))
    damage = t.private_blob.update().where(t.private_blob.c.blob_id == "b1").values(sealed=b"\0" * 64)
    store.writer.submit(lambda connection: connection.execute(damage)).result(60)
    told(store, "member", HER.model_copy(update={"tier": "gold"}))
    member = store.people.member("m1")
    assert member is not None and member.allergy_classes == "penicillin;sulfa"
