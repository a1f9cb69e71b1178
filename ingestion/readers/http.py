"""HTTP: the one session of the room, with limits, retries by class of failure, and redaction.

Every connector that speaks HTTP goes through here: by itself, by ``JsonClient`` or by the
client of a library that takes a session. What is asked and what an answer means belongs in the
connector; which addresses may be called in ``addresses``, how much and when in ``allowance``.
"""

import json
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests

from ingestion.errors import (
    AuthenticationError,
    PositionExpiredError,
    QuotaExceededError,
    RefusedRequestError,
    SourceError,
    TransientSourceError,
)
from ingestion.readers.addresses import (
    checked_url,
    hide_in_logs,
    host_of,
    is_loopback,
    redacted,
)
from ingestion.readers.allowance import HttpLimits, Sleep, http_date, pace_of, retry_after

TRANSIENT_STATUS = frozenset({408, 425, 500, 502, 503, 504})
QUOTA_STATUS = 429
NO_CONTENT = 204
GONE = 410
REDIRECTS = range(300, 400)
REFUSALS = {
    401: "refuses the credentials (HTTP 401): check the secrets that the source names",
    403: "refuses access (HTTP 403): the account lacks a permission for it",
    404: "does not exist (HTTP 404): check the address and the account's plan",
    410: "is gone (HTTP 410)",
}


class Form(NamedTuple):
    """What an answer is called, and what makes a value of its body or raises ``ValueError``."""

    name: str
    parse: Callable[[bytes], Any]


JSON = Form("JSON", json.loads)
ANYTHING = Form("answer", bytes)
"""Of whoever need not say anything: what counts is that it took what was sent."""


class _RetryableError(Exception):
    """A failure that another try may mend."""

    def __init__(self, detail: str, *, wait: float | None = None, is_quota: bool = False) -> None:
        super().__init__(detail)
        self.wait = wait
        self.is_quota = is_quota


class BoundedSession(requests.Session):
    """A session that asks only allowed hosts, retries what may pass, and bounds what it reads.

    Every answer that it returns is whole: its body is read, and ``json()`` is what it holds.

    Args:
        hosts: the only hosts that are called; redirects are refused.
        secrets: texts that never stand in an error or a log.
        limits: what a request and a read may cost.
        form: what answers are; may be set anew before each request.
        renew: puts new credentials on a request whose old ones expired; called once a request.
        sleep, clock: replaced by tests.
    """

    def __init__(
        self,
        *,
        hosts: Iterable[str],
        secrets: Sequence[str] = (),
        limits: HttpLimits | None = None,
        form: Form = JSON,
        renew: Callable[[requests.PreparedRequest], None] | None = None,
        sleep: Sleep = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.hosts, self.secrets = frozenset(hosts), tuple(secrets)
        self.limits, self.form, self.renew = limits or HttpLimits(), form, renew
        self.server_time: datetime | None = None
        self.trust_env = not all(is_loopback(host.rpartition(":")[0] or host) for host in hosts)
        self.auth = _no_auth
        self.headers["Accept"] = "application/json"
        self._sleep, self._clock = sleep, clock
        self._asked, self._waited = 0, 0.0
        hide_in_logs(self.secrets)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """The whole answer to ``request``.

        Raises:
            QuotaExceededError: the source, or our own budget, allows no more for now.
            TransientSourceError: all tries failed in a way that may pass.
            AuthenticationError: who we are or what we may see is refused.
            SourceError: refused, moved, too large, or another host.
        """
        settings = {name: kwargs[name] for name in ("proxies", "verify", "cert") if name in kwargs}
        may_renew = self.renew is not None
        attempt = 1
        while True:
            try:
                return self._send_once(request, settings)
            except AuthenticationError:
                if not (self.renew and may_renew):
                    raise
                may_renew = False
                self.renew(request)
            except _RetryableError as failure:
                self._wait_or_give_up(failure, attempt, request.url or "")
                attempt += 1

    def said(self, url: str, detail: str) -> str:
        """One sentence about ``url``, without query and secrets."""
        parts = urlsplit(url)
        return redacted(f"{parts.scheme}://{parts.hostname}{parts.path} {detail}", self.secrets)

    def _send_once(
        self, request: requests.PreparedRequest, settings: Mapping[str, Any]
    ) -> requests.Response:
        url = request.url or ""
        self._allow(url)
        try:
            with super().send(
                request,
                timeout=(self.limits.connect_seconds, self.limits.read_seconds),
                allow_redirects=False,
                stream=True,
                **settings,
            ) as response:
                self.server_time = http_date(response.headers.get("Date")) or self.server_time
                self._refuse_bad_status(response, url)
                body = self._body(response, url)
        except requests.RequestException as error:
            raise _RetryableError(f"gives no answer ({type(error).__name__})") from None
        response._content = body
        content = self._parsed(response, body)
        response.json = lambda **_: content  # type: ignore[method-assign] # read once
        return response

    def _allow(self, url: str) -> None:
        checked_url(url)
        host = host_of(url)
        if host not in self.hosts:
            allowed = ", ".join(sorted(self.hosts))
            raise SourceError(f"the source points to {host}, and only {allowed} may be called")
        if self.limits.requests is not None and self._asked >= self.limits.requests:
            raise QuotaExceededError(
                self.said(url, f"was asked {self._asked} times, the budget of one run; ")
                + "what was read stays and the next run goes on from there"
            )
        self._asked += 1
        if self.limits.requests_per_minute:
            pace_of(host, self.limits.requests_per_minute).wait(self._sleep, self._clock())

    def _wait_or_give_up(self, failure: _RetryableError, attempt: int, url: str) -> None:
        spread = random.uniform(0.5, 1.5)  # noqa: S311 - spreads retries; no secret
        wait = self.limits.backoff_seconds * 2 ** (attempt - 1) * spread
        if failure.wait is not None:
            wait = max(wait, failure.wait * (1 + (spread - 0.5) / 10))
        is_too_long = (
            wait > self.limits.longest_wait_seconds
            or self._waited + wait > self.limits.waiting_seconds
        )
        if attempt == self.limits.attempts or is_too_long:
            if failure.is_quota:
                raise QuotaExceededError(self.said(url, f"{failure}; wait {wait:.0f} s")) from None
            raise TransientSourceError(
                self.said(url, f"{failure}; tried {attempt} times")
            ) from None
        self._waited += wait
        self._sleep(wait)

    def _refuse_bad_status(self, response: requests.Response, url: str) -> None:
        status = response.status_code
        now = self.server_time or datetime.now(UTC)
        wait = retry_after(response.headers.get("Retry-After"), now=now)
        if status == QUOTA_STATUS:
            raise _RetryableError("allows no more now (HTTP 429)", wait=wait, is_quota=True)
        if status in TRANSIENT_STATUS:
            raise _RetryableError(f"fails (HTTP {status})", wait=wait)
        if status in REDIRECTS:
            target = urlsplit(response.headers.get("Location", "")).hostname
            raise SourceError(self.said(url, f"redirects to {target or 'another path'}; refused"))
        if status in (401, 403):
            raise AuthenticationError(self.said(url, REFUSALS[status]))
        if status == GONE:
            raise PositionExpiredError(self.said(url, REFUSALS[status]))
        if status >= 400:
            default = f"refuses the request (HTTP {status})"
            raise RefusedRequestError(self.said(url, REFUSALS.get(status, default)))

    def _body(self, response: requests.Response, url: str) -> bytes:
        started, body = self._clock(), bytearray()
        for part in response.iter_content(256 * 1024):
            body += part
            if len(body) > self.limits.response_bytes:
                detail = f"answers with more than {self.limits.response_bytes} bytes"
                raise SourceError(self.said(url, detail))
            if self._clock() - started > self.limits.total_seconds:
                detail = f"gives no complete answer in {self.limits.total_seconds:.0f} s"
                raise _RetryableError(detail)
        return bytes(body)

    def _parsed(self, response: requests.Response, body: bytes) -> Any:
        if response.status_code == NO_CONTENT:
            return {}
        try:
            return self.form.parse(body)
        except (ValueError, RecursionError):
            if body.lstrip()[:1] == b"<":
                detail = f"answers with a web page instead of {self.form.name}: "
                detail += "is it a login or error page?"
            else:
                detail = f"answers with no complete {self.form.name}"
            raise _RetryableError(detail) from None


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps a stray ``.netrc`` from adding credentials."""
    return request


@dataclass(kw_only=True)
class JsonClient:
    """Posts JSON to one URL and returns the JSON it answers.

    Args:
        url: where to post.
        secrets, limits, sleep: see ``BoundedSession``.
        headers: sent with every request.
    """

    url: str
    secrets: Sequence[str] = ()
    limits: HttpLimits | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    sleep: Sleep = time.sleep

    def __post_init__(self) -> None:
        checked_url(self.url)
        self._session = BoundedSession(
            hosts=[host_of(self.url)], secrets=self.secrets, limits=self.limits, sleep=self.sleep
        )

    def post(self, payload: Mapping[str, Any]) -> Any:
        """The parsed answer to ``payload``; errors as ``BoundedSession.send``."""
        return self._session.post(self.url, json=payload, headers=dict(self.headers)).json()

    def close(self) -> None:
        """Let the connection go."""
        self._session.close()
