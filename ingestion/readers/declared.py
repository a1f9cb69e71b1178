"""Declared streams: the settings that every connector fed by configuration checks alike.

What a connector's own settings mean belongs in its ``options``; what a column may name in
``mapping``.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, ValidationError

from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import ConfigurationError
from ingestion.explaining import explain
from ingestion.readers.addresses import checked_url
from ingestion.readers.mapping import Columns, check_columns
from ingestion.settings import Source, Strict


def _callable(value: str) -> str:
    try:
        return checked_url(value)
    except ConfigurationError as error:
        raise ValueError(str(error)) from None


Variable = Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]*$")]
"""Name of an environment variable that holds a secret."""

BaseUrl = Annotated[str, AfterValidator(_callable)]
"""An address that may be called."""


class MappedStream(Strict):
    """What is read for one stream.

    Args:
        columns: entity column to its origin; see ``mapping``.
        conventions: where this stream writes values otherwise than its source.
    """

    columns: Columns
    conventions: dict[str, Any] = Field(default_factory=dict)


Place = TypeVar("Place", bound=Strict)
Stream = TypeVar("Stream", bound=MappedStream)


def declared_place(source: Source, kind: type[Place]) -> Place:
    """The ``options`` of ``source``.

    Raises:
        ConfigurationError: a key or value that is not allowed.
    """
    try:
        return kind.model_validate(source.options)
    except ValidationError as error:
        # values stay unsaid: one of them may be a secret in the wrong place
        mistakes = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'options'}: {item['msg']}"
            for item in error.errors()
        )
        raise ConfigurationError(f"source {source.id}, options: {mistakes}") from None


def declared_streams(source: Source, kind: type[Stream]) -> Mapping[str, Stream]:
    """The settings of every stream of ``source``.

    Raises:
        ConfigurationError: a key, value or column that is not allowed.
    """
    return {name: _stream(source, name, kind) for name in source.streams}


def _stream(source: Source, name: str, kind: type[Stream]) -> Stream:
    where = f"source {source.id}, stream {name}"
    if name not in MAPPED_STREAMS:
        raise ConfigurationError(f"{where}: must be one of {', '.join(MAPPED_STREAMS)}")
    try:
        stream = kind.model_validate(source.streams[name])
        source.conventions.replaced(stream.conventions)
    except ValidationError as error:
        raise ConfigurationError(f"{where}: {explain(error)}") from error
    check_columns(stream.columns, MAPPED_STREAMS[name], where)
    return stream
