"""Who may do what: PINs, lock-out, and the approval of one act by a second person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

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

_Question: TypeAlias = tuple[str, tuple[str, ...]]
"""A PIN, and the hashes it is held against one after another."""


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


class Unweighed(Exception):
    """Nothing was done yet: whether a PIN fits is being worked out on a thread of its own. Do the act again once `weighed` is done."""

    def __init__(self, weighed: Future[int]) -> None:
        super().__init__("unweighed")
        self.weighed = weighed


def _first_fitting(question: _Question) -> int:
    """Which of the hashes the PIN fits first, -1 for none; some 40 ms each, all of them outside the interpreter."""
    pin, hashes = question
    for order, pin_hash in enumerate(hashes):
        with suppress(VerifyMismatchError, InvalidHashError):
            _HASHER.verify(pin_hash, pin)
            return order
    return -1


class Authorising:
    """Checks PINs against the store's staff, and counts the failures.

    Nobody waits for the disk here: a slip counts from the moment it is made, and the writer, who takes one thing after another, keeps it.
    Nor does a window that works `elsewhere` wait for the reckoning of a hash.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._slips: dict[str, list[_Slip]] = {}
        self._forgetting: dict[str, Future[None]] = {}
        self._elsewhere = False
        self._weighing: dict[_Question, Future[int]] = {}
        """What is asked of the thread, or was answered, within the act under way."""
        self._thread: ThreadPoolExecutor | None = None

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """Acts done within raise `Unweighed` where a PIN must be held against a hash; done again, they find the answer.

        The answer holds for that one act: with its end, however it ends, it is forgotten.
        """
        before, self._elsewhere = self._elsewhere, True
        try:
            yield
        except Unweighed:
            raise
        except BaseException:
            self._weighing.clear()
            raise
        else:
            self._weighing.clear()
        finally:
            self._elsewhere = before

    def stop(self) -> None:
        """Let the thread finish what it works out."""
        if self._thread is not None:
            self._thread.shutdown()

    def _whose(self, people: Sequence[Staff], pin: str) -> Staff | None:
        """The first of these people whose PIN this is."""
        question = (pin, tuple(person.pin_hash for person in people))
        weighed = self._weighing.get(question)
        if weighed is None and self._elsewhere:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="pins")
            weighed = self._weighing[question] = self._thread.submit(_first_fitting, question)
        if weighed is not None and not weighed.done():
            raise Unweighed(weighed)
        order = weighed.result() if weighed is not None else _first_fitting(question)
        return people[order] if order >= 0 else None

    def by_pin(self, staff: Staff, pin: str) -> Staff:
        """The same person once the PIN fits; Refused with the tries left, or with the lock's minutes."""
        tries = self._store.settings.get("pin.tries")
        failures = self.refuse_locked(staff)
        if self._whose((staff,), pin) is None:
            self._count_failure(staff.id)
            raise self._wrong(tries - failures - 1)
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
        found = self._whose(people, pin)
        if found is None:
            self._count_failure(together)
            raise self._wrong(tries - failures - 1)
        if self.refuse_locked(found):
            self._forget_failures(found.id)
        if failures:
            self._forget_failures(together)
        return found

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
