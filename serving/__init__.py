"""Serving: audits what the warehouse holds and publishes it for BI tools and people.

Reads the warehouse, writes the published versions below a company's ``marts`` folder and
renders the one screen that ends a night, the report, the weekly digests, the lists of open
cases, the alerts and the answer to why a number is what it is. How numbers are computed
belongs in ``dbt_project``; when this runs belongs in ``orchestration``. Knows neither
Dagster nor dbt.
"""

from serving.alerts import Alert, Told, new_alerts
from serving.alerts import message as alert_message
from serving.audit import audit
from serving.checksums import damaged_files, rollback
from serving.contact import (
    READ_LOG,
    Contacts,
    caller_role,
    renew_cases,
    tell_callers,
    write_calling_lists,
    write_zone,
)
from serving.coverage import Lack, Unlocked, check_text, coverage_text
from serving.declared import read_declaration
from serving.delivery import FOLDER as CRM_FOLDER
from serving.delivery import (
    SENT,
    Address,
    CaseNews,
    CrmFields,
    Deliveries,
    Delivery,
    Differences,
    Outbox,
    Send,
    compose,
    crm_rows,
    load_deliveries,
    write_batch,
    write_differences,
)
from serving.digest import digest_messages, digest_text, write_digests
from serving.digest.declaration import DigestError
from serving.errors import (
    AuditError,
    ContactError,
    DeliveryError,
    NotTakenError,
    PublishError,
    RoleError,
    ServingError,
)
from serving.explanation import ExplainError, Question, explain
from serving.facts import CheckFact, RejectFact, Relation, RunFacts, SourceFact, StreamFact
from serving.forgetting import forget
from serving.inventory import Holding, inventory, read_built
from serving.lists import LISTS, ListSettings, write_lists
from serving.publish import Published, publish, publish_cases, read_published
from serving.reconciliation import ROWS_CHECK, Difference, Reconciliation, reconcile
from serving.report import REPORT, ReportSettings, write_catalog, write_report
from serving.role_files import ROLES
from serving.roles import BUNDLED_ROLES
from serving.screen import ScreenSettings, render
from serving.versions import (
    built_at,
    cases_version,
    current_version,
    list_versions,
    read_receipt,
    refreshes_folder,
    show_cases,
)

__all__ = [
    "BUNDLED_ROLES",
    "CRM_FOLDER",
    "LISTS",
    "READ_LOG",
    "REPORT",
    "ROLES",
    "ROWS_CHECK",
    "SENT",
    "Address",
    "Alert",
    "AuditError",
    "CaseNews",
    "CheckFact",
    "ContactError",
    "Contacts",
    "CrmFields",
    "Deliveries",
    "Delivery",
    "DeliveryError",
    "Difference",
    "Differences",
    "DigestError",
    "ExplainError",
    "Holding",
    "Lack",
    "ListSettings",
    "NotTakenError",
    "Outbox",
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
    "Send",
    "ServingError",
    "SourceFact",
    "StreamFact",
    "Told",
    "Unlocked",
    "alert_message",
    "audit",
    "built_at",
    "caller_role",
    "cases_version",
    "check_text",
    "compose",
    "coverage_text",
    "crm_rows",
    "current_version",
    "damaged_files",
    "digest_messages",
    "digest_text",
    "explain",
    "forget",
    "inventory",
    "list_versions",
    "load_deliveries",
    "new_alerts",
    "publish",
    "publish_cases",
    "read_built",
    "read_declaration",
    "read_published",
    "read_receipt",
    "reconcile",
    "refreshes_folder",
    "render",
    "renew_cases",
    "rollback",
    "show_cases",
    "tell_callers",
    "write_batch",
    "write_calling_lists",
    "write_catalog",
    "write_differences",
    "write_digests",
    "write_lists",
    "write_report",
    "write_zone",
]
