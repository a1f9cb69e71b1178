"""dbt's own macros for the SQL linter, as DuckDB spells them; only those that models call."""


def datediff(first: str, second: str, part: str) -> str:
    """Return the expression for the boundaries of ``part`` between two instants."""
    return f"date_diff('{part}', {first}, {second})"


def dateadd(part: str, count: int | str, instant: str) -> str:
    """Return the expression for an instant moved by a number of ``part``."""
    return f"({instant} + {count} * interval 1 {part})"


def date_spine(datepart: str, start_date: str, end_date: str) -> str:
    """Return a query of one column, as the macro gives it."""
    return f"select {start_date} as date_{datepart} where {start_date} < {end_date}"
