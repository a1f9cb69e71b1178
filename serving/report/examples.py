"""A ready query for each published table, made from its columns: parts by month, newest first.

Only what may be added is added: counts, amounts and durations, never a score. A table that is
asked differently brings its own query in dbt's YAML.
"""

from collections.abc import Sequence

COUNT_SHOWN = 6
"""Rows of the result."""
COUNT_PARTS = 3

PERIODS = ("period_start", "month_start_date", "cohort_month", "snapshot_date", "as_of")
"""Date columns that say when, before any other date."""
WHOLE = ("BIGINT", "INTEGER")
ADDED = ("count_", "sum_of_", "sum_")


def example_query(table: str, columns: Sequence[tuple[str, str]]) -> str:
    """The query that shows what a table holds by month, or in all where it has no date.

    Args:
        table: its name.
        columns: name and type of each column, in order.
    """
    day = _day([name for name, kind in columns if kind == "DATE"])
    parts = [f"    {part}" for part in ("count(*) as count_rows", *_parts(columns))]
    kinds = any(name == "period_type" for name, _ in columns)
    first = [f"    {_period(day)}"] if day else []
    lines = ["select", ",\n".join([*first, *parts]), f"from {table}"]
    if kinds:
        lines.append("where period_type in ('month', 'jalali_month')")
    if day:
        lines += ["group by 1", f"order by 1 desc limit {COUNT_SHOWN}"]
    return "\n".join(lines)


def _period(day: str) -> str:
    """A column of periods as it is, which may be months of another calendar; of days, the month."""
    if day in PERIODS or "start" in day:
        return day
    return f"cast(date_trunc('month', {day}) as date) as month"


def _day(dates: Sequence[str]) -> str | None:
    ranked = [name for known in PERIODS for name in dates if name == known]
    return next(iter([*ranked, *dates]), None)


def _parts(columns: Sequence[tuple[str, str]]) -> list[str]:
    """Up to three columns that may be added, flags counted where there are no numbers."""
    added = [
        f"sum({name}) as {name}"
        for name, kind in columns
        if (kind in WHOLE and name.startswith(ADDED))
        or (kind.startswith("DECIMAL") and name.endswith("_amount"))
        or (kind in WHOLE and name.endswith("_milliseconds") and not name.startswith("standard"))
    ]
    flagged = [
        f"count(*) filter (where {name}) as count_{name.removeprefix('is_').removeprefix('has_')}"
        for name, kind in columns
        if kind == "BOOLEAN"
    ]
    return (added or flagged)[:COUNT_PARTS]
