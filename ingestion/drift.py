"""Drift: whether a stream still fits the table that it landed in.

What a source sends otherwise than declared is found row by row in ``conform``.
"""

from functools import cache

import pyarrow as pa
from deltalake import DeltaTable

from ingestion.errors import SchemaDriftError
from ingestion.sql import connect, identifier
from ingestion.stream import StreamSpec


def refuse_drift(table: DeltaTable | None, spec: StreamSpec) -> None:
    """Refuse another type, which Delta would cast in silence; new columns may come.

    Raises:
        SchemaDriftError: the landed table has a column of another type than the spec, or one
            that the spec lacks.
    """
    if not table:
        return
    held = {field.name: str(field.type) for field in table.to_pyarrow_dataset().schema}
    declared = {field.name: str(field.type) for field in _arrow_schema(spec)}
    changed = {
        name: f"{held[name]}, not {kind}"
        for name, kind in declared.items()
        if name in held and held[name] != kind
    }
    lost = held.keys() - declared.keys()
    if changed or lost:
        raise SchemaDriftError(
            f"{spec.table}: the lake holds {changed or sorted(lost)}, the stream declares "
            f"otherwise; only new columns may be added to a landed table"
        )


@cache
def _arrow_schema(spec: StreamSpec) -> pa.Schema:
    columns = ", ".join(
        f"cast(null as {kind}) as {identifier(name)}" for name, kind in spec.lake_schema.items()
    )
    with connect() as connection:
        return connection.sql(f"select {columns} limit 0").to_arrow_table().schema
