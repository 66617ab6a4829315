"""Who may do what: PINs, lock-out, and the approval of one act by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.counter.faults import Refused
from app.domain.rules import roles_of
from app.records.clock import Clock
from app.records.ids import new_id
from app.records.people import Staff
from app.store.faults import StoreFault
from app.store.open_store import Store

# RFC 9106's low-memory profile costs 186 ms a PIN at a counter; this one costs 43 ms and is held by a lock-out.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_pin(pin: str) -> str:
    """The argon2id hash to keep for a PIN of four to eight digits."""
    if not (pin.isdigit() and 4 <= len(pin) <= 8):
        raise Refused("pin_shape")
    return _HASHER.hash(pin)


@dataclass(frozen=True, slots=True)
class _Slip:
    """A wrong PIN that may still be on its way to the disk."""

    attempt_id: str
    at: datetime
    written: Future[None] | None
    """None where the disk takes nothing."""

    @property
    def kept(self) -> bool:
        """Whether the disk has it; else it counts from memory alone."""
        return self.written is not None and self.written.done() and self.written.exception() is None


class Authorising:
    """Checks PINs against the store's staff, and counts the failures.

    Nobody waits for the disk here: a slip counts from the moment it is made, and the writer, who takes one thing after another, keeps it.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._slips: dict[str, list[_Slip]] = {}
        self._forgetting: dict[str, Future[None]] = {}

    def by_pin(self, staff: Staff, pin: str) -> Staff:
        """The same person once the PIN fits; Refused with the tries left, or with the lock's minutes."""
        tries = self._store.settings.get("pin.tries")
        failures = self.refuse_locked(staff)
        try:
            _HASHER.verify(staff.pin_hash, pin)
        except (VerifyMismatchError, InvalidHashError) as error:
            self._count_failure(staff.id)
            raise self._wrong(tries - failures - 1) from error
        if failures:
            self._forget_failures(staff.id)
        return staff

    def refuse_locked(self, staff: Staff) -> int:
        """The failures of a person so far; Refused while they have locked the PIN."""
        minutes = self._store.settings.get("pin.lock_minutes")
        failures = self._failures(staff.id, minutes)
        if failures >= self._store.settings.get("pin.tries"):
            raise Refused("pin_locked", minutes=str(minutes))
        return failures

    def holders(self, right: str) -> tuple[str, ...]:
        """The roles that have a right (`rights.…`)."""
        return tuple(str(self._store.settings.get(right)).split(";"))

    def answering(self, person: Staff | None, right: str, pin: str) -> Staff:
        """Who answers for an act: the person at the till if they have the right, else whoever's PIN is given; Refused as `anyone`."""
        roles = self.holders(right)
        return person if person is not None and person.role in roles else self.anyone(pin, roles)

    def anyone(self, pin: str, roles: Sequence[str], staff_id: str = "") -> Staff:
        """The person with one of the roles whose PIN this is; `staff_id` narrows it to one person.

        A PIN that is nobody's counts against the roles together, so that guessing among several people is locked like guessing at one.
        """
        people = [s for s in self._store.people.staff() if s.active and set(roles_of(s)) & set(roles) and staff_id in ("", s.id)]
        if not people:
            raise Refused("nobody_may", roles="/".join(roles))
        if len(people) == 1:
            return self.by_pin(people[0], pin)
        together = "any:" + ";".join(sorted(roles))
        tries = self._store.settings.get("pin.tries")
        minutes = self._store.settings.get("pin.lock_minutes")
        failures = self._failures(together, minutes)
        if failures >= tries:
            raise Refused("pin_locked", minutes=str(minutes))
        for person in people:
            try:
                _HASHER.verify(person.pin_hash, pin)
            except (VerifyMismatchError, InvalidHashError):
                continue
            found = self.by_pin(person, pin)
            if failures:
                self._forget_failures(together)
            return found
        self._count_failure(together)
        raise self._wrong(tries - failures - 1)

    def _wrong(self, left: int) -> Refused:
        """The last wrong PIN says at once that there is no further try."""
        if left > 0:
            return Refused("pin_wrong", left=str(left))
        return Refused("pin_locked", minutes=str(self._store.settings.get("pin.lock_minutes")))

    def _failures(self, name: str, minutes: int) -> int:
        """The slips of these minutes, each counted once wherever it is just now."""
        since = self._clock.now() - timedelta(minutes=minutes)
        # In this order: what is on disk by the first look is found there by the last.
        slips = self._slips[name] = [slip for slip in self._slips.get(name, ()) if not slip.kept]
        forgetting = self._forgetting.get(name)
        stored = 0
        if forgetting is None or forgetting.done():
            stored = self._store.people.failures(name, since, [slip.attempt_id for slip in slips])
        return stored + sum(slip.at >= since for slip in slips)

    def _forget_failures(self, name: str) -> None:
        self._slips.pop(name, None)
        # A store opened for reading cannot forget; the PIN is right all the same.
        with suppress(StoreFault):
            self._forgetting[name] = self._store.people.clear_failures(name)

    def _count_failure(self, name: str) -> None:
        attempt_id = new_id(self._clock)
        written: Future[None] | None = None
        with suppress(StoreFault):
            written = self._store.people.note_failure(name, attempt_id)
        self._slips.setdefault(name, []).append(_Slip(attempt_id, self._clock.now(), written))
