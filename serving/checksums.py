"""Checksums: whether the files of a published version are still as they were written.

A receipt names the SHA-256 of each file that a publication made. Reports and lists, which the
night adds to the folder afterwards, are not among them. The files of the lake have theirs in
``ingestion``.
"""

import hashlib
from pathlib import Path

from serving import versions
from serving.errors import PublishError


def hashes_of(folder: Path) -> dict[str, str]:
    """The hash of every file below a folder, by its place in it."""
    return {
        path.relative_to(folder).as_posix(): _hash_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def damaged_files(version: Path) -> list[str]:
    """The published files of a version that are gone or not as they were written.

    Versions that were published before there were checksums have none to compare with.
    """
    return [name for name, value in _hashes(version).items() if not _has(version / name, value)]


def is_as_written(version: Path, name: str) -> bool:
    """Whether a file of a version is there, and as its receipt says it was written."""
    return _has(version / name, _hashes(version).get(name))


def _has(path: Path, value: str | None) -> bool:
    return path.is_file() and _hash_of(path) == value


def _hashes(version: Path) -> dict[str, str]:
    hashes: dict[str, str] = versions.read_receipt(version).get("files", {})
    return hashes


def is_published(version: Path) -> bool:
    """Whether the version is there, each file as it was written.

    Raises:
        PublishError: a file is gone or damaged; the sentence names it.
    """
    if not (version / versions.RECEIPT).exists():
        return False
    if damaged := damaged_files(version):
        raise PublishError(
            f"{version} is damaged since it was written ({', '.join(damaged)}) and is not "
            "published again: choose another version, or run `make nightly`"
        )
    return True


def rollback(marts: Path, to: str | None = None) -> Path:
    """Make an older version current again, once its files are verified; return its folder.

    Args:
        marts: the company's published folder.
        to: run id of the wanted version; by default the one published before the current one.

    Raises:
        PublishError: there is no such version, or it is damaged; the current one stays.
    """
    wanted = versions.earlier_version(marts, to)
    is_published(wanted)
    versions.make_current(marts, wanted)
    return wanted


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
