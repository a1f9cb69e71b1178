"""What the published version holds about one value: its parts, its rows, open remarks.

What is said with it belongs in ``page``.
"""

from collections.abc import Iterator
from typing import Any

import duckdb

from serving.explanation.asked import COMPANY, Row, rows
from serving.explanation.effects import Effect, Part, effects
from serving.warehouse import quoted

ADDITIVE_KINDS = ("proportion", "net", "set", "mean", "ratio")
PERCENT_KINDS = ("proportion", "net", "set")
REST = ""
"""Key of what the published parts leave of the whole: hidden and unnamed places."""

COUNT_ROWS = 10
COUNT_COLUMNS = 6
COUNT_REMARKS = 5
CELL_WIDTH = 24

PARTS = """
    select grain_name, grain_key, {label} as label, period_start, numerator, denominator
    from mart_cx_kpi
    where
        kpi_id = $kpi and statistic = $statistic and period_type = $period_type
        and period_start in ($start, $before) and denominator is not null
    order by grain_name, grain_key, period_start
"""

BEFORE = """
    select * from mart_cx_kpi
    where
        kpi_id = $kpi and statistic = $statistic and period_type = $period_type
        and grain_name = $grain_name and grain_key = $grain_key and period_end = $start
"""

REMARKS = f"""
    select
        coalesce(source_id, table_name, name) as place, status, rule, message,
        sum(count_rows)::bigint as count_rows
    from mart_dq_health
    where status in ('failed', 'stale', 'held', 'rejected')
    group by all
    order by
        max(coalesce(table_name, '') = $drill_mart) desc, status, count_rows desc, place, rule,
        message
    limit {COUNT_REMARKS}
"""


def definition(connection: duckdb.DuckDBPyConnection, row: Row) -> Row:
    """The row of ``dim_kpi`` by which the value was computed."""
    query = "select * from dim_kpi where kpi_id = ? and definition_version = ? and statistic = ?"
    key = [row["kpi_id"], row["definition_version"], row["statistic"]]
    return rows(connection, query, key)[0]


def before(connection: duckdb.DuckDBPyConnection, row: Row) -> Row | None:
    """The same value one period earlier; None when there was none."""
    wanted = _wanted(row) | {"grain_name": row["grain_name"], "grain_key": row["grain_key"]}
    return next(iter(rows(connection, BEFORE, wanted | {"start": row["period_start"]})), None)


def scale_of(kind: Row) -> float | None:
    """Units of the value per numerator over denominator; None when parts do not add up."""
    if kind["kind"] not in ADDITIVE_KINDS:
        return None
    return 100 if kind["kind"] in PERCENT_KINDS else 1 / (kind["unit_scale"] or 1)


def causes(
    connection: duckdb.DuckDBPyConnection, row: Row, earlier: Row, scale: float, language: str
) -> Iterator[tuple[str, dict[str, str], list[Effect]]]:
    """Grain by grain, what its places did to the company's change.

    Yields the grain, the labels of its places and their effects; only grains whose places lie
    side by side, so that their parts and a rest make up the whole in both periods.
    """
    if row["grain_name"] != COMPANY:
        return
    wanted = _wanted(row) | {"start": row["period_start"], "before": earlier["period_start"]}
    found = rows(connection, PARTS.format(label=f"grain_label_{language}"), wanted)
    for grain in dict.fromkeys(part["grain_name"] for part in found):
        places = [part for part in found if part["grain_name"] == grain]
        old = _with_rest(earlier, places)
        new = _with_rest(row, places)
        if grain == COMPANY or old is None or new is None or len({*old, *new}) < 2:
            continue
        labels = {place["grain_key"]: place["label"] or place["grain_key"] for place in places}
        yield grain, labels, effects(old, new, scale)


def _wanted(row: Row) -> dict[str, Any]:
    return {
        "kpi": row["kpi_id"],
        "statistic": row["statistic"],
        "period_type": row["period_type"],
    }


def _with_rest(whole: Row, places: list[Row]) -> dict[str, Part] | None:
    """The parts of a period and what they leave; None when they hold more than the whole."""
    parts = {
        place["grain_key"]: Part(place["numerator"], place["denominator"])
        for place in places
        if place["period_start"] == whole["period_start"]
    }
    rest = Part(
        whole["numerator"] - sum(part.numerator for part in parts.values()),
        whole["denominator"] - sum(part.denominator for part in parts.values()),
    )
    if rest.denominator < 0 or (not rest.denominator and rest.numerator):
        return None
    return parts | ({REST: rest} if rest.denominator else {})


def query_of(row: Row) -> str | None:
    """The query that finds the rows behind the value; None when they are not published."""
    if not row["drill_mart"] or not row["drill_filter"]:
        return None
    return f"from {quoted(row['drill_mart'])} where {row['drill_filter']}"


def rows_behind(
    connection: duckdb.DuckDBPyConnection, query: str
) -> tuple[int, list[str], list[list[str]]]:
    """How many rows a query finds, and the first ten in their most telling columns."""
    count = connection.execute(f"select count(*) {query}").fetchall()[0][0]
    found = rows(connection, f"select * {query} order by all limit {COUNT_ROWS}", [])
    names = _telling_columns(found)
    return count, names, [[_cell(row[name]) for name in names] for row in found]


def _telling_columns(found: list[Row]) -> list[str]:
    """The first column, which is the key, and those that tell the rows apart."""
    if not found:
        return []
    first, *others = found[0]
    telling = [name for name in others if len({str(row[name]) for row in found}) > 1]
    return [first, *(telling or others)[: COUNT_COLUMNS - 1]]


def _cell(value: Any) -> str:
    text = "–" if value is None else " ".join(str(value).split())
    return text if len(text) <= CELL_WIDTH else f"{text[: CELL_WIDTH - 1]}…"


def remarks(connection: duckdb.DuckDBPyConnection, row: Row) -> list[Row]:
    """Open data-quality findings of the run, those about the rows behind the value first."""
    return rows(connection, REMARKS, {"drill_mart": row["drill_mart"]})
