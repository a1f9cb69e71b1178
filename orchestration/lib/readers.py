"""Readers of the weekly digests: who gets which, in which language, by which way.

Declared in the file that ``CX_READERS`` names; each reader is sent one digest a week. What a
digest says belongs in ``serving``; how it leaves in ``sending``.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from orchestration.lib.environment import Environment, from_variable, receiver
from orchestration.lib.messaging import Message, Messenger, Receiver
from serving import DigestError, ReportSettings, digest_messages, read_declaration

FIRST_WEEKDAYS = {"monday": 0, "saturday": 5, "sunday": 6}


class ReaderError(Exception):
    """The declaration of the readers is not understood."""


class Reader(BaseModel):
    """One reader: a digest and exactly one way, whose address an environment variable holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digest: str
    language: Literal["en", "fa", "ru"] | None = None
    webhook_env: str | None = None
    email_env: str | None = None
    folder: str | None = None

    @model_validator(mode="after")
    def _has_one_way(self) -> "Reader":
        if sum(way is not None for way in (self.webhook_env, self.email_env, self.folder)) != 1:
            raise ValueError("name exactly one of webhook_env, email_env and folder")
        return self


class Readers(BaseModel):
    """Every reader by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    readers: dict[str, Reader]


def load_readers(path: Path) -> dict[str, Reader]:
    """The declared readers.

    Raises:
        ReaderError: the file is missing, or says what is not understood.
    """
    return read_declaration(path, Readers, ReaderError).readers


def send_digests(
    environment: Environment,
    version: Path,
    settings: ReportSettings,
    *,
    as_of: date,
    declared: Path,
) -> list[str]:
    """Send each reader the digest of the week, unless it was taken; a sentence per failure.

    What is not taken is tried again the next night.

    Args:
        environment: the company and its places.
        version: folder of the published version.
        settings: of the company's report.
        as_of: first day that the version does not contain.
        declared: the declaration of the readers.
    """
    messenger = Messenger(environment.home.root / "sent_digests.json")
    week = week_of(as_of, environment.sources.company.week_start)
    texts: dict[str, Mapping[str, tuple[str, str]]] = {}
    problems = []
    try:
        readers = load_readers(declared)
        for name, reader in readers.items():
            message_id = f"digest-{name}-{week}"
            if messenger.has_sent(message_id, name):
                continue
            language = reader.language or settings.language
            if language not in texts:
                texts[language] = digest_messages(version, replace(settings, language=language))
            problems += _send(name, reader, message_id, texts[language], messenger, environment)
    except (ReaderError, DigestError) as error:
        problems.append(str(error))
    return problems


def week_of(day: date, week_start: str) -> date:
    """First day of the company's week in which a day lies."""
    return day - timedelta(days=(day.weekday() - FIRST_WEEKDAYS[week_start]) % 7)


def _send(
    name: str,
    reader: Reader,
    message_id: str,
    texts: Mapping[str, tuple[str, str]],
    messenger: Messenger,
    environment: Environment,
) -> list[str]:
    if reader.digest not in texts:
        known = ", ".join(sorted(texts))
        return [f"reader {name}: there is no digest {reader.digest}; name one of {known}"]
    to = _receiver(name, reader, environment)
    if isinstance(to, str):
        return [to]
    subject, text = texts[reader.digest]
    return messenger.send(Message(message_id, subject, text), [to])


def _receiver(name: str, reader: Reader, environment: Environment) -> Receiver | str:
    """Where the reader is reached, or why nowhere."""
    if reader.folder is not None:
        folder = environment.home.root / reader.folder
        return receiver(name, "folder", str(folder))
    variable = reader.webhook_env or reader.email_env or ""
    address = from_variable(variable)
    if not address:
        return (
            f"reader {name} has no address: set the environment variable {variable}; the digest "
            "waits for it"
        )
    return receiver(name, "webhook" if reader.webhook_env else "email", address)
