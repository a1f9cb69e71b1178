"""The queue log as files: lines split into events, the caller's number apart.

Follows rotations through ``tail``. The same log kept in a database belongs in ``database``.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.connectors.asterisk.options import Options
from ingestion.connectors.asterisk.privacy import is_phone, without_numbers
from ingestion.connectors.asterisk.rejects import rejected_lines
from ingestion.connectors.base import Batch, Cursor
from ingestion.readers.tail import Chunk, decoded, tail

_SPLIT = """
    create or replace temp table split as
    select number, start, position, line, parts,
        case
            when len(parts) < 5 then 'too_few_fields'
            when not regexp_full_match(parts[1], '[0-9]{9,10}') then 'not_an_epoch'
            when trim(parts[5]) = '' then 'empty_event'
        end as rule
    from (select *, string_split(line, '|') as parts from lines where line <> '')
"""


def event_columns(extension_digits: int) -> str:
    """SQL select list: queue-log columns from ``event``, ``data1`` … ``data5`` as written.

    The caller's number moves from ``data2`` of ENTERQUEUE to ``caller_phone``, a transfer's
    outside number is blanked, and an internal extension stays.
    """
    caller = "event = 'ENTERQUEUE'"
    number = "regexp_replace(data2, '[ ().-]', '', 'g')"
    known = f"{caller} and {is_phone(number, extension_digits)}"
    inside = f"length(data2) <= {extension_digits} and regexp_full_match(data2, '[0-9]+')"
    transfer = "event in ('BLINDTRANSFER', 'TRANSFER')"
    return f"""
        event,
        case when {known} then {number} end as caller_phone,
        case when {transfer} then {without_numbers("data1")} else nullif(data1, '') end as data1,
        case when not ({caller}) or {inside} then nullif(data2, '') end as data2,
        nullif(data3, '') as data3,
        nullif(data4, '') as data4,
        nullif(data5, '') as data5
    """


def read_queue_log(options: Options, *, cursor: Cursor, inbox: Path) -> Iterator[Batch]:
    """Yield the events written since ``cursor``, in log order.

    Raises:
        SourceError: no log matches, or one was changed below the place already read.
    """
    with duckdb.connect(config={"threads": 1}) as connection:
        for chunk in tail(inbox, options.streams["queue_log"], cursor):
            yield _batch(connection, options, chunk)


def _batch(connection: duckdb.DuckDBPyConnection, options: Options, chunk: Chunk) -> Batch:
    lines, undecodable = decoded(chunk.lines, options.encoding)
    connection.register("lines", lines)
    connection.execute(_SPLIT)
    query = f"""
        select
            $log_id || ':' || start as event_id,
            cast(position as varchar) as event_order,
            occurred_at,
            call_id,
            queue,
            agent,
            {event_columns(options.extension_digits)},
            $file as _file,
            number as _row
        from (
            select *,
                parts[1] as occurred_at, parts[2] as call_id, parts[3] as queue,
                parts[4] as agent, upper(trim(parts[5])) as event, parts[6] as data1,
                trim(parts[7]) as data2, parts[8] as data3, parts[9] as data4,
                array_to_string(parts[10:], '|') as data5
            from split where rule is null
        )
        order by position
    """
    places = {"log_id": chunk.log_id, "file": chunk.file}
    rows = connection.sql(query, params=places).to_arrow_table()
    refused = connection.sql(
        "select number, line, rule from split where rule is not null order by number"
    ).to_arrow_table()
    return Batch(
        rows=rows,
        cursor=chunk.cursor,
        note=chunk.note,
        rejects=pa.concat_tables(
            [rejected_lines(refused, chunk.file), rejected_lines(undecodable, chunk.file)]
        ),
    )
