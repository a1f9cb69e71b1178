"""From a relation to batches: full, behind a cursor, and the keys of all living rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.sql.cursors import Position
from ingestion.connectors.sql.databases import Sleep, snapshot_of
from ingestion.connectors.sql.options import SqlStream, options_of
from ingestion.connectors.sql.relations import Relation, relation_of
from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import SourceError
from ingestion.readers.mapping import Columns, map_rows
from ingestion.settings import Source
from ingestion.stream import StreamSpec

FETCH_ROWS = 10_000
ROW = pa.field("_row", pa.int64())

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One stream while its database's snapshot is open."""

    connection: sa.Connection
    relation: Relation
    options: SqlStream
    spec: StreamSpec
    batch_rows: int

    @property
    def keys(self) -> Columns:
        """The part of the mapping that makes ``source_id``."""
        return {name: self.options.columns[name] for name in self.spec.key}

    @property
    def names(self) -> list[str]:
        """The columns of the relation that are read: all but what is left out."""
        there, out = self.relation.names, self.options.leave_out
        read = {origin.found_in(there) for origin in self.options.columns.values()}
        left = set(there if "*" in out else out) - read
        return [name for name in there if name not in left]

    @property
    def key_names(self) -> list[str]:
        """The columns of the relation that the keys come from, once each."""
        found = (origin.found_in(self.relation.names) for origin in self.keys.values())
        return list(dict.fromkeys(filter(None, found)))


def read_stream(
    source: Source,
    stream: str,
    *,
    cursor: Cursor,
    inbox: Path,
    sleep: Sleep,
    clock: Clock = lambda: datetime.now(UTC),
) -> Iterator[Batch]:
    """Yield what ``stream`` gained since ``cursor``; see ``SqlStream``.

    Args:
        source: the configured instance.
        stream: one of its streams.
        cursor: of the last landed batch.
        inbox: where a SQLite file lies.
        sleep: waits between attempts to connect.
        clock: bounds cursor values that lie in the future.

    Raises:
        ConfigurationError: the settings are not allowed.
        SourceError: the database, table or a column is missing, or the data went back in time.
    """
    place, streams = options_of(source)
    options = streams[stream]
    with snapshot_of(place, source.id, inbox, sleep=sleep) as connection:
        reading = _Reading(
            connection=connection,
            relation=relation_of(connection, options, options.columns),
            options=options,
            spec=MAPPED_STREAMS[stream],
            batch_rows=options.batch_rows,
        )
        if options.cursor is None:
            yield _everything(reading)
            return
        yield from _changes(reading, options.cursor, Position.of(cursor), clock())
        if options.deletes == "key_snapshot":
            yield _living_keys(reading)


def _everything(reading: _Reading) -> Batch:
    relation, names = reading.relation, reading.names
    statement = sa.select(*map(relation.text, names)).order_by(
        *map(relation.column, reading.key_names)
    )
    return Batch(
        rows=_stream(reading, statement, names, reading.options.columns),
        is_snapshot=True,
    )


def _living_keys(reading: _Reading) -> Batch:
    names = reading.key_names
    statement = sa.select(*map(reading.relation.text, names))
    return Batch(
        rows=_stream(reading, statement, names, reading.keys),
        is_snapshot=True,
        keys_only=True,
    )


def _changes(reading: _Reading, name: str, last: Position | None, now: datetime) -> Iterator[Batch]:
    """Everything at or behind the overlap, ordered, in batches that each bring a position."""
    relation, names = reading.relation, reading.names
    statement = sa.select(*map(relation.text, names), *relation.position(name)).order_by(
        relation.column(name), *map(relation.column, reading.key_names)
    )
    if last:
        keep_zone = relation.dialect == "postgresql"
        since = last.back(reading.options.overlap_minutes, keep_zone=keep_zone)
        _refuse_restored(reading, name, since, last)
        statement = statement.where(relation.since(name, since))
    row = count(1)
    for page in _pages(reading.connection, statement, reading.batch_rows):
        positions = [Position(record[-2], record[-1]) for record in page if record[-2] is not None]
        if positions:
            last = positions[-1].not_after(now)
        rows = _batch_of([record[:-2] for record in page], names, row)
        yield Batch(
            rows=pa.Table.from_batches([_mapped(reading, rows, reading.options.columns)]),
            cursor=last.cursor if last else {},
        )


def _refuse_restored(reading: _Reading, name: str, since: Position, last: Position) -> None:
    """A database that ends before what was read of it is another one, or an old backup."""
    if reading.connection.execute(reading.relation.reaches(name, since)).first() is None:
        raise SourceError(
            f"{reading.relation.where} holds no row with {name} at or after {since.text}, but was "
            f"read up to {last.text} before: it was emptied or restored from a backup; rewind "
            "the stream to read it again from the beginning"
        )


def _pages(
    connection: sa.Connection, statement: sa.Select[Any], size: int
) -> Iterator[Sequence[Any]]:
    options = {"yield_per": min(size, FETCH_ROWS)}
    with connection.execute(statement, execution_options=options) as result:
        while page := _fetched(result, size):
            yield page


def _fetched(result: sa.CursorResult[Any], size: int) -> list[Any]:
    page: list[Any] = []
    while len(page) < size and (part := result.fetchmany(min(size - len(page), FETCH_ROWS))):
        page += part
    return page


def _stream(
    reading: _Reading, statement: sa.Select[Any], names: Sequence[str], columns: Columns
) -> pa.RecordBatchReader:
    row = count(1)

    def parts() -> Iterator[pa.RecordBatch]:
        for page in _pages(reading.connection, statement, FETCH_ROWS):
            yield _mapped(reading, _batch_of(page, names, row), columns)

    empty = _mapped(reading, _batch_of([], names, row), columns)
    return pa.RecordBatchReader.from_batches(empty.schema, parts())


def _batch_of(
    records: Sequence[Sequence[Any]], names: Sequence[str], row: Iterator[int]
) -> pa.RecordBatch:
    columns = zip(*records, strict=True) if records else ([] for _ in names)
    arrays = [pa.array(column, pa.string()) for column in columns]
    numbers = pa.array([next(row) for _ in records], ROW.type)
    schema = pa.schema([*((name, pa.string()) for name in names), ROW])
    return pa.RecordBatch.from_arrays([*arrays, numbers], schema=schema)


def _mapped(reading: _Reading, rows: pa.RecordBatch, columns: Columns) -> pa.RecordBatch:
    return map_rows(
        rows, columns=columns, stream=reading.spec, file=reading.relation.where.split()[-1]
    )
