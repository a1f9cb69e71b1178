"""Every dbt unit test: goldens, edge cases and traps, run by the warehouse's own engine."""

import json
import shutil
from typing import Any

import pytest

from ingestion.settings import Home
from tests.factories.dbt import run_dbt


@pytest.fixture(scope="module")
def results(tiny_home: Home, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What dbt says of each unit test, on a copy of the tiny warehouse whose types they take."""
    home = Home(root=tmp_path_factory.mktemp("unit_tests"))
    for path in (tiny_home.warehouse, tiny_home.frozen_inputs):
        shutil.copy(path, home.root / path.name)
    run_dbt(home, "test", "--select", "test_type:unit", check=False)
    told: dict[str, Any] = json.loads((home.root / "dbt" / "run_results.json").read_text())
    return [result for result in told["results"] if result["unique_id"].startswith("unit_test.")]


def test_every_unit_test_of_dbt_passes(
    results: list[dict[str, Any]], manifest: dict[str, Any]
) -> None:
    failed = {
        result["unique_id"].split(".", 2)[2]: result["message"]
        for result in results
        if result["status"] != "pass"
    }

    assert len(results) == len(manifest["unit_tests"]) > 0
    assert not failed, json.dumps(failed, indent=1)
