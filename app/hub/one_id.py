"""One ID at headquarters: each new identity is resolved in the transaction that brings it, every merge has its evidence and can be undone.

Merges that stand make a forest over member ids; a party is one of its trees, and `person.canonical_id` says which tree a member
belongs to. Stores that hold any of a party hold all of it and are told who stands for whom.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, insert, or_, select, update

from app.domain.masking import mask_name, mask_phone
from app.domain.one_id import (
    Decision,
    OneIdRules,
    Party,
    Standing,
    age,
    allowed,
    canonical_of,
    settle,
    standing,
)
from app.hub import coupons, people, stored_cases, tables, tiers
from app.hub.archive import Archive
from app.hub.feeds import append, holders, rows_of
from app.hub.parties import parties_of
from app.hub.people import PeopleKeys
from app.records.people import Alias, Member
from app.records.resources import resource

FEED = "alias"
_BESIDE = ("family", "identity")
"""Feeds whose rows go along with the members they belong to."""
BY_RULE = "rule"
"""Who merged, where nobody in person did."""
PERSON = "person"
"""The rule of a merge that somebody decided."""
ADOPTED_AT_ONCE = 500
ADOPTED_AT_START = 10
"""So many portions of published members are looked through before a hub answers; the rest while tills and people come by."""


@cache
def rules() -> OneIdRules:
    """The rules of One ID as they are carried."""
    return OneIdRules.read(json.loads(resource("rules", "one_id.json").read_text("utf-8")))


_p, _i, _m = tables.person.c, tables.identity.c, tables.merge.c
# Built once: they run for every new identity, and building a statement costs as much as running it.
_ALIVE = _p.state != "erased"
_CANONICAL = select(_p.canonical_id).where(_p.member_id == bindparam("of_member"))
_PEOPLE = select(_p.member_id, _p.canonical_id, _p.name_mark, _p.born_mark).where(
    _p.canonical_id.in_(bindparam("of_parties", expanding=True)), _ALIVE
)
_CLAIMS = (
    select(_i.member_id, _i.kind, _i.mark, _i.level)
    .where(_i.member_id.in_(bindparam("of_members", expanding=True)), _i.mark != "")
    .order_by(_i.at, _i.claim_id)
)
_SHARING = (
    select(_i.kind, _i.mark, _i.member_id, _p.canonical_id)
    .join(tables.person, _p.member_id == _i.member_id)
    .where(_i.mark.in_(bindparam("of_marks", expanding=True)), _ALIVE)
    .distinct()
)
_MINE: BindParameter[str] = bindparam("of_mine", expanding=True)
_YOURS: BindParameter[str] = bindparam("of_yours", expanding=True)
_BETWEEN = (
    select(_m.merge_id)
    .where(
        or_(_m.old_id.in_(_MINE) & _m.canonical_id.in_(_YOURS), _m.old_id.in_(_YOURS) & _m.canonical_id.in_(_MINE)),
        _m.state.in_(bindparam("of_states", expanding=True)),
    )
    .limit(1)
)


@dataclass(slots=True)
class _Tables:
    """The register of parties in headquarters' tables."""

    connection: Connection
    now: datetime
    moved: set[str] = field(default_factory=set)
    """Members whose party changed."""

    def party(self, member_id: str) -> Party:
        """The party a member belongs to."""
        canonical = self.connection.scalar(_CANONICAL, {"of_member": member_id})
        return self._parties([canonical or member_id])[0]

    def others(self, party: Party, most_holders: int) -> Sequence[Party]:
        """Every other party that shares a mark, oldest first."""
        if not party.held:
            return ()
        holding: dict[tuple[str, str], set[str]] = {}
        canonical: dict[str, str] = {}
        for row in self.connection.execute(_SHARING, {"of_marks": [mark for _, mark in party.held]}):
            holding.setdefault((row.kind, row.mark), set()).add(row.member_id)
            canonical[row.member_id] = row.canonical_id
        found = {member for key, members in holding.items() if key in party.held and len(members) <= most_holders for member in members}
        return self._parties(sorted({canonical[member] for member in found - party.members}, key=age))

    def _parties(self, canonical_ids: Sequence[str]) -> list[Party]:
        """Parties by their canonical ids, in that order."""
        if not canonical_ids:
            return []
        members: dict[str, set[str]] = {canonical: {canonical} for canonical in canonical_ids}
        names: dict[str, set[str]] = {canonical: set() for canonical in canonical_ids}
        births: dict[str, set[str]] = {canonical: set() for canonical in canonical_ids}
        of: dict[str, str] = {canonical: canonical for canonical in canonical_ids}
        for row in self.connection.execute(_PEOPLE, {"of_parties": list(canonical_ids)}):
            of[row.member_id] = row.canonical_id
            members[row.canonical_id].add(row.member_id)
            names[row.canonical_id] |= {row.name_mark} - {""}
            births[row.canonical_id] |= {row.born_mark} - {""}
        held: dict[str, dict[tuple[str, str], tuple[int, str]]] = {canonical: {} for canonical in canonical_ids}
        levels = rules()
        for row in self.connection.execute(_CLAIMS, {"of_members": list(of)}):
            mine, key = held[of[row.member_id]], (row.kind, row.mark)
            rank = levels.rank(row.level) if row.level in levels.levels else 0
            if key not in mine or mine[key][0] < rank:
                mine[key] = (rank, row.member_id)
        return [Party(frozenset(members[one]), frozenset(names[one]), frozenset(births[one]), held[one]) for one in canonical_ids]

    def apart(self, one: Party, other: Party) -> bool:
        """Whether a person has decided that these two are not the same."""
        return self._between(one, other, ("undone", "refused")) != ""

    def merge(self, one: Party, other: Party, found: Decision) -> None:
        """Make two parties one, by rule."""
        self._add(found, "done")
        self.join(one, other)

    def join(self, one: Party, other: Party) -> None:
        """One tree out of two; what was asked about the two is answered."""
        m, members = tables.merge.c, sorted(one.members | other.members)
        within = m.old_id.in_(members) & m.canonical_id.in_(members)
        self.connection.execute(delete(tables.merge).where(within, m.state == "proposed"))
        self.name(members)

    def name(self, members: Collection[str]) -> None:
        """Write down who stands for the members of one party."""
        c, canonical = tables.person.c, canonical_of(members)
        rest = [member for member in members if member != canonical]
        mine = c.state != "erased"
        self.connection.execute(update(tables.person).where(c.member_id == canonical, mine).values(canonical_id=canonical, state="active"))
        if rest:
            self.connection.execute(update(tables.person).where(c.member_id.in_(rest), mine).values(canonical_id=canonical, state="merged"))
        self.moved |= set(members)

    def propose(self, one: Party, other: Party, found: Decision) -> None:
        """Ask a person; where that was done already, on what is known now."""
        asked = self._between(one, other, ("proposed",))
        if not asked:
            self._add(found, "proposed")
            return
        now = {"old_id": found.other, "canonical_id": found.one, "rule": found.rule.id, "evidence": _evidence(found)}
        self.connection.execute(update(tables.merge).where(tables.merge.c.merge_id == asked).values(now))

    def _between(self, one: Party, other: Party, states: Sequence[str]) -> str:
        """A decision in one of the states that has an end in each party; '' for none."""
        asked = {"of_mine": list(one.members), "of_yours": list(other.members), "of_states": list(states)}
        return str(self.connection.scalar(_BETWEEN, asked) or "")

    def _add(self, found: Decision, state: str) -> None:
        row = {
            "merge_id": str(uuid.uuid4()),
            "old_id": found.other,
            "canonical_id": found.one,
            "rule": found.rule.id,
            "evidence": _evidence(found),
            "state": state,
            "at": self.now,
            "by": BY_RULE,
            "reason": "",
        }
        self.connection.execute(insert(tables.merge), [row])


def _evidence(found: Decision) -> str:
    """On what a rule decided, as it is kept: nothing of it tells a name, a number or a birthday."""
    said = {
        "kind": found.kind,
        "mark": found.mark[:8],
        "levels": list(found.levels),
        "names": found.names,
        "births": found.births,
        "rules": rules().version,
    }
    return json.dumps(said, ensure_ascii=False)


def tell(connection: Connection, moved: Collection[str], now: datetime) -> None:
    """Tell every store that holds any of the parties that changed who stands for whom; of a party's gifts for joining one stays."""
    c = tables.person.c
    parties: dict[str, set[str]] = {}
    for row in connection.execute(select(c.member_id, c.canonical_id).where(c.member_id.in_(moved), _ALIVE)):
        parties.setdefault(row.canonical_id, set()).add(row.member_id)
    held = holders(connection, "member", moved)
    for canonical, members in sorted(parties.items()):
        stores = set[str]().union(*(held.get(member, ()) for member in members))
        _tell(connection, sorted(stores), canonical, members, held)
    coupons.one_gift(connection, parties.values(), now)
    tiers.reckon(connection, moved, now)
    stored_cases.weigh(connection, moved)


def _tell(
    connection: Connection, store_ids: Sequence[str], canonical: str, members: Collection[str], held: Mapping[str, Collection[str]]
) -> None:
    """Let stores hold a whole party, and know which of its ids stands for the others; `held` says who holds whom so far."""
    if not store_ids:
        return
    rows = people.member_rows(connection, members)
    lacking = {store: [rows[one] for one in sorted(members) if one in rows and store not in held.get(one, ())] for store in store_ids}
    hold_them = set[str]().union(*(held.get(member, ()) for member in members))
    beside = {feed: rows_of(connection, feed, members, hold_them) for feed in _BESIDE} if any(lacking.values()) else {}
    told = {member: Alias(id=member, canonical_id=canonical, active=True).model_dump_json() for member in members if member != canonical}
    was_old = holders(connection, FEED, [canonical]).get(canonical, ())
    own = Alias(id=canonical, canonical_id=canonical, active=False).model_dump_json()
    for store_id in store_ids:
        if lacking[store_id]:
            people.hold(connection, store_id, lacking[store_id], newcomers=[member.id for member in lacking[store_id]])
        for feed, rows_beside in beside.items():
            if rows_beside:
                append(connection, feed, store_id, rows_beside)
        texts = {**told, canonical: own} if store_id in was_old else told
        if texts:
            append(connection, FEED, store_id, texts)


def tell_newcomers(connection: Connection, store_id: str, member_ids: Collection[str]) -> None:
    """A store holds these members from now on: where one of them was merged, it holds their whole party."""
    parties = {canonical: members for canonical, members in parties_of(connection, member_ids).items() if len(members) > 1}
    held = holders(connection, "member", set(chain.from_iterable(parties.values())))
    for canonical, members in sorted(parties.items()):
        _tell(connection, [store_id], canonical, members, held)


def resolve(connection: Connection, member_ids: Iterable[str], now: datetime) -> int:
    """Something new is known of members: merge and propose what the rules say, and tell the stores; gives how many merges."""
    merges, moved = settled(connection, member_ids, now)
    if moved:
        tell(connection, moved, now)
    return merges


def settled(connection: Connection, member_ids: Iterable[str], now: datetime) -> tuple[int, set[str]]:
    """Merge and propose what the rules say of members, without telling anybody; how many merges, and whose party changed."""
    register = _Tables(connection, now)
    merges = sum(settle(register, member_id, rules()) for member_id in sorted(member_ids, key=age))
    return merges, register.moved


def catch_up(connection: Connection, keys: PeopleKeys, now: datetime, store_id: str = "", limit: int = ADOPTED_AT_ONCE) -> int:
    """Make people of published members that no till told of, and resolve them; gives how many rows were looked at."""
    people.one_at_a_time(connection)
    read, sharing = people.adopt(connection, keys, rules().published_levels, limit, store_id)
    if sharing:
        resolve(connection, sharing, now)
    return read


def catch_up_all(archive: Archive, keys: PeopleKeys, clock: Callable[[], datetime], portions: int = ADOPTED_AT_START) -> int:
    """The same for every store, in small commits, at most so many; gives how many rows were looked at."""
    whole = 0
    for _ in range(portions):
        read = archive.commit(lambda connection: catch_up(connection, keys, clock())).result()
        whole += read
        if not read:
            break
    return whole


# ------------------------------------------------------------------ what people decide


class Undecidable(ValueError):
    """What was to be decided is not there any more, or was decided meanwhile; the code says which."""


def accept(connection: Connection, merge_id: str, by: str, reason: str, now: datetime) -> None:
    """Merge the two parties of a proposal, or of what was once kept apart; Undecidable when they are one already or it is gone."""
    people.one_at_a_time(connection)
    row = _row(connection, merge_id, ("proposed", "refused", "undone"))
    register = _Tables(connection, now)
    one, other = register.party(row.canonical_id), register.party(row.old_id)
    if one.members & other.members:
        raise Undecidable("together")
    m = tables.merge.c
    # Whoever merges two parties takes back every decision that kept them apart.
    ways = or_(
        m.old_id.in_(one.members) & m.canonical_id.in_(other.members),
        m.old_id.in_(other.members) & m.canonical_id.in_(one.members),
    )
    connection.execute(delete(tables.merge).where(ways, m.merge_id != merge_id, m.state.in_(("refused", "undone"))))
    values = {"state": "done", "by": by, "reason": reason[:200], "at": now}
    connection.execute(update(tables.merge).where(m.merge_id == merge_id).values(values))
    register.join(one, other)
    tell(connection, register.moved, now)
    resolve(connection, [row.old_id], now)


def refuse(connection: Connection, merge_id: str, by: str, reason: str, now: datetime) -> None:
    """Keep the two parties of a proposal apart, for good or until somebody decides otherwise."""
    people.one_at_a_time(connection)
    _row(connection, merge_id, ("proposed",))
    values = {"state": "refused", "by": by, "reason": reason[:200], "at": now}
    connection.execute(update(tables.merge).where(tables.merge.c.merge_id == merge_id).values(values))


def undo(connection: Connection, merge_id: str, by: str, reason: str, now: datetime) -> None:
    """Take a merge back: the party falls into the two it was made of, and no rule joins them again."""
    people.one_at_a_time(connection)
    row = _row(connection, merge_id, ("done",))
    register = _Tables(connection, now)
    whole = register.party(row.old_id).members
    m = tables.merge.c
    values = {"state": "undone", "by": by, "reason": reason[:200], "at": now}
    connection.execute(update(tables.merge).where(m.merge_id == merge_id).values(values))
    edges = connection.execute(select(m.old_id, m.canonical_id).where(m.state == "done", m.old_id.in_(whole))).all()
    near: dict[str, set[str]] = {member: set() for member in whole}
    for edge in edges:
        near[edge.old_id].add(edge.canonical_id)
        near[edge.canonical_id].add(edge.old_id)
    first, todo = set[str](), [row.old_id]
    while todo:
        here = todo.pop()
        if here not in first:
            first.add(here)
            todo.extend(near[here] - first)
    for part in (first, set(whole) - first):
        register.name(part)
    tell(connection, whole, now)


def _row(connection: Connection, merge_id: str, states: Sequence[str]) -> Any:
    row = connection.execute(select(tables.merge).where(tables.merge.c.merge_id == merge_id).with_for_update()).first()
    if row is None:
        raise Undecidable("gone")
    if row.state not in states:
        raise Undecidable("decided")
    return row


# ------------------------------------------------------------------ reading


@dataclass(frozen=True, slots=True)
class Side:
    """One of two people beside each other, masked."""

    member_id: str
    name: str
    phone: str
    born: str
    """Year and month alone."""
    store_id: str
    source: str
    joined_at: datetime
    points: int
    ids: int
    """Member ids of the party."""
    identities: tuple[tuple[str, str, bool], ...]
    """(kind, level, whether the other side has the same)."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal or decision with its evidence."""

    merge_id: str
    state: str
    rule: str
    kind: str
    levels: tuple[str, str]
    names: str
    births: str
    at: datetime
    by: str
    reason: str
    one: Side
    other: Side


def pairs(connection: Connection, states: Sequence[str], limit: int, offset: int = 0) -> list[Pair]:
    """Proposals or decisions with both sides, the newest first."""
    m = tables.merge.c
    rows = connection.execute(
        select(tables.merge).where(m.state.in_(states)).order_by(m.at.desc(), m.merge_id).limit(limit).offset(offset)
    ).all()
    members = sorted({row.old_id for row in rows} | {row.canonical_id for row in rows})
    sides = _sides(connection, members)
    found = []
    for row in rows:
        evidence: Mapping[str, Any] = json.loads(row.evidence)
        one, other = sides[row.canonical_id], sides[row.old_id]
        levels = evidence.get("levels", ["", ""])
        found.append(
            Pair(
                merge_id=row.merge_id,
                state=row.state,
                rule=row.rule,
                kind=str(evidence.get("kind", "")),
                levels=(str(levels[0]), str(levels[1])),
                names=str(evidence.get("names", "")),
                births=str(evidence.get("births", "")),
                at=row.at,
                by=row.by,
                reason=row.reason,
                one=_beside(one, other),
                other=_beside(other, one),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """One member with the marks of their identities."""

    side: Side
    claims: Mapping[tuple[str, str], str]


def _beside(one: _Known, other: _Known) -> Side:
    said = tuple(sorted({(kind, level, (kind, mark) in other.claims) for (kind, mark), level in one.claims.items()}))
    return Side(**{**{name: getattr(one.side, name) for name in Side.__dataclass_fields__}, "identities": said})


def _sides(connection: Connection, members: Sequence[str]) -> dict[str, _Known]:
    c, i = tables.person.c, tables.identity.c
    rows = people.member_rows(connection, members)
    known = {row.member_id: row for row in connection.execute(select(tables.person).where(c.member_id.in_(members)))}
    canonical = {row.canonical_id for row in known.values()}
    sizes = dict(
        tuple(row)
        for row in connection.execute(select(c.canonical_id, func.count()).where(c.canonical_id.in_(canonical)).group_by(c.canonical_id))
    )
    claims: dict[str, dict[tuple[str, str], str]] = {member: {} for member in members}
    for row in connection.execute(select(tables.identity).where(i.member_id.in_(members), i.mark != "").order_by(i.at)):
        claims[row.member_id][(row.kind, row.mark)] = row.level
    found = {}
    for member_id in members:
        person, member = known.get(member_id), rows.get(member_id) or Member(id=member_id, card_no="")
        side = Side(
            member_id=member_id,
            name=mask_name(member.name),
            phone=mask_phone(member.phone),
            born=member.born_on.strftime("%Y-%m") if member.born_on else "",
            store_id=person.home_store if person else "",
            source=person.source if person else "",
            joined_at=person.joined_at if person else datetime.fromisoformat("1970-01-01T00:00:00+00:00"),
            points=member.points,
            ids=int(sizes.get(person.canonical_id, 1)) if person else 1,
            identities=(),
        )
        found[member_id] = _Known(side, claims[member_id])
    return found


@dataclass(frozen=True, slots=True)
class PeopleCounts:
    """How many people there are, and what happened to their ids."""

    people: int
    """Parties."""
    ids: int
    proposed: int
    done: int
    apart: int
    """Kept apart or taken back."""


def counts(connection: Connection) -> PeopleCounts:
    """The figures at the head of the page."""
    c, m = tables.person.c, tables.merge.c
    states = dict(tuple(row) for row in connection.execute(select(c.state, func.count()).group_by(c.state)))
    merges = dict(tuple(row) for row in connection.execute(select(m.state, func.count()).group_by(m.state)))
    active, merged = int(states.get("active", 0)), int(states.get("merged", 0))
    return PeopleCounts(
        active,
        active + merged,
        int(merges.get("proposed", 0)),
        int(merges.get("done", 0)),
        int(merges.get("refused", 0)) + int(merges.get("undone", 0)),
    )


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody who joined at a till, and how they stand now."""

    member_id: str
    store_id: str
    guide: str
    referrer_id: str
    campaign_id: str
    joined_at: datetime
    standing: Standing

    def earns(self, benefit: str) -> bool:
        """Whether a benefit that hangs on this joining may be given now."""
        return allowed(benefit, self.standing, rules())


def joined(connection: Connection, since: datetime, days: int = 400) -> list[Joined]:
    """Everybody who joined at tills from a time on, with their standing: what rewards and campaign figures are counted from."""
    c = tables.person.c
    until = since + timedelta(days=days)
    wanted = select(tables.person).where(c.joined_at >= since, c.joined_at < until, c.source.not_in(("", people.BOOK)), c.state != "erased")
    return _stood(connection, connection.execute(wanted.order_by(c.joined_at, c.member_id)).all())


def recommended(connection: Connection, member_ids: Collection[str]) -> list[Joined]:
    """Everybody of these persons who joined because a member recommended the shop, with their standing."""
    c = tables.person.c
    mine = select(c.canonical_id).where(c.member_id.in_(list(member_ids)))
    wanted = select(tables.person).where(c.canonical_id.in_(mine), c.referrer_id != "", c.state != "erased")
    return _stood(connection, connection.execute(wanted.order_by(c.joined_at, c.member_id)).all())


def _stood(connection: Connection, rows: Sequence[Any]) -> list[Joined]:
    i = tables.identity.c
    group = tables.person.alias("of_party")
    claims = (
        select(group.c.canonical_id, i.level)
        .join(group, group.c.member_id == i.member_id)
        .where(i.mark != "", i.claim_id.not_like(f"{people.BOOK}:%"))
        .distinct()
    )
    levels: dict[str, set[str]] = {}
    whole = sorted({row.canonical_id for row in rows})
    # A campaign brings more people in a month than one statement takes.
    for start in range(0, len(whole), ADOPTED_AT_ONCE):
        for claim in connection.execute(claims.where(group.c.canonical_id.in_(whole[start : start + ADOPTED_AT_ONCE]))):
            levels.setdefault(claim.canonical_id, set()).add(claim.level)
    return [
        Joined(
            row.member_id,
            row.home_store,
            row.guide,
            row.referrer_id,
            row.campaign_id,
            row.joined_at,
            standing(levels.get(row.canonical_id, ()), [row.canonical_id], row.member_id, rules()),
        )
        for row in rows
    ]
