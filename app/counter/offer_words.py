"""What an offer promises in one sentence, and why it takes nothing off a basket; in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from app.domain.member_rights import Rights
from app.domain.money import WHOLE_BP, yuan
from app.domain.pricing import BookedOffer
from app.domain.promotions.amount_off import AmountOff
from app.domain.promotions.bundle import Bundle
from app.domain.promotions.exchange import Exchange
from app.domain.promotions.gift import Gift
from app.domain.promotions.nth_cheaper import NthCheaper
from app.domain.promotions.percent import Percent
from app.domain.promotions.threshold import Threshold
from app.domain.promotions.trade_in import TradeIn
from app.domain.verdict import Text
from app.records.offers import Offer

NamesOf = Callable[[Sequence[str]], str]
"""The names of some products, joined; those that are gone are left out."""
WEEK_ZH, WEEK_EN = "一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NAMED = 3
"""Products or categories that a sentence names before it only counts them."""


def neutral(offer: Offer) -> Offer:
    """An offer under a name that promotes nothing: receipt and screens are the public's (Advertising Law, Art. 15: verify)."""
    name = ("优惠券", "Coupon") if offer.by_right else ("店内优惠", "Offer of this store")
    return offer.model_copy(update={"title_zh": name[0], "title_en": name[1]})


def wants_proof(buys: Rights) -> Text:
    """Why a promised coupon waits for a better proof of who its holder is, and the ways out."""
    most = yuan(buys.coupon_most_fen)
    return Text(
        f"{buys.title.zh}只能用 {most} 以内的券：请出示动态会员码，或核对身份",
        f"{buys.title.en}: coupons to {most}. Ask for the changing member code, or check who it is",
    )


def rule(one: BookedOffer, names_of: NamesOf) -> Text:
    """The offer's rule in one sentence, made of its kind, scope and terms."""
    zh, en = _scope(one, names_of)
    match one.promotion:
        case Percent(percent_off_bp=off):
            return Text(f"{zh}打 {_tenths(off)} 折", f"{_share(off)} off {en}")
        case AmountOff(amount_fen=amount):
            return Text(f"{zh}每件立减 {yuan(amount)}", f"{yuan(amount)} off each of {en}")
        case Threshold(tiers=tiers):
            steps = sorted(tiers)
            said_zh = "，".join(f"满 {yuan(reach)} 减 {yuan(off)}" for reach, off in steps)
            said_en = ", ".join(f"{yuan(off)} off from {yuan(reach)}" for reach, off in steps)
            return Text(f"{zh}{said_zh}", f"{said_en}: {en}")
        case NthCheaper(nth=nth, percent_off_bp=off) if off == WHOLE_BP:
            return Text(f"{zh}每 {nth} 件免最便宜的 1 件", f"Every {nth} of {en}: the cheapest free")
        case NthCheaper(nth=nth, percent_off_bp=off):
            half = "半价" if off * 2 == WHOLE_BP else f"打 {_tenths(off)} 折"
            return Text(f"{zh}每 {nth} 件，最便宜的 1 件{half}", f"Every {nth} of {en}: {_share(off)} off the cheapest")
        case Bundle(needs=needs, price_fen=price):
            named = "＋".join(names_of([product]) + (f"×{count}" if count > 1 else "") for product, count in needs)
            return Text(f"{named}，一套 {yuan(price)}", f"{named}: {yuan(price)} the set")
        case Exchange(reach_fen=reach, product=wanted, price_fen=price):
            cheap = names_of([wanted])
            return Text(f"{zh}满 {yuan(reach)} 加 {yuan(price)} 换购{cheap}", f"{cheap} for {yuan(price)} from {yuan(reach)}: {en}")
        case TradeIn(amount_fen=amount):
            return Text(f"{zh}以旧换新补贴 {yuan(amount)}", f"{yuan(amount)} off for an old one handed in: {en}")
        case Gift(buy_quantity=buy, gift_product=given, gift_quantity=count):
            gift = names_of([given])
            return Text(f"{zh}每买 {buy} 件送{gift} {count} 件", f"Buy {buy} of {en}: {count} {gift} free")
        case _:
            return Text(one.title_zh, one.title_en)


def why(code: str, facts: Mapping[str, str | int], names_of: NamesOf) -> Text:
    """The engine's reason in words, with what would change it."""

    def money(name: str) -> str:
        return yuan(int(facts.get(name, 0)))

    def goods(name: str) -> str:
        return names_of([key for key in str(facts.get(name, "")).split(";") if key])

    match code:
        case "threshold_short":
            short, off = money("short_fen"), money("off_fen")
            return Text(f"再买 {short} 可减 {off}", f"{short} more to take {off} off")
        case "nth_short":
            return Text(f"再买 {facts.get('missing')} 件", f"{facts.get('missing')} more to buy")
        case "gift_short":
            given = goods("gift_product")
            return Text(f"再买 {facts.get('missing')} 件，送{given}", f"{facts.get('missing')} more to buy for {given}")
        case "gift_not_scanned":
            return Text(f"把赠品{goods('gift_product')}扫进来", f"Scan the gift: {goods('gift_product')}")
        case "bundle_incomplete":
            return Text(f"还缺{goods('missing')}", f"Still missing: {goods('missing')}")
        case "better_without":
            amount = money("amount_fen")
            return Text(f"单用可减 {amount}，现用的更划算", f"{amount} off alone; what is used is better")
        case "exchange_short":
            wanted, price = goods("product"), money("price_fen")
            return Text(f"再买 {money('short_fen')}，可加 {price} 换购{wanted}", f"{money('short_fen')} more for {wanted} at {price}")
        case "exchange_not_scanned":
            return Text(f"把换购的{goods('product')}扫进来", f"Scan what is exchanged for: {goods('product')}")
        case "when_hours":
            return Text(f"{facts.get('hours')} 可用", f"Good at {facts.get('hours')}")
        case "when_weekday":
            days = [int(one) for one in str(facts.get("weekdays", "")).split(";") if one]
            zh_days, en_days = "、".join(f"周{WEEK_ZH[one - 1]}" for one in days), ", ".join(WEEK_EN[one - 1] for one in days)
            return Text(f"{zh_days}可用", f"Good on {en_days}")
        case "when_birthday":
            if not facts.get("known"):
                return Text("生日券：会员资料里没有生日", "A birthday coupon: no birthday is known")
            span = {"day": ("生日当天", "on the birthday"), "week": ("生日前后 3 天", "within three days of the birthday")}
            zh_span, en_span = span.get(str(facts.get("span")), ("生日当月", "in the month of the birthday"))
            return Text(f"{zh_span}可用", f"Good {en_span}")
        case "when_channel":
            return Text("限线上使用", "For online orders only")
        case "when_refill":
            return Text("续方券：限买过的商品", "A refill coupon: for what was bought before")
        case "when_trade_in":
            return Text("先登记收回的旧物", "Register the old article first")
        case "old_article_used":
            return Text("收回的旧物已用于另一项补贴，再登记一件", "The old article earns another subsidy; register one more")
        case "per_person":
            most, used = facts.get("most"), facts.get("used")
            return Text(f"每人限用 {most} 次，已用 {used} 次", f"{most} for each person; used {used}")
        case "ask_first":
            return Text("通用券：选它即向总部预留（需联网）", "Good everywhere: choosing it asks headquarters (line needed)")
        case "asking":
            return Text("正在向总部预留，可继续收银", "Headquarters is being asked; go on meanwhile")
        case "not_chosen":
            return Text("没选用", "Not chosen")
        case "nothing_in_scope":
            return Text("本单没有适用商品", "Nothing here it is for")
        case "members_only":
            return Text("会员专享：先登记会员", "For members: name the member first")
        case "tier_only":
            return Text("限指定等级会员", "For members of certain tiers")
        case "not_giftable" | "not_promotable":
            return Text("处方药和甲类非处方药不参加", "The law keeps these medicines out")
        case "price_changed":
            return Text("已改价的商品不参加", "Not on a changed price")
        case "better_in_group" | "not_alone" | "taken_by_exclusive":
            return Text("不与现有优惠同享", "Not together with what applies")
        case _:
            return Text("没有可减的金额", "Nothing left to take off")


def _scope(one: BookedOffer, names_of: NamesOf) -> tuple[str, str]:
    """What the offer is for: named where they are few, counted where they are many."""
    if one.everything:
        return "全场", "everything"
    # Packs of one medicine are named once.
    names = sorted(one.categories) or list(dict.fromkeys(names_of([product]) for product in sorted(one.products)))
    if not names:
        return "", ""
    shown = "、".join(names[:NAMED])
    if len(names) <= NAMED:
        return f"{shown}：", shown
    kinds = "类" if one.categories else "种"
    return f"{shown} 等 {len(names)} {kinds}：", f"{shown} and {len(names) - NAMED} more"


def _tenths(off_bp: int) -> str:
    """What is paid, in tenths: 1000 off → 9, 1500 off → 8.5."""
    return f"{(WHOLE_BP - off_bp) / 1000:g}"


def _share(off_bp: int) -> str:
    return f"{off_bp / 100:g}%"
