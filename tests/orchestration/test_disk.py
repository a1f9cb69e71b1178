"""A full disk is one sentence that says what to do."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from orchestration.headless import NightFailedError, run_night
from orchestration.lib.disk import lack_of_room


class Usage(NamedTuple):
    """What the operating system says of a disk."""

    total: int
    used: int
    free: int


def test_a_disk_with_room_is_nothing_to_tell(tmp_path: Path) -> None:
    assert lack_of_room(tmp_path / "not" / "there" / "yet") is None


def test_a_full_disk_stops_the_night_before_it_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_DATA", str(tmp_path))
    monkeypatch.delenv("CX_SOURCES", raising=False)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 99, 1))
    with pytest.raises(NightFailedError, match=r"is full .* free some space and run again"):
        run_night()
    assert list(tmp_path.iterdir()) == []
