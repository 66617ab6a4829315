"""Tapes: plain text files that read like a day at the counter, one act or expectation a line; this part reads them.

A line is words, quoted where they hold blanks; `#` begins a comment; the first comment is the tape's title. Every line is an act of
a person (`scan @P2200A1.ean`), a doing of the world (`hub down`) or an expectation (`expect payable 20.80`). tests/e2e/README.md
lists them all.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain.money import parse_fen
from app.records.clock import SHOP_TIME

VERBS: dict[str, str] = {
    "setting": "setting KEY VALUE",
    "clock": "clock [jump] YYYY-MM-DD HH:MM",
    "midnight": "midnight",
    "sign-in": "sign-in CODE [pin PIN]",
    "sign-out": "sign-out",
    "confirm-clock": "confirm-clock",
    "open": "open AMOUNT",
    "duty": "duty CODE on|off",
    "daily-duty": "daily-duty DUTY SLOT FIGURE=N… [action=CODE]",
    "scan": "scan CODE [times N]",
    "type": "type TEXT",
    "search": "search TEXT → first|N",
    "check": "check TEXT",
    "add": "add PRODUCT [packs N]",
    "quantity": "quantity LINE N",
    "remove": "remove LINE",
    "select": "select LINE",
    "undo": "undo [N]",
    "press": "press RULE ACT [line N]",
    "ask": "ask KIND [line N]",
    "answer": "answer FIELD=VALUE…",
    "dismiss": "dismiss",
    "price": "price AMOUNT reason CODE [pin PIN] [line N]",
    "patient": "patient PERSON | patient age AGE [weight KG]",
    "member": "member TEXT",
    "no-member": "no-member",
    "member-code": "member-code N as NAME",
    "messages": "messages",
    "send-code": "send-code",
    "tell-code": "tell-code right|wrong",
    "hear-visitor": "hear-visitor",
    "hear-coupon": "hear-coupon",
    "attach": "attach SALE MEMBER",
    "join": "join PHONE [name NAME] [born DATE] [source CODE] [campaign ID] [referrer WHO] [guardian WHO] [say PURPOSE,…] [another yes] "
    "[by CHANNEL]",
    "consent": "consent WHO PURPOSE given|withdrawn [by CHANNEL]",
    "erase": "erase WHO pin PIN",
    "hold": "hold",
    "recall": "recall N",
    "clear": "clear",
    "begin": "begin",
    "pay": "pay METHOD [AMOUNT] [last DIGITS]",
    "undo-tender": "undo-tender N",
    "back": "back",
    "paper": "paper on|off",
    "complete": "complete [as NAME]",
    "complete-and-cut": "complete-and-cut",
    "return": "return SALE [line N] [packs N] reason CODE [pin PIN] [as NAME]",
    "void": "void SALE reason CODE [pin PIN]",
    "correct-tender": "correct-tender SALE to METHOD reason CODE [pin PIN] [tender N]",
    "reprint": "reprint SALE",
    "print-again": "print-again N",
    "waive": "waive N",
    "load": "load MEMBER AMOUNT [by METHOD]",
    "unload": "unload MEMBER pin PIN",
    "pay-out": "pay-out MEMBER by METHOD reason CODE pin PIN",
    "cash-in": "cash-in AMOUNT reason CODE",
    "cash-out": "cash-out AMOUNT reason CODE",
    "drawer": "drawer reason CODE",
    "count": "count YUANxPIECES…",
    "recount": "recount",
    "x-report": "x-report",
    "close-shift": "close-shift [reason CODE]",
    "close-day": "close-day",
    "receive": "receive PRODUCT lot NO expires DATE packs N [codes CODE…]",
    "correct-stock": "correct-stock PRODUCT lot N by ±N reason CODE [pin PIN]",
    "lot-state": "lot-state PRODUCT lot N to STATE reason CODE [pin PIN]",
    "settle-oversold": "settle-oversold reason CODE [pin PIN]",
    "printer": "printer out|load|slow|fast",
    "hub": "hub down|up|kill",
    "kill": "kill",
    "restart": "restart",
    "sync": "sync",
    "publish": "publish product PRODUCT FIELD=VALUE… | publish price PRODUCT price=YUAN from=DATE [to=DATE] | "
    "publish offer FIELD=VALUE… | publish member ID",
    "issue": "issue OFFER for MEMBER|bearer [class B|D] [ends DATE] as NAME",
    "revoke": "revoke NAME",
    "revoke-unheard": "revoke-unheard NAME",
    "lease": "lease OFFER rights N share N [days N] [ends DATE] [as NAME]",
    "visitor": "visitor PHONE NAME",
    "second-till": "second-till",
    "till": "till 1|2",
    "race": "race N sales of CODE",
    "push-again": "push-again SALE times N",
    "expect": "expect WHAT …",
}
"""Every verb and how it is written."""


class TapeFault(Exception):
    """A tape that cannot be read, or an expectation that failed; says file and line."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a tape."""

    line: int
    verb: str
    words: tuple[str, ...]
    """What follows the verb."""
    text: str
    """The line as it stands in the file."""


@dataclass(frozen=True, slots=True)
class Tape:
    """A whole tape."""

    path: Path
    title: str
    steps: tuple[Step, ...]


def read(path: Path) -> Tape:
    """Read a tape; TapeFault names the line that is no act."""
    title = path.stem.replace("_", " ")
    steps: list[Step] = []
    titled = False
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        if text.startswith("#") and not titled and not steps:
            title, titled = text.lstrip("# ").strip(), True
        try:
            words = shlex.split(text, comments=True)
        except ValueError as error:
            raise TapeFault(path, number, str(error)) from error
        if not words:
            continue
        if words[0] not in VERBS:
            raise TapeFault(path, number, f"no such verb: {words[0]}")
        steps.append(Step(number, words[0], tuple(words[1:]), text.strip()))
    if not any(step.verb == "expect" for step in steps):
        raise TapeFault(path, 0, "a tape that expects nothing proves nothing")
    return Tape(path, title, tuple(steps))


@dataclass(frozen=True, slots=True)
class Clauses:
    """A step's words cut at its keywords: `return @last line 1 reason quality` is first '@last', of('line') '1', of('reason') 'quality'."""

    first: tuple[str, ...]
    named: dict[str, tuple[str, ...]]

    @classmethod
    def cut(cls, words: tuple[str, ...], keywords: tuple[str, ...]) -> Clauses:
        """Cut at the keywords that stand alone; ValueError for one that says nothing."""
        first: list[str] = []
        named: dict[str, list[str]] = {}
        bucket = first
        for word in words:
            if word in keywords:
                bucket = named.setdefault(word, [])
            else:
                bucket.append(word)
        for keyword, said in named.items():
            if not said:
                raise ValueError(f"nothing after {keyword!r}")
        return cls(tuple(first), {key: tuple(said) for key, said in named.items()})

    def of(self, keyword: str, otherwise: str = "") -> str:
        """The word after a keyword."""
        return self.named[keyword][0] if keyword in self.named else otherwise

    def number(self, keyword: str, otherwise: int = 0) -> int:
        """The whole number after a keyword."""
        return int(self.named[keyword][0]) if keyword in self.named else otherwise


def fields(words: tuple[str, ...]) -> dict[str, str]:
    """`name=张三 pin=1002` as a mapping."""
    pairs = [word.partition("=") for word in words]
    if any(not equals for _, equals, _ in pairs):
        raise ValueError("write FIELD=VALUE")
    return {name: value for name, _, value in pairs}


def fen(word: str) -> int:
    """`12.80` in fen, a leading minus allowed."""
    return -parse_fen(word[1:]) if word[:1] in "-−" else parse_fen(word)


def signed(word: str) -> int:
    """`−40`, `+3` or `7` as a number."""
    return int(word.replace("−", "-"))


def moment(day: str, time: str) -> datetime:
    """A moment of the shop's wall clock."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=SHOP_TIME)
