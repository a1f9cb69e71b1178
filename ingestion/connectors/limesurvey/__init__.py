"""LimeSurvey: surveys from exported files or from the RemoteControl 2 interface.

The public face of the connector. Rows leave as text; typing belongs in ``conform``.
"""

from collections.abc import Iterator
from pathlib import Path

from ingestion.connectors.base import Batch, Cursor, Filling
from ingestion.connectors.limesurvey.exports import read_exports
from ingestion.connectors.limesurvey.options import options_of
from ingestion.connectors.limesurvey.remote import read_remote
from ingestion.connectors.limesurvey.streams import STREAMS
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
    """Names of the streams that ``source`` asks for: those it lists, or all that have data."""
    options = options_of(source)
    has_people = options.mode == "remote_control" or any(
        survey.participants for survey in options.surveys.values()
    )
    return tuple(
        name
        for name in STREAMS
        if (not source.streams or name in source.streams)
        and (has_people or name != "survey_invitations")
    )


def fills(source: Source) -> dict[str, Filling]:
    """What ``source`` fills: its streams, and questions of the kinds that it declares."""
    return fills_as_surveyed(configured(source), kinds_of(options_of(source).surveys.values()))


def read(source: Source, stream: str, *, cursor: Cursor, inbox: Path) -> Iterator[Batch]:
    """Yield the records of ``stream`` that are new or were edited since ``cursor``.

    Raises:
        SourceError: an export is missing, or the interface refuses or cannot be reached.
    """
    options = options_of(source)
    if options.mode == "files":
        yield from read_exports(source, options, stream, cursor=cursor, inbox=inbox)
    else:
        yield from read_remote(options, stream, cursor=cursor)
