"""Settings of the ``singer`` connector: the tap or its dropped output, and one entry per stream."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import ConfigurationError
from ingestion.explaining import explain
from ingestion.readers.mapping import Columns, check_columns
from ingestion.readers.names import FilePattern
from ingestion.readers.paths import Place
from ingestion.settings import Source, Strict


class SingerOptions(Strict):
    """Where the messages come from.

    Args:
        command: the tap with its arguments; it is run once for each stream, with ``--state``
            and the state that landed last.
        files: pattern of dropped outputs below the inbox, one message a line.
        minutes: how long a tap may run.
        settle_seconds: a younger file is still being written.
        batch_rows: records after which a STATE message ends a batch.
    """

    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    files: FilePattern | None = None
    minutes: Annotated[int, Field(ge=1)] = 60
    settle_seconds: Annotated[float, Field(ge=0)] = 60
    batch_rows: Annotated[int, Field(ge=1)] = 20_000

    @model_validator(mode="after")
    def _one_origin(self) -> "SingerOptions":
        if (self.command is None) == (self.files is None):
            raise ValueError("must have exactly one of command and files")
        return self


class SingerStream(Strict):
    """What is read for one entity.

    Args:
        stream: the tap's own name of it.
        replication: ``full_table``: each run brings every living record, so missing ones are
            deletes.
        columns: entity column to a field of the record; ``owner.id`` is a field below one.
        conventions: where this stream writes values otherwise than its source.
    """

    stream: Annotated[str, Field(min_length=1)]
    replication: Literal["incremental", "full_table"] = "incremental"
    columns: Columns
    conventions: dict[str, Any] = Field(default_factory=dict)


def options_of(source: Source) -> tuple[SingerOptions, Mapping[str, SingerStream]]:
    """The settings of ``source`` and of its streams.

    Raises:
        ConfigurationError: a key, value, place or column that is not allowed.
    """
    try:
        options = SingerOptions.model_validate(dict(source.options))
    except ValidationError as error:
        raise ConfigurationError(f"source {source.id}, options: {explain(error)}") from error
    return options, {name: _stream(source, name) for name in source.streams}


def _stream(source: Source, name: str) -> SingerStream:
    where = f"source {source.id}, stream {name}"
    if name not in MAPPED_STREAMS:
        raise ConfigurationError(f"{where}: must be one of {', '.join(MAPPED_STREAMS)}")
    try:
        stream = SingerStream.model_validate(source.streams[name])
        source.conventions.replaced(stream.conventions)
        for origin in stream.columns.values():
            for text in origin.names:
                Place.of(text)
    except (ValidationError, ValueError) as error:
        said = explain(error) if isinstance(error, ValidationError) else str(error)
        raise ConfigurationError(f"{where}: {said}") from error
    check_columns(stream.columns, MAPPED_STREAMS[name], where)
    return stream
