"""The member as their own page shows them: who it is, allergies first, money and visits, family, coupons, consents and what care knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.counter import offer_words
from app.counter.care_scene import CareScene
from app.counter.care_words import joined
from app.counter.caring import Caring
from app.counter.coupon_book import OFFLINE_CLASSES
from app.counter.goods import Goods
from app.counter.memo import FRESH_MS
from app.counter.noting import Noting
from app.counter.points_book import PointsBook
from app.counter.post import Post
from app.counter.scene import CouponRow
from app.counter.segmenting import Label, Segmenting
from app.counter.selling import Selling
from app.counter.steps import Steps, at_once
from app.counter.stored_book import StoredBook, StoredStanding
from app.counter.tier_words import tier_note, told_on
from app.counter.withheld import may_be_shown, withheld
from app.domain import masking, safety
from app.domain.belonging import NO_OFFER
from app.domain.codes import CodeShapes, InHouseCode, ScanContext, read
from app.domain.family import FamilyRules
from app.domain.money import WHOLE_BP, yuan
from app.domain.pricing import BookedOffer
from app.domain.promotions.amount_off import AmountOff
from app.domain.promotions.percent import Percent
from app.domain.promotions.threshold import Threshold
from app.domain.purposes import FAMILY, HISTORY, STANDS
from app.domain.rulepack import RulePack
from app.domain.rules.case import MEDICINE_KINDS
from app.domain.signature import Signature, drawing_of
from app.domain.told_profile import Allergies
from app.domain.verdict import Text
from app.records.clock import Clock, shop_day
from app.records.coupons import CouponRight
from app.records.offers import Offer
from app.records.people import FamilyPerson, Member
from app.store.open_store import Store

YEAR = timedelta(days=365)
SOON_DAYS = 7
"""A coupon that ends within so many days says how long it is still good."""
MOST_FOUND = 8
_MEMBER_ROLES = ("member", "member_dynamic", "family")


@dataclass(frozen=True, slots=True)
class HeadFace:
    """Who the member is, masked, and what they come to."""

    member_id: str
    masked_name: str
    avatar: str
    tier: str
    sex: str
    age: Text
    masked_phone: str
    masked_card: str
    joined_on: date | None
    chronic: bool
    identities: int
    """How many identities headquarters found to be this one person; 1 for most."""
    points: int
    points_ending: int
    points_end_on: date | None
    spent_fen: int
    """Over the last twelve months, less what came back; 0 once the member wants purchases left alone."""
    visits: int
    """Days with a sale over the last twelve months; 0 alike."""
    visitor_of: str = ""
    """The store whose member they are, where that is another one; ''."""
    tier_note: Text = Text("")
    """Until when the tier holds, and what is missing to the next; '' where headquarters never said."""
    tier_told: Text = Text("")
    """How old that word is."""
    stored: StoredStanding | None = None
    """Stored value; None for whoever never paid anything in."""


@dataclass(frozen=True, slots=True)
class AllergyFace:
    """What is on record of somebody's allergies."""

    state: str
    """recorded | none (asked, none named) | never | withdrawn (the consent was: nothing of it is shown)."""
    classes: Text
    """The classes by name; empty unless recorded."""
    codes: tuple[str, ...] = ()
    asked_at: datetime | None = None
    """When somebody asked last at this till; None where it came from elsewhere."""
    asked_by: str = ""
    """Name of whoever asked."""
    doubtful: Text = Text("")
    """The classes that one till took away while another was told them: they stay until somebody asks again."""


@dataclass(frozen=True, slots=True)
class KinFace:
    """A person the member buys for."""

    person_id: str
    masked_name: str
    avatar: str
    relation: Text
    age: Text
    adult: bool
    allergies: AllergyFace
    consent: str
    """given | refused | unasked: whether an adult, or the member for a child, agreed to the link."""


@dataclass(frozen=True, slots=True)
class TicketFace:
    """A coupon as a ticket."""

    serial: str
    worth: Text
    """¥20, 9 折, or what it gives."""
    title: Text
    note: Text
    """Until when."""
    rule: Text
    tone: str
    """promo | gold | info."""
    state: str
    """used | waiting (in the open sale, taking nothing off) | good | coming | online (not without headquarters)."""
    state_words: Text
    why: Text
    cut_fen: int = 0


@dataclass(frozen=True, slots=True)
class ConsentFace:
    """How the member stands to one purpose."""

    purpose: str
    given: bool
    on: date
    version: str
    channel: str = ""
    """spoken | signature | code; '' where nobody knows (any more)."""
    drawing: Signature | None = None
    """What was signed, where this till has it."""


@dataclass(frozen=True, slots=True)
class BoughtMedicine:
    """A medicine of the last twelve months."""

    product_id: str
    name: str
    strength: str
    packs: int
    unit: str
    times: int
    last: date


@dataclass(frozen=True, slots=True)
class FoundMember:
    """One of several members that fit what was typed."""

    member_id: str
    masked_name: str
    masked_phone: str
    tier: str
    born: str
    """Year of birth, or ''."""
    found_by: str
    """How they were found, see `member_rights`."""


@dataclass(frozen=True, slots=True)
class MemberFace:
    """What the member's page shows from the first moment: who it is, allergies first, and their coupons."""

    head: HeadFace
    allergies: AllergyFace
    tickets: tuple[TicketFace, ...]
    here: bool
    """Whether the open sale is already this member's."""


@dataclass(frozen=True, slots=True)
class MemberRest:
    """What the page shows beside the face."""

    family: tuple[KinFace, ...]
    most_family: int
    consents: tuple[ConsentFace, ...]
    labels: tuple[Label, ...]
    """Labels that a counter may show."""
    care: CareScene


@dataclass(frozen=True, slots=True)
class MemberScene:
    """Everything that the member's page shows."""

    face: MemberFace
    rest: MemberRest

    @property
    def head(self) -> HeadFace:
        """Who it is."""
        return self.face.head

    @property
    def allergies(self) -> AllergyFace:
        """What is on record of their allergies."""
        return self.face.allergies

    @property
    def tickets(self) -> tuple[TicketFace, ...]:
        """Their coupons."""
        return self.face.tickets

    @property
    def here(self) -> bool:
        """Whether the open sale is already this member's."""
        return self.face.here

    @property
    def family(self) -> tuple[KinFace, ...]:
        """The persons they buy for."""
        return self.rest.family

    @property
    def most_family(self) -> int:
        """How many there may be."""
        return self.rest.most_family

    @property
    def consents(self) -> tuple[ConsentFace, ...]:
        """How they stand to each purpose."""
        return self.rest.consents

    @property
    def labels(self) -> tuple[Label, ...]:
        """Labels that a counter may show."""
        return self.rest.labels

    @property
    def care(self) -> CareScene:
        """What care knows."""
        return self.rest.care


class MemberView:
    """Puts a member's scene together from the ledger, the books and care; reads only."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        goods: Goods,
        selling: Selling,
        points: PointsBook,
        stored: StoredBook,
        noting: Noting,
        caring: Caring,
        segmenting: Segmenting,
        pack: RulePack,
        shapes: CodeShapes,
        rules: FamilyRules,
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._goods = goods
        self._selling = selling
        self._points = points
        self._stored = stored
        self._noting = noting
        self._caring = caring
        self._segmenting = segmenting
        self._pack = pack
        self._shapes = shapes
        self.rules = rules

    def rehearse(self) -> None:
        """Ask of nobody all that will be asked of the first member, on any thread: building statements takes longer than running them."""
        store, people, care, nobody = self._store, self._store.people, self._store.care, ("",)
        today, now = self._today(), self._clock.now()
        people.sought("90" + "0" * 18)
        people.member("")
        people.has_left("")
        people.books("")
        people.standing("")
        people.visitor_of("")
        people.consents("")
        people.family("")
        people.staff_by_id("")
        store.points.of_member("")
        store.stored.of_member("")
        store.coupons.usable("")
        store.history.sums(nobody, today)
        store.history.blobs(nobody, "")
        store.private.open("")
        store.private.open_many(nobody)
        store.segments.told()
        store.segments.bought(nobody, today, NO_OFFER)
        care.readings(nobody, now)
        care.bought(nobody, today)
        care.usages(nobody)
        care.own_targets(nobody)
        care.follow_ups(nobody)
        care.sales(nobody, 1)
        care.returns(nobody, 1)
        care.past(nobody, 1)

    # ------------------------------------------------------------------ finding

    def find(self, text: str) -> tuple[FoundMember, ...]:
        """Members for a phone, its last four digits, a card or a name; masked, the few that fit best."""
        found = self._store.people.sought(text, MOST_FOUND)
        return tuple(
            FoundMember(
                one.member.id,
                masking.mask_name(one.member.name),
                masking.mask_phone(one.member.phone),
                one.member.tier,
                str(one.member.born_on.year) if one.member.born_on is not None else "",
                one.found_by,
            )
            for one in found
        )

    def is_member_code(self, raw: str) -> bool:
        """Whether a scanned code names a member, known or not."""
        reading = read(raw, self._shapes, ScanContext.SELLING)
        return isinstance(reading, InHouseCode) and reading.role in _MEMBER_ROLES

    # ------------------------------------------------------------------ the scene

    def face(self, member_id: str) -> MemberFace | None:
        """What the page shows at once; None for whoever this till does not know (any more), or who has left."""
        member = self._store.people.member(member_id)
        if member is None or self._store.people.has_left(member_id):
            return None
        today = self._today()
        return MemberFace(
            self._head(member, self._store.people.group_of(member_id), today),
            self._own_allergies(member),
            self._tickets(member, today),
            self._selling.basket.member_id == member_id,
        )

    def scene(self, member_id: str, kind: str = "", context: str = "") -> MemberScene | None:
        """The member's page; None as of `face`. `kind` is the reading in the chart."""
        face = self.face(member_id)
        return MemberScene(face, at_once(self.rest_in_steps(member_id, kind, context))) if face is not None else None

    def rest_in_steps(self, member_id: str, kind: str = "", context: str = "") -> Steps[MemberRest]:
        """What stands beside the face, a little at a time. Refused `member_unknown` for whoever has gone meanwhile."""
        today = self._today()
        family = tuple(self._kin(person, today) for person in self._store.people.family(member_id))
        consents = self._consents(member_id)
        yield
        labels = yield from self._segmenting.labels_in_steps(member_id)
        yield
        care = yield from self._caring.scene_in_steps(member_id, kind=kind, context=context)
        return MemberRest(family, self.rules.most_besides, consents, labels, care)

    def facts(self, member_id: str) -> tuple[object, ...]:
        """What all beside the face is made of: as long as this stays equal, so would it.

        Every event of this till and every page of rows from headquarters counts; what neither tells of is a minute old at most.
        """
        store = self._store
        minute = self._clock.monotonic_ms() // FRESH_MS
        return (member_id, store.journal.head().seq, store.inbox.pages, minute, self._today(), shop_day(self._clock.now()))

    def in_sale(self, member_id: str) -> tuple[object, ...]:
        """What a face is made of beside that: whose the open sale is, what their coupons do in it, and what the coupons are of."""
        here = self._selling.basket.member_id == member_id
        return (here, *self._rows_in_sale(member_id).values(), self._store.catalogue.offers())

    def _consents(self, member_id: str) -> tuple[ConsentFace, ...]:
        words = self._store.people.consents(member_id)
        plain = self._store.private.open_many([one.evidence for one in words if one.channel == "signature" and one.evidence])
        return tuple(
            ConsentFace(one.purpose, one.given, shop_day(one.at), one.text_version, one.channel, drawing_of(plain.get(one.evidence)))
            for one in words
        )

    def _head(self, member: Member, group: tuple[str, ...], today: date) -> HeadFace:
        standing, stored = self._points.standing(member), self._stored.standing(member.id)
        stands = self._store.people.standing(member.id)
        year = (0, 0) if self._leaves_purchases_alone(member.id) else self._store.history.sums(group, today - YEAR)
        return HeadFace(
            member.id,
            masking.mask_name(member.name),
            member.name[:1] or "会",
            member.tier,
            member.sex,
            self._age(member.born_on, today),
            masking.mask_phone(member.phone),
            masking.mask_card(member.card_no),
            member.joined_on,
            member.chronic and may_be_shown(self._store.people, member.id),
            len(group),
            standing.balance,
            standing.ending,
            standing.ends_on,
            *year,
            self._store.people.visitor_of(member.id),
            tier_note(stands, today),
            told_on(stands),
            stored=stored if stored.known else None,
        )

    def _age(self, born_on: date | None, today: date) -> Text:
        months = safety.age_months(born_on, today)
        return safety.age_text(months, self._pack) if months >= 0 else Text("")

    # ------------------------------------------------------------------ allergies and family

    def allergy_classes(self) -> tuple[tuple[str, Text], ...]:
        """Every class that can be recorded, by name."""
        entry = self._pack.entry("allergy", self._today())
        codes = entry.terms.table("ingredients") if entry is not None else {}
        return tuple((code, self._pack.word(code)) for code in codes)

    def _own_allergies(self, member: Member) -> AllergyFace:
        known = self._allergies(member)
        asked = self._noting.asked(member.id) if known.state in ("recorded", "none") else None
        if asked is None:
            return known
        staff = self._store.people.staff_by_id(asked.by)
        return replace(known, asked_at=asked.at, asked_by=staff.name if staff is not None else "")

    def _allergies(self, person: Member | FamilyPerson) -> AllergyFace:
        if withheld(self._store.people, person):
            return AllergyFace("withdrawn", Text(""))
        codes = tuple(code for code in person.allergy_classes.split(";") if code)
        if codes:
            return AllergyFace("recorded", self._named(codes), codes, doubtful=self._named(sorted(Allergies.of(person).doubts)))
        return AllergyFace("none" if person.allergies_known else "never", Text(""))

    def _named(self, codes: Sequence[str]) -> Text:
        return joined([self._pack.word(code) for code in codes], "、", ", ")

    def _kin(self, person: FamilyPerson, today: date) -> KinFace:
        months = safety.age_months(person.born_on, today)
        adult = self.rules.adult(months)
        return KinFace(
            person.id,
            masking.mask_name(person.name),
            person.name[:1] or "家",
            self.rules.relation(person.relation),
            self._age(person.born_on, today),
            adult,
            self._allergies(person),
            STANDS[self._store.people.allows(person.id, FAMILY)],
        )

    def person(self, member_id: str, person_id: str) -> FamilyPerson | None:
        """One family person whole, for the form that puts them right."""
        return next((one for one in self._store.people.family(member_id) if one.id == person_id), None)

    # ------------------------------------------------------------------ coupons

    def _tickets(self, member: Member, today: date) -> tuple[TicketFace, ...]:
        offers = {offer.id: offer for offer in self._store.catalogue.offers()}
        in_sale = self._rows_in_sale(member.id)
        found = []
        for right in self._store.coupons.usable(member.id):
            offer = offers.get(right.offer_id)
            if offer is None or not offer.active or right.ends_on < today:
                continue
            try:
                booked = BookedOffer.read(offer)
            except ValueError:
                continue
            found.append(self._ticket(right, offer, booked, today, in_sale.get(right.id)))
        order = {"used": 0, "good": 1, "waiting": 2, "online": 3, "coming": 4}
        return tuple(sorted(found, key=lambda one: order[one.state]))

    def _rows_in_sale(self, member_id: str) -> Mapping[str, CouponRow]:
        """What the member's coupons do in the open sale, by serial."""
        basket = self._selling.basket
        if basket.member_id != member_id or not basket.lines:
            return {}
        block = self._selling.last_scene().coupons
        return {row.serial: row for row in block.rows} if block is not None else {}

    def _ticket(self, right: CouponRight, offer: Offer, booked: BookedOffer, today: date, row: CouponRow | None) -> TicketFace:
        worth, tone = _worth(booked, right.face_fen)
        state, words, why = self._state(right, today, row)
        return TicketFace(
            right.id,
            worth,
            Text(offer.title_zh, offer.title_en),
            _until(right, today),
            offer_words.rule(booked, self._goods.names),
            tone,
            state,
            words,
            why,
            row.cut_fen if row is not None else 0,
        )

    @staticmethod
    def _state(right: CouponRight, today: date, row: CouponRow | None) -> tuple[str, Text, Text]:
        if right.starts_on > today:
            return "coming", Text("未开始", "Not yet"), Text("")
        if right.coupon_class not in OFFLINE_CLASSES and row is None:
            return "online", Text("联网用", "Online"), Text("要总部确认后才能用", "Headquarters confirms it first")
        if row is None:
            return "good", Text("可用", "Good"), Text("")
        if row.cut_fen:
            return "used", Text("已选", "In use"), Text(f"本单减 {yuan(row.cut_fen)}", f"{yuan(row.cut_fen)} off here")
        return "waiting", Text("未用上", "Waits"), row.why

    def _leaves_purchases_alone(self, member_id: str) -> bool:
        """Whether the member took back, or refused, that past purchases are looked at."""
        return self._store.people.allows(member_id, HISTORY) is False

    # ------------------------------------------------------------------ medicines of the past

    def medicines(self, member_id: str) -> tuple[BoughtMedicine, ...]:
        """用药史: every medicine of the last twelve months, the newest first; nothing once the member wants purchases left alone."""
        if self._leaves_purchases_alone(member_id):
            return ()
        found = []
        for bought in self._store.history.goods(self._store.people.group_of(member_id), self._today() - YEAR):
            product = self._goods.product(bought.product_id)
            if product is not None and product.kind in MEDICINE_KINDS:
                found.append(
                    BoughtMedicine(
                        product.id,
                        product.generic_name,
                        product.spec or product.strength,
                        bought.packs,
                        product.unit,
                        bought.times,
                        bought.last,
                    )
                )
        return tuple(found)

    def _today(self) -> date:
        return self._post.day(shop_day(self._clock.now()))


def _worth(booked: BookedOffer, face_fen: int) -> tuple[Text, str]:
    """What stands on the stub, and its tone."""
    promotion = booked.promotion
    if isinstance(promotion, Percent):
        off = promotion.percent_off_bp
        return Text(f"{(WHOLE_BP - off) / 1000:g} 折", f"−{off / 100:g}%"), "gold"
    if isinstance(promotion, AmountOff):
        return Text(_short(promotion.amount_fen)), "promo"
    if isinstance(promotion, Threshold):
        return Text(_short(max(off for _, off in promotion.tiers))), "promo"
    return (Text(_short(face_fen)), "promo") if face_fen else (Text("券", "Gift"), "info")


def _short(fen: int) -> str:
    """¥20 for whole yuan, else ¥8.50."""
    return f"¥{fen // 100}" if fen % 100 == 0 else yuan(fen)


def _until(right: CouponRight, today: date) -> Text:
    if right.starts_on > today:
        return Text(f"{right.starts_on:%m-%d} 起", f"from {right.starts_on:%d %b}")
    left = (right.ends_on - today).days
    if left == 0:
        return Text("今晚 24:00 到期", "ends tonight")
    if left <= SOON_DAYS:
        return Text(f"还剩 {left} 天 · {right.ends_on:%m-%d} 到期", f"{left} days left")
    same = right.ends_on.year == today.year
    return Text(f"{right.ends_on:%m-%d} 到期" if same else f"{right.ends_on} 到期", f"until {right.ends_on:%d %b %Y}")
