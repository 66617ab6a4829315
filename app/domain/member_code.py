"""Dynamic member codes (91): twenty digits that change with the time, which a till proves without a line.

A member's app shows prefix 91, the member's nine-digit handle, an eight-digit proof and a Luhn digit. The proof is a
truncated HMAC-SHA256 of the handle and the running time step under the member's own key (the scheme of RFC 6238 with a
longer proof), so a till that holds its home members' keys verifies it offline, and forging one in three windows succeeds
once in thirty million tries.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.domain.codes import luhn_digit

PREFIX = "91"
HANDLE_DIGITS, PROOF_DIGITS = 9, 8
KEY_BYTES = 16

Verdict = Literal["proven", "replayed", "expired", "wrong", "unknown"]


@dataclass(frozen=True, slots=True)
class CodeRules:
    """How long a dynamic code holds; the figures are the rule pack's."""

    step_seconds: int
    """A new code every so many seconds."""
    steps_around: int
    """Steps before and after the present one that still count: clocks differ."""
    steps_remembered: int
    """How far back an old code is still told apart from a forged one."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> CodeRules:
        """Read the rules; ValueError where a figure makes no sense."""
        rules = cls(int(document["step_seconds"]), int(document["steps_around"]), int(document["steps_remembered"]))
        if rules.step_seconds < 1 or not 0 <= rules.steps_around <= rules.steps_remembered:
            raise ValueError(f"no rules for dynamic codes: {document!r}")
        return rules


@dataclass(frozen=True, slots=True)
class Proof:
    """What a dynamic code proves: whether it is the member's and fresh, and the step that it used up."""

    verdict: Verdict
    """proven | replayed (shown before) | expired (was right some minutes ago) | wrong | unknown (this till holds no key)."""
    step: int = -1
    """The time step that the code was made for; -1 where nobody can say."""


def make(handle: int, key: bytes, at: datetime, rules: CodeRules) -> str:
    """The code that the member's app shows at a moment; ValueError for a handle or key that does not fit."""
    if not 0 <= handle < 10**HANDLE_DIGITS or len(key) != KEY_BYTES:
        raise ValueError("a dynamic code needs a handle of nine digits and a key of sixteen bytes")
    body = f"{PREFIX}{handle:0{HANDLE_DIGITS}d}{_proof(handle, key, _step(at, rules))}"
    return body + luhn_digit(body)


def handle_of(raw: str) -> int | None:
    """Whose code it claims to be: the handle, or None where this is no dynamic code."""
    if len(raw) != 20 or not (raw.isascii() and raw.isdigit()) or not raw.startswith(PREFIX) or luhn_digit(raw[:-1]) != raw[-1]:
        return None
    return int(raw[2 : 2 + HANDLE_DIGITS])


def prove(raw: str, key: bytes, at: datetime, last_step: int, rules: CodeRules) -> Proof:
    """Judge a dynamic code for the member whose key this is; b"" stands for a member whose key this till does not hold.

    `last_step` is the newest step this till accepted of that member, -1 for none: a step is good once, and none before it
    is good any more (RFC 6238 §5.2), so that a photographed code buys nothing. The very code that was accepted is called
    used also when it is old by now.
    """
    handle = handle_of(raw)
    if handle is None:
        return Proof("wrong")
    if not key:
        return Proof("unknown")
    shown = raw[2 + HANDLE_DIGITS : 2 + HANDLE_DIGITS + PROOF_DIGITS]
    now = _step(at, rules)
    for step in _nearest_first(now, rules):
        if hmac.compare_digest(_proof(handle, key, step), shown):
            if abs(step - now) > rules.steps_around and step != last_step:
                return Proof("expired", step)
            return Proof("replayed" if step <= last_step else "proven", step)
    return Proof("wrong")


def _nearest_first(now: int, rules: CodeRules) -> list[int]:
    """The present step, its neighbours that count, then the older ones that only explain a refusal."""
    near = sorted(range(now - rules.steps_around, now + rules.steps_around + 1), key=lambda step: abs(step - now))
    return near + list(range(now - rules.steps_around - 1, now - rules.steps_remembered - 1, -1))


def _step(at: datetime, rules: CodeRules) -> int:
    return int(at.timestamp()) // rules.step_seconds


def _proof(handle: int, key: bytes, step: int) -> str:
    mark = hmac.digest(key, b"yaogui member code\x00" + handle.to_bytes(8, "big") + step.to_bytes(8, "big", signed=True), hashlib.sha256)
    return f"{int.from_bytes(mark[:8], 'big') % 10**PROOF_DIGITS:0{PROOF_DIGITS}d}"
