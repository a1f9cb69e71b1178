"""Lists of any REST interface, mapped to the unified entities by configuration.

The public face of the connector. Renaming columns belongs in ``ingestion.readers.mapping``,
typing in ``ingestion.conform``, what is known of a vendor in ``presets``.
"""

from collections.abc import Iterator
from pathlib import Path

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.rest.options import options_of
from ingestion.connectors.rest.reading import read_stream
from ingestion.entities import MAPPED_STREAMS
from ingestion.settings import Source

__all__ = ["STREAMS", "check", "configured", "read"]

STREAMS = MAPPED_STREAMS


def check(source: Source) -> None:
    """Refuse settings that cannot be read with.

    Raises:
        ConfigurationError: a key, value, place or column that is not allowed.
    """
    options_of(source)


def configured(source: Source) -> tuple[str, ...]:
    """Names of the streams that ``source`` asks for."""
    return tuple(source.streams)


def read(source: Source, stream: str, *, cursor: Cursor, inbox: Path) -> Iterator[Batch]:
    """Yield what changed since ``cursor``, page by page, each with a position of its own.

    Raises:
        ConfigurationError: as ``check``.
        SourceError: refused, unreachable, or not of the declared form; what was yielded before
            stays, and the next read goes on from there.
    """
    yield from read_stream(source, stream, cursor=cursor)
