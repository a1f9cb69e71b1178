"""The encoding and the dialect of a text file, guessed from its first megabyte."""

import codecs
import csv
from collections import Counter
from pathlib import Path
from typing import Any

from ingestion.proposing.headers import NO_HEADER, find_header
from ingestion.readers.files import MIB, FileRefused, decode, read_chunks

LINES = 200
DELIMITERS = ",;\t|"
RUSSIAN = frozenset("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф")
PERSIAN = frozenset("اآبپتثجچحخدذرزژسشصضطظعغفقكگلمنوهيئ")
LATIN = frozenset("éèêëüöäßñçãàáíóúåøæôîâ")
LETTERS = {
    **{"cp1251": RUSSIAN, "cp1256": PERSIAN, "koi8-r": RUSSIAN, "cp866": RUSSIAN},
    **{"iso-8859-6": PERSIAN, "cp1252": LATIN},
}
"""Encodings of one byte, each with the letters that a text in it is full of."""


def encoding_of(path: Path) -> str:
    """The encoding under which the file is a text.

    Raises:
        FileRefused: none: the file is no text.
    """
    head = next(read_chunks(path), b"")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if zeros.count(0) > 0.3 * len(zeros):
            return name
    try:
        for _ in decode(path, "utf-8"):
            pass
    except FileRefused as error:
        if error.rule not in {"undecodable_file", "null_character"}:
            raise
    else:
        _refuse_binary(head)
        return "utf-8"
    _refuse_binary(head)
    shares = {name: _share(head, name) for name in LETTERS}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < 0.5:
        raise FileRefused("binary_file", "no encoding makes it a text: save it as UTF-8")
    return best


def _refuse_binary(head: bytes) -> None:
    if any(byte < 9 or 13 < byte < 32 for byte in head):
        raise FileRefused("binary_file", "it holds bytes that no text has: what is it really?")


def _share(head: bytes, encoding: str) -> float:
    """Which part of what is not ASCII are letters of the encoding's own language.

    Capitals count less: KOI8-R read as Windows-1251 is Russian with its cases turned.
    """
    text = head.decode(encoding, errors="replace")
    others = [char for char in text if char > "\x7f"]
    letters = LETTERS[encoding]
    found = sum(1 if c in letters else 0.6 * (c.lower() in letters) for c in others)
    return found / max(len(others), 1)


def dialect_of(path: Path, encoding: str, entities: list[str]) -> dict[str, Any]:
    """The delimiter and the header row of a CSV file.

    Raises:
        FileRefused: no header, or no row at all.
    """
    text = ""
    for chunk in decode(path, encoding):
        text += chunk
        if len(text) > MIB:
            break
    lines = text.splitlines()[:LINES]
    if not any(line.strip() for line in lines):
        raise FileRefused("empty_file", "it holds no rows")
    delimiter = max(DELIMITERS, key=lambda mark: _regularity(lines, mark))
    header = find_header(_rows(lines, delimiter), entities)
    if header is None:
        raise FileRefused("header_missing", NO_HEADER)
    found: dict[str, Any] = {} if delimiter == "," else {"delimiter": delimiter}
    return found | header.setting


def _rows(lines: list[str], delimiter: str) -> list[list[str]]:
    return [next(csv.reader([line], delimiter=delimiter), []) for line in lines]


def _regularity(lines: list[str], delimiter: str) -> int:
    """How many cells stand in rows of the commonest width."""
    widths = Counter(len(row) for row in _rows(lines, delimiter))
    return max((count * (width - 1) for width, count in widths.items()), default=0)
