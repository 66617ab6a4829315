"""Reviewing: who waits for a pharmacist at this till, what was compared for the prescription, and what was signed today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.counter.goods import Goods
from app.counter.pending import Pending
from app.counter.post import Post
from app.counter.scene import Question, Scene, Strip
from app.counter.selling import Selling
from app.counter.staging import Staging, allergy_note, marks_of, rx_lines
from app.domain import basket as baskets
from app.domain import masking
from app.domain.basket import Basket, BasketLine
from app.domain.four_checks import Check, four_checks
from app.domain.verdict import Text
from app.records.clock import Clock, shop_day
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.store.shifts import ReviewRow

SIGNED_BESIDE = frozenset({"verdict", "reviewer", "pin"})
"""Fields of the review's question that stand beside the prescription: the signature."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One basket of this till with prescription lines that nobody has approved."""

    basket_id: str
    here: bool
    """Whether it is the open basket; else it is held."""
    label: str
    """The 用药人 or member, masked; '' for a stranger."""
    first: str
    """Name of the first waiting medicine."""
    lines: int
    minutes: int
    rejected: bool
    """Whether a pharmacist has rejected its prescription."""


@dataclass(frozen=True, slots=True)
class RxLine:
    """A prescription line as the pharmacist sees it."""

    line_id: str
    name: str
    strength: str
    marks: tuple[str, ...]
    quantity: int
    unit: str
    maker: str
    lot_no: str
    lot_sure: bool
    """Whether the lot was read from a box or confirmed; else it is a guess."""
    expires_on: str
    codes_needed: int
    codes_got: int
    reviewed: bool


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review that was signed today; the patient is masked, nothing else of the prescription is shown."""

    review_id: str
    at: datetime
    approved: bool
    patient: str
    names: tuple[str, ...]
    reviewer: str
    dispenser: str
    checker: str
    reason: str
    """Why it was rejected, coded, or ''."""


@dataclass(frozen=True, slots=True)
class RxScene:
    """Everything the prescription page shows of one basket."""

    waiting: tuple[Waiting, ...]
    chosen: Waiting | None
    lines: tuple[RxLine, ...] = ()
    patient: str = ""
    """The 用药人, masked; '' while nobody is known."""
    age: Text = Text("")
    allergy: Strip | None = None
    form: Question | None = None
    """The prescription as it is asked for; None for a held basket, which is taken up first."""
    on_duty: tuple[str, ...] = ()
    """Names of the pharmacists on duty."""
    done: tuple[Reviewed, ...] = ()
    """Today's reviews, newest first."""


class Reviewing:
    """The pharmacist's side of the open and the held baskets; signing itself is an act on the open basket (`Selling.take_form`)."""

    def __init__(self, store: Store, clock: Clock, post: Post, goods: Goods, staging: Staging, selling: Selling) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._goods = goods
        self._staging = staging
        self._selling = selling
        self._held: dict[tuple[str, datetime], Basket] = {}
        self._done: dict[str, Reviewed] = {}

    # ------------------------------------------------------------------ the queue

    def count(self) -> int:
        """Prescription lines that wait, in the open basket and the held ones."""
        return sum(one.lines for one in self.waiting())

    def waiting(self) -> tuple[Waiting, ...]:
        """The open basket first, then the held ones, oldest first."""
        now, basket = self._clock.now(), self._selling.basket
        found = [self._waiting(basket, here=True, since=datetime.fromisoformat(basket.opened_at), now=now)]
        rows = self._staging.held_rows()
        before, self._held = self._held, {}
        for row in rows:
            held = before.get((row.basket_id, row.at)) or self._read(row.content)
            self._held[row.basket_id, row.at] = held
            found.append(self._waiting(held, here=False, since=row.at, now=now))
        return tuple(one for one in found if one is not None)

    def _read(self, content: str) -> Basket:
        basket, _ = baskets.from_json(content, self._goods.product)
        self._staging.recall_reviews(basket)
        return basket

    def _waiting(self, basket: Basket, *, here: bool, since: datetime, now: datetime) -> Waiting | None:
        lines = [line for line in rx_lines(basket) if not self._staging.reviewed(line)]
        if not lines:
            return None
        return Waiting(
            basket.basket_id,
            here,
            basket.patient.label or basket.member_label,
            lines[0].product.generic_name,
            len(lines),
            max(0, int((now - since).total_seconds() // 60)),
            any(self._staging.rejected(line) for line in lines),
        )

    # ------------------------------------------------------------------ one basket

    def scene(self, chosen: str = "") -> RxScene:
        """The queue, and of it the basket with the id `chosen`, else the first."""
        waiting = self.waiting()
        one = next((row for row in waiting if row.basket_id == chosen), waiting[0] if waiting else None)
        people = self._store.people
        on_duty = [people.staff_by_id(key) for key in self._store.shifts.duty_pharmacists()]
        names = tuple(person.name for person in on_duty if person is not None)
        done = self.done()
        if one is None:
            return RxScene(waiting, None, on_duty=names, done=done)
        basket = self._basket(one)
        return RxScene(
            waiting,
            one,
            tuple(self._line(line) for line in rx_lines(basket)),
            basket.patient.label,
            self._staging.age_words(basket.patient.age_months),
            allergy_note(self._staging.allergies(basket)),
            self._form(basket) if one.here else None,
            names,
            done,
        )

    def _basket(self, one: Waiting) -> Basket:
        if one.here:
            return self._selling.basket
        return next(basket for (basket_id, _), basket in self._held.items() if basket_id == one.basket_id)

    def _form(self, basket: Basket) -> Question | None:
        """The review as the sale asks it, without the signature; its id is the basket's, so that what was typed outlives a further scan."""
        question = self._selling.form("review")
        if question is None:
            return None
        fields = tuple(field for field in question.fields if field.name not in SIGNED_BESIDE)
        return replace(question, question_id=f"review-{basket.basket_id}", line_id="", body=Text(""), fields=fields)

    def _line(self, line: BasketLine) -> RxLine:
        product = line.product
        return RxLine(
            line.line_id,
            product.generic_name,
            product.spec or product.strength,
            marks_of(product),
            line.quantity,
            product.unit,
            product.maker,
            line.lot.lot_no,
            line.lot.source in ("code", "confirmed"),
            line.lot.expires_on,
            line.quantity if product.trace_required else len(line.codes),
            len(line.codes),
            self._staging.reviewed(line),
        )

    def checks(self, scene: RxScene, typed: Mapping[str, str]) -> tuple[Check, ...]:
        """四查十对 for the scene's basket and what stands in the form."""
        assert scene.chosen is not None
        basket = self._basket(scene.chosen)
        return four_checks(
            basket.patient,
            self._full_name(basket),
            self._staging.age_words(basket.patient.age_months),
            rx_lines(basket),
            typed,
            self._staging.allergies(basket),
            self._staging.law_day(),
            self._staging.most_valid_days(),
        )

    def _full_name(self, basket: Basket) -> str:
        """The name on record of the 用药人; it is compared, and never leaves here."""
        patient = basket.patient
        if patient.kind == "family":
            return next((one.name for one in self._store.people.family(basket.member_id) if one.id == patient.ref), "")
        # The 用药人 stays when the member is let go.
        member = self._store.people.member(patient.ref) if patient.kind == "member" else None
        return member.name if member is not None else ""

    # ------------------------------------------------------------------ acts

    def sign(self, typed: Mapping[str, str], pin: str) -> Pending[Scene]:
        """通过并签章: approve the open basket's prescription with the pharmacist's own PIN; Refused says what is missing."""
        return self._selling.take_form("review", {**typed, "verdict": "approved", "reviewer": "", "pin": pin})

    def reject(self, typed: Mapping[str, str], reason: str, pin: str) -> Pending[Scene]:
        """驳回: record why the prescription was not approved, with the pharmacist's own PIN."""
        return self._selling.take_form("review", {**typed, "verdict": "rejected", "reason": reason, "reviewer": "", "pin": pin})

    # ------------------------------------------------------------------ what was signed

    def done(self) -> tuple[Reviewed, ...]:
        """Today's reviews, newest first; each is read once."""
        rows = self._store.shifts.reviews(self._post.day(shop_day(self._clock.now())))
        for row in rows:
            if row.review_id not in self._done:
                self._done[row.review_id] = self._reviewed(row)
        return tuple(self._done[row.review_id] for row in reversed(rows))

    def _reviewed(self, row: ReviewRow) -> Reviewed:
        return Reviewed(
            row.review_id,
            row.at,
            row.verdict == "approved",
            self._patient(row.blob_id),
            tuple(product.generic_name if (product := self._goods.product(key)) else key for key in row.products),
            self._staff(row.reviewer),
            self._staff(row.dispenser),
            self._staff(row.checker),
            "" if row.verdict == "approved" else self._staging.rejection(row.event_id),
        )

    def _patient(self, blob_id: str) -> str:
        try:
            plain = self._store.private.open(blob_id)
        except StoreFault:
            return ""
        name = str(json.loads(plain).get("patient", "")) if plain is not None else ""
        # What was typed from a mask is one already.
        return name if "*" in name else masking.mask_name(name)

    def _staff(self, staff_id: str) -> str:
        person = self._store.people.staff_by_id(staff_id)
        return person.name if person is not None else staff_id
