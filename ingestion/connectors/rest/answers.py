"""Answers of a declared source as values: JSON, CSV, or a ZIP file that holds one JSON file.

A text that is not whole is refused, never cut short. What the records become belongs in
``records``.
"""

import csv
import io
import zipfile
from collections.abc import Mapping
from typing import Any, Literal

from ingestion.readers.allowance import MIB
from ingestion.readers.archives import BROKEN_ARCHIVE
from ingestion.readers.http import Form
from ingestion.readers.json_values import decoded

Format = Literal["json", "csv", "zip"]

EXPANDED = 1024 * MIB
"""The largest file that is taken out of a ZIP file."""


def _csv(body: bytes) -> list[dict[str, str]]:
    text = body.decode("utf-8-sig")
    if text.lstrip()[:1] in ("<", "{", "["):
        raise ValueError("no CSV")
    try:
        header, *rows = list(csv.reader(io.StringIO(text, newline=""), strict=True)) or [[]]
        return [dict(zip(header, row, strict=True)) for row in rows]
    except csv.Error as error:
        raise ValueError(str(error)) from error


def _zip(body: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            (entry,) = archive.infolist()
            if entry.file_size > EXPANDED:
                raise ValueError("too large")
            return decoded(archive.read(entry))
    except BROKEN_ARCHIVE as error:
        raise ValueError(str(error)) from error


FORMS: Mapping[Format, Form] = {
    "json": Form("JSON", decoded),
    "csv": Form("CSV", _csv),
    "zip": Form("ZIP file with one JSON file", _zip),
}
"""How an answer of each format is read."""
