"""Telling the members of a campaign: a row for each of them, sent by the chain's own gateway in its hours, or withheld for a reason.

A row holds neither text nor phone. Whoever may not be told is found out twice: when the rows are made, and again in the moment of
sending. A message is handed over before that is noted: after an interruption it is handed over again under the same id, and a gateway
sends an id once.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, func, select, update

from app.domain.membership import phone_of
from app.domain.purposes import PERSONAL
from app.hub import campaigns, message_text, tables
from app.hub.archive import Archive, insert_new
from app.hub.campaigns import Design
from app.hub.gateway import Gateway, Letter
from app.hub.parties import parties_of
from app.hub.people import member_rows
from app.records.clock import Clock

log = logging.getLogger(__name__)

LOOK_S = 15.0
"""How often it is looked for something to send, in seconds."""
_ROWS_A_COMMIT = 200
_WEEK = timedelta(days=7)
_NAMES = uuid.UUID("6e7a3c0e-54a5-4a0e-9a53-0c1c7f0d4b1e")
"""Under which a campaign and a member make one message id, however often they are told."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a campaign's messages."""

    queued: int = 0
    sent: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    """By the gateway's code."""
    withheld: dict[str, int] = field(default_factory=dict)
    """By why: consent | personal | phone | week | merged | erased | ended | text."""

    @property
    def all(self) -> int:
        """Everybody who has a row."""
        return self.queued + self.sent + sum(self.failed.values()) + sum(self.withheld.values())


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person as a message sees them."""

    member_id: str
    """The id that stands for them."""
    party: frozenset[str]
    phone: str
    obstacle: str
    """Why they are not told, '' where they may be."""

    def __repr__(self) -> str:
        return f"Addressee({self.member_id}, {self.obstacle or 'free'})"


@dataclass(frozen=True, slots=True)
class Due:
    """A message whose turn has come."""

    message_id: str
    campaign_id: str
    member_id: str
    tries: int


def counts(connection: Connection, campaign_id: str) -> Counts:
    """What became of a campaign's messages until now."""
    c = tables.message.c
    wanted = select(c.state, c.reason, func.count()).where(c.campaign_id == campaign_id).group_by(c.state, c.reason)
    by_state: dict[str, dict[str, int]] = {"queued": {}, "sent": {}, "failed": {}, "withheld": {}}
    for state, reason, count in connection.execute(wanted.order_by(c.state, c.reason)):
        by_state[state][reason] = count
    return Counts(sum(by_state["queued"].values()), sum(by_state["sent"].values()), by_state["failed"], by_state["withheld"])


# ---------------------------------------------------------------- whom


def fill(archive: Archive, clock: Clock, campaign_id: str, *, most: int = 0, leaving: Callable[[], bool] = lambda: False) -> int:
    """Make the rows of a campaign that is to be told, at most so many portions (0: all); gives how many rows were new.

    Whoever has a row is passed over, so an interrupted filling is simply asked for again.
    """
    with archive.reading() as connection:
        asked_at = _asked(connection, campaign_id)
        if asked_at is None:
            return 0
        standing = campaigns.campaign(connection, campaign_id)
        ended = standing.phase(campaigns.today(connection, clock.now())) not in ("waiting", "running")
        left = iter(()) if ended else iter(list(_whom(connection, standing.design)))
    made = portions = 0
    while part := list(islice(left, _ROWS_A_COMMIT)):
        if (most and portions == most) or leaving():
            return made
        made += archive.commit(_queueing(clock.now(), standing.design, part)).result()
        portions += 1
    archive.commit(_filled(campaign_id, asked_at, clock.now())).result()
    return made


def _asked(connection: Connection, campaign_id: str) -> datetime | None:
    """When it was asked last that a campaign's members be told; None where each of them has a row."""
    r = tables.message_round.c
    return connection.scalar(select(r.asked_at).where(r.campaign_id == campaign_id, r.done_at.is_(None)))


def _filled(campaign_id: str, asked_at: datetime, now: datetime) -> Callable[[Connection], None]:
    """Note that everybody has a row, unless it was asked again meanwhile."""

    def unit(connection: Connection) -> None:
        r = tables.message_round.c
        seen = update(tables.message_round).where(r.campaign_id == campaign_id, r.asked_at == asked_at)
        connection.execute(seen.values(done_at=now))

    return unit


def _whom(connection: Connection, design: Design) -> Iterator[str]:
    """Members to tell who have no row yet: those who hold its coupons, or everybody it is for where anybody may have it."""
    told = select(tables.message.c.member_id).where(tables.message.c.campaign_id == design.campaign_id)
    if design.each:
        h = tables.campaign_holder.c
        holders = select(h.member_id).where(h.campaign_id == design.campaign_id, h.member_id.not_in(told)).order_by(h.member_id)
        yield from (str(one) for one in connection.scalars(holders))
    else:
        before = set(connection.scalars(told))
        yield from (member_id for _, member_id in campaigns.audience(connection, design) if member_id not in before)


def _queueing(now: datetime, design: Design, member_ids: Sequence[str]) -> Callable[[Connection], int]:
    def unit(connection: Connection) -> int:
        c = tables.message.c
        found = {one.member_id: one for one in addressees(connection, now, design, member_ids)}
        ids = sorted(set[str]().union(*(one.party for one in found.values())))
        told = set(connection.scalars(select(c.member_id).where(c.campaign_id == design.campaign_id, c.member_id.in_(ids))))
        rows = [
            {
                "message_id": str(uuid.uuid5(_NAMES, f"{design.campaign_id}:{one.member_id}")),
                "campaign_id": design.campaign_id,
                "member_id": one.member_id,
                "channel": message_text.rules().channel,
                "state": "withheld" if one.obstacle else "queued",
                "reason": one.obstacle,
                "at": now,
                "due_at": now,
                "tries": 0,
                "sent_at": None,
            }
            for one in found.values()
            if not one.party & told and one.obstacle != "erased"
        ]
        return len(insert_new(connection, tables.message, rows, "message_id"))

    return unit


def addressees(connection: Connection, now: datetime, design: Design, member_ids: Sequence[str]) -> Iterator[Addressee]:
    """The persons that a few members' ids stand for, each once, with what forbids telling them of a campaign."""
    c, m = tables.consent.c, tables.message.c
    carried = message_text.rules()
    parties = parties_of(connection, member_ids)
    owner = {member_id: canonical for canonical, party in parties.items() for member_id in party}
    words: dict[tuple[str, str], bool] = {}
    said = select(c.member_id, c.purpose, c.given).where(c.member_id.in_(list(owner)), c.purpose.in_([carried.purpose, PERSONAL]))
    for row in connection.execute(said.order_by(c.at, c.consent_id)):
        words[owner[row.member_id], row.purpose] = bool(row.given)
    week: dict[str, int] = {}
    sent = select(m.member_id, func.count()).where(m.member_id.in_(list(owner)), m.sent_at > now - _WEEK)
    for member_id, count in connection.execute(sent.group_by(m.member_id)):
        week[owner[member_id]] = week.get(owner[member_id], 0) + count
    profiles = member_rows(connection, list(owner))
    for one, party in parties.items():
        phone = next((found for member_id in party if member_id in profiles and (found := phone_of(profiles[member_id].phone))), "")
        obstacle = ""
        if not words.get((one, carried.purpose), False):
            obstacle = "consent"
        elif design.audience == "segment" and not words.get((one, PERSONAL), True):
            obstacle = "personal"
        elif not phone:
            obstacle = "phone"
        elif week.get(one, 0) >= carried.most_a_week:
            obstacle = "week"
        yield Addressee(one, frozenset(party), phone, obstacle)
    yield from (Addressee(one, frozenset({one}), "", "erased") for one in dict.fromkeys(member_ids) if one not in owner)


# ---------------------------------------------------------------- sending


def turn(archive: Archive, clock: Clock, gateway: Gateway | None, leaving: Callable[[], bool] = lambda: False) -> bool:
    """Make the rows that are missing and hand a portion of messages over; True where more may follow at once.

    Without a gateway, and outside the hours, messages wait. One that does not take messages now is left alone until the next turn.
    Once `leaving` says so nothing more is begun.
    """
    with archive.reading() as connection:
        r = tables.message_round.c
        open_rounds = list(connection.scalars(select(r.campaign_id).where(r.done_at.is_(None)).order_by(r.asked_at)))
    for campaign_id in open_rounds:
        fill(archive, clock, campaign_id, leaving=leaving)
    if gateway is None:
        return False
    due = _due(archive, clock)
    texts: dict[str, str] = {}
    for row in due:
        if leaving() or not _send(archive, clock, gateway, row, texts):
            return False
    return len(due) == message_text.rules().portion


def _due(archive: Archive, clock: Clock) -> list[Due]:
    """The messages of a turn, those that waited longest first; none outside the hours."""
    m, now, carried = tables.message.c, clock.now(), message_text.rules()
    with archive.reading() as connection:
        if not carried.open_at(campaigns.local(connection, now)):
            return []
        wanted = select(m.message_id, m.campaign_id, m.member_id, m.tries).where(m.state == "queued", m.due_at <= now)
        rows = connection.execute(wanted.order_by(m.due_at, m.message_id).limit(carried.portion))
        return [Due(*row) for row in rows]


def _send(archive: Archive, clock: Clock, gateway: Gateway, row: Due, texts: dict[str, str]) -> bool:
    """Send one message, or note why not; False where the gateway takes none now. `texts` keeps what a turn found of its campaigns."""
    now = clock.now()
    with archive.reading() as connection:
        standing = campaigns.campaign(connection, row.campaign_id)
        phase = standing.phase(campaigns.today(connection, now))
        if row.campaign_id not in texts:
            offer = standing.design.offer()
            lawful = next(message_text.forbidden(connection, offer), None) is None
            texts[row.campaign_id] = message_text.text_of(connection, offer) if lawful else ""
        found = next(addressees(connection, now, standing.design, [row.member_id]))
        twice = found.member_id != row.member_id or len(found.party) > 1
        if not found.obstacle and twice and _told_before(connection, row, found.party):
            found = Addressee(found.member_id, found.party, found.phone, "merged")
    text = texts[row.campaign_id]
    withheld = "ended" if phase not in ("waiting", "running") else "text" if not text else found.obstacle
    if withheld:
        _note(archive, row.message_id, state="withheld", reason=withheld)
        return True
    answer = gateway.post(Letter(row.message_id, message_text.rules().channel, found.phone, text), now)
    if answer == "wait":
        tries = row.tries + 1
        _note(archive, row.message_id, tries=tries, due_at=now + message_text.rules().wait(tries))
        log.warning("the message gateway takes nothing now; asked %s times for one message", tries)
        return False
    if answer:
        _note(archive, row.message_id, state="failed", reason=answer, tries=row.tries + 1)
    else:
        _note(archive, row.message_id, state="sent", tries=row.tries + 1, sent_at=now)
    return True


def _told_before(connection: Connection, row: Due, party: frozenset[str]) -> bool:
    """Whether the same person was told of the campaign under another id."""
    m = tables.message.c
    other = select(m.message_id).where(m.campaign_id == row.campaign_id, m.member_id.in_(sorted(party)), m.message_id != row.message_id)
    return connection.execute(other.where(m.state == "sent")).first() is not None


def _note(archive: Archive, message_id: str, **values: object) -> None:
    """Write what became of a message that still waits; one whose person was erased meanwhile is gone, and stays so."""
    m = tables.message.c

    def unit(connection: Connection) -> None:
        connection.execute(update(tables.message).where(m.message_id == message_id, m.state == "queued").values(**values))

    archive.commit(unit).result()
