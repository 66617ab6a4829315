"""The dry run of a campaign: real sales read back from their bytes and priced with and without its offer; nothing is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from app.domain.coupon_choice import held
from app.domain.pricing import BookedOffer, OfferBook, PriceLine, PromotionLaw, Quote, Reckoning
from app.domain.promotions.conditions import Circumstances
from app.hub import standings, tables
from app.hub.archive import Archive
from app.hub.campaigns import SHARED, Design, audience, campaign, note, offset, rules, stores_of
from app.records.base import Record
from app.records.catalogue import Product
from app.records.clock import Clock
from app.records.envelope import unseal
from app.records.events import SaleClosed
from app.records.offers import Offer
from app.records.people import Member
from app.records.registry import body_of

_PART = 200
"""Sales read and priced between two looks at the watch."""
_TOLD_MS = 500
"""How often a person who waits is told how far it has come."""
LOST_SECONDS = 60
"""A run that has said nothing for so long has ended with its headquarters."""


class ProductCost(Record):
    """What the offer takes off one product."""

    product_id: str
    title: str
    quantity: int
    cut_fen: int


class TierReach(Record):
    """How many sales get one step of a threshold."""

    reach_fen: int
    off_fen: int
    sales: int


class Finding(Record):
    """What a dry run found; sums over the sales that were read."""

    from_day: date
    to_day: date
    read: int
    """Sales priced twice."""
    total: int
    """Sales that there were, those voided left out."""
    voided: int
    touched: int
    """Sales that the offer takes something off, as they were: nobody had to buy anything for it."""
    winners: int
    """Different members among them."""
    strangers: int
    """Sales among them without a member."""
    near: int
    """Sales that fell short of a threshold by little."""
    cut_fen: int
    """What the offer takes off."""
    cost_fen: int
    """How much less is paid altogether: less than `cut_fen` where it takes the place of another offer."""
    before_fen: int
    after_fen: int
    """What all sales read come to without and with it."""
    tiers: tuple[TierReach, ...] = ()
    products: tuple[ProductCost, ...] = ()
    stores: tuple[tuple[str, int, int], ...] = ()
    """(store, sales touched, fen less), the costliest first."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A dry run as it stands."""

    no: int
    asked_at: datetime
    who: str
    from_day: date
    to_day: date
    state: str
    """running | done | failed | lost."""
    read: int
    total: int
    design: Design
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class OldSale:
    """A sale as it is priced again: by whom and where it was bought, its goods, changed prices, and open coupons it scanned."""

    store_id: str
    day: date
    member_id: str
    tier: str
    lines: tuple[PriceLine, ...]
    titles: Mapping[str, str]
    overrides: Mapping[str, int]
    scanned: frozenset[str]
    """Offers that the sale itself had a cut of: one with a coupon code applies again only there."""
    around: Circumstances
    """The hour it was made and the member's birthday; what nobody can know any more stands in no offer's way."""


@dataclass(slots=True)
class Tally:
    """Sums over the sales tried so far."""

    design: Design
    near_percent: int
    read: int = 0
    touched: int = 0
    strangers: int = 0
    near: int = 0
    cut_fen: int = 0
    before_fen: int = 0
    after_fen: int = 0
    winners: set[str] = field(default_factory=set)
    steps: Counter[int] = field(default_factory=Counter)
    products: dict[str, list[int]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    stores: dict[str, list[int]] = field(default_factory=dict)

    def add(self, sale: OldSale, without: Quote, with_it: Quote) -> bool:
        """Count one sale; says whether the offer took anything off."""
        self.read += 1
        self.before_fen += without.payable_fen
        self.after_fen += with_it.payable_fen
        cuts = [cut for cut in with_it.cuts if cut.cause_id == self.design.campaign_id]
        cut_fen = sum(cut.amount_fen for cut in cuts)
        if not cut_fen:
            self.near += any(_is_near(note.code, dict(note.facts), self.near_percent) for note in self._notes(with_it))
            return False
        self.touched += 1
        self.cut_fen += cut_fen
        self.steps[cut_fen] += 1
        if sale.member_id:
            self.winners.add(sale.member_id)
        else:
            self.strangers += 1
        store = self.stores.setdefault(sale.store_id, [0, 0])
        store[0] += 1
        store[1] += without.payable_fen - with_it.payable_fen
        lines = {line.line_id: line for line in sale.lines}
        for cut in cuts:
            line = lines[cut.line_id]
            sums = self.products.setdefault(line.product_id, [0, 0])
            sums[0] += line.quantity
            sums[1] += cut.amount_fen
            self.titles[line.product_id] = sale.titles[cut.line_id]
        return True

    def _notes(self, priced: Quote) -> Iterable[Any]:
        return (note for note in priced.notes if note.offer_id == self.design.campaign_id)

    def finding(self, from_day: date, to_day: date, total: int, voided: int, top: int) -> Finding:
        """What was found."""
        promotion = BookedOffer.read(self.design.offer()).promotion
        tiers = getattr(promotion, "tiers", ())
        best = sorted(self.products.items(), key=lambda one: (-one[1][1], one[0]))[:top]
        stores = sorted(self.stores.items(), key=lambda one: (-one[1][1], one[0]))
        return Finding(
            from_day=from_day,
            to_day=to_day,
            read=self.read,
            total=total,
            voided=voided,
            touched=self.touched,
            winners=len(self.winners),
            strangers=self.strangers,
            near=self.near,
            cut_fen=self.cut_fen,
            cost_fen=self.before_fen - self.after_fen,
            before_fen=self.before_fen,
            after_fen=self.after_fen,
            tiers=tuple(TierReach(reach_fen=reach, off_fen=off, sales=self.steps[off]) for reach, off in reversed(tiers)),
            products=tuple(ProductCost(product_id=key, title=self.titles[key], quantity=sums[0], cut_fen=sums[1]) for key, sums in best),
            stores=tuple((key, sums[0], sums[1]) for key, sums in stores),
        )


class Pricer:
    """Prices a sale of the past with and without a campaign's offer, beside the offers that stand today."""

    def __init__(self, design: Design, others: Sequence[Offer], from_day: date, to_day: date, holders: Mapping[str, str]) -> None:
        """`holders` says which member holds the campaign's coupons, and in which store."""
        offer = design.offer().model_copy(update={"starts_on": from_day, "ends_on": to_day})
        self._own = offer
        self._others = [one for one in others if one.active and one.id != offer.id]
        self._law: PromotionLaw = rules().law
        self._holders = holders
        self._left = dict.fromkeys(holders, design.each)
        self._shared = design.total if design.coupon_class == SHARED else None
        self._times: Counter[str] = Counter()
        # A coupon's cuts bear its serial: here the campaign's own id, so that they are found.
        self._coupon = held(offer, offer.id, to_day, design.face_fen).terms if design.for_holders else None
        self._books: dict[tuple[str, frozenset[str]], tuple[OfferBook, OfferBook]] = {}

    def priced(self, sale: OldSale) -> tuple[Quote, Quote]:
        """The sale without the offer and with it."""
        without, with_it = self._book(sale)
        before = self._quote(sale, without)
        if self._coupon is None:
            return before, self._quote(sale, with_it)
        if self._shared is None:
            mine = self._holders.get(sale.member_id) == sale.store_id and self._left[sale.member_id] > 0
        else:
            mine = self._shared > 0
        if not mine:
            return before, before
        return before, self._quote(sale, without, self._coupon)

    def _quote(self, sale: OldSale, book: OfferBook, *coupons: BookedOffer) -> Quote:
        around = sale.around
        if sale.member_id in self._times:
            around = replace(around, used=((self._own.id, self._times[sale.member_id]),))
        facts: dict[str, Any] = {"tier": sale.tier, "day": sale.day, "overrides": sale.overrides, "around": around}
        return Reckoning.of(sale.lines, book, member=bool(sale.member_id), **facts).quoted(sale.lines, coupons)

    def used(self, sale: OldSale) -> None:
        """The offer took something off this sale: its member, or the chain, has a coupon less."""
        if self._shared is not None:
            self._shared -= 1
            if sale.member_id:
                self._times[sale.member_id] += 1
        elif self._coupon is not None:
            self._left[sale.member_id] -= 1

    def _book(self, sale: OldSale) -> tuple[OfferBook, OfferBook]:
        scanned = frozenset(one.id for one in self._others if one.coupon_code and one.id in sale.scanned)
        key = (sale.store_id, scanned)
        if key not in self._books:
            others = [one for one in self._others if not one.coupon_code or one.id in scanned]
            self._books[key] = (
                OfferBook.of(others, self._law, sale.store_id),
                OfferBook.of([*others, self._own], self._law, sale.store_id),
            )
        return self._books[key]


def run(archive: Archive, clock: Clock, who: str, campaign_id: str, from_day: date, to_day: date) -> Finding:
    """Try a campaign on the sales of some business days; KeyError for no such campaign. Takes as long as the rules allow at most."""
    return finish(archive, clock, who, campaign_id, begin(archive, clock, who, campaign_id, from_day, to_day))


def begin(archive: Archive, clock: Clock, who: str, campaign_id: str, from_day: date, to_day: date) -> int:
    """Note that a dry run was asked for; gives its number."""
    now = clock.now()

    def unit(connection: Connection) -> int:
        design = campaign(connection, campaign_id).design
        c = tables.campaign_trial.c
        last = connection.scalar(select(func.max(c.no)).where(c.campaign_id == campaign_id)) or 0
        row = {"campaign_id": campaign_id, "no": last + 1, "asked_at": now, "heard_at": now, "who": who[:40], "state": "running"}
        sums = {"from_day": from_day, "to_day": to_day, "read": 0, "total": 0, "design": design.model_dump_json(), "result": ""}
        connection.execute(insert(tables.campaign_trial).values(**row, **sums))
        return int(last) + 1

    return archive.commit(unit).result()


def finish(archive: Archive, clock: Clock, who: str, campaign_id: str, no: int) -> Finding:
    """Do a dry run that was begun, telling how far it has come; one that fails is noted as failed."""
    c = tables.campaign_trial.c
    mine = (c.campaign_id == campaign_id) & (c.no == no)

    def put(**values: object) -> None:
        archive.commit(
            lambda connection: connection.execute(update(tables.campaign_trial).where(mine).values(heard_at=clock.now(), **values)).rowcount
        ).result()

    try:
        with archive.reading() as connection:
            row = connection.execute(select(tables.campaign_trial).where(mine)).one()
        design = Design.model_validate_json(row.design)
        with archive.reading() as connection:
            found = _tried(connection, clock, design, row.from_day, row.to_day, lambda read, total: put(read=read, total=total))
    except Exception:
        put(state="failed")
        raise

    def done(connection: Connection) -> None:
        values = {"state": "done", "read": found.read, "total": found.total, "result": found.model_dump_json()}
        connection.execute(update(tables.campaign_trial).where(mine).values(heard_at=clock.now(), **values))
        detail = {"no": no, "read": found.read, "total": found.total, "cost_fen": found.cost_fen, "winners": found.winners}
        note(connection, campaign_id, clock.now(), who, "tried", detail)

    archive.commit(done).result()
    return found


def newest(connection: Connection, campaign_id: str, now: datetime) -> Trial | None:
    """The last dry run of a campaign."""
    c = tables.campaign_trial.c
    row = connection.execute(select(tables.campaign_trial).where(c.campaign_id == campaign_id).order_by(c.no.desc()).limit(1)).first()
    if row is None:
        return None
    lost = row.state == "running" and (now - row.heard_at).total_seconds() > LOST_SECONDS
    finding = Finding.model_validate_json(row.result) if row.result else None
    state = "lost" if lost else row.state
    design = Design.model_validate_json(row.design)
    return Trial(row.no, row.asked_at, row.who, row.from_day, row.to_day, state, row.read, row.total, design, finding)


def _tried(
    connection: Connection, clock: Clock, design: Design, from_day: date, to_day: date, progress: Callable[[int, int], None]
) -> Finding:
    figures = rules()
    stores = stores_of(connection, design)
    holders = {member: store for store, member in audience(connection, design)} if design.each else {}
    pricer = Pricer(design, _offers(connection), from_day, to_day, holders)
    r, s = tables.sale_return.c, tables.sale.c
    wanted = s.day.between(from_day, to_day) & s.store_id.in_(stores)
    voided = {
        (row.store_id, row.original_sale_id)
        for row in connection.execute(
            select(r.store_id, r.original_sale_id)
            .join(tables.sale, (s.store_id == r.store_id) & (s.sale_id == r.original_sale_id))
            .where(r.kind == "void", wanted)
        )
    }
    total = int(connection.scalar(select(func.count()).select_from(tables.sale).where(wanted)) or 0) - len(voided)
    tally = Tally(design, figures.near_percent)
    progress(0, total)
    started = told = clock.monotonic_ms()
    booked = BookedOffer.read(design.offer())
    # As if everybody brought the old article in, as everybody shows the code of an open coupon: the most that it can cost.
    reader = _Reader(connection, booked.when.old if booked.when is not None else frozenset())
    last: tuple[object, ...] = ()
    while rows := connection.execute(_next(wanted, last)).all():
        last = (rows[-1].day, rows[-1].at, rows[-1].store_id, rows[-1].sale_id)
        for sale in reader.read([row for row in rows if (row.store_id, row.sale_id) not in voided]):
            without, with_it = pricer.priced(sale)
            if tally.add(sale, without, with_it):
                pricer.used(sale)
        now = clock.monotonic_ms()
        if now - told >= _TOLD_MS:
            progress(tally.read, total)
            told = now
        if now - started >= figures.trial_seconds * 1000:
            break
    return tally.finding(from_day, to_day, total, len(voided), figures.trial_top)


def _next(wanted: Any, last: tuple[object, ...]) -> Select[Any]:
    """The next sales in the order they were made, each with its event's bytes."""
    s, i = tables.sale.c, tables.inbox.c
    query = (
        select(s.store_id, s.sale_id, s.day, s.at, i.raw)
        .join(tables.inbox, (i.store_id == s.store_id) & (i.event_id == s.event_id))
        .where(wanted)
        .order_by(s.day, s.at, s.store_id, s.sale_id)
        .limit(_PART)
    )
    if last:
        day, at, store_id, sale_id = last
        after = (s.at > at) | ((s.at == at) & ((s.store_id > store_id) | ((s.store_id == store_id) & (s.sale_id > sale_id))))
        query = query.where((s.day > day) | ((s.day == day) & after))
    return query


class _Reader:
    """Turns bytes into sales to be priced; what it learnt of products and members it keeps."""

    def __init__(self, connection: Connection, traded: frozenset[str]) -> None:
        self._connection = connection
        self._traded = traded
        self._offset = offset(connection)
        self._categories: dict[str, str] = {}
        self._people: dict[tuple[str, str], tuple[str, date | None]] = {}
        """Tier and birthday by store and member."""

    def read(self, rows: Sequence[Row[Any]]) -> list[OldSale]:
        """The sales of some rows, in their order."""
        bodies = [(row, _sale(bytes(row.raw))) for row in rows]
        self._learn_products({line.product_id for _, body in bodies for line in body.lines})
        self._learn_members({(row.store_id, body.member_id) for row, body in bodies if body.member_id})
        return [self._old(row, body) for row, body in bodies]

    def _old(self, row: Row[Any], body: SaleClosed) -> OldSale:
        off: dict[tuple[str, str], int] = {}
        for cut in body.cuts:
            if cut.cause_kind in ("price_change", "member_price"):
                off[cut.cause_kind, cut.line_id] = off.get((cut.cause_kind, cut.line_id), 0) + cut.amount_fen
        lines, overrides = [], {}
        for line in body.lines:
            changed, member = (off.get((kind, line.line_id), 0) // line.quantity for kind in ("price_change", "member_price"))
            if ("price_change", line.line_id) in off:
                overrides[line.line_id] = line.unit_price_fen - changed
            member_price = line.unit_price_fen - member if member else 0
            category = self._categories[line.product_id]
            lines.append(
                PriceLine(
                    line.line_id,
                    line.product_id,
                    category,
                    line.quantity,
                    line.unit_price_fen,
                    member_price,
                    line.kind,
                    line.rx_class,
                )
            )
        tier, born_on = self._people.get((row.store_id, body.member_id), ("", None))
        local = row.at + self._offset
        return OldSale(
            row.store_id,
            row.day,
            body.member_id,
            tier,
            tuple(lines),
            {line.line_id: f"{line.generic_name} {line.spec}".strip() for line in body.lines},
            overrides,
            frozenset(cut.cause_id for cut in body.cuts),
            Circumstances(local.hour * 60 + local.minute, born_on, "store", traded=tuple(sorted(self._traded))),
        )

    def _learn_products(self, wanted: set[str]) -> None:
        new = sorted(wanted - self._categories.keys())
        self._categories.update(dict.fromkeys(new, ""))
        row = tables.feed_row.c
        mine = (row.store_id == "") & (row.feed == "product") & row.current & row.key.in_(new)
        for text in self._connection.scalars(select(row.json).where(mine)) if new else ():
            product = Product.model_validate_json(text)
            self._categories[product.id] = product.category

    def _learn_members(self, wanted: set[tuple[str, str]]) -> None:
        new = sorted(wanted - self._people.keys())
        self._people.update(dict.fromkeys(new, ("", None)))
        row = tables.feed_row.c
        keys = sorted({member for _, member in new})
        mine = (row.feed == "member") & row.current & row.key.in_(keys)
        rows = self._connection.execute(select(row.store_id, row.json).where(mine)).all() if keys else ()
        members = [(found.store_id, Member.model_validate_json(found.json)) for found in rows]
        tiers = standings.tiers_held(self._connection, {member.id: member.tier for _, member in members})
        for store_id, member in members:
            self._people[store_id, member.id] = (tiers[member.id], member.born_on)


def _sale(raw: bytes) -> SaleClosed:
    envelope = unseal(raw)
    body = body_of(envelope.type, envelope.body)
    assert isinstance(body, SaleClosed)
    return body


def _offers(connection: Connection) -> tuple[Offer, ...]:
    row = tables.feed_row.c
    texts = connection.scalars(select(row.json).where(row.store_id == "", row.feed == "offer", row.current).order_by(row.key))
    return tuple(offer for text in texts if _reads(offer := Offer.model_validate_json(text)))


def _reads(offer: Offer) -> bool:
    """Whether this version understands an offer; tills leave one out that theirs does not."""
    try:
        BookedOffer.read(offer)
    except ValueError:
        return False
    return True


def _is_near(code: str, facts: Mapping[str, str | int], percent: int) -> bool:
    """Whether a sale fell short of a threshold by so many percent of it at most."""
    return code == "threshold_short" and int(facts["short_fen"]) * 100 <= int(facts["reach_fen"]) * percent
