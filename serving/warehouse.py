"""Reading the run's private warehouse: attached read-only, every identifier quoted.

What is checked there belongs in ``audit``; what is copied from there belongs in ``publish``.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from serving.errors import ServingError
from serving.facts import Relation


@dataclass(frozen=True)
class ColumnInfo:
    """A column of a relation as the warehouse declares it."""

    name: str
    type: str
    comment: str | None


class Warehouse:
    """An attached warehouse on one connection; nothing changes it meanwhile."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.connection = connection
        self.catalog = path.stem

    def name(self, relation: Relation) -> str:
        """The quoted full name of a relation."""
        return ".".join(map(quoted, (self.catalog, relation.schema, relation.name)))

    def columns(self, relation: Relation) -> list[ColumnInfo]:
        """The columns in order; empty when the relation does not exist."""
        return self._columns.get(relation, [])

    @cached_property
    def _columns(self) -> dict[Relation, list[ColumnInfo]]:
        """The columns of everything: asking for one relation costs as much as for all."""
        rows = self.connection.execute(
            "select schema_name, table_name, column_name, data_type, comment "
            "from duckdb_columns() where database_name = ? order by column_index",
            [self.catalog],
        ).fetchall()
        found: dict[Relation, list[ColumnInfo]] = {}
        for schema, name, *column in rows:
            found.setdefault(Relation(schema, name), []).append(ColumnInfo(*column))
        return found

    def tables(self) -> set[Relation]:
        """The relations that are tables, not views."""
        rows = self.connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = ?",
            [self.catalog],
        ).fetchall()
        return {Relation(schema, name) for schema, name in rows}

    def comment(self, relation: Relation) -> str | None:
        """The description of a table or view."""
        return self._comments.get(relation)

    @cached_property
    def _comments(self) -> dict[Relation, str | None]:
        rows = self.connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() "
            "where database_name = $1 "
            "union all select schema_name, view_name, comment from duckdb_views() "
            "where database_name = $1",
            [self.catalog],
        ).fetchall()
        return {Relation(schema, name): comment for schema, name, comment in rows}

    def view_over(self, relation: Relation, held: Collection[Relation]) -> str | None:
        """The query of a view that reads nothing but ``held`` relations, now in schema ``main``.

        None for a table, and for a view that reads anything else.
        """
        if relation not in self._views:
            return None
        query = self._views[relation].split(" AS ", 1)[1].removesuffix(";")
        schemas = {other.schema for other in self.relations()}
        qualified = re.compile(rf"\b({'|'.join(map(re.escape, sorted(schemas)))})\.(\w+)")
        if {Relation(*found) for found in qualified.findall(query)} <= set(held):
            return qualified.sub(r"main.\2", query)
        return None

    @cached_property
    def _views(self) -> dict[Relation, str]:
        """The statement of every view."""
        rows = self.connection.execute(
            "select schema_name, view_name, sql from duckdb_views() where database_name = ?",
            [self.catalog],
        ).fetchall()
        return {Relation(schema, name): sql for schema, name, sql in rows}

    def relations(self) -> set[Relation]:
        """Every table and view."""
        return set(self._comments)

    def has(self, relation: Relation, *columns: str) -> bool:
        """Whether the relation exists with all the named columns."""
        held = {column.name for column in self.columns(relation)}
        return bool(held) and held.issuperset(columns)

    def count(self, relation: Relation) -> int:
        """The number of rows."""
        return int(one_value(self.connection, f"select count(*) from {self.name(relation)}"))


@contextmanager
def open_warehouse(path: Path) -> Iterator[Warehouse]:
    """Attach the warehouse read-only for the length of a ``with`` block.

    Raises:
        ServingError: the file is missing, or another process writes it.
    """
    if not path.exists():
        raise ServingError(f"{path} does not exist: build the warehouse first")
    with duckdb.connect() as connection:
        # As in the build: DuckDB 2.0 may lose a dictionary between joins of a view, and to keep
        # the order of rows, which tables have none of, costs a tenth of a Parquet file.
        connection.execute(
            "set TimeZone = 'UTC'; set enable_caching_operators = false; "
            "set preserve_insertion_order = false"
        )
        try:
            connection.execute(f"attach {literal(str(path))} as {quoted(path.stem)} (read_only)")
        except duckdb.Error as error:
            raise ServingError(
                f"{path} cannot be opened for reading: {str(error).splitlines()[0]}"
            ) from error
        yield Warehouse(connection, path)


def one_value(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    """The single value of a query with one row and one column."""
    return connection.execute(query).fetchall()[0][0]


def quoted(identifier: str) -> str:
    """An identifier that SQL takes literally."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text literal, where a statement takes no parameters."""
    return "'" + value.replace("'", "''") + "'"
