"""The worlds of the acceptance kit by name: here a connector joins it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ingestion.connectors.acceptance import World
from tests.ingestion.connectors.rest.world import DIALECTS, rest_world

REMOTE = tuple(DIALECTS)
WORLDS = REMOTE


@contextmanager
def open_world(name: str, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world of that name, with nothing in it."""
    with rest_world(name, patch) as world:
        yield world
