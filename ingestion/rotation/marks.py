"""Which tables a rotation has rewritten: each says it in the commit that did it."""

from deltalake import DeltaTable

from ingestion.keyring import fingerprint

KEY = "cx_key"
"""Key of the commit metadata with the fingerprint of the key of a rewritten table."""


def mark_of(key: bytes) -> dict[str, str]:
    """What the commit that rewrites a table under ``key`` says."""
    return {KEY: fingerprint(key)}


def is_rotated(table: DeltaTable, key: bytes) -> bool:
    """Whether the last rotation that rewrote the table was one to ``key``."""
    marked = (commit[KEY] for commit in table.history() if KEY in commit)
    return next(marked, None) == fingerprint(key)
