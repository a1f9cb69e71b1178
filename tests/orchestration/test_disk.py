"""A full disk is one sentence that says what to do."""

import os
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


@pytest.mark.parametrize("is_file", [True, False])
def test_a_folder_that_cannot_be_written_stops_the_night_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_file: bool
) -> None:
    """Fault 18."""
    home = tmp_path / "data"
    if is_file:
        home.write_text("no folder")
    else:
        # The tests may run as an account that may write everywhere.
        monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setenv("CX_DATA", str(home))
    monkeypatch.delenv("CX_SOURCES", raising=False)

    with pytest.raises(NightFailedError, match="may write to: change its owner, or let CX_DATA"):
        run_night()
