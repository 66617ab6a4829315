"""Joining: registering a member in one act, by phone alone and without a line; and consents, given and withdrawn in the same place."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.counter import asking
from app.counter.attaching import Attaching
from app.counter.faults import Refused
from app.counter.pending import Pending
from app.counter.post import Post
from app.counter.selling import Selling
from app.counter.verifying import CodeScene, Proof, Verifying
from app.domain import codes, joining, signature
from app.domain.joining import ConsentTexts, Gift, JoiningRules, Purpose
from app.domain.masking import mask_phone
from app.domain.member_rights import CODE as PROVEN_BY_CODE
from app.domain.membership import phone_of, read_identity
from app.domain.purposes import MEMBERSHIP
from app.domain.signature import Signature, drawing_of
from app.domain.verdict import Text
from app.domain.verification import CONSENT, JOIN
from app.records import events
from app.records.base import Record
from app.records.clock import Clock, shop_day
from app.records.ids import new_id
from app.records.ledger import PrivateBlob
from app.records.offers import Offer
from app.records.people import Consent, Member
from app.store.open_store import Store

CARD = "90"
"""Prefix of a static member card; the number behind it says nothing of its holder."""
FOUND_BY = "phone"
"""The way whoever joins is known by, see `app.domain.member_rights`."""
SPOKEN, SIGNED, BY_CODE = "spoken", "signature", "code"
"""The ways in which a consent is given."""
SIGNATURE = "signature"
"""Kind of the private blob that holds one."""
LONGEST_NAME = 40
LONGEST_CAMPAIGN = 36


@dataclass(frozen=True, slots=True)
class KnownFace:
    """Somebody whom this till knows by the phone that was typed: masked."""

    member_id: str
    label: str
    masked_phone: str
    left: bool
    """Whether they took their membership back: chosen, they give it again."""


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One purpose as it is shown: what is asked, what refusing means, and how the member stands to it."""

    purpose: str
    title: Text
    text: Text
    refusing: Text
    retention: Text
    version: str
    given: bool
    asked: bool
    """Whether the member ever said anything to it."""
    day: str
    """'2026-11-21' of the member's last word, or ''."""
    needed: bool
    sensitive: bool
    older: bool = False
    """Whether the word was given to an earlier version of the text."""
    said_version: str = ""
    """The version that the word was given to."""
    channel: str = ""
    """How it was given: spoken | signature | code, or '' where nobody knows (any more)."""
    how: Text = Text("")
    """The same in words."""
    drawing: Signature | None = None
    """What was signed, where this till has it."""
    by: tuple[str, ...] = ()
    """The ways that are enough; () where every one is."""


@dataclass(frozen=True, slots=True)
class JoinScene:
    """What registering somebody begins with."""

    join_id: str
    """Becomes the member's id: asked twice, registered once."""
    phone: str
    """Eleven digits, or '' where none was typed yet."""
    known: tuple[KnownFace, ...]
    """Whoever already is a member by this phone."""
    sources: tuple[tuple[str, Text, str], ...]
    """(code, title, what it asks besides: '' | campaign | referrer)."""
    source: str
    guide: str
    """Name of the salesperson who is told as the guide."""
    consents: tuple[ConsentRow, ...]
    channels: tuple[tuple[str, Text], ...]
    gift: Text
    """The joiner's coupon, or ''."""


@dataclass(frozen=True, slots=True)
class JoinForm:
    """What was said at the counter; only the phone is needed."""

    join_id: str
    phone: str
    name: str = ""
    born_on: str = ""
    """As typed; '' where nobody said."""
    source: str = ""
    campaign_id: str = ""
    referrer: str = ""
    """Phone or card of the member who recommended the shop."""
    guardian: str = ""
    """Phone or card of the member who answers for a minor."""
    card: str = ""
    """A blank card that was handed over, as scanned."""
    consents: Mapping[str, bool] = field(default_factory=lambda: {MEMBERSHIP: True})
    """What was said to each purpose that was asked."""
    channel: str = SPOKEN
    another: bool = False
    """A person who is not among those known by this phone."""
    signature: Signature | None = None
    """What was drawn, where they sign."""


@dataclass(frozen=True, slots=True)
class LateSale:
    """The sale just before, which may still get its member."""

    sale_id: str
    number: str
    at: datetime
    payable_fen: int


@dataclass(frozen=True, slots=True)
class JoinedScene:
    """What registering came to."""

    member_id: str
    label: str
    attached: bool
    """Whether the open sale is the member's now."""
    gift: Text
    """The coupon that was granted, or ''."""
    gift_waits: bool
    """Whether it waits until headquarters knows that this is a further person on a known phone."""
    late: LateSale | None


@dataclass(frozen=True, slots=True)
class ConsentScene:
    """A member's consents."""

    member_id: str
    label: str
    rows: tuple[ConsentRow, ...]
    channels: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class _How:
    """How a yes was given, and by what that can be shown."""

    channel: str
    evidence: str = ""
    digest: str = ""
    blobs: tuple[PrivateBlob, ...] = ()


class Joining:
    """Registers members and keeps their consents; each act is one unit of the journal."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        selling: Selling,
        attaching: Attaching,
        shapes: codes.CodeShapes,
        rules: JoiningRules,
        texts: ConsentTexts,
        verifying: Verifying,
        wake_sync: Callable[[], None],
    ) -> None:
        self._verifying = verifying
        self._store = store
        self._clock = clock
        self._post = post
        self._selling = selling
        self._attaching = attaching
        self._shapes = shapes
        self._rules = rules
        self._texts = texts
        self._wake_sync = wake_sync
        self._under_way: dict[str, Pending[JoinedScene]] = {}

    # ------------------------------------------------------------------ registering

    def begin(self, text: str = "") -> JoinScene:
        """Begin to register whoever this phone belongs to; '' where none was typed. Refused `join_phone_shape`."""
        phone = phone_of(text)
        if text.strip() and not phone:
            raise Refused("join_phone_shape", raw=text.strip())
        rules, gift = self._rules, self._gift()
        guide = self._store.people.staff_by_id(self._guide())
        return JoinScene(
            new_id(self._clock),
            phone,
            tuple(self._face(member) for member in self._of_phone(phone)),
            tuple((source.code, source.title, source.asks) for source in rules.sources),
            rules.default_source,
            guide.name if guide is not None else "",
            tuple(self._row(purpose, None) for purpose in self._texts.purposes),
            self._channels(),
            _gift_title(gift[1]) if gift is not None else Text(""),
        )

    def join(self, form: JoinForm) -> Pending[JoinedScene]:
        """Register a member: fact, claims, consents, profile, row and gift in one unit; once it is on disk the open sale is theirs.

        Asked again meanwhile it is the same act.

        Refused: `sign_in_first`, `join_phone_shape`, `join_known` (this phone is somebody's: choose them or say that it is another),
        `join_not_wanted` (membership was refused: nothing is registered, the sale goes on), `join_birthday`, `join_guardian_needed`,
        `join_guardian`, `join_referrer`, `join_campaign`, `join_source`, `join_card`, `sign_needed`, `verify_needed`, `consent_by`,
        `paying`, `ledger_io`.
        """
        if self._post.staff is None:
            raise Refused("sign_in_first")
        if self._post.paying:
            raise Refused("paying")
        there, sale = self._store.people.member(form.join_id), self._selling.basket.basket_id
        if there is not None:
            return Pending.without_writing(lambda: self._joined(there, self._held_gift(there.id), sale))
        if form.join_id in self._under_way:
            return self._under_way[form.join_id]
        member, bodies, blobs = self._facts(form)
        granted = next((body for body in bodies if isinstance(body, events.CouponGranted)), None)
        gift = self._gift()
        title = _gift_title(gift[1]) if granted is not None and gift is not None else Text("")

        def finish() -> JoinedScene:
            self._wake_sync()
            return self._joined(member, title, sale, waits=granted is None and gift is not None)

        actor, day = self._post.actor, self._day()
        pending = Pending.of(lambda: self._store.journal.record(bodies, actor=actor, day=day, private=blobs), finish)
        self._under_way[form.join_id] = pending
        pending.written.add_done_callback(lambda _: self._under_way.pop(form.join_id, None))
        return pending

    def _facts(self, form: JoinForm) -> tuple[Member, list[Record], list[PrivateBlob]]:
        """Everything that a registration writes, checked."""
        rules, today = self._rules, self._today()
        phone = phone_of(form.phone)
        if not phone:
            raise Refused("join_phone_shape", raw=form.phone.strip())
        if not form.consents.get(MEMBERSHIP):
            raise Refused("join_not_wanted")
        name = " ".join(form.name.split())[:LONGEST_NAME]
        known = self._of_phone(phone)
        if known and (not form.another or any(one.name == name for one in known)):
            raise Refused("join_known", label=asking.masked(known[0]), count=str(len(known)))
        try:
            born_on = joining.birthday(form.born_on, today)
        except ValueError as error:
            raise Refused("join_birthday", raw=form.born_on.strip()) from error
        guardian_id = self._guardian(form, today) if rules.needs_guardian(born_on, today) else ""
        source = rules.source(form.source)
        if source is None:
            raise Refused("join_source")
        campaign_id = form.campaign_id.strip() if source.asks == "campaign" else ""
        if source.asks == "campaign" and not (
            campaign_id.isascii() and campaign_id.isprintable() and 0 < len(campaign_id) <= LONGEST_CAMPAIGN
        ):
            raise Refused("join_campaign")
        card = self._card(form.card)
        member = Member(
            id=form.join_id,
            card_no=card or codes.inhouse(CARD, secrets.randbelow(9 * 10**16) + 10**16),
            phone=phone,
            name=name,
            born_on=born_on,
            joined_on=today,
        )
        profile = self._blob(member.id, "member_profile", member.model_dump_json().encode())
        blobs = [profile]
        bodies: list[Record] = [
            events.MemberJoined(
                member_id=member.id,
                blob_id=profile.blob_id,
                source=source.code,
                guide=self._guide() if source.guide else "",
                referrer_id=self._referrer(form, phone) if source.asks == "referrer" else "",
                campaign_id=campaign_id,
                guardian_id=guardian_id,
            )
        ]
        for kind, value, level in (("phone", phone, "stated"), ("card", card, "shown")):
            if value:
                blob = self._blob(member.id, "identity", json.dumps({"kind": kind, "value": value}).encode())
                blobs.append(blob)
                bodies.append(
                    events.IdentityClaimed(claim_id=new_id(self._clock), member_id=member.id, kind=kind, level=level, blob_id=blob.blob_id)
                )
        proof = self._verifying.proof(form.join_id, JOIN, phone=phone) if form.channel == BY_CODE else None
        how = self._evidence(member.id, form.channel, form.signature, proof)
        blobs += how.blobs
        if proof is not None:
            shown, values = self._verifying.facts(proof, member.id)
            bodies += shown
            blobs += values
        for purpose in self._texts.purposes:
            if purpose.purpose in form.consents:
                bodies.append(self._consent(member.id, purpose, form.consents[purpose.purpose], how, guardian_id))
        grant = self._grant(member.id, further=bool(known))
        if grant is not None:
            bodies.append(grant)
        return member, bodies, blobs

    def _guardian(self, form: JoinForm, today: date) -> str:
        if not form.guardian.strip():
            raise Refused("join_guardian_needed", years=str(self._rules.guardian_below_years))
        found = self._one(form.guardian)
        if found is None or not self._rules.may_guard(found.born_on, today):
            raise Refused("join_guardian")
        return found.id

    def _referrer(self, form: JoinForm, phone: str) -> str:
        if not form.referrer.strip():
            raise Refused("join_referrer")
        found = self._one(form.referrer)
        if found is None or found.phone == phone:
            raise Refused("join_referrer")
        return found.id

    def is_blank_card(self, raw: str) -> bool:
        """Whether a scanned code is a member card that is nobody's yet."""
        reading = codes.read(raw, self._shapes, codes.ScanContext.SELLING)
        ours = isinstance(reading, codes.InHouseCode) and reading.role == "member"
        return ours and not self._store.people.find_members(reading.raw)

    def _card(self, raw: str) -> str:
        """A blank card's number; Refused where it is no card, or somebody's."""
        if raw.strip() and not self.is_blank_card(raw.strip()):
            raise Refused("join_card")
        return raw.strip()

    def _one(self, text: str) -> Member | None:
        """The one member of a phone or card number; None where there is none, or more than one."""
        identity = read_identity(text)
        found = self._store.people.find_members(identity.text) if identity.kind in ("phone", "card") else ()
        return found[0] if len(found) == 1 else None

    def _of_phone(self, phone: str) -> tuple[Member, ...]:
        return self._store.people.find_members(phone) if phone else ()

    def _guide(self) -> str:
        return self._selling.basket.salesperson or self._post.actor

    # ------------------------------------------------------------------ the gift

    def _gift(self) -> tuple[Gift, Offer, date] | None:
        """The gift that this till can grant today, with its offer and last good day."""
        gift = self._rules.gift
        offer = next((one for one in self._store.catalogue.offers() if gift is not None and one.id == gift.offer_id), None)
        last = gift.last_day(offer, self._day()) if gift is not None and offer is not None else None
        return (gift, offer, last) if gift is not None and offer is not None and last is not None else None

    def _grant(self, member_id: str, *, further: bool) -> events.CouponGranted | None:
        found = self._gift()
        if found is None or (further and found[0].once_per_phone):
            return None
        gift, offer, last = found
        return events.CouponGranted(
            serial=gift.serial(member_id),
            offer_id=offer.id,
            coupon_class=gift.coupon_class,
            member_id=member_id,
            rule=gift.rule,
            starts_on=self._day(),
            ends_on=last,
            face_fen=gift.face_fen,
        )

    def _held_gift(self, member_id: str) -> Text:
        """The gift that a member holds already."""
        found = self._gift()
        right = self._store.coupons.right(found[0].serial(member_id)) if found is not None else None
        return _gift_title(found[1]) if found is not None and right is not None else Text("")

    # ------------------------------------------------------------------ the sale

    def _joined(self, member: Member, gift: Text, sale: str, *, waits: bool = False) -> JoinedScene:
        """The sale in which they asked (a basket's id) becomes the member's; where it is empty and the one before has no member, a person
        says which is meant. While the disk wrote it may have gone on to payment, or have made room for the next customer's.
        """
        basket = self._selling.basket
        theirs = basket.basket_id == sale and not self._post.paying and not self._selling.writing
        late = self.late_sale() if not theirs or not basket.lines else None
        if theirs and late is None:
            self._selling.attach_member(member.id, self._found_by(member))
        return JoinedScene(member.id, asking.masked(member), theirs and late is None, gift, waits, late)

    def _found_by(self, member: Member) -> str:
        """Whoever told the code back that was sent to them is known by it, else by the phone they said."""
        return PROVEN_BY_CODE if self._verifying.proof(member.id, JOIN, phone=member.phone) is not None else FOUND_BY

    def take(self, member_id: str, channel: str = SPOKEN) -> Pending[JoinedScene]:
        """One of those known by the phone: the open sale is theirs; who had left gives membership again by being chosen.

        Refused `member_unknown`, `paying`, or as `set_consents`.
        """
        member, sale = self._store.people.member(member_id), self._selling.basket.basket_id
        if member is None:
            raise Refused("member_unknown")
        if self._post.paying:
            raise Refused("paying")
        if not self._store.people.has_left(member_id):
            return Pending.without_writing(lambda: self._joined(member, Text(""), sale))
        given = self.set_consents(member_id, {MEMBERSHIP: True}, channel)

        def finish() -> JoinedScene:
            given.finish()
            return self._joined(member, Text(""), sale)

        return Pending(given.written, finish)

    def to_open_sale(self, member_id: str) -> None:
        """The open sale is theirs, though the one before might be. Refused `member_unknown`, `paying`."""
        member = self._store.people.member(member_id)
        if member is None:
            raise Refused("member_unknown")
        self._selling.attach_member(member_id, self._found_by(member))

    def late_sale(self) -> LateSale | None:
        """The till's last sale, if it may still get its member."""
        last = next(iter(self._store.sales.recent(limit=1)), None)
        if last is None or self._attaching.open_until(last) is None:
            return None
        return LateSale(last.body.sale_id, last.number, last.at, last.body.payable_fen)

    def attach_late(self, sale_id: str, member_id: str) -> Pending[None]:
        """The sale before is theirs: points yes, price no. Refused as `Attaching.attach`."""
        return Pending.of(lambda: self._attaching.attach(sale_id, member_id), lambda: None)

    # ------------------------------------------------------------------ consents

    def consents(self, member_id: str) -> ConsentScene:
        """How a member stands to every purpose. Refused `member_unknown`."""
        member = self._store.people.member(member_id)
        if member is None:
            raise Refused("member_unknown")
        said = {consent.purpose: consent for consent in self._store.people.consents(member_id)}
        drawn = {one.evidence for one in said.values() if one.channel == SIGNED and one.evidence}
        plain = self._store.private.open_many(sorted(drawn)) if drawn else {}
        rows = tuple(self._row(purpose, said.get(purpose.purpose), plain) for purpose in self._texts.purposes)
        return ConsentScene(member_id, asking.masked(member), rows, self._channels())

    def set_consents(
        self, member_id: str, said: Mapping[str, bool], channel: str = SPOKEN, drawn: Signature | None = None
    ) -> Pending[ConsentScene]:
        """Record what a member says to one or more purposes; what they said before is not told again.

        A no is as good spoken as in any other way. Who takes membership back leaves the open sale, which goes on without them.
        Refused as `consent_facts`, or `sign_needed`, `verify_needed` (no code for just this was told back), `consent_by`.
        """
        bodies, blobs = self._words(member_id, said, channel, drawn)

        def finish() -> ConsentScene:
            if bodies:
                self._wake_sync()
                self._selling.renew_patient()
            if said.get(MEMBERSHIP) is False:
                self._selling.part_from(self._store.people.group_of(member_id))
            return self.consents(member_id)

        if not bodies:
            return Pending.without_writing(finish)
        actor, day = self._post.actor, self._day()
        return Pending.of(lambda: self._store.journal.record(bodies, actor=actor, day=day, private=blobs), finish)

    def consent_facts(self, member_id: str, said: Mapping[str, bool]) -> list[Record]:
        """What is to be recorded of a member's spoken words, in the unit of whoever asks; empty where nothing is new.

        Refused `member_unknown`, `consent_unknown`, `consent_channel`, `sign_in_first`, `consent_guardian` (a minor whose guardian this
        till does not know gives nothing, and may withdraw everything).
        """
        return self._words(member_id, said, SPOKEN, None)[0]

    def _words(
        self, member_id: str, said: Mapping[str, bool], channel: str, drawn: Signature | None
    ) -> tuple[list[Record], list[PrivateBlob]]:
        if self._post.staff is None:
            raise Refused("sign_in_first")
        member = self._store.people.member(member_id)
        if member is None:
            raise Refused("member_unknown")
        before = {row.purpose: row for row in self.consents(member_id).rows}
        guardian_id = ""
        if self._rules.needs_guardian(member.born_on, self._today()):
            ids = self._store.people.group_of(member_id)
            joined = [found for one in ids if (found := self._store.people.joining(one)) is not None]
            guardian_id = next((one.guardian_id for one in joined if one.guardian_id), "")
            if not guardian_id and any(said.values()):
                raise Refused("consent_guardian", years=str(self._rules.guardian_below_years))
        fresh: list[tuple[Purpose, bool]] = []
        for purpose, given in said.items():
            text = self._texts.of(purpose)
            if text is None:
                raise Refused("consent_unknown")
            row = before[purpose]
            if not row.asked or row.given != given or (given and row.older):
                fresh.append((text, given))
        given_now = [text.purpose for text, given in fresh if given]
        # Taking back is never harder than giving: nothing has to be drawn or typed for it.
        proof = self._verifying.proof(member_id, CONSENT, about=given_now) if channel == BY_CODE and given_now else None
        how = self._evidence(member_id, channel, drawn, proof) if given_now else _How(SPOKEN)
        self._known(channel)
        bodies: list[Record] = [self._consent(member_id, text, given, how, guardian_id) for text, given in fresh]
        blobs = [*how.blobs]
        if proof is not None:
            shown, values = self._verifying.facts(proof, member_id)
            bodies, blobs = [*shown, *bodies], [*blobs, *values]
        return bodies, blobs

    def _known(self, channel: str) -> None:
        if channel not in {code for code, _ in self._texts.channels}:
            raise Refused("consent_channel")

    def _evidence(self, member_id: str, channel: str, drawn: Signature | None, proof: Proof | None) -> _How:
        """By what a yes can be shown later. Refused `consent_channel`, `sign_needed`, `verify_needed`."""
        self._known(channel)
        if channel == BY_CODE:
            if proof is None:
                raise Refused("verify_needed")
            return _How(channel, proof.verification_id)
        if channel != SIGNED:
            return _How(channel)
        if drawn is None or not drawn.enough:
            raise Refused("sign_needed")
        plain = drawn.encoded(secrets.token_hex(16))
        blob = self._blob(member_id, SIGNATURE, plain)
        return _How(channel, blob.blob_id, signature.digest(plain), (blob,))

    def _consent(self, member_id: str, purpose: Purpose, given: bool, how: _How, guardian_id: str) -> events.ConsentSet:
        if given and not purpose.given_by(how.channel):
            raise Refused("consent_by", title=purpose.title.zh, title_en=purpose.title.en)
        told = how if given else _How(SPOKEN)
        return events.ConsentSet(
            consent_id=new_id(self._clock),
            member_id=member_id,
            purpose=purpose.purpose,
            text_version=purpose.version,
            given=given,
            channel=told.channel,
            guardian_id=guardian_id,
            after=self._store.people.known_word(member_id, purpose.purpose),
            evidence=told.evidence,
            digest=told.digest,
        )

    # ------------------------------------------------------------------ codes

    def send_join_code(self, join_id: str, text: str, *, again: bool = False) -> CodeScene:
        """Have a code sent to whoever joins. Refused `join_phone_shape`, or as `Verifying.send`."""
        phone = phone_of(text)
        if not phone:
            raise Refused("join_phone_shape", raw=text.strip())
        return self._verifying.send(JOIN, join_id, phone, again=again)

    def send_consent_code(self, member_id: str, about: Collection[str], *, again: bool = False) -> CodeScene:
        """Have a code sent to a member, with what it consents to. Refused `member_unknown`, or as `Verifying.send`."""
        member = self._store.people.member(member_id)
        if member is None:
            raise Refused("member_unknown")
        return self._verifying.send(CONSENT, member_id, member.phone, sorted(about), again=again)

    @property
    def code(self) -> Verifying:
        """The code under way."""
        return self._verifying

    def _channels(self) -> tuple[tuple[str, Text], ...]:
        """The ways there are now: a code only where one can be sent."""
        return tuple(way for way in self._texts.channels if way[0] != BY_CODE or self._verifying.offered)

    # ------------------------------------------------------------------ inner

    def _row(self, purpose: Purpose, said: Consent | None, plain: Mapping[str, bytes] | None = None) -> ConsentRow:
        drawn = plain.get(said.evidence) if said is not None and plain is not None else None
        return ConsentRow(
            purpose.purpose,
            purpose.title,
            purpose.text,
            purpose.refusing,
            purpose.retention,
            purpose.version,
            said is not None and said.given,
            said is not None,
            shop_day(said.at).isoformat() if said is not None else "",
            purpose.needed,
            purpose.sensitive,
            said is not None and said.text_version != purpose.version,
            said.text_version if said is not None else "",
            said.channel if said is not None else "",
            next((words for code, words in self._texts.channels if said is not None and code == said.channel), Text("")),
            drawing_of(drawn),
            purpose.by,
        )

    def _face(self, member: Member) -> KnownFace:
        return KnownFace(member.id, asking.masked(member), mask_phone(member.phone), self._store.people.has_left(member.id))

    def _blob(self, member_id: str, kind: str, plain: bytes) -> PrivateBlob:
        return PrivateBlob(new_id(self._clock), member_id, kind, plain)

    def _today(self) -> date:
        return shop_day(self._clock.now())

    def _day(self) -> date:
        return self._post.day(self._today())


def _gift_title(offer: Offer) -> Text:
    return Text(offer.title_zh, offer.title_en or offer.title_zh)

