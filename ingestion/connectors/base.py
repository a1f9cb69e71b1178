"""What every connector offers: its streams and a reader of raw batches.

A connector yields raw records as text and knows neither the lake nor typing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from ingestion.settings import Source
from ingestion.stream import StreamSpec

Cursor = Mapping[str, Any]

REJECT_SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("row_number", pa.int64()),
        ("column_name", pa.string()),
        ("rule", pa.string()),
        ("value", pa.string()),
        ("raw", pa.string()),
    ]
)
"""One row per refusal: where it stood, the rule it broke, the value, the raw record as JSON."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Raw records that land in one commit.

    Args:
        rows: columns named as in the stream spec, plus ``_file`` (string) and ``_row`` (int64,
            1-based position in the file or result). Text unless the source is typed. Optional
            ``_op``. Any other column goes to ``_extra``.
        cursor: what the next read of this source continues from, once this batch has landed.
        transaction: name of something that may land only once, such as ``file:<sha256>``.
        rejects: records that could not even be split into columns (``REJECT_SCHEMA``).
        is_snapshot: ``rows`` hold every living key, so that missing keys are deletes. With
            ``keys_only`` they hold nothing else and no row of them lands.
        conventions: fields of ``Conventions`` that the source's settings do not decide, because
            the tool or the file itself says how it writes.
        note: what people should know of the source although it was read, in one sentence.
        after_landing: what to do once the batch is safe, such as moving a file away.
    """

    rows: pa.Table | pa.RecordBatchReader
    cursor: Cursor = field(default_factory=dict)
    transaction: str | None = None
    rejects: pa.Table | None = None
    is_snapshot: bool = False
    keys_only: bool = False
    conventions: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    after_landing: Callable[[], None] | None = None


Kind = Mapping[str, frozenset[str]]
"""The values that a column can have in records of one kind; a column that is absent has any."""


@dataclass(frozen=True)
class Filling:
    """What is filled of one entity: its columns, and the kinds of records as far as declared."""

    columns: frozenset[str] = frozenset()
    kinds: tuple[Kind, ...] = field(default=({},))

    def has(self, condition: Mapping[str, str]) -> bool:
        """Whether records of some kind can have all these values."""
        return any(
            all(value in kind.get(column, {value}) for column, value in condition.items())
            for kind in self.kinds
        )


class Connector(Protocol):
    """The public face of a connector module (``ingestion.connectors.<name>``)."""

    STREAMS: Mapping[str, StreamSpec]
    """The streams by name."""

    def check(self, source: Source) -> None:
        """Raise ``ConfigurationError`` unless the options and streams of ``source`` are right."""

    def configured(self, source: Source) -> tuple[str, ...]:
        """Names of the streams that ``source`` asks for."""

    def read(self, source: Source, stream: str, *, cursor: Cursor, inbox: Path) -> Iterator[Batch]:
        """Yield what is new since ``cursor`` (empty on the first read).

        Args:
            source: the configured instance.
            stream: one of its streams.
            cursor: the ``cursor`` of the last landed batch of this source and stream.
            inbox: the source's own folder for dropped files.

        Raises:
            SourceError: the source cannot be read; nothing is half-read.
        """
