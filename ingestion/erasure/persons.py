"""Whom a request means, and everything in the lake that is that person's.

Who is one person is told by the warehouse; here its keys are followed through the landed
rows, so that also what no key names is found. What is then done belongs in ``sweeping``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.erasure.terms import CONTACTS, Term, anywhere, terms_of
from ingestion.errors import IngestionError
from ingestion.lake import Lake, open_table
from ingestion.registry import all_streams
from ingestion.rewriting import rows_of
from ingestion.sql import connect, identifier, parquet
from ingestion.stream import ColumnType, StreamSpec

Landed = tuple[StreamSpec, list[str]]
"""A stream and the files of its table."""

LEAST_TOKEN = 5
"""A shorter number is not searched in files: it would be found in every amount."""


class UnknownPersonError(IngestionError):
    """Nobody is meant, or nobody in particular; the message says what to give instead."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person as the lake knows it.

    Args:
        customer_id: the person in the warehouse.
        keys: the keys of that person there, without contacts that several persons share.
        terms: the keys and the records of the person, and its ``customer_id``.
        clear: what was written of the person in clear, by kind: ``emails``, ``phones``,
            ``names`` that nobody else has, ``numbers`` of the customer, ``tokens`` of its
            records.
        rows: rows of the person per table.
    """

    customer_id: str
    keys: tuple[str, ...]
    terms: frozenset[str]
    clear: dict[str, list[str]]
    rows: dict[str, int] = field(default_factory=dict)


def keys_of(meant: Iterable[str], keys: pa.Table, written: str) -> tuple[str, list[str]]:
    """The person whom terms mean: the ``customer_id`` and its keys.

    Args:
        meant: the terms, or a ``customer_id``.
        keys: ``identity_key``, ``customer_id`` and ``is_shared`` of everybody.
        written: what was asked for, for the message.

    Raises:
        UnknownPersonError: nobody, somebody that cannot be told from others, or several.
    """
    with connect() as connection:
        connection.register("keys", keys)
        found = connection.execute(
            "select customer_id, bool_and(is_shared) from keys where list_contains(?, "
            "identity_key) or list_contains(?, customer_id) group by all order by 1",
            [list(meant), list(meant)],
        ).fetchall()
        if not found:
            raise UnknownPersonError(
                f"nobody is known by {written!r}: check it, or run `make nightly` if the person "
                "came after the last night"
            )
        if len(found) > 1:
            raise UnknownPersonError(
                f"{written!r} means {len(found)} persons: name one by a customer number with its "
                "source, such as crm:1042"
            )
        customer_id, is_shared = found[0]
        if is_shared:
            raise UnknownPersonError(
                f"{written!r} is shared by several persons: name the one by a customer number"
            )
        own = connection.execute(
            "select identity_key from keys where customer_id = ? and not is_shared order by 1",
            [customer_id],
        ).fetchall()
    return customer_id, [key for (key,) in own]


def find(lake: Lake, customer_id: str, keys: Iterable[str]) -> Person:
    """Follow the keys of a person through every landed row."""
    keys = tuple(keys)
    terms, rows = {*keys, customer_id}, dict[str, int]()
    clear: dict[str, set[str]] = {kind: set() for kind in ("emails", "phones", "names")}
    tokens: set[str] = set()
    tables: list[Landed] = [
        (spec, table.file_uris())
        for spec in all_streams().values()
        if (table := open_table(lake.table(spec))) and table.file_uris()
    ]
    with connect() as connection:
        while True:
            before = len(terms)
            for spec, files in tables:
                found = _rows(connection, spec, files, terms)
                rows[spec.table] = found
                if found:
                    terms |= _own_terms(connection, spec)
            terms |= _numbers_of_contacts(connection, tables, terms)
            if len(terms) == before:
                break
        for spec, files in tables:
            if rows[spec.table] and _rows(connection, spec, files, terms):
                tokens |= _tokens(connection, spec)
                _add_clear(connection, lake, spec, terms, clear)
    numbers = {key.split(":", 2)[2] for key in keys if key.startswith("customer:")}
    words = {kind: sorted(values) for kind, values in clear.items()}
    return Person(
        customer_id=customer_id,
        keys=keys,
        terms=frozenset(terms),
        clear=words
        | {
            "numbers": sorted(numbers),
            "tokens": sorted(token for token in tokens - numbers if _is_telling(token)),
        },
        rows={table: count for table, count in rows.items() if count},
    )


def _rows(
    connection: duckdb.DuckDBPyConnection, spec: StreamSpec, files: list[str], terms: set[str]
) -> int:
    """Make ``found`` the rows of a stream that are meant; how many they are."""
    connection.register("listed", pa.table({"term": pa.array(sorted(terms), pa.string())}))
    connection.execute(
        f"create or replace temp table found as select * from {rows_of(spec.lake_schema, files)} "
        f"where {terms_of(spec).is_meant(_is_listed)}"
    )
    return int(connection.sql("select count(*) from found").fetchall()[0][0])


def _is_listed(term: Term) -> str:
    return f"{term} in (select term from listed)"


def _own_terms(connection: duckdb.DuckDBPyConnection, spec: StreamSpec) -> set[str]:
    own = ", ".join(terms_of(spec).own)
    return _values(connection, f"select distinct unnest([{own}]) from found")


def _numbers_of_contacts(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Landed], terms: set[str]
) -> set[str]:
    """Terms of the person's contacts as other sources quote them: numbers that no other has."""
    parted = [term.split(":", 2) for term in terms]
    own = {(kind, rest[-1]) for kind, *rest in parted if kind in CONTACTS}
    connection.register("numbers", pa.table({"number": [number for _, number in sorted(own)]}))
    connection.register("listed", pa.table({"term": pa.array(sorted(terms), pa.string())}))
    taken: set[str] = set()
    for spec, files in tables:
        for term in terms_of(spec).own if own else ():
            number = f"regexp_extract({term}, '^[a-z]+:[^:]*:(.*)$', 1)"
            if term.split(":")[0].lstrip("('") in CONTACTS:
                taken |= _values(
                    connection,
                    f"select distinct {number} from {rows_of(spec.lake_schema, files)} "
                    f"where {number} in (from numbers) and {term} not in (from listed)",
                )
    return {anywhere(kind, number) for kind, number in own if number not in taken}


def _tokens(connection: duckdb.DuckDBPyConnection, spec: StreamSpec) -> set[str]:
    columns = ", ".join(identifier(name) for name in terms_of(spec).tokens)
    if not columns:
        return set()
    return _values(connection, f"select distinct unnest([{columns}]) from found")


def _add_clear(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    spec: StreamSpec,
    terms: set[str],
    clear: dict[str, set[str]],
) -> None:
    """What stands beside the found rows in clear; of contacts only those that nobody shares."""
    table = open_table(lake.restricted(spec))
    if table is None or not table.file_uris():
        return
    joined = f"found inner join {parquet(table.file_uris())} as clear using (_source_id, source_id)"
    held = set(pa.schema(table.schema().to_arrow()).names)
    for column in (column for column in spec.columns if column.name in held):
        value = f"clear.{identifier(column.name)}"
        match column.type:
            case ColumnType.EMAIL | ColumnType.PHONE:
                kind = column.type.value
                term = f"('{kind}:' || found.{identifier(f'{column.name}_hash')})"
                query = (
                    f"select distinct {value} from {joined} where found._load_seq = "
                    f"clear._load_seq and {term} in (select term from listed)"
                )
                clear[f"{kind}s"] |= _values(connection, query)
            case ColumnType.PERSON_NAME if spec.name == "customers":
                others = (
                    f"select {identifier(column.name)} from {parquet(table.file_uris())} "
                    "anti join found using (_source_id, source_id)"
                )
                query = (
                    f"select distinct {value} from {joined} where {value} not in "
                    f"(from ({others}) as others where {identifier(column.name)} is not null)"
                )
                clear["names"] |= _values(connection, query)


def _is_telling(token: str) -> bool:
    has_digit = any(mark.isdigit() for mark in token)
    return has_digit and len(token) >= LEAST_TOKEN + token.isdigit()


def _values(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    rows: list[tuple[Any]] = connection.sql(query).fetchall()
    return {str(value) for (value,) in rows if value is not None}
