"""What a person asks about: a KPI, a place and a period, looked up among published values.

People write codes or labels, Gregorian or Jalali months, digits of any script. What is said
about the value belongs in ``page``.
"""

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

import duckdb

from serving.errors import ServingError
from serving.headlines import MONTHS

Row = dict[str, Any]

COMPANY = "company"
JALALI_YEARS = range(1200, 1600)
PERIODS = {
    r"(\d{4})-(\d{1,2})": "month",
    r"(\d{4})-(\d{1,2})-(\d{1,2})": "day",
    r"(\d{4})-?[Qq](\d)": "quarter",
    r"(\d{4})": "year",
}

KPI_ROWS = """
    select * from mart_cx_kpi
    where kpi_id = $kpi and statistic = $statistic and period_type = $period_type
    and grain_name = $grain_name
"""

STATISTICS = """
    select statistic from dim_kpi where kpi_id = ?
    order by not is_headline, statistic != 'value', statistic
"""


class ExplainError(ServingError):
    """The question names something that is not published; the message says what is."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, as a person writes it.

    Args:
        kpi: id such as ``K-NPS``.
        grain: ``market=dubai``, the key or its label in any language; empty for the company.
        period: ``2026-09``, ``1405-06``, ``2026-Q3``, ``2026``, ``2026-09-30``; empty for the
            last complete month of the company's calendar.
        statistic: such as ``p90``; empty for the KPI's headline.
    """

    kpi: str
    grain: str = ""
    period: str = ""
    statistic: str = ""


def find(connection: duckdb.DuckDBPyConnection, question: Question, calendar: str) -> Row:
    """The published row of ``mart_cx_kpi`` that the question means.

    Args:
        connection: a published version.
        question: what is asked.
        calendar: the company's own, ``gregorian`` or ``jalali``.

    Raises:
        ExplainError: the KPI, statistic, place or period is not published.
    """
    kpi = _kpi(connection, question.kpi)
    period_type, start = _period(connection, question.period, calendar)
    grain_name, _, place = (question.grain or COMPANY).partition("=")
    wanted = {
        "kpi": kpi,
        "statistic": _statistic(connection, kpi, question.statistic),
        "grain_name": grain_name.strip(),
        "period_type": period_type,
    }
    found = rows(connection, KPI_ROWS, wanted)
    if not found:
        raise ExplainError(_nothing(connection, kpi, wanted))
    return _at(_in_place(found, grain_name, place.strip()), start, connection)


def rows(
    connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any] | list[Any]
) -> list[Row]:
    """What a query finds, each row by column name."""
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _kpi(connection: duckdb.DuckDBPyConnection, asked: str) -> str:
    known = [row["kpi_id"] for row in rows(connection, "select distinct kpi_id from dim_kpi", [])]
    by_folded: dict[str, str] = {kpi.casefold(): kpi for kpi in known}
    folded = asked.strip().casefold()
    if kpi := by_folded.get(folded) or by_folded.get(f"k-{folded}"):
        return kpi
    close = get_close_matches(folded, by_folded, n=3, cutoff=0.5) or sorted(by_folded)[:3]
    names = ", ".join(by_folded[name] for name in close)
    raise ExplainError(f"There is no KPI {asked!r}. Close to it: {names}. All are in dim_kpi.")


def _statistic(connection: duckdb.DuckDBPyConnection, kpi: str, asked: str) -> str:
    known: list[str] = [row["statistic"] for row in rows(connection, STATISTICS, [kpi])]
    if asked and asked not in known:
        raise ExplainError(f"{kpi} has no statistic {asked!r}; it has {', '.join(known)}.")
    return asked or known[0]


def _period(
    connection: duckdb.DuckDBPyConnection, asked: str, calendar: str
) -> tuple[str, date | None]:
    """Type and first day of the period; no day when none is asked for."""
    if not asked:
        return MONTHS[calendar], None
    for pattern, period_type in PERIODS.items():
        if found := re.fullmatch(pattern, asked.strip()):
            # int() reads the digits of every script.
            numbers = [int(group) for group in found.groups()]
            if numbers[0] in JALALI_YEARS and period_type == "month":
                return "jalali_month", _jalali_start(connection, numbers[0], numbers[1])
            try:
                return period_type, _start(period_type, numbers)
            except ValueError:
                break
    raise ExplainError(
        f"{asked!r} is no period; write 2026-09, 2026-Q3, 2026, 2026-09-30 or, in the Jalali "
        "calendar, 1405-06."
    )


def _start(period_type: str, numbers: list[int]) -> date:
    if period_type == "quarter":
        return date(numbers[0], 3 * numbers[1] - 2, 1)
    return date(*[*numbers, 1, 1][:3])


def _jalali_start(connection: duckdb.DuckDBPyConnection, year: int, month: int) -> date:
    query = (
        "select calendar_date from dim_calendar "
        "where jalali_year = ? and jalali_month = ? and jalali_day = 1"
    )
    found = connection.execute(query, [year, month]).fetchall()
    if not found:
        raise ExplainError(f"The calendar has no Jalali month {year}-{month:02}.")
    day: date = found[0][0]
    return day


def _nothing(connection: duckdb.DuckDBPyConnection, kpi: str, wanted: dict[str, str]) -> str:
    query = "select distinct grain_name, period_type from mart_cx_kpi where kpi_id = ? order by all"
    published = connection.execute(query, [kpi]).fetchall()
    if not published:
        return f"{kpi} has no values: no source delivers what it needs. See its row in dim_kpi."
    grains = ", ".join(dict.fromkeys(grain for grain, _ in published))
    types = ", ".join(sorted({period_type for _, period_type in published}))
    return (
        f"{kpi} is not published by {wanted['grain_name']} and {wanted['period_type']}; "
        f"it is by {grains}, for each {types}."
    )


def _in_place(found: list[Row], grain_name: str, place: str) -> list[Row]:
    """The rows of one place, named by its key or by its label in any language."""
    names = ("grain_key", "grain_label_en", "grain_label_fa", "grain_label_ru")
    folded = place.casefold()
    chosen = [
        row
        for row in found
        if grain_name == COMPANY or folded in {str(row[name]).casefold() for name in names}
    ]
    if not chosen:
        known = ", ".join(sorted({row["grain_key"] for row in found})[:10])
        raise ExplainError(f"No {grain_name} is called {place!r}; there are {known}.")
    return chosen


def _at(found: list[Row], start: date | None, connection: duckdb.DuckDBPyConnection) -> Row:
    """The row of the asked period, or of the last complete one."""
    as_of: date = connection.execute("select as_of from _meta").fetchall()[0][0]
    for row in sorted(found, key=lambda row: row["period_start"], reverse=True):
        if row["period_start"] == start or (start is None and row["period_end"] <= as_of):
            return row
    days = sorted(row["period_start"] for row in found)
    raise ExplainError(
        f"{found[0]['kpi_id']} has no value for that period; periods begin {days[0]} to {days[-1]}."
    )
