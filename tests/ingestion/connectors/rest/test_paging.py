"""Every kind of paging and of credentials, on the smallest source that needs it."""

from collections.abc import Callable
from typing import Any

import pytest

from ingestion.connectors import rest
from ingestion.settings import PROJECT_ROOT, Source
from tests.factories.json_server import Answer, Asked, http_server
from tests.factories.vendor import SECRET
from tests.ingestion.connectors.acceptance import as_table

RECORDS = [{"id": number, "name": f"Name {number}"} for number in range(1, 8)]
COLUMNS = {"customer_number": "id", "full_name": "name"}


def _answer(start: int, size: int, **more: Any) -> Answer:
    headers = more.pop("headers", {})
    return Answer(body={"items": RECORDS[start : start + size]} | more, headers=headers)


def _offset(asked: Asked) -> Answer:
    return _answer(int(asked.query["skip"]), int(asked.query["top"]))


def _offset_in_body(asked: Asked) -> Answer:
    return _answer(asked.body["page"]["offset"], asked.body["page"]["limit"])


def _page(asked: Asked) -> Answer:
    return _answer((int(asked.query["page"]) - 1) * 3, 3)


def _header_link(asked: Asked) -> Answer:
    start = int(asked.query.get("start", 0))
    link = {"Link": f'<http://{asked.headers["Host"]}/items?start={start + 3}>; rel="next"'}
    return _answer(start, 3, headers=link if start < 6 else {})


def _token(asked: Asked) -> Answer:
    start = int(asked.query.get("after", 0))
    return _answer(start, 3, more={"token": str(start + 3) if start < 6 else None})


def _stop(asked: Asked) -> Answer:
    start = int(asked.query.get("after", 0))
    return _answer(start, 3, more={"token": str(start + 3)}, is_last=start >= 6)


KINDS: dict[str, tuple[Callable[[Asked], Answer], dict[str, Any]]] = {
    "offset": (
        _offset,
        {"paging": {"kind": "offset", "param": "skip", "limit_param": "top", "size": 3}},
    ),
    "offset in the body": (
        _offset_in_body,
        {
            "method": "POST",
            "body": {"page": {"offset": 0, "limit": 3}},
            "paging": {
                **{"kind": "offset", "size": 3},
                **{"param": "page.offset", "limit_param": "page.limit"},
            },
        },
    ),
    "page until an empty one": (_page, {"paging": {"kind": "page"}}),
    "link in a header": (_header_link, {"paging": {"kind": "header_link"}}),
    "token": (_token, {"paging": {"kind": "token", "path": "more.token", "param": "after"}}),
    "token with an end": (
        _stop,
        {"paging": {"kind": "token", "path": "more.token", "param": "after", "stop": "is_last"}},
    ),
}


def _read(url: str, auth: dict[str, Any] | None = None, **stream: Any) -> list[str]:
    settings = {"path": "/items", "records": "items", "columns": COLUMNS} | stream
    source = Source(
        id="crm",
        connector="rest",
        options={"base_url": url} | ({"auth": auth} if auth else {}),
        streams={"customers": settings},
    )
    found = []
    for batch in rest.read(source, "customers", cursor={}, inbox=PROJECT_ROOT):
        assert batch.is_snapshot
        found += as_table(batch).column("customer_number").to_pylist()
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_paging_reads_everything_once(kind: str) -> None:
    answer, settings = KINDS[kind]
    with http_server(answer) as url:
        assert _read(url, **settings) == [str(record["id"]) for record in RECORDS]


@pytest.mark.parametrize(
    ("auth", "place", "expected"),
    [
        ({"kind": "bearer", "token_env": "CRM"}, "Authorization", f"Bearer {SECRET}"),
        (
            {"kind": "api_key", "name": "X-Key", "key_env": "CRM", "prefix": "Key "},
            "X-Key",
            f"Key {SECRET}",
        ),
        ({"kind": "api_key", "name": "k", "key_env": "CRM", "location": "query"}, "k", SECRET),
    ],
)
def test_credentials_go_where_the_source_wants_them(
    auth: dict[str, Any], place: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM", SECRET)
    seen = []

    def answer(asked: Asked) -> Answer:
        seen.append(asked.headers.get(place) or asked.query.get(place))
        return _answer(0, 9)

    with http_server(answer) as url:
        _read(url, auth)
    assert seen == [expected]
