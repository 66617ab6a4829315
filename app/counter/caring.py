"""Caring: readings, medicines in use, to-dos and follow-ups of a member, for their page, their papers and the shop's list of reminders.

Figures lie in blobs sealed per person and are kept only with consent to the purpose `health`; without it a reading is still said, here
and now. An urgent reading calls the pharmacist and recommends no product; nothing is ever called a diagnosis.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from app.counter import care_words as words
from app.counter.care_medicines import Medicine, medicines_of, overall_bp, piece_of, same_medicine
from app.counter.care_scene import (
    AdviceScene,
    CareGlance,
    CareScene,
    Curve,
    Dealing,
    Draft,
    FieldError,
    FieldSpec,
    FollowUpScene,
    KindTab,
    Mark,
    MeterImport,
    MeterRowError,
    NewestReading,
    ReadingCheck,
    ReadingForm,
    Recorded,
    Reminder,
    SeriesScene,
    Standing,
    Todo,
    UsageDraft,
    UsageForm,
    Way,
)
from app.counter.faults import Refused
from app.counter.goods import Goods
from app.counter.post import Post
from app.counter.steps import Steps, at_once
from app.counter.withheld import withheld
from app.domain import care
from app.domain.care import CareRules, Kind, Reading, Target
from app.domain.importing import read_table
from app.domain.importing.readings import MeterPlan, plan_readings
from app.domain.joining import ConsentTexts
from app.domain.masking import mask_name, mask_phone
from app.domain.purposes import HEALTH, HISTORY, STANDS
from app.domain.refills import Dose, dose_text
from app.domain.rules import roles_of
from app.domain.safety import age_months
from app.domain.told_profile import Allergies
from app.records import events
from app.records.base import Record
from app.records.catalogue import Product
from app.records.clock import SHOP_TIME, Clock, shop_day
from app.records.ids import new_id
from app.records.ledger import Committed, PrivateBlob
from app.records.people import FamilyPerson, Member
from app.records.text import Text
from app.store.care import FollowUp, UsageNote
from app.store.open_store import Store

if TYPE_CHECKING:
    # Loaded late: the PDF writer is wanted seldom.
    from app.reports.health_file import ReadingPart

Written = Future[tuple[Committed, ...]]

TWICE_MS = 3_000
"""Within so long the same word on the same follow-up is a press too many."""
BOUGHT_DAYS = 400
"""Purchases older than this say nothing about today."""
DEALINGS = 40
GLANCED = ("pressure", "glucose")
"""Kinds of reading that the sale shows."""
GLANCED_DAYS = 90
TRAIL = 7
"""Readings that the line of a tile goes through."""
AHEAD_DAYS = 14
"""A follow-up is a to-do when it is due within so many days."""
_ROLES = ("pharmacist", "manager")
_ORDER = {"ask": 0, "refill": 1, "measure": 2, "call": 3}


class Caring:
    """Reads care's scenes and records what is measured, said and agreed; see `care_scene.CareActs` for every act."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        goods: Goods,
        rules: CareRules,
        texts: ConsentTexts,
        allergy_word: Callable[[str], Text],
        consent_facts: Callable[[str, Mapping[str, bool]], list[Record]],
        wake_sync: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._goods = goods
        self._rules = rules
        self._texts = texts
        self._allergy_word = allergy_word
        self._consent_facts = consent_facts
        self._wake_sync = wake_sync
        self._followed: tuple[str, tuple[str, date | None], int, Written] | None = None
        """The follow-up that was noted last: which, as what, when by the monotonic clock, and its writing."""

    # ------------------------------------------------------------------ the scene

    def scene(self, member_id: str, *, kind: str = "", context: str = "", days: int = 90) -> CareScene:
        """Everything of one member; `kind` '' takes the kind with the newest reading, `context` '' all occasions."""
        return at_once(self.scene_in_steps(member_id, kind=kind, context=context, days=days))

    def scene_in_steps(self, member_id: str, *, kind: str = "", context: str = "", days: int = 90) -> Steps[CareScene]:
        """The same, a little at a time."""
        member = self._member(member_id)
        ids, today = self._group(member_id), self._today()
        consent = self._consent(member_id, HEALTH)
        readings = self._readings(ids, today, days) if consent == "given" else ()
        history = self._consent(member_id, HISTORY) != "refused"
        yield
        medicines = self._medicines(ids, today, consent) if history else ()
        yield
        own = self._own_targets(ids, consent)
        follow_ups = self._store.care.follow_ups(ids)
        chosen = self._chosen(kind, readings, medicines)
        counts = {name: sum(reading.kind == name for reading in readings) for name in self._rules.kinds}
        bought = self._bought_days(ids, medicines, chosen, today - timedelta(days=days)) if medicines else ()
        yield
        series = self._series(chosen, context, readings, member, own, today, days, bought)
        yield
        todos = self._todos(member, medicines, readings, own, follow_ups, consent, today)
        yield
        dealings = yield from self._dealings(ids if history else (), readings, member, own, follow_ups, consent)
        return CareScene(
            member_id=member_id,
            consent=consent,
            medicines=tuple(one.line for one in medicines),
            adherence_bp=overall_bp(medicines, today, self._rules),
            tabs=tuple(KindTab(name, each.title, counts[name]) for name, each in self._rules.kinds.items()),
            series=series,
            todos=todos,
            dealings=dealings,
            conditions=self._conditions(medicines) if consent != "refused" else (),
        )

    def glance(self, member_id: str) -> CareGlance:
        """What the sale shows of one member: their newest readings, what is to be done, what their medicines are for."""
        return at_once(self.glance_in_steps(member_id))

    def glance_in_steps(self, member_id: str) -> Steps[CareGlance]:
        """The same, a little at a time."""
        member = self._member(member_id)
        ids, today = self._group(member_id), self._today()
        consent = self._consent(member_id, HEALTH)
        yield
        readings = self._readings(ids, today, GLANCED_DAYS) if consent == "given" else ()
        yield
        medicines = self._medicines(ids, today, consent) if self._consent(member_id, HISTORY) != "refused" else ()
        yield
        own = self._own_targets(ids, consent)
        found = (self._newest(self._rules.kinds[name], readings, member, own, today) for name in GLANCED)
        newest = tuple(one for one in found if one is not None)
        yield
        todos = self._todos(member, medicines, readings, own, self._store.care.follow_ups(ids), consent, today)
        return CareGlance(newest, todos, self._conditions(medicines) if consent == "given" else ())

    def _newest(
        self, kind: Kind, readings: Sequence[Reading], member: Member, own: Mapping[str, Mapping[str, care.Span]], today: date
    ) -> NewestReading | None:
        mine = [reading for reading in readings if reading.kind == kind.name]
        if not mine:
            return None
        newest, name = mine[-1], kind.curves[0]
        if kind.context_required:
            # 7.2 before breakfast and 7.2 after dinner are no line.
            mine = [reading for reading in mine if reading.context == newest.context]
        graded = self._assessed(kind, newest, member, own, today)
        occasion = kind.contexts.get(newest.context, words.NOTHING) if kind.context_required else words.NOTHING
        return NewestReading(
            kind.name,
            Text(f"{occasion.zh}{kind.title.zh}", f"{occasion.en} {kind.title.en.lower()}".strip() if occasion.en else kind.title.en),
            kind.unit,
            care.worded(kind, newest.figures),
            words.age_words((today - newest.day).days),
            graded.title,
            graded.tone,
            tuple(reading.figures[name] for reading in mine[-TRAIL:] if name in reading.figures),
            self._target(kind, newest.context, member, own, today).band.get(name),
        )

    def _conditions(self, medicines: Sequence[Medicine]) -> tuple[Text, ...]:
        """What the medicines in use are for."""
        categories = dict.fromkeys(one.product.category for one in medicines)
        return tuple(self._rules.conditions[name] for name in categories if name in self._rules.conditions)

    def _chosen(self, kind: str, readings: Sequence[Reading], medicines: Sequence[Medicine]) -> Kind:
        """The kind that the chart shows: the wanted one, that of the newest reading, or what the medicines are for."""
        if kind:
            return self._rules.kinds[kind]
        if readings:
            return self._rules.kinds[readings[-1].kind]
        wanted = next((name for name in map(self._measured_for, medicines) if name), "pressure")
        return self._rules.kinds[wanted]

    def _series(
        self,
        kind: Kind,
        context: str,
        readings: Sequence[Reading],
        member: Member,
        own: Mapping[str, Mapping[str, care.Span]],
        today: date,
        days: int,
        bought: tuple[date, ...],
    ) -> SeriesScene:
        all_of_kind = [reading for reading in readings if reading.kind == kind.name]
        mine = [reading for reading in all_of_kind if not context or reading.context == context]
        shown = self._target(kind, context or (mine[-1].context if mine else ""), member, own, today)
        # A chart of four lines is no chart: figures nobody measured are left out.
        names = [name for name in kind.curves if any(name in reading.figures for reading in mine)] or list(kind.curves)
        marks = []
        for reading in mine:
            graded = self._assessed(kind, reading, member, own, today)
            marks.append(
                Mark(
                    reading.reading_id,
                    reading.at,
                    reading.day,
                    tuple(reading.figures.get(name) for name in names),
                    care.worded(kind, reading.figures),
                    graded.tone,
                    words.reading_note(kind, reading, self._rules),
                )
            )
        contexts: tuple[tuple[str, Text], ...] = ()
        if kind.context_required:
            contexts = (("", Text("全部", "All")), *kind.contexts.items())
        return SeriesScene(
            kind=kind.name,
            title=kind.title,
            unit=kind.unit,
            first=today - timedelta(days=days - 1),
            last=today,
            curves=tuple(_curve(kind, name, shown) for name in names),
            marks=tuple(marks),
            purchases=bought,
            standing=self._standing(kind, mine, member, own, today),
            contexts=contexts,
            context=context,
        )

    def _bought_days(self, ids: Sequence[str], medicines: Sequence[Medicine], kind: Kind, since: date) -> tuple[date, ...]:
        """Days on which a medicine was bought that this kind of reading tells of; of any medicine where none is."""
        telling = [one for one in medicines if self._measured_for(one) == kind.name] or list(medicines)
        products = {product_id for one in telling for product_id in one.products}
        return tuple(sorted({one.day for one in self._store.care.bought(ids, since) if one.product_id in products}))

    def _standing(
        self, kind: Kind, readings: Sequence[Reading], member: Member, own: Mapping[str, Mapping[str, care.Span]], today: date
    ) -> Standing | None:
        seen = self._outlook(kind, readings, member, own, today)
        if seen is None:
            return None
        newest = readings[-1]
        graded = self._assessed(kind, newest, member, own, today)
        return Standing(
            care.worded(kind, newest.figures),
            graded.title,
            graded.tone,
            graded.urgent,
            newest.at,
            seen.way,
            words.trend_words(kind, seen, self._rules),
        )

    def _outlook(
        self, kind: Kind, readings: Sequence[Reading], member: Member, own: Mapping[str, Mapping[str, care.Span]], today: date
    ) -> care.Outlook | None:
        held = [(reading, self._target(kind, reading.context, member, own, today)) for reading in readings]
        return care.outlook(kind, held, self._rules)

    def _assessed(
        self, kind: Kind, reading: Reading, member: Member, own: Mapping[str, Mapping[str, care.Span]], today: date
    ) -> care.Assessment:
        target = self._target(kind, reading.context, member, own, today)
        return care.assess(kind, reading.figures, reading.context, member.sex, target, self._rules)

    def _target(
        self, kind: Kind, context: str, member: Member, own: Mapping[str, Mapping[str, care.Span]], today: date
    ) -> Target:
        return care.target_of(kind, context, _age(member, today), member.sex, own.get(kind.name))

    # ------------------------------------------------------------------ to-dos and dealings

    def _todos(
        self,
        member: Member,
        medicines: Sequence[Medicine],
        readings: Sequence[Reading],
        own: Mapping[str, Mapping[str, care.Span]],
        follow_ups: Sequence[FollowUp],
        consent: str,
        today: date,
    ) -> tuple[Todo, ...]:
        todos = self._asks(member, today)
        todos += [self._refill(one) for one in medicines if one.line.stage]
        if consent != "refused":
            todos += self._measurements(member, medicines, readings, own, today)
        for each in follow_ups:
            if each.open and (each.due_on - today).days <= AHEAD_DAYS:
                todos.append(self._call(each, today))
        return tuple(sorted(todos, key=lambda todo: (todo.tone != "bad", _ORDER[todo.kind], todo.due_on)))

    def _asks(self, member: Member, today: date) -> list[Todo]:
        """Allergies that one till took away while another was told them: they stay on record, and somebody asks again."""
        todos = []
        persons: list[Member | FamilyPerson] = [member, *self._store.people.family(member.id)]
        for person in persons:
            doubts = sorted(Allergies.of(person).doubts)
            if doubts and not withheld(self._store.people, person):
                what = words.joined([self._allergy_word(code) for code in doubts], "、", ", ")
                kin = isinstance(person, FamilyPerson)
                whose = Text(f"{mask_name(person.name)}的", f"of {mask_name(person.name)}") if kin else Text("")
                title = Text(f"再问一遍{whose.zh}过敏：{what.zh}", f"Ask again about allergies{' ' * kin}{whose.en}: {what.en}")
                note = Text("两台记的不同，先按过敏处理", "two tills differ; held to be allergic")
                todos.append(Todo("ask", title, note, "ask", Text("询问", "Ask"), "bad", today, person_id=person.id if kin else ""))
        return todos

    def _refill(self, one: Medicine) -> Todo:
        line = one.line
        assert line.runs_out_on is not None
        what = Text(f"续方提醒：{line.name}", f"Refill: {line.name}")
        can = Text("可现在加入本单", "can be added to this sale")
        if line.rx:
            can = Text("凭处方可加入本单", "Rx needed")
        return Todo(
            "refill", what, words.joined([line.left, can], "，", ", "), "add", Text("加入", "Add"), line.tone, line.runs_out_on,
            product_id=line.product_id, packs=max(1, line.packs), left=line.left,
        )  # fmt: skip

    def _measurements(
        self,
        member: Member,
        medicines: Sequence[Medicine],
        readings: Sequence[Reading],
        own: Mapping[str, Mapping[str, care.Span]],
        today: date,
    ) -> list[Todo]:
        """Kinds to be measured again, and those that the medicines ask for and nobody has measured."""
        todos = []
        act = Text("登记", "Record")
        for kind in self._rules.kinds.values():
            mine = [reading for reading in readings if reading.kind == kind.name]
            title = Text(f"测{kind.title.zh}并登记", f"Measure {kind.title.en.lower()}")
            if mine:
                graded = self._assessed(kind, mine[-1], member, own, today)
                due = care.next_on(kind, graded, mine[-1].day)
                outside = graded.level != "ok"
                if due <= today or (graded.tone in ("warn", "bad") and mine[-1].day < today):
                    value = care.worded(kind, mine[-1].figures)
                    stand = Text("超出目标", "off target") if outside else words.day_text(mine[-1].day)
                    note = Text(f"上次 {value}，{stand.zh}", f"last {value}, {stand.en}")
                    todos.append(Todo("measure", title, note, "record", act, graded.tone, due, reading_kind=kind.name))
            elif any(self._measured_for(one) == kind.name for one in medicines):
                note = Text("还没有记录", "nothing recorded yet")
                todos.append(Todo("measure", title, note, "record", act, "info", today, reading_kind=kind.name))
        return todos

    def _call(self, each: FollowUp, today: date) -> Todo:
        said = self._rules.follow_up_kinds[each.kind]
        title = Text(f"药师{said.zh}" if each.kind == "call" else said.zh, said.en)
        name = self._staff_name(each.actor)
        due = words.day_text(each.due_on)
        note = Text(f"{name} · 约 {due.zh}" if name else f"约 {due.zh}", f"{name} · {due.en}" if name else due.en)
        tone = "bad" if each.due_on < today else "warn" if each.due_on == today else "info"
        return Todo("call", title, note, "call", Text("记结果", "Outcome"), tone, each.due_on, followup_id=each.followup_id)

    def _dealings(
        self,
        buyers: Sequence[str],
        readings: Sequence[Reading],
        member: Member,
        own: Mapping[str, Mapping[str, care.Span]],
        follow_ups: Sequence[FollowUp],
        consent: str,
    ) -> Steps[tuple[Dealing, ...]]:
        """What was done for the member, the newest first; `buyers` are the ids whose purchases may be looked at."""
        found: list[Dealing] = []
        store = self._store.care
        for sale in store.sales(buyers, DEALINGS):
            note = Text(f"单号 {sale.number}", f"no. {sale.number}")
            found.append(
                Dealing("sale", sale.sale_id, sale.at, sale.day, self._goods_words(sale.goods), note, sale.payable_fen, sale.number)
            )
        for back in store.returns(buyers, DEALINGS):
            title = Text("作废", "Voided") if back.kind == "void" else Text("退货", "Return")
            note = Text(f"单号 {back.number}", f"no. {back.number}")
            found.append(Dealing("return", back.return_id, back.at, back.day, title, note, -back.total_fen, back.number))
        yield
        found += self._past(buyers)
        yield
        for reading in readings[-DEALINGS:]:
            kind = self._rules.kinds[reading.kind]
            graded = self._assessed(kind, reading, member, own, self._today())
            title = words.reading_title(kind, reading, graded.title)
            note = words.reading_note(kind, reading, self._rules)
            found.append(Dealing("reading", reading.reading_id, reading.at, reading.day, title, note))
        yield
        found += self._made(follow_ups, consent)
        return tuple(sorted(found, key=lambda one: (one.at, one.ref), reverse=True)[:DEALINGS])

    def _past(self, ids: Sequence[str]) -> list[Dealing]:
        """Purchases from before or elsewhere, those of one day and place together."""
        together: dict[tuple[date, str], list[tuple[str, int, int, str]]] = {}
        for one in self._store.care.past(ids, DEALINGS):
            together.setdefault((one.day, one.place), []).append((one.product_id, one.quantity, one.amount_fen, one.purchase_id))
        found = []
        for (day, place), rows in together.items():
            at = datetime.combine(day, datetime.min.time(), self._clock.now().tzinfo) + timedelta(hours=4)
            title = self._goods_words([(product_id, quantity) for product_id, quantity, _, _ in rows])
            found.append(Dealing("past_sale", rows[0][3], at, day, title, Text(place, place), sum(row[2] for row in rows)))
        return found

    def _made(self, follow_ups: Sequence[FollowUp], consent: str) -> list[Dealing]:
        """Follow-ups that somebody made, with what came of them; what was found is health data."""
        made = [each for each in follow_ups if each.done_at is not None]
        findings = self._store.care.findings([each.blob_id for each in made]) if consent == "given" else {}
        found = []
        for each in made:
            assert each.done_at is not None
            outcome = self._rules.outcomes.get(each.outcome, Text(each.outcome, each.outcome))
            said = [self._rules.findings[code] for code in findings.get(each.blob_id, ()) if code in self._rules.findings]
            kind = self._rules.follow_up_kinds[each.kind]
            title = words.joined(
                [Text(f"药师{kind.zh}：{outcome.zh}", f"{kind.en}: {outcome.en.lower()}"), *said], "，", ", "
            )
            due = words.day_text(each.due_on)
            further = Text(f"下次 {due.zh}", f"next {due.en}") if each.open else Text("", "")
            name = self._staff_name(each.done_by)
            note = words.joined([Text(name, name), further])
            found.append(Dealing("followup", each.followup_id, each.done_at, shop_day(each.done_at), title, note))
        return found

    def _goods_words(self, goods: Sequence[tuple[str, int]]) -> Text:
        product = self._product(goods[0][0])
        name = product.generic_name if product is not None else goods[0][0]
        head = f"{name} ×{goods[0][1]}"
        if len(goods) == 1:
            return Text(head, head)
        return Text(f"{head} 等 {len(goods)} 种", f"{head} and {len(goods) - 1} more")

    # ------------------------------------------------------------------ readings

    def form(self, kind: str) -> ReadingForm:
        """The blanks of a kind of reading; KeyError for an unknown kind."""
        known = self._rules.kinds[kind]
        fields = tuple(
            FieldSpec(
                measure.name,
                measure.title,
                measure.unit,
                measure.decimals,
                f"{measure.worded(measure.low)}–{measure.worded(measure.high)}",
                measure.required,
                (measure.unit, *measure.other_units) if measure.other_units else (),
            )
            for measure in known.measures.values()
        )
        places = tuple((name, title) for name, title in self._rules.places.items() if name != "file")
        return ReadingForm(kind, known.title, fields, tuple(known.contexts.items()), known.context_required, places)

    def check(self, member_id: str, draft: Draft) -> ReadingCheck:
        """Look at what is typed, keeping nothing; Refused `member_unknown`."""
        member = self._member(member_id)
        reading, errors = self._drafted(draft)
        if reading is None:
            return ReadingCheck(errors, None)
        return ReadingCheck((), self._advice(member, reading)[0])

    def record(self, member_id: str, draft: Draft, consent: bool | None = None) -> tuple[Recorded, Written | None]:
        """Keep a reading and say what it means, see `CareActs.record`."""
        self._signed_in()
        member = self._member(member_id)
        reading, _ = self._drafted(draft)
        if reading is None:
            raise Refused("reading_wrong")
        may, said = self._asked(member_id, consent)
        advice, follow_up_due = self._advice(member, reading)
        if not may:
            return Recorded(advice, kept=False), self._write(said, []) if said else None
        taken, blobs = self._taken(member_id, reading, reading.place)
        bodies = [*said, *taken]
        if follow_up_due is not None and not self._is_followed(member_id, follow_up_due):
            bodies.append(
                events.FollowUpSet(
                    followup_id=new_id(self._clock),
                    member_id=member_id,
                    kind="call",
                    reason="reading",
                    due_on=follow_up_due,
                    reading_id=reading.reading_id,
                )
            )
        return Recorded(advice, kept=True), self._write(bodies, blobs)

    def _drafted(self, draft: Draft) -> tuple[Reading | None, tuple[FieldError, ...]]:
        kind = self._rules.kinds.get(draft.kind)
        if kind is None:
            return None, (FieldError("kind", "kind", self._rules.problems["kind"]),)
        figures, problems = care.figures_of(kind, draft.values, draft.context, draft.unit)
        now = self._clock.now()
        at = draft.taken_at or now
        if at > now + timedelta(minutes=1):
            problems = (*problems, care.Problem("taken_at", "future", {}))
        elif at < now - timedelta(days=366):
            problems = (*problems, care.Problem("taken_at", "too_old", {}))
        if problems:
            return None, tuple(FieldError(each.field, each.code, self._problem(each)) for each in problems)
        place = draft.place if draft.place in self._rules.places else "store"
        return Reading(new_id(self._clock), kind.name, at, shop_day(at), figures, draft.context, place), ()

    def _problem(self, problem: care.Problem) -> Text:
        said = self._rules.problems[problem.code]
        return Text(said.zh.format(**problem.facts), said.en.format(**problem.facts))

    def _advice(self, member: Member, reading: Reading) -> tuple[AdviceScene, date | None]:
        """What a reading means beside the earlier ones, and by when it asks for a talk."""
        kind, today = self._rules.kinds[reading.kind], self._today()
        ids = self._group(member.id)
        consent = self._consent(member.id, HEALTH)
        earlier = self._readings(ids, today, 90) if consent == "given" else ()
        own = self._own_targets(ids, consent)
        reading = self._with_body_mass(reading, earlier)
        graded = self._assessed(kind, reading, member, own, today)
        same = [each for each in earlier if each.kind == kind.name and each.at < reading.at]
        seen = self._outlook(kind, [*same, reading], member, own, today)
        due = care.follow_up_on(graded, seen, today, self._rules)
        said = self._rules.advice[graded.level]
        ways = tuple(Way(key, self._rules.ways[key], said.ways[key], key == said.first) for key in care.WAYS)
        grade = words.joined([graded.title, *graded.also])
        # The range is said only where it is worse than the person's own target would have it.
        ranged = words.joined([grade, graded.grade.range]) if graded.level == graded.grade.level else grade
        scene = AdviceScene(
            care.worded(kind, reading.figures),
            ranged,
            graded.tone,
            graded.urgent,
            ways,
            self._rules.words["no_diagnosis"],
            due,
            care.next_on(kind, graded, reading.day),
        )
        return scene, due

    def _taken(self, member_id: str, reading: Reading, place: str) -> tuple[list[Record], list[PrivateBlob]]:
        plain = json.dumps({"kind": reading.kind, "figures": dict(reading.figures), "context": reading.context}, ensure_ascii=False)
        blob = PrivateBlob(new_id(self._clock), member_id, "reading", plain.encode())
        body = events.ReadingTaken(
            reading_id=reading.reading_id,
            member_id=member_id,
            kind=reading.kind,
            blob_id=blob.blob_id,
            place=place,
            taken_at=_millis(reading.at),
        )
        return [body], [blob]

    def _is_followed(self, member_id: str, due_on: date) -> bool:
        """Whether somebody will talk with them by that day anyway."""
        return any(each.open and each.due_on <= due_on for each in self._store.care.follow_ups(self._group(member_id)))

    # ------------------------------------------------------------------ a meter's file

    def plan_import(self, member_id: str, content: bytes, filename: str) -> MeterImport:
        """What a meter's CSV or XLSX file would bring; TableUnreadable for a file that is no table."""
        return self._imported(self._planned(member_id, content, filename), done=False)

    def import_readings(
        self, member_id: str, content: bytes, filename: str, consent: bool | None = None
    ) -> tuple[MeterImport, Written | None]:
        """Bring a meter's file in, all of it or nothing; Refused `health_consent_needed` or `health_consent_refused`."""
        self._signed_in()
        plan = self._planned(member_id, content, filename)
        if plan.errors or not plan.fresh:
            return self._imported(plan, done=False), None
        bodies = self._agreed(member_id, consent)
        blobs: list[PrivateBlob] = []
        for each in plan.fresh:
            reading = Reading(new_id(self._clock), each.kind, each.at, shop_day(each.at), each.figures, each.context, "file")
            body, blob = self._taken(member_id, reading, "file")
            bodies += body
            blobs += blob
        # One unit: a power cut leaves the whole file or nothing of it.
        return self._imported(plan, done=True), self._write(bodies, blobs)

    def _planned(self, member_id: str, content: bytes, filename: str) -> MeterPlan:
        self._member(member_id)
        table = read_table(content, filename)
        now = self._clock.now()
        held = self._store.care.readings(self._group(member_id), now - timedelta(days=370))
        known = {
            (one.kind, one.at.replace(second=0, microsecond=0), tuple(sorted(one.figures.items()))) for one in held
        }
        return plan_readings(table, self._rules, known, now)

    def _imported(self, plan: MeterPlan, *, done: bool) -> MeterImport:
        days = [shop_day(each.at) for each in plan.fresh]
        counts = {name: sum(each.kind == name for each in plan.fresh) for name in self._rules.kinds}
        return MeterImport(
            fresh=len(plan.fresh),
            known=plan.known,
            errors=tuple(MeterRowError(e.row_no, e.column, Text(e.message_zh, e.message_en), e.value) for e in plan.errors),
            first=min(days, default=None),
            last=max(days, default=None),
            counts=tuple((self._rules.kinds[name].title, count) for name, count in counts.items() if count),
            done=done,
            ignored_columns=plan.ignored_columns,
        )

    # ------------------------------------------------------------------ doses and targets

    def usage_form(self, member_id: str, product_id: str) -> UsageForm:
        """How a medicine is noted now; Refused `member_unknown` or `product_unknown`."""
        self._member(member_id)
        product = self._product(product_id)
        if product is None:
            raise Refused("product_unknown")
        note = self._usages(self._group(member_id), self._consent(member_id, HEALTH))[0].get(product_id)
        piece = piece_of(product)
        return UsageForm(
            product_id,
            product.generic_name,
            product.spec,
            piece[1] if piece is not None else "",
            words.amount(note.pieces_c) if note is not None else "",
            str(note.times) if note is not None else "1",
            str(note.every_days) if note is not None else "1",
            note.moment if note is not None else "",
            tuple(self._rules.moments.items()),
            tuple(self._rules.usage_sources.items()),
        )

    def set_usage(self, member_id: str, draft: UsageDraft, consent: bool | None = None) -> Written:
        """Note how a medicine is taken; Refused `product_unknown`, `dose_wrong` or as for a reading."""
        self._signed_in()
        self._member(member_id)
        if self._product(draft.product_id) is None:
            raise Refused("product_unknown")
        try:
            dose = Dose(dose_text(draft.dose), _count(draft.times), _count(draft.every_days))
        except ValueError as wrong:
            raise Refused("dose_wrong") from wrong
        if (draft.moment and draft.moment not in self._rules.moments) or draft.source not in self._rules.usage_sources:
            raise Refused("dose_wrong")
        said = self._agreed(member_id, consent)
        kept = {
            "pieces_c": dose.pieces_c,
            "times": dose.times,
            "every_days": dose.every_days,
            "moment": draft.moment,
            "source": draft.source,
        }
        blob = PrivateBlob(new_id(self._clock), member_id, "reading", json.dumps({"kind": "usage", **kept}).encode())
        body = events.UsageSet(usage_id=new_id(self._clock), member_id=member_id, product_id=draft.product_id, blob_id=blob.blob_id)
        return self._write([*said, body], [blob])

    def end_usage(self, member_id: str, product_id: str) -> Written:
        """Note that a medicine is not taken any more."""
        self._signed_in()
        self._member(member_id)
        product = self._product(product_id)
        if product is None:
            raise Refused("product_unknown")
        notes, _ = self._store.care.usages(self._group(member_id))
        noted = [one for one in notes if (other := self._product(one)) is not None and same_medicine(other) == same_medicine(product)]
        # The dose may have been noted for the pack of another maker.
        bodies: list[Record] = [
            events.UsageSet(usage_id=new_id(self._clock), member_id=member_id, product_id=one, ended=True)
            for one in dict.fromkeys([product_id, *noted])
        ]
        return self._write(bodies, [])

    def targets(self, member_id: str, kind: str) -> tuple[Curve, ...]:
        """What this person should keep within, per figure."""
        member, known = self._member(member_id), self._rules.kinds[kind]
        own = self._own_targets(self._group(member_id), self._consent(member_id, HEALTH))
        context = next(iter(known.contexts), "") if known.context_required else ""
        target = self._target(known, context, member, own, self._today())
        return tuple(_curve(known, name, target) for name in known.curves)

    def set_target(self, member_id: str, kind: str, values: Mapping[str, tuple[str, str]]) -> Written:
        """Set a person's own target; Refused `nobody_may`, `target_wrong`, `health_consent_needed` or `health_consent_refused`."""
        self._signed_in()
        self._member(member_id)
        if self._post.staff is None or not set(roles_of(self._post.staff)) & set(_ROLES):
            raise Refused("nobody_may", roles="/".join(_ROLES))
        known = self._rules.kinds[kind]
        figures: dict[str, care.Span] = {}
        for name, (low, high) in values.items():
            if name not in known.curves:
                raise Refused("target_wrong")
            figures[name] = (self._limit(known, name, low), self._limit(known, name, high))
            floor, roof = figures[name]
            if floor is not None and roof is not None and floor >= roof:
                raise Refused("target_wrong")
        self._agreed(member_id, None)
        plain = json.dumps({"kind": "target", "figures": figures}).encode()
        blob = PrivateBlob(new_id(self._clock), member_id, "reading", plain)
        body = events.TargetSet(target_id=new_id(self._clock), member_id=member_id, kind=kind, blob_id=blob.blob_id)
        return self._write([body], [blob])

    def _limit(self, kind: Kind, name: str, typed: str) -> int | None:
        """A limit as it was typed; Refused `target_wrong` for one that no reading can have."""
        if not typed.strip():
            return None
        measure = kind.measures[name]
        value = care.stored(measure, typed.strip(), "")
        if isinstance(value, care.Problem) or not measure.low <= value <= measure.high:
            raise Refused("target_wrong")
        return value

    # ------------------------------------------------------------------ follow-ups and reminders

    def follow_up(self, followup_id: str) -> FollowUpScene:
        """An open follow-up with its outcomes; Refused `followup_unknown`."""
        each = self._open(followup_id)
        return FollowUpScene(
            each.followup_id,
            each.member_id,
            each.kind,
            self._rules.follow_up_kinds[each.kind],
            self._rules.reasons.get(each.reason, Text("", "")),
            each.due_on,
            each.tries,
            tuple(self._rules.outcomes.items()),
            tuple(self._rules.findings.items()),
        )

    def set_follow_up(self, member_id: str, due_on: date, kind: str = "call", reason: str = "asked") -> Written:
        """Note a follow-up for a day; Refused `day_past` or `followup_unknown` for a kind or reason nobody knows."""
        self._signed_in()
        self._member(member_id)
        if due_on < self._today():
            raise Refused("day_past")
        if kind not in self._rules.follow_up_kinds or reason not in self._rules.reasons:
            raise Refused("followup_unknown")
        body = events.FollowUpSet(followup_id=new_id(self._clock), member_id=member_id, kind=kind, reason=reason, due_on=due_on)
        return self._write([body], [])

    def follow_up_done(self, followup_id: str, outcome: str, due_on: date | None = None, findings: Sequence[str] = ()) -> Written:
        """Note what came of one; Refused `followup_unknown`, `outcome_unknown`, `day_needed` (moved without a day) or `day_past`.

        What was found is health data: without consent to it only the outcome is kept. Said twice in a moment, or while it is still
        being written, it is one try.
        """
        self._signed_in()
        said = (outcome, due_on)
        if (same := self._just_followed(followup_id, said)) is not None:
            return same
        each = self._open(followup_id)
        if outcome not in self._rules.outcomes or any(code not in self._rules.findings for code in findings):
            raise Refused("outcome_unknown")
        today = self._today()
        if outcome == "moved" and due_on is None:
            raise Refused("day_needed")
        if due_on is not None and due_on < today:
            raise Refused("day_past")
        if outcome == "not_reached" and due_on is None:
            due_on = today + timedelta(days=self._rules.retry_days)
        blobs = []
        if findings and self._consent(each.member_id, HEALTH) == "given":
            plain = json.dumps({"kind": "followup", "findings": list(findings)}).encode()
            blobs.append(PrivateBlob(new_id(self._clock), each.member_id, "note", plain))
        body = events.FollowUpDone(
            followup_id=followup_id,
            member_id=each.member_id,
            outcome=outcome,
            done_at=_millis(self._clock.now()),
            due_on=due_on,
            blob_id=blobs[0].blob_id if blobs else "",
        )
        written = self._write([body], blobs)
        self._followed = (followup_id, said, self._clock.monotonic_ms(), written)
        return written

    def _just_followed(self, followup_id: str, said: tuple[str, date | None]) -> Written | None:
        """The writing of what was just noted of this very follow-up; None where a further word is one of its own."""
        if self._followed is None or self._followed[0] != followup_id:
            return None
        _, noted, at_ms, written = self._followed
        if not written.done():
            return written
        again = noted == said and self._clock.monotonic_ms() - at_ms < TWICE_MS and written.exception() is None
        return written if again else None

    def reminders(self, limit: int = 200) -> tuple[Reminder, ...]:
        """Whom to remind of what today, over all members; reads many of them: never on the GUI thread.

        Follow-ups that are due, and medicines on the days of the reminder rule; what another purchase covers is not reminded of.
        """
        today = self._today()
        found: list[Reminder] = []
        for each in self._store.care.due(today):
            member = self._store.people.member(each.member_id)
            if member is not None:
                todo = self._call(each, today)
                found.append(_reminder(member, "call", todo.title, todo.note, each.due_on, todo.tone, each.followup_id))
        since = today - timedelta(days=self._rules.window_days)
        # Under whichever of their ids they bought, a person is reminded once.
        buyers = {member.id: member for one in self._store.care.buyers(since) if (member := self._store.people.member(one)) is not None}
        for member in buyers.values():
            if self._consent(member.id, HISTORY) == "refused" or self._store.people.has_left(member.id):
                continue
            for one in self._medicines(self._group(member.id), today, self._consent(member.id, HEALTH)):
                if one.line.stage and one.line.runs_out_on is not None:
                    title = Text(f"续方：{one.line.name}", f"Refill: {one.line.name}")
                    found.append(_reminder(member, "refill", title, one.line.left, one.line.runs_out_on, one.line.tone))
        return tuple(sorted(found, key=lambda one: (one.kind != "call", one.due_on, one.member_id))[:limit])

    def _open(self, followup_id: str) -> FollowUp:
        each = self._store.care.follow_up(followup_id)
        if each is None or not each.open:
            raise Refused("followup_unknown")
        return each

    # ------------------------------------------------------------------ papers

    def health_file(self, member_id: str) -> bytes:
        """The member's health file as PDF; it loads the PDF writer: never on the GUI thread."""
        from app.reports.health_file import ConsentRow, FileFacts, MedicineRow, health_pdf
        from app.reports.shop import shop_face
        from app.reports.words import Words

        member, face = self._member(member_id), shop_face(self._store)
        say = Words(face.language)
        hidden = withheld(self._store.people, member)
        scenes = [self.scene(member_id, kind=name) for name in self._rules.kinds]
        medicines = tuple(
            MedicineRow(
                line.name,
                line.spec,
                line.usage.of(face.language),
                line.bought_on,
                line.runs_out_on,
                _share(line.adherence_bp),
                line.days_left < 0,
            )
            for line in scenes[0].medicines
        )
        facts = FileFacts(
            mask_name(member.name),
            member.card_no[-4:],
            self._person_words(member).of(face.language),
            member.allergies_known,
            () if hidden else self._allergies(member, face.language),
            medicines,
            say("health.adherence", share=_share(scenes[0].adherence_bp)) if scenes[0].adherence_bp is not None else "",
            tuple(_part(scene.series, face.language) for scene in scenes if scene.series.marks),
            tuple(
                ConsentRow(self._purpose_title(one.purpose).of(face.language), one.given, one.text_version, shop_day(one.at))
                for one in self._store.people.consents(member_id)
            ),
            self._rules.words["no_diagnosis"].of(face.language),
            hidden,
        )
        return health_pdf(face, facts, made_at=self._clock.now())

    def refill_card(self, member_id: str) -> bytes:
        """The refill card on A6; Refused refill_none. Never on the GUI thread."""
        from app.reports.refill_card import CardRow, refill_pdf
        from app.reports.shop import shop_face

        member, face = self._member(member_id), shop_face(self._store)
        rows = [
            CardRow(line.name, line.spec, line.usage.of(face.language), line.bought_on, line.runs_out_on)
            for line in self.scene(member_id).medicines
            if line.runs_out_on is not None
        ]
        if not rows:
            raise Refused("refill_none")
        return refill_pdf(face, mask_name(member.name), member.card_no[-4:], rows, made_on=self._today())

    def _purpose_title(self, purpose: str) -> Text:
        known = self._texts.of(purpose)
        return known.title if known is not None else Text(purpose, purpose)

    def _person_words(self, member: Member) -> Text:
        sex = {"F": Text("女", "F"), "M": Text("男", "M")}.get(member.sex, Text("", ""))
        age = _age(member, self._today())
        return words.joined([sex, Text(f"{age} 岁", f"{age} years") if age is not None else Text("", "")])

    def _allergies(self, member: Member, language: str) -> tuple[str, ...]:
        codes = [code for code in member.allergy_classes.split(";") if code]
        return tuple(self._allergy_word(code).of(language) for code in codes)

    # ------------------------------------------------------------------ inner

    def _readings(self, ids: Sequence[str], today: date, days: int) -> tuple[Reading, ...]:
        """Readings of the last days, with the body mass where a height is known."""
        since = self._clock.now() - timedelta(days=days)
        found: list[Reading] = []
        for reading in self._store.care.readings(ids, since):
            if reading.kind in self._rules.kinds and reading.day > today - timedelta(days=days):
                found.append(self._with_body_mass(reading, found))
        return tuple(found)

    def _with_body_mass(self, reading: Reading, earlier: Sequence[Reading]) -> Reading:
        """A weight with the index that it makes at the height last known."""
        if not self._rules.kinds[reading.kind].body_mass:
            return reading
        heights = (each.figures["height"] for each in (reading, *reversed(earlier)) if "height" in each.figures)
        height = next(heights, None)
        if height is None:
            return reading
        figures = {**reading.figures, "height": height, "bmi": care.body_mass(reading.figures["weight"], height)}
        return Reading(reading.reading_id, reading.kind, reading.at, reading.day, figures, reading.context, reading.place)

    def _own_targets(self, ids: Sequence[str], consent: str) -> Mapping[str, Mapping[str, care.Span]]:
        return self._store.care.own_targets(ids) if consent == "given" else {}

    def _usages(self, ids: Sequence[str], consent: str) -> tuple[Mapping[str, UsageNote], frozenset[str]]:
        """As the ledger has them; doses that were noted are out of use without consent to the health file."""
        notes, ended = self._store.care.usages(ids)
        return (notes if consent == "given" else {}), ended

    def _medicines(self, ids: Sequence[str], today: date, consent: str) -> tuple[Medicine, ...]:
        bought = self._store.care.bought(ids, today - timedelta(days=BOUGHT_DAYS))
        notes, ended = self._usages(ids, consent)
        return medicines_of(bought, notes, ended, cache(self._product), today, self._rules)

    def _asked(self, member_id: str, answer: bool | None) -> tuple[bool, list[Record]]:
        """Whether readings may be kept, and what is to be recorded of an answer that was just given. Refused `health_consent_needed`."""
        stands = self._consent(member_id, HEALTH)
        if answer is not None and stands != ("given" if answer else "refused"):
            return answer, self._consent_facts(member_id, {HEALTH: answer})
        if stands == "unasked":
            raise Refused("health_consent_needed")
        return stands == "given", []

    def _agreed(self, member_id: str, answer: bool | None) -> list[Record]:
        """What is to be recorded of a yes; Refused `health_consent_needed`, or `health_consent_refused` once a no is on its way."""
        may, said = self._asked(member_id, answer)
        if not may:
            if said:
                self._write(said, [])
            raise Refused("health_consent_refused")
        return said

    def _measured_for(self, medicine: Medicine) -> str:
        """The reading that says whether a medicine works, or ''."""
        return self._rules.measured_for.get(medicine.product.category, "")

    def _consent(self, member_id: str, purpose: str) -> str:
        """given | refused | unasked."""
        return STANDS[self._store.people.allows(member_id, purpose)]

    def _group(self, member_id: str) -> tuple[str, ...]:
        """Every id that is this one person."""
        return self._store.people.group_of(member_id)

    def _member(self, member_id: str) -> Member:
        member = self._store.people.member(member_id)
        if member is None:
            raise Refused("member_unknown")
        return member

    def _product(self, product_id: str) -> Product | None:
        return self._goods.product(product_id)

    def _staff_name(self, staff_id: str) -> str:
        person = self._store.people.staff_by_id(staff_id) if staff_id else None
        return person.name if person is not None else ""

    def _signed_in(self) -> None:
        if self._post.staff is None:
            raise Refused("sign_in_first")

    def _write(self, bodies: Sequence[Record], blobs: Sequence[PrivateBlob]) -> Written:
        future = self._store.journal.record(bodies, actor=self._post.actor, day=self._post.day(self._today()), private=blobs)
        future.add_done_callback(lambda _: self._wake_sync())
        return future

    def _today(self) -> date:
        return shop_day(self._clock.now())


def _share(bp: int | None) -> str:
    return f"{bp // 100}%" if bp is not None else ""


def _part(series: SeriesScene, language: str) -> ReadingPart:
    """A kind's series as its part of the health file."""
    from app.reports.health_file import PlotLine, ReadingPart, ReadingRow

    lines = []
    for n, curve in enumerate(series.curves):
        points = tuple((mark.day, value / curve.scale) for mark in series.marks if (value := mark.values[n]) is not None)
        low, high = curve.target
        # What is open below is drawn from the band's own edge.
        floor = low if low is not None else curve.band[0] if curve.band is not None else None
        band = (floor / curve.scale, high / curve.scale) if floor is not None and high is not None else None
        lines.append(PlotLine(curve.title.of(language), curve.unit, points, band, 0 if curve.scale == 1 else 1))
    rows = tuple(
        ReadingRow(
            mark.at.astimezone(SHOP_TIME).strftime("%Y-%m-%d %H:%M"),
            mark.words,
            mark.note.of(language),
            mark.tone in ("warn", "bad"),
        )
        for mark in reversed(series.marks)
    )
    stands = series.standing
    said = f"{stands.words} {stands.grade.of(language)} · {stands.trend.of(language)}" if stands is not None else ""
    return ReadingPart(series.title.of(language), series.unit, said, series.first, series.last, tuple(lines), rows)


def _count(typed: str) -> int:
    """A typed count, 0 for anything else."""
    text = typed.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else 0


def _age(member: Member, today: date) -> int | None:
    """Whole years, or None where nobody knows the birthday."""
    months = age_months(member.born_on, today)
    return months // 12 if months >= 0 else None


def _curve(kind: Kind, name: str, target: Target) -> Curve:
    measure = kind.measures[name]
    return Curve(name, measure.title, measure.unit, measure.scale, target.band.get(name), target.figures.get(name, (None, None)))


def _reminder(member: Member, kind: str, title: Text, note: Text, due_on: date, tone: str, followup_id: str = "") -> Reminder:
    return Reminder(member.id, mask_name(member.name), mask_phone(member.phone), kind, title, note, due_on, tone, followup_id)


def _millis(at: datetime) -> datetime:
    """A moment to the millisecond, as every event tells it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
