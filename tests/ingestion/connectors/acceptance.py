"""What every connector must pass, whatever it reads: the worlds it is put in, and the state held.

A connector joins with a ``World`` in ``worlds``; the points stand in ``test_acceptance``. A
point that cannot apply is passed over by a written reason, never in silence.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.conform import Conformed, conform
from ingestion.connectors.base import Batch, Cursor
from ingestion.entities import MAPPED_STREAMS
from ingestion.settings import Conventions
from ingestion.stream import StreamSpec

KEY = b"a key for acceptance tests only"


class World(ABC):
    """A source whose records a test adds, edits and removes, and the connector that reads it.

    Attributes:
        bypass: points that do not apply, each with the reason.
        stream: the stream that is read.
        watched: column that shows whether an edit arrived.
    """

    bypass: Mapping[str, str] = {}
    stream: str = "customers"
    watched: str = "full_name"

    @abstractmethod
    def add(self, count: int, *, together: bool = False) -> None:
        """More records; ``together`` all have the same time of change."""

    @abstractmethod
    def change(self, number: int) -> None:
        """Edit one record."""

    @abstractmethod
    def read(self, cursor: Cursor) -> Iterator[Batch]:
        """One read of the connector."""

    def remove(self, number: int) -> None:
        """Delete one record."""
        raise NotImplementedError

    @abstractmethod
    def state(self) -> dict[str, str]:
        """What the lake must hold: the watched value of every living record, by key."""

    @property
    def spec(self) -> StreamSpec:
        """The entity that the stream fills."""
        return MAPPED_STREAMS[self.stream]

    def key(self, row: dict[str, Any]) -> str:
        """The key of a landed row."""
        return "|".join(str(row[name]) for name in self.spec.key)

    @property
    def conventions(self) -> Conventions:
        """How the source writes values."""
        return Conventions()


class Held:
    """What a lake would hold after the batches of a read, kept by key."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.values: dict[str, str] = {}
        self.cursor: Cursor = {}
        self.count = 0

    def land(self, batch: Batch) -> None:
        """Take one batch."""
        rows = as_table(batch).to_pylist()
        keys = [self._world.key(row) for row in rows]
        if batch.is_snapshot:
            for lost in self.values.keys() - set(keys):
                del self.values[lost]
        self.count += len(rows)
        self.cursor = batch.cursor or self.cursor
        if batch.keys_only:
            return
        for key, row in zip(keys, rows, strict=True):
            if row.get("_op") == "delete":
                self.values.pop(key, None)
            else:
                self.values[key] = row[self._world.watched]

    def read(self) -> "Held":
        """Land everything that a read brings from here."""
        for batch in self._world.read(self.cursor):
            self.land(batch)
        return self


def as_table(batch: Batch) -> pa.Table:
    """The rows of a batch; a stream is read once and kept."""
    if isinstance(batch.rows, pa.RecordBatchReader):
        object.__setattr__(batch, "rows", batch.rows.read_all())
    return batch.rows


def batches_of(world: World, cursor: Cursor | None = None) -> list[Batch]:
    """Every batch of one read, as tables."""
    found = []
    for batch in world.read(cursor or {}):
        as_table(batch)
        found.append(batch)
    return found


def conformed(world: World, batch: Batch, connection: duckdb.DuckDBPyConnection) -> Conformed:
    """A batch, typed as a night does it."""
    return conform(
        connection,
        as_table(batch),
        spec=world.spec,
        conventions=world.conventions.replaced(batch.conventions),
        source_id="crm",
        key=KEY,
    )
