"""Settings of the ``sql`` connector: where the database is, and one entry per stream."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from ingestion.readers.declared import MappedStream, declared_place, declared_streams
from ingestion.settings import Source, Strict

SQLITE_URL = re.compile(r"^sqlite:///(?:\{inbox\}/)?(?P<path>\w[\w .-]*(?:/\w[\w .-]*)*)$")
TABLE = r"^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$"


def _sqlite_in_inbox(value: str) -> str:
    match = SQLITE_URL.match(value)
    if not match or ".." in match["path"].split("/"):
        raise ValueError(
            "must be sqlite:///<file in the source's inbox>; any other database stands in the "
            "environment variable that url_env names"
        )
    return value


def _one_select(value: str) -> str:
    query = value.strip().removesuffix(";")
    if ";" in query or not re.match(r"(?i)(select|with)\b", query):
        raise ValueError("must be one SELECT statement")
    return query


class SqlOptions(Strict):
    """Where the database is.

    Args:
        url_env: environment variable that holds its URL, which is a secret.
        url: a SQLite file in the source's inbox, which needs no password.
    """

    url_env: Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]*$")] | None = None
    url: Annotated[str, AfterValidator(_sqlite_in_inbox)] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "SqlOptions":
        if (self.url_env is None) == (self.url is None):
            raise ValueError("must have exactly one of url_env and url")
        return self

    def sqlite_file(self) -> str | None:
        """Path of the SQLite file below the inbox; None for a database elsewhere."""
        match = SQLITE_URL.match(self.url or "")
        return match["path"] if match else None


class SqlStream(MappedStream):
    """What is read for one stream.

    Args:
        table: a table or view, perhaps with its schema.
        query: a SELECT that is read as if it were a view.
        cursor: column that grows whenever a row changes. Without one everything is read each
            time, and rows that vanished are deletes.
        overlap_minutes: how far behind the cursor reading resumes, for transactions that
            commit late; at least as long as the longest of them.
        deletes: ``key_snapshot`` reads all keys at the end, to find rows that vanished.
        leave_out: columns that are never read, such as personal data that no entity column
            takes; ``*`` stands for all that nobody mapped.
        batch_rows: rows that land together; a killed read resumes behind the last batch.
    """

    table: Annotated[str, Field(pattern=TABLE)] | None = None
    query: Annotated[str, AfterValidator(_one_select)] | None = None
    cursor: str | None = None
    overlap_minutes: Annotated[int, Field(ge=0)] = 60
    deletes: Literal["none", "key_snapshot"] = "none"
    leave_out: tuple[str, ...] = ()
    batch_rows: Annotated[int, Field(ge=1)] = 200_000

    @model_validator(mode="after")
    def _consistent(self) -> "SqlStream":
        if (self.table is None) == (self.query is None):
            raise ValueError("must have exactly one of table and query")
        if self.deletes == "key_snapshot" and self.cursor is None:
            raise ValueError("deletes needs a cursor: without one every read finds them anyway")
        return self


def options_of(source: Source) -> tuple[SqlOptions, Mapping[str, SqlStream]]:
    """The settings of ``source`` and of its streams.

    Raises:
        ConfigurationError: a key, value or column that is not allowed.
    """
    return declared_place(source, SqlOptions), declared_streams(source, SqlStream)
