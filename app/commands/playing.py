"""The player: does a tape's acts on driven tills, a real headquarters and a virtual printer, and holds what came of it against the tape."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import select

from app.assembly import points_rules
from app.commands.message_box import MessageBox
from app.commands.stage import DEMO_MORNING, HubProcess, Prepared, References, introduce
from app.commands.tape import Clauses, Step, Tape, TapeFault, fen, fields, moment, signed
from app.commands.till_process import Answer, TillDied, TillProcess
from app.counter.pen import fixed_text
from app.devices.virtual import VirtualJob, VirtualPrinterServer
from app.domain.codes import inhouse
from app.domain.money import format_fen
from app.hub import cases, coupons, leases, one_id, points, publishing, reading, stored, tables
from app.hub.archive import Archive
from app.hub.main import hub_key_seed
from app.records.catalogue import dated_price
from app.records.clock import SHOP_TIME, ManualClock, SystemClock
from app.records.coupons import CouponRight
from app.records.keys import DeviceKey
from app.records.offers import Offer
from app.records.people import Member
from app.records.resources import resource
from app.records.wire import Cursor
from app.store.keys import DEVICE_KEY, read_key
from app.sync.client import HubClient

T = TypeVar("T")

PATIENCE_SECONDS = 90.0
"""How long an expectation about another process (headquarters, printer) may take to come true."""

WAKE_AGAIN_SECONDS = 0.4
"""How long a round of a till's sync is left alone before it is asked for once more."""


KEPT = frozenset(
    (
        *("ledger", "hub", "stock", "code", "jobs", "waiting", "unprinted"),
        *("task", "event", "chain", "sale", "points", "stored", "consent", "members", "person"),
    )
)
"""Expectations about what is kept, not about what the screen shows."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a tape ended."""

    path: Path
    title: str
    seconds: float
    problem: str = ""
    """'' when every expectation held; else file, line and what was found instead."""
    steps: int = 0
    expectations: int = 0

    @property
    def ok(self) -> bool:
        """Whether every expectation held."""
        return not self.problem


class Unmet(Exception):
    """An expectation that did not hold, or an act that could not be done; says what was found."""


@dataclass
class _Post:
    """One till of the tape: its folder, its process, and the moment its clock shows."""

    folder: Path
    process: TillProcess | None = None
    now: datetime = DEMO_MORNING
    person: tuple[str, str] = ("", "")


class Player:
    """Plays one tape in a folder of its own."""

    def __init__(self, prepared: Prepared, folder: Path, tell: Callable[[str], None] = lambda _: None) -> None:
        self._prepared = prepared
        self._folder = folder
        self._tell = tell
        self._names = References(prepared.pharmacy)
        till, hub = prepared.copy(folder)
        self._hub = HubProcess(hub, prepared.nursery.run)
        self._box: MessageBox | None = None
        self._printer = VirtualPrinterServer(folder / "paper", resource("fonts", "NotoSansSC-Regular.ttf")).start()
        self._posts = [_Post(till)]
        self._at = 0
        self._settings: dict[str, Any] = {}
        self._last: Answer = {}
        self._refused: tuple[str, str] | None = None
        self._sales: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._returned: Answer = {}
        self._shift: Answer = {}
        self._paid: Answer = {}
        self._rights: dict[str, CouponRight] = {}
        self._offers: dict[str, Offer] = {}
        self._tokens: dict[str, str] = {}
        self._awake: dict[tuple[int, str], float] = {}
        """Until when a till's sync is left alone that the expectation in hand woke to send or to hear; monotonic seconds."""

    def play(self, tape: Tape) -> Outcome:
        """Play every step; the first that fails ends the tape."""
        began = time.monotonic()
        problem, done, expected = "", 0, 0
        step = tape.steps[0]
        try:
            for step in tape.steps:
                self._tell(f"  {step.line:>3} {step.text}")
                if step.verb == "expect":
                    expected += 1
                    self._expect(step)
                else:
                    self._nothing_refused()
                    self._do(step)
                done += 1
            self._nothing_refused()
        except (Unmet, ValueError, LookupError, TypeError, TillDied, RuntimeError, TimeoutError) as wrong:
            words = str(wrong) if isinstance(wrong, Unmet) else f"{type(wrong).__name__}: {wrong}"
            problem = str(TapeFault(tape.path, step.line, f"{step.text} — {words}"))
        finally:
            self.close()
        return Outcome(tape.path, tape.title, time.monotonic() - began, problem, done, expected)

    def close(self) -> None:
        """End every process of the tape."""
        for post in self._posts:
            if post.process is not None:
                post.process.stop()
                post.process = None
        self._hub.end()
        if self._box is not None:
            self._box.close()
        self._printer.stop()

    # ------------------------------------------------------------------ the till in hand

    @property
    def _post(self) -> _Post:
        return self._posts[self._at]

    def _till(self) -> TillProcess:
        post = self._post
        if post.process is None:
            post.process = TillProcess(post.folder, self._folder / f"till-{self._at + 1}.err", self._prepared.nursery.run)
            settings = {
                "hub.url": self._hub.url,
                "printer.transport": "network",
                "printer.address": self._printer.address,
                **self._settings,
            }
            self._take(post.process.ask("start", clock=post.now.isoformat(), settings=settings))
        return post.process

    def _take(self, told: Answer) -> Any:
        """Keep an answer's scene and refusal; gives what the act brought."""
        if "scene" in told:
            self._last = told["scene"]
        if "refused" in told:
            self._refused = (told["refused"], told["words"])
        if "fault" in told:
            raise Unmet(f"the till's storage failed: {told['fault']} {told['facts']}")
        return told.get("ok")

    def _act(self, do: str, **given: Any) -> Any:
        return self._take(self._till().ask(do, **given))

    def _nothing_refused(self) -> None:
        if self._refused is not None:
            code, words = self._refused
            raise Unmet(f"the act before was refused: {code} ({words})")

    def _join(self, words: tuple[str, ...]) -> None:
        asked = ("name", "born", "source", "campaign", "referrer", "guardian", "say", "another", "by")
        said = Clauses.cut(words, asked)
        who = {name: self._names.code(said.of(name)) for name in ("referrer", "guardian") if name in said.named}
        self._act(
            "join",
            phone=said.first[0],
            name=said.of("name"),
            born_on=said.of("born"),
            source=said.of("source"),
            campaign_id=said.of("campaign"),
            say=[purpose for purpose in said.of("say").split(",") if purpose],
            another=said.of("another") == "yes",
            channel=said.of("by", "spoken"),
            **who,
        )

    def _number(self, name: str) -> str:
        if name.lstrip("@") not in self._sales:
            raise Unmet(f"no sale is called {name}")
        return self._sales[name.lstrip("@")]

    def _named(self, name: str, number: str) -> None:
        self._sales["last"] = number
        if name:
            self._sales[name.lstrip("@")] = number

    # ------------------------------------------------------------------ acts

    def _do(self, step: Step) -> None:
        words = step.words
        match step.verb:
            case "setting":
                key, value = words
                self._settings[key] = TypeAdapter(Any).validate_json(value) if value[:1] in "0123456789[{tf" else value
            case "clock" if words[0] == "jump":
                self._clock(moment(*words[1:]), jump=True)
            case "clock":
                self._clock(moment(*words))
            case "midnight":
                tomorrow = self._post.now.astimezone(SHOP_TIME).date() + timedelta(days=1)
                self._clock(datetime.combine(tomorrow, datetime.min.time(), SHOP_TIME) + timedelta(minutes=1))
            case "sign-in":
                said = Clauses.cut(words, ("pin",))
                self._post.person = (said.first[0], said.of("pin", said.first[0]))
                self._act("sign_in", code=self._post.person[0], pin=self._post.person[1])
            case "sign-out" | "confirm-clock" | "hold" | "clear" | "dismiss" | "back" | "x-report":
                self._act(step.verb.replace("-", "_"))
            case "no-member":
                self._act("no_member")
            case "open":
                self._act("open", float_fen=fen(words[0]))
            case "duty":
                self._act("duty", code=words[0], on=words[1] == "on", pin=words[0])
            case "daily-duty":
                figures = fields(words[2:])
                action = figures.pop("action", "")
                self._act("daily_duty", duty=words[0], slot=words[1], figures={k: int(v) for k, v in figures.items()}, action=action)
            case "scan":
                said = Clauses.cut(words, ("times",))
                for _ in range(said.number("times", 1)):
                    self._act("scan", raw=self._code(said.first[0]))
            case "type":
                self._act("scan", raw=" ".join(words), entry="typed")
            case "search":
                said = Clauses.cut(words, ("→",))
                hits = self._act("search", text=" ".join(said.first))["hits"]
                place = 1 if said.of("→") == "first" else int(said.of("→"))
                if len(hits) < place:
                    raise Unmet(f"only {len(hits)} found")
                self._act("add", product=hits[place - 1]["product_id"])
            case "check":
                hits = self._act("check", raw=self._names.code(" ".join(words)))["hits"]
                if not hits:
                    raise Unmet("nothing found")
            case "add":
                said = Clauses.cut(words, ("packs",))
                self._act("add", product=self._names.product(said.first[0]).id, quantity=said.number("packs"))
            case "quantity":
                self._act("quantity", line=int(words[0]), quantity=int(words[1]))
            case "remove" | "select":
                self._act(step.verb, line=int(words[0]))
            case "undo":
                for _ in range(int(words[0]) if words else 1):
                    self._act("undo")
            case "press":
                said = Clauses.cut(words, ("line",))
                self._act("way", rule=said.first[0], act=said.first[1], line=said.number("line"))
            case "ask":
                said = Clauses.cut(words, ("line",))
                self._act("ask", kind=said.first[0], line=said.number("line"))
            case "answer":
                self._act("answer", values={name: self._names.code(value) for name, value in fields(words).items()})
            case "price":
                said = Clauses.cut(words, ("reason", "pin", "line"))
                self._act("ask", kind="price", line=said.number("line", -1))
                self._act("answer", values={"price": said.first[0], "reason": said.of("reason"), "pin": said.of("pin")})
            case "patient":
                said = Clauses.cut(words, ("age", "weight"))
                typed = {"person": "typed", "age": said.of("age"), "weight": said.of("weight")}
                self._act("ask", kind="patient")
                self._act("answer", values=typed if "age" in said.named else {"person": said.first[0]})
            case "member":
                self._act("member", text=self._names.code(" ".join(words)))
            case "member-code":
                said = Clauses.cut(words, ("as",))
                told = self._act("member_code", member_id=f"member-{int(said.first[0]):05d}")
                self._shown[said.of("as", "code")] = told["code"]
            case "messages":
                self._box = self._box or MessageBox()
                self._hub.end()
                self._hub.messages = self._box.url
                self._hub.begin()
                _ = self._hub.url
            case "send-code":
                self._act("send_code")
            case "tell-code":
                code = re.findall(r"[0-9]{6}", self._box.texts[-1])[0] if self._box is not None and self._box.texts else ""
                self._act("tell_code", code=code if words[0] == "right" else f"{(int(code) + 1) % 1_000_000:06d}")
            case "hear-visitor" | "hear-coupon":
                self._act(step.verb.replace("-", "_"))
            case "join":
                self._join(words)
            case "consent":
                said = Clauses.cut(words, ("by",))
                who, purpose, how = said.first
                self._act("consent", text=self._names.code(who), purpose=purpose, given=how == "given", channel=said.of("by", "spoken"))
            case "erase":
                said = Clauses.cut(words, ("pin",))
                self._act("erase", text=self._names.code(said.first[0]), pin=said.of("pin"))
            case "recall":
                self._act("recall", ticket=int(words[0]))
            case "paper":
                self._act("wishes", paper=words[0] == "on")
            case "begin" | "pay" | "undo-tender" | "complete" | "complete-and-cut":
                self._money(step)
            case "attach":
                self._act("attach", number=self._number(words[0]), text=self._names.code(words[1]))
            case "return" | "void" | "correct-tender" | "reprint":
                self._back(step)
            case "print-again" | "waive":
                self._act(step.verb.replace("-", "_"), job=int(words[0]))
            case "load" | "unload" | "pay-out":
                said = Clauses.cut(words, ("by", "reason", "pin"))
                told = {"text": self._names.code(said.first[0])}
                if step.verb == "load":
                    self._act("load", **told, amount_fen=fen(said.first[1]), method=said.of("by") or "cash")
                else:
                    self._act("pay_out", **told, method=said.of("by"), reason=said.of("reason"), pin=said.of("pin"))
            case "cash-in" | "cash-out":
                said = Clauses.cut(words, ("reason",))
                sign = 1 if step.verb == "cash-in" else -1
                self._act("move_cash", amount_fen=sign * fen(said.first[0]), reason=said.of("reason"))
            case "drawer":
                self._act("open_drawer", reason=Clauses.cut(words, ("reason",)).of("reason"))
            case "count":
                pieces = [(fen(face), int(many)) for face, _, many in (word.replace("×", "x").partition("x") for word in words)]
                self._shift = self._act("count", pieces=pieces) or {}
            case "recount":
                self._shift = self._act("recount") or {}
            case "close-shift":
                self._shift = self._act("close_shift", reason=Clauses.cut(words, ("reason",)).of("reason")) or {}
            case "close-day":
                self._act("close_day")
            case "receive" | "correct-stock" | "lot-state" | "settle-oversold":
                self._stock(step)
            case _:
                self._world(step)

    def _clock(self, to: datetime, *, jump: bool = False) -> None:
        self._post.now = to
        if self._post.process is not None:
            self._act("clock", to=to.isoformat(), jump=jump)

    def _money(self, step: Step) -> None:
        words = step.words
        match step.verb:
            case "begin":
                self._paid = self._act("begin") or {}
            case "pay":
                said = Clauses.cut(words, ("last",))
                amount = fen(said.first[1]) if len(said.first) > 1 else 0
                self._paid = self._act("pay", method=said.first[0], amount_fen=amount, last_digits=said.of("last")) or {}
            case "undo-tender":
                self._paid = self._act("undo_tender", tender=int(words[0])) or {}
            case "complete":
                self._paid = self._act("complete") or {}
                if self._paid.get("state") == "done":
                    self._named(Clauses.cut(words, ("as",)).of("as"), self._paid["number"])
                elif self._paid:
                    self._refused = ("problem", (self._paid["problem"] or [self._paid["state"]])[0])
            case "complete-and-cut":
                till = self._till()
                till.send("complete_and_die")
                told = till.next_line()
                if told != {"durable": True}:
                    raise Unmet(f"the sale did not become durable: {told}")
                till.wait()
                self._post.process = None

    def _back(self, step: Step) -> None:
        words = step.words
        number = self._number(words[0])
        match step.verb:
            case "return":
                said = Clauses.cut(words[1:], ("line", "packs", "reason", "pin", "as"))
                self._returned = (
                    self._act(
                        "return",
                        number=number,
                        reason=said.of("reason"),
                        line=said.number("line"),
                        quantity=said.number("packs"),
                        pin=said.of("pin"),
                    )
                    or {}
                )
            case "void":
                said = Clauses.cut(words[1:], ("reason", "pin"))
                self._returned = self._act("void", number=number, reason=said.of("reason"), pin=said.of("pin")) or {}
            case "correct-tender":
                said = Clauses.cut(words[1:], ("to", "reason", "pin", "tender"))
                self._act(
                    "correct_tender",
                    number=number,
                    to=said.of("to"),
                    reason=said.of("reason"),
                    pin=said.of("pin"),
                    tender=said.number("tender", 1),
                )
            case _:
                self._act("reprint", number=number)
        if self._returned.get("problem"):
            self._refused = ("problem", self._returned["problem"][0])
            self._returned = {}

    def _stock(self, step: Step) -> None:
        said = Clauses.cut(step.words, ("lot", "expires", "packs", "codes", "by", "reason", "pin", "to"))
        reason, pin = said.of("reason"), said.of("pin")
        match step.verb:
            case "receive":
                self._act(
                    "receive",
                    product=said.first[0],
                    lot_no=said.of("lot"),
                    expires_on=said.of("expires"),
                    quantity=said.number("packs"),
                    codes=[self._names.code(code) for code in said.named.get("codes", ())],
                )
            case "correct-stock":
                self._act(
                    "correct_stock",
                    product=said.first[0],
                    lot=said.number("lot", 1),
                    delta=signed(said.of("by")),
                    reason=reason,
                    pin=pin,
                )
            case "lot-state":
                self._act("lot_state", product=said.first[0], lot=said.number("lot", 1), state=said.of("to"), reason=reason, pin=pin)
            case _:
                self._act("settle_oversold", reason=reason, pin=pin)

    # ------------------------------------------------------------------ doings of the world

    def _world(self, step: Step) -> None:
        words = step.words
        match (step.verb, *words):
            case ("printer", "out"):
                self._printer.mood.paper_out = True
            case ("printer", "load"):
                self._printer.load_paper()
            case ("printer", "slow"):
                self._printer.mood.slow_seconds = 0.3
            case ("printer", "fast"):
                self._printer.mood.slow_seconds = 0.0
            case ("hub", "down" | "kill"):
                _ = self._hub.url
                self._hub.end(kill=words[0] == "kill")
            case ("hub", "up"):
                self._hub.begin()
                _ = self._hub.url
            case ("kill",):
                self._till().kill()
                self._post.process = None
            case ("restart",):
                if self._post.process is not None:
                    self._post.process.stop()
                    self._post.process = None
                self._till()
                if self._post.person[0]:
                    code, pin = self._post.person
                    self._act("sign_in", code=code, pin=pin)
            case ("sync",):
                self._until(self._drained)
                self._until(self._heard)
            case ("publish", *_):
                self._publish(words)
            case ("issue", *_):
                self._issue(Clauses.cut(words, ("for", "as", "ends", "class")))
            case ("lease", *_):
                self._lease(Clauses.cut(words, ("rights", "share", "days", "ends", "as")))
            case ("revoke", name):
                right = self._rights[name]
                self._told("coupon", lambda archive: coupons.revoke(archive, self._shop_clock(), self._store_id, right.id))
            case ("revoke-unheard", name):
                # Headquarters takes it back while no till can hear of it.
                with self._hub.archive() as archive:
                    coupons.revoke(archive, self._shop_clock(), self._store_id, self._rights[name].id)
            case ("visitor", phone, name):
                # A member whom another store of the chain holds: this one learns of them by asking only.
                person = Member(id=f"away-{phone}", card_no=inhouse("90", int(phone)), phone=phone, name=name, handle=phone[-9:])
                with self._hub.archive() as archive:
                    publishing.publish(archive, "member", [person], "AWAY")
            case ("second-till",):
                folder = self._prepared.second_till(self._folder)
                clock = ManualClock(self._post.now)
                introduce(self._hub.database, folder, clock, self._hub.url, self._prepared.pharmacy.store)
                self._posts.append(_Post(folder, now=self._post.now))
            case ("till", place):
                self._at = int(place) - 1
                if not 0 <= self._at < len(self._posts):
                    raise Unmet("there is no such till")
            case ("race", many, "sales", "of", code):
                self._race(int(many), self._names.code(code))
            case ("push-again", name, "times", many):
                self._push_again(self._number(name), int(many))
            case _:
                raise Unmet("cannot read this line")

    def _publish(self, words: tuple[str, ...]) -> None:
        """As an author at headquarters does; comes back when every till of the tape has it."""
        if words[0] == "product":
            given = fields(words[2:])
            values = {**self._names.product(words[1]).model_dump(), **given}
            if "price" in given:
                values["list_price_fen"] = fen(values.pop("price"))
            record: Any = type(self._names.product(words[1])).model_validate(values)
        elif words[0] == "price":
            given = fields(words[2:])
            self._names.product(words[1])
            ends = given.get("to")
            record = dated_price(
                words[1], fen(given["price"]), date.fromisoformat(given["from"]), date.fromisoformat(ends) if ends else None
            )
        elif words[0] == "offer":
            record = Offer.model_validate({name: self._names.code(value) for name, value in fields(words[1:]).items()})
            self._offers[record.id] = record
        elif words[0] == "member":
            record = self._names.member(words[1])
        else:
            raise Unmet("publish a product, an offer, a price or a member")
        store = "" if words[0] in publishing.CHAIN_FEEDS else self._store_id
        self._told(words[0], lambda archive: publishing.publish(archive, words[0], [record], store))

    def _issue(self, said: Clauses) -> None:
        """Sign a coupon of an offer for a member (`@member.1`) or a `bearer`; comes back when every till has it."""
        holder = said.of("for", "bearer")
        member = "" if holder == "bearer" else f"member-{int(holder.rpartition('.')[2]):05d}"
        ends = date.fromisoformat(said.of("ends")) if said.of("ends") else None
        asked = coupons.Issue(self._store_id, said.first[0], member, ends_on=ends, coupon_class=said.of("class", "B"))
        sign = DeviceKey.from_bytes(hub_key_seed(self._hub.folder)).sign
        (right,) = self._told("coupon", lambda archive: coupons.issue(archive, SystemClock(), asked, sign))
        self._rights[said.of("as", "coupon")] = right

    def _shop_clock(self) -> ManualClock:
        """Headquarters' clock as the till's says it is: a tape's time is not this machine's."""
        return ManualClock(self._post.now)

    def _lease(self, said: Clauses) -> None:
        """Grant the store rights of an offer, a share for each till that is at work; with `as` customers show its code."""
        offer = self._offers[said.first[0]]
        today = self._post.now.astimezone(SHOP_TIME).date()
        asked = leases.Asked(
            store_id=self._store_id,
            offer=offer,
            rights=int(said.of("rights", "10")),
            face_fen=coupons.face_of(offer),
            per_till=int(said.of("share", "2")),
            low=0,
            lease_days=int(said.of("days", "7")),
            ends_on=date.fromisoformat(said.of("ends")) if said.of("ends") else offer.ends_on,
            by_code=bool(said.of("as")),
        )
        sign = DeviceKey.from_bytes(hub_key_seed(self._hub.folder)).sign

        def grant(archive: Archive) -> str:
            grant_id = leases.grant(archive, SystemClock(), asked, today, sign)
            with archive.reading() as connection:
                return leases.token_of(connection, grant_id)

        self._tokens[said.of("as", "lease")] = self._told("lease", grant)

    @property
    def _store_id(self) -> str:
        return self._prepared.pharmacy.store.store_id

    def _code(self, word: str) -> str:
        """What a word names: an issued coupon's token (`@token.NAME`), a dynamic code (`@shown.NAME`), else a code of the demo shop."""
        head, _, name = word.partition(".")
        if head == "@shown":
            return self._shown[name]
        if head != "@token":
            return self._names.code(word)
        return self._tokens[name] if name in self._tokens else self._rights[name].token

    def _told(self, feed: str, tell: Callable[[Archive], T]) -> T:
        """Let headquarters tell something by a feed; comes back when every till of the tape has read it."""
        scope = "" if feed in publishing.CHAIN_FEEDS else self._store_id
        with self._hub.archive() as archive:
            outcome = tell(archive)
            with archive.reading() as connection:
                head = select(tables.feed.c.head_seq).where(tables.feed.c.store_id == scope, tables.feed.c.feed == feed)
                last = connection.scalar(head) or 0

        def everywhere() -> str:
            # Read up to this very row: an earlier one may have been on its way still.
            for place in range(len(self._posts)):
                self._wake(place, "hear")
                if Cursor.parse(self._peek(place)["cursors"][feed]).seq < last:
                    return f"till {place + 1} has not read the feed {feed}"
            return ""

        self._until(everywhere)
        return outcome

    def _ask_at(self, place: int, do: str, **given: Any) -> Any:
        here, self._at = self._at, place
        try:
            told = self._till().ask(do, **given)
        finally:
            self._at = here
        if "ok" not in told:
            raise Unmet(f"till {place + 1}: {told.get('refused') or told.get('fault')}")
        return told["ok"]

    def _peek(self, place: int | None = None) -> Answer:
        told: Answer = self._ask_at(self._at if place is None else place, "peek")
        return told

    def _race(self, many: int, code: str) -> None:
        """Every till sells `many` packs, one a sale, all at the same time."""
        failed: list[str] = []

        def sell(place: int) -> None:
            try:
                self._posts[place].process.ask("sell_many", code=code, sales=many)  # type: ignore[union-attr]
            except (TillDied, RuntimeError) as error:
                failed.append(str(error))

        for place in range(len(self._posts)):
            self._ask_at(place, "peek")
        racers = [Thread(target=sell, args=(place,)) for place in range(len(self._posts))]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        if failed:
            raise Unmet("; ".join(failed))

    def _push_again(self, number: str, many: int) -> None:
        """Send one event's exact bytes again and again, signed as its till signs."""
        sale = self._ask_at(self._at, "sale", number=number)
        raw = sale["raw"].encode()
        key = DeviceKey.from_bytes(read_key(self._post.folder, DEVICE_KEY))
        client = HubClient(self._hub.url, key, self._hub_key())
        try:
            seen: dict[str, int] = {}
            for start in range(0, many, 200):
                batch = [(sale["event_id"], raw)] * min(200, many - start)
                for receipt in client.push(batch):
                    seen[receipt.status] = seen.get(receipt.status, 0) + 1
        finally:
            client.close()
        if seen != {"duplicate": many}:
            raise Unmet(f"headquarters answered {seen}")

    def _hub_key(self) -> bytes:
        key: str = self._ask_at(self._at, "setting", key="hub.public_key")["value"]
        return bytes.fromhex(key)

    def _drained(self) -> str:
        """'' once every till has nothing left to send."""
        problem = ""
        for place, post in enumerate(self._posts):
            waiting = self._peek(place)["waiting"] if post.process is not None else 0
            if waiting:
                self._wake(place, "send")
                problem = problem or f"till {place + 1} still has {waiting} events to send"
        return problem

    def _heard(self) -> str:
        """'' once every till has read every feed to its end."""
        feed = tables.feed.c
        with self._hub.archive() as archive, archive.reading() as connection:
            heads = connection.execute(select(feed.feed, feed.head_seq).where(feed.store_id.in_(("", self._store_id)))).all()
        for place, post in enumerate(self._posts):
            cursors = self._peek(place)["cursors"] if post.process is not None else {}
            late = [head.feed for head in heads if head.feed in cursors and Cursor.parse(cursors[head.feed]).seq < head.head_seq]
            if late:
                self._wake(place, "hear")
                return f"till {place + 1} has not read {', '.join(late)}"
        return ""

    def _hear(self) -> None:
        """Let the till in hand read what the others moved: by way of headquarters, so they must have sent before it can hear."""
        if not self._drained():
            self._wake(self._at, "hear")

    def _wake(self, place: int, what_for: str) -> None:
        """立即重试 at a till, unless it was pressed for this a moment ago: a round that is under way is not made quicker by another."""
        now = time.monotonic()
        if now >= self._awake.get((place, what_for), 0.0):
            self._awake[place, what_for] = now + WAKE_AGAIN_SECONDS
            self._ask_at(place, "sync")

    def _until(self, check: Callable[[], str]) -> None:
        """Ask until the answer is '' (well), at first often, then ten times a second; Unmet with the last answer when it never is."""
        until, pause = time.monotonic() + PATIENCE_SECONDS, 0.01
        self._awake.clear()
        while problem := check():
            if time.monotonic() > until:
                raise Unmet(problem)
            time.sleep(pause)
            pause = min(0.1, 1.5 * pause)

    # ------------------------------------------------------------------ expectations

    def _expect(self, step: Step) -> None:
        what, *rest = step.words
        if what == "refused":
            code, words = self._refused or ("", "")
            self._refused = None
            if code != rest[0]:
                raise Unmet(f"refused with {code!r}" if code else "nothing was refused")
            self._contained(rest[1:], words)
            return
        if what == "problem":
            code, words = self._refused or ("", "")
            self._refused = None
            if code != "problem":
                raise Unmet(f"no problem was told; {code!r}")
            self._contained(rest, words)
            return
        self._nothing_refused()
        if what in KEPT:
            self._expect_kept(what, tuple(rest))
        elif what in ("receipt", "papers", "printed", "points-line"):
            self._until(lambda: self._paper(what, tuple(rest)))
        else:
            self._expect_shown(what, tuple(rest))

    @staticmethod
    def _same(found: object, wanted: object) -> None:
        if found != wanted:
            raise Unmet(f"found {found}")

    @staticmethod
    def _contained(wanted: list[str] | tuple[str, ...], found: str) -> None:
        for text in wanted:
            if text not in found:
                raise Unmet(f"{text!r} is not in {found!r}")

    def _scene(self) -> Answer:
        self._ask_at(self._at, "peek")
        self._take(self._till().ask("look"))
        return self._last

    def _expect_shown(self, what: str, rest: tuple[str, ...]) -> None:
        scene = self._scene()
        lines, totals = scene["lines"], scene["totals"]
        strips = [(strip["rule"], strip["grade"], line["no"]) for line in lines for strip in line["strips"]]
        match what, *rest:
            case ["lines", many]:
                self._same(len(lines), int(many))
            case ["pieces", many]:
                self._same(totals["pieces"], int(many))
            case ["payable" | "subtotal" | "cut", amount]:
                self._same(format_fen(totals[f"{what}_fen"]), format_fen(fen(amount)))
            case ["cut", amount, title]:
                cuts = {cut["title"][0]: format_fen(cut["amount_fen"]) for cut in totals["cuts"]}
                if cuts.get(title) != format_fen(fen(amount)):
                    raise Unmet(f"found {cuts}")
            case ["due" | "received" | "remaining" | "change" as part, amount]:
                self._same(format_fen(self._paid.get(f"{part}_fen", 0)), format_fen(fen(amount)))
            case ["line", place, *pairs]:
                self._expect_line(lines[int(place) - 1], tuple(pairs))
            case ["blocked" | "confirm" as grade, rule]:
                if (rule, "block" if grade == "blocked" else grade) not in [strip[:2] for strip in strips]:
                    raise Unmet(f"found {strips}")
            case ["no", "strip", rule]:
                if rule in [strip[0] for strip in strips]:
                    raise Unmet(f"found {strips}")
            case ["clear"]:
                if scene["blocks"] or scene["confirms"]:
                    raise Unmet(f"found {strips}")
            case ["override", rule, "nobody"]:
                ways = [w["act"] for line in lines for s in line["strips"] if s["rule"] == rule for w in s["ways_out"]]
                if not any(s[0] == rule for s in strips) or any(way.startswith("ask:override") for way in ways):
                    raise Unmet(f"found {ways}")
            case ["echo", code, *texts]:
                echo = scene["echo"] or {"code": "", "facts": {}}
                self._same(echo["code"], code)
                self._contained(texts, " ".join(echo["facts"].values()))
            case ["question", "none"]:
                self._same((scene["question"] or {}).get("kind"), None)
            case ["question", kind, *texts]:
                question = scene["question"] or {}
                self._same(question.get("kind"), kind)
                spoken = [question["title"][0], question["body"][0], (question["error"] or [""])[0]]
                labels = [label[0] for field in question["fields"] for _, label in field["choices"]]
                self._contained(texts, " ".join([*spoken, *labels]))
            case ["held" | "waiting-scans", many]:
                self._same(len(scene["held"]) if what == "held" else scene["waiting_scans"], int(many))
            case ["member", text]:
                self._contained([text], (scene["member"] or {}).get("masked_name", ""))
            case ["tier", tier]:
                self._until(lambda: self._tier(tier))
            case ["allergy", tone, *texts]:
                strip = (scene["member"] or {}).get("allergy") or {"tone": "", "title": [""], "body": [""]}
                self._same(strip["tone"], tone)
                self._contained(texts, strip["title"][0] + strip["body"][0])
            case ["refund", amount]:
                self._same(format_fen(self._returned.get("total_fen", 0)), format_fen(fen(amount)))
            case ["refund", amount, "by", method]:
                routes = {route["method"]: format_fen(route["amount_fen"]) for route in self._returned.get("refunds", ())}
                if routes.get(method) != format_fen(fen(amount)):
                    raise Unmet(f"found {routes}")
            case ["difference", amount]:
                self._same(format_fen(self._shift.get("difference_fen") or 0), format_fen(fen(amount)))
            case ["z", number]:
                self._same(self._shift.get("z_no"), int(number))
            case ["clock-warning", "yes" | "no" as said]:
                warned = self._ask_at(self._at, "warned")["warned"]
                self._same("yes" if warned else "no", said)
            case ["day", day]:
                self._same(scene["frame"]["day"], day)
            case ["price", place, amount]:
                self._same(format_fen(lines[int(place) - 1]["unit_price_fen"]), format_fen(fen(amount)))
            case _:
                raise Unmet("cannot read this expectation")

    def _expect_line(self, line: Answer, pairs: tuple[str, ...]) -> None:
        for name, value in zip(pairs[::2], pairs[1::2], strict=True):
            match name:
                case "packs":
                    self._same(line["quantity"], int(value))
                case "lot":
                    self._same(line["lot_no"], value)
                case "source":
                    self._same(line["lot_source"], value)
                case "codes":
                    self._same(f"{line['codes_got']}/{line['codes_needed']}", value)
                case "amount" | "price":
                    shown = line["amount_fen" if name == "amount" else "unit_price_fen"]
                    self._same(format_fen(shown), format_fen(fen(value)))
                case "name":
                    self._contained([value], line["name"])
                case "product":
                    self._same(line["product_id"], value)
                case "near":
                    self._same("yes" if line["near_expiry"] else "no", value)
                case _:
                    raise Unmet(f"cannot read {name}")

    def _expect_kept(self, what: str, rest: tuple[str, ...]) -> None:
        match what, *rest:
            case ["ledger", *pairs]:
                self._sums(_summed(self._peek()["days"]), tuple(pairs))
            case ["hub", "equals", "till" | "tills"]:
                self._until(self._hub_equals)
            case ["hub", "stock", product, many]:
                self._until(lambda: self._hub_stock(product, signed(many)))
            case ["hub", "tasks", many]:
                self._until(lambda: self._hub_tasks(int(many)))
            case ["hub", "quarantine", many]:
                with self._hub.archive() as archive, archive.reading() as connection:
                    self._same(len(reading.waiting(connection)), int(many))
            case ["hub", "cases", many, *kinds]:
                self._until(lambda: self._hub_cases(int(many), kinds))
            case ["hub", "coupons", many, *more]:
                twice = Clauses.cut(tuple(more), ("twice",)).number("twice")
                self._until(lambda: self._hub_coupons(int(many), twice))
            case ["hub", "people", "merged", done, "asked", asked]:
                self._until(lambda: self._hub_people(int(done), int(asked)))
            case ["hub", "points", member, many]:
                self._until(lambda: self._hub_points(member, signed(many)))
            case ["hub", "stored", member, many]:
                self._until(lambda: self._hub_stored(member, fen(many)))
            case ["stored", member, many]:
                self._until(lambda: self._stored(member, fen(many)))
            case ["points", member, many, *more]:
                said = Clauses.cut(tuple(more), ("ending",))
                self._until(lambda: self._points(member, signed(many), said.number("ending")))
            case ["hub", *pairs]:
                self._until(lambda: self._hub_sums(tuple(pairs)))
            case ["stock", product, many, *more]:
                stock = self._ask_at(self._at, "stock", product=product)
                self._same(stock["shelf"], signed(many))
                said = Clauses.cut(tuple(more), ("reject",))
                if "reject" in said.named:
                    self._same(stock["reject"], said.number("reject"))
            case ["code", code, state]:
                self._same(self._ask_at(self._at, "code", code=self._names.code(code))["state"], state)
            case ["jobs", state, many]:
                self._until(lambda: self._jobs(state, int(many)))
            case ["unprinted", many]:
                found = [job for job in self._peek()["jobs"] if job["state"] in ("waiting", "unknown", "failed")]
                self._same(len(found), int(many))
            case ["waiting", bound, many]:
                waiting = self._peek()["waiting"]
                if (waiting < int(many)) if bound == "from" else (waiting != int(many)):
                    raise Unmet(f"found {waiting}")
            case ["task", product, many]:
                self._same(self._peek()["tasks"].get(product, 0), signed(many))
            case ["consent", who, purpose, how]:
                self._until(lambda: self._consent(self._names.code(who), purpose, how))
            case ["person", text, "ids", ids, "points", many]:
                self._until(lambda: self._person(text, int(ids), signed(many)))
            case ["members", text, many]:
                self._until(lambda: self._members(text, int(many)))
            case ["event", kind, many]:
                self._same(self._peek()["events"].get(kind, 0), int(many))
            case ["chain", "whole"]:
                self._same(self._ask_at(self._at, "chain")["problems"], [])
            case ["sale", name, *pairs]:
                self._expect_sale(self._ask_at(self._at, "sale", number=self._number(name))["body"], tuple(pairs))
            case _:
                raise Unmet("cannot read this expectation")

    def _expect_sale(self, body: Answer, pairs: tuple[str, ...]) -> None:
        for name, value in zip(pairs[::2], pairs[1::2], strict=True):
            match name:
                case "payable" | "rounding" | "change" | "cut":
                    self._same(format_fen(body[f"{name}_fen"]), format_fen(fen(value)))
                case "lines" | "tenders" | "reviews":
                    self._same(len(body[name]), int(value))
                case "codes":
                    self._same(sum(len(line["codes"]) for line in body["lines"]), int(value))
                case "lot-source":
                    self._same({line["lot_source"] for line in body["lines"]}, {value})
                case "answer":
                    answers = {f"{a['rule']}:{a['choice']}" for line in body["lines"] for a in line["answers"]}
                    if value not in answers:
                        raise Unmet(f"found {sorted(answers)}")
                case "member":
                    self._same(body["member_id"], value)
                case _:
                    raise Unmet(f"cannot read {name}")

    def _sums(self, found: dict[str, int], pairs: tuple[str, ...]) -> None:
        """`sales 3 total 123.40 returns 1 refunded 20.80` against the sums found."""
        for name, value in zip(pairs[::2], pairs[1::2], strict=True):
            match name:
                case "sales" | "returns":
                    self._same(found[name], int(value))
                case "total" | "refunded":
                    self._same(format_fen(found["sales_fen" if name == "total" else "returns_fen"]), format_fen(fen(value)))
                case _:
                    raise Unmet(f"cannot read {name}")

    def _hub_days(self) -> dict[str, dict[str, int]]:
        """till → sums at headquarters over every day that a till knows."""
        days = {day for place in range(len(self._posts)) for day in self._peek(place)["days"]}
        store = self._prepared.pharmacy.store.store_id
        by_till: dict[str, dict[str, int]] = {}
        with self._hub.archive() as archive, archive.reading() as connection:
            for day in days:
                for till, sums in reading.day_totals(connection, store, date.fromisoformat(day)).items():
                    kept = by_till.setdefault(till, dict.fromkeys(sums, 0))
                    for name, value in sums.items():
                        kept[name] += value
        return by_till

    def _hub_sums(self, pairs: tuple[str, ...]) -> str:
        if problem := self._drained():
            return problem
        try:
            self._sums(_summed(self._hub_days()), pairs)
        except Unmet as unmet:
            return str(unmet)
        return ""

    def _hub_equals(self) -> str:
        if problem := self._drained():
            return problem
        at_hub = self._hub_days()
        for place in range(len(self._posts)):
            mine = _summed(self._peek(place)["days"])
            theirs = _summed({"": at_hub.get(f"{place + 1:02d}", {})})
            if mine != theirs:
                return f"till {place + 1} has {mine}, headquarters {theirs}"
        return ""

    def _hub_stock(self, product: str, many: int) -> str:
        if problem := self._drained():
            return problem
        with self._hub.archive() as archive, archive.reading() as connection:
            found = reading.stock_of(connection, self._prepared.pharmacy.store.store_id, product)
        return "" if found == many else f"headquarters has {found}"

    def _consent(self, who: str, purpose: str, how: str) -> str:
        found = self._ask_at(self._at, "consents", text=who).get(purpose)
        if found == how:
            return ""
        self._hear()
        return f"found {found}"

    def _person(self, text: str, ids: int, many: int) -> str:
        """'' when one person of so many member ids is found, with so many points; waits for what headquarters tells."""
        found = self._ask_at(self._at, "members", text=text)
        told = (len(found["ids"]), found["party"], found["points"])
        if told == (1, ids, many):
            return ""
        self._hear()
        return f"found {found}"

    def _tier(self, tier: str) -> str:
        """'' when the basket's member stands there; waits for what headquarters says of sales that are still on their way."""
        found = (self._scene()["member"] or {}).get("tier", "nobody")
        if found == tier:
            return ""
        self._hear()
        return f"found {found}"

    def _members(self, text: str, many: int) -> str:
        """'' when the till in hand finds so many; waits for what headquarters tells."""
        found = len(self._ask_at(self._at, "members", text=text)["ids"])
        if found == many:
            return ""
        self._hear()
        return f"found {found}"

    def _points(self, member: str, many: int, ending: int) -> str:
        """'' when the till in hand folds these points; waits for what other tills tell of by headquarters."""
        found = self._ask_at(self._at, "points", text=self._names.code(member))
        if found["balance"] == many and found["ending"] == ending:
            return ""
        self._hear()
        return f"the till has {found}"

    def _stored(self, member: str, whole_fen: int) -> str:
        """'' when the till in hand knows of so much stored value; waits for what other tills tell of by headquarters."""
        found = self._ask_at(self._at, "stored", text=self._names.code(member))["total_fen"]
        if found == whole_fen:
            return ""
        self._hear()
        return f"the till has {found}"

    def _hub_stored(self, member: str, whole_fen: int) -> str:
        if problem := self._drained():
            return problem
        member_id = self._ask_at(self._at, "stored", text=self._names.code(member))["member_id"]
        with self._hub.archive() as archive, archive.reading() as connection:
            found = stored.statement_of(connection, member_id)
        if sum(found.books.values()):
            return f"the books of headquarters do not add up: {found.books}"
        return "" if found.balance.total_fen == whole_fen else f"headquarters has {found.balance}"

    def _hub_points(self, member: str, many: int) -> str:
        if problem := self._drained():
            return problem
        member_id = self._ask_at(self._at, "points", text=self._names.code(member))["member_id"]
        with self._hub.archive() as archive, archive.reading() as connection:
            found = points.statement_of(connection, member_id, self._post.now.astimezone(SHOP_TIME).date(), points_rules())
        if sum(found.books.values()):
            return f"the books of headquarters do not add up: {found.books}"
        return "" if found.balance == many else f"headquarters has {found.balance}"

    def _hub_cases(self, many: int, kinds: list[str]) -> str:
        """'' when headquarters looks into so many uses, of these kinds."""
        if problem := self._drained():
            return problem
        with self._hub.archive() as archive, archive.reading() as connection:
            found = sorted(case.kind for case in cases.cases(connection))
        return "" if len(found) == many and (not kinds or found == sorted(kinds)) else f"found {found}"

    def _hub_people(self, done: int, asked: int) -> str:
        """'' when headquarters has merged so many ids and asks about so many pairs."""
        if problem := self._drained():
            return problem
        with self._hub.archive() as archive, archive.reading() as connection:
            found = one_id.counts(connection)
        return "" if (found.done, found.proposed) == (done, asked) else f"headquarters has {found}"

    def _hub_coupons(self, used: int, twice: int) -> str:
        """'' when headquarters knows so many coupons in use, and so many of them used up before."""
        if problem := self._drained():
            return problem
        with self._hub.archive() as archive, archive.reading() as connection:
            found = coupons.uses(connection)
        return "" if found == (used, twice) else f"headquarters has {found}"

    def _hub_tasks(self, many: int) -> str:
        if problem := self._drained():
            return problem
        with self._hub.archive() as archive, archive.reading() as connection:
            found = reading.negatives(connection)
        return "" if len(found) == many else f"headquarters has {[(row.product_id, row.quantity) for row in found]}"

    # ------------------------------------------------------------------ paper

    def _jobs(self, state: str, many: int) -> str:
        found = [job for job in self._peek()["jobs"] if job["state"] == state]
        return "" if len(found) == many else f"found {[(job['kind'], job['state']) for job in self._peek()['jobs']]}"

    def _slips(self) -> list[VirtualJob]:
        """Jobs that moved paper; a pulse of the drawer is none."""
        return [job for job in self._printer.jobs if any(event["t"] == "line" for event in job.events)]

    def _paper(self, what: str, rest: tuple[str, ...]) -> str:
        """'' when the paper is as expected and nothing is still on its way."""
        if self._post.process is not None:
            moving = [job for job in self._peek()["jobs"] if job["state"] in ("queued", "sent") or "step" in job["facts"]]
            if moving:
                return "the printer is still at work"
        slips = self._slips()
        if what == "papers":
            return "" if len(slips) == int(rest[0]) else f"{len(slips)} slips came out"
        if not slips:
            return "no slip came out"
        text = _squeezed("".join(str(event.get("text", event.get("payload", ""))) for event in slips[-1].events))
        if what == "printed":
            text = _squeezed("".join(str(e.get("text", "")) for slip in slips for e in slip.events))
        lacks = rest[0] in ("lacks", "not")
        texts = [word for word in rest if word not in ("contains", "lacks", "not")]
        if what == "points-line":
            texts, lacks = [_points_line(*rest)], False
        for wanted in texts:
            if wanted.startswith("@"):
                with suppress(ValueError, KeyError, IndexError):
                    wanted = self._names.code(wanted)
            if (_squeezed(wanted) in text) is lacks:
                return f"{wanted!r} is {'' if lacks else 'not '}on the slip: {text}"
        return ""


def _summed(days: dict[str, dict[str, Any]]) -> dict[str, int]:
    """Sums over days or tills; a void counts as a return where the till keeps it apart."""
    found = dict.fromkeys(("sales", "sales_fen", "returns", "returns_fen"), 0)
    for sums in days.values():
        for name in found:
            found[name] += int(sums.get(name, 0))
        found["returns"] += int(sums.get("voids", 0))
        found["returns_fen"] += int(sums.get("voids_fen", 0))
    return found


def _points_line(opening: str, change: str, closing: str) -> str:
    """How a slip says what happened to points: a sale's earned, a return's taken back."""
    word = "points" if change.startswith("+") else "points.back"
    said = fixed_text(word, "zh")
    return said.format(opening=opening, earned=change.lstrip("+"), spent=0, change=f"{signed(change):+d}", closing=closing)


def _squeezed(text: str) -> str:
    """Text without its blanks: columns are padded on paper."""
    return re.sub(r"\s+", "", text)
