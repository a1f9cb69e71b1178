"""JSON records to columns of text under the names that the mapping reads, exactly.

Every field that no column reads is kept together in ``unmapped``, as JSON.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from ingestion.readers.content import RAW_CHARACTERS, ROW, Reject, reject_table
from ingestion.readers.files import LIMITS
from ingestion.readers.instants import instant_of
from ingestion.readers.json_values import Number, RefusedRecord, cell
from ingestion.readers.mapping import OPERATION, Columns, check_source_columns, map_rows
from ingestion.readers.paths import ABSENT, Place, remainder, taken_by
from ingestion.stream import StreamSpec

UNMAPPED = "unmapped"
PARENT, EACH, READ_AT = "_parent", "_each", "_read_at"
NAME, VALUE, NUMBER = "_name", "_value", "_number"


def expanded(records: list[Any], names: Sequence[str]) -> list[Any]:
    """The elements of the lists ``names`` below each record, which becomes their ``_parent``.

    An element that is no object stands as ``_value``. ``name.pattern`` are the entries of an
    object, with their ``_name``; one that is no object stands as ``_number`` or ``_value``.
    """
    for name in names:
        records = [
            element | {PARENT: record}
            for record in records
            if isinstance(record, dict)
            for element in _elements(record, name)
        ]
    return records


def _elements(record: dict[str, Any], name: str) -> list[dict[str, Any]]:
    field, _, pattern = name.partition(".")
    value = record.get(field)
    if value is None:
        return []
    if not pattern:
        values = value if isinstance(value, list) else [value]
        return [item if isinstance(item, dict) else {VALUE: item} for item in values]
    entries = value.items() if isinstance(value, dict) else ()
    return [
        {NAME: key} | (item if isinstance(item, dict) else {_kind(item): item})
        for key, item in entries
        if fnmatchcase(key, pattern)
    ]


def _kind(value: Any) -> str:
    return NUMBER if isinstance(value, Number) else VALUE


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The records of one page as rows of the entity, and those that are none."""

    rows: pa.RecordBatch
    rejects: pa.Table


class RecordTable:
    """Turns records into rows of one entity.

    Args:
        stream: the entity.
        columns: the mapping, already checked.
        times: places whose times are rewritten as UTC.
        leave_out: places that never land; ``*`` is every one that no column reads.
        zone: of times without one.
        where: what is read, for messages and the quarantine.
    """

    def __init__(
        self,
        *,
        stream: StreamSpec,
        columns: Columns,
        times: Sequence[str] = (),
        leave_out: Sequence[str] = (),
        zone: ZoneInfo,
        where: str,
    ) -> None:
        self._stream, self._columns, self._where, self._zone = stream, columns, where, zone
        names = dict.fromkeys(name for origin in columns.values() for name in origin.names)
        self._places = {name: Place.of(name) for name in names}
        self._times = frozenset(times)
        unread = [Place.of(name) for name in leave_out if name != "*"]
        self._taken = taken_by([*self._places.values(), *unread])
        self._taken |= dict.fromkeys((PARENT, EACH, READ_AT))
        self._keeps_rest = "*" not in leave_out
        self._rows_seen = 0

    def rows(self, records: Sequence[Any]) -> Rows:
        """The rows of one page.

        Raises:
            SourceError: a field that a column reads stands in no record and has no default.
        """
        present = self._present(records)
        cells: list[list[str | None]] = []
        numbers: list[int] = []
        rejects: list[Reject] = []
        for record in records:
            self._rows_seen += 1
            try:
                cells.append(self._cells(record, present))
                numbers.append(self._rows_seen)
            except RefusedRecord as error:
                rule, detail = error.args
                raw = json.dumps(record, default=str)[:RAW_CHARACTERS]
                rejects.append(Reject(row_number=self._rows_seen, rule=rule, value=detail, raw=raw))
        columns = list(zip(*cells, strict=True)) if cells else [()] * (len(present) + 1)
        arrays = [
            *(pa.array(column, pa.string()) for column in columns),
            pa.array(numbers, ROW.type),
        ]
        batch = pa.RecordBatch.from_arrays(arrays, [*present, UNMAPPED, ROW.name])
        mapped = map_rows(batch, columns=self._columns, stream=self._stream, file=self._where)
        return Rows(rows=mapped, rejects=reject_table(rejects, self._where))

    def _present(self, records: Sequence[Any]) -> list[str]:
        """The places that some record of the page has; all of them on an empty page.

        A record that tells a delete may hold its key alone.
        """
        origins = self._columns.values()
        objects = [record for record in records if isinstance(record, dict)]
        if not objects:
            first = (name for origin in origins for name in origin.names[:1] + origin.join)
            return list(dict.fromkeys(first))
        living = [record for record in objects if not self._is_gone(record)]
        if living:
            check_source_columns(self._columns, self._places_in(living), self._where)
        present = self._places_in(objects)
        read = (name for origin in origins for name in origin.read_from(present))
        return list(dict.fromkeys(read))

    def _places_in(self, records: Sequence[dict[str, Any]]) -> list[str]:
        return [
            name
            for name, place in self._places.items()
            if any(place.is_known_in(record) for record in records)
        ]

    def _is_gone(self, record: dict[str, Any]) -> bool:
        told = self._columns.get(OPERATION)
        if told is None or not told.sources:
            return False
        value = self._places[told.sources[0]].value(record)
        return isinstance(value, str) and told.values.get(value) == "delete"

    def _cells(self, record: Any, present: Sequence[str]) -> list[str | None]:
        if not isinstance(record, dict):
            raise RefusedRecord("not_a_record", "must be a JSON object")
        found = [self._cell(name, record) for name in present]
        left = remainder(record, self._taken) if self._keeps_rest else ABSENT
        if left is ABSENT:
            return [*found, None]
        return [*found, cell(UNMAPPED, json.dumps(left, ensure_ascii=False, default=str), LIMITS)]

    def _cell(self, name: str, record: dict[str, Any]) -> str | None:
        text = cell(name, self._places[name].value(record), LIMITS)
        if text and name in self._times:
            try:
                return instant_of(text, "epoch_ms", self._zone).isoformat()
            except ValueError:
                return text
        return text


def key_value(record: Any, place: Place) -> str | int | None:
    """The value at ``place`` as a request writes it: numbers stay numbers."""
    value = place.value(record)
    if isinstance(value, Number):
        return int(value) if value.lstrip("-").isdigit() else str(value)
    return value if isinstance(value, str) else None
