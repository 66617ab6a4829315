"""Who is at the console: passwords, lock-out, sessions and their CSRF tokens, all kept in the database."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select, update

from app.hub import tables

COOKIE = "yaogui_console"
LOGIN_COOKIE = "yaogui_login"
IDLE_MINUTES = 30
LONGEST_HOURS = 12
FAILURES_BEFORE_LOCK = 5
LOCK_MINUTES = 5
_HASHER = PasswordHasher()


@cache
def _nobody() -> str:
    """The hash of a password of nobody, so that unknown names take as long as known ones."""
    return _HASHER.hash(secrets.token_urlsafe(32))


@dataclass(frozen=True, slots=True)
class Session:
    """A person who has logged in."""

    name: str
    csrf: str


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal and not empty, in constant time."""
    return bool(one) and hmac.compare_digest(one.encode(), other.encode())


def kept(token: str) -> str:
    """How a session's token is kept: only its hash, so that a copy of the database opens no session."""
    return hashlib.sha256(token.encode()).hexdigest()


def knows_password(connection: Connection, name: str, password: str) -> bool:
    """Whether the name exists and the password is its own; slow on purpose, so never inside a commit."""
    kept_hash = connection.scalar(select(tables.console_user.c.password_hash).where(tables.console_user.c.name == name))
    # Made before it is wanted: the first unknown name must not take longer than a known one either.
    nobody = _nobody()
    try:
        _HASHER.verify(kept_hash or nobody, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept_hash is not None


def log_in(connection: Connection, name: str, right: bool, now: datetime) -> str:
    """A fresh session's token, or '' for a wrong password or during a lock-out; counts failures."""
    user = tables.console_user
    row = connection.execute(select(user).where(user.c.name == name).with_for_update()).first()
    if row is None or (row.locked_until is not None and row.locked_until > now):
        return ""
    if not right:
        failures = row.failures + 1
        locked = failures >= FAILURES_BEFORE_LOCK
        until = now + timedelta(minutes=LOCK_MINUTES) if locked else None
        values = {"failures": 0 if locked else failures, "locked_until": until}
        connection.execute(update(user).where(user.c.name == name).values(values))
        return ""
    token = new_token()
    connection.execute(update(user).where(user.c.name == name).values(failures=0, locked_until=None))
    connection.execute(delete(tables.console_session).where(tables.console_session.c.expires_at < now))
    connection.execute(
        insert(tables.console_session).values(
            token_hash=kept(token),
            name=name,
            csrf=new_token(),
            seen_at=now,
            expires_at=now + timedelta(hours=LONGEST_HOURS),
        )
    )
    return token


def session_of(connection: Connection, token: str, now: datetime) -> Session | None:
    """The session of a token, unless it has ended."""
    c = tables.console_session.c
    row = connection.execute(select(tables.console_session).where(c.token_hash == kept(token))).first() if token else None
    if row is None or row.expires_at <= now or row.seen_at + timedelta(minutes=IDLE_MINUTES) <= now:
        return None
    return Session(row.name, row.csrf)


def seen(connection: Connection, token: str, now: datetime) -> None:
    """The person is still there."""
    c = tables.console_session.c
    connection.execute(update(tables.console_session).where(c.token_hash == kept(token)).values(seen_at=now))


def log_out(connection: Connection, token: str) -> None:
    """End a session."""
    connection.execute(delete(tables.console_session).where(tables.console_session.c.token_hash == kept(token)))
