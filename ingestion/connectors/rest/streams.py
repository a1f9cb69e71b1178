"""Settings of one stream of a declared source: what is asked, how a read goes on, what is gone.

How paging is declared belongs in ``paging``, how jobs in ``jobs``, where values stand in
``readers.paths``.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ingestion.connectors.rest.answers import Format
from ingestion.connectors.rest.jobs import Job
from ingestion.connectors.rest.paging import Keyset, NextLink, Paging, SinglePage
from ingestion.readers.declared import MappedStream
from ingestion.readers.instants import Written
from ingestion.readers.mapping import Columns
from ingestion.readers.paths import JsonPath, Place
from ingestion.settings import Strict


class Request(Strict):
    """One list that is asked for.

    In ``path``, ``params`` and ``body``, also those of its job, these words are replaced:
    ``{since}`` (the position; ``{since:number}`` where a body needs a number), ``{until}`` (the
    source's time, or the end of a slice), ``{after}`` (the last key of keyset paging),
    ``{each}``, and ``{job}`` and ``{result}`` of a job.

    Args:
        headers: sent beside those of the source; never secrets.
        format: what an answer is.
        records: place of the list in the answer; empty when the answer is the list.
        may_be_empty: an answer that is an empty object is an empty list.
        expand: lists below a record, each element of which is a row; the record is ``_parent``.
            ``name.*`` is an object each entry of which is a row, with its ``_name``; ``*`` may
            be any pattern of names.
        leave_out: places of a record that never land; ``*`` is every one that is not mapped.
        job: what must be done before the list is there.
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    params: dict[str, Any] = Field(default_factory=dict)
    body: dict[str, Any] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    format: Format = "json"
    records: JsonPath = ""
    may_be_empty: bool = False
    expand: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    paging: Paging = SinglePage()
    job: Job | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Request":
        if self.body and self.method == "GET":
            raise ValueError("body belongs to method: POST")
        if isinstance(self.paging, Keyset) != ("{after}" in self.template):
            raise ValueError("{after} and paging.kind keyset belong together")
        for place in self.leave_out:
            Place.of(place)
        return self

    @property
    def template(self) -> str:
        """Everything in which words are replaced."""
        asked = [self.path, self.params, self.body]
        if self.job:
            asked += [self.job.path, self.job.params, self.job.body]
        return json.dumps(asked, ensure_ascii=False)

    @property
    def is_durable(self) -> bool:
        """True when the source itself says where the next run goes on."""
        return isinstance(self.paging, NextLink) and self.paging.is_durable


class RestCursor(Strict):
    """How a read goes on where the last one ended.

    Args:
        field: place of the value in a record (the parent of expanded ones).
        written: how a request writes it; times are read however they are written.
        first: position of the first read.
        is_ordered: records come in its ascending order, so that every page is a position.
        overlap_minutes: how far behind the position a read begins, for late commits and edits.
        settle_minutes: how far before the source's own time the position stays.
        restart_after: records after which a new request begins at the position, where pages
            are counted and an edit would shift them, or one request gives only so many; needs
            ``is_ordered``.
        slice_days: the longest time that one request may span, up to ``{until}``.
        keeps_days: how long the source shows what changed. A pause that was longer is told in
            a note; a list that can only be asked for as a whole needs no ``{since}`` then.
    """

    field: JsonPath
    written: Written = "utc"
    first: str | None = None
    is_ordered: bool = False
    overlap_minutes: Annotated[int, Field(ge=0)] = 60
    settle_minutes: Annotated[int, Field(ge=0)] = 0
    restart_after: Annotated[int, Field(ge=1)] | None = None
    slice_days: Annotated[int, Field(ge=1)] | None = None
    keeps_days: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "RestCursor":
        if self.restart_after and not self.is_ordered:
            raise ValueError("restart_after needs is_ordered")
        if self.slice_days and (self.written == "number" or self.first is None):
            raise ValueError("slice_days needs a cursor of times, and first")
        return self

    @property
    def goes_in_steps(self) -> bool:
        """True when one request does not reach the end."""
        return bool(self.restart_after or self.slice_days)


class KeySnapshot(Request):
    """All living keys are read every so many days, so that vanished ones become deletes."""

    kind: Literal["key_snapshot"]
    every_days: Annotated[int, Field(ge=1)] = 7


class DeletedList(Request):
    """A list of what was deleted, whose records have the same form."""

    kind: Literal["list"]
    columns: Columns = Field(default_factory=dict)


class Whole(Strict):
    """Everything is read every so many days: edits that move no cursor, and deletes."""

    kind: Literal["whole"]
    every_days: Annotated[int, Field(ge=1)] = 7


Deletes = Annotated[KeySnapshot | DeletedList | Whole, Field(discriminator="kind")]


class RestStream(Request, MappedStream):
    """What is read for one stream; without a cursor everything each time, as a snapshot.

    Args:
        each: values of ``{each}``, such as form numbers; the list is read for each of them.
        cursor: see there; the request must write ``{since}``, unless the next page is durable.
        deletes: how deleted records are found, beside ``_op`` in ``columns``.
        times: places whose times are written as e-mails write them, or in epoch milliseconds.
    """

    each: tuple[str, ...] = ()
    cursor: RestCursor | None = None
    deletes: Deletes | None = None
    times: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _goes_on(self) -> "RestStream":
        if self.is_durable and self.cursor:
            raise ValueError("a durable next page takes the place of a cursor")
        has_since = "{since}" in self.template or "{since:number}" in self.template
        is_shown_whole = bool(self.cursor and self.cursor.keeps_days)
        if bool(self.cursor) != has_since and not (self.is_durable or is_shown_whole):
            raise ValueError("{since} and cursor belong together")
        if bool(self.each) != ("{each}" in self.template):
            raise ValueError("{each} and each belong together")
        if self.deletes and not (self.cursor or self.is_durable):
            raise ValueError("deletes needs a cursor: without one every read finds them anyway")
        if isinstance(self.deletes, Whole) and self.cursor and self.cursor.goes_in_steps:
            raise ValueError("deletes.kind whole reads all at once: no restart_after, slice_days")
        for origin in self.columns.values():
            for text in origin.names:
                Place.of(text)
        return self
