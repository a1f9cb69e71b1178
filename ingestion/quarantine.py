"""The quarantine: what was refused and why, and the way back in.

Refusals are written by ``companions`` together with their load. Here they are counted for
people, and replayed once a setting or a specification has been mended.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from ingestion.conform import conform
from ingestion.erasure.door import keep_out
from ingestion.erasure.suppression import suppressed
from ingestion.keyring import key_of_lake
from ingestion.lake import Lake, open_table
from ingestion.landing import Arrival, land
from ingestion.settings import Home, Sources
from ingestion.sql import connect, literal, parquet
from ingestion.stream import StreamSpec


@dataclass(frozen=True, kw_only=True)
class Refusals:
    """How many rows of one file broke one rule in one column."""

    table: str
    source_id: str
    file: str | None
    column_name: str | None
    rule: str
    action: str
    count_rows: int
    first_row: int | None


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What a replay brought in, and how many rows are refused still."""

    rows_landed: int
    rows_refused: int


def summarize(home: Home) -> list[Refusals]:
    """Open refusals per file, column and rule, the most frequent first."""
    lake = Lake(home.lake)
    files = lake.quarantine_files()
    if not files:
        return []
    names = "table_name, _source_id, file, column_name, rule, action"
    with connect() as connection:
        rows = connection.sql(
            f"select {names}, count(distinct (row_number, raw)), min(row_number) "
            f"from {parquet(files)} where replayed_load_seq is null "
            f"group by {names} order by 7 desc, {names}"
        ).fetchall()
    return [
        Refusals(
            table=table,
            source_id=source_id,
            file=file,
            column_name=column,
            rule=rule,
            action=action,
            count_rows=count,
            first_row=first,
        )
        for table, source_id, file, column, rule, action, count, first in rows
    ]


def replay(sources: Sources, home: Home, spec: StreamSpec) -> Replay:
    """Type the stream's refused rows again and land those that are right now.

    A replayed row keeps the order of the load that refused it: a stream without versions
    lands it with that load as ``source_version``, so that newer rows still win. It gets a new
    ``_load_seq``, so that incremental models see it.
    """
    lake, landed, refused = Lake(home.lake), 0, 0
    key = key_of_lake(sources, home)
    erased = suppressed(home, key)
    for source_id, load_seq, known, records in _open_refusals(lake, spec):
        source = next(source for source in sources.sources if source.id == source_id)
        conventions = source.conventions_of(spec.name).replaced(known)
        rows, name = _table(records), hashlib.sha256(json.dumps(records, sort_keys=True).encode())
        with connect() as connection:
            conformed = conform(
                connection, rows, spec=spec, conventions=conventions, source_id=source_id, key=key
            )
            conformed = keep_out(connection, conformed, spec, erased, conventions, key)
            load = land(
                connection,
                lake,
                spec,
                Arrival(
                    source_id=source_id,
                    conformed=conformed,
                    cursor={},
                    landed_at=datetime.now(UTC),
                    transactions=(f"replay:{load_seq}:{name.hexdigest()}",),
                    default_version=load_seq,
                    conventions=known,
                ),
            )
        landed += load.rows_landed
        refused += conformed.count_rejected
        _close(lake, spec, load_seq, load.load_seq)
    return Replay(rows_landed=landed, rows_refused=refused)


def _open_refusals(
    lake: Lake, spec: StreamSpec
) -> list[tuple[str, int, dict[str, Any], list[dict[str, Any]]]]:
    """Per load its source, number, what its batch knew of its values, and the raw records."""
    table = open_table(lake.quarantine(spec))
    if not table or not table.file_uris():
        return []
    with connect() as connection:
        rows = connection.sql(
            "select _source_id, _load_seq, conventions, file, row_number, raw "
            f"from {parquet(table.file_uris())} "
            "where replayed_load_seq is null and action = 'rejected' "
            "and json_valid(raw) and json_type(raw) = 'OBJECT' "
            "group by all order by _source_id, _load_seq, file, row_number, raw"
        ).fetchall()
    grouped: dict[tuple[str, int, str], list[dict[str, Any]]] = {}
    for source_id, load_seq, known, file, row, raw in rows:
        grouped.setdefault((source_id, load_seq, known or "{}"), []).append(
            json.loads(raw) | {"_file": file, "_row": row}
        )
    return [
        (source_id, load_seq, json.loads(known), records)
        for (source_id, load_seq, known), records in grouped.items()
    ]


def _table(records: list[dict[str, Any]]) -> pa.Table:
    names = sorted({name for record in records for name in record} - {"_row"})
    columns = {
        name: pa.array(
            [None if record.get(name) is None else str(record[name]) for record in records],
            pa.string(),
        )
        for name in names
    }
    columns["_row"] = pa.array([record["_row"] for record in records], pa.int64())
    return pa.table(columns)


def _close(lake: Lake, spec: StreamSpec, load_seq: int, replayed: int) -> None:
    """Mark the refusals of ``load_seq`` as replayed; what is still wrong was refused anew."""
    table = open_table(lake.quarantine(spec))
    if table and replayed:
        table.update(
            predicate=f"_load_seq = {load_seq} and action = {literal('rejected')}",
            updates={"replayed_load_seq": str(replayed)},
        )
