"""JSON: an array of records, or one record per line, to columns of text.

Numbers keep the digits that the file holds, so that long ids and money stay exact. Nested
values become JSON text.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingestion.connectors.files.options import FileStream
from ingestion.readers.content import (
    BATCH_ROWS,
    ROW,
    Content,
    Reject,
    check_count,
    column_names,
)
from ingestion.readers.files import FileRefused, Limits, decode, read_text

WHITESPACE = " \t\r\n"


class _Number(str):
    """The digits of a number as they stand in the file."""

    __slots__ = ()


class _RefusedError(Exception):
    """One record has no place in a table: the rule, and what broke it."""


_NOT_A_NUMBER = object()
_DECODER = json.JSONDecoder(
    parse_int=_Number, parse_float=_Number, parse_constant=lambda _: _NOT_A_NUMBER
)


def read_json(path: Path, options: FileStream, *, limits: Limits) -> Content:
    """The records of one JSON file; ``_row`` is their position or line, from 1.

    Raises:
        FileRefused: the file as a whole cannot be read.
    """
    held = min(limits.memory_bytes, limits.expanded_bytes)
    limits = replace(limits, expanded_bytes=held, file_bytes=min(limits.file_bytes, held))
    find = _in_lines if options.format == "jsonl" else _in_array
    rejects: list[Reject] = []
    tables: list[pa.Table] = []
    numbers: list[int] = []
    records: list[dict[str, str | None]] = []
    for number, raw, value in find(path, options, limits):
        try:
            records.append(_cells(value, limits))
            numbers.append(number)
        except _RefusedError as error:
            rule, detail = error.args
            rejects.append(Reject(row_number=number, rule=rule, value=detail, raw=raw))
        if len(records) == BATCH_ROWS:
            tables.append(_table(records, numbers))
            records, numbers = [], []
            check_count(len(tables) * BATCH_ROWS, limits)
    return _content([*tables, _table(records, numbers)], rejects, limits)


def _in_lines(path: Path, options: FileStream, limits: Limits) -> Iterator[tuple[int, str, Any]]:
    rest, number = "", 0
    for chunk in [*decode(path, options.encoding, limits=limits), "\n"]:
        *lines, rest = (rest + chunk).split("\n")
        for line in lines:
            number += 1
            if line.strip(WHITESPACE):
                yield number, line, _parsed(line)


def _parsed(line: str) -> Any:
    try:
        return _DECODER.decode(line)
    except json.JSONDecodeError as error:
        return _RefusedError("broken_record", f"{error.msg} at character {error.pos + 1}")
    except RecursionError:
        return _RefusedError("too_deep", "nested too deeply")


def _in_array(path: Path, options: FileStream, limits: Limits) -> Iterator[tuple[int, str, Any]]:
    text = read_text(path, options.encoding, limits=limits)
    place, number = _after_space(text, 0), 0
    if text[place : place + 1] != "[":
        raise FileRefused("not_an_array", "the text must be a JSON array of records")
    place = _after_space(text, place + 1)
    while text[place : place + 1] != "]":
        if number:
            if text[place : place + 1] != ",":
                raise FileRefused("broken_json", f"no ',' or ']' at character {place + 1}")
            place = _after_space(text, place + 1)
        try:
            value, end = _DECODER.raw_decode(text, place)
        except json.JSONDecodeError as error:
            detail = f"{error.msg} at character {error.pos + 1}"
            raise FileRefused("broken_json", detail) from error
        except RecursionError as error:
            raise FileRefused("too_deep", "nested too deeply") from error
        number += 1
        yield number, text[place:end], value
        place = _after_space(text, end)
    if text[place + 1 :].strip(WHITESPACE):
        raise FileRefused("broken_json", f"more text after the array, at character {place + 2}")


def _after_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in WHITESPACE:
        place += 1
    return place


def _cells(value: Any, limits: Limits) -> dict[str, str | None]:
    if isinstance(value, _RefusedError):
        raise value
    if not isinstance(value, dict):
        raise _RefusedError("not_a_record", "must be a JSON object")
    return {name: _cell(name, cell, limits) for name, cell in value.items()}


def _cell(name: str, value: Any, limits: Limits) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else _as_json(value, limits.json_depth)
    if len(text) > limits.cell_characters:
        raise _RefusedError("cell_too_long", f"{name}: {len(text)} characters")
    if "\0" in text or "\0" in name:
        raise _RefusedError("null_character", f"{name}: holds a null character")
    try:
        (name + text).encode()
    except UnicodeEncodeError as error:
        raise _RefusedError("lone_surrogate", f"{name!a}: half a character") from error
    return str(text)


def _as_json(value: Any, depth: int) -> str:
    if depth == 0:
        raise _RefusedError("too_deep", "nested too deeply")
    if value is _NOT_A_NUMBER:
        raise _RefusedError("not_a_number", "NaN and Infinity are not JSON")
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        pairs = (f"{_as_json(key, 1)}: {_as_json(item, depth - 1)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_as_json(item, depth - 1) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _table(records: list[dict[str, str | None]], numbers: list[int]) -> pa.Table:
    names = dict.fromkeys(name for record in records for name in record)
    columns = {
        name: pa.array([record.get(name) for record in records], pa.string()) for name in names
    }
    return pa.table([*columns.values(), pa.array(numbers, pa.int64())], [*columns, "\0row"])


def _content(tables: list[pa.Table], rejects: list[Reject], limits: Limits) -> Content:
    whole = pa.concat_tables(tables, promote_options="default")
    found = [name for name in whole.schema.names if name != "\0row"]
    names = column_names(found, limits) if found else ()
    ordered = whole.select([*found, "\0row"]).rename_columns([*names, ROW.name])
    return Content(names=names, rows=ordered.to_reader(), count=whole.num_rows, rejects=rejects)
