"""Importing a shop's own files: read a table, plan what it would do, report every wrong cell, change all or nothing."""

from app.domain.importing.members import MEMBER_COLUMNS, plan_members
from app.domain.importing.plan import ImportPlan, RowError, error_report
from app.domain.importing.products import PRODUCT_COLUMNS, export_products, plan_products
from app.domain.importing.stock import STOCK_COLUMNS, StockPlan, plan_stock
from app.domain.importing.table import Row, Table, TableUnreadable, read_table, write_csv

__all__ = [
    "MEMBER_COLUMNS",
    "PRODUCT_COLUMNS",
    "STOCK_COLUMNS",
    "ImportPlan",
    "Row",
    "RowError",
    "StockPlan",
    "Table",
    "TableUnreadable",
    "error_report",
    "export_products",
    "plan_members",
    "plan_products",
    "plan_stock",
    "read_table",
    "write_csv",
]
