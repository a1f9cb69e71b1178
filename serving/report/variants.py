"""The readings of a KPI that are no headline: other statistics and other definitions of it.

Each is shown beneath its headline: ``K-CSAT`` in the mean, ``K-CSAT.R`` in every statistic.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import duckdb

from serving.report.sections import Row, Span, rows

VARIANTS = """
    select
        kpi_id, statistic, kpi_name_en, kpi_name_fa, kpi_name_ru, unit, display_format,
        currency_code, period_start, value, ci_low, ci_high, n
    from mart_cx_kpi
    where
        not is_headline
        and grain_name = 'company'
        and period_type = $period_type
        and period_end <= $as_of
        and period_end > $as_of - interval 400 day
        and value is not null
        and not coalesce(suppressed, false)
    qualify row_number() over (
        partition by kpi_id, statistic order by period_start desc
    ) = 1
    order by kpi_id, statistic
"""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One reading in its last complete month."""

    kpi_id: str
    statistic: str
    names: dict[str, str]
    unit: str
    layout: str
    currency: str
    month: date
    value: float
    low: float | None
    high: float | None
    n: int


def read(connection: duckdb.DuckDBPyConnection, span: Span) -> list[Variant]:
    """Every reading of the company that is no headline."""
    wanted = {"period_type": span.period_type, "as_of": span.as_of}
    return [_variant(row) for row in rows(connection, VARIANTS, wanted)]


def beneath(variants: list[Variant], headlines: Collection[str]) -> dict[str, list[Variant]]:
    """The readings by the KPI that stands above them.

    Args:
        variants: as ``read`` gives them.
        headlines: KPIs that the page shows; readings of others stand below the empty key.
    """
    found: dict[str, list[Variant]] = {}
    for variant in variants:
        base = variant.kpi_id.rpartition(".")[0]
        above = next((kpi for kpi in (variant.kpi_id, base) if kpi in headlines), "")
        found.setdefault(above, []).append(variant)
    return found


def _variant(row: Row) -> Variant:
    return Variant(
        kpi_id=row["kpi_id"],
        statistic=row["statistic"],
        names={language: row[f"kpi_name_{language}"] for language in ("en", "fa", "ru")},
        unit=row["unit"] or "",
        layout=row["display_format"] or "0.0",
        currency=row["currency_code"] or "",
        month=row["period_start"],
        value=row["value"],
        low=row["ci_low"],
        high=row["ci_high"],
        n=row["n"] or 0,
    )
