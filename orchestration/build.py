"""Puts the definitions together: assets of all rooms, automation and resources.

Each part is made in ``defs``; here they only meet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import dagster as dg

from ingestion import StreamTask, configured_streams
from orchestration.defs.automation import automation
from orchestration.defs.ingestion import ingestion_assets
from orchestration.defs.serving import (
    alerts_asset,
    contact_assets,
    delivery_assets,
    digests_asset,
    lists_asset,
    refreshed_asset,
    report_asset,
    serving_assets,
)
from orchestration.defs.transformation import transformation_assets
from orchestration.lib.dbt_runner import DbtRunner
from orchestration.lib.environment import Environment, is_run_worker, load_environment
from orchestration.lib.job_names import REFRESH_JOB
from orchestration.lib.lake import CompanyLake
from orchestration.lib.lock import hold_lock
from orchestration.lib.manifest import Manifest, read_manifest
from orchestration.lib.progress import CONSOLE, progress_logger


def build_defs(
    *,
    environment: Environment | None = None,
    manifest: Manifest | None = None,
    resource_overrides: Mapping[str, object] | None = None,
) -> dg.Definitions:
    """Definitions of one company.

    Args:
        environment: the company; the configured one by default.
        manifest: the dbt manifest; parsed or read when absent.
        resource_overrides: resources by name that replace the real ones, for tests.
    """
    environment = environment or load_environment()
    dbt = DbtRunner(environment)
    manifest = manifest or read_manifest(
        dbt.project, environment.dbt_target, parse=dbt.parse, may_parse=not is_run_worker()
    )
    tasks = configured_streams(environment.sources)
    assets = _assets(environment, manifest, tasks)
    definitions = dg.Definitions(
        assets=assets,
        resources={
            "lake": CompanyLake(environment),
            "dbt": dbt,
            "warehouse_lock": _warehouse_lock(environment),
            **(resource_overrides or {}),
        },
        loggers={CONSOLE: progress_logger},
        executor=dg.in_process_executor,
    )
    return dg.Definitions.merge(definitions, automation(environment, tasks, _owners(assets)))


def _assets(
    environment: Environment, manifest: Manifest, tasks: Sequence[StreamTask]
) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    return [
        *ingestion_assets(environment),
        transformation_assets(environment, manifest),
        serving_assets(environment, manifest),
        report_asset(environment, manifest),
        digests_asset(environment),
        lists_asset(environment),
        alerts_asset(environment),
        *contact_assets(environment),
        *delivery_assets(environment),
        refreshed_asset(environment, manifest, tasks),
    ]


def _owners(
    assets: Iterable[dg.AssetsDefinition | dg.AssetSpec],
) -> dict[dg.AssetKey, Sequence[str]]:
    specs = [
        spec
        for each in assets
        for spec in ([each] if isinstance(each, dg.AssetSpec) else each.specs)
    ]
    return {spec.key: spec.owners for spec in specs}


def _warehouse_lock(environment: Environment) -> dg.ResourceDefinition:
    @dg.resource(description="Held by a run from its first step to its last.")
    def warehouse_lock(context: dg.InitResourceContext) -> Iterator[None]:
        job = context.dagster_run.job_name if context.dagster_run else ""
        waits_for = () if job == REFRESH_JOB else (REFRESH_JOB,)
        with hold_lock(environment.lock_file, job=job, waits_for=waits_for):
            yield None

    return warehouse_lock
