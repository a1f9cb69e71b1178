"""The client of a declared source: addresses, credentials and pages; knows no entity.

It, ``login`` and ``paginators`` are the only modules that import dlt, of which they use the
REST client, its paginators and its authentication, on the bounded session of ``readers.http``.
They are imported when a source is read, so that a night without one does not pay for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from dlt.common.configuration.specs.runtime_configuration import RuntimeConfiguration
from dlt.sources.helpers.rest_client.client import PageData, RESTClient
from dlt.sources.helpers.rest_client.paginators import SinglePagePaginator

from ingestion.connectors.rest.answers import FORMS
from ingestion.connectors.rest.guards import LoopGuard
from ingestion.connectors.rest.jobs import Job, available_until, done
from ingestion.connectors.rest.login import login, renewal, secrets_of
from ingestion.connectors.rest.options import RestOptions
from ingestion.connectors.rest.paginators import Words, filled, last_key, paginator_of, query
from ingestion.connectors.rest.paging import Keyset, NextLink, PageNumbers, Paging, Token
from ingestion.connectors.rest.streams import Request
from ingestion.errors import SourceError, TransientSourceError
from ingestion.readers.addresses import checked_url, host_of
from ingestion.readers.allowance import MIB, HttpLimits, Sleep
from ingestion.readers.http import NO_CONTENT, BoundedSession
from ingestion.readers.paths import ABSENT, steps_of, value_at
from ingestion.settings import secret


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

    def __init__(self, options: RestOptions, *, sleep: Sleep) -> None:
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
            self._base, hosts=options.allowed_hosts, form=FORMS["json"], renew=renewal(auth)
        )
        self._sleep = sleep
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
        request: Request,
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
        paging = request.paging
        keys = dict(words)
        if isinstance(paging, Keyset):
            keys["after"] = paging.first if after is None else after
        if request.job and not self._finish(request.job, keys):
            return
        self._session.form = FORMS[request.format]
        guard = LoopGuard(self._session.said(self._base, request.path))
        for found in self._asked(request, keys, start):
            answer = found.response.json()
            records = self._records(found.response, request)
            self._check_count(found.response, records, paging)
            next_url = _next_url(answer, paging, found.response.url)
            after = last_key(records, paging) if isinstance(paging, Keyset) else None
            yield Page(records=records, after=after, next_url=next_url)
            is_itself = isinstance(paging, NextLink) and paging.ends_at_itself
            if is_itself and next_url == found.response.url:
                return
            if _is_last(answer, records, paging) or not found.paginator.has_next_page:
                return
            guard.check(found.request, records)

    def _asked(self, request: Request, words: Words, start: str | None) -> Iterator[PageData[Any]]:
        """The answers that dlt's client gets, page after page; the list is taken out later."""
        return self._client.paginate(
            start or filled(request.path, words),
            method=request.method,
            params={} if start else query(request, words),
            json=None if request.method == "GET" else filled(request.body, words),
            headers=request.headers,
            paginator=paginator_of(request, words),
            data_selector="$",
            hooks={"response": []},
        )

    def _finish(self, job: Job, keys: dict[str, str | int]) -> bool:
        """Begin a job, wait for it, and add its words; False when there is nothing to do."""
        if not available_until(job, keys, self._ask):
            return False
        begun = self._ask(
            job.method, filled(job.path, keys), filled(job.params, keys), filled(job.body, keys)
        )

        def status(number: str) -> Any:
            return self._ask("GET", filled(job.status, {**keys, "job": number}))

        keys |= done(job, begun, status, self._sleep)
        return True

    def _ask(
        self, method: str, path: str, params: dict[str, Any] | None = None, body: Any = None
    ) -> Any:
        """The answer to one question that is no list."""
        self._session.form = FORMS["json"]
        (found,) = self._client.paginate(
            path,
            method=method,  # type: ignore[arg-type] # one of its words
            params=params or {},
            json=body if method == "POST" else None,
            paginator=SinglePagePaginator(),
            data_selector="$",
            hooks={"response": []},
        )
        return found.response.json()

    def _check_count(self, response: requests.Response, records: list[Any], paging: Paging) -> None:
        if not (isinstance(paging, Token) and paging.count_header):
            return
        told = response.headers.get(paging.count_header)
        if told != str(len(records)):
            detail = f"sends {len(records)} records where {paging.count_header} says {told}"
            raise TransientSourceError(self._session.said(response.url, detail))

    def _records(self, response: requests.Response, request: Request) -> list[Any]:
        answer, where = response.json(), steps_of(request.records)
        if response.status_code == NO_CONTENT or (request.may_be_empty and answer == {}):
            return []
        records = value_at(answer, where)
        if isinstance(records, list):
            return records
        place = ".".join(map(str, where)) or "the top"
        fields = ", ".join(sorted(answer)[:10]) if isinstance(answer, dict) else "no object"
        raise SourceError(
            self._session.said(response.url, f"answers without a list at {place}; it has: {fields}")
        )


def _is_last(answer: Any, records: list[Any], paging: Paging) -> bool:
    if paging.stop and value_at(answer, steps_of(paging.stop)) is True:
        return True
    if paging.size is not None:
        return len(records) < paging.size
    return not records and isinstance(paging, PageNumbers)


def _next_url(answer: Any, paging: Paging, url: str) -> str | None:
    if not isinstance(paging, NextLink):
        return None
    for path in (paging.path, paging.durable_path):
        found = value_at(answer, steps_of(path)) if path else ABSENT
        if found not in (ABSENT, None, ""):
            return urljoin(url, str(found))
    return None
