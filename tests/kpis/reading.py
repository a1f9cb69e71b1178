"""Reads core tables of a built warehouse as frames, and sums observations by month.

What a KPI means is in the modules beside this one; they know the specification, not the SQL.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd

KEYS = ["kpi_id", "statistic", "grain_name", "grain_key", "period_start"]
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Warehouse:
    """A built warehouse, read-only."""

    path: Path

    def frame(self, query: str) -> pd.DataFrame:
        """Rows of a query."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query).df()

    @property
    def as_of(self) -> pd.Timestamp:
        """First day that is not over."""
        return pd.Timestamp(self.frame("select as_of from core.dim_run")["as_of"].iloc[0])

    @property
    def time_zone(self) -> str:
        """Business time zone."""
        return str(self.frame("select time_zone from core.dim_run")["time_zone"].iloc[0])

    def values(self, period_type: str) -> pd.DataFrame:
        """What the warehouse publishes by a kind of period, with the kind of each statistic."""
        values = self.frame(
            f"select {', '.join(KEYS)}, numerator, denominator, n, value, ci_low, ci_high,"
            " standard_error, suppressed, kind from marts.mart_cx_kpi"
            " inner join core.dim_kpi using (kpi_id, definition_version, statistic)"
            f" where period_type = '{period_type}'"
        )
        return values.assign(period_start=pd.to_datetime(values["period_start"]))

    def month_values(self) -> pd.DataFrame:
        """What the warehouse publishes by month."""
        return self.values("month")


Compute = Callable[[Warehouse], pd.DataFrame]
"""A computation of one's own: KEYS and any of the parts and values of published rows."""


@cache
def computed(compute: Compute, warehouse: Warehouse) -> pd.DataFrame:
    """What a computation finds, once for all who ask; read it, don't change it."""
    return compute(warehouse)


def month_of(days: pd.Series) -> pd.Series:
    """First day of the month of each day."""
    return pd.to_datetime(days).dt.to_period("M").dt.start_time


def in_cells(rows: pd.DataFrame, grains: dict[str, str | None], date: str) -> pd.DataFrame:
    """The rows once per grain, with grain_name, grain_key and period_start.

    ``grains`` names the column of each grain; ``None`` is the whole company. Customer
    attributes that are missing are a cell of their own, missing handlers are no cell.
    """
    handlers = {"agent", "queue"}
    parts = []
    for grain, column in grains.items():
        key = "company" if column is None else rows[column]
        part = rows.assign(grain_name=grain, grain_key=key)
        if grain in handlers:
            part = part[part["grain_key"].notna()]
        parts.append(part.assign(grain_key=part["grain_key"].fillna(UNKNOWN)))
    cells = pd.concat(parts, ignore_index=True)
    return cells.assign(period_start=month_of(cells[date]))


def summed(
    cells: pd.DataFrame, kpi_id: str, statistic: str, numerator: pd.Series, base: pd.Series
) -> pd.DataFrame:
    """Both parts of a KPI by cell and month; months without a single row are absent."""
    parts = cells[["grain_name", "grain_key", "period_start"]].assign(
        numerator=numerator.astype("int64"), denominator=base.astype("int64")
    )
    by_cell = parts.groupby(["grain_name", "grain_key", "period_start"], as_index=False).sum()
    return by_cell.assign(kpi_id=kpi_id, statistic=statistic)
