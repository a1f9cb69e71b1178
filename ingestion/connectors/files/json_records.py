"""JSON: an array of records, or one record per line, to columns of text.

Numbers keep the digits that the file holds, so that long ids and money stay exact. Nested
values become JSON text; a column that names a place in one, such as ``queue.name``, gets what
stands there.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
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
from ingestion.readers.json_values import DECODER, RefusedRecord, cell, cells
from ingestion.readers.paths import Place

WHITESPACE = " \t\r\n"


def read_json(path: Path, options: FileStream, *, limits: Limits) -> Content:
    """The records of one JSON file; ``_row`` is their position or line, from 1.

    Raises:
        FileRefused: the file as a whole cannot be read.
    """
    held = min(limits.memory_bytes, limits.expanded_bytes)
    limits = replace(limits, expanded_bytes=held, file_bytes=min(limits.file_bytes, held))
    find = _in_lines if options.format == "jsonl" else _in_array
    places = _places(options)
    rejects: list[Reject] = []
    tables: list[pa.Table] = []
    numbers: list[int] = []
    records: list[dict[str, str | None]] = []
    for number, raw, value in find(path, options, limits):
        try:
            records.append(_nested(value, places, limits) | cells(value, limits))
            numbers.append(number)
        except RefusedRecord as error:
            rule, detail = error.args
            rejects.append(Reject(row_number=number, rule=rule, value=detail, raw=raw))
        if len(records) == BATCH_ROWS:
            tables.append(_table(records, numbers))
            records, numbers = [], []
            check_count(len(tables) * BATCH_ROWS, limits)
    return _content([*tables, _table(records, numbers)], rejects, limits)


def _places(options: FileStream) -> dict[str, Place]:
    """The places in nested values that columns name."""
    names = {name for origin in options.columns.values() for name in origin.names}
    found = {}
    for name in names:
        with suppress(ValueError):
            place = Place.of(name)
            if (name,) not in place.paths:
                found[name] = place
    return found


def _nested(value: Any, places: Mapping[str, Place], limits: Limits) -> dict[str, str | None]:
    if not isinstance(value, dict):
        return {}
    found = ((name, place.value(value)) for name, place in places.items())
    return {name: cell(name, item, limits) for name, item in found if item is not None}


def _in_lines(path: Path, options: FileStream, limits: Limits) -> Iterator[tuple[int, str, Any]]:
    rest, number = "", 0
    for chunk in [*decode(path, options.encoding, limits=limits), "\n"]:
        *lines, rest = (rest + chunk).split("\n")
        for line in lines:
            number += 1
            for value in _parsed(line):
                yield number, line, value


def _parsed(line: str) -> Iterator[Any]:
    """The records of one line: some services write them one behind the other."""
    place = _after_space(line, 0)
    try:
        while place < len(line):
            value, end = DECODER.raw_decode(line, place)
            place = _after_space(line, end)
            yield value
    except json.JSONDecodeError as error:
        yield RefusedRecord("broken_record", f"{error.msg} at character {error.pos + 1}")
    except RecursionError:
        yield RefusedRecord("too_deep", "nested too deeply")


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
            value, end = DECODER.raw_decode(text, place)
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
