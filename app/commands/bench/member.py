"""Finding a member: every key among a store's own on the encrypted ledger, the card painted after a scan, ten millions at headquarters."""

from __future__ import annotations

import itertools
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Index
from sqlalchemy.schema import CreateIndex

from app.assembly import Till
from app.commands import options
from app.commands.bench import shop
from app.commands.bench.harness import Asked, Goal, Report, Series, Subject, against, calibrated_p99, in_turns, ratio, slowness, spread
from app.domain.codes import inhouse
from app.hub import member_keys, tables
from app.hub.archive import Archive
from app.records.clock import SystemClock
from app.records.people import Member, MemberKey
from app.store.people import keep_keys

HOME, QUICK_HOME = 20_000, 4_000
"""Members that a store holds (sync.md, section 4)."""
CHAIN, QUICK_CHAIN = 10_000_000, 20_000
STORES = 1_000
EXACT_MS, TAIL_MS, PART_MS, PANEL_MS, TIMES_FLOOR = 1.0, 1.0, 10.0, 50.0, 10.0
"""Goals of performance.md §2, and of the member's card after a scan."""
_LINES = 6


def run(asked: Asked) -> Report:
    """`bench member`: keys and panel at a till; with --large (or, small, with --quick) keys at headquarters."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="yaogui-bench-") as folder:
        cases, goals, slow = _till(Path(folder), clock, asked)
        left_out: list[str] = []
        if asked.large or asked.quick:
            at_hub, more = _headquarters(asked.keep or Path(folder), QUICK_CHAIN if asked.quick else CHAIN, asked)
            cases |= at_hub
            goals += more
        else:
            left_out.append("ten million members at headquarters: --large (a file of 7 GB, made in three minutes, kept with --keep)")
        return Report("member", cases, goals, {"slowness": slow}, left_out)


# -- the till -------------------------------------------------------------------------------------------------------------


def _till(folder: Path, clock: SystemClock, asked: Asked) -> tuple[dict[str, dict[str, Any]], list[Goal], float]:
    from app.desktop.measuring import CounterWindow, application

    pharmacy = shop.pharmacy(clock)
    size = QUICK_HOME if asked.quick else HOME
    with closing(Till(shop.found(folder / "till", clock, pharmacy, members=True), clock)) as till:
        _fill(till, size, asked.seed)
        members = list(till.store.people.members())
        draw = Random(asked.seed)
        draw.shuffle(members)
        known = [member for member in members if member.phone and member.name]
        whose = itertools.cycle(known)
        floor = _floor_of(till)
        people = till.store.people
        ways: dict[str, tuple[Callable[[Member], str], int]] = {
            "phone": (lambda member: member.phone, 20),
            "card": (lambda member: member.card_no, 20),
            "handle": (lambda member: member.handle, 20),
            "union id": (lambda member: _union(member.id), 20),
            "last four digits": (lambda member: member.phone[-4:], 20),
            "last four and name": (lambda member: f"{member.phone[-4:]} {member.name[:1]}", 20),
            "whole name": (lambda member: member.name, 20),
            "part of a name": (lambda member: member.name[-2:], 20),
            "nobody's phone": (lambda member: f"199{member.handle[:8]}", 20),
        }
        subjects: dict[str, Subject] = {}
        for name, (text_of, most) in ways.items():
            subjects[name] = Subject(_asking(people.sought, most), _next(whose, text_of))
        subjects["dynamic code"] = Subject(lambda raw: till.proving.judge(raw, "bench"), _next(whose, till.proving.code_now))
        subjects["floor"] = Subject(floor, lambda: next(whose).id)
        found = in_turns(f"{len(members):,} members", subjects, asked.count())
        cases = {f"{name}, {len(members):,} members": against(found[name], found["floor"]) for name in subjects if name != "floor"}
        exact = ("phone", "card", "handle", "union id", "nobody's phone")
        # A store's members lie in the page cache whole: finding one only computes.
        limits = [*((name, EXACT_MS) for name in exact), ("last four digits", TAIL_MS), ("part of a name", PART_MS)]
        goals = [Goal(f"till, {name}, p99 ms calibrated", calibrated_p99(name, found, computing=True), limit) for name, limit in limits]
        goals += [Goal(f"till, {name}, times the floor p50", _times(found, name), TIMES_FLOOR) for name in exact]

        shop.prepared("panel", till, pharmacy, asked.seed, len(pharmacy.products), _LINES)
        with closing(CounterWindow(application(), till)) as window:

            def before() -> str:
                till.selling.detach_member()
                window.page.show_scene(till.selling.scene())
                window.rest()
                shop.settle_down(till)
                return next(whose).card_no

            title = "member's card painted after the scan"
            painted = in_turns(title, {title: Subject(window.attach, before)}, min(asked.count(), 600))
        cases[title] = painted[title].figures()
        goals.append(Goal(f"{title}, p99 ms calibrated", calibrated_p99(title, painted), PANEL_MS))
        return cases, goals, slowness(found)


def _times(found: dict[str, Series], name: str) -> float:
    return ratio(spread(found[name].wall)["p50"], spread(found["floor"].wall)["p50"])


def _asking(find: Callable[[str, int], object], most: int) -> Callable[[str], object]:
    return lambda text: find(text, most)


def _next(whose: Iterator[Member], text_of: Callable[[Member], str]) -> Callable[[], str]:
    return lambda: text_of(next(whose))


def _floor_of(till: Till) -> Callable[[str], object]:
    """`SELECT 1` and one row by its key, by the driver alone, on the very connection that the product reads by."""
    raw = till.store.readers.connection().connection.driver_connection
    assert raw is not None

    def floor(member_id: str) -> object:
        raw.execute("SELECT 1").fetchone()
        return raw.execute("SELECT * FROM member WHERE id = ?", (member_id,)).fetchone()

    return floor


def _fill(till: Till, size: int, seed: int) -> None:
    """Members up to `size`, with names as often alike as people's are, and a platform's id for each."""
    draw = Random(f"{seed}-home")
    own = till.store.people.members()
    names = [member.name for member in own if member.name]
    more = [
        Member(
            id=f"home-{number:06d}",
            card_no=inhouse("90", 1_000_000 + number),
            phone=f"1{draw.randrange(3 * 10**9, 10**10)}",
            name=draw.choice(names),
            handle=f"{900_000_000 + number:09d}",
            code_key=f"{draw.getrandbits(128):032x}",
            allergies_known=True,
        )
        for number in range(size - len(own))
    ]
    till.store.people.save_members(more).result()
    keys = [MemberKey(id=f"u-{member.id}", member_id=member.id, kind="union", value=_union(member.id)) for member in (*own, *more)]
    for start in range(0, len(keys), 1_000):
        till.store.writer.submit(_keeping(keys[start : start + 1_000]), background=True).result()


def _keeping(keys: Sequence[MemberKey]) -> Callable[[Connection], None]:
    return lambda connection: keep_keys(connection, keys)


def _union(member_id: str) -> str:
    return f"oU-{member_id:_>25}"


# -- headquarters ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Chain:
    """Members by number: what the file is filled with, and what is asked for."""

    size: int

    @property
    def of_store(self) -> int:
        """Members that one store holds."""
        return max(1, self.size // STORES)

    def store(self, number: int) -> str:
        """The home store of a member."""
        return f"S{number // self.of_store:04d}"

    @staticmethod
    def phone(number: int) -> str:
        """Their phone."""
        return str(13_000_000_000 + number * 97)

    @staticmethod
    def card(number: int) -> str:
        """Their card."""
        return f"90{number:018d}"

    @staticmethod
    def handle(number: int) -> str:
        """Their handle."""
        return f"{number * 618_033_989 % 10**9:09d}"

    @staticmethod
    def union(number: int) -> str:
        """Their id on a platform."""
        return f"oU{number:026d}"


_JSON = (
    "printf('{\"id\":\"m%08d\",\"card_no\":\"90%018d\",\"phone\":\"%d\",\"name\":\"王示例\",\"sex\":\"F\",\"born_on\":\"1958-03-12\","
    "\"tier\":\"gold\",\"points\":3412,\"allergies_known\":true,\"allergy_classes\":\"penicillin\",\"chronic\":true,"
    "\"joined_on\":\"2021-02-03\",\"handle\":\"%09d\",\"code_key\":\"0123456789abcdef0123456789abcdef\"}',"
    " n, n, 13000000000 + n * 97, n * 618033989 % 1000000000)"
)
_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {size})"
_STORE = "printf('S%04d', n / {of_store})"
_KEYS = {
    "phone": ("CAST(13000000000 + n * 97 AS TEXT)", ""),
    "card": ("printf('90%018d', n)", ""),
    "union": ("printf('oU%026d', n)", ""),
    "handle": ("printf('%09d', n * 618033989 % 1000000000)", "ORDER BY 2"),
    "tail": ("substr(CAST(13000000000 + n * 97 AS TEXT), -4)", "ORDER BY 2, 3, 4"),
}


def _made(path: Path, chain: _Chain) -> Path:
    """The chain's file as publishing would have left it, filled by SQL: rows of the feed, and every key beside them.

    The indexes that only publishing reads are left out: they are half of the file's making and no look-up sees them.
    """
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    archive = Archive.open(f"sqlite:///{part}")
    later = [index for table in (tables.feed_row, tables.member_key) for index in table.indexes]
    rest = [str(CreateIndex(index).compile(archive.engine)) for index in later if index.name == "ix_feed_row_holder"]
    archive.close()
    numbers, store = _NUMBERS.format(size=chain.size), _STORE.format(of_store=chain.of_store)
    steps = 2 + len(_KEYS) + len(rest)
    with closing(sqlite3.connect(part, isolation_level=None)) as raw, options.progress("members of the chain", steps) as told:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000", "temp_store = FILE"):
            raw.execute(f"PRAGMA {pragma}")
        _drop(raw, later)
        raw.execute("BEGIN")
        raw.execute(
            f"{numbers} INSERT INTO feed_row (store_id, feed, seq, key, rolling, current, json) "
            f"SELECT {store}, 'member', n % {chain.of_store} + 1, printf('m%08d', n), '', 1, {_JSON} FROM numbers"
        )
        for done, kind in enumerate(sorted(_KEYS), 1):
            told(done)
            value, order = _KEYS[kind]
            raw.execute(
                f"{numbers} INSERT INTO member_key (kind, value, store_id, member_id) "
                f"SELECT '{kind}', {value}, {store}, printf('m%08d', n) FROM numbers {order}"
            )
        raw.execute("COMMIT")
        for done, statement in enumerate(rest, len(_KEYS) + 1):
            told(done)
            raw.execute(statement)
        raw.execute("ANALYZE")
        raw.execute("PRAGMA journal_mode = WAL")
    part.rename(path)
    return path


def _drop(raw: sqlite3.Connection, indexes: Sequence[Index]) -> None:
    for index in indexes:
        raw.execute(f"DROP INDEX {index.name}")


def _headquarters(folder: Path, size: int, asked: Asked) -> tuple[dict[str, dict[str, Any]], list[Goal]]:
    chain = _Chain(size)
    archive = Archive.open(f"sqlite:///{_made(folder / f'members-{size}.db', chain)}")
    draw = Random(asked.seed)
    try:
        with archive.reading() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None

            def floor(number: int) -> object:
                raw.execute("SELECT 1").fetchone()
                return raw.execute("SELECT * FROM feed_row WHERE rowid = ?", (number + 1,)).fetchone()

            def anybody() -> int:
                return draw.randrange(chain.size)

            subjects = {
                "phone": Subject(_whole(connection, "phone"), lambda: chain.phone(anybody())),
                "card": Subject(_whole(connection, "card"), lambda: chain.card(anybody())),
                "handle": Subject(_whole(connection, "handle"), lambda: chain.handle(anybody())),
                "union id": Subject(_whole(connection, "union"), lambda: chain.union(anybody())),
                "nobody's phone": Subject(_whole(connection, "phone"), lambda: "1" + chain.phone(anybody())),
                "last four digits in a store": Subject(
                    lambda asked_for: member_keys.find(connection, "tail", asked_for[0], asked_for[1], 20),
                    lambda: (chain.phone(number := anybody())[-4:], chain.store(number)),
                ),
                "last four digits in the chain": Subject(
                    lambda tail: member_keys.find(connection, "tail", tail, "", 20), lambda: chain.phone(anybody())[-4:]
                ),
                "floor": Subject(floor, anybody),
            }
            found = in_turns(f"{size:,} members at headquarters", subjects, asked.count())
    finally:
        archive.close()
    named = [name for name in subjects if name != "floor"]
    cases = {f"{name}, {size:,} at headquarters": against(found[name], found["floor"]) for name in named}
    goals = [
        Goal(f"headquarters, {name}, p99 ms calibrated", calibrated_p99(name, found), TAIL_MS if "last" in name else EXACT_MS)
        for name in named
    ]
    goals += [Goal(f"headquarters, {name}, times the floor p50", _times(found, name), TIMES_FLOOR) for name in named if "last" not in name]
    return cases, goals


def _whole(connection: Connection, kind: str) -> Callable[[str], object]:
    """As the route asks: who is known by the key, and the row that their home store reads."""

    def look_up(value: str) -> object:
        return [member_keys.profile(connection, holding) for holding in member_keys.find(connection, kind, value)]

    return look_up
