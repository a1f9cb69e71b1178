"""Output: puts finished bytes where a source system would, and leaves the rest alone.

A file whose content did not change is not written again, and one that ingestion has archived
is not dropped again.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PUT_AWAY = ("archive", "rejected")
"""Rooms beside the inbox into which ingestion moves what it has read, by content."""


@dataclass(kw_only=True)
class Output:
    """The folder of the demo company and what was written to it."""

    root: Path
    written: list[Path] = field(default_factory=list)
    unchanged: int = 0

    def drop(self, source: str, name: str, content: bytes) -> None:
        """Put one file into a source's inbox."""
        inbox = self.root / "inbox" / source
        digest = hashlib.sha256(content).hexdigest()[:12]
        if any((self.root / room / source / digest / name).exists() for room in PUT_AWAY):
            self.unchanged += 1
            return
        self._write(inbox / name, content)

    def truth(self, name: str, table: pa.Table) -> None:
        """Put one table of answers into ``truth``."""
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        self._write(self.root / "truth" / f"{name}.parquet", sink.getvalue().to_pybytes())

    def _write(self, path: Path, content: bytes) -> None:
        if path.exists() and path.stat().st_size == len(content) and path.read_bytes() == content:
            self.unchanged += 1
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if self._grows(path, content):
            with path.open("ab") as file:
                file.write(content[path.stat().st_size :])
        else:
            scratch = path.with_name(f".{path.name}.part")
            scratch.write_bytes(content)
            scratch.replace(path)
        self.written.append(path)

    @staticmethod
    def _grows(path: Path, content: bytes) -> bool:
        """Whether the file already holds the beginning, so that its inode stays as a log's does."""
        return path.exists() and content.startswith(path.read_bytes())
