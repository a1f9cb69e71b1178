"""Damage as a disk does it: one bit of a file is another one."""

from pathlib import Path


def flip(path: Path, at: int | None = None) -> None:
    """Flip one bit of the byte ``at``, by default in the middle; once more mends it."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if at is None else at] ^= 1
    path.write_bytes(content)
