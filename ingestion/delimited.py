"""Delimited text with quotes: header records and a table of text columns.

Strict: a record of another width is refused by its number, never bent. Logs that grow are
read line by line in ``tail``; mapping columns to entities belongs in the connectors.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv

from ingestion.connectors.base import REJECT_SCHEMA
from ingestion.files import LIMITS, FileRefused

ROW = "_row"


@dataclass(frozen=True, kw_only=True)
class Delimited:
    """A parsed file.

    Args:
        headers: the header records; the first names the columns.
        rows: text columns, and ``_row``: 1-based number of the record after the headers.
        rejects: records of another width, as the quarantine takes them.
    """

    headers: Sequence[Sequence[str]]
    rows: pa.Table
    rejects: pa.Table


def parse(text: str, *, delimiter: str, count_headers: int, file: str) -> Delimited:
    """Split ``text`` into its header records and rows.

    Raises:
        FileRefused: no header, a name twice, more columns than allowed, or an open quote.
    """
    if text.count('"') % 2:
        raise FileRefused("unterminated_quote", "a quote is never closed")
    source = io.StringIO(text, newline="")
    reader = csv.reader(source, delimiter=delimiter)
    headers = [header for _, header in zip(range(count_headers), reader, strict=False)]
    if len(headers) < count_headers:
        raise FileRefused("no_header", f"{count_headers} header records are expected")
    names = headers[0]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated or "" in names:
        raise FileRefused("bad_header", f"columns {repeated or ['']} are repeated or nameless")
    if len(names) > LIMITS.columns:
        raise FileRefused("too_many_columns", f"{len(names)}, allowed are {LIMITS.columns}")
    rows, rejects = _rows(source.read(), names, delimiter, file)
    return Delimited(headers=headers, rows=rows, rejects=rejects)


def _rows(text: str, names: Sequence[str], delimiter: str, file: str) -> tuple[pa.Table, pa.Table]:
    types = dict.fromkeys(names, pa.string())
    if not text.strip():
        empty = pa.schema([*types.items(), (ROW, pa.int64())]).empty_table()
        return empty, REJECT_SCHEMA.empty_table()
    refused: dict[int, str] = {}

    def refuse(row: pyarrow.csv.InvalidRow) -> str:
        refused[row.number] = row.text
        return "skip"

    data = text.encode()
    try:
        table = pyarrow.csv.read_csv(
            io.BytesIO(data),
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, column_names=list(names), block_size=len(data) + 1
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=refuse
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=types, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise FileRefused("not_delimited", str(error).splitlines()[0]) from None
    count = table.num_rows + len(refused)
    kept = [number for number in range(1, count + 1) if number not in refused]
    return (
        table.append_column(ROW, pa.array(kept, pa.int64())),
        _ragged(refused, file),
    )


def _ragged(refused: Mapping[int, str], file: str) -> pa.Table:
    records = [
        {
            "file": file,
            "row_number": number,
            "rule": "wrong_field_count",
            "raw": json.dumps({"line": line}, ensure_ascii=False),
        }
        for number, line in refused.items()
    ]
    return pa.Table.from_pylist(records, schema=REJECT_SCHEMA)
