"""Serving: audits what the warehouse holds and publishes it for BI tools and people.

Reads the warehouse, writes the published versions below a company's ``marts`` folder and
renders the one screen that ends a night and the report. How numbers are computed belongs in
``dbt_project``; when this runs belongs in ``orchestration``. Knows neither Dagster nor dbt.
"""

from serving.audit import audit
from serving.errors import AuditError, PublishError, ServingError
from serving.facts import CheckFact, RejectFact, Relation, RunFacts, SourceFact, StreamFact
from serving.inventory import Holding, inventory, read_built
from serving.publish import Published, publish, read_published
from serving.reconciliation import ROWS_CHECK, Difference, Reconciliation, reconcile
from serving.report import REPORT, ReportSettings, write_catalog, write_report
from serving.screen import ScreenSettings, render
from serving.versions import current_version, list_versions, rollback

__all__ = [
    "REPORT",
    "ROWS_CHECK",
    "AuditError",
    "CheckFact",
    "Difference",
    "Holding",
    "PublishError",
    "Published",
    "Reconciliation",
    "RejectFact",
    "Relation",
    "ReportSettings",
    "RunFacts",
    "ScreenSettings",
    "ServingError",
    "SourceFact",
    "StreamFact",
    "audit",
    "current_version",
    "inventory",
    "list_versions",
    "publish",
    "read_built",
    "read_published",
    "reconcile",
    "render",
    "rollback",
    "write_catalog",
    "write_report",
]
