"""The search: every file below a folder for the traces of a person, also inside what is packed.

Parquet files and DuckDB databases are read as tables, archives member by member, anything else
as bytes, in the encodings that sources write. What is done about a hit belongs to the caller.
"""

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

import duckdb

from ingestion.readers.archives import BROKEN_ARCHIVE
from ingestion.sql import connect, identifier, literal

BLOCK_BYTES = 8 * 1024 * 1024
OVERLAP_BYTES = 1024


@dataclass
class Found:
    """What a search saw: files and bytes, and the places of its hits."""

    count_files: int = 0
    count_bytes: int = 0
    places: list[str] = field(default_factory=list)


def search(root: Path, pattern: str, *, zone_of: Callable[[Path], str | None]) -> dict[str, Found]:
    """Look for ``pattern`` in every file below ``root``, per zone.

    Args:
        root: the folder.
        pattern: see ``traces``.
        zone_of: the zone of a file by its path below ``root``; None leaves it out.
    """
    compiled, zones = re.compile(pattern), dict[str, Found]()
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        relative = path.relative_to(root)
        zone = zone_of(relative)
        if zone is None:
            continue
        found = zones.setdefault(zone, Found())
        found.count_files += 1
        found.count_bytes += path.stat().st_size
        if compiled.search(path.name):
            found.places.append(f"{relative.parent}: the name of a file")
        found.places += [f"{relative}{where}" for where in _hits(path, compiled)]
    return zones


def _hits(path: Path, pattern: re.Pattern[str]) -> Iterator[str]:
    """Where in one file it is; an empty text for the file as it lies."""
    kind = path.suffix.lower()
    if kind == ".parquet":
        yield from _hits_in_parquet(path, pattern.pattern)
        return
    if kind == ".duckdb":
        yield from _hits_in_database(path, pattern.pattern)
        return
    if kind == ".gz":
        try:
            with gzip.open(path) as packed:
                if _is_in(iter(lambda: packed.read(BLOCK_BYTES), b""), pattern):
                    yield " (packed)"
        except BROKEN_ARCHIVE:
            yield " (cannot be unpacked)"
    elif kind in (".zip", ".xlsx"):
        yield from _hits_in_archive(path, pattern)
    with path.open("rb") as handle:
        if _is_in(iter(lambda: handle.read(BLOCK_BYTES), b""), pattern):
            yield ""


def _hits_in_database(path: Path, pattern: str) -> Iterator[str]:
    with connect() as connection:
        try:
            connection.execute(f"attach {literal(str(path))} as held (read_only)")
        except duckdb.Error as error:
            yield f" (cannot be opened: {str(error).splitlines()[0]})"
            return
        tables = connection.sql(
            "select schema_name, table_name from duckdb_tables() where database_name = 'held'"
        ).fetchall()
        for schema, name in tables:
            source = ".".join(map(identifier, ("held", schema, name)))
            yield from _hits_in_table(connection, pattern, source, f" {schema}.{name}")


def _hits_in_parquet(path: Path, pattern: str) -> Iterator[str]:
    with connect() as connection:
        try:
            yield from _hits_in_table(
                connection, pattern, f"read_parquet({literal(str(path))})", ""
            )
        except duckdb.Error as error:
            yield f" (cannot be read: {str(error).splitlines()[0]})"


def _hits_in_table(
    connection: duckdb.DuckDBPyConnection, pattern: str, source: str, name: str
) -> Iterator[str]:
    """The columns that hold it: all of text, and whatever holds text in it."""
    plain = ("BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "DATE")
    relation = connection.sql(f"from {source}")
    columns = [
        column
        for column, kind in zip(relation.columns, relation.types, strict=True)
        if not str(kind).startswith((*plain, "TIMESTAMP", "DECIMAL"))
    ]
    if not columns:
        return
    searched = ", ".join(
        f"bool_or(regexp_matches(cast({identifier(column)} as varchar), {literal(pattern)}))"
        for column in columns
    )
    row = connection.sql(f"select {searched} from {source}").fetchall()[0]
    yield from (f"{name} {column}" for column, is_hit in zip(columns, row, strict=True) if is_hit)


def _hits_in_archive(path: Path, pattern: re.Pattern[str]) -> Iterator[str]:
    try:
        with ZipFile(path) as archive:
            for member in archive.namelist():
                with archive.open(member) as handle:
                    if _is_in(iter(lambda: handle.read(BLOCK_BYTES), b""), pattern):
                        yield f" {member}"
    except BROKEN_ARCHIVE:
        yield " (cannot be unpacked)"


def _is_in(blocks: Iterator[bytes], pattern: re.Pattern[str]) -> bool:
    before = b""
    for block in blocks:
        content = before + block
        if pattern.search(content.decode("utf-8", "ignore")):
            return True
        # A text in UTF-16 has line breaks or digits, and those have a zero byte.
        if b"\0" in content and pattern.search(content.decode("utf-16-le", "ignore")):
            return True
        before = content[-OVERLAP_BYTES:]
    return False
