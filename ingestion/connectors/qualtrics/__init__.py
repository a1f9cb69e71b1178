"""Qualtrics: surveys from CSV exports.

The public face of the connector. Rows leave as text; typing belongs in ``conform``.
"""

from collections.abc import Iterator
from pathlib import Path

from ingestion.connectors.base import Batch, Cursor, Filling
from ingestion.connectors.qualtrics.exports import read_exports
from ingestion.connectors.qualtrics.options import READABLE, options_of
from ingestion.connectors.qualtrics.streams import STREAMS
from ingestion.filling import fills_as_surveyed
from ingestion.readers.surveys.declaration import kinds_of
from ingestion.settings import Source

__all__ = ["STREAMS", "check", "configured", "fills", "read"]


def check(source: Source) -> None:
    """Refuse options that cannot be read with.

    Raises:
        ConfigurationError: an option is unknown, missing or not allowed.
    """
    options_of(source)


def configured(source: Source) -> tuple[str, ...]:
    """Names of the streams that ``source`` asks for: those it lists, or all that exports hold."""
    return tuple(name for name in READABLE if not source.streams or name in source.streams)


def fills(source: Source) -> dict[str, Filling]:
    """What ``source`` fills: its streams, and questions of the kinds that it declares."""
    return fills_as_surveyed(configured(source), kinds_of(options_of(source).surveys.values()))


def read(source: Source, stream: str, *, cursor: Cursor, inbox: Path) -> Iterator[Batch]:
    """Yield the records of ``stream`` from exports that were not read before.

    Raises:
        SourceError: an export is missing or cannot be opened.
    """
    yield from read_exports(source, options_of(source), stream, cursor=cursor, inbox=inbox)
