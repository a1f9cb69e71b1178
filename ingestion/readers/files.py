"""Dropped files: which may be opened, how their bytes become text, where they go afterwards.

Everything that touches an inbox goes through here, so that no name, link, size or encoding of
a file can reach outside it or exhaust the machine. What the text means belongs in the readers
of each connector.
"""

import codecs
import gzip
import hashlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Annotated, BinaryIO, cast

from pydantic import AfterValidator

from ingestion.errors import SourceError
from ingestion.readers.archives import BROKEN_ARCHIVE
from ingestion.readers.names import is_data, matches, unsafe_name
from ingestion.writing import write_flushed

MIB = 1024 * 1024
CHUNK_BYTES = MIB
ENCODINGS = (
    *("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
    *(f"cp{number}" for number in (437, 850, 866, *range(1250, 1259))),
    *(f"iso-8859-{number}" for number in (1, 2, 5, 6, 7, 8, 9, 15)),
    *("koi8-r", "koi8-u", "mac-roman"),
)


class FileRefused(SourceError):  # noqa: N818 - a verdict on one file; reading goes on
    """One whole file cannot be read as declared; the other files are not concerned.

    Args:
        rule: short name of what was broken, as it stands in the quarantine.
        detail: what exactly, and where.
    """

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a file may cost; the defaults fit a nightly export, not an attack.

    ``memory_bytes`` bounds what is held in memory as a whole: JSON and workbooks. An archive
    smaller than ``unjudged_bytes`` when expanded may have any ratio.
    """

    file_bytes: int = 2048 * MIB
    expanded_bytes: int = 8192 * MIB
    expansion_ratio: int = 100
    unjudged_bytes: int = 8 * MIB
    rows: int = 50_000_000
    columns: int = 2_000
    cell_characters: int = MIB
    json_depth: int = 64
    zip_members: int = 5_000
    memory_bytes: int = 512 * MIB


LIMITS = Limits()


def _known_encoding(value: str) -> str:
    if value.lower() not in ENCODINGS:
        raise ValueError(f"must be one of {', '.join(ENCODINGS)}")
    return value.lower()


Encoding = Annotated[str, AfterValidator(_known_encoding)]


def safe_files(inbox: Path, pattern: str) -> list[Path]:
    """The files below ``inbox`` that match ``pattern`` and may be opened, ordered by name.

    Temporary, hidden and ``.done`` files are passed over. ``**`` spans folders.
    """
    return [path for path, reason in matching_files(inbox, pattern) if reason is None]


def matching_files(inbox: Path, pattern: str) -> list[tuple[Path, str | None]]:
    """Every file that matches, with the reason why it must not be opened (None when it may)."""
    found = [
        path
        for path in _walk(inbox)
        if matches(path.relative_to(inbox).as_posix(), pattern) and is_data(path.name)
    ]
    return [(path, _danger(path, inbox)) for path in sorted(found, key=str)]


def _walk(inbox: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(inbox, followlinks=False):
        yield from (Path(folder, name) for name in names)


def _danger(path: Path, inbox: Path) -> str | None:
    if reason := unsafe_name(path.relative_to(inbox).as_posix()):
        return reason
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        return "it is a link or a device, not a file"
    if status.st_nlink > 1:
        return "it is a hard link to another file"
    if not path.resolve().is_relative_to(inbox.resolve()):
        return "it lies outside the inbox"
    return None


def is_settled(path: Path, *, seconds: float, now: float | None = None) -> bool:
    """True when nobody writes the file any more.

    Either ``<name>.done`` stands beside it, or it was last changed ``seconds`` or longer ago.
    A file that was changed in the future is never settled.
    """
    if path.with_name(f"{path.name}.done").exists():
        return True
    return (time.time() if now is None else now) - path.lstat().st_mtime >= seconds


def open_safely(path: Path, *, limits: Limits = LIMITS) -> BufferedReader:
    """The file's own bytes, opened without following links.

    Raises:
        FileRefused: no ordinary file, a link, empty or too large.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise FileRefused("unreadable_file", f"it cannot be opened ({error.strerror})") from error
    status = os.fstat(descriptor)
    problem = _problem(status, limits)
    if problem:
        os.close(descriptor)
        raise FileRefused(*problem)
    return os.fdopen(descriptor, "rb")


def _problem(status: os.stat_result, limits: Limits) -> tuple[str, str] | None:
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        return "unsafe_file", "it is a link or a device, not a file"
    if status.st_size == 0:
        return "empty_file", "it holds no bytes"
    if status.st_size > limits.file_bytes:
        return "file_too_large", f"{status.st_size} bytes, allowed are {limits.file_bytes}"
    return None


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of the file's own bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def read_chunks(path: Path, *, limits: Limits = LIMITS) -> Iterator[bytes]:
    """The file's bytes in chunks; a name that ends in ``.gz`` is expanded within the limits.

    Raises:
        FileRefused: as ``open_safely``, a broken archive, or one that expands beyond limits.
    """
    with open_safely(path, limits=limits) as handle:
        if path.suffix.lower() != ".gz":
            yield from iter(lambda: handle.read(CHUNK_BYTES), b"")
            return
        packed = os.fstat(handle.fileno()).st_size
        allowed = max(limits.unjudged_bytes, packed * limits.expansion_ratio)
        allowed = min(allowed, limits.expanded_bytes)
        expanded = 0
        try:
            with gzip.open(cast(BinaryIO, handle)) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    expanded += len(chunk)
                    if expanded > allowed:
                        raise FileRefused(
                            "expands_too_far", f"{packed} bytes expand to more than {allowed}"
                        )
                    yield chunk
        except BROKEN_ARCHIVE as error:
            raise FileRefused("broken_archive", f"it cannot be expanded ({error})") from error


def decode(path: Path, encoding: str, *, limits: Limits = LIMITS) -> Iterator[str]:
    """The file's text in chunks, decoded strictly; a byte order mark is dropped.

    Raises:
        FileRefused: as ``read_chunks``; a byte that the encoding forbids or a null character,
            named by its byte offset.
    """
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    decoder = codecs.getincrementaldecoder(name)("strict")
    offset = 0
    is_first = True
    for chunk in _and_last(read_chunks(path, limits=limits)):
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            before = offset - pending + (pending + len(chunk) - len(error.object))
            raise FileRefused(
                "undecodable_file",
                f"the byte at offset {before + error.start} is not {encoding} ({error.reason})",
            ) from error
        except UnicodeError as error:
            raise FileRefused(
                "undecodable_file",
                f"it begins without the byte order mark of {encoding}: declare {encoding}-le or "
                f"{encoding}-be",
            ) from error
        if "\0" in text:
            raise FileRefused(
                "null_character",
                f"a null character at or after byte offset {offset}: is the encoding {encoding}?",
            )
        offset += len(chunk)
        if text:
            yield text.removeprefix("\ufeff") if is_first else text
            is_first = False


def _and_last(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from chunks
    yield b""


def read_text(path: Path, encoding: str, *, limits: Limits = LIMITS) -> str:
    """The whole text of a file; errors as ``decode``."""
    return "".join(decode(path, encoding, limits=limits))


def archive(path: Path, *, inbox: Path, sha256: str) -> Path | None:
    """Move a file that has landed to ``archive/<source>/``; where it lies then.

    A file whose content is no longer ``sha256`` stays (None): its new content is not read yet.
    """
    return _move(path, inbox=inbox, sha256=sha256, room="archive")


def reject(path: Path, *, inbox: Path, sha256: str, reason: str) -> Path | None:
    """Move a refused file to ``rejected/<source>/`` with a file beside it that says why."""
    return _move(path, inbox=inbox, sha256=sha256, room="rejected", reason=reason)


def _move(path: Path, *, inbox: Path, sha256: str, room: str, reason: str = "") -> Path | None:
    if not path.is_file() or sha256_of(path) != sha256:
        return None
    target = inbox.parent.parent / room / inbox.name / sha256[:12] / path.relative_to(inbox)
    target.parent.mkdir(parents=True, exist_ok=True)
    if reason:
        # Before the file itself: a kill in between leaves a file that is refused again.
        write_flushed(target.with_name(f"{target.name}.reason.txt"), f"{reason}\n".encode())
    path.replace(target)
    path.with_name(f"{path.name}.done").unlink(missing_ok=True)
    return target
