"""SQLite files: tables of text, written as one finished file."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from ingestion.demo.output import Output
from ingestion.demo.text import Strings

CHANGED = ("updated_at", "changed", "logged", "written", "valid_since", "since", "entered")
"""Names of the column that says when a row last changed, one of which a table has."""


def write_database(
    output: Output,
    source: str,
    file: str,
    declared: Mapping[str, str],
    tables: Mapping[str, list[Strings]],
) -> None:
    """Write a database into a source's inbox; ``declared`` names the columns of its tables."""
    folder = output.root / "inbox" / source
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f".{file}.part"
    scratch.unlink(missing_ok=True)
    _save(scratch, declared, tables)
    content = scratch.read_bytes()
    scratch.unlink()
    output.drop(source, file, content)


def _save(path: Path, declared: Mapping[str, str], tables: Mapping[str, list[Strings]]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = off")
        for name, columns in declared.items():
            names = columns.split(", ")
            types = ", ".join(f"{column} text" for column in names)
            connection.execute(f"create table {name} ({types})")
            marks = ", ".join("?" * len(names))
            values = zip(*(column.to_pylist() for column in tables[name]), strict=True)
            connection.executemany(f"insert into {name} values ({marks})", values)
            changed = next(column for column in CHANGED if column in names)
            connection.execute(f"create index {name}_changes on {name} ({changed})")
        connection.commit()
