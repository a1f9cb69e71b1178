"""Options of an Asterisk source, as ``sources.yaml`` states them.

Only what may be configured and whether it fits together; reading belongs in the readers.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from ingestion.connectors.asterisk.streams import STREAMS
from ingestion.errors import ConfigurationError
from ingestion.explaining import explain
from ingestion.readers.files import Encoding
from ingestion.readers.names import FilePattern
from ingestion.settings import Name, Source, Strict

CdrColumn = Literal[
    "accountcode",
    "src",
    "dst",
    "dcontext",
    "clid",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
    "uniqueid",
    "userfield",
    "linkedid",
    "sequence",
    "recordingfile",
    "peeraccount",
    "ignore",
]
CelColumn = Literal[
    "eventtype",
    "eventtime",
    "cidname",
    "cidnum",
    "cidani",
    "cidrdnis",
    "ciddnid",
    "exten",
    "context",
    "channame",
    "appname",
    "appdata",
    "amaflags",
    "accountcode",
    "uniqueid",
    "linkedid",
    "peer",
    "userdeftype",
    "eventextra",
    "userfield",
    "ignore",
]
CLASSIC_CDR: tuple[CdrColumn, ...] = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp"),
    *("lastdata", "start", "answer", "end", "duration", "billsec", "disposition", "amaflags"),
    *("uniqueid", "userfield"),
)


class Options(Strict):
    """Where the logs or tables of one PBX are.

    A log that is not named is not read. ``*_columns`` are the columns of the CSV files in
    order; a record may lack the last one. ``extension_digits`` is the length up to which a
    number is an internal extension and no phone.
    """

    source: Literal["files", "database"] = "files"
    queue_log: FilePattern | None = None
    cdr: FilePattern | None = None
    cel: FilePattern | None = None
    cdr_columns: tuple[CdrColumn, ...] = CLASSIC_CDR
    cel_columns: tuple[CelColumn, ...] = ()
    encoding: Encoding = "utf-8"
    extension_digits: Annotated[int, Field(ge=2, le=9)] = 6
    url_env: str | None = None
    queue_log_table: Name | None = None
    cdr_table: Name | None = None
    batch_rows: Annotated[int, Field(gt=0)] = 50_000
    overlap_rows: Annotated[int, Field(ge=0)] = 1_000
    overlap_hours: Annotated[int, Field(ge=0)] = 24

    @model_validator(mode="after")
    def _is_complete(self) -> "Options":
        if not self.streams:
            needed = ("queue_log, cdr or cel", "queue_log_table or cdr_table")
            raise ValueError(f"names no log: set {needed[self.source == 'database']}")
        if self.source == "database" and not self.url_env:
            raise ValueError("source database needs url_env, the variable that holds the URL")
        if self.cel and not {"eventtype", "eventtime"} <= set(self.cel_columns):
            raise ValueError("cel needs cel_columns with eventtype and eventtime")
        if "start" not in self.cdr_columns:
            raise ValueError("cdr_columns must name start")
        return self

    @property
    def streams(self) -> Mapping[str, str]:
        """Streams that are read, each with its file pattern or table."""
        places = (
            {"queue_log": self.queue_log, "cdr": self.cdr, "cel": self.cel}
            if self.source == "files"
            else {"queue_log": self.queue_log_table, "cdr": self.cdr_table}
        )
        return {stream: place for stream, place in places.items() if place}


def options_of(source: Source) -> Options:
    """The checked options of ``source``.

    Raises:
        ConfigurationError: an option is unknown, missing or not allowed.
    """
    unknown = sorted(name for name, more in source.streams.items() if more or name not in STREAMS)
    if unknown:
        raise ConfigurationError(
            f"{source.id}: streams {unknown} must be of {', '.join(STREAMS)} and take no settings"
        )
    try:
        options = Options.model_validate(dict(source.options))
    except ValidationError as error:
        raise ConfigurationError(f"{source.id}: options: {explain(error)}") from error
    absent = sorted(source.streams.keys() - options.streams.keys())
    if absent:
        raise ConfigurationError(f"{source.id}: streams {absent} have no file pattern or table")
    return options
