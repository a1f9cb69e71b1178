"""Checksums: whether the files of the lake are still as they were written.

Neither Delta nor Parquet notices every flipped bit, so ``SHA256SUMS`` in the lake holds the
hash of each data file and commit, in the form that ``sha256sum --check`` reads too. Files of
published versions have theirs in ``serving``.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from ingestion.errors import DamagedLakeError
from ingestion.settings import Home
from ingestion.writing import write_whole

RECORD = "SHA256SUMS"
IMMUTABLE = ("*.parquet", "_delta_log/*.json")
CHECKPOINT = ".checkpoint.parquet"
MOST_NAMED = 3
"""Files that a sentence names; more are counted."""


def note_files(home: Home) -> int:
    """Note the hash of every file that is new in the lake, and forget those that are gone.

    Run it under the lock of the night, after what lands and before what reads.

    Returns:
        How many files are noted.
    """
    noted = _noted(home.lake)
    hashes = {
        name: noted.get(name) or _hash_of(path) for name, path in sorted(_files(home.lake).items())
    }
    if hashes != noted:
        lines = [f"{value}  {name}\n" for name, value in hashes.items()]
        write_whole(home.lake / RECORD, "".join(lines))
    return len(hashes)


def verify_lake(home: Home) -> int:
    """Read every noted file of the lake and compare it with its hash.

    Returns:
        How many files are as they were.

    Raises:
        DamagedLakeError: some are not; the sentence names them and their loads.
    """
    noted, files = _noted(home.lake), _files(home.lake)
    held = noted.keys() & files.keys()
    damaged = [
        files[name]
        for name in sorted(held)
        if _hash_of(files[name]) != noted[name] and not _is_made_anew(files[name], home.lake)
    ]
    if damaged:
        named = "; ".join(_described(path, home.lake) for path in damaged[:MOST_NAMED])
        more = f" and {len(damaged) - MOST_NAMED} more" if len(damaged) > MOST_NAMED else ""
        raise DamagedLakeError(
            f"damaged since it was written: {named}{more}; nothing was read. Restore it from "
            f"the backup of {home.lake}, see docs/runbook.md"
        )
    return len(held)


def _files(lake: Path) -> dict[str, Path]:
    """What is written once, by its place in the lake."""
    return {
        path.relative_to(lake).as_posix(): path
        for pattern in IMMUTABLE
        for path in lake.rglob(pattern)
    }


def _noted(lake: Path) -> dict[str, str]:
    record = lake / RECORD
    return dict(_lines(record)) if record.exists() else {}


def _lines(record: Path) -> Iterator[tuple[str, str]]:
    for line in record.read_text(encoding="utf-8").splitlines():
        value, _, name = line.partition("  ")
        yield name, value


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_made_anew(path: Path, lake: Path) -> bool:
    """Whether Delta wrote the checkpoint of a version again, as it may."""
    is_checkpoint = path.name.endswith(CHECKPOINT)
    return is_checkpoint and path.stat().st_mtime_ns > (lake / RECORD).stat().st_mtime_ns


def _described(path: Path, lake: Path) -> str:
    """The file, and the loads whose rows it holds where the table still tells."""
    place = path.relative_to(lake.parent).as_posix()
    try:
        actions = pa.table(DeltaTable(str(path.parent)).get_add_actions(flatten=True))
    except (DeltaError, OSError):
        return place
    for action in actions.to_pylist():
        if action["path"] == path.name and "min._load_seq" in action:
            first, last = action["min._load_seq"], action["max._load_seq"]
            loads = f"load {first}" if first == last else f"loads {first} to {last}"
            return f"{place} ({loads})"
    return place
