"""Reports: what the ledger holds, read out as pages (PDF) and tables (CSV); one file per report."""

from __future__ import annotations

REPORTS: tuple[tuple[str, str, str], ...] = (
    ("x", "X 报表（班中）", "X report (running)"),
    ("z", "Z 报表（交班）", "Z report (shift closed)"),
    ("day", "日结单", "Day close"),
    ("day_book", "销售日报", "Sales of a day"),
    ("ephedrine", "含麻黄碱类复方制剂销售登记", "Register of ephedrine compounds"),
    ("psych2", "第二类精神药品销售登记", "Register of class II psychotropics"),
    ("special_compound", "含特殊药品复方制剂销售登记", "Register of special compounds"),
    ("reviews", "处方审核记录", "Prescription reviews"),
    ("duties", "温湿度记录表", "Temperature and humidity"),
    ("near_expiry", "近效期药品催销表", "Stock near its expiry"),
    ("code_sheet", "练习码表", "Sheet of scannable codes"),
)
"""(key, title_zh, title_en) of every report, in the order of the Reports page."""
