"""Serving: audits what the warehouse holds and publishes it for BI tools and people.

Reads the warehouse, writes the published versions below a company's ``marts`` folder and
renders the one screen that ends a night, the report, the weekly digests, the lists of open
cases, the alerts and the answer to why a number is what it is. How numbers are computed
belongs in ``dbt_project``; when this runs belongs in ``orchestration``. Knows neither
Dagster nor dbt.
"""

from serving.alerts import Told, new_alerts
from serving.alerts import message as alert_message
from serving.audit import audit
from serving.coverage import Lack, Unlocked, check_text, coverage_text
from serving.digest import digest_text, write_digests
from serving.errors import AuditError, PublishError, RoleError, ServingError
from serving.explanation import ExplainError, Question, explain
from serving.facts import CheckFact, RejectFact, Relation, RunFacts, SourceFact, StreamFact
from serving.inventory import Holding, inventory, read_built
from serving.lists import ListSettings, write_lists
from serving.publish import Published, publish, read_published
from serving.reconciliation import ROWS_CHECK, Difference, Reconciliation, reconcile
from serving.report import REPORT, ReportSettings, write_catalog, write_report
from serving.roles import BUNDLED_ROLES
from serving.screen import ScreenSettings, render
from serving.versions import current_version, list_versions, rollback

__all__ = [
    "BUNDLED_ROLES",
    "REPORT",
    "ROWS_CHECK",
    "AuditError",
    "CheckFact",
    "Difference",
    "ExplainError",
    "Holding",
    "Lack",
    "ListSettings",
    "PublishError",
    "Published",
    "Question",
    "Reconciliation",
    "RejectFact",
    "Relation",
    "ReportSettings",
    "RoleError",
    "RunFacts",
    "ScreenSettings",
    "ServingError",
    "SourceFact",
    "StreamFact",
    "Told",
    "Unlocked",
    "alert_message",
    "audit",
    "check_text",
    "coverage_text",
    "current_version",
    "digest_text",
    "explain",
    "inventory",
    "list_versions",
    "new_alerts",
    "publish",
    "read_built",
    "read_published",
    "reconcile",
    "render",
    "rollback",
    "write_catalog",
    "write_digests",
    "write_lists",
    "write_report",
]
