"""The proposal tried on its own file: read by the connector, typed by ``conform``, not landed."""

import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from ingestion.batches import raw_rows
from ingestion.conform import Conformed, conform
from ingestion.connectors import files
from ingestion.settings import Source
from ingestion.sql import connect, identifier
from ingestion.stream import Column, ColumnType, StreamSpec

ROWS_SHOWN = 5
REASONS_SHOWN = 10
HIDDEN = {
    **{ColumnType.EMAIL: "(hash)", ColumnType.PHONE: "(hash)"},
    ColumnType.PERSON_NAME: "(restricted)",
}
"""What is shown of values that do not land as they are."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """How often a column broke a rule, and the first value that did."""

    column: str | None
    rule: str
    value: str | None
    count: int
    is_landed: bool


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What would land of one stream: counts of rows, the first ones typed, what is refused."""

    stream: str
    count_accepted: int
    count_rejected: int
    count_keys: int
    rows: list[dict[str, Any]]
    refusals: list[Refusal]


def try_out(source: Source, dropped: dict[str, bytes | Path]) -> list[Trial]:
    """Read and type every stream of ``source`` as a night would.

    Args:
        source: the proposed block.
        dropped: what lies in its inbox, by name.
    """
    with TemporaryDirectory(prefix="cx-trial-") as folder, connect(threads=1) as connection:
        inbox = Path(folder) / "inbox" / source.id
        inbox.mkdir(parents=True)
        for name, content in dropped.items():
            if isinstance(content, Path):
                shutil.copyfile(content, inbox / name)
            else:
                (inbox / name).write_bytes(content)
            (inbox / f"{name}.done").touch()
        return [
            _trial(connection, source, files.STREAMS[name], inbox)
            for name in files.configured(source)
        ]


def _trial(
    connection: duckdb.DuckDBPyConnection, source: Source, spec: StreamSpec, inbox: Path
) -> Trial:
    accepted = rejected = keys = 0
    rows: list[dict[str, Any]] = []
    refusals: list[Refusal] = []
    for batch in files.read(source, spec.name, cursor={}, inbox=inbox):
        conformed = conform(
            connection,
            raw_rows(batch, source, spec),
            spec=spec,
            conventions=source.conventions_of(spec.name),
            source_id=source.id,
            key=secrets.token_bytes(),
        )
        accepted += conformed.count_accepted
        rejected += conformed.count_rejected
        counted = f"select count(distinct source_id) from {conformed.accepted}"
        keys += connection.sql(counted).fetchall()[0][0]
        rows += _typed(connection, conformed, spec, source)
        refusals += _refusals(connection, conformed)
        unread = batch.rejects.to_pylist() if batch.rejects is not None else []
        rejected += len(unread)
        refusals += [
            Refusal(column=None, rule=r["rule"], value=r["value"], count=1, is_landed=False)
            for r in unread[:REASONS_SHOWN]
        ]
    return Trial(
        stream=spec.name,
        count_accepted=accepted,
        count_rejected=rejected,
        count_keys=keys,
        rows=rows[:ROWS_SHOWN],
        refusals=refusals[:REASONS_SHOWN],
    )


def _typed(
    connection: duckdb.DuckDBPyConnection, conformed: Conformed, spec: StreamSpec, source: Source
) -> list[dict[str, Any]]:
    """The first rows as they would land, instants on the clock of their source."""
    zone = ZoneInfo(source.conventions_of(spec.name).time_zone)
    columns = [
        column for column in spec.columns if column.name in source.streams[spec.name]["columns"]
    ]
    names = [name for column in columns for name in [*column.lake_columns][:1]]
    query = f"select {', '.join(map(identifier, names))} from {conformed.accepted}"
    table: pa.Table = connection.sql(query).limit(ROWS_SHOWN).to_arrow_table()
    return [
        {column.name: _shown(row, column, zone) for column in columns} for row in table.to_pylist()
    ]


def _shown(row: dict[str, Any], column: Column, zone: ZoneInfo) -> str | None:
    place = next(iter(column.lake_columns), None)
    value = row[place] if place else HIDDEN[column.type]
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(sep=" ", timespec="minutes")
    return HIDDEN.get(column.type, str(value))


def _refusals(connection: duckdb.DuckDBPyConnection, conformed: Conformed) -> list[Refusal]:
    found = connection.sql(
        "select column_name, rule, min_by(value, row_number), count(*), action <> 'rejected' "
        f"from {conformed.rejects} group by column_name, rule, action "
        "order by count(*) desc, column_name, rule"
    ).fetchall()
    return [
        Refusal(column=column, rule=rule, value=value, count=count, is_landed=landed)
        for column, rule, value, count, landed in found[:REASONS_SHOWN]
    ]
