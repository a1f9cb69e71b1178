"""Parquet: typed columns pass through as they are; nested ones become JSON text."""

import json
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.readers.content import (
    BATCH_ROWS,
    ROW,
    Content,
    check_count,
    column_names,
)
from ingestion.readers.files import FileRefused, Limits, open_safely


def read_parquet(path: Path, *, limits: Limits) -> Content:
    """The rows of one Parquet file; ``_row`` is their position, from 1.

    Every page is decoded once before anything is returned, so that a torn file is refused as a
    whole.

    Raises:
        FileRefused: it cannot be read, or holds a column of bytes.
    """
    handle = open_safely(path, limits=limits)
    try:
        file = pq.ParquetFile(handle)
        _check(file, limits)
        names = column_names(file.schema_arrow.names, limits)
        schema = pa.schema([*map(_landing_field, names, file.schema_arrow.types), ROW])
        for _ in _batches(file, schema):
            pass
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise FileRefused("broken_parquet", f"it is no whole Parquet file ({reason})") from error
    return Content(
        names=names,
        rows=pa.RecordBatchReader.from_batches(schema, _reopened(handle, schema)),
        count=file.metadata.num_rows,
    )


def _check(file: pq.ParquetFile, limits: Limits) -> None:
    metadata = file.metadata
    check_count(metadata.num_rows, limits)
    groups = (metadata.row_group(place) for place in range(metadata.num_row_groups))
    expanded = sum(group.total_byte_size for group in groups)
    if expanded > limits.expanded_bytes:
        raise FileRefused("expands_too_far", f"{expanded} bytes of columns")


def _landing_field(name: str, kind: pa.DataType) -> pa.Field:
    if pa.types.is_dictionary(kind):
        return _landing_field(name, kind.value_type)
    if pa.types.is_nested(kind):
        return pa.field(name, pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise FileRefused("unsupported_column", f"column {name!r} holds bytes, not text")
    return pa.field(name, kind)


def _reopened(handle: BufferedReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    with handle:
        yield from _batches(pq.ParquetFile(handle), schema)


def _batches(file: pq.ParquetFile, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    first = 1
    for part in file.iter_batches(BATCH_ROWS):
        columns = [
            _as_text(column) if pa.types.is_nested(column.type) else column.cast(field.type)
            for column, field in zip(part.columns, schema, strict=False)
        ]
        numbers = pa.array(range(first, first + part.num_rows), ROW.type)
        yield pa.RecordBatch.from_arrays([*columns, numbers], schema=schema)
        first += part.num_rows


def _as_text(column: pa.Array) -> pa.Array:
    values: list[Any] = column.to_pylist()
    return pa.array(
        [
            None if value is None else json.dumps(value, ensure_ascii=False, default=str)
            for value in values
        ],
        pa.string(),
    )
