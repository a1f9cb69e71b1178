"""The code location of the bundled company: nothing may appear or vanish in silence."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ingestion import all_streams, configured_streams, home_of, load_sources
from orchestration.build import build_defs
from orchestration.lib.environment import PROJECT_ROOT, Environment
from orchestration.lib.manifest import published_models
from orchestration.lib.translator import is_made_by_freezing
from tests.factories.dbt import manifest_of_project, share_parse

LAYERS = {"staging", "intermediate", "core", "metrics", "marts"}
GROUPS = LAYERS | {"ingestion", "reference", "serving"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CX_DATA", str(tmp_path_factory.mktemp("data")))
        patch.delenv("CX_SOURCES", raising=False)
        sources = load_sources()
        return Environment(sources=sources, home=home_of(sources.company))


@pytest.fixture(scope="module")
def manifest(environment: Environment) -> dict[str, Any]:
    share_parse(environment.home)
    return manifest_of_project()


@pytest.fixture(scope="module")
def defs(environment: Environment, manifest: Mapping[str, Any]) -> dg.Definitions:
    return build_defs(environment=environment, manifest=manifest)


@pytest.fixture(scope="module")
def specs(defs: dg.Definitions) -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in defs.resolve_all_asset_specs()}


def dbt_keys(manifest: Mapping[str, Any]) -> set[dg.AssetKey]:
    return {
        dg.AssetKey([node["schema"], node["name"]])
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }


def test_the_assets_are_the_streams_the_dbt_nodes_and_the_publication(
    specs: dict[dg.AssetKey, dg.AssetSpec], manifest: Mapping[str, Any]
) -> None:
    streams = {dg.AssetKey(["raw", table]) for table in all_streams()}
    single = {
        dg.AssetKey(name)
        for name in (
            "demo_company",
            "frozen_inputs",
            "published_marts",
            "cx_report",
            "weekly_digests",
            "case_lists",
            "kpi_alerts",
            "contact_zone",
            "calling_lists",
            "export_crm_cx_fields",
            "case_webhooks",
            "refreshed_cases",
        )
    }

    assert set(specs) == streams | dbt_keys(manifest) | single


def test_every_source_of_dbt_is_a_stream(manifest: Mapping[str, Any]) -> None:
    read = {node["name"] for node in manifest["sources"].values()}

    assert {table for table in read if not is_made_by_freezing(table)} <= set(all_streams())


def test_every_configured_stream_has_its_two_checks(
    defs: dg.Definitions, environment: Environment
) -> None:
    checks = set(defs.resolve_asset_graph().asset_check_keys)
    tables = {task.spec.table for task in configured_streams(environment.sources)}

    assert {
        (key.asset_key.path[-1], key.name) for key in checks if key.asset_key.path[0] == "raw"
    } == {(table, f"{table}_{kind}") for table in tables for kind in ("extracted", "contract")}


def test_every_data_test_of_one_model_is_a_check(
    defs: dg.Definitions, manifest: Mapping[str, Any]
) -> None:
    graph = defs.resolve_asset_graph()
    checks = [graph.get_check_spec(key) for key in graph.asset_check_keys]
    told = {check.metadata["dagster_dbt/unique_id"]: check for check in checks if check.metadata}
    tests = {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "test"
        and (node.get("attached_node") or len(node["depends_on"]["nodes"]) == 1)
    }

    assert tests
    assert tests <= told.keys()
    assert all(told[test].description for test in tests)
    assert max(len(told[test].name) for test in tests) < 60


def test_every_asset_says_what_it_is_and_whose(
    specs: dict[dg.AssetKey, dg.AssetSpec],
) -> None:
    silent = [
        key.to_user_string()
        for key, spec in specs.items()
        if not (spec.description and spec.owners and spec.kinds)
        or spec.description.splitlines()[0].startswith(("#", "*"))
    ]

    assert not silent
    assert {spec.group_name for spec in specs.values()} <= GROUPS


def test_what_reads_raw_waits_for_the_frozen_inputs(
    specs: dict[dg.AssetKey, dg.AssetSpec],
) -> None:
    hasty = [
        key.to_user_string()
        for key, spec in specs.items()
        if key.path[0] == "staging"
        and dg.AssetKey("frozen_inputs") not in {dep.asset_key for dep in spec.deps}
    ]

    assert not hasty


def test_the_publication_waits_for_every_public_model(
    specs: dict[dg.AssetKey, dg.AssetSpec], manifest: Mapping[str, Any]
) -> None:
    deps = {dep.asset_key.path[-1] for dep in specs[dg.AssetKey("published_marts")].deps}

    assert deps == {node["name"] for node in published_models(manifest)}
    assert "mart_cx_kpi" in deps


def test_jobs_schedules_and_sensors_are_known_and_on(
    defs: dg.Definitions, environment: Environment
) -> None:
    repository = defs.get_repository_def()
    schedules = {schedule.name: schedule for schedule in repository.schedule_defs}

    assert {job.name for job in defs.resolve_all_job_defs() if not job.name.startswith("__")} == {
        "nightly_job",
        "extraction_job",
        "refresh_cases_job",
    }
    assert set(schedules) == {"nightly_schedule", "refresh_hourly_schedule"}
    for schedule in schedules.values():
        assert schedule.execution_timezone == environment.sources.company.time_zone
        assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert {sensor.name for sensor in repository.sensor_defs} == {
        "file_drop_sensor",
        "run_failure_alert_sensor",
        "failed_check_alert_sensor",
        "silence_alert_sensor",
    }
    assert all(
        sensor.default_status is dg.DefaultSensorStatus.RUNNING
        and (sensor.minimum_interval_seconds or 0) >= 60
        for sensor in repository.sensor_defs
    )


def test_the_nightly_job_runs_everything_in_one_process(defs: dg.Definitions) -> None:
    job = defs.resolve_job_def("nightly_job")

    assert job.executor_def is dg.in_process_executor
    assert {node.name for node in job.nodes} == {
        "demo_company",
        "raw_streams",
        "frozen_inputs",
        "warehouse_models",
        "published_marts",
        "cx_report",
        "weekly_digests",
        "case_lists",
        "kpi_alerts",
        "contact_zone",
        "calling_lists",
        "export_crm_cx_fields",
        "case_webhooks",
    }


def test_loading_needs_no_great_expectations(environment: Environment) -> None:
    code = (
        "import sys, orchestration.build, orchestration.definitions; "
        "sys.exit('great_expectations' in sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, check=False)

    assert loaded.returncode == 0


def test_the_instance_configuration_is_valid(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text((PROJECT_ROOT / "dagster.yaml").read_text())

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert instance.run_monitoring_enabled
