"""The publication as an asset: audit, publish, tell the lake what was published."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import dagster as dg

from ingestion.erasure import pending
from orchestration.lib.code_state import code_version, fingerprints
from orchestration.lib.environment import Environment
from orchestration.lib.keeping import keep_identities, keep_values
from orchestration.lib.lake import CompanyLake
from orchestration.lib.manifest import Manifest, published_models
from orchestration.lib.night import Notebook, run_facts
from orchestration.lib.translator import CxTranslator
from serving import (
    ROWS_CHECK,
    Published,
    Reconciliation,
    Relation,
    audit,
    current_version,
    publish,
    reconcile,
)

PUBLISHED_MARTS = dg.AssetKey("published_marts")
REQUIRED_MARTS = ("mart_cx_kpi",)
KEPT_CHECK = "published_values_kept"
COUNT_LISTED = 100
"""Differences that the metadata of the check lists."""


def serving_assets(environment: Environment, manifest: Manifest) -> dg.AssetsDefinition:
    """The published marts, made from every model that dbt declares public."""
    models = published_models(manifest)
    relations = [Relation(node["schema"], node["name"]) for node in models]
    translator = CxTranslator()

    @dg.asset(
        key=PUBLISHED_MARTS,
        deps=[translator.get_asset_key(node) for node in models],
        group_name="serving",
        owners=["team:cx_analytics"],
        kinds={"duckdb", "parquet"},
        description=(
            "The marts that BI tools read: one DuckDB file and one Parquet file per table.\n\n"
            "Replaced as a whole after an audit; a bad night leaves the version before."
        ),
        check_specs=_check_specs(),
        freshness_policy=dg.FreshnessPolicy.cron(
            deadline_cron="0 6 * * *",
            lower_bound_delta=timedelta(hours=8),
            timezone=environment.sources.company.time_zone,
        ),
    )
    def published_marts(
        context: dg.AssetExecutionContext,
        lake: dg.ResourceParam[CompanyLake],
        warehouse_lock: dg.ResourceParam[None],
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
        counted = reconcile(environment.home.warehouse)
        yield _rows_check(counted)
        yield _publish(context, lake, environment, manifest, relations, counted)

    return published_marts


def _check_specs() -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            ROWS_CHECK,
            asset=PUBLISHED_MARTS,
            blocking=True,
            description=(
                "The newest value of every cell is counted again from the rows that its filter "
                "finds."
            ),
        ),
        dg.AssetCheckSpec(
            KEPT_CHECK,
            asset=PUBLISHED_MARTS,
            description="What was published is in the lake, so that a rebuild keeps it.",
        ),
    ]


def _publish(
    context: dg.AssetExecutionContext,
    lake: CompanyLake,
    environment: Environment,
    manifest: Manifest,
    relations: Sequence[Relation],
    counted: Reconciliation,
) -> dg.MaterializeResult[None]:
    notebook, home = Notebook(environment.notebook), environment.home
    facts = run_facts(
        notebook,
        lake.frozen(),
        run_id=context.run_id,
        code_version=code_version(environment.project_version, fingerprints(manifest, {})),
        rejects=lake.rejects(),
    )
    facts = replace(facts, checks=(*facts.checks, counted.as_check()))
    audit(
        home.warehouse,
        relations,
        facts=facts,
        required=REQUIRED_MARTS,
        published=current_version(home.marts),
    )
    published = publish(
        home.warehouse,
        home.marts,
        relations=relations,
        run_id=context.run_id,
        facts=facts,
        roles=environment.roles,
        is_whole=bool(pending(home)),
    )
    context.log.info(
        f"  {len(published.row_counts)} tables published, {len(published.roles)} files of roles"
    )
    refusal = keep_values(lake, notebook, home.marts) or keep_identities(
        lake, home.warehouse, context.run_id
    )
    return dg.MaterializeResult(metadata=_metadata(published), check_results=[_kept_check(refusal)])


def _kept_check(refusal: str | None) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=KEPT_CHECK,
        passed=refusal is None,
        severity=dg.AssetCheckSeverity.WARN,
        description=refusal or "The published values and the changed identities are in the lake.",
    )


def _rows_check(counted: Reconciliation) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=ROWS_CHECK,
        passed=not counted.differences,
        description=counted.as_check().message,
        metadata={
            "count_values": counted.count_values,
            "differences": dg.MetadataValue.md(
                "\n".join(
                    f"- {difference} (`{difference.drill_filter}`)"
                    for difference in counted.differences[:COUNT_LISTED]
                )
            ),
        },
    )


def _metadata(published: Published) -> dict[str, Any]:
    return {
        "dagster/row_count": sum(published.row_counts.values()),
        "count_tables": len(published.row_counts),
        "folder": dg.MetadataValue.path(published.folder),
        "rows": dg.MetadataValue.json(published.row_counts),
        "count_role_files": len(published.roles),
        "rows_of_roles": dg.MetadataValue.json(published.roles),
    }
