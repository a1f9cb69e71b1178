"""Assets from the sources to the frozen inputs, derived from the configured streams.

Extraction is one subsettable step: its streams run side by side in threads, each gives a
result whatever becomes of it, and the source contracts of all of them are checked after it,
so that one process pays for their import once.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from ingestion import (
    StreamSpec,
    StreamTask,
    all_streams,
    configured_streams,
    retain,
    verify_lake,
)
from orchestration.defs.ingestion import reports
from orchestration.defs.ingestion.reports import raw_key
from orchestration.lib import erasures
from orchestration.lib.environment import Environment
from orchestration.lib.job_names import REFRESH_JOB
from orchestration.lib.keeping import keep_values
from orchestration.lib.lake import CompanyLake
from orchestration.lib.night import Notebook
from orchestration.lib.translator import FROZEN_INPUTS, INGESTION_GROUP

OWNERS = ["team:data_engineering"]
DEMO = dg.AssetKey("demo_company")
VOLUME_CHECK = "usual_volumes"
VERSION_CHECK = "one_content_per_version"
WARNINGS = {
    VOLUME_CHECK: "Every stream landed about as many rows as on such a weekday before.",
    VERSION_CHECK: "No record came with two contents under one version of its source.",
}
Lake = dg.ResourceParam[CompanyLake]
Lock = dg.ResourceParam[None]


def ingestion_assets(environment: Environment) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """The demo company when it is configured, the raw streams, and the frozen inputs."""
    tasks = configured_streams(environment.sources)
    notebook = Notebook(environment.notebook)
    demo = [_demo_company(notebook)] if environment.sources.company.is_demo else []
    return [
        *demo,
        _raw_streams(environment, tasks, waits=[asset.key for asset in demo]),
        _frozen_inputs(notebook, tasks),
        *_other_streams(tasks),
    ]


def _demo_company(notebook: Notebook) -> dg.AssetsDefinition:
    @dg.asset(
        key=DEMO,
        group_name=INGESTION_GROUP,
        owners=OWNERS,
        kinds={"python", "file"},
        description="What the systems of the bundled demo company wrote until its last day.",
    )
    def demo_company(
        context: dg.AssetExecutionContext, lake: Lake, warehouse_lock: Lock
    ) -> dg.MaterializeResult[None]:
        report = lake.generate_demo(lambda line: context.log.info(f"  demo company: {line}"))
        notebook.write_demo_day(report.as_of)
        events = {f"count_{name}": count for name, count in report.events.items()}
        return dg.MaterializeResult(
            metadata={"as_of": str(report.as_of), "files_written": report.files_written, **events}
        )

    return demo_company


def _raw_streams(
    environment: Environment, tasks: Sequence[StreamTask], *, waits: Sequence[dg.AssetKey]
) -> dg.AssetsDefinition:
    by_table: dict[str, list[StreamTask]] = {}
    for task in tasks:
        by_table.setdefault(task.spec.table, []).append(task)

    @dg.multi_asset(
        name="raw_streams",
        specs=[_stream_spec(found, waits) for found in by_table.values()],
        check_specs=[check for table in by_table for check in _check_specs(table)],
        can_subset=True,
    )
    def raw_streams(
        context: dg.AssetExecutionContext, lake: Lake, warehouse_lock: Lock
    ) -> Iterator[dg.MaterializeResult[None]]:
        """Read every configured stream into the lake and check what landed."""
        notebook = _begun(context, environment, lake)
        chosen = {key.path[-1] for key in context.selected_asset_keys}
        wanted = [task for table in by_table if table in chosen for task in by_table[table]]
        extracted = lake.extract(wanted, lambda result: context.log.info(reports.progress(result)))
        contracts = {result.table: result for result in lake.check(chosen)}
        results = reports.with_held_loads(extracted, contracts)
        is_part = context.is_subset and context.job_name != REFRESH_JOB
        notebook.write("streams", results, is_part=is_part)
        notebook.write("contracts", map(reports.contract_fact, contracts.values()), is_part=is_part)
        for table in (table for table in by_table if table in chosen):
            of_table = [result for result in results if result.table == table]
            checks = reports.checks(table, of_table, contracts.get(table))
            for check in (check for check in checks if not check.passed):
                context.log.info(f"  ✗ {check.check_name}: {check.description}")
            yield dg.MaterializeResult(
                asset_key=raw_key(table),
                metadata=reports.stream_metadata(of_table),
                check_results=checks,
            )

    return raw_streams


def _begun(
    context: dg.AssetExecutionContext, environment: Environment, lake: CompanyLake
) -> Notebook:
    """Do what comes before reading; the notebook of the night, or of a refresh after it."""
    notebook, say = Notebook(environment.notebook), context.log.info
    is_refresh = context.job_name == REFRESH_JOB
    if not is_refresh:
        say(f"  {verify_lake(environment.home)} files of the lake are as they were written")
        # What may no longer be kept goes before anything new comes.
        erasures.finish(environment, say)
        erasures.clean(environment, say)
        retain(environment.sources, environment.home, now=datetime.now(UTC), say=say)
    keep_values(lake, notebook, environment.home.marts)
    return Notebook(environment.between_nights.notebook) if is_refresh else notebook


def _stream_spec(tasks: Sequence[StreamTask], waits: Sequence[dg.AssetKey]) -> dg.AssetSpec:
    spec = tasks[0].spec
    patience = min(task.source.stale_ok_hours for task in tasks)
    return dg.AssetSpec(
        raw_key(spec.table),
        deps=waits,
        description=_description(spec, [task.source.id for task in tasks]),
        group_name=INGESTION_GROUP,
        owners=OWNERS,
        kinds={"python", "deltalake"},
        metadata={"dagster/column_schema": reports.column_schema(spec)},
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=patience)),
        skippable=True,
    )


def _description(spec: StreamSpec, sources: Sequence[str]) -> str:
    read_from = f"Read from {', '.join(sources)}." if sources else "Not configured here."
    return f"{spec.description}\n\n{read_from} Key: {', '.join(spec.key)}."


def _check_specs(table: str) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            reports.extracted_name(table),
            asset=raw_key(table),
            description="Every source of the stream was read, and no load was held.",
        ),
        dg.AssetCheckSpec(
            reports.contract_name(table),
            asset=raw_key(table),
            description="What landed meets the expectations of its source contract.",
        ),
    ]


def _frozen_inputs(notebook: Notebook, tasks: Sequence[StreamTask]) -> dg.AssetsDefinition:
    @dg.asset(
        key=FROZEN_INPUTS,
        deps=[raw_key(table) for table in sorted({task.spec.table for task in tasks})],
        group_name=INGESTION_GROUP,
        owners=OWNERS,
        kinds={"python", "json"},
        description=(
            "Which version of every stream this night reads, and as of which day.\n\n"
            "A required source that failed or is too old stops the night here."
        ),
        check_specs=[
            dg.AssetCheckSpec(name, asset=FROZEN_INPUTS, description=meaning)
            for name, meaning in WARNINGS.items()
        ],
    )
    def frozen_inputs(
        context: dg.AssetExecutionContext, lake: Lake, warehouse_lock: Lock
    ) -> Iterator[dg.MaterializeResult[None]]:
        if matched := lake.match_customers():
            context.log.info(f"  {matched}")
        frozen = lake.freeze(notebook.streams(), context.run_id, notebook.demo_day())
        context.log.info(f"  as of {frozen.as_of}")
        odd = "; ".join(lake.odd_volumes({task.spec.table for task in tasks}))
        yield dg.MaterializeResult(
            metadata=_frozen_metadata(frozen.as_of, frozen.streams),
            check_results=[
                _warning(VOLUME_CHECK, odd),
                _warning(VERSION_CHECK, reports.conflicts(notebook.streams())),
            ],
        )

    return frozen_inputs


def _warning(check_name: str, sentence: str) -> dg.AssetCheckResult:
    """The result of a check that blocks nothing; without a sentence it passed."""
    return dg.AssetCheckResult(
        check_name=check_name,
        passed=not sentence,
        severity=dg.AssetCheckSeverity.WARN,
        description=sentence or None,
    )


def _frozen_metadata(as_of: str, streams: Sequence[Any]) -> Mapping[str, Any]:
    return {
        "as_of": as_of,
        "count_streams": len(streams),
        "count_files": sum(len(stream.files) for stream in streams),
        "count_held_loads": sum(len(stream.held_loads) for stream in streams),
    }


def _other_streams(tasks: Sequence[StreamTask]) -> list[dg.AssetSpec]:
    """Streams that dbt knows but no source of this company fills."""
    configured = {task.spec.table for task in tasks}
    return [
        dg.AssetSpec(
            raw_key(spec.table),
            description=_description(spec, []),
            group_name=INGESTION_GROUP,
            owners=OWNERS,
            kinds={"deltalake"},
        )
        for spec in all_streams().values()
        if spec.table not in configured
    ]
