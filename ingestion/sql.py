"""DuckDB as this room uses it: a connection in UTC, and quoting for generated SQL.

The one way an identifier or a constant enters a statement.
"""

import duckdb


def connect(**settings: str | int) -> duckdb.DuckDBPyConnection:
    """An in-memory connection whose time zone is UTC, with DuckDB ``settings``."""
    connection = duckdb.connect(config=dict(settings))
    # As in the build: DuckDB 2.0 may lose a dictionary between joins in several threads.
    connection.execute("set timezone = 'UTC'; set enable_caching_operators = false")
    return connection


def identifier(name: str) -> str:
    """``name`` as a quoted SQL identifier.

    Raises:
        ValueError: a NUL byte, which no identifier may hold.
    """
    if "\0" in name:
        raise ValueError("an identifier may not hold a NUL byte")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as a SQL string constant, for places where no parameter can be bound."""
    if "\0" in text:
        raise ValueError("a constant may not hold a NUL byte")
    return "'" + text.replace("'", "''") + "'"


def parquet(files: list[str]) -> str:
    """A table function that reads ``files``, whatever columns later ones added."""
    return f"read_parquet([{', '.join(map(literal, files))}], union_by_name = true)"
