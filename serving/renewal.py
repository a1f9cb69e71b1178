"""Renewal: the rows of a copied table that are no longer those of its source, and no others.

A night changes rows of few days. So a version remembers what every day of its tables held,
and only days that hold something else are compared row by row, whatever made them differ.
Which tables a version holds belongs in ``copying``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from serving.facts import Relation
from serving.warehouse import Warehouse, literal, one_value, quoted

CONTENTS = "contents.parquet"
"""File of a version: table, day, number of rows and sum of the numbers that tell them apart."""

ARRIVED = "arrived"
"""Table of what came into a table that was not written whole."""

MOST_RENEWED = 0.25
"""Share of rows from which on writing the table is cheaper."""

STAMPS = ("computed_at", "data_through", "run_id")
"""Columns of the marts' contract that are the same in all rows of a night."""

NO_DAY = "date '0001-01-01'"
"""The day of rows without one."""


def recall(connection: duckdb.DuckDBPyConnection, before: Path | None) -> None:
    """Begin to note what days hold, knowing what they held in the version at ``before``."""
    connection.execute(
        "create temp table contents "
        "(name varchar, day date, count_rows bigint, content decimal(38, 0))"
    )
    known = f"from {literal(str(before / CONTENTS))}" if before else "from contents"
    connection.execute(f"create temp table contents_before as {known}")


def note(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write what days hold beside a version."""
    connection.execute(f"copy contents to {literal(str(folder / CONTENTS))}")


@dataclass(frozen=True)
class Comparison:
    """How rows are compared: by a number of each, which is made of all columns but stamps.

    Args:
        day: the expression of a row's day.
        content: the expression of its number.
        stamps: columns that say the same in all rows, and what they say.
    """

    day: str
    content: str
    stamps: dict[str, object]


def look(source: Warehouse, relation: Relation, columns: Mapping[str, str]) -> Comparison:
    """Note what the days of a relation hold, and say how its rows are compared.

    They stand in ``coming`` then, each as its day and a number.
    """
    connection, name = source.connection, literal(relation.name)
    stamps = _stamps(source, relation, columns)
    compared = Comparison(_day(columns), _content(columns, stamps), stamps)
    connection.execute(
        f"create or replace temp table coming as select {compared.day} as day, "
        f"{compared.content} as content from {source.name(relation)}"
    )
    connection.execute(
        f"insert into contents select {name}, day, count(*), sum(content) from coming group by day"
    )
    return compared


def renew(source: Warehouse, relation: Relation, written: str, compared: Comparison) -> int | None:
    """Change the rows of a table that differ from their source, and return its number of rows.

    The table ``ARRIVED`` then holds what came into it. None where too many differ, and where the
    rows are not those of the source then, as where two rows are alike.

    Args:
        source: the warehouse, whose ``relation`` was the last that was looked at.
        relation: what is copied.
        written: the table, as it was in the version before.
        compared: how that one's rows were looked at.
    """
    connection, stamps = source.connection, compared.stamps
    of_days = f"where {compared.day} in (from changed)"
    count = _find_what_differs(connection, relation, written, compared)
    if count is None:
        return None
    arrived = f"from {source.name(relation)} {of_days} and {compared.content} in (from news)"
    connection.execute(f"create or replace temp table {ARRIVED} as {arrived}")
    connection.execute(f"delete from {written} where rowid in (from gone)")
    connection.execute(f"insert into {written} from {ARRIVED}")
    if stamps:
        values = ", ".join(f"{quoted(column)} = ?" for column in stamps)
        connection.execute(f"update {written} set {values}", list(stamps.values()))
        # What is set in all rows shows in any of them.
        connection.execute(f"insert into {ARRIVED} from {written} limit 1")
    found = f"(select {compared.content} as content from {written} {of_days})"
    totals = [
        one_value(connection, f"select (count(*), sum(content)) from {rows}")
        for rows in (found, "expected")
    ]
    is_whole = one_value(connection, f"select count(*) from {written}") == count
    return count if totals[0] == totals[1] and is_whole else None


def _find_what_differs(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    written: str,
    compared: Comparison,
) -> int | None:
    """Make the tables ``gone``, places of rows, and ``news``, numbers of others; count all rows.

    None where they are too many.
    """
    noted = "select day, count_rows, content from {} where name = " + literal(relation.name)
    now, before = noted.format("contents"), noted.format("contents_before")
    for table, query in {
        "changed": f"select day from (({now} except {before}) union ({before} except {now}))",
        "expected": "select content from coming where day in (from changed)",
        "held": f"select {compared.content} as content, rowid as place from {written} "
        f"where {compared.day} in (from changed)",
        "gone": "select place from held anti join expected using (content)",
        "news": "select content from expected anti join held using (content)",
    }.items():
        connection.execute(f"create or replace temp table {table} as {query}")
    count, gone, news = (
        int(one_value(connection, f"select count(*) from {table}"))
        for table in ("coming", "gone", "news")
    )
    return None if gone + news > MOST_RENEWED * count else count


def _day(columns: Mapping[str, str]) -> str:
    """The first day that a row tells."""
    days = [quoted(name) for name, kind in columns.items() if kind == "DATE"]
    return f"coalesce({days[0]}, {NO_DAY})" if days else NO_DAY


def _content(columns: Mapping[str, str], stamps: Collection[str]) -> str:
    """A number that tells rows apart.

    DuckDB multiplies the words of eight bytes of a text by one number after the other, so that
    changes of the last bytes of two words can cancel out: an eighth of texts with two numbers
    do. Four bytes further the same changes stand within their words, where they cannot.
    """
    kinds = {quoted(name): kind for name, kind in columns.items() if name not in stamps}
    texts = (f"'----' || {name}" for name, kind in kinds.items() if kind == "VARCHAR")
    return f"hash({', '.join([*kinds, *texts])})"


def _stamps(source: Warehouse, relation: Relation, columns: Collection[str]) -> dict[str, object]:
    """What the columns say that tell of the run, where all rows say the same.

    They differ every night; to set them costs a tenth of writing the rows that bear them.
    """
    names = [column for column in STAMPS if column in columns]
    if not names or len(names) == len(columns):
        return {}
    query = f"select distinct {', '.join(names)} from {source.name(relation)} limit 2"
    values = source.connection.execute(query).fetchall()
    return dict(zip(names, values[0], strict=True)) if len(values) == 1 else {}
