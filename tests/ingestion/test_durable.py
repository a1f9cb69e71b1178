"""Commits of the lake after a power cut: whole, withdrawn, or told as damage."""

import os
from pathlib import Path

import pyarrow as pa
import pytest

from ingestion.checksums import RECORD
from ingestion.durable import commit
from ingestion.lake import count_rows, open_table

ROWS = pa.table({"number": [1, 2]})


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of two commits in a lake of its own."""
    path = tmp_path / "lake" / "mapped" / "orders"
    path.parent.mkdir(parents=True)
    for _ in range(2):
        commit(path, ROWS, mode="append")
    return path


def newest(table: Path, pattern: str) -> Path:
    return max(table.glob(pattern), key=lambda path: path.stat().st_mtime_ns)


def version(table: Path) -> int | None:
    found = open_table(table)
    return found.version() if found else None


def test_everything_that_a_commit_writes_is_flushed(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 7: the Delta writer flushes nothing itself."""
    before, flushed, real = set(table.rglob("*")), set(), os.fsync

    def fsync(descriptor: int) -> None:
        flushed.add(Path("/proc/self/fd", str(descriptor)).readlink())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    commit(table, ROWS, mode="append")

    written = {path for path in table.rglob("*") if path.is_file()} - before
    assert len(written) == 2
    assert flushed == {*written, table, table / "_delta_log"}


@pytest.mark.parametrize("left", [0, 1, 40])
@pytest.mark.parametrize("pattern", ["_delta_log/*.json", "*.parquet"])
def test_a_torn_commit_is_withdrawn_and_the_next_one_takes_its_place(
    table: Path, pattern: str, left: int, caplog: pytest.LogCaptureFixture
) -> None:
    os.truncate(newest(table, pattern), left)

    commit(table, ROWS, mode="append")

    assert version(table) == 1
    assert "1.json was torn by a power cut and is withdrawn" in caplog.text
    found = open_table(table)
    assert found
    assert count_rows(found) == 4


def test_a_first_commit_that_was_torn_leaves_no_table(tmp_path: Path) -> None:
    path = tmp_path / "lake" / "mapped" / "orders"
    path.parent.mkdir(parents=True)
    commit(path, ROWS, mode="append")
    newest(path, "*.parquet").unlink()

    assert open_table(path) is None
    commit(path, ROWS, mode="append")
    assert version(path) == 0


def test_data_of_zeros_is_torn_too(table: Path) -> None:
    data = newest(table, "*.parquet")
    data.write_bytes(bytes(data.stat().st_size))

    assert version(table) == 0


def test_what_a_night_has_read_is_damaged_and_not_withdrawn(table: Path) -> None:
    log = newest(table, "_delta_log/*.json")
    lake = table.parent.parent
    (lake / RECORD).write_text(f"hash  {log.relative_to(lake).as_posix()}\n")
    newest(table, "*.parquet").unlink()

    assert version(table) == 1
    assert log.exists()
