"""The dbt project as assets: one step that builds everything that was selected.

Models, seeds and data tests come from the manifest; how dbt runs is in ``lib.dbt_runner``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration.lib.building import REUSED, build_all, build_some
from orchestration.lib.check_names import with_plain_checks
from orchestration.lib.dbt_runner import DbtRunner, NodeResult, failures
from orchestration.lib.environment import Environment
from orchestration.lib.lake import CompanyLake
from orchestration.lib.manifest import Manifest
from orchestration.lib.night import Notebook, test_facts
from orchestration.lib.translator import CxTranslator
from serving import Holding, Relation, inventory

UNIQUE_ID = "dagster_dbt/unique_id"
COUNT_TOLD = 5
"""Failed nodes that a sentence names."""
Dbt = dg.ResourceParam[DbtRunner]
Lake = dg.ResourceParam[CompanyLake]
Lock = dg.ResourceParam[None]
Event = dg.MaterializeResult[None] | dg.AssetCheckResult


def transformation_assets(environment: Environment, manifest: Manifest) -> dg.AssetsDefinition:
    """One step over all seeds, models and data tests of the manifest."""
    plain = with_plain_checks(manifest)

    @dbt_assets(manifest=plain, dagster_dbt_translator=CxTranslator(), name="warehouse_models")
    def warehouse_models(
        context: dg.AssetExecutionContext, dbt: Dbt, lake: Lake, warehouse_lock: Lock
    ) -> Iterator[Event]:
        yield from _build(context, dbt, lake, environment, manifest)

    return warehouse_models


def _build(
    context: dg.AssetExecutionContext,
    dbt: DbtRunner,
    lake: CompanyLake,
    environment: Environment,
    manifest: Manifest,
) -> Iterator[Event]:
    def told(name: str, message: str) -> None:
        context.log.info(f"  {name}: {message}")

    notebook, is_part = Notebook(environment.notebook), context.is_subset
    lacking = notebook.unbuilt() if is_part else ""
    notebook.write_unbuilt("the last build did not come to its end: make nightly")
    if is_part:
        results = build_some(dbt, {spec.key.path[-1] for spec in _chosen_specs(context)}, told)
    else:
        results = build_all(
            dbt,
            manifest,
            lake.frozen(),
            say=lambda line: context.log.info(f"  {line}"),
            on_node=told,
        )
    failed = failures(results, manifest)
    notebook.write("model_tests", test_facts(results, manifest), is_part=is_part)
    notebook.write_unbuilt(lacking or "; ".join(failed[:COUNT_TOLD]))
    yield from _events(context, results, manifest, environment)
    if failed:
        raise dg.Failure(
            f"dbt: {len(failed)} of {len(results)} nodes failed: {'; '.join(failed[:COUNT_TOLD])}",
            allow_retries=False,
        )


def _chosen_specs(context: dg.AssetExecutionContext) -> list[dg.AssetSpec]:
    chosen = context.selected_asset_keys
    return [spec for spec in context.assets_def.specs if spec.key in chosen]


def _events(
    context: dg.AssetExecutionContext,
    results: Sequence[NodeResult],
    manifest: Manifest,
    environment: Environment,
) -> Iterator[Event]:
    keys = {spec.metadata[UNIQUE_ID]: spec.key for spec in _chosen_specs(context)}
    checks = {
        spec.metadata[UNIQUE_ID]: spec.key
        for spec in context.assets_def.check_specs
        if spec.key in context.selected_asset_check_keys
    }
    nodes = manifest["nodes"]
    built = [
        result
        for result in results
        if result.is_good and result.unique_id in keys and _is_told(result, nodes)
    ]
    relations = [_relation(nodes[result.unique_id]) for result in built]
    held = inventory(environment.home.warehouse, relations) if built else {}
    for result, relation in zip(built, relations, strict=True):
        node = nodes[result.unique_id]
        yield dg.MaterializeResult(
            asset_key=keys[result.unique_id],
            metadata=_metadata(result, node, held.get(relation)),
        )
    for result in results:
        if result.unique_id in checks and result.status != "skipped":
            yield _check_result(result, checks[result.unique_id])


def _is_told(result: NodeResult, nodes: Mapping[str, Any]) -> bool:
    """Whether a node is news to Dagster.

    What stands is as its last event says, and an event costs as much as a small model. A step
    that waits for assets is skipped unless all of them are told, so public models always are.
    So are all checks: one without a result would no longer gate, and be shown as skipped.
    """
    return result.status != REUSED or nodes[result.unique_id].get("access") == "public"


def _relation(node: Mapping[str, Any]) -> Relation:
    return Relation(node["schema"], node.get("alias") or node["name"])


def _metadata(
    result: NodeResult, node: Mapping[str, Any], holding: Holding | None
) -> dict[str, Any]:
    metadata: dict[str, Any] = {"seconds": round(result.seconds, 3)}
    if holding is None:
        return metadata
    described = {name.lower(): column["description"] for name, column in node["columns"].items()}
    metadata["dagster/column_schema"] = dg.TableSchema(
        [
            dg.TableColumn(
                column.name, column.type.lower(), described.get(column.name.lower()) or None
            )
            for column in holding.columns
        ]
    )
    metadata["dagster/relation_identifier"] = f"{node['schema']}.{node['name']}"
    if holding.count_rows is not None:
        metadata["dagster/row_count"] = holding.count_rows
    return metadata


def _check_result(result: NodeResult, key: dg.AssetCheckKey) -> dg.AssetCheckResult:
    is_warning = result.status == "warn"
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.is_good,
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        description=result.message or None,
        metadata={
            "seconds": round(result.seconds, 3),
            "count_failed_rows": result.count_failed_rows or 0,
        },
    )
