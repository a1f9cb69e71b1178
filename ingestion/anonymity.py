"""Anonymous sources: what could tell who answered is dropped between typing and landing.

Token, contacts, names, words, everything undeclared (addresses, devices) and the time of day;
also of refused rows. What a source's own file holds is the source's: see ``docs/privacy.md``.
"""

from dataclasses import replace

import duckdb
import pyarrow as pa

from ingestion.conform import Conformed
from ingestion.conform.conforming import CONFORMED
from ingestion.errors import ConfigurationError
from ingestion.settings import Source
from ingestion.sql import identifier, literal
from ingestion.stream import PERSONAL, ColumnType, StreamSpec

TELLING = frozenset(
    {
        *("invitation_number", "customer_number", "customer_source_id", "interaction_number"),
        *("referred_customer_number", "visitor_number", "session_number", "about_number"),
    }
)
"""Columns that lead to a person through another record."""


def check_anonymous(source: Source, spec: StreamSpec) -> None:
    """Refuse a stream that is nothing without what an anonymous source drops.

    Raises:
        ConfigurationError: with the stream and what its records are known by.
    """
    personal = {column.name for column in spec.columns if column.type in PERSONAL}
    telling = sorted((TELLING | personal) & set(spec.key))
    if source.anonymous and (telling or spec.name == "customers"):
        known_by = ", ".join(telling or spec.key)
        raise ConfigurationError(
            f"source {source.id} is anonymous, and the records of {spec.name} are known by "
            f"{known_by}: leave this stream out"
        )


def without_persons(
    connection: duckdb.DuckDBPyConnection,
    conformed: Conformed,
    spec: StreamSpec,
    *,
    time_zone: str,
) -> Conformed:
    """``conformed`` without whatever could tell whose a row is; its rows stay.

    Args:
        connection: holds the conformed rows.
        conformed: the last result of ``conform`` on it.
        spec: the stream.
        time_zone: where days begin: of an instant its day is kept.
    """
    changed = _columns(spec, time_zone)
    assigned = ", ".join(f"{identifier(name)} = {value}" for name, value in changed.items())
    connection.execute(f"update {CONFORMED} set {assigned}")
    landed = [name for name in spec.lake_schema if not name.startswith("_")]
    texts = ", ".join(f"coalesce(cast({identifier(name)} as varchar), '')" for name in landed)
    # The hash of what was dropped would confirm a guess.
    connection.execute(f"update {CONFORMED} set _row_hash = md5(concat_ws('|', _op, {texts}))")
    return replace(conformed, restricted=None)


def without_records(unreadable: pa.Table) -> pa.Table:
    """Refusals of a file without the records that were refused."""
    for name in ("value", "raw"):
        place = unreadable.schema.get_field_index(name)
        nothing = pa.nulls(unreadable.num_rows, pa.string())
        unreadable = unreadable.set_column(place, pa.field(name, pa.string()), nothing)
    return unreadable


def _columns(spec: StreamSpec, time_zone: str) -> dict[str, str]:
    changed = {
        "_extra": "null",
        "source_updated_at_raw": "null",
        "source_updated_at": _day("source_updated_at", time_zone),
        "_raw": "null",
        "_reasons": (
            "list_transform(_reasons, lambda reason: {'column_name': reason.column_name, "
            "'rule': reason.rule, 'value': cast(null as varchar), 'action': reason.action})"
        ),
    }
    for column in spec.columns:
        if column.name in TELLING or column.type in PERSONAL:
            changed |= dict.fromkeys(column.lake_columns, "null")
        elif column.type is ColumnType.TIMESTAMP:
            changed[column.name] = _day(identifier(column.name), time_zone)
        if column.type in PERSONAL:
            changed[f"_clear_{column.name}"] = "null"
    version = next((column for column in spec.columns if column.name == spec.version), None)
    if version and version.type is ColumnType.TIMESTAMP:
        changed["source_version"] = f"epoch_us({_day(identifier(version.name), time_zone)})"
    return changed


def _day(instant: str, time_zone: str) -> str:
    zone = literal(time_zone)
    return f"timezone({zone}, date_trunc('day', timezone({zone}, {instant})))"
