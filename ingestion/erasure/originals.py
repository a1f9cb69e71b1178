"""The originals: dropped files without the records of a person.

A record of a text file or a row of a Parquet file goes, everything else stays byte for byte.
A file that cannot be taken apart here goes as a whole and a note says so: all it held is in
the lake. Sources that keep growing (databases, logs) are the company's own systems: they are
never touched, and the door keeps the person out.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.erasure.matching import Search
from ingestion.readers.archives import BROKEN_ARCHIVE
from ingestion.writing import write_flushed

NOTE = ".erased.txt"
TEXTS = frozenset({".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".log"})
ROOMS = ("inbox", "archive", "rejected")

Say = Callable[[str], None]


def clean(
    home_root: Path, search: Search, *, untouched: frozenset[str], say: Say
) -> dict[str, int]:
    """Take what ``search`` finds out of every dropped file; records removed per room.

    Args:
        home_root: the company's folder.
        search: for whom, see ``traces``.
        untouched: sources whose files are their own systems.
        say: receives a line per file that changed.
    """
    removed: dict[str, int] = {}
    for room in ROOMS:
        for path in sorted((home_root / room).rglob("*")):
            source = path.relative_to(home_root / room).parts[0]
            is_source = room == "inbox" and source in untouched
            if not path.is_file() or path.is_symlink() or path.name.endswith(NOTE) or is_source:
                continue
            count = _clean_file(path, search)
            if count:
                removed[room] = removed.get(room, 0) + count
                say(f"{path.relative_to(home_root)}: {count} records")
    return removed


def _clean_file(path: Path, search: Search) -> int:
    """Remove the file's records that match; how many they were, 1 for a whole file."""
    if search.search(path.name):
        return _remove(path, "its name")
    kind = Path(path.stem).suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    try:
        if kind == ".parquet":
            return _clean_parquet(path, search)
        if kind in TEXTS or not path.suffix or path.suffix[1:].isdigit():
            return _clean_text(path, kind, search)
        return _remove(path, "one of its records") if _holds(path, search) else 0
    except (*BROKEN_ARCHIVE, pa.ArrowException, ValueError):
        return _remove(path, "one of its records") if _holds_bytes(path, search) else 0


def _clean_text(path: Path, kind: str, search: Search) -> int:
    is_packed = path.suffix.lower() == ".gz"
    content = path.read_bytes()
    content = gzip.decompress(content) if is_packed else content
    encoding = _encoding(content)
    text = content.decode(encoding)
    search = search.within(text)
    if not search.search(text):
        return 0
    kept, count = _without_members(text, search) if kind == ".json" else _kept(text, kind, search)
    if search.search(kept):
        return _remove(path, "one of its records")
    content = kept.encode(encoding)
    _replace(path, gzip.compress(content, mtime=0) if is_packed else content)
    return count


def _encoding(content: bytes) -> str:
    """An encoding that gives every byte back: what no pattern concerns stays as it was."""
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return name
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _kept(text: str, kind: str, search: Search) -> tuple[str, int]:
    records = list(_records(text, is_quoted=kind in (".csv", ".tsv")))
    kept = [record for record in records if not search.search(record)]
    return "".join(kept), len(records) - len(kept)


def _records(text: str, *, is_quoted: bool) -> Iterator[str]:
    """Lines, or several where a quoted value holds a line break."""
    waiting = ""
    for line in text.splitlines(keepends=True):
        waiting += line
        if not is_quoted or waiting.count('"') % 2 == 0:
            yield waiting
            waiting = ""
    if waiting:
        yield waiting


def _without_members(text: str, search: Search) -> tuple[str, int]:
    """A JSON document without the members of its lists that match."""
    count = 0

    def without(value: object) -> object:
        nonlocal count
        if isinstance(value, list):
            kept = [item for item in value if not search.search(_json(item))]
            count += len(value) - len(kept)
            return kept
        if isinstance(value, dict):
            return {name: without(item) for name, item in value.items()}
        return value

    return _json(without(json.loads(text.removeprefix("\ufeff")))), count


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _clean_parquet(path: Path, search: Search) -> int:
    rows = pq.read_table(path)
    is_meant = pa.array([False] * rows.num_rows)
    for column in rows.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            found = [bool(text and search.search(text)) for text in column.to_pylist()]
            is_meant = pc.or_(is_meant, pa.array(found))
    count = int(pc.sum(is_meant).as_py() or 0)
    if count:
        draft = path.with_name(f".{path.name}.tmp")
        pq.write_table(rows.filter(pc.invert(is_meant)), draft)
        draft.replace(path)
    return count


def _holds(path: Path, search: Search) -> bool:
    """Whether a packed or unknown file holds a match anywhere."""
    try:
        with ZipFile(path) as archive:
            return any(
                search.search(archive.read(name).decode("utf-8", "ignore"))
                for name in archive.namelist()
            )
    except BadZipFile:
        return _holds_bytes(path, search)


def _holds_bytes(path: Path, search: Search) -> bool:
    content = path.read_bytes()
    return any(search.search(content.decode(name, "ignore")) for name in ("utf-8", "utf-16-le"))


def _remove(path: Path, what: str) -> int:
    name = path.name if what != "its name" else "a file"
    path.with_name(f"{path.stem if what != 'its name' else 'file'}{NOTE}").write_text(
        f"{name} was removed as a whole: {what} is of somebody who was erased. Its rows are in the "
        "lake, but for those of that person.\n",
        encoding="utf-8",
    )
    path.unlink()
    return 1


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.tmp")
    write_flushed(draft, content)
    draft.replace(path)
