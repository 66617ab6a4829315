"""What the law keeps from a coupon before it is made: no gift of a prescription or class-A medicine, and no praise of the former."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from app.domain.pricing import BookedOffer
from app.hub import tables
from app.records.offers import Offer
from app.records.resources import resource


def forbidden(connection: Connection, offer: Offer) -> str:
    """Why no coupon of an offer may be made, in words for its maker, or ''; ValueError where its terms cannot be understood.

    A name that some product without prescription bears too promotes no prescription medicine.
    """
    read = json.loads(resource("rules", "campaigns.json").read_text("utf-8"))
    booked = BookedOffer.read(offer)
    given = booked.names if booked.promotion.gives_away and booked.names else booked.products if booked.gives_scope_away else frozenset()
    row = tables.feed_row.c
    products = select(row.json).where(row.store_id == "", row.feed == "product", row.current)
    for text in connection.scalars(products.where(row.key.in_(sorted(given)))):
        product = json.loads(text)
        if product["rx_class"] in read["not_giftable"]:
            return f"{product['generic_name']} may not be given away ({product['rx_class']}; 药品流通监督管理办法, Art. 20: verify)"
    told = f"{offer.title_zh} {offer.title_en}".casefold()
    for name in read["not_named"]:
        for text in connection.scalars(products.where(row.json.like(f'%"rx_class":"{name}"%'))):
            product = json.loads(text)
            for called in (product["generic_name"], product.get("brand_name", "")):
                if len(called) > 1 and called.casefold() in told and not _free(connection, called, name):
                    return f"its title promotes the prescription medicine {called} to the public (Advertising Law, Art. 15: verify)"
    return ""


def _free(connection: Connection, called: str, class_name: str) -> bool:
    """Whether a product of another class bears the same name."""
    row = tables.feed_row.c
    wanted = select(row.json).where(row.store_id == "", row.feed == "product", row.current, row.json.like(f"%{called}%"))
    for text in connection.scalars(wanted):
        product = json.loads(text)
        if product["rx_class"] != class_name and called in (product["generic_name"], product.get("brand_name", "")):
            return True
    return False
