"""How long One ID takes: over everybody at once beside the bare components of the same graph, and for one new identity as it comes."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.commands.bench.harness import Asked, Goal, Report, Subject, against, calibrated_p99, in_turns, slowness
from app.commands.lifeline import drop_with_parent, told_by
from app.domain.one_id import KINDS
from app.hub import one_id, people, tables
from app.hub.archive import Archive
from app.hub.people import PeopleKeys, PeopleTold, ToldBlob
from app.records.clock import ManualClock
from app.records.events import IdentityClaimed, MemberJoined
from app.records.ids import new_id
from app.records.people import Member

SIZES = {"quick": 50_000, "usual": 1_000_000, "large": 10_000_000}
"""Identities."""
SECONDS, MEGABYTES, TIMES, ONLINE_MS = 15.0, 3_000.0, 8.0, 5.0
"""§9 of `performance.md`, stated for ten million identities; and for one that comes by itself."""
HELD, QUICK_HELD = 20_000, 300
"""Members headquarters holds while one identity after another comes."""
_PORTION = 1_000_000
_START = datetime(2026, 11, 21, tzinfo=UTC)


def run(asked: Asked) -> Report:
    """Everybody at once in a process of its own, whose peak memory counts; then one by one."""
    size = SIZES["large" if asked.large else "quick" if asked.quick else "usual"]
    command = [sys.executable, "-m", "app.commands.bench.people", str(size), str(asked.seed)]
    found: dict[str, Any] = json.loads(told_by(command).splitlines()[-1])
    online = _online(asked)
    cases = {
        f"{size:,} identities at once": found,
        "one new identity, resolved": against(online["resolved"], online["floor"]),
        "one newcomer, sealed, resolved and told to both stores": against(online["whole"], online["floor"]),
    }
    goals = [Goal("members of other parties than union-find has them", found["unlike_union_find"], 0)]
    if asked.large:
        goals += [
            Goal(f"{size:,} identities at once, seconds", found["seconds"], SECONDS),
            Goal("peak memory, MB", found["peak_mb"], MEGABYTES),
            Goal("times scipy's components over every claim as an edge", found["times_components"], TIMES),
        ]
    if not asked.quick:
        goals.append(
            Goal("one new identity resolved, p99 CPU ms calibrated", calibrated_p99("resolved", online, computing=True), ONLINE_MS)
        )
    return Report("people", cases, goals, {"slowness": slowness(online)})


# ------------------------------------------------------------------ everybody at once


def _at_once(size: int, seed: int) -> dict[str, Any]:
    from app.hub import one_id_batch  # numpy and scipy: the extra hq

    everybody, every_claim = _town(size, seed)
    begun = time.perf_counter()
    found = one_id_batch.resolve(everybody, one_id.rules())
    seconds = time.perf_counter() - begun
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    floors = []
    for _ in range(3):
        begun = time.perf_counter()
        one_id_batch.components(*every_claim)
        floors.append(time.perf_counter() - begun)
    floor = sorted(floors)[1]
    label = one_id_batch.components(found.nodes, *found.edges)
    left, right = (edge.tolist() for edge in found.edges)
    begun = time.perf_counter()
    forest = _union_find(found.nodes, left, right)
    plain = time.perf_counter() - begun
    told: dict[int, int] = {}
    unlike = sum(told.setdefault(root, number) != number for root, number in zip(forest, label.tolist(), strict=True))
    return {
        "seconds": round(seconds, 2),
        **{f"seconds_{step}": figure for step, figure in found.seconds.items()},
        "peak_mb": round(peak_mb),
        "components_seconds": round(floor, 3),
        "times_components": round(seconds / floor, 1),
        "union_find_seconds": round(plain, 2),
        "unlike_union_find": unlike + (len(set(forest)) != int(label.max(initial=-1)) + 1),
        "edges": len(left),
        "merged": len(found.old),
        "one_by_one": found.one_by_one,
    }


def _union_find(nodes: int, left: list[int], right: list[int]) -> list[int]:
    """The root of every node, by the plainest forest with path halving."""
    parent = list(range(nodes))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for one, other in zip(left, right, strict=True):
        parent[root(one)] = root(other)
    return [root(node) for node in range(nodes)]


def _town(size: int, seed: int) -> tuple[Any, Any]:
    """Two in five identities are a phone, two a card, one an account; one member in seven is somebody who had joined before.

    Gives everybody, and the floor: how many nodes and which edges the same claims are once all are whole numbers.
    """
    import numpy as np

    from app.hub import one_id_batch

    draw = np.random.default_rng(seed)
    members = size * 2 // 5
    persons = members * 6 // 7
    person = np.concatenate([np.arange(persons), draw.integers(0, persons, members - persons)])
    phone = np.where(draw.random(members) < 0.03, draw.integers(0, persons, members), person)
    account = draw.permutation(members)[: size - 2 * members]
    row_member = np.concatenate([np.arange(members), np.arange(members), account])
    kind = np.repeat(np.array([KINDS.index(one) for one in ("phone", "card", "union")], np.int8), [members, members, len(account)])
    value = np.concatenate([phone, np.arange(members), person[account]])
    level = np.concatenate(
        [draw.choice(3, members, p=[0.5, 0.3, 0.2]), np.ones(members, np.int64), np.where(draw.random(len(account)) < 0.8, 2, 0)]
    ).astype(np.int8)
    member = _in_portions(row_member, _member_texts, one_id_batch.MEMBER_BYTES)
    mark = _in_portions(value * len(KINDS) + kind, _mark_texts, one_id_batch.MARK_BYTES)
    name = _in_portions(person % 500_000 + 1_000_000_007, _mark_texts, one_id_batch.MARK_BYTES)
    name[draw.random(members) > 0.85] = b""
    born_on = np.where(draw.random(members) < 0.001, draw.integers(0, 30_000, members), person % 30_000)
    born = _in_portions(born_on + 2_000_000_011, _mark_texts, one_id_batch.MARK_BYTES)
    born[draw.random(members) > 0.4] = b""
    texts = _in_portions(np.arange(members), _member_texts, one_id_batch.MEMBER_BYTES)
    beginning = np.repeat([members, members + persons, 2 * members + persons], [members, members, len(account)])
    every_claim = (2 * members + 2 * persons, row_member.astype(np.int32), (beginning + value).astype(np.int32))
    return one_id_batch.Everybody(member, kind, mark, level, texts, name, born), every_claim


def _in_portions(numbers: Any, texts_of: Any, width: int) -> Any:
    """The texts of numbers, made a million at a time: what making them needs is not counted as what resolving them needs."""
    import numpy as np

    whole = np.empty(len(numbers), f"S{width}")
    for start in range(0, len(numbers), _PORTION):
        whole[start : start + _PORTION] = texts_of(numbers[start : start + _PORTION])
    return whole


def _hex(words: Any) -> Any:
    """16 hexadecimal digits of each word, as a row of bytes."""
    import numpy as np

    shifts = np.arange(60, -1, -4, dtype=np.uint64)
    digits = ((words[:, None] >> shifts) & np.uint64(15)).astype(np.uint8)
    return np.frombuffer(b"0123456789abcdef", np.uint8)[digits]


def _mixed(numbers: Any, salt: int) -> Any:
    import numpy as np

    words = numbers.astype(np.uint64) + np.uint64(salt)
    for factor in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB):
        words ^= words >> np.uint64(30)
        words *= np.uint64(factor)
    return words ^ (words >> np.uint64(31))


def _mark_texts(numbers: Any) -> Any:
    """Marks as headquarters makes them: 32 digits without any order."""
    import numpy as np

    return np.hstack([_hex(_mixed(numbers, 1)), _hex(_mixed(numbers, 2))]).view("S32").ravel()


def _member_texts(numbers: Any) -> Any:
    """Ids of members as tills make them, the older ones first."""
    import numpy as np

    early, late = _hex(numbers.astype(np.uint64) + np.uint64(0x0199_0000_0000_0000)), _hex(_mixed(numbers, 3))
    dash = np.full((len(numbers), 1), ord("-"), np.uint8)
    seven, eight = np.full_like(dash, ord("7")), np.full_like(dash, ord("8"))
    parts = [early[:, :8], dash, early[:, 8:12], dash, seven, early[:, 13:], dash, eight, late[:, 1:4], dash, late[:, 4:]]
    return np.hstack(parts).view("S36").ravel()


# ------------------------------------------------------------------ one by one


def _online(asked: Asked) -> dict[str, Any]:
    """Somebody joins whom another store knows by phone and name, in one transaction; the floor is one row with its commit."""
    keys, clock = PeopleKeys(bytes(32)), ManualClock(_START)
    held = QUICK_HELD if asked.quick else HELD
    with tempfile.TemporaryDirectory(prefix="yaogui-bench-") as folder:
        archive = Archive.open(f"sqlite:///{Path(folder) / 'hub.db'}")
        try:
            known = [_member(clock, number) for number in range(held)]
            for start in range(0, held, 500):
                part = known[start : start + 500]
                archive.commit(lambda connection, part=part: people.hold(connection, "S1", part)).result()  # type: ignore[misc]
            one_id.catch_up_all(archive, keys, clock.now, held)
            numbers = iter(range(held))
            with archive.engine.execution_options(immediate=True).connect() as connection:

                def before() -> tuple[list[ToldBlob], PeopleTold]:
                    return _joining(clock, _member(clock, next(numbers)))

                def sealed() -> tuple[list[ToldBlob], PeopleTold]:
                    made = before()
                    with connection.begin():
                        people.keep_blobs(connection, keys, "S2", made[0])
                    return made

                def resolved(made: tuple[list[ToldBlob], PeopleTold]) -> None:
                    with connection.begin():
                        changed = people.keep_told(connection, "S2", made[1])
                        if one_id.settled(connection, changed, clock.now())[0] != 1:
                            raise AssertionError("a known phone and name were not resolved")

                def whole(made: tuple[list[ToldBlob], PeopleTold]) -> None:
                    with connection.begin():
                        people.keep_blobs(connection, keys, "S2", made[0])
                        one_id.resolve(connection, people.keep_told(connection, "S2", made[1]), clock.now())

                def floor(made: tuple[list[ToldBlob], PeopleTold]) -> None:
                    claimed = made[1].claims[0][0].model_dump(include={"claim_id", "member_id", "kind", "level", "blob_id"})
                    with connection.begin():
                        connection.execute(tables.identity.insert(), [{**claimed, "mark": "", "at": clock.now(), "store_id": "S2"}])

                subjects = {
                    "resolved": Subject(resolved, sealed),
                    "whole": Subject(whole, before),
                    "floor": Subject(floor, before),
                }
                return dict(in_turns("one identity", subjects, min(asked.count(1_000, 20), held // 4)))
        finally:
            archive.close()


def _member(clock: ManualClock, number: int) -> Member:
    card = f"90{number:018}"
    return Member(id=new_id(clock), card_no=card, name=f"甲{number}", phone=f"138{number:08}")


def _joining(clock: ManualClock, member: Member) -> tuple[list[ToldBlob], PeopleTold]:
    """What a till tells of somebody who joins."""
    member = member.model_copy(update={"card_no": f"91{member.card_no[2:]}"})
    at = clock.now() + timedelta(days=1)
    profile, identity = new_id(clock), new_id(clock)
    said = json.dumps({"kind": "phone", "value": member.phone}).encode()
    blobs = [
        ToldBlob(profile, member.id, "member_profile", at, member.model_dump_json().encode()),
        ToldBlob(identity, member.id, "identity", at, said),
    ]
    told = PeopleTold()
    told.joins.append((MemberJoined(member_id=member.id, blob_id=profile, source="store"), at))
    claimed = IdentityClaimed(claim_id=new_id(clock), member_id=member.id, kind="phone", level="stated", blob_id=identity)
    told.claims.append((claimed, at))
    return blobs, told


if __name__ == "__main__":
    drop_with_parent()
    print(json.dumps(_at_once(int(sys.argv[1]), int(sys.argv[2]))))
