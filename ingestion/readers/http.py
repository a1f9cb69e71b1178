"""HTTP: one small JSON client with limits, retries by class of failure, and redaction.

Every connector that speaks HTTP goes through here. What is asked and what an answer means
belongs in the connector's own client.
"""

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests

from ingestion.errors import ConfigurationError, SourceError, TransientSourceError

MIB = 1024 * 1024
TRANSIENT_STATUS = frozenset({408, 425, 500, 502, 503, 504})
QUOTA_STATUS = 429
REDIRECTS = range(300, 400)


class QuotaExceededError(TransientSourceError):
    """The source wants us to wait longer than this night allows; what was read stays read."""


@dataclass(frozen=True, kw_only=True)
class HttpLimits:
    """What one request may cost. Seconds, bytes, and tries in all."""

    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    total_seconds: float = 300.0
    response_bytes: int = 128 * MIB
    attempts: int = 4
    backoff_seconds: float = 1.0
    longest_wait_seconds: float = 120.0


class _RetryableError(Exception):
    """A failure that another try may mend."""

    def __init__(self, detail: str, *, wait: float | None = None, is_quota: bool = False) -> None:
        super().__init__(detail)
        self.wait = wait
        self.is_quota = is_quota


def checked_url(url: str) -> str:
    """``url`` if it may be called: https, or http to this machine, without credentials.

    Raises:
        ConfigurationError: another scheme, no host, or a user name in it.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.username or parts.password:
        raise ConfigurationError(f"the URL of {host} holds credentials; name them separately")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not host or not is_safe:
        raise ConfigurationError(f"the URL of {host or 'no host'} must begin with https://")
    return url


def is_loopback(host: str) -> bool:
    """True for this machine's own names and addresses."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` header asks for: a number or a date; None without one."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


@dataclass(kw_only=True)
class JsonClient:
    """Posts JSON to one URL and returns the JSON it answers.

    Args:
        url: where to post; redirects are refused.
        secrets: texts that never stand in an error.
        limits: what a request may cost.
        headers: sent with every request.
        sleep, clock: replaced by tests.
    """

    url: str
    secrets: Sequence[str] = ()
    limits: HttpLimits = HttpLimits()
    headers: Mapping[str, str] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        checked_url(self.url)
        self._session = requests.Session()
        self._session.trust_env = not is_loopback(urlsplit(self.url).hostname or "")

    def post(self, payload: Mapping[str, Any]) -> Any:
        """The parsed answer to ``payload``; transient failures and quotas are tried again.

        Raises:
            QuotaExceededError: the source asks for a longer pause than allowed.
            TransientSourceError: all tries failed in a way that may pass.
            SourceError: refused, moved or too large; trying again cannot help.
        """
        for attempt in range(1, self.limits.attempts + 1):
            try:
                return self._post_once(payload)
            except _RetryableError as failure:
                self._wait_or_give_up(failure, attempt)
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        """Let the connection go."""
        self._session.close()

    def _wait_or_give_up(self, failure: _RetryableError, attempt: int) -> None:
        spread = random.uniform(0.5, 1.5)  # noqa: S311 - spreads retries; no secret
        wait = self.limits.backoff_seconds * 2 ** (attempt - 1) * spread
        wait = max(wait, failure.wait or 0.0)
        is_last = attempt == self.limits.attempts
        if failure.is_quota and (is_last or wait > self.limits.longest_wait_seconds):
            raise QuotaExceededError(self._said(f"{failure}; wait {wait:.0f} s")) from None
        if is_last or wait > self.limits.longest_wait_seconds:
            raise TransientSourceError(self._said(f"{failure}; tried {attempt} times")) from None
        self.sleep(wait)

    def _post_once(self, payload: Mapping[str, Any]) -> Any:
        try:
            with self._session.post(
                self.url,
                json=payload,
                headers=dict(self.headers),
                timeout=(self.limits.connect_seconds, self.limits.read_seconds),
                allow_redirects=False,
                stream=True,
                auth=_no_auth,
            ) as response:
                self._refuse_bad_status(response)
                body = self._body(response)
        except requests.RequestException as error:
            raise _RetryableError(type(error).__name__) from None
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise _RetryableError("the answer is no complete JSON") from None

    def _refuse_bad_status(self, response: requests.Response) -> None:
        status = response.status_code
        wait = retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC))
        if status == QUOTA_STATUS:
            raise _RetryableError("HTTP 429, too many requests", wait=wait, is_quota=True)
        if status in TRANSIENT_STATUS:
            raise _RetryableError(f"HTTP {status}", wait=wait)
        if status in REDIRECTS:
            target = urlsplit(response.headers.get("Location", "")).hostname
            raise SourceError(self._said(f"redirects to {target or 'another path'}; refused"))
        if status >= 400:
            raise SourceError(self._said(f"HTTP {status}"))

    def _body(self, response: requests.Response) -> bytes:
        started, body = self.clock(), bytearray()
        for part in response.iter_content(256 * 1024):
            body += part
            if len(body) > self.limits.response_bytes:
                raise SourceError(
                    self._said(f"the answer exceeds {self.limits.response_bytes} bytes")
                )
            if self.clock() - started > self.limits.total_seconds:
                raise _RetryableError(f"no complete answer in {self.limits.total_seconds:.0f} s")
        return bytes(body)

    def _said(self, detail: str) -> str:
        parts = urlsplit(self.url)
        message = f"{parts.scheme}://{parts.hostname}{parts.path}: {detail}"
        return redacted(message, self.secrets)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps a stray ``.netrc`` from adding credentials."""
    return request


def redacted(message: str, secrets: Sequence[str]) -> str:
    """``message`` without any of ``secrets``."""
    for text in filter(None, secrets):
        message = message.replace(text, "***")
    return message
