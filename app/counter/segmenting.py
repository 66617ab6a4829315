"""Segmenting: the labels of a member that a counter may show, each with its because, and what they suggest in the open sale.

Labels and suggestions are for whoever serves: they are on no paper and on no screen of the customer. Nothing is suggested while a
warning stands, without consent to personal suggestions, or where a prescription medicine would have to be named.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.counter.care_scene import Todo
from app.counter.goods import Goods
from app.counter.post import Post
from app.counter.steps import Steps, at_once
from app.domain.belonging import NO_OFFER, Evidence, judged
from app.domain.care import CareRules
from app.domain.money import WHOLE_BP
from app.domain.purposes import HEALTH, PERSONAL
from app.domain.segments import YEAR_DAYS, Because, Bought, Cuts, Membership, Segment, said
from app.domain.verdict import Verdict
from app.records.catalogue import Product
from app.records.clock import SHOP_TIME, Clock, shop_day
from app.records.segments import CUTS, SegmentRow
from app.records.text import Text
from app.store.open_store import Store

MOST_SUGGESTIONS = 2
DUE_DAYS = 7
"""A purchase is suggested when it is due within so many days."""
FORGOTTEN_BP = 20_000
"""Once twice the usual interval has passed the habit is over: nothing is suggested (basis points of the interval)."""
_TONES = {"refill": "brand", "measure": "warn", "care": "rx"}


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a member, for the counter."""

    segment_id: str
    words: Text
    because: Text
    tone: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """A person with everything that was found of them."""

    segments: Mapping[str, Segment]
    found: tuple[Membership, ...]
    evidence: Evidence | None


class Segmenting:
    """Judges members by what headquarters told, or by the carried rules where it told none."""

    def __init__(self, store: Store, clock: Clock, post: Post, goods: Goods, care: CareRules, carried: Mapping[str, Any]) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._goods = goods
        self._care = care
        self._carried = carried
        self._known: tuple[tuple[SegmentRow, ...], tuple[tuple[Segment, ...], Cuts]] | None = None
        """What was told last, and what that came to."""

    # ------------------------------------------------------------------ judging

    def rules(self) -> tuple[tuple[Segment, ...], Cuts]:
        """The segments that hold and where the fifths lie; a rule of a later version that this one cannot read is left out."""
        told = self._store.segments.told()
        if self._known is None or self._known[0] != told:
            self._known = (told, self._read_rules(told))
        return self._known[1]

    def _read_rules(self, told: Sequence[SegmentRow]) -> tuple[tuple[Segment, ...], Cuts]:
        rows = {row.id: row for row in told}
        fifths = rows.pop(CUTS, None)
        documents: Iterable[Mapping[str, Any]] = self._carried["segments"]
        if rows:
            documents = [json.loads(row.document) for row in rows.values() if row.active]
        found = []
        for document in documents:
            try:
                found.append(Segment.read(document))
            except ValueError:
                continue
        return tuple(found), Cuts.read(json.loads(fifths.document) if fifths is not None else self._carried["cuts"])

    def evidence(self, member_id: str, today: date) -> Evidence | None:
        """What this till holds of a person; None for whom it does not know."""
        return at_once(self._evidence(member_id, today))

    def _evidence(self, member_id: str, today: date) -> Steps[Evidence | None]:
        people = self._store.people
        member = people.member(member_id)
        if member is None:
            return None
        ids = people.group_of(member_id)
        first = today - timedelta(days=YEAR_DAYS)
        since = datetime.combine(first, time(), SHOP_TIME).astimezone(UTC)
        lines = self._store.segments.bought(ids, first, NO_OFFER)
        yield
        bought = []
        for line in lines:
            product = self._goods.product(line.product_id)
            category, brand = (product.category, product.brand_name or product.maker) if product is not None else ("", "")
            bought.append(Bought(line.day, line.sale_id, category, brand, line.quantity, line.amount_fen, line.cut_fen))
        yield
        consents = {one.purpose: one.given for one in people.consents(member_id)}
        return Evidence(member, consents, bought, self._store.care.readings(ids, since))

    def memberships(self, member_id: str) -> tuple[Membership, ...]:
        """Every segment the person is in today, those that no counter shows among them."""
        return at_once(self._judged(member_id)).found

    def _judged(self, member_id: str) -> Steps[_Judged]:
        today = self._today()
        evidence = yield from self._evidence(member_id, today)
        if evidence is None:
            return _Judged({}, (), None)
        yield
        segments, cuts = self.rules()
        return _Judged({segment.id: segment for segment in segments}, judged(segments, evidence, today, cuts, self._care), evidence)

    def labels(self, member_id: str) -> tuple[Label, ...]:
        """What the counter may see of a person, in the order of the rules."""
        return at_once(self.labels_in_steps(member_id))

    def labels_in_steps(self, member_id: str) -> Steps[tuple[Label, ...]]:
        """The same, a little at a time."""
        of = yield from self._judged(member_id)
        together: dict[str, list[Membership]] = {}
        for one in of.found:
            if of.segments[one.segment_id].counter:
                together.setdefault(one.segment_id, []).append(one)
        return tuple(_label(of.segments[segment_id], found) for segment_id, found in together.items())

    # ------------------------------------------------------------------ suggesting

    def suggestions(self, member_id: str) -> tuple[Todo, ...]:
        """Everything that a person's labels ask a counter to do; nothing without their consent to personal suggestions."""
        return at_once(self.suggestions_in_steps(member_id))

    def suggestions_in_steps(self, member_id: str) -> Steps[tuple[Todo, ...]]:
        """The same, a little at a time."""
        of = yield from self._judged(member_id)
        if of.evidence is None or not of.evidence.consents.get(PERSONAL, False):
            return ()
        suggested: list[Todo] = []
        for one in of.found:
            yield
            segment = of.segments[one.segment_id]
            if segment.counter and (todo := self._todo(segment, of.evidence, one)) is not None:
                suggested.append(todo)
        return tuple(suggested)

    def fitting(
        self, suggestions: Sequence[Todo], verdicts: Sequence[Verdict], in_sale: Collection[str], todos: Sequence[Todo] = ()
    ) -> tuple[Todo, ...]:
        """Of them what may be said in the open sale, at most two, and none while anything warns.

        `in_sale` are the sale's products and `todos` what is asked anyway: neither is asked twice.
        """
        if not suggestions or any(verdict.stops_payment or verdict.tone in ("warn", "bad") for verdict in verdicts):
            return ()
        categories = {product.category for product in self._products([*in_sale, *(todo.product_id for todo in todos)])}
        asked = {todo.kind for todo in todos} - {"refill"}
        chosen: list[Todo] = []
        for todo in suggestions:
            mine = {product.category for product in self._products([todo.product_id])}
            if todo.kind not in asked and not mine & categories:
                chosen.append(todo)
                categories |= mine
                asked |= {todo.kind} - {"refill"}
        return tuple(chosen[:MOST_SUGGESTIONS])

    def _todo(self, segment: Segment, evidence: Evidence, one: Membership) -> Todo | None:
        match segment.suggests:
            case "refill":
                return self._refill(evidence, one)
            case "measure":
                return self._measure(evidence, one)
            case "care":
                return self._call(one)
        return None

    def _refill(self, evidence: Evidence, one: Membership) -> Todo | None:
        """The category's product that was bought last, when the usual day has come or is near.

        Never where the category holds a prescription medicine of theirs or a registered one, nor what their allergies speak against.
        """
        today = self._today()
        mine = self._bought(evidence.member.id, one.subject, today)
        interval = next((because.figure for because in one.because if because.fact == "interval_days"), 0)
        if not mine or not interval:
            return None
        last, product = max(mine, key=lambda pair: (pair[0], pair[1].id))
        since = (today - last).days
        if interval - since > DUE_DAYS or since * WHOLE_BP > interval * FORGOTTEN_BP:
            return None
        in_product = {code for code in product.allergy_classes.split(";") if code}
        allergies = {code for code in evidence.member.allergy_classes.split(";") if code}
        if evidence.consents.get(HEALTH) is False:
            # What is on record may not be looked at: nothing is suggested that anybody might be allergic to.
            allergies = in_product
        if any(sold.rx_class == "rx" or sold.special for _, sold in mine) or allergies & in_product:
            return None
        if not (product.active and product.in_assortment):
            return None
        because = _because((*one.because, Because("since_days", since, one.subject)))
        title = Text(f"该买了：{product.generic_name}", f"Usually bought now: {product.generic_name}")
        return Todo(
            "refill", title, because, "add", Text("加入", "Add"), "info", last + timedelta(days=interval), product_id=product.id, packs=1
        )  # fmt: skip

    def _bought(self, member_id: str, category: str, today: date) -> list[tuple[date, Product]]:
        ids = self._store.people.group_of(member_id)
        lines = self._store.segments.bought(ids, today - timedelta(days=YEAR_DAYS), NO_OFFER)
        found = [(line.day, self._goods.product(line.product_id)) for line in lines if line.quantity > 0]
        return [(day, product) for day, product in found if product is not None and product.category == category]

    def _measure(self, evidence: Evidence, one: Membership) -> Todo:
        """What was measured last, else what the medicines are for, else the first that tells of an illness."""
        kinds = self._care.kinds
        telling = [name for name, kind in kinds.items() if kind.persists]
        read = [reading.kind for reading in evidence.readings if reading.kind in telling]
        taken = [name for line in evidence.bought if (name := self._care.measured_for.get(line.category, "")) in telling]
        kind = kinds[(read[-1:] or sorted(taken)[:1] or telling)[0]]
        title = Text(f"请顾客测{kind.title.zh}", f"Offer to measure: {kind.title.en.lower()}")
        return Todo(
            "measure", title, _because(one.because), "record", Text("登记", "Record"), "info", self._today(), reading_kind=kind.name
        )

    def _call(self, one: Membership) -> Todo:
        title = Text("约一次药师随访", "Arrange a pharmacist's follow-up")
        return Todo("call", title, _because(one.because), "arrange", Text("预约", "Arrange"), "info", self._today())

    def _products(self, product_ids: Iterable[str]) -> list[Product]:
        found = (self._goods.product(product_id) for product_id in product_ids if product_id)
        return [product for product in found if product is not None]

    def _today(self) -> date:
        return self._post.day(shop_day(self._clock.now()))


def _label(segment: Segment, found: Sequence[Membership]) -> Label:
    """One label for everything that a person is in a segment for: the first category or brand is named, the because names all."""
    title, subject, more = Text(segment.title_zh, segment.title_en or segment.title_zh), found[0].subject, len(found) - 1
    words = title
    if subject:
        words = Text(f"{title.zh} · {subject}", f"{title.en} · {subject}")
    if more:
        words = Text(f"{words.zh} 等 {more + 1} 项", f"{words.en} +{more}")
    whys = [_because(one.because) for one in found]
    if more:
        whys = [Text(f"{one.subject}{why.zh}", f"{one.subject} {why.en}") for one, why in zip(found, whys, strict=True)]
    because = Text("；".join(why.zh for why in whys), "; ".join(why.en for why in whys))
    return Label(segment.id, words, because, _TONES.get(segment.suggests, "mute"))


def _because(reasons: Sequence[Because]) -> Text:
    """Why, in words: every condition that held; the subject stands in the title already."""
    told = [said(replace(one, subject="")) for one in reasons]
    return Text("因为" + "，".join(zh for zh, _ in told), "because " + ", ".join(en for _, en in told)) if told else Text("")
