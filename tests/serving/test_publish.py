"""Publishing: complete versions only, whatever happens, for every reader."""

import contextlib
import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from serving import (
    Published,
    PublishError,
    current_version,
    durable,
    list_versions,
    publish,
    rollback,
    versions,
)
from tests.factories.damage import flip
from tests.serving.conftest import AS_OF, RELATIONS, facts

Step = Callable[..., None]


def publish_run(warehouse: Path, marts: Path, run_id: str) -> Published:
    return publish(warehouse, marts, relations=RELATIONS, run_id=run_id, facts=facts(run_id))


def query(marts: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(marts / "current" / "marts.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_version_holds_every_relation_with_its_comments(warehouse: Path, marts: Path) -> None:
    published = publish_run(warehouse, marts, "run1")

    assert published.row_counts["mart_cx_kpi"] == 18
    assert query(marts, "select count(*) from marts.mart_cx_kpi") == [(18,)]
    assert query(marts, "select comment from duckdb_tables() where table_name = 'mart_cx_kpi'") == [
        ("One row per value.",)
    ]
    assert query(
        marts,
        "select comment from duckdb_columns() where table_name = 'mart_cx_kpi' "
        "and column_name = 'n'",
    ) == [("Records behind the value.",)]


def test_every_table_is_also_a_parquet_file(warehouse: Path, marts: Path) -> None:
    published = publish_run(warehouse, marts, "run1")

    for name, rows in published.row_counts.items():
        path = published.folder / "parquet" / f"{name}.parquet"
        assert duckdb.execute(f"select count(*) from '{path}'").fetchall() == [(rows,)]


def test_meta_names_the_run_behind_a_version(warehouse: Path, marts: Path) -> None:
    publish_run(warehouse, marts, "run1")

    assert query(marts, "select run_id, as_of, code_version from marts._meta") == [
        ("run1", AS_OF, "0.1.0+test")
    ]


def test_health_tells_freshness_rejections_and_matches(warehouse: Path, marts: Path) -> None:
    publish_run(warehouse, marts, "run1")

    assert query(
        marts, "select kind, name, status, count_rows from marts.mart_dq_health order by all"
    ) == [
        ("conflicting", "mapped__orders", "conflicting", 1),
        ("matched", "calls", "matched", 1),
        ("matched", "calls", "missed", 1),
        ("matched", "calls", "missed", 2),
        ("rejected", "mapped__agents", "rejected", 12),
        ("source", "crm", "fresh", None),
        ("source", "partners", "failed", None),
        ("stream", "mapped__orders", "landed", 8),
    ]


def test_the_file_has_the_storage_version_of_old_clients(warehouse: Path, marts: Path) -> None:
    header = publish_run(warehouse, marts, "run1").database.read_bytes()[:128]

    assert header[8:12] == b"DUCK"
    # The format number that DuckDB 1.2 introduced: 2.0 itself would write 69 or more.
    assert int.from_bytes(header[12:20], "little") == 65


def test_publishing_a_run_again_changes_nothing(warehouse: Path, marts: Path) -> None:
    first = publish_run(warehouse, marts, "run1")
    written = first.database.stat().st_mtime_ns

    again = publish_run(warehouse, marts, "run1")

    assert again == first
    assert again.database.stat().st_mtime_ns == written


def test_only_the_last_seven_versions_stay(warehouse: Path, marts: Path) -> None:
    for number in range(9):
        publish_run(warehouse, marts, f"run{number}")

    assert [folder.name for folder in list_versions(marts)] == [
        f"run{number}" for number in range(8, 1, -1)
    ]


def test_rolling_back_shows_the_version_before(warehouse: Path, marts: Path) -> None:
    for number in range(3):
        publish_run(warehouse, marts, f"run{number}")

    assert rollback(marts).name == "run1"
    assert rollback(marts).name == "run0"
    assert query(marts, "select run_id from marts._meta") == [("run0",)]
    assert rollback(marts, to="run2").name == "run2"


def test_rolling_back_past_the_oldest_version_is_refused(warehouse: Path, marts: Path) -> None:
    publish_run(warehouse, marts, "run1")

    with pytest.raises(PublishError, match="no version to roll back to"):
        rollback(marts)


def test_a_damaged_version_is_not_published_again(warehouse: Path, marts: Path) -> None:
    """Fault 17: neither by a roll back nor by its own run."""
    damaged = publish_run(warehouse, marts, "run0").folder
    publish_run(warehouse, marts, "run1")
    files = [path for path in damaged.rglob("*") if path.is_file() and path.suffix != ".json"]
    assert {path.suffix for path in files} == {".duckdb", ".parquet"}

    for path in files:
        flip(path)
        with pytest.raises(PublishError, match=rf"damaged .*{path.relative_to(damaged)}"):
            rollback(marts)
        with pytest.raises(PublishError, match="damaged"):
            publish_run(warehouse, marts, "run0")
        assert current_version(marts) == damaged.with_name("run1")
        flip(path)

    assert rollback(marts) == damaged


def test_a_damaged_warehouse_is_not_published(warehouse: Path, marts: Path) -> None:
    """Fault 17: DuckDB keeps a checksum of each block of its file."""
    flip(warehouse, at=warehouse.read_bytes().index(b"K-NPS"))

    with pytest.raises(PublishError, match="checksum"):
        publish_run(warehouse, marts, "run1")

    assert current_version(marts) is None


def test_a_file_names_the_version_where_links_fail(
    warehouse: Path, marts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(link: Path, target: str) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(durable, "point", refuse)
    published = publish_run(warehouse, marts, "run1")

    assert (marts / "CURRENT").read_text() == "versions/run1"
    assert current_version(marts) == published.folder


def test_a_missing_relation_leaves_the_current_version(warehouse: Path, marts: Path) -> None:
    publish_run(warehouse, marts, "run1")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop table marts.mart_cx_kpi")

    with pytest.raises(PublishError, match="run2 could not be published"):
        publish_run(warehouse, marts, "run2")

    assert query(marts, "select run_id from marts._meta") == [("run1",)]


class Crash(BaseException):
    """Ends a publication on the spot, like a signal would."""


def crash_at(point: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Make the ``point``-th file operation of a publication the last; tells how many ran."""
    calls = 0

    def crashing(real: Step) -> Step:
        def step(*arguments: object) -> None:
            nonlocal calls
            calls += 1
            if calls == point:
                raise Crash
            real(*arguments)

        return step

    for name in ("replace", "fsync"):
        monkeypatch.setattr(os, name, crashing(getattr(os, name)))
    monkeypatch.setattr(versions, "clean", crashing(versions.clean))
    return lambda: calls


def test_a_crash_at_any_point_leaves_a_complete_version(
    warehouse: Path, marts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_run(warehouse, marts, "before")
    point, is_undisturbed = 0, False
    while not is_undisturbed:
        point += 1
        rollback(marts, to="before")
        run_id = f"run{point}"
        with monkeypatch.context() as patch:
            count_calls = crash_at(point, patch)
            with contextlib.suppress(Crash):
                publish_run(warehouse, marts, run_id)
            is_undisturbed = count_calls() < point
        rows = "select run_id, count(*) from _meta, mart_cx_kpi group by all"
        assert query(marts, rows) in ([("before", 18)], [(run_id, 18)])
        publish_run(warehouse, marts, run_id)
        assert query(marts, rows) == [(run_id, 18)]
        assert not list((marts / "versions").glob("*.tmp"))
        # Fewer than seven newer ones, so that the one to return to is not cleaned away.
        shutil.rmtree(marts / "versions" / f"run{point - 3}", ignore_errors=True)
    assert point > 10


def test_an_open_reader_keeps_its_version_until_it_connects_again(
    warehouse: Path, marts: Path
) -> None:
    """Fault 11."""
    held = publish_run(warehouse, marts, "run0").database
    rows = "select run_id, count(*) from _meta, mart_cx_kpi group by all"
    with duckdb.connect(str(held), read_only=True) as reader:
        assert reader.execute("select run_id from _meta").fetchall() == [("run0",)]
        for number in range(1, 4):
            publish_run(warehouse, marts, f"run{number}")
        versions.clean(marts, kept=1)
        assert not held.exists()

        assert reader.execute(rows).fetchall() == [("run0", 18)]
        assert query(marts, rows) == [("run3", 18)]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fills_up_leaves_the_current_version_and_no_draft(
    warehouse: Path, marts: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 15."""
    publish_run(warehouse, marts, "before")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, step, full)
        with pytest.raises(PublishError, match=r"run1 could not be published.*No space left"):
            publish_run(warehouse, marts, "run1")
    assert query(marts, "select run_id from marts._meta") == [("before",)]

    publish_run(warehouse, marts, "run1")
    assert query(marts, "select run_id from marts._meta") == [("run1",)]
    assert not list((marts / "versions").glob("*.tmp"))


def test_readers_see_whole_versions_during_publications(warehouse: Path, marts: Path) -> None:
    publish_run(warehouse, marts, "run000")
    arguments = [sys.executable, "-c", READER, str(marts / "current" / "marts.duckdb")]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "ready\n"
        for number in range(1, 6):
            publish_run(warehouse, marts, f"run{number:03}")
        seen = reader.communicate("stop\n")[0].splitlines()

    assert reader.returncode == 0
    assert seen
    assert seen == sorted(seen)
    assert {line.split()[1] for line in seen} == {"18"}


READER = """
import select, sys, duckdb
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        print(*connection.execute(
            "select run_id, count(*) from marts._meta, marts.mart_cx_kpi group by all"
        ).fetchall()[0], flush=True)
"""


def test_the_advised_connection_reads_the_marts_and_nothing_else(
    warehouse: Path, marts: Path
) -> None:
    """Fault 54."""
    published = publish_run(warehouse, marts, "run1")
    settings = {"enable_external_access": "false", "lock_configuration": "true"}

    with duckdb.connect(str(published.database), read_only=True, config=settings) as connection:
        assert connection.execute("select count(*) from mart_cx_kpi").fetchall() == [(18,)]
        for statement in (
            "from duckdb_secrets()",
            "select * from read_text('/etc/hostname')",
            "select * from '/etc/passwd.csv'",
            "select * from glob('/etc/*')",
            "copy marts.mart_cx_kpi to '/tmp/stolen.csv'",
            "export database '/tmp/stolen'",
            "attach '/tmp/other.duckdb'",
            "install httpfs",
            "load httpfs",
            "set enable_external_access = true",
            "drop table mart_cx_kpi",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)


def test_a_version_whose_receipt_is_damaged_is_named_before_anything_is_published(
    warehouse: Path, marts: Path
) -> None:
    damaged = publish_run(warehouse, marts, "run1")
    flip(damaged.folder / "published.json", at=0)

    with pytest.raises(PublishError, match=r"run1.published\.json is damaged.*make nightly"):
        publish_run(warehouse, marts, "run2")

    assert current_version(marts) == damaged.folder
