"""The memory of a build follows the lake, in steps that seldom change."""

import json
from pathlib import Path

import pytest

from orchestration.lib.memory import memory_limit


def frozen(folder: Path, megabytes: int) -> Path:
    """Frozen inputs with one sparse file of that size."""
    part = folder / "part.parquet"
    with part.open("wb") as file:
        file.truncate(megabytes * 1_000_000)
    path = folder / "frozen_inputs.json"
    path.write_text(json.dumps({"streams": [{"files": [str(part)]}, {"files": []}]}))
    return path


@pytest.mark.parametrize(
    ("lake", "limit"), [(0, "1500MB"), (3_000, "1500MB"), (3_001, "3000MB"), (9_600, "6000MB")]
)
def test_the_limit_doubles_until_half_the_lake_fits(tmp_path: Path, lake: int, limit: str) -> None:
    assert memory_limit(frozen(tmp_path, lake)) == limit


def test_a_company_without_a_night_has_the_least(tmp_path: Path) -> None:
    assert memory_limit(tmp_path / "frozen_inputs.json") == "1500MB"
