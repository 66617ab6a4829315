"""Erase one person: from this till now, from headquarters and every other till as soon as there is a line."""

from __future__ import annotations

from pathlib import Path

from app.assembly import points_rules, retention
from app.commands import EXIT_FAILED, EXIT_OK, options
from app.commands.in_store import in_store
from app.counter.authorising import Authorising
from app.counter.erasing import REASONS, Erasing
from app.counter.points_book import PointsBook
from app.counter.post import Post, TillProfile
from app.domain.retention import Retention
from app.records.clock import SystemClock
from app.store.open_store import Store

YES = "erase"
"""What a person types to confirm."""


def main(argv: list[str]) -> int:
    """Ask for the PIN and a typed word, then erase; the till's window must be closed."""
    rules = retention()
    parser = options.parser("erase", "Erase one person's data from this till; headquarters and the other tills follow at their next sync.")
    kept = "; ".join(f"{one.title.en.lower()} {one.years} years" for one in rules.kept)
    parser.epilog = f"Kept, by law or as proof: {kept}. The till's window must be closed; beside a running till use the console's page."
    parser.add_argument("--member", required=True, metavar="WHO", help="phone, card number or exact name")
    parser.add_argument("--reason", choices=REASONS, default="asked", help="why (default: asked)")
    chosen = parser.parse_args(argv)
    return _erase(options.data_folder(chosen), chosen.member, chosen.reason, rules)


def _erase(folder: Path, who: str, reason: str, rules: Retention) -> int:
    clock = SystemClock()

    def act(store: Store) -> int:
        till = TillProfile(store.store_id, store.settings.text("store.name"), store.settings.text("store.branch"), store.till, "")
        post = Post(till)
        points, authorising = PointsBook(store, clock, post, points_rules()), Authorising(store, clock)
        erasing = Erasing(store, clock, post, points, None, rules, authorising, lambda: None)
        member, masked = erasing.whom(who)
        staff = authorising.anyone(options.asked(f"PIN ({' / '.join(rules.roles)}): ", secret=True), rules.roles)
        if options.asked(f"{masked}: everything but what a law keeps is destroyed, nothing brings it back. Type {YES}: ") != YES:
            options.tell("nothing was erased")
            return EXIT_FAILED
        done = erasing.erase(member.id, reason, staff).wait()
        print(f"erased: {masked}, {len(done.ids)} ids, {done.points} points closed; headquarters hears of it at the next sync")
        return EXIT_OK

    return in_store(folder, clock, act)
