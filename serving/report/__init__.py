"""The report of a night: one page for people who look rather than query.

One HTML file that needs no network and no server, in Persian (right to left), Russian and
English. It shows published values only; how they are computed belongs in ``dbt_project``.
"""

from serving.report.page import REPORT, ReportSettings, write_report

__all__ = ["REPORT", "ReportSettings", "write_report"]
