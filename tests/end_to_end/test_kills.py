"""SIGKILL at any moment, then the night again: the numbers of an undisturbed night."""

from pathlib import Path

import pytest

from ingestion.settings import Home
from serving import current_version
from tests.factories import kills
from tests.factories.kills import KillPoint
from tests.factories.night import LAST_DAY, differences

SCHEMAS = ("core", "metrics", "marts")
LANDING_TIMES = {"core.dim_customer_identities", "core.fct_recounted_call_days"}
"""Relations that say when something landed or was recounted, beside what it is."""

FIVE = (
    KillPoint("extracted mapped__customers", 0.2),
    KillPoint("frozen", 0.1),
    KillPoint("model int_calls__affected_days", 0.05),
    KillPoint("model met_kpi_values", 0.3),
    KillPoint("audited", 0.2),
)


def test_a_night_killed_five_times_ends_like_an_undisturbed_one(
    tmp_path: Path, tiny_home: Home
) -> None:
    home = Home(root=tmp_path)
    for number, point in enumerate(FIVE):
        command = kills.without_dagster(tmp_path, f"killed-{number}", LAST_DAY)
        assert not kills.run(command, point)
        kills.assert_whole(home)
    assert kills.run(kills.without_dagster(tmp_path, "last", LAST_DAY))
    kills.assert_whole(home)
    version = current_version(home.marts)
    assert version is not None
    assert version.name == "last"
    _assert_equal(home, tiny_home)


def _assert_equal(home: Home, undisturbed: Home) -> None:
    found = differences(home.warehouse, undisturbed.warehouse, *SCHEMAS)
    assert set(found) <= LANDING_TIMES, found
