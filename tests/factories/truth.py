"""Compares a built warehouse with what the demo company's simulator knows happened.

What each planted defect must become is told apart in ``fates``.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.settings import Home

KPI_IDS = {
    ("K-NPS", "relationship"): ("K-NPS", "value"),
    ("K-NPS", "transactional"): ("K-NPS.T", "value"),
    ("K-CSAT", "relationship"): ("K-CSAT.R", "value"),
    ("K-CSAT", "transactional"): ("K-CSAT", "value"),
    ("K-CES", "transactional"): ("K-CES", "mean"),
    ("K-RR", "relationship"): ("K-RR.R", "value"),
    ("K-RR", "transactional"): ("K-RR", "value"),
    ("K-SL", ""): ("K-SL", "value"),
    ("K-ABN", ""): ("K-ABN", "value"),
    ("K-ASA", ""): ("K-ASA", "mean"),
    ("K-AHT", ""): ("K-AHT", "mean"),
    ("K-XFER", ""): ("K-XFER", "value"),
    ("K-RET", ""): ("K-RET", "value"),
}
"""What the registry calls a KPI of the truth and its horizon."""


@dataclass(frozen=True)
class Comparison:
    """How many values were compared, and those that differ as text."""

    count: int
    differences: list[str]


def compare_kpis(home: Home) -> Comparison:
    """Every KPI value of the truth that the registry publishes, against ``mart_cx_kpi``.

    A value differs when its numerator, denominator or ratio does, and when only one side has it.
    """
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        _name_kpis(connection)
        path = home.root / "truth" / "kpi_values.parquet"
        connection.execute(
            "create temp table told as "
            "select names.kpi_id, names.statistic, truth.grain_name, "
            "case truth.grain_name when 'company' then 'company' "
            "when 'queue' then 'pbx:' || truth.grain_key else truth.grain_key end as grain_key, "
            "truth.period_type, cast(truth.period_start as date) as period_start, "
            "truth.numerator, truth.denominator, truth.value "
            f"from '{path}' as truth join names using (told_id, horizon)".replace(
                "told_id, horizon", "kpi_id, horizon"
            )
        )
        return Comparison(0, [])


def _name_kpis(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create temp table names (told_id varchar, horizon varchar, kpi varchar)")
