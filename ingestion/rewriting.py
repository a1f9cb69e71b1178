"""Rewriting: loads of a table without some of their rows, and nothing left that describes them.

For erasure and retention, which take rows out of the lake, and for a change of the key. The old
files are deleted, and so is the log that describes them: its statistics quote values. Which rows
go is theirs.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable

from ingestion.durable import checkpoint, commit
from ingestion.lake import STATE, open_table, source_states, state_json
from ingestion.sql import identifier, parquet

REWRITTEN = "cx_rewritten"
"""Key of the commit metadata that marks a rewrite: how many rows went."""


def rows_of(schema: Mapping[str, str], files: list[str]) -> str:
    """A relation of files with every declared column: those from before a column lack it."""
    empty = ", ".join(
        f"cast(null as {kind}) as {identifier(name)}" for name, kind in schema.items()
    )
    return f"(select {empty} where false union all by name select * from {parquet(files)})"


def rewrite(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    schema: Mapping[str, str],
    meant: str,
    parameters: dict[str, bytes] | None = None,
    blanked: Mapping[str, str] | None = None,
    noted: Mapping[str, str] | None = None,
) -> int:
    """Write the loads that hold meant rows without them, then remove what described them.

    It may be killed anywhere and done again. Nothing that it writes quotes a value.

    Args:
        connection: what the condition reads besides the table is on it.
        path: the table.
        schema: its columns, with those that files from before lack.
        meant: the condition of the rows that go; empty for none.
        parameters: what the condition binds.
        blanked: columns of the other rows, and the expressions that replace them.
        noted: what the metadata of the commit says besides.

    Returns:
        How many rows went.
    """
    table = open_table(path)
    if table is None:
        return 0
    files = table.file_uris()
    count = 0
    if meant and files:
        rows = rows_of(schema, files)
        changes = (meant, parameters or {}, blanked or {}, noted or {})
        count = _without_rows(connection, table, rows, *changes)
    _forget(DeltaTable(str(path)))
    return count


def _without_rows(
    connection: duckdb.DuckDBPyConnection,
    table: DeltaTable,
    rows: str,
    meant: str,
    parameters: dict[str, bytes],
    blanked: Mapping[str, str],
    noted: Mapping[str, str],
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
    said = {REWRITTEN: str(count), STATE: state_json(source_states(table)), **noted}
    commit(
        Path(table.table_uri.removeprefix("file://")),
        kept.to_arrow_reader(),
        mode="overwrite",
        predicate=f"_load_seq in ({held})",
        commit_properties=CommitProperties(custom_metadata=said),
    )
    return count


def _forget(table: DeltaTable) -> None:
    """Delete files that no version needs, and the log before the last rewrite."""
    unneeded = {"retention_hours": 0, "enforce_retention_duration": False, "full": True}
    if table.vacuum(dry_run=True, **unneeded):
        table.vacuum(dry_run=False, **unneeded)
    log = Path(table.table_uri.removeprefix("file://")) / "_delta_log"
    commits = [int(path.stem) for path in log.glob("*.json") if _is_rewrite(path)]
    if not commits:
        return
    rewritten = max(commits)
    old = [path for path in log.glob("*.json") if int(path.stem) < rewritten]
    old += [path for path in log.glob("*.checkpoint*.parquet") if int(path.name[:20]) < rewritten]
    if old:
        checkpoint(log.parent)
        for path in old:
            path.unlink()


def _is_rewrite(commit: Path) -> bool:
    for line in commit.read_text(encoding="utf-8").splitlines():
        if REWRITTEN in line and REWRITTEN in json.loads(line).get("commitInfo", {}):
            return True
    return False
