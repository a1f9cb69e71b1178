"""Which dropped files may be opened, how their bytes become text, where they go."""

import gzip
import os
from pathlib import Path

import pytest

from ingestion.readers.files import (
    FileRefused,
    Limits,
    archive,
    decode,
    is_settled,
    matching_files,
    open_safely,
    read_chunks,
    read_text,
    reject,
    safe_files,
    sha256_of,
)

SALAM = "سلام، ۱۲۳\nیک و دو\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / "crm"
    folder.mkdir(parents=True)
    return folder


def drop(inbox: Path, name: str, content: bytes = b"a,b\n1,2\n") -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(inbox: Path, pattern: str) -> list[str]:
    return [str(path.relative_to(inbox)) for path in safe_files(inbox, pattern)]


def test_files_are_found_by_pattern_and_ordered_by_name(inbox: Path) -> None:
    for name in ("b.csv", "a.csv", "day/a.csv", "day/deep/a.csv", "تماس‌ها.csv", "a.txt"):
        drop(inbox, name)

    assert names(inbox, "*.csv") == ["a.csv", "b.csv", "تماس‌ها.csv"]
    assert names(inbox, "*/a.csv") == ["day/a.csv"]
    assert names(inbox, "**/a.csv") == ["a.csv", "day/a.csv", "day/deep/a.csv"]
    assert safe_files(inbox / "missing", "*") == []


def test_unfinished_and_hidden_files_are_passed_over(inbox: Path) -> None:
    for name in ("orders.csv", "orders.csv.done", "orders2.csv.part", ".orders", "~$orders.xlsx"):
        drop(inbox, name)

    assert [path.name for path, _ in matching_files(inbox, "*")] == ["orders.csv"]


def test_links_devices_and_strange_names_are_never_opened(inbox: Path) -> None:
    outside = drop(inbox.parent.parent, "secret.csv")
    (inbox / "symbolic.csv").symlink_to(outside)
    os.link(outside, inbox / "hard.csv")
    os.mkfifo(inbox / "pipe.csv")
    (inbox / "folder.csv").symlink_to(outside.parent)
    drop(inbox, "a;rm -rf.csv")
    drop(inbox, "e\u0301.csv")
    drop(inbox, "line.csv\n")

    assert safe_files(inbox, "**/*.csv*") == []
    assert {path.name for path, _ in matching_files(inbox, "*.csv")} == {
        *("symbolic.csv", "hard.csv", "pipe.csv", "a;rm -rf.csv", "e\u0301.csv"),
    }
    for name in ("symbolic.csv", "hard.csv", "pipe.csv"):
        with pytest.raises(FileRefused):
            open_safely(inbox / name)


def test_a_file_settles_with_time_or_with_a_done_file(inbox: Path) -> None:
    path = drop(inbox, "orders.csv")
    written = path.stat().st_mtime

    assert not is_settled(path, seconds=60, now=written + 59)
    assert is_settled(path, seconds=60, now=written + 60)
    assert not is_settled(path, seconds=0, now=written - 1)
    drop(inbox, "orders.csv.done", b"")
    assert is_settled(path, seconds=60, now=written)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", SALAM.encode()),
        ("utf-8", SALAM.encode("utf-8-sig")),
        ("utf-16", SALAM.encode("utf-16")),
        ("utf-16-be", SALAM.encode("utf-16-be")),
        ("utf-16-le", "\ufeff".encode("utf-16-le") + SALAM.encode("utf-16-le")),
    ],
)
def test_text_is_decoded_exactly_as_declared(inbox: Path, encoding: str, content: bytes) -> None:
    assert read_text(drop(inbox, "a.csv", content), encoding) == SALAM


def test_windows_1256_is_decoded_when_declared(inbox: Path) -> None:
    path = drop(inbox, "a.csv", "سلام".encode("cp1256"))

    assert read_text(path, "cp1256") == "سلام"
    with pytest.raises(FileRefused, match="byte at offset 0 is not utf-8"):
        read_text(path, "utf-8")


@pytest.mark.parametrize("lead", [0, 5, 1024 * 1024 - 1, 1024 * 1024, 3 * 1024 * 1024 + 7])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_forbidden_byte_is_named_by_its_offset(inbox: Path, lead: int, mark: bytes) -> None:
    path = drop(inbox, "a.csv", mark + b"x" * lead + b"\xff" + b"y" * 10)

    with pytest.raises(FileRefused, match=f"offset {lead + len(mark)} is not utf-8"):
        list(decode(path, "utf-8"))


@pytest.mark.parametrize(
    ("encoding", "content", "rule"),
    [
        ("utf-8", "é".encode()[:1], "undecodable_file"),
        ("utf-16", "abc".encode("utf-16")[:-1], "undecodable_file"),
        ("utf-16", "abc".encode("utf-16-le"), "undecodable_file"),
        ("utf-16-le", b"\x00\xd8\x00\x00", "undecodable_file"),
        ("utf-8", b"a\0b", "null_character"),
        ("cp1256", "ab".encode("utf-16-le"), "null_character"),
        ("utf-8", b"", "empty_file"),
    ],
)
def test_torn_or_misdeclared_text_is_refused(
    inbox: Path, encoding: str, content: bytes, rule: str
) -> None:
    with pytest.raises(FileRefused) as error:
        read_text(drop(inbox, "a.csv", content), encoding)

    assert error.value.rule == rule


def test_an_archive_is_expanded_within_limits_only(inbox: Path) -> None:
    sound = drop(inbox, "a.csv.gz", gzip.compress(SALAM.encode()))
    bomb = drop(inbox, "b.csv.gz", gzip.compress(b"0" * 30_000_000))
    torn = drop(inbox, "c.csv.gz", gzip.compress(os.urandom(5000))[:-100])

    assert read_text(sound, "utf-8") == SALAM
    with pytest.raises(FileRefused, match="expands_too_far"):
        list(read_chunks(bomb))
    with pytest.raises(FileRefused, match="broken_archive"):
        list(read_chunks(torn))
    with pytest.raises(FileRefused, match="file_too_large"):
        list(read_chunks(sound, limits=Limits(file_bytes=10)))


def test_a_landed_file_leaves_the_inbox_with_its_done_file(inbox: Path) -> None:
    path = drop(inbox, "day/orders.csv")
    drop(inbox, "day/orders.csv.done", b"")

    target = archive(path, inbox=inbox, sha256=sha256_of(path))

    assert target
    assert target.read_bytes() == b"a,b\n1,2\n"
    assert inbox.parent.parent / "archive" / "crm" in target.parents
    assert [entry.name for entry in inbox.rglob("*") if entry.is_file()] == []


def test_a_refused_file_lies_beside_its_reason(inbox: Path) -> None:
    path = drop(inbox, "orders.csv")

    target = reject(path, inbox=inbox, sha256=sha256_of(path), reason="empty_file: no bytes")

    assert target
    assert target.with_name("orders.csv.reason.txt").read_text() == "empty_file: no bytes\n"
    assert inbox.parent.parent / "rejected" / "crm" in target.parents


def test_a_file_that_was_replaced_meanwhile_stays(inbox: Path) -> None:
    path = drop(inbox, "orders.csv")
    read = sha256_of(path)
    drop(inbox, "orders.csv", b"a,b\n3,4\n")

    assert archive(path, inbox=inbox, sha256=read) is None
    assert path.exists()
