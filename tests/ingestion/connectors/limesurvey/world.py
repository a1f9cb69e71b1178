"""LimeSurvey's interface in the world of the acceptance kit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

import pytest

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.limesurvey.options import options_of
from ingestion.connectors.limesurvey.remote import read_remote
from ingestion.connectors.limesurvey.streams import STREAMS
from ingestion.stream import StreamSpec
from tests.factories.json_server import json_server
from tests.ingestion.connectors.acceptance import World
from tests.ingestion.connectors.limesurvey.test_limesurvey_remote import (
    FAST,
    PASSWORD,
    REMOTE,
    FakeLimeSurvey,
)


class LimeSurveyWorld(World):
    """Responses by number, read again within the overlap."""

    bypass: ClassVar[Mapping[str, str]] = {
        "deletes": "the interface does not tell which responses were deleted"
    }
    stream, watched = "survey_responses", "submitted_at"

    def __init__(self, fake: FakeLimeSurvey) -> None:
        self.fake = fake
        fake.responses = {}

    @property
    def spec(self) -> StreamSpec:
        return STREAMS["survey_responses"]

    def add(self, count: int, *, together: bool = False) -> None:
        first = len(self.fake.responses) + 1
        for number in range(first, first + count):
            day = 1 if together else number
            self.fake.responses[number] = {
                "id": number,
                "submitdate": f"2026-01-{day:02} 10:00:00",
                "token": f"t{number}",
                "nps": "9",
            }

    def change(self, number: int) -> None:
        self.fake.responses[number]["submitdate"] = f"2026-02-{number:02} 10:00:00"

    def state(self) -> dict[str, str]:
        return {f"7|{n}": str(r["submitdate"]) for n, r in self.fake.responses.items()}

    def read(self, cursor: Cursor) -> Iterator[Batch]:
        source = REMOTE.model_copy(update={"options": REMOTE.options | {"overlap_rows": 50}})
        yield from read_remote(options_of(source), self.stream, cursor=cursor, limits=FAST)


@contextmanager
def limesurvey_world(patch: pytest.MonkeyPatch) -> Iterator[World]:
    """The connector beside an interface of our own."""
    fake = FakeLimeSurvey()
    with json_server(fake) as url:
        patch.setenv("LS_URL", url)
        patch.setenv("LS_USER", "reader")
        patch.setenv("LS_PASSWORD", PASSWORD)
        yield LimeSurveyWorld(fake)
