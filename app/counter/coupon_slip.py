"""A coupon on paper: its token as a QR code where it has one, what it takes off, its last day, and whether it needs the line, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.counter.pen import Faces, Pen
from app.devices.ticket import Code, Ticket
from app.domain.verdict import Text


@dataclass(frozen=True, slots=True)
class CouponSlip:
    """What a coupon's paper says."""

    title: Text
    rule: Text
    """What it takes off and from what, in one sentence."""
    token: str
    """'' for a coupon that is used by finding its member, as a gift for joining is."""
    serial: str
    coupon_class: str
    """A | B | C | D."""
    starts_on: date
    ends_on: date
    bearer: bool = True
    """Whether whoever brings it may use it; else the member alone."""


def coupon_ticket(slip: CouponSlip, faces: Faces) -> Ticket:
    """Compose the slip of a coupon; ValueError for a token that no paper's QR code holds."""
    pen = Pen(faces)
    pen.head("title.coupon")
    english = pen.look.language == "en"
    pen.text(slip.title.of(pen.look.language), bold=True, big=True, align="center")
    pen.phrases(slip.rule.en if english else slip.rule.zh)
    pen.rule()
    pen.named("coupon.days", f"{slip.starts_on.isoformat()} – {slip.ends_on.isoformat()}")
    pen.named("coupon.where", pen.word(f"coupon.class_{slip.coupon_class}"))
    pen.named("coupon.who", pen.word("coupon.bearer" if slip.bearer else "coupon.member"))
    if slip.token:
        pen.lines.append(Code("qr", slip.token))
    pen.text(pen.word("coupon.once" if slip.token else "coupon.by_member"), align="center")
    pen.training()
    return pen.ticket("coupon", "")
