"""CSV: text with a declared dialect to columns of text; an empty cell is absent.

Two ways that agree on every sound file: DuckDB for files in which each line is one record,
and a strict one, line by line, for all others. The second exists because DuckDB loses lines
without a reject once a quote is not closed or a line exceeds its buffer. Logs that grow are
read in ``tail``.
"""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa

from ingestion.readers.content import (
    BATCH_ROWS,
    ROW,
    Content,
    Reject,
    check_count,
    column_names,
)
from ingestion.readers.files import MIB, FileRefused, Limits, decode
from ingestion.sql import literal

MEMORY_LIMIT = "512MB"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a file is written, and what a quote that is never closed costs.

    Args:
        encoding, delimiter: never guessed.
        quote: empty when nothing is quoted.
        escape: stands before a quote inside quotes; the quote itself when None.
        header_row: line with the column names, counted from 1.
        header_records: records above the first row, that of the names included.
        open_quote: its first ``line``, or the whole ``file``, where a writer that always
            closes its quotes can only have been cut off.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    header_row: int = 1
    header_records: int = 1
    open_quote: Literal["line", "file"] = "line"

    @property
    def of_csv(self) -> dict[str, Any]:
        """The dialect as the module ``csv`` takes it."""
        escape = self.escape if self.escape != self.quote else None
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote or None,
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "doublequote": escape is None,
            "escapechar": escape,
            "strict": True,
        }


@dataclass(frozen=True, kw_only=True)
class _Body:
    """The lines below the headers, as UTF-8 with line feeds, and where they begin."""

    path: Path
    names: tuple[str, ...]
    headers: Sequence[Sequence[str]]
    first_line: int
    count_lines: int


def read_csv(path: Path, dialect: Dialect, *, limits: Limits, scratch: Path) -> Content:
    """The records of one CSV file, each with its line number.

    Args:
        path: the file, perhaps gzipped.
        dialect: how it is written.
        limits: what it may cost.
        scratch: a folder for this file alone, which outlives the returned rows.

    Raises:
        FileRefused: the file as a whole cannot be read.
    """
    body = _write_body(path, dialect, limits, scratch / "body.csv")
    check_count(body.count_lines, limits)
    sound = _read_lines_at_once(body, dialect, limits, scratch)
    return sound or _read_line_by_line(body, dialect, limits, scratch)


def _write_body(path: Path, dialect: Dialect, limits: Limits, target: Path) -> _Body:
    chunks = _with_line_feeds(decode(path, dialect.encoding, limits=limits))
    head = ""
    for chunk in chunks:
        head += chunk
        if len(head) > MIB:
            break
    lines = _lines_of(head)
    headers, used = _headers(lines, dialect)
    names = column_names(headers[0], limits)
    count, count_quotes, last = 0, 0, "\n"
    with target.open("w", encoding="utf-8", newline="") as handle:
        for chunk in chain(["".join(lines[used:])], chunks):
            handle.write(chunk)
            count += chunk.count("\n")
            count_quotes += chunk.count(dialect.quote or "\0")
            last = chunk[-1:] or last
    if dialect.open_quote == "file" and count_quotes % 2:
        raise FileRefused("unterminated_quote", "a quote is never closed")
    return _Body(
        path=target,
        names=names,
        headers=headers,
        first_line=used + 1,
        count_lines=count + (last != "\n"),
    )


def _with_line_feeds(chunks: Iterator[str]) -> Iterator[str]:
    held = ""
    for chunk in chunks:
        text = held + chunk
        held = "\r" if text.endswith("\r") else ""
        yield text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
    if held:
        yield "\n"


def _lines_of(text: str) -> list[str]:
    *whole, rest = text.split("\n")
    return [f"{line}\n" for line in whole] + ([rest] if rest else [])


def _headers(lines: list[str], dialect: Dialect) -> tuple[list[list[str]], int]:
    """The header records, and how many lines stand above the first row."""
    above = dialect.header_row - 1
    reader = csv.reader(lines[above:], **dialect.of_csv)
    try:
        headers = [next(reader, []) for _ in range(dialect.header_records)]
    except csv.Error as error:
        raise FileRefused("broken_header", f"the header cannot be read ({error})") from error
    return headers, above + reader.line_num


def _read_lines_at_once(
    body: _Body, dialect: Dialect, limits: Limits, scratch: Path
) -> Content | None:
    """The rows as DuckDB reads them; None unless every line became exactly one row."""
    connection = duckdb.connect(
        config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(scratch / "spill")}
    )
    try:
        connection.execute(_statement(body, dialect, limits), {"path": str(body.path)})
    except duckdb.Error:
        return None
    (count,) = connection.sql("select count(*) from records").fetchall()[0]
    if count != body.count_lines:
        return None
    # one thread keeps the file's order, which the line numbers rest on
    connection.execute("set threads = 1")
    schema = pa.schema([*((name, pa.string()) for name in body.names), ROW])

    def numbered() -> Iterator[pa.RecordBatch]:
        line = body.first_line
        for part in connection.sql("from records").to_arrow_reader(BATCH_ROWS):
            numbers = pa.array(range(line, line + part.num_rows), pa.int64())
            yield pa.RecordBatch.from_arrays([*part.columns, numbers], schema=schema)
            line += part.num_rows

    return Content(
        names=body.names,
        headers=body.headers,
        rows=pa.RecordBatchReader.from_batches(schema, numbered()),
        count=count,
    )


def _statement(body: _Body, dialect: Dialect, limits: Limits) -> str:
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(body.names)))
    quote = dialect.quote
    return (
        f"create table records as select * from read_csv($path, columns = {{{columns}}}, "
        "header = false, auto_detect = false, strict_mode = true, parallel = false, "
        f"null_padding = false, new_line = '\\n', delim = {literal(dialect.delimiter)}, "
        f"quote = {literal(quote)}, escape = {literal(dialect.escape or quote)}, "
        f"max_line_size = {limits.cell_characters}, buffer_size = {8 * limits.cell_characters})"
    )


def _read_line_by_line(body: _Body, dialect: Dialect, limits: Limits, scratch: Path) -> Content:
    csv.field_size_limit(limits.cell_characters)
    schema = pa.schema([*((name, pa.string()) for name in body.names), ROW])
    rejects: list[Reject] = []
    target, count = scratch / "rows.arrow", 0
    with (
        body.path.open(encoding="utf-8", newline="") as handle,
        pa.ipc.new_file(str(target), schema) as writer,
    ):
        records = _records(_Lines(handle, body.first_line), dialect, len(body.names), rejects)
        while chunk := list(islice(records, BATCH_ROWS)):
            lines, cells = zip(*chunk, strict=True)
            columns = [
                pa.array([cell or None for cell in column], pa.string())
                for column in zip(*cells, strict=True)
            ]
            arrays = [*columns, pa.array(lines, pa.int64())]
            writer.write(pa.RecordBatch.from_arrays(arrays, schema=schema))
            count += len(chunk)
    stored = pa.ipc.open_file(pa.memory_map(str(target)))
    batches = (stored.get_batch(place) for place in range(stored.num_record_batches))
    return Content(
        names=body.names,
        headers=body.headers,
        rows=pa.RecordBatchReader.from_batches(schema, batches),
        count=count,
        rejects=rejects,
    )


def _records(
    lines: "_Lines", dialect: Dialect, width: int, rejects: list[Reject]
) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every record of the right width.

    A record whose quoting is broken costs its first line only: reading resumes on the next
    one, where a line with an odd number of quotes is the torn end of the same record.
    """
    reader = csv.reader(lines, **dialect.of_csv)
    while True:
        lines.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            rejects.append(lines.reject("broken_record", str(error)))
            lines.resume_on_second()
            continue
        if lines.was_torn and dialect.quote and lines.text.count(dialect.quote) % 2:
            rejects.append(lines.reject("broken_record", "rest of a record with broken quotes"))
        elif cells and len(cells) != width:
            rule = "missing_columns" if len(cells) < width else "too_many_columns"
            rejects.append(lines.reject(rule, f"{len(cells)} instead of {width}"))
        elif cells:
            yield lines.number, cells


class _Lines:
    """Lines that can be given again, and the numbers of those that make up one record."""

    def __init__(self, lines: Iterator[str], first_number: int) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._given: list[str] = []
        self.number = first_number
        self.was_torn = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.was_torn = bool(self._again)
        line = self._again.popleft() if self._again else next(self._lines)
        self._given.append(line)
        return line

    @property
    def text(self) -> str:
        return "".join(self._given)

    def begin_record(self) -> None:
        self.number += len(self._given)
        self._given = []

    def resume_on_second(self) -> None:
        self._again.extendleft(reversed(self._given[1:]))
        self._given = self._given[:1]

    def reject(self, rule: str, value: str) -> Reject:
        raw = self._given[0] if rule == "broken_record" else self.text
        return Reject(row_number=self.number, rule=rule, value=value, raw=raw.rstrip("\n"))
