"""The nightly job on the tiny company: what it builds, and what stops it."""

import json
import shutil
from datetime import timedelta

import dagster as dg
import duckdb
import pytest

from ingestion.checksums import note_files
from ingestion.erasure import Person, begin
from orchestration.lib import building
from orchestration.lib.environment import Environment
from orchestration.lib.lock import hold_lock
from orchestration.lib.night import Notebook
from orchestration.lib.progress import ONLY_PROGRESS
from serving import current_version
from tests.factories.damage import flip
from tests.orchestration.conftest import FakeLake


def run(defs: dg.Definitions) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("nightly_job").execute_in_process(
        run_config=ONLY_PROGRESS, raise_on_error=False
    )


def run_ingestion(defs: dg.Definitions) -> dg.ExecuteInProcessResult:
    """The night up to the frozen inputs."""
    job = defs.resolve_implicit_global_asset_job_def()
    keys = [dg.AssetKey(["raw", "mapped__orders"]), dg.AssetKey("frozen_inputs")]
    return job.execute_in_process(asset_selection=keys, run_config=ONLY_PROGRESS)


def published_value(environment: Environment) -> object:
    with duckdb.connect(str(environment.published_database), read_only=True) as connection:
        return connection.execute("select value from mart_cx_kpi").fetchall()[0][0]


def built_names(environment: Environment) -> set[str]:
    """What dbt made since this was last asked."""
    folder = environment.dbt_target / "run"
    names = {file.stem for file in folder.rglob("*.sql")}
    shutil.rmtree(folder, ignore_errors=True)
    return names


def evaluated_checks(result: dg.ExecuteInProcessResult) -> set[str]:
    return {check.check_name for check in result.get_asset_check_evaluations()}


def failed_checks(result: dg.ExecuteInProcessResult) -> set[str]:
    return {check.check_name for check in result.get_asset_check_evaluations() if not check.passed}


def metadata(result: dg.ExecuteInProcessResult, *key: str) -> dict[str, object]:
    [event] = [
        event
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(key)
    ]
    found = event.step_materialization_data.materialization.metadata
    return {name: value.value for name, value in found.items()}


def test_a_good_night_publishes_the_marts(
    defs: dg.Definitions, environment: Environment, lake: FakeLake
) -> None:
    result = run(defs)

    assert result.success
    assert published_value(environment) == 12
    assert lake.kept == [result.run_id]
    assert metadata(result, "marts", "mart_cx_kpi")["dagster/row_count"] == 1
    assert metadata(result, "raw", "mapped__orders")["rows_rejected"] == 1
    log = (environment.dbt_target / "dbt.log").read_text()
    assert "table model marts.mart_cx_kpi" in log
    assert "select sum(amount)" not in log
    assert {line.split()[2] for line in log.splitlines() if line.startswith("20")} <= {
        "INFO",
        "WARNING",
        "ERROR",
    }
    # Nothing keeps the warehouse: another process could write it at once.
    with duckdb.connect(str(environment.home.warehouse)) as connection:
        connection.execute("create table free (x integer)")


def test_while_a_person_is_erased_nothing_is_carried_over_from_the_version_before(
    defs: dg.Definitions, environment: Environment
) -> None:
    def since_whole() -> int:
        assert run(defs).success
        version = current_version(environment.home.marts)
        assert version
        return int(json.loads((version / "published.json").read_text())["since_whole"])

    since_whole()
    before = since_whole()
    who = "a" * 32
    somebody = Person(customer_id=who, keys=(), terms=frozenset({who}), clear={})
    begin(environment.sources, environment.home, somebody)

    assert (before, since_whole()) == (1, 0)


def test_a_damaged_file_of_the_lake_stops_the_night_before_it_reads(
    defs: dg.Definitions, environment: Environment
) -> None:
    """Fault 17."""
    path = environment.home.lake / "mapped" / "orders" / "rows.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"rows")
    note_files(environment.home)
    flip(path)

    result = run(defs)

    assert not result.success
    assert "lake/mapped/orders/rows.parquet" in str(result.all_events)
    assert not environment.home.frozen_inputs.exists()


def test_a_night_without_news_makes_nothing_and_publishes(
    defs: dg.Definitions, environment: Environment
) -> None:
    first = run(defs)
    assert "stg_mapped__orders" in built_names(environment)
    tested = Notebook(environment.notebook).checks()

    second = run(defs)

    assert second.success
    assert built_names(environment) == set()
    assert evaluated_checks(second) == evaluated_checks(first)
    assert Notebook(environment.notebook).checks() == tested
    published = current_version(environment.home.marts)
    assert published
    assert published.name == second.run_id != first.run_id
    assert metadata(second, "marts", "mart_cx_kpi")["dagster/row_count"] == 1


@pytest.mark.parametrize("most_names", [building.MOST_NAMES, 0])
def test_news_make_again_what_they_reach_but_no_view(
    defs: dg.Definitions,
    environment: Environment,
    lake: FakeLake,
    monkeypatch: pytest.MonkeyPatch,
    most_names: int,
) -> None:
    run(defs)
    monkeypatch.setattr(building, "MOST_NAMES", most_names)
    built_names(environment)
    lake.orders.append({"source_id": "3", "amount": 30})

    assert run(defs).success
    built = built_names(environment)
    assert {"fct_orders", "mart_cx_kpi", "assert_amounts_are_positive"} <= built
    assert not {"stg_mapped__orders", "mart_orders"} & built
    assert published_value(environment) == 42


def test_everything_is_made_and_tested_once_a_week(
    defs: dg.Definitions, environment: Environment, lake: FakeLake
) -> None:
    run(defs)
    built_names(environment)
    lake.frozen_at += timedelta(days=7)

    assert run(defs).success
    assert {"stg_mapped__orders", "mart_cx_kpi"} <= built_names(environment)


def test_nothing_stands_in_a_warehouse_that_something_else_wrote(
    defs: dg.Definitions, environment: Environment
) -> None:
    run(defs)
    built_names(environment)
    with duckdb.connect(str(environment.home.warehouse)) as connection:
        connection.execute("delete from core.fct_orders")

    assert run(defs).success
    assert "fct_orders" in built_names(environment)
    assert published_value(environment) == 12


def test_a_failed_stream_is_told_and_the_night_goes_on(
    defs: dg.Definitions, lake: FakeLake
) -> None:
    lake.status = "failed"

    result = run_ingestion(defs)

    assert result.success
    assert failed_checks(result) == {"mapped__orders_extracted"}
    assert lake.frozen_results[0].message == "unreachable"


def test_a_broken_contract_holds_the_load_and_conflicts_are_a_warning(
    defs: dg.Definitions, lake: FakeLake
) -> None:
    lake.is_contract_kept = False
    lake.rows_conflicting = 2

    result = run_ingestion(defs)

    assert result.success
    assert failed_checks(result) == {
        *("mapped__orders_contract", "mapped__orders_extracted", "one_content_per_version")
    }
    [told] = [
        check.description
        for check in result.get_asset_check_evaluations()
        if check.check_name == "one_content_per_version"
    ]
    assert "under one version (crm → mapped__orders: 2)" in str(told)
    assert [(found.status, found.message) for found in lake.frozen_results] == [
        ("held", "source contract: expect_unique on order_number")
    ]


def test_values_that_could_not_be_kept_are_kept_the_next_night(
    defs: dg.Definitions, environment: Environment, lake: FakeLake
) -> None:
    lake.is_writable = False

    first = run(defs)
    missed = current_version(environment.home.marts)
    lake.is_writable = True
    run_ingestion(defs)

    assert first.success
    assert failed_checks(first) == {"published_values_kept"}
    assert missed
    assert lake.kept == [missed.name]


def test_a_failed_model_test_keeps_the_version_before(
    defs: dg.Definitions, environment: Environment, lake: FakeLake
) -> None:
    run(defs)
    before = current_version(environment.home.marts)
    lake.orders.append({"source_id": "4", "amount": -1})

    result = run(defs)

    assert not result.success
    assert "assert_amounts_are_positive" in failed_checks(result)
    assert current_version(environment.home.marts) == before
    assert published_value(environment) == 12

    built_names(environment)
    assert not run(defs).success
    assert "fct_orders" in built_names(environment)

    lake.orders.pop()
    lake.orders.append({"source_id": "4", "amount": 1})
    assert run(defs).success
    assert published_value(environment) == 13


def test_a_second_run_at_the_same_time_is_refused(
    defs: dg.Definitions, environment: Environment
) -> None:
    with hold_lock(environment.lock_file):
        result = run(defs)

    assert not result.success
    assert not environment.home.warehouse.exists()


def test_one_model_can_be_built_alone(defs: dg.Definitions, environment: Environment) -> None:
    assert run(defs).success
    job = defs.resolve_implicit_global_asset_job_def()

    result = job.execute_in_process(asset_selection=[dg.AssetKey(["core", "fct_orders"])])

    assert [event.asset_key for event in result.get_asset_materialization_events()] == [
        dg.AssetKey(["core", "fct_orders"])
    ]


def test_changed_code_rebuilds_incremental_tables(
    defs: dg.Definitions,
    environment: Environment,
    lake: FakeLake,
    manifest: dict[str, dict[str, dict[str, dict[str, str]]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(defs)
    manifest["nodes"]["model.cx_warehouse.fct_orders"]["checksum"]["checksum"] = "edited"
    lake.orders.pop()

    assert run(defs).success
    assert published_value(environment) == 5
    assert "other code built 1 incremental tables: full refresh" in capsys.readouterr().err
