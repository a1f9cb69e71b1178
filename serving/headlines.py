"""The five headlines and their worst places, read from the published ``mart_cx_kpi``.

How a KPI is computed, compared and judged belongs in ``dbt_project``; how it is worded
belongs in ``wording``.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from serving.wording import JalaliDate, Language

HEADLINES = ("K-NPS", "K-CSAT", "K-CES", "K-SL", "K-RET")
PLACES = ("market", "segment", "queue")
SMALLEST_PLACE = 30
MONTHS = {"gregorian": "month", "jalali": "jalali_month"}

COMPANY_ROWS = """
    select
        kpi_id, value, unit, display_format, coalesce(n, 0), target, status, delta,
        delta_significant, period_start, period_end
    from mart_cx_kpi
    where
        kpi_id in (select unnest($kpis))
        and is_headline
        and grain_name = 'company'
        and period_type = $period_type
        and period_end <= $as_of
    qualify period_start = max(period_start) over ()
"""

WORST_PLACES = """
    select kpi_id, grain_name, {label}, value, n
    from mart_cx_kpi
    where
        kpi_id in (select unnest($kpis))
        and is_headline
        and grain_name in (select unnest($places))
        and period_type = $period_type
        and period_start = $period_start
        and n >= $smallest
        and value is not null
        and not coalesce(suppressed, false)
    qualify row_number() over (
        partition by kpi_id
        order by
            case when direction = 'lower_is_better' then -value else value end,
            grain_name,
            grain_key
    ) = 1
"""


@dataclass(frozen=True)
class Place:
    """Where a KPI is worst: a market, segment or queue with enough records."""

    grain: str
    label: str
    value: float | Decimal
    n: int


@dataclass(frozen=True, kw_only=True)
class Headline:
    """One KPI of the company in its last complete month; ``layout`` such as ``+0.00``."""

    kpi_id: str
    value: float | Decimal | None
    unit: str | None
    layout: str
    n: int
    target: float | Decimal | None
    status: str
    delta: float | Decimal | None
    is_significant: bool | None
    period_start: date
    last_day: date
    worst: Place | None


class Calendar:
    """Looks up Jalali dates in the published calendar."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._known: dict[date, JalaliDate | None] = {}

    def __call__(self, day: date) -> JalaliDate | None:
        """The Jalali year, month and day; None for a day that the calendar lacks."""
        if day not in self._known:
            self._known[day] = self._found(day)
        return self._known[day]

    def _found(self, day: date) -> JalaliDate | None:
        try:
            rows = self._connection.execute(
                "select jalali_year, jalali_month, jalali_day from dim_calendar "
                "where calendar_date = ?",
                [day],
            ).fetchall()
        except duckdb.CatalogException:
            return None
        return rows[0] if rows else None


def read(
    connection: duckdb.DuckDBPyConnection, language: Language, calendar: str, as_of: date
) -> list[Headline]:
    """The headlines in their fixed order; empty before the first complete month."""
    wanted = {"kpis": list(HEADLINES), "period_type": MONTHS[calendar]}
    rows = connection.execute(COMPANY_ROWS, {**wanted, "as_of": as_of}).fetchall()
    if not rows:
        return []
    query = WORST_PLACES.format(label=_label_column(connection, language))
    places = connection.execute(
        query,
        {
            **wanted,
            "places": list(PLACES),
            "period_start": rows[0][9],
            "smallest": SMALLEST_PLACE,
        },
    ).fetchall()
    worst = {kpi_id: Place(*values) for kpi_id, *values in places}
    found = [_headline(row, worst.get(row[0])) for row in rows]
    return sorted(found, key=lambda headline: HEADLINES.index(headline.kpi_id))


def _headline(row: tuple[Any, ...], worst: Place | None) -> Headline:
    kpi_id, value, unit, layout, n, target, status, delta, is_significant, start, end = row
    return Headline(
        kpi_id=kpi_id,
        value=value,
        unit=unit,
        layout=layout or "0.0",
        n=n,
        target=target,
        status=status or "",
        delta=delta,
        is_significant=is_significant,
        period_start=start,
        last_day=end - timedelta(days=1),
        worst=worst,
    )


def _label_column(connection: duckdb.DuckDBPyConnection, language: Language) -> str:
    """The column that names a place: its label in the language, else its key."""
    rows = connection.execute(
        "select column_name from duckdb_columns() "
        "where table_name = 'mart_cx_kpi' and column_name = ?",
        [f"grain_label_{language}"],
    ).fetchall()
    return f"coalesce({rows[0][0]}, grain_key)" if rows else "grain_key"
