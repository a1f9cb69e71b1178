"""The query that types a batch: one pass over the raw rows, in layers of named steps.

Here is what concerns a row as a whole: its operation, identity, version, undeclared columns
and the list of broken rules. How one column is typed belongs in ``columns``; running the
query and splitting its rows belongs in ``conform``.
"""

import json
from itertools import zip_longest

import pyarrow as pa

from ingestion.conform.cleanliness import is_clean
from ingestion.conform.columns import RawColumn, TypedColumn, typed_column
from ingestion.conform.expressions import (
    TEXT_KINDS,
    Layer,
    broken_text,
    cleaned,
    joined_key,
    names_of,
    one_of,
    raw_as_text,
    raw_kind,
    row_hash,
    text_steps,
)
from ingestion.conform.personal import COMPATIBLE
from ingestion.errors import SourceError
from ingestion.settings import Conventions
from ingestion.sql import identifier, literal
from ingestion.stream import ColumnType, StreamSpec

RAW_ROWS = "conform_raw_rows"
PLACE = ("_file", "_row")
OPERATIONS = ("upsert", "delete", "erase")


def typing_query(
    spec: StreamSpec,
    conventions: Conventions,
    source_id: str,
    rows: pa.Table | pa.RecordBatchReader,
) -> str:
    """The ``select`` over ``RAW_ROWS``, which are ``rows``, that types every row once.

    Its columns are the lake's, ``_clear_<name>`` for clear personal values, ``_file``,
    ``_row``, ``_is_rejected``, ``_reasons`` (one per column, ``rule`` null where none is broken;
    null for most rows) and ``_raw`` (the record).

    Raises:
        SourceError: two raw columns have one name.
    """
    names = rows.schema.names
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise SourceError(f"{spec.table}: columns {repeated} occur more than once")
    raw = {
        field.name: RawColumn(
            alias=f"r{position}",
            kind=raw_kind(field.type),
            is_clean=isinstance(rows, pa.Table) and is_clean(rows.column(position)),
        )
        for position, field in enumerate(rows.schema)
    }
    return _TypingQuery(spec, conventions, source_id, raw).sql()


class _TypingQuery:
    def __init__(
        self,
        spec: StreamSpec,
        conventions: Conventions,
        source_id: str,
        raw: dict[str, RawColumn],
    ) -> None:
        self._spec, self._conventions, self._source_id = spec, conventions, source_id
        self._raw = raw
        self._columns = [
            typed_column(column, f"c{position}", self._raw, conventions)
            for position, column in enumerate(spec.columns)
        ]
        declared = {column.name for column in spec.columns}
        self._record = {
            name: column
            for name, column in raw.items()
            if name not in PLACE and not name.startswith(COMPATIBLE)
        }
        self._extra = {
            name: names_of(
                f"{column.alias}_extra",
                raw=column.alias,
                kind=column.kind,
                is_clean=column.is_clean,
            )
            for name, column in self._record.items()
            if name not in {*declared, "_op"}
        }
        self._has_operations = "_op" in self._raw

    def sql(self) -> str:
        """The whole query."""
        steps = [self._operation(), *self._extra_steps()]
        steps += [column.layers for column in self._columns]
        layers = [
            {name: value for layer in level for name, value in layer.items()}
            for level in zip_longest(*steps, fillvalue={})
        ]
        aliases = ", ".join(raw.alias for raw in self._raw.values())
        query = f"select * from {RAW_ROWS} as raw_rows({aliases})"
        for layer in (*layers, self._judgment(), self._summary()):
            query = f"select *, {_aliased(layer)} from ({query})"
        return f"select {_aliased(self._result())} from ({query})"

    def _operation(self) -> list[Layer]:
        if not self._has_operations:
            return []
        raw = self._raw["_op"]
        text = cleaned(raw_as_text(raw.alias, raw.kind), ())
        return [{"operation": f"coalesce(lower({text}), 'upsert')"}]

    def _extra_steps(self) -> list[list[Layer]]:
        """Undeclared columns as they are, text cleaned."""
        words = self._conventions.null_words
        return [
            text_steps(names, words) if names.kind in TEXT_KINDS else [{names.text: names.raw}]
            for names in self._extra.values()
        ]

    def _judgment(self) -> Layer:
        """The final rule of every column; a delete needs nothing but its key."""
        rules = {}
        for column in self._columns:
            is_key = column.column.name in self._spec.key
            rule = column.names.rule
            if column.column.required or is_key:
                rule = f"case when {column.names.given} is null then 'required' else {rule} end"
            rules[column.broken] = rule if is_key else self._if_said(column, rule)
        for names in self._extra.values():
            if names.kind in TEXT_KINDS:
                rules[names.rule] = f"case {broken_text(names)} end"
        if self._has_operations:
            is_known = one_of("operation", OPERATIONS)
            rules["operation_broken"] = f"case when not {is_known} then 'not_allowed' end"
        return rules

    def _summary(self) -> Layer:
        rules = list(self._judgment())
        tolerated = {column.broken: column.tolerated_rule for column in self._columns}
        refusals = [
            f"nullif({rule}, {literal(tolerated[rule] or '')})" if tolerated.get(rule) else rule
            for rule in rules
        ]
        return {
            "is_refused": f"coalesce({', '.join(refusals)}) is not null",
            "is_noted": f"coalesce({', '.join(rules)}) is not null",
        }

    def _result(self) -> Layer:
        landed = {
            name: self._if_said(column, value)
            for column in self._columns
            for name, value in column.landed.items()
        }
        clear = {
            f"_clear_{column.column.name}": self._if_upsert(column.clear)
            for column in self._columns
            if column.clear
        }
        return {
            **self._envelope(),
            **landed,
            **clear,
            "_file": self._place("_file", "varchar"),
            "_row": self._place("_row", "bigint"),
            "_is_rejected": "is_refused",
            "_reasons": f"case when is_noted then {self._reasons()} end",
            "_raw": f"case when is_noted then {self._raw_json()} end",
        }

    def _envelope(self) -> Layer:
        keys = [self._named(name).names.value for name in self._spec.key]
        updated_at = self._spec.updated_at and self._named(self._spec.updated_at).names
        operation = "operation" if self._has_operations else "'upsert'"
        fingerprints = [self._if_said(column, column.fingerprint) for column in self._columns]
        return {
            "_source_id": literal(self._source_id),
            "_op": operation,
            "source_id": joined_key(keys),
            "source_version": self._version(),
            "source_updated_at": updated_at.value if updated_at else "cast(null as timestamptz)",
            "source_updated_at_raw": updated_at.raw_text if updated_at else "cast(null as varchar)",
            "_row_hash": row_hash(operation, fingerprints),
            "_extra": self._if_upsert(self._extra_json()),
        }

    def _version(self) -> str:
        if not self._spec.version:
            return "cast(null as bigint)"
        version = self._named(self._spec.version)
        if version.column.type is ColumnType.TIMESTAMP:
            return f"epoch_us({version.names.value})"
        return f"cast({version.names.value} as bigint)"

    def _extra_json(self) -> str:
        members = ", ".join(
            f"case when {names.text} is not null then "
            f"concat({literal(json.dumps(name) + ':')}, to_json({names.text})) end"
            for name, names in self._extra.items()
        )
        if not members:
            return "cast(null as varchar)"
        return f"'{{' || nullif(concat_ws(',', {members}), '') || '}}'"

    def _raw_json(self) -> str:
        members = ", ".join(
            f"{literal(name)}, {raw_as_text(raw.alias, raw.kind)}"
            for name, raw in self._record.items()
        )
        return f"cast(json_object({members}) as varchar)"

    def _reasons(self) -> str:
        reasons = [
            _reason(column.column.name, column.broken, column.names.raw_text, column.tolerated_rule)
            for column in self._columns
        ]
        reasons += [
            _reason(name, names.rule, names.raw_text, None)
            for name, names in self._extra.items()
            if names.kind in TEXT_KINDS
        ]
        if self._has_operations:
            raw = self._raw["_op"]
            text = raw_as_text(raw.alias, raw.kind)
            reasons.append(_reason("_op", "operation_broken", text, None))
        return f"[{', '.join(reasons)}]"

    def _named(self, name: str) -> TypedColumn:
        return next(column for column in self._columns if column.column.name == name)

    def _place(self, name: str, kind: str) -> str:
        raw = self._raw.get(name)
        return f"cast({raw.alias if raw else 'null'} as {kind})"

    def _if_said(self, column: TypedColumn, value: str) -> str:
        if self._has_operations and column.column.outlives_delete:
            return f"case when operation in ('upsert', 'delete') then {value} end"
        return self._if_upsert(value)

    def _if_upsert(self, value: str) -> str:
        return f"case when operation = 'upsert' then {value} end" if self._has_operations else value


def _aliased(layer: Layer) -> str:
    return ", ".join(f"{value} as {identifier(name)}" for name, value in layer.items())


def _reason(column: str, rule: str, text: str, tolerated: str | None) -> str:
    action = "'rejected'"
    if tolerated:
        lands = f"not is_refused and {rule} = {literal(tolerated)}"
        action = f"case when {lands} then 'landed_without_value' else {action} end"
    return (
        f"{{'column_name': {literal(column)}, 'rule': {rule}, 'value': {text}, 'action': {action}}}"
    )
