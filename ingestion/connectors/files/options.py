"""Settings of the ``files`` connector, checked before anything is read.

One entry per stream, and the bucket from which files come that nobody drops.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ingestion.connectors.files.wide import Wide
from ingestion.readers.declared import (
    BaseUrl,
    MappedStream,
    Variable,
    declared_place,
    declared_streams,
)
from ingestion.readers.delimited import Dialect
from ingestion.readers.files import Encoding
from ingestion.readers.names import FilePattern, matches
from ingestion.settings import Source, Strict

Format = Literal["csv", "json", "jsonl", "parquet", "xlsx"]

_TEXT: tuple[Format, ...] = ("csv", "json", "jsonl")
_BELONGS_TO: dict[str, tuple[Format, ...]] = {
    "encoding": _TEXT,
    "delimiter": ("csv",),
    "quote": ("csv",),
    "escape": ("csv",),
    "sheet": ("xlsx",),
    "header_row": ("csv", "xlsx"),
}


class FileStream(MappedStream):
    """How the files of one stream are found and read.

    Args:
        glob: pattern of their names below the source's inbox; ``**`` spans folders.
        format: what they are; never guessed.
        encoding: of text formats.
        delimiter, quote, escape: dialect of CSV; ``escape`` stands before a quote inside
            quotes (the quote itself by default), an empty ``quote`` means that nothing is
            quoted.
        sheet: of a workbook that has several.
        header_row: line or row with the column names, counted from 1.
        mode: ``snapshot`` when each file holds every living record.
        wide: of a file with a column per question, which becomes a row per answer.
        leave_out: columns that never land, such as personal data that no entity column takes;
            ``*`` is every column that is not mapped.
        settle_seconds: a file changed more recently is still being written, unless
            ``<name>.done`` stands beside it.
    """

    glob: FilePattern
    format: Format
    encoding: Encoding = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(max_length=1)] = '"'
    escape: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: str | None = None
    header_row: Annotated[int, Field(ge=1, le=1000)] = 1
    mode: Literal["delta", "snapshot"] = "delta"
    wide: Wide | None = None
    leave_out: tuple[str, ...] = ()
    settle_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60

    @model_validator(mode="after")
    def _only_what_the_format_knows(self) -> "FileStream":
        for name, formats in _BELONGS_TO.items():
            if name in self.model_fields_set and self.format not in formats:
                raise ValueError(f"{name} belongs to {' and '.join(formats)}, not {self.format}")
        return self

    @property
    def dialect(self) -> Dialect:
        """How its CSV files are written."""
        return Dialect(
            encoding=self.encoding,
            delimiter=self.delimiter,
            quote=self.quote,
            escape=self.escape,
            header_row=self.header_row,
        )


class ObjectStore(Strict):
    """Where files come from that nobody drops: a bucket, and who may read it.

    Args:
        url: ``s3://bucket/prefix``; the prefix is a folder.
        region: of the bucket.
        endpoint: address of the store; Amazon's own by default.
        key_id_env, key_secret_env, session_token_env: environment variables with the keys;
            the last one belongs to keys that hold for hours only.
        objects_per_run: how many a run fetches for one stream at most.
    """

    url: Annotated[str, Field(pattern=r"^s3://[a-z0-9][a-z0-9._-]{1,61}[a-z0-9](/[^/]+)*/?$")]
    region: Annotated[str, Field(pattern="^[a-z0-9-]+$")] = "us-east-1"
    endpoint: Annotated[BaseUrl, Field(pattern="^[a-z]+://[^/?#]+$")] | None = None
    key_id_env: Variable
    key_secret_env: Variable
    session_token_env: Variable | None = None
    objects_per_run: Annotated[int, Field(ge=1)] = 20_000

    @property
    def address(self) -> str:
        """The store's address."""
        return self.endpoint or f"https://s3.{self.region}.amazonaws.com"

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self.url.split("/")[2]

    @property
    def prefix(self) -> str:
        """What the keys of its objects begin with; empty or with a slash at its end."""
        folder = "/".join(self.url.split("/")[3:]).strip("/")
        return f"{folder}/" if folder else ""


def options_of(source: Source) -> Mapping[str, FileStream]:
    """The settings of every stream of ``source``.

    Raises:
        ConfigurationError: a key, value or column that is not allowed.
    """
    return declared_streams(source, FileStream)


def place_of(source: Source) -> ObjectStore | None:
    """The bucket from which the files of ``source`` come; None when they are dropped.

    Raises:
        ConfigurationError: a key or value that is not allowed.
    """
    return declared_place(source, ObjectStore) if source.options else None


def sharing(streams: Mapping[str, FileStream], relative: str) -> tuple[str, ...]:
    """Names of all streams that read the file of that name below the inbox."""
    return tuple(name for name, stream in streams.items() if matches(relative, stream.glob))
