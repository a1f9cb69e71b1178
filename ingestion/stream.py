"""Stream specifications: what one landed table looks like.

Here are the declarations that typing, landing, freezing, the source contracts and the drift
test with dbt all read. How values are typed belongs in ``conform``; which streams exist
belongs in each connector's ``streams`` module.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

IDENTIFIER = re.compile(r"^[a-z_][a-z0-9_]{0,62}$")


class ColumnType(StrEnum):
    """How a raw value is typed at the door, and what lands.

    ``EMAIL``, ``PHONE``, ``PERSON_NAME`` and ``FREE_TEXT`` are personal: the clear value goes
    to the restricted companion table only. An e-mail or phone lands as a keyed hash in
    ``<name>_hash``, free text lands masked under its own name, a person's name does not land.
    """

    TEXT = "text"
    ID = "id"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    EMAIL = "email"
    PHONE = "phone"
    PERSON_NAME = "person_name"
    FREE_TEXT = "free_text"


PERSONAL = frozenset(
    {ColumnType.EMAIL, ColumnType.PHONE, ColumnType.PERSON_NAME, ColumnType.FREE_TEXT}
)

UNIT_SUFFIX = "_unit"
"""What follows the name of an amount in the name of the raw column with its unit."""

LAKE_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.ID: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.DECIMAL: "DECIMAL(18, 2)",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
    ColumnType.EMAIL: "VARCHAR",
    ColumnType.PHONE: "VARCHAR",
    ColumnType.FREE_TEXT: "VARCHAR",
}

ENVELOPE = {
    "_source_id": "VARCHAR",
    "_load_seq": "BIGINT",
    "_landed_at": "TIMESTAMP WITH TIME ZONE",
    "_op": "VARCHAR",
    "source_id": "VARCHAR",
    "source_version": "BIGINT",
    "source_updated_at": "TIMESTAMP WITH TIME ZONE",
    "source_updated_at_raw": "VARCHAR",
    "_row_hash": "VARCHAR",
    "_extra": "VARCHAR",
}
"""Columns that stand before the declared ones on every landed row, with their lake types."""

ENVELOPE_DESCRIPTIONS = {
    "_source_id": "Source instance that sent the row.",
    "_load_seq": "Number of the load in this table.",
    "_landed_at": "When the load landed.",
    "_op": "What the row says of its key: upsert, delete or erase.",
    "source_id": "The record's key in its source.",
    "source_version": "Orders the versions of one record.",
    "source_updated_at": "When the source last changed the record.",
    "source_updated_at_raw": "The same, as the source wrote it.",
    "_row_hash": "Hash of the declared columns.",
    "_extra": "Names of the columns that are not declared, as JSON.",
}

EXTRA = "_extra"
"""Undeclared columns: their values in the restricted companion, their names in the table."""

RESTRICTED_ENVELOPE = {
    name: ENVELOPE[name] for name in ("_source_id", "_load_seq", "_op", "source_id", "_row_hash")
}
"""The hash tells which of several versions of a record in one load a clear value belongs to;
loads of before it was kept lack it."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One declared column.

    Args:
        name: the name in the raw record that a connector yields, and in the lake.
        type: how the value is typed.
        description: what it holds, for the Dagster UI and the drift test.
        required: an absent value rejects the row.
        minimum, maximum: inclusive bounds of a number; outside rejects the row.
        allowed: the only values a text may have (after trimming and lower-casing).
        outlives_delete: a delete may say it too; an erasure says nothing. Never personal.
    """

    name: str
    type: ColumnType
    description: str
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    allowed: tuple[str, ...] = ()
    outlives_delete: bool = False

    def __post_init__(self) -> None:
        if self.outlives_delete and self.type in PERSONAL:
            raise ValueError(f"column {self.name!r} is personal: it cannot outlive a delete")
        if not IDENTIFIER.fullmatch(self.name):
            raise ValueError(f"column name {self.name!r} must match {IDENTIFIER.pattern}")

    @property
    def lake_columns(self) -> dict[str, str]:
        """Names and types of what lands for this column in the stream's own table."""
        match self.type:
            case ColumnType.PERSON_NAME:
                return {}
            case ColumnType.EMAIL:
                return {f"{self.name}_hash": "VARCHAR", f"{self.name}_is_shared": "BOOLEAN"}
            case ColumnType.PHONE:
                return {f"{self.name}_hash": "VARCHAR"}
            case _:
                return {self.name: LAKE_TYPES[self.type]}


@dataclass(frozen=True, kw_only=True)
class StreamSpec:
    """One stream of one connector: a table of the lake.

    Args:
        connector: folder of the connector, first part of the table's name.
        name: stream name, plural.
        description: starts with "One row per".
        columns: the declared columns, in order.
        key: columns whose values, joined by ``|``, make ``source_id``.
        version: column that orders versions of one key (a timestamp or an integer); without
            it the load decides.
        updated_at: timestamp column that becomes ``source_updated_at``.
    """

    connector: str
    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    version: str | None = None
    updated_at: str | None = None

    def __post_init__(self) -> None:
        for part in (self.connector, self.name):
            if not IDENTIFIER.fullmatch(part):
                raise ValueError(f"stream name {part!r} must match {IDENTIFIER.pattern}")
        named = {*self.key, *filter(None, (self.version, self.updated_at))}
        unknown = named - {column.name for column in self.columns}
        if unknown:
            raise ValueError(f"{self.table}: {sorted(unknown)} are not declared columns")

    @property
    def table(self) -> str:
        """Name of the raw view, ``<connector>__<stream>``."""
        return f"{self.connector}__{self.name}"

    @cached_property
    def unit_columns(self) -> tuple[str, ...]:
        """The raw columns that may say in which unit an amount is written.

        They are never declared: the unit is kept with the undeclared columns.
        """
        return tuple(
            f"{column.name}{UNIT_SUFFIX}"
            for column in self.columns
            if column.type is ColumnType.DECIMAL
        )

    @cached_property
    def lake_schema(self) -> dict[str, str]:
        """Names and DuckDB types of the landed table: the envelope, then the declared columns."""
        declared = {
            name: kind for column in self.columns for name, kind in column.lake_columns.items()
        }
        return ENVELOPE | declared

    @cached_property
    def descriptions(self) -> dict[str, str]:
        """What each landed column holds."""
        declared = {
            name: column.description for column in self.columns for name in column.lake_columns
        }
        return ENVELOPE_DESCRIPTIONS | declared

    @cached_property
    def restricted_schema(self) -> dict[str, str]:
        """Names and types of the companion table: clear personal values, undeclared columns."""
        personal = {column.name: "VARCHAR" for column in self.columns if column.type in PERSONAL}
        return RESTRICTED_ENVELOPE | personal | {EXTRA: ENVELOPE[EXTRA]}


def raw_type(lake_type: str) -> str:
    """The type of a lake column in dbt's raw view: instants become naive UTC timestamps."""
    return "TIMESTAMP" if lake_type == ENVELOPE["_landed_at"] else lake_type
