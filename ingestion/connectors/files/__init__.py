"""Files of any company, dropped or in a bucket, mapped to the unified entities by configuration.

The public face of the connector. Which files may be opened and where they go afterwards
belongs in ``ingestion.readers.files``, renaming columns in ``ingestion.readers.mapping``.
"""

from collections.abc import Iterator
from pathlib import Path

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.files.drops import read_drops
from ingestion.connectors.files.options import options_of, place_of
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
    place_of(source)


def configured(source: Source) -> tuple[str, ...]:
    """Names of the streams that ``source`` asks for."""
    return tuple(source.streams)


def read(source: Source, stream: str, *, cursor: Cursor, inbox: Path) -> Iterator[Batch]:
    """Yield one batch per file that lies in ``inbox``, ordered by name.

    New objects of a bucket come into the inbox before. A file that cannot be read as a whole
    is a batch with one reject; the others follow. Files that have landed leave the inbox, so
    ``cursor`` is not needed.

    Raises:
        ConfigurationError: as ``check``.
        SourceError: a bucket cannot be read; what lay in the inbox has been.
    """
    place = place_of(source)
    if place is None:
        yield from read_drops(source, stream, inbox=inbox)
        return
    # what speaks to a bucket is imported for a source that has one
    from ingestion.connectors.files.fetching import read_objects

    yield from read_objects(source, stream, place=place, inbox=inbox)
