"""Names of files below an inbox: which are data, which are safe, which of them a pattern means.

A name may come from a folder, an archive or a bucket. Opening files belongs in ``files``.
"""

import re
import unicodedata
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator

SAFE_PART = re.compile(r"^\w[\w\u200c .,+()@=-]{0,199}$")
"""Letters of every script, also those that a zero-width non-joiner parts, as in Persian."""

NOT_DATA = (".done", ".part", ".partial", ".filepart", ".tmp", ".reason.txt")


def _relative_pattern(value: str) -> str:
    if not value or value.startswith("/") or "\\" in value or ".." in value.split("/"):
        raise ValueError("must be a pattern of names below the source's inbox, such as orders*.csv")
    return value


FilePattern = Annotated[str, AfterValidator(_relative_pattern)]


def is_data(name: str) -> bool:
    """False for a folder and for the name of a file that is hidden, temporary or a mark."""
    name = name.rpartition("/")[2]
    return bool(name) and not name.startswith((".", "~")) and not name.endswith(NOT_DATA)


def unsafe_name(name: str) -> str | None:
    """Why ``name``, a path below the inbox, must not be opened or written; None when it may."""
    for part in name.split("/"):
        if not SAFE_PART.fullmatch(part) or unicodedata.normalize("NFC", part) != part:
            return f"the name {part!r} holds characters that are not allowed"
    return None


def matches(name: str, pattern: str) -> bool:
    """True when ``name``, a path below the inbox, is one that ``pattern`` means."""
    return _match_parts(name.split("/"), pattern.split("/"))


def _match_parts(parts: list[str], wanted: list[str]) -> bool:
    if not wanted:
        return not parts
    if wanted[0] == "**":
        return _match_parts(parts, wanted[1:]) or (bool(parts) and _match_parts(parts[1:], wanted))
    return bool(parts) and fnmatchcase(parts[0], wanted[0]) and _match_parts(parts[1:], wanted[1:])
