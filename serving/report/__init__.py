"""Pages for people who look rather than query; they need no network and no server.

The report shows published values in Persian (right to left), Russian and English; the
catalog says what every published table holds. How values are computed belongs in
``dbt_project``.
"""

from serving.report.catalog import CATALOG, write_catalog
from serving.report.page import REPORT, ReportSettings, write_report

__all__ = ["CATALOG", "REPORT", "ReportSettings", "write_catalog", "write_report"]
