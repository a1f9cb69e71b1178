"""The unit tests of the dbt project as data: what each is given and what it expects.

So that a formula of one's own can be run on the fixture which the warehouse's SQL is tested on.
Running the unit tests themselves belongs in ``tests/warehouse``.
"""

import csv
import io
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from tests.factories.dbt import DBT_PROJECT

Row = dict[str, str | None]


@cache
def unit_tests() -> dict[str, dict[str, Any]]:
    """Every unit test by its name."""
    return {
        test["name"]: test
        for path in sorted(DBT_PROJECT.glob("models/**/*unit_tests.yml"))
        for test in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)["unit_tests"]
    }


def expected_rows(test: dict[str, Any]) -> list[Row]:
    """The rows that a unit test expects; what is empty is None."""
    return _rows(test["expect"]["rows"])


def given_rows(test: dict[str, Any]) -> dict[str, list[Row]]:
    """The rows of each input that is not given as SQL, by its name."""
    return {
        given["input"].split("'")[1]: _rows(given["rows"])
        for given in test["given"]
        if given.get("format") != "sql"
    }


def fixture_of(name: str) -> duckdb.DuckDBPyConnection:
    """What a unit test is given, as tables of text by their names, and ``expect``."""
    test = unit_tests()[name]
    connection = duckdb.connect()
    for table, rows in given_rows(test).items():
        _create(connection, table, rows)
    for given in test["given"]:
        if given.get("format") == "sql" and "seeds." not in given["rows"]:
            table = given["input"].split("'")[1]
            connection.execute(f"create table {table} as {given['rows']}")
    _create(connection, "expect", expected_rows(test))
    return connection


def _rows(rows: str | list[dict[str, Any]]) -> list[Row]:
    if isinstance(rows, str):
        read = csv.DictReader(io.StringIO(rows))
        return [{name: value or None for name, value in row.items()} for row in read]
    return [{k: None if v is None else str(v) for k, v in row.items()} for row in rows]


def _create(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    if not rows:
        return
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in rows[0]}
    connection.register("given", pa.table(columns))
    connection.execute(f"create table {table} as from given")
    connection.unregister("given")
