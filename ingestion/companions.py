"""The tables beside a stream's own: refused rows, and clear personal values.

They are written just before the stream's commit and keyed by its load, so that what a kill
left behind is replaced when the same load number is written again. How refusals are read,
counted and replayed belongs in ``quarantine``.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from deltalake import CommitProperties, Transaction

from ingestion.conform import Conformed
from ingestion.durable import commit
from ingestion.lake import SEQUENCE, Lake, last_load, open_table
from ingestion.sql import identifier, literal
from ingestion.stream import StreamSpec

QUARANTINE_SCHEMA = {
    "table_name": "VARCHAR",
    "_source_id": "VARCHAR",
    "_load_seq": "BIGINT",
    "_landed_at": "TIMESTAMP WITH TIME ZONE",
    "reject_id": "VARCHAR",
    "file": "VARCHAR",
    "row_number": "BIGINT",
    "column_name": "VARCHAR",
    "rule": "VARCHAR",
    "value": "VARCHAR",
    "action": "VARCHAR",
    "replayed_load_seq": "BIGINT",
    "raw": "VARCHAR",
    "conventions": "VARCHAR",
}
"""One row per refusal. ``action`` is ``rejected`` or ``landed_without_value``; a replayed
refusal names the load that brought its row in. ``conventions`` are those that its batch knew
better than the source's settings, as JSON, so that a replay reads it alike."""

REFUSED_VALUES = frozenset({"value", "raw"})
"""Columns that hold what was refused, in clear: no warehouse shows them."""

CLEAR_NEWS = "companion_news"
"""Temporary view of the clear values to write, where they are not all."""


def beside(connection: duckdb.DuckDBPyConnection, conformed: Conformed, rows: str) -> Conformed:
    """What was conformed, of the clear values only those of ``rows``, a table that is to land.

    Those of a row that the lake holds lie beside it there.
    """
    if conformed.restricted is None:
        return conformed
    connection.execute(
        f"create or replace temp view {CLEAR_NEWS} as from {conformed.restricted} "
        f"semi join {rows} using (source_id, _row_hash)"
    )
    return replace(conformed, restricted=CLEAR_NEWS)


def write_companions(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    spec: StreamSpec,
    conformed: Conformed,
    *,
    source_id: str,
    load_seq: int,
    landed_at: datetime,
    conventions: Mapping[str, Any],
) -> None:
    """Write the refusals and clear personal values of one load, replacing an earlier try."""
    values = {
        "table_name": literal(spec.table),
        "_source_id": literal(source_id),
        "_load_seq": str(load_seq),
        "_landed_at": literal(landed_at.isoformat()),
        "reject_id": "md5(concat_ws('|', file, row_number, column_name, rule, raw))",
        "replayed_load_seq": "null",
        "conventions": literal(json.dumps(conventions, sort_keys=True)) if conventions else "null",
    }
    chosen = ", ".join(
        f"cast({values.get(name, identifier(name))} as {kind}) as {identifier(name)}"
        for name, kind in QUARANTINE_SCHEMA.items()
    )
    replace_load(
        lake.quarantine(spec),
        connection.sql(f"select {chosen} from {conformed.rejects}"),
        load_seq,
    )
    if conformed.restricted:
        columns = ", ".join(
            f"cast({load_seq} as bigint) as _load_seq" if name == "_load_seq" else identifier(name)
            for name in spec.restricted_schema
        )
        rows = connection.sql(f"select {columns} from {conformed.restricted}")
        replace_load(lake.restricted(spec), rows, load_seq)


def replace_load(path: Path, rows: duckdb.DuckDBPyRelation, load_seq: int) -> None:
    """Make ``rows`` the rows of one load in the table at ``path``; no rows leave no trace.

    Rows of this load can only be there when a kill left them: the commit's number tells.
    """
    is_left = last_load(open_table(path)) >= load_seq
    if not is_left and not rows.limit(1).fetchall():
        return
    written = CommitProperties(app_transactions=[Transaction(SEQUENCE, load_seq)])
    reader = rows.to_arrow_reader()
    if is_left:
        predicate = f"_load_seq = {load_seq}"
        commit(
            path,
            reader,
            mode="overwrite",
            schema_mode="merge",
            predicate=predicate,
            commit_properties=written,
        )
    else:
        commit(path, reader, mode="append", schema_mode="merge", commit_properties=written)
