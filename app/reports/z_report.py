"""The X report of a running shift, the Z report of a closed one and the 日结 of a day, as A4 pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime

from app.records.clock import shop_day
from app.records.events import DayClosed, ShiftClosed, ShiftTotals
from app.reports.page import (
    BAD_INK,
    BAD_T,
    GOLD_INK,
    GOLD_T,
    INFO_INK,
    INFO_T,
    MM,
    SIGN_ROOM,
    WARN_INK,
    WARN_T,
    Card,
    Cell,
    Column,
    Page,
    moment,
    money,
    signed,
)
from app.reports.shop import ShopFace
from app.reports.words import Words

Naming = Callable[[str], str]
Hours = Sequence[tuple[int, int]]

_NONE = "—"
_SHOWN_HOURS = (8, 21)
"""Hours that a plot always shows; sales outside them widen it."""


def z_pdf(
    body: ShiftClosed,
    number: str,
    shop: ShopFace,
    staff: Naming,
    tender: Naming,
    hours: Hours,
    *,
    day: date | None = None,
    made_at: datetime | None = None,
) -> bytes:
    """The Z of a closed shift; `number` is the printed number of its event. Without `day` and `made_at` those of its last count."""
    closed_at = body.counts[-1].at if body.counts else body.opened_at
    words = Words(shop.language)
    page = Page(
        shop,
        words("title.z"),
        made_at=made_at or closed_at,
        number=number,
        facts=(
            words("z_no", n=body.z_no, till=shop.till_title or body.till),
            words("business_day", day=(day or shop_day(body.opened_at)).isoformat()),
            words("span", first=moment(body.opened_at), last=moment(closed_at)),
            words("cashier", name=staff(body.staff_id)),
        ),
    )
    totals = body.totals
    page.cards((*_sales_cards(page, totals), _difference_card(page, body.difference_fen), _remit_card(page, body)))
    if body.unsent_events or body.unprinted_jobs or body.held_baskets:
        page.strip(
            words("left_open", unsent=body.unsent_events, unprinted=body.unprinted_jobs, held=body.held_baskets), WARN_INK, WARN_T
        )
    counted = (body.counted_fen, body.difference_fen)
    _two_lists(page, _sales_pairs(page, totals), _drawer_pairs(page, totals, body, shop.cash))
    _tenders(page, totals, tender, shop.cash, cash_shown=True, counted=counted)
    _stored(page, totals, tender, shop.cash)
    _counts(page, body)
    _plots(page, totals, tender, hours)
    _watched(page, totals)
    _perpetual(page, body.perpetual_fen)
    handed = staff(body.handed_to) if body.handed_to else ""
    taken_by = words("sign.to", name=handed) if handed else words("sign.to_blank")
    page.signatures((words("sign.from", name=staff(body.staff_id)), taken_by, words("sign.manager")))
    return page.finish()


def x_pdf(
    totals: ShiftTotals,
    shop: ShopFace,
    staff: Naming,
    tender: Naming,
    hours: Hours,
    *,
    staff_id: str,
    opened_at: datetime,
    made_at: datetime,
    day: date | None = None,
    cash_shown: bool = False,
) -> bytes:
    """The running figures of an open shift.

    Unless `cash_shown`, cash and every sum that would reveal it stay out, so that the count at close is blind.
    """
    words = Words(shop.language)
    page = Page(
        shop,
        words("title.x"),
        made_at=made_at,
        facts=(
            shop.till_title or words("till", till=shop.till),
            words("business_day", day=(day or shop_day(opened_at)).isoformat()),
            words("span", first=moment(opened_at), last=moment(made_at)),
            words("cashier", name=staff(staff_id)),
        ),
    )
    if cash_shown:
        page.cards(_sales_cards(page, totals))
    else:
        page.strip(words("blind"), INFO_INK, INFO_T)
    _two_lists(page, _sales_pairs(page, totals, shown=cash_shown), _drawer_pairs(page, totals, None, shop.cash, shown=cash_shown))
    _tenders(page, totals, tender, shop.cash, cash_shown=cash_shown, counted=None)
    _stored(page, totals, tender, shop.cash, shown=cash_shown)
    if cash_shown:
        _plots(page, totals, tender, hours)
    _watched(page, totals)
    return page.finish()


def day_pdf(
    body: DayClosed,
    number: str,
    shop: ShopFace,
    staff: Naming,
    tender: Naming,
    hours: Hours,
    *,
    made_at: datetime,
    shifts: Sequence[ShiftClosed] = (),
) -> bytes:
    """The 日结 of a business day; `shifts` are the Z bodies it sums (`store.shifts.closing(id)` of `body.shifts`)."""
    words = Words(shop.language)
    page = Page(
        shop,
        words("title.day"),
        made_at=made_at,
        number=number,
        facts=(words("business_day", day=body.day.isoformat()), words("shift_count", n=len(body.shifts))),
    )
    totals = body.totals
    difference = sum(shift.difference_fen for shift in shifts)
    cards = _sales_cards(page, totals)
    page.cards((*cards, _difference_card(page, difference)) if shifts else cards)
    _two_lists(page, _sales_pairs(page, totals), _drawer_pairs(page, totals, None, shop.cash))
    _tenders(page, totals, tender, shop.cash, cash_shown=True, counted=None)
    _stored(page, totals, tender, shop.cash)
    if shifts:
        _shifts(page, shifts, staff)
    _plots(page, totals, tender, hours)
    _watched(page, totals)
    _perpetual(page, body.perpetual_fen)
    page.note(words("backup", digest=body.backup) if body.backup else words("no_backup"), size=7.5)
    page.signatures((words("sign.manager"), words("sign.checker")))
    return page.finish()


def net_fen(totals: ShiftTotals) -> int:
    """Sales less returns and voids."""
    return totals.sales_fen - totals.returns_fen - totals.voids_fen


def _sales_cards(page: Page, totals: ShiftTotals) -> tuple[Card, ...]:
    words = page.words
    average = totals.sales_fen // totals.sales if totals.sales else 0
    note = words("net.note", gross=money(totals.sales_fen), back=money(totals.returns_fen + totals.voids_fen))
    return (
        Card(words("net"), money(net_fen(totals)), note),
        Card(words("sales_count"), str(totals.sales), words("sales_count.note", average=money(average)), money=False),
    )


def _difference_card(page: Page, difference_fen: int) -> Card:
    words = page.words
    if difference_fen == 0:
        return Card(words("difference"), money(0), words("difference.even"))
    tone, tint = (BAD_INK, BAD_T) if difference_fen < 0 else (WARN_INK, WARN_T)
    note = words("difference.short" if difference_fen < 0 else "difference.over")
    return Card(words("difference"), signed(difference_fen), note, tone, tint)


def _remit_card(page: Page, body: ShiftClosed) -> Card:
    words = page.words
    return Card(words("remit"), money(body.remit_fen), words("remit.note", left=money(body.float_left_fen)), GOLD_INK, GOLD_T)


Pairs = list[tuple[str, str] | tuple[str, str, bool]]


def _sales_pairs(page: Page, totals: ShiftTotals, *, shown: bool = True) -> tuple[str, Pairs]:
    words = page.words

    def sum_of(fen: int) -> str:
        return money(fen) if shown else words("hidden")

    return words("group.sales"), [
        (words("sales", n=totals.sales), sum_of(totals.sales_fen)),
        (words("returns", n=totals.returns), sum_of(-totals.returns_fen)),
        (words("voids", n=totals.voids), sum_of(-totals.voids_fen)),
        (words("net"), sum_of(net_fen(totals)), True),
        (words("cuts"), money(totals.cuts_fen)),
        (words("rounding"), money(totals.rounding_fen)),
        (words("member_sales"), str(totals.member_sales)),
        (words("rx_sales"), str(totals.rx_sales)),
    ]


def _drawer_pairs(
    page: Page, totals: ShiftTotals, body: ShiftClosed | None, methods: Collection[str], *, shown: bool = True
) -> tuple[str, Pairs]:
    words = page.words
    loaded = sum(row.amount_fen - row.refund_fen for row in totals.load_tenders if row.method in methods)
    cash = totals.expected_cash_fen - totals.float_fen - totals.cash_in_fen + totals.cash_out_fen - loaded
    stored: Pairs = [(words("cash_loaded"), money(loaded) if shown else words("hidden"))] if totals.load_tenders else []
    rows: Pairs = [
        (words("float"), money(totals.float_fen)),
        (words("cash_taken"), money(cash) if shown else words("hidden")),
        *stored,
        (words("cash_in"), money(totals.cash_in_fen)),
        (words("cash_out"), money(-totals.cash_out_fen)),
        (words("expected"), money(totals.expected_cash_fen) if shown else words("hidden"), True),
    ]
    if body is not None:
        rows += [
            (words("counted"), money(body.counted_fen)),
            (words("difference"), signed(body.difference_fen), True),
            (words("left_and_remit"), f"{money(body.float_left_fen)} / {money(body.remit_fen)}"),
        ]
    return words("group.drawer"), rows


def _two_lists(page: Page, *lists: tuple[str, Pairs]) -> None:
    between = 10 * MM
    wide = (page.width - between) / 2
    page.need(15 * max(len(rows) for _, rows in lists) + 24)
    for n, (title, _) in enumerate(lists):
        page.heading(page.left + n * (wide + between), page.y, title)
    page.y -= 17
    page.y = min(page.pairs(page.left + n * (wide + between), wide, rows) for n, (_, rows) in enumerate(lists))
    page.gap()


def _tenders(
    page: Page, totals: ShiftTotals, tender: Naming, methods: Collection[str], *, cash_shown: bool, counted: tuple[int, int] | None
) -> None:
    """What every method took; for cash also what the drawer should hold and, once counted, what it held."""
    words = page.words
    hidden = words("hidden")
    page.section(words("group.tenders"), words("tenders.note") if counted else "")
    columns = [
        Column(words("tender"), 3),
        Column(words("taken_count"), 1.3, "right"),
        Column(words("taken"), 2.2, "right"),
        Column(words("refund_count"), 1.6, "right"),
        Column(words("refunded"), 2, "right"),
        Column(words("net_taken"), 2.2, "right"),
        Column(words("expected"), 2.2, "right"),
        Column(words("counted"), 2.2, "right"),
        Column(words("difference"), 2, "right"),
    ]
    rows: list[list[str | Cell]] = []
    # One drawer holds all of it: what it should hold and held stands once.
    drawer = next((row.method for row in totals.tenders if row.method in methods), "")
    for row in totals.tenders:
        cash = row.method in methods
        whole = row.method == drawer
        shown = cash_shown or not cash
        net = row.amount_fen - row.refund_fen
        difference: str | Cell = _NONE
        if whole and counted is not None:
            difference = Cell(signed(counted[1]), BAD_INK if counted[1] < 0 else WARN_INK if counted[1] else None, True)
        rows.append(
            [
                Cell(tender(row.method), bold=cash),
                str(row.sales),
                money(row.amount_fen) if shown else hidden,
                str(row.refunds),
                money(row.refund_fen) if shown else hidden,
                money(net) if shown else hidden,
                _NONE if not whole else money(totals.expected_cash_fen) if cash_shown else hidden,
                money(counted[0]) if whole and counted is not None else _NONE,
                difference,
            ]
        )
    taken = sum(row.amount_fen for row in totals.tenders)
    refunded = sum(row.refund_fen for row in totals.tenders)
    sums = [
        words("sum"),
        str(sum(row.sales for row in totals.tenders)),
        money(taken) if cash_shown else hidden,
        str(sum(row.refunds for row in totals.tenders)),
        money(refunded) if cash_shown else hidden,
        money(taken - refunded) if cash_shown else hidden,
        "",
        "",
        "",
    ]
    page.table(columns, rows, sums=sums)
    page.gap()


def _stored(page: Page, totals: ShiftTotals, tender: Naming, methods: Collection[str], *, shown: bool = True) -> None:
    """What members paid in and had paid out, by tender: in the drawer, and no turnover; nothing where nobody did."""
    if not (totals.loads or totals.payouts):
        return
    words = page.words

    def sum_of(fen: int) -> str:
        return money(fen) if shown else words("hidden")

    page.section(words("group.stored"), words("stored.note", bonus=money(totals.load_bonus_fen)))
    columns = [
        Column(words("tender"), 3),
        Column(words("load_count"), 1.6, "right"),
        Column(words("loaded"), 2.4, "right"),
        Column(words("payout_count"), 1.6, "right"),
        Column(words("paid_out"), 2.4, "right"),
        Column(words("net_taken"), 2.4, "right"),
    ]
    rows: list[list[str | Cell]] = [
        [
            Cell(tender(row.method), bold=row.method in methods),
            str(row.sales),
            sum_of(row.amount_fen),
            str(row.refunds),
            sum_of(row.refund_fen),
            sum_of(row.amount_fen - row.refund_fen),
        ]
        for row in totals.load_tenders
    ]
    loaded, paid_out = totals.loads_fen, totals.payouts_fen
    whole = [words("sum"), str(totals.loads), sum_of(loaded), str(totals.payouts), sum_of(paid_out), sum_of(loaded - paid_out)]
    page.table(columns, rows, sums=whole)
    page.gap()


def _counts(page: Page, body: ShiftClosed) -> None:
    """The drawer piece by piece: denominations across, one line for each count."""
    words = page.words
    if not body.counts:
        return
    note = words("recounted") if len(body.counts) > 1 else ""
    page.section(words("group.counts"), note)
    denominations = sorted({piece.denomination_fen for count in body.counts for piece in count.pieces}, reverse=True)
    columns = [
        Column(words("count"), 2.6),
        *(Column(_denomination(fen), 1.15, "right") for fen in denominations),
        Column(words("counted"), 2.2, "right"),
    ]
    rows: list[list[str | Cell]] = []
    for n, count in enumerate(body.counts, 1):
        pieces = {piece.denomination_fen: piece.pieces for piece in count.pieces}
        last = n == len(body.counts)
        rows.append(
            [
                Cell(words("count.nth", n=n, at=moment(count.at)[-5:]), bold=last),
                *(str(pieces.get(fen, 0)) for fen in denominations),
                Cell(money(count.counted_fen), bold=last),
            ]
        )
    page.table(columns, rows)
    if body.difference_reason:
        page.gap(2)
        page.note(words("difference_reason", reason=words.reason("difference", body.difference_reason)))
    page.gap()


def _denomination(fen: int) -> str:
    return f"¥{fen // 100}" if fen % 100 == 0 else f"¥{fen / 100:.1f}"


def _plots(page: Page, totals: ShiftTotals, tender: Naming, hours: Hours) -> None:
    """Sales by hour on the left, what each tender took on the right."""
    words = page.words
    height = 29 * MM
    if not totals.sales:
        return
    between = 8 * MM
    left = page.width * 0.58
    page.need(max(height, 13 * len(totals.tenders) + 30) + 18)
    page.heading(page.left, page.y, words("group.hours"))
    page.heading(page.left + left + between, page.y, words("group.shares"))
    page.y -= 17
    page.bars(page.left, page.y, left, height, _by_hour(hours))
    parts = [(tender(row.method), row.amount_fen - row.refund_fen) for row in totals.tenders]
    below = page.y
    if any(value > 0 for _, value in parts):
        below = page.shares(page.left + left + between, page.y, page.width - left - between, sorted(parts, key=lambda part: -part[1]))
    page.y = min(page.y - height, below) - 2 * MM


def _by_hour(hours: Hours) -> list[tuple[str, int]]:
    """Every hour from opening to closing with its sales; hours past midnight follow in the order given."""
    sums = dict(hours)
    order = [hour for hour, _ in hours]
    past = order[next((n for n in range(1, len(order)) if order[n] < order[n - 1]), len(order)) :]
    before = [hour for hour in order if hour not in past]
    first, last = min([_SHOWN_HOURS[0], *before]), max([_SHOWN_HOURS[1], *before])
    if past:
        last = 23
    return [(str(hour), sums.get(hour, 0)) for hour in (*range(first, last + 1), *past)]


def _watched(page: Page, totals: ShiftTotals) -> None:
    """What a manager looks at."""
    words = page.words
    counts = [
        (words("price_changes"), totals.price_changes),
        (words("dropped_lines"), totals.dropped_lines),
        (words("dropped_baskets"), totals.dropped_baskets),
        (words("drawer_opens"), totals.drawer_opens),
        (words("reprints"), totals.reprints),
        (words("corrections"), totals.corrections),
    ]
    page.section(words("group.watch"), words("watch.note"), room=16 * MM)
    page.counts(counts)
    page.gap(3 * MM)


def _perpetual(page: Page, fen: int) -> None:
    """The grand total that is never reset; those who sign it sign on the same page."""
    page.need(12 * MM + SIGN_ROOM)
    tall = 9 * MM
    page.box(page.left, page.y - tall, page.width, tall, INFO_T, radius=5)
    page.text(page.left + 10, page.y - tall / 2 - 3.2, page.words("perpetual"), 9, bold=True, tone=INFO_INK)
    page.text(page.right - 10, page.y - tall / 2 - 4.2, f"¥{money(fen)}", 12.5, bold=True, tone=INFO_INK, align="right")
    page.y -= tall + 2 * MM


def _shifts(page: Page, shifts: Sequence[ShiftClosed], staff: Naming) -> None:
    """The shifts of a day, one line each."""
    words = page.words
    page.section(words("group.shifts"))
    columns = [
        Column("Z", 0.8, "right"),
        Column(words("till_short"), 1),
        Column(words("name"), 2.4),
        Column(words("opened"), 2.6),
        Column(words("sales_count"), 1.2, "right"),
        Column(words("net"), 2.2, "right"),
        Column(words("counted"), 2.2, "right"),
        Column(words("difference"), 1.8, "right"),
        Column(words("remit"), 2.2, "right"),
    ]
    rows: list[list[str | Cell]] = [
        [
            str(shift.z_no),
            shift.till,
            staff(shift.staff_id),
            moment(shift.opened_at),
            str(shift.totals.sales),
            money(net_fen(shift.totals)),
            money(shift.counted_fen),
            Cell(signed(shift.difference_fen), BAD_INK if shift.difference_fen < 0 else WARN_INK if shift.difference_fen else None),
            money(shift.remit_fen),
        ]
        for shift in shifts
    ]
    sums = [
        "",
        "",
        words("sum"),
        "",
        str(sum(shift.totals.sales for shift in shifts)),
        money(sum(net_fen(shift.totals) for shift in shifts)),
        money(sum(shift.counted_fen for shift in shifts)),
        signed(sum(shift.difference_fen for shift in shifts)),
        money(sum(shift.remit_fen for shift in shifts)),
    ]
    page.table(columns, rows, sums=sums)
    page.gap()
