"""From an inbox to batches: one file after the other, each landed or refused as a whole."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import pyarrow as pa

from ingestion.connectors.base import Batch
from ingestion.connectors.files.columnar import read_parquet
from ingestion.connectors.files.json_records import read_json
from ingestion.connectors.files.options import (
    FileStream,
    options_of,
    sharing,
)
from ingestion.connectors.files.wide import ADDED, turned
from ingestion.connectors.files.workbook import read_workbook
from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import SourceError
from ingestion.readers import files
from ingestion.readers.content import ROW, Content, Reject, reject_table
from ingestion.readers.delimited import read_csv
from ingestion.readers.files import LIMITS, FileRefused, Limits
from ingestion.readers.mapping import check_source_columns, map_rows
from ingestion.settings import Source
from ingestion.stream import StreamSpec
from ingestion.writing import hold, write_flushed

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Drop:
    """One file in the inbox, of which one version is being read for one stream."""

    path: Path
    inbox: Path
    name: str
    sha256: str
    stream: StreamSpec
    shared_by: tuple[str, ...]

    def finish(self, reason: str | None = None) -> None:
        """Take the file out of the inbox, once every stream that reads it has done so."""
        if self.shared_by != (self.stream.name,):
            self._finish_shared(reason)
        elif reason:
            files.reject(self.path, inbox=self.inbox, sha256=self.sha256, reason=reason)
        else:
            files.archive(self.path, inbox=self.inbox, sha256=self.sha256)

    def _finish_shared(self, reason: str | None) -> None:
        """Note this stream's verdict; the last of the streams moves the file.

        Streams side by side may each find that all are there: one of them moves it.
        """
        notes = self.inbox.parent.parent / "archive" / self.inbox.name / ".read" / self.sha256
        notes.mkdir(parents=True, exist_ok=True)
        write_flushed(notes / self.stream.name, (reason or "").encode())
        with hold(notes.with_name(".lock")):
            if all((notes / name).exists() for name in self.shared_by):
                verdicts = [(notes / name).read_text(encoding="utf-8") for name in self.shared_by]
                whole = replace(self, shared_by=(self.stream.name,))
                whole.finish("\n".join(filter(None, verdicts)) or None)
                rmtree(notes)


def read_drops(
    source: Source, stream: str, *, inbox: Path, limits: Limits = LIMITS
) -> Iterator[Batch]:
    """Yield one batch per settled file of ``stream``, ordered by name.

    Raises:
        ConfigurationError: the settings of ``source`` are not allowed.
    """
    streams = options_of(source)
    options = streams[stream]
    for path, danger in files.matching_files(inbox, options.glob):
        name = str(path.relative_to(inbox))
        if danger:
            yield refusal("unsafe_file", danger, stream=stream, name=name)
        elif files.is_settled(path, seconds=options.settle_seconds):
            before = _fingerprint(path)
            drop = _Drop(
                path=path,
                inbox=inbox,
                name=name,
                sha256=files.sha256_of(path),
                stream=MAPPED_STREAMS[stream],
                shared_by=sharing(streams, name),
            )
            with TemporaryDirectory(prefix="cx-files-") as scratch:
                batch = _batch(drop, options, limits, Path(scratch))
                if _fingerprint(path) == before:
                    yield batch
                else:
                    LOGGER.warning("%s: %s changed while it was read", source.id, name)
        else:
            LOGGER.info("%s: %s is still being written", source.id, name)


def _fingerprint(path: Path) -> tuple[int, int, int]:
    status = path.lstat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _batch(drop: _Drop, options: FileStream, limits: Limits, scratch: Path) -> Batch:
    try:
        content = read_content(drop.path, options, limits, scratch)
        if content.names:
            available = [*content.names, *(ADDED if options.wide else ())]
            check_source_columns(options.columns, available, "the file")
        if options.mode == "snapshot" and not content.count:
            raise FileRefused("empty_snapshot", "a snapshot without rows would delete everything")
    except SourceError as error:
        rule = error.rule if isinstance(error, FileRefused) else "missing_column"
        detail = error.detail if isinstance(error, FileRefused) else str(error)
        return refusal(
            rule,
            detail,
            stream=drop.stream.name,
            name=drop.name,
            # not the file's own, so that it can land once the settings are mended
            transaction=f"refused:{drop.sha256}",
            after_landing=partial(drop.finish, f"{rule}: {detail}"),
        )
    return Batch(
        rows=_mapped(content, drop, options),
        transaction=f"file:{drop.sha256}",
        rejects=reject_table(content.rejects, drop.name),
        is_snapshot=options.mode == "snapshot",
        after_landing=drop.finish,
    )


def read_content(path: Path, options: FileStream, limits: Limits, scratch: Path) -> Content:
    """One file as ``options`` declare it; ``scratch`` outlives the returned rows.

    Raises:
        FileRefused: the file as a whole cannot be read.
    """
    match options.format:
        case "csv":
            return read_csv(path, options.dialect, limits=limits, scratch=scratch)
        case "json" | "jsonl":
            return read_json(path, options, limits=limits)
        case "parquet":
            return read_parquet(path, limits=limits)
        case "xlsx":
            return read_workbook(path, options, limits=limits)


def _mapped(content: Content, drop: _Drop, options: FileStream) -> pa.RecordBatchReader:
    def mapped(part: pa.RecordBatch) -> pa.RecordBatch:
        part = turned(part, options.wide) if options.wide else part
        if options.leave_out:
            part = _without(part, options)
        return map_rows(part, columns=options.columns, stream=drop.stream, file=drop.name)

    empty = pa.RecordBatch.from_pylist([], schema=content.rows.schema)
    return pa.RecordBatchReader.from_batches(mapped(empty).schema, map(mapped, content.rows))


def _without(part: pa.RecordBatch, options: FileStream) -> pa.RecordBatch:
    """The rows without what is left out; what a column of the entity reads stays."""
    names = part.schema.names
    read = {origin.found_in(names) for origin in options.columns.values()} | {ROW.name}
    left = {*(names if "*" in options.leave_out else options.leave_out)} - read
    return part.select([name for name in names if name not in left])


def refusal(
    rule: str,
    detail: str,
    *,
    stream: str,
    name: str,
    transaction: str | None = None,
    after_landing: Callable[[], None] | None = None,
) -> Batch:
    """A batch without rows whose one reject is the whole file."""
    return Batch(
        rows=no_rows(stream),
        transaction=transaction,
        rejects=reject_table([Reject(row_number=0, rule=rule, value=detail)], name),
        after_landing=after_landing,
    )


def no_rows(stream: str) -> pa.Table:
    """The rows of a batch that has none."""
    columns = [column.name for column in MAPPED_STREAMS[stream].columns]
    empty = pa.schema([(column, pa.string()) for column in [*columns, "_file"]]).append(ROW)
    return empty.empty_table()
