"""A publication killed at every point, one at a time, and begun again."""

import shutil
from pathlib import Path

import duckdb
import pytest

from serving import rollback
from tests.factories.faults import Attempt, Kill, attempt, killed_at_each
from tests.factories.publishing_job import publish_run


def seen(marts: Path) -> list[tuple[object, ...]]:
    """What a reader sees: the run, and the rows of its mart."""
    with duckdb.connect(str(marts / "current" / "marts.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select run_id, count(*) from marts._meta, marts.mart_cx_kpi group by all"
        ).fetchall()


@pytest.mark.lane
def test_a_publication_killed_at_each_point_leaves_a_complete_version(
    warehouse: Path, marts: Path
) -> None:
    """Fault 6, as SIGKILL lets a process end: nothing is closed or tidied up."""
    died_at = []

    def publish(run_id: str, kill: Kill | None = None) -> Attempt:
        return attempt(publish_run, warehouse, marts, run_id, root=marts, kill=kill)

    def try_with(kill: Kill) -> Attempt:
        shutil.rmtree(marts / "versions" / "night", ignore_errors=True)
        return publish("night", kill)

    publish("before")
    undisturbed = publish("night")
    rollback(marts, to="before")
    for killed in killed_at_each(try_with):
        died_at.append(killed.points[-1])
        assert seen(marts) in ([("before", 18)], [("night", 18)])
        assert not publish("night").is_killed
        assert seen(marts) == [("night", 18)]
        assert not list((marts / "versions").glob("*.tmp"))
        rollback(marts, to="before")

    assert tuple(died_at) == undisturbed.points
