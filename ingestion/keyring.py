"""The key of the pseudonyms, checked against the lake that it made them for.

A lake remembers a fingerprint of its key, so that another key is refused in one sentence
instead of making everybody somebody new. The key itself is read in ``settings``; that of the
lists of erased persons is checked in ``erasure.suppression``; how one key gives way to another
belongs in ``rotation``.
"""

import hmac
import json
from collections.abc import Mapping

from ingestion.errors import ConfigurationError
from ingestion.settings import Home, Sources, pseudonym_key
from ingestion.writing import write_whole

FINGERPRINT_FILE = "_key.json"
PURPOSE = b"fingerprint"
LENGTH = 16
"""Hex digits that tell two keys apart, and from which no key follows."""

HELD, NEXT, ROTATED = "fingerprint", "rotating_to", "rotated"
"""What a lake remembers: the fingerprint of the key of its pseudonyms, while a rotation goes on
that of the key which takes its place, and whether there was another key before."""


def key_of_lake(sources: Sources, home: Home) -> bytes:
    """The configured key, which is the one that the lake's pseudonyms were made with.

    The first call for a lake writes down the fingerprint of its key.

    Raises:
        ConfigurationError: no key is set, another one than before, or a rotation goes on.
    """
    refuse_while_rotating(home)
    key = pseudonym_key(sources.company)
    ring, own = read_ring(home), fingerprint(key)
    if not ring:
        write_ring(home, {HELD: own})
    elif ring[HELD] != own:
        raise ConfigurationError(
            f"CX_PSEUDONYM_KEY is not the key that made the pseudonyms of {home.lake}: with "
            "another one every customer would become somebody new, and whoever was erased could "
            "come back. Set the key of before, or let it give way with `make rotate`; if it is "
            "lost, land everything again in an empty lake"
        )
    return key


def refuse_while_rotating(home: Home) -> None:
    """Do nothing, unless a rotation of the lake was begun and is not complete.

    Raises:
        ConfigurationError: it was: some tables have the one key, some the other.
    """
    if NEXT in read_ring(home):
        raise ConfigurationError(
            f"a change of the key of {home.lake} was begun and is not complete: run "
            "`make rotate CONFIRM=yes` with the keys with which it began"
        )


def fingerprint(key: bytes) -> str:
    """What tells a key from others without telling the key."""
    return hmac.digest(key, PURPOSE, "sha256").hex()[:LENGTH]


def read_ring(home: Home) -> dict[str, str]:
    """What the lake remembers of its key; empty for a lake without one."""
    path = home.lake / FINGERPRINT_FILE
    if not path.exists():
        return {}
    ring: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return ring


def write_ring(home: Home, ring: Mapping[str, str]) -> None:
    """Make ``ring`` what the lake remembers of its key."""
    write_whole(home.lake / FINGERPRINT_FILE, json.dumps(ring))
