"""Several nights with moved, late, deleted and merged rows equal one rebuild from the lake."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable

from ingestion import StreamResult, load_sources
from ingestion.settings import Home
from orchestration.lib.environment import Environment
from tests.factories.night import differences
from tests.factories.plants import DAYS, OPEN_CALL, Plants
from tests.factories.whole_night import WITHOUT_TESTS, build, whole_night

NIGHTS = 4
SCHEMAS = ("core", "metrics", "marts")


@dataclass(frozen=True)
class SeveralNights:
    """What the nights left: the warehouse after the last news, after a night without, rebuilt."""

    home: Home
    plants: Plants
    with_news: Path
    without_news: Path
    rebuilt: Path
    last_results: list[StreamResult]
    lake_versions: tuple[dict[str, int], dict[str, int]]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> SeveralNights:
    root = tmp_path_factory.mktemp("nights")
    home, plants = Home(root=root), Plants()
    for number in range(1, NIGHTS + 1):
        day = DAYS[min(number, len(DAYS)) - 1]
        whole_night(root, run_id=f"night-{number}", until=day, plant=plants)
    with_news, without_news = root / "with_news.duckdb", root / "without_news.duckdb"
    shutil.copyfile(home.warehouse, with_news)
    before = _lake_versions(home)
    results = whole_night(root, run_id="quiet", until=DAYS[-1], tests=True)
    after = _lake_versions(home)
    home.warehouse.rename(without_news)
    held = dict(os.environ)
    build(Environment(sources=load_sources(), home=home), [*WITHOUT_TESTS, "--full-refresh"])
    os.environ.clear()
    os.environ.update(held)
    return SeveralNights(
        home, plants, with_news, without_news, home.warehouse, results, (before, after)
    )


def test_several_nights_equal_a_rebuild(nights: SeveralNights) -> None:
    assert differences(nights.without_news, nights.rebuilt, *SCHEMAS) == {}


def test_a_second_night_without_news_changes_no_number(nights: SeveralNights) -> None:
    assert differences(nights.with_news, nights.without_news, *SCHEMAS) == {}


def test_a_second_night_without_news_commits_nothing_to_the_lake(nights: SeveralNights) -> None:
    before, after = nights.lake_versions
    assert after == before
    assert {result.rows_landed for result in nights.last_results} == {0}


def _lake_versions(home: Home) -> dict[str, int]:
    """Version of every Delta table below the lake."""
    logs = sorted(home.lake.rglob("_delta_log"))
    return {
        str(log.parent.relative_to(home.lake)): DeltaTable(str(log.parent)).version()
        for log in logs
    }
