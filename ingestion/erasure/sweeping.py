"""The sweep: tables of the lake without the rows of whoever is on a list.

Which rows are meant belongs in ``terms``, who is meant in ``persons``; how a table is written
anew, in ``ingestion.rewriting``.
"""

from collections.abc import Callable, Iterable

import duckdb

from ingestion.companions import QUARANTINE_SCHEMA
from ingestion.erasure.suppression import Suppressed
from ingestion.erasure.traces import Traces
from ingestion.lake import Lake, open_table
from ingestion.registry import all_streams
from ingestion.rewriting import rewrite, rows_of
from ingestion.sql import connect, identifier, literal
from ingestion.stream import RESTRICTED_ENVELOPE, ColumnType, StreamSpec

FOUND = "found_keys"
MASK = "[erased]"

Say = Callable[[str], None]


def sweep(
    lake: Lake,
    suppressed: Suppressed,
    traces: Traces,
    *,
    tables: Iterable[StreamSpec] | None = None,
    say: Say = lambda line: None,
) -> dict[str, int]:
    """Take the listed persons out of every table; rows removed per zone and table.

    It may be killed anywhere and run again: a table is swept after its companions, so that
    what is meant can be told until the end.

    Args:
        lake: the lake; nobody may land in it meanwhile.
        suppressed: the list.
        traces: what the person is known by, for what no column names.
        tables: the streams; all by default.
        say: receives a line per table that changed.
    """
    removed: dict[str, int] = {}
    for spec in tables or all_streams().values():
        with connect(threads=2) as connection:
            for place, count in _sweep_stream(connection, lake, spec, suppressed, traces).items():
                if count:
                    removed[place] = count
                    say(f"{place}: {count} rows")
    return removed


def _sweep_stream(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    spec: StreamSpec,
    suppressed: Suppressed,
    traces: Traces,
) -> dict[str, int]:
    table, meant, counts = open_table(lake.table(spec)), "", dict[str, int]()
    files = table.file_uris() if table else []
    if files:
        rows, meant = rows_of(spec.lake_schema, files), suppressed.is_meant(connection, spec)
        beside = _found(connection, rows, meant, suppressed.parameters)
        beside = _or_mentioned(beside, spec, traces.of_person)
        counts[f"lake/_restricted/{spec.table}"] = rewrite(
            connection, lake.restricted(spec), spec.restricted_schema, beside
        )
    counts[f"lake/_quarantine/{spec.table}"] = rewrite(
        connection,
        lake.quarantine(spec),
        QUARANTINE_SCHEMA,
        _mentions(("raw", "value"), traces.of_records),
    )
    counts[f"lake/{spec.table}"] = rewrite(
        connection,
        lake.table(spec),
        spec.lake_schema,
        meant,
        suppressed.parameters,
        blanked=_words(spec, traces.of_person),
    )
    return counts


def _found(
    connection: duckdb.DuckDBPyConnection, rows: str, meant: str, parameters: dict[str, bytes]
) -> str:
    """The condition of the clear values that stand beside meant rows.

    Clear values of a record that is wholly the person's go, also of loads that brought no news
    of it; of a record that is somebody else's too, those of the person's loads.
    """
    connection.execute(
        f"create or replace temp table {FOUND} as "
        f"select _source_id, source_id, _load_seq from {rows} where {meant}",
        parameters,
    )
    connection.execute(
        f"create or replace temp table {FOUND}_whole as "
        f"select _source_id, source_id from {FOUND} "
        f"except select _source_id, source_id from {rows} where not {meant}",
        parameters,
    )
    return (
        f"((_source_id, source_id) in (from {FOUND}_whole) "
        f"or (_source_id, source_id, _load_seq) in (from {FOUND}))"
    )


def _words(spec: StreamSpec, pattern: str) -> dict[str, str]:
    """Landed text of others that may mention the person, without the mention."""
    texts = [column.name for column in spec.columns if column.type is ColumnType.FREE_TEXT]
    return {
        name: f"regexp_replace({identifier(name)}, {literal(pattern)}, '{MASK}', 'g')"
        for name in texts
    }


def _mentions(columns: Iterable[str], pattern: str) -> str:
    texts = [
        f"coalesce(regexp_matches({identifier(column)}, {literal(pattern)}), false)"
        for column in columns
    ]
    return f"({' or '.join(texts)})"


def _or_mentioned(condition: str, spec: StreamSpec, pattern: str) -> str:
    """Clear words of others that mention the person go too; the masked ones stay."""
    words = [name for name in spec.restricted_schema if name not in RESTRICTED_ENVELOPE]
    mentioned = _mentions(words, pattern)
    return f"({condition} or {mentioned})"
