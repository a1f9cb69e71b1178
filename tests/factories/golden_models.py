"""Models of the warehouse run on the fixture of a unit test, without dbt, as often as one likes.

Inputs have the types of a built warehouse; the SQL is what dbt compiled for it. For laws
that hold whatever the rows are; the goldens themselves are run by dbt.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.settings import Home
from tests.factories.unit_tests import Row, given_rows, unit_tests

Given = dict[str, list[Row]]


class GoldenModel:
    """The model of a unit test over inputs that may be exchanged.

    Args:
        home: a home whose warehouse is built.
        unit_test: name of the unit test that lends its inputs.
    """

    def __init__(self, home: Home, unit_test: str) -> None:
        test = unit_tests()[unit_test]
        self.given: Given = given_rows(test)
        self._connection = duckdb.connect()
        self._connection.execute(f"attach '{home.warehouse}' as built (read_only)")
        self._connection.execute("attach ':memory:' as warehouse")
        self._relations = {
            table: f"warehouse.{schema}.{table}"
            for schema, table in self._connection.execute(
                "select table_schema, table_name from information_schema.tables"
                " where table_catalog = 'built'"
            ).fetchall()
        }
        for relation in [given["input"].split("'")[1] for given in test["given"]]:
            schema = self._relations[relation].split(".")[1]
            kept = "limit 0" if relation in self.given else ""
            self._connection.execute(f"create schema if not exists warehouse.{schema}")
            self._connection.execute(
                f"create table {self._relations[relation]} as"
                f" select * from built.{schema}.{relation} {kept}"
            )
        compiled = home.root / "dbt" / "compiled"
        (path,) = [
            path
            for path in Path(compiled).rglob(f"{test['model']}.sql")
            if "unit_tests" not in str(path)
        ]
        self._query = path.read_text("utf-8")

    def close(self) -> None:
        """Let go of the warehouse."""
        self._connection.close()

    def rows(self, given: Given, *columns: str) -> list[tuple[Any, ...]]:
        """What the model makes of inputs, in no order that means anything."""
        for table, rows in given.items():
            self._connection.execute(f"delete from {self._relations[table]}")
            if rows:
                names = {
                    name: pa.array([row.get(name) for row in rows], pa.string()) for name in rows[0]
                }
                self._connection.register("given", pa.table(names))
                self._connection.execute(
                    f"insert into {self._relations[table]} by name select * from given"
                )
                self._connection.unregister("given")
        chosen = ", ".join(columns) or "*"
        found = self._connection.execute(f"select {chosen} from ({self._query})").fetchall()
        return sorted(found, key=repr)


def with_rows(given: Given, table: str, rows: Sequence[Row]) -> Given:
    """The inputs with rows added to one table."""
    return given | {table: [*given[table], *rows]}
