"""Kinds of promotion: one file each, and the tuple that names them all."""

from __future__ import annotations

from app.domain.promotions.amount_off import AmountOff
from app.domain.promotions.bundle import Bundle
from app.domain.promotions.exchange import Exchange
from app.domain.promotions.gift import Gift
from app.domain.promotions.goods import Promotion
from app.domain.promotions.nth_cheaper import NthCheaper
from app.domain.promotions.percent import Percent
from app.domain.promotions.threshold import Threshold
from app.domain.promotions.trade_in import TradeIn

KINDS: tuple[type[Promotion], ...] = (Percent, AmountOff, Threshold, NthCheaper, Bundle, Gift, Exchange, TradeIn)
"""Every kind; a new one is a new file and one name here."""
