"""What people get of a publication, as assets: report, digests, lists of cases, alerts.

How each is written belongs in ``serving``; trouble of the run itself is told by
``defs.automation.alerts``.
"""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from orchestration.defs.automation.alerts import send
from orchestration.defs.serving.assets import PUBLISHED_MARTS
from orchestration.lib.coverage import unlocked_by
from orchestration.lib.environment import Environment, alert_webhook
from orchestration.lib.manifest import Manifest, questions_answered, ready_queries
from serving import (
    ListSettings,
    ReportSettings,
    Told,
    alert_message,
    current_version,
    new_alerts,
    write_catalog,
    write_digests,
    write_lists,
    write_report,
)

CX_REPORT = dg.AssetKey("cx_report")
WEEKLY_DIGESTS = dg.AssetKey("weekly_digests")
CASE_LISTS = dg.AssetKey("case_lists")
KPI_ALERTS = dg.AssetKey("kpi_alerts")
SENT_CHECK = "alerts_sent"


def report_asset(environment: Environment, manifest: Manifest) -> dg.AssetsDefinition:
    """The report of the published version, and the catalog of its tables."""
    questions, queries = questions_answered(manifest), ready_queries(manifest)
    settings = _report_settings(environment)

    @dg.asset(
        key=CX_REPORT,
        deps=[PUBLISHED_MARTS],
        group_name="serving",
        owners=["team:cx_analytics"],
        kinds={"html"},
        description=(
            "The report for people: one page in Persian, Russian and English.\n\n"
            "Headlines with targets and trends, what to act on (alerts, voices, priorities, "
            "journey, hours, cases), every KPI of the company, and what each means; beside it "
            "the catalog of the published tables."
        ),
    )
    def cx_report() -> dg.MaterializeResult[None]:
        version = _current_version(environment)
        pages = {
            "report": write_report(version, settings),
            "catalog": write_catalog(version, questions, queries),
        }
        return dg.MaterializeResult(
            metadata={name: dg.MetadataValue.path(path) for name, path in pages.items()}
        )

    return cx_report


def digests_asset(environment: Environment) -> dg.AssetsDefinition:
    """The weekly digest of each role, of the published version."""
    settings = _report_settings(environment)

    @dg.asset(
        key=WEEKLY_DIGESTS,
        deps=[PUBLISHED_MARTS],
        group_name="serving",
        owners=["team:cx_analytics"],
        kinds={"html"},
        description=(
            "The weekly digest of each role: a page and the body of a message.\n\n"
            "The last week of the KPIs that the role follows, its alerts, its open and overdue "
            "cases and its priorities, in the company's language; written anew every night."
        ),
    )
    def weekly_digests() -> dg.MaterializeResult[None]:
        pages = write_digests(_current_version(environment), settings)
        return dg.MaterializeResult(
            metadata={name: dg.MetadataValue.path(path) for name, path in pages.items()}
        )

    return weekly_digests


def lists_asset(environment: Environment) -> dg.AssetsDefinition:
    """The lists of open cases of the published version, one workbook per area."""
    company = environment.sources.company
    settings = ListSettings(
        language=company.language, time_zone=company.time_zone, calendar=company.calendar
    )

    @dg.asset(
        key=CASE_LISTS,
        deps=[PUBLISHED_MARTS],
        group_name="serving",
        owners=["team:cx_analytics"],
        kinds={"excel"},
        description=(
            "The lists that people work from: one Excel workbook of open cases per area.\n\n"
            "The most urgent first, with reason, next step, language and channel; what is filled "
            "in comes back through the inbox."
        ),
    )
    def case_lists() -> dg.MaterializeResult[None]:
        version = _current_version(environment)
        lists = write_lists(version, settings)
        return dg.MaterializeResult(
            metadata={owner: dg.MetadataValue.path(path) for owner, path in lists.items()}
        )

    return case_lists


def alerts_asset(environment: Environment) -> dg.AssetsDefinition:
    """The KPIs that lie beyond their red line, told to the webhook once."""

    @dg.asset(
        key=KPI_ALERTS,
        deps=[PUBLISHED_MARTS],
        group_name="serving",
        owners=["team:cx_analytics"],
        kinds={"webhook"},
        description=(
            "The KPIs that lie beyond their red line for sure, five at most a night.\n\n"
            "Each is told once, to the webhook in CX_ALERT_WEBHOOK; what could not be sent is "
            "tried again the next night."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                SENT_CHECK, asset=KPI_ALERTS, description="The webhook took every new alert."
            )
        ],
    )
    def kpi_alerts() -> Iterator[dg.MaterializeResult[None]]:
        count, text, refusal = _tell(environment)
        yield dg.MaterializeResult(
            metadata={"alerts": count, "message": dg.MetadataValue.md(text)},
            check_results=[
                dg.AssetCheckResult(
                    check_name=SENT_CHECK,
                    passed=not refusal,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=refusal,
                )
            ],
        )

    return kpi_alerts


def _tell(environment: Environment) -> tuple[int, str, str | None]:
    """Send what nobody was told yet: how many alerts, the message, and why it did not leave."""
    company = environment.sources.company
    told = Told(environment.home.root / "told_alerts.json")
    version = _current_version(environment)
    found = new_alerts(version, told, language=company.language, calendar=company.calendar)
    text, webhook = alert_message(found, company.language), alert_webhook()
    refusal = send(text, webhook) if found else None
    if found and webhook and not refusal:
        told.add(found)
    return len(found), text, refusal


def _report_settings(environment: Environment) -> ReportSettings:
    company = environment.sources.company
    return ReportSettings(
        language=company.language,
        company_names={str(language): name for language, name in company.name.items()}
        or {company.language: company.key},
        time_zone=company.time_zone,
        calendar=company.calendar,
        is_demo=company.is_demo,
        unlocked=unlocked_by(environment.sources),
    )


def _current_version(environment: Environment) -> Path:
    version = current_version(environment.home.marts)
    if version is None:
        raise dg.Failure("nothing is published yet: run the nightly job", allow_retries=False)
    return version
