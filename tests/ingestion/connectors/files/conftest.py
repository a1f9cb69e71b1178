"""An inbox, and a source that reads it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingestion.connectors import files
from ingestion.connectors.base import Batch
from ingestion.settings import Source

COLUMNS = {"order_number": "id", "ordered_at": "at", "amount": "amount"}


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """The inbox of one source named ``partners``."""

    folder: Path

    def drop(self, name: str, content: str | bytes) -> Path:
        """A file with that content."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def source(self, **stream: Any) -> Source:
        """A source with the stream ``orders``."""
        settings = {
            "glob": "orders*",
            "format": "csv",
            "columns": COLUMNS,
            "settle_seconds": 0,
        }
        return Source(id="partners", connector="files", streams={"orders": settings | stream})

    def read(self, **stream: Any) -> list[Batch]:
        """Every batch of one read, as tables, without landing them."""
        return read_all(self.source(**stream), "orders", self.folder)

    @property
    def left(self) -> list[str]:
        """Names of the files still there."""
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())

    def moved(self, room: str) -> list[str]:
        """Names of the files in ``archive`` or ``rejected``."""
        folder = self.folder.parent.parent / room
        return sorted(
            path.name for path in folder.rglob("*") if path.is_file() and ".read" not in path.parts
        )


def read_all(source: Source, stream: str, folder: Path, *, land: bool = False) -> list[Batch]:
    """Every batch of one read; with ``land`` each file is finished as after a landing."""
    found = []
    for batch in files.read(source, stream, cursor={}, inbox=folder):
        if isinstance(batch.rows, pa.RecordBatchReader):
            object.__setattr__(batch, "rows", batch.rows.read_all())
        if land and batch.after_landing:
            batch.after_landing()
        found.append(batch)
    return found


def cells(batch: Batch) -> list[tuple[Any, ...]]:
    """Line number and mapped values of each row."""
    return [
        tuple(row[name] for name in ("_row", "order_number", "ordered_at", "amount"))
        for row in batch.rows.to_pylist()
    ]


def rejects(batch: Batch) -> list[tuple[int, str]]:
    """Line number and rule of each reject."""
    if batch.rejects is None:
        return []
    return [(row["row_number"], row["rule"]) for row in batch.rejects.to_pylist()]


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    folder = tmp_path / "inbox" / "partners"
    folder.mkdir(parents=True)
    return Inbox(folder=folder)
