"""Settings of the ``rest`` connector: the place and its credentials, and one entry per stream.

How paging is declared belongs in ``paging``, where values stand in ``paths``.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from ingestion.connectors.rest.instants import Written
from ingestion.connectors.rest.paging import Keyset, NextLink, Paging, SinglePage
from ingestion.connectors.rest.paths import JsonPath, Place
from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import ConfigurationError
from ingestion.readers.addresses import checked_url
from ingestion.readers.mapping import Columns, check_columns
from ingestion.settings import Source, Strict, explain


def _callable(value: str) -> str:
    try:
        return checked_url(value)
    except ConfigurationError as error:
        raise ValueError(str(error)) from None


Variable = Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]*$")]
BaseUrl = Annotated[str, AfterValidator(_callable)]


class NoAuth(Strict):
    """Nothing, or a secret that is part of the address in ``base_url_env``."""

    kind: Literal["none"] = "none"


class Bearer(Strict):
    """A token in the header ``Authorization``."""

    kind: Literal["bearer"]
    token_env: Variable


class ApiKey(Strict):
    """A key in a header or a query parameter of its own."""

    kind: Literal["api_key"]
    name: str
    key_env: Variable
    location: Literal["header", "query"] = "header"
    prefix: str = ""


class Basic(Strict):
    """User and password."""

    kind: Literal["basic"]
    user_env: Variable
    password_env: Variable
    user_suffix: str = ""


class ClientCredentials(Strict):
    """OAuth 2 client credentials; the token is renewed when it expires."""

    kind: Literal["client_credentials"]
    token_url: BaseUrl
    client_id_env: Variable
    client_secret_env: Variable
    data: dict[str, str] = Field(default_factory=dict)


Auth = Annotated[NoAuth | Bearer | ApiKey | Basic | ClientCredentials, Field(discriminator="kind")]


class RestOptions(Strict):
    """Where the source is, who we are, and how much may be asked of it.

    Args:
        base_url, base_url_env: the address, or the variable that holds it where it is a secret.
        auth: see the kinds.
        headers: sent with every request; never secrets.
        allowed_hosts: hosts that next pages may lie on, beside the base address's own.
        requests_per_minute: shared by all streams of the host.
        requests_per_run: budget of one read of one stream.
        response_megabytes: the largest answer that is read.
    """

    base_url: BaseUrl | None = None
    base_url_env: Variable | None = None
    auth: Auth = NoAuth()
    headers: dict[str, str] = Field(default_factory=dict)
    allowed_hosts: tuple[str, ...] = ()
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    requests_per_run: Annotated[int, Field(ge=1)] | None = None
    response_megabytes: Annotated[int, Field(ge=1, le=1024)] = 128

    @model_validator(mode="after")
    def _one_place(self) -> "RestOptions":
        if (self.base_url is None) == (self.base_url_env is None):
            raise ValueError("must have exactly one of base_url and base_url_env")
        return self


class Request(Strict):
    """One list that is asked for.

    In ``path``, ``params`` and ``body`` these words are replaced: ``{since}`` (the position;
    ``{since:number}`` where a body needs a number), ``{until}`` (the source's time), ``{after}``
    (the last key of keyset paging) and ``{each}``.

    Args:
        records: place of the list in the answer; empty when the answer is the list.
        expand: lists below a record, each element of which is a row; the record is ``_parent``.
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    params: dict[str, Any] = Field(default_factory=dict)
    body: dict[str, Any] = Field(default_factory=dict)
    records: JsonPath = ""
    expand: tuple[str, ...] = ()
    paging: Paging = SinglePage()

    @model_validator(mode="after")
    def _consistent(self) -> "Request":
        if self.body and self.method == "GET":
            raise ValueError("body belongs to method: POST")
        if isinstance(self.paging, Keyset) != ("{after}" in self.template):
            raise ValueError("{after} and paging.kind keyset belong together")
        return self

    @property
    def template(self) -> str:
        """Everything in which words are replaced."""
        return json.dumps([self.path, self.params, self.body], ensure_ascii=False)


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
    """

    field: JsonPath
    written: Written = "utc"
    first: str | None = None
    is_ordered: bool = False
    overlap_minutes: Annotated[int, Field(ge=0)] = 60
    settle_minutes: Annotated[int, Field(ge=0)] = 0
    restart_after: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "RestCursor":
        if self.restart_after and not self.is_ordered:
            raise ValueError("restart_after needs is_ordered")
        return self


class KeySnapshot(Request):
    """All living keys are read every so many days, so that vanished ones become deletes."""

    kind: Literal["key_snapshot"]
    every_days: Annotated[int, Field(ge=1)] = 7


class DeletedList(Request):
    """A list of what was deleted, whose records have the same form."""

    kind: Literal["list"]
    columns: Columns = Field(default_factory=dict)


Deletes = Annotated[KeySnapshot | DeletedList, Field(discriminator="kind")]


class RestStream(Request):
    """What is read for one stream; without a cursor everything each time, as a snapshot.

    Args:
        each: values of ``{each}``, such as form numbers; the list is read for each of them.
        cursor: see there; the request must write ``{since}``, unless the next page is durable.
        deletes: how deleted records are found, beside ``_op`` in ``columns``.
        columns: entity column to place in the record; see ``paths`` and ``readers.mapping``.
        times: places whose times are written as e-mails write them, or in epoch milliseconds.
        conventions: where this stream writes values otherwise than its source.
    """

    each: tuple[str, ...] = ()
    cursor: RestCursor | None = None
    deletes: Deletes | None = None
    columns: Columns
    times: tuple[str, ...] = ()
    conventions: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _goes_on(self) -> "RestStream":
        if self.is_durable and self.cursor:
            raise ValueError("a durable next page takes the place of a cursor")
        has_since = "{since}" in self.template or "{since:number}" in self.template
        if bool(self.cursor) != has_since and not self.is_durable:
            raise ValueError("{since} and cursor belong together")
        if bool(self.each) != ("{each}" in self.template):
            raise ValueError("{each} and each belong together")
        if self.deletes and not (self.cursor or self.is_durable):
            raise ValueError("deletes needs a cursor: without one every read finds them anyway")
        return self

    @property
    def is_durable(self) -> bool:
        """True when the source itself says where the next run goes on."""
        return isinstance(self.paging, NextLink) and self.paging.is_durable


def options_of(source: Source) -> tuple[RestOptions, Mapping[str, RestStream]]:
    """The settings of ``source`` and of its streams.

    Raises:
        ConfigurationError: a key, value, place or column that is not allowed.
    """
    try:
        options = RestOptions.model_validate(source.options)
    except ValidationError as error:
        # values stay unsaid: one of them may be a secret in the wrong place
        mistakes = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'options'}: {item['msg']}"
            for item in error.errors()
        )
        raise ConfigurationError(f"source {source.id}, options: {mistakes}") from None
    return options, {name: _stream(source, name) for name in source.streams}


def _stream(source: Source, name: str) -> RestStream:
    where = f"source {source.id}, stream {name}"
    if name not in MAPPED_STREAMS:
        raise ConfigurationError(f"{where}: must be one of {', '.join(MAPPED_STREAMS)}")
    try:
        stream = RestStream.model_validate(source.streams[name])
        source.conventions.replaced(stream.conventions)
        for origin in stream.columns.values():
            for text in origin.sources or ():
                Place.of(text)
    except (ValidationError, ValueError) as error:
        said = explain(error) if isinstance(error, ValidationError) else str(error)
        raise ConfigurationError(f"{where}: {said}") from error
    check_columns(stream.columns, MAPPED_STREAMS[name], where)
    return stream
