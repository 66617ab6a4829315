"""Segments as headquarters tells them: authored rules, and where the chain divides into fifths."""

from __future__ import annotations

from sqlmodel import Field

from app.records.base import Record

CUTS = "cuts"
"""The id of the row that carries the fifths' bounds instead of a rule."""


class SegmentRow(Record):
    """One authored segment, or the bounds of the chain's fifths; what its JSON means is `domain.segments`' matter."""

    id: str = Field(max_length=36)
    document: str = Field(max_length=4000)
    """A JSON object."""
    active: bool = True
