"""The sweep: tables of the lake without the rows of whoever is on a list.

A load that holds such rows is written anew without them, the old files are deleted, and so is
the log that describes them: its statistics quote values. Nothing that is written here quotes
one. Which rows are meant belongs in ``terms``, who is meant in ``persons``.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake

from ingestion.companions import QUARANTINE_SCHEMA
from ingestion.erasure.suppression import Suppressed
from ingestion.erasure.traces import Traces
from ingestion.lake import STATE, Lake, open_table, source_states, state_json
from ingestion.registry import all_streams
from ingestion.sql import connect, identifier, literal, parquet
from ingestion.stream import ColumnType, StreamSpec

ERASURE = "cx_erasure"
"""Key of the commit metadata that marks a sweep: how many rows went."""

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
        rows, meant = _rows(spec.lake_schema, files), suppressed.is_meant(connection, spec)
        beside = _found(connection, rows, meant, suppressed.parameters)
        beside = _or_mentioned(beside, spec, traces.of_person)
        counts[f"lake/_restricted/{spec.table}"] = _rewrite(
            connection, lake.restricted(spec), spec.restricted_schema, beside
        )
    counts[f"lake/_quarantine/{spec.table}"] = _rewrite(
        connection,
        lake.quarantine(spec),
        QUARANTINE_SCHEMA,
        _mentions(("raw", "value"), traces.of_records),
    )
    counts[f"lake/{spec.table}"] = _rewrite(
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


def _rows(schema: Mapping[str, str], files: list[str]) -> str:
    """The rows of files with every declared column: those from before a column lack it."""
    empty = ", ".join(
        f"cast(null as {kind}) as {identifier(name)}" for name, kind in schema.items()
    )
    return f"(select {empty} where false union all by name select * from {parquet(files)})"


def _words(spec: StreamSpec, pattern: str) -> dict[str, str]:
    """Landed text of others that may mention the person, without the mention."""
    texts = [column.name for column in spec.columns if column.type is ColumnType.FREE_TEXT]
    return {
        name: f"regexp_replace({identifier(name)}, {literal(pattern)}, '{MASK}', 'g')"
        for name in ("_extra", *texts)
    }


def _mentions(columns: Iterable[str], pattern: str) -> str:
    texts = [
        f"coalesce(regexp_matches({identifier(column)}, {literal(pattern)}), false)"
        for column in columns
    ]
    return f"({' or '.join(texts)})"


def _or_mentioned(condition: str, spec: StreamSpec, pattern: str) -> str:
    """Clear words of others that mention the person go too; the masked ones stay."""
    words = [name for name in spec.restricted_schema if not name.startswith("_")]
    mentioned = _mentions([name for name in words if name != "source_id"], pattern)
    return f"({condition} or {mentioned})"


def _rewrite(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    schema: Mapping[str, str],
    meant: str,
    parameters: dict[str, bytes] | None = None,
    blanked: Mapping[str, str] | None = None,
) -> int:
    """Write the loads that hold meant rows without them, then remove what described them."""
    table = open_table(path)
    if table is None:
        return 0
    files = table.file_uris()
    count = 0
    if meant and files:
        rows = _rows(schema, files)
        count = _without_rows(connection, table, rows, meant, parameters or {}, blanked or {})
    _forget(DeltaTable(str(path)))
    return count


def _without_rows(
    connection: duckdb.DuckDBPyConnection,
    table: DeltaTable,
    rows: str,
    meant: str,
    parameters: dict[str, bytes],
    blanked: Mapping[str, str],
) -> int:
    changed = [f"{identifier(name)} is distinct from {new}" for name, new in blanked.items()]
    touched = " or ".join([meant, *changed])
    loads = connection.execute(
        f"select _load_seq, count(*) filter (where {meant}) from {rows} where {touched} "
        "group by 1 order by 1",
        parameters,
    ).fetchall()
    if not loads:
        return 0
    held = ", ".join(str(load) for load, _ in loads)
    count = sum(int(found) for _, found in loads)
    columns = ", ".join(
        f"{blanked.get(name, identifier(name))} as {identifier(name)}"
        for name in pa.schema(table.schema().to_arrow()).names
    )
    kept = connection.sql(
        f"select {columns} from {rows} where _load_seq in ({held}) and not {meant}",
        params=parameters,
    )
    write_deltalake(
        table,
        kept.to_arrow_reader(),
        mode="overwrite",
        predicate=f"_load_seq in ({held})",
        commit_properties=CommitProperties(
            custom_metadata={ERASURE: str(count), STATE: state_json(source_states(table))}
        ),
    )
    return count


def _forget(table: DeltaTable) -> None:
    """Delete files that no version needs, and the log before the last sweep."""
    unneeded = {"retention_hours": 0, "enforce_retention_duration": False, "full": True}
    if table.vacuum(dry_run=True, **unneeded):
        table.vacuum(dry_run=False, **unneeded)
    log = Path(table.table_uri.removeprefix("file://")) / "_delta_log"
    swept = max((int(path.stem) for path in log.glob("*.json") if _is_sweep(path)), default=None)
    if swept is None:
        return
    old = [path for path in log.glob("*.json") if int(path.stem) < swept]
    old += [path for path in log.glob("*.checkpoint*.parquet") if int(path.name[:20]) < swept]
    if old:
        DeltaTable(table.table_uri).create_checkpoint()
        for path in old:
            path.unlink()


def _is_sweep(commit: Path) -> bool:
    for line in commit.read_text(encoding="utf-8").splitlines():
        if ERASURE in line and ERASURE in json.loads(line).get("commitInfo", {}):
            return True
    return False
