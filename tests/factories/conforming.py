"""Helpers for the tests of ``conform``: one value in, what became of it out.

The tests themselves stand in ``test_conform_*``.
"""

from typing import Any

import duckdb
import pyarrow as pa

from ingestion.conform import Conformed, conform
from ingestion.settings import Conventions
from ingestion.stream import Column, ColumnType, StreamSpec

KEY = b"a key that only the tests know"


def spec_of(*columns: Column, **settings: Any) -> StreamSpec:
    """A stream with the key ``number`` and ``columns``."""
    number = Column(name="number", type=ColumnType.ID, description="key", required=True)
    return StreamSpec(
        connector="test",
        name="rows",
        description="One row per test value.",
        columns=(number, *columns),
        key=("number",),
        **settings,
    )


def value_column(kind: ColumnType, **settings: Any) -> Column:
    return Column(name="value", type=kind, description="the value", **settings)


class Outcome:
    """What became of a list of raw values of one column, in their order."""

    def __init__(
        self,
        values: list[Any] | pa.Array,
        column: Column,
        conventions: Conventions | None = None,
    ) -> None:
        values = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
        numbers = [str(number) for number in range(len(values))]
        rows = pa.table({"number": numbers, "value": values, "_row": range(len(values))})
        spec = spec_of(column)
        with duckdb.connect() as connection:
            self.counts = conform_rows(connection, rows, spec, conventions)
            landed = records(connection, self.counts.accepted)
            self.rejects = records(connection, self.counts.rejects)
            clear = records(connection, self.counts.restricted) if self.counts.restricted else []
        assert self.counts.count_read == len(landed) + self.counts.count_rejected
        by_number = {row["source_id"]: row for row in landed}
        clear_by_number = {row["source_id"]: row for row in clear}
        rules = {row["row_number"]: row["rule"] for row in self.rejects}
        self.rows = [by_number.get(number) for number in numbers]
        self.values = [row and row.get("value") for row in self.rows]
        self.hashes = [row and row.get("value_hash") for row in self.rows]
        self.clear = [clear_by_number.get(number, {}).get("value") for number in numbers]
        self.rules = [rules.get(position) for position in range(len(values))]


def conform_rows(
    connection: duckdb.DuckDBPyConnection,
    rows: pa.Table | pa.RecordBatchReader,
    spec: StreamSpec,
    conventions: Conventions | None = None,
) -> Conformed:
    return conform(
        connection,
        rows,
        spec=spec,
        conventions=conventions or Conventions(),
        source_id="crm",
        key=KEY,
    )


def records(connection: duckdb.DuckDBPyConnection, relation: str) -> list[dict[str, Any]]:
    return connection.sql(f"from {relation}").to_arrow_table().to_pylist()
