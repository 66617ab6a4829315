"""Reports: what the ledger holds, read out as pages (PDF) and tables (CSV); one file per report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.domain.verdict import Text

Span = Literal["now", "shift", "day", "days", "month"]
"""What a report is about: this moment, one closed shift, one business day, several days, or a calendar month."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report as it is offered; importing this loads no PDF writer."""

    key: str
    title: Text
    about: Text
    span: Span
    csv: bool = True
    """Whether it can be a table too; every report can be a page."""
    personal: bool = False
    """Whether it names customers: making one asks for the right `rights.registers`."""


REPORTS: tuple[Report, ...] = (
    Report(
        "day_book",
        Text("销售日报", "Sales of a day"),
        Text("当天每一单销售、退货和作废", "Every sale, return and void of the day"),
        "day",
    ),
    Report("z", Text("Z 报表", "Z report"), Text("已交班的班次，含点钞和长短款", "A closed shift with its count"), "shift", csv=False),
    Report(
        "x",
        Text("X 报表（班中）", "X report (running)"),
        Text("本班到现在的数，现金仍盲点", "This shift so far; cash stays blind"),
        "now",
        csv=False,
    ),
    Report("day", Text("日结单", "Day close"), Text("已日结的营业日，合计各班", "A closed day, all its shifts"), "day", csv=False),
    Report(
        "ephedrine",
        Text("含麻黄碱类复方制剂销售登记", "Register: ephedrine"),
        Text("购买人姓名和身份证号", "Buyers' names and ID numbers"),
        "days",
        personal=True,
    ),
    Report(
        "psych2",
        Text("第二类精神药品销售登记", "Register: psychotropics II"),
        Text("购买人姓名和身份证号", "Buyers' names and ID numbers"),
        "days",
        personal=True,
    ),
    Report(
        "special_compound",
        Text("含特殊药品复方制剂销售登记", "Register: special compounds"),
        Text("购买人姓名和身份证号", "Buyers' names and ID numbers"),
        "days",
        personal=True,
    ),
    Report(
        "reviews",
        Text("处方审核记录", "Prescription reviews"),
        Text("当天审过的处方，含患者和诊断", "The day's prescriptions with patients"),
        "day",
        personal=True,
    ),
    Report(
        "access",
        Text("会员信息查看记录", "Looks at members' details"),
        Text("谁、何时、看了什么、为什么", "Who looked, when, at what, what for"),
        "days",
        personal=True,
    ),
    Report(
        "duties",
        Text("温湿度记录表", "Temperature and humidity"),
        Text("一个月的记录和曲线", "A month of readings"),
        "month",
    ),
    Report("near_expiry", Text("近效期药品催销表", "Stock near its expiry"), Text("现在在架的批号", "Lots on the shelf now"), "now"),
)
"""Every report, in the order of the Reports page."""
