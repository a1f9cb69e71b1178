"""Serving: audits what the warehouse holds and publishes it for BI tools and people.

Reads the warehouse, writes the published versions below a company's ``marts`` folder and
renders the one screen that ends a night and the report. How numbers are computed belongs in
``dbt_project``; when this runs belongs in ``orchestration``. Knows neither Dagster nor dbt.
"""

from serving.audit import audit
from serving.errors import AuditError, PublishError, RoleError, ServingError
from serving.facts import CheckFact, RejectFact, Relation, RunFacts, SourceFact, StreamFact
from serving.inventory import Holding, inventory, read_built
from serving.publish import Published, publish, read_published
from serving.report import REPORT, ReportSettings, write_catalog, write_report
from serving.roles import BUNDLED_ROLES
from serving.screen import ScreenSettings, render
from serving.versions import current_version, list_versions, rollback

__all__ = [
    "BUNDLED_ROLES",
    "REPORT",
    "AuditError",
    "CheckFact",
    "Holding",
    "PublishError",
    "Published",
    "RejectFact",
    "Relation",
    "ReportSettings",
    "RoleError",
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
    "render",
    "rollback",
    "write_catalog",
    "write_report",
]
