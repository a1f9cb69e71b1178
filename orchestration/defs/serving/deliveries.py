"""What other systems are told of a publication, as assets: the CRM's fields, areas' cases.

What is told belongs in ``serving.delivery``, by which way in ``lib.deliveries``. A receiver
that takes nothing fails a check, never the night.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion import IngestionError
from orchestration.defs.serving.assets import PUBLISHED_MARTS
from orchestration.defs.serving.refreshed import REFRESHED_CASES
from orchestration.lib.deliveries import not_taken, tell_cases, tell_crm
from orchestration.lib.environment import Environment
from orchestration.lib.lake import CompanyLake
from serving import ServingError, cases_version, current_version

CRM_FIELDS = dg.AssetKey("export_crm_cx_fields")
CASE_WEBHOOKS = dg.AssetKey("case_webhooks")
TAKEN_CHECK = "export_taken"
TOLD_CHECK = "cases_taken"


def delivery_assets(environment: Environment) -> list[dg.AssetsDefinition]:
    """Everything that other systems are told."""
    return [crm_fields_asset(environment), case_webhooks_asset(environment)]


def crm_fields_asset(environment: Environment) -> dg.AssetsDefinition:
    """The CX fields of each record of the CRM: differences, and what it took."""

    @dg.asset(
        key=CRM_FIELDS,
        deps=[PUBLISHED_MARTS],
        group_name="serving",
        owners=["team:customer_lifecycle"],
        kinds={"csv"},
        description=(
            "What the CRM should know of each record: scores, risk, value, open case, touch.\n\n"
            "Only what changed since the CRM took it. Written as a file of differences; sent only "
            "when the deliveries declare it."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                TAKEN_CHECK, asset=CRM_FIELDS, description="The CRM took every change, if asked to."
            )
        ],
    )
    def export_crm_cx_fields(
        lake: dg.ResourceParam[CompanyLake], warehouse_lock: dg.ResourceParam[None]
    ) -> Iterator[dg.MaterializeResult[None]]:
        yield _result(TAKEN_CHECK, *_export(environment, lake))

    return export_crm_cx_fields


def case_webhooks_asset(environment: Environment) -> dg.AssetsDefinition:
    """New and changed cases, told to the webhook of each area."""

    @dg.asset(
        key=CASE_WEBHOOKS,
        deps=[PUBLISHED_MARTS, REFRESHED_CASES],
        group_name="serving",
        owners=["team:contact_center"],
        kinds={"webhook"},
        description=(
            "New and changed cases, told to the webhook of their area once per status: by the "
            "night, and by each refresh after it.\n\n"
            "What a webhook does not take is told the next time under the same key."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                TOLD_CHECK,
                asset=CASE_WEBHOOKS,
                description="Every area with cases has an address, and it took them.",
            )
        ],
    )
    def case_webhooks(
        warehouse_lock: dg.ResourceParam[None],
    ) -> Iterator[dg.MaterializeResult[None]]:
        try:
            cases = cases_version(environment.home.marts) or _current_version(environment)
            told = tell_cases(environment, cases)
            counts, refusals = told.counts, told.refusals
        except (IngestionError, ServingError) as error:
            counts, refusals = {}, [str(error)]
        yield _result(TOLD_CHECK, counts, refusals)

    return case_webhooks


def _export(environment: Environment, lake: CompanyLake) -> tuple[dict[str, Any], list[str]]:
    try:
        found, delivery = tell_crm(environment, lake, _current_version(environment))
    except (IngestionError, ServingError) as error:
        return {}, [str(error)]
    counts = {
        "records": found.count_records,
        "new": found.count_new,
        "changed": found.count_changed,
        "sent": delivery.count_sent if delivery else 0,
        "summary": dg.MetadataValue.text(found.summary),
        "differences": dg.MetadataValue.path(found.path),
    }
    is_refused = delivery is not None and delivery.refusal
    return counts, [not_taken(delivery, "records")] if delivery and is_refused else []


def _result(
    check: str, counts: Mapping[str, Any], refusals: Sequence[str]
) -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(
        metadata=counts,
        check_results=[
            dg.AssetCheckResult(
                check_name=check,
                passed=not refusals,
                severity=dg.AssetCheckSeverity.WARN,
                description=" ".join(f"{sentence}." for sentence in refusals) or None,
            )
        ],
    )


def _current_version(environment: Environment) -> Path:
    version = current_version(environment.home.marts)
    if version is None:
        raise dg.Failure("nothing is published yet: run the nightly job", allow_retries=False)
    return version
