"""Call detail records and channel events as CSV logs: columns by place, numbers apart.

The column order is declared, since neither log has a header. The same records kept in a
database belong in ``database``.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from ingestion.connectors.asterisk.options import Options
from ingestion.connectors.asterisk.privacy import (
    channel,
    extension,
    phone,
    without_numbers,
    without_own_numbers,
)
from ingestion.connectors.asterisk.rejects import rejected_lines
from ingestion.connectors.base import Batch, Cursor
from ingestion.readers.tail import Chunk, decoded, tail
from ingestion.sql import identifier

NUMBER = "_number"


def cdr_columns(extension_digits: int) -> str:
    """SQL select list: the CDR stream from the native columns of a call detail record."""
    legs = ["uniqueid", "sequence", channel("channel"), channel("dstchannel"), '"start"']
    identity = " || '|' || ".join(f"coalesce({leg}, '')" for leg in legs)
    return f"""
        md5({identity}) as cdr_id,
        uniqueid as unique_id,
        linkedid as linked_id,
        sequence,
        "start" as started_at,
        answer as answered_at,
        "end" as ended_at,
        {phone("src", extension_digits)} as source_phone,
        {extension("src", extension_digits)} as source_extension,
        {phone("dst", extension_digits)} as destination_phone,
        {extension("dst", extension_digits)} as destination_extension,
        dcontext as context,
        {channel("channel")} as channel,
        {channel("dstchannel")} as destination_channel,
        lastapp as last_application,
        disposition,
        duration as duration_seconds,
        billsec as billable_seconds,
        {without_own_numbers("userfield", "src", "dst")} as user_field,
        accountcode as account_code,
        {without_own_numbers("recordingfile", "src", "dst")} as recording_file
    """


def _cel_columns(extension_digits: int) -> str:
    return f"""
        $log_id || ':' || _start as cel_id,
        eventtype as event_type,
        eventtime as event_at,
        {phone("cidnum", extension_digits)} as caller_phone,
        {without_numbers("exten")} as extension,
        {channel("channame")} as channel,
        uniqueid as unique_id,
        linkedid as linked_id,
        appname as application
    """


NATIVE_CDR = (
    *("accountcode", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "start"),
    *("answer", "end", "duration", "billsec", "disposition", "uniqueid", "userfield"),
    *("linkedid", "sequence", "recordingfile"),
)
_NATIVE_CEL = (
    *("eventtype", "eventtime", "cidnum", "exten", "channame", "uniqueid", "linkedid"),
    "appname",
)


@dataclass(frozen=True, kw_only=True)
class _Shape:
    declared: tuple[str, ...]
    native: tuple[str, ...]
    select: Callable[[int], str]


def read_records(options: Options, stream: str, *, cursor: Cursor, inbox: Path) -> Iterator[Batch]:
    """Yield the records of ``stream`` (``cdr`` or ``cel``) written since ``cursor``.

    Raises:
        SourceError: no log matches, or one was changed below the place already read.
    """
    shape = (
        _Shape(declared=options.cdr_columns, native=NATIVE_CDR, select=cdr_columns)
        if stream == "cdr"
        else _Shape(declared=options.cel_columns, native=_NATIVE_CEL, select=_cel_columns)
    )
    with duckdb.connect(config={"threads": 1}) as connection:
        for chunk in tail(inbox, options.streams[stream], cursor):
            yield _batch(connection, options, shape, chunk)


def _batch(
    connection: duckdb.DuckDBPyConnection, options: Options, shape: _Shape, chunk: Chunk
) -> Batch:
    lines, undecodable = decoded(chunk.lines, options.encoding)
    lines = lines.filter(pc.not_equal(lines.column("line"), ""))
    quotes = pc.bit_wise_and(pc.count_substring(lines.column("line"), '"'), 1)
    is_torn = pc.equal(quotes, 1)
    records, ragged = _parsed(lines.filter(pc.invert(is_torn)), shape.declared)
    connection.register("parsed", records)
    places = lines.select(["number", "start"]).rename_columns([NUMBER, "_start"])
    connection.register("places", places)
    native = ", ".join(
        f"nullif(trim({identifier(name)}), '') as {identifier(name)}"
        if name in shape.declared
        else f"cast(null as varchar) as {identifier(name)}"
        for name in shape.native
    )
    rows = connection.sql(
        f"""
        select {shape.select(options.extension_digits)}, $file as _file, _row
        from (
            select {native}, {NUMBER} as _row, _start
            from parsed inner join places using ({NUMBER})
        )
        where $log_id is not null
        order by _row
        """,
        params={"file": chunk.file, "log_id": chunk.log_id},
    ).to_arrow_table()
    refused = [
        rejected_lines(_ruled(lines.filter(is_torn), "unterminated_quote"), chunk.file),
        rejected_lines(_ruled(ragged, "wrong_field_count"), chunk.file),
        rejected_lines(undecodable, chunk.file),
    ]
    return Batch(rows=rows, cursor=chunk.cursor, rejects=pa.concat_tables(refused), note=chunk.note)


def _ruled(lines: pa.Table, rule: str) -> pa.Table:
    return lines.append_column("rule", pa.repeat(rule, lines.num_rows))


def _parsed(lines: pa.Table, declared: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    """The lines as records keyed by line number, and the lines of another width.

    The last declared column may be absent: Asterisk leaves the user field out on request.
    """
    names = [f"{name}_{place}" if name == "ignore" else name for place, name in enumerate(declared)]
    full, ragged = _of_width(lines, names)
    short, ragged = _of_width(ragged, names[:-1])
    short = short.append_column(names[-1], pa.repeat("", short.num_rows))
    return pa.concat_tables([full, short]), ragged


def _of_width(lines: pa.Table, names: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    types = {NUMBER: pa.int64()} | dict.fromkeys(names, pa.string())
    if not lines.num_rows:
        return pa.schema(list(types.items())).empty_table(), lines
    refused: list[int] = []

    def refuse(row: pyarrow.csv.InvalidRow) -> str:
        refused.append(int(row.text.split(",", 1)[0]))
        return "skip"

    numbered = zip(
        lines.column("number").to_pylist(), lines.column("line").to_pylist(), strict=True
    )
    text = "\n".join(f"{number},{line}" for number, line in numbered)
    table = pyarrow.csv.read_csv(
        io.BytesIO(text.encode()),
        read_options=pyarrow.csv.ReadOptions(use_threads=False, column_names=list(types)),
        parse_options=pyarrow.csv.ParseOptions(invalid_row_handler=refuse),
        convert_options=pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=False),
    )
    is_refused = pc.is_in(lines.column("number"), value_set=pa.array(refused, pa.int64()))
    return table, lines.filter(is_refused)
