"""The dbt project as assets: one step that builds everything that was selected.

Models, seeds and data tests come from the manifest; how dbt runs is in ``lib.dbt_runner``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
import yaml
from dagster_dbt import dbt_assets

from orchestration.lib.code_state import BuiltState, fingerprints
from orchestration.lib.dbt_runner import DbtRunner, NodeResult, failures, tested_model
from orchestration.lib.environment import Environment
from orchestration.lib.manifest import Manifest
from orchestration.lib.night import Notebook
from orchestration.lib.translator import CxTranslator
from serving import CheckFact, Holding, Relation, inventory

UNIQUE_ID = "dagster_dbt/unique_id"
WITHOUT_VIEWS = ("--exclude", "config.materialized:view", "--indirect-selection", "empty")
"""What a night must run when no code has changed: all that holds rows, and every data test."""
Dbt = dg.ResourceParam[DbtRunner]
Event = dg.MaterializeResult[None] | dg.AssetCheckResult


def transformation_assets(environment: Environment, manifest: Manifest) -> dg.AssetsDefinition:
    """One step over all seeds, models and data tests of the manifest."""

    @dbt_assets(manifest=manifest, dagster_dbt_translator=CxTranslator(), name="warehouse_models")
    def warehouse_models(
        context: dg.AssetExecutionContext, dbt: Dbt, warehouse_lock: dg.ResourceParam[None]
    ) -> Iterator[Event]:
        yield from _build(context, dbt, environment, manifest)

    return warehouse_models


def _build(
    context: dg.AssetExecutionContext, dbt: DbtRunner, environment: Environment, manifest: Manifest
) -> Iterator[Event]:
    is_whole = not context.is_subset
    prints = fingerprints(manifest, project_variables(dbt))
    state = BuiltState(environment.dbt_target / "built.json")
    stale = state.stale_models(manifest, prints) if environment.home.warehouse.exists() else []
    if stale:
        context.log.info(f"  other code built {len(stale)} incremental tables: full refresh")
        context.log.debug(f"built by other code: {', '.join(stale)}")
    if stale and is_whole:
        state.forget()
    is_known = environment.home.warehouse.exists() and state.is_built(prints)
    results = dbt.build(
        [*(["--full-refresh"] if stale else []), *_selection(context, is_known=is_known)],
        lambda name, message: context.log.info(f"  {name}: {message}"),
    )
    if is_whole and is_known:
        results = _in_order([*_standing_views(manifest), *results], manifest)
    tests = [result for result in results if result.unique_id.startswith("test.")]
    Notebook(environment.notebook).write("model_tests", _test_facts(tests, manifest))
    yield from _events(context, results, manifest, environment)
    failed = failures(results, manifest)
    if failed:
        raise dg.Failure(
            f"dbt: {len(failed)} of {len(results)} nodes failed: {'; '.join(failed[:5])}",
            allow_retries=False,
        )
    if is_whole:
        state.remember(prints)


def project_variables(dbt: DbtRunner) -> Mapping[str, Any]:
    """The variables that ``dbt_project.yml`` declares."""
    content = yaml.safe_load((dbt.project / "dbt_project.yml").read_text(encoding="utf-8"))
    return dict(content.get("vars") or {})


def _selection(context: dg.AssetExecutionContext, *, is_known: bool) -> list[str]:
    """What dbt has to run: the nodes chosen in Dagster, or all, without views that stand."""
    if context.is_subset:
        names = [spec.key.path[-1] for spec in _chosen_specs(context)]
        return ["--select", *sorted(names), "--indirect-selection", "cautious"]
    return list(WITHOUT_VIEWS) if is_known else []


def _standing_views(manifest: Manifest) -> list[NodeResult]:
    """The views as the last build left them: they show tonight's rows without being made again."""
    return [
        NodeResult(
            unique_id=unique_id,
            name=node["name"],
            status="reused",
            seconds=0.0,
            count_failed_rows=None,
            message="",
        )
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["config"]["materialized"] == "view"
    ]


def _in_order(results: Sequence[NodeResult], manifest: Manifest) -> list[NodeResult]:
    """Every result after those that it depends on, as Dagster wants the assets of one step."""
    order: Iterable[str] = TopologicalSorter(manifest["parent_map"]).static_order()
    place = {unique_id: number for number, unique_id in enumerate(order)}
    return sorted(results, key=lambda result: place.get(result.unique_id, len(place)))


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
    built = [result for result in results if result.is_good and result.unique_id in keys]
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


def _test_facts(tests: Sequence[NodeResult], manifest: Manifest) -> list[CheckFact]:
    return [
        CheckFact(
            kind="model_test",
            name=test.name,
            table=tested_model(manifest, test.unique_id),
            passed=test.is_good,
            severity="warning" if test.status == "warn" else "error",
            count_failed_rows=test.count_failed_rows,
            message="" if test.is_good else test.message,
        )
        for test in tests
        if test.status != "skipped"
    ]
