"""What is read: a table or a query as one relation, and the statements on it.

Every column leaves the database as text that its server writes, so that money, long numbers
and impossible dates stay exactly what they are. Names are quoted by SQLAlchemy, values bound.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import quoted_name

from ingestion.connectors.sql.cursors import Position
from ingestion.connectors.sql.options import SqlStream
from ingestion.errors import SourceError
from ingestion.readers.mapping import ColumnSource, check_source_columns

MYSQL_TIMESTAMP = 7
STORAGE_CLASS = "storage_class"


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A table or query whose columns are known.

    Args:
        source: what stands in ``from``.
        names: its columns.
        instants: columns whose text lacks the zone (UTC) that the server means.
        where: for messages and the quarantine.
        dialect: name of the database system.
    """

    source: sa.FromClause
    names: tuple[str, ...]
    instants: frozenset[str]
    where: str
    dialect: str

    def column(self, name: str) -> sa.ColumnElement[Any]:
        """The column itself, in its own type."""
        return self.source.c[name]

    def text(self, name: str) -> sa.ColumnElement[Any]:
        """The column as text."""
        text = sa.cast(self.column(name), sa.Text)
        return sa.func.concat(text, "+00:00") if name in self.instants else text

    def position(self, name: str) -> list[sa.ColumnElement[Any]]:
        """A cursor value as text and its storage class."""
        column = self.column(name)
        kind = sa.func.typeof(column) if self.dialect == "sqlite" else sa.literal_column("'text'")
        return [sa.cast(column, sa.Text), kind.label(STORAGE_CLASS)]

    def since(self, name: str, position: Position) -> sa.ColumnElement[bool]:
        """Rows at or after ``position``, and those that have none."""
        column = self.column(name)
        return sa.or_(column >= _bound(position), column.is_(None))

    def reaches(self, name: str, position: Position) -> sa.Select[Any]:
        """A statement that gives one row if any row lies at or after ``position``."""
        return (
            sa.select(sa.literal_column("1"))
            .where(self.column(name) >= _bound(position))
            .select_from(self.source)
            .limit(1)
        )


def _bound(position: Position) -> sa.BindParameter[Any]:
    # without a type of its own the parameter takes the column's
    return sa.bindparam(None, position.value, type_=sa.types.NullType())


def relation_of(
    connection: sa.Connection, stream: SqlStream, columns: Mapping[str, ColumnSource]
) -> Relation:
    """The relation of ``stream``, checked against its mapping.

    Raises:
        SourceError: a column is missing, or stands twice.
    """
    where = f"table {stream.table}" if stream.table else "the query"
    probe = sa.select(sa.text("*")).select_from(_source(stream, ())).where(sa.false())
    description = connection.execute(probe).cursor.description
    names = tuple(str(column[0]) for column in description)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(f"{where} has {', '.join(twice)} more than once: give each a name")
    check_source_columns(columns, names, where)
    if stream.cursor and stream.cursor not in names:
        raise SourceError(
            f"{where} has no cursor column {stream.cursor!r}; it has {', '.join(names)}"
        )
    instants = {
        name
        for name, column in zip(names, description, strict=True)
        if connection.dialect.name == "mysql" and column[1] == MYSQL_TIMESTAMP
    }
    return Relation(
        source=_source(stream, names),
        names=names,
        instants=frozenset(instants),
        where=where,
        dialect=connection.dialect.name,
    )


def _source(stream: SqlStream, names: Sequence[str]) -> sa.FromClause:
    columns: list[sa.ColumnClause[Any]] = [sa.column(_quoted(name)) for name in names]
    if stream.table:
        *schema, table = stream.table.split(".")
        return sa.table(
            _quoted(table), *columns, schema=_quoted(schema[0]) if schema else None
        ).alias("source")
    # the line end closes a comment, the backslash keeps a colon from being a parameter
    query = sa.text((stream.query or "").replace(":", "\\:") + "\n")
    return query.columns(*columns).subquery("source")


def _quoted(name: str) -> quoted_name:
    return quoted_name(name, quote=True)
