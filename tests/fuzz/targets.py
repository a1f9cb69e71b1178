"""The parsers as functions of bytes: whatever comes in, rows or one of the rooms' own errors.

A target returns when its input was read or refused, and raises what nobody foresaw. What runs
them is in ``__main__``; what was found is kept in ``corpus``.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from openpyxl import Workbook

from ingestion import IngestionError, configured_streams, load_sources
from ingestion.connectors.asterisk.options import Options
from ingestion.connectors.asterisk.queue_log import read_queue_log
from ingestion.connectors.asterisk.records import read_records
from ingestion.connectors.base import Batch
from ingestion.connectors.files.json_records import read_json
from ingestion.connectors.files.options import FileStream, Format
from ingestion.connectors.files.workbook import read_workbook
from ingestion.readers.content import Content
from ingestion.readers.delimited import Dialect, read_csv
from ingestion.readers.files import Limits
from ingestion.settings import Conventions
from ingestion.stream import ColumnType
from serving.errors import ServingError
from serving.roles import load_roles
from tests.factories.conforming import Outcome, value_column

LIMITS = Limits(cell_characters=4_096, rows=10_000, expanded_bytes=1 << 20, memory_bytes=1 << 20)
DIALECTS = tuple(
    Dialect(
        encoding=encoding, delimiter=delimiter, quote=quote, escape=escape, header_row=header_row
    )
    for encoding in ("utf-8", "cp1256", "utf-16")
    for delimiter, quote, escape in ((",", '"', None), (";", "'", "\\"), ("\t", "", None))
    for header_row in (1, 3)
)
KINDS = tuple(
    (kind, calendar)
    for kind, calendars in (
        (ColumnType.DATE, ("gregorian", "jalali")),
        (ColumnType.TIMESTAMP, ("gregorian", "jalali")),
        *((kind, ("gregorian",)) for kind in (ColumnType.INTEGER, ColumnType.DECIMAL)),
        *((kind, ("gregorian",)) for kind in (ColumnType.BOOLEAN, ColumnType.ID)),
        *((kind, ("gregorian",)) for kind in (ColumnType.EMAIL, ColumnType.PHONE)),
        *((kind, ("gregorian",)) for kind in (ColumnType.PERSON_NAME, ColumnType.FREE_TEXT)),
    )
    for calendar in calendars
)
SHEET = "xl/worksheets/sheet1.xml"


def delimited(data: bytes) -> None:
    """CSV; the first byte chooses the dialect."""
    with _dropped(data[1:]) as path:
        dialect = DIALECTS[_first(data) % len(DIALECTS)]
        _consume(read_csv(path, dialect, limits=LIMITS, scratch=path.parent))


def json_array(data: bytes) -> None:
    """A JSON array of records."""
    _read_json(data, "json")


def json_lines(data: bytes) -> None:
    """JSON records, one or more per line."""
    _read_json(data, "jsonl")


def workbook(data: bytes) -> None:
    """A workbook: as it stands, or as the sheet of a sound one."""
    with _dropped(_with_sheet(data[1:]) if _first(data) % 2 else data[1:]) as path:
        options = FileStream(glob="*", format="xlsx", columns={})
        _consume(read_workbook(path, options, limits=LIMITS))


def queue_log(data: bytes) -> None:
    """The queue log of a PBX."""
    with _dropped(data) as path:
        _drain(read_queue_log(Options(queue_log="*"), cursor={}, inbox=path.parent))


def call_records(data: bytes) -> None:
    """Call detail records of a PBX."""
    with _dropped(data) as path:
        _drain(read_records(Options(cdr="*"), "cdr", cursor={}, inbox=path.parent))


def values(data: bytes) -> None:
    """Written values, one per line, to typed ones; the first byte chooses the type."""
    kind, calendar = KINDS[_first(data) % len(KINDS)]
    written = data[1:].decode("utf-8", "replace").split("\n")
    conventions = Conventions.model_validate({"time_zone": "Asia/Tehran", "calendar": calendar})
    Outcome([text[: LIMITS.cell_characters] for text in written], value_column(kind), conventions)


def sources(data: bytes) -> None:
    """``sources.yaml``, to the options of every connector."""
    with _dropped(data) as path:
        configured_streams(load_sources(path))


def roles(data: bytes) -> None:
    """``roles.yaml``."""
    with _dropped(data) as path:
        load_roles(path)


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        *(delimited, json_array, json_lines, workbook, queue_log),
        *(call_records, values, sources, roles),
    )
}


def try_out(target: str, data: bytes) -> None:
    """Give an input to a target; what the rooms refuse in a sentence is as it should be."""
    try:
        TARGETS[target](data)
    except (IngestionError, ServingError) as error:
        if not str(error).strip():
            raise AssertionError("an error without a sentence") from error


def _first(data: bytes) -> int:
    return data[0] if data else 0


@contextmanager
def _dropped(data: bytes) -> Iterator[Path]:
    with TemporaryDirectory(prefix="cx-fuzz-") as folder:
        path = Path(folder, "input")
        path.write_bytes(data)
        yield path


def _read_json(data: bytes, kind: Format) -> None:
    with _dropped(data) as path:
        options = FileStream(glob="*", format=kind, columns={})
        _consume(read_json(path, options, limits=LIMITS))


def _consume(content: Content) -> None:
    rows = content.rows.read_all()
    assert rows.num_rows == content.count
    assert rows.schema.names == [*content.names, "_row"]


def _drain(batches: Iterator[Batch]) -> None:
    for batch in batches:
        assert isinstance(batch.rows, pa.Table)


@cache
def _sound_workbook() -> dict[str, bytes]:
    file = io.BytesIO()
    Workbook().save(file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _with_sheet(sheet: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in {**_sound_workbook(), SHEET: sheet}.items():
            archive.writestr(name, content)
    return file.getvalue()
