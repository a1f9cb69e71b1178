"""Excel workbooks: one sheet to columns; cached values, never formulas.

A column that holds only dates stays typed; everything else becomes the text that a person sees
in the cell, so that a customer number 912 is not ``912.0``.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from io import BufferedReader
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import ParseError

import pyarrow as pa
from defusedxml import DefusedXmlException
from openpyxl import DEFUSEDXML, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ingestion.connectors.files.options import FileStream
from ingestion.readers.archives import BROKEN_ARCHIVE
from ingestion.readers.content import ROW, Content, Reject, column_names
from ingestion.readers.files import MIB, FileRefused, Limits, open_safely

SHEET_ROWS = 1_048_576
DIRECTORY_BYTES_PER_MEMBER = 512
END_OF_DIRECTORY = b"PK\x05\x06"
NEVER_CALCULATED = re.compile(
    rb'<c\b(?![^>]*\bt="str")[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
BROKEN = (
    *(*BROKEN_ARCHIVE, ParseError, DefusedXmlException, InvalidFileException),
    *(LookupError, ArithmeticError, ValueError, TypeError, AttributeError),
)
"""What openpyxl raises on workbooks that are none."""


def read_workbook(path: Path, options: FileStream, *, limits: Limits) -> Content:
    """The rows of one sheet; ``_row`` is the row's number in it.

    Raises:
        FileRefused: no workbook, no such sheet, or a formula that was never calculated.
    """
    with _checked(path, limits) as handle:
        return _read_sheet(handle, options, limits)


def first_rows(path: Path, *, count: int, limits: Limits) -> dict[str, list[list[str | None]]]:
    """The first ``count`` rows of every sheet as text, in which to look for the header.

    Raises:
        FileRefused: no workbook.
    """
    with _checked(path, limits) as handle:
        book: Any = load_workbook(handle, read_only=True, data_only=True, keep_links=False)
        try:
            found = {}
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                rows = islice(sheet.iter_rows(values_only=True), count)
                found[sheet.title] = [[_text(cell) for cell in _trimmed(row)] for row in rows]
            return found
        finally:
            book.close()


@contextmanager
def _checked(path: Path, limits: Limits) -> Iterator[BufferedReader]:
    """The workbook's bytes; what openpyxl raises on broken ones becomes a refusal."""
    if not DEFUSEDXML:
        raise FileRefused("unsafe_reader", "openpyxl reads XML without defusedxml here")
    with open_safely(path, limits=limits) as handle:
        try:
            _check_archive(handle, limits)
            yield handle
        except BROKEN as error:
            cause = error.__cause__ or error
            reason = f"{type(cause).__name__}: {cause}".splitlines()[0]
            raise FileRefused("broken_workbook", f"it cannot be read ({reason})") from error


def _check_archive(handle: BufferedReader, limits: Limits) -> None:
    """Bound what opening the archive costs, from its last bytes, before anything is listed."""
    size = handle.seek(0, 2)
    handle.seek(max(0, size - 65_557))
    tail = handle.read()
    end = tail.rfind(END_OF_DIRECTORY)
    if end < 0 or len(tail) < end + 22:
        raise FileRefused("broken_workbook", "it is no zip archive")
    directory_bytes = int.from_bytes(tail[end + 12 : end + 16], "little")
    if directory_bytes > limits.zip_members * DIRECTORY_BYTES_PER_MEMBER:
        raise FileRefused("too_many_members", f"{directory_bytes} bytes of member names")
    with zipfile.ZipFile(handle) as archive:
        members = archive.infolist()
    if len(members) > limits.zip_members:
        raise FileRefused("too_many_members", f"{len(members)} members")
    for member in members:
        parts = PurePosixPath(member.filename)
        if parts.is_absolute() or ".." in parts.parts or "\\" in member.filename:
            raise FileRefused("unsafe_member", f"a member is named {member.filename!r}")
    expanded = sum(member.file_size for member in members)
    allowed = max(limits.unjudged_bytes, size * limits.expansion_ratio)
    if expanded > min(allowed, limits.memory_bytes):
        raise FileRefused("expands_too_far", f"{size} bytes expand to {expanded}")


def _read_sheet(handle: BufferedReader, options: FileStream, limits: Limits) -> Content:
    book: Any = load_workbook(handle, read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book[_sheet_name(book.sheetnames, options.sheet)]
        _refuse_uncalculated(handle, sheet._worksheet_path)
        # the declared size of a sheet is often wrong
        sheet.reset_dimensions()
        rows = _numbered(sheet.iter_rows(values_only=True), limits)
        header = next(islice(rows, options.header_row - 1, None), (0, ()))[1]
        names = column_names([_text(cell) for cell in _trimmed(header)], limits)
        return _content(rows, names, limits)
    finally:
        book.close()


def _sheet_name(names: list[str], wanted: str | None) -> str:
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted in names:
        return str(wanted)
    raise FileRefused("sheet_missing", f"sheet is {wanted!r}: it must be one of {', '.join(names)}")


def _refuse_uncalculated(handle: BufferedReader, member: str) -> None:
    with zipfile.ZipFile(handle) as archive, archive.open(member) as stream:
        held = b""
        while chunk := stream.read(MIB):
            held = held[-4096:] + chunk
            if NEVER_CALCULATED.search(held):
                raise FileRefused(
                    "formula_without_value",
                    "a formula was never calculated: save the workbook in a spreadsheet program",
                )


def _numbered(
    rows: Iterator[tuple[Any, ...]], limits: Limits
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for number, row in enumerate(rows, start=1):
        if number > min(SHEET_ROWS, limits.rows):
            raise FileRefused("too_many_rows", f"more than {number - 1} rows")
        yield number, row


def _trimmed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    width = len(row)
    while width and row[width - 1] in (None, ""):
        width -= 1
    return row[:width]


def _content(
    rows: Iterator[tuple[int, tuple[Any, ...]]], names: tuple[str, ...], limits: Limits
) -> Content:
    columns: list[list[Any]] = [[] for _ in names]
    numbers: list[int] = []
    rejects: list[Reject] = []
    for number, row in rows:
        cells = _trimmed(row)
        problem = _problem(cells, len(names), limits)
        if problem:
            raw = "\t".join(_text(cell) or "" for cell in cells)
            rejects.append(Reject(row_number=number, rule=problem[0], value=problem[1], raw=raw))
        elif cells:
            numbers.append(number)
            padding = (None,) * (len(names) - len(cells))
            for column, cell in zip(columns, (*cells, *padding), strict=True):
                column.append(cell)
    arrays = [*map(_array, columns), pa.array(numbers, ROW.type)]
    table = pa.table(arrays, [*names, ROW.name])
    return Content(names=names, rows=table.to_reader(), count=len(numbers), rejects=rejects)


def _problem(cells: tuple[Any, ...], width: int, limits: Limits) -> tuple[str, str] | None:
    if len(cells) > width:
        return "too_many_columns", f"{len(cells)} instead of {width}"
    longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
    if longest > limits.cell_characters:
        return "cell_too_long", f"{longest} characters"
    return None


def _array(cells: list[Any]) -> pa.Array:
    filled = [cell for cell in cells if cell is not None]
    if filled and all(isinstance(cell, datetime) for cell in filled):
        return pa.array(cells, pa.timestamp("us"))
    return pa.array([_text(cell) for cell in cells], pa.string())


def _text(cell: Any) -> str | None:
    """The cell as a person sees it; a spreadsheet keeps 15 digits of a number."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return format(Decimal(f"{cell:.15g}"), "f")
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(cell)
