"""The key of the pseudonyms, checked against the lake that it made them for.

A lake remembers a fingerprint of its key, so that another key is refused in one sentence
instead of making everybody somebody new. The key itself is read in ``settings``.
"""

import hmac
import json
from pathlib import Path

from ingestion.errors import ConfigurationError
from ingestion.settings import Home, Sources, pseudonym_key
from ingestion.writing import write_whole

FINGERPRINT_FILE = "_key.json"
PURPOSE = b"fingerprint"
LENGTH = 16
"""Hex digits that tell two keys apart, and from which no key follows."""


def key_of_lake(sources: Sources, home: Home) -> bytes:
    """The configured key, which is the one that the lake's pseudonyms were made with.

    The first call for a lake writes down the fingerprint of its key.

    Raises:
        ConfigurationError: no key is set, or another one than before.
    """
    key = pseudonym_key(sources.company)
    path, own = home.lake / FINGERPRINT_FILE, fingerprint(key)
    held = _read(path)
    if held is None:
        write_whole(path, json.dumps({"fingerprint": own}))
    elif held != own:
        raise ConfigurationError(
            f"CX_PSEUDONYM_KEY is not the key that made the pseudonyms of {home.lake}: with "
            "another one every customer would become somebody new, and whoever was erased could "
            "come back. Set the key of before; if it is lost, land everything again in an empty "
            "lake"
        )
    return key


def fingerprint(key: bytes) -> str:
    """What tells a key from others without telling the key."""
    return hmac.digest(key, PURPOSE, "sha256").hex()[:LENGTH]


def _read(path: Path) -> str | None:
    if not path.exists():
        return None
    return str(json.loads(path.read_text(encoding="utf-8"))["fingerprint"])
