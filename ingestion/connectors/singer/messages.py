"""Singer messages: from lines to the parts of one stream, each with the state that covers it.

What the records mean is declared in ``options``; where the lines come from belongs in ``taps``.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.errors import SourceError
from ingestion.readers.content import RAW_CHARACTERS, Reject
from ingestion.readers.json_values import DECODER, RefusedRecord

State = dict[str, Any]
PATIENCE = 10
"""How many batches' worth of records may come without a STATE message before some land."""


@dataclass(kw_only=True)
class Part:
    """Records of the stream in the order of the tap.

    Args:
        records: objects with every field of the schema; numbers keep their digits.
        rejects: lines that are no message.
        state: what the tap said last once these records were out; None when it said nothing.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    state: State | None = None


def parts(lines: Iterable[bytes], stream: str, *, batch_rows: int) -> Iterator[Part]:
    """The output of one run, in parts of ``batch_rows`` records or little more.

    A part ends at a STATE message, so that landing rows and state together loses nothing and
    reads little twice. What the tap says of other streams is passed over.

    Raises:
        SourceError: the tap does not know the stream, or speaks of files instead of records.
    """
    fields: dict[str, dict[str, None]] = {}
    part = Part()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            message = _message(line)
            if message["type"] == "SCHEMA":
                fields[_named(message)] = _fields(message)
            elif message["type"] == "RECORD" and _named(message) == stream:
                part.records.append(_record(message, fields.get(stream)))
            elif message["type"] == "STATE":
                part.state = json.loads(line).get("value") or None
            elif message["type"] == "BATCH":
                raise SourceError(
                    "the tap hands over files (BATCH messages): switch that off in its settings"
                )
        except RefusedRecord as error:
            rule, detail = error.args
            raw = line.decode(errors="replace")[:RAW_CHARACTERS]
            part.rejects.append(Reject(row_number=number, rule=rule, value=detail, raw=raw))
            continue
        is_covered = message["type"] == "STATE" and len(part.records) >= batch_rows
        if is_covered or len(part.records) >= PATIENCE * batch_rows:
            yield part
            part = Part(state=part.state)
    if stream not in fields:
        known = ", ".join(sorted(fields)) or "no stream"
        raise SourceError(f"the tap says nothing of stream {stream!r}; it speaks of {known}")
    yield part


def _message(line: bytes) -> dict[str, Any]:
    try:
        message = DECODER.decode(line.decode("utf-8-sig").strip())
    except UnicodeDecodeError as error:
        raise RefusedRecord("undecodable_line", f"no UTF-8 at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise RefusedRecord("broken_message", "the line is no JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise RefusedRecord("broken_message", "a message is an object with a type")
    return message


def _named(message: dict[str, Any]) -> str:
    name = message.get("stream")
    if not isinstance(name, str):
        raise RefusedRecord("broken_message", f"a {message['type']} without a stream")
    return name


def _fields(message: dict[str, Any]) -> dict[str, None]:
    schema = message.get("schema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        raise RefusedRecord("broken_message", "a SCHEMA without properties")
    return dict.fromkeys(properties)


def _record(message: dict[str, Any], fields: dict[str, None] | None) -> dict[str, Any]:
    record = message.get("record")
    if fields is None:
        raise RefusedRecord("record_before_schema", "its SCHEMA has not come yet")
    if not isinstance(record, dict):
        raise RefusedRecord("not_a_record", "must be a JSON object")
    return fields | record
