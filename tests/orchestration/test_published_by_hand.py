"""Steps that a person starts alone: no result of a check is lost on the way to a publication."""

import dagster as dg
import pytest

from orchestration.lib.dbt_runner import DbtRunner
from orchestration.lib.environment import Environment
from orchestration.lib.night import Notebook
from orchestration.lib.progress import ONLY_PROGRESS
from serving import current_version
from tests.orchestration.conftest import FakeLake

ORDERS = dg.AssetKey(["staging", "stg_mapped__orders"])
MARTS = dg.AssetKey("published_marts")


def night(defs: dg.Definitions) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("nightly_job").execute_in_process(
        run_config=ONLY_PROGRESS, raise_on_error=False
    )


def by_hand(defs: dg.Definitions, *keys: dg.AssetKey) -> dg.ExecuteInProcessResult:
    return defs.resolve_implicit_global_asset_job_def().execute_in_process(
        asset_selection=list(keys), run_config=ONLY_PROGRESS, raise_on_error=False
    )


def test_a_model_that_is_built_alone_hides_no_test_that_failed(
    defs: dg.Definitions, environment: Environment, lake: FakeLake
) -> None:
    night(defs)
    before = current_version(environment.home.marts)
    lake.orders.append({"source_id": "4", "amount": -1})
    assert not night(defs).success

    assert by_hand(defs, ORDERS).success
    refused = by_hand(defs, MARTS)

    assert not refused.success
    assert "Check assert_amounts_are_positive failed on fct_orders" in str(refused.all_events)
    assert current_version(environment.home.marts) == before


def test_a_model_that_is_built_alone_keeps_what_other_tests_said(
    defs: dg.Definitions, environment: Environment
) -> None:
    night(defs)
    told = {check.name for check in Notebook(environment.notebook).checks()}

    assert by_hand(defs, ORDERS).success

    assert {check.name for check in Notebook(environment.notebook).checks()} == told
    assert by_hand(defs, MARTS).success


def test_a_build_that_was_cut_off_is_not_published(
    defs: dg.Definitions, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(defs)
    before = current_version(environment.home.marts)

    def cut_off(*_: object) -> None:
        raise OSError("cut off")

    with monkeypatch.context() as patch:
        patch.setattr(DbtRunner, "build", cut_off)
        assert not by_hand(defs, ORDERS).success
    refused = by_hand(defs, MARTS)

    assert not refused.success
    assert "the last build did not come to its end" in str(refused.all_events)
    assert current_version(environment.home.marts) == before

    assert night(defs).success
    assert current_version(environment.home.marts) != before
