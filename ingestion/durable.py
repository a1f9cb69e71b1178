"""Commits of the lake that survive a power cut.

The Delta writer flushes nothing: until the operating system writes it back, a commit may be
empty, or name a data file that is, although it is there by name. So every commit is flushed
before anything relies on it, and one that a cut tore before that is withdrawn: its source is
read again. What goes into a commit belongs in ``landing`` and beside it.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from deltalake import DeltaTable, write_deltalake

from ingestion.checksums import RECORD

LOGGER = logging.getLogger(__name__)
LOG = "_delta_log"
END_OF_DATA = b"PAR1"


def commit(path: Path, rows: Any, **options: Any) -> None:
    """Write one commit of a table and return when it is on the disk.

    Args:
        path: the table.
        rows: what ``write_deltalake`` takes.
        options: the same.
    """
    withdraw_torn(path)
    before = _files(path)
    write_deltalake(str(path), rows, **options)
    _flush(*sorted(_files(path) - before), path, path / LOG)
    if not before:
        _flush(path.parent, path.parent.parent)


def checkpoint(path: Path) -> None:
    """Write a checkpoint of a table's newest version and return when it is on the disk."""
    DeltaTable(str(path)).create_checkpoint()
    _flush(*(path / LOG).glob("*.checkpoint*.parquet"), path / LOG / "_last_checkpoint", path / LOG)


def withdraw_torn(path: Path) -> None:
    """Take back the newest commit of a table if a power cut tore it before it was done.

    A commit that works is whole from its first moment, and one that a night has read is in the
    record of the lake: what it lacks is damage, and stays to be told.
    """
    newest = _newest(path)
    if newest is None or _is_whole(newest):
        return
    with _locked(path / LOG):
        newest = _newest(path)
        if newest and not _is_whole(newest) and not _is_recorded(newest):
            LOGGER.warning("%s was torn by a power cut and is withdrawn", newest)
            newest.unlink()
            _flush(newest.parent)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Nobody else withdraws, so that what is withdrawn is what was looked at."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _files(path: Path) -> set[Path]:
    """The data files and commits of a table."""
    return {*path.glob("*.parquet"), *(path / LOG).glob("*.json"), *(path / LOG).glob("*.parquet")}


def _flush(*paths: Path) -> None:
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _newest(path: Path) -> Path | None:
    return max((path / LOG).glob("*.json"), default=None)


def _is_whole(log: Path) -> bool:
    """Whether a commit has come to its end, and the data that it adds too."""
    text = log.read_bytes().rstrip(b"\n")
    if not text.endswith(b"}"):
        return False
    added = [json.loads(line).get("add") for line in text.splitlines() if b'"add"' in line]
    table = log.parent.parent
    return all(_holds(table / unquote(each["path"]), each["size"]) for each in added if each)


def _holds(data: Path, size: int) -> bool:
    if not data.exists() or data.stat().st_size != size:
        return False
    with data.open("rb") as file:
        file.seek(-len(END_OF_DATA), os.SEEK_END)
        return file.read() == END_OF_DATA


def _is_recorded(log: Path) -> bool:
    for folder in log.parents:
        if (record := folder / RECORD).exists():
            return f"  {log.relative_to(folder).as_posix()}\n" in record.read_text(encoding="utf-8")
    return False
