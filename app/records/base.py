"""The frozen base of every record, and the column types that money and counters share."""

from __future__ import annotations

from typing import Annotated

from sqlmodel import BigInteger, Field, SQLModel
from sqlmodel._compat import SQLModelConfig

Fen = Annotated[int, Field(sa_type=BigInteger)]
"""Money in fen; 64 bit on every database (a plain int is 32 bit on PostgreSQL)."""

Count = Annotated[int, Field(sa_type=BigInteger)]
"""A quantity in the product's smallest unit, or a counter; 64 bit on every database."""


class Record(SQLModel):
    """A fact: immutable once made, and refusing fields it does not know; what it refuses is not repeated in the error, which is logged."""

    model_config = SQLModelConfig(frozen=True, extra="forbid", hide_input_in_errors=True)
