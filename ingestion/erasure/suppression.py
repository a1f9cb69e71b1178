"""The list of those who must stay away: keyed hashes of the terms of everybody erased.

It says neither who they were nor what they did, and it is read at the door, so that a source
that still holds a person does not bring the person back. Nothing leads from a list back to
whom it is about, so its key stays when that of the pseudonyms changes. What a term is belongs
in ``terms``.
"""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.conform.personal import pseudonym, pseudonym_parameters
from ingestion.erasure.terms import Term, terms_of
from ingestion.errors import ConfigurationError
from ingestion.keyring import HELD, fingerprint, read_ring
from ingestion.settings import Home, other_key
from ingestion.sql import connect
from ingestion.stream import StreamSpec
from ingestion.writing import write_whole

PURPOSE = "erased"
LISTED = "erased_terms"
"""Temporary table of the listed hashes, on the connection that compares with them."""

LIST = "suppressed.txt"
FINGERPRINT_FILE = "key.txt"
"""The fingerprint of the key of all lists of a home; lists from before it have the lake's."""


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


def suppressed(home: Home, pseudonyms: bytes) -> Suppressed:
    """Everybody who was erased from a home, under the key of its lists.

    Args:
        home: the company's folders.
        pseudonyms: the key of the pseudonyms.

    Raises:
        ConfigurationError: the lists were made with another key than the one that is set.
    """
    key = key_of_lists(home, pseudonyms)
    return Suppressed(key, (line for path in _lists(home) for line in read_list(path)))


def key_of_lists(home: Home, pseudonyms: bytes) -> bytes:
    """The configured key of the lists, which is the one that those were made with.

    Args:
        home: the company's folders.
        pseudonyms: the key of the pseudonyms, which is the lists' own where none is set.

    Raises:
        ConfigurationError: there are lists, and they were made with another key.
    """
    key = other_key("CX_SUPPRESSION_KEY") or pseudonyms
    if _lists(home) and _made_with(home) != fingerprint(key):
        raise ConfigurationError(
            "the lists of erased persons were made with another key, and with this one everybody "
            "on them could come back: set CX_SUPPRESSION_KEY to the key of before, which is the "
            "first CX_PSEUDONYM_KEY of this lake unless CX_SUPPRESSION_KEY was another one"
        )
    return key


def keep_key_of_lists(home: Home, made_with: str | None = None) -> None:
    """Write down which key a home's lists have.

    Args:
        home: the company's folders.
        made_with: fingerprint of the key of a list that is to come; by default that of those
            that are there.
    """
    if made_with or _lists(home):
        write_whole(folder_of(home.root) / FINGERPRINT_FILE, made_with or _made_with(home))


def _made_with(home: Home) -> str:
    path = folder_of(home.root) / FINGERPRINT_FILE
    return path.read_text(encoding="ascii") if path.exists() else read_ring(home).get(HELD, "")


def _lists(home: Home) -> list[Path]:
    return sorted(folder_of(home.root).glob(f"*/{LIST}"))


def read_list(path: Path) -> list[str]:
    """The hashes of one list."""
    return path.read_text(encoding="ascii").split()
