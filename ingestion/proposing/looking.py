"""What a file is: its format, encoding, delimiter, sheet and header row, and its first rows.

Only proposals look; loading reads what is declared. The rows come from the readers that load.
What the columns mean is guessed in ``columns`` and ``surveys``.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from ingestion.connectors.files.drops import read_content
from ingestion.connectors.files.options import FileStream
from ingestion.connectors.files.workbook import first_rows
from ingestion.proposing.headers import NO_HEADER, Header, find_header
from ingestion.proposing.texts import dialect_of, encoding_of
from ingestion.readers.content import ROW
from ingestion.readers.files import LIMITS, FileRefused, open_safely

FORMATS = {
    **{".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx"},
    **{".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"},
}
ROWS_LOOKED_AT = 50_000
ROWS_OF_A_SHEET = 60
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
PASSWORD = "EncryptedPackage".encode("utf-16-le")
ZIP = b"PK\x03\x04"


@dataclass(frozen=True, kw_only=True)
class Look:
    """One file, looked at.

    Args:
        path: the file.
        settings: the part of its stream's settings that says how it is read.
        columns: the first filled cells of each column as text, in the order of the rows.
        typed: columns that hold instants, which no calendar concerns.
        count: rows looked at.
        sheets: of a workbook.
    """

    path: Path
    settings: dict[str, Any]
    columns: dict[str, list[str]]
    typed: frozenset[str]
    count: int
    sheets: tuple[str, ...] = ()

    def distinct(self, column: str) -> list[str]:
        """The different values of a column, as first met."""
        return list(dict.fromkeys(self.columns[column]))

    def is_key(self, column: str) -> bool:
        """True when every row has a value of its own."""
        return len(self.columns[column]) == len(self.distinct(column)) == self.count


def look(path: Path, entities: list[str]) -> Look:
    """Look at a file of one of ``entities``.

    Raises:
        FileRefused: it cannot be read, or holds no rows below a header.
    """
    kind = _format_of(path)
    settings: dict[str, Any] = {"format": kind}
    sheets: tuple[str, ...] = ()
    if kind == "xlsx":
        found = first_rows(path, count=ROWS_OF_A_SHEET, limits=LIMITS)
        sheets = tuple(found)
        settings |= _place(found, entities)
    elif kind != "parquet":
        settings["encoding"] = encoding_of(path)
        if kind == "csv":
            settings |= dialect_of(path, settings["encoding"], entities)
    return _read(path, settings, sheets)


def _format_of(path: Path) -> str:
    if not path.is_file():
        raise FileRefused("no_file", "there is no such file")
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = FORMATS.get(suffixes[-1] if suffixes else "")
    with open_safely(path) as handle:
        head = handle.read(8)
        if head.startswith(OLD_OFFICE):
            if PASSWORD in handle.read(LIMITS.memory_bytes):
                why = "it is protected by a password: open it and save it without one"
                raise FileRefused("protected", why)
            raise FileRefused("old_workbook", "it is an old Excel file: save it as .xlsx")
    if kind is None:
        known = ", ".join(FORMATS)
        raise FileRefused("unknown_format", f"its name must end in one of {known}")
    if head.startswith(ZIP) and kind not in {"xlsx", "parquet"}:
        raise FileRefused(
            "unknown_format", "it is a workbook or an archive, not text: name it .xlsx or unpack it"
        )
    return kind


def _place(sheets: dict[str, list[list[str | None]]], entities: list[str]) -> dict[str, Any]:
    """The sheet and row with the likeliest header."""
    headers: dict[str, Header] = {}
    for name, rows in sheets.items():
        header = find_header([[cell or "" for cell in row] for row in rows], entities)
        if header:
            headers[name] = header
    if not headers:
        if not any(any(filter(None, row)) for rows in sheets.values() for row in rows):
            raise FileRefused("empty_file", "it holds no rows")
        raise FileRefused("header_missing", NO_HEADER)
    name = max(headers, key=lambda each: (headers[each].count_known, headers[each].width))
    place: dict[str, Any] = {"sheet": name} if len(sheets) > 1 else {}
    return place | headers[name].setting


def _read(path: Path, settings: dict[str, Any], sheets: tuple[str, ...]) -> Look:
    stream = FileStream.model_validate({"glob": "*", "columns": {}, **settings})
    with TemporaryDirectory(prefix="cx-look-") as scratch:
        content = read_content(path, stream, LIMITS, Path(scratch))
        first = next((part for part in content.rows if part.num_rows), None)
        if first is None:
            raise FileRefused("empty_file", "it holds no rows below its header")
        part = first.slice(0, ROWS_LOOKED_AT)
        names = [name for name in part.schema.names if name != ROW.name]
        columns = {name: _filled(part.column(name).to_pylist()) for name in names}
    kinds = {name: part.schema.field(name).type for name in names}
    return Look(
        path=path,
        settings=settings,
        columns=columns,
        typed=frozenset(name for name, kind in kinds.items() if pa.types.is_temporal(kind)),
        count=part.num_rows,
        sheets=sheets,
    )


def _filled(cells: list[Any]) -> list[str]:
    texts = (
        cell.isoformat(sep=" ") if isinstance(cell, datetime) else str(cell)
        for cell in cells
        if cell is not None
    )
    return [text.strip() for text in texts if text.strip()]
