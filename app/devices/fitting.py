"""Fitting a printer to the till: one test page, three questions with yes or no, and the settings that follow from the answers.

A pure machine of states: it prints nothing and keeps nothing; the screen and the terminal drive the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from app.devices.finding import Found
from app.devices.profile import PrinterProfile, profile_for
from app.devices.ticket import Cut, Feed, Line, Text, Ticket
from app.domain.verdict import Text as Words

Step = Literal["page", "rare", "names", "common", "width", "cut", "done"]
"""page: the test page is to be printed; then the questions; done: the settings stand."""

COMMON = "药品零售 请凭票退换"
"""Hanzi of GB 2312: every Chinese printer has them."""
NAMES = "镕喆堃玥珺龑"
"""Hanzi of people's names that GBK adds."""
RARE = "䶮㛃"
"""Hanzi that only GB 18030 printers have."""
WIDE, NARROW = 48, 32
"""Characters a row on 80 mm and on 58 mm paper."""

QUESTIONS: Mapping[Step, Words] = {
    "rare": Words("①②③ 三行汉字都清楚吗？", "Are the hanzi of rows ①, ② and ③ all readable?"),
    "names": Words("①② 两行清楚吗？", "Are rows ① and ② readable?"),
    "common": Words("① 这一行清楚吗？", "Is row ① readable?"),
    "width": Words("尺子是不是一整行，两头的竖线都在？", "Is the ruler one row, with the bar at both ends?"),
    "cut": Words("纸自己切断了吗？", "Was the paper cut by itself?"),
}


@dataclass(frozen=True, slots=True)
class Fitting:
    """Where fitting stands, and what is known so far."""

    printer: Found
    step: Step = "page"
    charset: str = "gb18030"
    cells: int = WIDE
    cutter: bool = True
    trail: tuple[Step, ...] = ()
    """Questions answered, for stepping back."""

    @property
    def question(self) -> Words | None:
        """What to ask now; None before the page and at the end."""
        return QUESTIONS.get(self.step)

    @property
    def place(self) -> tuple[int, int]:
        """Which of how many questions this is: 1 to 3 of 3, however often the first is asked for fewer rows."""
        return {"width": 2, "cut": 3, "done": 3}.get(self.step, 1), 3

    def printed(self) -> Fitting:
        """The test page has gone to the printer."""
        return replace(self, step="rare", trail=())

    def answer(self, yes: bool) -> Fitting:
        """Go on with an answer; ValueError where nothing is asked."""
        if self.step not in QUESTIONS:
            raise ValueError(f"nothing is asked at {self.step}")
        trail = (*self.trail, self.step)
        match self.step:
            case "rare" | "names" | "common" if yes:
                charset = {"rare": "gb18030", "names": "gbk", "common": "gb2312"}[self.step]
                return replace(self, step="width", charset=charset, trail=trail)
            case "rare":
                return replace(self, step="names", trail=trail)
            case "names":
                return replace(self, step="common", trail=trail)
            case "common":
                return replace(self, step="width", charset="raster", trail=trail)
            case "width":
                return replace(self, step="cut", cells=WIDE if yes else NARROW, trail=trail)
        return replace(self, step="done", cutter=yes, trail=trail)

    def back(self) -> Fitting:
        """Ask the question before again; the page itself before the first."""
        if not self.trail:
            return replace(self, step="page")
        return replace(self, step=self.trail[-1], trail=self.trail[:-1])

    def settings(self, which: str = "printer") -> dict[str, object]:
        """The settings to be kept, for `printer` or `printer2`; ValueError before the end."""
        if self.step != "done":
            raise ValueError("the questions are not all answered")
        return {
            f"{which}.transport": self.printer.way,
            f"{which}.address": self.printer.address,
            f"{which}.cells": self.cells,
            f"{which}.charset": self.charset,
            f"{which}.cutter": self.cutter,
        }


def page_profile() -> PrinterProfile:
    """How the test page is sent: as to a printer that can do everything, so that what it cannot do shows."""
    return profile_for(WIDE, "gb18030", cutter=True)


def page(printer: Found, cells: int = WIDE) -> Ticket:
    """The test page: three rows of hanzi, a ruler as wide as the paper (80 mm while nothing is known), and a cut."""
    ruler = "|" + "".join(str(place // 10 % 10) if place % 10 == 0 else "-" for place in range(2, cells)) + "|"
    lines: tuple[Line, ...] = (
        Text("药柜 · 打印测试", bold=True, size=2, align="center"),
        Text(f"{printer.way} {printer.address}", align="center"),
        Feed(1),
        Text(f"① {COMMON}"),
        Text(f"② {NAMES}"),
        Text(f"③ {RARE}"),
        Feed(1),
        Text(ruler),
        Feed(1),
        Text("看着这张纸回答三个问题。", align="center"),
        Cut(),
    )
    return Ticket(lines, "test", "fitting")
