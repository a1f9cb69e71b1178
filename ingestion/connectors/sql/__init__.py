"""Tables and queries of any SQL database, mapped to the unified entities by configuration.

The public face of the connector. Renaming columns belongs in ``ingestion.readers.mapping``,
typing in ``ingestion.conform``.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.sql.options import options_of
from ingestion.connectors.sql.reading import read_stream
from ingestion.entities import MAPPED_STREAMS
from ingestion.settings import Source

__all__ = ["STREAMS", "check", "configured", "read"]

STREAMS = MAPPED_STREAMS


def check(source: Source) -> None:
    """Refuse settings that cannot be read with.

    Raises:
        ConfigurationError: a key, value or column that is not allowed.
    """
    options_of(source)


def configured(source: Source) -> tuple[str, ...]:
    """Names of the streams that ``source`` asks for."""
    return tuple(source.streams)


def read(source: Source, stream: str, *, cursor: Cursor, inbox: Path) -> Iterator[Batch]:
    """Yield what changed since ``cursor``, in batches that each bring a position of their own.

    Raises:
        ConfigurationError: as ``check``.
        SourceError: a table or column is missing, the login is refused, or the data went back
            in time.
        TransientSourceError: the database cannot be reached.
    """
    yield from read_stream(source, stream, cursor=cursor, inbox=inbox, sleep=time.sleep)
