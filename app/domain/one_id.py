"""One ID: which member ids are the same person, decided from identity claims by rules that are data, always with the evidence stated.

Names and dates of birth are compared, never kept: callers may give keyed marks of them. A group of ids that were merged is a
*party*; rules compare whole parties, so that a number a family shares never joins two people through a third without a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast

from app.domain.membership import read_identity
from app.records.people import Member

Relation = Literal["same", "unknown", "different"]
Does = Literal["merge", "propose"]
Standing = Literal["provisional", "verified", "known_before"]

KINDS = ("phone", "card", "union", "wechat", "alipay", "jpass")
_RELATIONS = ("same", "unknown", "different")
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_BETWEEN_NAMES = re.compile(r"[\s·•.\-']+")


@dataclass(frozen=True, slots=True)
class Rule:
    """When two parties that share an identity are one person, or should be looked at by somebody."""

    id: str
    kinds: frozenset[str]
    level: int
    """The least level both sides must have, as its place in the order of levels."""
    names: frozenset[str]
    births: frozenset[str]
    """Relations (same | unknown | different) under which the rule holds."""
    does: Does
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Provisional:
    """What a person who has only just joined may have, and what waits."""

    until: str
    """The level that one of the person's identities must have reached."""
    at_once: frozenset[str]
    held: frozenset[str]
    lost_when_known_before: frozenset[str]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class OneIdRules:
    """The rule file, read."""

    version: str
    levels: tuple[str, ...]
    """Weakest first."""
    most_holders: int
    """A mark that more members claim proves nothing (a shop's own number, a made-up one) and is neither merged nor proposed."""
    rules: tuple[Rule, ...]
    """The first that holds decides."""
    published_levels: Mapping[str, str]
    """The level of a phone or card that headquarters' own books bring, without anybody having claimed it at a till."""
    provisional: Provisional

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> OneIdRules:
        """Read the rules; KeyError or ValueError where something is missing or makes no sense."""
        levels = tuple(str(level) for level in document["levels"])
        rules = tuple(_rule(one, levels) for one in document["rules"])
        kept = document["provisional"]
        read = cls(
            version=str(document["version"]),
            levels=levels,
            most_holders=int(document["most_holders"]),
            rules=rules,
            published_levels={str(kind): str(level) for kind, level in document["published_levels"].items()},
            provisional=Provisional(
                str(kept["until"]),
                frozenset(kept["at_once"]),
                frozenset(kept["held"]),
                frozenset(kept["lost_when_known_before"]),
                str(kept["zh"]),
                str(kept["en"]),
            ),
        )
        for level in (*read.published_levels.values(), read.provisional.until):
            read.rank(level)
        if read.most_holders < 2:
            raise ValueError("a mark that only one may hold joins nobody")
        return read

    def rank(self, level: str) -> int:
        """A level's place in the order; ValueError for one that the rules do not know."""
        return self.levels.index(level)

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id; None for `person`, which is somebody's own decision."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def _rule(document: Mapping[str, Any], levels: Sequence[str]) -> Rule:
    rule = Rule(
        id=str(document["id"]),
        kinds=frozenset(document["kinds"]),
        level=levels.index(document["level"]),
        names=frozenset(document["names"]),
        births=frozenset(document["births"]),
        does=cast(Does, document["does"]),
        zh=str(document["zh"]),
        en=str(document["en"]),
    )
    if not rule.kinds <= set(KINDS) or not (rule.names | rule.births) <= set(_RELATIONS) or rule.does not in ("merge", "propose"):
        raise ValueError(f"rule {rule.id} speaks of what there is not")
    if rule.does == "merge" and "different" in rule.births:
        raise ValueError(f"rule {rule.id} would merge people of different dates of birth by itself")
    return rule


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody said, showed or proved that an identity is a member's; `mark` stands for its value."""

    member_id: str
    kind: str
    mark: str
    level: str


@dataclass(frozen=True, slots=True)
class Party:
    """Member ids that are one person as far as is known."""

    members: frozenset[str]
    names: frozenset[str] = frozenset()
    births: frozenset[str] = frozenset()
    held: Mapping[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    """(kind, mark) → the highest level claimed, and by which member."""

    @property
    def canonical(self) -> str:
        """The id that stands for all."""
        return canonical_of(self.members)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule says of two parties, and on what evidence."""

    rule: Rule
    kind: str
    mark: str
    one: str
    other: str
    """The members, the older first, whose claims met."""
    levels: tuple[str, str]
    names: Relation
    births: Relation


def age(member_id: str) -> tuple[bool, str]:
    """The key that sorts member ids by age: ids brought from older books first, then ids of this system by the time they were made."""
    return bool(_UUID7.fullmatch(member_id)), member_id


def canonical_of(members: Iterable[str]) -> str:
    """The id that stands for a party: its oldest, so that every order of arrival ends with the same one."""
    return min(members, key=age)


def normal_form(kind: str, value: str) -> str:
    """The form in which two identity values of a kind are compared; '' where nothing is left of it."""
    plain = unicodedata.normalize("NFKC", value).strip()
    if kind == "phone":
        read = read_identity(plain)
        return read.text if read.kind == "phone" else re.sub(r"[^0-9]", "", plain)
    if kind == "card":
        return re.sub(r"\s+", "", plain).upper()
    return plain


def normal_name(name: str) -> str:
    """A name as it is compared: 王 秀兰 = 王秀兰, Ａnna LI = anna li."""
    return _BETWEEN_NAMES.sub("", unicodedata.normalize("NFKC", name).casefold())


def relation(one: frozenset[str], other: frozenset[str]) -> Relation:
    """How what is known of two parties compares: unknown where one side says nothing, same where anything agrees."""
    if not one or not other:
        return "unknown"
    return "same" if one & other else "different"


def decide(one: Party, other: Party, rules: OneIdRules) -> Decision | None:
    """The first rule that holds between two parties for any identity they share; among its identities the strongest, then by mark."""
    shared = one.held.keys() & other.held.keys()
    if not shared:
        return None
    names, births = relation(one.names, other.names), relation(one.births, other.births)
    for rule in rules.rules:
        if names not in rule.names or births not in rule.births:
            continue
        fitting = [
            (-min(one.held[key][0], other.held[key][0]), key)
            for key in shared
            if key[0] in rule.kinds and min(one.held[key][0], other.held[key][0]) >= rule.level
        ]
        if fitting:
            kind, mark = key = min(fitting)[1]
            sides = sorted((one.held[key], other.held[key]), key=lambda side: age(side[1]))
            levels = (rules.levels[sides[0][0]], rules.levels[sides[1][0]])
            return Decision(rule, kind, mark, sides[0][1], sides[1][1], levels, names, births)
    return None


class Register(Protocol):
    """Where parties, claims and decisions are kept: in memory for a batch, in tables at headquarters."""

    def party(self, member_id: str) -> Party:
        """The party a member belongs to."""
        ...

    def others(self, party: Party, most_holders: int) -> Sequence[Party]:
        """Every other party that shares a mark with this one, oldest first; marks of more holders than the most are left out."""
        ...

    def apart(self, one: Party, other: Party) -> bool:
        """Whether a person has decided that these two are not the same."""
        ...

    def merge(self, one: Party, other: Party, found: Decision) -> None:
        """Make two parties one."""
        ...

    def propose(self, one: Party, other: Party, found: Decision) -> None:
        """Ask a person about two parties."""
        ...


def settle(register: Register, member_id: str, rules: OneIdRules) -> int:
    """Something new is known of a member: merge and propose whatever the rules now say of their party; gives how many merges.

    A merge can make names known that a rule waited for, so everything is asked again until nothing changes.
    """
    merges = 0
    while True:
        mine = register.party(member_id)
        asked: list[tuple[Party, Decision]] = []
        for other in register.others(mine, rules.most_holders):
            found = decide(mine, other, rules)
            if found is None or register.apart(mine, other):
                continue
            if found.rule.does == "merge":
                register.merge(mine, other, found)
                merges += 1
                break
            asked.append((other, found))
        else:
            for other, found in asked:
                register.propose(mine, other, found)
            return merges


@dataclass(slots=True)
class MemoryRegister:
    """A register of dictionaries: for batches over what is in doubt, and for tests."""

    rules: OneIdRules
    kept_apart: frozenset[frozenset[str]] = frozenset()
    parties: dict[str, Party] = field(default_factory=dict)
    """Member id → its party."""
    holders: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    merges: list[Decision] = field(default_factory=list)
    proposals: dict[frozenset[str], Decision] = field(default_factory=dict)
    """Canonical ids of the two parties → why somebody should look."""

    def know(self, member_id: str, name: str = "", born: str = "") -> None:
        """What is known of a member beside identities, as comparable texts; '' for unknown."""
        mine = self.party(member_id)
        names, births = mine.names | ({name} if name else set()), mine.births | ({born} if born else set())
        self._keep(Party(mine.members, names, births, mine.held))

    def claim(self, claim: Claim) -> int:
        """Take one claim and settle; gives how many merges it caused."""
        mine, key = self.party(claim.member_id), (claim.kind, claim.mark)
        level = (self.rules.rank(claim.level), claim.member_id)
        if key not in mine.held or mine.held[key][0] < level[0]:
            mine = Party(mine.members, mine.names, mine.births, {**mine.held, key: level})
        self._keep(mine)
        self.holders.setdefault(key, set()).add(claim.member_id)
        return settle(self, claim.member_id, self.rules)

    def groups(self) -> set[frozenset[str]]:
        """Every party's members."""
        return {party.members for party in self.parties.values()}

    def party(self, member_id: str) -> Party:
        """The party a member belongs to; one of its own for a member never heard of."""
        return self.parties.get(member_id) or Party(frozenset((member_id,)))

    def others(self, party: Party, most_holders: int) -> Sequence[Party]:
        """Parties that share a mark, oldest first."""
        found: dict[str, Party] = {}
        for key in party.held:
            holders = self.holders[key]
            if len(holders) <= most_holders:
                for holder in holders - party.members:
                    other = self.party(holder)
                    found[other.canonical] = other
        return [found[canonical] for canonical in sorted(found, key=age)]

    def apart(self, one: Party, other: Party) -> bool:
        """Whether a person has decided so."""
        return any(len(pair & one.members) == 1 == len(pair & other.members) for pair in self.kept_apart)

    def merge(self, one: Party, other: Party, found: Decision) -> None:
        """Make two parties one."""
        self.merges.append(found)
        held = dict(one.held)
        for key, level in other.held.items():
            if key not in held or held[key][0] < level[0]:
                held[key] = level
        whole = Party(one.members | other.members, one.names | other.names, one.births | other.births, held)
        self._keep(whole)
        gone = {one.canonical, other.canonical}
        for pair in [pair for pair in self.proposals if pair & gone]:
            asked = self.proposals.pop(pair)
            left = frozenset(self.party(member).canonical for member in pair)
            if len(left) == 2:
                self.proposals[left] = asked

    def propose(self, one: Party, other: Party, found: Decision) -> None:
        """Note that somebody should look."""
        self.proposals[frozenset((one.canonical, other.canonical))] = found

    def _keep(self, party: Party) -> None:
        for member in party.members:
            self.parties[member] = party


def standing(levels: Iterable[str], members: Iterable[str], member_id: str, rules: OneIdRules) -> Standing:
    """Whether one who joined is still provisional, verified, or turned out to be a member of old.

    `levels` are those of all identities of the party, `members` its ids, `member_id` the one that joined.
    """
    if canonical_of({*members, member_id}) != member_id:
        return "known_before"
    least = rules.rank(rules.provisional.until)
    return "verified" if any(rules.rank(level) >= least for level in levels) else "provisional"


def allowed(benefit: str, found: Standing, rules: OneIdRules) -> bool:
    """Whether a benefit may be given to, or because of, somebody who stands so; what the rules do not name is allowed."""
    kept = rules.provisional
    if found == "known_before":
        return benefit not in kept.lost_when_known_before
    return found == "verified" or benefit not in kept.held


def merged_profile(members: Sequence[Member]) -> Member:
    """One person's profile out of those of a party, the canonical one first.

    What the first lacks the others give. Allergies add up, since forgetting one is the dangerous mistake; the best tier is kept, since
    it was promised. Points brought forward stay with each id: the fold of movements adds them.
    """
    first, rest = members[0], members[1:]
    if not rest:
        return first
    joined = [one.joined_on for one in members if one.joined_on is not None]
    return first.model_copy(
        update={
            "phone": next((one.phone for one in members if one.phone), ""),
            "name": next((one.name for one in members if one.name), ""),
            "sex": next((one.sex for one in members if one.sex), ""),
            "born_on": next((one.born_on for one in members if one.born_on), None),
            "tier": max((one.tier for one in members), key=_TIERS.index) if all(one.tier in _TIERS for one in members) else first.tier,
            "allergies_known": any(one.allergies_known for one in members),
            "allergy_classes": added_up(one.allergy_classes for one in members),
            "allergy_words": ";".join(one.allergy_words for one in members if one.allergy_words),
            "chronic": any(one.chronic for one in members),
            "joined_on": min(joined, default=None),
        }
    )


_TIERS = ("normal", "silver", "gold")
_MOST_CLASSES = 120
"""Characters that a member's allergy classes may have."""


def added_up(classes: Iterable[str]) -> str:
    """Allergy classes of several rows as one row has them; ValueError where they do not fit: an allergy left out silently could kill."""
    text = ";".join(dict.fromkeys(code for each in classes for code in each.split(";") if code))
    if len(text) > _MOST_CLASSES:
        raise ValueError("more allergies than a member's row can hold")
    return text
