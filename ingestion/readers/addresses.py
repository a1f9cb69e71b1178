"""Addresses and secrets: which URLs may be called, and what never stands in a message.

What an answer means belongs in ``http``.
"""

import logging
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from ingestion.errors import ConfigurationError

LOGGERS = ("urllib3.connectionpool", "requests", "dlt")
HIDDEN = "***"


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


def host_of(url: str) -> str:
    """The host that ``url`` names, with its port where it names one."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""


def redacted(message: str, secrets: Iterable[str]) -> str:
    """``message`` without any of ``secrets``, also where a URL writes them."""
    for text in sorted(filter(None, secrets), key=len, reverse=True):
        for form in (text, quote(text, safe=""), quote(text)):
            message = message.replace(form, HIDDEN)
    return message


class _SecretsFilter(logging.Filter):
    """Takes every known secret out of a record before anybody writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = redacted(said, self.secrets)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True


_FILTER = _SecretsFilter()


def hide_in_logs(secrets: Iterable[str]) -> None:
    """Keep ``secrets`` out of what the HTTP libraries log, at any level, from now on."""
    _FILTER.secrets.update(filter(None, secrets))
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if _FILTER not in logger.filters:
            logger.addFilter(_FILTER)
