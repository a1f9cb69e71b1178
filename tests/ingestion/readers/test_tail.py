"""Growing logs: nothing lost, doubled or reordered, whatever logrotate does."""

import gzip
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.errors import SourceError
from ingestion.readers import tail as tail_module
from ingestion.readers.tail import tail


def _read(inbox: Path, cursor: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    lines: list[str] = []
    state = dict(cursor)
    for chunk in tail(inbox, "log*", cursor):
        lines += [line.decode() for line in chunk.lines.column("line").to_pylist()]
        state = chunk.cursor
    return lines, state


def test_only_added_complete_lines_are_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\ntwo\nthr")
    first, cursor = _read(tmp_path, {})
    log.write_bytes(b"one\ntwo\nthree\n")
    second, cursor = _read(tmp_path, cursor)
    assert (first, second) == (["one", "two"], ["three"])
    assert _read(tmp_path, cursor) == ([], cursor)


def test_a_rotated_log_is_read_to_its_end_before_the_new_one(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"a1\na2\n")
    _, cursor = _read(tmp_path, {})
    with log.open("ab") as handle:
        handle.write(b"a3\na4")
    log.rename(tmp_path / "log.1")
    log.write_bytes(b"b1\nb2\n")
    assert _read(tmp_path, cursor)[0] == ["a3", "a4", "b1", "b2"]


@pytest.mark.parametrize("names", [("log.10", "log.2"), ("log-20260101", "log-20260102.gz")])
def test_first_read_goes_from_the_oldest_log(tmp_path: Path, names: tuple[str, str]) -> None:
    for name, content in zip((*names, "log"), (b"a\n", b"b\n", b"c\n"), strict=True):
        packed = gzip.compress(content) if name.endswith(".gz") else content
        (tmp_path / name).write_bytes(packed)
    assert _read(tmp_path, {})[0] == ["a", "b", "c"]


def test_a_log_that_was_compressed_continues_where_it_stood(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"a1\na2\n")
    _, cursor = _read(tmp_path, {})
    (tmp_path / "log").unlink()
    (tmp_path / "log.1.gz").write_bytes(gzip.compress(b"a1\na2\na3\n"))
    assert _read(tmp_path, cursor)[0] == ["a3"]


def test_a_copy_of_a_log_is_not_read_twice(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"a1\na2\n")
    shutil.copy(tmp_path / "log", tmp_path / "log.1")
    (tmp_path / "log.2.gz").write_bytes(gzip.compress(b"a1\na2\n"))
    assert _read(tmp_path, {})[0] == ["a1", "a2"]


def test_a_copy_truncated_log_is_a_new_log(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"a1\na2 is long\n")
    _, cursor = _read(tmp_path, {})
    shutil.copy(tmp_path / "log", tmp_path / "log.1")
    (tmp_path / "log").write_bytes(b"b1\n")
    assert _read(tmp_path, cursor)[0] == ["b1"]


@pytest.mark.parametrize("content", [b"a1\n", b"a1\nXX\na3\n"], ids=["cut", "rewritten"])
def test_a_log_changed_below_the_place_read_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log").write_bytes(b"a1\na2\n")
    _, cursor = _read(tmp_path, {})
    (tmp_path / "log").write_bytes(content)
    with pytest.raises(SourceError, match="was changed or cut"):
        _read(tmp_path, cursor)


def test_a_missing_log_is_named_by_its_pattern(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no file matches log\*"):
        _read(tmp_path, {})


def test_links_out_of_the_inbox_are_not_followed(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "secret").write_bytes(b"secret\n")
    (inbox / "log").symlink_to(tmp_path / "secret")
    with pytest.raises(SourceError):
        _read(inbox, {})


def test_places_are_byte_offsets_and_line_numbers(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes("é\nb\n".encode())
    (chunk,) = tail(tmp_path, "log*", {})
    assert chunk.lines.column("start").to_pylist() == [0, 3]
    assert chunk.lines.column("number").to_pylist() == [1, 2]


@settings(max_examples=60)
@given(
    steps=st.lists(st.sampled_from(["write", "rotate", "compress", "read"]), max_size=25),
    chunk_bytes=st.sampled_from([7, 40, 1000]),
)
def test_any_schedule_of_writes_rotations_and_reads_gives_every_line_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], chunk_bytes: int
) -> None:
    inbox = tmp_path_factory.mktemp("inbox")
    log, written, got = inbox / "log", 0, list[str]()
    cursor: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tail_module, "CHUNK_BYTES", chunk_bytes)
        for step in [*steps, "write", "read"]:
            older = sorted(inbox.glob("log.[0-9]*"), key=lambda path: -int(path.name.split(".")[1]))
            if step == "write":
                with log.open("ab") as handle:
                    handle.write(f"line {written}\n".encode())
                written += 1
            elif step == "rotate" and log.exists():
                for path in older:
                    number, *rest = path.name.split(".")[1:]
                    path.rename(inbox / ".".join(["log", str(int(number) + 1), *rest]))
                log.rename(inbox / "log.1")
            elif step == "compress" and older and older[0].suffix != ".gz":
                packed = older[0].with_name(f"{older[0].name}.gz")
                packed.write_bytes(gzip.compress(older[0].read_bytes()))
                older[0].unlink()
            elif step == "read" and any(inbox.iterdir()):
                lines, cursor = _read(inbox, cursor)
                got += lines
    assert got == [f"line {number}" for number in range(written)]
