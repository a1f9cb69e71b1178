"""The cases between two nights, as an asset: frozen, built on a copy, audited, published.

Which models that takes is found in ``lib.refreshing``; what starts it in ``defs.automation``.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from ingestion import StreamTask, is_conversation
from orchestration.defs.ingestion.reports import raw_key
from orchestration.defs.serving.people import list_settings
from orchestration.lib.code_state import code_version, fingerprints
from orchestration.lib.dbt_runner import DbtRunner, NodeResult, failures
from orchestration.lib.environment import Environment
from orchestration.lib.lake import CompanyLake
from orchestration.lib.manifest import Manifest, models_tagged
from orchestration.lib.night import Notebook, run_facts, test_facts
from orchestration.lib.refreshing import TAG, NoRefreshError, copy_warehouse, refresh
from serving import (
    Relation,
    audit,
    current_version,
    publish_cases,
    read_receipt,
    show_cases,
    write_lists,
)

REFRESHED_CASES = dg.AssetKey("refreshed_cases")
Say = Callable[[str], None]


def refreshed_asset(
    environment: Environment, manifest: Manifest, tasks: Sequence[StreamTask]
) -> dg.AssetsDefinition:
    """The cases as they stand between two nights, of the configured streams that make them."""
    tables = {task.spec.table for task in tasks if is_conversation(task.spec)}

    @dg.asset(
        key=REFRESHED_CASES,
        deps=[raw_key(table) for table in sorted(tables)],
        group_name="serving",
        owners=["team:cx_analytics"],
        kinds={"duckdb", "excel"},
        output_required=False,
        description=(
            "The cases of today so far: what answers, tickets and chats called for since the "
            "night.\n\n"
            "Built on a copy of the night's warehouse and published beside its version, which "
            "stays as it is; `marts/cases` names the newer of the two."
        ),
    )
    def refreshed_cases(
        context: dg.AssetExecutionContext,
        lake: dg.ResourceParam[CompanyLake],
        dbt: dg.ResourceParam[DbtRunner],
        warehouse_lock: dg.ResourceParam[None],
    ) -> Iterator[dg.MaterializeResult[None]]:
        say = context.log.info
        try:
            metadata = _refresh(context.run_id, lake, dbt, environment, manifest, tables, say)
        except NoRefreshError as error:
            say(f"  {error}")
            return
        if metadata is None:
            say("  nothing has changed: the cases stand as they are")
        else:
            yield dg.MaterializeResult(metadata=metadata)

    return refreshed_cases


def _refresh(
    run_id: str,
    lake: CompanyLake,
    dbt: DbtRunner,
    environment: Environment,
    manifest: Manifest,
    tables: Collection[str],
    say: Say,
) -> Mapping[str, Any] | None:
    """Build and publish; None when nothing has changed."""
    side = environment.between_nights
    copy_warehouse(environment)
    as_of = Notebook(environment.notebook).demo_day()
    frozen = lake.freeze_between(tables, run_id, as_of, side.home.frozen_inputs)
    results = refresh(DbtRunner(side, dbt.project), manifest, frozen, tables)
    if not results:
        return None
    if failed := failures(results, manifest):
        raise dg.Failure(
            f"dbt: {len(failed)} of {len(results)} nodes failed: {'; '.join(failed[:5])}",
            allow_retries=False,
        )
    say(f"  {len(results)} models and tests made")
    return _publish(run_id, environment, manifest, frozen, results)


def _publish(
    run_id: str,
    environment: Environment,
    manifest: Manifest,
    frozen: dict[str, Any],
    results: Sequence[NodeResult],
) -> Mapping[str, Any]:
    side, marts = environment.between_nights, environment.home.marts
    notebook = Notebook(side.notebook)
    notebook.write("model_tests", test_facts(results, manifest))
    facts = run_facts(
        notebook,
        frozen,
        run_id=run_id,
        code_version=code_version(environment.project_version, fingerprints(manifest, {})),
        rejects=(),
    )
    relations = [Relation(node["schema"], node["name"]) for node in models_tagged(manifest, TAG)]
    audit(side.home.warehouse, relations, facts=facts, published=current_version(marts))
    folder = publish_cases(
        side.home.warehouse,
        marts,
        relations=relations,
        run_id=run_id,
        facts=facts,
        roles=environment.roles,
    )
    lists = write_lists(folder, list_settings(environment), night=current_version(marts))
    show_cases(marts, folder)
    return {
        "folder": dg.MetadataValue.path(folder),
        "rows": dg.MetadataValue.json(read_receipt(folder)["row_counts"]),
        **{owner: dg.MetadataValue.path(path) for owner, path in lists.items()},
    }
