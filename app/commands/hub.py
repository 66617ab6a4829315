"""Run headquarters: first make its stores, tills, enrolment codes and console people, then serve."""

from __future__ import annotations

import argparse
import getpass
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.commands import EXIT_FAILED, EXIT_FAULT, EXIT_OK, EXIT_USAGE, lifeline, options
from app.domain.coupon_rules import worst_loss
from app.domain.money import parse_fen, yuan
from app.hub import coupons, devices, leases, one_id, publishing, retention, segments, tiers
from app.hub.archive import Archive
from app.hub.gateway import Gateway
from app.hub.main import default_database_url, hub_key_seed, message_secret, serve
from app.hub.people import PeopleKeys
from app.records.catalogue import DatedPrice, dated_price
from app.records.clock import Clock, SystemClock, shop_day
from app.records.keys import DeviceKey

_ACTS = ("serve", "store", "till", "code", "user", "people", "price", "coupon", "lease", "segment", "rfm", "tiers", "revoke", "retention")
_BEGIN = ("serve", "store", "user")
"""What a new headquarters may begin with; a mistyped folder stays unmade by everything else."""


def main(argv: list[str]) -> int:
    """Serve, or author what the hub knows."""
    parser = options.parser("hub", "Run headquarters (default act: serve).")
    parser.add_argument("act", nargs="?", default="serve", choices=_ACTS)
    parser.add_argument("file", nargs="?", default="", metavar="FILE.json", help="for segment: the rules to tell every till")
    parser.add_argument("--list", dest="listed", action="store_true", help="for segment: say what holds now")
    parser.add_argument("--database", default="", help="postgresql+psycopg://… ; default: SQLite in the data folder")
    parser.add_argument("--host", default="127.0.0.1", help="for serve: the address to listen at (default 127.0.0.1: this computer only)")
    parser.add_argument("--port", type=int, default=8765, help="for serve: the port (default 8765)")
    parser.add_argument("--chain", default="", help="name of the chain, kept when given")
    parser.add_argument("--store", default="", metavar="ID", help="which store")
    parser.add_argument("--name", default="", help="store's or user's name")
    parser.add_argument("--branch", default="", help="for store: which branch, such as 人民路店")
    parser.add_argument("--licence", default="", help="for store: its drug trading licence")
    parser.add_argument("--address", default="", help="for store: its address")
    parser.add_argument("--phone", default="", help="for store: its telephone")
    parser.add_argument("--province", default="", help="store's province or region, by which campaigns are counted")
    parser.add_argument("--till", default="", metavar="NO", help="which of its tills")
    parser.add_argument("--product", default="", metavar="ID", help="for price: whose")
    parser.add_argument("--price", default="", metavar="YUAN", help="what it costs from --from on, e.g. 19.50")
    parser.add_argument("--member-price", default="0", metavar="YUAN", help="for members, while that price holds (default: none)")
    parser.add_argument("--from", dest="starts", default="", metavar="DATE", help="the first day, e.g. 2026-11-22, by the stores' calendar")
    parser.add_argument(
        "--to", "--ends", dest="ends", default="", metavar="DATE", help="the last day; left out: until a later price begins"
    )
    parser.add_argument("--withdraw", action="store_true", help="take the price that was told for --from back")
    parser.add_argument("--offer", default="", metavar="ID", help="for coupon: the offer (by_right) whose terms it has")
    parser.add_argument("--member", default="", metavar="ID", help="for coupon: whose it is")
    parser.add_argument("--bearer", action="store_true", help="for coupon: whoever bears it may use it")
    parser.add_argument("--count", type=int, default=1, metavar="N", help="for coupon: how many")
    parser.add_argument("--face", default="", metavar="YUAN", help="for coupon: the most one can cost, where its terms set no bound")
    parser.add_argument("--class", dest="letter", default="B", choices=("B", "D"), help="for coupon: of one store (B), or of the chain (D)")
    parser.add_argument("--share", type=int, default=20, metavar="N", help="for lease: how many uses a till is given at once")
    parser.add_argument("--days", type=int, default=7, metavar="N", help="for lease: how long a till's share lasts")
    parser.add_argument("--by-code", action="store_true", help="for lease: only for whoever shows the code that is printed")
    parser.add_argument("--serial", default="", metavar="ID", help="for coupon, with --withdraw: which one is taken back")
    parser.add_argument("--reason", default="", help="for revoke: why the till's device is put out of work")
    parser.add_argument("--apply", action="store_true", help="for retention: destroy what is past its term (default: count it)")
    parser.add_argument("--no-nights", action="store_true", help="leave the nightly round to another hub on the same database")
    parser.add_argument("--messages", default="", metavar="URL", help="the chain's own gateway, by which members are told of campaigns")
    parser.add_argument("--ready-file", default="", help="write the address here once the hub answers")
    parser.add_argument("--end-with-stdin", action="store_true", help="end when standard input ends, as with whoever started it")
    # Intermixed: a file may follow the options.
    chosen = parser.parse_intermixed_args(argv)

    folder = options.data_folder(chosen, make=chosen.act in _BEGIN or bool(chosen.database))
    if not folder.exists():
        options.tell(f"no headquarters in {folder}; `yaogui hub store --store ID --name NAME` begins one")
        return EXIT_FAULT
    database = chosen.database or default_database_url(folder)
    try:
        gateway = Gateway(chosen.messages, message_secret(folder)) if chosen.messages else None
    except ValueError as error:
        options.tell(f"--messages: {error}")
        return EXIT_USAGE
    clock = SystemClock()
    try:
        archive = Archive.open(database)
    except (OSError, SQLAlchemyError) as error:
        options.tell(f"cannot open {database}: {error}")
        return EXIT_FAULT
    try:
        if chosen.chain:
            publishing.name_chain(archive, chosen.chain)
        if chosen.act == "store":
            if not chosen.store or not chosen.name:
                options.tell("name the store: yaogui hub store --store ID --name NAME")
                return EXIT_USAGE
            profile = publishing.StoreProfile(
                chosen.store, chosen.name, chosen.branch, chosen.licence, chosen.address, chosen.phone, chosen.province
            )
            publishing.create_store(archive, clock, profile)
            print(f"store {chosen.store} {chosen.name}")
        elif chosen.act in ("till", "code"):
            if not chosen.store or not chosen.till:
                options.tell(f"name store and till: yaogui hub {chosen.act} --store ID --till NO")
                return EXIT_USAGE
            if chosen.act == "till":
                publishing.create_till(archive, clock, chosen.store, chosen.till, chosen.name)
            code = publishing.issue_enrol_code(archive, clock, chosen.store, chosen.till)
            print(f"enrolment code for {chosen.store}/{chosen.till}, good for ten minutes: {code}")
        elif chosen.act == "price":
            try:
                row = _dated(chosen)
            except ValueError as error:
                options.tell(f"yaogui hub price --product ID --price YUAN --from DATE [--to DATE] [--withdraw]: {error}")
                return EXIT_USAGE
            written = publishing.publish(archive, "price", [row]).written
            until = row.effective_to or "the next"
            said = "withdrawn" if chosen.withdraw else f"{yuan(row.price_fen)} from {row.effective_from} to {until}"
            print(f"{row.product_id} {said}" + ("" if written else " (told before)"))
        elif chosen.act == "coupon":
            try:
                if chosen.withdraw:
                    taken = coupons.revoke(archive, clock, chosen.store, chosen.serial)
                    print(f"{chosen.serial} taken back" + ("" if taken else " (before)"))
                else:
                    rights = coupons.issue(archive, clock, _issue(chosen), DeviceKey.from_bytes(hub_key_seed(folder)).sign)
                    for right in rights:
                        print(f"{right.id} {right.offer_id} class {right.coupon_class} until {right.ends_on} {right.token}")
                    options.tell(f"worst loss: {worst_loss(chosen.letter, rights[0].face_fen, len(rights), 2).words.en} (with two tills)")
            except ValueError as error:
                options.tell(
                    "yaogui hub coupon --store ID --offer ID --member ID|--bearer [--count N] [--ends DATE] [--face YUAN], "
                    f"or --store ID --serial ID --withdraw: {error}"
                )
                return EXIT_USAGE
        elif chosen.act == "lease":
            try:
                print(_leased(archive, clock, chosen, DeviceKey.from_bytes(hub_key_seed(folder)).sign))
            except ValueError as error:
                options.tell(
                    "yaogui hub lease --store ID --offer ID --count N [--share N] [--days N] [--ends DATE] [--face YUAN] [--by-code], "
                    f"or --store ID --serial GRANT --withdraw: {error}"
                )
                return EXIT_USAGE
        elif chosen.act == "segment":
            if bool(chosen.file) == chosen.listed:
                options.tell("yaogui hub segment FILE.json | --list")
                return EXIT_USAGE
            if chosen.file:
                try:
                    changed = segments.author(archive, json.loads(Path(chosen.file).read_text("utf-8")))
                except (OSError, ValueError) as error:
                    options.tell(f"{chosen.file}: {error}")
                    return EXIT_USAGE
                print(f"told every till: {', '.join(changed)}" if changed else "nothing changed")
            else:
                with archive.reading() as connection:
                    for one in segments.standings(connection):
                        shown = "counter" if one.segment.counter else "headquarters only"
                        print(f"{one.segment.id} {one.segment.title_zh} ({shown}): {one.members} members")
        elif chosen.act == "rfm":
            found, moved, counts = segments.reckon_all(archive, PeopleKeys(hub_key_seed(folder)), shop_day(clock.now()))
            print("\n".join(_fifths(found)))
            print("told every till where the fifths lie" if moved else "the fifths lie as before")
            for segment_id, count in counts.items():
                print(f"{segment_id}: {count} members")
        elif chosen.act == "tiers":
            reckoned = tiers.reckon_due(archive, clock.now(), everybody=True)
            print(f"{reckoned.persons:,} members looked at, {reckoned.changed:,} changed their tier")
            with archive.reading() as connection:
                counted = tiers.counts(connection)
            for tier in tiers.rules().tiers:
                print(f"{tier.id} {tier.title.zh}: {counted.get(tier.id, 0):,} members")
        elif chosen.act == "people":
            try:
                from app.hub import one_id_batch
            except ModuleNotFoundError as missing:
                options.tell(f"looking at everybody at once needs the extra hq: {missing}")
                return EXIT_FAULT
            rechecked = one_id_batch.recheck(archive, hub_key_seed(folder), clock.now)
            with archive.reading() as connection:
                known = one_id.counts(connection)
            print(f"{known.people:,} people of {known.ids:,} ids; {rechecked.merged:,} merged now, {known.proposed:,} wait for a decision")
            print(f"{rechecked.otherwise:,} ids stand otherwise than the rules would have them now")
        elif chosen.act == "revoke":
            return _revoke(archive, clock, chosen)
        elif chosen.act == "retention":
            act = retention.end if chosen.apply else retention.over
            for past in archive.commit(lambda connection: act(connection, clock.now())).result():
                print(f"{past.code}: {past.records:,} past their term" + (", destroyed" if chosen.apply else ""))
        elif chosen.act == "user":
            if not chosen.name:
                options.tell("name the person: yaogui hub user --name NAME")
                return EXIT_USAGE
            try:
                publishing.create_console_user(archive, chosen.name, options.asked("password (10 characters or more): ", secret=True))
            except ValueError as error:
                options.tell(str(error))
                return EXIT_USAGE
            print(f"{chosen.name} may sign in to the console")
    except KeyError as error:
        options.tell(f"no such store, till, offer or coupon: {error}")
        return EXIT_USAGE
    finally:
        archive.close()
    if chosen.act != "serve":
        return EXIT_OK

    def ready(url: str) -> None:
        options.tell(f"headquarters answers at {url} (console: {url}/console)")
        if chosen.ready_file:
            Path(chosen.ready_file).write_text(url, "utf-8")

    if chosen.end_with_stdin:
        lifeline.end_with_parent()
    nights = not chosen.no_nights
    seed = hub_key_seed(folder)
    serve(chosen.host, chosen.port, database_url=database, key_seed=seed, clock=clock, ready=ready, nights=nights, gateway=gateway)
    return EXIT_OK


def _revoke(archive: Archive, clock: Clock, chosen: argparse.Namespace) -> int:
    """Put the device that a till works with out of work, once its number was typed again; gives the exit code."""
    reason = chosen.reason.strip()
    if not chosen.store or not chosen.till or not reason:
        options.tell("name store, till and why: yaogui hub revoke --store ID --till NO --reason TEXT")
        return EXIT_USAGE
    with archive.reading() as connection:
        found = devices.at_work(connection, chosen.store, chosen.till)
    if found is None:
        options.tell(f"no device is at work at {chosen.store}/{chosen.till}")
        return EXIT_FAILED
    asks = f"{found.device} at {found.store_id}/{found.till}: its sales are still taken, nothing else ever again. Type {found.till}: "
    if options.asked(asks) != found.till:
        options.tell("nothing was done")
        return EXIT_FAILED
    publishing.revoke_device(archive, clock, found.device, reason=reason, by=getpass.getuser())
    print(f"{found.device} is out of work; to use the till again: yaogui hub code --store {found.store_id} --till {found.till}")
    return EXIT_OK


def _fifths(found: segments.Reckoned) -> list[str]:
    """The fifths as five tables of five by five: a table for each fifth of money, a row for each of recency."""
    lines = [f"{found.members} members bought within a year"]
    for money in range(5, 0, -1):
        lines.append(f"M{money}" + "".join(f"{f'F{frequency}':>9}" for frequency in range(1, 6)))
        for recency in range(5, 0, -1):
            counts = (found.cells.get((recency, frequency, money), 0) for frequency in range(1, 6))
            lines.append(f"R{recency}" + "".join(f"{count:>9,}" for count in counts))
    return lines


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text or 'nothing'} is no day; write it as 2026-11-22") from None


def _dated(chosen: argparse.Namespace) -> DatedPrice:
    """The dated price that was asked for; ValueError says what is wrong with it."""
    if not chosen.product:
        raise ValueError("whose price?")
    starts = _day(chosen.starts)
    ends = _day(chosen.ends) if chosen.ends else None
    # A price that is taken back needs no amount; its row must all the same be a price.
    price_fen, member_fen = 1 if chosen.withdraw and not chosen.price else parse_fen(chosen.price), parse_fen(chosen.member_price)
    if price_fen <= 0 or not 0 <= member_fen <= price_fen:
        raise ValueError("a price is above zero, and a member's not above it")
    return dated_price(chosen.product, price_fen, starts, ends, member_price_fen=member_fen, active=not chosen.withdraw)


def _issue(chosen: argparse.Namespace) -> coupons.Issue:
    """The coupons that were asked for; ValueError says what is wrong with them."""
    if bool(chosen.member) == chosen.bearer:
        raise ValueError("either --member or --bearer")
    ends = _day(chosen.ends) if chosen.ends else None
    face_fen = parse_fen(chosen.face) if chosen.face else 0
    return coupons.Issue(chosen.store, chosen.offer, chosen.member, chosen.count, ends, face_fen, chosen.letter)


def _leased(archive: Archive, clock: Clock, chosen: argparse.Namespace, sign: Callable[[bytes], bytes]) -> str:
    """Grant a store rights of an offer, or end a grant; gives what to print. ValueError says what is wrong, KeyError names it."""
    if chosen.withdraw:
        ended = leases.withdraw(archive, chosen.store, chosen.serial)
        return f"{chosen.serial} ended" + ("" if ended else " (before, or no such grant)")
    with archive.reading() as connection:
        offer = coupons.offer_of(connection, chosen.offer)
    asked = leases.Asked(
        store_id=chosen.store,
        offer=offer,
        rights=chosen.count,
        face_fen=parse_fen(chosen.face) if chosen.face else coupons.face_of(offer),
        per_till=chosen.share,
        low=chosen.share // 4,
        lease_days=chosen.days,
        ends_on=_day(chosen.ends) if chosen.ends else offer.ends_on,
        by_code=chosen.by_code,
    )
    grant_id = leases.grant(archive, clock, asked, shop_day(clock.now()), sign)
    with archive.reading() as connection:
        token = leases.token_of(connection, grant_id)
    return f"{grant_id} {offer.id} class C {chosen.count} uses until {asked.ends_on} {token}".rstrip()
