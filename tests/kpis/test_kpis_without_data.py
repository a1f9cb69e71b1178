"""A company without data has no KPI: no row, and above all no nought.

Every model that hands over parts or values of KPIs runs as it was compiled, on definitions,
calendar and nothing else.
"""

from typing import Any

import duckdb
import pytest

from ingestion.settings import Home

HANDED_TO = ("met_kpi_cells", "met_kpi_durations", "met_kpi_period_values", "met_kpi_components")
DEFINITIONS = frozenset(
    {
        "dim_run",
        "journey_stages",
        "kpi_grains",
        "kpi_targets",
        "kpis",
        "labels",
        "met_kpi_wanted_quantiles",
        "met_periods",
        "stakeholder_weights",
    }
)
"""What says how to measure and when; everything else is data and is empty here."""


def parents(manifest: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The models and seeds that a model reads."""
    keys = manifest["nodes"][f"model.cx_warehouse.{name}"]["depends_on"]["nodes"]
    return [manifest["nodes"][key] for key in keys if key in manifest["nodes"]]


@pytest.fixture(scope="module")
def nothing(
    tiny_home: Home, manifest: dict[str, Any]
) -> tuple[duckdb.DuckDBPyConnection, list[str]]:
    """A warehouse of definitions alone, and the models that are run on it."""
    connection = duckdb.connect()
    connection.execute(f"attach '{tiny_home.warehouse}' as built (read_only)")
    connection.execute("attach ':memory:' as warehouse")
    models = sorted({parent["name"] for name in HANDED_TO for parent in parents(manifest, name)})
    needed = {parent["name"]: parent["schema"] for m in models for parent in parents(manifest, m)}
    for name, schema in needed.items():
        rows = "" if name in DEFINITIONS else " limit 0"
        connection.execute(f"create schema if not exists warehouse.{schema}")
        connection.execute(
            f"create table warehouse.{schema}.{name} as from built.{schema}.{name}{rows}"
        )
    return connection, models


def test_a_company_without_data_has_no_kpi_and_no_nought(
    tiny_home: Home, nothing: tuple[duckdb.DuckDBPyConnection, list[str]]
) -> None:
    connection, models = nothing
    compiled = {path.stem: path for path in tiny_home.root.glob("dbt/compiled/**/models/**/*.sql")}
    shown = {
        name: connection.execute(compiled[name].read_text("utf-8")).fetchall() for name in models
    }

    assert len(models) > 50
    assert not {name: rows[:3] for name, rows in shown.items() if rows}
