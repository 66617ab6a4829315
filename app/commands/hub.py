"""Run headquarters: first make its stores, tills, enrolment codes and console people, then serve."""

from __future__ import annotations

import getpass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.commands import EXIT_FAULT, EXIT_OK, EXIT_USAGE, options
from app.hub import publishing
from app.hub.archive import Archive
from app.hub.main import default_database_url, hub_key_seed, serve
from app.records.clock import SystemClock


def main(argv: list[str]) -> int:
    """Serve, or author what the hub knows."""
    parser = options.parser("hub", "Run headquarters (default act: serve).")
    parser.add_argument("act", nargs="?", default="serve", choices=("serve", "store", "till", "code", "user"))
    parser.add_argument("--database", default="", help="postgresql+psycopg://… ; default: SQLite in the data folder")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--chain", default="", help="name of the chain, kept when given")
    parser.add_argument("--store", default="", metavar="ID")
    parser.add_argument("--name", default="", help="store's or user's name")
    parser.add_argument("--branch", default="")
    parser.add_argument("--licence", default="")
    parser.add_argument("--address", default="")
    parser.add_argument("--phone", default="")
    parser.add_argument("--till", default="", metavar="NO")
    parser.add_argument("--ready-file", default="", help="write the address here once the hub answers")
    chosen = parser.parse_args(argv)

    folder = options.data_folder(chosen)
    database = chosen.database or default_database_url(folder)
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
            profile = publishing.StoreProfile(chosen.store, chosen.name, chosen.branch, chosen.licence, chosen.address, chosen.phone)
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
        elif chosen.act == "user":
            if not chosen.name:
                options.tell("name the person: yaogui hub user --name NAME")
                return EXIT_USAGE
            try:
                publishing.create_console_user(archive, chosen.name, getpass.getpass("password (10 characters or more): "))
            except ValueError as error:
                options.tell(str(error))
                return EXIT_USAGE
            print(f"{chosen.name} may sign in to the console")
    except KeyError as error:
        options.tell(f"no such store or till: {error}")
        return EXIT_USAGE
    finally:
        archive.close()
    if chosen.act != "serve":
        return EXIT_OK

    def ready(url: str) -> None:
        options.tell(f"headquarters answers at {url} (console: {url}/console)")
        if chosen.ready_file:
            Path(chosen.ready_file).write_text(url, "utf-8")

    serve(chosen.host, chosen.port, database_url=database, key_seed=hub_key_seed(folder), clock=clock, ready=ready)
    return EXIT_OK
