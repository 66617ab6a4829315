"""Codes that headquarters sends to a phone for a till, and what is told back of them: once, soon, at the same till.

The code itself is kept nowhere: a hash under a salt and headquarters' own secret stands for it, and a keyed mark for the phone. Whether
the phone is anybody's is not looked up, so that no answer can tell.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from app.domain.joining import ConsentTexts
from app.domain.verification import CONSENT, Sent, VerificationRules
from app.hub import tables
from app.hub.archive import alone_with
from app.hub.people import PeopleKeys
from app.records.clock import Clock
from app.records.resources import resource

_SENDING = 0x59_47_56
"""The kind of lock under which the codes of a phone and of a till are counted."""
_SALT_BYTES = 16


@cache
def rules() -> VerificationRules:
    """The carried rules."""
    return VerificationRules.read(json.loads(resource("rules", "verification.json").read_text("utf-8")))


@cache
def _texts() -> ConsentTexts:
    return ConsentTexts.read(json.loads(resource("texts", "consents.json").read_text("utf-8")))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a till wants sent."""

    verification_id: str
    """Made by the till: asked for again, it is the same one, and nothing is sent twice."""
    phone: str
    purpose: str
    about: tuple[str, ...]
    """Of a consent: the purposes that the message names."""
    language: str
    store_id: str
    till: str
    device: str

    def __repr__(self) -> str:
        return f"Wish({self.verification_id}, {self.purpose})"


@dataclass(frozen=True, slots=True)
class Noted:
    """What is to be done about a wish."""

    state: str
    """new (send `text`) | sending | sent | failed | proven | over | too_many | unknown (another device's)."""
    wait_s: int = 0
    """Of too_many: seconds until the next one."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a till is told of a code that was typed."""

    code: str
    """proven | wrong | over | expired | used | unknown."""
    left: int = 0
    """Of wrong: how often it may still be typed."""


def titles(purposes: Sequence[str], language: str) -> list[str]:
    """What consents are called; KeyError for a purpose that there is not."""
    found = []
    for purpose in purposes:
        text = _texts().of(purpose)
        if text is None:
            raise KeyError(purpose)
        found.append(text.title.of(language))
    return found


def note(connection: Connection, clock: Clock, keys: PeopleKeys, wish: Wish) -> Noted:
    """Note that a code is to be sent, or say why none is; the code is in the answer's text and nowhere else."""
    v, now, carried = tables.verification.c, clock.now(), rules()
    mark = keys.mark("phone", wish.phone)
    alone_with(connection, _SENDING, [mark, wish.device])
    _purge(connection, now)
    known = connection.execute(select(v.device, v.state).where(v.verification_id == wish.verification_id)).first()
    if known is not None:
        return Noted(known.state if known.device == wish.device else "unknown")
    of_day = select(v.at, v.phone_mark, v.device).where(v.at > now - timedelta(days=1), or_(v.phone_mark == mark, v.device == wish.device))
    before = [Sent(row.at, row.phone_mark == mark, row.device == wish.device) for row in connection.execute(of_day)]
    if wait_s := carried.wait_s(before, now):
        return Noted("too_many", wait_s)
    code, salt = "".join(secrets.choice("0123456789") for _ in range(carried.digits)), secrets.token_bytes(_SALT_BYTES)
    # A newer code takes the place of one that was not told back.
    older = update(tables.verification).where(v.phone_mark == mark, v.device == wish.device, v.state.in_(("sending", "sent", "failed")))
    connection.execute(older.values(state="over", salt=b"", code_hash=b""))
    row = {
        "verification_id": wish.verification_id,
        "store_id": wish.store_id,
        "till": wish.till,
        "device": wish.device,
        "purpose": wish.purpose,
        "about": ",".join(wish.about),
        "phone_mark": mark,
        "salt": salt,
        "code_hash": keys.code_hash(salt, f"{wish.verification_id}\n{wish.purpose}\n{code}"),
        "at": now,
        "until": now + timedelta(minutes=carried.minutes),
        "state": "sending",
        "tries": 0,
        "attempt_id": "",
        "attempt_answer": "",
        "proven_at": None,
    }
    connection.execute(insert(tables.verification), [row])
    return Noted("new", text=_text(connection, wish, code))


def _text(connection: Connection, wish: Wish, code: str) -> str:
    s = tables.store.c
    shop = connection.execute(select(s.name, s.branch).where(s.store_id == wish.store_id)).first()
    return rules().words(
        wish.language,
        code=code,
        chain=connection.scalar(select(tables.chain.c.name)) or "",
        shop=(shop.branch or shop.name) if shop is not None else "",
        purpose=wish.purpose,
        about=titles(wish.about, wish.language) if wish.purpose == CONSENT else (),
    )


def sent(connection: Connection, verification_id: str, *, taken: bool) -> None:
    """The gateway took the message, or did not; a code that was told back meanwhile stays so."""
    v = tables.verification.c
    mine = update(tables.verification).where(v.verification_id == verification_id, v.state == "sending")
    connection.execute(mine.values(state="sent" if taken else "failed"))


def check(connection: Connection, clock: Clock, keys: PeopleKeys, device: str, verification_id: str, attempt_id: str, code: str) -> Checked:
    """Whether a code that was typed is the one that was sent; the same attempt told again has the same answer and counts once.

    A message of which the gateway said nothing may have arrived all the same: what was told back decides.
    """
    v, now, carried = tables.verification.c, clock.now(), rules()
    # Under lock: two checks at once count as two.
    row = connection.execute(select(tables.verification).where(v.verification_id == verification_id).with_for_update()).first()
    if row is None or row.device != device:
        return Checked("unknown")
    if attempt_id == row.attempt_id:
        return Checked(row.attempt_answer, max(0, carried.tries - row.tries))
    if row.state == "proven":
        return Checked("used")
    if row.state == "over":
        return Checked("over")
    if now >= row.until:
        return Checked("expired")
    right = hmac.compare_digest(row.code_hash, keys.code_hash(row.salt, f"{verification_id}\n{row.purpose}\n{code}"))
    tries = row.tries + 1
    if right:
        answer, state = "proven", "proven"
    else:
        answer, state = ("over", "over") if tries >= carried.tries else ("wrong", row.state)
    values: dict[str, object] = {"tries": tries, "state": state, "attempt_id": attempt_id, "attempt_answer": answer}
    if state in ("proven", "over"):
        values |= {"salt": b"", "code_hash": b"", "proven_at": now if right else None}
    connection.execute(update(tables.verification).where(v.verification_id == verification_id).values(values))
    return Checked(answer, carried.tries - tries if answer == "wrong" else 0)


def forget(connection: Connection, marks: Sequence[str]) -> None:
    """Take the phones of erased people off what was sent to them; that a code was told back stays, as the evidence it is."""
    v = tables.verification.c
    if marks:
        connection.execute(update(tables.verification).where(v.phone_mark.in_(list(marks))).values(phone_mark=""))


def _purge(connection: Connection, now: datetime) -> None:
    """Delete what is past its term."""
    v, carried = tables.verification.c, rules()
    past = and_(v.state != "proven", v.at < now - timedelta(days=carried.keep_days))
    long_past = v.at < now - timedelta(days=carried.keep_proven_days)
    connection.execute(delete(tables.verification).where(or_(past, long_past)))
