"""Paginators: how the client gets from one page of a declared list to the next.

Their settings are in ``paging``. Imports dlt; see ``client``.
"""

from collections.abc import Mapping
from typing import Any

import requests
from dlt.sources.helpers.rest_client import paginators

from ingestion.connectors.rest.paging import (
    HeaderLink,
    Keyset,
    NextLink,
    Offsets,
    PageNumbers,
    Token,
)
from ingestion.connectors.rest.streams import Request
from ingestion.readers.paths import Place, steps_of, value_at
from ingestion.readers.records import key_value

Words = Mapping[str, str | int]


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


def query(request: Request, words: Words) -> dict[str, Any]:
    """The query of ``request``; a parameter whose word is empty is not sent."""
    asked = filled(request.params, words)
    return {name: value for name, value in asked.items() if value != ""}


def last_key(records: list[Any], paging: Keyset) -> str | int | None:
    """The key of the last record, behind which the next page begins."""
    return key_value(records[-1], Place.of(paging.field)) if records else None


class _KeysetPaginator(paginators.BasePaginator):
    """Asks for what comes behind the last record."""

    def __init__(self, request: Request, paging: Keyset, words: Words) -> None:
        super().__init__()
        self._request, self._paging, self._words = request, paging, dict(words)

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        records = value_at(response.json(), steps_of(self._request.records))
        last = last_key(records, self._paging) if isinstance(records, list) else None
        self._has_next_page = last is not None
        if last is not None:
            self._words["after"] = last

    def update_request(self, request: requests.Request) -> None:
        request.params = query(self._request, self._words)
        if self._request.method == "POST":
            request.json = filled(self._request.body, self._words)


class _HeaderToken(paginators.HeaderCursorPaginator):
    """A token in a header, where a vendor writes ``null`` for none."""

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        token = response.headers.get(self.cursor_key)
        self._next_reference = None if token in (None, "", "null") else token


def paginator_of(request: Request, words: Words) -> paginators.BasePaginator:
    """What dlt's client asks for the next page with."""
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
        case Token(header=str() as header):
            return _HeaderToken(header, paging.param)
        case Token():
            return paginators.JSONResponseCursorPaginator(
                _json_path(paging.path or ""), **place("cursor", paging.param)
            )
        case _:
            return paginators.SinglePagePaginator()


def _json_path(path: str) -> str:
    return ".".join(
        f"[{step}]" if isinstance(step, int) else f"'{step}'" for step in steps_of(path)
    )
