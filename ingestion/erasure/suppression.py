"""The list of those who must stay away: keyed hashes of the terms of everybody erased.

It says neither who they were nor what they did, and it is read at the door, so that a source
that still holds a person does not bring the person back. What a term is belongs in ``terms``.
"""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.conform.personal import pseudonym, pseudonym_parameters
from ingestion.erasure.terms import Term, terms_of
from ingestion.sql import connect
from ingestion.stream import StreamSpec

PURPOSE = "erased"
LISTED = "erased_terms"
"""Temporary table of the listed hashes, on the connection that compares with them."""

LIST = "suppressed.txt"


class Suppressed:
    """The hashes of one erasure or of all, under one key.

    Args:
        key: key of the hashes.
        hashes: the list.
    """

    def __init__(self, key: bytes, hashes: Iterable[str]) -> None:
        self.key = key
        self.hashes = frozenset(hashes)

    def __bool__(self) -> bool:
        return bool(self.hashes)

    @cached_property
    def parameters(self) -> dict[str, bytes]:
        """What a query with ``is_meant`` binds."""
        return pseudonym_parameters(self.key, [PURPOSE])

    def is_meant(self, connection: duckdb.DuckDBPyConnection, spec: StreamSpec) -> str:
        """The condition under which a landed row of ``spec`` is one of a listed person."""
        self._lay(connection)
        return terms_of(spec).is_meant(_is_listed)

    def is_listed(self, connection: duckdb.DuckDBPyConnection, term: Term) -> str:
        """The condition under which a term is one of a listed person's."""
        self._lay(connection)
        return _is_listed(term)

    def _lay(self, connection: duckdb.DuckDBPyConnection) -> None:
        table = pa.table({"term": pa.array(sorted(self.hashes), pa.string())})
        connection.register(f"{LISTED}_given", table)
        connection.execute(f"create or replace temp table {LISTED} as from {LISTED}_given")
        connection.unregister(f"{LISTED}_given")


def _is_listed(term: Term) -> str:
    return f"{pseudonym(PURPOSE, term)} in (select term from {LISTED})"


def hashes_of(key: bytes, terms: Iterable[str]) -> dict[str, str]:
    """Each term's hash in a list, by term."""
    given = pa.table({"term": pa.array(sorted(set(terms)), pa.string())})
    with connect() as connection:
        connection.register("given", given)
        rows = connection.execute(
            f"select term, {pseudonym(PURPOSE, 'term')} from given",
            pseudonym_parameters(key, [PURPOSE]),
        ).fetchall()
    return dict(rows)


def folder_of(home_root: Path) -> Path:
    """Where a company's erasures lie, one folder each; to be kept apart from its backups."""
    return home_root / "erasures"


def suppressed(home_root: Path, key: bytes) -> Suppressed:
    """Everybody who was erased from a home."""
    lists = sorted(folder_of(home_root).glob(f"*/{LIST}"))
    return Suppressed(key, (line for path in lists for line in read_list(path)))


def read_list(path: Path) -> list[str]:
    """The hashes of one list."""
    return path.read_text(encoding="ascii").split()
