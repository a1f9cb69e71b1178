"""Obstacles: what would keep a night from reading the configured sources, found without reading.

Wrong settings, secrets that are not set, folders and files that are not there, hosts that do
not answer. Each is one sentence that says what to do; none names a host or a secret.
"""

import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from ingestion.errors import ConfigurationError
from ingestion.registry import DROP_CONNECTORS, connector
from ingestion.settings import Home, Source, Sources, pseudonym_key, secret

SECONDS = 3.0
"""How long a host has to answer."""

PORTS = {
    **{"https": 443, "http": 80},
    **{"postgresql": 5432, "postgres": 5432, "mysql": 3306, "mariadb": 3306},
}


def mistakes(sources: Sources) -> list[str]:
    """What is wrong in the settings of each source; all of them, not only the first."""
    found = []
    for source in sources.sources:
        try:
            module = connector(source.connector)
            module.check(source)
            module.configured(source)
        except ConfigurationError as error:
            found.append(_told(source, str(error)))
    return found


def obstacles(sources: Sources, home: Home) -> list[str]:
    """What stands in the way of a night with right settings.

    Nothing is read or sent: a host is only greeted, one connection each.
    """
    found = []
    try:
        pseudonym_key(sources.company)
    except ConfigurationError as error:
        found.append(str(error))
    for source in sources.sources:
        found += [_told(source, sentence) for sentence in _secrets(source)]
        if not sources.company.is_demo:
            found += [_told(source, sentence) for sentence in _places(source, home)]
    with ThreadPoolExecutor() as pool:
        return [*found, *filter(None, pool.map(_unanswered, sources.sources))]


def _told(source: Source, sentence: str) -> str:
    is_named = source.id in sentence.partition(":")[0]
    return sentence if is_named else f"source {source.id}: {sentence}"


def _settings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text below a setting, with the nearest key above it."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _settings(inner, str(name))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _settings(inner, key)
    elif isinstance(value, str):
        yield key, value


def _secrets(source: Source) -> Iterator[str]:
    for key, value in _settings([source.options, source.streams]):
        if key.endswith("_env"):
            try:
                secret(value)
            except ConfigurationError as error:
                yield str(error)


def _places(source: Source, home: Home) -> Iterator[str]:
    """What is not there that files would be read from."""
    inbox, archive = home.inbox / source.id, home.root / "archive" / source.id
    url = str(source.options.get("url", ""))
    if url.startswith("sqlite:///{inbox}/"):
        file = inbox / url.removeprefix("sqlite:///{inbox}/")
        if not file.is_file():
            yield f"there is no database file {file}"
        return
    reads_files = source.connector in DROP_CONNECTORS or source.connector == "asterisk"
    is_remote = any(key.endswith("_env") for key, _ in _settings(source.options))
    if not reads_files or is_remote or archive.is_dir():
        return
    if not inbox.is_dir():
        yield f"there is no folder {inbox}: make it and drop the files there"
        return
    for stream, settings in source.streams.items():
        pattern = settings.get("glob")
        if pattern and not any(inbox.glob(pattern)):
            yield f"stream {stream}: no file in {inbox} is named like {pattern}"


def _unanswered(source: Source) -> str | None:
    """Why the host of a source cannot be reached; None when it answers or there is none."""
    for key, value in _settings(source.options):
        try:
            url = secret(value) if key.endswith("_env") else value
            parts = urlsplit(url)
            port = parts.port or PORTS.get(parts.scheme.split("+")[0])
        except (ConfigurationError, ValueError):
            continue
        if "://" not in url or not parts.hostname or not port:
            continue
        try:
            socket.create_connection((parts.hostname, port), timeout=SECONDS).close()
        except OSError:
            return _told(
                source,
                f"the host that {key} names cannot be reached from here; check the address, "
                "the network and the firewall",
            )
    return None
