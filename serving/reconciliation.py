"""Reconciliation: the newest value of every cell, counted again from the rows behind it.

Each published value carries a mart and a filter. Here that filter is asked for its rows, and
their sums are compared with the value's n and numerator, their quantiles with the value itself.
Second computations from the facts belong in the tests; whether a difference stops a publication
is decided in ``audit``.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import duckdb

from serving.facts import CheckFact, Relation
from serving.warehouse import Warehouse, open_warehouse

ROWS_CHECK = "published_values_lead_to_their_rows"
VALUES = Relation("marts", "mart_cx_kpi")
SUMS = Relation("core", "dim_kpi_drill_sums")
RUN = Relation("core", "dim_run")
QUANTILES = {"p50": 0.5, "p90": 0.9, "max": 1.0}
"""Statistics that rows do not add up to: of them the quantile is taken again."""
ROUNDING = 1e-5
"""Published values have six decimals."""
COUNT_TOLD = 3
"""Differences that the sentence of the check names; the rest is in the result."""

KEYED = re.compile(r"(?P<rows>.+) and (?P<column>\w+) = '(?P<key>(?:[^']|'')*)'", re.DOTALL)
WITHIN = re.compile(r"(\w+) >= date '[\d-]+' and \1 < date '[\d-]+'")

NEWEST = """
with chosen as (
    select
        kpi_id, statistic, grain_name, drill_mart, period_type,
        coalesce(
            max(period_start) filter (
                where period_end <= coalesce($ended_by, (select as_of from {run}))
            ),
            max(period_start)
        ) as period_start
    from {values}
    where not suppressed and n > 0
    group by kpi_id, statistic, grain_name, drill_mart, period_type
    qualify row_number() over (
        partition by kpi_id, statistic, grain_name
        order by list_position([
            (select if(calendar = 'jalali', 'jalali_month', 'month') from {run}),
            'month', 'jalali_month', 'quarter', 'year', 'week', 'day'
        ], period_type)
    ) = 1
)
select
    kpi_id, statistic, grain_name, grain_key, period_start, n, numerator, value, drill_mart,
    drill_filter
from {values}
inner join chosen
    using (kpi_id, statistic, grain_name, drill_mart, period_type, period_start)
where not suppressed
"""


class _Value(NamedTuple):
    kpi_id: str
    statistic: str
    grain_name: str
    grain_key: str
    period_start: date
    n: int
    numerator: int | None
    value: float | None
    drill_mart: str
    drill_filter: str

    def parsed(self) -> tuple[str, str, str]:
        """The column that holds the cell's key, the rest of the filter, and the key."""
        found = KEYED.fullmatch(self.drill_filter) if self.grain_name != "company" else None
        if found is None:
            return "", self.drill_filter, ""
        return found["column"], found["rows"], found["key"].replace("''", "'")


class _Question(NamedTuple):
    value: _Value
    part: str
    published: float | None
    sum: str

    def is_met_by(self, found: float) -> bool:
        """Whether the rows give what is published: counts exactly, values as rounded."""
        if self.published is None or self.part != "value":
            return self.published in (None, found)
        return math.isclose(self.published, found, rel_tol=1e-9, abs_tol=ROUNDING)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A value that its rows do not give: its ``n``, ``numerator``, ``value`` or ``filter``."""

    kpi_id: str
    statistic: str
    cell: str
    period_start: date
    part: str
    published: object
    found: object
    drill_mart: str
    drill_filter: str

    def __str__(self) -> str:
        return (
            f"{self.kpi_id} {self.statistic} of {self.cell} from {self.period_start} has "
            f"{self.part} {self.published}, its rows in {self.drill_mart} give {self.found}"
        )


@dataclass(frozen=True)
class Reconciliation:
    """How many values were asked for their rows, and those that differ."""

    count_values: int
    differences: tuple[Difference, ...]

    def as_check(self) -> CheckFact:
        """The result as one blocking check: rows that are lost are a broken conservation law."""
        told = "; ".join(map(str, self.differences[:COUNT_TOLD]))
        return CheckFact(
            kind="reconciliation",
            name=ROWS_CHECK,
            table=VALUES.name,
            passed=not self.differences,
            count_failed_rows=len(self.differences),
            message=told or f"{self.count_values} values were counted again",
        )


def reconcile(warehouse: Path, *, ended_by: date | None = None) -> Reconciliation:
    """Count the newest ended period with a base again from its rows, for every KPI and cell.

    Periods are the company's months, where a KPI has them. Hidden cells are left out, as their
    rows are hidden too; a warehouse without filters has nothing to compare.
    """
    with open_warehouse(warehouse) as held:
        if not held.has(VALUES, "drill_mart", "drill_filter") or not held.columns(SUMS):
            return Reconciliation(0, ())
        query = NEWEST.format(values=held.name(VALUES), run=held.name(RUN))
        asked = held.connection.execute(query, {"ended_by": ended_by})
        values = [_Value(*row) for row in asked.fetchall()]
        sums = _sums(held)
        parted = sorted(values, key=lambda value: (value.drill_mart, value.parsed()[0]))
        differences = [
            difference
            for (mart, column), group in groupby(
                parted, key=lambda value: (value.drill_mart, value.parsed()[0])
            )
            for difference in _differences(held, mart, column, list(group), sums)
        ]
    return Reconciliation(len(values), tuple(differences))


def _sums(held: Warehouse) -> dict[tuple[str, str, str], tuple[str, str]]:
    """What is summed over the rows of a mart for n and for the numerator."""
    rows = held.connection.execute(
        "select drill_mart, kpi_id, statistic, coalesce(base_expression, ''), "
        f"coalesce(numerator_expression, '') from {held.name(SUMS)}"
    ).fetchall()
    return {(mart, kpi, statistic): (base, top) for mart, kpi, statistic, base, top in rows}


def _differences(
    held: Warehouse,
    mart: str,
    column: str,
    values: list[_Value],
    sums: dict[tuple[str, str, str], tuple[str, str]],
) -> Iterable[Difference]:
    """Where the rows of one mart, grouped by one column, give something else; one query."""
    questions = [question for value in values for question in _questions(value, sums)]
    places = {wish: place for place, wish in enumerate(dict.fromkeys(q.sum for q in questions))}
    ranges = {within[0] for value in values if (within := WITHIN.search(value.drill_filter))}
    query = (
        f"select {column or repr('')}, {', '.join(places)} "
        f"from {held.name(Relation(VALUES.schema, mart))} "
        f"where {' or '.join(sorted(ranges)) or 'true'} group by 1"
    )
    try:
        rows = {key: found for key, *found in held.connection.execute(query).fetchall()}
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        yield from (_difference(value, "filter", value.drill_filter, reason) for value in values)
        return
    for question in questions:
        _, _, key = question.value.parsed()
        found = rows[key][places[question.sum]] or 0 if key in rows else 0
        if not question.is_met_by(found):
            yield _difference(question.value, question.part, question.published, found)


def _questions(
    value: _Value, sums: dict[tuple[str, str, str], tuple[str, str]]
) -> Iterable[_Question]:
    """What a value asks of its rows; where they do not add up to it, only to be found."""
    mart, kpi = value.drill_mart, value.kpi_id
    base, top = sums.get((mart, kpi, value.statistic)) or sums.get((mart, kpi, "*"), ("1", ""))
    _, rows, _ = value.parsed()
    wish = "sum(case when {} then {} end)"
    yield _Question(value, "n", value.n if base else None, wish.format(rows, base or "1"))
    if top and value.statistic in QUANTILES:
        level = QUANTILES[value.statistic]
        quantile = f"quantile_cont(case when {rows} then {top} end, {level})"
        yield _Question(value, "value", value.value, quantile)
    elif top and value.numerator is not None:
        yield _Question(value, "numerator", value.numerator, wish.format(rows, top))


def _difference(value: _Value, part: str, published: object, found: object) -> Difference:
    cell = value.grain_name
    if value.grain_name != "company":
        cell = f"{value.grain_name} {value.grain_key}"
    return Difference(
        kpi_id=value.kpi_id,
        statistic=value.statistic,
        cell=cell,
        period_start=value.period_start,
        part=part,
        published=published,
        found=found,
        drill_mart=value.drill_mart,
        drill_filter=value.drill_filter,
    )
