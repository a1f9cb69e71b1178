"""Definitions of KPIs against those of the published version: a changed one needs a number.

Whoever changes a threshold, a scale or a window starts a new definition version, so that
the old series stays as it was read. What a KPI means is the registry of ``dbt_project``.
"""

from pathlib import Path

import duckdb

from serving.facts import Relation
from serving.versions import DATABASE
from serving.warehouse import Warehouse

REGISTRY = Relation("core", "dim_kpi")
KEY = ("kpi_id", "definition_version", "statistic")
PARAMETERS = (
    "kind",
    "metric",
    "horizon",
    "scale_minimum",
    "scale_maximum",
    "success_minimum",
    "success_maximum",
    "failure_minimum",
    "failure_maximum",
    "threshold_milliseconds",
    "short_abandon_milliseconds",
    "cap_milliseconds",
    "maturity_days",
    "unit",
    "unit_scale",
)
"""Columns of the registry that decide what a number says."""


def redefined(warehouse: Warehouse, version: Path | None) -> list[str]:
    """One sentence per parameter that differs from what was published under the same version.

    Args:
        warehouse: what the run built.
        version: folder of the version that readers see; None before the first publication.
    """
    if version is None or not warehouse.has(REGISTRY, *KEY):
        return []
    with duckdb.connect(str(version / DATABASE), read_only=True) as published:
        described = published.execute(
            "select column_name from duckdb_columns() where table_name = ?", [REGISTRY.name]
        ).fetchall()
        held = {column.name for column in warehouse.columns(REGISTRY)}
        columns = [name for name in PARAMETERS if name in held and (name,) in described]
        if not columns:
            return []
        query = f"select {', '.join([*KEY, *columns])} from "
        before = _parameters(published, query + REGISTRY.name, columns)
    now = _parameters(warehouse.connection, query + warehouse.name(REGISTRY), columns)
    return [
        f"{kpi_id} {statistic} is published as version {number} with {column} {old} and has "
        f"{new} tonight: give the new definition version {number + 1} in seeds/kpis.csv."
        for (kpi_id, number, statistic), values in sorted(now.items())
        for column, new, old in zip(
            columns, values, before.get((kpi_id, number, statistic), values), strict=True
        )
        if new != old
    ]


def _parameters(
    connection: duckdb.DuckDBPyConnection, query: str, columns: list[str]
) -> dict[tuple[str, int, str], tuple[object, ...]]:
    rows = connection.execute(query).fetchall()
    return {(row[0], row[1], row[2]): row[3 : 3 + len(columns)] for row in rows}
