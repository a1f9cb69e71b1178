"""What takes the place of what in a rewritten row, as generated SQL: pseudonyms and row hashes.

Every expression reads the landed columns and the temporary table ``TERMS``; the keys are bound.
"""

from collections.abc import Iterable, Mapping

from ingestion.conform.columns import FINGERPRINT_LENGTH, PURPOSES
from ingestion.conform.expressions import row_hash
from ingestion.conform.personal import pseudonym, pseudonym_parameters
from ingestion.erasure.terms import NAMING
from ingestion.sql import identifier
from ingestion.stream import Column, ColumnType, StreamSpec

TERMS = "rotated_terms"
"""Temporary table of the old (``one``) and the new (``other``) terms."""

CONTACTS = (ColumnType.EMAIL, ColumnType.PHONE)


def contact_columns(spec: StreamSpec) -> list[tuple[str, str]]:
    """The columns of a stream that hold a contact, and the kind of each."""
    return [(c.name, c.type.value) for c in spec.columns if c.type in CONTACTS]


def name_columns(spec: StreamSpec) -> list[str]:
    """The columns of a stream that hold the name of a person."""
    return [column.name for column in spec.columns if column.type is ColumnType.PERSON_NAME]


def renewed(spec: StreamSpec) -> dict[str, str]:
    """The landed columns that hold a pseudonym, and what takes its place.

    A term that stands in ``TERMS`` gets its new one; any other gets a pseudonym of its
    pseudonym, so that its rows stay together and no old one stays.
    """
    hashes = {
        f"{name}_hash": f"{_renewed_term(kind, identifier(f'{name}_hash'))}[{len(kind) + 2}:]"
        for name, kind in contact_columns(spec)
    }
    named = [name for name in spec.lake_schema if name in NAMING and name.endswith("_key")]
    named += ["source_id"] if len(spec.key) == 1 and spec.key[0] in named else []
    return hashes | {name: _renewed_name(identifier(name)) for name in named}


def _renewed_term(kind: str, held: str) -> str:
    return (
        f"coalesce((select min(other) from {TERMS} where one = '{kind}:' || {held}), "
        f"'{kind}:' || {pseudonym(kind, held)})"
    )


def _renewed_name(column: str) -> str:
    kinds = " ".join(
        f"when starts_with({column}, '{kind}:') "
        f"then {_renewed_term(kind.value, f'{column}[{len(kind) + 2}:]')}"
        for kind in CONTACTS
    )
    return f"case {kinds} else {column} end"


def parameters(key: bytes, expressions: Iterable[str]) -> dict[str, bytes]:
    """What a query with the expressions binds."""
    text = " ".join(expressions)
    used = [purpose for purpose in PURPOSES.values() if f"$inner_{purpose} " in text]
    return pseudonym_parameters(key, used)


def landed_row_hash(spec: StreamSpec, columns: Mapping[str, str]) -> str:
    """The hash that ``conform`` makes of a row, from what landed of it.

    Args:
        spec: the stream.
        columns: expressions of the landed columns, and of clear names as ``_clear_<name>``.
    """
    return row_hash("_op", [_fingerprint(column, columns) for column in spec.columns])


def _fingerprint(column: Column, columns: Mapping[str, str]) -> str:
    match column.type:
        case ColumnType.TIMESTAMP:
            return f"epoch_us({columns[column.name]})"
        case ColumnType.EMAIL | ColumnType.PHONE:
            return f"left({columns[f'{column.name}_hash']}, {FINGERPRINT_LENGTH})"
        case ColumnType.PERSON_NAME:
            clear = identifier(f"_clear_{column.name}")
            return f"left({pseudonym('person_name', clear)}, {FINGERPRINT_LENGTH})"
        case _:
            return columns[column.name]
