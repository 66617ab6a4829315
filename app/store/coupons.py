"""Personal coupons as this till knows them: the rights headquarters told of, and the serials used here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.records.coupons import CouponRight
from app.store import tables as t
from app.store.engine import Readers
from app.store.rows import upsert

# Built once: rights are read on the scan path, and building a select costs more than running it.
_USABLE = (
    select(t.coupon_right)
    .outerjoin(t.coupon_use, t.coupon_use.c.serial == t.coupon_right.c.serial)
    .where(
        t.coupon_right.c.member_id == bindparam("of_member"),
        t.coupon_right.c.state == "active",
        t.coupon_right.c.used_in == "",
        t.coupon_use.c.serial.is_(None),
    )
    .order_by(t.coupon_right.c.ends_on, t.coupon_right.c.serial)
)
_RIGHT = select(t.coupon_right).where(t.coupon_right.c.serial == bindparam("of_serial"))
_USE = select(t.coupon_use).where(t.coupon_use.c.serial == bindparam("of_serial"))
_USED_IN = select(t.coupon_use).where(t.coupon_use.c.sale_id == bindparam("of_sale")).order_by(t.coupon_use.c.serial)


@dataclass(frozen=True, slots=True)
class CouponUse:
    """A serial that a sale of this till used up."""

    serial: str
    offer_id: str
    member_id: str
    sale_id: str
    cut_fen: int
    at: datetime


def keep_rights(connection: Connection, records: Sequence[CouponRight]) -> None:
    """Keep rights as headquarters tells them now."""
    upsert(connection, t.coupon_right, [{**record.model_dump(exclude={"id"}), "serial": record.id} for record in records])


class Coupons:
    """Reads rights and uses."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def usable(self, member_id: str) -> tuple[CouponRight, ...]:
        """A member's rights that are neither revoked nor used up, the one that ends first at the front; of any day."""
        rows = self._readers.connection().execute(_USABLE, {"of_member": member_id})
        return tuple(_right(row) for row in rows)

    def right(self, serial: str) -> CouponRight | None:
        """The right of a serial, if headquarters has told this store of it."""
        row = self._readers.connection().execute(_RIGHT, {"of_serial": serial}).first()
        return _right(row) if row is not None else None

    def use(self, serial: str) -> CouponUse | None:
        """How this till has used a serial up."""
        row = self._readers.connection().execute(_USE, {"of_serial": serial}).first()
        return CouponUse(**row._mapping) if row is not None else None

    def used_in(self, sale_id: str) -> tuple[CouponUse, ...]:
        """The coupons that a sale of this till used up and that have not come back."""
        rows = self._readers.connection().execute(_USED_IN, {"of_sale": sale_id})
        return tuple(CouponUse(**row._mapping) for row in rows)


def _right(row: Any) -> CouponRight:
    return CouponRight(id=row.serial, **{name: getattr(row, name) for name in CouponRight.model_fields if name != "id"})
