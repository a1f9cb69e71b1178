"""Column mapping: a company's own columns become the columns of a unified entity.

Shared by the connectors that are fed by configuration. Values are only renamed or replaced
here; what they mean is decided in ``conform``.
"""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ingestion.errors import ConfigurationError, SourceError
from ingestion.settings import Strict
from ingestion.stream import StreamSpec

OPERATION = "_op"
OPERATIONS = ("upsert", "delete")
CONTROL = (OPERATION, "_file", "_row")
NUMBER = re.compile(r"^[+-]?\d{1,15}(?:\.\d{1,9})?$")
CLOCK = re.compile(r"^(?:(\d{1,5}):)?(\d{1,5}):(\d{2}(?:[.,]\d{1,6})?)$")
MIDNIGHT = r" 00:00:00(?:\.0+)?$"


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed)]
SourceNames = Annotated[Names, Field(min_length=1)]


def _searchable(value: str) -> str:
    try:
        pc.match_substring_regex(pa.scalar(""), value)
    except pa.ArrowInvalid as error:
        raise ValueError(f"is no regular expression: {error}") from error
    return value


class ColumnSource(Strict):
    """Where one entity column comes from: a source column, or a constant.

    Args:
        sources: the source column (``from`` in YAML), or the names that it has had, the one
            that counts first: where several exist, the others land as unmapped columns.
        join: source columns whose text follows, each behind a space: the time beside a date, the
            family name beside a given one. What is absent is left out.
        clock: a duration written as 1:02:03 becomes seconds; what 2:03 means, ``minutes`` and
            seconds or ``hours`` and minutes. What is no such thing passes through.
        values: source value to entity value; null makes it absent. Without a default, a value
            that is not listed passes through, so that typing can refuse it.
        default: stands for an absent value, for every value that ``values`` does not list, and
            for a source column that is missing altogether.
        present: stands for every value that is there, such as the time of a deletion.
        factor: what a number is multiplied by, such as 1000 for seconds to milliseconds; what
            is no number passes through, so that typing can refuse it.
        matching: a regular expression; what it is not found in is absent.
        value: the constant.
    """

    sources: Annotated[SourceNames | None, Field(alias="from")] = None
    join: Names = ()
    clock: Literal["minutes", "hours"] | None = None
    values: dict[str, str | None] = Field(default_factory=dict)
    default: str | None = None
    present: str | None = None
    factor: Annotated[int, Field(gt=1)] | None = None
    matching: Annotated[str, AfterValidator(_searchable)] | None = None
    value: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "ColumnSource":
        if (self.sources is None) == (self.value is None):
            raise ValueError("must have exactly one of 'from' (a source column) and 'value'")
        rules = (self.values, self.factor, self.matching, self.clock, self.join)
        if self.sources is None and any((*rules, self.has_default, self.present)):
            raise ValueError(
                "'join', 'values', 'default', 'present', 'factor', 'clock' and 'matching' belong "
                "to 'from'"
            )
        if self.present and any(rules):
            raise ValueError(
                "'present' stands for every value: no 'join', 'values', 'factor', 'clock' or "
                "'matching' beside it"
            )
        return self

    @property
    def has_default(self) -> bool:
        """True when the source column may be missing."""
        return "default" in self.model_fields_set

    @property
    def names(self) -> tuple[str, ...]:
        """Every source column that may be read."""
        return (*(self.sources or ()), *self.join)

    def found_in(self, available: Collection[str]) -> str | None:
        """The source column among the ``available`` ones; None when none of its names is."""
        return next((name for name in self.sources or () if name in available), None)

    def read_from(self, available: Collection[str]) -> list[str]:
        """The ``available`` source columns that are read."""
        first = self.found_in(available)
        return [first, *(name for name in self.join if name in available)] if first else []


def _expanded(value: Any) -> Any:
    return {"from": value} if isinstance(value, str | list | tuple) else value


Columns = dict[str, Annotated[ColumnSource, BeforeValidator(_expanded)]]
"""The ``columns`` of a stream's settings: entity column to its origin."""


def check_columns(columns: Mapping[str, ColumnSource], stream: StreamSpec, where: str) -> None:
    """Refuse a mapping that does not fit the entity.

    Raises:
        ConfigurationError: an entity column that does not exist, a key or required column that
            is not mapped, or an operation other than upsert and delete.
    """
    declared = {column.name: column for column in stream.columns}
    unknown = columns.keys() - declared.keys() - {OPERATION, *stream.unit_columns}
    if unknown:
        raise ConfigurationError(
            f"{where}: columns names {', '.join(sorted(unknown))}, which {stream.name} does not "
            f"have; it has {', '.join([*declared, OPERATION])}"
        )
    needed = {*stream.key, *(column.name for column in stream.columns if column.required)}
    missing = [name for name in declared if name in needed and name not in columns]
    if missing:
        raise ConfigurationError(
            f"{where}: columns must map {', '.join(missing)}, which every row of {stream.name} "
            "needs"
        )
    operation = columns.get(OPERATION)
    if operation:
        results = {
            *operation.values.values(),
            *(operation.default, operation.value, operation.present),
        } - {None}
        if not results <= {*OPERATIONS} or (
            (operation.values or operation.present) and not operation.has_default
        ):
            raise ConfigurationError(
                f"{where}: columns._op must turn its values into {' or '.join(OPERATIONS)} and "
                "have a default"
            )


def check_source_columns(
    columns: Mapping[str, ColumnSource], available: Collection[str], where: str
) -> None:
    """Refuse a source in which a mapped column is missing and has no default.

    Raises:
        SourceError: names the columns, and those that exist.
    """
    missing = {
        " or ".join(map(repr, origin.sources)): entity
        for entity, origin in columns.items()
        if origin.sources and not origin.found_in(available) and not origin.has_default
    }
    missing |= {
        repr(name): entity
        for entity, origin in columns.items()
        for name in origin.join
        if name not in available and not origin.has_default
    }
    if missing:
        wanted = ", ".join(f"{source} (for {entity})" for source, entity in missing.items())
        shown = ", ".join(map(repr, available)) or "no columns"
        raise SourceError(f"{where} has no column {wanted}; it has {shown[:2000]}")


def map_rows(
    rows: pa.RecordBatch,
    *,
    columns: Mapping[str, ColumnSource],
    stream: StreamSpec,
    file: str | None,
) -> pa.RecordBatch:
    """``rows`` of a source under the entity's column names, ``_file``, ``_row``, and the rest.

    A source column that no entity column reads follows under its own name. Where an entity
    column or an earlier one has that name, whatever the case of the letters, it gets
    ``source.`` in front, so that it can never be taken for that column.

    Args:
        rows: source columns under their own names, and ``_row``.
        columns: the mapping, already checked.
        stream: the entity.
        file: where the rows stand, for the quarantine.
    """
    arrays: dict[str, Any] = {entity: _column(rows, origin) for entity, origin in columns.items()}
    arrays["_file"] = _constant(file, rows.num_rows)
    arrays["_row"] = rows.column("_row")
    read = {name for origin in columns.values() for name in origin.read_from(rows.schema.names)}
    taken = {*CONTROL, *stream.unit_columns, *(column.name for column in stream.columns)}
    for name in rows.schema.names:
        if name in read or name == "_row":
            continue
        extra = name
        while extra.lower() in taken:
            extra = f"source.{extra}"
        taken.add(extra.lower())
        arrays[extra] = rows.column(name)
    return pa.RecordBatch.from_pydict(arrays)


def _column(rows: pa.RecordBatch, origin: ColumnSource) -> pa.Array:
    source = origin.found_in(rows.schema.names)
    if source is None:
        return _constant(origin.default if origin.sources else origin.value, rows.num_rows)
    values = rows.column(source)
    if origin.join:
        values = _joined([rows.column(name) for name in origin.read_from(rows.schema.names)])
    if origin.matching:
        values = values.cast(pa.string())
        is_meant = pc.match_substring_regex(values, origin.matching)
        values = pc.if_else(is_meant, values, pa.scalar(None, pa.string()))
    if origin.clock:
        values = _each(values, lambda value: _seconds(value, two_parts=origin.clock))
    if origin.factor:
        values = _each(values, lambda value: _product(value, factor=origin.factor or 1))
    if not origin.values and not origin.has_default and not origin.present:
        return values
    return _replaced(values.cast(pa.string()), origin)


def _joined(parts: list[pa.Array]) -> pa.Array:
    nothing = pa.scalar(None, pa.string())
    joined = pa.nulls(len(parts[0]), pa.string())
    for part in parts:
        text = pc.utf8_trim_whitespace(part.cast(pa.string()))
        if pa.types.is_temporal(part.type):
            # a spreadsheet keeps a day as its midnight
            text = pc.replace_substring_regex(text, MIDNIGHT, "")
        text = pc.if_else(pc.equal(text, ""), nothing, text)
        both = pc.binary_join_element_wise(joined, text, " ")
        joined = pc.coalesce(both, joined, text)
    return joined


def _each(values: pa.Array, change: Callable[[str], str]) -> pa.Array:
    """Numbers repeat, so each is changed once."""
    coded = values.cast(pa.string()).dictionary_encode()
    changed = [change(value) for value in coded.dictionary.to_pylist()]
    return pa.array(changed, pa.string()).take(coded.indices)


def _seconds(value: str, *, two_parts: str | None) -> str:
    match = CLOCK.match(value.strip())
    if not match:
        return value
    # Decimal reads the digits of every script, as typing does
    first, second, third = (Decimal((part or "0").replace(",", ".")) for part in match.groups())
    if match.group(1) is None and two_parts == "hours":
        first, second, third = second, third, Decimal(0)
    in_hour = match.group(1) is not None or two_parts == "hours"
    if third >= 60 or (in_hour and second >= 60):
        return value
    return format((first * 60 + second) * 60 + third, "f")


def _product(value: str, *, factor: int) -> str:
    number = value.strip()
    if not NUMBER.match(number):
        return value
    product = Decimal(number) * factor
    return str(int(product)) if product == int(product) else value


def _constant(value: str | None, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.string()), count)


def _replaced(text: pa.Array, origin: ColumnSource) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(text)
    default = pa.scalar(origin.default, pa.string())
    if not origin.values:
        is_absent = pc.or_kleene(pc.is_null(trimmed), pc.equal(trimmed, ""))
        there = pa.scalar(origin.present, pa.string()) if origin.present else text
        return cast(pa.Array, pc.if_else(is_absent, default, there))
    place = pc.index_in(trimmed, value_set=pa.array(list(origin.values), pa.string()))
    listed = pa.array(list(origin.values.values()), pa.string()).take(place)
    return cast(
        pa.Array,
        pc.if_else(pc.is_valid(place), listed, default if origin.has_default else text),
    )
