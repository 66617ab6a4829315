"""The preview of a receipt template: a sample sale with everything on it, as the printer of this till prints it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.counter.pen import Faces
from app.counter.receipt_template import read
from app.counter.receipts import PointsLine, sale_ticket
from app.devices.encoder import Encoder
from app.devices.profile import PrinterProfile
from app.devices.ticket import Ticket
from app.devices.virtual import preview as paper_of
from app.domain.invoice import InvoiceTitle
from app.records.events import Cut, SaleClosed, SaleLine, SoldCode, Tender
from app.records.people import Member

if TYPE_CHECKING:
    from PIL.Image import Image

SAMPLE_NUMBER = "S001-01-0000-000123-0a1b2c3d"
SAMPLE_AT = datetime(2026, 11, 21, 6, 2, 9, tzinfo=UTC)
_MEMBER = Member(id="sample", card_no="90000000000000000017", phone="13800005566", name="示范会员", tier="gold")


def sample_ticket(body: Mapping[str, Any], faces: Faces, *, member: bool = True) -> Ticket:
    """Return the receipt of the sample sale under a template in its edited shape; ValueError for an unlawful one.

    member: to a member with points, or to a stranger, who is invited by the code to join.
    """
    template = read(body)
    look = replace(faces.look(), template=template)
    known = replace(faces, look=lambda: look, member=lambda _: _MEMBER, staff=lambda staff_id: faces.staff(staff_id) or _PEOPLE[staff_id])
    sale = _SALE if member else _SALE.model_copy(update={"member_id": ""})
    points = PointsLine(1280, 61, 0, 1341) if member else None
    title = InvoiceTitle("示范信息技术有限公司", "91000000MA00DEM00P")
    return sale_ticket(sale, SAMPLE_NUMBER, SAMPLE_AT, known, points=points, invoice=title)


def preview(body: Mapping[str, Any], profile: PrinterProfile, faces: Faces, font: Path, *, member: bool = True) -> bytes:
    """Return the PNG of the paper that this printer would put out, dot by dot; ValueError for an unlawful template."""
    png = io.BytesIO()
    picture(body, profile, faces, font, member=member).save(png, "PNG")
    return png.getvalue()


def picture(body: Mapping[str, Any], profile: PrinterProfile, faces: Faces, font: Path, *, member: bool = True) -> Image:
    """Return the same as a picture of one bit a dot, its white margins included."""
    encoded = Encoder(profile, font).encode(sample_ticket(body, faces, member=member))
    return paper_of(encoded, font, dots=profile.dots, charset="gb18030" if profile.charset == "gb18030" else "gbk")


def _line(no: int, name: str, price: int, **more: object) -> SaleLine:
    facts: dict[str, object] = {
        "line_id": f"l{no}",
        "no": no,
        "product_id": f"p{no}",
        "generic_name": name,
        "form": "片剂",
        "spec": "0.25g×24片/盒",
        "unit": "盒",
        "maker": "青禾制药有限公司",
        "holder": "青禾制药有限公司",
        "quantity": 1,
        "list_price_fen": price,
        "unit_price_fen": price,
        "amount_fen": price,
        "lot_no": f"B26{no:02d}07",
        "expires_on": date(2028, 3, 31),
        "lot_source": "code",
        "codes": (SoldCode(code=f"8{no:019d}", entry="scanned"),),
        "salesperson": "sample-guide",
    }
    return SaleLine.model_validate(facts | more)


_PEOPLE = {"sample-cashier": "李示范 1001", "sample-guide": "周示范 1002", "sample-pharmacist": "许示范 执业药师 示320000001"}
_SALE = SaleClosed(
    sale_id="sample",
    basket_id="sample",
    shift_id="sample",
    till="01",
    cashier="sample-cashier",
    member_id="sample",
    opened_at=SAMPLE_AT,
    lines=(
        _line(
            1,
            "阿莫西林胶囊",
            1580,
            brand_name="阿禾仙",
            form="胶囊剂",
            rx_class="rx",
            near_expiry=True,
            expires_on=date(2027, 1, 31),
            holder="远山药物研究开发有限责任公司",
        ),
        _line(2, "维生素C泡腾片", 2480, quantity=2, amount_fen=4160),
        _line(
            3, "金银花", 4, quantity=1250, unit="0.01g", kind="tcm", form="", spec="", maker="百草园饮片有限公司", holder="",
            origin="山东", amount_fen=5000, codes=(),
        ),
    ),
    cuts=(
        Cut(line_id="l2", cause_kind="threshold", cause_id="sample", title_zh="满 40 减 8", title_en="8 off 40", amount_fen=800),
    ),
    tenders=(
        Tender(
            tender_id="1", method="insurance", title_zh="医保终端", title_en="Insurance", kind="recorded", amount_fen=5000,
            handed_fen=5000, last_digits="0021", at=SAMPLE_AT,
        ),
        Tender(
            tender_id="2", method="cash", title_zh="现金", title_en="Cash", kind="cash", amount_fen=5740, handed_fen=6000, at=SAMPLE_AT
        ),
    ),
    subtotal_fen=11540,
    cut_fen=800,
    rounding_fen=0,
    payable_fen=10740,
    change_fen=260,
    pharmacist="sample-pharmacist",
    reviews=("sample",),
    invoice_wanted=True,
    rule_pack="sample",
)  # fmt: skip
