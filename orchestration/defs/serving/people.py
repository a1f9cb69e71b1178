"""What people get of a publication, as assets: report, digests, lists of cases, alerts.

How each is written belongs in ``serving``; trouble of the run itself is told by
``defs.automation.alerts``.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import dagster as dg

from orchestration.defs.serving.assets import PUBLISHED_MARTS
from orchestration.lib.coverage import unlocked_by
from orchestration.lib.environment import (
    Environment,
    alert_receivers,
    readers_file,
    ui_address,
)
from orchestration.lib.manifest import Manifest, questions_answered, ready_queries
from orchestration.lib.messaging import Message, deliver
from orchestration.lib.readers import send_digests
from serving import (
    Alert,
    ListSettings,
    ReportSettings,
    Told,
    alert_message,
    cases_version,
    current_version,
    new_alerts,
    read_receipt,
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
DIGESTS_CHECK = "digests_sent"


def report_asset(environment: Environment, manifest: Manifest) -> dg.AssetsDefinition:
    """The report of the published version, and the catalog of its tables."""
    questions, queries = questions_answered(manifest), ready_queries(manifest)
    contracts = environment.home.data_docs
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
            "catalog": write_catalog(version, questions, queries, contracts),
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
            "cases and its priorities, in the company's language; written anew every night. The "
            "readers that CX_READERS declares are sent theirs once a week."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                DIGESTS_CHECK, asset=WEEKLY_DIGESTS, description="Every reader took the digest."
            )
        ],
    )
    def weekly_digests() -> Iterator[dg.MaterializeResult[None]]:
        version = _current_version(environment)
        pages = write_digests(version, settings)
        declared = readers_file()
        problems = (
            send_digests(environment, version, settings, as_of=_day_of(version), declared=declared)
            if declared
            else []
        )
        yield dg.MaterializeResult(
            metadata={name: dg.MetadataValue.path(path) for name, path in pages.items()},
            check_results=[_sent(DIGESTS_CHECK, problems)],
        )

    return weekly_digests


def lists_asset(environment: Environment) -> dg.AssetsDefinition:
    """The lists of open cases and offers, one workbook per area."""
    settings = list_settings(environment)

    @dg.asset(
        key=CASE_LISTS,
        deps=[PUBLISHED_MARTS],
        group_name="serving",
        owners=["team:cx_analytics"],
        kinds={"excel"},
        description=(
            "The lists that people work from: one Excel workbook per area, of open cases and of "
            "customers to ask back or to offer something.\n\n"
            "The most urgent first, with reason, next step, language and channel; what is filled "
            "in comes back through the inbox."
        ),
    )
    def case_lists() -> dg.MaterializeResult[None]:
        night = _current_version(environment)
        cases = cases_version(environment.home.marts) or night
        lists = write_lists(cases, settings, night=night)
        return dg.MaterializeResult(
            metadata={owner: dg.MetadataValue.path(path) for owner, path in lists.items()}
        )

    return case_lists


def list_settings(environment: Environment) -> ListSettings:
    """For whom the lists of a company are written."""
    company = environment.sources.company
    return ListSettings(
        language=company.language, time_zone=company.time_zone, calendar=company.calendar
    )


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
        count, text, refusals = _tell(environment)
        yield dg.MaterializeResult(
            metadata={"alerts": count, "message": dg.MetadataValue.md(text)},
            check_results=[_sent(SENT_CHECK, refusals)],
        )

    return kpi_alerts


def _sent(name: str, refusals: Sequence[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        passed=not refusals,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(refusals) or None,
    )


def _tell(environment: Environment) -> tuple[int, str, list[str]]:
    """Send each receiver what it was not told: how many alerts, the message, the refusals."""
    company, refusals = environment.sources.company, []
    receivers = alert_receivers()
    found, text = _alerts_for("webhook", environment)[1:]
    for receiver in receivers:
        told, found, text = _alerts_for(receiver.kind, environment)
        if not found:
            continue
        name = hashlib.sha256("".join(alert.alert_id for alert in found).encode()).hexdigest()
        subject = f"{company.key}: {text.splitlines()[0]}"
        if refusal := deliver(Message(f"alerts-{name[:16]}", subject, text), receiver):
            refusals.append(refusal)
        else:
            told.add(found)
    return len(found), text, refusals


def _alerts_for(kind: str, environment: Environment) -> tuple[Told, list[Alert], str]:
    """The memory of a receiver, the alerts that are new to it, and their message."""
    company = environment.sources.company
    name = "told_alerts.json" if kind == "webhook" else f"told_alerts_{kind}.json"
    told = Told(environment.home.root / name)
    found = new_alerts(
        _current_version(environment), told, language=company.language, calendar=company.calendar
    )
    return told, found, alert_message(found, company.language, f"{ui_address()}/assets/cx_report")


def _day_of(version: Path) -> date:
    return date.fromisoformat(read_receipt(version)["as_of"])


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
