"""One ID over everybody at once: strings become integers, shared marks become edges, connected components become people.

Equal to resolving claim by claim in their order: where nothing conflicts (no second date of birth in a component, no person without
a name between two names) every order ends alike, so whole components are taken from the graph; the few others are resolved one by
one by the same code that resolves them online. numpy and scipy are needed here only (extra `hq`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sqlalchemy import Connection, select

from app.domain.one_id import KINDS, Claim, MemoryRegister, OneIdRules, Rule, canonical_of
from app.hub import one_id, tables
from app.hub.archive import Archive
from app.hub.people import PeopleKeys, one_at_a_time

Texts = NDArray[np.bytes_]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MEMBER_BYTES, MARK_BYTES = 40, 32
"""Width of a member id and of a mark as they are laid out: whole words, zeros behind."""
_MOST_BITS = 25
"""Size of the table that tells marks held once from the others; a larger one spares work, not correctness."""
_AT_ONCE = 200
"""Members resolved in one transaction."""
_EVERY_PORTION = 1 << 30


@dataclass(frozen=True, slots=True)
class Everybody:
    """All claims in the order they count, and what is known of members, as flat arrays."""

    member: Texts
    """`S40`, one a claim."""
    kind: NDArray[np.int8]
    """Place in `KINDS`."""
    mark: Texts
    """`S32`."""
    level: NDArray[np.int8]
    """Place in the rules' order of levels."""
    person: Texts
    """`S40`: members of whom name or birthday is known; each once."""
    name: Texts
    """`S32` marks beside them, empty for unknown."""
    born: Texts
    apart: tuple[tuple[str, str], ...] = ()
    """Pairs of member ids that a person has put apart."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who is one person with whom."""

    old: Texts
    canonical: Texts
    """Beside each merged id the one that stands for it."""
    claims: int
    edges: tuple[Ints, Ints]
    """The edges that joined the components, between numbers of members; for comparison with other ways to find components."""
    nodes: int
    one_by_one: int
    """Members that had to be resolved one by one."""
    seconds: dict[str, float] = field(default_factory=dict)
    """By step: encode, components, one_by_one, canonical."""


def resolve(everybody: Everybody, rules: OneIdRules) -> Resolved:
    """Everybody's party."""
    clock = _Clock()
    graph = _encoded(everybody, rules)
    clock.note("encode")
    left, right, label, mixed = _components(graph, rules)
    clock.note("components")
    doubtful = _doubtful(graph, label, mixed, everybody.apart)
    slow = doubtful[label]
    settled, taken = _one_by_one(everybody, graph, slow, rules)
    clock.note("one_by_one")
    old, canonical = _canonical(graph, label, ~slow)
    if settled:
        old = np.concatenate([old, np.array([one for one, _ in settled], f"S{MEMBER_BYTES}")])
        canonical = np.concatenate([canonical, np.array([one for _, one in settled], f"S{MEMBER_BYTES}")])
    clock.note("canonical")
    return Resolved(old, canonical, len(everybody.member), (left, right), len(graph.member), taken, clock.seconds)


def components(nodes: int, left: Ints, right: Ints) -> NDArray[np.int32]:
    """The component of every node of a graph of edges."""
    ones = np.ones(len(left), np.int8)
    found: NDArray[np.int32] = connected_components(coo_matrix((ones, (left, right)), shape=(nodes, nodes)), directed=False)[1]
    return found


class _Clock:
    """Seconds since the step before."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._at = time.perf_counter()

    def note(self, step: str) -> None:
        """A step ends."""
        now = time.perf_counter()
        self.seconds[step] = round(now - self._at, 3)
        self._at = now


@dataclass(slots=True)
class _Graph:
    """Marks that several members hold, and those members, as numbers."""

    member: Texts
    """Number → id."""
    name: Ints
    """Number of the member's name, 0 for unknown."""
    born: Ints
    key: Ints
    """Of each (mark, member), sorted by mark."""
    node: Ints
    kind: Ints
    level: Ints
    row: Ints
    """Claims that count, in their order: places among all."""
    row_node: Ints


def _hashed(texts: Texts) -> NDArray[np.uint64]:
    """64 bits that mostly tell texts apart; whoever needs certainty compares the texts of equal ones."""
    words = np.ascontiguousarray(texts).view(np.uint64).reshape(len(texts), texts.itemsize // 8)
    mixed = np.full(len(texts), 0x9E3779B97F4A7C15, np.uint64)
    for column in range(words.shape[1]):
        mixed ^= words[:, column]
        mixed *= np.uint64(0xD6E8FEB86659FD93)
        mixed ^= mixed >> np.uint64(32)
    return mixed


def _coded(hashes: NDArray[np.uint64], texts: Texts) -> tuple[Ints, Ints]:
    """Numbers from 0 up for texts, equal for equal ones, and for each number one place where its text stands."""
    if not len(texts):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    order = np.argsort(hashes, kind="stable")
    ranked = hashes[order]
    fresh = np.empty(len(texts), np.bool_)
    fresh[0] = True
    np.not_equal(ranked[1:], ranked[:-1], out=fresh[1:])
    same = np.flatnonzero(~fresh)
    if np.any(texts[order[same]] != texts[order[same - 1]]):  # two texts of one hash: rare beyond measure, and never wrong
        _, first, codes = np.unique(texts, return_index=True, return_inverse=True)
        return codes.astype(np.int64), first.astype(np.int64)
    codes = np.empty(len(texts), np.int64)
    codes[order] = np.cumsum(fresh) - 1
    return codes, order[fresh].astype(np.int64)


def _shared(hashes: NDArray[np.uint64]) -> Ints:
    """Places of hashes that may occur more than once; none that does is left out."""
    found = np.arange(0)
    for turn, seen in enumerate((hashes, None)):
        # What met another in one slot by chance hardly does so again by other bits.
        looked = seen if seen is not None else hashes[found] * np.uint64(0x9E3779B97F4A7C15)
        slot, slots = _slotted(looked, len(looked))
        often = np.flatnonzero((np.bincount(slot, minlength=slots) > 1)[slot])
        found = often if turn == 0 else found[often]
    return found


def _slotted(hashes: NDArray[np.uint64], many: int) -> tuple[Ints, int]:
    """Each hash's slot in a table for so many, and how many slots that has."""
    bits = min(_MOST_BITS, max(8, many.bit_length() + 1))
    return (hashes >> np.uint64(64 - bits)).astype(np.int64), 1 << bits


def _encoded(everybody: Everybody, rules: OneIdRules) -> _Graph:
    hashes = _hashed(everybody.mark)
    hashes += everybody.kind.astype(np.uint64) * np.uint64(0xA0761D6478BD642F)
    row = _shared(hashes)
    key, _ = _coded(hashes[row], everybody.mark[row])
    key = key * len(KINDS) + everybody.kind[row]
    often = np.bincount(key)[key] > 1
    row, key = row[often], key[often]
    texts = everybody.member[row]
    node, first = _coded(_hashed(texts), texts)
    # One row for each mark and member, at the highest level, sorted by mark.
    packed = np.sort((key * max(1, len(first)) + node) * len(rules.levels) + everybody.level[row])
    pair, level = np.divmod(packed, len(rules.levels))
    last = np.append(pair[1:] != pair[:-1], True) if len(pair) else np.zeros(0, np.bool_)
    pair, level = pair[last], level[last]
    keys, nodes = np.divmod(pair, max(1, len(first)))
    holders = np.bincount(keys)[keys] if len(keys) else keys
    kept = (holders > 1) & (holders <= rules.most_holders)
    counting = np.zeros(int(key.max(initial=-1)) + 1, np.bool_)
    counting[keys[kept]] = True
    of_row = counting[key]
    name, born = _known(everybody, texts[first])
    return _Graph(
        member=texts[first],
        name=name,
        born=born,
        key=keys[kept],
        node=nodes[kept],
        kind=keys[kept] % len(KINDS),
        level=level[kept],
        row=row[of_row],
        row_node=node[of_row],
    )


def _known(everybody: Everybody, members: Texts) -> tuple[Ints, Ints]:
    """Numbers of the names and birthdays of members; 0 for unknown."""
    name, born = np.zeros(len(members), np.int64), np.zeros(len(members), np.int64)
    if not len(everybody.person) or not len(members):
        return name, born
    wanted = _hashed(members)
    slot, slots = _slotted(wanted, len(everybody.person))
    asked = np.zeros(slots, np.bool_)
    asked[slot] = True
    theirs = _hashed(everybody.person)
    some = np.flatnonzero(asked[_slotted(theirs, len(everybody.person))[0]])
    both = np.concatenate([members, everybody.person[some]])
    codes, _ = _coded(np.concatenate([wanted, theirs[some]]), both)
    at = np.full(int(codes.max()) + 1, -1, np.int64)
    at[codes[len(members) :]] = some
    place = at[codes[: len(members)]]
    found = np.flatnonzero(place >= 0)
    for texts, numbers in ((everybody.name, name), (everybody.born, born)):
        theirs_too = texts[place[found]]
        said = theirs_too != b""
        coded, _ = _coded(_hashed(theirs_too[said]), theirs_too[said])
        numbers[found[said]] = coded + 1
    return name, born


def _components(graph: _Graph, rules: OneIdRules) -> tuple[Ints, Ints, NDArray[np.int32], Flags]:
    """Edges, components, and which edges passed through somebody without a name.

    Every merge that one order or another would make lies within one of these components: dates of birth are not looked at here, and
    whoever has no name is joined to all who share the mark.
    """
    left: list[Ints] = []
    right: list[Ints] = []
    mixed: list[Flags] = []

    def linked(bucket: Ints, node: Ints, through: Flags | bool) -> int:
        """Edges between neighbours of one bucket; rows lie sorted by bucket."""
        same = np.flatnonzero((bucket[1:] == bucket[:-1]) & (node[1:] != node[:-1]))
        left.append(node[same])
        right.append(node[same + 1])
        mixed.append(through[same] if isinstance(through, np.ndarray) else np.full(len(same), through, np.bool_))
        return len(same)

    merging = [rule for rule in rules.rules if rule.does == "merge"]
    for rule in merging:
        rows = _rows(graph, rule)
        key, node = graph.key[rows], graph.node[rows]
        if "different" in rule.names:
            linked(key, node, False)
        elif "unknown" in rule.names and len(key):
            nameless = np.zeros(int(key.max()) + 1, np.bool_)
            nameless[key[graph.name[node] == 0]] = True
            some = nameless[key]
            linked(key[some], node[some], True)
    label = np.arange(len(graph.member), dtype=np.int32)
    by_name = np.zeros(len(graph.key), np.bool_)
    for rule in merging:
        if "same" in rule.names and "different" not in rule.names:
            by_name |= _rows(graph, rule)
    for turn in count():
        if left:
            label = components(len(graph.member), np.concatenate(left), np.concatenate(right))
        bucket, node = _by_name(graph, np.flatnonzero(by_name), label, turn > 0)
        order = np.argsort(bucket, kind="stable")
        bucket, node = bucket[order], node[order]
        party = label[node]
        if not len(bucket) or not np.any((bucket[1:] == bucket[:-1]) & (party[1:] != party[:-1])):
            break
        linked(bucket, node, False)
    return np.concatenate(left), np.concatenate(right), label, np.concatenate(mixed)


def _rows(graph: _Graph, rule: Rule) -> Flags:
    """The rows that a rule looks at: of its kinds, at its level; a party's level is that of one of its members' rows."""
    kinds = np.zeros(len(KINDS), np.bool_)
    kinds[[KINDS.index(kind) for kind in rule.kinds]] = True
    rows: Flags = kinds[graph.kind] & (graph.level >= rule.level)
    return rows


def _by_name(graph: _Graph, rows: Ints, label: NDArray[np.int32], further: bool) -> tuple[Ints, Ints]:
    """(mark and name, member) for every name of the party that each row's member belongs to.

    In `further` rounds marks are left out that nobody holds who goes by another name than their own: those were joined before.
    """
    named = np.flatnonzero(graph.name)
    names = int(graph.name.max(initial=0)) + 1
    pairs = np.unique(label[named].astype(np.int64) * names + graph.name[named])
    of_pair = pairs // names
    many_of = np.bincount(of_pair, minlength=int(label.max(initial=-1)) + 1)
    start_of = np.cumsum(many_of) - many_of
    node = graph.node[rows]
    if further:
        many = many_of[label[node]]
        gains = (many > 1) | ((many == 1) & (graph.name[node] == 0))
        wanted = np.zeros(int(graph.key.max(initial=-1)) + 1, np.bool_)
        wanted[graph.key[rows[gains]]] = True
        rows = rows[wanted[graph.key[rows]]]
        node = graph.node[rows]
    party = label[node]
    many = many_of[party]
    at = np.arange(int(many.sum())) + np.repeat(start_of[party] - (np.cumsum(many) - many), many)
    return np.repeat(graph.key[rows], many) * names + pairs[at] % names, np.repeat(node, many)


def _several(label: NDArray[np.int32], number: Ints) -> Flags:
    """Which components hold more than one number besides 0."""
    many = np.zeros(int(label.max(initial=-1)) + 1, np.bool_)
    said = np.flatnonzero(number)
    least = np.full(len(many), np.iinfo(np.int64).max)
    most = np.zeros(len(many), np.int64)
    np.minimum.at(least, label[said], number[said])
    np.maximum.at(most, label[said], number[said])
    many |= (most > 0) & (least != most)
    return many


def _doubtful(graph: _Graph, label: NDArray[np.int32], mixed: Flags, apart: Iterable[tuple[str, str]]) -> Flags:
    """Components in which the order of claims, a date of birth or a person's word could matter."""
    found = _several(label, graph.born)
    through = np.zeros(len(found), np.bool_)
    if mixed.any():
        nameless = np.zeros(len(graph.member), np.bool_)
        nameless[graph.name == 0] = True
        through[label[nameless]] = True
        found |= through & _several(label, graph.name)
    named = {one.encode() for pair in apart for one in pair}
    if named:
        wanted = np.array(sorted(named), f"S{MEMBER_BYTES}")
        found[label[np.isin(graph.member, wanted)]] = True
    return found


def _one_by_one(everybody: Everybody, graph: _Graph, slow: Flags, rules: OneIdRules) -> tuple[list[tuple[str, str]], int]:
    """(merged id, id that stands for it) of members in doubtful components, claim by claim; and how many members that were."""
    register = MemoryRegister(rules, frozenset(frozenset(pair) for pair in everybody.apart))
    for number in np.flatnonzero(slow):
        name, born = int(graph.name[number]), int(graph.born[number])
        register.know(graph.member[number].decode(), str(name) if name else "", str(born) if born else "")
    for place in graph.row[slow[graph.row_node]]:
        kind, level = KINDS[everybody.kind[place]], rules.levels[everybody.level[place]]
        register.claim(Claim(everybody.member[place].decode(), kind, everybody.mark[place].decode(), level))
    found = []
    for group in register.groups():
        canonical = canonical_of(group)
        found += [(one, canonical) for one in sorted(group) if one != canonical]
    return found, int(slow.sum())


def _canonical(graph: _Graph, label: NDArray[np.int32], counted: Flags) -> tuple[Texts, Texts]:
    """Each merged member with the id that stands for it: the oldest, ids of older books before those of this system."""
    sizes = np.bincount(label, minlength=1)
    several = np.flatnonzero(counted & (sizes[label] > 1)) if len(label) else np.zeros(0, np.int64)
    several = several[np.argsort(label[several], kind="stable")]
    texts, party = graph.member[several], label[several]
    own = _made_here(texts)
    first = np.flatnonzero(np.append(True, party[1:] != party[:-1])) if len(party) else np.zeros(0, np.int64)
    size = np.diff(np.append(first, len(party)))
    oldest = first.copy()
    for further in range(1, int(size.max(initial=0))):
        # Parties are small: each round looks at one more member of those that have so many.
        some = np.flatnonzero(size > further)
        best, next_one = oldest[some], first[some] + further
        older = (own[next_one] < own[best]) | ((own[next_one] == own[best]) & (texts[next_one] < texts[best]))
        oldest[some[older]] = next_one[older]
    canonical = np.repeat(oldest, size)
    merged = np.flatnonzero(canonical != np.arange(len(party)))
    return texts[merged], texts[canonical[merged]]


def _made_here(texts: Texts) -> Flags:
    """Whether ids are UUIDs of version 7, as `app.domain.one_id.age` has it."""
    marks = np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), MEMBER_BYTES)
    dashes = [8, 13, 18, 23]
    digits = [place for place in range(36) if place not in dashes]
    hexadecimal = np.zeros(256, np.bool_)
    hexadecimal[[ord(one) for one in "0123456789abcdef"]] = True
    variant = np.isin(marks[:, 19], [ord(one) for one in "89ab"])
    fits: Flags = (
        hexadecimal[marks[:, digits]].all(axis=1)
        & (marks[:, dashes] == ord("-")).all(axis=1)
        & (marks[:, 14] == ord("7"))
        & variant
        & (marks[:, 36] == 0)
    )
    return fits


def everybody_at(connection: Connection, rules: OneIdRules) -> Everybody:
    """Everybody as headquarters' tables have them, claims in the order of their times."""
    i, c, m = tables.identity.c, tables.person.c, tables.merge.c
    alive = select(c.member_id).where(c.state == "erased")
    rows: list[Any] = list(
        connection.execute(
            select(i.member_id, i.kind, i.mark, i.level).where(i.mark != "", i.member_id.not_in(alive)).order_by(i.at, i.claim_id)
        )
    )
    people: list[Any] = list(connection.execute(select(c.member_id, c.name_mark, c.born_mark).where(c.state != "erased")))
    put_apart = select(m.old_id, m.canonical_id).where(m.state.in_(("undone", "refused")))
    return Everybody(
        member=np.array([row.member_id for row in rows], f"S{MEMBER_BYTES}"),
        kind=np.array([KINDS.index(row.kind) for row in rows], np.int8),
        mark=np.array([row.mark for row in rows], f"S{MARK_BYTES}"),
        level=np.array([rules.rank(row.level) for row in rows], np.int8),
        person=np.array([row.member_id for row in people], f"S{MEMBER_BYTES}"),
        name=np.array([row.name_mark for row in people], f"S{MARK_BYTES}"),
        born=np.array([row.born_mark for row in people], f"S{MARK_BYTES}"),
        apart=tuple((row.old_id, row.canonical_id) for row in connection.execute(put_apart)),
    )


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What looking at everybody at once came to."""

    read: int
    """Rows of feeds in which people were found whom no till had told of."""
    claims: int
    merged: int
    """Ids merged only now: rules that have changed, or members who came in bulk."""
    otherwise: int
    """Ids that stand otherwise than the rules of today would have them: what stands is never taken apart by itself."""


def recheck(archive: Archive, seed: bytes, now: Callable[[], datetime]) -> Rechecked:
    """Look at everybody at once and resolve online whoever lacks a merge; after an import in bulk, or a change of the rules.

    `seed` is headquarters' secret, from which marks are made.
    """
    read = one_id.catch_up_all(archive, PeopleKeys(seed), now, portions=_EVERY_PORTION)
    with archive.reading() as connection:
        found = resolve(everybody_at(connection, one_id.rules()), one_id.rules())
        standing = _standing(connection)
    wanted = {old.decode(): canonical.decode() for old, canonical in zip(found.old, found.canonical, strict=True)}
    lacking = sorted(old for old, canonical in wanted.items() if standing.get(old) != canonical)

    def unit(part: Sequence[str]) -> Callable[[Connection], int]:
        def run(connection: Connection) -> int:
            one_at_a_time(connection)
            return one_id.resolve(connection, part, now())

        return run

    merged = sum(archive.commit(unit(lacking[start : start + _AT_ONCE])).result() for start in range(0, len(lacking), _AT_ONCE))
    with archive.reading() as connection:
        standing = _standing(connection)
    otherwise = sum(wanted.get(one) != standing.get(one) for one in wanted.keys() | standing.keys())
    return Rechecked(read, found.claims, merged, otherwise)


def _standing(connection: Connection) -> dict[str, str]:
    """Merged id → the id that stands for it, as headquarters' tables have it."""
    c = tables.person.c
    wanted = select(c.member_id, c.canonical_id).where(c.canonical_id != c.member_id, c.state != "erased")
    return {row.member_id: row.canonical_id for row in connection.execute(wanted)}
