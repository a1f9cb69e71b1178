"""Singer: what any tap writes, mapped to the unified entities by configuration.

The public face of the connector. Rows leave as text; typing belongs in ``conform``.
"""

from collections.abc import Iterator
from pathlib import Path

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.singer.options import options_of
from ingestion.connectors.singer.reading import read_stream
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
    """Yield what is new since ``cursor``, each batch with the state that covers it.

    Raises:
        SourceError: the tap fails, or says nothing of the stream.
    """
    yield from read_stream(source, stream, cursor=cursor, inbox=inbox)
