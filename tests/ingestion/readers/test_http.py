"""The JSON client: retries by class of failure, limits, and no secret in any error."""

import socket
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from ingestion.errors import (
    ConfigurationError,
    QuotaExceededError,
    SourceError,
    TransientSourceError,
)
from ingestion.readers.addresses import checked_url, host_of
from ingestion.readers.allowance import HttpLimits, retry_after
from ingestion.readers.http import BoundedSession, JsonClient
from tests.factories.json_server import Answer, json_server

FAST = HttpLimits(backoff_seconds=0.001, attempts=3, response_bytes=1000)


def _ask(*answers: Answer, limits: HttpLimits = FAST) -> tuple[object, list[float]]:
    waits: list[float] = []
    left = list(answers)
    with json_server(lambda asked: left.pop(0)) as url:
        client = JsonClient(url=url, secrets=("hunter2",), limits=limits, sleep=waits.append)
        try:
            return client.post({"method": "list", "password": "hunter2"}), waits
        finally:
            client.close()


@pytest.mark.parametrize(
    "failure",
    [
        Answer(status=503),
        Answer(body=b"<html>busy</html>"),
        Answer(body=b'{"result": [1, 2'),
        Answer(body=b'{"result": 1}', headers={"Content-Length": "900"}),
        Answer(body=b"[" * 900),
    ],
    ids=["unavailable", "page instead of JSON", "half JSON", "connection cut", "deep JSON"],
)
def test_a_passing_failure_is_tried_again(failure: Answer) -> None:
    result, waits = _ask(failure, Answer(body={"result": 7}))
    assert result == {"result": 7}
    assert len(waits) == 1


def test_a_failure_that_stays_is_given_up() -> None:
    with pytest.raises(TransientSourceError, match=r"fails \(HTTP 500\); tried 3 times"):
        _ask(*[Answer(status=500)] * 3)


def test_a_host_without_name_door_or_certificate_gives_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fault 22."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    with json_server(lambda asked: Answer(body=1)) as url:
        closed = url
    with json_server(lambda asked: Answer(body=1)) as spoken:
        for target in (closed, spoken.replace("http:", "https:"), "https://crm.example/rpc"):
            if "example" in target:
                monkeypatch.setattr(socket, "getaddrinfo", unknown)
            client = JsonClient(url=target, limits=FAST, sleep=lambda _: None)
            with pytest.raises(TransientSourceError, match=r"gives no answer \(\w+\); tried 3"):
                client.post({})
            client.close()


def test_a_quota_waits_as_long_as_it_is_asked_to() -> None:
    _, waits = _ask(Answer(status=429, headers={"Retry-After": "30"}), Answer(body=1))
    assert len(waits) == 1
    assert 30 <= waits[0] <= 33


def test_a_quota_that_asks_for_too_long_stops_at_once() -> None:
    with pytest.raises(QuotaExceededError, match=r"HTTP 429\); wait 3\d{3} s"):
        _ask(Answer(status=429, headers={"Retry-After": "3600"}))


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    with pytest.raises(SourceError, match=f"HTTP {status}"):
        _ask(Answer(status=status, body={"hint": "hunter2"}))


def test_a_redirect_is_never_followed() -> None:
    target = {"Location": "http://169.254.169.254/latest"}
    with pytest.raises(SourceError, match=r"redirects to 169\.254\.169\.254"):
        _ask(Answer(status=307, headers=target))


def test_an_answer_beyond_the_cap_is_refused() -> None:
    with pytest.raises(SourceError, match="more than 1000 bytes"):
        _ask(Answer(body="x" * 2000))


def test_an_answer_that_never_ends_has_a_time_limit() -> None:
    """Faults 19 and 60."""
    seconds = iter(range(0, 1_000_000, 500))
    with json_server(lambda asked: Answer(body=1)) as url:
        session = BoundedSession(
            hosts=[host_of(url)], limits=FAST, sleep=lambda _: None, clock=lambda: next(seconds)
        )
        with pytest.raises(TransientSourceError, match=r"no complete answer in \d+ s; tried 3"):
            session.post(url, json={})
        session.close()


def test_a_flood_of_headers_is_a_failure_in_one_sentence() -> None:
    """Fault 60."""
    flood = Answer(body=1, headers={f"X-{number}": "x" for number in range(200)})
    with pytest.raises(TransientSourceError, match="gives no answer"):
        _ask(*[flood] * 3)


def test_no_secret_stands_in_an_error() -> None:
    with json_server(lambda asked: Answer(status=403)) as url:
        client = JsonClient(url=f"{url}/hunter2?key=hunter2", secrets=("hunter2",), limits=FAST)
        with pytest.raises(SourceError) as caught:
            client.post({})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["http://survey.example/rpc", "ftp://x/", "file:///etc/passwd", "https://a:b@survey.example/"],
)
def test_only_https_or_this_machine_is_called(url: str) -> None:
    with pytest.raises(ConfigurationError):
        checked_url(url)


def test_retry_after_may_be_seconds_a_date_or_nonsense() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    later = format_datetime(datetime(2026, 1, 1, 0, 1, tzinfo=UTC))
    waits = [retry_after(value, now=now) for value in ("5", later, "-3", "soon", None)]
    assert waits == [5.0, 60.0, None, None, None]


def test_another_host_than_the_allowed_ones_is_never_called() -> None:
    session = BoundedSession(hosts=["vendor.example"])
    with pytest.raises(SourceError, match=r"points to 169\.254\.169\.254, and only vendor\.ex"):
        session.get("https://169.254.169.254/latest")


def test_a_budget_of_requests_ends_in_a_sentence_that_says_what_is_next() -> None:
    with json_server(lambda asked: Answer(body=1)) as url:
        client = JsonClient(url=url, limits=HttpLimits(requests=2))
        client.post({})
        client.post({})
        with pytest.raises(QuotaExceededError, match=r"asked 2 times.*the next run goes on"):
            client.post({})


def test_requests_of_all_readers_of_a_host_keep_one_pace() -> None:
    waits: list[float] = []
    with json_server(lambda asked: Answer(body=1)) as url:
        limits = HttpLimits(requests_per_minute=60)
        for _ in range(2):
            client = JsonClient(url=url, limits=limits, sleep=waits.append)
            client.post({})
            client.post({})
    assert len(waits) == 3
    assert waits[-1] == pytest.approx(3, abs=0.5)


def test_waiting_has_a_budget_too() -> None:
    waits: list[float] = []
    limits = HttpLimits(attempts=9, waiting_seconds=70)
    asked_to_wait = Answer(status=429, headers={"Retry-After": "30"})
    with json_server(lambda asked: asked_to_wait) as url, pytest.raises(QuotaExceededError):
        JsonClient(url=url, limits=limits, sleep=waits.append).post({})
    assert len(waits) == 2
