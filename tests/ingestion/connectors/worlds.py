"""The worlds of the acceptance kit by name: here a connector joins it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.ingestion.connectors.acceptance import World
from tests.ingestion.connectors.files.preset_worlds import PRESETS, PresetWorld
from tests.ingestion.connectors.files.streamed_worlds import STREAMED, StreamedWorld
from tests.ingestion.connectors.limesurvey.world import limesurvey_world
from tests.ingestion.connectors.local_worlds import (
    AsteriskWorld,
    FilesWorld,
    QualtricsWorld,
    SqlWorld,
)
from tests.ingestion.connectors.rest.world import DIALECTS, rest_world
from tests.ingestion.connectors.singer.world import SingerWorld

Opened = Callable[[Path, pytest.MonkeyPatch], AbstractContextManager[World]]


def _local(kind: Callable[[Path], World]) -> Opened:
    @contextmanager
    def opened(folder: Path, _: pytest.MonkeyPatch) -> Iterator[World]:
        yield kind(folder)

    return opened


def _remote(name: str) -> Opened:
    return lambda _, patch: rest_world(name, patch)


REMOTE = tuple(DIALECTS)
WORLDS: dict[str, Opened] = {
    **{name: _remote(name) for name in REMOTE},
    "files": _local(FilesWorld),
    **{name: _local(partial(PresetWorld, preset=preset)) for name, preset in PRESETS.items()},
    **{name: _local(partial(StreamedWorld, preset=name, stream=s)) for name, s in STREAMED},
    "singer": _local(SingerWorld),
    "sql": _local(SqlWorld),
    "asterisk": _local(AsteriskWorld),
    "qualtrics": _local(QualtricsWorld),
    "limesurvey": lambda _, patch: limesurvey_world(patch),
}


def open_world(name: str, folder: Path, patch: pytest.MonkeyPatch) -> AbstractContextManager[World]:
    """The world of that name, with nothing in it."""
    return WORLDS[name](folder, patch)
