"""Asterisk: queue log, call detail records and channel events, from files or a database.

The public face of the connector. Rows leave as text; typing belongs in ``conform``.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ingestion.connectors.asterisk.database import read_table
from ingestion.connectors.asterisk.options import options_of
from ingestion.connectors.asterisk.queue_log import read_queue_log
from ingestion.connectors.asterisk.records import read_records
from ingestion.connectors.asterisk.streams import STREAMS
from ingestion.connectors.base import Batch, Cursor, Filling
from ingestion.settings import Source

__all__ = ["STREAMS", "check", "configured", "fills", "read"]

FILLS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "queue_log": {
        "calls": (
            *("agent_number", "phone", "is_transferred", "ended_at", "wait_milliseconds"),
            *("talk_milliseconds", "hold_milliseconds", "wrap_milliseconds", "direction", "reason"),
        ),
        "agent_states": ("ended_at",),
    },
    "cdr": {"recordings": ("length_milliseconds",)},
}
"""What the models make of each log: unified entities with their optional columns."""


def check(source: Source) -> None:
    """Refuse options that cannot be read with.

    Raises:
        ConfigurationError: an option is unknown, missing or not allowed.
    """
    options_of(source)


def configured(source: Source) -> tuple[str, ...]:
    """Names of the streams that ``source`` asks for: all with a place, or those it lists."""
    places = options_of(source).streams
    return tuple(name for name in places if not source.streams or name in source.streams)


def fills(source: Source) -> dict[str, Filling]:
    """What ``source`` fills of the unified entities, once the models have read its logs."""
    return {
        entity: Filling(frozenset(columns))
        for stream in configured(source)
        for entity, columns in FILLS.get(stream, {}).items()
    }


def read(source: Source, stream: str, *, cursor: Cursor, inbox: Path) -> Iterator[Batch]:
    """Yield the records that ``stream`` gained since ``cursor``.

    Raises:
        SourceError: the log or table is missing, locked or was changed.
    """
    options = options_of(source)
    if stream not in options.streams:
        return
    if options.source == "database":
        yield from read_table(options, stream, cursor=cursor)
    elif stream == "queue_log":
        yield from read_queue_log(options, cursor=cursor, inbox=inbox)
    else:
        yield from read_records(options, stream, cursor=cursor, inbox=inbox)
