"""What this till keeps by law though it names people: how much is past its term, and its end."""

from __future__ import annotations

from app.assembly import retention
from app.commands import EXIT_FAILED, EXIT_OK, options
from app.commands.in_store import in_store
from app.counter.authorising import Authorising
from app.records.clock import SystemClock
from app.store.open_store import Store

YES = "destroy"
"""What a person types to confirm."""


def main(argv: list[str]) -> int:
    """Count, and with --apply destroy; names are never shown."""
    parser = options.parser(
        "retention", "Count the private records whose statutory term is over; with --apply destroy them and their keys (the window closed)."
    )
    parser.add_argument("--apply", action="store_true", help="destroy them; asks for a PIN and a typed word")
    chosen = parser.parse_args(argv)
    rules, clock = retention(), SystemClock()
    terms = [(kept, kept.over_before(clock.now())) for kept in rules.kept if kept.blobs]

    def act(store: Store) -> int:
        past = {kept.code: store.private.past(kept.blobs, before) for kept, before in terms}
        for kept, before in terms:
            print(f"{kept.code}: {past[kept.code]:,} past {kept.years} years (made before {before:%Y-%m-%d})")
        if not chosen.apply or not any(past.values()):
            return EXIT_OK
        Authorising(store, clock).anyone(options.asked(f"PIN ({' / '.join(rules.roles)}): ", secret=True), rules.roles)
        if options.asked(f"{sum(past.values()):,} records are destroyed, nothing brings them back. Type {YES}: ") != YES:
            options.tell("nothing was destroyed")
            return EXIT_FAILED
        gone = sum(store.private.end(kept.blobs, before) for kept, before in terms)
        print(f"destroyed: {gone:,}; copies follow with the next two backups")
        return EXIT_OK

    return in_store(options.data_folder(chosen), clock, act, write=chosen.apply)
