"""What several tills say of one person's allergies is joined at headquarters: none that nobody took back is lost, in any order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select
from sqlalchemy.pool import StaticPool

from app.domain.told_profile import EDITED_FROM, Allergies, read_told, told_bytes
from app.hub import tables
from app.hub.people import PeopleKeys, ToldBlob, keep_blobs, member_rows
from app.records.people import FamilyPerson, Member

KEYS = PeopleKeys(b"s" * 32)
START = datetime(2026, 11, 22, 1, tzinfo=UTC)
CLASSES = ("penicillin", "sulfa", "nsaid")
HER = Member(id="m1", card_no="90000000000000000019", name="王秀兰")
SON = FamilyPerson(id="f1", member_id="m1", name="小宝", weight_g=20_000)
DAUGHTER = FamilyPerson(id="f2", member_id="m1", name="小妹")


ENGINE = create_engine("sqlite://", poolclass=StaticPool)


@pytest.fixture(scope="module", autouse=True)
def _its_tables() -> Iterator[None]:
    tables.metadata.create_all(ENGINE)
    yield
    ENGINE.dispose()


@contextmanager
def headquarters() -> Iterator[Connection]:
    """Headquarters with one member, told by their first till; nothing of it stays."""
    with ENGINE.connect() as connection:
        hear(connection, "joined", HER, None, START - timedelta(days=9))
        yield connection
        connection.rollback()


def hear(connection: Connection, blob_id: str, person: Member | FamilyPerson, before: Member | FamilyPerson | None, at: datetime) -> None:
    kind = "member_profile" if isinstance(person, Member) else "family_profile"
    outcomes, _ = keep_blobs(connection, KEYS, "S1", [ToldBlob(blob_id, "m1", kind, at, told_bytes(person, before))])
    assert outcomes == {blob_id: ""}


def known_to(connection: Connection) -> Member:
    return member_rows(connection, ["m1"])["m1"]


def kin_known_to(connection: Connection, person_id: str) -> FamilyPerson:
    row = tables.feed_row.c
    text = connection.scalar(select(row.json).where(row.feed == "family", row.key == person_id, row.current))
    return FamilyPerson.model_validate_json(text)


def allergic(person: Member | FamilyPerson, *classes: str, tag: str = "") -> Member | FamilyPerson:
    """A profile after somebody asked; without a tag a till of before did."""
    return Allergies.asked(classes, tag).on(person)


def doubted(person: Member | FamilyPerson) -> set[str]:
    return set(Allergies.of(person).doubts)


def named(person: Member | FamilyPerson) -> tuple[bool, set[str]]:
    return person.allergies_known, set(Allergies.of(person).classes)


def test_two_tills_that_note_allergies_offline_are_both_heard_whichever_comes_first() -> None:
    for first, second in permutations((("a", "penicillin", 1), ("b", "sulfa", 2))):
        with headquarters() as connection:
            for blob_id, code, minutes in (first, second):
                hear(connection, blob_id, allergic(HER, code), HER, START + timedelta(minutes=minutes))
            assert named(known_to(connection)) == (True, {"penicillin", "sulfa"})


def test_asked_and_none_at_one_till_does_not_silence_what_another_was_told() -> None:
    with headquarters() as connection:
        hear(connection, "a", allergic(HER, "penicillin"), HER, START)
        hear(connection, "b", allergic(HER), HER, START + timedelta(hours=1))
        assert named(known_to(connection)) == (True, {"penicillin"})


def test_what_the_member_takes_back_goes_and_nothing_else() -> None:
    with headquarters() as connection:
        both = allergic(HER, "penicillin", "sulfa")
        hear(connection, "a", both, HER, START)
        hear(connection, "c", allergic(HER, "nsaid"), HER, START + timedelta(hours=2))
        hear(connection, "b", allergic(HER, "sulfa"), both, START + timedelta(hours=1))
        assert named(known_to(connection)) == (True, {"sulfa", "nsaid"})


def test_other_fields_are_those_of_the_newest_word_even_where_an_older_one_comes_late_with_an_allergy() -> None:
    with headquarters() as connection:
        hear(connection, "new", HER.model_copy(update={"name": "王秀岚"}), HER, START + timedelta(hours=1))
        hear(connection, "old", allergic(HER.model_copy(update={"name": "王秀"}), "sulfa"), HER, START)
        member = known_to(connection)
        assert (member.name, named(member)) == ("王秀岚", (True, {"sulfa"}))


def test_a_till_of_before_that_does_not_say_what_it_edited_adds_and_takes_nothing() -> None:
    with headquarters() as connection:
        hear(connection, "a", allergic(HER, "penicillin"), HER, START)
        hear(connection, "b", allergic(HER, "sulfa"), None, START + timedelta(hours=1))
        assert named(known_to(connection)) == (True, {"penicillin", "sulfa"})


def test_persons_whom_members_buy_for_are_joined_alike_and_a_word_on_one_does_not_age_that_on_another() -> None:
    with headquarters() as connection:
        hear(connection, "k1", SON, None, START)
        hear(connection, "k2", DAUGHTER, None, START)
        hear(connection, "b", allergic(SON, "nsaid"), SON, START + timedelta(hours=2))
        hear(connection, "a", allergic(SON.model_copy(update={"weight_g": 1}), "penicillin"), SON, START + timedelta(hours=1))
        son = kin_known_to(connection, "f1")
        assert (son.weight_g, named(son)) == (20_000, (True, {"nsaid", "penicillin"}))
        hear(connection, "c", DAUGHTER.model_copy(update={"name": "小美"}), DAUGHTER, START + timedelta(hours=1))
        assert kin_known_to(connection, "f2").name == "小美"


def test_a_person_of_another_member_is_not_rewritten() -> None:
    with headquarters() as connection:
        hear(connection, "k1", SON, None, START)
        foreign = told_bytes(SON.model_copy(update={"member_id": "m2", "name": "别人"}), None)
        keep_blobs(connection, KEYS, "S1", [ToldBlob("x", "m2", "family_profile", START + timedelta(hours=1), foreign)])
        assert kin_known_to(connection, "f1") == SON


def test_what_a_profile_was_edited_from_is_left_out_where_there_was_nothing_and_read_past_by_those_who_do_not_know_it() -> None:
    assert told_bytes(HER, None) == HER.model_dump_json().encode()
    fields = json.loads(told_bytes(allergic(HER, "sulfa"), HER))
    assert fields.pop(EDITED_FROM) == {"known": False, "classes": []}
    assert Member.model_validate(fields) == allergic(HER, "sulfa")


@pytest.mark.parametrize("wrong", [b"[]", b"{", b'{"id":"m1"}', b'{"id":"m1","card_no":"1","edited_from":7}'])
def test_what_is_no_profile_is_refused(wrong: bytes) -> None:
    with pytest.raises(ValueError, match="shape"):
        read_told(Member, wrong)


def test_what_one_till_takes_away_while_another_is_told_it_stays_in_doubt_until_somebody_asks_again() -> None:
    begun = allergic(HER, "penicillin", "sulfa", tag="t0")
    for order in permutations((("gone", allergic(begun, "sulfa", tag="t1")), ("said", allergic(begun, "penicillin", tag="t2")))):
        with headquarters() as connection:
            hear(connection, "begun", begun, HER, START)
            for minutes, (blob_id, person) in enumerate(order):
                hear(connection, blob_id, person, begun, START + timedelta(minutes=minutes))
            both = known_to(connection)
            assert named(both) == (True, {"penicillin", "sulfa"}) and doubted(both) == {"penicillin", "sulfa"}
            hear(connection, "asked", allergic(both, "sulfa", tag="t3"), both, START + timedelta(hours=1))
            assert named(known_to(connection)) == (True, {"sulfa"}) and doubted(known_to(connection)) == set()


def test_the_same_allergy_noted_at_two_tills_is_taken_back_by_whoever_has_both_words_in_front_of_them() -> None:
    one, other = allergic(HER, "penicillin", tag="t1"), allergic(HER, "penicillin", tag="t2")
    with headquarters() as connection:
        hear(connection, "one", one, HER, START)
        hear(connection, "other", other, HER, START)
        # The first till has not heard of the second: its word alone goes.
        hear(connection, "back", allergic(one, tag="t3"), one, START + timedelta(minutes=1))
        assert named(known_to(connection)) == (True, {"penicillin"}) and doubted(known_to(connection)) == {"penicillin"}
        hear(connection, "again", allergic(known_to(connection), tag="t4"), known_to(connection), START + timedelta(minutes=2))
        assert named(known_to(connection)) == (True, set())


def test_a_class_of_the_book_stays_beside_what_a_till_was_told_and_in_no_bodys_doubt() -> None:
    book = HER.model_copy(update={"allergies_known": True, "allergy_classes": "penicillin"})
    both = Allergies.of(book).after(Allergies(), Allergies.asked(["penicillin"], "t1"))
    kept = Allergies.of(both.on(HER))
    assert kept == both and kept.words == {("penicillin", ""), ("penicillin", "t1")}
    assert both.on(HER).allergy_words == "penicillin@;penicillin@t1" and book == Allergies.of(book).on(book)


def test_other_fields_put_right_elsewhere_bring_no_allergy_back_and_put_none_in_doubt() -> None:
    begun = allergic(HER, "penicillin", tag="t0")
    with headquarters() as connection:
        hear(connection, "begun", begun, HER, START)
        hear(connection, "gone", allergic(begun, tag="t1"), begun, START + timedelta(minutes=1))
        hear(connection, "named", begun.model_copy(update={"name": "王秀岚"}), begun, START + timedelta(minutes=2))
        assert named(known_to(connection)) == (True, set()) and known_to(connection).name == "王秀岚"


@dataclass
class Till:
    """A till of the member's store: what it has, and what it has not told yet."""

    row: Member
    ahead: timedelta
    """By how much its clock is wrong."""
    untold: list[tuple[str, datetime, Member, Member]] = field(default_factory=list)

    def note(self, blob_id: str, at: datetime, classes: frozenset[str]) -> None:
        before, self.row = self.row, Allergies.asked(classes, blob_id).on(self.row)
        self.untold.append((blob_id, at + self.ahead, self.row, before))

    def tell(self, connection: Connection) -> None:
        if self.untold:
            blob_id, at, person, before = self.untold.pop(0)
            hear(connection, blob_id, person, before, at)

    def read(self, connection: Connection) -> None:
        self.row = known_to(connection)
        for _, _, person, before in self.untold:
            self.row = read_told(Member, told_bytes(person, before)).on(self.row, self.row)


@dataclass
class Words:
    """Every word that was ever said, and which ones somebody who had them in front of them took away."""

    said: set[tuple[str, str]] = field(default_factory=set)
    taken: set[tuple[str, str]] = field(default_factory=set)

    def note(self, seen: Member, tag: str, classes: frozenset[str]) -> None:
        """Somebody was asked and named these; a class named again is another word, which stands for those seen before."""
        self.said |= {(code, tag) for code in classes}
        self.taken |= Allergies.of(seen).words

    def standing(self) -> set[tuple[str, str]]:
        """What nobody took away."""
        return self.said - self.taken


SAID = st.frozensets(st.sampled_from(CLASSES))
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.one_of(SAID, st.sampled_from(["tell", "read"]))),
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS, ahead=st.tuples(*[st.integers(-300, 300)] * 3))
def test_three_tills_end_alike_and_no_allergy_that_nobody_took_back_is_lost(
    steps: list[tuple[int, frozenset[str] | str]], ahead: tuple[int, int, int]
) -> None:
    with headquarters() as connection:
        tills = [Till(HER, timedelta(minutes=minutes)) for minutes in ahead]
        heard = Words()
        for number, (whose, what) in enumerate(steps):
            till = tills[whose]
            if what == "tell":
                till.tell(connection)
            elif what == "read":
                till.read(connection)
            elif isinstance(what, frozenset):
                heard.note(till.row, f"b{number}", what)
                till.note(f"b{number}", START + timedelta(minutes=number), what)
        for till in tills:
            while till.untold:
                till.tell(connection)
        for till in tills:
            till.read(connection)
        member = known_to(connection)
        assert all(till.row == member for till in tills)
        # Exactly what no till took away that had it in front of it: neither more nor, whatever came first, less.
        assert Allergies.of(member).words == heard.standing()
        assert member.allergies_known == any(isinstance(what, frozenset) for _, what in steps)


@settings(max_examples=12, deadline=None)
@given(
    said=st.lists(st.tuples(st.sampled_from([frozenset({code}) for code in CLASSES]), st.integers(-300, 300)), min_size=3, max_size=3),
    taken=st.sampled_from(CLASSES),
)
def test_in_whatever_order_they_are_heard(said: list[tuple[frozenset[str], int]], taken: str) -> None:
    begun = allergic(HER, *CLASSES, tag="t0")
    ends = set()
    words = [(allergic(begun, *classes, tag=f"t{n + 1}"), begun, minutes) for n, (classes, minutes) in enumerate(said)]
    words.append((allergic(begun, *(code for code in CLASSES if code != taken), tag="gone"), begun, 0))
    for order in permutations(range(len(words))):
        with headquarters() as connection:
            hear(connection, "begun", begun, HER, START - timedelta(days=1))
            for number in order:
                person, before, minutes = words[number]
                hear(connection, f"b{number}", person, before, START + timedelta(minutes=minutes))
            ends.add(known_to(connection).model_dump_json())
    assert len(ends) == 1
