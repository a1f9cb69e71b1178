"""One declared column of one batch: its layers of SQL, what lands, what is restricted.

Chooses the rules by type; the rules themselves belong in ``rules``, ``instants`` and
``personal``, the whole query in ``conform``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ingestion.conform.expressions import Layer, Names, names_of, raw_as_text
from ingestion.conform.instants import date_layers, timestamp_layers
from ingestion.conform.personal import (
    COMPATIBLE,
    NOT_A_PHONE,
    NOT_AN_EMAIL,
    email_layers,
    free_text_layers,
    name_layers,
    phone_layers,
)
from ingestion.conform.rules import boolean_layers, id_layers, number_layers, text_layers
from ingestion.conform.units import in_currency
from ingestion.settings import Conventions
from ingestion.stream import PERSONAL, UNIT_SUFFIX, Column, ColumnType

RULES = {
    ColumnType.TEXT: text_layers,
    ColumnType.ID: id_layers,
    ColumnType.INTEGER: number_layers,
    ColumnType.DECIMAL: number_layers,
    ColumnType.BOOLEAN: boolean_layers,
    ColumnType.DATE: date_layers,
    ColumnType.TIMESTAMP: timestamp_layers,
}
WORDS = frozenset(
    {
        ColumnType.TEXT,
        ColumnType.ID,
        ColumnType.BOOLEAN,
        ColumnType.PERSON_NAME,
        ColumnType.FREE_TEXT,
    }
)
"""Types without a form of their own to look for: cleaning is all the care their text needs."""

TOLERATED = {ColumnType.EMAIL: NOT_AN_EMAIL, ColumnType.PHONE: NOT_A_PHONE}
"""Rules that cost a row its value, not its place."""

FINGERPRINT_LENGTH = 16
"""Hex digits of a pseudonym that suffice to tell two versions of one row apart."""

PURPOSES = {
    ColumnType.EMAIL: "email",
    ColumnType.PHONE: "phone",
    ColumnType.PERSON_NAME: "person_name",
}


@dataclass(frozen=True, kw_only=True)
class RawColumn:
    """A raw column: its ``alias`` in the query and what it holds, see ``Names``."""

    alias: str
    kind: str
    is_clean: bool = False


@dataclass(frozen=True, kw_only=True)
class TypedColumn:
    """How one declared column becomes what lands.

    Args:
        column: the declaration.
        names: what its steps are called in the query.
        layers: the steps, from the raw value to ``names.value`` and ``names.rule``.
    """

    column: Column
    names: Names
    layers: list[Layer]

    @property
    def landed(self) -> dict[str, str]:
        """The lake's columns and the expressions that fill them."""
        values = [self.names.value]
        if self.column.type is ColumnType.EMAIL:
            values.append(self.names.local)
        return dict(zip(self.column.lake_columns, values, strict=False))

    @property
    def clear(self) -> str | None:
        """The expression of the clear personal value; None for other columns."""
        return self.names.text if self.column.type in PERSONAL else None

    @property
    def fingerprint(self) -> str:
        """Text that changes exactly when what lands does; personal values show as hashes."""
        match self.column.type:
            case ColumnType.TIMESTAMP:
                return f"epoch_us({self.names.value})"
            case ColumnType.EMAIL | ColumnType.PHONE | ColumnType.PERSON_NAME:
                return f"left({self.names.value}, {FINGERPRINT_LENGTH})"
            case ColumnType.FREE_TEXT:
                return self.names.normal
            case _:
                return self.names.value

    @property
    def broken(self) -> str:
        """What the column's final rule is called in the query."""
        return f"{self.names.value}_broken"

    @property
    def tolerated_rule(self) -> str | None:
        """The rule that lands the row without this value; None where it must have one."""
        return None if self.column.required else TOLERATED.get(self.column.type)


def typed_column(
    column: Column, prefix: str, raw_columns: Mapping[str, RawColumn], conventions: Conventions
) -> TypedColumn:
    """The steps for ``column``; a column that the raw rows lack is null throughout."""
    raw = raw_columns.get(column.name, RawColumn(alias="cast(null as varchar)", kind="text"))
    is_clean = raw.is_clean and column.type in WORDS
    names = names_of(prefix, raw=raw.alias, kind=raw.kind, is_clean=is_clean)
    unit = raw_columns.get(column.name + UNIT_SUFFIX)
    if unit and column.type is ColumnType.DECIMAL:
        layers = in_currency(column, names, raw_as_text(unit.alias, unit.kind), conventions)
    else:
        form = raw_columns.get(COMPATIBLE + column.name)
        layers = _layers(column, names, form, conventions)
    return TypedColumn(column=column, names=names, layers=layers)


def _layers(
    column: Column, names: Names, form: RawColumn | None, conventions: Conventions
) -> list[Layer]:
    compatible = form.alias if form else names.text
    match column.type:
        case ColumnType.EMAIL:
            return email_layers(names, conventions, compatible)
        case ColumnType.PHONE:
            return phone_layers(names, conventions, compatible)
        case ColumnType.PERSON_NAME:
            return name_layers(names, conventions)
        case ColumnType.FREE_TEXT:
            return free_text_layers(names, conventions)
        case _:
            return RULES[column.type](column, names, conventions)
