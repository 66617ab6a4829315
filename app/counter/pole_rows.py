"""What the pole display says: the customer's view in two rows of twenty cells."""

from __future__ import annotations

from app.counter.customer_view import CustomerView
from app.devices.pole import Rows, fit
from app.domain.money import format_fen


def pole_rows(view: CustomerView, shop: str) -> Rows:
    """The newest line and the total while selling, what is still due while paying, the change at the end; the shop's name between."""
    match view.state:
        case "selling":
            last = view.lines[-1]
            many = f"×{last.quantity} " if last.quantity > 1 else ""
            return fit(last.name, f"{many}{format_fen(last.amount_fen)}"), fit("合计", format_fen(view.total_fen))
        case "paying":
            upper = fit("应付", format_fen(view.total_fen))
            if view.change_fen:
                return fit("已收", format_fen(view.paid_fen)), fit("找零", format_fen(view.change_fen))
            return upper, fit("还差" if view.paid_fen else "请付款", format_fen(view.due_fen))
        case "thanks":
            return fit("谢谢惠顾"), fit("找零", format_fen(view.change_fen)) if view.change_fen else fit("祝您健康")
    return fit(shop), fit("欢迎光临")
