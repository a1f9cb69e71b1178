"""SIGKILL at any moment, then the night again: the numbers of undisturbed nights."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ingestion.settings import Home
from tests.factories import kills
from tests.factories.kills import Command
from tests.factories.night import LAST_DAY, differences
from tests.factories.once import shared
from tests.factories.whole_night import whole_night

SCHEMAS = ("core", "metrics", "marts")
LANDING_TIMES = ("first_landed_at", "valid_to")
"""A record that its source deletes without a word on when ends when that was noticed."""
LOGS_OF_BUILDS = {
    "core.fct_recounted_call_days",
    "core.fct_recounted_persons",
    "core.fct_published_kpi_values",
    "core.fct_identity_changes",
    "core.fct_unkept_identities",
}
"""Relations that say which build counted or published something, killed ones among them."""

WESTERN, EASTERN = "America/St_Johns", "Pacific/Kiritimati"
"""Time zones of the hosts on which killed nights run; undisturbed ones have the machine's own."""

FIRST_DAY = date(2026, 10, 10)

Nights = Callable[[str, date], Command]


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The tiny company after two undisturbed nights."""

    def make(root: Path) -> None:
        for day in (FIRST_DAY, LAST_DAY):
            whole_night(root, run_id=f"night-{day}", until=day)

    return Home(root=shared(tmp_path_factory, "two_nights", make))


def test_the_lines_at_which_nights_are_killed_are_of_models_that_are_written(
    tmp_path: Path, manifest: dict[str, Any]
) -> None:
    """A view says no line, and a night is not killed at a line that it never says."""
    written = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["config"]["materialized"] not in {"view", "ephemeral"}
    }
    lines = kills.without_dagster(tmp_path, "", LAST_DAY, time_zone=WESTERN).lines
    models = {line.removeprefix("model ") for line in lines if line.startswith("model ")}
    assert models
    assert models <= written


@pytest.mark.lane
def test_two_nights_killed_six_times_end_like_undisturbed_ones(
    tmp_path: Path, two_nights: Home
) -> None:
    home = Home(root=tmp_path)
    start = partial(kills.without_dagster, tmp_path, time_zone=EASTERN)
    _kill_two_nights(home, start, seed=0, kills_per_night=3)
    _assert_equal(home, two_nights)


@pytest.mark.lane
def test_the_nightly_command_killed_twice_ends_like_an_undisturbed_night(
    tmp_path: Path, tiny_home: Home
) -> None:
    home = Home(root=tmp_path / "demo")
    command = kills.nightly_command(tmp_path, LAST_DAY)
    _kill_one_night(home, command, [command] * 2, seed=4)
    _assert_equal(home, tiny_home)


@pytest.mark.soak
@pytest.mark.parametrize(("seed", "time_zone"), enumerate((WESTERN, "Asia/Tehran", "UTC"), start=1))
def test_two_nights_killed_ten_times_in_other_zones_end_like_undisturbed_ones(
    tmp_path: Path, two_nights: Home, seed: int, time_zone: str
) -> None:
    home = Home(root=tmp_path)
    start = partial(kills.without_dagster, tmp_path, time_zone=time_zone)
    _kill_two_nights(home, start, seed=seed, kills_per_night=5)
    _assert_equal(home, two_nights)


@pytest.mark.soak
def test_two_runs_of_the_nightly_command_killed_ten_times_end_like_undisturbed_ones(
    tmp_path: Path, two_nights: Home
) -> None:
    home = Home(root=tmp_path / "demo")

    def start(_: str, day: date) -> Command:
        return kills.nightly_command(tmp_path, day)

    _kill_two_nights(home, start, seed=4, kills_per_night=5)
    _assert_equal(home, two_nights)


def _kill_two_nights(home: Home, start: Nights, *, seed: int, kills_per_night: int) -> None:
    """Two nights, each killed some times over its length and then left alone."""
    for night, day in enumerate((FIRST_DAY, LAST_DAY)):
        killed = [start(f"killed-{night}-{number}", day) for number in range(kills_per_night)]
        _kill_one_night(home, start(f"night-{night}", day), killed, seed=2 * seed + night)


def _kill_one_night(home: Home, last: Command, killed: Sequence[Command], *, seed: int) -> None:
    """A night that is killed as often as commands are given, and then left alone."""
    for command, point in zip(killed, kills.points(last.lines, len(killed), seed), strict=True):
        # After its last line a night may end before the kill.
        kills.run(command, point)
        kills.assert_whole(home)
    assert kills.run(last)
    kills.assert_whole(home)


def _assert_equal(home: Home, undisturbed: Home) -> None:
    found = differences(home.warehouse, undisturbed.warehouse, *SCHEMAS, without=LANDING_TIMES)
    assert set(found) <= LOGS_OF_BUILDS, found
