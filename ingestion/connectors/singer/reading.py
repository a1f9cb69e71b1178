"""Reading: the parts of a tap's output as batches, with the state as their cursor.

Lines come from ``taps`` or from dropped files, messages from ``messages``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.singer.messages import Part, parts
from ingestion.connectors.singer.options import SingerOptions, SingerStream, options_of
from ingestion.connectors.singer.taps import LINE_BYTES, lines_of
from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import SourceError
from ingestion.readers.content import reject_table
from ingestion.readers.files import is_settled, open_safely, safe_files, sha256_of
from ingestion.readers.records import RecordTable
from ingestion.settings import Source

NOTHING = "a full table without a record would delete everything: is the stream selected?"


def read_stream(source: Source, stream: str, *, cursor: Cursor, inbox: Path) -> Iterator[Batch]:
    """Yield what the tap brings since the state in ``cursor``, or what was dropped since.

    Raises:
        SourceError: the tap or a file cannot be read; what was complete came out before.
    """
    options, streams = options_of(source)
    settings = streams[stream]
    batches = partial(_batches, source=source, stream=stream, settings=settings, options=options)
    if options.command:
        log = inbox / f"tap-{stream}.log"
        state = cursor.get("state")
        lines = lines_of(options.command, state=state, minutes=options.minutes, log=log)
        yield from batches(lines, cursor=cursor, where=settings.stream)
        return
    paths = {str(path.relative_to(inbox)): path for path in safe_files(inbox, options.files or "")}
    known = {name: sha for name, sha in cursor.get("read", {}).items() if name in paths}
    for name, path in paths.items():
        if not is_settled(path, seconds=options.settle_seconds):
            continue
        sha256 = sha256_of(path)
        if known.get(name) == sha256:
            continue
        whole = dict(known) | {name: sha256}
        waiting = None
        for batch in batches(_lines(path), cursor=dict(cursor) | {"read": known}, where=name):
            if waiting:
                yield waiting
            waiting, cursor = batch, batch.cursor
        known = whole
        cursor = dict(cursor) | {"read": known}
        if waiting:
            yield replace(waiting, cursor=cursor)


def _lines(path: Path) -> Iterator[bytes]:
    with open_safely(path) as file:
        while line := file.readline(LINE_BYTES):
            yield line


def _batches(
    lines: Iterable[bytes],
    *,
    source: Source,
    stream: str,
    settings: SingerStream,
    options: SingerOptions,
    cursor: Cursor,
    where: str,
) -> Iterator[Batch]:
    table = RecordTable(
        stream=MAPPED_STREAMS[stream],
        columns=settings.columns,
        zone=ZoneInfo(source.conventions_of(stream).time_zone),
        where=where,
    )
    found = (
        _batch(part, table, cursor, where)
        for part in parts(lines, settings.stream, batch_rows=options.batch_rows)
    )
    if settings.replication == "full_table":
        yield _whole(list(found))
        return
    yield from found


def _batch(part: Part, table: RecordTable, cursor: Cursor, where: str) -> Batch:
    read = table.rows(part.records)
    rejects = pa.concat_tables([reject_table(part.rejects, where), read.rejects])
    state = {"state": part.state} if part.state else {}
    return Batch(
        rows=pa.Table.from_batches([read.rows]),
        cursor=dict(cursor) | state,
        rejects=rejects,
    )


def _whole(batches: list[Batch]) -> Batch:
    """All records of a full table as one snapshot."""
    rows = pa.concat_tables([batch.rows for batch in batches])
    if not rows.num_rows:
        raise SourceError(NOTHING)
    rejects = pa.concat_tables([batch.rejects for batch in batches])
    return replace(batches[-1], rows=rows, rejects=rejects, is_snapshot=True)
