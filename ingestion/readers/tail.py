"""Growing logs: the complete lines that were added since the last read, across rotations.

Knows where each log stands and nothing of what its lines mean: readers of connectors split
them. Which files may be opened is decided in ``files``.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.errors import SourceError
from ingestion.readers.files import MIB, FileRefused, Limits, open_safely, read_chunks, safe_files

CHUNK_BYTES = 8 * MIB
MAX_LINE_BYTES = MIB
CHECK_BYTES = 64
FORGOTTEN_AFTER = 200
LOG_LIMITS = Limits(file_bytes=1024 * 1024 * MIB, expanded_bytes=64 * 1024 * MIB)

_DATED = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_NUMBERED = re.compile(r"\.(\d{1,4})$")


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Complete lines of one log.

    Args:
        log_id: identity of the log, kept when it is renamed or compressed.
        file: name below the inbox.
        lines: columns ``line`` (binary, without its end), ``number`` (1-based in the log),
            ``start`` (byte offset in the log) and ``position`` (running over all logs).
        cursor: where the next read continues once these lines have landed.
        waiting_bytes: length of a last line whose end is not written yet; ``lines`` are none.
    """

    log_id: str
    file: str
    lines: pa.Table
    cursor: dict[str, Any]
    waiting_bytes: int = 0

    @property
    def note(self) -> str:
        """What people should know of the log."""
        waits = f"the last {self.waiting_bytes} bytes have no line end yet and wait for it"
        return f"{self.file}: {waits}" if self.waiting_bytes else ""


@dataclass(frozen=True)
class _Log:
    path: Path
    log_id: str

    @property
    def is_packed(self) -> bool:
        return self.path.suffix.lower() == ".gz"


def tail(inbox: Path, pattern: str, cursor: Mapping[str, Any]) -> Iterator[Chunk]:
    """Yield what the logs that match ``pattern`` gained since ``cursor``, oldest log first.

    A log is known by its first line, so a renamed, compressed or copied log continues where
    it stood and a truncated one is a new log. The last line of the youngest log waits until
    its line end is written; a chunk without lines tells of it.

    Raises:
        SourceError: no file matches, or a log was changed below the place already read.
    """
    paths = safe_files(inbox, pattern)
    if not paths:
        raise SourceError(f"no file matches {pattern} in {inbox.name}")
    logs = _identified(paths)
    places = _remembered(cursor.get("logs", {}), logs)
    position = int(cursor.get("lines", 0))
    for log in logs:
        place = places.get(log.log_id, {"offset": 0, "lines": 0, "check": ""})
        is_closed = log.is_packed or log is not logs[-1]
        file = str(log.path.relative_to(inbox))
        for data in _added(log, place, file, is_closed=is_closed):
            lines = _lines(data, place, position)
            position += lines.num_rows
            place = _moved(place, data, lines.num_rows)
            places = places | {log.log_id: place}
            cursor = {"logs": places, "lines": position}
            yield Chunk(log_id=log.log_id, file=file, lines=lines, cursor=cursor)
        if not is_closed and (waiting := _unfinished(log, place["offset"])):
            yield Chunk(
                log_id=log.log_id,
                file=file,
                lines=_lines(b"", place, position),
                cursor={"logs": places, "lines": position},
                waiting_bytes=waiting,
            )


def _moved(place: Mapping[str, Any], data: bytes, count: int) -> dict[str, Any]:
    """The place after ``data``, which holds ``count`` lines."""
    return {
        "offset": place["offset"] + len(data),
        "lines": place["lines"] + count,
        "check": _digest(data[-CHECK_BYTES:]),
        "check_bytes": min(len(data), CHECK_BYTES),
    }


def _identified(paths: Sequence[Path]) -> list[_Log]:
    """One file per log, oldest first; a log that is also there compressed is read plain."""
    chosen: dict[str, _Log] = {}
    for path in sorted(paths, key=_age):
        log_id = _identity(path)
        if log_id is None:
            continue
        log, other = _Log(path, log_id), chosen.get(log_id)
        if other is None or (other.is_packed, -_size(other)) > (log.is_packed, -_size(log)):
            chosen.pop(log_id, None)
            chosen[log_id] = log
    return sorted(chosen.values(), key=lambda log: _age(log.path))


def _age(path: Path) -> tuple[int, int, str]:
    """Sorts numbered logs (high is old) before dated ones before the one being written."""
    name = path.name.removesuffix(".gz")
    if _DATED.search(name):
        return 1, 0, name
    numbered = _NUMBERED.search(name)
    return (0, -int(numbered[1]), name) if numbered else (2, 0, str(path))


def _size(log: _Log) -> int:
    return log.path.stat().st_size


def _identity(path: Path) -> str | None:
    """Hash of the first complete line; None while there is none."""
    if path.stat().st_size == 0:
        return None
    start = b""
    for block in _blocks(path, 0):
        start += block
        if b"\n" in start:
            return _digest(start.split(b"\n", 1)[0])
        if len(start) > MAX_LINE_BYTES:
            raise FileRefused("line_too_long", f"{path.name}: the first line has no end")
    return None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _remembered(places: Mapping[str, Any], logs: Sequence[_Log]) -> dict[str, Any]:
    """Places of the logs that are still there and of the last ones that were."""
    present = {log.log_id for log in logs}
    gone = [log_id for log_id in places if log_id not in present]
    forgotten = set(gone[:-FORGOTTEN_AFTER])
    return {log_id: place for log_id, place in places.items() if log_id not in forgotten}


def _blocks(path: Path, offset: int) -> Iterator[bytes]:
    """The log's bytes from ``offset`` on, expanded when it is compressed."""
    if path.suffix.lower() != ".gz":
        with open_safely(path, limits=LOG_LIMITS) as handle:
            handle.seek(offset)
            yield from iter(lambda: handle.read(MIB), b"")
        return
    for block in read_chunks(path, limits=LOG_LIMITS):
        if offset < len(block):
            yield block[offset:]
        offset = max(0, offset - len(block))


def _added(log: _Log, place: Mapping[str, Any], file: str, *, is_closed: bool) -> Iterator[bytes]:
    """The bytes after ``place`` in pieces that end with a line."""
    count = place.get("check_bytes", 0)
    pieces = _complete(_blocks(log.path, place["offset"] - count), count, is_closed, file)
    known = next(pieces)
    if _digest(known) != place["check"] and count:
        raise SourceError(
            f"{file} was changed or cut below the {place['offset']} bytes already read; "
            "restore it, or remove it to skip it"
        )
    yield from pieces


def _complete(blocks: Iterable[bytes], count: int, is_closed: bool, file: str) -> Iterator[bytes]:
    """First the ``count`` bytes that are known, then complete lines."""
    buffer, is_known = bytearray(), False
    for block in blocks:
        buffer += block
        if not is_known and len(buffer) >= count:
            yield bytes(buffer[:count])
            del buffer[:count]
            is_known = True
        if len(buffer) >= CHUNK_BYTES:
            end = buffer.rfind(b"\n") + 1
            if len(buffer) - end > MAX_LINE_BYTES:
                raise FileRefused("line_too_long", f"{file}: a line has more than 1 MiB")
            yield bytes(buffer[:end])
            del buffer[:end]
    if not is_known:
        yield bytes(buffer[:count])
        del buffer[:count]
    end = len(buffer) if is_closed else buffer.rfind(b"\n") + 1
    if end:
        yield bytes(buffer[:end])


def _unfinished(log: _Log, offset: int) -> int:
    """Bytes after the last complete line; 0 when more lines were written since they were read."""
    rest = next(_blocks(log.path, offset), b"")
    return 0 if b"\n" in rest else len(rest)


def _lines(data: bytes, place: Mapping[str, Any], position: int) -> pa.Table:
    parts = data.split(b"\n")
    if not parts[-1]:
        parts.pop()
    lines = pa.array(parts, pa.binary())
    lengths = pc.add(pc.cast(pc.binary_length(lines), pa.int64()), 1)
    counted = pa.array(range(1, len(parts) + 1), pa.int64())
    return pa.table(
        {
            "line": lines,
            "number": pc.add(counted, place["lines"]),
            "start": pc.add(pc.subtract(pc.cumulative_sum(lengths), lengths), place["offset"]),
            "position": pc.add(counted, position),
        }
    )


def decoded(lines: pa.Table, encoding: str) -> tuple[pa.Table, pa.Table]:
    """Lines as text, and the lines that ``encoding`` forbids or that hold a null character.

    Returns:
        Two tables as in ``Chunk.lines``: ``line`` is text in the first, binary in the second.
    """
    column = lines.column("line")
    if encoding in ("utf-8", "utf-8-sig"):
        try:
            text = pc.cast(column, pa.string())
        except pa.ArrowInvalid:
            text = _decoded_singly(column, encoding)
    else:
        text = _decoded_singly(column, encoding)
    good = pc.and_(pc.is_valid(text), pc.invert(pc.match_substring(text, "\0")))
    good = pc.fill_null(good, False)
    text = pc.utf8_rtrim(text, "\r")
    index = lines.schema.get_field_index("line")
    return lines.set_column(index, "line", text).filter(good), lines.filter(pc.invert(good))


def _decoded_singly(column: pa.ChunkedArray, encoding: str) -> pa.Array:
    def text(line: bytes) -> str | None:
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            return None

    return pa.array([text(line) for line in column.to_pylist()], pa.string())
