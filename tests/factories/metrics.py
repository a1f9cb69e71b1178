"""Asks the semantic layer's metrics of a built warehouse, in this process and read-only.

MetricFlow writes the SQL from the manifest that dbt left; DuckDB runs it here, so that a
warehouse which other tests read is never opened for writing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import pandas as pd

from ingestion.settings import Home


@dataclass(frozen=True)
class Metrics:
    """The metrics of the project over one built warehouse."""

    home: Home

    @cached_property
    def _manifest(self) -> Any:
        from metricflow_semantics.model.dbt_manifest_parser import (
            parse_manifest_from_dbt_generated_manifest,
        )

        path = self.home.root / "dbt" / "semantic_manifest.json"
        return parse_manifest_from_dbt_generated_manifest(path.read_text(encoding="utf-8"))

    @cached_property
    def _engine(self) -> Any:
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        return MetricFlowEngine(SemanticManifestLookup(self._manifest), sql_client=_duckdb_sql())

    def of_kpis(self) -> dict[str, dict[str, Any]]:
        """The ``meta`` of every metric that is a KPI, by the name of the metric."""
        return {
            metric.name: metric.config.meta
            for metric in self._manifest.metrics
            if metric.config and "kpi_id" in metric.config.meta
        }

    def query(self, metrics: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
        """What ``mf query --metrics … --group-by …`` answers.

        The column of a time grain is ``period_start``; rows without a key are left out.
        """
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=by)
        sql = self._engine.explain(request).sql_statement.sql
        with duckdb.connect(str(self.home.warehouse), read_only=True) as connection:
            frame = connection.execute(sql).df()
        frame = frame.rename(columns={name: "period_start" for name in by if "metric_time" in name})
        keys = [name for name in by if "metric_time" not in name]
        return frame.dropna(subset=keys).assign(
            period_start=pd.to_datetime(frame["period_start"]),
        )


def _duckdb_sql() -> Any:
    """The part of a MetricFlow client that writes SQL; nothing is run through it."""
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

    class Client:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

    return Client()
