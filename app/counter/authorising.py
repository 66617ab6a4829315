"""Who may do what: PINs, lock-out, and the approval of one act by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.counter.faults import Refused
from app.domain.rules import roles_of
from app.records.clock import Clock
from app.records.people import Staff
from app.store.faults import StoreFault
from app.store.open_store import Store

# RFC 9106's low-memory profile costs 186 ms a PIN at a counter; this one costs 43 ms and is held by a lock-out.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

WRITE_S = 20.0
"""Longest wait for a failure to be written, in seconds."""


def hash_pin(pin: str) -> str:
    """The argon2id hash to keep for a PIN of four to eight digits."""
    if not (pin.isdigit() and 4 <= len(pin) <= 8):
        raise Refused("pin_shape")
    return _HASHER.hash(pin)


class Authorising:
    """Checks PINs against the store's staff, and counts the failures."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

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
        failures = self._store.people.failures(staff.id, self._clock.now() - timedelta(minutes=minutes))
        if failures >= self._store.settings.get("pin.tries"):
            raise Refused("pin_locked", minutes=str(minutes))
        return failures

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
        failures = self._store.people.failures(together, self._clock.now() - timedelta(minutes=minutes))
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

    def _forget_failures(self, name: str) -> None:
        # Waited for, lest the next slip counts on top of them. A store opened for reading cannot forget; the PIN is right all the same.
        with suppress(StoreFault, TimeoutError):
            self._store.people.clear_failures(name).result(WRITE_S)

    def _count_failure(self, name: str) -> None:
        """Waited for, because the next guess must already find it; a disk that writes nothing takes no money either."""
        with suppress(StoreFault, TimeoutError):
            self._store.people.note_failure(name).result(WRITE_S)
