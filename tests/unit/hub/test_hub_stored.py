"""Stored value at headquarters: one ledger for the chain, promised once whoever asks at the same moment, owed until it is spent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from hub_bench import HubBench
from sqlalchemy import select
from till_double import START, PaperTill

from app.hub import publishing, stored, tables
from app.hub.movements import STORED
from app.records.events import PointsMoved, StoredLoaded, StoredMoved, StoredPaidOut
from app.records.people import Member, StoredEntryRow
from app.sync.client import HubClient, HubFault, Wish

PERSON = Member(id="m1", card_no="90000000000000000019", phone="13800138000")


def loaded(load_id: str = "l1", principal: int = 50_000, bonus: int = 3_000, member: str = "m1") -> StoredLoaded:
    named = {"member_id": member, "shift_id": "sh", "till": "T1", "staff_id": "S1"}
    return StoredLoaded(load_id=load_id, principal_fen=principal, bonus_fen=bonus, tenders=(), **named)


def spent(sale: str, principal: int, bonus: int, hold_id: str = "") -> StoredMoved:
    named = {"member_id": "m1", "kind": "spend", "owner_id": sale, "hold_id": hold_id}
    return StoredMoved(entry_id=f"spend:{sale}", principal_fen=principal, bonus_fen=bonus, **named)


def paid_out(hold_id: str, principal: int, bonus: int, load_id: str = "") -> StoredPaidOut:
    named = {"member_id": "m1", "shift_id": "sh", "till": "T1", "staff_id": "S1", "approved_by": "S2", "reason": "asked", "tenders": ()}
    return StoredPaidOut(payout_id=f"p:{hold_id}", load_id=load_id, hold_id=hold_id, principal_fen=principal, bonus_fen=bonus, **named)


def wish(hold_id: str, fen: int, part: int = -1) -> Wish:
    return Wish(hold_id, "stored", "m1", fen, "b", part)


def balance(bench: HubBench) -> tuple[int, int]:
    with bench.archive.reading() as connection:
        told = stored.statement_of(connection, "m1")
    assert sum(told.books.values()) == 0
    return told.balance.principal_fen, told.balance.bonus_fen


def feed(bench: HubBench, store_id: str) -> list[str]:
    row = tables.feed_row.c
    with bench.archive.reading() as connection:
        wanted = select(row.key).where(row.feed == "stored", row.store_id == store_id, row.current).order_by(row.seq)
        return list(connection.execute(wanted).scalars())


def test_every_store_that_holds_the_member_hears_of_it_once_and_one_that_comes_to_hold_them_hears_all(
    bench: HubBench, till: PaperTill
) -> None:
    publishing.publish(bench.archive, "member", [PERSON], "RM02")
    client = bench.enrolled(till)
    load = till.write(loaded())
    client.push([till.write(spent("s1", 900, 100)), load])
    client.push([load])
    assert balance(bench) == (49_100, 2_900)
    publishing.publish(bench.archive, "member", [PERSON], "RM03")
    both = ["load:l1", "spend:s1"]
    assert [sorted(feed(bench, store)) for store in ("RM01", "RM02", "RM03", "RM04")] == [both, both, both, []]


def test_a_till_that_asks_for_a_visitor_is_told_their_movements(bench: HubBench, till: PaperTill) -> None:
    publishing.publish(bench.archive, "member", [PERSON], "RM02")
    client = bench.enrolled(till)
    client.push([till.write(loaded())])
    (visitor,) = client.members("phone", "13800138000", "sale", "S1")
    assert [(row.id, row.principal_fen, row.bonus_fen) for row in visitor.stored] == [("load:l1", 50_000, 3_000)]


def test_a_sale_takes_both_parts_in_their_share_and_a_load_goes_back_in_its_own(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    client.push([till.write(loaded("l1", 50_000, 3_000)), till.write(loaded("l2", 20_000, 0))])
    held = client.hold(wish("h1", 7_300))
    assert (held.code, held.part, held.free) == ("held", 300, 73_000)
    assert client.hold(wish("h1", 7_300)) == held
    assert client.hold(wish("h2", 53_000, 3_000)).code == "short"
    client.let_go(wish("h1", 7_300))
    back = client.hold(wish("h3", 53_000, 3_000))
    assert (back.code, back.part) == ("held", 3_000)
    client.push([till.write(paid_out("h3", 50_000, 3_000, "l1"))])
    assert balance(bench) == (20_000, 0)
    with bench.archive.reading() as connection:
        assert connection.scalar(select(tables.hold.c.state).where(tables.hold.c.hold_id == "h3")) == "used"


def test_points_and_stored_value_of_one_member_are_put_by_apart(bench: HubBench, till: PaperTill) -> None:
    publishing.publish(bench.archive, "member", [PERSON.model_copy(update={"points": 700})], "RM01")
    client = bench.enrolled(till)
    client.push([till.write(loaded())])
    assert client.hold(wish("h1", 53_000)).code == "held"
    assert client.hold(Wish("h2", "points", "m1", 700, "b")).code == "held"
    assert client.hold(wish("h3", 1)).code == "short"


def test_many_tills_that_ask_at_the_same_moment_are_promised_no_more_than_there_is(bench: HubBench) -> None:
    tills = [PaperTill(), PaperTill(till="T2")]
    clients = [bench.enrolled(till) for till in tills]
    clients += [bench.client(till) for till in tills for _ in range(3)]
    clients[0].push([tills[0].opened(), tills[0].write(loaded("l1", 50_000, 0))])

    def ask(order: int) -> str:
        client: HubClient = clients[order % len(clients)]
        return client.hold(wish(f"h{order}", 10_000)).code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(ask, range(16)))
    assert codes.count("held") == 5 and codes.count("short") == 11


def test_two_tills_over_a_whole_day_with_a_line_that_comes_and_goes_never_spend_a_fen_twice(bench: HubBench) -> None:
    first, second = PaperTill(), PaperTill(till="T2")
    here, there = bench.enrolled(first), bench.enrolled(second)
    here.push([first.opened(), first.write(loaded("l1", 10_000, 0))])
    assert here.hold(wish("h1", 8_000)).code == "held"
    # The line of the first till is gone now; it sells on what was put by and tells nobody yet.
    unsent = first.write(spent("s1", 8_000, 0, "h1"))
    answer = there.hold(wish("h2", 3_000))
    assert (answer.code, answer.free) == ("short", 2_000)
    # The second loads offline and tells of it: at once there is more to spend.
    there.push([second.opened(), second.write(loaded("l2", 5_000, 0))])
    assert there.hold(wish("h2", 3_000)).code == "held"
    there.push([second.write(spent("s2", 3_000, 0, "h2"))])
    here.push([unsent])
    assert balance(bench) == (4_000, 0)
    assert there.hold(wish("h4", 4_001)).code == "short" and there.hold(wish("h5", 4_000)).code == "held"


def test_what_the_chain_owes_is_said_by_store_and_the_days_movements_beside_it(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    client.push([till.write(loaded("l1", 50_000, 3_000))])
    rows = [
        StoredEntryRow(id=f"{kind}:{member}", member_id=member, at=START, kind=kind, principal_fen=principal, bonus_fen=bonus)
        for kind, member, principal, bonus in (("spend", "m1", 9_000, 1_000), ("load", "m2", 10_000, 0))
    ]
    bench.archive.commit(lambda connection: STORED.keep(connection, "RM02", rows)).result(timeout=60)
    with bench.archive.reading() as connection:
        owed = {one.store_id: (one.principal_fen, one.bonus_fen) for one in stored.owed(connection)}
        moved = stored.moved(connection, START - timedelta(hours=1), START + timedelta(hours=1))
        later = stored.moved(connection, START + timedelta(hours=1), START + timedelta(hours=2))
    assert owed == {"RM01": (50_000, 3_000), "RM02": (1_000, -1_000)}
    assert (moved.loads, moved.loaded_fen, moved.spends, moved.spent_fen, moved.paid_out_fen) == (2, 63_000, 1, 10_000, 0)
    assert (later.loads, later.loaded_fen) == (0, 0)


def test_a_till_of_before_there_was_stored_value_has_points_put_by_and_gives_them_back(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    earned = PointsMoved(
        entry_id="earn:s0", member_id="m1", kind="earn", points=500, owner_id="s0", expires_on=START.date().replace(year=2030)
    )
    client.push([till.write(earned)])
    wanted = {"hold_id": "h1", "member_id": "m1", "points": "300", "basket_id": "b"}
    told = client._ask_for("points-hold", wanted)
    assert (told["hold_id"], told["code"], told["free"]) == ("h1", "held", 500)
    assert client.hold(Wish("h2", "points", "m1", 300, "b", 0)).code == "short"
    assert client._ask_for("points-release", wanted)["hold_id"] == "h1"
    assert client.hold(Wish("h2", "points", "m1", 300, "b", 0)).code == "held"


def test_a_wish_of_another_shape_is_refused(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)

    def code(asked: Wish) -> Any:
        try:
            return client.hold(asked).code
        except HubFault as fault:
            return fault.code

    assert code(Wish("h1", "gold", "m1", 10, "b")) == code(Wish("h2", "stored", "m1", -10, "b")) == code(wish("h3", 10, -7)) == "refused"
    assert code(wish("h4", 0)) == "short"
