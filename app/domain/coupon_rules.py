"""What each class of coupon may do without a line, and what it can cost at worst."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.money import yuan
from app.domain.verdict import Text


@dataclass(frozen=True, slots=True)
class ClassRules:
    """One class of coupons."""

    letter: str
    offline: bool
    """Whether a till may take it by itself."""
    revocation_age_h: int
    """Hours after which a use without a word from headquarters is looked into; 0 where the age does not matter."""


@dataclass(frozen=True, slots=True)
class CouponRules:
    """`resources/rules/coupons.json`."""

    classes: Mapping[str, ClassRules]
    lease_days: int
    """How long a till's share lasts, its first day counted."""
    per_till: int
    low: int
    reserve_minutes: int
    """How long headquarters puts a serial by for a basket."""
    give_up_days: int
    """Days after a reservation's end from which headquarters may free it although its till was never heard again."""
    margin_minutes: int
    """A till uses no reservation that ends so soon."""
    struck_days: int
    """Business days before today whose lowest price bounds a struck-through one."""
    trade_kinds: Mapping[str, Text]
    trade_unpaid: frozenset[str]
    """Kinds that are taken back and never paid for: expired medicine."""
    trade_conditions: Mapping[str, Text]

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> CouponRules:
        """Read the rules; KeyError names what is missing."""
        classes = plain["classes"]
        lease, reserved = classes["C"], classes["D"]
        return cls(
            classes={
                letter: ClassRules(letter, bool(each["offline"]), int(each["revocation_age_h"])) for letter, each in classes.items()
            },
            lease_days=int(lease["lease_days"]),
            per_till=int(lease["per_till"]),
            low=int(lease["low"]),
            reserve_minutes=int(reserved["reserve_minutes"]),
            give_up_days=int(reserved["give_up_days"]),
            margin_minutes=int(reserved["margin_minutes"]),
            struck_days=int(plain["struck_days"]),
            trade_kinds={code: Text(*words) for code, words in plain["trade_kinds"].items()},
            trade_unpaid=frozenset(plain["trade_unpaid"]),
            trade_conditions={code: Text(*words) for code, words in plain["trade_conditions"].items()},
        )


@dataclass(frozen=True, slots=True)
class WorstLoss:
    """What a class can lose at most beyond what it promises, in fen, and in words for whoever designs a campaign."""

    fen: int
    words: Text


def worst_loss(letter: str, face_fen: int, coupons: int, tills: int) -> WorstLoss:
    """The bound for so many coupons of a face value that are good at so many tills.

    A has no serial, so nothing can be used too often. B: every till that is cut off from the others can take a serial once, and one
    of them was meant. C and D: nothing, as no right is ever in two hands.
    """
    if letter == "B":
        lost = face_fen * coupons * max(0, tills - 1)
        return WorstLoss(
            lost,
            Text(
                f"门店内收银台互相断网时，每张券每台各能用 1 次：最多多减 {yuan(lost)}，逐笔上报",
                f"While a store's tills are cut off from each other each can take a coupon once: {yuan(lost)} at most, every case told",
            ),
        )
    words = {
        "A": Text("公开活动，没有券号，不存在重复使用", "An open promotion without serials: nothing can be used twice"),
        "C": Text("每台只用自己的名额：断网也不会超用", "Each till uses only its own share: none too many, offline too"),
        "D": Text("总部先预留才能用：不会超用", "Used only once headquarters has put it by: none too many"),
    }
    return WorstLoss(0, words[letter])
