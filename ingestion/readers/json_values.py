"""JSON values to cells of text, exactly: numbers keep their digits, nested values stay JSON.

Which records a text holds belongs in the readers of each connector.
"""

import json
from typing import Any

from ingestion.readers.files import Limits


class Number(str):
    """The digits of a number as they stand in the text."""

    __slots__ = ()


class RefusedRecord(Exception):  # noqa: N818 - a verdict on one record; reading goes on
    """One record has no place in a table: the rule, and what broke it."""


_NOT_A_NUMBER = object()
DECODER = json.JSONDecoder(
    parse_int=Number, parse_float=Number, parse_constant=lambda _: _NOT_A_NUMBER
)


def cells(record: Any, limits: Limits) -> dict[str, str | None]:
    """The cells of one record by name.

    Raises:
        RefusedRecord: it is no object, or a value has no place in a cell.
    """
    if isinstance(record, RefusedRecord):
        raise record
    if not isinstance(record, dict):
        raise RefusedRecord("not_a_record", "must be a JSON object")
    return {name: cell(name, value, limits) for name, value in record.items()}


def cell(name: str, value: Any, limits: Limits) -> str | None:
    """One value as text.

    Raises:
        RefusedRecord: too long, too deep, no number, or half a character.
    """
    if value is None:
        return None
    text = value if isinstance(value, str) else as_json(value, limits.json_depth)
    if len(text) > limits.cell_characters:
        raise RefusedRecord("cell_too_long", f"{name}: {len(text)} characters")
    if "\0" in text or "\0" in name:
        raise RefusedRecord("null_character", f"{name}: holds a null character")
    try:
        (name + text).encode()
    except UnicodeEncodeError as error:
        raise RefusedRecord("lone_surrogate", f"{name!a}: half a character") from error
    return str(text)


def as_json(value: Any, depth: int) -> str:
    """``value`` as JSON text with the digits that its numbers had.

    Raises:
        RefusedRecord: nested deeper than ``depth``, or no number.
    """
    if depth == 0:
        raise RefusedRecord("too_deep", "nested too deeply")
    if value is _NOT_A_NUMBER:
        raise RefusedRecord("not_a_number", "NaN and Infinity are not JSON")
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        pairs = (f"{as_json(key, 1)}: {as_json(item, depth - 1)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(as_json(item, depth - 1) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)


def decoded(body: bytes) -> Any:
    """The JSON of an answer's body.

    Raises:
        ValueError: it is none.
    """
    return DECODER.decode(body.decode("utf-8-sig"))
