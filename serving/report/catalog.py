"""The catalog: a page that says of every published table what it holds and how it looks.

Descriptions are the comments of the published file; the questions that a table answers, and
queries of its own, are handed in by who knows dbt's manifest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path
from typing import Any

import duckdb

from serving import durable
from serving.report.examples import example_query
from serving.report.templates import rendered
from serving.versions import DATABASE
from serving.warehouse import quoted

CATALOG = "catalog.html"
COUNT_ROWS = 3
"""Rows of each table that are shown."""


@dataclass(frozen=True)
class Column:
    """A column as the published file describes it."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Example:
    """A query that a reader may begin with, and what it says tonight."""

    query: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Table:
    """A published table or view: what it holds, what it answers, and its first rows."""

    name: str
    description: str
    count_rows: int
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    example: Example
    questions: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """What brings the rows that are shown."""
        return f"from {self.name} limit {COUNT_ROWS}"


def write_catalog(
    version: Path,
    questions: Mapping[str, Sequence[str]],
    queries: Mapping[str, str] | None = None,
    contracts: Path | None = None,
) -> Path:
    """Write the catalog of a published version into its folder and return its path.

    Args:
        version: folder of the version, as ``current_version`` tells.
        questions: what a table answers, by the table's name.
        queries: a query to begin with, where a table brings its own.
        contracts: the page that tells how the sources keep their contracts; linked if it exists.
    """
    with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
        [(as_of,)] = connection.execute("select as_of from _meta").fetchall()
        tables = _tables(connection, questions, queries or {})
    path = version / CATALOG
    link = relpath(contracts, version) if contracts and contracts.exists() else None
    page = rendered("catalog.html.jinja", tables=tables, as_of=as_of, contracts=link)
    durable.write_text(path, page)
    return path


def _tables(
    connection: duckdb.DuckDBPyConnection,
    questions: Mapping[str, Sequence[str]],
    queries: Mapping[str, str],
) -> list[Table]:
    described = connection.execute(
        "select table_name, comment from duckdb_tables() where not internal "
        "union all select view_name, comment from duckdb_views() where not internal "
        "order by 1"
    ).fetchall()
    columns: dict[str, list[Column]] = {}
    for table, *column in connection.execute(
        "select table_name, column_name, lower(data_type), coalesce(comment, '') "
        "from duckdb_columns() where not internal order by table_name, column_index"
    ).fetchall():
        columns.setdefault(table, []).append(Column(*column))
    return [
        Table(
            name=name,
            description=comment or "",
            count_rows=connection.execute(f"select count(*) from {quoted(name)}").fetchall()[0][0],
            columns=tuple(columns.get(name, ())),
            rows=tuple(connection.execute(f"from {quoted(name)} limit {COUNT_ROWS}").fetchall()),
            example=_example(connection, name, columns.get(name, []), queries.get(name)),
            questions=tuple(questions.get(name, ())),
        )
        for name, comment in described
    ]


def _example(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    query: str | None,
) -> Example:
    query = query or example_query(table, [(one.name, one.type.upper()) for one in columns])
    found = connection.execute(query)
    names = tuple(name for name, *_ in found.description or ())
    return Example(query.strip(), names, tuple(found.fetchall()))
