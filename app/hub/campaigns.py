"""Campaigns at headquarters: designed, tried on real sales, launched to the tills, stopped, and every step kept with who and when."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from app.domain.money import share_out
from app.domain.pricing import BookedOffer, PromotionLaw
from app.hub import coupon_law, coupons, leases, message_text, reach, segments, standings, tables
from app.hub.archive import Archive, insert_new, upsert
from app.hub.feeds import append, texts_of
from app.records.base import Record
from app.records.clock import Clock
from app.records.offers import Offer
from app.records.resources import resource

AUDIENCES = ("everybody", "members", "tier", "list", "segment")
HOLDER_CLASSES = "BCD"
"""Coupon classes whose offers are only for holders; A applies by itself."""
SHARED = "C"
"""Rights that a store has as a whole and its tills share out; whoever's basket fits has one."""
ISSUED_CLASSES = (coupons.STORE_BOUND, SHARED, coupons.CHAIN_WIDE)
"""Holder classes that a launch issues."""
_CODE = re.compile(r"92\d{18}")
"""What a till takes for an open coupon: twenty digits that begin with 92."""
_MEMBERS_A_COMMIT = 200
_ASKED_AT_ONCE = 500


class Design(Record):
    """What a campaign is to be; natural days, both ends counted."""

    campaign_id: str
    """Also the offer's id: the cuts of a sale and the people who join say it."""
    title_zh: str
    title_en: str = ""
    kind: str
    scope: str = "all"
    terms: str
    """JSON, as the offer's kind reads it."""
    priority: int = 100
    stack_group: str = ""
    exclusive: bool = False
    coupon_code: str = ""
    """Of an open campaign: the code that a customer shows; '' applies by itself."""
    stores: tuple[str, ...] = ()
    """Empty: every store of the chain."""
    starts_on: date
    ends_on: date
    audience: str = "everybody"
    audience_values: tuple[str, ...] = ()
    """Tiers, member ids, or ids of segments, whose members are those of the last time that everybody was judged."""
    coupon_class: str = "A"
    face_fen: int = 0
    """The most one coupon can cost; 0: what the terms say."""
    per_person: int = 0
    """Coupons for each member of the audience; of a share (C) the most that one member may use; 0: 1 each, or of a share any number."""
    total: int = 0
    """Most coupons altogether; 0: as many as the audience takes."""
    budget_fen: int = 0
    """0: none set."""
    hold_percent: int = 80
    """Share of the tills that must hold the campaign before members are told."""

    @classmethod
    def of(cls, offer: Offer, **rest: Any) -> Design:
        """A campaign of an offer that stands already, for everybody or for members as the offer is."""
        same = (
            "title_zh",
            "title_en",
            "kind",
            "scope",
            "terms",
            "priority",
            "stack_group",
            "exclusive",
            "coupon_code",
            "starts_on",
            "ends_on",
        )
        audience = "members" if offer.members_only else "everybody"
        return cls(campaign_id=offer.id, audience=audience, **{name: getattr(offer, name) for name in same}, **rest)

    def offer(self, *, active: bool = True) -> Offer:
        """The offer as tills read it."""
        terms = dict(json.loads(self.terms))
        if self.stores:
            terms["stores"] = list(self.stores)
        if self.audience == "tier":
            terms["member_tiers"] = list(self.audience_values)
        if self.coupon_class == SHARED and self.per_person:
            # Nobody is given a right of a share by name: each till counts how often a member had one.
            terms["when"] = {**terms.get("when", {}), "per_person": self.per_person}
        return Offer(
            id=self.campaign_id,
            kind=self.kind,
            title_zh=self.title_zh,
            title_en=self.title_en,
            scope=self.scope,
            members_only=self.audience != "everybody",
            terms=json.dumps(terms, separators=(",", ":"), sort_keys=True, ensure_ascii=False),
            priority=self.priority,
            stack_group=self.stack_group,
            exclusive=self.exclusive,
            coupon_code=self.coupon_code,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            active=active,
            by_right=self.for_holders,
        )

    @property
    def for_holders(self) -> bool:
        """Whether only holders of a coupon have it."""
        return self.coupon_class in HOLDER_CLASSES

    @property
    def each(self) -> int:
        """Coupons for each member of the audience; 0 where no member is given any."""
        return max(1, self.per_person) if self.for_holders and self.coupon_class != SHARED else 0


@dataclass(frozen=True, slots=True)
class Rules:
    """The house's figures for campaigns."""

    law: PromotionLaw
    hold_percent: int
    trial_days: int
    trial_seconds: int
    trial_top: int
    near_percent: int
    budget_warn_percent: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a design cannot be kept or launched: a code with the figures a person needs."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()


class DesignFaults(ValueError):
    """A design that does not hold; `faults` says why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it stands."""

    design: Design
    state: str
    """draft | launched | stopped."""
    changed_at: datetime
    launched_at: datetime | None
    told_at: datetime | None
    stopped_at: datetime | None

    def phase(self, today: date) -> str:
        """draft | waiting | running | ended | stopped, on a day."""
        if self.state != "launched":
            return self.state
        if today < self.design.starts_on:
            return "waiting"
        return "running" if today <= self.design.ends_on else "ended"


@dataclass(frozen=True, slots=True)
class Act:
    """One step of a campaign's history."""

    no: int
    at: datetime
    who: str
    act: str
    """designed | changed | tried | launched | told | stopped."""
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a design can cost at worst beside what it promises."""

    members: int
    rights: int
    face_fen: int
    promised_fen: int
    """Every coupon used once."""
    tills: int
    """The most tills any of the stores has in use."""
    worst_fen: Mapping[str, int]
    """Coupon class → the most that its misuse can cost beyond the promise."""


@cache
def rules() -> Rules:
    """The carried figures."""
    read = json.loads(resource("rules", "campaigns.json").read_text("utf-8"))
    law = PromotionLaw(not_giftable=frozenset(read["not_giftable"]), not_promotable=frozenset(read["not_promotable"]))
    figures = {name: int(read[name]) for name in Rules.__dataclass_fields__ if name != "law"}
    return Rules(law=law, **figures)


# ---------------------------------------------------------------- reading


def campaign(connection: Connection, campaign_id: str) -> Campaign:
    """One campaign; KeyError for none of that id."""
    row = connection.execute(select(tables.campaign).where(tables.campaign.c.campaign_id == campaign_id)).first()
    if row is None:
        raise KeyError(campaign_id)
    return _campaign(row)


def campaigns(connection: Connection) -> tuple[Campaign, ...]:
    """Every campaign, the newest first."""
    c = tables.campaign.c
    rows = connection.execute(select(tables.campaign).order_by(c.starts_on.desc(), c.campaign_id)).all()
    return tuple(_campaign(row) for row in rows)


def acts(connection: Connection, campaign_id: str) -> tuple[Act, ...]:
    """A campaign's history, the newest first."""
    c = tables.campaign_act.c
    rows = connection.execute(select(tables.campaign_act).where(c.campaign_id == campaign_id).order_by(c.no.desc()))
    return tuple(Act(row.no, row.at, row.who, row.act, json.loads(row.detail)) for row in rows)


def today(connection: Connection, now: datetime) -> date:
    """The day by the chain's wall clock."""
    return local(connection, now).date()


def local(connection: Connection, now: datetime) -> datetime:
    """A moment by the chain's wall clock."""
    return now + offset(connection)


def offset(connection: Connection) -> timedelta:
    """How far the chain's wall clock is ahead of UTC; China's where no chain is named yet."""
    minutes = connection.scalar(select(tables.chain.c.utc_offset_minutes))
    return timedelta(minutes=480 if minutes is None else minutes)


def stores_of(connection: Connection, design: Design) -> tuple[str, ...]:
    """The ids of the stores that a campaign is for."""
    return design.stores or tuple(connection.scalars(select(tables.store.c.store_id).order_by(tables.store.c.store_id)))


def audience(connection: Connection, design: Design) -> Iterator[tuple[str, str]]:
    """(store, member) of everybody who is to hold coupons, each member in one store only, in a fixed order."""
    row = tables.feed_row.c
    wanted = (
        select(row.key, func.min(row.store_id).label("store_id"))
        .where(row.feed == "member", row.current, row.store_id.in_(list(stores_of(connection, design))))
        .group_by(row.key)
        .order_by(row.key)
    )
    if design.audience == "list":
        wanted = wanted.where(row.key.in_(list(design.audience_values)))
    if design.audience == "segment":
        m = tables.segment_member.c
        wanted = wanted.where(row.key.in_(select(m.member_id).where(m.segment_id.in_(list(design.audience_values)))))
    found = connection.execute(wanted).all()
    if design.audience == "tier":
        tiers = _tiers(connection, {one.key: one.store_id for one in found})
        found = [one for one in found if tiers.get(one.key, "") in design.audience_values]
    most = -(-design.total // design.each) if design.total and design.each else len(found)
    for one in found[:most]:
        yield one.store_id, one.key


def exposure(connection: Connection, design: Design) -> Exposure:
    """What a design promises, and what each coupon class could cost beyond it."""
    members = sum(1 for _ in audience(connection, design)) if design.each else 0
    rights = design.total if design.coupon_class == SHARED else min(members * design.each, design.total or members * design.each)
    d = tables.device.c
    counted = connection.execute(
        select(d.store_id, func.count())
        .where(d.state == "active", d.store_id.in_(list(stores_of(connection, design))))
        .group_by(d.store_id)
    )
    tills = max([int(count) for _, count in counted], default=1)
    face_fen = _face(design)
    # B: a serial may be used once on each till that is cut off from the others; C and D need the line or a share of their own.
    split_fen = rights * max(0, tills - 1) * face_fen
    return Exposure(members, rights, face_fen, rights * face_fen, tills, {"A": 0, "B": split_fen, "C": 0, "D": 0})


def faults(connection: Connection, design: Design) -> tuple[Fault, ...]:
    """Everything that keeps a design from being launched, in the order a person mends it."""
    found: list[Fault] = []

    def add(code: str, **facts: object) -> None:
        found.append(Fault(code, tuple((name, str(value)) for name, value in facts.items())))

    if not design.title_zh.strip():
        add("title")
    if design.ends_on < design.starts_on:
        add("days")
    if unknown := _unknown_stores(connection, design):
        add("stores", names=", ".join(unknown))
    try:
        booked = BookedOffer.read(design.offer())
    except ValueError as error:
        add("terms", why=error)
        return tuple(found)
    _check_goods(connection, design, booked, add)
    if design.audience not in AUDIENCES or (design.audience not in ("everybody", "members") and not design.audience_values):
        add("audience")
    elif design.audience == "segment":
        known = {one.id for one in segments.authored(connection)}
        if missing := [name for name in design.audience_values if name not in known]:
            add("segment", name=", ".join(missing))
    if design.coupon_class not in ("A", *ISSUED_CLASSES):
        add("field", field="coupon_class")
    elif design.for_holders:
        if design.coupon_class == SHARED:
            if design.total < (count := len(stores_of(connection, design))):
                add("shares", count=count)
            if design.audience in ("list", "segment"):
                add("list")
            if design.per_person and design.audience == "everybody":
                add("per_person")
        elif design.audience == "everybody":
            add("holders")
        if _face(design) < 1:
            add("face")
        elif not found and design.budget_fen and (short := exposure(connection, design)).promised_fen > design.budget_fen:
            add("budget", rights=short.rights, face_fen=short.face_fen, promised_fen=short.promised_fen)
    elif design.audience in ("list", "segment"):
        add("list")
    elif design.per_person or design.total:
        add("limits")
    if design.coupon_code and (design.for_holders or not _CODE.fullmatch(design.coupon_code)):
        add("code")
    if not 0 <= design.hold_percent <= 100:
        add("share")
    return tuple(found)


# ---------------------------------------------------------------- steps


def keep(archive: Archive, clock: Clock, who: str, design: Design) -> None:
    """Keep a new design or a changed one; DesignFaults where it does not even read, or is launched already."""
    try:
        BookedOffer.read(design.offer())
    except ValueError as error:
        raise DesignFaults([Fault("terms", (("why", str(error)),))]) from error
    now = clock.now()

    def unit(connection: Connection) -> None:
        standing = _standing(connection, design.campaign_id)
        if standing is not None and standing.state != "draft":
            raise DesignFaults([Fault("launched")])
        row: dict[str, object] = {
            "campaign_id": design.campaign_id,
            "title_zh": design.title_zh,
            "title_en": design.title_en,
            "state": "draft",
            "starts_on": design.starts_on,
            "ends_on": design.ends_on,
            "design": design.model_dump_json(),
            "changed_at": now,
        }
        put = ("title_zh", "title_en", "starts_on", "ends_on", "design", "changed_at")
        upsert(connection, tables.campaign, [row], put=put)
        note(connection, design.campaign_id, now, who, "changed" if standing else "designed", json.loads(design.model_dump_json()))

    archive.commit(unit).result()


def launch(archive: Archive, clock: Clock, who: str, campaign_id: str) -> None:
    """Publish the offer, which every till hears with its next reading; DesignFaults says what is still missing.

    A campaign is launched as it was tried: a design changed since its last dry run is refused.
    """
    now = clock.now()

    def unit(connection: Connection) -> None:
        standing = _locked(connection, campaign_id)
        if standing.state != "draft":
            raise DesignFaults([Fault("launched")])
        found = list(faults(connection, standing.design))
        if standing.design.ends_on < today(connection, now):
            found.append(Fault("over"))
        if standing.design.coupon_class == SHARED and standing.design.starts_on > today(connection, now):
            found.append(Fault("shares_early"))
        if not found and not _tried(connection, standing.design):
            found.append(Fault("untried"))
        if found:
            raise DesignFaults(found)
        append(connection, "offer", "", texts_of([standing.design.offer()]))
        _set(connection, campaign_id, state="launched", launched_at=now)
        note(connection, campaign_id, now, who, "launched", {"stores": len(stores_of(connection, standing.design))})

    archive.commit(unit).result()


def give_rights(archive: Archive, clock: Clock, campaign_id: str, sign: Callable[[bytes], bytes]) -> int:
    """Issue the coupons of a launched campaign to its audience; gives how many were new.

    Whoever has theirs is passed over, so an interrupted issue is simply asked for again, and so are members who joined since.
    """
    with archive.reading() as connection:
        standing = campaign(connection, campaign_id)
        if standing.state != "launched" or not standing.design.for_holders:
            return 0
        if standing.design.coupon_class == SHARED:
            return _share_out(archive, clock, standing.design, sign)
        h = tables.campaign_holder.c
        served = set(connection.scalars(select(h.member_id).where(h.campaign_id == campaign_id)))
        left = [one for one in audience(connection, standing.design) if one[1] not in served]
        given = int(connection.scalar(select(func.coalesce(func.sum(h.rights), 0)).where(h.campaign_id == campaign_id)) or 0)
    design = standing.design
    by_store: dict[str, list[str]] = {}
    for store_id, member_id in left:
        by_store.setdefault(store_id, []).append(member_id)
    before = given
    for store_id, members in sorted(by_store.items()):
        for place in range(0, len(members), _MEMBERS_A_COMMIT):
            part = members[place : place + _MEMBERS_A_COMMIT]
            each = [min(design.each, design.total - given - n * design.each) if design.total else design.each for n in range(len(part))]
            part = [member for member, count in zip(part, each, strict=True) if count > 0]
            given += archive.commit(_giving(clock, design, store_id, part, each, sign)).result()
    return given - before


def tell(archive: Archive, clock: Clock, who: str, campaign_id: str, *, anyway: bool = False) -> None:
    """Have members told of it from now on; DesignFaults where too few tills hold it and nobody said `anyway`, or the law forbids it.

    `hub.messages` makes a message for each of them, and sends it.
    """
    now = clock.now()

    def unit(connection: Connection) -> None:
        standing = _locked(connection, campaign_id)
        if standing.state != "launched":
            raise DesignFaults([Fault("not_running")])
        held = coverage(connection, standing)
        if held.percent < standing.design.hold_percent and not anyway:
            facts = (("percent", str(held.percent)), ("wanted", str(standing.design.hold_percent)))
            raise DesignFaults([Fault("few_hold", facts)])
        if unlawful := list(message_text.forbidden(connection, standing.design.offer())):
            raise DesignFaults([Fault(code, tuple((name, str(value)) for name, value in facts.items())) for code, facts in unlawful])
        _set(connection, campaign_id, told_at=now)
        asked: dict[str, object] = {"campaign_id": campaign_id, "asked_at": now, "done_at": None}
        upsert(connection, tables.message_round, [asked], put=("asked_at", "done_at"))
        note(connection, campaign_id, now, who, "told", {"held": held.held, "tills": len(held.tills), "anyway": anyway})

    archive.commit(unit).result()


def stop(archive: Archive, clock: Clock, who: str, campaign_id: str, reason: str) -> None:
    """End it before its day: the offer is told as one that no longer runs; DesignFaults where it does not run, or without a reason."""
    now = clock.now()

    def unit(connection: Connection) -> None:
        standing = _locked(connection, campaign_id)
        if standing.state != "launched":
            raise DesignFaults([Fault("not_running")])
        if not reason.strip():
            raise DesignFaults([Fault("reason")])
        append(connection, "offer", "", texts_of([standing.design.offer(active=False)]))
        _set(connection, campaign_id, state="stopped", stopped_at=now)
        note(connection, campaign_id, now, who, "stopped", {"reason": reason.strip()[:200]})

    archive.commit(unit).result()


def _share_out(archive: Archive, clock: Clock, design: Design, sign: Callable[[bytes], bytes]) -> int:
    """Grant every store its part of the rights, those that have none yet; gives how many rights that were."""
    with archive.reading() as connection:
        stores = stores_of(connection, design)
        g = tables.coupon_grant.c
        served = set(connection.scalars(select(g.store_id).where(g.offer_id == design.campaign_id)))
        day = today(connection, clock.now())
    figures = json.loads(resource("rules", "coupons.json").read_text("utf-8"))["classes"][SHARED]
    parts = share_out(design.total, [1] * len(stores))
    given = 0
    for store_id, rights in zip(stores, parts, strict=True):
        if store_id in served:
            # Granted before an interruption: only what the page counts may be missing.
            archive.commit(_granted(design, store_id, rights)).result()
            continue
        per_till = min(int(figures["per_till"]), rights)
        low = min(int(figures["low"]), per_till - 1)
        days = int(figures["lease_days"])
        asked = leases.Asked(store_id, design.offer(), rights, _face(design), per_till, low, days, design.ends_on)
        leases.grant(archive, clock, asked, day, sign)
        archive.commit(_granted(design, store_id, rights)).result()
        given += rights
    return given


def _granted(design: Design, store_id: str, rights: int) -> Callable[[Connection], None]:
    def unit(connection: Connection) -> None:
        feed = tables.feed.c
        head = connection.scalar(select(feed.head_seq).where(feed.store_id == store_id, feed.feed == leases.FEED)) or 0
        told: dict[str, object] = {"campaign_id": design.campaign_id, "store_id": store_id, "rights": rights, "coupon_seq": head}
        upsert(connection, tables.campaign_store, [told], put=("rights", "coupon_seq"))

    return unit


def note(connection: Connection, campaign_id: str, at: datetime, who: str, act: str, detail: Mapping[str, object]) -> None:
    """Write a step into a campaign's history."""
    c = tables.campaign_act.c
    last = connection.scalar(select(func.max(c.no)).where(c.campaign_id == campaign_id)) or 0
    text = json.dumps(detail, ensure_ascii=False)
    connection.execute(insert(tables.campaign_act).values(campaign_id=campaign_id, no=last + 1, at=at, who=who[:40], act=act, detail=text))


# ---------------------------------------------------------------- which tills know


@dataclass(frozen=True, slots=True)
class TillHold:
    """Whether one till holds what was told last of a campaign, and what it sells under it."""

    store_id: str
    store: str
    till: str
    holds: bool
    seen_at: datetime | None
    since: datetime | None
    orders: int
    cut_fen: int
    """What its sales under the campaign took off, after returns."""
    days: int
    """Days it has run there, at least 1."""

    def may_cost_fen(self, days_left: int) -> int:
        """What it takes off in so many more days at the rate it has."""
        return self.cut_fen * days_left // self.days


@dataclass(frozen=True, slots=True)
class Coverage:
    """All tills of a campaign's stores, those first that do not hold it."""

    tills: tuple[TillHold, ...]

    @property
    def held(self) -> int:
        """How many hold it."""
        return sum(till.holds for till in self.tills)

    @property
    def percent(self) -> int:
        """Their share, rounded down; 0 without tills."""
        return 100 * self.held // len(self.tills) if self.tills else 0


def coverage(connection: Connection, standing: Campaign) -> Coverage:
    """Which tills hold the newest word on a campaign: its launch while it runs, its end once it was stopped."""
    design = standing.design
    row, feed = tables.feed_row.c, tables.feed.c
    at = connection.execute(
        select(row.seq, feed.feed_id)
        .join(tables.feed, (feed.store_id == row.store_id) & (feed.feed == row.feed))
        .where(row.store_id == "", row.feed == "offer", row.key == design.campaign_id, row.current)
    ).first()
    if at is None:
        return Coverage(())
    owed = _owed(connection, standing)
    coupon_reach = {(one.store_id, one.till): one for one in reach.reaches(connection, _feed_of(design), design.stores)} if owed else {}
    s = tables.campaign_sale.c
    sold = {
        (one.store_id, one.till): (int(one.orders), int(one.fen), one.first)
        for one in connection.execute(
            select(
                s.store_id, s.till, func.sum(s.orders).label("orders"), func.sum(s.net_cut_fen).label("fen"), func.min(s.day).label("first")
            )
            .where(s.campaign_id == design.campaign_id)
            .group_by(s.store_id, s.till)
        )
    }
    newest = connection.scalar(select(func.max(s.day)).where(s.campaign_id == design.campaign_id))
    found = []
    for till in reach.reaches(connection, "offer", design.stores):
        holds = till.feed_id == at.feed_id and till.seq >= at.seq
        if holds and till.store_id in owed:
            feed_id, seq = owed[till.store_id]
            other = coupon_reach[till.store_id, till.till]
            holds = other.feed_id == feed_id and other.seq >= seq
        orders, cut_fen, first = sold.get((till.store_id, till.till), (0, 0, None))
        days = (newest - first).days + 1 if newest and first else 1
        found.append(
            TillHold(till.store_id, till.store, till.till, holds, till.seen_at, till.since if holds else None, orders, cut_fen, days)
        )
    return Coverage(tuple(sorted(found, key=lambda one: (one.holds, one.store_id, one.till))))


def _owed(connection: Connection, standing: Campaign) -> dict[str, tuple[str, int]]:
    """Store → the row of its coupon feed that a till must have read to know its members' coupons; empty once it was stopped."""
    if standing.state != "launched":
        return {}
    c, feed = tables.campaign_store.c, tables.feed.c
    rows = connection.execute(
        select(c.store_id, feed.feed_id, c.coupon_seq)
        .join(tables.feed, (feed.store_id == c.store_id) & (feed.feed == _feed_of(standing.design)))
        .where(c.campaign_id == standing.design.campaign_id)
    )
    return {row.store_id: (row.feed_id, row.coupon_seq) for row in rows}


def _feed_of(design: Design) -> str:
    """The feed by which a store hears of its rights."""
    return leases.FEED if design.coupon_class == SHARED else coupons.FEED


# ---------------------------------------------------------------- parts


def _giving(
    clock: Clock, design: Design, store_id: str, members: Sequence[str], each: Sequence[int], sign: Callable[[bytes], bytes]
) -> Callable[[Connection], int]:
    """A unit that gives one batch of members their coupons, those who have none yet."""

    def unit(connection: Connection) -> int:
        rows = [
            {"campaign_id": design.campaign_id, "member_id": member, "store_id": store_id, "rights": count}
            for member, count in zip(members, each, strict=False)
        ]
        new = insert_new(connection, tables.campaign_holder, rows, "member_id")
        asks = [
            coupons.Issue(store_id, design.campaign_id, member, count, face_fen=design.face_fen, coupon_class=design.coupon_class)
            for member, count in zip(members, each, strict=False)
            if member in new
        ]
        rights = coupons.signed_all(connection, clock, asks, sign)
        if not rights:
            return 0
        coupons.tell(connection, store_id, rights)
        # Whoever is given theirs after the others were told is told too.
        r = tables.message_round.c
        again = update(tables.message_round).where(r.campaign_id == design.campaign_id)
        connection.execute(again.values(asked_at=clock.now(), done_at=None))
        feed = tables.feed.c
        head = connection.scalar(select(feed.head_seq).where(feed.store_id == store_id, feed.feed == coupons.FEED))
        told: dict[str, object] = {
            "campaign_id": design.campaign_id,
            "store_id": store_id,
            "rights": len(rights),
            "coupon_seq": head,
        }
        upsert(connection, tables.campaign_store, [told], add=("rights",), put=("coupon_seq",))
        return len(rights)

    return unit


def _campaign(row: Row[Any]) -> Campaign:
    design = Design.model_validate_json(row.design)
    return Campaign(design, row.state, row.changed_at, row.launched_at, row.told_at, row.stopped_at)


def _standing(connection: Connection, campaign_id: str) -> Campaign | None:
    c = tables.campaign.c
    row = connection.execute(select(tables.campaign).where(c.campaign_id == campaign_id).with_for_update()).first()
    return _campaign(row) if row is not None else None


def _locked(connection: Connection, campaign_id: str) -> Campaign:
    standing = _standing(connection, campaign_id)
    if standing is None:
        raise KeyError(campaign_id)
    return standing


def _set(connection: Connection, campaign_id: str, **values: object) -> None:
    connection.execute(update(tables.campaign).where(tables.campaign.c.campaign_id == campaign_id).values(**values))


def _tried(connection: Connection, design: Design) -> bool:
    c = tables.campaign_trial.c
    texts = connection.scalars(select(c.design).where(c.campaign_id == design.campaign_id, c.state == "done"))
    return any(Design.model_validate_json(text) == design for text in texts)


def _face(design: Design) -> int:
    return design.face_fen or coupons.face_of(design.offer())


def _tiers(connection: Connection, store_of: Mapping[str, str]) -> dict[str, str]:
    """Member id → the tier that holds, by the profile that a store of theirs has."""
    row = tables.feed_row.c
    tiers: dict[str, str] = {}
    members = list(store_of)
    for place in range(0, len(members), _ASKED_AT_ONCE):
        theirs = (row.feed == "member") & row.key.in_(members[place : place + _ASKED_AT_ONCE]) & row.current
        rows = connection.execute(select(row.store_id, row.key, row.json).where(theirs))
        profiles = {one.key: str(json.loads(one.json).get("tier", "")) for one in rows if one.store_id == store_of[one.key]}
        tiers |= standings.tiers_held(connection, profiles)
    return tiers


def _unknown_stores(connection: Connection, design: Design) -> list[str]:
    known = set(connection.scalars(select(tables.store.c.store_id)))
    return [store for store in design.stores if store not in known]


def _check_goods(connection: Connection, design: Design, booked: BookedOffer, add: Callable[..., None]) -> None:
    """The goods must exist, a gift must be lawful, and the title may name no medicine that is not promoted to the public."""
    row = tables.feed_row.c
    named = booked.products | booked.names
    wanted = select(row.key).where(row.store_id == "", row.feed == "product", row.current)
    known = {found.key for found in connection.execute(wanted.where(row.key.in_(list(named))))}
    if unknown := sorted(named - known):
        add("products", names=", ".join(unknown))
    for found in coupon_law.unlawful(connection, design.offer(), booked):
        add(found.code, **({"name": found.names[0]} if found.code == "rx_named" else {"names": "、".join(found.names)}))
