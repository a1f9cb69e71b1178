"""What every file reader returns: columns of one file as Arrow, and what could not be split."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from ingestion.connectors.base import REJECT_SCHEMA
from ingestion.readers.files import FileRefused, Limits

BATCH_ROWS = 50_000
RAW_CHARACTERS = 10_000
ROW = pa.field("_row", pa.int64())
"""Position of a record in its file; stands last in every reader's rows."""


@dataclass(frozen=True, kw_only=True)
class Reject:
    """One record that could not be split into columns; ``raw`` is its text."""

    row_number: int
    rule: str
    value: str | None = None
    raw: str | None = None


@dataclass(frozen=True, kw_only=True)
class Content:
    """One file, read to its end.

    Args:
        names: its columns.
        rows: the columns under those names, and ``_row``.
        count: number of rows.
        rejects: records that are not in ``rows``.
        headers: of CSV, the records above the rows as they stand; the first names the columns.
    """

    names: tuple[str, ...]
    rows: pa.RecordBatchReader
    count: int
    rejects: Sequence[Reject] = ()
    headers: Sequence[Sequence[str]] = ()


def column_names(cells: Iterable[str | None], limits: Limits) -> tuple[str, ...]:
    """Names from a header: trimmed; a column without one is named by its position.

    Raises:
        FileRefused: no name at all, too many, or one that stands twice.
    """
    trimmed = [(cell or "").strip() for cell in cells]
    if not any(trimmed):
        raise FileRefused("header_missing", "the header row is empty")
    if len(trimmed) > limits.columns:
        raise FileRefused(
            "too_many_columns", f"{len(trimmed)} columns, allowed are {limits.columns}"
        )
    names = [name or f"column_{place}" for place, name in enumerate(trimmed, start=1)]
    names = [f"source.{name}" if name == ROW.name else name for name in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FileRefused("duplicate_header", f"the header holds {twice} more than once")
    return tuple(names)


def check_count(count: int, limits: Limits) -> None:
    """Refuse a file with more rows than allowed.

    Raises:
        FileRefused: it has.
    """
    if count > limits.rows:
        raise FileRefused("too_many_rows", f"more than {limits.rows} rows")


def reject_table(rejects: Collection[Reject], file: str) -> pa.Table:
    """The rejects of one file for the quarantine.

    ``raw`` is a JSON string, never an object: such a record has no columns to replay.
    """
    return pa.Table.from_pylist(
        [
            {
                "file": file,
                "row_number": reject.row_number,
                "column_name": None,
                "rule": reject.rule,
                "value": reject.value,
                "raw": _json_string(reject.raw),
            }
            for reject in rejects
        ],
        schema=REJECT_SCHEMA,
    )


def _json_string(raw: str | None) -> str | None:
    if raw is None:
        return None
    shown = raw[:RAW_CHARACTERS].encode("utf-8", "backslashreplace").decode("utf-8")
    return json.dumps(shown, ensure_ascii=False)
