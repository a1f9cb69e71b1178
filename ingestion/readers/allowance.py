"""Allowance: how much may be asked of a source, how fast, and how long it wants us to wait.

What happens when nothing is left belongs in ``http``.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

MIB = 1024 * 1024

Sleep = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class HttpLimits:
    """What one request may cost, and all requests of one read together.

    Seconds, bytes, and tries in all. ``requests`` and ``waiting_seconds`` bound a whole read;
    ``requests_per_minute`` is shared by every reader of one host.
    """

    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    total_seconds: float = 300.0
    response_bytes: int = 128 * MIB
    attempts: int = 4
    backoff_seconds: float = 1.0
    longest_wait_seconds: float = 120.0
    waiting_seconds: float = 1800.0
    requests: int | None = None
    requests_per_minute: int | None = None


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` header asks for: a number or a date; None without one."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    until = http_date(value)
    return max(0.0, (until - now).total_seconds()) if until else None


def http_date(value: str | None) -> datetime | None:
    """The instant that an HTTP header names; None without one."""
    try:
        moment = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Pace:
    """At most so many requests a minute, whichever thread asks."""

    def __init__(self, per_minute: int) -> None:
        self._gap, self._free_at, self._lock = 60.0 / per_minute, 0.0, threading.Lock()

    def wait(self, sleep: Sleep, now: float) -> None:
        """Sleep until the next request may leave."""
        with self._lock:
            start = max(now, self._free_at)
            self._free_at = start + self._gap
        if start > now:
            sleep(start - now)


@cache
def pace_of(host: str, per_minute: int) -> Pace:
    """The one pace of ``host`` in this process."""
    return Pace(per_minute)
