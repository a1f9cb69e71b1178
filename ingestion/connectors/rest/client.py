"""The client of a declared source: addresses, credentials and pages; knows no entity.

It and ``login`` are the only modules that import dlt, of which they use the REST client, its
paginators and its authentication, on the bounded session of ``readers.http``. They are
imported when a source is read, so that a night without one does not pay for them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from dlt.common.configuration.specs.runtime_configuration import RuntimeConfiguration
from dlt.sources.helpers.rest_client import paginators
from dlt.sources.helpers.rest_client.client import PageData, RESTClient

from ingestion.connectors.rest import options as settings
from ingestion.connectors.rest.guards import LoopGuard
from ingestion.connectors.rest.login import login, renewal, secrets_of
from ingestion.connectors.rest.paging import (
    HeaderLink,
    Keyset,
    NextLink,
    Offsets,
    PageNumbers,
    Paging,
    Token,
)
from ingestion.connectors.rest.paths import ABSENT, Place, Steps, steps_of, value_at
from ingestion.connectors.rest.records import key_value
from ingestion.errors import SourceError
from ingestion.readers.addresses import checked_url, host_of
from ingestion.readers.allowance import MIB, HttpLimits, Sleep
from ingestion.readers.http import NO_CONTENT, BoundedSession
from ingestion.readers.json_values import DECODER
from ingestion.settings import secret

Words = Mapping[str, str | int]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a list.

    Args:
        records: as the source sent them, numbers with their digits.
        after: key of the last record, for keyset paging.
        next_url: where the next page lies, for links.
    """

    records: list[Any]
    after: str | int | None = None
    next_url: str | None = None


class Api:
    """A declared source that can be asked; use as a context manager.

    Args:
        options: see ``RestOptions``.
        sleep: waits between tries.

    Raises:
        ConfigurationError: an environment variable that the options name is not set.
    """

    def __init__(self, options: settings.RestOptions, *, sleep: Sleep) -> None:
        self._base = options.base_url or checked_url(secret(options.base_url_env or ""))
        hidden = [urlsplit(self._base).path.strip("/")] if options.base_url_env else []
        credentials = secrets_of(options.auth)
        limits = HttpLimits(
            response_bytes=options.response_megabytes * MIB,
            requests=options.requests_per_run,
            requests_per_minute=options.requests_per_minute,
        )

        def session(url: str, **more: Any) -> BoundedSession:
            return BoundedSession(
                hosts=[host_of(url), *more.pop("hosts", ())],
                secrets=[*credentials.values(), *hidden],
                limits=limits,
                sleep=sleep,
                **more,
            )

        auth = login(options.auth, credentials, session)
        self._session = session(
            self._base, hosts=options.allowed_hosts, parse=DECODER.decode, renew=renewal(auth)
        )
        self._client = RESTClient(
            self._base,
            headers=options.headers,
            auth=auth,
            session=self._session,
            config=RuntimeConfiguration(),
        )

    def __enter__(self) -> "Api":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    @property
    def server_time(self) -> datetime | None:
        """The source's own time, as its last answer told it."""
        return self._session.server_time

    def pages(
        self,
        request: settings.Request,
        words: Words,
        *,
        after: str | int | None = None,
        start: str | None = None,
    ) -> Iterator[Page]:
        """The pages of one list, until its end.

        Args:
            request: the list.
            words: what stands for the words in its templates.
            after: where keyset paging begins.
            start: address of the first page, where an earlier answer named it.

        Raises:
            SourceError: as ``BoundedSession.send``; no list in an answer; the pages go in circles.
        """
        paging, where = request.paging, steps_of(request.records)
        keys = dict(words)
        if isinstance(paging, Keyset):
            keys["after"] = paging.first if after is None else after
        guard = LoopGuard(self._session.said(self._base, request.path))
        for found in self._asked(request, keys, start):
            answer = found.response.json()
            records = self._records(found.response, where)
            yield Page(
                records=records,
                after=_last_key(records, paging) if isinstance(paging, Keyset) else None,
                next_url=_next_url(answer, paging, found.response.url),
            )
            if _is_last(answer, records, paging) or not found.paginator.has_next_page:
                return
            guard.check(found.request, records)

    def _asked(
        self, request: settings.Request, words: Words, start: str | None
    ) -> Iterator[PageData[Any]]:
        """The answers that dlt's client gets, page after page; the list is taken out later."""
        return self._client.paginate(
            start or filled(request.path, words),
            method=request.method,
            params={} if start else query(request, words),
            json=None if request.method == "GET" else filled(request.body, words),
            paginator=_paginator(request, words),
            data_selector="$",
            hooks={"response": []},
        )

    def _records(self, response: requests.Response, where: Steps) -> list[Any]:
        if response.status_code == NO_CONTENT:
            return []
        answer = response.json()
        records = value_at(answer, where)
        if isinstance(records, list):
            return records
        place = ".".join(map(str, where)) or "the top"
        fields = ", ".join(sorted(answer)[:10]) if isinstance(answer, dict) else "no object"
        raise SourceError(
            self._session.said(response.url, f"answers without a list at {place}; it has: {fields}")
        )


def filled(template: Any, words: Words) -> Any:
    """``template`` with every ``{word}`` replaced; a text that is one word takes its type."""
    if isinstance(template, dict):
        return {name: filled(value, words) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value, words) for value in template]
    if not isinstance(template, str):
        return template
    for word, value in words.items():
        if template == f"{{{word}}}":
            return value
        template = template.replace(f"{{{word}}}", str(value))
    return template


def query(request: settings.Request, words: Words) -> dict[str, Any]:
    """The query of ``request``; a parameter whose word is empty is not sent."""
    asked = filled(request.params, words)
    return {name: value for name, value in asked.items() if value != ""}


class _KeysetPaginator(paginators.BasePaginator):
    """Asks for what comes behind the last record."""

    def __init__(self, request: settings.Request, paging: Keyset, words: Words) -> None:
        super().__init__()
        self._request, self._paging, self._words = request, paging, dict(words)

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        records = value_at(response.json(), steps_of(self._request.records))
        last = _last_key(records, self._paging) if isinstance(records, list) else None
        self._has_next_page = last is not None
        if last is not None:
            self._words["after"] = last

    def update_request(self, request: requests.Request) -> None:
        request.params = query(self._request, self._words)
        if self._request.method == "POST":
            request.json = filled(self._request.body, self._words)


def _paginator(request: settings.Request, words: Words) -> paginators.BasePaginator:
    paging, in_body = request.paging, request.method == "POST"

    def place(name: str, param: str) -> dict[str, Any]:
        return {f"{name}_body_path" if in_body else f"{name}_param": param}

    match paging:
        case Keyset():
            return _KeysetPaginator(request, paging, words)
        case PageNumbers():
            return paginators.PageNumberPaginator(
                base_page=paging.first, total_path=None, **place("page", paging.param)
            )
        case Offsets():
            return paginators.OffsetPaginator(
                limit=paging.size,
                total_path=None,
                **place("offset", paging.param),
                **place("limit", paging.limit_param),
            )
        case NextLink():
            return paginators.JSONLinkPaginator(_json_path(paging.path))
        case HeaderLink():
            return paginators.HeaderLinkPaginator(paging.rel)
        case Token():
            return paginators.JSONResponseCursorPaginator(
                _json_path(paging.path), **place("cursor", paging.param)
            )
        case _:
            return paginators.SinglePagePaginator()


def _json_path(path: str) -> str:
    return ".".join(
        f"[{step}]" if isinstance(step, int) else f"'{step}'" for step in steps_of(path)
    )


def _is_last(answer: Any, records: list[Any], paging: Paging) -> bool:
    if paging.stop and value_at(answer, steps_of(paging.stop)) is True:
        return True
    if paging.size is not None:
        return len(records) < paging.size
    return not records and isinstance(paging, PageNumbers)


def _last_key(records: list[Any], paging: Keyset) -> str | int | None:
    return key_value(records[-1], Place.of(paging.field)) if records else None


def _next_url(answer: Any, paging: Paging, url: str) -> str | None:
    if not isinstance(paging, NextLink):
        return None
    found = value_at(answer, steps_of(paging.path))
    return None if found in (ABSENT, None, "") else urljoin(url, str(found))
