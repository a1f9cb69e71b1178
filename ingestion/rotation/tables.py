"""The tables of the lake under another key, each rewritten in one commit that says so.

It may be killed anywhere and carried on; until the last table is rewritten the lake refuses
every other work, see ``keyring``.
"""

from collections.abc import Callable

import duckdb

from ingestion.erasure.suppression import keep_key_of_lists
from ingestion.keyring import HELD, NEXT, ROTATED, fingerprint, read_ring, write_ring
from ingestion.lake import Lake, open_table
from ingestion.registry import all_streams
from ingestion.rewriting import rewrite, rows_of
from ingestion.rotation.expressions import (
    TERMS,
    landed_row_hash,
    name_columns,
    parameters,
    renewed,
)
from ingestion.rotation.marks import is_rotated, mark_of
from ingestion.rotation.planning import Rotation
from ingestion.settings import Home
from ingestion.sql import connect, identifier
from ingestion.stream import StreamSpec

ROW_HASHES = "rotated_row_hashes"
NEW_ROW_HASH = (
    f"coalesce((select min(new_hash) from {ROW_HASHES} where old_hash = _row_hash), _row_hash)"
)
NOBODY = "false"
"""The condition of the rows that go."""

Say = Callable[[str], None]


def begin_rotation(home: Home, rotation: Rotation) -> None:
    """Close the lake for every other work; may be done again."""
    keep_key_of_lists(home)
    write_ring(home, read_ring(home) | {NEXT: fingerprint(rotation.new)})


def rotate(home: Home, rotation: Rotation, say: Say) -> None:
    """Make every pseudonym of the lake anew, table by table, and open it again.

    Args:
        home: the company's folders, where the rotation is begun.
        rotation: what to do.
        say: receives a line per table.
    """
    lake = Lake(home.lake)
    for spec in all_streams().values():
        if not renewed(spec) and not name_columns(spec):
            continue
        with connect(threads=2) as connection:
            connection.register("given", rotation.terms)
            connection.execute(f"create temp table {TERMS} as from given")
            if _rotate_stream(connection, lake, spec, rotation):
                say(f"lake/{spec.table}: pseudonyms made anew")
    write_ring(home, {HELD: fingerprint(rotation.new), ROTATED: "yes"})


def _rotate_stream(
    connection: duckdb.DuckDBPyConnection, lake: Lake, spec: StreamSpec, rotation: Rotation
) -> bool:
    """Rewrite what a stream landed, its own table last; whether there was anything to do."""
    path, clear = lake.table(spec), lake.restricted(spec)
    table, companion = open_table(path), open_table(clear)
    if table is None or not table.file_uris():
        return False
    if is_rotated(table, rotation.new):
        # A kill may have come before the old files were deleted.
        rewrite(connection, clear, spec.restricted_schema, "")
        rewrite(connection, path, spec.lake_schema, "")
        return False
    _find_row_hashes(connection, lake, spec, table.file_uris(), rotation)
    hashes, mark = {"_row_hash": NEW_ROW_HASH}, mark_of(rotation.new)
    if companion and not is_rotated(companion, rotation.new):
        rewrite(connection, clear, spec.restricted_schema, NOBODY, blanked=hashes, noted=mark)
    changes = renewed(spec)
    rewrite(
        connection,
        path,
        spec.lake_schema,
        NOBODY,
        parameters(rotation.new, changes.values()),
        changes | hashes,
        mark,
    )
    return True


def _find_row_hashes(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    spec: StreamSpec,
    files: list[str],
    rotation: Rotation,
) -> None:
    """Which hash takes the place of which, of the rows whose hash can be made anew.

    Any other, such as that of a row from before a column was declared, is of no row that comes.
    """
    landed = {name: identifier(name) for name in spec.lake_schema}
    rows = _with_clear_names(lake, spec, rows_of(spec.lake_schema, files))
    old, new = landed_row_hash(spec, landed), landed_row_hash(spec, landed | renewed(spec))
    bound = {f"old_{name}": value for name, value in parameters(rotation.old, [old]).items()}
    connection.execute(
        f"create or replace temp table {ROW_HASHES} as "
        "select old_hash, min(new_hash) as new_hash from (select _row_hash, "
        f"{old.replace('$', '$old_')} as old_hash, {new} as new_hash from {rows}) "
        "where old_hash = _row_hash group by 1",
        bound | parameters(rotation.new, [new]),
    )


def _with_clear_names(lake: Lake, spec: StreamSpec, rows: str) -> str:
    """The rows with every clear name that their record ever had, in ``_clear_<name>``."""
    names = name_columns(spec)
    if not names:
        return rows
    table = open_table(lake.restricted(spec))
    held = rows_of(spec.restricted_schema, table.file_uris()) if table and table.file_uris() else ""
    if not held:
        empty = ", ".join(f"null::varchar as {identifier(f'_clear_{name}')}" for name in names)
        return f"(select *, {empty} from {rows})"
    chosen = ", ".join(f"{identifier(name)} as {identifier(f'_clear_{name}')}" for name in names)
    return (
        f"(select landed.*, clear.* exclude (_source_id, source_id) from {rows} as landed "
        f"left join (select distinct _source_id, source_id, {chosen} from {held}) as clear "
        "using (_source_id, source_id))"
    )
