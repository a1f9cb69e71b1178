"""Jobs: sources that make a list on request, which is asked for again until it is there.

Its settings, and how often and how long it is asked; who is asked belongs in ``client``.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from ingestion.errors import SourceError, TransientSourceError
from ingestion.readers.allowance import Sleep
from ingestion.readers.instants import instant_of
from ingestion.readers.paths import ABSENT, JsonPath, steps_of, value_at
from ingestion.settings import Strict

Ask = Callable[..., Any]
"""Method, path, query and body to the answer."""

UTC = ZoneInfo("UTC")


class Available(Strict):
    """Where the source says how far its data goes; nothing later is asked for.

    Args:
        path: asked with GET.
        field: place of the time in the answer.
    """

    path: str
    field: JsonPath


class Job(Strict):
    """What makes the list.

    Args:
        path, method, params, body: the request that begins it.
        id: place of its number in the answer, which is ``{job}`` from then on.
        status: path that is asked until it is ready.
        state: place of the state in that answer.
        ready, failed: states that end it; any other goes on.
        result: place of what ``{result}`` stands for, in the answer that says ready.
        every_seconds, longest_minutes: how often and how long its state is asked for.
        available: see there; the list ends there at the latest.
    """

    path: str
    method: Literal["GET", "POST"] = "POST"
    params: dict[str, Any] = Field(default_factory=dict)
    body: dict[str, Any] = Field(default_factory=dict)
    id: JsonPath
    status: str
    state: JsonPath
    ready: tuple[str, ...]
    failed: tuple[str, ...] = ()
    result: JsonPath | None = None
    every_seconds: Annotated[int, Field(ge=1)] = 10
    longest_minutes: Annotated[int, Field(ge=1)] = 60
    available: Available | None = None


def available_until(job: Job, words: dict[str, Any], ask: Ask) -> bool:
    """Bring ``{until}`` back to where the data ends; False when nothing lies before it.

    Raises:
        SourceError: the source does not say when.
    """
    if job.available is None:
        return True
    said = _text(ask("GET", job.available.path), job.available.field, job.available.path)
    try:
        end = instant_of(said, "utc", UTC)
    except ValueError:
        raise SourceError(
            f"{job.available.path} says that data goes to {said!r}: no time"
        ) from None
    if end < instant_of(str(words["until"]), "utc", UTC):
        words["until"] = said
    return instant_of(str(words["since"]), "utc", UTC) < end


def done(job: Job, begun: Any, ask: Callable[[str], Any], sleep: Sleep) -> dict[str, str]:
    """The words of a job that is ready.

    Args:
        job: its settings.
        begun: what the source answered when it was begun.
        ask: asks for the status of a job number.
        sleep: waits between two questions.

    Raises:
        SourceError: it failed, or has no number.
        TransientSourceError: it is not ready in time.
    """
    number = _text(begun, job.id, job.path)
    times = int(timedelta(minutes=job.longest_minutes).total_seconds()) // job.every_seconds + 1
    answer = begun
    for _ in range(times):
        answer = ask(number)
        state = _text(answer, job.state, job.path)
        if state in job.ready:
            words = {"job": number}
            if job.result:
                words["result"] = _text(answer, job.result, job.path)
            return words
        if state in job.failed:
            raise SourceError(f"{job.path}: the source's job ended with {state}; nothing was read")
        sleep(job.every_seconds)
    raise TransientSourceError(
        f"{job.path}: the source's job is not ready after {job.longest_minutes} minutes; nothing "
        "was read, the next run begins a new one"
    )


def _text(answer: Any, place: str, where: str) -> str:
    found = value_at(answer, steps_of(place))
    if found in (ABSENT, None, "") or isinstance(found, dict | list):
        raise SourceError(f"{where} answers without {place}")
    return str(found)
