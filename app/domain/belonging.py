"""Belonging: what is known of one member made into a profile and judged by the segments' rules, alike at headquarters and at a till.

Each side only gathers the evidence from what it holds; everything that is decided about it is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.care import CareRules, Reading
from app.domain.purposes import HEALTH, HISTORY, PERSONAL
from app.domain.safety import age_months
from app.domain.segments import YEAR_DAYS, Bought, Cuts, Membership, Profile, Segment, memberships, profile
from app.records.people import Member

NO_OFFER = frozenset({"member_price", "price_change", "rounding"})
"""Causes of a cut that say nothing about looking for offers."""
SEVERITY: Mapping[str, int] = {"ok": 0, "low": 1, "above": 1, "high": 2, "urgent_low": 3, "urgent_high": 3}
"""Level of advice → how a reading counts in a rule."""
TESTS_DAYS = 90


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one side holds of one person, whichever of their merged ids it came under."""

    member: Member
    consents: Mapping[str, bool]
    """Purpose → the latest word; missing where nobody asked."""
    bought: Sequence[Bought]
    readings: Sequence[Reading]


def profile_of(evidence: Evidence, today: date, cuts: Cuts, care: CareRules) -> Profile:
    """Everything a rule may ask of this person; what they did not allow to be looked at is not known."""
    said = evidence.consents
    member = evidence.member
    known: dict[str, int] = {}
    months = age_months(member.born_on, today)
    if months >= 0:
        known["age"] = months // 12
    if member.joined_on is not None and member.joined_on <= today:
        known["member_days"] = (today - member.joined_on).days
    if said.get(HEALTH, True):
        known["chronic"] = int(member.chronic)
    if said.get(HEALTH, False):
        known |= _measured(evidence.readings, member.sex, today, care)
    bought = evidence.bought if said.get(HISTORY, True) else ()
    return profile(bought, today, cuts, known)


def _measured(readings: Iterable[Reading], sex: str, today: date, care: CareRules) -> dict[str, int]:
    """Facts of the readings that tell of an illness: a weight does not. Grades are the rules' own, whatever the person's target."""
    telling = [one for one in readings if one.kind in care.kinds and care.kinds[one.kind].persists]
    mine = sorted((one for one in telling if 0 <= (today - one.day).days <= YEAR_DAYS), key=lambda one: (one.at, one.reading_id))
    facts = {"tests_90": sum((today - one.day).days <= TESTS_DAYS for one in mine)}
    if mine:
        newest = mine[-1]
        grade = next(each for each in care.kinds[newest.kind].grades if each.fits(newest.figures, newest.context, sex))
        facts |= {"grade": SEVERITY[grade.level], "test_age_days": (today - newest.day).days}
    return facts


def judged(segments: Iterable[Segment], evidence: Evidence, today: date, cuts: Cuts, care: CareRules) -> tuple[Membership, ...]:
    """The segments this person is in; none once they said no to being sorted for suggestions."""
    if not evidence.consents.get(PERSONAL, True):
        return ()
    return memberships(segments, profile_of(evidence, today, cuts, care))
